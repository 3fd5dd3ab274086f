"""Matrices declared symmetric: transposes of data go, those of variables stay."""

from __future__ import annotations

import pytest

import symcalc as sc
from symcalc import calculus


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


def test_a_derivative_in_a_symmetric_matrix_keeps_its_transposes():
    found = sc.gradient("logdet(S) + trace(inv(S)@A)", "S", shapes="S: n n spd; A: n n symmetric")
    assert found["S"].text == "inv(S).T - inv(S).T @ A @ inv(S).T"


def test_the_judge_draws_symmetric_data_only_where_they_were_declared(monkeypatch):
    monkeypatch.setattr(calculus.derived, "make_symmetric", lambda *_: None)
    with pytest.raises(sc.OutcomeError):
        sc.gradient("x.T@A@x", "x", shapes="A: n n symmetric; x: n")
