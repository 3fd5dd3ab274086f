"""What strings over arrays mean in NumPy, in long doubles, and their derivatives from values alone.

Nothing here knows symcalc. Functions of matrices are written out, since NumPy has none for long
doubles; derivatives along a line are differences of eighth order, whose step is so large that the
64 bits of a long double leave 12 digits even of a second derivative.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import mpmath
import numpy as np

__all__ = ["along", "along_both", "is_kink", "numpy_value"]

Values = Mapping[str, Any]
Direction = Mapping[str, Any]

#: Central differences of eighth order: f'(0) is about sum(c*(f(k h) - f(-k h)))/h.
_WEIGHTS = {1: 4 / np.longdouble(5), 2: -1 / np.longdouble(5), 3: 4 / np.longdouble(105)}
_WEIGHTS[4] = -1 / np.longdouble(280)


# -- functions ------------------------------------------------------------------------------------


def _where(condition: Any, value: Any, otherwise: Any) -> Any:
    return np.where(condition, value, otherwise)


def _listed(parts: tuple[Any, ...]) -> Sequence[Any]:
    return parts[0] if isinstance(parts[0], list) else parts


def _eliminated(matrix: Any, right: Any) -> tuple[Any, Any]:
    """Return the determinant, and the solution for several right sides, by Gauss and Jordan."""
    matrix, right = np.array(matrix), np.array(right)
    determinant = matrix.dtype.type(1)
    for column in range(len(matrix)):
        pivot = column + int(np.argmax(np.abs(matrix[column:, column])))
        if pivot != column:
            determinant = -determinant
            matrix[[column, pivot]] = matrix[[pivot, column]]
            right[[column, pivot]] = right[[pivot, column]]
        determinant = determinant * matrix[column, column]
        right[column] = right[column] / matrix[column, column]
        matrix[column] = matrix[column] / matrix[column, column]
        for row in range(len(matrix)):
            if row != column:
                right[row] = right[row] - matrix[row, column] * right[column]
                matrix[row] = matrix[row] - matrix[row, column] * matrix[column]
    return determinant, right


def _solve(matrix: Any, right: Any) -> Any:
    dtype = np.result_type(matrix, right, float)
    columns = np.asarray(right, dtype).reshape(len(right), -1)
    return _eliminated(np.asarray(matrix, dtype), columns)[1].reshape(np.shape(right))


def _det(matrix: Any) -> Any:
    return _eliminated(matrix, np.zeros((len(matrix), 0), np.asarray(matrix).dtype))[0]


def _log_sum_exp(x: Any, axis: int | None = None, keepdims: bool = False) -> Any:
    top = np.max(x, axis=axis, keepdims=True)
    found = np.log(np.sum(np.exp(x - top), axis=axis, keepdims=True)) + top
    return found if keepdims else np.squeeze(found, axis=axis)[()]


def _softmax(x: Any, axis: int | None = None) -> Any:
    return np.exp(x - _log_sum_exp(x, axis=axis, keepdims=True))


def _reducer(reduce: Callable[..., Any], of_two: Callable[..., Any]) -> Callable[..., Any]:
    def function(x: Any, *others: Any, **options: Any) -> Any:
        return of_two(x, *others) if others else reduce(x, **options)

    return function


def _from_mpmath(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return a function of arrays that is computed to the digits of a long double."""

    def of_one(x: Any) -> Any:
        with mpmath.workdps(25):
            high = float(x)
            at = mpmath.mpf(high) + mpmath.mpf(float(x - np.longdouble(high)))
            return np.longdouble(mpmath.nstr(function(at), 22))

    def of_many(x: Any) -> Any:
        flat = [of_one(entry) for entry in np.ravel(np.asarray(x, np.longdouble))]
        return np.array(flat, np.longdouble).reshape(np.shape(x))[()]

    return of_many


