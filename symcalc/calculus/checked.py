"""What `check` and `equivalent` return."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..expression import Expression, Variable
from ..language import assumed_range
from ..outcome import Sentence, Trust, json_float
from ..verify.evidence import AGREES, Evidence
from ..verify.mistakes import Finding, Verdict
from ..writing import latex_block

__all__ = ["Check", "Equality", "Equivalence", "Sighting", "positive_names"]

#: Points shown for each mistake.
MAX_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Sighting:
    """One component at one point: what is claimed, and what is true.

    Attributes
    ----------
    component : str
    point : dict
        A number for each variable, a list for each data column.
    claim, truth : float
        NaN where there is no value.
    """

    component: str
    point: dict[str, Any]
    claim: float
    truth: float

    @classmethod
    def of(cls, evidence: Evidence, k: int, p: int) -> Sighting:
        """Return one entry of the evidence."""
        name = evidence.question.names[k]
        claim, truth = float(evidence.claim[k, p]), float(evidence.truth[k, p])
        return cls(name, dict(evidence.places[p]), claim, truth)

    @property
    def place(self) -> str:
        """The point in words."""
        return ", ".join(f"{name} = {_number(value)}" for name, value in self.point.items())

    def __str__(self) -> str:
        claim, truth = self.numbers
        return f"{claim} instead of {truth} at {self.place}"

    @property
    def numbers(self) -> tuple[str, str]:
        """Claim and truth in as many digits as show whether they differ."""
        if not math.isfinite(self.claim):
            return "no value", f"{self.truth:.8g}"
        for digits in (8, 12, 17):
            texts = f"{self.claim:.{digits}g}", f"{self.truth:.{digits}g}"
            if texts[0] != texts[1] or self.claim == self.truth:
                break
        return texts

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        numbers = {"claim": self.claim, "derivative": self.truth}
        return {
            "component": self.component,
            "point": self.point,
            **{k: json_float(v) for k, v in numbers.items()},
        }


@dataclass(frozen=True, slots=True)
class Check:
    """Whether a claimed derivative is right, and if not, what is wrong with it.

    Attributes
    ----------
    expression : Expression
        What was differentiated.
    variables : tuple of str
    outcome : Verdict
        AGREES, or the first mistake found; its value is a sentence.
    trust : Trust
        For a right claim PROVEN (the difference vanishes identically) or CHECKED (equal at
        `n_points` points). For a wrong formula PROVEN: balls show the difference; for wrong
        numbers CHECKED.
    message : str
        The mistake in words: "wrong only in ∂f/∂b: off by the factor 2".
    findings : tuple of Finding
        Every mistake, with the components that it spoils.
    sightings : tuple of Sighting
        Points and numbers that show the mistakes.
    truth : dict of str to Expression
        The right derivatives.
    n_points : int
        Points at which both sides were compared, the least over the components.
    worst_gap : float
        The greatest relative difference where the claim is right; NaN when it never is.
    notes : tuple of str
    """

    expression: Expression
    variables: tuple[str, ...]
    outcome: Verdict
    trust: Trust
    message: str
    findings: tuple[Finding, ...]
    sightings: tuple[Sighting, ...]
    truth: dict[str, Expression] = field(repr=False)
    n_points: int
    worst_gap: float
    notes: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        expression: Expression,
        names: tuple[str, ...],
        truth: Mapping[str, Expression],
        *,
        findings: Sequence[Finding] = (),
        evidence: Evidence | None = None,
        is_proven: bool = False,
        notes: Sequence[str] = (),
    ) -> Check:
        """Sum up findings and evidence."""
        n_points, gap = _extent(evidence)
        outcome = findings[0].verdict if findings else Verdict.AGREES
        trust = Trust.CHECKED
        if outcome is Verdict.UNDECIDED:
            trust = Trust.UNCHECKED
        elif (is_proven and not findings) or (
            findings and evidence is not None and evidence.is_exact
        ):
            trust = Trust.PROVEN
        if findings:
            message = "; ".join(_told(finding, names) for finding in findings)
            if is_proven:
                message += " (equal wherever both have a value: proven)"
        elif is_proven:
            message = "the difference to the derivative vanishes identically"
        else:
            message = f"agrees with the derivative at {n_points} points"
            message += f", worst relative gap {gap:.0e}" if gap else ""
        return cls(
            expression,
            names,
            outcome,
            trust,
            message,
            tuple(findings),
            () if evidence is None else _sightings(evidence, findings),
            dict(truth),
            n_points,
            gap,
            tuple(notes),
        )

    @property
    def is_good(self) -> bool:
        """Whether the claim is the derivative."""
        return self.outcome.is_good

    @property
    def headline(self) -> str:
        """The verdict in a line: "not right: a term too many: 1"."""
        return f"{'right' if self.is_good else 'not right'}: {self.message}"

    @property
    def wrong(self) -> tuple[str, ...]:
        """The variables whose derivatives are wrong."""
        spoiled = {name for finding in self.findings for name in finding.components}
        return tuple(name for name in self.variables if name in spoiled)

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {
            "expression": self.expression.text,
            "variables": list(self.variables),
            "outcome": self.outcome.name.lower(),
            "is_good": self.is_good,
            "trust": self.trust.value,
            "message": self.message,
            "wrong": list(self.wrong),
            "findings": [finding.to_dict() for finding in self.findings],
            "evidence": [sighting.to_dict() for sighting in self.sightings],
            "derivative": {name: form.text for name, form in self.truth.items()},
            "n_points": self.n_points,
            "worst_gap": json_float(self.worst_gap),
            "notes": list(self.notes),
        }

    def __repr__(self) -> str:
        lines = [self.headline]
        lines += [f"∂f/∂{name} = {form.text}" for name, form in self.truth.items()]
        lines += [f"∂f/∂{s.component}: {s}" for s in self.sightings]
        return "\n".join([*lines, f"trust: {self.trust}", *self.notes])

    def _repr_latex_(self) -> str:
        rows = [
            rf"\frac{{\partial f}}{{\partial {name}}} &= {form.latex}"
            for name, form in self.truth.items()
        ]
        verdict = rf"&\text{{{self.headline}}} \quad \text{{{self.trust}}}"
        return f"$${latex_block('aligned', [verdict, *rows])}$$"


def _extent(evidence: Evidence | None) -> tuple[int, float]:
    """Return the number of points that counted, and the worst gap where the claim is right."""
    if evidence is None or not evidence.places:
        return 0, math.nan
    counted = int((evidence.state > 0).sum(axis=1).min())
    right = evidence.state == AGREES
    with np.errstate(all="ignore"):
        gaps = np.abs(evidence.gap[right]) / np.abs(evidence.truth[right])
    gaps = gaps[np.isfinite(gaps)]
    return counted, float(gaps.max()) if gaps.size else (0.0 if right.any() else math.nan)


def _sightings(evidence: Evidence, findings: Sequence[Finding]) -> tuple[Sighting, ...]:
    """Return the points that show each mistake; of a claim that is partly right, one of those."""
    shown = []
    names = evidence.question.names
    for finding in findings:
        k = names.index(finding.components[0])
        state = evidence.state[k]
        bad = np.flatnonzero((state != AGREES) & (state > 0)).tolist()
        good = np.flatnonzero(state == AGREES).tolist()
        chosen = [*bad[:MAX_SHOWN], *(good[:1] if bad else [])]
        shown += [Sighting.of(evidence, k, int(p)) for p in sorted(chosen)]
    return tuple(shown)


def _told(finding: Finding, names: tuple[str, ...]) -> str:
    """Return the finding with the components that it is about."""
    if len(names) == 1 or finding.verdict in (Verdict.SWAPPED, Verdict.WRONG_SHAPE):
        return finding.message
    if len(finding.components) == len(names):
        return f"every component: {finding.message}"
    listed = ", ".join(f"∂f/∂{name}" for name in finding.components)
    return f"wrong only in {listed}: {finding.message}"


def _number(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(f'{x:g}' for x in value)}]"
    return f"{value:g}"


def positive_names(variables: Iterable[Variable]) -> frozenset[str]:
    """Return the variables that are vouched to be positive."""
    known = {v.name: assumed_range(v.name, v.assumption) for v in variables}
    return frozenset(
        name for name, r in known.items() if r.lower > 0 or (r.lower == 0 and not r.has_lower)
    )


class Equality(Sentence):
    """What was found of two formulas; the value is the sentence that a user reads."""

    PROVED = "Equal: the difference vanishes identically."
    AGREES = "Equal at every point tried; no proof was found."
    OTHER_DOMAIN = "Not the same domain: at a point only one has a value."
    REFUTED = "Not equal: they differ at a point."
    UNDECIDED = "Not decided: there are too few points at which both have a value."

    @property
    def is_good(self) -> bool:
        """Whether one formula may stand for the other, as far as is known."""
        return self in (Equality.PROVED, Equality.AGREES)


@dataclass(frozen=True, slots=True)
class Equivalence:
    """Whether two formulas are equal.

    Attributes
    ----------
    left, right : Expression
    outcome : Equality
    trust : Trust
        PROVEN for a proof and for a counterexample; CHECKED when they agree at points.
    message : str
    point : dict or None
        The counterexample, or the point at which only one has a value.
    values : tuple of float
        Both values there, as doubles; NaN for no value.
    digits : tuple of str
        Both values there in decimal.
    n_points : int
        Points at which both were compared.
    """

    left: Expression
    right: Expression
    outcome: Equality
    trust: Trust
    message: str
    point: dict[str, Any] | None = None
    values: tuple[float, ...] = ()
    digits: tuple[str, ...] = ()
    n_points: int = 0

    @property
    def is_good(self) -> bool:
        """Whether the formulas are equal, as far as is known."""
        return self.outcome.is_good

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {
            "left": self.left.text,
            "right": self.right.text,
            "outcome": self.outcome.name.lower(),
            "is_good": self.is_good,
            "trust": self.trust.value,
            "message": self.message,
            "point": self.point,
            "values": [json_float(v) for v in self.values],
            "digits": list(self.digits),
            "n_points": self.n_points,
        }

    def __repr__(self) -> str:
        return f"{self.left.text} and {self.right.text}\n{self.message}\ntrust: {self.trust}"

    def _repr_latex_(self) -> str:
        signs = {Equality.REFUTED: r"\neq", Equality.UNDECIDED: r"\overset{?}{=}"}
        sign = signs.get(self.outcome, "=")
        verdict = rf"\text{{{self.message}}} \quad \text{{{self.trust}}}"
        rows = [f"{self.left.latex} {sign} {self.right.latex}", verdict]
        return f"$${latex_block('gathered', rows)}$$"
