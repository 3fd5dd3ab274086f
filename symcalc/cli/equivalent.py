"""`symcalc equivalent`: whether two formulas are equal."""

from __future__ import annotations

import click

import symcalc as sc

from .formulas import FormulaCommand, from_argument
from .options import comparing_options
from .output import answer

__all__ = ["equivalent"]


@click.command(cls=FormulaCommand)
@click.argument("left")
@click.argument("right")
@comparing_options
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
