"""`symcalc size`: how much a compiled function would compute, and how long that takes."""

from __future__ import annotations

from typing import Any

import click

import symcalc as sc

from .formulas import FormulaCommand
from .options import formula_options, json_option, read_formula, read_names, wrt_option
from .output import answer

__all__ = ["size"]


@click.command(cls=FormulaCommand)
@click.argument("expressions", nargs=-1, required=True)
@wrt_option
@click.option(
    "--order", type=click.IntRange(0, 2), help="The highest derivative; 2, of several formulas 1."
)
@formula_options
@json_option
def size(
    expressions: tuple[str, ...], wrt: tuple[str, ...], order: int | None, as_json: bool,
    **reading: Any,
) -> int:  # fmt: skip
    """Say how large the code of a formula is, before it is compiled.

    Operations of value, gradient and Hessian, or of several formulas and their Jacobian; what is
    shared; which entries are zero; and how long the code is predicted to be made and called.

    \b
    Examples:
      symcalc size "100*(y - x^2)^2 + (1 - x)^2"
      symcalc size "r*cos(t)" "r*sin(t)"
    """
    formulas = [read_formula(text, **reading) for text in expressions]
    read = [sc.parse(formula, **arguments) for formula, arguments in formulas]
    several = len(read) > 1
    highest = (1 if several else 2) if order is None else order
    function = sc.compile(read if several else read[0], order=highest, wrt=read_names(wrt) or None)
    return answer(function.report(), "json" if as_json else "text")