_NAMESPACE: dict[str, Any] = {
    **{name: getattr(np, name) for name in ("sin", "cos", "tanh", "exp", "abs", "sum", "mean")},
    **{name: getattr(np, name) for name in ("sinh", "cosh", "sqrt", "log", "log1p", "expm1")},
    **{name: getattr(np, name) for name in ("cbrt", "sign", "hypot", "logaddexp", "einsum")},
    **{name: getattr(np, name) for name in ("prod", "trace", "diag", "outer", "dot", "kron")},
    **{"atan": np.arctan, "asinh": np.arcsinh, "atan2": np.arctan2, "reshape": np.reshape},
    **{"erf": _from_mpmath(mpmath.erf), "loggamma": _from_mpmath(mpmath.loggamma)},
    **{"sigmoid": lambda x: 1 / (1 + np.exp(-x)), "softplus": lambda x: np.logaddexp(0 * x, x)},
    **{"relu": lambda x: np.maximum(x, 0), "sech": lambda x: 1 / np.cosh(x)},
    **{"logsumexp": _log_sum_exp, "softmax": _softmax, "solve": _solve, "det": _det},
    **{"inv": lambda x: _solve(x, np.eye(len(x))), "logdet": lambda x: np.log(np.abs(_det(x)))},
    **{"norm1": lambda x: np.sum(np.abs(x)), "norm2": lambda x: np.sqrt(np.sum(x * x))},
    **{"norminf": lambda x: np.max(np.abs(x)), "where": _where, "eye": np.eye},
    **{"ones": lambda *shape: np.ones(shape), "zeros": lambda *shape: np.zeros(shape)},
    **{"max": _reducer(np.max, np.maximum), "min": _reducer(np.min, np.minimum)},
    "concat": lambda *parts, axis=0: np.concatenate(_listed(parts), axis=axis),
    "stack": lambda *parts, axis=0: np.stack(_listed(parts), axis=axis),
}


# -- values and differences -----------------------------------------------------------------------


def numpy_value(text: str, values: Values, sizes: Mapping[str, int]) -> Any:
    """Return the value of a text of the tests' own making, in the precision of the values."""
    with np.errstate(all="ignore"):
        return eval(text, {"__builtins__": {}, **_NAMESPACE, **sizes, **values})


def along(text: str, values: Values, sizes: Mapping[str, int], d: Direction, step: float) -> Any:
    """Return the derivative of the value along a direction, in long doubles."""
    return _difference(lambda t: numpy_value(text, _moved(values, [(t, d)]), sizes), step)


def along_both(
    text: str, values: Values, sizes: Mapping[str, int], d: Sequence[Direction], step: float
) -> Any:
    """Return the second derivative of the value along two directions, in long doubles."""

    def slope(s: Any) -> Any:
        return _difference(
            lambda t: numpy_value(text, _moved(values, [(s, d[0]), (t, d[1])]), sizes), step
        )

    return _difference(slope, step)


def is_kink(text: str, values: Values, sizes: Mapping[str, int], d: Direction) -> bool:
    """Whether the slopes to both sides along a direction differ."""
    h = np.longdouble(2) ** -20
    before, here, after = (
        numpy_value(text, _moved(values, [(t, d)]), sizes) for t in (-h, np.longdouble(0), h)
    )
    slopes = [np.abs(after - here) / h, np.abs(here - before) / h]
    bend = np.max(np.abs(after - 2 * here + before) / h, initial=0)
    return bool(bend > 1e-3 * (1 + np.max(slopes, initial=0)))


def _difference(function: Callable[[Any], Any], step: float) -> Any:
    h = np.longdouble(step)
    return sum(c * (function(k * h) - function(-k * h)) for k, c in _WEIGHTS.items()) / h


def _moved(values: Values, moves: Sequence[tuple[Any, Direction]]) -> dict[str, Any]:
    moved = {name: np.asarray(value, np.longdouble)[()] for name, value in values.items()}
    for t, direction in moves:
        for name, part in direction.items():
            moved[name] = moved[name] + t * part
    return moved
