"""Every row of the function table is judged by oracles that do not share its rules.

A new row joins every test by itself; a row with a domain also needs a line in `OUTSIDE`.
"""

from __future__ import annotations

import dataclasses
import importlib
import math
import subprocess
import sys
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy
from flint import arb, ctx
from scipy import special

from symcalc.backends import kernels
from symcalc.balls import ball_value, laurent
from symcalc.functions import CONSTANTS, NAMES, TABLE, lookup
from symcalc.graph.derive import derivative
from symcalc.graph.graph import Graph
from symcalc.graph.terms import Term, Terms
from symcalc.language import read

PRECISION = 2400
NODES = [row for row in TABLE.values() if row.array and row.arity != (0, 0)]
NOTATION = [row for row in TABLE.values() if row.expand and not row.array]
POINTS = [(row, point) for row in NODES for point in row.sample]
SLOPES = [
    (row, point, k)
    for row, point in POINTS
    for k in range(len(point))
    if row.derivatives and (row.arity[1] == -1 or row.derivatives[k] is not None)
]

BALL_SLOPES = [(row, point, k) for row, point, k in SLOPES if row.ball is not None]
BALL_POINTS = [(row, point) for row, point in POINTS if row.ball is not None]
SCALAR_POINTS = [(row, point) for row, point in POINTS if row.scalar]
ANALYTIC_POINTS = [(row, point) for row, point in POINTS if row.complex_step]

#: What SymPy 1.14 cannot differentiate, and points where its derivative is 0/0.
SYMPY_CANNOT = {"ceil", "floor", "mod"}
SYMPY_REMOVABLE = {("Si", (0.0,)), ("lambertw", (0.0,))}
SYMPY_SLOPES = [
    (row, point, k)
    for row, point, k in SLOPES
    if row.name not in SYMPY_CANNOT and (row.name, point) not in SYMPY_REMOVABLE
]

#: Points where no real value exists, one for each row whose domain leaves out a double.
OUTSIDE = {
    "E1": (-1.0,), "Ei": (0.0,), "Ci": (-2.0,), "Chi": (-2.0,), "acos": (1.5,), "acosh": (0.5,),
    "acoth": (0.5,), "acsc": (0.5,), "acsch": (0.0,), "asec": (0.5,), "asech": (1.5,),
    "asin": (-1.5,), "assoc_laguerre": (0.5, 1.0, 2.0), "atanh": (1.5,), "besseli": (0.5, -1.0),
    "besselj": (0.5, -1.0), "besselk": (1.0, -1.0), "bessely": (1.0, -1.0), "beta": (-1.0, 0.5),
    "binomial": (-2.0, 0.5), "chebyshevt": (-1.0, 0.5), "chebyshevu": (0.5, 0.5), "cot": (0.0,),
    "bose": (0.0,), "cathetus": (1.5,),
    "coth": (0.0,), "csc": (0.0,), "csch": (0.0,), "digamma": (-2.0,),
    "elliptic_e": (1.5,), "elliptic_k": (1.5,), "erfcinv": (-0.5,), "erfinv": (1.5,),
    "expint": (1.0, -1.0), "factorial": (-2.0,), "gamma": (-2.0,), "gammaln": (-2.0,),
    "gegenbauer": (0.5, 1.5, 0.5), "hermite": (-1.0, 0.5), "hyp1f1": (1.0, -2.0, 0.5),
    "hyp2f1": (1.5, 1.5, 2.0, 1.5), "laguerre": (1.5, 0.5), "lambertw": (-0.5,),
    "legendre": (-1.0, 0.5), "li": (-0.5,), "log": (-1.0,), "log10": (-1.0,), "log1mexp": (0.5,),
    "log1p": (-2.0,), "log2": (-1.0,), "loggamma": (-2.5,), "logit": (1.5,),
    "lowergamma": (2.0, -1.0), "mod": (1.0, 0.0), "polygamma": (0.5, 1.0),
    "spherical_jn": (0.5, 1.0), "uppergamma": (-2.0, 1.0), "xlogy": (1.0, -1.0), "zeta": (1.0,),
}  # fmt: skip


def name_of(value):
    return value.name if hasattr(value, "name") else None


@pytest.fixture(autouse=True)
def precision():
    before = ctx.prec
    ctx.prec = PRECISION
    yield
    ctx.prec = before


# -- small evaluators ---------------------------------------------------------------------


