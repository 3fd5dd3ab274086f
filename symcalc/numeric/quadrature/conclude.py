"""What a quadrature says in the end: the number, its error, and how far it can be trusted."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np

from ...facts import IntegrandFacts
from ...outcome import Outcome, Trust
from .deadline import LATE
from .estimate import QuadratureEstimate
from .integrand import Integrand
from .oscillation import Wave
from .panels import Panels
from .stretches import Stretch

__all__ = ["NoValue", "Run", "conclude", "negated", "refused", "unfinished"]

#: Two rules agree when they differ by at most this part of the value, or by the stated error of
#: the first.
AGREEMENT = 1e-9
#: A stated error above this part of the value is no convergence.
CONVERGED = 1e-6
#: Rounding errors add up to this multiple of their bound for one rule, at worst seen.
ROUNDING = 2.0


@dataclass(slots=True)
class Run:
    """What one try found; `stuck` are places to which panels closed in without an end."""

    stretches: list[Stretch] = field(default_factory=list)
    waves: list[Wave] = field(default_factory=list)
    panels: Panels | None = None
    second: float = math.nan
    gap: float = 0.0
    is_second_bad: bool = False
    stuck: list[float] = field(default_factory=list)
    unknown: list[float] = field(default_factory=list)
    is_zero: bool = True


class NoValue(Exception):  # noqa: N818 - an outcome, not an error
    """There is no integral: why, and where."""

    def __init__(self, outcome: Outcome, note: str, place: float, exponent: float | None) -> None:
        super().__init__(note)
        self.outcome, self.note, self.place, self.exponent = outcome, note, place, exponent


def refused(
    reason: NoValue, integrand: Integrand, facts: IntegrandFacts | None
) -> QuadratureEstimate:
    """Return the outcome of an integral that has no value."""
    how = "facts of the integrand" if facts is not None else "measured growth"
    return QuadratureEstimate(
        math.nan,
        math.nan,
        how,
        Trust.ESTIMATED,
        reason.outcome,
        reason.note,
        n_evaluations=integrand.n_evaluations,
        place=reason.place,
        exponent=reason.exponent,
    )


def negated(found: QuadratureEstimate) -> QuadratureEstimate:
    """Return the integral over the reversed range."""
    return replace(found, value=-found.value, other=-found.other)


def conclude(
    run: Run, integrand: Integrand, facts: IntegrandFacts | None, tolerance: float
) -> QuadratureEstimate:
    """Add the parts up and judge them."""
    value, error, noise = _sums(run)
    tails = math.fsum(s.tail for s in run.stretches)
    tail_error = math.fsum(s.tail_error for s in run.stretches)
    tail_error += math.fsum(wave.error for wave in run.waves)
    other = run.second + tails + math.fsum(wave.other for wave in run.waves)
    total = value + tails + math.fsum(wave.value for wave in run.waves)
    gap = max(abs(total - other), 0.1 * run.gap)
    stated = max(gap, error) + ROUNDING * noise + tail_error
    agrees = math.isfinite(stated) and gap <= max(
        AGREEMENT * abs(total), 10.0 * (ROUNDING * noise + error)
    )
    outcome, trust, notes = Outcome.DONE, Trust.CHECKED, []
    if not agrees:
        outcome, trust = Outcome.UNDECIDED, Trust.SUSPECT
        notes.append(f"Gauss-Kronrod {total:.16g}, tanh-sinh {other:.16g}")
    if run.stuck:
        outcome, trust = Outcome.UNDECIDED, Trust.SUSPECT
        notes.append(f"no convergence at x = {', '.join(f'{x:.6g}' for x in run.stuck[:3])}")
    elif (
        stated > max(CONVERGED, tolerance) * abs(total)
        and stated > 0.0
        and not _is_null(stated, run)
    ):
        outcome, trust = Outcome.UNDECIDED, Trust.SUSPECT
        notes.append("the error is large beside the value")
    elif run.unknown or run.is_second_bad:
        trust = min(trust, Trust.ESTIMATED, key=[Trust.SUSPECT, Trust.ESTIMATED, trust].index)
        notes += [f"the approach to {x:.6g} was not understood" for x in run.unknown]
    notes += _remarks(run, integrand, facts)
    if run.is_zero and not (facts is not None and facts.is_complete):
        outcome, trust = Outcome.UNDECIDED, Trust.SUSPECT
    return QuadratureEstimate(
        total,
        stated,
        _method(run),
        trust,
        outcome,
        "; ".join(notes),
        other=other,
        n_evaluations=integrand.n_evaluations,
        splits=_splits(run),
        places=_places(run),
    )


def unfinished(run: Run, integrand: Integrand) -> QuadratureEstimate:
    """Return what panels said when the time was over; their error is one rule's own."""
    total = stated = math.nan
    if run.panels is not None:
        value, error, noise = _sums(run)
        total = value + math.fsum(s.tail for s in run.stretches)
        total += math.fsum(wave.value for wave in run.waves)
        stated = error + ROUNDING * noise + math.fsum(s.tail_error for s in run.stretches)
        stated += math.fsum(wave.error for wave in run.waves)
    return QuadratureEstimate(
        total,
        stated,
        _method(run) or "quadrature",
        Trust.SUSPECT,
        Outcome.UNDECIDED,
        LATE,
        n_evaluations=integrand.n_evaluations,
        splits=_splits(run),
        places=_places(run),
    )


def _sums(run: Run) -> tuple[float, float, float]:
    """Return value, error and noise of the panels."""
    panels = run.panels
    if panels is None:
        return 0.0, 0.0, 0.0
    return math.fsum(panels.value), float(panels.error.sum()), float(panels.noise.sum())


def _is_null(stated: float, run: Run) -> bool:
    """Whether the value is zero to the rounding of what cancels in it."""
    size = 0.0 if run.panels is None else float(run.panels.size.sum())
    size += sum(abs(wave.value) for wave in run.waves)
    return stated <= 1e-10 * size


def _remarks(run: Run, integrand: Integrand, facts: IntegrandFacts | None) -> list[str]:
    notes = []
    if facts is None:
        notes.append(
            "a black box: what is narrower than the distance of the places asked for is not seen"
        )
    if run.is_zero:
        notes.append(f"zero at all {integrand.n_evaluations} places asked for")
    return notes


def _method(run: Run) -> str:
    names = []
    if run.stretches:
        names.append("adaptive Gauss-Kronrod, compared with tanh-sinh")
    if run.waves:
        names.append("pieces between zeros with accelerated sums, compared with smooth windows")
    if any(s.tail for s in run.stretches):
        names.append("an end fitted by its exponent")
    return "; ".join(names)


def _splits(run: Run) -> tuple[float, ...]:
    ends = {s.place(v) for s in run.stretches for v in (s.start, min(s.stop, 690.0))}
    return tuple(sorted(x for x in ends if math.isfinite(x)))


def _places(run: Run) -> tuple[float, ...]:
    """Return the edges of the panels as places, in order."""
    panels = run.panels
    if panels is None:
        return ()
    found = [
        run.stretches[int(owner)].place(float(v))
        for owner, v in zip(panels.owner[:2000], panels.lower[:2000], strict=True)
    ]
    return tuple(np.unique(found).tolist())
