"""Lengths and areas in closed form, beside what a polygon with many corners gives.

Where there is a closed form, it was checked; where there is none (the circumference of an ellipse
is no elementary number), the number is proven to the digits shown. The polygon knows nothing of
either.

    python examples/lengths_and_areas.py
"""

from __future__ import annotations

from typing import Any

import numpy as np

import symcalc as sc

#: By title: the integrand, its range, what is assumed of its parameters.
QUESTIONS: dict[str, tuple[str, tuple[str, Any, Any], str | None]] = {
    "one turn of the spiral r = a*t": ("a*sqrt(1 + t^2)", ("t", 0, "2*pi"), "a > 0"),
    "surface of the bowl z = r^2 up to r = 1": ("2*pi*r*sqrt(1 + 4*r^2)", ("r", 0, 1), None),
    "ellipse with half axes 3 and 2": (
        "4*sqrt(9*sin(t)^2 + 4*cos(t)^2)", ("t", 0, "pi/2"), None,
    ),
}  # fmt: skip

#: The spiral that the polygon follows.
A = 1.5
N_CORNERS = 100_000


def answer(title: str) -> sc.Integral:
    """Integrate."""
    integrand, limits, assume = QUESTIONS[title]
    return sc.integrate(integrand, limits, assume=assume)


def value(found: sc.Integral) -> float:
    """Return the number, for the spiral that the polygon follows."""
    if found.value is not None:
        return found.value
    return float(sc.evaluate(found.closed_form, at={"a": A}).value)


def polygon(title: str) -> float:
    """Return the length of a polygon with its corners on the curve, or the area of its cones."""
    t = np.linspace(0.0, 2.0 * np.pi, N_CORNERS)
    if title.startswith("surface"):
        r = np.linspace(0.0, 1.0, N_CORNERS)
        lengths = np.hypot(np.diff(r), np.diff(r**2))
        return float(np.pi * np.sum((r[1:] + r[:-1]) * lengths))
    if "spiral" in title:
        x, y = A * t * np.cos(t), A * t * np.sin(t)
    else:
        x, y = 3.0 * np.cos(t), 2.0 * np.sin(t)
    return float(np.sum(np.hypot(np.diff(x), np.diff(y))))


def main() -> None:
    for title in QUESTIONS:
        found = answer(title)
        print(f"{title}: {found.closed_form or 'no closed form found'}")
        print(f"  {found.trust}: {value(found):.12f}; polygon: {polygon(title):.12f}")


if __name__ == "__main__":
    main()
