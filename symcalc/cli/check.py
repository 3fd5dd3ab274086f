"""`symcalc check`: whether a formula or a Python gradient is the derivative it claims to be."""

from __future__ import annotations

import contextlib
import difflib
import importlib.util
import re
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import click

import symcalc as sc

from ..errors import ArgumentError, UserFunctionError
from ..present import Line, describe
from .formulas import FormulaCommand, from_argument
from .options import comparing_options, read_names, wrt_option
from .output import answer

__all__ = ["check"]

#: A function in a file: `my_losses.py:gradient`.
_IN_FILE = re.compile(r"(?P<path>[^:]+\.py|[A-Za-z]:[^:]+\.py):(?P<name>[A-Za-z_][\w.]*)")


@click.command(cls=FormulaCommand)
@click.argument("claim")
@click.argument("expression")
@wrt_option
@comparing_options
def check(
    claim: str,
    expression: str,
    wrt: tuple[str, ...],
    shapes: str | None,
    assume: tuple[str, ...],
    seed: int,
    syntax: str,
    as_json: bool,
) -> int:
    """Say whether CLAIM is the derivative of EXPRESSION, and if not, what is wrong with it.

    CLAIM is a formula, formulas separated by commas (one for each variable), or FILE.py:FUNCTION,
    a Python function of the variables by name or of one array. The file is run to load it.
    The exit code is 1 when the claim is not right.

    \b
    Examples:
      symcalc check "2*x*y + 1" "x^2*y" --wrt x
      symcalc check "(w*a + b - c)*a, w*a + b - c" "(w*a + b - c)^2/2" --wrt w,b
      symcalc check my_losses.py:gradient "(w*a + b - c)^2/2" --wrt w,b
    """
    names = read_names(wrt) or None
    options: dict[str, Any] = {"shapes": shapes, "assume": ", ".join(assume) or None}
    found = _IN_FILE.fullmatch(claim.strip())
    given: Any = from_argument(claim)
    loaded = ""
    with contextlib.redirect_stdout(sys.stderr):  # what the user's code prints is no answer
        if found is not None:
            given = _load(Path(found["path"]), found["name"])
            loaded = f"loaded {found['path']}: the code in it was run"
        result = sc.check(
            given, from_argument(expression), names, seed=seed, syntax=syntax, **options
        )
    if as_json:
        return answer(result, "json", data={**result.to_dict(), "loaded": loaded})
    return answer(result, blocks=[*describe(result), *([Line(loaded, "faint")] if loaded else [])])


def _load(path: Path, name: str) -> Callable[..., Any]:
    """Run the user's file and return the function of that name in it."""
    if not path.is_file():
        raise ArgumentError(f"There is no file {str(path)!r}; name it as FILE.py:FUNCTION.")
    function: Any = _run(path)
    for part in name.split("."):
        if not hasattr(function, part):
            near = difflib.get_close_matches(part, dir(function), n=1)
            hint = f" Did you mean `{near[0]}`?" if near else ""
            raise ArgumentError(f"{path.name} has no `{name}`.{hint}")
        function = getattr(function, part)
    if not callable(function):
        raise ArgumentError(
            f"`{name}` in {path.name} is no function but {type(function).__name__}."
        )
    called: Callable[..., Any] = function
    return called


def _run(path: Path) -> ModuleType:
    """Return the module that a file makes; it may import what lies beside it."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ArgumentError(f"{path.name} cannot be loaded as a Python file.")
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(path.resolve().parent))
    sys.modules[path.stem] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        frames = traceback.extract_tb(error.__traceback__)
        lines = [frame.lineno for frame in frames if Path(frame.filename) == path]
        where = f" in line {lines[-1]}" if lines else ""
        raise UserFunctionError(
            f"{path.name} failed{where} while it was loaded: {type(error).__name__}: {error}"
        ) from error
    finally:
        sys.path.remove(str(path.resolve().parent))
    return module
