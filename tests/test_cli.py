"""The command line: every verb end to end, exit codes, hostile arguments, pipes."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import symcalc as sc
from symcalc.cli import main
from symcalc.errors import OutcomeError

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(__file__).resolve().parent / "data"
ROSENBROCK = "100*(y - x^2)^2 + (1 - x)^2"
HOSTILE = [
    item
    for item in json.loads((DATA / "hostile.json").read_text(encoding="utf-8"))["items"]
    if item["channel"] == "argv"
]


class Answer:
    """What a command wrote, and its exit code."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    @property
    def json(self) -> Any:
        return json.loads(self.out, parse_constant=lambda name: pytest.fail(f"{name} in JSON"))


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    """Run the command in this process."""

    def call(*argv: str) -> Answer:
        code = main(argv)
        captured = capsys.readouterr()
        return Answer(code, captured.out, captured.err)

    return call


def start(
    *argv: str, cwd: Path = ROOT, environment: dict[str, str] | None = None, **others: Any
) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        [sys.executable, "-m", "symcalc", *argv],
        capture_output=True,
        encoding="utf-8",
        env={**env, **(environment or {})},
        cwd=cwd,
        timeout=60,
        check=False,
        **others,
    )


@pytest.fixture
def line(tmp_path: Path) -> str:
    """A file with points near the line y = 1 + 2 x."""
    path = tmp_path / "line.csv"
    path.write_text("x,y,w\n0,1.1,1\n1,2.9,1\n2,5.2,1\n3,6.8,1\n4,9.1,2\n", encoding="utf-8")
    return str(path)


# -- the verbs --------------------------------------------------------------------------------


def test_parse_shows_how_the_text_was_understood(run: Any) -> None:
    answer = run("parse", "2x^2 + sin(y)")

    assert answer.code == 0
    assert answer.lines == ["2*x**2 + sin(y)", "variables: x, y"]


def test_parse_reads_latex_only_when_asked(run: Any) -> None:
    assert run("parse", r"\frac{x}{2}").code == 2
    assert run("parse", r"\frac{x}{2}", "--syntax", "latex").lines[0] == "x/2"


def test_parse_allows_exactly_the_variables_listed(run: Any) -> None:
    assert run("parse", "x + y", "--variables", "x,y").code == 0

    answer = run("parse", "x + z", "--variables", "x,y")

    assert answer.code == 2
    assert "`z`" in answer.err


def test_gradient_of_the_readme(run: Any) -> None:
    answer = run("gradient", ROSENBROCK)

    assert answer.code == 0
    assert "∂f/∂x = 2*x - 400*x*(y - x**2) - 2" in answer.lines
    assert "∂f/∂y = 200*y - 200*x**2" in answer.lines
    assert answer.lines[-1].startswith("checked: agrees with an independent derivative at 5")


def test_gradient_in_chosen_variables_in_the_order_given(run: Any) -> None:
    for wrt in (["--wrt", "b,a"], ["--wrt", "b", "--wrt", "a"], ["--wrt=b,a"]):
        lines = run("gradient", "a*exp(-b*t)", *wrt).lines

        assert [row.partition(" ")[0] for row in lines[:2]] == ["∂f/∂b", "∂f/∂a"]
        assert len(lines) == 3


def test_gradient_with_values_at_two_points(run: Any) -> None:
    answer = run("gradient", "x^2*y", "--at", "x=3,y=2", "--at", "x=1/2,y=pi")

    assert answer.code == 0
    assert "at x = 3, y = 2" in answer.lines
    assert "at x = 0.5, y = 3.14159265358979" in answer.lines


def test_a_variable_that_does_not_occur_is_noted(run: Any) -> None:
    answer = run("gradient", "x*y", "--wrt", "z")

    assert answer.code == 0
    assert answer.lines[0] == "∂f/∂z = 0"
    assert answer.lines[-1] == "`z` does not occur in the formula."
    assert run("diff", "x*y", "--wrt", "z", "--json").json["notes"] == [answer.lines[-1]]


def test_a_value_without_a_derivative_is_told_from_no_value(run: Any) -> None:
    assert "though the function has a value" in run("gradient", "sqrt(x)", "--at", "x=0").out
    assert "there is no value" in run("gradient", "log(x)", "--at", "x=0").out


