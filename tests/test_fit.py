"""Least squares: NIST's certified values, weights, bounds, rank, and checks at the door."""

from __future__ import annotations

import json
import math
import pickle
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import symcalc as sc
from symcalc.errors import ArgumentError, DataError, OutcomeError, ParseError
from symcalc.optimize import Fit, fit_residuals
from symcalc.outcome import Outcome

NIST = json.loads((Path(__file__).parent / "data" / "nist.json").read_text())["items"]


def digits(found: Any, certified: Any) -> float:
    """Return the number of correct digits of the worst entry."""
    found, certified = np.array(list(found)), np.array(certified)
    return float(-np.log10(np.abs(found / certified - 1.0).max() + 1e-16))


def line(x: Any, y: Any, **more: Any) -> Fit:
    """Fit a straight line by bare callables."""
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    jacobian = -np.column_stack((np.ones(x.size), x))

    def residuals(p: Any) -> Any:
        return y - p[0] - p[1] * x

    start = more.pop("start", [0.0, 0.0])
    return fit_residuals(residuals, lambda p: jacobian, start, ["a", "b"], target=y, **more)


X = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
Y = np.array([2.1, 3.9, 6.2, 7.8, 10.1])


# -- certified values ---------------------------------------------------------------------------


@pytest.mark.parametrize("start", ["start1", "start2"])
@pytest.mark.parametrize("case", NIST, ids=lambda case: str(case["name"]))
def test_the_certified_values_of_nist_are_reached(case: dict[str, Any], start: str) -> None:
    data = {"y": case["y"], "x": case["x"]}
    guess = dict(zip(case["params"], case[start], strict=True))
    found = sc.fit(case["model"], data, target="y", start=guess)

    assert found.converged
    assert digits(found.parameters.values(), case["certified"]) >= 9
    assert digits(found.standard_errors.values(), case["certified_sd"]) >= 9
    assert digits([found.residual_sum_of_squares], [case["certified_rss"]]) >= 9
    assert digits([found.residual_standard_deviation], [case["certified_rsd"]]) >= 9
    assert found.degrees_of_freedom == case["dof"]
    assert found.n_observations == case["n_obs"]


@pytest.mark.parametrize("method", ["lm", "trf"])
def test_a_line_agrees_with_the_formulas_of_linear_regression(method: str) -> None:
    found = line(X, Y, method=method)
    slope = np.cov(X, Y)[0, 1] / np.var(X, ddof=1)
    rest = Y - Y.mean() - slope * (X - X.mean())
    variance = rest @ rest / 3.0

    assert found.parameters["b"] == pytest.approx(slope, rel=1e-13)
    assert found.standard_errors["b"] == pytest.approx(
        math.sqrt(variance / np.sum((X - X.mean()) ** 2)), rel=1e-12
    )
    assert found.r_squared == pytest.approx(np.corrcoef(X, Y)[0, 1] ** 2, rel=1e-12)
    assert found.residuals == pytest.approx(rest, abs=1e-13)
    assert found.correlation[0, 1] == pytest.approx(-X.mean() / math.sqrt(np.mean(X**2)), rel=1e-10)


# -- weights, bounds, rank ----------------------------------------------------------------------


@given(st.lists(st.integers(0, 3), min_size=5, max_size=5).filter(lambda w: sum(map(bool, w)) > 2))
def test_a_whole_weight_is_a_repeated_row(weights: list[int]) -> None:
    weighted = line(X, Y, weights=weights)
    repeated = line(np.repeat(X, weights), np.repeat(Y, weights))

    assert list(weighted.parameters.values()) == pytest.approx(
        list(repeated.parameters.values()), abs=1e-10
    )
    assert weighted.residual_sum_of_squares == pytest.approx(
        repeated.residual_sum_of_squares, abs=1e-12
    )
    assert weighted.n_observations == sum(map(bool, weights))


@given(st.floats(1e-6, 1e6))
def test_only_the_ratios_of_weights_matter_for_parameters_and_errors(factor: float) -> None:
    weights = np.array([1.0, 2.0, 3.0, 2.0, 1.0])
    plain, scaled = line(X, Y, weights=weights), line(X, Y, weights=factor * weights)

    assert scaled.parameters == pytest.approx(plain.parameters, rel=1e-9)
    assert scaled.standard_errors == pytest.approx(plain.standard_errors, rel=1e-9)


