"""What a derivative with many axes does to a direction: `H[D]`, short where entries are long."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain, count
from typing import Any

from ..errors import OutcomeError
from ..expression import Expression, Variable
from ..graph.contractions import contract
from ..graph.derive import jacobian_nodes
from ..graph.graph import Graph, Node
from ..graph.shapes import Shape
from ..outcome import Outcome, Trust
from ..symbolic.kronecker_forms import kronecker_form
from ..verify import DerivativeCheck
from ..verify.array_claims import ArrayClaim, compare_arrays
from ..verify.mistakes import Verdict
from ..writing import to_entries
from .derived import Orders, closed_forms

__all__ = ["Action", "hessian_action", "jacobian_action", "rank_of", "shape_of"]

#: What a direction is called, the first name that the formula leaves free.
DIRECTIONS = ("D", "E", "V", "P", "Q")

#: Sizes of dimensions for which an action is compared with the derivative.
SIZES = ((2, 3), (3, 2), (1, 2))


class Action(Expression):
    """A derivative applied to a direction, as a formula in which the direction is a variable.

    Attributes
    ----------
    direction : str
        The name of the direction. It has the shape of the variable that it is a change of.
    matrix : Expression or None
        The derivative as a Kronecker product, where it is one: the matrix that acts on the
        entries of the direction row by row, `D.ravel()` in NumPy.
    entries : str
        The derivative entry by entry where it is one other term, `inv(S)[j,k]*inv(S)[l,i]`, or "".
    """

    __slots__ = ("direction", "entries", "matrix")

    direction: str
    matrix: Expression | None
    entries: str

    def __init__(
        self, form: Expression, direction: str, matrix: Expression | None = None, entries: str = ""
    ) -> None:
        super().__init__(form.graph, form.root, form.variables)
        for slot, value in (("direction", direction), ("matrix", matrix), ("entries", entries)):
            object.__setattr__(self, slot, value)

    def __reduce__(self) -> tuple[Any, ...]:
        form = Expression(self.graph, self.root, self.variables)
        return Action, (form, self.direction, self.matrix, self.entries)

    @property
    def shape(self) -> Shape:
        """The shape of the direction."""
        return next(v.shape for v in self.variables if v.name == self.direction)

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        known = {**super().to_dict(), "direction": self.direction, "shape": list(self.shape)}
        if self.matrix is not None:
            known["matrix"] = self.matrix.text
        if self.entries:
            known["entries"] = self.entries
        return known


def hessian_action(
    expression: Expression, pair: tuple[str, str], block: Expression, direction: str | None = None
) -> Action:
    """Return the block of a Hessian in two variables applied to a change of the second."""
    row, column = pair
    change = _direction(expression, column, direction)

    def derive(graph: Graph, root: Node) -> dict[Orders, Node]:
        slope = jacobian_nodes(graph, root, [_variable(graph, expression, column)])[0]
        product = _inner(graph, slope, graph.var(change.name, change.shape))
        found = jacobian_nodes(graph, product, [_variable(graph, expression, row)])[0]
        return {((row, 1), (column, 1)): found}

    return _judged(expression, derive, block, change)


def jacobian_action(
    expression: Expression, name: str, block: Expression, direction: str | None = None
) -> Action:
    """Return the derivative of an array applied to a change of a variable."""
    change = _direction(expression, name, direction)

    def derive(graph: Graph, root: Node) -> dict[Orders, Node]:
        # two sweeps backwards are one forwards: the product is linear in the weights
        taken = {*expression.names, change.name}
        fresh = next(f"w{i}" for i in count() if f"w{i}" not in taken)
        weights = graph.var(fresh, graph.shape(root))
        pulled = jacobian_nodes(
            graph, _inner(graph, root, weights), [_variable(graph, expression, name)]
        )[0]
        product = _inner(graph, pulled, graph.var(change.name, change.shape))
        return {((name, 1),): jacobian_nodes(graph, product, [weights])[0]}

    return _judged(expression, derive, block, change)


def shape_of(expression: Expression, name: str) -> Shape:
    """Return the shape of a variable."""
    return next((v.shape for v in expression.variables if v.name == name), ())


def rank_of(form: Expression) -> int:
    """Return how many axes a formula has."""
    return len(form.graph.shape(form.root))


def _variable(graph: Graph, expression: Expression, name: str) -> Node:
    return graph.var(name, shape_of(expression, name))


def _direction(expression: Expression, name: str, asked: str | None) -> Variable:
    """Return the direction as a variable: what was asked for, or the first free name."""
    dims = chain.from_iterable(v.shape for v in expression.variables)
    taken = {*expression.names, *map(str, dims)}
    names = chain(DIRECTIONS, (f"D{i}" for i in count()))
    return Variable(asked or next(n for n in names if n not in taken), shape_of(expression, name))


def _inner(graph: Graph, left: Node, right: Node) -> Node:
    """Append the sum of the products of the entries of two arrays."""
    if graph.shape(left) != graph.shape(right):  # a derivative that is 0 everywhere
        return graph.const(0)
    labels = tuple(range(len(graph.shape(right))))
    return contract(graph, [(left, labels), (right, labels)], ())


def _judged(expression: Expression, derive: Any, block: Expression, change: Variable) -> Action:
    """Return an action, compared in numbers with the block times the direction.

    Raises
    ------
    OutcomeError
        They differ.
    """
    forms: Mapping[Orders, Expression] = closed_forms(expression, derive)
    (form,) = forms.values()
    variables = (*expression.variables, change)
    graph = Graph()
    (mine,) = graph.absorb(form.graph, [form.root])
    (whole,) = graph.absorb(block.graph, [block.root])
    arrow = graph.var(change.name, change.shape)
    axes = tuple(range(len(graph.shape(whole))))
    n_rows = len(axes) - len(change.shape)
    told = (
        contract(graph, [(whole, axes), (arrow, axes[n_rows:])], axes[:n_rows]) if axes else whole
    )
    claims = [ArrayClaim("f", told, mine)]
    findings, n_draws = compare_arrays(graph, claims, variables, 0, sizes=SIZES)
    wrong = [finding for finding in findings if finding.verdict is not Verdict.UNDECIDED]
    if wrong:
        message = f"the action differs from the derivative: {wrong[0].message}"
        check = DerivativeCheck(Trust.SUSPECT, Outcome.DISAGREES, n_draws, float("nan"), message)
        raise OutcomeError(f"{check.outcome} {message}", check)
    matrix = kronecker_form(graph, whole, n_rows)
    return Action(
        Expression(form.graph, form.root, variables),
        change.name,
        None if matrix is None else Expression(graph, matrix, expression.variables),
        "" if matrix is not None else to_entries(graph, whole),
    )
