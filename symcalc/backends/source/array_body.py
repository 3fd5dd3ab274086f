"""Loops over arrays → statements of a language."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from ...graph.dimensions import difference, dimension_of, polynomial
from ...graph.graph import Graph, Node
from ...graph.shapes import Dimension
from ...program import Nest, loops_of
from .array_steps import write_step
from .array_writer import ArrayWriter, Names
from .dialect import Body, Dialect
from .emitter import bare
from .layout import indented
from .rooms import shared_rooms
from .views import from_front

__all__ = ["ArrayBody", "array_body"]


class ArrayBody(NamedTuple):
    """What a function does.

    Attributes
    ----------
    lines : list of str
    local : Body
        Local names.
    rooms : dict of str to str
        The arrays between, and how many numbers each holds.
    tests : list of str
        What must hold of the sizes.
    value : str
        The value, if it is a number.
    undefined : list of str
        What makes derivatives NaN where the value is.
    nothing : list of str
        What makes all results NaN.
    called, routines : set of str
        Functions of C and routines.
    """

    lines: list[str]
    local: Body
    rooms: dict[str, str]
    tests: list[str]
    value: str
    undefined: list[str]
    nothing: list[str]
    called: set[str]
    routines: set[str]


def array_body(
    graph: Graph,
    outputs: Sequence[Node],
    names: Names,
    dialect: Dialect,
    definite: Collection[str] = (),
) -> ArrayBody:
    """Return the statements that compute formulas, whose contractions are in steps."""
    writer = ArrayWriter(loops_of(graph, outputs), names, dialect, definite)
    for first, numbers, nests in writer.loops.steps:
        for node in first:
            write_step(writer, node)
        _compute(writer, numbers)
        for nest in nests:
            _run_through(writer, nest)
    value = _fill_results(writer)
    lines, rooms = shared_rooms(writer.lines, writer.rooms, dialect)
    return ArrayBody(
        lines, writer.written.body([], []), rooms, _tests(writer), value,
        _without_value(writer), _without_results(writer), writer.written.called, writer.routines,
    )  # fmt: skip


def _compute(writer: ArrayWriter, nodes: Sequence[Node]) -> None:
    """Write numbers that are read later."""
    if nodes:
        lines, texts = writer.formulas(nodes, [])
        for node, text in zip(nodes, texts, strict=True):
            lines.append(writer.written.assigned(writer.number(node), text))
        writer.lines += lines


def _run_through(writer: ArrayWriter, nest: Nest) -> None:
    """Write the loop over all elements of a shape."""
    graph, written = writer.graph, writer.written
    indices = [f"i{axis}" for axis in range(len(nest.shape))]
    totals = [graph.args[node][0] for node in nest.totals]
    lines, texts = writer.formulas([*nest.stored, *totals], indices)
    for node, text in zip(nest.stored, texts, strict=False):
        lines.append(written.assigned(writer.element(writer.target(node), indices), text))
    for node, text in zip(nest.totals, texts[len(nest.stored) :], strict=True):
        if graph.kinds[node] == "sum" or not graph.shape(node):
            place = writer.number(node)
            writer.lines.append(written.assigned(place, "0.0"))
        else:
            data, target = graph.data[node], writer.target(node)
            own = dict(zip(data.factors[0], indices, strict=True))
            place = writer.element(target, [own[label] for label in data.out])
            writer.lines += writer.filled(target, graph.shape(node), "0.0")
        lines.append(written.added(place, text))
    writer.lines += writer.looped(indices, [writer.size(d) for d in nest.shape], lines)


def _fill_results(writer: ArrayWriter) -> str:
    """Write what results are made of that are not computed in place; return the value's text."""
    value = ""
    names = writer.names
    for node, name, shape in zip(writer.loops.outputs, names.results, names.shapes, strict=True):
        if not name:
            lines, (value,) = writer.formulas([node], [])
            writer.lines += lines
        elif writer.memory[node].base != name if node in writer.memory else True:
            writer.lines += writer.copied(node, writer.result(name, shape), shape)
    return value


def _without_results(writer: ArrayWriter) -> list[str]:
    """Return what makes all results NaN that are arrays; there are none of negative sizes."""
    names, nan, (begin, _, _, close) = writer.names, writer.dialect.nan, writer.dialect.choice
    found: list[str] = []
    for name, shape in zip(names.results, names.shapes, strict=True):
        lines = writer.filled(writer.result(name, shape), shape, nan) if name else []
        tests = [test for d in shape for test in [_test(writer, d, 0)] if test]
        if lines and tests:
            head = begin.format(writer.dialect.logic("and", tests))
            lines = [head, *indented(lines), *([close.format()] if close else [])]
        found += lines
    return found


def _without_value(writer: ArrayWriter) -> list[str]:
    """Return what makes derivatives NaN where the value is."""
    names, dialect = writer.names, writer.dialect
    own, n_axes = names.shapes[0], len(names.shapes[0])
    indices = [f"i{axis}" for axis in range(n_axes)]
    inner: list[str] = []
    for name, shape in list(zip(names.results, names.shapes, strict=True))[1:]:
        more = [f"i{axis}" for axis in range(n_axes, len(shape))]
        place = writer.element(writer.result(name, shape), [*indices, *more])
        line = writer.written.assigned(place, dialect.nan)
        inner += writer.looped(more, [writer.size(d) for d in shape[n_axes:]], [line])
    if not inner:
        return []
    value = writer.element(writer.result("value", own), indices) if own else "value"
    begin, _, _, close = dialect.choice
    end = [close.format()] if close else []
    lines = [begin.format(bare(dialect.undefined.format(value))), *indented(inner), *end]
    return writer.looped(indices, [writer.size(d) for d in own], lines)


def _tests(writer: ArrayWriter) -> list[str]:
    """Return what sizes must be for all parts that are taken, and extrema, to be there."""
    graph, found = writer.graph, dict[str, None]()
    for node in graph.reachable(writer.loops.outputs):
        kind = graph.kinds[node]
        if kind not in ("take", "amax", "amin"):
            continue
        whole = graph.shape(graph.args[node][0])
        if kind != "take":
            axis = graph.data[node]
            reduced = whole if axis is None else whole[axis : axis + 1]
            found.update((_test(writer, dimension, 1), None) for dimension in reduced)
            continue
        for size, entry in zip(whole, graph.data[node][1], strict=True):
            if isinstance(entry, int):
                pairs: list[tuple[Dimension, Dimension]]
                pairs = [(entry + 1 if entry >= 0 else -entry, size)]
            elif entry[2] < 0:
                continue
            else:
                begin, end = entry[0] or 0, size if entry[1] is None else entry[1]
                pairs = [(-e, size) for e in (begin, end) if isinstance(e, int) and e < 0]
                first, last = from_front(begin, size), from_front(end, size)
                pairs += [(first, last), (last, size)]
            for small, large in pairs:
                found[_test(writer, large, small)] = None
    return [test for test in found if test]


def _test(writer: ArrayWriter, large: Dimension, small: Dimension) -> str:
    """Return that a dimension is at least another one; "" where it always is."""
    terms = polynomial(difference(large, small))
    more = dimension_of({key: n for key, n in terms.items() if n > 0})
    less = dimension_of({key: -n for key, n in terms.items() if n < 0})
    return f"{writer.size(more)} >= {writer.size(less)}" if less else ""
