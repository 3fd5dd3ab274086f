"""Objectives with kinks that split off: recognized, minimized with exact zeros, judged by KKT."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symcalc as sc
from symcalc.calculus.array_objective import read_array_objective
from symcalc.calculus.data import load_data
from symcalc.calculus.splitting import find_splitting
from symcalc.optimize.proximal import Ball, Groups, Kinks, L1Ball, Largest, Simplex
from symcalc.outcome import Outcome

linear_model = pytest.importorskip("sklearn.linear_model")

LASSO = "sum((X@w - y)**2)/(2*m) + lam*norm1(w)"


def make_data(m: int = 60, n: int = 12, seed: int = 0) -> dict[str, Any]:
    """Return a regression in which a few of the variables matter."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((m, n)) @ (np.eye(n) + 0.4 * rng.standard_normal((n, n)))
    w = np.zeros(n)
    w[:3] = [2.0, -1.0, 0.5]
    y = X @ w + 0.3 * rng.standard_normal(m)
    return {"X": X, "y": y, "t": np.sign(y), "lam": 0.1, "mu": 0.2}


DATA = make_data()
W = np.zeros(12)


def least_subgradient_l1(gradient: Any, w: Any, weight: float) -> Any:
    """Return by the definition how far 0 is from gradient + weight*sign(w), per coordinate."""
    at_zero = np.maximum(np.abs(gradient) - weight, 0.0)
    return np.where(w == 0.0, at_zero, np.abs(gradient + weight * np.sign(w)))


def split_of(objective: str, start: dict[str, Any]) -> Any:
    """Return the splitting of an objective over `DATA`, or why there is none."""
    target = read_array_objective(objective, start, data=load_data(DATA))
    return find_splitting(target.expression, target.start, target.data, target.sizes)


# -- recognized ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "penalty",
    [
        "lam*norm1(w)", "lam*sum(abs(w))", "lam*12*mean(abs(w))", "sum(lam*abs(w))",
        "sqrt(2)*lam/sqrt(2)*norm1(w)",
        "lam*sum(max(w, 0)) + lam*sum(max(-w, 0))",
        "lam/2*sum(abs(2*w))",
        "lam*(sum(abs(w[:5])) + sum(abs(w[5:])))", "lam*sum(abs(w[::-1]))",
    ],
)  # fmt: skip
def test_spellings_of_the_l1_norm_are_one_penalty(penalty: str) -> None:
    found = split_of(f"sum((X@w - y)**2) + {penalty}", {"w": W})

    np.testing.assert_allclose(found.penalty.kinks.up, 0.1)
    np.testing.assert_allclose(found.penalty.kinks.down, 0.1)
    assert not found.penalty.blocks
    assert "abs" not in found.smooth.text


def test_weights_shifts_and_slopes_of_entries_go_into_the_penalty() -> None:
    found = split_of("sum((X@w - y)**2) + sum(max(3 - 2*w, 0)) + 4*abs(b - 1)", {"w": W, "b": 0.0})

    np.testing.assert_array_equal(found.penalty.kinks.center, [1.5] * 12 + [1.0])
    np.testing.assert_array_equal(found.penalty.kinks.down, [2.0] * 12 + [4.0])
    np.testing.assert_array_equal(found.penalty.kinks.up, [0.0] * 12 + [4.0])


def test_the_square_of_an_elastic_net_stays_with_the_smooth_part() -> None:
    found = split_of("sum((X@w - y)**2) + lam*(mu*norm1(w) + (1 - mu)/2*w@w)", {"w": W})

    np.testing.assert_allclose(found.penalty.kinks.up, 0.02)
    assert "w @ w" in found.smooth.text


def test_norms_of_slices_and_of_rows_are_groups() -> None:
    slices = split_of("sum((X@w - y)**2) + lam*norm2(w[:4]) + mu*sqrt(sum(w[4:]**2))", {"w": W})
    rows = split_of("sum((X@V)**2) + lam*sum(sqrt(sum(V**2, axis=1)))", {"V": np.zeros((12, 2))})

    (groups,) = slices.penalty.blocks
    np.testing.assert_array_equal(groups.group, [0] * 4 + [1] * 8)
    np.testing.assert_array_equal(groups.weights, [0.1, 0.2])
    (groups,) = rows.penalty.blocks
    np.testing.assert_array_equal(groups.group, np.repeat(np.arange(12), 2))


