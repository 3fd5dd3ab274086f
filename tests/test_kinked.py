"""Objectives with kinks that do not split off: minima on kinks, proven by their multipliers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from nonsmooth_problems import NONSMOOTH, NonsmoothProblem
from scipy.optimize import linprog, lsq_linear

import symcalc as sc
from symcalc.calculus.array_objective import read_array_objective
from symcalc.calculus.kinked import find_kinked
from symcalc.optimize.bounds import Bounds
from symcalc.optimize.kinked import KinkedFunction, Ranges, least_subgradient
from symcalc.outcome import Outcome

HINGE = "sum(max(0, 1 - y*(X@w + b))) + sum(w^2)/2"


def regression(m: int = 120, n: int = 6, seed: int = 0) -> tuple[Any, Any]:
    """Return a matrix with a column of ones, and values with heavy tails."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((m, n))
    X[:, 0] = 1.0
    return X, X @ np.arange(n) + rng.standard_t(2, size=m)


def kinked(objective: str, start: dict[str, Any]) -> KinkedFunction:
    """Return an objective with its kinks as lines."""
    target = read_array_objective(objective, start)
    found = find_kinked(target.expression, target.start, target.data, target.sizes)
    assert not isinstance(found, str), found
    return found


def weighted_deviations(X: Any, y: Any, share: float) -> float:
    """Return by linear programming the least mean of deviations, `share` for those above."""
    m, n = X.shape
    cost = np.concatenate([np.zeros(n), np.full(m, share), np.full(m, 1.0 - share)]) / m
    pairs = [(None, None)] * n + [(0, None)] * (2 * m)
    found = linprog(cost, A_eq=np.hstack([X, np.eye(m), -np.eye(m)]), b_eq=y, bounds=pairs)
    return float(found.fun)


# -- minima ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("problem", NONSMOOTH, ids=str)
def test_problems_of_the_literature_end_at_their_minima_with_proof(
    problem: NonsmoothProblem,
) -> None:
    best = sc.minimize(
        problem.objective, problem.start, data=problem.data, method="active_kinks"
    )  # fmt: skip

    assert problem.is_minimum(best.fun)
    assert best.outcome is Outcome.CONVERGED_SUBGRADIENT
    assert "Zero is a subgradient" in best.diagnosis[0] or "No kink" in best.diagnosis[0]


@pytest.mark.parametrize("share", [0.5, 0.1, 0.9])
def test_quantile_regression_has_the_value_of_the_linear_program(share: float) -> None:
    X, y = regression()
    loss = f"mean(max({share}*(y - X@w), {share - 1}*(y - X@w)))"

    best = sc.minimize(loss, {"w": np.zeros(6)}, data={"X": X, "y": y})

    assert best.method == "active_kinks"
    assert best.fun == pytest.approx(weighted_deviations(X, y, share), abs=1e-12)
    assert best.converged


def test_least_absolute_deviations_of_whole_numbers_end_where_many_residuals_vanish() -> None:
    rng = np.random.default_rng(3)
    X, y = rng.integers(0, 3, (200, 4)).astype(float), rng.integers(0, 5, 200).astype(float)

    best = sc.minimize("mean(abs(X@w - y))", {"w": np.zeros(4)}, data={"X": X, "y": y})

    assert best.fun == pytest.approx(2.0 * weighted_deviations(X, y, 0.5), abs=1e-13)
    assert best.outcome is Outcome.CONVERGED_SUBGRADIENT


def test_the_largest_deviation_is_that_of_the_linear_program() -> None:
    X, y = regression(300, 10)
    m, n = X.shape
    ones = np.ones((m, 1))
    least = linprog(
        np.append(np.zeros(n), 1.0), A_ub=np.block([[X, -ones], [-X, -ones]]),
        b_ub=np.concatenate([y, -y]), bounds=[(None, None)] * (n + 1),
    )  # fmt: skip

    best = sc.minimize("max(abs(X@w - y))", {"w": np.zeros(n)}, data={"X": X, "y": y})

    assert best.fun == pytest.approx(least.fun, rel=1e-10)
    assert best.outcome is Outcome.CONVERGED_SUBGRADIENT
    assert "multipliers of" not in best.diagnosis[0]  # one kink, of eleven arguments


