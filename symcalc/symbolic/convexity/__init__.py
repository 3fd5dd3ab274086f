"""Whether a formula is convex: proven by rules of composition, never by samples."""

from __future__ import annotations

from .curvature import find_curvature
from .rising import rising_in
from .shape import Curvature

__all__ = ["Curvature", "find_curvature", "rising_in"]
