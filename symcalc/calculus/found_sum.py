"""What `summation` returns: `Summation`."""

from __future__ import annotations

from dataclasses import dataclass

from .ranged_value import RangedValue

__all__ = ["Summation"]


@dataclass(frozen=True, eq=False, repr=False)
class Summation(RangedValue):
    """A sum, finite or not: its closed form where one was found and held, and its value.

    The attributes are those of `RangedValue`. `Trust.PROVEN`: all terms were added up in ball
    arithmetic. `Trust.CHECKED`: the rest to infinity follows from how the terms behave, and
    another index or another method gives the same.
    """

    def _left_latex(self) -> str:
        signs = "".join(
            rf"\sum_{{{name}={lower}}}^{{{upper}}}"
            for name, lower, upper in reversed(self.ends_latex())
        )
        return rf"{signs} {self.expression.latex}"
