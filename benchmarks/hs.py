"""Problems of Hock and Schittkowski: method="auto" beside SciPy's SLSQP and trust-constr.

All are fed with the same exact derivatives; SciPy's methods also run as they come, with finite
differences. For each end: the error of f, relative to 1 or |f*|, and the violation; `!` marks an
error above 1e-6 or a violation above 1e-8. The last columns are evaluations and seconds of
symcalc, further starts included, with its worst KKT residual.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from collections.abc import Iterator
from typing import Any, NamedTuple

from timing import DATA, ROOT, arguments, header, verdict

FEASIBLE, RIGHT = 1e-8, 1e-6
RIVALS = ("SLSQP", "trust-constr", "SLSQP 2-point", "trust-constr 2-point")


class Case(NamedTuple):
    """A problem as keywords of `minimize`, and its least value."""

    name: str
    objective: str
    start: dict[str, float]
    constraints: list[str]
    bounds: dict[str, Any]
    least: float
    tolerance: float


def main() -> None:
    options = arguments(__doc__)
    header("problems of Hock and Schittkowski", ("numpy", "scipy"))
    cases = [*_sample(), *_further()]
    if options.smallest:
        cases = cases[:3]
    print(f"   {'':7}{'symcalc':>11}" + "".join(f"{name:>21}" for name in RIVALS)
          + f"{'evaluations':>13}{'s':>7}{'KKT':>9}")  # fmt: skip
    reached = dict.fromkeys(("symcalc", *RIVALS), 0)
    worst = 0.0
    for case in cases:
        ends, best, seconds = _measure(case)
        for name, (error, off) in ends.items():
            reached[name] += _is_right(case, error, off)
        kkt = 0.0 if best.kkt is None else max(value for _, value in best.kkt.rows())
        without = best.multipliers is None
        worst = worst if without else max(worst, kkt)
        cells = "".join(f"{_cell(case, *ends[name]):>21}" for name in RIVALS)
        shown = "none" if without else f"{kkt:.0e}"
        print(f"   {case.name:7}{_cell(case, *ends['symcalc']):>11}{cells}"
              f"{best.n_evaluations:>13}{seconds:>7.2f}{shown:>9}", flush=True)  # fmt: skip
    for name in RIVALS:
        print(f"   {name} reaches {reached[name]} of {len(cases)}")
    verdict(f"of {len(cases)} problems symcalc reaches", reached["symcalc"], ">=", len(cases))
    verdict("worst KKT residual where there are multipliers", worst, "<=", 1e-6)


def _sample() -> Iterator[Case]:
    """Return the problems of the corpus."""
    for item in json.loads((DATA / "hs.json").read_text())["items"]:
        constraints = [f"{t} == 0" for t in item["eq"]] + [f"{t} >= 0" for t in item["ineq"]]
        names = item["variables"]
        yield Case(
            item["name"], item["objective"], dict(zip(names, item["start"], strict=True)),
            constraints, dict(zip(names, item["bounds"], strict=True)), item["f_star"], RIGHT,
        )  # fmt: skip


def _further() -> Iterator[Case]:
    """Return the problems that the tests know besides."""
    sys.path.insert(0, str(ROOT / "tests"))
    from hs_problems import PROBLEMS

    for row in PROBLEMS:
        yield Case(row["name"], row["objective"], row["start"], row["constraints"],
                   row["bounds"] or {}, row["least"], RIGHT)  # fmt: skip


def _measure(case: Case) -> tuple[dict[str, tuple[float, float]], Any, float]:
    """Return error and violation of every end."""
    import symcalc as sc

    started = time.perf_counter()
    best = sc.minimize(
        case.objective, case.start, constraints=case.constraints, bounds=case.bounds or None
    )
    seconds = time.perf_counter() - started
    scale = max(1.0, abs(case.least))
    problem = _Problem(case)
    ends = {"symcalc": (abs(best.fun - case.least) / scale, problem.violation(best.vector))}
    for name in RIVALS:
        method, _, differences = name.partition(" ")
        x, value = problem.solve(method, exact=not differences)
        ends[name] = (abs(value - case.least) / scale, problem.violation(x))
    return ends, best, seconds


class _Problem:
    """A problem as SciPy takes it, with the derivatives that symcalc derives."""

    def __init__(self, case: Case) -> None:
        import numpy as np

        import symcalc as sc
        from symcalc.language import read_relations

        names = list(case.start)
        self.f = sc.compile(case.objective, names, order=2)
        self.start = np.array(list(case.start.values()), dtype=float)
        self.gaps: list[tuple[str, Any]] = []
        for text in case.constraints:
            for left, relation, right in read_relations(text, declared=names):
                both = f"({left.text}) - ({right.text})"
                turned = f"-({both})" if relation == "<=" else both
                self.gaps.append(("eq" if relation == "==" else "ineq",
                                  sc.compile(turned, names, order=2)))  # fmt: skip
        pairs = [case.bounds.get(name) or (None, None) for name in names]
        self.lower = np.array([-np.inf if low is None else low for low, _ in pairs], dtype=float)
        self.upper = np.array([np.inf if high is None else high for _, high in pairs], dtype=float)

    def violation(self, x: Any) -> float:
        """Return the largest violation of constraints and bounds."""
        off = [0.0, *(self.lower - x), *(x - self.upper)]
        for kind, gap in self.gaps:
            value = gap.flat_value(x)
            off.append(abs(value) if kind == "eq" else -value)
        return float(max(off))

    def solve(self, method: str, *, exact: bool) -> tuple[Any, float]:
        """Run one of SciPy's methods at tight tolerances."""
        import numpy as np
        from scipy.optimize import Bounds, NonlinearConstraint, minimize

        start = np.clip(self.start, self.lower, self.upper)
        settings: dict[str, Any] = {"maxiter": 1000}
        settings |= {"ftol": 1e-12} if method == "SLSQP" else {"gtol": 1e-10, "xtol": 1e-12}
        words: dict[str, Any] = {"jac": lambda x: self.f.flat_value_and_gradient(x)[1]}
        if exact and method != "SLSQP":
            words["hess"] = self.f.flat_hessian
        if not exact:
            words = {}
        parts: list[Any] = []
        for kind, gap in self.gaps:
            if method == "SLSQP":
                jacobian = {"jac": lambda x, g=gap: g.flat_value_and_gradient(x)[1]}
                parts.append({"type": kind, "fun": gap.flat_value, **(jacobian if exact else {})})
            else:
                derivatives = {
                    "jac": lambda x, g=gap: g.flat_value_and_gradient(x)[1],
                    "hess": lambda x, v, g=gap: v[0] * g.flat_hessian(x),
                }
                upper = 0.0 if kind == "eq" else np.inf
                given = derivatives if exact else {}
                parts.append(NonlinearConstraint(gap.flat_value, 0.0, upper, **given))
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            try:
                found = minimize(
                    self.f.flat_value, start, method=method, constraints=parts, options=settings,
                    bounds=Bounds(self.lower, self.upper), **words,
                )  # fmt: skip
            except (ValueError, np.linalg.LinAlgError):
                return start, np.inf
        return found.x, float(found.fun)


def _is_right(case: Case, error: float, off: float) -> bool:
    return error <= case.tolerance and off <= FEASIBLE


def _cell(case: Case, error: float, off: float) -> str:
    """Return error and violation, marked where they are too large."""
    mark = "" if _is_right(case, error, off) else "!"
    return f"{error:.0e} {off:.0e}{mark}"


if __name__ == "__main__":
    main()
