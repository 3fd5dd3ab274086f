"""What every backend promises for every row: NaN, infinities, signed zero, kinks, derivatives."""

from __future__ import annotations

import importlib.util
import math

import flint
import numpy as np
import pytest
from test_functions import OUTSIDE

import symcalc as sc
from symcalc.functions import TABLE

#: Enough points for NumPy to work in blocks.
MANY = 70_000

BACKENDS = ("numpy", "blocks", "native", "strict", "jax")
NEEDS = {"native": "llvmlite", "strict": "llvmlite", "jax": "jax"}

ROWS = sorted(name for name, row in TABLE.items() if row.array and row.sample and row.arity[1])

#: Rows that native code has not.
NOT_NATIVE = {"expint", "hyp2f1", "lambertw", "polygamma", "zeta"}

SPECIAL = [
    math.nan, math.inf, -math.inf, 0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -2.5, 1e-20, 1e20, -1e20,
    700.5, -700.0, 3.0, 36.0,
]  # fmt: skip

#: Values and gradients by policy: at kinks, jumps and ties.
KINKS = {
    "abs": [((0.0,), 0, [0]), ((-0.0,), 0, [0])],
    "sign": [((0.0,), 0, [0])],
    "relu": [((0.0,), 0, [0])],
    "heaviside": [((0.0,), 0.5, [0])],
    "max": [((1.0, 1.0), 1, [0.5, 0.5])],
    "min": [((-2.0, -2.0), -2, [0.5, 0.5])],
    "floor": [((2.0,), 2, [0])],
    "ceil": [((2.0,), 2, [0])],
    "hypot": [((0.0, 0.0), 0, [0, 0])],
    "acot": [((0.0,), math.pi / 2, [-1])],
}

#: Functions that are odd: of -0.0 they are -0.0.
ODD = ["sin", "tan", "asin", "atan", "sinh", "tanh", "asinh", "atanh", "erf", "expm1", "log1p",
       "cbrt", "erfi"]  # fmt: skip


class _Functions:
    """Rows compiled by one backend, where it has them."""

    def __init__(self, backend):
        self.backend = backend

    def at(self, text, names, points, order=1):
        """Return value and gradient at points, one in a row; None where the backend has none."""
        options = {"backend": self.backend}
        if self.backend == "strict":
            options = {"backend": "native", "accuracy": "strict"}
        elif self.backend == "blocks":
            options = {"backend": "numpy"}
        columns = np.array(points, dtype=float).T
        n = columns.shape[1]
        if self.backend == "blocks":
            columns = np.resize(columns.T, (MANY, len(names))).T
        with np.errstate(all="ignore"):
            try:
                function = sc.compile(text, names, order=order, **options)
                if order:
                    value, gradient = function.value_and_gradient(*columns)
                else:
                    value, gradient = function(*columns), np.empty((columns.shape[1], 0))
            except (sc.CompileError, sc.DerivativeError):
                return self.at(text, names, points, 0) if order else None
        return np.array(value[:n]), np.array(gradient[:n])


@pytest.fixture(scope="module", params=BACKENDS)
def functions(request, tmp_path_factory):
    package = NEEDS.get(request.param)
    if package and importlib.util.find_spec(package) is None:
        pytest.skip(f"{package} is not installed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SYMCALC_CACHE", str(tmp_path_factory.getbasetemp() / "native"))
        yield _Functions(request.param)


def _call(name):
    """Return the text of a call whose orders are numbers, its other arguments, and samples."""
    row = TABLE[name]
    samples = [point for point in row.sample if len(point) == len(row.sample[0])]
    order = [k for k, rule in enumerate(row.derivatives) if rule is None and len(samples[0]) > 1]
    first = samples[0]
    samples = [tuple(p) for p in samples if all(p[k] == first[k] for k in order)]
    free = [k for k in range(len(first)) if k not in order] or list(range(len(first)))
    names = [f"a{k}" for k in free]
    args = [f"a{k}" if k in free else repr(first[k]) for k in range(len(first))]
    return f"{name}({', '.join(args)})", names, [tuple(p[k] for k in free) for p in samples], first


def _is_lacking(functions, name):
    """Whether a backend may say that it has no such row."""
    if functions.backend == "jax":
        return not TABLE[name].machine
    return functions.backend in ("native", "strict") and name in NOT_NATIVE


def _at(functions, name, points):
    text, names, _, _ = _call(name)
    found = functions.at(text, names, points)
    if found is None:
        assert _is_lacking(functions, name)
        pytest.skip("the backend has no such row and says so")
    return found


