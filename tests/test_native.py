"""Native code computes what the NumPy backend computes: every row, special numbers, every shape."""

from __future__ import annotations

import math
import pickle

import flint
import numpy as np
import pytest

import symcalc as sc
from symcalc.backends.native.parts import cut
from symcalc.functions import TABLE

pytest.importorskip("llvmlite")

#: Units in the last place that a row may be off, where they are more than 4.
LIMIT = {"cosm1": 8}  # the square of a sine has twice its error

SPECIAL = [
    math.nan, math.inf, -math.inf, 0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -2.5, 1e-310, -1e-310,
    1e-20, 1e20, -1e20, 1e300, -1e300, 700.5, -745.0, 3.0, 36.0,
]  # fmt: skip

UNARY = sorted(name for name, row in TABLE.items() if row.machine and row.arity[1] == 1)
UNARY.append("log")

#: Rows that native code computes through SciPy's compiled functions.
LIBRARY = sorted(name for name, row in TABLE.items() if row.library)
BINARY = sorted(
    name
    for name, row in TABLE.items()
    if row.machine and row.arity[0] <= 2 and (row.arity[1] >= 2 or row.arity[1] == -1)
    and name != "log"
)  # fmt: skip


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("SYMCALC_CACHE", str(tmp_path_factory.getbasetemp() / "native"))


def _both(text, **options):
    native = sc.compile(text, backend="native", **options)
    return native, sc.compile(text, backend="numpy", **options)


def _quiet(function, *args):
    with np.errstate(all="ignore"):
        return np.asarray(function(*args))


def _assert_alike(found, wanted, ulps):
    """Assert the same NaNs, infinities and zeros, and numbers equal to some units."""
    np.testing.assert_array_equal(np.isnan(found), np.isnan(wanted))
    np.testing.assert_array_equal(np.isinf(found), np.isinf(wanted))
    finite = np.isfinite(wanted)
    gap = np.abs(found[finite] - wanted[finite])
    assert (gap <= ulps * np.spacing(np.abs(wanted[finite]))).all()
    infinite = np.isinf(wanted)
    np.testing.assert_array_equal(np.sign(found[infinite]), np.sign(wanted[infinite]))
    zero = wanted == 0
    np.testing.assert_array_equal(np.signbit(found[zero]), np.signbit(wanted[zero]))


@pytest.fixture(params=["mvec", "sleef", "none"])
def source(request, monkeypatch):
    """Have native code take functions of vectors from one library, or from none."""
    from symcalc.backends.native import mathematics

    if request.param != "none" and mathematics._library(request.param) is None:
        pytest.skip(f"lib{request.param} is not installed")
    chosen = tuple(entry for entry in mathematics.SOURCES if entry[0] == request.param)
    monkeypatch.setattr(mathematics, "SOURCES", chosen)
    mathematics.vector_address.cache_clear()
    yield request.param
    mathematics.vector_address.cache_clear()


@pytest.mark.parametrize("name", UNARY)
def test_a_row_at_special_numbers_does_not_depend_on_the_library_of_vectors(name, source):
    native, plain = _both(f"{name}(x)", args=["x"])
    x = np.array(SPECIAL)
    _assert_alike(_quiet(native, x), _quiet(plain, x), 16)


@pytest.mark.parametrize("name", UNARY)
@pytest.mark.parametrize("accuracy", ["fast", "strict"])
def test_a_row_at_special_numbers_is_as_in_numpy(name, accuracy):
    native, plain = _both(f"{name}(x)", args=["x"])
    native = sc.compile(f"{name}(x)", ["x"], backend="native", accuracy=accuracy)
    x = np.array(SPECIAL)
    _assert_alike(_quiet(native, x), _quiet(plain, x), 16)
    points = np.array([native(v) for v in SPECIAL])
    _assert_alike(points, _quiet(plain, x), 16)


@pytest.mark.parametrize("name", BINARY)
def test_a_row_of_two_at_special_numbers_is_as_in_numpy(name):
    native, plain = _both(f"{name}(x, y)", args=["x", "y"])
    x, y = (a.ravel() for a in np.meshgrid(SPECIAL, SPECIAL))
    _assert_alike(_quiet(native, x, y), _quiet(plain, x, y), 16)


