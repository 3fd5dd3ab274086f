"""The method for objectives with kinks that do not split off."""

from __future__ import annotations

from ..kinked import KinkSteps
from .method import Method, Options, Solver, number_option, on_the_loop

__all__ = ["KINK_METHODS"]


def _make(options: Options) -> Solver:
    """Build the method with its widths."""
    width = number_option(options, "width", 0.1, 1e-6, 1e6, "0.1")
    shrink = number_option(options, "shrink", 0.2, 1e-3, 0.9, "0.2")
    return on_the_loop(
        KinkSteps(width, shrink),
        "Newton steps with kinks rounded off, ever less, then onto the kinks that it stands on",
    )


KINK_METHODS = (
    Method(
        "active_kinks", "Newton's method with kinks rounded off ever less, then held to those that "
        "the minimum stands on", "kinks", _make,
        {
            "width": "over which kinks are rounded off at first, as a share of the terms that meet "
            "there; default 0.1",
            "shrink": "what the width is multiplied by, again and again; default 0.2",
        },
        takes_bounds=True, max_steps=2000,
    ),
)  # fmt: skip
