"""The verb `summation`: known sums, divergence, oscillation, parameters, several ranges."""

from __future__ import annotations

import math

import mpmath
import pytest

import symcalc as sc
from symcalc.errors import ArgumentError, OutcomeError
from symcalc.outcome import Outcome, Trust

#: Summand, lower end, and the sum to infinity in closed form.
KNOWN = [
    ("1/n^2", 1, "pi^2/6"),
    ("1/n^4", 1, "pi^4/90"),
    ("1/n^3", 1, "zeta(3)"),
    ("1/n^(3/2)", 1, "zeta(3/2)"),
    ("(-1)^n/n", 1, "-log(2)"),
    ("(-1)^n/(2*n + 1)", 0, "pi/4"),
    ("(-1)^(n + 1)/n^2", 1, "pi^2/12"),
    ("1/(2*n + 1)^2", 0, "pi^2/8"),
    ("1/(n*(n + 1))", 1, "1"),
    ("1/(n*(n + 2))", 1, "3/4"),
    ("1/(4*n^2 - 1)", 1, "1/2"),
    ("1/(n*(n + 1)*(n + 2))", 1, "1/4"),
    ("1/(n^2 + 1)", 0, "1/2 + pi/(2*tanh(pi))"),
    ("1/n!", 0, "e"),
    ("(-1)^n/n!", 0, "exp(-1)"),
    ("n/n!", 0, "e"),
    ("n^2/n!", 0, "2*e"),
    ("1/(2*n)!", 0, "cosh(1)"),
    ("(-1)^n/(2*n + 1)!", 0, "sin(1)"),
    ("1/2^n", 0, "2"),
    ("n/2^n", 0, "2"),
    ("n^3/2^n", 0, "26"),
    ("(2/3)^n", 1, "2"),
    ("(-1/3)^n", 0, "3/4"),
    ("1/(n*2^n)", 1, "log(2)"),
    ("binomial(2*n, n)/5^n", 0, "sqrt(5)"),
    ("n!/n^n*0", 1, "0"),
    ("3^n/n!", 0, "exp(3)"),
    ("1/n^2 - 1/(n + 1)^2", 1, "1"),
    ("log(1 - 1/n^2)", 2, "-log(2)"),
    ("log(1 + 1/n) - 1/n", 1, "-EulerGamma"),
    ("log(n)/n^2", 1, "0.93754825431584375370"),
    ("1/(n*log(n)^2)", 2, "2.10974280123689197448"),
    ("log(n)/n^1.5", 1, "3.93223973743110151071"),
    ("1/n^1.001", 1, "zeta(1.001)"),
    ("(-1)^n/sqrt(n)", 1, "-0.60489864342163037025"),
    ("(-1)^n*log(n)/n", 1, "EulerGamma*log(2) - log(2)^2/2"),
    ("(-1)^(n*(n + 1)/2)/n", 1, "-pi/4 - log(2)/2"),
    ("cos(2*pi*n/3)/n", 1, "-log(3)/2"),
    ("sin(pi*n/2)/n", 1, "pi/4"),
    ("sin(n)/n", 1, "(pi - 1)/2"),
    ("cos(n)/n", 1, "-log(2*sin(1/2))"),
    ("sin(n)/n^3", 1, "pi^2/6 - pi/4 + 1/12"),
    ("exp(-n)", 0, "1/(1 - exp(-1))"),
    ("n*exp(-n)", 0, "exp(-1)/(1 - exp(-1))^2"),
    ("0.999^n", 0, "1000"),
    ("exp(-n^2)", 0, "1.38631860241332607653"),
    ("exp(-(n - 1000)^2) + exp(-n^2)", 0, "3.15895580723997822955"),
    ("1/(1 + (n - 1000)^2)", 1, "3.1523475951043291811"),
    ("floor(n/2)/2^n", 0, "2/3"),
    ("atan(1/(n^2 + n + 1))", 0, "pi/2"),
    ("atan(1/n^2)", 1, "1.42474177842998088976"),
    ("(-1)^n/(n + sqrt(2))", 0, "0.45998675066634492143"),
]


