"""Points at which a formula is tried: seeded, of several sizes and patterns of signs."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from ..errors import ArgumentError

__all__ = ["range_of", "sample_points"]

#: Sizes and signs in the order they are tried: (least, greatest, sign); sign 0 draws each sign.
_PATTERNS: tuple[tuple[float, float, int], ...] = (
    (0.25, 2.0, 0),
    (0.5, 1.5, 1),
    (0.05, 0.95, 1),
    (1.0, 4.0, 0),
    (1.1, 6.0, 1),
    (0.05, 0.95, 0),
    (2.0, 20.0, 1),
    (0.01, 0.1, 1),
    (0.5, 3.0, -1),
    (20.0, 500.0, 1),
    (1e-4, 1e-2, 0),
    (20.0, 500.0, 0),
)
_WORDS = {
    "positive": (0.0, math.inf),
    "nonnegative": (0.0, math.inf),
    "negative": (-math.inf, 0.0),
    "nonpositive": (-math.inf, 0.0),
}
_RELATION = re.compile(r"(<=|>=|<|>)")


def sample_points(
    names: Sequence[str],
    *,
    seed: int = 0,
    n_tries: int = 60,
    assumptions: Mapping[str, str] | None = None,
    domains: Mapping[str, tuple[float, float]] | None = None,
) -> Iterator[dict[str, float]]:
    """Yield points for the variables: each try takes the next size and pattern of signs.

    Parameters
    ----------
    names : sequence of str
    seed : int
        Same seed, same points.
    n_tries : int
        How many points at most.
    assumptions : mapping of str to str, optional
        What is vouched for, by variable: "positive", "n integer", "x > 0", "0 < x <= 1"; more
        than one between commas. What relates two variables is no restriction.
    domains : mapping of str to (float, float), optional
        Ranges that variables stay in; either end may be infinite.
    """
    assumptions, domains = assumptions or {}, domains or {}
    for name, (lower, upper) in domains.items():
        if not lower < upper:
            raise ArgumentError(
                f"The domain of `{name}` is ({lower}, {upper}); its first end must be the smaller."
            )
    ranges = {name: range_of(name, assumptions.get(name, "")) for name in names}
    random = np.random.default_rng(seed)
    for index in range(n_tries):
        least, greatest, sign = _PATTERNS[index % len(_PATTERNS)]
        sizes = np.exp(random.uniform(math.log(least), math.log(greatest), len(names)))
        signs = random.choice((-1.0, 1.0), len(names)) if sign == 0 else np.full(len(names), sign)
        fractions = random.uniform(0.02, 0.98, len(names))
        yield {
            name: _allowed(
                float(size),
                float(s),
                float(u),
                domains.get(name, ranges[name]),
                "integer" in assumptions.get(name, "").replace(",", " ").split(),
            )
            for name, size, s, u in zip(names, sizes, signs, fractions, strict=True)
        }


def range_of(name: str, assumption: str) -> tuple[float, float]:
    """Return the range that an assumption about one variable leaves it, the ends excluded.

    Examples
    --------
    >>> range_of("x", "x > 0, x <= 2")
    (0.0, 2.0)
    """
    lower, upper = -math.inf, math.inf
    for item in assumption.split(","):
        pieces = [piece.strip() for piece in _RELATION.split(item)]
        for left, relation, right in zip(pieces[::2], pieces[1::2], pieces[2::2], strict=False):
            if left == name:
                bound, is_upper = _number(right), relation.startswith("<")
            elif right == name:
                bound, is_upper = _number(left), relation.startswith(">")
            else:
                continue
            if bound is not None:
                lower, upper = (
                    (lower, min(upper, bound)) if is_upper else (max(lower, bound), upper)
                )
        for word in item.split():
            low, high = _WORDS.get(word, (-math.inf, math.inf))
            lower, upper = max(lower, low), min(upper, high)
    return (lower, upper) if lower < upper else (-math.inf, math.inf)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _allowed(
    size: float, sign: float, fraction: float, domain: tuple[float, float], is_integer: bool
) -> float:
    """Return a coordinate of that size and sign, bent to what is known of the variable."""
    value = float(max(1, round(size))) if is_integer else size * sign
    lower, upper = domain
    if lower < value < upper:
        return value
    if math.isfinite(lower) and math.isfinite(upper):
        value = lower + fraction * (upper - lower)
    else:
        value = lower + size if math.isfinite(lower) else upper - size
    return float(math.floor(value)) if is_integer else value