def test_a_declared_name_wins_over_a_constant(run: Any) -> None:
    assert run("gradient", "e*x", "--wrt", "e").lines[0] == "∂f/∂e = x"


def test_a_value_that_is_not_there_makes_the_exit_code_one(run: Any) -> None:
    answer = run("gradient", "abs(x)", "--at", "x=0")

    assert answer.code == 1
    assert "subgradient by policy" in answer.out


def test_diff_takes_mixed_partials_and_orders(run: Any) -> None:
    mixed = run("diff", "sin(x*y)", "--wrt", "x", "--wrt", "y")

    assert mixed.lines[0] == "∂²f/∂x∂y = cos(x*y) - x*y*sin(x*y)"
    assert run("diff", "x^5", "--order", "3").lines[0] == "∂³f/∂x³ = 60*x**2"
    assert run("diff", "x^5*y", "--wrt", "x", "--order", "2").lines[0] == "∂²f/∂x² = 20*x**3*y"
    assert run("diff", "x^5").lines[0] == "∂f/∂x = 5*x**4"


def test_diff_asks_which_variable_is_meant(run: Any) -> None:
    assert run("diff", "x*y").code == 2
    assert run("diff", "x*y", "--order", "2").code == 2
    assert run("diff", "x*y", "--wrt", "x,y", "--order", "2").code == 2


def test_hessian_lists_second_derivatives_in_one_order(run: Any) -> None:
    lines = run("hessian", "x^2*y + exp(x*y)", "--wrt", "x,y", "--at", "x=1,y=2").lines

    names = [row.split()[0] for row in lines]

    assert names.count("∂²f/∂x∂y") == 2
    assert "∂²f/∂y∂x" not in names
    assert repr(sc.hessian("x^2*y + exp(x*y)")).splitlines()[1] == lines[1]


def test_jacobian_takes_several_formulas(run: Any) -> None:
    answer = run("jacobian", "r*cos(t)", "-r*sin(t)")

    assert answer.code == 0
    assert "∂f2/∂t = -r*cos(t)" in answer.lines


def test_minimize_of_the_readme(run: Any) -> None:
    answer = run("minimize", ROSENBROCK, "--start", "x=-1.2,y=1")

    assert answer.code == 0
    assert answer.lines[0].startswith("Converged")


def test_minimize_within_bounds_with_a_trace(run: Any) -> None:
    answer = run("minimize", "(x - 2)^2", "--start", "x=0", "--bounds", "x=0:1", "--trace")

    assert answer.code == 0
    assert answer.lines[0].split()[:2] == ["step", "value"]


def test_minimize_passes_a_method_its_own_options(run: Any) -> None:
    arguments = ("minimize", "(x - 2)^2", "--start", "x=0", "--method", "gradient_descent")

    assert run(*arguments, "--option", "rate=0.1").code == 0
    assert run(*arguments, "--option", "rate=0.001", "--max-steps", "3").code == 1
    assert run(*arguments, "--option", "raet=0.1").code == 2
    assert run(*arguments, "--option", "rate").code == 2
    assert run(*arguments, "--option", "throw=true").code == 2
    assert "given twice" in run(*arguments, "--option", "rate=1", "--option", "rate=2").err
    assert "given twice" in run(*arguments, "--bounds", "x=0:1,x=2:3").err


def test_minimize_reads_columns_of_data(run: Any, line: str) -> None:
    answer = run(
        "minimize", "mean((a + b*x - y)^2)", "--data", line, "--start", "a=0", "--start", "b=1",
        "--json",
    )  # fmt: skip

    assert answer.code == 0
    assert answer.json["x"]["b"] == pytest.approx(1.99, abs=1e-6)


def test_minimize_that_falls_without_limit_is_not_good(run: Any) -> None:
    assert run("minimize", "-x^2", "--start", "x=1").code == 1


def test_fit_reports_parameters_with_their_errors(run: Any, line: str) -> None:
    answer = run("fit", "a + b*x", line, "--target", "y", "--start", "a=0,b=1")

    assert answer.code == 0
    assert any(row.split()[:2] == ["b", "1.99"] for row in answer.lines)
    assert "residual standard deviation" in answer.out


