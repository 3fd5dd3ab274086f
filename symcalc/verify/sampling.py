"""Points at which a formula is tried: seeded, of several sizes and patterns of signs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from ..errors import ArgumentError

__all__ = ["sample_points"]

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
_SIGNS = {"positive": 1, "nonnegative": 1, "negative": -1, "nonpositive": -1}


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
        "positive", "nonnegative", "negative", "nonpositive" or "integer"; other words are no
        restriction.
    domains : mapping of str to (float, float), optional
        Ranges that variables stay in; either end may be infinite.
    """
    assumptions, domains = assumptions or {}, domains or {}
    for name, (lower, upper) in domains.items():
        if not lower < upper:
            raise ArgumentError(
                f"The domain of `{name}` is ({lower}, {upper}); its first end must be the smaller."
            )
    random = np.random.default_rng(seed)
    for index in range(n_tries):
        least, greatest, sign = _PATTERNS[index % len(_PATTERNS)]
        sizes = np.exp(random.uniform(math.log(least), math.log(greatest), len(names)))
        signs = random.choice((-1.0, 1.0), len(names)) if sign == 0 else np.full(len(names), sign)
        fractions = random.uniform(0.02, 0.98, len(names))
        yield {
            name: _allowed(
                float(size), float(s), float(u), assumptions.get(name, ""), domains.get(name)
            )
            for name, size, s, u in zip(names, sizes, signs, fractions, strict=True)
        }


def _allowed(
    size: float, sign: float, fraction: float, assumption: str, domain: tuple[float, float] | None
) -> float:
    """Return a coordinate of that size and sign, bent to what is known of the variable."""
    value = size * _SIGNS.get(assumption, sign)
    if assumption == "integer":
        value = float(max(1, round(size)))
    if domain is None:
        return value
    lower, upper = domain
    if lower < value < upper:
        return value
    if math.isfinite(lower) and math.isfinite(upper):
        return lower + fraction * (upper - lower)
    return lower + size if math.isfinite(lower) else upper - size
