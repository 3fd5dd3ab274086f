"""`f where r = x - y, s = r**2`: named parts, put in place while the text is read."""

from __future__ import annotations

from dataclasses import dataclass

from .conditions import CONDITIONS
from .grammar import Parser
from .names import Scope, is_name, plain_name
from .tokens import Tokens

__all__ = ["read_formula"]


@dataclass(frozen=True, slots=True)
class _Part:
    """One `name = formula`: the index of the name, the range of tokens, the names inside."""

    name: str
    index: int
    first: int
    last: int
    uses: frozenset[str]


def read_formula(parser: Parser, tokens: Tokens, scope: Scope, first: int = 0) -> int:
    """Return the node of a text with its parts put in.

    Parts may stand in any order, but not in a circle; every part must be used.
    """
    end = len(tokens.texts) - 1
    where = _find_where(tokens, first, end)
    if where is None:
        return parser.read(first, end)
    parts = _split(tokens, where, end)
    _check_parts(tokens, scope, parts, first, where)
    for part in _ordered(tokens, parts):
        node = parser.read(part.first, part.last)
        if scope.graph.kinds[node] in CONDITIONS:
            raise tokens.error("A part is a number, not a condition.", part.first)
        scope.parts[part.name] = node
    root = parser.read(first, where)
    places = {plain_name(text): place for place, text in reversed([*enumerate(tokens.texts)])}
    scope.variables = dict(sorted(scope.variables.items(), key=lambda item: places[item[0]]))
    return root


def _find_where(tokens: Tokens, first: int, end: int) -> int | None:
    """Return the place of the `where` that names parts, if there is one."""
    texts = tokens.texts
    place = first
    while True:
        try:
            place = texts.index("where", place, end)
        except ValueError:
            return None
        if place > first and is_name(texts[place + 1]) and texts[place + 2] == "=":
            return place
        place += 1


def _split(tokens: Tokens, where: int, end: int) -> dict[str, _Part]:
    """Return the parts by name, in the order of the text."""
    texts, depth, bounds = tokens.texts, 0, [where]
    for index in range(where + 1, end):
        token = texts[index]
        depth += (token in "([") - (token in ")]")
        if token == "," and depth == 0:
            bounds.append(index)
    parts: dict[str, _Part] = {}
    for start, last in zip(bounds, [*bounds[1:], end], strict=True):
        index = start + 1
        if not is_name(texts[index]) or texts[index + 1] != "=":
            hint = "Write f where r = x - y, s = r**2."
            raise tokens.error("Behind `where` stands name = formula.", index, hint)
        name = plain_name(texts[index])
        if name in parts:
            raise tokens.error(f"The part `{name}` is named twice.", index)
        uses = frozenset(map(plain_name, texts[index + 2 : last]))
        parts[name] = _Part(name, index, index + 2, last, uses)
    return parts


def _check_parts(
    tokens: Tokens, scope: Scope, parts: dict[str, _Part], first: int, where: int
) -> None:
    """Raise an error for a part that nothing uses, or that is declared as a variable."""
    used = set(map(plain_name, tokens.texts[first:where])).union(
        *[part.uses for part in parts.values()]
    )
    for part in parts.values():
        if part.name in scope.declared:
            hint = "Give the part another name."
            raise tokens.error(f"`{part.name}` is a variable and a part.", part.index, hint)
        if part.name not in used:
            raise tokens.error(f"The part `{part.name}` is not used.", part.index)


def _ordered(tokens: Tokens, parts: dict[str, _Part]) -> list[_Part]:
    """Return the parts so that each stands behind those it uses."""
    waiting = {name: len(part.uses & parts.keys()) for name, part in parts.items()}
    users: dict[str, list[str]] = {name: [] for name in parts}
    for name, part in parts.items():
        for used in part.uses & parts.keys():
            users[used].append(name)
    ready = [name for name, count in reversed(waiting.items()) if not count]
    ordered: list[_Part] = []
    while ready:
        name = ready.pop()
        ordered.append(parts[name])
        for user in users[name]:
            waiting[user] -= 1
            if not waiting[user]:
                ready.append(user)
    if len(ordered) < len(parts):
        name = next(name for name, count in waiting.items() if count)
        raise tokens.error(f"The part `{name}` is made of itself.", parts[name].index)
    return ordered
