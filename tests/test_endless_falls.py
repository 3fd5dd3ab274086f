"""Objectives that fall without limit so slowly that no single value shows it."""

from __future__ import annotations

import numpy as np
import pytest

import symcalc as sc
from symcalc.optimize.endless import follow, look_inward
from symcalc.outcome import Outcome


@pytest.mark.parametrize(
    ("formula", "start", "what"),
    [
        ("log(x)", "x=1", "falls by 0.693 each time the distance to x = 0 is halved"),
        ("log(x) + y^2", "x=1, y=1", "the distance to x = 0, y = 0 is halved"),
        ("log(x) - log(1 - x)", "x=0.5", "the distance to x = 0 is halved"),
        ("log(x*y)", "x=1, y=2", "falls by 1.39 each time"),
        ("-log(x)", "x=1", "falls by 0.693 each time the distance along x is doubled"),
        ("-log(1 + x^2)", "x=1", "falls by 1.39 each time the distance along x is doubled"),
        ("-sqrt(x)", "x=1", "falls without limit along x"),
    ],
)
def test_a_fall_as_slow_as_a_logarithm_is_known_to_have_no_end(
    formula: str, start: str, what: str
) -> None:
    best = sc.minimize(formula, start)

    assert best.outcome is Outcome.UNBOUNDED
    assert what in best.diagnosis[0]


def test_a_fall_over_arrays_is_told_by_its_entries() -> None:
    best = sc.minimize("sum(log(w))", "w=ones", shapes="w: 4")

    assert best.outcome is Outcome.UNBOUNDED
    assert "w[0] = 0, w[1] = 0" in best.diagnosis[0]


def test_a_fall_among_feasible_points_is_told_under_constraints() -> None:
    best = sc.minimize("log(x - y)", "x=3, y=2", constraints=["x + y == 5"])

    assert best.outcome is Outcome.UNBOUNDED
    assert "the distance to x = 2.5, y = 2.5 is halved" in " ".join(best.diagnosis)
    assert sc.minimize("log(x)", "x=1", constraints=["x >= 0.001"]).converged


@pytest.mark.parametrize(
    ("formula", "start"),
    [
        ("x*log(x)", "x=1"),  # falls that shrink
        ("-atan(x)", "x=1"),  # a limit far off
        ("exp(-x)", "x=1"),
        ("x^0.01", "x=4"),
        ("sqrt(x - 3)", "x=4"),
        ("(x - 1e9)^2", "x=0"),  # far off, and a minimum
        ("log(1 + (x - 1e7)^2)", "x=1e6"),
    ],
)
def test_a_fall_that_comes_to_an_end_is_not_called_endless(formula: str, start: str) -> None:
    assert sc.minimize(formula, start).outcome is not Outcome.UNBOUNDED


def test_falls_are_judged_where_points_are_allowed_only() -> None:
    def log(x: np.ndarray) -> float:
        return float(np.log(x[0])) if x[0] > 0.0 else np.nan

    end, back = np.array([1e-200]), np.array([1.0])

    assert look_inward(log, end, back)
    assert not look_inward(lambda x: np.nan, end, back)
    assert not look_inward(lambda x: log(x) if x > 1e-3 else np.nan, end, back)
    assert not look_inward(lambda x: float(x[0] ** 0.05), end, back)
    assert not look_inward(log, end, 0.0 * back)
    assert follow(lambda x: -log(x), back, back)
    assert not follow(lambda x: -log(x) if x < 1e6 else np.nan, back, back)


SEPARATED = {"u": np.array([-2.0, -1.0, 1.0, 3.0]), "v": np.array([-1.0, -1.0, 1.0, 1.0])}
MIXED = {"u": SEPARATED["u"], "v": np.array([-1.0, 1.0, -1.0, 1.0])}


@pytest.mark.parametrize(
    ("formula", "start"),
    [
        ("x", "x=1"), ("x*y", "x=2, y=3"), ("x^3", "x=1"), ("x^2 + y^3", "x=1, y=1"),
        ("-x^2", "x=0"), ("-abs(x)", "x=0"), ("min(x, -x)", "x=0"), ("-exp(x)", "x=1"),
        ("tan(x)", "x=1"), ("tan(x) + y^2", "x=1, y=2"), ("log(abs(x))", "x=1"),
        ("1/(x - 2)", "x=1"), ("1/(x^2 - 4)", "x=1"), ("-1/abs(x)", "x=1"), ("gamma(x)", "x=-0.5"),
        ("log(x^2 + y^2)", "x=1, y=2"), ("log(s) + x^2/s", "s=1, x=1"), ("x + 1/x", "x=-0.5"),
        ("abs(x) - 2*x", "x=1"), ("abs(x - y) - x", "x=1, y=0"), ("max(x, y)", "x=1, y=0"),
        ("(y - x^2)^2 - x", "x=1, y=0"), ("(y - exp(x))^2 - x", "x=1, y=0"),
        ("(x*y - 1)^2 - x", "x=1, y=0"), ("x^4 + y^4 - z", "x=1, y=1, z=1"), ("-asinh(x)", "x=2"),
        ("exp(x) - 2*x^2", "x=-1"), ("1e-12*x", "x=1"), ("-1e-6*x^2", "x=1"),
    ],
)  # fmt: skip
def test_a_fall_without_limit_is_told(formula: str, start: str) -> None:
    best = sc.minimize(formula, start)

    assert best.outcome is Outcome.UNBOUNDED
    assert any("without limit" in said or "-inf" in said for said in best.diagnosis)
    assert not any("Exploding" in said for said in best.diagnosis)


