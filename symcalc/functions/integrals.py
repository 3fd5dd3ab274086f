"""Integral functions: exponential, logarithmic, sine and cosine integrals, Fresnel integrals."""

from __future__ import annotations

from typing import Any

from . import continuations, enclosures, special_continuations
from .row import FunctionRow

__all__ = ["ROWS"]


def _expint_rule(m: Any, y: Any, n: Any, x: Any) -> Any:
    """Return -E_{n-1}(x), elementary for n = 1."""
    if m.graph.value(n.node) == 1:
        return -m.exp(-x) / x
    return -m.expint(n - 1, x)


ROWS = (
    FunctionRow(
        name="Ei",
        title="exponential integral",
        summary="Ei(x): the exponential integral, exp(t)/t from -oo to x (principal value)",
        derivatives=(lambda m, y, x: m.exp(x) / x,),
        aliases=("expi",),
        domain="x != 0",
        array="scipy.special.expi",
        sympy="Ei",
        ball="ei",
        continuation=special_continuations.exponential_integral,
        series="ei",
        latex="\\operatorname{Ei}",
        sample=((0.5,), (-3.25,), (1e-200,), (30.0,)),
    ),
    FunctionRow(
        name="E1",
        summary="E1(x): the integral of exp(-t)/t from x to oo, for x > 0",
        derivatives=(lambda m, y, x: -m.exp(-x) / x,),
        aliases=("exp1",),
        domain="x > 0",
        array="scipy.special.exp1",
        sympy="E1",
        ball=lambda x: x.expint(1) if x > 0 else x.nan(),
        continuation=special_continuations.first_exponential_integral,
        latex="\\operatorname{E}_1",
        sample=((0.5,), (3.25,), (1e-200,), (30.0,)),
    ),
    FunctionRow(
        name="expint",
        summary="expint(n, x): the integral of exp(-x*t)/t**n from 1 to oo, n whole and x > 0",
        arity=(2, 2),
        derivatives=(None, _expint_rule),
        aliases=("expn",),
        domain="n whole and x > 0",
        array="kernels.expint",
        sympy="expint",
        ball=enclosures.expint,
        continuation=special_continuations.expint,
        latex="\\operatorname{{E}}_{{{0}}}\\left({1}\\right)",
        sample=((2.0, 0.5), (1.0, 3.25), (0.0, 2.5), (-2.0, 0.75), (5.0, 30.0)),
    ),
    FunctionRow(
        name="li",
        title="logarithmic integral",
        summary="li(x): the logarithmic integral Ei(log(x))",
        derivatives=(lambda m, y, x: 1 / m.log(x),),
        domain="x > 0 and x != 1",
        array="kernels.li",
        sympy="li",
        ball=lambda x: x.li() if x > 0 else x.nan(),
        continuation=special_continuations.logarithmic_integral,
        series="li",
        latex="\\operatorname{li}",
        sample=((0.5,), (3.25,), (1e100,)),
    ),
    FunctionRow(
        name="Si",
        title="sine integral",
        summary="Si(x): the integral of sin(t)/t from 0 to x",
        derivatives=(lambda m, y, x: m.sinc(x),),
        aliases=("si",),
        array="kernels.sine_integral",
        sympy="Si",
        ball="si",
        continuation="si",
        series="si",
        latex="\\operatorname{Si}",
        sample=((0.5,), (-3.25,), (0.0,), (30.0,)),
    ),
    FunctionRow(
        name="Ci",
        title="cosine integral",
        summary="Ci(x): EulerGamma + log(x) + integral of (cos(t) - 1)/t from 0 to x, x > 0",
        derivatives=(lambda m, y, x: m.cos(x) / x,),
        aliases=("ci",),
        domain="x > 0",
        array="kernels.cosine_integral",
        sympy="Ci",
        ball="ci",
        continuation=continuations.cut_left_of(0, "ci"),
        series="ci",
        latex="\\operatorname{Ci}",
        sample=((0.5,), (3.25,), (1e-200,), (30.0,)),
    ),
    FunctionRow(
        name="Shi",
        summary="Shi(x): the integral of sinh(t)/t from 0 to x",
        # sinh(x)/x, which has no value at 0, as a sum of positive terms.
        derivatives=(lambda m, y, x: (m.exprel(x) + m.exprel(-x)) / 2,),
        aliases=("shi",),
        array="kernels.sinh_integral",
        sympy="Shi",
        ball="shi",
        continuation="shi",
        series="shi",
        latex="\\operatorname{Shi}",
        sample=((0.5,), (-3.25,), (1e-10,), (30.0,)),
    ),
    FunctionRow(
        name="Chi",
        summary="Chi(x): EulerGamma + log(x) + integral of (cosh(t) - 1)/t from 0 to x, x > 0",
        derivatives=(lambda m, y, x: m.cosh(x) / x,),
        aliases=("chi",),
        domain="x > 0",
        array="kernels.cosh_integral",
        sympy="Chi",
        ball="chi",
        continuation=continuations.cut_left_of(0, "chi"),
        series="chi",
        latex="\\operatorname{Chi}",
        sample=((0.75,), (3.25,), (1e-200,), (30.0,)),
    ),
    FunctionRow(
        name="fresnels",
        summary="fresnels(x): the integral of sin(pi*t**2/2) from 0 to x",
        derivatives=(lambda m, y, x: m.sin(m.pi * x**2 / 2),),
        array="kernels.fresnels",
        sympy="fresnels",
        ball="fresnel_s",
        continuation="fresnel_s",
        series="fresnel_s",
        latex="\\operatorname{S}",
        sample=((0.5,), (-3.25,), (1e-80,), (10.25,)),
    ),
    FunctionRow(
        name="fresnelc",
        summary="fresnelc(x): the integral of cos(pi*t**2/2) from 0 to x",
        derivatives=(lambda m, y, x: m.cos(m.pi * x**2 / 2),),
        array="kernels.fresnelc",
        sympy="fresnelc",
        ball="fresnel_c",
        continuation="fresnel_c",
        series="fresnel_c",
        latex="\\operatorname{C}",
        sample=((0.5,), (-3.25,), (1e-50,), (10.25,)),
    ),
)
