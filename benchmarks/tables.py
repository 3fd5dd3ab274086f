"""Tables of times: contenders who take turns, whose answers are compared before any is timed.

A benchmark that measures speed has a function `tables(options)` which yields its tables, and ends
with `run(tables, __doc__, packages)`. That prints them, and with `--json FILE` keeps them, which is
how `run_all.py` collects the tables of all.
"""

from __future__ import annotations

import gc
import json
import math
import os
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

from timing import arguments, header, seconds, verdict

__all__ = ["OURS", "Contender", "Figure", "Row", "Table", "Times", "race", "run", "stored"]

#: The contender beside whom all others are set; our further ones begin with the same word.
OURS = "symcalc"

#: A run of calls lasts at least so many seconds.
LEAST_SECONDS = 0.01

#: Who has taken so many seconds for one row takes part in no further round of it.
ENOUGH_SECONDS = 10.0


#: What the command line allows.
_most_rounds = 1000


class Times(NamedTuple):
    """Seconds of one call, over all rounds, and what is to be said about them."""

    median: float
    least: float
    note: str = ""


class Contender(NamedTuple):
    """What is timed, and how its answer is brought into the form of the others.

    A call that does a share of the work counts `n_shares` times.
    """

    call: Callable[..., Any]
    read: Callable[[Any], Any] = lambda answer: answer
    n_shares: float = 1.0


@dataclass(frozen=True)
class Row:
    """One problem: the times of those who can solve it by name, and what else is to be said."""

    name: str
    times: Mapping[str, Times]
    note: str = ""

    def ratio(self, name: str) -> float:
        """Return the median of a contender in units of ours; below 1, ours is slower."""
        return self.times[name].median / self.times[OURS].median


@dataclass(frozen=True)
class Figure:
    """A number beside its target."""

    what: str
    value: float
    relation: str
    target: float

    @property
    def is_reached(self) -> bool:
        """Whether the target is reached."""
        return self.value <= self.target if self.relation == "<=" else self.value >= self.target


@dataclass(frozen=True)
class Table:
    """Problems of one kind.

    Attributes
    ----------
    title : str
    what : str
        What is timed, and what is not: a few sentences.
    rows : sequence of Row
    figures : sequence of Figure
    """

    title: str
    what: str
    rows: Sequence[Row]
    figures: Sequence[Figure] = field(default=())

    def names(self) -> list[str]:
        """Return the contenders in order of appearance, ours first."""
        found = dict.fromkeys(name for row in self.rows for name in row.times)
        return sorted(found, key=lambda name: not name.startswith(OURS))

    def ratios(self, name: str) -> dict[str, float]:
        """Return the ratios of a contender in the rows that it and we can do."""
        both = (row for row in self.rows if name in row.times and OURS in row.times)
        return {row.name: row.ratio(name) for row in both}


def race(
    name: str,
    contenders: Mapping[str, Contender | Callable[..., Any]],
    rounds: int,
    *,
    tolerance: float = 1e-9,
    is_fresh: bool = False,
) -> Row:
    """Return the times of contenders who take turns: A B A B …

    Parameters
    ----------
    name : str
    contenders : mapping of str to Contender, or to what it calls
        The first must be ours: the answers of the others are compared with its.
    rounds : int
    tolerance : float
        Of the comparison, relative to the answer's largest entry.
    is_fresh : bool
        Each call receives the number of its round, from 1 on (0: the comparison), so that nothing
        an earlier round left behind serves it. Otherwise calls are repeated in a row.

    Raises
    ------
    SystemExit
        When a contender computes something else.
    """
    found = {key: c if isinstance(c, Contender) else Contender(c) for key, c in contenders.items()}
    compare(name, {key: c.read(c.call(0) if is_fresh else c.call()) for key, c in found.items()},
            tolerance)  # fmt: skip
    rounds = min(rounds, _most_rounds)
    repeats = dict.fromkeys(found, 1)
    if not is_fresh:
        repeats = {key: _repeats(c.call) for key, c in found.items()}
    times: dict[str, list[float]] = {key: [] for key in found}
    for turn in range(1, rounds + 1):
        for key, contender in found.items():
            if sum(times[key]) * repeats[key] <= ENOUGH_SECONDS:
                words = (turn,) if is_fresh else ()
                times[key].append(_timed(contender.call, repeats[key], words))
    return Row(name, {key: _summary(times[key], c.n_shares, rounds) for key, c in found.items()})


