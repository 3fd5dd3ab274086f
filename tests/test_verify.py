"""The judge's instruments: oracle, differences, limits, points, and derivatives at nasty points."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symcalc.errors import ArgumentError
from symcalc.functions import TABLE
from symcalc.graph.derive import gradient_nodes
from symcalc.graph.graph import Graph, Node
from symcalc.language import read
from symcalc.numeric import (
    central_difference,
    complex_step,
    mixed_difference,
    one_sided_difference,
)
from symcalc.outcome import Estimate, Outcome, Trust
from symcalc.verify import (
    derivative_at,
    derivative_oracle,
    judge_derivatives,
    sample_points,
)

CASES = json.loads((Path(__file__).parent / "data" / "derivatives.json").read_text())["items"]


def derive(graph: Graph, root: Node, names: Sequence[str]) -> list[Node]:
    """Return the root and its derivatives, one name after the other."""
    nodes = [root]
    for name in names:
        nodes += gradient_nodes(graph, nodes[-1], [graph.var(name)])
    return nodes


def at(text: str, names: str, **point: float) -> Estimate:
    expression = read(text)
    graph = expression.graph.copy()
    nodes = derive(graph, expression.root, names)
    second = nodes[2] if len(names) == 2 else None
    return derivative_at(graph, nodes[0], nodes[1], second, list(names), point)


def judge(text: str, order: int = 1, **options: Any) -> Any:
    expression = read(text)
    graph, names = expression.graph.copy(), expression.names
    claims: list[tuple[Mapping[str, int], Graph, Node]] = []
    variables = [graph.var(name) for name in names]
    first = gradient_nodes(graph, expression.root, variables)
    claims += [({name: 1}, graph, node) for name, node in zip(names, first, strict=True)]
    if order == 2:
        for name, node in zip(names, first, strict=True):
            row = zip(names, gradient_nodes(graph, node, variables), strict=True)
            claims += [
                ({name: 2} if other == name else {name: 1, other: 1}, graph, second)
                for other, second in row
            ]
    return judge_derivatives((graph, expression.root), claims, names, **options)


# -- derivatives at a point ---------------------------------------------------------------


def questions() -> list[Any]:
    """Return one parameter set for each derivative of the file of reference values."""
    return [
        pytest.param(
            case["expr"], place["at"], key.split(","), wanted, id=f"{case['id']}-{number}-{key}"
        )
        for case in CASES
        for number, place in enumerate(case["points"])
        for key, wanted in [*place["grad"].items(), *place.get("hess", {}).items()]
    ]


@pytest.mark.parametrize(("text", "place", "names", "wanted"), questions())
def test_a_derivative_at_a_point_is_the_reference_or_says_that_there_is_none(
    text: str, place: Mapping[str, str], names: list[str], wanted: Mapping[str, str]
) -> None:
    expression = read(text, declared=tuple(place))
    graph = expression.graph.copy()
    nodes = derive(graph, expression.root, names)
    second = nodes[2] if len(names) == 2 else None
    point = {name: float(value) for name, value in place.items()}

    found = derivative_at(graph, nodes[0], nodes[1], second, names, point)

    if wanted["status"] == "ok":
        with mpmath.workdps(50):
            expected, mine = mpmath.mpf(wanted["value"]), mpmath.mpf(found.digits)
            assert found.outcome is Outcome.DONE
            assert abs(mine - expected) <= max(1e-15 * abs(expected), mpmath.mpf("1e-330"))
            assert found.trust in (Trust.PROVEN, Trust.CHECKED)
    else:
        assert not found.outcome.is_good
        for side in ("left", "right"):
            if side in wanted:
                assert f"{side}" in found.note
                assert f"{float(wanted[side]):.15g}"[:8].replace("-0", "0") in found.note


@pytest.mark.parametrize(
    ("text", "names", "value"),
    [
        ("sin(x)/x", "xx", -1 / 3),
        ("1/sin(x) - 1/x", "x", 1 / 6),
        ("x*gamma(x)", "x", -0.5772156649015329),
        ("x**2*sin(1/x) if x != 0 else 0", "x", 0),
        ("exp(-1/x**2) if x != 0 else 0", "xx", 0),
        ("sin(x)/x if x != 0 else 1", "xx", -1 / 3),
        ("abs(x)**3", "xx", 0),
        ("x**2/log(abs(x))", "xx", 0),
        ("sqrt(x**4)", "xx", 2),
        ("lambertw(x)/x", "xx", 3),
    ],
)
def test_where_both_sides_agree_the_limit_is_the_derivative(
    text: str, names: str, value: float
) -> None:
    found = at(text, names, x=0.0)

    assert found.outcome is Outcome.DONE
    assert found.trust is not Trust.PROVEN
    assert found.value == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize(
    ("text", "names", "outcome", "note"),
    [
        ("abs(x)", "x", Outcome.SUBGRADIENT, "left -1, right 1"),
        ("(abs(x) + x)/2", "x", Outcome.SUBGRADIENT, "left 0, right 1"),
        ("max(x, 0)**2", "xx", Outcome.SUBGRADIENT, "left 0, right 2"),
        ("sqrt(x**2)", "x", Outcome.NOT_DIFFERENTIABLE, "left -1, right 1"),
        ("cbrt(x)", "x", Outcome.NOT_DIFFERENTIABLE, "left oo, right oo"),
        ("x*log(abs(x))", "x", Outcome.NOT_DIFFERENTIABLE, "left -oo, right -oo"),
        ("heaviside(x)", "x", Outcome.JUMP, "left 0, right 1"),
        ("x/abs(x)", "x", Outcome.JUMP, "left -1, right 1"),
        ("x*atan(1/x)", "x", Outcome.NOT_DIFFERENTIABLE, "right 1.57"),
        ("sqrt(x)", "x", Outcome.NO_DERIVATIVE, "edge of the real domain; from the right: oo"),
        ("x*log(x)", "x", Outcome.UNDEFINED, "edge of the real domain; from the right: -oo"),
        ("x**(5/2)", "x", Outcome.NO_DERIVATIVE, "edge of the real domain; from the right: 0"),
        ("x/log(x)", "x", Outcome.UNDEFINED, "edge of the real domain; from the right: 0"),
        ("log(x - 1)", "x", Outcome.UNDEFINED, "not real on either side"),
        ("exp(-1/x)", "x", Outcome.UNDEFINED, "no finite limit; value: left oo, right 0"),
        ("sin(1/x)", "x", Outcome.UNDEFINED, "no limit"),
        ("x*sin(1/x)", "x", Outcome.UNDEFINED, "left no limit, right no limit"),
        ("x*sin(1/x)", "xx", Outcome.UNDEFINED, "first derivative: left no limit"),
        ("x**2*sin(1/x) if x != 0 else 0", "xx", Outcome.NO_DERIVATIVE, "no limit"),
    ],
)
def test_where_there_is_no_derivative_the_note_says_what_each_side_does(
    text: str, names: str, outcome: Outcome, note: str
) -> None:
    found = at(text, names, x=0.0)

    assert found.outcome is outcome
    assert note in found.note
    assert math.isnan(found.value) or outcome is Outcome.SUBGRADIENT


def test_a_subgradient_carries_the_policy_of_the_table() -> None:
    assert at("abs(x)", "x", x=0.0).value == 0
    assert at("max(x, 0)", "x", x=0.0).value == 0.5
    assert at("relu(x)", "x", x=0.0).value == 0


def test_mixed_derivatives_need_the_first_one_beside_the_point() -> None:
    assert at("abs(x*y)", "x", x=0.0, y=0.0).outcome is Outcome.DONE
    assert at("abs(x*y)", "xy", x=0.0, y=0.0).outcome is Outcome.NOT_DIFFERENTIABLE


@pytest.mark.parametrize(
    ("names", "value"), [("x", 1), ("y", 1), ("xy", 0.5), ("yx", 0.5), ("yy", 0), ("xx", 2 / 3)]
)
def test_a_line_without_values_is_crossed_by_a_series(names: str, value: float) -> None:
    found = at("(exp(x) - 1)/x*y", names, x=0.0, y=2.0)

    assert found.outcome is Outcome.DONE
    assert found.trust is Trust.CHECKED
    assert found.value == pytest.approx(value, rel=1e-15)
    assert found.note == "removable: the value there is the limit 2"


def test_a_line_outside_the_domain_is_not_crossed() -> None:
    assert at("log(x*y)", "y", x=0.0, y=2.0).outcome is Outcome.UNDEFINED
    assert at("log(x)*y", "y", x=-1.0, y=2.0).note == "not real on either side"


@pytest.mark.parametrize(
    ("text", "along_axis", "elsewhere"),
    [
        ("x**2/(x**2 + y**2)", "1 along x", "x = 0.4375*t, y = -0.8125*t"),
        ("x*y/(x**2 + y**2)", "0 along x", "x = 0.4375*t, y = -0.8125*t"),
        ("x**2*y/(x**4 + y**2)", "0 along x", "y = 0.9375*t**2"),
        ("x**4*y/(x**8 + y**2)", "0 along x", "t**4"),
        ("x*y*z/(x**2 + y**2 + z**2)**(3/2)", "0 along x", "z = "),
        ("(x**2 + y**2)/(x - y)", "0 along x", "a curve beside the zeros of a divisor"),
        ("(x**3 + y**3)/(x - y)", "0 along x", "a curve beside the zeros of a divisor"),
    ],
)
def test_a_limit_along_the_axes_alone_does_not_remove_a_singularity(
    text: str, along_axis: str, elsewhere: str
) -> None:
    found = at(text, "x", x=0.0, y=0.0, z=0.0)

    assert found.outcome is Outcome.UNDEFINED
    assert math.isnan(found.value)
    assert found.note.startswith(f"the value has no limit: {along_axis}, ")
    assert elsewhere in found.note


@pytest.mark.parametrize(
    ("text", "place", "value"),
    [
        ("x**3/(x**2 + y**2)", (0.0, 0.0), 1),
        ("(x**2 + y**2)*log(x**2 + y**2)", (0.0, 0.0), 0),
        ("(x**2 - y**2)/(x - y)", (1.0, 1.0), 1),
        ("x*y*(x**2 - y**2)/(x**2 + y**2)", (0.0, 0.0), 0),
        ("(1 - cos(x*y))/x**2/y", (0.0, 1.0), 0),
        ("y*sin(1/x)", (0.0, 0.0), 0),
    ],
)
def test_a_singularity_is_removable_where_all_ways_in_agree(
    text: str, place: tuple[float, float], value: float
) -> None:
    found = at(text, "x", x=place[0], y=place[1])

    assert found.outcome is Outcome.DONE
    assert found.value == value
    assert found.note.startswith("removable: ")


def test_a_surface_that_is_torn_on_a_line_is_not_continued_across_it() -> None:
    found = at("sin(x)/x + x*y/(x**2 + y**2)", "y", x=0.0, y=0.0)

    assert found.outcome is Outcome.UNDEFINED


def test_peano_s_surface_has_two_mixed_derivatives_at_the_origin() -> None:
    surface = "x*y*(x**2 - y**2)/(x**2 + y**2)"

    assert at(surface, "xy", x=0.0, y=0.0).value == -1
    assert at(surface, "yx", x=0.0, y=0.0).value == 1


def test_features_narrower_than_any_step_do_not_break_a_proof() -> None:
    found = at("cos(1e300*x)", "xx", x=0.0)

    assert found.trust is Trust.PROVEN
    assert found.digits == "-1.0000000000000000e+600"
    assert found.note == "beyond the range of doubles"


def test_the_error_of_a_proven_derivative_bounds_the_distance_of_the_double() -> None:
    found = at("exp(x)", "x", x=1.0)

    with mpmath.workdps(40):
        assert 0 < abs(mpmath.e - mpmath.mpf(found.value)) <= found.error < 1e-15


def test_the_number_of_names_must_fit_the_derivatives_given() -> None:
    expression = read("x**2")

    with pytest.raises(ArgumentError, match="2 names"):
        derivative_at(
            expression.graph, expression.root, expression.root, None, ["x", "x"], {"x": 1}
        )


@pytest.mark.parametrize("point", [{}, {"x": math.nan}, {"x": math.inf}])
def test_a_point_must_give_a_finite_value_for_the_variable(point: dict[str, float]) -> None:
    expression = read("x**2")

    with pytest.raises(ArgumentError, match="`x`"):
        derivative_at(expression.graph, expression.root, expression.root, None, ["x"], point)


# -- the oracle ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "point", "order", "expected"),
    [
        ("exp(x)", {"x": 1.0}, {"x": 4}, math.e),
        ("x**3*y**2", {"x": 2.0, "y": 3.0}, {"x": 1, "y": 1}, 72.0),
        ("1/x", {"x": 1e-100}, {"x": 1}, -1e200),
        ("sin(x)*y", {"x": 0.0, "y": 2.0}, {"x": 1}, 2.0),
    ],
)
def test_the_oracle_differentiates_values_alone(
    text: str, point: dict[str, float], order: dict[str, int], expected: float
) -> None:
    expression = read(text)

    found = derivative_oracle(expression.graph, expression.root, point, order)

    assert float(found.value) == pytest.approx(expected, rel=1e-15)
    assert found.error < 1e-40 * abs(expected) or found.error == 0


def test_the_oracle_has_nothing_to_say_outside_the_domain() -> None:
    expression = read("log(x)")

    assert not derivative_oracle(expression.graph, expression.root, {"x": -1.0}, {"x": 1}).is_finite


@pytest.fixture
def ball_less(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the balls of `sin` and `besselj` away: one passes the complex step, one does not."""
    import dataclasses

    for name in ("sin", "besselj"):
        monkeypatch.setitem(TABLE, name, dataclasses.replace(TABLE[name], ball=None, series=None))


