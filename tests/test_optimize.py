"""Minimization from callables: every method on the corpus, outcomes, and checks at the door."""

from __future__ import annotations

import json
import math
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from problems import PROBLEMS, Problem

from symcalc.errors import ArgumentError, OutcomeError, UserFunctionError
from symcalc.facts import ObjectiveFacts
from symcalc.optimize import METHODS, Objective, StepState, find_method, minimize_objective
from symcalc.optimize.evaluator import Evaluator
from symcalc.optimize.objective import StopRun
from symcalc.optimize.probing import Probe, find_fall, is_on_plateau
from symcalc.optimize.progress import ProgressBar
from symcalc.outcome import Outcome

#: Methods for any smooth objective; a linear solve is for quadratics.
GENERAL = [name for name, row in METHODS.items() if row.needs != "quadratic" and not row.is_global]

#: Rules with rates of their own come down, and need not arrive.
RATED = ("nesterov", "adagrad", "rmsprop", "adam", "adamw", "amsgrad", "nadam", "lion")

#: Where a method does not arrive, and what it must say then.
SHORT = {
    ("Rosenbrock", "gradient_descent"): Outcome.MAX_STEPS,
    ("Rosenbrock", "ista"): Outcome.MAX_STEPS,
    ("Jennrich and Sampson", "gauss_newton"): Outcome.MAX_STEPS,
    ("Freudenstein and Roth", "dogbox"): Outcome.SOLVER_FAILED,
    ("exponential decay", "trust-krylov"): Outcome.SOLVER_FAILED,
}

#: Where a method runs off to a plateau: stationary to rounding, and said to be but approached.
PLATEAU = {("Jennrich and Sampson", "SLSQP"): 2020.0}


def scalar(f: Any, gradient: Any, hessian: Any = None) -> Objective:
    """Return an objective of vectors from functions of vectors."""
    return Objective(
        lambda x: float(f(x)),
        lambda x: (float(f(x)), np.atleast_1d(np.asarray(gradient(x), dtype=float))),
        None if hessian is None else lambda x: np.atleast_2d(np.asarray(hessian(x), dtype=float)),
    )


def bowl() -> Objective:
    return scalar(lambda x: x @ x, lambda x: 2.0 * x, lambda x: 2.0 * np.eye(x.size))


# -- every method on the corpus ---------------------------------------------------------------


@pytest.mark.parametrize("method", RATED)
@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.name)
def test_rules_with_rates_come_down_and_say_when_they_have_not_arrived(
    problem: Problem, method: str
) -> None:
    best = minimize_objective(
        problem.objective, problem.start, problem.names, method=method, max_steps=500
    )

    assert best.fun < best.trace.value[0]
    gap = min(abs(best.fun - value) / max(1.0, value) for value in problem.minima)
    assert not best.converged or gap <= 1e-12


@pytest.mark.parametrize("method", ["auto", *(name for name in GENERAL if name not in RATED)])
@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.name)
def test_every_method_finds_a_known_minimum_or_says_that_it_did_not(
    problem: Problem, method: str
) -> None:
    best = minimize_objective(problem.objective, problem.start, problem.names, method=method)

    key = (problem.name, method)
    if key in PLATEAU:
        assert best.fun == pytest.approx(PLATEAU[key])
        assert best.outcome is Outcome.APPROACHED
        return
    assert best.outcome is SHORT.get(key, best.outcome)
    assert best.converged is (key not in SHORT)
    gap = min(abs(best.fun - value) / max(1.0, value) for value in problem.minima)
    assert gap <= (1e-12 if best.converged else 1e-9)


def _unseen(look: Any, seen: list[float]) -> Any:
    """Return a method of the evaluator after which what it evaluated is forgotten."""

    def forget(*args: Any) -> Any:
        n = len(seen)
        found = look(*args)
        del seen[n:]
        return found

    return forget


