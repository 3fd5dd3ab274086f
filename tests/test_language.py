"""The language of strings: what a text means, and what is said when it means nothing."""

from __future__ import annotations

import json
import math
import threading
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import example, given
from strategies import formulas, latex_soup, token_soup, wild_text

from symcalc.errors import ArgumentError, LimitError, ParseError, SymcalcError
from symcalc.expression import Variable
from symcalc.language import (
    Definitions,
    Limits,
    Range,
    assumed_ranges,
    define,
    read,
    read_assignments,
    read_number,
    read_relations,
)


def kind(expression):
    return expression.graph.kinds[expression.root]


def arity(expression):
    return len(expression.graph.args[expression.root])


def message(text, **options):
    with pytest.raises(SymcalcError) as caught:
        read(text, **options)
    return str(caught.value)


# -- what operators mean ---------------------------------------------------------------------------

SAME = [
    ("-x^2", "-(x**2)"),
    ("x^y^z", "x**(y**z)"),
    ("2**-x**2", "2**(-(x**2))"),
    ("x**-1*y", "(x**(-1))*y"),
    ("-x*y", "(-1)*x*y"),
    ("x - y - z", "x + (-y) + (-z)"),
    ("2*-x/-y", "2*x/y"),
    ("--x", "x"),
    ("+x", "x"),
    ("2x", "2*x"),
    ("2(x + 1)", "2*(x + 1)"),
    ("(x)(y)", "x*y"),
    ("2sin(x)cos(x)", "2*sin(x)*cos(x)"),
    ("1e5x", "1e5*x"),
    ("-2x^2", "-2*(x**2)"),
    ("x!", "factorial(x)"),
    ("-x!", "-factorial(x)"),
    ("2^x!", "2**factorial(x)"),
    ("1_000*x", "1000*x"),
    (".5*x + 5.*y", "0.5*x + 5*y"),
    ("a if x < 1 else b if x < 2 else c", "piecewise((a, x < 1), (b, x < 2), (c, True))"),
    ("Piecewise((x, x < 1), (y, True))", "x if x < 1 else y"),
    ("where(x > 0, x, y)", "x if x > 0 else y"),
    ("x if not x < 1 or y < 2 and z < 3 else 0", "x if (not (x < 1)) or (y < 2 and z < 3) else 0"),
    ("x if 0 < x < 1 else 0", "x if 0 < x and x < 1 else 0"),
    ("2×x·y⋅z", "2*x*y*z"),
    ("x÷y − z", "x/y - z"),
    ("x² + y⁻¹ + z¹⁰", "x**2 + y**(-1) + z**10"),
    ("-x²", "-(x**2)"),
    ("√x + √(x + 1)", "sqrt(x) + sqrt(x + 1)"),
    ("2π", "2*pi"),
    ("x₁ + x₁₂", "x1 + x12"),
    ("x if y ≤ 1 else z", "x if y <= 1 else z"),
    ("Max(Abs(x), 1)", "max(abs(x), 1)"),
    ("log(x, 2)", "log2(x)"),
    ("diff(x^3, x)", "3*x**2"),
    ("diff(r, x) where r = sin(x)", "cos(x)"),
    ("E + inf", "e + oo"),
]


@pytest.mark.parametrize(("text", "meaning"), SAME, ids=[text for text, _ in SAME])
def test_two_spellings_have_one_meaning(text, meaning):
    assert read(text) == read(meaning)


VALUES = [
    ("2**3**2", 512),
    ("2^-1", Fraction(1, 2)),
    ("-2^2", -4),
    ("(-2)^2", 4),
    ("1/2/4", Fraction(1, 8)),
    ("7 - 2 - 1", 4),
    ("0.1 + 0.2 - 0.3", 0),
    ("1e16 + 1 - 1e16", 1),
    ("1.5e-3", Fraction(3, 2000)),
    ("1e-400", Fraction(1, 10**400)),
    ("0e99999999999", 0),
]


@pytest.mark.parametrize(("text", "value"), VALUES, ids=[text for text, _ in VALUES])
def test_rational_arithmetic_is_exact(text, value):
    expression = read(text)

    assert expression.graph.value(expression.root) == value


