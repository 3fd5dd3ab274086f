"""`compare` over ranges: an integral by many methods, judged by a value proven without them."""

from __future__ import annotations

import json
import math

import mpmath
import pytest

import symcalc as sc
from symcalc.calculus import integral_rivals
from symcalc.errors import ArgumentError, ParseError
from symcalc.language import split_ranges
from symcalc.outcome import Outcome, Trust
from symcalc.present import describe, to_plain_text

RULES = ("quad", "tanh-sinh", *(f"Gauss-Legendre {n}" for n in (8, 16, 32, 64)), "Monte Carlo")


def test_an_integral_is_compared_with_fifty_digits_that_are_proven():
    found = sc.compare("exp(-x^2)", over=("x", 0, 1))

    with mpmath.workdps(60):
        truth = mpmath.sqrt(mpmath.pi) / 2 * mpmath.erf(1)
        assert abs(mpmath.mpf(found.reference.digits) - truth) < 1e-49
    assert found.reference.trust is Trust.PROVEN
    assert tuple(r.name for r in found.results) == ("closed form", "enclosure", "symcalc", *RULES)
    assert found["enclosure"].digits == 17
    for name in ("closed form", "symcalc", "quad", "Gauss-Legendre 16"):
        assert found[name].digits > 14
    assert found["Monte Carlo"].digits < 6
    assert found["Gauss-Legendre 8"].n_evaluations == 8
    assert found.outcome is Outcome.DONE


def test_gauss_legendre_is_the_rule_that_numpy_has():
    import numpy as np

    nodes, weights = np.polynomial.legendre.leggauss(8)
    found = sc.compare("exp(x)", over="x = 1 … 3")

    assert math.isclose(
        found["Gauss-Legendre 8"].estimate.value, float(weights @ np.exp(2 + nodes)), rel_tol=1e-15
    )


@pytest.mark.parametrize(
    ("over", "truth"),
    [("x = -oo … oo", math.pi), ("x = 0 … oo", math.pi / 2), ("x = -oo … 1", 3 * math.pi / 4)],
)
def test_infinite_ranges_are_mapped(over, truth):
    found = sc.compare("1/(1 + x^2)", over=over)

    assert math.isclose(found.reference.value, truth, rel_tol=1e-15)
    assert found["Gauss-Legendre 64"].digits > 5
    assert found["Monte Carlo"].digits > 1.5


def test_ends_in_the_other_order_change_every_sign():
    forward = sc.compare("exp(x)", over=("x", 0, 1))
    back = sc.compare("exp(x)", over=("x", 1, 0))

    assert back.reference.value == -forward.reference.value
    for one, other in zip(back.results, forward.results, strict=True):
        assert math.isclose(one.estimate.value, -other.estimate.value, rel_tol=1e-14)


def test_the_standard_error_of_monte_carlo_is_of_the_size_of_its_error():
    runs = [sc.compare("x^2", over=("x", 0, 1), seed=seed)["Monte Carlo"] for seed in range(4)]

    again = sc.compare("x^2", over=("x", 0, 1), seed=0)["Monte Carlo"]
    assert again.estimate.value == runs[0].estimate.value
    assert len({run.estimate.value for run in runs}) == 4
    deviation = math.sqrt(1 / 5 - 1 / 9) / math.sqrt(100_000)
    for run in runs:
        assert math.isclose(run.estimate.error, deviation, rel_tol=0.02)
        assert abs(run.estimate.value - 1 / 3) < 5 * deviation


def test_several_ranges_have_rules_of_their_own():
    found = sc.compare("x*y", over="y = 0 … x^2, x = 0 … 1")

    assert [r.name for r in found.results][2:] == ["symcalc", "nquad", "cubature", "Monte Carlo"]
    assert found.reference.value == 1 / 12
    assert min(found[name].digits for name in ("symcalc", "nquad", "cubature")) > 14
    assert found["nquad"].n_evaluations == 441


def test_an_integral_that_diverges_is_told_beside_the_numbers_of_others():
    found = sc.compare("1/x", over="x = 0 … 1")

    assert found.outcome is Outcome.DIVERGENT
    assert all(result.digits is None for result in found.results)
    assert math.isfinite(found["quad"].estimate.value)
    report = to_plain_text(describe(found))
    assert "divergent at x = 0, like |x|^-1" in report
    assert "quad: The maximum number of subdivisions" in report


def test_values_of_parameters_are_put_in_exactly():
    found = sc.compare("cos(a*x)", at="a=1/3", over="x = 0 … pi")

    assert math.isclose(found.reference.value, 3 * math.sin(math.pi / 3), rel_tol=1e-15)
    assert found.parameters == {"a": "1/3"}


def test_a_true_value_that_is_not_proven_counts_no_more_digits_than_it_has():
    found = sc.compare("exp(-x^2 - y^2)*cos(x*y)", over="x=-oo..oo, y=-oo..oo", budget=0.5)

    assert found.reference.trust is Trust.CHECKED
    known = -math.log10(found.reference.error / found.reference.value)
    assert max(r.digits for r in found.results if r.digits is not None) <= known


def test_a_rule_that_takes_too_long_is_stopped(monkeypatch):
    monkeypatch.setattr(integral_rivals, "RULE_SECONDS", 0.0)
    found = sc.compare("exp(x)", over="x = 0 … 1")

    assert found["quad"].estimate.outcome is Outcome.TIME_LIMIT
    assert "stopped after" in found["quad"].estimate.note
    assert found["enclosure"].digits == 17


def test_a_comparison_of_an_integral_shows_itself():
    found = sc.compare("exp(-x^2)", over="x = 0 … 1")

    assert "integral of exp(-x**2) over x = 0 … 1: 0.74682413281242699 (proven)" in repr(found)
    data = json.loads(json.dumps(found.to_dict()))
    assert data["reference"]["digits"].startswith("0.74682413281242702539946743613")
    assert [method["name"] for method in data["methods"]][-1] == "Monte Carlo"
    assert data["closed_form"] == "erf(1)*sqrt(pi)/2"
    with pytest.raises(KeyError, match="no method 'simpson'"):
        found["simpson"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "at='x=1'"),
        ({"over": "x = 0 … 1", "order": 2}, "belong to derivatives"),
        ({"over": "x = 0 … 1", "at": ["a=1", "a=2"]}, "one point"),
        ({"over": "x = 0 … 1"}, "depends on a"),
        ({"over": [("x", 0, 1), ("x", 0, 1)]}, "integrated over twice"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_words(options, words):
    with pytest.raises(ArgumentError, match=words):
        sc.compare("a*x", **options)


def test_ranges_with_formulas_for_ends_are_split_at_their_own_commas():
    assert split_ranges("y = 0 … max(x, 1); x = -oo to pi/2") == [
        ("y", "0", "max(x, 1)"),
        ("x", "-oo", "pi/2"),
    ]
    for text, words in [("x = 1", "one end"), ("x", "Expected"), (" ", "Expected"), ("", "No ra")]:
        with pytest.raises(ParseError, match=words):
            split_ranges(text)
