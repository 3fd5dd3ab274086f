"""A race: values above the best of all against evaluations and seconds, and paths in a plane."""

from __future__ import annotations

import math
from typing import Any

from .canvas import INK, label
from .descent import LOOKS, draw_log, draw_path, draw_surface, reference

__all__ = ["draw_race"]


def draw_race(figure: Any, race: Any) -> None:
    """Draw a line for each method, and over contours where there are two variables."""
    names = list(race.runs)
    looks = {name: LOOKS[index % len(LOOKS)] for index, name in enumerate(names)}
    paths = {
        name: run.trace.points.tolist()
        for name, run in race.runs.items()
        if run.trace.points is not None and len(run.trace.points[0]) == 2
    }
    n_panels = 3 if paths else 2
    figure.set_size_inches(4.6 * n_panels, 5.0)
    panels = figure.subplots(1, n_panels)
    values = [float(v) for run in race.runs.values() for v in (*run.trace.value, run.fun)]
    best = reference(values)
    columns = (("n_evaluations", "evaluations"), ("elapsed", "seconds since the first evaluation"))
    for axes, (column, across) in zip(panels, columns, strict=False):
        for name, run in race.runs.items():
            _draw_run(axes, run, column, best, looks[name], name)
        axes.set_xscale("log")
        label(axes, across, f"f − {best:.6g}" if best else "f")
    if paths:
        _draw_paths(panels[-1], race, paths, looks)
    panels[0].set_title("large marker: converged", loc="left", color=INK)
    handles, shown = panels[0].get_legend_handles_labels()
    figure.legend(handles, shown, loc="outside lower center", ncols=min(len(names), 5))
    text = race.text if len(race.text) <= 90 else f"{race.text[:89]}…"
    figure.suptitle(text, fontsize=11, parse_math=False)


def _draw_run(axes: Any, run: Any, column: str, best: float, looks: Any, name: str) -> None:
    """Draw one run; the start stands at the first evaluation and at the first clock tick."""
    color, marker, line = looks
    across = [float(value) for value in getattr(run.trace, column)]
    if column == "elapsed":
        across = [value - across[0] for value in across]
        ticks = [value for value in across if value > 0.0]
        across = [max(value, min(ticks, default=1e-6)) for value in across]
    above = [max(float(value) - best, 0.0) for value in run.trace.value]
    draw_log(axes, across, above, color, marker, line, name)
    last = next((i for i in range(len(above) - 1, -1, -1) if above[i] > 0.0), None)
    if run.converged and last is not None and math.isfinite(above[last]):
        axes.plot(
            across[last : last + 1], above[last : last + 1], marker=marker, markersize=9,
            color=color, markeredgecolor=INK, linestyle="none", zorder=4,
        )  # fmt: skip


def _draw_paths(axes: Any, race: Any, paths: Any, looks: Any) -> None:
    """Draw the paths over contours."""
    surface = next(run.surface for run in race.runs.values())
    draw_surface(axes, surface, [point for path in paths.values() for point in path])
    for name, path in paths.items():
        color, _, line = looks[name]
        draw_path(axes, path, color, line, "", name)
    winner = race[race.ranking[0]]
    best = [float(value) for value in winner.vector]
    axes.plot(
        best[:1], best[1:], marker="*", markersize=14, color=INK, markeredgecolor="white",
        linestyle="none", zorder=5,
    )  # fmt: skip
    label(axes, *(surface.names if surface is not None else ("first", "second")))
    axes.set_title("paths; ○ start, ★ best point", loc="left", color=INK)
