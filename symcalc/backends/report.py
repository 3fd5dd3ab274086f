"""`SizeReport`: how much a compiled function computes, known before it is compiled."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ..graph.graph import Graph, Node
from ..program import MOST, Counts, count_operations, lower, missing_primitives
from .prediction import Prediction, predict

__all__ = ["Size", "SizeReport", "report_on"]

#: `outputs(what)` returns graph, output nodes, and names of further arguments.
Outputs = Callable[[str], tuple[Graph, list[Node], tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Size:
    """The size of one thing that a function computes, with the value that comes with it.

    Attributes
    ----------
    what : str
        "value", "gradient", "hessian", "values" or "jacobian".
    counts : Counts
        Its operations.
    n_outputs : int
        Numbers that are computed; those that are identically zero are not.
    predicted : dict
        By backend, "numpy" and "native", the seconds that its code is made and called in.
    """

    what: str
    counts: Counts
    n_outputs: int
    predicted: dict[str, Prediction]

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        counts = {"operations": self.counts.operations, **asdict(self.counts)}
        times = {name: asdict(found) for name, found in self.predicted.items()}
        return {"what": self.what, **counts, "outputs": self.n_outputs, "predicted_seconds": times}


@dataclass(frozen=True, slots=True)
class SizeReport:
    """How large a compiled function is, known before anything of it is compiled.

    Attributes
    ----------
    n_inputs : int
    sizes : tuple of Size
        Of the value, the gradient, the Hessian, as far as they were promised.
    n_nonzero, n_places : int
        Entries of the Hessian or Jacobian that are not identically zero, both triangles counted,
        and all of them; 0 without.

    Notes
    -----
    Times are predicted from the operations, for calls with plain numbers on this machine. On 46
    formulas of 300 and 3000 operations four predictions of a call in five were 0.6 to 1.3 times
    the time measured, and none was off by more than a factor of 4; that of making native code was
    0.7 to 1.4 times it, at most off by a factor of 2. Branches that are not taken count. Without a
    native form there is no prediction for native code.
    """

    n_inputs: int
    sizes: tuple[Size, ...]
    n_nonzero: int
    n_places: int

    def __getitem__(self, what: str) -> Size:
        for size in self.sizes:
            if size.what == what:
                return size
        raise KeyError(what)

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {
            "inputs": self.n_inputs,
            "sizes": [size.to_dict() for size in self.sizes],
            "nonzero": self.n_nonzero,
            "places": self.n_places,
        }

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Yield the cells of a table: a head, then a row for each size."""
        backends = list(self.sizes[0].predicted)
        yield (
            "", "operations", "functions", "shared", "written out", "outputs",
            *(f"{word}, {name}" for name in backends for word in ("made in", "a call")),
        )  # fmt: skip
        for size in self.sizes:
            counts = size.counts
            numbers = (counts.operations, counts.functions, counts.shared, counts.written_out)
            shown = [_count(number) for number in (*numbers, size.n_outputs)]
            times = [(p.making, p.call) for p in size.predicted.values()]
            yield (size.what, *shown, *(_seconds(time) for pair in times for time in pair))

    def sparsity(self) -> str:
        """Return in words which entries are zero; "" where there is nothing to say."""
        if not self.n_places:
            return ""
        what, share = self.sizes[-1].what, self.n_nonzero / self.n_places
        return f"{what}: {self.n_nonzero:,} of {self.n_places:,} entries are not zero, {share:.2g}"

    def __repr__(self) -> str:
        table = [list(row) for row in self.rows()]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        lines = [
            "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]).rstrip()
            for row in table
        ]
        return "\n".join([*lines, *([self.sparsity()] if self.n_places else [])])


def report_on(
    wanted: Sequence[str], outputs: Outputs, n_inputs: int, backends: Sequence[str],
    matrix: tuple[int, int] = (0, 0),
) -> SizeReport:  # fmt: skip
    """Return the size of what is wanted.

    Parameters
    ----------
    wanted : sequence of str
        What is asked of `outputs`.
    outputs : callable
    n_inputs : int
    backends : sequence of str
        Of "numpy" and "native".
    matrix : (int, int)
        Of the matrix of derivatives that is asked for last the entries that are not zero, and all.
    """
    sizes = []
    found = [(what, *outputs(what)[:2]) for what in wanted]
    if any(missing_primitives(graph, nodes, library=True) for _, graph, nodes in found):
        backends = [name for name in backends if name != "native"]
    for what, graph, nodes in found:
        counts = count_operations(lower(graph, nodes))
        predicted = {name: predict(graph, nodes, counts, n_inputs, name) for name in backends}
        sizes.append(Size(what, counts, len(nodes), predicted))
    return SizeReport(n_inputs, tuple(sizes), *matrix)


def _count(number: int) -> str:
    """Return a count; a long one as a power of ten."""
    return f"over {MOST:.0e}" if number == MOST else f"{number:,}"


def _seconds(time: float) -> str:
    """Return a time in two digits and a unit that suits it."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if time >= size or unit == "µs":
            return f"{float(f'{time / size:.2g}'):g} {unit}"
    raise AssertionError
