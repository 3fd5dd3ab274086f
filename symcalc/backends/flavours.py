"""The two spellings of generated code: plain floats through `math`, arrays through NumPy."""

from __future__ import annotations

from ..errors import CompileError
from ..functions import TABLE
from ..graph.graph import Node
from ..graph.regions import Region, branches
from ..program import Program
from .emit import ADDITION, ATOM, INDENT, Emitter

__all__ = ["ArrayEmitter", "NestingError", "ScalarEmitter"]

#: Python refuses more than 100 levels of indentation.
MAX_NESTED_BRANCHES = 60

#: Kinds of nodes that are truth values.
LOGIC = frozenset({"compare", "and", "or", "not"})

#: Spellings of what is not a row of the table.
COLUMNS = {
    "sum": "numpy.sum",
    "size": "numpy.size",
    "lse": "symcalc.backends.array_kernels.log_sum_exp",
}
SCALAR_EXTRA = {"sqrt": "math.sqrt", **COLUMNS}
ARRAY_EXTRA = {"sqrt": "numpy.sqrt", **COLUMNS}


class NestingError(CompileError):
    """The branches are nested too deeply for statements on plain floats."""


class ScalarEmitter(Emitter):
    """Plain floats: functions of `math`, branches as `if` statements."""

    def spell_call(self, name: str, args: list[str]) -> str:
        path = SCALAR_EXTRA.get(name)
        if path is None:
            row = TABLE[name]
            path = row.scalar or row.array
            if not path:
                raise CompileError(f"`{name}` cannot be computed in floating point.")
        return f"{self.function(path)}({', '.join(args)})"

    def spell_power(self, base: str, exponent: str) -> str:
        return f"{self.function('math.pow')}({base}, {exponent})"

    def spell_logic(self, kind: str, args: list[str]) -> str:
        return f"not {args[0]}" if kind == "not" else f" {kind} ".join(args)

    def read_across(self, node: Node, region: Region | None) -> str:
        return self.text[node]

    def emit_piecewise(self, node: Node) -> None:
        args, outer = self.graph.args[node], self.program.regions.get(node)
        name = f"t{node}"
        for count, index in enumerate(branches(len(args))):
            region = self.branch(outer, node, index)
            if region.depth > MAX_NESTED_BRANCHES:
                raise NestingError("The branches are nested too deeply for plain floats.")
            if index == len(args) - 1:
                head = "else:" if count else "if True:"
            else:
                head = f"{'elif' if count else 'if'} {self.read(args[index + 1], outer, ADDITION)}:"
            self.line(outer, head)
            for line in self.blocks.pop(region, []):
                self.line(outer, INDENT + line)
            self.line(outer, f"{INDENT}{name} = {self.read(args[index], region, ADDITION)}")
        texts = [self.read(operand, outer, ATOM) for operand in self.compared[node]]
        if texts:
            unordered = " or ".join(f"{text} != {text}" for text in texts)
            self.line(outer, f"if {unordered}:")
            self.line(outer, f"{INDENT}{name} = {self.function('math.nan')}")
        self.text[node], self.level[node], self.depth[node] = name, ATOM, 0


class ArrayEmitter(Emitter):
    """Arrays: NumPy and SciPy; inside a branch, what does not belong there is NaN."""

    def __init__(
        self, program: Program, arguments: dict[str, str], constants: dict[Node, str]
    ) -> None:
        #: region -> node of an outer region -> its name there
        self.masked: dict[Region, dict[Node, str]] = {}
        #: region -> names that its mask has still to be applied for
        self.waiting: dict[Region, list[Node]] = {}
        self.masks: dict[Region, str] = {}
        super().__init__(program, arguments, constants)

    def spell_call(self, name: str, args: list[str]) -> str:
        path = ARRAY_EXTRA.get(name) or TABLE[name].array
        if not path:
            raise CompileError(f"`{name}` cannot be computed in floating point.")
        return f"{self.function(path)}({', '.join(args)})"

    def spell_power(self, base: str, exponent: str) -> str:
        return f"{self.function('numpy.power')}({base}, {exponent})"

    def spell_logic(self, kind: str, args: list[str]) -> str:
        if kind == "not":
            return f"{self.function('numpy.logical_not')}({args[0]})"
        return (" & " if kind == "and" else " | ").join(args)

    def read_across(self, node: Node, region: Region | None) -> str:
        if region is None or node in self.program.constant:
            return self.text[node]
        names = self.masked.setdefault(region, {})
        if node not in names:
            names[node] = self.fresh()
            self.waiting.setdefault(region, []).append(node)
        return names[node]

    def emit_piecewise(self, node: Node) -> None:
        args, outer = self.graph.args[node], self.program.regions.get(node)
        where = self.function("numpy.where")
        values: list[str] = []
        conditions: list[str] = []
        for index in branches(len(args)):
            region = self.branch(outer, node, index)
            values.append(self.read(args[index], region, ADDITION))
            last = index == len(args) - 1
            condition = "" if last else self.read(args[index + 1], outer, ATOM)
            self._open(region, outer, conditions, condition)
            if not last:
                conditions.append(condition)
        name = f"t{node}"
        self.line(outer, f"{name} = {values.pop()}")
        for condition, value in zip(reversed(conditions), reversed(values), strict=True):
            self.line(outer, f"{name} = {where}({condition}, {value}, {name})")
        isnan, nan = self.function("numpy.isnan"), self.function("math.nan")
        texts = [f"{isnan}({self.read(operand, outer, ATOM)})" for operand in self.compared[node]]
        if texts:
            self.line(outer, f"{name} = {where}({' | '.join(texts)}, {nan}, {name})")
        self.text[node], self.level[node], self.depth[node] = name, ATOM, 0

    def _open(
        self, region: Region, outer: Region | None, earlier: list[str], condition: str
    ) -> None:
        """Emit the mask of a branch, what it reads from outside behind the mask, and its body."""
        waiting = self.waiting.pop(region, [])
        if waiting and region not in self.masks:
            self.masks[region] = self._mask(outer, earlier, condition)
        where, nan = self.function("numpy.where"), self.function("math.nan")
        for node in waiting:
            name, text = self.masked[region][node], self.read(node, outer, ADDITION)
            away = "False" if self.graph.kinds[node] in LOGIC else nan
            self.line(outer, f"{name} = {where}({self.masks[region]}, {text}, {away})")
        for line in self.blocks.pop(region, []):
            self.line(outer, line)

    def _mask(self, outer: Region | None, earlier: list[str], condition: str) -> str:
        """Emit where a branch is taken: no earlier condition holds, its own does."""
        no = self.function("numpy.logical_not")
        parts = [f"{no}({text})" for text in earlier] + ([condition] if condition else [])
        if len(parts) == 1 and parts[0].isidentifier():
            return parts[0]
        name = self.fresh()
        self.line(outer, f"{name} = {' & '.join(parts)}")
        return name
