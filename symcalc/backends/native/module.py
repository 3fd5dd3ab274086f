"""Program → the text of an LLVM module with one entry point."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ...errors import CompileError
from ...functions import LIBRARY
from ...program import Program
from .body import NAN_BITS, Body
from .entries import batch_text, point_text, sums_text
from .grid import grid_text
from .library import library_address
from .mathematics import scalar_address, vector_address
from .parts import cut
from .vector_functions import FASTEST, has_vector_function, vector_function_text

__all__ = ["MANY", "Module", "batch_module", "grid_module", "point_module", "sums_module"]


@dataclass(frozen=True, slots=True)
class Module:
    """The text of a module and what it calls.

    Attributes
    ----------
    text : str
    entry : str
        The name of its entry point.
    addresses : dict of str to int
        Where the functions start that the module declares.
    n_instructions : int
    """

    text: str
    entry: str
    addresses: dict[str, int]
    n_instructions: int


#: A function has no effect but its result: calls may be merged and left out.
_PURE = "nounwind willreturn memory(none)"

#: With more calls of functions of vectors than this, they are not put into the line that calls.
MOST_INLINE = 8


class _Declarations:
    """Collects the functions of C's mathematics that a body calls."""

    def __init__(self, width: int, letter: str) -> None:
        self._width, self._letter = width, letter
        self.addresses: dict[str, int] = {}
        self.lines: dict[str, str] = {}
        self._own: Counter[str] = Counter()

    def function(self, name: str, n_args: int) -> tuple[str, bool]:
        """Declare a function; return its symbol and whether it takes vectors."""
        if name.startswith(LIBRARY):
            return self._library_function(name), False
        found = None
        if self._width > 1:
            if name not in FASTEST:
                found = vector_address(name, n_args, self._letter, self._width)
            if found is None and has_vector_function(name, self._letter):
                self._own[name] += 1
                return f"symcalc_{name}_of_vectors", True
        kind = "double" if found is None else f"<{self._width} x double>"
        symbol, address = (name, scalar_address(name)) if found is None else found
        if address is None:
            raise CompileError(f"This system's C library lacks `{name}`; use backend='numpy'.")
        symbol = f"symcalc_{symbol}"
        self.addresses[symbol] = address
        given = ", ".join([kind] * n_args)
        self.lines[symbol] = f"declare {kind} @{symbol}({given}) {_PURE}"
        return symbol, found is not None

    def text(self) -> str:
        """Return all declarations and definitions."""
        inline = self._own.total() <= MOST_INLINE
        own = [
            vector_function_text(
                name, f"symcalc_{name}_of_vectors", self._width, self._letter, inline
            )
            for name in self._own
        ]
        return "\n".join([*self.lines.values(), *own])

    def _library_function(self, name: str) -> str:
        """Declare a function of SciPy, and define one of doubles around it."""
        function = name.removeprefix(LIBRARY)
        found = library_address(function)
        if found is None:
            raise CompileError(f"This SciPy has no compiled `{function}`; use backend='numpy'.")
        symbol, around = f"symcalc_{function}", f"symcalc_around_{function}"
        self.addresses[symbol] = found.address
        self.lines[symbol] = found.text(symbol, around)
        return around


def point_module(program: Program, names: Sequence[str], *, are_derivatives: bool = True) -> Module:
    """Return a module for one point: `point(inputs, outputs)` on arrays of doubles."""
    return _module(program, names, 1, "", "point", are_derivatives)


def batch_module(program: Program, names: Sequence[str], width: int, letter: str) -> Module:
    """Return a module for many points: `batch(n, inputs, strides, outputs)`.

    `inputs` and `outputs` are arrays of pointers. A stride is 1, or 0 for an argument that is the
    same everywhere: then `width` copies of it stand at its pointer. What is left over after whole
    vectors is computed in scratch space by the same instructions, so that the place of a point
    does not change its bits. Without a `letter` every function is that for one double.
    """
    return _module(program, names, width, letter, "batch")


def grid_module(program: Program, names: Sequence[str], width: int, letter: str) -> Module:
    """Return a module for arrays, row by row: `grid(n_rows, n, inputs, steps, …)`."""
    return _module(program, names, width, letter, "grid", False)


def sums_module(program: Program, names: Sequence[str], width: int, letter: str) -> Module:
    """Return a module for totals over many points: `sums(n, inputs, strides, totals)`.

    Vectors are added up in blocks, the blocks in order; arguments are as those of `batch`.
    """
    return _module(program, names, width, letter, "sums", False)


_WRITERS = {"batch": batch_text, "grid": grid_text, "sums": sums_text}

#: The entry points for many points.
MANY = frozenset(_WRITERS)


def _module(
    program: Program,
    names: Sequence[str],
    width: int,
    letter: str,
    entry: str,
    are_derivatives: bool = True,
) -> Module:
    declared = _Declarations(width, letter)
    graph = program.graph
    used = {graph.data[node] for node in program.order if graph.kinds[node] == "var"}
    inputs = {name: f"%in{place}" for place, name in enumerate(names) if name in used}
    body = Body(program, width, inputs, declared.function)
    outputs = body.run(are_derivatives=are_derivatives)
    parts, n_slots = cut(body.lines, outputs)
    if entry == "point":
        text = point_text(parts, n_slots)
    else:
        text = _WRITERS[entry](parts, n_slots, width, len(names), len(outputs))
    lines = declared.text()
    if width > 1:
        lines += NAN_BITS.format(width=width, vector=f"<{width} x double>")
    return Module(f"{lines}\n{text}", entry, declared.addresses, len(body.lines))
