"""The method for kinks: rounded off ever less, then stood upon."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from ..bounds import Vector
from ..evaluator import Evaluator
from ..loop import Step
from ..objective import Point
from .evaluator import KinkEvaluator, kinked_of
from .function import Look
from .rounding import newton_step
from .settling import settle

__all__ = ["KinkSteps"]

#: Kinks are rounded off over widths down to this.
NARROWEST = 1e-13

#: From this width on the kinks that the slopes show are tried.
FIRST_TRIED = 0.1

#: So often a step is halved that leads out of the domain.
MAX_HALVINGS = 30

#: A rounded objective is minimized to this share of what rounding off adds.
ENOUGH = 0.1


@dataclass(frozen=True, slots=True)
class KinkSteps:
    """Newton steps on the objective with kinks rounded off, ever less, and onto active kinks.

    Attributes
    ----------
    first_width : float
        In units of the terms that the arguments of a kink are made of.
    shrink : float
        What the width is multiplied by when the rounded objective is at its minimum.
    """

    first_width: float = 0.1
    shrink: float = 0.2

    def step(self, evaluator: Evaluator, point: Point, memory: Any) -> Step | None:
        """Return the next step, None where the kinks are sharp and nothing is lower."""
        kinked = kinked_of(evaluator)
        width, slopes = (self.first_width, None) if memory is None else memory
        look = kinked.look_rounded(point.x, kinked.widths(width))
        if slopes is None:
            slopes = look.lines[0]
        while width >= NARROWEST:
            found = newton_step(kinked, look, slopes, kinked.widths(width))
            if found is not None and found.look is not look:
                new = _defined(kinked, point.x, found.look.x)
                is_there = new.x is found.look.x
                if not is_there or found.promised > ENOUGH * self._added(kinked, found.look):
                    return Step(new, (width, found.slopes if is_there else None))
                look, slopes = found.look, found.slopes
            settled = self._settled(kinked, look, width)
            if settled is not None:
                promise = partial(kinked.promise, settled)
                return Step(settled, (width * self.shrink, None), promise)
            width *= self.shrink
            if not np.array_equal(look.x, point.x):
                return Step(_defined(kinked, point.x, look.x), (width, slopes))
            look = kinked.look_rounded(look.x, kinked.widths(width))
        return None

    def _added(self, kinked: KinkEvaluator, look: Look) -> float:
        """Return what rounding off adds to the objective, to first order."""
        return float(np.abs(look.pull) @ np.abs(look.lines[1]))

    def _settled(self, kinked: KinkEvaluator, look: Look, width: float) -> Point | None:
        """Return the point on the kinks that the slopes show where it is lower."""
        if width > FIRST_TRIED:
            return None
        kinked.stage = "settling"
        x = settle(kinked, look, look.lines[0])
        if x is None:
            return None
        here, there = kinked.look(look.x), kinked.look(x)
        noise = 1e-13 * (1.0 + abs(here.value))
        return kinked.point(x) if there.value <= here.value + noise else None


def _defined(kinked: KinkEvaluator, before: Vector, x: Vector) -> Point:
    """Return the point at `x`, or on the way there: kinks may end where they are rounded beyond."""
    new = kinked.point(x)
    for _ in range(MAX_HALVINGS):
        if new.is_finite:
            break
        x = 0.5 * (before + x)
        new = kinked.point(x)
    return new
