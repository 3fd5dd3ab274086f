"""How each function of the table acts on a truncated series."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from ..functions import CONSTANTS, TABLE
from ..graph.graph import Graph, Node
from ..graph.terms import Term, Terms
from .series import NotAnalyticError, Series, apply_series, constant_series
from .values import NoBall, operation_of

__all__ = ["series_of_call", "sign_near"]

#: Depth to which series are found through derivative rules (one level for each term).
MAX_RULE_TERMS = 40


def series_of_call(name: str, args: list[Series], n_terms: int) -> Series:
    """Return the series of a function of the table applied to series."""
    if name in _BY_SIGN:
        return _BY_SIGN[name](args)
    return _direct(name, args) or _RuleSeries(name, args, n_terms).expand()


def _direct(name: str, args: list[Series]) -> Series | None:
    """Return the series where python-flint has it or other series compose it, else None."""
    row = TABLE[name]
    if row.series is not None and len(args) == 1:
        return apply_series(row.series, args[0])
    return _COMPOSED[name](*args) if name in _COMPOSED else None


def sign_near(series: Series) -> int:
    """Return the sign that a series has on both sides of the center; a change is an error."""
    if series.is_zero():
        return 0
    lead = series.stripped()
    if lead.low % 2:
        raise NotAnalyticError("a change of sign")
    return 1 if lead.coefficients[0] > 0 else -1


def _scaled(series: Series, factor: Any) -> Series:
    return Series(series.low, tuple(c * factor for c in series.coefficients))


def _shifted(series: Series, number: int) -> Series:
    return series + constant_series(series.coefficients[0] * 0 + number, max(series.end, 1))


def _exp(series: Series) -> Series:
    return apply_series("exp", series)


def _hypot(*args: Series) -> Series:
    """Return the root of the sum of squares, which is smooth where the sum is not zero."""
    squares = [arg * arg for arg in args]
    total = sum(squares[1:], squares[0])
    return total.real_power(total.coefficients[0] * 0 + 0.5)


def _extreme(sign: int) -> Callable[[list[Series]], Series]:
    """Return the maximum (sign 1) or minimum (-1) of series."""

    def choose(args: list[Series]) -> Series:
        best = args[0]
        for other in args[1:]:
            if sign * sign_near(other + _scaled(best, -1)) > 0:
                best = other
        return best

    return choose


def _sign(args: list[Series]) -> Series:
    zero = args[0].coefficients[0] * 0
    return constant_series(zero + sign_near(args[0]), len(args[0].coefficients))


#: Functions that are smooth only where their argument keeps its sign.
_BY_SIGN: dict[str, Callable[[list[Series]], Series]] = {
    "abs": lambda args: _scaled(args[0], sign_near(args[0])),
    "sign": _sign,
    "max": _extreme(1),
    "min": _extreme(-1),
}

#: Elementary functions that `flint.arb_series` has not, by those that it has.
_COMPOSED: dict[str, Callable[..., Series]] = {
    "hypot": _hypot,
    "direction": lambda *us: us[0] * _hypot(*us).inverse(),
    "sinh": lambda u: _scaled(_exp(u) + _scaled(_exp(_scaled(u, -1)), -1), 0.5),
    "cosh": lambda u: _scaled(_exp(u) + _exp(_scaled(u, -1)), 0.5),
    "expm1": lambda u: _shifted(_exp(u), -1),
    "log1p": lambda u: apply_series("log", _shifted(u, 1)),
    "bose": lambda u: _shifted(_exp(u), -1).inverse(),
    "sigmoid": lambda u: _shifted(_exp(_scaled(u, -1)), 1).inverse(),
    "logcosh": lambda u: apply_series("log", _scaled(_exp(u) + _exp(_scaled(u, -1)), 0.5)),
    "softplus": lambda u: apply_series("log", _shifted(_exp(u), 1)),
}


def _leaf(graph: Graph, index: int, series: Series) -> Node:
    """Return the node of an argument: a number where it is one, so that orders `n - 1` fold."""
    value = series.term(0)
    if value.is_exact() and all(c.is_zero() for c in series.coefficients[1:]):
        mantissa, exponent = value.man_exp()
        return graph.const(int(mantissa) * Fraction(2) ** int(exponent))
    return graph.var(f"u{index}")


class _RuleSeries:
    """The series of f(u(t)) from the derivative rule of f: the integral of f'(u)·u'.

    The rule is laid out on a small graph of its own; `y` and further functions that the rule
    mentions are expanded in the same way to one term less, so the descent ends.
    """

    def __init__(self, name: str, args: list[Series], n_terms: int) -> None:
        if n_terms > MAX_RULE_TERMS:
            raise NotAnalyticError("too many terms for a derivative rule")
        self.graph = Graph()
        self.terms = Terms(self.graph, CONSTANTS)
        n = min([n_terms, *(arg.end for arg in args)])
        series = [Series(0, arg.taylor(n)) for arg in args]
        nodes = [_leaf(self.graph, k, arg) for k, arg in enumerate(series)]
        self.inputs = dict(zip(nodes, series, strict=True))
        self.n_terms = n
        self.center: dict[Node, Any] = {
            node: series.term(0) for node, series in self.inputs.items()
        }
        self.root = self.graph.call(name, nodes)
        self.known: dict[tuple[Node, int], Series] = {}

    def expand(self) -> Series:
        """Return the series to as many terms as the arguments have."""
        for n in range(1, self.n_terms):
            self._series(self.root, n)
        return self._series(self.root, self.n_terms)

    def _series(self, node: Node, n: int) -> Series:
        key = (node, n)
        if key not in self.known:
            self.known[key] = self._compute(node, n)
        return self.known[key]

    def _compute(self, node: Node, n: int) -> Series:
        kind, args = self.graph.kinds[node], self.graph.args[node]
        if node in self.inputs:
            return Series(0, self.inputs[node].taylor(n))
        if not args:
            return constant_series(self._at_center(node), n)
        if n == 1:
            return constant_series(self._at_center(node), 1)
        if kind == "add":
            parts = [self._series(arg, n) for arg in args]
            return sum(parts[1:], parts[0])
        if kind == "mul":
            product = self._series(args[0], n)
            for arg in args[1:]:
                product = product * self._series(arg, n)
            return product
        if kind == "pow":
            return self._power(node, n)
        return self._integrate(kind, node, n)

    def _at_center(self, node: Node) -> Any:
        """Return the value of a node at the center; a loop, as the graph may be deep."""
        args = self.graph.args
        waiting = [] if node in self.center else [node]
        while waiting:
            current = waiting[-1]
            open_args = [arg for arg in args[current] if arg not in self.center]
            waiting += open_args
            if not open_args:
                self.center[current] = self._evaluate(waiting.pop())
        value = self.center[node]
        if isinstance(value, bool | None) or not value.is_finite():
            raise NotAnalyticError("no value at the center")
        return value

    def _evaluate(self, node: Node) -> Any:
        """Return the value of a node at the center from the known ones of its arguments."""
        try:
            operation = operation_of(self.graph, node)
        except NoBall as failure:
            raise NotAnalyticError(str(failure)) from None
        return operation([self.center[arg] for arg in self.graph.args[node]])

    def _power(self, node: Node, n: int) -> Series:
        base, exponent = self.graph.args[node]
        power = self.graph.value(exponent)
        if isinstance(power, int):
            return self._series(base, n).integer_power(power)
        logarithm = apply_series("log", self._series(base, n))
        return _exp(logarithm * self._series(exponent, n))

    def _integrate(self, name: str, node: Node, n: int) -> Series:
        """Return f(u0) + the integral of the sum of (df/du_k)·u_k'."""
        args = self.graph.args[node]
        row = TABLE.get(name)
        if row is None:
            raise NotAnalyticError(f"no series of {name}")
        known = _direct(name, [self._series(arg, n) for arg in args])
        if known is not None:
            return known
        if row.arity[1] == -1:
            raise NotAnalyticError(f"no series of {name}")
        total = constant_series(self._at_center(node) * 0, n - 1)
        y, us = Term(self.graph, node), [Term(self.graph, arg) for arg in args]
        for kink in row.kinks:
            if not self._at_center(self.terms(kink.where(self.terms, *us)).node) != 0:
                raise NotAnalyticError(f"a kink of {name}")
        for index, arg in enumerate(args):
            slope = self._series(arg, n).derivative()
            slope = Series(0, slope.coefficients[1:])
            if all(c.is_zero() for c in slope.coefficients):
                continue
            rule = row.derivatives[index] if index < len(row.derivatives) else None
            if rule is None:
                raise NotAnalyticError(f"{name} has no derivative")
            local = self.terms(rule(self.terms, y, *us)).node
            total = total + self._series(local, n - 1) * slope
        return total.integral(self._at_center(node))
