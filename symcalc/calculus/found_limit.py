"""What `limit` returns: `Limit`."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from ..errors import DomainError
from ..expression import Expression
from ..language import read
from ..outcome import Outcome, Trust, json_float
from ..verify.closed_forms import ClosedFormCheck
from .candidates import Attempt

__all__ = ["Limit"]


@dataclass(frozen=True, eq=False)
class Limit:
    """A limit: its closed form where one was found and held, and its value.

    Attributes
    ----------
    expression : Expression
    variable, at : str
        The variable, and where it goes.
    side : str
        "both", "+" or "-".
    closed_form : Expression or None
        Judged against the leading terms and values near the place; `oo` where it is infinite.
    value : float or None
        Infinite where the limit is; None while parameters are free, or where there is none.
    error : float or None
        Of `value`.
    method : str
        What computed the value, in words.
    trust : Trust
        CHECKED: leading terms and values agree. ESTIMATED: one of them only.
    outcome : Outcome
        SIDES_DIFFER and NO_LIMIT are answers too: there is no limit.
    check : ClosedFormCheck or None
        How the closed form was judged, where it did not come from the leading terms.
    note : str
    digits : str
        The value in decimal to the digits that hold, at most 30.
    elapsed : float
        Seconds.
    attempts : tuple of Attempt
    left, right : Limit or None
        From either side, where they differ.
    """

    expression: Expression
    variable: str
    at: str
    side: str
    closed_form: Expression | None
    value: float | None
    error: float | None
    method: str
    trust: Trust
    outcome: Outcome
    check: ClosedFormCheck | None = None
    note: str = ""
    digits: str = ""
    elapsed: float = 0.0
    attempts: tuple[Attempt, ...] = field(default=(), repr=False)
    left: Limit | None = field(default=None, repr=False)
    right: Limit | None = field(default=None, repr=False)

    def __float__(self) -> float:
        if self.value is None:
            raise DomainError(f"The limit has no value: {self.outcome.value}")
        return self.value

    @property
    def words(self) -> str:
        """The answer in short: closed form, digits, or why there is none."""
        if self.closed_form is not None:
            return self.closed_form.text
        return self.digits or self.outcome.name.lower().replace("_", " ")

    @property
    def latex(self) -> str:
        """The limit, and its closed form or value, in LaTeX."""
        place = read(self.at).latex
        sign = "" if self.side == "both" or "infty" in place else f"^{{{self.side}}}"
        name = read(self.variable, variables=[self.variable]).latex
        right = self.closed_form.latex if self.closed_form is not None else self.digits
        right = right or rf"\text{{{self.words}}}"
        return rf"\lim_{{{name} \to {place}{sign}}} {self.expression.latex} = {right}"

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex}$"

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        sides = {
            word: None if one is None else one.to_dict()
            for word, one in (("left", self.left), ("right", self.right))
        }
        return {
            "expression": self.expression.text,
            "variable": self.variable,
            "at": self.at,
            "side": self.side,
            "closed_form": None if self.closed_form is None else self.closed_form.to_dict(),
            "value": json_float(self.value),
            "error": None if self.error is None or math.isnan(self.error) else self.error,
            "digits": self.digits,
            "method": self.method,
            "trust": self.trust.value,
            "outcome": self.outcome.name.lower(),
            "message": self.outcome.value,
            "check": None if self.check is None else self.check.to_dict(),
            "note": self.note,
            "elapsed": self.elapsed,
            "attempts": [attempt.to_dict() for attempt in self.attempts],
            **sides,
        }
