"""`equivalent`: whether two formulas are equal."""

from __future__ import annotations

from typing import Any

from ..errors import ArgumentError
from ..expression import Expression, Variable
from ..graph.graph import Graph, Node
from ..graph.shapes import written
from ..language import Limits
from ..outcome import Trust
from ..verify.array_claims import ArrayClaim, compare_arrays, has_arrays
from ..verify.equality import Encounter, compare_at_points
from ..verify.identity import is_identity
from ..verify.mistakes import Verdict
from .budget import budgeted
from .checked import Equality, Equivalence, positive_names
from .reading import Formula, to_expression

__all__ = ["equivalent"]

#: Fewer points at which both have a value say nothing, where there are variables.
MIN_POINTS = 3


@budgeted
def equivalent(
    left: Formula,
    right: Formula,
    *,
    shapes: Any = None,
    assume: str | None = None,
    syntax: str = "symcalc",
    seed: int = 0,
    limits: Limits | None = None,
) -> Equivalence:
    """Say whether two formulas are equal: proved, refuted with a counterexample, or neither.

    Parameters
    ----------
    left, right : str, Expression or SymPy expression
    shapes : dict or str, optional
        Shapes of data columns, `{"x": "rows"}`.
    assume : str, optional
        What is known of the variables, `"x > 0"`.
    syntax : str
        "symcalc" or "latex", of both.
    seed : int
        Same seed, same points.
    limits : Limits, optional

    Returns
    -------
    Equivalence
        Its `outcome` is PROVED, REFUTED (with `point` and both values), OTHER_DOMAIN (equal
        where both have a value, but at `point` only one has), AGREES (at `n_points` points) or
        UNDECIDED.

    Raises
    ------
    ParseError, ArgumentError
        Before any work.

    Notes
    -----
    A refutation is rigorous: the balls of both values at the point do not overlap. A proof is an
    identity of the real engine: both formulas have one normal form, as sums of products of
    powers of variables, exponentials, sines and cosines, logarithms and roots. It holds wherever
    both have a value; where one has none is only tried, at plain and at random points, so that
    a domain that differs at a single odd point may go unseen.

    Examples
    --------
    >>> import symcalc as sc
    >>> print(sc.equivalent("cos(2*x)", "1 - 2*sin(x)^2").outcome)
    Equal: the difference vanishes identically.
    >>> sc.equivalent("sqrt(x^2)", "x").point
    {'x': -1.0}
    >>> print(sc.equivalent("log(x^2)", "2*log(x)").outcome.name)
    OTHER_DOMAIN
    """
    options: dict[str, Any] = {"shapes": shapes, "assume": assume, "syntax": syntax}
    first = to_expression(left, limits=limits, **options)
    second = to_expression(right, declared=first.names, limits=limits, **options)
    graph = Graph()
    (a,) = graph.absorb(first.graph, [first.root])
    (b,) = graph.absorb(second.graph, [second.root])
    used = {graph.data[node] for node in graph.variables([a, b])}
    known: dict[str, Variable] = {}
    for variable in (*first.variables, *second.variables):
        if variable.name in used:
            known.setdefault(variable.name, variable)
    variables = tuple(known.values())
    if has_arrays(variables):
        return _in_arrays(first, second, graph, (a, b), variables, seed)
    if graph.shape(a) or graph.shape(b):
        raise ArgumentError(
            "A formula with one value per row cannot be compared; take its sum(...) or mean(...)."
        )
    met = compare_at_points(graph, a, b, variables, seed)
    proven = met.difference is None and is_identity(graph, a, b, positive_names(variables))
    return _summed_up(first, second, met, proven, bool(variables))


def _in_arrays(
    left: Expression,
    right: Expression,
    graph: Graph,
    sides: tuple[Node, Node],
    variables: tuple[Variable, ...],
    seed: int,
) -> Equivalence:
    """Return the verdict on formulas over arrays, in numbers for several sizes."""
    shapes = [graph.shape(node) for node in sides]
    if shapes[0] != shapes[1]:
        raise ArgumentError(
            f"The left has the shape {written(shapes[0])}, the right {written(shapes[1])}; only "
            "formulas of one shape can be equal."
        )
    findings, n_draws = compare_arrays(graph, [ArrayClaim("f", *sides)], variables, seed)
    if not findings:
        outcome, trust = Equality.AGREES, Trust.CHECKED
        message = f"equal on {n_draws} data sets of several sizes; no proof was tried"
    elif findings[0].verdict is Verdict.UNDECIDED:
        outcome, trust = Equality.UNDECIDED, Trust.UNCHECKED
        message = "not decided: there are no data at which both have a value"
    else:
        outcome, trust = Equality.REFUTED, Trust.CHECKED
        message = f"not equal: the right one {findings[0].message}"
    return Equivalence(left, right, outcome, trust, message, n_points=n_draws)


def _summed_up(
    left: Expression, right: Expression, met: Encounter, proven: bool, has_variables: bool
) -> Equivalence:
    """Return the verdict on what was found."""
    place = met.difference if met.difference is not None else met.lonely
    if met.difference is not None:
        values = f"{met.digits[0]} and {met.digits[1]}"
        outcome, trust = Equality.REFUTED, Trust.PROVEN
        where = f" at {_spelled(place)}" if place else ""
        message = f"not equal: {values}{where}"
    elif met.lonely is not None:
        lacking = (left, right)[0 if met.values[0] != met.values[0] else 1]
        outcome, trust = Equality.OTHER_DOMAIN, Trust.PROVEN if proven else Trust.CHECKED
        how = "proven" if proven else f"seen at {met.n_points} points"
        message = (
            f"equal where both have a value ({how}), but {lacking.text} has no value "
            f"at {_spelled(place)}"
        )
        if met.n_points == 0:
            message = (
                f"not the same domain: {lacking.text} has no value at {_spelled(place)}, "
                "and at no point tried have both"
            )
    elif proven and met.n_points:
        outcome, trust = Equality.PROVED, Trust.PROVEN
        message = "equal wherever both have a value: the difference vanishes identically"
    elif met.n_points >= (MIN_POINTS if has_variables else 1):
        outcome, trust = Equality.AGREES, Trust.CHECKED
        message = f"equal to 45 digits at {met.n_points} points; no proof was found"
    else:
        outcome, trust = Equality.UNDECIDED, Trust.UNCHECKED
        message = "not decided: there are too few points at which both have a value"
    point = dict(place) if place is not None else None
    return Equivalence(
        left, right, outcome, trust, message, point, met.values, met.digits, met.n_points
    )


def _spelled(place: Any) -> str:
    return ", ".join(
        f"{name} = {value:.15g}" if isinstance(value, float) else f"{name} = {value}"
        for name, value in (place or {}).items()
    )
