"""JAX computes what the NumPy backend computes: every row, special numbers, every shape."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pytest

import symcalc as sc
from symcalc.functions import TABLE

jax = pytest.importorskip("jax")
jnp = jax.numpy

#: Without numbers below 2.2e-308: XLA takes them for zero.
SPECIAL = [
    math.nan, math.inf, -math.inf, 0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -2.5, 1e-20, 1e20, -1e20,
    1e150, -1e150, 700.5, -700.0, 3.0, 36.0,
]  # fmt: skip

OWN = ["digamma", "erf", "erfc", "erfinv", "gamma", "gammaln"]
UNARY = sorted({n for n, row in TABLE.items() if row.machine and row.arity[1] == 1} | {*OWN, "log"})

#: JAX's own are right to so many, but near their zeros.
TO_TWELVE_DIGITS = {"digamma", "gamma", "gammaln"}

BINARY = sorted(
    name
    for name, row in TABLE.items()
    if row.machine and row.arity[0] <= 2 and (row.arity[1] >= 2 or row.arity[1] == -1)
    and name != "log"
)  # fmt: skip


def _both(text, **options):
    return sc.compile(text, backend="jax", **options), sc.compile(text, backend="numpy", **options)


def _quiet(function, *args, **kwargs):
    with np.errstate(all="ignore"):
        return np.asarray(function(*args, **kwargs))


def _assert_alike(found, wanted, ulps):
    """Assert the same NaNs and infinities, and numbers equal to some units."""
    np.testing.assert_array_equal(np.isnan(found), np.isnan(wanted))
    infinite = np.isinf(wanted)
    np.testing.assert_array_equal(found[infinite], wanted[infinite])
    finite = np.isfinite(wanted) & (np.abs(wanted) > 1e-300)
    gap = np.abs(found[finite] - wanted[finite])
    assert (gap <= ulps * np.spacing(np.abs(wanted[finite]))).all()


@pytest.mark.parametrize("name", UNARY)
def test_a_row_at_special_numbers_is_as_in_numpy(name):
    own, plain = _both(f"{name}(x)", args=["x"])
    rng = np.random.default_rng(1)
    tiny = 10.0 ** rng.uniform(-12, 0, 100)
    x = np.array([*SPECIAL, *rng.uniform(-4, 4, 200), *tiny, *-tiny, *rng.uniform(-700, 700, 50)])
    found, wanted = own(x), _quiet(plain, x)
    if name in TO_TWELVE_DIGITS:
        np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-13)
    else:
        _assert_alike(found, wanted, 64)


@pytest.mark.parametrize("name", BINARY)
def test_a_row_of_two_at_special_numbers_is_as_in_numpy(name):
    own, plain = _both(f"{name}(x, y)", args=["x", "y"])
    x, y = (a.ravel() for a in np.meshgrid(SPECIAL, SPECIAL))
    _assert_alike(own(x, y), _quiet(plain, x, y), 64)


FORMULAS = [
    "x^2*y + 3*x/(1 + y^2) - 1/x",
    "x^7 - 2*x^(1/2)*y^(-3/2) + x^y + 2^x",
    "exp(-x^2/(2*y^2))/(y*sqrt(2*pi))",
    "piecewise((x^2, x < 1), (log(x), y > 0.7), (sin(x), True))",
    "max(x, y, x*y) - min(x, 1) + abs(x - y)",
    "sin(x*y)/x + tanh(x - y)",
    "log(exp(x) + exp(y) + exp(x*y))",
    "atan2(y, x)*hypot(x, y) + floor(3*x) + mod(x, y)",
    "erf(x)*softplus(y) + besselj(0, 2)",
    "3",
]


def _points(n):
    rng = np.random.default_rng(3)
    return rng.uniform(0.2, 3, n), rng.uniform(0.3, 2, n)


@pytest.mark.parametrize("text", FORMULAS)
def test_value_gradient_and_hessian_are_those_of_numpy(text):
    own, plain = _both(text, args=["x", "y"], order=2)
    x, y = _points(17)
    for found, wanted in (
        (own(x, y), _quiet(plain, x, y)),
        (own.gradient(x, y), _quiet(plain.gradient, x, y)),
        (own.hessian(x, y), _quiet(plain.hessian, x, y)),
        (own.hessian_product([1, -2], x, y), _quiet(plain.hessian_product, [1, -2], x, y)),
    ):
        assert type(found) is np.ndarray
        assert found.dtype == np.float64
        assert found.shape == wanted.shape
        np.testing.assert_allclose(found, wanted, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("text", FORMULAS)
def test_one_point_gives_plain_numbers(text):
    own, plain = _both(text, args=["x", "y"], order=2)
    value, gradient = own.value_and_gradient(0.7, 1.9)
    assert type(own(0.7, 1.9)) is type(value) is float
    assert own(x=0.7, y=1.9) == pytest.approx(value, rel=1e-14, abs=1e-15)  # fused otherwise
    assert value == pytest.approx(plain(0.7, 1.9), rel=1e-14, abs=1e-15)
    np.testing.assert_allclose(gradient, plain.gradient(0.7, 1.9), rtol=1e-13, atol=1e-15)
    point = np.array([0.7, 1.9])
    np.testing.assert_allclose(own.flat_hessian(point), plain.flat_hessian(point), rtol=1e-12)


def test_arguments_are_stretched_as_in_numpy():
    own, plain = _both("x*y + z", args=["x", "y", "z"])
    x, y = np.arange(12.0).reshape(4, 3)[:, ::-1], np.arange(4.0)[:, None]
    np.testing.assert_array_equal(own(x, y, 2), plain(x, y, 2))
    assert own(np.zeros((0, 3)), 1, 2).shape == (0, 3)
    np.testing.assert_array_equal(own(np.float32(2), [3], 1), [7.0])
    with pytest.raises(sc.ArgumentError, match="broadcast"):
        own(np.ones(3), np.ones(2), 0)
    with pytest.raises(sc.ArgumentError, match="No value for z"):
        own(1.0, 2.0)


def test_a_derivative_is_nan_where_there_is_no_value():
    own = sc.compile("log(x)", order=2, backend="jax")
    x = np.array([-1.0, 2.0])
    np.testing.assert_array_equal(own.gradient(x), [[math.nan], [0.5]])
    np.testing.assert_array_equal(own.hessian(x), [[[math.nan]], [[-0.25]]])
    assert math.isnan(own.value_and_gradient(-1.0)[1][0])
    assert np.isnan(own.jax.hessian(jnp.array(-1.0))).all()


def test_results_may_be_written_to():
    own = sc.compile("x*y", order=1, backend="jax")
    value, gradient = own.value_and_gradient(np.ones(3), 2.0)
    value[0], gradient[0, 0] = 7, 8
    assert own(np.ones(3), 2.0).tolist() == [2, 2, 2]


def test_doubles_do_not_change_the_settings_of_the_caller():
    before = jax.config.jax_enable_x64
    assert sc.compile("x/3", backend="jax")(1.0) == 1 / 3
    assert jax.config.jax_enable_x64 == before
    assert jnp.ones(1).dtype == np.float32


def test_singles_stay_singles():
    own = sc.compile("exp(x)*pi", order=1, backend="jax", dtype="float32")
    value, gradient = own.value_and_gradient([1.0, 2.0])
    assert value.dtype == gradient.dtype == np.float32
    np.testing.assert_allclose(value, np.exp([1, 2]) * np.pi, rtol=1e-6)


def test_arrays_of_jax_reach_the_code_without_a_copy(monkeypatch):
    own = sc.compile("x*y", backend="jax", dtype="float32")
    x, y = jnp.arange(3, dtype="float32"), np.float32(2)
    assert own._arguments.bind((x, y), {}).values[0] is x
    np.testing.assert_array_equal(own(x, y), [0, 2, 4])


def test_the_functions_below_stand_in_other_jax_code():
    own, plain = _both("x^2*sin(y)", args=["x", "y"], order=2)
    x, y = (a.astype(np.float32) for a in _points(5))
    for name in ("gradient", "hessian"):
        found = jax.vmap(getattr(own.jax, name))(x, y)
        np.testing.assert_allclose(found, getattr(plain, name)(x, y), rtol=1e-5, atol=1e-5)
    step = jax.jit(lambda x, y: x - 0.1 * own.jax.value_and_gradient(x, y)[1][..., 0])
    np.testing.assert_allclose(step(x, y), x - 0.1 * plain.gradient(x, y)[:, 0], rtol=1e-5)
    product = own.jax.hessian_product(jnp.array([1.0, 2.0]), x, y)
    np.testing.assert_allclose(product, plain.hessian_product([1, 2], x, y), rtol=1e-4, atol=1e-4)
    assert own.jax.value(2, 1).dtype == np.float32
    with pytest.raises(sc.ArgumentError, match="order=1"):
        _ = sc.compile("x", backend="jax").jax.gradient


def test_jax_differentiates_through_a_branch_that_is_not_taken():
    own = sc.compile("piecewise((log(x) + sqrt(x), x > 0), (x^2, True))", order=1, backend="jax")
    for x in (-1.5, 0.5):
        slope = jax.grad(own.jax.value)(x)
        assert float(slope) == pytest.approx(own.gradient(x)[0], rel=1e-6)


def test_singular_matrices_and_empty_columns_are_as_in_numpy():
    own, plain = _both("det(A)", shapes="A: n n", order=1)
    zero = np.zeros((2, 2))
    assert own(zero) == 0
    wanted = _quiet(plain.gradient, zero).item()["A"]
    np.testing.assert_array_equal(own.gradient(zero)["A"], wanted)
    own = sc.compile("sum(a*x)", shapes="x: rows", order=1, wrt="a", backend="jax")
    assert own.gradient(x=[], a=3).tolist() == [0]
    own = sc.compile("a*x - mean(x)", shapes="x: rows", backend="jax")
    assert own(x=[1.0, 2.0], a=3).tolist() == [1.5, 4.5]


def test_what_has_no_form_is_named():
    for text, name in [("besselj(0, x)", "besselj"), ("lambertw(x)", "lambertw")]:
        with pytest.raises(sc.CompileError, match=f"`{name}` has no form in JAX"):
            sc.compile(text, backend="jax")(np.ones(3))
    with pytest.raises(sc.CompileError, match="integral"):
        sc.compile("integral(exp(-t^2), t, 0, x)", backend="jax")(1.0)
    with pytest.raises(sc.CompileError, match="real numbers"):
        sc.compile("exp(I*x)", backend="jax")
    with pytest.raises(sc.ArgumentError, match="accuracy"):
        sc.compile("x", backend="jax", accuracy="sloppy")
    with pytest.raises(sc.ArgumentError, match="made by `compile`"):
        sc.CompiledFunction(sc.parse("x"), backend="jax")


def test_a_missing_extra_is_named(monkeypatch):
    from symcalc.backends.jax import engine

    monkeypatch.setattr(engine, "has_jax", lambda: False)
    with pytest.raises(sc.MissingExtraError, match=r"pip install 'symcalc\[jax\]'"):
        sc.compile("x + 1", backend="jax")


def test_functions_pickle_and_compare_by_what_they_compute():
    f = sc.compile("x^2*y", order=2, backend="jax")
    g = pickle.loads(pickle.dumps(f))
    assert f == g
    assert hash(f) == hash(g)
    assert type(g) is type(f)
    np.testing.assert_array_equal(g.hessian(3.0, 2.0), f.hessian(3.0, 2.0))
    assert f != sc.compile("x^2*y", order=2, backend="numpy")


def test_calls_from_many_threads_do_not_meet():
    from concurrent.futures import ThreadPoolExecutor

    f = sc.compile("x^3 + exp(y)", order=1, backend="jax")
    points = [(float(k), k / 100) for k in range(100)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda p: f(*p), points))
    assert found == [f(*p) for p in points]
    assert jnp.ones(1).dtype == np.float32


LOSSES = [
    ("mean((y - (a*x + b))**2)", "a b"),
    ("sum(log(1 + exp(-y*(a*x + b))))/size(x) + a^2", "a b"),
    ("sum((x - a*mean(x))^2)/mean(y^2)", "a"),
    ("log(sum(exp(a*x)))", "a"),
]


@pytest.mark.parametrize(("text", "names"), LOSSES)
def test_totals_over_columns_are_those_of_numpy(text, names):
    rng = np.random.default_rng(2)
    values = {"x": rng.uniform(0, 1, 1003), "y": rng.normal(size=1003)}
    values = {name: column for name, column in values.items() if name in text}
    own, plain = _both(text, shapes=dict.fromkeys(values, "rows"), wrt=names.split(), order=2)
    values |= {name: 0.3 + 0.1 * k for k, name in enumerate(names.split())}
    found, wanted = own.value_and_gradient(**values), plain.value_and_gradient(**values)
    assert found[0] == pytest.approx(wanted[0], rel=1e-13)
    np.testing.assert_allclose(found[1], wanted[1], rtol=1e-11, atol=1e-11)
    np.testing.assert_allclose(own.hessian(**values), plain.hessian(**values), rtol=1e-10)


ARRAYS = [
    ("sum((X@w - y)**2)/(2*m)", "X: m n; w: n; y: m", "w"),
    ("sum(log(1 + exp(-y*(X@w)))) + norm2(w)^2", "X: m n; w: n; y: m", "w"),
    ("log(sum(exp(X@w)))", "X: m n; w: n", "w"),
    ("w.T@inv(A)@w + logdet(A)", "A: n n; w: n", "w A"),
    ("det(A)*trace(A@A)", "A: n n", "A"),
    ("w.T@inv(S)@w + logdet(S)", "S: n n spd; w: n", "w S"),
    ("prod(w) + max(w) - min(w) + sum(diag(w)@w)", "w: n", "w"),
    ("sum(outer(w, w)*A) + sum(w[1:]*w[:-1])", "A: n n; w: n", "w A"),
    ("a*sum(w^2) + a^2", "w: n", "a w"),
    ("a*sum(X@w)^2", "X: m n; w: n", "a"),
]


def _array_values(shapes, wrt):
    rng = np.random.default_rng(4)
    sizes = {"m": 5, "n": 3}
    values = {}
    for part in shapes.split(";"):
        name, _, rest = part.partition(":")
        shape = [sizes[d] for d in rest.split() if d in sizes]
        values[name.strip()] = rng.normal(size=shape) + (3 * np.eye(3) if shape == [3, 3] else 0)
    if "S" in values:
        values["S"] = values["S"] @ values["S"].T
    if "a" in wrt.split():
        values["a"] = 0.7
    return values


def _entries(found):
    return found if isinstance(found, dict) else {"": found}


@pytest.mark.parametrize(("text", "shapes", "wrt"), ARRAYS)
def test_formulas_over_arrays_are_those_of_numpy(text, shapes, wrt):
    own, plain = _both(text, shapes=shapes, wrt=wrt.split(), order=2)
    values = _array_values(shapes, wrt)
    assert own(**values) == pytest.approx(plain(**values), rel=1e-12)
    direction = (
        {name: np.full(np.shape(values[name]), 0.3) for name in wrt.split()}
        if own.is_by_name
        else np.ones(len(wrt.split()))
    )
    ordered = [values[name] for name in own.names]
    with jax.enable_x64(True):
        inner = own.jax.gradient(*ordered), own.jax.hessian(*ordered)
        inner += (own.jax.hessian_product(direction, *ordered),)
    pairs = [
        (own.gradient(**values), inner[0], plain.gradient(**values)),
        (own.hessian(**values), inner[1], plain.hessian(**values)),
        (
            own.hessian_product(direction, **values),
            inner[2],
            plain.hessian_product(direction, **values),
        ),
    ]
    for found, below, wanted in pairs:
        assert _entries(found).keys() == _entries(wanted).keys() == _entries(below).keys()
        for key, entry in _entries(wanted).items():
            assert np.shape(_entries(found)[key]) == np.shape(entry)
            np.testing.assert_allclose(_entries(found)[key], entry, rtol=1e-9, atol=1e-9)
            np.testing.assert_allclose(_entries(below)[key], entry, rtol=1e-9, atol=1e-9)


def test_arrays_without_value_have_no_derivative():
    own = sc.compile("logdet(S)", shapes="S: n n spd", order=1, backend="jax")
    value, gradient = own.value_and_gradient(S=-np.eye(2))
    assert math.isnan(value)
    assert np.isnan(gradient["S"]).all()


def test_one_function_takes_arrays_of_several_sizes_and_optimizers_run_on_it():
    from scipy.optimize import minimize

    options = {"shapes": "X: m n; w: n; y: m", "wrt": "w", "order": 2}
    own, plain = _both("sum((X@w - y)**2)", **options)
    rng = np.random.default_rng(0)
    for n in (2, 4):
        data = {"X": rng.normal(size=(9, n)), "y": rng.normal(size=9)}
        w = np.ones(n)
        assert own(w=w, **data) == pytest.approx(plain(w=w, **data), rel=1e-13)
        found = minimize(x0=w, method="trust-exact", **own.scipy(**data)).x
        np.testing.assert_allclose(found, np.linalg.lstsq(data["X"], data["y"])[0], rtol=1e-6)
    jacobian = sc.compile("X@w", shapes="X: m n; w: n", wrt="w", order=1, backend="jax").jacobian
    np.testing.assert_array_equal(jacobian(X=data["X"], w=w)["w"], data["X"])
    again = pickle.loads(pickle.dumps(own))
    assert again == own
    assert again(w=w, **data) == own(w=w, **data)


def test_sparse_and_empty_arrays_are_refused():
    import scipy.sparse

    own = sc.compile("sum(X@w)", shapes="X: m n; w: n", backend="jax")
    with pytest.raises(sc.CompileError, match="sparse"):
        own(X=scipy.sparse.eye_array(3).tocsr(), w=np.ones(3))
    with pytest.raises(sc.ArgumentError, match="at least one entry"):
        own(X=np.ones((0, 3)), w=np.ones(3))
