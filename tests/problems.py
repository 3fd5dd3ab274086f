"""The corpus of minimization problems: frozen rows with their source; every method runs on all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from symcalc.optimize import Objective

__all__ = ["PROBLEMS", "Problem", "make_objective"]


@dataclass(frozen=True)
class Problem:
    """A smooth problem given by its residuals: the objective is their sum of squares.

    `minima` are all values that a local method may end at from this start.
    """

    name: str
    source: str
    start: tuple[float, ...]
    minima: tuple[float, ...]
    residuals: Callable[[Any], Any]
    jacobian: Callable[[Any], Any]
    curvatures: Callable[[Any], Any]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(f"x{i + 1}" for i in range(len(self.start)))

    @property
    def objective(self) -> Objective:
        return make_objective(self.residuals, self.jacobian, self.curvatures)


def make_objective(residuals: Any, jacobian: Any, curvatures: Any) -> Objective:
    """Return `sum(r**2)` with its derivatives; `curvatures` are the Hessians of the residuals."""

    def value(x: Any) -> float:
        r = np.asarray(residuals(x), dtype=float)
        return float(r @ r)

    def value_and_gradient(x: Any) -> tuple[float, Any]:
        r, j = np.asarray(residuals(x), dtype=float), np.asarray(jacobian(x), dtype=float)
        return float(r @ r), 2.0 * j.T @ r

    def hessian(x: Any) -> Any:
        r, j = np.asarray(residuals(x), dtype=float), np.asarray(jacobian(x), dtype=float)
        return 2.0 * (j.T @ j + np.einsum("i,ijk->jk", r, np.asarray(curvatures(x), dtype=float)))

    return Objective(
        value,
        value_and_gradient,
        hessian,
        lambda x, v: hessian(x) @ v,
        lambda x: np.asarray(residuals(x), dtype=float),
        lambda x: np.asarray(jacobian(x), dtype=float),
    )


def _zeros(m: int, n: int) -> Any:
    return np.zeros((m, n, n))


def _rosenbrock_curvatures(x: Any) -> Any:
    curvatures = _zeros(2, 2)
    curvatures[0, 0, 0] = -20.0
    return curvatures


_BEALE = np.array([1.5, 2.25, 2.625])
_POWERS = np.array([1.0, 2.0, 3.0])


def _beale_jacobian(x: Any) -> Any:
    return np.column_stack((x[1] ** _POWERS - 1.0, x[0] * _POWERS * x[1] ** (_POWERS - 1.0)))


def _beale_curvatures(x: Any) -> Any:
    curvatures = _zeros(3, 2)
    cross = _POWERS * x[1] ** (_POWERS - 1.0)
    curvatures[:, 0, 1] = curvatures[:, 1, 0] = cross
    curvatures[:, 1, 1] = x[0] * np.array([0.0, 2.0, 6.0 * x[1]])
    return curvatures


_SCALES = np.array([1.0, 3.0, 10.0, 30.0])

_T = np.arange(1.0, 11.0) / 10.0


def _jennrich_curvatures(x: Any) -> Any:
    k = np.arange(1.0, 11.0)
    curvatures = _zeros(10, 2)
    for i in range(2):
        curvatures[:, i, i] = -(k**2) * np.exp(k * x[i])
    return curvatures


def _freudenstein_curvatures(x: Any) -> Any:
    curvatures = _zeros(2, 2)
    curvatures[0, 1, 1] = 10.0 - 6.0 * x[1]
    curvatures[1, 1, 1] = 2.0 + 6.0 * x[1]
    return curvatures


def _decay_curvatures(x: Any) -> Any:
    curvatures, decay = _zeros(10, 2), np.exp(-x[1] * _T)
    curvatures[:, 0, 1] = curvatures[:, 1, 0] = _T * decay
    curvatures[:, 1, 1] = -x[0] * _T**2 * decay
    return curvatures


PROBLEMS = (
    Problem(
        "Rosenbrock",
        "More, Garbow, Hillstrom, Testing unconstrained optimization software, 1981, (1)",
        (-1.2, 1.0),
        (0.0,),
        lambda x: np.array([10.0 * (x[1] - x[0] ** 2), 1.0 - x[0]]),
        lambda x: np.array([[-20.0 * x[0], 10.0], [-1.0, 0.0]]),
        _rosenbrock_curvatures,
    ),
    Problem(
        "Freudenstein and Roth",
        "More, Garbow, Hillstrom 1981, (2)",
        (0.5, -2.0),
        (0.0, 48.98425367924001),
        lambda x: np.array(
            [
                -13.0 + x[0] + ((5.0 - x[1]) * x[1] - 2.0) * x[1],
                -29.0 + x[0] + ((x[1] + 1.0) * x[1] - 14.0) * x[1],
            ]
        ),
        lambda x: np.array(
            [
                [1.0, 10.0 * x[1] - 3.0 * x[1] ** 2 - 2.0],
                [1.0, 3.0 * x[1] ** 2 + 2.0 * x[1] - 14.0],
            ]
        ),
        _freudenstein_curvatures,
    ),
    Problem(
        "Beale",
        "More, Garbow, Hillstrom 1981, (5)",
        (1.0, 1.0),
        (0.0,),
        lambda x: _BEALE - x[0] * (1.0 - x[1] ** _POWERS),
        _beale_jacobian,
        _beale_curvatures,
    ),
    Problem(
        "Jennrich and Sampson",
        "More, Garbow, Hillstrom 1981, (6), minimum to 12 digits",
        (0.3, 0.4),
        (124.36218235561485,),
        lambda x: (
            2.0
            + 2.0 * np.arange(1.0, 11.0)
            - np.exp(np.arange(1.0, 11.0) * x[0])
            - np.exp(np.arange(1.0, 11.0) * x[1])
        ),
        lambda x: np.column_stack(
            [-np.arange(1.0, 11.0) * np.exp(np.arange(1.0, 11.0) * x[i]) for i in range(2)]
        ),
        _jennrich_curvatures,
    ),
    Problem(
        "scaled quadratic",
        "own: axes stretched by 1, 3, 10, 30, minimum at (1, 2, 3, 4) with value 5",
        (0.0, 0.0, 0.0, 0.0),
        (5.0,),
        lambda x: np.append(_SCALES * (x - np.array([1.0, 2.0, 3.0, 4.0])), 5.0**0.5),
        lambda x: np.vstack((np.diag(_SCALES), np.zeros(4))),
        lambda x: _zeros(5, 4),
    ),
    Problem(
        "exponential decay",
        "own: exact data of 2*exp(-3*t) at t = 0.1 ... 1, minimum at (2, 3) with value 0",
        (1.0, 1.0),
        (0.0,),
        lambda x: 2.0 * np.exp(-3.0 * _T) - x[0] * np.exp(-x[1] * _T),
        lambda x: np.column_stack((-np.exp(-x[1] * _T), x[0] * _T * np.exp(-x[1] * _T))),
        _decay_curvatures,
    ),
)
