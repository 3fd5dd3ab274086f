"""The language of arrays: what strings over vectors and matrices mean, and how errors point."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from array_values import value_of

from symcalc.errors import ArgumentError, ParseError
from symcalc.language import read

_ITEMS = json.loads((Path(__file__).parent / "data" / "matrix.json").read_text())["items"]

#: Shapes that most tests use; m, n and k differ.
SHAPES = "X: m n; Y: m n; S: n n; U: m k; V: n k; w: n; v: n; y: m; b: k"
_SIZES = {"m": 4, "n": 3, "k": 2}


def _values(seed: int = 0) -> dict[str, Any]:
    """Return an array for every name in SHAPES."""
    rng = np.random.default_rng(seed)
    shapes = {
        item.partition(":")[0].strip(): item.partition(":")[2].split() for item in SHAPES.split(";")
    }
    values = {name: rng.normal(size=[_SIZES[d] for d in dims]) for name, dims in shapes.items()}
    values["S"] += 4 * np.eye(3)
    return values


def _evaluated(text: str, **options: Any) -> Any:
    """Return the value of a text over SHAPES."""
    expression = read(text, shapes=SHAPES, **options)
    scalars = {"a": 0.7, "c": -1.3}
    values = {**_values(), **scalars}
    return value_of(expression, {name: values[name] for name in expression.names})


def _message(text: str, shapes: Any = SHAPES, **options: Any) -> str:
    with pytest.raises((ParseError, ArgumentError)) as caught:
        read(text, shapes=shapes, **options)
    return str(caught.value)


# -- the corpus -----------------------------------------------------------------------------------


def _shapes_of(item: dict[str, Any]) -> dict[str, str]:
    """Return the declared shapes of a case: "matrix n k", "symmetric n", "vector n", "scalar"."""
    shapes = {}
    for symbol in item["symbols"]:
        kind, *dims = symbol["kind"].split()
        shapes[symbol["name"]] = " ".join(dims * 2 if kind == "symmetric" else dims)
    return shapes


@pytest.mark.parametrize("spelling", ["python", "matrixcalculus"])
@pytest.mark.parametrize("item", _ITEMS, ids=[item["id"] for item in _ITEMS])
def test_both_spellings_of_a_case_have_its_value(item, spelling):
    syntax = "matrixcalculus" if spelling == "matrixcalculus" else "symcalc"
    expression = read(item[spelling], shapes=_shapes_of(item), syntax=syntax)

    assert set(expression.names) == set(item["inputs"])
    np.testing.assert_allclose(
        value_of(expression, item["inputs"]), item["value"], rtol=1e-12, atol=1e-13
    )
