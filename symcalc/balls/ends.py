"""The size of a formula near an end of its range: at infinity, or beside a point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import TYPE_CHECKING, Any

from ..functions import TABLE
from ..graph.graph import Graph, Node
from .arithmetic import decided
from .expansions import N_TERMS, Expansion, compose, inverse, real_power, sum_of
from .precision import to_ball
from .ray_atoms import apply_atom, exponential
from .scales import Bound, Scale, Size, add_bounds, constant_bound, is_zero, multiply, power
from .values import NoBall, operation_of

if TYPE_CHECKING:
    from flint import arb

    from .precision import Coordinate

__all__ = ["bound_at_end", "end_bounds"]

#: What is known of a node on the ray: an expansion in w = 1/t, a bound, a truth, or nothing.
Known = Any


def bound_at_end(
    graph: Graph,
    root: Node,
    variable: str,
    coordinate: Expansion,
    start: arb,
    others: Mapping[str, Coordinate],
) -> Bound | None:
    """Return a bound of the formula for all t >= start, None where none is found.

    Parameters
    ----------
    graph, root
    variable : str
    coordinate : Expansion
        The variable as a function of w = 1/t: w**-1 towards infinity, w beside a point.
    start : arb
        Exact, at least 16.
    others : mapping of str to number
        Values of all other variables.
    """
    values: dict[Node, Known] = {}
    for node in graph.reachable([root]):
        kind = graph.kinds[node]
        if kind == "var":
            name = graph.data[node]
            found = coordinate if name == variable else _number(to_ball(others[name]), coordinate)
        elif kind == "const":
            found = _number(graph.data[node], coordinate)
        else:
            found = _combine(
                graph, node, [values[arg] for arg in graph.args[node]], coordinate, start
            )
        values[node] = found
    return as_bound(values[root])


def end_bounds(range_: arb, low: int, *terms: Any) -> Expansion:
    """Return a coordinate: `w**low * (terms[0] + terms[1]*w + ...)`."""
    import flint

    exact = [flint.fmpq(term) if isinstance(term, int) else term for term in terms]
    zeros = [flint.fmpq(0)] * (N_TERMS - len(exact))
    return Expansion(low, (*exact, *zeros), range_)


def as_bound(value: Known) -> Bound | None:
    """Return the bound that an expansion implies; a bound as it is, if it is finite."""
    if isinstance(value, Expansion):
        lead = value.stripped() or value
        value = _over_power(constant_bound(lead.leading()), lead.low)
    if not isinstance(value, Bound) or not value.high.factor.is_finite():
        return None
    if value.low is not None and not (value.low.factor > 0 and value.low.factor.is_finite()):
        return Bound(value.sign, None, value.high)
    return value


def _over_power(value: Bound, low: int) -> Bound:
    """Return w**low times a bound; w**low is t**-low."""
    import flint

    scale = Scale(power=flint.fmpq(-low))
    raised = [
        None if s is None else Size(s.factor, s.scale * scale) for s in (value.low, value.high)
    ]
    return Bound(value.sign, raised[0], raised[1])  # type: ignore[arg-type]


def _number(value: Any, like: Expansion) -> Expansion:
    import flint

    exact = value if isinstance(value, flint.arb) else _rational(value)
    return end_bounds(like.range, 0, exact)


def _rational(value: Any) -> Any:
    import flint

    return flint.fmpq(value.numerator, value.denominator)


def _combine(graph: Graph, node: Node, args: Sequence[Known], like: Expansion, start: arb) -> Known:
    kind = graph.kinds[node]
    if kind == "piecewise":
        return decided(args)
    if kind in ("and", "or", "not"):
        return operation_of(graph, node)(args)
    if any(arg is None for arg in args):
        return None
    if not args:
        return _constant(graph, node, like)
    if kind == "compare":
        return _holds(graph.data[node], _sum([args[0], _negative(args[1])], start))
    if kind == "add":
        return _sum(args, start)
    if kind == "mul":
        return _product(args)
    if kind == "pow":
        return _power(args[0], args[1], start)
    return _call(kind, args, start)


def _constant(graph: Graph, node: Node, like: Expansion) -> Known:
    try:
        ball = operation_of(graph, node)([])
    except NoBall:
        return None
    return _number(ball, like) if ball.is_finite() else None


def _holds(relation: str, difference: Known) -> bool | None:
    """Return whether a relation to zero holds on the whole ray."""
    bound = as_bound(difference)
    if bound is None or bound.sign == 0 or bound.low is None:
        return None
    if relation in ("==", "!="):
        return relation == "!="
    return (bound.sign > 0) == (relation in (">", ">="))


def _negative(value: Known) -> Known:
    return value.scaled(-1) if isinstance(value, Expansion) else -value


def _sum(parts: Sequence[Known], start: arb) -> Known:
    expansions = [part for part in parts if isinstance(part, Expansion)]
    total: Known = sum_of(expansions) if expansions else None
    for part in parts:
        if isinstance(part, Expansion):
            continue
        if total is None or (isinstance(total, Expansion) and total.is_zero()):
            total = part
            continue
        bound = as_bound(total)
        total = None if bound is None else add_bounds(bound, part, start)
        if total is None:
            return None
    return total


def _product(factors: Sequence[Known]) -> Known:
    expansions = [factor for factor in factors if isinstance(factor, Expansion)]
    rest = [factor for factor in factors if not isinstance(factor, Expansion)]
    if expansions:
        product = reduce(lambda a, b: a * b, expansions)
        if not rest:
            return product
        bound = as_bound(product)
        if bound is None:
            return None
        rest.append(bound)
    return reduce(multiply, rest)


def _power(base: Known, exponent: Known, start: arb) -> Known:
    number = _value(exponent)
    if number is None:
        return _general_power(base, exponent, start)
    is_whole = not hasattr(number, "is_exact") and number.q == 1
    if isinstance(base, Expansion):
        found = _expansion_power(base, number, is_whole)
        if found is not None:
            return found
    bound = as_bound(base)
    return None if bound is None else power(bound, number, is_whole=is_whole)


def _value(known: Known) -> Any:
    """Return the number that an expansion is, or None."""
    if not isinstance(known, Expansion) or known.low != 0:
        return None
    if not all(is_zero(term) for term in known.terms[1:]):
        return None
    return known.terms[0]


def _expansion_power(base: Expansion, number: Any, is_whole: bool) -> Expansion | None:
    if is_whole:
        whole = int(number)
        root = base if whole >= 0 else inverse(base)
        if root is None or abs(whole) > 64:
            return None
        return reduce(lambda a, b: a * b, [root] * abs(whole)) if whole else None
    lead = base.stripped()
    if lead is None:
        return None
    low = lead.low * number
    if hasattr(low, "is_exact") or low.q != 1:
        return None
    return real_power(lead, number, int(low))


def _general_power(base: Known, exponent: Known, start: arb) -> Known:
    logarithmic = _call("log", [base], start)
    if logarithmic is None:
        return None
    return _call("exp", [_product([logarithmic, exponent])], start)


def _call(name: str, args: Sequence[Known], start: arb) -> Known:
    if any(arg is None for arg in args):
        return None
    if len(args) == 1 and isinstance(args[0], Expansion):
        found = _of_expansion(name, args[0], start)
        if found is not None:
            return found
    bounds = [as_bound(arg) for arg in args]
    if any(bound is None for bound in bounds):
        return None
    if name in ("max", "min"):
        return _extreme(name, args, start)
    return apply_atom(name, bounds[0], start) if len(bounds) == 1 else None  # type: ignore[arg-type]


def _extreme(name: str, args: Sequence[Known], start: arb) -> Known:
    """Return the argument that leads on the whole ray."""
    best = args[0]
    for other in args[1:]:
        leads = _holds(">", _sum([other, _negative(best)], start))
        if leads is None:
            return None
        best = other if leads == (name == "max") else best
    return best


def _of_expansion(name: str, argument: Expansion, start: arb) -> Known:
    """Return a function of an expansion as an expansion, or exactly by its polar part."""
    import flint

    lead = argument.stripped()
    if name == "exp" and argument.low < 0 and lead is not None and lead.low < 0:
        return _exp_of_pole(lead, start)
    if name == "log" and lead is not None and lead.low != 0:
        return _log_of_power(lead, start)
    if name in ("abs", "sign", "heaviside") and lead is not None:
        return _by_sign(name, argument, lead)
    row = TABLE[name]
    if row.series is None or row.ball is None:
        return None
    found = compose(row.series, argument)
    if found is None or not found.leading().is_finite():
        return None
    # the series of python-flint may go on where our function has no real value
    method = getattr(flint.arb, row.ball) if isinstance(row.ball, str) else row.ball
    inner = argument if argument.low >= 0 else lead
    return found if inner is not None and method(inner.shifted(0).leading()).is_finite() else None


def _by_sign(name: str, argument: Expansion, lead: Expansion) -> Known:
    ball = lead.leading()
    if ball.contains(0):
        return None
    sign = 1 if ball > 0 else -1
    if name == "abs":
        return argument.scaled(sign)
    return _number(to_ball(sign if name == "sign" else (1 + sign) // 2), argument)


def _exp_of_pole(lead: Expansion, start: arb) -> Known:
    """Return exp(c*t**k + ... + rest), with the powers of t in the scale."""
    import flint

    n_polar = -lead.low
    if n_polar >= N_TERMS:
        bound = as_bound(lead)
        return None if bound is None else exponential(bound, start)
    polar = lead.terms[:n_polar]
    rest = Expansion(0, (*lead.terms[n_polar:], *[flint.fmpq(0)] * n_polar), lead.range)
    factor = rest.leading().exp()
    rates = {flint.fmpq(n_polar - k): c for k, c in enumerate(polar) if not is_zero(c)}
    scale = Scale(rates=rates)
    return Bound(1, Size(factor.abs_lower(), scale), Size(factor.abs_upper(), scale))


def _log_of_power(lead: Expansion, start: arb) -> Known:
    """Return log(w**k*(c + ...)) = -k*log(t) + log(c + ...)."""
    import flint

    if not lead.leading() > 0:
        return None
    one = Size(start * 0 + 1, Scale(logs=flint.fmpq(1)))
    size = multiply(Bound(1, one, one), constant_bound(flint.arb(-lead.low)))
    rest = compose("log", Expansion(0, lead.terms, lead.range))
    return None if rest is None else _sum([size, rest], start)
