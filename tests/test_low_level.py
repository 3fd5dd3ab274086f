"""Compiled formulas as functions that SciPy calls without Python."""

from __future__ import annotations

import gc
import math

import numpy as np
import pytest
from scipy import LowLevelCallable, integrate, ndimage

import symcalc as sc

pytest.importorskip("llvmlite")


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("SYMCALC_CACHE", str(tmp_path_factory.getbasetemp() / "native"))


@pytest.mark.parametrize(
    ("text", "lower", "upper"),
    [
        ("exp(-x^2)", 0, 1),
        ("sin(x)/x", 0.5, 20),
        ("piecewise((x, x < 1), (2 - x, True))", 0, 2),
        ("exp(-x)*sin(10*x)", 0, math.inf),
        ("log(1 + exp(-abs(x)))", -math.inf, math.inf),
    ],
)
def test_quad_finds_what_it_finds_with_the_function_in_python(text, lower, upper):
    f = sc.compile(text)
    found, error = integrate.quad(f.low_level(), lower, upper)
    wanted, _ = integrate.quad(f, lower, upper)
    assert found == pytest.approx(wanted, rel=1e-13, abs=1e-13)
    assert abs(found - sc.integrate(text, ("x", lower, upper)).value) <= error + 1e-12


def test_arguments_come_in_order_or_are_fixed():
    f = sc.compile("a*x^2 + b", ["x", "a", "b"])
    wanted = pytest.approx(2 / 3 + 3, rel=1e-14)
    assert isinstance(f.low_level(), LowLevelCallable)
    assert integrate.quad(f.low_level(), 0, 1, args=(2.0, 3.0))[0] == wanted
    assert integrate.quad(f.low_level(b=3), 0, 1, args=(2.0,))[0] == wanted
    assert integrate.quad(f.low_level(a=np.float64(2), b=3), 0, 1)[0] == wanted


def test_several_ranges_are_integrated_over():
    f = sc.compile("exp(-x*y)*z", ["x", "y", "z"])
    found, _ = integrate.nquad(f.low_level(z=2.0), [(0, 1), (0, 2)])
    wanted, _ = integrate.nquad(lambda x, y: 2 * math.exp(-x * y), [(0, 1), (0, 2)])
    assert found == pytest.approx(wanted, rel=1e-13)


def test_a_filter_reads_the_elements_under_its_footprint():
    image = np.random.default_rng(0).normal(size=(40, 30))
    f = sc.compile("sqrt((r - l)^2 + (d - u)^2)/s", ["u", "l", "r", "d", "s"])
    cross = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]])
    found = ndimage.generic_filter(image, f.low_level("filter", s=2), footprint=cross)

    def plain(window):
        u, left, right, d = window
        return math.hypot(right - left, d - u) / 2

    wanted = ndimage.generic_filter(image, plain, footprint=cross)
    np.testing.assert_allclose(found, wanted, rtol=1e-14)


def test_another_number_of_arguments_is_no_silent_mistake():
    f = sc.compile("x + y", ["x", "y"])
    with pytest.warns(integrate.IntegrationWarning):
        assert math.isnan(integrate.quad(f.low_level(), 0, 1)[0])
    with pytest.raises(RuntimeError):
        ndimage.generic_filter(np.ones((3, 3)), f.low_level("filter"), size=3)


def test_the_code_lives_as_long_as_its_callable():
    calls = [sc.compile(f"x^2 + {k}").low_level() for k in range(20)]
    gc.collect()
    found = [integrate.quad(call, 0, 1)[0] for call in calls]
    np.testing.assert_allclose(found, [1 / 3 + k for k in range(20)], rtol=1e-14)


def test_bad_requests_are_refused_at_the_door():
    f = sc.compile("a*x", ["x", "a"])
    with pytest.raises(sc.ArgumentError, match="integrand, filter"):
        f.low_level("transform")
    with pytest.raises(sc.ArgumentError, match="`b` is not an argument"):
        f.low_level(b=1)
    with pytest.raises(sc.ArgumentError, match="must be a number"):
        f.low_level(a=[1, 2])
    with pytest.raises(sc.CompileError, match="arrays"):
        sc.compile("sum(w)", shapes="w: n").low_level()
    with pytest.raises(sc.CompileError, match="float32"):
        sc.compile("x", dtype="float32").low_level()


def test_a_missing_extra_is_named(monkeypatch):
    from symcalc.backends.native import engine

    engine.get_engine.cache_clear()
    monkeypatch.setattr(engine, "has_native", lambda: False)
    try:
        with pytest.raises(sc.MissingExtraError, match=r"pip install 'symcalc\[native\]'"):
            sc.compile("x + 1").low_level()
    finally:
        engine.get_engine.cache_clear()
