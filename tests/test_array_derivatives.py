"""Derivatives in arrays: derived on the one graph, judged written out in scalars."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import symcalc as sc
from symcalc.backends.array_derivatives import ArrayDerivatives
from symcalc.calculus.derived import judged
from symcalc.errors import ArgumentError, OutcomeError
from symcalc.expression import Expression, Variable
from symcalc.graph.contractions import broadcast, contract, eye, transpose
from symcalc.graph.derive import gradient_nodes, jacobian_nodes
from symcalc.graph.graph import Graph, Node
from symcalc.graph.unroll import unroll, unrolled_size
from symcalc.outcome import Trust


class Arrays:
    """A graph with the variables that losses are made of."""

    def __init__(self) -> None:
        g = self.graph = Graph()
        self.X, self.S = g.var("X", ("m", "n")), g.var("S", ("n", "n"))
        self.w, self.y = g.var("w", ("n",)), g.var("y", ("m",))
        self.U, self.V, self.a = g.var("U", ("m", "k")), g.var("V", ("n", "k")), g.var("a")
        self.Xw = contract(g, [(self.X, (0, 1)), (self.w, (1,))], (0,))
        self.r = g.sub(self.Xw, self.y)

    def total(self, node: Node) -> Node:
        return self.graph.node("sum", (node,))

    def square(self, node: Node) -> Node:
        return self.graph.pow(node, self.graph.const(2))

    def call(self, name: str, *args: Node) -> Node:
        return self.graph.call(name, args)


def least_squares(v: Arrays) -> tuple[Node, str]:
    g = v.graph
    halved = g.mul((g.const(2), g.node("dim", (), "m")))
    return g.div(v.total(v.square(v.r)), halved), "w"


def logistic(v: Arrays) -> tuple[Node, str]:
    z = v.graph.mul((v.graph.neg(v.y), v.Xw))
    return v.total(v.call("log", v.graph.add((v.graph.const(1), v.call("exp", z))))), "w"


def factorization(v: Arrays) -> tuple[Node, str]:
    product = contract(v.graph, [(v.U, (0, 2)), (v.V, (1, 2))], (0, 1))
    return v.total(v.square(v.graph.sub(v.X, product))), "U"


def network(v: Arrays) -> tuple[Node, str]:
    hidden = v.call("tanh", contract(v.graph, [(v.X, (0, 1)), (v.V, (1, 2))], (0, 2)))
    out = contract(v.graph, [(hidden, (0, 1)), (v.U, (0, 1))], (0,))
    return v.total(v.square(v.graph.sub(out, v.y))), "V"


def quadratic_form(v: Arrays) -> tuple[Node, str]:
    return contract(v.graph, [(v.w, (0,)), (v.S, (0, 1)), (v.w, (1,))], ()), "w"


def positive_part(v: Arrays) -> tuple[Node, str]:
    above = v.graph.compare(">", v.Xw, v.graph.const(0))
    return v.total(v.graph.piecewise([(v.square(v.Xw), above)], v.call("exp", v.Xw))), "w"


def scaled_residuals(v: Arrays) -> tuple[Node, str]:
    shifted = v.graph.sub(v.Xw, broadcast(v.graph, v.a, ("m",), ()))
    return v.total(v.graph.mul((v.a, v.square(shifted)))), "a"


def part_of_a_row(v: Arrays) -> tuple[Node, str]:
    row = v.graph.node("take", (v.X,), (("n",), (0, (0, None, 1))))
    return v.total(v.square(row)), "X"


CASES: dict[str, Callable[[Arrays], tuple[Node, str]]] = {
    "least squares": least_squares,
    "logistic regression": logistic,
    "matrix factorization": factorization,
    "tanh network": network,
    "quadratic form": quadratic_form,
    "branches by element": positive_part,
    "a scalar among arrays": scaled_residuals,
    "a row": part_of_a_row,
    "log determinant": lambda v: (v.graph.node("logdet", (v.S,)), "S"),
    "determinant": lambda v: (v.graph.node("det", (v.S,)), "S"),
    "inverse": lambda v: (v.total(v.graph.node("inv", (v.S,))), "S"),
    "logsumexp": lambda v: (v.graph.node("lse", (v.Xw,), 0), "w"),
    "logsumexp by row": lambda v: (v.total(v.graph.node("lse", (v.X,), 1)), "X"),
    "greatest element": lambda v: (v.graph.node("amax", (v.Xw,), 0), "w"),
    "product": lambda v: (v.graph.node("prod", (v.w,), 0), "w"),
    "total of a product": lambda v: (v.total(v.Xw), "X"),
}


def formula(name: str) -> tuple[Expression, Node, str]:
    v = Arrays()
    root, wrt = CASES[name](v)
    variables = [Variable(v.graph.data[n], v.graph.shape(n)) for n in v.graph.variables([root])]
    node = next(n for n in v.graph.variables([root]) if v.graph.data[n] == wrt)
    return Expression(v.graph, root, variables), node, wrt


@pytest.mark.parametrize("name", CASES)
def test_gradients_agree_with_the_value_written_out(name):
    expression, node, wrt = formula(name)
    graph = expression.graph
    slope = gradient_nodes(graph, expression.root, [node])[0]
    check = judged(expression, {((wrt, 1),): Expression(graph, slope, expression.variables)})

    assert graph.shape(slope) == graph.shape(node)
    assert check.trust is Trust.CHECKED


@pytest.mark.parametrize("name", CASES)
def test_hessians_agree_with_the_value_written_out(name):
    expression, node, wrt = formula(name)
    graph = expression.graph
    slope = gradient_nodes(graph, expression.root, [node])[0]
    curvature = jacobian_nodes(graph, slope, [node])[0]
    if graph.value(curvature) == 0:  # linear, or the policy at jumps of the derivative
        assert name in ("greatest element", "total of a product")
        return
    check = judged(expression, {((wrt, 2),): Expression(graph, curvature, expression.variables)})

    assert graph.shape(curvature) == 2 * graph.shape(node)
    assert check.is_good
    assert check.trust is Trust.CHECKED or name == "product"  # zero on the diagonal


@pytest.mark.parametrize("name", CASES)
def test_a_planted_factor_is_seen(name):
    expression, node, wrt = formula(name)
    graph = expression.graph
    slope = graph.scale(2, gradient_nodes(graph, expression.root, [node])[0])

    with pytest.raises(OutcomeError, match="disagrees"):
        judged(expression, {((wrt, 1),): Expression(graph, slope, expression.variables)})


@pytest.mark.parametrize("name", ["least squares", "logistic regression", "tanh network"])
def test_the_verbs_take_arrays(name):
    expression, _, wrt = formula(name)

    assert sc.gradient(expression, wrt).check.trust is Trust.CHECKED
    assert sc.hessian(expression, wrt).check.trust is Trust.CHECKED
    assert sc.differentiate(expression, wrt).check.trust is Trust.CHECKED


def test_a_jacobian_of_an_array_has_the_axes_of_both():
    v = Arrays()
    root = v.call("tanh", v.Xw)
    variables = [Variable(v.graph.data[n], v.graph.shape(n)) for n in v.graph.variables([root])]
    jacobian = sc.jacobian(Expression(v.graph, root, variables), "w")

    assert jacobian.check.trust is Trust.CHECKED
    assert jacobian["w"].graph.shape(jacobian["w"].root) == ("m", "n")


def test_the_size_of_a_hessian_does_not_grow_with_the_formula_written_twice():
    expression, node, _ = formula("matrix factorization")
    graph = expression.graph
    slope = gradient_nodes(graph, expression.root, [node])[0]

    # delta(m) times V'V: an identity matrix kept apart, no product over all four axes
    assert len(graph.reachable([jacobian_nodes(graph, slope, [node])[0]])) <= 6


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sum(X@w + a)", 4),
        ("sum(max(X, axis=1) + a)", 4),
        ("sum(X[0] + a)", 3),
        ("sum(outer(w, w) + a)", 9),
        ("sum(diag(w) + a)", 9),
        ("sum(inv(S) + a)", 9),
        ("sum(kron(w, w) + a)", 9),
        ("sum(concat(y, w) + a)", 7),
        ("sum(w + a)", 3),
    ],
)
def test_a_scalar_beside_an_array_counts_the_elements_of_that_array(text, expected):
    shapes = {"X": "m n", "w": "n", "y": "m", "S": "n n"}
    values = {"X": np.ones((4, 3)), "w": np.ones(3), "y": np.ones(4), "S": np.eye(3), "a": 2.0}
    f = sc.compile(text, order=1, wrt=["a"], shapes=shapes)

    assert f.gradient(**{name: values[name] for name in f.names}) == [expected]
    assert sc.gradient(text, "a", shapes=shapes).check.trust is Trust.CHECKED


@pytest.mark.parametrize(
    "text",
    ["(softmax(y)*z)[0]", "where(y <= 0, y**2, z)@z", "where(y <= 0, y, sum(z)*sum(y))@z"],
)
def test_parts_and_choices_of_vectors_have_first_and_second_derivatives(text):
    shapes = "y: m; z: m"

    assert sc.gradient(text, "y, z", shapes=shapes).check.is_good
    assert sc.hessian(text, "y, z", shapes=shapes).check.is_good


def test_a_choice_between_numbers_inside_a_choice_between_elements_has_a_hessian():
    text = "sum((y if y < c else y*(sum(z)**2 if a < c else a*sum(z)))**2)"

    assert sc.hessian(text, "z", shapes="y: m; z: m").check.is_good


def test_a_product_of_many_matrices_is_written_out_two_at_a_time():
    v = Arrays()
    g = v.graph
    power = contract(g, [(v.S, (k, k + 1)) for k in range(12)], (0, 12))

    # all at once would be a sum of 3**11 products for each of 9 elements
    assert len(unroll(g, [power], {"n": 3}).graph.kinds) < 1000


# -- contractions ------------------------------------------------------------------------------


def test_identity_matrices_are_used_up():
    g = Graph()
    x = g.var("x", ("n",))

    assert contract(g, [(eye(g, "n"), (0, 1)), (x, (1,))], (0,)) == x
    assert contract(g, [(eye(g, "n"), (0, 0))], ()) == g.node("dim", (), "n")
    assert contract(g, [(eye(g, 3), (0, 0))], ()) == g.const(3)
    ones = broadcast(g, g.const(1), ("n",), ())
    assert contract(g, [(eye(g, "n"), (0, 0))], (0,)) == ones
    assert contract(g, [(eye(g, "n"), (0, 0)), (x, (0,))], (0,)) == x


def test_a_transpose_of_a_transpose_is_the_matrix():
    g = Graph()
    x = g.var("X", ("m", "n"))

    assert transpose(g, transpose(g, x)) == x


def test_numbers_and_scalars_go_in_front():
    g = Graph()
    x, a = g.var("x", ("n",)), g.var("a")
    doubled = g.mul((g.const(2), a, x))

    dot = contract(g, [(doubled, (0,)), (x, (0,))], ())
    assert g.kinds[dot] == "mul"
    assert g.value(g.args[dot][0]) == 2
    assert a in g.args[dot]


def test_a_number_and_a_name_need_not_be_equal_two_numbers_are_not():
    g = Graph()
    x, y, z = g.var("x", (3,)), g.var("y", ("n",)), g.var("z", (4,))

    with pytest.raises(ArgumentError, match=r"Dimensions 3 and n need not be equal"):
        contract(g, [(x, (0,)), (y, (0,))], ())
    with pytest.raises(ArgumentError, match=r"Dimensions 3 and 4 are not equal"):
        contract(g, [(x, (0,)), (z, (0,))], ())


def test_the_size_of_what_is_written_out_is_known_before():
    g = Graph()
    a, b, s = g.var("A", ("m", "n")), g.var("B", ("n", "k")), g.var("S", ("n", "n"))
    sizes = {"m": 2, "n": 3, "k": 4}

    assert unrolled_size(g, [contract(g, [(a, (0, 1)), (b, (1, 2))], (0, 2))], sizes) == 6 + 12 + 24
    inverse = g.node("inv", (s,))
    assert unrolled_size(g, [inverse], {"n": 4}) == 16 + 16 * 16
    assert unrolled_size(g, [inverse], {"n": 5}) == float("inf")


def test_arrays_of_unlike_shapes_do_not_stand_together():
    g = Graph()

    with pytest.raises(ArgumentError, match=r"^Shapes \(m, n\) and \(n,\) cannot stand together"):
        g.add([g.var("x", ("n",)), g.var("X", ("m", "n"))])


def test_dimensions_that_may_differ_are_refused():
    g = Graph()
    x, y = g.var("x", ("n",)), g.var("y", ("m",))

    with pytest.raises(ArgumentError, match="n and m need not be equal"):
        contract(g, [(x, (0,)), (y, (0,))], ())


def test_a_formula_is_written_out_for_small_sizes():
    v = Arrays()
    found = unroll(v.graph, [v.total(v.Xw)], {"m": 1, "n": 2})

    assert Expression(found.graph, found.roots[0][()]).text == "X_row0_0*w_row0 + X_row0_1*w_row1"
    with pytest.raises(ArgumentError, match="has no size"):
        unroll(v.graph, [v.Xw], {"m": 2})


@pytest.mark.parametrize(
    ("text", "name", "n_axes"),
    [
        ("-sum(logsumexp(a - sum((X[:, None] - M)**2, axis=2)/2, axis=1))", "M", 3),
        ("sum(sqrt(sum((X - c)**2, axis=1) + 1))", "c", 2),
    ],
)
def test_second_derivatives_in_centers_hold_no_array_of_rows_by_variables_twice(
    text: str, name: str, n_axes: int
) -> None:
    expression = sc.parse(text, shapes="X: m n; M: k n; a: k; c: n")
    derivatives = ArrayDerivatives(expression.graph, expression.root, [name])
    graph, outputs, _ = derivatives.outputs("hessian")
    of_rows = [shape for node in graph.reachable(outputs) if "m" in (shape := graph.shape(node))]

    assert max(map(len, of_rows)) <= n_axes
