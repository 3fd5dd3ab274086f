"""`explain`: why this is the derivative, rule by rule."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

from ..errors import ArgumentError, OutcomeError
from ..expression import Expression
from ..graph.graph import Graph, Node
from ..language import Limits
from ..symbolic import repair_joins, simplify_for_display
from ..symbolic.derivation import Derivation, Part, Step, derive_by_hand
from ..verify import DerivativeCheck, judge_derivatives
from .array_explanation import explain_arrays
from .budget import budgeted
from .differentiate import differentiate
from .explanation import Explanation, ExplanationStep, verdict
from .reading import Formula, to_expression, to_names

__all__ = ["explain"]

#: Time for the judgement of one step.
STEP_SECONDS = 0.5


@budgeted
def explain(
    expr: Formula,
    wrt: Any = None,
    *,
    max_steps: int = 40,
    shapes: Any = None,
    assume: str | None = None,
    syntax: str = "symcalc",
    limits: Limits | None = None,
) -> Explanation:
    """Explain a derivative rule by rule, every step judged by numbers.

    Parameters
    ----------
    expr : str, Expression or SymPy expression
        A scalar formula.
    wrt : str, optional
        The variable; may be left out when the formula has one.
    max_steps : int
        So many steps are listed, the outer ones first; how many are left out is said.
    shapes, assume, syntax, limits
        As for `gradient`.

    Returns
    -------
    Explanation
        `steps`, each with its rule, input, output and check; `text`, `latex`, `markdown`;
        `check` disagrees when any step does, or when the end is not the derivative that
        `differentiate` gives.

    Raises
    ------
    ParseError, LimitError, ArgumentError
        Before any work.
    DerivativeError
        A function in the formula has no derivative in closed form.

    Notes
    -----
    The derivation goes forward through the formula and applies the rules of the same table as
    the reverse sweep that gives the answer. Parts that are linear in the variable have no step
    of their own. Each output is compared with differences of values of its input.

    A formula over vectors and matrices is told backwards, as its gradient is derived: each step
    says how an operation passes the derivative of the whole formula on to its parts.

    Examples
    --------
    >>> import symcalc as sc
    >>> story = sc.explain("log(x^2 + 1)", "x")
    >>> [step.rule.title for step in story.steps]
    ['logarithm, chain rule', 'sum rule', 'power rule']
    >>> print(story.steps[0].output)
    2*x/(x**2 + 1)
    """
    if isinstance(max_steps, bool) or not isinstance(max_steps, int) or max_steps < 1:
        raise ArgumentError(f"`max_steps` is {max_steps!r}; it is a whole number from 1 on.")
    names = to_names(wrt)
    expression = to_expression(
        expr, declared=names or (), shapes=shapes, assume=assume, syntax=syntax, limits=limits
    )
    variable = _one_variable(expression, names)
    derivative, failed = _answer(expression, variable)
    if any(v.shape for v in expression.variables):
        return explain_arrays(expression, variable, derivative, failed, max_steps)
    derivation = derive_by_hand(expression.graph, expression.root, variable)
    steps, n_hidden = _Teller(expression, variable, derivation).tell(max_steps)
    agrees = derivative is not None and _is_same(expression, variable, steps[0], derivative)
    check = verdict(steps, agrees, failed)
    return Explanation(expression, variable, steps, derivative, agrees, check, n_hidden)


def _one_variable(expression: Expression, names: tuple[str, ...] | None) -> str:
    """Return the variable to differentiate in."""
    chosen = names if names is not None else expression.names
    if len(chosen) != 1:
        raise ArgumentError(
            f"One derivative is explained at a time; received {', '.join(chosen) or 'no variable'}."
            " Name one variable."
        )
    return chosen[0]


def _answer(
    expression: Expression, variable: str
) -> tuple[Expression | None, DerivativeCheck | None]:
    """Return what `differentiate` gives, or the check that it fails."""
    try:
        return differentiate(expression, variable), None
    except OutcomeError as error:
        check = error.result
        if not isinstance(check, DerivativeCheck):
            raise
        return None, check


@dataclass
class _Teller:
    """Chooses the steps that are told, numbers them and has them judged."""

    expression: Expression
    variable: str
    derivation: Derivation

    def tell(self, max_steps: int) -> tuple[tuple[ExplanationStep, ...], int]:
        """Return the steps from the outside in, and how many were left out."""
        chosen, n_hidden = self._choose(max_steps)
        numbers: dict[Node, int] = {}
        depths: dict[Node, int] = {}
        stack = [(self.derivation.root, 0)]
        while stack:
            node, depth = stack.pop()
            if node in numbers:
                continue
            numbers[node], depths[node] = len(numbers) + 1, depth
            stack += [(n, depth + 1) for n in reversed(self._inner(node)) if n in chosen]
        told = tuple(self._step(node, numbers, depths[node]) for node in numbers)
        return told, n_hidden

    def _inner(self, node: Node) -> list[Node]:
        """Return the nodes below whose steps are worth telling."""
        uses = dict.fromkeys(self.derivation.steps[node].uses)
        return [used for used in uses if used not in self.derivation.trivial]

    def _choose(self, max_steps: int) -> tuple[set[Node], int]:
        """Return the outer steps, and how many more there are."""
        queue, seen = deque([self.derivation.root]), {self.derivation.root: None}
        while queue:
            for inner in self._inner(queue.popleft()):
                if inner not in seen:
                    seen[inner] = None
                    queue.append(inner)
        order = list(seen)
        return set(order[:max_steps]), max(0, len(order) - max_steps)

    def _step(self, node: Node, numbers: dict[Node, int], depth: int) -> ExplanationStep:
        raw, inner = self.derivation.steps[node], self._inner(node)
        source = self._formula(node)
        output = self._output(raw)
        parts = {part.letter: (self._formula(part.node), self._slope(part)) for part in raw.parts}
        uses = tuple(numbers[used] for used in inner if used in numbers)
        check = self._judge(source, output)
        hidden = len(inner) - len(uses)
        return ExplanationStep(
            numbers[node], depth, raw.rule, parts, source, output, uses, hidden, check
        )

    def _slope(self, part: Part) -> Expression | None:
        """Return the derivative of a part that has no step of its own and is not plain x."""
        linear = part.node in self.derivation.trivial
        is_plain = self.derivation.graph.kinds[part.node] == "var"
        if part.slope is None or is_plain or not linear:
            return None
        return simplify_for_display(self._formula(part.slope))

    def _formula(self, node: Node, graph: Graph | None = None) -> Expression:
        return Expression(graph or self.derivation.graph, node, self.expression.variables)

    def _output(self, step: Step) -> Expression:
        """Return the derivative as people read it; limits where branches meet in one point."""
        graph, node = self.derivation.graph, step.output
        if graph.kinds[step.node] == "piecewise":
            graph = graph.copy()
            variable = graph.var(self.variable)
            (node,) = repair_joins(graph, step.node, [node], [variable])
        return simplify_for_display(self._formula(node, graph))

    def _judge(self, source: Expression, output: Expression) -> DerivativeCheck:
        return judge_derivatives(
            (source.graph, source.root),
            [({self.variable: 1}, output.graph, output.root)],
            source.names,
            assumptions={v.name: v.assumption for v in source.variables if v.assumption},
            seconds=STEP_SECONDS,
        )


def _is_same(
    expression: Expression, variable: str, step: ExplanationStep, derivative: Expression
) -> bool:
    """Whether the end of the derivation is the answer: the same form, or the same values."""
    mine = step.output
    if mine == Expression(derivative.graph, derivative.root, derivative.variables):
        return True
    shared = Graph()
    left, right = (shared.absorb(form.graph, [form.root])[0] for form in (mine, derivative))
    return values_agree(shared, left, right, expression)


def values_agree(graph: Graph, left: Node, right: Node, expression: Expression) -> bool:
    """Whether two formulas have the same values wherever both are known well enough."""
    from ..balls import BallProgram, NoBall
    from ..verify import sample_points

    try:
        program = BallProgram(graph, [left, right])
    except NoBall:
        return True  # each was judged on its own, in doubles
    facts = {v.name: v.assumption for v in expression.variables if v.assumption}
    for point in sample_points(expression.names, n_tries=24, assumptions=facts):
        one, other = program.evaluate(point, 320)
        if one.is_finite() and other.is_finite():
            size = max(float(abs(one).upper()), float(abs(other).upper()), 1e-300)
            if float(abs(one - other).lower()) > 1e-13 * size:
                return False
    return True
