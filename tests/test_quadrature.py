"""Integrals of callables: right to their stated error, or they say why there is no number."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symcalc as sc
from symcalc.errors import ArgumentError, OutcomeError, UserFunctionError
from symcalc.facts import Behavior, IntegrandFacts, SpecialPoint
from symcalc.numeric.quadrature import (
    cubature,
    deadline,
    gauss_expectation,
    quadrature,
    quadrature_batch,
)
from symcalc.numeric.quadrature.panels import GAUSS, KRONROD, NODES

INF, NAN = math.inf, math.nan
Row = tuple[Callable[[Any], Any], float, float, float]

#: What others lose digits on, or get wrong.
VALUES: dict[str, Row] = {
    "a polynomial": (lambda x: x**3 - 2 * x + 1, 0, 2, 2.0),
    "an end of exponent -9/10": (lambda x: x**-0.9, 0, 1, 10.0),
    "an end of exponent -99/100": (lambda x: x**-0.99, 0, 1, 100.0),
    "the same away from 0": (lambda x: (1 - x) ** -0.9, 0, 1, 10.0),
    "both ends": (lambda x: 1 / np.sqrt(x * (1 - x)), 0, 1, math.pi),
    "a logarithmic end": (lambda x: 1 / (x * np.log(x) ** 2), 0, 0.5, 1 / math.log(2)),
    "logarithms at both ends": (
        lambda x: np.log(np.sin(x)), 0, math.pi, -math.pi * math.log(2)
    ),
    "a wave on a mean": (lambda x: (np.sin(x) / x) ** 2, 0, INF, math.pi / 2),
    "cancellation to second order": (lambda x: (1 - np.cos(x)) / x**2, 0, INF, math.pi / 2),
    "an algebraic tail": (lambda x: 1 / (1 + x**4), 0, INF, math.pi / 2**1.5),
    "cancellation at an end": (lambda x: x / (np.exp(x) - 1), 0, INF, math.pi**2 / 6),
    "a slow exponential": (lambda x: np.exp(-np.sqrt(x)), 0, INF, 2.0),
    "an oscillating tail": (lambda x: np.sin(x) / x, 0, INF, math.pi / 2),
    "a tail that oscillates ever faster": (
        lambda x: np.sin(x * x), 0, INF, math.sqrt(math.pi / 8)
    ),
    "an end that oscillates ever faster": (
        lambda x: np.sin(1 / x), 0, 1, 0.50406706190692837199
    ),
    "many oscillations": (
        lambda x: np.sin(1e4 * x) ** 2, 0, 1, 0.5 - math.sin(20000) / 40000
    ),
    "steps": (np.floor, 0, 3.5, 4.5),
    "a kink": (lambda x: abs(x * x - 2), 0, 2, 8 * math.sqrt(2) / 3 - 4 / 3),
    "a singular place inside": (
        lambda x: abs(x - 1 / 3) ** -0.5, 0, 1, 2 * math.sqrt(1 / 3) + 2 * math.sqrt(2 / 3)
    ),
    "a narrow peak": (
        lambda x: np.exp(-1e8 * (x - 0.123456789) ** 2), 0, 1, math.sqrt(math.pi) * 1e-4
    ),
    "a narrow peak on the line": (
        lambda x: np.exp(-1e6 * x * x), -INF, INF, math.sqrt(math.pi) * 1e-3
    ),
    "a peak far out": (lambda x: np.exp(-((x - 1000) ** 2)), -INF, INF, math.sqrt(math.pi)),
    "a steep front": (lambda x: np.tanh(1000 * (x - 1 / 3)), 0, 1, 1 / 3),
}  # fmt: skip


@pytest.mark.parametrize("name", VALUES)
def test_an_integral_of_a_black_box_lies_within_its_stated_error(name: str) -> None:
    f, lower, upper, expected = VALUES[name]

    found = quadrature(f, lower, upper)

    assert found.trust is sc.Trust.CHECKED, found
    assert found.outcome is sc.Outcome.DONE
    assert abs(found.value - expected) <= 10 * found.error
    assert found.error <= 1e-8 * abs(expected)
    assert "black box" in found.note


#: Function, range, place and exponent of the divergence.
DIVERGENT: dict[str, tuple[Callable[[Any], Any], float, float, float, float]] = {
    "1/x at 0": (lambda x: 1 / x, 0, 1, 0, -1),
    "1/x at infinity": (lambda x: 1 / x, 1, INF, INF, -1),
    "1/x through 0": (lambda x: 1 / x, -1, 1, 0, -1),
    "a pole inside": (lambda x: 1 / (x - 1 / 3) ** 2, 0, 1, 1 / 3, -2),
    "a pole nobody named": (np.tan, 0, 2, math.pi / 2, -1),
    "an end away from 0": (lambda x: (1 - x) ** -1.5, 0, 1, 1, -1.5),
    "a logarithm that does not help": (lambda x: 1 / (x * np.log(x)), 2, INF, INF, -1),
    "a wave on a mean": (lambda x: np.sin(x) ** 2 / x, 1, INF, INF, NAN),
    "growth": (lambda x: np.exp(-x), -INF, INF, -INF, INF),
}


@pytest.mark.parametrize("name", DIVERGENT)
def test_a_divergent_integral_is_an_outcome_that_names_place_and_exponent(name: str) -> None:
    f, lower, upper, place, exponent = DIVERGENT[name]

    found = quadrature(f, lower, upper)

    assert found.outcome is sc.Outcome.DIVERGENT
    assert math.isnan(found.value)
    assert found.place == pytest.approx(place, rel=1e-9)
    if exponent == exponent:
        assert found.exponent == pytest.approx(exponent, rel=1e-3)


def test_an_oscillation_that_does_not_die_away_has_no_integral() -> None:
    assert quadrature(np.sin, 0, INF).outcome is sc.Outcome.DIVERGENT


def test_a_range_without_values_is_undefined_and_the_place_is_named() -> None:
    found = quadrature(lambda x: np.sqrt(x - 1), 0, 2)

    assert found.outcome is sc.Outcome.UNDEFINED
    assert found.place is not None
    assert 0 < found.place < 1


def test_an_integrand_that_is_zero_wherever_it_is_asked_for_is_suspect() -> None:
    found = quadrature(lambda x: np.exp(-1e16 * (x - 0.123456789) ** 2), 0, 1)

    assert found.trust is sc.Trust.SUSPECT
    assert "zero at all" in found.note


def test_facts_find_a_peak_that_no_scan_can_find() -> None:
    facts = IntegrandFacts((SpecialPoint(0.123456789, "peak", width=1e-8),), is_complete=True)

    found = quadrature(lambda x: np.exp(-1e16 * (x - 0.123456789) ** 2), 0, 1, facts=facts)

    assert found.trust is sc.Trust.CHECKED
    assert found.value == pytest.approx(math.sqrt(math.pi) * 1e-8, rel=1e-8)


def test_an_oscillation_about_a_mean_is_integrated_to_infinity_from_its_facts() -> None:
    tail = Behavior(-2.0, frequency=2.0, has_mean=True)
    facts = IntegrandFacts(upper=tail, is_complete=True)

    found = quadrature(lambda x: (np.sin(x) / x) ** 2, 0, INF, facts=facts)

    assert found.value == pytest.approx(math.pi / 2, rel=1e-10)
    assert abs(found.value - math.pi / 2) <= 10 * found.error <= 1e-7


def test_a_principal_value_takes_both_sides_of_a_pole_together() -> None:
    found = quadrature(lambda x: 1 / (x * x - 1), 0, 2, principal_value_at=[1.0])

    assert abs(found.value + math.log(3) / 2) <= 10 * found.error <= 1e-9


def test_a_pole_between_two_doubles_keeps_its_principal_value() -> None:
    found = quadrature(lambda x: 1 / (x * x - 2), 0, INF, principal_value_at=[math.sqrt(2)])

    assert abs(found.value) <= 10 * found.error <= 1e-11


def test_a_double_pole_has_no_principal_value() -> None:
    found = quadrature(lambda x: (x - 0.3) ** -2, 0, 1, principal_value_at=[0.3])

    assert found.outcome is sc.Outcome.DIVERGENT
    assert "no simple pole" in found.note


def test_a_shifted_integrand_keeps_the_digits_of_an_end_away_from_zero() -> None:
    found = quadrature(
        lambda x: (1 - x * x) ** -0.75,
        0,
        1,
        f_from=lambda end, d: (
            ((1 - end - d) * (1 + end + d)) ** -0.75 if end != 1 else (-d * (2 + d)) ** -0.75
        ),
    )
    expected = math.gamma(0.25) * math.gamma(0.5) / math.gamma(0.75) / 2

    assert abs(found.value - expected) <= 10 * found.error <= 1e-11


def test_a_callable_for_single_numbers_is_accepted() -> None:
    found = quadrature(lambda x: math.exp(-x), 0, INF)

    assert abs(found.value - 1.0) <= 10 * found.error <= 1e-10


def test_reversed_and_empty_ranges_are_read_as_in_a_textbook() -> None:
    assert quadrature(np.exp, 1, 0).value == -quadrature(np.exp, 0, 1).value
    assert quadrature(np.exp, 1, 1).value == 0.0


def test_an_integrand_that_raises_is_named() -> None:
    def broken(x: Any) -> Any:
        raise KeyError("missing")

    with pytest.raises(UserFunctionError, match="KeyError"):
        quadrature(broken, 0, 1)


def test_the_kronrod_rule_is_exact_to_degree_31_and_the_gauss_rule_to_19() -> None:
    for degree in range(0, 32, 2):
        assert KRONROD @ NODES**degree == pytest.approx(2 / (degree + 1), rel=1e-14)
    for degree in range(0, 20, 2):
        assert GAUSS @ NODES**degree == pytest.approx(2 / (degree + 1), rel=1e-14)
    assert abs(GAUSS @ NODES**20 - 2 / 21) > 1e-9


# -- many sets at once ----------------------------------------------------------------------------


def test_a_batch_agrees_with_closed_forms_to_its_stated_errors() -> None:
    rng = np.random.default_rng(1)
    a, b = rng.uniform(0.2, 5.0, (2, 300))
    rows: list[tuple[Callable[..., Any], float, float, Any]] = [
        (lambda x, a, b: np.exp(-a * x) / (1 + 0 * b), 0, 1, -np.expm1(-a) / a),
        (lambda x, a, b: np.exp(-a * x) * np.sin(b * x), 0, INF, b / (a * a + b * b)),
        (
            lambda x, a, b: np.exp(-a * x * x) * np.cos(b * x),
            -INF,
            INF,
            np.sqrt(np.pi / a) * np.exp(-b * b / 4 / a),
        ),
        (lambda x, a, b: (a + x) ** -(1 + b), 0, INF, a**-b / b),
        (lambda x, a, b: abs(x - a / 5), 0, 1, (a / 5) ** 2 - a / 5 + 0.5 + 0 * b),
    ]
    for f, lower, upper, expected in rows:
        found = quadrature_batch(f, lower, upper, [a, b])

        assert np.all(np.abs(found.value - expected) <= 10 * found.error)
        assert found.is_checked.mean() > 0.98


def test_a_batch_has_limits_of_its_own_for_every_set() -> None:
    upper = np.array([1.0, 2.0, INF])

    found = quadrature_batch(lambda x: np.exp(-x), 0.0, upper)

    assert found.value == pytest.approx(-np.expm1(-upper), rel=1e-12)


@pytest.mark.parametrize(
    ("f", "lower", "upper", "truth"),
    [
        (lambda x, a: np.exp(-a * x), 0.0, 2.0, lambda a: -np.expm1(-2 * a) / a),
        (lambda x, a: np.sqrt(x) * a, 0.0, 2.0, lambda a: a * 2**2.5 / 3),
        (lambda x, a: np.cos(40 * a * x), 0.0, 1.0, lambda a: np.sin(40 * a) / (40 * a)),
        (lambda x, a: np.exp(-x) * np.sin(a * x), 0.0, np.inf, lambda a: a / (1 + a * a)),
        (lambda x, a: np.exp(x) * np.sin(a * x), -np.inf, 0.0, lambda a: -a / (1 + a * a)),
        (lambda x, a: np.exp(-a * x * x), -np.inf, np.inf, lambda a: np.sqrt(np.pi / a)),
        (lambda x, a: 1 / (a * a + x * x), 0.0, np.inf, lambda a: np.pi / (2 * a)),
        (lambda x, a: (a + x * x) ** -3.0, -np.inf, np.inf, lambda a: 3 * np.pi / 8 * a**-2.5),
    ],
)
def test_short_rules_hold_their_errors_on_ranges_of_every_kind(f, lower, upper, truth):
    a = np.exp(np.linspace(-4.0, 4.0, 301))
    found = quadrature_batch(f, lower, upper, [a])
    error = np.abs(found.value - truth(a))

    assert found.is_checked.all()
    assert (error <= 10 * found.error + 1e-15 * np.abs(found.value)).all()
    assert (error <= 1e-9 * np.abs(truth(a)) + 1e-12).all()


def test_an_odd_integrand_with_a_hidden_step_is_not_taken_for_one_that_cancels() -> None:
    a = np.array([0.6490433377137714, 1.1338513444101277])
    at = 1.242 * a
    power, step = 1.301, 0.001521

    def f(x, a):
        return np.tanh((x - 1.242 * a) / step) * np.abs(x) ** power * np.exp(-a * np.abs(x))

    found = quadrature_batch(f, -np.inf, np.inf, [a], max_alone=0)
    inner = [quadrature(lambda x, r=r: x**power * np.exp(-r * x), 0, c).value
             for r, c in zip(a.tolist(), at.tolist(), strict=True)]  # fmt: skip

    assert (~found.is_checked | np.isclose(found.value, -2 * np.array(inner), rtol=1e-4)).all()


def test_a_step_beside_the_end_of_an_infinite_range_is_seen() -> None:
    a = np.array([0.31545055930821103, 0.5, 2.0])
    at = 0.04 * a

    def f(x, a):
        return np.tanh((x - 0.04 * a) / 0.0002) * np.exp(-a * x)

    for sign in (1.0, -1.0):
        ends = (0.0, np.inf) if sign > 0 else (-np.inf, 0.0)
        found = quadrature_batch(lambda x, a, s=sign: f(s * x, a), *ends, [a], max_alone=0)
        right = (2 * np.exp(-a * at) - 1) / a

        assert (~found.is_checked | np.isclose(found.value, right, rtol=1e-5)).all()


def test_a_hard_set_of_a_batch_is_integrated_alone() -> None:
    found = quadrature_batch(lambda x, a: x**-a, 0, 1, [np.array([0.5, 0.9, 1.0])])

    assert found.value[:2] == pytest.approx([2.0, 10.0], rel=1e-10)
    assert found.outcomes[2] is sc.Outcome.DIVERGENT
    assert not found.is_checked[2]


# -- several variables ----------------------------------------------------------------------------

SEVERAL: dict[str, tuple[Callable[..., Any], list[Any], float]] = {
    "a disk": (
        lambda y, x: np.ones_like(x),
        [(lambda x: -np.sqrt(1 - x * x), lambda x: np.sqrt(1 - x * x)), (-1, 1)],
        math.pi,
    ),
    "a corner": (
        lambda y, x: np.sqrt(x * x + y * y),
        [(0, 1), (0, 1)],
        (math.sqrt(2) + math.asinh(1)) / 3,
    ),
    "a quadrant": (lambda y, x: x * np.exp(-x * (1 + y)), [(0, INF), (0, INF)], 1.0),
    "a triangle": (lambda y, x: x**2 * y, [(0, lambda x: 1 - x), (0, 1)], 1 / 60),
    "space": (lambda z, y, x: np.exp(-x * x - y * y - z * z), [(-INF, INF)] * 3, math.pi**1.5),
}


@pytest.mark.parametrize("name", SEVERAL)
def test_an_integral_of_several_variables_has_ten_digits(name: str) -> None:
    f, ranges, expected = SEVERAL[name]

    found = cubature(f, ranges)

    assert found.trust is sc.Trust.CHECKED
    assert abs(found.value - expected) <= min(10 * found.error, 1e-10 * expected)


def test_many_variables_get_a_bar_that_holds() -> None:
    found = cubature(lambda *x: np.exp(-sum(x)), [(0, 1)] * 6)

    assert found.trust is sc.Trust.ESTIMATED
    assert abs(found.value - (1 - math.exp(-1)) ** 6) <= found.error


def test_a_singular_line_is_not_taken_for_a_number() -> None:
    found = cubature(lambda y, x: 1 / (x - y) ** 2, [(0, 1), (0, 1)])

    assert found.trust is sc.Trust.SUSPECT
    assert not found.outcome.is_good


# -- expectations ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "parameters", "f", "expected"),
    [
        ("normal", (1.0, 2.0), lambda x: x**4, 1 + 6 * 4 + 3 * 16),
        ("lognormal", (0.5, 0.5), lambda x: x, math.exp(0.625)),
        ("uniform", (-1.0, 3.0), lambda x: x**2, 28 / 12),
        ("exponential", (2.0,), lambda x: np.exp(-x), 2 / 3),
        ("gamma", (2.5, 2.0), lambda x: x**2, 2.5 * 3.5 / 4),
        ("beta", (2.0, 0.5), lambda x: x, 0.8),
    ],
)
def test_a_gauss_rule_gives_the_mean(
    name: str, parameters: tuple[float, ...], f: Callable[[Any], Any], expected: float
) -> None:
    found = gauss_expectation(f, name, parameters)

    assert found.outcome is sc.Outcome.DONE
    assert abs(found.value - expected) <= 10 * found.error <= 1e-9


def test_a_kink_is_not_taken_for_a_mean_by_a_gauss_rule() -> None:
    found = gauss_expectation(lambda x: abs(x - 0.3), "normal", (0.0, 1.0))

    assert found.trust is sc.Trust.SUSPECT


# -- the verb -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (("x^2", 0, 1), {}, "callable"),
        ((np.sin, 0, math.nan), {}, "NaN"),
        ((np.sin, 0, "one"), {}, "number"),
        ((np.sin, 0, 1), {"relative_tolerance": -1.0}, "positive"),
        ((np.sin, 0, 1), {"principal_value_at": [2.0]}, "inside the range"),
        ((np.sin, [0, 0], [1]), {}, "one length"),
        ((np.sin, [0], [lambda x: x]), {}, "outermost"),
        ((np.sin, [0], [1]), {"principal_value_at": [0.5]}, "one variable"),
    ],
)
def test_what_cannot_be_integrated_is_refused_at_the_door(
    arguments: tuple[Any, ...], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ArgumentError, match=message):
        sc.numeric_integral(*arguments, **options)


def test_throw_tells_the_same_story_as_the_outcome() -> None:
    with pytest.raises(OutcomeError, match="Divergent") as caught:
        sc.numeric_integral(lambda x: 1 / x, 0, 1, throw=True)

    assert caught.value.result.place == 0  # type: ignore[attr-defined]


def test_an_integral_is_ready_for_json() -> None:
    found = sc.numeric_integral(lambda x, k: np.sin(k * x), 0, 1, args=(2.0,))

    assert json.loads(json.dumps(found.to_dict()))["trust"] == "checked"
    assert found.value == pytest.approx(math.sin(1.0) ** 2, rel=1e-13)


class Clock:
    """Each look at it is a second later."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        self.seconds += 1.0
        return self.seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(deadline, "monotonic", made)
    return made


