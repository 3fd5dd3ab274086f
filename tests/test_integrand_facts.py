"""Facts of integrands: exponents, places, peaks, tails; whether integrals exist, from analysis."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import pytest

from symcalc.balls import ball_value
from symcalc.errors import ArgumentError
from symcalc.facts import IntegrandFacts, SpecialPoint
from symcalc.language import read
from symcalc.symbolic.integrands import Convergence, Verdict, convergence, integrand_facts

Case = tuple[str, str, str]

CONVERGENT: tuple[Case, ...] = (
    ("1/sqrt(x)", "0", "1"),
    ("1/abs(x)^(1/2)", "-1", "1"),
    ("log(x)", "0", "1"),
    ("log(x)^5", "0", "1"),
    ("1/(x*log(x)^2)", "0", "1/2"),
    ("1/(x*log(x)^2)", "2", "oo"),
    ("1/(x*log(x)*log(log(x))^2)", "3", "oo"),
    ("1/log(x)", "0", "1/2"),
    ("sin(x)/x", "0", "oo"),
    ("sin(x)^2/x^2", "0", "oo"),
    ("sin(x^2)", "0", "oo"),
    ("x*sin(x^4)", "0", "oo"),
    ("sin(x)/sqrt(x)", "0", "oo"),
    ("sin(x)^3/x", "0", "oo"),
    ("abs(sin(x))/x^2", "1", "oo"),
    ("sin(x)/(x+1)", "0", "oo"),
    ("cos(x)/x", "1", "oo"),
    ("sin(1/x)", "0", "1"),
    ("sin(1/x)/x", "0", "1"),
    ("cos(1/x)/x^(3/2)", "0", "1"),
    ("sin(log(x))", "0", "1"),
    ("exp(-x)", "0", "oo"),
    ("exp(-x^2)", "-oo", "oo"),
    ("exp(x)", "-oo", "0"),
    ("exp(-sqrt(x))", "0", "oo"),
    ("exp(-log(x)^2)", "0", "oo"),
    ("exp(-sqrt(log(x)))/x", "1", "oo"),
    ("x^100*exp(-x)", "0", "oo"),
    ("exp(-1/x)/x^10", "0", "1"),
    ("exp(1/x)", "-1", "0"),
    ("exp(x-exp(x))", "-oo", "oo"),
    ("x^(-x)", "0", "oo"),
    ("x^x", "0", "1"),
    ("gamma(x)", "1", "2"),
    ("1/gamma(x)", "0", "oo"),
    ("gamma(x)*sqrt(x)", "0", "1"),
    ("sqrt(tan(x))", "0", "pi/2"),
    ("tan(x)^(1/3)", "0", "pi/2"),
    ("log(sin(x))", "0", "pi"),
    ("log(tan(x))", "0", "pi/2"),
    ("x/sin(x)", "0", "1"),
    ("x*cot(x)", "0", "1"),
    ("sec(x)", "0", "1"),
    ("1/(x^2-2*x+2)", "-oo", "oo"),
    ("1/(x^5-x-1)", "2", "oo"),
    ("1/(1-cos(x))^(1/3)", "-1", "1"),
    ("(1-cos(x))/x^2", "0", "oo"),
    ("(x-sin(x))/x^3", "0", "1"),
    ("(exp(x)-1-x)/x^2", "0", "1"),
    ("1/(exp(x)-1)", "1", "oo"),
    ("x/(exp(x)-1)", "0", "oo"),
    ("1/x-1/(exp(x)-1)", "0", "1"),
    ("1/sqrt(1-x^2)", "-1", "1"),
    ("1/sqrt(1-x^4)", "0", "1"),
    ("x^(-99/100)", "0", "1"),
    ("x^(-101/100)", "1", "oo"),
    ("x^(-1.000000001)", "1", "oo"),
    ("x^(-3/pi)", "0", "1"),
    ("1/(1+x^pi)", "0", "oo"),
    ("1/((1+x^2)*(1+x^pi))", "0", "oo"),
    ("log(1+1/x^2)", "0", "oo"),
    ("sqrt(x^4+1)-x^2", "0", "oo"),
    ("pi/2-atan(x^2)", "0", "oo"),
    ("1-tanh(x)", "0", "oo"),
    ("tanh(x)-sign(x)", "-oo", "oo"),
    ("erfc(x)", "0", "oo"),
    ("x^5*erfc(x)", "0", "oo"),
    ("Ei(-x)", "0", "oo"),
    ("Ei(x)", "-1", "1"),
    ("li(x)", "0", "1"),
    ("E1(x)", "0", "oo"),
    ("Si(x)-pi/2", "0", "oo"),
    ("Ci(x)", "0", "oo"),
    ("besselj(0,x)", "0", "oo"),
    ("besselj(1,x)/x", "0", "oo"),
    ("besselk(0,x)", "0", "oo"),
    ("airyai(x)", "0", "oo"),
    ("airyai(x)", "-oo", "0"),
    ("floor(x)", "0", "7/2"),
    ("abs(x-1/3)", "0", "1"),
    ("1/floor(x)", "1", "4"),
    ("sign(x)/sqrt(abs(x))", "-1", "1"),
    ("min(1/x,1/sqrt(x))", "0", "1"),
    ("min(1,1/x^2)", "0", "oo"),
    ("1/x if x > 1 else 1", "0", "2"),
    ("log(x) if x > 0 else 0", "-1", "1"),
    ("sqrt(x) if x > 0 else x", "-1", "1"),
    ("exp(-10^8*(x-0.1234)^2)", "0", "1"),
    ("1/((x-0.3)^2+1e-10)", "0", "1"),
    ("tanh(1000*(x-1/3))", "0", "1"),
    ("acos(x)/(1-x)", "0", "1"),
    ("asin(x)/x", "0", "1"),
    ("atanh(x)", "0", "1"),
    ("acosh(x)/x^2", "1", "oo"),
    ("asinh(x)/x^2", "1", "oo"),
    ("lambertw(x)/x^2", "1", "oo"),
    ("lambertw(x)/x", "0", "1"),
    ("zeta(x)-1", "2", "oo"),
    ("elliptic_k(x)", "0", "1"),
    ("1/((2+sin(x))*x^2)", "1", "oo"),
    ("sin(x)/(x+sin(x))", "1", "oo"),
    ("exp(-x)*cos(100*x)", "0", "oo"),
    ("sin(exp(x))", "0", "oo"),
    ("x^2*sin(exp(x))", "0", "oo"),
    ("cbrt(x)", "-1", "1"),
    ("1/cbrt(x)", "-1", "1"),
    ("hypot(x,1)", "0", "1"),
    ("sinc(x)", "0", "oo"),
    ("sinc(x)^2", "-oo", "oo"),
    ("(sin(x)/x)^4", "0", "oo"),
    ("log(abs(x))", "-1", "1"),
    ("log(abs(x-1/3))", "0", "1"),
    ("1/sqrt(abs(x-1/3))", "0", "1"),
    ("1/(sqrt(x)*(1+x))", "0", "oo"),
    ("log(x)/(1-x)", "0", "1"),
    ("log(x)^2/(1-x)^2", "0", "1"),
    ("0*x", "0", "oo"),
    ("sqrt(sin(x)^2)", "0", "10"),
    ("1/(sin(x)-x)", "1", "2"),
    ("(tan(x)-x)/x^3", "0", "1"),
    ("x^a", "0", "1"),
    ("fresnels(x)-1/2", "0", "oo"),
    ("loggamma(x)", "0", "1"),
    ("bessely(0,x)", "0", "1"),
    ("besselj(1/2,x)/sqrt(x)", "0", "oo"),
    ("besseli(0,x)*exp(-2*x)", "0", "oo"),
    ("uppergamma(1/2,x)", "0", "oo"),
    ("softplus(-x)", "0", "oo"),
    ("sigmoid(x)", "-oo", "0"),
    ("sigmoid(x)*(1-sigmoid(x))", "-oo", "oo"),
    ("1/cosh(x)", "-oo", "oo"),
    ("x/sinh(x)", "-oo", "oo"),
    ("x^2/(cosh(x)-1)", "-oo", "oo"),
    ("1/(x^2-2*x+1+1e-30)", "0", "2"),
    ("1/(x^2+sin(x)^2+1e-40)", "-1", "1"),
    ("sin(x)^2/x^2*cos(x)", "-oo", "oo"),
    ("log(1-cos(x))", "-1", "1"),
    ("x^2/log(1+x^2)", "-1", "1"),
    ("log(abs(sin(x)))", "0", "10"),
    ("1/sqrt(abs(sin(x)))", "0", "10"),
    ("sqrt(abs(tan(x)))", "0", "3"),
    ("sin(x)/x^(3/2)", "0", "oo"),
    ("1/(x^3*sin(1/x))", "1", "oo"),
    ("log(x)/x^2", "1", "oo"),
    ("log(x)^100/x^2", "1", "oo"),
    ("log(x)^(-log(x))", "2", "oo"),
    ("x^(-1-1/log(log(x)))", "20", "oo"),
    ("1/(x*(log(x)^2+cos(x)))", "3", "oo"),
    ("cos(x)/log(x)", "2", "oo"),
    ("cos(x)/log(log(x))", "20", "oo"),
    ("cos(x)*log(x)/x", "1", "oo"),
    ("cos(x)*cos(2*x)/x", "1", "oo"),
    ("sin(x)*sin(x^2)", "0", "oo"),
    ("sin(x+1/x)/x", "1", "oo"),
    ("sin(sqrt(x))/x", "1", "oo"),
    ("sin(log(x)^2)/x", "1", "oo"),
    ("1-cos(exp(-x))", "0", "oo"),
    ("1-cos(1/x)", "1", "oo"),
    ("gamma(x)*exp(-x^2)", "1", "oo"),
    ("x^x*exp(-x^2)", "1", "oo"),
    ("gamma(x)/x^x", "1", "oo"),
    ("1/(gamma(x+1/2)/gamma(x))^3", "1", "oo"),
    ("legendre(3,x)*exp(-x)", "0", "oo"),
    ("hermite(4,x)^2*exp(-x^2)", "-oo", "oo"),
    ("polygamma(2,x)", "1", "oo"),
    ("beta(x,2)", "1", "oo"),
    ("erf(x)/x", "0", "1"),
    ("erfinv(x)", "0", "1"),
    ("lowergamma(1/2,x)/x", "0", "1"),
    ("Chi(x)*exp(-2*x)", "0", "oo"),
    ("mod(x,1)/x^2", "1", "oo"),
    ("floor(1/x)", "1/10", "1"),
    ("sqrt(x-floor(x))", "0", "5/2"),
    ("1/sqrt(x-floor(x))", "0", "5/2"),
    ("log(x-floor(x))", "1/2", "5/2"),
    ("1/(x-1)^2 if x > 3/2 else 0", "0", "2"),
)

DIVERGENT: tuple[Case, ...] = (
    ("abs(cos(x))/x", "1", "oo"),
    ("1/x^2", "-1", "1"),
    ("1/x", "0", "1"),
    ("1/x", "-1", "1"),
    ("log(x)/x", "0", "1"),
    ("1/(x*log(x))", "0", "1/2"),
    ("1/(x*log(x)*log(-log(x)))", "0", "1/10"),
    ("1/(x*log(x))", "2", "oo"),
    ("1/(x*log(x)*log(log(x)))", "3", "oo"),
    ("1/(x*log(x)^2)", "1/2", "2"),
    ("1/log(x)", "0", "1"),
    ("sin(x)^2/x", "1", "oo"),
    ("sin(x)^4/x", "0", "oo"),
    ("cos(x)/x", "0", "1"),
    ("exp(-x)", "-oo", "oo"),
    ("exp(-sqrt(log(x)))", "1", "oo"),
    ("exp(1/x)", "0", "1"),
    ("exp(1/x)", "-1", "1"),
    ("exp(-exp(x))", "-oo", "oo"),
    ("x^x", "0", "oo"),
    ("gamma(x)", "0", "1"),
    ("gamma(x)", "-3/2", "-1/2"),
    ("digamma(x)", "0", "1"),
    ("digamma(x)", "1/2", "oo"),
    ("tan(x)", "0", "pi"),
    ("tan(x)", "0", "pi/2"),
    ("1/cos(x)", "0", "pi"),
    ("1/sin(x)^2", "1", "4"),
    ("1/sin(x)", "0", "1"),
    ("x/sin(x)", "0", "4"),
    ("tan(x)", "0", "oo"),
    ("cot(x)", "0", "1"),
    ("csc(x)", "1", "4"),
    ("1/(x^2-1)", "0", "2"),
    ("1/(x^2-2)", "0", "2"),
    ("1/(x^2-2*x+1)", "0", "2"),
    ("1/(x^3-x-1)", "0", "2"),
    ("1/(1-cos(x))", "-1", "1"),
    ("1/(1-cos(x))^(1/2)", "0", "1"),
    ("(1-cos(x))/x", "0", "oo"),
    ("(x-sin(x))/x^4", "0", "1"),
    ("(exp(x)-1-x)/x^3", "0", "1"),
    ("1/(exp(x)-1)", "0", "1"),
    ("1/x-1/(exp(x)-1)", "1", "oo"),
    ("1/(1-x)^(3/2)", "0", "1"),
    ("x^(-101/100)", "0", "1"),
    ("x^(-99/100)", "1", "oo"),
    ("x^(-pi/3)", "0", "1"),
    ("1/(1+x^(1/pi))", "0", "oo"),
    ("log(1+1/x)", "1", "oo"),
    ("sqrt(x^2+1)-x", "0", "oo"),
    ("atan(x)-pi/2", "0", "oo"),
    ("tanh(x)", "0", "oo"),
    ("erf(x)", "0", "oo"),
    ("erfc(x)", "-oo", "0"),
    ("besselj(0,x)^2", "0", "oo"),
    ("besselk(1,x)", "0", "oo"),
    ("airybi(x)", "0", "oo"),
    ("airyai(x)^2", "-oo", "0"),
    ("1/abs(x)", "-1", "1"),
    ("sign(x)/x", "-1", "1"),
    ("max(x,1/x)", "0", "1"),
    ("1/x if x > 1 else 1", "0", "oo"),
    ("1/x if x > 0 else 0", "-1", "1"),
    ("acos(x)/(1-x)^(3/2)", "0", "1"),
    ("atanh(x)/(1-x)", "0", "1"),
    ("asinh(x)/x", "1", "oo"),
    ("zeta(x)", "1", "2"),
    ("elliptic_k(x)/(1-x)", "0", "1"),
    ("1/(2+sin(x))", "0", "oo"),
    ("1/(x+sin(x))", "1", "oo"),
    ("sin(x)/(sqrt(x)+sin(x))", "2", "oo"),
    ("exp(sin(x))/x", "1", "oo"),
    ("1/cbrt(x)^3", "-1", "1"),
    ("1/hypot(x,1)", "0", "oo"),
    ("1/hypot(x,x^2)", "0", "1"),
    ("x^(-1/2)/(1-x)", "0", "1"),
    ("log(x)/(1-x)^2", "0", "1"),
    ("x/(x^2+1)", "-oo", "oo"),
    ("x^3", "-oo", "oo"),
    ("1", "0", "oo"),
    ("1/(x^4-5*x^2+6)", "0", "3/2"),
    ("1/(sin(x)-x)", "0", "1"),
    ("1/(tan(x)-x)", "4", "5"),
    ("bessely(1,x)", "0", "1"),
    ("besseli(0,x)*exp(-x)", "0", "oo"),
    ("1/sinh(x)", "0", "1"),
    ("1/(x^4+sin(x)^4)", "-1", "1"),
    ("1/(sin(x)-x)", "-1", "1"),
    ("1/(x^2+sin(x)^2)", "-1", "1"),
    ("1/((x-1)^2*(x-2)^2)", "0", "3"),
    ("1/(exp(x)-x-1)", "-1", "1"),
    ("1/log(1+x^2)", "-1", "1"),
    ("1/abs(sin(x))", "0", "10"),
    ("exp(-x)*tan(x)", "0", "oo"),
    ("abs(x)^(-3/2)", "-1", "1"),
    ("exp(-x^2)/x", "-oo", "oo"),
    ("sin(x)/x^2", "0", "1"),
    ("1/(x^2*sin(1/x))", "1", "oo"),
    ("1/log(x)", "2", "oo"),
    ("1/log(x)^100", "2", "oo"),
    ("exp(-log(log(x))^2)", "3", "oo"),
    ("x^(-1-1/log(x))", "2", "oo"),
    ("cos(x)^2*cos(2*x)/x", "1", "oo"),
    ("cos(exp(-x))", "0", "oo"),
    ("x*(1-cos(1/x))", "1", "oo"),
    ("gamma(x+1/2)/gamma(x)/x", "1", "oo"),
    ("polygamma(1,x)", "1", "oo"),
    ("beta(x,1/2)", "1", "oo"),
    ("erfinv(x)^2/(1-x)", "0", "1"),
    ("fresnelc(x)/x", "1", "oo"),
    ("lowergamma(1/2,x)/x", "1", "oo"),
    ("chi(x)*exp(-x)", "1", "oo"),
    ("1/(x-1)^2 if x > 1 else 0", "0", "2"),
)

WITHOUT_LIMIT: tuple[Case, ...] = (
    ("sin(x)", "0", "oo"),
    ("cos(x)", "-oo", "oo"),
    ("x*sin(x)", "0", "oo"),
    ("x^3*sin(x^4)", "0", "oo"),
    ("sin(1/x)/x^2", "0", "1"),
    ("sin(log(x))/x", "0", "1"),
    ("besselj(0,x)*x", "0", "oo"),
    ("exp(x)*sin(exp(x))", "0", "oo"),
    ("x*sin(x)*sin(x^2)", "0", "oo"),
    ("sin(sqrt(x))/sqrt(x)", "1", "oo"),
)

NOT_REAL: tuple[Case, ...] = (
    ("sqrt(x)", "-1", "1"),
    ("log(x)", "-1", "1"),
    ("acosh(x)", "0", "2"),
    ("asin(x)", "0", "2"),
    ("sqrt(1-x^2)", "0", "2"),
    ("x^(1/3)", "-1", "1"),
    ("log(sin(x))", "0", "4"),
    ("sqrt(x^2-1)", "0", "2"),
)

#: Beyond the arithmetic of leading terms: not decided, and not decided wrongly.
UNDECIDED: tuple[Case, ...] = (
    ("max(cos(x), 0)/x", "1", "oo"),
    ("exp(-x*sin(x)^2)", "0", "oo"),
    ("1/(1 + x^2*sin(x)^2)", "0", "oo"),
    ("x/(1 + x^6*sin(x)^2)", "0", "oo"),
)

#: Simple poles inside the range.
PRINCIPAL_VALUES: tuple[Case, ...] = (
    ("1/x", "-1", "1"),
    ("1/x", "-1", "2"),
    ("1/(x^2 - 1)", "0", "2"),
    ("1/(x^2 - 2)", "0", "2"),
    ("tan(x)", "0", "pi"),
    ("exp(x)/x", "-1", "1"),
    ("1/(x^3 - x - 1)", "0", "2"),
)


def _limit(text: str) -> Any:
    if text in ("oo", "-oo"):
        return math.inf if text == "oo" else -math.inf
    expression = read(text)
    return ball_value(expression.graph, expression.root, {}, 320)


def _facts(text: str, lower: str, upper: str) -> IntegrandFacts:
    expression = read(text)
    values = {"a": Fraction(1, 2)}
    ends = _limit(lower), _limit(upper)
    return integrand_facts(expression.graph, expression.root, "x", *ends, values)


def _verdict(text: str, lower: str, upper: str) -> Verdict:
    facts = _facts(text, lower, upper)
    return convergence(facts, float(_limit(lower)), float(_limit(upper)))


def _the_point(text: str, lower: str, upper: str) -> SpecialPoint:
    (found,) = _facts(text, lower, upper).points
    return found


@pytest.mark.parametrize("case", CONVERGENT, ids=" ".join)
def test_a_convergent_integral_is_called_convergent(case: Case) -> None:
    assert _verdict(*case).convergence is Convergence.CONVERGES


@pytest.mark.parametrize("case", DIVERGENT, ids=" ".join)
def test_a_divergent_integral_is_called_divergent(case: Case) -> None:
    assert _verdict(*case).convergence is Convergence.DIVERGES


@pytest.mark.parametrize("case", WITHOUT_LIMIT, ids=" ".join)
def test_an_integral_that_oscillates_without_end_has_no_limit(case: Case) -> None:
    assert _verdict(*case).convergence is Convergence.UNDEFINED


@pytest.mark.parametrize("case", NOT_REAL, ids=" ".join)
def test_an_integrand_without_real_values_on_a_part_of_the_range_is_told(case: Case) -> None:
    assert _verdict(*case).convergence is Convergence.NOT_REAL


@pytest.mark.parametrize("case", UNDECIDED, ids=" ".join)
def test_what_cannot_be_decided_is_not_decided(case: Case) -> None:
    assert _verdict(*case).convergence is Convergence.UNKNOWN


@pytest.mark.parametrize("case", PRINCIPAL_VALUES, ids=" ".join)
def test_simple_poles_inside_have_a_principal_value(case: Case) -> None:
    verdict = _verdict(*case)

    assert verdict.convergence is Convergence.DIVERGES
    assert verdict.has_principal_value
    assert verdict.diverges_to == "indeterminate"


@pytest.mark.parametrize("text", ["1/x^2", "1/abs(x)", "sign(x)/x", "1/x if x > 0 else 0"])
def test_other_failures_have_no_principal_value(text: str) -> None:
    assert not _verdict(text, "-1", "1").has_principal_value


SENTENCES = {
    ("1/x^2", "-1", "1"): "divergent at x = 0, like |x|^-2",
    ("1/(1 - x)^(3/2)", "0", "1"): "divergent at x = 1, like |x - 1|^-1.5",
    ("exp(-x)", "-oo", "oo"): "divergent at x = -oo, like exp(1*|x|)",
    ("log(x)/x", "0", "1"): "divergent at x = 0, like |x|^-1*|log(|x|)|^1",
    ("tan(x)", "0", "pi"): "divergent at x = pi/2, like |x - pi/2|^-1",
    ("sin(x)", "0", "oo"): "no limit: the integral oscillates towards x = oo",
    ("sqrt(x)", "-1", "1"): "not real for x in (-1, 0)",
}


@pytest.mark.parametrize("case", SENTENCES, ids=" ".join)
def test_a_verdict_names_place_and_exponent(case: Case) -> None:
    assert _verdict(*case).sentence == SENTENCES[case]


DIRECTIONS = {
    ("1/x", "1", "oo"): "+oo",
    ("-1/x", "1", "oo"): "-oo",
    ("1/(1 - x)^(3/2)", "0", "1"): "+oo",
    ("x^3", "-oo", "oo"): "indeterminate",
    ("log(x)/x", "0", "1"): "-oo",
}


@pytest.mark.parametrize("case", DIRECTIONS, ids=" ".join)
def test_a_divergence_has_a_direction(case: Case) -> None:
    assert _verdict(*case).diverges_to == DIRECTIONS[case]


def test_exponents_of_powers_logarithms_and_exponentials_are_found() -> None:
    ends = _facts("x^sqrt(2)*log(x)^2*exp(-3*sqrt(x))", "0", "oo")

    assert ends.lower is not None
    assert ends.upper is not None
    assert (ends.lower.power, ends.lower.log_power) == (math.sqrt(2), 2.0)
    assert (ends.upper.power, ends.upper.rate, ends.upper.rate_power) == (math.sqrt(2), 3.0, 0.5)


def test_an_irrational_power_of_a_pole_is_an_exponent() -> None:
    facts = _facts("tan(x)^(1/sqrt(2))", "0", "pi/2")

    assert facts.upper is not None
    assert facts.upper.power == pytest.approx(-1 / math.sqrt(2), rel=1e-15)


def test_a_tail_that_oscillates_has_its_frequency_and_its_mean() -> None:
    plain, square = _facts("sin(3*x)/x", "1", "oo").upper, _facts("sin(x)^2/x", "1", "oo").upper

    assert plain is not None
    assert square is not None
    assert (plain.frequency, plain.has_mean) == (3.0, False)
    assert (square.frequency, square.has_mean) == (2.0, True)


@pytest.mark.parametrize("text", ["sin(x^2)", "cos(log(x))/x"])
def test_a_frequency_that_changes_is_not_a_number(text: str) -> None:
    tail = _facts(text, "1", "oo").upper

    assert tail is not None
    assert math.isnan(tail.frequency)


KINDS = {
    ("abs(x - 1/3)", "0", "1"): ("kink", "1/3"),
    ("sign(x - 1/3)", "0", "1"): ("jump", "1/3"),
    ("x^2 if x < 1 else 2 - x", "0", "2"): ("join", "1"),
    ("sin(x)/x", "-1", "1"): ("removable", "0"),
    ("log(abs(x))", "-1", "1"): ("singular", "0"),
    ("abs(x^2 - 2)", "0", "2"): ("kink", "sqrt(2)"),
    ("cbrt(x)", "-1", "1"): ("singular", "0"),
    ("floor(2*x)", "0", "3/4"): ("jump", "1/2"),
    ("max(x, 1 - x)", "0", "1"): ("kink", "1/2"),
}


@pytest.mark.parametrize("case", KINDS, ids=" ".join)
def test_a_special_place_has_its_kind_and_its_exact_name(case: Case) -> None:
    point = _the_point(*case)

    assert (point.kind, point.exact) == KINDS[case]


@pytest.mark.parametrize("text", ["x*abs(x)^2", "exp(x)", "abs(x)^2", "x^2 if x < 0 else x*x"])
def test_a_place_where_nothing_happens_is_not_listed(text: str) -> None:
    assert _facts(text, "-1", "2").points == ()


PEAKS = {
    ("exp(-10^8*(x - 0.1234)^2)", "0", "1"): (0.1234, 7.07e-5),
    ("1/((x - 0.3)^2 + 1e-10)", "0", "1"): (0.3, 7.07e-6),
    ("tanh(1000*(x - 1/3))", "0", "1"): (1 / 3, 1e-3),
    ("exp(-10^6*x^2)", "-oo", "oo"): (0.0, 7.07e-4),
    ("exp(-(x - 1000)^2)", "-oo", "oo"): (1000.0, 0.707),
}


@pytest.mark.parametrize("case", PEAKS, ids=" ".join)
def test_a_narrow_feature_is_found_with_its_width(case: Case) -> None:
    place, width = PEAKS[case]
    peak = min(_facts(*case).points, key=lambda p: abs(p.at - place))

    assert peak.kind == "peak"
    assert peak.at == pytest.approx(place, abs=1e-15)
    assert width / 3 < peak.width < 3 * width


def test_parity_about_the_middle_is_found() -> None:
    assert _facts("x*sin(x)", "-1", "1").is_even
    assert _facts("x^3*exp(-x^2)", "-oo", "oo").is_odd
    assert _facts("sin(x)", "0", "pi").is_even
    assert not _facts("exp(x)", "-1", "1").is_even


def test_a_frequency_inside_a_finite_range_is_bounded() -> None:
    assert 1e4 <= _facts("sin(10000*x)^2", "0", "1").frequency < 1.1e4


def test_all_poles_in_the_range_are_listed() -> None:
    facts = _facts("tan(x)", "0", "10")

    assert [p.exact for p in facts.points] == ["pi/2", "3*pi/2", "5*pi/2"]


def test_a_singularity_just_outside_is_told_at_the_end() -> None:
    (peak,) = _facts("exp(-x)/(x + 1e-9)", "0", "1").points

    assert (peak.at, peak.kind) == (0.0, "peak")
    assert peak.width == pytest.approx(1e-9)


def test_a_hundred_jumps_are_listed() -> None:
    facts = _facts("floor(100*x)", "0", "1")

    assert facts.is_complete
    assert sum(p.kind == "jump" for p in facts.points) == 99


def test_a_range_that_runs_backwards_is_refused() -> None:
    with pytest.raises(ArgumentError, match="swap the ends"):
        _facts("1/(x - 1)", "2", "0")


def test_the_exact_value_of_a_float_end_counts() -> None:
    expression = read("tan(x)")
    facts = integrand_facts(expression.graph, expression.root, "x", 0, math.pi / 2, {})

    assert convergence(facts, 0.0, math.pi / 2).convergence is Convergence.CONVERGES
    assert facts.points[-1].kind == "peak"
    assert facts.points[-1].width == pytest.approx(6.1e-17, rel=0.01)
