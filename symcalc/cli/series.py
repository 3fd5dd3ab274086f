"""`symcalc series`: the terms of a formula about a place."""

from __future__ import annotations

import click

import symcalc as sc

from .formulas import FormulaCommand, from_argument
from .options import assume_option, format_options, syntax_option
from .output import answer
from .search import shown_search

__all__ = ["series"]


@click.command(cls=FormulaCommand)
@click.argument("expression")
@click.argument("variable")
@click.argument("about", default="0")
@click.option("--order", type=int, default=6, show_default=True, help="All terms below it.")
@assume_option
@click.option("--budget", type=float, default=10.0, show_default=True, help="Seconds.")
@syntax_option
@format_options
def series(
    expression: str,
    variable: str,
    about: str,
    order: int,
    assume: tuple[str, ...],
    budget: float,
    syntax: str,
    format: str,
    as_json: bool,
) -> int:
    """Expand a formula in powers of the distance from a place, 0 unless given.

    Every coefficient is compared with one from ball arithmetic before it is shown.

    \b
    Examples:
      symcalc series "exp(sin(x))" x 0 --order 6
      symcalc series "sqrt(x^2 + x)" x oo --order 3
    """
    with shown_search() as progress:
        result = sc.series(
            from_argument(expression),
            variable,
            about,
            order,
            assume=", ".join(assume) or None,
            budget=budget,
            syntax=syntax,
            throw=False,
            progress=progress,
        )
    return answer(result, "json" if as_json else format)
