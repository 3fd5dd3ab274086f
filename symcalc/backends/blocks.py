"""Generated code that runs over rows block by block, each block read once for all that needs it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from ..graph.graph import Node
from ..graph.regions import Region
from ..program import Fused, Program, RowBlocks
from .emit import ATOM, INDENT
from .matrices import MatrixEmitter

__all__ = ["BlockEmitter"]

#: The parts of the code, in order.
BEFORE, LOOP, AFTER = range(3)


class BlockEmitter(MatrixEmitter):
    """Statements before a loop over blocks of rows, in it and after it.

    What has rows is an array of those of the block; sums over rows are added up; results with rows
    are put together after the loop. The loop is a function of rows from the first to the last, so
    that pieces of it can run in threads.
    """

    def __init__(
        self,
        program: Program,
        arguments: dict[str, str],
        constants: dict[Node, str],
        dims: Mapping[str, str],
        rows: RowBlocks,
        length: str,
        definite: frozenset[str] = frozenset(),
        fused: Sequence[Fused] = (),
    ) -> None:
        self.rows, self.length = rows, length
        self.parts: tuple[list[str], list[str], list[str]] = ([], [], [])
        #: names of totals and of results with rows, and what they are before the first block
        self.starts: dict[str, str] = {}
        self.now = BEFORE
        super().__init__(program, arguments, constants, dims, definite=definite, fused=fused)
        self._name_before()

    def run(self) -> tuple[list[str], list[str]]:
        _, texts = super().run()
        results = [self._result(*pair) for pair in zip(self.program.outputs, texts, strict=True)]
        n_rows = self.dims[self.rows.dimension]
        before, loop, after = self.parts
        names = ", ".join(self.starts)
        head = f"end = {self.function('builtins.min')}(begin + {self.length}, last)"
        part = [
            *[f"{name} = {start}" for name, start in self.starts.items()],
            f"for begin in range(first, last, {self.length}):",
            *[INDENT + line for line in (head, *self._slices(), *loop)],
            f"return {names},",
        ]
        in_pieces = self.function("symcalc.backends.pieces.in_pieces")
        # OpenBLAS is not safe where threads solve systems at one time
        systems = [f"{name}." for name in self.factorized.values()]
        in_threads = not any(system in line for line in loop for system in systems)
        lines = [
            *before,
            "def part(first, last):",
            *[INDENT + line for line in part],
            f"{names}, = {in_pieces}(part, {n_rows}, {self.length}, {in_threads})",
            *after,
        ]
        return lines, results

    def emit(self, node: Node) -> None:
        with self._in(self._part(node)):
            if self.graph.kinds[node] == "var" and node in self.rows.axis:
                self._set(node, self._block(node), ATOM)
            else:
                super().emit(node)

    def line(self, region: Region | None, text: str) -> None:
        if region is None:
            self.parts[self.now].append(text)
        else:
            super().line(region, text)

    def lengths(self, node: Node) -> list[str]:
        found = super().lengths(node)
        if node in self.rows.axis:
            found[self.rows.axis[node]] = "end - begin"
        return found

    # -- inside ---------------------------------------------------------------------------

    def _part(self, node: Node) -> int:
        if node in self.rows.axis or node in self.rows.totals:
            return LOOP
        return AFTER if node in self.rows.after else BEFORE

    @contextmanager
    def _in(self, part: int) -> Iterator[None]:
        """Append statements to this part meanwhile."""
        earlier, self.now = self.now, part
        try:
            yield
        finally:
            self.now = earlier

    def _name_before(self) -> None:
        """Give a name to what is computed before the loop and read in it."""
        for node in self.program.order:
            if self._part(node) == LOOP:
                for arg in self.program.operands(node):
                    read = self.graph.args[arg][:1] if arg in self.divisors else (arg,)
                    self.needs_name.update(one for one in read if self._part(one) == BEFORE)

    def _set(
        self,
        node: Node,
        text: str,
        level: int,
        operands: tuple[Node, ...] = (),
        *,
        negative: bool = False,
    ) -> None:
        if node not in self.rows.totals:
            super()._set(node, text, level, operands, negative=negative)
            return
        name = f"a{node}"
        self.starts[name] = "0.0"
        self.line(None, f"{name} {'-' if negative else '+'}= {text}")
        super()._set(node, name, ATOM)

    def _squarings(self, base: Node, power: int, text: str, region: Region | None) -> list[str]:
        part = AFTER if base in self.rows.totals else self._part(base)
        with self._in(part):
            return super()._squarings(base, power, text, region)

    def _factors(self, matrix: Node, region: Region | None) -> str:
        part = AFTER if matrix in self.rows.totals else self._part(matrix)
        with self._in(part):
            return super()._factors(matrix, region)

    def _result(self, node: Node, text: str) -> str:
        """Return the text of a result: one with rows is made of its blocks."""
        if node not in self.rows.axis:
            return text
        if self.graph.kinds[node] == "var":
            return self.arguments[self.graph.data[node]]
        name, axis = f"r{node}", self.rows.axis[node]
        if name not in self.starts:
            self.starts[name] = "[]"
            self.parts[LOOP].append(f"{name}.append({text})")
        return f"{self.function('numpy.concatenate')}({name}, axis={axis})"

    def _block(self, variable: Node) -> str:
        return self.arguments[self.graph.data[variable]].replace("x", "b")

    def _slices(self) -> Iterator[str]:
        """Yield the statements that take the rows of a block from the arguments."""
        for node, axis in self.rows.axis.items():
            if self.graph.kinds[node] == "var":
                name = self.arguments[self.graph.data[node]]
                yield f"{self._block(node)} = {name}[{':, ' * axis}begin:end]"
