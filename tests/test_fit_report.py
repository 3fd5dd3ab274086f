"""What a fit tells beyond its parameters: bands, limits, profiles, checks, the report."""

from __future__ import annotations

import itertools
import json
import math
import pickle
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import symcalc as sc
from symcalc.errors import ArgumentError, DataError
from symcalc.optimize import Fit, fit_residuals

NIST = json.loads((Path(__file__).parent / "data" / "nist.json").read_text())["items"]

X = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0])
Y = np.array([2.1, 3.9, 6.2, 7.8, 10.1, 12.4, 13.7, 16.3])


def nist(name: str, **more: Any) -> Fit:
    """Fit a problem of NIST's sample from its near start."""
    case = next(case for case in NIST if case["name"] == name)
    start = dict(zip(case["params"], case["start2"], strict=True))
    return sc.fit(case["model"], {"x": case["x"], "y": case["y"]}, target="y", start=start, **more)


def straight(x: Any = X, y: Any = Y, **more: Any) -> Fit:
    """Fit a straight line."""
    start = more.pop("start", "a=0, b=1")
    return sc.fit("a + b*x", {"x": x, "y": y}, target="y", start=start, **more)


# -- bands --------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", [0.5, 0.9, 0.99])
def test_the_band_of_a_line_is_that_of_the_textbook(level: float) -> None:
    at = np.array([0.0, 4.5, 20.0])
    found = straight()
    band = found.band({"x": at}, level=level)
    s2 = found.residual_sum_of_squares / 6.0
    variance = s2 * (1.0 / 8.0 + (at - X.mean()) ** 2 / np.sum((X - X.mean()) ** 2))
    t = stats.t.ppf(0.5 + level / 2.0, 6)

    assert band.value == pytest.approx(found.predict({"x": at}))
    assert band.standard_error == pytest.approx(np.sqrt(variance), rel=1e-12)
    assert band.upper - band.value == pytest.approx(t * np.sqrt(variance), rel=1e-12)
    assert band.value - band.lower == pytest.approx(t * np.sqrt(variance), rel=1e-12)
    assert band.prediction_upper - band.value == pytest.approx(t * np.sqrt(variance + s2))


def test_the_band_is_the_delta_method_with_the_covariance() -> None:
    found = nist("MGH09")
    at = np.array([0.1, 1.0, 3.0])
    b1, b2, b3, b4 = found.parameters.values()
    top, bottom = at**2 + at * b2, at**2 + at * b3 + b4
    slopes = np.column_stack(
        (top / bottom, b1 * at / bottom, -b1 * top * at / bottom**2, -b1 * top / bottom**2)
    )
    expected = np.sqrt(np.einsum("ij,jk,ik->i", slopes, found.covariance, slopes))

    assert found.band({"x": at}).standard_error == pytest.approx(expected, rel=1e-7)


def test_the_band_covers_the_truth_as_often_as_it_promises() -> None:
    rng = np.random.default_rng(5)
    x = np.linspace(0.0, 4.0, 12)
    truth = 3.0 * np.exp(-0.7 * x)
    inside, inside_new, n = 0, 0, 300
    for _ in range(n):
        y = truth + 0.1 * rng.standard_normal(12)
        found = sc.fit("a*exp(-b*x)", {"x": x, "y": y}, target="y", start="a=3, b=0.7")
        band = found.band({"x": [1.3]}, level=0.8)
        at = 3.0 * math.exp(-0.7 * 1.3)
        inside += bool(band.lower[0] <= at <= band.upper[0])
        new = at + 0.1 * rng.standard_normal()
        inside_new += bool(band.prediction_lower[0] <= new <= band.prediction_upper[0])

    # Four standard deviations of a binomial count.
    assert abs(inside - 0.8 * n) < 4.0 * math.sqrt(n * 0.16)
    assert abs(inside_new - 0.8 * n) < 4.0 * math.sqrt(n * 0.16)


def test_the_band_at_the_data_needs_no_data() -> None:
    found = straight()

    assert found.band().value == pytest.approx(found.fitted)
    assert found.band().upper == pytest.approx(found.band({"x": X}).upper)
    assert len(found.band()) == 8


