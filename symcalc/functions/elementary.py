"""Exponential and logarithms, trigonometric functions and their inverses, cube root, lengths."""

from __future__ import annotations

from typing import Any

from . import enclosures
from .row import FunctionRow, Kink

__all__ = ["ROWS"]


def _log(m: Any, x: Any, base: Any = None) -> Any:
    """Return the natural logarithm, or the one to a base."""
    if base is None:
        return m.log(x)
    value = m.graph.value(base.node)
    if value == 2:
        return m.log2(x)
    return m.log10(x) if value == 10 else m.log(x) / m.log(base)


def _hypot_rule(m: Any, y: Any, *xs: Any, k: int) -> Any:
    """Return x_k/hypot(...) as one node; as the quotient x/y its derivative underflows at 1e200."""
    return m.direction(xs[k], *xs[:k], *xs[k + 1 :])


def _direction_rule(m: Any, y: Any, *xs: Any, k: int) -> Any:
    """Return the derivative of u_0 = x_0/h in x_k: -u_0*u_k/h, and (1 - u_0**2)/h for k = 0."""
    length = m.hypot(*xs)
    if k:
        return -y * m.direction(xs[k], *xs[:k], *xs[k + 1 :]) / length
    others = [m.direction(xs[j], *xs[:j], *xs[j + 1 :]) ** 2 for j in range(1, len(xs))]
    return sum(others[1:], others[0]) / length if others else m(0)


_EXPONENTIAL = (
    FunctionRow(
        name="exp",
        title="exponential",
        summary="exp(x): the exponential function e**x",
        derivatives=(lambda m, y, x: y,),
        scalar="math.exp",
        array="numpy.exp",
        sympy="exp",
        ball="exp",
        series="exp",
        complex_step=True,
        latex="\\exp",
        sample=((0.5,), (-3.25,), (0.0,), (100.0,), (-700.0,)),
    ),
    FunctionRow(
        name="log",
        title="logarithm",
        summary="log(x): the natural logarithm; log(x, b) is the logarithm to the base b",
        arity=(1, 2),
        derivatives=(lambda m, y, x: 1 / x,),
        aliases=("ln",),
        expand=_log,
        domain="x > 0",
        scalar="math.log",
        array="numpy.log",
        sympy="log",
        ball="log",
        series="log",
        complex_step=True,
        latex="\\log",
        sample=((0.5,), (1.0000001,), (1e-300,), (1e300,)),
    ),
    FunctionRow(
        name="log2",
        title="logarithm to the base 2",
        summary="log2(x): the logarithm to the base 2",
        derivatives=(lambda m, y, x: 1 / (x * m.log(2)),),
        domain="x > 0",
        scalar="math.log2",
        array="numpy.log2",
        sympy=lambda sympy, x: sympy.log(x) / sympy.log(2),
        ball=lambda x: x.log() / x.const_log2(),
        complex_step=True,
        latex="\\log_{2}",
        sample=((0.5,), (3.7,), (1e-300,), (1e300,)),
    ),
    FunctionRow(
        name="log10",
        title="logarithm to the base 10",
        summary="log10(x): the logarithm to the base 10",
        derivatives=(lambda m, y, x: 1 / (x * m.log(10)),),
        domain="x > 0",
        scalar="math.log10",
        array="numpy.log10",
        sympy=lambda sympy, x: sympy.log(x) / sympy.log(10),
        ball=lambda x: x.log() / x.const_log10(),
        complex_step=True,
        latex="\\log_{10}",
        sample=((0.5,), (3.7,), (1e-300,), (1e300,)),
    ),
    FunctionRow(
        name="cbrt",
        title="cube root",
        summary="cbrt(x): the real cube root, cbrt(-8) = -2",
        derivatives=(lambda m, y, x: 1 / (3 * y**2),),
        scalar="math.cbrt",
        array="numpy.cbrt",
        sympy=lambda sympy, x: sympy.sign(x) * sympy.Abs(x) ** sympy.Rational(1, 3),
        ball=enclosures.cbrt,
        latex="\\sqrt[3]{{{0}}}",
        sample=((0.5,), (-8.0,), (1e-300,), (-1e300,)),
    ),
    FunctionRow(
        name="hypot",
        title="length of a vector",
        summary="hypot(x, y, ...): sqrt(x**2 + y**2 + ...) without overflow",
        arity=(1, -1),
        derivatives=(_hypot_rule,),
        kinks=(Kink(lambda m, *xs: m.hypot(*xs), "kink", "0"),),
        scalar="math.hypot",
        array="kernels.hypot",
        sympy=lambda sympy, *xs: sympy.sqrt(sympy.Add(*(x**2 for x in xs))),
        ball=enclosures.hypot,
        latex="\\operatorname{hypot}",
        sample=((3.0, 4.0), (-0.5, 0.25, 2.0), (1e200, 1e200), (1e-200, -1e-200)),
    ),
    FunctionRow(
        name="direction",
        summary="direction(x, y, ...): x/hypot(x, y, ...), and 0 at the origin: hypot's slope",
        arity=(1, -1),
        derivatives=(_direction_rule,),
        kinks=(Kink(lambda m, *xs: m.hypot(*xs), "jump", "none"),),
        scalar="kernels.scalar_direction",
        array="kernels.direction",
        sympy=lambda sympy, *xs: xs[0] / sympy.sqrt(sympy.Add(*(x**2 for x in xs))),
        ball=enclosures.direction,
        latex="\\operatorname{direction}",
        sample=((3.0, 4.0), (-0.5, 0.25, 2.0), (1e200, 1e200), (1e-200, -1e-200)),
    ),
)

