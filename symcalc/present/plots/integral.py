"""An integral: the integrand over its range, the area, its special places and panels."""

from __future__ import annotations

import math
from typing import Any

from ..numbers import format_error, format_number
from .canvas import BAND, CURVE, INK, SECOND, label

__all__ = ["draw_integral", "draw_integral_comparison"]

#: What the kinds of special places are called, and the lines that mark them.
_KINDS = {
    "singular": ("singular", "-"),
    "jump": ("jump", "--"),
    "kink": ("kink", ":"),
    "join": ("branches join", ":"),
    "removable": ("removable", ":"),
    "edge": ("edge of the domain", "--"),
    "peak": ("narrow", "-."),
}
#: Places named in a legend.
MAX_NAMED = 4
NEGATIVE = "#E69F00"


def draw_integral(figure: Any, integral: Any) -> None:
    """Draw the integrand: a curve in one variable, a map in two."""
    from ...calculus.integrand_curve import drawable_problem

    if len(drawable_problem(integral).ranges) == 2:
        figure.set_size_inches(6.4, 5.4)
        _draw_map(figure, figure.subplots(), integral)
    else:
        figure.set_size_inches(7.2, 5.0)
        _draw_one(figure, integral)
    figure.suptitle(_title(integral), x=0.02, ha="left", fontsize=10, color=INK, parse_math=False)


def draw_integral_comparison(figure: Any, comparison: Any) -> None:
    """Draw the digits of each method below the integrand."""
    figure.set_size_inches(7.2, 8.4)
    upper, lower = figure.subfigures(2, 1, height_ratios=(3, 2))
    n_ranges = len(comparison.integral.ranges)
    if n_ranges > 2:
        upper.set_visible(False)
    elif n_ranges == 2:
        _draw_map(upper, upper.subplots(), comparison.integral)
    else:
        _draw_one(upper, comparison.integral)
    _draw_digits(lower.subplots(), comparison)
    title = _title(comparison.integral)
    figure.suptitle(title, x=0.02, ha="left", fontsize=10, color=INK, parse_math=False)


def _draw_one(figure: Any, integral: Any) -> None:
    """Draw the curve, the panels in a strip below it, and a narrow peak once more."""
    from ...calculus.integrand_curve import integrand_curve

    curve = integrand_curve(integral)
    heights = [1.0] if curve.zoom is None else [1.0, 0.8]
    strip = [0.06] if curve.panels else []
    rows = figure.subplots(len(heights) + len(strip), 1, height_ratios=[1.0, *strip, *heights[1:]])
    main, *rest = rows.ravel().tolist() if len(heights) + len(strip) > 1 else [rows]
    _draw_curve(main, curve)
    if curve.panels:
        _draw_panels(rest[0], curve, main)
    if curve.zoom is not None:
        _draw_zoom(rest[-1], curve)
    handles, names = main.get_legend_handles_labels()
    if handles:
        main.legend(
            handles, names, loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, borderpad=0.2,
        )  # fmt: skip


def _draw_curve(axes: Any, curve: Any) -> None:
    """Draw the curve over its axis, the area, and the special places."""
    _fill(axes, curve.t, curve.y)
    axes.plot(curve.t, curve.y, color=CURVE, linewidth=1.4, zorder=3)
    axes.axhline(0.0, color=INK, linewidth=0.8)
    for kind, (name, line) in _KINDS.items():
        found = [point for point in curve.points if point.kind == kind]
        for k, point in enumerate(found):
            axes.axvline(
                float(curve.axis.position(point.at)), color=SECOND, linestyle=line, linewidth=1.1,
                label=f"{name}: {_places(curve.name, found)}" if k == 0 else None,
            )  # fmt: skip
    low, high = curve.limits
    axes.set_ylim(low, high if high > low else low + 1.0)
    first, last = curve.axis.ends
    pad = 0.01 * (last - first)
    axes.set_xlim(first - pad, last + pad)
    if curve.axis.is_mapped:
        ticks = curve.axis.ticks()
        axes.set_xticks([place for place, _ in ticks], [text for _, text in ticks])
    if not curve.panels:
        label(axes, _axis_name(curve), "")


def _axis_name(curve: Any) -> str:
    if curve.axis.is_mapped:
        return f"{curve.name} (not to scale: infinity is brought near)"
    return f"{curve.name} (the tail goes on)" if curve.axis.is_cut else curve.name


def _fill(axes: Any, t: Any, y: Any) -> None:
    """Shade the area between the curve and 0, what counts negative in another color."""
    for sign, color, alpha in ((1.0, BAND, 0.4), (-1.0, NEGATIVE, 0.4)):
        part = [max(sign * value, 0.0) * sign for value in y]
        part = [math.nan if value != value else side for value, side in zip(y, part, strict=True)]
        axes.fill_between(t, part, color=color, alpha=alpha, linewidth=0)