@pytest.mark.parametrize("name", LIBRARY)
@pytest.mark.parametrize("accuracy", ["fast", "strict"])
def test_a_function_of_scipy_gives_the_bits_of_the_numpy_backend(name, accuracy):
    row = TABLE[name]
    n_args = len(row.sample[0])
    points = [point for point in row.sample if len(point) == n_args]
    if n_args == 1:
        points += [(value,) for value in SPECIAL]
    elif name != "hyp1f1":  # SciPy does not come to an end at some infinities
        inner = points[0][1:-1]
        points += [(order, *inner, x) for order in SPECIAL[3:] for x in SPECIAL]
    names = [f"a{k}" for k in range(n_args)]
    text, given = f"{name}({', '.join(names)})", np.array(points).T
    native = sc.compile(text, names, backend="native", accuracy=accuracy)
    plain = sc.compile(text, names, backend="numpy")
    # li(x) = Ei(log(x)) has log(x) times the error of the logarithm; powers are products here
    ulps = {"li": 1000, "spherical_jn": 16}.get(name, 0)
    _assert_alike(_quiet(native, *given), _quiet(plain, *given), ulps)


def test_what_is_made_of_functions_of_scipy_is_native_with_its_derivatives():
    text = "besselj(0, x)*erfi(x/2) + sin(Si(x)) - legendre(3, x/4)*lowergamma(1.5, x)"
    native, plain = _both(text, args=["x"], order=2)
    x = np.linspace(0.1, 3, 1003)
    np.testing.assert_allclose(native.gradient(x), plain.gradient(x), rtol=1e-12)
    np.testing.assert_allclose(native.hessian(x), plain.hessian(x), rtol=1e-11, atol=1e-12)
    assert native(0.5) == pytest.approx(plain(0.5), rel=1e-14)


def test_many_points_with_a_function_of_scipy_are_native_by_themselves():
    f = sc.compile("besselj(1, x)*exp(-x)", backend="auto")
    many = np.linspace(0, 5, 30_000)
    plain = sc.compile("besselj(1, x)*exp(-x)", backend="numpy")
    np.testing.assert_allclose(f(many), plain(many), rtol=1e-14, atol=1e-300)
    assert f._runner.native._batches["value"] is not None


def _truth(row, x):
    """Return the value at a double as a ball, NaN outside the real domain."""
    with flint.ctx.workprec(200):
        ball = flint.arb(x)
        return getattr(ball, row.ball)() if isinstance(row.ball, str) else row.ball(ball)


@pytest.mark.parametrize("name", [n for n in UNARY if TABLE[n].ball is not None])
def test_a_row_is_right_to_some_units_in_the_last_place(name, source):
    row = TABLE[name]
    rng = np.random.default_rng(5)
    x = np.concatenate(
        [rng.uniform(-1, 1, 60), rng.uniform(-30, 30, 60), 10.0 ** rng.uniform(-12, 2.5, 40)]
    )
    found = _quiet(sc.compile(f"{name}(x)", ["x"], backend="native"), x)
    checked = 0
    for value, result in zip(x.tolist(), found.tolist(), strict=True):
        truth = _truth(row, value)
        if not truth.is_finite():
            continue
        with flint.ctx.workprec(200):
            gap = float(abs(truth - flint.arb(result)))
        middle = abs(float(truth))
        if middle < 1e-300:
            continue
        checked += 1
        assert gap <= LIMIT.get(name, 4) * np.spacing(middle), (value, result)
    assert checked >= 20


FORMULAS = [
    "x^2*y + 3*x/(1 + y^2) - 1/x",
    "x^7 - 2*x^(1/2)*y^(-3/2) + x^y + 2^x",
    "exp(-x^2/(2*y^2))/(y*sqrt(2*pi))",
    "piecewise((x^2, x < 1), (log(x), y > 0.7), (sin(x), True))",
    "max(x, y, x*y) - min(x, 1) + abs(x - y)",
    "sin(x*y)/x + tanh(x - y)",
    "log(exp(x) + exp(y) + exp(x*y))",
    "atan2(y, x)*hypot(x, y) + floor(3*x) + mod(x, y)",
    "1/3 + 0.1*x - x/7",
]


def _points(n):
    rng = np.random.default_rng(3)
    return rng.uniform(0.2, 3, n), rng.uniform(0.3, 2, n)