@pytest.mark.parametrize(
    ("objective", "reason"),
    [
        ("sum(max(0, 1 - t*(X@w))) + lam*norm1(w)", "max(0, 1 - t*(X @ w))"),
        ("sum((X@w - y)**2) - lam*norm1(w)", "not convex"),
        ("sum((X@w - y)**2) + norminf(w) + norm2(w)", "share a variable"),
        ("sum((X@w - y)**2) + norm1(w) + norminf(w)", "share a variable"),
        ("sum((X@w - y)**2) + norm2(w[:3]) + norm2(w[2:])", "share a variable"),
        ("sum((X@w - y)**2) + norm1(w - 1) + norm2(w)", "off zero"),
        ("sum((X@w - y)**2) + norm2(w) + norm1(w - 1)", "off zero"),
        ("sum((X@w - y)**2) + norm1(w) + norm1(w - 1)", "two places"),
    ],
)
def test_what_cannot_be_split_says_why(objective: str, reason: str) -> None:
    found = split_of(objective, {"w": W})

    assert isinstance(found, str)
    assert reason in found


def test_a_proximal_method_refuses_an_objective_that_does_not_split_and_says_why() -> None:
    with pytest.raises(sc.ArgumentError, match="known proximal map.*share a variable"):
        sc.minimize("norminf(w) + norm2(w) + w@w", {"w": W}, method="fista")
    with pytest.raises(sc.ArgumentError, match="single variables"):
        sc.minimize("norm2(w - 1)**2 + norm2(w)", {"w": W}, method="proximal_newton")
    with pytest.raises(sc.ArgumentError, match="no bounds"):
        sc.minimize("(w - 1)@w + norm2(w)", {"w": W}, method="fista", bounds={"w": (0, 1)})
    with pytest.raises(sc.ArgumentError, match="positive number"):
        sc.minimize("w@w + norm1(w)", {"w": W}, method="ista", rate=-1)


# -- against scikit-learn -----------------------------------------------------------------------


@pytest.mark.parametrize("method", ["auto", "proximal_newton", "fista", "ista"])
@pytest.mark.parametrize("lam", [0.02, 0.1, 0.5])
def test_the_lasso_has_the_coefficients_of_scikit_learn(method: str, lam: float) -> None:
    data = DATA | {"lam": lam}
    best = sc.minimize(LASSO, {"w": W}, data=data, method=method, tolerance=1e-10)

    reference = linear_model.Lasso(alpha=lam, fit_intercept=False, tol=1e-14, max_iter=10**6)
    reference.fit(data["X"], data["y"])
    assert best.converged
    np.testing.assert_allclose(best.x["w"], reference.coef_, rtol=0, atol=1e-8)
    np.testing.assert_array_equal(best.x["w"] == 0.0, reference.coef_ == 0.0)


def test_the_elastic_net_with_an_intercept_has_the_coefficients_of_scikit_learn() -> None:
    objective = "sum((X@w + b - y)**2)/(2*m) + lam*(ratio*norm1(w) + (1 - ratio)/2*w@w)"
    data = DATA | {"y": DATA["y"] + 3.0, "ratio": 0.3}
    best = sc.minimize(objective, {"w": W, "b": 0.0}, data=data)

    reference = linear_model.ElasticNet(alpha=0.1, l1_ratio=0.3, tol=1e-14, max_iter=10**6)
    reference.fit(data["X"], data["y"])
    assert best.outcome is Outcome.CONVERGED_SUBGRADIENT
    np.testing.assert_allclose(best.x["w"], reference.coef_, rtol=0, atol=1e-8)
    assert best.x["b"] == pytest.approx(reference.intercept_, abs=1e-8)
    np.testing.assert_array_equal(best.x["w"] == 0.0, reference.coef_ == 0.0)


