"""Integrals inside formulas: reading, writing, deriving; the bound variable stays inside."""

from __future__ import annotations

import pickle

import pytest
import sympy

import symcalc as sc
from symcalc.errors import DerivativeError, ParseError
from symcalc.graph.derive import gradient_nodes

READABLE = (
    "integral(exp(-a*x**2), x, 0, b)",
    "integral(integral(x*y, y, 0, x**2), x, 0, 1)",
    "x + integral(x**2, x, 0, x)",
    "integral(e*e, e, 0, 1)",
    "2*integral(gamma*x, gamma, -oo, oo)**2",
    "integral(integral(x*y*a, x, 0, y), y, 0, a)",
    "integral(x if x < a else a, x, 0, 1)",
)


@pytest.mark.parametrize("text", READABLE)
def test_what_is_written_reads_back_as_the_same_formula(text):
    expression = sc.parse(text)

    assert expression.text == text
    assert sc.parse(expression.text) == expression
    assert pickle.loads(pickle.dumps(expression)) == expression


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("integral(exp(-a*x^2), x, 0, b)", ("a", "b")),
        ("integral(x, x, 0, 1) + x", ("x",)),
        ("integral(r^2, x, 0, 1) where r = x - a", ("a",)),
        ("expectation((tanh(w*z) - z)^2, z ~ normal(m, 1))", ("m", "w")),
    ],
)
def test_the_variable_of_integration_is_no_variable_of_the_formula(text, names):
    assert sc.parse(text).names == names


def test_the_names_of_variables_of_integration_make_no_difference():
    first, second = sc.parse("integral(a*sin(t), t, 0, 1)"), sc.parse("integral(a*sin(u), u, 0, 1)")

    assert first == second
    assert sc.parse("integral(sin(a)*t, t, 0, 1)") != first


def test_a_clash_of_names_is_written_with_another_name():
    expression = sc.parse("integral(x*y, x, 0, 1)")
    graph = expression.graph.copy()
    from symcalc.graph.rewrite import substitute

    root = substitute(graph, expression.root, {graph.var("y"): graph.var("x")})

    assert sc.Expression(graph, root).text == "integral(x1*x, x1, 0, 1)"


def test_sympys_notation_is_read_and_its_objects_are_taken():
    x, y = sympy.symbols("x y")
    theirs = sympy.Integral(x * y, (x, 0, y**2), (y, 0, 1))
    ours = sc.Expression.from_sympy(theirs)

    assert sc.parse("Integral(x*y, (x, 0, y**2), (y, 0, 1))") == ours
    assert ours.names == ()
    assert sympy.simplify(ours.sympy.doit() - theirs.doit()) == 0


def test_only_declared_names_are_needed_outside_of_the_integral():
    assert sc.parse("integral(a*x, x, 0, 1)", variables=["a"]).names == ("a",)
    with pytest.raises(ParseError, match="Unknown name `b`"):
        sc.parse("integral(a*x, x, 0, b)", variables=["a"])


def slopes(text: str) -> dict[str, str]:
    expression = sc.parse(text)
    graph = expression.graph.copy()
    nodes = gradient_nodes(graph, expression.root, [graph.var(n) for n in expression.names])
    return {n: sc.Expression(graph, k).text for n, k in zip(expression.names, nodes, strict=True)}


def test_the_derivative_in_the_upper_end_is_the_integrand_there():
    assert slopes("integral(sin(t^2), t, 0, x)") == {"x": "sin(x**2)"}
    assert slopes("integral(sin(t^2), t, x, 1)") == {"x": "-sin(x**2)"}


def test_the_derivative_in_a_parameter_goes_under_the_integral():
    assert slopes("integral(exp(a*x), x, 0, 1)") == {"a": "integral(exp(a*x)*x, x, 0, 1)"}
    assert slopes("integral(a*x, x, 0, a)") == {"a": "a*a + integral(x, x, 0, a)"}


@pytest.mark.parametrize("text", ["sign(x - a)", "floor(a*x)", "1 if x < a else 0"])
def test_a_jump_that_moves_with_the_parameter_is_refused(text):
    with pytest.raises(DerivativeError, match="jumps"):
        slopes(f"integral({text}, x, 0, 1)")


def test_a_kink_that_moves_has_a_first_derivative():
    assert slopes("integral(abs(x - a), x, 0, 1)") == {"a": "-integral(sign(x - a), x, 0, 1)"}
