"""Ball arithmetic: enclosures hold, edges are NaN, precision rises, series are right."""

from __future__ import annotations

import math
import threading
from fractions import Fraction
from typing import Any

import flint
import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symcalc.balls import (
    BallProgram,
    NoBall,
    Status,
    ball_value,
    laurent,
    precise_value,
    working_precision,
)
from symcalc.errors import ArgumentError
from symcalc.graph.graph import Graph
from symcalc.language import read


def ball(text: str, bits: int = 128, **point: float) -> Any:
    expression = read(text)
    return ball_value(expression.graph, expression.root, point, bits)


def precise(text: str, **point: float) -> Any:
    expression = read(text)
    return precise_value(expression.graph, expression.root, point)


def series_of(text: str, center: Fraction | int = 0, n: int = 6, **others: float) -> Any:
    expression = read(text)
    return laurent(expression.graph, expression.root, "x", center, n, 256, others)


MPMATH_PAIRS = [
    ("sin(x)*exp(-x**2) + atan(x)", lambda x: mpmath.sin(x) * mpmath.exp(-x * x) + mpmath.atan(x)),
    ("(1 - cos(x))/x**2", lambda x: (1 - mpmath.cos(x)) / x**2),
    ("abs(x)**(5/3) - tanh(x)", lambda x: abs(x) ** (mpmath.mpf(5) / 3) - mpmath.tanh(x)),
    ("gamma(x**2 + 1/10)", lambda x: mpmath.gamma(x * x + mpmath.mpf(1) / 10)),
    ("2**x + x**3 + x**(-2)", lambda x: mpmath.mpf(2) ** x + x**3 + x ** (-2)),
    (
        "log(1 + x**2) if x > 0 else erf(x)",
        lambda x: mpmath.log1p(x * x) if x > 0 else mpmath.erf(x),
    ),
]


@pytest.mark.parametrize(("text", "function"), MPMATH_PAIRS)
@given(x=st.floats(-20, 20).filter(lambda x: abs(x) > 1e-6))
def test_a_ball_contains_the_value_that_mpmath_finds(text: str, function: Any, x: float) -> None:
    with mpmath.workdps(60):
        expected = function(mpmath.mpf(x))
        text_value = mpmath.nstr(expected, 55)

    found = ball(text, 160, x=x)

    with working_precision(400):
        reference = flint.arb(text_value)
        slack = abs(reference) * flint.arb(10) ** -50
        assert abs(found - reference).lower() <= slack
    assert found.rel_accuracy_bits() > 60


@given(
    x=st.floats(-50, 50),
    width=st.floats(0, 2),
    inner=st.floats(0, 1),
    exponent=st.integers(-5, 7),
)
def test_a_whole_power_of_a_ball_contains_the_powers_of_its_points(
    x: float, width: float, inner: float, exponent: int
) -> None:
    graph = Graph()
    root = graph.node("pow", (graph.var("x"), graph.const(exponent)))
    around = flint.arb(x, width)
    inside = Fraction(x) + (2 * Fraction(inner) - 1) * Fraction(width)

    found = ball_value(graph, root, {"x": around}, 80)

    if found.is_finite():
        with working_precision(300):
            value = inside**exponent
            assert found.contains(flint.fmpq(value.numerator, value.denominator))
    else:
        assert exponent < 0


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("1/x", 0.0),
        ("x**(1/3)", -8.0),
        ("log(x)", 0.0),
        ("log(x)", -1.0),
        ("sqrt(x)", -1e-300),
        ("x**(-1/2)", 0.0),
        ("asin(x)", 1.0000001),
        ("x**x", -0.5),
        ("gamma(x)", -3.0),
    ],
)
def test_where_no_real_value_exists_the_ball_is_nan(text: str, point: float) -> None:
    assert ball(text, x=point).is_nan()


@pytest.mark.parametrize(
    ("text", "point", "value"),
    [
        ("sqrt(x)", 0.0, 0),
        ("x**x", 0.0, 1),
        ("x**(7/2)", 0.0, 0),
        ("(x - 1)**3", -1.0, -8),
        ("x**y", -2.0, -8),
        ("log(x) if x > 0 else 7", -1.0, 7),
        ("1 if x >= 2 else 0", 2.0, 1),
        ("1 if x > 2 else 0", 2.0, 0),
    ],
)
def test_values_at_the_edge_of_a_domain_are_exact(text: str, point: float, value: int) -> None:
    assert ball(text, x=point, y=3.0) == value


