"""The derivation of a gradient over arrays, told backwards: what each operation passes on."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

from ..errors import ArgumentError
from ..expression import Expression, Variable
from ..graph.contractions import contract
from ..graph.derive import jacobian_nodes
from ..graph.graph import Graph, Node
from ..graph.rewrite import substitute
from ..graph.shapes import written
from ..symbolic import simplify_for_display
from ..symbolic.told_rules import ToldRule, told_rule
from ..verify import DerivativeCheck
from ..verify.array_claims import ArrayClaim, compare_arrays
from .derived import Orders, closed_forms, judged
from .explanation import Explanation, ExplanationStep, verdict

__all__ = ["ArrayExplanation", "explain_arrays"]

#: Time for the judgement of one step.
STEP_SECONDS = 0.5

#: Conditions pass nothing on.
_CONDITIONS = frozenset({"compare", "and", "or", "not"})


class ArrayExplanation(Explanation):
    """An explanation whose steps are told backwards, from the whole formula to the variable.

    The output of a step is the derivative of the whole formula in the input of the step.
    """

    def equation(self, step: ExplanationStep) -> str:
        """Return the derivative in the part that a step is about, and its shape."""
        if step.input.root == self.expression.root:
            return "∂f/∂f = 1"
        shape = step.input.graph.shape(step.input.root)
        told = f", of shape {written(shape)}" if shape else ""
        return f"∂f/∂[{step.input.text}] = {step.output.text}{told}"

    def links(self, step: ExplanationStep) -> str:
        """Return the steps that pass something on to this one, unless it is the one before."""
        if len(step.uses) < 2 and step.uses in ((), (step.number - 1,)):
            return ""
        numbers = " and ".join(map(str, step.uses))
        adds = "adds up what steps" if len(step.uses) > 1 else "goes on from step"
        return f" ({adds} {numbers}{' pass on' if len(step.uses) > 1 else ''})"

    def latex_equation(self, step: ExplanationStep, between: str = "=") -> str:
        if step.input.root == self.expression.root:
            return rf"\frac{{\partial f}}{{\partial f}} {between} 1"
        inside, found = step.input.latex, step.output.latex
        return rf"\frac{{\partial f}}{{\partial \left[{inside}\right]}} {between} {found}"


def explain_arrays(
    expression: Expression,
    variable: str,
    derivative: Expression | None,
    failed: DerivativeCheck | None,
    max_steps: int,
) -> Explanation:
    """Return the explanation of a derivative of a scalar formula over arrays.

    Raises
    ------
    ArgumentError
        The formula is an array.
    """
    if expression.graph.shape(expression.root):
        raise ArgumentError(
            "A formula whose value is an array is not explained; explain a sum(...) of it, or "
            "one entry."
        )
    teller = _Teller(expression, variable)
    steps = teller.tell(max_steps)
    n_hidden = max(0, len(teller.order) - max_steps)
    agrees = derivative is not None and (n_hidden > 0 or teller.ends_in(derivative))
    check = verdict(steps, agrees, failed)
    return ArrayExplanation(expression, variable, steps, derivative, agrees, check, n_hidden)


@dataclass
class _Told:
    """A node of the formula, the derivative in it, and what it passes on."""

    output: Expression
    rule: ToldRule


class _Teller:
    """Walks from the formula down to the variable and tells each operation on the way."""

    def __init__(self, expression: Expression, variable: str) -> None:
        self.expression, self.variable = expression, variable
        self.graph = graph = expression.graph.copy()
        shape = next(v.shape for v in expression.variables if v.name == variable)
        self.end = graph.var(variable, shape)
        self.moving = {self.end}
        for node in graph.reachable([expression.root]):
            moves = not self.moving.isdisjoint(graph.args[node])
            if moves and graph.kinds[node] not in _CONDITIONS:
                self.moving.add(node)
        reached = graph.reachable([expression.root])
        self.order = [node for node in reversed(reached) if node in self.moving - {self.end}]
        self.told: dict[Node, _Told] = {}

    def tell(self, max_steps: int) -> tuple[ExplanationStep, ...]:
        """Return the steps from the outside in."""
        numbers = {node: place for place, node in enumerate(self.order, 1)}
        return tuple(self._step(node, numbers) for node in self.order[:max_steps])

    def _step(self, node: Node, numbers: dict[Node, int]) -> ExplanationStep:
        graph = self.graph
        output, check = self._adjoint(node)
        taken = {*self.expression.names, *self._dimensions()}
        moving = [arg for arg in graph.args[node] if arg in self.moving]
        rule = told_rule(graph, node, moving, taken)
        self.told[node] = _Told(output, rule)
        parts: dict[str, tuple[Expression, Expression | None]] = {
            letter: (self._formula(arg), None) for letter, arg in rule.parts.items()
        }
        parents = [n for n in self.order if n > node and node in graph.args[n]]
        uses = tuple(sorted(numbers[parent] for parent in parents))
        source = self._formula(node)
        return ExplanationStep(numbers[node], 0, rule.rule, parts, source, output, uses, 0, check)

    def _dimensions(self) -> set[str]:
        return {str(dim) for v in self.expression.variables for dim in v.shape}

    def _formula(self, node: Node) -> Expression:
        return Expression(self.graph, node, self.expression.variables)

    def _adjoint(self, node: Node) -> tuple[Expression, DerivativeCheck]:
        """Return the derivative of the whole formula in a part, judged with a name for the part."""
        graph = self.graph.copy()
        taken = {*self.expression.names, *self._dimensions()}
        name = next(f"t{i}" for i in count() if f"t{i}" not in taken)
        part = Variable(name, graph.shape(node))
        letter = graph.var(name, part.shape)
        whole = substitute(graph, self.expression.root, {node: letter})
        formula = Expression(graph, whole, (*self.expression.variables, part))

        def derive(work: Graph, root: Node) -> dict[Orders, Node]:
            return {((name, 1),): jacobian_nodes(work, root, [work.var(name, part.shape)])[0]}

        forms = closed_forms(formula, derive)
        check = judged(formula, forms, seconds=STEP_SECONDS)
        return self._named(forms[((name, 1),)], name, node), check

    def _named(self, form: Expression, name: str, node: Node) -> Expression:
        """Return a formula with a part of the whole one in place of its name."""
        graph = form.graph.copy()
        (inside,) = graph.absorb(self.graph, [node])
        root = substitute(graph, form.root, {graph.var(name, graph.shape(inside)): inside})
        return simplify_for_display(Expression(graph, root, self.expression.variables))

    def ends_in(self, derivative: Expression) -> bool:
        """Whether what the last steps pass on to the variable is the derivative, in numbers."""
        graph = self.graph.copy()
        told = [told for told in self.told.values() if self.end in told.rule.shares]
        shares = [graph.absorb(*self._passed(one))[0] for one in told]
        (right,) = graph.absorb(derivative.graph, [derivative.root])
        left = graph.add(shares)
        if graph.shape(left) != graph.shape(right):
            shape = graph.shape(self.end)
            axes, dims = range(len(shape)), dict(enumerate(shape))
            left, right = (
                n if graph.shape(n) == shape else contract(graph, [(n, ())], axes, dims)
                for n in (left, right)
            )
        claims = [ArrayClaim(self.variable, right, left)]
        return not compare_arrays(graph, claims, self.expression.variables, 0)[0]

    def _passed(self, told: _Told) -> tuple[Graph, list[Node]]:
        """Return what an operation passes on to the variable, without letters."""
        work = told.rule.graph.copy()
        (passed,) = work.absorb(told.output.graph, [told.output.root])
        values = {told.rule.adjoint: passed}
        for letter, node in told.rule.parts.items():
            (values[work.var(letter, self.graph.shape(node))],) = work.absorb(self.graph, [node])
        return work, [substitute(work, told.rule.shares[self.end], values)]
