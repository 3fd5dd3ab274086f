"""The Laurent series of a formula in one variable about a rational point."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from functools import reduce
from operator import add, mul
from typing import TYPE_CHECKING, Any

from ..functions import TABLE
from ..graph.graph import Graph, Node
from .arithmetic import conjunction, disjunction, negation
from .precision import to_ball, working_precision
from .series import CancelledError, NotAnalyticError, Series, constant_series
from .series_rules import series_of_call, sign_near
from .values import NoBall, ball_value

if TYPE_CHECKING:
    from flint import arb

    from .precision import Coordinate

__all__ = ["laurent"]

#: Terms computed beyond those asked for, because a quotient loses as many as its zeros have.
SPARE_TERMS = 6
MAX_TERMS = 96


def laurent(
    graph: Graph,
    root: Node,
    variable: str,
    center: Fraction | int,
    n_terms: int = 8,
    precision: int = 256,
    others: Mapping[str, Coordinate] | None = None,
) -> tuple[int, list[arb]] | None:
    """Expand a formula in powers of `t = variable - center`.

    Parameters
    ----------
    graph, root
    variable : str
    center : Fraction or int
    n_terms : int
        The number of coefficients wanted.
    precision : int
        Working precision in bits.
    others : mapping of str to number, optional
        Values of all other variables.

    Returns
    -------
    tuple of int and list of arb, or None
        `(valuation, coefficients)`: the formula is `t**valuation` times
        `coefficients[0] + coefficients[1]*t + ...` for small `t != 0`. A formula that is zero to
        all computed terms has valuation 0 and zeros. None where there is no such series (an
        essential singularity, a branch point, a kink) or none could be found.

    Notes
    -----
    Taylor arithmetic: one truncated series operation for each node. The value *at* the center
    is not looked at, so that the series of `sin(x)/x` about 0 is found.

    A coefficient whose ball contains zero and is narrower than `2**(-precision/2)` is taken for
    zero when the first term is sought; that step is evidence, not proof. All else is enclosed.
    """
    n = n_terms + SPARE_TERMS
    while True:
        try:
            with _room_for(n, precision):
                lead = _lead(_expand(graph, root, variable, center, others or {}, n))
        except CancelledError:
            lead = None
        except (NotAnalyticError, NoBall):
            return None
        if lead is not None and len(lead.coefficients) >= n_terms:
            return lead.low, list(lead.coefficients[:n_terms])
        if 2 * n > MAX_TERMS:
            return None
        n *= 2


def _lead(series: Series) -> Series:
    """Return the series from its first term on; a series of zeros as it is."""
    try:
        return series.stripped()
    except NotAnalyticError:
        if series.is_zero():
            return Series(0, series.coefficients)
        raise


@contextmanager
def _room_for(n_terms: int, precision: int) -> Iterator[None]:
    """Let series of python-flint be as long as needed inside the block."""
    import flint

    with working_precision(precision):
        cap = flint.ctx.cap
        flint.ctx.cap = n_terms + 2
        try:
            yield
        finally:
            flint.ctx.cap = cap


def _expand(
    graph: Graph,
    root: Node,
    variable: str,
    center: Fraction | int,
    others: Mapping[str, Coordinate],
    n_terms: int,
) -> Series:
    """Return the series of the root, computed from the leaves upwards.

    A node without a series makes only what depends on it fail: a branch of a piecewise that is
    not chosen may be singular.
    """
    values: dict[Node, Any] = {}
    for node in graph.reachable([root]):
        kind, args = graph.kinds[node], [values[arg] for arg in graph.args[node]]
        try:
            if kind == "var" and graph.data[node] == variable:
                values[node] = _coordinate(to_ball(Fraction(center)), n_terms)
            elif kind == "var":
                if graph.data[node] not in others:
                    raise NotAnalyticError("more than one variable")
                values[node] = constant_series(to_ball(others[graph.data[node]]), n_terms)
            else:
                values[node] = _combine(graph, node, args, n_terms)
        except NotAnalyticError as failure:
            values[node] = failure
    if isinstance(values[root], NotAnalyticError):
        raise values[root]
    result: Series = values[root]
    return result


def _coordinate(center: arb, n_terms: int) -> Series:
    one = center * 0 + 1
    if center.is_zero():
        return Series(1, (one,) + (one * 0,) * (n_terms - 2))
    return Series(0, (center, one) + (one * 0,) * (n_terms - 2))


def _combine(graph: Graph, node: Node, args: list[Any], n_terms: int) -> Any:
    """Return the series (or truth value near the center) of a node from those of its arguments."""
    kind = graph.kinds[node]
    if kind == "piecewise":
        return _chosen(args)
    for arg in args:
        _present(arg)
    if not args:
        value = ball_value(graph, node, {}, _precision())
        if value.is_nan():
            raise NotAnalyticError("no value near the center")
        return constant_series(value, n_terms)
    if kind == "add":
        return reduce(add, args)
    if kind == "mul":
        return reduce(mul, args)
    if kind == "pow":
        return _power(graph, node, *args)
    if kind == "compare":
        return _holds_near(graph.data[node], *args)
    if kind in _LOGIC:
        return _LOGIC[kind](args)
    if kind not in TABLE:
        raise NotAnalyticError(f"no series of {kind}")
    return series_of_call(kind, args, n_terms)


def _precision() -> int:
    import flint

    bits: int = flint.ctx.prec
    return bits


def _chosen(args: list[Any]) -> Any:
    """Return the branch of a piecewise that holds near the center."""
    for value, condition in zip(args[:-1:2], args[1::2], strict=True):
        if isinstance(condition, NotAnalyticError):
            raise condition
        if condition is None:
            raise NotAnalyticError("a condition is not decided near the center")
        if condition:
            return _present(value)
    return _present(args[-1])


def _present(value: Any) -> Any:
    if isinstance(value, NotAnalyticError):
        raise value
    return value


def _power(graph: Graph, node: Node, base: Series, exponent: Series) -> Series:
    """Return base**exponent; near the center the base must be a positive function of t."""
    power = graph.value(graph.args[node][1])
    if isinstance(power, int):
        return base.integer_power(power)
    if power is not None:
        lead = base.stripped()
        low = lead.low * power
        if lead.low % 2 or low.denominator != 1 or low % 2:
            raise NotAnalyticError("a branch point")
        return lead.real_power(to_ball(power), int(low))
    if all(c.is_zero() for c in exponent.taylor(exponent.end)[1:]):
        return base.real_power(exponent.term(0))
    logarithm = series_of_call("log", [base], len(base.coefficients))
    return series_of_call("exp", [logarithm * exponent], len(base.coefficients))


def _holds_near(relation: str, left: Series, right: Series) -> bool:
    """Return whether left `relation` right on both sides of the center, close to it."""
    difference = left + _negative(right)
    if relation in ("==", "!="):
        return difference.is_zero() == (relation == "==")
    sign = sign_near(difference)
    return {
        "<": sign < 0,
        "<=": sign <= 0,
        ">": sign > 0,
        ">=": sign >= 0,
    }[relation]


def _negative(series: Series) -> Series:
    return Series(series.low, tuple(-c for c in series.coefficients))


_LOGIC: dict[str, Callable[[list[Any]], Any]] = {
    "and": conjunction,
    "or": disjunction,
    "not": lambda args: negation(args[0]),
}
