"""Compiled functions: shapes, number types, guards, warnings, identity."""

from __future__ import annotations

import cmath
import inspect
import itertools
import math
import pickle
import subprocess
import sys
import threading
import traceback
import warnings

import numpy as np
import pytest

import symcalc as sc
from symcalc.backends import compile_expression, kernels, scalar_kernels


def test_gradient_and_hessian_have_the_batch_in_front():
    f = sc.compile("x^2*y + sin(z)", order=2)
    x = np.linspace(0, 1, 6).reshape(2, 3)

    assert f(x, 1.0, 2.0).shape == (2, 3)
    assert f.gradient(x, 1.0, np.zeros(3)).shape == (2, 3, 3)
    assert f.hessian(x, 1.0, 2.0).shape == (2, 3, 3, 3)
    assert f.hessian_product([1, 0, 0], x, 1.0, 2.0).shape == (2, 3, 3)


def test_constants_fill_the_broadcast_shape():
    f = sc.compile("3", ["x"], order=2)
    x = np.arange(4)

    assert f(x).tolist() == [3.0] * 4
    assert f.gradient(x).tolist() == [[0.0]] * 4
    assert f.hessian(x).shape == (4, 1, 1)


def test_rows_of_a_batch_equal_single_calls_within_4_ulp():
    f = sc.compile("exp(-x^2/2)*cos(3*x*y) + log(1 + y^2)/(1 + x^4)", order=2)
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 50))

    values, gradients = f.value_and_gradient(x, y)
    hessians = f.hessian(x, y)

    for i in range(50):
        value, gradient = f.value_and_gradient(float(x[i]), float(y[i]))
        np.testing.assert_array_max_ulp(values[i], value, 4)
        np.testing.assert_array_max_ulp(gradients[i], gradient, 4)
        np.testing.assert_array_max_ulp(hessians[i], f.hessian(x[i], y[i]), 4)


def test_a_condition_is_shared_by_a_branch_inside_its_own_branch():
    f = sc.compile("(x if y*y < 4 and x > 1 else 2*x) if y*y < 4 else x^2")

    assert f([0.5, 2.0, 3.0], [1.0, 1.0, 5.0]).tolist() == [1.0, 2.0, 9.0]


@pytest.mark.parametrize(
    "text",
    [
        "sum((y - (x + a if x > 0 else a))^2)",
        "sum((y - (a^2 if x > 2 else 0))^2)",
        "sum(a if x > 1.5 else 0)",
        "sum((x if a > 1 else a)*y)",
        "sum((a if y > 0 else 2*a) if x > 1 else 3*a)",
        "sum(sum(a*x)*y if x > 1 else a)",
        "sum((sum(a*x)*y + (sin(a) if y > 0 else exp(a*x)) if x > 1 else a) if a > 0 else a*y)",
        "sum(mean(a^2*x)^2*x if x > 1.5 else sum(x)*a)",
    ],
)
@pytest.mark.parametrize("a", [0.5, 3.1])
def test_a_parameter_in_branches_that_rows_choose_has_its_gradient_and_hessian(text, a):
    columns = {"x": np.array([1.0, 2.0, 4.0]), "y": np.array([2.0, -3.0, 5.0])}
    expression = sc.parse(text, shapes="x: rows; y: rows")
    f = compile_expression(expression, list(expression.names), order=2, wrt=["a"])
    columns = {name: columns[name] for name in f.names if name != "a"}

    def value(place):
        return f(a=place, **columns)

    first = sc.numeric_derivative(value, a)
    second = sc.numeric_derivative(value, a, 2)

    assert abs(f.gradient(a=a, **columns)[0] - first.value) <= first.error + 1e-12
    assert abs(f.hessian(a=a, **columns)[0, 0] - second.value) <= second.error + 1e-9


def test_a_product_with_a_quotient_in_it_is_computed_as_typed():
    f = sc.compile("x*(x/y)")

    assert f(1e200, 1e200) == f(np.array([1e200]), 1e200)[0] == 1e200


def test_a_sum_in_a_sum_is_added_up_first_as_it_is_typed():
    f = sc.compile("x + (y - z)", order=1)

    assert f(1.0, 1e200, 1e200) == f(np.array([1.0]), 1e200, 1e200)[0] == 1.0
    assert sc.compile("x + y - z")(1.0, 1e200, 1e200) == 0.0