@pytest.mark.parametrize("text", FORMULAS)
@pytest.mark.parametrize("n", [1, 7, 8, 100])
def test_value_gradient_and_hessian_are_those_of_numpy(text, n):
    native, plain = _both(text, args=["x", "y"], order=2)
    x, y = _points(n)
    for found, wanted in (
        (native(x, y), _quiet(plain, x, y)),
        (native.gradient(x, y), _quiet(plain.gradient, x, y)),
        (native.hessian(x, y), _quiet(plain.hessian, x, y)),
        (native.hessian_product([1, -2], x, y), _quiet(plain.hessian_product, [1, -2], x, y)),
    ):
        assert found.shape == wanted.shape
        np.testing.assert_allclose(found, wanted, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("text", FORMULAS)
def test_one_point_gives_the_bits_of_plain_floats(text):
    if "hypot" in text or "exp(x*y)" in text:
        pytest.skip("Python's hypot and sums of exponentials round by themselves")
    native, plain = _both(text, args=["x", "y"], order=1)
    for x, y in zip(*_points(30), strict=True):
        value, gradient = native.value_and_gradient(float(x), float(y))
        wanted = plain.value_and_gradient(float(x), float(y))
        assert value == wanted[0]
        np.testing.assert_array_equal(gradient, wanted[1])


def test_the_place_of_a_point_and_the_number_of_threads_do_not_change_its_bits(monkeypatch):
    from symcalc.backends.native import calls

    native = sc.compile("sin(x)*exp(-x*y) + log(y)^3", order=1, backend="native")
    x, y = _points(100_003)
    whole = native.gradient(x, y)
    monkeypatch.setattr(calls, "n_threads", lambda: 5)
    np.testing.assert_array_equal(native.gradient(x, y), whole)
    for k in (0, 1, 50_001, 100_002):
        np.testing.assert_array_equal(native.gradient(x[k:], y[k:])[0], whole[k])


def test_arguments_are_stretched_as_in_numpy():
    native, plain = _both("x*y + z", args=["x", "y", "z"])
    x, y = np.arange(12.0).reshape(4, 3)[:, ::-1], np.arange(4.0)[:, None]
    np.testing.assert_array_equal(native(x, y, 2), plain(x, y, 2))
    np.testing.assert_array_equal(native(x.T, 1.5, y.T), plain(x.T, 1.5, y.T))
    assert native(np.zeros((0, 3)), 1, 2).shape == (0, 3)
    np.testing.assert_array_equal(native(np.float32(2), [3], 1), [7.0])


def test_a_derivative_is_nan_where_there_is_no_value():
    native = sc.compile("log(x)", order=1, backend="native")
    value, slope = native.value_and_gradient(np.array([-1.0, 2.0]))
    assert np.isnan(value[0])
    assert np.isnan(slope[0, 0])
    np.testing.assert_array_equal(slope[1], [0.5])
    assert math.isnan(native.value_and_gradient(-1.0)[1][0])


def test_a_long_formula_is_cut_into_parts():
    n = 60
    names = [f"x{i}" for i in range(n)]
    text = " + ".join(
        f"abs(x{i + 1} - x{i}^2)*piecewise((x{i}, x{i + 1} > 0), (1, True))" for i in range(n - 1)
    )
    native, plain = _both(text, args=names, order=1)
    x = np.random.default_rng(2).normal(size=n)
    value, gradient = native.flat_value_and_gradient(x)
    wanted = plain.flat_value_and_gradient(x)
    assert value == wanted[0]
    np.testing.assert_array_equal(gradient, wanted[1])
    columns = np.random.default_rng(2).normal(size=(n, 11))
    np.testing.assert_allclose(native.gradient(*columns), plain.gradient(*columns), rtol=1e-13)


@pytest.mark.parametrize("shift", [1, 2, 3])
def test_no_part_ends_inside_of_a_call_for_one_place_of_a_vector(shift):
    lines = [f"  %v{k} = fadd <8 x double> %in0, %in0" for k in range(shift)]
    for k in range(shift, 900 + shift, 3):
        lines += [
            f"  %v{k} = extractelement <8 x double> %in0, i32 0",
            f"  %v{k + 1} = call double @erfc(double %v{k})",
            f"  %v{k + 2} = insertelement <8 x double> %v{k - 1}, double %v{k + 1}, i32 0",
        ]
    parts, _ = cut(lines, [f"%v{899 + shift}"])
    kinds = dict(line.strip().split(" = ", 1) for line in lines)
    passed = [name for part in parts for name, _ in part.leaves]
    assert len(parts) > 5
    assert len(passed) == len(parts) - 1
    assert all(kinds[name].startswith(("fadd", "insertelement")) for name in passed)


def test_what_is_not_optimized_computes_the_same_bits(monkeypatch):
    from symcalc.backends.native import engine

    text = "sin(x*y)/x + piecewise((x^2, x < y), (log(y), True)) - max(x, y)^3"
    usual = sc.compile(text, ["x", "y"], order=1, backend="native")
    monkeypatch.setattr(engine, "HUGE", 3)
    quick = sc.compile(text, ["x", "y"], order=1, backend="native")
    for x, y in zip(*_points(20), strict=True):
        found, wanted = (f.value_and_gradient(float(x), float(y)) for f in (quick, usual))
        assert found[0] == wanted[0]
        np.testing.assert_array_equal(found[1], wanted[1])


def test_auto_is_native_for_many_points_only():
    f = sc.compile("sin(x)*exp(x)", backend="auto")
    plain = sc.compile("sin(x)*exp(x)", backend="numpy")
    few, many = np.linspace(0, 5, 1000), np.linspace(0, 5, 30_000)
    np.testing.assert_array_equal(f(few), plain(few))
    assert not f._runner.native._batches
    np.testing.assert_allclose(f(many), plain(many), rtol=1e-14, atol=1e-15)
    assert f._runner.native._batches


def test_auto_takes_numpy_where_a_function_has_no_native_form():
    f = sc.compile("zeta(x + 2)", backend="auto")
    many = np.linspace(0, 5, 30_000)
    np.testing.assert_array_equal(f(many), sc.compile("zeta(x + 2)", backend="numpy")(many))


@pytest.mark.parametrize(("text", "order"), [("digamma(x)", 1), ("gamma(x)*y", 2)])
def test_native_refuses_derivatives_without_a_native_form_when_it_compiles(text, order):
    sc.compile(text, order=order - 1, backend="native")
    with pytest.raises(sc.CompileError, match="polygamma"):
        sc.compile(text, order=order, backend="native")
    if order == 1:
        with pytest.raises(sc.CompileError, match="polygamma"):
            sc.compile([text, "x^2"], order=1, backend="native")
    f, x = sc.compile(text, order=order), np.linspace(1, 2, 30_000)
    given = [x] * len(f.names)
    assert np.isfinite(f.gradient(*given)).all()


def test_native_refuses_what_it_cannot_compute():
    with pytest.raises(sc.CompileError, match="zeta"):
        sc.compile("zeta(x + 2)", backend="native")
    with pytest.raises(sc.CompileError, match="float32"):
        sc.compile("x + 1", backend="native", dtype="float32")
    with pytest.raises(sc.ArgumentError, match="accuracy"):
        sc.compile("x + 1", accuracy="sloppy")
    with pytest.raises(sc.ArgumentError, match="auto, numpy, native"):
        sc.compile("x + 1", backend="fortran")


def test_a_missing_extra_is_named(monkeypatch):
    from symcalc.backends.native import engine

    engine.get_engine.cache_clear()
    monkeypatch.setattr(engine, "has_native", lambda: False)
    try:
        with pytest.raises(sc.MissingExtraError, match=r"pip install 'symcalc\[native\]'"):
            sc.compile("x + 1", backend="native")(1.0)
    finally:
        engine.get_engine.cache_clear()


def test_many_calls_of_a_long_formula_bring_native_code(monkeypatch):
    from symcalc.backends import native_path

    monkeypatch.setattr(native_path, "MANY_CALLS", 5)
    text = " + ".join(f"exp(x{i})*x{i}^3/(1 + x{i}^2)" for i in range(10))
    f = sc.compile(text, order=1)
    x = np.linspace(0.1, 1, 10)
    found = [f.flat_value_and_gradient(x) for _ in range(8)]
    assert f._runner.point is not None
    assert len({value for value, _ in found}) == 1
    assert len({gradient.tobytes() for _, gradient in found}) == 1


def test_native_functions_pickle_and_compare_by_what_they_compute():
    f = sc.compile("x^2*y", order=2, backend="native", accuracy="strict")
    g = pickle.loads(pickle.dumps(f))
    assert f == g
    assert g.backend == "native"
    np.testing.assert_array_equal(g.hessian(3.0, 2.0), f.hessian(3.0, 2.0))
    assert f != sc.compile("x^2*y", order=2, backend="numpy")


def test_code_is_kept_on_disk_and_damaged_files_are_made_again(tmp_path, monkeypatch):
    monkeypatch.setenv("SYMCALC_CACHE", str(tmp_path / "code"))
    x = np.linspace(0, 1, 9)
    wanted = sc.compile("x^5 - 7*x", backend="native")(x)
    (kept,) = (tmp_path / "code").iterdir()
    good = kept.read_bytes()
    np.testing.assert_array_equal(sc.compile("x^5 - 7*x", backend="native")(x), wanted)
    assert kept.read_bytes() == good
    kept.write_bytes(good[:-7])
    np.testing.assert_array_equal(sc.compile("x^5 - 7*x", backend="native")(x), wanted)
    assert kept.read_bytes() == good


def test_a_folder_that_others_may_write_to_is_not_read(tmp_path, monkeypatch):
    folder = tmp_path / "open"
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)
    monkeypatch.setenv("SYMCALC_CACHE", str(folder))
    assert sc.compile("x^6 + 1", backend="native")(np.ones(3)).tolist() == [2.0] * 3
    assert not list(folder.iterdir())