def test_sums_and_products_are_one_node_and_groups_stay_apart():
    assert (kind(read("a + b - c + d")), arity(read("a + b - c + d"))) == ("add", 4)
    assert (kind(read("a*b*c*d")), arity(read("a*b*c*d"))) == ("mul", 4)
    assert arity(read("a + (b + c)")) == 2
    assert arity(read("a*(b*c)")) == 2


def test_a_ladder_of_choices_is_one_piecewise():
    ladder = read(" else ".join(f"{i} if x < {i}" for i in range(1, 300)) + " else x")

    assert (kind(ladder), arity(ladder)) == ("piecewise", 2 * 299 + 1)


def test_decimals_are_printed_as_they_were_typed():
    assert read("0.1*x + 1e-3 - 0.25y").text == "0.1*x + 1e-3 - 0.25*y"


def test_a_piece_that_can_never_hold_is_dropped():
    assert read("piecewise((x, False), (y, True))") == read("y")
    assert read("piecewise((x, x < 1), y)") == read("x if x < 1 else y")


def test_sum_and_mean_of_a_column_are_nodes():
    mean = read("mean(v)", shapes={"v": "rows"})

    assert kind(read("sum(v)", shapes="v: rows")) == "sum"
    assert kind(mean) == "mul"
    assert mean.variables == (Variable("v", ("rows",)),)


@pytest.mark.parametrize(
    "text",
    ["size(v)", "a*size(w)**2", "sum(v*w)/size(w)", "sum(v)/size(w)", "1/size(v)", "a**size(v)"],
)
def test_the_size_of_a_column_is_read_as_it_is_written(text):
    shapes = {"v": "rows", "w": "rows"}

    assert str(read(text, shapes=shapes)) == text


def test_the_size_of_a_formula_is_that_of_its_first_column():
    shapes = {"v": "rows", "w": "rows"}

    assert str(read("size(2*v*w + 1)", shapes=shapes)) == "size(v)"
    assert read("sum(v)/size(v)", shapes=shapes) == read("mean(v)", shapes=shapes)
    assert read("2*size").names == ("size",)
    assert "takes one value per row" in message("size(x)")


# -- parts -----------------------------------------------------------------------------------------


def test_parts_are_put_in_place_in_any_order():
    expected = read("(2*(x + 1))*(2*(x + 1))")

    assert read("t*t where t = 2*s, s = x + 1") == expected
    assert read("t*t where s = x + 1, t = 2*s") == expected


def test_a_part_hides_a_constant_and_a_function():
    assert read("e + gamma where e = x, gamma = y") == read("x + y")


def test_many_parts_that_double_stay_small():
    parts = ", ".join(f"p{i} = p{i - 1}*p{i - 1}" for i in range(1, 300))
    expression = read(f"p299 where p0 = x + 1, {parts}")

    assert len(expression.graph) < 400


PART_ERRORS = [
    ("r where r = r + 1", "The part `r` is made of itself."),
    ("r where r = s, s = r", "The part `r` is made of itself."),
    ("x where r = 1", "The part `r` is not used."),
    ("r where r = 1, r = 2", "The part `r` is named twice."),
    ("r where r = x < 1", "A part is a number, not a condition."),
    ("x where x", "`where` names no part."),
    ("r where r = x, 2", "Behind `where` stands name = formula."),
    ("r(2) where r = x", "`r` is a variable, not a function."),
]


@pytest.mark.parametrize(("text", "head"), PART_ERRORS, ids=[text for text, _ in PART_ERRORS])
def test_wrong_parts_are_refused(text, head):
    assert message(text).splitlines()[0] == head


def test_a_declared_name_cannot_be_a_part():
    assert "is a variable and a part" in message("r where r = x", declared=["r"])


# -- names -----------------------------------------------------------------------------------------


def test_undeclared_names_are_constants_or_real_variables():
    assert read("pi + e + E + oo + inf").names == ()
    assert set(read("N*S*Q*O*beta*gamma*zeta*C").names) == set("NSQOC") | {"beta", "gamma", "zeta"}


def test_a_name_can_be_a_variable_and_an_undeclared_function():
    expression = read("gamma + gamma(x)")

    assert set(expression.names) == {"gamma", "x"}
    assert expression.text == "gamma + gamma(x)"


def test_a_declared_name_wins_over_constants_and_functions():
    assert read("e*pi", declared=["e"]).names == ("e",)
    assert read("sin + 1", variables=["sin"]).names == ("sin",)
    assert "is a variable, not a function" in message("sin(x)", declared=["sin"])


