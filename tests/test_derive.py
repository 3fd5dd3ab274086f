"""The one derivation: laws that hold for every expression, and the traps that others fell into."""

from __future__ import annotations

import math

import pytest

from symcalc.backends.lambdified import generate
from symcalc.errors import DerivativeError
from symcalc.graph.derive import derivative, gradient_nodes
from symcalc.graph.graph import Graph
from symcalc.program import lower, operation_cost


def run(graph, nodes, **point):
    code = generate(graph, nodes, list(point), scalar=True, returns=lambda t: f"[{', '.join(t)}]")
    return code.function(list(point.values()))


def rosenbrock(n):
    graph = Graph()
    xs = [graph.var(f"x{i}") for i in range(n)]
    terms = []
    for left, right in zip(xs, xs[1:], strict=False):
        gap = graph.sub(right, graph.pow(left, graph.const(2)))
        terms.append(graph.mul((graph.const(100), graph.pow(gap, graph.const(2)))))
        terms.append(graph.pow(graph.sub(graph.const(1), left), graph.const(2)))
    return graph, xs, graph.add(terms)


def test_gradient_of_the_rosenbrock_function_is_the_known_one():
    graph, xs, root = rosenbrock(2)

    gradient = run(graph, gradient_nodes(graph, root, xs), x0=-1.2, x1=1.0)

    assert gradient == pytest.approx([-215.6, -88.0], rel=1e-15)


def test_derivative_in_a_variable_that_does_not_occur_is_zero():
    graph = Graph()

    node = derivative(graph, graph.call("sin", (graph.var("x"),)), graph.var("y"))

    assert graph.value(node) == 0


def test_gradient_of_a_product_with_zero_factors_is_finite():
    graph = Graph()
    xs = [graph.var(f"x{i}") for i in range(5)]
    root = graph.mul(xs)

    gradient = run(graph, gradient_nodes(graph, root, xs), x0=2.0, x1=0.0, x2=3.0, x3=4.0, x4=5.0)

    assert gradient == [0.0, 120.0, 0.0, 0.0, 0.0]


def test_derivative_of_a_guarded_branch_is_finite_where_the_other_branch_holds():
    graph = Graph()
    x = graph.var("x")
    positive = graph.compare(">", x, graph.const(0))
    root = graph.piecewise([(graph.call("log", (x,)), positive)], graph.const(0))

    node = derivative(graph, graph.mul((graph.const(3), root)), x)

    assert run(graph, [node], x=0.0) == [0.0]
    assert run(graph, [node], x=2.0) == [1.5]


def test_derivative_of_nested_branches_chooses_the_inner_branch():
    graph = Graph()
    x = graph.var("x")
    inner = graph.piecewise(
        [(graph.pow(x, graph.const(2)), graph.compare("<", x, graph.const(2)))],
        graph.call("exp", (x,)),
    )
    root = graph.piecewise(
        [(graph.mul((x, inner)), graph.compare(">", x, graph.const(0)))], graph.neg(x)
    )

    node = derivative(graph, root, x)

    assert run(graph, [node], x=-1.0) == [-1.0]
    assert run(graph, [node], x=1.5) == pytest.approx([6.75])
    assert run(graph, [node], x=3.0) == pytest.approx([4 * math.exp(3)])


def test_derivative_of_a_part_shared_by_a_branch_and_the_rest_counts_both():
    graph = Graph()
    x = graph.var("x")
    shared = graph.call("exp", (x,))
    chosen = graph.piecewise(
        [(graph.pow(shared, graph.const(2)), graph.compare(">", x, graph.const(0)))], shared
    )
    root = graph.add((chosen, shared))

    node = derivative(graph, root, x)

    assert run(graph, [node], x=1.0) == pytest.approx([2 * math.exp(2) + math.exp(1)])
    assert run(graph, [node], x=-1.0) == pytest.approx([2 * math.exp(-1)])


def test_derivative_in_the_order_of_a_bessel_function_is_refused():
    graph = Graph()
    n, x = graph.var("n"), graph.var("x")

    with pytest.raises(DerivativeError, match="besselj.*argument number 1"):
        derivative(graph, graph.call("besselj", (n, x)), n)


def test_gradient_of_a_total_over_rows_sums_and_counts_rows():
    import numpy as np

    graph = Graph()
    a, b = graph.var("a"), graph.var("b")
    x = graph.var("x", ("rows",))
    residual = graph.add((graph.mul((a, x)), b))
    root = graph.node("sum", (residual,))

    gradient = run(
        graph, gradient_nodes(graph, root, [a, b]), a=2.0, b=1.0, x=np.array([1.0, 2.0, 4.0])
    )

    assert gradient == [7.0, 3.0]


def test_deep_formulas_are_differentiated_without_recursion():
    graph = Graph()
    x = graph.var("x")
    node = x
    for _ in range(5_000):
        node = graph.call("sin", (node,))

    result = derivative(graph, node, x)

    assert len(graph.reachable([result])) > 5_000


@pytest.mark.parametrize("n", [10, 100, 500])
def test_value_and_gradient_cost_at_most_four_times_the_value(n):
    graph, xs, root = rosenbrock(n)
    gradient = gradient_nodes(graph, root, xs)

    ratio = operation_cost(lower(graph, [root, *gradient])) / operation_cost(lower(graph, [root]))

    assert ratio <= 4


def test_value_and_gradient_of_a_product_of_200_factors_cost_at_most_four_times_the_value():
    graph = Graph()
    xs = [graph.var(f"x{i}") for i in range(200)]
    root = graph.mul(xs)
    gradient = gradient_nodes(graph, root, xs)

    ratio = operation_cost(lower(graph, [root, *gradient])) / operation_cost(lower(graph, [root]))

    assert ratio <= 4
