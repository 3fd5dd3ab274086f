"""From the graph to SymPy, node by node; numbers that SymPy would blow up are held back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ..errors import ArgumentError
from ..functions import TABLE
from ..graph.graph import Graph, Node
from ..graph.integrand import with_bound_names

if TYPE_CHECKING:
    import sympy

    from .variable import Variable

__all__ = ["symbol_of", "to_sympy"]

#: No number of the view has more digits than this.
MAX_DIGITS = 1000

#: A function is not evaluated at a number beyond this, nor a constant raised to one.
MAX_MAGNITUDE = 1000

#: A held constant has a value in SymPy only up to this argument or exponent.
MAX_EVALUATED = 10**9

#: Up to this depth of nesting SymPy evaluates functions, and powers: it asks about arguments in
#: depth, and for continued fractions that doubles with every level.
MAX_FUNCTION_DEPTH, MAX_POWER_DEPTH = 100, 16

_BITS_PER_DIGIT = 3.33
_ASSUMPTIONS = {
    ">0": {"positive": True},
    ">=0": {"nonnegative": True},
    "<0": {"negative": True},
    "<=0": {"nonpositive": True},
    "!=0": {"nonzero": True},
}
_WORDS = frozenset({"positive", "nonnegative", "negative", "nonpositive", "nonzero", "integer"})


def to_sympy(graph: Graph, root: Node, variables: Sequence[Variable] = ()) -> sympy.Basic:
    """Return the SymPy expression that a formula is.

    Parameters
    ----------
    graph : Graph
    root : int
    variables : sequence of Variable
        Their kinds and assumptions become those of the symbols; a variable that is not listed
        is real.

    Raises
    ------
    ArgumentError
        When a product of numbers has far more than 1000 digits.

    Notes
    -----
    SymPy's constructors rewrite: `exp(log(x))` becomes `x`. Constants that would grow beyond
    1000 digits, and functions at numbers beyond 1000, become opaque atoms. Deeply nested
    functions and powers are not evaluated, because SymPy recurses into their arguments.
    """
    return _View(graph, root, variables).build()


def symbol_of(variable: Variable) -> sympy.Symbol:
    """Return SymPy's symbol of a variable, real unless declared complex, with its assumptions."""
    import sympy

    facts: dict[str, bool] = {} if variable.kind == "complex" else {"real": True}
    for item in variable.assumption.split(","):
        facts.update({word: True for word in item.split() if word in _WORDS})
        told = item.replace(" ", "").removeprefix(variable.name)
        facts.update(_ASSUMPTIONS.get(told, {}))
    return sympy.Symbol(variable.name, **facts)


