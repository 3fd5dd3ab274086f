"""Functions with kinks and jumps: absolute value, sign, extrema, rounding, the unit step."""

from __future__ import annotations

from collections.abc import Callable
from itertools import accumulate
from typing import Any

from . import continuations, enclosures, machine
from .row import FunctionRow, Kink, Partials

__all__ = ["ROWS"]


def _max_rule(m: Any, y: Any, *xs: Any) -> list[Any]:
    """Return the shares in the slope; max is folded from the left, each tie is halved."""
    return _shares(m, xs, list(accumulate(xs, m.max)), lambda left, right: left - right)


def _min_rule(m: Any, y: Any, *xs: Any) -> list[Any]:
    """Return the shares in the slope; min is folded from the left, each tie is halved."""
    return _shares(m, xs, list(accumulate(xs, m.min)), lambda left, right: right - left)


def _shares(m: Any, xs: tuple[Any, ...], leaders: list[Any], lead: Callable[..., Any]) -> list[Any]:
    """Return whether each argument leads those before it, times that none behind leads it."""
    share, found = m(1), []
    for k in range(len(xs) - 1, 0, -1):
        found.append(m.heaviside(lead(xs[k], leaders[k - 1])) * share)
        share = m.heaviside(lead(leaders[k - 1], xs[k])) * share
    return [share, *reversed(found)]


def _gap(m: Any, best: Callable[..., Any], other: Callable[..., Any], xs: tuple[Any, ...]) -> Any:
    """Return a term that vanishes where the two arguments that lead are equal."""
    if len(xs) < 3:
        return xs[0] - xs[1] if len(xs) == 2 else m(1)
    before = accumulate(xs, best)
    runners_up = [other(x, leader) for x, leader in zip(xs[1:], before, strict=False)]
    return best(*xs) - best(*runners_up)


