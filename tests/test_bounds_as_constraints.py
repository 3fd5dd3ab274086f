"""Constraints that become bounds keep the gap and the multiplier of what was written."""

from __future__ import annotations

import numpy as np
import pytest

import symcalc as sc


def test_of_several_bounds_on_one_variable_the_strictest_has_the_multiplier() -> None:
    best = sc.minimize("-x", {"x": 0}, constraints=["x <= 2", "x <= 1", "2*x <= 2"])

    assert best.multipliers == {"x <= 2": 0.0, "x <= 1": 1.0, "2*x <= 2": 0.0}
    assert [state.gap for state in best.constraints] == [1.0, 0.0, 0.0]
    assert [state.is_active for state in best.constraints] == [False, True, True]
    assert "Active: `x <= 1`." in best.diagnosis


def test_the_multiplier_of_a_bound_is_that_of_its_gap_as_written() -> None:
    best = sc.minimize("-3*w[0] - w[1]", {"w": np.zeros(2)}, constraints="5*w <= 10")

    assert best.multipliers is not None
    assert best.multipliers["5*w <= 10"] == pytest.approx([0.6, 0.2])


def test_names_of_data_in_constraints_are_no_dimensions() -> None:
    best = sc.minimize(
        "w@S@w", {"w": np.ones(2)}, data={"S": np.eye(2), "m": np.array([1.0, 2.0])},
        constraints="m@w == 1",
    )  # fmt: skip

    assert best.fun == pytest.approx(0.2, rel=1e-12)
