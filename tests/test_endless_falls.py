"""Objectives that fall without limit so slowly that no single value shows it."""

from __future__ import annotations

import numpy as np
import pytest

import symcalc as sc
from symcalc.optimize.endless import describe_endless_fall
from symcalc.outcome import Outcome


@pytest.mark.parametrize(
    ("formula", "start", "what"),
    [
        ("log(x)", "x=1", "falls by 0.693 each time the distance to x = 0 is halved"),
        ("log(x) + y^2", "x=1, y=1", "the distance to x = 0, y = 0 is halved"),
        ("log(x) - log(1 - x)", "x=0.5", "the distance to x = 0 is halved"),
        ("log(x*y)", "x=1, y=2", "falls by 1.39 each time"),
        ("-log(x)", "x=1", "falls by 0.693 each time the distance along x is doubled"),
        ("-log(1 + x^2)", "x=1", "falls by 1.39 each time the distance along x is doubled"),
        ("-sqrt(x)", "x=1", "falls without limit along x"),
    ],
)
def test_a_fall_as_slow_as_a_logarithm_is_known_to_have_no_end(
    formula: str, start: str, what: str
) -> None:
    best = sc.minimize(formula, start)

    assert best.outcome is Outcome.UNBOUNDED
    assert what in best.diagnosis[0]


def test_a_fall_over_arrays_is_told_by_its_entries() -> None:
    best = sc.minimize("sum(log(w))", "w=ones", shapes="w: 4")

    assert best.outcome is Outcome.UNBOUNDED
    assert "w[0] = 0, w[1] = 0" in best.diagnosis[0]


def test_a_fall_among_feasible_points_is_told_under_constraints() -> None:
    best = sc.minimize("log(x - y)", "x=3, y=2", constraints=["x + y == 5"])

    assert best.outcome is Outcome.UNBOUNDED
    assert "the distance to x = 2.5, y = 2.5 is halved" in " ".join(best.diagnosis)
    assert sc.minimize("log(x)", "x=1", constraints=["x >= 0.001"]).converged


@pytest.mark.parametrize(
    ("formula", "start"),
    [
        ("x*log(x)", "x=1"),  # falls that shrink
        ("-atan(x)", "x=1"),  # a limit far off
        ("exp(-x)", "x=1"),
        ("x^0.01", "x=4"),
        ("sqrt(x - 3)", "x=4"),
        ("(x - 1e9)^2", "x=0"),  # far off, and a minimum
        ("log(1 + (x - 1e7)^2)", "x=1e6"),
    ],
)
def test_a_fall_that_comes_to_an_end_is_not_called_endless(formula: str, start: str) -> None:
    assert sc.minimize(formula, start).outcome is not Outcome.UNBOUNDED


def test_falls_are_judged_where_points_are_allowed_only() -> None:
    def log(x: np.ndarray) -> float:
        return float(np.log(x[0])) if x[0] > 0.0 else np.nan

    start, end = np.array([1.0]), np.array([1e-200])

    assert describe_endless_fall(log, start, end, ("x",))
    assert not describe_endless_fall(lambda x: np.nan, start, end, ("x",))
    assert not describe_endless_fall(lambda x: log(x) if x > 1e-3 else np.nan, start, end, ("x",))
    assert not describe_endless_fall(lambda x: float(x[0] ** 0.05), start, end, ("x",))
    assert not describe_endless_fall(log, start, start, ("x",))
