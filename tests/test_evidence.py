"""What a run says of its way: convexity, scales, layers, saturated functions, the first NaN."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symcalc as sc
from symcalc.optimize import Objective, minimize_objective
from symcalc.optimize.bending import describe_bending
from symcalc.optimize.evidence import FEWEST, MAX_KEPT, Evidence
from symcalc.optimize.layers import describe_vanishing
from symcalc.outcome import Outcome

RNG = np.random.default_rng(2)
ROWS = {"X": RNG.normal(size=(50, 3)), "y": RNG.normal(size=50)}
NETWORK = "mean((tanh(X@U)@w - y)**2)"


def said(best: sc.Optimum, word: str) -> list[str]:
    """Return the sentences with a word."""
    return [sentence for sentence in best.diagnosis if word in sentence]


# -- convexity -----------------------------------------------------------------------------------


def test_hessians_on_the_way_are_counted_by_their_signs() -> None:
    bowl = sc.minimize("(exp(x) - 1 - x)/x^2", "x=1")
    hill = sc.minimize("1 - exp(-x^2 - 2*y^2)", "x=2, y=2")

    (text,) = said(bowl, "convex")
    assert "is convex as far as was seen: all" in text
    assert text.endswith("on the way are positive definite.")
    (text,) = said(hill, "convex")
    assert "is not convex: " in text
    assert " have a negative eigenvalue." in text or " has a negative eigenvalue." in text


def test_without_hessians_pairs_of_gradients_are_compared() -> None:
    def run(value: Any, slope: Any) -> sc.Optimum:
        objective = Objective(lambda x: float(value(x)), lambda x: (float(value(x)), slope(x)))
        return minimize_objective(objective, [2.0, 1.5], "ab", method="gradient_descent")

    bowl = run(lambda x: np.sum(np.cosh(x)), np.sinh)
    wave = run(lambda x: np.sum(x**4 - 2 * x**2 + x), lambda x: 4 * x**3 - 4 * x + 1)

    (text,) = said(bowl, "nonconvexity")
    assert text.startswith("No sign of nonconvexity on the way: the gradient is monotone between")
    assert "between all " in text
    assert wave.converged


def test_a_gradient_that_is_not_monotone_shows_that_the_objective_is_not_convex() -> None:
    evidence = Evidence()
    for x in np.linspace(-2.0, 2.0, 9):
        evidence.take_point(np.array([x]), np.array([4 * x**3 - 4 * x]))

    (text,) = describe_bending(evidence)
    assert "is not convex: between " in text
    assert "of 36 pairs of points on the way the gradient is not monotone." in text


def test_rounding_in_gradients_is_no_sign_against_convexity() -> None:
    evidence = Evidence()
    rng = np.random.default_rng(0)
    for k in range(30):
        x = np.array([1.0, -1.0]) + 10.0**-k * np.ones(2)
        noise = 1e-15 * rng.standard_normal(2)
        evidence.take_point(x, 2e3 * (x - [1.0, -1.0]) + noise)

    (text,) = describe_bending(evidence)
    assert text.startswith("No sign of nonconvexity")


def test_nothing_is_said_beside_a_proof_or_where_the_hessian_is_constant() -> None:
    assert not said(sc.minimize("exp(x) + exp(-x) + y^4", "x=1, y=1"), "as far as was seen")
    assert not said(sc.minimize("x^2 + 3*y^2", "x=1, y=1"), "as far as was seen")


@pytest.mark.parametrize(
    ("more", "what"),
    [
        ({"constraints": ["x + y >= 1"]}, "The objective"),
        ({"bounds": {"x": (0, 3)}}, "The objective"),
        ({"method": "fista"}, "on the way"),
        ({"method": "L-BFGS-B"}, "on the way"),
        ({"method": "multistart"}, "The objective is not convex"),
    ],
)
def test_every_kind_of_run_tells_what_it_saw(more: dict[str, Any], what: str) -> None:
    text = "(x^2 + y - 3)^2 + (x + y^2 - 2)^2"
    if more.get("method") == "fista":
        text += " + 0.01*(abs(x) + abs(y))"

    (sentence,) = said(sc.minimize(text, "x=1, y=0.3", **more), "convex")
    assert what in sentence


def test_what_is_kept_of_a_long_run_stays_small_and_has_its_start() -> None:
    evidence = Evidence()
    for k in range(10_000):
        evidence.take_point(np.array([float(k)]), np.array([1.0]))
        evidence.take_hessian(np.array([[float(k)]]))
    large = Evidence()
    for k in range(100):
        large.take_point(np.full(100_000, float(k)), np.ones(100_000))

    x, _ = evidence.points()
    assert 10 < len(x) <= MAX_KEPT
    assert 10 < len(evidence.hessians) <= MAX_KEPT
    assert evidence.n_hessians == 10_000
    assert x[0, 0] == 0.0
    steps = np.diff(x[:, 0])
    assert (steps == steps[0]).all()
    assert 2 <= len(large.points()[0]) <= FEWEST


def test_evidence_does_not_change_with_arrays_that_a_caller_uses_again() -> None:
    evidence, x, g = Evidence(), np.zeros(2), np.ones(2)
    evidence.take_point(x, g)
    x += 5.0
    g += 5.0

    kept, gradients = evidence.points()
    assert kept.tolist() == [[0.0, 0.0]]
    assert gradients.tolist() == [[1.0, 1.0]]


def test_a_resumed_run_tells_of_its_whole_way(tmp_path: Any) -> None:
    text, path = "100*(y - x^2)^2 + (1 - x)^2", tmp_path / "run.npz"
    whole = sc.minimize(text, "x=-1.2, y=1", method="newton")
    sc.minimize(text, "x=-1.2, y=1", method="newton", max_steps=5, checkpoint=path)
    parted = sc.minimize(text, "x=-1.2, y=1", method="newton", checkpoint=path)

    assert said(parted, "convex") == said(whole, "convex") != []


# -- scales --------------------------------------------------------------------------------------

UNEVEN = "cosh(1000*x) + cosh(y/100)"


@pytest.mark.parametrize(
    "more",
    [
        {"bounds": {"x": (-1, 1), "y": (-90, 90)}},
        {"constraints": ["1000*x + y/100 >= -1"]},
        {"method": "L-BFGS-B"},
        {"method": "momentum", "rate": 1e-7, "max_steps": 10},
    ],
)
def test_bad_scaling_is_told_with_the_unit_whatever_the_run(more: dict[str, Any]) -> None:
    (text,) = said(sc.minimize(UNEVEN, "x=0.001, y=50", **more), "Badly scaled: the curvature")

    assert "with y = 1e+05*s, varied as s" in text


def test_bad_scaling_is_told_of_penalized_batched_and_given_objectives() -> None:
    data = {"X": ROWS["X"] * [1.0, 1e-4, 1.0], "y": ROWS["y"]}
    squares = "sum((X@w - y)**2)/(2*m)"
    lasso = sc.minimize(squares + " + 1e-9*norm1(w)", "w=zeros", data=data)
    batch = sc.minimize(squares, "w=zeros", data=data, method="sgd")
    values = Objective(
        lambda x: float(np.cosh(1000 * x[0]) + np.cosh(x[1] / 100)),
        lambda x: (
            float(np.cosh(1000 * x[0]) + np.cosh(x[1] / 100)),
            np.array([1000 * np.sinh(1000 * x[0]), np.sinh(x[1] / 100) / 100]),
        ),
    )
    given = minimize_objective(values, [0.001, 50.0], "xy", method="L-BFGS-B")

    for best in (lasso, batch):
        (text,) = said(best, "Badly scaled")
        assert "with w[1] = 1e+04*s" in text
    (text,) = said(given, "Badly scaled")
    assert "with y = 1e+05*s" in text


def test_many_variables_are_compared_layer_by_layer() -> None:
    data = {"X": RNG.normal(size=(80, 150)), "Z": 1e-5 * RNG.normal(size=(80, 150))}
    best = sc.minimize(
        "sum(cosh(X@v + Z@w - 1))", {"v": np.zeros(150), "w": np.zeros(150)}, data=data, max_steps=3
    )

    (text,) = said(best, "Badly scaled")
    assert "the curvature along v is " in text
    assert "with w = 1e+05*s" in text


def test_constraints_of_unlike_size_are_named() -> None:
    best = sc.minimize(
        "(x - 2)^2 + (y - 1)^2", "x=0, y=0", constraints=["1e8*(x + y) <= 1e8", "x - y <= 1"]
    )

    (text,) = said(best, "Badly scaled: the gradient")
    assert "`1e8*(x + y) <= 1e8`" in text
    assert "divide it by 1e+08" in text
    assert not said(
        sc.minimize("(x - 2)^2 + y^2", "x=0, y=0", constraints=["x + y <= 1"]), "Badly scaled"
    )


# -- layers --------------------------------------------------------------------------------------


def test_a_layer_that_hardly_learns_on_the_way_is_named_with_how_often() -> None:
    text = "mean((1e-8*tanh(X@U)@v + X@w - y)**2) + sum(v**4) + exp(sum(w)/10)"
    start = {"U": np.ones((3, 2)), "v": np.ones(2), "w": np.zeros(3)}
    best = sc.minimize(text, start, data=ROWS, method="momentum", rate=0.01, max_steps=60)

    (sentence,) = said(best, "Vanishing gradient")
    assert "U (" in sentence


def test_a_layer_that_dies_later_is_named_with_the_points_that_show_it() -> None:
    evidence = Evidence()
    names = ("U[0]", "U[1]", "w[0]")
    for k in range(10):
        share = 1.0 if k < 2 else 1e-9
        evidence.take_point(np.full(3, float(k)), np.array([share, share, 1.0]))

    assert describe_vanishing(evidence, names, set) == []  # it may have arrived
    (text,) = describe_vanishing(evidence, names, lambda: {"U"})
    assert text == (
        "Vanishing gradient on the way, beside that in w: U (at most 1e-09, at 8 of 10 points). "
        "These hardly move."
    )


def test_a_variable_that_arrived_before_the_others_does_not_vanish() -> None:
    best = sc.minimize("sqrt(x) + y^2", "x=1, y=1", bounds={"x": (0, None)})

    assert not said(best, "Vanishing")


def test_a_variable_that_does_nothing_on_the_way_is_named() -> None:
    best = sc.minimize(
        "cosh(x) + (tanh(y) - 0.5)^2", "x=3, y=25", method="momentum", rate=0.02, max_steps=40
    )

    (text,) = said(best, "Vanishing gradient")
    assert "beside that in x: y (at most" in text


def test_a_layer_that_arrives_with_all_others_does_not_vanish() -> None:
    best = sc.minimize(
        "sum(cosh(v)) + sum(cosh(w))", {"v": np.ones(2), "w": 2 * np.ones(2)}, method="L-BFGS-B"
    )

    assert not said(best, "Vanishing")
    assert not said(best, "Exploding")


def test_a_gradient_that_explodes_names_the_layer() -> None:
    start = {"U": 0.3 * np.ones((3, 3)), "w": 0.3 * np.ones(3)}
    best = sc.minimize(
        "mean(((X@U)**3@w - y)**2)", start, data=ROWS, method="momentum", rate=0.5, max_steps=50
    )

    assert best.outcome is Outcome.DIVERGED
    (text,) = said(best, "Exploding gradient: in ")
    assert "at the start to " in text


# -- saturated functions -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "start", "step"),
    [
        ("(tanh(w) - 0.5)^2", "w=30", "`tanh(w)` is flat"),
        ("(1/(1 + exp(-w)) - 0.5)^2", "w=60", "`sigmoid(w)` is flat"),
        ("(erf(w) - 0.5)^2", "w=20", "`erf(w)` is flat"),
        ("1 - exp(-w^2)", "w=30", "`expm1(-w**2)` is flat"),
    ],
)
def test_an_end_that_is_saturated_is_no_minimum_where_a_lower_value_is_seen(
    text: str, start: str, step: str
) -> None:
    best = sc.minimize(text, start)

    assert best.outcome is Outcome.SATURATED
    assert not best.converged
    (sentence,) = said(best, "Saturated: ")
    assert f"Saturated: {step}, so no gradient reaches w;" in sentence
    assert said(best, "With w times ")


def test_a_saturated_end_with_nothing_left_of_the_value_is_one() -> None:
    best = sc.minimize("(tanh(w) - 1)^2", "w=1", method="newton", tolerance=1e-14)

    assert best.fun < 1e-14
    assert best.outcome is not Outcome.SATURATED


def test_saturated_rows_and_entries_are_counted_and_the_layer_named() -> None:
    rows = sc.minimize(
        "mean((tanh(w*u) - v)^2)", "w=300", data={"u": [1, 2, 3.0], "v": [0.1, 0.2, 0.3]}
    )
    start = {"U": 4000 * np.ones((3, 4)), "w": np.ones(4)}
    layer = sc.minimize(NETWORK, start, data=ROWS)
    batch = sc.minimize(NETWORK, start, data=ROWS, method="sgd")

    assert "is flat in 3 of 3 rows" in said(rows, "Saturated")[0]
    for best in (layer, batch):
        assert not best.converged
        (sentence,) = said(best, "Saturated")
        assert "`tanh(X @ U)` is flat in " in sentence
        assert "no gradient reaches U;" in sentence


def test_where_a_diverged_run_came_to_rest_saturation_is_told() -> None:
    start = {"U": RNG.normal(size=(3, 4)), "w": RNG.normal(size=4)}
    best = sc.minimize(NETWORK, start, data=ROWS, method="gd", rate=300.0, max_steps=100)

    assert not best.converged
    (sentence,) = said(best, "Where the run came to rest")
    assert "`tanh(X @ U)` is flat in 199 of 200 entries, so no gradient reaches U" in sentence


def test_a_rectifier_that_is_dead_in_every_row_is_named() -> None:
    start = {"U": np.ones((3, 4)), "b": -50 * np.ones(4), "w": np.ones(4)}
    best = sc.minimize("mean((relu(X@U + b)@w - y)**2)", start, data=ROWS)

    assert not best.converged
    assert (
        "`relu(X @ U + b)` is flat in 200 of 200 entries, so no gradient reaches U, b"
        in (said(best, "Saturated")[0])
    )


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("(x - 10)^2 + exp(-5*x)", "x=9"), ("sin(x) + x^2/100", "x=1"), ("(log(x) - 20)^2", "x=10"),
        ("(atan(x) - 1.5)^2", "x=3"), ("x^4 + y^4", "x=1, y=1"), ("cosh(x) + cos(x)/2", "x=1"),
        ("cosh(1000*x) + cosh(y/100)", "x=0.001, y=50"),
    ],
)  # fmt: skip
def test_a_minimum_is_not_called_saturated(text: str, start: str) -> None:
    best = sc.minimize(text, start)

    assert not said(best, "Saturated")
    assert best.outcome is not Outcome.SATURATED


# -- the first NaN, and kinks --------------------------------------------------------------------


def test_a_bad_row_far_into_the_data_is_named_on_batches() -> None:
    u = np.ones(30_000)
    u[25_000] = -2.0
    best = sc.minimize(
        "mean((log(a*u) - v)^2)", "a=1.5", data={"u": u, "v": np.ones(30_000)}, method="sgd"
    )

    assert best.outcome is Outcome.NOT_FINITE
    assert best.diagnosis[-1] == (
        "`log(a*u)` is NaN in row 25001 of the data at a = 1.5, u = -2 (a*u = -3)."
    )


@pytest.mark.parametrize("method", ["sgd", "momentum", "saga", "adam"])
def test_a_batch_that_steps_out_of_the_domain_is_told_from_divergence(method: str) -> None:
    data = {"u": np.linspace(1.0, 1.2, 3000), "v": np.ones(3000)}
    best = sc.minimize(
        "mean((log(a*u) - v)^2)", "a=1.5", data=data, method=method, rate=40.0, batch_size=64,
        schedule="constant",
    )  # fmt: skip

    assert best.outcome is Outcome.NOT_FINITE
    assert best.diagnosis[-1].startswith("`log(a*u)` is NaN in row 1 of the data at a = -")


def test_steps_on_batches_that_grow_without_bound_still_diverge() -> None:
    best = sc.minimize("sum((X@w - y)**2)", "w=zeros", data=ROWS, method="sgd", rate=50.0,
                       passes=200, schedule="constant")  # fmt: skip

    assert best.outcome is Outcome.DIVERGED


def test_a_penalized_run_names_its_first_step_without_a_value() -> None:
    best = sc.minimize("log(x - 2) + abs(x) + y^2", "x=1.5, y=1")

    assert best.outcome is Outcome.NOT_FINITE
    assert best.diagnosis[-1] == "`log(x - 2)` is NaN at x = 1.5 (x - 2 = -0.5)."


def test_a_penalized_run_that_falls_without_limit_says_along_what() -> None:
    best = sc.minimize("abs(x) - 2*x + y^2", "x=1, y=1")

    assert best.outcome is Outcome.UNBOUNDED
    assert said(best, "The objective falls without limit along x")


def test_a_fit_names_the_step_of_its_model_that_has_no_number() -> None:
    data = {"x": [1, 2, 3.0], "y": [2, 3, 5.0]}
    rows = sc.fit("log(a*x)*b", data, target="y", start="a=-1, b=2")
    pole = sc.fit("a/(x - 2) + b", data, target="y", start="a=1, b=1")
    data = {"X": np.array([[1.0, 2.0], [3.0, 4.0], [-3.0, -1.0]]), "y": np.arange(3.0)}
    arrays = sc.fit("log(X@w)", data, target="y", start={"w": np.ones(2)})

    assert rows.notes[-1] == "`log(a*x)` is NaN at a = -1, x = 1 (a*x = -1)."
    assert pole.notes[-1] == "`1/(x - 2)` is infinite at x = 2: the divisor `x - 2` is 0."
    assert arrays.notes[-1] == "`log(X @ w)` is NaN in entry [2] at X @ w = -4."


def test_of_an_objective_without_a_formula_the_place_and_the_component_are_told() -> None:
    def value(x: Any) -> float:
        return float(np.log(x[0]) ** 2 + np.sqrt(x[1]))

    objective = Objective(
        value, lambda x: (value(x), np.array([2 * np.log(x[0]) / x[0], 0.5 / np.sqrt(x[1])]))
    )
    off = minimize_objective(objective, [-1.0, 1.0], "ab")
    steep = minimize_objective(objective, [1.5, 0.0], "ab")

    assert off.diagnosis[-1] == "The objective is NaN at a = -1, b = 1."
    assert steep.diagnosis[-1] == "The gradient by b is not finite at a = 1.5, b = 0."


@pytest.mark.parametrize("method", ["ista", "momentum"])
def test_too_large_a_rate_is_told_of_penalized_and_batched_runs(method: str) -> None:
    if method == "ista":
        best = sc.minimize("20*(x - 1)^2 + abs(x)", "x=4", method=method, rate=0.5)
    else:
        best = sc.minimize("sum((X@w - y)**2)", "w=zeros", data=ROWS, method=method, rate=5.0,
                           batch_size=10)  # fmt: skip

    assert best.outcome is Outcome.DIVERGED
    assert said(best, "is too large; try rate=")


@pytest.mark.parametrize(
    ("text", "start", "where"),
    [
        ("norm2(w) + sum(w**2)", {"w": np.array([1.0, 2.0])}, "`norm2(w)`"),
        ("norm2(w - 1) + 0.1*sum(w**2)", {"w": np.array([1.5, 2.0])}, "`norm2(w - 1)`"),
        ("sqrt((x - 1)^2 + y^2) + x^2/8", {"x": 0.0, "y": 1.0}, "`sqrt((x - 1)**2 + y**2)`"),
    ],
)
def test_the_kink_of_a_length_is_named(text: str, start: Any, where: str) -> None:
    best = sc.minimize(text, start, method="L-BFGS-B")

    (sentence,) = said(best, "the kink of ")
    assert f"the kink of {where} where it is 0." in sentence


def test_roots_that_never_vanish_and_higher_powers_are_no_kinks() -> None:
    for text in ("sqrt(1 + x^2)", "(x^2)^(3/2)", "(x^2 + y^2)^(3/4) + y^2"):
        assert not said(sc.minimize(text, "x=1, y=1" if "y" in text else "x=1"), "the kink of ")
