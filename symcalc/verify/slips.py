"""Derivatives with one rule misapplied at one place: what a person may have written instead.

The derivative is taken forward, node by node. A slip replaces the rule at one node by a wrong
one; everything else stays right. Whoever forgot one inner derivative deep in a formula has
written exactly such a derivative.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ..functions import CONSTANTS, TABLE
from ..graph.graph import Graph, Node
from ..graph.terms import Term, Terms
from ..writing import to_text
from .mistakes import Verdict

__all__ = ["Slip", "slips_of"]

#: Not more than this many slips are tried, nor on formulas with more nodes.
MAX_SLIPS, MAX_NODES = 300, 250
MAX_TEXT = 60

#: `wrong(m, y, args, tangents)`: the mistaken derivative of y; None where it does not apply.
Wrong = Callable[[Terms, Term, Sequence[Term], Sequence[Term]], Term | None]


@dataclass(frozen=True, slots=True)
class Slip:
    """A mistaken derivative of the whole formula.

    Attributes
    ----------
    root : Node
        The derivative that the slip leads to.
    verdict : Verdict
    message : str
    formula : str
        What is missing or wrong.
    rank : int
        Of two slips that lead to the same formula, the one of lower rank is the likelier.
    """

    root: Node
    verdict: Verdict
    message: str
    formula: str
    rank: int


@dataclass(frozen=True, slots=True)
class _Row:
    """One wrong rule: the kind of node that it is for, and how to say it."""

    kind: str
    verdict: Verdict
    wrong: Wrong
    message: str


def slips_of(graph: Graph, root: Node, variable: Node) -> Iterator[Slip]:
    """Yield the derivatives of `root` in a variable that one slip leads to.

    They are appended to the graph. A slip that changes nothing is left out.
    """
    if len(graph.reachable([root])) > MAX_NODES:
        return
    tangents = _Tangents(graph, root, variable)
    right = tangents.derivative()
    count = 0
    for node in tangents.active:
        for row in _rows_for(graph, node):
            slipped = tangents.derivative(node, row.wrong)
            if slipped is None or slipped == right:
                continue
            count += 1
            yield _told(graph, tangents, node, row, slipped)
            if count >= MAX_SLIPS:
                return


def _told(graph: Graph, tangents: _Tangents, node: Node, row: _Row, root: Node) -> Slip:
    """Return the slip with its sentence: {y} the node, {u} its argument, {du} that derivative."""
    args = graph.args[node]
    inner = next((arg for arg in args if arg in tangents.known), args[0])
    derivative = tangents.known.get(inner, inner)
    names = {"y": node, "u": inner, "du": derivative, "head": node}
    texts = {name: _text(graph, n) for name, n in names.items()}
    texts["head"] = graph.kinds[node]
    formula = texts["du"] if row.verdict is Verdict.INNER_FACTOR else ""
    return Slip(root, row.verdict, row.message.format(**texts), formula, _ROWS.index(row))


def _text(graph: Graph, node: Node) -> str:
    text = to_text(graph, node)
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"


class _Tangents:
    """The derivatives of all nodes in one variable, and of the root with a slip at one node."""

    def __init__(self, graph: Graph, root: Node, variable: Node) -> None:
        self.graph, self.root, self.variable = graph, root, variable
        self.terms = Terms(graph, CONSTANTS)
        self.order = graph.reachable([root])
        self.known: dict[Node, Node] = {}
        self.known = self._run({}, None, None) or {}
        self.active = [n for n in self.order if n in self.known and n != variable]
        self.users: dict[Node, set[Node]] = {}
        for node in self.order:
            for arg in graph.args[node]:
                self.users.setdefault(arg, set()).add(node)

    def derivative(self, place: Node | None = None, wrong: Wrong | None = None) -> Node | None:
        """Return the derivative of the root; None where the slip does not apply."""
        if place is None:
            return self.known.get(self.root)
        above = self._above(place)
        kept = {node: t for node, t in self.known.items() if node not in above}
        found = self._run(kept, place, wrong)
        return None if found is None else found.get(self.root)

    def _above(self, place: Node) -> set[Node]:
        above, stack = {place}, [place]
        while stack:
            for user in self.users.get(stack.pop(), ()):
                if user not in above:
                    above.add(user)
                    stack.append(user)
        return above

    def _run(
        self, known: dict[Node, Node], place: Node | None, wrong: Wrong | None
    ) -> dict[Node, Node] | None:
        """Return the derivatives of all nodes that depend on the variable."""
        found = dict(known)
        found[self.variable] = self.graph.const(1)
        for node in self.order:
            if node in found or all(arg not in found for arg in self.graph.args[node]):
                continue
            args = [Term(self.graph, arg) for arg in self.graph.args[node]]
            zero = self.graph.const(0)
            moves = [Term(self.graph, found.get(arg, zero)) for arg in self.graph.args[node]]
            y = Term(self.graph, node)
            if node == place and wrong is not None:
                made = wrong(self.terms, y, args, moves)
            else:
                made = _right(self.terms, y, args, moves)
            if made is None:
                if node == place:
                    return None
                continue
            found[node] = made.node
        return found


# -- the right rules ------------------------------------------------------------------------------


def _is_zero(term: Term) -> bool:
    return term.graph.value(term.node) == 0


def _is_one(term: Term) -> bool:
    return term.graph.value(term.node) == 1


def _product(m: Terms, factors: Sequence[Term]) -> Term:
    """Return the product; a zero among the factors makes it zero."""
    if any(_is_zero(factor) for factor in factors):
        return m(0)
    return Term(m.graph, m.graph.mul([factor.node for factor in factors]))


def _total(m: Terms, terms: Sequence[Term]) -> Term:
    kept = [term.node for term in terms if not _is_zero(term)]
    return Term(m.graph, m.graph.add(kept)) if kept else m(0)


def _right(m: Terms, y: Term, args: Sequence[Term], moves: Sequence[Term]) -> Term | None:
    """Return the derivative of one node; None for what has none (a condition)."""
    kind = m.graph.kinds[y.node]
    if kind == "add":
        return _total(m, moves)
    if kind == "mul":
        return _product_rule(m, y, args, moves)
    if kind == "sum":
        return _summed(m, args[0], moves[0])
    if kind == "piecewise":
        return _branches(m, y, moves)
    if kind in ("size", "compare", "and", "or", "not"):
        return None
    partials = [_partial(m, y, args, k) if not _is_zero(t) else m(0) for k, t in enumerate(moves)]
    if any(partial is None for partial in partials):
        return None
    pairs = zip(partials, moves, strict=True)
    return _total(m, [_product(m, [p, t]) for p, t in pairs if p is not None])


def _product_rule(m: Terms, y: Term, args: Sequence[Term], moves: Sequence[Term]) -> Term:
    return _total(
        m,
        [
            _product(m, [*args[:k], move, *args[k + 1 :]])
            for k, move in enumerate(moves)
            if not _is_zero(move)
        ],
    )


def _summed(m: Terms, arg: Term, move: Term) -> Term:
    """Return the total of a derivative; one that is the same in all rows counts once for each."""
    if m.graph.shape(arg.node) and not m.graph.shape(move.node):
        return _product(m, [Term(m.graph, m.graph.size(arg.node)), move])
    return Term(m.graph, m.graph.node("sum", (move.node,)))


def _branches(m: Terms, y: Term, moves: Sequence[Term]) -> Term:
    args = list(m.graph.args[y.node])
    for index in [*range(0, len(args) - 1, 2), len(args) - 1]:
        args[index] = moves[index].node
    return Term(m.graph, m.graph.node("piecewise", tuple(args)))


def _partial(m: Terms, y: Term, args: Sequence[Term], k: int) -> Term | None:
    """Return the derivative of a power or function in its argument number k."""
    kind = m.graph.kinds[y.node]
    if kind == "pow":
        base, exponent = args
        if k == 1:
            return y * Term(m.graph, m.graph.call("log", (base.node,)))
        lowered = Term(m.graph, m.graph.pow(base.node, (exponent - 1).node))
        return _product(m, [exponent, lowered])
    row = TABLE.get(kind)
    if row is None or not row.derivatives:
        return None
    if row.arity[1] == -1:
        rule = row.derivatives[0]
        return m(rule(m, y, *args, k=k)) if rule else None
    rule = row.derivatives[k] if k < len(row.derivatives) else None
    return m(rule(m, y, *args)) if rule else None


# -- the wrong ones -------------------------------------------------------------------------------


def _without_inner(m: Terms, y: Term, args: Sequence[Term], moves: Sequence[Term]) -> Term | None:
    """Return g'(u) where g'(u)·u' is right."""
    moving = [k for k, move in enumerate(moves) if not _is_zero(move)]
    if len(moving) != 1 or _is_one(moves[moving[0]]):
        return None
    return _partial(m, y, args, moving[0])


