"""What runs when a compiled function over arrays is called: code for the sizes of arguments."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from math import prod
from typing import Any, NamedTuple

import numpy as np

from ..errors import ArgumentError
from ..expression import Expression
from ..graph.shapes import Shape
from ..program import Fused, in_layout, in_steps, lower, row_blocks
from ..symbolic import lengths, prepare
from .arguments import NATIVE, Arguments, Bound
from .array_derivatives import ArrayDerivatives
from .columns import MAX_SIZES
from .fusing import worth_fusing
from .lambdified import Generated, generate_for_sizes
from .sizes import check_parts, known_size

__all__ = ["ArrayRunner", "are_out_of_range", "refuse_large"]

#: A Hessian or Jacobian with more entries than this is not formed.
MAX_ENTRIES = 10**8


_NOTHING: set[int] = set()


class _Code(NamedTuple):
    """Code for some sizes: what it reads after the arguments, the sizes of what it returns."""

    generated: Generated
    tail: tuple[int, ...]
    results: list[tuple[int, ...]]
    #: whether sums of squares stand behind the results, whose roots are taken
    has_lengths: bool
    #: whether a result may be an argument, or another result
    has_shared: bool


class ArrayRunner:
    """Makes the code of a formula over arrays for the sizes that it meets, and runs it.

    Where a sum of squares leaves the range in which its root and that of its derivatives are
    right, code with scaled squares runs instead, made when it is first needed.

    Attributes
    ----------
    last : Generated or None
        The code of the last call.
    """

    def __init__(
        self,
        expression: Expression,
        arguments: Arguments,
        wrt: tuple[str, ...],
        *,
        may_be_native: bool = False,
    ) -> None:
        self._expression, self._arguments = expression, arguments
        self._may_be_native = may_be_native and arguments.dtype == "float64"
        self._names, self._wrt = arguments.names, wrt
        self._dtype, self._number = NATIVE[arguments.dtype], NATIVE[arguments.dtype].type
        self._lock = threading.RLock()
        self._by_sizes: dict[Any, _Code] = {}
        self._by_order: dict[Any, Generated] = {}
        #: what was asked for last: sizes (the very dict), what is known of arguments, code
        self._recent: dict[tuple[str, bool], tuple[Any, Any, _Code]] = {}
        #: code by what is asked for and the shapes of arguments
        self._noted: dict[tuple[str, tuple[tuple[int, ...], ...]], _Code] = {}
        self._derived: dict[bool, ArrayDerivatives] = {}
        self._shape = expression.graph.shape(expression.root)
        self._definite = arguments.declared("spd")
        self.last: Generated | None = None

    def run(self, what: str, bound: Bound, extra: Sequence[Any] = ()) -> list[Any]:
        """Return the value and what else is asked for, in their shapes."""
        code = self._code((what, False), bound)
        if not code.has_lengths:
            return self._finished(code, self._computed(code, bound, extra), (*bound.values, *extra))
        try:
            with np.errstate(over="raise", divide="raise", invalid="raise"):
                entries = self._computed(code, bound, extra)
        except FloatingPointError:  # scaled squares may have nothing to warn of
            return self.run_scaled(what, bound, extra)
        squares = entries[len(code.results) :]
        if are_out_of_range(squares, self._arguments.dtype):
            return self.run_scaled(what, bound, extra)
        return self._finished(code, entries[: len(code.results)], (*bound.values, *extra))

    def run_again(
        self, what: str, arrays: Sequence[Any], shapes: tuple[tuple[int, ...], ...]
    ) -> list[Any] | None:
        """Return the same for arrays of shapes that were noted, None for all others."""
        code = self._noted.get((what, shapes))
        if code is None:
            return None
        self.last = code.generated
        return self._finished(code, code.generated.function((*arrays, *code.tail)), arrays)

    def note(self, what: str, shapes: tuple[tuple[int, ...], ...], bound: Bound) -> None:
        """Keep the code that ran for arrays of these shapes, if it may run for all of them."""
        code = self._code((what, False), bound)  # another thread may have run since
        if not (code.has_lengths or 0 in bound.sizes.values()):
            if len(self._noted) >= MAX_SIZES:
                self._noted.clear()
            self._noted[what, shapes] = code

    def run_scaled(self, what: str, bound: Bound, extra: Sequence[Any] = ()) -> list[Any]:
        """Return the same with lengths by scaled squares."""
        code = self._code((what, True), bound)
        return self._finished(code, self._computed(code, bound, extra), (*bound.values, *extra))

    def result_shapes(self, what: str) -> list[Shape]:
        """Return the shapes of the value and what else is asked for."""
        own = [self._arguments.shapes.get(name, ()) for name in self._wrt]
        if what == "gradient":
            return [self._shape, *[(*self._shape, *shape) for shape in own]]
        if what == "hessian":
            return [(), *[(*a, *b) for row, a in enumerate(own) for b in own[: row + 1]]]
        return [self._shape, *own] if what == "product" else [self._shape]

    def derivation(self, *, scaled: bool) -> ArrayDerivatives:
        """Return the derivation, with lengths by scaled squares or not, made at the first use."""
        with self._lock:
            if scaled not in self._derived:
                graph, root = self._expression.graph, self._expression.root
                if not self._arguments.is_complex:
                    graph, root = prepare(graph, root, scaled=scaled)
                self._derived[scaled] = ArrayDerivatives(graph, root, self._wrt)
            return self._derived[scaled]

    # -- inside -----------------------------------------------------------------------------

    def _code(self, asked: tuple[str, bool], bound: Bound) -> _Code:
        """Return the code for what is asked for, scaled or not, at the sizes of arguments."""
        sizes, known, code = self._recent.get(asked, (None, None, None))
        if code is None or sizes is not bound.sizes or known != (bound.sparse, bound.symmetric):
            known = bound.sparse, bound.symmetric
            code = self._by_sizes.get((asked, known, *bound.sizes.items()))
            if code is None:
                code = self._for_sizes(*asked, bound)
            self._recent[asked] = bound.sizes, known, code
        self.last = code.generated
        return code

    def _computed(self, code: _Code, bound: Bound, extra: Sequence[Any]) -> list[Any]:
        """Return what code returns; of no elements there may be nothing to return."""
        try:
            found: list[Any] = code.generated.function((*bound.values, *extra, *code.tail))
        except (ZeroDivisionError, ValueError) as error:
            return _of_nothing(error, code, bound.sizes)
        return found

    def _for_sizes(self, what: str, scaled: bool, bound: Bound) -> _Code:
        """Return the code for what is asked for at the sizes of arguments, made if need be."""
        with self._lock:
            sizes, sparse = bound.sizes, bound.sparse
            derivation = self.derivation(scaled=scaled)
            shapes = self.result_shapes(what)
            results = [tuple(known_size(d, sizes) for d in shape) for shape in shapes]
            refuse_large(sum(map(prod, results)))
            graph, outputs, extra = derivation.outputs(what)
            squares = [] if scaled else lengths(graph, outputs[:1])
            outputs = [*outputs, *squares]
            check_parts(graph, outputs, sizes)
            if not sparse:
                graph, outputs = in_layout(graph, outputs, sizes)
            stepped, roots = in_steps(graph, outputs, sizes, bound.symmetric, sparse)
            program = lower(stepped, roots)
            blocks = None if sparse else row_blocks(program, sizes)
            fused: list[Fused] = []
            if self._may_be_native and not sparse:
                program, fused = worth_fusing(program, sizes, blocks)
            tail = list(sizes.values()) + ([blocks.length] if blocks else [])
            nodes = program.order
            order = tuple((stepped.kinds[n], stepped.args[n], stepped.data[n]) for n in nodes)
            within = blocks and blocks.dimension, tuple([group.nodes for group in fused])
            key = (what, scaled, sparse, order, tuple(sizes), within)
            if key not in self._by_order:
                self._by_order[key] = generate_for_sizes(
                    program, (*self._names, *extra), list(sizes), sparse=sparse, blocks=blocks,
                    fused=fused, definite=self._definite,
                    returns=lambda texts: f"[{', '.join(texts)}]",
                )  # fmt: skip
            wanted = roots[: len(results)]
            has_shared = len(set(wanted)) < len(wanted) or any(
                stepped.kinds[root] == "var" for root in wanted
            )
            code = _Code(self._by_order[key], tuple(tail), results, bool(squares), has_shared)
            if len(self._by_sizes) >= MAX_SIZES:
                self._by_sizes.clear()
            known = sparse, bound.symmetric
            self._by_sizes[((what, scaled), known, *sizes.items())] = code
            return code

    def _finished(self, code: _Code, entries: list[Any], given: Sequence[Any]) -> list[Any]:
        """Return results in their shapes, arrays of their own; NaN where there is no value."""
        dtype, taken = self._dtype, set(map(id, given)) if code.has_shared else _NOTHING
        for place, size in enumerate(code.results):
            entry = entries[place]
            if not size:
                if type(entry) is not self._number:
                    entry = np.asarray(entry, dtype=dtype)
                entries[place] = entry.item()
                continue
            if type(entry) is not np.ndarray or entry.dtype is not dtype:
                entry = np.asarray(entry, dtype=dtype)
            if entry.shape != size or entry.base is not None or id(entry) in taken:
                entry = np.broadcast_to(entry, size).copy()
            if code.has_shared:
                taken.add(id(entry))
            entries[place] = entry
        value = entries[0]
        is_undefined = value != value if not code.results[0] else bool(np.isnan(value).any())
        if is_undefined and len(entries) > 1:
            _without_value(entries)
        return entries


def are_out_of_range(squares: Sequence[Any], dtype: str) -> bool:
    """Whether sums of squares are so small or so large that squares, or powers, lose digits."""
    least = np.finfo(dtype).tiny ** 0.5
    return any(bool(np.any((s < least) | (s > 1 / least))) for s in squares)


def refuse_large(n_entries: int) -> None:
    """Refuse a derivative that would not fit into memory."""
    if n_entries > MAX_ENTRIES:
        raise ArgumentError(
            f"This derivative would have {n_entries:.1e} entries, more than {MAX_ENTRIES:.0e}; use "
            "`hessian_product(direction, ...)`, which forms no matrix."
        )


def _without_value(entries: list[Any]) -> None:
    """Make derivatives NaN where the function has no value."""
    undefined = np.isnan(entries[0])
    for place in range(1, len(entries)):
        if np.ndim(entries[place]):
            entries[place][undefined] = np.nan
        else:
            entries[place] = float("nan")


def _of_nothing(error: Exception, code: _Code, sizes: Mapping[str, int]) -> list[Any]:
    """Return NaN for the mean of no elements; of their extremum there is nothing to return."""
    empty = [name for name, size in sizes.items() if size == 0]
    if not empty:
        raise error
    if isinstance(error, ZeroDivisionError):
        return [np.nan] * (len(code.results) + code.has_lengths)
    raise ArgumentError(
        f"The formula needs an element of an array that has none: `{empty[0]}` is 0."
    ) from None
