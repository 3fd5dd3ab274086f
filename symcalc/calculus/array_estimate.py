"""`ArrayEstimate`: an array of numbers, each with its error, and how far they can be trusted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..outcome import Estimate, Outcome, Trust, json_float

__all__ = ["ArrayEstimate"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ArrayEstimate:
    """An array of numbers with their errors, their method, and how far they can be trusted.

    Attributes
    ----------
    value : ndarray
        NaN where there is no number.
    error : ndarray
        A bound (`Trust.PROVEN`) or an estimate of the absolute error of each; NaN when unknown.
    method : str
        What computed them, in words.
    trust : Trust
        Of the entry that can be trusted least.
    outcome : Outcome
        Of the first entry that is not simply there.
    note : str
        What there is to say of that entry, and which it is.

    Examples
    --------
    >>> import symcalc as sc
    >>> sc.evaluate("X@w", at={"X": [[1, 2], [3, 4]], "w": [1, -1]})
    ArrayEstimate([-1. -1.], proven: ball arithmetic, 128 bits)
    """

    value: Array
    error: Array
    method: str
    trust: Trust
    outcome: Outcome = Outcome.DONE
    note: str = ""

    @classmethod
    def of(cls, shape: tuple[int, ...], entries: Mapping[tuple[int, ...], Estimate]) -> Any:
        """Return estimates by index as one; the one estimate where the shape is that of a number.

        Entries that are missing are known to be zero.
        """
        if not shape:
            return entries[()]
        value, error = np.zeros(shape), np.zeros(shape)
        for index, entry in entries.items():
            value[index], error[index] = entry.value, entry.error
        if not entries:
            return cls(value, error, "structure", Trust.PROVEN)
        worst = min(entries.values(), key=lambda entry: entry.trust.degree)
        bad = next((i for i, entry in entries.items() if not entry.outcome.is_good), None)
        told = bad if bad is not None else next((i for i in entries if entries[i].note), None)
        note = "" if told is None else f"[{', '.join(map(str, told))}]: {entries[told].note}"
        outcome = Outcome.DONE if bad is None else entries[bad].outcome
        return cls(value, error, worst.method, worst.trust, outcome, note)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        """Return the numbers, so that NumPy takes an estimate for an array."""
        found = self.value if dtype is None else self.value.astype(dtype)
        return found.copy() if copy else found

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the array."""
        return self.value.shape

    def turned(self, n_first: int) -> ArrayEstimate:
        """Return the estimate with its first axes behind the others."""
        axes = (*range(n_first, self.value.ndim), *range(n_first))
        value, error = np.transpose(self.value, axes), np.transpose(self.error, axes)
        return replace(self, value=value.copy(), error=error.copy())

    @property
    def worst_error(self) -> float:
        """The largest of the errors; NaN where one is not known."""
        return float(np.max(self.error, initial=0.0))

    @property
    def digits(self) -> str:
        """The numbers as they are printed, those of a large array in part."""
        return np.array2string(self.value, threshold=60, edgeitems=3)

    def __repr__(self) -> str:
        shown = np.array2string(self.value, threshold=60, edgeitems=3, prefix="ArrayEstimate(")
        error = f" ± {self.worst_error:.2g}" if self.worst_error > 0.0 else ""
        remark = "" if self.outcome is Outcome.DONE else f" {self.outcome.value}"
        said = f"{remark} {self.note}" if self.note else remark
        said = f";{said}" if said else ""
        return f"ArrayEstimate({shown}{error}, {self.trust.value}: {self.method}{said})"

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary; a number that is not finite is its name."""
        return {
            "value": _nested(self.value, json_float),
            "error": _nested(self.error, json_float),
            "method": self.method,
            "trust": self.trust.value,
            "outcome": self.outcome.name.lower(),
            "message": self.outcome.value,
            "note": self.note,
        }


def _nested(array: Array, convert: Callable[[float], Any]) -> Any:
    """Return nested lists of converted numbers."""
    if array.ndim:
        return [_nested(part, convert) for part in array]
    return convert(float(array))
