"""Dimensions made of others: `n-1` of a slice, `m+n` of blocks, `m*p` of a Kronecker product.

A dimension is a number, a name, or a polynomial in names, written in one canonical way: products of
names in front, longest first, then by name; numbers in front of them, the constant last.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from math import prod

from .shapes import Dimension

__all__ = ["Polynomial", "difference", "dimension_of", "polynomial", "product", "size_of", "total"]

#: For each product of names, sorted, the number in front of it; `()` is the constant.
Polynomial = dict[tuple[str, ...], int]

_TERM = re.compile(r"([+-]?)([^+-]+)")


def polynomial(dimension: Dimension) -> Polynomial:
    """Return a dimension as a polynomial in names.

    Examples
    --------
    >>> polynomial("m*p-1")
    {('m', 'p'): 1, (): -1}
    """
    if isinstance(dimension, int):
        return {(): dimension} if dimension else {}
    found: Polynomial = {}
    for sign, term in _TERM.findall(dimension):
        factors = term.split("*")
        number = int(factors.pop(0)) if factors[0].isdigit() else 1
        found[tuple(factors)] = -number if sign == "-" else number
    return found


def dimension_of(terms: Mapping[tuple[str, ...], int]) -> Dimension:
    """Return the dimension that is a polynomial in names.

    Examples
    --------
    >>> dimension_of({("n",): 2, (): -1})
    '2*n-1'
    """
    text = ""
    for names in sorted(terms, key=lambda names: (-len(names), names)):
        number = terms[names]
        if number and not names and not text:
            return number
        if number:
            factors = ([] if abs(number) == 1 and names else [str(abs(number))]) + list(names)
            text += ("-" if number < 0 else "+" if text else "") + "*".join(factors)
    return text or 0


def total(dimensions: Iterable[Dimension]) -> Dimension:
    """Return the sum of dimensions."""
    found: Counter[tuple[str, ...]] = Counter()
    for dimension in dimensions:
        found.update(polynomial(dimension))
    return dimension_of(found)


def difference(left: Dimension, right: Dimension) -> Dimension:
    """Return the first dimension less the second."""
    found = Counter(polynomial(left))
    found.subtract(polynomial(right))
    return dimension_of(found)


def product(dimensions: Iterable[Dimension]) -> Dimension:
    """Return the product of dimensions."""
    found: Polynomial = {(): 1}
    for dimension in dimensions:
        factor, so_far = polynomial(dimension), found
        found = {}
        for names, number in so_far.items():
            for others, count in factor.items():
                key = tuple(sorted(names + others))
                found[key] = found.get(key, 0) + number * count
    return dimension_of(found)


def size_of(dimension: Dimension, sizes: Mapping[str, int]) -> int:
    """Return the number that a dimension is when its names have sizes.

    Examples
    --------
    >>> size_of("m*p-1", {"m": 3, "p": 2})
    5
    """
    return sum(
        number * prod(sizes[name] for name in names)
        for names, number in polynomial(dimension).items()
    )
