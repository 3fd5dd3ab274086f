"""Program → LLVM's instructions: one straight line, for one point or for several side by side."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import reduce

from ...functions import LIBRARY, TABLE
from ...graph.graph import Node
from ...program import Program
from ..emit import MAX_PRODUCT_POWER

__all__ = ["NAN_BITS", "Body", "literal"]

HALF = Fraction(1, 2)

_RELATIONS = {"<": "olt", "<=": "ole", ">": "ogt", ">=": "oge", "==": "oeq", "!=": "une"}


#: For vectors: numbers with all bits set, which are NaN, where one is NaN, else 0; and numbers with
#: the bits of both. That takes half the time of a choice.
NAN_BITS = """
define internal {vector} @nan_bits({vector} %value) alwaysinline nounwind {{
  %unordered = fcmp uno {vector} %value, %value
  %every = sext <{width} x i1> %unordered to <{width} x i64>
  %found = bitcast <{width} x i64> %every to {vector}
  ret {vector} %found
}}
define internal {vector} @with_bits({vector} %value, {vector} %more) alwaysinline nounwind {{
  %own = bitcast {vector} %value to <{width} x i64>
  %other = bitcast {vector} %more to <{width} x i64>
  %bits = or <{width} x i64> %own, %other
  %found = bitcast <{width} x i64> %bits to {vector}
  ret {vector} %found
}}
"""


def literal(value: float) -> str:
    """Return a double as LLVM reads it without rounding."""
    return f"0x{struct.unpack('<Q', struct.pack('<d', value))[0]:016X}"


class Body:
    """Writes the nodes of a program as instructions on doubles or on vectors of doubles.

    Operations come in the order of the code for arrays, so that both round alike: quotients are
    divided by one factor after the other, sums run from left to right, whole powers are squarings.

    Parameters
    ----------
    program : Program
        Of primitive nodes.
    width : int
        How many points are computed side by side.
    inputs : Mapping of str to str
        The value that holds each variable.
    function : callable
        `function(name, n_args)` declares a function of C's mathematics and returns its symbol, and
        whether it takes vectors of this width.
    """

    def __init__(
        self,
        program: Program,
        width: int,
        inputs: Mapping[str, str],
        function: Callable[[str, int], tuple[str, bool]],
    ) -> None:
        self.program, self.graph, self.width = program, program.graph, width
        self.lines: list[str] = []
        self._inputs, self._function = inputs, function
        self._type = "double" if width == 1 else f"<{width} x double>"
        self._truth = "i1" if width == 1 else f"<{width} x i1>"
        self._texts: dict[Node, str] = {}
        self._negative: dict[Node, str] = {}
        self._powers: dict[tuple[Node, int], str] = {}
        self._lengths: dict[tuple[Node, ...], str] = {}
        self._divisors, self._inside = self._find_powers()
        self._count = 0

    def run(self, *, are_derivatives: bool = True) -> list[str]:
        """Write all instructions and return the values of the outputs.

        Where the first output is NaN, so are the others, when they are its derivatives.
        """
        for node in self.program.order:
            if node not in self._divisors and node not in self._inside:
                self._write(node)
        values = [self._read(node) for node in self.program.outputs]
        if len(values) < 2 or not are_derivatives:
            return values
        return [values[0], *self._nan_where(values[0], values[1:])]

    # -- the nodes ----------------------------------------------------------------------------

    def _write(self, node: Node) -> None:
        graph = self.graph
        kind = graph.kinds[node]
        if kind == "const":
            self._texts[node] = self._constant(float(graph.data[node]))
        elif kind == "var":
            self._texts[node] = self._inputs[graph.data[node]]
        elif kind == "add":
            self._sum(node)
        elif kind == "mul":
            self._product(node)
        elif kind == "pow":
            self._power(node)
        elif kind == "piecewise":
            self._choice(node)
        elif kind == "compare":
            left, right = (self._read(arg) for arg in graph.args[node])
            relation = _RELATIONS[graph.data[node]]
            self._texts[node] = self._op(f"fcmp {relation} {self._type} {left}, {right}")
        elif kind in ("and", "or"):
            texts = [self._texts[arg] for arg in graph.args[node]]
            self._texts[node] = reduce(
                lambda a, b: self._op(f"{kind} {self._truth} {a}, {b}"), texts
            )
        elif kind == "not":
            yes = "true" if self.width == 1 else "splat (i1 true)"
            text = self._texts[graph.args[node][0]]
            self._texts[node] = self._op(f"xor {self._truth} {text}, {yes}")
        else:
            self._call_row(node, kind)

    def _sum(self, node: Node) -> None:
        args = self.graph.args[node]
        if len(args) > 1 and args[0] in self._negative and args[1] not in self._negative:
            args = (args[1], args[0], *args[2:])
        text = self._read(args[0])
        for arg in args[1:]:
            size = self._negative.get(arg)
            if size is None:
                text = self._op(f"fadd {self._type} {text}, {self._read(arg)}")
            else:
                text = self._op(f"fsub {self._type} {text}, {size}")
        self._texts[node] = text

    def _product(self, node: Node) -> None:
        graph = self.graph
        is_negative = False
        above: list[str] = []
        below: list[str] = []
        for place, arg in enumerate(self.program.operands(node)):
            if arg in self._divisors:
                base, exponent = graph.args[arg]
                below.append(self._multiplied(self._factors(base, -graph.data[exponent])))
            elif arg in self._inside:
                above += self._factors(graph.args[arg][0], graph.data[graph.args[arg][1]])
            elif place == 0 and graph.kinds[arg] == "const":
                is_negative = graph.data[arg] < 0
                self._coefficient(arg, above, below)
            else:
                size = self._negative.get(arg)
                is_negative ^= size is not None
                above.append(self._read(arg) if size is None else size)
        text = self._multiplied(above) if above else self._constant(1.0)
        for divisor in below:
            text = self._op(f"fdiv {self._type} {text}, {divisor}")
        if is_negative:
            self._negative[node] = text
        else:
            self._texts[node] = text

    def _coefficient(self, node: Node, above: list[str], below: list[str]) -> None:
        """Place the number in front: 1/3 as a division, which rounds once, 0.1 as it was typed."""
        value = abs(self.graph.data[node])
        if self.program.is_divided_by(node):
            below.append(self._constant(float(value.denominator)))
        elif value != 1:
            above.append(self._constant(float(value)))

    def _power(self, node: Node) -> None:
        base, exponent = self.graph.args[node]
        power = self.graph.value(exponent)
        if power is None:
            if self.graph.kinds[base] == "e":
                self._texts[node] = self._call("exp", [self._read(exponent)])
            else:
                self._texts[node] = self._call("pow", [self._read(base), self._read(exponent)])
        elif power > 0:
            self._texts[node] = self._multiplied(self._factors(base, power))
        elif power == 0:
            self._texts[node] = self._constant(1.0)
        else:
            below = self._multiplied(self._factors(base, -power))
            self._texts[node] = self._op(f"fdiv {self._type} {self._constant(1.0)}, {below}")

    def _choice(self, node: Node) -> None:
        args = self.graph.args[node]
        text = self._read(args[-1])
        for place in range(len(args) - 3, -1, -2):
            text = self._select(self._texts[args[place + 1]], self._read(args[place]), text)
        for operand in self.program.compared(node):
            (text,) = self._nan_where(self._read(operand), [text])
        self._texts[node] = text

    def _call_row(self, node: Node, kind: str) -> None:
        args = self.graph.args[node]
        if kind.startswith(LIBRARY):
            self._texts[node] = self._call(kind, [self._read(arg) for arg in args])
            return
        row = TABLE[kind]
        if not args:
            self._texts[node] = self._constant(float(row.constant or 0.0))
            return
        texts = [self._read(arg) for arg in args]
        name = str(row.machine)
        if name in ("max", "min"):
            self._texts[node] = reduce(lambda a, b: self._extreme(name, a, b), texts)
        elif name == "mod":
            self._texts[node] = self._remainder(*texts)
        elif name in ("fabs", "floor", "ceil"):
            self._texts[node] = self._intrinsic(name, texts[0])
        elif name == "hypot":
            self._texts[node] = self._length(tuple(sorted(args)))
        else:
            self._texts[node] = self._call(name, texts)

    # -- pieces ------------------------------------------------------------------------------

    def _extreme(self, name: str, left: str, right: str) -> str:
        """Return the greater or lesser of two, NaN when one is NaN."""
        relation = "ogt" if name == "max" else "olt"
        first = self._op(f"fcmp {relation} {self._type} {left}, {right}")
        unordered = self._op(f"fcmp uno {self._type} {left}, {left}")
        return self._select(first, left, self._select(unordered, left, right))

    def _length(self, args: tuple[Node, ...]) -> str:
        """Return the length of a vector, whose entries come in one order whatever was written."""
        if args not in self._lengths:
            first, *others = map(self._read, args)
            start = self._intrinsic("fabs", first)
            self._lengths[args] = reduce(lambda a, b: self._call("hypot", [a, b]), others, start)
        return self._lengths[args]

    def _nan_where(self, value: str, texts: Sequence[str]) -> list[str]:
        """Return texts that are NaN where a value is."""
        if self.width == 1:
            unordered = self._op(f"fcmp uno double {value}, {value}")
            return [self._select(unordered, self._constant(float("nan")), text) for text in texts]
        kind = self._type
        bits = self._op(f"call {kind} @nan_bits({kind} {value})")
        return [self._op(f"call {kind} @with_bits({kind} {v}, {kind} {bits})") for v in texts]

    def _remainder(self, left: str, right: str) -> str:
        """Return the remainder with the sign of the divisor, as NumPy's `mod` has it."""
        kind = self._type
        rest = self._call("fmod", [left, right])
        zero = self._constant(0.0)
        below = [self._op(f"fcmp olt {kind} {side}, {zero}") for side in (rest, right)]
        other = self._op(f"xor {self._truth} {below[0]}, {below[1]}")
        moved = self._select(other, self._op(f"fadd {kind} {rest}, {right}"), rest)
        none = self._op(f"fcmp oeq {kind} {rest}, {zero}")
        return self._select(none, self._intrinsic("copysign", zero, right), moved)

    def _factors(self, base: Node, power: int | Fraction) -> list[str]:
        """Return the factors of base ** power, power positive: squarings and roots if it can."""
        text = self._read(base)
        if power in (HALF, 3 * HALF):
            root = self._intrinsic("sqrt", text)
            return [root] if power == HALF else [text, root]
        if isinstance(power, Fraction) or power > MAX_PRODUCT_POWER:
            return [self._call("pow", [text, self._constant(float(power))])]
        if power <= 3:
            return [text] * power
        factors = [text] if power & 1 else []
        size, current = 1, text
        while size * 2 <= power:
            size *= 2
            key = (base, size)
            if key not in self._powers:
                self._powers[key] = self._op(f"fmul {self._type} {current}, {current}")
            current = self._powers[key]
            if power & size:
                factors.append(current)
        return factors

    def _multiplied(self, factors: list[str]) -> str:
        """Return a product taken from left to right."""
        return reduce(lambda a, b: self._op(f"fmul {self._type} {a}, {b}"), factors)

    def _select(self, condition: str, yes: str, no: str) -> str:
        kind = self._type
        return self._op(f"select {self._truth} {condition}, {kind} {yes}, {kind} {no}")

    def _intrinsic(self, name: str, *args: str) -> str:
        """Return the value of one of LLVM's own functions, which rounds as C's does."""
        suffix = "f64" if self.width == 1 else f"v{self.width}f64"
        given = ", ".join(f"{self._type} {arg}" for arg in args)
        return self._op(f"call {self._type} @llvm.{name}.{suffix}({given})")

    def _call(self, name: str, args: list[str]) -> str:
        """Return the value of a function of C's mathematics: of a vector, or place by place."""
        symbol, takes_vectors = self._function(name, len(args))
        if self.width == 1 or takes_vectors:
            given = ", ".join(f"{self._type} {arg}" for arg in args)
            return self._op(f"call {self._type} @{symbol}({given}) nobuiltin")
        result = "poison"
        for lane in range(self.width):
            one = [
                self._op(f"extractelement {self._type} {arg}, i32 {lane}") for arg in args
            ]  # fmt: skip
            given = ", ".join(f"double {arg}" for arg in one)
            value = self._op(f"call double @{symbol}({given}) nobuiltin")
            result = self._op(
                f"insertelement {self._type} {result}, double {value}, i32 {lane}"
            )  # fmt: skip
        return result

    def _find_powers(self) -> tuple[set[Node], set[Node]]:
        """Return the powers that one product alone reads: its divisors, and those inside it."""
        graph, program = self.graph, self.program
        divisors: set[Node] = set()
        inside: set[Node] = set()
        for node in program.order:
            if graph.kinds[node] != "mul":
                continue
            for arg in program.operands(node):
                power = graph.value(graph.args[arg][1]) if graph.kinds[arg] == "pow" else None
                if power is not None and power and program.uses[arg] == 1:
                    (divisors if power < 0 else inside).add(arg)
        return divisors, inside

    def _read(self, node: Node) -> str:
        """Return the value of a node, its sign applied."""
        text = self._texts.get(node)
        if text is None:
            text = self._texts[node] = self._op(f"fneg {self._type} {self._negative[node]}")
        return text

    def _constant(self, value: float) -> str:
        return literal(value) if self.width == 1 else f"splat (double {literal(value)})"

    def _op(self, instruction: str) -> str:
        """Append an instruction and return the name of its value."""
        self._count += 1
        name = f"%v{self._count}"
        self.lines.append(f"  {name} = {instruction}")
        return name
