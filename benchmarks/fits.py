"""How long fits take beside `scipy.optimize.curve_fit`: NIST's problems, and a million rows.

From a model that is compiled to the `Fit`: ours repeated, so that the formula is known. `curve_fit`
is given the model as a NumPy function, once with its own finite differences, once with the
closed-form Jacobian as a NumPy function. NIST's sample from both starts: who does not reach four
digits of the certified parameters is left out. Then a million rows of a four-parameter model.
`--without-native` measures without the extra.
"""

from __future__ import annotations

import json
import sys
import warnings
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from tables import OURS, Figure, Row, Table, race, run
from timing import DATA

#: Correct digits of the parameters from which on a fit has succeeded.
DIGITS = 4.0

PEAK = "a*exp(-((x - m)/s)^2/2) + c"


class Case(NamedTuple):
    """A problem with a start, and what is known of its solution."""

    name: str
    model: str
    data: dict[str, Any]
    start: dict[str, float]
    known: list[float]


def tables(options: Namespace) -> Iterator[Table]:
    if options.without_native:
        sys.modules["llvmlite"] = None  # type: ignore[assignment]
    cases = _nist()[:2] if options.smallest else _nist()
    rows = [_row(case, 1 if options.smallest else 15) for case in cases]
    large = _row(_peak(1_000 if options.smallest else 1_000_000), 1 if options.smallest else 5)
    figures = []
    solved = [row.times for row in rows if OURS in row.times and "curve_fit" in row.times]
    if solved:
        ours, theirs = (sum(times[key].least for times in solved) for key in (OURS, "curve_fit"))
        words = "NIST's sample where both succeed, total time / curve_fit's"
        figures.append(Figure(words, ours / theirs, "<=", 1.0))
    figures.append(Figure("a million rows: curve_fit's time / ours",
                          large.ratio("curve_fit"), ">=", 5.0))  # fmt: skip
    yield Table("fits", " ".join((__doc__ or "").split()), [*rows, large], figures)


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


def _row(case: Case, rounds: int) -> Row:
    """Return the times of those who reach the solution; who does not is named in the note."""
    import numpy as np

    found, lost = {}, []
    known: Any = case.known
    for name, task in _tasks(case).items():
        try:
            end = task()
        except RuntimeError:  # curve_fit gives up
            end = np.full(len(case.start), np.nan)
        known = known or list(end)
        if _digits(end, known) >= DIGITS:
            found[name] = task
        else:
            lost.append(name)
    note = f"without the certified values: {', '.join(lost)}" if lost else ""
    return replace(race(case.name, found, rounds, tolerance=10.0**-DIGITS), note=note)


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
    return {OURS: ours, "curve_fit": theirs, "curve_fit, jac": lambda: theirs(jac=jacobian)}


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
    run(tables, __doc__, ("numpy", "scipy", "llvmlite"), "without-native")
