"""Exponentials and logarithms of several doubles side by side, as LLVM's instructions.

LLVM puts them into the loop that calls them. So nothing is saved around a call, and what two of
them share is computed once: `exp(x)`, `expm1(x)` and `tanh(x)` are made of one polynomial. They
need a fused multiplication and addition, and are right to 3.5 units in the last place (`tanh`;
`expm1` to 2.5, the others to 1.1).

References
----------
P. T. P. Tang, "Table-driven implementation of the exponential function in IEEE floating-point
arithmetic", ACM TOMS 15 (1989), and the like of 1990 for the logarithm: how arguments are reduced.
The polynomials are our own, Chebyshev interpolants of 60 digits, rounded.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence

__all__ = ["FASTEST", "has_vector_function", "vector_function_text"]

#: Those that are faster than any library's; the others serve where no library has them.
FASTEST = frozenset({"exp", "expm1", "tanh"})

#: Letters of the vector ABI for processors with fused multiplication and addition.
FUSED = frozenset("edn")

#: (exp(r) - 1 - r)/r**2 for abs(r) <= log(2)/2, to 1.3e-17 of exp(r); from the lowest power.
EXPONENTIAL = (
    0.5000000000000001, 0.16666666666666669, 0.041666666666623824, 0.008333333333330039,
    0.0013888888917367081, 0.00019841269863171557, 2.4801521057868204e-05,
    2.7557268276905696e-06, 2.7620201591031547e-07, 2.5100472505694996e-08,
)  # fmt: skip

#: (log((1+s)/(1-s))/s - 2)/z at z = s**2 for (1+s)/(1-s) from sqrt(1/2) to sqrt(2), to 9.2e-18.
LOGARITHM = (
    0.666666666666667, 0.3999999999989889, 0.28571428626253836, 0.22222211089379496,
    0.1818289243253687, 0.15331611722055008, 0.14617807153417325,
)  # fmt: skip

#: log(2) as a number of 33 bits, whose whole multiples are exact, and what is left.
LOG2_HIGH, LOG2_LOW = float.fromhex("0x1.62e42feep-1"), float.fromhex("0x1.a39ef35793c76p-33")
INVERSE_LOG2 = float.fromhex("0x1.71547652b82fep+0")

#: A number so large that adding it rounds to whole numbers, which then are its lowest bits.
SHIFT = 1.5 * 2.0**52

#: What is taken off a whole number from 0 on, put into the bits of 2**52, to have an exponent.
BIAS = 2.0**52 + 1023

#: Beyond these exponentials are zero and infinite.
LEAST, MOST = -746.0, 710.0

INF, NAN = float("inf"), float("nan")


def _bits(value: float) -> int:
    return int(struct.unpack("<q", struct.pack("<d", value))[0])


class _Writer:
    """Writes instructions on vectors; values are names, numbers are written out."""

    def __init__(self, width: int, letter: str) -> None:
        self.lines: list[str] = []
        self._width, self._letter = width, letter
        self._type, self._whole = f"<{width} x double>", f"<{width} x i64>"

    def _op(self, instruction: str) -> str:
        name = f"%k{len(self.lines)}"
        self.lines.append(f"  {name} = {instruction}")
        return name

    def _text(self, value: str | float) -> str:
        return value if isinstance(value, str) else f"splat (double 0x{_bits(value) % 2**64:016X})"

    def arithmetic(self, word: str, left: str | float, right: str | float) -> str:
        """Return a sum (`fadd`), difference, product or quotient."""
        return self._op(f"{word} {self._type} {self._text(left)}, {self._text(right)}")

    def function(self, name: str, *args: str | float) -> str:
        """Return the value of one of LLVM's own functions."""
        given = ", ".join(f"{self._type} {self._text(arg)}" for arg in args)
        return self._op(f"call {self._type} @llvm.{name}.v{self._width}f64({given})")

    def fma(self, a: str | float, b: str | float, c: str | float) -> str:
        return self.function("fma", a, b, c)

    def polynomial(self, x: str, coefficients: Sequence[float]) -> str:
        """Return a polynomial by Estrin's scheme: its terms by twos, then those by twos, and so on.

        What comes next need not wait for as many steps as there are terms.
        """
        terms: list[str | float] = list(coefficients)
        while len(terms) > 1:
            pairs = [self.fma(x, b, a) for a, b in zip(terms[::2], terms[1::2], strict=False)]
            terms = [*pairs, *terms[len(pairs) * 2 :]]
            if len(terms) > 1:
                x = self.arithmetic("fmul", x, x)
        return str(terms[0])

    def select(
        self, relation: str, left: str, right: float, yes: str | float, no: str | float
    ) -> str:
        """Return `yes` where a relation holds, else `no`."""
        found = self._op(f"fcmp {relation} {self._type} {left}, {self._text(right)}")
        given = f"{self._type} {self._text(yes)}, {self._type} {self._text(no)}"
        return self._op(f"select <{self._width} x i1> {found}, {given}")

    def bits_of(self, value: str) -> str:
        return self._op(f"bitcast {self._type} {value} to {self._whole}")

    def of_bits(self, value: str) -> str:
        return self._op(f"bitcast {self._whole} {value} to {self._type}")

    def whole(self, word: str, left: str | int, right: str | int) -> str:
        """Return the result of an operation on whole numbers of 64 bits."""
        texts = [v if isinstance(v, str) else f"splat (i64 {v})" for v in (left, right)]
        return self._op(f"{word} {self._whole} {texts[0]}, {texts[1]}")

    def scaled(self, value: str | float, shifted: str) -> str:
        """Return `value * 2**n` for an n from -1100 to 1100 that `SHIFT` was added to."""
        if self._letter == "e":
            n = self.arithmetic("fsub", shifted, SHIFT)
            given = f"{self._type} {self._text(value)}, {self._type} {n}, {self._type} "
            return self._op(
                f"call {self._type} @llvm.x86.avx512.mask.scalef.pd.512("
                f"{given}zeroinitializer, i8 -1, i32 4)"
            )
        bits = self.bits_of(shifted)
        both = self.whole("shl", bits, 52)
        half = self.whole("shl", self.whole("lshr", bits, 1), 52)
        for part in (half, self.whole("sub", both, half)):
            factor = self.of_bits(self.whole("add", part, _bits(1.0)))
            value = self.arithmetic("fmul", value, factor)
        return str(value)


