"""Derivatives at one point, with their status there."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, TypeVar

from ..errors import ArgumentError
from ..expression import Expression
from ..graph.derive import derivative
from ..language import read_assignments
from ..outcome import Estimate
from ..verify import derivative_at

__all__ = ["Point", "derivatives_at", "to_point"]

#: A point: `{"x": 1.5}`, "x=1.5, y=2", or nothing when the values are given by keyword.
Point = Any

Key = TypeVar("Key", bound=Hashable)


def to_point(expression: Expression, point: Point, values: Mapping[str, Any]) -> dict[str, float]:
    """Return the coordinates of a point, checked against the variables of the expression."""
    if isinstance(point, str):
        point = read_assignments(point)
    if point is not None and not isinstance(point, Mapping):
        raise ArgumentError(f'A point is {{"x": 1.5}} or "x=1.5, y=2", not {point!r:.60}.')
    place = {**(point or {}), **values}
    unknown = [name for name in place if name not in expression.names]
    if unknown:
        raise ArgumentError(
            f"`{unknown[0]}` is not a variable; they are {', '.join(expression.names) or '(none)'}."
        )
    missing = [name for name in expression.names if name not in place]
    if missing:
        raise ArgumentError(f"The point gives no value for {', '.join(missing)}.")
    try:
        return {name: float(place[name]) for name in expression.names}
    except (TypeError, ValueError, OverflowError):
        raise ArgumentError(f"The coordinates must be numbers, not {place!r:.80}.") from None


def derivatives_at(
    expression: Expression,
    wanted: Mapping[Key, tuple[str, ...]],
    point: dict[str, float],
    digits: int = 17,
) -> dict[Key, Estimate]:
    """Return the first or second derivatives wanted, at a point, to so many digits.

    Raises
    ------
    ArgumentError
        A derivative of order above 2 is asked for.
    """
    if any(variable.shape for variable in expression.variables):
        raise ArgumentError(
            "At a point, formulas over data columns are not evaluated yet; compile them."
        )
    graph = expression.graph.copy()
    found: dict[Key, Estimate] = {}
    for key, steps in wanted.items():
        if not 1 <= len(steps) <= 2:
            raise ArgumentError("At a point, derivatives of order 1 and 2 are given.")
        nodes = [expression.root]
        for name in steps:
            nodes.append(derivative(graph, nodes[-1], graph.var(name)))
        second = nodes[2] if len(nodes) == 3 else None
        found[key] = derivative_at(graph, nodes[0], nodes[1], second, steps, point, digits)
    return found
