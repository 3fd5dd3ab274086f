"""Stable atoms, patches at removable singularities, derivatives at joins."""

from __future__ import annotations

import math

import numpy as np
import pytest

import symcalc as sc
from symcalc.symbolic import prepare, stabilize


def stable(text):
    expression = sc.parse(text)
    graph, (root,) = stabilize(expression.graph, [expression.root])
    return sc.Expression(graph, root).text


@pytest.mark.parametrize(
    ("text", "atom"),
    [
        ("log(1 + exp(x))", "softplus(x)"),
        ("log(exp(x) + exp(y))", "logsumexp(x, y)"),
        ("log(1 + exp(x) + exp(y))", "logsumexp(0, x, y)"),
        ("1/(1 + exp(-x))", "sigmoid(x)"),
        ("exp(x)/(1 + exp(x))", "sigmoid(x)"),
        ("log(1 + x)", "log1p(x)"),
        ("log(1 - x)", "log1p(-x)"),
        ("exp(x) - 1", "expm1(x)"),
        ("1 - exp(x)", "-expm1(x)"),
        ("cos(x) - 1", "cosm1(x)"),
        ("1 - cos(x)", "-cosm1(x)"),
        ("log(1 - exp(x))", "log1mexp(x)"),
        ("log(exp(x))", "x"),
        ("log(y*exp(x))", "x + log(y)"),
        ("1 - sigmoid(x)", "sigmoid(-x)"),
        ("log(1 - 1/(1 + exp(-x)))", "-softplus(x)"),
        ("log(cosh(x))", "logcosh(x)"),
        ("sqrt(x^2 + y^2)", "hypot(x, y)"),
        ("sqrt(x^2 + 1)", "hypot(x, 1)"),
        ("sqrt(x^2)", "abs(x)"),
        ("(x + 1)^20/(x + 2)^20", "((x + 1)/(x + 2))**20"),
    ],
)
def test_unstable_patterns_become_atoms(text, atom):
    assert stable(text) == atom


QUOTIENTS_OF_EXPONENTIALS = [
    ("exp(x)/(exp(x) - 1)", "-bose(-x)"),
    ("y*exp(x)/(exp(x) + 1)", "y*sigmoid(x)"),
    ("exp(x)/(1 - exp(x))", "bose(-x)"),
    ("1/(1 - exp(-x))", "-bose(-x)"),
    ("exp(-x)/(1 - exp(-x))", "bose(x)"),
    ("exp(x)/(exp(x) - exp(y))", "-bose(-(x - y))"),
    ("(exp(x) - 1)^(-2)", "bose(x)**2"),
    ("(exp(x) + 1)/(exp(x) - 1)", "coth(x/2)"),
    ("(exp(2*x) - 1)/(exp(2*x) + 1)", "tanh(x)"),
    ("(exp(x) - exp(-x))/(exp(x) + exp(-x))", "tanh(x)"),
]


@pytest.mark.parametrize(("text", "form"), QUOTIENTS_OF_EXPONENTIALS)
def test_an_exponential_over_another_becomes_a_function_that_does_not_overflow(text, form):
    assert stable(text) == form


@pytest.mark.parametrize(
    "text",
    [
        *(text for text, _ in QUOTIENTS_OF_EXPONENTIALS if "y" not in text),
        "3*x*exp(x)/(2*exp(x) - 2)",
        "exp(x)/(exp(x) - 1)^2",
        "exp(2*x)/(exp(x) - 1)^2",
        "x^4*exp(x)/(exp(x) - 1)^2",
        "exp(x)/(exp(x) - 2)",
        "exp(x)/(3*exp(x) - 1)",
        "exp(3*x)/(exp(x) + 1)^3",
        "exp(2*x)/(exp(2*x) - 1)",
        "exp(x)/(exp(x) - exp(-x))",
    ],
)
@pytest.mark.parametrize("x", [-800.0, -40.0, -1.5, -1e-9, 1e-9, 0.5, 40.0, 800.0])
def test_a_quotient_of_exponentials_keeps_its_digits_at_any_size_and_sign(text, x):
    expression = sc.parse(text)
    f = sc.compile(expression, order=1)
    truth = sc.evaluate(expression, at={"x": x})
    slope = sc.differentiate(expression, "x").at(x=x)

    assert truth.outcome.is_good
    assert [f(x), f(np.array([x]))[0]] == pytest.approx([truth.value] * 2, rel=5e-15, abs=1e-320)
    assert f.gradient(x)[0] == pytest.approx(slope.value, rel=1e-13, abs=1e-320)


