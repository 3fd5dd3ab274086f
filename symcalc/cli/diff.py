"""`symcalc diff`: one derivative, of any order, mixed or not."""

from __future__ import annotations

from typing import Any

import click

import symcalc as sc

from ..errors import ArgumentError
from .formulas import FormulaCommand
from .options import (
    format_options,
    formula_options,
    names_of,
    point_option,
    read_formula,
    read_names,
    read_point,
    shapes_option,
    wrt_option,
)
from .output import answer, choose_format

__all__ = ["diff"]


@click.command(cls=FormulaCommand)
@click.argument("expression")
@wrt_option
@click.option(
    "--order", type=click.IntRange(min=1), help="How often to differentiate in a single variable."
)
@point_option
@shapes_option
@formula_options
@format_options
def diff(
    expression: str,
    wrt: tuple[str, ...],
    order: int | None,
    at: tuple[str, ...],
    format: str,
    as_json: bool,
    **reading: Any,
) -> int:
    """Differentiate once for each --wrt.

    Naming a variable twice differentiates twice.
    Without --wrt, a formula in one variable is differentiated in that variable.

    \b
    Examples:
      symcalc diff "sin(x*y)" --wrt x --wrt y
      symcalc diff "exp(-x^2)" --order 3
      symcalc diff "-x^2*log(y)" --wrt x,x,y --format latex
    """
    format = choose_format(format, as_json, at)
    points = [read_point([text]) for text in at]
    formula, arguments = read_formula(expression, declared=names_of(points), **reading)
    names = read_names(wrt)
    if order is not None and not names:
        formula = sc.parse(formula, **arguments)
        names, arguments = list(formula.names), {}
    if order is not None and len(names) != 1:
        raise ArgumentError(
            f"--order goes with one variable, not with {', '.join(names) or 'none'}; "
            "repeat --wrt for a mixed derivative."
        )
    names = names * (order or 1)
    result = sc.differentiate(formula, *names, **arguments)
    return answer(
        result, format, values=[(point, {result.steps: result.at(point)}) for point in points]
    )
