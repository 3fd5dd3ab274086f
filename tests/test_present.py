"""Reports: what people read in a terminal and in a pipe, and what programs read."""

from __future__ import annotations

import io
import json
import math
import re
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import symcalc as sc
from symcalc.errors import ArgumentError
from symcalc.outcome import Estimate, Outcome, Trust
from symcalc.present import (
    Line,
    Table,
    describe,
    describe_point,
    describe_trace,
    respell,
    show,
    to_json,
    to_plain_text,
)


def text_of(result: Any, format: str = "text") -> str:
    return to_plain_text(describe(result, format))


class Stream(io.TextIOWrapper):
    """A stream with a chosen encoding that may claim to be a terminal."""

    def __init__(self, encoding: str, *, terminal: bool = False) -> None:
        super().__init__(io.BytesIO(), encoding=encoding, write_through=True)
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal

    @property
    def written(self) -> str:
        buffer = self.buffer
        assert isinstance(buffer, io.BytesIO)
        return buffer.getvalue().decode(self.encoding)


# -- formulas ---------------------------------------------------------------------------------


def test_a_gradient_is_a_line_for_each_variable_and_a_verdict() -> None:
    lines = text_of(sc.gradient("x**2*y", ["x", "y"])).splitlines()

    assert lines[:2] == ["∂f/∂x = 2*x*y", "∂f/∂y = x**2"]
    assert lines[2].startswith("checked: agrees with an independent derivative at 5 points")


def test_a_hessian_is_listed_on_and_above_the_diagonal() -> None:
    lines = text_of(sc.hessian("x**2*y", ["x", "y"])).splitlines()

    assert lines[:3] == ["∂²f/∂x² = 2*y", "∂²f/∂x∂y = 2*x", "∂²f/∂y² = 0"]


def test_a_large_hessian_is_listed_without_its_zeros() -> None:
    names = [f"x{i}" for i in range(12)]
    text = text_of(sc.hessian(" + ".join(f"{name}**3" for name in names), names))

    assert text.count("∂²f/") == 12
    assert "all other second derivatives are 0" in text


def test_a_mixed_derivative_names_its_steps() -> None:
    lines = text_of(sc.differentiate("x**3*y**2", "x", "y", "y")).splitlines()

    assert lines[0] == "∂³f/∂x∂y² = 6*x**2"


def test_a_jacobian_of_several_formulas_numbers_them() -> None:
    lines = text_of(sc.jacobian(["x*y", "x + y"], ["x", "y"])).splitlines()

    assert lines[:4] == ["∂f1/∂x = y", "∂f1/∂y = x", "∂f2/∂x = 1", "∂f2/∂y = 1"]


def test_a_parsed_formula_is_echoed_with_its_variables() -> None:
    assert text_of(sc.parse("2x + y")) == "2*x + y\nvariables: x, y\n"
    assert text_of(sc.parse("2^3")).splitlines()[1] == "no variables"


def test_latex_names_the_derivative_as_a_fraction() -> None:
    lines = text_of(sc.hessian("x**2*alpha", ["x", "alpha"]), "latex").splitlines()

    assert lines[0] == r"\frac{\partial^{2} f}{\partial x^{2}} = 2 \alpha"
    assert lines[1] == r"\frac{\partial^{2} f}{\partial x \partial \alpha} = 2 x"
    assert lines[-1].startswith("% checked")


@pytest.mark.parametrize(
    ("verb", "formula", "name", "expected"),
    [
        ("parse", "x*exp(y)", "f", 2 * math.exp(0.5)),
        ("differentiate", "exp(y) + 0*x", "derivative", math.exp(0.5)),
        ("gradient", "x*exp(y)", "gradient", [math.exp(0.5), 2 * math.exp(0.5)]),
        ("hessian", "x*y**2", "hessian", [[0, 1], [1, 4]]),
        ("jacobian", ["x*y", "x - y"], "jacobian", [[0.5, 2], [1, -1]]),
    ],
)
def test_python_output_is_a_function_that_computes_the_same(
    verb: str, formula: Any, name: str, expected: Any
) -> None:
    steps = ["y"] if verb == "differentiate" else []
    scope: dict[str, Any] = {}
    exec(text_of(getattr(sc, verb)(formula, *steps), "python"), scope)

    assert np.allclose(np.array(scope[name](x=2.0, y=0.5), dtype=float), expected, rtol=1e-14)


# -- numbers ----------------------------------------------------------------------------------


def estimate(value: float = 2.0, **others: Any) -> Estimate:
    return Estimate(value, others.pop("error", 1e-16), "test", Trust.CHECKED, **others)


def test_a_point_is_a_table_with_errors_and_trust() -> None:
    text = to_plain_text(describe_point({"x": 1.5}, {"x": estimate(), ("x", "y"): estimate(-0.0)}))

    assert text.splitlines()[0] == "at x = 1.5"
    assert text.splitlines()[1].split() == ["∂f/∂x", "2", "±", "1e-16", "checked"]
    assert text.splitlines()[2].split()[:2] == ["∂²f/∂x∂y", "0"]