def test_residuals_are_target_minus_model_whatever_the_weights() -> None:
    found = line(X, Y, weights=[0.0, 1.0, 4.0, 1.0, 1.0])
    a, b = found.parameters.values()

    assert found.residuals == pytest.approx(Y - a - b * X, abs=1e-13)


def test_a_parameter_at_its_bound_has_no_standard_error_and_is_named() -> None:
    found = line(X, Y, start=[1.0, 1.0], bounds=[(0.5, 3.0), None])

    assert found.converged
    assert found.parameters["a"] == pytest.approx(0.5, abs=1e-6)
    assert found.method.startswith("trf")
    free = np.linalg.lstsq(X[:, None], Y - 0.5, rcond=None)[0][0]
    assert found.parameters["b"] == pytest.approx(free, rel=1e-6)
    assert math.isnan(found.standard_errors["a"])
    assert "At a bound" in found.notes[0]


def test_parameters_that_the_data_do_not_determine_are_named() -> None:
    x, y = X, Y
    jacobian = -np.column_stack((x, x, np.ones(5)))
    found = fit_residuals(
        lambda p: y - (p[0] + p[1]) * x - p[2], lambda p: jacobian, [1.0, 0.0, 0.0],
        ["a", "b", "c"], target=y,
    )  # fmt: skip

    assert found.standard_errors["a"] == math.inf
    assert found.standard_errors["b"] == math.inf
    assert found.standard_errors["c"] == pytest.approx(line(x, y).standard_errors["a"], rel=1e-9)
    assert "do not determine a, b" in found.notes[0]


def test_an_exact_fit_says_that_the_residuals_vanish() -> None:
    found = line(X, 2.0 + 3.0 * X)

    assert found.outcome is Outcome.CONVERGED_RESIDUAL
    assert found.r_squared == pytest.approx(1.0)


def test_as_many_rows_as_parameters_give_no_standard_errors() -> None:
    found = line(X[:2], Y[:2])

    assert found.degrees_of_freedom == 0
    assert math.isnan(found.standard_errors["a"])
    assert "no standard errors" in found.notes[-1]


def test_a_plateau_is_left_by_the_second_method_and_the_result_says_so() -> None:
    case = next(case for case in NIST if case["name"] == "BoxBOD")
    found = sc.fit(case["model"], {"x": case["x"], "y": case["y"]}, target="y", start="b1=1, b2=1")

    assert found.method == "lm, then trf"


def test_a_model_without_a_value_at_the_start_is_an_outcome() -> None:
    found = sc.fit("a*log(b*x)", {"x": [1, 2, 3], "y": [1, 2, 3]}, target="y", start="a=1, b=-1")

    assert found.outcome is Outcome.NOT_FINITE
    assert not found.converged
    with pytest.raises(OutcomeError):
        sc.fit(
            "a*log(b*x)", {"x": [1, 2, 3], "y": [1, 2, 3]},
            target="y", start="a=1, b=-1", throw=True,
        )  # fmt: skip


def test_budgets_return_the_best_parameters() -> None:
    case = next(case for case in NIST if case["name"] == "MGH09")
    data = {"x": case["x"], "y": case["y"]}
    guess = dict(zip(case["params"], case["start1"], strict=True))
    found = sc.fit(case["model"], data, target="y", start=guess, limits=sc.Limits(seconds=1e-4))

    assert found.outcome is Outcome.TIME_LIMIT
    assert math.isfinite(found.residual_sum_of_squares)


@pytest.mark.parametrize("budget", [2, 4, 5, 6])
def test_the_second_method_keeps_to_the_limits_of_the_first(budget: int) -> None:
    def residuals(p: Any) -> Any:
        return Y - np.exp(-np.exp(p[0]) * X)

    def jacobian(p: Any) -> Any:
        return (np.exp(p[0]) * X * np.exp(-np.exp(p[0]) * X))[:, None]

    found = fit_residuals(residuals, jacobian, [4.0], ["a"], target=Y, max_evaluations=budget)

    assert found.outcome is Outcome.MAX_EVALUATIONS
    assert found.n_evaluations <= budget + 2


