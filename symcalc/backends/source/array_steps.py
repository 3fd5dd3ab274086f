"""What is no elementwise loop: products of matrices, reductions, factorizations, blocks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ...graph.contractions import Contraction
from ...graph.graph import Node
from ...program import summed_labels
from ..array_traits import is_matrix_product
from .array_writer import ArrayWriter
from .views import View, of_part, row_by_row

__all__ = ["write_step"]

#: Routines that reduce numbers in a row to one, and those that return as many.
_REDUCED = {"amax": "greatest", "amin": "least", "prod": "product", "exactprod": "product",
            "lse": "log_sum_exp", "length": "length"}  # fmt: skip
_IN_PLACE = {"unit": "unit", "others": "others", "exp": "shares"}


def write_step(writer: ArrayWriter, node: Node) -> None:
    """Write what is no elementwise loop."""
    _STEPS[writer.graph.kinds[node]](writer, node)


def _product(writer: ArrayWriter, node: Node) -> None:
    """Write a product of two arrays with sums."""
    graph, data = writer.graph, writer.graph.data[node]
    args = graph.args[node]
    if "inv" in (graph.kinds[arg] for arg in args) and is_matrix_product(data):
        _solution(writer, node, data)
        return
    views = [writer.view(arg) for arg in args]
    steps = [_steps(view, own) for view, own in zip(views, data.factors, strict=True)]
    shape, target, name = graph.shape(node), None, ""
    if shape:
        target = writer.target(node)
        steps.append(_steps(target, data.out))
    else:
        name = writer.number(node)
    order = _order(data, steps)
    names = {label: f"i{place}" for place, label in enumerate(order)}
    summed = set(summed_labels(data))
    result = writer.element(target, [names[label] for label in data.out]) if target else name
    texts = [
        writer.element(view, [names[label] for label in own])
        for view, own in zip(views, data.factors, strict=True)
    ]
    sizes = {label: writer.size(data.dims[label]) for label in order}
    last = order[-1]
    is_dot = last in summed
    if is_dot:
        without = names | {last: "0"}
        given: list[str] = []
        for view, own, step in zip(views, data.factors, steps, strict=False):
            place = view.place([without[label] for label in own])
            given += [view.base, place, step.get(last, "0")]
        lines = [writer.called("dot", sizes[last], *given)]
        is_added = len(summed) > 1
        text = f"{result} + {lines[0]}" if is_added else lines[0]
        lines, outer = [writer.written.assigned(result, text)], order[:-1]
    else:
        lines, outer = _added_along(writer, node, result, texts, order, names, sizes), order[:-1]
        is_added = True
    if is_added and target:
        writer.lines += writer.filled(target, shape, "0.0")
    elif is_added:
        writer.lines.append(writer.written.assigned(name, "0.0"))
    indices = [names[label] for label in outer]
    writer.lines += writer.looped(indices, [sizes[label] for label in outer], lines)


def _added_along(
    writer: ArrayWriter,
    node: Node,
    result: str,
    texts: list[str],
    order: Sequence[int],
    names: Mapping[int, str],
    sizes: Mapping[int, str],
) -> list[str]:
    """Return the innermost loop, that adds to elements which lie beside each other."""
    last, lines = order[-1], []
    for place, own in enumerate(writer.graph.data[node].factors):
        if last not in own:
            kept = writer.written.fresh()
            lines.append(writer.written.assigned(kept, texts[place]))
            texts[place] = kept
    inner = [writer.written.added(result, "*".join(texts))]
    return [*lines, *writer.looped([names[last]], [sizes[last]], inner)]


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


def _solution(writer: ArrayWriter, node: Node, data: Contraction) -> None:
    """Write a product with an inverse as the solution of a system."""
    graph, args = writer.graph, writer.graph.args[node]
    place = next(at for at, arg in enumerate(args) if graph.kinds[arg] == "inv")
    own, right, labels = data.factors[place], args[1 - place], data.factors[1 - place]
    (summed,) = set(own) & set(labels)
    (solved,) = set(own) - {summed}
    rest = [label for label in labels if label != summed]
    shape = tuple(data.dims[label] for label in (summed, *rest))
    is_turned = list(data.out) != [solved, *rest]
    base = writer.room(writer.count(shape)) if is_turned else writer.target(node).base
    system = row_by_row(base, shape, writer.size)
    names = {label: f"i{at}" for at, label in enumerate((summed, *rest))}
    indices = [names[label] for label in (summed, *rest)]
    text = writer.element(writer.view(right), [names[label] for label in labels])
    line = writer.written.assigned(writer.element(system, indices), text)
    writer.lines += writer.looped(indices, [writer.size(d) for d in shape], [line])
    factors = _factors(writer, graph.args[args[place]][0])
    n, n_columns = writer.size(shape[0]), writer.count(shape[1:])
    transposed = "0" if own[1] == summed else "1"
    _call(writer, "solve", n, factors, transposed, n_columns, base)
    if is_turned:
        target = writer.target(node)
        line = writer.element(target, list(reversed(indices)))
        line = writer.written.assigned(line, writer.element(system, indices))
        writer.lines += writer.looped(indices, [writer.size(d) for d in shape], [line])


def _factors(writer: ArrayWriter, matrix: Node) -> str:
    """Return the room with the factors of a matrix, which are made here if need be."""
    if matrix not in writer.factors:
        graph, n = writer.graph, writer.size(writer.graph.shape(matrix)[0])
        is_definite = graph.kinds[matrix] == "var" and graph.data[matrix] in writer.definite
        factors = writer.factors[matrix] = writer.room(f"{n}*{n} + {n} + 1")
        base = writer.view(matrix).base
        _call(writer, "factorize", n, base, "1" if is_definite else "0", factors)
    return writer.factors[matrix]


def _call(writer: ArrayWriter, name: str, *args: str) -> None:
    writer.lines.append(writer.syntax.call.format(writer.called(name, *args)))


def _inverse(writer: ArrayWriter, node: Node) -> None:
    """Write an inverse, where it is more than multiplied with."""
    (matrix,) = writer.graph.args[node]
    if _is_formed(writer, node):
        factors = _factors(writer, matrix)
        size = writer.size(writer.graph.shape(node)[0])
        _call(writer, "inverse", size, factors, writer.target(node).base)


def _is_formed(writer: ArrayWriter, inverse: Node) -> bool:
    """Whether an inverse is read otherwise than by products that are solutions of systems."""
    graph, outputs = writer.graph, writer.loops.outputs
    if inverse in outputs:
        return True
    for node in graph.reachable(outputs):
        args = graph.args[node]
        if inverse not in args:
            continue
        inverses = [arg for arg in args if graph.kinds[arg] == "inv"]
        is_solved = graph.kinds[node] == "ein" and len(args) == 2 and inverses[0] == inverse
        if not is_solved or inverses[1:] or not is_matrix_product(graph.data[node]):
            return True
    return False


def _determinant(writer: ArrayWriter, node: Node) -> None:
    """Write a determinant, its sign, or the logarithm of its size."""
    (matrix,), kind = writer.graph.args[node], writer.graph.kinds[node]
    factors = _factors(writer, matrix)
    size = writer.size(writer.graph.shape(matrix)[0])
    text = writer.called(kind.removeprefix("exact"), size, factors)
    writer.lines.append(writer.written.assigned(writer.number(node), text))


def _cofactors(writer: ArrayWriter, node: Node) -> None:
    """Write the derivatives of a determinant."""
    (matrix,) = writer.graph.args[node]
    n = writer.size(writer.graph.shape(matrix)[0])
    room, base = writer.room(f"{n}*{n} + 2*{n} + 1"), writer.view(matrix).base
    _call(writer, "cofactors", n, base, room, writer.target(node).base)


def _reduction(writer: ArrayWriter, node: Node) -> None:
    """Write a reduction of all elements, or along an axis."""
    graph, kind = writer.graph, writer.graph.kinds[node]
    own = writer.loops.shares.get(node, node)
    (arg,), axis = graph.args[own], graph.data[own]
    shape, view = graph.shape(arg), writer.view(arg)
    if axis is None:
        given = [writer.count(shape), view.base, view.start, "1"]
        others: list[int] = []
    else:
        others = [at for at in range(len(shape)) if at != axis]
        places = ["0" if at == axis else f"i{others.index(at)}" for at in range(len(shape))]
        given = [writer.size(shape[axis]), view.base, view.place(places), view.steps[axis] or "0"]
    indices = [f"i{at}" for at in range(len(others))]
    sizes = [writer.size(shape[at]) for at in others]
    if kind in _IN_PLACE:
        target = writer.target(node)
        to = target.start if axis is None else target.place(places)
        step = "1" if axis is None else target.steps[axis]
        call = writer.called(_IN_PLACE[kind], *given, target.base, to, step)
        line = writer.syntax.call.format(call)
    else:
        text = writer.called(_REDUCED[kind], *given)
        is_number = not graph.shape(node)
        result = writer.number(node) if is_number else writer.element(writer.target(node), indices)
        line = writer.written.assigned(result, text)
    writer.lines += writer.looped(indices, sizes, [line])


def _among_zeros(writer: ArrayWriter, node: Node) -> None:
    """Write a part among zeros."""
    graph = writer.graph
    (arg,), (shape, index) = graph.args[node], graph.data[node]
    target = writer.target(node)
    writer.lines += writer.filled(target, shape, "0.0")
    part = of_part(target, shape, index, writer.size)
    writer.lines += writer.copied(arg, part, graph.shape(arg))


def _blocks(writer: ArrayWriter, node: Node) -> None:
    """Write blocks beside each other."""
    graph = writer.graph
    _, axis = graph.data[node]
    target = writer.target(node)
    begin: list[str] = list(target.begin)
    for arg in graph.args[node]:
        own = graph.shape(arg)
        writer.lines += writer.copied(arg, target._replace(begin=tuple(begin)), own)
        step = target.steps[axis]
        size = writer.size(own[axis])
        begin.append(size if step == "1" else f"{size}*{step}")


_STEPS: dict[str, Callable[[ArrayWriter, Node], None]] = {
    "ein": _product,
    "inv": _inverse,
    **dict.fromkeys(("logdet", "det", "exactdet", "signdet"), _determinant),
    "cofactors": _cofactors,
    **dict.fromkeys((*_REDUCED, *_IN_PLACE), _reduction),
    "put": _among_zeros,
    "concat": _blocks,
}
