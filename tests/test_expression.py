"""Expression, its identity, its SymPy view, the way back from SymPy and the order of terms."""

from __future__ import annotations

import multiprocessing
import pickle
import time
from fractions import Fraction

import pytest
import sympy

import symcalc as sc
from symcalc.errors import ArgumentError, SymcalcError
from symcalc.expression import Expression, Variable, in_order
from symcalc.graph.graph import Graph
from symcalc.language import read
from symcalc.symbolic import simplify_for_display

X, Y = sympy.symbols("x y", real=True)


def back(obj, **options):
    return Expression.from_sympy(obj, **options).text


# -- the object -------------------------------------------------------------------------------


def test_an_expression_shows_itself():
    expression = read("x^2/2 + sin(y)")

    assert str(expression) == expression.text == "x**2/2 + sin(y)"
    assert repr(expression) == "Expression('x**2/2 + sin(y)')"
    assert expression._repr_latex_() == r"$\displaystyle \frac{x^{2}}{2} + \sin\left(y\right)$"
    assert expression.to_dict() == {
        "text": "x**2/2 + sin(y)",
        "latex": r"\frac{x^{2}}{2} + \sin\left(y\right)",
        "variables": ["x", "y"],
    }


def test_a_long_repr_is_cut():
    expression = read(" + ".join(f"x{k}" for k in range(200)))

    assert len(repr(expression)) == 200 + len("Expression('')")
    assert repr(expression).endswith("…')")


def test_an_expression_is_immutable():
    expression = read("x")

    with pytest.raises(AttributeError, match="immutable"):
        expression.root = 0
    with pytest.raises(AttributeError, match="immutable"):
        del expression.graph


def test_a_root_outside_the_graph_is_refused():
    with pytest.raises(ArgumentError, match="no node 3"):
        Expression(Graph(), 3)


def test_names_are_sorted_with_their_numbers_by_value():
    assert in_order(["x10", "rate", "x2", "b", "x"]) == ["b", "rate", "x", "x2", "x10"]


def test_variables_stand_in_the_order_declared():
    graph = Graph()
    root = graph.add((graph.var("y"), graph.var("x")))

    assert Expression(graph, root).names == ("x", "y")
    assert Expression(graph, root, (Variable("y"), Variable("x"))).names == ("y", "x")


# -- identity ---------------------------------------------------------------------------------


def test_equality_is_that_of_formulas_whatever_the_arena():
    graph = Graph()
    graph.call("cos", [graph.var("unrelated")])
    y, x = graph.var("y"), graph.var("x")
    root = graph.add((graph.call("sin", [x]), y))
    expression = Expression(graph, root)

    assert expression == read("sin(x) + y")
    assert hash(expression) == hash(read("sin(x) + y"))
    assert expression != read("y + sin(x)")
    assert expression != "sin(x) + y"


def test_spelling_and_unused_variables_make_no_difference():
    assert read("0.5*x") == read("x/2")
    assert read("x", variables=["x", "y"]) == read("x")
    assert read("x - y", variables=["y", "x"]) == read("x - y")


def test_shapes_and_assumptions_make_a_difference():
    graph = Graph()
    root = graph.var("x")

    assert Expression(graph, root, [Variable("x", assumption="x > 0")]) != Expression(graph, root)
    assert Expression(graph, root, [Variable("x", kind="complex")]) != Expression(graph, root)


def test_pickle_keeps_the_formula_and_drops_the_rest_of_the_arena():
    graph = Graph()
    for k in range(1000):
        graph.var(f"unused{k}")
    expression = Expression(graph, graph.call("sin", [graph.var("x")]), [Variable("x", (), "real")])
    again = pickle.loads(pickle.dumps(expression))

    assert again == expression
    assert again.variables == expression.variables
    assert len(again.graph) == 2


def test_an_expression_crosses_to_a_spawned_process():
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply(str, (read("x**2 + 0.1"),)) == "x**2 + 0.1"


# -- the view for SymPy -----------------------------------------------------------------------

FORMULAS = (
    "x**2*sin(y) - 2*x/3",
    "exp(-x*y)/(1 + x**2)",
    "sqrt(x) + log(y) + x**(-3/2)",
    "abs(x - y) + max(x, y, 1) - min(x, 2)",
    "x if x < y else y**2",
    "piecewise((x, x < 0), (y, x < 1 and not y > 2), (x*y, True))",
    "erf(x) + gamma(y) + besselj(2, x)",
    "softplus(x) + sigmoid(y) + logsumexp(x, y)",
    "atan2(y, x) + hypot(x, y)",
    "legendre(3, x) + floor(10*y) + sign(x - 1)",
    "0.1*x + 1e-3*y",
    "1000*(1 + 0.05/365)^(365*30)*x",
    "x**pi + e**y + pi*x",
    "xlogy(x, y) + sinc(x) + cbrt(y)",
    "hyp2f1(1, 2, 3, x/10) + mod(7, y)",
    "airyai(x) + zeta(x + 1.5) + lambertw(y)",
)