def test_variables_declares_exactly_the_names_allowed_in_their_order():
    assert read("x + y", variables=["y", "x", "z"]).names == ("y", "x", "z")
    assert message("x + yy + pi", variables=["x", "y"]).splitlines() == [
        "Unknown name `yy`.",
        "    x + yy + pi",
        "        ^^",
        "The variables are: `x`, `y`.",
    ]
    assert "Did you mean `theta`?" in message("thets", variables=["theta", "x"])


def test_undeclared_variables_are_sorted_by_name():
    assert read("x10 + x2 + x1").names == ("x1", "x2", "x10")
    assert read("y + x").names == ("x", "y")


def test_greek_letters_are_names():
    assert set(read("α*β + λ*σ + θ²").names) == set("αβλσθ")


NAME_ERRORS = [
    ("lambda*x", "Write `lam` or `lambda_`."),
    ("class + 1", "Write `class_`."),
    ("__x__", "starts and ends with `__`"),
    ("__x", "must be declared"),
    ("nan", "not a real number"),
    ("zoo + 1", "not a real number"),
    ("sin + 1", "needs its argument in brackets"),
    ("sin x", "needs its argument in brackets"),
    ("True + 1", "only as the condition of a piece"),
    ("a" * 101, "at most 100 are read"),
]


@pytest.mark.parametrize(("text", "part"), NAME_ERRORS, ids=[text[:20] for text, _ in NAME_ERRORS])
def test_what_cannot_be_a_name_is_refused(text, part):
    assert part in message(text)


def test_only_single_leading_underscores_need_no_declaration():
    assert read("_x").names == ("_x",)
    assert read("__x", variables=["__x"]).names == ("__x",)
    with pytest.raises(ArgumentError, match="__class__"):
        read("x", variables=["__class__"])


@pytest.mark.parametrize("names", [["x", "x"], ["2x"], ["x y"], [3], ["lambda"], ["a" * 200]])
def test_variables_must_be_names(names):
    with pytest.raises(ArgumentError):
        read("x", variables=names)


# -- errors ----------------------------------------------------------------------------------------

EXACT = {
    "2*x + sni(x)": """\
Unknown function `sni`.
    2*x + sni(x)
          ^^^
Did you mean `sin`?""",
    "1/2x": """\
This product without a sign has two readings.
    1/2x
     ^^^
Write (1/2)*x or 1/(2*x).""",
    "y ~ a*x": """\
`~` is not an operator between numbers.
    y ~ a*x
      ^
A model is its right side alone; the left one is the target: fit(model, data, target=...).""",
    "integral(x, x, 0)": """\
An integral has an integrand and ranges.
    integral(x, x, 0)
    ^^^^^^^^^^^^^^^^^
Write integral(f, x, 0, 1), or integral(f, (x, 0, 1), (y, 0, 2)), innermost first.""",
    "1 + expectation(z^2, z ~ norml(0, 1))": """\
Unknown distribution `norml`.
    1 + expectation(z^2, z ~ norml(0, 1))
                             ^^^^^^^^^^^
Did you mean `normal` or `lognormal`?""",
    "2^3x": """\
This product without a sign has two readings.
    2^3x
     ^^^
Write (2^3)*x or 2^(3*x).""",
    "x y": """\
An operator is missing here.
    x y
    ^^^
A product is written x*y.""",
    "x + x(y)": """\
`x` is a variable, not a function.
    x + x(y)
        ^
A product is written x*(...).""",
    "sin(x, y)": """\
`sin` takes 1 argument, 2 were given.
    sin(x, y)
    ^^^^^^^^^""",
    "x + (y*2": """\
This bracket is never closed.
    x + (y*2
        ^""",
    "": """\
There is no formula.

    ^
Write one, such as x**2 + 1.""",
    "2*x - 9.0**9**9**9 + 1": """\
This constant is outside the range of a double.
    2*x - 9.0**9**9**9 + 1
          ^^^^^^^^^^^^
Doubles reach to 1.8e308.""",
    "d/dx x**2": """\
An operator is missing here.
    d/dx x**2
      ^^^^
A derivative is written diff(f, x).""",
    "1\n+ \x1b[0m": """\
The character U+001B cannot be seen and is not of the language.
    + \\x1b[0m
      ^^^^
Remove it.""",
}


