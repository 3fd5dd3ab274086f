"""Rebuild a formula bottom-up, with a rule that may replace nodes on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from .graph import Graph, Node

__all__ = ["cut_off", "make", "rebuild", "substitute"]

#: `rule(graph, kind, args, data)` returns the replacement in the new graph, or None to keep.
Rule = Callable[[Graph, str, tuple[Node, ...], object], Node | None]


def rebuild(graph: Graph, roots: Sequence[Node], rule: Rule) -> tuple[Graph, list[Node]]:
    """Return a new arena in which the rule has been tried on every node, and the roots there."""
    new = Graph()
    place: dict[Node, Node] = {}
    #: nodes that became others, above which the constructors may simplify
    changed: set[Node] = set()
    for node in graph.reachable(roots):
        kind, data = graph.kinds[node], graph.data[node]
        if kind == "const":
            place[node] = new.const(data, graph.spellings.get(node))
            continue
        if kind == "var":
            place[node] = new.var(data, graph.shapes.get(node, ()))
            continue
        old = graph.args[node]
        args = tuple([place[arg] for arg in old])
        found = rule(new, kind, args, data)
        if found is None:
            if changed.isdisjoint(old):
                place[node] = new.node(kind, args, data)
                continue
            found = make(new, kind, args, data)
        place[node] = found
        if new.kinds[found] != kind or new.args[found] != args:
            changed.add(node)
    return new, [place[root] for root in roots]


def make(graph: Graph, kind: str, args: tuple[Node, ...], data: object = None) -> Node:
    """Return the node of any kind, through the constructor that simplifies it."""
    if kind == "add":
        return graph.add(args)
    if kind == "mul":
        return graph.mul(args)
    if kind == "pow":
        return graph.pow(*args)
    return graph.node(kind, args, data)


def cut_off(
    graph: Graph, roots: Sequence[Node], leaves: Mapping[Node, str]
) -> tuple[Graph, list[Node]]:
    """Return a new arena of scalars, in which some nodes are variables, and the roots there."""
    needed, waiting = set(roots), list(roots)
    while waiting:
        node = waiting.pop()
        inner = () if node in leaves else graph.args[node]
        waiting += [arg for arg in inner if arg not in needed]
        needed.update(inner)
    new = Graph()
    place: dict[Node, Node] = {}
    for node in sorted(needed):
        kind, data = graph.kinds[node], graph.data[node]
        if node in leaves:
            place[node] = new.var(leaves[node])
        elif kind == "var":
            place[node] = new.var(data)
        elif kind == "const":
            place[node] = new.const(data, graph.spellings.get(node))
        else:
            place[node] = make(new, kind, tuple([place[arg] for arg in graph.args[node]]), data)
    return new, [place[root] for root in roots]


def substitute(graph: Graph, root: Node, values: Mapping[Node, Node]) -> Node:
    """Append the expression with some nodes replaced by others of the same graph."""
    place: dict[Node, Node] = dict(values)
    for node in graph.reachable([root]):
        if node not in place:
            args = graph.args[node]
            moved = tuple([place[arg] for arg in args])
            same = moved == args
            place[node] = node if same else make(graph, graph.kinds[node], moved, graph.data[node])
    return place[root]
