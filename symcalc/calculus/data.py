"""Columns of data by name: from a dict of arrays, a CSV or `.npz` file, a data frame."""

from __future__ import annotations

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
from .data_files import is_number, read_file
from .reading import Formula, called_in

__all__ = ["Table", "load_data", "refuse_masked"]

Column = NDArray[np.float64]

_NUMBERS = (int, float, np.number)

#: So many numbers are looked at together for those that are not finite.
FINITE_AT_ONCE = 2**20

#: No place.
_NOWHERE = np.zeros(0, dtype=np.int64)


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

    def spoken(self, *formulas: Formula) -> tuple[str, ...]:
        """Return the names that formulas may mean: not `u [m]`, not `mean` in `mean(v)`."""
        names = _speakable(self.names)
        called = [called_in(formula) for formula in formulas]
        return (
            tuple([n for n in names if not any(n in c for c in called)]) if any(called) else names
        )

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
        names, fetched, place = read_file(Path(data))
        _check_header(names)
        return Table(names, fetched, place)
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
    texts = tuple([plain_name(str(name)) for name in names])
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
    is_comma = isinstance(cell, str) and is_number(cell.replace(",", ".", 1))
    return show(cell, 40), "not a number" + "; decimals have a point" * is_comma
