"""What `domain` returns: regions of definition, and why a value is missing at a point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..errors import ArgumentError
from ..expression import Expression
from ..outcome import Outcome, Trust
from ..symbolic.realset import Interval, RealSet
from ..writing import latex_block
from .at_point import Point, to_point
from .missing import MissingValue, find_missing

__all__ = ["Condition", "Domain", "Region", "RegionCheck"]


@dataclass(frozen=True, slots=True)
class Condition:
    """What one step asks for, or a place where it is not smooth.

    Attributes
    ----------
    text : str
        The condition in the language, "x - y > 0"; or in words.
    step : str
        The step that asks, "log(x - y)".
    kind : str
        "domain", or for what must not happen: "kink", "jump", "join".
    is_solved : bool
        Whether the intervals take account of it.
    """

    text: str
    step: str
    kind: str
    is_solved: bool

    def __str__(self) -> str:
        return f"{self.text}, for {self.step}"

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {
            "text": self.text,
            "step": self.step,
            "kind": self.kind,
            "is_solved": self.is_solved,
        }


@dataclass(frozen=True, slots=True)
class Region:
    """Where the value, the gradient or the Hessian exists.

    Attributes
    ----------
    sets : dict of str to RealSet
        For each variable an exact set, in which the conditions not solved must be met besides.
    conditions : tuple of Condition
        All that is asked, solved or not.
    """

    sets: dict[str, RealSet]
    conditions: tuple[Condition, ...]

    @property
    def unsolved(self) -> tuple[Condition, ...]:
        """The conditions that the intervals take no account of."""
        return tuple(condition for condition in self.conditions if not condition.is_solved)

    @property
    def is_exact(self) -> bool:
        """Whether the intervals say all."""
        return not self.unsolved

    def intervals(self, name: str | None = None) -> tuple[Interval, ...]:
        """Return the intervals of a variable, which may be left out where there is one."""
        if name is None and len(self.sets) == 1:
            (name,) = self.sets
        if name is None or name not in self.sets:
            raise ArgumentError(f"Name one of the variables {', '.join(self.sets)}.")
        return self.sets[name].intervals()

    @property
    def text(self) -> str:
        """The region in a line: intervals, then what is asked besides."""
        parts = [
            f"{name} in {interval_text(found)}"
            for name, found in self.sets.items()
            if found.points or found.is_empty
        ]
        parts += [condition.text for condition in self.unsolved]
        return ", and ".join(parts) if parts else "everywhere"

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary; an end that is None is infinite."""
        return {
            "text": self.text,
            "is_exact": self.is_exact,
            "intervals": {
                name: [
                    {
                        "lower": None if i.lower is None else number_text(i.lower),
                        "upper": None if i.upper is None else number_text(i.upper),
                        "has_lower": i.has_lower,
                        "has_upper": i.has_upper,
                    }
                    for i in found.intervals()
                ]
                for name, found in self.sets.items()
            },
            "conditions": [condition.to_dict() for condition in self.conditions],
        }


@dataclass(frozen=True, slots=True)
class RegionCheck:
    """How the intervals were compared with ball arithmetic.

    Attributes
    ----------
    trust : Trust
        CHECKED, SUSPECT (a point contradicts) or UNCHECKED (nothing could be compared).
    outcome : Outcome
        DONE or DISAGREES.
    n_points : int
    message : str
    """

    trust: Trust
    outcome: Outcome
    n_points: int
    message: str

    @property
    def is_good(self) -> bool:
        """Whether no point contradicts the intervals."""
        return self.outcome.is_good

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {
            "trust": self.trust.value,
            "outcome": self.outcome.name.lower(),
            "n_points": self.n_points,
            "message": self.message,
        }


