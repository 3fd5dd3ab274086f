"""From a formula and columns of data to the callables that are minimized."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import ArgumentError, ParseError
from ..expression import Expression, Variable
from ..facts import ObjectiveFacts
from ..graph.graph import REDUCTIONS
from ..language import Limits
from ..language.declarations import read_shapes
from ..optimize import Objective, Split
from ..optimize.kinked import KinkedFunction
from .array_reading import occurring
from .convexity import is_convex_in
from .data import Table
from .end_places import describe_places
from .first_nan import Setting, describe_not_finite
from .kinked import find_kinked
from .reading import Formula
from .remembered import formula_of, function_of, remembered, with_kinks
from .saturation import find_saturation
from .splitting import SPLITS, find_splitting, to_split
from .start import refuse_unused
from .structure import (
    find_squares,
    has_sparse_curvature,
    look_at,
)

__all__ = ["FormulaObjective", "read_objective"]

Array = NDArray[np.float64]

#: Up to this number of variables a Hessian is formed whatever its pattern.
MAX_DENSE = 100

#: Up to this number of single squares each is compiled as a residual without being asked for.
MAX_SQUARES = 256


class _Residual(NamedTuple):
    """One square in a sum of squares, see `Square`, its residual as a formula."""

    formula: Expression
    factor: float
    power: int
    is_column: bool


@dataclass(frozen=True, slots=True, eq=False)
class FormulaObjective:
    """A formula in variables and columns of data.

    Attributes
    ----------
    expression : Expression
        Its variables are `names`, then the columns.
    names : tuple of str
        The variables to minimize over.
    columns : dict of str to ndarray
    n_rows : int
        1 without columns.
    notes : tuple of str
        Variables that the formula does not depend on.
    """

    expression: Expression
    names: tuple[str, ...]
    columns: dict[str, Array]
    n_rows: int
    notes: tuple[str, ...] = ()

    @property
    def data(self) -> dict[str, Any] | None:
        """The columns as a verb takes them: numbers that hold for all rows are plain numbers."""
        plain = {name: c if c.ndim else float(c) for name, c in self.columns.items()}
        return plain or None

    def to_objective(
        self, needs: str | None, bounds: Sequence[Any] | None = None
    ) -> tuple[Objective, ObjectiveFacts]:
        """Return the compiled callables and what is known of them.

        `needs` is what the method asked for lives on ("hessian", "residuals", …), None when the
        method is still to be chosen; `bounds` are pairs for the variables.
        """
        expression, names = self.expression, self.names
        n = len(names)
        look = look_at(expression, names, (("rows", self.n_rows),))
        rough = look.roughness
        sparse = n > MAX_DENSE and has_sparse_curvature(expression.graph, expression.root, names)
        split = self._split(needs) if needs in SPLITS else ""
        squares = self._squares(needs) if needs in (None, "residuals") else ()
        f = function_of(expression, expression.names, order=2, wrt=names)
        rest = tuple(self.columns.values())
        hessian: Callable[[Array], Any] | None = None
        if n <= MAX_DENSE or sparse or needs in ("hessian", "quadratic"):
            hessian = f.flat_hessian if not rest else lambda x: f.hessian(*x.tolist(), *rest)
        residuals, jacobian = self._residuals(squares) if squares else (None, None)
        objective = Objective(
            f.flat_value if not rest else lambda x: f(*x.tolist(), *rest),
            f.flat_value_and_gradient
            if not rest
            else lambda x: f.value_and_gradient(*x.tolist(), *rest),
            hessian,
            lambda x, v: f.hessian_product(v, *x.tolist(), *rest),
            residuals,
            jacobian,
            split=None if isinstance(split, str) else split,
            kinked=self._kinked(needs) if isinstance(split, str) and "kink" in rough else None,
            explain=lambda x: describe_not_finite(*self._at(x)),
            places=lambda x: describe_places(*self._at(x)),
            saturation=lambda x: find_saturation(*self._at(x)),
        )
        n_residuals = sum(self.n_rows if square.is_column else 1 for square in squares)
        return objective, ObjectiveFacts(
            has_kinks="kink" in rough or "jump" in rough, has_sparse_hessian=sparse,
            n_residuals=n_residuals, has_jumps="jump" in rough, has_joins="join" in rough,
            is_quadratic=look.degree <= 2,
            unsplit=split if isinstance(split, str) else "",
            is_convex=is_convex_in(expression, names, self.columns, bounds),
            n_numbers=look.n_numbers,
        )  # fmt: skip

    def _at(self, x: Array) -> tuple[Setting, dict[str, Any]]:
        """Return the formula with its data, and a point by name."""
        setting = Setting(self.expression, self.names, self.columns, {"rows": self.n_rows})
        return setting, dict(zip(self.names, x.tolist(), strict=True))

    def _split(self, needs: str | None) -> Split | str:
        """Return the objective as smooth part and penalty, or why it cannot be split."""
        start = dict.fromkeys(self.names, 0.0)
        sizes = {"rows": self.n_rows}
        found = find_splitting(self.expression, start, self.columns, sizes)
        if isinstance(found, str) or (needs is None and not found.penalty.has_terms):
            return found if isinstance(found, str) else ""
        columns = {name: c for name, c in self.columns.items() if name in found.smooth.names}
        rest = replace(self, expression=found.smooth, columns=columns)
        return to_split(found, rest.to_objective)

    def _kinked(self, needs: str | None) -> KinkedFunction | None:
        """Return the objective with its kinks as lines, where that is of use."""
        if needs not in (None, "kinks"):
            return None
        start, sizes = dict.fromkeys(self.names, 0.0), {"rows": self.n_rows}
        found = find_kinked(self.expression, start, self.columns, sizes)
        return None if isinstance(found, str) else found

    def _squares(self, needs: str | None) -> tuple[_Residual, ...]:
        """Return the squares of the objective where residuals are of use."""
        expression, most = self.expression, None if needs == "residuals" else MAX_SQUARES
        return _residuals_of(expression, expression.variables, most)

    def _residuals(
        self, squares: Sequence[_Residual]
    ) -> tuple[Callable[[Array], Array], Callable[[Array], Array]]:
        """Return the residuals and their Jacobian, one block below the other."""
        rest, n = tuple(self.columns.values()), len(self.names)
        parts = [
            (
                function_of(square.formula, square.formula.names, order=1, wrt=self.names),
                (square.factor * float(self.n_rows) ** square.power) ** 0.5,
                self.n_rows if square.is_column else 1,
            )
            for square in squares
        ]
        if not rest:  # so each is one number

            def numbers(x: Array) -> Array:
                point = x.tolist()
                return np.array([s * f(*point) for f, s, _ in parts])

            def slopes(x: Array) -> Array:
                point = x.tolist()
                return np.array([s * f.gradient(*point) for f, s, _ in parts])

            return numbers, slopes

        def residuals(x: Array) -> Array:
            point = (*x.tolist(), *rest)
            blocks = [s * np.broadcast_to(f(*point), (size,)) for f, s, size in parts]
            return np.concatenate(blocks)

        def jacobian(x: Array) -> Array:
            point = (*x.tolist(), *rest)
            blocks = [s * np.broadcast_to(f.gradient(*point), (size, n)) for f, s, size in parts]
            return np.concatenate(blocks)

        return residuals, jacobian


def read_objective(
    formula: Formula,
    names: tuple[str, ...],
    *,
    data: Table | None = None,
    shapes: Any = None,
    limits: Limits | None = None,
    elsewhere: Collection[str] = (),
) -> FormulaObjective:
    """Return a formula with its names checked against variables and columns.

    Variables `elsewhere`, in constraints, need not occur in it.

    Raises
    ------
    ParseError, ArgumentError, DataError
    """
    available = () if data is None else data.names
    both = [name for name in names if name in available]
    if both:
        raise ArgumentError(f"`{both[0]}` has a start and is a column of the data; rename one.")
    spoken = () if data is None else data.spoken(formula)
    declared = (*names, *spoken)
    rows = {} if data is None else {n: "rows" for n in spoken if n not in data.single}
    try:
        read = _read_shaped(formula, declared, {**rows, **read_shapes(shapes)}, limits)
    except ParseError as error:
        if not available or not isinstance(formula, str) or occurring(formula, spoken):
            raise
        listed = ", ".join(available[:12])
        raise ArgumentError(
            f"No column of the data ({listed}) stands in the objective. {error}"
        ) from None
    expression = with_kinks(read)
    used = _used_names(expression)
    unknown = [name for name in used if name not in declared]
    if unknown:
        raise ArgumentError(
            f"`{'`, `'.join(unknown[:6])}` in the objective has neither a start "
            f"({', '.join(names[:12])}) nor data ({', '.join(available[:12]) or 'none given'})."
        )
    unused = [name for name in names if name not in {*used, *elsewhere}]
    if unused and (not used or _constants_among(expression, unused)):
        refuse_unused(expression, names, {*used, *elsewhere})
    needed = tuple(name for name in used if name in spoken)
    columns, n_rows = ({}, 1) if data is None else data.columns(needed)
    _check_shapes(expression, names)
    listed = ", ".join(f"`{name}`" for name in unused[:6]) + (", …" if unused[6:] else "")
    notes = (f"The objective does not depend on {listed}.",) if unused else ()
    return FormulaObjective(_in_order(expression, names, needed), names, columns, n_rows, notes)


@remembered
def _in_order(
    expression: Expression, names: tuple[str, ...], needed: tuple[str, ...]
) -> Expression:
    """Return a formula whose variables are listed first, then the columns that it needs."""
    graph = expression.graph.copy()
    variables = [Variable(name) for name in names]
    variables += [Variable(name, graph.shape(graph.var(name))) for name in needed]
    return Expression(graph, expression.root, variables)


@remembered
def _residuals_of(
    expression: Expression, variables: tuple[Variable, ...], most: int | None
) -> tuple[_Residual, ...]:
    """Return the squares that a formula is a sum of, in its variables; none beyond so many."""
    graph = expression.graph
    squares = find_squares(graph, expression.root) or []
    if most is not None and len(squares) > most:
        return ()
    found = []
    for square in squares:
        inside = {graph.kinds[node] for node in graph.reachable([square.node])}
        is_column = bool(graph.shape(square.node))
        if is_column and not inside.isdisjoint(REDUCTIONS):
            return ()
        formula = Expression(graph, square.node, variables)
        if is_column:  # one number a row broadcasts over plain columns
            plain, (node,) = graph.extract([square.node])
            plain.shapes.clear()
            formula = Expression(plain, node, [Variable(v.name) for v in variables])
        found.append(_Residual(formula, square.factor, square.power, is_column))
    return tuple(found)


def _constants_among(expression: Expression, names: list[str]) -> bool:
    """Whether one of the names is a constant of the formula: then it was meant as a variable."""
    graph = expression.graph
    kinds = {graph.kinds[node] for node in graph.reachable([expression.root])}
    return any(name in kinds for name in names)


def _read_shaped(
    formula: Formula, declared: tuple[str, ...], shapes: dict[str, Any], limits: Limits | None
) -> Expression:
    """Return the formula with columns of data as arrays, whatever they were when it was made."""
    if isinstance(formula, str):
        return formula_of(formula, declared=declared, shapes=shapes, limits=limits)
    expression = formula_of(formula, limits=limits)
    graph = expression.graph
    known = {graph.data[n]: graph.shape(n) for n in graph.variables([expression.root])}
    if all(bool(shape) == (name in shapes) for name, shape in known.items()):
        return expression
    return formula_of(expression.text, declared=declared, shapes=shapes, limits=limits)


def _used_names(expression: Expression) -> list[str]:
    """Return the names that the formula contains."""
    graph = expression.graph
    return [graph.data[node] for node in graph.variables([expression.root])]


def _check_shapes(expression: Expression, names: tuple[str, ...]) -> None:
    """Refuse an objective that is no single number, and variables that are arrays."""
    graph = expression.graph
    for node in graph.variables([expression.root]):
        if graph.data[node] in names and graph.shape(node):
            raise ArgumentError(
                f"`{graph.data[node]}` has the shape {graph.shape(node)}; variables to minimize "
                "over are single numbers."
            )
    if graph.shape(expression.root):
        text = expression.text
        short = text if len(text) <= 60 else "…"
        raise ArgumentError(
            "The objective is one number for every row of the data; it must be one number. "
            f"Write mean({short}) or sum({short})."
        )
