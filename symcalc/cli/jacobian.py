"""`symcalc jacobian`: the first derivatives of several formulas."""

from __future__ import annotations

from typing import Any

import click

import symcalc as sc

from .formulas import FormulaCommand
from .options import (
    format_options,
    formula_options,
    read_formula,
    read_names,
    shapes_option,
    wrt_option,
)
from .output import answer, choose_format

__all__ = ["jacobian"]


@click.command(cls=FormulaCommand)
@click.argument("expressions", nargs=-1, required=True)
@wrt_option
@shapes_option
@formula_options
@format_options
def jacobian(
    expressions: tuple[str, ...], wrt: tuple[str, ...], format: str, as_json: bool, **reading: Any
) -> int:
    """Differentiate several formulas in every variable.

    A derivative of an array has the shape of the array, then that of the variable. One with more
    than two axes is shown as what it does to a change D of the variable.

    \b
    Examples:
      symcalc jacobian "r*cos(t)" "r*sin(t)"
      symcalc jacobian "x*y" "x + y" "-x" --wrt x,y --format latex
      symcalc jacobian "inv(X)" --wrt X --shapes "X: n n"
    """
    format = choose_format(format, as_json)
    formulas = [read_formula(text, **reading) for text in expressions]
    arguments = formulas[0][1]
    result = sc.jacobian([formula for formula, _ in formulas], read_names(wrt) or None, **arguments)
    return answer(result, format)
