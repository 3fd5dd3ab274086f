"""Audits: losses are measured right, the right step is blamed, proposals are equal and better."""

from __future__ import annotations

import dataclasses
import json
import math
import random
import subprocess
import sys
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from audit_corpus import CASES
from hypothesis import given, settings
from hypothesis import strategies as st
from test_cli import Answer, run

import symcalc as sc
from symcalc.balls import to_ball
from symcalc.calculus.audited import AuditOutcome
from symcalc.errors import ArgumentError, LimitError, ParseError
from symcalc.functions import TABLE
from symcalc.language import read, read_ranges
from symcalc.symbolic import rewrites
from symcalc.symbolic.deadline import within_seconds
from symcalc.symbolic.spellings import alternatives
from symcalc.verify import improve
from symcalc.verify.box import box_points
from symcalc.verify.digits import ALL_DIGITS, compare_digits, lost_digits, true_values
from symcalc.verify.doubles import columns_of, run_plain
from symcalc.verify.improve import Search, is_equivalent
from symcalc.verify.regimes import best_split

__all__ = ["Answer", "run"]


@pytest.mark.parametrize(("text", "box", "better"), CASES, ids=[case[0] for case in CASES])
def test_a_better_form_is_found_and_is_better(text: str, box: str, better: str | None) -> None:
    found = sc.audit(text, over=box)

    assert found.plain is not None
    assert found.plain.worst > 2.5
    assert found.blame is not None
    proposal = found.proposal
    assert proposal is not None
    assert proposal.plain.worst < 3
    assert proposal.plain.worst < found.plain.worst - 2
    assert proposal.compiled.worst < 3
    assert proposal.plain.mean < found.plain.mean
    if better is not None:
        assert proposal.expression.text == better


@pytest.mark.parametrize(("text", "box", "better"), CASES[:8], ids=[c[0] for c in CASES[:8]])
def test_a_proposal_agrees_with_mpmath_on_points_of_its_own(
    text: str, box: str, better: str | None
) -> None:
    proposal = sc.audit(text, over=box, points=100).proposal
    assert proposal is not None
    form, source = proposal.expression, read(text)

    for point in box_points(read_ranges(box), 40, seed=77):
        (truth,) = true_values(source.graph, source.root, [point])
        if not truth.is_known:
            continue
        values = run_plain(form.graph, form.root, columns_of([point], list(point)), 1)
        exact = mpmath.mpf(truth.digits)
        gap = abs(mpmath.mpf(float(values[0])) - exact)
        assert gap <= 1e-13 * abs(exact) + mpmath.mpf(2) ** -1074


BLAMED = {
    "sqrt(x+1) - sqrt(x) + 0*x": ("x = 1e6 … 1e12", "cancellation", "sqrt(x + 1) - sqrt(x)"),
    "2*(1 - cos(x))/x": ("x = 1e-9 … 1e-6", "cancellation", "1 - cos(x)"),
    "log(1 + exp(x))": ("x = 800 … 1000", "overflow", "exp(x)"),
    "sqrt(x^2 + y^2)": ("x = 1e-200 … 1e-180, y = 1e-200 … 1e-180", "underflow", "x**2"),
    "3*log((1 + x)/(1 - x))": (
        "x = 1e-9 … 1e-6",
        "amplification",
        "log((1 + x)/(1 - x))",
    ),
}


@pytest.mark.parametrize("text", BLAMED)
def test_the_step_that_loses_the_digits_is_named(text: str) -> None:
    box, reason, step = BLAMED[text]

    blame = sc.audit(text.replace(" + 0*x", ""), over=box, rewrites=False).blame

    assert blame is not None
    assert (blame.reason, blame.step.text) == (reason, step)
    assert step in blame.sentence


def test_as_typed_and_as_compiled_are_measured_apart() -> None:
    found = sc.audit("(exp(x) - 1)/x", over="x = 1e-12 … 1e-6")

    assert found.plain is not None
    assert found.compiled is not None
    assert found.plain.worst > 9
    assert found.compiled.worst < 1
    assert found.outcome is AuditOutcome.KEEPS_DIGITS
    assert found.advice.startswith("nothing to do for sc.compile")


