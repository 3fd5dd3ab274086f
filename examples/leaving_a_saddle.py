"""Leave the saddle at zero of a matrix factorization, and arrive at the best approximation.

With both factors zero the gradient vanishes, so a method of descent stays there and calls it an
end. The Hessian says that the objective falls on, and in which direction. Eckart and Young say what
lies below: the singular values that were left out, squared.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import symcalc as sc

LOSS = "sum((A - U@V)**2)/2"
RANK = 2


def make_data() -> dict[str, Any]:
    """Return a matrix of rank two with some noise."""
    rng = np.random.default_rng(3)
    plain = rng.normal(size=(6, RANK)) @ rng.normal(size=(RANK, 5))
    return {"A": plain + 0.05 * rng.normal(size=plain.shape)}


def factorize(data: dict[str, Any], *, escape: bool) -> sc.Optimum:
    """Return the run from zero factors."""
    rows, columns = data["A"].shape
    start = {"U": np.zeros((rows, RANK)), "V": np.zeros((RANK, columns))}
    return sc.minimize(LOSS, start, data=data, method="trust_region", escape=escape)


def main() -> None:
    data = make_data()
    for escape in (False, True):
        found = factorize(data, escape=escape)
        print(f"escape={escape}: f = {found.fun:.9f} after {found.n_steps} steps")
        print(f"  {found.outcome}")
        print(*(f"  {said[:110]}" for said in found.diagnosis[:2]), sep="\n")
    left_out = np.linalg.svd(data["A"], compute_uv=False)[RANK:]
    print(f"half of the squares of the singular values left out: {left_out @ left_out / 2:.9f}")


if __name__ == "__main__":
    main()
