"""Evaluations on the problems of More, Garbow and Hillstrom: method="auto" and SciPy's methods.

Counted are values, gradients (or Jacobians) and Hessians, those of the judgement at the end
included. `!` marks an end that is no known minimum: `|f - f*| <= 1e-8*|f*| + 1e-14*f(start)`
is asked for. SciPy runs on the same compiled derivatives; its least-squares methods at their
default tolerances, and at 1e-15, where more of them arrive; with finite differences each residual
vector counts once. `--sample` takes the problems of `tests/data/mgh.json`.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from timing import DATA, arguments, header, verdict

METHODS = ("lm", "trf", "dogbox")
GENERAL = ("trust-exact", "Newton-CG", "BFGS", "L-BFGS-B")
DIGITS = 1e-8


class Case(NamedTuple):
    """A problem with the values that a local method may end at."""

    name: str
    objective: str
    start: dict[str, float]
    minima: list[float]


class Count(NamedTuple):
    """Evaluations of a run, and whether it ended at a known minimum."""

    total: int
    is_right: bool

    def __str__(self) -> str:
        return f"{self.total}{'' if self.is_right else '!'}"


def main() -> None:
    options = arguments(__doc__, "sample")
    header("evaluations on the problems of More, Garbow and Hillstrom", ("numpy", "scipy"))
    cases = list(_sample() if options.sample else _all())
    if options.smallest:
        cases = cases[:3]
    rivals = [*METHODS, *(f"{name} 1e-15" for name in METHODS), *GENERAL, "lm by differences"]
    print(f"   {'':26}{'symcalc':>9}" + "".join(f"{name:>18}" for name in rivals))
    sums: dict[str, list[Count]] = {name: [] for name in ("symcalc", *rivals)}
    for case in cases:
        counts = _measure(case)
        for name, count in counts.items():
            sums[name].append(count)
        cells = "".join(f"{counts[name]!s:>18}" for name in rivals)
        print(f"   {case.name:26}{counts['symcalc']!s:>9}{cells}", flush=True)
    _conclude(cases, sums)


def _conclude(cases: list[Case], sums: dict[str, list[Count]]) -> None:
    """Print the totals, and the comparison with the best single method of SciPy."""
    print("   totals, and problems solved")
    for name, counts in sums.items():
        solved = sum(count.is_right for count in counts)
        print(f"   {name:26}{sum(c.total for c in counts):>9}{solved:>6} of {len(cases)}")
    ours = sums.pop("symcalc")
    sums.pop("lm by differences")
    most = max(sum(c.is_right for c in counts) for counts in sums.values())
    able = {n: cs for n, cs in sums.items() if sum(c.is_right for c in cs) >= most - 3}
    best = min(able, key=lambda name: sum(c.total for c in able[name]))
    total, rival = sum(c.total for c in ours), sum(c.total for c in able[best])
    ratios = [o.total / r.total for o, r in zip(ours, able[best], strict=True)]
    worst = max(zip(ratios, (case.name for case in cases), strict=True))
    print(f"   best single method: {best} (fewest among those that miss at most three more)")
    verdict("all problems solved", sum(c.is_right for c in ours) / len(cases), ">=", 1.0)
    verdict(f"evaluations, ours / {best}", total / rival, "<=", 1.0)
    verdict(f"evaluations on {worst[1]}, ours / {best}", worst[0], "<=", 2.0)


def _measure(case: Case) -> dict[str, Count]:
    """Return the evaluations of each method."""
    import numpy as np
    from scipy.optimize import least_squares, minimize

    import symcalc as sc
    from symcalc.calculus.objective import read_objective

    names = tuple(case.start)
    x0 = np.array(list(case.start.values()))
    read = read_objective(case.objective, names)
    squares, _ = read.to_objective("residuals")
    whole, _ = read.to_objective("hessian")
    at_start = whole.value(x0)

    def judge(value: float, *counts: int) -> Count:
        known = (DIGITS * abs(f) + 1e-14 * at_start - abs(value - f) for f in case.minima)
        return Count(sum(counts), any(slack >= 0.0 for slack in known))

    best = sc.minimize(case.objective, case.start)
    found = {"symcalc": judge(best.fun, best.n_evaluations, best.n_gradients, best.n_hessians)}
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for name in METHODS:
            for tolerance, label in ((1e-8, name), (1e-15, f"{name} 1e-15")):
                run = _Counted(squares.residuals, squares.residual_jacobian)
                end = least_squares(
                    run.first, x0, run.second, method=name, x_scale="jac", max_nfev=5000,
                    ftol=tolerance, xtol=tolerance, gtol=tolerance,
                )  # fmt: skip
                found[label] = judge(2.0 * end.cost, *run.counts)
        for name in GENERAL:
            run = _Counted(whole.value, lambda x: whole.value_and_gradient(x)[1], whole.hessian)
            more = {"hess": run.third} if name in ("trust-exact", "Newton-CG") else {}
            end = minimize(
                run.first, x0, jac=run.second, method=name, options={"maxiter": 5000}, **more
            )
            found[name] = judge(float(end.fun), *run.counts)
        run = _Counted(squares.residuals)
        end = least_squares(run.first, x0, method="lm", x_scale="jac", max_nfev=50_000)
        found["lm by differences"] = judge(2.0 * end.cost, *run.counts)
    return found


class _Counted:
    """Functions that count their calls."""

    def __init__(self, *functions: Callable[[Any], Any] | None) -> None:
        self.counts = [0] * len(functions)
        self._functions = functions

    def first(self, x: Any) -> Any:
        return self._call(0, x)

    def second(self, x: Any) -> Any:
        return self._call(1, x)

    def third(self, x: Any) -> Any:
        return self._call(2, x)

    def _call(self, place: int, x: Any) -> Any:
        self.counts[place] += 1
        function = self._functions[place]
        assert function is not None
        return function(x)


def _all() -> Iterator[Case]:
    from mgh_problems import PROBLEMS

    for problem in PROBLEMS:
        start = dict(zip(problem.names, problem.start, strict=True))
        yield Case(problem.name, problem.objective, start, list(problem.minima))


def _sample() -> Iterator[Case]:
    for item in json.loads((DATA / "mgh.json").read_text())["items"]:
        start = dict(zip(item["variables"], map(float, item["start"]), strict=True))
        minima = [minimum["f"] for minimum in item["minima"]]
        yield Case(item["name"], item["objective"], start, minima)


if __name__ == "__main__":
    main()
