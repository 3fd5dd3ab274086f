"""Mistakes planted in gradients: how many `check` names by kind, and whether it rejects right ones.

The corpus is `tests/check_corpus.py`; each claim is checked as a formula and as a Python function.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

from timing import ROOT, arguments, header, seconds, verdict

import symcalc as sc

sys.path.insert(0, str(ROOT / "tests"))

from check_corpus import KINDS, as_function, mistakes, right_claims

TARGET = 0.95


def main() -> None:
    options = arguments(__doc__)
    header("mistakes named by check", ("numpy", "sympy", "python-flint"))
    planted = mistakes()[:: 20 if options.smallest else 1]
    formulas, functions = Counter[str](), Counter[str]()
    times: list[float] = []
    for mistake in planted:
        by_formula: Any = mistake.function or list(mistake.claims)
        formulas[mistake.kind] += _is_named(mistake, by_formula, times)
        functions[mistake.kind] += _is_named(mistake, as_function(mistake), times)
    totals = Counter(mistake.kind for mistake in planted)
    print(f"   {'kind':34}{'planted':>8}{'formula':>9}{'function':>9}")
    for kind in KINDS:
        print(f"   {kind:34}{totals[kind]:8d}{formulas[kind]:9d}{functions[kind]:9d}")
    print(f"   median {seconds(statistics.median(times))}, longest {seconds(max(times))}")
    verdict("share of formulas named", formulas.total() / len(planted), ">=", TARGET)
    verdict("share of functions named", functions.total() / len(planted), ">=", TARGET)
    _right(list(right_claims())[:: 10 if options.smallest else 1])


def _is_named(mistake: Any, claim: Any, times: list[float]) -> bool:
    start = time.perf_counter()
    found = sc.check(claim, mistake.formula, mistake.row.names, shapes=mistake.row.shapes)
    times.append(time.perf_counter() - start)
    return found.outcome is mistake.verdict and found.wrong == mistake.wrong


def _right(claims: Sequence[tuple[str, str, str, str | None]]) -> None:
    found = [sc.check(claim, formula, wrt, shapes=s) for claim, formula, wrt, s in claims]
    proven = sum(check.trust is sc.Trust.PROVEN for check in found)
    print(f"   right claims: {len(found)}, of these proven: {proven}")
    verdict("right claims rejected", sum(not check.is_good for check in found), "<=", 0)


if __name__ == "__main__":
    main()
