"""Program → statements of another language."""

from __future__ import annotations

import re

from ...errors import CompileError
from ...functions import TABLE
from ...graph.graph import Node
from ...graph.regions import Region, branches
from ...program import Program
from ..emit import ADDITION, ATOM, INDENT, MAX_DEPTH, PRODUCT, Emitter
from ..flavours import LOGIC
from .dialect import Dialect

__all__ = ["BEYOND", "SourceEmitter", "bare"]

#: Functions that machines have no form of, as a helper or a library's function computes them.
BEYOND = {
    "gammaln": "lgamma", "loggamma": "loggamma", "digamma": "digamma", "factorial": "tgamma",
    "besselj": "jn", "bessely": "yn",
}  # fmt: skip

_NUMBER = re.compile(r"[\d.]+(e[+-]?\d+)?")
#: What stands in every name, but in no number.
_NAME = re.compile(r"[a-df-z]")
_WHOLE = re.compile(r"(-?\d{1,6})\.0")
_ASSIGNED = re.compile(r"\s*(\w+) = ")


class SourceEmitter(Emitter):
    """Statements on numbers, branches as `if`; C's functions as the dialect calls them.

    Parameters
    ----------
    program : Program
        Of primitive nodes.
    arguments : dict of str to str
        The texts of the variables.
    dialect : Dialect
    """

    def __init__(self, program: Program, arguments: dict[str, str], dialect: Dialect) -> None:
        self.dialect = dialect
        self.names: list[str] = []
        self.truths: set[str] = set()
        #: names that are set in branches alone
        self.inside: set[str] = set()
        self.called: set[str] = set()
        super().__init__(program, arguments, {})

    def spell_call(self, name: str, args: list[str]) -> str:
        if name in BEYOND:
            return self._beyond(name, args)
        machine = "sqrt" if name == "sqrt" else TABLE[name].machine
        if not isinstance(machine, str) or not machine:
            raise CompileError(f"`{name}` has no form in {self.dialect.title}.")
        return self._called(machine, args)

    def spell_power(self, base: str, exponent: str) -> str:
        return self._called("pow", [base, exponent])

    def spell_quotient(self, region: Region | None, above: str, below: list[str]) -> str:
        if "divide" not in self.dialect.helpers:
            return super().spell_quotient(region, above, below)
        for count, divisor in enumerate(below, start=1):
            is_number = _NUMBER.fullmatch(divisor)
            above = f"{above}/{divisor}" if is_number else self._called("divide", [above, divisor])
            if count % MAX_DEPTH == 0:
                name = self.fresh()
                self.line(region, f"{name} = {above}")
                above = name
        return above

    def spell_logic(self, kind: str, args: list[str]) -> str:
        return self.dialect.logic(kind, args)

    def read_across(self, node: Node, region: Region | None) -> str:
        return self.text[node]

    def line(self, region: Region | None, text: str) -> None:
        name = _ASSIGNED.match(text)
        if name:
            self._named(name.group(1), region)
        super().line(region, self.dialect.numbers(text) + self.dialect.end)

    def emit(self, node: Node) -> None:
        graph = self.graph
        if graph.kinds[node] == "compare":
            left, right = (self.read(arg, self._region(node), PRODUCT) for arg in graph.args[node])
            relation = graph.data[node]
            template = self.dialect.comparisons.get(relation, f"{{0}} {relation} {{1}}")
            self._set(node, f"({template.format(left, right)})", ATOM, graph.args[node])
        else:
            super().emit(node)
        if graph.kinds[node] in LOGIC:
            self.truths.add(f"t{node}")

    def emit_piecewise(self, node: Node) -> None:
        args, outer = self.graph.args[node], self.program.regions.get(node)
        name, block = f"t{node}", self.blocks.setdefault(outer, [])
        begin, other, rest, close = self.dialect.choice
        self._named(name, outer)
        for count, index in enumerate(branches(len(args))):
            region = self.branch(outer, node, index)
            is_last = index == len(args) - 1
            condition = "" if is_last else self.read(args[index + 1], outer, ADDITION)
            head = rest if is_last else other if count else begin
            block.append(self.dialect.numbers(head.format(bare(condition))))
            block += [INDENT + line for line in self.blocks.pop(region, [])]
            text = self.dialect.numbers(self.read(args[index], region, ADDITION))
            block.append(f"{INDENT}{name} = {text}{self.dialect.end}")
        block.append(close.format())
        operands = [self.read(operand, outer, ATOM) for operand in self.compared[node]]
        if operands:
            unordered = [self.dialect.undefined.format(text) for text in operands]
            both = unordered[0] if len(unordered) == 1 else self.dialect.logic("or", unordered)
            block.append(self.dialect.numbers(begin.format(bare(both))))
            block.append(f"{INDENT}{name} = {self.dialect.nan}{self.dialect.end}")
            block.append(close.format())
        self.text[node], self.level[node], self.depth[node] = name, ATOM, 0

    def _named(self, name: str, region: Region | None) -> None:
        """Keep a name that a statement sets."""
        self.names.append(name)
        if region is not None:
            self.inside.add(name)

    def _beyond(self, name: str, args: list[str]) -> str:
        """Return the call of a function that the table has no name of C's for."""
        own = BEYOND[name]
        if own not in self.dialect.beyond:
            raise CompileError(f"`{name}` has no form in {self.dialect.title}.")
        if name == "factorial":
            args = [f"{args[0]} + 1.0"]
        if own in ("jn", "yn"):
            order = _WHOLE.fullmatch(args[0])
            if order is None:
                raise CompileError(
                    f"`{name}` has a form in {self.dialect.title} for whole numbers as its order "
                    "only."
                )
            args = [order[1], args[1]]
        return self._called(own, args)

    def _called(self, name: str, args: list[str]) -> str:
        if "same" in self.dialect.helpers and name != "same":
            is_number = ["." in arg and not _NAME.search(arg) for arg in args]
            args = [
                self._called("same", [arg]) if itself else arg
                for arg, itself in zip(args, is_number, strict=True)
            ]
        self.called |= {name, self.dialect.uses.get(name, name)}
        return self.dialect.call(name, args)

    def _constant(self, kind: str) -> str:
        text = super()._constant(kind) if kind not in ("oo", "nan") else kind
        return {"oo": self.dialect.infinity, "nan": self.dialect.nan}.get(text, text)


def bare(condition: str) -> str:
    """Return a condition without brackets around all of it."""
    depth = 0
    for place, letter in enumerate(condition):
        depth += (letter == "(") - (letter == ")")
        if depth == 0 and place < len(condition) - 1:
            return condition
    return condition[1:-1] if condition.startswith("(") else condition
