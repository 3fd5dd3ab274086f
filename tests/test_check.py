"""`check` names the mistake in a claimed derivative, and rejects no claim that is right."""

from __future__ import annotations

import dataclasses
import json
import math
import pickle
import re
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import check_corpus
import numpy as np
import pytest
import sympy

import symcalc as sc
from symcalc.cli import main
from symcalc.functions import TABLE
from symcalc.verify import evidence as evidence_module

Verdict = sc.Verdict
MISTAKES = check_corpus.mistakes()
ROSENBROCK = "100*(y - x^2)^2 + (1 - x)^2"
LINE = "(w*a + b - c)^2/2"
ROWS = "x: rows; y: rows"
DERIVATIVES = Path(__file__).parent / "data" / "derivatives.json"


def rosenbrock(v: Any) -> float:
    x, y = v
    return float(100 * (y - x**2) ** 2 + (1 - x) ** 2)


def rosenbrock_gradient(v: Any) -> np.ndarray:
    x, y = v
    return np.array([-400 * x * (y - x**2) - 2 * (1 - x), 200 * (y - x**2)])


# -- the corpus -------------------------------------------------------------------------------


def test_the_corpus_is_what_it_claims_to_be() -> None:
    counts = Counter(mistake.kind for mistake in MISTAKES)

    assert len(check_corpus.ROWS) == 40
    assert counts == dict.fromkeys(check_corpus.KINDS, 20)
    assert len({mistake.formula for mistake in MISTAKES}) >= 40


def is_named(mistake: check_corpus.Mistake, claim: Any) -> bool:
    found = sc.check(claim, mistake.formula, mistake.row.names, shapes=mistake.row.shapes)
    assert not found.is_good, (mistake.kind, mistake.formula, mistake.claims)
    return found.outcome is mistake.verdict and found.wrong == mistake.wrong


def test_planted_mistakes_in_formulas_are_named_and_none_is_accepted() -> None:
    named = [is_named(m, m.function or list(m.claims)) for m in MISTAKES]

    assert sum(named) >= 0.95 * len(MISTAKES)


def test_planted_mistakes_in_functions_are_named_and_none_is_accepted() -> None:
    named = [is_named(m, check_corpus.as_function(m)) for m in MISTAKES]

    assert sum(named) >= 0.95 * len(MISTAKES)


@pytest.mark.parametrize(("claim", "formula", "wrt", "shapes"), list(check_corpus.right_claims()))
def test_a_right_claim_is_not_rejected(
    claim: str, formula: str, wrt: str, shapes: str | None
) -> None:
    found = sc.check(claim, formula, wrt, shapes=shapes)

    assert found.is_good, found.message
    assert not found.findings
    assert found.n_points >= 3 or found.trust is sc.Trust.PROVEN


def test_most_right_claims_are_proven() -> None:
    found = [
        sc.check(claim, formula, wrt, shapes=shapes)
        for claim, formula, wrt, shapes in check_corpus.right_claims()
    ]

    assert sum(check.trust is sc.Trust.PROVEN for check in found) >= 0.9 * len(found)


@pytest.mark.parametrize("row", check_corpus.ROWS, ids=lambda row: row.formula)
def test_a_right_function_is_not_rejected(row: check_corpus.Row) -> None:
    right = check_corpus.Mistake("", Verdict.AGREES, row.formula, row.gradient, row, ())

    found = sc.check(check_corpus.as_function(right), row.formula, row.names, shapes=row.shapes)

    assert found.is_good, found.message
    assert found.trust is sc.Trust.CHECKED


def formulas_of_the_derivative_corpus() -> list[str]:
    items = json.loads(DERIVATIVES.read_text(encoding="utf-8"))["items"]
    return [item["expr"] for item in items]


def is_slope_of_steps(part: Any) -> bool:
    steps = (sympy.floor, sympy.ceiling)
    return isinstance(part, sympy.DiracDelta) or (
        isinstance(part, sympy.Derivative) and isinstance(part.expr, steps)
    )