@pytest.mark.parametrize("method", GENERAL)
@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.name)
def test_the_result_is_the_best_point_of_its_trace_and_of_all_evaluations(
    problem: Problem, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[float] = []
    objective = problem.objective

    def value(x: Any) -> float:
        seen.append(objective.value(x))
        return seen[-1]

    def value_and_gradient(x: Any) -> Any:
        result = objective.value_and_gradient(x)
        seen.append(result[0])
        return result

    def residuals(x: Any) -> Any:
        result = objective.residuals(x)  # type: ignore[misc]
        seen.append(float(result @ result))
        return result

    watched = Objective(value, value_and_gradient, objective.hessian, objective.hessian_product,
                        residuals, objective.residual_jacobian)  # fmt: skip
    for name in ("value_aside", "slopes_aside"):  # of checks, beside the points of the run
        monkeypatch.setattr(Evaluator, name, _unseen(getattr(Evaluator, name), seen))
    best = minimize_objective(watched, problem.start, problem.names, method=method, max_steps=30)

    slack = 1e-12 * (1.0 + abs(best.fun))
    assert best.fun <= min(seen) + slack
    assert best.fun <= np.nanmin(best.trace.value) + slack
    assert best.trace.value[0] == objective.value(np.array(problem.start))
    assert len(best.trace) == best.n_steps + 1
    assert (np.diff(best.trace.n_evaluations) >= 0).all()


@pytest.mark.parametrize("method", GENERAL)
def test_the_same_seed_gives_the_same_bits(method: str) -> None:
    problem = PROBLEMS[2]
    first, second = (
        minimize_objective(problem.objective, problem.start, problem.names, method=method)
        for _ in range(2)
    )

    assert first.x == second.x
    assert first.trace.value.tolist() == second.trace.value.tolist()
    assert first.diagnosis == second.diagnosis


BOUNDED = [name for name, row in METHODS.items() if row.takes_bounds and not row.needs_box]


@pytest.mark.parametrize("method", BOUNDED)
def test_methods_that_take_bounds_keep_to_them(method: str) -> None:
    problem = PROBLEMS[0]
    bounds = [(-1.5, 0.5), (None, 2.0)]
    objective = problem.objective

    def check(x: Any) -> None:
        assert -1.5 <= x[0] <= 0.5
        assert x[1] <= 2.0

    def residuals(x: Any) -> Any:
        check(x)
        return objective.residuals(x)  # type: ignore[misc]

    def value_and_gradient(x: Any) -> Any:
        check(x)
        return objective.value_and_gradient(x)

    hessian = objective.hessian if METHODS[method].needs == "kinks" else None
    checked = Objective(objective.value, value_and_gradient, hessian, None, residuals,
                        objective.residual_jacobian)  # fmt: skip
    best = minimize_objective(checked, problem.start, problem.names, method=method, bounds=bounds)

    # Powell's searches along the axes jam in the curved valley, and the result says so.
    assert best.converged or method in ("Powell", "trf", "dogbox")
    assert best.fun == pytest.approx(0.25, abs=0.3 if method == "Powell" else 1e-6)


# -- own methods --------------------------------------------------------------------------------


def test_gradient_descent_with_a_fixed_rate_takes_the_steps_of_the_formula() -> None:
    best = minimize_objective(
        bowl(), [1.0, -2.0], ["x", "y"], method="gd", options={"rate": 0.1}, max_steps=5
    )

    assert best.outcome is Outcome.MAX_STEPS
    assert best.x == pytest.approx({"x": 0.8**5, "y": -2.0 * 0.8**5}, rel=1e-14)


def test_momentum_with_a_fixed_rate_takes_the_steps_of_the_formula() -> None:
    best = minimize_objective(
        bowl(), [1.0], ["x"], method="momentum", max_steps=3,
        options={"rate": 0.01, "momentum": 0.5},
    )  # fmt: skip
    x, v = 1.0, 0.0
    for _ in range(3):
        v = 0.5 * v - 0.01 * 2.0 * x
        x += v

    assert best.x["x"] == pytest.approx(x, rel=1e-14)


def test_newton_solves_a_quadratic_in_one_step() -> None:
    matrix = np.array([[2.0, 0.5], [0.5, 1e-4]])
    quadratic = scalar(
        lambda x: 0.5 * x @ np.abs(matrix) @ x, lambda x: matrix @ x, lambda x: matrix
    )
    convex = scalar(
        lambda x: 0.5 * x @ np.diag([2.0, 1e-8]) @ x - x[1],
        lambda x: np.diag([2.0, 1e-8]) @ x - np.array([0.0, 1.0]),
        lambda x: np.diag([2.0, 1e-8]),
    )
    best = minimize_objective(convex, [3.0, 1.0], ["x", "y"], method="newton")

    assert best.n_steps == 1
    assert best.x["y"] == pytest.approx(1e8, rel=1e-12)
    assert minimize_objective(quadratic, [1.0, 1.0], ["x", "y"], method="newton").n_steps >= 1


def test_newton_runs_on_sparse_hessians_and_on_products_alike() -> None:
    from scipy.sparse import csr_array

    problem = PROBLEMS[0]
    dense = problem.objective
    assert dense.hessian is not None
    hessian = dense.hessian
    sparse = Objective(dense.value, dense.value_and_gradient, lambda x: csr_array(hessian(x)))
    products = Objective(dense.value, dense.value_and_gradient, None, dense.hessian_product)
    for objective in (sparse, products):
        best = minimize_objective(objective, problem.start, problem.names, method="newton")
        assert best.converged
        assert best.fun < 1e-15


def test_newton_leaves_a_region_of_negative_curvature() -> None:
    cosine = scalar(lambda x: math.cos(x[0]), lambda x: -np.sin(x), lambda x: -np.cos(x))
    best = minimize_objective(cosine, [0.3], ["x"], method="newton")

    assert best.fun == pytest.approx(-1.0, abs=1e-14)


# -- outcomes -----------------------------------------------------------------------------------


def test_a_rate_that_is_too_large_diverges_with_the_best_point_and_a_smaller_rate() -> None:
    problem = PROBLEMS[0]
    best = minimize_objective(
        problem.objective, problem.start, problem.names, method="gd", options={"rate": 0.1}
    )

    assert best.outcome is Outcome.DIVERGED
    assert best.fun == pytest.approx(24.2)
    assert any("rate 0.1 is too large; try rate=" in sentence for sentence in best.diagnosis)
    advice = next(s for s in best.diagnosis if "try rate=" in s)
    rate = float(advice.split("try rate=")[1].split(",")[0])
    again = minimize_objective(
        problem.objective, problem.start, problem.names, method="gd", options={"rate": rate}
    )
    assert again.fun < 0.1


def test_a_rate_at_which_the_value_swings_is_named() -> None:
    wave = scalar(lambda x: abs(x[0]) ** 1.5, lambda x: 1.5 * np.sign(x) * np.abs(x) ** 0.5)
    best = minimize_objective(wave, [1.0], ["x"], method="gd", options={"rate": 0.9}, max_steps=200)

    assert best.outcome is Outcome.MAX_STEPS
    assert any("makes it swing" in sentence for sentence in best.diagnosis)


@pytest.mark.parametrize("method", ["auto", "gd", "momentum", "BFGS", "L-BFGS-B", "Nelder-Mead"])
def test_an_objective_without_lower_limit_is_called_unbounded(method: str) -> None:
    plane = scalar(lambda x: x[0] + 2.0 * x[1], lambda x: [1.0, 2.0], lambda x: np.zeros((2, 2)))
    best = minimize_objective(plane, [1.0, 1.0], ["x", "y"], method=method)

    assert best.outcome is Outcome.UNBOUNDED
    assert not best.converged
    assert any("without limit along" in sentence for sentence in best.diagnosis)


def test_a_pole_that_is_reached_is_named() -> None:
    def logarithm(x: Any) -> float:
        return math.log(x[0]) if x[0] > 0.0 else (-math.inf if x[0] == 0.0 else math.nan)

    pole = scalar(logarithm, lambda x: 1.0 / x, lambda x: -1.0 / x**2)
    assert not minimize_objective(pole, [1.0], ["x"]).converged
    best = minimize_objective(pole, [1.0], ["x"], method="newton")

    assert best.outcome is Outcome.UNBOUNDED
    assert "The objective is -inf at x = 0" in " ".join(best.diagnosis)
    assert best.fun == 0.0


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_start_without_a_value_is_an_outcome(bad: float) -> None:
    best = minimize_objective(scalar(lambda x: bad, lambda x: x * bad), [1.0], ["x"])

    assert best.outcome is Outcome.NOT_FINITE
    assert best.x == {"x": 1.0}
    assert not math.isfinite(best.fun)
    assert "start elsewhere" in best.diagnosis[0]


@pytest.mark.parametrize(
    "method", [n for n in GENERAL if METHODS[n].needs != "residuals" and n not in RATED]
)
def test_trial_points_outside_the_domain_are_turned_away(method: str) -> None:
    def entropy(x: Any) -> float:
        with np.errstate(all="ignore"):
            return float(x[0] * np.log(x[0]))

    def gradient(x: Any) -> Any:
        return 1.0 + np.log(x)

    best = minimize_objective(
        scalar(entropy, gradient, lambda x: 1.0 / x), [3.0], ["x"], method=method
    )

    assert best.converged
    assert best.fun == pytest.approx(-math.exp(-1.0), abs=1e-12)


def test_overflow_in_the_objective_is_a_bad_number_and_no_error() -> None:
    steep = scalar(lambda x: math.exp(x[0]) - x[0], lambda x: np.exp(x) - 1.0, np.exp)
    best = minimize_objective(steep, [-50.0], ["x"])

    assert best.converged
    assert best.fun == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("objective", "start", "kind"),
    [
        (scalar(lambda x: x[0] ** 2 - x[1] ** 2, lambda x: [2 * x[0], -2 * x[1]],
                lambda x: np.diag([2.0, -2.0])), [1.0, 0.0], "saddle"),
        (scalar(lambda x: -(x[0] ** 2), lambda x: -2.0 * x, lambda x: -2.0), [0.0], "maximum"),
        (scalar(lambda x: x[0] ** 3, lambda x: 3.0 * x**2, lambda x: 6.0 * x), [1.0], "inflection"),
    ],
)  # fmt: skip
def test_a_stationary_point_that_is_no_minimum_is_told_apart(
    objective: Objective, start: list[float], kind: str
) -> None:
    best = minimize_objective(objective, start, ["x", "y"][: len(start)], method="newton")

    assert best.outcome is Outcome.UNBOUNDED
    assert not best.converged
    assert f"{kind}, not a minimum" in best.diagnosis[1]


