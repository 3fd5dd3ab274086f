"""Error functions, the gamma family and zeta, Lambert, elliptic and hypergeometric functions."""

from __future__ import annotations

from typing import Any

from . import enclosures
from .row import FunctionRow

__all__ = ["ROWS"]


def _hyp2f1_sympy(sympy: Any, a: Any, b: Any, c: Any, x: Any) -> Any:
    """Return 2F1(a, b; c; x), the derivatives of the elliptic integrals as people write them."""
    half = sympy.Rational(1, 2)
    if (a, b, c) == (3 * half, 3 * half, 2):
        e, k = sympy.elliptic_e(x), sympy.elliptic_k(x)
        return 4 * (e - (1 - x) * k) / (sympy.pi * x * (1 - x))
    if (a, b, c) == (half, 3 * half, 2):
        return 4 * (sympy.elliptic_k(x) - sympy.elliptic_e(x)) / (sympy.pi * x)
    return sympy.hyper([a, b], [c], x)


_ERROR = (
    FunctionRow(
        name="erf",
        title="error function",
        summary="erf(x): 2/sqrt(pi) * integral of exp(-t**2) from 0 to x",
        derivatives=(lambda m, y, x: 2 * m.exp(-(x**2)) / m.sqrt(m.pi),),
        scalar="math.erf",
        array="scipy.special.erf",
        sympy="erf",
        ball="erf",
        series="erf",
        complex_step=True,
        latex="\\operatorname{erf}",
        sample=((0.5,), (-3.25,), (1e-200,), (5.0,)),
    ),
    FunctionRow(
        name="erfc",
        title="complementary error function",
        summary="erfc(x): 1 - erf(x) without cancellation",
        derivatives=(lambda m, y, x: -2 * m.exp(-(x**2)) / m.sqrt(m.pi),),
        scalar="math.erfc",
        array="scipy.special.erfc",
        sympy="erfc",
        ball="erfc",
        series="erfc",
        complex_step=True,
        latex="\\operatorname{erfc}",
        sample=((0.5,), (-3.25,), (5.0,), (20.0,)),
    ),
    FunctionRow(
        name="erfi",
        summary="erfi(x): 2/sqrt(pi) * integral of exp(t**2) from 0 to x",
        derivatives=(lambda m, y, x: 2 * m.exp(x**2) / m.sqrt(m.pi),),
        array="scipy.special.erfi",
        sympy="erfi",
        ball="erfi",
        series="erfi",
        complex_step=True,
        latex="\\operatorname{erfi}",
        sample=((0.5,), (-3.25,), (1e-200,), (5.0,)),
    ),
    FunctionRow(
        name="erfinv",
        summary="erfinv(x): the inverse of erf",
        derivatives=(lambda m, y, x: m.sqrt(m.pi) * m.exp(y**2) / 2,),
        domain="abs(x) < 1",
        array="scipy.special.erfinv",
        sympy="erfinv",
        ball="erfinv",
        latex="\\operatorname{erf}^{-1}",
        sample=((0.5,), (-0.999,), (1e-200,), (0.0,)),
    ),
    FunctionRow(
        name="erfcinv",
        summary="erfcinv(x): the inverse of erfc",
        derivatives=(lambda m, y, x: -m.sqrt(m.pi) * m.exp(y**2) / 2,),
        domain="0 < x < 2",
        array="scipy.special.erfcinv",
        sympy="erfcinv",
        ball="erfcinv",
        latex="\\operatorname{erfc}^{-1}",
        sample=((0.5,), (1.5,), (1e-10,), (0.999,)),
    ),
)

