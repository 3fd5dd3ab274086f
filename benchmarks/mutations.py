"""Wrong rows, rewrites and rules of arrays planted one by one: how many the judges see, by kind.

Every row of the function table is mutated field by field, and every place in the source of the
stable forms; `tests/row_mutants.py` and `tests/rewrite_mutants.py` make the mutants, and the
judges are `judge_derivatives` and the tests of the table. Mutants that no judge sees are compared
with the original far beyond the judges' points; those that differ nowhere are left out as
equivalent. `--survivors` lists equivalent mutants too.

`--arrays STEP` plants every STEP-th mutant of the rooms of arrays instead (`--first` says where to
begin); `tests/array_mutants.py` makes them, and the tests of arrays judge. Survivors are listed
with the number of tests that run through their line.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from timing import ROOT, header, seconds, verdict

sys.path.insert(0, str(ROOT / "tests"))

import array_mutants
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
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--smallest", action="store_true", help="a few mutants")
    parser.add_argument("--survivors", action="store_true", help="list equivalent mutants too")
    parser.add_argument("--arrays", type=int, metavar="STEP", help="mutants of arrays instead")
    parser.add_argument("--first", type=int, default=0, help="the first mutant of arrays")
    options = parser.parse_args()
    header("mutants of the function table and of the stable forms", ("numpy", "sympy", "mpmath"))
    if options.arrays:
        _arrays(array_mutants.array_mutants()[options.first :: options.arrays])
        return
    if options.smallest:
        rules = [m for m in array_mutants.array_mutants() if m.module == "graph.array_rules"]
        _arrays(rules[::SMALLEST], array_mutants.JUDGES[:1])
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
    print(f"   {'kind':28}{'planted':>8}{'equivalent':>11}{'seen':>7}{'share':>8}{'by verify':>11}")
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
    print(f"   {name:28}{planted:8d}{equivalent:11d}{seen:7d} {share}{verified:>11}")


def _arrays(
    mutants: Sequence[array_mutants.ArrayMutant], judges: Sequence[str] = array_mutants.JUDGES
) -> None:
    """Plant mutants of the rooms of arrays, and print what the tests see of them."""
    tally, start = Tally(), time.perf_counter()

    def report(seen: array_mutants.Seen) -> None:
        kind = seen.mutant.module
        tally.planted[kind] += 1
        tally.seen[kind] += bool(seen.judge)
        if not seen.judge:
            tally.equivalent[kind] += seen.mutant.is_equivalent
            why = "equivalent" if seen.mutant.is_equivalent else f"{seen.n_judges} tests"
            print(f"   survives: {seen.mutant} ({why})", flush=True)

    array_mutants.judged(mutants, report, judges)
    for kind in tally.planted:
        _line(tally, [kind], kind)
    print(f"   {seconds(time.perf_counter() - start)} in all")
    real = tally.planted.total() - tally.equivalent.total()
    verdict("share of mutants seen", tally.seen.total() / real, ">=", TARGET)


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
