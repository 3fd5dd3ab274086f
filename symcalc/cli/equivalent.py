"""`symcalc equivalent`: whether two formulas are equal."""

from __future__ import annotations

import click

import symcalc as sc

from .formulas import FormulaCommand, from_argument
from .options import json_option, syntax_option
from .output import answer

__all__ = ["equivalent"]


@click.command(cls=FormulaCommand)
@click.argument("left")
@click.argument("right")
@click.option("--shapes", metavar="SHAPES", help='Data columns, "x: rows; y: rows".')
@click.option("--assume", multiple=True, metavar="FACT", help='What is known, "x > 0"; repeatable.')
@click.option("--seed", type=int, default=0, help="Another seed, other points.")
@syntax_option
@json_option
def equivalent(
    left: str,
    right: str,
    shapes: str | None,
    assume: tuple[str, ...],
    seed: int,
    syntax: str,
    as_json: bool,
) -> int:
    """Say whether two formulas are equal: proved, refuted at a point, or equal where tried.

    The exit code is 1 when they are not equal, or not defined at the same points.

    \b
    Examples:
      symcalc equivalent "cos(2*x)" "1 - 2*sin(x)^2"
      symcalc equivalent "sqrt(x^2)" "x"
      symcalc equivalent "log(x^2)" "2*log(x)" --assume "x > 0"
    """
    result = sc.equivalent(
        from_argument(left),
        from_argument(right),
        shapes=shapes,
        assume=", ".join(assume) or None,
        seed=seed,
        syntax=syntax,
    )
    return answer(result, "json" if as_json else "text")