def test_a_number_that_is_not_there_says_why() -> None:
    value = estimate(math.nan, outcome=Outcome.JUMP, note="left 0, right 1", error=math.nan)
    text = to_plain_text(describe_point({"x": 0.0}, {"x": value}))

    assert f"∂f/∂x: {Outcome.JUMP} (left 0, right 1)" in text
    assert "±" not in text


def test_an_estimate_shows_the_digits_that_hold() -> None:
    assert text_of(estimate(digits="2.000000000000")).splitlines() == [
        "2.000000000000  ± 1e-16",
        "checked: test",
    ]


# -- runs -------------------------------------------------------------------------------------


@dataclass
class Optimum:
    """An optimum as the reports need it."""

    x: dict[str, float] = field(default_factory=lambda: {"x": 1.0, "y": 2.0})
    outcome: Outcome = Outcome.CONVERGED_GRADIENT
    fun: float = 0.25
    gradient_norm: float = 1e-12
    method: str = "newton"
    words: str = ""
    why: str = "few variables"
    n_steps: int = 7
    n_evaluations: int = 9
    n_gradients: int = 9
    n_hessians: int = 0
    elapsed: float = 0.01
    diagnosis: tuple[str, ...] = ("x is at its bound.",)
    kkt: None = None
    gradient_check: None = None

    @property
    def converged(self) -> bool:
        return self.outcome.is_good


def test_an_optimum_says_how_it_ended_where_and_at_what_cost() -> None:
    lines = text_of(Optimum()).splitlines()

    assert lines[0] == str(Outcome.CONVERGED_GRADIENT)
    assert lines[1] == "f = 0.25"
    assert lines[2:4] == ["  x  1", "  y  2"]
    assert "method newton (few variables): 7 steps, 9 evaluations, 9 gradients, 0.01 s" in lines
    assert lines[-1] == "x is at its bound."


def test_an_optimum_in_many_variables_is_cut() -> None:
    text = text_of(Optimum(x={f"x{i}": float(i) for i in range(500)}))

    assert "… and 470 more variables" in text
    assert len(text.splitlines()) < 40


def test_a_fit_reads_like_the_certificates(tmp_path: Path) -> None:
    problems = json.loads((Path(__file__).parent / "data" / "nist.json").read_text())["items"]
    problem = next(item for item in problems if item["name"].lower() == "misra1a")
    data = {name: problem[name] for name in ("x", "y")}
    fit = sc.fit("b1*(1 - exp(-b2*x))", data, target="y", start={"b1": 250, "b2": 5e-4})
    text = text_of(fit)

    assert text.splitlines()[0] == str(fit.outcome)
    assert "238.94212" in text
    assert "5.5015643" in text.replace("0.00055015643", "5.5015643")
    assert "residual standard deviation" in text
    assert "correlations" in text


def test_a_trace_is_a_table_with_a_row_for_each_step() -> None:
    text = to_plain_text(describe_trace([(0, 4.0, 1.0, 0.0, 1, 0.0), (1, 0.5, 0.1, 0.2, 3, 0.1)]))

    assert text.splitlines()[0].split()[:2] == ["step", "value"]
    assert len(text.splitlines()) == 3


def test_a_result_without_a_report_is_refused_with_those_that_have_one() -> None:
    with pytest.raises(ArgumentError, match="no report as text for int.*Gradient"):
        describe(3)
    with pytest.raises(ArgumentError, match="as latex for Optimum"):
        describe(Optimum(), "latex")


# -- JSON -------------------------------------------------------------------------------------


def test_json_has_names_for_numbers_that_it_lacks() -> None:
    data = {"a": math.nan, "b": [math.inf, -math.inf], ("x", "y"): np.float64(2.0), "c": np.eye(2)}

    assert json.loads(to_json(data)) == {
        "a": "nan",
        "b": ["inf", "-inf"],
        "x,y": 2.0,
        "c": [[1.0, 0.0], [0.0, 1.0]],
    }


def test_json_of_a_result_is_its_dictionary() -> None:
    assert json.loads(to_json([estimate(math.nan)]))[0]["value"] == "nan"
    assert json.loads(to_json(sc.gradient("x**2")))["gradient"]["x"]["text"] == "2*x"


def test_json_refuses_what_has_no_place_in_it() -> None:
    with pytest.raises(TypeError, match="object has no place"):
        to_json({"x": object()})


def test_json_is_ascii_so_that_it_passes_any_pipe() -> None:
    assert to_json({"ω": "∂"}).isascii()


# -- streams ----------------------------------------------------------------------------------

REPORT = [
    Line("∂²f/∂x² = 2*y", "title"),
    Line("checked: yes", "good"),
    Table(("name", "R²"), (("a", "1"), ("long name", "22")), title="numbers"),
]