def test_a_flat_direction_is_named_by_its_variables() -> None:
    valley = scalar(
        lambda x: (x[0] + x[1] - 1.0) ** 2,
        lambda x: 2.0 * (x[0] + x[1] - 1.0) * np.ones(2),
        lambda x: 2.0 * np.ones((2, 2)),
    )
    best = minimize_objective(valley, [5.0, 1.0], ["u", "v"])

    assert best.converged
    assert "Flat to second order along 0.71*" in best.diagnosis[-1]


def test_a_minimum_at_infinity_is_not_called_strict() -> None:
    tail = scalar(lambda x: math.exp(-x[0]), lambda x: -np.exp(-x), lambda x: np.exp(-x))
    best = minimize_objective(tail, [0.0], ["x"])

    assert best.outcome is Outcome.APPROACHED


def test_an_objective_of_tiny_scale_is_not_converged_at_its_start() -> None:
    tiny = scalar(lambda x: 1e-10 * (x[0] - 1.0) ** 2, lambda x: 2e-10 * (x - 1.0))
    best = minimize_objective(tiny, [0.0], ["x"])

    assert best.x["x"] == pytest.approx(1.0)


def test_a_large_offset_does_not_loosen_the_test() -> None:
    high = scalar(lambda x: 1e8 + (x[0] - 1.0) ** 2, lambda x: 2.0 * (x - 1.0))
    best = minimize_objective(high, [0.0], ["x"])

    assert best.converged
    assert best.x["x"] == pytest.approx(1.0, abs=1e-7)


