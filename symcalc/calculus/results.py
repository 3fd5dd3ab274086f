"""What the verbs for all derivatives return: `Gradient`, `Hessian`, `Jacobian`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import ArgumentError
from ..expression import Expression
from ..facts import KinkPlace
from ..graph.contractions import broadcast, contract
from ..graph.shapes import Shape
from ..symbolic.kinks import find_kinks
from ..verify import DerivativeCheck
from ..writing import latex_block
from .array_estimate import ArrayEstimate
from .at_point import Point, derivatives_at, read_point, to_point
from .derivative import absent_names

__all__ = ["Gradient", "Hessian", "Jacobian"]


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
        return absent_names([self.expression], self.entries)

    def at(self, point: Point = None, /, **values: Any) -> dict[str, Any]:
        """Return each partial derivative at a point, with its error, trust and status.

        An `Estimate`; where the derivative is an array, an `ArrayEstimate` of its shape. At a kink,
        a jump, the edge of the domain or a removable singularity it says so: see its `outcome` and
        `note`.
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
        if (found := self.entries.get((row, column))) is not None:
            return found
        if (found := self.entries.get((column, row))) is not None:
            return _turned(found, len(self._shape(column)))
        return _zero(self.expression)

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
        return absent_names([self.expression], self.variables)

    def at(self, point: Point = None, /, **values: Any) -> dict[tuple[str, str], Any]:
        """Return each entry at a point, `["x", "y"]` in either order; see `Gradient.at`."""
        place = to_point(self.expression, point, values)
        pairs = [
            (row, column)
            for index, row in enumerate(self.variables)
            for column in self.variables[: index + 1]
        ]
        found = derivatives_at(self.expression, {(b, a): (b, a) for a, b in pairs}, place)
        for (row, column), entry in list(found.items()):
            if isinstance(entry, ArrayEstimate):
                entry = entry.turned(len(self._shape(row)))
            found.setdefault((column, row), entry)
        return {pair: found[pair] for pair in self}

    def _shape(self, name: str) -> Shape:
        """Return the shape of a variable."""
        return next((v.shape for v in self.expression.variables if v.name == name), ())

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
        return absent_names(self.expressions, self.variables)

    def at(self, point: Point = None, /, **values: Any) -> dict[str, Any]:
        """Return the derivatives at a point, by variable; see `Gradient.at`.

        Of several formulas those in one variable are a tuple, as `jacobian[name]` is.
        """
        names = {name for expression in self.expressions for name in expression.names}
        given = read_point(point, values, names)
        rows = [
            gradient.at({name: given[name] for name in gradient.expression.names if name in given})
            for gradient in self.gradients
        ]
        is_array = len(rows) == 1 and self._is_array(self.expressions[0])
        return {n: rows[0][n] if is_array else tuple(r[n] for r in rows) for n in self.variables}

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


def _doubt(check: DerivativeCheck) -> tuple[bool, int]:
    return not check.is_good, -check.n_points


def _no_entry(name: object, known: Any) -> ArgumentError:
    return ArgumentError(
        f"There is no derivative in {name!r}; the variables are {', '.join(known)}."
    )


def _zero(expression: Expression) -> Expression:
    graph = expression.graph.copy()
    return Expression(graph, graph.const(0), expression.variables)


def _turned(block: Expression, n_first: int) -> Expression:
    """Return a block of a Hessian with the axes of its first variable behind the others."""
    shape = block.graph.shape(block.root)
    if not 0 < n_first < len(shape):
        return block
    graph = block.graph.copy()
    axes = (*range(n_first, len(shape)), *range(n_first))
    terms = graph.args[block.root] if graph.kinds[block.root] == "add" else (block.root,)
    whole = [broadcast(graph, term, shape, range(len(shape))) for term in terms]
    turned = [contract(graph, [(term, tuple(range(len(shape))))], axes) for term in whole]
    return Expression(graph, graph.add(turned), block.variables)


def _symbol(expression: Expression, name: str) -> str:
    graph = expression.graph.copy()
    return Expression(graph, graph.var(name)).latex
