"""Long arrays are computed in blocks: the same numbers, NaN, warnings and errors."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

import symcalc as sc

N = 100_001
TEXT = "x^3*y + exp(-x*y)*sin(x + y)"


def _points():
    rng = np.random.default_rng(1)
    return rng.uniform(-2, 2, N), rng.uniform(0.5, 2, N)


def test_blocks_give_the_bits_of_short_arrays():
    f = sc.compile(TEXT, order=2, backend="numpy")
    x, y = _points()
    value, gradient = f.value_and_gradient(x, y)
    hessian, product = f.hessian(x, y), f.hessian_product([1, -2], x, y)
    assert gradient.shape == (N, 2)
    assert hessian.shape == (N, 2, 2)
    for rows in (slice(0, 7), slice(50_000, 50_900), slice(N - 5, N)):
        np.testing.assert_allclose(value[rows], f(x[rows], y[rows]), rtol=1e-15)
        np.testing.assert_allclose(gradient[rows], f.gradient(x[rows], y[rows]), rtol=1e-14)
        np.testing.assert_allclose(hessian[rows], f.hessian(x[rows], y[rows]), rtol=1e-13)
        near = f.hessian_product([1, -2], x[rows], y[rows])
        np.testing.assert_allclose(product[rows], near, rtol=1e-12, atol=1e-13)


def test_arguments_of_any_layout_are_stretched():
    f = sc.compile("x*y + z", ["x", "y", "z"], backend="numpy")
    x, y = np.arange(400.0)[:, None], np.arange(300.0)[::-1]
    found = f(x, y, 2)
    assert found.shape == (400, 300)
    np.testing.assert_array_equal(found, x * y + 2)
    np.testing.assert_array_equal(f(found.T, 1, found.T), 2 * found.T)


def test_a_constant_is_spread_over_all_points():
    f = sc.compile("3 + 0*x", ["x"], order=1, backend="numpy")
    value, gradient = f.value_and_gradient(np.ones(N))
    np.testing.assert_array_equal(value, np.full(N, 3.0))
    np.testing.assert_array_equal(gradient, np.zeros((N, 1)))


def test_derivatives_are_nan_where_there_is_no_value_and_numpy_warns():
    f = sc.compile("log(x)", order=1, backend="numpy")
    x = np.full(N, 2.0)
    x[N - 3] = -1.0
    with pytest.warns(RuntimeWarning, match="invalid value"):
        value, gradient = f.value_and_gradient(x)
    assert np.flatnonzero(np.isnan(value)).tolist() == [N - 3]
    assert np.flatnonzero(np.isnan(gradient[:, 0])).tolist() == [N - 3]
    with np.errstate(invalid="ignore"):
        f(x)
    with np.errstate(invalid="raise"), pytest.raises(FloatingPointError):
        f(x)


def test_float32_stays_float32():
    f = sc.compile("x^2", dtype="float32", backend="numpy")
    assert f(np.ones(N, dtype=np.float32)).dtype == np.float32


def _branches(m):
    pieces = ", ".join(f"(x^2 + {k}*y, x < {k})" for k in range(1, m))
    return f"piecewise({pieces}, (y, True))"


def test_a_formula_with_many_branches_keeps_few_arrays_at_a_time():
    n, m = 40_000, 150
    f = sc.compile(_branches(m), order=1, backend="numpy")
    x = np.linspace(0, m, n)
    rows = slice(None, None, 1501)
    wanted = f.gradient(x[rows], x[rows])
    f.gradient(x, x)
    tracemalloc.start()
    try:
        found = f.gradient(x, x)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    np.testing.assert_array_equal(found[rows], wanted)
    assert peak < 8 * n * m


def test_regions_of_many_branches_take_memory_like_their_number():
    from symcalc.graph.regions import find_regions

    peaks = []
    for m in (200, 800):
        graph, root = (formula := sc.parse(_branches(m))).graph, formula.root
        order = graph.reachable([root])
        tracemalloc.start()
        try:
            assert len(set(find_regions(graph, [root], order).values())) == m - 1
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
    assert peaks[1] < 6 * peaks[0]
