"""Text, LaTeX and Python source: exact strings, the way back through the reader, large graphs."""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pytest
import scipy.special

import symcalc as sc
from symcalc.errors import ParseError
from symcalc.expression import Expression
from symcalc.functions import TABLE
from symcalc.graph.graph import Graph
from symcalc.language import read
from symcalc.writing import python_imports, to_latex, to_python, to_text


def latex(text):
    expression = read(text)
    return to_latex(expression.graph, expression.root)


def python(text):
    expression = read(text)
    return to_python(expression.graph, expression.root)


CANONICAL = (
    "2*x/(y + 1)",
    "x/y/z",
    "x/(y*z)",
    "x/2",
    "-x/2",
    "3*x/4",
    "2/3",
    "-2/3",
    "x + 2/3",
    "x - 2/3",
    "(2/3)**x",
    "x**(2/3)",
    "(-2)**x",
    "x**2",
    "x**(-2)",
    "1/x**2",
    "sqrt(x)",
    "1/sqrt(x)",
    "x**(-1/2)",
    "sqrt(x)**3",
    "1/x",
    "-1/x",
    "1/x/2",
    "1/(1/x)",
    "x/(1/y)",
    "x - (y - z)",
    "x - (y + z)",
    "x + (y + z)",
    "-x + y",
    "-(x + y)",
    "-x*y",
    "x*(-y)",
    "x*(y*z)",
    "-2*(x*y)",
    "(-1)*(x*y)",
    "z + (-1)*(x*y)",
    "2*x*y - 3*z",
    "x**y**z",
    "(x**y)**z",
    "x**(-y)",
    "x**(2*y)",
    "(-x)**2",
    "-x**2",
    "2**(1/3)",
    "0.1*x + 1e-3",
    "x - 0.5",
    "-0.25*x",
    "2*pi*x",
    "e**x + exp(x)",
    "-oo",
    "sin(x)**2 + cos(x)**2",
    "max(x, y, 3)",
    "x if x < 0 else -x",
    "2*(x if x < 0 else y)",
    "x if x < 0 else (y if y < 0 else z)",
    "piecewise((x, x < 0), (y, y < 0), (1, True))",
    "piecewise((x, x < 0))",
    "x if x < 0 and y < 0 or not z == 1 else y",
    "x if (x < 0 or y < 0) and z != 1 else y",
    "besselj(2, x) + gamma(x + 1)",
)


@pytest.mark.parametrize("text", CANONICAL)
def test_text_in_the_spelling_of_the_house_comes_back_letter_by_letter(text):
    expression = read(text)

    assert to_text(expression.graph, expression.root) == text


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("x^2 + 2x", "x**2 + 2*x"),
        ("x*1/2", "x/2"),
        ("((x))", "x"),
        ("x**0.5", "sqrt(x)"),
        ("Abs(x) + Max(x, y)", "abs(x) + max(x, y)"),
        ("Piecewise((x, x < 0), (y, True))", "x if x < 0 else y"),
        (
            "0 < x < 1 if y > 0 else x" if False else "x if 0 < x < 1 else y",
            "x if 0 < x and x < 1 else y",
        ),
        ("2.0*x - 2.0", "2*x - 2"),
        ("x**2.0", "x**2"),
    ],
)
def test_other_spellings_are_written_in_the_one_of_the_house(typed, written):
    expression = read(typed)

    assert to_text(expression.graph, expression.root) == written


def test_a_mean_is_written_as_one():
    graph = Graph()
    v = graph.var("v", ("rows",))
    mean = graph.div(graph.call("sum", [v]), graph.call("size", [v]))

    assert to_text(graph, mean) == "mean(v)"
    assert to_python(graph, mean) == "np.mean(v)"
    assert to_latex(graph, mean) == r"\operatorname{mean}\left(v\right)"


def test_a_constant_behind_a_variable_of_its_name_is_written_by_its_alias():
    graph = Graph()
    root = graph.add((graph.var("e"), graph.call("e")))

    assert to_text(graph, root) == "e + E"


