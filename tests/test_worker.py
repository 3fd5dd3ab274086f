"""Limits on time and memory: kept, reported, and nothing is left behind."""

from __future__ import annotations

import errno
import os
import pickle
import signal
import subprocess
import sys
import threading

import pytest

import symcalc as sc
from symcalc.language import DEFINITIONS
from symcalc.symbolic.integration import IntegralProblem
from symcalc.worker import await_worker, run_task, run_verb, server, start_worker
from symcalc.worker.client import _WORKER
from symcalc.worker.protocol import Task, pack, unpack

SLOW = "sin(" * 60 + "x*y" + ")" * 60


@pytest.fixture
def definitions():
    """The functions of this process, as they were before afterwards."""
    known = DEFINITIONS.known()
    yield DEFINITIONS
    DEFINITIONS.replace(known)


def test_a_verb_under_limits_gives_the_same_answer():
    limits = sc.Limits(seconds=60, memory_mb=2000)

    gradient = sc.gradient("x^2*y", limits=limits)

    assert gradient["x"] == sc.gradient("x^2*y")["x"]
    assert sc.compile("x^2", order=1, limits=limits).gradient(3.0).tolist() == [6.0]


def test_too_little_time_is_a_limit_error_and_the_next_call_works():
    with pytest.raises(sc.LimitError, match=r"longer than 0\.05 s"):
        sc.differentiate(SLOW, ("x", 12), limits=sc.Limits(seconds=0.05, max_nodes=10**9))

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


def test_functions_defined_by_the_caller_are_known_to_the_worker(definitions):
    limits = sc.Limits(seconds=60)

    sc.define("swish(x) = x*sigmoid(x)")

    assert sc.gradient("swish(x)", limits=limits)["x"] == sc.gradient("swish(x)")["x"]
    assert sc.compile("swish(x)", limits=limits)(1.0) == sc.compile("swish(x)")(1.0)

    sc.define("swish(x) = 2*x")

    assert str(sc.gradient("swish(x)", limits=limits)["x"]) == "2"


def test_a_definition_that_is_gone_is_gone_in_the_worker_as_well(definitions):
    sc.define("swish(x) = x*sigmoid(x)")
    sc.parse("swish(x)", limits=sc.Limits(seconds=60))
    definitions.remove("swish")

    with pytest.raises(sc.ParseError, match="Unknown function"):
        sc.parse("swish(x)", limits=sc.Limits(seconds=60))


def test_an_unforeseen_error_comes_back_as_it_is_with_its_place():
    with pytest.raises(TypeError, match="unexpected keyword") as caught:
        sc.gradient("x", colour="red", limits=sc.Limits(seconds=60))

    assert "In the worker process" in caught.value.__notes__[0]
    assert str(sc.parse("x", limits=sc.Limits(seconds=60))) == "x"


def test_a_missing_file_is_not_taken_for_missing_memory():
    arguments = {"target": "y", "start": {"a": 1.0}}

    with pytest.raises(sc.DataError) as caught:
        run_verb("fit", ("a*x", "no such file.csv"), arguments, seconds=60, memory_mb=4000)

    assert "memory" not in str(caught.value)


class UnsendableError(Exception):
    def __init__(self, one, two):
        super().__init__(f"{one} and {two}")


@pytest.mark.usefixtures("definitions")
@pytest.mark.parametrize(
    ("error", "memory_mb", "kind", "words"),
    [
        (MemoryError(), None, MemoryError, ""),
        (MemoryError(), 5.0, sc.LimitError, "more than 5 MB"),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), 5.0, sc.LimitError, "more than 5 MB"),
        (OSError(errno.ENOENT, "No such file"), 5.0, OSError, "No such file"),
        (ZeroDivisionError("by zero"), None, ZeroDivisionError, "by zero"),
        (UnsendableError(1, 2), None, sc.SymcalcError, "UnsendableError: 1 and 2"),
    ],
)
def test_every_error_of_the_worker_can_be_sent(monkeypatch, error, memory_mb, kind, words):
    def verb():
        raise error

    monkeypatch.setattr(sc, "verb", verb, raising=False)
    monkeypatch.setattr(server, "_limit_memory", lambda memory_mb: None)

    task = Task("symcalc:verb", (), {}, None, memory_mb, ())

    answer = unpack(server._answer(pack(task), print))

    assert answer[0] == "error"
    assert type(answer[1]) is kind or isinstance(answer[1], OSError)
    assert words in str(answer[1])


@pytest.mark.usefixtures("definitions")
def test_a_result_that_cannot_be_sent_is_an_error_and_not_the_end(monkeypatch):
    monkeypatch.setattr(sc, "verb", lambda: lambda: None, raising=False)

    task = Task("symcalc:verb", (), {}, None, None, ())

    answer = unpack(server._answer(pack(task), print))

    assert answer[0] == "error"
    assert "pickle" in str(answer[1])


def test_an_argument_that_cannot_be_sent_is_refused():
    with pytest.raises(sc.ArgumentError, match="cannot be sent there"):
        sc.parse("x", shapes={"x": lambda: 3}, limits=sc.Limits(seconds=60))


@pytest.mark.parametrize("limits", [{"seconds": 1}, 5, "10 s", True])
@pytest.mark.parametrize("verb", [sc.parse, sc.gradient, sc.hessian, sc.differentiate, sc.compile])
def test_limits_are_an_object_of_their_own(verb, limits):
    with pytest.raises(sc.ArgumentError, match=r"Limits\(seconds=10\)"):
        verb("x^2", limits=limits)