def _summary(times: Sequence[float], n_shares: float, rounds: int) -> Times:
    note = "" if len(times) == rounds else f"{len(times)} of {rounds} rounds"
    return Times(n_shares * statistics.median(times), n_shares * min(times), note)


def compare(name: str, answers: Mapping[str, Any], tolerance: float) -> None:
    """Compare answers with the first of them, part by part where they have the same parts.

    Raises
    ------
    SystemExit
        When one differs, has another number of entries, or is not finite.
    """
    import numpy as np

    (first, expected), *others = ((key, _parts(answer)) for key, answer in answers.items())
    if not all(np.isfinite(part).all() for part in expected):
        raise SystemExit(f"{name}: {first} gives numbers that are not finite")
    for key, found in others:
        pairs = list(zip(found, expected, strict=False))
        if [part.size for part in found] != [part.size for part in expected]:
            pairs = [(np.concatenate(found), np.concatenate(expected))]
        for left, right in pairs:
            if left.size != right.size:
                raise SystemExit(f"{name}: {key} gives {left.size} numbers, {first} {right.size}")
            gap = float(np.max(np.abs(left - right)) / max(1e-300, np.max(np.abs(right))))
            if not gap <= tolerance:
                raise SystemExit(f"{name}: {key} and {first} are apart by {gap:.1e}")


def _parts(answer: Any) -> list[Any]:
    """Return the arrays of an answer, each in a row; dictionaries in the order of their keys."""
    import numpy as np

    if isinstance(answer, Mapping):
        answer = [answer[key] for key in sorted(answer)]
    if isinstance(answer, list | tuple):
        return [part for entry in answer for part in _parts(entry)]
    return [np.ravel(np.asarray(answer, dtype=float))]


def _repeats(call: Callable[[], Any]) -> int:
    """Return how many calls last long enough to be timed."""
    start = time.perf_counter()
    call()
    return max(1, math.ceil(LEAST_SECONDS / max(1e-9, time.perf_counter() - start)))


def _timed(call: Callable[..., Any], repeats: int, words: tuple[int, ...]) -> float:
    """Return the seconds of one call in a row of calls."""
    gc.collect()
    start = time.perf_counter()
    for _ in range(repeats):
        call(*words)
    return (time.perf_counter() - start) / repeats


# -- printed, kept and read again -----------------------------------------------------------------


def run(
    tables: Callable[[Any], Iterable[Table]], description: str | None, packages: Sequence[str],
    *extra: str,
) -> None:  # fmt: skip
    """Print the tables of a benchmark, and keep them where the command line says."""
    global _most_rounds
    options = arguments(description, *extra, files=("json",))
    _most_rounds = options.rounds or _most_rounds
    header((description or "").partition("\n")[0].rstrip("."), packages)
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else math.nan
    kept = []
    for table in tables(options):
        if options.smallest:  # sizes for which no target was set
            table = replace(table, figures=())
        _show(table)
        kept.append(asdict(table) | {"load": load})
    if options.json:
        Path(options.json).write_text(json.dumps(kept), encoding="utf-8")


def stored(path: Path) -> Iterator[tuple[Table, float]]:
    """Yield the tables that were kept, each with the load of the machine when it began."""
    for item in json.loads(path.read_text(encoding="utf-8")):
        rows = [
            Row(row["name"], {key: Times(*times) for key, times in row["times"].items()},
                row["note"])
            for row in item["rows"]
        ]  # fmt: skip
        figures = [Figure(**figure) for figure in item["figures"]]
        yield Table(item["title"], item["what"], rows, figures), item["load"]


def _show(table: Table) -> None:
    """Print a table: per problem a line for each contender."""
    print(f"-- {table.title}")
    width = max(map(len, table.names()), default=0)
    for row in table.rows:
        print(f"   {row.name}{f' ({row.note})' if row.note else ''}")
        for name, times in row.times.items():
            is_alone = name == OURS or OURS not in row.times
            ratio = "" if is_alone else f"{row.ratio(name):9.2f} times ours"
            said = f"  {times.note}" if times.note else ""
            print(f"      {name:{width}} {seconds(times.median):>10}, least "
                  f"{seconds(times.least):>10}{ratio}{said}")  # fmt: skip
    for figure in table.figures:
        verdict(figure.what, figure.value, figure.relation, figure.target)
    print(flush=True)
