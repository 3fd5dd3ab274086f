"""A range test: the objective against the learning rate, and the rate of the steepest fall."""

from __future__ import annotations

import math
from typing import Any

from .canvas import BAND, CURVE, INK, SECOND, label

__all__ = ["draw_rates"]


def draw_rates(figure: Any, search: Any) -> None:
    """Draw values and their smoothed curve on a logarithmic axis of rates; mark the rate found."""
    rates = [float(rate) for rate in search.rates]
    known = [math.isfinite(value) for value in search.smoothed]
    axes = figure.subplots()
    axes.set_xscale("log")
    axes.plot(
        rates, [float(value) for value in search.values], color=BAND, marker="o", markersize=3,
        linestyle="", label="after each step",
    )  # fmt: skip
    axes.plot(
        [rate for rate, is_known in zip(rates, known, strict=True) if is_known],
        [float(v) for v, is_known in zip(search.smoothed, known, strict=True) if is_known],
        color=CURVE, linewidth=1.4, label="smoothed",
    )  # fmt: skip
    axes.axhline(search.start_value, color="#999999", linewidth=0.8, linestyle=":", label="start")
    if search.rate is not None:
        axes.axvline(
            search.rate, color=SECOND, linewidth=1.4, linestyle="--",
            label=f"steepest fall, {search.rate:.3g}",
        )  # fmt: skip
    axes.set_ylim(*_limits(search))
    axes.legend()
    label(axes, "learning rate", "objective over a sample of the rows")
    axes.set_title(
        f"Range test: {search.method}, batches of {search.batch_size}", loc="left", color=INK
    )


def _limits(search: Any) -> tuple[float, float]:
    """Return the range of values to show: what flies off ends the picture a little above."""
    values = [float(value) for value in search.values if math.isfinite(value)]
    least, first = min([*values, search.start_value]), search.start_value
    top = min(max([*values, first]), first + 0.3 * (first - least or abs(first) or 1.0))
    margin = 0.05 * (top - least or 1.0)
    return least - margin, top + margin
