"""What verbs over ranges return: a closed form, a value, their grounds, and what was tried."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..errors import DomainError
from ..expression import Expression
from ..language import read
from ..outcome import Outcome, Trust, json_float
from ..verify import DerivativeCheck
from ..verify.closed_forms import ClosedFormCheck
from .candidates import Attempt

__all__ = ["RangedValue"]


@dataclass(frozen=True, eq=False, repr=False)
class RangedValue:
    """An integral or a sum: its closed form where one was found and held, and its value.

    Attributes
    ----------
    expression : Expression
        The integrand, or the summand.
    ranges : tuple of (str, str, str)
        Variable, lower and upper end of each range, innermost first; ends are "" for an
        indefinite integral.
    closed_form : Expression or None
        Judged against an independent value before it is given.
    value : float or None
        None while parameters are free, or where there is none.
    error : float or None
        A bound (`Trust.PROVEN`) or an estimate of the absolute error of `value`.
    method : str
        What computed the value, in words.
    trust : Trust
        PROVEN: the value is enclosed by ball arithmetic. CHECKED: two unrelated methods agree.
    outcome : Outcome
    conditions : tuple of str
        What the closed form needs of its parameters beyond what was assumed.
    check : ClosedFormCheck, DerivativeCheck or None
        How the closed form was judged: by values, an antiderivative by its derivative.
    note : str
        Where it diverges and how fast; closed forms that were rejected.
    digits : str
        The value in decimal to the digits that hold, at most 30.
    elapsed : float
        Seconds.
    attempts : tuple of Attempt
    """

    expression: Expression
    ranges: tuple[tuple[str, str, str], ...]
    closed_form: Expression | None
    value: float | None
    error: float | None
    method: str
    trust: Trust
    outcome: Outcome
    conditions: tuple[str, ...] = ()
    check: ClosedFormCheck | DerivativeCheck | None = None
    note: str = ""
    digits: str = ""
    elapsed: float = 0.0
    attempts: tuple[Attempt, ...] = field(default=(), repr=False)

    def __float__(self) -> float:
        if self.value is None:
            raise DomainError(f"There is no value: {self.outcome.value}")
        return self.value

    @property
    def is_definite(self) -> bool:
        """Whether there are ranges with ends."""
        return any(lower or upper for _, lower, upper in self.ranges)

    @property
    def title(self) -> str:
        """What was asked, in words: "integral of exp(-x**2) over x = 0 … 1"."""
        ends = [f"{name} = {low} … {high}" if low else name for name, low, high in self.ranges]
        return f"{type(self).__name__.lower()} of {self.expression.text} over {', '.join(ends)}"

    def __repr__(self) -> str:
        answers = [self.closed_form.text] if self.closed_form is not None else []
        grounds = []
        if self.value is not None:
            answers.append(f"{self.value:.16g} ± {self.error:.2g}")
            grounds.append(f"{self.trust}: {self.method}")
        if self.closed_form is not None and self.check is not None:
            grounds.append(f"closed form {self.check.trust}: {self.check.message}")
        ending = "" if self.outcome.is_good else str(self.outcome)
        lines = (" = ".join([self.title, *answers]), *grounds, ending, self.note)
        return "\n".join(line for line in lines if line)

    @property
    def latex(self) -> str:
        """What is asked, and its closed form or value, in LaTeX."""
        right = self.closed_form.latex if self.closed_form is not None else self.digits
        if not right:
            right = rf"\text{{{self.outcome.name.lower().replace('_', ' ')}}}"
        return rf"{self._left_latex()} = {right}"

    def _left_latex(self) -> str:
        raise NotImplementedError

    def ends_latex(self) -> list[tuple[str, str, str]]:
        """Return variable and ends of each range in LaTeX, innermost first."""
        return [
            (
                read(name, variables=[name]).latex,
                read(lower).latex if lower else "",
                read(upper).latex if upper else "",
            )
            for name, lower, upper in self.ranges
        ]

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex}$"

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {
            "expression": self.expression.text,
            "ranges": [list(one) for one in self.ranges],
            "closed_form": None if self.closed_form is None else self.closed_form.to_dict(),
            "value": json_float(self.value),
            "error": json_float(self.error),
            "digits": self.digits,
            "method": self.method,
            "trust": self.trust.value,
            "outcome": self.outcome.name.lower(),
            "message": self.outcome.value,
            "conditions": list(self.conditions),
            "check": None if self.check is None else self.check.to_dict(),
            "note": self.note,
            "elapsed": self.elapsed,
            "attempts": [attempt.to_dict() for attempt in self.attempts],
        }
