"""What is remembered of a formula: the same answers as when it is met for the first time."""

from __future__ import annotations

import numpy as np
import pytest

import symcalc as sc
from symcalc.calculus.remembered import MAX_NODES, array_function_of, formula_of, function_of

COLUMNS = {"x": [0.0, 1.0, 2.0, 3.0], "y": [1.0, 3.2, 4.9, 7.1]}


def test_a_text_means_what_the_functions_defined_at_the_time_say():
    sc.define("bump(t) = (t - 1)^2")
    try:
        first = sc.minimize("bump(x) + 1", {"x": 5.0})
        sc.define("bump(t) = (t - 2)^2")
        second = sc.minimize("bump(x) + 1", {"x": 5.0})
        model = sc.fit("bump(x) + a", COLUMNS, target="y", start="a=0")
        sc.define("bump(t) = 2*t")
        other = sc.fit("bump(x) + a", COLUMNS, target="y", start="a=0")
    finally:
        from symcalc.language import DEFINITIONS

        DEFINITIONS.remove("bump")

    assert first.x["x"] == pytest.approx(1.0)
    assert second.x["x"] == pytest.approx(2.0)
    assert other.residual_sum_of_squares < 0.1 < model.residual_sum_of_squares


def test_a_run_repeated_gives_the_same_bits():
    def run():
        found = sc.fit("a*exp(b*x) + c", COLUMNS, target="y", start="a=1, b=0.1, c=0")
        best = sc.minimize("100*(v - u^2)^2 + (1 - u)^2 + exp(u)", {"u": -1.2, "v": 1.0})
        return [*found.parameters.values(), *found.standard_errors.values(), *best.x.values()]

    assert run() == run()


def test_one_text_over_other_data_is_another_problem():
    data = {"X": np.eye(3), "y": np.arange(3.0)}
    wide = {"X": np.eye(3)[:, :2], "y": np.arange(3.0)}
    negative = {"X": -np.eye(3), "y": np.arange(3.0)}
    text = "sum((X@w - y)**2)"

    assert sc.minimize(text, "w=zeros", data=data).x["w"] == pytest.approx([0.0, 1.0, 2.0])
    assert sc.minimize(text, "w=zeros", data=wide).x["w"] == pytest.approx([0.0, 1.0])
    assert sc.minimize(text, "w=zeros", data=negative).x["w"] == pytest.approx([0.0, -1.0, -2.0])


def test_what_is_proven_of_an_objective_depends_on_its_data():
    for factor, is_convex in ((1.0, True), (-1.0, False), (1.0, True)):
        best = sc.minimize(
            "s*sum(c*x^4) + x^2", {"x": 1.0}, data={"c": [1.0, 2.0], "s": factor}, max_steps=20
        )
        assert any("Convex: proven" in said for said in best.diagnosis) is is_convex
    for column, is_convex in (([1.0, 2.0], True), ([1.0, -2.0], False)):
        best = sc.minimize("sum(c*x^4) + x^2", {"x": 1.0}, data={"c": column}, max_steps=20)
        assert any("Convex: proven" in said for said in best.diagnosis) is is_convex


def test_a_function_is_made_once_for_arguments_in_one_order():
    expression = formula_of("x**2*y")

    assert formula_of("x**2*y") is expression
    assert function_of(expression, ["x", "y"]) is function_of(sc.parse("x**2*y"), ["x", "y"])
    assert function_of(expression, ["y", "x"])(2.0, 3.0) == 18.0
    assert function_of(expression, ["x", "y"])(2.0, 3.0) == 12.0
    assert function_of(expression, ["x", "y"], order=1, wrt=["y"]).wrt == ("y",)


def test_shapes_and_names_that_are_declared_make_another_formula():
    column = formula_of("sum(e*x)", declared=["e", "x"], shapes={"x": "rows"})

    assert column.variables != formula_of("sum(e*x)", shapes={"x": "rows"}).variables
    assert formula_of("e*x", declared=["e"]).names == ("e", "x")
    assert formula_of("e*x").names == ("x",)
    function = array_function_of(column, order=1, wrt=["e"])
    assert array_function_of(column, order=1, wrt=["e"]) is function


def test_large_formulas_are_not_held_on_to():
    text = " + ".join(f"x{i}^2" for i in range(MAX_NODES))
    expression = sc.parse(text)

    assert function_of(expression, expression.names) is not function_of(
        expression, expression.names
    )


def test_a_penalty_follows_the_numbers_and_the_arrays_of_its_data():
    text = "sum((w - y)^2)/2 + lam*norm1(w)"
    y = np.array([3.0, -0.5, 1.0])
    for lam in (1.0, 2.0, 0.0, 1.0):
        best = sc.minimize(text, "w=zeros", data={"y": y, "lam": lam}, shapes="w: n; y: n")
        expected = np.sign(y) * np.maximum(np.abs(y) - lam, 0.0)
        np.testing.assert_allclose(best.x["w"], expected, atol=1e-8)
    weighted = "sum((w - y)^2)/2 + sum(c*abs(w))"
    for c in (np.array([1.0, 0.1, 5.0]), np.array([0.0, 1.0, 0.5])):
        best = sc.minimize(weighted, "w=zeros", data={"y": y, "c": c}, shapes="w: n; y: n; c: n")
        expected = np.sign(y) * np.maximum(np.abs(y) - c, 0.0)
        np.testing.assert_allclose(best.x["w"], expected, atol=1e-8)
