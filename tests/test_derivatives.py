"""The verbs of differentiation: what they accept, what they refuse, what they say of a result."""

from __future__ import annotations

import math
from typing import Any

import pytest
import sympy

import symcalc as sc
from symcalc.backends import compile_expression
from symcalc.calculus import derived, differentiate

VERBS = [sc.gradient, sc.hessian, sc.differentiate, sc.jacobian]
COLUMN = {"x": "rows"}


# -- arguments --------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", [sc.gradient, sc.hessian, sc.jacobian])
@pytest.mark.parametrize("wrt", [3, 2.5, object()])
def test_variables_are_given_by_name(verb: Any, wrt: Any) -> None:
    with pytest.raises(sc.ArgumentError, match="Variables are named"):
        verb("x*y", wrt)


def test_a_name_that_stands_twice_is_named_without_blaming_an_argument() -> None:
    for call in (
        lambda: sc.compile("x*sin(y)", ["y", "x", "x"]),
        lambda: sc.gradient("x*sin(y)", "y, x, x"),
    ):
        with pytest.raises(sc.ArgumentError, match="`x` is named twice in y, x, x") as caught:
            call()

        assert "wrt" not in str(caught.value)


@pytest.mark.parametrize(
    ("wrt", "steps"),
    [
        (("x", 2), "xx"),
        ((("x", 2),), "xx"),
        (("x", 2, "y"), "xxy"),
        (("y", "x", 3), "yxxx"),
        ((sympy.Symbol("x"), sympy.Integer(2)), "xx"),
        (("x, y",), "xy"),
        ((["x", "y"],), "xy"),
    ],
)
def test_a_number_counts_the_variable_before_it(wrt: Any, steps: str) -> None:
    if any(isinstance(item, sympy.Integer) for item in wrt):
        wrt = tuple(int(item) if isinstance(item, sympy.Integer) else item for item in wrt)

    assert "".join(sc.differentiate("x^5*y^3", *wrt).steps) == steps


@pytest.mark.parametrize(
    "wrt",
    [(2,), ("x", 2, 3), ("x, y", 2), ("x", 0), ("x", True), ("x", -1), (("x", 1.5),), (("x",),)],
)
def test_a_number_that_counts_nothing_is_refused(wrt: Any) -> None:
    with pytest.raises(sc.ArgumentError):
        sc.differentiate("x*y", *wrt)


@pytest.mark.parametrize("wrt", [("x", 41), (("x", 10**12),), ("x", 40, "x")])
def test_an_order_beyond_all_use_is_refused_at_once(wrt: Any) -> None:
    with pytest.raises(sc.ArgumentError, match="40 is the highest"):
        sc.differentiate("x^2", *wrt)


@pytest.mark.parametrize("point", [3, 0, [1.0], {1.0}, b"x=1"])
def test_a_point_gives_each_name_a_number(point: Any) -> None:
    with pytest.raises(sc.ArgumentError, match="A point is"):
        sc.gradient("x^2").at(point)


@pytest.mark.parametrize("verb", VERBS)
def test_a_relation_is_not_a_formula(verb: Any) -> None:
    x, y = sympy.symbols("x y")

    for relation in (sympy.Eq(x, 1), sympy.And(x > 1, y > 1), x < y):
        with pytest.raises(sc.ArgumentError, match="A relation is not a formula"):
            verb(relation)


@pytest.mark.parametrize("verb", VERBS)
def test_a_symbol_that_cannot_be_read_back_is_refused_by_name(verb: Any) -> None:
    for name in ("alpha beta", "x'", "", "x_{1}"):
        with pytest.raises(sc.ArgumentError, match="SymPy's symbol"):
            verb(sympy.Symbol(name) ** 2)


@pytest.mark.parametrize(
    "arguments",
    [{"variables": 5}, {"shapes": 5}, {"shapes": ["x"]}, {"assume": 5}, {"declared": 5}],
)
def test_arguments_of_a_wrong_kind_are_refused_by_name(arguments: Any) -> None:
    with pytest.raises(sc.ArgumentError):
        sc.parse("x", **arguments)


# -- data columns -----------------------------------------------------------------------------


@pytest.mark.parametrize("verb", VERBS)
def test_without_a_scalar_variable_there_is_nothing_to_differentiate_in(verb: Any) -> None:
    with pytest.raises(sc.ArgumentError, match="no scalar variable to differentiate in.*`x`"):
        verb("sum(x^2)", shapes=COLUMN)


def test_every_verb_takes_shapes() -> None:
    text = "sum((a*x)^2)"

    assert str(sc.hessian(text, shapes=COLUMN)["a", "a"]) == "2*sum(x*x)"
    assert str(sc.differentiate(text, "a", 2, shapes=COLUMN)) == "2*sum(x*x)"
    assert sc.differentiate(text, shapes=COLUMN).steps == ("a",)
    assert sc.jacobian([text, "sum(x)"], shapes=COLUMN).variables == ("a",)


