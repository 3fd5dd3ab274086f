"""Digits that formulas lose in doubles over a box, and what `audit` proposes instead.

The corpus is `tests/audit_corpus.py`. Herbie is the tool that does this best and at leisure; it
is no Python package, so it is not measured beside.
"""

from __future__ import annotations

import statistics
import sys
import time

from timing import ROOT, arguments, header, seconds, verdict

import symcalc as sc

sys.path.insert(0, str(ROOT / "tests"))

from audit_corpus import CASES

#: A proposal is good when it loses less than so many digits at its worst point.
GOOD = 3.0


def main() -> None:
    options = arguments(__doc__)
    header("digits lost in doubles, worst of 400 points", ("numpy", "python-flint"))
    cases = CASES[:2] if options.smallest else CASES
    print(f"   {'formula':34}{'typed':>7}{'compiled':>9}{'better':>8}  better form")
    n_good, times = 0, []
    for text, box, _ in cases:
        started = time.perf_counter()
        found = sc.audit(text, over=box)
        times.append(time.perf_counter() - started)
        assert found.plain is not None
        assert found.compiled is not None
        proposal = found.proposal
        better = f"{proposal.plain.worst:.1f}" if proposal else "-"
        form = proposal.expression.text if proposal else ""
        n_good += proposal is not None and proposal.plain.worst < GOOD
        losses = f"{found.plain.worst:7.1f}{found.compiled.worst:9.1f}{better:>8}"
        print(f"   {text[:33]:34}{losses}  {form[:60]}")
    print(f"   median {seconds(statistics.median(times))}, longest {seconds(max(times))}")
    verdict("share of formulas with a better form", n_good / len(cases), ">=", 1.0)


if __name__ == "__main__":
    main()
