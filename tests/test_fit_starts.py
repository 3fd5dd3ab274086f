"""Fits from NIST's starts on models beyond the sample, and from starts that lead nowhere."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from nist_models import MADE, MEASURED, Problem

import symcalc as sc
from symcalc.optimize import Fit, fit_residuals
from symcalc.outcome import Outcome


def digits(found: Any, certified: Any) -> float:
    """Return the number of correct digits of the worst entry."""
    found, certified = np.array(list(found)), np.array(certified)
    return float(-np.log10(np.abs(found / certified - 1.0).max() + 1e-16))


def fit(problem: Problem, which: int) -> Fit:
    """Fit from NIST's start 1 or 2."""
    start = problem.start(which)
    return sc.fit(problem.model, problem.data, target=problem.target, start=start)


@pytest.mark.parametrize("which", [1, 2])
@pytest.mark.parametrize("problem", MEASURED, ids=lambda problem: problem.name)
def test_certified_values_are_reached_beyond_the_sample(problem: Problem, which: int) -> None:
    found = fit(problem, which)

    assert found.converged
    assert digits(found.parameters.values(), problem.certified) >= 9
    if problem.errors is not None:
        assert digits(found.standard_errors.values(), problem.errors) >= 9


def oracle(problem: Problem, found: Fit) -> tuple[Any, Any]:
    """Return the Gauss-Newton step and the standard errors at the fit, with 40 digits."""
    columns = [name for name in problem.data if name != "y"]
    symbols = [sympy.Symbol(name) for name in (*problem.names, *columns)]
    text = problem.model.replace("^", "**")
    model = sympy.sympify(text, locals={str(symbol): symbol for symbol in symbols})
    forms = [model, *(model.diff(symbol) for symbol in symbols[: len(problem.names)])]
    function = sympy.lambdify(symbols, forms, "mpmath")
    with mpmath.workdps(40):
        point = [mpmath.mpf(value) for value in found.parameters.values()]
        rows = zip(*[problem.data[name] for name in columns], problem.data["y"], strict=True)
        slopes, residuals = [], []
        for *cells, y in rows:
            value, *row = function(*point, *map(mpmath.mpf, cells))
            aim = mpmath.log(mpmath.mpf(y)) if problem.target == "log(y)" else mpmath.mpf(y)
            slopes.append(row)
            residuals.append(aim - value)
        jacobian, r = mpmath.matrix(slopes), mpmath.matrix(residuals)
        inverse = (jacobian.T * jacobian) ** -1
        step = inverse * (jacobian.T * r)
        variance = (r.T * r)[0] / (len(residuals) - len(point))
        errors = [mpmath.sqrt(variance * inverse[i, i]) for i in range(len(point))]
    return [float(entry) for entry in step], [float(error) for error in errors]


@pytest.mark.parametrize("problem", MADE, ids=lambda problem: problem.name)
def test_both_starts_reach_the_minimum_that_forty_digits_confirm(problem: Problem) -> None:
    far, near = fit(problem, 1), fit(problem, 2)
    step, errors = oracle(problem, near)

    assert far.converged
    assert near.converged
    assert digits(far.parameters.values(), list(near.parameters.values())) >= 9
    assert np.abs(np.array(step) / list(near.parameters.values())).max() < 1e-10
    assert digits(near.standard_errors.values(), errors) >= 9
    spread = np.abs(np.array(list(near.parameters.values())) - problem.certified)
    assert (spread < 5.0 * np.array(errors)).all()  # the noise explains the distance


def test_residuals_near_rounding_are_evaluated_with_more_digits_and_the_fit_says_so() -> None:
    problem = next(problem for problem in MEASURED if problem.name == "Lanczos1")
    found = fit(problem, 1)

    assert digits([found.residual_sum_of_squares], [1.4307867721e-25]) >= 9
    assert any("evaluated with more digits" in note for note in found.notes)


# -- starts that lead nowhere -------------------------------------------------------------------

RNG = np.random.default_rng(3)
DECAY_X = np.linspace(0.0, 1000.0, 30)
DECAY = {"x": DECAY_X, "y": 5.0 * np.exp(-0.003 * DECAY_X) + 0.05 * RNG.standard_normal(30)}
WAVE_T = np.linspace(0.0, 10.0, 200)
WAVE = {"t": WAVE_T, "z": 2.0 * np.sin(3.3 * WAVE_T + 0.4) + 0.1 * RNG.standard_normal(200)}


