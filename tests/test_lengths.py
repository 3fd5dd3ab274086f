"""Euclidean lengths of numbers so small or so large that their squares are not in range."""

from __future__ import annotations

import math
from typing import Any

import flint
import numpy as np
import pytest

import symcalc as sc
from symcalc.backends import array_running
from symcalc.errors import CompileError

SHAPES = {"x": "n", "z": "n", "v": "rows", "u": "rows", "M": "n n", "N": "n n"}

#: Formulas whose values grow as their data do, with the variables that do not; at most two axes.
LENGTHS = [
    ("norm2(x)", "x"),
    ("sqrt(x@x)", "x"),
    ("sqrt(sum((a*v - u)**2))", "a"),
    ("std(a*v)", "a"),
    ("sqrt(mean((a*v*b - u)**2))", "a, b"),
    ("sum(sqrt(sum(M**2, axis=1)))", "M"),
    ("sqrt(sum(M**2))*a + sqrt(trace(M.T@M))", "M, a"),
    ("norm2(outer(x, z))", "x, z"),
    ("sum(sqrt(sum((M[:, None] - N)**2, axis=2)))", "M"),
    ("sum(sqrt(mean(M**4, axis=0)))/norm2(M)", "M"),
    ("(sum((a*v - u)**2))**(-1/2)*sum(v**2)**(3/2)/norm2(v)", "a"),
]


def values_of(scale: float) -> dict[str, Any]:
    """Return values of all variables, data multiplied by a scale."""
    rng = np.random.default_rng(3)
    data = {"x": rng.normal(size=4), "v": rng.normal(size=40), "u": rng.normal(size=40)}
    data |= {"M": rng.normal(size=(4, 4)), "N": rng.normal(size=(4, 4))}
    return {name: scale * array for name, array in data.items()} | {
        "z": rng.normal(size=4), "a": 1.5, "b": 0.7,
    }  # fmt: skip


def compiled(text: str, wrt: str, backend: str, **options: Any) -> tuple[Any, list[str]]:
    """Return a compiled formula and the names of its arguments."""
    pytest.importorskip({"native": "llvmlite", "jax": "jax"}.get(backend, "numpy"))
    shapes = {name: shape for name, shape in SHAPES.items() if name in text}
    f = sc.compile(text, wrt=wrt.split(", "), shapes=shapes, backend=backend, **options)
    return f, list(f.names)


def in_a_row(parts: Any) -> Any:
    """Return all numbers of derivatives by name, or in a vector."""
    arrays = parts.values() if isinstance(parts, dict) else [parts]
    return np.concatenate([np.ravel(part) for part in arrays])


