"""How a function is computed where SciPy's compiled functions are to be had, but no Python.

Every function takes the term factory `m` of a graph and terms, as those of `machine` do; it returns
the value in what machines compute and in functions of `scipy.special.cython_special`, with the
branches of the kernels for arrays. Native code calls them for one double at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

__all__ = ["AIRY_END", "LOG_GAMMA_SERIES", "PREFIX", "called", "scipy"]

#: What the kinds of such nodes begin with: "scipy.NAME.CODES", where a letter says that an argument
#: is a double (d) or a whole number (l); then the place of the result, where there are several.
PREFIX = "scipy."

#: (zeta(k) - 1)/k for k = 2, 3, ..., the Taylor coefficients of log(gamma(2 + z)) but for signs.
LOG_GAMMA_SERIES = (
    0.42278433509846714,
    0.32246703342411322,
    -0.067352301053198095,
    0.020580808427784548,
    -0.0073855510286739853,
    0.0028905103307415233,
    -0.001192753911703261,
    0.00050966952474304242,
    -0.00022315475845357938,
    9.9457512781808534e-5,
    -4.4926236738133142e-5,
    2.0507212775670692e-5,
    -9.4394882752683959e-6,
    4.3748667899074878e-6,
    -2.0392157538013662e-6,
    9.5514121304074198e-7,
    -4.492469198764566e-7,
    2.1207184805554666e-7,
    -1.00432248239681e-7,
    4.7698101693639806e-8,
    -2.2711094608943165e-8,
    1.0838659214896954e-8,
    -5.1834750419700467e-9,
    2.4836745438024783e-9,
    -1.1921401405860912e-9,
    5.731367241678862e-10,
    -2.7595228851242331e-10,
    1.3304764374244489e-10,
    -6.4229645638381e-11,
)

#: Ai underflows, and Bi overflows, from here on.
AIRY_END = 109.0


def scipy(m: Any, function: str, *args: Any) -> Any:
    """Return a call: `scipy(m, "jv.dd", n, x)`, `scipy(m, "sici.d.1", x)`."""
    terms = [m(arg) for arg in args]
    nodes = [term.node for term in terms]
    return type(terms[0])(m.graph, m.graph.call(PREFIX + function, nodes))


def called(function: str) -> Callable[..., Any]:
    """Return the form that is nothing but a call."""
    return lambda m, *args: scipy(m, function, *args)


def gammaln(m: Any, x: Any) -> Any:
    """Return log(abs(gamma(x))); from 1/2 to 5/2 by series, which keeps the zeros at 1 and 2.

    Near 0, where SciPy overflows, that is -log(abs(x)).
    """
    size = m.abs(x)
    tiny = m.both(m.compare("<", size, Fraction(1, 10**300)), m.compare("!=", x, 0))
    near = m.compare("<=", m.abs(x - m.ratio(3, 2)), 1)
    first = m.compare("<", x, m.ratio(3, 2))
    z = m.where(near, x - m.where(first, 1, 2), 0)
    total = m(Fraction(LOG_GAMMA_SERIES[-1]))
    for coefficient in reversed(LOG_GAMMA_SERIES[:-1]):
        total = total * z + Fraction(coefficient)
    inside = total * z - m.where(first, m.log1p(z), 0)
    outside = m.where(near, 3, tiny, 3, x)
    return m.where(near, inside, tiny, -m.log(size), scipy(m, "gammaln.d", outside))


def loggamma(m: Any, x: Any) -> Any:
    """Return log(gamma(x)); NaN for x < 0."""
    return m.where(m.compare("<", x, 0), m.nan, gammaln(m, m.abs(x)))


def factorial(m: Any, x: Any) -> Any:
    """Return gamma(x + 1)."""
    return scipy(m, "gamma.d", x + 1)


def digamma(m: Any, x: Any) -> Any:
    """Return the derivative of log(gamma); close to its poles by reflection, where SciPy fails."""
    left = m.both(m.compare("<", x, -m.ratio(9, 10)), m.compare(">", x, -m.oo))
    negative = m.where(left, x, -m.ratio(1, 2))
    distance = negative - m.floor(negative + m.ratio(1, 2))
    close = m.compare("<", m.abs(distance), m.ratio(1, 20))
    near = m.both(close, m.compare("!=", distance, 0))
    value = scipy(m, "psi.d", m.where(near, 1 - x, x))
    pole = m.pi / m.tan(m.pi * m.where(near, distance, m.ratio(1, 4)))
    return m.where(near, value - pole, value)


def lowergamma(m: Any, a: Any, x: Any) -> Any:
    """Return the integral of t**(a-1)*exp(-t) from 0 to x."""
    return scipy(m, "gamma.d", a) * scipy(m, "gammainc.dd", a, x)


def uppergamma(m: Any, a: Any, x: Any) -> Any:
    """Return the integral of t**(a-1)*exp(-t) from x to infinity."""
    return scipy(m, "gamma.d", a) * scipy(m, "gammaincc.dd", a, x)


def li(m: Any, x: Any) -> Any:
    """Return Ei(log(x))."""
    return scipy(m, "expi.d", m.log(x))


def right_of_zero(function: str) -> Callable[..., Any]:
    """Return the form of a function that is NaN for x < 0."""
    return lambda m, x: scipy(m, function, m.where(m.compare("<", x, 0), m.nan, x))


def fresnel(place: int) -> Callable[..., Any]:
    """Return the form of an integral that is 1/2 beyond 1e16, where SciPy fails."""

    def form(m: Any, x: Any) -> Any:
        far = m.compare(">", m.abs(x), 10**16)
        half = m.where(m.compare("<", x, 0), -m.ratio(1, 2), m.ratio(1, 2))
        return m.where(far, half, scipy(m, f"fresnel.d.{place}", m.where(far, 0, x)))

    return form


def airy(place: int, beyond: str) -> Callable[..., Any]:
    """Return the form of one of SciPy's four; right of AIRY_END it is 0, -0 or infinite."""

    def form(m: Any, x: Any) -> Any:
        limit = {"0": m(0), "-0": -1 / m.oo, "oo": m.oo}[beyond]
        value = scipy(m, f"airy.d.{place}", m.min(x, int(AIRY_END)))
        return m.where(m.compare(">", x, int(AIRY_END)), limit, value)

    return form