def build(row, n_args):
    """Return a graph with the row's function of variables, that node, and the variables."""
    graph = Graph()
    variables = [graph.var(f"x{k}") for k in range(n_args)]
    return graph, graph.call(row.name, variables), variables


def apply_rule(row, graph, node, variables, k):
    terms = [Term(graph, v) for v in variables]
    m = Terms(graph, CONSTANTS)
    if row.arity[1] == -1:
        return m(row.derivatives[0](m, Term(graph, node), *terms, k=k)).node
    return m(row.derivatives[k](m, Term(graph, node), *terms)).node


def with_orders(row, point):
    """Return which arguments are orders: whole constants to the rule, as a user writes them."""
    return [
        row.arity[1] != -1 and row.derivatives and row.derivatives[k] is None and value % 1 == 0
        for k, value in enumerate(point)
    ]


def slope_graph(row, point, k):
    """Return a graph, the function, its derivative in argument k, that variable, and the point."""
    graph = Graph()
    orders = with_orders(row, point)
    nodes = [
        graph.const(Fraction(value).numerator) if order else graph.var(f"x{j}")
        for j, (value, order) in enumerate(zip(point, orders, strict=True))
    ]
    node = graph.call(row.name, nodes)
    at = {f"x{j}": arb(value) for j, value in enumerate(point) if not orders[j]}
    return graph, node, apply_rule(row, graph, node, nodes, k), nodes[k], at


def spelled(path):
    module, _, name = path.rpartition(".")
    return getattr(kernels if module == "kernels" else importlib.import_module(module), name)


def float_value(graph, root, at):
    """Evaluate a graph with the array spellings on plain doubles."""
    values = {}
    for node in graph.reachable([root]):
        kind, data = graph.kinds[node], graph.data[node]
        args = [values[arg] for arg in graph.args[node]]
        if kind == "const":
            values[node] = np.float64(data)
        elif kind == "var":
            values[node] = np.float64(float(at[data]))
        elif kind in FLOAT_ARITHMETIC:
            values[node] = FLOAT_ARITHMETIC[kind](data, args)
        elif kind in CONSTANTS:
            values[node] = np.float64(TABLE[kind].constant)
        else:
            values[node] = spelled(TABLE[kind].array)(*args)
    return float(values[root])


def choose(data, args):
    return next((v for v, c in zip(args[:-1:2], args[1::2], strict=True) if c), args[-1])


FLOAT_ARITHMETIC = {
    "add": lambda data, args: math.fsum(args) if all(map(math.isfinite, args)) else sum(args),
    "mul": lambda data, args: np.prod(args),
    "pow": lambda data, args: np.power(*args),
    "compare": lambda relation, args: {"<": np.less, ">": np.greater, ">=": np.greater_equal,
                                       "<=": np.less_equal, "==": np.equal,
                                       "!=": np.not_equal}[relation](*args),
    "piecewise": choose,
    "and": lambda data, args: all(args),
    "or": lambda data, args: any(args),
    "not": lambda data, args: not args[0],
}  # fmt: skip

SYMPY_ARITHMETIC = {
    "add": lambda data, args: sympy.Add(*args),
    "mul": lambda data, args: sympy.Mul(*args),
    "pow": lambda data, args: sympy.Pow(*args),
    "compare": lambda relation, args: sympy.Rel(*args, relation),
    "piecewise": lambda data, args: sympy.Piecewise(
        *zip(args[:-1:2], args[1::2], strict=True), (args[-1], True)
    ),
}


def sympy_value(row, args):
    made = row.sympy
    if not isinstance(made, str):
        return made(sympy, *args)
    made = getattr(sympy, made)
    return made(*args) if args else made


def to_sympy(graph, root):
    values = {}
    for node in graph.reachable([root]):
        kind, data = graph.kinds[node], graph.data[node]
        args = [values[arg] for arg in graph.args[node]]
        if kind == "const":
            values[node] = sympy.Rational(data)
        elif kind == "var":
            values[node] = sympy.Symbol(data, real=True)
        elif kind in SYMPY_ARITHMETIC:
            values[node] = SYMPY_ARITHMETIC[kind](data, args)
        else:
            values[node] = sympy_value(TABLE[kind], args)
    return values[root]


