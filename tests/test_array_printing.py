"""Derivatives over arrays in print: they read back, run in NumPy, and are the derivatives."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
from array_losses import FUNCTIONS, LOSSES, draw

import symcalc as sc
from symcalc.calculus import action
from symcalc.graph.graph import Graph
from symcalc.present import describe, to_plain_text
from symcalc.verify.array_claims import ArrayClaim, compare_arrays

GRADIENTS = [(sc.gradient, *row) for row in LOSSES]
HESSIANS = [(sc.hessian, *row) for row in LOSSES]
JACOBIANS = [(sc.jacobian, *row) for row in FUNCTIONS]


def source_of(result):
    """Return the expression that a result is of."""
    return result.expressions[0] if hasattr(result, "expressions") else result.expression


def run_python(result, data):
    """Return what the source of a result gives in a namespace of its own."""
    lines = to_plain_text(describe(result, "python"))
    scope = {}
    exec(lines, scope)
    name = type(result).__name__.lower() if hasattr(result, "check") else "f"
    return scope[name](**data)


def in_numpy(expression, data):
    """Return an expression's value by its own source."""
    return np.asarray(run_python(expression, data))


@pytest.mark.parametrize(("verb", "text", "wrt", "shapes"), GRADIENTS + HESSIANS + JACOBIANS)
def test_what_is_printed_reads_back_as_the_same_function(verb, text, wrt, shapes):
    result = verb(text, wrt, shapes=shapes)
    forms = result.entries.values() if verb is sc.hessian else result.values()

    for form in forms:
        again = sc.parse(form.text, shapes=shapes)
        graph = Graph()
        (left,) = graph.absorb(form.graph, [form.root])
        (right,) = graph.absorb(again.graph, [again.root])
        claims = [ArrayClaim("f", left, right)]
        findings, n_draws = compare_arrays(
            graph, claims, source_of(result).variables, 0, sizes=((3, 2, 2), (2, 3, 2))
        )

        assert not findings, form.text
        assert n_draws


