"""What stands around statements over arrays: parameters, room, results, and the check."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from ...graph.shapes import Shape, written
from ..sizes import spelled_size
from .array_body import ArrayBody
from .array_writer import Names
from .dialect import Dialect
from .layout import indented, table

__all__ = ["ArraySample", "ArraySignature", "Frame", "rows", "signed", "unused"]


class ArraySignature(NamedTuple):
    """What an exported function over arrays takes and gives.

    Attributes
    ----------
    name : str
    sizes : tuple of str
        The names of the dimensions.
    arguments, wrt : tuple of (str, Shape)
        Names with shapes: of all arguments, and of the variables of the gradient.
    shape : Shape
        Of the value.
    """

    name: str
    sizes: tuple[str, ...]
    arguments: tuple[tuple[str, Shape], ...]
    wrt: tuple[tuple[str, Shape], ...]
    shape: Shape

    def value_alone(self) -> ArraySignature:
        """Return the signature of the function without a gradient."""
        return self._replace(wrt=())

    @property
    def function(self) -> str:
        """The name of the function."""
        return f"{self.name}_value{'_and_gradient' if self.wrt else ''}"

    def own_sizes(self) -> dict[str, str]:
        """Return what dimensions are called in the file."""
        return {name: f"n{place}" for place, name in enumerate(self.sizes)}

    def results(self) -> list[tuple[str, Shape]]:
        """Return the results with their shapes; the name of a value that is returned is empty."""
        found: list[tuple[str, Shape]] = [("value" if self.shape else "", self.shape)]
        return found + [
            (f"g{place}", (*self.shape, *shape)) for place, (_, shape) in enumerate(self.wrt)
        ]

    def names(self) -> Names:
        """Return what sizes, arguments and results are called in the file."""
        arguments = {name: f"x{place}" for place, (name, _) in enumerate(self.arguments)}
        results, shapes = zip(*self.results(), strict=True)
        return Names(self.own_sizes(), arguments, results, shapes)


class ArraySample(NamedTuple):
    """Data with the numbers expected for them.

    Attributes
    ----------
    sizes : tuple of int
    arguments : tuple of tuple of float
        The elements of each argument, row by row.
    expected : tuple of tuple of float
        Those of each result.
    """

    sizes: tuple[int, ...]
    arguments: tuple[tuple[float, ...], ...]
    expected: tuple[tuple[float, ...], ...]

    @property
    def numbers(self) -> list[float]:
        """All expected numbers, one result after the other."""
        return [number for part in self.expected for number in part]


class Frame:
    """What a language has around statements over arrays."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect

    def notes(self, signature: ArraySignature, body: ArrayBody) -> list[str]:
        """Return what the comment at the top says of arguments, results and room."""
        lines = []
        if signature.sizes:
            sizes = [f"{own} = {name}" for name, own in signature.own_sizes().items()]
            lines.append(f"sizes: {', '.join(sizes)}")
        given = [f"x{k} = {_told(*pair)}" for k, pair in enumerate(signature.arguments)]
        lines.append(f"arguments: {', '.join(given)}; matrices lie row by row")
        if signature.wrt:
            results = [f"g{k} in {_told(*pair)}" for k, pair in enumerate(signature.wrt)]
            what = "Jacobian" if signature.shape else "gradient"
            lines.append(f"{what}: {', '.join(results)}")
        if signature.shape:
            lines.append(f"value: {written(signature.shape)}")
        return [*lines, self.told_room(signature, body)]

    def told_room(self, signature: ArraySignature, body: ArrayBody) -> str:
        """Return what the comment at the top says of the room for what is computed between."""
        return f"{signature.function} allocates room for {self.between(body)} numbers between"

    def between(self, body: ArrayBody) -> str:
        """Return how many numbers there is room for between."""
        terms = []
        for count, times in Counter(body.rooms.values()).items():
            text = f"({count})" if " " in count and times > 1 else count
            terms.append(f"{times}*{text}" if times > 1 else count)
        return " + ".join(terms) or "0"

    def count(self, signature: ArraySignature, shape: Shape) -> str:
        """Return how many numbers an array of a shape has."""
        return "*".join(spelled_size(d, signature.own_sizes()) for d in shape) or "1"

    def arrays(self, signature: ArraySignature) -> dict[str, str]:
        """Return the arrays among the arguments, and how many numbers each has."""
        own = signature.names().arguments
        return {
            own[name]: self.count(signature, shape) for name, shape in signature.arguments if shape
        }

    def results(self, signature: ArraySignature) -> dict[str, str]:
        """Return the results that are arrays, and how many numbers each has."""
        return {n: self.count(signature, shape) for n, shape in signature.results() if n}

    def slopes(self, signature: ArraySignature, first: str) -> list[str]:
        """Return the derivatives as they are given back; of one that is a number its entry."""
        names = [name for name in self.results(signature) if name != "value"]
        return [
            name if shape or signature.shape else f"{name}[{first}]"
            for name, (_, shape) in zip(names, signature.wrt, strict=True)
        ]

    def call_lines(self, signature: ArraySignature, sample: ArraySample) -> list[str]:
        """Return the lines of a call whose arguments are written out, arrays in brackets."""
        given = [f"    {size}," for size in sample.sizes]
        for (_, shape), numbers in zip(signature.arguments, sample.arguments, strict=True):
            if shape:
                given += ["    [", *indented(rows(self.dialect, numbers)), "    ],"]
            else:
                given.append(f"    {signed(self.dialect, numbers[0])},")
        found = "value, slopes" if signature.wrt else "value"
        return [f"{found} = {signature.function}(", *given, ")"]

    def functions(self, signature: ArraySignature, body: ArrayBody) -> list[str]:
        """Return the definitions of a function and of what belongs to it."""
        raise NotImplementedError

    def check(self, signature: ArraySignature, sample: ArraySample) -> str:
        """Return a program that compares with expected numbers, but for its first comment."""
        raise NotImplementedError


def _told(name: str, shape: Shape) -> str:
    return f"{name} {written(shape)}" if shape else name


def rows(dialect: Dialect, numbers: Sequence[float]) -> list[str]:
    """Return numbers with commas behind, on as many lines as they need."""
    return table([numbers], dialect.literal, "", "")


def signed(dialect: Dialect, value: float) -> str:
    """Return the text of a number."""
    text = dialect.literal(repr(abs(value)))
    return f"-{text}" if value < 0 else text


def unused(names: Sequence[str], lines: Sequence[str]) -> list[str]:
    """Return the names that stand in no line."""
    used = {word for line in lines for word in re.findall(r"\w+", line)}
    return [name for name in names if name not in used]
