"""`symcalc domain`: where a formula and its derivatives exist, and why a value is missing."""

from __future__ import annotations

from typing import Any

import click

import symcalc as sc

from ..present import describe, describe_missing
from .formulas import FormulaCommand
from .options import (
    formula_options,
    json_option,
    names_of,
    point_option,
    read_formula,
    read_point,
)
from .output import NOT_GOOD, answer

__all__ = ["domain"]


@click.command(cls=FormulaCommand)
@click.argument("expression")
@point_option
@formula_options
@json_option
def domain(expression: str, at: tuple[str, ...], as_json: bool, **reading: Any) -> int:
    """Say where a formula, its gradient and its Hessian exist.

    With --at: why there is no number at a point, that is the first step that went bad and its
    inputs; the exit code is 1 then.

    \b
    Examples:
      symcalc domain "log(x)/(x^2 - 2)"
      symcalc domain "sqrt(1 - x^2)*log(y)"
      symcalc domain "log(1 - x)" --at x=2
    """
    points = [read_point([text]) for text in at]
    formula, arguments = read_formula(expression, declared=names_of(points), **reading)
    result = sc.domain(formula, **arguments)
    reasons = [result.why(point) for point in points]
    if as_json:
        data = {**result.to_dict(), "at": [reason.to_dict() for reason in reasons]}
        code = answer(result, "json", data=data)
    else:
        blocks = [*describe(result), *[b for reason in reasons for b in describe_missing(reason)]]
        code = answer(result, blocks=blocks)
    return code if all(reason.outcome.is_good for reason in reasons) else NOT_GOOD
