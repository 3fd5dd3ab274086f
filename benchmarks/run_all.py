"""Run every benchmark, each in a process of its own, and print everything.

`python benchmarks/run_all.py`; `--smallest` for the smallest sizes, `--full` for the sizes that
take SymPy half a minute.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from timing import arguments

SCRIPTS = (
    "derivatives",
    "operation_cost",
    "string_to_callable",
    "call_latency",
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
    "parametric_integrals",
    "quadrature",
    "integrals",
    "arrays",
    "compile_arrays",
    "mgh",
    "optimizer_loops",
    "proximal",
    "hs",
    "sgd",
)
TAKES_FULL = ("string_to_callable",)


def main() -> int:
    options = arguments(__doc__, "full")
    failed = []
    for name in SCRIPTS:
        words = ["--smallest"] if options.smallest else []
        if options.full and name in TAKES_FULL:
            words.append("--full")
        script = Path(__file__).with_name(f"{name}.py")
        done = subprocess.run([sys.executable, str(script), *words], check=False)
        if done.returncode:
            failed.append(name)
        print(flush=True)
    if failed:
        print(f"did not run to the end: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
