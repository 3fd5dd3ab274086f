"""Claimed derivatives in arrays: both sides in numbers for several sizes, and what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..balls import BallProgram
from ..expression import Variable
from ..graph.contractions import contract
from ..graph.graph import Graph, Node
from ..graph.parts import enlarged
from ..graph.shapes import Shape, written
from ..graph.unroll import unroll
from ..writing import to_text
from .mistakes import Finding, Verdict
from .sampling import sample_points

__all__ = ["ArrayClaim", "ArraySides", "Code", "compare_arrays", "compare_code", "has_arrays"]

Array = NDArray[np.float64]

#: Sizes for which both sides are evaluated: no two dimensions alike, and other ones again.
SIZES = ((3, 2, 4), (2, 3, 4), (4, 2, 3))
N_DRAWS, MAX_TRIES, BITS = 3, 40, 160
#: What rounding to doubles leaves between equal numbers.
ROUNDING = 1e-12
#: What code in doubles may be off by.
DOUBLES = 1e-8
#: Numbers that a factor is looked for among, times dimensions and their inverses.
NUMBERS = tuple(
    Fraction(sign * top, bottom)
    for top, bottom in ((1, 1), (2, 1), (1, 2), (4, 1), (1, 4), (3, 1), (1, 3))
    for sign in (1, -1)
)


@dataclass(frozen=True, slots=True)
class ArrayClaim:
    """A claimed derivative in one variable beside the right one, in one graph."""

    name: str
    truth: Node
    claim: Node


#: A claim in code: from the values of variables to a derivative by name, rows after rows; NaN
#: where it has none.
Code = Callable[[Mapping[str, Any], Mapping[str, int]], Mapping[str, Array]]


@dataclass
class ArraySides:
    """Nodes in numbers: for each draw the sizes, and the elements of each node in a row."""

    sizes: list[dict[str, int]] = field(default_factory=list)
    values: list[dict[Node, Array]] = field(default_factory=list)
    tolerance: float = ROUNDING

    def same(self, left: Sequence[Array], right: Sequence[Array]) -> bool:
        """Whether arrays agree at every draw, but for rounding."""
        return all(_same(a, b, self.tolerance) for a, b in zip(left, right, strict=True))

    @property
    def n_draws(self) -> int:
        """How often all nodes had finite values."""
        return len(self.values)


def has_arrays(variables: Sequence[Variable]) -> bool:
    """Whether there are matrices, fixed lengths or several dimensions, so not just columns."""
    shapes = {variable.shape for variable in variables if variable.shape}
    return len(shapes) > 1 or any(len(s) > 1 or not isinstance(s[0], str) for s in shapes)


def compare_arrays(
    graph: Graph,
    claims: Sequence[ArrayClaim],
    variables: Sequence[Variable],
    seed: int,
    *,
    sizes: Sequence[Sequence[int]] = SIZES,
) -> tuple[list[Finding], int]:
    """Return what is wrong with claimed derivatives, and at how many draws both were compared.

    Parameters
    ----------
    graph : Graph
    claims : sequence of ArrayClaim
    variables : sequence of Variable
        All variables of both sides.
    seed : int
    sizes : sequence of sequence of int
        For each comparison the sizes of the dimensions, in turn.
    """
    findings = [_shape_finding(graph, claim) for claim in claims]
    if any(findings):
        return [finding for finding in findings if finding is not None], 0
    parts = [t for claim in claims for s in (claim.truth, claim.claim) for t in _terms(graph, s)]
    nodes = list(dict.fromkeys([n for c in claims for n in (c.truth, c.claim)] + parts))
    sides = _evaluated(graph, nodes, variables, seed, sizes)
    if not sides.n_draws:
        names = tuple(claim.name for claim in claims)
        return [Finding(Verdict.UNDECIDED, str(Verdict.UNDECIDED), names)], 0
    found = [_finding(graph, claim, sides) for claim in claims]
    return [finding for finding in found if finding is not None], sides.n_draws


def compare_code(
    graph: Graph,
    truths: Mapping[str, Node],
    variables: Sequence[Variable],
    code: Code,
    seed: int,
) -> tuple[list[Finding], int]:
    """Return what is wrong with derivatives that code computes in doubles; see `compare_arrays`.

    A draw at which the code has no finite numbers does not count.
    """
    claims = [ArrayClaim(name, node, -1 - k) for k, (name, node) in enumerate(truths.items())]
    parts = [term for claim in claims for term in _terms(graph, claim.truth)]
    nodes = list(dict.fromkeys([*truths.values(), *parts]))

    def claimed(point: Mapping[str, Any], sizes: Mapping[str, int]) -> dict[Node, Array]:
        found = code(point, sizes)
        return {claim.claim: found[claim.name] for claim in claims}

    sides = _evaluated(graph, nodes, variables, seed, SIZES, claimed)
    sides.tolerance = DOUBLES
    if not sides.n_draws:
        return [Finding(Verdict.UNDECIDED, str(Verdict.UNDECIDED), tuple(truths))], 0
    found = [_finding(graph, claim, sides) for claim in claims]
    return [finding for finding in found if finding is not None], sides.n_draws


def _shape_finding(graph: Graph, claim: ArrayClaim) -> Finding | None:
    """Return what is wrong with the shape of a claim."""
    given, right = graph.shape(claim.claim), graph.shape(claim.truth)
    if given == right:
        return None
    if not right and len(given) == 1:
        message = "has one value per row: is a sum or mean missing?"
        return Finding(Verdict.WRONG_SHAPE, message, (claim.name,))
    if given == right[::-1]:
        return _wrong_shape(claim, given, right, "transpose it")
    return _wrong_shape(claim, given, right, "")


def _wrong_shape(claim: ArrayClaim, given: Shape, right: Shape, advice: str) -> Finding:
    have = f"has the shape {written(given)}" if given else "is a scalar"
    want = f"has that of `{claim.name}`, {written(right)}" if right else "is a scalar"
    message = f"{have}; the derivative {want}" + (f": {advice}" if advice else "")
    return Finding(Verdict.WRONG_SHAPE, message, (claim.name,))


# -- both sides in numbers ----------------------------------------------------------------------


def _evaluated(
    graph: Graph,
    nodes: Sequence[Node],
    variables: Sequence[Variable],
    seed: int,
    patterns: Sequence[Sequence[int]],
    further: Callable[..., dict[Node, Array]] | None = None,
) -> ArraySides:
    """Evaluate nodes in balls for several sizes, at random elements, and what comes `further`."""
    counted = [graph.data[n] for n in graph.reachable(nodes) if graph.kinds[n] == "dim"]
    named = [d for v in variables for d in v.shape if isinstance(d, str)]
    names = list(dict.fromkeys([*named, *counted]))
    arrays = [graph.var(v.name, v.shape) for v in variables if v.shape]
    scalars = [v.name for v in variables if not v.shape]
    sides = ArraySides()
    for pattern in patterns:
        sizes = {name: pattern[place % len(pattern)] for place, name in enumerate(names)}
        sizes = enlarged(graph, nodes, sizes)
        found = unroll(graph, [*nodes, *arrays], sizes)
        roots = [list(root.values()) for root in found.roots[: len(nodes)]]
        program = BallProgram(found.graph, [node for root in roots for node in root])
        entries = [entry for row in found.entries.values() for entry in row.values()]
        n_before = sides.n_draws
        for point in sample_points([*scalars, *entries], seed=seed, n_tries=MAX_TRIES):
            _make_symmetric(point, found.entries, variables)
            balls = iter(program.evaluate(point, BITS))
            rows = [np.array([float(next(balls).mid()) for _ in root]) for root in roots]
            numbers = dict(zip(nodes, rows, strict=True))
            if further is not None and all(np.isfinite(row).all() for row in rows):
                numbers |= further(_as_arrays(point, found.entries, scalars), sizes)
            if all(np.isfinite(row).all() for row in numbers.values()):
                sides.sizes.append(sizes)
                sides.values.append(numbers)
            if sides.n_draws - n_before == N_DRAWS:
                break
    return sides


def _as_arrays(
    point: Mapping[str, float],
    entries: Mapping[str, Mapping[tuple[int, ...], str]],
    scalars: Sequence[str],
) -> dict[str, Any]:
    """Return a point in scalars as numbers and arrays by name."""
    found: dict[str, Any] = {name: point[name] for name in scalars}
    for name, places in entries.items():
        shape = tuple(top + 1 for top in max(places, default=()))
        found[name] = np.array([point[one] for one in places.values()]).reshape(shape)
    return found


def _make_symmetric(
    point: dict[str, float],
    entries: Mapping[str, Mapping[tuple[int, ...], str]],
    variables: Sequence[Variable],
) -> None:
    """Give matrices that were declared so symmetric values, and positive eigenvalues."""
    for variable in variables:
        words = variable.assumption.split()
        if variable.name not in entries or {"symmetric", "spd"}.isdisjoint(words):
            continue
        places = entries[variable.name]
        for (row, column), name in places.items():
            if row > column:
                point[name] = point[places[column, row]]
        if "spd" in words:  # by Gershgorin: a diagonal that outweighs its row
            for row, column in places:
                if row == column:
                    others = [abs(point[n]) for (i, j), n in places.items() if i == row != j]
                    point[places[row, row]] = abs(point[places[row, row]]) + sum(others)


def _terms(graph: Graph, side: Node) -> list[Node]:
    """Return the terms of a side; a sum among the factors of a product is multiplied out."""
    if graph.kinds[side] == "add":
        return list(graph.args[side])
    if graph.kinds[side] == "mul":
        *scalars, last = sorted(graph.args[side], key=lambda node: len(graph.shape(node)))
        inner = _terms(graph, last) if graph.shape(last) else []
        return [graph.mul((*scalars, term)) for term in inner]
    if graph.kinds[side] != "ein":
        return []
    args, data = graph.args[side], graph.data[side]
    place = next((i for i, arg in enumerate(args) if graph.kinds[arg] == "add"), None)
    if place is None:
        return []
    dims = {label: data.dims[label] for label in data.out}
    found = []
    for term in graph.args[args[place]]:
        factors = [*args[:place], term, *args[place + 1 :]]
        if graph.shape(term) == graph.shape(args[place]):
            pairs = list(zip(factors, data.factors, strict=True))
            found.append(contract(graph, pairs, data.out, dims))
    return found


# -- what explains a gap ------------------------------------------------------------------------


def _finding(graph: Graph, claim: ArrayClaim, sides: ArraySides) -> Finding | None:
    """Return what is wrong with a claim whose shape is right, None for nothing."""
    truths = [values[claim.truth] for values in sides.values]
    claims = [values[claim.claim] for values in sides.values]
    if sides.same(truths, claims):
        return None
    explained = (
        _factor(claim, sides, truths, claims)
        or _transposed(graph, claim, sides, truths, claims)
        or _term(graph, claim, sides, truths, claims)
    )
    if explained is not None:
        return explained
    draw = next(i for i in range(sides.n_draws) if not _same(truths[i], claims[i], sides.tolerance))
    place = int(np.argmax(np.abs(claims[draw] - truths[draw])))
    message = (
        f"differs: for {_sizes_text(sides.sizes[draw])} an element is {claims[draw][place]:.6g} "
        f"instead of {truths[draw][place]:.6g}"
    )
    return Finding(Verdict.DIFFERS, message, (claim.name,))


def _same(left: Array, right: Array, tolerance: float) -> bool:
    size = max(float(np.abs(left).max(initial=0.0)), float(np.abs(right).max(initial=0.0)))
    return bool(np.abs(left - right).max(initial=0.0) <= tolerance * size)


def _factor(
    claim: ArrayClaim, sides: ArraySides, truths: list[Array], claims: list[Array]
) -> Finding | None:
    """Return that the claim is a multiple, of a number and dimensions."""
    names = sorted({name for sizes in sides.sizes for name in sizes})
    for powers in sorted(product((0, 1, -1), repeat=len(names)), key=lambda p: sum(map(abs, p))):
        for number in NUMBERS:
            scales = [_scale(number, names, powers, sizes) for sizes in sides.sizes]
            if sides.same([s * a for s, a in zip(scales, truths, strict=True)], claims):
                return _multiple(claim, number, names, powers)
    return None


def _scale(
    number: Fraction, names: Sequence[str], powers: Sequence[int], sizes: Mapping[str, int]
) -> float:
    value = number
    for name, power in zip(names, powers, strict=True):
        value *= Fraction(sizes[name]) ** power
    return float(value)


def _multiple(
    claim: ArrayClaim, number: Fraction, names: Sequence[str], powers: Sequence[int]
) -> Finding:
    if number == -1 and not any(powers):
        return Finding(Verdict.SIGN, "the sign is wrong", (claim.name,), "-1")
    wrong = _product_text(number, names, powers)
    right = _product_text(1 / number, names, [-power for power in powers])
    message = f"off by the factor {wrong}: multiply it by {right}"
    return Finding(Verdict.CONSTANT_FACTOR, message, (claim.name,), wrong)


def _product_text(number: Fraction, names: Sequence[str], powers: Sequence[int]) -> str:
    """Return 2*m/n and the like."""
    above = [name for name, power in zip(names, powers, strict=True) if power > 0]
    below = [name for name, power in zip(names, powers, strict=True) if power < 0]
    if abs(number.numerator) != 1 or not above:
        above.insert(0, str(abs(number.numerator)))
    if number.denominator != 1:
        below.insert(0, str(number.denominator))
    under = "*".join(below)
    text = "*".join(above) + (f"/({under})" if len(below) > 1 else f"/{under}" if below else "")
    return f"-{text}" if number < 0 else text


def _transposed(
    graph: Graph,
    claim: ArrayClaim,
    sides: ArraySides,
    truths: list[Array],
    claims: list[Array],
) -> Finding | None:
    """Return that the claim is the transpose of the derivative, both square."""
    shape = graph.shape(claim.truth)
    if len(shape) != 2 or shape[0] != shape[1]:
        return None
    turned = []
    for sizes, truth in zip(sides.sizes, truths, strict=True):
        n = sizes[shape[0]] if isinstance(shape[0], str) else shape[0]
        turned.append(truth.reshape(n, n).T.ravel())
    if sides.same(turned, claims):
        return Finding(Verdict.RULE, "is the transpose of the derivative", (claim.name,))
    return None


def _term(
    graph: Graph,
    claim: ArrayClaim,
    sides: ArraySides,
    truths: list[Array],
    claims: list[Array],
) -> Finding | None:
    """Return a term of one side that the other lacks, or has with the other sign."""
    gaps = [b - a for a, b in zip(truths, claims, strict=True)]
    cases = (
        (claim.truth, -1.0, Verdict.MISSING_TERM, "a term is missing: "),
        (claim.claim, 1.0, Verdict.EXTRA_TERM, "a term too many: "),
        (claim.truth, -2.0, Verdict.SIGN, "the sign of a term is wrong: "),
    )
    for side, scale, verdict, words in cases:
        for term in _terms(graph, side):
            values = [found.get(term) for found in sides.values]
            terms = [
                scale * np.broadcast_to(value, gap.shape)
                for value, gap in zip(values, gaps, strict=True)
                if value is not None
            ]
            if len(terms) == len(gaps) and sides.same(terms, gaps):
                text = to_text(graph, term)
                return Finding(verdict, f"{words}{text}", (claim.name,), text)
    return None


def _sizes_text(sizes: Mapping[str, int]) -> str:
    return ", ".join(f"{name} = {size}" for name, size in sizes.items())
