"""The trace of a minimization: how far the value still is from the best, and the gradient."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from .canvas import CURVE, INK, SECOND, label

__all__ = ["draw_optimum"]


def draw_optimum(figure: Any, optimum: Any) -> None:
    """Draw value above best and gradient norm against the step, on logarithmic axes."""
    trace = optimum.trace
    steps = [int(step) for step in trace.step]
    values = [float(value) for value in trace.value]
    best = _reference([*values, optimum.fun])
    above = [value - best for value in values]
    figure.set_size_inches(7.0, 5.6)
    upper, lower = figure.subplots(2, 1, sharex=True)
    _draw_log(upper, steps, above, CURVE, "o")
    label(upper, "", f"f − {best:.6g}" if best else "f")
    upper.set_title(f"{optimum.outcome} ({optimum.method})", loc="left", color=INK)
    _draw_log(lower, steps, [float(norm) for norm in trace.gradient_norm], SECOND, "s")
    label(lower, "step", "gradient norm")
    figure.align_ylabels([upper, lower])
    lower.xaxis.get_major_locator().set_params(integer=True)


def _reference(values: list[float]) -> float:
    """Return what is taken off the values: the least, or 0 where it is next to nothing."""
    known = [value for value in values if math.isfinite(value)]
    least, greatest = min(known, default=0.0), max(known, default=0.0)
    return 0.0 if 0.0 <= least <= 1e-6 * greatest else least


def _draw_log(
    axes: Any, steps: list[int], values: Iterable[float], color: str, marker: str
) -> None:
    """Draw what is positive on a logarithmic axis; a zero has no place on it."""
    pairs = [(s, v) for s, v in zip(steps, values, strict=True) if math.isfinite(v) and v > 0.0]
    if not pairs:
        axes.text(
            0.5, 0.5, "nothing above zero to draw", transform=axes.transAxes,
            ha="center", color=INK,
        )  # fmt: skip
        return
    shown = marker if len(pairs) <= 60 else ""
    axes.set_yscale("log")
    axes.plot(*zip(*pairs, strict=True), color=color, marker=shown, markersize=4, linewidth=1.4)
