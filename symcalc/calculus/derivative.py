"""`Derivative`: one derivative in closed form, and what it is the derivative of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..errors import ArgumentError
from ..expression import Expression
from ..facts import KinkPlace
from ..symbolic.kinks import find_kinks
from ..verify import DerivativeCheck
from .at_point import Point, derivatives_at, to_point

__all__ = ["Derivative", "absent_names", "judgement", "latex_trust", "no_entry"]


class Derivative(Expression):
    """A derivative in closed form: an `Expression` that knows what it is the derivative of.

    Attributes
    ----------
    source : Expression
        What was differentiated.
    steps : tuple of str
        The variables it was differentiated in, one by one.
    check : DerivativeCheck
        How the form was judged: by values of `source` alone or, failing that, step by step.
    """

    __slots__ = ("check", "source", "steps")

    source: Expression
    steps: tuple[str, ...]
    check: DerivativeCheck

    def __init__(
        self, form: Expression, source: Expression, steps: tuple[str, ...], check: DerivativeCheck
    ) -> None:
        super().__init__(form.graph, form.root, form.variables)
        for slot, value in (("source", source), ("steps", steps), ("check", check)):
            object.__setattr__(self, slot, value)

    def __reduce__(self) -> tuple[Any, ...]:
        form = Expression(self.graph, self.root, self.variables)
        return Derivative, (form, self.source, self.steps, self.check)

    @property
    def kinks(self) -> tuple[KinkPlace, ...]:
        """The places where the derivative follows a policy."""
        return find_kinks(self.source)

    @property
    def notes(self) -> tuple[str, ...]:
        """What there is to say of the variables differentiated in."""
        return absent_names([self.source], self.steps)

    def at(self, point: Point = None, /, *, digits: int = 17, **values: Any) -> Any:
        """Return the derivative at a point, with its error, trust and status (order 1 or 2).

        An `Estimate`; where the derivative is an array, an `ArrayEstimate` of its shape.
        `digits` significant digits are proven where they can be; a variable of that name is
        given in a mapping, `at({"digits": 1})`.
        """
        place = to_point(self.source, point, values)
        return derivatives_at(self.source, {self.steps: self.steps}, place, digits)[self.steps]

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        known = super().to_dict()
        return {
            "expression": self.source.text,
            "steps": list(self.steps),
            **known,
            "check": self.check.to_dict(),
            "kinks": [place.to_dict() for place in self.kinks],
            "notes": list(self.notes),
        }


def absent_names(expressions: Iterable[Expression], names: Iterable[str]) -> tuple[str, ...]:
    """Return a sentence for each name that occurs in none of the expressions."""
    found = {e.graph.data[node] for e in expressions for node in e.graph.variables([e.root])}
    absent = [name for name in dict.fromkeys(names) if name not in found]
    return tuple(f"`{name}` does not occur in the formula." for name in absent)


def judgement(result: Any) -> list[str]:
    """Return how the forms were judged, where they follow a policy, and what else to note."""
    verdict = f"{result.check.trust}: {result.check.message}"
    return [verdict, *map(str, result.kinks), *result.notes]


def latex_trust(result: Any) -> str:
    """Return the degree of trust as it stands beside a formula."""
    return rf"\qquad \text{{{result.check.trust.value}}}"


def no_entry(name: object, known: Any) -> ArgumentError:
    """Return the error for a variable that was not differentiated in."""
    return ArgumentError(
        f"There is no derivative in {name!r}; the variables are {', '.join(known)}."
    )