_GAMMA = (
    FunctionRow(
        name="gamma",
        title="gamma function",
        summary="gamma(x): the gamma function, (n - 1)! at whole n",
        derivatives=(lambda m, y, x: y * m.digamma(x),),
        domain="x not in (0, -1, -2, ...)",
        scalar="math.gamma",
        array="scipy.special.gamma",
        sympy="gamma",
        ball="gamma",
        series="gamma",
        latex="\\Gamma",
        sample=((0.5,), (-2.25,), (1e-200,), (30.5,)),
    ),
    FunctionRow(
        name="loggamma",
        title="logarithm of the gamma function",
        summary="loggamma(x): log(gamma(x)) for x > 0 without overflow",
        derivatives=(lambda m, y, x: m.digamma(x),),
        domain="x > 0",
        array="kernels.loggamma",
        sympy="loggamma",
        ball="lgamma",
        series="lgamma",
        latex="\\log\\Gamma",
        sample=((0.5,), (1.0000001,), (1.9999999,), (30.5,), (1e100,)),
    ),
    FunctionRow(
        name="gammaln",
        summary="gammaln(x): log(abs(gamma(x))) without overflow",
        derivatives=(lambda m, y, x: m.digamma(x),),
        aliases=("lgamma",),
        domain="x not in (0, -1, -2, ...)",
        array="kernels.gammaln",
        sympy=lambda sympy, x: sympy.log(sympy.Abs(sympy.gamma(x))),
        ball=enclosures.gammaln,
        latex="\\operatorname{gammaln}",
        sample=((0.5,), (-2.25,), (1.9999999,), (30.5,), (1e100,)),
    ),
    FunctionRow(
        name="digamma",
        title="digamma function",
        summary="digamma(x): the derivative of log(gamma(x))",
        derivatives=(lambda m, y, x: m.polygamma(1, x),),
        aliases=("psi",),
        domain="x not in (0, -1, -2, ...)",
        array="kernels.digamma",
        sympy="digamma",
        ball="digamma",
        complex_step=True,
        latex="\\psi",
        sample=((0.5,), (-2.25,), (1e-100,), (30.5,)),
    ),
    FunctionRow(
        name="polygamma",
        summary="polygamma(n, x): the derivative of order n = 0, 1, 2, ... of digamma",
        arity=(2, 2),
        derivatives=(None, lambda m, y, n, x: m.polygamma(n + 1, x)),
        domain="n in (0, 1, 2, ...) and x not in (0, -1, -2, ...)",
        array="kernels.polygamma",
        sympy="polygamma",
        ball=enclosures.polygamma,
        latex="\\psi^{{({0})}}\\left({1}\\right)",
        sample=((1.0, 0.5), (2.0, -2.25), (0.0, 3.5), (3.0, 30.5)),
    ),
    FunctionRow(
        name="beta",
        title="beta function",
        summary="beta(a, b): gamma(a)*gamma(b)/gamma(a + b)",
        arity=(2, 2),
        derivatives=(
            lambda m, y, a, b: y * (m.digamma(a) - m.digamma(a + b)),
            lambda m, y, a, b: y * (m.digamma(b) - m.digamma(a + b)),
        ),
        domain="neither a nor b in (0, -1, -2, ...)",
        array="scipy.special.beta",
        sympy="beta",
        ball=enclosures.beta,
        latex="\\operatorname{B}",
        sample=((0.5, 2.5), (3.25, 0.1), (30.5, 20.25)),
    ),
    FunctionRow(
        name="factorial",
        title="factorial",
        summary="factorial(x): gamma(x + 1), for whole and other x",
        derivatives=(lambda m, y, x: y * m.digamma(x + 1),),
        domain="x not in (-1, -2, ...)",
        array="kernels.factorial",
        sympy="factorial",
        ball=lambda x: (x + 1).gamma(),
        latex="{0}!",
        sample=((0.5,), (-2.25,), (5.0,), (30.5,)),
    ),
    FunctionRow(
        name="binomial",
        summary="binomial(n, k): gamma(n + 1)/(gamma(k + 1)*gamma(n - k + 1))",
        arity=(2, 2),
        derivatives=(
            lambda m, y, n, k: y * (m.digamma(n + 1) - m.digamma(n - k + 1)),
            lambda m, y, n, k: y * (m.digamma(n - k + 1) - m.digamma(k + 1)),
        ),
        aliases=("binom", "comb"),
        domain="n not in (-1, -2, ...)",
        array="scipy.special.binom",
        sympy="binomial",
        ball=enclosures.binomial,
        latex="\\binom{{{0}}}{{{1}}}",
        sample=((5.5, 2.25), (10.0, 3.0), (0.75, 0.5)),
    ),
    FunctionRow(
        name="lowergamma",
        summary="lowergamma(a, x): integral of t**(a-1)*exp(-t) from 0 to x",
        arity=(2, 2),
        derivatives=(None, lambda m, y, a, x: x ** (a - 1) * m.exp(-x)),
        domain="a > 0 and x >= 0",
        array="kernels.lowergamma",
        sympy="lowergamma",
        ball=enclosures.incomplete_gamma("gamma_lower"),
        latex="\\gamma",
        sample=((2.5, 2.0), (0.5, 0.001), (10.25, 20.0)),
    ),
    FunctionRow(
        name="uppergamma",
        summary="uppergamma(a, x): integral of t**(a-1)*exp(-t) from x to oo",
        arity=(2, 2),
        derivatives=(None, lambda m, y, a, x: -(x ** (a - 1)) * m.exp(-x)),
        domain="a > 0 and x >= 0",
        array="kernels.uppergamma",
        sympy="uppergamma",
        ball=enclosures.incomplete_gamma("gamma_upper"),
        latex="\\Gamma",
        sample=((2.5, 2.0), (0.5, 0.001), (10.25, 20.0)),
    ),
    FunctionRow(
        name="zeta",
        title="zeta function",
        summary="zeta(s): the Riemann zeta function; it has no derivative in closed form",
        domain="s != 1",
        array="scipy.special.zeta",
        sympy="zeta",
        ball="zeta",
        series="zeta",
        latex="\\zeta",
        sample=((0.5,), (-2.25,), (1.001,), (30.5,)),
    ),
)

