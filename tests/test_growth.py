"""Leading terms of formulas beside a place, bounds on ranges, isolated zeros, against values."""

from __future__ import annotations

import math
from itertools import chain, repeat
from typing import Any

import flint
import pytest

from symcalc.balls import ball_value, working_precision
from symcalc.balls.growth import Approach, UnknownGrowthError, growth_at
from symcalc.balls.intervals import BoundsProgram
from symcalc.balls.naming import name_of
from symcalc.balls.zeros import find_zeros
from symcalc.language import read

#: Formula, place (None: infinity), side.
EXPANSIONS: tuple[tuple[str, str | None, int], ...] = (
    ("sin(x)/x", "0", 1),
    ("exp(-2*x)*x^sqrt(2)", None, 1),
    ("x^x", "0", 1),
    ("(1 + 1/x)^x", None, 1),
    ("tan(x)^sqrt(2)", "pi/2", -1),
    ("asin(x)", "1", -1),
    ("acos(x)", "-1", 1),
    ("acosh(x)", "1", 1),
    ("atanh(x)", "1", -1),
    ("asinh(x)", None, -1),
    ("acoth(x)", None, 1),
    ("atan(x)", None, -1),
    ("tanh(x) - 1", None, 1),
    ("coth(x)", "0", -1),
    ("cbrt(x)", "0", -1),
    ("hypot(x, x^2)", "0", -1),
    ("softplus(x)", None, -1),
    ("logcosh(x)", None, -1),
    ("log1mexp(x)", "0", -1),
    ("logit(x)", "1", -1),
    ("erfc(x)", None, 1),
    ("erfc(x)", None, -1),
    ("erfi(x)", None, 1),
    ("gamma(x)", "-3", 1),
    ("gamma(x)", None, 1),
    ("loggamma(x)", "0", 1),
    ("digamma(x)", "-2", -1),
    ("digamma(x)", None, 1),
    ("polygamma(2, x)", "-1", 1),
    ("polygamma(3, x)", None, 1),
    ("beta(x, 3/2)", None, 1),
    ("factorial(x)", "-1", 1),
    ("lowergamma(5/2, x)", "0", 1),
    ("uppergamma(5/2, x)", None, 1),
    ("uppergamma(1/2, x)", "0", 1),
    ("zeta(x)", "1", 1),
    ("zeta(x) - 1", None, 1),
    ("lambertw(x)", "-exp(-1)", 1),
    ("elliptic_k(x)", "1", -1),
    ("elliptic_e(x) - 1", "1", -1),
    ("Ei(x)", "0", -1),
    ("Ei(x)", None, 1),
    ("Ei(x)", None, -1),
    ("E1(x)", "0", 1),
    ("E1(x)", None, 1),
    ("expint(3, x)", None, 1),
    ("li(x)", "1", 1),
    ("Si(x) - pi/2", None, 1),
    ("Ci(x)", None, 1),
    ("Ci(x)", "0", 1),
    ("Shi(x)", None, 1),
    ("Chi(x)", None, 1),
    ("Chi(x)", "0", 1),
    ("fresnels(x) - 1/2", None, 1),
    ("fresnelc(x) + 1/2", None, -1),
    ("besselj(1, x)", None, 1),
    ("besselj(1, x)", None, -1),
    ("besselj(5/2, x)", "0", 1),
    ("bessely(0, x)", None, 1),
    ("bessely(0, x)", "0", 1),
    ("bessely(3/2, x)", "0", 1),
    ("bessely(2, x)", "0", 1),
    ("besseli(2, x)", None, 1),
    ("besseli(1/2, x)", "0", 1),
    ("besselk(1, x)", None, 1),
    ("besselk(0, x)", "0", 1),
    ("besselk(2, x)", "0", 1),
    ("spherical_jn(2, x)", None, -1),
    ("airyai(x)", None, 1),
    ("airyai(x)", None, -1),
    ("airybi(x)", None, 1),
    ("airybi(x)", None, -1),
    ("airyaiprime(x)", None, 1),
    ("airyaiprime(x)", None, -1),
    ("airybiprime(x)", None, 1),
    ("airybiprime(x)", None, -1),
    ("legendre(4, x)", None, -1),
    ("laguerre(3, x)", None, 1),
)


def _value(text: str, x: Any, bits: int) -> Any:
    expression = read(text)
    return ball_value(expression.graph, expression.root, {"x": x}, bits)


