"""Estimates of the gradient whose variance vanishes as the run converges: SVRG and SAGA."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import ArgumentError
from ..batches import Batch, Batches, RowObjective
from ..bounds import Vector
from ..objective import Point

__all__ = ["SAGA", "SVRG", "check_table"]

#: The table of gradients of SAGA may fill so many bytes.
TABLE_BYTES = 2**28


@dataclass(frozen=True, slots=True)
class SVRG:
    """Johnson and Zhang, Accelerating stochastic gradient descent, 2013, figure 1.

    The anchor is the last point looked at, whose whole gradient is known from the trace.
    """

    def begin(self, rows: RowObjective, batches: Batches, point: Point, memory: Any) -> Any:
        """Return the last point looked at and its gradient."""
        return point.x, point.gradient

    def run(self, batches: Batches, number: int, first: int) -> Iterator[Batch]:
        """Yield the batches of a pass, in a new order."""
        return batches.run(number, first)

    def gradient(self, rows: RowObjective, x: Vector, batch: Batch, anchor: Any) -> Vector:
        """Return the change of the batch's gradient since the anchor, added to the whole one."""
        place, whole = anchor
        here = rows.value_and_gradient(x, batch.rows, batch.n_rows)[1]
        there = rows.value_and_gradient(place, batch.rows, batch.n_rows)[1]
        return np.asarray(here - there + whole)


@dataclass(frozen=True, slots=True)
class SAGA:
    """Defazio, Bach and Lacoste-Julien, SAGA, 2014, eq. (1), with batches in the place of rows.

    Batches have the same rows in every pass, and a table keeps the last gradient of each. One that
    has p times its even share of the rows counts p times in the estimate, which has no bias.
    """

    def begin(self, rows: RowObjective, batches: Batches, point: Point, memory: Any) -> Any:
        """Return the table of the gradients of all batches, and their mean over the rows."""
        if memory is not None:
            return memory[0].copy(), memory[1].copy()
        table = np.empty((len(batches), point.x.size))
        for batch in batches.fixed(0):
            table[batch.number] = rows.value_and_gradient(point.x, batch.rows, batch.n_rows)[1]
        return table, point.gradient.copy()

    def run(self, batches: Batches, number: int, first: int) -> Iterator[Batch]:
        """Yield the batches, the same in every pass, in a new order."""
        return batches.fixed(number, first)

    def gradient(self, rows: RowObjective, x: Vector, batch: Batch, anchor: Any) -> Vector:
        """Return the change of the batch's gradient since it was last seen, added to the mean."""
        table, mean = anchor
        here = rows.value_and_gradient(x, batch.rows, batch.n_rows)[1]
        change = here - table[batch.number]
        table[batch.number] = here
        share = batch.n_rows / rows.data.n_rows
        estimate = (share * len(table)) * change + mean
        mean += share * change
        return np.asarray(estimate)


def check_table(n_rows: int, size: int, n_variables: int) -> None:
    """Refuse batches so small that the gradients of all of them do not fit in memory."""
    n_bytes = 8 * n_variables * -(-n_rows // size)
    if n_bytes > TABLE_BYTES:
        enough = -(-n_rows // max(TABLE_BYTES // (8 * n_variables), 1))
        raise ArgumentError(
            f"SAGA keeps a gradient for each of {-(-n_rows // size)} batches, {n_bytes / 1e6:.0f} "
            f"MB; it may fill {TABLE_BYTES / 1e6:.0f} MB. Take batch_size={enough} or more, or "
            "method='svrg', which keeps none."
        )
