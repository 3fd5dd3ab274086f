"""The judge of closed-form derivatives: each is compared with one made from values alone."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from ..errors import ArgumentError
from ..graph.graph import Graph, Node
from ..outcome import Outcome, Trust, json_float
from .claims import Claim, Comparison, make_claims
from .oracle import DerivativeOracle
from .sampling import sample_points

__all__ = ["DerivativeCheck", "judge_derivatives"]

#: Fewer points that count than this say nothing.
MIN_POINTS = 3
MAX_TRIES = 72
#: From this many derivatives of one order on, they are judged together along random directions.
MAX_SINGLE = 20
#: Comparisons shown in a notebook.
MAX_SHOWN = 20


@dataclass(frozen=True, slots=True)
class DerivativeCheck:
    """What the comparison of closed-form derivatives with an independent one found.

    Attributes
    ----------
    trust : Trust
        CHECKED (agrees), SUSPECT (disagrees) or UNCHECKED (too few points counted).
    outcome : Outcome
        DONE or DISAGREES.
    n_points : int
        The least number of points that counted, over all derivatives.
    worst_gap : float
        The greatest relative difference between a closed form, evaluated exactly and rounded to
        a double, and the independent derivative. About 1e-16 is perfect; it says nothing about
        rounding inside a compiled function. NaN when no point counted.
    message : str
        One sentence for people.
    details : tuple of Comparison
        Every comparison made: point, both sides, gap.
    """

    trust: Trust
    outcome: Outcome
    n_points: int
    worst_gap: float
    message: str
    details: tuple[Comparison, ...] = field(default=(), repr=False)

    @property
    def is_good(self) -> bool:
        """Whether the derivatives may be shown as answers: nothing disagrees."""
        return self.outcome.is_good

    def _repr_html_(self) -> str:
        """Return the verdict for notebooks, with the first comparisons."""
        rows = "".join(
            "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in _cells(comparison)) + "</tr>"
            for comparison in self.details[:MAX_SHOWN]
        )
        hidden = len(self.details) - MAX_SHOWN
        more = f"<p>… and {hidden} more comparisons</p>" if hidden > 0 else ""
        head = "<tr><th>derivative</th><th>point</th><th>closed form</th><th>independent</th></tr>"
        table = f"<table>{head}{rows}</table>{more}" if rows else ""
        return f"<p><b>{self.trust.value}</b>: {escape(self.message)}</p>{table}"

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary; a gap that is not finite is its name."""
        return {
            "trust": self.trust.value,
            "outcome": self.outcome.name.lower(),
            "n_points": self.n_points,
            "worst_gap": json_float(self.worst_gap),
            "message": self.message,
            "details": [comparison.to_dict() for comparison in self.details],
        }


def _cells(comparison: Comparison) -> tuple[str, ...]:
    """Return a comparison as cells of a table."""
    point = ", ".join(f"{name} = {value:.6g}" for name, value in comparison.point.items())
    sides = (comparison.closed_form, comparison.independent)
    return (comparison.label, point, *(f"{side:.16g}" for side in sides))


