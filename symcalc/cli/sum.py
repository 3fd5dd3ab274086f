"""`symcalc sum`: a closed form that was checked, a number, or why there is none."""

from __future__ import annotations

from collections.abc import Sequence

import click

import symcalc as sc

from .formulas import FormulaCommand, from_argument
from .integrate import read_triples
from .options import format_options, syntax_option
from .output import answer
from .search import search_options, shown_search

__all__ = ["sum_"]


@click.command("sum", cls=FormulaCommand)
@click.argument("expression")
@click.argument("ranges", nargs=-1, metavar="VARIABLE LOWER UPPER …")
@search_options
@syntax_option
@format_options
def sum_(
    expression: str,
    ranges: Sequence[str],
    assume: tuple[str, ...],
    values: tuple[str, ...],
    budget: float,
    syntax: str,
    format: str,
    as_json: bool,
) -> int:
    """Sum a formula over ranges of whole numbers, innermost first.

    The closed form is compared with an independent value before it is shown. Where there is none
    the answer is a number with its error. A divergent sum has no value: the answer says how fast
    it diverges, and the exit code is 1.

    \b
    Examples:
      symcalc sum "1/n^2" n 1 oo
      symcalc sum "x^n/n!" n 0 oo
      symcalc sum "k*m" k 1 m m 1 10
    """
    with shown_search() as progress:
        result = sc.summation(
            from_argument(expression),
            *read_triples(ranges),
            assume=", ".join(assume) or None,
            parameters=",".join(values) or None,
            budget=budget,
            syntax=syntax,
            throw=False,
            progress=progress,
        )
    return answer(result, "json" if as_json else format)