@pytest.mark.parametrize("formula", formulas_of_the_derivative_corpus())
def test_what_sympy_derives_is_not_rejected_and_a_factor_on_it_is_seen(formula: str) -> None:
    expression = sc.parse(formula)
    symbols = [sympy.Symbol(name, real=True) for name in expression.names]
    claims = [
        # SymPy leaves undone only the derivatives of steps, which are flat between their jumps.
        sympy.diff(expression.sympy, symbol).replace(is_slope_of_steps, lambda slope: 0)
        for symbol in symbols
    ]

    assert sc.check(claims, expression, expression.names).is_good
    if not all(claim == 0 for claim in claims):
        wrong = sc.check([3 * claim for claim in claims], expression, expression.names)
        assert wrong.outcome is Verdict.CONSTANT_FACTOR
        assert wrong.findings[0].formula == "3"


# -- kinds, one by one ------------------------------------------------------------------------

NAMED = [
    ("2*x*y + 1", "x^2*y", "x", Verdict.EXTRA_TERM, "a term too many: 1"),
    ("-2*x*y", "x^2*y", "x", Verdict.SIGN, "the sign is wrong"),
    ("x^2", "x^2*y", "x", Verdict.OTHER_VARIABLE, "this is ∂f/∂y, not ∂f/∂x"),
    ("2*y", "x^2*y", "x", Verdict.OTHER_ORDER, "this is ∂²f/∂x², not ∂f/∂x"),
    ("x^2*y", "x^2*y", "x", Verdict.OTHER_ORDER, "this is f itself, not ∂f/∂x"),
    ("cos(x^2)", "sin(x^2)", "x", Verdict.INNER_FACTOR, "x**2 is missing: 2*x (chain rule)"),
    ("cos(2*x)", "sin(2*x)", "x", Verdict.CONSTANT_FACTOR, "off by the factor 1/2: the inner"),
    ("2*x/m", "x^2", "x", Verdict.CONSTANT_FACTOR, "a factor is missing: m"),
    ("m*(x - 1)", "(x - 1)^2/(2*m)", "x", Verdict.CONSTANT_FACTOR, "1/2*m is m/2, not 1/(2*m)"),
    ("x*y", "x^2", "x", Verdict.CONSTANT_FACTOR, "off by the factor y/2"),
    ("180*cos(x)/pi", "sin(x)", "x", Verdict.CONSTANT_FACTOR, "off by the factor 180/pi"),
    ("1", "abs(x)", "x", Verdict.PART_OF_DOMAIN, "right only where x > 0; elsewhere the sign"),
    ("1/(2*sqrt(x))", "sqrt(abs(x))", "x", Verdict.DOMAIN, "only where x > 0"),
    ("3.1416*cos(pi*x)", "sin(pi*x)", "x", Verdict.INACCURATE, "agrees to about 5 digits"),
    ("1/(3 + 1e-9)", "x/3", "x", Verdict.INACCURATE, "agrees to about 9 digits"),
    ("a^x", "a^x", "x", Verdict.RULE, "the logarithm of the base is missing, in a**x"),
    ("x*a^(x-1)", "a^x", "x", Verdict.RULE, "power rule applied to the exponential a**x"),
    ("cos(x)*exp(x)", "sin(x)*exp(x)", "x", Verdict.MISSING_TERM, "sin(x)*exp(x)"),
    ("2*x*cos(x)", "x^2*sin(x)", "x", Verdict.RULE, "product rule: u'*v' stands for"),
    ("cos(2*x)", "sin(x^2)", "x", Verdict.RULE, "the outer derivative is taken at 2*x"),
    ("(x*cos(x) - sin(x))/x", "sin(x)/x", "x", Verdict.RULE, "the denominator is not squared"),
    ("2*x - 3*y", "x^2 + 3*x*y", "x", Verdict.SIGN, "the term 3*y has the wrong sign"),
    ("2*x + 6*y", "x^2 + 3*x*y", "x", Verdict.CONSTANT_FACTOR, "3*y is off by the factor 2"),
    ("0", "x^2", "x", Verdict.MISSING_TERM, "is 0, the derivative is 2*x"),
    ("sin(exp(x)) + y", "x^3*y", "x", Verdict.DIFFERS, "claim - derivative = "),
    ("asin(x + 30)", "log(x)", "x", Verdict.DOMAIN, "has no value at any point tried"),
]