def _draw_panels(axes: Any, curve: Any, main: Any) -> None:
    """Draw the edges of the panels in a strip of their own."""
    places = [float(curve.axis.position(edge)) for edge in curve.panels]
    axes.vlines(places, 0.0, 1.0, color=INK, linewidth=0.5)
    axes.set_ylim(0.0, 1.0)
    axes.set_yticks([])
    axes.grid(visible=False)
    axes.set_xticks([])
    axes.set_xlim(main.get_xlim())
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    label(axes, f"{_axis_name(curve)}; panels of quadrature: {len(places) - 1}", "")


def _draw_zoom(axes: Any, curve: Any) -> None:
    """Draw what lies around a narrow peak."""
    point = curve.zoom
    reach = 10.0 * point.width
    pairs = [
        (x - point.at, y)
        for x, y in zip(curve.x, curve.y, strict=True)
        if abs(x - point.at) <= reach
    ]
    x, y = zip(*pairs, strict=True)
    _fill(axes, x, y)
    axes.plot(x, y, color=CURVE, linewidth=1.4)
    axes.axhline(0.0, color=INK, linewidth=0.8)
    axes.set_xlim(-reach, reach)
    edges = [edge - point.at for edge in curve.panels if abs(edge - point.at) <= reach]
    for edge in edges:
        axes.axvline(edge, ymax=0.04, color=INK, linewidth=0.8)
    label(axes, f"{curve.name} − {_spelled(point)}", "")


def _places(name: str, points: Any) -> str:
    """Return where special places are."""
    texts = [_spelled(point) for point in points[:MAX_NAMED]]
    more = f" and {len(points) - MAX_NAMED} more" if len(points) > MAX_NAMED else ""
    return f"{name} = {', '.join(texts)}{more}"


def _spelled(point: Any) -> str:
    return point.exact if 0 < len(point.exact) <= 12 else format_number(point.at, 6)


def _draw_map(figure: Any, axes: Any, integral: Any) -> None:
    """Draw an integrand in two variables as a map of its region."""
    from ...calculus.integrand_map import integrand_map

    found = integrand_map(integral)
    size, has_sign = found.limit, found.is_signed
    picture = axes.pcolormesh(
        found.outer, found.inner, found.values, cmap="RdBu_r" if has_sign else "Blues",
        vmin=-size if has_sign else 0.0, vmax=size,
        shading="gouraud", rasterized=True,
    )  # fmt: skip
    for edge in found.edges:
        axes.plot(*edge, color=INK, linewidth=1.1)
    figure.colorbar(picture, ax=axes, shrink=0.9)
    label(axes, *found.names)
    axes.grid(visible=False)


def _draw_digits(axes: Any, comparison: Any) -> None:
    """Draw the digits of agreement of each method as bars."""
    results = [result for result in comparison.results if result.digits is not None][::-1]
    if not results:
        axes.set_axis_off()
        said = "there is no true value to compare with"
        axes.text(0.5, 0.5, said, transform=axes.transAxes, ha="center", color=INK)
        return
    names = [result.name for result in results]
    digits = [result.digits for result in results]
    colors = [CURVE if name in _OWN else "#999999" for name in names]
    axes.barh(names, digits, color=colors, height=0.62)
    for row, result in enumerate(results):
        count = f"{result.n_evaluations:,} evaluation{'s' if result.n_evaluations != 1 else ''}"
        axes.annotate(
            count, (result.digits, row), xytext=(4, 0), textcoords="offset points", va="center",
            fontsize=8, color=INK,
        )  # fmt: skip
    axes.set_xlim(0.0, 21.0)
    axes.set_xticks([0, 4, 8, 12, 16])
    axes.grid(visible=False, axis="y")
    label(axes, "digits of agreement with the true value", "")


_OWN = ("closed form", "enclosure", "symcalc")


def _title(integral: Any) -> str:
    """Return the integral, and below it the value with its trust, or why there is none."""
    where = ", ".join(f"{name} = {low} … {high}" for name, low, high in integral.ranges)
    head = _shortened(f"∫ {integral.expression.text}, {where}")
    if integral.value is None:
        return f"{head}\n{_shortened(integral.note or str(integral.outcome))}"
    number = format_number(integral.value)
    form = integral.closed_form.text if integral.closed_form is not None else number
    form = "" if form == number else f" = {_shortened(form, 40)}"
    kind = "principal value, " if integral.is_principal_value else ""
    value = f"{number} {format_error(integral.error)}"
    return f"{head}\n= {value} ({kind}{integral.trust.value}){form}"


def _shortened(text: str, most: int = 90) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
