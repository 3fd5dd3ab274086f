"""Files of data: CSV by columns, `.npz` by arrays."""

from __future__ import annotations

import csv
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from ..errors import DataError
from ..language.names import plain_name
from ..optimize.plain import count_of

__all__ = ["is_number", "read_file"]

#: Cells of a CSV file that mean "no value".
MISSING = frozenset({"", "na", "n/a", "nan", "null", "none"})

#: What a file holds: names, the column or array of a name, and how a row is called in a message.
Contents = tuple[tuple[str, ...], Callable[[str], Any], Callable[[int], str]]


def read_file(path: Path) -> Contents:
    """Read a file, by its ending.

    Raises
    ------
    DataError
    """
    suffix = path.suffix.lower()
    if suffix == ".npy":
        raise DataError(
            f"{str(path)!r} holds one array without a name; save arrays by name: numpy.savez("
            "'data.npz', X=X, y=y)."
        )
    try:
        if suffix == ".npz":
            return _read_archive(path)
        with path.open(newline="", encoding="utf-8-sig") as file:
            return _read_csv(path, file)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise DataError(f"The data file {str(path)!r} cannot be read: {reason}.") from None
    except UnicodeDecodeError as error:
        raise DataError(
            f"The file {str(path)!r} is no text in UTF-8 (byte {error.start + 1}); save it as a "
            "CSV file in UTF-8, or give an .npz file."
        ) from None
    except csv.Error as error:
        raise DataError(f"The file {str(path)!r} is not a CSV file: {error}.") from None


def _read_archive(path: Path) -> Contents:
    """Return the arrays of an .npz file; nothing in it is executed."""
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as archive:
            arrays = {plain_name(name): archive[name] for name in archive.files}
    except (ValueError, EOFError, AttributeError, TypeError, zipfile.BadZipFile, zlib.error):
        raise DataError(
            f"The file {str(path)!r} is no .npz file of numbers that can be read: it is damaged, "
            "of another format, or holds Python objects."
        ) from None
    if not arrays:
        raise DataError(f"The file {str(path)!r} holds no arrays.")
    return tuple(arrays), arrays.__getitem__, lambda index: f"row {index + 1}"


def _read_csv(path: Path, file: TextIO) -> Contents:
    """Return the columns of a CSV file; blank lines and lines that begin with # do not count."""
    first = next((line for line in file if _counts(line)), "")
    separator = max(",;\t", key=first.count)
    file.seek(0)
    rows = _counting(file, separator)
    header_row, _ = next(rows, ([], 0))
    if not header_row:
        raise DataError(f"The file {str(path)!r} is empty; the first row names the columns.")
    header = tuple([plain_name(cell.strip()) for cell in header_row])
    if all(map(is_number, header)):
        raise DataError(
            f"The first row of {str(path)!r} is {separator.join(header):.60}; it must name the "
            "columns."
        )
    columns: list[list[str]] = [[] for _ in header]
    lines: list[int] = []
    for row, line in rows:
        if len(row) != len(header):
            raise DataError(
                f"Line {line} of {str(path)!r} has {count_of(len(row), 'cell')}; the header has "
                f"{len(header)}."
            )
        lines.append(line)
        for column, cell in zip(columns, row, strict=True):
            column.append(cell)
    place: dict[str, Any] = dict(zip(header, map(_Column, columns), strict=True))
    return header, lambda name: place[name].cells, lambda index: f"line {lines[index]}"


class _Column:
    """A column of texts, converted once, when it is first asked for."""

    def __init__(self, texts: list[str]) -> None:
        self._texts = texts

    @cached_property
    def cells(self) -> Any:
        """Floats, or texts where one is no number."""
        return _to_cells(self._texts)


def _to_cells(column: list[str]) -> Any:
    """Return a column as floats, or as texts where one is no number."""
    if (found := _to_floats(column)) is not None:
        return found
    cells = [cell.strip() for cell in column]
    cells = ["nan" if cell.lower() in MISSING else cell for cell in cells]
    return cells if (found := _to_floats(cells)) is None else found


def _to_floats(cells: list[str]) -> Any:
    """Return texts as floats; None where one must be looked at by itself."""
    whole = "".join(cells)
    if "_" in whole or not whole.isascii():  # Python reads 1_0 as 10, and digits of every script
        return None
    try:
        return np.fromiter(map(float, cells), float, len(cells))
    except ValueError:
        return None


def _counting(file: TextIO, separator: str) -> Iterator[tuple[list[str], int]]:
    """Yield the rows that count, each with the number of its line."""
    reader = csv.reader(file, delimiter=separator)
    for row in reader:
        if row and (row[0][:1] not in " \t#" or _counts(separator.join(row))):
            yield row, reader.line_num


def is_number(cell: str) -> bool:
    """Whether a cell can be read as a number."""
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _counts(line: str) -> bool:
    """Whether a line of a CSV file is neither blank nor a comment."""
    return bool(line.strip(" \t,;\r\n")) and not line.lstrip().startswith("#")
