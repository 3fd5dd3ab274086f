"""How one operation on arrays passes a derivative on to its arguments, as a rule in letters."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from ..expression import Expression
from ..functions import TABLE
from ..graph.contractions import contract
from ..graph.derive import jacobian_nodes
from ..graph.graph import Graph, Node
from ..graph.rewrite import make
from ..writing import to_latex, to_text
from .display import simplify_for_display
from .rules import Rule

__all__ = ["ToldRule", "told_rule"]

#: Letters for scalars, vectors, matrices, and what stands for the derivative that is passed on.
LETTERS = ("abcpqs", "uvwxyz", "ABCDPQ")
PASSED = "GRZ"

#: What is written as it is: names, numbers, lengths, identities, conditions.
_PLAIN = frozenset("var const dim eye size compare and or not nan".split())

_TITLES = {
    "add": "sum rule",
    "amax": "maximum",
    "amin": "minimum",
    "concat": "blocks",
    "det": "determinant",
    "inv": "inverse of a matrix",
    "logdet": "logarithm of a determinant",
    "lse": "logarithm of a sum of exponentials",
    "piecewise": "branch by branch",
    "pow": "power rule",
    "prod": "product of all entries",
    "put": "entries among zeros",
    "reshape": "another shape",
    "sum": "sum of all entries",
    "take": "entries taken out",
}

#: What contractions are called, by what their text contains; the first that fits.
_PRODUCTS = (
    ("einsum", "contraction"),
    ("trace(", "trace"),
    ("outer(", "outer product"),
    ("diag(", "diagonal"),
    ("sum(", "sum along an axis"),
    ("@", "product of matrices"),
    (".T", "transpose"),
    ("*", "rows or columns scaled"),
    ("", "an array repeated along an axis"),
)


@dataclass(frozen=True, slots=True)
class ToldRule:
    """A rule, what its letters stand for, and what it passes on.

    Attributes
    ----------
    rule : Rule
    parts : dict of str to Node
        The letters of the rule, and the nodes of the formula.
    graph : Graph
        Where the rule is written.
    adjoint : int
        The letter of the derivative that is passed on, as a node there.
    shares : dict of Node to Node
        For each argument that changes what it gets, in letters.
    """

    rule: Rule
    parts: dict[str, Node]
    graph: Graph
    adjoint: Node
    shares: dict[Node, Node]


def told_rule(
    source: Graph, node: Node, moving: Collection[Node], taken: Collection[str]
) -> ToldRule:
    """Return the rule by which a node passes its derivative on to the arguments that move.

    Parameters
    ----------
    source : Graph
    node : int
    moving : collection of int
        The arguments that depend on the variable.
    taken : collection of str
        Names that no letter may have.
    """
    graph = Graph()
    pools = [_letters(pool, taken) for pool in (*LETTERS, PASSED)]
    parts: dict[str, Node] = {}
    places: dict[Node, Node] = {}
    for arg in dict.fromkeys(source.args[node]):
        if source.kinds[arg] in _PLAIN:
            (places[arg],) = graph.absorb(source, [arg])
            continue
        letter = next(pools[min(len(source.shape(arg)), 2)])
        parts[letter] = arg
        places[arg] = graph.var(letter, source.shape(arg))
    args = tuple(places[arg] for arg in source.args[node])
    whole = make(graph, source.kinds[node], args, source.data[node])
    letter = next(pools[3])
    adjoint = graph.var(letter, source.shape(node))
    axes = tuple(range(len(source.shape(node))))
    product = contract(graph, [(adjoint, axes), (whole, axes)], ())
    inner = [arg for arg in places if arg in moving]
    found = jacobian_nodes(graph, product, [places[arg] for arg in inner])
    shares = dict(zip(inner, found, strict=True))
    rule = _rule(
        graph, source.kinds[node], whole, letter, {places[a]: n for a, n in shares.items()}
    )
    return ToldRule(rule, parts, graph, adjoint, shares)


def _letters(pool: str, taken: Collection[str]) -> Iterator[str]:
    """Yield the letters of a pool that are free, then with numbers behind."""
    yield from (letter for letter in pool if letter not in taken)
    number = 1
    while True:
        yield from (f"{x}{number}" for x in pool if f"{x}{number}" not in taken)
        number += 1


def _rule(graph: Graph, kind: str, whole: Node, letter: str, shares: dict[Node, Node]) -> Rule:
    """Return the rule as formulas: `A @ u passes G on as A.T @ G to u`."""
    text = to_text(graph, whole)
    forms = {part: simplify_for_display(Expression(graph, share)) for part, share in shares.items()}
    told = [f"∂f/∂{graph.data[part]} = {form.text}" for part, form in forms.items()]
    in_latex = [
        rf"\frac{{\partial f}}{{\partial {to_latex(graph, part)}}} = {form.latex}"
        for part, form in forms.items()
    ]
    name = to_latex(graph, graph.var(letter, graph.shape(whole)))
    head = rf"{name} = \frac{{\partial f}}{{\partial \left({to_latex(graph, whole)}\right)}}"
    return Rule(
        (_title(graph, kind, whole, text, len(shares)),),
        f"{', '.join(told)} for {letter} = ∂f/∂({text})",
        rf"{head} \;\Rightarrow\; " + r", \; ".join(in_latex),
    )


def _title(graph: Graph, kind: str, whole: Node, text: str, n_moving: int) -> str:
    """Return what a textbook calls an operation."""
    args = graph.args[whole]
    entrywise = ", entry by entry" if graph.shape(whole) else ""
    if graph.kinds[whole] == "ein":
        if "@" in text and not graph.shape(whole) and "trace(" not in text:
            return "inner product"
        return next(title for mark, title in _PRODUCTS if mark in text)
    if kind == "mul" and n_moving == 1:
        others = sum(bool(graph.shape(arg)) for arg in args) > 1
        return "factors that do not change" + entrywise * others
    if kind == "mul":
        return "product rule" + entrywise
    if kind in _TITLES:
        return _TITLES[kind] + entrywise * (kind in ("pow", "piecewise"))
    row = TABLE.get(kind)
    return (row.title if row is not None and row.title else kind) + entrywise
