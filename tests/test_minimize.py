"""The verb `minimize`: names, data, squares, facts, and errors at its door."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symcalc as sc
from symcalc.calculus.objective import read_objective
from symcalc.errors import ArgumentError, DataError, OutcomeError, ParseError
from symcalc.outcome import Outcome

ROSENBROCK = "100*(y - x^2)^2 + (1 - x)^2"
RNG = np.random.default_rng(7)
U = RNG.normal(size=50)
V = 3.0 * U + 1.0 + 0.1 * RNG.normal(size=50)
DATA = {"u": U, "v": V}


def chain(n: int) -> str:
    """Return the Rosenbrock sum of a chain of variables."""
    return " + ".join(f"100*(x{i + 1} - x{i}^2)^2 + (1 - x{i})^2" for i in range(n - 1))


@pytest.mark.parametrize("start", [{"x": -1.2, "y": 1}, "x=-1.2, y=1", {"y": 1.0, "x": -1.2}])
def test_a_string_and_a_start_give_the_minimum(start: Any) -> None:
    best = sc.minimize(ROSENBROCK, start)

    assert best.converged
    assert best.x == pytest.approx({"x": 1.0, "y": 1.0})


def test_expressions_and_sympy_objects_are_objectives_too() -> None:
    import sympy

    x = sympy.Symbol("x")
    assert sc.minimize((x - 2) ** 4 + x, {"x": 0.0}).converged
    assert sc.minimize(sc.parse(ROSENBROCK), "x=-1.2, y=1").converged


@pytest.mark.parametrize(
    "method", ["auto", "gd", "momentum", "newton", "L-BFGS-B", "trust-exact", "lm", "trf"]
)
@pytest.mark.parametrize("reduce", ["mean", "sum"])
def test_a_line_through_data_is_found_by_every_kind_of_method(reduce: str, method: str) -> None:
    slope, offset = np.polyfit(U, V, 1)
    best = sc.minimize(f"{reduce}((a*u + b - v)^2)", "a=0, b=0", data=DATA, method=method)

    assert best.converged
    assert best.x == pytest.approx({"a": slope, "b": offset}, abs=1e-6)


@pytest.mark.parametrize(
    "text",
    [
        "sum((a*u + b - v)^2)",
        "mean((a*u + b - v)^2)",
        "0.5*mean(3*(a*u + b - v)^4 + 2) + (a - 3)^2 + 2*b^6",
        "(a - 1)^2 + 10*(sum(u*a) - 2)^2",
    ],
)
def test_the_squares_that_are_recognized_add_up_to_the_objective(text: str) -> None:
    from symcalc.calculus.data import load_data

    objective, facts = read_objective(text, ("a", "b"), data=load_data(DATA)).to_objective(None)
    assert objective.residuals is not None
    assert objective.residual_jacobian is not None
    x = np.array([0.7, -0.4])
    r, j = objective.residuals(x), objective.residual_jacobian(x)
    value, gradient = objective.value_and_gradient(x)

    assert r.size == facts.n_residuals
    assert r @ r == pytest.approx(value, rel=1e-12)
    assert 2.0 * j.T @ r == pytest.approx(gradient, rel=1e-11)


@pytest.mark.parametrize(
    "text",
    ["exp(a) + b^2", "a^2 - b^2", "(a*b)^3", "mean((a*u + b - mean(v))^2)", "a^2*b^2"],
)
def test_what_is_no_sum_of_squares_is_not_taken_for_one(text: str) -> None:
    from symcalc.calculus.data import load_data

    _, facts = read_objective(text, ("a", "b"), data=load_data(DATA)).to_objective(None)

    assert facts.n_residuals == 0


def test_kinks_of_the_variables_are_facts_and_kinks_of_the_data_are_not() -> None:
    from symcalc.calculus.data import load_data

    table = load_data(DATA)
    _, of_variables = read_objective("abs(a) + b", ("a", "b")).to_objective(None)
    _, of_data = read_objective("mean(abs(u)*a^2) + b", ("a", "b"), data=table).to_objective(None)

    assert of_variables.has_kinks
    assert not of_data.has_kinks


def test_a_parsed_expression_meets_its_data_as_columns() -> None:
    import sympy

    a, b, u, v = sympy.symbols("a b u v")
    shaped = sc.parse("mean((a*u + b - v)^2)", shapes={"u": "rows", "v": "rows"})
    expected = sc.minimize("mean((a*u + b - v)^2)", "a=0, b=0", data=DATA).x

    assert sc.minimize(shaped, "a=0, b=0", data=DATA).x == pytest.approx(expected)
    with pytest.raises(ArgumentError, match="Write mean"):
        sc.minimize((a * u + b - v) ** 2, "a=0, b=0", data=DATA)


def test_many_variables_in_a_chain_take_newton_on_a_sparse_hessian() -> None:
    start = {f"x{i}": 1.1 for i in range(150)}
    best = sc.minimize(chain(150), start)

    assert best.converged
    assert best.method == "newton"
    assert "most of them zero" in best.why
    assert best.fun < 1e-12


def test_columns_may_come_from_a_file_and_hold_text_that_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    rows = "\n".join(f"{u!r},{v!r},red" for u, v in zip(U.tolist(), V.tolist(), strict=True))
    path.write_text(f"u,v,color\n{rows}\n")
    best = sc.minimize("mean((a*u + b - v)^2)", "a=0, b=0", data=path)

    assert best.x == sc.minimize("mean((a*u + b - v)^2)", "a=0, b=0", data=DATA).x


def test_a_single_number_among_the_data_is_a_constant() -> None:
    best = sc.minimize("mean((a*u - v)^2) + ridge*a^2", "a=0", data={**DATA, "ridge": 0.5})

    assert best.x["a"] == pytest.approx(np.mean(U * V) / (np.mean(U * U) + 0.5))


def test_bounds_by_name_are_kept() -> None:
    best = sc.minimize(ROSENBROCK, "x=-1.2, y=1", bounds={"x": (None, 0.5)})

    assert best.converged
    assert best.x == pytest.approx({"x": 0.5, "y": 0.25}, abs=1e-6)


def test_variables_that_the_objective_lacks_stay_where_they_are() -> None:
    best = sc.minimize("(x - 1)^2", {"x": 0.0, "z": 3.0})

    assert best.x == pytest.approx({"x": 1.0, "z": 3.0})


def test_a_time_limit_comes_with_the_limits() -> None:
    best = sc.minimize(
        ROSENBROCK, "x=-1.2, y=1", method="gd", rate=1e-5, max_steps=10**6,
        limits=sc.Limits(seconds=0.05),
    )  # fmt: skip

    assert best.outcome is Outcome.TIME_LIMIT


def test_throw_raises_with_the_result() -> None:
    with pytest.raises(OutcomeError) as caught:
        sc.minimize(ROSENBROCK, "x=-1.2, y=1", method="gd", rate=1.0, throw=True)

    assert caught.value.result.outcome is Outcome.DIVERGED  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "start", "more", "error", "message"),
    [
        ("x + z", "x=1", {}, ArgumentError, "`z` in the objective has neither"),
        ("(a*u - v)^2", "a=1", {"data": DATA}, ArgumentError, "Write mean"),
        ("mean(a*u)", "a=1, u=2", {"data": DATA}, ArgumentError, "rename one"),
        ("x^2", {}, {}, ArgumentError, "each variable"),
        ("x^2", {"x": "one"}, {}, ArgumentError, "not a number"),
        ("x^2", {"x": [1.0, 2.0]}, {}, ArgumentError, "is an array"),
        ("x^2", {"x": float("nan")}, {}, ArgumentError, "not finite"),
        ("x^2", "x=1", {"method": "nwton"}, ArgumentError, "Did you mean 'newton'"),
        ("x^2", "x=1", {"method": "gd", "rat": 1.0}, ArgumentError, "Did you mean `rate`"),
        ("exp(x)", "x=1", {"method": "lm"}, ArgumentError, "sum of squares"),
        ("x^2", "x=1", {"constraints": ["x > 0"]}, ArgumentError, "not supported"),
        ("x^2", "x=1", {"bounds": {"y": (0, 1)}}, ArgumentError, "no start"),
        ("x^2", "x=1", {"bounds": 3}, ArgumentError, "is a dict"),
        ("sum(x^2)", "x=1", {"shapes": {"x": "n"}}, ArgumentError, "single numbers"),
        ("mean(a*w)", "a=1", {"data": {"w": ["q"]}}, DataError, "'q' in row 1"),
        ("x^", "x=1", {}, ParseError, "\\^"),
        (object(), "x=1", {}, ArgumentError, "A formula is"),
    ],
)
def test_bad_arguments_are_refused(
    text: Any, start: Any, more: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        sc.minimize(text, start, **more)
