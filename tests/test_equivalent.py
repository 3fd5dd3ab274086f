"""`equivalent` proves, refutes or says how far it looked; its proofs are never wrong."""

from __future__ import annotations

import itertools
import json
import math
import pickle
import random
from collections.abc import Callable
from fractions import Fraction

import pytest
import strategies
import sympy
from hypothesis import given
from hypothesis import strategies as st

import symcalc as sc
from symcalc.balls import BallProgram
from symcalc.cli import main
from symcalc.graph.graph import Graph, Node
from symcalc.verify import normal_rules
from symcalc.verify.identity import is_identity

Equality = sc.Equality

IDENTITIES = """
(x+1)^2 | x^2+2*x+1
sin(x)^2+cos(x)^2 | 1
sin(2*x) | 2*sin(x)*cos(x)
sin(3*x) | 3*sin(x)-4*sin(x)^3
sin(x/2)*cos(x/2)*2 | sin(x)
sin(x+y) | sin(x)*cos(y)+cos(x)*sin(y)
cos(x+pi/2) | -sin(x)
tan(x)^2+1 | sec(x)^2
cot(x) | cos(x)/sin(x)
-csc(x)^2 | -1-cot(x)^2
asin(x)+acos(x) | pi/2
exp(x+y) | exp(x)*exp(y)
exp(2*x) | exp(x)^2
exp(x*y) | exp(x)^y
exp(2*log(x)) | x^2
2^x*log(4) | 2*log(2)*2^x
1-tanh(x)^2 | 1/cosh(x)^2
cosh(x)^2-sinh(x)^2 | 1
coth(x)*tanh(x) | cosh(x)/cosh(x)*sinh(x)/sinh(x)
1/(1+exp(-x)) | exp(x)/(1+exp(x))
sigmoid(x)*(1-sigmoid(x)) | exp(-x)/(1+exp(-x))^2
log(1+exp(x)) | softplus(x)
log(cosh(x)) | logcosh(x)
log(x*y) | log(x)+log(y)
log(sqrt(x)) | log(x)/2
log10(x) | log(x)/log(10)
log(12) | 2*log(2)+log(3)
y*x^(y-1) | y*x^y/x
x^(1/2)*x^(1/3) | x^(5/6)
sqrt(x^2) | abs(x)
sqrt(4*x) | 2*sqrt(x)
sqrt(8) | 2*sqrt(2)
sqrt(2)*sqrt(3) | sqrt(6)
1/(2*sqrt(x)) | sqrt(x)/(2*x)
abs(x+1) | sqrt((x+1)^2)
x/abs(x) | sign(x)*abs(x)/abs(x)
x*abs(x) | x^2*sign(x)
abs(x)^2 | x^2
max(x,y) | (x+y+abs(x-y))/2
max(x,y)+min(x,y) | x+y
relu(x)-relu(-x) | x
heaviside(x) | (1+sign(x))/2
hypot(x,y) | sqrt(x^2+y^2)
x/hypot(x,y) | x/sqrt(x^2+y^2)
cbrt(x)^3 | x
1/cbrt(x)^2 | cbrt(x)/x
cbrt(-x) | -cbrt(x)
erf(-x) | -erf(x)
erfc(x) | 1-erf(x)
(x^2-1)/(x-1) | x+1
1/(x*(x+1)) | 1/x-1/(x+1)
1/(1/x+1/y) | x*y/(x+y)
(x^3-y^3)/(x-y) | x^2+x*y+y^2
expm1(x)+1 | exp(x)
xlogy(x,y) | x*log(y)
"""

