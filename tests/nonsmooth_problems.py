"""Problems with kinks from the literature, with the minima that their papers give."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["NONSMOOTH", "NonsmoothProblem"]


@dataclass(frozen=True)
class NonsmoothProblem:
    """One problem of L. Luksan and J. Vlcek, Test problems for nonsmooth unconstrained and linearly
    constrained optimization, 2000: section 2 largest of functions, section 3 others.

    Attributes
    ----------
    name, objective : str
    start : dict
    minimum : float
        To the digits of the paper.
    source : str
        Where it stands there, and who gave it.
    data : dict or None
    """

    name: str
    objective: str
    start: dict[str, Any]
    minimum: float
    source: str
    data: dict[str, Any] | None = field(default=None, repr=False)

    def __str__(self) -> str:
        return self.name

    def is_minimum(self, value: float) -> bool:
        """Whether a value is the minimum, to the digits that are known, relative or absolute."""
        return abs(value - self.minimum) <= 5e-8 * max(1.0, abs(self.minimum))


def _array(values: Any) -> Any:
    """Return data; a matrix of Hilbert by its size."""
    if isinstance(values, str):
        n = int(values.removeprefix("hilbert "))
        i = np.arange(n)
        return 1.0 / (i[:, None] + i + 1)
    return np.array(values, dtype=float)


def _read() -> tuple[NonsmoothProblem, ...]:
    path = Path(__file__).parent / "data" / "nonsmooth.json"
    rows = json.loads(path.read_text(encoding="utf-8"))
    for row in rows:
        row["start"] = {
            n: np.array(v) if isinstance(v, list) else v for n, v in row["start"].items()
        }
        if "data" in row:
            row["data"] = {name: _array(values) for name, values in row["data"].items()}
    return tuple(NonsmoothProblem(**row) for row in rows)


#: The problems, in the order of their file.
NONSMOOTH = _read()