def test_a_killed_worker_is_an_error_and_the_next_call_works():
    sc.parse("x", limits=sc.Limits(seconds=60))
    killer = threading.Timer(0.3, lambda: os.kill(_WORKER.process.pid, signal.SIGKILL))
    killer.start()

    with pytest.raises(sc.LimitError, match="has died"):
        sc.differentiate(SLOW, ("x", 12), limits=sc.Limits(seconds=60, max_nodes=10**9))

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


def test_late_work_is_interrupted_and_the_process_stays():
    sc.parse("x", limits=sc.Limits(seconds=60))
    process = _WORKER.process.pid

    with pytest.raises(sc.LimitError, match=r"longer than 0\.2 s"):
        sc.differentiate(SLOW, ("x", 12), limits=sc.Limits(seconds=0.2, max_nodes=10**9))

    assert str(sc.parse("x", limits=sc.Limits(seconds=60))) == "x"
    assert _WORKER.process.pid == process


def test_work_that_does_not_listen_is_killed_soon_after():
    sc.parse("x", limits=sc.Limits(seconds=60))
    process = _WORKER.process.pid
    os.kill(process, signal.SIGSTOP)

    with pytest.raises(sc.LimitError, match=r"longer than 0\.1 s"):
        sc.parse("x", limits=sc.Limits(seconds=0.1))

    assert str(sc.parse("x", limits=sc.Limits(seconds=60))) == "x"
    assert _WORKER.process.pid != process


@pytest.mark.parametrize(
    "name",
    [
        "os:system",
        "symcalc.worker.client:_start",
        "symcalc",
        "symcalc:",
        "symcalcs.evil:run",
        "symcalc.:x",
        "symcalc:parse.x",
    ],
)
def test_only_public_names_of_the_package_are_run(name):
    with pytest.raises(sc.ArgumentError, match="names no task"):
        run_task(name, ("true",))

    task = Task(name, ("true",), {}, None, None, DEFINITIONS.known())
    kind, error = unpack(server._answer(pack(task), print))

    assert kind == "error"
    assert "public functions of symcalc" in str(error)


def test_a_task_reports_while_it_runs():
    integrand = sc.parse("exp(-a*x)", assume="a > 0")
    problem = IntegralProblem(integrand, (("x", sc.parse("0"), sc.parse("oo")),))
    seen = []

    found = run_task(
        "symcalc.symbolic.integration:run_strategy",
        ("table", problem),
        seconds=60,
        on_progress=seen.append,
    )

    assert [candidate.form.text for candidate in found] == ["1/a"]
    assert seen == list(found)


def test_threads_share_the_one_worker():
    answers = []
    threads = [
        threading.Thread(target=lambda: answers.append(run_task("symcalc:parse", ("x",))))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [str(answer) for answer in answers] == ["x"] * 4


def test_a_worker_can_be_started_ahead_with_modules_loaded():
    _WORKER.stop()

    start_worker(["symcalc.symbolic.integration.ladder"])
    process = _WORKER.process.pid

    assert str(run_task("symcalc:parse", ("x",), seconds=60)) == "x"
    assert _WORKER.process.pid == process


def test_an_interrupt_of_the_caller_leaves_no_process_and_the_next_call_works():
    script = (
        "import os, signal, threading\n"
        "import symcalc as sc\n"
        "from symcalc.worker.client import _WORKER\n"
        "sc.parse('x', limits=sc.Limits(seconds=60))\n"
        "print(_WORKER.process.pid)\n"
        "threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT)).start()\n"
        "try:\n"
        "    limits = sc.Limits(seconds=60, max_nodes=10**9)\n"
        f"    sc.differentiate({SLOW!r}, ('x', 12), limits=limits)\n"
        "except KeyboardInterrupt:\n"
        "    print('interrupted')\n"
        "print(sc.parse('x', limits=sc.Limits(seconds=60)))\n"
    )

    done = subprocess.run(
        [sys.executable, "-"], input=script, capture_output=True, text=True, check=True
    )
    process, *rest = done.stdout.split()

    assert rest == ["interrupted", "x"]
    with pytest.raises(ProcessLookupError):
        os.kill(int(process), 0)


def test_a_worker_that_is_still_loading_is_not_killed_for_it():
    _WORKER.stop()

    assert not await_worker(["symcalc.symbolic.integration.ladder"], 0.0)
    process = _WORKER.process.pid

    assert await_worker(["symcalc.symbolic.integration.ladder"], 60)
    assert _WORKER.process.pid == process
    assert str(run_task("symcalc:parse", ("x",), seconds=60)) == "x"


def test_modules_that_do_not_exist_leave_the_worker_usable():
    assert await_worker(["symcalc.no_such_module"], 60)
    assert str(run_task("symcalc:parse", ("x",), seconds=60)) == "x"


def test_a_worker_killed_while_it_loads_is_replaced():
    _WORKER.stop()
    start_worker(["symcalc.symbolic.integration.ladder"])
    os.kill(_WORKER.process.pid, signal.SIGKILL)
    _WORKER.process.wait()

    assert str(run_task("symcalc:parse", ("x",), seconds=60)) == "x"
