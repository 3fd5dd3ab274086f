"""How many plain integrals are enclosed, how narrowly, and in what time, against known values."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Iterator
from typing import Any

import flint
from timing import ROOT, arguments, header, seconds, verdict

import symcalc as sc
from symcalc.balls import Enclosure, ball_value, enclose_integral, exact_number, working_precision

CORPUS = ROOT / "tests" / "data" / "integrals.json"
WANTED_SHARE = 0.8


def limit(text: str) -> Any:
    """Return a limit as an exact number, an infinity or a narrow ball."""
    if text in ("oo", "-oo"):
        return float(text.replace("oo", "inf"))
    expression = sc.parse(text)
    number = exact_number(expression.graph, expression.root)
    return ball_value(expression.graph, expression.root, {}, 512) if number is None else number


def enclose(item: dict[str, Any], limit_s: float) -> tuple[Enclosure, float]:
    """Return the enclosure of one integral and the seconds it took."""
    expression, (name, low, high) = sc.parse(item["integrand"]), item["limits"][0]
    started = time.perf_counter()
    found = enclose_integral(
        expression.graph, expression.root, name, limit(low), limit(high), seconds=limit_s
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


def main() -> None:
    options = arguments(__doc__)
    header("rigorous enclosures of integrals", ("python-flint",))
    items = list(plain(json.loads(CORPUS.read_text(encoding="utf-8"))["items"]))
    items = items[:5] if options.smallest else items
    times, n_proven, n_false = [], 0, 0
    for item in items:
        found, elapsed = enclose(item, limit_s=1.0)
        times.append(elapsed)
        if found.ball is not None:
            n_proven += not found.reason
            n_false += not holds(found, item["value"])
        shown = found.ball.str(17) if found.ball is not None else found.reason
        print(f"   {item['id']:24}{seconds(elapsed):>9} {found.evaluations:7}  {shown}")
    print(f"   median {seconds(statistics.median(times))}, longest {seconds(max(times))}")
    verdict("share proven to 16 digits", n_proven / len(items), ">=", WANTED_SHARE)
    verdict("false proofs", n_false, "<=", 0)


if __name__ == "__main__":
    main()
