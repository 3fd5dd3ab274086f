"""Minima under constraints that are only approached, and falls that have no end."""

from __future__ import annotations

import pytest

import symcalc as sc
from symcalc.outcome import Outcome

METHODS = ["SLSQP", "trust-constr", "augmented_lagrangian", "interior_point"]


@pytest.mark.parametrize("method", METHODS)
def test_every_method_tells_a_fall_without_limit(method: str) -> None:
    best = sc.minimize("-x - y", {"x": 0, "y": 0}, constraints="x - y <= 1", method=method)

    assert best.outcome is Outcome.UNBOUNDED


@pytest.mark.parametrize("method", METHODS)
def test_a_minimum_far_off_is_not_taken_for_a_fall_without_limit(method: str) -> None:
    best = sc.minimize("-x", {"x": 0, "y": 0}, constraints=["x <= 1e7", "y >= 0"], method=method)

    assert best.outcome is Outcome.CONVERGED_KKT
    assert best.fun == pytest.approx(-1e7, rel=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_what_is_approached_far_off_is_told(method: str) -> None:
    best = sc.minimize(
        "exp(-x) + y^2 + 3", {"x": 0, "y": 1}, constraints="y >= 0", method=method
    )  # fmt: skip

    assert any("towards about 3" in sentence for sentence in best.diagnosis)


def test_a_logarithm_falls_without_limit_beside_a_bound() -> None:
    best = sc.minimize("-log(x) - y", {"x": 1, "y": 1}, constraints=["x >= 0.5", "y <= 2"])

    assert best.outcome is Outcome.UNBOUNDED


def test_the_edge_of_a_domain_that_is_approached_is_told() -> None:
    best = sc.minimize("x + 1/y", {"x": 0.5, "y": 0.5}, constraints=["log(x) <= 0", "y <= 3"])

    assert best.outcome is Outcome.NO_MULTIPLIERS
    assert best.fun == pytest.approx(1 / 3, abs=1e-9)
    assert any("may not be reached" in sentence for sentence in best.diagnosis)
    assert not any("log(x)" in sentence for sentence in best.diagnosis if "Active" in sentence)


def test_constraints_that_contradict_each_other_far_off_do_not_make_a_fall_without_limit() -> None:
    best = sc.minimize("-x", {"x": 0, "y": 0}, constraints=["x - y <= 0", "x - y >= 0.001"])

    assert best.outcome is Outcome.INFEASIBLE


@pytest.mark.parametrize("method", METHODS)
def test_a_ray_from_a_start_that_was_not_allowed_is_found(method: str) -> None:
    best = sc.minimize(
        "-2*x + y", {"x": -3, "y": -5}, constraints=["x - y == 1", "x + y >= 2", "x >= 0"],
        method=method,
    )  # fmt: skip

    assert best.outcome is Outcome.UNBOUNDED


def test_an_edge_along_which_the_objective_is_level_is_no_fall_without_limit() -> None:
    best = sc.minimize(
        "-x + y + 2*z", {"x": -1, "y": -2, "z": 1},
        constraints=["2*x - 2*y + 2*z <= -3", "y >= 0", "z >= 0"],
    )  # fmt: skip

    assert best.outcome is Outcome.CONVERGED_KKT
    assert best.fun == pytest.approx(1.5)
