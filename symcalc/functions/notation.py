"""Names that are only notation: the reader builds what they stand for."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from .row import FunctionRow

__all__ = ["ROWS"]


def _root(m: Any, x: Any, n: Any) -> Any:
    """Return x**(1/n); for odd whole n the real root, of negative x too."""
    order = m.graph.value(n.node)
    if order == 3:
        return m.cbrt(x)
    if order is None or order == 0:
        return x ** (1 / n)
    if order % 2 == 1:
        return m.sign(x) * m.abs(x) ** Fraction(1, order)
    return x ** (1 / Fraction(order))


def _clip(m: Any, x: Any, low: Any, high: Any) -> Any:
    """Return x brought into the range."""
    return m.min(m.max(x, low), high)


ROWS = (
    FunctionRow(
        name="sqrt",
        summary="sqrt(x): x**(1/2)",
        expand=lambda m, x: m.sqrt(x),
        domain="x >= 0",
        latex="\\sqrt{{{0}}}",
        sample=((0.5,), (1e-300,), (1e300,)),
    ),
    FunctionRow(
        name="root",
        summary="root(x, n): x**(1/n); for odd whole n the real root, of negative x too",
        arity=(2, 2),
        expand=_root,
        aliases=("real_root",),
        domain="x >= 0, or n odd",
        sample=((0.5, 2.0), (-32.0, 5.0), (-8.0, 3.0), (2.0, -3.0)),
    ),
    FunctionRow(
        name="square",
        summary="square(x): x**2",
        expand=lambda m, x: x**2,
        sample=((0.5,), (-3.25,)),
    ),
    FunctionRow(
        name="power",
        summary="power(x, y): x**y",
        arity=(2, 2),
        expand=lambda m, x, y: x**y,
        aliases=("pow", "Pow"),
        domain="x > 0, or y whole",
        sample=((0.5, 2.5), (3.25, -1.5)),
    ),
    FunctionRow(
        name="exp2",
        summary="exp2(x): 2**x",
        expand=lambda m, x: m(2) ** x,
        sample=((0.5,), (-3.25,)),
    ),
    FunctionRow(
        name="frac",
        summary="frac(x): x - floor(x)",
        expand=lambda m, x: x - m.floor(x),
        sample=((0.5,), (-3.25,)),
    ),
    FunctionRow(
        name="trunc",
        summary="trunc(x): x without its fractional part: sign(x)*floor(abs(x))",
        expand=lambda m, x: m.sign(x) * m.floor(m.abs(x)),
        aliases=("fix",),
        sample=((0.5,), (-3.25,), (2.9,)),
    ),
    FunctionRow(
        name="clip",
        summary="clip(x, a, b): min(max(x, a), b)",
        arity=(3, 3),
        expand=_clip,
        sample=((0.5, 0.0, 1.0), (-3.25, 0.0, 1.0), (3.7, 0.0, 1.0)),
    ),
    FunctionRow(
        name="logsigmoid",
        summary="logsigmoid(x): log(1/(1 + exp(-x))) = -softplus(-x)",
        expand=lambda m, x: -m.softplus(-x),
        aliases=("log_expit",),
        sample=((0.5,), (-800.0,)),
    ),
    FunctionRow(
        name="silu",
        summary="silu(x): x*sigmoid(x)",
        expand=lambda m, x: x * m.sigmoid(x),
        sample=((0.5,), (-40.25,)),
    ),
    FunctionRow(
        name="gelu",
        summary="gelu(x): x times the normal distribution function at x",
        expand=lambda m, x: x * m.erfc(-x / m.sqrt(2)) / 2,
        sample=((0.5,), (-3.25,)),
    ),
    FunctionRow(
        name="ndtr",
        summary="ndtr(x): the normal distribution function, erfc(-x/sqrt(2))/2",
        expand=lambda m, x: m.erfc(-x / m.sqrt(2)) / 2,
        sample=((0.5,), (-3.25,)),
    ),
    FunctionRow(
        name="radians",
        summary="radians(x): x*pi/180",
        expand=lambda m, x: x * m.pi / 180,
        aliases=("deg2rad",),
        sample=((90.0,), (-3.25,)),
    ),
    FunctionRow(
        name="degrees",
        summary="degrees(x): x*180/pi",
        expand=lambda m, x: 180 * x / m.pi,
        aliases=("rad2deg",),
        sample=((0.5,), (-3.25,)),
    ),
)
