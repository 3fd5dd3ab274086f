"""From SymPy to the graph, without recursion; what symcalc has no node for is refused by name."""

from __future__ import annotations

import keyword
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from ..errors import ArgumentError
from ..functions import CONSTANTS, lookup
from ..graph.graph import Graph, Node, Number, exact_decimal
from ..graph.integrand import make_integral
from ..graph.terms import Term, Terms
from .ordering import order_terms
from .variable import Variable, in_order

__all__ = ["convert"]

#: Integers beyond this are refused: Python itself does not print them.
MAX_BITS = 13_000

#: Decimals of at most this many digits are written as such where that is asked for.
MAX_DECIMAL = 12

_CONSTANTS = {
    "Pi": "pi",
    "Exp1": "e",
    "ImaginaryUnit": "I",
    "Infinity": "oo",
    "NaN": "nan",
    "EulerGamma": "EulerGamma",
}
_LOGIC = {"And": "and", "Or": "or", "Not": "not"}
_UNDEFINED = frozenset({"sum", "size"})
_HALF = Fraction(1, 2)


def convert(
    obj: Any, variables: Sequence[Variable], *, decimals: bool
) -> tuple[Graph, Node, tuple[Variable, ...]]:
    """Return a graph, its root and its variables for a SymPy expression.

    See `Expression.from_sympy`.
    """
    import sympy

    obj = sympy.sympify(obj, strict=True)
    if not isinstance(obj, sympy.Basic) or isinstance(obj, sympy.logic.boolalg.BooleanAtom):
        raise ArgumentError(f"A {type(obj).__name__} of SymPy is not a formula.")
    conversion = _Conversion({variable.name: variable for variable in variables}, decimals)
    root = conversion.run(obj)
    graph, roots = conversion.graph.extract([order_terms(conversion.graph, root)])
    used = {graph.data[node] for node in graph.variables(roots)}
    others = in_order(conversion.undeclared - (conversion.bound - used))
    return graph, roots[0], (*variables, *[Variable(name) for name in others])


