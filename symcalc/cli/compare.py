"""`symcalc compare`: symbolic and numerical derivatives, or integrals, side by side."""

from __future__ import annotations

from typing import Any

import click

import symcalc as sc

from ..errors import ArgumentError
from ..present import Line, check_plot_path, describe
from .formulas import FormulaCommand, from_argument
from .options import (
    json_option,
    names_of,
    read_formula,
    read_names,
    read_point,
    seed_option,
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
    metavar="POINT",
    help='"x=1000" or "x=1,y=pi/2"; repeatable. With --over: values of parameters.',
)
@click.option(
    "--over",
    metavar="RANGES",
    help='Compare the integral over "x = 0 … 1" or "y = 0 … x^2, x = -oo … oo", innermost first.',
)
@wrt_option
@click.option(
    "--order",
    type=click.IntRange(1, 2),
    default=1,
    show_default=True,
    help="1 for the gradient, 2 for the Hessian.",
)
@click.option(
    "--budget",
    type=float,
    default=10.0,
    show_default=True,
    help="Seconds for the closed form of an integral.",
)
@seed_option
@click.option(
    "--plot",
    metavar="FILE",
    help="Draw the error against the step, or the integrand: .png, .pdf or .svg.",
)
@syntax_option
@json_option
def compare(
    expression: str,
    at: tuple[str, ...],
    over: str | None,
    wrt: tuple[str, ...],
    order: int,
    budget: float,
    seed: int,
    plot: str | None,
    syntax: str,
    as_json: bool,
) -> int:
    """Compare a derivative or an integral in closed form with numerical ones and the true value.

    Each method with its value, its digits of agreement with a value of 50 digits, the error it
    states itself, its step, its evaluations and its time. The exit code is 1 where there is no
    derivative or integral, or the closed form is wrong.

    \b
    Examples:
      symcalc compare "log(1+exp(x))" --at x=1000 --plot vcurve.png
      symcalc compare "x^2*y + exp(x*y)" --at x=1,y=0.5 --order 2
      symcalc compare "(1 - cos(x))/x^2" --at x=1 --at x=1e-4 --json
      symcalc compare "exp(-x^2)" --over "x = 0 … 1"
      symcalc compare "cos(a*x)/(1+x^2)" --over "x = -oo … oo" --at a=2
    """
    if plot is not None:
        check_plot_path(plot)
    options: dict[str, Any] = {"wrt": read_names(wrt) or None, "order": order}
    if over is not None:
        drawing, point = "the integrand", ",".join(at) or None
        options |= {"over": over, "budget": budget, "seed": seed, "syntax": syntax}
        result = sc.compare(from_argument(expression), point, **options)
    elif at:
        drawing, points = "the error against the step", [read_point([text]) for text in at]
        formula, arguments = read_formula(expression, syntax=syntax, declared=names_of(points))
        result = sc.compare(formula, points, **options, **arguments)
    else:
        raise ArgumentError(
            'Say where: --at x=1 compares derivatives, --over "x = 0 … 1" compares an integral.'
        )
    drawn = sc.plot(result, plot) if plot is not None else None
    if as_json:
        data = result.to_dict()
        return answer(result, "json", data={**data, "plot": plot} if drawn else data)
    more = [Line(f"{drawing} is drawn in {plot}", "faint")] if drawn else []
    return answer(result, blocks=[*describe(result), *more])
