"""Correct digits of NIST's certified parameters and standard errors, from both of NIST's starts.

Rivals: `scipy.optimize.curve_fit` and lmfit, as they come, and as an expert calls them: with the
same closed-form Jacobian, the tightest tolerances and 20 000 evaluations.
"0.0" where a rival ended elsewhere, "-" where it gave up. `--all` takes the models of
`tests/nist_models.py` as well.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from collections.abc import Callable
from types import ModuleType
from typing import Any, NamedTuple

from timing import DATA, arguments, header, rival, verdict

PARAMETERS, ERRORS = 6.0, 5.0

#: The tightest tolerances that MINPACK makes use of.
TIGHT = {"ftol": 1e-15, "xtol": 1e-15, "gtol": 1e-15}

Values = tuple[Any, Any]


class Case(NamedTuple):
    """A problem with one of its starts; errors are None where no certified ones are at hand."""

    name: str
    model: str
    target: str
    data: dict[str, list[float]]
    start: dict[str, float]
    certified: list[float]
    errors: list[float] | None


def main() -> None:
    options = arguments(__doc__, "all")
    header("digits of NIST's certified values", ("numpy", "scipy", "lmfit"))
    cases = list(_sample())
    if options.smallest:
        cases = cases[:2]
    if options.all:
        cases += _beyond()
    lmfit = rival("lmfit")
    fitters = _fitters(lmfit)
    print("   digits of parameters / of standard errors, milliseconds")
    print(f"   {'':11}" + "".join(f"{name:>24}" for name in fitters))
    worst = {name: [99.0, 99.0] for name in fitters}
    lost = dict.fromkeys(fitters, 0)
    for label, case in cases:
        cells = []
        for name, fit in fitters.items():
            digits, text = _measure(fit, case)
            cells.append(text)
            worst[name] = [min(a, b) for a, b in zip(worst[name], digits, strict=True)]
            lost[name] += digits[0] < PARAMETERS
        print(f"   {label:11}" + "".join(f"{cell:>24}" for cell in cells))
    print(f"   {'lost':11}" + "".join(f"{f'{n} of {len(cases)}':>24}" for n in lost.values()))
    verdict("fewest digits of parameters", worst["symcalc"][0], ">=", PARAMETERS)
    verdict("fewest digits of standard errors", worst["symcalc"][1], ">=", ERRORS)


def _sample() -> list[tuple[str, Case]]:
    """Return the sample of NIST's problems, from both starts."""
    items = json.loads((DATA / "nist.json").read_text(encoding="utf-8"))["items"]
    return [
        (
            f"{item['name']} {which}",
            Case(
                item["name"], item["model"], "y", {"x": item["x"], "y": item["y"]},
                dict(zip(item["params"], item[f"start{which}"], strict=True)),
                item["certified"], item["certified_sd"],
            ),
        )
        for item in items
        for which in (1, 2)
    ]  # fmt: skip


def _beyond() -> list[tuple[str, Case]]:
    """Return the further models; for data that were made, the minimum near the certified one."""
    sys.path.insert(0, str(DATA.parent))
    from nist_models import MADE, MEASURED

    import symcalc as sc

    cases = []
    for problem in (*MEASURED, *MADE):
        certified, errors = problem.certified, problem.errors
        if problem in MADE:
            near = dict(zip(problem.names, certified, strict=True))
            found = sc.fit(problem.model, problem.data, target=problem.target, start=near)
            certified, errors = list(found.parameters.values()), None
        cases += [
            (
                f"{problem.name} {which}",
                Case(problem.name, problem.model, problem.target, problem.data,
                     problem.start(which), certified, errors),
            )
            for which in (1, 2)
        ]  # fmt: skip
    return cases