CONJUGATES = [
    ("sqrt(x + 1) - sqrt(x)", "1/(sqrt(x + 1) + sqrt(x))"),
    ("sqrt(x + 1) - 1", "x/(sqrt(x + 1) + 1)"),
    ("sqrt(x^2 + 1) - x", "1/(hypot(x, 1) + x) if x > 0 else hypot(x, 1) - x"),
    (
        "1 - x/sqrt(x^2 + 1)",
        "1/(hypot(x, 1) + x)/hypot(x, 1) if x > 0 else 1 - direction(x, 1)",
    ),
    ("1/sqrt(1 - x^2) - 1", "(x/(1 + sqrt(1 - x**2)))*(x/sqrt(1 - x**2))"),
    ("1/sqrt(x) - 1/sqrt(x + 1)", "1/(sqrt(x + 1) + sqrt(x))/sqrt(x)/sqrt(x + 1)"),
    ("sqrt(x^2 + 1) - abs(x)", "1/(hypot(x, 1) + abs(x))"),
    ("x*sqrt(y + 1) - x*sqrt(y)", "x/(sqrt(y + 1) + sqrt(y))"),
]


@pytest.mark.parametrize(("text", "form"), CONJUGATES)
def test_a_root_and_what_cancels_it_become_their_conjugate(text, form):
    assert stable(text) == form


@pytest.mark.parametrize(
    "text",
    ["sqrt(x) - sqrt(y)", "sqrt(x^2 + 1) + 1", "x/sqrt(x^2 + 1) - y", "-sqrt(x + 1) - sqrt(x)"],
)
def test_roots_that_share_nothing_or_do_not_cancel_stay_as_they_are(text):
    assert sc.Expression(*prepare(sc.parse(text).graph, sc.parse(text).root)).text == stable(text)
    assert "if" not in stable(text)
    assert stable(text).count("-") == text.count("-")


@pytest.mark.parametrize(
    "text",
    [
        *(text for text, _ in CONJUGATES if "y" not in text),
        "sqrt(x^2 + 2*x + 2) - x - 1",
        "x - sqrt(x^2 - 1)",
        "1 - 1/sqrt(1 + x^2)",
        "x - x/sqrt(1 + x^2)",
        "sqrt(1 + x) - sqrt(1 - x)",
        "1/x - 1/sqrt(x^2 + 1)",
        "sqrt(2)*x - sqrt(2*x^2 + 1)",
        "sqrt(sin(x)^2 + 1) - sin(x)",
        "sqrt(x^2 + x^4) - x",
    ],
)
@pytest.mark.parametrize(
    "x", [0.0, 1e-300, -1e-12, 1e-3, 0.5, -0.5, 1.0, -1.0, 3.7, -3.7, 1e9, -1e9, 1e16, 1e75]
)
def test_a_difference_with_a_root_keeps_its_digits_at_any_size_and_sign(text, x):
    expression = sc.parse(text)
    f = sc.compile(expression, order=1)
    truth = sc.evaluate(expression, at={"x": x})
    slope = sc.differentiate(expression, "x").at(x=x)

    with np.errstate(all="ignore"):
        values = [f(x), *f(np.array([x, x]))]
        slopes = f.gradient(x)
    if truth.outcome.is_good:
        assert values == pytest.approx([truth.value] * 3, rel=4e-15)
    if slope.outcome.is_good:
        assert slopes[0] == pytest.approx(slope.value, rel=1e-13)


def test_the_conjugate_of_roots_that_vanish_together_is_not_taken_where_they_do():
    f = sc.compile("sqrt(x + y) - sqrt(x)")

    assert f(0.0, 0.0) == 0.0
    assert f(1e16, 1.0) == pytest.approx(5e-9, rel=1e-15)


def test_an_overflow_is_not_hidden_by_a_conjugate():
    with np.errstate(all="ignore"):
        assert math.isinf(sc.compile("sqrt(x^2 + x) - x")(1e200))
        assert math.isinf(sc.compile("sqrt(x + y) - sqrt(x)")(1e308, 1e308))
        assert sc.compile("y/sqrt(x^2 + y^2) - 1")(1e308, 1e308) == pytest.approx(0.5**0.5 - 1)


def test_the_conjugate_holds_for_columns_of_data():
    best = sc.minimize(
        "sum((sqrt(x^2 + a) - x - y)^2)",
        {"a": 2.0},
        data={"x": np.array([1e5, 2e5, 4e5]), "y": 1.5 / np.array([1e5, 2e5, 4e5])},
    )

    assert best.x["a"] == pytest.approx(3.0, rel=1e-8)


@pytest.mark.parametrize(
    "text", ["log(2 + x)", "exp(x) + 1", "x/(1 + exp(x))^2", "log(1 + exp(x)*y)"]
)
def test_other_formulas_keep_their_value(text):
    f, g = sc.compile(text), sc.compile(stable(text))
    args = [0.3, 0.7][: len(f.names)]

    assert f(*args) == pytest.approx(g(*args), rel=1e-15)


def taylor_of_sine_remainder(x):
    """(x - sin x)/x**3, its first and its second derivative, by the series."""
    value = sum((-1) ** k * x ** (2 * k) / math.factorial(2 * k + 3) for k in range(12))
    first = sum(
        (-1) ** k * 2 * k * x ** (2 * k - 1) / math.factorial(2 * k + 3) for k in range(1, 12)
    )
    second = sum(
        (-1) ** k * 2 * k * (2 * k - 1) * x ** (2 * k - 2) / math.factorial(2 * k + 3)
        for k in range(1, 12)
    )
    return value, first, second