MPMATH = {
    "DiracDelta": lambda *args: 0,
    "Heaviside": lambda x, middle=0.5: middle if x == 0 else int(x > 0),
    "Mod": lambda x, y: x - y * mpmath.floor(x / y),
    "airyaiprime": lambda x: mpmath.airyai(x, derivative=1),
    "airybiprime": lambda x: mpmath.airybi(x, derivative=1),
    "assoc_laguerre": mpmath.laguerre,
    "laguerre": lambda n, x: mpmath.laguerre(n, 0, x),
    "jn": lambda n, x: (
        mpmath.sign(x) ** int(n)
        * mpmath.sqrt(mpmath.pi / abs(2 * x))
        * mpmath.besselj(n + mpmath.mpf(0.5), abs(x))
    ),
    "erfcinv": lambda x: mpmath.erfinv(1 - x),
}


def mpmath_value(expression, at):
    """Return SymPy's expression evaluated by mpmath at rising precision, as a ball of 50 digits."""
    symbols = [sympy.Symbol(name, real=True) for name in at]
    function = sympy.lambdify(symbols, expression, [MPMATH, "mpmath"])
    value = mpmath.nan
    for digits in (80, 160, 320, 640, 1280):
        before = value
        with mpmath.workdps(digits):
            try:
                value = mpmath.re(function(*(mpmath.mpf(float(x)) for x in at.values())))
            except ZeroDivisionError:  # 1 - exp(-300) at 80 digits
                continue
        settled = abs(value - before) <= abs(value) * mpmath.mpf("1e-55")
        if settled and (value != 0 or digits == 1280):
            return arb(mpmath.nstr(value, 60), abs(arb(mpmath.nstr(value, 20))) * arb("1e-50"))
    raise AssertionError(f"mpmath does not settle on a value of {expression}")


def relative_gap(value, reference):
    """Return |value - reference|/|reference|, at most, as a float; 0 when both are 0."""
    if arb(value).contains(0) and abs(arb(reference)) < arb("1e-80"):
        return 0.0
    gap = abs(arb(value) - arb(reference)) / abs(arb(reference))
    return float(gap.upper()) if gap.is_finite() else math.inf


def gap_to_differences(row, point, k):
    """Compare a rule with the central difference of the ball values (error about 1e-60)."""
    graph, node, slope, _, at = slope_graph(row, point, k)
    h = arb(abs(point[k]) or 1.0) * arb(2) ** -200
    values = [ball_value(graph, node, {**at, f"x{k}": at[f"x{k}"] + d}, PRECISION) for d in (h, -h)]
    return relative_gap(ball_value(graph, slope, at, PRECISION), (values[0] - values[1]) / (2 * h))


def gap_to_sympy(row, point, k):
    """Compare a rule with the derivative that SymPy finds, both through mpmath."""
    graph, node, slope, variable, at = slope_graph(row, point, k)
    symbol = sympy.Symbol(graph.data[variable], real=True)
    reference = mpmath_value(sympy.diff(to_sympy(graph, node), symbol), at)
    return relative_gap(mpmath_value(to_sympy(graph, slope), at), reference)


# -- derivative rules ---------------------------------------------------------------------


@pytest.mark.parametrize(("row", "point", "k"), BALL_SLOPES, ids=name_of)
def test_a_rule_agrees_with_a_central_difference_of_its_ball(row, point, k):

    assert gap_to_differences(row, point, k) < 1e-30


@pytest.mark.parametrize(("row", "point", "k"), SYMPY_SLOPES, ids=name_of)
def test_a_rule_agrees_with_the_derivative_of_sympy(row, point, k):

    assert gap_to_sympy(row, point, k) < 1e-30


@pytest.mark.parametrize(("row", "point", "k"), SLOPES, ids=name_of)
def test_the_second_derivative_agrees_with_second_differences(row, point, k):
    graph, node, slope, variable, at = slope_graph(row, point, k)
    second = ball_value(graph, derivative(graph, slope, variable), at, PRECISION)
    h = arb(abs(point[k]) or 1.0) * arb(2) ** -200
    left, middle, right = (
        ball_value(graph, node, {**at, f"x{k}": at[f"x{k}"] + d}, PRECISION) for d in (-h, 0, h)
    )

    assert relative_gap(second, (left - 2 * middle + right) / h**2) < 1e-25


@pytest.mark.parametrize(("row", "point", "k"), SLOPES, ids=name_of)
def test_a_rule_is_accurate_in_double_precision(row, point, k):
    graph, _, slope, variable, at = slope_graph(row, point, k)
    second = derivative(graph, slope, variable)
    with np.errstate(all="ignore"):
        first_value, second_value = float_value(graph, slope, at), float_value(graph, second, at)
    first, reference = (float(ball_value(graph, root, at, 800)) for root in (slope, second))

    assert first_value == pytest.approx(first, rel=2e-13, abs=1e-290)
    if abs(reference) < 1e290:
        assert second_value == pytest.approx(reference, rel=1e-11, abs=1e-14 * abs(first))


