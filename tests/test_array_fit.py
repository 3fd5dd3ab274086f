"""Fitting models over matrices, with parameters of any shape."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import symcalc as sc
from symcalc.cli.main import main

RNG = np.random.default_rng(11)
X = RNG.normal(size=(60, 3))
Y = X @ [1.0, 2.0, 3.0] + 0.5 + 0.1 * RNG.normal(size=60)
DATA = {"X": X, "y": Y}
MODEL, START = "X@w + b", "w=zeros, b=0"


def test_a_linear_model_has_the_estimates_and_errors_of_linear_algebra() -> None:
    found = sc.fit(MODEL, DATA, target="y", start=START)
    whole = np.column_stack([X, np.ones(60)])
    right, squares, *_ = np.linalg.lstsq(whole, Y, rcond=None)
    covariance = squares[0] / 56 * np.linalg.inv(whole.T @ whole)

    assert found.converged
    assert found.parameters["w"] == pytest.approx(right[:3], rel=1e-10)
    assert found.parameters["b"] == pytest.approx(right[3], rel=1e-10)
    assert found.standard_errors["w"] == pytest.approx(np.sqrt(np.diag(covariance)[:3]), rel=1e-9)
    assert found.covariance["w", "w"] == pytest.approx(covariance[:3, :3], rel=1e-9)
    assert found.covariance["b", "w"] == pytest.approx(covariance[3, :3], rel=1e-9)
    assert found.residuals == pytest.approx(Y - whole @ right, abs=1e-10)


def test_a_fit_predicts_at_data_of_another_size() -> None:
    found = sc.fit(MODEL, DATA, target="y", start=START)
    new = RNG.normal(size=(7, 3))

    assert found.predict({"X": new}) == pytest.approx(
        new @ found.parameters["w"] + found.parameters["b"]
    )


def test_a_network_with_matrices_of_parameters_is_fitted() -> None:
    W, v = RNG.normal(size=(3, 2)), RNG.normal(size=2)
    y = np.tanh(X @ W) @ v
    found = sc.fit("tanh(X@W)@v", {"X": X, "y": y}, target="y", start={"W": W + 0.2, "v": v - 0.1})

    assert found.converged
    assert found.parameters["W"] == pytest.approx(W, abs=1e-6)
    assert found.standard_errors["W"].shape == (3, 2)
    assert found.covariance["W", "v"].shape == (3, 2, 2)


def test_sparse_data_are_fitted_as_dense_ones_are() -> None:
    from scipy.sparse import csr_array

    data = np.where(X > 0.5, X, 0.0)
    y = np.tanh(data @ [1.0, 2.0, 3.0]) + 0.01 * RNG.normal(size=60)
    dense = sc.fit("tanh(X@w)", {"X": data, "y": y}, target="y", start={"w": np.ones(3)})
    found = sc.fit("tanh(X@w)", {"X": csr_array(data), "y": y}, target="y", start=dense.start)

    assert found.parameters["w"] == pytest.approx(dense.parameters["w"], rel=1e-12)
    assert found.standard_errors["w"] == pytest.approx(dense.standard_errors["w"], rel=1e-12)
    assert found.predict({"X": csr_array(data[:7])}) == pytest.approx(dense.fitted[:7])


def test_a_matrix_is_fitted_by_a_matrix() -> None:
    target = X @ RNG.normal(size=(3, 2)) + 0.1 * RNG.normal(size=(60, 2))
    found = sc.fit("X@W", {"X": X, "Y": target}, target="Y", start={"W": np.zeros((3, 2))})

    assert found.parameters["W"] == pytest.approx(np.linalg.lstsq(X, target, rcond=None)[0])
    assert found.residuals.shape == (60, 2)
    assert found.predict({"X": X[:4]}).shape == (4, 2)


def test_columns_and_a_vector_of_coefficients_need_no_shapes() -> None:
    columns = {"x": [1, 2, 3, 4, 5], "y": [1, 4, 9, 16.1, 25]}
    found = sc.fit("c[0] + c[1]*x + c[2]*x**2", columns, target="y", start={"c": [0, 0, 0]})

    assert found.parameters["c"] == pytest.approx(np.polyfit(columns["x"], columns["y"], 2)[::-1])


def test_bounds_hold_for_all_numbers_of_an_array_or_for_each() -> None:
    one = sc.fit(MODEL, DATA, target="y", start=START, bounds={"w": (None, 2.5)})
    each = sc.fit(MODEL, DATA, target="y", start=START, bounds={"w": (None, [2.5, 1.5, 9])})

    assert one.parameters["w"][2] == 2.5
    assert each.parameters["w"][1] == 1.5
    assert each.parameters["w"][2] > 2.5


def test_weights_and_a_formula_as_target_count() -> None:
    weights = np.r_[np.ones(59), 0.0]
    data = {"X": X, "y": np.exp(Y), "s": weights}
    found = sc.fit("X@w + b", data, target="log(y)", start=START, weights="s")
    fewer = sc.fit("X@w + b", {"X": X[:59], "y": Y[:59]}, target="y", start=START)

    assert found.parameters["w"] == pytest.approx(fewer.parameters["w"], rel=1e-9)


def test_the_same_fit_is_there_number_by_number() -> None:
    found = sc.fit(MODEL, DATA, target="y", start=START)

    assert list(found.flat.parameters) == ["w[0]", "w[1]", "w[2]", "b"]
    assert "w[1]" in repr(found)
    low, high = found.confidence_intervals()["w"]
    assert (low < found.parameters["w"]).all()
    assert (found.parameters["w"] < high).all()
    plain = json.loads(json.dumps(found.to_dict()))
    assert plain["parameters"]["w"] == found.parameters["w"].tolist()
    assert plain["names"] == ["w[0]", "w[1]", "w[2]", "b"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"target": "z"}, "no `z` for the target"),
        ({"model": "X*w", "start": {"w": [1, 2, 3]}}, r"shape \(m, n\); it must have the shape"),
        ({"start": "w=zeros, b=0, c=1"}, "`c` has a start"),
        ({"model": "X@w + d", "start": "w=zeros"}, "`d` in the model has neither"),
        ({"bounds": {"w": ([0, 0], None)}}, "bounds of `w` have entries of shape"),
        ({"weights": [1, 2]}, "The weights have the shape"),
        ({"model": "y + X@w", "start": "w=zeros"}, "contains its target"),
        ({"start": "w=random, b=0", "seed": -1}, "seed"),
    ],
)
def test_what_does_not_fit_together_is_refused_at_the_door(arguments: dict, message: str) -> None:
    given = {"model": MODEL, "target": "y", "start": START} | arguments
    with pytest.raises((sc.ArgumentError, sc.DataError), match=message):
        sc.fit(given.pop("model"), DATA, **given)


def test_new_data_of_another_width_are_refused() -> None:
    found = sc.fit(MODEL, DATA, target="y", start=START)

    with pytest.raises(sc.ArgumentError, match="`X` has 4 entries along `n`, other arrays 3"):
        found.predict({"X": np.ones((2, 4))})
    with pytest.raises(sc.DataError, match="no `X`"):
        found.predict({"Z": 1})


def test_a_column_with_two_axes_is_refused_by_its_shape() -> None:
    with pytest.raises(
        sc.ArgumentError, match=r"shape \(m, n\); it must have the shape of the target"
    ):
        sc.fit("a + b*X", DATA, target="y", start="a=0, b=1")


def test_throw_raises_with_the_fit_in_its_shapes() -> None:
    data = {"X": X, "y": np.sign(Y)}
    with pytest.raises(sc.OutcomeError) as caught:
        sc.fit("exp(X@w)", data, target="y", start="w=zeros", throw=True,
               limits=sc.Limits(seconds=1e-9))  # fmt: skip

    assert caught.value.result.parameters["w"].shape == (3,)


def test_the_command_line_fits_arrays_of_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "housing.npz"
    np.savez(path, **DATA)
    code = main([
        "fit", MODEL, str(path), "--target", "y", "--start", START, "--bounds", "w=:2.5", "--json",
    ])  # fmt: skip
    plain = json.loads(capsys.readouterr().out)

    assert code == 0
    assert plain["parameters"]["w"][2] == 2.5


@pytest.mark.parametrize(
    "objective",
    [
        "sum((X@w - y)**2)/(2*m)",
        "mean((X@w - y)**2)",
        "norm2(X@w - y)**2",
        "(X@w - y)@(X@w - y)/2",
        "sum((X@w - y)**2) + 0.5*(w@w)",
    ],
)
def test_least_squares_over_arrays_have_residuals_for_those_who_ask(objective: str) -> None:
    best = sc.minimize(objective, "w=zeros", data=DATA, method="lm")
    other = sc.minimize(objective, "w=zeros", data=DATA)

    assert best.converged
    assert best.x["w"] == pytest.approx(other.x["w"], rel=1e-8)


def test_what_is_no_sum_of_squares_has_none() -> None:
    with pytest.raises(sc.ArgumentError, match="sum of squares"):
        sc.minimize("sum(exp(X@w)) - y@(X@w)", "w=zeros", data=DATA, method="lm")
