"""What is assumed of variables: `a > 0, n integer`."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..errors import ArgumentError
from ..graph.graph import COMPARISONS, Graph, Node
from .conditions import CONDITIONS
from .constants import constant_values
from .declarations import MATRIX_PROPERTIES
from .definitions import Definitions
from .grammar import Parser
from .limits import DEFAULT_LIMITS
from .messages import near_names, shorten
from .names import Scope, check_name, is_name
from .tokens import tokenize

__all__ = ["PROPERTIES", "Range", "assumed_range", "assumed_ranges", "read_assumptions"]

#: Words that may stand behind a name.
PROPERTIES = MATRIX_PROPERTIES | {
    *("real", "complex", "integer", "nonzero"),
    *("positive", "negative", "nonnegative", "nonpositive"),
}

#: The relation that holds with its sides exchanged.
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(frozen=True, slots=True)
class Range:
    """The numbers that a variable is assumed to lie between.

    Attributes
    ----------
    lower, upper : float
        The ends.
    has_lower, has_upper : bool
        Whether the ends themselves are allowed.
    is_integer : bool
        Whether only whole numbers are meant.
    """

    lower: float = -math.inf
    upper: float = math.inf
    has_lower: bool = False
    has_upper: bool = False
    is_integer: bool = False

    def __and__(self, other: Range) -> Range:
        """Return what both ranges hold."""
        lower, upper = max(self.lower, other.lower), min(self.upper, other.upper)
        both = (self, other)
        return Range(
            lower,
            upper,
            all(r.has_lower for r in both if r.lower == lower),
            all(r.has_upper for r in both if r.upper == upper),
            self.is_integer or other.is_integer,
        )


#: The ranges that properties stand for.
_RANGES = {
    "positive": Range(lower=0.0),
    "nonnegative": Range(lower=0.0, has_lower=True),
    "negative": Range(upper=0.0),
    "nonpositive": Range(upper=0.0, has_upper=True),
    "integer": Range(is_integer=True),
}


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
    elif not isinstance(assume, Mapping):
        raise ArgumentError(
            f'`assume` is "a > 0, n integer" or a dictionary, not {shorten(repr(assume))}.'
        )
    else:
        items = [f"{check_name(name)} {words}" for name, words in assume.items()]
    found: dict[str, list[str]] = {}
    for item in items:
        for name in _names_of(item):
            found.setdefault(name, []).append(item)
    assumed = {name: ", ".join(texts) for name, texts in found.items()}
    assumed_ranges(assumed)
    return assumed


def assumed_ranges(assumptions: Mapping[str, str]) -> dict[str, Range]:
    """Return the range of each variable that its assumption limits.

    Parameters
    ----------
    assumptions : mapping of str to str
        For each name what is assumed of it, as `Variable.assumption` holds it: `"a > 0, a < 1"`,
        `"n positive integer"`.

    Returns
    -------
    dict of str to Range
        Names of which nothing is known but what no range expresses (`x != 0`, `x < y`,
        `x**2 < 2`) are left out.

    Raises
    ------
    ArgumentError
        What is assumed of a variable leaves it no range.

    Examples
    --------
    >>> assumed_ranges({"p": "0 < p < 1"})["p"]
    Range(lower=0.0, upper=1.0, has_lower=False, has_upper=False, is_integer=False)
    """
    ranges = {name: assumed_range(name, text) for name, text in assumptions.items()}
    return {name: found for name, found in ranges.items() if found != Range()}


@functools.lru_cache(maxsize=1024)
def assumed_range(name: str, assumption: str) -> Range:
    """Return the range that the assumption about one variable leaves it; see `assumed_ranges`."""
    found = Range()
    for item in assumption.split(","):
        for part in _ranges_in(item, name):
            found = found & part
    if found.lower >= found.upper:
        raise ArgumentError(f"What is assumed leaves `{name}` no range: {shorten(assumption)}.")
    return found


def _ranges_in(item: str, name: str) -> list[Range]:
    """Return the ranges that one assumption says the variable to be in."""
    texts = tokenize(item).texts[:-1]
    if not _is_comparison(texts):
        return [_RANGES.get(word, Range()) for word in texts]
    graph, root = _read_condition(f"{name} {item}" if texts[0] in COMPARISONS else item)
    parts = graph.args[root] if graph.kinds[root] == "and" else (root,)
    return [_related(graph, part, name) for part in parts]


def _is_comparison(texts: Sequence[str]) -> bool:
    """Whether tokens hold a relation, so that they are no list of properties."""
    return not set(COMPARISONS).isdisjoint(texts)


def _related(graph: Graph, condition: Node, name: str) -> Range:
    """Return the range that `name < number` and its like set; all reals for anything else."""
    relation = graph.data[condition] if graph.kinds[condition] == "compare" else ""
    if relation in _MIRRORED:
        left, right = graph.args[condition]
        if graph.data[right] == name:
            left, right, relation = right, left, _MIRRORED[relation]
        number = constant_values(graph, right).get(right, math.nan)
        if graph.data[left] == name and not math.isnan(number):
            closed = relation.endswith("=") and math.isfinite(number)
            if relation in (">", ">="):
                return Range(lower=number, has_lower=closed)
            return Range(upper=number, has_upper=closed)
    return Range()


def _read_condition(item: str) -> tuple[Graph, Node]:
    """Return one assumption in symbols as a condition."""
    tokens = tokenize(item)
    scope = Scope(Graph())
    parser = Parser(scope.graph, tokens, scope, DEFAULT_LIMITS, Definitions())
    return scope.graph, parser.read(0, len(tokens.texts) - 1)


def _names_of(item: str) -> list[str]:
    """Return the variables that one assumption is about, its syntax checked."""
    texts = tokenize(item).texts[:-1]
    if _is_comparison(texts):
        graph, root = _read_condition(item)
        names = [str(graph.data[node]) for node in graph.variables([root])]
        if names and graph.kinds[root] in CONDITIONS:
            return names
    elif len(texts) > 1 and is_name(texts[0]):
        for word in texts[1:]:
            if word not in PROPERTIES:
                hint = near_names(word, PROPERTIES) or f"Known are {', '.join(sorted(PROPERTIES))}."
                shown = f"`{shorten(word)}` in `{shorten(item)}`"
                raise ArgumentError(f"Unknown property {shown}.\n{hint}")
        return [check_name(texts[0])]
    hint = 'Write "a > 0, n integer".'
    raise ArgumentError(f"`{shorten(item)}` is not an assumption about a variable.\n{hint}")