@pytest.mark.parametrize("text", EXACT, ids=list(EXACT))
def test_an_error_quotes_the_place_and_says_what_to_do(text):
    assert message(text) == EXACT[text]


def test_an_error_carries_the_place_in_the_text():
    with pytest.raises(ParseError) as caught:
        read("2*x + sni(x)")

    assert caught.value.text[caught.value.start : caught.value.end] == "sni"


def test_an_error_in_a_long_text_shows_a_window():
    shown = message("x + " * 500 + "sni(x)" + " + x" * 500)
    quoted, carets = shown.splitlines()[1:3]

    assert len(shown) < 480
    assert quoted[carets.index("^") : carets.rindex("^") + 1] == "sni"


REFUSED = [
    *["1f", "1d5", "1L", "1j", "2i", "2e", "0x1F", "0b1", "0o7", "1u", "2x3y 4", "1/2(x)"],
    *["2^x²^3", "√2x", "√x^2", "x²³!²^2", "x y", "(x)2", "x 2", "1 000", "1.2.3", "0777", "x..y"],
    *["x = y", "x := y", "x // y", "x << y", "x === y", "x <> y", "x => y", "x && y", "x || y"],
    *["x -> y", "x!!", "x @ y", "x.T", "x.y", "x[0]", "{x}", "'x'", "x;y", "x:y", "f'(x)", "|x|"],
    *["()", "(,)", "(x", "x)", "x,y", "sin()", "sin(x,)", "max()", "(1, 2)", "x +", "* x", "x**"],
    *["x < 1", "x == y", "(x < 1)*2", "1 + (x < 1)", "sin(x < 1)", "-(x < 1)", "(x < 1) < 2"],
    *["x if y else z", "x if x < 1", "x else y", "x if x < 1 if y < 2 else 3", "not x", "x and y"],
    *["x and not", "1 + not x", "x if x < 1 and 2 else 3", "(x < 1) if x < 2 else 3"],
    *["piecewise()", "piecewise(x)", "piecewise((x, y))", "piecewise((x, x < 1, 2), y)"],
    *["piecewise(x, (y, True))", "piecewise((x < 1, y < 1))", "where(x, 1, 2)", "where(x < 1, 2)"],
    *[
        "diff(x)",
        "diff(x, 2)",
        "diff(x, x, 0)",
        "diff(x, x, 1/2)",
        "diff(x, x, 10**9)",
        "diff(x, pi)",
    ],
    *[
        "diff(x, x, 2, 2)",
        "integral(x, x)",
        "integral(x, 2, 0, 1)",
        "expectation(z)",
        "sum(x, y)",
        "pi(2)",
        "x(y)",
    ],
    *[
        "ﬁ(x)",
        "sın(x)",
        "а + 1",
        "ο + 1",
        "१२",
        "ｘ",
        "𝑥",
        "ℯ",
        "Ⅰ",
        "\ud800",
        "\ue000",
        "x\u200by",
    ],
    *["\x00", "½", "x′", "∂x", "∑x", "é́", "1⁄2x"],
]


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_not_a_formula_is_refused_in_few_words(text):
    shown = message(text)

    assert 10 < len(shown) < 480
    assert all(char.isprintable() or char == "\n" for char in shown)


@pytest.mark.parametrize("value", [None, 3, b"x", ["x"]])
def test_a_formula_must_be_a_string(value):
    with pytest.raises(ArgumentError, match="is a string"):
        read(value)


# -- numbers and constants -------------------------------------------------------------------------

TOO_LARGE = [
    *["1e400", "9" * 400, "1e308*10", "9**9**9", "2**2**40", "9.0**9**9**9", "x**9**9**9"],
    *["1/3**10**9", "factorial(10**9)", "gamma(10**6)", "binomial(10**9, 5*10**8)", "exp(1000)"],
    *["1/0", "x/0", "sinh(10**4)", "(10**200)!", "1/2**-10**12", "cosh(800) + x", "pi*1e308*10"],
    *["exp(exp(exp(10)))", "2**1024", "1e999999999", "1e-999999999", "10**5000"],
]


@pytest.mark.parametrize("text", TOO_LARGE, ids=[text[:30] for text in TOO_LARGE])
def test_a_constant_that_leaves_the_range_of_a_double_is_refused(text):
    assert "double" in message(text) or "divides by zero" in message(text)