def test_a_variable_order_gives_the_same_slope_as_a_literal_one():
    for name in ("legendre", "hermite", "chebyshevt", "chebyshevu", "laguerre", "spherical_jn"):
        for n in (0, 1, 4):
            graph, node, variables = build(TABLE[name], 2)
            slope = apply_rule(TABLE[name], graph, node, variables, 1)
            literal = slope_graph(TABLE[name], (float(n), 0.25), 1)

            assert ball_value(graph, slope, {"x0": n, "x1": 0.25}, 128).overlaps(
                ball_value(literal[0], literal[2], {"x1": 0.25}, 128)
            )


# -- values -------------------------------------------------------------------------------


@pytest.mark.parametrize(("row", "point"), BALL_POINTS, ids=name_of)
def test_a_ball_encloses_the_value_that_mpmath_finds(row, point):
    graph, node, _ = build(row, len(point))
    names = [f"x{k}" for k in range(len(point))]
    expression = sympy_value(row, [sympy.Symbol(name, real=True) for name in names])
    for place in dict.fromkeys((point, beside(row, point))):
        at = {name: arb(x) for name, x in zip(names, place, strict=True)}
        reference = mpmath_value(expression, at)
        for bits in (60, 160):
            found = ball_value(graph, node, at, bits)

            assert found.is_finite()
            assert found.overlaps(reference)


def beside(row, point):
    """Return a point close by whose coordinates need all bits of a double; orders stay."""
    is_order = with_orders(row, point)
    return tuple(x if is_order[k] else x * (1 + 1e-12) for k, x in enumerate(point))


@pytest.mark.parametrize(("row", "point"), POINTS, ids=name_of)
def test_the_array_spelling_agrees_with_the_ball_and_keeps_shapes(row, point):
    graph, node, _ = build(row, len(point))
    reference = ball_value(graph, node, {f"x{k}": x for k, x in enumerate(point)}, 1200)
    value = spelled(row.array)(*point)
    column = spelled(row.array)(*(np.full((2, 1), x) for x in point))

    assert relative_gap(float(value), reference) < 1e-13
    assert np.shape(value) == ()
    assert column.shape == (2, 1)
    assert column == pytest.approx(float(value), rel=1e-15, abs=0)


@pytest.mark.parametrize(("row", "point"), SCALAR_POINTS, ids=name_of)
def test_the_scalar_spelling_agrees_with_the_array_spelling(row, point):
    scalar, array = spelled(row.scalar)(*point), float(spelled(row.array)(*point))

    assert type(scalar) is float
    assert abs(scalar - array) <= 4 * math.ulp(array)


@pytest.mark.parametrize(("row", "point"), ANALYTIC_POINTS, ids=name_of)
def test_the_complex_step_passes_through_the_rows_that_allow_it(row, point):
    k = len(point) - 1
    for stretch in (1, 1e-8, 1.22):
        place = (*point[:k], point[k] * stretch)
        h = 1e-20 * (abs(place[k]) or 1.0)
        value = ball_value(*build(row, len(place))[:2], as_point(place), 128)
        if h == 0 or not value.is_finite():
            continue
        graph, _, slope, _, at = slope_graph(row, place, k)
        with np.errstate(over="ignore"):
            step = spelled(row.array)(*place[:k], complex(place[k], h)).imag / h
        exact = float(ball_value(graph, slope, at, 800))

        assert not math.isfinite(exact) or step == pytest.approx(exact, rel=1e-12, abs=1e-300)


def as_point(place):
    return {f"x{k}": x for k, x in enumerate(place)}


@pytest.mark.parametrize("row", NODES, ids=name_of)
def test_no_spelling_turns_nan_into_a_number(row):
    point = row.sample[0]
    for k in range(len(point)):
        with_nan = [math.nan if j == k else x for j, x in enumerate(point)]

        with np.errstate(all="ignore"):
            assert math.isnan(spelled(row.array)(*with_nan))
        assert not row.scalar or not is_finite_scalar(row, with_nan)


@pytest.mark.parametrize("row", NODES, ids=name_of)
def test_the_spellings_of_a_row_agree_on_where_it_is_defined(row):
    for point in {tuple(s * x for x in point) for point in row.sample for s in (1, -1, -3, 0.3)}:
        graph, node, _ = build(row, len(point))
        ball = ball_value(graph, node, {f"x{k}": x for k, x in enumerate(point)}, 1200)
        with np.errstate(all="ignore"):
            value = spelled(row.array)(*point)

        assert math.isnan(value) != ball.is_finite() or math.isinf(value)
        if row.scalar:
            assert is_finite_scalar(row, point) == math.isfinite(value)