def test_what_loses_nothing_is_left_alone() -> None:
    found = sc.audit("x^2 + sin(x)", over="x = 1 … 2")

    assert found.blame is None
    assert found.proposal is None
    assert found.advice == "nothing to do"


def test_the_verdict_follows_what_is_tolerated() -> None:
    outcomes = [
        sc.audit("(x+1)^9 - x^9 - 1", over="x = 1e-3 … 1", tolerate=t, rewrites=False).outcome
        for t in (15.0, 0.5)
    ]

    assert outcomes == [AuditOutcome.LOSES_DIGITS, AuditOutcome.LOSES_TOO_MANY]


def test_where_no_value_exists_nothing_is_claimed() -> None:
    found = sc.audit("log(x)", over="x = -2 … -1")

    assert found.outcome is AuditOutcome.NOT_COMPARED
    assert found.n_undefined == found.n_points
    assert not found.outcome.is_good


def test_numbers_where_none_exists_are_counted() -> None:
    found = sc.audit("sin(x)/x", over="x = 0 … 1", rewrites=False)

    assert found.compiled is not None
    assert found.compiled.n_phantom == 1
    assert found.n_undefined == 1


def test_same_seed_same_audit() -> None:
    one, other, third = (
        json.dumps(sc.audit("x - sin(x)", over="x = 0..1", seed=s, rewrites=False).to_dict())
        for s in (1, 1, 2)
    )

    assert one == other
    assert one != third


# -- the judges are judged ------------------------------------------------------------------------


@given(st.floats(-1e300, 1e300), st.floats(-1e300, 1e300))
def test_lost_digits_are_those_of_mpmath(value: float, exact: float) -> None:
    lost = lost_digits(value, to_ball(exact))

    if value == exact:
        assert lost == 0
    elif exact == 0:
        assert lost == (ALL_DIGITS if abs(value) > 5e-324 else 0)
    else:
        with mpmath.workdps(40):
            gap = max(abs(mpmath.mpf(value) - exact) - mpmath.mpf(2) ** -1074, 0) / abs(exact)
            expected = mpmath.log10(gap * 2**53) if gap else 0
        assert lost == pytest.approx(float(min(ALL_DIGITS, max(0, expected))), abs=1e-9)


def test_beyond_the_range_of_doubles_infinity_and_zero_are_right() -> None:
    huge, tiny = to_ball(10) ** 400, to_ball(10) ** -400

    assert lost_digits(math.inf, huge) == 0
    assert lost_digits(-math.inf, huge) == ALL_DIGITS
    assert lost_digits(0.0, tiny) == 0
    assert lost_digits(math.inf, to_ball(1)) == ALL_DIGITS
    assert lost_digits(math.nan, to_ball(1)) == ALL_DIGITS


def search_for(text: str, box: str, n: int = 60) -> tuple[Search, Any, Any]:
    expression = read(text)
    points = box_points(read_ranges(box), n)
    truths = true_values(expression.graph, expression.root, points)
    return Search(expression.graph.copy(), points, truths), expression.root, truths


def test_a_false_identity_is_never_proposed(monkeypatch: pytest.MonkeyPatch) -> None:
    def lie(g: Any, node: int) -> Any:
        if g.kinds[node] == "add":
            yield g.pow(g.scale(2, g.pow(g.var("x"), g.const(Fraction(1, 2)))), g.const(-1))

    table = (rewrites.Rewrite("lie", lie),)
    monkeypatch.setattr("symcalc.symbolic.spellings.REWRITES", table)

    found = sc.audit("sqrt(x+1) - sqrt(x)", over="x = 1e3 … 1e15")

    assert found.proposal is None or "lie" not in found.proposal.steps


def test_a_form_that_differs_in_the_twentieth_digit_is_refused() -> None:
    search, root, truths = search_for("sqrt(x + 1)", "x = 1 … 2")
    g = search.graph
    near = g.scale(1 + Fraction(1, 10**18), root)
    same = g.pow(g.add((g.const(1), g.var("x"))), g.const(Fraction(1, 2)))

    spoiled, equal = (search.measure(node, ("?",)) for node in (near, same))

    assert spoiled is not None
    assert equal is not None
    assert not is_equivalent(g, spoiled, search.points, truths)[0]
    assert is_equivalent(g, equal, search.points, truths) == (True, 0)


