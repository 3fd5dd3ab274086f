"""`symcalc integrate`: a closed form that was checked, a number, or why there is none."""

from __future__ import annotations

from collections.abc import Sequence

import click

import symcalc as sc

from ..errors import ArgumentError
from ..present import Line, check_plot_path, describe
from .formulas import FormulaCommand, from_argument
from .options import format_options, syntax_option
from .output import answer
from .search import search_options, shown_search

__all__ = ["integrate", "read_triples"]


@click.command(cls=FormulaCommand)
@click.argument("expression")
@click.argument("ranges", nargs=-1, metavar="VARIABLE LOWER UPPER …")
@search_options
@click.option(
    "--method",
    metavar="NAME",
    default="auto",
    show_default=True,
    help="auto, symbolic (closed form only) or numeric (number only).",
)
@click.option("--principal-value", is_flag=True, help="Cauchy's principal value at simple poles.")
@click.option(
    "--plot",
    "path",
    metavar="FILE",
    help="Draw the integrand with its special places: .png, .pdf or .svg.",
)
@syntax_option
@format_options
def integrate(
    expression: str,
    ranges: Sequence[str],
    assume: tuple[str, ...],
    values: tuple[str, ...],
    budget: float,
    method: str,
    principal_value: bool,
    path: str | None,
    syntax: str,
    format: str,
    as_json: bool,
) -> int:
    """Integrate a formula over ranges, innermost first, or in one variable without ends.

    The closed form is compared with an independent value before it is shown. Where there is none
    the answer is a number with its error. A divergent integral has no value: the answer says
    where and how fast it diverges, and the exit code is 1.

    \b
    Examples:
      symcalc integrate "exp(-a*x^2)" x -oo oo --assume "a > 0"
      symcalc integrate "x*y" y 0 "x^2" x 0 1
      symcalc integrate "1/x" x -1 1 --principal-value
      symcalc integrate "x*exp(x)" x
    """
    if path is not None:
        check_plot_path(path)
        if len(ranges) == 1:
            raise ArgumentError("An antiderivative has no range to draw; give the ends: x 0 1.")
    with shown_search() as progress:
        result = sc.integrate(
            from_argument(expression),
            *_read_ranges(ranges),
            assume=", ".join(assume) or None,
            parameters=",".join(values) or None,
            budget=budget,
            method=method,
            principal_value=principal_value,
            syntax=syntax,
            throw=False,
            progress=progress,
        )
    if path is None:
        return answer(result, "json" if as_json else format)
    sc.plot(result, path)
    if as_json or format == "json":
        return answer(result, "json", data={**result.to_dict(), "plot": path})
    if format != "text":
        return answer(result, format)
    return answer(
        result, blocks=[*describe(result), Line(f"the integrand is drawn in {path}", "faint")]
    )


def _read_ranges(texts: Sequence[str]) -> Sequence[str | tuple[str, str, str]]:
    """Return the ranges that the arguments are: one name, or a name and two ends each."""
    return list(texts) if len(texts) == 1 else read_triples(texts)


def read_triples(texts: Sequence[str]) -> list[tuple[str, str, str]]:
    """Return the ranges that arguments are, a name and two ends each."""
    if not texts:
        raise ArgumentError("Name the variable, and the ends of its range: x 0 1.")
    if len(texts) % 3:
        raise ArgumentError(
            f"A range is a variable and two ends; {len(texts)} words were given: "
            f"{' '.join(texts)}. Write x 0 1."
        )
    return [(texts[k], texts[k + 1], texts[k + 2]) for k in range(0, len(texts), 3)]
