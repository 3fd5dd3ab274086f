"""The verb `integrate`: closed forms that were judged, values with errors that hold, refusals."""

from __future__ import annotations

import json
import math
from pathlib import Path

import mpmath
import pytest

import symcalc as sc
from symcalc.calculus.integral_value import IntegralNumber
from symcalc.errors import ArgumentError, OutcomeError, ParseError
from symcalc.outcome import Outcome, Trust
from symcalc.verify.closed_forms import judge_closed_form

CASES = json.loads((Path(__file__).parent / "data" / "integrals.json").read_text())["items"]

#: Every second case by group in the plain run; all of them with `-m slow`.
SAMPLE = {case["id"] for index, case in enumerate(CASES) if index % 3 == 0}


def arguments(case) -> dict:
    facts = [f"{name} {words}" for name, words in case.get("assumptions", {}).items()]
    facts += [case["condition"]] if case.get("condition") else []
    return {
        "assume": ", ".join(facts) or None,
        "principal_value": case["expect"] == "principal_value",
        "throw": False,
    }


def marked(case):
    marks = [] if case["id"] in SAMPLE else [pytest.mark.slow]
    return pytest.param(case, id=case["id"], marks=marks)


@pytest.mark.parametrize("case", [marked(case) for case in CASES])
def test_integrals_with_known_answers_come_out_right(case):
    found = sc.integrate(case["integrand"], *map(tuple, case["limits"]), **arguments(case))

    if case["expect"] in ("divergent", "undefined"):
        assert found.outcome in (Outcome.DIVERGENT, Outcome.NO_LIMIT)
        assert found.value is None
        return
    assert found.outcome is Outcome.DONE
    if "instances" in case:
        for instance in case["instances"]:
            values = {k: v for k, v in instance["values"].items() if k in found.closed_form.names}
            at = ", ".join(f"{name}={value}" for name, value in values.items())
            value = sc.evaluate(found.closed_form, at=at, exact=True)
            assert math.isclose(value.value, float(instance["value"]), rel_tol=1e-14)
        return
    truth = mpmath.mpf(case["value"])
    assert found.trust in (Trust.PROVEN, Trust.CHECKED)
    assert abs(found.value - truth) <= 1e-10 * abs(truth)
    assert found.error <= 1e-8 * abs(truth)
    assert abs(found.value - truth) <= 10 * found.error + 2e-16 * abs(truth)


def test_a_closed_form_is_checked_at_draws_of_its_parameters():
    found = sc.integrate("exp(-a*x^2)", ("x", "-oo", "oo"), assume="a > 0")

    assert str(found.closed_form) == "sqrt(pi)/sqrt(a)"
    assert found.value is None
    assert found.check.n_points == 5
    assert all(comparison.point["a"] > 0 for comparison in found.check.details)


def test_values_of_parameters_are_exact_and_put_in_first():
    found = sc.integrate("abs(x - a)", ("x", 0, 1), parameters="a=1/3")

    assert str(found.closed_form) == "5/18"
    assert found.value == 5 / 18
    assert found.trust is Trust.PROVEN
    assert sc.integrate("a*x", ("x", 0, 1), parameters={"a": 0.1}).value == 0.05


def test_ends_may_depend_on_outer_variables():
    assert str(sc.integrate("x*y", ("y", 0, "x^2"), ("x", 0, 1)).closed_form) == "1/12"


def test_ends_in_the_other_order_change_the_sign():
    forward, back = (sc.integrate("exp(x)", ("x", *ends)) for ends in ((0, 1), (1, 0)))

    assert back.value == -forward.value
    assert back.trust is Trust.PROVEN
    assert sc.integrate("exp(x)", ("x", 2, 2)).value == 0.0


@pytest.mark.parametrize(
    ("integrand", "ends", "outcome", "words"),
    [
        ("1/x^2", (-1, 1), Outcome.DIVERGENT, "divergent at x = 0, like |x|^-2"),
        ("1/x", (1, "oo"), Outcome.DIVERGENT, "x = oo"),
        ("x*sin(x)", (0, "oo"), Outcome.NO_LIMIT, "oscillates"),
        ("sqrt(x)", (-1, 1), Outcome.NOT_REAL, "not real for x in (-1, 0)"),
        ("log(x)", (-2, -1), Outcome.NOT_REAL, "not real"),
    ],
)
def test_an_integral_without_a_value_is_an_outcome(integrand, ends, outcome, words):
    found = sc.integrate(integrand, ("x", *ends), throw=False)

    assert found.outcome is outcome
    assert words in found.note
    assert found.value is None
    assert found.closed_form is None
    with pytest.raises(OutcomeError, match="Divergent|Undefined|Not real") as raised:
        sc.integrate(integrand, ("x", *ends))
    assert raised.value.result.outcome is outcome


