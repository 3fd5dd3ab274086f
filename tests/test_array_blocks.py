"""Code that runs over rows block by block, beside the same code for all rows at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from array_strings import DIMENSIONS, SHAPES, TypedStrings, random_values

import symcalc as sc
from symcalc.errors import ArgumentError
from symcalc.program import rows

#: text, variables
LOSSES = {
    "least squares": ("sum((X@w - y)**2)/(2*m)", "w"),
    "logistic": ("sum(log(1 + exp(-y*(X@w))))/m + a*(w@w)", "w, a"),
    "in the data": ("sum(tanh(X@w - y)**2)", "X, y, w"),
    "factorization": ("sum((X - U@V.T)**2)", "U, V"),
    "network": ("sum((tanh(X@V)@b - y)**2)", "V, b"),
    "softmax": ("sum(logsumexp(X@V, axis=1)) - sum(U*(X@V))", "V"),
    "Gaussian": ("m*logdet(S) + sum((X@inv(S))*X)", "S"),
    "weights": ("sum(exp(y)*(X@w - z)**2)", "w, y"),
    "branches per row": ("sum(piecewise(((X@w)**2, X@w > 0), (exp(X@w), True)))", "w"),
    "a function of a total": ("log(1 + sum((X@w - y)**2))*a", "w, a"),
    "transposed": ("sum(sin(w@X.T)*y)", "w, X"),
    "powers": ("sum((a*y)**9)*a**9", "a, y"),
    "branches by a number": ("sum((X@w)**2 if a > 0 else exp(X@w))*a", "w, a"),
    "a branch of numbers": ("sum((X@w)**2)*2 + (a**2 if a > 0 else exp(a))", "w, a"),
    "parts of columns": ("sum((X[:, 0]*y + X[:, 1])**2)", "X, y"),
    "columns beside each other": ("sum(sin(stack([y, z], axis=1)))*a", "y, a"),
    "a column for all": ("sum(exp(X + y[:, None]))", "y, X"),
    "greatest and least of a row": ("sum(max(X*y[:, None], axis=1)*min(X, axis=1))", "X, y"),
    "greatest of a row": ("sum(max(X*y[:, None], axis=1)**2)", "X, y"),
}

#: Formulas in which rows meet other rows.
NOT_BY_ROWS = {
    "a product of rows": "sum((X@X.T)**2)",
    "logsumexp of all": "logsumexp(X@w)",
    "the greatest of all": "max(X@w - y)",
    "a mean inside": "sum((X - mean(X, axis=0))**2)",
    "neighbors": "sum((y[1:] - y[:-1])**2)",
    "a matrix over rows": "y@M@y",
    "a choice before and after": "(a if a > 0 else exp(a))*sum(y) + (sum(y**2) if a > 0 else a)",
    "a sum in one branch": "sum(y**2) if a > 0 else sum(z**2)",
}


def given(f: Any, seed: int = 0) -> dict[str, Any]:
    """Return values for a function's arguments: the usual ones with 40 rows."""
    values = random_values(seed, DIMENSIONS | {"m": 40})
    return {name: values[name] for name in f.names}


def answers(text: str, wrt: Any) -> tuple[list[Any], str]:
    """Return value, gradient, Hessian and a product of a formula, and all its code."""
    shapes = {name: shape for name, shape in SHAPES.items() if shape}
    f = sc.compile(text, order=2, wrt=wrt, shapes=shapes)
    values = given(f)
    found: list[Any] = []
    code = ""
    for method in (f, f.gradient, f.hessian):
        found.append(method(**values))
        code += f.source
    direction = {name: np.asarray(values[name]) for name in f.wrt}
    found.append(f.hessian_product(direction, **values))
    return found, code + f.source


def assert_same(first: Any, second: Any) -> None:
    if isinstance(first, dict):
        assert list(first) == list(second)
        for name in first:
            assert_same(first[name], second[name])
        return
    scale = float(np.max(np.abs(first), initial=1.0))
    np.testing.assert_allclose(second, first, rtol=1e-11, atol=1e-12 * scale)


