"""The characters of the language: letters of names, operators, and what they stand for."""

from __future__ import annotations

import unicodedata

__all__ = [
    "BLANKS",
    "CONFUSABLE",
    "GREEK",
    "LETTERS",
    "SAME_AS",
    "SUBSCRIPTS",
    "SUPERSCRIPTS",
    "name_pattern",
]

#: Characters between tokens.
BLANKS = " \t\n\r\v\f\u00a0\u2002\u2003\u2007\u2009\u200a\u202f"

#: Greek letters that no Latin letter looks like.
GREEK = "αβγδεζηθικλμνξπρςστυφχψωΓΔΘΛΞΠΣΦΨΩϑϕϵ"

#: Look-alikes of Latin letters, refused with the letter they could be taken for.
CONFUSABLE = {
    **dict(zip("аеорсухіјѕһԁԛԝвкмнт", "aeopcyxijshdqwBKMHT", strict=True)),
    **dict(zip("АВЕКМНОРСТУХІЈЅ", "ABEKMHOPCTYXIJS", strict=True)),
    **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABEZHIKMNOPTYXo", strict=True)),
    **{"ı": "i", "ȷ": "j", "ℯ": "e", "ⅇ": "e", "ⅈ": "i", "∕": "/", "∗": "*", "‐": "-", "–": "-"},
    **{"‘": "'", "’": "'", "“": '"', "”": '"', "′": "diff", "∂": "diff", "∫": "integral"},
}

#: Spellings that mean an operator or a name of plain text.
SAME_AS = {
    **{"×": "*", "·": "*", "⋅": "*", "÷": "/", "⁄": "/", "−": "-"},
    **{"≤": "<=", "≥": ">=", "≠": "!=", "⩽": "<=", "⩾": ">="},
    **{"∧": "and", "∨": "or", "¬": "not"},
}

SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")

#: Latin letters with marks: one code point, equal to its compatibility form.
_ACCENTED = "".join(
    char
    for char in map(chr, range(0xC0, 0x180))
    if char.isalpha() and unicodedata.normalize("NFKC", char) == char and char not in "ıĸ"
)


#: Letters of names, as the inside of a character class.
LETTERS = f"A-Za-z_{_ACCENTED}{GREEK}"


def name_pattern(*, ascii_only: bool = False) -> str:
    """Return the regular expression of a name."""
    if ascii_only:
        return "[A-Za-z_][A-Za-z_0-9]*"
    return f"[{LETTERS}][{LETTERS}0-9₀-₉]*"
