"""The one renderer: it spells a graph without recursion; its flavors say what a node looks like."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from itertools import count

from ..functions import TABLE
from ..graph.graph import Graph, Node, Number
from ..graph.integrand import with_bound_names
from .layout import Layout, Level, Piece, Slot

__all__ = ["Renderer"]

#: A shared part gets a name of its own when it is used twice and at least this long.
MIN_PART_LENGTH = 12


class Renderer(ABC):
    """Spells what stands under roots; a flavor defines `lay_out`, `name_part` and `join`.

    A layout looks at most two nodes deep, so that it costs the same at the top of a large
    formula as at its bottom. Nodes in `parts` are spelled by name, and no layout looks into
    them: the reader takes a name for a bracketed group.
    """

    opening, closing = "(", ")"

    #: Whether the text, read again, must give the very same nodes.
    keeps_groups = True

    def __init__(self, graph: Graph, *roots: Node) -> None:
        if len(roots) == 1:
            graph, *roots = with_bound_names(graph, *roots)  # type: ignore[assignment]
        self.graph, self.roots = graph, tuple(roots)
        self.nodes = graph.reachable(roots)
        self.variables = dict.fromkeys(
            graph.data[node] for node in self.nodes if graph.kinds[node] == "var"
        )
        self.parts: dict[Node, str] = {}
        self._layouts: dict[tuple[Node, bool], Layout] = {}

    # -- what a flavor says ---------------------------------------------------------------

    @abstractmethod
    def lay_out(self, node: Node, absolute: bool) -> Layout:
        """Return the spelling of one node."""

    @abstractmethod
    def name_part(self, index: int) -> str:
        """Return the name of a shared part."""

    @abstractmethod
    def join(self, main: str, parts: Sequence[tuple[str, str]]) -> str:
        """Return the whole text from the main formula and its parts, in order of use."""

    # -- from layouts to text ---------------------------------------------------------------

    def render(self, max_length: int) -> str:
        """Return the text; shared parts are named when it would be longer than `max_length`."""
        (main,), parts = self.render_all(max_length)
        return self.join(main, parts) if parts else main

    def render_all(self, max_length: int) -> tuple[list[str], list[tuple[str, str]]]:
        """Return the texts of all roots, and the names and texts of the parts that they share."""
        if self._length() > max_length:
            self._choose_parts()
        parts = [(name, self._emit(node)) for node, name in self.parts.items()]
        mains = [
            self.parts.get(root) or self._emit(root) if len(self.roots) > 1 else self._emit(root)
            for root in self.roots
        ]
        return mains, parts

    def layout(self, node: Node, absolute: bool = False) -> Layout:
        """Return the layout of a node, computed once."""
        key = (node, absolute)
        found = self._layouts.get(key)
        if found is None:
            found = self._layouts[key] = self.lay_out(node, absolute)
        return found

    def _emit(self, top: Node) -> str:
        """Return the text of one formula; `top` itself is never replaced by its name."""
        written: list[str] = []
        layout = self.layout(top)
        stack: list[Piece] = list(reversed(layout.pieces))
        while stack:
            piece = stack.pop()
            if isinstance(piece, str):
                written.append(piece)
            elif self.is_named(piece):
                written.append(self.parts[piece.node])
            else:
                layout = self.layout(piece.node, piece.absolute)
                if layout.level < piece.level:
                    written.append(self.opening)
                    stack.append(self.closing)
                stack.extend(reversed(layout.pieces))
        return "".join(written)

    def _length(self) -> int:
        """Return the length of all texts when nothing is shared."""
        lengths: dict[tuple[Node, bool], int] = {}
        for node in self.nodes:
            for absolute in (True, False) if self.is_negative(node) else (False,):
                lengths[node, absolute] = self._measure(self.layout(node, absolute), lengths)
        return sum(lengths[root, False] for root in self.roots)

    def _measure(self, layout: Layout, lengths: dict[tuple[Node, bool], int]) -> int:
        """Return the length of a layout whose slots have been measured."""
        brackets = len(self.opening) + len(self.closing)
        total = 0
        for piece in layout.pieces:
            if isinstance(piece, str):
                total += len(piece)
            elif self.is_named(piece):
                total += len(self.parts[piece.node])
            else:
                total += lengths[piece.node, piece.absolute]
                if self.layout(piece.node, piece.absolute).level < piece.level:
                    total += brackets
        return total

    def _choose_parts(self) -> None:
        """Name every node that is used twice and long, its own parts counted by name."""
        uses = self._uses()
        self._layouts.clear()
        names = (self.name_part(index) for index in count())
        taken = self.taken_names()
        lengths: dict[tuple[Node, bool], int] = {}
        for node in self.nodes:
            for absolute in (True, False) if self.is_negative(node) else (False,):
                lengths[node, absolute] = self._measure(self.layout(node, absolute), lengths)
            if uses[node] > 1 and lengths[node, False] >= MIN_PART_LENGTH and self._may_part(node):
                self.parts[node] = next(name for name in names if name not in taken)

    def taken_names(self) -> set[str]:
        """Return the names that no part may have."""
        return set(self.variables)

    def _uses(self) -> dict[Node, int]:
        """Return how often each node is written where nothing has a name."""
        uses = dict.fromkeys(self.nodes, 0)
        met = {(root, False) for root in self.roots}
        stack = sorted(met)
        while stack:
            for piece in self.layout(*stack.pop()).pieces:
                if isinstance(piece, Slot):
                    uses[piece.node] += 1
                    place = (piece.node, piece.absolute)
                    if place not in met:
                        met.add(place)
                        stack.append(place)
        return uses

    def _may_part(self, node: Node) -> bool:
        """Whether a name may stand for the node: leaves and conditions keep their spelling."""
        is_condition = self.graph.kinds[node] in {"compare", "and", "or", "not"}
        return bool(self.graph.args[node]) and not is_condition

    # -- questions that the flavors share -----------------------------------------------------

    def is_named(self, slot: Slot) -> bool:
        """Whether a name stands in the slot; without its sign a part stands in its own layout."""
        return slot.node in self.parts and not slot.absolute

    def kind(self, node: Node) -> str:
        """Return the kind of a node; a named part hides its own."""
        return "part" if node in self.parts else self.graph.kinds[node]

    def constant(self, node: Node) -> Number | None:
        """Return the rational that the node is, or None."""
        return self.graph.value(node)

    def is_negative(self, node: Node) -> bool:
        """Whether the node is written with a leading minus."""
        kind = self.kind(node)
        if kind == "const":
            return bool(self.graph.data[node] < 0)
        if kind != "mul":
            return False
        first = self.constant(self.graph.args[node][0])
        return first is not None and first < 0 and not self.is_negated_product(node)

    def is_negated_product(self, node: Node) -> bool:
        """Whether the node is -1 times a product kept apart: a minus would merge the two."""
        args = self.graph.args[node]
        return (
            self.keeps_groups
            and len(args) == 2
            and self.constant(args[0]) == -1
            and self.graph.kinds[args[1]] == "mul"
        )

    def factors(self, node: Node) -> tuple[Node | None, list[Node]]:
        """Return the node of the numerical factor of a product, or None, and the other factors."""
        args = self.graph.args[node]
        if self.graph.kinds[args[0]] == "const":
            return args[0], list(args[1:])
        return None, list(args)

    def reciprocal(self, node: Node) -> Node | None:
        """Return b where the node is 1/b, else None."""
        if self.kind(node) != "pow":
            return None
        base, exponent = self.graph.args[node]
        return base if self.constant(exponent) == -1 else None

    def mean_of(self, node: Node) -> Node | None:
        """Return v where the node is sum(v)/size of the columns of v, else None."""
        args = self.graph.args[node]
        if len(args) != 2 or self.kind(args[0]) != "sum":
            return None
        size = self.reciprocal(args[1])
        if size is None or self.kind(size) != "size":
            return None
        data = self.graph.args[args[0]][0]
        return data if self.graph.shape(data) and self.graph.size(data) == size else None

    def spelled(self, name: str) -> str:
        """Return a name of a function or constant that no variable of the formula hides."""
        row = TABLE.get(name)
        if name not in self.variables or row is None:
            return name
        return next((alias for alias in row.aliases if alias not in self.variables), name)

    def sum_pieces(self, node: Node) -> tuple[Piece, ...]:
        """Return the terms of a sum with their signs."""
        pieces: list[Piece] = []
        for index, term in enumerate(self.graph.args[node]):
            negative = self.is_negative(term)
            if index:
                pieces.append(" - " if negative else " + ")
            elif negative:
                pieces.append("-")
            pieces.append(Slot(term, Level.PRODUCT, negative))
        return tuple(pieces)
