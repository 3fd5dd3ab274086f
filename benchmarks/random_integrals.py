"""Random definite integrals with known values: derivatives, pieces, peaks.

Every function takes a seed and a count and returns items of the format of `integrals_corpus.json`.
Values are computed twice; where the two do not share 20 digits, another integral is drawn.

    python benchmarks/random_integrals.py [seed] [count]
"""

from __future__ import annotations

import itertools
import json
import random
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import sympy
from make_integrals_corpus import evaluate, make_function, numeric
from mpmath import mp

__all__ = ["GENERATORS", "derivatives", "peaks", "pieces"]

Item = dict[str, Any]
DIGITS, SHARED = 40, 20
#: What is left of an odd integral over a symmetric range at 40 digits.
NEAR_ZERO = 1e-30


def derivatives(seed: int, count: int) -> list[Item]:
    """Return derivatives of random expressions F over ranges where F is defined: F(b) - F(a)."""
    return _draw("random_derivative", seed, count, _derivative)


def pieces(seed: int, count: int) -> list[Item]:
    """Return random integrands with kinks and jumps at known places."""
    return _draw("random_piecewise", seed, count, _pieces)


def peaks(seed: int, count: int) -> list[Item]:
    """Return random integrands with narrow peaks, fast oscillation or singular ends."""
    return _draw("random_peaked", seed, count, _peaks)


#: What draws an item: text, ends, closed form or None, value; None where it did not hold.
Drawn = tuple[str, str, str, str | None, Any] | None


def _draw(group: str, seed: int, count: int, draw: Callable[[random.Random], Drawn]) -> list[Item]:
    source = random.Random(f"{group} {seed}")
    return list(itertools.islice(_items(group, seed, source, draw), count))


def _items(
    group: str, seed: int, source: random.Random, draw: Callable[[random.Random], Drawn]
) -> Iterator[Item]:
    number = 0
    while True:
        with mp.workdps(DIGITS):
            drawn = draw(source)
            if drawn is None:
                continue
            text, low, high, form, value = drawn
            is_zero = abs(value) < NEAR_ZERO
            digits = "0" if is_zero else mp.nstr(value, 25, strip_zeros=False)
        number += 1
        yield {
            "id": f"{group}-{seed}-{number:03}",
            "group": group,
            "expect": "value",
            "integrand": text,
            "variables": ["x"],
            "limits": [["x", low, high]],
            "closed_form": form,
            "value": digits,
        }


def _shared(first: Any, second: Any) -> bool:
    return abs(first - second) <= mp.mpf(10) ** -SHARED * max(abs(first), mp.mpf(10) ** -SHARED)


def _fraction(source: random.Random, low: int, high: int) -> Fraction:
    """Return a fraction with a small denominator between two whole numbers."""
    below = source.choice((1, 2, 3, 4, 5, 7, 10))
    return Fraction(source.randint(low * below, high * below), below)


# -- derivatives -----------------------------------------------------------------------------

_X = sympy.Symbol("x", real=True)
#: Functions smooth on the whole line, so that no pole can hide in the range.
_SMOOTH: tuple[Callable[[Any], Any], ...] = (
    sympy.sin,
    sympy.cos,
    sympy.atan,
    sympy.tanh,
    sympy.asinh,
    sympy.erf,
    lambda u: sympy.exp(-(u**2)),
    lambda u: sympy.exp(sympy.sin(u)),
    lambda u: sympy.log(1 + u**2),
    lambda u: sympy.sqrt(1 + u**2),
    lambda u: 1 / (1 + u**2),
)
#: Functions of x > 0.
_POSITIVE = (_X, sympy.log(_X), sympy.sqrt(_X), _X ** sympy.Rational(1, 3), 1 / _X, _X**2)


def _expression(source: random.Random, leaves: tuple, depth: int) -> Any:
    """Return a random expression."""
    if depth == 0:
        scale = sympy.Rational(_fraction(source, 1, 3))
        return scale * source.choice(leaves) + source.choice((0, 0, 1, -1))
    left = _expression(source, leaves, depth - 1)
    kind = source.choice(("sum", "product", "function", "function"))
    if kind == "function":
        return source.choice(_SMOOTH)(left)
    right = _expression(source, leaves, depth - 1)
    return left + right if kind == "sum" else left * right