_TRIGONOMETRIC = (
    FunctionRow(
        name="sin",
        title="sine",
        summary="sin(x): the sine of an angle in radians",
        derivatives=(lambda m, y, x: m.cos(x),),
        scalar="math.sin",
        array="numpy.sin",
        sympy="sin",
        ball="sin",
        series="sin",
        complex_step=True,
        latex="\\sin",
        sample=((0.5,), (-3.25,), (0.0,), (100.0,)),
    ),
    FunctionRow(
        name="cos",
        title="cosine",
        summary="cos(x): the cosine of an angle in radians",
        derivatives=(lambda m, y, x: -m.sin(x),),
        scalar="math.cos",
        array="numpy.cos",
        sympy="cos",
        ball="cos",
        series="cos",
        complex_step=True,
        latex="\\cos",
        sample=((0.5,), (-3.25,), (0.0,), (100.0,)),
    ),
    FunctionRow(
        name="tan",
        title="tangent",
        summary="tan(x): sin(x)/cos(x)",
        derivatives=(lambda m, y, x: 1 + y**2,),
        domain="cos(x) != 0",
        scalar="math.tan",
        array="numpy.tan",
        sympy="tan",
        ball="tan",
        series="tan",
        complex_step=True,
        latex="\\tan",
        sample=((0.5,), (-3.25,), (1.57,), (100.0,)),
    ),
    FunctionRow(
        name="cot",
        title="cotangent",
        summary="cot(x): cos(x)/sin(x)",
        derivatives=(lambda m, y, x: -(1 + y**2),),
        aliases=("cotan",),
        domain="sin(x) != 0",
        scalar="kernels.scalar_cot",
        array="kernels.cot",
        sympy="cot",
        ball="cot",
        complex_step=True,
        latex="\\cot",
        sample=((0.5,), (-3.25,), (1e-150,), (100.0,)),
    ),
    FunctionRow(
        name="sec",
        title="secant",
        summary="sec(x): 1/cos(x)",
        derivatives=(lambda m, y, x: y * m.tan(x),),
        domain="cos(x) != 0",
        scalar="kernels.scalar_sec",
        array="kernels.sec",
        sympy="sec",
        ball="sec",
        complex_step=True,
        latex="\\sec",
        sample=((0.5,), (-3.25,), (1.57,), (100.0,)),
    ),
    FunctionRow(
        name="csc",
        title="cosecant",
        summary="csc(x): 1/sin(x)",
        derivatives=(lambda m, y, x: -y * m.cot(x),),
        aliases=("cosec",),
        domain="sin(x) != 0",
        scalar="kernels.scalar_csc",
        array="kernels.csc",
        sympy="csc",
        ball="csc",
        complex_step=True,
        latex="\\csc",
        sample=((0.5,), (-3.25,), (1e-100,), (100.0,)),
    ),
)