def test_a_form_with_a_wider_domain_is_refused() -> None:
    search, _, truths = search_for("log(x) - log(y)", "x = -2 … -1, y = -2 … -1")
    g = search.graph
    wider = search.measure(g.call("log", (g.div(g.var("x"), g.var("y")),)), ("?",))

    assert wider is not None
    assert not is_equivalent(g, wider, search.points, truths)[0]


def test_every_identity_of_the_table_is_true_where_it_is_used() -> None:
    used = set()
    texts = [
        "sqrt(x+1) - sqrt(x)",
        "cbrt(x+1) - cbrt(x)",
        "(x+1)^(1/5) - x^(1/5)",
        "x^2 - y^2",
        "log(x+1) - log(y)",
        "log((x+1)/y)",
        "log(x + sqrt(x^2+1))",
        "log(2*x + sqrt(4*x^2-1))",
        "exp(x) - exp(y)",
        "exp(x) - 2 + exp(-x)",
        "sin(x) - sin(y)",
        "cos(x) - cos(y)",
        "tan(x) - tan(y)",
        "atan(x) - atan(y)",
        "1 - cos(x)",
        "(1 - cos(x))/sin(x)",
        "1 - erf(x)",
        "1 - sigmoid(x)",
        "1 - tanh(x)",
        "pi/2 - atan(x)",
        "pi/2 - asin(x/4)",
        "acos(x/4)",
        "asin(x/4)",
        "1/x - 1/(x+y)",
        "sqrt(x*y)",
        "-x - sqrt(x^2 - y/9)",
        "x*log(x + 1) - y*log(x)",
        "(1 + x)^y",
        "exp(x)/(exp(y) - 1)",
        "loggamma(x + 2) - loggamma(x)",
    ]
    for text in texts:
        expression = read(text)
        g = expression.graph.copy()
        points = box_points(dict.fromkeys(expression.names, (1.0, 1.5)), 12)
        truths = true_values(g, expression.root, points)
        for name, root in alternatives(g, expression.root, widely=False):
            found = improve.Candidate(root, (name,), compare_digits(0.0, truths), 1)
            assert is_equivalent(g, found, points, truths)[0], (text, name)
            if root != expression.root:
                used.add(name)

    assert used >= {rewrite.name for rewrite in rewrites.REWRITES}


def test_two_branches_meet_at_the_plainest_number() -> None:
    x = np.linspace(-10, 10, 101)
    left, right = np.where(x < 0, 0.0, 9.0), np.where(x < 0, 9.0, 0.0)

    split = best_split({"x": x}, left, right)
    shifted = best_split({"x": x + 103.07}, left, right)

    assert split is not None
    assert (split.threshold, split.first_is_below) == (0, True)
    assert shifted is not None
    assert shifted.threshold == 103
    assert best_split({"x": x}, left, left) is None


# -- points and ranges ----------------------------------------------------------------------------


@settings(max_examples=60)
@given(st.floats(-1e300, 1e300), st.floats(-1e300, 1e300), st.integers(20, 80))
def test_points_stay_in_the_box_with_its_corners(a: float, b: float, n: int) -> None:
    lower, upper = min(a, b), max(a, b)

    points = [point["x"] for point in box_points({"x": (lower, upper)}, n)]

    assert len(points) == n
    assert all(lower <= x <= upper for x in points)
    assert {lower, upper} <= set(points)


def test_wide_ranges_are_filled_by_size_on_both_sides_of_zero() -> None:
    wide = [p["x"] for p in box_points({"x": (1e-8, 1e8)}, 400)]
    around = [p["x"] for p in box_points({"x": (-1.0, 2.0)}, 400)]

    assert 150 < sum(x < 1 for x in wide) < 250
    assert sum(0 < x < 1e-6 for x in around) > 30
    assert sum(-1e-6 < x < 0 for x in around) > 30


@pytest.mark.parametrize("between", ["…", "..", "...", " to ", " … "])
def test_the_ends_of_a_range_may_be_joined_in_several_ways(between: str) -> None:
    assert read_ranges(f"x = -1e-8{between}2*pi") == {"x": (-1e-8, 2 * math.pi)}


