"""All first and second derivatives of the corpus against references of 40 digits.

Compiled functions (plain floats and arrays, the worse of both counts), `.at` with its status, and
`evaluate` to 25 proven digits.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence

from corpus import Entry, Proven, at_entries, compiled_entries, evaluated_entries, load
from timing import DATA, arguments, header, seconds, verdict

LIMITS = (0.0, 1e-15, 1e-12, 1e-9)
GOOD = 1e-9
DIGITS = 25


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
    start = time.perf_counter()
    proven = [entry for item in items for entry in evaluated_entries(item, DIGITS)]
    _report_proven(proven, time.perf_counter() - start)


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


def _report_proven(entries: Sequence[Proven], elapsed: float) -> None:
    print(f"evaluate to {DIGITS} digits: {len(entries)} numbers in {seconds(elapsed)}")
    known = [entry for entry in entries if entry.expected is not None]
    given = [entry for entry in known if entry.is_given]
    refused = [entry for entry in known if not (entry.is_given or entry.is_removable)]
    unknown = [entry for entry in entries if entry.expected is None]
    n_refused = sum(not entry.is_given for entry in unknown)
    print(f"   of {len(known)} with a reference: given {len(given)}, refused {len(refused)}")
    print(f"   of {len(unknown)} undefined in the reference: refused {n_refused}")
    missed = [entry for entry in entries if entry.is_missed]
    for entry in [*missed, *refused]:
        print(f"      {entry.outcome} {entry.digits} {entry.question}")
    verdict("numbers whose digits or interval miss the truth", len(missed), "<=", 0)
    verdict("numbers refused that have a reference", len(refused), "<=", 0)


def _distribution(what: str, entries: Sequence[Entry]) -> None:
    errors = [entry.error for entry in entries if entry.expected is not None]
    parts = [f"<= {limit:g}: {sum(e <= limit for e in errors)}" for limit in LIMITS]
    parts[0] = f"correctly rounded: {sum(e == 0 for e in errors)}"
    print(f"   {what}: {len(errors)}; {', '.join(parts)}, worse: {sum(e > GOOD for e in errors)}")


if __name__ == "__main__":
    main()
