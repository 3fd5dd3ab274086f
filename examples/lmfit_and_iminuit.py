"""Hand verified derivatives of a model to lmfit and to iminuit, and compare both with `fit`.

Both packages take derivatives as functions and believe them. Here they come from the formula, and
are checked against values of the formula first. Needs `pip install lmfit iminuit`; what is not
installed is left out.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import numpy as np

import symcalc as sc

MODEL = "a*exp(-b*x) + c"
NAMES = ["a", "b", "c"]
START = {"a": 1.0, "b": 1.0, "c": 0.0}
SIGMA = 0.02


def make_data() -> dict[str, Any]:
    """Return a decay with an error that is known."""
    x = np.linspace(0.0, 4.0, 30)
    noise = np.random.default_rng(0).normal(size=x.size)
    return {"x": x, "y": 2.5 * np.exp(-1.3 * x) + 0.5 + SIGMA * noise}


def with_lmfit(data: dict[str, Any]) -> Any:
    """Return lmfit's result: residuals and their Jacobian, `Dfun`."""
    import lmfit

    f = sc.compile(MODEL, [*NAMES, "x"], order=1, wrt=NAMES)

    def residuals(parameters: Any) -> Any:
        return (f(*parameters.valuesdict().values(), data["x"]) - data["y"]) / SIGMA

    def jacobian(parameters: Any) -> Any:
        return f.gradient(*parameters.valuesdict().values(), data["x"]) / SIGMA

    start = lmfit.create_params(**START)
    return lmfit.minimize(residuals, start, Dfun=jacobian, scale_covar=False)


def with_iminuit(data: dict[str, Any]) -> Any:
    """Return iminuit's Minuit: a sum of squares whose gradient is made of the model's, `grad`."""
    from iminuit import Minuit
    from iminuit.cost import LeastSquares

    f = sc.compile(MODEL, ["x", *NAMES], order=1, wrt=NAMES)

    def values(x: Any, a: float, b: float, c: float) -> Any:  # iminuit reads its names
        return f(x, a, b, c)

    def slopes(x: Any, *parameters: float) -> Any:
        return np.broadcast_to(f.gradient(x, *parameters), (x.size, len(NAMES))).T

    cost = LeastSquares(data["x"], data["y"], SIGMA, values, grad=slopes)
    minuit = Minuit(cost, *START.values(), name=NAMES, grad=True)
    minuit.migrad()
    minuit.hesse()
    return minuit


def main() -> None:
    data = make_data()
    gradient = sc.gradient(MODEL, NAMES)
    print(gradient)

    weights = np.full(data["x"].size, SIGMA**-2)
    own = sc.fit(MODEL, data, target="y", start=START, weights=weights)
    scale = own.residual_standard_deviation  # the others take SIGMA as known
    rows = {"symcalc": {n: (own.parameters[n], own.standard_errors[n] / scale) for n in NAMES}}
    if find_spec("lmfit") is not None:
        found = with_lmfit(data)
        rows["lmfit"] = {n: (found.params[n].value, found.params[n].stderr) for n in NAMES}
    if find_spec("iminuit") is not None:
        minuit = with_iminuit(data)
        rows["iminuit"] = {n: (minuit.values[n], minuit.errors[n]) for n in NAMES}
    for name, row in rows.items():
        shown = ", ".join(f"{n} = {value:.5f} ± {error:.5f}" for n, (value, error) in row.items())
        print(f"{name:8} {shown}")


if __name__ == "__main__":
    main()