@pytest.mark.parametrize(("claim", "formula", "wrt", "verdict", "words"), NAMED)
def test_a_mistake_is_named(
    claim: str, formula: str, wrt: str, verdict: sc.Verdict, words: str
) -> None:
    found = sc.check(claim, formula, wrt)

    assert found.outcome is verdict, found.message
    assert words in found.message


def test_only_the_wrong_component_is_blamed() -> None:
    found = sc.check("(w*a + b - c)*a, 2*(w*a + b - c)", LINE, "w, b")

    assert found.wrong == ("b",)
    assert found.message == "wrong only in ∂f/∂b: off by the factor 2"


def test_a_gradient_with_the_residual_but_not_the_inputs() -> None:
    found = sc.check(["mean(w*x + b - y)"] * 2, "mean((w*x + b - y)^2)/2", "w, b", shapes=ROWS)

    assert found.outcome is Verdict.INNER_FACTOR
    assert found.findings[0].formula == "x"
    assert found.wrong == ("w",)


def test_a_sum_for_a_mean_is_off_by_the_number_of_rows() -> None:
    claim = "sum((w*x + b - y)*x), sum(w*x + b - y)"

    found = sc.check(claim, "mean((w*x + b - y)^2)/2", "w, b", shapes=ROWS)

    assert found.outcome is Verdict.CONSTANT_FACTOR
    assert "off by the factor n, n being the number of rows" in found.message
    assert {len(s.point["x"]) for s in found.sightings} > {3}


def test_swapped_components_are_seen_together() -> None:
    found = sc.check("x^2, 2*x*y, 1", "x^2*y + z", "x, y, z")

    assert found.outcome is Verdict.SWAPPED
    assert found.wrong == ("x", "y")


def test_two_mistakes_in_two_components_are_both_found() -> None:
    found = sc.check("-2*x*y, x^2 + 1", "x^2*y", "x, y")

    assert [(f.verdict, f.components) for f in found.findings] == [
        (Verdict.SIGN, ("x",)),
        (Verdict.EXTRA_TERM, ("y",)),
    ]


def test_a_claim_with_one_value_per_row_has_the_wrong_shape() -> None:
    found = sc.check("(w*x - y)*x", "mean((w*x - y)^2)/2", "w", shapes=ROWS)

    assert found.outcome is Verdict.WRONG_SHAPE
    assert "sum or mean missing" in found.message


def test_a_variable_that_the_formula_lacks_is_pointed_out() -> None:
    assert "the claim uses q, which f does not contain" in sc.check("2*q", "x^2", "x").notes


def test_a_missing_factor_is_not_taken_for_a_part_of_the_domain() -> None:
    found = sc.check("2*(1 if x > 0 else 0)", "max(x, 0)", "x")

    assert found.outcome is Verdict.CONSTANT_FACTOR


# -- near misses ------------------------------------------------------------------------------


@pytest.mark.parametrize("error", ["1e-9", "1e-20", "1e-40"])
def test_the_smallest_error_in_a_formula_is_seen(error: str) -> None:
    found = sc.check(f"2*x*(1 + {error})", "x^2", "x")

    assert not found.is_good
    assert found.trust is sc.Trust.PROVEN


def test_an_error_that_shows_far_away_only_is_seen() -> None:
    assert not sc.check("2*x + max(0, x - 30)", "x^2", "x").is_good


def test_an_error_below_rounding_far_away_does_not_make_a_part_of_the_domain() -> None:
    found = sc.check("exp(x) + 1", "exp(x)", "x")

    assert found.outcome is Verdict.EXTRA_TERM


