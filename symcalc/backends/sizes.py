"""The sizes of all dimensions of a formula, from those of its arguments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod

from ..errors import ArgumentError
from ..graph.dimensions import polynomial, size_of
from ..graph.graph import Graph, Node
from ..graph.parts import part_sizes
from ..graph.shapes import Dimension, Shape, written

__all__ = ["check_parts", "known_size", "sizes_of_flat", "spelled_size"]


def check_parts(graph: Graph, roots: Sequence[Node], sizes: Mapping[str, int]) -> None:
    """Refuse sizes for which a row, an entry or a slice of an array does not exist.

    Raises
    ------
    ArgumentError
        Also where no argument shows the size of a dimension.
    """
    for node in graph.reachable(roots):
        kind = graph.kinds[node]
        shape = (graph.data[node],) if kind == "dim" else graph.shape(node)
        expected = [known_size(dimension, sizes) for dimension in shape]
        if kind == "take":
            whole = [known_size(d, sizes) for d in graph.shape(graph.args[node][0])]
            if part_sizes(sizes, whole, graph.data[node][1]) != expected:
                raise ArgumentError(
                    f"An array of shape {written(tuple(whole))} is too small for the part that the "
                    "formula takes of it."
                )


def known_size(dimension: Dimension, sizes: Mapping[str, int]) -> int:
    """Return the size of a dimension, which the arguments must show."""
    try:
        return size_of(dimension, sizes)
    except KeyError as error:
        raise ArgumentError(
            f"No argument has the dimension `{error.args[0]}`, which the formula needs."
        ) from None


def spelled_size(dimension: Dimension, names: Mapping[str, str]) -> str:
    """Return the text of a dimension in code in which its names have these names."""
    terms = []
    for own, number in polynomial(dimension).items():
        sign, size = "-" if number < 0 else "+", abs(number)
        factors = [str(size)] * (size != 1 or not own) + [names[name] for name in own]
        terms.append(f" {sign} {'*'.join(factors)}")
    text = "".join(terms).removeprefix(" + ") or "0"
    return f"({text.strip()})" if len(terms) > 1 else text.strip()


def sizes_of_flat(shapes: Sequence[Shape], known: Mapping[str, int], length: int) -> dict[str, int]:
    """Return the sizes that arrays of these shapes have when they fill a vector of this length.

    Raises
    ------
    ArgumentError
        When there are none, or more than one dimension is unknown.
    """
    unknown = list(
        dict.fromkeys(d for shape in shapes for d in shape if isinstance(d, str) and d not in known)
    )
    if len(unknown) > 1:
        listed = ", ".join(f"`{name}`" for name in unknown)
        raise ArgumentError(
            f"The sizes of {listed} do not follow from a vector of length {length}; "
            f"say them: sizes={{{unknown[0]!r}: 3, ...}}."
        )
    for trial in range(length + 1) if unknown else [0]:
        sizes = dict(known)
        sizes.update(dict.fromkeys(unknown, trial))
        filled = sum(prod(known_size(d, sizes) for d in shape) for shape in shapes)
        if filled == length:
            return sizes
        if filled > length:
            break
    raise ArgumentError(f"A vector of length {length} does not hold arrays of these shapes.")
