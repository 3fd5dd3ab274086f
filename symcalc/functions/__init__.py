"""The one table of functions and constants.

A row says everything that any room needs to know of a function. `TABLE` maps the kind of a node
to its row; `lookup` is for names that stand in a text, aliases included.
"""

from __future__ import annotations

from . import (
    bessel,
    constants,
    elementary,
    hyperbolic,
    integrals,
    notation,
    orthogonal,
    special,
    stable,
    steps,
)
from .library import AIRY_END, LOG_GAMMA_SERIES
from .library import PREFIX as LIBRARY
from .row import FunctionRow, Kink, Partials

__all__ = [
    "AIRY_END",
    "CONSTANTS",
    "FAMILIES",
    "LIBRARY",
    "LOG_GAMMA_SERIES",
    "NAMES",
    "TABLE",
    "FunctionRow",
    "Kink",
    "Partials",
    "lookup",
]

#: The rows by family, each with its title.
FAMILIES: dict[str, tuple[FunctionRow, ...]] = {
    "Elementary functions": elementary.ROWS,
    "Hyperbolic functions": hyperbolic.ROWS,
    "Absolute value, sign, extrema, rounding": steps.ROWS,
    "Stable forms": stable.ROWS,
    "Gamma, error function and their relatives": special.ROWS,
    "Functions defined by integrals": integrals.ROWS,
    "Bessel and Airy functions": bessel.ROWS,
    "Orthogonal polynomials": orthogonal.ROWS,
    "Names that are only notation": notation.ROWS,
    "Constants": constants.ROWS,
}

#: Canonical name (the kind of a node) -> row.
TABLE: dict[str, FunctionRow] = {row.name: row for rows in FAMILIES.values() for row in rows}

#: Names of the rows without arguments.
CONSTANTS: frozenset[str] = frozenset(row.name for row in TABLE.values() if row.arity == (0, 0))

#: Constants that exist inside the graph only: no text can say them.
_INTERNAL = frozenset({"nan"})

_BY_SPELLING: dict[str, FunctionRow] = {
    spelling: row
    for row in TABLE.values()
    if row.name not in _INTERNAL
    for spelling in (row.name, *row.aliases)
}

#: Every spelling that a text may use.
NAMES: frozenset[str] = frozenset(_BY_SPELLING)


def lookup(name: str) -> FunctionRow | None:
    """Return the row that a text means by this name, or None.

    Parameters
    ----------
    name : str
        A canonical name or an alias, as typed.

    Examples
    --------
    >>> from symcalc.functions import lookup
    >>> lookup("arcsin").name
    'asin'
    >>> lookup("sni") is None
    True
    """
    return _BY_SPELLING.get(name)