ROWS = (
    FunctionRow(
        name="abs",
        title="absolute value",
        summary="abs(x): the absolute value",
        derivatives=(lambda m, y, x: m.sign(x),),
        aliases=("Abs", "fabs", "absolute"),
        kinks=(Kink(lambda m, x: x, "kink", "0"),),
        scalar="math.fabs",
        array="numpy.abs",
        machine="fabs",
        sympy="Abs",
        ball="__abs__",
        continuation=continuations.absolute,
        latex="\\left|{0}\\right|",
        sample=((0.5,), (-3.25,), (1e-300,), (0.7,)),
    ),
    FunctionRow(
        name="sign",
        summary="sign(x): -1, 0 or 1",
        derivatives=(lambda m, y, x: m(0),),
        aliases=("sgn",),
        kinks=(Kink(lambda m, x: x, "jump", "0"),),
        scalar="kernels.scalar_sign",
        array="numpy.sign",
        machine=machine.sign,
        sympy="sign",
        ball=enclosures.sign,
        continuation=continuations.sign,
        latex="\\operatorname{sign}",
        sample=((0.5,), (-3.25,), (1e-300,), (-1e-300,)),
    ),
    FunctionRow(
        name="heaviside",
        title="unit step",
        summary="heaviside(x): the unit step: 0 for x < 0, 1 for x > 0, 1/2 at 0",
        derivatives=(lambda m, y, x: m(0),),
        aliases=("Heaviside",),
        kinks=(Kink(lambda m, x: x, "jump", "0"),),
        scalar="kernels.scalar_heaviside",
        array="kernels.heaviside",
        machine=machine.heaviside,
        sympy="Heaviside",
        ball=enclosures.heaviside,
        continuation=continuations.heaviside,
        latex="\\theta",
        sample=((0.5,), (-3.25,), (1e-300,), (-1e-300,)),
    ),
    FunctionRow(
        name="relu",
        summary="relu(x): max(x, 0), with the derivative 0 at 0",
        derivatives=(lambda m, y, x: m.where(m.compare(">", x, 0), 1, 0),),
        kinks=(Kink(lambda m, x: x, "kink", "0"),),
        scalar="kernels.scalar_relu",
        array="kernels.relu",
        machine=machine.relu,
        sympy=lambda sympy, x: sympy.Max(x, 0),
        ball=lambda x: x.max(0),
        continuation=continuations.relu,
        latex="\\operatorname{relu}",
        sample=((0.5,), (-3.25,), (1e-300,), (0.7,)),
    ),
    FunctionRow(
        name="max",
        title="maximum",
        summary="max(x, y, ...): the greatest of the arguments",
        arity=(1, -1),
        derivatives=(Partials(_max_rule),),
        aliases=("Max", "maximum", "fmax"),
        kinks=(Kink(lambda m, *xs: _gap(m, m.max, m.min, xs), "kink", "1/2"),),
        scalar="kernels.scalar_maximum",
        array="kernels.maximum",
        machine="max",
        sympy="Max",
        ball=enclosures.maximum,
        continuation=continuations.maximum,
        latex="\\max",
        sample=((0.5, 0.25), (-0.7, 1.3), (-3.0, -2.0, -2.5), (1.0, 3.0, 2.0, 0.5)),
    ),
    FunctionRow(
        name="min",
        title="minimum",
        summary="min(x, y, ...): the least of the arguments",
        arity=(1, -1),
        derivatives=(Partials(_min_rule),),
        aliases=("Min", "minimum", "fmin"),
        kinks=(Kink(lambda m, *xs: _gap(m, m.min, m.max, xs), "kink", "1/2"),),
        scalar="kernels.scalar_minimum",
        array="kernels.minimum",
        machine="min",
        sympy="Min",
        ball=enclosures.minimum,
        continuation=continuations.minimum,
        latex="\\min",
        sample=((0.5, 0.25), (-0.7, 1.3), (-3.0, -2.0, -2.5), (1.0, 3.0, 2.0, 0.5)),
    ),
    FunctionRow(
        name="floor",
        title="rounding down",
        summary="floor(x): the greatest whole number <= x",
        derivatives=(lambda m, y, x: m(0),),
        kinks=(Kink(lambda m, x: x - m.floor(x), "jump", "0"),),
        scalar="kernels.scalar_floor",
        array="numpy.floor",
        machine="floor",
        sympy="floor",
        ball="floor",
        continuation=continuations.rounding("floor"),
        latex="\\left\\lfloor {0} \\right\\rfloor",
        sample=((0.5,), (-3.25,), (1e10 + 0.5,), (-1e-10,), (3 - 1e-10,)),
    ),
    FunctionRow(
        name="ceil",
        title="rounding up",
        summary="ceil(x): the least whole number >= x",
        derivatives=(lambda m, y, x: m(0),),
        aliases=("ceiling",),
        kinks=(Kink(lambda m, x: m.ceil(x) - x, "jump", "0"),),
        scalar="kernels.scalar_ceil",
        array="numpy.ceil",
        machine="ceil",
        sympy="ceiling",
        ball="ceil",
        continuation=continuations.rounding("ceil"),
        latex="\\left\\lceil {0} \\right\\rceil",
        sample=((0.5,), (-3.25,), (1e10 + 0.5,), (-1e-10,), (3 - 1e-10,)),
    ),
    FunctionRow(
        name="mod",
        title="remainder",
        summary="mod(x, y): the remainder x - y*floor(x/y), with the sign of y",
        arity=(2, 2),
        derivatives=(lambda m, r, x, y: m(1), lambda m, r, x, y: -m.floor(x / y)),
        aliases=("Mod",),
        domain="y != 0",
        kinks=(Kink(lambda m, x, y: x / y - m.floor(x / y), "jump", "1"),),
        array="numpy.mod",
        machine="mod",
        sympy="Mod",
        ball=lambda x, y: x - y * (x / y).floor(),
        continuation=continuations.mod,
        latex="\\left({0} \\bmod {1}\\right)",
        sample=((5.5, 2.0), (-3.25, 1.5), (7.0, -2.25), (7.4, 2.1)),
    ),
)