@pytest.mark.parametrize(
    "row", [row for row in NODES if row.domain and row.name not in ("sec", "tan")], ids=name_of
)
def test_outside_its_domain_a_row_has_no_finite_value(row):
    point = OUTSIDE[row.name]
    graph, node, _ = build(row, len(point))
    with np.errstate(all="ignore"):
        value = spelled(row.array)(*point)

    assert not math.isfinite(value)
    if row.scalar:
        assert not is_finite_scalar(row, point)
    assert not ball_value(graph, node, {f"x{k}": x for k, x in enumerate(point)}, 128).is_finite()


def is_finite_scalar(row, point):
    try:
        return math.isfinite(spelled(row.scalar)(*point))
    except (ArithmeticError, ValueError):
        return False


@pytest.mark.parametrize("row", [r for r in NODES if r.ball is not None], ids=name_of)
def test_no_ball_turns_nan_into_a_number(row):
    point = row.sample[0]
    graph, node, _ = build(row, len(point))
    for k in range(len(point)):
        at = {f"x{j}": arb.nan() if j == k else arb(x) for j, x in enumerate(point)}

        assert not ball_value(graph, node, at, 128).is_finite()


@pytest.mark.parametrize("row", [r for r in NODES if r.ball is not None], ids=name_of)
def test_the_ball_of_a_range_encloses_the_values_inside(row):
    point = row.sample[0]
    graph, node, _ = build(row, len(point))
    for width in (1e-9, 0.125, 1.5):
        for k in range(len(point)):
            around = {f"x{j}": arb(x, width if j == k else 0) for j, x in enumerate(point)}
            enclosure = ball_value(graph, node, around, 128)
            for place in (-1, -0.5, 0, 0.25, 1):
                inner = {**around, f"x{k}": arb(point[k]) + place * arb(width)}
                value = ball_value(graph, node, inner, 128)

                assert not enclosure.is_finite() or enclosure.overlaps(value)


# -- kernels ------------------------------------------------------------------------------

ACCURATE = [
    *("acot", "acoth", "acsc", "acsch", "asec", "asech", "cosm1", "cot", "coth", "csc", "csch"),
    *("exprel", "gammaln", "loggamma", "log1mexp", "logit", "sec", "sech", "sigmoid", "sinc"),
    "softplus",
]


@pytest.mark.parametrize(
    ("row", "spelling"),
    [(TABLE[n], s) for n in ACCURATE for s in (TABLE[n].array, TABLE[n].scalar) if s],
    ids=name_of,
)
def test_our_kernels_are_accurate_over_the_whole_range(row, spelling):
    graph, node, _ = build(row, 1)
    sizes = [*np.logspace(-300, 300, 41), *np.logspace(-18, 3, 64), 1 + 1e-13, 1 - 1e-13, 2 - 1e-12]
    for x in [sign * float(size) for size in sizes for sign in (-1, 1)]:
        reference = ball_value(graph, node, {"x0": x}, 1600)
        if reference.is_finite() and 1e-290 < abs(float(reference)) < 1e307:
            value = spelled(spelling)(x)

            assert relative_gap(value, reference) < 1e-15, x


@pytest.mark.parametrize(
    ("name", "at_minus_infinity", "at_zero", "at_infinity"),
    [
        ("softplus", 0, math.log(2), math.inf),
        ("sigmoid", 0, 0.5, 1),
        ("exprel", 0, 1, math.inf),
        ("sinc", 0, 1, 0),
        ("sech", 0, 1, 0),
        ("heaviside", 0, 0.5, 1),
        ("sign", -1, 0, 1),
        ("relu", 0, 0, math.inf),
        ("acot", 0, math.pi / 2, 0),
        ("fresnels", -0.5, 0, 0.5),
        ("fresnelc", -0.5, 0, 0.5),
    ],
)
def test_limits_and_nan_come_without_warnings(name, at_minus_infinity, at_zero, at_infinity):
    values = spelled(TABLE[name].array)(np.array([-np.inf, 0.0, -0.0, np.inf, np.nan]))

    assert values[:4] == pytest.approx([at_minus_infinity, at_zero, at_zero, at_infinity])
    assert math.isnan(values[4])


