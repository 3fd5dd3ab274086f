"""`symcalc compare`: symbolic and numerical derivatives side by side."""

from __future__ import annotations

from typing import Any

import click

import symcalc as sc

from ..present import Line, check_plot_path, describe
from .formulas import FormulaCommand
from .options import (
    json_option,
    names_of,
    read_formula,
    read_names,
    read_point,
    syntax_option,
    wrt_option,
)
from .output import answer

__all__ = ["compare"]


@click.command(cls=FormulaCommand)
@click.argument("expression")
@click.option(
    "--at",
    multiple=True,
    required=True,
    metavar="POINT",
    help='"x=1000" or "x=1,y=pi/2"; repeatable.',
)
@wrt_option
@click.option(
    "--order",
    type=click.IntRange(1, 2),
    default=1,
    show_default=True,
    help="1 for the gradient, 2 for the Hessian.",
)
@click.option("--plot", metavar="FILE", help="Draw the error against the step: .png, .pdf or .svg.")
@syntax_option
@json_option
def compare(
    expression: str,
    at: tuple[str, ...],
    wrt: tuple[str, ...],
    order: int,
    plot: str | None,
    syntax: str,
    as_json: bool,
) -> int:
    """Compare the closed form of a derivative with numerical ones and with the true value.

    Each method with its value, its digits of agreement with a value of 50 digits, the error it
    states itself, its step, its evaluations and its time. The exit code is 1 where there is no
    derivative, or the closed form is wrong there.

    \b
    Examples:
      symcalc compare "log(1+exp(x))" --at x=1000 --plot vcurve.png
      symcalc compare "x^2*y + exp(x*y)" --at x=1,y=0.5 --order 2
      symcalc compare "(1 - cos(x))/x^2" --at x=1 --at x=1e-4 --json
    """
    if plot is not None:
        check_plot_path(plot)
    points = [read_point([text]) for text in at]
    formula, arguments = read_formula(expression, syntax=syntax, declared=names_of(points))
    options: dict[str, Any] = {"wrt": read_names(wrt) or None, "order": order}
    result = sc.compare(formula, points, **options, **arguments)
    drawn = sc.plot(result, plot) if plot is not None else None
    if as_json:
        data = result.to_dict()
        return answer(result, "json", data={**data, "plot": plot} if drawn else data)
    more = [Line(f"the error against the step is drawn in {plot}", "faint")] if drawn else []
    return answer(result, blocks=[*describe(result), *more])
