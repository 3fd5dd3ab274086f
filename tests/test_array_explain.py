"""Derivations over arrays, told backwards: the rules, the shapes, the verdict."""

from __future__ import annotations

import json

import pytest
from array_losses import LOSSES

import symcalc as sc
from symcalc.calculus import array_explanation
from symcalc.errors import ArgumentError

LEAST_SQUARES = ("sum((X@w - y)**2)/(2*m)", "w", "X: m n; w: n; y: m")


def test_least_squares_are_explained_step_by_step_with_shapes():
    text, wrt, shapes = LEAST_SQUARES
    lines = sc.explain(text, wrt, shapes=shapes).text.splitlines()

    assert lines[:-1] == [
        "1. factors that do not change: ∂f/∂a = G*b for G = ∂f/∂(a*b), "
        "where a = sum((X @ w - y)**2), b = 1/(2*m)",
        "   ∂f/∂f = 1",
        "2. sum of all entries: ∂f/∂u = G*ones(m) for G = ∂f/∂(sum(u)), where u = (X @ w - y)**2",
        "   ∂f/∂[sum((X @ w - y)**2)] = 1/(2*m)",
        "3. power rule, entry by entry: ∂f/∂u = 2*G*u for G = ∂f/∂(u**2), where u = X @ w - y",
        "   ∂f/∂[(X @ w - y)**2] = ones(m)/(2*m), of shape (m,)",
        "4. sum rule: ∂f/∂u = G for G = ∂f/∂(u + v), where u = X @ w, v = -y",
        "   ∂f/∂[X @ w - y] = (X @ w - y)/m, of shape (m,)",
        "5. product of matrices: ∂f/∂w = X.T @ G for G = ∂f/∂(X @ w)",
        "   ∂f/∂[X @ w] = (X @ w - y)/m, of shape (m,)",
        "∂f/∂w = X.T @ (X @ w - y)/m",
    ]


@pytest.mark.parametrize(("text", "wrt", "shapes"), LOSSES)
def test_textbook_losses_are_explained_and_end_in_the_gradient(text, wrt, shapes):
    name = wrt.split(", ")[0]
    story = sc.explain(text, name, shapes=shapes)

    assert story.agrees
    assert story.check.is_good
    assert story.derivative.text == sc.gradient(text, name, shapes=shapes)[name].text
    assert json.loads(json.dumps(story.to_dict()))["steps"]
    assert story.latex.startswith(r"\begin{align*}")


@pytest.mark.parametrize(
    ("text", "wrt", "title", "rule"),
    [
        ("logdet(S)", "S", "logarithm of a determinant", "∂f/∂S = G*inv(S).T"),
        ("a@inv(S)@a", "S", "inverse of a matrix", "∂f/∂S = -inv(S).T @ G @ inv(S).T"),
        ("trace(S@C)", "S", "trace", "∂f/∂S = G*C.T"),
        ("a@exp(S@a)", "S", "product of matrices", "∂f/∂S = outer(G, a)"),
        ("sum(exp(S))", "S", "exponential, entry by entry", "∂f/∂S = G*exp(S)"),
        ("logsumexp(a)", "a", "logarithm of a sum of exponentials", "∂f/∂a = G*softmax(a)"),
        ("a@a", "a", "inner product", "∂f/∂a = 2*G*a"),
        ("sum(S[1]**2)", "S", "entries taken out", "∂f/∂S = outer(eye(n)[1], G)"),
    ],
)
def test_each_operation_has_a_title_and_passes_the_derivative_on(text, wrt, title, rule):
    last = sc.explain(text, wrt, shapes="S: n n; C: n n; a: n").steps[-1].rule

    assert last.title == title
    assert last.text.startswith(rule)


def test_a_part_that_is_used_twice_adds_up_what_it_is_passed():
    story = sc.explain("sum(exp(X@w)) + sum((X@w)**2)", "w", shapes="X: m n; w: n")

    assert "adds up what steps" in story.text
    assert str(story.steps[-1].input) == "X @ w"
    assert str(story.steps[-1].output) == "2*X @ w + exp(X @ w)"


def test_letters_are_none_of_the_names_of_the_formula():
    story = sc.explain("sum((G@A - u*a)**2)", "A", shapes="G: m n; A: n; u: m")

    assert all(not {"G", "A", "u", "a", "m", "n"} & set(step.parts) for step in story.steps)
    assert "for R = ∂f/∂(G @ A)" in story.steps[-1].rule.text


def test_a_derivation_that_ends_elsewhere_says_so(monkeypatch):
    right = array_explanation.told_rule

    def wrong(graph, node, moving, taken):
        told = right(graph, node, moving, taken)
        for arg, share in told.shares.items():
            told.shares[arg] = told.graph.scale(2, share)
        return told

    monkeypatch.setattr(array_explanation, "told_rule", wrong)
    text, wrt, shapes = LEAST_SQUARES
    story = sc.explain(text, wrt, shapes=shapes)

    assert not story.agrees
    assert not story.check.is_good
    assert "does not end in the derivative" in story.check.message


def test_columns_of_data_are_explained_and_values_that_are_arrays_refused():
    assert sc.explain("sum(a*x)", "a", shapes="x: rows").agrees
    with pytest.raises((ArgumentError, sc.errors.DerivativeError)):
        sc.explain("A@x", "x", shapes="A: m n; x: n")
