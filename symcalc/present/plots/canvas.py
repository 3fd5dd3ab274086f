"""What every plot shares: the figure, its colors and fonts, and the way to a file."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ...errors import ArgumentError, MissingExtraError

__all__ = [
    "BAND", "CURVE", "INK", "SECOND", "Plot", "check_plot_path", "label", "new_figure",
]  # fmt: skip

#: Colors that people with color-blindness tell apart: Okabe and Ito, Color Universal Design, 2008.
CURVE, SECOND, BAND, INK = "#0072B2", "#D55E00", "#56B4E9", "#333333"

#: Dots per inch in a notebook; files have more.
SCREEN = 80.0

ENDINGS = (".png", ".pdf", ".svg")

_STYLE: Any = {
    "font.size": 10.0,
    "axes.titlesize": 10.0,
    "axes.edgecolor": "#666666",
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": "#E4E4E4",
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "legend.fontsize": 9.0,
    "figure.dpi": 100.0,
    "svg.fonttype": "none",
}


@dataclass(frozen=True, slots=True, eq=False)
class Plot:
    """A picture of a result, which shows itself in a notebook.

    Attributes
    ----------
    figure : matplotlib.figure.Figure
    kind : str
        The type of the result drawn.
    path : Path or None
        Where it was saved last.
    """

    figure: Any = field(repr=False)
    kind: str
    path: Path | None = None

    def save(self, path: Any) -> Plot:
        """Write the picture to a file and return the plot that knows where it is.

        Raises
        ------
        ArgumentError
            When the ending is none of ".png", ".pdf", ".svg", or the file cannot be written.
        """
        target = check_plot_path(path)
        try:
            target.write_bytes(self._render(target.suffix.lower()[1:]))
        except OSError as error:
            raise _not_written(target, error) from None
        return replace(self, path=target)

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary: what was drawn, and where it was saved."""
        return {"kind": self.kind, "path": None if self.path is None else str(self.path)}

    def __repr__(self) -> str:
        where = "not saved" if self.path is None else f"saved to {self.path}"
        return f"Plot of a{'n' if self.kind[0] in 'AEIO' else ''} {self.kind}, {where}"

    def _repr_png_(self) -> bytes:
        """Return the picture for notebooks."""
        return self._render("png", SCREEN)

    def _render(self, format: str, dpi: float = 150.0) -> bytes:
        """Return the bytes of the picture; a glyph that the font lacks is drawn as a box."""
        buffer = io.BytesIO()
        with warnings.catch_warnings(), _styled():
            warnings.simplefilter("ignore", UserWarning)
            self.figure.savefig(buffer, format=format, dpi=dpi)
        return buffer.getvalue()


def new_figure(draw: Callable[[Any], None]) -> Any:
    """Return a figure filled by `draw`, in the style of the house.

    Raises
    ------
    MissingExtraError
        When matplotlib is not installed.
    """
    _check_matplotlib()
    from matplotlib.figure import Figure

    with _styled():
        figure = Figure(figsize=(7.0, 5.2), layout="constrained")
        draw(figure)
    return figure


def check_plot_path(path: Any) -> Path:
    """Return the path of a picture; refused are unknown endings and folders that do not exist.

    Raises
    ------
    ArgumentError
    MissingExtraError
        When matplotlib is not installed: better said before the work than after.
    """
    try:
        target = Path(path)
    except TypeError:
        raise ArgumentError(
            f"`path` is a {type(path).__name__}; give the path of a file, such as 'fit.png'."
        ) from None
    if target.suffix.lower() not in ENDINGS:
        raise ArgumentError(
            f"The picture cannot be written to {str(path)!r}: its ending says the format, and must "
            f"be one of {', '.join(ENDINGS)}."
        )
    if not target.parent.is_dir():
        raise ArgumentError(f"There is no folder {str(target.parent)!r} for the picture; make it.")
    _check_matplotlib()
    return target


def label(axes: Any, x: str, y: str) -> None:
    """Name the axes as the data name their columns; a dollar sign is no mathematics."""
    axes.set_xlabel(x, parse_math=False)
    axes.set_ylabel(y, parse_math=False)


def _styled() -> Any:
    """Return the context in which figures are drawn and written."""
    import matplotlib

    return matplotlib.rc_context(_STYLE)


def _check_matplotlib() -> None:
    """Say how to install matplotlib where it is missing."""
    try:
        import matplotlib  # noqa: F401 - only whether it is there
    except ImportError:
        raise MissingExtraError(
            "Plots need matplotlib, which is not installed. Install it with: "
            "pip install 'symcalc[plot]'"
        ) from None


def _not_written(path: Path, error: OSError) -> ArgumentError:
    """Return the error for a file that cannot be written."""
    reason = error.strerror or type(error).__name__
    return ArgumentError(f"The picture cannot be written to {str(path)!r}: {reason}.")
