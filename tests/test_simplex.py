"""The simplex of values: right at kinks, within bounds, begun again where it lost its shape."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symcalc as sc
from symcalc.errors import ArgumentError
from symcalc.optimize import Objective, minimize_objective
from symcalc.outcome import Outcome


@pytest.mark.parametrize(
    ("formula", "start", "lowest"),
    [
        ("100*(y - x^2)^2 + (1 - x)^2", "x=-1.2, y=1", 0.0),
        ("abs(x - 1) + abs(y + 2) + abs(x*y + 2)", "x=5, y=5", 0.0),
        # Charalambous and Bandler, Non-linear minimax optimization, 1976, problem 1
        ("max(x^2 + y^4, (2-x)^2 + (2-y)^2, 2*exp(y-x))", "x=2, y=1", 1.952224493870660),
        ("10*abs(y - x^2) + abs(1 - x)", "x=-1.2, y=1", 0.0),
        ("abs(a-1) + abs(b-2) + abs(c-3) + abs(d-4) + (a-b+1)^2", "a=0, b=0, c=0, d=0", 0.0),
        ("max(abs(a), abs(b), abs(c), abs(d), abs(f)) + 0.1*abs(a-f)",
         "a=1, b=-2, c=3, d=4, f=-5", 0.0),
    ],
)  # fmt: skip
def test_a_simplex_comes_down_to_the_bottom_of_a_kink(
    formula: str, start: str, lowest: float
) -> None:
    best = sc.minimize(formula, start, method="downhill_simplex")

    assert best.converged
    assert best.fun == pytest.approx(lowest, abs=1e-12)
    assert best.n_gradients < 12  # those of the judgement


def test_a_simplex_that_lost_its_shape_is_begun_again() -> None:
    """McKinnon's function, on which the simplex of 1965 shrinks to a point that is no minimum."""

    def value(x: Any) -> float:
        u, v = float(x[0]), float(x[1])
        return (360.0 if u <= 0.0 else 6.0) * abs(u) ** 2 + v + v * v

    objective = Objective(value, lambda x: (value(x), np.array([
        (720.0 if x[0] <= 0.0 else 12.0) * x[0], 1.0 + 2.0 * x[1]
    ])))  # fmt: skip
    for start in ([0.0, 0.0], [1.0, 1.0], [0.84, -0.59]):
        best = minimize_objective(objective, start, ["u", "v"], method="downhill_simplex")

        assert best.fun == pytest.approx(-0.25, abs=1e-12)


def test_a_simplex_keeps_to_bounds_and_leaves_a_fixed_variable_alone() -> None:
    seen: list[Any] = []

    def value(x: Any) -> float:
        seen.append(x.copy())
        return float(abs(x[0] - 3.0) + abs(x[1] + 1.0) + abs(x[2]))

    def both(x: Any) -> Any:
        return value(x), np.sign(x - np.array([3.0, -1.0, 0.0]))

    bounds = [(0.0, 2.0), (0.5, None), (0.25, 0.25)]
    best = minimize_objective(
        Objective(value, both), [1.0, 2.0, 0.25], ["x", "y", "z"], bounds=bounds,
        method="downhill_simplex",
    )  # fmt: skip

    places = np.array(seen)
    assert best.x == pytest.approx({"x": 2.0, "y": 0.5, "z": 0.25}, abs=1e-12)
    assert (places >= [0.0, 0.5, 0.25]).all()
    assert (places[:, [0, 2]] <= [2.0, 0.25]).all()


def test_points_without_a_value_count_as_infinitely_high() -> None:
    best = sc.minimize("sqrt(x - 1) + abs(y)", "x=3, y=2", method="downhill_simplex")

    assert best.fun < 1e-7
    assert best.x["x"] >= 1.0


def test_the_first_simplex_is_as_wide_as_asked_for() -> None:
    seen: list[float] = []

    def value(x: Any) -> float:
        seen.append(float(x[0]))
        return float(abs(x[0] - 3.0))

    minimize_objective(
        Objective(value, lambda x: (value(x), np.sign(x - 3.0))), [4.0], ["x"],
        method="simplex", options={"first_size": 0.25}, max_steps=1,
    )  # fmt: skip

    assert seen[1] == 5.25


@pytest.mark.parametrize("size", [0, -1.0, True, "wide", float("nan")])
def test_a_first_size_that_cannot_be_is_refused(size: object) -> None:
    with pytest.raises(ArgumentError, match="first_size"):
        sc.minimize("abs(x)", "x=1", method="downhill_simplex", first_size=size)


def test_kinks_in_few_variables_are_left_to_it() -> None:
    best = sc.minimize("hypot(x - 1, y) + hypot(x + 1, y - 1)/2", "x=0.5, y=0.2")

    assert best.method == "downhill_simplex"
    assert best.outcome is Outcome.CONVERGED_STEP
