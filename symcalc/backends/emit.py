"""Program → lines of Python: the part that plain floats and arrays share.

Generated code uses identifiers of its own only: `x0, x1, …` for the arguments, `t17` for the node
17, and the names of functions of the table. Nothing of what a user typed gets into it.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from ..errors import CompileError
from ..functions import TABLE
from ..graph.graph import Node, Number
from ..graph.integrand import Integrand
from ..graph.regions import Region
from ..program import Program

__all__ = ["ADDITION", "ATOM", "INDENT", "MAX_DEPTH", "MAX_PRODUCT_POWER", "PRODUCT", "Emitter"]

#: Binding strength of a piece of text.
ADDITION, PRODUCT, ATOM = 1, 2, 3

#: A text deeper or longer than this gets a name, so that Python's parser is never strained.
MAX_DEPTH, MAX_LENGTH = 12, 600

#: So many terms of a sum stand in one statement.
MAX_TERMS = 40

#: Integer powers up to this one become products.
MAX_PRODUCT_POWER = 16

INDENT = "    "

HALF = Fraction(1, 2)


class Emitter:
    """Turns the nodes of a program into statements; flavours say how functions are spelled."""

    def __init__(
        self, program: Program, arguments: dict[str, str], constants: dict[Node, str]
    ) -> None:
        self.program, self.graph = program, program.graph
        self.arguments, self.constants = arguments, constants
        self.text: dict[Node, str] = {}
        self.level: dict[Node, int] = {}
        self.depth: dict[Node, int] = {}
        self.negative: set[Node] = set()
        self.blocks: dict[Region | None, list[str]] = {None: []}
        self.functions: dict[str, str] = {}
        self.integrals: dict[Integrand, str] = {}
        self.powers: dict[tuple[Node, int, Region | None], str] = {}
        self.needs_name: set[Node] = set()
        self.divisors: set[Node] = set()
        #: piecewise -> what its conditions compare; where one is NaN, so is the piecewise
        self.compared: dict[Node, list[Node]] = {}
        self.n_extra = 0
        self._plan()

    # -- what the flavours say ------------------------------------------------------------

    def spell_call(self, name: str, args: list[str]) -> str:
        """Return the call of a function of the table."""
        raise NotImplementedError

    def emit_piecewise(self, node: Node) -> None:
        """Emit the statements of a piecewise, guarded branches included."""
        raise NotImplementedError

    def spell_logic(self, kind: str, args: list[str]) -> str:
        """Return a conjunction, disjunction or negation."""
        raise NotImplementedError

    def spell_quotient(self, region: Region | None, above: str, below: list[str]) -> str:
        """Return a number divided by others, one after the other."""
        return self.joined(region, [above, *below], "/")

    def read_across(self, node: Node, region: Region | None) -> str:
        """Return the name of a node of an outer region as it is read inside `region`."""
        raise NotImplementedError

    def branch(self, outer: Region | None, piecewise: Node, index: int) -> Region:
        """Return the region of a branch."""
        return Region.of_branch(self.graph, outer, piecewise, index)

    # -- planning -------------------------------------------------------------------------

    def _plan(self) -> None:
        """Find the nodes that need a name, and the powers that are written as divisions."""
        program, graph = self.program, self.graph
        kinds = graph.kinds
        for node in program.order:
            kind, region = kinds[node], program.regions.get(node)
            operands = program.operands(node)
            if kind == "pow":
                self._plan_power(node)
            elif kind == "piecewise":
                self._plan_conditions(node)
            elif kind == "mul":
                for arg in operands:
                    if kinds[arg] == "pow" and self._is_divisor(arg, region):
                        self.divisors.add(arg)
            if not program.regions:
                continue
            for index, arg in enumerate(operands):
                reader = region
                if kind == "piecewise" and (index % 2 == 0 or index == len(operands) - 1):
                    reader = self.branch(region, node, index)
                if program.regions.get(arg) != reader:
                    self.needs_name.add(arg)

    def _plan_conditions(self, node: Node) -> None:
        """Find what the conditions of a piecewise compare, numbers apart."""
        self.compared[node] = self.program.compared(node)
        self.needs_name.update(self.compared[node])

    def _plan_power(self, node: Node) -> None:
        base, exponent = self.graph.args[node]
        power = self.graph.value(exponent)
        if power is not None and power != -1 and (power.denominator == 1 or abs(power) != HALF):
            self.needs_name.add(base)

    def _is_divisor(self, node: Node, reader: Region | None) -> bool:
        graph = self.graph
        if self.program.uses[node] != 1 or node in self.constants:
            return False
        power = graph.value(graph.args[node][1])
        return power is not None and power < 0 and self.program.regions.get(node) == reader

    # -- emitting -------------------------------------------------------------------------

    def run(self) -> tuple[list[str], list[str]]:
        """Return the statements and the texts of the outputs."""
        for node in self.program.order:
            if node in self.constants:
                self._set(node, self.constants[node], ATOM)
            elif node not in self.divisors:
                self.emit(node)
        return self.blocks[None], [self.read(node, None, ADDITION) for node in self.program.outputs]

    def emit(self, node: Node) -> None:
        """Find the text of a node from the texts of its operands; name it where that is due."""
        graph = self.graph
        kind = graph.kinds[node]
        if kind == "const":
            self._literal(node, graph.data[node])
        elif kind == "var":
            self._set(node, self.arguments[graph.data[node]], ATOM)
        elif kind == "add":
            self._sum(node)
        elif kind == "mul":
            self._product(node)
        elif kind == "pow":
            self._power(node)
        elif kind == "piecewise":
            self.emit_piecewise(node)
        elif kind == "compare":
            left, right = (self.read(arg, self._region(node), PRODUCT) for arg in graph.args[node])
            self._set(node, f"({left} {graph.data[node]} {right})", ATOM, graph.args[node])
        elif kind in ("and", "or", "not"):
            texts = [self.read(arg, self._region(node), ATOM) for arg in graph.args[node]]
            self._set(node, f"({self.spell_logic(kind, texts)})", ATOM, graph.args[node])
        else:
            self._call(node, kind)

    def line(self, region: Region | None, text: str) -> None:
        """Append a statement to the block of a region."""
        self.blocks.setdefault(region, []).append(text)

    def fresh(self) -> str:
        """Return a name that no node has."""
        self.n_extra += 1
        return f"s{self.n_extra}"

    def read(self, node: Node, region: Region | None, level: int) -> str:
        """Return the text of an operand, read in `region`, in brackets if it binds too weakly."""
        if self.program.regions:
            if self.graph.args[node] and self._region(node) != region:
                return self.read_across(node, region)
            if not self.graph.args[node] and self.graph.kinds[node] == "var" and region is not None:
                return self.read_across(node, region)
        text, own = self.text[node], self.level[node]
        if node in self.negative:
            text, own = f"-{text}", ADDITION
        return text if own >= level else f"({text})"

    def joined(self, region: Region | None, texts: Sequence[str], operator: str) -> str:
        """Return operands joined from left to right; of many, names stand for the first ones."""
        if len(texts) <= MAX_TERMS:
            return operator.join(texts)
        text = operator.join(texts[:MAX_TERMS])
        for begin in range(MAX_TERMS, len(texts), MAX_TERMS):
            name = self.fresh()
            self.line(region, f"{name} = {text}")
            text = operator.join([name, *texts[begin : begin + MAX_TERMS]])
        return text

    def function(self, path: str) -> str:
        """Return the identifier under which the function at this dotted path is called."""
        name = path.rpartition(".")[2]
        known = self.functions.setdefault(name, path)
        if known != path:
            name = path.replace(".", "_")
            self.functions[name] = path
        return name

    # -- inside ---------------------------------------------------------------------------

    def _region(self, node: Node) -> Region | None:
        return self.program.regions.get(node)

    def _set(
        self,
        node: Node,
        text: str,
        level: int,
        operands: tuple[Node, ...] = (),
        *,
        negative: bool = False,
    ) -> None:
        """Keep the text of a node, under a name where it is read more than once or too deep."""
        depth = 0
        if operands:
            known = self.depth
            depth = 1 + max([known.get(arg, 0) for arg in operands])
            named = self.program.uses[node] > 1 or node in self.needs_name
            if named or depth > MAX_DEPTH or len(text) > MAX_LENGTH:
                name = f"t{node}"
                self.line(self._region(node), f"{name} = {'-' if negative else ''}{text}")
                text, level, depth, negative = name, ATOM, 0, False
        self.text[node], self.level[node], self.depth[node] = text, level, depth
        if negative:
            self.negative.add(node)

    def _literal(self, node: Node, value: Number) -> None:
        try:
            number = value.numerator / value.denominator
        except OverflowError:
            raise CompileError(
                f"The constant {str(value)[:20]}… is outside the range of a double."
            ) from None
        self._set(node, repr(abs(number)), ATOM)
        if number < 0:
            self.negative.add(node)

    def _sum(self, node: Node) -> None:
        region = self._region(node)
        args = self.graph.args[node]
        if len(args) > 1 and args[0] in self.negative and args[1] not in self.negative:
            args = (args[1], args[0], *args[2:])
        text = ""
        for count, arg in enumerate(args):
            if count and count % MAX_TERMS == 0:
                name = self.fresh()
                self.line(region, f"{name} = {text}")
                text = name
            if arg in self.negative:
                text += f"{' - ' if text else '-'}{self._magnitude(arg, PRODUCT)}"
            else:
                # a + (b + c) is not a + b + c, which rounds and overflows elsewhere
                level = PRODUCT if text and self.graph.kinds[arg] == "add" else ADDITION
                text += f"{' + ' if text else ''}{self.read(arg, region, level)}"
        self._set(node, text, ADDITION, args)

    def _magnitude(self, node: Node, level: int) -> str:
        """Return the text of a negative node without its sign (read across regions none is)."""
        text = self.text[node]
        return text if self.level[node] >= level else f"({text})"

    def _product(self, node: Node) -> None:
        region = self._region(node)
        operands = self.program.operands(node)
        kinds = self.graph.kinds
        negative = False
        above: list[str] = []
        below: list[str] = []
        for arg in operands:
            if arg in self.divisors:
                base, exponent = self.graph.args[arg]
                below.append(self._positive_power(arg, base, -self.graph.data[exponent], ATOM))
                continue
            # a*(b/c) is not a*b/c, which may overflow
            level = ATOM if above and kinds[arg] == "mul" else PRODUCT
            if arg in self.negative:
                negative = not negative
                text = self._magnitude(arg, level)
            else:
                text = self.read(arg, region, level)
            if kinds[arg] == "const" and arg == operands[0]:
                self._coefficient(arg, text, above, below)
            else:
                above.append(text)
        text = self.joined(region, above, "*") or "1.0"
        if below:
            text = self.spell_quotient(region, text, below)
        self._set(node, text, PRODUCT, operands, negative=negative)

    def _coefficient(self, node: Node, text: str, above: list[str], below: list[str]) -> None:
        """Place the number in front: 1/3 as a division, which rounds once, 0.1 as it was typed."""
        value = abs(self.graph.data[node])
        if value == 1:
            return
        if self.program.is_divided_by(node):
            below.append(repr(float(value.denominator)))
        else:
            above.append(text)

    def _power(self, node: Node) -> None:
        base, exponent = self.graph.args[node]
        region = self._region(node)
        power = self.graph.value(exponent)
        if power is None:
            if self.graph.kinds[base] == "e":
                text = self.spell_call("exp", [self.read(exponent, region, ADDITION)])
            else:
                args = [self.read(arg, region, ADDITION) for arg in (base, exponent)]
                text = self.spell_power(*args)
            self._set(node, text, ATOM, (base, exponent))
        elif power > 0:
            self._set(node, self._positive_power(node, base, power, ADDITION), PRODUCT, (base,))
        elif power == 0:
            self._set(
                node, self.spell_power(self.read(base, region, ADDITION), "0.0"), ATOM, (base,)
            )
        else:
            below = self._positive_power(node, base, -power, ATOM)
            self._set(node, self.spell_quotient(region, "1.0", [below]), PRODUCT, (base,))

    def spell_power(self, base: str, exponent: str) -> str:
        """Return the call for a general power."""
        raise NotImplementedError

    def _positive_power(self, node: Node, base: Node, power: Number, level: int) -> str:
        """Return base ** power for a positive rational power, as products and roots if it can."""
        region = self._region(node)
        text = self.read(base, region, ATOM)
        if power == 1:
            return text
        if power.denominator == 1 and power <= MAX_PRODUCT_POWER:
            product = "*".join(self._squarings(base, int(power), text, region))
        elif power == HALF:
            return self.spell_call("sqrt", [self.read(base, region, ADDITION)])
        elif power == 3 * HALF:
            product = f"{text}*{self.spell_call('sqrt', [text])}"
        else:
            return self.spell_power(text, repr(float(power)))
        return product if level <= PRODUCT else f"({product})"

    def _squarings(self, base: Node, power: int, text: str, region: Region | None) -> list[str]:
        """Return the factors of base ** power: the squarings that its binary digits name."""
        if power <= 3:
            return [text] * power
        factors = [text] if power & 1 else []
        size, current = 1, text
        while size * 2 <= power:
            size *= 2
            key = (base, size, region)
            if key not in self.powers:
                self.powers[key] = self.fresh()
                self.line(region, f"{self.powers[key]} = {current}*{current}")
            current = self.powers[key]
            if power & size:
                factors.append(current)
        return factors

    def _call(self, node: Node, kind: str) -> None:
        args = self.graph.args[node]
        if not args:
            self._set(node, self._constant(kind), ATOM)
            return
        texts = [self.read(arg, self._region(node), ADDITION) for arg in args]
        if kind == "integral":
            text = f"{self._integral(self.graph.data[node])}({', '.join(texts)})"
        else:
            text = self.spell_call(kind, texts)
        self._set(node, text, ATOM, args)

    def _integral(self, integrand: Integrand) -> str:
        """Return the identifier of the integral of an integrand as a function."""
        return self.integrals.setdefault(integrand, f"integral{len(self.integrals) + 1}")

    def _constant(self, kind: str) -> str:
        row = TABLE[kind]
        if kind == "I":
            return "1j"
        if row.constant is None:
            raise CompileError(f"The constant `{kind}` has no value in floating point.")
        text = repr(row.constant)
        if text in ("inf", "nan"):
            return self.function(f"math.{text}")
        return text
