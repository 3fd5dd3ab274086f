"""Checking somebody else's gradient: the common mistakes, named, with a point that shows each.

The loss of a straight line y = w*x + b over rows of data, and gradients as they stand in
homework, in blogs and in code. Formulas and Python functions are checked alike; the same on the
command line:

    symcalc check "mean(w*x + b - y), mean(w*x + b - y)" "mean((w*x + b - y)^2)/2" \\
        --wrt w,b --shapes "x: rows; y: rows"
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import symcalc as sc

SHAPES = "x: rows; y: rows"
RESIDUAL = "w*x + b - y"
AVERAGED = f"mean(({RESIDUAL})^2)/2"
DIVIDED = f"sum(({RESIDUAL})^2)/(2*m)"


def right_gradient(w: float, b: float, x: np.ndarray, y: np.ndarray) -> list[float]:
    """Return the gradient as it should be."""
    residual = w * x + b - y
    return [float(np.mean(residual * x)), float(np.mean(residual))]


def gradient_without_inputs(w: float, b: float, x: np.ndarray, y: np.ndarray) -> list[float]:
    """Return a gradient with the residual, but not the inputs."""
    residual = w * x + b - y
    return [float(np.mean(residual)), float(np.mean(residual))]


def gradient_by_differences(w: float, b: float, x: np.ndarray, y: np.ndarray) -> list[float]:
    """Return a gradient that nobody derived."""

    def loss(w: float, b: float) -> float:
        return float(np.mean((w * x + b - y) ** 2)) / 2

    step = 1e-6
    return [
        (loss(w + step, b) - loss(w - step, b)) / (2 * step),
        (loss(w, b + step) - loss(w, b - step)) / (2 * step),
    ]


#: What is claimed, of which loss, and what somebody did.
CLAIMS: dict[str, tuple[str | Callable[..., Any], str]] = {
    "right, but spelled another way": (
        "w*mean(x^2) + b*mean(x) - mean(x*y), w*mean(x) + b - mean(y)",
        AVERAGED,
    ),
    "(1/2*m) where 1/(2*m) was meant": (
        f"(1/2*m)*2*sum(({RESIDUAL})*x), (1/2*m)*2*sum({RESIDUAL})",
        DIVIDED,
    ),
    "a loss averaged, but a gradient summed": (f"sum(({RESIDUAL})*x), sum({RESIDUAL})", AVERAGED),
    "the residual, but not the inputs": (f"mean({RESIDUAL}), mean({RESIDUAL})", AVERAGED),
    "the sign of y - (w*x + b)": ("mean((y - w*x - b)*x), mean(y - w*x - b)", AVERAGED),
    "a Python function that is right": (right_gradient, AVERAGED),
    "a Python function without the inputs": (gradient_without_inputs, AVERAGED),
    "a Python function that takes differences": (gradient_by_differences, AVERAGED),
}


def judge(claim: str | Callable[..., Any], loss: str) -> sc.Check:
    """Check one claim in w and b."""
    return sc.check(claim, loss, "w, b", shapes=SHAPES)


def main() -> None:
    """Print what is wrong with each claim."""
    for title, (claim, loss) in CLAIMS.items():
        found = judge(claim, loss)
        print(f"{title}\n  loss {loss}")
        if isinstance(claim, str):
            print(f"  claim {claim}")
        print(f"  {'right' if found.is_good else 'WRONG'} ({found.trust}): {found.message}")
        for sighting in found.sightings[:1]:
            print(f"  ∂f/∂{sighting.component}: {sighting}")
        print()


if __name__ == "__main__":
    main()
