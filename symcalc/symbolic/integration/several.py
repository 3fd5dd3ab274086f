"""Several variables: iterated integrals, other orders, polar coordinates, homogeneous functions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import permutations
from typing import Any

import sympy

from .view import Definite, definite

__all__ = ["homogeneous", "iterated", "polar", "swapped"]

Range = tuple[Any, Any, Any]
Inner = Callable[[Definite], Iterator[Any]]


def iterated(f: Any, ranges: list[Range], inner: Inner) -> Iterator[Any]:
    """Propose by integrating in the order that is given, the innermost first."""
    signs = _signed(ranges)
    f = f.subs(signs)
    for x, a, b in ranges:
        x, a, b = signs.get(x, x), a.subs(signs), b.subs(signs)
        problem = definite(f, x, a, b)
        value = next(inner(problem), None)
        if value is None:
            return
        f = value
    yield f


def _signed(ranges: list[Range]) -> dict[Any, Any]:
    """Return symbols that know their signs for the variables, from the outermost on."""
    found: dict[Any, Any] = {}
    for x, a, b in reversed(ranges):
        low, high = a.subs(found), b.subs(found)
        if low.is_nonnegative:
            found[x] = sympy.Symbol(x.name, positive=True)
        elif high.is_nonpositive:
            found[x] = sympy.Symbol(x.name, negative=True)
    return found


def swapped(f: Any, ranges: list[Range], inner: Inner) -> Iterator[Any]:
    """Propose by another order: any where limits are constant, the inverse one on a triangle."""
    variables = {x for x, _, _ in ranges}
    if not any((a.free_symbols | b.free_symbols) & variables for _, a, b in ranges):
        for order in list(permutations(ranges))[1:]:
            yield from iterated(f, list(order), inner)
        return
    if len(ranges) == 2:
        other = _other_order(ranges)
        if other is not None:
            yield from iterated(f, other, inner)


def _other_order(ranges: list[Range]) -> list[Range] | None:
    """Return the ranges in the other order, where one inner limit moves and is monotone."""
    (y, low, high), (x, a, b) = ranges
    moving = [limit for limit in (low, high) if limit.has(x)]
    if len(moving) != 1:
        return None
    g = moving[0]
    t = sympy.Dummy("t", positive=True) if a.is_nonnegative else sympy.Dummy("t", real=True)
    slope = sympy.diff(g, x).subs(x, t)
    rises = slope.is_positive or (slope.is_nonnegative and slope != 0)
    if not rises and not slope.is_negative:
        return None
    z = sympy.Dummy("z", positive=True)
    solved = [s for s in sympy.solve(g.subs(x, t) - z, t) if s.is_real is not False]
    if len(solved) != 1:
        return None
    h = solved[0].subs(z, y)
    ends = [g.subs(x, a) if a.is_finite else sympy.limit(g, x, a), sympy.limit(g, x, b)]
    if g == high:
        bottom, top = low, (ends[1] if rises else ends[0])
        inner_range = (x, h, b) if rises else (x, a, h)
        if not _are_equal(ends[0] if rises else ends[1], low):
            return None
    else:
        bottom, top = (ends[0] if rises else ends[1]), high
        inner_range = (x, a, h) if rises else (x, h, b)
        if not _are_equal(ends[1] if rises else ends[0], high):
            return None
    return [inner_range, (y, bottom, top)]


def _are_equal(p: Any, q: Any) -> bool:
    return bool(p == q or (p.is_finite and q.is_finite and sympy.simplify(p - q) == 0))


def polar(f: Any, ranges: list[Range], inner: Inner) -> Iterator[Any]:
    """Propose in polar or spherical coordinates on the plane, a disk, space, a ball, or parts."""
    r = sympy.Symbol("r", positive=True)
    t = sympy.Symbol("t", real=True)
    if len(ranges) == 2:
        (y, low, high), (x, a, b) = ranges
        radius, start, end = _sector(y, low, high, x, a, b)
        if radius is None:
            return
        g = f.subs({x: r * sympy.cos(t), y: r * sympy.sin(t)}, simultaneous=True) * r
        g = sympy.simplify(g)
        yield from iterated(g, [(r, sympy.Integer(0), radius), (t, start, end)], inner)
        yield from iterated(g, [(t, start, end), (r, sympy.Integer(0), radius)], inner)
    elif len(ranges) == 3:
        radius, share = _ball(ranges)
        if radius is None:
            return
        x, y, z = (rng[0] for rng in reversed(ranges))
        p = sympy.Symbol("p", positive=True)
        spots = {
            x: r * sympy.sin(p) * sympy.cos(t),
            y: r * sympy.sin(p) * sympy.sin(t),
            z: r * sympy.cos(p),
        }
        g = sympy.simplify(f.subs(spots, simultaneous=True)) * r**2 * sympy.sin(p)
        zero, turn = sympy.Integer(0), 2 * sympy.pi
        angles = (
            [(p, zero, sympy.pi), (t, zero, turn)]
            if share == 1
            else [(p, zero, sympy.pi / 2), (t, zero, sympy.pi / 2)]
        )
        yield from iterated(g, [*angles, (r, zero, radius)], inner)


def _sector(y: Any, low: Any, high: Any, x: Any, a: Any, b: Any) -> tuple[Any, Any, Any]:
    """Return radius, first and last angle of a sector of the plane."""
    whole, half = (-sympy.oo, sympy.oo), (0, sympy.oo)
    tables = {
        (whole, whole): (-sympy.pi, sympy.pi),
        (half, half): (sympy.Integer(0), sympy.pi / 2),
        (half, whole): (sympy.Integer(0), sympy.pi),
        (whole, half): (-sympy.pi / 2, sympy.pi / 2),
    }
    found = tables.get(((low, high), (a, b)))
    if found is not None:
        return sympy.oo, *found
    R = b
    if sympy.expand(high**2 + x**2 - R**2) != 0 or a not in (0, -R):
        return None, None, None
    full = sympy.expand(low + high) == 0
    if not full and low != 0:
        return None, None, None
    start = (-sympy.pi if a == -R else -sympy.pi / 2) if full else sympy.Integer(0)
    end = sympy.pi if a == -R else sympy.pi / 2
    return R, start, end


def _ball(ranges: list[Range]) -> tuple[Any, Any]:
    """Return radius and 1 for a ball or space, 8 for their parts in the first octant."""
    (_, z0, z1), (y, y0, y1), (x, x0, x1) = ranges
    limits = [(z0, z1), (y0, y1), (x0, x1)]
    if all(pair == (-sympy.oo, sympy.oo) for pair in limits):
        return sympy.oo, 1
    if all(pair == (0, sympy.oo) for pair in limits):
        return sympy.oo, 8
    R = x1
    on_ball = (
        sympy.expand(z1**2 + y**2 + x**2 - R**2) == 0 and sympy.expand(y1**2 + x**2 - R**2) == 0
    )
    if not on_ball:
        return None, None
    if all(sympy.expand(low + high) == 0 for low, high in limits):
        return R, 1
    return (R, 8) if all(low == 0 for low, _ in limits) else (None, None)


def homogeneous(f: Any, ranges: list[Range], inner: Inner) -> Iterator[Any]:
    """Propose on a box (0, a1) x ... for f(c*x) = c**k*f(x), by Gauss' theorem.

    The field x*f(x) has the divergence (n + k)*f: the integral is the flux through the far sides.
    """
    n = len(ranges)
    if not all(a == 0 and b.is_positive and b.is_finite for _, a, b in ranges):
        return
    if any(b.free_symbols & {x for x, _, _ in ranges} for _, _, b in ranges):
        return
    c = sympy.Dummy("c", positive=True)
    own = {x: sympy.Symbol(x.name, positive=True) for x, _, _ in ranges}
    g = f.subs(own)
    ratio = sympy.simplify(g.subs({s: c * s for s in own.values()}, simultaneous=True) / g)
    base, k = ratio.as_base_exp()
    if ratio != 1 and (base != c or k.has(c)):
        return
    k = sympy.Integer(0) if ratio == 1 else k
    if not (n + k).is_positive:
        return
    total: Any = 0
    for i, (x, _, b) in enumerate(ranges):
        rest = [(own[y], low, high) for y, low, high in (*ranges[:i], *ranges[i + 1 :])]
        value = next(iterated(g.subs(own[x], b), rest, inner), None)
        if value is None:
            return
        total += b * value
    yield total / (n + k)
