"""Minimizing under constraints: Hock and Schittkowski's problems, multipliers, verdicts."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hs_problems import PROBLEMS

import symcalc as sc
from symcalc.outcome import Outcome

DATA = Path(__file__).resolve().parent / "data"
CORPUS = json.loads((DATA / "hs.json").read_text())["items"]


def solve(item: dict[str, Any], **settings: Any) -> sc.Optimum:
    """Minimize a problem of the corpus from its start."""
    names = item["variables"]
    constraints = [f"{text} == 0" for text in item["eq"]] + [f"{t} >= 0" for t in item["ineq"]]
    bounds = {name: tuple(pair) for name, pair in zip(names, item["bounds"], strict=True)}
    start = dict(zip(names, item["start"], strict=True))
    return sc.minimize(item["objective"], start, constraints=constraints, bounds=bounds, **settings)


def violation(item: dict[str, Any], x: dict[str, float]) -> float:
    """Return the largest violation, evaluated from the texts."""
    off = [0.0]
    for kind, texts in (("eq", item["eq"]), ("ineq", item["ineq"])):
        for text in texts:
            value = sc.compile(text, list(x))(*x.values())
            off.append(abs(value) if kind == "eq" else -value)
    for value, (low, high) in zip(x.values(), item["bounds"], strict=True):
        off += [-np.inf if low is None else low - value, -np.inf if high is None else value - high]
    return float(max(off))


@pytest.mark.parametrize("item", CORPUS, ids=lambda item: item["name"])
def test_hock_and_schittkowskis_minima_are_reached_with_multipliers(item: dict[str, Any]) -> None:
    best = solve(item)

    assert best.converged
    assert best.fun == pytest.approx(item["f_star"], rel=1e-6, abs=1e-6)
    assert violation(item, best.x) < 1e-8
    if best.outcome is Outcome.NO_MULTIPLIERS:
        assert item["name"] == "HS13"
        assert best.multipliers is None
        assert any("No multipliers exist" in sentence for sentence in best.diagnosis)
    elif best.kkt is not None:
        assert max(value for _, value in best.kkt.rows()) < 1e-9


@pytest.mark.parametrize("item", CORPUS, ids=lambda item: item["name"])
def test_multipliers_balance_the_gradient_of_the_objective(item: dict[str, Any]) -> None:
    best = solve(item, method="SLSQP")
    if not best.converged or best.multipliers is None:
        pytest.skip("the local method ends elsewhere, or there are none")
    names = list(best.x)
    left = sc.compile(item["objective"], names, order=1).gradient(*best.x.values())
    for text in (*item["eq"], *item["ineq"]):
        relation = "==" if text in item["eq"] else ">="
        weight = best.multipliers[f"{text} {relation} 0"]
        assert relation == "==" or weight >= 0.0
        left = left - weight * sc.compile(text, names, order=1).gradient(*best.x.values())
    for place, name in enumerate(names):
        for text, weight in best.multipliers.items():
            if text.startswith(f"{name} >= "):
                left[place] -= weight
            elif text.startswith(f"{name} <= "):
                left[place] += weight

    assert np.abs(left).max() < 1e-6


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem["name"])
def test_further_problems_of_the_collection_are_solved(problem: dict[str, Any]) -> None:
    best = sc.minimize(
        problem["objective"], problem["start"], constraints=problem["constraints"],
        bounds=problem["bounds"],
    )  # fmt: skip

    assert best.converged
    assert best.fun == pytest.approx(problem["least"], rel=1e-6, abs=1e-6)
    assert best.kkt is not None
    assert best.kkt.violation < 1e-8
    assert best.kkt.stationarity < 1e-6


@pytest.mark.parametrize("method", ["SLSQP", "trust-constr", "augmented_lagrangian"])
@pytest.mark.parametrize("name", ["HS35", "HS39", "HS64", "HS71", "HS106", "HS113"])
def test_every_method_ends_at_the_same_minimum(name: str, method: str) -> None:
    problem = next(problem for problem in PROBLEMS if problem["name"] == name)
    best = sc.minimize(
        problem["objective"], problem["start"], constraints=problem["constraints"],
        bounds=problem["bounds"], method=method,
    )  # fmt: skip

    assert best.converged
    assert best.fun == pytest.approx(problem["least"], rel=1e-6)


@pytest.mark.parametrize(
    ("constraints", "holds"),
    [
        (["w >= 0"], lambda w: w[1] == 0.0 and w[0] > 0.5 and w[2] > 2.5),
        (["sum(w) == 1"], lambda w: abs(w.sum() - 1.0) < 1e-12),
        (["norm2(w) <= 1"], lambda w: abs(np.linalg.norm(w) - 1.0) < 1e-9),
        (["w[0] + w[1] == 1"], lambda w: abs(w[0] + w[1] - 1.0) < 1e-12),
        (["mu@w >= 3.8", "0 <= w <= 2"], lambda w: abs(w @ [0.1, 0.2, 1.7] - 3.8) < 1e-12),
    ],
)
def test_the_shape_of_a_start_of_zeros_follows_from_the_data_under_constraints_too(
    constraints: list[str], holds: Callable[[Any], bool]
) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 3))
    data = {"X": x, "y": x @ [1.0, -2.0, 3.0], "mu": np.array([0.1, 0.2, 1.7])}
    best = sc.minimize("mean((X@w - y)^2)", "w=zeros", data=data, constraints=constraints)
    assert best.converged, best.outcome
    assert holds(best.x["w"])


def test_constraints_over_arrays_hold_entry_by_entry_with_multipliers_in_their_shape() -> None:
    rng = np.random.default_rng(3)
    A, b, c = rng.normal(size=(3, 6)), rng.normal(size=3), rng.normal(size=6)
    best = sc.minimize(
        "sum((x - c)^2)/2", {"x": np.zeros(6)}, data={"A": A, "b": b, "c": c},
        constraints=["A@x == b"],
    )  # fmt: skip
    weights = np.linalg.solve(A @ A.T, b - A @ c)

    assert best.multipliers is not None
    assert best.x["x"] == pytest.approx(c + A.T @ weights)
    assert best.multipliers["A@x == b"] == pytest.approx(weights)


@pytest.mark.parametrize("method", ["auto", "augmented_lagrangian"])
def test_many_variables_take_a_method_of_our_own(method: str) -> None:
    rng = np.random.default_rng(5)
    n, m = 600, 40
    A, b, c = rng.normal(size=(m, n)), rng.normal(size=m), rng.normal(size=n)
    best = sc.minimize(
        "sum((x - c)^2)/2", {"x": np.zeros(n)}, data={"A": A, "b": b, "c": c},
        constraints=["A@x <= b", "x >= 0"], method=method,
    )  # fmt: skip
    assert best.multipliers is not None
    push, press = best.multipliers["A@x <= b"], best.multipliers["x >= 0"]
    x = best.x["x"]

    assert best.method == ("interior_point" if method == "auto" else method)
    assert best.converged
    assert (A @ x - b).max() < 1e-8
    assert x.min() >= 0.0
    assert min(push.min(), press.min()) >= 0.0
    assert np.abs(x - c + A.T @ push - press).max() < 1e-7
    assert max(np.abs(push * (b - A @ x)).max(), np.abs(press * x).max()) < 1e-7


def test_data_stand_in_constraints_and_columns_make_one_for_each_row() -> None:
    best = sc.minimize(
        "a^2 + b^2", "a=1, b=1", data={"u": [1.0, 2.0, 3.0], "v": [1.0, 1.0, 4.0]},
        constraints=["a*u + b >= v", "a <= sum(v)"],
    )  # fmt: skip

    assert best.converged
    assert best.x == pytest.approx({"a": 1.2, "b": 0.4})
    assert best.multipliers is not None
    assert best.multipliers["a*u + b >= v"] == pytest.approx([0.0, 0.0, 0.8])


def test_a_chain_is_its_links_and_simple_bounds_are_bounds() -> None:
    best = sc.minimize("(x - 3)^2 + y^2", "x=9, y=1", constraints=["0 <= x <= 2", "x + y >= 1"])

    assert best.x == pytest.approx({"x": 2.0, "y": 0.0})
    assert best.multipliers == pytest.approx({"0 <= x": 0.0, "x <= 2": 2.0, "x + y >= 1": 0.0})
    assert "moved to x = 2" in " ".join(best.diagnosis)


def test_relations_of_sympy_are_constraints() -> None:
    import sympy

    x, y = sympy.symbols("x y")
    best = sc.minimize(x + y, "x=0, y=0", constraints=[sympy.Le(x**2 + y**2, 2)])

    assert best.x == pytest.approx({"x": -1.0, "y": -1.0})


def test_what_cannot_be_satisfied_is_told_with_the_least_violation() -> None:
    best = sc.minimize("x + y", "x=1, y=1", constraints=["x^2 + y^2 <= 1", "x + y >= 2"])

    assert best.outcome is Outcome.INFEASIBLE
    assert not best.converged
    assert "least violation found" in best.diagnosis[0]
    with pytest.raises(sc.OutcomeError, match="Infeasible"):
        sc.minimize("x + y", "x=1, y=1", constraints=["x^2 + y^2 <= 1", "x + y >= 2"], throw=True)


def test_constraints_that_change_nothing_are_kept_and_told() -> None:
    best = sc.minimize(
        "x^2", "x=3", constraints=["x > 1", "1 <= 2", "2*x >= 1", "x > 1", "x^2 <= 100"]
    )  # fmt: skip
    said = " ".join(best.diagnosis)

    assert best.x == pytest.approx({"x": 1.0})
    assert "`1 <= 2` holds whatever the variables are." in said
    assert "`x > 1` was given twice" in said
    assert "`x > 1` is strict" in said


def test_multipliers_that_are_not_unique_are_told() -> None:
    best = sc.minimize("x^2 + y^2", "x=2, y=2", constraints=["x + y >= 1", "2*x + 2*y >= 2"])

    assert best.converged
    assert any("not unique" in sentence for sentence in best.diagnosis)


def test_a_saddle_on_the_constraint_is_no_minimum() -> None:
    best = sc.minimize("x*y", "x=1, y=1", constraints=["x^2 + y^2 == 2"], method="SLSQP")

    assert best.outcome is Outcome.SADDLE or best.fun == pytest.approx(-1.0)
    assert sc.minimize("x*y", "x=1, y=1", constraints=["x^2 + y^2 == 2"]).fun == pytest.approx(-1)


def test_an_objective_that_falls_without_limit_among_feasible_points_is_told() -> None:
    best = sc.minimize("x + y", "x=0, y=0", constraints=["x <= y"])

    assert not best.converged


def test_a_kink_that_only_looks_stationary_is_no_minimum() -> None:
    best = sc.minimize("-abs(x) + y^2", "x=0, y=0", constraints=["x + y <= 1", "x >= -2"])
    at_top = sc.minimize(
        "-abs(x) + y^2", "x=0, y=0", constraints=["x + y <= 1", "x >= -2"], method="SLSQP"
    )

    assert best.fun == pytest.approx(-2.0)
    assert at_top.outcome is Outcome.SADDLE


def test_a_limit_that_ends_the_run_leaves_the_best_point_and_no_multipliers() -> None:
    steps: list[float] = []
    stopped = sc.minimize(
        "(x - 1)^2 + (y - x^2)^2", "x=5, y=9", constraints=["x + y >= 2"],
        callback=lambda state: steps.append(state.value) or len(steps) >= 2,
    )  # fmt: skip
    limited = sc.minimize(
        "(x - 1)^2 + (y - x^2)^2", "x=5, y=9", constraints=["x + y >= 2"], max_steps=2
    )

    assert stopped.outcome is Outcome.STOPPED_BY_CALLBACK
    assert limited.outcome is Outcome.MAX_STEPS
    assert stopped.fun == min(steps)
    assert stopped.multipliers is None
    assert stopped.x == limited.x


def test_the_same_seed_gives_the_same_bits() -> None:
    problem = PROBLEMS[0]
    runs = [sc.minimize(problem["objective"], problem["start"], bounds=problem["bounds"], seed=3)
            for _ in range(2)]  # fmt: skip

    assert runs[0].x == runs[1].x
    assert runs[0].n_evaluations == runs[1].n_evaluations


@pytest.mark.parametrize("constraint", ["x^2 <= 0", "x^3 >= 0"])
def test_what_rounding_leaves_of_a_gradient_carries_no_multiplier(constraint: str) -> None:
    best = sc.minimize("x", "x=1", constraints=[constraint])
    assert best.outcome is Outcome.NO_MULTIPLIERS
    assert best.multipliers is None


def test_a_constraint_in_small_units_keeps_its_multiplier() -> None:
    best = sc.minimize("x + y", "x=0.5, y=0.1", constraints=["1e-12*(x^2 + y^2 - 1) <= 0"])
    assert best.converged
    assert best.multipliers is not None
    assert list(best.multipliers.values()) == pytest.approx([1e12 / np.sqrt(2)])


def test_a_constraint_that_is_infinitely_steep_at_the_end_is_named() -> None:
    best = sc.minimize("x + y", "x=0.1, y=0.1", constraints=["sqrt(x) + sqrt(y) <= 1"])
    assert not best.converged
    assert any("sqrt(x) + sqrt(y) <= 1` is not finite" in said for said in best.diagnosis)


@pytest.mark.parametrize("method", ["augmented_lagrangian", "interior_point"])
def test_a_limit_on_steps_leaves_a_sentence_on_the_conditions(method: str) -> None:
    best = sc.minimize("(x - 2)^4 + exp(y)", "x=0, y=0", constraints=["x - y <= 1"],
                       method=method, max_steps=1)  # fmt: skip
    assert best.outcome is Outcome.MAX_STEPS
    assert any("KKT conditions do not hold" in said for said in best.diagnosis)
