"""The door for strings: `read` for a formula, `read_relations` for a constraint."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ..expression import Expression
from .conditions import CONDITIONS, links_of
from .declarations import ShapesLike
from .definitions import Definitions
from .limits import Limits
from .messages import make_error
from .reading import Reading

__all__ = ["Relation", "read", "read_relations"]


def read(
    text: str,
    *,
    variables: str | Iterable[str] | None = None,
    declared: Iterable[str] = (),
    shapes: ShapesLike | None = None,
    assume: str | Mapping[str, str] | None = None,
    syntax: str = "symcalc",
    limits: Limits | None = None,
    definitions: Definitions | None = None,
) -> Expression:
    """Read a formula.

    Parameters
    ----------
    text : str
        The formula; it is data from a stranger and never executed.
    variables : iterable of str, optional
        Exactly the names allowed, in the order of the expression's variables. By default every
        name that is not a constant is a real variable; they are sorted by name.
    declared : iterable of str, optional
        Names that are variables even where a constant or function has the same name.
    shapes : str or mapping, optional
        Shapes of arrays, `"X: m n; S: n n spd"` or `{"X": "m n"}`; their names are thereby
        declared, and the names of dimensions are scalars. Words behind a shape are assumptions:
        symmetric, spd, positive, nonnegative.
    assume : str or mapping, optional
        What is known of variables, `"a > 0, n integer"`; their names are thereby declared.
    syntax : {"symcalc", "latex", "matrixcalculus"}
    limits : Limits, optional
    definitions : Definitions, optional
        The functions that `define` has added, unless others are given.

    Returns
    -------
    Expression

    Raises
    ------
    ParseError
        The text is not a formula; the message points at the place.
    LimitError
        The text, its nesting, a number or the graph is too large.
    ArgumentError
        An argument other than the text is malformed.

    Notes
    -----
    Time and memory grow linearly with the text. Numbers are exact: `0.1` is 1/10. A power of
    rationals is never expanded beyond 1 000 digits.

    Examples
    --------
    >>> read("100*(y - x^2)^2 + (1 - x)^2").names
    ('x', 'y')
    >>> read("2x + 1", variables=["x"]).text
    '2*x + 1'
    """
    reading = Reading(text, variables, declared, shapes, assume, syntax, limits, definitions)
    root = reading.formula()
    if reading.graph.kinds[root] in CONDITIONS:
        start, end = 0, len(text.rstrip())
        hint = "A relation is accepted as a constraint; a formula has a value."
        raise make_error("This is a relation, not a formula.", text, start, end, hint)
    return reading.expression(root)


class Relation(NamedTuple):
    """One link of a constraint: two formulas in the same variables, and how they compare.

    Attributes
    ----------
    left : Expression
    relation : str
        One of `<  <=  >  >=  ==`.
    right : Expression
    """

    left: Expression
    relation: str
    right: Expression


def read_relations(
    text: str,
    *,
    variables: str | Iterable[str] | None = None,
    declared: Iterable[str] = (),
    shapes: ShapesLike | None = None,
    assume: str | Mapping[str, str] | None = None,
    syntax: str = "symcalc",
    limits: Limits | None = None,
    definitions: Definitions | None = None,
) -> tuple[Relation, ...]:
    """Read a constraint such as `x^2 + y^2 <= 1`, or a chain of them such as `0 <= x < y`.

    Parameters
    ----------
    text : str
    variables, declared, shapes, assume, syntax, limits, definitions
        As for `read`.

    Returns
    -------
    tuple of Relation
        The links of the chain, from left to right; of `a <= b and c == d` those of both parts.

    Raises
    ------
    ParseError
        The text is not a relation between formulas.

    Examples
    --------
    >>> (link,) = read_relations("x^2 + y^2 <= 1")
    >>> link.left.text, link.relation, link.right.text
    ('x**2 + y**2', '<=', '1')
    >>> len(read_relations("0 <= x <= 1"))
    2
    """
    reading = Reading(text, variables, declared, shapes, assume, syntax, limits, definitions)
    root = reading.formula()
    links = links_of(reading.graph, root)
    if links is None:
        hint = "Write a relation, such as x + y <= 1, x == 2*y or 0 <= x <= 1."
        raise make_error("This is not a constraint.", text, 0, len(text.rstrip()), hint)
    read_in = reading.expression
    return tuple(
        Relation(read_in(left), relation, read_in(right)) for left, relation, right in links
    )
