"""A derivative made as people make it: from the inside out, by named rules, every step kept.

The walk goes forward over the graph, leaves first, and uses the same rows of the function table
as the reverse sweep in `graph.derive`. It serves explanations; answers come from the sweep, and
both are compared.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ..functions import TABLE
from ..graph.graph import Graph, Node
from ..graph.regions import branches
from .leibniz import by_leibniz
from .rules import Board, Rule, local_slope

__all__ = ["Derivation", "Part", "Step", "derive_by_hand"]

HALF = Fraction(1, 2)
#: A rule with more letters than this is written for any number of them.
MAX_LETTERS = 3


@dataclass(frozen=True, slots=True)
class Part:
    """What a letter of a rule stands for; `slope` is None for what does not change."""

    letter: str
    node: Node
    slope: Node | None


@dataclass(frozen=True, slots=True)
class Step:
    """The derivative of one node by one rule, and the nodes whose derivatives it uses."""

    node: Node
    rule: Rule
    output: Node
    parts: tuple[Part, ...] = ()
    uses: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Derivation:
    """All steps by the node that they differentiate; `trivial` are those with a linear input."""

    graph: Graph
    root: Node
    steps: dict[Node, Step]
    trivial: frozenset[Node]


def derive_by_hand(graph: Graph, root: Node, variable: str) -> Derivation:
    """Return the derivation of the derivative of `root` in a variable; the graph is copied.

    Raises
    ------
    DerivativeError
        A function has no derivative in an argument that depends on the variable.
    """
    work = graph.copy()
    walk = _Walk(work, work.var(variable))
    for node in work.reachable([root]):
        walk.visit(node)
    if root not in walk.steps:
        walk.visit_constant(root)
    return Derivation(work, root, walk.steps, frozenset(walk.trivial))


class _Walk:
    """One walk from the leaves up; `slopes` holds the derivatives of all nodes that change."""

    def __init__(self, graph: Graph, variable: Node) -> None:
        self.graph, self.variable = graph, variable
        self.names = {graph.data[n] for n, kind in enumerate(graph.kinds) if kind == "var"}
        self.slopes: dict[Node, Node] = {}
        self.steps: dict[Node, Step] = {}
        self.trivial: set[Node] = set()
        self.one = graph.const(1)
        self.rules: dict[str, Callable[[Node, Sequence[Node]], Step]] = {
            "add": self.total,
            "mul": self.product,
            "pow": self.power,
            "piecewise": self.choice,
            "integral": self.integral,
        }

    def visit(self, node: Node) -> None:
        """Differentiate a node whose arguments are done."""
        kind, args = self.graph.kinds[node], self.graph.args[node]
        if node in self.slopes or kind in ("compare", "and", "or", "not"):
            return
        if node == self.variable:
            name = self.graph.data[node]
            self.trivial.add(node)
            self.keep(Step(node, Rule(("variable",), f"{name}' = 1", f"{name}' = 1"), self.one))
        elif any(arg in self.slopes for arg in args):
            step = self.rules.get(kind, self.function)(node, args)
            if self.is_linear(node):
                self.trivial.add(node)
            self.keep(step)

    def visit_constant(self, root: Node) -> None:
        """Record the one step of a formula that does not depend on the variable."""
        rule = Rule(("constant",), "c' = 0", "c' = 0")
        self.steps[root] = Step(root, rule, self.graph.const(0))

    def keep(self, step: Step) -> None:
        """Record a step; where the derivative vanishes identically its node is a constant."""
        self.steps[step.node] = step
        self.slopes[step.node] = step.output

    def moves(self, node: Node) -> bool:
        """Whether a node depends on the variable."""
        return node in self.slopes

    def is_linear(self, node: Node) -> bool:
        """Whether a node is a sum of multiples of the variable and constants."""
        if self.graph.kinds[node] not in ("add", "mul"):
            return False
        active = [arg for arg in self.graph.args[node] if self.moves(arg)]
        if self.graph.kinds[node] == "mul" and len(active) > 1:
            return False
        return self.trivial.issuperset(active)

    # -- sums ---------------------------------------------------------------------------------

    def total(self, node: Node, args: Sequence[Node]) -> Step:
        """Differentiate a sum term by term."""
        active = tuple(arg for arg in args if self.moves(arg))
        board = Board(self.names)
        letters = [board.letter(moves=True) for _ in active[:MAX_LETTERS]]
        left = [board.var(letter) for letter in letters]
        right = [board.slope(letter) for letter in letters]
        if len(active) > MAX_LETTERS:
            rule = Rule(
                ("sum rule",),
                "(u + v + ...)' = u' + v' + ...",
                r"\left(u + v + \dots\right)' = u' + v' + \dots",
            )
        else:
            if len(active) < len(args):
                left.append(board.var(board.letter(moves=False)))
            rule = board.rule(("sum rule",), board.graph.add(left), board.graph.add(right))
        output = self.graph.add([self.slopes[arg] for arg in active])
        return Step(node, rule, output, uses=active)

    # -- products and quotients -----------------------------------------------------------------

    def product(self, node: Node, args: Sequence[Node]) -> Step:
        """Differentiate a product: constant factors, then divisors, then the other factors."""
        fixed = [arg for arg in args if not self.moves(arg)]
        below = [arg for arg in args if self.moves(arg) and self.is_divisor(arg)]
        above = [arg for arg in args if self.moves(arg) and not self.is_divisor(arg)]
        if len(below) + len(above) == 1:
            return self.multiple(node, fixed, [*above, *below][0])
        if below and (above or len(below) > 1):
            return self.quotient(node, fixed, above, below)
        return self.factors(node, fixed, above)

    def is_divisor(self, node: Node) -> bool:
        """Whether a factor is written below the fraction line."""
        if self.graph.kinds[node] != "pow":
            return False
        base, exponent = self.graph.args[node]
        power = self.graph.value(exponent)
        return power is not None and power < 0 and self.moves(base)

    def multiple(self, node: Node, fixed: list[Node], inner: Node) -> Step:
        """Take a constant factor out; the rule for what is left goes into the same step."""
        graph, board, step = self.graph, Board(self.names), self.steps[inner]
        output = self.product_of(graph.mul(fixed), self.slopes[inner])
        letter = board.letter(moves=True)
        c, u = board.var(board.letter(moves=False)), board.var(letter)
        first = board.rule(
            ("constant factor",), board.times(c, u), board.times(c, board.slope(letter))
        )
        if inner in self.trivial:
            return Step(node, first, output)
        rest = step.rule
        rule = Rule(
            (*first.names, *rest.names),
            f"{first.text}; {rest.text}",
            rf"{first.latex}, \quad {rest.latex}",
        )
        return Step(node, rule, output, step.parts, step.uses)

    def factors(self, node: Node, fixed: list[Node], above: list[Node]) -> Step:
        """Apply the product rule to two factors or more."""
        graph, board = self.graph, Board(self.names)
        terms = [
            graph.mul((*above[:i], self.slopes[factor], *above[i + 1 :]))
            for i, factor in enumerate(above)
        ]
        output = graph.mul((*fixed, graph.add(terms)))
        names = ("constant factor", "product rule") if fixed else ("product rule",)
        if len(above) > MAX_LETTERS:
            rule = Rule(
                names,
                "(u*v*...)' = u'*v*... + u*v'*... + ...",
                r"\left(u v \cdots\right)' = u' v \cdots + u v' \cdots + \dots",
            )
            return Step(node, rule, output, uses=tuple(above))
        letters = [board.letter(moves=True) for _ in above]
        plain = [board.var(letter) for letter in letters]
        summed = board.graph.add(
            [
                board.times(*plain[:i], board.slope(letter), *plain[i + 1 :])
                for i, letter in enumerate(letters)
            ]
        )
        parts = [Part(u, f, self.slopes[f]) for u, f in zip(letters, above, strict=True)]
        front: list[Node] = []
        if fixed:
            c = board.letter(moves=False)
            front, parts = [board.var(c)], [Part(c, graph.mul(fixed), None), *parts]
        rule = board.rule(names, board.times(*front, *plain), board.times(*front, summed))
        return Step(node, rule, output, tuple(parts), tuple(above))

    def quotient(self, node: Node, fixed: list[Node], above: list[Node], below: list[Node]) -> Step:
        """Apply the quotient rule to what is above and below the fraction line."""
        graph, board = self.graph, Board(self.names)
        divisors = [self.inverted(factor) for factor in below]
        bottom = self.derived(graph.mul(divisors))
        if not above:
            return self.multiple(node, fixed, self.derived(graph.pow(bottom, graph.const(-1))))
        top = self.derived(graph.mul(above))
        du, dv = self.slopes[top], self.slopes[bottom]
        numerator = graph.sub(graph.mul((du, bottom)), graph.mul((top, dv)))
        output = graph.mul((*fixed, graph.div(numerator, graph.pow(bottom, graph.const(2)))))
        u, v = board.letter(moves=True), board.letter(moves=True)
        pu, pv, g = board.var(u), board.var(v), board.graph
        right = g.div(
            g.sub(board.times(board.slope(u), pv), board.times(pu, board.slope(v))),
            g.pow(pv, g.const(2)),
        )
        parts = [Part(u, top, du), Part(v, bottom, dv)]
        front: list[Node] = []
        names = ("quotient rule",)
        if fixed:
            c = board.letter(moves=False)
            front, parts = [board.var(c)], [Part(c, graph.mul(fixed), None), *parts]
            names = ("constant factor", *names)  # type: ignore[assignment]
        left = board.times(*front, pu, g.pow(pv, g.const(-1)))
        rule = board.rule(names, left, board.times(*front, right))
        return Step(node, rule, output, tuple(parts), (top, bottom))

    def inverted(self, factor: Node) -> Node:
        """Return 1/factor for a divisor, differentiated."""
        base, exponent = self.graph.args[factor]
        power = self.graph.data[exponent]
        return self.derived(self.graph.pow(base, self.graph.const(-power)))

    def derived(self, node: Node) -> Node:
        """Return a node that was made on the way, differentiated like the others."""
        self.visit(node)
        return node

    # -- powers -------------------------------------------------------------------------------

    def power(self, node: Node, args: Sequence[Node]) -> Step:
        """Differentiate a power: of a variable base, with a variable exponent, or both."""
        base, exponent = args
        if self.moves(base) and self.moves(exponent):
            return self.general_power(node, base, exponent)
        if self.moves(base):
            return self.fixed_power(node, base, exponent)
        return self.exponential(node, base, exponent)

    def fixed_power(self, node: Node, base: Node, exponent: Node) -> Step:
        """Apply the power rule; roots and reciprocals have their own wording."""
        graph, board = self.graph, Board(self.names)
        power, du = graph.value(exponent), self.slopes[base]
        u, pu, slope, chain = self.inner(board, base)
        g = board.graph
        if power == HALF:
            name, left = "square root", g.pow(pu, g.const(HALF))
            local = g.pow(g.scale(2, left), g.const(-1))
            outer = graph.scale(HALF, graph.pow(node, graph.const(-1)))
        elif power == -1:
            name, left = "reciprocal", g.pow(pu, g.const(-1))
            local = g.scale(-1, g.pow(g.pow(pu, g.const(2)), g.const(-1)))
            outer = graph.scale(-1, graph.pow(base, graph.const(-2)))
        else:
            n = g.var(board.letter(moves=False) if "n" in self.names else "n")
            name, left = "power rule", g.pow(pu, n)
            local = g.mul((n, g.pow(pu, g.sub(n, g.const(1)))))
            lowered = graph.pow(base, graph.sub(exponent, self.one))
            outer = graph.mul((exponent, lowered))
        rule = board.rule((name, *chain), left, board.times(local, *slope))
        output = self.product_of(outer, du)
        return Step(node, rule, output, self.chained(u, base, chain), (base,))

    def exponential(self, node: Node, base: Node, exponent: Node) -> Step:
        """Differentiate a power with a fixed base."""
        graph, board = self.graph, Board(self.names)
        u, pu, slope, chain = self.inner(board, exponent)
        g, parts = board.graph, list(self.chained(u, exponent, chain))
        if graph.kinds[base] == "e":
            left, local, outer = g.pow(g.call("e"), pu), [], node
        else:
            a = board.letter(moves=False)
            parts.insert(0, Part(a, base, None))
            left, local = g.pow(g.var(a), pu), [g.call("log", (g.var(a),))]
            outer = graph.mul((node, graph.call("log", (base,))))
        rule = board.rule(("exponential", *chain), left, board.times(left, *local, *slope))
        output = self.product_of(outer, self.slopes[exponent])
        return Step(node, rule, output, tuple(parts), (exponent,))

    def general_power(self, node: Node, base: Node, exponent: Node) -> Step:
        """Differentiate u**v, where both change."""
        graph, board = self.graph, Board(self.names)
        u, v = board.letter(moves=True), board.letter(moves=True)
        g, pu, pv = board.graph, board.var(u), board.var(v)
        left = g.pow(pu, pv)
        first = g.mul((pv, g.pow(pu, g.sub(pv, g.const(1))), board.slope(u)))
        second = g.mul((left, g.call("log", (pu,)), board.slope(v)))
        rule = board.rule(("power with a variable exponent",), left, g.add((first, second)))
        du, dv = self.slopes[base], self.slopes[exponent]
        lowered = graph.pow(base, graph.sub(exponent, self.one))
        terms = (
            self.product_of(graph.mul((exponent, lowered)), du),
            self.product_of(graph.mul((node, graph.call("log", (base,)))), dv),
        )
        parts = (Part(u, base, du), Part(v, exponent, dv))
        return Step(node, rule, graph.add(terms), parts, (base, exponent))

    # -- functions ----------------------------------------------------------------------------

    def function(self, node: Node, args: Sequence[Node]) -> Step:
        """Apply the rule that the table has for a function, argument by argument."""
        graph, board, kind = self.graph, Board(self.names), self.graph.kinds[node]
        active = [i for i, arg in enumerate(args) if self.moves(arg)]
        terms = [self.product_of(local_slope(graph, node, i), self.slopes[args[i]]) for i in active]
        name = TABLE[kind].title or kind
        if len(active) > MAX_LETTERS:
            rule = Rule(
                (name, "chain rule"),
                f"{kind}(u, v, ...)' = {kind}_u*u' + {kind}_v*v' + ...",
                r"f(u, v, \dots)' = f_u u' + f_v v' + \dots",
            )
            return Step(node, rule, graph.add(terms), uses=tuple(args[i] for i in active))
        g, letters, parts = board.graph, list[Node](), list[Part]()
        slopes: dict[int, list[Node]] = {}
        chained = False
        for i, arg in enumerate(args):
            if i not in active:
                c = board.letter(moves=False)
                parts.append(Part(c, arg, None))
                letters.append(g.var(c))
                continue
            u, pu, slopes[i], chain = self.inner(board, arg)
            parts += self.chained(u, arg, chain)
            letters.append(pu)
            chained = chained or bool(chain)
        left = g.call(kind, letters)
        right = g.add([board.times(local_slope(g, left, i), *slopes[i]) for i in active])
        rule = board.rule((name, "chain rule") if chained else (name,), left, right)
        return Step(node, rule, graph.add(terms), tuple(parts), tuple(args[i] for i in active))

    def choice(self, node: Node, args: Sequence[Node]) -> Step:
        """Differentiate a piecewise branch by branch."""
        graph, zero = self.graph, self.graph.const(0)
        values = [self.slopes.get(args[i], zero) for i in branches(len(args))]
        if graph.kinds[args[-1]] == "nan":
            values[-1] = args[-1]
        output = graph.piecewise(list(zip(values, args[1::2], strict=False)), values[-1])
        text = "each branch is differentiated where its condition holds"
        rule = Rule(("branch by branch",), text, rf"\text{{{text}}}")
        inner = tuple(args[i] for i in branches(len(args)) if self.moves(args[i]))
        return Step(node, rule, output, uses=tuple(dict.fromkeys(inner)))

    def integral(self, node: Node, args: Sequence[Node]) -> Step:
        """Differentiate an integral in its ends and under the integral sign."""
        rule, output, uses = by_leibniz(self.graph, node, self.slopes)
        return Step(node, rule, output, uses=uses)

    # -- small parts --------------------------------------------------------------------------

    def inner(self, board: Board, node: Node) -> tuple[str, Node, list[Node], tuple[str, ...]]:
        """Return letter, node, slope and the words for what a rule is applied to."""
        if node == self.variable:
            name = self.graph.data[node]
            return name, board.var(name), [], ()
        letter = board.letter(moves=True)
        return letter, board.var(letter), [board.slope(letter)], ("chain rule",)

    def chained(self, letter: str, node: Node, chain: tuple[str, ...]) -> tuple[Part, ...]:
        """Return what the letter of a chain rule stands for."""
        return (Part(letter, node, self.slopes[node]),) if chain else ()

    def product_of(self, outer: Node, inner: Node) -> Node:
        """Return outer × inner; a slope of zero makes it zero."""
        if self.graph.value(inner) == 0 or self.graph.value(outer) == 0:
            return self.graph.const(0)
        return self.graph.mul((outer, inner))
