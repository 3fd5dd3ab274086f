"""Constraints as strings or SymPy's relations → the relations that they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import ArgumentError
from ..expression import Expression
from ..graph.shapes import Shape
from ..language import Limits, links_of, read_relations
from ..language.tokens import tokenize

__all__ = ["Link", "as_list", "names_in", "read_links"]


@dataclass(frozen=True, slots=True, eq=False)
class Link:
    """One relation of a constraint.

    Attributes
    ----------
    text : str
    gap : Expression
        Left minus right, turned so that an inequality asks for `gap >= 0`.
    is_equality, is_strict : bool
    """

    text: str
    gap: Expression
    is_equality: bool
    is_strict: bool


def names_in(constraints: Any) -> frozenset[str]:
    """Return the words that stand in constraints, names among them."""
    found: set[str] = set()
    for item in as_list(constraints):
        if isinstance(item, str):
            found.update(tokenize(item).texts)
        elif hasattr(item, "free_symbols"):
            found.update(str(symbol) for symbol in item.free_symbols)
    return frozenset(found)


def read_links(
    constraints: Any, names: Iterable[str], shapes: Mapping[str, Shape], limits: Limits | None
) -> list[Link]:
    """Return the relations of constraints, given as strings or as SymPy's relations.

    Raises
    ------
    ParseError, ArgumentError
    """
    declared, found = tuple(names), list[Link]()
    for item in as_list(constraints):
        links = _read(item, declared, shapes, limits)
        for left, relation, right in links:
            if len(links) == 1 and isinstance(item, str):
                text = item.strip()
            else:
                text = f"{left.text} {relation} {right.text}"
            turned = relation in ("<", "<=")
            graph = left.graph.copy()
            first, last = (right.root, left.root) if turned else (left.root, right.root)
            gap = Expression(graph, graph.sub(first, last))
            found.append(Link(text, gap, relation == "==", relation in ("<", ">")))
    return found


def as_list(constraints: Any) -> list[Any]:
    """Return constraints as a list; one string is one constraint."""
    if constraints is None:
        return []
    if isinstance(constraints, str) or hasattr(constraints, "free_symbols"):
        return [constraints]
    if isinstance(constraints, Mapping) or not np.iterable(constraints):
        raise ArgumentError(
            '`constraints` are strings: ["x^2 + y^2 <= 1", "x == 2*y", "0 <= z <= 1"].'
        )
    return list(constraints)


def _read(
    item: Any, declared: tuple[str, ...], shapes: Mapping[str, Shape], limits: Limits | None
) -> Sequence[tuple[Expression, str, Expression]]:
    """Return the relations of one constraint."""
    if isinstance(item, str):
        return read_relations(item, declared=declared, shapes=dict(shapes), limits=limits)
    if not hasattr(item, "free_symbols"):
        raise ArgumentError(
            f'A constraint is a string such as "x + y <= 1", not {type(item).__name__}.'
        )
    whole = Expression.from_sympy(item)
    links = links_of(whole.graph, whole.root)
    if links is None:
        raise ArgumentError(f"{whole.text:.60} is not a constraint; write a relation, x + y <= 1.")
    graph = whole.graph
    return [(Expression(graph, a), relation, Expression(graph, b)) for a, relation, b in links]
