"""All first and second derivatives of the corpus against references of 40 digits.

Compiled functions (plain floats and arrays, the worse of both counts), and `.at` with its status.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence

from corpus import Entry, at_entries, compiled_entries, load
from timing import DATA, arguments, header, seconds

LIMITS = (0.0, 1e-15, 1e-12, 1e-9)
GOOD = 1e-9


def main() -> None:
    options = arguments(__doc__)
    header("derivatives against references of 40 digits", ("numpy", "python-flint", "mpmath"))
    items = load(DATA / "derivatives.json")
    if options.smallest:
        items = items[:3]
    start = time.perf_counter()
    compiled = [entry for item in items for entry in compiled_entries(item)]
    _report_compiled(compiled, time.perf_counter() - start)
    start = time.perf_counter()
    stated = [entry for item in items for entry in at_entries(item)]
    _report_stated(stated, time.perf_counter() - start)


def _report_compiled(entries: Sequence[Entry], elapsed: float) -> None:
    print(f"compiled functions: {len(entries)} numbers in {seconds(elapsed)}")
    derived = [entry for entry in entries if entry.what != "value"]
    _distribution("derivatives", derived)
    _distribution("values", [entry for entry in entries if entry.what == "value"])
    worse = [entry for entry in entries if entry.error > GOOD]
    print(f"   worse than {GOOD:g}: {len(worse)}")
    for entry in worse:
        print(f"      {entry.error:.1e}  {entry}")
    undefined = [entry for entry in derived if entry.expected is None]
    finite = [e for e in undefined if any(abs(a) < float("inf") for a in e.answers)]
    print(f"   undefined in the reference: {len(undefined)} derivatives; compiled code gives")
    print(f"   nan or an infinity for {len(undefined) - len(finite)}, and by policy or branch:")
    for entry in finite:
        print(f"      {entry}")


def _report_stated(entries: Sequence[Entry], elapsed: float) -> None:
    print(f".at(point): {len(entries)} derivatives in {seconds(elapsed)}")
    given = [entry for entry in entries if entry.outcome == "DONE"]
    _distribution("derivatives", [entry for entry in given if entry.expected is not None])
    pairs = Counter(("ok" if e.expected is not None else "undefined", e.outcome) for e in entries)
    for (status, outcome), count in sorted(pairs.items()):
        print(f"   reference {status:9} symcalc {outcome.lower():18} {count:4d}")
    wrong = [entry for entry in entries if (entry.expected is None) == (entry.outcome == "DONE")]
    print(f"   statuses that disagree: {len(wrong)}")
    for entry in [*wrong, *(e for e in given if e.error > 1e-12)]:
        print(f"      {entry.outcome} {entry}")


def _distribution(what: str, entries: Sequence[Entry]) -> None:
    errors = [entry.error for entry in entries if entry.expected is not None]
    parts = [f"<= {limit:g}: {sum(e <= limit for e in errors)}" for limit in LIMITS]
    parts[0] = f"correctly rounded: {sum(e == 0 for e in errors)}"
    print(f"   {what}: {len(errors)}; {', '.join(parts)}, worse: {sum(e > GOOD for e in errors)}")


if __name__ == "__main__":
    main()