@pytest.mark.parametrize("method", ["auto", "fista"])
def test_logistic_regression_with_l1_has_the_coefficients_of_scikit_learn(method: str) -> None:
    data = DATA | {"c": 0.5}
    best = sc.minimize(
        "norm1(w) + c*sum(softplus(-t*(X@w)))", {"w": W}, data=data, method=method, tolerance=1e-10
    )

    reference = linear_model.LogisticRegression(
        C=0.5,
        l1_ratio=1.0,
        solver="liblinear",
        fit_intercept=False,
        tol=1e-12,
        max_iter=10**6,
        random_state=0,
    )
    reference.fit(data["X"], data["t"])
    assert best.converged
    np.testing.assert_allclose(best.x["w"], reference.coef_[0], rtol=0, atol=1e-8)
    np.testing.assert_array_equal(best.x["w"] == 0.0, reference.coef_[0] == 0.0)


def test_more_variables_than_rows_are_no_obstacle() -> None:
    data = make_data(m=40, n=150, seed=3)
    best = sc.minimize(LASSO, {"w": np.zeros(150)}, data=data)

    w = best.x["w"]
    gradient = data["X"].T @ (data["X"] @ w - data["y"]) / 40
    assert best.converged
    assert 0 < np.count_nonzero(w) <= 40
    assert least_subgradient_l1(gradient, w, 0.1).max() < 1e-12


# -- KKT, by definition -------------------------------------------------------------------------


def smooth_gradient(w: Any) -> Any:
    """Return the gradient of `sum((X@w - y)**2)/(2*m)`."""
    return DATA["X"].T @ (DATA["X"] @ w - DATA["y"]) / len(DATA["y"])


@pytest.mark.parametrize("mu", [0.05, 0.3, 1.0])
def test_group_lasso_meets_the_conditions_of_karush_kuhn_and_tucker(mu: float) -> None:
    groups = " + ".join(f"norm2(w[{k}:{k + 3}])" for k in range(0, 12, 3))
    best = sc.minimize(
        f"sum((X@w - y)**2)/(2*m) + mu*({groups})", {"w": W}, data=DATA | {"mu": mu},
        tolerance=1e-10,
    )  # fmt: skip

    w = best.x["w"]
    gradient = smooth_gradient(w)
    assert best.method == "fista"
    assert best.converged
    for k in range(0, 12, 3):
        own, slope = w[k : k + 3], gradient[k : k + 3]
        if own.any():
            np.testing.assert_allclose(slope, -mu * own / np.linalg.norm(own), atol=1e-9)
        else:
            assert np.linalg.norm(slope) <= mu + 1e-9


def test_groups_of_rows_are_zero_together() -> None:
    rng = np.random.default_rng(1)
    target = DATA["X"][:, :2] @ rng.standard_normal((2, 3)) + 0.1 * rng.standard_normal((60, 3))
    best = sc.minimize(
        "sum((X@V - Y)**2)/(2*m) + mu*sum(sqrt(sum(V**2, axis=1)))", {"V": np.zeros((12, 3))},
        data={"X": DATA["X"], "Y": target, "mu": 0.4}, shapes={"X": "m n", "V": "n k", "Y": "m k"},
    )  # fmt: skip

    is_zero = best.x["V"] == 0.0
    assert best.converged
    assert (is_zero.all(axis=1) | ~is_zero.any(axis=1)).all()
    assert 0 < is_zero.all(axis=1).sum() < 12


def test_a_penalty_on_the_largest_entry_ties_entries_exactly() -> None:
    best = sc.minimize(
        "sum((X@w - y)**2)/(2*m) + mu*norminf(w)", {"w": W}, data=DATA | {"mu": 2.0},
        tolerance=1e-10,
    )  # fmt: skip

    w = best.x["w"]
    sizes, gradient = np.abs(w), smooth_gradient(w)
    tied = sizes == sizes.max()
    assert best.converged
    assert 1 < tied.sum() < 12
    np.testing.assert_allclose(gradient[~tied], 0.0, atol=1e-8)
    assert (np.sign(w) * gradient)[tied].max() <= 1e-8
    assert -(np.sign(w) * gradient)[tied].sum() == pytest.approx(2.0, abs=1e-7)


@pytest.mark.parametrize("method", ["auto", "fista", "ista"])
def test_bounds_and_kinks_hold_together(method: str) -> None:
    best = sc.minimize(LASSO, {"w": W}, data=DATA, bounds={"w": (0, 1)}, method=method)

    w = best.x["w"]
    slope = smooth_gradient(w) + 0.1
    assert best.converged
    assert w.min() == 0.0
    assert w.max() == 1.0
    assert (slope[w == 0.0] >= -1e-8).all()
    assert (slope[w == 1.0] <= 1e-8).all()
    np.testing.assert_allclose(slope[(w > 0.0) & (w < 1.0)], 0.0, atol=1e-7)


