"""`symcalc limit`: where a formula tends, or why it tends nowhere."""

from __future__ import annotations

import click

import symcalc as sc

from .formulas import FormulaCommand, from_argument
from .options import format_options, syntax_option
from .output import answer
from .search import search_options, shown_search

__all__ = ["limit"]


@click.command(cls=FormulaCommand)
@click.argument("expression")
@click.argument("variable")
@click.argument("at")
@click.option(
    "--side", metavar="SIDE", default="both", show_default=True, help="+ from above, - from below."
)
@search_options
@syntax_option
@format_options
def limit(
    expression: str,
    variable: str,
    at: str,
    side: str,
    assume: tuple[str, ...],
    values: tuple[str, ...],
    budget: float,
    syntax: str,
    format: str,
    as_json: bool,
) -> int:
    """Find the limit of a formula as its variable approaches a place, from both sides or one.

    Leading terms and values ever nearer to the place must agree. Where the two sides differ, or
    the values oscillate, there is no limit: the answer says so, and the exit code is 1.

    \b
    Examples:
      symcalc limit "sin(x)/x" x 0
      symcalc limit "(1 + a/x)^x" x oo
      symcalc limit "abs(x)/x" x 0 --side +
    """
    with shown_search() as progress:
        result = sc.limit(
            from_argument(expression),
            variable,
            at,
            side,
            assume=", ".join(assume) or None,
            parameters=",".join(values) or None,
            budget=budget,
            syntax=syntax,
            throw=False,
            progress=progress,
        )
    return answer(result, "json" if as_json else format)
