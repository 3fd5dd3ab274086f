"""Explanations: textbook rules, steps that hold, an end that is the derivative; faults are seen."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from strategies import formulas
from test_cli import Answer, run

import symcalc as sc
from symcalc.errors import ArgumentError, DerivativeError, ParseError
from symcalc.functions import TABLE
from symcalc.outcome import Outcome, Trust

__all__ = ["Answer", "run"]

CORPUS = json.loads(
    (Path(__file__).resolve().parent / "data" / "derivatives.json").read_text(encoding="utf-8")
)["items"]


def titles(text: str, wrt: str = "x") -> list[str]:
    return [step.rule.title for step in sc.explain(text, wrt).steps]


RULES = {
    "7": ["constant"],
    "x": ["variable"],
    "3*x": ["constant factor"],
    "3*x + y": ["sum rule"],
    "x^5": ["power rule"],
    "-5*x^3": ["constant factor, power rule"],
    "(2*x + 1)^5": ["power rule, chain rule"],
    "1/x": ["reciprocal"],
    "sqrt(x)": ["square root"],
    "exp(x)": ["exponential"],
    "e^(2*x)": ["exponential, chain rule"],
    "2^x": ["exponential"],
    "x^x": ["power with a variable exponent"],
    "x^y": ["power rule"],
    "sin(x)": ["sine"],
    "acosh(3*x)": ["inverse hyperbolic cosine, chain rule"],
    "x*sin(x)": ["product rule", "sine"],
    "2*x*sin(x)": ["constant factor, product rule", "sine"],
    "sin(x)/x": ["quotient rule", "sine"],
    "x^2*exp(x)*cos(x)": ["product rule", "power rule", "exponential", "cosine"],
    "softplus(x)": ["softplus"],
    "besselj(2, x)": ["Bessel function"],
    "log(cos(x^2))": ["logarithm, chain rule", "cosine, chain rule", "power rule"],
}


@pytest.mark.parametrize("text", RULES)
def test_the_rules_are_those_that_a_textbook_applies(text: str) -> None:
    assert titles(text) == RULES[text]


FORMULAS = {
    "x*sin(x)": "(u*v)' = u'*v + u*v'",
    "sin(x)/x": "(u/v)' = (u'*v - u*v')/v**2",
    "x^2*exp(x)*cos(x)": "(u*v*w)' = u'*v*w + u*v'*w + u*v*w'",
    "sqrt(x^2 + 1)": "(sqrt(u))' = u'/(2*sqrt(u))",
    "1/cos(x)": "(1/u)' = -u'/u**2",
    "tan(x^2)": "tan(u)' = (1 + tan(u)**2)*u'",
    "2^sin(x)": "(c**u)' = c**u*log(c)*u'",
    "u*sin(x^2)": "(c*v)' = c*v'; sin(v)' = cos(v)*v'",
}


@pytest.mark.parametrize("text", FORMULAS)
def test_rules_are_written_in_letters_that_the_formula_does_not_use(text: str) -> None:
    assert sc.explain(text, "x").steps[0].rule.text == FORMULAS[text]


@pytest.mark.parametrize("name", [n for n, row in TABLE.items() if any(row.derivatives)])
def test_every_function_with_a_derivative_can_be_explained(name: str) -> None:
    row = TABLE[name]
    index = next(i for i, rule in enumerate(row.derivatives) if rule is not None)
    n_args = max(row.arity[0], index + 1)
    args = [str(row.sample[0][i]) if i < len(row.sample[0]) else "2" for i in range(n_args)]
    args[index] = "x"

    story = sc.explain(f"{name}({', '.join(args)})", "x")

    assert story.steps[0].rule.names[0] in (row.title, name)
    assert story.agrees
    assert story.check.is_good


@pytest.mark.parametrize("item", CORPUS, ids=lambda item: str(item["id"]))
def test_the_corpus_is_explained_and_ends_in_the_derivative(item: Any) -> None:
    for name in item["variables"]:
        story = sc.explain(item["expr"], name)

        assert story.agrees
        assert all(step.is_good for step in story.steps)
        assert story.check.trust in (Trust.CHECKED, Trust.UNCHECKED)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(formulas(smooth=True, names=("x", "y")))
def test_a_random_formula_is_explained_and_ends_in_the_derivative(text: str) -> None:
    try:
        story = sc.explain(text, "x")
    except sc.SymcalcError:
        return

    assert story.agrees
    assert story.check.is_good


def test_a_wrong_rule_is_found_where_it_is_applied(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = dataclasses.replace(TABLE["sin"], derivatives=(lambda m, y, x: -m.cos(x),))
    monkeypatch.setitem(TABLE, "sin", wrong)

    story = sc.explain("x^2*exp(sin(x*y))", "x")

    assert story.outcome is Outcome.DISAGREES
    assert story.derivative is None
    bad = [step for step in story.steps if not step.is_good]
    assert [step.rule.title for step in bad][-1] == "sine, chain rule"
    assert f"step {bad[-1].number} (sine, chain rule) disagrees" in story.check.message
    assert "this step is wrong" in story.text
    assert "**disagrees**" in story.markdown


def test_a_wrong_step_of_the_walk_is_found_though_the_answer_is_right(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from symcalc.symbolic import derivation

    right = derivation.local_slope
    monkeypatch.setattr(derivation, "local_slope", lambda g, node, i: g.scale(2, right(g, node, i)))

    story = sc.explain("x + cos(x)", "x")

    assert story.derivative is not None
    assert not story.agrees
    assert not story.check.is_good


def test_linear_parts_have_no_step_of_their_own_but_are_shown() -> None:
    lines = sc.explain("sin(x*y)", "x").text.splitlines()

    assert len(lines) == 4
    assert lines[0] == "1. sine, chain rule: sin(u)' = cos(u)*u', where u = x*y, u' = y"


def test_a_shared_part_is_explained_once_and_referred_to() -> None:
    story = sc.explain("sin(x^2)*(1 + exp(sin(x^2)))", "x")
    sines = [step for step in story.steps if step.rule.names[0] == "sine"]

    assert len(sines) == 1
    assert sum(sines[0].number in step.uses for step in story.steps) == 2


def test_a_piecewise_is_explained_branch_by_branch() -> None:
    story = sc.explain("x^2 if x < 0 else sin(x)", "x")

    assert [step.rule.title for step in story.steps] == ["branch by branch", "power rule", "sine"]
    assert str(story.steps[0].output) == "2*x if x < 0 else cos(x)"


def test_where_branches_meet_in_one_point_the_limit_stands() -> None:
    story = sc.explain("x^2*sin(x)/x if x != 0 else 0", "x")

    assert story.agrees
    assert story.check.is_good


def test_a_large_formula_is_cut_with_a_note() -> None:
    text = " + ".join(f"sin({k}*x)" for k in range(1, 60))

    story = sc.explain(text, "x", max_steps=10)

    assert len(story.steps) == 10
    assert story.n_hidden == 50
    assert "50 inner steps are not listed" in story.text
    assert "(50 inner steps not listed)" in story.text.splitlines()[0]
    assert max(map(len, story.text.splitlines())) < 700


def test_deep_nesting_is_no_obstacle() -> None:
    story = sc.explain("sin(" * 200 + "x" + ")" * 200, "x", max_steps=5)

    assert story.n_hidden == 195
    assert story.check.is_good


def test_latex_is_an_align_environment_with_balanced_braces() -> None:
    latex = sc.explain("x^2*sin(x*y)", "x").latex

    assert latex.startswith(r"\begin{align*}")
    assert latex.endswith(r"\end{align*}")
    assert latex.count(r" \\") == 3
    assert latex.count("{") == latex.count("}")
    assert r"\left(u v\right)' = u' v + u v'" in latex
    assert r"\frac{\partial f}{\partial x} &= " in latex


def test_the_notebook_shows_aligned_rows_and_markdown() -> None:
    story = sc.explain("x*exp(x)", "x")

    assert r"\begin{aligned}" in story._repr_latex_()
    assert re.search(r"^1\. \*\*product rule\*\*", story._repr_markdown_(), re.MULTILINE)
    assert story.markdown.count("$") % 2 == 0


def test_json_has_every_step_whole() -> None:
    data = json.loads(json.dumps(sc.explain("x*exp(2*x)", "x").to_dict()))

    assert [step["number"] for step in data["steps"]] == [1, 2]
    assert data["steps"][0]["uses"] == [2]
    assert data["steps"][1]["parts"]["u"] == {"text": "2*x", "derivative": "2"}
    assert data["agrees"] is True


def test_one_variable_is_asked_for() -> None:
    with pytest.raises(ArgumentError, match="received x, y"):
        sc.explain("x*y")
    with pytest.raises(ArgumentError, match="One derivative"):
        sc.explain("x*y", "x, y")
    with pytest.raises(ArgumentError, match="max_steps"):
        sc.explain("x", max_steps=0)
    with pytest.raises(ParseError):
        sc.explain("x +* y", "x")


def test_a_function_without_a_derivative_is_refused_by_name() -> None:
    with pytest.raises(DerivativeError, match="besselj"):
        sc.explain("besselj(x, 2)", "x")


def test_a_variable_that_does_not_occur_has_the_derivative_zero() -> None:
    story = sc.explain("y^2", "x")

    assert str(story.steps[0].output) == "0"
    assert story.check.is_good


def test_the_command_writes_four_formats(run: Any) -> None:
    answers = {f: run("explain", "-x*sin(x)", "--format", f) for f in ("text", "latex", "markdown")}

    assert {answer.code for answer in answers.values()} == {0}
    assert answers["text"].lines[0].startswith("1. constant factor, product rule")
    assert answers["latex"].lines[-1].startswith("% checked")
    assert answers["markdown"].lines[0].startswith("**Derivative of**")
    assert run("explain", "-x*sin(x)", "--json").json["agrees"] is True


def test_the_command_ends_with_one_where_a_step_fails(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = dataclasses.replace(TABLE["cosh"], derivatives=(lambda m, y, x: -m.sinh(x),))
    monkeypatch.setitem(TABLE, "cosh", wrong)

    answer = run("explain", "x*cosh(x)")

    assert answer.code == 1
    assert "this step is wrong" in answer.out


def test_the_command_refuses_bad_input_with_two(run: Any) -> None:
    assert run("explain", "x*y").code == 2
    assert run("explain", "x +", "--wrt", "x").code == 2
