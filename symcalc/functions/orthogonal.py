"""Classical orthogonal polynomials of whole order; no derivative rule has a quotient by x."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import enclosures, library, special_continuations
from .row import FunctionRow

__all__ = ["ROWS"]

#: Up to this order SymPy may write a polynomial out.
MAX_EXPANDED_ORDER = 20


def _lowered(m: Any, n: Any, build: Callable[[Any], Any]) -> Any:
    """Return `build(n - 1)`, and 0 where the order is 0: the polynomial is a constant."""
    order = m.graph.value(n.node)
    if order is None:
        return m.where(m.compare(">=", n, 1), build(n - 1), 0)
    return build(n - 1) if order >= 1 else m(0)


def _polynomial(name: str) -> Callable[..., Any]:
    """Return the builder of SymPy's polynomial, held back where its order is large."""

    def build(sympy: Any, n: Any, *args: Any) -> Any:
        function = getattr(sympy, name)
        if n.is_Integer and not 0 <= n <= MAX_EXPANDED_ORDER:
            return function(n, *args, evaluate=False)
        return function(n, *args)

    return build


ROWS = (
    FunctionRow(
        name="legendre",
        summary="legendre(n, x): the Legendre polynomial of order n = 0, 1, 2, ...",
        arity=(2, 2),
        derivatives=(
            None,
            lambda m, y, n, x: _lowered(m, n, lambda k: m.gegenbauer(k, m.ratio(3, 2), x)),
        ),
        aliases=("eval_legendre",),
        domain="n in (0, 1, 2, ...)",
        array="kernels.legendre",
        library=library.polynomial("eval_legendre"),
        sympy=_polynomial("legendre"),
        ball=enclosures.of_whole_order("legendre_p"),
        continuation=special_continuations.of_whole_order("legendre_p"),
        latex="P_{{{0}}}\\left({1}\\right)",
        sample=((0.0, 0.5), (3.0, -0.25), (5.0, 1.0), (10.0, 2.5), (6.0, 0.3)),
    ),
    FunctionRow(
        name="hermite",
        summary="hermite(n, x): the physicists' Hermite polynomial of order n = 0, 1, 2, ...",
        arity=(2, 2),
        derivatives=(None, lambda m, y, n, x: _lowered(m, n, lambda k: 2 * n * m.hermite(k, x))),
        aliases=("eval_hermite",),
        domain="n in (0, 1, 2, ...)",
        array="kernels.hermite",
        library=library.polynomial("eval_hermite"),
        sympy=_polynomial("hermite"),
        ball=enclosures.of_whole_order("hermite_h"),
        continuation=special_continuations.of_whole_order("hermite_h"),
        latex="H_{{{0}}}\\left({1}\\right)",
        sample=((0.0, 0.5), (3.0, -0.25), (5.0, 1.0), (10.0, 2.5), (6.0, 0.3)),
    ),
    FunctionRow(
        name="chebyshevt",
        summary="chebyshevt(n, x): the Chebyshev polynomial T of order n = 0, 1, 2, ...",
        arity=(2, 2),
        derivatives=(
            None,
            lambda m, y, n, x: _lowered(m, n, lambda k: n * m.chebyshevu(k, x)),
        ),
        aliases=("eval_chebyt",),
        domain="n in (0, 1, 2, ...)",
        array="kernels.chebyshevt",
        library=library.polynomial("eval_chebyt"),
        sympy=_polynomial("chebyshevt"),
        ball=enclosures.of_whole_order("chebyshev_t"),
        continuation=special_continuations.of_whole_order("chebyshev_t"),
        latex="T_{{{0}}}\\left({1}\\right)",
        sample=((0.0, 0.5), (3.0, -0.25), (5.0, 1.0), (10.0, 2.5), (6.0, 0.3)),
    ),
    FunctionRow(
        name="chebyshevu",
        summary="chebyshevu(n, x): the Chebyshev polynomial U of order n = 0, 1, 2, ...",
        arity=(2, 2),
        derivatives=(
            None,
            lambda m, y, n, x: _lowered(m, n, lambda k: 2 * m.gegenbauer(k, 2, x)),
        ),
        aliases=("eval_chebyu",),
        domain="n in (0, 1, 2, ...)",
        array="kernels.chebyshevu",
        library=library.polynomial("eval_chebyu"),
        sympy=_polynomial("chebyshevu"),
        ball=enclosures.of_whole_order("chebyshev_u"),
        continuation=special_continuations.of_whole_order("chebyshev_u"),
        latex="U_{{{0}}}\\left({1}\\right)",
        sample=((0.0, 0.5), (3.0, -0.25), (5.0, 1.0), (10.0, 2.5), (6.0, 0.3)),
    ),
    FunctionRow(
        name="gegenbauer",
        summary="gegenbauer(n, a, x): the Gegenbauer polynomial of order n = 0, 1, 2, ...",
        arity=(3, 3),
        derivatives=(
            *(None, None),
            lambda m, y, n, a, x: _lowered(m, n, lambda k: 2 * a * m.gegenbauer(k, a + 1, x)),
        ),
        aliases=("eval_gegenbauer",),
        domain="n in (0, 1, 2, ...)",
        array="kernels.gegenbauer",
        library=library.polynomial("eval_gegenbauer", "ldd"),
        sympy=_polynomial("gegenbauer"),
        ball=enclosures.gegenbauer,
        continuation=special_continuations.gegenbauer,
        latex="C_{{{0}}}^{{({1})}}\\left({2}\\right)",
        sample=(
            (0.0, 1.5, 0.5),
            (3.0, 1.5, -0.25),
            (5.0, 2.0, 1.0),
            (4.0, 0.75, 2.5),
            (5.0, 0.75, 0.3),
        ),
    ),
    FunctionRow(
        name="laguerre",
        summary="laguerre(n, x): the Laguerre polynomial of order n = 0, 1, 2, ...",
        arity=(2, 2),
        derivatives=(
            None,
            lambda m, y, n, x: _lowered(m, n, lambda k: -m.assoc_laguerre(k, 1, x)),
        ),
        aliases=("eval_laguerre",),
        domain="n in (0, 1, 2, ...)",
        array="kernels.laguerre",
        library=library.polynomial("eval_laguerre"),
        sympy=_polynomial("laguerre"),
        ball=enclosures.of_whole_order("laguerre_l"),
        continuation=special_continuations.of_whole_order("laguerre_l"),
        latex="L_{{{0}}}\\left({1}\\right)",
        sample=((0.0, 0.5), (3.0, -0.25), (5.0, 1.0), (10.0, 2.5), (6.0, 0.3)),
    ),
    FunctionRow(
        name="assoc_laguerre",
        summary="assoc_laguerre(n, a, x): the associated Laguerre polynomial of order n",
        arity=(3, 3),
        derivatives=(
            *(None, None),
            lambda m, y, n, a, x: _lowered(m, n, lambda k: -m.assoc_laguerre(k, a + 1, x)),
        ),
        aliases=("eval_genlaguerre",),
        domain="n in (0, 1, 2, ...)",
        array="kernels.assoc_laguerre",
        library=library.polynomial("eval_genlaguerre", "ldd"),
        sympy=_polynomial("assoc_laguerre"),
        ball=enclosures.laguerre,
        continuation=special_continuations.laguerre,
        latex="L_{{{0}}}^{{({1})}}\\left({2}\\right)",
        sample=((0.0, 1.0, 0.5), (3.0, 1.0, -0.25), (5.0, 2.5, 1.0)),
    ),
)