def test_a_wrong_derivative_in_the_table_cannot_make_a_wrong_claim_right(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wrong = dataclasses.replace(TABLE["tanh"], derivatives=(lambda m, y, x: 1 + y**2,))
    monkeypatch.setitem(TABLE, "tanh", wrong)

    with pytest.raises(sc.OutcomeError):
        sc.check("1 + tanh(x)^2", "tanh(x)", "x")


def test_an_evidence_that_calls_all_points_equal_is_caught_by_the_corpus(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    blind = evidence_module._Side(evidence_module.AGREES, 1.0, 1.0, 0.0, 0.0)
    monkeypatch.setattr(evidence_module, "_formula_side", lambda *args: blind)

    with pytest.raises(AssertionError):
        test_planted_mistakes_in_formulas_are_named_and_none_is_accepted()


# -- Python functions -------------------------------------------------------------------------


def test_a_function_may_take_names_or_one_array() -> None:
    def by_name(x: float, y: float) -> tuple[float, float]:
        return -400 * x * (y - x**2) - 2 * (1 - x), 200 * (y - x**2)

    for function in (
        rosenbrock_gradient,
        by_name,
        lambda x, y: dict(zip("xy", by_name(x, y), strict=True)),
    ):
        assert sc.check(function, ROSENBROCK).is_good
    assert sc.check(sc.compile(ROSENBROCK, order=1).gradient, ROSENBROCK).is_good
    assert sc.check(lambda **v: by_name(**v), ROSENBROCK).is_good
    assert sc.check(lambda v, a, c: [(v @ [a, 1] - c) * a, v @ [a, 1] - c], LINE, "w,b").is_good
    assert sc.check(math.cos, "sin(x)").is_good


def test_how_a_function_is_called_is_told() -> None:
    assert sc.check(rosenbrock_gradient, ROSENBROCK).notes == (
        "called as rosenbrock_gradient(array([x, y]))",
    )


def test_a_function_gets_columns_as_arrays() -> None:
    def gradient(w: float, b: float, x: np.ndarray, y: np.ndarray) -> list[float]:
        return [float(np.mean((w * x + b - y) * x)), float(np.mean(w * x + b - y))]

    assert sc.check(gradient, "mean((w*x + b - y)^2)/2", "w,b", shapes=ROWS).is_good


def test_finite_differences_are_recognized() -> None:
    for step in (1e-6, 1e-4):

        def gradient(v: np.ndarray, step: float = step) -> list[float]:
            moves = step * np.eye(2)
            return [(rosenbrock(v + m) - rosenbrock(v - m)) / (2 * step) for m in moves]

        found = sc.check(gradient, ROSENBROCK)

        assert found.outcome is Verdict.INACCURATE
        assert re.search(r"agrees to about \d+ digits: looks like finite", found.message)


def test_single_precision_is_recognized() -> None:
    found = sc.check(lambda v: rosenbrock_gradient(v).astype("f4"), ROSENBROCK)

    assert found.outcome is Verdict.INACCURATE
    assert "single precision" in found.message


def test_code_that_loses_digits_to_cancellation_is_not_rejected() -> None:
    assert sc.check(lambda x: 1 - math.tanh(x) ** 2, "tanh(x)").is_good
    assert sc.check(lambda x: math.exp(x) - 1, "exp(x) - x").is_good
    assert sc.check(lambda x: 2 * math.sin(x / 2) ** 2, "x - sin(x)").is_good


def test_code_that_overflows_far_away_is_right_with_a_remark() -> None:
    found = sc.check(lambda x: np.exp(20 * x) / np.exp(20 * x) * 2 * x, "x^2")

    assert found.is_good
    assert any("no finite value far away" in note for note in found.notes)


def test_a_function_that_fails_near_by_has_another_domain() -> None:
    found = sc.check(lambda x: math.exp(math.log(x)) * 2, "x^2")

    assert found.outcome is Verdict.DOMAIN
    assert found.findings[0].region == "x > 0"


WRONG_SHAPES: list[tuple[Callable[..., Any], str]] = [
    (lambda v: rosenbrock_gradient(v)[:, None], r"shape \(2, 1\).*flatten it"),
    (lambda v: None, "returns None"),
    (lambda v: (1.0, rosenbrock_gradient(v)), "a pair"),
    (lambda v: [1.0, 2.0, 3.0], r"shape \(3,\); a gradient in x, y has the shape \(2,\)"),
    (lambda v: {"x": 1.0}, "a dict without y"),
    (lambda v: rosenbrock_gradient(v) * 1j, "complex"),
    (lambda v: "text", "not an array of numbers"),
    (lambda v: np.ones((5, 2)), "sum or mean over the rows"),
]


@pytest.mark.parametrize(("function", "words"), WRONG_SHAPES)
def test_a_wrong_shape_is_named(function: Callable[..., Any], words: str) -> None:
    found = sc.check(function, ROSENBROCK)

    assert found.outcome is Verdict.WRONG_SHAPE
    assert re.search(words, found.message)


def test_a_function_that_returns_other_numbers_each_time_is_named() -> None:
    random = np.random.default_rng(0)

    found = sc.check(lambda v: rosenbrock_gradient(v) * (1 + random.random()), ROSENBROCK)

    assert found.outcome is Verdict.UNSTEADY


def test_a_function_that_changes_its_input_does_no_harm() -> None:
    def spoiling(v: np.ndarray) -> np.ndarray:
        found = rosenbrock_gradient(v)
        v[:] = 0.0
        return found

    assert sc.check(spoiling, ROSENBROCK).is_good


def test_an_error_in_a_function_is_wrapped_and_says_where() -> None:
    with pytest.raises(sc.UserFunctionError, match=r"x=.*NameError"):
        sc.check(lambda x: undefined_name, "x^2")  # type: ignore[name-defined]  # noqa: F821
    with pytest.raises(sc.UserFunctionError, match="ValueError: no"):
        sc.check(_refusing, "x^2")


def _refusing(x: float) -> float:
    raise ValueError("no")


def test_parameters_that_are_no_variables_are_refused() -> None:
    with pytest.raises(sc.ArgumentError, match="p, q are no variables"):
        sc.check(lambda p, q: [p, q], "x*y")


# -- the door ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claim", "formula", "wrt", "words"),
    [
        ("x, y", "x*y*z", None, "2 formulas for the 3 variables"),
        ({"x": "y"}, "x*y", "x,y", "same variables"),
        ("y", "2", None, "no variable"),
        (["y"], "x*y", "x,y", "1 formula for the 2 variables"),
    ],
)
def test_claims_that_do_not_fit_the_variables_are_refused(
    claim: Any, formula: str, wrt: str | None, words: str
) -> None:
    with pytest.raises(sc.ArgumentError, match=words):
        sc.check(claim, formula, wrt)


def test_claims_may_be_expressions_mappings_and_sympy() -> None:
    x, y = sympy.symbols("x y", real=True)

    assert sc.check({"y": "x^2", "x": "2*x*y"}, "x^2*y").is_good
    assert sc.check(sc.gradient("x^2*y"), "x^2*y").is_good
    assert sc.check(sc.differentiate("x^2*y", "x"), "x^2*y", "x").is_good
    assert sc.check([2 * x * y, x**2], x**2 * y, ["x", "y"]).is_good
    assert sc.check("[2*x*y; x^2]", "x^2*y", "x,y").is_good
    assert sc.check(2, "2*x", "x").is_good
    assert sc.check(r"\frac{1}{x}", r"\log(x)", "x", syntax="latex").is_good


def test_assumptions_hold_for_the_points() -> None:
    assert sc.check("1", "abs(x)", "x", assume="x > 0").is_good
    assert sc.check("1", "abs(x - 2)", "x", assume="x > 2").is_good
    assert sc.check("-1", "abs(x)", "x", assume="-3 < x < 0").is_good
    assert not sc.check("1", "abs(x)", "x").is_good


def test_the_same_seed_gives_the_same_points() -> None:
    first, again, other = (sc.check("1", "x^2", "x", seed=s).sightings for s in (1, 1, 2))

    assert first == again != other


def test_a_check_is_ready_for_json_pickle_and_notebooks() -> None:
    found = sc.check("x, 2*x", "x^2*y", "x,y")

    data = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert data["outcome"] == found.outcome.name.lower()
    assert data["evidence"][0]["point"].keys() == {"x", "y"}
    assert pickle.loads(pickle.dumps(found)).message == found.message
    assert "x^{2}" in found._repr_latex_()
    assert "∂f/∂x = 2*x*y" in repr(found)


def test_limits_on_time_hold() -> None:
    assert sc.check("2*x", "x^2", "x", limits=sc.Limits(seconds=30)).is_good
    with pytest.raises(sc.ArgumentError, match="runs where it is"):
        sc.check(lambda x: 2 * x, "x^2", limits=sc.Limits(seconds=30))


# -- the command line -------------------------------------------------------------------------


@pytest.fixture
def losses(tmp_path: Path) -> Path:
    """A file with gradients, one of them wrong."""
    path = tmp_path / "my_losses.py"
    path.write_text(
        "import helper\n\nprint('loading')\n\n\n"
        "def gradient(w, b, a, c):\n    r = w*a + b - c\n    return [r*a, helper.half*2*r]\n\n\n"
        "def wrong(w, b, a, c):\n    r = w*a + b - c\n    return [r*a, 2*r]\n\n\nnumber = 3\n"
    )
    (tmp_path / "helper.py").write_text("half = 0.5\n")
    return path


@pytest.fixture(autouse=True)
def _forget_modules() -> Any:
    yield
    for name in ("my_losses", "helper", "broken"):
        sys.modules.pop(name, None)


def test_the_command_of_the_issue(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "2*x*y + 1", "x^2*y", "--wrt", "x"]) == 1
    assert capsys.readouterr().out.startswith("not right: a term too many: 1\n∂f/∂x = 2*x*y\n")

    assert main(["check", "-x, 2", "-x^2/2 + 2*y", "--wrt", "x,y"]) == 0
    assert capsys.readouterr().out.startswith("right: ")


