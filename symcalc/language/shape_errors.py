"""Where in the text arrays do not fit together, in whose letters, and what may be meant."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ..arrays.mismatch import ShapeError
from ..arrays.products import column_product, matmul, transpose
from ..arrays.row_vectors import RowVector
from ..errors import ParseError
from ..graph.graph import COMPARISONS, Graph, Node
from ..graph.shapes import written
from .conditions import LOW_OPERATORS
from .messages import shorten
from .tokens import MATRIX_POWER, MATRIX_RATIO, Tokens

if TYPE_CHECKING:
    from .grammar import Parser

__all__ = ["call_problem", "mismatch_error"]

_PRODUCTS = frozenset({"*", "/", "@", MATRIX_RATIO})
_POWERS = frozenset({"**", "^", MATRIX_POWER})
_OPENING, _CLOSING = frozenset("(["), frozenset(")]")

#: For the kind of node that could not be built: the operators of its level, and what ends it.
_LEVELS = {
    "add": (frozenset("+-"), LOW_OPERATORS),
    "mul": (_PRODUCTS, LOW_OPERATORS | frozenset("+-")),
    "@": (_PRODUCTS, LOW_OPERATORS | frozenset("+-")),
    "pow": (_POWERS, LOW_OPERATORS | frozenset("+-") | _PRODUCTS),
}
_COMPARED = (frozenset(COMPARISONS), LOW_OPERATORS - frozenset(COMPARISONS))
_CHOSEN = (frozenset[str](), frozenset[str]())

#: Longer sums are not searched for the operand that does not fit.
_MAX_OPERANDS = 60


class _Operand(NamedTuple):
    """One side of an operator: its text, and the same in brackets where it needs them.

    Where it is an elementwise product of arrays, also the product of matrices in its place.
    """

    text: str
    factor: str
    node: Node
    product: tuple[str, Node, Node] | None = None


def mismatch_error(parser: Parser, problem: ShapeError) -> ParseError:
    """Return the error for arrays that do not fit, the subexpression marked."""
    tokens = parser.tokens
    after = parser.marked[-1] if parser.marked else 1
    is_choice = problem.kind in ("piecewise", "and", "or")
    operators, stops = _CHOSEN if is_choice else _LEVELS.get(problem.kind, _COMPARED)
    first = _start(tokens.texts, after - 1, stops)
    places = list(_operators(tokens.texts, first, after, operators))
    if 0 < len(places) <= _MAX_OPERANDS:
        for place, end in zip(places, [*places[1:], after], strict=True):
            if parser.attempt(first, end) is None:
                found = _explain(parser, first, place, end)
                if found is not None:
                    return tokens.error(*found[:1], first, found[1], last=end - 1)
                break
    return tokens.error(problem.problem, first, problem.hint, last=after - 1)


def call_problem(
    tokens: Tokens, graph: Graph, first: int, last: int, args: Sequence[Any], problem: str
) -> str:
    """Return what a function says of arrays that do not fit: each by its text and shape."""
    places = [*_commas(tokens.texts, first + 2, last), last]
    begins = [first + 2, *[place + 1 for place in places[:-1]]]
    if len(places) != len(args) or len(args) < 2 or any(type(arg) is tuple for arg in args):
        return problem
    told = []
    for begin, end, node in zip(begins, places, args, strict=True):
        text = tokens.text[tokens.span(begin)[0] : tokens.span(end - 1)[1]]
        told.append(_described(graph, _Operand(text, text, node)))
    name = tokens.texts[first]
    rule = problem if problem.startswith(f"`{name}`") else f"`{name}` cannot take them."
    return f"{', '.join(told)}: {rule}"


def _commas(texts: list[str], first: int, last: int) -> Iterator[int]:
    """Yield the places of the commas outside of brackets."""
    depth = 0
    for place in range(first, last):
        depth += (texts[place] in _OPENING) - (texts[place] in _CLOSING)
        if depth == 0 and texts[place] == ",":
            yield place


def _start(texts: list[str], index: int, stops: frozenset[str]) -> int:
    """Return where the subexpression that ends at `index` begins."""
    depth = 0
    for place in range(index, -1, -1):
        token = texts[place]
        depth += (token in _CLOSING) - (token in _OPENING)
        ends = token == "," or (token in stops and not _is_sign(texts, place))
        if depth < 0 or (depth == 0 and (ends or token == "where" or token == "=")):
            return place + 1
    return 0


def _operators(texts: list[str], first: int, last: int, operators: frozenset[str]) -> Iterator[int]:
    """Yield the places of operators outside brackets."""
    depth = 0
    for place in range(first, last):
        token = texts[place]
        depth += (token in _OPENING) - (token in _CLOSING)
        if depth == 0 and place > first and token in operators and not _is_sign(texts, place):
            yield place


def _is_sign(texts: list[str], place: int) -> bool:
    """Whether a plus or minus stands in front of an operand, not between two."""
    if texts[place] not in "+-":
        return False
    before = texts[place - 1] if place else "("
    return before in _OPENING | _PRODUCTS | _POWERS | LOW_OPERATORS | {"+", "-", ",", "="}


def _explain(parser: Parser, first: int, place: int, end: int) -> tuple[str, str] | None:
    """Return the message and the hint for one operator between two operands that can be read."""
    graph, operator = parser.graph, parser.tokens.texts[place]
    left, right = _operand(parser, first, place), _operand(parser, place + 1, end)
    if left is None or right is None:
        return None
    sign = parser.tokens.text[slice(*parser.tokens.span(place))]
    rule = "multiply them" if operator == "@" else "combine them elementwise"
    message = f"{_described(graph, left)}, {_described(graph, right)}: `{sign}` cannot {rule}."
    return message, _hint(parser, left, right, operator, sign)


def _operand(parser: Parser, first: int, last: int) -> _Operand | None:
    """Return the operand that some tokens are."""
    node = parser.attempt(first, last)
    if node is None or parser.graph.kinds[node] == "compare":
        return None
    tokens = parser.tokens
    text = tokens.text[tokens.span(first)[0] : tokens.span(last - 1)[1]]
    depth, bare = 0, True
    for token in tokens.texts[first:last]:
        depth += (token in _OPENING) - (token in _CLOSING)
        bare = bare and not (depth == 0 and token in _PRODUCTS | _POWERS | {"+", "-"})
    product = _as_product(parser, first, last)
    return _Operand(text, text if bare else f"({text})", node, product)


def _described(graph: Graph, operand: _Operand) -> str:
    """Return "`X` has shape (m, n)"."""
    shape = graph.shape(operand.node)
    name = f"`{shorten(operand.text, 28)}`"
    if not shape:
        return f"{name} is a scalar"
    if isinstance(operand.node, RowVector):
        return f"{name} is a row of length {shape[0]}"
    return f"{name} has shape {written(shape)}"


def _hint(parser: Parser, left: _Operand, right: _Operand, operator: str, sign: str) -> str:
    """Return what may be meant: the first repair whose shapes fit."""
    for text, build in _repairs(parser, left, right, operator, sign):
        try:
            build()
        except ShapeError:
            continue
        return f"Did you mean `{text}`?"
    graph = parser.graph
    shapes = graph.shape(left.node), graph.shape(right.node)
    if () in shapes:
        return 'Write `*`, or declare shapes="X: m n; w: n".' if operator == "@" else ""
    names = [{size for size in shape if isinstance(size, str)} for shape in shapes]
    if names[0] and names[1] and names[0].isdisjoint(names[1]):
        return "Dimensions that are equal need one name."
    pairs = zip(reversed(shapes[0]), reversed(shapes[1]), strict=False)
    differing = next(((a, b) for a, b in pairs if a != b and 1 not in (a, b)), None)
    if operator != "@" and differing is not None:
        return f"Axes are matched from the last one on: {differing[0]} is not {differing[1]}."
    return ""


def _repairs(
    parser: Parser, left: _Operand, right: _Operand, operator: str, sign: str
) -> Iterator[tuple[str, Callable[[], Node]]]:
    """Yield repairs, the likeliest first: as text, and what builds it."""
    graph = parser.graph
    a, b, mark = left.factor, right.factor, "'" if parser.strict else ".T"
    times = "*" if parser.strict else "@"
    multiply = column_product if parser.strict else matmul
    x, y = left.node, right.node
    if () in (graph.shape(x), graph.shape(y)):
        return
    if operator != "@":
        yield from _product_repairs(parser, left, right, sign)
    if operator in ("@", "*"):
        turned_a, turned_b = _turned(left, mark), _turned(right, mark)
        if operator == "*":
            yield f"{a}{times}{b}", lambda: multiply(graph, x, y)
        yield f"{turned_a}{times}{b}", lambda: multiply(graph, transpose(graph, x), y)
        yield f"{a}{times}{turned_b}", lambda: multiply(graph, x, transpose(graph, y))
        if operator == "@":
            yield f"{b}{times}{a}", lambda: multiply(graph, y, x)
    if operator != "@":
        yield from _elementwise_repairs(graph, left, right, sign, mark)


def _product_repairs(
    parser: Parser, left: _Operand, right: _Operand, sign: str
) -> Iterator[tuple[str, Callable[[], Node]]]:
    """Yield `X@w - y` for `X*w - y`: a product of matrices where one is taken elementwise."""
    graph, joint = parser.graph, f" {sign} " if sign in "+-" else sign
    if left.product is not None:
        text, x, y = left.product
        before = f"({text})" if sign in _POWERS else text
        yield (
            f"{before}{joint}{right.factor}",
            lambda: graph.node("add", (matmul(graph, x, y), right.node)),
        )
    if right.product is not None:
        text, z, w = right.product
        beside = f"({text})" if sign in _PRODUCTS | _POWERS else text
        yield (
            f"{left.text}{joint}{beside}",
            lambda: graph.node("add", (left.node, matmul(graph, z, w))),
        )


def _as_product(parser: Parser, first: int, last: int) -> tuple[str, Node, Node] | None:
    """Return `X@w` for the tokens of `X*w`, in brackets or not, and its operands."""
    texts = parser.tokens.texts
    while texts[first] == "(" and texts[last - 1] == ")" and last - first > 2:
        first, last = first + 1, last - 1
    places = list(_operators(texts, first, last, _PRODUCTS | {"+", "-"}))
    if parser.strict or not places or {texts[place] for place in places} != {"*"}:
        return None
    place = places[-1]
    x, y = parser.attempt(first, place), parser.attempt(place + 1, last)
    if x is None or y is None or not (parser.graph.shape(x) and parser.graph.shape(y)):
        return None
    begin, end = parser.tokens.span(first)[0], parser.tokens.span(last - 1)[1]
    star = parser.tokens.span(place)
    text = parser.tokens.text
    return f"{text[begin : star[0]].rstrip()}@{text[star[1] : end].lstrip()}", x, y


def _turned(operand: _Operand, mark: str) -> str:
    """Return the text of the transpose."""
    text = operand.factor
    return text.removesuffix(mark) if text.endswith(mark) else f"{text}{mark}"


def _elementwise_repairs(
    graph: Graph, left: _Operand, right: _Operand, sign: str, mark: str
) -> Iterator[tuple[str, Callable[[], Node]]]:
    """Yield repairs of an elementwise operation: transposes, and a vector as a column."""
    from ..arrays.blocks import insert_axis

    x, y = int(left.node), int(right.node)
    a, b = [
        _turned(side, mark) if type(side.node) is RowVector else side.factor
        for side in (left, right)
    ]
    ranks = len(graph.shape(x)), len(graph.shape(y))
    joint = f" {sign} " if sign in "+-" else sign
    if isinstance(left.node, RowVector) or isinstance(right.node, RowVector):
        yield f"{a}{joint}{b}", lambda: graph.node("add", (x, y))
    if ranks == (2, 1) and mark == ".T":
        yield f"{a}{joint}{b}[:, None]", lambda: graph.node("add", (x, insert_axis(graph, y, 1)))
    if ranks == (1, 2) and mark == ".T":
        yield f"{a}[:, None]{joint}{b}", lambda: graph.node("add", (insert_axis(graph, x, 1), y))
    if ranks[1] == 2:
        yield (
            f"{a}{joint}{_turned(right, mark)}",
            lambda: graph.node("add", (x, transpose(graph, y))),
        )
    if ranks[0] == 2:
        yield (
            f"{_turned(left, mark)}{joint}{b}",
            lambda: graph.node("add", (transpose(graph, x), y)),
        )