SIGNED = [0.0, -0.0, math.inf, -math.inf, math.nan, 1.0, -1.0, 2.0, 0.5, 1e-20, 1e308, 700.5,
          715.0]  # fmt: skip


@pytest.mark.parametrize("name", scalar_kernels.__all__)
def test_kernels_on_plain_floats_are_those_on_arrays_infinities_and_signed_zeros_too(name):
    one, many = getattr(scalar_kernels, name), getattr(kernels, name[len("scalar_") :], None)
    many = many or getattr(np, name[len("scalar_") :])
    kinds = [p.kind for p in inspect.signature(one).parameters.values()]
    n_args = 2 if inspect.Parameter.VAR_POSITIONAL in kinds else len(kinds)
    for point in itertools.product(SIGNED, repeat=n_args):
        try:
            found = one(*point)
        except (ValueError, OverflowError, ZeroDivisionError):
            continue  # then the kernel on arrays is called
        with np.errstate(all="ignore"):
            wanted = float(many(*map(np.float64, point)))
        assert found == pytest.approx(wanted, rel=1e-13, abs=0, nan_ok=True), point
        assert math.isnan(found) or math.copysign(1, found) == math.copysign(1, wanted), point


def test_plain_numbers_give_a_plain_float():
    f = sc.compile("x/3")

    assert type(f(1)) is float
    assert f(1) == 1 / 3
    assert type(f(np.float64(1))) is float


def test_integers_become_floats_at_the_door():
    f = sc.compile("x^3")

    assert f(np.array([3_000_000], dtype=np.int32))[0] == 2.7e19
    assert f(10**7) == 1e21


def test_inputs_are_never_changed():
    f = sc.compile("x^2 + exp(y)", order=2)
    x, y = np.array([1.0, 2.0]), np.array([3.0, 4.0])

    f.value_and_gradient(x, y), f.hessian(x, y)

    assert x.tolist() == [1.0, 2.0]
    assert y.tolist() == [3.0, 4.0]


def test_guarded_branches_give_no_spurious_warning():
    f = sc.compile("piecewise((log(x), x > 0), (1/(x - 1), True))", order=2)
    x = np.array([-2.0, -1.0, 0.0, 0.5, 3.0])

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        values, gradient = f.value_and_gradient(x)
        f.hessian(x)

    np.testing.assert_allclose(values, [-1 / 3, -1 / 2, -1, math.log(0.5), math.log(3)])
    np.testing.assert_allclose(gradient[:, 0], [-1 / 9, -1 / 4, -1, 2, 1 / 3])


def test_a_branch_shared_by_value_and_gradient_is_still_guarded():
    f = sc.compile("sqrt(x) if x > 0 else 0", order=1)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        values, gradient = f.value_and_gradient(np.array([-1.0, 4.0]))

    assert values.tolist() == [0.0, 2.0]
    assert gradient[:, 0].tolist() == [0.0, 0.25]


def test_true_warnings_are_not_suppressed():
    f = sc.compile("log(x)", order=1)

    with pytest.warns(RuntimeWarning):
        assert math.isnan(f(np.array([-1.0]))[0])
    with pytest.warns(RuntimeWarning):
        assert math.isnan(f(-1.0))
    with pytest.warns(RuntimeWarning):
        assert f.gradient(0.0)[0] == math.inf


@pytest.mark.filterwarnings("ignore:invalid value")
def test_there_is_no_derivative_where_there_is_no_value():
    f = sc.compile("log(x)*y", order=2)

    assert np.isnan(f.gradient(-1.0, 2.0)).all()
    assert np.isnan(f.hessian(-1.0, 2.0)).all()
    assert np.isnan(f.hessian_product([1, 0], -1.0, 2.0)).all()
    assert np.isnan(f.gradient(np.array([-1.0, 1.0]), 2.0)).tolist() == [[True] * 2, [False] * 2]


def test_overflow_gives_infinity_as_numpy_does():
    with pytest.warns(RuntimeWarning):
        assert sc.compile("exp(x)")(1000.0) == math.inf


def test_softplus_and_its_gradient_are_finite_at_1000():
    f = sc.compile("log(1 + exp(x))", order=2)

    assert f(1000.0) == 1000.0
    assert f.gradient(1000.0).tolist() == [1.0]
    assert f.hessian(1000.0).tolist() == [[0.0]]
    assert f.gradient(-745.0)[0] > 0


