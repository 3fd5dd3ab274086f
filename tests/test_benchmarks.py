"""Every benchmark runs at its smallest size; what it measures is no concern of the tests."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "benchmarks"
SHARED = {"corpus.py", "formulas.py", "mgh_problems.py", "run_all.py", "timing.py"}
INTEGRALS = {"integrals_items.py", "make_integrals_corpus.py", "random_integrals.py"}
ARRAYS = {"arrays_corpus.py", "arrays_items.py", "make_arrays_corpus.py"}
NO_BENCHMARKS = SHARED | INTEGRALS | ARRAYS
SCRIPTS = sorted(path.name for path in FOLDER.glob("*.py") if path.name not in NO_BENCHMARKS)


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


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_benchmark_runs_at_its_smallest_size(script: str) -> None:
    out = run(script, "--smallest")

    assert "symcalc" in out
    assert "threads pinned to 1" in out
    assert "too late" not in out


def test_every_script_is_in_the_command_that_runs_all() -> None:
    names = run("-c", "import run_all; print(*(f'{name}.py' for name in run_all.SCRIPTS))")

    assert sorted(names.split()) == SCRIPTS


def test_a_rival_that_is_not_installed_is_skipped_with_a_message() -> None:
    hide = "import sys; sys.modules['casadi'] = sys.modules['jax'] = None; "
    out = run("-c", f"{hide}sys.argv = ['', '--smallest']; import call_latency as c; c.main()")

    assert "jax is not installed, so it is skipped" in out
    assert "casadi Function" not in out


def test_operations_of_source_are_counted_with_their_weights() -> None:
    source = "def f(x):\\n t = x*x + 1.0/sqrt(x) - sin(-x)\\n return -t"
    out = run("-c", f"from operation_cost import count; print(*count('{source}'))")

    # one product, one sum, one difference, one quotient, one root, one function; two signs
    assert out.split() == [str(3 + 4 + 4 + 15), "2"]
