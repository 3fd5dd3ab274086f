"""Matrices declared symmetric: transposes of data go, those of variables stay."""

from __future__ import annotations

import numpy as np
import pytest

import symcalc as sc
from symcalc import calculus
from symcalc.graph.contractions import contract


@pytest.mark.parametrize(
    ("text", "wrt", "shapes", "gradient", "hessian"),
    [
        ("x.T@A@x/2", "x", "A: n n symmetric; x: n", "A @ x", "A"),
        ("(x - b)@inv(S)@(x - b)", "x", "S: n n spd; x: n; b: n", "2*solve(S, x - b)", "2*inv(S)"),
        ("trace(B.T@A@B)", "B", "A: n n symmetric; B: n k", "2*A @ B", None),
        ("x.T@(A + A@C@A)@x", "x", "A: n n symmetric; C: n n; x: n", None, None),
        ("trace(A@B@A@B)", "B", "A: n n symmetric; B: n n", "2*A @ B.T @ A", None),
        ("x.T@A@x", "x", "A: n n; x: n", "A @ x + A.T @ x", "A + A.T"),
    ],
)
def test_transposes_of_symmetric_data_are_left_out(text, wrt, shapes, gradient, hessian):
    found = sc.gradient(text, wrt, shapes=shapes)
    assert found.check.trust.value == "checked"
    if gradient is not None:
        assert found[wrt].text == gradient
    second = sc.hessian(text, wrt, shapes=shapes)
    assert second.check.trust.value == "checked"
    if hessian is not None:
        assert second[wrt, wrt].text == hessian


@pytest.mark.parametrize(
    ("text", "shapes", "gradient"),
    [
        ("sum((X.T@X)**2)", "X: m n", "4*X @ (X.T @ X)"),
        ("logdet(X.T@X)", "X: m n", "2*X @ inv(X.T @ X)"),
        ("trace(inv(X.T@X))", "X: m n", "-2*X @ inv(X.T @ X) @ inv(X.T @ X)"),
        ("sum((X@X.T - A)**2)", "X: m n; A: m m symmetric", "4*(X @ X.T - A) @ X"),
        ("sum((X@X.T - A)**2)", "X: m n; A: m m", "2*(X @ X.T - A) @ X + 2*(X @ X.T - A).T @ X"),
        ("sum((X@X)**2)", "X: n n", "2*X @ X @ X.T + 2*X.T @ X @ X"),
    ],
)
def test_products_of_a_matrix_and_its_transpose_are_symmetric_without_a_word(
    text, shapes, gradient
):
    found = sc.gradient(text, "X", shapes=shapes)

    assert found.check.trust.value == "checked"
    assert found["X"].text == gradient


def test_a_derivative_in_a_symmetric_matrix_keeps_its_transposes():
    found = sc.gradient("logdet(S) + trace(inv(S)@A)", "S", shapes="S: n n spd; A: n n symmetric")
    assert found["S"].text == "inv(S).T - inv(S).T @ A @ inv(S).T"


def test_the_judge_draws_symmetric_data_only_where_they_were_declared(monkeypatch):
    monkeypatch.setattr(calculus.derived, "make_symmetric", lambda *_: None)
    with pytest.raises(sc.OutcomeError):
        sc.gradient("x.T@A@x", "x", shapes="A: n n symmetric; x: n")


def test_the_judge_moves_the_entries_of_a_symmetric_variable_apart():
    found = sc.gradient("trace(S@A@S)", "S", shapes="S: n n symmetric; A: n n")

    assert str(found["S"]) == "S.T @ A.T + A.T @ S.T"
    points = [one.point for one in found.check.details if "S_row0_1" in one.point]
    assert len(points) > 3
    assert all(point["S_row0_1"] != point["S_row1_0"] for point in points)


def test_a_claim_that_is_right_for_equal_entries_only_is_an_error(monkeypatch):
    def without_transposes(graph, root, wrt):
        (S,), A = wrt, graph.var("A")
        terms = [contract(graph, [(S, (0, 1)), (A, (2, 1))], (0, 2))]
        terms.append(contract(graph, [(A, (1, 0)), (S, (1, 2))], (0, 2)))
        return [graph.add(terms)]

    monkeypatch.setattr("symcalc.calculus.gradient.jacobian_nodes", without_transposes)
    with pytest.raises(sc.OutcomeError):
        sc.gradient("trace(S@A@S)", "S", shapes="S: n n symmetric; A: n n")


def test_a_symmetric_variable_is_varied_among_symmetric_matrices():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(9, 3))
    loss = "m/2*logdet(S) + sum(X*(X@inv(S)))/2"
    best = sc.minimize(
        loss, {"S": 3 * np.eye(3)}, data={"X": X}, shapes="X: m n; S: n n spd", tolerance=1e-11
    )
    assert best.converged
    np.testing.assert_allclose(best.x["S"], X.T @ X / 9, rtol=1e-7)
    np.testing.assert_array_equal(best.x["S"], best.x["S"].T)


@pytest.mark.parametrize("method", ["newton", "L-BFGS-B", "trust_region", "gradient_descent"])
def test_derivatives_in_the_free_numbers_are_those_of_the_tied_ones(method):
    target = np.array([[2.0, 0.5], [0.5, 1.0]])
    best = sc.minimize(
        "sum((S - C)**2) + S[0, 1]**2", {"S": np.eye(2)}, data={"C": target},
        shapes="S: n n symmetric; C: n n", method=method,
    )  # fmt: skip
    # (s - 1/2)^2 twice and s^2: the least at s = 1/3
    np.testing.assert_allclose(best.x["S"], [[2, 1 / 3], [1 / 3, 1]], rtol=1e-6)


def test_a_start_that_is_not_symmetric_is_refused():
    with pytest.raises(sc.ArgumentError, match="`S` was declared symmetric; its start is not"):
        sc.minimize("trace(S@S)", {"S": [[1, 2], [3, 4]]}, shapes="S: n n symmetric")
