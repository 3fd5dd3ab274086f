"""How things ended and how far a number can be trusted: `Outcome`, `Trust`, `Estimate`."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from html import escape
from typing import Any, overload

__all__ = ["Estimate", "Outcome", "Sentence", "Trust", "json_float"]


class Sentence(enum.Enum):
    """Members whose value is the sentence, or the word, that a user reads."""

    def __str__(self) -> str:
        return str(self.value)


class Outcome(Sentence):
    """How a run ended; the value is the sentence that a user reads."""

    DONE = "Done."
    CONVERGED_GRADIENT = "Converged: the gradient is below the tolerance."
    CONVERGED_SUBGRADIENT = "Converged: the subgradient of least norm is below the tolerance."
    CONVERGED_KKT = "Converged: the conditions of Karush, Kuhn and Tucker hold to the tolerance."
    CONVERGED_STEP = "Converged: steps and values no longer change beyond the tolerance."
    CONVERGED_RESIDUAL = "Converged: the residuals vanish to rounding."
    PRECISION_REACHED = "Stopped: no better point can be told apart in double precision."
    MAX_STEPS = "Not converged: the limit on steps was reached."
    MAX_EVALUATIONS = "Not converged: the limit on evaluations was reached."
    TIME_LIMIT = "Not converged: the time given was used up."
    LINE_SEARCH_FAILED = "Not converged: no step along the search direction lowers the objective."
    DIVERGED = "Diverged: the objective or the steps grow without bound."
    UNBOUNDED = "Unbounded: the objective falls without limit."
    APPROACHED = "No minimum: the objective falls on towards infinity, by less and less."
    NOT_FINITE = "Stopped: the objective or its gradient is not a finite number."
    INTERRUPTED = "Interrupted: the best point so far is returned."
    STOPPED_BY_CALLBACK = "Stopped by the callback."
    SADDLE = "Stationary, but not a minimum: the objective falls on from here."
    SATURATED = "Not converged: the gradient vanishes by saturation, which shows no minimum."
    WRONG_GRADIENT = "Not to be trusted: the gradient contradicts the values of the objective."
    NO_MULTIPLIERS = "Stopped where no multipliers exist; no feasible point near was found better."
    INFEASIBLE = "Infeasible: no point that satisfies all constraints was found."
    SOLVER_FAILED = "Not converged: the solver gave up."
    UNDEFINED = "Undefined: there is no value at this point."
    NO_DERIVATIVE = "No derivative at this point, though the function has a value there."
    NOT_DIFFERENTIABLE = "Not differentiable at this point."
    SUBGRADIENT = "Not differentiable at this point: subgradient by policy."
    JUMP = "No derivative: the function jumps at this point."
    UNDECIDED = "Undecided: what was computed does not settle the value."
    DISAGREES = "The closed form disagrees with the independent check."
    DIVERGENT = "Divergent: there is no finite value."
    NOT_REAL = "Not real: there is no real value on part of the range."
    SIDES_DIFFER = "No limit: the limits from the two sides differ."
    NO_LIMIT = "Undefined: what is asked for oscillates and has no limit."
    SUSPECT = "Suspect: methods that should agree do not."
    NO_CLOSED_FORM = "No closed form was found that holds; values of the parameters give a number."

    @property
    def is_good(self) -> bool:
        """Whether the answer is what was asked for."""
        return self in _GOOD


_GOOD = frozenset(
    {
        Outcome.DONE,
        Outcome.CONVERGED_GRADIENT,
        Outcome.CONVERGED_SUBGRADIENT,
        Outcome.CONVERGED_KKT,
        Outcome.NO_MULTIPLIERS,
        Outcome.CONVERGED_STEP,
        Outcome.CONVERGED_RESIDUAL,
        Outcome.PRECISION_REACHED,
    }
)


class Trust(Sentence):
    """How far a result can be trusted; the value is the word shown."""

    PROVEN = "proven"
    CHECKED = "checked"
    ESTIMATED = "estimated"
    SUSPECT = "suspect"
    UNCHECKED = "unchecked"

    @property
    def degree(self) -> int:
        """How far it goes: 0 for unchecked, most for proven."""
        return len(Trust) - 1 - list(Trust).index(self)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its error, its method, and how far it can be trusted.

    Attributes
    ----------
    value : float
        The number; NaN when there is none.
    error : float
        A bound (`Trust.PROVEN`) or an estimate of the absolute error; NaN when unknown.
    method : str
        What computed it, in words.
    trust : Trust
    outcome : Outcome
    note : str
        Why, when the outcome is not `Outcome.DONE`: for instance the one-sided derivatives.
    digits : str
        The value in decimal to the digits that hold; empty when not computed.
    step : float or None
        The step of the difference quotient, where there is one.
    """

    value: float
    error: float
    method: str
    trust: Trust
    outcome: Outcome = Outcome.DONE
    note: str = ""
    digits: str = ""
    step: float | None = None

    def __float__(self) -> float:
        return self.value

    def __repr__(self) -> str:
        error = "" if self.error != self.error else f" ± {self.error:.2g}"
        remark = " ".join(text for text in (self._remark(), self.note) if text)
        said = f"; {remark}" if remark else ""
        value = self.digits or f"{self.value:.15g}"
        return f"Estimate({value}{error}, {self.trust.value}: {self.method}{said})"

    def _repr_html_(self) -> str:
        """Return a line for notebooks: the number, its error, its trust, and what to know."""
        error = "" if self.error != self.error else f" ± {self.error:.2g}"
        parts = [f"<b>{escape(self.digits or f'{self.value:.15g}')}</b>{error}"]
        parts.append(f"<i>{self.trust.value}</i>: {escape(self.method)}")
        remark = " ".join(text for text in (self._remark(), self.note) if text)
        return "; ".join([*parts, escape(remark)] if remark else parts)

    def _remark(self) -> str:
        """Return the sentence of an outcome that is not simply done."""
        return "" if self.outcome is Outcome.DONE else self.outcome.value

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary; a number that is not finite is its name."""
        return {
            "value": json_float(self.value),
            "error": json_float(self.error),
            "method": self.method,
            "trust": self.trust.value,
            "outcome": self.outcome.name.lower(),
            "message": self.outcome.value,
            "note": self.note,
            "digits": self.digits,
            "step": self.step,
        }


@overload
def json_float(value: float) -> float | str: ...
@overload
def json_float(value: float | None) -> float | str | None: ...
def json_float(value: float | None) -> float | str | None:
    """Spell NaN and infinities as strings, which JSON lacks as numbers; None stays None."""
    return value if value is None or value - value == 0 else str(float(value))