def test_fit_takes_weights_and_bounds(run: Any, line: str) -> None:
    arguments = ("fit", "a + b*x", line, "--target", "y", "--start", "a=0,b=1", "--json")
    plain, weighted = run(*arguments).json, run(*arguments, "--weights", "w").json
    bounded = run(*arguments, "--bounds", "b=0:1.5", "--seconds", "60", "--seed", "3").json

    assert weighted["parameters"] != plain["parameters"]
    assert bounded["parameters"]["b"] == pytest.approx(1.5)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--target", "z", "--start", "a=0,b=1"),
        ("--target", "y", "--start", "a=0"),
        ("--target", "y", "--start", "a=0,b=1", "--bounds", "b"),
        ("--target", "y", "--start", "a=0,b=1", "--weights", "v"),
        ("--target", "y", "--start", "a=0,b=1", "--method", "magic"),
        ("--target", "y"),
        ("--start", "a=0,b=1"),
    ],
)
def test_fit_refuses_what_it_cannot_use(run: Any, line: str, arguments: tuple[str, ...]) -> None:
    answer = run("fit", "a + b*x", line, *arguments)

    assert answer.code == 2
    assert answer.out == ""
    assert 0 < len(answer.err) < 600


def test_fit_says_that_a_file_is_missing(run: Any) -> None:
    answer = run("fit", "a*x", "no/such.csv", "--target", "y", "--start", "a=0")

    assert answer.code == 2
    assert "no/such.csv" in answer.err


# -- formats ----------------------------------------------------------------------------------

COMMANDS: dict[str, tuple[str, ...]] = {
    "parse": ("parse", "x^2"),
    "diff": ("diff", "x^2"),
    "gradient": ("gradient", "x^2*y"),
    "gradient at": ("gradient", "log(x)*y", "--at", "x=-1,y=1"),
    "hessian": ("hessian", "x^2*y", "--at", "x=1,y=1"),
    "jacobian": ("jacobian", "x^2", "x*y"),
    "series": ("series", "exp(x)", "x", "0", "--order", "3"),
    "sum": ("sum", "1/n", "n", "1", "oo"),
    "limit": ("limit", "abs(x)/x", "x", "0"),
    "minimize": ("minimize", "(x-1)^2", "--start", "x=0"),
    "explain": ("explain", "x^2*sin(x)"),
    "audit": ("audit", "sqrt(x+1) - sqrt(x)", "--over", "x = 1 … 1e9", "--points", "50"),
    "domain": ("domain", "log(x)", "--at", "x=-1"),
    "minimize constrained": ("minimize", "x+y", "--start", "x=0,y=0", "--constraint", "x^2+y^2<=1"),
    "stationary": ("stationary", "x*y", "--constraint", "x + y == 1"),
    "size": ("size", "x*y", "sin(x)"),
    "minimize trace": ("minimize", "x", "--start", "x=0", "--trace"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_writes_json(run: Any, name: str) -> None:
    answer = run(*COMMANDS[name], "--json")

    assert isinstance(answer.json, dict)
    assert answer.code in (0, 1)


def test_json_holds_values_at_points(run: Any) -> None:
    data = run("gradient", "x^2*y", "--at", "x=3,y=2", "--json").json

    assert data["gradient"]["x"]["text"] == "2*x*y"
    assert data["at"][0]["point"] == {"x": 3.0, "y": 2.0}
    assert data["at"][0]["values"]["x"]["value"] == 12.0


def test_json_is_short_for_a_format(run: Any) -> None:
    assert run("gradient", "x^2", "--json").out == run("gradient", "x^2", "--format", "json").out


def test_minimize_leaves_the_trace_out_unless_asked(run: Any) -> None:
    arguments = ("minimize", "(x-1)^2", "--start", "x=0", "--json")

    assert "trace" not in run(*arguments).json
    assert "trace" in run(*arguments, "--trace").json


@pytest.mark.parametrize("command", ["parse", "diff", "gradient", "hessian", "jacobian"])
def test_formulas_are_written_as_latex_and_as_python(run: Any, command: str) -> None:
    latex, python = (run(command, "x^2", "--format", name) for name in ("latex", "python"))

    assert latex.code == python.code == 0
    compile(python.out, "answer", "exec")
    assert "**" not in latex.out


def test_values_at_a_point_do_not_go_with_latex(run: Any) -> None:
    assert run("gradient", "x^2", "--at", "x=1", "--format", "latex").code == 2


# -- arguments --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("-x^2", "∂f/∂x = -2*x"),
        ("-x", "∂f/∂x = -1"),
        ("-3*x + 1", "∂f/∂x = -3"),
        ("--x", "∂f/∂x = 1"),
        ("-x=", None),
        ("-(x)", "∂f/∂x = -1"),
        ("-.5x^2", "∂f/∂x = -x"),
    ],
)
def test_a_formula_may_begin_with_a_minus(run: Any, formula: str, expected: str | None) -> None:
    for arguments in (("gradient", formula), ("gradient", "--wrt", "x", formula, "--at", "x=1")):
        answer = run(*arguments)

        assert answer.code == (2 if expected is None else 0)
        assert expected is None or answer.lines[0] == expected


