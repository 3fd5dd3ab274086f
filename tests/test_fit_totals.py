"""Fits of many rows run on totals: the same fit as from the residuals themselves."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest

import symcalc as sc
from symcalc.backends import RowTotals
from symcalc.optimize import fit_residuals
from symcalc.optimize.fit_totals import FEW_ROWS, TotalsObjective

RNG = np.random.default_rng(11)
N = 30_000
X = RNG.uniform(-5.0, 5.0, N)
WEIGHTS = RNG.uniform(0.0, 2.0, N)
PEAK = "a*exp(-((x - m)/s)^2/2) + c"
START = {"a": 2.0, "m": 0.0, "s": 1.0, "c": 0.0}
Y = 3.0 * np.exp(-(((X - 0.7) / 1.3) ** 2) / 2.0) + 0.5 + 0.1 * RNG.standard_normal(N)
DATA = {"x": X, "y": Y}


def peak(p: Any) -> Any:
    return p[0] * np.exp(-(((X - p[1]) / p[2]) ** 2) / 2.0) + p[3]


def peak_slopes(p: Any) -> Any:
    z = (X - p[1]) / p[2]
    bell = np.exp(-(z**2) / 2.0)
    return np.column_stack((bell, p[0] * bell * z / p[2], p[0] * bell * z**2 / p[2], np.ones(N)))


def by_rows(**more: Any) -> Any:
    return fit_residuals(
        lambda p: Y - peak(p), lambda p: -peak_slopes(p), list(START.values()), list(START),
        target=Y, **more,
    )  # fmt: skip


@pytest.mark.parametrize("backend", ["numpy", "native"])
@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["unweighted", "weighted"])
def test_totals_are_the_products_of_residuals_and_derivatives(backend: str, weights: Any) -> None:
    if backend == "native":
        pytest.importorskip("llvmlite")
    names = (*START, "x")
    compiled = sc.compile(PEAK, names, order=1, backend=backend)
    model = type(compiled)(compiled.expression, names, order=1, wrt=tuple(START), backend=backend)
    p = np.array([2.5, 0.3, 1.1, 0.2])
    gram = RowTotals(model.at_rows([X], N), Y, weights)(p)

    columns = np.column_stack((-peak_slopes(p), Y - peak(p)))
    columns = columns if weights is None else np.sqrt(weights)[:, None] * columns
    np.testing.assert_allclose(gram, columns.T @ columns, rtol=1e-11)


def test_the_other_basis_keeps_squares_gradients_and_steps() -> None:
    p = np.array([2.5, 0.3, 1.1, 0.2])
    residuals, jacobian = Y - peak(p), -peak_slopes(p)
    columns = np.column_stack((jacobian, residuals))
    few = TotalsObjective(lambda _: columns.T @ columns)
    r, matrix = few.residuals(p), few.jacobian(p)

    assert r @ r == pytest.approx(residuals @ residuals, rel=1e-12)
    np.testing.assert_allclose(matrix.T @ r, jacobian.T @ residuals, rtol=1e-10)
    step = np.linalg.lstsq(jacobian, -residuals, rcond=None)[0]
    np.testing.assert_allclose(np.linalg.lstsq(matrix, -r, rcond=None)[0], step, rtol=1e-9)


@pytest.mark.parametrize("more", [{}, {"weights": WEIGHTS}, {"bounds": {"c": (0.0, 0.4)}}])
def test_a_fit_of_many_rows_is_that_of_its_residuals(more: dict[str, Any]) -> None:
    assert N > FEW_ROWS
    found = sc.fit(PEAK, DATA, target="y", start=START, **more)
    pairs = [more["bounds"].get(name) for name in START] if "bounds" in more else None
    expected = by_rows(weights=more.get("weights"), bounds=pairs)

    assert found.converged
    assert found.problem.has_totals
    assert found.parameters == pytest.approx(expected.parameters, rel=1e-9)
    assert found.standard_errors == pytest.approx(expected.standard_errors, rel=1e-7, nan_ok=True)
    assert found.residual_sum_of_squares == pytest.approx(expected.residual_sum_of_squares)
    assert found.r_squared == pytest.approx(expected.r_squared)
    assert found.degrees_of_freedom == expected.degrees_of_freedom
    assert found.held == expected.held
    np.testing.assert_allclose(found.residuals, expected.residuals, rtol=1e-6, atol=1e-9)


def test_without_native_code_the_fit_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    found = sc.fit(PEAK, DATA, target="y", start=START)
    monkeypatch.setattr("symcalc.backends.native_path.has_native", lambda: False)
    again = sc.fit(PEAK.replace("a*", "1*a*"), DATA, target="y", start=START)

    assert again.parameters == pytest.approx(found.parameters, rel=1e-9)
    assert again.standard_errors == pytest.approx(found.standard_errors, rel=1e-8)


def test_parameters_that_many_rows_do_not_determine_are_named() -> None:
    found = sc.fit("a*b*exp(-x^2) + c", DATA, target="y", start="a=1, b=2, c=0")

    assert any("The data do not determine a, b" in note for note in found.notes)
    assert found.standard_errors["a"] == np.inf
    assert np.isfinite(found.standard_errors["c"])


def test_nearly_dependent_parameters_keep_the_digits_of_their_errors() -> None:
    shift = 1e4
    found = sc.fit("a*(x + 10000) + b", {"x": X, "y": Y}, target="y", start="a=0, b=0")
    matrix = np.column_stack((X + shift, np.ones(N)))
    solution, square, *_ = np.linalg.lstsq(matrix, Y, rcond=None)
    root = np.linalg.inv(np.linalg.qr(matrix)[1])
    errors = np.sqrt(square[0] / (N - 2) * np.sum(root**2, axis=1))

    assert list(found.parameters.values()) == pytest.approx(solution.tolist(), rel=1e-6)
    assert list(found.standard_errors.values()) == pytest.approx(errors.tolist(), rel=1e-6)


def test_a_derivative_without_a_value_is_still_replaced_by_differences() -> None:
    x = np.append(np.abs(X), 0.0)
    y = 2.0 * x**1.5 + 1.0 + 0.01 * RNG.standard_normal(N + 1)
    found = sc.fit("a*x^b + c", {"x": x, "y": y}, target="y", start="a=1, b=1, c=0")

    assert found.converged
    assert found.parameters == pytest.approx({"a": 2.0, "b": 1.5, "c": 1.0}, abs=0.01)


def test_a_start_without_values_in_many_rows_is_told() -> None:
    found = sc.fit("a*log(b*x)", {"x": np.abs(X) + 1.0, "y": Y}, target="y", start="a=1, b=-1")

    assert not found.converged
    assert any(f"{N} of {N} rows" in note for note in found.notes)


def test_a_budget_ends_a_fit_of_many_rows() -> None:
    found = sc.fit(PEAK, DATA, target="y", start=START, limits=sc.Limits(seconds=1e-6))

    assert found.outcome is sc.Outcome.TIME_LIMIT
    assert sys.float_info.max > found.residual_sum_of_squares > 0.0
