"""Minimizing a formula under constraints: from strings to the solver, and back to names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NoReturn

import numpy as np

from ..errors import ArgumentError
from ..facts import ObjectiveFacts
from ..language import Limits
from ..language.declarations import read_shapes
from ..optimize import (
    Constraints,
    Minimum,
    Objective,
    Optimum,
    StepState,
    find_method,
    minimize_constrained,
    minimize_objective,
    with_multipliers,
)
from ..optimize.bounds import Bounds
from ..optimize.proximal import PROXIMAL
from .array_objective import ArrayObjective
from .array_shapes import name_shapes
from .constraint_reading import Link, names_in, read_links
from .constraints import ConstraintSet, Setting, compile_constraints, is_plain
from .data import Table
from .lifted import minimize_lifted
from .objective import FormulaObjective
from .sets import find_sets, on_sets
from .surface import surface_of

#: Above this number of variables simple sets are kept by projection.
MAX_EXACT = 400

__all__ = ["constraint_set", "minimize_under", "with_arrays"]


def constraint_set(
    target: FormulaObjective | ArrayObjective, constraints: Any, table: Table | None,
    start: dict[str, Any], *, bounds: Sequence[Any] | None, limits: Limits | None, shapes: Any,
) -> ConstraintSet:  # fmt: skip
    """Return constraints on the variables of an objective, compiled."""
    links, setting = _read(target, constraints, table, start, limits, shapes)
    pairs = None if bounds is None else dict(zip(start, bounds, strict=True))
    return compile_constraints(links, setting, pairs)


def _read(
    target: FormulaObjective | ArrayObjective, constraints: Any, table: Table | None,
    start: dict[str, Any], limits: Limits | None, shapes: Any,
) -> tuple[list[Link], Setting]:  # fmt: skip
    """Return the relations of constraints, and what they are about."""
    words = names_in(constraints)
    used = [] if table is None else [n for n in table.spoken(*constraints) if n in words]
    if isinstance(target, ArrayObjective):
        data = {name: table.array(name) for name in used} if table is not None else {}
        known = {variable.name: variable.shape for variable in target.expression.variables}
        values = {**data, **start}
        named = name_shapes({**read_shapes(shapes), **known}, values, dict(target.sizes))
    else:
        data = {name: table.column(name) for name in used} if table is not None else {}
        named = {name: ("rows",) for name, column in data.items() if np.ndim(column)}
    links = read_links(constraints, (*start, *data), named, limits)
    return links, Setting(start, data, named)


def minimize_under(
    target: FormulaObjective | ArrayObjective, constraints: Any, table: Table | None,
    start: dict[str, Any], *, bounds: Sequence[Any] | None, limits: Limits, method: str,
    callback: Callable[[StepState], object] | None, shapes: Any, **settings: Any,
) -> Optimum:  # fmt: skip
    """Minimize an objective under constraints, given as strings."""
    links, setting = _read(target, constraints, table, start, limits, shapes)
    pairs = None if bounds is None else dict(zip(start, bounds, strict=True))
    whole = compile_constraints(links, setting, pairs)
    held = whole.constraints, whole.bounds
    projected = _on_sets(target, links, setting, whole, method)
    if projected is not None:
        functions, facts, box = projected
        best = minimize_objective(
            functions, _vector(target, start), target.names, method=method, bounds=box,
            time_limit=limits.seconds, callback=callback, facts=facts, **settings,
        )  # fmt: skip
        if functions.split is not None:
            found = whole.constraints, whole.labels, whole.bounds
            best = with_multipliers(best, functions.split, *found)
        if isinstance(target, ArrayObjective):
            return with_arrays(best, target, limits=held)
        return replace(best, surface=surface_of(target, *held))
    needs = "product" if method == "auto" else find_method(method).needs
    functions, facts = target.to_objective(needs, bounds)
    lifted = minimize_lifted(
        target, links, setting, pairs, functions, limits=limits, callback=callback, method=method,
        **settings,
    )  # fmt: skip
    if lifted is not None:
        if isinstance(target, ArrayObjective):
            return with_arrays(lifted, target, limits=held)
        return replace(lifted, surface=surface_of(target, *held))
    if whole.roughness:
        facts = replace(facts, has_kinks=True)
    best = minimize_constrained(
        functions, whole.constraints, whole.labels, _vector(target, start), target.names,
        bounds=whole.bounds, method=method, time_limit=limits.seconds, callback=callback,
        facts=facts, notes=whole.notes, **settings,
    )  # fmt: skip
    if isinstance(target, ArrayObjective):
        return with_arrays(best, target, limits=held)
    return replace(best, surface=surface_of(target, *held))


def _vector(target: FormulaObjective | ArrayObjective, start: dict[str, Any]) -> Any:
    """Return the start as one vector."""
    return target.vector if isinstance(target, ArrayObjective) else list(start.values())


def _on_sets(
    target: FormulaObjective | ArrayObjective, links: Sequence[Link], setting: Setting,
    whole: ConstraintSet, method: str,
) -> tuple[Objective, ObjectiveFacts, list[Any]] | None:  # fmt: skip
    """Return the objective split with the constraints as sets, where projections suit.

    They do where a proximal method is asked for; by themselves with many variables, or beside
    terms with kinks: otherwise solvers that give multipliers are taken.
    """
    is_asked = method != "auto" and find_method(method).needs in PROXIMAL
    if not is_asked and method != "auto":
        return None
    kept = [link for link in links if not is_plain(link, setting)]
    sizes = target.sizes if isinstance(target, ArrayObjective) else setting.sizes
    blocks = find_sets(kept, setting.start, setting.data, sizes)
    if blocks is None:
        return _refused(method) if is_asked else None
    functions, facts = target.to_objective("split")
    suits = (bool(blocks) and len(target.names) > MAX_EXACT) or facts.has_kinks
    if functions.split is None or not (is_asked or suits):
        return _refused(method, facts.unsplit) if is_asked else None
    found = on_sets(functions.split, blocks, whole.bounds)
    if found is None:
        return _refused(method) if is_asked else None
    split, box = found
    pairs = list(zip(box.lower.tolist(), box.upper.tolist(), strict=True))
    return (
        replace(functions, split=split),
        facts,
        [tuple(None if abs(side) == float("inf") else side for side in pair) for pair in pairs],
    )


def _refused(method: str, why: str = "") -> NoReturn:
    """Say which constraints a proximal method keeps to."""
    raise ArgumentError(
        f"Method {method!r} keeps to bounds, to one simplex (`sum(w) == 1` beside `w >= 0`) and "
        "to balls (`norm2(w) <= r`, `norm1(w) <= r`), of variables apart from each other and from "
        f"terms with kinks{'; ' * bool(why)}{why}. Use method='auto'."
    )


def with_arrays(
    best: Optimum, target: ArrayObjective, whole: Callable[[Any], Any] = np.asarray,
    limits: tuple[Constraints | None, Bounds | None] = (None, None),
) -> Optimum:  # fmt: skip
    """Return a result with the variables in their shapes, and what dimensions were taken for.

    `whole` makes the vector of all numbers of one of those that were varied; `limits` are what the
    picture shows as forbidden.
    """
    arrays, *others = (
        target.function.unpack(whole(vector))
        for vector in (best.vector, *(list(found.x.values()) for found in best.minima))
    )
    minima = tuple(Minimum(x, found.fun) for x, found in zip(others, best.minima, strict=True))
    said = (*best.diagnosis, *target.notes)
    return replace(
        best, x=arrays, minima=minima, diagnosis=said, surface=surface_of(target, *limits)
    )
