"""Kinks with variables of their own: minima proven by multipliers, under constraints or none."""

from __future__ import annotations

import numpy as np
import pytest

import symcalc as sc
from symcalc.graph.graph import Graph
from symcalc.language import Range
from symcalc.outcome import Outcome
from symcalc.symbolic.bounds import find_ranges
from symcalc.symbolic.convexity import rising_in


@pytest.mark.parametrize(
    ("formula", "start", "constraints", "lowest"),
    [
        ("abs(x - 1) + abs(y)", "x=0, y=0", ["x + y == 3"], 2.0),
        ("max(x^2 + y, y^2 - x)", "x=2, y=2", ["x + y >= 1"], 0.75),
        ("max(x, y, -x - y) + x^2", "x=2, y=1", ["x - y == 0.5"], 7 / 36),
        (
            "max(x^2 + y^4, (2-x)^2 + (2-y)^2, 2*exp(y-x))",
            "x=2, y=1",
            ["x <= 5"],
            1.952224493870660,
        ),
        ("(x - 2)^2 + y^2", "x=2, y=1", ["abs(x) + abs(y) <= 1"], 1.0),
        ("x^2 + y", "x=1, y=1", ["max(x, y) <= 2", "min(x, y) >= -1"], -1.0),
        ("-min(x, y, 3 - x - y)", "x=0.1, y=0.2", ["x <= 9"], -1.0),
        ("relu(x - 1) + (y - x)^2 - y/10", "x=0, y=0", ["x + y <= 4"], -0.1025),
        ("abs(x) - abs(y)", "x=3, y=2", ["x^2 + y^2 <= 1"], -1.0),
    ],
)
def test_the_minimum_at_a_kink_under_constraints_is_proven_by_multipliers(
    formula: str, start: str, constraints: list[str], lowest: float
) -> None:
    best = sc.minimize(formula, start, constraints=constraints)

    assert best.outcome is Outcome.CONVERGED_KKT
    assert best.fun == pytest.approx(lowest, abs=1e-9)
    assert best.kkt is not None
    assert max(value for _, value in best.kkt.rows()) < 1e-9
    assert best.multipliers is not None
    assert set(best.multipliers) == {state.text for state in best.constraints} == set(constraints)
    assert set(best.x) == {"x", "y"}


def test_the_multipliers_are_those_of_the_written_constraints() -> None:
    step = 1e-5

    def least(limit: float) -> float:
        found = sc.minimize(
            "max(x^2 + y, y^2 - x) + abs(x - y)", "x=2, y=2", constraints=[f"x + 2*y >= {limit}"]
        )
        assert found.converged
        return found.fun

    best = sc.minimize(
        "max(x^2 + y, y^2 - x) + abs(x - y)", "x=2, y=2", constraints=["x + 2*y >= 2"]
    )

    assert best.multipliers is not None
    slope = (least(2 + step) - least(2 - step)) / (2 * step)
    assert best.multipliers["x + 2*y >= 2"] == pytest.approx(slope, rel=1e-4)


def test_the_weights_of_the_pieces_make_a_subgradient_that_vanishes() -> None:
    best = sc.minimize("max(x, y, -x - y) + x^2", "x=2, y=1", constraints=["x - y == 0.5"])
    told = best.diagnosis[-1]

    assert told == (
        "The subgradient that vanishes has 0.5556 of `x` and 0.4444 of `-x - y` in "
        "`max(x, y, -x - y)`."
    )
    assert best.multipliers is not None
    # gradient of x^2 + 5/9 of x + 4/9 of (-x - y) is the multiplier times the gradient of x - y
    x, weight = best.x["x"], best.multipliers["x - y == 0.5"]
    assert 2 * x + 5 / 9 - 4 / 9 == pytest.approx(weight, abs=1e-9)
    assert pytest.approx(-weight, abs=1e-9) == -4 / 9


def test_kinks_without_constraints_have_a_method_of_their_own() -> None:
    minimax = "max(x^2 + y^4, (2-x)^2 + (2-y)^2, 2*exp(y-x))"

    best = sc.minimize(minimax, "x=2, y=1", constraints=["x + y <= 9"])
    free = sc.minimize(minimax, "x=2, y=1")

    assert best.outcome is Outcome.CONVERGED_KKT
    assert best.why == "1 constraint, 2 variables, 1 kink with a variable of its own"
    assert free.method == "active_kinks"
    assert free.fun == pytest.approx(best.fun, abs=1e-12)
    assert "this is the global minimum" in " ".join(best.diagnosis)
    assert "this is the global minimum" in " ".join(free.diagnosis)


def test_a_fit_by_least_absolute_errors_passes_through_a_point_for_each_parameter() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 4))
    y = X @ [1.0, 2.0, 3.0, 4.0] + rng.standard_t(1.5, size=60)
    best = sc.minimize("sum(abs(X@w - y))", "w=zeros", data={"X": X, "y": y})

    off = np.abs(X @ best.x["w"] - y)
    assert best.outcome is Outcome.CONVERGED_SUBGRADIENT
    assert (off < 1e-12).sum() == 4
    assert "multipliers of the 4 kinks" in best.diagnosis[0]
    signs = np.where(off < 1e-12, 0.0, np.sign(X @ best.x["w"] - y))
    # what the signs leave is made up by slopes within [-1, 1] at the four points
    within = np.linalg.solve(X[off < 1e-12].T, -X.T @ signs)
    assert np.abs(within).max() <= 1.0 + 1e-9