@pytest.mark.parametrize(("text", "wrt", "shapes"), LOSSES)
def test_the_source_gives_the_numbers_of_the_compiled_derivatives(text, wrt, shapes):
    gradient = sc.gradient(text, wrt, shapes=shapes)
    hessian = sc.hessian(text, wrt, shapes=shapes)
    data = draw(gradient.expression)
    f = sc.compile(text, order=2, wrt=wrt, shapes=shapes)
    slopes, curvatures = f.gradient(**data), f.hessian(**data)

    for name, got in zip(gradient, run_python(gradient, data), strict=True):
        np.testing.assert_allclose(got, slopes[name], rtol=1e-9, atol=1e-12)
    rows = run_python(hessian, data)
    for row, name in zip(rows, hessian.variables, strict=True):
        for got, other in zip(row, hessian.variables, strict=True):
            expected = curvatures[name, other]
            got = np.broadcast_to(got, np.shape(expected))  # 0 stands for zeros
            np.testing.assert_allclose(got, expected, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize(("text", "wrt", "shapes"), LOSSES)
def test_the_action_of_a_hessian_is_its_product_with_a_direction(text, wrt, shapes):
    hessian = sc.hessian(text, wrt, shapes=shapes)
    data = draw(hessian.expression)
    blocks = sc.compile(text, order=2, wrt=wrt, shapes=shapes).hessian(**data)

    for (row, column), acting in hessian.actions.items():
        block, shape = blocks[row, column], np.shape(data[column])
        direction = np.random.default_rng(1).normal(size=shape)
        expected = np.tensordot(block, direction, axes=len(shape))
        got = in_numpy(acting, {**data, acting.direction: direction})

        np.testing.assert_allclose(got, expected, rtol=1e-9, atol=1e-11)
        if acting.matrix is not None:
            matrix = in_numpy(acting.matrix, data)
            expected = block.reshape(np.size(data[row]), np.size(data[column]))
            np.testing.assert_allclose(matrix, expected, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize(("text", "wrt", "shapes"), FUNCTIONS)
def test_the_action_of_a_jacobian_is_a_difference_along_a_line(text, wrt, shapes):
    jacobian = sc.jacobian(text, wrt, shapes=shapes)
    data = draw(jacobian.expressions[0])
    value = jacobian.expressions[0]

    for name in jacobian:
        acting = jacobian.action(name)
        direction = np.random.default_rng(1).normal(size=np.shape(data[name]))
        sides = [in_numpy(value, {**data, name: data[name] + t * direction}) for t in (1e-5, -1e-5)]
        got = in_numpy(acting, {**data, acting.direction: direction})

        np.testing.assert_allclose(got, (sides[0] - sides[1]) / 2e-5, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize(
    ("text", "wrt", "shapes", "expected"),
    [
        (
            "sum((A - U@V.T)**2)/2",
            "U",
            "A: m n; U: m k; V: n k",
            ["∂²f/∂U²[D: m k] = D @ (V.T @ V)", "∂²f/∂U² = kron(eye(m), V.T @ V)"],
        ),
        (
            "logdet(S)",
            "S",
            "S: n n",
            [
                "∂²f/∂S²[D: n n] = -inv(S).T @ D.T @ inv(S).T",
                "∂²f/∂S²[i,j,k,l] = -inv(S)[j,k]*inv(S)[l,i]",
            ],
        ),
        (
            "trace(A@X@B@X.T)",
            "X",
            "A: m m; X: m n; B: n n",
            ["∂²f/∂X²[D: m n] = A @ D @ B + A.T @ D @ B.T"],
        ),
        (
            "norm2(A@x - b)**2",
            "A",
            "A: m n; x: n; b: m",
            ["∂²f/∂A²[D: m n] = 2*outer(D @ x, x)", "∂²f/∂A² = 2*kron(eye(m), outer(x, x))"],
        ),
        (
            "logsumexp(x)",
            "x",
            "x: n",
            ["∂²f/∂x² = diag(softmax(x)) - outer(softmax(x), softmax(x))"],
        ),
    ],
)
def test_hessians_are_printed_as_actions_and_as_one_term_where_they_are(
    text, wrt, shapes, expected
):
    lines = repr(sc.hessian(text, wrt, shapes=shapes)).splitlines()

    assert lines[:-1] == expected
    assert to_plain_text(describe(sc.hessian(text, wrt, shapes=shapes))).startswith(
        "\n".join(expected)
    )


@pytest.mark.parametrize(
    ("text", "shapes", "action_of", "term"),
    [
        ("A@X@B", "A: m n; X: n k; B: k h", "A @ D @ B", "kron(A, B.T)"),
        ("inv(X)", "X: n n", "-inv(X) @ D @ inv(X)", "-kron(inv(X), inv(X).T)"),
        ("X@w", "X: m n; w: n", "D @ w", "kron(eye(m), w[None, :])"),
        ("X.T", "X: m n", "D.T", "δ[i,l]*δ[j,k]"),
        ("sum(X, axis=0)", "X: m n", "sum(D, axis=0)", "δ[i,k]"),
        ("X**2", "X: m n", "2*D*X", "2*X[k,l]*δ[i,k]*δ[j,l]"),
    ],
)
def test_jacobians_in_a_matrix_are_printed_as_actions(text, shapes, action_of, term):
    acting = sc.jacobian(text, "X", shapes=shapes).action("X")

    assert acting.text == action_of
    assert term == (acting.matrix.text if acting.matrix else acting.entries)


def test_a_direction_has_a_name_that_the_formula_leaves_free():
    taken = sc.hessian("sum((D@X)**2)", "X", shapes="D: m n; X: n E").action("X")
    asked = sc.hessian("sum((D@X)**2)", "X", shapes="D: m n; X: n E").action("X", direction="P")

    assert (taken.direction, taken.shape, taken.text) == ("V", ("n", "E"), "2*D.T @ D @ V")
    assert asked.text == "2*D.T @ D @ P"


def test_a_wrong_action_is_an_error(monkeypatch):
    right = action.jacobian_nodes

    def wrong(graph, root, variables):
        return [graph.scale(2, node) for node in right(graph, root, variables)]

    hessian = sc.hessian("sum((A - U@V.T)**2)/2", "U", shapes="A: m n; U: m k; V: n k")
    monkeypatch.setattr(action, "jacobian_nodes", wrong)

    with pytest.raises(sc.OutcomeError, match="action"):
        hessian.action("U")


def test_actions_are_in_json_with_the_shape_of_the_direction():
    found = sc.hessian("sum((A - U@V.T)**2)/2", "U", shapes="A: m n; U: m k; V: n k").to_dict()
    (entry,) = json.loads(json.dumps(found))["hessian"]

    assert entry["action"]["text"] == "D @ (V.T @ V)"
    assert entry["action"]["direction"] == "D"
    assert entry["action"]["shape"] == ["m", "k"]
    assert entry["action"]["matrix"] == "kron(eye(m), V.T @ V)"


def test_a_function_to_paste_names_lengths_and_shared_parts_and_needs_numpy_only():
    text = "sum((tanh(X@A + a)@B + b - Y)**2)/(2*m)"
    shapes = "X: m n; A: n h; a: h; B: h k; b: k; Y: m k"
    source = to_plain_text(describe(sc.gradient(text, "A, B", shapes=shapes), "python"))
    sizes = "A=ones((3, 5)), B=ones((5, 2)), X=ones((4, 3)), Y=ones((4, 2)), a=ones(5), b=ones(2)"
    script = (
        f"{source}\nfrom numpy import ones\nimport sys\nslopes = gradient({sizes})\n"
        "assert [s.shape for s in slopes] == [(3, 5), (5, 2)]\n"
        "assert not any(name in sys.modules for name in ('scipy', 'symcalc', 'sympy'))\n"
    )

    assert "    m = X.shape[0]\n    t0 = " in source
    subprocess.run([sys.executable, "-I", "-c", script], check=True)


def test_a_derivative_that_vanishes_is_an_array_of_zeros_in_a_function_to_paste():
    shapes = "A: m n; b: n"
    data = {"A": np.ones((2, 3)), "b": np.ones(3)}
    slopes = run_python(sc.gradient("sum(A)", "A, b", shapes=shapes), data)
    rows = run_python(sc.hessian("sum(A@b)", "A, b", shapes=shapes), data)
    (row,) = run_python(sc.jacobian("A@b", "A, b, c", shapes=f"{shapes}; c: 4"), {**data, "c": 0})

    assert [slope.shape for slope in slopes] == [(2, 3), (3,)]
    assert [[block.shape for block in row] for row in rows] == [
        [(2, 3, 2, 3), (2, 3, 3)],
        [(3, 2, 3), (3, 3)],
    ]
    assert [block.shape for block in row] == [(2, 2, 3), (2, 3), (2, 4)]


@pytest.mark.parametrize("text", ["det(S)", "trace(S)/det(S)", "sum(inv(S)*A)*trace(S)"])
def test_an_action_that_vanishes_for_matrices_of_one_entry_is_no_disagreement(text):
    hessian = sc.hessian(text, "S", shapes="S: n n; A: n n")

    assert "D" in hessian.action("S").names


def test_a_divisor_that_vanishes_is_printed_as_it_was_typed():
    shapes = "a: n; c: n"
    for text in ("sum(a*s/(c - c))", "sum(a)*(s - s)**(-1/2)", "sum(a/(2*s - s - s)**2)"):
        slope = sc.gradient(text, "a", shapes=shapes)["a"]

        assert sc.parse(slope.text, shapes=shapes) == slope


def test_a_number_among_logarithms_of_exponentials_is_no_axis():
    for text in ("sum(log(exp(A) + exp(1)))", "sum(log(exp(v) + exp(1)))*s"):
        found = sc.gradient(f"{text}**2", "s, A" if "A" in text else "s", shapes="A: n n; v: n")
        for slope in found.values():
            assert sc.parse(slope.text, shapes="A: n n; v: n").text == slope.text
    assert "logsumexp(1, v)" in found["s"].text