@pytest.mark.filterwarnings("ignore:invalid value")
def test_a_condition_on_what_is_not_a_number_chooses_no_branch():
    f = sc.compile("1 if log(x) > 0 else 2", order=1)

    assert math.isnan(f(-1.0))
    assert math.isnan(f(math.nan))
    assert np.isnan(f(np.array([-1.0, 2.0]))).tolist() == [True, False]
    assert np.isnan(f.gradient(-1.0)).all()


def test_nested_branches_agree_on_floats_and_arrays():
    f = sc.compile(
        "(x if x < 1 else x^2) if y > 0 else (piecewise((1/x, x != 0), (7, True)))", order=1
    )
    for x in (-1.0, 0.0, 0.5, 2.0):
        for y in (-1.0, 1.0):
            value, gradient = f.value_and_gradient(x, y)
            values, gradients = f.value_and_gradient(np.array([x]), np.array([y]))
            assert values[0] == value
            np.testing.assert_array_equal(gradients[0], gradient)


def test_branches_nested_100_deep_still_compile():
    text = "x"
    for i in range(100):
        text = f"({text} if x > {i} else {i})"

    f = sc.compile(text)

    assert f(50.5) == 99
    assert f(np.array([1000.0])).tolist() == [1000.0]


def test_names_in_generated_code_are_our_own():
    f = sc.compile("numpy + lambda_*exp + x0", ["numpy", "lambda_", "exp", "x0"])

    assert f(1, 2, 3, 4) == 11


def test_an_error_in_a_call_says_what_is_missing():
    f = sc.compile("x*y")

    with pytest.raises(sc.ArgumentError, match="No value for y"):
        f(1.0)
    with pytest.raises(sc.ArgumentError, match="3 arguments were given; the function takes 2"):
        f(1.0, 2.0, 3.0)
    with pytest.raises(sc.ArgumentError, match="`z` is not an argument"):
        f(1.0, z=2.0)
    with pytest.raises(sc.ArgumentError, match="do not broadcast"):
        f(np.ones(2), np.ones(3))
    with pytest.raises(sc.ArgumentError, match="takes real numbers"):
        f("a", 1.0)
    with pytest.raises(sc.ArgumentError, match="compiled with order=0"):
        f.hessian(1.0, 2.0)


@pytest.mark.parametrize("value", [None, "1", ["a"], [[1, 2], [3]], 1j, 10**400, object()])
def test_what_is_not_a_real_number_is_refused(value):
    with pytest.raises(sc.ArgumentError):
        sc.compile("x + 1")(value)


def test_masked_entries_are_refused():
    with pytest.raises(sc.ArgumentError, match="masked"):
        sc.compile("x + 1")(np.ma.array([1.0, 99.0], mask=[False, True]))


def test_fractions_and_decimals_in_object_arrays_are_numbers():
    from fractions import Fraction

    assert sc.compile("2*x")(np.array([Fraction(1, 4), 3], dtype=object)).tolist() == [0.5, 6.0]


def test_keyword_arguments_work():
    assert sc.compile("x - y")(y=1, x=3) == 2


def test_compiled_functions_pickle_into_a_fresh_process():
    f = sc.compile("x^2 + sin(y)", order=1)
    data = pickle.dumps(f)
    script = "import pickle, sys; print(pickle.loads(sys.stdin.buffer.read())(2.0, 0.0))"

    done = subprocess.run(
        [sys.executable, "-c", script], input=data, capture_output=True, check=True
    )

    assert done.stdout.split() == [b"4.0"]
    assert pickle.loads(data) == f
    assert hash(pickle.loads(data)) == hash(f)


def test_compiled_functions_are_safe_in_threads():
    f = sc.compile(" + ".join(f"sin(x{i})*x{i + 1}" for i in range(40)), order=2)
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(f.hessian(*[0.5] * 41).sum()))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 8
    assert len(set(found)) == 1


def test_generated_lines_appear_in_tracebacks():
    f = sc.compile("x + y", order=0)

    try:
        f._runner.code("value", scalar=False).function([np.ones(2), np.ones(3)])
    except ValueError:
        text = traceback.format_exc()

    assert "return x0 + x1" in text


def test_source_shows_the_generated_code():
    assert "exp" in sc.compile("exp(x)").source