def test_rows_of_columns_have_kinks_of_their_own_as_well() -> None:
    rng = np.random.default_rng(1)
    u, v = rng.normal(size=40), rng.normal(size=40)
    best = sc.minimize(
        "mean(abs(a*u + b - v))", "a=0, b=0", data={"u": u, "v": v},
        constraints=["a >= 0", "a + b <= 0.05"],
    )  # fmt: skip

    grid = [
        (a, b) for a in np.linspace(0, 1, 201) for b in np.linspace(-1, 1, 201) if a + b <= 0.05
    ]
    assert best.outcome is Outcome.CONVERGED_KKT
    assert best.fun <= min(np.abs(a * u + b - v).mean() for a, b in grid if a + b <= 0.05) + 1e-12


def test_a_point_that_is_no_minimum_is_left_by_a_kink_that_opens_downwards() -> None:
    best = sc.minimize("abs(x) - 2*abs(x - 1)", "x=0.9", bounds={"x": (-3, 3)})

    assert best.converged
    assert best.x["x"] in (pytest.approx(3.0), pytest.approx(-3.0), pytest.approx(0.0))
    assert best.fun == pytest.approx(-5.0)


def test_the_callback_sees_the_variables_of_the_problem_only() -> None:
    seen: list[tuple[str, ...]] = []
    sc.minimize(
        "abs(x - 1) + abs(y)", "x=0, y=0", constraints=["x + y == 3"],
        callback=lambda state: seen.append((*state.names, len(state.vector))),  # type: ignore[func-returns-value]
    )  # fmt: skip

    assert seen
    assert set(seen) == {("x", "y", 2)}


def test_names_of_variables_that_look_like_ours_do_no_harm() -> None:
    text = "max(kink_0, 1) + kink_1^2"
    best = sc.minimize(text, "kink_0=4, kink_1=2", constraints=["kink_0 + kink_1 >= 2"])

    assert best.x == pytest.approx({"kink_0": 1.5, "kink_1": 0.5}, abs=1e-9)


# -- which way a part leads -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("t + x", 1), ("-2*t", -1), ("exp(t)", 1), ("(t + 1)^2", 1), ("(t - 1)^2", 0),
        ("(t - 1)^3", 1), ("1/(1 + t)", -1), ("sqrt(t)", 1), ("tanh(t)", 1), ("sin(t)", 0),
        ("t*x", 0), ("t*exp(x)", 1), ("max(t, x) - min(-t, x)", 1), ("t - t^2", 0),
        ("log(1 + t)*3", 1), ("abs(t)", 1), ("x - relu(t)", -1),
    ],
)  # fmt: skip
def test_the_way_a_formula_goes_with_a_part_is_proven_or_not_known(text: str, way: int) -> None:
    expression = sc.parse(text)
    graph: Graph = expression.graph
    ranges = find_ranges(graph, expression.root, {"t": Range(0.0, np.inf, True, False)})
    rising = rising_in(graph, [(expression.root, 1)], ranges)
    (t,) = (node for node in graph.variables([expression.root]) if graph.data[node] == "t")

    assert rising[t] == way
    if way:
        values = [
            float(sc.compile(text, ["t", "x"])(t, x)) for x in (-1.3, 0.4) for t in (0.0, 0.5, 2.0)
        ]
        steps = np.diff(np.reshape(values, (2, 3)), axis=1)
        assert (way * steps >= -1e-12).all()


def test_a_kink_that_is_not_stood_for_is_still_judged_by_values() -> None:
    best = sc.minimize("x^2 + y^2", "x=2, y=1", constraints=["abs(x) + abs(y) >= 1"])

    assert best.converged
    assert best.fun == pytest.approx(0.5, abs=1e-9)
    assert "There are kinks" in " ".join(best.diagnosis)


def test_variables_inside_kinks_are_not_called_vanishing() -> None:
    best = sc.minimize("sum(abs(w - c))", {"w": np.zeros(4)}, data={"c": [1.0, 2.0, 3.0, 4.0]},
                       constraints=["sum(w) == 1"])  # fmt: skip
    assert best.converged
    assert not any("Vanishing" in said for said in best.diagnosis)


@pytest.mark.parametrize(
    ("objective", "start", "constraint", "least"),
    [
        ("sqrt(x^2 + y^2) + 0.5*x", {"x": 1, "y": 2}, "y >= -1", 0.0),
        ("z", {"x": 1, "y": 1, "z": 2}, "sqrt(x^2 + y^2) <= z", 0.0),
        ("t + 0.1*(x + y)", {"x": 1, "y": 1, "t": 1}, "hypot(x - 1, y - 2) <= t", 0.3),
    ],
)
def test_the_kink_of_a_norm_is_a_minimum_when_gradients_around_it_balance(
    objective: str, start: dict[str, float], constraint: str, least: float
) -> None:
    best = sc.minimize(objective, start, constraints=constraint)

    assert best.outcome is Outcome.CONVERGED_SUBGRADIENT
    assert best.fun == pytest.approx(least, abs=1e-9)


def test_the_tip_of_a_norm_is_no_minimum_where_values_fall_from_it() -> None:
    best = sc.minimize("-sqrt(x^2 + y^2)", {"x": 1e-9, "y": 0}, constraints="x^2 + y^2 <= 4")

    assert best.fun == pytest.approx(-2.0)


def test_a_feasible_set_that_is_one_point_has_no_multipliers() -> None:
    best = sc.minimize(
        "x + y", {"x": 1, "y": 1}, constraints=["(x - 1)^2 + y^2 <= 1", "(x + 1)^2 + y^2 <= 1"]
    )

    assert best.outcome is Outcome.NO_MULTIPLIERS
    assert best.fun == pytest.approx(0.0, abs=1e-7)
