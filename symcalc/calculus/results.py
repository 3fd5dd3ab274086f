"""What the derivative verbs return: `Gradient`, `Hessian`, `Jacobian`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import ArgumentError
from ..expression import Expression
from ..facts import KinkPlace
from ..outcome import Estimate
from ..symbolic.kinks import find_kinks
from ..verify import DerivativeCheck
from ..writing import latex_block
from .at_point import Point, derivatives_at, to_point

__all__ = ["Derivative", "Gradient", "Hessian", "Jacobian"]


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
        return _absent([self.source], self.steps)

    def at(self, point: Point = None, /, *, digits: int = 17, **values: float) -> Estimate:
        """Return the derivative at a point, with its error, trust and status (order 1 or 2).

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


@dataclass(frozen=True, eq=False)
class Gradient(Mapping[str, Expression]):
    """The partial derivatives of an expression, by variable and in order.

    Attributes
    ----------
    expression : Expression
        What was differentiated.
    entries : dict of str to Expression
        The closed forms.
    check : DerivativeCheck
        How they were judged.

    Examples
    --------
    >>> import symcalc as sc
    >>> g = sc.gradient("x**2*y")
    >>> str(g["x"])
    '2*x*y'
    >>> g.at(x=3, y=2)["x"].value
    12.0
    """

    expression: Expression
    entries: dict[str, Expression]
    check: DerivativeCheck

    def __getitem__(self, name: str) -> Expression:
        try:
            return self.entries[name]
        except KeyError:
            raise _no_entry(name, self.entries) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    @property
    def kinks(self) -> tuple[KinkPlace, ...]:
        """The places where derivatives follow a policy."""
        return find_kinks(self.expression)

    @property
    def notes(self) -> tuple[str, ...]:
        """What there is to say of the variables differentiated in."""
        return _absent([self.expression], self.entries)

    def at(self, point: Point = None, /, **values: float) -> dict[str, Estimate]:
        """Return each partial derivative at a point, with its error, trust and status.

        At a kink, a jump, the edge of the domain or a removable singularity the estimate says so:
        see its `outcome` and `note`.
        """
        place = to_point(self.expression, point, values)
        orders = {name: (name,) for name in self.entries}
        return derivatives_at(self.expression, orders, place)

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {
            "expression": self.expression.text,
            "gradient": {name: form.to_dict() for name, form in self.entries.items()},
            "check": self.check.to_dict(),
            "kinks": [place.to_dict() for place in self.kinks],
            "notes": list(self.notes),
        }

    def __repr__(self) -> str:
        lines = [f"∂f/∂{name} = {form.text}" for name, form in self.entries.items()]
        return "\n".join([*lines, *_judgement(self)])

    def _repr_latex_(self) -> str:
        symbols = {name: _symbol(self.expression, name) for name in self.entries}
        rows = [
            rf"\frac{{\partial f}}{{\partial {symbols[name]}}} &= {form.latex}"
            for name, form in self.entries.items()
        ]
        return f"$${latex_block('aligned', rows)}{_trust(self)}$$"