def test_precision_reached_is_claimed_with_its_evidence() -> None:
    # The value carries an offset of 1e6, so the gradient cannot be followed down to 1e-12.
    def value(x: Any) -> float:
        return float(1e6 + np.cosh(x[0] / 3.0) * np.exp(x[1] ** 2))

    def gradient(x: Any) -> Any:
        a, b = np.cosh(x[0] / 3.0), np.exp(x[1] ** 2)
        return [np.sinh(x[0] / 3.0) / 3.0 * b, 2.0 * x[1] * a * b]

    best = minimize_objective(
        scalar(value, gradient), [3.0, 0.7], ["x", "y"], method="BFGS", tolerance=1e-14
    )

    assert best.outcome is Outcome.PRECISION_REACHED
    assert "below the rounding noise" in best.diagnosis[0]


def test_kinks_are_left_to_a_method_of_values() -> None:
    corner = scalar(
        lambda x: abs(x[0] - 1.0) + 2.0 * abs(x[1]),
        lambda x: [np.sign(x[0] - 1.0), 2.0 * np.sign(x[1])],
    )
    facts = ObjectiveFacts(has_kinks=True)
    best = minimize_objective(corner, [3.3, 1.7], ["x", "y"], facts=facts)
    smooth_method = minimize_objective(corner, [3.3, 1.7], ["x", "y"], method="BFGS", facts=facts)

    assert best.method == "downhill_simplex"
    assert "kinks" in best.why
    assert best.outcome is Outcome.CONVERGED_STEP
    assert best.fun < 1e-8
    assert not smooth_method.converged
    assert "kinks" in " ".join(smooth_method.diagnosis)


