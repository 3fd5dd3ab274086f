"""What `compare` returns: the same derivative by several methods, beside the true value."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from html import escape
from typing import Any

from ..expression import Expression
from ..outcome import Estimate, Outcome
from ..writing import partial

__all__ = ["ComparedDerivative", "Comparison", "MethodResult", "digits_of_agreement"]

#: Doubles carry no more.
MAX_DIGITS = 17.0
#: A closed form that agrees to fewer digits is not right.
FEWEST_DIGITS = 6.0


@dataclass(frozen=True, slots=True)
class MethodResult:
    """A number by one method.

    Attributes
    ----------
    name : str
        "symbolic", "complex step", "forward difference", "central difference", "adaptive"; of
        integrals "closed form", "enclosure", "symcalc", "quad" and others.
    estimate : Estimate
        The number with the error that the method itself states, and its step.
    digits : float or None
        Digits of agreement with the true value, 17 where it is the nearest double; None where
        there is no true value, or no number.
    n_evaluations : int
        Evaluations of the function; for "symbolic" of the derivative, for "closed form" of it.
    seconds : float
        Time of one run.
    """

    name: str
    estimate: Estimate
    digits: float | None
    n_evaluations: int
    seconds: float

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {
            "name": self.name,
            **self.estimate.to_dict(),
            "digits_of_agreement": self.digits,
            "n_evaluations": self.n_evaluations,
            "seconds": self.seconds,
        }


@dataclass(frozen=True, slots=True)
class ComparedDerivative:
    """One derivative at one point.

    Attributes
    ----------
    point : dict of str to float
    steps : tuple of str
        The variables it is taken in: one, or two for a second derivative.
    reference : Estimate
        The true value: `digits` has 50 of it, proven where `trust` says so.
    results : tuple of MethodResult
    """

    point: dict[str, float]
    steps: tuple[str, ...]
    reference: Estimate
    results: tuple[MethodResult, ...]

    def __getitem__(self, name: str) -> MethodResult:
        """Return the result of a method by its name."""
        for result in self.results:
            if result.name == name:
                return result
        raise KeyError(f"no method {name!r}; there are {', '.join(r.name for r in self.results)}")

    @property
    def title(self) -> str:
        """The derivative and its point in words: "∂²f/∂x∂y at x = 1, y = 2"."""
        where = ", ".join(
            f"{name} = {repr(value + 0.0).removesuffix('.0')}" for name, value in self.point.items()
        )
        return f"{partial(self.steps)} at {where}"

    @property
    def truth(self) -> str:
        """The nearest double to the true value with its trust, or why there is none."""
        if not (self.reference.digits and self.reference.outcome.is_good):
            return str(self.reference.outcome)
        return f"{self.reference.value:.17g} ({self.reference.trust.value})"

    @property
    def outcome(self) -> Outcome:
        """`DONE` where there is a true value and the closed form agrees with it."""
        if not self.reference.outcome.is_good:
            return self.reference.outcome
        digits = self["symbolic"].digits
        return Outcome.DONE if digits is not None and digits >= FEWEST_DIGITS else Outcome.DISAGREES

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {
            "point": dict(self.point),
            "wrt": list(self.steps),
            "reference": self.reference.to_dict(),
            "methods": [result.to_dict() for result in self.results],
            "outcome": self.outcome.name.lower(),
        }


@dataclass(frozen=True, eq=False)
class Comparison:
    """Derivatives by several methods, component by component and point by point.

    Attributes
    ----------
    expression : Expression
    order : int
    entries : tuple of ComparedDerivative

    Examples
    --------
    >>> import symcalc as sc
    >>> found = sc.compare("sin(x)", at={"x": 1.0})
    >>> found[0]["symbolic"].digits
    17.0
    >>> found[0]["forward difference"].digits < 10
    True
    """

    expression: Expression
    order: int
    entries: tuple[ComparedDerivative, ...]

    def __getitem__(self, index: int) -> ComparedDerivative:
        return self.entries[index]

    def __len__(self) -> int:
        return len(self.entries)

    @property
    def outcome(self) -> Outcome:
        """The first outcome that is not good."""
        bad = (entry.outcome for entry in self.entries if not entry.outcome.is_good)
        return next(bad, Outcome.DONE)

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {
            "expression": self.expression.text,
            "order": self.order,
            "comparisons": [entry.to_dict() for entry in self.entries],
            "outcome": self.outcome.name.lower(),
        }

    def __repr__(self) -> str:
        lines = []
        for entry in self.entries:
            lines.append(f"{entry.title}: {entry.truth}")
            lines += [
                f"  {r.name:20} {r.estimate.value + 0.0:<24.17g}{_shown(r)}" for r in entry.results
            ]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        """Return a table for each point and component."""
        head = "<tr><th>method</th><th>value</th><th>agreement</th><th>evaluations</th></tr>"
        tables = []
        for entry in self.entries:
            rows = "".join(
                f"<tr><td>{r.name}</td><td>{r.estimate.value + 0.0:.17g}</td>"
                f"<td>{_shown(r)}</td><td>{r.n_evaluations}</td></tr>"
                for r in entry.results
            )
            title = escape(f"{entry.title}: {entry.truth}")
            tables.append(f"<table><caption>{title}</caption>{head}{rows}</table>")
        return "".join(tables)


def _shown(result: MethodResult) -> str:
    return "no number" if result.digits is None else f"{result.digits:.1f} digits"


def digits_of_agreement(value: float, reference: Estimate) -> float | None:
    """Return how many digits of a number are those of the true value, at most 17.

    Where the true value is 0 it is minus the logarithm of the number itself.
    """
    if math.isnan(value) or not reference.outcome.is_good:
        return None
    if value == reference.value:
        return MAX_DIGITS
    if not math.isfinite(value):
        return 0.0
    truth = Fraction(reference.digits or reference.value)
    gap = abs(Fraction(value) - truth)
    relative = gap / abs(truth) if truth else gap
    return min(max(-_log10(relative), 0.0), MAX_DIGITS) if relative else MAX_DIGITS


def _log10(number: Fraction) -> float:
    """Return the logarithm of a positive fraction of any size."""
    shift = number.numerator.bit_length() - number.denominator.bit_length()
    return math.log10(number / Fraction(2) ** shift) + shift * math.log10(2.0)
