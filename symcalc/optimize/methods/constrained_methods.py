"""The methods that keep to constraints; `optimize/constrained/` runs them.

Their `make` checks the values of the options and returns them: a run under constraints is more than
one solver.
"""

from __future__ import annotations

import sys
from dataclasses import replace

from ...errors import ArgumentError
from ..plain import show
from .method import Method, Options, number_option
from .scipy_methods import SCIPY_METHODS

__all__ = ["CONSTRAINED", "CONSTRAINED_METHODS"]

_STARTS = {"starts": "further starts, of which the best end is returned; 12 for few variables"}


def _check(options: Options) -> Options:
    """Return the options, their values checked."""
    starts = options.get("starts", 0)
    if not isinstance(starts, int) or isinstance(starts, bool) or starts < 0:
        raise ArgumentError(f"`starts` is {show(starts)}; it must be a whole number, at least 0.")
    if "penalty" in options:
        number_option(options, "penalty", 10.0, sys.float_info.min, 1e14, "10")
    return options


CONSTRAINED_METHODS = (
    Method(
        "trust-constr", "SciPy's trust region for constraints, with exact second derivatives",
        "product", _check, _STARTS, takes_bounds=True,
    ),
    Method(
        "augmented_lagrangian", "penalties and multipliers around a projected Newton method; many "
        "variables and constraints", "product", _check,
        _STARTS | {"penalty": "the first penalty on the squares of violations"},
        takes_bounds=True, aliases=("auglag",),
    ),
    Method(
        "interior_point", "Newton's steps between barriers, on sparse or dense matrices; many "
        "constraints", "product", _check, _STARTS, takes_bounds=True, aliases=("barrier",),
        max_steps=500,
    ),
)  # fmt: skip

_SLSQP = next(row for row in SCIPY_METHODS if row.name == "SLSQP")

#: By name: what each accepts where there are constraints.
CONSTRAINED = {row.name: row for row in CONSTRAINED_METHODS} | {
    "SLSQP": replace(_SLSQP, options=_STARTS, make=_check)
}
