"""Oscillating integrals to infinity: sums of amplitude times cosine or sine, by parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ..errors import SymcalcError
from ..graph.derive import derivative
from ..graph.graph import Graph, Node
from .precision import to_ball
from .values import BallProgram, NoBall

if TYPE_CHECKING:
    from flint import arb

__all__ = ["STILL", "Frequency", "Wave", "boundary_terms", "derivatives_of", "split_in_waves"]

#: A frequency p + q*pi, both rational.
Frequency = tuple[Fraction, Fraction]
#: The frequency of what does not oscillate.
STILL: Frequency = (Fraction(0), Fraction(0))
#: Powers of sums of waves are multiplied out up to this one.
MAX_POWER = 8
#: More waves than this are not an integrand that is worth it.
MAX_WAVES = 24


@dataclass(frozen=True, slots=True)
class Wave:
    """`cosine*cos(f*x) + sine*sin(f*x)`: amplitudes without a wave of their own; None is 0."""

    cosine: Node | None
    sine: Node | None


class _Splitter:
    """Writes a formula as a sum of waves; frequency zero holds what does not oscillate."""

    def __init__(self, graph: Graph, variable: str) -> None:
        self.graph, self.variable = graph, variable

    def split(self, root: Node) -> dict[Frequency, Wave] | None:
        found: dict[Node, dict[Frequency, Wave] | None] = {}
        for node in self.graph.reachable([root]):
            found[node] = self._waves(node, [found[arg] for arg in self.graph.args[node]])
        return found[root]

    def _waves(self, node: Node, args: list[Any]) -> dict[Frequency, Wave] | None:
        kind = self.graph.kinds[node]
        if any(arg is None for arg in args):
            return None
        if kind in ("sin", "cos"):
            turning = self._linear(self.graph.args[node][0])
            if turning is not None:
                return self._wave(kind, *turning)
        if all(set(arg) == {STILL} for arg in args):
            return {STILL: Wave(node, None)}
        if kind == "add":
            return self._sum(args)
        if kind == "mul":
            return self._product(args)
        exponent = self.graph.value(self.graph.args[node][1]) if kind == "pow" else None
        if isinstance(exponent, int) and 0 < exponent <= MAX_POWER:
            return self._product([args[0]] * exponent)
        return None

    def _wave(self, kind: str, frequency: Frequency, phase: Node) -> dict[Frequency, Wave]:
        """Return sin or cos of frequency*x + phase; a negative frequency is turned around."""
        sign = -1 if _size(frequency) < 0 else 1
        key = (sign * frequency[0], sign * frequency[1])
        if self.graph.value(phase) == 0:
            whole = self.graph.const(sign if kind == "sin" else 1)
            return {key: Wave(None, whole) if kind == "sin" else Wave(whole, None)}
        cosine, sine = (self.graph.call(name, [phase]) for name in ("cos", "sin"))
        if kind == "cos":
            return {key: Wave(cosine, self.graph.scale(-sign, sine))}
        return {key: Wave(sine, self.graph.scale(sign, cosine))}

    def _sum(self, parts: list[dict[Frequency, Wave]]) -> dict[Frequency, Wave]:
        total: dict[Frequency, Wave] = {}
        for part in parts:
            for key, wave in part.items():
                total[key] = self._plus(total[key], wave) if key in total else wave
        return total

    def _plus(self, one: Wave, other: Wave) -> Wave:
        return Wave(self._add(one.cosine, other.cosine), self._add(one.sine, other.sine))

    def _add(self, left: Node | None, right: Node | None, sign: int = 1) -> Node | None:
        if right is None:
            return left
        right = self.graph.scale(sign, right)
        return right if left is None else self.graph.add([left, right])

    def _times(self, left: Node | None, right: Node | None) -> Node | None:
        return None if left is None or right is None else self.graph.mul([left, right])

    def _scale(self, factor: Fraction, node: Node | None) -> Node | None:
        return None if node is None else self.graph.scale(factor, node)

    def _product(self, factors: list[dict[Frequency, Wave]]) -> dict[Frequency, Wave] | None:
        total = factors[0]
        for factor in factors[1:]:
            parts = [self._pair(f, u, g, v) for f, u in total.items() for g, v in factor.items()]
            total = self._sum(parts)
            if len(total) > MAX_WAVES:
                return None
        return total

    def _pair(self, f: Frequency, u: Wave, g: Frequency, v: Wave) -> dict[Frequency, Wave]:
        """Return a product of two waves as waves of the sum and the difference."""
        if g == STILL:
            f, u, g, v = g, v, f, u
        if f == STILL:
            return {g: Wave(self._times(u.cosine, v.cosine), self._times(u.cosine, v.sine))}
        half = Fraction(1, 2)
        up = (f[0] + g[0], f[1] + g[1])
        down = (f[0] - g[0], f[1] - g[1])
        sign = -1 if _size(down) < 0 else 1
        cc, ss = self._times(u.cosine, v.cosine), self._times(u.sine, v.sine)
        cs, sc = self._times(u.cosine, v.sine), self._times(u.sine, v.cosine)
        above = Wave(self._add(cc, ss, -1), self._add(cs, sc))
        below = Wave(self._add(cc, ss), None if down == STILL else self._add(sc, cs, -1))
        return {
            up: Wave(self._scale(half, above.cosine), self._scale(half, above.sine)),
            (sign * down[0], sign * down[1]): Wave(
                self._scale(half, below.cosine), self._scale(half * sign, below.sine)
            ),
        }

    def _linear(self, node: Node) -> tuple[Frequency, Node] | None:
        """Return (slope, constant) of an argument that is linear in the variable, slope not 0."""
        graph = self.graph
        kind = graph.kinds[node]
        terms = graph.args[node] if kind == "add" else (node,)
        slope, rest = STILL, []
        for term in terms:
            if not self._varies(term):
                rest.append(term)
                continue
            found = self._slope(term)
            if found is None:
                return None
            slope = (slope[0] + found[0], slope[1] + found[1])
        return None if slope == STILL else (slope, graph.add(rest))

    def _slope(self, term: Node) -> Frequency | None:
        graph = self.graph
        factors = graph.args[term] if graph.kinds[term] == "mul" else (term,)
        rational, n_pi, n_variables = Fraction(1), 0, 0
        for factor in factors:
            kind = graph.kinds[factor]
            if kind == "const":
                rational *= Fraction(graph.data[factor])
            elif kind == "pi":
                n_pi += 1
            elif kind == "var" and graph.data[factor] == self.variable:
                n_variables += 1
            else:
                return None
        if n_variables != 1 or n_pi > 1:
            return None
        return (Fraction(0), rational) if n_pi else (rational, Fraction(0))

    def _varies(self, node: Node) -> bool:
        names = [self.graph.data[v] for v in self.graph.variables([node])]
        return self.variable in names


def split_in_waves(graph: Graph, root: Node, variable: str) -> dict[Frequency, Wave] | None:
    """Return the waves whose sum the formula is, appended to the graph; None where it is none.

    The frequency (0, 0) holds what does not oscillate, in its cosine.
    """
    return _Splitter(graph, variable).split(root)


def _size(frequency: Frequency) -> float:
    import flint

    ball = to_ball(frequency[0]) + to_ball(frequency[1]) * flint.arb.pi()
    return float(ball.mid())


def derivatives_of(graph: Graph, root: Node, variable: str, n: int) -> list[Node] | None:
    """Return f, f', ... to the order n; None where a rule is missing."""
    x, found = graph.var(variable), [root]
    try:
        for _ in range(n):
            found.append(derivative(graph, found[-1], x))
    except SymcalcError:
        return None
    return found


def boundary_terms(
    graph: Graph,
    orders: list[Node],
    kind: str,
    frequency: Frequency,
    point: Mapping[str, Any],
    variable: str,
) -> arb | None:
    """Return what integration by parts leaves at the lower end: an amplitude times cos or sin.

    The integral of g*exp(i*f*x) from R on is exp(i*f*R) times the sum of
    (i/f)**(j+1) * g^(j)(R), and a rest, (i/f)**n times the integral of g^(n)*exp(i*f*x).
    """
    import flint

    try:
        program = BallProgram(graph, orders)
    except NoBall:
        return None
    values = program.evaluate(point, flint.ctx.prec)
    turn = to_ball(frequency[0]) + to_ball(frequency[1]) * flint.arb.pi()
    factor, total = flint.acb(0, 1) / turn, flint.acb(0)
    power = factor
    for value in values:
        total += power * value
        power = power * factor
    angle = turn * to_ball(point[variable])
    total = total * flint.acb(angle.cos(), angle.sin())
    found = total.real if kind == "cos" else total.imag
    return found if found.is_finite() else None