def test_a_support_vector_machine_has_no_gap_to_the_dual_of_scikit_learn() -> None:
    svm = pytest.importorskip("sklearn.svm")
    X, _ = regression(200, 5)
    X = X[:, 1:]
    y = np.sign(X @ np.ones(4) + 0.5 * np.random.default_rng(1).standard_normal(200))

    best = sc.minimize(HINGE, {"w": np.zeros(4), "b": 0.0}, data={"X": X, "y": y})

    dual = svm.SVC(kernel="linear", C=1.0, tol=1e-10).fit(X, y)
    weights = dual.dual_coef_[0]
    value = np.abs(weights).sum() - 0.5 * float(np.sum((weights @ dual.support_vectors_) ** 2))
    assert best.fun == pytest.approx(value, rel=1e-8)
    assert best.fun >= value - 1e-9
    assert any("global minimum" in sentence for sentence in best.diagnosis)


@pytest.mark.parametrize("size", [1e-6, 1.0, 1e6])
@pytest.mark.parametrize("n", [100, 101])
def test_the_median_minimizes_deviations_in_any_unit(n: int, size: float) -> None:
    a = size * np.random.default_rng(0).standard_normal(n)

    best = sc.minimize("sum(abs(x - a))", {"x": 3.0 * size}, data={"a": a})

    assert best.fun == pytest.approx(float(np.abs(a - np.median(a)).sum()), rel=1e-13)
    assert best.converged


@pytest.mark.parametrize("seed", range(6))
def test_bounds_on_badly_scaled_columns_are_kept_at_the_minimum(seed: int) -> None:
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((15, 6)) * 10.0 ** rng.uniform(-4, 4, 6)
    y = 100.0 * rng.standard_normal(15)
    pairs = [(-0.3, 0.4)] * 6 + [(0, None)] * 30
    least = linprog(
        np.concatenate([np.zeros(6), np.full(30, 1 / 15)]),
        A_eq=np.hstack([X, np.eye(15), -np.eye(15)]), b_eq=y, bounds=pairs,
    )  # fmt: skip

    best = sc.minimize(
        "mean(abs(X@w - y))", "w=zeros", data={"X": X, "y": y}, bounds={"w": (-0.3, 0.4)}
    )

    assert best.fun == pytest.approx(least.fun, rel=1e-8)
    assert best.converged


def test_columns_that_say_the_same_leave_a_direction_open() -> None:
    X, y = regression(60, 4)
    both = np.column_stack([X, X[:, 1]])

    best = sc.minimize("mean(abs(X@w - y))", "w=zeros", data={"X": both, "y": y})

    assert best.fun == pytest.approx(2.0 * weighted_deviations(X, y, 0.5), abs=1e-12)
    assert best.converged
    assert not any("strict" in sentence for sentence in best.diagnosis)


def test_a_minimum_may_stand_on_a_kink_and_on_a_bound() -> None:
    best = sc.minimize("abs(x - y) + (x - 1)^2", "x=3, y=-2", bounds={"x": (1.5, None)})

    assert best.x == pytest.approx({"x": 1.5, "y": 1.5}, abs=1e-15)
    assert best.converged
    assert "At a bound" in best.diagnosis[0]


def test_kinks_inside_one_another_are_met_together() -> None:
    best = sc.minimize("abs(abs(x) - 1) + abs(y - abs(x))", "x=3, y=-4")

    assert best.fun == pytest.approx(0.0, abs=1e-14)
    assert abs(best.x["x"]) == pytest.approx(1.0)
    assert "multipliers of the 2 kinks" in best.diagnosis[0]


def test_a_network_of_rectifiers_comes_to_rest_on_its_kinks_or_off_them() -> None:
    rng = np.random.default_rng(1)
    X = rng.standard_normal((80, 2))
    start = {"W": 0.5 * rng.standard_normal((4, 2)), "b": np.zeros(4), "v": np.ones(4)}
    data = {"X": X, "y": np.abs(X[:, 0]) - X[:, 1]}

    best = sc.minimize("mean((relu(X@W.T + b)@v - y)^2)", start, data=data)

    assert best.method == "active_kinks"
    assert best.converged


def test_symmetric_matrices_stay_symmetric_at_kinks() -> None:
    A = np.array([[2.0, -1.0], [-1.0, 3.0]])

    best = sc.minimize(
        "sum(abs(S - A)) + sum((S@S - A)^2)/10 + max(S[0,0], S[0,1] + 1)", {"S": np.eye(2)},
        data={"A": A}, shapes="S: 2 2 symmetric; A: 2 2",
    )  # fmt: skip

    assert best.method == "active_kinks"
    assert best.converged
    assert best.x["S"][0, 1] == best.x["S"][1, 0]


