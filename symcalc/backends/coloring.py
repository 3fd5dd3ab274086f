"""A sparse symmetric matrix from a few products with vectors, by colors of its columns.

Gebremedhin, Manne and Pothen, *What color is your Jacobian?* (2005): neighbours differ in color,
and no path of four is colored with two (a star coloring). Then each entry stands alone in one of
the products of the matrix with the sum of the unit vectors of one color.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .sparse import Pattern

if TYPE_CHECKING:
    import scipy.sparse

__all__ = ["CompressedMatrix", "star_coloring"]

Array = NDArray[np.float64]

#: Columns with more entries than this have a color of their own.
MAX_DEGREE = 64


def star_coloring(neighbours: Sequence[set[int]]) -> list[int]:
    """Return a color for each vertex of a graph: neighbours by their places, loops aside."""
    colors = [-1] * len(neighbours)
    hubs = [v for v, near in enumerate(neighbours) if len(near) > MAX_DEGREE]
    for color, hub in enumerate(hubs):
        colors[hub] = color
    order = sorted(range(len(neighbours)), key=lambda v: (-len(neighbours[v]), v))
    for v in order:
        if colors[v] >= 0:
            continue
        forbidden = _forbidden(neighbours, colors, v, len(hubs))
        color = len(hubs)
        while color in forbidden:
            color += 1
        colors[v] = color
    return colors


def _forbidden(
    neighbours: Sequence[set[int]], colors: Sequence[int], v: int, n_hubs: int
) -> set[int]:
    """Return the colors that would make neighbours alike, or a path of four two-colored."""
    found: set[int] = set()
    for w in neighbours[v]:
        color = colors[w]
        found.add(color)
        if w == v or 0 <= color < n_hubs:
            continue
        for x in neighbours[w]:
            if x in (v, w) or colors[x] < n_hubs:
                continue
            if color < 0 or any(colors[y] == color for y in neighbours[x] if y != w):
                found.add(colors[x])
    return found


class CompressedMatrix:
    """A symmetric matrix with entries in known places, from its products with `seeds`.

    Parameters
    ----------
    neighbours : sequence of set of int
        The places of the entries in each row; the pattern is symmetric.

    Attributes
    ----------
    seeds : ndarray (n_colors, n)
        What the matrix is to be multiplied by.
    """

    def __init__(self, neighbours: Sequence[set[int]]) -> None:
        n = len(neighbours)
        colors = star_coloring(neighbours)
        self.seeds = np.zeros((max(colors, default=-1) + 1, n))
        self.seeds[colors, np.arange(n)] = 1.0
        places = [(row, column) for row in range(n) for column in sorted(neighbours[row])]
        counts = [Counter([colors[column] for column in near]) for near in neighbours]
        alone = [
            (row, colors[column]) if counts[row][colors[column]] == 1 else (column, colors[row])
            for row, column in places
        ]
        self._rows, self._colors = np.array(alone, dtype=np.int64).reshape(-1, 2).T
        self._pattern = Pattern(places, (n, n))

    def from_products(self, products: Sequence[Array], dtype: str) -> scipy.sparse.csr_array:
        """Return the matrix, given its products with the seeds in order."""
        table: Any = np.array(products).reshape(self.seeds.shape)
        return self._pattern.filled(table[self._colors, self._rows], dtype)
