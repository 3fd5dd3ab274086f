"""The verb `limit`: known limits, sides that differ, oscillation, parameters."""

from __future__ import annotations

import math

import pytest

import symcalc as sc
from symcalc.errors import ArgumentError, OutcomeError
from symcalc.outcome import Outcome, Trust

#: Formula, place, side, limit as a formula. Among them limits that SymPy has had wrong.
KNOWN = [
    ("sin(x)/x", 0, "both", "1"),
    ("(1 - cos(x))/x^2", 0, "both", "1/2"),
    ("(tan(x) - sin(x))/x^3", 0, "both", "1/2"),
    ("(exp(x) - 1 - x)/x^2", 0, "both", "1/2"),
    ("(sin(tan(x)) - tan(sin(x)))/x^7", 0, "both", "-1/30"),
    ("(cos(x))^(1/x^2)", 0, "both", "exp(-1/2)"),
    ("(sin(x)/x)^(1/x^2)", 0, "both", "exp(-1/6)"),
    ("x^x", 0, "+", "1"),
    ("x*log(x)", 0, "+", "0"),
    ("log(x)", 0, "+", "-oo"),
    ("1/x", 0, "+", "oo"),
    ("1/x", 0, "-", "-oo"),
    ("1/x^2", 0, "both", "oo"),
    ("exp(1/x)", 0, "-", "0"),
    ("exp(1/x)", 0, "+", "oo"),
    ("abs(x)/x", 0, "-", "-1"),
    ("x*sin(1/x)", 0, "both", "0"),
    ("atan(1/x)", 0, "+", "pi/2"),
    ("floor(x)", 2, "-", "1"),
    ("floor(x)", 2, "+", "2"),
    ("(x^2 - 4)/(x - 2)", 2, "both", "4"),
    ("(sqrt(x) - 2)/(x - 4)", 4, "both", "1/4"),
    ("(x^(1/3) - 2)/(x - 8)", 8, "both", "1/12"),
    ("log(x)/(x - 1)", 1, "both", "1"),
    ("x^(1/(1 - x))", 1, "both", "exp(-1)"),
    ("1/log(x) - 1/(x - 1)", 1, "both", "1/2"),
    ("(x - pi)/sin(x)", "pi", "both", "-1"),
    ("tan(x)", "pi/2", "-", "oo"),
    ("(2*x - pi)*tan(x)", "pi/2", "both", "-2"),
    ("cos(x)/(x - pi/2)", "pi/2", "both", "-1"),
    ("gamma(x)*x", 0, "both", "1"),
    ("gamma(x)", 0, "-", "-oo"),
    ("gamma(x) - 1/x", 0, "both", "-EulerGamma"),
    ("(erf(x) - 2*x/sqrt(pi))/x^3", 0, "both", "-2/(3*sqrt(pi))"),
    ("besselj(1, x)/x", 0, "both", "1/2"),
    ("asin(x)/atan(x)", 0, "both", "1"),
    ("cot(x) - 1/x", 0, "both", "0"),
    ("1/sin(x)^2 - 1/x^2", 0, "both", "1/3"),
    ("(1 + x)^(1/x)", 0, "both", "e"),
    ("((1 + x)^(1/x) - e)/x", 0, "both", "-e/2"),
    ("(1 + 1/x)^x", "oo", "both", "e"),
    ("(1 - 2/x)^(3*x)", "oo", "both", "exp(-6)"),
    ("x^(1/x)", "oo", "both", "1"),
    ("sqrt(x^2 + x) - x", "oo", "both", "1/2"),
    ("sqrt(x^2 + x) - x", "-oo", "both", "oo"),
    ("x/sqrt(x^2 + 1)", "-oo", "both", "-1"),
    ("(x + sin(x))/x", "oo", "both", "1"),
    ("x^100*exp(-x)", "oo", "both", "0"),
    ("exp(x)/x^100", "oo", "both", "oo"),
    ("log(x)^10/x^0.1", "oo", "both", "0"),
    ("x*(pi/2 - atan(x))", "oo", "both", "1"),
    ("factorial(x)^(1/x)/x", "oo", "both", "exp(-1)"),
    ("factorial(x)*exp(x)/(x^x*sqrt(x))", "oo", "both", "sqrt(2*pi)"),
    ("binomial(2*x, x)*sqrt(x)/4^x", "oo", "both", "1/sqrt(pi)"),
    ("gamma(x + 1/2)/(gamma(x)*sqrt(x))", "oo", "both", "1"),
    ("(2^x + 3^x)^(1/x)", "oo", "both", "3"),
    ("x*log(1 + 1/x)", "oo", "both", "1"),
    ("x^2*(1 - cos(1/x))", "oo", "both", "1/2"),
    ("log(log(x))/log(x)", "oo", "both", "0"),
    ("exp(x + exp(-x)) - exp(x)", "oo", "both", "1"),
    ("(log(x + log(x)) - log(x))*x/log(x)", "oo", "both", "1"),
    ("lambertw(x)/log(x)", "oo", "both", "1"),
    ("Si(x)", "oo", "both", "pi/2"),
    ("erf(x)", "-oo", "both", "-1"),
    ("digamma(x) - log(x)", "oo", "both", "0"),
    ("acosh(x) - log(x)", "oo", "both", "log(2)"),
    ("abs(x - 1)/(x^2 - 1)", 1, "-", "-1/2"),
    ("(exp(2*x) - exp(x))/x", 0, "both", "1"),
    ("sign(x)*x", 0, "both", "0"),
]


