"""Random strings over vectors and matrices through every verb, beside NumPy in long doubles.

`python benchmarks/fuzz_arrays.py --inputs 5000 --seed 0`; same seed, same strings. For each: what
is printed is read back; the value, the gradient or Jacobian, the Hessian and its products of
compiled code, and the printed derivatives, for three sets of sizes. `tests/array_strings.py` draws,
`tests/array_oracle.py` knows the truth without symcalc, `tests/array_fuzz.py` compares.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections import Counter

from timing import ROOT, header, seconds, verdict

sys.path.insert(0, str(ROOT / "tests"))

from array_fuzz import Examined, examined
from array_strings import TypedStrings

#: After this many seconds a string is given up.
GIVEN_UP = 60


class TooLong(BaseException):
    """A string took longer than `GIVEN_UP`."""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--smallest", action="store_true", help="20 strings")
    parser.add_argument("--inputs", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0, help="the seed of the first string")
    options = parser.parse_args()
    header("random strings over arrays", ("numpy", "mpmath"))
    signal.signal(signal.SIGALRM, _give_up)
    count = 20 if options.smallest else options.inputs
    compared: Counter[str] = Counter()
    skipped: Counter[str] = Counter()
    n_wrong = n_undefined = n_late = 0
    start = time.perf_counter()
    for seed in range(options.seed, options.seed + count):
        found = _within_time(seed)
        if found is None:
            n_late += 1
            continue
        compared.update("printed" if w.startswith("printed") else w for w in found.compared)
        skipped.update(found.skipped)
        n_undefined += bool(found.undefined)
        n_wrong += bool(found.faults)
        for fault in found.faults[:2]:
            print(f"   wrong, seed {seed}: {found.text}\n      {fault[:200]}")
    for name, number in compared.most_common():
        print(f"   compared {number:8d}  {name}")
    for name, number in skipped.most_common():
        print(f"   skipped  {number:8d}  {name}")
    print(f"   {n_undefined} strings with a derivative that is NaN where differences have a value")
    print(f"   {n_late} strings given up after {GIVEN_UP} s")
    print(f"   {count} strings in {seconds(time.perf_counter() - start)}")
    verdict("strings with a wrong number or text", n_wrong, "<=", 0)


def _within_time(seed: int) -> Examined | None:
    signal.alarm(GIVEN_UP)
    try:
        return examined(seed)
    except TooLong:
        (text, _), _ = TypedStrings(seed).draw_formula()
        print(f"   too long, seed {seed}: {text}")
        return None
    finally:
        signal.alarm(0)


def _give_up(*_: object) -> None:
    raise TooLong


if __name__ == "__main__":
    main()