# -- extreme sizes, plateaus, jumps -------------------------------------------------------------


@pytest.mark.parametrize("size_of_x", [1e-200, 1.0, 1e200])
@pytest.mark.parametrize("size_of_y", [1e-200, 1.0, 1e200])
def test_columns_of_extreme_size_are_fitted_as_any_other(
    size_of_x: float, size_of_y: float
) -> None:
    if size_of_y / size_of_x in (0.0, math.inf):
        size_of_y = 1.0
    plain = line(X, Y)
    data = {"x": size_of_x * X, "y": size_of_y * Y}
    found = sc.fit("a + b*x", data, target="y", start="a=0, b=1", limits=sc.Limits(seconds=20))
    units = {"a": size_of_y, "b": size_of_y / size_of_x}

    assert found.converged
    assert found.n_evaluations < 200
    assert found.r_squared == pytest.approx(plain.r_squared, rel=1e-9)
    for name, unit in units.items():
        assert found.parameters[name] / unit == pytest.approx(plain.parameters[name], rel=1e-9)
        error = found.standard_errors[name] / unit
        assert error == pytest.approx(plain.standard_errors[name], rel=1e-9)
    assert found.residual_standard_deviation / size_of_y == pytest.approx(
        plain.residual_standard_deviation, rel=1e-9
    )
    assert found.residuals / size_of_y == pytest.approx(plain.residuals, abs=1e-9)


def test_squares_that_overflow_at_the_start_are_said_at_once_or_mastered() -> None:
    data = {"x": [1e200, 2e200], "y": [1.0, 2.0]}
    free = sc.fit("a*x", data, target="y", start="a=1")
    bound = sc.fit("a*x", data, target="y", start="a=1", bounds={"a": (0, None)})
    near = sc.fit("a*x", data, target="y", start="a=1e-199", bounds={"a": (0, None)})

    assert free.parameters["a"] == pytest.approx(1e-200)
    assert free.n_evaluations < 100
    assert bound.outcome is Outcome.NOT_FINITE
    assert bound.n_evaluations == 1
    assert "divide the columns of data by their size" in bound.notes[0]
    assert near.parameters["a"] == pytest.approx(1e-200)


def test_a_jacobian_of_zeros_is_not_converged() -> None:
    data = {"x": [1.0, 2.0, 3.0], "y": [0.5, 0.3, 0.1]}
    saturated = sc.fit("exp(-exp(a)*x)", data, target="y", start="a=100")
    hopeless = sc.fit("exp(-exp(a)*x) - 1", data, target="y", start="a=100")
    dead = sc.fit("a*z", {**data, "z": [0.0] * 3}, target="y", start="a=1")

    assert saturated.outcome is Outcome.SADDLE
    assert "falls to 0.122" in saturated.notes[0]
    assert "at a = -1; start there" in saturated.notes[0]
    assert not hopeless.converged
    assert not dead.converged
    assert "Start elsewhere" in dead.notes[0]
    with pytest.raises(OutcomeError, match="start there"):
        sc.fit("exp(-exp(a)*x)", data, target="y", start="a=100", throw=True)


def test_a_parameter_that_acts_only_further_out_is_not_converged() -> None:
    data = {"x": [1.0, 2.0, 3.0, 4.0], "y": [0.5, 0.3, 0.1, 0.05]}
    found = sc.fit("a*exp(-exp(b)*x) + c", data, target="y", start="a=1, b=100, c=0")

    assert not found.converged
    assert "does not change with b around this point" in found.notes[0]


def test_a_column_of_zeros_leaves_its_parameter_open_and_the_others_converged() -> None:
    data = {"x": X, "z": np.zeros(5), "y": Y}
    found = sc.fit("a + b*x + c*z", data, target="y", start="a=0, b=1, c=1")

    assert found.converged
    assert "do not determine c" in found.notes[0]