# -- verdicts -------------------------------------------------------------------------------------


def test_a_convex_end_is_told_to_be_the_global_minimum() -> None:
    best = sc.minimize("max(x^2 + y^4, (2 - x)^2 + (2 - y)^2, 2*exp(y - x))", "x=1, y=-0.1")

    assert best.diagnosis[0].startswith("Zero is a subgradient: the multiplier of the kink")
    assert "A strict local minimum: the least curvature along the kinks is 3.26." in best.diagnosis
    assert "Convex: proven from the formula, so this is the global minimum." in best.diagnosis


def test_the_top_of_a_kink_that_points_down_is_left() -> None:
    best = sc.minimize("(x - y)^2 + x^2 - abs(x + y)", "x=0, y=0")

    assert best.converged
    assert best.fun < -0.4


def test_a_point_where_only_a_downward_kink_has_zero_as_subgradient_is_no_minimum() -> None:
    best = sc.minimize("abs(x) - 2*abs(x + y) + (x + y)^2", "x=0, y=0", max_steps=1)

    assert not (best.converged and best.fun > -0.9)


def test_a_fall_without_limit_between_kinks_is_told() -> None:
    best = sc.minimize("x + abs(x - y)", "x=3, y=2")

    assert best.outcome is Outcome.UNBOUNDED
    assert "without limit along" in best.diagnosis[-1]


def test_a_kink_without_a_value_that_steps_come_near_to_is_no_minimum() -> None:
    best = sc.minimize("log(abs(x))", "x=1")  # falls without limit

    assert best.outcome is Outcome.UNBOUNDED
    assert "the distance to x = 0 is halved" in best.diagnosis[0]


@pytest.mark.parametrize("off", [0.0, 2.0**-52, 1e-9])
def test_a_start_within_rounding_of_the_minimum_is_told_to_be_it(off: float) -> None:
    assert sc.minimize("abs(x - y) + (x - 1)^2", {"x": 1.0 + off, "y": 1.0}).converged


def test_a_fall_as_slow_as_a_logarithm_is_told_to_have_no_end() -> None:
    assert sc.minimize("-log(1 + max(x, y))", "x=1, y=0").outcome is Outcome.UNBOUNDED


@pytest.mark.parametrize("formula", ["max(exp(-x), exp(-2*y))", "abs(1/x - y) + 1/x"])
def test_a_tail_that_flattens_out_is_no_strict_minimum(formula: str) -> None:
    best = sc.minimize(formula, "x=1, y=2")

    assert not any("strict" in sentence for sentence in best.diagnosis)


@pytest.mark.parametrize(
    ("formula", "least"),
    [
        ("max(x^2, y^2, x*y)/max(1, abs(x + y))", 0.0),
        ("sqrt(1 + abs(x - y)) + log(2 + max(x, -x, y))", 1.0 + float(np.log(2.0))),
        ("abs(x - y)^1.5 + x^2", 0.0),
        ("sqrt(max(x - 1, y)) + abs(x - 3)", float(np.sqrt(2.0))),
    ],
)
def test_kinks_may_stand_in_denominators_roots_and_logarithms(formula: str, least: float) -> None:
    best = sc.minimize(formula, "x=3, y=2.5")

    assert best.fun == pytest.approx(least, abs=1e-8)
    assert best.converged


def test_small_components_in_variables_of_large_units_count() -> None:
    rng = np.random.default_rng(2)
    X = rng.standard_normal((50, 8)) * 10.0 ** np.linspace(-4, 4, 8)
    y = 10.0 * rng.standard_normal(50)

    best = sc.minimize("mean(max(0.9*(y - X@w), -0.1*(y - X@w)))", "w=zeros", data={"X": X, "y": y})

    assert best.fun == pytest.approx(weighted_deviations(X, y, 0.9), rel=1e-9)
    assert best.converged


def test_the_reason_and_the_rules_name_the_kinks() -> None:
    best = sc.minimize("abs(x - y) + (x - 1)^2", "x=3, y=-2")

    assert best.why == "1 kink of `abs(x - y)`, which no single variable has, in 2 variables"
    assert best.rules[-1].startswith("active_kinks: yes")
    assert sc.minimize("norm1(w) + sum((w - 2)^2)", {"w": np.zeros(3)}).method == "proximal_newton"


