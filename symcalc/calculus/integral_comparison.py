"""What `compare` returns for an integral: its number by several methods, beside the true value."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from typing import Any

from ..expression import Expression
from ..outcome import Estimate, Outcome, Trust
from .comparison import FEWEST_DIGITS, MethodResult, digits_of_agreement
from .integral import Integral

__all__ = ["IntegralComparison", "known_agreement"]


@dataclass(frozen=True, eq=False)
class IntegralComparison:
    """An integral by several methods.

    Attributes
    ----------
    integral : Integral
        What `integrate` says of it: the closed form and how it was checked, special places.
    parameters : dict of str to str
        The values that were put in, as they were given.
    reference : Estimate
        The true value: up to 50 digits where ball arithmetic encloses it (`Trust.PROVEN`), else
        those of a closed form that was checked, or of two rules that agree.
    results : tuple of MethodResult

    Examples
    --------
    >>> import symcalc as sc
    >>> found = sc.compare("exp(-x^2)", over=("x", 0, 1))
    >>> found.reference.digits[:32], str(found.reference.trust)
    ('0.746824132812427025399467436131', 'proven')
    >>> found["Gauss-Legendre 8"].digits > 10
    True
    """

    integral: Integral
    parameters: dict[str, str]
    reference: Estimate
    results: tuple[MethodResult, ...]

    def __getitem__(self, name: str) -> MethodResult:
        """Return the result of a method by its name."""
        for result in self.results:
            if result.name == name:
                return result
        raise KeyError(f"no method {name!r}; there are {', '.join(r.name for r in self.results)}")

    @property
    def expression(self) -> Expression:
        """The integrand, parameters put in."""
        return self.integral.expression

    @property
    def title(self) -> str:
        """The integral in words: "integral of exp(-x**2) over x = 0 … 1"."""
        return self.integral.title

    @property
    def truth(self) -> str:
        """The nearest double to the true value with its trust, or why there is none."""
        if not self.reference.outcome.is_good:
            return str(self.reference.outcome)
        return f"{self.reference.value:.17g} ({self.reference.trust.value})"

    @property
    def outcome(self) -> Outcome:
        """`DONE` where there is a true value, and a closed form, if there is one, agrees."""
        if not self.reference.outcome.is_good:
            return self.reference.outcome
        digits = self["closed form"].digits
        is_wrong = digits is not None and digits < FEWEST_DIGITS
        return Outcome.DISAGREES if is_wrong else Outcome.DONE

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {
            "expression": self.expression.text,
            "ranges": [list(one) for one in self.integral.ranges],
            "parameters": dict(self.parameters),
            "closed_form": self.integral.closed_form and self.integral.closed_form.text,
            "reference": self.reference.to_dict(),
            "methods": [result.to_dict() for result in self.results],
            "outcome": self.outcome.name.lower(),
        }

    def __repr__(self) -> str:
        rows = [f"  {r.name:18} {r.estimate.value + 0.0:<24.17g}{_shown(r)}" for r in self.results]
        return "\n".join([f"{self.title}: {self.truth}", *rows])

    def _repr_html_(self) -> str:
        """Return a table of the methods."""
        head = "<tr><th>method</th><th>value</th><th>agreement</th><th>evaluations</th></tr>"
        rows = "".join(
            f"<tr><td>{escape(r.name)}</td><td>{r.estimate.value + 0.0:.17g}</td>"
            f"<td>{_shown(r)}</td><td>{r.n_evaluations}</td></tr>"
            for r in self.results
        )
        title = escape(f"{self.title}: {self.truth}")
        return f"<table><caption>{title}</caption>{head}{rows}</table>"


def _shown(result: MethodResult) -> str:
    return "" if result.digits is None else f"{result.digits:.1f} digits"


def known_agreement(value: float, reference: Estimate) -> float | None:
    """Return the digits of agreement, no more than the true value is known to."""
    found = digits_of_agreement(value, reference)
    if found is None or reference.trust is Trust.PROVEN or not reference.error:
        return found
    relative = reference.error / abs(reference.value) if reference.value else reference.error
    return min(found, max(-math.log10(relative), 0.0))
