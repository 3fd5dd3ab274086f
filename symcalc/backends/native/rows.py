"""Totals over columns of data: numbers before each pass, one pass over the rows, numbers after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...program import SIZE
from .calls import PointCall, SumsCall

__all__ = ["RowsCall", "Stage"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Stage:
    """What one pass adds up, and the numbers that it reads.

    Attributes
    ----------
    numbers : PointCall or None
        The numbers computed before the pass, where there are any.
    reads : tuple of str
        What they are made of.
    gives : tuple of str
        Their names.
    sums : SumsCall
    over : tuple of str
        The columns and numbers that it reads.
    totals : tuple of str
        The names of the totals.
    """

    numbers: PointCall | None
    reads: tuple[str, ...]
    gives: tuple[str, ...]
    sums: SumsCall
    over: tuple[str, ...]
    totals: tuple[str, ...]


class RowsCall:
    """The outputs of formulas over columns of data, no array written on the way.

    Parameters
    ----------
    stages : sequence of Stage
    outputs : PointCall
    reads : tuple of str
        What the outputs are made of.
    names : sequence of str
        The arguments in order.
    """

    def __init__(
        self,
        stages: Sequence[Stage],
        outputs: PointCall,
        reads: tuple[str, ...],
        names: Sequence[str],
    ) -> None:
        self._stages, self._outputs = stages, outputs
        self._reads, self._names = reads, tuple(names)

    def __call__(self, values: Sequence[Any], n_rows: int) -> Array:
        """Return the outputs for arguments in order; columns are arrays of `n_rows` numbers."""
        known: dict[str, Any] = dict(zip(self._names, values, strict=True))
        known[SIZE] = float(n_rows)
        for stage in self._stages:
            if stage.numbers is not None:
                found = stage.numbers([known[name] for name in stage.reads])
                known.update(zip(stage.gives, found.tolist(), strict=True))
            totals = stage.sums([known[name] for name in stage.over], n_rows)
            known.update(zip(stage.totals, totals.tolist(), strict=True))
        return self._outputs([known[name] for name in self._reads])