def test_the_first_step_of_a_pattern_search_is_the_one_asked_for() -> None:
    states: list[StepState] = []
    minimize_objective(
        bowl(), [1.0], ["x"], method="pattern_search", options={"first_step": 0.125},
        callback=states.append, max_steps=1,
    )  # fmt: skip

    assert states[0].x == {"x": 0.75}


def test_a_fall_is_found_behind_a_plateau_and_not_behind_a_ridge() -> None:
    def stairs(x: Any) -> float:
        return float(np.floor(x[0]) ** 2)

    def waves(x: Any) -> float:
        return float(1.0 - math.cos(6.0 * x[0]) + 0.1 * x[0])

    down = find_fall(Probe(stairs, np.array([3.5]), 9.0))
    bottom = np.array([2.0 * math.pi / 6.0 - 0.1 / 36.0])

    assert down is not None
    assert down.over_plateau
    assert down.value == 4.0
    assert waves(np.array([0.0])) < waves(bottom)
    assert find_fall(Probe(waves, bottom, waves(bottom))) is None


def test_a_fall_that_rounding_explains_is_no_evidence() -> None:
    def noisy(x: Any) -> float:
        return float(1e6 + (x[0] - 1.0) ** 2 - 1e-9 * (x[0] != 1.0))

    assert find_fall(Probe(noisy, np.array([1.0]), 1e6)) is None
    assert find_fall(Probe(lambda x: -abs(x[0]), np.array([0.0]), 0.0)) is not None


def test_a_plateau_has_an_end_and_a_constant_has_none() -> None:
    def step(x: Any) -> float:
        return float(x[0] > 10.0)

    assert is_on_plateau(Probe(step, np.array([0.0, 0.0]), 0.0), 0)
    assert not is_on_plateau(Probe(step, np.array([0.0, 0.0]), 0.0), 1)
    assert not is_on_plateau(Probe(lambda x: float(x[0] ** 2), np.zeros(1), 0.0), 0)


@pytest.mark.parametrize("limits", [{"max_evaluations": 0}, {"time_limit": 0.0}])
def test_the_judgement_at_the_end_puts_the_limits_back(limits: dict[str, Any]) -> None:
    evaluator = Evaluator(bowl(), **limits)
    with evaluator.beyond_limits():
        assert evaluator.value(np.zeros(1)) == 0.0

    with pytest.raises(StopRun):
        evaluator.value(np.ones(1))


def test_too_little_memory_is_not_a_fault_of_the_objective() -> None:
    def huge(x: Any) -> float:
        raise MemoryError

    with pytest.raises(MemoryError):
        minimize_objective(scalar(huge, lambda x: x), [1.0], ["x"])


