"""Results of constrained runs do not depend on the units of objective and constraints."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.optimize import brentq

import symcalc as sc
from symcalc.outcome import Outcome


@pytest.mark.parametrize("unit", ["1e-12", "1e-6", "1e6", "1e12"])
@pytest.mark.parametrize("what", ["objective", "constraint"])
def test_the_unit_of_objective_or_constraint_changes_no_minimum(what: str, unit: str) -> None:
    of_f, of_c = (unit, "1") if what == "objective" else ("1", unit)
    best = sc.minimize(
        f"{of_f}*(exp(x) + y)", {"x": 1, "y": 0.3}, constraints=f"{of_c}*(x^2 + y^2 - 1) <= 0"
    )

    x = float(brentq(lambda x: x * np.exp(-x) + np.sqrt(1 - x * x), -1, 0))
    assert best.outcome is Outcome.CONVERGED_KKT
    assert best.x == pytest.approx({"x": x, "y": -np.sqrt(1 - x * x)}, rel=1e-9)


@pytest.mark.parametrize("method", ["SLSQP", "trust-constr", "augmented_lagrangian",
                                    "interior_point"])  # fmt: skip
def test_every_method_minimizes_in_small_units(method: str) -> None:
    best = sc.minimize("1e-10*x", {"x": 3}, constraints=["x >= -5", "1e-11*x <= 1"], method=method)

    assert (best.outcome, best.x["x"]) == (Outcome.CONVERGED_KKT, -5.0)


def test_the_gradient_of_a_constraint_in_small_units_counts() -> None:
    best = sc.minimize("x + y", {"x": 0.3, "y": 0.4}, constraints="1e-12*(x^2 + y^2 - 1) == 0")

    assert best.fun == pytest.approx(-np.sqrt(2), rel=1e-12)
    assert not any("not unique" in sentence for sentence in best.diagnosis)


def test_a_steep_constraint_is_not_satisfied_by_being_near() -> None:
    best = sc.minimize("x", {"x": 1, "y": 1}, constraints=["x*y >= 1", "y >= 0"])

    assert not best.converged


def test_an_end_just_inside_of_a_curved_constraint_is_brought_onto_it() -> None:
    best = sc.minimize(
        "x^2 - 3*x*y + 4*y^2 - x - 2*y + z", {"x": 0, "y": 0, "z": 0},
        constraints=["x^2 + y^2 + z^2 <= 9", "x + 2*y - z <= 1"], method="trust-constr",
    )  # fmt: skip

    assert best.outcome is Outcome.CONVERGED_KKT
    assert best.kkt is not None
    assert best.kkt.stationarity < 1e-12


def test_a_flat_direction_does_not_stop_the_augmented_lagrangian() -> None:
    rows = np.array([[1.0, 2.0, 3.0, 4.0], [4.0, 3.0, 2.0, 1.0]])
    data = {"B": rows, "c": np.array([0.3, -0.2, 0.1, -0.9])}
    words: dict[str, Any] = {"data": data, "constraints": "norm2(x) <= 4"}
    objective, start = "sum((B@x)**2)/2 + sum(c*x)", {"x": np.zeros(4)}

    other = sc.minimize(objective, start, method="augmented_lagrangian", **words)
    best = sc.minimize(objective, start, **words)

    assert best.converged
    assert other.converged
    assert other.fun == pytest.approx(best.fun, rel=1e-9)


@pytest.mark.parametrize("method", ["interior_point", "augmented_lagrangian"])
def test_what_a_tolerance_of_constraints_is_worth_is_no_fall(method: str) -> None:
    best = sc.minimize("max(x^2 + y^2, x - 1)", {"x": 1, "y": 2}, constraints="x + y <= 5",
                       method=method)  # fmt: skip

    assert best.converged
    assert best.fun == pytest.approx(0.0, abs=1e-12)


def test_a_quartic_in_large_units_has_no_kink() -> None:
    best = sc.minimize(
        "1e8*((x - y)^2 + (y - z)^4)", {"x": -2.6, "y": 2, "z": 2},
        constraints="(1 + y^2)*x + z^4 - 3 == 0",
    )  # fmt: skip

    assert best.outcome is Outcome.CONVERGED_KKT
