"""The entry point: runs a command and turns every ending into a message and an exit code."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Sequence
from typing import Any, TextIO

import click

from ..errors import OutcomeError, SymcalcError
from ..present import respell
from .commands import group

__all__ = ["main"]

#: Exit codes: the answer is there; it is there but not good; the input is bad; our own fault.
DONE, NOT_GOOD, BAD_INPUT, INTERNAL = 0, 1, 2, 3
INTERRUPTED, BROKEN_PIPE = 130, 141


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Parameters
    ----------
    argv : sequence of str, optional
        The arguments after the program's name; default: those of the process.

    Returns
    -------
    int
        0 done; 1 the answer is not good (not converged, a check disagrees, undefined at the
        point); 2 bad input; 3 a fault of symcalc; 130 interrupted; 141 the reader of the output
        went away.
    """
    args = list(sys.argv[1:] if argv is None else argv)
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _show_warning
            code = _run(args)
        sys.stdout.flush()
    except BrokenPipeError:
        _close_output()
        return BROKEN_PIPE
    return code


def _run(args: list[str]) -> int:
    """Run the command; print what went wrong, if anything did."""
    debug = os.environ.get("SYMCALC_DEBUG") == "1"
    try:
        with group.make_context("symcalc", args) as context:
            return int(group.invoke(context) or DONE)
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.ClickException as error:
        return _complain(_usage(error), BAD_INPUT)
    except (KeyboardInterrupt, click.Abort):
        return _complain("Interrupted.", INTERRUPTED)
    except BrokenPipeError:
        raise
    except Exception as error:  # the last door: a stranger never sees a traceback
        if debug:
            raise
        if isinstance(error, OutcomeError):
            return _complain(str(error), NOT_GOOD)
        if isinstance(error, SymcalcError):
            return _complain(str(error), BAD_INPUT)
        return _complain(_internal(error), INTERNAL)


def _usage(error: click.ClickException) -> str:
    """Return the message of a wrong command line, and where to read on."""
    message = str(SymcalcError(error.format_message()))
    context = getattr(error, "ctx", None)
    return f"{message}\nTry `{context.command_path} --help`." if context else message


def _internal(error: Exception) -> str:
    """Return the message for an error that symcalc did not foresee."""
    what = str(SymcalcError(f"{type(error).__name__}: {error}"))[:200]
    return (
        f"symcalc met an error of its own: {what}\n"
        "Please report it with the command that you ran; SYMCALC_DEBUG=1 shows where it happened."
    )


def _complain(message: str, code: int) -> int:
    """Write a message to standard error and return the exit code."""
    sys.stderr.write(respell(f"{message}\n", sys.stderr))
    return code


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> Any:
    """Write a warning in one line: its place in the code says nothing to the user."""
    _complain(f"warning: {SymcalcError(str(message))}", DONE)


def _close_output() -> None:
    """Point standard output at nothing, so that Python does not complain at its own exit."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError:
        return
