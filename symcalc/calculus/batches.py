"""Minimizing over batches of rows: from a formula and its data to estimates from any rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..backends import ArrayFunction, FlatFunction, RowFunction
from ..errors import ArgumentError, DataError
from ..expression import Expression, Variable
from ..facts import ObjectiveFacts
from ..graph.graph import Graph
from ..language import Limits
from ..optimize import (
    Objective,
    Optimum,
    RowData,
    RowObjective,
    minimize_objective,
    with_shapes,
)
from ..optimize.batches import Batch
from ..optimize.door import check_count
from ..optimize.keeping import Keeping
from ..optimize.methods import check_table, choose_batch_method, read_plan
from ..program import SCALE, SIZE, row_terms
from .array_reading import ArrayFormula, is_over_arrays, read_array_formula
from .data import Table
from .end_places import describe_places
from .first_nan import Setting, describe_not_finite
from .objective import read_objective
from .reading import Formula
from .saturation import find_saturation
from .structure import find_degree, find_roughness
from .surface import surface_of

__all__ = ["RowProblem", "minimize_in_batches", "read_row_problem"]

#: From the expression, its data, the table and the constraints to how a run is to be kept.
Keep = Callable[[Expression, Mapping[str, Any], Table | None, Sequence[Any]], Keeping | None]

#: Up to this number of numbers in the variables a Hessian is formed to judge the end.
MAX_DENSE = 100


@dataclass(frozen=True, slots=True, eq=False)
class RowProblem:
    """An objective that is a sum over rows, with its data.

    Attributes
    ----------
    formula : ArrayFormula
    dimension : str
        That of the rows.
    rows : RowObjective
    flat : FlatFunction
        Only for the shapes of its variables.
    """

    formula: ArrayFormula
    dimension: str
    rows: RowObjective
    flat: FlatFunction

    @property
    def names(self) -> list[str]:
        """The names of the variables, one for each number."""
        return self.formula.names

    @property
    def data(self) -> dict[str, Any]:
        """The arrays that the objective uses."""
        return self.formula.data

    def to_objective(self, needs: str | None) -> tuple[Objective, ObjectiveFacts]:
        """Return the objective over all rows, and what is known of it."""
        forms_hessian = needs != "value" and self.formula.vector.size <= MAX_DENSE
        whole = replace(
            self.rows.whole(forms_hessian=forms_hessian), explain=self._explain,
            places=self._places,
            saturation=lambda x: find_saturation(self._first_rows(), self.flat.split(x)),
        )  # fmt: skip
        return whole, self.facts

    def _explain(self, x: Any) -> list[str]:
        """Return which step of which row is not finite first."""
        begin = 0
        for batch in self.rows.data.pieces():
            value, gradient = self.rows.value_and_gradient(x, batch.rows, batch.n_rows)
            if not (np.isfinite(value) and np.isfinite(gradient).all()):
                return describe_not_finite(self._setting(batch, begin), self.flat.split(x))
            begin += batch.n_rows
        return []

    def _places(self, x: Any) -> list[str]:
        """Return the kinks and edges that a point stands on, of the first rows alone."""
        first = self._first_rows()
        n_rows = first.sizes[self.dimension]
        is_part = n_rows < self.rows.data.n_rows
        which = f", of the first {n_rows} rows." if is_part else "."
        return [said.rstrip(".") + which for said in describe_places(first, self.flat.split(x))]

    def _first_rows(self) -> Setting:
        """Return the formula over the rows of the first piece."""
        return self._setting(next(iter(self.rows.data.pieces())), 0)

    def _setting(self, batch: Batch, begin: int) -> Setting:
        """Return the formula over some rows that lie together."""
        rows, fixed = _split(self.formula, self.dimension)
        data = {**fixed, **dict(zip(rows, batch.rows, strict=True))}
        sizes = {**self.formula.sizes, self.dimension: batch.n_rows}
        return Setting(
            self.formula.expression, tuple(self.formula.start), data, sizes,
            {self.dimension: begin},
        )  # fmt: skip

    @property
    def facts(self) -> ObjectiveFacts:
        """What is known of the objective."""
        expression, names = self.formula.expression, self.formula.start
        rough = find_roughness(expression.graph, expression.root, names)
        return ObjectiveFacts(
            has_kinks="kink" in rough or "jump" in rough,
            has_jumps="jump" in rough,
            has_joins="join" in rough,
            is_quadratic=find_degree(expression.graph, expression.root, names) <= 2,
        )


def minimize_in_batches(
    objective: Formula, start: Mapping[str, Any], table: Table | None, *, shapes: Any,
    limits: Limits, method: Any, bounds: list[Any] | None, seed: int,
    max_steps: int | None, options: dict[str, Any], keep: Keep, **settings: Any,
) -> Optimum:  # fmt: skip
    """Minimize an objective over batches of the rows of its data."""
    row, *_ = choose_batch_method(method)
    plan = read_plan(options)
    problem = read_row_problem(objective, start, table, shapes=shapes, limits=limits, seed=seed)
    formula, n_rows = problem.formula, problem.rows.data.n_rows
    check_batch_size(plan.size, n_rows, options)
    x0 = formula.vector
    if row.name == "saga":
        check_table(n_rows, plan.size, x0.size)
    n_records = plan.n_records(n_rows)
    most = n_records if max_steps is None else check_count("max_steps", max_steps)
    settings["callback"] = with_shapes(settings["callback"], problem.flat.unpack)
    whole, facts = problem.to_objective(None)
    best = minimize_objective(
        whole, x0, formula.names, method=method,
        bounds=formula.bounds(bounds), max_steps=min(most, n_records),
        seed=seed, time_limit=limits.seconds, facts=facts, options=options,
        keeping=keep(formula.expression, formula.data, None, ()), **settings,
    )  # fmt: skip
    return replace(
        best, x=problem.flat.unpack(best.vector), diagnosis=(*best.diagnosis, *formula.notes),
        surface=surface_of(problem),
    )  # fmt: skip


def check_batch_size(size: int, n_rows: int, options: Mapping[str, Any]) -> None:
    """Refuse a batch that was asked to be larger than the data."""
    if "batch_size" in options and size > n_rows:
        raise ArgumentError(
            f"`batch_size` is {size}, but the data have {n_rows} rows; take at most {n_rows}."
        )


def read_row_problem(
    objective: Formula, start: Mapping[str, Any], table: Table | None, *, shapes: Any = None,
    limits: Limits | None = None, seed: int = 0,
) -> RowProblem:  # fmt: skip
    """Return an objective as what its rows say of it.

    Raises
    ------
    ParseError, ArgumentError, DataError
        Also where it is no sum over rows; the message names the part.
    """
    if table is None:
        raise ArgumentError("Batches are made of the rows of data; give `data`.")
    table = replace(table, stays_on_disk=True)
    formula = _read(objective, start, table, shapes=shapes, limits=limits, seed=seed)
    dimension, graph, root = _terms(formula)
    expression = formula.expression
    variables = [*expression.variables, Variable(SIZE), Variable(SCALE)]
    function = ArrayFunction(Expression(graph, root, variables), order=2, wrt=tuple(formula.start))
    data, fixed = _split(formula, dimension)
    first = dict(zip(data, _beginning(formula, dimension, data), strict=True))
    sizes = {**formula.sizes, dimension: min(formula.sizes[dimension], 1)}
    flat = function.at_data(sizes, **fixed, **first, **{SIZE: 1.0, SCALE: 1.0})
    return RowProblem(formula, dimension, _row_objective(formula, dimension, function, seed), flat)


def _row_objective(
    formula: ArrayFormula, dimension: str, function: ArrayFunction, seed: int
) -> RowObjective:
    """Return the estimates from rows, with the data that they are taken from."""
    data, fixed = _split(formula, dimension)
    sparse = frozenset(n for n, array in {**data, **fixed}.items() if hasattr(array, "tocsr"))
    over = RowFunction(function, fixed, list(data), formula.sizes, dimension, sparse)
    shapes = {variable.name: variable.shape for variable in formula.expression.variables}
    rows = RowData(
        tuple(a.tocsr() if name in sparse else np.asarray(a) for name, a in data.items()),
        tuple(shapes[name].index(dimension) for name in data), formula.sizes[dimension],
        any(isinstance(array, np.memmap) for array in data.values()),
    )  # fmt: skip
    return RowObjective(rows, over.value, over.value_and_gradient, over.hessian, over.product, seed)


def _read(
    objective: Formula, start: Mapping[str, Any], table: Table, *, shapes: Any,
    limits: Limits | None, seed: int,
) -> ArrayFormula:  # fmt: skip
    """Return the formula with its data, columns beside numbers as arrays too."""
    if is_over_arrays(objective, start, table, shapes):
        return read_array_formula(
            objective, start, data=table, shapes=shapes, limits=limits, seed=seed
        )
    read = read_objective(objective, tuple(start), data=table, shapes=shapes, limits=limits)
    return ArrayFormula(
        read.expression, dict(start), dict(read.columns), {"rows": read.n_rows}, read.notes
    )


def _split(formula: ArrayFormula, dimension: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the data with rows, and those without."""
    shapes = {variable.name: variable.shape for variable in formula.expression.variables}
    rows = {name: a for name, a in formula.data.items() if dimension in shapes[name]}
    return rows, {name: a for name, a in formula.data.items() if name not in rows}