def _inner_inside(m: Terms, y: Term, args: Sequence[Term], moves: Sequence[Term]) -> Term | None:
    """Return g'(u') where g'(u)·u' is right."""
    if len(args) != 1 or _is_one(moves[0]) or m.graph.value(moves[0].node) is not None:
        return None
    inside = Term(m.graph, m.graph.call(m.graph.kinds[y.node], (moves[0].node,)))
    return _partial(m, inside, [moves[0]], 0)


def _flipped(m: Terms, y: Term, args: Sequence[Term], moves: Sequence[Term]) -> Term | None:
    right = _right(m, y, args, moves)
    return None if right is None else -right


def _underived(m: Terms, y: Term, args: Sequence[Term], moves: Sequence[Term]) -> Term | None:
    """Return g(u)·u' where g'(u)·u' is right."""
    return _product(m, [y, moves[0]]) if len(args) == 1 else None


def _all_at_once(m: Terms, y: Term, args: Sequence[Term], moves: Sequence[Term]) -> Term | None:
    """Return u'·v' where u'·v + u·v' is right."""
    moving = [k for k, move in enumerate(moves) if not _is_zero(move)]
    if len(moving) < 2:
        return None
    return _product(m, [moves[k] if k in moving else args[k] for k in range(len(args))])


def _one_factor(index: int) -> Wrong:
    """Return the rule that differentiates one factor only."""

    def wrong(m: Terms, y: Term, args: Sequence[Term], moves: Sequence[Term]) -> Term | None:
        moving = [k for k, move in enumerate(moves) if not _is_zero(move)]
        if len(moving) < 2 or index >= len(moving):
            return None
        k = moving[index]
        return _product(m, [*args[:k], moves[k], *args[k + 1 :]])

    return wrong


