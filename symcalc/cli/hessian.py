"""`symcalc hessian`: all second derivatives."""

from __future__ import annotations

import itertools
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

__all__ = ["hessian"]


@click.command(cls=FormulaCommand)
@click.argument("expression")
@wrt_option
@point_option
@shapes_option
@formula_options
@format_options
def hessian(
    expression: str,
    wrt: tuple[str, ...],
    at: tuple[str, ...],
    format: str,
    as_json: bool,
    **reading: Any,
) -> int:
    """Differentiate twice, in every pair of variables.

    A block in U and V has the shape of U, then that of V. One with more than two axes is shown as
    what it does to a change D of the last variable, and as one Kronecker product where it is one.

    \b
    Examples:
      symcalc hessian "x^2*y + exp(x*y)"
      symcalc hessian "x^2*y + exp(x*y)" --format python
      symcalc hessian "x^2*y" --at x=1,y=2
      symcalc hessian "sum((A - U@V.T)**2)" --wrt U --shapes "A: m n; U: m k; V: n k"
    """
    format = choose_format(format, as_json, at)
    points = [read_point([text]) for text in at]
    formula, arguments = read_formula(expression, declared=names_of(points), **reading)
    result = sc.hessian(formula, read_names(wrt) or None, **arguments)
    pairs = list(itertools.combinations_with_replacement(result.variables, 2))
    found = [(point, result.at(point)) for point in points]
    values = [(point, {pair: entries[pair] for pair in pairs}) for point, entries in found]
    return answer(result, format, values=values)
