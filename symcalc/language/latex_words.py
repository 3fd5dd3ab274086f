"""The words of LaTeX that are read, and what they stand for in the language."""

from __future__ import annotations

import re

from ..functions import TABLE

__all__ = [
    "ENCLOSURES",
    "FUNCTIONS",
    "IGNORED",
    "LETTERS",
    "OPERATORS",
    "SUBSCRIPTED",
    "TWO_GROUPS",
]

_SPACING = r"\, \; \: \! \quad \qquad \displaystyle \textstyle \limits ~"
_SIZES = r"\big \Big \bigg \Bigg \bigl \bigr \Bigl \Bigr"

#: Spacing and sizes, which change nothing.
IGNORED = frozenset([*_SPACING.split(), *_SIZES.split(), "\\ "])

OPERATORS = {
    **{r"\cdot": "*", r"\times": "*", r"\ast": "*", r"\div": "/"},
    **{r"\leq": "<=", r"\le": "<=", r"\geq": ">=", r"\ge": ">=", r"\lt": "<", r"\gt": ">"},
    **{r"\neq": "!=", r"\ne": "!=", r"\wedge": "and", r"\land": "and"},
    **{r"\vee": "or", r"\lor": "or", r"\neg": "not", r"\lnot": "not"},
}

#: Commands with two groups: what stands before, between and behind them.
TWO_GROUPS = {
    **dict.fromkeys((r"\frac", r"\dfrac", r"\tfrac"), (("(", "("), (")", "/", "("), (")", ")"))),
    **dict.fromkeys((r"\binom", r"\dbinom"), (("binomial", "("), (",",), (")",))),
}

#: Opening bracket -> its closing bracket and the function that it means.
ENCLOSURES = {
    "(": (")", ""),
    "[": ("]", ""),
    "|": ("|", "abs"),
    r"\lvert": (r"\rvert", "abs"),
    r"\lfloor": (r"\rfloor", "floor"),
    r"\lceil": (r"\rceil", "ceil"),
}

_GREEK = (
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa mu nu xi rho "
    "sigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi "
    "Psi Omega"
)

#: Commands that are names.
LETTERS = {
    **{rf"\{name}": name for name in _GREEK.split()},
    **{r"\lambda": "lambda_", r"\pi": "pi", r"\infty": "oo"},
}

_HEAD = re.compile(r"\\[A-Za-z]+|\\operatorname\{[A-Za-z0-9]+\}|[A-Za-z]")
_SUBSCRIPTED = re.compile(r"([A-Za-z])_\{\{\{0\}\}\}\\left\(\{1\}\\right\)")

#: How a function's head is written -> its name; `\log` is the natural logarithm.
FUNCTIONS: dict[str, str] = {r"\ln": "log", r"\log": "log"}

#: Letter whose subscript is the first argument -> the function.
SUBSCRIPTED: dict[str, str] = {}

for _row in TABLE.values():
    if _HEAD.fullmatch(_row.latex) and _row.arity != (0, 0):
        FUNCTIONS.setdefault(_row.latex, _row.name)
    _found = _SUBSCRIPTED.fullmatch(_row.latex)
    if _found:
        SUBSCRIPTED[_found.group(1)] = _row.name