def test_quadrature_stops_when_its_time_is_over_and_says_so(clock: Clock) -> None:
    found = quadrature(lambda x: np.sin(1e4 * x) ** 2, 0.0, 1.0, deadline=20.0)

    assert clock.seconds <= 22.0
    assert found.outcome is sc.Outcome.UNDECIDED
    assert found.trust is sc.Trust.SUSPECT
    assert deadline.LATE in found.note


def test_panels_that_were_not_finished_give_a_value_within_its_error(clock: Clock) -> None:
    found = quadrature(lambda x: np.sqrt(np.abs(x - 0.3)), 0.0, 1.0, deadline=12.0)
    value = (0.3**1.5 + 0.7**1.5) * 2.0 / 3.0

    assert deadline.LATE in found.note
    assert abs(found.value - value) <= found.error < 1e-3


@pytest.mark.parametrize("n_variables", [2, 6])
@pytest.mark.parametrize("seconds", [0.0, 3.0, 60.0])
def test_cubature_stops_when_its_time_is_over(
    clock: Clock, n_variables: int, seconds: float
) -> None:
    def shell(*x: Any) -> Any:
        return np.where(sum(one**2 for one in x) < 0.77, np.exp(x[0]), 0.0)

    found = cubature(shell, [(0.0, 1.0)] * n_variables, deadline=seconds)

    assert clock.seconds <= seconds + 4.0
    assert found.trust is not sc.Trust.CHECKED
    assert found.n_evaluations <= (seconds + 1.0) * 2**18


def test_an_integrand_with_a_clock_of_its_own_stops_the_rules_around_it() -> None:
    def late(x: Any) -> Any:
        raise deadline.TimeIsOver

    for rule in (lambda: quadrature(late, 0.0, 1.0), lambda: cubature(late, [(0.0, 1.0)])):
        with pytest.raises(deadline.TimeIsOver):
            rule()


def test_an_integral_beyond_all_doubles_is_no_value_and_no_warning():
    found = quadrature(lambda x: x, 0.0, 1e300)

    assert not found.outcome.is_good
    assert not math.isfinite(found.error)