@pytest.mark.parametrize("backend", ["numpy", "native", "jax"])
@pytest.mark.parametrize("scale", [2.0**-660, 2.0**-300, 2.0**300, 2.0**660])
@pytest.mark.parametrize(("text", "wrt"), LENGTHS[:9])
def test_lengths_and_gradients_grow_with_the_numbers(
    text: str, wrt: str, scale: float, backend: str
) -> None:
    try:
        f, names = compiled(text, wrt, backend, order=1)
    except CompileError:
        pytest.skip("no native form")
    (one, slopes), (value, found) = [
        f.value_and_gradient(**{name: values_of(s)[name] for name in names}) for s in (1.0, scale)
    ]

    assert value / scale == pytest.approx(one, rel=1e-13)
    assert f(**{name: values_of(scale)[name] for name in names}) == value
    for name in wrt.split(", "):
        mine, its = (
            (d[name] if isinstance(d, dict) else d[f.wrt.index(name)]) for d in (slopes, found)
        )
        grows = scale if name in "abz" else 1.0
        np.testing.assert_allclose(its / grows, mine, rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize(("text", "wrt"), LENGTHS)
def test_scaled_squares_give_what_squares_give(
    text: str, wrt: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    f, names = compiled(text, wrt, "numpy", order=2)
    point = {name: values_of(1.0)[name] for name in names}
    n = in_a_row(f.gradient(**point)).size
    asked = [f, f.gradient, f.hessian, lambda **k: f.hessian_product(np.arange(float(n)), **k)]
    plain = [in_a_row(ask(**point)) for ask in asked]
    monkeypatch.setattr(array_running, "are_out_of_range", lambda *_: True)
    monkeypatch.setattr("symcalc.backends.running.are_out_of_range", lambda *_: True)

    for ask, expected in zip(asked, plain, strict=True):
        np.testing.assert_allclose(in_a_row(ask(**point)), expected, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("backend", ["numpy", "jax"])
def test_second_derivatives_of_a_length_shrink_as_it_grows(backend: str) -> None:
    f, _ = compiled("norm2(x)", "x", backend, order=2)
    one = f.hessian(x=[3.0, 4.0])["x", "x"]
    for scale in (2.0**-660, 2.0**660):
        x = scale * np.array([3.0, 4.0])
        np.testing.assert_allclose(scale * f.hessian(x=x)["x", "x"], one, rtol=1e-13)
        along = f.hessian_product({"x": [1.0, 2.0]}, x=x)["x"]
        np.testing.assert_allclose(scale * along, one @ [1.0, 2.0], rtol=1e-13)


def test_second_derivatives_at_zero_are_zero_by_policy() -> None:
    f, _ = compiled("norm2(x) + sum(sqrt(sum(M**2, axis=1)))", "x, M", "numpy", order=2)
    M = np.array([[0.0, 0.0], [3.0, 4.0]])
    blocks = f.hessian(x=[0.0, 0.0], M=M)

    np.testing.assert_array_equal(blocks["x", "x"], np.zeros((2, 2)))
    np.testing.assert_array_equal(blocks["M", "M"][0], np.zeros((2, 2, 2)))
    row = np.array([[16.0, -12.0], [-12.0, 9.0]]) / 125
    np.testing.assert_allclose(blocks["M", "M"][1, :, 1], row, rtol=1e-14)


def test_the_logarithm_of_a_length_is_in_range() -> None:
    f, _ = compiled("log(norm2(x)) + log(sum(x**2))", "x", "numpy", order=1)
    x = np.array([3.0, 4.0])
    value, slopes = f.value_and_gradient(x=x * 2.0**700)

    assert value == pytest.approx(3 * (np.log(5) + 700 * np.log(2)), rel=1e-14)
    np.testing.assert_allclose(slopes["x"] * 2.0**700, 3 * x / 25, rtol=1e-13)


def test_lengths_in_single_precision_have_a_range_of_their_own() -> None:
    f, _ = compiled("norm2(x)", "x", "numpy", order=1, dtype="float32")
    for scale in (1e-30, 1e30):
        value, slopes = f.value_and_gradient(x=np.array([3.0, 4.0]) * scale)

        assert value == pytest.approx(5 * scale, rel=1e-6)
        np.testing.assert_allclose(slopes["x"], [0.6, 0.8], rtol=1e-6)


def test_what_is_no_number_or_infinite_has_that_length() -> None:
    f, _ = compiled("norm2(x)", "x", "numpy")

    assert f(x=[np.inf, 1.0]) == np.inf
    assert np.isnan(f(x=[np.nan, 1.0]))
    assert f(x=[0.0, 0.0]) == 0.0


def test_warnings_of_other_parts_are_not_lost() -> None:
    f, _ = compiled("norm2(x) + sum(log(z))", "x", "numpy")
    with pytest.warns(RuntimeWarning, match="invalid value encountered in log"):
        value = f(x=[1e200, 1e200], z=[-1.0, 2.0])

    assert np.isnan(value)


@pytest.mark.parametrize("language", ["python", "numpy"])
@pytest.mark.parametrize("scale", [2.0**-700, 2.0**-400, 1.0, 2.0**400, 2.0**700])
@pytest.mark.parametrize("text", ["sqrt(sum((a*v - u)**2))", "std(a*v)", "norm2(a*v)"])
def test_exported_lengths_are_in_range_too(text: str, scale: float, language: str) -> None:
    shapes = {name: "rows" for name in "uv" if name in text}
    scope: dict[str, Any] = {}
    exec(sc.export(text, language, wrt="a", shapes=shapes).text, scope)
    answers = []
    for factor in (1.0, scale):
        columns = [np.array([1.0, 2.0, -3.0]) * factor, np.array([2.0, 1.0, 5.0]) * factor]
        with np.errstate(over="ignore"):
            answers.append(scope["f_value_and_gradient"]([1.5], columns[2 - len(shapes) :]))
    (one, (slope,)), (value, (found,)) = answers

    assert value / scale == pytest.approx(one, rel=1e-14)
    assert found / scale == pytest.approx(slope, rel=1e-13)


def test_exported_lengths_of_nothing_and_of_no_number() -> None:
    scope: dict[str, Any] = {}
    exec(sc.export("sqrt(sum((a*v)**2))", "python", wrt="a", shapes="v: rows").text, scope)

    assert scope["f_value_and_gradient"]([2.0], [[0.0, 0.0]]) == (0.0, [0.0])
    assert np.isnan(scope["f_value"]([2.0], [[np.nan, 1.0]]))


def test_lengths_of_arrays_are_right_to_two_units_from_the_least_number_to_the_greatest():
    rng = np.random.default_rng(4)
    x = rng.normal(size=900) * 10.0 ** rng.uniform(-320, 307, 900)
    y = x * 10.0 ** rng.uniform(-9, 0, 900)
    found = sc.compile("hypot(x, y)", ["x", "y"], backend="numpy")(x, y)
    with flint.ctx.workprec(160):
        for a, b, length in zip(x.tolist(), y.tolist(), found.tolist(), strict=True):
            truth = (flint.arb(a) ** 2 + flint.arb(b) ** 2).sqrt()
            assert float(abs(truth - flint.arb(length))) <= 2 * math.ulp(length)


@pytest.mark.parametrize("big", [1e200, math.inf, -math.inf])
def test_lengths_beside_numbers_without_squares_are_not_changed_by_them(big):
    f = sc.compile("hypot(x, y)", ["x", "y"], backend="numpy")
    x, y = np.array([3.0, big, math.nan, 0.0, math.nan]), np.array([4.0, 1.0, 1.0, 0.0, big])
    found = f(x, y)
    np.testing.assert_array_equal(found, np.hypot(x, y))
    assert found[0] == 5.0