def test_calls_from_many_threads_do_not_meet():
    from concurrent.futures import ThreadPoolExecutor

    f = sc.compile("x^3 + exp(y)", order=1, backend="native")
    points = [(float(k), k / 100) for k in range(400)]
    wanted = [f(*p) for p in points]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda p: f(*p), points)) == wanted


LOSSES = [
    ("mean((y - (a*x + b))**2)", "a b"),
    ("sum(log(1 + exp(-y*(a*x + b))))/size(x) + a^2", "a b"),
    ("sum((y - a*exp(-b*x))^2)*exp(a)", "a b"),
    ("sum((x - a*mean(x))^2)/mean(y^2)", "a"),
    ("a*3 + sum(x)", "a"),
    ("sqrt(sum(where(x > a, y, b*x)^2))", "a b"),
]


@pytest.mark.parametrize(("text", "names"), LOSSES)
@pytest.mark.parametrize("n", [1, 7, 8, 1003, 70_000])
def test_totals_over_columns_are_those_of_numpy(text, names, n):
    rng = np.random.default_rng(n)
    values = {"x": rng.uniform(0, 1, n), "y": rng.normal(size=n)}
    values = {name: column for name, column in values.items() if name in text}
    options = {"shapes": dict.fromkeys(values, "rows"), "wrt": names.split(), "order": 2}
    native, plain = _both(text, **options)
    values |= {name: 0.3 + 0.1 * k for k, name in enumerate(names.split())}
    found, wanted = native.value_and_gradient(**values), plain.value_and_gradient(**values)
    assert found[0] == pytest.approx(wanted[0], rel=1e-13)
    np.testing.assert_allclose(found[1], wanted[1], rtol=1e-11, atol=1e-11)
    np.testing.assert_allclose(native.hessian(**values), plain.hessian(**values), rtol=1e-10)
    direction = np.ones(len(names.split()))
    np.testing.assert_allclose(
        native.hessian_product(direction, **values),
        plain.hessian_product(direction, **values),
        rtol=1e-10,
    )


def test_totals_do_not_depend_on_the_number_of_threads(monkeypatch):
    from symcalc.backends.native import calls

    f = sc.compile("sum(sin(x)*a)", order=1, wrt="a", shapes="x: rows", backend="native")
    x = np.random.default_rng(0).normal(size=200_001)
    whole = f.value_and_gradient(x=x, a=0.7)
    for n in (1, 3, 8):
        monkeypatch.setattr(calls, "n_threads", lambda n=n: n)
        value, gradient = f.value_and_gradient(x=x, a=0.7)
        assert value == whole[0]
        np.testing.assert_array_equal(gradient, whole[1])


def test_native_refuses_numbers_for_each_row_and_matrices():
    with pytest.raises(sc.CompileError, match="for each row"):
        sc.compile("x - mean(x)", shapes="x: rows", backend="native")(np.ones(3))
    with pytest.raises(sc.CompileError, match="matrices"):
        sc.compile("sum(X@w)", shapes="X: m n; w: n", backend="native")
