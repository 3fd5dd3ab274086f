"""The limit that a sequence of balls seems to have, taken at steps that shrink very fast."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..balls import to_ball, working_precision

if TYPE_CHECKING:
    from flint import arb

__all__ = ["Limit", "LimitKind", "find_limit"]

WORKING_BITS = 512
#: Fewer values than this show nothing.
MIN_VALUES = 4
#: A sequence converges fast when each change is below this part of the one before.
FAST = 2.0**-8
#: Of a slow one (1/log h) the ratios of the changes must lie this near to each other.
STEADY = 0.06
SLOW = 0.75
#: Growth from value to value that counts as going to infinity.
GROWTH = 1.2
#: Values that are known to fewer bits than this, beside the greatest one, are left out.
MIN_ACCURACY_BITS = 50
#: A ball around zero narrower than 2**-TINY_BITS is zero to all purposes.
TINY_BITS = 200


class LimitKind(enum.Enum):
    """What a sequence tends to."""

    FINITE = "finite"
    PLUS_INFINITY = "oo"
    MINUS_INFINITY = "-oo"
    NONE = "no limit"
    OUTSIDE = "outside the real domain"


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit with a ball that is an estimate, not an enclosure, of it.

    Attributes
    ----------
    kind : LimitKind
    ball : arb or None
        The limit and its estimated error, when finite.
    """

    kind: LimitKind
    ball: Any = None

    @property
    def is_finite(self) -> bool:
        """Whether the limit is a number."""
        return self.kind is LimitKind.FINITE

    @property
    def is_infinite(self) -> bool:
        """Whether the values grow without bound, with one sign."""
        return self.kind in (LimitKind.PLUS_INFINITY, LimitKind.MINUS_INFINITY)

    @property
    def is_outside(self) -> bool:
        """Whether there were no real values to look at."""
        return self.kind is LimitKind.OUTSIDE

    def agrees(self, other: Any, bits: int = 40) -> bool:
        """Say whether a number equals this limit to `bits` bits or to the error."""
        if not self.is_finite or not other.is_finite():
            return False
        with working_precision(WORKING_BITS):
            gap = abs(self.ball.mid() - other.mid())
            size = max(abs(self.ball.mid()), abs(other.mid()))
            slack = size * to_ball(2) ** -bits + self.ball.rad() + other.rad()
            return bool(gap <= slack)

    def __str__(self) -> str:
        if not self.is_finite:
            return self.kind.value
        value = float(self.ball.mid())
        return f"{value:.15g}" if value else "0"


def find_limit(values: Sequence[Any]) -> Limit:
    """Judge what a sequence of balls tends to.

    Parameters
    ----------
    values : sequence of arb
        Values at steps whose exponents double, `h = 2**-16, 2**-32, 2**-64, ...`; NaN where
        there is none. With such steps a power of h converges faster than any geometric
        sequence, 1/log(h) like a geometric one with ratio 1/2, and log(h) doubles.

    Returns
    -------
    Limit

    Notes
    -----
    Evidence, not proof: a function may change its behavior below the least step.
    """
    if all(value.is_nan() for value in values[-3:]):
        return Limit(LimitKind.OUTSIDE)
    with working_precision(WORKING_BITS):
        known = _known(values)
        if len(known) < MIN_VALUES:
            return Limit(LimitKind.NONE)
        changes = _changes(known)
        return _fast(known, changes) or _slow(known, changes) or _growing(known)


def _known(values: Sequence[arb]) -> list[arb]:
    """Return the values that are known well enough for their differences to mean something."""
    finite = [value for value in values if value.is_finite()]
    sizes = [abs(v.mid()) for v in finite if v.rel_accuracy_bits() >= MIN_ACCURACY_BITS]
    two = to_ball(2)
    least = max(sizes, default=two * 0) * two**-MIN_ACCURACY_BITS
    tiny = two**-TINY_BITS
    return [
        value
        for value in finite
        if value.rel_accuracy_bits() >= MIN_ACCURACY_BITS
        or value.rad() <= least
        or (value.contains(0) and value.rad() < tiny)
    ]


def _changes(values: Sequence[arb]) -> list[arb]:
    """Return the sizes of the steps between neighbors, zero where they are only noise."""
    changes = []
    for before, after in zip(values, values[1:], strict=False):
        change = abs(after.mid() - before.mid())
        noise = 4 * (before.rad() + after.rad())
        changes.append(change * 0 if change <= noise else change.mid())
    return changes


def _fast(values: Sequence[arb], changes: Sequence[arb]) -> Limit | None:
    """Return the limit of a sequence whose last changes all but vanish beside those before."""
    last = changes[-3:]
    for before, after in zip(last, last[1:], strict=False):
        if not after <= before * FAST:
            return None
    if last[-1].is_zero():
        error = values[-1].rad()
    else:
        error = (last[-1] * last[-1] / last[-2]).abs_upper() + values[-1].rad()
    middle = values[-1].mid()
    if abs(middle) <= 2 * error:
        middle = middle * 0
    return Limit(LimitKind.FINITE, _ball(middle, error))


def _slow(values: Sequence[arb], changes: Sequence[arb]) -> Limit | None:
    """Return the limit of a steadily converging sequence by Aitken's extrapolation."""
    if len(values) < MIN_VALUES + 1 or any(change.is_zero() for change in changes[-4:]):
        return None
    steps = [b.mid() - a.mid() for a, b in zip(values, values[1:], strict=False)]
    ratios = [b / a for a, b in zip(steps, steps[1:], strict=False)][-3:]
    if not all(0 < ratio < SLOW for ratio in ratios):
        return None
    if any(abs(ratio - ratios[-1]) > STEADY for ratio in ratios):
        return None
    last, before = (values[k].mid() + steps[k] * ratios[k] / (1 - ratios[k]) for k in (-1, -2))
    error = 2 * abs(last - before).abs_upper() + values[-1].rad()
    middle = last.mid() * 0 if abs(last) <= 4 * error + abs(steps[-1]) / 8 else last.mid()
    return Limit(LimitKind.FINITE, _ball(middle, error))


def _growing(values: Sequence[arb]) -> Limit:
    """Return an infinity for values that keep growing with one sign, else no limit."""
    tail = [value.mid() for value in values[-MIN_VALUES:]]
    for sign, kind in ((1, LimitKind.PLUS_INFINITY), (-1, LimitKind.MINUS_INFINITY)):
        sizes = [sign * value for value in tail]
        grows = all(b >= GROWTH * a for a, b in zip(sizes, sizes[1:], strict=False))
        if sizes[0] > 0 and grows:
            return Limit(kind)
    return Limit(LimitKind.NONE)


def _ball(middle: arb, radius: arb) -> arb:
    """Return the ball with that middle and radius, of any size."""
    return (middle + radius).union(middle - radius) if not radius.is_zero() else middle