DIFFERENT = """
x | x+1
sqrt(x^2) | x
sign(x)^2 | 1
heaviside(x)^2 | heaviside(x)
(x^y)^(1/2) | x^(y/2)
x^(2/3) | (x^2)^(1/3) + 1
exp(y*log(abs(x))) | x^y
abs(cbrt(x)) | cbrt(x)
abs(x^(y/2)) | x^(y/2)
abs(x^(2*y)) | x^(2*y)
sign(x-x)^(y+1/2) | 0
sign(x^2)/x^(y+1/2) | 1/x^(y+1/2)
sin(x)^2 | 1-cos(x)
piecewise((x, x>0), (0, True)) | x
sign(x)^2 + 0*piecewise((1/x, x!=0), (0, True)) | 1
hypot(x,y)^2 | x^2-y^2
log(x^2) | log(x)
x/x | 0
x | x + 1e-30
"""


def pairs(table: str) -> list[tuple[str, str]]:
    rows = [line.split("|") for line in table.strip().splitlines()]
    return [(left.strip(), right.strip()) for left, right in rows]


def joined(*texts: str) -> tuple[Graph, list[Node]]:
    graph = Graph()
    forms = [sc.parse(text) for text in texts]
    return graph, [graph.absorb(form.graph, [form.root])[0] for form in forms]


POINTS = [
    {"x": x, "y": y, "z": z}
    for x, y, z in itertools.product(
        (-3, -2, -1.5, -1, -0.5, 0, 0.5, 1, 2.5), (-2, -1, -0.5, 0, 1 / 3, 0.5, 1, 2), (-1, 0.75)
    )
]


def counterexample(graph: Graph, left: Node, right: Node) -> dict[str, float] | None:
    """Return a point at which balls prove that two formulas differ."""
    program = BallProgram(graph, [left, right])
    for point in POINTS:
        a, b = program.evaluate(point, 200)
        if a.is_finite() and b.is_finite() and not a.overlaps(b):
            return point
    return None


# -- the proofs -------------------------------------------------------------------------------


@pytest.mark.parametrize(("left", "right"), pairs(IDENTITIES))
def test_an_identity_is_proven(left: str, right: str) -> None:
    graph, (a, b) = joined(left, right)

    assert counterexample(graph, a, b) is None
    assert is_identity(graph, a, b)
    assert is_identity(graph, b, a)


@pytest.mark.parametrize(("left", "right"), pairs(DIFFERENT))
def test_what_is_no_identity_is_not_proven(left: str, right: str) -> None:
    graph, (a, b) = joined(left, right)

    assert not is_identity(graph, a, b)
    assert not is_identity(graph, b, a)


UNARY = (
    "abs({})  sqrt({})  sign({})  ({})^2  ({})^3  1/({})  -({})  log({})  exp({})  ({})^(2/3)  "
    "cbrt({})  ({})^(-1/2)  heaviside({})  ({})^y  sin({})  relu({})  ({})^(3/2)  2*({})  "
    "hypot({},y)  ({})^(y/2)  ({})^(y+1/2)  2^({})"
).split("  ")
BINARY = ("({})*({})", "({})+({})", "({})/({})", "max({},{})", "({})-({})", "xlogy({},{})")
LEAVES = ("x", "y", "x", "2", "x*y", "x^2")


def grown(draw: random.Random, depth: int) -> str:
    """Return a small formula that is full of branches: roots, signs, powers, logarithms."""
    if depth == 0:
        return draw.choice(LEAVES)
    if draw.random() < 0.6:
        return draw.choice(UNARY).format(grown(draw, depth - 1))
    left, right = grown(draw, depth - 1), grown(draw, draw.randint(0, depth - 1))
    return draw.choice(BINARY).format(left, right)


def proofs_that_balls_refute(seed: int, n_formulas: int) -> tuple[int, list[tuple[str, str]]]:
    """Return how many pairs that agree at one point are proven, and those proven wrongly."""
    draw = random.Random(seed)
    graph = Graph()
    groups: dict[str, dict[Node, str]] = {}
    for _ in range(n_formulas):
        text = grown(draw, draw.choice((1, 2, 2, 3, 3)))
        try:
            form = sc.parse(text)
        except sc.SymcalcError:
            continue
        (root,) = graph.absorb(form.graph, [form.root])
        value = BallProgram(graph, [root]).evaluate({"x": 1.3719, "y": 0.8123}, 64)[0]
        if value.is_finite():
            groups.setdefault(f"{float(value.mid()):.11g}", {})[root] = text
    n_proven, wrong = 0, []
    for group in groups.values():
        for left, right in itertools.islice(itertools.combinations(group, 2), 25):
            if is_identity(graph, left, right):
                n_proven += 1
                if counterexample(graph, left, right) is not None:
                    wrong.append((group[left], group[right]))
    return n_proven, wrong


