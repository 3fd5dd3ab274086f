"""Exponentials and logarithms of vectors, for the processors that they are written for."""

from __future__ import annotations

import math

import flint
import numpy as np
import pytest

import symcalc as sc

pytest.importorskip("llvmlite")

from symcalc.backends.native import engine, mathematics
from symcalc.backends.native.vector_functions import has_vector_function

FUNCTIONS = ("exp", "expm1", "log", "log1p", "tanh")

#: Units in the last place.
RIGHT_TO = {"tanh": 3.0, "expm1": 2.5}

#: Letter of the vector ABI, and how many doubles: AVX-512, AVX2; two with what all processors have.
PROCESSORS = [("e", 8), ("d", 4), ("n", 2)]

ENDS = [
    math.nan, math.inf, -math.inf, 0.0, -0.0, 1.0, -1.0, 709.782712893384, 709.7827128933841,
    -745.13, -745.14, 1e-310, -1e-310, 2.2250738585072014e-308, 1.7976931348623157e308, -1e300,
]  # fmt: skip


@pytest.fixture(params=PROCESSORS, ids=[letter for letter, _ in PROCESSORS])
def compiled(request, monkeypatch):
    """Return a way to compile for a processor, without any library of vectors."""
    letter, width = request.param
    own = engine.get_engine()
    if own.letter not in ("e", letter) and letter != "n":
        pytest.skip("this processor has no such vectors")
    monkeypatch.setenv("SYMCALC_CACHE", "")
    monkeypatch.setattr(own, "letter", letter)
    monkeypatch.setattr(own, "width", width)
    monkeypatch.setattr(mathematics, "SOURCES", ())
    mathematics.vector_address.cache_clear()
    yield lambda text: sc.compile(text, ["x"], backend="native")
    mathematics.vector_address.cache_clear()


def _points(rng, n=700):
    sign = rng.choice([-1.0, 1.0], n)
    near_halves = (rng.integers(0, 40, n) + 0.5 + rng.uniform(-1e-3, 1e-3, n)) * math.log(2)
    return np.concatenate(
        [
            rng.uniform(-1, 1, n), rng.uniform(-745, 709, n), sign * near_halves,
            sign * 10.0 ** rng.uniform(-300, 300, n), rng.uniform(0.6, 1.6, n),
        ]
    )  # fmt: skip


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_of_vectors_is_right_over_its_whole_range(name, compiled):
    x = _points(np.random.default_rng(8))
    with np.errstate(all="ignore"):
        found = compiled(f"{name}(x)")(x)
    checked = 0
    with flint.ctx.workprec(160):
        for value, result in zip(x.tolist(), found.tolist(), strict=True):
            if name.startswith("exp") and value > 709.7:
                assert result == math.inf
                continue
            truth = getattr(flint.arb(value), name)()
            if not truth.is_finite():
                assert math.isnan(result)
                continue
            unit = math.ulp(float(truth))
            assert float(abs(truth - flint.arb(result))) <= RIGHT_TO.get(name, 1.1) * unit, value
            checked += 1
    assert checked >= 1000


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_of_vectors_has_the_ends_of_numpys(name, compiled):
    x = np.array(ENDS)
    with np.errstate(all="ignore"):
        found, wanted = compiled(f"{name}(x)")(x), getattr(np, name)(x)
    np.testing.assert_array_equal(np.isnan(found), np.isnan(wanted))
    known = ~np.isnan(wanted)
    np.testing.assert_array_equal(np.signbit(found[known]), np.signbit(wanted[known]))
    np.testing.assert_allclose(found, wanted, rtol=3e-16, atol=0)


def test_many_calls_are_calls_of_one_function_and_few_are_put_into_the_line(compiled):
    from symcalc.backends.native.compile import lowered
    from symcalc.backends.native.module import MOST_INLINE, batch_module

    own = engine.get_engine()
    for n, word in ((MOST_INLINE, "alwaysinline"), (MOST_INLINE + 1, "noinline")):
        formula = sc.parse(" + ".join(f"exp({k}*x)" for k in range(1, n + 1)))
        program = lowered(formula.graph, [formula.root])
        text = batch_module(program, ["x"], own.width, own.letter).text
        (head,) = [
            line
            for line in text.splitlines()
            if "@symcalc_exp_of_vectors" in line and "define" in line
        ]
        assert word in head
    f, x = compiled(" + ".join(f"exp(-{k}*x)" for k in range(1, 20))), np.linspace(0, 2, 101)
    np.testing.assert_allclose(f(x), sum(np.exp(-k * x) for k in range(1, 20)), rtol=1e-15)


def test_functions_of_vectors_need_fused_multiplication():
    assert not any(has_vector_function(name, letter) for name in FUNCTIONS for letter in ("", "b"))
    sse_only = {"sse2": True, "avx2": True}
    assert mathematics.vector_width(sse_only)[0] == 2