@pytest.mark.parametrize(
    ("integrand", "ends", "value"),
    [
        ("1/(x^2 - 1)", (0, 2), -math.log(3) / 2),
        ("tan(x)", (0, "pi"), 0.0),
        (
            "cos(x)/(x - 1)",
            (0, 3),
            float(-mpmath.cos(1) * (mpmath.ci(1) - mpmath.ci(2)))
            - float(mpmath.sin(1) * (mpmath.si(1) + mpmath.si(2))),
        ),
    ],
)
def test_principal_values_pass_simple_poles(integrand, ends, value):
    found = sc.integrate(integrand, ("x", *ends), principal_value=True, budget=30)

    assert found.is_principal_value
    assert abs(found.value - value) <= max(10 * found.error, 1e-15)


def test_a_double_pole_has_no_principal_value():
    found = sc.integrate("1/(x - 1)^2", ("x", 0, 2), principal_value=True, throw=False)

    assert found.outcome is Outcome.DIVERGENT


def test_an_antiderivative_is_accepted_by_its_derivative():
    found = sc.integrate("x*exp(x)", "x")

    assert str(found.closed_form) == "(x - 1)*exp(x)"
    assert found.check.trust is Trust.CHECKED
    assert sc.integrate("x^x", "x", throw=False, budget=3).outcome is Outcome.NO_CLOSED_FORM


def test_method_says_what_is_wanted():
    number = sc.integrate("x^2", ("x", 0, 1), method="numeric")
    nothing = sc.integrate("x^x", ("x", 0, 1), method="symbolic", budget=2, throw=False)

    assert number.closed_form is None
    assert number.value == 1 / 3
    assert nothing.outcome is Outcome.NO_CLOSED_FORM
    assert nothing.value is None


@pytest.mark.parametrize(
    ("ranges", "words"),
    [
        ((), "Name the variable"),
        ((("x", 0),), "two ends"),
        ((("x", 0, 1), ("x", 0, 1)), "integrated over twice"),
        ((("x", 0, "x"),), "innermost first"),
        ((("x", 0, math.nan),), "NaN"),
        ((7,), "a name and two ends"),
    ],
)
def test_what_is_no_range_is_refused_in_words(ranges, words):
    with pytest.raises(ArgumentError, match=words):
        sc.integrate("x", *ranges)


def test_bad_options_are_refused_in_words():
    with pytest.raises(ArgumentError, match="Unknown method"):
        sc.integrate("x", ("x", 0, 1), method="magic")
    with pytest.raises(ArgumentError, match="budget"):
        sc.integrate("x", ("x", 0, 1), budget=0)
    with pytest.raises(ArgumentError, match="not a parameter"):
        sc.integrate("x", ("x", 0, 1), parameters={"b": 1})
    with pytest.raises(ParseError):
        sc.integrate("x +", ("x", 0, 1))


def test_a_result_shows_itself():
    found = sc.integrate("1/(1 + x^2)", ("x", 0, "oo"))

    assert found._repr_latex_() == (
        r"$\displaystyle \int_{0}^{\infty} \frac{1}{1 + x^{2}}\,\mathrm{d}x = \frac{\pi}{2}$"
    )
    assert json.loads(json.dumps(found.to_dict()))["closed_form"]["text"] == "pi/2"
    assert float(found) == math.pi / 2


def test_values_without_rounding_help_where_doubles_cancel():
    found = sc.integrate("(tan(x) - sin(x) - x^3/2)/x^5*log(x)", ("x", 0, 1), method="numeric")

    assert found.value == pytest.approx(-0.13213550260473908, rel=1e-12)
    assert found.trust in (Trust.CHECKED, Trust.PROVEN)


@pytest.mark.parametrize(
    ("text", "low", "high", "conditions"),
    [
        ("exp(-a*x)", 0, "oo", ("a > 0",)),
        ("x^p", 1, "oo", ("p < -1",)),
        ("x^p*(1 - x)^q", 0, 1, ("p > -1", "q > -1")),
        ("exp(-(a + b)*x)", 0, "oo", ("a + b > 0",)),
        ("exp(a*x)", 0, 1, ()),
    ],
)
def test_conditions_tell_where_the_integral_has_a_value(text, low, high, conditions):
    found = sc.integrate(text, ("x", low, high), budget=60)

    assert found.closed_form is not None
    assert found.conditions == conditions


