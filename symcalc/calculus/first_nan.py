"""Where a formula first went bad: from a NaN or an infinity down to the step that made it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..backends.array_derivatives import ArrayDerivatives
from ..backends.node_values import node_values
from ..expression import Expression
from ..graph.graph import Graph, Node
from ..symbolic import prepare

__all__ = ["Setting", "describe_not_finite", "place_in_words"]

Values = dict[Node, NDArray[Any]]
Index = tuple[int, ...]

#: Texts of steps and numbers of inputs that a sentence holds.
MAX_TEXT, MAX_INPUTS = 60, 4

#: Results too large for doubles, made of finite arguments, are said to overflow.
_GROWING = frozenset({"add", "mul", "ein", "sum", "prod", "exp", "expm1", "sinh", "cosh", "pow"})

#: What is not finite for a singular matrix.
_OF_MATRICES = frozenset({"inv", "logdet"})


@dataclass(frozen=True, slots=True)
class Setting:
    """A formula with what stands in it: its data and the sizes of its dimensions.

    Attributes
    ----------
    expression : Expression
    wrt : tuple of str
        The variables that are varied.
    data : mapping
    sizes : mapping of str to int
    begins : mapping of str to int
        Where the data are a part of all: how much of a dimension lies before it.
    """

    expression: Expression
    wrt: tuple[str, ...]
    data: Mapping[str, Any]
    sizes: Mapping[str, int]
    begins: Mapping[str, int] = field(default_factory=dict)


def describe_not_finite(setting: Setting, point: Mapping[str, Any]) -> list[str]:
    """Return which step of the value, or else of the gradient, is not finite first, and its inputs.

    Nothing where all of it is finite, or where there is too much to look at; of a formula that is
    an array, the value alone is looked at.
    """
    expression = setting.expression
    graph, root = prepare(expression.graph, expression.root)
    values = {**setting.data, **point}
    found = node_values(graph, [root], values, setting.sizes)
    if found is None:
        return []
    if not np.isfinite(found[root]).all():
        return [_Blame(graph, found, setting.begins).sentence(root, "")]
    if graph.shape(root):
        return []
    derived = ArrayDerivatives(graph, root, setting.wrt)
    partials: Sequence[Node] = derived.gradient
    found = node_values(derived.graph, [derived.root, *partials], values, setting.sizes)
    for name, partial in zip(setting.wrt, partials, strict=True):
        if found is not None and not np.isfinite(found[partial]).all():
            return [
                _Blame(derived.graph, found, setting.begins).sentence(
                    partial, f"In the derivative by {name}, "
                )
            ]
    return []


def place_in_words(
    graph: Graph, node: Node, index: Index, begins: Mapping[str, int] | None = None
) -> str:
    """Return which row of the data, or entry of an array, an index of a step is."""
    if not index:
        return ""
    before = begins or {}
    shape = graph.shape(node)
    index = tuple(i + before.get(str(d), 0) for i, d in zip(index, shape, strict=True))
    if graph.shape(node) == ("rows",):
        return f" in row {index[0] + 1} of the data"
    return f" in entry [{','.join(map(str, index))}]"


class _Blame:
    """The steps of a formula with their values, and the way down to the first bad one."""

    def __init__(self, graph: Graph, values: Values, begins: Mapping[str, int]) -> None:
        self.graph, self.values, self.begins = graph, values, begins

    def sentence(self, root: Node, before: str) -> str:
        """Return what went bad first below a root, and what it was made of."""
        node, index = self.first(root)
        value = self.values[node][index]
        if self.graph.kinds[node] in _OF_MATRICES:
            matrix = self.text(self.graph.args[node][0])
            return f"{before}`{self.text(node)}` is not finite: `{matrix}` is singular."
        shown = "NaN" if np.isnan(value) else "infinite" if value > 0 else "minus infinite"
        place = place_in_words(self.graph, node, index, self.begins)
        why = self.cause(node, index)
        at = ", ".join(self.inputs(node, index, names_arguments="divisor" not in why))
        text = f"{before}`{self.text(node)}` is {shown}{place}"
        if self.graph.kinds[node] == "var":
            return f"{text}."
        return f"{text}{' at ' * bool(at)}{at}{why}."

    def first(self, root: Node) -> tuple[Node, Index]:
        """Return the step that is not finite though all that it needs is, and the entry."""
        node = root
        bad = ~np.isfinite(self.values[root])
        while True:
            for arg, mask in self.needed(node, bad):
                below = mask & ~np.isfinite(self.values[arg])
                if below.any():
                    node, bad = arg, below
                    break
            else:
                nan = bad & np.isnan(self.values[node])
                places = np.argwhere(nan if nan.any() else bad)
                return node, tuple(int(i) for i in places[0])

    def needed(self, node: Node, bad: NDArray[Any]) -> Iterator[tuple[Node, NDArray[Any]]]:
        """Yield the arguments that bad entries were made of, those with a NaN first."""
        args, kind = self.graph.args[node], self.graph.kinds[node]
        masks = [self.reached(node, arg, bad) for arg in args]
        if kind == "piecewise":
            masks = self.chosen(node, masks, bad)
        pairs = [pair for pair in zip(args, masks, strict=True) if self.is_number(pair[0])]
        yield from sorted(pairs, key=lambda p: not (p[1] & np.isnan(self.values[p[0]])).any())

    def reached(self, node: Node, arg: Node, bad: NDArray[Any]) -> NDArray[Any]:
        """Return the entries of an argument that bad entries of its step may come from."""
        value = self.values[arg]
        if value.ndim == 0 or value.shape != bad.shape or self.graph.kinds[node] == "ein":
            return np.ones(value.shape, dtype=bool)
        return bad

    def chosen(self, node: Node, masks: list[NDArray[Any]], bad: NDArray[Any]) -> list[Any]:
        """Return the masks of a piecewise without what lies in branches that were not chosen."""
        args, left = self.graph.args[node], bad
        for k in range(0, len(args), 2):
            is_last = k + 1 == len(args)
            here = left if is_last else left & (self.values[args[k + 1]] == True)  # noqa: E712
            left = left & ~here
            value = self.values[args[k]]
            masks[k] = masks[k] & (here if value.shape == bad.shape else here.any())
        return masks

    def is_number(self, node: Node) -> bool:
        return self.values[node].dtype != bool

    def inputs(self, node: Node, index: Index, names_arguments: bool) -> list[str]:
        """Return the numbers that a bad step was made of: variables, then arguments in brackets."""
        graph, direct, made = self.graph, dict[str, None](), list[str]()
        for arg in graph.args[node]:
            if self.values[arg].shape not in ((), self.values[node].shape):
                continue
            number = self.number(arg, index)
            if graph.kinds[arg] == "var":
                direct.setdefault(f"{graph.data[arg]}{self.entry(arg, index)} = {number}")
            elif graph.variables([arg]) and graph.kinds[arg] != "const":
                made.append(f"{self.text(arg)} = {number}")
                for leaf in graph.variables([arg]):
                    if graph.shape(leaf) in ((), ("rows",)):
                        direct.setdefault(f"{graph.data[leaf]} = {self.number(leaf, index)}")
        shown = list(direct)[:MAX_INPUTS]
        brackets = f"({', '.join(made[:MAX_INPUTS])})" if made and names_arguments else ""
        if not shown:
            return [brackets[1:-1]] if brackets else []
        return [*shown[:-1], f"{shown[-1]} {brackets}".rstrip()]

    def cause(self, node: Node, index: Index) -> str:
        """Return why: a divisor that is zero, or numbers too large for doubles."""
        kind, args = self.graph.kinds[node], self.graph.args[node]
        is_division = kind == "pow" and (self.graph.value(args[1]) or 0) < 0
        if is_division and self.at(args[0], index) == 0:
            return f": the divisor `{self.text(args[0])}` is 0"
        if kind in _GROWING and np.isinf(self.values[node][index]):
            return ": it is too large for a double"
        return ""

    def entry(self, node: Node, index: Index) -> str:
        """Return the index behind the name of an array; rows of data are told once."""
        shape = self.graph.shape(node)
        return f"[{','.join(map(str, index))}]" if shape and shape != ("rows",) else ""

    def at(self, node: Node, index: Index) -> Any:
        value = self.values[node]
        return value[index] if value.ndim else value[()]

    def number(self, node: Node, index: Index) -> str:
        return f"{float(self.at(node, index)):.6g}"

    def text(self, node: Node) -> str:
        text = Expression(self.graph, node).text
        return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"
