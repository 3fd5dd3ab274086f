"""The strategies for integrals propose right forms; mpmath judges the values."""

from __future__ import annotations

import json
from pathlib import Path

import mpmath
import pytest
import sympy

import symcalc as sc
from symcalc.symbolic.integration import STRATEGIES, Candidate, IntegralProblem
from symcalc.worker import run_task


def FERMI(a, b):
    return mpmath.gamma(a) * mpmath.altzeta(a)


def LAPLACE(a, b):
    return mpmath.pi * mpmath.exp(-a * b) / 2 / a


def LOG_SINE(a, b):
    return mpmath.pi**3 / 24 + mpmath.pi * mpmath.log(2) ** 2 / 2


def WAVE_OF_PLANCK(a, b):
    return mpmath.pi / (2 * b * mpmath.tanh(mpmath.pi * a / b)) - 1 / (2 * a)


def WAVE_OVER_COSH(a, b):
    return mpmath.pi / 2 / mpmath.cosh(mpmath.pi * a / 2)


def STRIP(a, b):
    return 4 * mpmath.pi / 3 / mpmath.sqrt(3)


def TWO_HEIGHTS(a, b):
    return mpmath.pi * mpmath.log(a + b) / b


def ARC(a, b):
    return mpmath.pi * mpmath.log(1 + a) / 2


def HALF_RESIDUE(a, b):
    return mpmath.pi * mpmath.cot(mpmath.pi * a / 4)


def DAWSON(a, b):
    return -mpmath.pi * mpmath.exp(-a * a) * mpmath.erfi(a)


def RAABE(a, b):
    return a * mpmath.log(a) - a + mpmath.log(2 * mpmath.pi) / 2


def TRILOGARITHM(a, b):
    return -3 * mpmath.zeta(3) / 4


def ARCHES(a, b):
    return (1 + mpmath.exp(-mpmath.pi * a)) / (1 - mpmath.exp(-mpmath.pi * a)) / (1 + a * a)


def AUXILIARY(a, b):
    z = a * b
    return (mpmath.ci(z) * mpmath.sin(z) + (mpmath.pi / 2 - mpmath.si(z)) * mpmath.cos(z)) / b


def WAVE_OF_GAUSS(a, b):
    return mpmath.sqrt(mpmath.pi / a) / 2 * mpmath.exp(-b * b / 4 / a)


SQUARE = [("y", "0", "1"), ("x", "0", "1")]