@pytest.mark.parametrize(
    "text", ["sqrt(x)", "log(x)", "1/x", "x**(1/3)", "x**y", "1 if x > 0 else 2"]
)
def test_a_ball_that_straddles_an_edge_gives_nan_and_never_half_an_answer(text: str) -> None:
    expression = read(text)

    found = ball_value(
        expression.graph, expression.root, {"x": flint.arb(0, 1), "y": flint.arb(0.5)}, 64
    )

    assert found.is_nan()


def test_a_decimal_constant_is_the_exact_rational_and_a_point_the_exact_double() -> None:
    assert ball("x - 0.1", 256, x=0.1) != 0
    assert ball("x - 0.125", x=0.125) == 0


def test_conditions_are_three_valued() -> None:
    graph = Graph()
    x, one = graph.var("x"), graph.const(1)
    less, more = graph.compare("<", x, one), graph.compare(">=", x, one)
    both = graph.node("and", (less, more))
    either = graph.node("or", (less, graph.compare("==", one, one)))
    program = BallProgram(graph, [less, both, either])

    assert program.evaluate({"x": flint.arb(1, 0.5)}, 64) == [None, None, True]
    assert program.evaluate({"x": 0.5}, 64) == [True, False, True]


def test_a_point_without_a_variable_is_refused_by_name() -> None:
    with pytest.raises(ArgumentError, match="`y`"):
        ball("x + y", x=1.0)


def test_an_unknown_function_is_reported_by_name() -> None:
    graph = Graph()
    root = graph.call("frobnicate", [graph.var("x")])

    with pytest.raises(NoBall, match="frobnicate") as caught:
        BallProgram(graph, [root])

    assert caught.value.names == ("frobnicate",)


def test_fifty_thousand_nested_nodes_are_no_recursion() -> None:
    graph = Graph()
    node = graph.var("x")
    for _ in range(50_000):
        node = graph.call("sin", [node])

    assert ball_value(graph, node, {"x": 1.0}, 64).is_finite()