@pytest.mark.parametrize("options", [{"width": 0.0}, {"shrink": 1.0}, {"shrink": "fast"}])
def test_widths_that_make_no_sense_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(sc.ArgumentError, match=next(iter(options))):
        sc.minimize("abs(x - y) + x^2", "x=3, y=-2", method="active_kinks", **options)


@pytest.mark.parametrize("options", [{"width": 1.0}, {"width": 1e-3}, {"shrink": 0.5}])
def test_widths_do_not_change_where_a_run_ends(options: dict[str, Any]) -> None:
    problem = next(p for p in NONSMOOTH if p.name == "Shor")

    best = sc.minimize(problem.objective, problem.start, method="active_kinks", **options)

    assert problem.is_minimum(best.fun)


def test_a_gradient_method_that_is_stuck_at_a_kink_names_the_one_that_is_not() -> None:
    formula, start = "abs(x - y) + 100*abs(x + y) + (x - 1)^2", "x=3, y=2.5"

    stuck = sc.minimize(formula, start, method="quasi_newton")

    assert not stuck.converged
    assert any("try method='active_kinks'" in sentence for sentence in stuck.diagnosis)
    assert sc.minimize(formula, start, method="active_kinks").converged


def test_jumps_are_no_kinks() -> None:
    with pytest.raises(sc.ArgumentError, match="needs an objective with kinks"):
        sc.minimize("floor(x) + abs(x - y)", "x=3, y=2", method="active_kinks")


def test_a_run_goes_on_from_a_checkpoint_to_the_same_bits(tmp_path: Any) -> None:
    X, y = regression()
    problem: dict[str, Any] = {
        "objective": "mean(abs(X@w - y))", "start": {"w": np.zeros(6)}, "data": {"X": X, "y": y}
    }  # fmt: skip
    whole = sc.minimize(**problem)
    path = tmp_path / "run.npz"
    sc.minimize(**problem, checkpoint=path, checkpoint_every=0, max_steps=3)

    resumed = sc.minimize(**problem, checkpoint=path)

    assert whole.n_steps > 3
    assert (resumed.x["w"] == whole.x["w"]).all()
    assert resumed.n_evaluations == whole.n_evaluations


# -- lines ----------------------------------------------------------------------------------------

FORMULAS = [
    "abs(x[0] - x[1]) + x[2]^2*relu(x[1])",
    "max(x[0]^2, x[1] - 1, x[2]*x[0]) + min(x[0], 2*x[1])",
    "max(abs(x - 1)) + min(x) + exp(-abs(x[0]))",
    "abs(abs(x[0]) - 1) + max(x[1], abs(x[2]), 0.1) + sum(max(x, x^2 - 1))",
]


@pytest.mark.parametrize("formula", FORMULAS)
@settings(deadline=None, max_examples=25)
@given(x=arrays(float, 3, elements=st.floats(-3.0, 3.0)))
def test_along_exact_lines_a_formula_is_itself(formula: str, x: Any) -> None:
    function = kinked(formula, {"x": np.ones(3)})
    plain = sc.compile(formula, order=1, wrt="x", shapes="x: 3")

    look = function.look(x, function.kinks.exact)

    value, gradient = plain.value_and_gradient(x=x)
    assert look.value == pytest.approx(value, abs=1e-12)
    if np.abs(look.arguments[function.kinks.bends.pieces]).min(initial=1.0) > 0.0:
        is_tied = any(
            np.sum(look.arguments[p.pieces] == look.arguments[p.pieces].max(axis=0)) > p.kinks.size
            for p in function.kinks.peaks
        )
        assert is_tied or look.gradient == pytest.approx(gradient["x"], abs=1e-12)


@pytest.mark.parametrize("formula", FORMULAS)
@settings(deadline=None, max_examples=15)
@given(x=arrays(float, 3, elements=st.floats(-3.0, 3.0)), width=st.floats(1e-2, 1.0))
def test_rounded_formulas_have_the_derivatives_of_their_differences(
    formula: str, x: Any, width: float
) -> None:
    function = kinked(formula, {"x": np.ones(3)})
    kinks = function.kinks
    widths = np.full(kinks.n_kinks, width)

    def at(place: Any) -> Any:
        return function.look(place, lambda u: kinks.rounded(u, widths))

    look, h = at(x), 1e-5 * width
    second = function.second(look)
    hessian = second.hessian + kinks.stiffness(
        look.arguments, widths, look.lines[0], look.pull, second.jacobian
    )

    for i, step in enumerate(h * np.eye(3)):
        ahead, behind = at(x + step), at(x - step)
        slope = (ahead.value - behind.value) / (2 * h)
        assert look.gradient[i] == pytest.approx(slope, rel=1e-5, abs=1e-5)
        bend = (ahead.gradient - behind.gradient) / (2 * h)
        assert hessian[i] == pytest.approx(bend, rel=1e-3, abs=1e-3 / width)


