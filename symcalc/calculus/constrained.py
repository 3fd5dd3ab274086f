"""Minimizing a formula under constraints: from strings to the solver, and back to names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..language import Limits
from ..language.declarations import read_shapes
from ..optimize import Minimum, Optimum, StepState, find_method, minimize_constrained
from .array_objective import ArrayObjective
from .array_shapes import name_shapes
from .constraint_reading import names_in, read_links
from .constraints import ConstraintSet, Setting, compile_constraints
from .data import Table
from .objective import FormulaObjective
from .surface import surface_of

__all__ = ["constraint_set", "minimize_under", "with_arrays"]


def constraint_set(
    target: FormulaObjective | ArrayObjective, constraints: Any, table: Table | None,
    start: dict[str, Any], *, bounds: Sequence[Any] | None, limits: Limits | None, shapes: Any,
) -> ConstraintSet:  # fmt: skip
    """Return constraints on the variables of an objective, compiled."""
    words = names_in(constraints)
    used = [] if table is None else [name for name in table.names if name in words]
    if isinstance(target, ArrayObjective):
        data = {name: table.array(name) for name in used} if table is not None else {}
        known = {variable.name: variable.shape for variable in target.expression.variables}
        values = {**data, **start}
        named = name_shapes({**read_shapes(shapes), **known}, values, dict(target.sizes))
    else:
        data = {name: table.column(name) for name in used} if table is not None else {}
        named = {name: ("rows",) for name, column in data.items() if np.ndim(column)}
    links = read_links(constraints, (*start, *data), named, limits)
    pairs = None if bounds is None else dict(zip(start, bounds, strict=True))
    return compile_constraints(links, Setting(start, data, named), pairs)


def minimize_under(
    target: FormulaObjective | ArrayObjective, constraints: Any, table: Table | None,
    start: dict[str, Any], *, bounds: Sequence[Any] | None, limits: Limits, method: str,
    callback: Callable[[StepState], object] | None, shapes: Any, **settings: Any,
) -> Optimum:  # fmt: skip
    """Minimize an objective under constraints, given as strings."""
    whole = constraint_set(
        target, constraints, table, start, bounds=bounds, limits=limits, shapes=shapes
    )
    needs = "product" if method == "auto" else find_method(method).needs
    functions, facts = target.to_objective(needs)
    if whole.roughness:
        facts = replace(facts, has_kinks=True)
    x0: Any = target.vector if isinstance(target, ArrayObjective) else list(start.values())
    best = minimize_constrained(
        functions, whole.constraints, whole.labels, x0, target.names, bounds=whole.bounds,
        method=method, time_limit=limits.seconds, callback=callback, facts=facts,
        notes=whole.notes, **settings,
    )  # fmt: skip
    if isinstance(target, ArrayObjective):
        return with_arrays(best, target)
    return replace(best, surface=surface_of(target))


def with_arrays(
    best: Optimum, target: ArrayObjective, whole: Callable[[Any], Any] = np.asarray
) -> Optimum:
    """Return a result with the variables in their shapes, and what dimensions were taken for.

    `whole` makes the vector of all numbers of one of those that were varied.
    """
    arrays, *others = (
        target.function.unpack(whole(vector))
        for vector in (best.vector, *(list(found.x.values()) for found in best.minima))
    )
    minima = tuple(Minimum(x, found.fun) for x, found in zip(others, best.minima, strict=True))
    said = (*best.diagnosis, *target.notes)
    return replace(best, x=arrays, minima=minima, diagnosis=said, surface=surface_of(target))