def spherical_jn(m: Any, n: Any, x: Any) -> Any:
    """Return the spherical Bessel function; near 0 by its series, NaN unless n is whole."""
    near = m.compare("<", m.abs(x), m.ratio(1, 2))
    order = _order(m, n)
    size = scipy(m, "spherical_jn.ld", order, m.where(near, 1, m.abs(x)))
    mirrored = m.both(m.compare("<", x, 0), m.compare("!=", order, 2 * m.floor(order / 2)))
    value = m.where(mirrored, -size, size)
    z = m.where(near, x, 0)
    half, series = z * z / 2, m(1)
    for k in range(9, 0, -1):
        series = 1 - half / (k * (2 * n + (2 * k + 1))) * series
    small = z**n / (scipy(m, "poch.dd", m.ratio(3, 2), n) * m(2) ** n) * series
    return m.where(_is_order(m, n), m.where(near, small, value), m.nan)


def hyp1f1(m: Any, a: Any, b: Any, x: Any) -> Any:
    """Return the function of Kummer; for positive a and b infinite from 1e5 on, 0 at -oo."""
    rising = m.both(m.compare(">", a, 0), m.compare(">", b, 0))
    large = m.both(m.compare(">", x, 10**5), rising)
    far = m.either(m.compare("==", m.abs(x), m.oo), large)
    value = scipy(m, "hyp1f1.ddd", a, b, m.where(far, 0, x))
    limit = m.where(rising, m.where(m.compare("<", x, 0), 0, m.oo), m.nan)
    return m.where(far, limit, value)


def polynomial(function: str, codes: str = "ld") -> Callable[..., Any]:
    """Return the form of an orthogonal polynomial: NaN unless its order is 0, 1, 2, ..."""

    def form(m: Any, n: Any, *args: Any) -> Any:
        value = scipy(m, f"{function}.{codes}", _order(m, n), *args)
        known = m.both(_is_order(m, n), m.compare("==", args[-1], args[-1]))
        return m.where(known, value, m.nan)

    return form


def _is_order(m: Any, n: Any) -> Any:
    """Return the condition that a number is one of 0, 1, 2, ..."""
    whole = m.both(m.compare("==", n, m.floor(n)), m.compare(">=", n, 0))
    return m.both(whole, m.compare("<", n, 2**31))


def _order(m: Any, n: Any) -> Any:
    """Return an order that may be made a whole number, whatever it is."""
    return m.where(_is_order(m, n), n, 0)
