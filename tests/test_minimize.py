"""The verb `minimize`: names, data, squares, facts, and errors at its door."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symcalc as sc
from symcalc.calculus.objective import read_objective
from symcalc.errors import ArgumentError, DataError, OutcomeError, ParseError
from symcalc.outcome import Outcome
from symcalc.present import describe

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
        "(a - 1)^2 + 10*(sum(u*a) - 2)^2 + b^2",
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
    assert not of_variables.has_jumps
    assert of_data.is_smooth


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
    path.write_text(f"u,v,Dist (km)\n{rows}\n")
    best = sc.minimize("mean((a*u + b - v)^2)", "a=0, b=0", data=path)

    assert best.x == sc.minimize("mean((a*u + b - v)^2)", "a=0, b=0", data=DATA).x


@pytest.mark.parametrize("name", ["u [m]", "class", "2nd", "", "where", "if", "mean", "sum", "exp"])
def test_columns_whose_names_are_no_names_of_the_language_do_not_disturb(name: str) -> None:
    data = {"u": U, name: V, "v": V}
    best = sc.minimize("mean((a*u + b - v)^2) + exp(0)", "a=0, b=0", data=data)
    over_arrays = sc.minimize("mean((U@w - v)**2)", "w=zeros", data={"U": U[:, None], **data})

    plain = sc.minimize("mean((a*u + b - v)^2) + exp(0)", "a=0, b=0", data=DATA)
    fitted = sc.fit("a*u*exp(0*u) + b", data, target="v", start="a=0, b=0")
    assert best.x == plain.x
    assert over_arrays.converged
    assert fitted.parameters == pytest.approx(best.x)


def test_a_column_called_like_a_function_is_a_column_where_it_is_not_called() -> None:
    data = {"mean": U, "x₂": V}
    found = sc.minimize("sum((a*mean + b - x₂)^2)", "a=0, b=0", data=data)

    assert found.x == pytest.approx(sc.minimize("sum((a*u + b - v)^2)", "a=0, b=0", data=DATA).x)
    with pytest.raises(sc.ParseError, match="`mean` is a variable, not a function"):
        sc.minimize("mean((a*mean + b - x2)^2)", "a=0, b=0", data=data)
    with pytest.raises(sc.ArgumentError, match=r"No column of the data \(mean, x2\) stands in"):
        sc.minimize("sum((a*u + b)^2)", "a=0, b=0", data=data)


def test_data_with_nothing_in_them_are_named() -> None:
    data = {"X": np.ones((0, 2)), "y": np.ones(0)}
    best = sc.minimize("mean((X@w - y)**2)", "w=zeros", data=data)

    assert "`X` has the shape (0, 2): there is nothing in it." in best.diagnosis


def test_sizes_that_no_start_fits_are_told_where_they_clash() -> None:
    data = {"X": np.ones((4, 3)), "y": np.ones(5)}
    with pytest.raises(sc.ArgumentError, match=r"No vector `w` fits(.|\n)*`X@w` has shape \(m,\)"):
        sc.minimize("mean((X@w - y)**2)", "w=zeros", data=data)


def test_a_single_number_among_the_data_is_a_constant() -> None:
    best = sc.minimize("mean((a*u - v)^2) + ridge*a^2", "a=0", data={**DATA, "ridge": 0.5})

    assert best.x["a"] == pytest.approx(np.mean(U * V) / (np.mean(U * U) + 0.5))


def test_bounds_by_name_are_kept() -> None:
    best = sc.minimize(ROSENBROCK, "x=-1.2, y=1", bounds={"x": (None, 0.5)})

    assert best.converged
    assert best.x == pytest.approx({"x": 0.5, "y": 0.25}, abs=1e-6)


def test_a_start_for_a_constant_of_the_objective_is_refused() -> None:
    with pytest.raises(ArgumentError, match="`e` has a start, but .* is the constant e in this"):
        sc.minimize(sc.parse("x^2 + e"), {"x": 1.0, "e": 2.0})
    with pytest.raises(ArgumentError, match="does not depend on it"):
        sc.minimize("3 - 1", {"x": 1.0})


def test_a_variable_that_the_objective_lacks_stays_where_it_is_and_is_named() -> None:
    best = sc.minimize("(x - 1)^4 + exp(x)", {"x": 1.0, "z": 2.0})

    assert best.converged
    assert best.x["z"] == 2.0
    assert "The objective does not depend on `z`." in best.diagnosis
    assert any("Flat" in said and "z" in said for said in best.diagnosis)


# -- quadratics -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "start", "said"),
    [
        ("x^2 + 2*y^2 - x*y + 3*x", "x=1, y=2", "The only minimum: the objective is quadratic"),
        ("(x - y)^2", "x=3, y=1", "does not change along 0.71*x + 0.71*y"),
        ("1e20*(x - 1)^2 + 1e-20*(y - 1e9)^2", "x=0, y=0", "The only minimum"),
    ],
)
def test_a_quadratic_is_solved_in_one_step(text: str, start: str, said: str) -> None:
    best = sc.minimize(text, start)

    assert best.method == "linear_solve"
    assert best.n_steps == 1
    assert best.converged
    assert any(said in sentence for sentence in best.diagnosis)


@pytest.mark.parametrize(
    ("text", "along"),
    [("x^2 - y^2", "y"), ("(x - y)^2 + x", "0.71*x + 0.71*y"), ("x - 2*y", "0.89*y - 0.45*x")],
)
def test_a_quadratic_without_a_minimum_is_told_with_the_direction(text: str, along: str) -> None:
    best = sc.minimize(text, "x=1, y=1")

    assert best.outcome is Outcome.UNBOUNDED
    assert f"falls without limit along {along};" in best.diagnosis[0]


def test_least_squares_over_a_matrix_is_one_linear_solve() -> None:
    rng = np.random.default_rng(3)
    matrix, target = rng.normal(size=(300, 150)), rng.normal(size=300)
    best = sc.minimize("sum((X@w - y)^2)", "w=zeros", data={"X": matrix, "y": target})

    assert best.method == "linear_solve"
    assert best.x["w"] == pytest.approx(np.linalg.lstsq(matrix, target, rcond=None)[0], rel=1e-8)


# -- jumps, kinks, plateaus, maxima ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "start", "least"),
    [
        ("floor(x)^2", "x=3.5", 0.0),
        ("floor(x/100)^2", "x=0.5e4", 0.0),
        (" + ".join(f"ceil({n})^2" for n in "abcdk"), "a=3.5, b=2.5, c=-4.4, d=1.5, k=7.7", 0.0),
        ("heaviside(x - 1) + 0.1*heaviside(1 - x)", "x=3", 0.1),
        ("100*(y - x^2)^2 + (1 - x)^2 + 0.1*floor(3*x)", "x=-1.2, y=1", 0.2),
        ("piecewise((9, x > 2), (4, x > 1), (0, True))", "x=3.5", 0.0),
        ("1 - sign(x - 40)", "x=0", 0.0),
    ],
)
def test_an_objective_that_jumps_is_minimized_by_its_values(
    text: str, start: str, least: float
) -> None:
    best = sc.minimize(text, start)

    assert best.fun == pytest.approx(least, abs=1e-12)
    assert best.method == "pattern_search"
    assert "jumps" in best.why
    assert best.outcome is Outcome.CONVERGED_STEP
    assert "a gradient is no evidence" in best.diagnosis[0]


@pytest.mark.parametrize("method", ["newton", "L-BFGS-B", "BFGS", "gd", "lm", "Nelder-Mead"])
def test_a_plateau_is_never_called_a_minimum(method: str) -> None:
    best = sc.minimize("floor(x)^2", "x=3.5", method=method)

    assert best.outcome is Outcome.SADDLE
    assert "flat around this point, and falls to 4 at x = 2.375" in best.diagnosis[-1]


def test_no_gradient_makes_a_jumping_objective_converge() -> None:
    best = sc.minimize("(x - 1.5)^2 + floor(x)", "x=1.2", method="BFGS")

    assert best.x["x"] == pytest.approx(1.5)
    assert best.outcome is Outcome.CONVERGED_STEP


def test_a_limit_reached_on_a_plateau_is_still_a_limit() -> None:
    assert sc.minimize("floor(x)^2", "x=350", max_steps=1).outcome is Outcome.MAX_STEPS


def test_jumps_keep_to_bounds_and_may_fall_without_limit() -> None:
    assert sc.minimize("floor(x)^2", "x=3.5", bounds={"x": (1.2, 10)}).fun == 1.0
    assert sc.minimize("floor(x)", "x=3.5").outcome is Outcome.UNBOUNDED


@pytest.mark.parametrize(
    ("text", "start"),
    [("-relu(x)", "x=-1"), ("piecewise((9, x > 2), (x^2, True))", "x=3.5")],
)
def test_a_plateau_beside_a_kink_or_a_branch_is_no_minimum(text: str, start: str) -> None:
    best = sc.minimize(text, start)

    assert best.outcome is Outcome.SADDLE
    assert any("start there" in sentence for sentence in best.diagnosis)


def test_a_gradient_that_a_policy_sets_to_zero_does_not_end_a_run() -> None:
    assert sc.minimize("-abs(x)", "x=0").outcome is Outcome.UNBOUNDED
    assert sc.minimize("-abs(x)", "x=0", method="BFGS").outcome is Outcome.UNBOUNDED
    assert sc.minimize("abs(x)", "x=0").converged


@pytest.mark.parametrize("seed", range(5))
def test_least_absolute_deviations_are_not_taken_for_a_slope(seed: int) -> None:
    rng = np.random.default_rng(seed)
    u = rng.normal(size=21)
    data = {"u": u, "v": 2.0 * u + rng.normal(size=21)}

    assert sc.minimize("mean(abs(a*u + b - v))", "a=0, b=0", data=data).converged


@pytest.mark.parametrize(
    ("text", "start", "kind"),
    [
        ("sin(x)", "x=1.5707963267948966", "A maximum, not a minimum"),
        ("sin(x) - sin(y)", "x=1.5707963267948966, y=1.5707963267948966", "A saddle, not"),
    ],
)
@pytest.mark.parametrize("method", ["newton", "gd", "BFGS"])
def test_a_start_that_is_stationary_to_rounding_is_told_apart(
    text: str, start: str, kind: str, method: str
) -> None:
    best = sc.minimize(text, start, method=method)

    assert best.outcome is Outcome.SADDLE
    assert kind in best.diagnosis[-1]


def test_a_trust_region_leaves_a_start_that_is_stationary_to_rounding() -> None:
    best = sc.minimize("sin(x) - sin(y)", "x=1.5707963267948966, y=1.5707963267948966")

    assert best.method == "trust_region"
    assert best.converged
    assert best.fun == pytest.approx(-2.0, abs=1e-14)


def test_a_start_at_a_minimum_to_rounding_is_good() -> None:
    best = sc.minimize("cos(x)", "x=3.141592653589793")

    assert best.converged
    assert "A strict local minimum" in best.diagnosis[-1]


# -- limits, data, words --------------------------------------------------------------------------


def test_a_time_limit_comes_with_the_limits() -> None:
    best = sc.minimize(
        ROSENBROCK, "x=-1.2, y=1", method="gd", rate=1e-5, max_steps=10**6,
        limits=sc.Limits(seconds=0.05),
    )  # fmt: skip

    assert best.outcome is Outcome.TIME_LIMIT


def test_a_limit_on_memory_gives_the_same_minimum_from_another_process() -> None:
    text, data = "mean((a*u + b - v)^2) + ridge*a^2", {**DATA, "ridge": 0.5}
    limits = sc.Limits(memory_mb=2000, seconds=60)
    best = sc.minimize(text, "a=0, b=0", data=data, limits=limits)

    assert best.x == sc.minimize(text, "a=0, b=0", data=data).x
    with pytest.raises(ArgumentError, match="cannot call your `callback`"):
        sc.minimize("x^2", "x=1", limits=limits, callback=print)
    with pytest.raises(OutcomeError) as caught:
        sc.minimize(ROSENBROCK, "x=-1.2, y=1", method="gd", rate=1.0, throw=True, limits=limits)
    assert caught.value.result.outcome is Outcome.DIVERGED  # type: ignore[attr-defined]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is limited on Linux only")
def test_a_limit_on_memory_is_kept() -> None:
    start = {f"x{i}": 1.0 for i in range(3000)}
    text = " + ".join(f"sin({name})^2" for name in start)
    with pytest.raises(sc.LimitError, match="memory"):
        sc.minimize(text, start, limits=sc.Limits(memory_mb=1))


def test_one_step_is_not_called_steps() -> None:
    best = sc.minimize("x^2", "x=1", method="newton")
    reports = (repr(best), "\n".join(str(block) for block in describe(best)))

    assert best.n_steps == 1
    for report in reports:
        assert "1 step, " in report
        assert not re.search(
            r"\b1 (steps|evaluations|gradients|Hessians|squares|variables)", report
        )
    assert "a sum of 1 square in 1 variable" in sc.minimize("sin(x)^2", "x=1").why


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
        ("x^2", {"x": [1.0, 2.0]}, {}, ArgumentError, "must be one number"),
        ("x^2", {"x": float("nan")}, {}, ArgumentError, "not finite"),
        ("x^2", "x=1", {"method": "nwton"}, ArgumentError, "Did you mean 'newton'"),
        ("x^2", "x=1", {"method": "gd", "rat": 1.0}, ArgumentError, "Did you mean `rate`"),
        ("exp(x)", "x=1", {"method": "lm"}, ArgumentError, "sum of squares"),
        (sc.parse("x^2"), "x=1", {"limits": 5}, ArgumentError, "must be a Limits"),
        ("x^2", "x=1", {"constraints": ["x > y"]}, ArgumentError, "neither a start"),
        ("x^2", "x=1", {"constraints": ["x + 1"]}, ParseError, "not a constraint"),
        ("x^2", "x=1", {"constraints": ["2 <= 1"]}, ArgumentError, "No point satisfies `2 <= 1`"),
        ("x^2", "x=1", {"constraints": ["x <= 1", "x >= 2"]}, ArgumentError, "satisfies both"),
        ("x^2", "x=1", {"constraints": {"x": 1}}, ArgumentError, "are strings"),
        ("x^2", "x=1", {"constraints": [3]}, ArgumentError, "A constraint is a string"),
        ("x^2", "x=1", {"constraints": ["x >= 0"], "method": "BFGS"}, ArgumentError, "SLSQP"),
        ("x^2", "x=1", {"bounds": {"y": (0, 1)}}, ArgumentError, "no start"),
        ("x^2", "x=1", {"bounds": 3}, ArgumentError, "is a dict"),
        ("sum(x^2)", "x=1", {"shapes": {"x": "n"}}, ArgumentError, "`x` has shape"),
        (
            "x^2",
            "x=1",
            {"rate": 1},
            ArgumentError,
            "'linear_solve' .* has no option `rate`. It belongs to 'gradient_descent'",
        ),
        ("x^2", "x=1", {"rat": 1}, ArgumentError, "Did you mean `rate`"),
        ("x^2", "x=1", {"zzzz": 1}, ArgumentError, "No method has it"),
        ("x^2", "x=1", {"method": "lm", "x_scale": -1.0}, ArgumentError, "refused"),
        ("(x + y)^2", "x=1, y=2", {"method": "lm"}, ArgumentError, "as many residuals"),
        ("floor(x)", "x=1", {"first_step": 0}, ArgumentError, "`first_step` is 0"),
        ("x^2", {"x": 10**5000}, {}, ArgumentError, "beyond double precision"),
        ("x^2", "x=1", {"tolerance": 10**5000}, ArgumentError, "`tolerance` is a number too long"),
        ("x^2", "x=1", {"bounds": {"x": (0, 10**400)}}, ArgumentError, "bounds of x"),
        ("mean(a*w)", "a=1", {"data": {"w": ["q"]}}, DataError, "'q' in row 1"),
        (
            "mean(a*w)",
            "a=1",
            {"data": {"w": np.ma.array([1.0, 2.0, 3.0], mask=[1, 0, 1])}},
            DataError,
            "`w` is masked in 2 of 3 rows",
        ),
        ("x^", "x=1", {}, ParseError, "\\^"),
        (object(), "x=1", {}, ArgumentError, "A formula is"),
    ],
)
def test_bad_arguments_are_refused(
    text: Any, start: Any, more: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        sc.minimize(text, start, **more)
