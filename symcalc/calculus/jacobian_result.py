"""`Jacobian`: the partial derivatives of several formulas, or of an array."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..errors import ArgumentError
from ..expression import Expression
from ..facts import KinkPlace
from ..verify import DerivativeCheck
from ..writing import equations, latex_block
from .action import Action, jacobian_action, rank_of
from .at_point import Point, read_point
from .derivative import absent_names, judgement, latex_trust, no_entry
from .results import Gradient

__all__ = ["Jacobian"]


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
            raise no_entry(name, self.variables)
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

    def _name(self, index: int) -> str:
        return f"f{index}" if len(self.gradients) > 1 else "f"

    def action(self, name: str, *, direction: str | None = None) -> Action:
        """Return the derivative of an array applied to a change of a variable.

        See `Hessian.action`.

        Examples
        --------
        >>> import symcalc as sc
        >>> print(sc.jacobian("inv(X)", "X", shapes="X: n n").action("X"))
        -inv(X) @ D @ inv(X)
        """
        if len(self.expressions) != 1:
            raise ArgumentError("The action of several formulas is that of each: ask one by one.")
        return jacobian_action(self.expressions[0], name, self.gradients[0][name], direction)

    @cached_property
    def actions(self) -> dict[str, Action]:
        """The actions of the derivatives that have more than two axes, by variable."""
        if len(self.expressions) != 1:
            return {}
        forms = self.gradients[0]
        return {name: self.action(name) for name in self.variables if rank_of(forms[name]) > 2}

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
            **(
                {"actions": {n: a.to_dict() for n, a in self.actions.items()}}
                if self.actions
                else {}
            ),
            "check": self.check.to_dict(),
            "kinks": [place.to_dict() for place in self.kinks],
            "notes": list(self.notes),
        }

    def __repr__(self) -> str:
        lines = [
            line
            for index, gradient in enumerate(self.gradients, 1)
            for name, form in gradient.items()
            for line in equations((name,), form, self.actions.get(name), of=self._name(index))
        ]
        return "\n".join([*lines, *judgement(self)])

    def _repr_latex_(self) -> str:
        rows = [" & ".join(entry.latex for entry in row) for row in self.matrix]
        return f"$${latex_block('pmatrix', rows)}{latex_trust(self)}$$"


def _doubt(check: DerivativeCheck) -> tuple[bool, int]:
    return not check.is_good, -check.n_points
