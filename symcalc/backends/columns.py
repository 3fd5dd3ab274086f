"""Code for long columns of data beside numbers, which are read block by block."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..graph.graph import Graph, Node
from ..program import in_steps, lower, row_blocks
from .lambdified import Generated, generate_for_sizes
from .outputs import returned_text

__all__ = ["MAX_SIZES", "ColumnBlocks"]

#: So many combinations of sizes are remembered.
MAX_SIZES = 256

#: `outputs(what)` returns graph, output nodes, and names of further arguments.
Outputs = Callable[[str], tuple[Graph, list[Node], tuple[str, ...]]]


class ColumnBlocks:
    """What of a compiled function runs over blocks of its columns, by their lengths."""

    def __init__(self, names: tuple[str, ...], outputs: Outputs) -> None:
        self._names, self._outputs = names, outputs
        self._lock = threading.RLock()
        self._known: dict[Any, tuple[Generated, tuple[int, ...]] | None] = {}

    def function(
        self, what: str, sizes: Mapping[str, int]
    ) -> Callable[[Sequence[Any]], Any] | None:
        """Return what computes value and derivatives for columns; None where blocks do not pay."""
        key = (what, *sizes.items())
        with self._lock:
            if key not in self._known:
                if len(self._known) >= MAX_SIZES:
                    self._known.clear()
                self._known[key] = self._made(what, sizes)
            found = self._known[key]
        if found is None:
            return None
        code, tail = found
        return lambda values: code.function((*values, *tail))

    def source(self, what: str) -> str | None:
        """Return the code for the lengths met last; None where there is none."""
        made = [code for (asked, *_), code in self._known.items() if asked == what]
        return made[-1][0].source if made and made[-1] else None

    def _made(
        self, what: str, sizes: Mapping[str, int]
    ) -> tuple[Generated, tuple[int, ...]] | None:
        graph, outputs, extra = self._outputs(what)
        program = lower(*in_steps(graph, outputs, sizes))
        blocks = row_blocks(program, sizes)
        if blocks is None:
            return None
        names, returns = (*self._names, *extra), returned_text(what)
        code = generate_for_sizes(program, names, list(sizes), blocks=blocks, returns=returns)
        return code, (*sizes.values(), blocks.length)
