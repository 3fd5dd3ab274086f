"""Limits on time and memory: kept, reported, and nothing is left behind."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading

import pytest

import symcalc as sc
from symcalc.worker.client import _WORKER

SLOW = "sin(" * 60 + "x*y" + ")" * 60


def test_a_verb_under_limits_gives_the_same_answer():
    limits = sc.Limits(seconds=60, memory_mb=2000)

    gradient = sc.gradient("x^2*y", limits=limits)

    assert gradient["x"] == sc.gradient("x^2*y")["x"]
    assert sc.compile("x^2", order=1, limits=limits).gradient(3.0).tolist() == [6.0]


def test_too_little_time_is_a_limit_error_and_the_next_call_works():
    with pytest.raises(sc.LimitError, match=r"longer than 0\.05 s"):
        sc.differentiate(SLOW, ("x", 12), limits=sc.Limits(seconds=0.05))

    assert str(sc.differentiate("x^2", "x", limits=sc.Limits(seconds=60))) == "2*x"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is limited on Linux only")
def test_too_little_memory_is_a_limit_error():
    text = " + ".join(f"sin(x{i})*cos(x{i + 1})" for i in range(3000))

    with pytest.raises(sc.LimitError, match="memory"):
        sc.gradient(text, limits=sc.Limits(memory_mb=1))


def test_errors_of_the_verb_come_back_whole():
    with pytest.raises(sc.ParseError) as caught:
        sc.gradient("2*x + sni(x)", limits=sc.Limits(seconds=60))

    assert "Did you mean" in str(caught.value)
    assert caught.value.text == "2*x + sni(x)"
    assert caught.value.start == 6


def test_a_killed_worker_is_an_error_and_the_next_call_works():
    sc.parse("x", limits=sc.Limits(seconds=60))
    killer = threading.Timer(0.3, lambda: os.kill(_WORKER.process.pid, signal.SIGKILL))
    killer.start()

    with pytest.raises(sc.LimitError, match="has died"):
        sc.differentiate(SLOW, ("x", 12), limits=sc.Limits(seconds=60))

    killer.join()
    assert str(sc.parse("x", limits=sc.Limits(seconds=60))) == "x"


def test_a_script_without_a_main_guard_may_use_limits():
    script = "import symcalc as sc\nprint(sc.gradient('x^2', limits=sc.Limits(seconds=60))['x'])\n"

    done = subprocess.run(
        [sys.executable, "-"], input=script, capture_output=True, text=True, check=True
    )

    assert done.stdout == "2*x\n"
    assert done.stderr == ""


def test_no_process_is_left_when_the_caller_ends():
    script = (
        "import symcalc as sc\n"
        "from symcalc.worker.client import _WORKER\n"
        "sc.parse('x', limits=sc.Limits(seconds=60))\n"
        "print(_WORKER.process.pid)\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    with pytest.raises(ProcessLookupError):
        os.kill(int(done.stdout), 0)


@pytest.mark.parametrize("kind", [sc.ParseError, sc.LimitError, sc.ArgumentError, sc.OutcomeError])
def test_errors_pickle(kind):
    error = pickle.loads(pickle.dumps(kind("why")))

    assert type(error) is kind
    assert str(error) == "why"