def test_a_model_that_jumps_in_its_parameters_is_judged_by_its_residuals() -> None:
    data = {"x": X, "y": [2.0, 6.0, 8.0, 12.0, 14.0]}
    stuck = sc.fit("a*floor(b*x)", data, target="y", start="a=1, b=0.1")
    found = sc.fit("a*floor(b*x)", data, target="y", start="a=1, b=1.1")
    sloped = sc.fit("a*x + floor(a)", {"x": X, "y": 2.5 * X + Y / 5}, target="y", start="a=2.2")
    of_data = sc.fit("a*floor(x) + b", DATA, target="y", start="a=0, b=0")

    assert stuck.outcome is Outcome.SADDLE
    assert found.outcome is sloped.outcome is Outcome.CONVERGED_STEP
    assert "The model jumps" in found.notes[0]
    assert of_data.outcome is Outcome.CONVERGED_GRADIENT


def test_a_model_worse_than_the_mean_is_named() -> None:
    worse = sc.fit("a*x", {"x": X, "y": 100.0 - X}, target="y", start="a=1")
    mean = sc.fit("c", {"y": Y}, target="y", start="c=0")

    assert worse.r_squared < 0.0
    assert "the mean of the target fits better" in worse.notes[-1]
    assert not mean.notes


def test_one_degree_of_freedom_is_not_called_degrees() -> None:
    found = sc.fit("a + b*x", {"x": X[:3], "y": Y[:3]}, target="y", start="a=0, b=1")

    assert ", 1 degree of freedom\n" in repr(found)


