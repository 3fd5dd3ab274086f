"""Wrong rows, made from the right ones: rules of derivatives, spellings, constants, aliases.

Nothing is written by hand for one row: a mutant is a row of the table with one field replaced by
what a systematic change makes of it. `planted` puts it into the table and takes it out again.
"""

from __future__ import annotations

import contextlib
import dataclasses
import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

import symcalc.functions
from symcalc.backends import kernels
from symcalc.functions import CONSTANTS, TABLE, FunctionRow
from symcalc.graph.graph import Graph, Node
from symcalc.graph.rewrite import substitute
from symcalc.graph.terms import Term, Terms

__all__ = ["RowMutant", "planted", "row_mutants"]

#: What `lookup` looks names up in.
NAMES = symcalc.functions._BY_SPELLING

#: Names of other rows that a field is borrowed from.
N_OTHERS = 2
STEP = Fraction(1, 8)
FINE = Fraction(1, 2**20)
FACTORS = {"factor 2": 2, "factor 1 + 1e-12": 1 + Fraction(1, 10**12)}
#: Where a mutated spelling of floats stands while it is planted.
PLACE = "kernels.mutant"


@dataclass(frozen=True)
class RowMutant:
    """A row with one field changed.

    Attributes
    ----------
    row : FunctionRow
        The row as it is planted.
    field : str
        Which field is changed: the kind of mutant.
    change : str
        What was done to it.
    index : int
        Of a rule: which argument it is the derivative in.
    spelling : callable or None
        What `kernels.mutant` is while it is planted.
    alias : str
        Of an alias: the name that leads to this row.
    """

    row: FunctionRow
    field: str
    change: str
    index: int = 0
    spelling: Callable[..., Any] | None = None
    alias: str = ""

    def __str__(self) -> str:
        what = f"[{self.index}]" if self.field == "derivatives" else self.alias
        return f"{self.row.name}.{self.field}{what}: {self.change}"


@contextlib.contextmanager
def planted(mutant: RowMutant) -> Iterator[FunctionRow]:
    """Have the mutant in the table, and the original again afterwards."""
    where, key = (NAMES, mutant.alias) if mutant.alias else (TABLE, mutant.row.name)
    kept = where[key]
    where[key] = mutant.row
    if mutant.spelling is not None:
        kernels.mutant = mutant.spelling
    try:
        yield mutant.row
    finally:
        where[key] = kept
        if mutant.spelling is not None:
            del kernels.mutant


def row_mutants(row: FunctionRow) -> Iterator[RowMutant]:
    """Yield every mutant of a row."""
    for index in range(len(row.derivatives)):
        if row.derivatives[index] is not None:
            for change, rule in _rules(row, index):
                rules = list(row.derivatives)
                rules[index] = rule
                yield _replaced(row, "derivatives", change, tuple(rules), index=index)
    for name in ("scalar", "array"):
        yield from _spellings(row, name)
    for name in ("ball", "sympy"):
        yield from _values(row, name)
    for other in _others(row, "series"):
        yield _replaced(row, "series", f"of {other.name}", other.series)
    if row.array and row.arity != (0, 0) and not row.complex_step:
        yield _replaced(row, "complex_step", "allowed", True)
    yield from _constants(row)
    yield from _expansions(row)
    for alias in row.aliases:
        for other in _others(row, "name"):
            yield RowMutant(other, "alias", f"leads to {other.name}", alias=alias)


def _replaced(row: FunctionRow, name: str, change: str, value: Any, **more: Any) -> RowMutant:
    return RowMutant(dataclasses.replace(row, **{name: value}), name, change, **more)


def _others(row: FunctionRow, name: str) -> list[FunctionRow]:
    """Return the next rows of the table with as many arguments that have this field too."""
    rows = list(TABLE.values())
    start = next(i for i, other in enumerate(rows) if other.name == row.name)
    ring = [*rows[start + 1 :], *rows[:start]]
    mine = getattr(row, name)
    if not mine:
        return []
    fits = [o for o in ring if o.arity == row.arity and getattr(o, name) and o.name != "nan"]
    return [other for other in fits if getattr(other, name) != mine][:N_OTHERS]


# -- rules of derivatives -----------------------------------------------------------------

Rule = Callable[..., Any]


def _rules(row: FunctionRow, index: int) -> Iterator[tuple[str, Rule]]:
    """Yield wrong rules for one argument."""
    right: Rule = row.derivatives[index]  # type: ignore[assignment]
    n_args = len(row.sample[0])
    yield from _on_result(right)
    for j in range(n_args):
        yield f"argument {j} shifted", _shifted(right, j)
    yield "value shifted", lambda m, y, *xs, **k: right(m, y + STEP, *xs, **k)
    if n_args > 1:
        yield "arguments reversed", lambda m, y, *xs, **k: right(m, y, *xs[::-1], **k)
    for j, rule in enumerate(row.derivatives):
        if j != index and rule is not None:
            yield f"the partial in argument {j}", rule
    for other in _others(row, "derivatives"):
        if other.derivatives[index] is not None:
            yield f"of {other.name}", _borrowed(other, index)
    n_shown = max(row.arity[0], 2) if row.arity[1] == -1 else n_args
    yield from _inside(right, row.name, n_shown, {"k": 0} if row.arity[1] == -1 else {})


