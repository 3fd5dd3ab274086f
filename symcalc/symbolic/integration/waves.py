"""Products and powers of sines and cosines as sums of single waves."""

from __future__ import annotations

from typing import Any

import sympy
from sympy.simplify.fu import TR7, TR8

__all__ = ["distributed", "is_product_of_waves", "is_wave", "linear_in_waves"]

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
