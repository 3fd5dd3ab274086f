"""The door that `minimize` and `fit` share: the start, bounds by name, the memory limit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ..errors import ArgumentError
from ..expression import Expression
from ..functions import CONSTANTS
from ..language import FILLINGS, Limits, read_assignments, read_start
from ..optimize.plain import show
from ..worker import run_verb
from .data import refuse_masked

__all__ = ["refuse_unused", "run_within_memory", "to_bounds", "to_start", "to_values"]


def to_start(start: Any, role: str) -> dict[str, float]:
    """Return `{"x": -1.2}` or "x=-1.2, y=1" as names with floats.

    Raises
    ------
    ArgumentError
        When it is neither, is empty, or holds something that is not a real number.
    """
    if isinstance(start, str):
        start = read_assignments(start)
    if not isinstance(start, Mapping) or not start:
        raise ArgumentError(
            f'`start` gives each {role} a number: {{"a": 1.0, "b": 0.5}} or "a=1, b=0.5".'
        )
    if all(type(value) is float for value in start.values()):
        return {str(name): value for name, value in start.items()}
    found: dict[str, float] = {}
    for name, value in start.items():
        if np.ndim(value):
            raise ArgumentError(
                f"The start of `{name}` is an array; each {role} is a single number."
            )
        try:
            found[str(name)] = float(value)
        except OverflowError:
            raise ArgumentError(f"The start of `{name}` is beyond double precision.") from None
        except (TypeError, ValueError):
            raise ArgumentError(f"The start of `{name}` is {show(value)}, not a number.") from None
    return found


def to_values(start: Any, role: str = "variable") -> dict[str, Any]:
    """Return a start as names with floats, arrays of floats, or words of `FILLINGS`.

    Raises
    ------
    ArgumentError
        When it is neither a dict nor a string, is empty, or holds something else.
    """
    if isinstance(start, str):
        start = read_start(start)
    if not isinstance(start, Mapping) or all(type(value) is float for value in start.values()):
        return dict(to_start(start, role))
    numbers = {
        name: value
        for name, value in start.items()
        if not np.ndim(value) and not (isinstance(value, str) and value in FILLINGS)
    }
    found: dict[str, Any] = dict(to_start(numbers, role)) if numbers or not start else {}
    for name, value in start.items():
        if isinstance(value, str) and value in FILLINGS:
            found[str(name)] = value
        elif np.ndim(value):
            found[str(name)] = _to_array(str(name), value)
    return {str(name): found[str(name)] for name in start}


def _to_array(name: str, value: Any) -> Any:
    """Return the start of an array variable as floats."""
    refuse_masked(value, f"The start of `{name}`")
    array = np.asarray(value)
    if array.dtype.kind not in "buif" or array.size == 0:
        raise ArgumentError(f"The start of `{name}` is {show(value)}, no array of real numbers.")
    array = array.astype(float)
    if not np.isfinite(array).all():
        raise ArgumentError(f"The start of `{name}` has entries that are not finite.")
    return array


def to_bounds(bounds: Any, names: tuple[str, ...]) -> list[Any] | None:
    """Return bounds, given by name or in order, as one pair for each name."""
    if bounds is None:
        return None
    if isinstance(bounds, Mapping):
        unknown = [str(name) for name in bounds if name not in names]
        if unknown:
            raise ArgumentError(
                f"`bounds` names `{unknown[0]}`, which has no start; there are {', '.join(names)}."
            )
        return [bounds.get(name) for name in names]
    if isinstance(bounds, str) or not np.iterable(bounds):
        raise ArgumentError('`bounds` is a dict: {"a": (0, None)}, with None for no limit.')
    return list(bounds)


def refuse_unused(expression: Expression, names: Iterable[str], used: Iterable[str]) -> None:
    """Refuse a start for what the formula does not depend on.

    Raises
    ------
    ArgumentError
        Naming it; a constant of the same name is pointed out.
    """
    unused = [name for name in names if name not in set(used)]
    if not unused:
        return
    name, graph = unused[0], expression.graph
    kinds = {graph.kinds[node] for node in graph.reachable([expression.root])}
    if name in kinds and name in CONSTANTS:
        raise ArgumentError(
            f"`{name}` has a start, but it is the constant {name} in this formula; read it with "
            f'sc.parse(..., declared=["{name}"]), or leave `{name}` out of `start`.'
        )
    raise ArgumentError(
        f"`{name}` has a start, but the formula does not depend on it; leave it out of `start`."
    )


def run_within_memory(
    verb: str, formula: Expression, *args: Any, limits: Limits, **kwargs: Any
) -> Any:
    """Run `minimize` or `fit` again in the worker process, which may take `limits.memory_mb`.

    What the caller hands over is read already: an expression, columns of floats.

    Raises
    ------
    ArgumentError
        When there is a callback.
    LimitError
        When the work needs more memory.
    """
    if kwargs.pop("callback", None) is not None:
        raise ArgumentError(
            "`limits.memory_mb` moves the work to another process, which cannot call your "
            "`callback`; leave one of them out."
        )
    kwargs["limits"] = replace(limits, memory_mb=None)
    return run_verb(verb, (formula, *args), kwargs, seconds=None, memory_mb=limits.memory_mb)