def test_a_large_power_of_small_value_stays_a_node():
    expression = read("1000*(1 + 0.05/365)^(365*30)")

    assert kind(expression) == "mul"
    assert len(expression.graph) < 20
    value = read_number("1000*(1 + 0.05/365)^(365*30)")
    assert value == pytest.approx(4481.228688522581, rel=1e-12)


def test_what_underflows_is_kept():
    assert kind(read("2**-10**12")) == "pow"
    assert kind(read("exp(-1000)")) == "exp"


def test_a_tower_of_powers_is_never_expanded():
    assert kind(read("x**(9**9)")) == "pow"
    assert kind(read("(x + y + z)**10000")) == "pow"


# -- limits ----------------------------------------------------------------------------------------


def test_brackets_nest_to_the_limit_and_no_further():
    assert read("(" * 500 + "x" + ")" * 500) == read("x")
    assert read("sin(" * 500 + "x" + ")" * 500).names == ("x",)
    for text in ("(" * 501 + "x" + ")" * 501, "sin(" * 501 + "x" + ")" * 501, "x**" * 600 + "x"):
        with pytest.raises(LimitError, match="500 levels"):
            read(text)


def test_the_length_is_checked_before_anything_else():
    with pytest.raises(LimitError, match="10,000,001 characters"):
        read(" " * 10_000_000 + "1")
    with pytest.raises(LimitError, match="at most 5"):
        read("x + y + z", limits=Limits(max_length=5))


def test_digits_and_nodes_are_limited():
    assert read("0." + "1" * 998).names == ()
    with pytest.raises(LimitError, match="1,000 digits"):
        read("0." + "1" * 999)
    with pytest.raises(LimitError, match="more than 10 nodes"):
        read("+".join(f"x{i}" for i in range(20)), limits=Limits(max_nodes=10))


def test_a_tower_of_derivatives_is_refused_before_it_grows():
    with pytest.raises(ParseError, match="too large to be differentiated"):
        read("diff(" * 15 + "exp(sin(x)*cos(x))*x**x" + ", x)" * 15)


@pytest.mark.parametrize(
    "wrong",
    [{"max_length": 0}, {"max_nesting": 1.5}, {"max_nodes": True}, {"max_digits": 10_000},
     {"seconds": -1}, {"memory_mb": "x"}, {"seconds": math.nan}],
)  # fmt: skip
def test_limits_must_be_positive_numbers(wrong):
    with pytest.raises(ArgumentError):
        Limits(**wrong)


LONG = {
    "signs": "-" * 99_999 + "1",
    "ones": "1+" * 49_999 + "1",
    "names": "+".join(f"v{i}" for i in range(12_000)),
    "reciprocals": "+".join(f"1/{i}" for i in range(10_007, 35_000, 2)),
    "factors": "*".join(f"(x+{i})" for i in range(9_000)),
    "greek": "+".join(["α*β²"] * 10_000),
    "nots": "x if " + "not " * 20_000 + "x < 1 else 2",
}


@pytest.mark.parametrize("text", LONG.values(), ids=list(LONG))
def test_texts_of_full_length_are_read(text):
    assert len(read(text).graph) <= 40_000


# -- relations, numbers, assignments ---------------------------------------------------------------


def test_a_relation_is_refused_as_a_formula_and_read_as_a_constraint():
    ((left, relation, right),) = read_relations("x^2 + y^2 <= r", variables=["x", "y", "r"])

    assert (left, relation, right.text) == (read("x**2 + y**2"), "<=", "r")
    assert left.names == right.names == ("x", "y", "r")
    assert "accepted as a constraint" in message("x^2 <= 1")


@pytest.mark.parametrize(
    "text", ["x", "x < 1 or y < 1", "x != 1", "0 < x != 1", "x = 1", "not x < 1"]
)
def test_a_constraint_is_made_of_relations_that_all_hold(text):
    with pytest.raises(ParseError):
        read_relations(text)


@pytest.mark.parametrize("text", ["0 <= x < y == 2", "0 <= x and x < y and y == 2"])
def test_a_chain_of_relations_is_read_link_by_link(text):
    links = [(left.text, relation, right.text) for left, relation, right in read_relations(text)]

    assert links == [("0", "<=", "x"), ("x", "<", "y"), ("y", "==", "2")]


