"""Gradients that somebody wrote for the loss (w*a + b - c)²/2 of one observation; one is wrong.

symcalc check examples/my_losses.py:gradient "(w*a + b - c)^2/2" --wrt w,b
symcalc check examples/my_losses.py:corrected "(w*a + b - c)^2/2" --wrt w,b
"""

from __future__ import annotations


def gradient(w: float, b: float, a: float, c: float) -> tuple[float, float]:
    """Return the residual twice: in w, it lacks the input."""
    residual = w * a + b - c
    return residual, residual


def corrected(w: float, b: float, a: float, c: float) -> tuple[float, float]:
    """Return the gradient in w and b."""
    residual = w * a + b - c
    return residual * a, residual