def test_the_number_of_rows_in_a_derivative_can_be_read_back() -> None:
    entry = sc.gradient("sum(a + x)", "a", shapes=COLUMN)["a"]

    assert str(entry) == "size(x)"
    assert sc.parse(str(entry), shapes=COLUMN) == entry


def test_assumptions_about_a_column_hold_for_its_rows() -> None:
    gradient = sc.gradient("sum(a*log(x - 1e6))", shapes=COLUMN, assume="x > 1e6")

    assert gradient.check.n_points == 5


# -- assumptions and the judge ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "assume", "form"),
    [
        ("abs(x)", "x > 0", "1"),
        ("abs(x)", {"x": "positive"}, "1"),
        ("sqrt(x^2)", "x > 0", "1"),
        ("sqrt(x^2)", "x<0", "-1"),
        ("log(x - 1e6)", "x > 1e6", "1/(x - 1000000)"),
        ("log(x - 1e30)", "x > 1e30", None),
        ("acosh(x)", "1 < x < 1.000001", None),
        ("log(p - 2) + log(3 - p)", "2 < p < 3", None),
        ("factorial(n)*x", "n integer", None),
        ("log(-x)", "x <= 0", "1/x"),
        ("abs(x)", "x < y, x > 0, y > 1", "1"),
    ],
)
def test_the_judge_keeps_to_what_is_assumed(text: str, assume: Any, form: str | None) -> None:
    gradient = sc.gradient(text, "x" if "x" in text else "p", assume=assume)

    assert gradient.check.trust is sc.Trust.CHECKED
    assert gradient.check.n_points == 5
    if form is not None:
        assert str(next(iter(gradient.values()))) == form


def test_an_integer_power_of_a_negative_number_is_judged_at_integers() -> None:
    assert sc.gradient("x*(-1)^n", "x").check.trust is sc.Trust.UNCHECKED
    assert sc.gradient("x*(-1)^n", "x", assume="n integer").check.trust is sc.Trust.CHECKED


# -- what has no real derivative --------------------------------------------------------------


@pytest.mark.parametrize("verb", VERBS)
def test_what_is_real_at_isolated_points_only_has_no_derivative(verb: Any) -> None:
    with pytest.raises(sc.DerivativeError, match=r"no derivative in `x`: \(-1\)\*\*x is not real"):
        verb("(-1)^x")


def test_a_derivative_with_the_imaginary_unit_is_no_answer() -> None:
    with pytest.raises(sc.DerivativeError, match="in closed form it is I.sqrt"):
        sc.gradient("sqrt(-2)*x")


def test_a_value_without_a_derivative_is_told_from_no_value() -> None:
    at_edge = sc.gradient("sqrt(x)").at(x=0)["x"]
    outside = sc.gradient("sqrt(x)").at(x=-1)["x"]

    assert at_edge.outcome is sc.Outcome.NO_DERIVATIVE
    assert "the function has a value there" in str(at_edge.outcome)
    assert outside.outcome is sc.Outcome.UNDEFINED
    assert sc.hessian("x^(3/2)").at(x=0)["x", "x"].outcome is sc.Outcome.NO_DERIVATIVE


@pytest.mark.parametrize("text", ["x^2/(x^2 + y^2)", "x*y/(x^2 + y^2)"])
def test_a_function_without_a_limit_is_not_continued(text: str) -> None:
    for estimate in sc.gradient(text).at(x=0, y=0).values():
        assert estimate.outcome is sc.Outcome.UNDEFINED
        assert "no limit" in estimate.note
    for estimate in sc.hessian(text).at(x=0, y=0).values():
        assert not estimate.outcome.is_good


# -- notes and names --------------------------------------------------------------------------


def test_a_variable_that_does_not_occur_is_noted() -> None:
    note = "`z` does not occur in the formula."

    for result in (
        sc.gradient("x*y", ["x", "z"]),
        sc.hessian("x*y", ["x", "z"]),
        sc.jacobian(["x*y", "x"], ["x", "z"]),
    ):
        assert result.notes == (note,)
        assert repr(result).endswith(note)
        assert result.to_dict()["notes"] == [note]
    assert sc.differentiate("x*y", "z").notes == (note,)
    assert sc.gradient("x*y").notes == ()
    assert sc.jacobian(["x*y", "z"]).notes == ()