@pytest.mark.parametrize("method", ["auto", "fista", "ista", "L-BFGS-B"])
def test_a_norm_that_falls_behind_a_slope_is_unbounded_by_any_method(method: str) -> None:
    best = sc.minimize("norm2(w) - 2*w[0]", {"w": np.ones(3)}, method=method)

    assert best.outcome is Outcome.UNBOUNDED
    assert best.n_steps <= 5000


@pytest.mark.parametrize(
    ("formula", "start", "data"),
    [
        ("exp(-x)", "x=1", None), ("3 + exp(-x) + y^2", "x=1, y=1", None),
        ("softplus(x)", "x=1", None), ("-atan(x)", "x=1", None), ("tanh(x)", "x=1", None),
        ("1/x", "x=1", None), ("1/x^2 + y^2", "x=1, y=1", None), ("1/log(x)", "x=3", None),
        ("x*exp(-x)", "x=2", None), ("sqrt(x^2 + 1) - x", "x=1", None),
        ("-x^2/(1 + x^2)", "x=1", None), ("exp(-x) + exp(-y)", "x=1, y=1", None),
        ("abs(y) + exp(-x)", "x=1, y=1", None), ("max(exp(-x), exp(-2*x))", "x=1", None),
        ("(x*y - 1)^2 + x^2", "x=1, y=1", None), ("(1 - x*y)^2 + y^2", "x=1, y=1", None),
        ("mean(log(1 + exp(-v*(a*u + b))))", "a=0, b=0", SEPARATED),
        ("sum(exp(-v*a*u))", "a=0", SEPARATED), ("log(1 + exp(x - 2)) - x", "x=0", None),
        ("softplus(x) - x", "x=0", None), ("-(x + y)^2/(1 + x^2 + y^2)", "x=1, y=0.5", None),
    ],
)  # fmt: skip
def test_what_is_only_approached_at_infinity_is_no_minimum(
    formula: str, start: str, data: dict[str, np.ndarray] | None
) -> None:
    best = sc.minimize(formula, start, data=data)

    assert best.outcome is Outcome.APPROACHED
    assert not best.converged
    assert any("as far as doubles reach" in said for said in best.diagnosis)
    assert best.n_steps <= 600


@pytest.mark.parametrize(
    ("formula", "start", "data"),
    [
        ("1e-20*x^4 - x^2", "x=1", None), ("exp(x) - 1e300*x", "x=1", None),
        ("1e-30*x - log(x)", "x=1", None), ("-1/(1e-12 + x^2)", "x=1", None),
        ("log(1e-12 + x^2)", "x=1", None), ("exp(-x) + 1e-9*x", "x=2", None),
        ("1e-12*(x^2 - 1)^2 + 5", "x=4", None), ("(x - 1)^2*(y - 1)^2", "x=3, y=2", None),
        ("x^20 + y^2", "x=1, y=3", None), ("relu(100 - x)^2", "x=0", None),
        ("norm2(w) - 0.5*w[0]", {"w": np.ones(3)}, None), ("(x - y)^2", "x=1, y=0", None),
        ("mean(log(1 + exp(-v*(a*u + b))))", "a=0, b=0", MIXED),
        ("sum(softplus(-v*(a*u + b))) + 1e-6*(a^2 + b^2)", "a=0, b=0", SEPARATED),
    ],
)  # fmt: skip
def test_a_minimum_that_is_far_flat_or_deep_is_one(
    formula: str, start: object, data: dict[str, np.ndarray] | None
) -> None:
    assert sc.minimize(formula, start, data=data).converged


@pytest.mark.parametrize("upper", [1e7, 1e30])
def test_bounds_however_far_off_end_every_fall(upper: float) -> None:
    best = sc.minimize("-x", "x=2", bounds={"x": (0.5, upper)})

    assert best.converged
    assert best.x["x"] == upper
    assert sc.minimize("-x", "x=2", bounds={"x": (0.5, None)}).outcome is Outcome.UNBOUNDED
