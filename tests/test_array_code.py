"""`check` of Python functions that compute derivatives in arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symcalc as sc
from symcalc.errors import UserFunctionError

LEAST_SQUARES = ("sum((X@w - y)**2)/(2*m)", "w", "X: m n; w: n; y: m")
FACTORS = ("sum((A - U@V.T)**2)", "U, V", "A: m n; U: m k; V: n k")
LOG_DET = ("logdet(S)", "S", "S: n n")
RIDGE = ("lam*(w@w) + sum(w)", "w, lam", "w: n")


def check(function: Callable[..., Any], problem: tuple[str, str, str]) -> sc.Check:
    """Judge a function as the derivative of a problem."""
    formula, wrt, shapes = problem
    return sc.check(function, formula, wrt, shapes=shapes)


def sigmoid(t: Any) -> Any:
    """Return the logistic function."""
    return 1 / (1 + np.exp(-t))


@pytest.mark.parametrize(
    ("function", "problem"),
    [
        (lambda X, w, y: X.T @ (X @ w - y) / len(y), LEAST_SQUARES),
        (lambda *all: all[0].T @ (all[0] @ all[1] - all[2]) / len(all[2]), LEAST_SQUARES),
        (lambda **k: k["X"].T @ (k["X"] @ k["w"] - k["y"]) / len(k["y"]), LEAST_SQUARES),
        (lambda y, X, w: (X.T @ (X @ w - y) / len(y)).tolist(), LEAST_SQUARES),
        (
            lambda X, w, y: -X.T @ (y * sigmoid(-y * (X @ w))),
            ("sum(log(1 + exp(-y*(X@w))))", "w", "X: m n; w: n; y: m"),
        ),
        (lambda A, U, V: (-2 * (A - U @ V.T) @ V, -2 * (A - U @ V.T).T @ U), FACTORS),
        (lambda A, U, V: {"V": -2 * (A - U @ V.T).T @ U, "U": -2 * (A - U @ V.T) @ V}, FACTORS),
        (lambda S: np.linalg.inv(S).T, LOG_DET),
        (lambda S: np.linalg.inv(S), ("logdet(S)", "S", "S: n n spd")),
        (lambda w, lam: [2 * lam * w + 1, w @ w], RIDGE),
    ],
)
def test_a_right_gradient_in_numpy_is_found_right(function: Any, problem: Any) -> None:
    found = check(function, problem)

    assert found.outcome is sc.Verdict.AGREES, found.message
    assert found.trust is sc.Trust.CHECKED
    assert found.n_points >= 3


@pytest.mark.parametrize(
    ("function", "problem", "message"),
    [
        (lambda X, w, y: X.T @ (X @ w - y), LEAST_SQUARES, "off by the factor m"),
        (lambda X, w, y: X.T @ (y - X @ w) / len(y), LEAST_SQUARES, "the sign is wrong"),
        (lambda X, w, y: X.T @ (X @ w) / len(y), LEAST_SQUARES, "a term is missing"),
        (lambda X, w, y: X * (X @ w - y)[:, None], LEAST_SQUARES, "sum or mean over an axis"),
        (lambda X, w, y: ((X @ w - y) @ X).sum(), LEAST_SQUARES, "summed over an axis too many"),
        (lambda X, w, y: None, LEAST_SQUARES, "a `return` missing"),
        (lambda X, w, y: (0.5, X.T @ (X @ w - y)), LEAST_SQUARES, "returns a pair"),
        (lambda X, w, y: "text", LEAST_SQUARES, "returns str for w"),
        (lambda A, U, V: (-2 * (A - U @ V.T) @ V, (A - U @ V.T).T @ U), FACTORS, "∂f/∂V: off by"),
        (lambda A, U, V: -2 * (A - U @ V.T) @ V, FACTORS, "return a dict, or one array for each"),
        (lambda A, U, V: {"U": U}, FACTORS, "a dict without V"),
        (lambda A, U, V: (-2 * V.T @ (A - U @ V.T).T, V), FACTORS, "transpose it"),
        (lambda S: np.linalg.inv(S), LOG_DET, "the transpose of the derivative"),
        (lambda w, lam: [2 * lam * w, w @ w], RIDGE, "a term is missing: 1"),
        (lambda w, lam: [2 * lam * w + 1, w * w], RIDGE, "that of a number"),
    ],
)  # fmt: skip
def test_a_wrong_gradient_in_numpy_is_explained(function: Any, problem: Any, message: str) -> None:
    found = check(function, problem)

    assert not found.outcome.is_good
    assert message in found.message


def test_a_function_may_not_change_the_data_of_the_judge() -> None:
    def gradient(X: Any, w: Any, y: Any) -> Any:
        found = X.T @ (X @ w - y) / len(y)
        X *= 0
        w += 1
        return found

    assert check(gradient, LEAST_SQUARES).outcome is sc.Verdict.AGREES


def test_names_that_are_no_variables_are_refused() -> None:
    with pytest.raises(sc.ArgumentError, match="takes `beta`, which is no variable"):
        check(lambda X, beta, y: X.T @ (X @ beta - y), LEAST_SQUARES)


def test_what_a_function_raises_is_told_with_the_shapes() -> None:
    with pytest.raises(UserFunctionError, match=r"X of shape \(3, 2\).*matmul"):
        check(lambda X, w, y: X @ (X @ w - y), LEAST_SQUARES)
    with pytest.raises(UserFunctionError, match="at every point: LinAlgError"):
        check(lambda S: np.linalg.inv(S[0:1]), LOG_DET)
