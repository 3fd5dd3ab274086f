"""Bessel functions of real order, spherical Bessel functions and Airy functions."""

from __future__ import annotations

from typing import Any

from . import enclosures, library, special_continuations
from .row import FunctionRow

__all__ = ["ROWS"]


def _difference(name: str) -> Any:
    """Return the rule of J and Y: half the difference of the neighbors; J_{-1} is -J_1."""

    def rule(m: Any, y: Any, n: Any, x: Any) -> Any:
        function = getattr(m, name)
        if m.graph.value(n.node) == 0:
            return -function(1, x)
        return (function(n - 1, x) - function(n + 1, x)) / 2

    return rule


def _sum(name: str, sign: int) -> Any:
    """Return the rule of I and K: plus or minus half the sum of the neighbors."""

    def rule(m: Any, y: Any, n: Any, x: Any) -> Any:
        function = getattr(m, name)
        if m.graph.value(n.node) == 0:
            return sign * function(1, x)
        return m.ratio(sign, 2) * (function(n - 1, x) + function(n + 1, x))

    return rule


def _spherical_rule(m: Any, y: Any, n: Any, x: Any) -> Any:
    """Return (n*j_{n-1} - (n+1)*j_{n+1})/(2n+1), which has no quotient by x."""
    order = m.graph.value(n.node)
    if order == 0:
        return -m.spherical_jn(1, x)
    if order is None:
        before = m.where(m.compare(">=", n, 1), n * m.spherical_jn(n - 1, x), 0)
    else:
        before = n * m.spherical_jn(n - 1, x)
    return (before - (n + 1) * m.spherical_jn(n + 1, x)) / (2 * n + 1)


def _spherical_sympy(sympy: Any, n: Any, x: Any) -> Any:
    """Return SymPy's jn, written out for the small orders that derivatives of sinc have."""
    value = sympy.jn(n, x)
    return value.expand(func=True) if n.is_Integer and 0 <= n < 10 else value


ROWS = (
    FunctionRow(
        name="besselj",
        title="Bessel function",
        summary="besselj(n, x): the Bessel function of the first kind, of real order n",
        arity=(2, 2),
        derivatives=(None, _difference("besselj")),
        aliases=("jv",),
        domain="x > 0, or n whole",
        array="scipy.special.jv",
        library=library.called("jv.dd"),
        sympy="besselj",
        ball=lambda n, x: x.bessel_j(n),
        continuation=special_continuations.bessel("bessel_j", is_entire=True),
        latex="J_{{{0}}}\\left({1}\\right)",
        sample=((0.0, 0.5), (1.0, -3.25), (2.5, 1.75), (3.0, 30.0)),
    ),
    FunctionRow(
        name="bessely",
        title="Bessel function",
        summary="bessely(n, x): the Bessel function of the second kind, of real order n",
        arity=(2, 2),
        derivatives=(None, _difference("bessely")),
        aliases=("yv",),
        domain="x > 0",
        array="scipy.special.yv",
        library=library.called("yv.dd"),
        sympy="bessely",
        ball=lambda n, x: x.bessel_y(n),
        continuation=special_continuations.bessel("bessel_y", is_entire=False),
        latex="Y_{{{0}}}\\left({1}\\right)",
        sample=((0.0, 0.5), (1.0, 3.25), (2.5, 1.75), (3.0, 30.0)),
    ),
    FunctionRow(
        name="besseli",
        title="modified Bessel function",
        summary="besseli(n, x): the modified Bessel function of the first kind",
        arity=(2, 2),
        derivatives=(None, _sum("besseli", 1)),
        aliases=("iv",),
        domain="x > 0, or n whole",
        array="scipy.special.iv",
        library=library.called("iv.dd"),
        sympy="besseli",
        ball=lambda n, x: x.bessel_i(n),
        continuation=special_continuations.bessel("bessel_i", is_entire=True),
        latex="I_{{{0}}}\\left({1}\\right)",
        sample=((0.0, 0.5), (1.0, -3.25), (2.5, 1.75), (3.0, 30.0)),
    ),
    FunctionRow(
        name="besselk",
        title="modified Bessel function",
        summary="besselk(n, x): the modified Bessel function of the second kind",
        arity=(2, 2),
        derivatives=(None, _sum("besselk", -1)),
        aliases=("kv",),
        domain="x > 0",
        array="scipy.special.kv",
        library=library.called("kv.dd"),
        sympy="besselk",
        ball=lambda n, x: x.bessel_k(n),
        continuation=special_continuations.bessel("bessel_k", is_entire=False),
        latex="K_{{{0}}}\\left({1}\\right)",
        sample=((0.0, 0.5), (1.0, 3.25), (2.5, 1.75), (3.0, 30.0)),
    ),
    FunctionRow(
        name="spherical_jn",
        summary="spherical_jn(n, x): the spherical Bessel function of order n = 0, 1, 2, ...",
        arity=(2, 2),
        derivatives=(None, _spherical_rule),
        domain="n in (0, 1, 2, ...)",
        array="kernels.spherical_jn",
        library=library.spherical_jn,
        sympy=_spherical_sympy,
        ball=enclosures.spherical_jn,
        continuation=special_continuations.spherical_jn,
        latex="j_{{{0}}}\\left({1}\\right)",
        sample=((0.0, 0.5), (1.0, -3.25), (2.0, 1e-10), (3.0, 30.0)),
    ),
    FunctionRow(
        name="airyai",
        summary="airyai(x): the Airy function Ai",
        derivatives=(lambda m, y, x: m.airyaiprime(x),),
        array="kernels.airyai",
        library=library.airy(0, "0"),
        sympy="airyai",
        ball="airy_ai",
        continuation="airy_ai",
        series="airy_ai",
        latex="\\operatorname{Ai}",
        sample=((0.5,), (-2.75,), (0.0,), (20.0,)),
    ),
    FunctionRow(
        name="airyaiprime",
        summary="airyaiprime(x): the derivative of the Airy function Ai",
        derivatives=(lambda m, y, x: x * m.airyai(x),),
        array="kernels.airyaiprime",
        library=library.airy(1, "-0"),
        sympy="airyaiprime",
        ball=lambda x: x.airy_ai(derivative=1),
        continuation=lambda z: z.airy_ai(derivative=1),
        series="airy_ai_prime",
        latex="\\operatorname{Ai}'",
        sample=((0.5,), (-2.75,), (0.0,), (20.0,)),
    ),
    FunctionRow(
        name="airybi",
        summary="airybi(x): the Airy function Bi",
        derivatives=(lambda m, y, x: m.airybiprime(x),),
        array="kernels.airybi",
        library=library.airy(2, "oo"),
        sympy="airybi",
        ball="airy_bi",
        continuation="airy_bi",
        series="airy_bi",
        latex="\\operatorname{Bi}",
        sample=((0.5,), (-2.75,), (0.0,), (20.0,)),
    ),
    FunctionRow(
        name="airybiprime",
        summary="airybiprime(x): the derivative of the Airy function Bi",
        derivatives=(lambda m, y, x: x * m.airybi(x),),
        array="kernels.airybiprime",
        library=library.airy(3, "oo"),
        sympy="airybiprime",
        ball=lambda x: x.airy_bi(derivative=1),
        continuation=lambda z: z.airy_bi(derivative=1),
        series="airy_bi_prime",
        latex="\\operatorname{Bi}'",
        sample=((0.5,), (-2.75,), (0.0,), (20.0,)),
    ),
)
