"""Plots of results: one file for each kind, and the table that finds it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...errors import ArgumentError
from .canvas import Plot, check_plot_path, new_figure
from .comparison import draw_comparison
from .fit import draw_fit
from .integral import draw_integral, draw_integral_comparison
from .optimum import draw_optimum
from .race import draw_race
from .rates import draw_rates

__all__ = ["Plot", "check_plot_path", "plot"]

#: By the name of the result's type: `draw(figure, result)` fills an empty figure.
#: A new kind of plot is a file beside this one and a row here.
DRAWERS: dict[str, Callable[[Any, Any], None]] = {
    "Comparison": draw_comparison,
    "Fit": draw_fit,
    "Integral": draw_integral,
    "IntegralComparison": draw_integral_comparison,
    "Optimum": draw_optimum,
    "Race": draw_race,
    "RateSearch": draw_rates,
}


def plot(result: Any, path: Any = None) -> Plot:
    """Draw a result: a fit, the trace of a minimization, errors against steps, an integrand.

    Parameters
    ----------
    result : Comparison, Fit, Integral, IntegralComparison, Optimum, Race or RateSearch
    path : str or Path, optional
        Where to write the picture; its ending says the format: ".png", ".pdf", ".svg".

    Returns
    -------
    Plot
        Shows itself in a notebook; `figure` is matplotlib's, `save(path)` writes it.

    Raises
    ------
    ArgumentError
        When there is no plot of this type of result, or the file cannot be written.
    MissingExtraError
        When matplotlib is not installed.

    Notes
    -----
    Drawn without pyplot: no window opens, and no setting of matplotlib is changed.

    Examples
    --------
    >>> import symcalc as sc
    >>> found = sc.fit("a*x", {"x": [1, 2, 3], "y": [2.1, 3.9, 6.2]}, target="y", start="a=1")
    >>> sc.plot(found)  # doctest: +SKIP
    Plot of a Fit, not saved
    """
    for kind in type(result).__mro__:
        draw = DRAWERS.get(kind.__name__)
        if draw is not None:
            break
    else:
        known = ", ".join(sorted(DRAWERS))
        raise ArgumentError(
            f"There is no plot of {type(result).__name__}; there are plots of {known}."
        )
    if path is not None:
        check_plot_path(path)
    figure = new_figure(lambda canvas: draw(canvas, result))
    drawn = Plot(figure, type(result).__name__)
    return drawn if path is None else drawn.save(path)
