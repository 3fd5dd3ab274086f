"""Native code for one compiled function: made when it is asked for, or worth its making."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from math import prod
from typing import TYPE_CHECKING, Any

from ..errors import ArgumentError, CompileError
from ..graph.graph import Graph, Node
from ..program import missing_primitives
from .arguments import Bound
from .installed import has_native
from .prediction import announce
from .row_totals import TARGET, WEIGHT, products_of_rows

if TYPE_CHECKING:
    from .native import BatchCall, PointCall, RowsCall, SumsCall

__all__ = ["ACCURACIES", "BACKENDS", "NativePath"]

#: "jax" is a kind of function of its own.
BACKENDS = ("auto", "numpy", "native", "jax")

#: "fast": functions of vectors, right to 4 units in the last place; "strict": those for one double.
ACCURACIES = ("fast", "strict")

#: From so many points on, code for all of them in one pass is worth the time that LLVM takes.
MANY_POINTS = 20_000

#: A formula of so many nodes, called so often at single points, is worth it as well.
MANY_NODES, MANY_CALLS = 100, 8000

#: Products of more columns than these are added up by matrix products.
MANY_COLUMNS = 16

#: What plain floats and native code may compute differently in the last bit.
_OWN_IN_PYTHON = frozenset({"hypot", "direction", "gamma", "mod", "logsumexp", "erf", "erfc"})

_NO_TOTALS = (
    "backend='native' computes numbers made of totals over columns of data; what has a number for "
    "each row, or sums over parts, needs backend='numpy'."
)

#: `outputs(what)` returns graph, output nodes, and names of further arguments.
Outputs = Callable[[str], tuple[Graph, list[Node], tuple[str, ...]]]


class NativePath:
    """What of a compiled function runs as native code.

    Parameters
    ----------
    backend : str
        "native": everything; "auto": what is worth it, where llvmlite is installed and every
        function has a native form; "numpy": nothing.
    accuracy : str
    names : tuple of str
    outputs : callable
    """

    def __init__(
        self, backend: str, accuracy: str, names: tuple[str, ...], outputs: Outputs
    ) -> None:
        if backend not in BACKENDS:
            raise ArgumentError(f"`backend` is {backend!r}; allowed are {', '.join(BACKENDS)}.")
        if backend == "jax":
            raise ArgumentError("Functions of backend='jax' are made by `compile`.")
        if accuracy not in ACCURACIES:
            raise ArgumentError(f"`accuracy` is {accuracy!r}; allowed are {', '.join(ACCURACIES)}.")
        self._is_strict, self.is_forced = accuracy == "strict", backend == "native"
        self._names, self._outputs = names, outputs
        self._is_off = backend == "numpy"
        self._batches: dict[str, BatchCall | None] = {}
        self._points: dict[str, PointCall | None] = {}
        self._rows: dict[str, RowsCall | None] = {}

    @classmethod
    def none(cls, accuracy: str = "fast") -> NativePath:
        """Return the path of a function that has no native code."""
        return cls("numpy", accuracy, (), _no_outputs)

    def require(self, wanted: Sequence[str]) -> None:
        """Refuse what was promised but cannot be computed, where everything is to be native.

        Formulas over columns are refused when they are called.
        """
        for what in wanted if self.is_forced else ():
            from .native import require_native_forms

            graph, nodes, _ = self._outputs(what)
            if not graph.shapes:
                require_native_forms(graph, nodes)

    def run(self, what: str, bound: Bound) -> Any:
        """Return the outputs from native code, None where there is none for these arguments."""
        if self._is_off:
            return None
        if bound.sizes:
            (n_rows,) = bound.sizes.values()
            rows = self._rows_code(what, n_rows)
            return None if rows is None else rows(bound.values, n_rows)
        if bound.is_plain:
            point = self.point(what)
            return None if point is None else point(bound.values)
        batch = self._batch_code(what, bound.batch)
        return None if batch is None else batch(bound.values, bound.batch)

    def _batch_code(self, what: str, shape: tuple[int, ...]) -> BatchCall | None:
        """Return the code for points of a shape, None where arrays go through NumPy."""
        if not self.is_forced and (prod(shape) < MANY_POINTS or not has_native()):
            return None
        if what not in self._batches:
            self._batches[what] = self._make_batch(what)
        return self._batches[what]

    def _rows_code(self, what: str, n_rows: int) -> RowsCall | None:
        """Return the code for totals over columns, None where they go through NumPy."""
        if not self.is_forced and (n_rows < MANY_POINTS or not has_native()):
            return None
        if what not in self._rows:
            from .native import compile_rows

            graph, nodes, extra = self._outputs(what)
            names = (*self._names, *extra)
            try:
                found = compile_rows(graph, nodes, names, strict=self._is_strict)
            except CompileError:
                if self.is_forced:
                    raise
                found = None
            if found is None and self.is_forced:
                raise CompileError(_NO_TOTALS)
            self._rows[what] = found
        return self._rows[what]

    @cached_property
    def products(self) -> SumsCall | None:
        """The code that adds up products of residuals and their derivatives; see `RowTotals`."""
        if self._is_off or not has_native():
            return None
        from .native import compile_sums

        graph, nodes, _ = self._outputs("gradient")
        if len(nodes) > MANY_COLUMNS:
            return None
        whole, products = products_of_rows(graph, nodes)
        names = (*self._names, TARGET, WEIGHT)
        try:
            return compile_sums(whole, products, names, strict=self._is_strict)
        except CompileError:
            return None

    def point(self, what: str) -> PointCall | None:
        """Return the code for one point where it was asked for."""
        if self._is_off or not (self.is_forced or what in self._points):
            return None
        if what not in self._points:
            from .native import compile_point

            graph, nodes, extra = self._outputs(what)
            announce(what, graph, nodes, "native")
            self._points[what] = compile_point(graph, nodes, (*self._names, *extra))
        return self._points[what]

    def after_many_calls(
        self,
        what: str,
        function: Callable[[Sequence[Any]], Any],
        replace: Callable[[PointCall | None], None],
    ) -> Callable[[Sequence[Any]], Any]:
        """Return a function of plain floats that counts its calls, and at last asks to be replaced.

        Native code replaces it only where both compute the same bits: a run may not depend on how
        often its objective was called before.
        """
        graph, _, _ = self._outputs(what)
        if self._is_off or len(graph) < MANY_NODES or not has_native():
            return function
        n_calls = 0

        def counted(values: Sequence[Any]) -> Any:
            nonlocal n_calls
            n_calls += 1
            found = function(values)
            if n_calls == MANY_CALLS and self._is_worth_making(what):
                from .native import compile_point

                graph, nodes, extra = self._outputs(what)
                announce(what, graph, nodes, "native")
                point = compile_point(graph, nodes, (*self._names, *extra))
                if _flat(found) == point(values).tolist():
                    self._points[what] = point
                    replace(point)
            return found

        return counted

    def _is_worth_making(self, what: str) -> bool:
        graph, nodes, _ = self._outputs(what)
        used = graph.reachable(nodes)
        kinds = {graph.kinds[node] for node in used}
        if len(used) < MANY_NODES or not kinds.isdisjoint(_OWN_IN_PYTHON):
            return False
        return not missing_primitives(graph, nodes, library=True)

    def _make_batch(self, what: str) -> BatchCall | None:
        from .native import compile_batch

        graph, nodes, extra = self._outputs(what)
        try:
            return compile_batch(graph, nodes, (*self._names, *extra), strict=self._is_strict)
        except CompileError:
            if self.is_forced:
                raise
            return None


def _flat(found: Any) -> list[float]:
    """Return the outputs of code on plain floats as one list."""
    return [found[0], *found[1]] if isinstance(found, tuple) else [found]


def _no_outputs(what: str) -> tuple[Graph, list[Node], tuple[str, ...]]:
    raise CompileError(f"There is no native code for {what!r}.")
