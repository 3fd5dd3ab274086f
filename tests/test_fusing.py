"""Elementwise parts of formulas over arrays as native code: the same numbers as NumPy's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from array_losses import FUNCTIONS, LOSSES, draw

import symcalc as sc
from symcalc.backends import fusing
from symcalc.program import rows

pytest.importorskip("llvmlite")

Values = dict[str, Any]


@pytest.fixture(autouse=True)
def _always(tmp_path_factory, monkeypatch):
    """Let every part be native code, however short its arrays."""
    monkeypatch.setenv("SYMCALC_CACHE", str(tmp_path_factory.getbasetemp() / "native"))
    monkeypatch.setattr(fusing, "MANY", 0)
    monkeypatch.setattr(fusing, "CALL", -np.inf)


def in_a_row(found: Any) -> Any:
    """Return all numbers of an answer."""
    if isinstance(found, dict):
        found = tuple(found.values())
    parts = found if isinstance(found, tuple) else (found,)
    return np.concatenate([np.ravel(part) for part in parts])


def compare(text: str, wrt: str, shapes: str, asked: dict[str, tuple[Any, ...]]) -> str:
    """Compare both backends in what is asked for; return the code of the first."""
    data = {}
    codes = []
    for backend in ("auto", "numpy"):
        f = sc.compile(text, wrt=wrt.split(", "), shapes=shapes, order=2, backend=backend)
        values = draw(f.expression)
        given = {name: values[name] for name in f.names}
        for name, more in asked.items():
            ask = f if name == "value" else getattr(f, name)
            data.setdefault(name, []).append(in_a_row(ask(*more, **given)))
            codes.append(f.source)
    for own, expected in data.values():
        scale = np.abs(expected).max(initial=1.0)
        np.testing.assert_allclose(own, expected, rtol=1e-11, atol=1e-12 * scale)
    return "\n".join(codes)


@pytest.mark.parametrize(("text", "wrt", "shapes"), LOSSES)
def test_losses_and_derivatives_are_those_of_numpy(text: str, wrt: str, shapes: str) -> None:
    compare(text, wrt, shapes, {"value": (), "gradient": (), "hessian": ()})


@pytest.mark.parametrize(("text", "wrt", "shapes"), FUNCTIONS)
def test_functions_and_jacobians_are_those_of_numpy(text: str, wrt: str, shapes: str) -> None:
    compare(text, wrt, shapes, {"value": (), "jacobian": ()})


@pytest.mark.parametrize(
    ("text", "wrt", "n_kernels"),
    [
        ("softplus(-y*(X@w))", "w", 1),
        ("log1p((X@w - y)**2)", "w", 1),
        ("tanh(X@V)@c", "V, c", 1),
        ("logsumexp(X@V, axis=1)) - sum(atan(X@V)", "V", 1),
        ("where(y > 0, exp(X@w), y)", "w", 0),
    ],
)
@pytest.mark.parametrize("in_blocks", [False, True])
def test_what_stands_together_is_one_call(
    text: str, wrt: str, n_kernels: int, in_blocks: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if in_blocks:
        monkeypatch.setattr(rows, "BLOCK_BYTES", 60)
        monkeypatch.setattr(rows, "MIN_BLOCKS", 2)
        monkeypatch.setattr(rows, "TOTALS_SHARE", 1e9)
    shapes = "; ".join(
        f"{name}: {shape}"
        for name, shape in {"X": "m n", "w": "n", "y": "m", "V": "n k", "c": "k"}.items()
        if name in text.replace("exp", "")
    )
    code = compare(f"sum({text})", wrt, shapes, {"value": ()})

    assert ("for begin" in code) == in_blocks
    assert code.count(" = fused") == n_kernels
