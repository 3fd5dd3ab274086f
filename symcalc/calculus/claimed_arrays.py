"""A Python function that computes a derivative in arrays, as a claim to be judged."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ArgumentError, UserFunctionError
from ..expression import Variable
from ..graph.dimensions import size_of
from ..graph.shapes import Shape, written
from .claimed import WrongShapeError

__all__ = ["CodedDerivative"]

Array = NDArray[np.float64]

#: Exceptions that mean "no value here" rather than a fault of the code.
NO_VALUE = (ArithmeticError, np.linalg.LinAlgError)


class CodedDerivative:
    """A Python function from numbers and arrays by name to derivatives by name.

    Parameters
    ----------
    function : callable
        It takes variables by their names, `gradient(X, w, y)`, all of them in order (`*args`), or
        by keyword (`**kwargs`). It returns an array, or for several variables a dict or a
        sequence of arrays.
    shapes : mapping of str to Shape
        Of the derivatives that are asked for.
    variables : sequence of Variable

    Attributes
    ----------
    called : str
        How the function is called, for people.
    failure : Exception or None
        What it raised last as having no value.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        shapes: Mapping[str, Shape],
        variables: Sequence[Variable],
    ) -> None:
        self.function, self.shapes = function, dict(shapes)
        self.label = getattr(function, "__name__", type(function).__name__)
        self.known = [variable.name for variable in variables]
        self.taken, self.is_by_name = self._arguments()
        told = [f"{name}={name}" if self.is_by_name else name for name in self.taken]
        self.called = f"{self.label}({', '.join(told)})"
        self.failure: Exception | None = None

    def _arguments(self) -> tuple[list[str], bool]:
        """Return the names that the function takes, and whether by keyword."""
        try:
            parameters = list(inspect.signature(self.function).parameters.values())
        except (TypeError, ValueError):  # written in C: it does not tell
            return self.known, False
        kinds = {parameter.kind for parameter in parameters}
        if inspect.Parameter.VAR_KEYWORD in kinds:
            return self.known, True
        if inspect.Parameter.VAR_POSITIONAL in kinds:
            return self.known, False
        strange = [p.name for p in parameters if p.default is p.empty and p.name not in self.known]
        if strange:
            raise ArgumentError(
                f"{self.label} takes `{strange[0]}`, which is no variable; give its parameters the "
                f"names of the variables: {', '.join(self.known)}."
            )
        is_by_name = inspect.Parameter.POSITIONAL_ONLY not in kinds
        return [p.name for p in parameters if p.name in self.known], is_by_name

    def __call__(self, point: Mapping[str, Any], sizes: Mapping[str, int]) -> dict[str, Array]:
        """Return the derivatives, rows after rows; NaN where the function has no value."""
        values = {name: np.copy(v) if np.ndim(v) else v for name, v in point.items()}
        try:
            with np.errstate(all="ignore"):
                if self.is_by_name:
                    answer = self.function(**{name: values[name] for name in self.taken})
                else:
                    answer = self.function(*[values[name] for name in self.taken])
        except NO_VALUE as error:
            self.failure = error
            return {name: np.array([np.nan]) for name in self.shapes}
        except Exception as error:
            where = ", ".join(f"{name} of shape {np.shape(v)}" for name, v in values.items())
            raise UserFunctionError(
                f"{self.label} failed for {where}: {type(error).__name__}: {error}"
            ) from error
        return {name: self._read(name, part, sizes) for name, part in self._parts(answer).items()}

    def _parts(self, answer: Any) -> dict[str, Any]:
        """Return an answer by names."""
        names = list(self.shapes)
        if answer is None:
            raise WrongShapeError("returns None: is a `return` missing?")
        if isinstance(answer, Mapping):
            missing = [name for name in names if name not in answer]
            if missing:
                raise WrongShapeError(f"returns a dict without {', '.join(missing)}")
            return {name: answer[name] for name in names}
        if len(names) == 1:
            if isinstance(answer, tuple) and len(answer) == 2 and np.ndim(answer[0]) == 0:
                raise WrongShapeError(
                    "returns a pair: value and gradient? return the gradient alone"
                )
            return {names[0]: answer}
        if not isinstance(answer, (list, tuple)) or len(answer) != len(names):
            raise WrongShapeError(
                f"returns {type(answer).__name__}; return a dict, or one array for each of "
                f"{', '.join(names)}"
            )
        return dict(zip(names, answer, strict=True))

    def _read(self, name: str, part: Any, sizes: Mapping[str, int]) -> Array:
        """Return one derivative as a row of numbers, its shape checked."""
        try:
            array = np.asarray(part)
            if array.dtype.kind not in "buifO":
                raise TypeError
            array = array.astype(float)
        except (TypeError, ValueError):
            raise WrongShapeError(
                f"returns {type(part).__name__} for {name}, no array of numbers"
            ) from None
        wanted = tuple(size_of(dimension, sizes) for dimension in self.shapes[name])
        if array.shape == wanted:
            return array.ravel()
        names = f"{written(self.shapes[name])}, here {wanted}" if wanted else "that of a number"
        raise WrongShapeError(
            f"returns the shape {array.shape} for {name}; the derivative has {names}"
            f"{_hint(array.shape, wanted)}"
        )


def _hint(given: tuple[int, ...], wanted: tuple[int, ...]) -> str:
    """Return what to do about a shape."""
    if given == wanted[::-1] and len(wanted) == 2:
        return ": transpose it"
    if np.prod(given, dtype=int) == np.prod(wanted, dtype=int):
        return ": reshape it"
    if len(given) == len(wanted) + 1 and (given[1:] == wanted or given[:-1] == wanted):
        return ": is a sum or mean over an axis missing?"
    if len(given) + 1 == len(wanted) and (wanted[1:] == given or wanted[:-1] == given):
        return ": is it summed over an axis too many?"
    return ""