@pytest.mark.parametrize("text", FORMULAS)
@pytest.mark.parametrize("point", [(0.7, 1.3), (1.9, 0.4)])
def test_the_way_to_sympy_and_back_keeps_the_value(text, point):
    there = read(text, variables=["x", "y"])
    and_back = Expression.from_sympy(there.sympy, there.variables)

    assert sc.compile(and_back)(*point) == pytest.approx(sc.compile(there)(*point), rel=1e-12)


def test_symbols_carry_kinds_and_assumptions():
    graph = Graph()
    names = ("x", "z", "a", "n", "b", "c", "m")
    root = graph.add([graph.var(name) for name in names])
    variables = [
        Variable("x"),
        Variable("z", kind="complex"),
        Variable("a", assumption="a > 0"),
        Variable("n", assumption="integer"),
        Variable("b", assumption="b <= 0"),
        Variable("c", assumption="c > 0, c < 1"),
        Variable("m", assumption="m positive integer"),
    ]
    symbols = {symbol.name: symbol for symbol in Expression(graph, root, variables).sympy.args}

    assert symbols["x"].is_real
    assert symbols["z"].is_real is None
    assert symbols["a"].is_positive
    assert symbols["n"].is_integer
    assert symbols["c"].is_positive
    assert symbols["m"].is_positive
    assert symbols["m"].is_integer
    assert symbols["b"].is_nonpositive


@pytest.mark.parametrize(
    "build",
    [
        lambda g, c: g.pow(c(2), c(10**6)),
        lambda g, c: g.pow(c(2), g.call("factorial", [c(20)])),
        lambda g, c: g.pow(c(3), g.pow(c(3), g.pow(c(3), c(3**9)))),
        lambda g, c: g.call("gamma", [c(10**6)]),
        lambda g, c: g.add([g.var("x"), g.call("binomial", [c(10**6), c(10**5)])]),
        lambda g, c: g.pow(g.add([g.pow(c(2), c(Fraction(1, 2))), c(1)]), c(10**6)),
        lambda g, c: g.call("legendre", [c(10**6), g.var("x")]),
        lambda g, c: g.mul([g.pow(c(11), c(10**5)), g.pow(c(7), c(10**5)), g.var("x")]),
    ],
)
def test_constants_that_would_explode_are_held_back(build):
    graph = Graph()
    expression = Expression(graph, build(graph, graph.const))
    start = time.perf_counter()
    view = expression.sympy
    sympy.expand(view)
    view.diff(X)

    assert Expression.from_sympy(view) == expression
    assert time.perf_counter() - start < 1


def test_a_held_constant_has_its_value_in_sympy():
    graph = Graph()
    root = graph.pow(graph.const(Fraction(7301, 7300)), graph.const(10950))
    view = Expression(graph, root).sympy

    assert float(view) == pytest.approx((1 + 1 / 7300) ** 10950, rel=1e-10)
    assert view.is_real
    assert (2 * view).func is sympy.Mul


def test_products_of_numbers_beyond_all_use_are_refused():
    graph = Graph()
    node = graph.const(10**900)
    for _ in range(40):
        node = graph.mul((node, node))

    expression = Expression(graph, node)

    with pytest.raises(ArgumentError, match="20000 digits"):
        _ = expression.sympy


@pytest.mark.parametrize("kind", ["function", "sum", "continued fraction"])
def test_deep_formulas_go_to_sympy_and_back_without_recursion(kind):
    graph = Graph()
    node = graph.var("x")
    for _ in range(3000):
        if kind == "function":
            node = graph.call("sin", [node])
        elif kind == "sum":
            node = graph.call("cos", [graph.add((graph.var("y"), node))])
        else:
            node = graph.pow(graph.add((node, graph.const(1))), graph.const(-1))
    expression = Expression(graph, node)

    assert len(Expression.from_sympy(expression.sympy).text) == len(expression.text)


def test_a_sum_of_5000_terms_goes_to_sympy_and_back():
    graph = Graph()
    terms = [graph.mul((graph.const(k), graph.var(f"x{k % 50}"))) for k in range(1, 5001)]
    back_again = Expression.from_sympy(Expression(graph, graph.add(terms)).sympy)

    assert back_again.text.startswith("2525")
    assert len(back_again.names) == 50


