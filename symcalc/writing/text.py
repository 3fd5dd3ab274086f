"""The spelling of the language itself: what `to_text` writes, the reader takes back."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from ..graph.graph import Graph, Node
from .array_nodes import ARRAY_KINDS, ArrayNotation
from .layout import Layout, Level, Piece, Slot
from .renderer import Renderer

__all__ = ["TextRenderer", "separated", "to_text"]

#: Beyond this length a text names its shared parts.
DISPLAY_LENGTH = 2000

#: The same for formulas of arrays, whose parts are long and mean something.
ARRAY_LENGTH = 120


def to_text(graph: Graph, root: Node, *, max_length: int | None = None) -> str:
    """Write a formula so that reading it gives the same nodes again.

    Parameters
    ----------
    graph : Graph
    root : int
        The node to write.
    max_length : int, optional
        Where the text would be longer, parts that are used more than once get names:
        `t0*sin(t0) where t0 = x**2 + y**2`; by default 2000 characters, 120 for
        formulas of arrays.

    Returns
    -------
    str

    Notes
    -----
    A long formula without shared parts stays long.
    """
    renderer = TextRenderer(graph, root)
    length = ARRAY_LENGTH if renderer.arrays.is_used else DISPLAY_LENGTH
    return renderer.render(length if max_length is None else max_length)


class TextRenderer(Renderer):
    """Python's operators with the fewest brackets that keep every group a node of its own."""

    notation: type[ArrayNotation] = ArrayNotation

    def __init__(self, graph: Graph, *roots: Node) -> None:
        super().__init__(graph, *roots)
        self.arrays = self.notation(self)
        self.decimals = {
            abs(graph.data[node]): text.lstrip("-") for node, text in graph.spellings.items()
        }

    def name_part(self, index: int) -> str:
        return f"t{index}"

    def join(self, main: str, parts: Sequence[tuple[str, str]]) -> str:
        return f"{main} where " + ", ".join(f"{name} = {text}" for name, text in parts)

    def lay_out(self, node: Node, absolute: bool) -> Layout:
        kind = self.graph.kinds[node]
        if self.is_negative(node) and not absolute:
            return Layout(Level.SUM, ("-", Slot(node, Level.PRODUCT, True)))
        if kind == "const":
            return self.number(node)
        if kind == "var":
            return Layout(Level.ATOM, (self.variable(self.graph.data[node]),))
        if kind == "add":
            return Layout(Level.SUM, self.sum_pieces(node))
        if kind == "mul":
            return self.product(node)
        if kind == "pow":
            return self.power(*self.graph.args[node])
        return self.construct(node, kind)

    def construct(self, node: Node, kind: str) -> Layout:
        """Return the layout of everything that is not arithmetic."""
        args = self.graph.args[node]
        if kind == "piecewise":
            return self.choice(args)
        if kind == "compare":
            left, right = (Slot(arg, Level.SUM) for arg in args)
            return Layout(Level.COMPARE, (left, f" {self.graph.data[node]} ", right))
        if kind in {"and", "or", "not"}:
            return self.logic(kind, args)
        if kind in ARRAY_KINDS:
            return self.arrays.layout(node)
        if not args:
            return self.named_constant(kind)
        shares = self.arrays.shares(args[0]) if kind == "exp" and self.arrays.is_used else None
        if (
            kind == "logsumexp"
            and self.graph.shape(args[0])
            and self.constant(args[-1]) is not None
        ):
            args = (args[-1], *args[:-1])  # a number behind an array reads as an axis
        return shares or self.call(kind, args)

    # -- the parts that other flavors spell otherwise -------------------------------------------

    def variable(self, name: str) -> str:
        """Return the spelling of a variable."""
        return name

    def named_constant(self, name: str) -> Layout:
        """Return the layout of a constant of the table."""
        return Layout(Level.ATOM, (self.spelled(name),))

    def call(self, name: str, args: Sequence[Node]) -> Layout:
        """Return the layout of a function."""
        return Layout(Level.ATOM, (f"{self.spelled(name)}(", *separated(args), ")"))

    def logic(self, kind: str, args: Sequence[Node]) -> Layout:
        """Return the layout of a combination of conditions."""
        if kind == "not":
            return Layout(Level.NOT, ("not ", Slot(args[0], Level.NOT)))
        own, inner = (Level.AND, Level.NOT) if kind == "and" else (Level.OR, Level.AND)
        return Layout(own, separated(args, f" {kind} ", inner))

    def choice(self, args: Sequence[Node]) -> Layout:
        """Return the layout of a piecewise: in words for two values, else a list of pieces."""
        otherwise = args[-1]
        complete = self.kind(otherwise) != "nan"
        if len(args) == 3 and complete:
            value, condition = (Slot(arg, Level.OR) for arg in args[:2])
            last = Slot(otherwise, Level.OR)
            return Layout(Level.CHOICE, (value, " if ", condition, " else ", last))
        pieces: list[Piece] = ["piecewise("]
        for index in range(0, len(args) - 1, 2):
            comma = ", (" if index else "("
            pieces += [comma, Slot(args[index]), ", ", Slot(args[index + 1]), ")"]
        pieces += [", (", Slot(otherwise), ", True))"] if complete else [")"]
        return Layout(Level.ATOM, tuple(pieces))

    def fraction(self, node: Node) -> tuple[str, str]:
        """Return the numerator and the denominator of |number|; a typed decimal has no second."""
        value = abs(self.graph.data[node])
        if value in self.decimals:
            return self.decimals[value], ""
        return str(value.numerator), "" if value.denominator == 1 else str(value.denominator)

    def number(self, node: Node) -> Layout:
        """Return the layout of |number|."""
        top, bottom = self.fraction(node)
        return Layout(Level.PRODUCT, (f"{top}/{bottom}",)) if bottom else Layout(Level.ATOM, (top,))

    def product(self, node: Node) -> Layout:
        """Return the layout of a run of factors and divisors, without its sign."""
        mean = self.mean_of(node)
        if mean is not None:
            return self.call("mean", (mean,))
        if self.is_negated_product(node):
            inner = Slot(self.graph.args[node][1], Level.POWER)
            return Layout(Level.PRODUCT, ("(-1)*", inner))
        number, rest = self.factors(node)
        rest, chain = self.chain_last(rest)
        plain = number is None or abs(self.graph.data[number]) == 1
        top, bottom = ("1", "") if number is None or plain else self.fraction(number)
        divided = self.reciprocal(rest[0]) is not None
        pieces: list[Piece] = [top] if top != "1" or divided else []
        for factor in rest:
            divisor = self.reciprocal(factor)
            if divisor is not None:
                pieces += ["/", Slot(divisor, Level.POWER)]
            else:
                is_open = factor == chain and (not pieces or factor in self.graph.shapes)
                pieces += ["*"] if pieces else []
                pieces.append(Slot(factor, Level.PRODUCT if is_open else Level.POWER))
        if bottom:
            pieces.append(f"/{bottom}")
        if len(pieces) == 1 and rest and chain is None:
            return Layout(Level.POWER, (Slot(rest[0], Level.POWER),))
        return Layout(Level.PRODUCT, tuple(pieces))

    def chain_last(self, factors: list[Node]) -> tuple[list[Node], Node | None]:
        """Return scalars, the one contraction among them, divisors: `a*X.T @ r/m`; and which it is.

        The contraction needs no brackets there, unless other arrays stand beside it. Ones that are
        as short as a scalar are left out.
        """
        factors = [f for f in factors if not self.arrays.is_number_one(f)] or factors[:1]
        chains = [factor for factor in factors if self.kind(factor) == "ein"]
        arrays = [factor for factor in chains if factor in self.graph.shapes] or chains
        others = [f for f in factors if f in self.graph.shapes and f not in arrays]
        if len(arrays) != 1 or others:
            return factors, None
        (chain,) = arrays
        rest = [factor for factor in factors if factor != chain]
        divisors = [factor for factor in rest if self.reciprocal(factor) is not None]
        front = [factor for factor in rest if factor not in divisors]
        return [*front, chain, *divisors], chain

    def power(self, base: Node, exponent: Node) -> Layout:
        """Return the layout of base ** exponent."""
        value = self.constant(exponent)
        if value == -1:
            return Layout(Level.PRODUCT, ("1/", Slot(base, Level.POWER)))
        if value == Fraction(1, 2):
            length = self.arrays.length(base) if self.arrays.is_used else None
            return length or self.root_of(base)
        upper: Piece = Slot(exponent, Level.POWER)
        if isinstance(value, int):
            upper = str(value) if value >= 0 else f"({value})"
        return Layout(Level.POWER, (*self.base(base), "**", upper))

    def base(self, node: Node) -> tuple[Piece, ...]:
        """Return what stands left of a power's operator."""
        return (Slot(node, Level.ATOM),)

    def root_of(self, base: Node) -> Layout:
        """Return the layout of a square root."""
        return Layout(Level.ATOM, (f"{self.spelled('sqrt')}(", Slot(base), ")"))


def separated(
    args: Sequence[Node], between: str = ", ", level: int = Level.ANY
) -> tuple[Piece, ...]:
    """Return the slots of the arguments with a string between them."""
    pieces: list[Piece] = []
    for arg in args:
        pieces += [between, Slot(arg, level)]
    return tuple(pieces[1:])
