"""What the verbs for all derivatives of one formula return: `Gradient`, `Hessian`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..expression import Expression
from ..facts import KinkPlace
from ..graph.contractions import broadcast, contract
from ..graph.shapes import Shape
from ..symbolic.kinks import find_kinks
from ..verify import DerivativeCheck
from ..writing import equations, latex_block
from .action import Action, hessian_action, rank_of, shape_of
from .array_estimate import ArrayEstimate
from .at_point import Point, derivatives_at, to_point
from .derivative import absent_names, judgement, latex_trust, no_entry

__all__ = ["Gradient", "Hessian"]


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
            raise no_entry(name, self.entries) from None

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
        lines = [line for n, form in self.entries.items() for line in equations((n,), form)]
        return "\n".join([*lines, *judgement(self)])

    def _repr_latex_(self) -> str:
        symbols = {name: _symbol(self.expression, name) for name in self.entries}
        rows = [
            rf"\frac{{\partial f}}{{\partial {symbols[name]}}} &= {form.latex}"
            for name, form in self.entries.items()
        ]
        return f"$${latex_block('aligned', rows)}{latex_trust(self)}$$"


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
                raise no_entry(name, self.variables)
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
        return shape_of(self.expression, name)

    def action(
        self, row: str, column: str | None = None, *, direction: str | None = None
    ) -> Action:
        """Return the block `["row", "column"]` applied to a change of the second variable.

        Parameters
        ----------
        row : str
        column : str, optional
            Default: the same variable.
        direction : str, optional
            What the change is called; default: D, or another name that the formula leaves free.

        Returns
        -------
        Action
            An `Expression` of the shape of `row`, with the direction among its variables. It has
            been compared with the block in numbers.

        Examples
        --------
        >>> import symcalc as sc
        >>> h = sc.hessian("sum((A - U@V.T)**2)/2", "U", shapes="A: m n; U: m k; V: n k")
        >>> print(h.action("U"), "|", h.action("U").matrix)
        D @ (V.T @ V) | kron(eye(m), V.T @ V)
        """
        pair = (row, column or row)
        return hessian_action(self.expression, pair, self[pair], direction)

    @cached_property
    def actions(self) -> dict[tuple[str, str], Action]:
        """The actions of the blocks that have more than two axes, in the order of the variables."""
        names = self.variables
        pairs = [(a, b) for place, a in enumerate(names) for b in names[place:]]
        return {pair: self.action(*pair) for pair in pairs if rank_of(self[pair]) > 2}

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary; entries that are not listed are zero."""
        return {
            "expression": self.expression.text,
            "variables": list(self.variables),
            "hessian": [
                {"row": row, "column": column, **form.to_dict(), **self._acting(row, column)}
                for (row, column), form in self.entries.items()
            ],
            "check": self.check.to_dict(),
            "kinks": [place.to_dict() for place in self.kinks],
            "notes": list(self.notes),
        }

    def _acting(self, row: str, column: str) -> dict[str, Any]:
        """Return the action on the second variable of a block with more than two axes."""
        is_long = rank_of(self.entries[row, column]) > 2
        return {"action": self.action(row, column).to_dict()} if is_long else {}

    def __repr__(self) -> str:
        pairs = [(a, b) for i, a in enumerate(self.variables) for b in self.variables[i:]]
        lines = [
            line
            for a, b in pairs
            if (b, a) in self.entries
            for line in equations((a, b), self[a, b], self.actions.get((a, b)))
        ]
        return "\n".join([*(lines or ["∂²f = 0"]), *judgement(self)])

    def _repr_latex_(self) -> str:
        rows = [" & ".join(entry.latex for entry in row) for row in self.matrix]
        return f"$${latex_block('pmatrix', rows)}{latex_trust(self)}$$"


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
