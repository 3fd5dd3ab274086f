"""Every exception that symcalc raises on purpose.

Each child of `SymcalcError` also inherits the builtin that people already catch.
"""

from __future__ import annotations

from typing import Any

__all__ = [
    "ArgumentError",
    "CompileError",
    "DataError",
    "DerivativeError",
    "DomainError",
    "LimitError",
    "MissingExtraError",
    "OutcomeError",
    "ParseError",
    "SymcalcError",
    "UserFunctionError",
    "escape_control",
]

MAX_MESSAGE = 480


def escape_control(text: str) -> str:
    """Return `text` with control, format, surrogate and private characters written as escapes."""
    return "".join(
        char
        if char == "\n" or (char.isprintable() and not 0xD800 <= ord(char) <= 0xDFFF)
        else char.encode("unicode_escape", "surrogatepass").decode("ascii")
        for char in text
    )


class SymcalcError(Exception):
    """The root of everything that symcalc raises on purpose; its message is short and printable."""

    def __init__(self, message: str) -> None:
        message = escape_control(message)
        if len(message) > MAX_MESSAGE:
            message = message[: MAX_MESSAGE - 2] + " …"
        super().__init__(message)

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), str(self), self.__dict__)


def _rebuild(kind: type[SymcalcError], message: str, state: dict[str, Any]) -> SymcalcError:
    """Make a pickled exception again, whatever arguments its class takes."""
    error = kind.__new__(kind)
    Exception.__init__(error, message)
    error.__dict__.update(state)
    return error


class ParseError(SymcalcError, ValueError):
    """The text is not a formula of the language.

    Attributes
    ----------
    text : str
        The text as received.
    start, end : int
        The half-open range of characters that the message points at.
    """

    def __init__(self, message: str, *, text: str = "", start: int = 0, end: int = 0) -> None:
        super().__init__(message)
        self.text, self.start, self.end = text, start, end


class LimitError(ParseError):
    """The input exceeds a limit of `symcalc.Limits`."""


class ArgumentError(SymcalcError, ValueError):
    """An argument of a verb is not allowed."""


class DataError(SymcalcError, ValueError):
    """The data cannot be used: a missing column, NaN values, too few rows."""


class DomainError(SymcalcError, ArithmeticError):
    """A value was asked for at a point where none exists."""


class DerivativeError(SymcalcError, ValueError):
    """The expression has no derivative in the variable asked for."""


class CompileError(SymcalcError, ValueError):
    """A node of the expression cannot be run by the backend; the message names it."""


class OutcomeError(SymcalcError, RuntimeError):
    """A run ended badly and `throw=True` was asked for; `result` holds what was reached."""

    def __init__(self, message: str, result: object = None) -> None:
        super().__init__(message)
        self.result = result


class UserFunctionError(SymcalcError, RuntimeError):
    """A function given by the caller raised; the message says where in the run."""


class MissingExtraError(SymcalcError, ImportError):
    """An optional dependency is not installed; the message names the command that installs it."""
