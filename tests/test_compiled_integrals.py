"""Integrals inside compiled formulas: values, gradients, what has no value, and the verbs."""

from __future__ import annotations

import math
import pickle
from concurrent.futures import ThreadPoolExecutor

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symcalc as sc
from symcalc.backends import waves
from symcalc.outcome import Trust

VALUES = (
    ("integral(exp(-a*x^2), x, 0, 1)", 2.0, lambda a: mpmath.quad(
        lambda x: mpmath.exp(-a * x * x), [0, 1])),
    ("integral(1 + exp(-a*(x - 0.3)^2), x, -1, 1)", 1e6, lambda a: 2 + mpmath.sqrt(mpmath.pi / a)),
    ("integral(1 + exp(-a*(x - 0.3)^2), x, -1, 1)", 1e12, lambda a: 2 + mpmath.sqrt(mpmath.pi / a)),
    ("integral(tanh(1000*(x - a)), x, 0, 1)", 1 / 3, lambda a: mpmath.mpf(1) - 2 * a),
    ("integral(abs(x - a), x, 0, 1)", 0.3123, lambda a: (mpmath.mpf(a)**2 + (1 - a)**2) / 2),
    ("integral(floor(a*x), x, 0, 1)", 5.0, lambda a: 2),
    ("integral(x^(-a), x, 0, 1)", 0.95, lambda a: 1 / (1 - mpmath.mpf(a))),
    ("integral(sin(a*x)/x, x, 0, oo)", 0.5, lambda a: mpmath.pi / 2),
    ("integral(1/sqrt(abs(x - a)), x, 0, 1)", 0.5, lambda a: 2 * mpmath.sqrt(2)),
    ("integral(1/sqrt(abs(x - 0.37*a)), x, -1, 2)", 1.0, lambda a: 2 * (
        mpmath.sqrt(mpmath.mpf("1.37")) + mpmath.sqrt(mpmath.mpf("1.63")))),
    ("integral(1/(1 + a*x^2), x, -oo, oo)", 1e10, lambda a: mpmath.pi / mpmath.sqrt(a)),
    ("integral(exp(-x), x, oo, a)", 1.0, lambda a: -mpmath.exp(-a)),
    ("integral(integral(exp(-a*x*y), y, 0, x), x, 0, 1)", 3.0, lambda a: mpmath.quad(
        lambda x: (1 - mpmath.exp(-a * x * x)) / (a * x), [0, 1])),
    ("expectation(exp(a*z), z ~ normal(0, 1))", 1.5, lambda a: mpmath.exp(mpmath.mpf(a)**2 / 2)),
    ("expectation(z^2, z ~ gamma(a, 2))", 1.5, lambda a: 4 * (mpmath.mpf(a) + a**2)),
)  # fmt: skip


@pytest.mark.parametrize(("text", "a", "truth"), VALUES)
def test_a_compiled_integral_has_ten_digits_whatever_its_integrand_hides(text, a, truth):
    assert sc.compile(text)(a) == pytest.approx(float(truth(a)), rel=1e-10)


@pytest.mark.parametrize(
    ("text", "a"),
    [
        ("integral(1/(x - a), x, 0, 1)", 0.5),
        ("integral(x^(-a), x, 0, 1)", 1.0),
        ("integral(x^(-a), x, 1, oo)", 1.0),
        ("integral(sin(x), x, 0, a)", math.inf),
        ("integral(sqrt(x), x, a, 1)", -1.0),
        ("integral(exp(-a*x), x, 0, 1)", math.nan),
    ],
)
def test_where_there_is_no_value_there_is_nan(text, a):
    assert math.isnan(sc.compile(text)(a))


def test_values_are_broadcast_over_ends_and_parameters():
    f = sc.compile("integral(exp(-a*x), x, b, c)", ["a", "b", "c"])
    a, b, c = np.array([[1.0], [2.0]]), np.array([0.0, 1.0, 2.0]), 2.0
    found = f(a, b, c)

    assert found == pytest.approx((np.exp(-a * b) - np.exp(-a * c)) / a, rel=1e-12, abs=1e-300)
    assert [f(2.0, x, 2.0) for x in b.tolist()] == pytest.approx(found[1], rel=1e-12)


