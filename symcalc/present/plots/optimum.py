"""A minimization: value above the best, gradient norm and step on log axes; the path in a plane."""

from __future__ import annotations

from typing import Any

from .canvas import CURVE, INK, SECOND, label
from .descent import above, draw_log, draw_path, draw_surface, draw_zeros, say_empty

__all__ = ["draw_optimum"]

THIRD = "#009E73"


def draw_optimum(figure: Any, optimum: Any) -> None:
    """Draw the convergence of a run against its steps, and beside it the path of two variables."""
    trace = optimum.trace
    has_path = trace.points is not None and len(trace.points[0]) == 2
    figure.set_size_inches(11.5 if has_path else 7.0, 6.4)
    left, right = figure, None
    if has_path:
        left, right = figure.subfigures(1, 2, width_ratios=(1.0, 0.95))
    _draw_convergence(left, optimum, trace)
    if right is not None:
        _draw_path(right.subplots(), optimum, trace)


def _draw_convergence(figure: Any, optimum: Any, trace: Any) -> None:
    """Draw value above the best, gradient norm and length of the step."""
    steps = [int(step) for step in trace.step]
    values = [float(value) for value in trace.value]
    (*heights, _), name_of_heights = above([*values, optimum.fun], _end(optimum))
    rows = (
        (heights, name_of_heights, CURVE, "o"),
        ([float(norm) for norm in trace.gradient_norm], "gradient norm", SECOND, "s"),
        ([float(length) for length in trace.step_length], "step length", THIRD, "^"),
    )
    panels = figure.subplots(3, 1, sharex=True)
    for axes, (column, name, color, marker) in zip(panels, rows, strict=True):
        if not draw_log(axes, steps, column, color, marker):
            say_empty(axes)
        zeros = [step for step, value in zip(steps, column, strict=True) if value == 0.0]
        draw_zeros(axes, [(zeros[name == "step length" :], color, marker, 4)])
        label(axes, "", name)
    panels[0].set_title(f"{optimum.outcome} ({optimum.method})", loc="left", color=INK, wrap=True)
    label(panels[-1], "step", "step length")
    figure.align_ylabels(panels.tolist())
    panels[-1].xaxis.get_major_locator().set_params(integer=True)


def _end(optimum: Any) -> float | None:
    """Return the value at the end of a run under constraints, which may have been below it."""
    return float(optimum.fun) if optimum.kkt is not None else None


def _draw_path(axes: Any, optimum: Any, trace: Any) -> None:
    """Draw the path over contours, with the best point."""
    from ...optimize.plain import count_of

    best = [float(value) for value in optimum.vector]
    draw_surface(axes, optimum.surface, [*trace.points.tolist(), best])
    draw_path(axes, trace.points.tolist(), SECOND)
    axes.plot(
        best[:1], best[1:], marker="*", markersize=15, color=INK, markeredgecolor="white",
        linestyle="none", zorder=5, label="best point",
    )  # fmt: skip
    names = optimum.surface.names if optimum.surface is not None else list(optimum.x)
    label(axes, *(names if len(names) == 2 else ("first variable", "second variable")))
    title = "path over contours" if optimum.surface is not None else "path"
    axes.set_title(f"{title}, {count_of(optimum.n_steps, 'step')}", loc="left", color=INK)
    axes.legend(loc="upper left", bbox_to_anchor=(0.0, -0.09), ncols=3, borderaxespad=0.0)