# -- the way back ---------------------------------------------------------------------------------

NUMBERS = (2, 3, -1, Fraction(1, 2), Fraction(-2, 3), -4, 1)
EXPONENTS = (-1, 2, Fraction(1, 2), -2, Fraction(-1, 2), 3)
RELATIONS = ("<", "<=", "==", "!=", ">", ">=")
FUNCTIONS = ("sin", "exp", "abs", "log", "gamma", "factorial")


def random_condition(rng, graph, pick):
    condition = graph.compare(rng.choice(RELATIONS), pick(), pick())
    if rng.random() < 0.5:
        other = graph.compare(rng.choice(RELATIONS), pick(), pick())
        condition = graph.node(rng.choice(("and", "or")), (condition, other))
    return graph.node("not", (condition,)) if rng.random() < 0.3 else condition


def random_graph(rng):
    """A graph whose groups, signs and shared parts are as wild as its constructors allow."""
    graph = Graph()
    pool = [graph.var(name) for name in ("x", "y", "z1")]
    pool += [graph.const(number) for number in NUMBERS]
    pool += [graph.const(Fraction(1, 10), "0.1"), graph.call("pi")]

    def pick():
        return rng.choice(pool[-6:] if rng.random() < 0.6 else pool)

    makers = (
        lambda: graph.add([pick() for _ in range(rng.choice((2, 3)))]),
        lambda: graph.mul([pick() for _ in range(rng.choice((2, 3)))]),
        lambda: graph.pow(pick(), pick()),
        lambda: graph.pow(pick(), graph.const(rng.choice(EXPONENTS))),
        lambda: graph.neg(pick()),
        lambda: graph.div(pick(), pick()),
        lambda: graph.sub(pick(), pick()),
        lambda: graph.call(rng.choice(FUNCTIONS), [pick()]),
        lambda: graph.call(rng.choice(("max", "atan2")), [pick(), pick()]),
        lambda: graph.piecewise([(pick(), random_condition(rng, graph, pick))], pick()),
        lambda: graph.piecewise(
            [(pick(), random_condition(rng, graph, pick)) for _ in range(2)], graph.call("nan")
        ),
        lambda: graph.scale(rng.choice((2, -1, Fraction(1, 3))), pick()),
    )
    for _ in range(rng.randrange(1, 14)):
        pool.append(rng.choice(makers)())
    return graph, pool[-1]


def read_again(text):
    """The expression, or None where the reader refuses a constant that is not a real number."""
    try:
        return read(text)
    except ParseError as error:
        if any(word in str(error) for word in ("range of a double", "zero", "no real value")):
            return None
        raise


@pytest.mark.parametrize("max_length", [None, 30])
def test_reading_what_is_written_gives_the_same_nodes(max_length):
    rng = random.Random(2)
    n_read = 0
    for _ in range(400):
        graph, root = random_graph(rng)
        again = read_again(to_text(graph, root, max_length=max_length))
        if again is not None:
            n_read += 1

            assert again == Expression(graph, root), to_text(graph, root)

    assert n_read > 350


def test_every_function_of_the_table_is_read_back():
    for name, row in TABLE.items():
        if row.expand is None or row.array:
            graph = Graph()
            n_args = len(row.sample[0]) if row.sample else row.arity[0]
            root = graph.call(name, [graph.var("abcdefg"[k]) for k in range(n_args)])
            text = to_text(graph, root)
            if name not in {"nan", "I"}:
                assert read(text) == Expression(graph, root), text
                assert read(to_latex(graph, root), syntax="latex") == Expression(graph, root), name


# -- large formulas ---------------------------------------------------------------------------


def tower(height):
    graph = Graph()
    node = graph.var("x")
    for _ in range(height):
        node = graph.mul((graph.add((node, graph.const(1))), graph.call("sin", [node])))
    return graph, node


