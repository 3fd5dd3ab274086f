"""How elements of arrays are found in memory: where they begin, and the step along each axis."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from ...graph.contractions import Contraction
from ...graph.dimensions import difference, product, total
from ...graph.shapes import Dimension, Shape

__all__ = ["View", "from_front", "of_contraction", "of_part", "row_by_row"]

#: `size(dimension)` returns the text of a dimension.
Speller = Callable[[Dimension], str]


class View(NamedTuple):
    """An array as it lies in another one.

    Attributes
    ----------
    base : str
        The name of what holds it.
    begin : tuple of str
        What is added up to the place of its first element.
    steps : tuple of str
        From one element to the next along each axis; "" where it is the same one.
    reversed : tuple of bool
        Whether the steps go backwards.
    """

    base: str
    begin: tuple[str, ...]
    steps: tuple[str, ...]
    reversed: tuple[bool, ...]

    @property
    def start(self) -> str:
        """The place of the first element."""
        return " + ".join(self.begin) or "0"

    def place(self, indices: Sequence[str]) -> str:
        """Return the place of an element."""
        forward, back = list(self.begin), ""
        for index, step, is_back in zip(indices, self.steps, self.reversed, strict=True):
            if not step or index == "0":
                continue
            text = index if step == "1" else f"{index}*{step}"
            if is_back:
                back += f" - {text}"
            else:
                forward.append(text)
        return (" + ".join(forward) or "0") + back


def row_by_row(base: str, shape: Shape, size: Speller) -> View:
    """Return an array that lies row by row."""
    steps = tuple(size(product(shape[axis + 1 :])) for axis in range(len(shape)))
    return View(base, (), steps, (False,) * len(shape))


def of_contraction(view: View, data: Contraction) -> View:
    """Return an array with its axes in another order, along diagonals, or stretched."""
    (labels,) = data.factors
    steps, backs = [], []
    for label in data.out:
        own = [axis for axis, other in enumerate(labels) if other == label]
        text = " + ".join(view.steps[axis] for axis in own if view.steps[axis])
        steps.append(f"({text})" if " + " in text else text)
        backs.append(any(view.reversed[axis] for axis in own))
    return View(view.base, view.begin, tuple(steps), tuple(backs))


def of_part(view: View, whole: Shape, index: Sequence[Any], size: Speller) -> View:
    """Return a part of an array."""
    begin, steps, backs = list(view.begin), [], []
    entries = zip(whole, index, view.steps, view.reversed, strict=True)
    for dimension, entry, step, is_back in entries:
        first = entry if isinstance(entry, int) else entry[0]
        jump = 1 if isinstance(entry, int) else entry[2]
        if first is None:
            first = -1 if jump < 0 else 0
        place = size(from_front(first, dimension))
        if place != "0" and step:
            begin.append(_times(place, step))
        if not isinstance(entry, int):
            steps.append(_times(str(abs(jump)), step) if step else "")
            backs.append(is_back != (jump < 0))
    return View(view.base, tuple(begin), tuple(steps), tuple(backs))


def from_front(end: Dimension | tuple[Dimension, ...], dimension: Dimension) -> Dimension:
    """Return an end of a slice along an axis of some size, counted from the front."""
    if isinstance(end, tuple):
        return total(end)
    return difference(dimension, -end) if isinstance(end, int) and end < 0 else end


def _times(first: str, second: str) -> str:
    if "1" in (first, second):
        return second if first == "1" else first
    return f"{f'({first})' if ' + ' in first and first[0] != '(' else first}*{second}"
