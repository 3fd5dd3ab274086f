"""What hostile or clumsy strangers type: expected and found outcome, time and memory of each item.

Texts go through `parse` and evaluation, and through `symcalc gradient`, each in a forked process
that has symcalc imported already; command lines run in a process of their own. Memory is counted
above a process that does nothing (forked), or above `import symcalc.cli` (command lines); time is
the whole, the start of the process included. Before anything counts, both measurements have to see
an allocation of known size. POSIX only, for the sake of `fork` and `wait4`.
"""

from __future__ import annotations

import contextlib
import io
import json
import math
import os
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from timing import DATA, ROOT, arguments, header, seconds

MAX_SECONDS, MAX_MEMORY_MB, MAX_MESSAGE = 1.0, 200.0, 500
#: The system itself refuses longer arguments (Linux: 128 kB); those lines run in a fork.
MAX_ARGUMENT = 100_000
COMMAND = ["-m", "symcalc", "gradient"]
IMPORT = ["-c", "import symcalc.cli"]

#: What the control allocates, and by how much the reading may differ.
CONTROL_MB, CONTROL_MARGIN_MB = 100, 15
CONTROL = ["-c", f"import symcalc.cli; bytes = bytearray(b'x') * ({CONTROL_MB} << 20)"]


#: What a process answered, its seconds, its peak memory in MB.
Run = tuple[dict[str, Any], float, float]
Work = Callable[[dict[str, Any], str], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Report:
    """What one item did on one way in."""

    item: dict[str, Any]
    way: str
    found: str
    faults: tuple[str, ...]
    seconds: float
    memory: float


def main() -> None:
    options = arguments(__doc__, "all-rows")
    header("hostile texts and command lines", ("numpy", "sympy", "python-flint"))
    if not hasattr(os, "fork"):
        print("   this system has no fork: skipped")
        return
    items = json.loads((DATA / "hostile.json").read_text(encoding="utf-8"))["items"]
    texts = [item for item in items if item["channel"] == "expression"]
    lines = [item for item in items if item["channel"] == "argv"]
    if options.smallest:
        texts, lines = texts[:3], lines[:1]
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        # Command lines first: a process inherits the peak of the one that starts it.
        base = _process(IMPORT)
        _check_control("own process", _process(CONTROL)[2] - base[2])
        short = [item for item in lines if max(map(len, item["argv"])) <= MAX_ARGUMENT]
        by_line = [_argv(item, base) for item in short]
        _warm_up()
        idle = _fork(dict)
        _check_control("forked", _fork(_allocate)[2] - idle[2])
        reports = [_forked(item, "parse", _parsed, idle) for item in texts]
        reports += [_forked(item, "gradient", _commanded, idle) for item in texts]
        long = [item for item in lines if item not in short]
        reports += [_forked(item, "long argv", _started, idle) for item in long]
        os.chdir(ROOT)
    reports += by_line
    _print(reports, options.all_rows)


def _print(reports: list[Report], all_rows: bool) -> None:
    shown = reports if all_rows else [report for report in reports if report.faults]
    print(f"   {'item':12} {'way in':9} {'expected':20} {'found':24} {'time':>8} {'memory':>9}")
    for report in shown:
        item = report.item
        expected = f"{item['outcome']} {item.get('value', '')}"[:20]
        row = f"{item['id']:12} {report.way:9} {expected:20} {report.found[:24]:24}"
        print(f"   {row} {seconds(report.seconds):>8} {report.memory:6.1f} MB", end="")
        print(f"  FAULT: {'; '.join(report.faults)}" if report.faults else "")
    for way in dict.fromkeys(report.way for report in reports):
        mine = [report for report in reports if report.way == way]
        good = sum(not report.faults for report in mine)
        kinds = Counter("error" if r.found.startswith("error") else "valid" for r in mine)
        slow = max(mine, key=lambda report: report.seconds)
        large = max(mine, key=lambda report: report.memory)
        print(
            f"   {way}: {good} of {len(mine)} as stated ({dict(kinds)}); slowest {slow.item['id']}"
        )
        print(f"      with {seconds(slow.seconds)}, largest {large.item['id']}", end="")
        print(f" with {large.memory:.0f} MB (allowed {MAX_SECONDS:g} s, {MAX_MEMORY_MB:g} MB)")
    if not all_rows:
        print("   rows are shown for faults only; --all-rows shows them all")


# -- one item ---------------------------------------------------------------------------------


def _text(item: dict[str, Any]) -> str:
    if "input" in item or "argv" in item:
        return str(item.get("input", ""))
    return str(eval(item["input_python"]))  # noqa: S307 - a generator of our own corpus


def _parsed(item: dict[str, Any], text: str) -> dict[str, Any]:
    """Read and evaluate a text; runs in the forked process."""
    import symcalc as sc

    values = item.get("variables")
    try:
        expression = sc.parse(text, variables=None if values is None else list(values))
        found = {"text": expression.text[:200]}
        if set(expression.names) <= set(values or ()):
            found["value"] = repr(float(sc.compile(expression)(**(values or {}))))
    except sc.SymcalcError as error:
        return {"error": str(error)}
    return found


def _commanded(item: dict[str, Any], text: str) -> dict[str, Any]:
    """Give a text to `symcalc gradient`; runs in the forked process."""
    at = [
        word
        for pair in item.get("variables", {}).items()
        for word in ("--at", "{}={}".format(*pair))
    ]
    return _in_process([*(at if len(at) == 2 else ()), "--", text])


def _started(item: dict[str, Any], text: str) -> dict[str, Any]:
    """Run a command line; runs in the forked process."""
    return _in_process(item["argv"])


def _in_process(argv: list[str]) -> dict[str, Any]:
    from symcalc.cli import main as command

    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = command(["gradient", *argv])
    return _of_command(code, out.getvalue(), err.getvalue())


def _of_command(code: int, out: str, err: str) -> dict[str, Any]:
    if "Traceback" in out + err:
        return {"crash": err[-300:]}
    if code == 0:
        return {"text": out[:200]}
    return {"error": err} if code == 2 else {"crash": f"exit code {code}: {err[-200:]}"}


def _judge(item: dict[str, Any], found: dict[str, Any]) -> tuple[str, list[str]]:
    """Return what was found in words, and what is wrong with it."""
    faults: list[str] = []
    if "crash" in found:
        return "crash", [f"crash: {found['crash'][-200:]}"]
    if "error" in found:
        message = found["error"]
        if item["outcome"] == "valid":
            faults.append(f"refused: {message[:80]}")
        if not 10 < len(message) < MAX_MESSAGE + 60:
            faults.append(f"a message of {len(message)} characters")
        if not all(char.isprintable() or char == "\n" for char in message):
            faults.append("a raw control character in the message")
        return f"error: {message.splitlines()[0]}", faults
    if item["outcome"] == "clear error" and item["category"] != "resource-bomb":
        faults.append("accepted")
    wanted = item.get("value", "").split(" ")[0]
    if "value" in found and wanted and wanted != "unexpanded":
        number = math.inf if wanted == "oo" else float(wanted)
        if not math.isclose(float(found["value"]), number, rel_tol=1e-12, abs_tol=1e-300):
            faults.append(f"another value: {found['value']}")
    return found.get("value") or found["text"].splitlines()[0], faults


def _report(
    item: dict[str, Any], way: str, found: dict[str, Any], cost: tuple[float, float]
) -> Report:
    outcome, faults = _judge(item, found)
    if cost[0] > MAX_SECONDS:
        faults.append("too slow")
    if cost[1] > MAX_MEMORY_MB:
        faults.append("too much memory")
    if list(Path.cwd().iterdir()):
        faults.append("wrote a file")
    return Report(item, way, outcome, tuple(faults), *cost)


# -- processes --------------------------------------------------------------------------------


def _warm_up() -> None:
    """Import what parsing, evaluation and the command need."""
    for run in (_parsed, _commanded):
        run({"variables": {"x": 1.0}}, "x**2 + sin(x)")


def _allocate() -> dict[str, Any]:
    """Hold memory of a known size."""
    return {"size": len(bytearray(b"x") * (CONTROL_MB << 20))}


def _check_control(way: str, found: float) -> None:
    """Stop where the measurement does not see what it has to see."""
    print(f"   control, {way}: {CONTROL_MB} MB allocated, {found:.0f} MB measured")
    if abs(found - CONTROL_MB) > CONTROL_MARGIN_MB:
        raise SystemExit("The measurement of memory does not work here; no figure is given.")


def _forked(item: dict[str, Any], way: str, work: Work, idle: Run) -> Report:
    """Do the work in a forked process and measure it there."""
    text = _text(item)
    found, elapsed, memory = _fork(lambda: work(item, text))
    return _report(item, way, found, (elapsed, memory - idle[2]))


def _fork(work: Callable[[], dict[str, Any]]) -> Run:
    """Run the work in a forked process: what it answered, its seconds, its peak memory in MB."""
    with tempfile.TemporaryFile() as channel:
        start = time.perf_counter()
        child = os.fork()
        if child == 0:
            _answer(channel.fileno(), work)
        _, _, usage = os.wait4(child, 0)
        elapsed = time.perf_counter() - start
        channel.seek(0)
        raw = channel.read()
    found = json.loads(raw) if raw else {"crash": "the process died"}
    return found, elapsed, usage.ru_maxrss / _PER_MB


def _answer(channel: int, work: Callable[[], dict[str, Any]]) -> None:
    """Write what the work returns, then leave the process."""
    try:
        found = work()
    except BaseException:  # noqa: BLE001 - whatever it is, the parent reports it
        found = {"crash": traceback.format_exc()}
    os.write(channel, json.dumps(found).encode())
    os._exit(0)


_PER_MB = 1024**2 if sys.platform == "darwin" else 1024


def _argv(item: dict[str, Any], base: Run) -> Report:
    found, elapsed, memory = _process([*COMMAND, *item["argv"]])
    return _report(item, "argv", found, (elapsed, memory - base[2]))


def _process(argv: list[str]) -> Run:
    """Run Python in a process of its own: what it said, its seconds, its peak memory in MB."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.perf_counter()
        child = subprocess.Popen([sys.executable, *argv], stdout=out, stderr=err, env=environment)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        elapsed = time.perf_counter() - start
        texts = []
        for stream in (out, err):
            stream.seek(0)
            texts.append(stream.read().decode(errors="replace"))
    return _of_command(child.returncode, *texts), elapsed, usage.ru_maxrss / _PER_MB


if __name__ == "__main__":
    main()