def _measure(fit: Callable[[Case], Values], case: Case) -> tuple[list[float], str]:
    """Return the digits that a fitter reached, and the cell that tells them."""
    started = time.perf_counter()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found, errors = fit(case)
    except (RuntimeError, ValueError, ArithmeticError):
        return [0.0, 0.0], "-"
    took = 1e3 * (time.perf_counter() - started)
    parameters = _digits(found, case.certified)
    deviations = 99.0 if case.errors is None else _digits(errors, case.errors)
    shown = "" if case.errors is None else f"{deviations:.1f}"
    return [parameters, deviations], f"{parameters:.1f} / {shown:>4} {took:7.1f}"


def _digits(found: Any, certified: Any) -> float:
    """Return the correct digits of the worst entry, 0 where one has none."""
    import numpy as np

    gap = np.abs(np.array(list(found), dtype=float) / np.array(certified) - 1.0).max()
    return float(np.clip(-np.log10(max(gap, 1e-11)), 0.0, 11.0)) if np.isfinite(gap) else 0.0


def _fitters(lmfit: ModuleType | None) -> dict[str, Callable[[Case], Values]]:
    """Return the fitters by name; compiling the model is no part of anybody's time but ours."""
    import symcalc as sc

    def ours(case: Case) -> Values:
        found = sc.fit(case.model, case.data, target=case.target, start=case.start)
        return found.parameters.values(), found.standard_errors.values()

    fitters: dict[str, Callable[[Case], Values]] = {
        "symcalc": ours,
        "curve_fit": lambda case: _curve_fit(case, is_expert=False),
        "curve_fit, expert": lambda case: _curve_fit(case, is_expert=True),
    }
    if lmfit is not None:
        fitters["lmfit"] = lambda case: _lmfit(lmfit, case, is_expert=False)
        fitters["lmfit, expert"] = lambda case: _lmfit(lmfit, case, is_expert=True)
    return fitters


def _compiled(case: Case) -> tuple[Any, Any, Any]:
    """Return the model as a function of parameters, its Jacobian, and the target."""
    import numpy as np

    import symcalc as sc

    columns = [name for name in case.data if name != "y"]
    function = sc.compile(case.model, [*case.start, *columns], order=1)
    cells = [np.array(case.data[name]) for name in columns]
    y = np.array(case.data["y"])
    n, rows = len(case.start), y.size

    def value(*p: float) -> Any:
        return np.broadcast_to(function(*p, *cells), (rows,))

    def slopes(*p: float) -> Any:
        return np.broadcast_to(function.gradient(*p, *cells), (rows, n + len(columns)))[:, :n]

    return value, slopes, np.log(y) if case.target == "log(y)" else y


def _curve_fit(case: Case, *, is_expert: bool) -> Values:
    """Fit by SciPy, with its defaults or with the best one can ask for."""
    import numpy as np
    from scipy.optimize import curve_fit

    value, gradient, y = _compiled(case)
    more: dict[str, Any] = {"jac": lambda _, *p: gradient(*p), "maxfev": 20_000, **TIGHT}
    found, covariance = curve_fit(
        lambda _, *p: value(*p), np.zeros(y.size), y, list(case.start.values()),
        **(more if is_expert else {}),
    )  # fmt: skip
    return found, np.sqrt(np.diag(covariance))


def _lmfit(lmfit: ModuleType, case: Case, *, is_expert: bool) -> Values:
    """Fit by lmfit, with its defaults or with the best one can ask for."""
    value, gradient, y = _compiled(case)
    parameters = lmfit.Parameters()
    for name, start in case.start.items():
        parameters.add(name, value=start)

    def residuals(p: Any) -> Any:
        return y - value(*p.valuesdict().values())

    def jacobian(p: Any) -> Any:
        return -gradient(*p.valuesdict().values())

    more: dict[str, Any] = {"Dfun": jacobian, "max_nfev": 20_000, **TIGHT} if is_expert else {}
    found = lmfit.minimize(residuals, parameters, method="leastsq", **more)
    errors = [entry.stderr or float("nan") for entry in found.params.values()]
    return found.params.valuesdict().values(), errors


if __name__ == "__main__":
    main()