def test_a_limit_on_memory_gives_the_same_fit_from_another_process(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("x,y,w,shift\n1,2,1,0\n3,4,1,0\n5,6,2,1\n7,9,1,0\n")
    arguments: dict[str, Any] = {"target": "log(y)", "start": "a=1, b=1", "weights": "w"}
    plain = sc.fit("a*x + b + shift", path, **arguments)
    limits = sc.Limits(memory_mb=2000, seconds=60)
    found = sc.fit("a*x + b + shift", path, **arguments, limits=limits)

    assert found.parameters == plain.parameters
    assert found.standard_errors == plain.standard_errors
    assert found.predict(path) == pytest.approx(plain.predict(path))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is limited on Linux only")
def test_a_limit_on_memory_is_kept() -> None:
    x = np.arange(2e6)
    with pytest.raises(sc.LimitError, match="memory"):
        sc.fit("a*x", {"x": x, "y": x}, target="y", start="a=2", limits=sc.Limits(memory_mb=10))


# -- the verb -----------------------------------------------------------------------------------

DATA = {"x": X, "y": Y}


def test_every_form_of_data_gives_the_same_fit(tmp_path: Path) -> None:
    expected = sc.fit("a + b*x", DATA, target="y", start="a=0, b=1").parameters
    comma, semicolon = tmp_path / "a.csv", tmp_path / "b.csv"
    rows = [f"{x!r},{y!r}" for x, y in zip(X.tolist(), Y.tolist(), strict=True)]
    comma.write_text("# measured\nx,y\n" + "\n".join(rows) + "\n\n", encoding="utf-8-sig")
    semicolon.write_text("x;y;note\n" + "".join(row.replace(",", ";") + ";ok\n" for row in rows))
    np.savez(tmp_path / "c.npz", x=X, y=Y)

    class Frame:
        columns = ("x", "y")

        def __getitem__(self, name: str) -> Any:
            return DATA[name]

    structured = np.array(list(zip(X, Y, strict=True)), dtype=[("x", float), ("y", float)])
    for data in (comma, str(semicolon), tmp_path / "c.npz", Frame(), structured):
        found = sc.fit("a + b*x", data, target="y", start={"a": 0, "b": 1})
        assert found.parameters == expected


def test_the_target_may_be_a_formula_of_columns() -> None:
    found = sc.fit("a + b*x", {"x": X, "y": np.exp(Y)}, target="log(y)", start="a=0, b=1")

    assert found.parameters == pytest.approx(line(X, Y).parameters, rel=1e-10)


def test_weights_may_be_a_column() -> None:
    w = [1.0, 2.0, 1.0, 2.0, 1.0]
    found = sc.fit("a + b*x", {**DATA, "w": w}, target="y", start="a=0, b=1", weights="w")

    assert found.parameters == pytest.approx(line(X, Y, weights=w).parameters, rel=1e-12)


def test_the_fit_predicts_pickles_and_is_ready_for_json() -> None:
    found = sc.fit("a + b*x", DATA, target="y", start="a=0, b=1")
    a, b = found.parameters.values()
    copy = pickle.loads(pickle.dumps(found))

    assert found.predict({"x": [10.0, 20.0]}) == pytest.approx([a + 10.0 * b, a + 20.0 * b])
    assert copy.predict({"x": [10.0]}) == pytest.approx([a + 10.0 * b])
    assert found.predict(DATA) == pytest.approx(Y - found.residuals)
    told = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert told["parameters"] == found.parameters
    assert told["outcome"] == "converged_gradient"
    assert "standard error" in repr(found)
    assert "<table>" in found._repr_html_()
    with pytest.raises(ValueError, match="no model to predict"):
        line(X, Y).predict(DATA)


def test_a_model_without_columns_is_a_constant_for_every_row() -> None:
    found = sc.fit("c", {"y": Y}, target="y", start="c=0")

    assert found.parameters["c"] == pytest.approx(Y.mean())
    assert found.predict({"z": [1.0, 2.0]}) == pytest.approx([Y.mean()] * 2)


def test_names_of_columns_win_over_constants_and_functions() -> None:
    found = sc.fit("a + b*e", {"e": X, "pi": Y}, target="pi", start="a=0, b=1")

    assert found.parameters == pytest.approx(line(X, Y).parameters, rel=1e-12)


@pytest.mark.parametrize(
    ("model", "changes", "error", "message"),
    [
        ("a + b*x + c", {}, ArgumentError, "`c` in the model is neither"),
        ("a + b*x", {"start": "a=0, b=1, c=2"}, ArgumentError, "`c` has a start, but the formula"),
        (sc.parse("a + b*x + e"), {"start": "a=0, b=1, e=2"}, ArgumentError, "is the constant e"),
        ("a + b*x", {"start": "a=0, x=1"}, ArgumentError, "column of the data"),
        ("a + b*x", {"start": {}}, ArgumentError, "each parameter"),
        ("a + b*x", {"start": {"a": [1, 2], "b": 1}}, ParseError, "`a` has shape"),
        ("a + b*x", {"target": "z"}, DataError, "no column `z`"),
        ("a + b*y", {}, ArgumentError, "contains its target"),
        ("a + b*mean(x)", {}, ParseError, "one value per row"),
        (sc.parse("a + b*mean(x)", shapes={"x": "rows"}), {}, ArgumentError, "one value a row"),
        ("a + b*x", {"method": "lmm"}, ArgumentError, "Did you mean 'lm'"),
        ("a + b*x", {"method": "lm", "bounds": {"a": (0, 9)}}, ArgumentError, "bounds"),
        ("a + b*x", {"bounds": {"c": (0, 9)}}, ArgumentError, "no start"),
        ("a + b*x", {"bounds": {"a": (1, 9)}}, ArgumentError, "outside its bounds"),
        ("a + b*x", {"weights": [1, 2]}, DataError, "shape"),
        ("a + b*x", {"weights": [1, 1, 1, 1, -1]}, DataError, "row 5"),
        (sc.parse("a + b*x"), {"limits": 5}, ArgumentError, "must be a Limits"),
        ("a + b*x", {"weights": "w"}, DataError, "no column `w`"),
        ("a + b*x", {"weights": [1, 1, 1, 1, 10**400]}, DataError, "not numbers"),
        ("a + b*x", {"weights": np.ma.array(X, mask=X > 4)}, DataError, "masked in 1 of 5 rows"),
        ("a + bx*", {}, ParseError, "\\^"),
    ],
)
def test_bad_arguments_are_refused(
    model: Any, changes: dict[str, Any], error: type[Exception], message: str
) -> None:
    arguments = {"target": "y", "start": "a=0, b=1", **changes}
    with pytest.raises(error, match=message):
        sc.fit(model, DATA, **arguments)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("x,y\n1,2\n3\n", "Line 3 of .* has 1 cell; the header has 2"),
        ("1,2\n3,4\n", "The first row of .* is 1,2; it must name the columns"),
        ("x;y\n1,5;2\n", "'1,5' in line 2, not a number; decimals have a point"),
        ("x,y\n1,2\n3,four\n5,6\n", "'four' in line 3, not a number"),
        ("x,y\n1,2\n\n3,\n5,6\n", "no finite number in line 4"),
        ("x,y\n1,2\n3,inf\n5,6\n", "no finite number in line 3"),
        ("x,x\n1,2\n", "Two columns are called `x`"),
        ("x,y\n1,2\n", "1 observation cannot determine 2 parameters"),
        ("x,y\n1,2\n1_0,4\n5,6\n", "'1_0' in line 3, not a number"),
        ("x,y\n1,2\n3,٤\n5,6\n", "'٤' in line 3, not a number"),
        ("x,y\n1,2\n3,1e400\n5,6\n", "no finite number in line 3"),
        ("x,y\n", "no rows"),
        ("x,z\n1,2\n", "no column `y`"),
    ],
)
def test_a_bad_csv_file_is_refused_with_the_place(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "data.csv"
    path.write_text(text)
    with pytest.raises(DataError, match=message):
        sc.fit("a + b*x", path, target="y", start="a=0, b=1")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"x": X, "y": Y[:3]}, "differ in length"),
        ({"x": [1, math.nan, 3], "y": [1, 2, 3]}, "no finite number in row 2"),
        ({"x": ["a", "b"], "y": [1, 2]}, "'a' in row 1"),
        ({"x": X + 1j, "y": Y}, "complex"),
        ({"x": [1, 10**400], "y": [1, 2]}, "a number in row 2, beyond double precision"),
        ({"x": [10**5000, 1], "y": [1, 2]}, "a number in row 1, beyond double precision"),
        ({"x": ["1", "1_0"], "y": [1, 2]}, "'1_0' in row 2"),
        ({"x": np.ma.array(X, mask=[0, 1, 0, 1, 0]), "y": Y}, "`x` is masked in 2 of 5 rows"),
        ({"x": X, "y": [1.0, np.ma.masked, 3.0, 4.0, 5.0]}, "`y` is masked in 1 of 5 rows"),
        ({"x": X.astype("datetime64[s]"), "y": Y}, "datetime|number"),
        (3.0, "give a dict"),
        ("missing.csv", "cannot be read"),
    ],
)
def test_bad_data_are_refused(data: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        sc.fit("a + b*x", data, target="y", start="a=0, b=1")


def test_a_binary_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_bytes(b"\xff\xfe\x00\x01" * 10)
    with pytest.raises(DataError, match=r"no text in UTF-8 .byte 1."):
        sc.fit("a + b*x", path, target="y", start="a=0, b=1")


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"PK\x03\x04 half of a file", "objects", "none"]
)
def test_an_archive_that_cannot_be_read_is_refused(tmp_path: Path, content: bytes | str) -> None:
    path = tmp_path / "data.npz"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        np.savez(path, **({"x": np.array([{}, 1])} if content == "objects" else {}))

    with pytest.raises(DataError, match="holds no arrays" if content == "none" else "damaged"):
        sc.fit("a + b*x", path, target="y", start="a=0, b=1")


def test_an_array_without_a_name_is_refused_with_what_to_do(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", X)
    with pytest.raises(DataError, match="one array without a name; save arrays by name"):
        sc.fit("a + b*x", tmp_path / "x.npy", target="y", start="a=0, b=1")


@pytest.mark.parametrize("n_rows", [40, 60_000])  # of many rows only totals are made
def test_a_row_of_weight_zero_does_not_count_where_the_model_overflows(n_rows):
    t = np.linspace(0, 3, n_rows)
    y = 2 * np.exp(-1.3 * t) + 0.01 * np.sin(50 * t)
    usual = sc.fit("a*exp(-b*t)", {"t": t, "y": y}, target="y", start="a=1, b=1",
                   weights=np.ones(n_rows))  # fmt: skip
    more = {"t": np.r_[t, -5000.0, 1e308], "y": np.r_[y, 0.0, 1.0]}
    found = sc.fit("a*exp(-b*t)", more, target="y", start="a=1, b=1",
                   weights=np.r_[np.ones(n_rows), 0, 0])  # fmt: skip

    assert found.converged
    assert found.parameters == pytest.approx(usual.parameters, rel=1e-9)
    assert found.standard_errors == pytest.approx(usual.standard_errors, rel=1e-6)