_INVERSE = (
    FunctionRow(
        name="asin",
        title="inverse sine",
        summary="asin(x): the angle in [-pi/2, pi/2] whose sine is x",
        derivatives=(lambda m, y, x: 1 / m.sqrt((1 - x) * (1 + x)),),
        aliases=("arcsin",),
        domain="abs(x) <= 1",
        scalar="math.asin",
        array="numpy.arcsin",
        sympy="asin",
        ball="asin",
        series="asin",
        complex_step=True,
        latex="\\arcsin",
        sample=((0.5,), (-0.99999999,), (0.0,), (1e-200,)),
    ),
    FunctionRow(
        name="acos",
        title="inverse cosine",
        summary="acos(x): the angle in [0, pi] whose cosine is x",
        derivatives=(lambda m, y, x: -1 / m.sqrt((1 - x) * (1 + x)),),
        aliases=("arccos",),
        domain="abs(x) <= 1",
        scalar="math.acos",
        array="numpy.arccos",
        sympy="acos",
        ball="acos",
        series="acos",
        complex_step=True,
        latex="\\arccos",
        sample=((0.5,), (-0.99999999,), (0.0,), (0.9999999999,)),
    ),
    FunctionRow(
        name="atan",
        title="inverse tangent",
        summary="atan(x): the angle in (-pi/2, pi/2) whose tangent is x",
        derivatives=(lambda m, y, x: 1 / (1 + x**2),),
        aliases=("arctan",),
        scalar="math.atan",
        array="numpy.arctan",
        sympy="atan",
        ball="atan",
        series="atan",
        complex_step=True,
        latex="\\arctan",
        sample=((0.5,), (-3.25,), (0.0,), (1e10,)),
    ),
    FunctionRow(
        name="acot",
        title="inverse cotangent",
        summary="acot(x): atan(1/x), in (-pi/2, pi/2]; acot(0) = pi/2",
        derivatives=(lambda m, y, x: -1 / (1 + x**2),),
        aliases=("arccot",),
        kinks=(Kink(lambda m, x: x, "jump", "-1"),),
        scalar="kernels.scalar_acot",
        array="kernels.acot",
        sympy="acot",
        ball=enclosures.acot,
        latex="\\operatorname{arccot}",
        sample=((0.5,), (-3.25,), (1e-50,), (1e10,)),
    ),
    FunctionRow(
        name="asec",
        title="inverse secant",
        summary="asec(x): acos(1/x)",
        derivatives=(lambda m, y, x: 1 / (m.abs(x) * m.sqrt((m.abs(x) - 1) * (m.abs(x) + 1))),),
        aliases=("arcsec",),
        domain="abs(x) >= 1",
        scalar="kernels.scalar_asec",
        array="kernels.asec",
        sympy="asec",
        ball=lambda x: (1 / x).acos(),
        latex="\\operatorname{arcsec}",
        sample=((1.5,), (-3.25,), (1.0000000001,), (1e10,)),
    ),
    FunctionRow(
        name="acsc",
        title="inverse cosecant",
        summary="acsc(x): asin(1/x)",
        derivatives=(lambda m, y, x: -1 / (m.abs(x) * m.sqrt((m.abs(x) - 1) * (m.abs(x) + 1))),),
        aliases=("arccsc",),
        domain="abs(x) >= 1",
        scalar="kernels.scalar_acsc",
        array="kernels.acsc",
        sympy="acsc",
        ball=lambda x: (1 / x).asin(),
        latex="\\operatorname{arccsc}",
        sample=((1.5,), (-3.25,), (1.0000000001,), (1e10,)),
    ),
    FunctionRow(
        name="atan2",
        title="angle of a point",
        summary="atan2(y, x): the angle in (-pi, pi] of the point (x, y)",
        arity=(2, 2),
        derivatives=(
            lambda m, angle, y, x: m.direction(x, y) / m.hypot(x, y),
            lambda m, angle, y, x: -m.direction(y, x) / m.hypot(x, y),
        ),
        aliases=("arctan2",),
        kinks=(Kink(lambda m, y, x: m.where(m.compare("<=", x, 0), y, 1), "jump", "none"),),
        scalar="math.atan2",
        array="numpy.arctan2",
        sympy="atan2",
        ball="atan2",
        latex="\\operatorname{atan2}",
        sample=((0.5, 2.0), (0.25, -3.0), (-1e100, -2e100), (1e-100, 2e-100)),
    ),
)

#: The rows of this family.
ROWS = (*_EXPONENTIAL, *_TRIGONOMETRIC, *_INVERSE)
