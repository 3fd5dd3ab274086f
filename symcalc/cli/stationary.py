"""`symcalc stationary`: where Lagrange's conditions hold, in closed form."""

from __future__ import annotations

import click

import symcalc as sc

from .formulas import FormulaCommand, from_argument
from .options import constraint_option, json_option, read_whole, syntax_option
from .output import answer

__all__ = ["stationary"]


@click.command(cls=FormulaCommand)
@click.argument("objective")
@constraint_option
@click.option(
    "--budget", type=float, default=20.0, show_default=True, help="Seconds for solving equations."
)
@syntax_option
@json_option
def stationary(
    objective: str, constraints: tuple[str, ...], budget: float, syntax: str, as_json: bool
) -> int:
    """Find all stationary points of a formula, with multipliers, and tell minima from saddles.

    \b
    Examples:
      symcalc stationary "x^3 - 3*x + y^2"
      symcalc stationary "x*y" --constraint "x^2 + y^2 == 2" --constraint "x >= 0"
    """
    result = sc.stationary_points(
        read_whole(objective, syntax),
        constraints=[from_argument(text) for text in constraints],
        budget=budget,
    )
    return answer(result, "json" if as_json else "text")
