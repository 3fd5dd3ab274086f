"""Whether a sum to infinity exists: from the leading terms of what is summed."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass

from ...balls import working_precision
from ...balls.growth import BITS, ONE, TINY, Growth, Scale, W, compare
from ..integrands.behaviors import EDGE

__all__ = ["SumVerdict", "Summability", "summability"]


class Summability(enum.Enum):
    """What the leading terms say of a sum."""

    CONVERGES = "converges"
    DIVERGES = "diverges"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class SumVerdict:
    """Whether a sum exists.

    Attributes
    ----------
    summability : Summability
    sentence : str
        Why it diverges, or what is not known.
    is_smooth : bool
        Whether the terms do not oscillate.
    has_mean : bool
        Whether terms that oscillate have a part that does not.
    frequency : float
        The least distance of an angular frequency from a multiple of 2*pi; 0 when none.
    """

    summability: Summability
    sentence: str = ""
    is_smooth: bool = True
    has_mean: bool = True
    frequency: float = 0.0


def summability(growth: Growth, name: str) -> SumVerdict:
    """Decide whether the sum of terms of this growth exists.

    Notes
    -----
    Terms without oscillation end up monotone, so the sum exists where the integral does: below
    1/(n*log(n)*log(log(n))*...). Terms exp(i*b*n) times what falls to 0 have a sum by Dirichlet's
    test unless b is a multiple of 2*pi. Other oscillations must converge absolutely.
    """
    if growth.is_zero:
        return SumVerdict(Summability.CONVERGES)
    with working_precision(BITS):
        if growth.terms and compare(growth.terms[0][1], ONE) >= 0:
            oscillates = any(scale.phase for _, scale in growth.leading())
            words = "oscillate and do not tend to 0" if oscillates else "do not tend to 0"
            return SumVerdict(Summability.DIVERGES, f"divergent: the terms {words}")
        if growth.error is not None and compare(growth.error, EDGE) >= 0:
            return SumVerdict(Summability.UNKNOWN, "the leading terms do not decide convergence")
        plain = [(c, s) for c, s in growth.terms if not s.phase]
        if plain and compare(plain[0][1], EDGE) >= 0:
            to = "oo" if plain[0][0].real > 0 else "-oo"
            sentence = f"divergent to {to}: the terms behave like {_order(plain[0][1], name)}"
            return SumVerdict(Summability.DIVERGES, sentence)
        return _oscillating(growth, bool(plain))


def _oscillating(growth: Growth, has_mean: bool) -> SumVerdict:
    """Return the verdict on terms whose parts without oscillation have a sum."""
    phased = [scale for _, scale in growth.terms if scale.phase]
    frequencies = [_frequency(scale) for scale in phased]
    for scale, frequency in zip(phased, frequencies, strict=True):
        if compare(scale.size, EDGE) >= 0 and not frequency:
            sentence = "the oscillation is not one that a test of convergence knows"
            return SumVerdict(Summability.UNKNOWN, sentence, is_smooth=False)
    return SumVerdict(
        Summability.CONVERGES,
        is_smooth=not phased,
        has_mean=has_mean,
        frequency=min(frequencies, default=0.0),
    )


def _frequency(scale: Scale) -> float:
    """Return how far a linear phase is from a multiple of 2*pi; 0 for others."""
    ((number, atom), *others) = scale.phase
    if others or atom != W:
        return 0.0
    turns = float(number) / (2 * math.pi)
    return abs(turns - round(turns)) * 2 * math.pi


def _order(scale: Scale, name: str) -> str:
    """Return an order of growth in words: `n^-1 * log(n)^-1`."""
    parts = []
    if scale.exponent:
        parts.append("an exponential")
    bases = (name, f"log({name})", f"log(log({name}))")
    for power, base in zip(scale.powers, bases, strict=False):
        if abs(power) > TINY:
            parts.append(f"{base}^{float(power):.6g}")
    return " * ".join(parts) or "a constant"
