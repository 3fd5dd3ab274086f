"""What was declared of a matrix: compiled code uses it after differentiating, never blindly."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import symcalc as sc
from symcalc.errors import ArgumentError

LIKELIHOOD = "m*logdet(S) + sum((X@inv(S))*X)"


def likelihood(words: str) -> sc.CompiledFunction:
    return sc.compile(LIKELIHOOD, order=1, wrt="S", shapes=f"X: m n; S: n n {words}")


X = np.random.default_rng(0).normal(size=(7, 3))
DEFINITE = X.T @ X + np.eye(3)


def test_a_definite_matrix_has_the_value_and_gradient_that_any_matrix_has() -> None:
    value, gradient = likelihood("").value_and_gradient(X=X, S=DEFINITE)
    declared, slope = likelihood("spd").value_and_gradient(X=X, S=DEFINITE)

    assert declared == pytest.approx(value, rel=1e-14)
    np.testing.assert_allclose(slope["S"], gradient["S"], rtol=1e-11)


def test_asymmetry_of_rounding_is_none_and_more_of_it_counts() -> None:
    slightly = DEFINITE.copy()
    slightly[0, 1] *= 1 + 2e-16
    strongly = DEFINITE.copy()
    strongly[0, 1] += 0.5
    plain, declared = likelihood(""), likelihood("spd")

    for S in (slightly, strongly):
        assert declared(X=X, S=S) == pytest.approx(plain(X=X, S=S), rel=1e-13)
    assert abs(declared(X=X, S=strongly) - declared(X=X, S=DEFINITE)) > 1e-3


@pytest.mark.parametrize(
    "S", [np.diag([1.0, 2.0, -1.0]), np.zeros((3, 3)), -DEFINITE, [[1, 9, 0], [2, 1, 0], [0, 0, 1]]]
)
def test_a_matrix_that_is_not_definite_though_declared_so_has_no_value(S: object) -> None:
    f = likelihood("spd")

    with pytest.warns(RuntimeWarning, match="declared spd is not positive definite"):
        value, gradient = f.value_and_gradient(X=X, S=S)
    assert np.isnan(value)
    assert np.isnan(gradient["S"]).all()
    with warnings.catch_warnings(), np.errstate(invalid="ignore"):
        warnings.simplefilter("error")
        assert np.isnan(f(X=X, S=S))


def test_the_most_likely_covariance_is_found_inside_the_cone() -> None:
    best = sc.minimize(LIKELIHOOD, {"S": 5 * np.eye(3)}, data={"X": X}, shapes="X: m n; S: n n spd")

    np.testing.assert_allclose(best.x["S"], X.T @ X / 7, rtol=1e-4, atol=1e-5)


def test_symmetric_data_are_multiplied_by_once_where_they_are_fixed() -> None:
    rng = np.random.default_rng(1)
    S, w, b = rng.normal(size=(4, 4)), rng.normal(size=4), rng.normal(size=4)
    S = S + S.T
    f = sc.compile("w@S@w + b@S@w", order=2, wrt="w", shapes="w: n; b: n; S: n n symmetric")
    flat = f.at_data(S=S, b=b)

    value, gradient = flat.value_and_gradient(w)

    assert ".T" not in f.source
    assert value == pytest.approx(w @ S @ w + b @ S @ w, rel=1e-12)
    np.testing.assert_allclose(gradient, 2 * S @ w + S @ b, rtol=1e-12)
    np.testing.assert_allclose(flat.hessian(w), 2 * S, rtol=1e-14)


def test_a_matrix_that_varies_is_differentiated_as_a_general_one() -> None:
    f = sc.compile("b@S@w", order=1, wrt="S", shapes="w: n; b: n; S: n n symmetric")
    S = np.array([[1.0, 2.0], [2.0, 5.0]])

    gradient = f.gradient(S=S, b=[1.0, 2.0], w=[3.0, 4.0])

    np.testing.assert_array_equal(gradient["S"], [[3.0, 4.0], [6.0, 8.0]])


def test_a_call_with_a_matrix_that_is_not_symmetric_computes_what_is_written() -> None:
    f = sc.compile("b@S@w", order=1, wrt="w", shapes="w: n; b: n; S: n n symmetric")
    S = np.array([[1.0, 2.0], [7.0, 5.0]])

    np.testing.assert_array_equal(f.gradient(S=S, b=[1.0, 0.0], w=[0.0, 0.0])["w"], [1.0, 2.0])
    with pytest.raises(ArgumentError, match=r"entry \[0, 1\] is 2 and \[1, 0\] is 7"):
        f.at_data(S=S, b=[1.0, 0.0])
