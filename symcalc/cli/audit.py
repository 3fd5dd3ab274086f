"""`symcalc audit`: digits lost by compiled code, and a better form."""

from __future__ import annotations

from typing import Any

import click

import symcalc as sc

from .formulas import FormulaCommand
from .options import formula_options, json_option, read_formula, seed_option
from .output import answer

__all__ = ["audit"]


@click.command(cls=FormulaCommand)
@click.argument("expression")
@click.option(
    "--over",
    multiple=True,
    required=True,
    metavar="BOX",
    help='Ranges of all variables, "x = 1e-8 … 1e12, y = 0 .. 1"; repeatable.',
)
@click.option("--points", type=int, default=400, show_default=True, help="How many to sample.")
@seed_option
@click.option(
    "--tolerate",
    type=float,
    default=8.0,
    show_default=True,
    help="Digits that may be lost; beyond, the exit code is 1.",
)
@click.option("--no-rewrites", is_flag=True, help="Do not look for a better form.")
@formula_options
@json_option
def audit(
    expression: str,
    over: tuple[str, ...],
    points: int,
    seed: int,
    tolerate: float,
    no_rewrites: bool,
    as_json: bool,
    **reading: Any,
) -> int:
    """Measure how many digits a formula loses in double precision, where, and why.

    Between the ends of a range stand `…`, `..`, `...` or `to`. The exit code is 1 when the code
    that sc.compile makes loses more than --tolerate digits somewhere in the box.

    \b
    Examples:
      symcalc audit "sqrt(x+1) - sqrt(x)" --over "x = 1e-8 … 1e12"
      symcalc audit "log(1+exp(x))" --over "x = -1000 to 1000"
      symcalc audit "(-b+sqrt(b^2-4*a*c))/(2*a)" --over "a=1..2, b=-1e8..1e8, c=1..3"
    """
    box = ", ".join(over)
    formula, arguments = read_formula(expression, **reading)
    result = sc.audit(
        formula,
        over=box,
        points=points,
        seed=seed,
        tolerate=tolerate,
        rewrites=not no_rewrites,
        **arguments,
    )
    return answer(result, "json" if as_json else "text")
