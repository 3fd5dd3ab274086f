"""What `series` returns: `Series`."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from ..expression import Expression
from ..language import read
from ..outcome import Outcome, Trust
from ..symbolic.asymptotics.terms import SeriesTerm
from ..verify.closed_forms import ClosedFormCheck
from .candidates import Attempt

__all__ = ["Series"]


@dataclass(frozen=True, eq=False)
class Series:
    """A Taylor, Laurent or Puiseux series up to an order, also with powers of a logarithm.

    Attributes
    ----------
    expression : Expression
    variable, about : str
    side : str
        "both" where the series is the same on both sides; "+" or "-" where it holds on one.
    terms : tuple of SeriesTerm
        In the distance t from the place, in ascending order.
    polynomial : Expression or None
        The sum of the terms, in the variable; None where they were not found.
    remainder : str
        The order of what is left out: "O(x**6)".
    trust : Trust
        CHECKED: every coefficient, zeros included, agrees with ball arithmetic.
    outcome : Outcome
    check : ClosedFormCheck or None
    note : str
    elapsed : float
    attempts : tuple of Attempt
    """

    expression: Expression
    variable: str
    about: str
    side: str
    terms: tuple[SeriesTerm, ...]
    polynomial: Expression | None
    remainder: str
    trust: Trust
    outcome: Outcome
    check: ClosedFormCheck | None = None
    note: str = ""
    elapsed: float = 0.0
    attempts: tuple[Attempt, ...] = field(default=(), repr=False)

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """The terms and the order of the rest: "1 + x + x**2/2 + O(x**3)"."""
        if self.polynomial is None:
            return self.outcome.value
        if not self.terms:
            return self.remainder
        return f"{self.polynomial.text} + {self.remainder}"

    @property
    def latex(self) -> str:
        """The same in LaTeX."""
        if self.polynomial is None:
            return rf"\text{{{self.outcome.value}}}"
        inside = read(self.remainder[2:-1]).latex
        start = f"{self.polynomial.latex} + " if self.terms else ""
        return rf"{start}O\left({inside}\right)"

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex}$"

    def coefficient(self, power: Fraction | int, log_power: int = 0) -> Expression | None:
        """Return the coefficient of a power of t; None where there is no such term."""
        found = (term for term in self.terms if term.key == (Fraction(power), log_power))
        term = next(found, None)
        return None if term is None else term.coefficient

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {
            "expression": self.expression.text,
            "variable": self.variable,
            "about": self.about,
            "side": self.side,
            "text": self.text,
            "terms": [term.to_dict() for term in self.terms],
            "polynomial": None if self.polynomial is None else self.polynomial.to_dict(),
            "remainder": self.remainder,
            "trust": self.trust.value,
            "outcome": self.outcome.name.lower(),
            "message": self.outcome.value,
            "check": None if self.check is None else self.check.to_dict(),
            "note": self.note,
            "elapsed": self.elapsed,
            "attempts": [attempt.to_dict() for attempt in self.attempts],
        }