def test_logsumexp_keeps_what_the_greatest_argument_would_swallow():
    inf = math.inf
    for function in (kernels.logsumexp, kernels.scalar_logsumexp):
        assert function(0.0, -50.0) == pytest.approx(math.exp(-50), rel=1e-15)
        assert function(-inf, -inf) == -inf
        assert function(inf, 1000.0, inf) == inf
        assert function(1000.0, 1000.0, -inf) == 1000 + math.log(2)
        assert math.isnan(function(1.0, math.nan))
        assert math.isnan(function(inf, math.nan))


def test_extrema_pass_nan_on_wherever_it_stands():
    for name in ("maximum", "minimum"):
        for function in (getattr(kernels, name), getattr(kernels, f"scalar_{name}")):
            assert math.isnan(function(math.nan, 1.0))
            assert math.isnan(function(1.0, math.nan, 2.0))


def test_lambertw_keeps_its_digits_beside_the_branch_point():
    for distance in np.logspace(-16, -1, 60):
        x = distance - math.exp(-1)

        assert relative_gap(kernels.lambertw(x), arb(x).lambertw()) < 4e-15
    assert math.isnan(kernels.lambertw(-0.4))


def test_digamma_keeps_its_digits_beside_its_poles():
    for distance in (1e-13, 1e-9, -1e-5, 0.04):
        for x in (-1 + distance, -2 + distance, -30 + distance):
            assert relative_gap(kernels.digamma(x), arb(x).digamma()) < 1e-15


def test_the_slopes_of_the_elliptic_integrals_hold_far_below_zero():
    for m in (-99.0, -101.0, -1e4, -1e10, -1e40):
        for a, c in ((1.5, 2.0), (2.5, 3.0)):
            reference = arb(m).hypgeom_2f1(a, a, c)

            assert relative_gap(kernels.hyp2f1(a, a, c, m), reference) < 2e-14


def test_the_kernels_load_without_scipy():
    code = "import symcalc.backends.scalar_kernels, symcalc.functions, sys; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert not {"scipy", "sympy", "flint"} & set(loaded.stdout.split())


# -- the table ----------------------------------------------------------------------------


def test_every_spelling_means_one_row():
    spellings = [name for row in TABLE.values() for name in (row.name, *row.aliases)]

    assert len(spellings) == len(set(spellings))
    assert set(spellings) - NAMES == {"nan"}
    assert all(TABLE[row.name] is row for row in TABLE.values())


def test_lookup_knows_the_names_of_sympy_numpy_and_scipy():
    expected = {
        **{"Abs": "abs", "Max": "max", "ceiling": "ceil", "arcsin": "asin", "arctan2": "atan2"},
        **{"LambertW": "lambertw", "Heaviside": "heaviside", "jv": "besselj", "ln": "log"},
        **{"expit": "sigmoid", "gammaln": "gammaln", "E": "e", "inf": "oo", "expi": "Ei"},
    }

    assert {name: lookup(name).name for name in expected} == expected
    assert all(lookup(name) is None for name in ("N", "S", "Q", "O", "nan", "jn", "sni"))
    assert {"pi", "e", "oo", "I"} <= CONSTANTS


#: Names that neither `math`, NumPy, SciPy nor SymPy has.
OTHER_NAMES = {
    "cotan": mpmath.cot, "cosec": mpmath.csc, "arccot": mpmath.acot, "arcsec": mpmath.asec,
    "arccsc": mpmath.acsc, "arsinh": mpmath.asinh, "arcosh": mpmath.acosh, "artanh": mpmath.atanh,
    "arccoth": mpmath.acoth, "arcoth": mpmath.acoth, "arcsech": mpmath.asech,
    "arsech": mpmath.asech, "arccsch": mpmath.acsch, "arcsch": mpmath.acsch, "sgn": mpmath.sign,
    "log1pexp": lambda x: mpmath.log1p(mpmath.exp(x)), "si": mpmath.si, "ci": mpmath.ci,
    "logistic": lambda x: 1 / (1 + mpmath.exp(-x)), "shi": mpmath.shi, "chi": mpmath.chi,
    "infinity": math.inf,
}  # fmt: skip


def meaning_of(name):
    """Return the function or constant that the libraries know by this name."""
    for library in (special, np, math, sympy):
        if hasattr(library, name):
            return getattr(library, name)
    return OTHER_NAMES[name]


