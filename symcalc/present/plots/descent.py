"""Lines of a descent that several plots draw: values above the best, and paths over contours."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from .canvas import CURVE, INK, SECOND

__all__ = ["above", "draw_log", "draw_path", "draw_surface", "draw_zeros", "look", "say_empty",
           "window"]  # fmt: skip

#: At most so many points of a line are drawn, the least and the greatest of each stretch.
MOST_POINTS = 2000

#: A line with at most so many points has a marker at each.
MARKED = 60

#: Colors, markers and dashes of runs: Okabe and Ito's colors, none of them alone.
_COLORS = (CURVE, SECOND, "#009E73", "#CC79A7", "#333333", "#E69F00", "#56B4E9")
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")
_DASHES: tuple[Any, ...] = (
    "-", "--", "-.", ":", (0, (6, 1, 1, 1, 1, 1)), (0, (8, 2)), (0, (3, 1)),
)  # fmt: skip

#: Contours, and how near to the least value the first of them lies, in shares of the range.
N_LEVELS, NEAREST = 11, 2e-3

#: Below this number no axis begins.
LEAST = 1e-307

#: The share of a path's extent that is left free around it.
MARGIN = 0.18


def look(index: int) -> tuple[str, str, Any]:
    """Return color, marker and dashes of one run among several: 49 that differ."""
    turn = index // len(_COLORS)
    color, marker, dashes = (
        kinds[(index + times * turn) % len(kinds)]
        for times, kinds in enumerate((_COLORS, _MARKERS, _DASHES))
    )
    return color, marker, dashes


def above(values: Sequence[float], end: float | None) -> tuple[list[float], str]:
    """Return values above the best of them, and what to call them.

    The best is the least, or 0 where that is next to nothing; with constraints it is the value at
    the `end`, and values on either side of it are told by their distance.
    """
    known = [value for value in values if math.isfinite(value)]
    least, greatest = min(known, default=0.0), max(known, default=0.0)
    if end is not None:
        least = end if math.isfinite(end) else least
        return [abs(value - least) for value in values], f"|f {_less(least)}|"
    if 0.0 <= least <= 1e-6 * greatest:
        return list(values), "f"
    return [value - least for value in values], f"f {_less(least)}"


def _less(number: float) -> str:
    return f"+ {-number:.6g}" if number < 0.0 else f"− {number:.6g}"


def draw_log(
    axes: Any, across: Sequence[float], values: Sequence[float], color: str, marker: str,
    line: Any = "-", name: str | None = None,
) -> bool:  # fmt: skip
    """Draw what is positive on a logarithmic axis; a zero has no place on it: `draw_zeros`."""
    pairs = [(a, v) for a, v in zip(across, values, strict=True) if math.isfinite(v) and v > 0.0]
    if not pairs:
        return False
    shown = marker if len(pairs) <= MARKED or name else ""
    kept = _thinned(pairs)
    axes.set_yscale("log")
    axes.plot(
        *zip(*kept, strict=True), color=color, marker=shown, markersize=4,
        linewidth=1.4 if len(kept) <= MARKED or name else 0.9, linestyle=line, label=name,
        markevery=max(len(kept) // 12, 1) if name else None,
    )  # fmt: skip
    return True


def draw_zeros(axes: Any, zeros: Sequence[tuple[Sequence[float], str, str, int]]) -> None:
    """Draw points of value zero on a line of their own, below all that is positive.

    Each entry is places, color, marker and its size.
    """
    if axes.get_yscale() != "log" or not any(places for places, *_ in zeros):
        return
    low, high = axes.get_ylim()
    decades = max(math.log10(high) - math.log10(low), 1.0)
    floor = max(low * 10.0 ** (-0.08 * decades), LEAST)
    axes.axhline(floor, color="#999999", linewidth=0.8, linestyle=":")
    axes.text(1.01, floor, "0", transform=axes.get_yaxis_transform(), va="center", color=INK)
    for places, color, marker, size in zeros:
        axes.plot(
            places, [floor] * len(places), color=color, marker=marker, markersize=size,
            markeredgecolor=INK if size > 4 else color, linestyle="none", zorder=4,
        )  # fmt: skip
    axes.set_ylim(max(floor * 10.0 ** (-0.04 * decades), LEAST), high)


def say_empty(axes: Any) -> None:
    """Say that there is nothing to draw."""
    axes.text(
        0.5, 0.5, "nothing above zero to draw", transform=axes.transAxes, ha="center", color=INK
    )


def draw_surface(axes: Any, surface: Any, points: Any) -> None:
    """Draw contours of the objective around paths, closer where it is low."""
    lower, upper = window(points)
    axes.set_xlim(lower[0], upper[0])
    axes.set_ylim(lower[1], upper[1])
    if surface is None:
        return
    from matplotlib.colors import LogNorm

    across, up, values = surface.grid(lower, upper)
    known = values[values == values]  # NaN is not equal to itself
    if known.size == 0 or known.max() == known.min():
        return
    least, spread = float(known.min()), float(known.max() - known.min())
    above = values - least + NEAREST * spread
    ratio = ((1.0 + 2.0 * NEAREST) / NEAREST) ** (1.0 / N_LEVELS)
    levels = [NEAREST * spread * ratio**index for index in range(N_LEVELS + 1)]
    norm = LogNorm(levels[0], levels[-1])
    axes.contourf(across, up, above, levels, cmap="Blues_r", norm=norm, alpha=0.55)
    axes.contour(across, up, above, levels, colors="#8AA4BC", linewidths=0.5)
    axes.grid(visible=False)
    _draw_limits(axes, surface, lower, upper)


def _draw_limits(axes: Any, surface: Any, lower: Any, upper: Any) -> None:
    """Hatch where constraints or bounds forbid to stand, and draw lines for equations."""
    across, up, *kinds = surface.gaps(lower, upper)
    for gap, is_line in zip(kinds, (False, True), strict=True):
        if gap is None:
            continue
        if is_line:
            for layer in gap:
                axes.contour(across, up, layer, [0.0], colors=INK, linewidths=1.2)
            continue
        if (gap < 0.0).any():
            least = float(gap[gap < 0.0].min())
            axes.contourf(across, up, gap, [2.0 * least, 0.0], colors="none", hatches=["///"])
            axes.contour(across, up, gap, [0.0], colors=INK, linewidths=1.0)


def draw_path(
    axes: Any, points: Any, color: str, line: Any = "-", marker: str = "o", name: str | None = None
) -> None:
    """Draw the places that a run went through, the first and the last one marked."""
    across, up = [float(p[0]) for p in points], [float(p[1]) for p in points]
    shown = marker if len(across) <= MARKED else ""
    axes.plot(
        across, up, color=color, linestyle=line, marker=shown, markersize=3.5, linewidth=1.3,
        label=name or "path",
    )  # fmt: skip
    axes.plot(
        across[:1], up[:1], marker="o", markersize=8, markerfacecolor="white", markeredgecolor=INK,
        linestyle="none", zorder=4, label="start" if name is None else None,
    )  # fmt: skip


def window(points: Any) -> tuple[list[float], list[float]]:
    """Return the corners of what is shown around some points."""
    lower, upper = [], []
    for axis in (0, 1):
        here = sorted(float(p[axis]) for p in points if math.isfinite(p[axis]))
        least, greatest = (here[0], here[-1]) if here else (-1.0, 1.0)
        width = greatest - least or max(abs(least), 1.0)
        lower.append(least - MARGIN * width)
        upper.append(greatest + MARGIN * width)
    # A path along one axis is shown with something of its surroundings.
    widths = [b - a for a, b in zip(lower, upper, strict=True)]
    for axis in (0, 1):
        missing = 0.25 * max(widths) - widths[axis]
        if missing > 0.0:
            lower[axis] -= 0.5 * missing
            upper[axis] += 0.5 * missing
    return lower, upper


def _thinned(pairs: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return at most so many pairs that no dip or spike is lost."""
    if len(pairs) <= MOST_POINTS:
        return pairs
    length = -(-2 * len(pairs) // MOST_POINTS)
    kept = []
    for first in range(0, len(pairs), length):
        part = pairs[first : first + length]
        ends = {part.index(min(part, key=_height)), part.index(max(part, key=_height))}
        kept += [part[index] for index in sorted(ends)]
    return kept


def _height(pair: tuple[float, float]) -> float:
    return pair[1]