@pytest.mark.usefixtures("ball_less")
@pytest.mark.parametrize(
    ("text", "order", "method", "error"),
    [
        ("exp(y)*sin(x)", {"x": 1}, "complex step", 1e-14),
        ("exp(y)*sin(x)", {"x": 2}, "central differences, order 2", 1e-9),
        ("exp(y)*sin(x)", {"x": 1, "y": 1}, "mixed central differences", 1e-9),
        ("exp(y)*besselj(0, x)", {"x": 1}, "central differences, order 1", 1e-11),
    ],
)
def test_without_balls_the_oracle_falls_back_to_doubles(
    text: str, order: dict[str, int], method: str, error: float
) -> None:
    expression = read(text)
    with mpmath.workdps(30):
        function = mpmath.sin if "sin" in text else mpmath.j0
        slope = mpmath.diff(function, mpmath.mpf("0.5"), order["x"])
        expected = float(slope * mpmath.exp(0.25))

    found = derivative_oracle(expression.graph, expression.root, {"x": 0.5, "y": 0.25}, order)

    assert found.method == method
    assert abs(found.value - expected) <= max(found.error, 1e-15)
    assert found.error < error


@pytest.mark.usefixtures("ball_less")
def test_without_balls_derivatives_are_judged_and_placed_in_doubles() -> None:
    assert judge("exp(y)*sin(x)").trust is Trust.CHECKED
    assert judge("exp(y)*besselj(0, x)", 2).trust is Trust.CHECKED
    assert at("sin(x)", "x", x=0.5).value == pytest.approx(math.cos(0.5))
    assert at("abs(sin(x))", "x", x=0.0).outcome is Outcome.SUBGRADIENT
    assert at("sin(x)", "x", x=0.5).trust is Trust.CHECKED


