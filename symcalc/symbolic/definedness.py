"""What every step of a formula asks of its arguments, and where all of it holds together."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from ..balls import NoBall, ball_value
from ..errors import SymcalcError
from ..expression import Expression
from ..functions import CONSTANTS, TABLE
from ..graph.graph import Graph, Node
from ..graph.rewrite import make
from ..graph.terms import Term, Terms
from ..language import read
from .preimage import preimage
from .realset import RealSet

__all__ = ["Definedness", "Requirement", "kink_terms", "requirements"]

_SIGNATURE = re.compile(r"^\w+\(([^)]*)\)")
#: "x > 0, or n whole": the first part is asked only where n is not a whole number.
_OR_WHOLE = re.compile(r"^(.*), or (\w+) whole$")
#: "n in (0, 1, 2, ...) and a > 0", "n whole and x > 0": the rest is asked where n is such a number.
_WHOLE_ORDER = re.compile(r"^(\w+) (?:in \(0, 1, 2, \.\.\.\)|whole)(?: and (.*))?$")
PRECISION = 512


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a step needs for its value: a condition of the graph, or words where it is none."""

    step: Node
    condition: Node | None
    words: str


def requirements(g: Graph, node: Node) -> list[Requirement]:
    """Append and return what one step asks of its arguments."""
    kind, args = g.kinds[node], g.args[node]
    if kind == "pow":
        return list(_of_power(g, node, *args))
    if kind == "integral" and not _is_finite(g, node):
        return [Requirement(node, None, f"{_text(g, node)} exists")]
    if kind not in TABLE or not TABLE[kind].domain or not args:
        return []
    found = _of_row(g, node, TABLE[kind].domain)
    return [] if found is None else [found]


def _of_power(g: Graph, node: Node, base: Node, exponent: Node) -> Iterator[Requirement]:
    power, zero = _number_of(g, exponent), g.const(0)
    relation = ""
    if power is not None:
        if power.denominator != 1:
            relation = ">=" if power > 0 else ">"
        elif power < 0:
            relation = "!="
    elif g.variables([base]):
        relation = ">"
    elif not _is_positive(g, base):
        yield Requirement(node, None, f"{_text(g, exponent)} is a whole number")
    if relation and not _holds(g.value(base), relation):
        condition = g.compare(relation, base, zero)
        yield Requirement(node, condition, _text(g, condition))


def _number_of(g: Graph, exponent: Node) -> Fraction | int | None:
    """Return the rational that an exponent is, also where it is written as `sin(0)`."""
    power = g.value(exponent)
    if power is not None or g.variables([exponent]):
        return power
    try:
        value = Expression(g, exponent).sympy
    except SymcalcError:
        return None
    return Fraction(int(value.p), int(value.q)) if value.is_Rational else None


def _holds(value: Fraction | int | None, relation: str) -> bool:
    if value is None:
        return False
    return {"!=": value != 0, ">": value > 0, ">=": value >= 0}[relation]


def _is_positive(g: Graph, node: Node) -> bool:
    """Whether a node without variables is a positive number."""
    value = g.value(node)
    if value is not None:
        return value > 0
    if g.kinds[node] in CONSTANTS:
        number = TABLE[g.kinds[node]].constant
        return number is not None and number > 0
    return False


def _of_row(g: Graph, node: Node, domain: str) -> Requirement | None:
    """Return the domain of a function's row, said of the arguments of one call."""
    kind, args = g.kinds[node], g.args[node]
    names = _arguments_of(kind)
    place = dict(zip(names, args, strict=False))
    whole = _OR_WHOLE.match(domain)
    if whole is not None:
        value = g.value(place.get(whole.group(2), node))
        if value is not None and value.denominator == 1:
            return None
        first = _template(whole.group(1))
        if first is not None and _is_true(g, _instance(g, *first, place)):
            return None
        domain = whole.group(1) if value is not None else domain
    order = _WHOLE_ORDER.match(domain)
    if order is not None:
        value = g.value(place.get(order.group(1), node))
        if value is not None and value.denominator == 1 and (value >= 0 or "whole" in domain):
            domain = order.group(2) or ""
            if not domain:
                return None
    template = _template(domain)
    if template is None and not g.variables(args) and _is_finite(g, node):
        return None
    if template is None:
        words = re.sub(
            r"\b[a-z]\b",
            lambda m: _text(g, place[m.group()]) if m.group() in place else m.group(),
            domain,
        )
        return Requirement(node, None, words)
    condition = _instance(g, *template, place)
    return Requirement(node, condition, _text(g, condition))


def _is_finite(g: Graph, node: Node) -> bool:
    """Whether it is seen that a node is a finite number."""
    if g.variables([node]):
        return False
    try:
        return bool(ball_value(g, node, {}, PRECISION).is_finite())
    except NoBall:
        return False


def _is_true(g: Graph, condition: Node) -> bool:
    """Whether a condition compares two numbers, and holds."""
    if g.kinds[condition] != "compare":
        return False
    left, right = (g.value(side) for side in g.args[condition])
    if left is None or right is None:
        return False
    return _has_sign(g.data[condition], left - right)


def _has_sign(relation: str, gap: Fraction | int) -> bool:
    """Whether a difference has the sign that a relation asks for."""
    sign = (gap > 0) - (gap < 0)
    return sign in {"<": (-1,), "<=": (-1, 0), ">": (1,), ">=": (0, 1), "==": (0,)}.get(
        relation, (-1, 1)
    )


@cache
def _arguments_of(kind: str) -> tuple[str, ...]:
    """Return the names that a row's summary gives its arguments."""
    match = _SIGNATURE.match(TABLE[kind].summary)
    return tuple(name.strip() for name in match.group(1).split(",")) if match else ()


