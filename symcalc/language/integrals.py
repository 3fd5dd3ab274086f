"""`integral(f, x, a, b)` and `expectation(f, z ~ normal(0, 1))` inside a formula."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..errors import ArgumentError
from ..graph.graph import Node
from ..graph.integrand import make_integral
from ..graph.rewrite import substitute
from ..graph.terms import Term
from .distributions import DISTRIBUTIONS
from .messages import near_names, shorten
from .names import is_name, plain_name
from .tokens import Tokens

if TYPE_CHECKING:
    from .calls import Call, Calls

__all__ = [
    "BINDERS",
    "INTEGRALS",
    "bound_names",
    "distribution",
    "expectation",
    "integral",
    "is_distribution",
]

#: The names of an integral: ours, and SymPy's.
INTEGRALS = frozenset({"integral", "integrate", "Integral"})
#: Calls that bind names.
BINDERS = INTEGRALS | {"expectation"}

_FORM = "Write integral(f, x, 0, 1), or integral(f, (x, 0, 1), (y, 0, 2)), innermost first."
_EXPECTATION = "Write expectation(f, z ~ normal(0, 1))."


def bound_names(tokens: Tokens, index: int) -> list[str]:
    """Return the variables of integration of the call that opens at `index`, innermost first.

    What stands in their places but is no name is not among them; it is an error later.
    """
    texts, depth, starts = tokens.texts, 0, list[int]()
    for place in range(index + 1, len(texts) - 1):
        token = texts[place]
        depth += (token == "(") - (token == ")")
        if not depth:
            break
        if token == "," and depth == 1:
            starts.append(place + 1)
    flat = [place for place in starts if texts[place] != "("]
    if flat and flat[0] == starts[0]:
        places = starts[:1] if texts[index] == "expectation" else starts[::3]
    else:
        places = [place + 1 for place in starts]
    return [plain_name(texts[place]) for place in places if _stands_alone(texts, place)]


def _stands_alone(texts: Sequence[str], place: int) -> bool:
    """Whether a name stands there between commas and brackets."""
    return is_name(texts[place]) and texts[place + 1] in (",", ")")


def is_distribution(tokens: Tokens, index: int) -> bool:
    """Whether the name at `index` stands behind a `~`, which was read as a comma."""
    start, end = tokens.span(index - 1)
    return index > 0 and tokens.texts[index - 1] == "," and tokens.text[start:end] == "~"


def integral(calls: Calls, call: Call, last: int) -> Node:
    """Return integral(f, x, a, b), or integral(f, (x, a, b), ...), the first range innermost."""
    body, *rest = call.args
    ranges = _ranges(rest)
    if not ranges or len(ranges) != len(call.bound):
        raise calls.error("An integral has an integrand and ranges.", call, last, _FORM)
    for (variable, lower, upper), name in zip(ranges, call.bound, strict=True):
        _check_variable(calls, call, variable, name, last)
        for node in (body, lower, upper):
            calls.check_number(node, call, last)
        try:
            body = make_integral(calls.graph, body, variable, lower, upper)
        except ArgumentError as error:
            raise calls.error(str(error), call, last) from None
    return int(body)


def _ranges(rest: Sequence[Any]) -> list[Any]:
    """Return the ranges as triples; an empty list where the arguments are none."""
    if rest and all(isinstance(one, tuple) for one in rest):
        return [one for one in rest if len(one) == 3] if all(len(r) == 3 for r in rest) else []
    if len(rest) % 3 or any(isinstance(one, tuple) for one in rest):
        return []
    return [tuple(rest[k : k + 3]) for k in range(0, len(rest), 3)]


def _check_variable(calls: Calls, call: Call, variable: Any, name: str, last: int) -> None:
    """Raise an error unless the variable of integration is a scalar variable."""
    if calls.graph.kinds[variable] != "var" or calls.graph.data[variable] != name:
        raise calls.error("An integral is over a variable.", call, last, _FORM)
    if calls.graph.shape(variable):
        message = f"`{shorten(name)}` is a data column; it cannot be integrated over."
        raise calls.error(message, call, last, "Give the variable of integration another name.")


def expectation(calls: Calls, call: Call, last: int) -> Node:
    """Return the mean of f under a distribution, an integral over the standardized variable."""
    is_whole = len(call.args) == 3 and isinstance(call.args[2], tuple)
    if not is_whole or len(call.bound) != 1:
        message = "An expectation has a formula, a variable and its distribution."
        raise calls.error(message, call, last, _EXPECTATION)
    body, variable, (name, nodes) = call.args
    _check_variable(calls, call, variable, call.bound[0], last)
    for node in (body, *nodes):
        calls.check_number(node, call, last)
    graph, m, known = calls.graph, calls.terms, DISTRIBUTIONS[name]
    parameters = [Term(graph, node) for node in nodes]
    t = Term(graph, variable)
    moved = substitute(graph, body, {variable: known.value(m, t, *parameters).node})
    weighted = Term(graph, moved) * known.density(m, t, *parameters)
    lower, upper = known.ends(m)
    return make_integral(graph, weighted.node, variable, lower.node, upper.node)


def distribution(calls: Calls, call: Call, last: int) -> tuple[str, list[Node]]:
    """Return the distribution behind a `~` with its parameters."""
    known = DISTRIBUTIONS.get(call.name)
    if known is None:
        hint = near_names(call.name, DISTRIBUTIONS) or f"Known are {', '.join(DISTRIBUTIONS)}."
        raise calls.error(f"Unknown distribution `{shorten(call.name)}`.", call, last, hint)
    if len(call.args) != len(known.parameters):
        wanted = f"{call.name}({', '.join(known.parameters)})"
        count = f"{len(call.args)} {'was' if len(call.args) == 1 else 'were'} given"
        raise calls.error(f"The distribution is {wanted}; {count}.", call, last)
    nodes = calls.numbers(call, last)
    for parameter, node in zip(known.parameters, nodes, strict=True):
        value = calls.graph.value(node)
        if parameter in known.positive and value is not None and value <= 0:
            message = f"`{parameter}` of the distribution `{call.name}` must be positive."
            raise calls.error(message, call, last)
    return call.name, nodes