#: Strategy, integrand, range, the integral in mpmath's words.
FORMS = [
    ("table", "exp(-a*x)", "0", "oo", lambda a, b: 1 / a),
    ("table", "(exp(-a*x) - exp(-b*x))/x", "0", "oo", lambda a, b: mpmath.log(b / a)),
    ("table", "(sin(a*x)/x)^3", "0", "oo", lambda a, b: 3 * mpmath.pi * a**2 / 8),
    ("table", "x^(a - 1)/(exp(x) + 1)", "0", "oo", FERMI),
    ("table", "log(x)/(x^2 + a^2)", "0", "oo", lambda a, b: mpmath.pi * mpmath.log(a) / 2 / a),
    ("table", "x^(a - 1)*(1 - x)^(b - 1)", "0", "1", mpmath.beta),
    ("table", "1/(1 + x^4)", "-oo", "oo", lambda a, b: mpmath.pi / mpmath.sqrt(2)),
    ("table", "log(sin(x))^2", "0", "pi/2", LOG_SINE),
    ("rules", "abs(x^2 - 2)", "0", "2", lambda a, b: (8 * mpmath.sqrt(2) - 4) / 3),
    ("rules", "abs(x - a)", "0", "1", lambda a, b: a - 0.5 if a > 1 else a * a - a + 0.5),
    ("rules", "floor(x)*x", "0", "3", lambda a, b: mpmath.mpf(13) / 2),
    ("substitution", "1/(5 + 4*cos(x))", "0", "2*pi", lambda a, b: 2 * mpmath.pi / 3),
    ("residues", "cos(b*x)/(x^2 + a^2)", "0", "oo", LAPLACE),
    ("residues", "cos(a*x)/cosh(x)", "0", "oo", WAVE_OVER_COSH),
    ("residues", "sin(a*x)/(exp(b*x) - 1)", "0", "oo", WAVE_OF_PLANCK),
    ("residues", "exp(x/3)/(1 + exp(x))^2", "-oo", "oo", STRIP),
    ("residues", "log(x^2 + a^2)/(x^2 + b^2)", "0", "oo", TWO_HEIGHTS),
    ("residues", "atan(a*x)/(x*(1 + x^2))", "0", "oo", ARC),
    ("rules", "exp(-x)/(x + a)", "0", "oo", lambda a, b: mpmath.exp(a) * mpmath.e1(a)),
    ("rules", "digamma(x + a)", "0", "b", lambda a, b: mpmath.loggamma(a + b) - mpmath.loggamma(a)),
    ("table", "loggamma(x + a)", "0", "1", RAABE),
    ("table", "log(1 + x + x^2)/x", "0", "1", lambda a, b: mpmath.pi**2 / 9),
    ("table", "log(x)*log(1 + x)/x", "0", "1", TRILOGARITHM),
    ("rules", "floor(x)*exp(-a*x)", "0", "oo", lambda a, b: 1 / a / mpmath.expm1(a)),
    ("rules", "abs(sin(x))*exp(-a*x)", "0", "oo", ARCHES),
    ("rules", "sqrt(1 + cos(x))", "0", "2*pi", lambda a, b: 4 * mpmath.sqrt(2)),
    ("symmetry", "atan(x)/(1 + x)", "0", "1", lambda a, b: mpmath.pi * mpmath.log(2) / 8),
    ("table", "exp(-a*x)/(x^2 + b^2)", "0", "oo", AUXILIARY),
    ("table", "exp(-a*x^2)*cos(b*x)", "0", "oo", WAVE_OF_GAUSS),
    ("rules", "1/cosh(a*x - b)^4", "-oo", "oo", lambda a, b: mpmath.mpf(4) / 3 / a),
    ("principal", "exp(x)/x", "-1", "a", lambda a, b: mpmath.ei(a) - mpmath.ei(-1)),
    ("principal", "1/log(x)", "0", "1 + a", lambda a, b: mpmath.li(1 + a)),
    ("principal", "x^(a/4)/(1 - x)^1/x", "0", "oo", HALF_RESIDUE),
    ("principal", "exp(-x^2)/(x - a)", "-oo", "oo", DAWSON),
    ("symmetry", "1/(1 + tan(x)^sqrt(2))", "0", "pi/2", lambda a, b: mpmath.pi / 4),
    ("symmetry", "1/((1 + x^2)*(1 + x^pi))", "0", "oo", lambda a, b: mpmath.pi / 4),
]  # fmt: skip


TABLE = json.loads((Path(__file__).parent / "data" / "table_integrals.json").read_text())["items"]


def problem_of(text: str, *ranges: tuple[str, str, str]) -> IntegralProblem:
    def read(part: str) -> sc.Expression:
        return sc.parse(part, assume="a > 0, b > 0")

    return IntegralProblem(read(text), tuple((x, read(low), read(high)) for x, low, high in ranges))


def run_strategy(name: str, problem: IntegralProblem) -> tuple[Candidate, ...]:
    return run_task(
        "symcalc.symbolic.integration:run_strategy", (name, problem), seconds=30, memory_mb=4000
    )


def value_of(form: sc.Expression, **point: float) -> mpmath.mpf:
    found = form.sympy.subs({s: sympy.Rational(point[s.name]) for s in form.sympy.free_symbols})
    return mpmath.mpf(str(sympy.N(found, 20)))