def judge_derivatives(
    value: tuple[Graph, Node],
    derivatives: Sequence[tuple[Mapping[str, int], Graph, Node]],
    variables: Sequence[str],
    *,
    n_points: int = 5,
    seed: int = 0,
    assumptions: Mapping[str, str] | None = None,
    domains: Mapping[str, tuple[float, float]] | None = None,
    settle: Callable[[dict[str, float]], None] | None = None,
    seconds: float = 5.0,
    max_single: int = MAX_SINGLE,
) -> DerivativeCheck:
    """Compare closed-form derivatives with derivatives made from values of the function alone.

    Parameters
    ----------
    value : (Graph, Node)
        The function.
    derivatives : sequence of (order, Graph, Node)
        The claims: `order` maps variables to how often the function is differentiated in them,
        `{"x": 1}`, `{"x": 1, "y": 1}`. Forms that share a graph are evaluated together.
    variables : sequence of str
        All variables of the function and its derivatives.
    n_points : int
        Points to compare at, each derivative.
    seed : int
        Same seed, same points.
    assumptions, domains : mapping, optional
        What is known of the variables; see `sample_points`.
    settle : callable, optional
        `settle(point)` changes the values drawn where variables depend on each other.
    seconds : float
        Time after which no further point is begun.
    max_single : int
        More derivatives of one order than this are judged together.

    Returns
    -------
    DerivativeCheck

    Raises
    ------
    CompileError
        A function of the formula has neither a ball nor a numerical spelling.

    Notes
    -----
    The independent side is `DerivativeOracle`: it sees values of the function only. A point
    counts for a derivative when both sides are finite and not both are zero (unless the closed
    form is the constant 0). Fewer than 3 such points for any derivative make the whole result
    unchecked, as one wrong component is enough to spoil a gradient.

    More than `max_single` derivatives of one order are judged together: along a random direction
    `v` at each point, sum(g_i·v_i) against the derivative of f(x + t·v), with v scaled so that
    every component has its say. So the cost grows with the number of variables, not its square.

    References
    ----------
    Directional checks: J. Nocedal and S. Wright, *Numerical Optimization* (2006), section 8.1.
    """
    if n_points < MIN_POINTS:
        raise ArgumentError(f"n_points is {n_points}; at least {MIN_POINTS} points are needed.")
    started = time.thread_time()
    oracle = DerivativeOracle(*value)
    claims = make_claims(derivatives, max_single, seed)
    counted: list[list[Comparison]] = [[] for _ in claims]
    points = sample_points(
        variables, seed=seed, n_tries=MAX_TRIES, assumptions=assumptions, domains=domains
    )
    for point in points:
        if time.thread_time() - started > seconds:
            break
        if settle is not None:
            settle(point)
        if not math.isfinite(float(oracle.value(point))):
            continue
        for claim, found in zip(claims, counted, strict=True):
            if len(found) < n_points:
                comparison = claim.compare(oracle, point)
                if comparison.counts:
                    found.append(comparison)
                if comparison.disagrees:
                    return _disagreement(comparison, counted)
        if all(len(found) >= n_points for found in counted):
            break
    return _verdict(claims, counted)


def _verdict(claims: Sequence[Claim], counted: list[list[Comparison]]) -> DerivativeCheck:
    """Sum up comparisons that all agree."""
    details = tuple(comparison for found in counted for comparison in found)
    worst = max((comparison.gap for comparison in details), default=math.nan)
    n = min((len(found) for found in counted), default=0)
    if n >= MIN_POINTS:
        gap = f"{worst:.0e}" if worst else "0"
        message = f"agrees with an independent derivative at {n} points, worst relative gap {gap}"
        return DerivativeCheck(Trust.CHECKED, Outcome.DONE, n, worst, message, details)
    if not claims:
        message = "there is no derivative to check"
    else:
        poorest = min(zip(counted, claims, strict=True), key=lambda pair: len(pair[0]))[1]
        message = (
            f"only {n} points where both sides of {poorest.label} are finite and not "
            f"all zero; {MIN_POINTS} are needed"
        )
    return DerivativeCheck(Trust.UNCHECKED, Outcome.DONE, n, worst, message, details)


def _disagreement(worst: Comparison, counted: list[list[Comparison]]) -> DerivativeCheck:
    """Report the first comparison in which both sides differ."""
    details = (worst, *(c for found in counted for c in found if c is not worst))
    message = (
        f"disagrees: {worst.label} is {worst.closed_form:.17g} by the closed form, "
        f"{worst.independent:.17g} by {worst.method}, at {_place(worst.point)}"
    )
    n = min(len(found) for found in counted)
    return DerivativeCheck(Trust.SUSPECT, Outcome.DISAGREES, n, worst.gap, message, details)


def _place(point: Mapping[str, float], max_names: int = 6) -> str:
    shown = [f"{name} = {value!r}" for name, value in list(point.items())[:max_names]]
    return ", ".join(shown) + (", …" if len(point) > max_names else "")
