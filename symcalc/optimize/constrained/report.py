"""Multipliers, activity and complementarity of every constraint as it was written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..bounds import Vector
from ..constraints import Label
from ..plain import to_plain
from .multipliers import Multipliers

__all__ = ["ConstraintState", "states_of"]


@dataclass(frozen=True, slots=True, eq=False)
class ConstraintState:
    """One constraint at the end of a run.

    Attributes
    ----------
    text : str
        As it was written.
    gap : float or ndarray
        Left side minus right side, turned so that an inequality holds where it is not negative.
    multiplier : float, ndarray or None
        `gradient of f = sum of multiplier * gradient of gap`; not negative for inequalities. None
        where no multipliers exist.
    n_active, n_entries : int
        How many of its entries hold the point.
    violation : float
        The largest violation.
    complementarity : float
        The largest `|multiplier * gap|`.
    """

    text: str
    gap: Any
    multiplier: Any
    n_active: int
    n_entries: int
    violation: float
    complementarity: float

    @property
    def is_active(self) -> bool:
        """Whether the constraint, or an entry of it, holds the point."""
        return self.n_active > 0

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        names = ("gap", "multiplier", "n_active", "n_entries", "violation", "complementarity")
        return {
            "text": self.text,
            "is_active": self.is_active,
            **{name: to_plain(getattr(self, name)) for name in names},
        }


def states_of(
    labels: tuple[Label, ...], values: Vector, violations: Vector, found: Multipliers | None
) -> tuple[ConstraintState, ...]:
    """Return the state of each constraint; without multipliers where none exist."""
    active = np.zeros(values.size, dtype=np.bool_)
    weights = np.zeros(values.size)
    if found is not None:
        weights = found.weights
        active[found.active] = True
    states = []
    for label in labels:
        held = label.places >= 0
        places = label.places[held]
        gap = np.full(label.places.size, np.inf)
        gap[held] = values[places]
        force = np.zeros(label.places.size)
        force[held] = weights[places]
        touches = active[places]
        if label.share is not None:
            slopes, room = label.share.slopes[held], label.share.room[held]
            gap[held] = slopes * (values[places] + room)
            force[held] = np.where(label.share.holds[held], weights[places] / slopes, 0.0)
            touches = touches & (room == 0.0)
        product = np.abs(force[held] * np.where(np.isfinite(gap[held]), gap[held], 0.0))
        states.append(ConstraintState(
            label.text, _shaped(gap, label), None if found is None else _shaped(force, label),
            int(touches.sum()), label.places.size,
            float(violations[places].max(initial=0.0)), float(product.max(initial=0.0)),
        ))  # fmt: skip
    return tuple(states)


def _shaped(entries: Vector, label: Label) -> Any:
    """Return a number for a constraint between numbers, else an array of its shape."""
    return entries.reshape(label.shape) if label.shape else float(entries[0])
