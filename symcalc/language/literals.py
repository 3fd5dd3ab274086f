"""Numbers as they are typed: exact rationals, with the spelling of a decimal kept."""

from __future__ import annotations

from fractions import Fraction

from ..errors import ParseError
from ..graph.graph import Number
from .tokens import Tokens

__all__ = ["is_number", "literal_like", "read_literal"]

_DIGITS = frozenset("0123456789")

#: Letters that make a number literal of other languages when they follow a number.
_SUFFIXES = frozenset("fFdDlLjJiIeEuU")

#: Decimal exponents with more digits than this are out of any range.
_MAX_EXPONENT_DIGITS = 9


def is_number(token: str) -> bool:
    """Whether a token of the text is a number."""
    return token[:1] in _DIGITS or (len(token) > 1 and token[0] == ".")


def literal_like(number: str, name: str) -> str | None:
    """Return how another language reads the run `number` + `name`, or None."""
    if number == "0" and name[0] in "xXbBoO":
        return "a number in base 16, 8 or 2"
    if name in _SUFFIXES or name.lower() in {"ll", "ul"}:
        kind = "an imaginary number" if name in "jJiI" else "a number with a suffix"
        return "a number with its exponent missing" if name in "eE" else kind
    if name[0] in "dD" and name[1:].isdigit():
        return "a number with an exponent"
    return None


def read_literal(tokens: Tokens, index: int, max_digits: int) -> tuple[Number, str | None]:
    """Return the exact value of a number token and the spelling to keep, if any.

    Raises
    ------
    ParseError
        The number is malformed, has too many digits or is far out of the range of a double.
    """
    text = tokens.texts[index].replace("_", "")
    if len(text) > max_digits:
        raise _too_long(tokens, index, max_digits)
    mantissa, _, exponent = text.replace("E", "e").partition("e")
    whole, point, decimals = mantissa.partition(".")
    if len(whole) > 1 and whole[0] == "0" and not point and not exponent:
        hint = f"Write {whole.lstrip('0') or '0'}; digits in base 8 are not read."
        raise tokens.error("A whole number cannot start with 0.", index, hint)
    if not point and not exponent:
        value: Number = int(whole)
        spelling = None
    else:
        value = _scale(tokens, index, whole, decimals, exponent, max_digits)
        spelling = text if value.denominator != 1 or exponent else None
    return value, spelling


def _scale(
    tokens: Tokens, index: int, whole: str, decimals: str, exponent: str, max_digits: int
) -> Number:
    """Return the value of a decimal."""
    digits = int((whole + decimals) or "0")
    if digits == 0:
        return 0
    if len(exponent.lstrip("+-0")) > _MAX_EXPONENT_DIGITS:
        raise _out_of_range(tokens, index)
    power = int(exponent or "0") - len(decimals)
    n_digits = len(str(digits))
    if power >= 0:
        if n_digits + power > max_digits:
            raise _out_of_range(tokens, index)
        return digits * int(10**power)
    if -power > max_digits:
        if n_digits + power < -330:
            raise _out_of_range(tokens, index)
        raise _too_long(tokens, index, max_digits)
    value = Fraction(digits, 10**-power)
    return value.numerator if value.denominator == 1 else value


def _out_of_range(tokens: Tokens, index: int) -> ParseError:
    hint = "Doubles reach from 5e-324 to 1.8e308."
    return tokens.error("The number is outside the range of a double.", index, hint)


def _too_long(tokens: Tokens, index: int, max_digits: int) -> ParseError:
    return tokens.error(
        f"The number has more than {max_digits:,} digits.",
        index,
        "Raise the limit with Limits(max_digits=...).",
        limit=True,
    )