@pytest.mark.parametrize("name", ROWS)
def test_a_row_at_its_samples_is_what_ball_arithmetic_says(functions, name):
    _, _, samples, first = _call(name)
    value, gradient = _at(functions, name, samples)
    wanted = _Functions("numpy").at(*_call(name)[:3])
    if gradient.shape[1]:
        np.testing.assert_allclose(gradient, wanted[1], rtol=1e-11, atol=1e-300)
    row = TABLE[name]
    for point, found in zip(samples, value.tolist(), strict=True):
        if row.ball is None or len(point) != len(first):
            continue
        with flint.ctx.workprec(300):
            balls = [flint.arb(x) for x in point]
            method = getattr(flint.arb, row.ball) if isinstance(row.ball, str) else row.ball
            truth = method(*balls)
        if truth.rel_accuracy_bits() > 60:
            close = {"rel": 1e-12, "abs": 1e-13} if functions.backend == "jax" else {"rel": 2e-13}
            assert found == pytest.approx(float(truth), **({"abs": 1e-300} | close))


@pytest.mark.parametrize("name", ROWS)
def test_nan_goes_in_and_comes_out_of_value_and_derivative(functions, name):
    _, _, samples, _ = _call(name)
    n = len(samples[0])
    points = [(*samples[0][:k], math.nan, *samples[0][k + 1 :]) for k in range(n)]
    value, gradient = _at(functions, name, points)
    assert np.isnan(value).all()
    assert np.isnan(gradient).all()


@pytest.mark.parametrize("name", sorted(set(ROWS) & set(OUTSIDE)))
def test_outside_its_domain_a_row_has_no_finite_value_and_no_derivative(functions, name):
    _, names, _, first = _call(name)
    point = OUTSIDE[name]
    kept = [k for k in range(len(first)) if f"a{k}" in names]
    if any(point[k] != first[k] for k in range(len(first)) if k not in kept):
        pytest.skip("its order is what is outside")
    value, gradient = _at(functions, name, [tuple(point[k] for k in kept)])
    assert not np.isfinite(value).any()
    if np.isnan(value).any():
        assert np.isnan(gradient).all()


@pytest.mark.parametrize("name", [n for n in ROWS if len(_call(n)[1]) == 1 and n != "hyp1f1"])
def test_special_numbers_are_taken_as_in_numpy(functions, name):
    value, gradient = _at(functions, name, [(x,) for x in SPECIAL])
    text, names, _, _ = _call(name)
    order = 1 if gradient.shape[1] else 0
    wanted, slope = _Functions("numpy").at(text, names, [(x,) for x in SPECIAL], order)
    close = {"rtol": 1e-11, "atol": 1e-13} if functions.backend == "jax" else {"rtol": 1e-12}
    np.testing.assert_allclose(value, wanted, **close)
    infinite = np.isinf(wanted)
    np.testing.assert_array_equal(np.sign(value[infinite]), np.sign(wanted[infinite]))
    undefined = np.isnan(value)
    assert np.isnan(gradient[undefined]).all()
    finite = np.isfinite(slope) & (np.abs(slope) < 1e280)
    np.testing.assert_allclose(gradient[finite], slope[finite], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", sorted(KINKS))
def test_kinks_and_jumps_have_the_derivatives_of_the_policy(functions, name):
    for point, value, gradient in KINKS[name]:
        names = [f"a{k}" for k in range(len(point))]
        found = functions.at(f"{name}({', '.join(names)})", names, [point])
        assert found[0].tolist() == [value]
        assert found[1].tolist() == [gradient]


@pytest.mark.parametrize("name", ODD)
def test_an_odd_function_keeps_the_sign_of_zero(functions, name):
    found = functions.at(f"{name}(x)", ["x"], [(-0.0,), (0.0,)], 0)
    if found is None:
        assert _is_lacking(functions, name)
        return
    assert found[0].tolist() == [0, 0]
    assert np.signbit(found[0]).tolist() == [True, False]


def test_a_point_gives_the_same_alone_and_among_others(functions):
    text = "sin(x)*exp(-y) + max(x, y)/(1 + x^2) - besselj(0, 2)*y^3"
    rng = np.random.default_rng(1)
    points = rng.uniform(-2, 2, (50, 2))
    value, gradient = functions.at(text, ["x", "y"], points)
    for k in (0, 7, 49):
        one, slope = functions.at(text, ["x", "y"], points[k : k + 1])
        np.testing.assert_allclose(one[0], value[k], rtol=1e-15)
        np.testing.assert_allclose(slope[0], gradient[k], rtol=1e-14)