def _reduced(w: _Writer, x: str) -> tuple[str, str]:
    """Return n, with `SHIFT` added, and `exp(r) - 1` where x is n*log(2) + r."""
    x = w.select("ogt", x, MOST, MOST, x)
    x = w.select("olt", x, LEAST, LEAST, x)
    shifted = w.fma(x, INVERSE_LOG2, SHIFT)
    n = w.arithmetic("fsub", shifted, SHIFT)
    r = w.fma(n, -LOG2_LOW, w.fma(n, -LOG2_HIGH, x))
    squared = w.arithmetic("fmul", r, r)
    return shifted, w.fma(squared, w.polynomial(r, EXPONENTIAL), r)


def _exp(w: _Writer, x: str) -> str:
    shifted, small = _reduced(w, x)
    return w.scaled(w.arithmetic("fadd", small, 1.0), shifted)


def _expm1(w: _Writer, x: str) -> str:
    """Return `2**n*small + (2**n - 1)`, both halved where 2**n might overflow; x where it is tiny.

    Half of a subnormal number may not be one.
    """
    shifted, small = _reduced(w, x)
    half = w.scaled(0.5, shifted)
    value = w.fma(half, small, w.arithmetic("fsub", half, 0.5))
    value = w.arithmetic("fadd", value, value)
    return w.select("olt", w.function("fabs", x), 2.0**-54, x, value)


def _tanh(w: _Writer, x: str) -> str:
    """Return `(1 - e*e)/(1 + e*e)` at e = exp(-abs(x)), the difference through 1 - e."""
    below = w.arithmetic("fsub", -0.0, w.function("fabs", x))
    e, less = _exp(w, below), _expm1(w, below)
    above = w.arithmetic("fmul", less, w.arithmetic("fadd", less, 2.0))
    under = w.arithmetic("fadd", w.arithmetic("fmul", e, e), 1.0)
    return w.function("copysign", w.arithmetic("fdiv", above, under), x)


