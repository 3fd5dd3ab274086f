"""Several minima: searches that list them, and saddles that are left."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import symcalc as sc
from symcalc.cli.main import main
from symcalc.errors import ArgumentError
from symcalc.optimize import METHODS, Objective, minimize_objective
from symcalc.outcome import Outcome

SEARCHES = [name for name, row in METHODS.items() if row.is_global]

#: Himmelblau's function, tilted, so that one of its four minima is the lowest.
HIMMELBLAU = "(x^2 + y - 11)^2 + (x + y^2 - 7)^2 + x/10"
BOX = {"x": (-5, 5), "y": (-5, 5)}

#: Published: Jamil and Yang, A literature survey of benchmark functions (2013), nos. 10, 30, 95.
KNOWN = [
    ("4*x^2 - 2.1*x^4 + x^6/3 + x*y - 4*y^2 + 4*y^4", "x=1.5, y=1.5", (-3, 3), -1.0316284534898774),
    ("(y - 5.1*x^2/(4*pi^2) + 5*x/pi - 6)^2 + 10*(1 - 1/(8*pi))*cos(x) + 10", "x=0, y=0",
     (-5, 15), 0.39788735772973816),
    ("(1 + (x + y + 1)^2*(19 - 14*x + 3*x^2 - 14*y + 6*x*y + 3*y^2))*(30 + (2*x - 3*y)^2*"
     "(18 - 32*x + 12*x^2 + 48*y - 36*x*y + 27*y^2))", "x=1.5, y=1.5", (-2, 2), 3.0),
]  # fmt: skip


@pytest.mark.parametrize("method", SEARCHES)
@pytest.mark.parametrize(("text", "start", "sides", "lowest"), KNOWN, ids=("camel", "Branin", "GP"))
def test_a_search_finds_the_published_global_minimum(
    text: str, start: str, sides: tuple[int, int], lowest: float, method: str
) -> None:
    best = sc.minimize(text, start, method=method, bounds=dict.fromkeys("xy", sides))

    assert best.converged
    assert best.fun == pytest.approx(lowest, rel=1e-12)
    values = [found.fun for found in best.minima]
    assert values == sorted(values)
    assert values[0] == pytest.approx(best.fun, rel=1e-12)


@pytest.mark.parametrize("method", ["multistart", "basin_hopping", "shgo"])
def test_all_minima_are_listed_each_once_and_each_a_stationary_point(method: str) -> None:
    best = sc.minimize(HIMMELBLAU, "x=0, y=0", method=method, bounds=BOX)

    assert len(best.minima) == 4
    slope = sc.compile(HIMMELBLAU, order=1)
    for x, fun in best.minima:
        assert float(np.abs(slope.gradient(**x)).max()) < 1e-6
        assert slope(**x) == fun
    assert best.x == pytest.approx(best.minima[0].x)
    assert any("lowest of 4 minima" in sentence for sentence in best.diagnosis)
    assert any("Nothing proves" in sentence for sentence in best.diagnosis)
    assert len(json.loads(json.dumps(best.to_dict()))["minima"]) == 4


def test_what_local_runs_evaluate_is_counted() -> None:
    calls = {"value": 0, "gradient": 0}

    def value(x: Any) -> float:
        calls["value"] += 1
        return float(np.sum(x**4 - 3 * x**2 + x))

    def both(x: Any) -> Any:
        calls["value"] += 1
        calls["gradient"] += 1
        return float(np.sum(x**4 - 3 * x**2 + x)), 4 * x**3 - 6 * x + 1

    for method in SEARCHES:
        calls.update(value=0, gradient=0)
        best = minimize_objective(
            Objective(value, both), [0.5, 0.5], "ab", method=method, bounds=[(-3, 3)] * 2
        )
        assert best.gradient_check is not None
        n_values = best.n_evaluations + best.gradient_check.n_evaluations
        assert (n_values, best.n_gradients) == (calls["value"], calls["gradient"])
        assert best.n_steps == len(best.trace) - 1


@pytest.mark.parametrize("method", SEARCHES)
def test_a_limit_on_evaluations_ends_a_search_with_the_best_point(method: str) -> None:

    objective = Objective(
        lambda x: float(np.sum(np.cos(3 * x) + 0.1 * x**2)),
        lambda x: (float(np.sum(np.cos(3 * x) + 0.1 * x**2)), -3 * np.sin(3 * x) + 0.2 * x),
    )
    best = minimize_objective(
        objective, [4.0, 4.0], "ab", method=method, bounds=[(-9, 9)] * 2, max_evaluations=40
    )

    said = " ".join(best.diagnosis)
    assert best.outcome is Outcome.MAX_EVALUATIONS or "cut off by a limit" in said
    assert best.trace.n_evaluations[-1] <= 40
    assert best.fun <= best.trace.value[0]


def test_the_same_seed_finds_the_same_and_another_seed_looks_elsewhere() -> None:
    runs = [
        sc.minimize(HIMMELBLAU, "x=0, y=0", method="basin_hopping", seed=seed, hops=5)
        for seed in (1, 1, 2)
    ]

    assert runs[0].trace.value.tolist() == runs[1].trace.value.tolist()
    assert runs[0].trace.value.tolist() != runs[2].trace.value.tolist()


def test_a_start_that_is_stationary_or_without_a_value_ends_no_search() -> None:
    flat = sc.minimize("x^4 - 2*x^2 + x/10", "x=0.02505", method="multistart")
    hole = sc.minimize("(log(x) - 1)^2", "x=-1", method="multistart")

    assert len(flat.minima) == 2
    assert hole.converged
    assert hole.x["x"] == pytest.approx(np.e)


def test_minima_of_arrays_have_their_shapes() -> None:
    best = sc.minimize("sum((w**2 - c)**2)", {"w": np.ones(2)}, data={"c": [1.0, 4.0]},
                       method="multistart", n_starts=30)  # fmt: skip

    assert {tuple(np.round(found.x["w"], 6)) for found in best.minima} == {
        (1.0, 2.0), (-1.0, 2.0), (1.0, -2.0), (-1.0, -2.0)
    }  # fmt: skip


def test_minima_at_kinks_are_found() -> None:
    best = sc.minimize("abs(x^2 - 1) + 0.1*x", "x=3", method="multistart")

    assert best.x["x"] == pytest.approx(-1.0, abs=1e-6)
    assert len(best.minima) == 2


@pytest.mark.parametrize("method", ["shgo", "dual_annealing", "differential_evolution"])
def test_a_search_that_samples_a_box_asks_for_one(method: str) -> None:
    with pytest.raises(ArgumentError, match="give `bounds`"):
        sc.minimize("x^2 + y^2", "x=1, y=1", method=method, bounds={"x": (-1, 1)})
    name = next(iter(METHODS[method].options))
    with pytest.raises(ArgumentError, match="whole number"):
        sc.minimize("x^2", "x=1", method=method, bounds={"x": (-1, 1)}, **{name: 0})


def test_an_objective_without_lower_limit_is_called_unbounded_by_a_search() -> None:
    best = sc.minimize("x^3 - x", "x=1", method="multistart")

    assert best.outcome is Outcome.UNBOUNDED
    assert not best.converged


# -- saddles --------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["auto", "gradient_descent", "BFGS", "newton", "adam"])
def test_a_saddle_is_left_along_negative_curvature_when_asked(method: str) -> None:
    text, start = "x^4/4 - x^2/2 + y^2", {"x": 0.0, "y": 1.0}
    stays = sc.minimize(text, {"x": 0.0, "y": 0.0}, method=method)
    leaves = sc.minimize(text, start, method=method, escape=True)

    assert stays.outcome is Outcome.SADDLE
    assert leaves.converged
    assert abs(leaves.x["x"]) == pytest.approx(1.0, abs=1e-4)
    assert leaves.fun == pytest.approx(-0.25, abs=1e-8)
    # The steps of "auto" follow negative curvature by themselves, where there is a slope at all.
    left = any("Left a saddle at x = 0, y = " in sentence for sentence in leaves.diagnosis)
    assert left is (method != "auto")
    assert len(leaves.trace) == leaves.n_steps + 1


def test_escapes_are_refused_where_they_would_not_be_made() -> None:
    with pytest.raises(ArgumentError, match="L-BFGS-B"):
        sc.minimize("x^4 - x^2", "x=0", bounds={"x": (-2, 2)}, escape=True)
    with pytest.raises(ArgumentError, match="constraints"):
        sc.minimize("x^4 - x^2", "x=0", constraints=["x <= 2"], escape=True)
    best = sc.minimize("x^4 - x^2", "x=0", bounds={"x": (-2, 2)}, escape=True, method="L-BFGS-B")
    assert best.fun == pytest.approx(-0.25)


def test_several_saddles_one_after_the_other_are_left() -> None:
    best = sc.minimize(
        "x^4 - x^2 + y^4 - y^2*(1 + 0*x) + z^2", "x=0, y=0, z=2", method="gd", escape=True
    )

    assert best.fun == pytest.approx(-0.5)
    assert sum("Left a" in sentence for sentence in best.diagnosis) >= 1


def test_a_matrix_factorization_leaves_its_saddle_at_zero() -> None:
    target = np.outer([1.0, 2.0, 3.0], [1.0, -1.0])
    best = sc.minimize("sum((u@v.T - M)**2)", "u=zeros, v=zeros", data={"M": target},
                       shapes="u: m; v: n; M: m n", escape=True)  # fmt: skip

    assert best.fun == pytest.approx(0.0, abs=1e-10)


def test_nothing_is_left_where_there_is_no_saddle() -> None:
    best = sc.minimize("x^2 + y^4", "x=1, y=1", escape=True)

    assert best.converged
    assert not any("Left" in sentence for sentence in best.diagnosis)


def test_the_command_line_has_searches_and_escapes(capsys: Any) -> None:
    words = ["minimize", HIMMELBLAU, "--start", "x=0,y=0", "--method", "multistart"]
    code = main([*words, "--seed", "3", "--option", "n_starts=30"])
    said = capsys.readouterr().out
    saddle = ["minimize", "x^4/4 - x^2/2 + y^2", "--start", "x=0,y=0"]

    assert code == 0
    assert "lowest of 4 minima" in said
    assert main(saddle) == 1
    assert main([*saddle, "--escape"]) == 0


# -- scales and layers ---------------------------------------------------------------------------


def test_bad_scaling_is_told_with_the_unit_that_mends_it() -> None:
    best = sc.minimize("cosh(1000*x) + cosh(y/100)", "x=0.001, y=50")
    better = sc.minimize("cosh(1000*x) + cosh(1e5*s/100)", "x=0.001, s=0.0005")

    assert best.converged
    (said,) = [sentence for sentence in best.diagnosis if "Badly scaled" in sentence]
    assert "along x is 1.0e+10 times that along y; with y = 1e+05*s" in said
    assert not any("Badly scaled" in sentence for sentence in better.diagnosis)


def test_a_layer_whose_gradient_vanishes_is_named() -> None:
    rng = np.random.default_rng(2)
    data = {"X": rng.normal(size=(20, 3)), "y": rng.normal(size=20)}
    text = "mean((tanh(tanh(X@U)@V)@w - y)**2)"
    start = {"U": 400 * np.ones((3, 4)), "V": np.ones((4, 4)), "w": np.ones(4)}
    sound = {"U": rng.normal(size=(3, 4)), "V": rng.normal(size=(4, 4)), "w": np.ones(4)}
    saturated = sc.minimize(text, start, data=data, max_steps=3)
    healthy = sc.minimize(text, sound, data=data, max_steps=3)

    (said,) = [sentence for sentence in saturated.diagnosis if "Vanishing" in sentence]
    assert "U (" in said
    assert "V (" not in said
    assert not any("Vanishing" in sentence for sentence in healthy.diagnosis)


def test_local_runs_end_on_kinks_where_minima_stand_on_them() -> None:
    kinked = "abs(a - 1) + abs(b - a) + abs(c - b) + abs(c - b^2) + cos(a)"
    best = sc.minimize(kinked, "a=3, b=2, c=-1", method="multistart")

    assert best.outcome is Outcome.CONVERGED_SUBGRADIENT
    assert best.fun == pytest.approx(np.cos(1.0), abs=1e-12)
    assert best.n_evaluations < 10_000
