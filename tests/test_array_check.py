"""Claimed derivatives in arrays: what is wrong with them, named."""

from __future__ import annotations

import numpy as np
import pytest
from array_mistakes import RIGHT, WRONG

import symcalc as sc
from symcalc.verify.mistakes import Verdict

LEAST_SQUARES = ("sum((X@w - y)**2)/(2*m)", "w", "X: m n; w: n; y: m")
MATRIX = ("sum((X - U@V.T)**2)", "U", "X: m n; U: m k; V: n k")


@pytest.mark.parametrize(
    ("claim", "verdict", "words"),
    [
        ("X.T@(X@w - y)/m", Verdict.AGREES, "9 data sets"),
        ("(X.T@X@w - X.T@y)/m", Verdict.AGREES, "9 data sets"),
        ("X.T@(X@w - y)", Verdict.CONSTANT_FACTOR, "off by the factor m: multiply it by 1/m"),
        ("2*X.T@(X@w - y)/m", Verdict.CONSTANT_FACTOR, "off by the factor 2"),
        ("X.T@(X@w - y)/(2*n)", Verdict.CONSTANT_FACTOR, "off by the factor m/(2*n)"),
        ("-X.T@(X@w - y)/m", Verdict.SIGN, "the sign is wrong"),
        ("X.T@(X@w)/m", Verdict.MISSING_TERM, "a term is missing"),
        ("X.T@(X@w - y)/m + w", Verdict.EXTRA_TERM, "a term too many: w"),
        ("X.T@(X@w + y)/m", Verdict.SIGN, "the sign of a term is wrong"),
        ("sum(X@w - y)/m", Verdict.WRONG_SHAPE, "is a scalar"),
        ("(X@w - y)/m", Verdict.WRONG_SHAPE, "has the shape (m,)"),
        ("X.T@((X@w - y)**2)/m", Verdict.RULE, "the power of X @ w - y is 2 instead of 1"),
    ],
)
def test_mistakes_in_the_gradient_of_least_squares_are_named(claim, verdict, words):
    formula, wrt, shapes = LEAST_SQUARES
    check = sc.check(claim, formula, wrt, shapes=shapes)

    assert check.outcome is verdict
    assert words in check.message


def test_a_transpose_is_named():
    assert sc.check("inv(S).T", "logdet(S)", "S", shapes="S: n n").is_good
    assert "transpose" in sc.check("inv(S)", "logdet(S)", "S", shapes="S: n n").message
    formula, wrt, shapes = MATRIX
    turned = sc.check("-2*V.T@(X - U@V.T).T", formula, wrt, shapes=shapes)
    assert turned.message.endswith("transpose it")


def test_a_scalar_among_matrices_is_judged():
    assert sc.check("sum(X)", "sum(a*X)", "a", shapes="X: m n").is_good
    assert not sc.check("mean(X)", "sum(a*X)", "a", shapes="X: m n").is_good


def test_only_the_wrong_one_of_two_arrays_is_named():
    formula, _, shapes = MATRIX
    claims = {"U": "-2*(X - U@V.T)@V", "V": "-(X - U@V.T).T@U"}
    check = sc.check(claims, formula, "U, V", shapes=shapes)

    assert check.wrong == ("V",)
    assert "off by the factor 1/2" in check.message


@pytest.mark.parametrize("flag", ["symmetric", "spd"])
def test_a_claim_about_a_symmetric_matrix_need_not_be_right_for_others(flag: str):
    def judge(claim: str, formula: str, wrt: str, flag: str) -> Verdict:
        return sc.check(claim, formula, wrt, shapes=f"S: n n {flag}; x: n").outcome

    assert judge("inv(S)", "logdet(S)", "S", flag) is Verdict.AGREES
    assert judge("2*S@x", "x@S@x", "x", flag) is Verdict.AGREES
    assert judge("S@x", "x@S@x", "x", flag) is Verdict.CONSTANT_FACTOR
    assert judge("inv(S)", "logdet(S)", "S", "") is not Verdict.AGREES
    assert judge("2*S@x", "x@S@x", "x", "") is not Verdict.AGREES