def test_a_weighted_fit_limits_new_observations_only_with_their_weights() -> None:
    found = straight(weights=[1, 2, 3, 4, 4, 3, 2, 0])
    s = found.residual_standard_deviation

    assert np.isnan(found.band({"x": [3.0]}).prediction_lower).all()
    band = found.band({"x": [3.0]}, weights=[4.0])
    half = stats.t.ppf(0.975, 5) * math.hypot(float(band.standard_error[0]), s / 2.0)
    assert band.prediction_upper[0] - band.value[0] == pytest.approx(half)
    own = found.band()
    assert np.isfinite(own.prediction_lower[:7]).all()
    assert math.isnan(own.prediction_lower[7])
    assert np.isfinite(own.lower).all()
    for weights in ([1.0, 2.0], [0.0], [-1.0], ["a"]):
        with pytest.raises(DataError, match="weights of a? ?(the )?band"):
            found.band({"x": [3.0]}, weights=weights)


def test_what_the_data_do_not_determine_has_no_limits_and_what_they_do_has() -> None:
    found = sc.fit("a*b*x", {"x": X, "y": Y}, target="y", start="a=1, b=2")
    slope = sc.fit("c*x", {"x": X, "y": Y}, target="y", start="c=1")

    assert math.isinf(found.standard_errors["a"])
    assert found.band().standard_error == pytest.approx(slope.band().standard_error, rel=1e-6)
    flat = straight(x=[2.0, 2.0, 2.0], y=[1.0, 2.0, 3.0])
    assert np.isfinite(flat.band({"x": [2.0]}).standard_error).all()
    assert np.isinf(flat.band({"x": [3.0]}).standard_error).all()


def test_a_parameter_at_its_bound_counts_as_known() -> None:
    held = straight(bounds={"a": (1.0, None)}, start="a=2, b=1")
    free = sc.fit("1 + b*x", {"x": X, "y": Y}, target="y", start="b=1")

    assert held.held == ("a",)
    scale = held.residual_standard_deviation / free.residual_standard_deviation
    assert held.band().standard_error == pytest.approx(scale * free.band().standard_error)
    assert held.aic == pytest.approx(free.aic)


@pytest.mark.parametrize("level", [0.0, 1.0, 95, -1, "0.95", True, math.nan])
def test_a_level_lies_between_zero_and_one(level: Any) -> None:
    found = straight()
    for ask in (found.band, found.profile, found.confidence_intervals):
        with pytest.raises(ArgumentError, match="between 0 and 1"):
            ask(level=level)


def test_a_fit_of_bare_callables_has_no_model_to_draw() -> None:
    jacobian = -np.column_stack((np.ones(8), X))
    found = fit_residuals(
        lambda p: Y - p[0] - p[1] * X, lambda p: jacobian, [0.0, 0.0], ["a", "b"], target=Y
    )

    with pytest.raises(ArgumentError, match="no model to predict"):
        found.band({"x": X})
    assert found.band().upper == pytest.approx(straight().band().upper)
    assert found.profile().intervals["b"] == pytest.approx(straight().profile().intervals["b"])


# -- criteria, limits of parameters -------------------------------------------------------------


def test_criteria_are_those_of_the_formulas() -> None:
    found = nist("BoxBOD")
    n, rss = 6, 1168.0088766

    assert found.reduced_chi_square == pytest.approx(rss / 4.0, rel=1e-9)
    assert found.aic == pytest.approx(n * math.log(rss / n) + 4.0, rel=1e-10)
    assert found.bic == pytest.approx(n * math.log(rss / n) + 2.0 * math.log(n), rel=1e-10)


def test_limits_are_standard_errors_times_students_quantile() -> None:
    found = nist("Misra1a")
    low, high = found.confidence_intervals(0.9)["b1"]
    half = stats.t.ppf(0.95, 12) * 2.7070075241

    assert (low, high) == pytest.approx((238.94212918 - half, 238.94212918 + half), rel=1e-9)


# -- profiles -----------------------------------------------------------------------------------


def test_the_profile_of_a_line_is_its_linear_interval() -> None:
    found = straight()
    profile = found.profile(0.9)

    for name, limits in found.confidence_intervals(0.9).items():
        assert profile.intervals[name] == pytest.approx(limits, rel=1e-7)
    assert profile.linear == found.confidence_intervals(0.9)