_OTHER = (
    FunctionRow(
        name="lambertw",
        title="Lambert's W",
        summary="lambertw(x): the w >= -1 with w*exp(w) = x, for x >= -1/e",
        # y/(x*(1 + y)) has no value at 0.
        derivatives=(lambda m, y, x: 1 / (x + m.exp(y)),),
        aliases=("LambertW",),
        domain="x >= -exp(-1)",
        array="kernels.lambertw",
        sympy="LambertW",
        ball="lambertw",
        series="lambertw",
        latex="W",
        sample=((0.5,), (-0.25,), (0.0,), (1e-200,), (1e100,)),
    ),
    FunctionRow(
        name="elliptic_k",
        summary="elliptic_k(m): complete elliptic integral, 1/sqrt(1 - m*sin(t)**2), 0 to pi/2",
        # (E - (1 - x)*K)/(2*x*(1 - x)) has no value at 0 and cancels near it.
        derivatives=(lambda m, y, x: m.pi / 8 * m.hyp2f1(m.ratio(3, 2), m.ratio(3, 2), 2, x),),
        aliases=("ellipk",),
        domain="m < 1",
        array="scipy.special.ellipk",
        sympy="elliptic_k",
        ball=enclosures.elliptic_k,
        latex="K",
        sample=((0.5,), (-3.25,), (1e-10,), (0.9999,)),
    ),
    FunctionRow(
        name="elliptic_e",
        summary="elliptic_e(m): complete elliptic integral of sqrt(1 - m*sin(t)**2), 0 to pi/2",
        derivatives=(lambda m, y, x: -m.pi / 8 * m.hyp2f1(m.ratio(1, 2), m.ratio(3, 2), 2, x),),
        aliases=("ellipe",),
        domain="m <= 1",
        array="scipy.special.ellipe",
        sympy="elliptic_e",
        ball=enclosures.elliptic_e,
        latex="E",
        sample=((0.5,), (-3.25,), (1e-10,), (0.9999,)),
    ),
    FunctionRow(
        name="hyp2f1",
        summary="hyp2f1(a, b, c, x): the hypergeometric function of Gauss, for x < 1",
        arity=(4, 4),
        derivatives=(
            *(None, None, None),
            lambda m, y, a, b, c, x: a * b / c * m.hyp2f1(a + 1, b + 1, c + 1, x),
        ),
        domain="x < 1 and c not in (0, -1, -2, ...)",
        array="kernels.hyp2f1",
        sympy=_hyp2f1_sympy,
        ball=enclosures.hyp2f1,
        latex="{{}}_2F_1\\left({0}, {1}; {2}; {3}\\right)",
        sample=((1.5, 1.5, 2.0, 0.5), (0.5, 1.5, 2.0, -3.25), (0.3, 0.7, 1.9, 0.25)),
    ),
)

#: The rows of this family.
ROWS = (*_ERROR, *_GAMMA, *_OTHER)