@cache
def _template(domain: str) -> tuple[Graph, Node] | None:
    """Return the domain of a row as a condition; None where it is said in words."""
    try:
        expression = read(f"1 if {domain} else 0")
    except SymcalcError:
        return None
    return expression.graph, expression.graph.args[expression.root][1]


def _instance(g: Graph, template: Graph, root: Node, names: dict[str, Node]) -> Node:
    """Append a condition with its variables replaced."""
    place: dict[Node, Node] = {}
    for node in template.reachable([root]):
        kind, data = template.kinds[node], template.data[node]
        if kind == "var":
            place[node] = names[data]
        elif kind == "const":
            place[node] = g.const(data)
        else:
            place[node] = make(g, kind, tuple(place[a] for a in template.args[node]), data)
    return place[root]


def kink_terms(g: Graph, node: Node) -> list[tuple[Node, str]]:
    """Return the terms that vanish where one step is not smooth, and "kink", "jump" or "join"."""
    kind, args = g.kinds[node], g.args[node]
    if kind == "piecewise":
        conditions = [c for c in g.reachable(args[1::2]) if g.kinds[c] == "compare"]
        return [(g.sub(*g.args[condition]), "join") for condition in conditions]
    if kind not in TABLE:
        return []
    terms = Terms(g, CONSTANTS)
    found = []
    for kink in TABLE[kind].kinks:
        where = kink.where(terms, *[Term(g, arg) for arg in args])
        for term in where if isinstance(where, (list, tuple)) else (where,):
            found.append((term.node, kink.kind))
    return found


class Definedness:
    """Where formulas of one variable have a value, as sets of reals.

    `unsolved` lists what could not be solved: the sets hold where that is met besides. Where the
    condition of a piecewise could not be solved, a set is that in which all branches are defined,
    and `may_be_larger` says so.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.unsolved: dict[str, Requirement] = {}
        self.asked: dict[str, Requirement] = {}
        self.sets: dict[Node, RealSet] = {}
        self.may_be_larger = False

    def of(self, root: Node) -> RealSet:
        """Return the set of all reals at which a formula has a finite value."""
        for node in self.graph.reachable([root]):
            if node not in self.sets:
                self.sets[node] = self._of_step(node)
        return self.sets[root]

    def _of_step(self, node: Node) -> RealSet:
        g, args = self.graph, self.graph.args[node]
        kind = g.kinds[node]
        if kind in ("nan", "oo"):
            return RealSet.nothing()
        if kind == "piecewise":
            return self._of_choice(args)
        found = RealSet.everything()
        for arg in args:
            found &= self.sets[arg]
        if kind == "pow" and g.value(args[1]) is None and g.variables(args[:1]):
            self.may_be_larger = True  # a negative base may meet whole exponents
        for need in requirements(g, node):
            self.asked.setdefault(need.words, need)
            solved = None if need.condition is None else self.truth(need.condition)
            if solved is None:
                self.unsolved.setdefault(need.words, need)
            else:
                found &= solved
        return found

    def _of_choice(self, args: Sequence[Node]) -> RealSet:
        """Return where the branch that is chosen has a value."""
        left, found = RealSet.everything(), RealSet.nothing()
        for value, condition in zip(args[:-1:2], args[1::2], strict=True):
            self.of(condition)
            truth = self.truth(condition)
            if truth is None:
                words = f"(elsewhere it depends on whether {_text(self.graph, condition)})"
                self.unsolved.setdefault(words, Requirement(condition, None, words))
                self.may_be_larger = True
                everywhere = self.sets[args[-1]]
                for part in args[:-1]:
                    everywhere &= self.sets[part]
                return everywhere
            left &= self.sets[condition]
            found |= left & truth & self.sets[value]
            left -= truth
        return found | (left & self.sets[args[-1]])

    def truth(self, condition: Node) -> RealSet | None:
        """Return where a condition holds; None where that could not be solved."""
        g = self.graph
        kind, args = g.kinds[condition], g.args[condition]
        if not g.variables([condition]):
            return self._of_numbers(condition)
        if kind == "compare":
            return self._comparison(g.data[condition], *args)
        parts = [self.truth(arg) for arg in args]
        known = [part for part in parts if part is not None]
        if len(known) < len(parts):
            return None
        if kind == "not":
            return ~known[0]
        rule: Callable[[bool, bool], bool] = (
            (lambda a, b: a and b) if kind == "and" else (lambda a, b: a or b)
        )
        found = known[0]
        for part in known[1:]:
            found = found.joined(part, rule)
        return found

    def _comparison(self, relation: str, left: Node, right: Node) -> RealSet | None:
        import sympy

        g = self.graph
        value = g.value(right)
        if value is not None:
            bound = sympy.Rational(value.numerator, value.denominator)
            node = left
        else:
            bound, node = sympy.Integer(0), g.sub(left, right)
        return preimage(g, node, RealSet.related(relation, bound))

    def _of_numbers(self, condition: Node) -> RealSet | None:
        """Return everything or nothing for a condition on numbers alone."""
        try:
            holds = ball_value(self.graph, condition, {}, PRECISION)
        except NoBall:
            return None
        if holds is None:
            return None
        return RealSet.everything() if holds else RealSet.nothing()

    def zeros(self, node: Node) -> RealSet | None:
        """Return where a formula vanishes; None where that could not be solved."""
        import sympy

        if not self.graph.variables([node]):
            return RealSet.nothing()
        return preimage(self.graph, node, RealSet.related("==", sympy.Integer(0)))


def _text(g: Graph, node: Node) -> str:
    text = Expression(g, node).text
    return text if len(text) <= 160 else text[:159] + "…"
