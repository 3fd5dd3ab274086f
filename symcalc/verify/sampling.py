"""Points at which a formula is tried: seeded, of several sizes and patterns of signs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from ..errors import ArgumentError
from ..expression import Variable
from ..language import assumed_range

__all__ = ["Entries", "is_allowed", "is_symmetric", "make_symmetric", "sample_points"]

#: For each array the names of the scalars that it is written out in, by index.
Entries = Mapping[str, Mapping[tuple[int, ...], str]]

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
        Ranges that variables stay inside of; either end may be infinite. A range that holds no
        whole number is no restriction to a variable assumed to be "integer".
    """
    assumptions, domains = assumptions or {}, domains or {}
    for name, (lower, upper) in domains.items():
        if not lower < upper:
            raise ArgumentError(
                f"The domain of `{name}` is ({lower}, {upper}); its first end must be the smaller."
            )
    known = {name: _restriction(name, assumptions.get(name, ""), domains) for name in names}
    random = np.random.default_rng(seed)
    for index in range(n_tries):
        least, greatest, sign = _PATTERNS[index % len(_PATTERNS)]
        sizes = np.exp(random.uniform(math.log(least), math.log(greatest), len(names)))
        signs = random.choice((-1.0, 1.0), len(names)) if sign == 0 else np.full(len(names), sign)
        fractions = random.uniform(0.02, 0.98, len(names))
        yield {
            name: _allowed(float(size), float(s), float(u), *known[name])
            for name, size, s, u in zip(names, sizes, signs, fractions, strict=True)
        }


def is_allowed(variable: Variable, value: float) -> bool:
    """Say whether what is assumed of a variable leaves it a value."""
    known = assumed_range(variable.name, variable.assumption)
    words = variable.assumption.replace(",", " ").split()
    if known.lower < value < known.upper:
        return value.is_integer() if known.is_integer else bool(value) or "nonzero" not in words
    return False


def _restriction(
    name: str, assumption: str, domains: Mapping[str, tuple[float, float]]
) -> tuple[tuple[float, float] | None, bool]:
    """Return the range that a variable stays in, if any, and whether it is a whole number."""
    known = assumed_range(name, assumption)
    domain = domains.get(name, (known.lower, known.upper))
    return None if domain == (-math.inf, math.inf) else domain, known.is_integer


def _allowed(
    size: float,
    sign: float,
    fraction: float,
    domain: tuple[float, float] | None,
    is_integer: bool,
) -> float:
    """Return a coordinate of that size and sign, bent to what is known of the variable."""
    value = size * sign
    if domain is not None and not domain[0] < value < domain[1]:
        value = _inside(size, fraction, *domain)
    return _whole(value, domain) if is_integer else value


def _inside(size: float, fraction: float, lower: float, upper: float) -> float:
    """Return a coordinate in a range: a fraction of the way, or some size from its one end."""
    if math.isfinite(lower) and math.isfinite(upper):
        return lower + fraction * (upper - lower)
    end = lower if math.isfinite(lower) else upper
    # A size that is nothing beside the end would leave the coordinate on the end itself.
    distance = size * max(1.0, abs(end) * 2.0**-30)
    return lower + distance if math.isfinite(lower) else upper - distance


def _whole(value: float, domain: tuple[float, float] | None) -> float:
    """Return a whole number near the value, above 0 or in the range; where none is, the value."""
    lower, upper = domain or (0.5, math.inf)
    least = math.floor(lower) + 1 if math.isfinite(lower) else lower
    greatest = math.ceil(upper) - 1 if math.isfinite(upper) else upper
    if least > greatest:
        return value
    return float(min(max(round(value), least), greatest))


def is_symmetric(variable: Variable) -> bool:
    """Whether a variable was declared to be a symmetric matrix."""
    return bool(variable.shape) and not {"symmetric", "spd"}.isdisjoint(variable.assumption.split())


def make_symmetric(point: dict[str, float], entries: Entries, matrices: Iterable[Variable]) -> None:
    """Give matrices that were declared so symmetric values, and positive eigenvalues."""
    for variable in matrices:
        places = entries.get(variable.name, {})
        for (row, column), name in places.items():
            if row > column:
                point[name] = point[places[column, row]]
        if "spd" in variable.assumption.split():  # a diagonal that outweighs its row (Gershgorin)
            for row, column in places:
                if row == column:
                    others = [abs(point[n]) for (i, j), n in places.items() if i == row != j]
                    point[places[row, row]] = abs(point[places[row, row]]) + sum(others)
