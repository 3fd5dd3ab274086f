"""`evaluate`: a value to as many proven digits as asked for, or the reason why not."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from ..balls import count_digits
from ..errors import ArgumentError
from ..expression import Expression
from ..graph.derive import derivative
from ..graph.graph import Graph, Node
from ..language import Limits, read_assignments, read_exactly
from ..language.declarations import read_shapes
from ..outcome import Estimate, Outcome, Trust
from .array_point import has_arrays, point_value, to_entries
from .array_reading import occurring
from .array_shapes import name_shapes, sizes_of
from .at_point import to_point
from .budget import budgeted
from .data import load_data
from .derivations import Derivation, examine_derivations
from .derivative import Derivative
from .proven import proven_value
from .reading import Formula, to_expression

__all__ = ["evaluate"]

MAX_DIGITS = 2000

Coordinates = dict[str, Any]


@budgeted
def evaluate(
    expr: Formula,
    *,
    at: Any = None,
    data: Any = None,
    shapes: Any = None,
    digits: int = 15,
    exact: bool = False,
    assume: str | None = None,
    syntax: str = "symcalc",
    limits: Limits | None = None,
) -> Any:
    """Return the value of a formula at a point, its digits proven.

    Parameters
    ----------
    expr : str, Expression or SymPy expression
        `diff(f, x)` inside a string is a derivative; a `Derivative` is one too.
    at : dict or str, optional
        `{"x": 1e-9}` or `"x=1e-9, y=1/3"`. Points are doubles: 0.1 is the double nearest to
        0.1, and the value is that at this double. A `Fraction` or `Decimal` is taken exactly.
        Arrays are lists or NumPy's: `{"w": [1, 2]}` or `"w=[1, 2]"`.
    data : dict of arrays, data frame, or path, optional
        More of the point: columns and matrices that the formula names, as for `minimize`.
    shapes : dict or str, optional
        Shapes of arrays, "X: m n; w: n"; without them dimensions of one size have one name.
    digits : int
        Significant decimal digits, 1 to 2000.
    exact : bool
        Whether the numbers in a string are taken exactly: `"x=1/3"`, `"x=0.1"`.
    assume, syntax, limits
        As for `gradient`.

    Returns
    -------
    Estimate, or ArrayEstimate where the formula is an array
        `digits` is the value, correctly rounded to the digits asked for; fewer where it is
        exact with fewer. `value` is the nearest double and `error` bounds its distance from the
        true value. `Trust.PROVEN`: both are enclosed by ball arithmetic.

        `Outcome.UNDEFINED`: there is no real value; `note` names the part that has none, and the
        limits there. `Outcome.UNDECIDED`: the digits could not be proven; `note` says why: a
        point on a cut, a jump or the boundary of a condition, or precision. For derivatives
        also `NOT_DIFFERENTIABLE`, `SUBGRADIENT`, `JUMP`, as from `Derivative.at`.

    Raises
    ------
    ParseError, LimitError
        The text is not a formula.
    ArgumentError
        The point lacks a variable, or has one that is not in the formula; `digits` is not a
        number from 1 to 2000.

    Notes
    -----
    Interval arithmetic with the precision doubled until the digits hold, up to about 16 000
    bits and 5 seconds: cancellation costs time, not digits. A value that is zero only by an
    identity is given as 0 with a bound, since no finite computation tells it from zero.

    A formula over arrays is written out in numbers and each element enclosed, up to 20 000 numbers;
    beyond that it is compiled, and the value is `Trust.UNCHECKED`.

    Where a derivative inside the formula exists only as a limit (`Trust.CHECKED`), so is the
    value.

    References
    ----------
    F. Johansson, *Arb: efficient arbitrary-precision midpoint-radius interval arithmetic*, IEEE
    Transactions on Computers 66 (2017) 1281-1292.

    Examples
    --------
    >>> import symcalc as sc
    >>> sc.evaluate("(1 - cos(x))/x^2", at={"x": 1e-9}, digits=30).digits
    '0.499999999999999999958333333333'
    >>> sc.evaluate("sin(x)/x", at="x=0").note
    '`1/x` has no real value there; removable: the limit is 1'
    """
    if isinstance(digits, bool) or not isinstance(digits, int) or not 1 <= digits <= MAX_DIGITS:
        raise ArgumentError(
            f"`digits` is {digits!r}; allowed are whole numbers from 1 to {MAX_DIGITS}."
        )
    point = _to_coordinates(at, exact, limits) | _from_data(data, expr)
    arrays = {name: value for name, value in point.items() if np.ndim(value)}
    known_shapes = read_shapes(shapes)
    if arrays and isinstance(expr, str):
        known_shapes = name_shapes(known_shapes, arrays, sizes_of(known_shapes, arrays))
    expression = to_expression(
        expr, declared=tuple(point), shapes=known_shapes, assume=assume, syntax=syntax,
        limits=limits,
    )  # fmt: skip
    known = set(expr.names) if isinstance(expr, Expression) else set(known_shapes)
    if arrays or has_arrays(expression):
        return _over_arrays(expression, point, known, digits)
    graph, root = _with_derivations(expression)
    place = _checked(expression, graph, root, point, known)
    derivations = examine_derivations(graph, root, place, digits)
    bad = next((d for d in derivations if not d.estimate.outcome.is_good), None)
    if bad is not None:
        return _without_derivative(bad)
    if derivations and derivations[-1].result == root and derivations[-1].names:
        return _to_digits(derivations[-1].estimate, digits)
    return _with_trust(proven_value(graph, root, place, digits), derivations)


def _over_arrays(
    expression: Expression, point: Mapping[str, Any], known: set[str], digits: int
) -> Any:
    """Return the value of a formula over arrays, or of a derivative of one."""
    if expression.graph.derivations:
        raise ArgumentError(
            "A derivative inside a formula over arrays is not evaluated; ask for it alone: "
            "differentiate(...).at(...)."
        )
    if isinstance(expression, Derivative) and len(expression.steps) <= 2:
        return expression.at(point, digits=digits)
    graph = expression.graph
    used = {str(graph.data[node]) for node in graph.variables([expression.root])}
    _refuse_others(point, used | known)
    return point_value(expression, to_point(expression, point, {}), digits)


def _from_data(data: Any, expr: Formula) -> dict[str, Any]:
    """Return the arrays and numbers of data that a formula uses."""
    if data is None:
        return {}
    table = load_data(data)
    found = {name: table.array(name) for name in occurring(expr, table.names)}
    return {name: value if np.ndim(value) else float(value) for name, value in found.items()}


# -- the point and the formula ----------------------------------------------------------------


def _to_coordinates(at: Any, exact: bool, limits: Limits | None) -> Coordinates:
    """Return the point; exact numbers stay exact, all others are doubles."""
    if isinstance(at, str):
        at = read_exactly(at, limits=limits) if exact else read_assignments(at, limits=limits)
    if at is not None and not isinstance(at, Mapping):
        raise ArgumentError(f"`at` is {at!r:.60}; give a mapping or a string such as 'x=1, y=2'.")
    return {str(name): _coordinate(str(name), value) for name, value in (at or {}).items()}


def _coordinate(name: Any, value: Any) -> Any:
    if hasattr(value, "toarray") or np.ndim(value):
        return to_entries(name, value)
    try:
        number = Fraction(value) if isinstance(value, Fraction | Decimal | int) else float(value)
    except (TypeError, ValueError, OverflowError):
        raise ArgumentError(f"`{name}` must be a finite number, not {value!r:.60}.") from None
    if not math.isfinite(number):
        raise ArgumentError(f"`{name}` must be a finite number, not {value!r}.")
    return number


def _checked(
    expression: Expression, graph: Graph, root: Node, point: Coordinates, known: set[str]
) -> Coordinates:
    """Return the values of all variables; an error where formula and point do not fit."""
    if "I" in graph.kinds or any(variable.kind == "complex" for variable in expression.variables):
        raise ArgumentError("This expression is complex; symcalc evaluates real ones only.")
    asked = [node for derivation in graph.derivations for node in derivation]
    used = {str(graph.data[node]) for node in graph.variables([root, *asked])}
    missing = sorted((used | known) - set(point))
    if missing:
        raise ArgumentError(
            f"The point gives no value for {', '.join(missing)}; add `{missing[0]}=…`."
        )
    _refuse_others(point, used | known)
    return {name: point[name] for name in expression.names}


def _refuse_others(point: Mapping[str, Any], known: set[str]) -> None:
    """Refuse a point with a value for what is no variable."""
    unknown = [name for name in point if name not in known]
    if unknown:
        names = ", ".join(sorted(known)) or "(none)"
        raise ArgumentError(f"`{unknown[0]}` is not a variable; they are {names}.")


def _with_derivations(expression: Expression) -> tuple[Graph, Node]:
    """Return the formula; a `Derivative` as the derivative of its source."""
    if not isinstance(expression, Derivative):
        return expression.graph, expression.root
    graph, node = expression.source.graph.copy(), expression.source.root
    for name in expression.steps:
        variable = graph.var(name)
        result = derivative(graph, node, variable)
        graph.derivations.append((node, variable, result))
        node = result
    return graph, node


# -- derivatives inside -------------------------------------------------------------------------


def _without_derivative(derivation: Derivation) -> Estimate:
    """Return that there is no value, since a derivative in the formula does not exist."""
    found = derivation.estimate
    outcome = found.outcome
    if outcome is Outcome.SUBGRADIENT:  # a choice among slopes, no derivative
        outcome = Outcome.NOT_DIFFERENTIABLE
    variables = f" in {', '.join(derivation.names)}" if derivation.names else ""
    note = f"the derivative{variables}: {found.note or outcome}"
    return Estimate(math.nan, math.nan, found.method, found.trust, outcome, note)


def _to_digits(found: Estimate, digits: int) -> Estimate:
    """Return the estimate of a derivative; undecided where fewer digits hold than asked for."""
    held = count_digits(found.digits)
    is_whole = found.error == 0.0 or found.value == 0.0
    if held >= digits or is_whole or found.trust is Trust.PROVEN:
        return found
    note = "; ".join(filter(None, (f"{held} of {digits} digits are known", found.note)))
    return replace(found, outcome=Outcome.UNDECIDED, note=note)


def _with_trust(found: Estimate, derivations: Sequence[Derivation]) -> Estimate:
    """Return the estimate with no more trust than the derivatives in it have."""
    for derivation in derivations:
        inner = derivation.estimate
        if inner.trust.degree < found.trust.degree:
            method = f"{found.method}; derivative: {inner.method}"
            found = replace(found, trust=inner.trust, method=method)
    return found
