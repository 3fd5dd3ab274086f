"""Starts under constraints: moved to where there are values, and as many as evidence calls for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symcalc as sc
from symcalc.errors import ArgumentError
from symcalc.outcome import Outcome


def starts_of(best: sc.Optimum) -> str:
    """Return what a result says of its further starts."""
    return next(rule for rule in best.rules if rule.startswith("further starts"))


# -- where there is no value ----------------------------------------------------------------------


def test_a_start_without_a_value_is_moved_to_one_that_has() -> None:
    best = sc.minimize("log(x - 10)^2 + y^2", "x=-1, y=1", constraints=["x + y <= 13"])

    assert best.converged
    assert best.x == pytest.approx({"x": 11.0, "y": 0.0}, abs=1e-7)
    assert (
        "The objective had no value at the start, x = -1, y = 1; the run began at x = 1"
        in (best.diagnosis[0])
    )


def test_a_start_at_which_a_constraint_has_no_value_is_moved_too() -> None:
    best = sc.minimize("x^2 + y", "x=-1, y=1", constraints=["log(x) + y >= 1"])

    assert best.converged
    assert best.x["x"] == pytest.approx(0.5**0.5, abs=1e-8)
    assert "The constraints had no value at the start" in best.diagnosis[0]


def test_where_no_point_has_a_value_that_is_said() -> None:
    best = sc.minimize("log(-1 - x^2) + x", "x=1", bounds={"x": (0, 5)})

    assert best.outcome is Outcome.NOT_FINITE
    assert "nor at any of 200 points around it" in best.diagnosis[0]
    assert "`log(-1 - x**2)` is NaN" in best.diagnosis[-1]


def test_the_same_seed_moves_a_start_to_the_same_point() -> None:
    def run(seed: int) -> sc.Optimum:
        return sc.minimize("log(x - 10)^2 + y^2", "x=-1, y=1", constraints=["x*y <= 13"], seed=seed)

    assert run(3).diagnosis[0] == run(3).diagnosis[0]
    assert np.array_equal(run(3).vector, run(3).vector)


# -- how many -------------------------------------------------------------------------------------


def test_a_convex_problem_has_one_start() -> None:
    best = sc.minimize("exp(x) + y^2 - x", "x=1, y=1", constraints=["x^2 + y^2 <= 4", "x + y == 1"])

    assert starts_of(best) == (
        "further starts: none, proven to be convex: every local minimum is a global one."
    )
    assert "this is the global minimum" in " ".join(best.diagnosis)


@pytest.mark.parametrize("constraints", [["x^2 + y^2 >= 1"], ["x^2 + y == 4"], ["sin(x) + y >= 0"]])
def test_constraints_that_are_not_convex_call_for_further_starts(constraints: list[str]) -> None:
    best = sc.minimize("exp(x) + y^2 - x", "x=1, y=1", constraints=constraints)

    assert "further starts: 12, 2 variables, and the first run took" in starts_of(best)
    assert "global" not in " ".join(best.diagnosis)


def test_an_expensive_objective_gets_no_further_starts() -> None:
    rng = np.random.default_rng(0)
    data = {"u": rng.normal(size=900_000), "v": rng.normal(size=900_000)}
    text = "mean((sin(a*u) + b*u^2 - v)^2) + a^4/10"
    best = sc.minimize(text, "a=0.1, b=0", data=data, bounds={"a": (-2, 2)})
    asked = sc.minimize(text, "a=0.1, b=0", data=data, bounds={"a": (-2, 2)}, starts=1)

    assert best.converged
    assert "further starts: none, the first run took" in starts_of(best)
    assert "more would cost too much" in starts_of(best)
    assert starts_of(asked) == "further starts: 1, asked for."
    assert "The best end of 2 runs" in " ".join(asked.diagnosis)


def test_the_command_says_how_many_starts_there_were(capsys: Any) -> None:
    from symcalc.cli.main import main

    words = ["minimize", "x^2 + y^2", "--start", "x=1,y=3", "--constraint", "x + y >= 1"]

    assert main([*words, "--explain"]) == 0
    shown = capsys.readouterr().out
    assert "SLSQP: yes, 1 constraint, 2 variables, exact derivatives." in shown
    assert "further starts: none, proven to be convex" in shown


# -- kept in a file -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("formula", "more", "method"),
    [
        ("abs(x - 1) + abs(y*x)", {}, "active_kinks"),
        ("(abs(x - 1) + 1)^2 + (y - x)^2", {}, "active_kinks"),
        ("exp(x) + exp(-x) + y^2", {"bounds": {"y": (1, None)}}, "augmented_lagrangian"),
        ("exp(x) + y^2 - x", {"constraints": ["x + y >= 3"]}, "augmented_lagrangian"),
        ("exp(x) + exp(-x) + y^2", {}, "trust_region"),
    ],
)
def test_the_automatic_choice_can_be_kept_in_a_file(
    formula: str, more: dict[str, Any], method: str, tmp_path: Path
) -> None:
    path = tmp_path / "run.npz"
    whole = sc.minimize(formula, "x=3, y=2", checkpoint=tmp_path / "whole.npz", **more)
    sc.minimize(
        formula, "x=3, y=2", checkpoint=path, callback=lambda state: state.step == 2, **more
    )
    resumed = sc.minimize(formula, "x=3, y=2", checkpoint=path, **more)

    assert whole.converged
    assert whole.method == resumed.method == method
    assert np.array_equal(whole.vector, resumed.vector)
    assert whole.n_evaluations == resumed.n_evaluations


def test_many_variables_kept_in_a_file_take_a_method_of_our_own(tmp_path: Path) -> None:
    X = np.random.default_rng(0).normal(size=(20, 150))
    best = sc.minimize("sum(softplus(X@w)) + w@w - sum(w)", {"w": np.zeros(150)}, data={"X": X},
                       checkpoint=tmp_path / "run.npz")  # fmt: skip

    assert best.method == "limited_memory"
    assert best.why.endswith("a run kept in a file")
    assert "L-BFGS-B: no, it cannot be resumed from a file." in best.rules


def test_a_method_of_scipy_named_is_refused_still(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="Leave `method` to 'auto'"):
        sc.minimize("abs(x)", "x=1", method="Nelder-Mead", checkpoint=tmp_path / "run.npz")
    with pytest.raises(ArgumentError, match="or 'auto'"):
        sc.minimize("x^2", "x=1", constraints=["x >= 1", "x*x >= 2"], method="SLSQP",
                    checkpoint=tmp_path / "run.npz")  # fmt: skip