def test_a_model_that_overflows_at_the_start_is_fitted_from_another_and_the_fit_says_so() -> None:
    found = sc.fit("a*exp(b*x)", DECAY, target="y", start="a=1, b=10")
    near = sc.fit("a*exp(b*x)", DECAY, target="y", start="a=5, b=-0.003")

    assert found.converged
    assert digits(found.parameters.values(), list(near.parameters.values())) >= 8
    assert found.method == "lm, then restarts"
    assert any("not finite at the start given" in note for note in found.notes)


def test_a_local_minimum_of_a_wave_is_left() -> None:
    found = sc.fit("a*sin(w*t + p)", WAVE, target="z", start="a=1, w=2, p=0")

    assert found.converged
    assert found.parameters["w"] == pytest.approx(3.3, abs=0.02)
    assert "restarts" in found.method
    assert any("From the start given the run ended at" in note for note in found.notes)


def test_a_method_asked_for_by_name_is_the_only_one_that_runs() -> None:
    found = sc.fit("a*sin(w*t + p)", WAVE, target="z", start="a=1, w=2, p=0", method="lm")

    assert found.method == "lm"
    assert found.r_squared < 0.5


def test_restarts_keep_to_the_bounds() -> None:
    bounds = {"a": (0.0, 3.0), "b": (-20.0, 20.0)}
    found = sc.fit("a*exp(b*x)", DECAY, target="y", start="a=1, b=10", bounds=bounds)

    assert found.converged
    assert found.parameters["a"] == 3.0
    assert "At a bound, without a standard error: a." in found.notes
    assert (
        found.residual_sum_of_squares
        > sc.fit("a*exp(b*x)", DECAY, target="y", start="a=1, b=0").residual_sum_of_squares
    )


def test_a_model_that_is_nowhere_finite_says_where_and_what_to_do() -> None:
    data = {"x": [1.0, 2.0, 3.0], "y": [1.0, 2.0, 3.0]}
    found = sc.fit("a*log(b*x)", data, target="y", start="a=1, b=-1")

    assert found.outcome is Outcome.NOT_FINITE
    assert "3 of 3 rows, first in row 1 (x = 1)" in " ".join(found.notes)
    assert "Choose a start where it is" in " ".join(found.notes)


def test_a_pattern_in_the_residuals_gets_a_second_opinion_that_is_told() -> None:
    x = np.linspace(0.0, 10.0, 60)
    found = sc.fit("a + b*x", {"x": x, "y": x + np.sin(x)}, target="y", start="a=0, b=1")
    slope, intercept = np.polyfit(x, x + np.sin(x), 1)

    assert found.method == "lm"
    assert found.parameters == pytest.approx({"a": intercept, "b": slope})
    assert any(
        "follow a pattern; other starts led to no better fit" in note for note in found.notes
    )


def test_a_pattern_in_what_little_is_left_is_told_and_no_other_start_is_tried() -> None:
    x = np.linspace(0.0, 10.0, 60)
    data = {"x": x, "y": np.exp(0.3 * x) + 0.01 * np.sin(3.0 * x)}
    found = sc.fit("a*exp(b*x)", data, target="y", start="a=0.8, b=0.2")

    assert found.converged
    assert found.n_evaluations < 60
    assert "The residuals follow a pattern, though little is left to explain." in found.notes


@pytest.mark.parametrize("budget", [1, 20, 60, 300])
def test_the_limit_on_evaluations_holds_for_all_runs_together(budget: int) -> None:
    calls = []

    def residuals(p: Any) -> Any:
        calls.append(p)
        return WAVE["z"] - p[0] * np.sin(p[1] * WAVE_T + p[2])

    def jacobian(p: Any) -> Any:
        inside = p[1] * WAVE_T + p[2]
        slope = p[0] * np.cos(inside)
        return -np.column_stack((np.sin(inside), slope * WAVE_T, slope))

    found = fit_residuals(
        residuals, jacobian, [1.0, 2.0, 0.0], ["a", "w", "p"], target=WAVE["z"],
        max_evaluations=budget,
    )  # fmt: skip

    assert found.gradient_check is not None
    n_checks = found.gradient_check.n_evaluations
    assert len(calls) - n_checks <= budget + 3  # what is evaluated to tell the end
    assert np.isfinite(found.residual_sum_of_squares)
    first = float(np.sum(residuals([1.0, 2.0, 0.0]) ** 2))
    assert found.residual_sum_of_squares <= first * (1.0 + 1e-12)


