"""A gradient that a person claims: formulas, or a Python function, brought into one form."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ..errors import ArgumentError, UserFunctionError
from ..expression import Variable
from ..verify.evidence import Place

__all__ = ["NumericGradient", "WrongShapeError", "split_formulas"]

#: Exceptions that mean "no value here" rather than a fault of the code.
NO_VALUE = (ArithmeticError, ValueError)


class WrongShapeError(Exception):
    """What the function returns is no gradient in these variables; the message says what it is."""


class NumericGradient:
    """A Python function as the values of all components at a place.

    Parameters
    ----------
    function : callable
    names : sequence of str
        The variables of the components.
    variables : sequence of Variable
        All variables that the function may ask for by name.

    Attributes
    ----------
    called : str
        How the function is called, for people.
    is_single : bool
        Whether all numbers come in single precision.
    """

    def __init__(
        self, function: Callable[..., Any], names: Sequence[str], variables: Sequence[Variable]
    ) -> None:
        self.function, self.names = function, tuple(names)
        self.label = getattr(function, "__name__", type(function).__name__)
        self.known = [v.name for v in variables]
        self.by_name, self.vector, self.rest = self._arguments()
        told = [f"array([{', '.join(self.names)}])" if n == self.vector else n for n in self.rest]
        if self.by_name:
            told = [f"{name}={name}" for name in self.by_name]
        self.called = f"{self.label}({', '.join(told)})"

    def _arguments(self) -> tuple[tuple[str, ...], str | None, tuple[str, ...]]:
        """Return the names passed by name; or the parameter that takes the vector, and all."""
        try:
            parameters = list(inspect.signature(self.function).parameters.values())
        except (TypeError, ValueError):  # written in C: it does not tell
            return (), "x", ("x",)
        if any(p.kind is p.VAR_KEYWORD for p in parameters):
            return tuple(self.known), None, ()
        if any(p.kind is p.VAR_POSITIONAL for p in parameters):
            return (), None, tuple(self.known)
        needed = [p.name for p in parameters if p.default is p.empty]
        strange = [name for name in needed if name not in self.known]
        if not strange and not (len(needed) == 1 and len(self.names) > 1):
            if any(p.kind is p.POSITIONAL_ONLY for p in parameters):
                return (), None, tuple(needed)
            return tuple(p.name for p in parameters if p.name in self.known), None, ()
        if len(strange) <= 1 and needed:
            vector = strange[0] if strange else needed[0]
            return (), vector, tuple(needed)
        raise ArgumentError(
            f"{self.label} takes {', '.join(needed)}; of these {', '.join(strange)} are no "
            f"variables. It may take variables by name ({', '.join(self.known)}), or one array."
        )

    def __call__(self, place: Place) -> list[float]:
        """Return the components; NaN where the function has no value."""
        try:
            return self.components(place)
        except NO_VALUE:
            return [float("nan")] * len(self.names)
        except WrongShapeError:
            raise
        except Exception as error:
            raise self.failure(error, place) from error

    def failure(self, error: Exception, place: Place) -> UserFunctionError:
        """Return the error that says where the function failed."""
        where = ", ".join(f"{name}={value!r:.40}" for name, value in list(place.items())[:6])
        return UserFunctionError(f"{self.label} failed at {where}: {type(error).__name__}: {error}")

    def components(self, place: Place) -> list[float]:
        """Call the function once; exceptions pass."""
        values = {
            name: np.array(value) if isinstance(value, list) else value
            for name, value in place.items()
        }
        with np.errstate(all="ignore"):
            if self.by_name:
                answer = self.function(**{name: values[name] for name in self.by_name})
            else:
                vector = np.array([place[name] for name in self.names])
                answer = self.function(
                    *[vector if name == self.vector else values[name] for name in self.rest]
                )
        return self._read(answer)

    def _read(self, answer: Any) -> list[float]:
        """Return the numbers of an answer."""
        n = len(self.names)
        if answer is None:
            raise WrongShapeError("returns None: is a `return` missing?")
        if isinstance(answer, Mapping):
            missing = [name for name in self.names if name not in answer]
            if missing:
                raise WrongShapeError(f"returns a dict without {', '.join(missing)}")
            answer = [answer[name] for name in self.names]
        try:
            array = np.asarray(answer)
            if array.dtype.kind == "c":
                raise WrongShapeError("returns complex numbers")
            array = array.astype(float)
        except (TypeError, ValueError):
            raise WrongShapeError(_what(answer)) from None
        if array.shape == (n,) or (n == 1 and array.size == 1):
            return [float(x) for x in array.ravel()]
        wanted = f"a gradient in {', '.join(self.names)} has the shape ({n},)"
        if n == 1:
            wanted = f"the derivative in {self.names[0]} is one number"
        raise WrongShapeError(f"returns the shape {array.shape}; {wanted}{_hint(array, n)}")


def _what(answer: Any) -> str:
    if isinstance(answer, tuple) and len(answer) == 2:
        return "returns a pair: value and gradient? return the gradient alone"
    return f"returns {type(answer).__name__}, which is not an array of numbers"


def _hint(array: np.ndarray[Any, Any], n: int) -> str:
    if array.size == n:
        return ": flatten it"
    if array.ndim and array.size and array.size % n == 0 and array.shape[-1] == n:
        return ": is a sum or mean over the rows missing?"
    return ""


def split_formulas(text: str) -> list[str]:
    """Return the formulas of a list "2*x*y, x^2", with or without square brackets."""
    text = text.strip()
    if text.startswith("[") and text.endswith("]"):
        text = text[1:-1]
    parts, depth = [""], 0
    for char in text:
        depth += (char in "([{") - (char in ")]}")
        if char in ",;" and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    return [part.strip() for part in parts]