def test_roots_of_a_positive_definite_matrix_are_real_where_it_is_compared():
    check = sc.check("x/sqrt(x@S@x)", "sqrt(x@S@x)", "x", shapes="S: n n spd; x: n")

    assert not check.is_good
    assert sc.check("S@x/sqrt(x@S@x)", "sqrt(x@S@x)", "x", shapes="S: n n spd; x: n").is_good


def test_dimensions_of_two_columns_are_told_apart():
    shapes = "x: m; y: n"

    assert not sc.check("n*sum(x)", "a*m*sum(x) + sum(y)", "a", shapes=shapes).is_good
    assert sc.check("m*sum(x)", "a*m*sum(x) + sum(y)", "a", shapes=shapes).is_good
    assert not sc.equivalent("m*sum(x) + sum(y)", "n*sum(x) + sum(y)", shapes=shapes).is_good


@pytest.mark.parametrize(
    ("left", "right", "is_equal"),
    [
        ("trace(A@B)", "sum(A*B.T)", True),
        ("A@B@x", "A@(B@x)", True),
        ("trace(A@B)", "trace(A)*trace(B)", False),
        ("det(A@B)", "det(A)*det(B)", True),
        ("A@x", "x@A", False),
    ],
)
def test_formulas_over_matrices_are_compared_for_several_sizes(left, right, is_equal):
    found = sc.equivalent(left, right, shapes="A: n n; B: n n; x: n")

    assert found.is_good is is_equal
    assert found.n_points


def test_formulas_of_two_shapes_are_refused():
    with pytest.raises(sc.ArgumentError, match=r"left has the shape \(m,\), the right \(n,\)"):
        sc.equivalent("A@x", "x", shapes="A: m n; x: n")


@pytest.mark.parametrize(
    ("formula", "wrt", "derivative"),
    [
        ("mean(reshape(X, m*n)**2)", "X", "2*X/(m*n)"),
        ("sum(kron(x, y)**2)", "x", "2*x*(y@y)"),
    ],
)
def test_derivatives_through_other_shapes_are_checked(formula, wrt, derivative):
    shapes = "X: m n; x: m; y: n"

    assert sc.gradient(formula, wrt, shapes=shapes).check.trust is sc.Trust.CHECKED
    assert sc.check(derivative, formula, wrt, shapes=shapes).is_good
    assert not sc.check(f"2*({derivative})", formula, wrt, shapes=shapes).is_good


@pytest.mark.parametrize(("claim", "problem", "message"), WRONG, ids=[row[0] for row in WRONG])
def test_a_common_mistake_in_arrays_is_named(claim, problem, message):
    formula, name, shapes = problem
    found = sc.check(claim, formula, name, shapes=shapes)

    assert found.outcome not in (sc.Verdict.AGREES, sc.Verdict.DIFFERS)
    assert message in found.message


@pytest.mark.parametrize(("claim", "problem"), RIGHT, ids=[row[0] for row in RIGHT])
def test_another_spelling_of_a_derivative_in_arrays_is_right(claim, problem):
    formula, name, shapes = problem

    assert sc.check(claim, formula, name, shapes=shapes).outcome is sc.Verdict.AGREES


def test_a_slip_in_code_is_named_as_one_in_a_formula():
    found = sc.check(
        lambda X, w, y: X.T @ (-y / (1 + np.exp(-y * (X @ w)))),
        "sum(log(1 + exp(-y*(X@w))))", "w", shapes="X: m n; w: n; y: m",
    )  # fmt: skip

    assert found.message == "the sign of y*(X @ w) is wrong"


def test_what_no_slip_explains_is_shown_in_numbers():
    found = sc.check("cos(X.T@y)", "sum((X@w - y)**2)", "w", shapes="X: m n; w: n; y: m")

    assert found.outcome is sc.Verdict.DIFFERS
    assert "instead of" in found.message
