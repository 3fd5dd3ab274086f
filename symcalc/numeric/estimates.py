"""Many numbers with their errors, in the shape of an array."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..outcome import Estimate, Outcome, Trust

__all__ = ["Estimates"]

_DOUBTFUL_FIRST = (
    Trust.UNCHECKED,
    Trust.SUSPECT,
    Trust.ESTIMATED,
    Trust.CHECKED,
    Trust.PROVEN,
)


@dataclass(frozen=True, eq=False)
class Estimates:
    """A gradient, Jacobian or Hessian from values: an array of `Estimate`.

    Attributes
    ----------
    entries : tuple of Estimate
        In C order.
    shape : tuple of int
    n_evaluations : int
        How often the function was called; a call with many points counts once.

    Examples
    --------
    >>> import symcalc as sc
    >>> found = sc.numeric_gradient(lambda x: x[0] ** 2 * x[1], [3.0, 2.0])
    >>> found.value.round(9)
    array([12.,  9.])
    >>> str(found[0].trust)
    'checked'
    """

    entries: tuple[Estimate, ...]
    shape: tuple[int, ...]
    n_evaluations: int

    @property
    def value(self) -> NDArray[np.float64]:
        """The numbers as an array; NaN where there is none."""
        return self._array(lambda entry: entry.value)

    @property
    def error(self) -> NDArray[np.float64]:
        """The estimated absolute errors."""
        return self._array(lambda entry: entry.error)

    @property
    def step(self) -> NDArray[np.float64]:
        """The least step that each number rests on; NaN where there is none."""
        return self._array(lambda entry: math.nan if entry.step is None else entry.step)

    @property
    def trust(self) -> Trust:
        """The least trust among the entries."""
        return min((entry.trust for entry in self.entries), key=_DOUBTFUL_FIRST.index)

    @property
    def outcome(self) -> Outcome:
        """The first outcome that is not good; `Outcome.DONE` where all are."""
        return next((e.outcome for e in self.entries if not e.outcome.is_good), Outcome.DONE)

    def _array(self, part: Callable[[Estimate], float]) -> NDArray[np.float64]:
        return np.array([part(entry) for entry in self.entries], dtype=float).reshape(self.shape)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.asarray(self.value, dtype=dtype)

    def __len__(self) -> int:
        return self.shape[0]

    def __iter__(self) -> Iterator[Estimate]:
        return iter(self.entries)

    def __getitem__(self, index: int | tuple[int, ...]) -> Estimate:
        return self.entries[int(np.arange(len(self.entries)).reshape(self.shape)[index])]

    def __repr__(self) -> str:
        return "\n".join(f"{name} = {text}" for name, text in self._lines())

    def _lines(self) -> list[tuple[str, str]]:
        """Return the place and the report of each entry."""
        lines = []
        for index, entry in zip(np.ndindex(self.shape), self.entries, strict=True):
            text = f"{entry.value:.15g} ± {entry.error:.2g} ({entry.trust})"
            remark = "; ".join(
                filter(None, ("" if entry.outcome.is_good else str(entry.outcome), entry.note))
            )
            lines.append((f"[{', '.join(map(str, index))}]", f"{text} {remark}".rstrip()))
        return lines

    def _repr_html_(self) -> str:
        rows = "".join(f"<tr><td>{n}</td><td>{escape(text)}</td></tr>" for n, text in self._lines())
        return f"<table>{rows}</table>"

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {
            "shape": list(self.shape),
            "entries": [entry.to_dict() for entry in self.entries],
            "trust": self.trust.value,
            "outcome": self.outcome.name.lower(),
            "n_evaluations": self.n_evaluations,
        }
