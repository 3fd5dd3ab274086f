"""Stable atoms: compositions that overflow or cancel when they are written out."""

from __future__ import annotations

from typing import Any

from . import continuations, enclosures, library, machine, special_continuations
from .row import FunctionRow, Partials

__all__ = ["ROWS"]


def _logsumexp_rule(m: Any, y: Any, *xs: Any) -> list[Any]:
    """Return exp(x_k)/sum(exp(x)); of two arguments as the sigmoid of their exact difference."""
    if len(xs) == 1:
        return [m(1)]
    if len(xs) == 2:
        return [m.sigmoid(xs[0] - xs[1]), m.sigmoid(xs[1] - xs[0])]
    return [m.exp(x - y) for x in xs]


def _moment_sympy(sympy: Any, a: Any, b: Any, x: Any) -> Any:
    """Return 1F1(a; b; x); elementary for b = a + 1, that is a*integral(t**(a-1)*exp(x*t))."""
    if not (a.is_Integer and 0 < a < 10 and b == a + 1):
        return sympy.hyper([a], [b], x)
    k = int(a) - 1
    truncated = sympy.Add(*((-x) ** j / sympy.factorial(j) for j in range(k + 1)))
    return sympy.factorial(a) * (-1) ** k * (sympy.exp(x) * truncated - 1) / x**a