@pytest.mark.parametrize(("name", "held", "other"), [("b1", 0, 1), ("b2", 1, 0)])
def test_at_a_profile_limit_the_best_refit_is_as_bad_as_the_level_says(
    name: str, held: int, other: int
) -> None:
    from scipy.optimize import minimize_scalar

    found = nist("BoxBOD")
    x, y = found.columns["x"], found.observed
    best = list(found.parameters.values())
    threshold = found.residual_sum_of_squares + (
        stats.t.ppf(0.975, 4) ** 2 * found.reduced_chi_square
    )

    def square(value: float, free: float) -> float:
        point = [0.0, 0.0]
        point[held], point[other] = value, free
        return float(np.sum((y - point[0] * (1.0 - np.exp(-point[1] * x))) ** 2))

    for limit in found.profile().intervals[name]:
        bracket = (0.2 * best[other], 5.0 * best[other])
        refit = minimize_scalar(
            lambda free, at=limit: square(at, free), bounds=bracket, method="bounded",
            options={"xatol": 1e-10},
        )  # fmt: skip
        assert refit.fun == pytest.approx(threshold, rel=1e-5)


def test_a_limit_that_the_data_do_not_set_is_infinite_and_named() -> None:
    data = {"x": [1, 2, 3, 4, 5], "y": [1.0, 1.8, 2.3, 3.3, 3.6]}
    found = sc.fit("v*x/(k + x)", data, target="y", start="v=1, k=1")
    profile = found.profile()

    assert profile.intervals["v"][1] == math.inf
    assert 0.0 < profile.intervals["v"][0] < found.parameters["v"]
    assert any("no upper limit to v" in note for note in profile.notes)


def test_a_bound_inside_the_interval_is_the_limit() -> None:
    free = straight(y=Y + [0.4, -0.3] * 4)
    bound = free.parameters["b"] - free.standard_errors["b"]
    bounds = {"b": (bound, None)}
    profile = straight(y=Y + [0.4, -0.3] * 4, bounds=bounds, start="a=0, b=3").profile()

    assert profile.intervals["b"][0] == bound
    assert profile.intervals["b"][1] == pytest.approx(free.profile().intervals["b"][1], rel=1e-4)
    assert any("reaches its bound" in note for note in profile.notes)


def test_a_better_fit_met_on_the_way_is_named() -> None:
    t = np.linspace(0.0, 10.0, 60)
    z = 2.0 * np.sin(3.3 * t + 0.4) + 0.05 * np.cos(40.0 * t)
    stuck = sc.fit(
        "a*sin(w*t + p)", {"t": t, "z": z}, target="z", start="a=1, w=2.5, p=0", method="lm"
    )
    profile = stuck.profile(0.999, "w")

    assert stuck.r_squared < 0.5
    assert any("better fit exists near w" in note for note in profile.notes)
    assert math.isnan(profile.intervals["w"][1])


def test_parameters_without_a_standard_error_have_no_profile() -> None:
    held = straight(bounds={"a": (3.0, None)}, start="a=4, b=1")
    lost = sc.fit("a*b*x", {"x": X, "y": Y}, target="y", start="a=1, b=2")

    assert all(map(math.isnan, held.profile().intervals["a"]))
    assert "a stands at a bound: no interval." in held.profile().notes
    assert "a is not determined by the data: no interval." in lost.profile().notes


def test_residuals_that_are_rounding_have_no_profile() -> None:
    x = np.arange(20.0)
    found = sc.fit("a + b*x", {"x": x, "y": 2.0 * x + 1.0}, target="y", start="a=0, b=0").profile()

    assert all(math.isnan(limit) for pair in found.intervals.values() for limit in pair)
    assert found.notes == (
        "The residuals are rounding: they say nothing of how sure the parameters are.",
    )


def test_one_parameter_may_be_profiled_alone() -> None:
    found = straight()

    assert set(found.profile(parameters="b").intervals) == {"b"}
    assert set(found.profile(parameters=["b", "a"]).intervals) == {"a", "b"}
    with pytest.raises(ArgumentError, match="no parameter 'c'; there are a, b"):
        found.profile(parameters=["c"])