class _Conversion:
    """One conversion: `nodes` holds the node of every object done so far, by identity."""

    def __init__(self, declared: dict[str, Variable], decimals: bool) -> None:
        self.graph, self.declared, self.decimals = Graph(), declared, decimals
        self.undeclared: set[str] = set()
        self.bound: set[str] = set()
        self.nodes: dict[int, Node] = {}
        self.makers: dict[str, Callable[[Any, list[Node]], Node]] = {
            "Add": lambda obj, args: self.graph.add(args),
            "Mul": self.product,
            "Pow": lambda obj, args: self.power(*args),
            "Piecewise": self.piecewise,
            "ExprCondPair": lambda obj, args: args[0],
            "Float": lambda obj, args: self.decimal(obj),
            "NegativeInfinity": lambda obj, args: self.graph.neg(self.graph.call("oo")),
            "UnevaluatedExpr": lambda obj, args: args[0],
            "Held": lambda obj, args: self.graph.absorb(obj.graph, [obj.root])[0],
            "hyper": self.hypergeometric,
            "Integral": self.integral,
            "Tuple": lambda obj, args: self.graph.const(len(args)),
            "TupleArg": lambda obj, args: self.graph.const(len(args)),
            "BooleanTrue": lambda obj, args: self.truth("=="),
            "BooleanFalse": lambda obj, args: self.truth("!="),
        }

    def run(self, root: Any) -> Node:
        """Return the node of an expression, its parts first."""
        nodes = self.nodes
        stack = [root]
        while stack:
            obj = stack[-1]
            if id(obj) in nodes:
                stack.pop()
                continue
            pending = [arg for arg in obj.args if id(arg) not in nodes]
            if pending:
                stack.extend(reversed(pending))
                continue
            stack.pop()
            nodes[id(obj)] = self.make(obj, [nodes[id(arg)] for arg in obj.args])
        return nodes[id(root)]

    def make(self, obj: Any, args: list[Node]) -> Node:
        """Return the node of one object whose arguments are done."""
        head = type(obj).__name__
        if head in self.makers:
            return self.makers[head](obj, args)
        if obj.is_Symbol:
            return self.variable(obj.name)
        if getattr(obj, "is_Rational", False):
            return self.number(int(obj.p), int(obj.q))
        if head in _CONSTANTS:
            return self.graph.call(_CONSTANTS[head])
        if head in _LOGIC:
            return self.graph.node(_LOGIC[head], tuple(args))
        if obj.is_Relational:
            return self.graph.compare(obj.rel_op, *args)
        return self.function(obj, head, args)

    def variable(self, name: str) -> Node:
        """Return the node of a symbol, whose name must be one that can be read back."""
        known = self.declared.get(name)
        if known is None:
            if not name.isidentifier():
                raise ArgumentError(
                    f"SymPy's symbol `{name:.60}` cannot be a variable: a name is a letter or `_`, "
                    "followed by letters, digits and `_`."
                )
            if keyword.iskeyword(name) or (name.startswith("__") and name.endswith("__")):
                raise ArgumentError(
                    f"SymPy's symbol `{name:.60}` cannot be a variable: no text could be read back "
                    f"with it. Name it otherwise, such as `{name.strip('_'):.60}_`."
                )
            self.undeclared.add(name)
        return self.graph.var(name, known.shape if known is not None else ())

    # -- numbers ------------------------------------------------------------------------------

    def number(self, numerator: int, denominator: int) -> Node:
        """Return the node of a rational, spelled as a decimal where that is asked for."""
        if numerator.bit_length() + denominator.bit_length() > MAX_BITS:
            raise ArgumentError("SymPy's expression holds a number of more than 3900 digits.")
        value = Fraction(numerator, denominator)
        spelling = None
        if self.decimals and denominator > 1 and abs(value) != _HALF:
            spelling = exact_decimal(abs(value), MAX_DECIMAL)
        if spelling is not None:
            self.graph.const(abs(value), spelling)
        return self.graph.const(value)

    def decimal(self, obj: Any) -> Node:
        """Return the exact rational of the shortest decimal that is SymPy's Float."""
        text = repr(float(obj)) if float(obj) == obj else str(obj)
        mantissa, letter, exponent = text.lower().partition("e")
        if "." in mantissa:
            mantissa = mantissa.rstrip("0").rstrip(".") or "0"
        if abs(int(exponent or 0)) > 1000:
            raise ArgumentError(f"SymPy's number {text} is beyond the range of floats.")
        text = mantissa + letter + exponent.removeprefix("+")
        value = Fraction(text)
        self.graph.const(abs(value), text.lstrip("-"))
        return self.graph.const(value)

    # -- products and powers --------------------------------------------------------------------

    def product(self, obj: Any, args: list[Node]) -> Node:
        """Return the product of SymPy's Mul as one fraction with one denominator."""
        graph = self.graph
        upper: list[Node] = []
        lower: list[Node] = []
        coefficient: Node | None = None
        for part, node in zip(obj.args, args, strict=True):
            if part.is_Rational and coefficient is None:
                coefficient = node
            elif self.is_inverse(node):
                lower.append(graph.args[node][0])
            else:
                upper.append(node)
        value = 1 if coefficient is None else graph.data[coefficient]
        if lower and value.denominator > 1 and abs(value) not in self._decimals():
            lower.insert(0, graph.const(value.denominator))
            coefficient = graph.const(value.numerator)
        if coefficient is not None:
            upper.insert(0, coefficient)
        if lower:
            upper.append(graph.pow(graph.mul(lower), graph.const(-1)))
        return graph.mul(upper)

    def _decimals(self) -> set[Number]:
        """Return the numbers that are written as decimals."""
        return {abs(self.graph.data[node]) for node in self.graph.spellings}

    def is_inverse(self, node: Node) -> bool:
        """Whether the node is 1/b."""
        graph = self.graph
        return graph.kinds[node] == "pow" and graph.value(graph.args[node][1]) == -1

    def power(self, base: Node, exponent: Node) -> Node:
        """Return base ** exponent; a negative rational exponent becomes a divisor."""
        graph = self.graph
        value = graph.value(exponent)
        if value is None or value >= 0:
            return graph.pow(base, exponent)
        return graph.pow(graph.pow(base, graph.const(-value)), graph.const(-1))

    # -- conditions -----------------------------------------------------------------------------

    def truth(self, relation: str) -> Node:
        """Return a condition that always (==) or never (!=) holds."""
        zero = self.graph.const(0)
        return self.graph.compare(relation, zero, zero)

    def piecewise(self, obj: Any, args: list[Node]) -> Node:
        """Return the pieces in order; a piece that always holds ends the list."""
        pieces: list[tuple[Node, Node]] = []
        for pair in obj.args:
            value = self.nodes[id(pair.args[0])]
            if pair.args[1] == True:  # noqa: E712 - SymPy's true is not Python's
                return self.graph.piecewise(pieces, value) if pieces else value
            if pair.args[1] != False:  # noqa: E712
                pieces.append((value, self.nodes[id(pair.args[1])]))
        otherwise = self.graph.call("nan")
        return self.graph.piecewise(pieces, otherwise) if pieces else otherwise

    # -- functions ------------------------------------------------------------------------------

    def integral(self, obj: Any, args: list[Node]) -> Node:
        """Return an integral over its ranges, the first innermost."""
        body = args[0]
        for variable, *ends in obj.limits:
            if len(ends) != 2:
                raise ArgumentError(f"{_shortened(obj)}: an Integral in a formula needs both ends.")
            lower, upper = (self.nodes[id(end)] for end in ends)
            self.bound.add(variable.name)
            body = make_integral(self.graph, body, self.nodes[id(variable)], lower, upper)
        return body

    def hypergeometric(self, obj: Any, args: list[Node]) -> Node:
        """Return 1F1 or 2F1; SymPy keeps their parameters in tuples."""
        name = {(1, 1): "hyp1f1", (2, 1): "hyp2f1"}.get((len(obj.ap), len(obj.bq)))
        if name is None:
            return self.function(obj, "hyper", args)
        parameters = [self.nodes[id(part)] for group in obj.args[:2] for part in group.args]
        return self.graph.call(name, [*parameters, args[2]])

    def function(self, obj: Any, head: str, args: list[Node]) -> Node:
        """Return the call of a function of the table, found by the name of SymPy's class."""
        row = lookup(head)
        if row is None or (row.arity == (0, 0)) != (not args):
            if head in _UNDEFINED and len(args) == 1:
                return self.graph.call(head, args)
            raise ArgumentError(f"symcalc has nothing for SymPy's {head}: {_shortened(obj)}")
        least, most = row.arity
        if row.name == "heaviside":
            args = args[:1]
        if len(args) < least or 0 <= most < len(args):
            raise ArgumentError(
                f"SymPy's {head} has {len(args)} arguments here, symcalc's {row.name} takes "
                f"{least if least == most else f'{least} to {most}'}: {_shortened(obj)}"
            )
        if row.expand is None:
            return self.graph.call(row.name, args)
        terms = Terms(self.graph, CONSTANTS)
        expanded: Term = row.expand(terms, *[Term(self.graph, arg) for arg in args])
        return expanded.node


def _shortened(obj: Any) -> str:
    """Return the beginning of SymPy's own spelling."""
    text = str(obj)
    return text if len(text) <= 80 else text[:79] + "…"