ROWS = (
    FunctionRow(
        name="softplus",
        title="softplus",
        summary="softplus(x): log(1 + exp(x)) without overflow",
        derivatives=(lambda m, y, x: m.sigmoid(x),),
        aliases=("log1pexp",),
        scalar="kernels.scalar_softplus",
        array="kernels.softplus",
        machine=machine.softplus,
        sympy=lambda sympy, x: sympy.log(1 + sympy.exp(x)),
        ball=enclosures.softplus,
        continuation=continuations.softplus,
        latex="\\operatorname{softplus}",
        sample=((0.5,), (-40.25,), (1000.0,), (-700.0,)),
    ),
    FunctionRow(
        name="sigmoid",
        title="logistic sigmoid",
        summary="sigmoid(x): 1/(1 + exp(-x)) without overflow",
        # y*(1 - y) would be 0 from x = 37 on.
        derivatives=(lambda m, y, x: y * m.sigmoid(-x),),
        aliases=("expit", "logistic"),
        scalar="kernels.scalar_sigmoid",
        array="kernels.sigmoid",
        machine=machine.sigmoid,
        sympy=lambda sympy, x: 1 / (1 + sympy.exp(-x)),
        ball=enclosures.sigmoid,
        continuation=continuations.sigmoid,
        latex="\\sigma",
        sample=((0.5,), (-40.25,), (300.0,), (-300.0,)),
    ),
    FunctionRow(
        name="bose",
        summary="bose(x): 1/(exp(x) - 1), which is 0 where exp(x) overflows",
        # exp(x)/(exp(x) - 1)**2 would be a quotient of two infinities from x = 710 on.
        derivatives=(lambda m, y, x: y * m.bose(-x),),
        domain="x != 0",
        scalar="kernels.scalar_bose",
        array="kernels.bose",
        machine=machine.bose,
        sympy=lambda sympy, x: 1 / (sympy.exp(x) - 1),
        ball=lambda x: 1 / x.expm1(),
        continuation=lambda z: 1 / z.expm1(),
        latex="\\operatorname{bose}",
        sample=((0.5,), (-3.25,), (1e-80,), (40.0,), (-30.0,)),
    ),
    FunctionRow(
        name="logit",
        summary="logit(x): log(x/(1 - x)), the inverse of sigmoid",
        derivatives=(lambda m, y, x: 1 / (x * (1 - x)),),
        domain="0 < x < 1",
        scalar="kernels.scalar_logit",
        array="kernels.logit",
        machine=machine.logit,
        sympy=lambda sympy, x: sympy.log(x / (1 - x)),
        ball=lambda x: (x / (1 - x)).log() if x < 1 else x.nan(),
        continuation=lambda z: (z / (1 - z)).log(analytic=True),
        latex="\\operatorname{logit}",
        sample=((0.25,), (0.5000000001,), (1e-100,), (0.9999999999,)),
    ),
    FunctionRow(
        name="logsumexp",
        title="log-sum-exp",
        summary="logsumexp(x, y, ...): log(exp(x) + exp(y) + ...) without overflow",
        arity=(1, -1),
        derivatives=(Partials(_logsumexp_rule),),
        scalar="kernels.scalar_logsumexp",
        array="kernels.logsumexp",
        machine=machine.logsumexp,
        sympy=lambda sympy, *xs: sympy.log(sympy.Add(*map(sympy.exp, xs))),
        ball=enclosures.logsumexp,
        continuation=continuations.logsumexp,
        latex="\\operatorname{logsumexp}",
        sample=((0.5, 0.25), (1000.0, 1001.0, 999.0), (-2000.0, -1999.5), (3.0, -30.0)),
    ),
    FunctionRow(
        name="logcosh",
        summary="logcosh(x): log(cosh(x)) without overflow",
        derivatives=(lambda m, y, x: m.tanh(x),),
        scalar="kernels.scalar_logcosh",
        array="kernels.logcosh",
        machine=machine.logcosh,
        sympy=lambda sympy, x: sympy.log(sympy.cosh(x)),
        ball=lambda x: x.cosh().log(),
        continuation=continuations.logcosh,
        latex="\\operatorname{logcosh}",
        sample=((0.5,), (-1e-9,), (25.0,), (-0.9999,)),
    ),
    FunctionRow(
        name="logaddexp",
        summary="logaddexp(x, y): log(exp(x) + exp(y)) without overflow",
        arity=(2, 2),
        derivatives=(lambda m, z, x, y: m.sigmoid(x - y), lambda m, z, x, y: m.sigmoid(y - x)),
        scalar="kernels.scalar_logaddexp",
        array="numpy.logaddexp",
        machine=machine.logaddexp,
        sympy=lambda sympy, x, y: sympy.log(sympy.exp(x) + sympy.exp(y)),
        ball=enclosures.logsumexp,
        continuation=continuations.logsumexp,
        latex="\\operatorname{logaddexp}",
        sample=((0.5, 0.25), (1000.0, 1001.0), (-2000.0, -1999.5), (3.0, -30.0)),
    ),
    FunctionRow(
        name="log1p",
        summary="log1p(x): log(1 + x) without cancellation",
        derivatives=(lambda m, y, x: 1 / (1 + x),),
        domain="x > -1",
        scalar="math.log1p",
        array="numpy.log1p",
        machine="log1p",
        sympy=lambda sympy, x: sympy.log(1 + x),
        ball="log1p",
        continuation=continuations.log1p,
        complex_step=True,
        latex="\\operatorname{log1p}",
        sample=((0.5,), (-0.75,), (1e-200,), (1e200,)),
    ),
    FunctionRow(
        name="expm1",
        summary="expm1(x): exp(x) - 1 without cancellation",
        # y + 1 would lose the digits of exp(x) for x < 0.
        derivatives=(lambda m, y, x: m.exp(x),),
        scalar="math.expm1",
        array="numpy.expm1",
        machine="expm1",
        sympy=lambda sympy, x: sympy.exp(x) - 1,
        ball="expm1",
        continuation="expm1",
        complex_step=True,
        latex="\\operatorname{expm1}",
        sample=((0.5,), (-40.25,), (1e-200,), (300.0,)),
    ),
    FunctionRow(
        name="log1mexp",
        summary="log1mexp(x): log(1 - exp(x)) for x < 0, without cancellation",
        derivatives=(lambda m, y, x: m.exp(x) / m.expm1(x),),
        domain="x < 0",
        scalar="kernels.scalar_log1mexp",
        array="kernels.log1mexp",
        machine=machine.log1mexp,
        sympy=lambda sympy, x: sympy.log(1 - sympy.exp(x)),
        ball=enclosures.log1mexp,
        continuation=continuations.log1mexp,
        latex="\\operatorname{log1mexp}",
        sample=((-0.5,), (-40.25,), (-1e-100,), (-300.0,)),
    ),
    FunctionRow(
        name="xlogy",
        summary="xlogy(x, y): x*log(y), and 0 where x is 0",
        arity=(2, 2),
        derivatives=(lambda m, z, x, y: m.log(y), lambda m, z, x, y: x / y),
        domain="y > 0 or x == 0",
        scalar="kernels.scalar_xlogy",
        array="kernels.xlogy",
        machine=machine.xlogy,
        sympy=lambda sympy, x, y: x * sympy.log(y),
        ball=enclosures.xlogy,
        continuation=lambda x, y: x * y.log(analytic=True),
        latex="{0} \\log\\left({1}\\right)",
        sample=((0.5, 2.0), (-3.25, 1e-100), (1e-100, 0.75)),
    ),
    FunctionRow(
        name="exprel",
        summary="exprel(x): (exp(x) - 1)/x, and 1 at 0",
        derivatives=(lambda m, y, x: m.hyp1f1(2, 3, x) / 2,),
        scalar="kernels.scalar_exprel",
        array="kernels.exprel",
        machine=machine.exprel,
        sympy=lambda sympy, x: (sympy.exp(x) - 1) / x,
        ball=enclosures.exprel,
        continuation=continuations.exprel,
        latex="\\operatorname{exprel}",
        sample=((0.5,), (-40.25,), (1e-10,), (300.0,)),
    ),
    FunctionRow(
        name="cosm1",
        summary="cosm1(x): cos(x) - 1 without cancellation",
        derivatives=(lambda m, y, x: -m.sin(x),),
        scalar="kernels.scalar_cosm1",
        array="kernels.cosm1",
        machine=machine.cosm1,
        sympy=lambda sympy, x: sympy.cos(x) - 1,
        ball=enclosures.cosm1,
        continuation=continuations.cosm1,
        complex_step=True,
        latex="\\operatorname{cosm1}",
        sample=((0.5,), (-3.25,), (1e-100,), (100.0,)),
    ),
    FunctionRow(
        name="sinc",
        summary="sinc(x): sin(x)/x, and 1 at 0 (NumPy's sinc(x) is our sinc(pi*x))",
        derivatives=(lambda m, y, x: -m.spherical_jn(1, x),),
        scalar="kernels.scalar_sinc",
        array="kernels.sinc",
        machine=machine.sinc,
        sympy="sinc",
        ball=enclosures.sinc,
        continuation="sinc",
        latex="\\operatorname{sinc}",
        sample=((0.5,), (-3.25,), (1e-10,), (100.0,)),
    ),
    FunctionRow(
        name="hyp1f1",
        summary="hyp1f1(a, b, x): the confluent hypergeometric function of Kummer",
        arity=(3, 3),
        derivatives=(None, None, lambda m, y, a, b, x: a / b * m.hyp1f1(a + 1, b + 1, x)),
        domain="b not in (0, -1, -2, ...)",
        array="kernels.hyp1f1",
        library=library.hyp1f1,
        sympy=_moment_sympy,
        ball=lambda a, b, x: x.hypgeom_1f1(a, b),
        continuation=special_continuations.hyp1f1,
        latex="{{}}_1F_1\\left({0}; {1}; {2}\\right)",
        sample=((2.0, 3.0, 0.5), (1.0, 2.0, -40.25), (0.5, 1.5, -2.0), (3.0, 4.0, 20.0)),
    ),
)
