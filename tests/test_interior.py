"""The interior point method: the minima and multipliers of other solvers, at sizes they dread."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_array

import symcalc as sc
from symcalc.optimize.constrained.derivatives import Derivatives, solve_newton
from symcalc.outcome import Outcome


@pytest.mark.parametrize(
    ("objective", "start", "constraints"),
    [
        ("x*y*z", "x=-1, y=1, z=1", ["x^2 + y^2 + z^2 == 3", "0 <= y <= 2", "z >= 0.5"]),
        ("x + y", "x=0, y=0", ["x^2 + y^2 <= 1", "y >= -0.5"]),
        ("exp(x) + y^2 - x", "x=1, y=1", ["x + y == 1"]),
        ("(x - 2)^2 + y^2", "x=0, y=0", ["x <= 1", "y >= 0.25", "x + y <= 10"]),
        ("100*(y - x^2)^2 + (1 - x)^2", "x=-1.2, y=1", ["x*y >= 1", "x + y^2 >= 0", "x <= 0.5"]),
        ("x + 2*y + 3*z", "x=1, y=1, z=1", ["x + y + z == 1", "x >= 0", "y >= 0", "z >= 0"]),
        ("(x - 3)^2 + (y - 1)^2 + z", "x=0, y=0, z=2", ["z >= 2", "z <= 2", "x*x + y <= 4"]),
    ],
)
def test_the_minimum_and_the_multipliers_are_those_of_the_automatic_choice(
    objective: str, start: str, constraints: list[str]
) -> None:
    ours = sc.minimize(objective, start, constraints=constraints, method="interior_point")
    best = sc.minimize(objective, start, constraints=constraints, starts=0)

    assert ours.outcome is Outcome.CONVERGED_KKT
    assert ours.fun == pytest.approx(best.fun, abs=1e-7)
    assert ours.multipliers is not None
    assert best.multipliers is not None
    for text, weight in best.multipliers.items():
        assert ours.multipliers[text] == pytest.approx(weight, abs=1e-5)


def test_a_linear_program_of_many_rows_ends_as_simplex_methods_do() -> None:
    from scipy.optimize import linprog

    rng = np.random.default_rng(0)
    A, c = rng.normal(size=(400, 120)), rng.random(120)
    right = A @ np.ones(120) + rng.random(400)
    known = linprog(c, A_ub=A, b_ub=right, bounds=[(0, None)] * 120)
    best = sc.minimize(
        "c@x", {"x": np.ones(120)}, data={"A": A, "c": c, "r": right},
        constraints=["A@x <= r", "x >= 0"],
    )  # fmt: skip

    assert best.method == "interior_point"
    assert best.converged
    assert best.fun == pytest.approx(known.fun, abs=1e-7)
    assert best.n_steps < 60
    assert best.multipliers is not None
    assert best.multipliers["A@x <= r"] == pytest.approx(-known.ineqlin.marginals, abs=1e-6)


def test_least_absolute_errors_under_a_constraint_are_a_linear_program() -> None:
    from scipy.optimize import linprog

    rng = np.random.default_rng(1)
    m, n = 500, 4
    X = rng.normal(size=(m, n))
    y = X @ rng.normal(size=n) + rng.standard_t(2, size=m)
    best = sc.minimize(
        "sum(abs(X@w - y))", {"w": np.zeros(n)}, data={"X": X, "y": y}, constraints=["sum(w) == 1"]
    )
    eye = np.eye(m)
    known = linprog(
        np.r_[np.zeros(n), np.ones(m)], A_ub=np.block([[X, -eye], [-X, -eye]]),
        b_ub=np.r_[y, -y], A_eq=[np.r_[np.ones(n), np.zeros(m)]], b_eq=[1.0],
        bounds=[(None, None)] * (n + m),
    )  # fmt: skip

    assert best.method == "interior_point"
    assert best.outcome is Outcome.CONVERGED_KKT
    assert best.fun == pytest.approx(known.fun, rel=1e-9)
    assert best.x["w"] == pytest.approx(known.x[:n], abs=1e-6)
    assert best.multipliers is not None
    assert best.multipliers["sum(w) == 1"] == pytest.approx(known.eqlin.marginals[0], abs=1e-5)


def test_a_problem_that_is_not_convex_is_left_to_the_augmented_lagrangian() -> None:
    a = np.random.default_rng(2).normal(size=450)
    best = sc.minimize(
        "sum((w - a)^2)", {"w": np.full(450, 0.1)}, data={"a": a}, constraints=["w@w == 4"]
    )

    assert best.method == "augmented_lagrangian"
    assert best.x["w"] == pytest.approx(2.0 * a / np.linalg.norm(a), abs=1e-6)


def test_constraints_that_no_point_satisfies_are_told() -> None:
    best = sc.minimize(
        "x^2 + y^2", "x=1, y=1", constraints=["x + y >= 3", "x + y <= 2"], method="interior_point"
    )

    assert not best.converged
    assert best.outcome in (Outcome.INFEASIBLE, Outcome.MAX_STEPS, Outcome.LINE_SEARCH_FAILED)


def test_a_run_between_barriers_resumes_to_the_same_bits(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    A = rng.normal(size=(90, 60))
    data = {"A": A, "b": A @ np.ones(60) + 0.5, "a": rng.normal(size=60)}

    def run(path: Path, **more: Any) -> sc.Optimum:
        return sc.minimize(
            "sum(exp(x - a)) + x@x", {"x": np.zeros(60)}, data=data,
            constraints=["A@x <= b", "sum(x^2) <= 70"], method="interior_point", checkpoint=path,
            **more,
        )  # fmt: skip

    whole = run(tmp_path / "whole.npz")
    for k in (3, 8):
        run(tmp_path / "run.npz", callback=lambda state, k=k: state.step == k)
    resumed = run(tmp_path / "run.npz")

    assert whole.converged
    assert whole.n_steps > 8
    assert np.array_equal(whole.vector, resumed.vector)
    assert (whole.n_evaluations, whole.n_hessians) == (resumed.n_evaluations, resumed.n_hessians)


def test_slacks_that_stand_alone_are_eliminated_and_change_nothing() -> None:
    rng = np.random.default_rng(5)
    m, n = 120, 4
    rows = np.hstack([rng.standard_normal((m, n)), np.eye(m)])
    rows = np.vstack([rows, np.append(np.ones(n), np.zeros(m))])
    bowl = np.diag(np.append(np.ones(n), np.zeros(m)))
    is_free = np.append(np.ones(m, dtype=bool), False)
    parts = (rng.random(m + 1), rng.random(n + m), rng.standard_normal(n + m),
             rng.standard_normal(m + 1), is_free, np.zeros(n + m, dtype=bool))  # fmt: skip
    dense = solve_newton(Derivatives(rows, bowl, rows, bowl), *parts)
    sparse = solve_newton(Derivatives(*map(csr_array, (rows, bowl, rows, bowl))), *parts)

    assert dense is not None
    assert sparse is not None
    for one, other in zip(dense, sparse, strict=True):
        assert other == pytest.approx(one, rel=1e-9, abs=1e-9)
