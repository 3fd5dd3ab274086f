"""What is wrong with a claimed derivative: its mistakes by name."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from .claim_regions import find_region
from .component import Component
from .evidence import AGREES, DIFFERS, UNDEFINED, Evidence
from .mistakes import Finding, Verdict
from .patterns import same

__all__ = ["diagnose"]

MIN_POINTS = 3
#: Orders of components are searched up to this number of variables.
MAX_SWAPPED = 40
FACTORS = frozenset(
    {Verdict.SIGN, Verdict.CONSTANT_FACTOR, Verdict.FACTOR, Verdict.INNER_FACTOR, Verdict.RULE}
)


def diagnose(evidence: Evidence) -> list[Finding]:
    """Return what is wrong with a claim: one finding for each kind of mistake; none if right.

    Parameters
    ----------
    evidence : Evidence

    Notes
    -----
    A kind is named only when it explains the claim at every point at which both sides have a
    value. Plain explanations come first: another order of the components, a constant factor, a
    term more or less, then a rule misapplied at one place, a factor, and at last a difference
    that has no name.
    """
    names = evidence.question.names
    wrong = [k for k in range(len(names)) if (evidence.state[k] == DIFFERS).any()]
    swapped = _swapped(evidence) if len(wrong) > 1 else None
    if swapped is not None:
        return [swapped]
    findings = [_of_component(evidence, k) for k in range(len(names))]
    return _merged([finding for finding in findings if finding is not None])


def _of_component(evidence: Evidence, k: int) -> Finding | None:
    """Return what is wrong with one component."""
    name = evidence.question.names[k]
    state = evidence.state[k]
    n_right, n_wrong = int((state == AGREES).sum()), int((state == DIFFERS).sum())
    undefined = state == UNDEFINED
    n_known, n_places = n_right + n_wrong + int(undefined.sum()), len(evidence.places)
    if n_known < max(1, min(MIN_POINTS, n_places)):
        return Finding(Verdict.UNDECIDED, "too few points where both sides have a value", (name,))
    if n_wrong == 0:
        return _domain(evidence, k) if _is_telling(evidence, undefined) else None
    part = _part(evidence, k)
    if part is not None:
        return part
    return Component(evidence, k, state == DIFFERS).finding()


def _is_telling(evidence: Evidence, undefined: NDArray[np.bool_]) -> bool:
    """Say whether missing values are the claim's fault: code may overflow far away."""
    if evidence.is_exact:
        return bool(undefined.any())
    near = np.array([_reach(place) <= 20 for place in evidence.places])
    return bool((undefined & near).any())


def _reach(place: dict[str, float | list[float]]) -> float:
    numbers = [x for v in place.values() for x in (v if isinstance(v, list) else [v])]
    return max(map(abs, numbers), default=0.0)


def _domain(evidence: Evidence, k: int) -> Finding:
    """Return that the claim is right, but not defined everywhere that the derivative is."""
    name = evidence.question.names[k]
    state = evidence.state[k]
    if not (state == AGREES).any():
        return Finding(Verdict.DOMAIN, "has no value at any point tried", (name,))
    region = find_region(evidence, state == AGREES, state == UNDEFINED)
    message = "has no value where the derivative has one"
    if region:
        message = f"has a value, the right one, only where {region}"
    return Finding(Verdict.DOMAIN, message, (name,), region=region)


def _part(evidence: Evidence, k: int) -> Finding | None:
    """Return that the claim is right on a part of the domain, if it is."""
    state = evidence.state[k]
    right, wrong = state == AGREES, state == DIFFERS
    if min(right.sum(), wrong.sum()) < 2:
        return None
    inside, outside = right, wrong
    if not evidence.is_exact:  # far away, different formulas may round to equal numbers
        near = np.array([_reach(place) <= 6 for place in evidence.places])
        is_landmark = np.arange(len(state)) >= evidence.n_ordinary
        inside, outside = right & near, wrong & (near | is_landmark)
    trivial = evidence.truth[k] == 0
    if min((inside & ~trivial).sum(), outside.sum()) < 2 and not (
        evidence.is_exact and trivial[right].all()
    ):
        return None
    elsewhere = Component(evidence, k, wrong, explain=False).finding()
    if trivial[right].all() and elsewhere.verdict in FACTORS:
        return None  # a wrong factor is right wherever the derivative is zero
    region = find_region(evidence, inside, outside)
    if not region and not evidence.is_exact:
        return None
    message = f"right only where {region}" if region else "right at some points only"
    if elsewhere.verdict is not Verdict.DIFFERS:
        message += f"; elsewhere {elsewhere.message}"
    name = evidence.question.names[k]
    return Finding(Verdict.PART_OF_DOMAIN, message, (name,), elsewhere.formula, region)


def _swapped(evidence: Evidence) -> Finding | None:
    """Return that the components stand in another order, if they do."""
    names = evidence.question.names
    if len(names) > MAX_SWAPPED:
        return None
    holds = [[j for j in range(len(names)) if _matches(evidence, k, j)] for k in range(len(names))]
    order = _assignment(holds)
    if order is None or all(k == j for k, j in enumerate(order)):
        return None
    moved = [(names[k], names[j]) for k, j in enumerate(order) if k != j]
    told = ", ".join(f"∂f/∂{other} stands in the place of ∂f/∂{name}" for name, other in moved)
    return Finding(Verdict.SWAPPED, f"other order: {told}", tuple(name for name, _ in moved))


def _matches(evidence: Evidence, k: int, j: int) -> bool:
    slack = np.maximum(evidence.noise[k], evidence.noise[j])
    slack = np.where(np.isfinite(slack), slack, 0.0) if not evidence.is_exact else slack * 0
    return same(evidence.claim[k], evidence.truth[j], np.nan_to_num(slack))


def _assignment(holds: Sequence[Sequence[int]]) -> list[int] | None:
    """Return a component for each place, each used once; its own where that fits."""
    if len(holds) <= 6:
        ranked = sorted(
            permutations(range(len(holds))), key=lambda p: sum(k != j for k, j in enumerate(p))
        )
        fits = (list(p) for p in ranked if all(j in holds[k] for k, j in enumerate(p)))
        return next(fits, None)
    order = [k if k in places else next(iter(places), -1) for k, places in enumerate(holds)]
    return order if sorted(order) == list(range(len(holds))) else None


def _merged(findings: Sequence[Finding]) -> list[Finding]:
    """Return findings of one kind and text as one, in the order of their first component."""
    merged: dict[tuple[Verdict, str], Finding] = {}
    for finding in findings:
        key = (finding.verdict, finding.message)
        earlier = merged.get(key)
        components = (*(earlier.components if earlier else ()), *finding.components)
        merged[key] = Finding(
            finding.verdict, finding.message, components, finding.formula, finding.region
        )
    return list(merged.values())
