"""Products of two arrays with sums, as loops in an order that runs along rows of memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...graph.contractions import Contraction
from ...graph.graph import Node
from ...program import summed_labels
from .array_writer import ArrayWriter
from .views import View

__all__ = ["write_product"]


def write_product(writer: ArrayWriter, node: Node) -> None:
    """Write a product of two arrays.

    The innermost loops are those of a routine: products of numbers in two rows added up, or
    multiples of rows added to a row. Where neither fits, elements are added to one by one.
    """
    _Product(writer, node).write()


class _Product:
    """One product while it is written."""

    def __init__(self, writer: ArrayWriter, node: Node) -> None:
        self.writer, self.node = writer, node
        self.data: Contraction = writer.graph.data[node]
        self.views = [writer.view(arg) for arg in writer.graph.args[node]]
        self.steps = [_steps(v, own) for v, own in zip(self.views, self.data.factors, strict=True)]
        self.target: View | None = None
        if writer.graph.shape(node):
            self.target = writer.target(node)
            self.own_steps = _steps(self.target, self.data.out)
        else:
            self.own_steps = {}
            writer.number(node)
        self.summed = summed_labels(self.data)
        self.order = _order(self.data, [*self.steps, self.own_steps])
        self.names = {label: f"i{place}" for place, label in enumerate(self.order)}
        self.sizes = {label: writer.size(self.data.dims[label]) for label in self.order}

    def write(self) -> None:
        writer, is_added = self.writer, True
        if self.order[-1] in self.summed:
            is_added = len(self.summed) > 1
            lines, outer = [self._rows_multiplied(is_added=is_added)], self.order[:-1]
        elif (factor := self._factor_of_rows()) is not None:
            lines, outer = [self._rows_added(factor)], self.order[:-2]
        else:
            lines, outer = self._elements_added(), self.order[:-1]
        if is_added and self.target:
            writer.lines += writer.filled(self.target, writer.graph.shape(self.node), "0.0")
        elif is_added:
            writer.lines.append(writer.written.assigned(self._result(), "0.0"))
        indices, sizes = [self.names[at] for at in outer], [self.sizes[at] for at in outer]
        writer.lines += writer.looped(indices, sizes, lines)

    def _result(self) -> str:
        if self.target is None:
            return self.writer.numbers[self.node]
        return self.writer.element(self.target, [self.names[label] for label in self.data.out])

    def _begin(self, view: View, labels: Sequence[int], inner: Sequence[int]) -> str:
        """Return the place where loops over some labels begin."""
        return view.place(["0" if label in inner else self.names[label] for label in labels])

    def _rows_multiplied(self, *, is_added: bool) -> str:
        """Return the statement that adds up products along the last label."""
        last = self.order[-1]
        given = [self.sizes[last]]
        for view, own, step in zip(self.views, self.data.factors, self.steps, strict=True):
            given += [view.base, self._begin(view, own, [last]), step.get(last, "0")]
        text, result = self.writer.called("dot", *given), self._result()
        return self.writer.written.assigned(result, f"{result} + {text}" if is_added else text)

    def _factor_of_rows(self) -> int | None:
        """Return which factor has rows along the last label, multiples of which are added up."""
        if len(self.order) < 2 or self.order[-2] not in self.summed:
            return None
        last = self.order[-1]
        found = [place for place, step in enumerate(self.steps) if step.get(last) == "1"]
        others = [place for place, own in enumerate(self.data.factors) if last not in own]
        are_rows = self.own_steps.get(last) == "1" and len(found) == len(others) == 1
        return found[0] if are_rows else None

    def _rows_added(self, factor: int) -> str:
        """Return the call that adds multiples of the rows of a factor to a row."""
        row, last = self.order[-2:]
        given = [self.sizes[row], self.sizes[last]]
        for place in (1 - factor, factor):
            view, own = self.views[place], self.data.factors[place]
            given += [view.base, self._begin(view, own, [row, last])]
            given.append(self.steps[place].get(row, "0"))
        assert self.target is not None
        given += [self.target.base, self._begin(self.target, self.data.out, [last])]
        return self.writer.syntax.call.format(self.writer.called("add_rows", *given))

    def _elements_added(self) -> list[str]:
        """Return the innermost loop, that adds to one element after the other."""
        writer, last, lines = self.writer, self.order[-1], list[str]()
        texts = []
        for view, own in zip(self.views, self.data.factors, strict=True):
            text = writer.element(view, [self.names[label] for label in own])
            if last not in own:
                kept = writer.written.fresh()
                lines.append(writer.written.assigned(kept, text))
                text = kept
            texts.append(text)
        inner = [writer.written.added(self._result(), "*".join(texts))]
        return [*lines, *writer.looped([self.names[last]], [self.sizes[last]], inner)]


def _steps(view: View, labels: Sequence[int]) -> dict[int, str]:
    """Return the step of each label that moves."""
    found: dict[int, str] = {}
    for label, step in zip(labels, view.steps, strict=True):
        if step:
            found[label] = f"({found[label]} + {step})" if label in found else step
    return found


def _order(data: Contraction, steps: Sequence[Mapping[int, str]]) -> list[int]:
    """Return the labels from the outermost loop to the innermost.

    Innermost is the label along which most arrays lie beside each other, and few jump.
    """

    def gain(label: int) -> int:
        own = [step[label] for step in steps if label in step]
        return sum(1 if step == "1" else -1 for step in own)

    labels = [*data.out, *summed_labels(data)]
    return sorted(labels, key=gain)
