"""What is assumed of variables: `a > 0, n integer`."""

from __future__ import annotations

from collections.abc import Mapping

from ..errors import ArgumentError
from ..graph.graph import COMPARISONS, Graph
from .conditions import CONDITIONS
from .definitions import Definitions
from .grammar import Parser
from .limits import DEFAULT_LIMITS
from .messages import near_names, shorten
from .names import Scope, check_name, is_name
from .tokens import tokenize

__all__ = ["PROPERTIES", "read_assumptions"]

#: Words that may stand behind a name.
PROPERTIES = frozenset(
    {"real", "complex", "integer", "positive", "negative", "nonnegative", "nonpositive", "nonzero"}
)


def read_assumptions(assume: str | Mapping[str, str] | None) -> dict[str, str]:
    """Return the assumption about each variable as one text.

    Parameters
    ----------
    assume : str or mapping, optional
        `"a > 0, n integer"`, or a mapping `{"a": "positive", "n": "positive integer"}`.

    Raises
    ------
    ArgumentError
        An assumption is not a chain of comparisons with a name in it, or properties of a name.
    """
    if assume is None:
        return {}
    if isinstance(assume, str):
        items = [item.strip() for item in assume.split(",") if item.strip()]
    else:
        items = [f"{check_name(name)} {words}" for name, words in assume.items()]
    found: dict[str, list[str]] = {}
    for item in items:
        for name in _names_of(item):
            found.setdefault(name, []).append(item)
    return {name: ", ".join(texts) for name, texts in found.items()}


def _names_of(item: str) -> list[str]:
    """Return the variables that one assumption is about, its syntax checked."""
    tokens = tokenize(item)
    texts = tokens.texts[:-1]
    if any(text in COMPARISONS for text in texts):
        scope = Scope(Graph())
        parser = Parser(scope.graph, tokens, scope, DEFAULT_LIMITS, Definitions())
        root = parser.read(0, len(texts))
        if scope.variables and scope.graph.kinds[root] in CONDITIONS:
            return list(scope.variables)
    elif len(texts) > 1 and is_name(texts[0]):
        for word in texts[1:]:
            if word not in PROPERTIES:
                hint = near_names(word, PROPERTIES) or f"Known are {', '.join(sorted(PROPERTIES))}."
                shown = f"`{shorten(word)}` in `{shorten(item)}`"
                raise ArgumentError(f"Unknown property {shown}.\n{hint}")
        return [check_name(texts[0])]
    hint = 'Write "a > 0, n integer".'
    raise ArgumentError(f"`{shorten(item)}` is not an assumption about a variable.\n{hint}")
