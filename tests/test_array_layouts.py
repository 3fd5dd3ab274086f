"""The order of axes of intermediate arrays: another one changes no result."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symcalc as sc
from symcalc.backends import array_kernels as kernels
from symcalc.program import layouts

RNG = np.random.default_rng(7)
SHAPES = "X: m d; M: k d; V: k d positive; a: k; Y: m k"
VALUES = {
    "X": RNG.normal(size=(300, 3)),
    "M": RNG.normal(size=(4, 3)),
    "V": np.exp(RNG.normal(size=(4, 3))),
    "a": RNG.normal(size=4),
    "Y": RNG.normal(size=(300, 4)),
}
MIXTURE = "-sum(logsumexp(a - sum((X[:, None] - M)**2/V + log(V), axis=2)/2, axis=1))"


def names_in(text: str) -> list[str]:
    """Return the variables of a formula."""
    return [name for name in VALUES if re.search(rf"\b{name}\b", text)]


def compiled(text: str) -> sc.ArrayFunction:
    """Return a compiled formula in those of the variables that it has."""
    names = names_in(text)
    shapes = "; ".join(part for part in SHAPES.split("; ") if part[0] in names)
    return sc.compile(text, order=2, wrt=[name for name in "MVa" if name in names], shapes=shapes)


@pytest.mark.parametrize(
    "text",
    [
        MIXTURE,
        "sum(max(X[:, None] - M, axis=2)**2)",
        "sum(min((X[:, None] - M)**2, axis=1))",
        "sum(prod(1 + (X[:, None] - M)**2/9, axis=2))",
        "sum(abs(X[:, None] - M)*Y[:, :, None])",
        "sum((X[:, None] - M)[5:, 1:, :]**3)",
        "sum(max(X@M.T, 0)*Y + logsumexp(X@M.T + a, axis=1)[:, None])",
        "sum(logsumexp((X[:, None] - M)**2, axis=1)**2)",
    ],
)
def test_the_order_of_axes_changes_no_result(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    values = {name: VALUES[name] for name in names_in(text)}
    moved = compiled(text)
    value, gradient = moved.value_and_gradient(**values)
    hessian = moved.hessian(**values)
    monkeypatch.setattr(layouts, "LONG", 0)
    still = compiled(text)

    expected, slopes = still.value_and_gradient(**values)
    assert value == pytest.approx(expected, rel=1e-12)
    for name, slope in slopes.items():
        np.testing.assert_allclose(gradient[name], slope, rtol=1e-10, atol=1e-10)
    for pair, block in still.hessian(**values).items():
        np.testing.assert_allclose(hessian[pair], block, rtol=1e-9, atol=1e-9)


def test_the_longest_axis_is_the_last_one_of_intermediate_arrays() -> None:
    f = sc.compile("sum(logsumexp((X[:, None] - M)**2, axis=2))", shapes="X: m d; M: k d")

    f(X=VALUES["X"], M=VALUES["M"])
    assert "axis=1)" in f.source
    f(X=VALUES["X"][:4], M=VALUES["M"])
    assert "axis=2)" in f.source


def test_squares_and_products_under_a_sum_over_an_axis_are_not_formed() -> None:
    f = sc.compile("sum(sqrt(sum((X[:, None] - M)**2, axis=2)))", shapes="X: m d; M: k d")

    f(X=VALUES["X"], M=VALUES["M"])
    assert "einsum" in f.source
    assert "broadcast_to" not in f.source


def test_a_sum_of_squares_of_small_differences_keeps_its_digits() -> None:
    f = sc.compile("sum((X[:, None] - M)**2, axis=2)", shapes="X: m d; M: k d")
    far = VALUES["X"] + 1e8

    distances = ((far[:, None] - far[:2]) ** 2).sum(axis=2)
    np.testing.assert_allclose(f(X=far, M=far[:2]), distances, rtol=1e-14)


@pytest.mark.parametrize("shape", [(300, 4), (300, 40), (3, 1), (5, 7, 3)])
@pytest.mark.parametrize(
    ("kernel", "function"),
    [(kernels.greatest, np.max), (kernels.least, np.min), (kernels.product, np.prod)],
)
def test_short_rows_are_reduced_as_numpy_reduces_them(
    kernel: Callable[..., Any], function: Callable[..., Any], shape: tuple[int, ...]
) -> None:
    x = RNG.normal(size=shape)
    x[0, 0] = np.nan

    for axis in (None, *range(len(shape))):
        for y in (x, x.T.copy().T):
            np.testing.assert_allclose(kernel(y, axis), function(y, axis=axis), rtol=1e-14)


def test_the_greatest_of_no_numbers_is_refused_in_short_rows_too() -> None:
    with pytest.raises(ValueError, match="no identity"):
        kernels.greatest(np.empty((3, 0)), 1)
