"""`symcalc gradient`: all first derivatives."""

from __future__ import annotations

from typing import Any

import click

import symcalc as sc

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

__all__ = ["gradient"]


@click.command(cls=FormulaCommand)
@click.argument("expression")
@wrt_option
@point_option
@shapes_option
@formula_options
@format_options
def gradient(
    expression: str,
    wrt: tuple[str, ...],
    at: tuple[str, ...],
    format: str,
    as_json: bool,
    **reading: Any,
) -> int:
    """Differentiate in every variable, or in those named by --wrt.

    A gradient has the shape of its variable.

    \b
    Examples:
      symcalc gradient "100*(y - x^2)^2 + (1 - x)^2"
      symcalc gradient "a*exp(-b*t)" --wrt a,b --format latex
      symcalc gradient "-x^2*y" --at x=1,y=2 --json
      symcalc gradient "sum((X@w - y)**2)/(2*m)" --wrt w --shapes "X: m n; w: n; y: m"
    """
    format = choose_format(format, as_json, at)
    points = [read_point([text]) for text in at]
    formula, arguments = read_formula(expression, declared=names_of(points), **reading)
    result = sc.gradient(formula, read_names(wrt) or None, **arguments)
    return answer(result, format, values=[(point, result.at(point)) for point in points])