def _split(w: _Writer, x: str) -> tuple[str, str]:
    """Return k + 1023, a whole number, and m from sqrt(1/2) to sqrt(2) where x is m * 2**k."""
    least = _bits(0.5**0.5)
    bits = w.whole("add", w.bits_of(x), _bits(1.0) - least)
    m = w.whole("add", w.whole("and", bits, 2**52 - 1), least)
    return w.whole("lshr", bits, 52), w.of_bits(m)


def _sum_of_logs(w: _Writer, k: str, bias: str | float, f: str) -> str:
    """Return `(k + 2**52 - bias)*log(2) + log(1 + f)` for a whole number k, not negative."""
    number = w.arithmetic("fsub", w.of_bits(w.whole("or", k, _bits(2.0**52))), bias)
    s = w.arithmetic("fdiv", f, w.arithmetic("fadd", f, 2.0))
    z = w.arithmetic("fmul", s, s)
    half = w.arithmetic("fmul", w.arithmetic("fmul", f, 0.5), f)
    rest = w.fma(z, w.polynomial(z, LOGARITHM), half)
    low = w.fma(s, rest, w.arithmetic("fmul", number, LOG2_LOW))
    near = w.arithmetic("fsub", f, w.arithmetic("fsub", half, low))
    return w.fma(number, LOG2_HIGH, near)


def _with_ends(w: _Writer, value: str, x: str, zero: float) -> str:
    """Return a logarithm, -oo where x is `zero`, NaN below, and x where that is oo or NaN."""
    value = w.select("ueq", x, INF, x, value)
    value = w.select("olt", x, zero, NAN, value)
    return w.select("oeq", x, zero, -INF, value)


def _log(w: _Writer, x: str) -> str:
    larger = w.arithmetic("fmul", x, 2.0**54)
    normal = w.select("olt", x, 2.0**-1022, larger, x)
    k, m = _split(w, normal)
    bias = w.select("olt", x, 2.0**-1022, BIAS + 54, BIAS)
    value = _sum_of_logs(w, k, bias, w.arithmetic("fsub", m, 1.0))
    return _with_ends(w, value, x, 0.0)


def _log1p(w: _Writer, x: str) -> str:
    """Return the logarithm of u = 1 + x, what u lacks of it (in `TwoSum`) put into its fraction."""
    u = w.arithmetic("fadd", x, 1.0)
    taken = w.arithmetic("fsub", u, 1.0)
    lost = w.arithmetic("fsub", 1.0, w.arithmetic("fsub", u, taken))
    lost = w.arithmetic("fadd", lost, w.arithmetic("fsub", x, taken))
    k, m = _split(w, u)
    scale = w.of_bits(w.whole("shl", w.whole("sub", 2047, k), 52))  # twice that of u's fraction
    f = w.fma(w.arithmetic("fmul", lost, scale), 0.5, w.arithmetic("fsub", m, 1.0))
    value = w.function("copysign", _sum_of_logs(w, k, BIAS, f), x)
    return _with_ends(w, value, x, -1.0)


#: By name in C's mathematics.
VECTOR_FUNCTIONS: dict[str, Callable[[_Writer, str], str]] = {
    "exp": _exp,
    "expm1": _expm1,
    "log": _log,
    "log1p": _log1p,
    "tanh": _tanh,
}


def has_vector_function(name: str, letter: str) -> bool:
    """Whether a function is to be had for the processor that a letter of the vector ABI means."""
    return name in VECTOR_FUNCTIONS and letter in FUSED


def vector_function_text(name: str, symbol: str, width: int, letter: str, inline: bool) -> str:
    """Return the definition of a function of `width` doubles."""
    writer = _Writer(width, letter)
    value = VECTOR_FUNCTIONS[name](writer, "%x")
    kind, how = f"<{width} x double>", "alwaysinline" if inline else "noinline"
    head = f"define internal {kind} @{symbol}({kind} %x) {how} nounwind willreturn memory(none)"
    return "\n".join([f"{head} {{", *writer.lines, f"  ret {kind} {value}", "}"])
