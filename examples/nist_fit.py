"""Fit NIST's Misra1a data and lay the result beside the certified values.

The National Institute of Standards and Technology publishes data sets with parameters certified to
eleven digits. Misra1a: dental research in monomolecular adsorption; y is a volume, x a pressure.

    python examples/nist_fit.py
"""

from __future__ import annotations

from pathlib import Path

import symcalc as sc

DATA = Path(__file__).parent / "data" / "misra1a.csv"

MODEL = "b1*(1 - exp(-b2*x))"

#: https://www.itl.nist.gov/div898/strd/nls/data/misra1a.shtml: parameter, standard deviation.
CERTIFIED = {"b1": (238.94212918, 2.7070075241), "b2": (5.5015643181e-4, 7.2668688436e-6)}
CERTIFIED_RSS = 0.12455138894

#: NIST's two starting points: the first is far away, the second is near.
STARTS = {"far": {"b1": 500, "b2": 1e-4}, "near": {"b1": 250, "b2": 5e-4}}


def main() -> None:
    print(f"y = {MODEL}")
    for label, start in STARTS.items():
        found = sc.fit(MODEL, DATA, target="y", start=start)
        print(f"\nfrom the {label} start: {found.outcome} ({found.n_evaluations} evaluations)")
        print(f"{'':4}{'parameter':>18}{'certified':>18}{'standard error':>18}{'certified':>18}")
        for name, (value, error) in CERTIFIED.items():
            print(
                f"{name:4}{found.parameters[name]:18.10e}{value:18.10e}"
                f"{found.standard_errors[name]:18.10e}{error:18.10e}"
            )
        print(f"{'rss':4}{found.residual_sum_of_squares:18.10e}{CERTIFIED_RSS:18.10e}")

    print("\nthe model between and beyond the data")
    pressures = [50.0, 500.0, 1500.0]
    for pressure, volume in zip(pressures, found.predict({"x": pressures}), strict=True):
        print(f"x = {pressure:6g}  y = {volume:.4f}")


if __name__ == "__main__":
    main()
