"""The verb `series`: Taylor, Laurent and Puiseux, logarithms, infinity, parameters."""

from __future__ import annotations

from fractions import Fraction

import pytest

import symcalc as sc
from symcalc.errors import ArgumentError, OutcomeError
from symcalc.outcome import Outcome, Trust

#: Formula, place, order; powers with their coefficients (Abramowitz and Stegun, or by hand).
KNOWN = [
    ("exp(x)", 0, 4, {0: "1", 1: "1", 2: "1/2", 3: "1/6"}),
    ("sin(x)", 0, 6, {1: "1", 3: "-1/6", 5: "1/120"}),
    ("cos(x)", 0, 5, {0: "1", 2: "-1/2", 4: "1/24"}),
    ("tan(x)", 0, 6, {1: "1", 3: "1/3", 5: "2/15"}),
    ("log(1 + x)", 0, 4, {1: "1", 2: "-1/2", 3: "1/3"}),
    ("sqrt(1 + x)", 0, 4, {0: "1", 1: "1/2", 2: "-1/8", 3: "1/16"}),
    ("1/(1 - x)", 0, 4, {0: "1", 1: "1", 2: "1", 3: "1"}),
    ("atan(x)", 0, 6, {1: "1", 3: "-1/3", 5: "1/5"}),
    ("asin(x)", 0, 6, {1: "1", 3: "1/6", 5: "3/40"}),
    ("exp(sin(x))", 0, 6, {0: "1", 1: "1", 2: "1/2", 4: "-1/8", 5: "-1/15"}),
    ("x/(exp(x) - 1)", 0, 5, {0: "1", 1: "-1/2", 2: "1/12", 4: "-1/720"}),
    ("log(cos(x))", 0, 5, {2: "-1/2", 4: "-1/12"}),
    ("sin(x)/x", 0, 5, {0: "1", 2: "-1/6", 4: "1/120"}),
    ("(1 - cos(x))/x^2", 0, 3, {0: "1/2", 2: "-1/24"}),
    ("besselj(0, x)", 0, 5, {0: "1", 2: "-1/4", 4: "1/64"}),
    ("erf(x)", 0, 4, {1: "2/sqrt(pi)", 3: "-2/(3*sqrt(pi))"}),
    ("1/sin(x)", 0, 4, {-1: "1", 1: "1/6", 3: "7/360"}),
    ("cot(x)", 0, 4, {-1: "1", 1: "-1/3", 3: "-1/45"}),
    ("1/(x^2*(1 - x))", 0, 2, {-2: "1", -1: "1", 0: "1", 1: "1"}),
    ("exp(x)/x^3", 0, 1, {-3: "1", -2: "1", -1: "1/2", 0: "1/6"}),
    ("gamma(x)", 0, 1, {-1: "1", 0: "-EulerGamma"}),
    ("log(x)", 1, 4, {1: "1", 2: "-1/2", 3: "1/3"}),
    ("sqrt(x)", 4, 3, {0: "2", 1: "1/4", 2: "-1/64"}),
    ("tan(x)", "pi/4", 3, {0: "1", 1: "2", 2: "2"}),
    ("cos(x)", "pi/2", 4, {1: "-1", 3: "1/6"}),
    ("sqrt(sin(x))", 0, 4, {Fraction(1, 2): "1", Fraction(5, 2): "-1/12"}),
    ("x^(1/3)/(1 - x)", 0, 2, {Fraction(1, 3): "1", Fraction(4, 3): "1"}),
    ("log(1 + 1/x)", "oo", 4, {1: "1", 2: "-1/2", 3: "1/3"}),
    ("sqrt(x^2 + x)", "oo", 3, {-1: "1", 0: "1/2", 1: "-1/8", 2: "1/16"}),
    ("(1 + 1/x)^x", "oo", 2, {0: "e", 1: "-e/2"}),
    ("sqrt(x^2 + x)", "-oo", 2, {-1: "1", 0: "-1/2", 1: "-1/8"}),
    ("x^2 + 3*x", 0, 6, {1: "3", 2: "1"}),
]


@pytest.mark.parametrize(("formula", "about", "order", "truth"), KNOWN)
def test_known_series_come_out_term_by_term(formula, about, order, truth):
    found = sc.series(formula, "x", about, order)

    assert found.trust is Trust.CHECKED
    assert {term.power for term in found.terms} == set(truth)
    for power, coefficient in truth.items():
        value = sc.evaluate(found.coefficient(power)).value
        assert value == pytest.approx(sc.evaluate(coefficient).value, rel=1e-15)


def test_the_text_has_the_terms_in_order_and_the_order_of_the_rest():
    assert str(sc.series("exp(x)", "x", 0, 3)) == "1 + x + x**2/2 + O(x**3)"
    assert str(sc.series("log(x)", "x", 1, 3)) == "(x - 1) - (x - 1)**2/2 + O((x - 1)**3)"
    assert str(sc.series("log(1 + 1/x)", "x", "oo", 3)) == "1/x - x**(-2)/2 + O(x**(-3))"


def test_powers_of_the_logarithm_are_terms_of_their_own():
    found = sc.series("x^x", "x", 0, 3)

    assert found.side == "+"
    assert [(term.power, term.log_power, term.coefficient.text) for term in found.terms] == [
        (0, 0, "1"),
        (1, 1, "1"),
        (2, 2, "1/2"),
    ]
    assert found.remainder == "O(x**3*log(x)**3)"


def test_a_formula_real_on_the_left_only_is_expanded_there():
    found = sc.series("sqrt(-x)", "x", 0, 2)

    assert found.side == "-"
    assert found.polynomial.text == "sqrt(-x)"


@pytest.mark.parametrize(
    ("formula", "about", "assume", "coefficients"),
    [
        ("exp(a*x)", 0, None, ["1", "a", "a^2/2"]),
        ("sin(x)", "a", None, ["sin(a)", "cos(a)", "-sin(a)/2"]),
        ("sqrt(x + a)", 0, "a > 0", ["sqrt(a)", "1/(2*sqrt(a))", "-1/(8*a^(3/2))"]),
        ("(1 + x)^a", 0, None, ["1", "a", "a*(a - 1)/2"]),
    ],
)
def test_series_with_parameters_are_checked_at_draws(formula, about, assume, coefficients):
    found = sc.series(formula, "x", about, 3, assume=assume)

    assert found.check.n_points == 5
    for power, truth in enumerate(coefficients):
        assert sc.equivalent(found.coefficient(power), truth, assume=assume).is_good


@pytest.mark.parametrize(("formula", "about"), [("exp(1/x)", 0), ("sin(1/x)", 0), ("exp(x)", "oo")])
def test_without_a_series_the_outcome_says_so(formula, about):
    found = sc.series(formula, "x", about, 3, throw=False)

    assert found.outcome is Outcome.NO_CLOSED_FORM
    assert found.polynomial is None
    with pytest.raises(OutcomeError):
        sc.series(formula, "x", about, 3)


@pytest.mark.parametrize("order", [0, -1, 61, 2.5, True])
def test_an_order_is_a_whole_number(order):
    with pytest.raises(ArgumentError, match="`order`"):
        sc.series("exp(x)", "x", 0, order)


def test_a_series_in_latex_ends_with_its_order():
    assert sc.series("exp(x)", "x", 0, 2).latex == r"1 + x + O\left(x^{2}\right)"
