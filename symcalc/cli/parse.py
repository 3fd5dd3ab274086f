"""`symcalc parse`: how a formula is understood."""

from __future__ import annotations

from typing import Any

import click

import symcalc as sc

from .formulas import FormulaCommand
from .options import format_options, formula_options, read_formula, shapes_option
from .output import answer, choose_format

__all__ = ["parse"]


@click.command(cls=FormulaCommand)
@click.argument("expression")
@shapes_option
@formula_options
@format_options
def parse(expression: str, format: str, as_json: bool, **reading: Any) -> int:
    """Show how a formula is understood.

    Where it is not a formula, the message says what is wrong, and a caret where.

    \b
    Examples:
      symcalc parse "2x^2 - √y"
      symcalc parse "\\frac{1}{2} x^{2}" --syntax latex
      symcalc parse "x^2 + sin(y)" --format python
    """
    formula, arguments = read_formula(expression, **reading)
    result = sc.parse(formula, **arguments)
    return answer(result, choose_format(format, as_json))