# -- the judge ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "100*(y - x^2)^2 + (1 - x)^2",
        "x**y + atan2(y, x)",
        "log(x - 3) + asin(x/100)",
        "gamma(x) + besselj(2, y) + erf(x*y)",
        "abs(x)*max(y, 2*x) + floor(x*y)*x",
        "log(exp(x) + exp(y)) + sigmoid(x - y)",
        "y*x if x > 1 else y + x**2",
        "1e-300*exp(-x**2) + 0*y",
    ],
)
def test_right_derivatives_of_both_orders_are_checked_at_five_points(text: str) -> None:
    check = judge(text, 2)

    if check.trust is Trust.CHECKED:
        assert check.outcome is Outcome.DONE
        assert check.n_points == 5
        assert check.worst_gap < 2e-16
        assert check.message.startswith("agrees with an independent derivative at 5 points")
    else:
        assert check.trust is Trust.UNCHECKED
        assert check.is_good


def test_a_gradient_of_many_variables_is_judged_along_random_directions() -> None:
    chain = " + ".join(f"100*(x{k + 1} - x{k}**2)**2 + (1 - x{k})**2" for k in range(60))

    check = judge(chain)

    assert check.trust is Trust.CHECKED
    assert {comparison.label for comparison in check.details} == {
        "the derivative of order 1 along a random direction"
    }


