"""Arrays in NumPy's own words, for source to paste."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..graph.shapes import Dimension, Shape
from .array_nodes import ArrayNotation
from .layout import Layout, Level, Piece

if TYPE_CHECKING:
    from .text import TextRenderer

__all__ = ["NamedLengths", "NumpyMatrices"]

_NAME = re.compile(r"[^\W\d]\w*")

_WORDS = {
    "amax": "np.max",
    "amin": "np.min",
    "det": "np.linalg.det",
    "diag": "np.diag",
    "einsum": "np.einsum",
    "exactprod": "symcalc.backends.array_kernels.product",
    "eye": "np.eye",
    "inv": "np.linalg.inv",
    "kron": "np.kron",
    "logdet": "np.linalg.slogdet",
    "norm2": "np.linalg.norm",
    "length": "symcalc.backends.array_kernels.length",
    "lse": "scipy.special.logsumexp",
    "ones": "np.ones",
    "others": "symcalc.backends.array_kernels.products_of_others",
    "outer": "np.outer",
    "prod": "np.prod",
    "reshape": "np.reshape",
    "softmax": "scipy.special.softmax",
    "solve": "np.linalg.solve",
    "sum": "np.sum",
    "trace": "np.trace",
    "unit": "symcalc.backends.array_kernels.unit",
}


class NumpyMatrices(ArrayNotation):
    """The same notation with NumPy's names; lengths are read off the variables."""

    words = _WORDS
    concatenation = ("np.concatenate([", "]", ")")

    def call(self, word: str, *pieces: Piece) -> Layout:
        layout = super().call(word, *pieces)
        return Layout(Level.ATOM, (*layout.pieces, "[1]")) if word == "logdet" else layout

    def dimension(self, dim: Dimension) -> Layout:
        text = str(super().dimension(dim).pieces[0])
        return Layout(Level.ATOM, (_NAME.sub(self._length, text),))

    def _length(self, found: re.Match[str]) -> str:
        """Return the length of an axis of a variable; a dimension that none has keeps its name."""
        graph, renderer, dim = self.graph, self.renderer, found.group()
        for node in renderer.nodes:
            shape = graph.shape(node)
            if graph.kinds[node] == "var" and dim in shape:
                return f"{renderer.variable(graph.data[node])}.shape[{shape.index(dim)}]"
        return dim

    def lengths(self, dims: Sequence[Dimension]) -> str:
        text = super().lengths(dims)
        return f"({text})" if len(dims) > 1 else text

    def zeros(self, shape: Shape) -> str:
        return f"np.zeros({self.lengths(shape)})"


class NamedLengths(NumpyMatrices):
    """Lengths of axes by their names, which somebody else assigns."""

    def __init__(self, renderer: TextRenderer) -> None:
        super().__init__(renderer)
        #: The names that have been written, in order.
        self.written: dict[str, None] = {}

    def _length(self, found: re.Match[str]) -> str:
        self.written[found.group()] = None
        return found.group()
