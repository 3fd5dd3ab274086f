"""Draw data for the items of `arrays_items.py`, differentiate with JAX, write `arrays_corpus.json`.

    python benchmarks/make_arrays_corpus.py

The value, the gradient in each variable, and the Hessian block of each variable with itself; for
formulas whose value is an array the Jacobian instead. Forward differences of the gradient in one
direction guard against a mistake of the reference itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import numpy as np
from arrays_items import ITEMS, SIZES, Item

jax.config.update("jax_enable_x64", True)

OUTPUT = Path(__file__).with_name("arrays_corpus.json")
#: Entries of one Hessian block that are still written.
MAX_ENTRIES = 300
DIGITS = 15

Array = Any


def _softmax(z: Array) -> Array:
    powers = np.exp(z - np.max(z))
    return powers / powers.sum(axis=-1, keepdims=True)


#: How arrays are drawn from standard normal ones.
DRAWS: dict[str, Callable[[Array], Array]] = {
    "normal": lambda z: z,
    "pos": lambda z: abs(z) + 0.5,
    "unit": lambda z: 1 / (1 + np.exp(-z)),
    "small": lambda z: 0.1 * z,
    "big": lambda z: 3 + abs(z),
    "pm1": lambda z: np.where(z < 0, -1.0, 1.0),
    "onehot": lambda z: (z == z.max(axis=-1, keepdims=True)).astype(float),
    "simplex": _softmax,
    "diagdom": lambda z: z + 4 * np.eye(len(z)),
    "spd": lambda z: z @ z.T + len(z) * np.eye(len(z)),
    "symmetric": lambda z: (z + z.T) / 2,
}


def declarations(item: Item) -> dict[str, tuple[list[str], str]]:
    """Return for each variable its dimensions and how it is drawn."""
    found = {}
    for part in item.declared.split(";"):
        name, words = part.strip().split("=")
        *dims, last = ["", *words.split()]
        is_drawn = last in DRAWS
        dims = [word for word in (dims if is_drawn else [*dims, last]) if word]
        found[name] = dims, last if is_drawn else "normal"
    return found


def shapes(item: Item) -> str:
    """Return the declaration of the arrays for symcalc."""
    flags = {"spd": " spd", "symmetric": " symmetric", "pos": " positive"}
    return "; ".join(
        f"{name}: {' '.join(dims)}{flags.get(draw, '')}"
        for name, (dims, draw) in declarations(item).items()
        if dims
    )


def drawn(item: Item, seed: int) -> dict[str, Array]:
    """Return data for an item, of four digits behind the point."""
    rng = np.random.default_rng(seed)
    found = {}
    for name, (dims, draw) in declarations(item).items():
        size = [SIZES[dim] if dim in SIZES else int(dim) for dim in dims]
        found[name] = np.round(DRAWS[draw](np.asarray(rng.standard_normal(size))), 4)
    return found


def row(item: Item, seed: int) -> dict[str, Any]:
    """Return an item with its references."""
    data = drawn(item, seed)
    names = list(data)
    wrt = item.wrt.split() or names
    values = [jax.numpy.asarray(data[name]) for name in names]
    places = {name: names.index(name) for name in wrt}
    value = item.in_jax(*values)
    found: dict[str, Any] = {
        "name": item.name,
        "text": item.text,
        "shapes": shapes(item),
        "wrt": wrt,
        "inputs": {name: written(data[name]) for name in names},
        "value": written(value),
    }
    derive = jax.jit(jax.jacrev(item.in_jax, argnums=tuple(places.values())))
    slopes = dict(zip(wrt, derive(*values), strict=True))
    found["jacobian" if np.ndim(value) else "gradient"] = {n: written(slopes[n]) for n in wrt}
    if not np.ndim(value):
        found["hessian"] = {}
        for name, place in places.items():
            if np.size(data[name]) ** 2 <= MAX_ENTRIES:
                block = jax.jit(jax.jacfwd(jax.grad(item.in_jax, place), place))(*values)
                found["hessian"][name] = written(block)
        guard(item, values, slopes, places)
    return found


def guard(
    item: Item, values: list[Array], slopes: dict[str, Array], places: dict[str, int]
) -> None:
    """Compare the gradient with central differences of the value."""
    rng = np.random.default_rng(0)
    for name, place in places.items():
        step = 1e-5 * rng.standard_normal(np.shape(values[place]))
        up, down = (
            item.in_jax(*[v + sign * step if at == place else v for at, v in enumerate(values)])
            for sign in (1, -1)
        )
        expected = float(np.sum(np.asarray(slopes[name]) * step)) * 2
        scale = float(np.abs(slopes[name]).max()) * 1e-5 + 1e-12 * abs(float(up))
        assert abs(float(up - down) - expected) < 1e-4 * scale + 1e-13, (item.name, name)


def written(array: Array) -> Any:
    """Return nested lists of numbers with 15 digits."""
    array = np.asarray(array, dtype=float)
    assert np.isfinite(array).all()
    if array.ndim:
        return [written(part) for part in array]
    number = float(f"{float(array):.{DIGITS}g}")
    return int(number) if number == int(number) and abs(number) < 1e6 else number


if __name__ == "__main__":
    rows = []
    for seed, item in enumerate(ITEMS):
        print(seed, item.name, flush=True)
        rows.append(row(item, seed))
    text = ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in rows)
    OUTPUT.write_text(f'{{"items": [\n{text}\n]}}\n')
