"""The result of a race: one run a method, in the order of how they did."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

from ..drawing import draw
from ..optimize import Optimum
from ..optimize.plain import format_number, to_plain
from ..outcome import Outcome

__all__ = ["Race"]

HEAD = ("method", "value", "gradient norm", "steps", "evaluations", "Hessians", "seconds",
        "outcome")  # fmt: skip

#: Values closer than this share of the descent are those of the same end.
TIED = 1e-8


@dataclass(frozen=True, slots=True, eq=False)
class Race:
    """Runs of several methods from one start, on one problem.

    Attributes
    ----------
    text : str
        The objective.
    runs : dict of str to Optimum
        By the name of the method, or the label it was given.
    skipped : tuple of str
        Those that did not run, as the race was interrupted.
    """

    text: str
    runs: dict[str, Optimum]
    skipped: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Optimum:
        return self.runs[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.runs)

    def __len__(self) -> int:
        return len(self.runs)

    @property
    def best_value(self) -> float:
        """The least value that any method reached; NaN when none is finite."""
        known = [run.fun for run in self.runs.values() if math.isfinite(run.fun)]
        return min(known, default=math.nan)

    @property
    def outcome(self) -> Outcome:
        """How the first of the ranking ended, or that the race was interrupted."""
        interrupted = [r for r in self.runs.values() if r.outcome is Outcome.INTERRUPTED]
        return (interrupted or [self.runs[self.ranking[0]]])[0].outcome

    @property
    def ranking(self) -> tuple[str, ...]:
        """The names: those that converged to the least value first, then by evaluations.

        Before them stand those that found that there is none, since the objective falls without
        limit.
        Values that differ by less than 1e-8 of the whole descent count as the same; runs that did
        not converge follow by their values.
        """
        return tuple(sorted(self.runs, key=self._place))

    def seconds(self, name: str) -> float:
        """Return the time of a run from its first to its last step."""
        elapsed = self.runs[name].trace.elapsed
        return float(elapsed[-1] - elapsed[0])

    def evaluations(self, name: str) -> int:
        """Return the evaluations of a run up to its last step, those of its judgement left out."""
        return int(self.runs[name].trace.n_evaluations[-1])

    def rows(self) -> list[tuple[str, ...]]:
        """Return the table: one row a method, in the order of the ranking."""
        return [
            (
                name, format_number(run.fun, 7), f"{run.gradient_norm:.1e}", str(run.n_steps),
                str(self.evaluations(name)), str(run.n_hessians), f"{self.seconds(name):.3g}",
                run.outcome.value,
            )
            for name, run in ((name, self.runs[name]) for name in self.ranking)
        ]  # fmt: skip

    def plot(self, path: Any = None) -> Any:
        """Draw values above the best against evaluations and seconds; paths of two variables.

        Parameters
        ----------
        path : str or Path, optional
            Where to write the picture: ".png", ".pdf", ".svg".

        Returns
        -------
        Plot
        """
        return draw(self, path)

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary: the runs in the order of the ranking, with traces."""
        return {
            "objective": self.text,
            "best_value": to_plain(self.best_value),
            "skipped": list(self.skipped),
            "runs": [
                {"name": name, "evaluations": self.evaluations(name),
                 "seconds": self.seconds(name), **self.runs[name].to_dict()}
                for name in self.ranking
            ],
        }  # fmt: skip

    def __repr__(self) -> str:
        table = [HEAD, *self.rows()]
        widths = [max(len(row[i]) for row in table) for i in range(len(HEAD) - 1)]
        lines = [
            "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:-1], widths[1:]), row[-1]])
            for row in table
        ]
        rest = [f"Interrupted; not run: {', '.join(self.skipped)}"] if self.skipped else []
        return "\n".join([f"Race on {self.text}", *(f"  {line}" for line in lines), *rest])

    def _repr_html_(self) -> str:
        """Return a table for notebooks."""
        head = "".join(f"<th>{name}</th>" for name in HEAD)
        body = "".join(
            f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in self.rows()
        )
        return f"<table><tr>{head}</tr>{body}</table>"

    def _place(self, name: str) -> tuple[int, float, int]:
        run, best = self.runs[name], self.best_value
        if run.outcome is Outcome.UNBOUNDED:
            return (-1, 0.0, self.evaluations(name))
        if not math.isfinite(run.fun):
            return (3, 0.0, 0)
        first = float(run.trace.value[0])
        descent = max(first - best, abs(best)) if math.isfinite(first) else abs(best)
        is_best = run.fun - best <= TIED * max(descent, 1e-300)
        if run.converged and is_best:
            return (0, 0.0, self.evaluations(name))
        return (1 if is_best else 2, run.fun, self.evaluations(name))
