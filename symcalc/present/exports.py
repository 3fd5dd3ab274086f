"""Reports on exported source."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .blocks import Block, Line

__all__ = ["describe_export", "describe_written"]


def describe_export(export: Any) -> list[Block]:
    """Return the file as it is."""
    return [Line(line) for line in export.text.rstrip("\n").split("\n")]


def describe_written(export: Any, paths: Sequence[Path]) -> list[Block]:
    """Return where files were written, and how to run the check."""
    lines: list[Block] = [Line(f"written: {path}") for path in paths]
    return [*lines, Line(f"check: {export.run}", "faint")] if export.run else lines