@pytest.mark.parametrize(
    ("model", "data", "start", "words"),
    [
        ("a*b*x + c", DECAY, "a=1, b=2, c=0", "A change of a by +1 % and b by -1 % leaves"),
        ("a + b*x + c*x", DECAY, "a=1, b=2, c=0", "do not determine b, c"),
        ("a + b*x + 0*c", DECAY, "a=1, b=2, c=3", "does not change with c"),
        ("a + b*x", {"x": [2.0] * 4, "y": [1, 2, 3, 4]}, "a=1, b=2", "`x` is 2 in every row"),
        ("a + b*x", {"x": [1, 2, 3], "y": [5.0] * 3}, "a=1, b=2", "target is 5 in every row"),
    ],
)  # fmt: skip
def test_data_that_cannot_tell_parameters_apart_are_named(
    model: str, data: dict[str, Any], start: str, words: str
) -> None:
    found = sc.fit(model, data, target="y", start=start)

    assert words in " ".join(found.notes)


def test_a_derivative_without_a_value_in_a_row_is_taken_from_differences_and_told() -> None:
    x = np.arange(6.0)
    y = np.array([0.0, 1.0, 2.8, 5.2, 8.1, 11.1])
    found = sc.fit("a*x**b", {"x": x, "y": y}, target="y", start="a=1, b=1")
    inner = sc.fit("a*x**b", {"x": x[1:], "y": y[1:]}, target="y", start="a=1, b=1")

    assert found.converged
    assert found.parameters == pytest.approx(inner.parameters, rel=1e-9)  # 0**b is 0 for every b
    assert "no value in row 1; differences stand in there" in " ".join(found.notes)
    assert inner.notes == ()


@pytest.mark.parametrize(
    ("factor", "weights"), [(1e300, None), (1e160, None), (1e-300, None), (1.0, [1e-300] * 4)]
)
def test_a_target_whose_squares_leave_the_doubles_is_fitted(factor: float, weights: Any) -> None:
    y = [1.0, 2.0, 3.1, 4.0]
    plain = sc.fit("a*x", {"x": [1.0, 2.0, 3.0, 4.0], "y": y}, target="y", start="a=1")
    data = {"x": [1.0, 2.0, 3.0, 4.0], "y": [factor * v for v in y]}
    found = sc.fit("a*x", data, target="y", start="a=1", weights=weights)
    limits, wanted = found.profile().intervals["a"], plain.profile().intervals["a"]

    assert found.converged
    assert found.parameters["a"] / factor == pytest.approx(plain.parameters["a"], rel=1e-9)
    assert found.standard_errors["a"] / factor == pytest.approx(
        plain.standard_errors["a"], rel=1e-9
    )
    assert [limit / factor for limit in limits] == pytest.approx(wanted, rel=1e-6)
    assert found.band().lower / factor == pytest.approx(plain.band().lower, rel=1e-9)
    assert found.checks.standardized == pytest.approx(plain.checks.standardized, rel=1e-9)
    assert "residual standard deviation" in repr(found)
    assert found.to_dict()["converged"]


@given(st.permutations(range(30)), st.integers(-30, 30))
def test_neither_the_order_of_rows_nor_the_unit_of_the_target_matters(
    order: list[int], exponent: int
) -> None:
    unit = 10.0**exponent
    plain = sc.fit("a*exp(-b*x)", DECAY, target="y", start="a=1, b=0.01")
    moved = {"x": DECAY["x"][order], "y": unit * DECAY["y"][order]}
    found = sc.fit("a*exp(-b*x)", moved, target="y", start={"a": unit, "b": 0.01})

    assert found.parameters["a"] == pytest.approx(unit * plain.parameters["a"], rel=1e-9)
    assert found.parameters["b"] == pytest.approx(plain.parameters["b"], rel=1e-9)
    assert found.standard_errors["b"] == pytest.approx(plain.standard_errors["b"], rel=1e-8)