def test_float32_stays_float32():
    f = sc.compile("x/3", order=1, dtype="float32")

    assert f(np.ones(2)).dtype == np.float32
    assert f.gradient(np.ones(2)).dtype == np.float32


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("log(1 + exp(x + 4*I))", lambda x: cmath.log(1 + cmath.exp(x + 4j))),
        ("1/(1 + exp(-x - 4*I))", lambda x: 1 / (1 + cmath.exp(-x - 4j))),
        ("log((x + 2*I)^2)", lambda x: cmath.log((x + 2j) ** 2)),
        ("sqrt((x + 2*I)^2)", lambda x: cmath.sqrt((x + 2j) ** 2)),
    ],
)
def test_a_complex_function_is_computed_as_it_is_written(text, truth):
    assert sc.compile(text)(-1.0) == pytest.approx(truth(-1.0), rel=1e-14)


@pytest.mark.parametrize(
    "text",
    [
        *("softplus(x + I)", "sigmoid(I*x)", "logcosh(x + I)", "logsumexp(x, I)", "hypot(x, I)"),
        *("cbrt(I*x)", "max(x, I)", "loggamma(x + I)", "lambertw(I*x)", "acot(x + I)"),
        *("relu(log(x) + I)", "sigmoid(sqrt(x))*I", "softplus(2 + exp(I*x))", "clip(I*x, 0, 1)"),
    ],
)
def test_a_function_of_real_numbers_is_refused_in_a_complex_formula(text):
    with pytest.raises(sc.CompileError, match="takes real numbers only"):
        sc.compile(text)


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("sech(x + I)", lambda x: 1 / cmath.cosh(x + 1j)),
        ("sigmoid(x)*exp(I*x)", lambda x: cmath.exp(1j * x) / (1 + math.exp(-x))),
        ("softplus(abs(x + I))*I", lambda x: 1j * math.log1p(math.exp(abs(x + 1j)))),
        ("expm1(I*x)/x", lambda x: (cmath.exp(1j * x) - 1) / x),
    ],
)
def test_a_complex_formula_may_hold_functions_of_real_numbers_of_reals(text, truth):
    assert sc.compile(text)(-1.5) == pytest.approx(truth(-1.5), rel=1e-14)


def test_an_imaginary_unit_makes_a_complex_function_without_gradient():
    f = sc.compile("exp(I*x)")

    assert f(0.0) == 1 + 0j
    assert f(np.array([0.0, math.pi])).dtype == np.complex128
    with pytest.raises(sc.DerivativeError, match="complex"):
        sc.compile("exp(I*x)", order=1)


def test_the_hessian_of_a_chain_of_2000_variables_is_sparse():
    n = 2000
    text = " + ".join(f"100*(x{i + 1} - x{i}^2)^2 + (1 - x{i})^2" for i in range(n - 1))
    f = sc.compile(text, order=2)
    x = np.full(n, 0.5)

    hessian = f.flat_hessian(x)
    direction = np.zeros(n)
    direction[3] = 1.0

    assert hessian.nnz == 3 * n - 2
    np.testing.assert_allclose(
        f.flat_hessian_product(x, direction), hessian[:, [3]].toarray().ravel(), rtol=1e-14
    )


def test_scipy_takes_the_words_of_a_compiled_function():
    from scipy.optimize import minimize

    f = sc.compile("100*(y - x^2)^2 + (1 - x)^2", order=2)

    result = minimize(x0=[-1.2, 1.0], method="trust-exact", **f.scipy())

    np.testing.assert_allclose(result.x, [1, 1], atol=1e-6)


def test_data_columns_are_summed():
    f = sc.compile(
        "mean((y - (a*x + b))^2)",
        ["a", "b", "x", "y"],
        order=1,
        wrt=["a", "b"],
        shapes={"x": "rows", "y": "rows"},
    )
    x, y = np.array([0.0, 1.0, 2.0]), np.array([1.0, 3.0, 5.0])

    value, gradient = f.value_and_gradient(2.0, 1.0, x, y)
    assert value == 0.0
    assert gradient.tolist() == [0.0, 0.0]
    assert f.gradient(0.0, 0.0, x, y).tolist() == pytest.approx([-26 / 3, -6.0])
    with pytest.raises(sc.ArgumentError, match="`rows`"):
        f(1.0, 2.0, x, y[:2])


def test_the_value_of_a_variable_alone_is_memory_of_its_own():
    x = np.arange(5.0)
    for shapes in (None, "x: n"):
        found = sc.compile("x", ["x"], shapes=shapes)(x)
        assert not np.shares_memory(found, x)
        np.testing.assert_array_equal(found, x)
