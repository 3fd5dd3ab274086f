"""What the functions of arrays mean: reductions, products, matrices of a shape, blocks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ..arrays.blocks import concatenate, filled, stack
from ..arrays.mismatch import ShapeError, check_shape
from ..arrays.products import diagonal, kronecker, matmul, outer, solve, square, trace, transpose
from ..arrays.reductions import (
    REDUCERS,
    check_axis,
    keep_axis,
    log_softmax,
    n_elements,
    norm,
    softmax,
)
from ..arrays.row_vectors import Everywhere, EverywhereMatrix
from ..functions import lookup
from ..graph.contractions import eye
from ..graph.dimensions import dimension_of, product, total
from ..graph.graph import Graph, Node
from ..graph.shapes import Dimension
from .options import Option
from .subscripts import einsum, reshaped

if TYPE_CHECKING:
    from .calls import Call, Calls

__all__ = ["ARRAY_FORMS", "COLUMN_FORMS", "GROUPED", "PAIRED"]

Form = Callable[["Calls", "Call", int], Node]

_COLUMNS = 'Declare its columns of data: shapes={"x": "rows"}, or give the data.'


def _split(calls: Calls, call: Call, last: int) -> tuple[list[Node], dict[str, int | bool | None]]:
    """Return the arguments of a call that are numbers, and its options."""
    options: dict[str, int | bool | None] = {}
    for arg in call.args:
        if isinstance(arg, Option):
            if arg.name in options:
                raise calls.error(f"`{arg.name}` is given twice.", call, last)
            options[arg.name] = arg.value
    call.args = [arg for arg in call.args if not isinstance(arg, Option)]
    return calls.numbers(call, last), options


def _reduction(name: str) -> Form:
    """Return what builds the reduction of an array."""

    def build(calls: Calls, call: Call, last: int) -> Node:
        args, options = _split(calls, call, last)
        graph = calls.graph
        shape = graph.shape(args[0])
        row = lookup(name)
        if row is not None and not (shape and len(args) == 1) and not options:
            if name == "logsumexp" and shape and len(args) == 2 and _is_axis(graph, args[1]):
                hint = "Write axis=..., or logaddexp(a, b) for two arrays element by element."
                raise calls.error("This has two readings.", call, last, hint)
            return calls.table_function(row, call, last)
        if row is None and len(args) == 2 and "axis" not in options and _is_axis(graph, args[1]):
            options["axis"] = graph.data[args.pop()]
        calls.check_count(call, 1, 1, last)
        if not shape:
            message = f"`{call.name}` takes one value per row; this is one number."
            raise calls.error(message, call, last, _COLUMNS)
        axis = options.get("axis")
        if axis is not None:
            axis = check_axis(graph, args[0], axis)
        node = REDUCERS[name](graph, args[0], axis)
        return keep_axis(graph, node, shape, axis) if options.get("keepdims") else node

    return build


def _is_axis(graph: Graph, node: Node) -> bool:
    """Whether a second argument is the number of an axis."""
    return type(graph.value(node)) is int


def _shares(build: Callable[[Graph, Node, int | None], Node]) -> Form:
    """Return the form of a softmax, or of its logarithm."""

    def form(calls: Calls, call: Call, last: int) -> Node:
        args, options = _split(calls, call, last)
        if len(args) == 2 and "axis" not in options and _is_axis(calls.graph, args[1]):
            options["axis"] = calls.graph.data[args.pop()]
        calls.check_count(call, 1, 1, last)
        _need_arrays(calls, call, last)
        axis = options.get("axis")
        axis = None if axis is None else check_axis(calls.graph, args[0], axis)
        return build(calls.graph, args[0], axis)

    return form


def _size(calls: Calls, call: Call, last: int) -> Node:
    """Return the number of elements of an array."""
    calls.check_count(call, 1, 1, last)
    (node,) = calls.numbers(call, last)
    if not calls.graph.shape(node):
        message = f"`{call.name}` takes one value per row; this is one number."
        raise calls.error(message, call, last, _COLUMNS)
    return n_elements(calls.graph, node)


def _need_arrays(calls: Calls, call: Call, last: int) -> None:
    """Raise an error unless every argument is an array."""
    for arg in calls.numbers(call, last):
        if not calls.graph.shape(arg):
            hint = 'Declare what is an array: shapes="X: m n; w: n".'
            message = f"`{call.name}` takes vectors or matrices; this is a scalar."
            raise calls.error(message, call, last, hint)


def _of(count: int, build: Callable[..., Node]) -> Form:
    """Return the form of a function of `count` arrays."""

    def form(calls: Calls, call: Call, last: int) -> Node:
        calls.check_count(call, count, count, last)
        _need_arrays(calls, call, last)
        return build(calls.graph, *call.args)

    return form


def _of_square(kind: str) -> Form:
    """Return the form of a function of a square matrix that is a kind of node."""

    def build(graph: Graph, node: Node) -> Node:
        square(graph, node, kind)
        return graph.node(kind, (node,))

    return _of(1, build)


def _norm(name: str) -> Form:
    return _of(1, lambda graph, node: norm(graph, node, name))


def _sizes(calls: Calls, call: Call, last: int) -> tuple[Dimension, ...]:
    """Return the arguments as dimensions: `ones(m, n)`, `ones((m, n))`."""
    args: Sequence[Node] = call.args
    if len(args) == 1 and isinstance(args[0], tuple):
        call.args = list(args[0])
    return tuple([_dimension(calls, call, arg, last) for arg in calls.numbers(call, last)])


def _dimension(calls: Calls, call: Call, node: Node, last: int) -> Dimension:
    """Return the dimension that an argument is."""
    graph = calls.graph
    found: dict[Node, Dimension] = {}
    for part in graph.reachable([node]):
        kind, data = graph.kinds[part], graph.data[part]
        args = [found[arg] for arg in graph.args[part]]
        if kind == "dim" or type(data) is int:
            found[part] = data
        elif kind == "add":
            found[part] = total(args)
        elif kind == "mul":
            found[part] = product(args)
        else:
            hint = "Write a dimension of the shapes, such as n, or a whole number."
            raise calls.error(f"`{call.name}` takes dimensions.", call, last, hint)
    size = found[node]
    if isinstance(size, int) and size < 0:
        raise calls.error("A dimension cannot be negative.", call, last)
    return size if isinstance(size, str) else dimension_of({(): size})


def _inner(graph: Graph, left: Node, right: Node) -> Node:
    """Return the product of two vectors."""
    if len(graph.shape(left)) != 1 or len(graph.shape(right)) != 1:
        raise ShapeError("This takes two vectors.", "Write A@B, or trace(A.T@B) for matrices.")
    return matmul(graph, left, right)


def _transposed(graph: Graph, node: Node) -> Node:
    """Return the transpose of a matrix."""
    if len(graph.shape(node)) != 2:
        raise ShapeError("`transpose` takes a matrix.", "Write x.T beside `@` for a row.")
    return transpose(graph, node)


def _constant(value: int) -> Form:
    """Return the form of `ones` or `zeros`."""

    def form(calls: Calls, call: Call, last: int) -> Node:
        shape = _sizes(calls, call, last)
        check_shape(shape)
        return filled(calls.graph, value, shape)

    return form


def _reshape(calls: Calls, call: Call, last: int) -> Node:
    node, *call.args = call.args
    calls.check_number(node, call, last)
    if not call.args:
        raise calls.error("`reshape` needs the new shape.", call, last, "Write reshape(X, m*n).")
    return reshaped(calls.graph, node, _sizes(calls, call, last))


def _eye(calls: Calls, call: Call, last: int) -> Node:
    shape = _sizes(calls, call, last)
    if len(shape) == 2 and shape[0] != shape[1]:
        raise calls.error("`eye` makes a square matrix.", call, last, "Write eye(n).")
    calls.check_count(call, 1, 2, last)
    return eye(calls.graph, shape[0])


def _joined(build: Callable[..., Node], default: int, *, by_rank: bool = False) -> Form:
    """Return the form of blocks side by side; `by_rank` takes vectors along their own axis."""

    def form(calls: Calls, call: Call, last: int) -> Node:
        if call.args and type(call.args[0]) is tuple:
            call.args = [*call.args[0], *call.args[1:]]
        args, options = _split(calls, call, last)
        axis = options.get("axis", default)
        if options.get("keepdims") is not None or axis is None:
            raise calls.error(f"`{call.name}` takes `axis` and nothing else.", call, last)
        ranks = [len(calls.graph.shape(arg)) for arg in args]
        if build is concatenate:
            _need_arrays(calls, call, last)
            axis = 0 if by_rank and max(ranks) == 1 else axis
            axis = check_axis(calls.graph, args[0], axis)
        elif not -max(ranks) - 1 <= axis <= max(ranks):
            raise ShapeError(f"The result has no axis {axis}.")
        else:
            axis %= max(ranks) + 1
        return build(calls.graph, args, axis)

    return form


def _stacked_rows(calls: Calls, call: Call, last: int) -> Node:
    """Return vstack: vectors become rows, matrices stand on top of each other."""
    args = call.args[0] if type(call.args[0]) is tuple else call.args
    vectors = all(not isinstance(arg, tuple) and len(calls.graph.shape(arg)) == 1 for arg in args)
    return _joined(stack if vectors else concatenate, 0)(calls, call, last)


def _everywhere(kind: type[Everywhere]) -> Form:
    """Return the form of `vector(1)` and `matrix(1)`, which matrixcalculus.org has."""

    def form(calls: Calls, call: Call, last: int) -> Node:
        calls.check_count(call, 1, 1, last)
        (node,) = calls.numbers(call, last)
        if calls.graph.shape(node) or isinstance(node, Everywhere):
            raise calls.error(f"`{call.name}` takes a scalar.", call, last)
        return kind(node)

    return form


#: Functions of arrays, by name.
ARRAY_FORMS: dict[str, Form] = {
    **{name: _reduction(name) for name in REDUCERS},
    "size": _size,
    "softmax": _shares(softmax),
    "log_softmax": _shares(log_softmax),
    "norm1": _norm("norm1"),
    "norm2": _norm("norm2"),
    "norminf": _norm("norminf"),
    "trace": _of(1, trace),
    "tr": _of(1, trace),
    "det": _of_square("det"),
    "logdet": _of_square("logdet"),
    "inv": _of_square("inv"),
    "solve": _of(2, solve),
    "diag": _of(1, diagonal),
    "outer": _of(2, outer),
    "dot": _of(2, matmul),
    "inner": _of(2, _inner),
    "vdot": _of(2, _inner),
    "matmul": _of(2, matmul),
    "transpose": _of(1, _transposed),
    "kron": _of(2, kronecker),
    "einsum": einsum,
    "reshape": _reshape,
    "eye": _eye,
    "ones": _constant(1),
    "zeros": _constant(0),
    "concat": _joined(concatenate, 0),
    "concatenate": _joined(concatenate, 0),
    "hstack": _joined(concatenate, 1, by_rank=True),
    "vstack": _stacked_rows,
    "stack": _joined(stack, 0),
}

#: Forms that only matrixcalculus.org's spelling has.
COLUMN_FORMS: dict[str, Form] = {
    "vector": _everywhere(Everywhere),
    "matrix": _everywhere(EverywhereMatrix),
}

#: Functions that may take their arguments as a list or in brackets of its own.
GROUPED = frozenset(
    {"concat", "concatenate", "stack", "hstack", "vstack", "ones", "zeros", "reshape"}
)

#: Functions of two arrays whose shapes have to fit.
PAIRED = frozenset(
    {"solve", "outer", "dot", "inner", "vdot", "matmul", "kron", "max", "min", "maximum", "minimum"}
)
