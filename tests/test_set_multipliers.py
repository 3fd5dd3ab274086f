"""Multipliers of sets kept by projection: those that solvers with constraints find."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symcalc as sc

A = np.random.default_rng(0).normal(size=6)
TEXT, START = "sum((w - a)^2) + exp(w[0])", {"w": np.full(6, 0.2)}


@pytest.mark.parametrize(
    "constraints",
    [
        ["sum(w) == 1", "w >= 0"], ["norm2(w) <= 0.5"], ["w@w <= 0.25"], ["norm1(w) <= 0.7"],
        ["w >= 0.1", "w <= 0.6"], ["norm2(w) <= 50"], ["norm1(w) <= 50"],
    ],
)  # fmt: skip
def test_multipliers_of_a_set_are_those_of_a_solver_with_constraints(
    constraints: list[str],
) -> None:
    settings: dict[str, Any] = {"data": {"a": A}, "constraints": constraints}
    projected = sc.minimize(TEXT, START, method="fista", tolerance=1e-10, **settings)
    solved = sc.minimize(TEXT, START, **settings)

    assert projected.converged
    assert projected.kkt is not None
    assert max(value for _, value in projected.kkt.rows()) < 1e-7
    assert projected.multipliers is not None
    assert solved.multipliers is not None
    assert list(projected.multipliers) == list(solved.multipliers)
    for text, weight in solved.multipliers.items():
        assert projected.multipliers[text] == pytest.approx(weight, abs=1e-6)
    for mine, theirs in zip(projected.constraints, solved.constraints, strict=True):
        assert mine.is_active == theirs.is_active


def test_a_multiplier_is_how_fast_the_least_value_rises() -> None:
    def run(radius: float) -> sc.Optimum:
        return sc.minimize(
            TEXT, START, data={"a": A}, constraints=[f"norm1(w) <= {radius}"], method="fista",
            tolerance=1e-11,
        )  # fmt: skip

    best, step = run(0.7), 1e-4
    slope = (run(0.7 - step).fun - run(0.7 + step).fun) / (2 * step)

    assert best.multipliers is not None
    assert best.multipliers["norm1(w) <= 0.7"] == pytest.approx(slope, rel=1e-5)


def test_bounds_beside_kinks_hold_what_no_slope_of_a_kink_can() -> None:
    best = sc.minimize(
        "sum((w - a)^2) + 0.3*norm1(w)", START, data={"a": A}, bounds={"w": (-0.2, 0.5)}
    )

    x, weights = best.x["w"], best.multipliers
    assert best.method == "proximal_newton"
    assert weights is not None
    for i, (value, pull) in enumerate(zip(x, 2 * (x - A), strict=True)):
        slopes = (-0.3, 0.3) if value == 0.0 else (0.3 * np.sign(value),) * 2
        left = weights[f"w[{i}] >= -0.2"] - weights[f"w[{i}] <= 0.5"]
        assert slopes[0] - 1e-8 <= left - pull <= slopes[1] + 1e-8
        assert (left == 0.0) == (-0.2 < value < 0.5)


def test_sets_beside_kinks_in_other_variables_have_multipliers() -> None:
    best = sc.minimize(
        "sum((w - a)^2) + 0.3*norm1(v) + (v[0] - w[0])^2", {**START, "v": np.ones(2)},
        data={"a": A}, constraints=["sum(w) == 1", "w >= 0", "v <= 0.1"],
    )  # fmt: skip

    assert best.multipliers is not None
    assert set(best.multipliers) == {"sum(w) == 1", "w >= 0", "v <= 0.1"}
    assert best.kkt is not None
    assert best.kkt.stationarity < 1e-6


def test_a_run_that_did_not_arrive_has_no_multipliers() -> None:
    best = sc.minimize(
        "sum((w - a)^2) + sum(w^4)", START, data={"a": A}, constraints=["norm2(w) <= 0.5"],
        method="ista", max_steps=1,
    )  # fmt: skip

    assert not best.converged
    assert best.multipliers is None
    assert best.kkt is not None
