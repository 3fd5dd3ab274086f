"""How a function is added to the language."""

from __future__ import annotations

import re

from ..errors import ArgumentError
from ..functions import lookup
from .calls import SPECIAL_FORMS
from .conditions import CONDITIONS
from .definitions import DEFINITIONS, Definition, Definitions
from .limits import DEFAULT_LIMITS
from .messages import make_error
from .names import check_name
from .parts import read_formula
from .reading import Reading

__all__ = ["define"]

_HEAD = re.compile(r"\s*([^\s()=,]+)\s*\(([^()=]*)\)\s*=(?!=)")


def define(text: str, *, definitions: Definitions | None = None) -> Definition:
    """Add a function to the language: `define("swish(x) = x*sigmoid(x)")`.

    Parameters
    ----------
    text : str
        `name(parameter, ...) = formula`; the formula may use its parameters, constants and
        functions that are known already.
    definitions : Definitions, optional
        Where the function is put; by default into those that every verb reads with.

    Returns
    -------
    Definition

    Raises
    ------
    ParseError
        The text is not a definition, the function uses itself or a name that is no parameter.
    ArgumentError
        The name is that of a function or constant of the table.

    Examples
    --------
    >>> from symcalc.language import read
    >>> mine = Definitions()
    >>> define("cube(x) = x^3", definitions=mine).parameters
    ('x',)
    >>> read("cube(a + 1)", definitions=mine).text
    '(a + 1)**3'
    """
    known = DEFINITIONS if definitions is None else definitions
    if not isinstance(text, str):
        raise ArgumentError(f"A definition is a string, not {type(text).__name__}.")
    DEFAULT_LIMITS.check_length(text)
    head = _HEAD.match(text)
    if head is None:
        hint = "Write name(x) = formula, such as swish(x) = x*sigmoid(x)."
        raise make_error("This is not a definition.", text, 0, len(text.rstrip()), hint)
    name = check_name(head.group(1), "function")
    if lookup(name) is not None or name in SPECIAL_FORMS or name in {"nan", "zoo"}:
        raise ArgumentError(f"`{name}` is built in and cannot be defined again.")
    parameters = tuple([check_name(item.strip(), "parameter") for item in head.group(2).split(",")])
    definition = _read_definition(text, name, parameters, known)
    known.add(definition)
    return definition


def _read_definition(
    text: str, name: str, parameters: tuple[str, ...], known: Definitions
) -> Definition:
    """Return the definition of a function from its text and its checked head."""
    without = known.snapshot()
    without.remove(name)
    reading = Reading(text, parameters, (), None, None, "symcalc", None, without)
    first = reading.tokens.texts.index("=") + 1
    texts = reading.tokens.texts
    for place in range(first, len(texts) - 1):
        if texts[place] != name or texts[place + 1] != "(":
            continue
        raise reading.tokens.error(f"`{name}` cannot be defined by itself.", place)
    root = read_formula(reading.parser, reading.tokens, reading.scope, first)
    if reading.graph.kinds[root] in CONDITIONS:
        raise reading.tokens.error("A function has a number as its value.", first)
    reading.check_constants(root)
    return Definition(name, parameters, text, reading.graph, root)
