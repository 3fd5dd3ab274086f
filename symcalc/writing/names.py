"""How the name of a variable is written in LaTeX."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["latex_names"]

_GREEK = frozenset(
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi "
    "pi rho sigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma "
    "Upsilon Phi Psi Omega".split()
)

#: Names that would be read as the constant of the same letter.
_CONSTANTS = frozenset({"pi", "e", "i"})


def latex_names(names: Iterable[str]) -> dict[str, str]:
    r"""Return the LaTeX of every name; two names never look the same.

    A Greek letter spelled out becomes the letter, trailing digits and what follows an
    underscore become a subscript, other words stand upright: `alpha`, `x1`, `beta_2`, `rate`
    are written `\alpha`, `x_{1}`, `\beta_{2}`, `\mathrm{rate}`.
    """
    chosen: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        text = _written(name)
        if text in taken or name in _CONSTANTS:
            text = _upright(name)
        taken.add(text)
        chosen[name] = text
    return chosen


def _written(name: str) -> str:
    """Return the usual LaTeX of one name."""
    head, _, tail = name.partition("_")
    if not head:
        return _upright(name)
    digits = re.search(r"[0-9]+$", head)
    if digits and digits.start() and not tail:
        head, tail = head[: digits.start()], digits.group()
    elif digits or "_" in tail:
        return _upright(name)
    if head in _GREEK:
        head = f"\\{head}"
    elif len(head) > 1:
        head = _upright(head)
    if not tail:
        return head if not name.endswith("_") else _upright(name)
    return f"{head}_{{{tail if tail.isdigit() or len(tail) == 1 else _upright(tail)}}}"


def _upright(name: str) -> str:
    """Return the name letter by letter."""
    word = "mathrm" if name.isascii() else "text"  # accents are letters of text
    return f"\\{word}{{" + name.replace("_", "\\_") + "}"