def test_numbers_go_through_the_same_door():
    assert read_number("1/3") == 1 / 3
    assert read_number("-1e-3") == -1e-3
    assert read_number("pi/2") == math.pi / 2
    assert read_number("sqrt(2)*cos(0)") == math.sqrt(2)
    assert read_number(" binomial(10, 3) ") == 120


@pytest.mark.parametrize(
    "text", ["x", "oo", "nan", "log(-1)", "1 < 2", "", "__import__('os')", "1e999"]
)
def test_what_is_not_a_finite_number_is_refused(text):
    with pytest.raises(ParseError):
        read_number(text)


def test_assignments_give_values_to_names():
    assert read_assignments("x=-1.2, y=1/2") == {"x": -1.2, "y": 0.5}
    assert read_assignments("b1=max(1, 2),e=1") == {"b1": 2.0, "e": 1.0}


@pytest.mark.parametrize(
    "text",
    ["x", "x=", "=1", "x==1", "x=1,x=2", "x=y", "__class__=1", "x=1,", "lambda=1", "x=1;y=2"],
)
def test_malformed_assignments_are_refused(text):
    with pytest.raises(SymcalcError):
        read_assignments(text)


# -- definitions -----------------------------------------------------------------------------------


def test_a_defined_function_is_expanded_when_read():
    mine = Definitions()
    define("swish(x) = x*sigmoid(x)", definitions=mine)
    define("twice(f, n) = swish(f) + n*f", definitions=mine)

    assert read("swish(a + 1)", definitions=mine) == read("(a + 1)*sigmoid(a + 1)")
    assert read("twice(a, 2)", definitions=mine) == read("a*sigmoid(a) + 2*a")
    assert "swish" not in Definitions()


def test_a_definition_replaced_later_changes_nothing_read_before():
    mine = Definitions()
    define("f(x) = x + 1", definitions=mine)
    define("g(x) = f(x)^2", definitions=mine)
    before = read("g(y)", definitions=mine)
    define("f(x) = x + 2", definitions=mine)

    assert read("g(y)", definitions=mine) == before
    assert read("f(y)", definitions=mine) == read("y + 2")


def test_the_near_name_may_be_a_definition():
    mine = Definitions()
    define("swish(x) = x*sigmoid(x)", definitions=mine)

    assert "Did you mean `swish`?" in message("swihs(x)", definitions=mine)


@pytest.mark.parametrize(
    "text",
    ["f(x) = f(x - 1)", "sin(x) = x", "Abs(x) = x", "pi(x) = x", "diff(x) = x", "f(x) = y", "f(x)",
     "f() = 1", "f(x, x) = x", "f(2) = 1", "lambda(x) = x", "f(x) = x < 1", "f(x) == x", "f(x) =",
     "__f__(x) = x", "f(x) = 9**9**9", "x = 1"],
)  # fmt: skip
def test_malformed_definitions_are_refused(text):
    mine = Definitions()

    with pytest.raises(SymcalcError):
        define(text, definitions=mine)
    assert len(mine) == 0