def test_variables_at_their_bounds_are_named() -> None:
    best = minimize_objective(bowl(), [1.0, 2.0], ["x", "y"], bounds=[(0.5, None), None])

    assert best.converged
    assert best.gradient_norm < 1e-8
    assert best.diagnosis[0] == "Active: `x >= 0.5`."


# -- limits, callbacks, interruption ------------------------------------------------------------


def slowly(x: Any) -> float:
    time.sleep(0.005)
    return float(x @ x)


@pytest.mark.parametrize("method", ["gd", "BFGS", "Powell", "lm"])
def test_a_time_limit_returns_the_best_point(method: str) -> None:
    problem = PROBLEMS[3]

    def residuals(x: Any) -> Any:
        time.sleep(0.005)
        return problem.residuals(x)

    slow = Objective(
        lambda x: float(residuals(x) @ residuals(x)),
        lambda x: (float(residuals(x) @ residuals(x)), 2.0 * problem.jacobian(x).T @ residuals(x)),
        residuals=residuals,
        residual_jacobian=problem.jacobian,
    )
    best = minimize_objective(slow, problem.start, problem.names, method=method, time_limit=0.03)

    assert best.outcome is Outcome.TIME_LIMIT
    assert best.fun <= best.trace.value[0]


def test_a_limit_on_evaluations_is_kept() -> None:
    best = minimize_objective(
        bowl(), [1.0], ["x"], method="gd", options={"rate": 0.01}, max_evaluations=7
    )

    assert best.outcome is Outcome.MAX_EVALUATIONS
    assert best.n_evaluations == 7


@pytest.mark.parametrize("method", ["gd", "L-BFGS-B", "Nelder-Mead"])
def test_an_interrupt_returns_the_best_point(method: str) -> None:
    calls = 0

    def value(x: Any) -> float:
        nonlocal calls
        calls += 1
        if calls == 10:
            raise KeyboardInterrupt
        return PROBLEMS[0].objective.value(x)

    objective = Objective(
        value, lambda x: (value(x), PROBLEMS[0].objective.value_and_gradient(x)[1])
    )
    best = minimize_objective(objective, [-1.2, 1.0], ["x", "y"], method=method)

    assert best.outcome is Outcome.INTERRUPTED
    assert best.fun < 24.2


@pytest.mark.parametrize("method", ["gd", "newton", "BFGS", "trust-ncg", "Nelder-Mead", "trf"])
def test_a_callback_sees_every_step_and_can_stop_the_run(method: str) -> None:
    states: list[StepState] = []

    def watch(state: StepState) -> bool:
        states.append(state)
        return state.step == 3

    problem = PROBLEMS[0]
    best = minimize_objective(
        problem.objective, problem.start, problem.names, method=method, callback=watch
    )

    assert best.outcome is Outcome.STOPPED_BY_CALLBACK
    assert [state.step for state in states] == [1, 2, 3]
    assert set(states[-1].x) == {"x1", "x2"}
    assert states[-1].value == best.trace.value[3]


def test_stop_iteration_in_a_callback_stops_the_run() -> None:
    def stop(state: StepState) -> None:
        raise StopIteration

    best = minimize_objective(
        bowl(), [1.0], ["x"], method="gd", options={"rate": 0.1}, callback=stop
    )

    assert best.outcome is Outcome.STOPPED_BY_CALLBACK


def test_a_failure_in_a_callback_or_objective_says_where() -> None:
    def fail(state: StepState) -> None:
        raise KeyError("boom")

    def broken(x: Any) -> float:
        raise KeyError("boom")

    with pytest.raises(UserFunctionError, match=r"callback raised KeyError \(step 1\)"):
        minimize_objective(bowl(), [1.0], ["x"], method="gd", options={"rate": 0.1}, callback=fail)
    with pytest.raises(UserFunctionError, match=r"objective raised KeyError \(at the start\)"):
        minimize_objective(scalar(broken, lambda x: x), [1.0], ["x"])