def _on_result(right: Rule) -> Iterator[tuple[str, Rule]]:
    """Yield what is done to the whole of a result."""
    yield "sign", lambda m, *xs, **k: -m(right(m, *xs, **k))
    for name, factor in FACTORS.items():
        yield name, lambda m, *xs, f=factor, **k: m(right(m, *xs, **k)) * f
    yield "offset 1/1000", lambda m, *xs, **k: m(right(m, *xs, **k)) + Fraction(1, 1000)
    for number in (0, 1):
        yield f"is {number}", lambda m, *xs, n=number, **k: m(n)


def _shifted(right: Rule, j: int) -> Rule:
    def rule(m: Terms, y: Term, *xs: Term, **k: int) -> Any:
        return right(m, y, *xs[:j], xs[j] + STEP, *xs[j + 1 :], **k)

    return rule


def _borrowed(other: FunctionRow, index: int) -> Rule:
    """Return another function's rule, with that function's value."""

    def rule(m: Terms, y: Term, *xs: Term, **k: int) -> Any:
        value = Term(m.graph, m.graph.call(other.name, [x.node for x in xs]))
        return other.derivatives[index](m, value, *xs, **k)  # type: ignore[misc]

    return rule


# -- inside a formula ---------------------------------------------------------------------

Change = Callable[[Graph, Node], Node]


def _inside(
    right: Rule, name: str, n_args: int, keywords: dict[str, int]
) -> Iterator[tuple[str, Rule]]:
    """Yield the rule with one node of its formula changed: a factor less, another function."""
    graph = Graph()
    xs = [Term(graph, graph.var(f"x{k}")) for k in range(n_args)]
    y = Term(graph, graph.node(name, tuple(x.node for x in xs), None))
    m = Terms(graph, CONSTANTS)
    root = m(right(m, y, *xs, **keywords)).node
    leaves = {y.node, *(x.node for x in xs)}
    for path, node in _paths(graph, root, leaves):
        for change, make in _changes(graph, node):
            yield (
                f"{change} at {'.'.join(map(str, path)) or 'root'}",
                _changed(right, path, graph.kinds[node], make),
            )


def _paths(graph: Graph, root: Node, leaves: set[Node]) -> Iterator[tuple[tuple[int, ...], Node]]:
    """Yield one path to every node between the root and the leaves."""
    seen: set[Node] = set(leaves)
    waiting: list[tuple[tuple[int, ...], Node]] = [((), root)]
    while waiting:
        path, node = waiting.pop(0)
        if node in seen:
            continue
        seen.add(node)
        yield path, node
        waiting += [((*path, i), arg) for i, arg in enumerate(graph.args[node])]


def _changes(graph: Graph, node: Node) -> Iterator[tuple[str, Change]]:
    """Yield what can be done to a node of this kind."""
    kind, args = graph.kinds[node], graph.args[node]
    if kind == "const":
        yield f"{graph.data[node]} + 1", lambda g, n: g.const(g.data[n] + 1)
        yield f"-({graph.data[node]})", lambda g, n: g.const(-g.data[n])
    elif kind in ("mul", "add"):
        for i in range(len(args)):
            word = "factor" if kind == "mul" else "term"
            yield f"{word} {i} missing", lambda g, n, i=i: _joined(g, n, _without(g.args[n], i))
            if kind == "add":
                yield f"term {i} negated", lambda g, n, i=i: g.sub(n, g.scale(2, g.args[n][i]))
    elif kind == "compare":
        yield "relation reversed", lambda g, n: g.compare(g.data[n], *g.args[n][::-1])
    elif kind in TABLE and args:
        for other in _others(TABLE[kind], "name"):
            yield f"{other.name} for {kind}", lambda g, n, o=other: g.call(o.name, g.args[n])
        if len(args) > 1:
            yield f"{kind} reversed", lambda g, n: g.call(g.kinds[n], g.args[n][::-1])


def _without(args: tuple[Node, ...], i: int) -> tuple[Node, ...]:
    return args[:i] + args[i + 1 :]


def _joined(graph: Graph, node: Node, args: tuple[Node, ...]) -> Node:
    return graph.mul(args) if graph.kinds[node] == "mul" else graph.add(args)


def _changed(right: Rule, path: tuple[int, ...], kind: str, make: Change) -> Rule:
    """Return the rule with the node at a path changed, where its formula has that node."""

    def rule(m: Terms, *xs: Term, **k: int) -> Term:
        graph, root = m.graph, m(right(m, *xs, **k)).node
        node = root
        for place in path:
            if place >= len(graph.args[node]):
                return Term(graph, root)
            node = graph.args[node][place]
        if graph.kinds[node] != kind:
            return Term(graph, root)
        return Term(graph, substitute(graph, root, {node: make(graph, node)}))

    return rule


