"""Constants of the language."""

from __future__ import annotations

import math
from typing import Any

from . import enclosures
from .row import FunctionRow

__all__ = ["ROWS"]


def _constant(name: str, summary: str, value: float | None, **fields: Any) -> FunctionRow:
    """Return the row of a constant."""
    return FunctionRow(name=name, summary=summary, arity=(0, 0), constant=value, **fields)


ROWS = (
    _constant(
        "pi",
        "pi: the circumference of a circle of diameter 1",
        math.pi,
        scalar="math.pi",
        array="numpy.pi",
        sympy="pi",
        ball="pi",
        latex="\\pi",
    ),
    _constant(
        "e",
        "e: the base of the natural logarithm",
        math.e,
        aliases=("E",),
        scalar="math.e",
        array="numpy.e",
        sympy="E",
        ball="const_e",
        latex="e",
    ),
    _constant(
        "oo",
        "oo: infinity",
        math.inf,
        aliases=("inf", "infinity"),
        scalar="math.inf",
        array="numpy.inf",
        sympy="oo",
        ball="pos_inf",
        latex="\\infty",
    ),
    _constant(
        "EulerGamma",
        "EulerGamma: the limit of 1 + 1/2 + ... + 1/n - log(n)",
        0.5772156649015329,
        array="numpy.euler_gamma",
        sympy="EulerGamma",
        ball="const_euler",
        latex="\\gamma",
    ),
    _constant(
        "Catalan",
        "Catalan: 1 - 1/9 + 1/25 - 1/49 + ...",
        0.915965594177219,
        sympy="Catalan",
        ball="const_catalan",
        latex="G",
    ),
    _constant(
        "GoldenRatio",
        "GoldenRatio: (1 + sqrt(5))/2",
        1.618033988749895,
        sympy="GoldenRatio",
        ball=enclosures.golden_ratio,
        latex="\\varphi",
    ),
    _constant("I", "I: the imaginary unit", None, sympy="I", latex="i"),
    _constant(
        "nan",
        "nan: where a piecewise has no value; no text can say it",
        math.nan,
        scalar="math.nan",
        array="numpy.nan",
        sympy="nan",
        ball="nan",
        latex="\\text{undefined}",
    ),
)
