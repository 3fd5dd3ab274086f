"""Methods raced on Rosenbrock's valley, with a table and a picture of the paths.

    python examples/race_on_rosenbrock.py race.png

One rate for all that need one: momentum follows the valley, plain descent and Adam are still on
their way, curvature makes a few steps of it.
"""

from __future__ import annotations

import sys

import symcalc as sc

ROSENBROCK = "100*(y - x^2)^2 + (1 - x)^2"


def main() -> None:
    """Race, print the table, and draw it where a file is named."""
    found = sc.race(
        ROSENBROCK, "x=-1.2, y=1", "gd, momentum, adam, limited_memory, newton", rate=0.001,
        max_steps=2000,
    )  # fmt: skip
    print(found)
    for name in found.ranking:
        run = found[name]
        print(f"{name:17s}", " ".join(f"{n} = {value:.6f}" for n, value in run.x.items()))
    files = [word for word in sys.argv[1:] if word.endswith((".png", ".pdf", ".svg"))]
    for file in files:
        print(found.plot(file))


if __name__ == "__main__":
    main()
