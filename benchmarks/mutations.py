"""Wrong rows and wrong rewrites planted one by one: how many the judges of the house see, by kind.

Every row of the function table is mutated field by field, and every place in the source of the
stable forms; `tests/row_mutants.py` and `tests/rewrite_mutants.py` make the mutants, and the
judges are `judge_derivatives` and the tests of the table. Mutants that no judge sees are compared
with the original far beyond the judges' points; those that differ nowhere are left out as
equivalent. `--survivors` lists equivalent mutants too.
"""

from __future__ import annotations

import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from timing import ROOT, arguments, header, seconds, verdict

sys.path.insert(0, str(ROOT / "tests"))

import mutation_judges
import rewrite_mutants
from row_mutants import row_mutants

from symcalc.functions import TABLE

TARGET = 0.95
#: Every mutant of so many is planted at the smallest size.
SMALLEST = 60


@dataclass
class Tally:
    """What became of the mutants, by kind."""

    planted: Counter[str] = field(default_factory=Counter)
    equivalent: Counter[str] = field(default_factory=Counter)
    seen: Counter[str] = field(default_factory=Counter)
    by_verify: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)


def main() -> None:
    options = arguments(__doc__, "survivors")
    header("mutants of the function table and of the stable forms", ("numpy", "sympy", "mpmath"))
    warnings.simplefilter("ignore")
    tally, start = Tally(), time.perf_counter()
    step = SMALLEST if options.smallest else 1
    for kind, name, judges, why in [*_rows(step), *_rewrites(step)]:
        tally.planted[kind] += 1
        tally.seen[kind] += bool(judges)
        tally.by_verify[kind] += any(judge.startswith("verify") for judge in judges)
        if not judges:
            tally.equivalent[kind] += why == "equivalent"
            if why != "equivalent" or options.survivors:
                tally.notes.append(f"{name}: {why}")
    print(f"   {'kind':16}{'planted':>8}{'equivalent':>11}{'seen':>7}{'share':>8}{'by verify':>11}")
    for kind in tally.planted:
        _line(tally, [kind], kind)
    _line(tally, list(tally.planted), "all")
    for note in tally.notes:
        print(f"   survives: {note[:150]}")
    print(f"   {seconds(time.perf_counter() - start)} in all")
    real = tally.planted.total() - tally.equivalent.total()
    verdict("share of mutants seen", tally.seen.total() / real, ">=", TARGET)


def _line(tally: Tally, kinds: list[str], name: str) -> None:
    planted, equivalent, seen, by_verify = (
        sum(counts[kind] for kind in kinds)
        for counts in (tally.planted, tally.equivalent, tally.seen, tally.by_verify)
    )
    share = f"{seen / max(planted - equivalent, 1):7.2%}"
    verified = str(by_verify) if by_verify else ""
    print(f"   {name:16}{planted:8d}{equivalent:11d}{seen:7d} {share}{verified:>11}")


def _rows(step: int) -> Iterator[tuple[str, str, list[str], str]]:
    """Yield kind, name, judges and reason to survive of the mutants of rows."""
    for mutant in [m for row in TABLE.values() for m in row_mutants(row)][::step]:
        judges = mutation_judges.judges_that_see(mutant)
        why = "" if judges else mutation_judges.reason_to_survive(mutant)
        yield mutant.field, str(mutant), judges, why


def _rewrites(step: int) -> Iterator[tuple[str, str, list[str], str]]:
    """Yield kind, name, judges and reason to survive of the mutants of rewrites."""
    for mutant in list(rewrite_mutants.rewrite_mutants())[::step]:
        with rewrite_mutants.rewriting(mutant) as rules:
            fault = next(rewrite_mutants.faults(rules), "")
        why = "" if fault else rewrite_mutants.difference(mutant) or "equivalent"
        yield "stable form", str(mutant), ["corpus"] if fault else [], why


if __name__ == "__main__":
    main()