@pytest.mark.parametrize("formula", ["-1", "-oo", "7"])
def test_a_constant_has_an_empty_gradient(run: Any, formula: str) -> None:
    assert run("gradient", formula).code == 0
    assert run("gradient", formula, "--json").json["gradient"] == {}


def test_behind_two_dashes_everything_is_a_formula(run: Any) -> None:
    assert run("gradient", "--wrt", "h", "--", "-h").lines[0] == "∂f/∂h = -1"
    assert run("jacobian", "--", "-x", "--x").code == 0


def test_a_start_may_be_negative_in_every_spelling(run: Any) -> None:
    for start in (["--start", "x=-1"], ["--start=x=-1"]):
        assert run("minimize", "x^2", *start).code == 0


def test_a_mistyped_option_gets_the_near_name(run: Any) -> None:
    answer = run("gradient", "x^2", "--fromat", "latex")

    assert answer.code == 2
    assert "--format" in answer.err


@pytest.mark.parametrize(
    "argv",
    [
        ("gradient",),
        ("gradient", "x", "y"),
        ("gradient", "-c", "open('canary','w')"),
        ("gradient", "x", "--at", "x"),
        ("gradient", "x", "--at", "x=1", "--at", "y=1"),
        ("gradient", "x", "--at", "x=1,x=2"),
        ("gradient", "x", "--wrt", "x,x"),
        ("gradient", "x", "--wrt"),
        ("gradient", "x", "--syntax", "tex"),
        ("gradient", ""),
        ("gradient", "x", "y\x1b[31m" + "z" * 5000),
        ("minimize", "x^2"),
        ("minimize", "x^2", "--start", "x=1", "--start", "x=2"),
        ("minimize", "x^2", "--start", "x=nan"),
        ("minimize", "x^2", "--start", "x=1", "--max-steps", "0"),
        ("minimize", "x^2", "--start", "x=1", "--bounds", "x=3:2"),
        ("minimize", "x^2", "--start", "x=1", "--constraint", "x + 1"),
        ("minimize", "x^2", "--start", "x=1", "--bounds", "x=a:3"),
        ("nonsense",),
        ("--nonsense",),
    ],
)
def test_bad_input_is_one_short_message_and_exit_code_two(run: Any, argv: tuple[str, ...]) -> None:
    answer = run(*argv)

    assert answer.code == 2
    assert answer.out == ""
    assert 0 < len(answer.err) < 600
    assert "Traceback" not in answer.err
    assert "\x1b" not in answer.err


def test_an_error_has_a_caret_under_its_place_and_the_near_name(run: Any) -> None:
    answer = run("parse", "2x + sni(x)")

    assert answer.err.splitlines() == [
        "Unknown function `sni`.",
        "    2x + sni(x)",
        "         ^^^",
        "Did you mean `sin`?",
    ]


def test_help_and_version_are_there(run: Any) -> None:
    assert run("--version").out == f"symcalc {sc.__version__}\n"
    for argv in ((), ("parse",), ("diff",), ("gradient",), ("hessian",), ("minimize",), ("fit",)):
        answer = run(*argv, "--help")

        assert answer.code == 0
        assert "Examples:" in answer.out


def test_without_arguments_the_whole_help_is_shown(run: Any) -> None:
    answer = run()

    assert answer.code == 0
    assert answer.out == run("--help").out
    assert any(line.split()[:1] == ["fit"] for line in answer.lines)
    assert answer.err == ""


def test_every_example_in_a_help_text_has_only_known_options(run: Any) -> None:
    for command in ("parse", "diff", "gradient", "hessian", "jacobian", "minimize", "fit"):
        text = run(command, "--help").out
        listed = {word.strip(",.;") for word in text.split() if word.startswith("--")}

        assert {word for word in listed if word not in text.partition("Options:")[2]} == set()


