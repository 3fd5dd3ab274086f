"""`symcalc evaluate`: a value to as many proven digits as asked for."""

from __future__ import annotations

from typing import Any

import click

import symcalc as sc

from ..present import Line, describe_value
from .formulas import FormulaCommand, from_argument
from .options import json_option, shapes_option, syntax_option
from .output import DONE, NOT_GOOD, write, write_json

__all__ = ["evaluate"]


@click.command(cls=FormulaCommand)
@click.argument("expression")
@click.option(
    "--at", multiple=True, metavar="POINT", help='The point, "x=1e-9,y=pi/2"; repeatable.'
)
@click.option(
    "--digits",
    type=click.IntRange(1, 2000),
    default=15,
    show_default=True,
    help="How many significant digits.",
)
@click.option("--exact", is_flag=True, help="Take x=0.1 as 1/10, not as the double nearest to it.")
@click.option("--data", metavar="FILE", help="A CSV or .npz file of arrays in the formula.")
@shapes_option
@syntax_option
@json_option
def evaluate(
    expression: str, at: tuple[str, ...], digits: int, exact: bool, as_json: bool, **reading: Any
) -> int:
    """Evaluate a formula to digits that are proven, whatever cancels.

    Points are doubles: x=0.1 is the double nearest to 0.1, unless --exact is given. Inside the
    formula diff(f, x) is a derivative. Where there is no value, or the digits cannot be proven,
    the answer says why, and the exit code is 1.

    \b
    Examples:
      symcalc evaluate "(1 - cos(x))/x^2" --at x=1e-9 --digits 30
      symcalc evaluate "diff(x^x, x)" --at x=1/3 --exact
      symcalc evaluate "exp(pi*sqrt(163))" --digits 40
      symcalc evaluate "sum(X@w)" --data points.npz --at w=[1,2]
    """
    formula = from_argument(expression)
    options: dict[str, Any] = {"digits": digits, "exact": exact, **reading}
    values = [sc.evaluate(formula, at=point or None, **options) for point in at or ("",)]
    if as_json:
        answers = [value.to_dict() for value in values]
        whole = [{"at": p, **answer} for p, answer in zip(at, answers, strict=False)]
        write_json(answers[0] if not at else whole[0] if len(whole) == 1 else whole)
    else:
        for index, value in enumerate(values):
            title = [Line(f"at {at[index]}")] if len(at) > 1 else []
            write([*title, *describe_value(value)])
    return DONE if all(value.outcome.is_good for value in values) else NOT_GOOD