def test_kinks_of_scalars_are_found_exactly() -> None:
    best = sc.minimize("abs(x) + (x - 2)^2 + 2*abs(y - 3) + (x - y)^2", "x=0, y=0")

    assert best.x == {"x": 2.25, "y": 3.0}
    assert best.outcome is Outcome.CONVERGED_SUBGRADIENT
    assert "`2*abs(y - 3)` split off" in best.why
    assert best.diagnosis[0] == "1 of 2 penalized variables is exactly at their kinks: y."


def test_an_objective_that_is_not_convex_is_no_minimum_at_its_saddle() -> None:
    best = sc.minimize("x^4 - x^2 + abs(y) + y^2", "x=0, y=1")

    assert not best.converged
    assert best.outcome is Outcome.SADDLE


def test_an_objective_without_lower_limit_is_said_to_be_unbounded() -> None:
    best = sc.minimize("abs(x) - 2*x", "x=0")

    assert best.outcome in (Outcome.UNBOUNDED, Outcome.DIVERGED)


@pytest.mark.parametrize("method", ["proximal_newton", "fista", "ista"])
def test_a_run_that_was_stopped_early_is_not_called_converged(method: str) -> None:
    data = make_data(m=30, n=25, seed=2) | {"c": 0.1}
    best = sc.minimize(
        "norm1(w) + c*sum(exp(X@w - y))", {"w": np.ones(25)}, data=data, method=method, max_steps=1
    )

    assert best.outcome is Outcome.MAX_STEPS
    assert best.gradient_norm > 1e-3


def test_the_duality_gap_bounds_how_far_a_point_is_from_the_least_value() -> None:
    least = sc.minimize(LASSO, {"w": W}, data=DATA).fun
    for steps in (1, 3, 5):
        early = sc.minimize(LASSO, {"w": W}, data=DATA, method="ista", max_steps=steps)
        (said,) = (words for words in early.diagnosis if "duality gap" in words)
        gap = float(said.split(" than ")[1].split(":")[0])

        assert not early.converged
        assert early.fun - least <= gap


def test_a_start_at_the_minimum_converges_at_once() -> None:
    first = sc.minimize(LASSO, {"w": W}, data=DATA)
    again = sc.minimize(LASSO, {"w": first.x["w"]}, data=DATA)

    assert again.converged
    assert again.n_steps == 0
    np.testing.assert_array_equal(again.x["w"], first.x["w"])


# -- proximal maps ------------------------------------------------------------------------------

NUMBERS = st.lists(st.floats(-10.0, 10.0), min_size=3, max_size=6).map(np.array)
INDEX = np.arange(6)


def blocks_of(n: int) -> list[Any]:
    """Return one of every term in n variables."""
    index = INDEX[:n]
    slopes = np.linspace(0.5, 1.5, n)
    return [
        Groups(index, np.minimum(index, 1), np.array([0.7, 1.2])), Largest(index, 1.3),
        Simplex(index, 2.0), Ball(index, 1.5), L1Ball(index, 1.5),
        Groups(
            index, np.minimum(index, 1), np.array([0.7, 1.2]),
            Kinks(slopes, slopes[::-1], 0.0 * index, np.full(n, -np.inf), np.full(n, np.inf)),
        ),
        Kinks(slopes, slopes[::-1], 0.3 * index, np.full(n, -4.0), np.full(n, 5.0)),
    ]  # fmt: skip