@pytest.mark.parametrize(("name", "text", "low", "high", "truth"), FORMS, ids=lambda v: str(v)[:40])
def test_a_strategy_finds_the_closed_form(name, text, low, high, truth):
    found = run_strategy(name, problem_of(text, ("x", low, high)))

    assert found
    for a, b in ((1.5, 0.75), (0.5, 2.25)):
        value, expected = value_of(found[0].form, a=a, b=b), truth(mpmath.mpf(a), mpmath.mpf(b))
        assert abs(value - expected) < 1e-14 * abs(expected)


def test_a_form_that_depends_on_the_sign_of_a_discriminant_is_proposed_for_both_signs():
    found = run_strategy("table", problem_of("1/(x^2 + 2*a*x + 1)", ("x", "0", "oo")))

    for a in (0.5, 1.5):
        truth = (mpmath.acos(a) / mpmath.sqrt(1 - mpmath.mpc(a) ** 2)).real
        values = [sc.evaluate(one.form, at={"a": a}).value for one in found]
        assert any(abs(value - truth) < 1e-14 * truth for value in values)


@pytest.mark.parametrize(
    ("name", "text", "ranges", "truth"),
    [
        ("iterated", "x^2*y", [("y", "0", "1 - x"), ("x", "0", "1")], "1/60"),
        ("polar", "1", [("y", "-sqrt(1 - x^2)", "sqrt(1 - x^2)"), ("x", "-1", "1")], "pi"),
        ("swapped", "exp(-y^2)", [("y", "x", "oo"), ("x", "0", "oo")], "1/2"),
        ("iterated", "exp(-(x - y)^2)", SQUARE, "erf(1)*sqrt(pi) + exp(-1) - 1"),
        ("homogeneous", "(x + y)^2", [("y", "0", "1"), ("x", "0", "1")], "7/6"),
    ],
)
def test_integrals_over_several_variables(name, text, ranges, truth):
    found = run_strategy(name, problem_of(text, *ranges))

    assert [candidate.form.text for candidate in found][:1] == [truth]


def test_shares_of_the_time_add_up():
    for variables in ("one", "several"):
        shares = [s.share for s in STRATEGIES if s.variables == variables]

        assert sum(shares) == pytest.approx(1.0)


def test_a_spike_that_no_sample_sees_is_not_taken_for_zero():
    found = run_strategy("symmetry", problem_of("exp(-10^8*(x - 0.123)^2)", ("x", "0", "1")))

    assert "0" not in [candidate.form.text for candidate in found]


@pytest.mark.parametrize(
    "text", ["x*exp(x)", "1/(1 + x^4)", "log(x)^2", "x^2*atan(a*x)", "1/(a + x)^2", "sin(a*x)^2"]
)
def test_antiderivatives_have_the_integrand_for_derivative(text):
    integrand = sc.parse(text, assume="a > 0")

    found = run_task(
        "symcalc.symbolic.integration:find_antiderivatives", (integrand, "x"), seconds=30
    )

    assert found
    at = {"x": 0.625, "a": 1.5}
    for candidate in found:
        derivative = sc.differentiate(candidate.form, "x")
        difference = derivative.sympy - integrand.sympy
        point = {s: sympy.Rational(at[s.name]) for s in difference.free_symbols}
        assert abs(sympy.N(difference.subs(point), 20)) < 1e-15


def test_what_has_no_elementary_antiderivative_gives_none():
    found = run_task(
        "symcalc.symbolic.integration:find_antiderivatives", (sc.parse("x^x"), "x"), seconds=30
    )

    assert found == ()


@pytest.mark.parametrize(
    "item",
    [item for item in TABLE if item["group"] == "infinite" and "value" in item][1::4],
    ids=lambda item: item["integrand"],
)
def test_some_strategy_finds_the_form_of_an_integral_of_the_table(item):
    problem = problem_of(item["integrand"], *item["limits"])
    truth = mpmath.mpf(item["value"])

    found = (
        value_of(candidate.form)
        for strategy in STRATEGIES
        if strategy.variables == "one"
        for candidate in run_strategy(strategy.name, problem)[:1]
    )

    assert any(abs(value - truth) < 1e-14 * (1e-30 + abs(truth)) for value in found)