@pytest.mark.parametrize("formula", FORMULAS)
def test_rounding_off_vanishes_with_the_width(formula: str) -> None:
    function = kinked(formula, {"x": np.ones(3)})
    kinks, x = function.kinks, np.array([1.0, 0.0, -1.0])
    exact = function.look(x, kinks.exact).value

    off = [
        abs(function.look(x, lambda u, d=d: kinks.rounded(u, np.full(kinks.n_kinks, d))).value
            - exact)
        for d in (1e-2, 1e-4, 1e-6)
    ]  # fmt: skip

    assert off[0] < 1.0
    assert off[1] < 0.05 * off[0]
    assert off[2] < 0.05 * off[1]


# -- the least subgradient ------------------------------------------------------------------------


@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_the_least_subgradient_is_that_of_bounded_least_squares(data: st.DataObject) -> None:
    n, k = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 5))
    number = st.floats(-3.0, 3.0)
    fixed, rows = (
        data.draw(arrays(float, n, elements=number)),
        data.draw(arrays(float, (k, n), elements=number)),
    )
    low = data.draw(arrays(float, k, elements=st.floats(-2.0, 0.0)))
    high = low + data.draw(arrays(float, k, elements=st.floats(0.5, 2.0)))

    found = least_subgradient(fixed, rows, Ranges(low, high, np.full(k, -1)), np.zeros(n))

    known = lsq_linear(rows.T, -fixed, bounds=(low, high), method="bvls").x
    assert (found.multipliers >= low).all()
    assert (found.multipliers <= high).all()
    assert np.linalg.norm(found.vector) <= np.linalg.norm(fixed + known @ rows) + 1e-6
    assert found.vector == pytest.approx(fixed + found.multipliers @ rows)


def test_shares_of_the_largest_add_up_to_one() -> None:
    rows = np.array([[3.0, 0.0], [-1.0, 2.0], [-1.0, -2.0]])
    ranges = Ranges(np.zeros(3), np.ones(3), np.zeros(3, dtype=np.int64))

    found = least_subgradient(np.zeros(2), rows, ranges, np.zeros(2))

    assert found.vector == pytest.approx([0.0, 0.0], abs=1e-14)
    assert found.multipliers == pytest.approx([0.25, 0.375, 0.375])
    assert found.margin == pytest.approx(0.25)
    assert ranges.n_kinks == 1


def test_a_bound_takes_off_what_points_out_of_it() -> None:
    bounds = Bounds(np.array([0.0, -1.0]), np.array([1.0, 5.0]))
    ranges = Ranges(np.array([-1.0]), np.array([1.0]), np.array([-1]))

    found = least_subgradient(
        np.array([5.0, 0.5]), np.array([[1.0, 1.0]]), ranges, np.zeros(2), bounds
    )

    assert found.multipliers == pytest.approx([-0.5])
    assert found.vector[1] == pytest.approx(0.0)


@pytest.mark.parametrize("root", [
    "sqrt((x - y)^2)", "((x - y)^2)^0.5", "((x - y)^4)^(1/4)", "sqrt((x - y)*(x - y))",
])  # fmt: skip
def test_roots_of_even_powers_have_the_kinks_of_absolute_values(root: str) -> None:
    best = sc.minimize(f"{root} + 0.1*x^2 + (y - 1)^2", "x=1, y=0.2")

    assert best.outcome is Outcome.CONVERGED_SUBGRADIENT
    assert best.x == pytest.approx({"x": 10 / 11, "y": 10 / 11}, abs=1e-12)


def test_a_fall_from_the_tip_of_a_kink_is_over_no_plateau() -> None:
    best = sc.minimize("x^4 - abs(x)", "x=0", method="BFGS")

    assert best.outcome is Outcome.SADDLE
    assert not any("flat around" in said for said in best.diagnosis)
