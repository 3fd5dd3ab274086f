"""The judge: closed forms against numbers."""

from .judge import DerivativeCheck, judge_derivatives
from .oracle import DerivativeOracle, OracleValue, derivative_oracle
from .point import derivative_at
from .sampling import sample_points

__all__ = [
    "DerivativeCheck",
    "DerivativeOracle",
    "OracleValue",
    "derivative_at",
    "derivative_oracle",
    "judge_derivatives",
    "sample_points",
]