@pytest.mark.parametrize("case", EXPANSIONS, ids=str)
def test_what_the_terms_leave_out_is_of_the_order_that_they_say(
    case: tuple[str, str | None, int],
) -> None:
    text, at, side = case
    expression = read(text)
    place = None if at is None else _value(at, 0, 2000)
    approach = Approach(place, side)
    growth = growth_at(expression.graph, expression.root, "x", approach, {})
    shares = []
    for bits in (7, 10):
        with working_precision(6000):
            w = flint.arb(2) ** bits
            x = approach.at(w)
        value = _value(text, x, 6000)
        with working_precision(6000):
            total = sum((c * scale.at(w) for c, scale in growth.terms), flint.acb(0)).real
            lead = abs(growth.bound.at(w))
            rest = flint.arb("1e-45") * lead
            if growth.error is not None:
                rest += abs(growth.error.at(w))
            shares.append(float(abs(value - total).upper() / rest))

    assert growth.terms
    assert max(shares) < 1000
    assert shares[1] < 4 * shares[0] + 1


@pytest.mark.parametrize(("text", "side"), [("tan(x)", 1), ("1/sin(x)", 1), ("gamma(x)", -1)])
def test_a_formula_with_poles_without_end_has_no_growth(text: str, side: int) -> None:
    expression = read(text)
    with pytest.raises(UnknownGrowthError):
        growth_at(expression.graph, expression.root, "x", Approach(None, side), {})


ZEROS = {
    ("x^2 - 2", "-3", "3"): ["-sqrt(2)", "sqrt(2)"],
    ("sin(x)", "1", "10"): ["pi", "2*pi", "3*pi"],
    ("sin(x) - x", "-1", "1"): ["0"],
    ("1 - cos(x)", "-1", "7"): ["0", "2*pi"],
    ("x^2 - 2*x + 1", "0", "3"): ["1"],
    ("log(x) + 1", "0", "5"): ["exp(-1)"],
    ("exp(x) - 2", "-oo", "oo"): ["log(2)"],
    ("exp(x) - 1 - x", "-2", "2"): ["0"],
    ("x^3 - 10^9*x", "1", "oo"): ["sqrt(1000000000)"],
    ("1 - cos(x)", "0", "1"): [],
    ("x - sin(x)", "-1", "0"): [],
    ("x^2 + 10^-30", "-1", "1"): [],
    ("cosh(x)", "-oo", "oo"): [],
    ("x^4 + 4*x + 13", "-oo", "oo"): [],
}


def _end(text: str) -> Any:
    return flint.arb(math.inf if text == "oo" else -math.inf if text == "-oo" else text)


@pytest.mark.parametrize("case", ZEROS, ids=" ".join)
def test_zeros_are_isolated_and_named(case: tuple[str, str, str]) -> None:
    text, lower, upper = case
    expression = read(text)
    zeros = find_zeros(expression.graph, expression.root, "x", _end(lower), _end(upper), {})

    assert zeros.is_complete
    assert [name_of(x) for x in sorted(zeros.places, key=float)] == ZEROS[case]


@pytest.mark.parametrize(
    "text", ["x^2 - 3*x", "exp(x) - x", "sin(x)*x", "1/(x^2 + 1) - 2", "x^(-3)"]
)
@pytest.mark.parametrize("range_", [(0.5, 2.0), (1.0, math.inf), (-math.inf, -1.0), (2.0, 900.0)])
def test_bounds_hold_for_values_inside(text: str, range_: tuple[float, float]) -> None:
    expression = read(text)
    program = BoundsProgram(expression.graph, expression.root, "x", {})
    bounds = program.evaluate(*map(flint.arb, range_))
    assert bounds is not None
    inner = [
        x for x in (-700.0, -3.5, -1.0, 0.5, 1.75, 2.0, 3.0, 650.0) if range_[0] <= x <= range_[1]
    ]
    for x in inner:
        value = _value(text, x, 128)

        assert bounds[0] <= value.upper()
        assert value.lower() <= bounds[1]


def test_every_zero_is_refined_to_hundreds_of_bits() -> None:
    for level in range(1, 100):
        expression = read(f"100*x - {level}")
        zeros = find_zeros(expression.graph, expression.root, "x", _end("0"), _end("1"), {})
        (place,) = zeros.places
        with working_precision(300):
            gap = abs(place * 100 - level)

            assert gap < flint.arb(2) ** -200


@pytest.mark.parametrize(("times", "is_complete"), [([0, 1, 2, 90], True), ([0, 60, 120], False)])
def test_one_pause_of_the_interpreter_ends_no_search(
    times: list[float], is_complete: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = chain((t / 1e2 for t in times), repeat(times[-1] / 1e2))
    monkeypatch.setattr("symcalc.balls.zeros.time.thread_time", lambda: next(clock))
    expression = read("sin(x)")

    zeros = find_zeros(expression.graph, expression.root, "x", _end("1"), _end("10"), {})

    assert zeros.is_complete == is_complete
    assert len(zeros.places) == 3 or not is_complete
