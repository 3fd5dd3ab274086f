"""`symcalc race`: several methods of minimization on one problem."""

from __future__ import annotations

from typing import Any

import click

import symcalc as sc

from ..present import check_plot_path, describe
from .formulas import FormulaCommand, from_argument
from .options import (
    json_option,
    read_bounds,
    read_settings,
    read_whole,
    shapes_option,
    syntax_option,
)
from .output import answer

__all__ = ["race"]


@click.command(cls=FormulaCommand)
@click.argument("objective")
@click.option("--start", multiple=True, required=True, metavar="POINT", help='"x=-1.2,w=zeros".')
@click.option(
    "--methods", metavar="NAMES", help='"gd,momentum,adam,newton"; these are methods of minimize.'
)
@click.option("--data", metavar="FILE", help="A CSV or .npz file of what the objective uses.")
@click.option("--max-steps", type=click.IntRange(min=1), help="The limit on the steps of each.")
@click.option("--tolerance", type=float, help="Of the test on the gradient.")
@click.option("--bounds", multiple=True, metavar="RANGES", help='"x=0:1,y=0:" keeps x and y there.')
@click.option(
    "--constraint", "constraints", multiple=True, metavar="RELATION", help='"x^2 + y^2 <= 1".'
)
@click.option(
    "--option", "options", multiple=True, metavar="NAME=VALUE",
    help="An option of methods, rate=0.1: for those that have it.",
)  # fmt: skip
@click.option("--seconds", type=float, help="The limit on the time of each.")
@shapes_option
@click.option("--plot", metavar="FILE", help="Draw the race: .png, .pdf, .svg.")
@syntax_option
@json_option
def race(
    objective: str, start: tuple[str, ...], methods: str | None, data: str | None,
    max_steps: int | None, tolerance: float | None, bounds: tuple[str, ...],
    constraints: tuple[str, ...], options: tuple[str, ...], seconds: float | None,
    shapes: str | None, plot: str | None, syntax: str, as_json: bool,
) -> int:  # fmt: skip
    """Run several methods of minimization from one start and compare what they reach, and when.

    \b
    Examples:
      symcalc race "100*(y - x^2)^2 + (1 - x)^2" --start x=-1.2,y=1 \\
          --methods gd,momentum,adam,newton --plot race.png
      symcalc race "mean((X@w - y)**2)" --data housing.npz --start w=zeros --option rate=0.1
    """
    if plot is not None:
        check_plot_path(plot)
    arguments: dict[str, Any] = {} if methods is None else {"methods": methods}
    if seconds is not None:
        arguments["limits"] = sc.Limits(seconds=seconds)
    found = sc.race(
        read_whole(objective, syntax), ", ".join(start), data=data, shapes=shapes,
        constraints=[from_argument(text) for text in constraints], bounds=read_bounds(bounds),
        max_steps=max_steps, tolerance=tolerance, **arguments, **read_settings(options),
    )  # fmt: skip
    drawn = None if plot is None else sc.plot(found, plot)
    if as_json:
        more = {} if drawn is None else {"plot": drawn.to_dict()}
        return answer(found, "json", data={**found.to_dict(), **more})
    return answer(found, blocks=[*describe(found), *(describe(drawn) if drawn is not None else [])])