@pytest.mark.parametrize("x", [0.0, 1e-300, -1e-5, 1e-3, 0.5, 0.99, 1.5])
def test_removable_singularity_is_accurate_near_the_point(x):
    f = sc.compile("(x - sin(x))/x^3", order=2)
    value, first, second = taylor_of_sine_remainder(x)

    assert f(x) == pytest.approx(value, rel=1e-13)
    assert f.gradient(x)[0] == pytest.approx(first, rel=1e-13)
    assert f.hessian(x)[0, 0] == pytest.approx(second, rel=2e-12)


def test_the_closed_form_of_a_derivative_is_patched_as_well():
    slope = sc.differentiate("(exp(x) - 1)/x", "x")

    assert sc.compile(slope)(0.0) == 0.5
    assert sc.compile(slope)(1e-9) == pytest.approx(0.5 + 1e-9 / 3, rel=1e-15)


def test_a_factor_of_a_product_of_several_variables_is_patched():
    f = sc.compile("y*sin(x*z)/(x*z)", order=1)

    assert f(0.0, 3.0, 2.0) == 3.0
    np.testing.assert_allclose(f.gradient(0.0, 3.0, 2.0), [0.0, 1.0, 0.0])


@pytest.mark.parametrize("text", ["sin(x*y)/x", "(exp(x*y) - 1)/x", "log(1 + x*y)/x"])
def test_a_common_argument_is_filled_in_where_the_quotient_has_a_limit(text):
    f = sc.compile(text, order=1)

    assert f(0.0, 3.0) == 3.0
    assert f.gradient(0.0, 3.0)[1] == 1.0


@pytest.mark.parametrize(
    ("name", "second"), [("sech", -1), ("cosm1", -1), ("logcosh", 1), ("sinc", -1 / 3)]
)
def test_an_even_function_of_a_length_is_smooth_where_the_length_is_zero(name, second):
    f = sc.compile(f"{name}(abs(x))", order=2)

    assert f.hessian(0.0)[0, 0] == pytest.approx(second, rel=1e-15)


def test_a_pole_is_not_patched():
    expression = sc.parse("1/x + x")

    graph, root = prepare(expression.graph, expression.root)

    assert sc.Expression(graph, root) == expression


def test_a_lone_value_that_is_not_the_limit_is_kept():
    f = sc.compile("sin(x)/x if x != 0 else 5")

    assert f(0.0) == 5.0
    assert f(1e-3) == pytest.approx(math.sin(1e-3) / 1e-3)


def test_the_second_derivative_of_sinc_written_as_a_piecewise_is_minus_a_third_at_zero():
    text = "piecewise((sin(x)/x, x != 0), (1, True))"

    second = sc.differentiate(text, ("x", 2))

    assert sc.compile(text, order=2).hessian(0.0)[0, 0] == pytest.approx(-1 / 3, rel=1e-15)
    assert sc.compile(second)(0.0) == pytest.approx(-1 / 3, rel=1e-15)
    assert second.at(x=0).value == pytest.approx(-1 / 3, rel=1e-15)
    assert "-1/3" in second.text


def test_a_lone_value_that_is_not_the_limit_leaves_no_derivative_there():
    slope = sc.differentiate("sin(x)/x if x != 0 else 5", "x")

    assert math.isnan(sc.compile(slope)(0.0))


def test_a_patch_does_not_reach_over_a_change_of_branch():
    f = sc.compile("sin(x)/x if x < 0.5 else 7")

    assert f(0.0) == 1.0
    assert f(0.75) == 7.0


def test_a_lone_point_of_another_variable_leaves_the_derivative_alone():
    f = sc.compile("x^2 if z != 1 else 3*x", ["x", "z"], order=1)

    assert f.gradient(2.0, 0.0).tolist() == [4.0, 0.0]
    assert f.gradient(2.0, 1.0)[0] == 3.0
    assert sc.gradient("x^2 if z != 1 else 3*x")["x"].text == "2*x if z != 1 else 3"


def test_an_oscillation_that_is_filled_in_has_no_derivative_there():
    f = sc.compile("x*sin(1/x) if x != 0 else 0", order=1)

    assert f(0.0) == 0.0
    assert math.isnan(f.gradient(0.0)[0])


def test_a_patch_whose_check_overflows_is_not_made():
    assert sc.compile("x^6000 + x/x")(1.01) == pytest.approx(1.01**6000 + 1, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("(x^3 - x)/(x - 1)", lambda x: x * (x + 1)),
        ("x if x != 1 else 1", lambda x: x),
        ("sin(x) if x != 1 else sin(1)", math.sin),
    ],
)
def test_a_patch_ends_before_another_zero_of_the_formula(text, truth):
    f = sc.compile(text, "x")

    for x in (1e-20, -1e-9, 1e-4, 0.9, 1.0, 1 + 1e-9):
        assert f(x) == pytest.approx(truth(x), rel=1e-14)
