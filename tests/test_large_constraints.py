"""Many variables under many constraints: factors of the penalty, and what they bring."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symcalc as sc
from symcalc.optimize import Constraints, Objective
from symcalc.optimize.bounds import Bounds
from symcalc.optimize.constrained.conditioning import PenaltyFactors, row_lengths
from symcalc.optimize.constrained.evaluator import ConstrainedEvaluator
from symcalc.optimize.methods.factorization import truncated_newton


def linear(rows: Any) -> ConstrainedEvaluator:
    """Return the evaluator of `rows @ x >= 0` beside a square."""
    m, n = rows.shape

    def gradient(z: Any) -> tuple[float, Any]:
        return float(z[n:] @ rows @ z[:n]), np.concatenate([rows.T @ z[n:], rows @ z[:n]])

    def product(z: Any, v: Any) -> Any:
        return np.concatenate([rows.T @ v[n:], rows @ v[:n]])

    flags = np.zeros(m, dtype=np.bool_)
    corner = np.zeros((n, n)), np.zeros((m, m))
    whole = np.block([[corner[0], rows.T], [rows, corner[1]]])
    constraints = Constraints(n, flags, ~flags, gradient, lambda z: whole, product)
    square = Objective(lambda x: float(x @ x), lambda x: (float(x @ x), 2.0 * x))
    free = np.full(n, np.inf)
    return ConstrainedEvaluator(square, constraints, Bounds(-free, free))


def chain(n: int, n_long: int = 0) -> Any:
    """Return differences of neighbors, and rows over everything."""
    rng = np.random.default_rng(1)
    return np.vstack([np.diff(np.eye(n), axis=0), rng.normal(size=(n_long, n))])


@pytest.mark.parametrize(
    "rows",
    [
        chain(200), chain(200, 3), np.random.default_rng(0).normal(size=(30, 8)),
        np.random.default_rng(0).normal(size=(8, 30)),
    ],
    ids=["sparse", "sparse with long rows", "more rows", "more columns"],
)  # fmt: skip
def test_the_factors_solve_with_curvature_and_penalty(rows: Any) -> None:
    m, n = rows.shape
    rng = np.random.default_rng(2)
    bent, free = rng.random(m) < 0.7, rng.random(n) < 0.8
    scales = rng.random(m) + 0.5
    solve = PenaltyFactors(linear(rows), np.zeros(n), scales).solver(bent, free, 1e3, 0.7)
    part = (scales[:, None] * rows)[bent][:, free]
    matrix = 0.7 * np.eye(int(free.sum())) + 1e3 * part.T @ part
    right = rng.normal(size=int(free.sum()))

    assert solve is not None
    assert solve(right) == pytest.approx(np.linalg.solve(matrix, right), rel=1e-7, abs=1e-9)


def test_without_bent_constraints_there_is_nothing_to_factorize() -> None:
    rows = chain(50)
    factors = PenaltyFactors(linear(rows), np.zeros(50), np.ones(49))

    assert factors.solver(np.zeros(49, bool), np.ones(50, bool), 1e3, 1.0) is None


def test_a_factor_makes_conjugate_gradients_short() -> None:
    rows, rng = chain(300), np.random.default_rng(3)
    matrix = np.eye(300) + 1e6 * rows.T @ rows
    gradient = 1e-6 * rng.normal(size=300)
    factors = PenaltyFactors(linear(rows), np.zeros(300), np.ones(299))
    everything = np.ones(299, bool), np.ones(300, bool)
    solve = factors.solver(*everything, 1e6, 1.0)
    plain = truncated_newton(lambda v: matrix @ v, gradient)
    short = truncated_newton(lambda v: matrix @ v, gradient, None, solve)

    assert plain.n_products > 100
    assert short.n_products <= 2
    assert matrix @ short.vector == pytest.approx(-gradient, abs=1e-6)


def test_lengths_of_gradients_are_exact_for_few_and_near_for_many() -> None:
    rng = np.random.default_rng(4)
    sizes = 10.0 ** rng.integers(-3, 4, (300, 1))
    few, many = rng.normal(size=(20, 30)), sizes * rng.normal(size=(300, 400))
    near = row_lengths(linear(many), np.zeros(400)) / np.linalg.norm(many, axis=1)

    assert near.min() > 0.3
    assert near.max() < 2.0
    assert near.mean() == pytest.approx(1.0, abs=0.1)
    assert row_lengths(linear(few), np.zeros(30)) == pytest.approx(np.linalg.norm(few, axis=1))


def test_a_monotone_fit_is_that_of_pooling_neighbors() -> None:
    from scipy.optimize import isotonic_regression

    a = np.random.default_rng(0).normal(size=700)
    best = sc.minimize(
        "sum((w - a)^2)/2", {"w": np.zeros(700)}, data={"a": a}, constraints=["w[1:] >= w[:-1]"],
        method="augmented_lagrangian",
    )  # fmt: skip

    assert best.converged
    assert best.x["w"] == pytest.approx(isotonic_regression(a).x, abs=1e-6)
    assert best.n_hessians < 12_000


def test_a_run_with_factors_resumes_to_the_same_bits(tmp_path: Path) -> None:
    a = np.random.default_rng(5).normal(size=250)

    def run(path: Path, **more: Any) -> sc.Optimum:
        return sc.minimize(
            "sum((w - a)^2)/2", {"w": np.zeros(250)}, data={"a": a},
            constraints=["w[1:] >= w[:-1]"], method="augmented_lagrangian", checkpoint=path, **more,
        )  # fmt: skip

    whole = run(tmp_path / "whole.npz")
    for k in (15, 40):
        run(tmp_path / "run.npz", callback=lambda state, k=k: state.step == k)
    resumed = run(tmp_path / "run.npz")

    assert whole.converged
    assert whole.n_steps > 40
    assert np.array_equal(whole.vector, resumed.vector)
    assert (whole.n_evaluations, whole.n_hessians) == (resumed.n_evaluations, resumed.n_hessians)
