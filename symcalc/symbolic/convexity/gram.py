"""Contractions that are sums of squares: `w.T@X.T@X@w`, `x.T@S@x` with S positive definite.

A contraction is one where its factors can be paired, equal nodes with each other, so that the
labels of one half are the mirror images of those of the other. Labels that are their own images
number the squares; factors with such labels only are weights.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ...graph.contractions import Contraction
from ...graph.graph import Node

__all__ = ["Halves", "find_halves"]

#: More factors than this are not paired.
MAX_FACTORS = 8


@dataclass(frozen=True, slots=True)
class Halves:
    """How a contraction is made of two equal halves.

    Attributes
    ----------
    half : tuple of Node
        The factors of one half.
    weights : tuple of Node
        The factors that multiply whole squares.
    middle : tuple of Node
        Positive semidefinite matrices between the halves.
    """

    half: tuple[Node, ...]
    weights: tuple[Node, ...]
    middle: tuple[Node, ...]


#: A choice for one factor: the index of its partner (itself for a weight), or -1 for a matrix
#: in the middle.
_Choice = dict[int, int]


def find_halves(
    factors: Sequence[Node],
    data: Contraction,
    is_psd: Callable[[Node], bool],
    mirrored: tuple[int, int] | None = None,
) -> Iterator[Halves]:
    """Yield the ways in which a contraction is a weighted sum of squares.

    With `mirrored` the two labels of the result are each other's images: then the result is a
    positive semidefinite matrix. Otherwise labels of the result are their own.
    """
    if len(factors) > MAX_FACTORS:
        return
    images: dict[int, int] = {}
    if mirrored is not None:
        images[mirrored[0]], images[mirrored[1]] = mirrored[1], mirrored[0]
    else:
        images.update((label, label) for label in data.out)
    for choice, image in _pairings(factors, data.factors, is_psd, {}, images):
        found = _oriented(factors, data.factors, choice, image)
        if found is not None:
            yield found


def _pairings(
    factors: Sequence[Node], labels: Sequence[tuple[int, ...]], is_psd: Callable[[Node], bool],
    choice: _Choice, images: dict[int, int],
) -> Iterator[tuple[_Choice, dict[int, int]]]:  # fmt: skip
    """Yield all choices for the factors that agree on the images of labels."""
    i = next((k for k in range(len(factors)) if k not in choice), None)
    if i is None:
        yield choice, images
        return
    for j in range(i, len(factors)):
        if j in choice or factors[j] != factors[i]:
            continue
        agreed = _agree(labels[i], labels[j], images)
        if agreed is not None:
            yield from _pairings(factors, labels, is_psd, {**choice, i: j, j: i}, agreed)
    if len(labels[i]) == 2 and labels[i][0] != labels[i][1] and is_psd(factors[i]):
        agreed = _agree(labels[i], labels[i][::-1], images)
        if agreed is not None:
            yield from _pairings(factors, labels, is_psd, {**choice, i: -1}, agreed)


def _agree(
    one: tuple[int, ...], other: tuple[int, ...], images: dict[int, int]
) -> dict[int, int] | None:
    """Return the images with labels mapped to each other, None where that contradicts."""
    found = dict(images)
    for a, b in zip(one, other, strict=True):
        if found.setdefault(a, b) != b or found.setdefault(b, a) != a:
            return None
    return found


def _oriented(
    factors: Sequence[Node], labels: Sequence[tuple[int, ...]], choice: _Choice,
    images: dict[int, int],
) -> Halves | None:  # fmt: skip
    """Return the halves where every factor lies in one of them, None where one cannot."""
    moved = [{label for label in labels[i] if images[label] != label} for i in range(len(factors))]
    side: dict[int, int] = {}
    for label in images:
        if images[label] == label or label in side:
            continue
        stack = [(label, 0)]
        while stack:
            here, color = stack.pop()
            if here in side:
                if side[here] != color:
                    return None
                continue
            side[here] = color
            stack.append((images[here], 1 - color))
            for i, partner in choice.items():
                if partner >= 0 and here in moved[i]:
                    stack += [(other, color) for other in moved[i]]
    half: list[Node] = []
    for i, partner in choice.items():
        # A pair without labels that move lies once in either half.
        is_first = side[next(iter(moved[i]))] == 0 if moved[i] else i < partner
        if partner >= 0 and partner != i and is_first:
            half.append(factors[i])
    weights = [factors[i] for i, partner in choice.items() if partner == i]
    middle = [factors[i] for i, partner in choice.items() if partner == -1]
    return Halves(tuple(half), tuple(weights), tuple(middle))