def _derivative(source: random.Random) -> Drawn:
    is_positive = source.random() < 0.4
    leaves = _POSITIVE if is_positive else (_X, _X, _X**2)
    whole = _expression(source, leaves, source.choice((1, 1, 2, 2, 3)))
    slope = sympy.diff(whole, _X)
    if slope == 0 or sympy.count_ops(slope) > 60:
        return None
    low = _fraction(source, 1, 2) if is_positive else _fraction(source, -2, 1)
    high = low + _fraction(source, 1, 3)
    text = sympy.sstr(slope)
    antiderivative = make_function(sympy.sstr(whole), ["x"])
    value = antiderivative(_number(high)) - antiderivative(_number(low))
    other = numeric(text, f"x {low} {high}", {"rule": "gl"}, {})
    if not _shared(value, other):
        return None
    form = sympy.sstr(whole.subs(_X, sympy.Rational(high)) - whole.subs(_X, sympy.Rational(low)))
    return text, str(low), str(high), form, value


def _number(value: Fraction) -> Any:
    return mp.mpf(value.numerator) / value.denominator


# -- pieces ----------------------------------------------------------------------------------

_FACTORS = ("1", "x", "x**2", "exp(-x)", "cos(x)", "sin(3*x)", "1/(1 + x**2)", "sqrt(1 + x**2)")


def _pieces(source: random.Random) -> Drawn:
    low = _fraction(source, -2, 1)
    high = low + _fraction(source, 1, 4)
    breaks: set[Fraction] = set()
    parts = [_piece(source, low, high, breaks) for _ in range(source.choice((1, 1, 2, 3)))]
    text = " + ".join(f"({factor})*{part}" for part, factor in parts)
    places = " ".join(str(place) for place in sorted(breaks) if low < place < high)
    return _twice(text, str(low), str(high), places)


def _piece(
    source: random.Random, low: Fraction, high: Fraction, breaks: set[Fraction]
) -> tuple[str, str]:
    """Return a factor with kinks or jumps and a smooth one; its breaks are noted."""
    steps = source.randint(1, 9)
    place = low + (high - low) * Fraction(steps, 10)
    second = low + (high - low) * Fraction(source.randint(steps, 10), 10)
    breaks |= {place}
    kind = source.choice(("abs", "sign", "step", "max", "min", "floor", "piecewise", "root", "two"))
    smooth = source.choice(_FACTORS)
    if kind == "floor":
        rate = source.choice((1, 2, 3, 5))
        first, last = int(low * rate) - 1, int(high * rate) + 1
        breaks |= {Fraction(n, rate) for n in range(first, last + 1)}
        return f"floor({rate}*x)", smooth
    if kind == "piecewise":
        other = source.choice(_FACTORS)
        return f"Piecewise(({other}, x < {place}), ({smooth}, True))", "1"
    if kind == "two":
        breaks |= {second}
        return f"Abs((x - ({place}))*(x - ({second})))", smooth
    shape = {
        "abs": f"Abs(x - ({place}))",
        "sign": f"sign(x - ({place}))",
        "step": f"Heaviside(x - ({place}))",
        "max": f"Max(x, {place})",
        "min": f"Min(2*x - ({place}), x)",
        "root": f"sqrt(Abs(x - ({place})))",
    }
    return shape[kind], smooth


def _twice(text: str, low: str, high: str, places: str) -> Drawn:
    """Return the integral if two rules agree on its value."""
    options = {"at": places}
    first = numeric(text, f"x {low} {high}", options, {})
    finer = f"{places} {_middle(low, high)}"
    with mp.workdps(DIGITS + 12):
        second = numeric(text, f"x {low} {high}", {"at": finer}, {})
    return (text, low, high, None, first) if _shared(first, second) else None


def _middle(low: str, high: str) -> str:
    """Return an odd place inside the range, so that the second splitting differs."""
    return str(Fraction(low) + (Fraction(high) - Fraction(low)) * Fraction(13, 29))


# -- peaks -----------------------------------------------------------------------------------


