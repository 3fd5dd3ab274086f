"""The judge is judged: planted errors must turn the light red, and only they."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import mpmath
import pytest

from symcalc.balls import ball_value, enclose_integral
from symcalc.functions import TABLE, FunctionRow
from symcalc.graph.derive import gradient_nodes
from symcalc.graph.graph import Graph, Node
from symcalc.language import read
from symcalc.outcome import Outcome, Trust
from symcalc.verify import DerivativeCheck, judge_derivatives

FORMULAS = ["100*(y - x**2)**2 + (1 - x)**2", "sin(x*y) + exp(x)/y", "x**y*log(1 + x**2) + tanh(y)"]

#: `spoil(graph, right, other)`; `other` is the derivative in the other variable.
Spoiler = Callable[[Graph, Node, Node], Node]

FAULTS: dict[str, Spoiler] = {
    "wrong sign": lambda g, right, other: g.neg(right),
    "factor 2": lambda g, right, other: g.scale(2, right),
    "wrong component": lambda g, right, other: other,
    "relative error 1e-6": lambda g, right, other: g.scale(1 + Fraction(1, 10**6), right),
    "relative error 1e-12": lambda g, right, other: g.scale(1 + Fraction(1, 10**12), right),
    "constant offset": lambda g, right, other: g.add((right, g.const(Fraction(1, 1000)))),
    "zero": lambda g, right, other: g.const(0),
    "missing term": lambda g, right, other: g.sub(right, g.var("x")),
    "extra factor": lambda g, right, other: g.mul((right, g.var("x"))),
    "derivative of the derivative": lambda g, right, other: gradient_nodes(g, right, [g.var("x")])[
        0
    ],
}


def judge_spoiled(text: str, spoil: Spoiler, index: int = 0, **options: Any) -> DerivativeCheck:
    """Judge a gradient one component of which is spoiled."""
    expression = read(text)
    graph, names = expression.graph.copy(), expression.names
    gradient = gradient_nodes(graph, expression.root, [graph.var(name) for name in names])
    other = gradient[(index + 1) % len(gradient)]
    gradient[index] = spoil(graph, gradient[index], other)
    claims: list[tuple[Mapping[str, int], Graph, Node]] = [
        ({name: 1}, graph, node) for name, node in zip(names, gradient, strict=True)
    ]
    return judge_derivatives((graph, expression.root), claims, names, **options)


@pytest.mark.parametrize("text", FORMULAS)
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("index", [0, 1])
def test_a_planted_fault_in_a_gradient_is_seen(text: str, fault: str, index: int) -> None:
    check = judge_spoiled(text, FAULTS[fault], index)

    assert check.outcome is Outcome.DISAGREES
    assert check.trust is Trust.SUSPECT
    assert not check.is_good
    assert "∂f/∂" + "xy"[index] in check.message


@pytest.mark.parametrize("text", FORMULAS)
def test_an_unspoiled_gradient_is_not_accused(text: str) -> None:
    check = judge_spoiled(text, lambda graph, right, other: right)

    assert check.trust is Trust.CHECKED


def test_the_message_of_a_disagreement_shows_the_point_and_both_numbers() -> None:
    check = judge_spoiled("x**2", FAULTS["factor 2"])
    worst = check.details[0]

    assert f"{worst.closed_form:.17g}" in check.message
    assert f"{worst.independent:.17g}" in check.message
    assert f"x = {worst.point['x']!r}" in check.message
    assert worst.closed_form == pytest.approx(4 * worst.point["x"])
    assert worst.independent == pytest.approx(2 * worst.point["x"])


@pytest.mark.parametrize("fault", ["wrong sign", "zero", "relative error 1e-6", "constant offset"])
@pytest.mark.parametrize("index", [0, 17, 39])
def test_one_wrong_component_among_many_is_seen_along_a_random_direction(
    fault: str, index: int
) -> None:
    text = " + ".join(f"10**{k % 9}*(x{k}**2 + sin(x{k}*x{k + 1}))" for k in range(39))

    check = judge_spoiled(text, FAULTS[fault], index)

    assert check.outcome is Outcome.DISAGREES


def test_a_wrong_second_derivative_among_many_is_seen() -> None:
    expression = read(" + ".join(f"x{k}*exp(x{k + 1})" for k in range(7)))
    graph, names = expression.graph.copy(), expression.names
    variables = [graph.var(name) for name in names]
    claims: list[tuple[Mapping[str, int], Graph, Node]] = []
    for k, node in enumerate(gradient_nodes(graph, expression.root, variables)):
        second = gradient_nodes(graph, node, variables)
        for other in range(k, len(names)):
            order = {names[k]: 2} if other == k else {names[k]: 1, names[other]: 1}
            claims.append((order, graph, second[other]))
    order, _, right = claims[11]
    claims[11] = (
        order,
        graph,
        graph.scale(1 + Fraction(1, 10**6), graph.add((right, variables[0]))),
    )

    check = judge_derivatives((graph, expression.root), claims, names)

    assert check.outcome is Outcome.DISAGREES


def test_a_fault_that_shows_on_one_branch_only_is_seen() -> None:
    def spoil(graph: Graph, right: Node, other: Node) -> Node:
        high = graph.compare(">", graph.var("x"), graph.const(3))
        return graph.piecewise([(graph.scale(2, right), high)], right)

    assert judge_spoiled("exp(x/10)*y", spoil, n_points=12).outcome is Outcome.DISAGREES


def test_a_form_that_is_nowhere_finite_is_not_called_right() -> None:
    check = judge_spoiled("x**2 + y", lambda graph, right, other: graph.call("nan"))

    assert check.trust is Trust.UNCHECKED
    assert "∂f/∂x" in check.message


def test_a_wrong_derivative_without_balls_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("sin", "besselj"):
        monkeypatch.setitem(TABLE, name, dataclasses.replace(TABLE[name], ball=None, series=None))

    for text in ("sin(x)*y", "besselj(0, x) + y"):
        assert judge_spoiled(text, FAULTS["relative error 1e-6"]).outcome is Outcome.DISAGREES
        assert judge_spoiled(text, FAULTS["zero"]).outcome is Outcome.DISAGREES


def test_a_wrong_rule_of_the_table_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = dataclasses.replace(TABLE["tanh"], derivatives=(lambda m, y, x: 1 + y**2,))
    monkeypatch.setitem(TABLE, "tanh", wrong)

    assert judge_spoiled("tanh(x)*y", lambda g, right, other: right).outcome is Outcome.DISAGREES


def test_a_wrong_ball_of_the_table_is_seen_by_the_judge(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = dataclasses.replace(TABLE["atan"], ball=lambda x: x.atan() + x / 10**6)
    monkeypatch.setitem(TABLE, "atan", wrong)

    assert judge_spoiled("atan(x)*y", lambda g, right, other: right).outcome is Outcome.DISAGREES


# -- the atoms of the oracle against mpmath ------------------------------------------------

MPMATH: dict[str, Callable[..., Any]] = {
    "sin": mpmath.sin,
    "exp": mpmath.exp,
    "gamma": mpmath.gamma,
    "besselj": mpmath.besselj,
    "lambertw": mpmath.lambertw,
    "softplus": lambda x: mpmath.log1p(mpmath.exp(x)),
}


def is_enclosing(row: FunctionRow, point: tuple[float, ...]) -> bool:
    """Whether the ball of a row meets the value that mpmath finds at 60 digits."""
    graph = Graph()
    names = [f"u{k}" for k in range(len(point))]
    root = graph.call(row.name, [graph.var(name) for name in names])
    found = ball_value(graph, root, dict(zip(names, point, strict=True)), 128)
    with mpmath.workdps(80):
        expected = MPMATH[row.name](*map(mpmath.mpf, point))
        gap = abs(mpmath.mpf(found.mid().str(70, radius=False)) - expected)
        radius = mpmath.mpf(found.rad().mid().str(10, radius=False))
        return bool(gap <= radius * (1 + 1e-8) + abs(expected) * mpmath.mpf("1e-60"))


ATOMS = [(name, point) for name in MPMATH for point in TABLE[name].sample]


@pytest.mark.parametrize(("name", "point"), ATOMS)
def test_every_atom_of_the_oracle_encloses_what_mpmath_finds(
    name: str, point: tuple[float, ...]
) -> None:
    assert is_enclosing(TABLE[name], point)


@pytest.mark.parametrize("name", ["sin", "gamma", "besselj", "softplus"])
@pytest.mark.parametrize(
    "spoil",
    [
        lambda ball: ball + ball / 10**30,
        lambda ball: -ball,
        lambda ball: ball.mid() + ball.rad() * 3,
        lambda ball: ball * 0,
    ],
)
def test_an_atom_with_a_wrong_ball_is_seen(
    name: str, spoil: Callable[[Any], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    import flint

    right = TABLE[name].ball
    function = getattr(flint.arb, right) if isinstance(right, str) else right
    wrong = dataclasses.replace(TABLE[name], ball=lambda *args: spoil(function(*args)))
    monkeypatch.setitem(TABLE, name, wrong)

    assert not all(is_enclosing(wrong, point) for point in TABLE[name].sample)


# -- the oracle of integrals ----------------------------------------------------------------


def is_enclosing_integral(text: str, lower: float, upper: float, truth: str) -> bool:
    """Whether the enclosure of an integral, if there is one, meets the truth."""
    import flint

    formula = read(text)
    found = enclose_integral(formula.graph, formula.root, "x", lower, upper)
    return found.ball is None or bool(found.ball.overlaps(flint.arb(truth)))


@pytest.mark.parametrize(
    ("name", "text", "truth"),
    [
        ("abs", "abs(x)", "1"),
        ("abs", "abs(x - 1/4)", "1.0625"),
        ("max", "max(x, 0)", "0.5"),
        ("sign", "x*sign(x)", "1"),
    ],
)
def test_an_atom_without_its_analytic_flag_is_seen(
    name: str, text: str, truth: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    careless: dict[str, Callable[..., Any]] = {
        "abs": lambda z: (z * z).sqrt(),
        "max": lambda x, y: (x + y + ((x - y) * (x - y)).sqrt()) / 2,
        "sign": lambda z: z.real_sgn(),
    }

    assert is_enclosing_integral(text, -1, 1, truth)

    wrong = dataclasses.replace(TABLE[name], continuation=careless[name])
    monkeypatch.setitem(TABLE, name, wrong)

    assert not is_enclosing_integral(text, -1, 1, truth)
