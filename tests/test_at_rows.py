"""A compiled function at columns that stay the same: the numbers of the function itself."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import symcalc as sc
from symcalc.errors import ArgumentError

RNG = np.random.default_rng(5)
X, Z = RNG.normal(size=40), RNG.uniform(0.5, 2.0, size=40)
POINT = np.array([1.3, -0.7])
MODELS = ["a*exp(b*x) + z^1.5", "a", "x*z", "a*x + b", "a*log(x)*b", "relu(a*x) + b"]


def at_rows(model: str):
    function = sc.compile(model, ["a", "b", "x", "z"], order=1, backend="numpy")
    own = sc.compile(model, ["a", "b", "x", "z"], order=1, backend="numpy")
    parameters = type(own)(own.expression, own.names, order=1, wrt=("a", "b"))
    return function, parameters.at_rows([X, Z], X.size)


@pytest.mark.filterwarnings("ignore:invalid value")
@pytest.mark.parametrize("model", MODELS)
def test_values_and_derivatives_have_the_bits_of_the_function(model: str) -> None:
    function, rows = at_rows(model)
    expected, slopes = function.value_and_gradient(*POINT.tolist(), X, Z)

    np.testing.assert_array_equal(rows.values(POINT), np.broadcast_to(expected, X.shape))
    np.testing.assert_array_equal(rows.derivatives(POINT), slopes[:, :2])


@pytest.mark.filterwarnings("ignore:invalid value")
@pytest.mark.parametrize("model", MODELS)
def test_many_points_are_one_row_each(model: str) -> None:
    _, rows = at_rows(model)
    points = POINT + RNG.normal(size=(5, 2))

    for one, values, slopes in zip(
        points, rows.values(points), rows.derivatives(points), strict=True
    ):
        np.testing.assert_allclose(values, rows.values(one), rtol=1e-14)
        np.testing.assert_allclose(slopes, rows.derivatives(one), rtol=1e-14)


def test_columns_are_checked_when_they_are_bound() -> None:
    function = sc.compile("a*x", ["a", "x"], order=1)

    with pytest.raises(ArgumentError, match="complex"):
        function.at_rows([X + 1j], X.size)


def test_it_pickles_as_the_function_and_the_columns() -> None:
    _, rows = at_rows("a*exp(b*x) + z")
    again = pickle.loads(pickle.dumps(rows))

    np.testing.assert_array_equal(again.values(POINT), rows.values(POINT))
