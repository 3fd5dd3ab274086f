"""What every benchmark shares: pinned threads, interleaved medians, versions, rivals, verdicts.

Import this module before NumPy: it pins the threads of the linear algebra libraries.
"""

from __future__ import annotations

import argparse
import functools
import gc
import importlib
import importlib.metadata
import math
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

__all__ = [
    "DATA",
    "ROOT",
    "arguments",
    "growth",
    "header",
    "medians",
    "per_call",
    "processor",
    "rival",
    "seconds",
    "verdict",
    "versions",
]

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "tests" / "data"

PINNED = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
#: Whether the pins came in time.
_IN_TIME = "numpy" not in sys.modules
for _name in PINNED:
    os.environ[_name] = "1"
os.environ["JAX_ENABLE_X64"] = "1"
os.environ["JAX_PLATFORMS"] = "cpu"

if str(ROOT) not in sys.path:  # the checkout is measured, installed or not
    sys.path.insert(0, str(ROOT))


def arguments(
    description: str | None, *extra: str, files: Sequence[str] = ()
) -> argparse.Namespace:
    """Read the command line: `--smallest` runs every part once at its smallest size.

    Further options are flags; those in `files` take the path of a file, and with them goes
    `--rounds N`, for a machine that is busy or a person in a hurry.
    """
    parser = argparse.ArgumentParser(description=(description or "").partition("\n")[0])
    parser.add_argument("--smallest", action="store_true", help="smallest sizes, one repetition")
    for name in extra:
        parser.add_argument(f"--{name}", action="store_true")
    for name in files:
        parser.add_argument(f"--{name}", metavar="FILE")
    if files:
        parser.add_argument("--rounds", type=int, metavar="N", help="at most so many rounds")
    return parser.parse_args()


def header(title: str, packages: Sequence[str] = ("numpy",)) -> None:
    """Print what is measured, on what, with which versions."""
    print(f"== {title}")
    print(f"   processor {processor()}, {os.cpu_count()} cores, {platform.system()}")
    found = versions(packages)
    shown = (f"{name} {version or 'not installed'}" for name, version in found.items())
    print(f"   {', '.join(shown)}")
    late = "" if _IN_TIME else " (too late: NumPy was loaded before)"
    print(f"   threads pinned to 1: {', '.join(PINNED)}{late}")


def versions(packages: Sequence[str]) -> dict[str, str]:
    """Return the versions of Python, of symcalc and of packages; "" for what is not installed."""
    found = {"Python": platform.python_version(), "symcalc": _own_version()}
    for name in packages:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = ""
    return found


def _own_version() -> str:
    import symcalc

    return symcalc.__version__


def processor() -> str:
    """Return the name of the processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


@functools.cache
def rival(name: str) -> ModuleType | None:
    """Import a rival; where it is not installed, say so once and return None."""
    try:
        return importlib.import_module(name)
    except ImportError:
        print(f"   {name} is not installed, so it is skipped (pip install 'symcalc[bench]')")
        return None


def medians(tasks: Mapping[str, Callable[[int], Any]], repeats: int) -> dict[str, float]:
    """Return the median seconds of each task; the tasks take turns: A B A B …

    Each task receives the number of the round, so that it can vary its input and nothing that
    an earlier round left behind serves it.
    """
    times: dict[str, list[float]] = {name: [] for name in tasks}
    for turn in range(repeats):
        for name, task in tasks.items():
            gc.collect()
            start = time.perf_counter()
            task(turn)
            times[name].append(time.perf_counter() - start)
    return {name: statistics.median(found) for name, found in times.items()}


def per_call(tasks: Mapping[str, Callable[[], Any]], calls: int, repeats: int) -> dict[str, float]:
    """Return the median seconds of one call; runs of `calls` calls take turns."""

    def run(task: Callable[[], Any]) -> Callable[[int], None]:
        def calls_in_a_row(turn: int) -> None:
            for _ in range(calls):
                task()

        return calls_in_a_row

    totals = medians({name: run(task) for name, task in tasks.items()}, repeats)
    return {name: total / calls for name, total in totals.items()}


def growth(sizes: Sequence[int], times: Sequence[float]) -> list[float]:
    """Return the exponents of growth between neighbouring sizes: 1 is linear, 2 quadratic."""
    pairs = list(zip(sizes, times, strict=True))
    return [
        math.log(later / earlier) / math.log(large / small)
        for (small, earlier), (large, later) in zip(pairs, pairs[1:], strict=False)
    ]


def seconds(value: float) -> str:
    """Spell a time in a unit that suits it."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value / 1e-6:.3g} us"


def verdict(what: str, value: float, relation: str, target: float) -> bool:
    """Print a figure beside its target and return whether the target is reached."""
    reached = value <= target if relation == "<=" else value >= target
    mark = "reached" if reached else "MISSED "
    print(f"   [{mark}] {what}: {value:.3g} (target {relation} {target:g})")
    return reached
