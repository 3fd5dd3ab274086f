"""Native code for arrays of any shape: broadcast as in NumPy, whatever lies how in memory."""

from __future__ import annotations

import numpy as np
import pytest

import symcalc as sc
from symcalc.backends import threads

pytest.importorskip("llvmlite")

from symcalc.backends.native import compile_elementwise
from symcalc.backends.native.elementwise import SHORT


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("SYMCALC_CACHE", str(tmp_path_factory.getbasetemp() / "native"))


def _compiled(text, names):
    formula = sc.parse(text, variables=names)
    return compile_elementwise(formula.graph, [formula.root], names)


X = np.random.default_rng(0).normal(size=(70, 210))


@pytest.mark.parametrize(
    "other",
    [
        2.5,
        np.float32(3),
        [[1.5]],
        np.arange(210.0),
        np.arange(420.0)[::2],
        np.arange(70.0)[:, None],
        np.full((1, 1), 4),
        np.ones((70, 210))[:, ::-1],
        X.T.copy().T,
        np.arange(70.0 * 300).reshape(70, 300)[:, 7:217],
        np.arange(210)[None, :],
    ],
    ids=lambda other: f"{np.shape(other)}",
)
def test_arguments_are_broadcast(other):
    run = _compiled("a*b - a", ["a", "b"])
    wanted = X * np.asarray(other, dtype=float) - X
    np.testing.assert_array_equal(run([X, other], X.shape)[0], wanted)
    wanted = np.asarray(other, dtype=float) * np.full(X.shape, 3.0) - np.asarray(other, dtype=float)
    np.testing.assert_array_equal(run([other, 3], X.shape)[0], wanted)


@pytest.mark.parametrize("shape", [(), (1,), (7,), (0,), (3, 0), (2, 3, 5), (2, 3, 101), (1, 1)])
def test_results_have_any_shape(shape):
    run = _compiled("a + 2*b", ["a", "b"])
    a, b = np.random.default_rng(1).normal(size=(2, *shape))
    np.testing.assert_array_equal(run([a, b], shape)[0], a + 2 * b)


@pytest.mark.parametrize("n", [SHORT - 1, SHORT, 5000, 40_000])
def test_rows_that_lie_apart_in_memory_are_read_where_their_numbers_are(n):
    run = _compiled("a + 2*b", ["a", "b"])
    a, b = np.random.default_rng(2).normal(size=(2, 2 * n))
    for row in (a[::2], a[::-2], a.reshape(n, 2)[:, 1]):
        np.testing.assert_array_equal(run([row, b[:n]], (n,))[0], row + 2 * b[:n])
        np.testing.assert_array_equal(run([row[None], b[:n]], (1, n))[0], (row + 2 * b[:n])[None])


def test_formulas_of_arrays_that_lie_apart_in_memory_have_the_value_of_their_copies():
    f = sc.compile("sum(sin(y)*exp(-y**2))", order=1, wrt="y", shapes="y: m")
    apart = np.random.default_rng(3).normal(size=80_000)[::2]
    value, gradient = f.value_and_gradient(y=apart.copy())
    for _ in range(2):  # the second call looks at nothing again
        found, slopes = f.value_and_gradient(y=apart)
        assert found == value
        np.testing.assert_array_equal(slopes["y"], gradient["y"])


@pytest.mark.parametrize("shape", [(7,), (3, 0), (2, 3, 5), (2, 3, 101)])
def test_columns_of_arrays_of_any_rank_are_stretched(shape):
    run = _compiled("a + 2*b", ["a", "b"])
    a, b = np.random.default_rng(1).normal(size=(2, *shape))
    np.testing.assert_array_equal(run([a, b[..., :1]], shape)[0], a + 2 * b[..., :1])
    np.testing.assert_array_equal(run([a, b[:1]], shape)[0], a + 2 * b[:1])


def test_results_are_written_where_they_are_wanted():
    formula = sc.parse("x^2")
    other = formula.graph.neg(formula.root)
    run = compile_elementwise(formula.graph, [formula.root, other], ["x"])
    target = np.full((3, 70, 210), 7.0)
    found = run([X], X.shape, [target[0], target[2]])
    assert found[0] is not None
    np.testing.assert_array_equal(target[0], X**2)
    np.testing.assert_array_equal(target[1], 7.0)
    np.testing.assert_array_equal(target[2], -(X**2))


def test_the_number_of_threads_does_not_change_bits(monkeypatch):
    from symcalc.backends.native import elementwise

    run = _compiled("exp(a)*sin(b)", ["a", "b"])
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(403, 301)), rng.normal(size=301)
    whole = run([a, b], a.shape)[0]
    flat = run([a.ravel(), 0.3], (a.size,))[0]
    for n in (1, 3, 8):
        monkeypatch.setattr(elementwise, "n_threads", lambda n=n: n)
        np.testing.assert_array_equal(run([a, b], a.shape)[0], whole)
        np.testing.assert_array_equal(run([a.ravel(), 0.3], (a.size,))[0], flat)


def test_pieces_that_share_out_work_of_their_own_end():
    found = np.zeros(64)

    def inner(first, last):
        found[first:last] += 1

    def outer(first, last):
        for k in range(first, last):
            threads.share_out(inner, [k, k, k + 1])

    threads.share_out(outer, list(range(0, 65, 4)))

    np.testing.assert_array_equal(found, 1.0)
