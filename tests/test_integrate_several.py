"""Integrals over several variables: values, realness, divergence."""

from __future__ import annotations

import math
import time

import pytest

import symcalc as sc
from symcalc.balls import Enclosure
from symcalc.calculus.integral_value import no_value
from symcalc.numeric.quadrature import QuadratureEstimate
from symcalc.outcome import Outcome, Trust

SQUARE = (("x", 0, 1), ("y", 0, 1))
DISK = (("x", "-sqrt(1 - y^2)", "sqrt(1 - y^2)"), ("y", -1, 1))
TRIANGLE = (("x", 0, "1 - y"), ("y", 0, 1))
QUADRANT = (("x", 0, "oo"), ("y", 0, "oo"))
PLANE = (("x", "-oo", "oo"), ("y", "-oo", "oo"))
CUBE = (*SQUARE, ("z", 0, 1))

#: Integrand, ranges, value.
VALUES = [
    ("abs(x - y)", SQUARE, 1 / 3),
    ("max(x, y)", SQUARE, 2 / 3),
    ("abs(x + y - 1)", SQUARE, 1 / 3),
    ("floor(2*x + 3*y)", SQUARE, 2.0),
    ("sign(x - y)*x", SQUARE, 1 / 6),
    ("1/sqrt(abs(x - y))", SQUARE, 8 / 3),
    ("log(abs(x - y))", SQUARE, -3 / 2),
    ("1/sqrt(x + y)", SQUARE, 8 / 3 * (math.sqrt(2) - 1)),
    ("log(x + y)", SQUARE, 2 * math.log(2) - 3 / 2),
    ("1/(1 - x*y)", SQUARE, math.pi**2 / 6),
    ("1/sqrt(x^2 + y^2)", SQUARE, 2 * math.log(1 + math.sqrt(2))),
    ("1/sqrt(1 - x^2 - y^2)", DISK, 2 * math.pi),
    ("log(1 - x^2 - y^2)", DISK, -math.pi),
    ("log(x^2 + y^2)", DISK, -math.pi),
    ("1/(x^2 + y^2)^(3/4)", DISK, 4 * math.pi),
    ("1/sqrt(1 - x - y)", TRIANGLE, 4 / 3),
    ("exp((x - y)/(x + y))", TRIANGLE, (math.e - 1 / math.e) / 4),
    ("1/(1 + x + y)^3", QUADRANT, 1 / 2),
    ("exp(-abs(x - y) - x^2)", PLANE, 2 * math.sqrt(math.pi)),
    ("exp(-1000*((x - 0.3)^2 + (y - 0.6)^2))", SQUARE, math.pi / 1000),
    ("abs(x - y)*z", CUBE, 1 / 6),
]

DIVERGENT = [
    ("1/(x + y)^2", SQUARE),
    ("1/(x^2 + y^2)", DISK),
    ("1/(1 - x - y)", TRIANGLE),
    ("1/abs(x - y)", SQUARE),
    ("(x^2 - y^2)/(x^2 + y^2)^2", SQUARE),
    ("1/(1 + x^2 + y^2)", PLANE),
]


@pytest.mark.parametrize(("formula", "ranges", "value"), VALUES)
def test_two_rules_agree_on_ten_digits_of_an_integral_over_several_ranges(formula, ranges, value):
    found = sc.integrate(formula, *ranges, method="numeric")

    assert found.value == pytest.approx(value, rel=1e-10)
    assert abs(found.value - value) <= found.error + 1e-14 * abs(value)
    assert found.trust in (Trust.CHECKED, Trust.PROVEN)


@pytest.mark.parametrize(("formula", "ranges"), DIVERGENT)
def test_an_integral_that_diverges_over_several_ranges_has_no_number(formula, ranges):
    found = sc.integrate(formula, *ranges, method="numeric", throw=False)

    assert found.value is None
    assert found.outcome is Outcome.DIVERGENT
    assert "like" in found.note


@pytest.mark.parametrize("formula", ["sqrt(1 - x - y)", "log(x - y)", "asin(x + y)"])
def test_an_integrand_that_is_not_real_in_a_part_of_the_square_is_refused(formula):
    found = sc.integrate(formula, *SQUARE, method="numeric", throw=False)

    assert found.value is None
    assert found.outcome is Outcome.NOT_REAL
    assert "not real for x" in found.note


def test_a_product_of_functions_of_one_variable_each_is_proven():
    found = sc.integrate("exp(-x - y)/sqrt(x*y)", *QUADRANT, method="numeric")

    assert found.trust is Trust.PROVEN
    assert found.value == pytest.approx(math.pi, rel=1e-15)


def test_ends_that_move_are_no_product():
    found = sc.integrate("x*y", *TRIANGLE, method="numeric")

    assert found.trust is Trust.CHECKED
    assert found.value == pytest.approx(1 / 24, rel=1e-12)


@pytest.mark.parametrize("ranges", [SQUARE[:1], SQUARE])
def test_the_time_for_numbers_ends_within_the_budget(monkeypatch, ranges):
    deadlines = []

    def late(*args, deadline, **options):
        deadlines.append(deadline)
        return QuadratureEstimate(math.nan, math.nan, "", Trust.SUSPECT, Outcome.UNDECIDED)

    monkeypatch.setattr("symcalc.calculus.integral_number.quadrature", late)
    monkeypatch.setattr("symcalc.calculus.integral_several.cubature", late)
    unproven = Enclosure(None, "", 0, "not tried")
    monkeypatch.setattr(
        "symcalc.calculus.integral_number.enclose_integral", lambda *args, **options: unproven
    )
    started = time.monotonic()
    formula = f"sin({'*'.join(name for name, _, _ in ranges)})"
    sc.integrate(formula, *ranges, budget=30, method="numeric", throw=False)

    assert deadlines
    assert max(deadlines) <= started + 31


def test_draws_of_parameters_end_within_the_budget(monkeypatch):
    deadlines = []

    def late(problem, *, deadline, **options):
        deadlines.append(deadline)
        return no_value(Outcome.UNDECIDED, "late")

    monkeypatch.setattr("symcalc.calculus.integral_forms.integral_number", late)
    started = time.monotonic()
    sc.integrate("exp(-a*x)", ("x", 0, 1), assume="a > 0", budget=30, throw=False)

    assert deadlines
    assert max(deadlines) <= started + 31
