"""What runs when a compiled function of numbers is called: native code, plain floats or arrays."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from ..expression import Expression
from ..graph.graph import Graph, Node
from ..symbolic import lengths, prepare
from .arguments import Arguments, Bound
from .array_running import ArrayRunner, are_out_of_range
from .blockwise import LongArrays, is_long
from .columns import ColumnBlocks
from .derivatives import Derivatives
from .flavours import NestingError
from .lambdified import Generated, generate, generate_in_place
from .native_path import NativePath
from .outputs import returned_text, split_outputs
from .prediction import announce

if TYPE_CHECKING:
    from .native import PointCall

__all__ = ["FLOAT_TROUBLE", "Runner"]

#: Asked for after a kind of derivative: sums of squares whose roots are taken, too.
AND_SQUARES = " and squares"

#: What plain-float code raises where NumPy returns NaN or an infinity, and says so in a warning.
FLOAT_TROUBLE = (ValueError, OverflowError, ZeroDivisionError)


class Parts(Protocol):
    """What has nodes to compute."""

    def outputs(self, what: str) -> tuple[Graph, list[Node], tuple[str, ...]]:
        """Return the graph, the nodes of what is asked for, and the names of further arguments."""


class Runner:
    """Makes the code of one formula and its derivatives when it is first needed, and runs it.

    Other `parts` than the formula's value and derivatives may be given.

    Attributes
    ----------
    value, gradient : callable
        What takes a sequence of plain floats: `value` returns a float, `gradient` the value and
        the partial derivatives. They replace themselves by what is faster, once that is made.
    point : callable or None
        Native code for value and gradient at a vector, once there is some.
    """

    def __init__(
        self, expression: Expression, arguments: Arguments, wrt: tuple[str, ...], order: int,
        *, backend: str, accuracy: str, parts: Parts | None = None,
    ) -> None:  # fmt: skip
        self._given = parts
        self._expression, self._arguments = expression, arguments
        self._names, self._wrt, self._order = arguments.names, wrt, order
        self._lock = threading.RLock()
        self._generated: dict[tuple[str, bool], Generated | None] = {}
        self._columns = ColumnBlocks(self._names, self.outputs)
        self._long: dict[str, LongArrays] = {}
        self._derivatives: Derivatives | None = None
        self._scaled: ArrayRunner | None = None
        self.native = NativePath(backend, accuracy, self._names, self.outputs)
        self.value: Callable[[Sequence[Any]], Any] = self._first_value
        self.gradient: Callable[[Sequence[Any]], Any] = self._first_gradient
        self.point: PointCall | None = None

    @property
    def parts(self) -> Derivatives:
        """The derivation, made at the first use."""
        with self._lock:
            if self._derivatives is None:
                source = self._expression.graph, self._expression.root
                self._derivatives = Derivatives(*self._prepared(), self._wrt, source)
            return self._derivatives

    def outputs(self, what: str) -> tuple[Graph, list[Node], tuple[str, ...]]:
        """Return the graph, the nodes of what is asked for, and the names of further arguments.

        Asked for with `AND_SQUARES`, they are followed by the sums of squares that roots are of.
        """
        with self._lock:
            parts = self._given or self.parts
            graph, nodes, names = parts.outputs(what.removesuffix(AND_SQUARES))
            if what.endswith(AND_SQUARES):
                nodes = [*nodes, *lengths(graph, nodes[:1])]
            return graph, nodes, names

    def run(self, what: str, bound: Bound) -> Any:
        """Run the code for what is asked for; a mean of no rows is NaN."""
        try:
            has_lengths = bound.sizes and self._has_lengths
            return self._in_range(what, bound) if has_lengths else self._run(what, bound)
        except ZeroDivisionError:
            if not bound.sizes or any(bound.sizes.values()):
                raise
        n_outputs = len(self.outputs(what)[1])
        return split_outputs(what, np.full(n_outputs, np.nan))

    def code(self, what: str, *, scalar: bool) -> Generated:
        """Return the code for what is asked for, generated at the first call."""
        key = (what, scalar)
        with self._lock:
            if key not in self._generated:
                graph, outputs, extra = self.outputs(what)
                self._generated[key] = self._generate(graph, outputs, extra, what, scalar)
            found = self._generated[key]
        if found is None:
            raise NestingError("The branches are nested too deeply for plain floats.")
        return found

    def source(self, what: str) -> str:
        """Return the code for arrays; after calls with columns that for their lengths."""
        return self._columns.source(what) or self.code(what, scalar=False).source

    # -- inside -----------------------------------------------------------------------------

    def _run(self, what: str, bound: Bound) -> Any:
        """Run the code for what is asked for: on plain floats where the arguments are."""
        found = self.native.run(what, bound)
        if found is not None:
            return split_outputs(what, found)
        if bound.is_plain and self._arguments.has_fast_path:
            try:
                return self.code(what, scalar=True).function(bound.values)
            except (*FLOAT_TROUBLE, NestingError):
                pass
        if in_blocks := bound.sizes and self._columns.function(what, bound.sizes):
            return in_blocks(bound.values)
        if is_long(bound, len(self.outputs(what)[0])):
            return split_outputs(what, self._long_arrays(what)(bound))
        return self.code(what, scalar=False).function(bound.arrays())

    @cached_property
    def _has_lengths(self) -> bool:
        """Whether roots are taken of sums of squares over columns."""
        return bool(lengths(self.parts.graph, [self.parts.root]))

    def _in_range(self, what: str, bound: Bound) -> Any:
        """Run the code; by scaled squares where sums of squares leave their range."""
        n_entries = len(self.outputs(what)[1]) - 1
        try:
            with np.errstate(over="raise", divide="raise", invalid="raise"):
                value, entries = self._run(what + AND_SQUARES, bound)
        except FloatingPointError:
            return self._scaled_run(what, bound)
        if are_out_of_range(entries[n_entries:], bound.dtype):
            return self._scaled_run(what, bound)
        return value if what == "value" else (value, entries[:n_entries])

    def _scaled_run(self, what: str, bound: Bound) -> Any:
        """Run code for arrays, with lengths by scaled squares."""
        with self._lock:
            if self._scaled is None:
                self._scaled = ArrayRunner(self._expression, self._arguments, self._wrt)
        value, *entries = self._scaled.run_scaled(what, bound)
        if what == "hessian":
            pairs = [(row, column) for row in range(len(self._wrt)) for column in range(row + 1)]
            blocks = dict(zip(pairs, entries, strict=True))
            entries = [blocks[place] for place in self.parts.hessian_places]
        return value if what == "value" else (value, entries)

    def _prepared(self) -> tuple[Graph, Node]:
        """Return the formula in stable atoms, which are the same function on the real line only."""
        graph, root = self._expression.graph, self._expression.root
        return (graph, root) if self._arguments.is_complex else prepare(graph, root)

    def _generate(
        self, graph: Graph, outputs: list[Node], extra: tuple[str, ...], what: str, scalar: bool
    ) -> Generated | None:
        names = (*self._names, *extra)
        announce(what, graph, outputs, "numpy")
        try:
            return generate(graph, outputs, names, scalar=scalar, returns=returned_text(what))
        except NestingError:
            return None

    def _long_arrays(self, what: str) -> LongArrays:
        """Return what computes long arrays block by block."""
        with self._lock:
            if what not in self._long:
                graph, outputs, extra = self.outputs(what)
                names = (*self._names, *extra)

                def made(single: frozenset[int]) -> tuple[Generated, int, int]:
                    scalars = frozenset(names[place] for place in single)
                    return generate_in_place(graph, outputs, names, scalars)

                self._long[what] = LongArrays(made, len(outputs))
            return self._long[what]

    def _first_value(self, args: Sequence[Any]) -> Any:
        self._set_value(self.native.point("value"))
        return self.value(args)

    def _first_gradient(self, args: Sequence[Any]) -> Any:
        self._set_gradient(self.native.point("gradient") if self._order else None)
        return self.gradient(args)

    def _set_value(self, point: PointCall | None) -> None:
        if point is not None:
            self.value = lambda args: point(args).item(0)
        else:
            self.value = self._float_code("value", self._set_value)

    def _set_gradient(self, point: PointCall | None) -> None:
        if point is not None:
            self.point = point
            self.gradient = lambda args: split_outputs("gradient", point(args))
        elif self._order:
            self.gradient = self._float_code("gradient", self._set_gradient)
        else:
            self.gradient = _no_fast_path

    def _float_code(
        self, what: str, replace: Callable[[PointCall | None], None]
    ) -> Callable[[Sequence[Any]], Any]:
        """Return the code on plain floats, or what sends the caller to the path for arrays."""
        if not self._arguments.has_fast_path:
            return _no_fast_path
        try:
            function = self.code(what, scalar=True).function
        except NestingError:
            return _no_fast_path
        return self.native.after_many_calls(what, function, replace)


def _no_fast_path(args: Sequence[Any]) -> Any:
    raise ValueError("There is no path for plain floats.")