@pytest.mark.parametrize(("formula", "at", "side", "truth"), KNOWN)
def test_known_limits_come_out_in_closed_form(formula, at, side, truth):
    found = sc.limit(formula, "x", at, side)

    assert found.trust is Trust.CHECKED
    assert found.closed_form is not None
    if "oo" in truth:
        assert found.value == (-math.inf if truth.startswith("-") else math.inf)
        assert found.closed_form.text == truth
        return
    exact = sc.evaluate(truth)
    assert math.isclose(found.value, exact.value, rel_tol=4e-16, abs_tol=1e-300)
    assert sc.evaluate(found.closed_form).value == exact.value


@pytest.mark.parametrize(
    ("formula", "at", "outcome", "words"),
    [
        ("abs(x)/x", 0, Outcome.SIDES_DIFFER, "left -1, right 1"),
        ("exp(1/x)", 0, Outcome.SIDES_DIFFER, "left 0, right oo"),
        ("1/x", 0, Outcome.SIDES_DIFFER, "left -oo, right oo"),
        ("atan(1/x)", 0, Outcome.SIDES_DIFFER, "left -pi/2, right pi/2"),
        ("tan(x)", "pi/2", Outcome.SIDES_DIFFER, "left oo, right -oo"),
        ("sin(1/x)", 0, Outcome.NO_LIMIT, "oscillates"),
        ("sin(1/x)/x", 0, Outcome.NO_LIMIT, "oscillates ever more widely"),
        ("sin(x)", "oo", Outcome.NO_LIMIT, "oscillates"),
        ("x*cos(x)", "-oo", Outcome.NO_LIMIT, "oscillates ever more widely"),
        ("cos(log(x))", "oo", Outcome.NO_LIMIT, "oscillates"),
        ("sqrt(x)", -1, Outcome.NOT_REAL, "no real values"),
        ("sqrt(x)", "-oo", Outcome.NOT_REAL, "no real values"),
    ],
)
def test_where_there_is_no_limit_the_outcome_says_why(formula, at, outcome, words):
    found = sc.limit(formula, "x", at, throw=False)

    assert found.outcome is outcome
    assert words in found.note
    assert found.value is None
    assert found.closed_form is None
    with pytest.raises(OutcomeError) as raised:
        sc.limit(formula, "x", at)
    assert raised.value.result.outcome is outcome


@pytest.mark.parametrize(
    ("formula", "variable", "at", "assume", "form"),
    [
        ("(a^x - 1)/x", "x", 0, "a > 0", "log(a)"),
        ("(1 + a/x)^x", "x", "oo", None, "exp(a)"),
        ("sin(a*x)/x", "x", 0, None, "a"),
        ("(x^a - 1)/a", "a", 0, "x > 0", "log(x)"),
        ("exp(-a*x)", "x", "oo", "a > 0", "0"),
        ("exp(a*x)", "x", "oo", "a > 0", "oo"),
        ("(sin(x) - sin(a))/(x - a)", "x", "a", None, "cos(a)"),
        ("x^a*exp(-x)", "x", "oo", "a > 0", "0"),
    ],
)
def test_limits_with_parameters_are_checked_at_draws(formula, variable, at, assume, form):
    found = sc.limit(formula, variable, at, assume=assume)

    assert found.closed_form.text == form
    assert found.value is None
    assert found.check.n_points == 5


def test_a_limit_that_changes_with_the_sign_of_a_parameter_has_no_closed_form():
    found = sc.limit("exp(-a*x)", "x", "oo", throw=False)

    assert found.outcome is Outcome.NO_CLOSED_FORM
    assert "0 at a" in found.note
    assert "inf at a" in found.note
    assert sc.limit("exp(-a*x)", "x", "oo", parameters="a=-1").value == math.inf


def test_oscillation_for_every_parameter_is_told_as_such():
    found = sc.limit("sin(a/x)", "x", 0, throw=False)

    assert found.outcome is Outcome.NO_LIMIT


def test_a_side_without_real_values_is_left_out_and_named():
    found = sc.limit("x*log(x)", "x", 0)

    assert found.value == 0.0
    assert found.note == "there are no real values on the left"


def test_without_a_closed_form_the_limit_is_a_number_with_its_digits():
    found = sc.limit("zeta(x) - 1/(x - 1)", "x", 1)

    assert found.closed_form is None
    assert found.trust is Trust.CHECKED
    assert found.digits == "0.577215664901532860606512090082"  # Euler's constant, DLMF 25.2.4


@pytest.mark.parametrize("formula", ["frac(x)", "exp(x)*(exp(1/x - exp(-x)) - exp(1/x))"])
def test_what_neither_terms_nor_values_settle_is_undecided(formula):
    assert sc.limit(formula, "x", "oo", throw=False).outcome is Outcome.UNDECIDED


def test_sides_that_differ_are_limits_themselves():
    found = sc.limit("atan(1/x)", "x", 0, throw=False)

    assert found.left.closed_form.text == "-pi/2"
    assert found.right.value == math.pi / 2
    assert found.to_dict()["right"]["side"] == "+"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("x", "x", 0, "up"), "`side`"),
        (("x*I", "x", 0), "complex"),
        (("x", "x", "x + 1"), "depends on `x` itself"),
    ],
)
def test_what_is_no_limit_is_refused_at_the_door(arguments, words):
    with pytest.raises(ArgumentError, match=words):
        sc.limit(*arguments)


def test_values_of_parameters_that_do_not_occur_are_refused():
    with pytest.raises(ArgumentError, match="not a parameter"):
        sc.limit("sin(x)/x", "x", 0, parameters={"b": 1})


def test_a_limit_in_latex_names_variable_place_and_side():
    assert sc.limit("abs(x)/x", "x", 0, "+").latex == (
        r"\lim_{x \to 0^{+}} \frac{\left|x\right|}{x} = 1"
    )
