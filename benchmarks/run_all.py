"""Print all tables of speed, ours beside its rivals, each benchmark in a process of its own.

`python benchmarks/run_all.py --write docs/benchmarks.md` also writes them as a page with a plot;
`--smallest` takes the smallest sizes, once, to see that all run and agree (under two minutes);
`--rounds N` limits the rounds. `--everything` runs the benchmarks of correctness too, and prints
what they find.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from page import write_page
from tables import Table, stored
from timing import arguments, rival

#: Those with tables of times, in the order of the page.
TABLES = (
    "string_to_callable",
    "call_latency",
    "throughput",
    "arrays",
    "optimizer_loops",
    "fits",
    "parametric_integrals",
)
#: The others: what is correct, how accurate, how hard to mislead, and times that have no rival.
OTHERS = (
    "derivatives",
    "operation_cost",
    "hostile",
    "audit_digits",
    "fuzz_parser",
    "fuzz_arrays",
    "check_mistakes",
    "mutations",
    "imports",
    "nist_fits",
    "numeric_derivatives",
    "enclosures",
    "quadrature",
    "integrals",
    "compile_arrays",
    "mgh",
    "nonsmooth",
    "proximal",
    "hs",
    "sgd",
    "large",
)


def main() -> int:
    options = arguments(__doc__, "everything", files=("write",))
    if options.write and rival("matplotlib") is None:
        return 1
    begin = time.perf_counter()
    found: list[tuple[Table, float]] = []
    failed = []
    words = ["--smallest"] if options.smallest else []
    with tempfile.TemporaryDirectory() as folder:
        for name in TABLES + (OTHERS if options.everything else ()):
            file = Path(folder) / f"{name}.json"
            kept = ["--json", str(file)] if name in TABLES else []
            if kept and options.rounds:
                kept += ["--rounds", str(options.rounds)]
            script = Path(__file__).with_name(f"{name}.py")
            done = subprocess.run([sys.executable, str(script), *words, *kept], check=False)
            if done.returncode:
                failed.append(name)
            elif kept:
                found += stored(file)
            print(flush=True)
    if options.write:
        elapsed = time.perf_counter() - begin
        special = " ".join([*words, *(["--rounds", str(options.rounds)] if options.rounds else [])])
        write_page(Path(options.write), found, elapsed, failed, special)
        print(f"written: {options.write}")
    if failed:
        print(f"did not run to the end: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