class _View:
    """One conversion: `built` holds SymPy's object of every node done so far."""

    def __init__(self, graph: Graph, root: Node, variables: Sequence[Variable]) -> None:
        import sympy

        self.sympy = sympy
        self.graph, self.root = with_bound_names(graph, root)
        self.symbols = {variable.name: symbol_of(variable) for variable in variables}
        self.built: dict[Node, Any] = {}
        self.depths: dict[Node, int] = {}
        self.constants: set[Node] = set()
        self.makers: dict[str, Callable[[Node, list[Any]], Any]] = {
            "add": self.total,
            "mul": self.product,
            "pow": self.power,
            "piecewise": self.piecewise,
            "compare": self.relation,
            "and": lambda node, args: sympy.And(*args),
            "or": lambda node, args: sympy.Or(*args),
            "not": lambda node, args: sympy.Not(*args),
            "integral": lambda node, args: sympy.Integral(args[0], tuple(args[1:])),
        }

    def build(self) -> Any:
        """Return the object of the root; hashes are computed on the way up, never in depth."""
        graph = self.graph
        for node in graph.reachable([self.root]):
            args = graph.args[node]
            self.depths[node] = 1 + max((self.depths[arg] for arg in args), default=0)
            if graph.kinds[node] != "var" and all(arg in self.constants for arg in args):
                self.constants.add(node)
            self.built[node] = made = self.make(node)
            hash(made)
        return self.built[self.root]

    def make(self, node: Node) -> Any:
        """Return the object of one node whose arguments are built."""
        kind, data = self.graph.kinds[node], self.graph.data[node]
        if kind == "const":
            return self.sympy.Rational(data.numerator, data.denominator)
        if kind == "var":
            return self.symbols.get(data) or self.sympy.Symbol(data, real=True)
        args = [self.built[arg] for arg in self.graph.args[node]]
        maker = self.makers.get(kind, self.function)
        return maker(node, args)

    # -- arithmetic ---------------------------------------------------------------------------

    def total(self, node: Node, args: list[Any]) -> Any:
        """Return a sum."""
        return self.checked(self.sympy.Add(*args))

    def product(self, node: Node, args: list[Any]) -> Any:
        """Return a product."""
        return self.checked(self.sympy.Mul(*args))

    def power(self, node: Node, args: list[Any]) -> Any:
        """Return a power, held back where its digits would not fit."""
        base, exponent = args
        if node not in self.constants:
            return self.sympy.Pow(base, exponent, evaluate=self.depths[node] <= MAX_POWER_DEPTH)
        if not exponent.is_Rational:
            is_small = not exponent.has(self.held_class) and not base.has(self.held_class)
            return self.sympy.Pow(base, exponent) if is_small else self.held(node)
        size = abs(exponent)
        if base.is_Rational:
            digits = size * _bits(base) / _BITS_PER_DIGIT
            if digits <= MAX_DIGITS or base in (0, 1, -1):
                return self.sympy.Pow(base, exponent)
        elif size <= MAX_MAGNITUDE:
            return self.sympy.Pow(base, exponent)
        if size > MAX_EVALUATED:
            return self.held(node)
        return self.held(node, self.sympy.Pow(base, exponent, evaluate=False))

    def checked(self, made: Any) -> Any:
        """Return the object, unless its numerical part has grown beyond all use."""
        number = made.as_coeff_Mul()[0] if made.is_Mul else made
        if number.is_Rational and _bits(number) > 20 * MAX_DIGITS * _BITS_PER_DIGIT:
            raise ArgumentError(
                f"A product of numbers in this formula has more than {20 * MAX_DIGITS} digits, "
                "too many for a closed form."
            )
        return made

    # -- functions ----------------------------------------------------------------------------

    def function(self, node: Node, args: list[Any]) -> Any:
        """Return a function or constant of the table; unevaluated at large numbers."""
        name = self.graph.kinds[node]
        row = TABLE.get(name)
        spelling = row.sympy if row is not None else ""
        if not args:
            return self.constant(name, spelling)
        if not spelling:
            return self.sympy.Function(name, real=True)(*args)
        large = [abs(arg) for arg in args if arg.is_Rational and abs(arg) > MAX_MAGNITUDE]
        if not large and self.depths[node] <= MAX_FUNCTION_DEPTH:
            if callable(spelling):
                return spelling(self.sympy, *args)
            return getattr(self.sympy, spelling)(*args)
        inner = None
        if isinstance(spelling, str):
            inner = getattr(self.sympy, spelling)(*args, evaluate=False)
        if large and node in self.constants:
            return self.held(node, inner if max(large) <= MAX_EVALUATED else None)
        return inner if inner is not None else self.sympy.Function(name, real=True)(*args)

    def constant(self, name: str, spelling: Any) -> Any:
        """Return a constant of the table."""
        if callable(spelling):
            return spelling(self.sympy)
        return getattr(self.sympy, spelling or name)

    @property
    def held_class(self) -> Any:
        """The class of held constants."""
        from .held import Held

        return Held

    def held(self, node: Node, inner: Any = None) -> Any:
        """Return the node as an opaque constant."""
        return self.held_class(self.graph, node, inner)

    # -- conditions ---------------------------------------------------------------------------

    def relation(self, node: Node, args: list[Any]) -> Any:
        """Return a comparison; only one of plain numbers is decided."""
        decide = all(arg.is_Rational for arg in args)
        return self.sympy.Rel(*args, self.graph.data[node], evaluate=decide)

    def piecewise(self, node: Node, args: list[Any]) -> Any:
        """Return SymPy's Piecewise, without its own search for equal pieces."""
        pieces = [(args[i], args[i + 1]) for i in range(0, len(args) - 1, 2)]
        if self.graph.kinds[self.graph.args[node][-1]] != "nan":
            pieces.append((args[-1], True))
        return self.sympy.Piecewise(*pieces, evaluate=False)


def _bits(number: Any) -> int:
    """Return the size of a rational of SymPy in bits."""
    return int(number.p).bit_length() + int(number.q).bit_length()
