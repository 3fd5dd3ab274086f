"""Gradients are compared with values on every result, and a wrong one is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symcalc as sc
from symcalc.optimize import METHODS, Objective, fit_residuals, minimize_objective
from symcalc.optimize.bounds import Bounds
from symcalc.optimize.constrained import minimize_constrained
from symcalc.optimize.constraints import Constraints, Label
from symcalc.outcome import Outcome

ROSENBROCK = "100*(y - x^2)^2 + (1 - x)^2"
BOX = {"x": (-3, 3), "y": (-3, 3)}
ROWS = {"X": np.random.default_rng(0).standard_normal((60, 3)), "y": np.arange(60.0)}
SQUARES = "sum((X@w - y)**2)/(2*m)"
BATCHED = {"sgd", "svrg", "saga"}


def bowl(x: Any) -> float:
    """Return the value of a function with its minimum at (-2/3, 4/3)."""
    return float(x[0] ** 2 + (x[1] - 1) ** 2 + x[0] * x[1])


def slope(x: Any) -> Any:
    """Return its gradient."""
    return np.array([2 * x[0] + x[1], 2 * (x[1] - 1) + x[0]])


def run(gradient: Callable[[Any], Any], value: Callable[[Any], float] = bowl, **more: Any) -> Any:
    """Minimize a function whose gradient is given, right or wrong."""
    objective = Objective(value, lambda x: (value(x), gradient(x)))
    return minimize_objective(objective, [1.0, 2.0], ["a", "b"], **more)


@pytest.mark.parametrize("method", [name for name in METHODS if name not in BATCHED])
def test_every_method_says_to_how_many_digits_its_gradient_is_that_of_the_values(
    method: str,
) -> None:
    text = "(x - 1)^2 + 3*(y - 2)^2" if method in ("linear_solve",) else ROSENBROCK
    bounds = BOX if METHODS[method].needs_box else None
    best = sc.minimize(text, "x=-1.2, y=1", method=method, bounds=bounds, max_steps=40)

    check = best.gradient_check
    assert check is not None
    assert check.agrees
    assert check.digits >= 8
    assert "verified by values" in check.sentence
    assert check.sentence in repr(best)


@pytest.mark.parametrize(
    ("objective", "more", "words"),
    [
        (SQUARES, {"start": "w=zeros"}, "digits at the start and to within"),
        (SQUARES, {"start": "w=zeros", "method": "sgd"}, "digits at the start and to"),
        (SQUARES + " + norm1(w)", {"start": "w=zeros"}, "digits at the start and to"),
        (SQUARES, {"start": "w=zeros", "bounds": {"w": (-1, 1)}}, "digits at the start"),
        (SQUARES, {"start": {"w": np.zeros(3)}, "constraints": ["sum(w) == 1"]},
         "Gradients of the constraints verified by values"),
        ("mean((log(y + a) - b)^2)", {"start": "a=1, b=0"}, "digits at the start"),
    ],
)  # fmt: skip
def test_every_kind_of_run_has_its_gradient_verified(
    objective: str, more: dict[str, Any], words: str
) -> None:
    best = sc.minimize(objective, data=ROWS if "X" in objective else {"y": ROWS["y"]}, **more)

    assert best.gradient_check is not None
    assert best.gradient_check.agrees
    assert words in best.gradient_check.sentence


def test_rows_beyond_the_first_piece_are_not_read_for_it() -> None:
    data = {"X": np.random.default_rng(1).standard_normal((40_000, 3)), "y": np.ones(40_000)}
    best = sc.minimize(SQUARES, "w=zeros", data=data, method="sgd", passes=1)

    assert best.gradient_check is not None
    assert "at the start, over the first 8192 rows" in best.gradient_check.sentence


@pytest.mark.parametrize("method", ["auto", "gradient_descent", "L-BFGS-B", "Nelder-Mead"])
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda x: slope(x) * [1, 2], "by b it is 6 at the start, where values give 3"),
        (lambda x: slope(x) * [1, 2], "(a factor 2)"),
        (lambda x: slope(x) * [-1, 1], "by a it is -4 at the start, where values give 4"),
        (lambda x: slope(x)[::-1], "by a it is 3 at the start"),
        (lambda x: slope(x) + np.array([0, 1]), "by b it is 4 at the start"),
        (lambda x: slope(x) * [0, 1], "by a it is 0 at the start"),
    ],
)
def test_a_wrong_gradient_is_named_by_its_component(
    method: str, wrong: Callable[[Any], Any], words: str
) -> None:
    best = run(wrong, method=method, max_steps=2000)

    assert not best.converged
    assert best.gradient_check is not None
    assert best.gradient_check.agrees is False
    assert words in best.diagnosis[0]
    assert best.diagnosis[0].startswith("The gradient is wrong: ")
    assert str(best).count("The gradient is wrong") == 1


def test_a_run_that_would_have_converged_is_not_to_be_trusted() -> None:
    best = run(lambda x: np.array([2 * x[0], 2 * (x[1] - 1)]))

    assert best.outcome is Outcome.WRONG_GRADIENT


def test_a_gradient_that_is_wrong_only_where_the_run_ends_is_named_there() -> None:
    best = run(lambda x: slope(x) if x[0] > 0.5 else slope(x) - slope(np.array([0.25, 0.5])))

    assert best.gradient_check is not None
    assert "at the end, where values give" in best.diagnosis[0]


def test_a_wrong_component_with_a_small_share_of_the_slope_is_named() -> None:
    def value(x: Any) -> float:
        return float(1e4 * x[0] ** 2 + x[1] ** 2)

    best = run(lambda x: np.array([2e4 * x[0], 4 * x[1]]), value)

    assert "by b it is 8 at the start, where values give 4" in best.diagnosis[0]


def test_few_of_many_components_are_found_without_moving_each() -> None:
    n = 1000
    wrong = np.ones(n)
    wrong[[7, 500]] = -1.0
    objective = Objective(
        lambda x: float(np.sum(np.cosh(x))),
        lambda x: (float(np.sum(np.cosh(x))), np.sinh(x) * wrong),
    )
    best = minimize_objective(
        objective, np.linspace(0.5, 1, n), [f"v{k}" for k in range(n)], method="gd", max_steps=5
    )

    assert best.gradient_check is not None
    assert "by v7 it is -" in best.diagnosis[0]
    assert "by v500 it is -" in best.diagnosis[0]
    assert "(the sign)" in best.diagnosis[0]
    assert best.gradient_check.n_evaluations < 400  # one by one it would be 2000


def test_the_values_of_the_check_are_counted_apart_and_few() -> None:
    calls = []

    def value(x: Any) -> float:
        calls.append(x)
        return bowl(x)

    best = run(slope, value, method="L-BFGS-B")

    assert best.gradient_check is not None
    assert best.gradient_check.n_evaluations == 4
    assert len(calls) == best.n_evaluations + 4


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("relu(x) + x^2", "x=0"), ("relu(x - 1) + (x - 1)^2 + y^2", "x=1, y=1"),
        ("abs(x - y) + (x - 1)^2", "x=0, y=3"), ("max(x, 2*x) + x^2", "x=0"),
        ("floor(x)^2 + x^2", "x=2"), ("piecewise((x, x > 0), (-3*x, True)) + x^2", "x=0"),
        ("sqrt(x)", "x=1e-30"), ("sin(1e7*x) + x^2", "x=1"), ("(1 - cos(x))/x^2 + x^2", "x=1e-7"),
        ("1e15 + x^2", "x=1e-3"), ("exp(x/1e-9) - x/1e-9", "x=0"), ("1/x + x", "x=1e-200"),
    ],
)  # fmt: skip
def test_no_right_gradient_is_called_wrong_at_kinks_jumps_and_in_noise(
    text: str, start: str
) -> None:
    best = sc.minimize(text, start)

    assert best.gradient_check is None or best.gradient_check.agrees is not False
    assert best.outcome is not Outcome.WRONG_GRADIENT


def test_a_function_that_raises_beside_the_start_is_said_not_to_be_verified() -> None:
    def value(x: Any) -> float:
        if x[0] not in (1.0, 0.0):
            raise ValueError("only at whole numbers")
        return float(x @ x)

    objective = Objective(value, lambda x: (float(x @ x), 2 * x))
    best = minimize_objective(objective, [1.0, 2.0], "ab", method="gd", options={"rate": 0.5})

    assert best.gradient_check is not None
    assert best.gradient_check.agrees is None
    assert best.gradient_check.sentence == (
        "The gradient was not verified: there is no room, or no finite value, beside the points "
        "looked at."
    )


def test_nothing_is_evaluated_outside_of_the_bounds() -> None:
    def value(x: Any) -> float:
        assert x[0] >= 0.0
        return float(np.sqrt(x[0]) + x[0] + x[1] ** 2)

    objective = Objective(
        value, lambda x: (value(x), np.array([0.5 / np.sqrt(x[0]) + 1, 2 * x[1]]))
    )
    best = minimize_objective(
        objective, [1.0, 1.0], "ab", method="L-BFGS-B", bounds=[(1e-3, None), (None, None)]
    )

    assert best.gradient_check is not None
    assert best.gradient_check.agrees


def test_a_wrong_gradient_of_a_constraint_is_named_with_the_constraint() -> None:
    def both(z: Any) -> Any:  # z = (x, y, weight) of the constraint 2 - x*y >= 0
        x, y, w = z
        return w * (2 - x * y), np.array([-w * y, -2 * w * x, 2 - x * y])

    constraints = Constraints(
        2, np.array([False]), np.array([False]), both,
        lambda z: np.array([[0, -z[2], -z[1]], [-z[2], 0, -z[0]], [-z[1], -z[0], 0]]),
        lambda z, v: np.array([[0, -z[2], -z[1]], [-z[2], 0, -z[0]], [-z[1], -z[0], 0]]) @ v,
    )  # fmt: skip
    labels = [Label("x*y <= 2", (), np.array([0]), False)]
    free = Bounds(np.full(2, -np.inf), np.full(2, np.inf))
    objective = Objective(bowl, lambda x: (bowl(x), slope(x)))
    best = minimize_constrained(objective, constraints, labels, [1.0, 3.0], ["x", "y"], bounds=free)

    assert best.outcome is Outcome.WRONG_GRADIENT
    assert "The gradient of `x*y <= 2` is wrong: by y it is -2 at the start" in best.diagnosis[0]
    assert "values give -1" in best.diagnosis[0]


def test_the_jacobian_of_a_fit_is_verified_and_a_wrong_one_named() -> None:
    x = np.array([1.0, 2.0, 3.0, 5.0, 7.0, 10.0])
    y = np.array([109.0, 149.0, 149.0, 191.0, 213.0, 224.0])

    def residuals(p: Any) -> Any:
        return y - p[0] * (1 - np.exp(-p[1] * x))

    def jacobian(p: Any) -> Any:
        return -np.column_stack([1 - np.exp(-p[1] * x), p[0] * x * np.exp(-p[1] * x)])

    right = fit_residuals(residuals, jacobian, [100, 0.75], "ab", target=y)
    wrong = fit_residuals(residuals, lambda p: jacobian(p) * [1, -1], [100, 0.75], "ab", target=y)

    assert right.gradient_check is not None
    assert right.gradient_check.digits >= 8
    assert "Jacobian " in str(right)
    assert wrong.outcome is Outcome.WRONG_GRADIENT
    assert wrong.notes[0].startswith("The Jacobian is wrong: by b it is ")
    assert "(the sign)" in wrong.notes[0]


def test_the_check_goes_into_json() -> None:
    best = sc.minimize(ROSENBROCK, "x=-1.2, y=1")
    found = json.loads(json.dumps(best.to_dict()))["gradient_check"]

    assert found["agrees"] is True
    assert found["digits"] > 8
    assert found["n_evaluations"] == 4