def test_a_function_in_a_file_is_checked(losses: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", f"{losses}:gradient", LINE, "--wrt", "w,b"]) == 0
    answer = capsys.readouterr()
    assert "the code in it was run" in answer.out
    assert "loading" not in answer.out

    assert main(["check", f"{losses}:wrong", LINE, "--wrt", "w,b", "--json"]) == 1
    data = json.loads(capsys.readouterr().out)
    assert data["wrong"] == ["b"]
    assert data["loaded"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{}:gradeint", "Did you mean `gradient`"),
        ("{}:number", "is no function but int"),
        ("/nowhere/{}.py:f", "no file"),
    ],
)
def test_what_a_file_lacks_is_told(
    text: str, words: str, losses: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", text.format(losses), LINE, "--wrt", "w,b"]) == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("line", ["1/0", "raise SystemExit(3)", "import nothing_like_it", "x = ="])
def test_a_file_that_fails_is_wrapped(
    line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "broken.py").write_text(f"y = 1\n{line}\n")

    assert main(["check", f"{tmp_path / 'broken.py'}:f", "x^2", "--wrt", "x"]) == 2
    assert re.search(r"broken.py failed.* while it was loaded", capsys.readouterr().err)


# -- branches that begin far away ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claim", "formula"),
    [
        ("-1", "abs(x - 1000)"),
        ("0", "relu(x - 1e9)"),
        ("1", "max(x, -1e6)"),
        ("cos(x)", "sin(x) if x < 12345 else x"),
        ("1", "x if x < 3 or x > 3.01 else 0"),
        ("0", "floor(x + 1e-25) + relu(x - 400)*1e-9"),
    ],
)
def test_a_claim_that_holds_before_a_far_branch_is_right_on_one_part_only(
    claim: str, formula: str
) -> None:
    assert sc.check(claim, formula, "x").outcome is sc.Verdict.PART_OF_DOMAIN


def test_a_function_that_holds_before_a_far_branch_is_right_on_one_part_only() -> None:
    found = sc.check(lambda x: -1.0, "abs(x - 1000)", "x")

    assert found.outcome is sc.Verdict.PART_OF_DOMAIN
    assert "x - 1000 < 0" in found.message
    assert sc.check(lambda x: math.copysign(1.0, x - 1000), "abs(x - 1000)", "x").is_good


def test_a_wrong_claim_about_a_formula_with_a_far_domain_is_seen() -> None:
    found = sc.check("1/sqrt(x - 1000)", "sqrt(x - 1000)", "x")

    assert found.outcome is sc.Verdict.CONSTANT_FACTOR
    assert sc.check("1/(2*sqrt(x - 1000))", "sqrt(x - 1000)", "x").trust is sc.Trust.PROVEN


def test_a_claim_that_could_not_be_compared_is_undecided_unless_it_is_proven() -> None:
    assert sc.check("0", "1e-300*x", "x").outcome is sc.Verdict.UNDECIDED
    assert sc.check("1e-300", "1e-300*x", "x").trust is sc.Trust.PROVEN