def test_a_hessian_of_many_variables_is_judged_along_random_directions() -> None:
    check = judge(" + ".join(f"x{k}*exp(x{k + 1})" for k in range(7)), 2)

    assert check.trust is Trust.CHECKED
    assert len({comparison.label for comparison in check.details}) == 9


@pytest.mark.parametrize(
    "text",
    ["max(x - 1000000, 0)", "log(-x**2 - 1)", "sqrt(-abs(x))*x", "sin(x)**2 + cos(x)**2"],
)
def test_points_that_are_not_finite_or_all_zero_do_not_count(text: str) -> None:
    check = judge(text)

    assert check.trust is Trust.UNCHECKED
    assert check.outcome is Outcome.DONE
    assert check.n_points == 0
    assert "3 are needed" in check.message


def test_the_constant_zero_form_counts_where_the_oracle_finds_zero() -> None:
    graph = Graph()
    x, y = graph.var("x"), graph.var("y")
    root = graph.add((y, graph.mul((graph.const(0), x))))

    check = judge_derivatives((graph, root), [({"x": 1}, graph, graph.const(0))], ["x", "y"])

    assert check.trust is Trust.CHECKED


def test_time_that_runs_out_leaves_derivatives_unchecked_and_says_so() -> None:
    check = judge("sin(x)*y", seconds=0.0)

    assert check.trust is Trust.UNCHECKED
    assert check.is_good


