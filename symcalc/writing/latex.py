"""The spelling in LaTeX, as a textbook sets it."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Sequence
from fractions import Fraction

from ..functions import TABLE
from ..graph.graph import Graph, Node
from .latex_matrices import LatexMatrices
from .layout import Layout, Level, Piece, Slot
from .names import latex_names
from .text import TextRenderer, separated

__all__ = ["latex_block", "to_latex"]

#: Beyond this length a formula names its shared parts.
LATEX_LENGTH = 5000

#: The same for formulas of arrays.
ARRAY_LENGTH = 260

_RELATIONS = {"<": "<", "<=": r"\leq", ">": ">", ">=": r"\geq", "==": "=", "!=": r"\neq"}
_LOGIC = {"and": r" \wedge ", "or": r" \vee "}

#: Functions whose usual notation would be read as something else: `C_{n}^{(a)}(x)` as a product.
_SPELLED_OUT = frozenset(
    "E1 airyaiprime airybiprime assoc_laguerre erfcinv erfinv expint gegenbauer hyp1f1 hyp2f1 "
    "loggamma mod uppergamma xlogy".split()
)

#: Constants whose letter would be read as a variable.
_WORDS = frozenset({"Catalan", "EulerGamma", "GoldenRatio"})


def latex_block(environment: str, rows: Iterable[str]) -> str:
    r"""Return rows in an environment of LaTeX, such as `aligned`."""
    body = r" \\ ".join(rows)
    return rf"\begin{{{environment}}} {body} \end{{{environment}}}"


def to_latex(graph: Graph, root: Node) -> str:
    """Write a formula in LaTeX, for math mode; shared parts of a long one get names."""
    renderer = LatexRenderer(graph, root)
    return renderer.render(ARRAY_LENGTH if renderer.arrays.is_used else LATEX_LENGTH)


class LatexRenderer(TextRenderer):
    """Fractions, roots and raised exponents in place of operators."""

    opening, closing = r"\left(", r"\right)"
    keeps_groups = False
    notation = LatexMatrices

    def __init__(self, graph: Graph, root: Node) -> None:
        super().__init__(graph, root)
        self.written = latex_names(self.variables)

    def name_part(self, index: int) -> str:
        return f"t_{{{index}}}"

    def join(self, main: str, parts: Sequence[tuple[str, str]]) -> str:
        listed = ", \\; ".join(f"{name} = {text}" for name, text in parts)
        return f"{main} \\quad \\text{{where}} \\quad {listed}"

    def variable(self, name: str) -> str:
        return self.written[name]

    def named_constant(self, name: str) -> Layout:
        row = TABLE.get(name)
        text = row.latex if row is not None and name not in _WORDS else ""
        return Layout(Level.ATOM, (text or rf"\mathrm{{{name}}}",))

    # -- functions ----------------------------------------------------------------------------

    def call(self, name: str, args: Sequence[Node]) -> Layout:
        if name == "integral":
            body, variable, lower, upper = args
            ends = (r"\int_{", Slot(lower), "}^{", Slot(upper), "} ")
            step = (r" \, \mathrm{d}", Slot(variable))
            return Layout(Level.PRODUCT, (*ends, Slot(body, Level.PRODUCT), *step))
        if name == "sum" and self.length_of(args[0]):
            return Layout(Level.POWER, (*self.length_of(args[0]), "^{2}"))
        template = self.head(name)
        if "{0}" in template:
            return _filled(template, args)
        return Layout(Level.ATOM, (template, self.opening, *separated(args), self.closing))

    def length_of(self, squares: Node) -> tuple[Piece, ...]:
        r"""Return \left\lVert x \right\rVert_{2} for the squares of an array, else nothing."""
        if not self.arrays.is_used or self.kind(squares) != "pow":
            return ()
        base, exponent = self.graph.args[squares]
        rank = len(self.graph.shape(base))
        if self.constant(exponent) != 2 or rank not in (1, 2):
            return ()
        below = "2" if rank == 1 else "F"
        return (r"\left\lVert ", Slot(base), rf" \right\rVert_{{{below}}}")

    def head(self, name: str) -> str:
        """Return the LaTeX of a function's name, or its template."""
        row = TABLE.get(name)
        if row is not None and row.latex and name not in _SPELLED_OUT:
            return row.latex
        return r"\operatorname{" + name.replace("_", r"\_") + "}"

    def logic(self, kind: str, args: Sequence[Node]) -> Layout:
        if kind == "not":
            inner = Slot(args[0])
            return Layout(Level.NOT, (r"\neg ", self.opening, inner, self.closing))
        own, inner_level = (Level.AND, Level.NOT) if kind == "and" else (Level.OR, Level.AND)
        return Layout(own, separated(args, _LOGIC[kind], inner_level))

    def construct(self, node: Node, kind: str) -> Layout:
        if kind == "compare":
            left, right = (Slot(arg, Level.SUM) for arg in self.graph.args[node])
            sign = f" {_RELATIONS[self.graph.data[node]]} "
            return Layout(Level.COMPARE, (left, sign, right))
        return super().construct(node, kind)

    def choice(self, args: Sequence[Node]) -> Layout:
        pieces: list[Piece] = [r"\begin{cases} "]
        for index in range(0, len(args) - 1, 2):
            pieces += [r" \\ "] if index else []
            pieces += [Slot(args[index], Level.OR), r" & \text{if } ", Slot(args[index + 1])]
        if self.kind(args[-1]) != "nan":
            pieces += [r" \\ ", Slot(args[-1], Level.OR), r" & \text{otherwise}"]
        return Layout(Level.CHOICE, (*pieces, r" \end{cases}"))

    # -- arithmetic ---------------------------------------------------------------------------

    def fraction(self, node: Node) -> tuple[str, str]:
        top, bottom = super().fraction(node)
        mantissa, letter, exponent = top.lower().partition("e")
        return (rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if letter else top), bottom

    def number(self, node: Node) -> Layout:
        top, bottom = self.fraction(node)
        if bottom:
            return Layout(Level.PRODUCT, (rf"\frac{{{top}}}{{{bottom}}}",))
        return Layout(Level.PRODUCT if "cdot" in top else Level.ATOM, (top,))

    def product(self, node: Node) -> Layout:
        mean = self.mean_of(node)
        if mean is not None:
            return self.call("mean", (mean,))
        number, rest = self.factors(node)
        rest, chain = self.chain_last(rest)
        arrays = [factor for factor in rest if factor in self.graph.shapes]
        is_plain = len(arrays) == 1 and self.reciprocal(arrays[0]) is None
        if arrays and not is_plain and chain is None and self.arrays.is_used:
            return self.elementwise(number, rest)
        one = number is None or abs(self.graph.data[number]) == 1
        top, bottom = ("1", "") if number is None or one else self.fraction(number)
        pairs = [(factor, self.reciprocal(factor)) for factor in rest]
        upper = [factor for factor, divisor in pairs if divisor is None]
        lower = [divisor for _, divisor in pairs if divisor is not None]
        if not lower and not bottom:
            return Layout(Level.PRODUCT, self.side_by_side(top, upper))
        numerator = self.side_by_side(top, upper, Level.ANY)
        denominator = self.side_by_side(bottom or "1", lower, Level.ANY)
        return Layout(Level.PRODUCT, (r"\frac{", *numerator, "}{", *denominator, "}"))

    def elementwise(self, number: Node | None, factors: Sequence[Node]) -> Layout:
        r"""Return 2 a x \odot y \oslash z: scalars, arrays, arrays that divide."""
        graph = self.graph
        scalars = [factor for factor in factors if factor not in graph.shapes]
        arrays = [factor for factor in factors if factor in graph.shapes]
        front = [f for f in scalars if self.reciprocal(f) is None]
        pieces: list[Piece] = []
        top, bottom = ("1", "") if number is None else self.fraction(number)
        below = [divisor for f in scalars if (divisor := self.reciprocal(f)) is not None]
        if bottom or below:
            upper = self.side_by_side(top, front, Level.ANY)
            lower = self.side_by_side(bottom or "1", below, Level.ANY)
            pieces += [r"\frac{", *upper, "}{", *lower, "} "]
        elif front or top != "1":
            pieces += [*self.side_by_side(top, front), " "]
        for place, factor in enumerate(arrays):
            divisor = self.reciprocal(factor)
            if place or divisor is not None:
                pieces.append(r" \oslash " if divisor is not None else r" \odot ")
            if not place and divisor is not None:
                pieces.insert(-1, r"\mathbf{1}")
            pieces.append(Slot(factor if divisor is None else divisor, Level.POWER))
        return Layout(Level.PRODUCT, tuple(pieces))

    def side_by_side(
        self, number: str, factors: Sequence[Node], alone: int = Level.POWER
    ) -> tuple[Piece, ...]:
        """Return number × factors without an operator; a lone factor binds at level `alone`."""
        if not factors:
            return (number,)
        if number == "1" and len(factors) == 1:
            level = min(alone, Level.PRODUCT) if self.kind(factors[0]) == "ein" else alone
            return (Slot(factors[0], level),)
        pieces: list[Piece] = [] if number == "1" else [number]
        for factor in factors:
            if pieces:
                pieces.append(r" \cdot " if self.starts_with_digit(factor) else " ")
            is_chain = self.kind(factor) == "ein"
            is_open = is_chain and (factor in self.graph.shapes or len(factors) == 1)
            pieces.append(Slot(factor, Level.PRODUCT if is_open else Level.POWER))
        return tuple(pieces)

    def starts_with_digit(self, node: Node) -> bool:
        """Whether the node is written with a digit first, once brackets are in place."""
        first: Piece = Slot(node, Level.POWER)
        while isinstance(first, Slot):
            layout = self.layout(first.node, first.absolute)
            if self.is_named(first) or layout.level < first.level:
                return False
            first = layout.pieces[0]
        return first[:1].isdigit()

    def power(self, base: Node, exponent: Node) -> Layout:
        value = self.constant(exponent)
        if self.arrays.is_used and base in self.graph.shapes and value != Fraction(1, 2):
            if value == -1:
                return Layout(Level.PRODUCT, (r"\mathbf{1} \oslash ", Slot(base, Level.POWER)))
            power = str(value) if isinstance(value, int) else Slot(exponent)
            return Layout(Level.POWER, (Slot(base, Level.ATOM), r"^{\odot ", power, "}"))
        if value == -1:
            return Layout(Level.PRODUCT, (r"\frac{1}{", Slot(base), "}"))
        if value is not None and value > 0 and self.kind(base) == "sum":
            length, doubled = self.length_of(self.graph.args[base][0]), value * 2
            if length and doubled == 1:
                return Layout(Level.ATOM, length)
            if length and doubled.denominator == 1:
                return Layout(Level.POWER, (*length, f"^{{{doubled}}}"))
        if value == Fraction(1, 2):
            return Layout(Level.ATOM, (r"\sqrt{", Slot(base), "}"))
        upper: Piece = str(value) if isinstance(value, int) else Slot(exponent)
        if isinstance(value, int) and value > 1:
            powered = self.powered_function(base, value)
            if powered is not None:
                return powered
        return Layout(Level.POWER, (Slot(base, Level.ATOM), "^{", upper, "}"))

    def powered_function(self, base: Node, exponent: int) -> Layout | None:
        r"""Return \sin^{2}\left(x\right) for a function of one argument with a plain head."""
        args, kind = self.graph.args[base], self.kind(base)
        if len(args) != 1 or kind in {"part", "not"}:
            return None
        head = self.head(kind)
        if not re.fullmatch(r"\\[a-z]+", head):
            return None
        pieces = (f"{head}^{{{exponent}}}", self.opening, Slot(args[0]), self.closing)
        return Layout(Level.POWER, pieces)


def _filled(template: str, args: Sequence[Node]) -> Layout:
    """Return the layout of a template with `{0}`, `{1}` for the arguments.

    An argument at the edge of the template, as in `{0}!`, has no delimiters of its own.
    """
    parsed = list(string.Formatter().parse(template))
    pieces: list[Piece] = []
    bare = parsed[0][0] == "" or parsed[-1][1] is not None
    for literal, field, _, _ in parsed:
        pieces += [literal] if literal else []
        if field is not None:
            pieces.append(Slot(args[int(field)], Level.ATOM if bare else Level.ANY))
    if bare and " " in template:
        return Layout(Level.PRODUCT, tuple(pieces))
    return Layout(Level.POWER if bare or "^" in template else Level.ATOM, tuple(pieces))
