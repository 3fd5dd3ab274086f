"""The door that `minimize` and `fit` share: the start, bounds by name, the memory limit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ..errors import ArgumentError
from ..expression import Expression
from ..functions import CONSTANTS
from ..language import Limits, read_assignments
from ..optimize.plain import show
from ..worker import run_verb

__all__ = ["refuse_unused", "run_within_memory", "to_bounds", "to_start"]


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
    LimitError
        When the work needs more memory.
    """
    kwargs["limits"] = replace(limits, memory_mb=None)
    return run_verb(verb, (formula, *args), kwargs, seconds=None, memory_mb=limits.memory_mb)