def test_a_formula_may_come_through_a_pipe(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("x^2\n"))

    assert run("gradient", "-").lines[0] == "∂f/∂x = 2*x"


# -- endings ----------------------------------------------------------------------------------


def fail_with(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Make `symcalc parse` raise."""

    def raising(*args: Any, **others: Any) -> None:
        raise error

    monkeypatch.setattr(sc, "parse", raising)


def test_a_closed_form_that_fails_its_check_is_exit_code_one(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_with(monkeypatch, OutcomeError("The closed form disagrees."))
    answer = run("parse", "x")

    assert (answer.code, answer.out, answer.err) == (1, "", "The closed form disagrees.\n")


def test_an_interruption_is_exit_code_130(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_with(monkeypatch, KeyboardInterrupt())
    answer = run("parse", "x")

    assert (answer.code, answer.err) == (130, "Interrupted.\n")


def test_a_fault_of_our_own_asks_for_a_report(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_with(monkeypatch, ZeroDivisionError("what\x07" * 1000))
    answer = run("parse", "x")

    assert answer.code == 3
    assert "Please report" in answer.err
    assert "Traceback" not in answer.err
    assert len(answer.err) < 500


def test_debugging_shows_where_it_happened(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_with(monkeypatch, ZeroDivisionError("here"))
    monkeypatch.setenv("SYMCALC_DEBUG", "1")

    with pytest.raises(ZeroDivisionError, match="here"):
        run("parse", "x")


def test_a_warning_is_one_line(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import warnings

    parse = sc.parse

    def warning(*args: Any, **others: Any) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.warn("careful", RuntimeWarning, stacklevel=1)
        return parse(*args, **others)

    monkeypatch.setattr(sc, "parse", warning)
    answer = run("parse", "x")

    assert (answer.code, answer.err) == (0, "warning: careful\n")


def test_a_reader_that_goes_away_is_no_trouble() -> None:
    formula = " + ".join(f"x{i}**2" for i in range(3000))
    command = f"{sys.executable} -m symcalc parse - --json | head -c 1"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"],
        input=formula * 1,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )

    assert done.stderr == ""
    assert done.returncode in (0, 141)


# -- a process of its own ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "item",
    # The system itself refuses an argument of 100 kB; that one runs in this process below.
    [item for item in HOSTILE if max(map(len, item["argv"])) < 100_000],
    ids=lambda item: item["id"],
)
def test_a_hostile_command_line_gets_its_stated_outcome(item: Any, tmp_path: Path) -> None:
    began = time.perf_counter()
    done = start("gradient", *item["argv"], cwd=tmp_path)

    assert list(tmp_path.iterdir()) == []
    assert "Traceback" not in done.stderr + done.stdout
    assert time.perf_counter() - began < 20
    if item["outcome"] == "clear error":
        assert done.returncode == 2
        assert done.stdout == ""
        assert 0 < len(done.stderr) < 600
    else:
        assert done.returncode == 0


@pytest.mark.parametrize("item", HOSTILE, ids=lambda item: item["id"])
def test_a_hostile_command_line_is_refused_in_short_words(run: Any, item: Any) -> None:
    began = time.perf_counter()
    answer = run("gradient", *item["argv"])

    assert time.perf_counter() - began < 5
    assert answer.code == (2 if item["outcome"] == "clear error" else 0)
    assert len(answer.err) < 600


def test_output_falls_back_to_ascii_where_the_pipe_knows_no_more() -> None:
    done = start("gradient", "x^2", environment={"PYTHONIOENCODING": "ascii"})

    assert done.stdout.splitlines()[0] == "df/dx = 2*x"


def test_arguments_that_are_no_text_are_refused(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "symcalc", "gradient", b"x\xff"],
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )

    assert done.returncode == 2
    assert b"Traceback" not in done.stderr


def test_an_error_goes_to_standard_error_and_colors_nowhere() -> None:
    done = start("parse", "2x + sni(x)", environment={"FORCE_COLOR": "1"})

    assert done.stdout == ""
    assert "\x1b" not in done.stderr
    assert done.returncode == 2


def test_the_list_of_commands_shows_whole_sentences(run: Any) -> None:
    text = run("--help").out

    assert "..." not in text.partition("Commands:")[2]
