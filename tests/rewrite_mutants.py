"""Wrong rewrites, made from the source of the right ones, and the judge of rewrites.

A mutant is one of the modules that say formulas stably with one place of its source changed: a
comparison turned, a sign lost, another function, a rule that never applies. The judge never asks
a rule: it compares the rewritten formula with the one that was written, in ball arithmetic at
points of many sizes, and what comes out in doubles with the balls where the written formula
overflows or cancels.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import inspect
import itertools
import math
import random
import types
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from flint import arb
from rewrite_corpus import CORPUS, DERIVED
from test_functions import float_value

from symcalc.balls import ball_value, working_precision
from symcalc.errors import SymcalcError
from symcalc.expression import Expression
from symcalc.functions import TABLE
from symcalc.graph.derive import gradient_nodes
from symcalc.graph.graph import Graph, Node
from symcalc.language import read
from symcalc.symbolic import (
    atoms,
    conjugates,
    exponential_quotients,
    logarithms,
    stable_differences,
)
from symcalc.symbolic.patch import patch_removable

__all__ = [
    "TURNED",
    "RewriteMutant",
    "difference",
    "faults",
    "put_in_place",
    "rewrite_mutants",
    "rewriting",
]

MODULES = (atoms, exponential_quotients, logarithms, stable_differences, conjugates)
#: What a rewritten formula may be off in doubles at the points that stand beside it.
PROMISED = 1e-13

Stabilize = Callable[[Graph, Sequence[Node]], tuple[Graph, list[Node]]]


@dataclass(frozen=True)
class RewriteMutant:
    """A module with one place of its source changed."""

    module: types.ModuleType
    function: str
    line: int
    change: str
    place: int
    make: Callable[[Any], ast.AST]

    def __str__(self) -> str:
        name = self.module.__name__.rpartition(".")[2]
        return f"{name}.{self.function}:{self.line}: {self.change}"


@contextlib.contextmanager
def rewriting(mutant: RewriteMutant) -> Iterator[types.ModuleType]:
    """Yield `atoms` with the mutant wherever a module uses what it was made from."""
    changed = types.ModuleType(mutant.module.__name__)
    changed.__package__ = mutant.module.__package__
    tree = ast.parse(inspect.getsource(mutant.module))
    target = next(itertools.islice(ast.walk(tree), mutant.place, None))
    put_in_place(tree, target, mutant.make(target))
    exec(compile(ast.fix_missing_locations(tree), "mutant", "exec"), changed.__dict__)
    if mutant.module is atoms:
        yield changed
        return
    users = [
        (user, name, getattr(user, name))
        for user in MODULES
        for name in mutant.module.__all__
        if getattr(user, name, None) is getattr(mutant.module, name)
    ]
    try:
        for user, name, _ in users:
            setattr(user, name, getattr(changed, name))
        yield atoms
    finally:
        for user, name, function in users:
            setattr(user, name, function)


# -- the mutants --------------------------------------------------------------------------

TURNED = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE,
    ast.GtE: ast.Gt, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip


def rewrite_mutants() -> Iterator[RewriteMutant]:
    """Yield every mutant of the modules that say formulas stably."""
    for module in MODULES:
        tree = ast.parse(inspect.getsource(module))
        for place, node in enumerate(ast.walk(tree)):
            for change, make in _changes(node):
                line = getattr(node, "lineno", 0)
                yield RewriteMutant(module, _owner(tree, line), line, change, place, make)


def put_in_place(tree: ast.AST, old: ast.AST, new: ast.AST) -> None:
    """Replace a node of a tree, which may be part of what replaces it."""
    for parent in list(ast.walk(tree)):
        for name, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, name, new)
            elif isinstance(value, list) and any(item is old for item in value):
                value[:] = [new if item is old else item for item in value]


def _owner(tree: ast.Module, line: int) -> str:
    """Return the function or the constant that a line belongs to."""
    for node in tree.body:
        if node.lineno <= line <= (node.end_lineno or 0):
            if isinstance(node, ast.FunctionDef):
                return node.name
            if isinstance(node, ast.Assign | ast.AnnAssign):
                return ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)
    return ""


def _changes(node: ast.AST) -> Iterator[tuple[str, Callable[[Any], ast.AST]]]:
    """Yield what can be done to a node of the source."""
    if isinstance(node, ast.Constant):
        yield from _other_constants(node.value)
    elif isinstance(node, ast.Compare) and len(node.ops) == 1:
        yield f"not ({ast.unparse(node)[:60]})", _turned
    elif isinstance(node, ast.BoolOp) and not isinstance(node.values[-1], ast.Call):
        yield f"and/or of ({ast.unparse(node)[:60]})", _other_joint
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not):
        yield f"{ast.unparse(node)[:40]} without its sign", lambda n: n.operand
    elif isinstance(node, ast.Return) and node.value is not None and "g." in ast.unparse(node):
        yield f"no `{ast.unparse(node)[:60]}`", lambda n: ast.Return(ast.Constant(None))
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        name, text = node.func.attr, ast.unparse(node)[:60]
        if name in ("neg", "scale") and ast.unparse(node.func.value) == "g":
            yield f"{text} without its factor", lambda n: n.args[-1]
        elif name in ("sub", "div"):
            yield f"{text} reversed", _reversed
        elif name == "disjoint":
            yield f"{text} negated", lambda n: ast.UnaryOp(ast.Not(), n)


def _other_constants(value: object) -> Iterator[tuple[str, Callable[[Any], ast.AST]]]:
    if isinstance(value, bool) or value is None:
        return
    if isinstance(value, int):
        for other in (value + 1, -value) if value else (1,):
            yield f"{other} for {value}", lambda n, other=other: ast.Constant(other)
    elif isinstance(value, str) and value in TABLE:
        names = [row.name for row in TABLE.values() if row.arity == TABLE[value].arity]
        start = names.index(value)
        for name in dict.fromkeys(names[(start + k) % len(names)] for k in (1, 2)):
            if name != value:
                yield f"{name} for {value}", lambda n, name=name: ast.Constant(name)


def _turned(node: ast.Compare) -> ast.AST:
    node.ops = [TURNED[type(node.ops[0])]()]
    return node


def _other_joint(node: ast.BoolOp) -> ast.AST:
    node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    return node


def _reversed(node: ast.Call) -> ast.AST:
    node.args = node.args[::-1]
    return node


# -- the judge ----------------------------------------------------------------------------


def faults(rules: types.ModuleType) -> Iterator[str]:
    """Yield what is wrong with rewritten formulas of the corpus, for machines and for people."""
    for text, hard in CORPUS:
        found = fault(rules.stabilize, text, hard) or fault(rules.stabilize_for_display, text, [])
        if found:
            yield f"{text}: {found}"
    for row in DERIVED:
        found = fault_of_slope(rules.stabilize, *row)
        if found:
            yield f"{row[0]}: {found}"


def fault(stabilize: Stabilize, text: str, hard: Sequence[tuple[float, ...]]) -> str:
    """Return what is wrong with a rewritten formula, or nothing."""
    expression = _read(text)
    try:
        stable, (new,) = stabilize(expression.graph, [expression.root])
        return _fault(text, (stable, new), hard)
    except Exception as error:  # noqa: BLE001 - whatever a mutant raises
        return f"raises {type(error).__name__}"


def fault_of_slope(
    stabilize: Stabilize, text: str, name: str, order: int, point: tuple[float, ...]
) -> str:
    """Return what is wrong in doubles with a derivative of a rewritten formula, or nothing."""
    expression = _read(text)
    at = dict(zip(expression.names, point, strict=True))
    try:
        graph, (root,) = stabilize(expression.graph, [expression.root])
        for _ in range(order):
            graph = graph.copy()
            root = gradient_nodes(graph, root, [graph.var(name)])[0]
            graph, (root,) = stabilize(graph, [root])
        graph, root = patch_removable(graph, root)
        with np.errstate(all="ignore"):
            double = float_value(graph, root, at)
    except Exception as error:  # noqa: BLE001 - whatever a mutant raises
        return f"raises {type(error).__name__}"
    number = _slope(text, name, order, point)
    if abs(double - number) <= PROMISED * abs(number):
        return ""
    return f"derivative {order} in doubles {double} for {number} at {point}"


@functools.cache
def _slope(text: str, name: str, order: int, point: tuple[float, ...]) -> float:
    """Return a derivative from balls of the written formula on both sides of the point."""
    expression = _read(text)
    at = dict(zip(expression.names, point, strict=True))
    bits = 3000
    with working_precision(bits):
        h = arb(2) ** -300
        left, right, far_left, far_right = (
            ball_value(expression.graph, expression.root, {**at, name: arb(at[name]) + k * h}, bits)
            for k in (-1, 1, -2, 2)
        )
        if order == 0:
            return float((left + right) / 2)
        if order == 1:
            return float((right - left) / (2 * h))
        return float((far_left + far_right - left - right) / (3 * h * h))


def _fault(text: str, form: tuple[Graph, Node], hard: Sequence[tuple[float, ...]]) -> str:
    """Compare both formulas in ball arithmetic, and the new one in doubles with the written."""
    names = _read(text).names
    for point in _points(len(names)):
        truth = _truth(text, point, 400)
        value = ball_value(*form, dict(zip(names, point, strict=True)), 400)
        if truth.is_finite() and not (value.is_finite() and truth.overlaps(value)):
            return f"another value at {point}"
    for point in hard:
        if _lost(text, form, point) > PROMISED:
            return f"loses digits at {point}"
    return ""


_read = functools.cache(read)


@functools.cache
def _truth(text: str, point: tuple[float, ...], bits: int) -> arb:
    """Return the value of a formula as it is written."""
    expression = _read(text)
    at = dict(zip(expression.names, point, strict=True))
    return ball_value(expression.graph, expression.root, at, bits)


def _lost(text: str, form: tuple[Graph, Node], point: tuple[float, ...]) -> float:
    """Return the relative error in doubles, 0 where there is nothing to compare with."""
    number = float(_truth(text, point, 1500))
    if not math.isfinite(number):
        return 0.0
    with np.errstate(all="ignore"):
        double = float_value(*form, dict(zip(_read(text).names, point, strict=True)))
    gap = abs(double - number)
    return gap / abs(number) if number and gap == gap else (0.0 if gap == 0 else math.inf)


def _points(n_names: int) -> list[tuple[float, ...]]:
    """Return points of many sizes and signs."""
    rng = random.Random(5)
    sizes = (0.3, 1.7, 4.1, 0.02)
    return [
        tuple(sign(j) * size * rng.uniform(0.8, 1.2) for j in range(n_names))
        for size in sizes
        for sign in (lambda j: 1, lambda j: -1, lambda j: (-1) ** j)
    ]


# -- survivors ----------------------------------------------------------------------------

#: Formulas that a survivor is compared with the original on, and points for the doubles.
N_GROWN = 500
EXTREMES = (0.0, 1e-9, -0.5, 3.0, -45.0, 800.0, -1e160)


def difference(mutant: RewriteMutant) -> str:
    """Return a formula that a mutant spoils, or nothing: then it is as good as the original.

    A mutant may leave every formula as the original does, or write another form of it; that form
    has the same values in ball arithmetic and keeps the digits that the original keeps.
    """
    texts = [text for text, *_ in (*CORPUS, *DERIVED)] + _grown()
    kept = [_kept(text) for text in texts]
    forms: list[tuple[Graph, Node]] = []
    with rewriting(mutant) as rules:
        for text in texts:
            try:
                graph, (root,) = rules.stabilize(_read(text).graph, [_read(text).root])
            except Exception as error:  # noqa: BLE001 - whatever a mutant raises
                return f"{text}: raises {type(error).__name__}"
            forms.append((graph, root))
    changed = [
        item for item in zip(texts, kept, forms, strict=True) if Expression(*item[2]) != item[1]
    ]
    return next(filter(None, (_spoiled(*item) for item in changed)), "")


def _spoiled(text: str, kept: Expression, form: tuple[Graph, Node]) -> str:
    """Return what another form of a formula loses that the original keeps, or nothing."""
    found = _fault(text, form, ())
    if found:
        return f"{text}: {found}"
    names = _read(text).names
    for point in itertools.product(EXTREMES, repeat=min(len(names), 2)):
        place = (*point, *(1.5 for _ in names[2:]))
        worse = _lost(text, form, place) > 10 * PROMISED
        if worse and _lost(text, (kept.graph, kept.root), place) <= PROMISED:
            return f"{text}: loses digits at {place}"
    return ""


@functools.cache
def _kept(text: str) -> Expression:
    """Return what the original makes of a formula."""
    graph, (root,) = atoms.stabilize(_read(text).graph, [_read(text).root])
    return Expression(graph, root)


@functools.cache
def _grown() -> list[str]:
    """Return random formulas of what the rewrites look for, those that can be read."""
    found = []
    for text in grown(N_GROWN):
        with contextlib.suppress(SymcalcError):
            _read(text)
            found.append(text)
    return found


def grown(n_formulas: int) -> Iterator[str]:
    """Yield random formulas of what the rewrites look for, more than the judge looks at."""
    rng = random.Random(11)
    heads = ("exp", "exp", "log", "cos", "cosh", "sinh", "sqrt", "abs", "expm1", "sigmoid", "sin")

    def part(depth: int) -> str:
        kind = rng.randrange(8) if depth else 0
        if kind == 0:
            return rng.choice(("x", "y", "1", "2", "x", "y", "1/2", "-1", "x*y", "x**2", "y**2"))
        if kind < 3:
            return f"{rng.choice(heads)}({part(depth - 1)})"
        if kind < 6:
            return f"({part(depth - 1)} {rng.choice('+-+-*/')} {part(depth - 1)})"
        power = rng.choice(("2", "-1", "(1/2)", "(-2)", "9", "(-9)", "3"))
        return f"({part(depth - 1)})**{power}"

    yield from (part(4) for _ in range(n_formulas))
