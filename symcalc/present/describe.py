"""Which report a result gets: one row for each type of result."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..errors import ArgumentError
from .audits import describe_audit
from .blocks import Block
from .checks import describe_claim, describe_equivalence
from .comparison import describe_comparison, describe_integral_comparison
from .domains import describe_domain
from .explanations import describe_explanation
from .exports import describe_export
from .formulas import (
    describe_derivative,
    describe_expression,
    describe_gradient,
    describe_hessian,
    describe_jacobian,
)
from .integrals import describe_integral
from .limits import describe_limit, describe_series
from .numbers import describe_array, describe_estimate
from .runs import (
    describe_fit,
    describe_optimum,
    describe_plot,
    describe_profile,
    describe_race,
    describe_rates,
    describe_stationary_points,
)
from .sizes import describe_size

__all__ = ["FORMATS", "describe"]

#: What a report can be written as; "json" is written by `to_json`.
FORMATS = ("text", "latex", "python", "json")

#: By the name of the type, so that a report loads only what its result has loaded already.
_FORMULAS: dict[str, Callable[[Any, str], list[Block]]] = {
    "Derivative": describe_derivative,
    "Explanation": describe_explanation,
    "Expression": describe_expression,
    "Gradient": describe_gradient,
    "Hessian": describe_hessian,
    "Integral": describe_integral,
    "Jacobian": describe_jacobian,
    "Limit": describe_limit,
    "Series": describe_series,
    "Summation": describe_integral,
}

#: Results that are written as text or JSON only.
_NUMBERS: dict[str, Callable[[Any], list[Block]]] = {
    "ArrayEstimate": describe_array,
    "ArrayFit": describe_fit,
    "Comparison": describe_comparison,
    "Audit": describe_audit,
    "Domain": describe_domain,
    "Check": describe_claim,
    "Equivalence": describe_equivalence,
    "Estimate": describe_estimate,
    "Export": describe_export,
    "Fit": describe_fit,
    "IntegralComparison": describe_integral_comparison,
    "Optimum": describe_optimum,
    "Plot": describe_plot,
    "Profile": describe_profile,
    "Race": describe_race,
    "RateSearch": describe_rates,
    "SizeReport": describe_size,
    "StationaryPoints": describe_stationary_points,
}


def describe(result: Any, format: str = "text") -> list[Block]:
    """Return the report on a result as blocks.

    Parameters
    ----------
    result : Expression, Derivative, Gradient, Hessian, Jacobian, Estimate, Optimum, Fit, …
    format : str
        "text"; for formulas also "latex" or "python".

    Raises
    ------
    ArgumentError
        When there is no report for this type of result, or not in this format.
    """
    for kind in type(result).__mro__:
        if kind.__name__ in _FORMULAS:
            return _FORMULAS[kind.__name__](result, format)
        if kind.__name__ in _NUMBERS and format == "text":
            return _NUMBERS[kind.__name__](result)
    known = ", ".join(sorted([*_FORMULAS, *_NUMBERS]))
    raise ArgumentError(
        f"There is no report as {format} for {type(result).__name__}; there are for {known}."
    )