@pytest.mark.parametrize(("summand", "lower", "truth"), KNOWN)
def test_known_sums_to_infinity_come_out_right(summand, lower, truth):
    found = sc.summation(summand, ("n", lower, "oo"), budget=5)

    exact = sc.evaluate(truth, exact=True).value
    digits = len(truth.replace("0.", "").replace(".", "")) if truth[-1].isdigit() else 17
    known = 10.0 ** (1 - digits) if "." in truth and "(" not in truth else 0.0
    assert found.trust in (Trust.PROVEN, Trust.CHECKED)
    assert abs(found.value - exact) <= 10 * found.error + (known + 3e-16) * abs(exact)
    assert found.error <= 1e-10 * max(abs(exact), 1e-3)


@pytest.mark.parametrize(
    ("summand", "ranges", "form"),
    [
        ("1/n^2", [("n", 1, "oo")], "pi**2/6"),
        ("1/n!", [("n", 0, "oo")], "e"),
        ("1/(n*(n + 2))", [("n", 1, "oo")], "3/4"),
        ("(-1)^n/(2*n + 1)", [("n", 0, "oo")], "pi/4"),
        ("k^2", [("k", 1, 100)], "338350"),
        ("1/n^5", [("n", 1, 3)], "8051/7776"),
        ("k*m", [("k", 1, "m"), ("m", 1, 10)], "1705"),
        ("1/2^(i + j)", [("i", 0, "oo"), ("j", 0, "oo")], "4"),
    ],
)
def test_closed_forms_of_sums_without_parameters(summand, ranges, form):
    assert sc.summation(summand, *ranges).closed_form.text == form


@pytest.mark.parametrize(
    ("summand", "ranges", "assume", "form"),
    [
        ("x^n/n!", [("n", 0, "oo")], None, "exp(x)"),
        ("x^n", [("n", 0, "oo")], "0 < x < 1", "1/(1 - x)"),
        ("n*x^n", [("n", 0, "oo")], "0 < x < 1", "x/(1 - x)^2"),
        ("x^n/n", [("n", 1, "oo")], "0 < x < 1", "-log(1 - x)"),
        ("1/n^s", [("n", 1, "oo")], "s > 1", "zeta(s)"),
        ("k", [("k", 1, "n")], None, "n*(n + 1)/2"),
        ("k^3", [("k", 1, "n")], None, "(n*(n + 1)/2)^2"),
        ("binomial(n, k)", [("k", 0, "n")], None, "2^n"),
        ("binomial(n, k)*x^k", [("k", 0, "n")], None, "(1 + x)^n"),
        ("q^k", [("k", 0, "n")], "0 < q < 1", "(1 - q^(n + 1))/(1 - q)"),
        ("1/(k*(k + 1))", [("k", 1, "n")], None, "n/(n + 1)"),
        ("exp(-a*n)", [("n", 0, "oo")], "a > 0", "1/(1 - exp(-a))"),
    ],
)
def test_sums_with_parameters_are_checked_at_draws(summand, ranges, assume, form):
    found = sc.summation(summand, *ranges, assume=assume)

    assert found.value is None
    assert found.check.n_points == 5
    at = "x=1/3, s=5/2, n=4, q=1/7, a=0.8"
    values = {n: v for n, v in (part.split("=") for part in at.split(", ")) if n in form}
    point = ", ".join(f"{n}={v}" for n, v in values.items() if n in found.closed_form.names)
    here = sc.evaluate(found.closed_form, at=point).value
    truth = sc.evaluate(
        form, at=", ".join(f"{n}={v}" for n, v in values.items() if n in sc.parse(form).names)
    ).value
    assert math.isclose(here, truth, rel_tol=1e-14)


def test_a_condition_is_data_where_it_is_needed_and_left_out_where_not():
    geometric = sc.summation("x^n", ("n", 0, "oo"))
    binomial = sc.summation("binomial(n, k)*x^k", ("k", 0, "n"))

    assert geometric.conditions == ("abs(x) < 1",)
    assert binomial.conditions == ()


