"""Derivatives at one point, with their status there."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from typing import Any, TypeVar

from ..errors import ArgumentError
from ..expression import Expression
from ..graph.derive import derivative
from ..language import read_assignments
from ..verify import derivative_at
from .array_point import has_arrays, point_derivative, to_entries

__all__ = ["Point", "derivatives_at", "read_point", "to_point"]

#: A point: `{"x": 1.5}`, "x=1.5, w=[1, 2]", or nothing when the values are given by keyword.
Point = Any

Key = TypeVar("Key", bound=Hashable)


def read_point(point: Point, values: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    """Return what a point and keywords give to variables, as it came.

    Raises
    ------
    ArgumentError
        Something is given to what is no variable.
    """
    if isinstance(point, str):
        point = read_assignments(point)
    if point is not None and not isinstance(point, Mapping):
        raise ArgumentError(f'A point is {{"x": 1.5}} or "x=1.5, y=2", not {point!r:.60}.')
    place = {**(point or {}), **values}
    unknown = [name for name in place if name not in names]
    if unknown:
        raise ArgumentError(
            f"`{unknown[0]}` is not a variable; they are {', '.join(names) or '(none)'}."
        )
    return place


def to_point(expression: Expression, point: Point, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the coordinates of a point, checked against the variables of the expression."""
    place = read_point(point, values, expression.names)
    missing = [name for name in expression.names if name not in place]
    if missing:
        raise ArgumentError(f"The point gives no value for {', '.join(missing)}.")
    arrays = {variable.name for variable in expression.variables if variable.shape}
    return {
        name: to_entries(name, place[name]) if name in arrays else _to_number(name, place[name])
        for name in expression.names
    }


def _to_number(name: str, value: Any) -> float:
    """Return a coordinate as a float."""
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        raise ArgumentError(f"`{name}` must be a number, not {value!r:.80}.") from None


def derivatives_at(
    expression: Expression,
    wanted: Mapping[Key, tuple[str, ...]],
    point: dict[str, Any],
    digits: int = 17,
) -> dict[Key, Any]:
    """Return the first or second derivatives wanted, at a point, to so many digits.

    Those that are arrays are an `ArrayEstimate`, others an `Estimate`.

    Raises
    ------
    ArgumentError
        A derivative of order above 2 is asked for.
    """
    if any(not 1 <= len(steps) <= 2 for steps in wanted.values()):
        raise ArgumentError("At a point, derivatives of order 1 and 2 are given.")
    if has_arrays(expression):
        return {
            key: point_derivative(expression, steps, point, digits) for key, steps in wanted.items()
        }
    graph = expression.graph.copy()
    found: dict[Key, Any] = {}
    for key, steps in wanted.items():
        nodes = [expression.root]
        for name in steps:
            nodes.append(derivative(graph, nodes[-1], graph.var(name)))
        second = nodes[2] if len(nodes) == 3 else None
        found[key] = derivative_at(graph, nodes[0], nodes[1], second, steps, point, digits)
    return found