def _beginning(formula: ArrayFormula, dimension: str, data: Mapping[str, Any]) -> list[Any]:
    """Return the first row of every array that has rows."""
    shapes = {variable.name: variable.shape for variable in formula.expression.variables}
    return [
        array[(slice(None),) * shapes[name].index(dimension) + (slice(0, 1),)]
        for name, array in data.items()
    ]


def _terms(formula: ArrayFormula) -> tuple[str, Graph, int]:
    """Return the dimension of the rows and the estimate of the formula from some of them."""
    expression = formula.expression
    taken = {d for v in expression.variables if v.name in formula.start for d in v.shape}
    sizes = formula.sizes
    free = [d for v in expression.variables if v.name in formula.data for d in v.shape]
    choices = [d for d in dict.fromkeys(free) if isinstance(d, str) and d not in taken]
    refusal = ""
    for dimension in sorted(choices, key=lambda name: -sizes[name]):
        if sizes[dimension] == 0:
            raise DataError("The data have no rows.")
        found = row_terms(expression.graph, expression.root, dimension)
        if found.obstacle is None:
            return dimension, found.graph, found.root
        refusal = refusal or _refusal(expression, dimension, found.obstacle)
    raise ArgumentError(
        refusal
        or "Batches need data with a dimension that no variable has: that of the rows. Where sizes "
        "agree by chance, declare them apart: shapes='X: m n; w: n; y: m'."
    )


def _refusal(expression: Expression, dimension: str, obstacle: int) -> str:
    """Say which part of a formula keeps it from being a sum over rows."""
    graph = expression.graph
    axis = "the rows" if dimension == "rows" else f"the rows (`{dimension}`)"
    wanted = "Batches need a sum or a mean of one term for each row, plus terms without rows."
    if obstacle == expression.root and not any(dimension in s for s in graph.shapes.values()):
        return f"The objective does not depend on {axis} of the data. {wanted}"
    text = Expression(graph, obstacle).text
    part = text if len(text) <= 80 else text[:77] + "…"
    return f"The objective is no sum over {axis} of the data: see `{part}`. {wanted}"
