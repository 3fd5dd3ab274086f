"""`symcalc find-rate`: a learning rate for batches of rows, by a range test."""

from __future__ import annotations

import click

import symcalc as sc

from ..present import check_plot_path, describe
from .formulas import FormulaCommand
from .options import json_option, read_settings, read_whole, shapes_option, syntax_option
from .output import answer

__all__ = ["find_rate"]


@click.command("find-rate", cls=FormulaCommand)
@click.argument("objective")
@click.option("--start", multiple=True, required=True, metavar="POINT", help='"a=0,w=zeros".')
@click.option("--data", required=True, metavar="FILE", help="A CSV or .npz file.")
@click.option("--method", default="sgd", show_default=True, help="The method, by its name.")
@click.option("--lowest", type=float, help="The least rate tried.")
@click.option("--highest", type=float, help="The greatest rate tried.")
@click.option(
    "--option",
    "options",
    multiple=True,
    metavar="NAME=VALUE",
    help="The method's own, batch_size=64.",
)
@shapes_option
@click.option("--plot", metavar="FILE", help="Draw the curve: .png, .pdf, .svg.")
@syntax_option
@json_option
def find_rate(
    objective: str, start: tuple[str, ...], data: str, method: str, lowest: float | None,
    highest: float | None, options: tuple[str, ...], shapes: str | None, plot: str | None,
    syntax: str, as_json: bool,
) -> int:  # fmt: skip
    """Find the learning rate at which an objective over rows falls most steeply.

    Steps are taken on batches of rows, at rates that grow until the objective flies off.

    \b
    Examples:
      symcalc find-rate "mean((X@w - y)**2)" --data housing.npz --start w=zeros --plot rates.png
      symcalc find-rate "mean((a*u + b - v)^2)" --data points.csv --start a=0,b=0 --method adam
    """
    if plot is not None:
        check_plot_path(plot)
    found = sc.find_rate(
        read_whole(objective, syntax), ", ".join(start), data=data, shapes=shapes, method=method,
        lowest=lowest, highest=highest, **read_settings(options),
    )  # fmt: skip
    drawn = None if plot is None else sc.plot(found, plot)
    if as_json:
        more = {} if drawn is None else {"plot": drawn.to_dict()}
        return answer(found, "json", data={**found.to_dict(), **more})
    return answer(found, blocks=[*describe(found), *(describe(drawn) if drawn is not None else [])])
