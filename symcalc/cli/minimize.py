"""`symcalc minimize`: the point where a formula is least."""

from __future__ import annotations

from typing import Any

import click

import symcalc as sc

from ..present import check_plot_path, describe, describe_choice, describe_trace
from .formulas import FormulaCommand, from_argument
from .options import (
    constraint_option,
    json_option,
    read_bounds,
    read_settings,
    read_whole,
    shapes_option,
    syntax_option,
)
from .output import answer

__all__ = ["minimize"]


@click.command(cls=FormulaCommand)
@click.argument("objective")
@click.option("--start", multiple=True, required=True, metavar="POINT", help='"x=-1.2,w=zeros".')
@click.option("--data", metavar="FILE", help="A CSV or .npz file of what the objective uses.")
@click.option("--method", default="auto", show_default=True, help="The method, by its name.")
@click.option("--max-steps", type=click.IntRange(min=1), help="The limit on steps.")
@click.option("--tolerance", type=float, help="Of the test on the gradient.")
@click.option("--bounds", multiple=True, metavar="RANGES", help='"x=0:1,y=0:" keeps x and y there.')
@constraint_option
@click.option(
    "--option", "options", multiple=True, metavar="NAME=VALUE", help="The method's own, rate=0.1."
)
@shapes_option
@click.option("--seconds", type=float, help="The limit on time; the best point is returned.")
@click.option(
    "--checkpoint", metavar="FILE", help="Keep the run in an .npz file, and go on from there."
)
@click.option("--checkpoint-every", type=float, metavar="SECONDS", help="Default: 60.")
@click.option("--fresh", is_flag=True, help="Start over, and replace the checkpoint.")
@click.option("--plot", metavar="FILE", help="Draw convergence and path: .png, .pdf, .svg.")
@click.option("--escape", is_flag=True, help="Leave a saddle downhill and go on.")
@click.option("--seed", type=int, help="Of random starts, hops and samples.")
@click.option("--trace", is_flag=True, help="Show every step.")
@click.option("--explain", is_flag=True, help="Say how the method was chosen.")
@syntax_option
@json_option
def minimize(
    objective: str,
    start: tuple[str, ...],
    bounds: tuple[str, ...],
    constraints: tuple[str, ...],
    options: tuple[str, ...],
    seconds: float | None,
    fresh: bool,
    plot: str | None,
    trace: bool,
    explain: bool,
    syntax: str,
    as_json: bool,
    **others: Any,
) -> int:
    """Find a local minimum of a formula near a start, among the points that constraints allow.

    \b
    Examples:
      symcalc minimize "100*(y - x^2)^2 + (1 - x)^2" --start x=-1.2,y=1
      symcalc minimize "(x - 2)^2" --start x=0 --bounds x=0:1 --trace
      symcalc minimize "x + y" --start x=0,y=0 --constraint "x^2 + y^2 <= 1"
      symcalc minimize "sum((X@w - y)**2)/(2*m)" --data housing.npz --start w=zeros
      symcalc minimize "x^4 - x" --start x=1 --method gradient_descent --option rate=0.1
      symcalc minimize "mean((X@w - y)**2)" --data big.npz --start w=zeros --method adam \\
          --checkpoint run.npz --seconds 3600
    """
    if plot is not None:
        check_plot_path(plot)
    arguments = {name: value for name, value in others.items() if value is not None}
    if fresh:
        arguments["resume"] = False
    if seconds is not None:
        arguments["limits"] = sc.Limits(seconds=seconds)
    result = sc.minimize(
        read_whole(objective, syntax),
        ", ".join(start),
        bounds=read_bounds(bounds),
        constraints=[from_argument(text) for text in constraints],
        **arguments,
        **read_settings(options),
    )
    drawn = None if plot is None else sc.plot(result, plot)
    if as_json:
        whole = result.to_dict() | ({} if drawn is None else {"plot": drawn.to_dict()})
        return answer(result, "json", data=whole if trace else _without_trace(whole))
    blocks = describe_trace(result.trace) if trace else []
    blocks += [*describe(result), *(describe(drawn) if drawn is not None else [])]
    return answer(result, blocks=[*blocks, *(describe_choice(result) if explain else [])])


def _without_trace(data: dict[str, Any]) -> dict[str, Any]:
    """Return the dictionary without the longest of its entries."""
    return {name: value for name, value in data.items() if name != "trace"}