# -- the way back from SymPy --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("obj", "text"),
    [
        (sympy.Float("0.1", 30) * X + sympy.Float(2.5), "0.1*x + 2.5"),
        (X**-2, "1/x**2"),
        (X ** sympy.Rational(-1, 2), "1/sqrt(x)"),
        (3 * X / (2 * Y * (X + 1)), "3*x/(2*y*(x + 1))"),
        (sympy.erf(X).diff(X), "2*exp(-x**2)/sqrt(pi)"),
        (sympy.Piecewise((X, X < 0), (Y, True)), "x if x < 0 else y"),
        (sympy.Piecewise((X, (X < 0) & (Y < 1))), "piecewise((x, x < 0 and y < 1))"),
        (sympy.Heaviside(X) + sympy.Abs(Y), "abs(y) + heaviside(x)"),
        (sympy.LambertW(X), "lambertw(x)"),
        (sympy.hyper((1,), (2,), X), "hyp1f1(1, 2, x)"),
        (sympy.E**X + sympy.E, "exp(x) + e"),
        (-sympy.oo, "-oo"),
        (7, "7"),
        (0.25, "0.25"),
    ],
)
def test_sympy_objects_become_formulas(obj, text):
    assert back(obj) == text


@pytest.mark.parametrize(
    ("obj", "named"),
    [
        (sympy.Function("f")(X), "f"),
        (sympy.Integral(sympy.exp(X**X), X), "Integral"),
        (sympy.Derivative(sympy.Abs(X), X, evaluate=False), "Derivative"),
        (sympy.DiracDelta(X), "DiracDelta"),
        (sympy.zoo, "ComplexInfinity"),
        (sympy.Matrix([1, X]), "Matrix"),
        (sympy.true, "BooleanTrue"),
        (sympy.Symbol("alpha beta") * X, "`alpha beta`"),
        (sympy.Symbol("x'"), "`x'`"),
        (sympy.Symbol(""), "``"),
        (sympy.Integer(10) ** 5000, "digits"),
    ],
)
def test_what_symcalc_has_no_node_for_is_refused_by_name(obj, named):
    with pytest.raises(ArgumentError, match=named):
        Expression.from_sympy(obj)


def test_declared_variables_come_first_and_keep_their_shape():
    expression = Expression.from_sympy(X + Y, [Variable("y", ("rows",))])
    nodes = expression.graph.variables([expression.root])
    shapes = {expression.graph.data[node]: expression.graph.shape(node) for node in nodes}

    assert expression.names == ("y", "x")
    assert shapes == {"x": (), "y": ("rows",)}


def test_decimals_are_written_where_asked_for():
    assert back(X / 5 + sympy.sqrt(X) / 3, decimals=True) == "0.2*x + sqrt(x)/3"
    assert back(X / 5 + sympy.sqrt(X) / 3) == "x/5 + sqrt(x)/3"


# -- the order of terms -----------------------------------------------------------------------

ROSENBROCK = 100 * (Y - X**2) ** 2 + (1 - X) ** 2


@pytest.mark.parametrize(
    ("obj", "text"),
    [
        (ROSENBROCK.diff(X), "2*x - 400*x*(y - x**2) - 2"),
        (ROSENBROCK.diff(Y), "200*y - 200*x**2"),
        (ROSENBROCK, "(1 - x)**2 + 100*(y - x**2)**2"),
        (1 - X, "1 - x"),
        (-1 - X, "-x - 1"),
        (Y**2 + X * Y + X**2, "x**2 + x*y + y**2"),
        (sympy.sin(X * Y).diff(X, Y), "cos(x*y) - x*y*sin(x*y)"),
        (X + sympy.pi + 1 + X**3, "x + x**3 + pi + 1"),
        (sympy.exp(X) * X * sympy.sin(X) * (X + 1) * sympy.pi * 2, "2*pi*x*sin(x)*(x + 1)*exp(x)"),
        (Y * X**2, "x**2*y"),
        (sympy.Symbol("x10") + sympy.Symbol("x2"), "x2 + x10"),
    ],
)
def test_terms_and_factors_stand_in_the_order_that_people_write(obj, text):
    assert back(obj) == text


def test_the_order_does_not_depend_on_how_the_sum_was_built():
    terms = [sympy.sin(X), sympy.cos(Y), X**2, sympy.exp(X), sympy.Integer(3), X * Y]
    texts = {back(sympy.Add(*terms[k:], *terms[:k])) for k in range(len(terms))}

    assert len(texts) == 1


def test_the_display_of_a_gradient_is_the_one_promised():
    f = read("100*(y - x^2)^2 + (1 - x)^2")

    assert simplify_for_display(Expression.from_sympy(f.sympy.diff(X))).text == (
        "2*x - 400*x*(y - x**2) - 2"
    )


@pytest.mark.parametrize("name", ["lambda", "if", "class", "True", "__x__"])
def test_a_symbol_of_sympy_that_no_text_can_name_is_refused_as_in_texts(name):
    with pytest.raises(ArgumentError, match="cannot be a variable"):
        sc.Expression.from_sympy(sympy.Symbol(name) + 1)
    with pytest.raises(SymcalcError, match="cannot be a name"):
        sc.parse("x + 1", variables=["x", name])


@pytest.mark.parametrize("name", ["lambda_", "lam", "_x", "print", "match"])
def test_a_symbol_of_sympy_with_another_name_is_read_back_from_its_text(name):
    expression = sc.Expression.from_sympy(sympy.Symbol(name) + 1)

    assert sc.parse(expression.text) == expression