def test_definitions_from_many_threads_are_all_kept():
    mine = Definitions()
    threads = [
        threading.Thread(target=define, args=(f"f{i}(x) = x + {i}",), kwargs={"definitions": mine})
        for i in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(mine) == 20


# -- shapes and assumptions ------------------------------------------------------------------------


def test_shapes_are_kept_with_the_variables():
    expected = (Variable("w", ("n",)), Variable("x", ("m", 3)))

    assert read("sum(x)*sum(w)", shapes={"x": ("m", 3), "w": "n"}).variables == expected
    assert read("sum(x)*sum(w)", shapes="x: m 3; w: n").variables == expected


@pytest.mark.parametrize(
    "shapes", ["x", "x: -1", "2: n", {"x": "a b c"}, "x: n m symmetric", {"x": 1.5}]
)
def test_malformed_shapes_are_refused(shapes):
    with pytest.raises(ArgumentError):
        read("x", shapes=shapes)


def test_assumptions_are_kept_with_the_variables():
    found = read("a*n*z", assume="a > 0, n integer, a < pi, z complex").variables

    assert found == (
        Variable("a", assumption="a > 0, a < pi"),
        Variable("n", assumption="n integer"),
        Variable("z", kind="complex", assumption="z complex"),
    )
    assert (
        read("n", assume={"n": "positive integer"}).variables[0].assumption == "n positive integer"
    )


@pytest.mark.parametrize(
    ("assumption", "expected"),
    [
        ("x > 0", Range(0.0)),
        ("x>0", Range(0.0)),
        ("0 < x", Range(0.0)),
        ("x <= -1e6", Range(upper=-1e6, has_upper=True)),
        ("x >= 2, x > 2", Range(2.0)),
        ("x > 1, 2 <= x", Range(2.0, has_lower=True)),
        ("x nonnegative", Range(0.0, has_lower=True)),
        ("0 < x < 1", Range(0.0, 1.0)),
        ("x > 0 and x < pi/2", Range(0.0, math.pi / 2)),
        ("x > 1, x > 0, x < 5", Range(1.0, 5.0)),
        ("x positive", Range(0.0)),
        ("positive", Range(0.0)),
        (">0", Range(0.0)),
        ("x negative integer", Range(upper=0.0, is_integer=True)),
        ("x integer, x > 3", Range(3.0, is_integer=True)),
        ("x > -oo", None),
        ("x != 0", None),
        ("x < y", None),
        ("2*x > 1", None),
        ("x > 0 or x < -1", None),
        ("x real", None),
        ("", None),
    ],
)
def test_an_assumption_becomes_the_range_that_it_leaves(assumption, expected):
    assert assumed_ranges({"x": assumption}).get("x") == expected


@pytest.mark.parametrize("assume", ["x > 1, x < 0", "x > 0, x < 0", "x positive, x < -1"])
def test_assumptions_that_leave_no_range_are_refused(assume):
    with pytest.raises(ArgumentError, match="leaves `x` no range"):
        read("x", assume=assume)


@pytest.mark.parametrize("assume", ["a", "a prime", "> 0", "1 < 2", "a > 0 > ", "a = 1", "sin(x"])
def test_malformed_assumptions_are_refused(assume):
    with pytest.raises(SymcalcError):
        read("a", assume=assume)


# -- LaTeX -----------------------------------------------------------------------------------------

LATEX = [
    (r"\frac{x^{2} + 1}{2 y}", "(x**2 + 1)/(2*y)"),
    (r"\sqrt{x} + \sqrt[n]{y}", "sqrt(x) + root(y, n)"),
    (r"2 \sin\left(2 x\right) \cos(y)", "2*sin(2*x)*cos(y)"),
    (r"\sin^{2}\left(x\right)", "sin(x)**2"),
    (r"\sin{\left(x \right)}", "sin(x)"),
    (r"\ln(x) + \log_{2}(x) + \log_{10}(x)", "log(x) + log2(x) + log10(x)"),
    (r"\alpha_{1} x_{12} - \mathrm{rate} \cdot t", "alpha_1*x_12 - rate*t"),
    (r"e^{-\frac{x^2}{2}}", "e**(-(x**2/2))"),
    (r"\left|x\right| + \lfloor x \rfloor", "abs(x) + floor(x)"),
    (r"\operatorname{erf}(x) + \Gamma(x) + J_{0}(x)", "erf(x) + gamma(x) + besselj(0, x)"),
    (r"\binom{n}{k} + n!", "binomial(n, k) + factorial(n)"),
    (r"\begin{cases} x & \text{if } x < 1 \\ 2 & \text{otherwise} \end{cases}", "x if x<1 else 2"),
    (r"\max\left(x, y\right)\times\pi", "max(x, y)*pi"),
    (r"x \left(y + 1\right)", "x*(y + 1)"),
]  # fmt: skip


@pytest.mark.parametrize(("latex", "text"), LATEX, ids=[latex for latex, _ in LATEX])
def test_latex_is_read(latex, text):
    assert read(latex, syntax="latex") == read(text)


@pytest.mark.parametrize(
    "latex",
    [r"\sin x", r"\int x", r"\frac{d}{dx} x", r"x^23", "2 3", "x(y)", "1/2 x", r"\sin^{-1}(x)",
     r"\input{a}", r"\left(x", r"\frac{1}{2", "|x|", r"\foo", r"x_{a,b}", r"\psi^{(a}",
     r"f^{(2)}(x)", r"\text{hello}", "x'", r"\begin{matrix}", r"\%", "а",
     "\x1b", r"\left.x\right|", "", "{", "}", r"\sin^{}(x)", r"\mathrm x", r"\mathrmab"],
)  # fmt: skip
def test_other_latex_is_refused(latex):
    assert len(message(latex, syntax="latex")) < 480


def test_latex_points_at_the_place():
    assert message(r"x + \foo{y}", syntax="latex").splitlines()[:3] == [
        r"The LaTeX `\foo` is not read.",
        r"    x + \foo{y}",
        "        ^^^^",
    ]


def test_latex_takes_the_declared_spelling_of_a_subscript():
    assert read("x_{1} + x_{2}", syntax="latex", declared=["x1", "x2"]).names == ("x1", "x2")
    assert read("x_{1}", syntax="latex").names == ("x_1",)


def test_only_known_notations_are_allowed():
    with pytest.raises(ArgumentError, match='"symcalc" or "latex"'):
        read("x", syntax="tex")


# -- laws ------------------------------------------------------------------------------------------


@given(formulas())
def test_reading_what_is_written_gives_the_same_formula(text):
    try:
        expression = read(text)
    except ParseError as error:
        assert "double" in str(error) or "zero" in str(error)  # noqa: PT017
        return

    assert read(expression.text) == expression


@given(token_soup())
@example("x where where = 1")
@example("piecewise((x, True)) where x = 1")
@example("(1, True)")
def test_tokens_in_any_order_give_a_formula_or_an_error_of_ours(text):
    try:
        read(text)
    except SymcalcError as error:
        assert 10 < len(str(error)) < 500  # noqa: PT017


@given(wild_text())
@example("\ud800" * 10)
@example("x" + "\u0301" * 10)
def test_any_text_gives_a_formula_or_an_error_of_ours(text):
    for syntax in ("symcalc", "latex"):
        try:
            read(text, syntax=syntax)
        except SymcalcError as error:
            assert str(error).isprintable() or "\n" in str(error)  # noqa: PT017


@given(latex_soup())
@example("J_")
def test_latex_in_any_order_gives_a_formula_or_an_error_of_ours(text):
    try:
        read(text, syntax="latex")
    except SymcalcError as error:
        assert 10 < len(str(error)) < 500  # noqa: PT017


@given(formulas())
def test_latex_that_is_written_is_read_back(text):
    try:
        expression = read(text)
    except ParseError:
        return

    assert read(expression.latex, syntax="latex", declared=expression.names) is not None


DATA = Path(__file__).parent / "data"


@pytest.mark.parametrize("name", ["derivatives", "mgh", "hs", "integrals", "nist"])
def test_the_formulas_of_the_shared_cases_are_read_back(name):
    text = (DATA / f"{name}.json").read_text(encoding="utf-8")

    for item in json.loads(text)["items"]:
        for field in ("expr", "objective", "integrand", "model"):
            if field in item:
                expression = read(item[field])
                assert read(expression.text) == expression


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("Piecewise((sin(x)/x, Ne(x, 0)), (1, True))", "sin(x)/x if x != 0 else 1"),
        ("Piecewise((1, Eq(x, 2)), (x, True))", "1 if x == 2 else x"),
        ("Piecewise((1, (x > 0) & (x < 1)), (2, True))", "1 if x > 0 and x < 1 else 2"),
        ("Piecewise((1, And(x > 0, Lt(x, 1))), (2, True))", "1 if x > 0 and x < 1 else 2"),
        ("Piecewise((1, (x < 0) | (x >= 1)), (2, True))", "1 if x < 0 or x >= 1 else 2"),
        ("Piecewise((1, Or(x < 0, Ge(x, 1))), (2, True))", "1 if x < 0 or x >= 1 else 2"),
        ("Piecewise((1, ~(x < 0)), (2, True))", "1 if not x < 0 else 2"),
        ("Piecewise((1, Ne(x, 0) & ~Le(y, 0)), (2, True))", "1 if x != 0 and not y <= 0 else 2"),
    ],
)
def test_conditions_as_sympy_prints_them_are_read(text, same):
    assert read(text) == read(same)


@pytest.mark.parametrize("text", ["1 if x > 0 & x < 1 else 2", "x & y", "~x", "&", "x |", "|x|"])
def test_joints_that_would_bind_differently_are_refused(text):
    with pytest.raises(ParseError, match="not an operator between numbers"):
        read(text)


def test_a_comparison_in_words_is_not_a_number():
    with pytest.raises(ParseError):
        read("Ne(x, 0) + 1")
    with pytest.raises(ParseError, match="conditions such as"):
        read("1 if And(x, y > 0) else 2")
