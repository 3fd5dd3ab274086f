"""Graph to rigorous values: ball arithmetic by python-flint, the arithmetic of the oracle."""

from .decimals import correct_decimal, count_digits, distance_bound
from .enclosure import Enclosure, enclose_integral
from .integral_values import integral_operation
from .precise import PreciseValue, Status, precise_value
from .precision import PiMultiple, to_ball, working_precision
from .shift import exact_number
from .taylor import laurent
from .values import BallProgram, NoBall, ball_value

__all__ = [
    "BallProgram",
    "Enclosure",
    "NoBall",
    "PiMultiple",
    "PreciseValue",
    "Status",
    "ball_value",
    "correct_decimal",
    "count_digits",
    "distance_bound",
    "enclose_integral",
    "exact_number",
    "integral_operation",
    "laurent",
    "precise_value",
    "to_ball",
    "working_precision",
]