def test_the_same_seed_gives_the_same_check_and_json_takes_it() -> None:
    first, second = judge("x*y", 2, seed=7), judge("x*y", 2, seed=7)

    assert first == second
    assert json.loads(json.dumps(first.to_dict()))["trust"] == "checked"


# -- points -------------------------------------------------------------------------------


@given(seed=st.integers(0, 1000))
def test_points_keep_to_what_is_known_of_the_variables(seed: int) -> None:
    points = sample_points(
        ["a", "b", "c", "d", "n"],
        seed=seed,
        assumptions={"a": "positive", "b": "negative", "n": "integer"},
        domains={"c": (5.0, 6.0), "d": (-math.inf, -100.0)},
    )

    for point in points:
        assert point["a"] > 0 > point["b"]
        assert 5 < point["c"] < 6
        assert point["d"] < -100
        assert point["n"] == int(point["n"]) > 0


@given(seed=st.integers(0, 1000))
def test_whole_numbers_keep_to_their_range_as_well(seed: int) -> None:
    points = sample_points(
        ["a", "b", "c", "d"],
        seed=seed,
        assumptions=dict.fromkeys("abcd", "integer"),
        domains={"a": (3.0, 6.0), "b": (-math.inf, -10.5), "c": (1e6, math.inf), "d": (0.0, 1.0)},
    )

    for point in points:
        assert point["a"] in (4, 5)
        assert point["b"] == int(point["b"]) < -10.5
        assert point["c"] == int(point["c"]) > 1e6
        assert 0 < point["d"] < 1


