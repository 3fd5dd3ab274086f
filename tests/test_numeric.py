"""Derivatives of callables: right to their stated error, or they say that they are not reliable."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp, mpf

import symcalc as sc
from symcalc.errors import ArgumentError, UserFunctionError
from symcalc.numeric import balanced_step
from symcalc.numeric.extrapolation import Table
from symcalc.numeric.noise import noise_of
from symcalc.numeric.samples import Samples

ITEMS = json.loads(
    (Path(__file__).parent / "data" / "derivatives.json").read_text(encoding="utf-8")
)["items"]

#: What others get wrong: SciPy's differentiate NaN, numdifftools -2.99, forward differences 0.
FAMOUS: dict[str, tuple[Callable[[float], float], float, float]] = {
    "log near the edge of its domain": (math.log, 0.1, 10.0),
    "a fast oscillation": (lambda x: math.sin(1000 * x), 1.0, 1000 * math.cos(1000)),
    "a small change of a large number": (lambda x: 1e9 + x * x, 1.0, 2.0),
    "steps of whole periods": (lambda x: math.sin(16 * math.pi * x), 0.0, 16 * math.pi),
    "a point far from 0": (math.sin, 1e9, math.cos(1e9)),
    "a point next to 0": (math.log, 1e-300, 1e300),
    "a pole close by": (lambda x: 1 / x, 1e-30, -1e60),
    "overflow on the right": (math.exp, 700.0, math.exp(700.0)),
    "a kink close by": (abs, 1e-12, 1.0),
    "a kink at a distance": (lambda x: abs(x - 1.001), 1.0, -1.0),
    "cancellation": (lambda x: x**2 - 4 * x + 4, 2.00003, 6e-5),
    "noise that grows faster than the value": (lambda x: math.sin(x) - x, 0.0, 0.0),
    "an even function": (math.cos, 0.0, 0.0),
    "no value at the point": (lambda x: math.sin(x) / x, 0.0, 0.0),
}


@pytest.mark.parametrize("name", FAMOUS)
def test_a_derivative_lies_within_its_stated_error_and_is_trusted(name: str) -> None:
    function, x, expected = FAMOUS[name]

    found = sc.numeric_derivative(function, x)

    assert found.trust is sc.Trust.CHECKED
    assert abs(found.value - expected) <= found.error + 4e-16 * abs(expected)
    assert found.error <= max(2e-5, 1e-9 * abs(expected))
    assert found.step is not None
    assert found.step > 0


@pytest.mark.parametrize(
    ("function", "x", "order"),
    [
        (abs, 0.0, 1),
        (lambda x: x * abs(x), 0.0, 2),
        (lambda x: math.sin(x) / x if x > 0 else 1.0, 0.0, 2),
        (lambda x: x**2 if x < 1 else x, 1.0, 1),
    ],
)
def test_at_a_kink_there_is_no_derivative(
    function: Callable[[float], float], x: float, order: int
) -> None:
    found = sc.numeric_derivative(function, x, order)

    assert found.outcome is sc.Outcome.NOT_DIFFERENTIABLE
    assert math.isnan(found.value)
    assert "left" in found.note
    assert "right" in found.note


@pytest.mark.parametrize(
    ("function", "x", "order"),
    [
        (math.floor, 2.0, 1),
        (lambda x: (x > 0) + 0.5 * (x == 0), 0.0, 1),
        (lambda x: math.sqrt(abs(x)), 0.0, 1),
        (math.sqrt, 0.0, 1),
        (lambda x: x**x, 0.0, 1),
        (lambda x: x * math.sin(1 / x), 0.0, 1),
        (math.asin, 1.0, 1),
        (abs, 0.0, 2),
        (lambda x: 1 / x, 0.0, 1),
        (lambda x: math.atan2(x, -1.0), 0.0, 1),
    ],
)
def test_where_nothing_converges_nothing_is_trusted(
    function: Callable[[float], float], x: float, order: int
) -> None:
    found = sc.numeric_derivative(function, x, order)

    assert found.trust not in (sc.Trust.CHECKED, sc.Trust.PROVEN)
    assert not found.outcome.is_good


def test_at_the_edge_of_the_domain_the_side_that_has_values_is_used() -> None:
    found = sc.numeric_derivative(lambda x: x**2 + 3 * x, 1.0, bounds=(1.0, None))

    assert found.value == pytest.approx(5.0, rel=1e-10)
    assert found.trust is sc.Trust.ESTIMATED
    assert found.note == "the function has no value on the left"


def test_the_function_is_never_called_outside_of_the_bounds() -> None:
    asked: list[float] = []

    def function(x: float) -> float:
        asked.append(x)
        return math.sin(x)

    for x in (0.0, 1e-9, 0.5, 1.0):
        sc.numeric_derivative(function, x, bounds=(0.0, 1.0))

    assert min(asked) >= 0.0
    assert max(asked) <= 1.0


def test_a_complex_number_is_no_real_value() -> None:
    found = sc.numeric_derivative(lambda x: x**1.5, 1.0, bounds=(-1.0, None))

    assert found.value == pytest.approx(1.5, rel=1e-10)


@given(st.floats(-3, 3), st.floats(-3, 3), st.floats(-2, 2))
def test_sums_have_the_sum_of_the_derivatives(a: float, b: float, x: float) -> None:
    found = sc.numeric_derivative(lambda t: a * math.sin(t) + b * math.exp(t), x)
    expected = a * math.cos(x) + b * math.exp(x)

    assert abs(found.value - expected) <= found.error + 1e-15 * abs(expected)


# -- the corpus ---------------------------------------------------------------------------------


def black_boxes() -> list[tuple[str, Callable[[float], float], float, int, str | None]]:
    """Return every derivative of the corpus in one variable, of a compiled function."""
    asked = []
    for item in ITEMS:
        names = item["variables"]
        compiled = sc.compile(item["expr"], names)
        for point in item["points"]:
            place = [float(point["at"][name]) for name in names]
            for what, answer in {**point["grad"], **point["hess"]}.items():
                indices = {names.index(name) for name in what.split(",")}
                if len(indices) == 1:
                    i = indices.pop()
                    reference = answer["value"] if answer["status"] == "ok" else None

                    def along(t: float, i: int = i, f: Any = compiled, at: Any = place) -> float:
                        return float(f(*at[:i], t, *at[i + 1 :]))

                    label = f"{item['id']} {point['at']} {what}"
                    asked.append((label, along, place[i], what.count(",") + 1, reference))
    return asked


def test_the_corpus_is_right_to_its_stated_errors_and_never_wrong_where_trusted() -> None:
    given_, wrong, trusted_wrong, undefined = 0, [], [], []
    with np.errstate(all="ignore"):
        for label, function, x, order, reference in black_boxes():
            found = sc.numeric_derivative(function, x, order)
            trusted = found.trust in (sc.Trust.CHECKED, sc.Trust.PROVEN)
            if not found.outcome.is_good:
                assert not trusted
                continue
            if reference is None:
                undefined.append(label)
                assert not trusted, label
                continue
            given_ += 1
            with mp.workdps(60):
                gap = float(abs(mpf(found.value) - mpf(reference)))
            slack = found.error + 2**-52 * abs(found.value)
            if gap > slack:
                wrong.append(label)
            if trusted and gap > 10 * slack:
                trusted_wrong.append(label)

    assert given_ > 240
    assert len(wrong) <= 0.02 * given_, wrong
    assert not trusted_wrong
    assert len(undefined) <= 1, undefined  # gamma at a pole: 0.7 ± 5


# -- vectors --------------------------------------------------------------------------------------


def rosenbrock(x: Any) -> Any:
    return 100 * (x[..., 1] - x[..., 0] ** 2) ** 2 + (1 - x[..., 0]) ** 2


def test_a_gradient_and_a_hessian_are_those_of_the_formula() -> None:
    at = [-1.2, 1.0]
    formula = sc.compile("100*(y - x^2)^2 + (1 - x)^2", order=2)

    gradient, hessian = sc.numeric_gradient(rosenbrock, at), sc.numeric_hessian(rosenbrock, at)

    assert gradient.value == pytest.approx(formula.gradient(*at), rel=1e-12)
    assert hessian.value == pytest.approx(formula.hessian(*at), rel=1e-10)
    assert (abs(hessian.value - formula.hessian(*at)) <= hessian.error).all()
    assert (hessian.value == hessian.value.T).all()
    assert gradient.trust is hessian.trust is sc.Trust.CHECKED


def test_a_vectorized_function_is_asked_for_most_values_at_once() -> None:
    single = sc.numeric_gradient(rosenbrock, [-1.2, 1.0])
    many = sc.numeric_gradient(rosenbrock, [-1.2, 1.0], vectorized=True)

    assert (many.value == single.value).all()
    assert many.n_evaluations <= single.n_evaluations / 10


def test_an_array_of_points_gives_an_array_of_derivatives() -> None:
    x = np.array([[0.1, 1.0], [2.0, 30.0]])

    found = sc.numeric_derivative(np.log, x, vectorized=True)

    assert found.value == pytest.approx(1 / x, rel=1e-11)
    assert found.value.shape == found.error.shape == found.step.shape == (2, 2)
    assert found[1, 0].value == pytest.approx(0.5)
    assert np.asarray(found) == pytest.approx(1 / x)


def test_a_jacobian_takes_all_components_from_the_same_calls() -> None:
    calls = []

    def function(x: Any) -> Any:
        calls.append(1)
        return np.array([x[0] * x[1], np.sin(x[0]), x[1] ** 3])

    found = sc.numeric_jacobian(function, [1.0, 2.0])

    expected = [[2.0, 1.0], [math.cos(1.0), 0.0], [0.0, 12.0]]
    assert found.value == pytest.approx(np.array(expected), abs=1e-12)
    assert found.n_evaluations == len(calls) < 250


def test_a_mixed_derivative_across_a_kink_is_refused() -> None:
    found = sc.numeric_hessian(lambda x: abs(x[0] * x[1]), [0.0, 0.0])

    assert found[0, 1].outcome is sc.Outcome.NOT_DIFFERENTIABLE
    assert "quadrants" in found[0, 1].note
    assert not found.outcome.is_good


def test_what_is_given_is_not_changed() -> None:
    x = np.array([1.0, 2.0])

    for verb in (sc.numeric_gradient, sc.numeric_hessian):
        verb(lambda p: float((p**2).sum()), x)

    assert x.tolist() == [1.0, 2.0]


# -- one step -------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["forward", "backward", "central"])
def test_one_step_states_its_error_with_and_without_the_higher_derivative(method: str) -> None:
    def function(x: float) -> float:
        return x**3 * math.exp(x)

    known = {"higher": (34 if method == "central" else 13) * math.e}
    for options in ({}, known):
        found = sc.numeric_derivative(function, 1.0, method=method, **options)

        assert abs(found.value - 4 * math.e) <= found.error
        assert found.error < 1e-5


def test_the_balanced_step_is_where_the_sum_of_both_errors_is_least() -> None:
    noise, higher = 1e-16, 3.0
    forward = balanced_step(noise, higher, "forward")
    central = balanced_step(noise, higher, "central")

    def errors(h: float) -> tuple[float, float]:
        return h * higher / 2 + 2 * noise / h, h * h * higher / 6 + noise / h

    for factor in (0.9, 1.1):
        assert errors(forward)[0] < errors(factor * forward)[0]
        assert errors(central)[1] < errors(factor * central)[1]


def test_the_complex_step_is_confirmed_by_real_values_or_it_is_suspect() -> None:
    good = sc.numeric_derivative(lambda z: np.exp(z) * np.sin(z), 1.0, method="complex")
    bad = sc.numeric_derivative(lambda z: abs(z) + z * z, 1.0, method="complex")

    assert good.value == pytest.approx(math.e * (math.sin(1) + math.cos(1)), rel=1e-15)
    assert good.trust is sc.Trust.CHECKED
    assert bad.trust is sc.Trust.SUSPECT
    assert "3" in bad.note


# -- the parts ------------------------------------------------------------------------------------


def test_the_noise_is_measured_not_assumed() -> None:
    generator = np.random.default_rng(0)
    for level in (1e-13, 1e-9, 1e-5):
        trembling = (1.0 + level * generator.standard_normal(6)).tolist()

        assert level / 10 < noise_of(trembling) < 30 * level


def test_values_beside_a_pole_are_not_noise() -> None:
    assert noise_of([1 / k for k in range(1, 7)]) < 1e-15
    assert noise_of([math.sqrt(k) for k in range(1, 7)]) < 1e-14


def test_a_later_quotient_refutes_an_entry_that_skipped_a_period() -> None:
    table = Table(2)
    for step, value in ((1.0, 5.000001), (0.5, 5.00000025), (0.25, 5.0000000625)):
        table.add((value, 1e-16), step)

    assert table.best is not None
    assert table.best.value == pytest.approx(5.0, abs=1e-12)
    assert table.allows((5.00000002, 1e-16), 0.125)
    assert not table.allows((7.0, 1e-16), 0.125)

    table.add((7.0, 1e-16), 0.125)

    assert table.best is None or table.best.error > 1.0


def test_each_value_is_computed_once() -> None:
    samples = Samples(math.sin, 1.0)

    assert samples(0.5) == samples(0.5) == math.sin(1.5)
    assert samples.n_evaluations == 1


# -- the door -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: sc.numeric_derivative("x^2", 1.0), "sc.gradient"),
        (lambda: sc.numeric_derivative(abs, math.nan), "finite"),
        (lambda: sc.numeric_derivative(abs, "x"), "numbers"),
        (lambda: sc.numeric_derivative(abs, 1.0, order=3), "allowed are 1 and 2"),
        (lambda: sc.numeric_derivative(abs, 1.0, method="best"), "adaptive, central"),
        (lambda: sc.numeric_derivative(abs, 1.0, 2, method="central"), "adaptive"),
        (lambda: sc.numeric_derivative(abs, 1.0, step=0.1), "leave `step` out"),
        (lambda: sc.numeric_derivative(abs, 1.0, scale=-1.0), "`scale`"),
        (lambda: sc.numeric_derivative(abs, 1.0, bounds=(2.0, 3.0)), "between 2.0 and 3.0"),
        (lambda: sc.numeric_derivative(abs, 1.0, bounds=3.0), "Bounds"),
        (lambda: sc.numeric_derivative(math.sin, 1.0, method="complex"), "NumPy or cmath"),
        (lambda: sc.numeric_gradient(abs, [[1.0]]), "vector"),
        (lambda: sc.numeric_gradient(sum, [1.0, 2.0], bounds=[(0, 1)]), "1 pairs"),
        (lambda: sc.numeric_gradient(np.sum, [1.0, 2.0], vectorized=True), "vectorized"),
    ],
)
def test_bad_input_is_refused_before_any_work(call: Callable[[], Any], words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        call()


def test_an_error_of_the_function_says_where_it_happened() -> None:
    with pytest.raises(UserFunctionError, match="KeyError at 1.0"):
        sc.numeric_derivative(lambda x: {}[x], 1.0)


def test_estimates_show_themselves() -> None:
    found = sc.numeric_gradient(lambda x: abs(x[0]) + x[1], [0.0, 1.0])

    assert found.outcome is sc.Outcome.NOT_DIFFERENTIABLE
    assert "Not differentiable" in repr(found)
    assert "<table>" in found._repr_html_()
    assert json.dumps(found.to_dict()["entries"][1])
    assert len(found) == len(list(found)) == 2


def test_a_function_that_returns_no_number_is_refused_with_what_it_returned() -> None:
    with pytest.raises(sc.UserFunctionError, match="returned 'a' at 1.0; it must return a number"):
        sc.numeric_derivative(lambda x: "a", 1.0)  # type: ignore[arg-type,return-value]
    with pytest.raises(sc.UserFunctionError, match="must return a number"):
        sc.numeric_derivative(lambda x: None, 1.0)  # type: ignore[arg-type,return-value]


@pytest.mark.parametrize("x", [1e-7, 1e-6, 1e-3])
def test_cancellation_inside_a_function_is_noise_beside_a_small_point_too(x: float) -> None:
    found = sc.numeric_derivative(lambda t: (1 - math.cos(t)) / t**2, x)

    assert abs(found.value + x / 12) <= found.error
    assert found.error < 50.0  # the slope of one stair is -1 / x


@pytest.mark.parametrize("order", [1, 2])
def test_steps_of_whole_periods_are_found_out_far_away(order: int) -> None:
    x, rate = 1e8, 16 * math.pi
    found = sc.numeric_derivative(lambda t: math.cos(rate * t), x, order)
    with mp.workdps(50):
        phase = mpf(rate) * x
        expected = (-mp.sin(phase) * rate, -mp.cos(phase) * rate**2)[order - 1]

    assert abs(found.value - float(expected)) <= found.error
    assert found.error < 0.1


@pytest.mark.parametrize("function", [lambda x: np.float16(math.sin(x)), lambda x: round(x, 3)])
def test_values_that_are_rounded_coarsely_have_no_slope_to_rely_on(
    function: Callable[[float], Any],
) -> None:
    assert sc.numeric_derivative(function, 1.0).trust is sc.Trust.SUSPECT


def test_a_flat_side_or_a_flat_bottom_is_no_staircase() -> None:
    for function in (lambda x: max(x - 1e-3, 0.0), lambda x: 1 + x**9, lambda x: 3.0):
        found = sc.numeric_derivative(function, 0.0)

        assert found.outcome.is_good
        assert abs(found.value) <= found.error


@pytest.mark.parametrize("value", ["1.0", b"1.0", [1.0], {"a": 1.0}])
def test_texts_and_lists_are_no_numbers(value: Any) -> None:
    with pytest.raises(UserFunctionError, match="must return a number"):
        sc.numeric_derivative(lambda x: value, 1.0)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda x: [x[0], math.log(x[1] - 5)], "raised ValueError at"),
        (lambda x: {"a": 1}, "no array of numbers"),
        (lambda x: x if x[0] <= 1 else x[:1], "2 numbers at the point, but 1 with coordinate 0"),
    ],
)
def test_a_jacobian_says_what_its_function_returns_amiss(
    function: Callable[[Any], Any], message: str
) -> None:
    with pytest.raises(UserFunctionError, match=message):
        sc.numeric_jacobian(function, [1.0, 2.0])


@pytest.mark.parametrize("method", ["central", "forward"])
def test_a_single_step_reaches_where_powers_of_the_scale_overflow(method: str) -> None:
    found = sc.numeric_derivative(lambda x: 3.0 * x, 1e200, method=method)

    assert abs(found.value - 3.0) <= found.error
