"""Laws of calculus that hold for every formula, tried on random ones."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from strategies import formulas, points

import symcalc as sc
from symcalc.balls import NoBall, precise_value
from symcalc.graph.derive import gradient_nodes
from symcalc.graph.graph import Graph

NAMES = ("x", "y", "z")


def read(text: str) -> sc.Expression:
    """Read a drawn formula; dropped when a constant in it leaves the range of a double."""
    try:
        return sc.parse(text, variables=NAMES)
    except sc.ParseError as error:
        if "range of a double" not in str(error) and "divides by zero" not in str(error):
            raise
        assume(False)


def exact(graph: Graph, node: int, point: dict[str, float]) -> float:
    """Return the value proven by balls; the draw is dropped where there is none."""
    try:
        found = precise_value(graph, node, point, digits=20)
    except NoBall:
        assume(False)
    assume(found.is_proven and math.isfinite(found.value) and abs(found.value) < 1e100)
    return found.value


def slopes(expression: sc.Expression, point: dict[str, float]) -> list[float]:
    graph = expression.graph.copy()
    nodes = gradient_nodes(graph, expression.root, [graph.var(name) for name in NAMES])
    return [exact(graph, node, point) for node in nodes]


def close(left: float, right: float, scale: float) -> bool:
    return abs(left - right) <= 1e-12 * (scale + abs(left) + abs(right))


@given(formulas(smooth=True), formulas(smooth=True), points(NAMES))
def test_derivative_of_a_sum_is_the_sum_of_the_derivatives(f, g, point):
    total = read(f"({f}) + 3*({g})")

    parts = zip(
        slopes(read(f), point),
        slopes(read(g), point),
        slopes(total, point),
        strict=True,
    )

    for left, right, both in parts:
        assert close(left + 3 * right, both, abs(left) + abs(right))


@given(formulas(smooth=True), formulas(smooth=True), points(NAMES))
def test_derivative_of_a_product_is_by_leibniz(f, g, point):
    left, right = read(f), read(g)
    u, v = exact(left.graph, left.root, point), exact(right.graph, right.root, point)
    both = slopes(read(f"({f})*({g})"), point)

    for du, dv, d in zip(slopes(left, point), slopes(right, point), both, strict=True):
        assert close(du * v + u * dv, d, abs(du * v) + abs(u * dv))


@given(formulas(smooth=True), points(NAMES))
def test_derivative_of_a_composition_is_by_the_chain_rule(f, point):
    inner = read(f)
    u = exact(inner.graph, inner.root, point)
    outer = slopes(read(f"sin({f})"), point)

    for du, d in zip(slopes(inner, point), outer, strict=True):
        assert close(math.cos(u) * du, d, (abs(u) + 1) * abs(du))


@given(formulas(), points(NAMES))
def test_order_of_variables_permutes_the_gradient(f, point):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            forth = sc.compile(read(f), NAMES, order=1).gradient(**point)
            back = sc.compile(read(f), NAMES[::-1], order=1).gradient(**point)
        except (sc.DerivativeError, sc.CompileError):
            assume(False)

    assume(np.isfinite(forth).all())
    np.testing.assert_allclose(forth, back[::-1], rtol=1e-9, atol=1e-12 * (1 + abs(forth).max()))


@given(formulas(), points(NAMES))
def test_compiled_value_agrees_with_a_rigorous_one(f, point):
    expression = read(f)
    truth = exact(expression.graph, expression.root, point)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        value = sc.compile(expression)(**point)
        nearby = [
            sc.compile(expression)(**{**point, name: math.nextafter(point[name], math.inf)})
            for name in NAMES
        ]
    assume(math.isfinite(value) and all(map(math.isfinite, nearby)))
    spread = max(abs(other - value) for other in nearby)

    assert abs(value - truth) <= 1e-9 * (1 + abs(truth)) + 1e4 * spread


@given(formulas(), st.lists(points(NAMES), min_size=2, max_size=4))
def test_a_batch_equals_its_rows_within_4_ulp_of_the_largest_part(f, rows):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        function = sc.compile(read(f), NAMES)
        together = function(**{name: np.array([row[name] for row in rows]) for name in NAMES})
        single = np.array([function(**row) for row in rows])
    finite = np.isfinite(together) & np.isfinite(single)

    assert (np.isnan(together) == np.isnan(single)).all()
    np.testing.assert_allclose(together[finite], single[finite], rtol=1e-9, atol=1e-12)


@given(formulas(smooth=True), points(NAMES))
@settings(max_examples=40)
def test_hessian_product_is_the_hessian_times_the_direction(f, point):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        function = sc.compile(read(f), NAMES, order=2)
        hessian = function.hessian(**point)
        product = function.hessian_product([1.0, -2.0, 0.5], **point)
    assume(np.isfinite(hessian).all() and np.isfinite(product).all())

    expected = hessian @ [1.0, -2.0, 0.5]
    assert np.allclose(product, expected, rtol=1e-8, atol=1e-9 * (1 + abs(hessian).max()))


@given(formulas())
@settings(max_examples=40)
def test_a_closed_form_never_disagrees_with_its_judge(f):
    try:
        gradient = sc.gradient(read(f))
    except sc.DerivativeError:
        assume(False)

    assert gradient.check.is_good


@pytest.mark.parametrize("text", ["x^2*sin(y)", "log(1 + exp(x*y))"])
def test_same_seed_same_check(text):
    assert sc.gradient(text).check == sc.gradient(text).check