@pytest.mark.parametrize("size", [1e-300, 1.0, 1e3, 1e8, 1e300])
def test_waves_through_the_tangent_are_those_of_numpy(size):
    x = np.random.default_rng(0).uniform(-size, size, 5000)
    x[:4] = 0.0, -0.0, math.pi, math.pi / 2

    assert waves.sine(x) == pytest.approx(np.sin(x), rel=1e-15, abs=0)
    assert waves.cosine(x) == pytest.approx(np.cos(x), rel=0, abs=5e-16)


def test_reversed_and_empty_ranges():
    f = sc.compile("integral(x^2, x, a, b)", ["a", "b"])

    assert f(np.array([0.0, 3.0, 2.0]), np.array([3.0, 0.0, 2.0])) == pytest.approx([9, -9, 0])


def test_an_integrand_that_vanishes_has_the_integral_zero():
    f = sc.compile("integral((a*x - b*x)^2, x, 0, 1)", order=1)

    assert f(0.5, 0.5) == 0.0
    assert f.gradient(0.5, 0.5).tolist() == [0.0, 0.0]


def test_a_branch_that_is_not_taken_asks_for_no_integral():
    f = sc.compile("integral(log(x), x, a, 1) if a > 0 else 7")

    assert f(np.array([-1.0, 1.0])).tolist() == [7.0, 0.0]


def test_compiled_integrals_pickle_and_run_in_threads():
    f = sc.compile("integral(exp(-a*x^2), x, 0, b)", order=1)
    again = pickle.loads(pickle.dumps(f))
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda a: again.value_and_gradient(a, 1.0)[0], [1.0, 2.0] * 8))

    assert found == [f(1.0, 1.0), f(2.0, 1.0)] * 8


def test_the_source_shows_calls_of_integrals():
    assert "integral1(0.0, x1, x0)" in sc.compile("integral(exp(-a*x^2), x, 0, b)").source


@given(st.floats(0.2, 3), st.floats(-2, 2))
@settings(max_examples=20, deadline=None)
def test_the_derivative_in_the_upper_end_is_the_integrand(a, x):
    f = sc.compile("integral(cos(a*t)/(1 + t^2), t, -1, x)", ["a", "x"], order=1)

    assert f.gradient(a, x)[1] == pytest.approx(math.cos(a * x) / (1 + x * x), rel=1e-12)


FAMILIES = (
    "integral(exp(-a*x^2)*sin(b*x), x, 0, a + b)",
    "integral(sqrt(a*x + b^2), x, 0, 2)",
    "integral(abs(x - a*b), x, -1, 3)",
    "integral(x^a*log(1 + b*x), x, 0, 1)",
    "expectation((tanh(a*z) - b)^2, z ~ normal(b, 1/a))",
    "expectation(max(a*z - b, 0), z ~ exponential(a + b))",
)


@pytest.mark.parametrize("text", FAMILIES)
@given(a=st.floats(0.3, 2), b=st.floats(0.3, 2))
@settings(max_examples=6, deadline=None)
def test_the_gradient_by_leibniz_agrees_with_differences_of_the_value(text, a, b):
    f = sc.compile(text, ["a", "b"], order=1)
    h = 1e-3
    slopes = [
        (8 * (f(a + h * p, b + h * q) - f(a - h * p, b - h * q))
         - (f(a + 2 * h * p, b + 2 * h * q) - f(a - 2 * h * p, b - 2 * h * q))) / (12 * h)
        for p, q in ((1, 0), (0, 1))
    ]  # fmt: skip

    assert f.gradient(a, b) == pytest.approx(slopes, rel=1e-7, abs=1e-8)


def test_evaluate_proves_digits_of_an_integral():
    found = sc.evaluate("integral(exp(-x^2), x, 0, 1)", digits=30)

    assert found.digits == mpmath.nstr(_with_digits(40), 30)
    assert found.trust is Trust.PROVEN


