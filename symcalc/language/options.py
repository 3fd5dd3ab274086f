"""`axis=0` and `keepdims=True`: what a call may say by name."""

from __future__ import annotations

from typing import NamedTuple

from .tokens import Tokens

__all__ = [
    "OPTIONS",
    "WITH_OPTIONS",
    "Option",
    "is_option",
    "join_options",
    "read_option",
]

#: The names that stand in front of `=` inside a call.
OPTIONS = frozenset({"axis", "keepdims"})

#: Functions that take them.
WITH_OPTIONS = frozenset(
    {"sum", "mean", "var", "std", "prod", "max", "min", "amax", "amin", "logsumexp", "softmax"}
    | {"log_softmax", "stack", "concat", "concatenate"}
)

_FLAGS = {"True": True, "False": False}


class Option(NamedTuple):
    """One `name=value` among the arguments of a call."""

    name: str
    value: int | bool | None


def join_options(tokens: Tokens) -> Tokens:
    """Return the tokens with each `axis = 0` as one of them, `axis=0`."""
    texts = tokens.texts
    if OPTIONS.isdisjoint(texts):
        return tokens
    joined: list[str] = []
    spans: list[tuple[int, int]] = []
    index = 0
    while index < len(texts):
        length = 1
        if texts[index] in OPTIONS and texts[index + 1 : index + 2] == ["="]:
            length = 4 if texts[index + 2] == "-" else 3
            length = min(length, len(texts) - 1 - index)
        joined.append("".join(texts[index : index + length]))
        spans.append((tokens.span(index)[0], tokens.span(index + length - 1)[1]))
        index += length
    return Tokens(tokens.text, joined, spans[:-1])


def is_option(token: str) -> bool:
    """Whether a token is a joined `name=value`."""
    return "=" in token and token.partition("=")[0] in OPTIONS


def read_option(tokens: Tokens, index: int, function: str) -> Option:
    """Return the option that a token is, among the arguments of a function.

    Raises
    ------
    ParseError
        The function does not take it, or its value is not one.
    """
    texts = tokens.texts
    name, _, value = texts[index].partition("=")
    if function not in WITH_OPTIONS:
        what = f"`{function}`" if function else "This"
        raise tokens.error(f"{what} takes no `{name}`.", index)
    if texts[index - 1] != "," or texts[index + 1] not in {",", ")"}:
        raise tokens.error(f"`{name}` stands behind the arguments.", index)
    if name == "keepdims" and value in _FLAGS:
        return Option(name, _FLAGS[value])
    if name == "axis" and value == "None":
        return Option(name, None)
    if name == "axis" and value.removeprefix("-").isdecimal() and len(value) < 4:
        return Option(name, int(value))
    allowed = "True or False" if name == "keepdims" else "a whole number or None"
    raise tokens.error(f"`{name}` is {allowed}.", index)
