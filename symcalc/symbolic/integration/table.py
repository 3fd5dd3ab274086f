"""The strategies: their order, and the share of the time that each may take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ...expression import Expression
from .problem import Candidate, IntegralProblem

__all__ = ["STRATEGIES", "Strategy", "find_antiderivatives", "run_strategy"]


@dataclass(frozen=True, slots=True)
class Strategy:
    """A way to a closed form.

    Attributes
    ----------
    name : str
    share : float
        The part of the whole budget that it may take; the shares add up to 1 for one variable,
        and for several.
    variables : str
        "one" or "several"; "principal" for principal values in one variable.
    summary : str
        What it does, for people.
    """

    name: str
    share: float
    variables: str
    summary: str


#: Cheap ones first; `heurisch` is the last.
STRATEGIES: tuple[Strategy, ...] = (
    Strategy("table", 0.1, "one", "Mellin transforms and Beta integrals"),
    Strategy("residues", 0.1, "one", "residues, and sums over them by the digamma function"),
    Strategy("rules", 0.15, "one", "rational functions and the rules of integration by hand"),
    Strategy("symmetry", 0.15, "one", "a substitution that keeps the range"),
    Strategy("meijerg", 0.1, "one", "Meijer G functions"),
    Strategy("substitution", 0.15, "one", "a new variable"),
    Strategy("parts", 0.1, "one", "integration by parts"),
    Strategy("parameter", 0.05, "one", "differentiation under the integral sign"),
    Strategy("risch", 0.05, "one", "Risch's algorithm"),
    Strategy("heurisch", 0.05, "one", "the parallel Risch heuristic"),
    Strategy("principal", 1.0, "principal", "antiderivatives, across the poles"),
    Strategy("homogeneous", 0.1, "several", "the flux through the far sides of a box"),
    Strategy("polar", 0.25, "several", "polar and spherical coordinates"),
    Strategy("iterated", 0.4, "several", "one variable after the other"),
    Strategy("swapped", 0.25, "several", "the variables in another order"),
)


def run_strategy(
    name: str, problem: IntegralProblem, report: Callable[[Any], None] | None = None
) -> tuple[Candidate, ...]:
    """Return what a strategy proposes for an integral; nothing of it has been checked.

    Parameters
    ----------
    name : str
        Of one of `STRATEGIES`.
    problem : IntegralProblem
    report : callable, optional
        Gets each candidate as soon as it is found.
    """
    from .ladder import propose

    found: list[Candidate] = []
    for candidate in propose(problem, name):
        found.append(candidate)
        if report is not None:
            report(candidate)
    return tuple(found)


def find_antiderivatives(
    integrand: Expression, name: str, report: Callable[[Any], None] | None = None
) -> tuple[Candidate, ...]:
    """Return antiderivatives in the variable `name`; nothing of them has been checked.

    Parameters
    ----------
    integrand : Expression
    name : str
    report : callable, optional
        Gets each candidate as soon as it is found.
    """
    from .ladder import propose_antiderivatives

    found: list[Candidate] = []
    for candidate in propose_antiderivatives(integrand, name):
        found.append(candidate)
        if report is not None:
            report(candidate)
    return tuple(found)
