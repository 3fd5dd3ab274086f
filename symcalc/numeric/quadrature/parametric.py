"""An integral as a function of its ends and parameters, of any shape; NaN where it has no value."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...errors import ArgumentError
from ...facts import IntegrandFacts
from ...outcome import Outcome, Trust
from .batch import quadrature_batch
from .landmarks import Landmark, find_landmarks
from .panels import Array
from .quadrature import quadrature

__all__ = ["ParametricIntegral"]

#: A stated error above this part of the value is no value; one above NULL is that of a zero.
ACCURATE, NULL = 1e-9, 1e-6

#: `facts_at(lower, upper, params)`: facts of the integrand there; None where there is no integral.
FactsAt = Callable[[float, float, Sequence[float]], IntegrandFacts | None]

#: `prove(lower, upper, params, facts)`: the value where it can be enclosed, else NaN.
Prove = Callable[[float, float, Sequence[float], IntegrandFacts], float]


class ParametricIntegral:
    """The integral of `f(x, *params)` over x from `lower` to `upper`, called with arrays.

    Parameters
    ----------
    function : callable
        Takes places of shape `(m, k)` or `(1, k)` and parameters of shape `(m, 1)`.
    landmarks : sequence of Landmark
        The range is split at their zeros.
    facts_at : callable, optional
        Asked for sets that the rules for all sets at once leave open.
    prove : callable, optional
        Asked for what is open even then.
    max_alone : int
        So many of these sets at most; those beyond are NaN.

    Notes
    -----
    Each value is one on which two unrelated rules agree to about ten digits, or NaN: where the
    integral diverges, does not converge, or a parameter is not finite.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        landmarks: Sequence[Landmark] = (),
        facts_at: FactsAt | None = None,
        prove: Prove | None = None,
        max_alone: int = sys.maxsize,
    ) -> None:
        self.function, self.landmarks = function, tuple(landmarks)
        self.facts_at, self.prove, self.max_alone = facts_at, prove, max_alone

    def __call__(self, lower: Any, upper: Any, *parameters: Any) -> Any:
        """Return the integrals, broadcast over ends and parameters; a float for plain floats."""
        if any(map(np.iscomplexobj, (lower, upper, *parameters))):
            raise ArgumentError("Integrals are computed for real ends and parameters only.")
        arrays = np.broadcast_arrays(
            *(np.asarray(one, dtype=float) for one in (lower, upper, *parameters))
        )
        shape = arrays[0].shape
        low, high, *others = (array.ravel() for array in arrays)
        value = np.full(low.size, np.nan)
        known = ~(np.isnan(low) | np.isnan(high))
        for one in others:
            known &= np.isfinite(one)
        value[known & (low == high)] = 0.0
        rows = np.flatnonzero(known & (low != high))
        if rows.size:
            low, high = low[rows], high[rows]
            found = self._values(
                np.minimum(low, high), np.maximum(low, high), [one[rows] for one in others]
            )
            value[rows] = np.where(low < high, found, -found)
        if shape:
            return value.reshape(shape)
        return float(value[0])

    def _values(self, lower: Array, upper: Array, parameters: Sequence[Array]) -> Array:
        """Integrate over ranges in order; what the rules leave open set by set."""
        value = self._split(lower, upper, parameters)
        for row in np.flatnonzero(np.isnan(value))[: self.max_alone].tolist():
            own = [float(p[row]) for p in parameters]
            value[row] = self._alone(float(lower[row]), float(upper[row]), own)
        return value

    def _split(self, lower: Array, upper: Array, parameters: Sequence[Array]) -> Array:
        """Integrate sets without landmarks as they are, others piece by piece."""
        owner, place = find_landmarks(self.landmarks, lower, upper, parameters)
        if not owner.size:
            return self._at_once(lower, upper, parameters)
        value = np.zeros(lower.size)
        is_split = np.zeros(lower.size, dtype=bool)
        is_split[owner] = True
        whole, parts = np.flatnonzero(~is_split), np.flatnonzero(is_split)
        if whole.size:
            value[whole] = self._at_once(lower[whole], upper[whole], [p[whole] for p in parameters])
        owners = np.concatenate((parts, owner))
        starts, stops = np.concatenate((lower[parts], place)), np.concatenate((upper[parts], place))
        first, last = np.lexsort((starts, owners)), np.lexsort((stops, owners))
        own = owners[first]
        pieces = self._at_once(starts[first], stops[last], [p[own] for p in parameters])
        value += np.bincount(own, weights=pieces, minlength=lower.size)
        return value

    def _at_once(self, lower: Array, upper: Array, parameters: Sequence[Array]) -> Array:
        found = quadrature_batch(self.function, lower, upper, parameters, max_alone=0)
        return np.where(found.is_checked, found.value, np.nan)

    def _alone(self, lower: float, upper: float, parameters: Sequence[float]) -> float:
        """Return one integral by the rules that facts steer, NaN where they do not agree."""
        facts = None
        if self.facts_at is not None:
            facts = self.facts_at(lower, upper, parameters)
            if facts is None:
                return np.nan
        found = quadrature(self.function, lower, upper, facts=facts, args=parameters)
        share = found.error / abs(found.value) if found.value else 0.0
        is_known = found.trust is Trust.CHECKED and found.outcome is Outcome.DONE
        if is_known and (share <= ACCURATE or share > NULL):
            return found.value
        if self.prove is not None and facts is not None:
            return self.prove(lower, upper, parameters, facts)
        return np.nan
