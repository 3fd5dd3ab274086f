"""What a run says of its end from the formula: steps that went bad, kinks, edges of the domain."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symcalc as sc
from symcalc.outcome import Outcome

ROWS = {"u": [1.0, 0.0, -3.0], "v": [1.0, 2.0, 3.0]}
MATRIX = {"X": [[1.0, 2.0], [3.0, 4.0], [-3.0, -1.0]]}


def last(objective: str, start: Any, **settings: Any) -> str:
    """Return the last sentence of a run that finds no finite number."""
    best = sc.minimize(objective, start, **settings)
    assert best.outcome is Outcome.NOT_FINITE
    return best.diagnosis[-1]


@pytest.mark.parametrize(
    ("text", "start", "said"),
    [
        ("log(x - 2) + x^2", "x=1.5", "`log(x - 2)` is NaN at x = 1.5 (x - 2 = -0.5)."),
        ("y + 1/(x - 1)", "x=1, y=0",
         "`1/(x - 1)` is infinite at x = 1: the divisor `x - 1` is 0."),
        ("exp(x^2)", "x=40", "`exp(x**2)` is infinite at x = 40 (x**2 = 1600): it is too large "
         "for a double."),
        ("x^(3/2) + y^2", "x=-1, y=2", "`x**(3/2)` is NaN at x = -1."),
        ("exp(log(sin(x)) + x)", "x=-1", "`log(sin(x))` is NaN at x = -1 (sin(x) = -0.841471)."),
    ],
)  # fmt: skip
def test_a_start_without_a_value_is_told_by_the_step_that_went_bad(
    text: str, start: str, said: str
) -> None:
    assert last(text, start) == said


def test_a_branch_that_is_not_chosen_is_not_blamed() -> None:
    said = last("piecewise((sqrt(x), x > 1), (x^2, True)) + log(y)", "x=-1, y=-1")
    assert said == "`log(y)` is NaN at y = -1."


def test_an_infinity_that_comes_to_nothing_is_not_blamed() -> None:
    assert last("exp(-1/x^2) + log(y)", "x=0, y=-1") == "`log(y)` is NaN at y = -1."


def test_a_bad_row_of_the_data_is_named() -> None:
    said = last("mean((log(a*u) - v)^2)", "a=1.5", data={**ROWS, "u": [1.0, 2.0, -3.0]})
    assert said == "`log(a*u)` is NaN in row 3 of the data at a = 1.5, u = -3 (a*u = -4.5)."
    said = last("mean((a/u - v)^2)", "a=1.5", data=ROWS)
    assert said == "`1/u` is infinite in row 2 of the data at u = 0: the divisor `u` is 0."


def test_a_bad_entry_of_an_array_is_named() -> None:
    said = last("sum(log(X@w))", {"w": np.ones(2)}, data=MATRIX)
    assert said == "`log(X @ w)` is NaN in entry [2] at X @ w = -4."
    said = last("sum(log(W))", {"W": np.array([[1.0, 2.0], [3.0, -4.0]])})
    assert said == "`log(W)` is NaN in entry [1,1] at W[1,1] = -4."
    said = last("trace(inv(S))", {"S": np.ones((2, 2))})
    assert said == "`inv(S)` is not finite: `S` is singular."


def test_a_gradient_alone_that_is_not_finite_is_told_by_its_own_step() -> None:
    said = last("sqrt(x) + x", "x=0")
    start = "In the derivative by x, `1/sqrt(x)` is infinite at x = 0"
    assert said == f"{start}: the divisor `sqrt(x)` is 0."
    said = last("sum(sqrt(w)) + sum(w)", {"w": np.array([1.0, 0.0, 2.0])})
    assert said.startswith("In the derivative by w, `1/sqrt(w)` is infinite in entry [1]")


def test_a_run_that_steps_out_of_the_domain_names_the_step_it_met_there() -> None:
    said = last("log(x)^2", "x=1.9", method="momentum", rate=3.0)
    assert said.startswith("`log(x)` is NaN at x = -")


def test_equal_entries_of_a_symmetric_matrix_are_no_obstacle() -> None:
    shapes = "S: n n symmetric"
    said = last("trace(inv(S))", {"S": np.ones((2, 2))}, shapes=shapes)
    assert said == "`inv(S)` is not finite: `S` is singular."


def test_an_objective_under_constraints_is_told_by_its_step_too() -> None:
    said = last("log(x - 2) + x^2", "x=0.5", constraints=["x <= 1"])
    assert said == "`log(x - 2)` is NaN at x = 0.5 (x - 2 = -1.5)."


# -- kinks, and edges of the domain ---------------------------------------------------------------


def places(best: sc.Optimum) -> list[str]:
    """Return what a run says of the places that its end stands on."""
    return [said for said in best.diagnosis if said.startswith(("At the ", "At a join", "Within "))]


@pytest.mark.parametrize(
    ("text", "start", "where"),
    [
        ("abs(x - y) + (x - 1)^2", "x=0, y=3", "the kink of `abs` where x - y = 0"),
        ("floor(x)^2 + x^2", "x=2.5", "the jump of `floor` where x - floor(x) = 0"),
        ("piecewise((x^2, x > 0), (-x, True))", "x=2", "a join of branches where x = 0"),
    ],
)
def test_the_kink_that_the_end_stands_on_is_named(text: str, start: str, where: str) -> None:
    (said,) = places(sc.minimize(text, start))
    assert where in said


def test_the_edge_of_the_domain_that_the_end_stands_on_is_named() -> None:
    best = sc.minimize("sqrt(x) + x + y^2", "x=2, y=1", bounds={"x": (0, None)})
    (said,) = places(best)
    assert "the edge of the domain of `sqrt(x)`, x = 0" in said
    best = sc.minimize("asin(x)", "x=0.5", bounds={"x": (-1, 1)})
    (said,) = places(best)
    assert "the edge of the domain of `asin(x)`, abs(x) = 1" in said


def test_steps_that_shrink_to_nothing_beside_an_edge_end_the_run() -> None:
    best = sc.minimize("x + 0*log(x)", "x=1", throw=False)

    assert 0 < best.fun < 1e-100
    assert not best.converged
    assert "of the edge of the domain of `log(x)`, x = 0" in str(best)


def test_a_minimum_without_a_finite_gradient_does_not_claim_a_small_one() -> None:
    best = sc.minimize("sqrt(abs(x - 1)) + abs(y)", "x=0, y=1")

    assert best.x == {"x": 1.0, "y": 0.0}
    assert best.outcome is Outcome.CONVERGED_STEP
    assert "The gradient is not finite at the best point." in best.diagnosis


def test_an_end_at_the_edge_of_the_domain_is_told_where_the_gradient_is_infinite_too() -> None:
    best = sc.minimize("x*sqrt(x - 3)", "x=5")

    assert best.x == {"x": 3.0}
    assert not best.converged
    assert best.diagnosis[:2] == (
        "At the edge of the domain of `sqrt(x - 3)`, x - 3 = 0.",
        "The gradient is not finite at the best point.",
    )


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("abs(x - 5) + x^4", "x=3"), ("x*log(x)", "x=2"), ("sqrt(1 + x^2) + x^2", "x=2"),
        ("(x^2)^(3/2) + x^2", "x=1"),
    ],
)  # fmt: skip
def test_an_end_that_stands_on_no_such_place_says_nothing(text: str, start: str) -> None:
    assert places(sc.minimize(text, start)) == []


def test_rows_and_entries_that_stand_on_a_kink_are_counted() -> None:
    data = {"u": [1.0, 2.0, 3.0], "v": [1.0, 2.5, 3.0]}
    (said,) = places(sc.minimize("mean(abs(v - a*u))", "a=1.5", data=data))
    assert said.endswith("the kink of `abs` where v - a*u = 0 in row 1 of the data and 1 more.")
    data = {"X": np.array([[1.0, 2.0], [3.0, 4.0], [-3.0, -1.0]]), "y": np.array([1.0, 2.0, 3.0])}
    best = sc.minimize("sum(abs(X@w - y))", {"w": np.ones(2)}, data=data, method="Nelder-Mead")
    (said,) = places(best)
    assert said.endswith("where X @ w - y = 0 in entry [1] and 1 more.")


@pytest.mark.parametrize(("objective", "flat"), [
    ("exp(-x) + y^2", "The objective falls along x as far"),
    ("x^2 + exp(-y)", "The objective falls along y as far"),
    ("x^2 + z^2 + 100*y^4", "Flat to second order along y:"),
])  # fmt: skip
def test_the_variable_whose_curvature_fades_is_named_flat(objective: str, flat: str) -> None:
    start = {name: 1.0 for name in "xyz" if name in objective.replace("exp", "")}
    best = sc.minimize(objective, start, method="trust_region")
    assert any(flat in said for said in best.diagnosis)
    assert not any("strict" in said for said in best.diagnosis)


@pytest.mark.parametrize(("objective", "falling"), [("x^3 + y^2", "x"), ("x^2 + y^3", "y")])
def test_an_inflection_beside_a_curved_variable_is_no_minimum(objective: str, falling: str) -> None:
    best = sc.minimize(objective, "x=1, y=1")
    assert best.outcome is Outcome.UNBOUNDED
    assert any(f"falls along {falling};" in said for said in best.diagnosis)


@pytest.mark.parametrize("method", ["lion", "ista", "adam"])
def test_a_run_that_the_limit_on_steps_ended_says_what_it_lacks(method: str) -> None:
    best = sc.minimize("exp(-x) + y^2", "x=0, y=1", method=method, max_steps=20)
    assert best.outcome is Outcome.MAX_STEPS
    assert any("the test asks for" in said for said in best.diagnosis)


@pytest.mark.parametrize(("objective", "start"), [
    ("x^3 + x^4 + abs(y - x)", "x=1, y=1"), ("x^4 - x^2 + abs(y - x^2)", "x=0, y=1"),
    ("abs(x - y) - x^2*y^2", "x=0, y=0"),
])  # fmt: skip
def test_a_point_on_a_kink_from_where_the_objective_falls_along_it_is_no_minimum(
    objective: str, start: str
) -> None:
    best = sc.minimize(objective, start, method="active_kinks")
    assert best.outcome is Outcome.SADDLE
    assert any(" falls to " in said for said in best.diagnosis)


@pytest.mark.parametrize("objective", [
    "x^4 + abs(y - x^2)", "0.1*x + 0.2*y - 0.3*z + abs(x - y) + abs(y - z)",
])  # fmt: skip
def test_a_point_on_a_kink_along_which_nothing_falls_stays_a_minimum(objective: str) -> None:
    start = {name: 0.0 for name in "xyz" if name in objective}
    assert sc.minimize(objective, start, method="active_kinks").converged
