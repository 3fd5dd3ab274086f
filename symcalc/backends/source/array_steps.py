"""What is no elementwise loop: products of matrices, reductions, factorizations, blocks."""

from __future__ import annotations

from collections.abc import Callable

from ...graph.contractions import Contraction
from ...graph.graph import Node
from ..array_traits import is_matrix_product
from .array_products import write_product
from .array_writer import ArrayWriter
from .views import of_part, row_by_row

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
    else:
        write_product(writer, node)


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
