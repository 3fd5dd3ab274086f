"""The problems of More, Garbow and Hillstrom: the known minima, with few evaluations."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symcalc as sc
from symcalc.optimize.methods.region import Spectrum, SquaresModel

ITEMS = json.loads((Path(__file__).parent / "data" / "mgh.json").read_text())["items"]


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item["name"])
def test_the_automatic_choice_ends_at_a_known_minimum(item: dict[str, Any]) -> None:
    best = sc.minimize(item["objective"], dict(zip(item["variables"], item["start"], strict=True)))

    assert best.converged
    slack = [
        1e-8 * abs(minimum["f"]) + 1e-14 * item["f_start"] - abs(best.fun - minimum["f"])
        for minimum in item["minima"]
    ]
    assert max(slack) >= 0.0


def test_no_problem_of_the_sample_takes_many_evaluations() -> None:
    total = 0
    for item in ITEMS:
        start = dict(zip(item["variables"], item["start"], strict=True))
        best = sc.minimize(item["objective"], start)
        total += best.n_evaluations + best.n_gradients + best.n_hessians

    # MINPACK, to the same accuracy, takes more than twice as many.
    assert total <= 600


# -- the model within a radius -----------------------------------------------------------------


@pytest.mark.parametrize("radius", [1e-3, 0.1, 1.0, 100.0])
@pytest.mark.parametrize("seed", range(6))
def test_a_step_within_the_radius_is_the_least_point_of_the_model(seed: int, radius: float) -> None:
    rng = np.random.default_rng(seed)
    curvature = rng.normal(size=3) * 10.0 ** rng.uniform(-2, 2, size=3)
    slope = rng.normal(size=3)
    if seed == 5:  # the hard case: nothing along the lowest axis
        curvature, slope = np.array([-1.0, 2.0, 3.0]), np.array([0.0, 1e-3, 1e-3])
    step = Spectrum(np.eye(3), curvature, slope, np.ones(3)).step(radius)

    def fall(z: Any) -> Any:
        return -(z @ slope + 0.5 * (z * z) @ curvature)

    tried = rng.normal(size=(20_000, 3))
    tried *= radius * rng.uniform(0, 1, size=(20_000, 1)) / np.linalg.norm(tried, axis=1)[:, None]
    assert step.length <= 1.01 * radius
    assert step.fall == pytest.approx(fall(step.vector), rel=1e-9)
    assert step.fall >= fall(tried).max() * (0.97 if step.is_held else 1.0)


def test_the_model_of_squares_is_that_of_the_normal_equations() -> None:
    rng = np.random.default_rng(1)
    jacobian, residuals = rng.normal(size=(8, 3)), rng.normal(size=8)
    scale = np.array([1.0, 10.0, 0.1])
    model = SquaresModel(jacobian, residuals, scale)
    step = model.spectrum.step(1e9)
    solved = np.linalg.lstsq(jacobian, -residuals, rcond=None)[0]

    assert step.vector == pytest.approx(solved, rel=1e-10)
    after = residuals + jacobian @ solved
    assert step.fall == pytest.approx(residuals @ residuals - after @ after, rel=1e-10)
    assert model.answer(residuals, 0.0) == pytest.approx(solved, rel=1e-10)


def test_squares_with_kinks_end_at_the_kink() -> None:
    best = sc.minimize("(abs(x - 1) + 1)^2 + (y - x)^2", "x=3, y=-2")
    other = sc.minimize("(hypot(x - 1, y - x) + 1)^2 + (y - x)^2", "x=1.4, y=0.8")

    assert best.converged
    assert best.method == "levenberg_marquardt, downhill_simplex"
    assert other.method == "levenberg_marquardt, downhill_simplex"
    assert other.x == pytest.approx({"x": 1.0, "y": 1.0}, abs=1e-6)
    assert best.x == pytest.approx({"x": 1.0, "y": 1.0}, abs=1e-6)


def test_squares_fewer_than_variables_are_minimized_too() -> None:
    best = sc.minimize("(x*y*z - 6)^2", "x=1, y=1, z=1")

    assert best.converged
    assert best.method == "levenberg_marquardt"
    assert best.fun <= 25 * 1e-14