def test_no_proof_among_thousands_of_look_alikes_is_refuted_by_balls() -> None:
    n_proven, wrong = proofs_that_balls_refute(seed=7, n_formulas=6000)

    assert n_proven > 300
    assert not wrong


@given(strategies.formulas(), st.integers(0, 3))
def test_what_sympy_rearranges_is_never_proven_equal_when_balls_refute(text: str, way: int) -> None:
    ways: tuple[Callable[[sympy.Basic], sympy.Basic], ...] = (
        sympy.expand,
        sympy.together,
        lambda form: sympy.powdenest(form, force=True),
        lambda form: sympy.expand(form, force=True),
    )
    try:
        form = sc.parse(text)
        other = sc.Expression.from_sympy(ways[way](form.sympy))
    except (sc.SymcalcError, AttributeError, TypeError, ValueError, RecursionError):
        return
    graph = Graph()
    (a,) = graph.absorb(form.graph, [form.root])
    (b,) = graph.absorb(other.graph, [other.root])

    if is_identity(graph, a, b):
        assert counterexample(graph, a, b) is None


@pytest.mark.parametrize(
    ("kind", "rule"),
    [
        ("abs", lambda forms, p: p),
        ("relu", lambda forms, p: p),
        ("cbrt", lambda forms, p: forms.rational_power(p, Fraction(1, 3))),
    ],
)
def test_a_wrong_rule_is_caught_by_the_look_alikes(
    kind: str, rule: normal_rules.Rule, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(normal_rules.RULES, kind, rule)

    _, wrong = proofs_that_balls_refute(seed=7, n_formulas=3000)

    assert wrong


def test_totals_over_rows_are_proven_equal_for_any_number_of_rows() -> None:
    shapes = "x: rows; y: rows"
    right = "w*mean(x^2) + b*mean(x) - mean(x*y)"

    assert sc.equivalent("mean((w*x + b - y)*x)", right, shapes=shapes).outcome is Equality.PROVED
    wrong = sc.equivalent("sum((w*x + b - y)*x)", right, shapes=shapes)
    assert wrong.outcome is Equality.REFUTED
    assert wrong.point is not None
    assert len(wrong.point["x"]) >= 3


def test_a_large_formula_is_given_up_and_still_compared() -> None:
    text = "*".join(f"(x + y^{k} + sin({k}*x))" for k in range(1, 30))

    assert sc.equivalent(text, f"2*({text})/2").outcome in (Equality.PROVED, Equality.AGREES)
    assert sc.equivalent(text, f"({text}) + 1e-9").outcome is Equality.REFUTED


# -- the verb ---------------------------------------------------------------------------------

VERDICTS = [
    ("cos(2*x)", "1 - 2*sin(x)^2", "PROVED", None),
    ("sqrt(x^2)", "x", "REFUTED", {"x": -1.0}),
    ("log(x^2)", "2*log(x)", "OTHER_DOMAIN", {"x": -1.0}),
    ("(x^2 - 1)/(x - 1)", "x + 1", "OTHER_DOMAIN", {"x": 1.0}),
    ("sqrt(x)*sqrt(y)", "sqrt(x*y)", "OTHER_DOMAIN", None),
    ("x", "x + 1e-30", "REFUTED", {"x": 1.0}),
    ("gamma(x + 2)", "(x + 1)*gamma(x + 1)", "OTHER_DOMAIN", {"x": -1.0}),
    ("digamma(exp(x) + 1)", "digamma(exp(x)) + exp(-x)", "AGREES", None),
    ("log(x)", "log(-x)", "OTHER_DOMAIN", None),
    ("log(-x^2)", "asin(x^2 + 2)", "UNDECIDED", None),
    ("x*y", "y*x", "PROVED", None),
    ("2", "2", "PROVED", None),
    ("pi", "355/113", "REFUTED", {}),
    ("zeta(2)", "pi^2/6", "AGREES", None),
    ("floor(x)", "x", "REFUTED", {"x": 0.5}),
]


@pytest.mark.parametrize(("left", "right", "outcome", "point"), VERDICTS)
def test_two_formulas_get_the_verdict_they_deserve(
    left: str, right: str, outcome: str, point: dict[str, float] | None
) -> None:
    found = sc.equivalent(left, right)

    assert found.outcome.name == outcome, found.message
    assert found.is_good == (outcome in ("PROVED", "AGREES"))
    assert (found.point is None) == (outcome in ("PROVED", "AGREES", "UNDECIDED"))
    if point is not None:
        assert found.point == point


def test_a_refutation_shows_digits_that_differ() -> None:
    found = sc.equivalent("x", "x + 1e-30")

    assert found.trust is sc.Trust.PROVEN
    assert found.digits[0] != found.digits[1]
    assert found.values == (1.0, 1.0)


def test_where_one_has_no_value_the_message_names_it() -> None:
    found = sc.equivalent("log(x^2)", "2*log(x)")

    assert "equal where both have a value (proven), but 2*log(x) has no value at x = -1" in (
        found.message
    )
    assert math.isnan(found.values[1])


def test_assumptions_decide() -> None:
    assert sc.equivalent("log(x^2)", "2*log(x)", assume="x > 0").outcome is Equality.PROVED
    assert sc.equivalent("sqrt(x^2)", "x", assume="x positive").outcome is Equality.PROVED
    assert sc.equivalent("sqrt(x^2)", "x", assume="x >= 0").is_good
    assert sc.equivalent("sqrt(x^2)", "-x", assume="x < 0").is_good


def test_other_inputs_and_forms_of_the_answer() -> None:
    x = sympy.Symbol("x", real=True)
    found = sc.equivalent(sympy.sin(x) ** 2, sc.parse("1 - cos(x)^2"))

    assert found.outcome is Equality.PROVED
    assert json.loads(json.dumps(found.to_dict(), allow_nan=False))["outcome"] == "proved"
    assert pickle.loads(pickle.dumps(found)).message == found.message
    assert "=" in found._repr_latex_()
    assert r"\neq" in sc.equivalent("x", "-x")._repr_latex_()
    assert "trust: proven" in repr(found)
    assert json.dumps(sc.equivalent("log(x)", "log(-x)").to_dict(), allow_nan=False)


def test_columns_without_a_total_are_refused() -> None:
    with pytest.raises(sc.ArgumentError, match="one value per row"):
        sc.equivalent("x + 1", "1 + x", shapes="x: rows")


def test_the_command_tells_by_its_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["equivalent", "cos(2*x)", "1 - 2*sin(x)^2"]) == 0
    assert capsys.readouterr().out.startswith("equal wherever both have a value")
    assert main(["equivalent", "-sqrt(x^2)", "-x"]) == 1
    out = capsys.readouterr().out
    assert out.startswith("not equal: ")
    assert main(["equivalent", "log(x^2)", "2*log(x)", "--assume", "x > 0", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["trust"] == "proven"
    assert main(["equivalent", "x +", "x"]) == 2


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("abs(x - 1000)", "1000 - x"),
        ("max(x, -1e6)", "x"),
        ("relu(x - 1e9)", "0"),
        ("x if x < 12345 else 0", "x"),
        ("floor(x + 1e-25)", "floor(x)"),
        ("clip(x*y, -1e5, 1e5)", "x*y"),
    ],
)
def test_formulas_that_part_only_beyond_a_number_they_name_are_refuted(
    left: str, right: str
) -> None:
    assert sc.equivalent(left, right).outcome is sc.Equality.REFUTED
