"""Logarithms and shares of exponentials over axes: finite at any size, and computed once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.special import log_expit, log_softmax, logsumexp, softmax

import symcalc as sc
from symcalc.backends.array_kernels import log_sum_exp, log_sum_exp_and_shares

SHAPES = "Z: m k; b: k; p: k; y: m"
RNG = np.random.default_rng(11)
#: Exponentials of these overflow, or vanish beside each other.
POINT = {
    "Z": RNG.normal(scale=400.0, size=(4, 3)),
    "b": RNG.normal(scale=400.0, size=3),
    "p": RNG.uniform(size=3),
    "y": RNG.uniform(size=4),
}

Array = np.ndarray[Any, Any]
Case = tuple[Callable[..., Any], Callable[..., Array]]


def shares_weighted(Z: Array, p: Array) -> Array:
    """Return the derivative of sum(p*softmax(Z, axis=1))."""
    shares = softmax(Z, axis=1)
    return shares * (p - (shares * p).sum(axis=1, keepdims=True))


#: For each formula its value and its gradient in Z, by SciPy.
CASES: dict[str, Case] = {
    "sum(log(sum(exp(Z), axis=1)))": (
        lambda Z, b, p, y: logsumexp(Z, axis=1).sum(), lambda Z, b, p, y: softmax(Z, axis=1)
    ),
    "sum(log(sum(exp(Z), axis=0)))": (
        lambda Z, b, p, y: logsumexp(Z, axis=0).sum(), lambda Z, b, p, y: softmax(Z, axis=0)
    ),
    "log(sum(exp(Z)))": (lambda Z, b, p, y: logsumexp(Z), lambda Z, b, p, y: softmax(Z)),
    "sum(log(3*mean(exp(2*Z), axis=0)))": (
        lambda Z, b, p, y: (logsumexp(2 * Z, axis=0) + np.log(3 / 4)).sum(),
        lambda Z, b, p, y: 2 * softmax(2 * Z, axis=0),
    ),
    "sum(p*log(softmax(Z, axis=1)))": (
        lambda Z, b, p, y: (p * log_softmax(Z, axis=1)).sum(),
        lambda Z, b, p, y: p - softmax(Z, axis=1) * p.sum(),
    ),
    "sum(p*log(exp(Z)/sum(exp(Z), axis=1)[:, None]))": (
        lambda Z, b, p, y: (p * log_softmax(Z, axis=1)).sum(),
        lambda Z, b, p, y: p - softmax(Z, axis=1) * p.sum(),
    ),
    "sum(p*(exp(Z)/sum(exp(Z), axis=1)[:, None]))": (
        lambda Z, b, p, y: (p * softmax(Z, axis=1)).sum(),
        lambda Z, b, p, y: shares_weighted(Z, p),
    ),
    "sum(log(sum(softmax(b)*exp(Z), axis=1)))": (
        lambda Z, b, p, y: logsumexp(Z + log_softmax(b), axis=1).sum(),
        lambda Z, b, p, y: softmax(Z + b, axis=1),
    ),
    "sum(log(exp(Z)@softmax(b)))": (
        lambda Z, b, p, y: logsumexp(Z + log_softmax(b), axis=1).sum(),
        lambda Z, b, p, y: softmax(Z + b, axis=1),
    ),
    "sum(log(y[:, None]*exp(Z)))": (
        lambda Z, b, p, y: (Z + np.log(y)[:, None]).sum(), lambda Z, b, p, y: np.ones_like(Z)
    ),
    "sum(log(1 - sigmoid(Z)))": (
        lambda Z, b, p, y: log_expit(-Z).sum(), lambda Z, b, p, y: -np.exp(log_expit(Z))
    ),
}  # fmt: skip


@pytest.mark.parametrize("text", CASES)
def test_logarithms_and_shares_are_finite_and_right_where_exponentials_overflow(text: str) -> None:
    value, gradient = CASES[text]
    f = sc.compile(text, order=2, wrt="Z", shapes=SHAPES)
    point = {name: array for name, array in POINT.items() if name in f.names}

    found, slopes = f.value_and_gradient(**point)

    assert found == pytest.approx(value(**POINT), rel=1e-13)
    assert slopes["Z"] == pytest.approx(gradient(**POINT), rel=1e-12, abs=1e-15)
    assert np.isfinite(f.hessian(**point)["Z", "Z"]).all()


@pytest.mark.parametrize(
    "text",
    [
        "sum(logsumexp(X@W, axis=1)) - sum(Y*(X@W))",
        "-sum(Y*log(softmax(X@W, axis=1)))",
        "-sum(Y*log(exp(X@W)/sum(exp(X@W), axis=1)[:, None]))",
    ],
)
def test_softmax_regression_takes_its_exponentials_once_however_it_is_written(text: str) -> None:
    f = sc.compile(text, order=2, wrt="W", shapes="X: m n; W: n k; Y: m k")
    data = {"X": RNG.normal(size=(5, 2)), "Y": np.eye(3)[[0, 1, 2, 1, 0]]}
    W = RNG.normal(size=(2, 3))

    for call in (
        lambda: f.value_and_gradient(W=W, **data),
        lambda: f.hessian(W=W, **data),
        lambda: f.hessian_product({"W": W}, W=W, **data),
    ):
        call()

        assert f.source.count("log_sum_exp_and_shares(") == 1
        assert " exp(" not in f.source
        assert "/" not in f.source


def test_a_logarithm_of_a_total_over_a_column_does_not_overflow() -> None:
    f = sc.compile("log(sum(exp(a*x)))", order=2, wrt="a", shapes={"x": "rows"})
    x = np.array([1.0, 2.0, 3.0])
    shares = softmax(x)

    assert f.value_and_gradient(a=500.0, x=x) == (1500.0, pytest.approx([3.0]))
    assert f.hessian(a=1.0, x=x)[0] == pytest.approx([shares @ x**2 - (shares @ x) ** 2])


def test_a_number_before_all_terms_multiplies_the_small_result_and_not_every_row() -> None:
    text = "sum((Y - softmax(X@W, axis=1))**2)"
    f = sc.compile(text, order=1, wrt="W", shapes="X: m n; W: n k; Y: m k")

    f.value_and_gradient(X=RNG.normal(size=(5, 2)), W=RNG.normal(size=(2, 3)), Y=np.ones((5, 3)))

    assert f.source.count("2.0*") == 1
    assert "2.0*(x1.T @ (" in f.source


def relative(x, axis=None, times=1, to=None):
    """Return x without a multiple of the logarithm of the sum of exponentials, of x or another."""
    whole = np.log(np.exp(x if to is None else to).sum(axis=axis, keepdims=axis is not None))
    return x - times * whole


#: Exponentials that look like shares of a sum of exponentials, some of which are.
ALMOST = {
    "exp(x - logsumexp(x))": lambda x, X: np.exp(relative(x)),
    "exp(x - 2*logsumexp(x))": lambda x, X: np.exp(relative(x, times=2)),
    "exp(x + logsumexp(x))": lambda x, X: np.exp(relative(x, times=-1)),
    "exp(x - logsumexp(x) - 1)": lambda x, X: np.exp(relative(x) - 1),
    "exp(x - logsumexp(x)*x[0])": lambda x, X: np.exp(relative(x, times=x[0])),
    "exp(x - logsumexp(2*x))": lambda x, X: np.exp(relative(x, to=2 * x)),
    "exp(x*logsumexp(x))": lambda x, X: np.exp(x * (x[0] - relative(x)[0])),
    "exp(X - logsumexp(X, axis=1, keepdims=True))": lambda x, X: np.exp(relative(X, 1)),
    "exp(X - logsumexp(X, axis=0, keepdims=True))": lambda x, X: np.exp(relative(X, 0)),
    "exp(X - logsumexp(X, axis=1))": lambda x, X: np.exp(X - (X - relative(X, 1))[:, 0]),
    "exp(X - logsumexp(X, axis=0)[:, None])": lambda x, X: np.exp(
        X - (X - relative(X, 0))[0][:, None]
    ),
    "exp(X.T - logsumexp(X, axis=1))": lambda x, X: np.exp(relative(X, 1)).T,
    "exp(X - x[0]*logsumexp(X, axis=1)[:, None])": lambda x, X: np.exp(relative(X, 1, x[0])),
    "exp(X - logsumexp(X))": lambda x, X: np.exp(relative(X)),
}


@pytest.mark.parametrize("text", ALMOST)
def test_exponentials_are_shares_only_of_their_own_sum(text):
    rng = np.random.default_rng(2)
    x, X = rng.normal(size=3), rng.normal(size=(3, 3))
    expected = ALMOST[text](x, X)
    own = "sum(logsumexp(X, axis=1)) + sum(logsumexp(X, axis=0)) + logsumexp(x) + logsumexp(X)"
    weights = "outer(x, x)" if "X" in text else "x"
    f = sc.compile(f"sum({text}*{weights}) + 0*({own})", shapes="x: n; X: n n")
    factors = np.outer(x, x) if "X" in text else x

    assert f(x=x, X=X) == pytest.approx(np.sum(expected * factors), rel=1e-13)


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("shape", [(3, 4, 5), (40, 2, 3), (2, 3, 40)])
def test_exponentials_over_an_axis_of_three_are_those_of_scipy(shape, axis):
    x = np.random.default_rng(4).normal(scale=300.0, size=shape)
    for array in (x, np.where(x > 400, np.inf, x), np.where(x < -100, -np.inf, x)):
        with np.errstate(invalid="ignore", over="ignore"):
            value, shares = log_sum_exp_and_shares(array, axis)
            expected = softmax(array, axis=axis)
        np.testing.assert_allclose(value, logsumexp(array, axis=axis), rtol=1e-13)
        is_number = np.isfinite(expected)
        np.testing.assert_allclose(shares[is_number], expected[is_number], rtol=1e-12, atol=1e-300)
        np.testing.assert_array_equal(log_sum_exp(array, axis), value)