@pytest.mark.parametrize(
    "text", ["", "x", "x=", "x=1..", "x=..2", "x=2..1", "x=1..2..3", "x=1..2,x=3", "x=1..oo", "=1"]
)
def test_malformed_ranges_are_refused(text: str) -> None:
    with pytest.raises(ParseError):
        read_ranges(text)


def test_arguments_are_checked_at_the_door() -> None:
    for text, over, hint in (
        ("x*y", "x = 1..2", "no range for y"),
        ("x", "x = 1..2, y = 1..2", "`y` does not occur"),
        ("3", "x = 1..2", "no variable"),
        ("x", "x = 1", "held fast"),
    ):
        with pytest.raises(ArgumentError, match=hint):
            sc.audit(text, over=over)
    for over in (None, {}, {"x": 3}, {"x": (2, 1)}, {"x": (0, math.inf)}):
        with pytest.raises(ArgumentError):
            sc.audit("x", over=over)
    with pytest.raises(ArgumentError, match="points"):
        sc.audit("x", over="x=1..2", points=3)


def test_what_ball_arithmetic_lacks_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TABLE, "erf", dataclasses.replace(TABLE["erf"], ball=None))

    with pytest.raises(ArgumentError, match="ball arithmetic lacks `erf`"):
        sc.audit("erf(x)", over="x=1..2")


def test_limits_of_time_are_kept() -> None:
    with pytest.raises(LimitError):
        sc.audit("x - sin(x)", over="x = 0..1", points=20000, limits=sc.Limits(seconds=0.2))


def test_a_slow_piece_of_python_is_ended() -> None:
    def forever() -> int:
        while True:
            random.random()
            sorted([3, 1, 2], key=lambda x: -x)

    assert within_seconds(0.1, forever) is None
    assert within_seconds(5.0, lambda: 7) == 7


@pytest.mark.parametrize("alarms", ["", "deadline.use_alarms()"])
def test_a_module_in_c_is_loaded_whole_before_the_work_is_ended(alarms: str) -> None:
    script = f"""
import importlib, numpy
from symcalc.symbolic import deadline
{alarms}
n_ended = 0
for tenths in range(1, 400):
    work = lambda: importlib.import_module("numpy.random").default_rng
    n_ended += deadline.within_seconds(tenths * 1e-4, work) is None
print(n_ended)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)

    assert done.stderr == ""
    assert 0 < int(done.stdout) < 399


# -- how it is shown ------------------------------------------------------------------------------


def test_the_dictionary_is_plain_json() -> None:
    data = json.loads(json.dumps(sc.audit("1 - cos(x)", over="x = 0 … 1").to_dict()))

    assert data["outcome"] == "keeps_digits"
    assert sum(data["plain"]["histogram"]) == data["compared"]
    assert data["proposal"]["text"]


def test_the_repr_and_the_notebook_say_the_essentials() -> None:
    found = sc.audit("sqrt(x+1) - sqrt(x)", over={"x": (1, 1e12)})

    assert "better: 1/(sqrt(x + 1) + sqrt(x))" in repr(found)
    assert found._repr_html_().count("<tr>") == 5


def test_the_command_reports_and_tells_by_its_exit_code(run: Any) -> None:
    bad = run("audit", "atan(x+1) - atan(x)", "--over", "x = 1 … 1e12")
    good = run("audit", "log(1+exp(x))", "--over", "x = -1000 to 1000")

    assert bad.code == 1
    assert "better: atan2(1, x*(x + 1) + 1)" in bad.lines
    assert "advice: write the better form" in bad.lines
    assert good.code == 0
    assert good.lines[0] == "The compiled code keeps its digits."


def test_the_command_writes_json_and_refuses_bad_boxes(run: Any) -> None:
    data = run("audit", "-x + sin(x)", "--over", "x=1..2", "--json", "--no-rewrites").json

    assert data["proposal"] is None
    assert run("audit", "x*y", "--over", "x=1..2", "--over", "y=1..2").code == 0
    assert run("audit", "x", "--over", "x=1~2").code == 2
    assert run("audit", "x").code == 2