@dataclass(frozen=True, eq=False)
class Domain:
    """Where a formula, its gradient and its Hessian exist and are smooth.

    Attributes
    ----------
    expression : Expression
    value, gradient, hessian : Region
        `gradient` and `hessian` are regions of points with a neighborhood in which the formula
        is defined.
    notes : tuple of str
        Poles, removable singularities, where doubles overflow, what was not decided.
    check : RegionCheck
        The intervals beside ball arithmetic.

    Examples
    --------
    >>> import symcalc as sc
    >>> found = sc.domain("sqrt(x)*log(2 - x)")
    >>> print(found.value.text)
    x in [0, 2)
    >>> print(found.gradient.text)
    x in (0, 2)
    >>> print(found.why(x=3).sentence)
    log(2 - x) has no value: it needs 2 - x > 0
    """

    expression: Expression
    value: Region
    gradient: Region
    hessian: Region
    notes: tuple[str, ...]
    check: RegionCheck

    @property
    def levels(self) -> dict[str, Region]:
        """The regions by name: "value", "gradient", "hessian"."""
        return {"value": self.value, "gradient": self.gradient, "hessian": self.hessian}

    def why(self, point: Point = None, /, **values: float) -> MissingValue:
        """Return why there is no number at a point: the first step that went bad, its inputs.

        Parameters
        ----------
        point : mapping or str, optional
            `{"x": -1}` or "x=-1"; or by keyword.
        """
        return find_missing(self.expression, to_point(self.expression, point, values))

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {
            "expression": self.expression.text,
            **{name: region.to_dict() for name, region in self.levels.items()},
            "notes": list(self.notes),
            "check": self.check.to_dict(),
        }

    def __repr__(self) -> str:
        lines = [f"{name}: {region.text}" for name, region in self.levels.items()]
        return "\n".join([*lines, *self.notes, f"{self.check.trust}: {self.check.message}"])

    def _repr_latex_(self) -> str:
        rows = []
        for level, region in self.levels.items():
            parts = [
                rf"{_symbol(name)} \in {interval_latex(found)}"
                for name, found in region.sets.items()
            ]
            parts += [rf"\text{{{condition.text}}}" for condition in region.unsolved]
            rows.append(rf"\text{{{level}:}} &\quad {', '.join(parts)}")
        remarks = [*self.notes, f"{self.check.trust}: {self.check.message}"]
        rows += [rf"&\text{{{remark}}}" for remark in remarks]
        return f"$${latex_block('aligned', rows)}$$"


def interval_text(found: RealSet) -> str:
    """Return a set as text: `(-oo, 0) ∪ [1, oo)`; reals without a few points say so."""
    if found.is_empty:
        return "the empty set"
    missing = _missing_points(found)
    if missing is not None:
        return f"(-oo, oo) without {', '.join(missing)}" if missing else "(-oo, oo)"
    return " ∪ ".join(_one(interval) for interval in found.intervals())


def interval_latex(found: RealSet) -> str:
    """Return a set in LaTeX."""
    if found.is_empty:
        return r"\emptyset"
    return r" \cup ".join(_one_latex(interval) for interval in found.intervals())


def _missing_points(found: RealSet) -> list[str] | None:
    """Return the points that are all that is missing; None where more is."""
    if not all(found.cells[::2]):
        return None
    return [number_text(p) for p, inside in zip(found.points, found.cells[1::2], strict=True)]


def _one(interval: Interval) -> str:
    if interval.is_point:
        return f"{{{number_text(interval.lower)}}}"
    left = "[" if interval.has_lower else "("
    right = "]" if interval.has_upper else ")"
    lower = "-oo" if interval.lower is None else number_text(interval.lower)
    upper = "oo" if interval.upper is None else number_text(interval.upper)
    return f"{left}{lower}, {upper}{right}"


def _one_latex(interval: Interval) -> str:
    import sympy

    if interval.is_point:
        return rf"\{{{sympy.latex(interval.lower)}\}}"
    left = "[" if interval.has_lower else "("
    right = "]" if interval.has_upper else ")"
    lower = r"-\infty" if interval.lower is None else sympy.latex(interval.lower)
    upper = r"\infty" if interval.upper is None else sympy.latex(interval.upper)
    return rf"\left{left}{lower}, {upper}\right{right}"


def number_text(number: Any) -> str:
    """Return an exact number as the language writes it; roots without a formula as decimals."""
    try:
        return Expression.from_sympy(number).text
    except ArgumentError:
        return f"{float(number):.15g}…"


def _symbol(name: str) -> str:
    from ..graph.graph import Graph

    graph = Graph()
    return Expression(graph, graph.var(name)).latex
