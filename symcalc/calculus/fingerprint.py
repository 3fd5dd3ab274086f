"""What a run is of, in few characters: the text of an objective, a fingerprint of its data."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ..errors import ArgumentError
from ..expression import Expression
from ..optimize.keeping import EVERY, Keeping
from .constraint_reading import names_in
from .data import Table

__all__ = ["fingerprint", "keeping_of"]

#: Bytes that are hashed at a time.
BLOCK = 1 << 24


def fingerprint(data: Mapping[str, Any]) -> str:
    """Return a hash of arrays by name: their names, types, shapes and all of their bytes."""
    if not data:
        return "none"
    digest = hashlib.sha256()
    for name in sorted(data):
        for array in _parts(data[name]):
            digest.update(f"{name} {array.dtype.str} {array.shape};".encode())
            flat = array.reshape(-1)
            n_entries = max(BLOCK // max(flat.itemsize, 1), 1)
            for first in range(0, flat.size, n_entries):
                digest.update(np.ascontiguousarray(flat[first : first + n_entries]).data)
    return f"sha256 {digest.hexdigest()[:32]}"


def _parts(array: Any) -> Iterator[Any]:
    """Yield the arrays that one is made of: a sparse one of several."""
    if hasattr(array, "tocsr"):
        rows = array.tocsr()
        yield from (np.asarray(rows.shape), rows.data, rows.indices, rows.indptr)
    else:
        yield np.asarray(array)


def keeping_of(
    checkpoint: Any, every: Any, resume: Any, objective: Expression, data: Mapping[str, Any] | None,
    table: Table | None, constraints: Sequence[Any],
) -> Keeping | None:  # fmt: skip
    """Return how a run is to be kept, None without a checkpoint.

    `data` is what the objective uses; constraints may use more of the `table`.

    Raises
    ------
    ArgumentError
        When something is said of a checkpoint that there is not.
    """
    if checkpoint is None:
        if every is not None or resume is not True:
            said = "checkpoint_every" if every is not None else "resume"
            raise ArgumentError(f"`{said}` is given without `checkpoint`; give the path of a file.")
        return None
    used = dict(data or {})
    if table is not None:
        words = names_in(constraints)
        used |= {name: table.array(name) for name in table.names if name in words}
    problem = {
        "objective": objective.text,
        "data": fingerprint(used),
        "constraints": "; ".join(str(text) for text in constraints),
    }
    return Keeping(checkpoint, EVERY if every is None else every, resume, problem)