@pytest.mark.parametrize(
    ("row", "alias"), [(row, a) for row in TABLE.values() for a in row.aliases], ids=name_of
)
def test_an_alias_means_what_the_libraries_mean_by_it(row, alias):
    meaning = meaning_of(alias)
    if row.arity == (0, 0):
        assert TABLE[read(alias).text].constant == pytest.approx(float(meaning), rel=1e-15)
        return
    n_judged = 0
    for point in row.sample:
        if row.arity[1] == -1 and len(point) > 2:
            continue  # a third argument of `numpy.maximum` is where the result goes
        expression = read(f"{alias}({', '.join(str(Fraction(x)) for x in point)})")
        numbers = zip(point, with_orders(row, point), strict=True)
        with np.errstate(all="ignore"):
            expected = float(meaning(*(int(x) if is_order else x for x, is_order in numbers)))
        if abs(expected) > 1e-200 and math.isfinite(expected):
            n_judged += 1

            assert (
                relative_gap(ball_value(expression.graph, expression.root, {}, 800), expected)
                < 1e-9
            )
    assert n_judged > 0


@pytest.mark.parametrize(("row", "point"), POINTS, ids=name_of)
def test_a_series_begins_with_the_value_and_the_slope_of_the_ball(row, point):
    k = len(point) - 1
    graph, node, _ = build(row, len(point))
    at = {f"x{j}": arb(x) for j, x in enumerate(point)}
    found = laurent(graph, node, f"x{k}", Fraction(point[k]), 2, PRECISION, point_of(at, k))
    if found is None:
        return
    h = arb(abs(point[k]) or 1.0) * arb(2) ** -200
    value, *both = (
        ball_value(graph, node, {**at, f"x{k}": at[f"x{k}"] + d}, PRECISION) for d in (0, h, -h)
    )
    valuation, (first, second) = found
    coefficients = [first, second] if valuation == 0 else [arb(0), first]

    assert valuation in (0, 1)
    assert relative_gap(coefficients[0], value) < 1e-30
    assert relative_gap(coefficients[1], (both[0] - both[1]) / (2 * h)) < 1e-30


def point_of(at, k):
    return {name: x for name, x in at.items() if name != f"x{k}"}


def test_at_least_four_rows_in_five_have_a_ball():
    assert sum(row.ball is not None for row in NODES) >= 0.8 * len(NODES)


@pytest.mark.parametrize("row", TABLE.values(), ids=name_of)
def test_a_row_is_complete(row):
    least, most = row.arity

    assert row.summary.startswith(row.name)
    assert len(row.summary) <= 100
    assert row.expand or row.sympy
    if row.array and most > 0:
        assert len(row.sample) >= 3
        assert (
            all(least <= len(point) and len(point) <= most for point in row.sample)
            or row.name == "log"
        )
        assert len(row.derivatives) in (0, 1 if row.name == "log" else most)
        assert row.latex.format(*"abcdef"[:most]) if "{0}" in row.latex else row.latex
    elif most == -1:
        assert len(row.derivatives) == 1


@pytest.mark.parametrize("row", [r for r in TABLE.values() if r.arity == (0, 0)], ids=name_of)
def test_constants_have_the_value_of_their_ball(row):
    if row.name == "I":
        assert row.constant is None
        assert sympy_value(row, []) == sympy.I
        return
    value = float(getattr(arb, row.ball)() if isinstance(row.ball, str) else row.ball())
    written = [float(sympy_value(row, [])), *(spelled(p) for p in (row.scalar, row.array) if p)]

    for constant in (row.constant, *written):
        assert constant == value or (math.isnan(constant) and math.isnan(value))
    if math.isfinite(value):
        digits = arb(str(sympy_value(row, []).evalf(60)), "1e-55")
        for bits in (60, 160):
            graph = Graph()

            assert ball_value(graph, graph.call(row.name), {}, bits).overlaps(digits)


@pytest.mark.parametrize("row", TABLE.values(), ids=name_of)
def test_kinks_are_terms_that_vanish_there(row):
    for kink in row.kinks:
        graph = Graph()
        m = Terms(graph, CONSTANTS)
        for point in row.sample:
            place = kink.where(m, *(m(Fraction(x)) for x in point))

            assert kink.kind in ("kink", "jump")
            assert not ball_value(graph, place.node, {}, 128).contains(0)


