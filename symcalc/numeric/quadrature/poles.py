"""Both sides of a simple pole taken together: what is left close to it."""

from __future__ import annotations

import math

import numpy as np

from .integrand import Integrand
from .stretches import Stretch

__all__ = ["NotSimpleError", "beside_pole"]

#: Closer than this part of the folded range the sum of both sides is fitted, not asked for: there
#: a pole that lies a rounding error beside the double nearest to it spoils it.
PART = 2.0**-6
#: Where the fit is looked at again, in units of that.
CLOSER = 2.0**-6


class NotSimpleError(ArithmeticError):
    """The sum of both sides grows without bound: the principal value does not exist."""


def beside_pole(stretch: Stretch, integrand: Integrand) -> Stretch:
    """Return the folded stretch from a distance on, with the integral below as its tail.

    The sum of both sides of a simple pole is even and analytic: a polynomial in the square.
    """
    near = PART * stretch.stop
    distance = near * np.linspace(1.0, 4.0, 13)
    sums = stretch.values(distance, integrand)
    fits = [
        np.polynomial.Polynomial.fit((distance / near) ** 2, sums, degree).convert()
        for degree in (3, 4)
    ]
    tails = []
    for fit in fits:
        coefficients = np.asarray(fit.coef, dtype=float)
        tails.append(near * float((coefficients / (2 * np.arange(coefficients.size) + 1)).sum()))
    residue = near * float(np.abs(integrand.beside(stretch.end, np.array([near]))[0]))
    unit = math.ulp(stretch.end) if integrand.shifted is None else 0.0
    probe = CLOSER * near
    seen = float(stretch.values(np.array([probe]), integrand)[0])
    allowed = 64.0 * residue * (unit / probe + 2.0**-52) / probe + 1e-6 * float(np.abs(sums).max())
    if not abs(seen - float(fits[1](CLOSER**2))) <= allowed:
        raise NotSimpleError
    error = abs(tails[1] - tails[0]) + 4.0 * residue * (unit / near + 2.0**-52)
    return stretch.between(near, tail=tails[1], tail_error=error)