@given(NUMBERS, st.floats(0.1, 3.0), st.integers(0, 2**31))
@settings(max_examples=60, deadline=None)
def test_no_point_near_the_proximal_point_is_better(v: Any, length: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    for term in blocks_of(v.size):
        point = term.prox(v, length)

        def merit(z: Any, term: Any = term) -> float:
            return float(0.5 * np.sum((z - v) ** 2) + length * term.value(z))

        assert np.isfinite(term.value(point))
        for scale in (1e-3, 1e-1, 1.0):
            other = term.prox(point + scale * rng.standard_normal(v.size), length)
            assert merit(point) <= merit(other) + 1e-9
            assert merit(point) <= merit(point + 0.5 * (other - point)) + 1e-9


@given(NUMBERS, NUMBERS, st.floats(0.1, 3.0))
@settings(max_examples=60, deadline=None)
def test_proximal_maps_bring_points_no_further_apart(u: Any, v: Any, length: float) -> None:
    n = min(u.size, v.size)
    for term in blocks_of(n):
        moved = term.prox(u[:n], length) - term.prox(v[:n], length)

        assert np.linalg.norm(moved) <= np.linalg.norm(u[:n] - v[:n]) + 1e-9


@given(NUMBERS, st.floats(0.1, 3.0))
@settings(max_examples=60, deadline=None)
def test_the_least_subgradient_vanishes_where_the_proximal_map_stands_still(
    v: Any, length: float
) -> None:
    for term in blocks_of(v.size):
        point = term.prox(v, length)

        np.testing.assert_allclose(term.least(point, (point - v) / length), 0.0, atol=1e-7)


@given(NUMBERS, NUMBERS)
@settings(max_examples=60, deadline=None)
def test_minus_the_least_subgradient_is_how_fast_the_objective_falls(v: Any, slope: Any) -> None:
    n = min(v.size, slope.size)
    for term in blocks_of(n):
        point, gradient = term.prox(v[:n], 1.0), slope[:n]
        least = term.least(point, gradient)
        size = float(np.linalg.norm(least))
        if size < 1e-3:
            continue
        ahead = term.prox(point - 1e-6 * gradient, 1e-6)
        fall = float(gradient @ (ahead - point)) + term.value(ahead) - term.value(point)

        assert -fall == pytest.approx(1e-6 * size**2, rel=1e-2)


@given(NUMBERS, st.floats(0.1, 5.0))
@settings(max_examples=100, deadline=None)
def test_projections_land_on_their_sets_and_leave_their_points(v: Any, size: float) -> None:
    n = v.size
    on_simplex = Simplex(INDEX[:n], size).prox(v, 1.0)
    in_ball, in_diamond = Ball(INDEX[:n], size).prox(v, 1.0), L1Ball(INDEX[:n], size).prox(v, 1.0)

    assert on_simplex.sum() == pytest.approx(size)
    assert on_simplex.min() >= 0.0
    assert np.linalg.norm(in_ball) <= size * (1 + 1e-12)
    assert np.abs(in_diamond).sum() <= size * (1 + 1e-12)
    for term, point in (
        (Simplex(INDEX[:n], size), on_simplex), (Ball(INDEX[:n], size), in_ball),
        (L1Ball(INDEX[:n], size), in_diamond),
    ):  # fmt: skip
        np.testing.assert_allclose(term.prox(point, 1.0), point, atol=1e-12)


# -- kinks within groups ------------------------------------------------------------------------


def test_the_sparse_group_lasso_has_zeros_in_groups_and_whole_groups_of_zeros() -> None:
    rng = np.random.default_rng(7)
    X = rng.standard_normal((60, 12))
    truth = np.array([2.0, 0.0, -1.5, 0.0] + [0.0] * 4 + [1.0, 1.0, 0.0, 0.0])
    data = {"X": X, "y": X @ truth + 0.1 * rng.standard_normal(60), "l": 6.0, "g": 8.0}
    text = "sum((X@w - y)**2)/2 + l*norm1(w) + g*(norm2(w[:4]) + norm2(w[4:8]) + norm2(w[8:]))"
    best = sc.minimize(text, {"w": np.zeros(12)}, data=data, tolerance=1e-10)
    w = best.x["w"]

    assert best.method == "fista"
    assert best.converged
    assert (w[4:8] == 0.0).all()
    assert (w[[0, 2, 8, 9]] != 0.0).all()
    assert (w[[1, 3, 10, 11]] == 0.0).sum() > 0
    # the conditions of Simon, Friedman, Hastie and Tibshirani, 2013, section 2
    slope = X.T @ (X @ w - data["y"])
    for group in (slice(0, 4), slice(4, 8), slice(8, 12)):
        part, pull = w[group], slope[group]
        left = np.sign(pull) * np.maximum(np.abs(pull) - 6.0, 0.0)
        if not part.any():
            assert np.linalg.norm(left) <= 8.0
            continue
        moved = pull + 8.0 * part / np.linalg.norm(part)
        np.testing.assert_allclose(moved[part != 0], -6.0 * np.sign(part[part != 0]), atol=1e-6)
        assert (np.abs(moved[part == 0]) <= 6.0 + 1e-9).all()
    assert any("the duality gap" in said for said in best.diagnosis)


def test_the_gap_of_the_sparse_group_lasso_bounds_what_is_left() -> None:
    rng = np.random.default_rng(8)
    data = {"X": rng.standard_normal((30, 6)), "y": rng.standard_normal(30)}
    text = "sum((X@w - y)**2) + 2*sum(abs(w)) + 3*(norm2(w[:3]) + norm2(w[3:]))"
    lowest = sc.minimize(text, {"w": np.zeros(6)}, data=data, tolerance=1e-11).fun
    for n_steps in (1, 3, 10):
        part = sc.minimize(text, {"w": np.ones(6)}, data=data, method="ista", max_steps=n_steps)
        told = next(said for said in part.diagnosis if "the duality gap" in said)
        gap = float(told.split("more than ")[1].split(":")[0])

        assert part.fun - lowest <= gap * (1 + 1e-2) + 1e-12


def test_order_of_the_terms_does_not_matter() -> None:
    first = split_of("sum((X@w - y)**2) + norm1(w) + 2*norm2(w)", {"w": W})
    second = split_of("sum((X@w - y)**2) + 2*norm2(w) + norm1(w)", {"w": W})
    x = np.linspace(-1.0, 1.0, W.size)

    assert not isinstance(first, str)
    assert not isinstance(second, str)
    assert first.penalty.value(x) == pytest.approx(np.abs(x).sum() + 2 * np.linalg.norm(x))
    np.testing.assert_array_equal(first.penalty.prox(x, 0.2), second.penalty.prox(x, 0.2))


# -- sets among the constraints -----------------------------------------------------------------


def test_many_variables_on_a_simplex_are_kept_by_projection() -> None:
    rng = np.random.default_rng(4)
    target = rng.standard_normal(500)
    best = sc.minimize(
        "sum((w - a)**2)", {"w": np.zeros(500)}, data={"a": target},
        constraints=["sum(w) == 1", "w >= 0"],
    )  # fmt: skip

    w = best.x["w"]
    level = (target - w)[w > 0.0]
    assert best.method == "fista"
    assert best.converged
    assert w.sum() == pytest.approx(1.0, abs=1e-12)
    np.testing.assert_allclose(level, level[0], atol=1e-7)
    assert (target[w == 0.0] <= level[0] + 1e-7).all()


@pytest.mark.parametrize(
    "constraints",
    [
        ["sum(w) == 2", "w >= 0"], ["norm2(w) <= 1"], ["w@w <= 1"], ["2*norm2(w) <= 3"],
        ["norm1(w) <= 1.5"], ["0 <= w", "w <= 0.5"], ["1 >= sum(w**2)"],
    ],
)  # fmt: skip
def test_projections_end_where_the_other_methods_end(constraints: list[str]) -> None:
    objective = "sum((X@w - y)**2)/(2*m)"
    shape = {"data": DATA, "constraints": constraints}
    projected = sc.minimize(objective, {"w": W}, method="fista", tolerance=1e-10, **shape)

    assert projected.converged
    if "norm1" in constraints[0]:
        w = projected.x["w"]
        level = np.abs(smooth_gradient(w))
        np.testing.assert_allclose(level[w != 0.0], level.max(), atol=1e-8)
        assert np.abs(w).sum() == pytest.approx(1.5, abs=1e-9)
        return
    other = sc.minimize(objective, {"w": np.full(12, 0.1)}, **shape)
    assert projected.fun == pytest.approx(other.fun, rel=1e-9)
    np.testing.assert_allclose(projected.x["w"], other.x["w"], atol=1e-5)


@pytest.mark.parametrize(
    "constraints", [["sum(w) == 1"], ["norm2(w) <= 1", "w >= 0"], ["X@w >= 0"], ["norm2(w) >= 1"]]
)
def test_a_proximal_method_refuses_constraints_that_are_no_simple_sets(
    constraints: list[str],
) -> None:
    with pytest.raises(sc.ArgumentError, match="simplex"):
        sc.minimize(
            "sum((X@w - y)**2)", {"w": W}, data=DATA, constraints=constraints, method="fista"
        )
