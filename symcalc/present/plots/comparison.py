"""A comparison: the error of differences against their step, the chosen steps marked."""

from __future__ import annotations

import math
from typing import Any

from ...writing import partial
from .canvas import CURVE, INK, SECOND, label

__all__ = ["draw_comparison"]

#: At most so many derivatives get a panel; the others are in the table.
MAX_PANELS = 4
#: Where an error of 0 is drawn: the digits of a double end above.
FLOOR = 1e-18
CEILING = 1e3
ALL_DIGITS = 17.0
THIRD = "#009E73"

#: By the first word of the method: color, marker, line.
_LOOKS = {
    "forward": (SECOND, "s", "--"),
    "central": (CURVE, "o", "-"),
    "complex": (THIRD, "^", "-."),
}


def draw_comparison(figure: Any, comparison: Any) -> None:
    """Draw a panel for each of the first derivatives that have a true value."""
    from ...calculus.step_curve import step_curve

    known = [
        index
        for index in range(len(comparison))
        if comparison[index].reference.outcome.is_good
        and math.isfinite(comparison[index].reference.value)
    ][:MAX_PANELS]
    if not known:
        step_curve(comparison)  # says that there is no true value
    columns = 2 if len(known) > 1 else 1
    rows = -(-len(known) // columns)
    figure.set_size_inches(7.2 if columns == 1 else 11.0, 5.4 if rows == 1 else 4.2 * rows)
    panels = figure.subplots(rows, columns, squeeze=False).ravel().tolist()
    for axes, index in zip(panels, known, strict=False):
        _draw_panel(axes, step_curve(comparison, index), comparison[index])
    for axes in panels[len(known) :]:
        axes.set_axis_off()
    handles = {
        name: handle
        for axes in panels[: len(known)]
        for handle, name in zip(*axes.get_legend_handles_labels(), strict=True)
    }
    figure.legend(
        list(handles.values()), list(handles), loc="outside lower center",
        ncols=3 if columns == 1 else 5, fontsize=9,
    )  # fmt: skip
    figure.suptitle(_shortened(comparison.expression.text), fontsize=11, parse_math=False)


def _draw_panel(axes: Any, curve: Any, entry: Any) -> None:
    """Draw the curves of one derivative on logarithmic axes."""
    axes.set_xscale("log")
    axes.set_yscale("log")
    for name, errors in curve.errors.items():
        color, marker, line = _LOOKS[name.split()[0]]
        pairs = [
            (step, max(error, FLOOR))
            for step, error in zip(curve.steps, errors, strict=True)
            if math.isfinite(error)
        ]
        if not pairs:
            continue
        width = 2.4 if marker == "s" else 1.2  # where two curves are one, both are seen
        axes.plot(
            *zip(*pairs, strict=True), color=color, linestyle=line, linewidth=width, label=name
        )
        if name in curve.chosen and curve.chosen[name][1] < CEILING:
            step, error = curve.chosen[name][:2]
            _mark(axes, name, step, error, curve.steps[0], curve.steps[-1])
    _draw_levels(axes, entry, curve)
    axes.set_ylim(FLOOR / 10.0, CEILING)
    axes.set_xlim(curve.steps[0], curve.steps[-1])
    title = f"{partial(entry.steps)} {curve.title}"
    axes.set_title(title, loc="left", color=INK, parse_math=False)
    label(axes, "step h", "relative error" if curve.is_relative else "absolute error")


def _mark(axes: Any, name: str, step: float, error: float, least: float, greatest: float) -> None:
    """Mark the step that a method chose; one far to the left stands at the edge."""
    color, marker, _ = _LOOKS[name.split()[0]]
    at_edge, near_end = step < least, step > 1e-3 * greatest
    place = (max(step, least), max(error, FLOOR))
    axes.plot(
        [place[0]], [place[1]], marker=marker, markersize=13 if marker == "s" else 9,
        color=color, markeredgecolor="white", linestyle="none", zorder=4, clip_on=False,
        label=f"{name.split()[0]}: step chosen",
    )  # fmt: skip
    axes.annotate(
        f"{'← ' if at_edge else ''}h = {step:.0e}", place,
        xytext=(8, 10) if at_edge else (-12 if near_end else 10, 10 if error <= FLOOR else -14),
        ha="right" if near_end else "left", textcoords="offset points", color=color,
        fontsize=8, zorder=5, bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
    )  # fmt: skip


def _draw_levels(axes: Any, entry: Any, curve: Any) -> None:
    """Draw the errors of the methods that have no step of their own to vary."""
    for name, color, line, place in (
        ("adaptive", INK, ":", 0.42),
        ("symbolic", "#777777", "-", 0.66),
    ):
        result = entry[name]
        if result.digits is None:
            continue
        error = 10.0**-result.digits if result.digits < ALL_DIGITS else FLOOR
        axes.axhline(error, color=color, linestyle=line, linewidth=1.4, label=name, zorder=1.5)
        digits = "all" if result.digits >= ALL_DIGITS else f"{result.digits:.0f}"
        axes.annotate(
            f"{name}: {digits} digits", (place, error), xycoords=("axes fraction", "data"),
            xytext=(0, 3), textcoords="offset points", ha="right", color=color, fontsize=8,
        )  # fmt: skip


def _shortened(text: str) -> str:
    return text if len(text) <= 70 else f"{text[:69]}…"