def _quotient(plus: bool, squared: bool) -> Wrong:
    """Return (u'v ± uv')/v² or /v for the quotient u/v."""

    def wrong(m: Terms, y: Term, args: Sequence[Term], moves: Sequence[Term]) -> Term | None:
        graph = m.graph
        below = [k for k, arg in enumerate(args) if _is_reciprocal(graph, arg.node)]
        below = [k for k in below if not _is_zero(moves[k])]
        if len(below) != 1:
            return None
        k = below[0]
        v = Term(graph, graph.args[args[k].node][0])
        above = [arg for i, arg in enumerate(args) if i != k]
        others = [move for i, move in enumerate(moves) if i != k]
        u = _product(m, above)
        du = _product_rule(m, u, above, others)
        # (1/v)' = -v'/v², so v' = -v²·(1/v)'
        dv = _product(m, [m(-1), v**2, moves[k]])
        crossed = _product(m, [u, dv])
        top = _total(m, [_product(m, [du, v]), crossed if plus else -crossed])
        return _product(m, [top, v ** (-2 if squared else -1)])

    return wrong


def _is_reciprocal(graph: Graph, node: Node) -> bool:
    return graph.kinds[node] == "pow" and graph.value(graph.args[node][1]) == -1


def _power(kept: bool, exponent_step: int) -> Wrong:
    """Return [n·]u**(n + step)·u' for a power with a number n as its exponent."""

    def wrong(m: Terms, y: Term, args: Sequence[Term], moves: Sequence[Term]) -> Term | None:
        n = m.graph.value(args[1].node)
        if n is None:
            return None
        raised = args[0] ** (n + exponent_step)
        return _product(m, [*([m(n)] if kept else []), raised, moves[0]])

    return wrong


def _as_power(m: Terms, y: Term, args: Sequence[Term], moves: Sequence[Term]) -> Term | None:
    """Return v·u**(v - 1)·v' where the exponent v moves."""
    if _is_zero(moves[1]):
        return None
    lowered = Term(m.graph, m.graph.pow(args[0].node, (args[1] - 1).node))
    return _product(m, [args[1], lowered, moves[1]])


def _without_log(m: Terms, y: Term, args: Sequence[Term], moves: Sequence[Term]) -> Term | None:
    return None if _is_zero(moves[1]) else _product(m, [y, moves[1]])


_INNER = "the inner derivative of {u} is missing: {du} (chain rule)"
_ONE_FACTOR = "product rule: only one factor of {y} is derived"
#: The likelier slips first.
_ROWS = (
    _Row("mul", Verdict.RULE, _all_at_once, "product rule: u'*v' stands for u'*v + u*v', in {y}"),
    _Row("mul", Verdict.RULE, _quotient(True, True), "quotient rule: a sign is wrong, in {y}"),
    _Row(
        "mul",
        Verdict.RULE,
        _quotient(False, False),
        "quotient rule: the denominator is not squared, in {y}",
    ),
    _Row("call pow", Verdict.INNER_FACTOR, _without_inner, _INNER),
    _Row("pow", Verdict.RULE, _as_power, "power rule applied to the exponential {y}"),
    _Row("pow", Verdict.RULE, _without_log, "the logarithm of the base is missing, in {y}"),
    _Row("mul", Verdict.MISSING_TERM, _one_factor(0), _ONE_FACTOR),
    _Row("mul", Verdict.MISSING_TERM, _one_factor(1), _ONE_FACTOR),
    _Row("call", Verdict.SIGN, _flipped, "the derivative of {head} has the wrong sign, in {y}"),
    _Row("pow", Verdict.RULE, _power(True, 0), "power rule: the exponent of {y} is not lowered"),
    _Row(
        "pow",
        Verdict.RULE,
        _power(False, -1),
        "power rule: the exponent of {y} is missing as a factor",
    ),
    _Row("pow", Verdict.RULE, _power(True, 1), "power rule: the exponent of {y} is raised"),
    _Row(
        "call",
        Verdict.RULE,
        _inner_inside,
        "in {y} the outer derivative is taken at {du}, the inner derivative, not times it",
    ),
    _Row("call", Verdict.RULE, _underived, "{y} itself stands where its derivative belongs"),
)


def _rows_for(graph: Graph, node: Node) -> Iterator[_Row]:
    kind = graph.kinds[node]
    family = "call" if kind in TABLE else kind
    for row in _ROWS:
        if family in row.kind.split():
            yield row