def test_a_hessian_and_a_jacobian_name_their_entries_in_the_order_of_the_variables() -> None:
    assert repr(sc.hessian("a^2*b")).splitlines()[:2] == ["∂²f/∂a² = 2*b", "∂²f/∂a∂b = 2*a"]
    assert repr(sc.jacobian("x*y")).splitlines()[:2] == ["∂f/∂x = y", "∂f/∂y = x"]
    assert repr(sc.jacobian(["x*y", "y"])).startswith("∂f1/∂x = y")


# -- high orders ------------------------------------------------------------------------------


def test_a_high_derivative_that_stays_small_is_given() -> None:
    found = sc.differentiate("besselj(2, x)", ("x", 20))
    sigmoid = sc.differentiate("tan(x)", ("x", 9))

    assert found.check.n_points == 5
    assert sigmoid.check.n_points == 5
    assert compile_expression(sigmoid)(0.0) == 7936


@pytest.mark.parametrize("text", ["tan(x)", "1/(1 + exp(-x))", "exp(sin(x)*cos(x))"])
def test_a_high_derivative_that_grows_past_use_is_a_limit_error(text: str) -> None:
    with pytest.raises(sc.LimitError, match=r"lower order.*max_nodes"):
        sc.differentiate(text, ("x", 20))


def test_the_limit_on_nodes_can_be_lowered() -> None:
    with pytest.raises(sc.LimitError, match="order 3 has"):
        sc.differentiate("x^x", ("x", 6), limits=sc.Limits(max_nodes=250))

    assert sc.differentiate("x^x", ("x", 6)).check.trust is sc.Trust.CHECKED


def test_a_high_derivative_is_judged_by_values_of_the_formula_alone() -> None:
    check = sc.differentiate("x^7*exp(y)", "x", 5, "y", 2).check

    assert check.trust is sc.Trust.CHECKED
    assert {comparison.label for comparison in check.details} == {"∂⁷f/∂x⁵∂y²"}


def test_a_derivative_in_many_variables_is_judged_step_by_step() -> None:
    names = [f"x{k}" for k in range(9)]

    check = sc.differentiate("*".join(names), *names).check

    assert check.trust is sc.Trust.CHECKED
    assert {comparison.label for comparison in check.details} <= {f"∂f/∂{name}" for name in names}


def test_a_wrong_step_on_the_way_to_a_high_order_is_found(monkeypatch: Any) -> None:
    right = differentiate.closed_forms

    def wrong(expression: Any, derive: Any) -> Any:
        forms = right(expression, derive)
        return {orders: sc.parse(f"{form.text} + x/10^6") for orders, form in forms.items()}

    monkeypatch.setattr(differentiate, "closed_forms", wrong)

    with pytest.raises(sc.OutcomeError, match="disagrees"):
        sc.differentiate("sin(x)", "x", 3)


def test_forms_that_time_does_not_suffice_to_simplify_are_shown_as_derived(
    monkeypatch: Any,
) -> None:
    monkeypatch.setattr(derived, "SIMPLIFY_SECONDS", -1.0)

    gradient = sc.gradient("x*y + x*y")

    assert gradient.at(x=1, y=math.pi)["x"].value == 2 * math.pi
    assert gradient.check.trust is sc.Trust.CHECKED


def test_the_hessian_at_a_point_is_looked_up_in_either_order():
    found = sc.hessian("x^2*y + y^3").at(x=3, y=2)

    assert found["x", "y"] is found["y", "x"]
    assert {pair: entry.value for pair, entry in found.items()} == {
        ("x", "x"): 4.0,
        ("x", "y"): 6.0,
        ("y", "x"): 6.0,
        ("y", "y"): 12.0,
    }


@pytest.mark.parametrize(
    ("text", "assume", "n_places"),
    [
        ("abs(x)", "x > 0", 0),
        ("abs(x)", "x positive", 0),
        ("abs(x)", "x >= 0", 1),
        ("abs(x)", "x > -1", 1),
        ("abs(x - 1)", "x > 2", 0),
        ("abs(x - 3)", "x > 2", 1),
        ("abs(x*y)", "x > 0, y < 0", 0),
        ("abs(x*y)", "x > 0", 1),
        ("abs(x - y)", "x > 1, 0 < y < 1", 0),
        ("max(x^2 + 1, -y)", "y > 0", 0),
        ("abs(x^3)", "x < -1/10", 0),
        ("abs(x^2 - 1)", "0 < x < 2", 1),
        ("abs(1/x + sqrt(x))", "x > 0", 0),
        ("abs(exp(y) + x)", "x >= 0", 0),
        ("x if x > 1 else x^2", "x > 1", 0),
        ("x if x > 1 else x^2", "x > 0", 1),
    ],
)
def test_kinks_where_the_assumptions_do_not_reach_are_not_listed(text, assume, n_places):
    assert len(sc.gradient(text, assume=assume).kinks) == n_places
