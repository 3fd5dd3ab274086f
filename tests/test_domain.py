"""Domains: exact intervals, conditions in words, what is smooth, and why a value is missing."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import sympy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import formulas
from test_cli import Answer, run

import symcalc as sc
from symcalc.balls import Status, precise_value
from symcalc.errors import ArgumentError, ParseError
from symcalc.functions import TABLE
from symcalc.language import read
from symcalc.outcome import Outcome, Trust
from symcalc.symbolic.definedness import Definedness
from symcalc.symbolic.preimage import preimage
from symcalc.symbolic.realset import RealSet

__all__ = ["Answer", "run"]

CORPUS = json.loads(
    (Path(__file__).resolve().parent / "data" / "derivatives.json").read_text(encoding="utf-8")
)["items"]

#: Formula: where value, gradient and Hessian exist.
REGIONS = {
    "x^2": ("everywhere",) * 3,
    "log(x)": ("x in (0, oo)",) * 3,
    "sqrt(1 - x^2)": ("x in [-1, 1]", "x in (-1, 1)", "x in (-1, 1)"),
    "1/(x^2 - 2)": ("x in (-oo, oo) without -sqrt(2), sqrt(2)",) * 3,
    "log(log(x))": ("x in (1, oo)",) * 3,
    "log(x)/(x - 1)": ("x in (0, 1) ∪ (1, oo)",) * 3,
    "sqrt(x)*log(2 - x)": ("x in [0, 2)", "x in (0, 2)", "x in (0, 2)"),
    "sqrt(1 - exp(x))": ("x in (-oo, 0]", "x in (-oo, 0)", "x in (-oo, 0)"),
    "log(x^3 - x)": ("x in (-1, 0) ∪ (1, oo)",) * 3,
    "acos(2*x)": ("x in [-1/2, 1/2]", "x in (-1/2, 1/2)", "x in (-1/2, 1/2)"),
    "log(abs(x) - 1)": ("x in (-oo, -1) ∪ (1, oo)",) * 3,
    "sqrt(log(x) - 2)": ("x in [exp(2), oo)", "x in (exp(2), oo)", "x in (exp(2), oo)"),
    "log(cosh(x) - 1)": ("x in (-oo, oo) without 0",) * 3,
    "1/(x^5 - x - 1)": ("x in (-oo, oo) without 1.16730397826142…",) * 3,
    "log(x) if x > 0 else sqrt(-1 - x)": (
        "x in (-oo, -1] ∪ (0, oo)",
        "x in (-oo, -1) ∪ (0, oo)",
        "x in (-oo, -1) ∪ (0, oo)",
    ),
    "abs(x)": ("everywhere", "x in (-oo, oo) without 0", "x in (-oo, oo) without 0"),
    "x*abs(x)": ("everywhere", "everywhere", "x in (-oo, oo) without 0"),
    "abs(x)^3": ("everywhere",) * 3,
    "x^(3/2)": ("x in [0, oo)", "x in (0, oo)", "x in (0, oo)"),
    "cbrt(x)": ("everywhere", "x in (-oo, oo) without 0", "x in (-oo, oo) without 0"),
    "x^2 if x < 1 else 2*x - 1": ("everywhere", "everywhere", "x in (-oo, oo) without 1"),
    "x^2 if x < 1 else x": ("everywhere",) + ("x in (-oo, oo) without 1",) * 2,
    "sin(x)/x if x != 0 else 1": ("everywhere",) * 3,
    "tan(x)": ("cos(x) != 0",) * 3,
    "gamma(x)": ("x not in (0, -1, -2, ...)",) * 3,
    "log(x)*gamma(x)": ("x in (0, oo), and x not in (0, -1, -2, ...)",) * 3,
    "besselj(2, x)": ("everywhere",) * 3,
    "bessely(1, x)": ("x in (0, oo)",) * 3,
    "log(x) + log(-x)": ("x in the empty set",) * 3,
    "log(x - y)": ("x - y > 0",) * 3,
    "log(x) + sqrt(y)": ("x in (0, oo), and y in [0, oo)",)
    + ("x in (0, oo), and y in (0, oo)",) * 2,
    "x/y": ("y in (-oo, oo) without 0",) * 3,
    "abs(x - y)": ("everywhere", "x - y != 0", "x - y != 0"),
    "log(x^2 + y^2 + 1)": ("everywhere",) * 3,
    "y*x^(3/2)": ("x in [0, oo)", "x in (0, oo)", "x in (0, oo)"),
}


@pytest.mark.parametrize("text", REGIONS)
def test_the_regions_of_value_gradient_and_hessian(text: str) -> None:
    found = sc.domain(text)

    assert tuple(region.text for region in found.levels.values()) == REGIONS[text]
    assert found.check.trust is not Trust.SUSPECT


@pytest.mark.parametrize("item", CORPUS, ids=lambda item: str(item["id"]))
def test_the_corpus_has_domains_that_hold_at_its_points(item: Any) -> None:
    found = sc.domain(item["expr"])

    assert found.check.is_good
    if len(found.value.sets) != 1 or not found.value.is_exact:
        return
    (name,) = found.value.sets
    for place in item["points"]:
        at = sympy.Rational(place["at"][name])
        status = {key: entry["status"] for key, entry in place["grad"].items()}
        inside = found.gradient.sets[name].has(at)
        if status[name] == "ok" and found.value.sets[name].has(at):
            assert inside
        if status[name] in ("undefined", "kink", "jump") and found.gradient.is_exact:
            assert not inside


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(formulas(names=("x",)), st.fractions(-4, 4, max_denominator=97))
def test_a_random_point_has_a_value_exactly_where_the_domain_says(text: str, at: Fraction) -> None:
    try:
        expression = read(text)
        found = sc.domain(expression)
    except sc.SymcalcError:
        return
    assert found.check.is_good
    sets = list(found.value.sets.values())
    if len(sets) != 1 or not found.value.is_exact or at.denominator == 1:
        return

    value = precise_value(expression.graph, expression.root, {"x": at}, digits=5, seconds=1.0)

    is_inside = sets[0].has(sympy.Rational(at.numerator, at.denominator))
    if value.status in (Status.PROVEN, Status.NEAR_ZERO) and value.ball.is_finite():
        assert is_inside or any("whole number" in note for note in found.notes)
    elif value.status is Status.UNDEFINED:
        assert not is_inside


@pytest.mark.parametrize(
    "name", [n for n, r in TABLE.items() if r.domain and r.arity == (1, 1) and r.sample]
)
def test_every_row_with_a_domain_is_defined_at_its_samples(name: str) -> None:
    found = sc.domain(f"{name}(x)")

    assert found.check.is_good
    for (at,) in TABLE[name].sample:
        assert found.value.sets["x"].has(sympy.Rational(*Fraction(at).as_integer_ratio()))


def test_a_wrong_domain_in_the_table_is_seen_by_the_check(monkeypatch: pytest.MonkeyPatch) -> None:
    import dataclasses

    for wrong in ("x > 1", "x > -1", "x != 0"):
        monkeypatch.setitem(TABLE, "log", dataclasses.replace(TABLE["log"], domain=wrong))

        found = sc.domain("log(x) + 1")

        assert found.check.outcome is Outcome.DISAGREES
        assert "at x = " in found.check.message


def test_a_wrong_domain_in_several_variables_is_seen_too(monkeypatch: pytest.MonkeyPatch) -> None:
    import dataclasses

    monkeypatch.setitem(TABLE, "log", dataclasses.replace(TABLE["log"], domain="x != 0"))

    assert sc.domain("log(x - y)").check.outcome is Outcome.DISAGREES


# -- sets -----------------------------------------------------------------------------------------

NUMBERS = st.integers(-4, 4).map(sympy.Integer)
SETS = st.recursive(
    st.builds(RealSet.related, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), NUMBERS),
    lambda inner: st.one_of(
        st.builds(lambda a, b: a & b, inner, inner),
        st.builds(lambda a, b: a | b, inner, inner),
        st.builds(lambda a: ~a, inner),
    ),
    max_leaves=6,
)


@given(SETS, SETS, st.fractions(-5, 5, max_denominator=2))
def test_sets_obey_the_laws_of_membership(a: RealSet, b: RealSet, at: Fraction) -> None:
    x = sympy.Rational(at.numerator, at.denominator)

    assert (a & b).has(x) == (a.has(x) and b.has(x))
    assert (a | b).has(x) == (a.has(x) or b.has(x))
    assert (~a).has(x) != a.has(x)
    assert (a - b).has(x) == (a.has(x) and not b.has(x))
    inside = [
        bool(i.lower is None or i.lower < x or (i.has_lower and i.lower == x))
        and bool(i.upper is None or x < i.upper or (i.has_upper and x == i.upper))
        for i in a.intervals()
    ]
    assert any(inside) == a.has(x)
    assert sum(inside) <= 1


def test_the_interior_leaves_isolated_points_and_ends_out() -> None:
    closed = RealSet.related(">=", sympy.Integer(0)) & RealSet.related("<=", sympy.sqrt(2))

    found = (closed | RealSet.related("==", sympy.Integer(5))).interior().intervals()

    assert [(i.lower, i.upper, i.has_lower, i.has_upper) for i in found] == [
        (0, sympy.sqrt(2), False, False)
    ]


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(
        [
            "2*x - 3",
            "x^2 - x",
            "x^3",
            "x^(-2)",
            "1/x",
            "exp(x)",
            "log(x)",
            "sqrt(x) - 1",
            "abs(x - 1)",
            "tanh(x)",
            "cosh(x)",
            "acos(x)",
            "asin(x)",
            "atan(2*x)",
            "(x - 1)/(x + 2)",
            "exp(x)^2 - 3*exp(x)",
            "2^(-x)",
            "(1/2)^x",
            "sigmoid(x)",
            "softplus(x)",
            "cbrt(x)",
            "log1p(x)",
            "expm1(x)",
            "x^(2/3)",
        ]
    ),
    st.sampled_from(["<", "<=", ">", ">=", "==", "!="]),
    st.fractions(-3, 3, max_denominator=4),
    st.fractions(-3, 3, max_denominator=8),
)
def test_a_preimage_holds_exactly_the_points_whose_values_are_in_the_set(
    text: str, relation: str, level: Fraction, at: Fraction
) -> None:
    expression = read(text)
    target = RealSet.related(relation, sympy.Rational(level.numerator, level.denominator))
    found = preimage(expression.graph, expression.root, target)
    assert found is not None
    value = precise_value(expression.graph, expression.root, {"x": at}, digits=20)

    if value.status is Status.PROVEN and value.ball.is_finite():
        import flint

        sign = value.ball - flint.arb(flint.fmpq(level.numerator, level.denominator))
        if not sign.contains(0):
            expected = RealSet.related(relation, sympy.Integer(0)).has(
                sympy.Integer(1 if sign > 0 else -1)
            )
            assert found.has(sympy.Rational(at.numerator, at.denominator)) == expected


def test_what_cannot_be_solved_is_said_in_words() -> None:
    graph = read("sqrt(x + exp(x))").graph.copy()
    defined = Definedness(graph)

    defined.of(len(graph) - 1)

    assert list(defined.unsolved) == ["x + exp(x) >= 0"]


# -- notes and reasons ----------------------------------------------------------------------------


def test_gaps_are_poles_or_removable() -> None:
    assert sc.domain("1/x^2").notes == ("pole of order 2 at x = 0",)
    assert sc.domain("(x^2 - 1)/(x - 1)").notes[0].startswith("removable at x = 1: the limit is 2")


def test_where_doubles_overflow_is_noted() -> None:
    assert sc.domain("exp(2*x)").notes == ("in doubles exp(2*x) overflows for x > 354.8913564",)


def test_isolated_points_that_were_not_decided_are_named() -> None:
    found = sc.domain("abs(x^2 - 2)")

    assert "not decided at x = sqrt(2): left out" in found.notes


def test_assumptions_narrow_the_region() -> None:
    assert sc.domain("1/x", assume="x > 0").value.text == "x in (0, oo)"
    assert sc.domain("log(x)", assume="0 < x < 1").value.text == "x in (0, 1)"
    assert sc.domain("x*y", assume="x nonnegative").value.text == "x in [0, oo)"
    assert sc.domain("x*y", assume="x nonnegative").gradient.text == "x in (0, oo)"


WHY = {
    ("log(1 - x)", 2.0): (Outcome.UNDEFINED, "log(1 - x)", "it needs 1 - x > 0"),
    ("3 + sqrt(log(x))", 0.5): (Outcome.UNDEFINED, "sqrt(log(x))", "it needs log(x) >= 0"),
    ("1/(x - 1)", 1.0): (Outcome.UNDEFINED, "1/(x - 1)", "it needs x - 1 != 0"),
    ("exp(x) - exp(x - 1)", 1000.0): (Outcome.NOT_FINITE, "exp(x - 1)", "overflows in doubles"),
    ("x^2", 3.0): (Outcome.DONE, "", "nothing went bad: the value is 9"),
    ("exp(x)/(1 + exp(x))", 1000.0): (Outcome.DONE, "", "nothing went bad"),
    ("log(x) if x > 0 else sqrt(x)", -1.0): (Outcome.UNDEFINED, "sqrt(x)", "it needs x >= 0"),
    ("piecewise((x, x > 0))", -1.0): (Outcome.UNDEFINED, "piecewise((x, x > 0))", "no branch"),
    ("x", float("nan")): (Outcome.UNDEFINED, "x", "not a number"),
}


@pytest.mark.parametrize(("text", "at"), WHY)
def test_the_first_step_that_went_bad_is_named(text: str, at: float) -> None:
    outcome, step, words = WHY[text, at]

    reason = sc.domain(text).why(x=at)

    assert (reason.outcome, reason.step) == (outcome, step)
    assert words in reason.sentence


def test_the_inputs_of_the_bad_step_are_shown() -> None:
    reason = sc.domain("log(x - y)*z").why("x=1, y=3, z=2")

    assert reason.inputs == {"x - y": "-2.0000000000000000"}
    assert "x - y = -2.0" in str(reason)


def test_bad_input_is_refused_at_the_door() -> None:
    with pytest.raises(ParseError):
        sc.domain("log(x")
    with pytest.raises(ArgumentError, match="complex"):
        sc.domain("I*x")
    with pytest.raises(ArgumentError):
        sc.domain(sc.parse("sum(a*x)", shapes="x: rows"))
    with pytest.raises(ArgumentError):
        sc.domain("x").why(y=1)
    with pytest.raises(ArgumentError, match="Name one"):
        sc.domain("x*y").value.intervals()


def test_where_no_derivative_is_known_the_gradient_says_so() -> None:
    found = sc.domain("besselj(x, 2)")

    assert found.gradient.text == "x in the empty set"
    assert "no derivative" in found.notes[0]


def test_the_dictionary_the_repr_and_the_notebook() -> None:
    found = sc.domain("log(x)/(x^2 - 2)")
    data = json.loads(json.dumps(found.to_dict()))

    assert data["value"]["intervals"]["x"][0] == {
        "lower": "0",
        "upper": "sqrt(2)",
        "has_lower": False,
        "has_upper": False,
    }
    assert data["check"]["trust"] == "checked"
    assert repr(found).splitlines()[0] == "value: x in (0, sqrt(2)) ∪ (sqrt(2), oo)"
    assert r"\sqrt{2}" in found._repr_latex_()


def test_the_command_tells_regions_and_reasons(run: Any) -> None:
    plain = run("domain", "log(x)/(x^2 - 2)")
    bad = run("domain", "log(1 - x)", "--at", "x=2", "--at", "x=0")

    assert plain.code == 0
    assert "  defined          x in (0, sqrt(2)) ∪ (sqrt(2), oo)" in plain.lines
    assert bad.code == 1
    assert "at x = 2: log(1 - x) has no value: it needs 1 - x > 0" in bad.lines
    assert run("domain", "-1/x", "--json").json["notes"] == ["pole of order 1 at x = 0"]
    assert run("domain", "log(").code == 2


@pytest.mark.parametrize(("formula", "point"), [("x^y", "x=-2, y=3"), ("x^y", "x=0, y=2")])
def test_values_of_powers_that_no_region_holds_are_told(formula: str, point: str) -> None:
    found = sc.domain(formula)

    assert sc.evaluate(formula, at=point).outcome is sc.Outcome.DONE
    assert found.value.text == "x in (0, oo)"
    assert any("they are left out" in note for note in found.notes)
    assert sc.domain("x^2").notes == ()


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        ("polygamma(1, x)", "x not in (0, -1, -2, ...)"),
        ("expint(2, x)", "x in (0, oo)"),
        ("gegenbauer(2, x, 0.5)", "everywhere"),
        ("legendre(2, x)", "everywhere"),
    ],
)
def test_a_whole_order_leaves_what_is_asked_of_the_other_arguments(formula: str, text: str) -> None:
    assert sc.domain(formula).value.text == text
