"""Products and powers of sines and cosines as sums of single waves."""

from __future__ import annotations

from typing import Any

import sympy
from sympy.simplify.fu import TR7, TR8

__all__ = ["distributed", "is_product_of_waves", "is_wave", "linear_in_waves", "unrooted"]

_TRIG = (sympy.sin, sympy.cos)


def linear_in_waves(product: Any) -> Any:
    """Return a product of powers of sines and cosines as a sum of single waves."""
    for _ in range(8):
        product = sympy.expand(TR8(TR7(product)))
        if not any(is_product_of_waves(term) for term in sympy.Add.make_args(product)):
            break
    return product


def is_product_of_waves(term: Any) -> bool:
    """Whether a term has more than one wave, or a power of one."""
    waves = [p for p in sympy.Mul.make_args(term) if is_wave(p)]
    return len(waves) > 1 or any(wave.is_Pow for wave in waves)


def is_wave(p: Any) -> bool:
    """Whether a factor is a sine or cosine, or a positive power of one."""
    base, exponent = p.as_base_exp()
    return isinstance(base, _TRIG) and exponent.is_Integer and exponent > 0


def distributed(f: Any) -> list[Any]:
    """Return the terms of a sum that is multiplied out, denominators left as they are."""
    found: list[Any] = []
    for part in sympy.Add.make_args(f):
        below = [
            p for p in sympy.Mul.make_args(part) if p.is_Pow and p.exp.is_negative and p.base.is_Add
        ]
        kept = sympy.Mul(*below)
        above = sympy.expand_mul(sympy.expand_multinomial(part / kept))
        found += [term * kept for term in sympy.Add.make_args(above)]
    return found


def unrooted(f: Any) -> Any:
    """Return a function with the roots of c*(1 + cos(u)) and the like drawn: |cos(u/2)|."""

    def is_root(p: Any) -> bool:
        return bool(p.is_Pow and p.exp.is_Rational and p.exp.q == 2 and p.base.is_Add)

    def drawn(p: Any) -> Any:
        constant, moving = p.base.as_independent(sympy.sin, sympy.cos, as_Add=True)
        c, wave = moving.as_independent(sympy.sin, sympy.cos, as_Add=False)
        if not isinstance(wave, sympy.sin | sympy.cos) or not constant.is_positive:
            return p
        if constant not in (c, -c):
            return p
        half = wave.args[0] / 2
        if isinstance(wave, sympy.cos):
            root = sympy.cos(half) if c == constant else sympy.sin(half)
        else:
            root = sympy.sin(half + sympy.pi / 4 * (1 if c == constant else -1), evaluate=False)
        return (2 * constant) ** p.exp * sympy.Abs(root) ** (2 * p.exp)

    return f.replace(is_root, drawn)
