"""`symcalc explain`: a derivative rule by rule."""

from __future__ import annotations

from typing import Any

import click

import symcalc as sc

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

__all__ = ["explain"]


@click.command(cls=FormulaCommand)
@click.argument("expression")
@wrt_option
@click.option(
    "--max-steps",
    type=click.IntRange(min=1),
    default=40,
    show_default=True,
    help="List so many steps, the outer ones first.",
)
@shapes_option
@formula_options
@click.option(
    "--format",
    type=click.Choice(["text", "latex", "markdown", "json"]),
    default="text",
    help="How to write the answer.",
)
@json_option
def explain(
    expression: str,
    wrt: tuple[str, ...],
    max_steps: int,
    format: str,
    as_json: bool,
    **reading: Any,
) -> int:
    """Explain a derivative: which rule, applied to what, gives what.

    Every step is compared with an independent derivative of its input; the exit code is 1 when
    one disagrees.

    \b
    Examples:
      symcalc explain "x^2*sin(x*y)" --wrt x
      symcalc explain "-log(1+exp(-x))" --format latex
      symcalc explain "x^x" --format markdown
      symcalc explain "sum((X@w - y)**2)/(2*m)" --wrt w --shapes "X: m n; w: n; y: m"
    """
    formula, arguments = read_formula(expression, **reading)
    names = read_names(wrt) or None
    result = sc.explain(formula, names, max_steps=max_steps, **arguments)
    return answer(result, "json" if as_json else format)