def test_the_slopes_of_an_extremum_add_up_to_one_even_at_a_tie():
    for name in ("max", "min"):
        for point in ((1.0, 1.0), (2.0, 2.0, 2.0), (1.0, 3.0, 3.0, 1.0)):
            graph, node, variables = build(TABLE[name], len(point))
            at = {f"x{k}": x for k, x in enumerate(point)}
            slopes = [
                float_value(graph, apply_rule(TABLE[name], graph, node, variables, k), at)
                for k in range(len(point))
            ]

            assert sum(slopes) == 1
            assert min(slopes) >= 0


# -- notation -----------------------------------------------------------------------------

EXPANSIONS = {
    "clip": lambda x, low, high: min(max(x, low), high),
    "degrees": mpmath.degrees,
    "exp2": lambda x: 2**x,
    "frac": lambda x: x - mpmath.floor(x),
    "gelu": lambda x: x * mpmath.ncdf(x),
    "logsigmoid": lambda x: -mpmath.log1p(mpmath.exp(-x)),
    "ndtr": mpmath.ncdf,
    "power": mpmath.power,
    "radians": mpmath.radians,
    "root": lambda x, n: mpmath.sign(x) * abs(x) ** (1 / n),
    "silu": lambda x: x / (1 + mpmath.exp(-x)),
    "sqrt": mpmath.sqrt,
    "square": lambda x: x * x,
    "trunc": lambda x: mpmath.sign(x) * mpmath.floor(abs(x)),
}


@pytest.mark.parametrize("row", NOTATION, ids=name_of)
def test_notation_stands_for_other_rows(row):
    for point in row.sample:
        graph = Graph()
        m = Terms(graph, CONSTANTS)
        node = row.expand(m, *(m(Fraction(x)) for x in point)).node

        with mpmath.workdps(500):
            expected = arb(mpmath.nstr(EXPANSIONS[row.name](*map(mpmath.mpf, point)), 60))

        assert row.name not in graph.kinds
        assert relative_gap(ball_value(graph, node, {}, 300), expected) < 1e-30


def test_log_with_a_base_is_a_quotient_and_known_bases_are_rows():
    graph = Graph()
    m = Terms(graph, CONSTANTS)
    x = Term(graph, graph.var("x"))
    expand = TABLE["log"].expand

    assert graph.kinds[expand(m, x).node] == "log"
    assert graph.kinds[expand(m, x, m(2)).node] == "log2"
    assert graph.kinds[expand(m, x, m(10)).node] == "log10"
    assert float(ball_value(graph, expand(m, x, m(3)).node, {"x": 9.0}, 128)) == 2


# -- the judges are judged ----------------------------------------------------------------


def planted(monkeypatch, name, **fields):
    row = dataclasses.replace(TABLE[name], **fields)
    monkeypatch.setitem(TABLE, name, row)
    return row


def test_a_wrong_rule_is_found_by_both_oracles(monkeypatch):
    wrong = planted(monkeypatch, "tan", derivatives=(lambda m, y, x: 1 - y**2,))

    assert gap_to_differences(wrong, (0.5,), 0) > 0.1
    assert gap_to_sympy(wrong, (0.5,), 0) > 0.1


def test_a_rule_that_is_wrong_in_the_tenth_digit_is_found(monkeypatch):
    wrong = planted(
        monkeypatch, "sin", derivatives=(lambda m, y, x: m.cos(x) * m.ratio(10**10 + 1, 10**10),)
    )

    assert gap_to_differences(wrong, (0.5,), 0) > 1e-11


def test_a_rule_that_cancels_fails_in_double_precision(monkeypatch):
    wrong = planted(monkeypatch, "tanh", derivatives=(lambda m, y, x: 1 - y**2,))

    assert gap_to_differences(wrong, (20.0,), 0) < 1e-30
    with pytest.raises(AssertionError):
        test_a_rule_is_accurate_in_double_precision(wrong, (20.0,), 0)


def test_a_wrong_ball_is_found(monkeypatch):
    wrong = planted(monkeypatch, "cosm1", ball=lambda x: x.cos())

    with pytest.raises(AssertionError):
        test_a_ball_encloses_the_value_that_mpmath_finds(wrong, (0.5,))


def test_a_ball_that_ignores_its_domain_is_found(monkeypatch):
    wrong = planted(monkeypatch, "acosh", ball=lambda x: abs(x))

    with pytest.raises(AssertionError):
        test_outside_its_domain_a_row_has_no_finite_value(wrong)


def test_a_wrong_kernel_is_found(monkeypatch):
    wrong = planted(monkeypatch, "softplus", array="kernels.relu")

    with pytest.raises(AssertionError):
        test_the_array_spelling_agrees_with_the_ball_and_keeps_shapes(wrong, (0.5,))