@given(rate=st.floats(1e-3, 2.0), start=st.floats(-5.0, 5.0))
def test_throwing_and_returning_tell_the_same_story(rate: float, start: float) -> None:
    arguments: dict[str, Any] = {"method": "gd", "options": {"rate": rate}, "max_steps": 20}
    quiet = minimize_objective(bowl(), [start], ["x"], **arguments)
    if quiet.converged:
        assert minimize_objective(bowl(), [start], ["x"], throw=True, **arguments).x == quiet.x
        return
    with pytest.raises(OutcomeError) as caught:
        minimize_objective(bowl(), [start], ["x"], throw=True, **arguments)
    assert caught.value.result.x == quiet.x  # type: ignore[attr-defined]
    assert quiet.outcome.value in str(caught.value)


# -- the door -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"method": "newtn"}, "Did you mean 'newton'"),
        ({"method": 3}, "Unknown method 3"),
        ({"method": "gd", "options": {"rte": 1.0}}, "Did you mean `rate`"),
        ({"method": "newton", "options": {"rate": 1.0}}, "no option `rate`. It belongs to"),
        ({"method": "pattern_search", "options": {"first_step": -1}}, "`first_step` is -1"),
        ({"method": "gd", "options": {"rate": -1.0}}, "`rate` is -1.0"),
        ({"method": "gd", "options": {"search": "fixed"}}, "needs a rate"),
        ({"method": "gd", "options": {"search": "wolf"}}, "`search` is 'wolf'"),
        ({"method": "momentum", "options": {"momentum": 1.0}}, r"\[0, 1\)"),
        ({"method": "L-BFGS-B", "options": {"maxcor": "many"}}, "refused"),
        ({"method": "lm"}, "sum of squares"),
        ({"method": "newton", "bounds": [(0, 3), None]}, "cannot keep to bounds"),
        ({"bounds": [(0, 3)]}, "1 bound for 2 variables"),
        ({"bounds": [(3, 0), None]}, "lower <= upper"),
        ({"bounds": [("a", None), None]}, "pair"),
        ({"bounds": [(float("nan"), 1), None]}, "lower <= upper"),
        ({"max_steps": 0}, "`max_steps` is 0"),
        ({"max_steps": 1.5}, "`max_steps` is 1.5"),
        ({"tolerance": 0.0}, "`tolerance` is 0.0"),
        ({"tolerance": float("nan")}, "`tolerance` is nan"),
        ({"time_limit": -1}, "`time_limit` is -1"),
        ({"seed": -1}, "`seed` is -1"),
        ({"max_evaluations": 0}, "`max_evaluations`"),
    ],
)
def test_bad_arguments_are_refused_before_any_evaluation(
    arguments: dict[str, Any], message: str
) -> None:
    evaluations = 0

    def value(x: Any) -> float:
        nonlocal evaluations
        evaluations += 1
        return float(x @ x)

    objective = scalar(value, lambda x: 2.0 * x, lambda x: 2.0 * np.eye(2))
    with pytest.raises(ArgumentError, match=message):
        minimize_objective(objective, [1.0, 2.0], ["x", "y"], **arguments)
    assert evaluations <= (2 if message == "refused" else 0)


@pytest.mark.parametrize("start", [[1.0], [1.0, math.nan], [[1.0, 2.0]], ["a", 1.0], []])
def test_a_bad_start_is_refused(start: Any) -> None:
    with pytest.raises(ArgumentError):
        minimize_objective(bowl(), start, ["x", "y"])


def test_a_start_is_never_changed() -> None:
    start = np.array([1.0, 2.0])
    minimize_objective(bowl(), start, ["x", "y"], method="gd", options={"rate": 0.1})

    assert start.tolist() == [1.0, 2.0]


def test_a_gradient_of_the_wrong_shape_is_refused() -> None:
    with pytest.raises(ArgumentError, match=r"gradient has shape \(1,\)"):
        minimize_objective(scalar(lambda x: 1.0, lambda x: 1.0), [1.0, 2.0], ["x", "y"])
    with pytest.raises(ArgumentError, match="must return one number"):
        minimize_objective(Objective(lambda x: x, lambda x: (x, x)), [1.0, 2.0], ["x", "y"])


