"""`stationary_points`: Lagrange's equations solved, every point confirmed and classified."""

from __future__ import annotations

import math

import numpy as np
import pytest

import symcalc as sc

HIMMELBLAU = "(x^2 + y - 11)^2 + (x + y^2 - 7)^2"


def kinds(points: sc.StationaryPoints) -> list[str]:
    """Return the kinds of all points, sorted."""
    return sorted(point.kind for point in points)


def test_all_nine_points_of_himmelblaus_function_are_found_and_told_apart() -> None:
    points = sc.stationary_points(HIMMELBLAU)
    f = sc.compile(HIMMELBLAU, order=1)

    assert points.is_complete
    assert kinds(points) == ["maximum"] + 4 * ["minimum"] + 4 * ["saddle"]
    for point in points:
        assert f.gradient(**point.x) == pytest.approx(np.zeros(2), abs=1e-10)


def test_closed_forms_are_exact_and_multipliers_are_lagranges() -> None:
    best = sc.stationary_points("x + y", constraints=["x^2 + y^2 <= 1"])[0]

    assert best.kind == "minimum"
    assert best.closed_forms["x"] is not None
    assert best.closed_forms["x"].text == "-sqrt(2)/2"
    assert best.multipliers["x^2 + y^2 <= 1"] == pytest.approx(math.sqrt(0.5))
    assert best.active == ("x^2 + y^2 <= 1",)


def test_points_agree_with_the_minimum_that_is_found_numerically() -> None:
    problem = {
        "objective": "x^2 + 2*y^2 - x*y - 3*y",
        "constraints": ["x + y <= 1", "x >= 0", "y >= 0"],
    }
    exact = sc.stationary_points(**problem)[0]
    found = sc.minimize(problem["objective"], "x=0, y=0", constraints=problem["constraints"])

    assert exact.x == pytest.approx(found.x)
    assert exact.multipliers == pytest.approx(found.multipliers)


def test_inequalities_that_hold_a_point_the_wrong_way_make_no_minimum() -> None:
    points = sc.stationary_points("x^3 + y^3 - 3*x*y", constraints=["x + y <= 4"])
    at_edge = [point for point in points if point.active]

    assert points[0].x == pytest.approx({"x": 1.0, "y": 1.0})
    assert [point.kind for point in at_edge] == ["saddle"]
    assert at_edge[0].multipliers["x + y <= 4"] < 0.0


def test_points_where_gradients_of_constraints_depend_on_each_other_are_listed_as_singular() -> (
    None
):
    points = sc.stationary_points("x", constraints=["y^2 == x^3"])

    assert [(point.kind, point.fun, point.multipliers) for point in points] == [
        ("singular", 0.0, {})
    ]
    assert points.is_complete
    assert any("no multipliers exist" in note for note in points.notes)


def test_where_such_points_form_a_curve_the_note_says_what_may_be_missing() -> None:
    points = sc.stationary_points("x + y", constraints=["(x^2 + y^2 - 1)^2 == 0"])

    assert len(points) == 0
    assert any("would not be among them" in note for note in points.notes)


def test_a_curve_of_stationary_points_is_told() -> None:
    points = sc.stationary_points("x^2 + y^2", constraints=["x^2 + y^2 == 1"])

    assert not points.is_complete
    assert any("whole curves" in note for note in points.notes)


def test_points_are_single_where_only_multipliers_are_not() -> None:
    points = sc.stationary_points("x^2 + y^2", constraints=["x >= 0", "y >= 0", "x + y >= 0"])

    assert [(point.kind, point.fun) for point in points] == [("minimum", 0.0)]
    assert points.is_complete


@pytest.mark.parametrize(("of_f", "of_c"), [("1e-10", "1"), ("1", "1e-12"), ("1e12", "1e9")])
def test_units_change_neither_points_nor_kinds(of_f: str, of_c: str) -> None:
    points = sc.stationary_points(f"{of_f}*x*y", constraints=[f"{of_c}*(x^2 + y^2 - 2) == 0"])

    assert [point.kind for point in points] == ["minimum", "minimum", "maximum", "maximum"]
    assert all(all(point.multipliers.values()) for point in points)


def test_no_point_is_invented_and_what_was_not_solved_is_told() -> None:
    nothing = sc.stationary_points("x + exp(x)")
    curve = sc.stationary_points("(x - y)^2")
    late = sc.stationary_points(
        "x1*x4*(x1 + x2 + x3) + x3 + sin(x2*x3)", constraints=["x1*x2*x3*x4 == 25"], budget=0.5
    )

    assert len(nothing) == 0
    assert len(curve) == 0
    assert not curve.is_complete
    assert not late.outcome.is_good
    with pytest.raises(sc.OutcomeError):
        sc.stationary_points("x^2 + sin(x*y)*exp(z*y)", constraints=["x*y*z == 1"],
                             budget=0.3, throw=True)  # fmt: skip


def test_what_is_no_small_problem_is_refused() -> None:
    many = [f"x >= {k}" for k in range(9)]
    with pytest.raises(sc.ArgumentError, match="at most 8"):
        sc.stationary_points("x^2", constraints=many)
    with pytest.raises(sc.ArgumentError, match="no variable"):
        sc.stationary_points("3")
    with pytest.raises(sc.ArgumentError, match="scalar variables"):
        sc.stationary_points(sc.parse("sum(w^2)", shapes={"w": "n"}))


def test_an_answer_is_json_and_a_table() -> None:
    points = sc.stationary_points("x*y", constraints=["x + y == 2"])

    assert points.to_dict()["points"][0]["closed_forms"] == {"x": "1", "y": "1"}
    assert "maximum: f = 1 at x = 1, y = 1" in repr(points)
    assert "<td>maximum</td>" in points._repr_html_()


@pytest.mark.parametrize(
    ("objective", "told"),
    [
        ("x^2*y^2", "stationary where x = 0, or where y = 0"),
        ("(x*y - 1)^2", "stationary where x = 1/y"),
        ("3 + 0*x", "Every point is stationary"),
        ("abs(x) + y^2", "At kinks there is no gradient"),
    ],
)
def test_curves_of_stationary_points_and_kinks_are_told(objective: str, told: str) -> None:
    found = sc.stationary_points(objective)

    assert told in found.note
    assert "Error" not in found.note
