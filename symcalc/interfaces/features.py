"""Which names of a model are columns of a table, and which are parameters."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..calculus.reading import Formula, to_expression
from ..calculus.start import to_values
from ..errors import ArgumentError
from ..language.tokens import tokenize
from ..optimize.plain import count_of, show

__all__ = ["MATRIX", "Features", "find_features"]

#: The name that stands for the whole table in a model over arrays.
MATRIX = "X"

#: Names of the kind `x`, `x1`, `x_max`: columns, where nothing else is said.
_COLUMN = re.compile(r"x(?![A-Za-z])")

#: `x1`, `x_12`: a stem and a number.
_NUMBERED = re.compile(r"(.*?)_?([0-9]+)")


@dataclass(frozen=True, slots=True)
class Features:
    """How the names of a model meet the columns of a table.

    Attributes
    ----------
    names : tuple of str
        Names in the model that are columns; `("X",)` where it takes the whole table.
    columns : tuple of int
        Their places in the table.
    parameters : tuple of str
        The other names, in order of first appearance; those of the start for a whole table.
    is_matrix : bool
    """

    names: tuple[str, ...]
    columns: tuple[int, ...]
    parameters: tuple[str, ...]
    is_matrix: bool = False

    def to_data(self, X: Any) -> dict[str, Any]:
        """Return the columns that the model is evaluated on, by name."""
        if self.is_matrix:
            return {MATRIX: X}
        chosen = zip(self.names, self.columns, strict=True)
        return {name: X[:, column] for name, column in chosen}


def find_features(
    model: Formula,
    *,
    features: Any,
    start: Any,
    n_columns: int,
    named: Sequence[str] = (),
) -> Features:
    """Return which names of a model are columns.

    Those in `features`, at their places or, unless columns have these names, in their order; else
    names of columns that the model contains; else all names without a start; else `x`, or `x1`,
    `x2`, … Numbered names are taken by their numbers, others by order of first appearance.

    Raises
    ------
    ParseError, ArgumentError
        When columns and names do not match in number, or a name is not in the model.
    """
    known = () if start is None else tuple(to_values(start, "parameter"))
    words, features = _words(model), _to_features(features, named)
    if features is None and MATRIX in words and MATRIX not in (*known, *named):
        if not known:
            raise ArgumentError(
                f"A model of the whole table `{MATRIX}` needs the shapes of its parameters: give "
                'a start, such as start="w=zeros, b=0".'
            )
        return Features((MATRIX,), (), known, is_matrix=True)
    present = set(to_expression(model, declared=(*known, *named, *(features or ()))).names)
    ordered = list(dict.fromkeys(word for word in words if word in present))
    if isinstance(features, Mapping):
        chosen = _listed(features, ordered, known)
        places = tuple(_place(features[name], n_columns, named) for name in chosen)
        return Features(chosen, places, _others(ordered, chosen))
    if features is None and (by_name := [name for name in ordered if name in named]):
        clash = [name for name in by_name if name in known]
        if clash:
            raise ArgumentError(f"`{clash[0]}` has a start and is a column of the table.")
        places = tuple(list(named).index(name) for name in by_name)
        return Features(tuple(by_name), places, _others(ordered, by_name))
    is_listed = features is not None
    chosen = _listed(features, ordered, known) if is_listed else _guessed(ordered, known)
    if len(chosen) != n_columns:
        is_left = bool(known) and not is_listed
        which = f"{count_of(len(chosen), 'variable')}{' without a start' * is_left}"
        advice = "give every parameter a start, " if is_left and len(chosen) > n_columns else ""
        raise ArgumentError(
            f"The model has {which} ({', '.join(chosen) or 'none'}), the table "
            f"{count_of(n_columns, 'column')}; {advice}name one variable for each column in "
            "`features`, or give only the columns of the model."
        )
    return Features(chosen, tuple(range(n_columns)), _others(ordered, chosen))


def _to_features(features: Any, named: Sequence[str]) -> Any:
    """Return `features` as a tuple of names, or a dict where columns have these names; or None."""
    if features is None or isinstance(features, Mapping):
        return features
    if isinstance(features, str):
        features = [name.strip() for name in features.split(",")]
    try:
        chosen = tuple(features)
    except TypeError:
        chosen = (features,)
    strange = [name for name in chosen if not isinstance(name, str)]
    if strange:
        raise ArgumentError(
            f"`features` holds {show(strange[0])}; give names in the model, in the order of the "
            'columns, or a dict with places, such as {"x": 3}.'
        )
    is_named = [name in named for name in chosen]
    if any(is_named) and not all(is_named):
        raise ArgumentError(
            f"`{chosen[is_named.index(True)]}` in `features` is the name of a column, and "
            f"`{chosen[is_named.index(False)]}` is none; say which column each is with a dict, "
            'such as {"x": "age"}.'
        )
    return {name: name for name in chosen} if chosen and all(is_named) else chosen


def _words(model: Formula) -> list[str]:
    """Return the names in a model, and its other tokens, as they stand."""
    return list(tokenize(model if isinstance(model, str) else to_expression(model).text).texts)


def _others(ordered: Sequence[str], chosen: Collection[str]) -> tuple[str, ...]:
    return tuple(name for name in ordered if name not in chosen)


def _listed(features: Any, ordered: Sequence[str], known: Collection[str]) -> tuple[str, ...]:
    """Return `features` as distinct names that the model contains."""
    chosen = tuple(features)
    for name in chosen:
        if name not in ordered:
            raise ArgumentError(f"`{name}` is in `features`, but not in the model.")
        if name in known or chosen.count(name) > 1:
            where = "in `start` too" if name in known else "twice in `features`"
            raise ArgumentError(f"`{name}` stands {where}; it is a column or a parameter, once.")
    return chosen


def _place(column: Any, n_columns: int, named: Sequence[str]) -> int:
    """Return the place of a column that is given by its name or its place."""
    if column in named:
        return list(named).index(column)
    if isinstance(column, int | np.integer) and 0 <= column < n_columns:
        return int(column)
    have = f", named {', '.join(named[:12])}" if named else ""
    raise ArgumentError(f"The table has no column {column!r}; it has {n_columns}{have}.")


def _guessed(ordered: Sequence[str], known: Collection[str]) -> tuple[str, ...]:
    """Return the names that are columns where nobody says so, in the order of the columns."""
    if known:
        chosen = _others(ordered, known)
    else:
        chosen = tuple(name for name in ordered if _COLUMN.match(name))
    parts = [_NUMBERED.fullmatch(name) for name in chosen]
    found = [part for part in parts if part is not None]
    if len(chosen) < 2 or len(found) < len(chosen) or len({part[1] for part in found}) > 1:
        return chosen
    numbers = sorted(int(part[2]) for part in found)
    if numbers != list(range(numbers[0], numbers[0] + len(numbers))) or numbers[0] > 1:
        raise ArgumentError(
            f"Which columns are {', '.join(sorted(chosen))}? Their numbers leave some out; name "
            "the variables in the order of the columns: `features`."
        )
    return tuple(part[0] for part in sorted(found, key=lambda part: int(part[2])))
