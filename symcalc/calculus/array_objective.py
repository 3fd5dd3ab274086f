"""From a formula over arrays, data and a start to the callables that are minimized."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..backends import FlatFunction
from ..facts import ObjectiveFacts
from ..language import Limits
from ..optimize import MAX_SOLVED, Objective, Split
from ..optimize.kinked import KinkedFunction
from .array_reading import ArrayFormula, read_array_formula
from .array_squares import find_residuals
from .convexity import is_convex_in
from .data import Table
from .end_places import describe_places
from .first_nan import Setting, describe_not_finite
from .kinked import find_kinked
from .reading import Formula
from .remembered import array_function_of, with_kinks
from .saturation import find_saturation
from .splitting import SPLITS, find_splitting, to_split
from .structure import look_at

__all__ = ["ArrayObjective", "read_array_objective"]

#: Up to this number of numbers in the variables a Hessian is formed.
MAX_DENSE = 100


@dataclass(frozen=True, slots=True, eq=False)
class ArrayObjective(ArrayFormula):
    """A formula over arrays that is one number, to be minimized.

    Attributes
    ----------
    function : FlatFunction
        The formula as one of a vector.
    """

    function: FlatFunction

    def to_objective(
        self, needs: str | None, bounds: Sequence[Any] | None = None
    ) -> tuple[Objective, ObjectiveFacts]:
        """Return the compiled callables and what is known of them; `bounds` are pairs by name."""
        f, expression = self.function, self.expression
        look = look_at(expression, tuple(self.start), tuple(self.sizes.items()))
        rough, n, is_quadratic = look.roughness, self.vector.size, look.degree <= 2
        largest = MAX_SOLVED if is_quadratic and needs is None else MAX_DENSE
        forms_hessian = n <= largest or needs in ("hessian", "quadratic")
        is_sparse = n > MAX_DENSE and f.has_sparse_hessian(self.sizes)
        squares = None
        if needs == "residuals":  # Newton's method, with exact curvature, meets valleys better
            squares = find_residuals(expression, tuple(self.start), self.data, self.sizes)
        split = self._split(needs) if needs in SPLITS else ""
        objective = Objective(
            f.value, f.value_and_gradient,
            f.sparse_hessian if is_sparse else f.hessian if forms_hessian else None,
            f.hessian_product,
            None if squares is None else squares.values,
            None if squares is None else squares.jacobian,
            split=None if isinstance(split, str) else split,
            kinked=self._kinked(needs) if isinstance(split, str) and "kink" in rough else None,
            explain=lambda x: describe_not_finite(*self._at(x)),
            places=lambda x: describe_places(*self._at(x)),
            saturation=lambda x: find_saturation(*self._at(x)),
        )  # fmt: skip
        return objective, ObjectiveFacts(
            has_kinks="kink" in rough or "jump" in rough,
            has_jumps="jump" in rough,
            has_joins="join" in rough,
            has_sparse_hessian=is_sparse,
            n_residuals=0 if squares is None else squares.n_residuals,
            is_quadratic=is_quadratic,
            unsplit=split if isinstance(split, str) else "",
            is_convex=is_convex_in(expression, tuple(self.start), self.data, bounds),
            n_numbers=look.n_numbers,
        )

    def _at(self, x: Any) -> tuple[Setting, dict[str, Any]]:
        """Return the formula with its data, and a vector by name."""
        setting = Setting(self.expression, tuple(self.start), self.data, self.sizes)
        return setting, self.function.split(x)

    def _split(self, needs: str | None) -> Split | str:
        """Return the objective as smooth part and penalty, or why it cannot be split."""
        found = find_splitting(self.expression, self.start, self.data, self.sizes)
        if isinstance(found, str) or (needs is None and not found.penalty.has_terms):
            return found if isinstance(found, str) else ""
        data = {name: self.data[name] for name in found.smooth.names if name in self.data}
        function = array_function_of(found.smooth, order=2, wrt=self.start)
        flat = function.at_data(self.sizes, **data)
        rest = replace(self, expression=found.smooth, data=data, function=flat)
        return to_split(found, rest.to_objective)

    def _kinked(self, needs: str | None) -> KinkedFunction | None:
        """Return the objective with its kinks as lines, where that is of use."""
        if needs not in (None, "kinks"):
            return None
        found = find_kinked(self.expression, self.start, self.data, self.sizes)
        return None if isinstance(found, str) else found


def read_array_objective(
    formula: Formula,
    start: Mapping[str, Any],
    *,
    data: Table | None = None,
    shapes: Any = None,
    limits: Limits | None = None,
    seed: int = 0,
    elsewhere: Collection[str] = (),
) -> ArrayObjective:
    """Return an objective with the shapes of its variables found from start, data and `shapes`.

    Variables `elsewhere`, in constraints, need not occur in it.

    Raises
    ------
    ParseError, ArgumentError, DataError
    """
    read = read_array_formula(
        formula, start, data=data, shapes=shapes, limits=limits, seed=seed, elsewhere=elsewhere
    )
    expression = with_kinks(read.expression)
    function = array_function_of(expression, order=2, wrt=read.start)
    flat = function.at_data(read.sizes, **read.data)
    return ArrayObjective(expression, read.start, read.data, read.sizes, read.notes, flat)
