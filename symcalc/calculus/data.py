"""Columns of data by name: from a dict of arrays, a CSV or `.npz` file, a data frame."""

from __future__ import annotations

import csv
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError
from ..language.names import is_name, plain_name
from ..optimize.plain import count_of, show

__all__ = ["Table", "load_data", "refuse_masked"]

Column = NDArray[np.float64]

_NUMBERS = (int, float, np.number)

#: So many numbers are looked at together for those that are not finite.
FINITE_AT_ONCE = 2**20

#: No place.
_NOWHERE = np.zeros(0, dtype=np.int64)

#: Cells of a CSV file that mean "no value".
MISSING = frozenset({"", "na", "n/a", "nan", "null", "none"})


@dataclass(frozen=True, slots=True)
class Table:
    """Named columns, converted and checked when they are asked for.

    Attributes
    ----------
    names : tuple of str
    fetch : callable
        `fetch(name)` returns the column as it came.
    place : callable
        `place(index)` names a row in a message, counting from 0: "row 3", "line 4".
    single : frozenset of str
        Names that hold one number for all rows.
    stays_on_disk : bool
        Whether arrays in files (`np.memmap`) are left there, in the type they are stored in.
    is_lent : bool
        Whether arrays of doubles are not copied: nothing of them is kept when the verb returns.
    """

    names: tuple[str, ...]
    fetch: Callable[[str], Any]
    place: Callable[[int], str]
    single: frozenset[str] = frozenset()
    stays_on_disk: bool = False
    is_lent: bool = False

    @property
    def speakable(self) -> tuple[str, ...]:
        """The names that can stand in a formula: no `u [m]`, no `class`."""
        return _speakable(self.names)

    def column(self, name: str) -> Column:
        """Return a column as floats: one-dimensional, or a single number for all rows.

        Raises
        ------
        DataError
            When there is no such column, or a cell is not a finite number.
        """
        if name not in self.names:
            listed = ", ".join(self.names[:20]) or "(none)"
            raise DataError(f"The data have no column `{name}`. Their columns: {listed}.")
        cells = self.fetch(name)
        column = self._to_floats(name, cells)
        if column.ndim > 1:
            raise DataError(f"The column `{name}` has shape {column.shape}; a column has one axis.")
        bad = _not_finite(column if column.ndim else column[None])
        if bad.size:
            rows = ", ".join(self.place(int(i)) for i in bad[:5])
            more = f" and {bad.size - 5} more" if bad.size > 5 else ""
            raise DataError(
                f"The column `{name}` has no finite number in {rows}{more}; leave those rows out."
            )
        return column

    def array(self, name: str) -> Any:
        """Return an array of one or two axes as floats; a SciPy sparse matrix as it came.

        Raises
        ------
        DataError
            When a cell is not a finite number.
        """
        cells = self.fetch(name)
        if hasattr(cells, "tocsr"):
            return cells
        if np.ndim(cells) < 2:
            return self.column(name)
        array = self._to_floats(name, cells)
        bad = _not_finite(array)
        if bad.size:
            place = ", ".join(str(int(i)) for i in np.unravel_index(int(bad[0]), array.shape))
            raise DataError(
                f"The array `{name}` has no finite number at [{place}]; fill what is missing, and "
                "leave it out of the formula by an array of weights 0 and 1."
            )
        return array

    def is_matrix(self, name: str) -> bool:
        """Whether a name holds an array of two axes or more."""
        cells = self.fetch(name)
        return len(getattr(cells, "shape", ())) > 1 or (
            isinstance(cells, (list, tuple)) and np.ndim(cells) > 1
        )

    def columns(self, names: tuple[str, ...]) -> tuple[dict[str, Column], int]:
        """Return several columns and the number of rows, which they must agree on."""
        found = {name: self.column(name) for name in names}
        sizes = {name: column.size for name, column in found.items() if column.ndim}
        if len(set(sizes.values())) > 1:
            told = ", ".join(f"`{name}` {size}" for name, size in list(sizes.items())[:6])
            raise DataError(f"The columns differ in length: {told}. They must have one length.")
        if sizes and min(sizes.values()) == 0:
            raise DataError("The data have no rows.")
        return found, next(iter(sizes.values()), 1)

    def _to_floats(self, name: str, cells: Any) -> Column:
        """Return the cells as floats; the first one that is no number is named."""
        refuse_masked(cells, f"The column `{name}`")
        if self.stays_on_disk and isinstance(cells, np.memmap) and cells.dtype.kind in "biuf":
            return cells
        array = np.asarray(cells)
        if array.dtype.char == "d":
            return array if self.is_lent else array.astype(float)
        if array.dtype.kind == "c":
            raise DataError(f"The column `{name}` is complex; give real numbers.")
        if array.dtype.kind in "biuf":
            with np.errstate(over="ignore"):  # beyond double precision it is infinite, and refused
                return array.astype(float)
        for index, cell in enumerate(np.asarray(cells, dtype=object).ravel()):
            fault = _find_fault(cell)
            if fault:
                raise DataError(
                    f"The column `{name}` holds {fault[0]} in {self.place(index)}, {fault[1]}."
                )
        if array.dtype.kind in "mM":
            raise DataError(f"The column `{name}` cannot be read as numbers.")
        return array.astype(float)


