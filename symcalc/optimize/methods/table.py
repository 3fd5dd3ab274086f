"""The methods by name."""

from __future__ import annotations

import difflib

from ...errors import ArgumentError
from .adaptive_methods import ADAPTIVE_METHODS
from .constrained_methods import CONSTRAINED_METHODS
from .global_methods import GLOBAL_METHODS
from .kink_methods import KINK_METHODS
from .line_methods import LINE_METHODS
from .method import Method
from .patterns import PATTERN_METHODS
from .proximal_methods import PROXIMAL_METHODS
from .scipy_methods import SCIPY_METHODS
from .simplex import SIMPLEX_METHODS
from .square_methods import SQUARE_METHODS

__all__ = ["METHODS", "find_method"]

#: Every method by name. A new one is a row here and a row of tests.
METHODS: dict[str, Method] = {
    row.name: row
    for family in (
        LINE_METHODS, ADAPTIVE_METHODS, SQUARE_METHODS, PATTERN_METHODS, SIMPLEX_METHODS,
        PROXIMAL_METHODS, KINK_METHODS, SCIPY_METHODS, CONSTRAINED_METHODS, GLOBAL_METHODS,
    )
    for row in family
}  # fmt: skip


def _plain_name(name: str) -> str:
    """Return a name without case, hyphens and underscores."""
    return name.lower().replace("-", "").replace("_", "").replace(" ", "")


_BY_NAME = {
    _plain_name(name): row for row in METHODS.values() for name in (row.name, *row.aliases)
} | {"lbfgsb": METHODS["L-BFGS-B"]}


def find_method(name: object) -> Method:
    """Return the row of a method; case, hyphens and underscores do not matter.

    Raises
    ------
    ArgumentError
        When there is no such method; the message proposes the near name and lists all.
    """
    if isinstance(name, str):
        found = _BY_NAME.get(_plain_name(name))
        if found is not None:
            return found
        near = difflib.get_close_matches(_plain_name(name), _BY_NAME, 1, 0.6)
        hint = f" Did you mean {_BY_NAME[near[0]].name!r}?" if near else ""
    else:
        hint = ""
    allowed = ", ".join(["auto", *METHODS])
    raise ArgumentError(f"Unknown method {name!r}.{hint} Allowed: {allowed}.")
