"""`symcalc export`: a formula and its gradient as source in another language."""

from __future__ import annotations

from typing import Any

import click

import symcalc as sc

from ..present import describe_written
from .formulas import FormulaCommand
from .options import (
    formula_options,
    json_option,
    read_formula,
    read_names,
    shapes_option,
    wrt_option,
)
from .output import answer

__all__ = ["export"]


@click.command(cls=FormulaCommand)
@click.argument("expression")
@click.option(
    "--language", default="c", show_default=True, metavar="NAME",
    help="python, numpy, jax, c, cpp, fortran, julia, rust or latex.",
)  # fmt: skip
@wrt_option
@click.option("--order", type=click.IntRange(0, 1), default=1, help="0: the value alone.")
@click.option("--name", default="f", show_default=True, help="Of the functions and files.")
@click.option("--output", metavar="FOLDER", help="Write the file there, and one that checks it.")
@shapes_option
@formula_options
@json_option
def export(
    expression: str,
    language: str,
    wrt: tuple[str, ...],
    order: int,
    name: str,
    output: str | None,
    as_json: bool,
    **reading: Any,
) -> int:
    """Write a formula and its gradient as source in another language.

    \b
    Examples:
      symcalc export "100*(y - x^2)^2 + (1 - x)^2" --language c
      symcalc export "mean((y - a*exp(-b*t))^2)" --wrt a,b --shapes "y: rows; t: rows" --output code
      symcalc export "sum((X@w - y)**2)" --wrt w --shapes "X: m n; w: n; y: m" --language jax
    """
    formula, arguments = read_formula(expression, **reading)
    result = sc.export(
        formula, language, wrt=read_names(wrt) or None, order=order, name=name, **arguments
    )
    if output is None:
        return answer(result, "json" if as_json else "text")
    paths = result.write(output)
    if as_json:
        return answer(result, "json", data={**result.to_dict(), "paths": [*map(str, paths)]})
    return answer(result, blocks=describe_written(result, paths))