def test_shared_parts_of_a_long_formula_get_names():
    graph, root = tower(3)

    assert to_text(graph, root, max_length=20) == (
        "(t1 + 1)*sin(t1) where t0 = (x + 1)*sin(x), t1 = (t0 + 1)*sin(t0)"
    )
    assert to_text(graph, root) == (
        "(((x + 1)*sin(x) + 1)*sin((x + 1)*sin(x)) + 1)"
        "*sin(((x + 1)*sin(x) + 1)*sin((x + 1)*sin(x)))"
    )


def test_a_formula_of_exponential_length_is_written_in_linear_length():
    graph, root = tower(300)

    for write in (to_text, to_latex, to_python):
        assert len(write(graph, root)) < 30_000
    assert read(to_text(graph, root)) == Expression(graph, root)


def test_names_of_parts_avoid_the_variables():
    graph = Graph()
    inner = graph.call("sin", [graph.add((graph.var("t0"), graph.var("beta"), graph.var("gamma")))])
    root = graph.mul((graph.call("exp", [inner]), inner))

    assert to_text(graph, root, max_length=10) == ("exp(t1)*t1 where t1 = sin(t0 + beta + gamma)")


def test_a_shared_negative_part_is_named_with_its_sign():
    graph = Graph()
    product = graph.mul((graph.const(-2), graph.var("rate"), graph.var("temperature")))
    root = graph.add((product, graph.call("exp", [product])))

    assert to_text(graph, root, max_length=10) == "t0 + exp(t0) where t0 = -2*rate*temperature"


@pytest.mark.parametrize("write", [to_text, to_latex, to_python])
def test_deep_and_wide_formulas_are_written_without_recursion(write):
    deep = Graph()
    node = deep.var("x")
    for _ in range(8000):
        node = deep.call("sin", [node])
    wide = Graph()
    terms = [wide.scale(k - 2500, wide.var(f"x{k}")) for k in range(5000)]

    assert write(deep, node).count("sin") == 8000
    assert write(wide, wide.add(terms)).count("+") == 2500


# -- LaTeX ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2*x/(y + 1)", r"\frac{2 x}{y + 1}"),
        ("x/2", r"\frac{x}{2}"),
        ("-x/2/y", r"-\frac{x}{2 y}"),
        ("sqrt(x + 1)", r"\sqrt{x + 1}"),
        ("x**(y + 1)", "x^{y + 1}"),
        ("(x + 1)**2", r"\left(x + 1\right)^{2}"),
        ("sin(x)**2", r"\sin^{2}\left(x\right)"),
        ("2*3**x", r"2 \cdot 3^{x}"),
        ("alpha*x1 - beta_2", r"\alpha x_{1} - \beta_{2}"),
        ("rate*x_max", r"\mathrm{rate} x_{\mathrm{max}}"),
        ("1e-3*x", r"1 \cdot 10^{-3} x"),
        ("(x + 1)!", r"\left(x + 1\right)!"),
        ("0.5*3!*x", r"0.5 \cdot 3! x"),
        ("x*(2*y)!", r"x \left(2 y\right)!"),
        ("abs(x) + floor(y)", r"\left|x\right| + \left\lfloor y \right\rfloor"),
        ("besselj(2, x)", r"J_{2}\left(x\right)"),
        ("2*pi*x", r"2 \pi x"),
        ("-(x + y)", r"-\left(x + y\right)"),
        (
            "x if x <= 0 else y",
            r"\begin{cases} x & \text{if } x \leq 0 \\ y & \text{otherwise} \end{cases}",
        ),
        (
            "piecewise((x, not x < y))",
            r"\begin{cases} x & \text{if } \neg \left(x < y\right) \end{cases}",
        ),
    ],
)
def test_latex_is_set_as_in_a_textbook(text, written):
    assert latex(text) == written


def test_two_names_never_look_the_same_in_latex():
    graph = Graph()
    root = graph.add((graph.var("x1"), graph.var("x_1"), graph.var("pi"), graph.call("pi")))

    assert to_latex(graph, root) == r"x_{1} + \mathrm{x\_1} + \mathrm{pi} + \pi"