def test_what_waves_leave_of_an_integrand_is_enclosed_to_many_digits():
    found = sc.integrate("exp(-x^2)*cos(20*x)", ("x", "-oo", "oo"), budget=60)

    assert found.trust is Trust.PROVEN
    assert found.value == pytest.approx(math.sqrt(math.pi) * math.exp(-100), rel=1e-14)
    assert found.error < 1e-12 * found.value


@pytest.mark.parametrize(
    ("integrand", "ends", "assumption"),
    [
        ("1/x", ("-a", "a"), "a > 0"),
        ("1/(x - a)", (0, 1), "0 < a < 1"),
        ("exp(a*x)", (0, "oo"), "a > 0"),
    ],
)
def test_an_integral_without_a_value_at_any_draw_has_no_closed_form(
    integrand: str, ends: tuple[object, object], assumption: str
) -> None:

    found = sc.integrate(integrand, ("x", *ends), assume=assumption, budget=5, throw=False)

    assert found.outcome is Outcome.DIVERGENT
    assert found.closed_form is None
    assert "no value at any draw" in found.note


def test_what_is_assumed_of_parameters_of_the_ends_alone_is_heeded() -> None:

    found = sc.integrate("1/x", ("x", "a", "b"), assume="a > 0, b > 0")

    assert found.trust is Trust.CHECKED
    assert found.check is not None
    assert all(min(one.point.values()) > 0 for one in found.check.details)


@pytest.mark.parametrize(("seconds", "n_points"), [(2.5, 3), (4.5, 4), (math.inf, 5)])
def test_three_draws_are_enough_where_they_take_long(monkeypatch, seconds, n_points):
    clock = iter(range(100))
    monkeypatch.setattr("symcalc.verify.closed_forms.thread_time", lambda: next(clock))
    points = [{"a": 1.0 + k / 8} for k in range(9)]

    def value(point):
        return IntegralNumber(point["a"] ** 2, 1e-12, "a rule", Trust.CHECKED)

    check = judge_closed_form(sc.parse("a^2"), points, value, seconds=seconds)

    assert check.trust is Trust.CHECKED
    assert check.n_points == n_points


@pytest.mark.parametrize(
    ("text", "low", "high", "outcome"),
    [
        ("x", "pi", "pi + 10^-100", Outcome.UNDECIDED),
        ("1/(x - pi)", "pi", "pi + 10^-100", Outcome.UNDECIDED),
        ("1", "22/7", "22/7 + 10^-120", Outcome.UNDECIDED),
        ("x", "sqrt(2)*sqrt(3)", "sqrt(6)", Outcome.DONE),
        ("1/x", "pi", "pi", Outcome.DONE),
    ],
)
def test_ends_that_differ_beyond_all_digits_are_not_taken_for_one_place(text, low, high, outcome):
    found = sc.integrate(text, ("x", low, high), method="numeric", throw=False)

    assert found.outcome is outcome
    assert found.value == (0.0 if outcome is Outcome.DONE else None)


@pytest.mark.parametrize(
    ("text", "low", "high", "truth"),
    [
        ("1e-40*x", 0, 1, mpmath.mpf("0.5e-40")),
        ("exp(-x)", 200, 201, mpmath.exp(-200) - mpmath.exp(-201)),
        ("x*exp(-x)", 100, "oo", 101 * mpmath.exp(-100)),
        ("exp(-x^2)", 15, "oo", mpmath.sqrt(mpmath.pi) / 2 * mpmath.erfc(15)),
    ],
)
def test_small_integrals_are_proven_to_as_many_digits_as_others(text, low, high, truth):
    found = sc.integrate(text, ("x", low, high), method="numeric")

    assert found.trust is Trust.PROVEN
    assert found.error < 1e-12 * found.value
    assert abs(found.value - truth) <= 1e-13 * truth


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("abs(sin(x)/x)", 0, "oo"),
        ("-abs(cos(x))/(1 + x)", 0, "oo"),
        ("abs(besselj(0, x))", 0, "oo"),
        ("abs(sin(1/x))/x", 0, 1),
        ("abs(cos(x^2))/x", "-oo", -1),
    ],
)
def test_sizes_of_waves_that_fall_too_slowly_diverge(text, low, high):
    found = sc.integrate(text, ("x", low, high), method="numeric", throw=False)

    assert found.outcome is Outcome.DIVERGENT
    assert found.value is None


def test_sizes_of_waves_that_fall_fast_have_an_integral():
    found = sc.integrate("abs(sin(x))*exp(-x)", ("x", 0, "oo"), method="numeric")

    assert found.value == pytest.approx(0.5 / math.tanh(math.pi / 2), rel=1e-12)


def test_complex_ends_are_refused():
    with pytest.raises(ArgumentError, match="complex"):
        sc.integrate("x", ("x", "I", 1))
