"""What a name means: a declared variable, a part, a constant, or a real variable."""

from __future__ import annotations

import keyword
import re
from collections.abc import Collection, Iterable, Mapping

from ..errors import ArgumentError
from ..functions import lookup
from ..graph.graph import Graph, Node, Shape
from .alphabet import SUBSCRIPTS, name_pattern
from .messages import near_names, shorten
from .tokens import Tokens

__all__ = ["GRAMMAR_WORDS", "MAX_NAME_LENGTH", "Scope", "check_name", "is_name", "plain_name"]

MAX_NAME_LENGTH = 100

#: Words that the grammar uses.
GRAMMAR_WORDS = frozenset({"if", "else", "and", "or", "not", "True", "False"})

_KEYWORDS = frozenset(keyword.kwlist)
_NOT_NUMBERS = frozenset({"nan", "NaN", "NAN", "zoo"})
_NAME = re.compile(name_pattern())

_GREEK_WORDS = """
    alpha beta gamma delta epsilon zeta eta theta iota kappa mu nu xi omicron pi rho sigma tau
    upsilon phi chi psi omega
"""

#: Names of letters: variables to most people even where a function has the same name.
_LETTERS = frozenset([*_GREEK_WORDS.split(), *_GREEK_WORDS.title().split()])


def plain_name(name: str) -> str:
    """Return the name with digits below the line as digits: `x₂` is `x2`."""
    return name if name.isascii() else name.translate(SUBSCRIPTS)


def check_name(name: object, role: str = "variable") -> str:
    """Return a name that may be declared, in its plain form.

    Raises
    ------
    ArgumentError
        It is not a name of the language.
    """
    if not isinstance(name, str):
        raise ArgumentError(f"The name of a {role} must be a string, not {type(name).__name__}.")
    plain = plain_name(name)
    if len(name) > MAX_NAME_LENGTH:
        count = f"{len(name)} characters; at most {MAX_NAME_LENGTH} are read."
        raise ArgumentError(f"The name `{shorten(name)}` has {count}")
    if _NAME.fullmatch(plain) is None:
        raise ArgumentError(
            f"`{shorten(name)}` cannot be the name of a {role}.\n"
            "A name is a letter or `_`, followed by letters, digits and `_`."
        )
    if plain in _KEYWORDS:
        raise ArgumentError(f"`{plain}` is a word of Python and cannot be a name.{_instead(plain)}")
    if _is_dunder(plain):
        raise ArgumentError(f"`{plain}` cannot be a name: it starts and ends with `__`.")
    return plain


def is_name(token: str) -> bool:
    """Whether a token can be the name of something."""
    return _NAME.fullmatch(token) is not None and token not in _KEYWORDS


def _is_dunder(name: str) -> bool:
    return name.startswith("__") and name.endswith("__") and len(name) > 2


def _instead(word: str) -> str:
    """Return the advice for a keyword used as a name."""
    return " Write `lam` or `lambda_`." if word == "lambda" else f" Write `{word}_`."


class Scope:
    """The names of one text: what is declared, and the node that each name has become.

    Attributes
    ----------
    leaves : dict of str to Node
        The node of every name and number met so far, by token.
    variables : dict of str to Node
        The variables met so far, in order.
    parts : dict of str to Node
        The parts named behind `where`.
    """

    def __init__(
        self,
        graph: Graph,
        *,
        variables: Collection[str] | None = None,
        declared: Iterable[str] = (),
        shapes: Mapping[str, Shape] | None = None,
    ) -> None:
        self.graph = graph
        self.allowed = None if variables is None else tuple(variables)
        self.shapes = dict(shapes or {})
        self.declared = {plain_name(name) for name in declared}
        self.declared.update(self.allowed or (), self.shapes)
        self.dimensions = {size for shape in self.shapes.values() for size in shape}
        self.leaves: dict[str, Node] = {}
        self.variables: dict[str, Node] = {}
        self.parts: dict[str, Node] = {}
        #: How many integrals around the place that is read bind a name.
        self.bound: dict[str, int] = {}

    def bind(self, name: str) -> None:
        """Let a name be the variable of an integral from here on, whatever it means outside."""
        self.bound[name] = self.bound.get(name, 0) + 1
        self._forget(name)

    def release(self, name: str) -> None:
        """Let a name mean again what it meant before `bind`."""
        self.bound[name] -= 1
        self._forget(name)

    def _forget(self, name: str) -> None:
        """Let the name be resolved anew where it is met next."""
        for token in [token for token in self.leaves if plain_name(token) == name]:
            del self.leaves[token]

    def resolve(self, tokens: Tokens, index: int) -> Node:
        """Return the node of the name at a place and remember it.

        Raises
        ------
        ParseError
            The name cannot stand there; the message says why.
        """
        token = tokens.texts[index]
        name = plain_name(token)
        if self.bound.get(name):
            self.leaves[token] = self.graph.var(name, self.shapes.get(name, ()))
            return self.leaves[token]
        node = self.parts.get(name)
        if node is None:
            if name in self.dimensions and name in self.declared:
                shown = shorten(name)
                raise tokens.error(
                    f"`{shown}` is a dimension in the shapes, and a variable as well.",
                    index,
                    "Give one of them another name.",
                )
            is_dimension = name in self.dimensions
            node = self.graph.node("dim", (), name) if is_dimension else self._constant(name)
        if node is None:
            problem = self._problem(name)
            if problem:
                raise tokens.error(problem[0], index, problem[1])
            node = self.graph.var(name, self.shapes.get(name, ()))
            self.variables.setdefault(name, node)
        self.leaves[token] = node
        return node

    def is_variable(self, name: str) -> bool:
        """Whether the name is declared, is a part, or has been used as a variable."""
        return name in self.declared or name in self.parts or name in self.variables

    def _constant(self, name: str) -> Node | None:
        """Return the node of a constant, unless the name is declared."""
        if name in self.declared or name in _NOT_NUMBERS:
            return None
        row = lookup({"π": "pi", "∞": "oo"}.get(name, name))
        if row is None or row.arity != (0, 0) or row.name == "nan":
            return None
        return self.graph.call(row.name)

    def _problem(self, name: str) -> tuple[str, str] | None:
        """Return why the name cannot be a variable, and what to do, or None."""
        shown = shorten(name)
        if name in _KEYWORDS:
            return f"`{shown}` is a word of Python and cannot be a name.", _instead(name).strip()
        if len(name) > MAX_NAME_LENGTH:
            return f"The name has {len(name):,} characters; at most {MAX_NAME_LENGTH} are read.", ""
        if _is_dunder(name):
            return f"`{shown}` cannot be a name: it starts and ends with `__`.", ""
        if name in self.declared:
            return None
        if name in _NOT_NUMBERS:
            return f"`{shown}` is not a real number.", ""
        if self.allowed is not None:
            listed = ", ".join(f"`{known}`" for known in self.allowed) or "none"
            near = near_names(name, [*self.allowed, *self.parts])
            return f"Unknown name `{shown}`.", near or f"The variables are: {listed}."
        if name.startswith("__"):
            return (
                f"`{shown}` must be declared: it starts with `__`.",
                "Name it in variables=[...].",
            )
        if is_function_name(name):
            hint = f"Write {shown}(...), or declare it: variables=[...]."
            return f"`{shown}` is a function and needs its argument in brackets.", hint
        return None


def is_function_name(name: str) -> bool:
    """Whether an undeclared name is taken for a function whose brackets are missing."""
    if name in _LETTERS or len(name) <= 2:
        return False
    row = lookup(name)
    return name in {"piecewise", "diff", "mean", "sum"} or (row is not None and row.arity != (0, 0))