@pytest.mark.parametrize("block_bytes", [150, 250, 400])
@pytest.mark.parametrize("name", LOSSES)
def test_blocks_of_rows_give_what_all_rows_give(
    name: str, block_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, wrt = LOSSES[name]
    whole, code = answers(text, wrt.split(", "))
    monkeypatch.setattr(rows, "BLOCK_BYTES", block_bytes)
    monkeypatch.setattr(rows, "MIN_BLOCKS", 2)
    monkeypatch.setattr(rows, "TOTALS_SHARE", 1e9)
    blocked, loops = answers(text, wrt.split(", "))

    assert "for begin" not in code
    assert "for begin" in loops
    for first, second in zip(whole, blocked, strict=True):
        assert_same(first, second)


@pytest.mark.parametrize("name", NOT_BY_ROWS)
def test_rows_that_need_each_other_stay_together(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "BLOCK_BYTES", 150)
    shapes = {name: shape for name, shape in SHAPES.items() if "m" in shape}
    text, wrt = NOT_BY_ROWS[name], ["y"] if "y" in NOT_BY_ROWS[name] else ["X"]
    f = sc.compile(text, order=1, wrt=wrt, shapes=shapes | {"w": ("n",)})
    f.gradient(**given(f))

    dimensions = sorted({d for argument in f.names for d in SHAPES[argument]})
    assert f"in_pieces(part, d{dimensions.index('m')}, " not in f.source


@pytest.mark.parametrize("seed", range(60))
def test_random_sums_by_blocks_are_those_of_all_rows(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    strings = TypedStrings(seed)
    (inner, _), (outer, _) = strings.draw(("m", "n"), 3), strings.draw(("m",), 2)
    text = f"sum(tanh({inner}*X)**2) + sum(sin({outer} + X@w)) + sum(b)"
    whole, _ = answers(text, ["X", "w"])
    monkeypatch.setattr(rows, "BLOCK_BYTES", 400)
    blocked, _ = answers(text, ["X", "w"])

    for first, second in zip(whole, blocked, strict=True):
        assert_same(first, second)


def test_large_data_are_read_in_blocks_and_small_data_are_not() -> None:
    f = sc.compile("sum((X@w - y)**2)", order=1, wrt="w", shapes="X: m n; w: n; y: m")
    rng = np.random.default_rng(0)
    code: list[str] = []
    for n_rows in (1000, 60_001):
        X, w, y = rng.normal(size=(n_rows, 30)), rng.normal(size=30), rng.normal(size=n_rows)
        value, gradient = f.value_and_gradient(X=X, w=w, y=y)
        code.append(f.source)
        residual = X @ w - y
        assert value == pytest.approx(residual @ residual, rel=1e-12)
        np.testing.assert_allclose(gradient["w"], 2 * X.T @ residual, rtol=1e-9)

    assert ["for begin" in source for source in code] == [False, True]


@pytest.mark.parametrize(
    "text",
    [
        "mean((y - (a*x + b))**2)",
        "sum(exp(-a*x)*y)/sum(x**2) + b",
        "sum(y*x if x > a else b*x**9) + a**9",
        "b*mean(logaddexp(x, a*y))",
    ],
)
def test_long_columns_beside_numbers_are_read_in_blocks(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(0)
    values = {"a": 0.3, "b": 1.2, "x": rng.normal(size=101), "y": rng.normal(size=101)}
    found: list[list[Any]] = []
    for block_bytes in (rows.BLOCK_BYTES, 500):
        monkeypatch.setattr(rows, "BLOCK_BYTES", block_bytes)
        f = sc.compile(text, order=2, wrt=["a", "b"], shapes="x: m; y: m")
        found.append([f(**values), f.gradient(**values), f.hessian(**values)])
        found[-1].append(f.hessian_product([1.0, 2.0], **values))
        assert ("for begin" in f.source) == (block_bytes == 500)

    for first, second in zip(*found, strict=True):
        assert_same(first, second)


def test_columns_with_results_of_their_length_stay_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "BLOCK_BYTES", 500)
    f = sc.compile("a*x + y", shapes="x: m; y: m")
    x = np.arange(101.0)

    np.testing.assert_array_equal(f(a=2.0, x=x, y=x), 3 * x)
    assert "for begin" not in f.source


def test_the_number_of_threads_does_not_change_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    from symcalc.backends import pieces

    monkeypatch.setattr(rows, "BLOCK_BYTES", 2000)
    rng = np.random.default_rng(0)
    data = {"X": rng.normal(size=(1000, 3)), "w": rng.normal(size=3)}
    found = []
    for n_threads in (1, 2, 5):
        monkeypatch.setattr(pieces, "n_threads", lambda n=n_threads: n)
        f = sc.compile("tanh(X@w)*sum(exp(X@w))", order=1, wrt="w", shapes="X: m n; w: n")
        g = sc.compile("sum(tanh(X@w))**2", order=1, wrt="w", shapes="X: m n; w: n")
        found.append((f(**data), f.jacobian(**data)["w"], *g.value_and_gradient(**data)))
        assert "in_pieces" in g.source

    for other in found[1:]:
        for own, same in zip(found[0], other, strict=True):
            np.testing.assert_equal(same, own)


def test_what_goes_wrong_in_a_piece_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    from symcalc.backends import pieces

    def part(first: int, last: int) -> tuple[float]:
        if last == 100:
            raise ArgumentError("the last rows")
        return (1.0,)

    for n_threads in (1, 2):
        monkeypatch.setattr(pieces, "n_threads", lambda n=n_threads: n)
        with pytest.raises(ArgumentError, match="the last rows"):
            pieces.in_pieces(part, 100, 10, True)
        assert pieces.in_pieces(part, 99, 10, True) == (8.0,)
        assert pieces.in_pieces(part, 3, 10, True) == (1.0,)