@dataclass(frozen=True, eq=False)
class Hessian(Mapping[tuple[str, str], Expression]):
    """The second partial derivatives; `h["x", "y"]` is one of them, in either order.

    Attributes
    ----------
    expression : Expression
    variables : tuple of str
    entries : dict of (str, str) to Expression
        The entries on and below the diagonal that are not identically zero.
    check : DerivativeCheck

    Examples
    --------
    >>> import symcalc as sc
    >>> h = sc.hessian("x**2*y")
    >>> str(h["x", "y"]), str(h["y", "y"])
    ('2*x', '0')
    """

    expression: Expression
    variables: tuple[str, ...]
    entries: dict[tuple[str, str], Expression]
    check: DerivativeCheck

    def __getitem__(self, names: tuple[str, str]) -> Expression:
        row, column = names
        for name in (row, column):
            if name not in self.variables:
                raise _no_entry(name, self.variables)
        found = self.entries.get((row, column)) or self.entries.get((column, row))
        return found if found is not None else _zero(self.expression)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return ((row, column) for row in self.variables for column in self.variables)

    def __len__(self) -> int:
        return len(self.variables) ** 2

    @property
    def matrix(self) -> list[list[Expression]]:
        """The Hessian as rows of expressions."""
        return [[self[row, column] for column in self.variables] for row in self.variables]

    @property
    def kinks(self) -> tuple[KinkPlace, ...]:
        """The places where derivatives follow a policy."""
        return find_kinks(self.expression)

    @property
    def notes(self) -> tuple[str, ...]:
        """What there is to say of the variables differentiated in."""
        return _absent([self.expression], self.variables)

    def at(self, point: Point = None, /, **values: float) -> dict[tuple[str, str], Estimate]:
        """Return each entry at a point, `["x", "y"]` in either order; see `Gradient.at`."""
        place = to_point(self.expression, point, values)
        orders = {
            (row, column): (column, row)
            for index, row in enumerate(self.variables)
            for column in self.variables[: index + 1]
        }
        found = derivatives_at(self.expression, orders, place)
        return {pair: found.get(pair) or found[pair[::-1]] for pair in self}

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary; entries that are not listed are zero."""
        return {
            "expression": self.expression.text,
            "variables": list(self.variables),
            "hessian": [
                {"row": row, "column": column, **form.to_dict()}
                for (row, column), form in self.entries.items()
            ],
            "check": self.check.to_dict(),
            "kinks": [place.to_dict() for place in self.kinks],
            "notes": list(self.notes),
        }

    def __repr__(self) -> str:
        pairs = [(a, b) for i, a in enumerate(self.variables) for b in self.variables[i:]]
        lines = [
            f"∂²f/∂{a}∂{b} = {self[a, b].text}" if a != b else f"∂²f/∂{a}² = {self[a, b].text}"
            for a, b in pairs
            if (b, a) in self.entries
        ]
        return "\n".join([*(lines or ["∂²f = 0"]), *_judgement(self)])

    def _repr_latex_(self) -> str:
        rows = [" & ".join(entry.latex for entry in row) for row in self.matrix]
        return f"$${latex_block('pmatrix', rows)}{_trust(self)}$$"


@dataclass(frozen=True, eq=False)
class Jacobian(Mapping[str, "tuple[Expression, ...] | Expression"]):
    """The partial derivatives of several expressions: for each variable, one form an expression.

    Of one expression that is an array, each is one form, whose axes are those of the expression,
    then those of the variable.

    Attributes
    ----------
    expressions : tuple of Expression
    variables : tuple of str
    gradients : tuple of Gradient
        One for each expression.

    Examples
    --------
    >>> import symcalc as sc
    >>> [str(entry) for entry in sc.jacobian(["x*y", "x + y"])["x"]]
    ['y', '1']
    """

    expressions: tuple[Expression, ...]
    variables: tuple[str, ...]
    gradients: tuple[Gradient, ...]

    def __getitem__(self, name: str) -> tuple[Expression, ...] | Expression:
        if name not in self.variables:
            raise _no_entry(name, self.variables)
        if len(self.expressions) == 1 and self._is_array(self.expressions[0]):
            return self.gradients[0][name]
        return tuple(gradient[name] for gradient in self.gradients)

    def __iter__(self) -> Iterator[str]:
        return iter(self.variables)

    def __len__(self) -> int:
        return len(self.variables)

    @staticmethod
    def _is_array(expression: Expression) -> bool:
        return bool(expression.graph.shape(expression.root))

    @property
    def matrix(self) -> list[list[Expression]]:
        """The Jacobian as rows: one for each expression, a column for each variable."""
        return [[gradient[name] for name in self.variables] for gradient in self.gradients]

    @property
    def kinks(self) -> tuple[KinkPlace, ...]:
        """The places where derivatives follow a policy, over all rows."""
        return tuple(dict.fromkeys(place for row in self.gradients for place in row.kinks))

    @property
    def notes(self) -> tuple[str, ...]:
        """What there is to say of the variables differentiated in."""
        return _absent(self.expressions, self.variables)

    @property
    def check(self) -> DerivativeCheck:
        """The least favourable of the checks of the rows."""
        return max((gradient.check for gradient in self.gradients), key=_doubt)

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {
            "variables": list(self.variables),
            "jacobian": [gradient.to_dict() for gradient in self.gradients],
            "check": self.check.to_dict(),
            "kinks": [place.to_dict() for place in self.kinks],
            "notes": list(self.notes),
        }

    def __repr__(self) -> str:
        lines = [
            f"∂f{index if len(self.gradients) > 1 else ''}/∂{name} = {form.text}"
            for index, gradient in enumerate(self.gradients, 1)
            for name, form in gradient.items()
        ]
        return "\n".join([*lines, *_judgement(self)])

    def _repr_latex_(self) -> str:
        rows = [" & ".join(entry.latex for entry in row) for row in self.matrix]
        return f"$${latex_block('pmatrix', rows)}{_trust(self)}$$"


def _trust(result: Gradient | Hessian | Jacobian) -> str:
    """Return the degree of trust as it stands beside a formula."""
    return rf"\qquad \text{{{result.check.trust.value}}}"


def _judgement(result: Gradient | Hessian | Jacobian) -> list[str]:
    """Return how the forms were judged, where they follow a policy, and what else to note."""
    verdict = f"{result.check.trust}: {result.check.message}"
    return [verdict, *map(str, result.kinks), *result.notes]


def _absent(expressions: Iterable[Expression], names: Iterable[str]) -> tuple[str, ...]:
    """Return a sentence for each name that occurs in none of the expressions."""
    found = {e.graph.data[node] for e in expressions for node in e.graph.variables([e.root])}
    absent = [name for name in dict.fromkeys(names) if name not in found]
    return tuple(f"`{name}` does not occur in the formula." for name in absent)


def _doubt(check: DerivativeCheck) -> tuple[bool, int]:
    return not check.is_good, -check.n_points


def _no_entry(name: object, known: Any) -> ArgumentError:
    return ArgumentError(
        f"There is no derivative in {name!r}; the variables are {', '.join(known)}."
    )


def _zero(expression: Expression) -> Expression:
    graph = expression.graph.copy()
    return Expression(graph, graph.const(0), expression.variables)


def _symbol(expression: Expression, name: str) -> str:
    graph = expression.graph.copy()
    return Expression(graph, graph.var(name)).latex