def _with_digits(digits):
    with mpmath.workdps(digits):
        return mpmath.sqrt(mpmath.pi) * mpmath.erf(1) / 2


def test_an_integral_that_was_not_enclosed_is_never_proven_undefined():
    found = sc.evaluate("integral(1/sqrt(abs(x - a)), x, 0, 1)", at="a=0.5")

    assert found.value == pytest.approx(2 * math.sqrt(2), rel=1e-10)
    assert found.trust is not Trust.PROVEN


def test_gradient_and_hessian_with_integrals_are_judged():
    text = "integral(exp(-a*x^2), x, 0, b)"
    gradient, hessian = sc.gradient(text), sc.hessian(text)

    assert gradient["a"].text == "integral(-x**2*exp(-a*x**2), x, 0, b)"
    assert gradient["b"].text == "exp(-a*b**2)"
    assert gradient.check.trust is hessian.check.trust is Trust.CHECKED


def test_objectives_with_integrals_are_minimized():
    cubic = sc.minimize("integral((sin(x) - a*x - b*x^3)^2, x, -pi, pi)", "a=1,b=0")
    moments = [2 * math.pi**n / n for n in (3, 5, 7)]
    right = [2 * math.pi, 2 * (math.pi**3 - 6 * math.pi)]
    a, b = np.linalg.solve([[moments[0], moments[1]], [moments[1], moments[2]]], right)

    assert cubic.converged
    assert [cubic.x["a"], cubic.x["b"]] == pytest.approx([a, b], rel=1e-9)

    loss = sc.minimize("expectation((tanh(w*z) - z)^2, z ~ normal(0, 1))", "w=1")
    z, weight = np.polynomial.hermite_e.hermegauss(150)
    slope = weight @ ((np.tanh(loss.x["w"] * z) - z) * z / np.cosh(loss.x["w"] * z) ** 2)

    assert loss.converged
    assert slope / weight.sum() == pytest.approx(0, abs=1e-6)


def test_a_model_with_an_integral_is_fitted():
    u = np.linspace(0.1, 3, 40)
    v = np.array([float(mpmath.erf(mpmath.sqrt(1.7) * t)) for t in u])
    found = sc.fit(
        "c*integral(exp(-a*x^2), x, 0, u)", {"u": u, "v": v}, target="v", start="a=1,c=1"
    )

    assert found.parameters["a"] == pytest.approx(1.7, rel=1e-6)


def test_other_verbs_meet_integrals():
    text = "integral(exp(-b*x^2), x, b, b^2)"

    assert "Leibniz' rule" in str(sc.explain(text, "b"))
    assert sc.check("2*b", "integral(2*x, x, 0, b)", "b").is_good
    assert sc.equivalent("integral(2*x, x, 0, b)", "b^3").is_good is False
    assert str(sc.audit(text, over="b=0..1"))
    assert str(sc.domain(text))
    assert str(sc.compare(text, at="b=2"))


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        ("x*expectation(exp(a*b*z), z ~ normal(0, 1))", "x*exp(a**2*b**2/2)"),
        ("integral(a*cos(x), x, upper, lower^2)", "a*(sin(lower**2) - sin(upper))"),
        ("integral(exp(a*x), x, 0, 1)", "integral(exp(a*x), x, 0, 1)"),
        ("integral(abs(x - a), x, 0, 1)", "integral(abs(x - a), x, 0, 1)"),
    ],
)
def test_a_closed_form_is_put_in_where_it_holds_for_all_parameters(text, closed):
    assert sc.compile(text, closed_forms=20).expression.text == closed


def test_seconds_for_closed_forms_are_a_number():
    with pytest.raises(sc.ArgumentError, match="closed_forms"):
        sc.compile("integral(x, x, 0, a)", closed_forms=-1)


def test_the_domain_says_where_an_integral_has_to_exist():
    found = str(sc.domain("log(a) + b*integral(1/x^a, x, 0, 1)"))

    assert "integral(1/x**a, x, 0, 1) exists" in found
    assert "a in (0, oo)" in found
    assert "exists" not in str(sc.domain("log(a) + integral(log(x), x, 0, 1)"))