# -- Python -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("sin(x)/x", "np.sin(x)/x"),
        ("sqrt(x) + x**(-2)", "np.sqrt(x) + 1/x**2"),
        ("2**x", "2.0**x"),
        ("x if x < 0 else y", "np.where(x < 0, x, y)"),
        ("piecewise((x, x < 0), (y, y < 0))", "np.select([x < 0, y < 0], [x, y], np.nan)"),
        (
            "x if x < 0 and not y < 0 else 1",
            "np.where(np.logical_and(x < 0, np.logical_not(y < 0)), x, 1)",
        ),
        (
            "max(x, y) + max(x, y, 1)",
            "np.maximum(x, y) + np.maximum.reduce(np.broadcast_arrays(x, y, 1))",
        ),
        ("erf(x) + sigmoid(x)", "scipy.special.erf(x) + scipy.special.expit(x)"),
        ("x*cot(y)", "x*(1/np.tan(y))"),
        ("sinc(x + 1)", "np.sinc((x + 1)/np.pi)"),
        ("pi*x + e", "np.pi*x + np.e"),
    ],
)
def test_source_is_numpy(text, written):
    assert python(text) == written


def test_keywords_and_module_names_get_an_underscore_in_source():
    graph = Graph()
    root = graph.add((graph.var("lambda"), graph.var("np"), graph.call("sin", [graph.var("x")])))

    assert to_python(graph, root) == "lambda_ + np_ + np.sin(x)"


def test_imports_are_those_that_the_source_needs():
    for text, lines in (
        ("sin(x)", ("import numpy as np",)),
        ("erf(x)", ("import numpy as np", "import scipy.special")),
        ("log1mexp(x)", ("import numpy as np", "import symcalc.backends.kernels")),
    ):
        expression = read(text)

        assert python_imports(expression.graph, expression.root) == lines


def test_source_with_named_parts_is_one_expression_of_the_same_value():
    graph, root = tower(40)
    x = np.float64(0.3)
    expected = x
    for _ in range(40):
        expected = (expected + 1) * np.sin(expected)

    source = to_python(graph, root)

    assert "t0 := " in source
    assert eval(source, {"np": np, "x": x}) == pytest.approx(expected, rel=1e-12)


def test_every_function_of_the_table_has_source_that_runs():
    import symcalc as sc
    import symcalc.backends.kernels as kernels

    for name, row in TABLE.items():
        if not row.array or row.arity == (0, 0):
            continue
        module, _, rest = row.array.rpartition(".")
        home = {"numpy": np, "kernels": kernels, "scipy.special": scipy.special}[module]
        for point in row.sample:
            graph = Graph()
            places = range(len(point))
            args = [graph.var("abcdefg"[k]) for k in places]
            values = {"abcdefg"[k]: np.float64(point[k]) for k in places}
            if name in {"hermite", "spherical_jn"}:
                values["a"] = int(point[0])
            with np.errstate(all="ignore"):
                got = eval(
                    to_python(graph, graph.call(name, args)),
                    {"np": np, "scipy": scipy, "symcalc": sc, **values},
                )
                expected = getattr(home, rest)(*values.values())

            assert np.allclose(got, expected, rtol=1e-9, equal_nan=True), (name, point)


@pytest.mark.parametrize(
    "text", ["max(x, 0.5, y)", "logsumexp(x, y, 1)", "1 if x < 1 and y > 0 and 2 > 1 else x"]
)
def test_numpy_source_takes_arrays_beside_numbers(text):
    expression = sc.parse(text)
    x = np.array([0.1, 0.7, 3.0])

    found = eval(to_python(expression.graph, expression.root), {"np": np, "x": x, "y": 0.6})
    np.testing.assert_allclose(found, sc.compile(text)(x=x, y=0.6), rtol=1e-14)
