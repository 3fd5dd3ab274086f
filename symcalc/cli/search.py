"""What commands share that search for a closed form: their options, and the line of progress."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from .options import assume_option

__all__ = ["search_options", "shown_search"]

#: Erases the line that shows progress.
_ERASE = "\r\x1b[K"


def search_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --assume, --at and --budget."""
    options = (
        assume_option,
        click.option(
            "--at",
            "values",
            multiple=True,
            metavar="POINT",
            help='Values of parameters, "a=1/2,b=3".',
        ),
        click.option(
            "--budget",
            type=float,
            default=10.0,
            show_default=True,
            help="Seconds for the whole work.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


@contextmanager
def shown_search() -> Iterator[Callable[[str], None] | None]:
    """Yield what shows progress on a terminal, and erase its line in the end."""
    if not sys.stderr.isatty():
        yield None
        return
    try:
        yield _show
    finally:
        sys.stderr.write(_ERASE)
        sys.stderr.flush()


def _show(stage: str) -> None:
    """Write what is being tried over the last line."""
    sys.stderr.write(f"{_ERASE}{stage} …")
    sys.stderr.flush()
