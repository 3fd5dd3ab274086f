"""Signs, monotonicity and curvature, carried through a formula from the leaves to the root.

The rules are those of disciplined convex programming (Grant, Boyd and Ye, Disciplined Convex
Programming, 2006), with products and quotients that those leave out: sums of squares, quadratic
forms, roots of sums of powers, logarithms of sums of exponentials, squares over linear parts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from ...expression import Expression
from ...graph.graph import Graph, Node
from ...language import Range, assumed_ranges
from ..bounds import Interval, find_ranges
from .atoms import JOINT, compose
from .gram import find_halves
from .products import as_power, combine, entropy, merge
from .quadratics import Quadratic, add_up, is_convex_quadratic, to_quadratic
from .shape import AFFINE, CONSTANT, CONVEX, UNKNOWN, Curvature, Shape

__all__ = ["MAX_NODES", "find_curvature"]

#: Larger formulas are not looked at.
MAX_NODES = 20_000

#: Kinds that only move entries around.
_MOVING = frozenset({"take", "reshape", "concat"})


def find_curvature(
    expression: Expression,
    names: Collection[str] | None = None,
    known: Mapping[str, Range] | None = None,
) -> Curvature:
    """Return how a formula bends in its variables jointly, where that can be proven.

    Parameters
    ----------
    expression : Expression
        An array is judged entry by entry. What is assumed of its variables is taken for true.
    names : collection of str, optional
        The variables; everything else is constant. By default all.
    known : mapping of str to Range, optional
        What is known of the values besides, of arrays in each entry.

    Notes
    -----
    "unknown" is no proof of the contrary. What is proven holds where the formula has values, which
    then is a convex set, in exact arithmetic.
    """
    graph, root = expression.graph, expression.root
    if len(graph.reachable([root])) > MAX_NODES:
        return Curvature.UNKNOWN
    assumed = {v.name: v.assumption for v in expression.variables if v.assumption}
    within = assumed_ranges(assumed)
    for name, range_ in (known or {}).items():
        within[name] = within.get(name, Range()) & range_
    definite = frozenset(name for name, words in assumed.items() if "spd" in words.split())
    moving = frozenset(expression.names if names is None else names)
    return _Sweep(graph, moving, definite, find_ranges(graph, root, within)).run(root).curvature


@dataclass(slots=True)
class _Sweep:
    """One pass over the nodes below a root."""

    graph: Graph
    names: frozenset[str]
    definite: frozenset[str]
    ranges: dict[Node, Interval]
    shapes: dict[Node, Shape] = field(default_factory=dict)
    quadratics: dict[Node, Quadratic | None] = field(default_factory=dict)

    def run(self, root: Node) -> Shape:
        """Return the shape of the root."""
        for node in self.graph.reachable([root]):
            args = self.graph.args[node]
            parts = [self.quadratics[arg] for arg in args]
            is_moving = self.graph.data[node] in self.names
            self.quadratics[node] = to_quadratic(self.graph, node, parts, is_moving)
            self.shapes[node] = self._refined(node, self._shape(node))
        return self.shapes[root]

    def is_psd(self, node: Node) -> bool:
        """Whether a matrix is symmetric and positive semidefinite."""
        kind, args = self.graph.kinds[node], self.graph.args[node]
        if kind == "var":
            return self.graph.data[node] in self.definite
        if kind == "eye":
            return True
        if kind == "inv":
            return self.is_psd(args[0])
        if kind == "add":
            return all(map(self.is_psd, args))
        if kind == "mul":
            matrices = [arg for arg in args if self.graph.shape(arg)]
            numbers = [arg for arg in args if not self.graph.shape(arg)]
            scaled = all(self.ranges[arg].is_nonnegative for arg in numbers)
            return scaled and len(matrices) == 1 and self.is_psd(matrices[0])
        if kind == "ein" and len(self.graph.data[node].out) == 2:
            data = self.graph.data[node]
            ways = find_halves(args, data, self.is_psd, data.out)
            return any(self._weighs(way.weights) for way in ways)
        return False

    def _weighs(self, nodes: Sequence[Node]) -> bool:
        return all(self.ranges[node].is_nonnegative for node in nodes)

    def _refined(self, node: Node, shape: Shape) -> Shape:
        """Return a shape with what the range of the node adds to it."""
        if shape.is_constant:
            root = math.inf if self.ranges[node].is_nonnegative else None
            return shape._replace(root=root)
        form = self.quadratics[node]
        if form is not None and not shape.is_convex and is_convex_quadratic(form):
            shape = CONVEX
        if form is not None and not (shape.is_convex or shape.is_concave):
            opposite = {term: -factor for term, factor in form.items()}
            shape = shape._replace(is_concave=is_convex_quadratic(opposite))
        if shape.is_convex and shape.root is None and self.ranges[node].is_nonnegative:
            shape = shape._replace(root=Fraction(1))
        return shape

    def _shape(self, node: Node) -> Shape:
        """Return the shape of a node from those of its arguments."""
        kind, args = self.graph.kinds[node], self.graph.args[node]
        if kind == "var":
            return AFFINE if self.graph.data[node] in self.names else CONSTANT
        inner = [self.shapes[arg] for arg in args]
        if kind not in ("integral", "compare") and all(shape.is_constant for shape in inner):
            return CONSTANT
        rule = _RULES.get(kind)
        if rule is not None:
            return rule(self, node, inner)
        if kind in JOINT:
            return Shape(all(shape.is_convex for shape in inner))
        return compose(kind, inner[0], self.ranges[args[0]]) if len(args) == 1 else UNKNOWN

    # -- rules by kind ----------------------------------------------------------------------------

    def _sum(self, node: Node, inner: list[Shape]) -> Shape:
        """Add shapes; what is not convex by itself may be so with the other squares."""
        roots = [shape.root for shape in inner if shape.root is not None]
        root = min(roots) if len(roots) == len(inner) else None
        is_convex = all(shape.is_convex for shape in inner)
        is_concave = all(shape.is_concave for shape in inner)
        if not is_convex and self.graph.kinds[node] == "add":
            is_convex = self._is_convex_together(self.graph.args[node])
        return Shape(is_convex, is_concave, False, root)

    def _is_convex_together(self, args: Sequence[Node]) -> bool:
        """Whether the terms of degree two are convex together, and every other one by itself."""
        forms = [self.quadratics[arg] for arg in args]
        others = [arg for arg, form in zip(args, forms, strict=True) if form is None]
        if not others or not all(self.shapes[arg].is_convex for arg in others):
            return False  # without others the sum itself is a polynomial, judged as such
        total = add_up([form for form in forms if form is not None])
        return total is not None and is_convex_quadratic(total)

    def _product(self, node: Node, inner: list[Shape]) -> Shape:
        """Multiply shapes: a constant of known sign, powers, squares over linear parts."""
        graph, args = self.graph, self.graph.args[node]
        constants = [arg for arg in args if self.shapes[arg].is_constant]
        moving = [arg for arg in args if not self.shapes[arg].is_constant]
        sign = self._sign(constants)
        one = self._one_factor(moving)
        if one is None:
            one = entropy(graph, moving, self.shapes, self.ranges)
        if one is None:
            one = combine(self._factors(moving))
        return _scaled(one, sign)

    def _one_factor(self, moving: Sequence[Node]) -> Shape | None:
        """Return the shape of a product that is a power of one part, None where it is none."""
        if len(moving) == 1:
            return self.shapes[moving[0]]
        merged = merge(self.graph, moving, self.ranges)
        if merged is None or len(merged) > 1:
            return None
        ((base, power),) = merged.items()
        return self._raised(base, power)

    def _factors(self, moving: Sequence[Node]) -> list[tuple[Shape, Fraction | None]]:
        """Return factors as shapes, and the exponents of those that are 1/(concave)^r."""
        found: list[tuple[Shape, Fraction | None]] = []
        for base, power in (merge(self.graph, moving, self.ranges) or {}).items():
            shape = self.shapes[base]
            below = power < 0 and shape.is_concave and self.ranges[base].is_positive
            found.append((self._raised(base, power), -power if below else None))
        return found or [(UNKNOWN, None)]

    def _contraction(self, node: Node, inner: list[Shape]) -> Shape:
        """Sum products over labels: linear in one factor, or squares of linear halves."""
        args = self.graph.args[node]
        constants = [arg for arg in args if self.shapes[arg].is_constant]
        moving = [arg for arg in args if not self.shapes[arg].is_constant]
        if len(moving) == 1:
            return _scaled(self.shapes[moving[0]], self._sign(constants))
        for way in find_halves(args, self.graph.data[node], self._is_constant_psd):
            inside = [arg for arg in way.half if not self.shapes[arg].is_constant]
            is_fixed = all(self.shapes[arg].is_constant for arg in way.weights)
            is_linear = len(inside) == 1 and self.shapes[inside[0]].is_affine
            if is_linear and is_fixed and self._weighs(way.weights):
                return Shape(True, root=Fraction(2))
        factors = [(self.shapes[arg], None) for arg in moving]
        return _scaled(combine(factors), self._sign(constants))

    def _is_constant_psd(self, node: Node) -> bool:
        return self.shapes[node].is_constant and self.is_psd(node)

    def _power(self, node: Node, inner: list[Shape]) -> Shape:
        """Raise a part to a constant power, or a constant to a part."""
        base, exponent = self.graph.args[node]
        power = self.graph.value(exponent)
        if power is not None:
            return self._raised(*as_power(self.graph, node, self.ranges))
        if inner[0].is_constant and self.ranges[base].is_positive:
            low, high = self.ranges[base].lower.value, self.ranges[base].upper.value
            rises, falls = low >= 1, high <= 1
            bends = inner[1].is_affine or (rises and inner[1].is_convex)
            return (
                Shape(True, root=math.inf)
                if bends or (falls and inner[1].is_concave)
                else (UNKNOWN)
            )
        return UNKNOWN

    def _raised(self, base: Node, power: Fraction) -> Shape:
        """Return the shape of a part to an exact power."""
        shape, known = self.shapes[base], self.ranges[base]
        if power == 1 or shape.is_constant:
            return shape
        is_even = power.denominator == 1 and power % 2 == 0
        if power < 0:
            if shape.is_concave and (known.is_positive or power.denominator > 1):
                return Shape(True, root=math.inf)
            negative = known.upper.value < 0 or (known.is_nonpositive and not known.upper.belongs)
            if shape.is_convex and negative and power.denominator == 1:
                return Shape(True, root=math.inf) if is_even else Shape(False, True)
            return UNKNOWN
        if shape.root is not None and shape.root * power >= 1:
            return Shape(True, root=shape.root * power)
        if is_even and (shape.is_affine or (shape.is_concave and known.is_nonpositive)):
            return Shape(True, root=power)
        if power > 1 and power.denominator == 1 and known.is_nonpositive:
            return Shape(False, shape.is_concave)  # an odd power of what is not positive
        if power > 1 and power.denominator > 1 and shape.is_affine:
            return Shape(True, root=power)
        return Shape(False, power < 1 and shape.is_concave)

    def _least(self, node: Node, inner: list[Shape]) -> Shape:
        return Shape(False, all(shape.is_concave for shape in inner))

    def _length(self, node: Node, inner: list[Shape]) -> Shape:
        """Return the shape of a Euclidean length."""
        known = [self.ranges[arg] for arg in self.graph.args[node]]
        bulges = [
            shape.is_affine or (shape.is_convex and interval.is_nonnegative)
            for shape, interval in zip(inner, known, strict=True)
        ]
        return Shape(all(bulges), root=Fraction(1)) if all(bulges) else UNKNOWN

    def _xlogy(self, node: Node, inner: list[Shape]) -> Shape:
        """Return the shape of x*log(y): of -entropy, or of a logarithm with a weight."""
        x, y = self.graph.args[node]
        if x == y:
            return CONVEX if inner[0].is_affine else UNKNOWN
        weighs = inner[0].is_constant and self.ranges[x].is_positive
        return Shape(False, weighs and inner[1].is_concave)

    def _logarithm(self, node: Node, inner: list[Shape]) -> Shape:
        """Return the shape of a logarithm: convex where the argument is convex on its scale."""
        shape = compose("log", inner[0], self.ranges[self.graph.args[node][0]])
        return shape._replace(is_convex=inner[0].root == math.inf)

    def _logdet(self, node: Node, inner: list[Shape]) -> Shape:
        return Shape(False, inner[0].is_affine and self.is_psd(self.graph.args[node][0]))

    def _moved(self, node: Node, inner: list[Shape]) -> Shape:
        """Return the shape of entries put elsewhere."""
        return self._sum(node, inner)

    def _sign(self, constants: Sequence[Node]) -> int | None:
        """Return 1 or -1 for the sign of a product of constants, None where it is not known."""
        sign = 1
        for node in constants:
            known = self.ranges[node]
            if known.is_nonnegative:
                continue
            if not known.is_nonpositive:
                return None
            sign = -sign
        return sign


def _scaled(shape: Shape, sign: int | None) -> Shape:
    """Return a shape times a constant of this sign; of an unknown one what is affine stays so."""
    if sign is None:
        return AFFINE if shape.is_affine else UNKNOWN
    return shape if sign > 0 else shape.negative()


_RULES: dict[str, Callable[[_Sweep, Node, list[Shape]], Shape]] = {
    "add": _Sweep._sum,
    "sum": _Sweep._sum,
    "mul": _Sweep._product,
    "ein": _Sweep._contraction,
    "pow": _Sweep._power,
    "log": _Sweep._logarithm,
    "min": _Sweep._least,
    "amin": _Sweep._least,
    "hypot": _Sweep._length,
    "xlogy": _Sweep._xlogy,
    "logdet": _Sweep._logdet,
    **dict.fromkeys(_MOVING, _Sweep._moved),
}