def test_a_pipe_gets_plain_text_in_columns() -> None:
    stream = Stream("utf-8")
    show(REPORT, stream)

    assert stream.written.splitlines() == [
        "∂²f/∂x² = 2*y",
        "checked: yes",
        "numbers",
        "  name       R²",
        "  a           1",
        "  long name  22",
    ]


def test_a_terminal_gets_colors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    stream = Stream("utf-8", terminal=True)
    show(REPORT, stream)

    assert "\x1b[" in stream.written
    assert "long name" in stream.written


@pytest.mark.parametrize("columns", ["30", "44", "48", "200"])
def test_a_narrow_terminal_breaks_no_number(monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", columns)
    rows = (("gradient_descent", "1.2325952e-30", "4.4e-14"), ("a + b*c " * 12, "2", "3"))
    stream = Stream("utf-8", terminal=True)
    show([Table(("method", "value", "gradient norm"), rows)], stream)

    lines = re.sub(r"\x1b\[[0-9;]*m", "", stream.written).splitlines()
    row = next(line for line in lines if "gradient_descent" in line)
    assert row.split() == ["gradient_descent", "1.2325952e-30", "4.4e-14"]
    assert max(map(len, lines)) <= max(int(columns), 50)


def test_a_long_formula_is_not_cut_by_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    formula = "[bold]" + " + ".join(f"x{i}" for i in range(200))
    stream = Stream("utf-8", terminal=True)
    show([Line(formula)], stream)

    assert formula in stream.written


@pytest.mark.parametrize("variable", ["NO_COLOR", "TERM"])
def test_nobody_gets_colors_against_their_will(
    variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv(variable, "dumb")
    stream = Stream("utf-8", terminal=True)
    show(REPORT, stream)

    assert "\x1b[" not in stream.written


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp437", "utf-8"])
def test_no_encoding_breaks_a_report(encoding: str) -> None:
    stream = Stream(encoding)
    show([*REPORT, Line("ωλ…±×")], stream)

    assert "f/" in stream.written


def test_derivatives_are_spelled_in_ascii_where_nothing_else_is_there() -> None:
    assert respell("∂²f/∂x∂y = 1 ± 2…", Stream("ascii")) == "d2f/dxdy = 1 +/- 2..."
    assert respell("∂f/∂ω", Stream("ascii")) == r"df/d\u03c9"


def test_a_stream_without_an_encoding_is_taken_as_it_is() -> None:
    assert respell("∂", SimpleNamespace(encoding=None)) == "∂"  # type: ignore[arg-type]


def test_a_point_with_columns_of_data_gets_a_line_of_its_own() -> None:
    claim = sc.check("sum(w*x - y)", "sum((w*x - y)^2)/2", "w", shapes="x: rows; y: rows")
    lines = text_of(claim).splitlines()

    places = [line for line in lines if line.startswith("    at ")]
    assert len(places) == len(claim.sightings)
    assert all(" instead of " in lines[lines.index(place) - 1] for place in places)


def test_a_claim_begins_with_its_verdict_in_the_report_and_at_the_prompt() -> None:
    wrong = sc.check("2*x*y + 1", "x^2*y", "x")
    right = sc.check("2*x*y", "x^2*y", "x")

    assert repr(wrong).startswith("not right: a term too many: 1\n")
    assert text_of(wrong).startswith("not right: a term too many: 1\n")
    assert repr(right).startswith("right: ")
    assert r"\text{not right: a term too many: 1}" in wrong._repr_latex_()


def test_a_second_derivative_is_named_with_its_point_in_every_report() -> None:
    found = sc.compare("x^2*y", at="x=0.1, y=1e-9", order=2)

    for entry, name in zip(found.entries, ("∂²f/∂x²", "∂²f/∂x∂y", "∂²f/∂y²"), strict=True):
        title = f"{name} at x = 0.1, y = 1e-09"
        assert entry.title == title
        assert title in text_of(found)
        assert title in repr(found)
        assert title in found._repr_html_()


def test_the_ends_of_a_range_are_written_as_people_write_them() -> None:
    text = text_of(sc.audit("x + y", over="x = 1e-8 … 1e12, y = -1000 to 0.1", points=20))

    assert "x = 1e-08 to 1e+12 (" in text
    assert "y = -1000 to 0.1 (" in text


def test_an_estimate_shows_its_digits_its_trust_and_why_there_is_none() -> None:
    assert repr(sc.evaluate("1/4")) == "Estimate(0.25 ± 0, proven: ball arithmetic, 128 bits)"
    assert "`log(x)` has no real value there" in repr(sc.evaluate("log(x)", at="x=-1"))


def test_the_removable_point_of_a_domain_names_its_limit_without_idle_zeros() -> None:
    assert "removable at x = 1: the limit is 1\n" in text_of(sc.domain("log(x)/(x - 1)"))


def test_a_comparison_at_a_kink_does_not_show_the_policy_as_the_true_value() -> None:
    assert "Not differentiable at this point" in repr(sc.compare("abs(x)", at="x=0"))