# -- spellings of floats ------------------------------------------------------------------


def _spellings(row: FunctionRow, name: str) -> Iterator[RowMutant]:
    """Yield wrong spellings for floats or arrays."""
    path = getattr(row, name)
    if not path:
        return
    for other in _others(row, name):
        yield _replaced(row, name, f"of {other.name}", getattr(other, name))
    if row.arity == (0, 0):
        return
    module, _, function = path.rpartition(".")
    right = getattr(kernels if module == "kernels" else importlib.import_module(module), function)
    changes: dict[str, Callable[..., Any]] = {
        "sign": lambda *xs: -right(*xs),
        "factor 1 + 1e-9": lambda *xs: right(*xs) * (1 + 1e-9),
        "argument shifted": lambda *xs: right(*xs[:-1], xs[-1] + 2.0**-20),
        "not a number is 1": lambda *xs: right(*(1.0 if np.all(x != x) else x for x in xs)),
    }
    if name == "array":
        changes["shape lost"] = lambda *xs: np.ravel(right(*xs))[0]
        changes["single precision"] = lambda *xs: np.float64(np.float32(right(*xs)))
    else:
        changes["not a plain float"] = lambda *xs: np.float64(right(*xs))
    if len(row.sample[0]) > 1:
        changes["arguments reversed"] = lambda *xs: right(*xs[::-1])
    if row.domain:
        changes["its size outside the domain"] = lambda *xs: right(*(np.abs(x) for x in xs))
    for change, made in changes.items():
        yield _replaced(row, name, change, PLACE, spelling=made)


# -- spellings of values: balls, SymPy ----------------------------------------------------


def _values(row: FunctionRow, name: str) -> Iterator[RowMutant]:
    """Yield wrong balls, or wrong builders of SymPy's expression."""
    if not getattr(row, name):
        return
    for other in _others(row, name):
        yield _replaced(row, name, f"of {other.name}", getattr(other, name))
    right = _ball(row) if name == "ball" else _builder(row)
    skip = int(name == "sympy")  # SymPy itself stands in front of the arguments
    one = Fraction(1, 10**30) if name == "ball" else Fraction(1, 10**12)
    changes: dict[str, Callable[..., Any]] = {
        "sign": lambda *xs: -right(*xs),
        f"factor 1 + {float(one):g}": lambda *xs: (
            right(*xs) * (one.denominator + 1) / one.denominator
        ),
    }
    if row.arity != (0, 0):
        changes["argument shifted"] = lambda *xs: right(
            *xs[:-1], xs[-1] + xs[-1] * 0 + (1 / xs[-1].__class__(2**20))
        )
    if row.arity != (0, 0) and len(row.sample[0]) > 1:
        changes["arguments reversed"] = lambda *xs: right(*xs[:skip], *xs[skip:][::-1])
    if name == "ball":
        changes["radius lost"] = lambda *xs: right(*xs).mid()
        if row.domain:
            changes["its size outside the domain"] = lambda *xs: right(*(abs(x) for x in xs))
    for change, made in changes.items():
        yield _replaced(row, name, change, made)


def _ball(row: FunctionRow) -> Callable[..., Any]:
    import flint

    return getattr(flint.arb, row.ball) if isinstance(row.ball, str) else row.ball  # type: ignore[return-value]


def _builder(row: FunctionRow) -> Callable[..., Any]:
    """Return what builds SymPy's expression from SymPy and the arguments."""
    made = row.sympy
    if not isinstance(made, str):
        return made
    return lambda sympy, *xs: getattr(sympy, made)(*xs) if xs else getattr(sympy, made)


# -- constants and notation ---------------------------------------------------------------


def _constants(row: FunctionRow) -> Iterator[RowMutant]:
    """Yield wrong values of a constant."""
    if row.constant is None:
        return
    yield _replaced(row, "constant", "factor 1 + 1e-15", row.constant * (1 + 4 * 2.0**-52))
    yield _replaced(row, "constant", "sign", -row.constant)
    for other in _others(row, "constant"):
        yield _replaced(row, "constant", f"of {other.name}", other.constant)


def _expansions(row: FunctionRow) -> Iterator[RowMutant]:
    """Yield wrong meanings of a name that is only notation."""
    right = row.expand
    if right is None or row.array:
        return
    changes = [*_on_result(right)]
    for j in range(len(row.sample[0])):
        shifted = _shifted(lambda m, y, *xs: right(m, *xs), j)
        changes.append((f"argument {j} shifted", lambda m, *xs, f=shifted: f(m, xs[0], *xs)))
    for other in _others(row, "expand"):
        if not other.array:
            changes.append((f"of {other.name}", other.expand))
    inside = _inside(lambda m, y, *xs: right(m, *xs), "sin", len(row.sample[0]), {})
    changes += [(name, lambda m, *xs, f=f: f(m, xs[0], *xs)) for name, f in inside]
    for change, made in changes:
        yield _replaced(row, "expand", change, made)
