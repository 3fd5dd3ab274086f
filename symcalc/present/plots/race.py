"""A race: values above the best of all against evaluations and seconds, and paths in a plane."""

from __future__ import annotations

import math
from typing import Any

from .canvas import INK, label
from .descent import above, draw_log, draw_path, draw_surface, draw_zeros, look, say_empty

__all__ = ["draw_race"]

#: Labels are cut to so many letters; so many letters of a legend stand in an inch.
LONGEST, LETTERS_PER_INCH = 40, 13


def draw_race(figure: Any, race: Any) -> None:
    """Draw a line for each method, and over contours where there are two variables."""
    names = list(race.runs)
    looks = {name: look(index) for index, name in enumerate(names)}
    paths = {
        name: run.trace.points.tolist()
        for name, run in race.runs.items()
        if run.trace.points is not None and len(run.trace.points[0]) == 2
    }
    n_panels = 3 if paths else 2
    shown = {name: name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…" for name in names}
    room = int(LETTERS_PER_INCH * 4.6 * n_panels)
    n_columns = max(min(len(names), 5, room // (max(map(len, shown.values())) + 8)), 1)
    figure.set_size_inches(4.6 * n_panels, 4.8 + 0.2 * -(-len(names) // n_columns))
    panels = figure.subplots(1, n_panels)
    heights, above_what = _heights(race)
    columns = (("n_evaluations", "evaluations"), ("elapsed", "seconds since the first evaluation"))
    for axes, (column, across) in zip(panels, columns, strict=False):
        axes.set_xscale("log")
        zeros = [
            _draw_run(axes, run, column, heights[name], looks[name], shown[name])
            for name, run in race.runs.items()
        ]
        if not axes.get_lines():
            say_empty(axes)
        draw_zeros(axes, zeros)
        _thin_ticks(axes, is_whole=column == "n_evaluations")
        label(axes, across, above_what)
    if paths:
        _draw_paths(panels[-1], race, paths, looks)
    panels[0].set_title("large marker: converged", loc="left", color=INK)
    figure.legend(
        *panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=n_columns
    )
    text = race.text if len(race.text) <= 90 else f"{race.text[:89]}…"
    figure.suptitle(text, fontsize=11, parse_math=False)


def _heights(race: Any) -> tuple[dict[str, list[float]], str]:
    """Return the values of every run above the best of all, and what to call them."""
    winner = race.runs[race.ranking[0]]
    end = float(winner.fun) if winner.kkt is not None else None
    values = [float(v) for run in race.runs.values() for v in (*run.trace.value, run.fun)]
    whole, what = above(values, end)
    found, at = {}, 0
    for name, run in race.runs.items():
        found[name] = whole[at : at + len(run.trace.value)]
        at += len(run.trace.value) + 1
    return found, what


def _thin_ticks(axes: Any, *, is_whole: bool) -> None:
    """Write few numbers along an axis of a decade or two, where they would overlap."""
    from matplotlib.ticker import MaxNLocator, NullFormatter, NullLocator, ScalarFormatter

    low, high = axes.get_xlim()
    if not 0.0 < low < high <= 12.0 * low:
        axes.xaxis.set_minor_formatter(NullFormatter())
        return
    form = ScalarFormatter(useMathText=True)
    form.set_powerlimits((-2, 4))
    axes.xaxis.set_major_locator(MaxNLocator(4, integer=is_whole))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(form)


def _draw_run(
    axes: Any, run: Any, column: str, heights: list[float], looks: Any, name: str
) -> tuple[list[float], str, str, int]:
    """Draw one run, and return its points of height zero as `draw_zeros` takes them.

    The start stands at the first evaluation and at the first clock tick.
    """
    color, marker, line = looks
    across = [float(value) for value in getattr(run.trace, column)]
    if column == "elapsed":
        across = [value - across[0] for value in across]
        ticks = [value for value in across if value > 0.0]
        across = [max(value, min(ticks, default=1e-6)) for value in across]
    draw_log(axes, across, heights, color, marker, line, name)
    zeros = [place for place, height in zip(across, heights, strict=True) if height == 0.0]
    if run.converged and heights[-1] > 0.0 and math.isfinite(heights[-1]):
        axes.plot(
            across[-1:], heights[-1:], marker=marker, markersize=9, color=color,
            markeredgecolor=INK, linestyle="none", zorder=4,
        )  # fmt: skip
    return zeros[-1:], color, marker, 9 if run.converged else 4


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
