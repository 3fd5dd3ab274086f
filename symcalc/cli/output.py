"""Writing an answer and telling by the exit code how good it is."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import ArgumentError
from ..present import Block, describe, describe_point, show, to_json

__all__ = ["DONE", "NOT_GOOD", "answer", "choose_format", "write", "write_json"]

#: Exit codes: the answer is there; it is there but not what was asked for.
DONE, NOT_GOOD = 0, 1

#: A point, and the estimates there by the name of the derivative.
Values = tuple[dict[str, Any], Mapping[Any, Any]]


def choose_format(format: str, as_json: bool, at: Sequence[str] = ()) -> str:
    """Return the format to write, `--json` being short for one; values go with two of them."""
    format = "json" if as_json else format
    if at and format not in ("text", "json"):
        raise ArgumentError(f"--at goes with --format text or json, not with {format}.")
    return format


def answer(
    result: Any,
    format: str = "text",
    *,
    values: Sequence[Values] = (),
    blocks: Sequence[Block] | None = None,
    data: dict[str, Any] | None = None,
) -> int:
    """Write a result, with values at points where asked for, and return the exit code.

    `blocks` and `data` replace the result's own report and dictionary.
    """
    if format == "json":
        data = result.to_dict() if data is None else data
        if values:
            data = {**data, "at": [{"point": point, "values": at} for point, at in values]}
        write_json(data)
    else:
        blocks = describe(result, format) if blocks is None else blocks
        write([*blocks, *[block for pair in values for block in describe_point(*pair)]])
    estimates = [estimate for _, at in values for estimate in at.values()]
    return DONE if _is_good(result) and all(e.outcome.is_good for e in estimates) else NOT_GOOD


def write(blocks: Sequence[Block]) -> None:
    """Write a report to standard output."""
    show(blocks, sys.stdout)


def write_json(data: Any) -> None:
    """Write JSON to standard output."""
    sys.stdout.write(to_json(data) + "\n")


def _is_good(result: Any) -> bool:
    """Whether a result is what was asked for: its check agrees, its run converged."""
    judge = getattr(result, "check", None) or getattr(result, "outcome", None)
    return judge is None or bool(judge.is_good)
