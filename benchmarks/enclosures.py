"""How many integrals are enclosed, how narrowly, and in what time, against published values.

Run as `python benchmarks/enclosures.py FILE`: a JSON file with a list `items`, each with
`integrand`, `variables`, `limits` and `value` (see the tests for the form).
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import flint

import symcalc as sc
from symcalc.balls import Enclosure, ball_value, enclose_integral, working_precision


def limit(text: str) -> Any:
    """Return a limit as an exact number, an infinity or a narrow ball."""
    if text in ("oo", "-oo"):
        return float(text.replace("oo", "inf"))
    expression = sc.parse(text)
    number = expression.graph.value(expression.root)
    return ball_value(expression.graph, expression.root, {}, 512) if number is None else number


def enclose(item: dict[str, Any], seconds: float) -> tuple[Enclosure, float]:
    """Return the enclosure of one integral and the seconds it took."""
    expression, (name, low, high) = sc.parse(item["integrand"]), item["limits"][0]
    started = time.perf_counter()
    found = enclose_integral(
        expression.graph, expression.root, name, limit(low), limit(high), seconds=seconds
    )
    return found, time.perf_counter() - started


def holds(found: Enclosure, value: str) -> bool:
    """Say whether an enclosure meets the published digits."""
    with working_precision(200):
        truth = flint.arb(value)
        return bool(found.ball.overlaps(flint.arb(truth.mid(), abs(truth) * flint.arb(10) ** -23)))


def plain(items: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the integrals in one variable that have a value and no parameter."""
    for item in items:
        if item["expect"] == "value" and len(item["variables"]) == 1 and "instances" not in item:
            yield item


def main(path: str) -> int:
    """Print one line for each integral and the summary; the number of false proofs is the code."""
    items = list(plain(json.loads(Path(path).read_text(encoding="utf-8"))["items"]))
    times, n_proven, n_false = [], 0, 0
    for item in items:
        found, elapsed = enclose(item, seconds=1.0)
        times.append(elapsed)
        if found.ball is not None:
            n_proven += not found.reason
            n_false += not holds(found, item["value"])
        shown = found.ball.str(17) if found.ball is not None else found.reason
        print(f"{item['id']:24}{elapsed * 1e3:8.1f} ms {found.evaluations:7}  {shown}")
    print(f"{n_proven} of {len(items)} proven to 16 digits, {n_false} false; ", end="")
    print(f"median {statistics.median(times) * 1e3:.1f} ms, longest {max(times):.2f} s")
    return n_false


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
