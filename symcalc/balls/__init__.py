"""Graph to rigorous values: ball arithmetic by python-flint, the arithmetic of the oracle."""

from .precise import PreciseValue, Status, precise_value
from .precision import to_ball, working_precision
from .taylor import laurent
from .values import BallProgram, NoBall, ball_value

__all__ = [
    "BallProgram",
    "NoBall",
    "PreciseValue",
    "Status",
    "ball_value",
    "laurent",
    "precise_value",
    "to_ball",
    "working_precision",
]
