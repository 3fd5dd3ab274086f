"""The options that several commands share, and what their values mean."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import click

import symcalc as sc

from ..errors import ArgumentError
from ..present import FORMATS
from .formulas import from_argument

__all__ = [
    "comparing_options",
    "constraint_option",
    "format_options",
    "formula_options",
    "json_option",
    "names_of",
    "point_option",
    "read_bounds",
    "read_formula",
    "read_names",
    "read_point",
    "read_settings",
    "read_whole",
    "seed_option",
    "shapes_option",
    "syntax_option",
    "wrt_option",
]

#: Arguments of the verb itself, which no method's option may replace.
_RESERVED = frozenset(
    "objective start data shapes method constraints bounds max_steps tolerance callback seed "
    "throw limits checkpoint checkpoint_every resume".split()
)

#: Other words for formats.
ALIASES = {"numpy": "python"}

F = TypeVar("F", bound=Callable[..., Any])

wrt_option = click.option(
    "--wrt",
    multiple=True,
    metavar="NAME",
    help="A variable to differentiate in; repeat it, or separate names by commas.",
)
point_option = click.option(
    "--at",
    multiple=True,
    metavar="POINT",
    help='A point for values beside the formula, "x=1,w=[1,2]"; repeatable.',
)
syntax_option = click.option(
    "--syntax",
    type=click.Choice(["symcalc", "latex", "matrixcalculus"]),
    default="symcalc",
    help="The notation of the formula.",
)
assume_option = click.option(
    "--assume",
    multiple=True,
    metavar="FACT",
    help='What is known of a variable, "a > 0"; repeatable.',
)
seed_option = click.option(
    "--seed", type=int, default=0, show_default=True, help="Same seed, same draws."
)
shapes_option = click.option(
    "--shapes", metavar="SHAPES", help='Shapes of arrays, "X: m n; w: n"; of columns, "x: rows".'
)
constraint_option = click.option(
    "--constraint", "constraints", multiple=True, metavar="RELATION",
    help='"x^2 + y^2 <= 1", "x == 2*y" or "0 <= x <= 1"; repeat it for more.',
)  # fmt: skip
json_option = click.option("--json", "as_json", is_flag=True, help="Write JSON.")


def format_options(command: F) -> F:
    """Give a command `--format` and `--json`."""
    command = json_option(command)
    return click.option(
        "--format",
        type=click.Choice([*FORMATS, *ALIASES]),
        default="text",
        callback=lambda context, option, word: ALIASES.get(word, word),
        help="How to write the answer; numpy is another word for python.",
    )(command)


def formula_options(command: F) -> F:
    """Give a command the options that say how its formula is to be read."""
    command = assume_option(syntax_option(command))
    return click.option(
        "--variables",
        metavar="NAMES",
        help='Exactly the names allowed, "x,y"; default: any name is a variable.',
    )(command)


def comparing_options(command: F) -> F:
    """Give a command that compares two formulas at points what it needs to read and try them."""
    command = seed_option(syntax_option(json_option(command)))
    return shapes_option(assume_option(command))


def read_formula(
    text: str,
    variables: str | None = None,
    assume: Iterable[str] = (),
    syntax: str = "symcalc",
    declared: Iterable[str] = (),
    shapes: str | None = None,
) -> tuple[str | sc.Expression, dict[str, Any]]:
    """Return what a verb takes as its formula, and the keyword arguments these options mean.

    A verb reads the text itself, since names that it is given are variables there; only where
    the variables are listed, or other names declared, it gets an expression.
    """
    text = from_argument(text)
    given: dict[str, Any] = {} if syntax == "symcalc" else {"syntax": syntax}
    if facts := ", ".join(assume):
        given["assume"] = facts
    if shapes is not None:
        given["shapes"] = shapes
    if variables is not None:
        return sc.parse(text, variables=read_names([variables]), **given), {}
    names = sorted(declared)
    return (sc.parse(text, declared=names, **given), {}) if names else (text, given)


def read_whole(text: str, syntax: str) -> str | sc.Expression:
    """Return the formula of a verb that finds out by itself which names are what.

    In another notation the formula is read first, and its names are variables or constants as
    they are without any declaration.
    """
    formula, arguments = read_formula(text, syntax=syntax)
    return sc.parse(formula, **arguments) if arguments else formula


def read_names(texts: Iterable[str]) -> list[str]:
    """Return names from lists separated by commas, in order."""
    return [name.strip() for text in texts for name in text.split(",") if name.strip()]


def read_point(texts: Iterable[str]) -> dict[str, Any]:
    """Return one point from texts such as "x=1,y=pi/2" or "w=[1,2]"."""
    point: dict[str, Any] = {}
    for text in texts:
        for name, value in sc.read_assignments(text).items():
            if name in point:
                raise ArgumentError(f"`{name}` is given twice; give each variable one value.")
            point[name] = value
    return point


def names_of(points: Iterable[dict[str, Any]]) -> set[str]:
    """Return the names that points give values to: these are variables of the formula."""
    return {name for point in points for name in point}


def read_bounds(texts: Iterable[str]) -> dict[str, tuple[float | None, float | None]] | None:
    """Return bounds from texts such as "x=0:1,y=-1:" (no upper limit); None when there are none."""
    bounds: dict[str, tuple[float | None, float | None]] = {}
    for text in texts:
        for item in text.split(","):
            name, equals, limits = item.partition("=")
            lower, colon, upper = limits.partition(":")
            if not (equals and colon):
                raise ArgumentError(f"`{item.strip()}` are no bounds; write x=0:1, x=0: or x=:1.")
            name = name.strip()
            if name in bounds:
                raise ArgumentError(f"The bounds of `{name}` are given twice; give one range.")
            bounds[name] = (_limit(name, lower), _limit(name, upper))
    return bounds or None


def _limit(name: str, text: str) -> float | None:
    """Return one limit; an empty text or an infinity is none."""
    if not text.strip():
        return None
    value: float = sc.read_assignments(f"{name}={text}")[name]
    return value


def read_settings(texts: Iterable[str]) -> dict[str, Any]:
    """Return a method's own options from texts such as "rate=0.1"; words stay words."""
    settings: dict[str, Any] = {}
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not (equals and name.isidentifier() and value):
            raise ArgumentError(f"`{text}` is no option of a method; write name=value.")
        if name in _RESERVED:
            raise ArgumentError(
                f"`{name}` is no option of a method; see `symcalc minimize --help`."
            )
        if name in settings:
            raise ArgumentError(f"The option `{name}` is given twice; give one value.")
        settings[name] = _setting(value)
    return settings


def _setting(text: str) -> Any:
    """Return a whole number, a number, a truth value or a word."""
    if text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
