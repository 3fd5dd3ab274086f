"""The search for closed forms in its own process: killed, starved, interrupted, from anywhere."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import symcalc as sc
from symcalc.calculus import candidates
from symcalc.outcome import Trust
from symcalc.worker.client import _WORKER

ON_LINUX = sys.platform.startswith("linux")

#: No strategy finds a closed form of this one, and they need seconds to see it.
HARD = "exp((x^4 - x^2 + 2*x)/(x^2 + 2)^2)"
VALUE = 1.1562286125622719


def is_right(found: sc.Integral) -> bool:
    return found.trust is Trust.PROVEN and abs(found.value - VALUE) < 1e-15


def test_a_worker_that_is_killed_costs_one_strategy_and_the_next_call_works():
    sc.parse("x", limits=sc.Limits(seconds=60))
    seen: list[str] = []

    def kill() -> None:
        while not _WORKER.lock.locked():  # until it is at work
            time.sleep(0.001)
        time.sleep(0.1)
        os.kill(_WORKER.process.pid, signal.SIGKILL)

    killer = threading.Thread(target=kill)

    def kill_the_rules(stage: str) -> None:
        seen.append(stage)
        if "rules" in stage and killer.ident is None:  # those of SymPy, which take a second
            killer.start()

    found = sc.integrate(HARD, ("x", 0, 1), budget=4, progress=kill_the_rules)
    killer.join()

    assert is_right(found)
    assert [attempt.name for attempt in found.attempts if "died" in attempt.found] == ["rules"]
    assert len(seen) > 3
    assert str(sc.integrate("x*exp(-x)", ("x", 0, "oo")).closed_form) == "1"


@pytest.mark.skipif(not ON_LINUX, reason="memory is limited on Linux only")
def test_strategies_that_need_too_much_memory_leave_the_number(monkeypatch):
    monkeypatch.setattr(candidates, "MEMORY_MB", 0.0)
    _WORKER.stop()  # one that has worked before has memory to spare; so may a new one have
    found = sc.integrate(HARD, ("x", 0, 1), budget=4)

    assert is_right(found)
    assert any("needed more than 0 MB of memory" in one.found for one in found.attempts)
    monkeypatch.undo()
    assert str(sc.integrate("x*exp(-x)", ("x", 0, "oo")).closed_form) == "1"


def test_antiderivatives_survive_a_worker_without_time():
    found = sc.integrate(HARD, "x", budget=0.2, throw=False)

    assert found.closed_form is None
    assert "took longer than 0.2 s" in found.note


SCRIPT = (
    "import symcalc as sc\n"
    "print(sc.integrate('exp(-a*x^2)', ('x', '-oo', 'oo'), assume='a > 0').closed_form)\n"
)


@pytest.mark.parametrize("way", ["file", "standard input"])
def test_a_script_without_a_main_guard_may_integrate(way: str, tmp_path: Path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    command = [sys.executable, str(script) if way == "file" else "-"]

    done = subprocess.run(command, input=SCRIPT, capture_output=True, text=True, check=True)

    assert (done.stdout, done.stderr) == ("sqrt(pi)/sqrt(a)\n", "")


def test_threads_may_integrate_at_once():
    answers: list[str] = []

    def work(n: int) -> None:
        found = sc.integrate(f"x^{n}*exp(-x)", ("x", 0, "oo"))
        answers.append(str(found.closed_form))

    threads = [threading.Thread(target=work, args=(n,)) for n in (3, 4, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == ["120", "24", "6"]


def alive_in(group: int) -> list[int]:
    """Return the processes of a group that are not ended and only waited for."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, its_group = path.read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue  # it ended meanwhile
        if int(its_group) == group and state != "Z":
            found.append(int(path.parent.name))
    return found


def ends(group: int) -> bool:
    """Whether a group ends; it may have work to finish."""
    deadline = time.monotonic() + 60
    while alive_in(group):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def rest_of(terminal: int) -> bytes:
    """Read a terminal to its end, which is an error."""
    shown = b""
    while True:
        try:
            shown += os.read(terminal, 1000)
        except OSError:
            os.close(terminal)
            return shown


@pytest.mark.skipif(not ON_LINUX, reason="needs pseudo-terminals")
def test_ctrl_c_on_a_terminal_ends_with_130_and_leaves_no_process():
    import pty

    terminal, screen = pty.openpty()
    command = [sys.executable, "-m", "symcalc", "integrate", HARD, "x", "0", "1"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=screen, start_new_session=True, text=True
    )
    os.close(screen)
    shown = b""
    while b"\xe2\x80\xa6" not in shown:  # a strategy is at work: "rules of integration …"
        shown += os.read(terminal, 1000)
    os.killpg(process.pid, signal.SIGINT)
    printed, _ = process.communicate(timeout=60)
    shown += rest_of(terminal)

    assert process.returncode == 130
    assert printed == ""
    assert shown.endswith(b"\r\x1b[KInterrupted.\r\n")
    assert ends(process.pid)


@pytest.mark.skipif(not ON_LINUX, reason="needs process groups")
def test_a_caller_that_is_killed_leaves_no_process():
    script = (
        "import symcalc as sc\n"
        "show = lambda stage: print(stage, flush=True)\n"
        f"sc.integrate({HARD!r}, ('x', 0, 1), budget=3, progress=show)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, start_new_session=True
    )
    process.stdout.readline()
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()

    assert ends(process.pid)
