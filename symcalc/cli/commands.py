"""The commands in the order in which `symcalc --help` lists them: one row for each."""

from __future__ import annotations

import click

from .audit import audit
from .check import check
from .compare import compare
from .diff import diff
from .domain import domain
from .equivalent import equivalent
from .evaluate import evaluate
from .explain import explain
from .export import export
from .find_rate import find_rate
from .fit import fit
from .gradient import gradient
from .hessian import hessian
from .integrate import integrate
from .jacobian import jacobian
from .limit import limit
from .minimize import minimize
from .parse import parse
from .race import race
from .series import series
from .size import size
from .stationary import stationary
from .sum import sum_

__all__ = ["group"]

COMMANDS = (
    parse,
    evaluate,
    diff,
    gradient,
    hessian,
    jacobian,
    integrate,
    limit,
    series,
    sum_,
    minimize,
    race,
    find_rate,
    stationary,
    fit,
    compare,
    check,
    equivalent,
    explain,
    audit,
    domain,
    size,
    export,
)


class _InOrder(click.Group):
    """A group that lists its commands as they were registered."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


def _print_version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    """Print the version and end."""
    if wanted:
        import symcalc as sc

        click.echo(f"symcalc {sc.__version__}")
        context.exit()


@click.group(
    cls=_InOrder,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version and exit.",
)
@click.pass_context
def group(context: click.Context) -> None:
    """Calculus from a string, checked before you see it.

    \b
    Examples:
      symcalc gradient "100*(y - x^2)^2 + (1 - x)^2"
      symcalc diff "sin(x*y)" --wrt x --wrt y
      symcalc minimize "100*(y - x^2)^2 + (1 - x)^2" --start x=-1.2,y=1
      symcalc check "2*x*y + 1" "x^2*y" --wrt x
      symcalc evaluate "(1 - cos(x))/x^2" --at x=1e-9 --digits 30

    Exit codes: 0 done, 1 the answer is not good, 2 bad input.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


for _command in COMMANDS:
    group.add_command(_command)
