"""What `stationary_points` returns: `StationaryPoints`."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

from ..expression import Expression
from ..optimize.plain import format_number, to_plain
from ..outcome import Outcome, Trust

__all__ = ["StationaryPoints", "StationarySolution"]


@dataclass(frozen=True, eq=False)
class StationarySolution:
    """One point where Lagrange's conditions hold.

    Attributes
    ----------
    x : dict of str to float
    closed_forms : dict of str to Expression or None
        None where there is none that people can read; the number has 30 digits behind it.
    fun : float
        The objective there.
    kind : str
        "minimum", "maximum", "saddle" or "degenerate", among the points that constraints allow;
        "singular" where gradients of constraints depend on each other and no multipliers exist.
    multipliers : dict of str to float
        By the text of the constraint; `gradient of f = sum of multiplier * gradient of gap`. Not
        negative at a minimum, not positive at a maximum where the constraint is an inequality.
    active : tuple of str
        The constraints that hold the point.
    residual : float
        What the numerical gradients leave of Lagrange's equations.
    """

    x: dict[str, float]
    closed_forms: dict[str, Expression | None]
    fun: float
    kind: str
    multipliers: dict[str, float]
    active: tuple[str, ...]
    residual: float

    @property
    def place(self) -> str:
        """The point in words, in closed form where there is one."""
        parts = []
        for name, value in self.x.items():
            form = self.closed_forms[name]
            short = form is not None and len(form.text) <= 30
            parts.append(f"{name} = {form.text if short and form else format_number(value)}")
        return ", ".join(parts)

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {
            "x": to_plain(self.x),
            "closed_forms": {
                name: None if form is None else form.text
                for name, form in self.closed_forms.items()
            },
            "fun": to_plain(self.fun),
            "kind": self.kind,
            "multipliers": to_plain(self.multipliers),
            "active": list(self.active),
            "residual": to_plain(self.residual),
        }


@dataclass(frozen=True, eq=False)
class StationaryPoints:
    """The stationary points of an objective under constraints, least value first.

    Attributes
    ----------
    points : tuple of StationarySolution
    outcome : Outcome
        DONE: every system of equations was solved. NO_CLOSED_FORM: some were not, or not in time.
    trust : Trust
        CHECKED: numerical gradients vanish at every point.
    is_complete : bool
        Whether these are all stationary points at which multipliers exist: the equations are
        polynomials, all were solved, and their solutions are single points.
    notes : tuple of str
    elapsed : float
    """

    points: tuple[StationarySolution, ...]
    outcome: Outcome
    trust: Trust
    is_complete: bool
    notes: tuple[str, ...] = ()
    elapsed: float = 0.0

    @property
    def note(self) -> str:
        """The notes as one text, without the last full stop."""
        return " ".join(self.notes).rstrip(".")

    def __iter__(self) -> Any:
        return iter(self.points)

    def __len__(self) -> int:
        return len(self.points)

    def __getitem__(self, index: int) -> StationarySolution:
        return self.points[index]

    @property
    def rows(self) -> list[tuple[str, str, str, str]]:
        """One row a point: kind, value, place, multipliers that are not zero."""
        return [
            (
                point.kind,
                format_number(point.fun),
                point.place,
                "; ".join(
                    f"{text}: {format_number(value, 6)}"
                    for text, value in point.multipliers.items()
                    if value
                ),
            )
            for point in self.points
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {
            "points": [point.to_dict() for point in self.points],
            "outcome": self.outcome.name.lower(),
            "message": self.outcome.value,
            "trust": self.trust.value,
            "is_complete": self.is_complete,
            "notes": list(self.notes),
            "elapsed": to_plain(self.elapsed),
        }

    def __repr__(self) -> str:
        lines = [f"{len(self)} stationary point{'' if len(self) == 1 else 's'}"]
        for kind, value, place, multipliers in self.rows:
            behind = f"; {multipliers}" if multipliers else ""
            lines.append(f"  {kind}: f = {value} at {place}{behind}")
        return "\n".join([*lines, *(f"  {note}" for note in self.notes)])

    def _repr_html_(self) -> str:
        """Return a table for notebooks."""
        head = "".join(f"<th>{t}</th>" for t in ("kind", "f", "point", "multipliers"))
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>"
            for row in self.rows
        )
        return f"<table><tr>{head}</tr>{body}</table>"