# -- checks of the residuals --------------------------------------------------------------------


def test_leverage_and_cook_are_those_of_the_rows_left_out() -> None:
    found = straight()
    checks = found.checks
    s2 = found.reduced_chi_square
    design = np.column_stack((np.ones(8), X))

    assert checks.leverage.sum() == pytest.approx(2.0)
    for row in range(8):
        kept = np.arange(8) != row
        without = np.linalg.lstsq(design[kept], Y[kept], rcond=None)[0]
        moved = design @ (without - list(found.parameters.values()))
        assert checks.cook[row] == pytest.approx(moved @ moved / (2.0 * s2), rel=1e-8)
        # A leave-one-out residual is the residual over 1 - h.
        gap = Y[row] - design[row] @ without
        assert found.residuals[row] / (1.0 - checks.leverage[row]) == pytest.approx(gap)


@given(st.lists(st.booleans(), min_size=2, max_size=9).filter(lambda s: 0 < sum(s) < len(s)))
def test_the_probability_of_runs_is_that_of_all_orders(signs: list[bool]) -> None:
    from symcalc.optimize import residual_checks

    along = np.where(signs, 1.0, -1.0)
    n_runs, expected, probability = residual_checks.count_runs(along)
    places = itertools.combinations(range(len(signs)), sum(signs))
    orders = [np.isin(np.arange(len(signs)), ups) for ups in places]
    counts = np.array([1 + int(np.sum(order[1:] != order[:-1])) for order in orders])

    assert n_runs == 1 + int(np.sum(np.diff(along) != 0.0))
    assert expected == pytest.approx(counts.mean())
    below, above = np.mean(counts <= n_runs), np.mean(counts >= n_runs)
    assert probability == pytest.approx(min(1.0, 2.0 * min(below, above)))


def test_a_missing_bend_is_told_by_the_runs() -> None:
    x = np.linspace(0.0, 1.0, 30)
    rng = np.random.default_rng(1)
    bent = straight(x=x, y=x**2 + 0.01 * rng.standard_normal(30))
    fair = sc.fit(
        "a + b*x + c*x^2", {"x": x, "y": x**2 + 0.01 * rng.standard_normal(30)}, target="y",
        start="a=0, b=1, c=1",
    )  # fmt: skip

    assert any("misses a pattern" in remark for remark in bent.checks.remarks)
    assert bent.checks.durbin_watson < 0.7
    assert fair.checks.remarks == ()
    assert 1.2 < fair.checks.durbin_watson < 2.8


def test_the_order_of_the_rows_does_not_hide_a_pattern_along_the_predictor() -> None:
    x = np.linspace(0.0, 1.0, 30)
    order = np.random.default_rng(2).permutation(30)
    sorted_rows, shuffled = straight(x=x, y=x**2), straight(x=x[order], y=x[order] ** 2)

    assert shuffled.checks.n_runs == sorted_rows.checks.n_runs
    assert shuffled.checks.order == "x"


def test_an_outlier_is_named_with_its_row() -> None:
    rng = np.random.default_rng(4)
    y = 2.0 * X + 0.05 * rng.standard_normal(8)
    y[4] += 3.0
    checks = straight(y=y).checks

    assert checks.largest_row == 4
    assert checks.outlier_probability < 1e-4
    assert any(
        remark.startswith("Row 5 (x = 5) lies") and "outlier" in remark for remark in checks.remarks
    )


def test_residuals_far_from_normal_are_told() -> None:
    rng = np.random.default_rng(6)
    x = np.linspace(0.0, 1.0, 200)
    noise = rng.standard_cauchy(200)
    checks = straight(x=x, y=x + noise).checks

    assert checks.normality_probability < 1e-6
    assert any("not normal" in remark for remark in checks.remarks)
    assert straight(x=x, y=x + rng.standard_normal(200)).checks.normality_probability > 0.01


def test_normality_of_many_rows_is_checked_without_a_warning() -> None:
    rng = np.random.default_rng(7)
    x = np.linspace(0.0, 1.0, 6000)

    assert straight(x=x, y=x + rng.standard_normal(6000)).checks.normality_probability > 1e-4


