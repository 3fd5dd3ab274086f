"""A fit: the data, the curve with its bands, and the residuals below."""

from __future__ import annotations

import math
from typing import Any

from .canvas import BAND, CURVE, INK, SECOND, label

__all__ = ["draw_fit"]

#: Points of the curve.
N_CURVE = 400

#: Above this number of rows the points are drawn small and pale.
MANY = 400

#: The horizontal axis is logarithmic where the predictor spans more than this factor.
WIDE = 1e3


def draw_fit(figure: Any, fit: Any) -> None:
    """Draw one predictor as a curve with its bands, several as predicted against observed."""
    figure.set_size_inches(7.0, 6.0)
    upper, lower = figure.subplots(2, 1, height_ratios=(3, 1), sharex=True)
    names = [name for name, column in fit.columns.items() if column.ndim]
    if len(names) == 1 and fit.predictor is not None:
        x, x_name = _numbers(fit.columns[names[0]]), names[0]
        grid = _grid(x)
        fixed = {key: column for key, column in fit.columns.items() if not column.ndim}
        _draw_curve(upper, lower, fit, x, grid, fit.band({**fixed, x_name: grid}))
    elif not names and fit.predictor is not None:
        x, x_name = [float(row) for row in range(1, fit.residuals.size + 1)], "row"
        _draw_curve(upper, lower, fit, x, x, fit.band())
    else:
        x, x_name = _draw_predicted(upper, fit)
    _draw_residuals(lower, fit, x, x_name)
    figure.suptitle(_title(fit), x=0.02, ha="left", fontsize=10, color=INK, parse_math=False)
    handles, names = upper.get_legend_handles_labels()
    upper.legend(
        handles[::-1], names[::-1], loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=4,
        columnspacing=1.4, handlelength=1.6, borderpad=0.2,
    )  # fmt: skip
    upper.tick_params(labelbottom=False)
    figure.align_ylabels([upper, lower])


def _draw_curve(
    axes: Any, lower: Any, fit: Any, x: list[float], grid: list[float], band: Any
) -> None:
    """Draw the data, the model between them, and the bands; the confidence band below, too."""
    if _are_finite(band.prediction_lower):
        axes.fill_between(
            grid, band.prediction_lower, band.prediction_upper, color=BAND, alpha=0.16,
            linewidth=0, label=f"{band.level:.0%} for a new observation",
        )  # fmt: skip
    _draw_band(axes, grid, band)
    _draw_band(lower, grid, band, about_zero=True)
    axes.plot(grid, band.value, color=CURVE, linewidth=1.6, label="model")
    _draw_points(axes, x, _numbers(fit.observed), "data")
    _draw_deviations(axes, fit, x, _numbers(fit.observed))
    if min(x) > 0.0 and max(x) > WIDE * min(x):
        axes.set_xscale("log")
    label(axes, "", fit.target)


def _draw_band(axes: Any, grid: list[float], band: Any, *, about_zero: bool = False) -> None:
    """Draw the confidence limits of the model, around it or (for the residuals) around zero."""
    if not _are_finite(band.lower):
        return
    middle = band.value if about_zero else 0.0 * band.value
    axes.fill_between(
        grid, band.lower - middle, band.upper - middle, color=BAND, alpha=0.45, linewidth=0,
        label=f"{band.level:.0%} for the model",
    )  # fmt: skip


def _draw_predicted(axes: Any, fit: Any) -> tuple[list[float], str]:
    """Draw the observed values over the predicted ones; a perfect model gives the line."""
    fitted = _numbers(fit.fitted)
    ends = [min(fitted), max(fitted)]
    axes.plot(ends, ends, color=CURVE, linewidth=1.4, label="observed = predicted")
    _draw_points(axes, fitted, _numbers(fit.observed), "data")
    label(axes, "", f"{fit.target}, observed")
    return fitted, f"{fit.target}, predicted"


def _draw_residuals(axes: Any, fit: Any, x: list[float], x_name: str) -> None:
    """Draw the residuals with the lines between which 95 % of them are expected."""
    residuals = _numbers(fit.residuals)
    axes.axhline(0.0, color=CURVE, linewidth=1.2)
    spread = fit.residual_standard_deviation
    if fit.problem.weights is None and math.isfinite(spread):
        for side in (-2.0, 2.0):
            axes.axhline(side * spread, color=SECOND, linewidth=1.0, linestyle="--")
        axes.annotate(
            "± 2 s", (1.0, 2.0 * spread), xycoords=("axes fraction", "data"), xytext=(3, 0),
            textcoords="offset points", va="center", color=SECOND, fontsize=8,
        )  # fmt: skip
    _draw_points(axes, x, residuals, None)
    _draw_deviations(axes, fit, x, residuals)
    label(axes, x_name, "residual")


def _draw_points(axes: Any, x: list[float], y: list[float], name: str | None) -> None:
    """Draw rows as points, pale where there are many."""
    many = len(x) > MANY
    axes.plot(
        x, y, linestyle="none", marker="o", markersize=2.0 if many else 4.0,
        markerfacecolor=INK, markeredgecolor="white" if not many else INK,
        markeredgewidth=0.4 if not many else 0.0, alpha=0.5 if many else 1.0,
        label=name or "_", rasterized=len(x) > 20_000, zorder=3,
    )  # fmt: skip


def _draw_deviations(axes: Any, fit: Any, x: list[float], y: list[float]) -> None:
    """Draw the standard deviations that weights mean, as bars on the points."""
    s = fit.residual_standard_deviation
    if fit.problem.weights is None or not math.isfinite(s):
        return
    rows = [(a, b, s / w**0.5) for a, b, w in zip(x, y, fit.problem.weights, strict=True) if w > 0]
    if len(rows) <= MANY:
        places, heights, deviations = zip(*rows, strict=True)
        axes.errorbar(
            places, heights, yerr=deviations, linestyle="none", ecolor="#999999",
            elinewidth=0.8, zorder=2,
        )  # fmt: skip


def _grid(x: list[float]) -> list[float]:
    """Return where the curve is evaluated: the range of the data, a little more on both sides."""
    low, high = min(x), max(x)
    if low > 0.0 and high > WIDE * low:
        return [low * (high / low) ** (i / (N_CURVE - 1)) for i in range(N_CURVE)]
    return [low + (high - low) * i / (N_CURVE - 1) for i in range(N_CURVE)]


def _title(fit: Any) -> str:
    """Return the model, and beside it how well it fits."""
    model = fit.model if len(fit.model) <= 80 else f"{fit.model[:78]} …"
    quality = f"s = {fit.residual_standard_deviation:.4g}, R² = {fit.r_squared:.6g}"
    return f"{fit.target} = {model}\n{quality}" if model else quality


def _are_finite(values: Any) -> bool:
    """Whether a band can be drawn."""
    return all(math.isfinite(value) for value in values)


def _numbers(column: Any) -> list[float]:
    """Return a column as floats of Python."""
    return [float(value) for value in column]
