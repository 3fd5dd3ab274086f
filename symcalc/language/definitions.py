"""Functions that a user has added: `Definitions`."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ..graph.graph import Graph, Node

__all__ = ["DEFINITIONS", "Definition", "Definitions"]


@dataclass(frozen=True, slots=True)
class Definition:
    """One function: its name, its parameters, and its formula as a graph.

    Attributes
    ----------
    name : str
    parameters : tuple of str
    text : str
        The definition as it was typed.
    graph, root
        The formula; its variables are the parameters.
    """

    name: str
    parameters: tuple[str, ...]
    text: str
    graph: Graph
    root: Node

    def expand(self, target: Graph, args: Sequence[Node]) -> Node:
        """Append the formula to another graph, the arguments in place of the parameters."""
        source, place = self.graph, dict[Node, Node]()
        values = dict(zip(self.parameters, args, strict=True))
        asked = [node for derivation in source.derivations for node in derivation]
        for node in source.reachable([self.root, *asked]):
            kind, data = source.kinds[node], source.data[node]
            inner = tuple([place[arg] for arg in source.args[node]])
            if kind == "var":
                new = values[data]
            elif kind == "const":
                new = target.const(data, source.spellings.get(node))
            elif kind == "add":
                new = target.add(inner)
            elif kind == "mul":
                new = target.mul(inner)
            elif kind == "pow":
                new = target.pow(*inner)
            else:
                new = target.node(kind, inner, data)
            place[node] = new
        target.derivations += [(place[f], place[x], place[df]) for f, x, df in source.derivations]
        return place[self.root]


class Definitions:
    """A set of functions, safe to use from several threads.

    A formula keeps the functions it was read with: defining a name again changes nothing that
    has been read before.
    """

    def __init__(self, known: Sequence[Definition] = ()) -> None:
        self._lock = threading.Lock()
        self._known = {definition.name: definition for definition in known}

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._known))

    def __len__(self) -> int:
        return len(self._known)

    def __contains__(self, name: object) -> bool:
        return name in self._known

    def get(self, name: str) -> Definition | None:
        """Return the function of that name, or None."""
        return self._known.get(name)

    def add(self, definition: Definition) -> None:
        """Add a function, or put it in the place of the one with its name."""
        with self._lock:
            self._known = {**self._known, definition.name: definition}

    def remove(self, name: str) -> None:
        """Forget a function; a name that is not there is no error."""
        with self._lock:
            self._known = {key: value for key, value in self._known.items() if key != name}

    def replace(self, definitions: Iterable[Definition]) -> None:
        """Forget all functions and know these instead."""
        with self._lock:
            self._known = {definition.name: definition for definition in definitions}

    def known(self) -> tuple[Definition, ...]:
        """Return the functions, in the order in which they were first added."""
        return tuple(self._known.values())

    def snapshot(self) -> Definitions:
        """Return a copy that later definitions do not change."""
        return Definitions(self.known())


#: The functions of this process, which every verb reads with unless it is given others.
DEFINITIONS = Definitions()