def test_a_row_that_alone_determines_a_parameter_is_named() -> None:
    checks = straight(x=[1.0, 1.0, 1.0, 1.0, 9.0], y=[1.0, 2.0, 1.5, 1.2, 7.0]).checks

    assert checks.leverage[4] == pytest.approx(1.0)
    assert any("Row 5 (x = 9) is fitted whatever its value" in r for r in checks.remarks)
    assert math.isnan(checks.standardized[4])


def test_rows_without_weight_take_no_part_in_the_checks() -> None:
    y = Y.copy()
    y[3] = 100.0
    found = straight(y=y, weights=[1, 1, 1, 0, 1, 1, 1, 1])

    assert math.isnan(found.checks.standardized[3])
    assert found.checks.largest_row != 3
    assert found.checks.leverage[3] == 0.0


def test_an_exact_fit_has_nothing_to_check() -> None:
    found = straight(y=1.0 + 2.0 * X)

    assert "rounding" in found.checks.remarks[0]
    assert "residuals\n" not in repr(found) or "rounding" in repr(found)


# -- the report ---------------------------------------------------------------------------------


def test_the_report_has_what_users_of_other_packages_look_for() -> None:
    text = repr(nist("Misra1a"))

    for words in (
        "y = b1*(1 - exp(-b2*x))", "14, 12 degrees of freedom", "reduced chi-square", "AIC, BIC",
        "238.94212918", "2.70701", "1.13%", "95 % limits", "start", "b1, b2  -0.9988",
        "runs of one sign along x", "Durbin-Watson", "Cook's distance 1.57",
    ):  # fmt: skip
        assert words in text


def test_to_dict_is_ready_for_json_and_whole() -> None:
    found = nist("MGH09")
    told = json.loads(json.dumps(found.to_dict(), allow_nan=False))

    assert told["aic"] == found.aic
    assert told["confidence_intervals"]["b1"] == list(found.confidence_intervals()["b1"])
    assert told["checks"]["durbin_watson"] == found.checks.durbin_watson
    assert told["correlation"][0][0] == pytest.approx(1.0)
    assert told["start"] == {"b1": 0.25, "b2": 0.39, "b3": 0.415, "b4": 0.39}
    for part in (found.profile(), found.band(), found.checks):
        json.dumps(part.to_dict(), allow_nan=False)


def test_a_fit_that_went_through_pickle_answers_the_same() -> None:
    found = nist("Misra1a")
    copy = pickle.loads(pickle.dumps(found))

    assert copy.profile().intervals == found.profile().intervals
    assert copy.band({"x": [100.0]}).to_dict() == found.band({"x": [100.0]}).to_dict()


class _Tags(HTMLParser):
    """Counts tags; a script would be one."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.seen.add(tag)
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_html_is_escaped_and_closed() -> None:
    name = "<script>alert(1)</script>"
    found = sc.fit("a + b*x", {"x": X, name: Y}, target=name, start="a=0, b=1")
    pages = [
        found._repr_html_(), found.checks._repr_html_(), found.band()._repr_html_(),
        found.profile()._repr_html_(),
    ]  # fmt: skip
    for page in pages:
        parser = _Tags()
        parser.feed(page)
        assert parser.open == []
        assert parser.seen <= {"p", "b", "table", "caption", "tr", "td", "th"}
    assert "&lt;script&gt;" in pages[0]


def test_the_report_of_a_failed_fit_says_so_without_stumbling() -> None:
    data = {"x": [1.0, 2.0, 3.0], "y": [1.0, 2.0, 3.0]}
    nowhere = sc.fit("a*log(b*x)", data, target="y", start="a=1, b=-1")
    lost = sc.fit("a + log(b - x)", {"x": X, "y": Y}, target="y", start="a=1, b=2")
    exact = sc.fit("a*x", {"x": [1.0], "y": [2.0]}, target="y", start="a=1")

    for found in (nowhere, lost, exact):
        assert found.outcome.value in repr(found)
        assert found._repr_html_()
        json.dumps(found.to_dict(), allow_nan=False)
        found.profile()
    assert "hardly determine" in repr(lost)
    assert "no standard errors" in repr(exact)