@pytest.mark.parametrize("end", [1e6, 1e30, -1e300])
def test_a_point_in_a_range_is_never_its_end(end: float) -> None:
    for point in sample_points(["x", "y"], domains={"x": (end, math.inf), "y": (-math.inf, end)}):
        assert point["y"] < end < point["x"]


def test_an_empty_domain_is_refused() -> None:
    with pytest.raises(ArgumentError, match="`x`"):
        next(sample_points(["x"], domains={"x": (2.0, 1.0)}))


# -- differences of plain callables -------------------------------------------------------


@pytest.mark.parametrize(
    ("function", "x", "expected"),
    [
        (math.exp, 1.0, math.e),
        (math.sin, 1000.0, math.cos(1000.0)),
        (lambda x: x**10, 0.3, 10 * 0.3**9),
        (math.log, 1e-3, 1e3),
        (math.tan, 1.5, 1 / math.cos(1.5) ** 2),
    ],
)
def test_central_differences_know_their_error(function: Any, x: float, expected: float) -> None:
    found = central_difference(function, x)

    assert abs(found.value - expected) <= found.error
    assert found.error < 1e-9 * abs(expected)
    assert found.trust is Trust.ESTIMATED


def test_second_mixed_and_one_sided_differences() -> None:
    second = central_difference(math.exp, 1.0, order=2)
    mixed = mixed_difference(lambda x, y: math.sin(x * y), 1.0, 0.5)
    right = one_sided_difference(abs, 0.0, 1)
    left = one_sided_difference(lambda x: math.sqrt(1 - x), 0.999, -1)

    assert abs(second.value - math.e) <= second.error
    assert abs(mixed.value - (math.cos(0.5) - 0.5 * math.sin(0.5))) <= mixed.error
    assert right.value == 1
    assert abs(left.value + 0.5 / math.sqrt(0.001)) <= left.error + 1e-8


def test_the_complex_step_is_exact_to_rounding() -> None:
    found = complex_step(lambda z: z**3 + 2 / z, 3.0)

    assert found.value == pytest.approx(27 - 2 / 9, rel=1e-15)


def test_a_function_that_is_nowhere_finite_has_no_difference() -> None:
    found = central_difference(lambda x: math.sqrt(x), -5.0)

    assert found.outcome is Outcome.NOT_FINITE
    assert math.isnan(found.value)


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ("1/(1 - exp(x))", lambda x: mpmath.exp(x) / mpmath.expm1(x) ** 2),
        ("sqrt(exp(x) - 1)", lambda x: mpmath.exp(x) / (2 * mpmath.sqrt(mpmath.expm1(x)))),
        ("(1 - cos(x))/x^2", lambda x: -x / 12),
    ],
)
def test_a_derivative_right_beside_a_singularity_is_proven(text: str, exact: Any) -> None:
    x = 1e-300
    found = at(text, "x", x=x)
    with mpmath.workdps(700):
        gap = mpmath.mpf(found.digits) / exact(mpmath.mpf(x)) - 1

    assert found.trust is Trust.PROVEN
    assert abs(gap) < 1e-16


@pytest.mark.parametrize(("text", "x"), [("atanh(tanh(x))", -1e7), ("exp(x)*erfc(sqrt(x))", 1e150)])
def test_what_the_precision_does_not_tell_is_not_called_undefined(text: str, x: float) -> None:
    assert at(text, "x", x=x).outcome is Outcome.UNDECIDED
