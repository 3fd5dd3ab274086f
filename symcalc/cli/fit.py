"""`symcalc fit`: the parameters of a model, from columns of data."""

from __future__ import annotations

import click

import symcalc as sc

from ..errors import ArgumentError
from ..present import check_plot_path, describe
from .formulas import FormulaCommand
from .options import (
    json_option,
    read_bounds,
    read_whole,
    seed_option,
    shapes_option,
    syntax_option,
)
from .output import answer

__all__ = ["fit"]


@click.command(cls=FormulaCommand)
@click.argument("model")
@click.argument("data", metavar="FILE")
@click.option("--target", required=True, metavar="COLUMN", help="The column to be explained.")
@click.option(
    "--start", multiple=True, required=True, metavar="POINT", help='The parameters, "a=1,b=2".'
)
@click.option("--weights", metavar="COLUMN", help="The column that weighs the squared residuals.")
@click.option("--bounds", multiple=True, metavar="RANGES", help='"a=0:1,b=0:" keeps them there.')
@click.option("--method", default="auto", show_default=True, help="auto, lm, trf or dogbox.")
@click.option("--profile", is_flag=True, help="Add profile likelihood intervals.")
@click.option(
    "--level", type=float, default=0.95, show_default=True, help="The level of --profile."
)
@shapes_option
@click.option("--seconds", type=float, help="The limit on time; the best parameters are returned.")
@seed_option
@click.option("--plot", metavar="FILE", help="Draw data, curve and residuals: .png, .pdf, .svg.")
@syntax_option
@json_option
def fit(
    model: str,
    data: str,
    target: str,
    start: tuple[str, ...],
    weights: str | None,
    bounds: tuple[str, ...],
    method: str,
    profile: bool,
    level: float,
    shapes: str | None,
    seconds: float | None,
    seed: int,
    plot: str | None,
    syntax: str,
    as_json: bool,
) -> int:
    """Fit a model to the columns of a CSV file, or the arrays of an .npz file, by least squares.

    Names in the model are columns of the file, or parameters that --start gives a value.

    \b
    Examples:
      symcalc fit "b1*(1 - exp(-b2*x))" examples/data/misra1a.csv \\
          --target y --start b1=250,b2=0.0005
      symcalc fit "a + b*x" points.csv --target y --start a=0,b=1 --weights w --json
      symcalc fit "a*x/(b + x)" points.csv --target y --start a=1,b=1 --profile --plot fit.png
      symcalc fit "X@w + b" housing.npz --target y --start w=zeros,b=0
    """
    if plot is not None:
        check_plot_path(plot)
    if not 0.0 < level < 1.0:
        raise ArgumentError(f"--level is {level:g}; it must lie between 0 and 1, such as 0.95.")
    result = sc.fit(
        read_whole(model, syntax),
        data,
        target=target,
        start=", ".join(start),
        shapes=shapes,
        weights=weights,
        bounds=read_bounds(bounds),
        method=method,
        seed=seed,
        limits=None if seconds is None else sc.Limits(seconds=seconds),
    )
    limits = result.profile(level) if profile else None
    drawn = None if plot is None else sc.plot(result, plot)
    if as_json:
        extra = {"profile": limits, "plot": drawn}
        told = {name: part.to_dict() for name, part in extra.items() if part is not None}
        return answer(result, "json", data={**result.to_dict(), **told})
    blocks = [*describe(result), *(describe(limits) if limits is not None else [])]
    return answer(result, blocks=[*blocks, *(describe(drawn) if drawn is not None else [])])