@lru_cache(maxsize=64)
def _speakable(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple([name for name in names if is_name(plain_name(name))])


def load_data(data: Any) -> Table:
    """Return the columns of `data` by name.

    Parameters
    ----------
    data : mapping, path, or data frame
        A dict of arrays; the path of a CSV file (one header row; separated by commas,
        semicolons or tabs) or of an `.npz` file; anything with `columns` that are fetched by
        `data[name]`, such as a pandas DataFrame; a structured NumPy array.

    Raises
    ------
    DataError
        When the data cannot be read; the message says where.
    """
    if isinstance(data, Table):
        return data
    if isinstance(data, (str, Path)):
        return _load_path(Path(data))
    single: frozenset[str] = frozenset()
    if isinstance(data, Mapping):
        names = tuple(data)
        numbers = [name for name, cells in data.items() if isinstance(cells, _NUMBERS)]
        single = frozenset(map(str, numbers))
    elif hasattr(data, "columns") and hasattr(data, "__getitem__"):
        names = tuple(data.columns)
    elif isinstance(data, np.ndarray) and data.dtype.names:
        names = data.dtype.names
    else:
        raise DataError(
            f"The data are a {type(data).__name__}; give a dict of arrays, a data frame, or the "
            "path of a CSV or .npz file."
        )
    texts = tuple(map(str, names))
    keys = dict(zip(texts, names, strict=True))
    if len(keys) < len(texts):
        _check_header(texts)
    return Table(texts, lambda name: data[keys[name]], lambda index: f"row {index + 1}", single)


def _not_finite(array: Column) -> NDArray[np.int64]:
    """Return the places, counted row after row, of what is no finite number; a part at a time."""
    if array.size <= FINITE_AT_ONCE and np.isfinite(array).all():
        return _NOWHERE
    length = max(FINITE_AT_ONCE // max(array[:1].size, 1), 1)
    plain = array.view(np.ndarray)
    found = [
        np.flatnonzero(~np.isfinite(plain[begin : begin + length])) + begin * array[:1].size
        for begin in range(0, len(array), length)
    ]
    return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)


def _load_path(path: Path) -> Table:
    """Read a file, by its ending."""
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
            return _read_csv(path, file.read())
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


def _read_archive(path: Path) -> Table:
    """Return the arrays of an .npz file; nothing in it is executed."""
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
    except (ValueError, EOFError, AttributeError, TypeError, zipfile.BadZipFile, zlib.error):
        raise DataError(
            f"The file {str(path)!r} is no .npz file of numbers that can be read: it is damaged, "
            "of another format, or holds Python objects."
        ) from None
    if not arrays:
        raise DataError(f"The file {str(path)!r} holds no arrays.")
    return load_data(arrays)


def _read_csv(path: Path, text: str) -> Table:
    """Return the columns of a CSV text; blank lines and lines that begin with # do not count."""
    first = next((line for line in text.splitlines() if _counts(line)), "")
    separator = max(",;\t", key=first.count)
    reader = csv.reader(text.splitlines(keepends=True), delimiter=separator)
    rows, lines = [], []
    for row in reader:
        if row and _counts(separator.join(row)):
            rows.append([cell.strip() for cell in row])
            lines.append(reader.line_num)
    if not rows:
        raise DataError(f"The file {str(path)!r} is empty; the first row names the columns.")
    header = tuple(rows[0])
    if all(_is_number(name) for name in header):
        raise DataError(
            f"The first row of {str(path)!r} is {separator.join(header):.60}; it must name the "
            "columns."
        )
    _check_header(header)
    for row, line in zip(rows, lines, strict=True):
        if len(row) != len(header):
            raise DataError(
                f"Line {line} of {str(path)!r} has {count_of(len(row), 'cell')}; the header has "
                f"{len(header)}."
            )
    place = {name: index for index, name in enumerate(header)}

    def fetch(name: str) -> list[str | float]:
        column = place[name]
        return ["nan" if row[column].lower() in MISSING else row[column] for row in rows[1:]]

    return Table(header, fetch, lambda index: f"line {lines[index + 1]}")


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _counts(line: str) -> bool:
    """Whether a line of a CSV file is neither blank nor a comment."""
    return bool(line.strip(" \t,;")) and not line.lstrip().startswith("#")


def _check_header(names: tuple[str, ...]) -> None:
    """Refuse columns that share a name; those without one cannot be asked for."""
    seen: set[str] = set()
    for name in names:
        if name and name in seen:
            raise DataError(f"Two columns are called `{name}`; rename one.")
        seen.add(name)


def refuse_masked(cells: Any, what: str) -> None:
    """Refuse cells that a mask hides: what lies under it is no measurement.

    Raises
    ------
    DataError
        With the number of masked rows.
    """
    if isinstance(cells, np.ma.MaskedArray):
        n_masked, size = int(np.ma.getmaskarray(cells).sum()), cells.size
    elif isinstance(cells, (list, tuple)):
        n_masked, size = sum(cell is np.ma.masked for cell in cells), len(cells)
    else:
        return
    if n_masked:
        raise DataError(
            f"{what} is masked in {n_masked} of {count_of(size, 'row')}; leave those rows out of "
            "every column (`compressed()` does so for one)."
        )


def _find_fault(cell: Any) -> tuple[str, str] | None:
    """Return what a cell is and why that is no real number, None where it is one."""
    try:
        # Python reads 1_0 as 10, and the digits of every script.
        is_plain = not isinstance(cell, str) or ("_" not in cell and cell.isascii())
        if is_plain and float(cell) is not None:
            return None
    except OverflowError:
        return "a number", "beyond double precision"
    except (TypeError, ValueError):
        pass
    is_comma = isinstance(cell, str) and _is_number(cell.replace(",", ".", 1))
    return show(cell, 40), "not a number" + "; decimals have a point" * is_comma