def _peaks(source: random.Random) -> Drawn:
    low = _fraction(source, -1, 1)
    high = low + _fraction(source, 1, 4)
    kind = source.choice(("bell", "lorentz", "sech", "waves", "end", "log", "front", "two"))
    place = low + (high - low) * Fraction(source.randint(1, 996), 997)
    steep = 10 ** source.choice((1, 2, 3, 4, 5))
    smooth = source.choice(_FACTORS)
    if kind == "two":
        other = low + (high - low) * Fraction(source.randint(1, 996), 997)
        text = f"exp(-({steep}*(x - ({place})))**2) + ({smooth})/cosh(10*(x - ({other})))**2"
        places = _around(place, steep, low, high) + _around(other, 10, low, high)
        return _twice(text, str(low), str(high), " ".join(sorted(set(places))))
    if kind == "waves":
        rate = source.choice((20, 50, 100, 300))
        wave = source.choice((f"sin({rate}*x)", f"cos({rate}*x)**2", f"cos({rate}*x**2)"))
        n_parts = 8 + rate // 4
        cuts = [low + (high - low) * Fraction(n, n_parts) for n in range(1, n_parts)]
        return _waves(f"({smooth})*{wave}", str(low), str(high), " ".join(map(str, cuts)))
    if kind in ("end", "log"):
        power = Fraction(-source.randint(1, 7), 10)
        shape = f"(x - ({low}))**({power})" if kind == "end" else f"log(x - ({low}))"
        return _singular(f"({smooth})*{shape}", low, high, power)
    shape = {
        "bell": f"exp(-({steep}*(x - ({place})))**2)",
        "lorentz": f"1/(1 + ({steep}*(x - ({place})))**2)",
        "sech": f"1/cosh({steep}*(x - ({place})))",
        "front": f"tanh({steep}*(x - ({place})))",
    }[kind]
    places = " ".join(_around(place, steep, low, high))
    return _twice(f"({smooth})*{shape}", str(low), str(high), places)


def _around(place: Fraction, steep: int, low: Fraction, high: Fraction) -> list[str]:
    """Return the places of splits around a peak of width 1/steep."""
    widths = [Fraction(k, steep) for k in (0, 1, 3, 8, 20, 100, 1000, 10000)]
    found = {place + sign * width for width in widths for sign in (-1, 1)}
    return [str(p) for p in sorted(found) if low < p < high]


def _waves(text: str, low: str, high: str, places: str) -> Drawn:
    first = numeric(text, f"x {low} {high}", {"at": places, "rule": "gl"}, {})
    finer = {"at": f"{places} {_middle(low, high)}", "rule": "gl"}
    with mp.workdps(DIGITS + 12):
        second = numeric(text, f"x {low} {high}", finer, {})
    return (text, low, high, None, first) if _shared(first, second) else None


def _singular(text: str, low: Fraction, high: Fraction, power: Fraction) -> Drawn:
    """Return an integral with a singular lower end; computed after x = low + t^10."""
    length = evaluate(f"({high - low})**(1/10)")
    inside = make_function(text.replace(f"x - ({low})", "t**10"), ["x", "t"])
    start = _number(low)

    def folded(t: Any) -> Any:
        return inside(start + t**10, t) * 10 * t**9

    first = mp.quad(folded, [0, length], maxdegree=9)
    second = mp.quad(folded, [0, length / 3, length], method="gauss-legendre", maxdegree=9)
    if "log" in text:
        second = numeric(text, f"x {low} {high}", {}, {}) if low == 0 else second
    return (text, str(low), str(high), None, first) if _shared(first, second) else None


#: Every generator, by the name of its group.
GENERATORS: dict[str, Callable[[int, int], list[Item]]] = {
    "random_derivative": derivatives,
    "random_piecewise": pieces,
    "random_peaked": peaks,
}


def main() -> None:
    """Print random items as JSON lines."""
    words = [int(word) for word in sys.argv[1:3]]
    seed, count = (*words, *(0, 5)[len(words) :])
    for make in GENERATORS.values():
        for item in make(seed, count):
            print(json.dumps(item))


if __name__ == "__main__":
    main()
