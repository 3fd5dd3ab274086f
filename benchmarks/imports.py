"""What importing costs: fresh processes of `import symcalc` and `import sympy` take turns."""

from __future__ import annotations

import subprocess
import sys

from timing import ROOT, arguments, header, medians, seconds, verdict

COMMANDS = {
    "nothing": "pass",
    "numpy": "import numpy",
    "symcalc": "import symcalc",
    "sympy": "import sympy",
    "a compiled gradient": "import symcalc as s; s.compile('x**2', order=1).gradient(1.0)",
    "a judged gradient": "import symcalc as s; repr(s.gradient('x**2*y'))",
}
ALLOWED_ABOVE_SYMPY = 0.1


def main() -> None:
    options = arguments(__doc__)
    header("wall time of a fresh process", ("numpy", "sympy", "scipy", "python-flint"))

    def start(code: str) -> None:
        subprocess.run(
            [sys.executable, "-c", code], check=True, cwd=ROOT, stdout=subprocess.DEVNULL
        )

    for code in COMMANDS.values():
        start(code)  # so that every file is in the cache, and compiled
    tasks = {name: lambda turn, code=code: start(code) for name, code in COMMANDS.items()}
    found = medians(tasks, 1 if options.smallest else 9)
    for name, time in found.items():
        print(f"   {name:20} {seconds(time):>8}")
    print(f"   symcalc / sympy: {found['symcalc'] / found['sympy']:.2f}")
    above = found["symcalc"] - found["sympy"]
    verdict("seconds above SymPy's import", above, "<=", ALLOWED_ABOVE_SYMPY)


if __name__ == "__main__":
    main()
