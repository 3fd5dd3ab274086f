"""Claimed derivatives in arrays: both sides in numbers for several sizes, and what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..expression import Variable
from ..graph.contractions import contract
from ..graph.graph import Graph, Node
from ..graph.shapes import Shape, written
from ..writing import to_text
from .array_sides import SIZES, ArraySides, Further, evaluate_sides, same_numbers
from .array_slips import find_slips
from .mistakes import Finding, Verdict

__all__ = ["ArrayClaim", "Code", "compare_arrays", "compare_code", "has_arrays"]

Array = NDArray[np.float64]

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
    sides = evaluate_sides(graph, nodes, variables, seed, patterns=sizes)
    if not sides.n_draws:
        names = tuple(claim.name for claim in claims)
        return [Finding(Verdict.UNDECIDED, str(Verdict.UNDECIDED), names)], 0
    found = [_finding(graph, claim, sides) for claim in claims]
    question = _Question(graph, variables, seed, sizes)
    return question.named(claims, found), sides.n_draws


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

    sides = evaluate_sides(graph, nodes, variables, seed, claimed)
    sides.tolerance = DOUBLES
    if not sides.n_draws:
        return [Finding(Verdict.UNDECIDED, str(Verdict.UNDECIDED), tuple(truths))], 0
    found = [_finding(graph, claim, sides) for claim in claims]
    return _Question(graph, variables, seed, SIZES, claimed).named(claims, found), sides.n_draws


@dataclass(frozen=True, slots=True)
class _Question:
    """What is needed to evaluate further nodes at the draws of a comparison."""

    graph: Graph
    variables: Sequence[Variable]
    seed: int
    patterns: Sequence[Sequence[int]]
    code: Further | None = None

    def named(
        self, claims: Sequence[ArrayClaim], findings: Sequence[Finding | None]
    ) -> list[Finding]:
        """Return the findings, those without a name explained by a slip where there is one."""
        found = []
        for claim, finding in zip(claims, findings, strict=True):
            if finding is not None:
                slip = self.slip(claim) if finding.verdict is Verdict.DIFFERS else None
                found.append(slip or finding)
        return found

    def slip(self, claim: ArrayClaim) -> Finding | None:
        """Return the one change that makes one side the other."""
        is_code = self.code is not None
        slips = [(slip, slip.if_claimed, True) for slip in find_slips(self.graph, claim.truth)]
        if not is_code:
            own = find_slips(self.graph, claim.claim)
            slips += [(slip, slip.if_derived, False) for slip in own]
        nodes = [claim.truth] if is_code else [claim.truth, claim.claim]
        changed = [slip.node for slip, *_ in slips]
        sides = evaluate_sides(
            self.graph,
            nodes,
            self.variables,
            self.seed,
            self.code,
            optional=changed,
            patterns=self.patterns,
        )
        sides.tolerance = DOUBLES if is_code else sides.tolerance
        for slip, words, is_claimed in slips:
            target = claim.claim if is_claimed else claim.truth
            right = [values[target] for values in sides.values]
            left = [
                np.broadcast_to(values[slip.node], row.shape)
                for values, row in zip(sides.values, right, strict=True)
            ]
            if right and all(map(_is_finite, left)) and sides.same(left, right):
                return Finding(slip.verdict, words, (claim.name,))
        return None


def _is_finite(row: Array) -> bool:
    return bool(np.isfinite(row).all())


def _shape_finding(graph: Graph, claim: ArrayClaim) -> Finding | None:
    """Return what is wrong with the shape of a claim."""
    given, right = graph.shape(claim.claim), graph.shape(claim.truth)
    if given == right:
        return None
    if not right and len(given) == 1:
        message = "has one value per row: is a sum or mean missing?"
        return Finding(Verdict.WRONG_SHAPE, message, (claim.name,))
    return _wrong_shape(claim, given, right, _advice(given, right))


def _advice(given: Shape, right: Shape) -> str:
    """Return what to do about a shape, where that is plain."""
    if given == right[::-1]:
        return "transpose it"
    if len(given) == len(right) + 1:
        if given[1:] == right:
            return "is a sum or mean over axis 0 missing?"
        if given[:-1] == right:
            return f"is a sum or mean over axis {len(right)} missing?"
    return "it is summed over too much" if right and not given else ""


def _wrong_shape(claim: ArrayClaim, given: Shape, right: Shape, advice: str) -> Finding:
    have = f"has the shape {written(given)}" if given else "is a scalar"
    want = f"has that of `{claim.name}`, {written(right)}" if right else "is a scalar"
    message = f"{have}; the derivative {want}" + (f": {advice}" if advice else "")
    return Finding(Verdict.WRONG_SHAPE, message, (claim.name,))


def _terms(graph: Graph, side: Node) -> list[Node]:
    """Return the terms of a side; a sum among the factors of a product is multiplied out."""
    if graph.kinds[side] == "add":
        return list(graph.args[side])
    if graph.kinds[side] == "mul":
        *scalars, last = sorted(graph.args[side], key=lambda node: len(graph.shape(node)))
        inner = _terms(graph, last) if graph.shape(last) else []
        parts = [graph.args[t] if graph.kinds[t] == "mul" else (t,) for t in inner]
        return [graph.mul((*scalars, *part)) for part in parts]
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
    draw = next(
        i for i in range(sides.n_draws) if not same_numbers(truths[i], claims[i], sides.tolerance)
    )
    place = int(np.argmax(np.abs(claims[draw] - truths[draw])))
    message = (
        f"differs: for {_sizes_text(sides.sizes[draw])} an element is {claims[draw][place]:.6g} "
        f"instead of {truths[draw][place]:.6g}"
    )
    return Finding(Verdict.DIFFERS, message, (claim.name,))


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
