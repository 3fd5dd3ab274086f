"""Minimize x² − 4x + 4 twice: from a numerical derivative, and from the symbolic one.

Gradient descent and Newton's method need nothing but derivatives. Where they come from makes a
difference of digits, evaluations and time, and the table below shows it.

    python examples/minimize_from_numeric_and_symbolic.py
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import symcalc as sc

OBJECTIVE = "x^2 - 4*x + 4"
START, RATE, TOLERANCE = 10.0, 0.1, 1e-9


@dataclass
class Run:
    """One minimization: its points, and how often the function was called for derivatives."""

    points: list[float]
    n_evaluations: int


class Counted:
    """A function that counts its calls."""

    def __init__(self, function: Callable[[float], float]) -> None:
        self.function, self.n_calls = function, 0

    def __call__(self, x: float) -> float:
        self.n_calls += 1
        return self.function(x)


def descend(slope: Callable[[float], float], start: float = START) -> list[float]:
    """Follow the negative slope at a fixed rate until it is next to nothing."""
    points = [start]
    while abs(slope(points[-1])) > TOLERANCE and len(points) < 1_000:
        points.append(points[-1] - RATE * slope(points[-1]))
    return points


def from_values(method: str) -> Run:
    """Minimize a black box: its derivative comes from its values."""
    black_box = Counted(lambda x: x**2 - 4 * x + 4)
    points = descend(lambda x: sc.numeric_derivative(black_box, x, method=method).value)
    return Run(points, black_box.n_calls)


def from_formula() -> Run:
    """Minimize the formula: its derivative is another formula."""
    derivative = Counted(sc.compile(sc.differentiate(OBJECTIVE, "x")))
    points = descend(derivative)
    return Run(points, derivative.n_calls)


def main() -> None:
    derivative = sc.differentiate(OBJECTIVE, "x")
    print(f"f = {OBJECTIVE}")
    print(f"symbolic: f' = {derivative}  ({derivative.check.trust}: {derivative.check.message})")
    found = sc.numeric_derivative(lambda x: x**2 - 4 * x + 4, START)
    print(f"numeric at {START:g}: {found.value:.15g} ± {found.error:.1e} ({found.trust})")

    runs = {
        "symbolic": from_formula(),
        "adaptive": from_values("adaptive"),
        "central": from_values("central"),
        "forward": from_values("forward"),
    }
    print(f"\n{'step':>6}" + "".join(f"{name:>20}" for name in runs))
    for step in range(0, 101, 20):
        cells = [run.points[min(step, len(run.points) - 1)] for run in runs.values()]
        print(f"{step:6d}" + "".join(f"{x:20.14f}" for x in cells))
    print(f"\n{'from':12}{'steps':>6}{'evaluations':>13}{'distance to 2':>16}")
    for name, run in runs.items():
        distance = abs(run.points[-1] - 2.0)
        print(f"{name:12}{len(run.points) - 1:6d}{run.n_evaluations:13d}{distance:16.1e}")

    best = sc.minimize(OBJECTIVE, {"x": START})
    print(f"\nsc.minimize: x = {best.x['x']:.15g}, steps: {best.n_steps}. {best.outcome}")
    print(sc.compare(OBJECTIVE, at={"x": START}))


if __name__ == "__main__":
    main()