def test_threads_do_not_see_each_others_precision() -> None:
    expression = read("1/x")
    program = BallProgram(expression.graph, [expression.root])
    accuracies: list[int] = []

    def work(bits: int) -> None:
        for _ in range(200):
            accuracies.append(program.evaluate({"x": 3.0}, bits)[0].rel_accuracy_bits() - bits)

    threads = [threading.Thread(target=work, args=(bits,)) for bits in (64, 500)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(accuracies) == 400
    assert all(-4 <= gap <= 4 for gap in accuracies)


# -- rising precision ---------------------------------------------------------------------


def test_precision_rises_until_cancellation_leaves_all_digits() -> None:
    found = precise("(1 - cos(x))/x**2", x=1e-30)

    assert found.status is Status.PROVEN
    assert found.value == 0.5
    assert found.precision > 128


@pytest.mark.parametrize(
    ("text", "x", "status", "value"),
    [
        ("x - x", 2.0, Status.PROVEN, 0.0),
        ("sin(x)", 1e22, Status.PROVEN, -0.8522008497671888),
        ("exp(-x)", 2000.0, Status.PROVEN, 0.0),
        ("exp(x)", 2000.0, Status.PROVEN, math.inf),
        ("sin(x)**2 + cos(x)**2 - 1", 0.3, Status.NEAR_ZERO, 0.0),
        ("log(x)", -1.0, Status.UNDEFINED, math.nan),
        ("1/x", 0.0, Status.UNDEFINED, math.nan),
        ("1/(sin(x)**2 + cos(x)**2 - 1)", 0.3, Status.UNDECIDED, math.nan),
        ("1 if sin(x)**2 + cos(x)**2 > 1 else 2", 0.3, Status.UNDECIDED, math.nan),
    ],
)
def test_a_precise_value_says_honestly_what_is_proven(
    text: str, x: float, status: Status, value: float
) -> None:
    found = precise(text, x=x)

    assert found.status is status
    assert found.value == value or (math.isnan(value) and math.isnan(found.value))


def test_a_value_beyond_the_range_of_doubles_has_its_digits() -> None:
    assert precise("exp(x)", x=2000.0).digits == "3.8811801942843686e+868"
    assert precise("exp(-x)", x=2000.0).radius > 0


def test_an_undefined_value_names_the_node_without_a_value() -> None:
    expression = read("1 + x*log(x - 2)")

    found = precise_value(expression.graph, expression.root, {"x": 1.0})

    assert found.culprit is not None
    assert expression.graph.kinds[found.culprit] == "log"


def test_a_branch_that_is_not_chosen_is_not_to_blame() -> None:
    expression = read("sqrt(x) if x > 0 else log(x)")

    found = precise_value(expression.graph, expression.root, {"x": -1.0})

    assert found.culprit is not None
    assert expression.graph.kinds[found.culprit] == "log"


# -- series -------------------------------------------------------------------------------

SERIES = [
    ("exp(sin(x))", 1, lambda x: mpmath.exp(mpmath.sin(x))),
    ("tanh(x)*sqrt(1 + x)", Fraction(1, 2), lambda x: mpmath.tanh(x) * mpmath.sqrt(1 + x)),
    ("asinh(x) + acosh(x) + x**x", 2, lambda x: mpmath.asinh(x) + mpmath.acosh(x) + x**x),
    ("sinh(x)/cosh(x) + expm1(x)", 0, lambda x: mpmath.tanh(x) + mpmath.expm1(x)),
    ("besselj(0, x)", Fraction(3, 2), lambda x: mpmath.besselj(0, x)),
    ("digamma(x)", 1, mpmath.digamma),
    ("atan2(x, 2) + hypot(1, x)", 1, lambda x: mpmath.atan(x / 2) + mpmath.hypot(1, x)),
    ("abs(x) + max(x, 1) + log1p(x)", 2, lambda x: 2 * x + mpmath.log1p(x)),
    ("x**3 if x > 1 else sin(x)", 0, mpmath.sin),
    (
        "softplus(x) + sigmoid(x)",
        0,
        lambda x: mpmath.log1p(mpmath.exp(x)) + 1 / (1 + mpmath.exp(-x)),
    ),
]


@pytest.mark.parametrize(("text", "center", "function"), SERIES)
def test_series_coefficients_are_those_of_mpmath(
    text: str, center: Fraction | int, function: Any
) -> None:
    with mpmath.workdps(60):
        place = mpmath.mpf(Fraction(center).numerator) / Fraction(center).denominator
        expected = mpmath.taylor(function, place, 6)
        found = series_of(text, center, 6)

        assert found is not None
        valuation, coefficients = found
        padded = [0.0] * valuation + [float(c) for c in coefficients]
        for mine, theirs in zip(padded, expected, strict=False):
            assert mine == pytest.approx(float(theirs), rel=1e-14, abs=1e-18)


@pytest.mark.parametrize(
    ("text", "center", "valuation", "first"),
    [
        ("(x - sin(x))/x**3", 0, 0, [1 / 6, 0, -1 / 120]),
        ("log(x)/(x - 1)", 1, 0, [1, -1 / 2, 1 / 3]),
        ("(exp(x) - 1)/x", 0, 0, [1, 1 / 2, 1 / 6]),
        ("x/(exp(x) - 1)", 0, 0, [1, -1 / 2, 1 / 12]),
        ("besselj(1, x)/x", 0, 0, [1 / 2, 0, -1 / 16]),
        ("sin(x)**2/x**5", 0, -3, [1, 0, -1 / 3]),
        ("sqrt(x**4 + x**6)", 0, 2, [1, 0, 1 / 2]),
        ("sin(x)/x if x != 0 else 1", 0, 0, [1, 0, -1 / 6]),
    ],
)
def test_laurent_finds_what_removes_a_singularity(
    text: str, center: int, valuation: int, first: list[float]
) -> None:
    found = series_of(text, center)

    assert found is not None
    assert found[0] == valuation
    assert [float(c) for c in found[1][:3]] == pytest.approx(first, abs=1e-30)


@pytest.mark.parametrize(
    "text",
    ["exp(-1/x**2)", "abs(x)", "sqrt(x**2)", "sqrt(x)", "log(x)", "x*sin(1/x)", "floor(x)",
     "heaviside(x)", "1 if x > 0 else 0", "relu(x)", "max(x, 0)", "1/(x - x)", "cbrt(x)"],
)  # fmt: skip
def test_there_is_no_series_at_a_kink_or_an_essential_singularity(text: str) -> None:
    assert series_of(text) is None


def test_other_variables_are_constants_of_a_series() -> None:
    assert series_of("exp(x*y)") is None

    found = series_of("exp(x*y)", y=2.0)

    assert found is not None
    assert [float(c) for c in found[1][:4]] == pytest.approx([1, 2, 2, 4 / 3])
