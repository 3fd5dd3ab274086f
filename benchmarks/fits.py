"""How long fits take beside `scipy.optimize.curve_fit`: NIST's problems, and a million rows.

From a model that is compiled to the `Fit`: ours repeated, so that the formula is known. `curve_fit`
is given the model as a NumPy function, once with its own finite differences, once with the
closed-form Jacobian as a NumPy function. NIST's sample from both starts: the totals are over what
both solve, to four digits of the certified parameters. Then a million rows of a four-parameter
model. The least of several calls that take turns. `--without-native` measures without the extra.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from timing import DATA, arguments, header, verdict

PEAK = "a*exp(-((x - m)/s)^2/2) + c"


class Case(NamedTuple):
    """A problem with a start, and what is known of its solution."""

    name: str
    model: str
    data: dict[str, Any]
    start: dict[str, float]
    known: list[float]


def main() -> None:
    options = arguments(__doc__, "without-native")
    if getattr(options, "without-native", False) or getattr(options, "without_native", False):
        sys.modules["llvmlite"] = None  # type: ignore[assignment]
    header("fits", ("numpy", "scipy", "llvmlite"))
    cases = _nist()[:2] if options.smallest else _nist()
    totals = [0.0, 0.0, 0.0]
    print(f"   {'milliseconds':14}{'symcalc':>9}{'curve_fit':>11}{'with jac':>10}   its digits")
    for case in cases:
        times, digits = _compare(case, 1 if options.smallest else 15)
        solved = digits[0] >= 4.0 and digits[1] >= 4.0
        if solved:
            totals = [total + time for total, time in zip(totals, times, strict=True)]
        cells = [f"{1e3 * spent:.2f}" for spent in times]
        print(f"   {case.name:14}{cells[0]:>9}{cells[1]:>11}{cells[2]:>10}   {digits[1]:.1f}"
              f"{'' if solved else ', does not count'}")  # fmt: skip
    shown = ", ".join(f"{1e3 * total:.1f} ms" for total in totals)
    print(f"   total of what both solve: {shown}")
    verdict("NIST's sample, time / curve_fit", totals[0] / max(totals[1], 1e-9), "<=", 1.0)
    large = _peak(1_000 if options.smallest else 1_000_000)
    times, digits = _compare(large, 1 if options.smallest else 5)
    print(f"   {large.name}: symcalc {times[0]:.3f} s, curve_fit {times[1]:.3f} s, "
          f"with jac {times[2]:.3f} s; digits that agree {digits[1]:.1f}")  # fmt: skip
    verdict("a million rows, times as fast as curve_fit", times[1] / times[0], ">=", 5.0)


def _nist() -> list[Case]:
    """Return the sample of NIST's problems, from both starts."""
    import numpy as np

    items = json.loads((DATA / "nist.json").read_text(encoding="utf-8"))["items"]
    return [
        Case(
            f"{item['name']} {which}", item["model"],
            {"x": np.array(item["x"]), "y": np.array(item["y"])},
            dict(zip(item["params"], item[f"start{which}"], strict=True)), item["certified"],
        )
        for item in items
        for which in (1, 2)
    ]  # fmt: skip


def _peak(n_rows: int) -> Case:
    """Return a Gaussian peak on a background, with noise."""
    import numpy as np

    rng = np.random.default_rng(0)
    x = rng.uniform(-5.0, 5.0, n_rows)
    y = 3.0 * np.exp(-(((x - 0.7) / 1.3) ** 2) / 2.0) + 0.5 + 0.1 * rng.standard_normal(n_rows)
    start = {"a": 2.0, "m": 0.0, "s": 1.0, "c": 0.0}
    return Case(f"{n_rows} rows, 4 parameters", PEAK, {"x": x, "y": y}, start, [])


def _compare(case: Case, repeats: int) -> tuple[list[float], list[float]]:
    """Return the least seconds of each, and the digits that ours and curve_fit's reach."""
    import numpy as np

    tasks = _tasks(case)
    least = dict.fromkeys(tasks, float("inf"))
    ends: dict[str, Any] = {}
    for _ in range(repeats):
        for name, task in tasks.items():
            started = time.perf_counter()
            try:
                ends[name] = task()
            except RuntimeError:  # curve_fit gives up
                ends[name] = np.full(len(case.start), np.nan)
            least[name] = min(least[name], time.perf_counter() - started)
    known = case.known or ends["curve_fit, jac"]
    return list(least.values()), [_digits(ends[name], known) for name in ("ours", "curve_fit")]


def _tasks(case: Case) -> dict[str, Callable[[], Any]]:
    """Return the three fits."""
    import numpy as np
    from scipy.optimize import curve_fit

    import symcalc as sc

    model, jacobian = _in_numpy(case.model, case.start)
    x, y, start = case.data["x"], case.data["y"], list(case.start.values())

    def ours() -> Any:
        found = sc.fit(case.model, case.data, target="y", start=case.start)
        return np.array(list(found.parameters.values()))

    def theirs(**more: Any) -> Any:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return curve_fit(model, x, y, start, **more)[0]

    ours()  # compiles the model
    return {
        "ours": ours, "curve_fit": theirs, "curve_fit, jac": lambda: theirs(jac=jacobian)
    }  # fmt: skip


def _in_numpy(model: str, start: Mapping[str, float]) -> tuple[Any, Any]:
    """Return model and Jacobian as the NumPy functions that a person would write."""
    import numpy as np
    import sympy

    names = sympy.symbols(["x", *start])
    form = sympy.sympify(model.replace("^", "**"), {str(name): name for name in names})
    value = sympy.lambdify(names, form, "numpy", cse=True)
    slopes = sympy.lambdify(names, [form.diff(name) for name in names[1:]], "numpy", cse=True)

    def jacobian(x: Any, *p: float) -> Any:
        return np.stack([np.broadcast_to(slope, x.shape) for slope in slopes(x, *p)], axis=1)

    return value, jacobian


def _digits(found: Any, known: Any) -> float:
    """Return the correct digits of the worst parameter."""
    import numpy as np

    gap = float(np.abs(np.asarray(found) / np.asarray(known) - 1.0).max())
    return float(np.clip(-np.log10(max(gap, 1e-11)), 0.0, 11.0)) if np.isfinite(gap) else 0.0


if __name__ == "__main__":
    main()