@pytest.mark.parametrize(
    ("summand", "lower", "outcome", "words"),
    [
        ("1/n", 1, Outcome.DIVERGENT, "divergent to oo: the terms behave like n^-1"),
        ("-1/sqrt(n)", 1, Outcome.DIVERGENT, "divergent to -oo: the terms behave like n^-0.5"),
        ("1/(n*log(n))", 2, Outcome.DIVERGENT, "n^-1 * log(n)^-1"),
        ("1/(n*log(n)*log(log(n)))", 3, Outcome.DIVERGENT, "log(log(n))^-1"),
        ("1/n^(1 + 1/n)", 1, Outcome.DIVERGENT, "n^-1"),
        ("n^n/(n!*exp(n))", 1, Outcome.DIVERGENT, "n^-0.5"),
        ("n", 0, Outcome.DIVERGENT, "do not tend to 0"),
        ("(-1)^n", 0, Outcome.DIVERGENT, "do not tend to 0"),
        ("sin(n)", 0, Outcome.DIVERGENT, "oscillate and do not tend to 0"),
        ("2^n/n^5", 1, Outcome.DIVERGENT, "do not tend to 0"),
        ("n!/10^n", 0, Outcome.DIVERGENT, "do not tend to 0"),
        ("(-1)^n*(1/sqrt(n) + (-1)^n/n)", 1, Outcome.DIVERGENT, "n^-1"),
        ("sin(n)^2/n", 1, Outcome.DIVERGENT, "n^-1"),
        ("1/(n - 3)^2", 1, Outcome.UNDEFINED, "n = 3"),
        ("sin(n^2)/n", 1, Outcome.UNDECIDED, "convergence is not decided"),
    ],
)
def test_a_sum_without_a_value_is_an_outcome(summand, lower, outcome, words):
    found = sc.summation(summand, ("n", lower, "oo"), throw=False, budget=2)

    assert found.outcome is outcome
    assert words in found.note
    assert found.value is None
    assert found.closed_form is None
    with pytest.raises(OutcomeError):
        sc.summation(summand, ("n", lower, "oo"), budget=2)


def test_finite_sums_are_proven_and_long_ones_checked():
    short = sc.summation("1/n", ("n", 1, 1000), budget=1)
    long = sc.summation("1/n", ("n", 1, 10**6), budget=1)

    assert short.trust is Trust.PROVEN
    assert math.isclose(short.value, float(mpmath.harmonic(1000)), rel_tol=4e-16)
    assert long.trust is Trust.CHECKED
    assert math.isclose(long.value, float(mpmath.harmonic(10**6)), rel_tol=4e-16)


def test_sums_over_all_whole_numbers_are_sums_of_two():
    theta = sc.summation("exp(-n^2)", ("n", "-oo", "oo"), budget=1)

    assert math.isclose(theta.value, float(mpmath.jtheta(3, 0, mpmath.exp(-1))), rel_tol=1e-15)
    assert theta.trust is Trust.CHECKED


def test_an_empty_range_sums_to_zero_and_values_of_parameters_come_first():
    assert sc.summation("n", ("n", 5, 3)).value == 0.0
    assert sc.summation("x^n", ("n", 0, "oo"), parameters="x=1/4").closed_form.text == "4/3"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("n",), "both ends"),
        (("n", "n"), "both ends"),
        (("n", ("n", 1, "n")), "depends on `n`"),
        (("I*n", ("n", 1, 2)), "complex"),
    ],
)
def test_what_is_no_sum_is_refused_at_the_door(arguments, words):
    with pytest.raises(ArgumentError, match=words):
        sc.summation(*arguments)


def test_ends_that_are_not_whole_have_no_sum():
    assert sc.summation("n", ("n", 0, "5/2"), throw=False).outcome is Outcome.UNDEFINED


def test_a_sum_in_latex_shows_its_range():
    assert sc.summation("1/n^2", ("n", 1, "oo")).latex == (
        r"\sum_{n=1}^{\infty} \frac{1}{n^{2}} = \frac{\pi^{2}}{6}"
    )
