"""Whether an integral exists, decided from the facts of its integrand."""

from __future__ import annotations

import enum
import math
from collections.abc import Iterator
from dataclasses import dataclass

from ...facts import Behavior, IntegrandFacts

__all__ = ["Convergence", "Verdict", "convergence"]


class Convergence(enum.Enum):
    """What an integral does."""

    CONVERGES = "converges"
    DIVERGES = "diverges"
    UNDEFINED = "has no limit"
    NOT_REAL = "is not real"
    UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an integral exists, where it fails and how.

    Attributes
    ----------
    convergence : Convergence
    sentence : str
        For people: "divergent at x = 0, like |x|^-2".
    at : float
        The place that decides; NaN where there is none.
    power : float
        The exponent there, of the distance or, at infinity, of |x|.
    diverges_to : str
        "+oo", "-oo", "indeterminate" (both signs meet) or "".
    has_principal_value : bool
        Whether the integral fails only at simple poles inside the range.
    """

    convergence: Convergence
    sentence: str = ""
    at: float = math.nan
    power: float = math.nan
    diverges_to: str = ""
    has_principal_value: bool = False


@dataclass(frozen=True, slots=True)
class _Side:
    at: float
    exact: str
    behavior: Behavior | None
    #: Whether the range goes on beyond the place.
    is_inside: bool

    @property
    def tends(self) -> str:
        """What the integral does towards the place."""
        return "" if self.behavior is None else self.behavior.tends

    @property
    def power(self) -> float:
        """The exponent, NaN when not known."""
        return math.nan if self.behavior is None else self.behavior.power


def convergence(facts: IntegrandFacts, lower: float, upper: float, variable: str = "x") -> Verdict:
    """Decide whether an integral exists.

    Parameters
    ----------
    facts : IntegrandFacts
    lower, upper : float
        The range of the facts.
    variable : str
        Its name in the sentence.

    Examples
    --------
    >>> from symcalc.language import read
    >>> from symcalc.symbolic.integrands import integrand_facts
    >>> f = read("1/x^2")
    >>> verdict = convergence(integrand_facts(f.graph, f.root, "x", -1, 1), -1, 1)
    >>> print(verdict.sentence)
    divergent at x = 0, like |x|^-2
    """
    if facts.undefined_on:
        low, high = facts.undefined_on[0]
        sentence = f"not real for {variable} in ({_number(low)}, {_number(high)})"
        return Verdict(Convergence.NOT_REAL, sentence, low)
    sides = list(_sides(facts, float(lower), float(upper)))
    failing = [s for s in sides if s.behavior is not None and s.behavior.is_integrable is False]
    if failing:
        return _failure(failing, sides, variable)
    unknown = [s for s in sides if s.behavior is None or s.behavior.is_integrable is None]
    if unknown:
        where = _place(unknown[0], variable)
        return Verdict(Convergence.UNKNOWN, f"the behavior at {where} is not known", unknown[0].at)
    if not facts.has_all_singularities:
        return Verdict(Convergence.UNKNOWN, "not every singularity could be found")
    return Verdict(Convergence.CONVERGES, "convergent")


def _sides(facts: IntegrandFacts, lower: float, upper: float) -> Iterator[_Side]:
    names = {p.at: p.exact for p in facts.points}
    yield _Side(lower, names.get(lower, ""), facts.lower, False)
    yield _Side(upper, names.get(upper, ""), facts.upper, False)
    for p in facts.points:
        if p.kind == "peak" or (p.at in (lower, upper) and (p.left is None or p.right is None)):
            continue
        yield _Side(p.at, p.exact, p.left, True)
        yield _Side(p.at, p.exact, p.right, True)


def _failure(failing: list[_Side], sides: list[_Side], variable: str) -> Verdict:
    tends = {side.tends for side in failing}
    first = max(failing, key=_weight)
    where = _place(first, variable)
    if tends == {"oscillates"}:
        sentence = f"no limit: the integral oscillates towards {where}"
        return Verdict(Convergence.UNDEFINED, sentence, first.at, first.power)
    signs = tends - {"oscillates"}
    unknown = any(s.behavior is None or s.behavior.is_integrable is None for s in sides)
    is_one_way = len(signs) == 1 and tends == signs and not unknown
    to = signs.pop() if is_one_way else "indeterminate"
    first = max((s for s in failing if s.tends != "oscillates"), key=_weight)
    where = _place(first, variable)
    sentence = f"divergent at {where}, like {_order(first, variable)}"
    return Verdict(
        Convergence.DIVERGES,
        sentence,
        first.at,
        first.power,
        to,
        not unknown and _is_principal(failing),
    )


def _weight(side: _Side) -> float:
    """Order places by how strongly the integral fails there."""
    behavior = side.behavior
    if behavior is None or math.isnan(behavior.power):
        return -math.inf
    growth = behavior.power if math.isinf(side.at) else -behavior.power
    return growth - math.copysign(math.inf, behavior.rate) if behavior.rate else growth


def _is_principal(failing: list[_Side]) -> bool:
    """Whether all failures are pairs of sides of simple poles with opposite coefficients."""
    places = {side.at for side in failing}
    for at in places:
        pair = [side for side in failing if side.at == at]
        if len(pair) != 2 or not all(side.is_inside for side in pair):
            return False
        one, two = (side.behavior for side in pair)
        if one is None or two is None:
            return False
        for behavior in (one, two):
            if behavior.power != -1 or behavior.log_power or behavior.rate:
                return False
        gap = abs(one.coefficient + two.coefficient)
        if not gap <= 1e-12 * abs(one.coefficient):
            return False
    return True


def _place(side: _Side, variable: str) -> str:
    if math.isinf(side.at):
        return f"{variable} = {'oo' if side.at > 0 else '-oo'}"
    return f"{variable} = {side.exact or _number(side.at)}"


def _number(value: float) -> str:
    if math.isinf(value):
        return "oo" if value > 0 else "-oo"
    return f"{value:.15g}"


def _order(side: _Side, variable: str) -> str:
    """Return the order of an integrand in words of the language: "|x - 1|^-2"."""
    behavior = side.behavior or Behavior(math.nan)
    name = side.exact or _number(side.at)
    if math.isinf(side.at) or side.at == 0:
        distance = f"|{variable}|"
    elif name.startswith("-"):
        distance = f"|{variable} + {name[1:]}|"
    else:
        distance = f"|{variable} - {name}|"
    parts = []
    if behavior.rate and math.isfinite(behavior.rate_power):
        inner = distance if behavior.rate_power == 1 else f"{distance}^{behavior.rate_power:.6g}"
        parts.append(f"exp({-behavior.rate:.6g}*{inner})")
    elif behavior.rate:
        parts.append("an exponential of an exponential")
    has_power = math.isfinite(behavior.power) and behavior.power != 0
    if has_power or not (parts or behavior.log_power):
        parts.insert(0, f"{distance}^{behavior.power:.10g}")
    if behavior.log_power:
        parts.append(f"|log({distance})|^{behavior.log_power:.6g}")
    return "*".join(parts)
