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

#: So many branches stand in one statement; Python's compiler recurses along a longer list. What
#: is left goes into another one, a level deeper.
MAX_ALTERNATIVES, MAX_NESTED_LISTS = 100, 20

#: Of more conditions than this that do not hold, the conjunction gets a name.
MAX_OTHERS = 8

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
        name, margin = f"t{node}", ""
        for count, index in enumerate(branches(len(args))):
            region = self.branch(outer, node, index)
            if region.depth > (MAX_NESTED_LISTS if margin else MAX_NESTED_BRANCHES):
                raise NestingError("The branches are nested too deeply for plain floats.")
            place = count % MAX_ALTERNATIVES
            if count and not place:
                margin = self._go_on(name, outer, margin)
            if index == len(args) - 1:
                head = "else:" if place else "if True:"
            else:
                head = f"{'elif' if place else 'if'} {self.read(args[index + 1], outer, ADDITION)}:"
            self.line(outer, margin + head)
            for line in self.blocks.pop(region, []):
                self.line(outer, margin + INDENT + line)
            text = self.read(args[index], region, ADDITION)
            self.line(outer, f"{margin}{INDENT}{name} = {text}")
        texts = [self.read(operand, outer, ATOM) for operand in self.compared[node]]
        if texts:
            unordered = " or ".join(f"{text} != {text}" for text in texts)
            self.line(outer, f"if {unordered}:")
            self.line(outer, f"{INDENT}{name} = {self.function('math.nan')}")
        self.text[node], self.level[node], self.depth[node] = name, ATOM, 0

    def _go_on(self, name: str, region: Region | None, margin: str) -> str:
        """Emit where a long list of branches goes on, in a statement of its own; its margin."""
        self.line(region, f"{margin}else:")
        self.line(region, f"{margin}{INDENT}{name} = None")
        self.line(region, f"if {name} is None:")
        return INDENT


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
        no = self.function("numpy.logical_not")
        others: list[str] = []  # that no earlier condition holds
        for index in branches(len(args)):
            region = self.branch(outer, node, index)
            values.append(self.read(args[index], region, ADDITION))
            last = index == len(args) - 1
            condition = "" if last else self.read(args[index + 1], outer, ATOM)
            self._open(region, outer, others, condition)
            if not last:
                conditions.append(condition)
                others.append(f"{no}({condition})")
        name = f"t{node}"
        self.line(outer, f"{name} = {values.pop()}")
        for condition, value in zip(reversed(conditions), reversed(values), strict=True):
            self.line(outer, f"{name} = {where}({condition}, {value}, {name})")
        isnan, nan = self.function("numpy.isnan"), self.function("math.nan")
        texts = [f"{isnan}({self.read(operand, outer, ATOM)})" for operand in self.compared[node]]
        if texts:
            unordered = self.joined(outer, texts, " | ")
            self.line(outer, f"{name} = {where}({unordered}, {nan}, {name})")
        self.text[node], self.level[node], self.depth[node] = name, ATOM, 0

    def _open(
        self, region: Region, outer: Region | None, others: list[str], condition: str
    ) -> None:
        """Emit the mask of a branch, what it reads from outside behind the mask, and its body."""
        waiting = self.waiting.pop(region, [])
        if waiting and region not in self.masks:
            self.masks[region] = self._mask(outer, others, condition)
        where, nan = self.function("numpy.where"), self.function("math.nan")
        for node in waiting:
            name, text = self.masked[region][node], self.read(node, outer, ADDITION)
            away = "False" if self.graph.kinds[node] in LOGIC else nan
            self.line(outer, f"{name} = {where}({self.masks[region]}, {text}, {away})")
        for line in self.blocks.pop(region, []):
            self.line(outer, line)

    def _mask(self, outer: Region | None, others: list[str], condition: str) -> str:
        """Emit where a branch is taken: no earlier condition holds, its own does."""
        if len(others) > MAX_OTHERS:
            name = self.fresh()
            self.line(outer, f"{name} = {self.joined(outer, others, ' & ')}")
            others[:] = [name]
        parts = others + ([condition] if condition else [])
        if len(parts) == 1 and parts[0].isidentifier():
            return parts[0]
        name = self.fresh()
        self.line(outer, f"{name} = {' & '.join(parts)}")
        return name