@pytest.mark.parametrize(
    ("typed", "name"),
    [("GD", "gradient_descent"), ("lbfgs", "L-BFGS-B"), ("l_bfgs_b", "L-BFGS-B"),
     ("hooke jeeves", "pattern_search"), ("nelder mead", "Nelder-Mead"),
     ("newton_cg", "Newton-CG"), ("heavy-ball", "momentum")],
)  # fmt: skip
def test_names_of_methods_are_read_leniently(typed: str, name: str) -> None:
    assert find_method(typed).name == name


def test_the_automatic_choice_says_why() -> None:
    rosenbrock = PROBLEMS[0].objective
    gradient_only = Objective(rosenbrock.value, rosenbrock.value_and_gradient)
    smooth = Objective(rosenbrock.value, rosenbrock.value_and_gradient, rosenbrock.hessian)
    cases = [
        (smooth, None, None, "trust_region", "second derivatives"),
        (rosenbrock, None, ObjectiveFacts(n_residuals=2), "levenberg_marquardt", "2 squares"),
        (rosenbrock, [(-2, 2), (-2, 2)], None, "SLSQP", "bounds"),
        (
            rosenbrock,
            [(-2, 2), (-2, 2)],
            ObjectiveFacts(has_kinks=True),
            "downhill_simplex",
            "kinks",
        ),
        (rosenbrock, None, ObjectiveFacts(has_jumps=True), "pattern_search", "jumps"),
        (smooth, None, ObjectiveFacts(has_joins=True), "trust_region", "but for its branches"),
        (gradient_only, None, None, "L-BFGS-B", "gradient"),
    ]
    for objective, bounds, facts, method, why in cases:
        best = minimize_objective(objective, [-1.2, 1.0], ["x", "y"], bounds=bounds, facts=facts)
        assert best.method == method
        assert why in best.why


def test_a_linear_solve_is_for_quadratics_only() -> None:
    with pytest.raises(ArgumentError, match="degree two"):
        minimize_objective(bowl(), [1.0], ["x"], method="linear_solve")
    best = minimize_objective(
        bowl(), [1.0, 2.0], ["x", "y"], facts=ObjectiveFacts(is_quadratic=True)
    )

    assert best.method == "linear_solve"
    assert best.n_steps == 1
    assert best.x == {"x": 0.0, "y": 0.0}


# -- the result ---------------------------------------------------------------------------------


def test_the_result_is_readable_and_ready_for_json() -> None:
    best = minimize_objective(PROBLEMS[0].objective, [-1.2, 1.0], ["x", "<y>"])
    told = json.loads(json.dumps(best.to_dict()))

    assert told["converged"] is True
    assert told["x"] == best.x
    assert told["outcome"] == "converged_gradient"
    assert len(told["trace"]["value"]) == best.n_steps + 1
    assert repr(best).startswith("Optimum: Converged: the gradient is below the tolerance.")
    assert "&lt;y&gt;" in best._repr_html_()
    assert best.vector.tolist() == list(best.x.values())
    assert best.multipliers is None


def test_numbers_that_are_not_finite_are_names_in_json() -> None:
    best = minimize_objective(scalar(lambda x: math.nan, lambda x: x), [1.0], ["x"])

    assert json.loads(json.dumps(best.to_dict(), allow_nan=False))["fun"] == "nan"


def test_a_progress_bar_appears_on_a_terminal_only_after_a_second(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [(k, 3.25, 1.0, 0.1, k, t) for k, t in enumerate((0.0, 0.5, 1.5, 99.0))]
    silent = ProgressBar(100)
    silent.update(rows[:1], 1e-8)
    silent.update(rows, 1e-8)
    silent.close()
    assert capsys.readouterr().err == ""

    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    bar = ProgressBar(100)
    bar.update(rows[:1], 1e-8)
    bar.update(rows[:2], 1e-8)
    assert capsys.readouterr().err == ""
    bar.update(rows[:3], 1e-8)
    bar.close()
    assert "3.25" in capsys.readouterr().err
