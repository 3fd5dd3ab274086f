"""Every benchmark runs at its smallest size; what it measures is no concern of the tests."""

from __future__ import annotations

import ast
import importlib.util
import json
import math
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

FOLDER = Path(__file__).parents[1] / "benchmarks"
SHARED = {"corpus.py", "formulas.py", "mgh_problems.py", "page.py", "rivals.py", "run_all.py",
          "tables.py", "timing.py"}  # fmt: skip
INTEGRALS = {"integrals_items.py", "make_integrals_corpus.py", "random_integrals.py"}
ARRAYS = {"arrays_corpus.py", "arrays_items.py", "make_arrays_corpus.py"}
NO_BENCHMARKS = SHARED | INTEGRALS | ARRAYS
SCRIPTS = sorted(path.stem for path in FOLDER.glob("*.py") if path.name not in NO_BENCHMARKS)
WITH_TABLES = {
    name for name in SCRIPTS if "def tables(options" in (FOLDER / f"{name}.py").read_text("utf-8")
}


def run(*words: str) -> str:
    done = subprocess.run(
        [sys.executable, *words],
        cwd=FOLDER,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.mark.parametrize("script", sorted({*SCRIPTS} - WITH_TABLES))
def test_a_benchmark_runs_at_its_smallest_size(script: str) -> None:
    out = run(f"{script}.py", "--smallest")

    assert "symcalc" in out
    assert "threads pinned to 1" in out
    assert "too late" not in out


@pytest.mark.parametrize("script", sorted(WITH_TABLES))
def test_a_benchmark_with_tables_has_finite_times_of_contenders_who_agree(
    script: str, tmp_path: Path
) -> None:
    file = tmp_path / "tables.json"
    out = run(f"{script}.py", "--smallest", "--json", str(file))

    assert "threads pinned to 1" in out
    assert "too late" not in out
    for table in json.loads(file.read_text("utf-8")):
        assert table["what"]
        assert any(len(row["times"]) > 1 for row in table["rows"])
        for row in table["rows"]:
            assert next(iter(row["times"])) == "symcalc"
            for median, least, _ in row["times"].values():
                assert 0 < least <= median < math.inf


def test_every_script_is_in_the_command_that_runs_all() -> None:
    names = run("-c", "import run_all; print(run_all.TABLES); print(run_all.OTHERS)")
    tables, others = map(ast.literal_eval, names.splitlines())

    assert {*tables} == WITH_TABLES
    assert sorted(tables + others) == SCRIPTS


PAGE = """
from pathlib import Path
from page import write_page
from tables import Figure, Row, Table, Times

won = Row("easy", {"symcalc": Times(1.0, 0.9), "rival": Times(4.0, 3.0)})
alone = Row("ours is lost", {"rival": Times(3.0, 3.0)})
lost = Row("a*b", {"symcalc": Times(2.0, 1.9), "rival": Times(1.0, 0.8, "2 rounds")}, "a note")
figures = [Figure("ours / rival", 2.0, "<=", 1.0), Figure("rival / ours", 4.0, ">=", 3.0)]
table = Table("races", "Who is first.", [won, lost, alone], figures)
write_page(Path(r"FILE"), [(table, 9.5)], 61.0, ["broken"], "--rounds 2")
"""


@pytest.mark.skipif(importlib.util.find_spec("matplotlib") is None, reason="it draws a plot")
def test_the_page_shows_losses_as_plainly_as_wins(tmp_path: Path) -> None:
    run("-c", PAGE.replace("FILE", str(tmp_path / "page.md")))
    page = (tmp_path / "page.md").read_text("utf-8")

    assert "| easy | **1 s** | 4 s (4×) |" in page
    assert "| `a*b` | 2 s | **1 s** (0.5×) |" in page
    assert "| ours is lost |  | **3 s** |" in page
    assert "| races | rival | 2 | 1.4× | 0.5× | `a*b` |" in page
    assert "**missed**: ours / rival 2 (target <= 1)" in page
    assert "- reached: rival / ours 4 (target >= 3)" in page
    assert "other work ran beside it" in page
    assert "did not run to the end: broken" in page
    assert "Made with `--rounds 2`" in page
    assert "`a*b`, rival: 2 rounds" in page
    assert "`a*b`: a note" in page
    ElementTree.parse(tmp_path / "page.svg")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("(1.0, [2.0, 3.0 + 1e-6])", "the rival and symcalc are apart by 3.3e-07"),
        ("(1.0, [2.0])", "the rival gives 2 numbers, symcalc 3"),
        ("(1.0, [2.0, float('nan')])", "the rival and symcalc are apart by nan"),
    ],
)
def test_a_rival_that_computes_something_else_ends_the_race(answer: str, said: str) -> None:
    code = f"from tables import race\nrace('it', {{'symcalc': lambda: (1.0, [2.0, 3.0]), 'the rival': lambda: {answer}}}, 1)"  # noqa: E501
    done = subprocess.run([sys.executable, "-c", code], cwd=FOLDER, capture_output=True, text=True)

    assert done.returncode == 1
    assert done.stderr.strip() == f"it: {said}"


def test_a_rival_that_is_not_installed_is_skipped_with_a_message() -> None:
    hide = "import sys, runpy; sys.modules['casadi'] = sys.modules['jax'] = None; "
    run_it = "runpy.run_path('call_latency.py', run_name='__main__')"
    out = run("-c", f"{hide}sys.path.insert(0, '.'); sys.argv = ['', '--smallest']; {run_it}")

    assert "jax is not installed, so it is skipped" in out
    assert "casadi, buffered" not in out
    assert "sympy lambdify" in out


def test_operations_of_source_are_counted_with_their_weights() -> None:
    source = "def f(x):\\n t = x*x + 1.0/sqrt(x) - sin(-x)\\n return -t"
    out = run("-c", f"from operation_cost import count; print(*count('{source}'))")

    # one product, one sum, one difference, one quotient, one root, one function; two signs
    assert out.split() == [str(3 + 4 + 4 + 15), "2"]
