"""`stationary_points`: where Lagrange's conditions hold, in closed form, each point classified."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..backends import CompiledFunction, compile_expression
from ..errors import ArgumentError
from ..expression import Expression, Variable, in_order
from ..language import Limits
from ..outcome import Outcome, Trust
from ..symbolic.stationary_points import Proposal, Root
from ..worker import await_worker
from .budget import budgeted, check_budget
from .candidates import Way, concluded, proposed
from .constraint_reading import Link, read_links
from .end_places import describe_places
from .first_nan import Setting
from .found_stationary import StationaryPoints, StationarySolution
from .reading import Formula, to_expression
from .structure import look_at

__all__ = ["stationary_points"]

Array = NDArray[np.float64]

MODULE = "symcalc.symbolic.stationary_points"

#: Every set of inequalities is tried as the one that holds the point.
MAX_INEQUALITIES = 8

EVERYWHERE = "Every point is stationary: the gradient is 0 everywhere."

#: So many points of a curve are looked at.
N_ON_CURVE = 8

#: What numerical gradients may leave of Lagrange's equations, in units of their terms.
SMALL = 1e-8


@budgeted
def stationary_points(
    objective: Formula,
    *,
    constraints: Any = (),
    budget: float = 20.0,
    throw: bool = False,
    limits: Limits | None = None,
) -> StationaryPoints:
    """Find where Lagrange's conditions hold, in closed form, and classify every point.

    Parameters
    ----------
    objective : str, Expression or SymPy expression
        In few scalar variables.
    constraints : sequence of str
        `["x^2 + y^2 == 1", "x >= 0"]`; at most eight inequalities.
    budget : float
        Seconds for solving, in a process of its own.
    throw : bool
        Raise `OutcomeError` where not every system of equations was solved.
    limits : Limits, optional

    Returns
    -------
    StationaryPoints
        Least value first; `is_complete` says whether there are no others.

    Raises
    ------
    ParseError, ArgumentError
        The input is not a formula with constraints, or is too large.
    OutcomeError
        With `throw`.

    Notes
    -----
    For every set of inequalities that may hold the point, SymPy solves `gradient of f = sum of
    multiplier * gradient of c` together with `c = 0`. Of what it proposes a point counts only when
    it is real, satisfies all constraints, and gradients of compiled code agree that it is
    stationary. It is classified by the signs of the multipliers and the eigenvalues of the
    Lagrangian's Hessian along the constraints. Points where gradients of constraints depend on each
    other need not have multipliers; they are found apart and called singular.

    Examples
    --------
    >>> import symcalc as sc
    >>> sc.stationary_points("x*y", constraints=["x^2 + y^2 == 2", "x >= 0"])
    4 stationary points
      minimum: f = -1 at x = 1, y = -1; x^2 + y^2 == 2: -0.5
      maximum: f = 0 at x = 0, y = -sqrt(2); x >= 0: -1.41421
      minimum: f = 0 at x = 0, y = sqrt(2); x >= 0: 1.41421
      maximum: f = 1 at x = 1, y = 1; x^2 + y^2 == 2: 0.5
      These are all.
    """
    started = time.monotonic()
    check_budget(budget)
    formula = to_expression(objective, limits=limits)
    if any(variable.shape for variable in formula.variables):
        raise ArgumentError("Stationary points are found for scalar variables; use `minimize`.")
    links = read_links(constraints, (), {}, limits)
    names = in_order({*formula.names, *(n for link in links for n in _names(link))})
    n_free = sum(not link.is_equality for link in links)
    if n_free > MAX_INEQUALITIES:
        raise ArgumentError(
            f"There are {n_free} inequalities; at most {MAX_INEQUALITIES} are tried in all their "
            "combinations. Use `minimize` for more."
        )
    if not names:
        raise ArgumentError("There is no variable: the objective is a constant.")
    gaps = [_in(names, link.gap) for link in links]
    way = Way(
        "lagrange", "Lagrange's equations", 1.0, f"{MODULE}:propose_stationary_points",
        (_in(names, formula), gaps, [link.is_equality for link in links], list(names)), (MODULE,),
    )  # fmt: skip
    await_worker(way.modules, budget)
    found, remark = proposed(way, budget)
    judge = _Judge(names, _in(names, formula), links, gaps)
    return concluded(_answer(judge, found, remark, n_free), started, throw=throw)


def _names(link: Link) -> list[str]:
    graph = link.gap.graph
    return [graph.data[node] for node in graph.variables([link.gap.root])]


def _in(names: Sequence[str], formula: Expression) -> Expression:
    """Return a formula as one of all the variables."""
    return Expression(formula.graph, formula.root, [Variable(name) for name in names])


class _Judge:
    """Objective and constraints in compiled code, against which proposals are held."""

    def __init__(
        self, names: Sequence[str], objective: Expression, links: Sequence[Link],
        gaps: Sequence[Expression],
    ) -> None:  # fmt: skip
        self.names, self.links = names, links
        self._setting = Setting(objective, tuple(names), {}, {})
        self._kinks: dict[str, None] = {}
        self.objective = self._compile(objective)
        self.gaps = [self._compile(gap) for gap in gaps]

    def _compile(self, formula: Expression) -> CompiledFunction:
        return compile_expression(formula, list(self.names), order=2, wrt=list(self.names))

    def point(
        self, held: Sequence[int], root: Root, is_singular: bool = False
    ) -> StationarySolution | None:
        """Return a proposal as a point, None where it is not feasible or not stationary.

        One that is singular need not be stationary.
        """
        at = [float(root.digits[name]) for name in self.names]
        met = describe_places(self._setting, dict(zip(self.names, at, strict=True)))
        kinks = [place for place in met if " kink " in place]
        if kinks:
            self._kinks.update(dict.fromkeys(kinks))
            return None
        values = np.array([float(gap(*at)) for gap in self.gaps])
        size = 1.0 + max(map(abs, at))
        equal = np.array([link.is_equality for link in self.links], dtype=np.bool_)
        off = np.where(equal, np.abs(values), -values)
        fun, gradient = self.objective.value_and_gradient(*at)
        rows = np.array([gap.gradient(*at) for gap in self.gaps]).reshape(len(values), len(at))
        if not (np.isfinite(fun) and np.isfinite(gradient).all() and np.isfinite(rows).all()):
            return None
        lengths = np.array([
            self._steepness(gap, at, row) for gap, row in zip(self.gaps, rows, strict=True)
        ])  # fmt: skip
        if (off > SMALL * size * lengths).any():
            return None
        weights = np.zeros(len(values))
        own = list(held)
        if own:
            weights[own] = np.linalg.lstsq(rows[own].T, gradient, rcond=None)[0]
        scale = self._steepness(self.objective, at, gradient)
        weights[np.abs(weights) * lengths <= SMALL * scale] = 0.0
        left = float(np.abs(gradient - rows.T @ weights).max())
        active = np.abs(values) <= SMALL * size * lengths
        if left > SMALL * scale:
            if not is_singular:
                return None
            return StationarySolution(
                dict(zip(self.names, at, strict=True)), root.forms, float(fun) + 0.0, "singular",
                {}, tuple(link.text for link, on in zip(self.links, active, strict=True) if on),
                left,
            )  # fmt: skip
        return StationarySolution(
            dict(zip(self.names, at, strict=True)), root.forms, float(fun) + 0.0,
            self._kind(at, rows, weights, equal, active),
            {link.text: float(w) for link, w in zip(self.links, weights, strict=True)},
            tuple(link.text for link, on in zip(self.links, active, strict=True) if on), left,
        )  # fmt: skip

    def kinks_met(self) -> list[str]:
        """Return what to know of kinks: there is no gradient at one."""
        expression = self._setting.expression
        if "kink" not in look_at(expression, tuple(self.names), ()).roughness:
            return []
        return [*self._kinks, "At kinks there is no gradient: minima at them are not among these; "
                "`minimize` finds such."]  # fmt: skip

    def is_curve(self, curve: dict[str, Expression]) -> bool:
        """Whether the gradient vanishes wherever on a curve the objective has one."""
        free = [name for name in self.names if name not in curve]
        rng = np.random.default_rng(0)
        n_seen = 0
        for _ in range(N_ON_CURVE):
            at = dict(zip(free, rng.uniform(-2.0, 2.0, len(free)).tolist(), strict=True))
            with np.errstate(all="ignore"):
                found = {**at, **{name: _number(form, at) for name, form in curve.items()}}
                gradient = self.objective.gradient(*(found[name] for name in self.names))
            if np.isfinite(gradient).all():
                n_seen += 1
                if np.abs(gradient).max() > SMALL * (1.0 + max(map(abs, found.values()))):
                    return False
        return n_seen > 0

    def _steepness(self, function: CompiledFunction, at: list[float], slope: Array) -> float:
        """Return how large a gradient is, or would be beside the point where it vanishes here."""
        bend = float(np.abs(function.hessian(*at)).max(initial=0.0)) * (1.0 + max(map(abs, at)))
        found = max(float(np.abs(slope).max(initial=0.0)), bend if math.isfinite(bend) else 0.0)
        return found if found > 0.0 else 1.0

    def _kind(self, at: list[float], rows: Array, weights: Array, equal: Any, active: Any) -> str:
        """Return what the signs of multipliers and curvatures make of a point."""
        hessian = self.objective.hessian(*at)
        for gap, weight in zip(self.gaps, weights, strict=True):
            if weight:
                hessian = hessian - weight * gap.hessian(*at)
        strong = equal | (active & (weights != 0.0))
        weak = active & ~strong
        tangent = _null_space(rows[strong], len(at))
        curvature: Array = np.zeros(0)
        if tangent.size:
            curvature = np.asarray(np.linalg.eigvalsh(tangent.T @ hessian @ tangent))
        floor = 1e-10 * max(float(np.abs(hessian).max()), 1e-300)
        forces = weights[strong & ~equal]
        rises, falls = bool((forces >= 0.0).all()), bool((forces <= 0.0).all())
        if all(c > floor for c in curvature) and rises:
            return "minimum"
        if all(c < -floor for c in curvature) and falls:
            return "maximum"
        if weak.any() or any(abs(c) <= floor for c in curvature):
            up, down = any(c > floor for c in curvature), any(c < -floor for c in curvature)
            both = (up or not falls) and (down or not rises) and not weak.any()
            return "saddle" if both else "degenerate"
        return "saddle"


def _number(form: Expression, at: dict[str, float]) -> float:
    """Return what a form is at a point."""
    return float(compile_expression(form, form.names)(*(at[name] for name in form.names)))


def _null_space(rows: Array, n: int) -> Array:
    """Return a basis of the directions that leave all rows at zero."""
    if not len(rows):
        return np.eye(n)
    _, singular, right = np.linalg.svd(rows, full_matrices=True)
    rank = int(np.sum(singular > 1e-10 * max(singular[0], 1e-300)))
    return np.asarray(right[rank:].T)


def _answer(judge: _Judge, found: Sequence[Proposal], remark: str, n_free: int) -> StationaryPoints:
    """Return the points that hold, each once, and what is to be known of them."""
    points: list[StationarySolution] = []
    for proposal in found:
        for root in proposal.roots:
            point = judge.point(proposal.held, root, proposal.is_singular)
            if point is not None and not any(_same(point, known) for known in points):
                points.append(point)
    points.sort(key=lambda point: point.fun)
    n_sets = 2**n_free
    singular = [proposal for proposal in found if proposal.is_singular]
    found = [proposal for proposal in found if not proposal.is_singular]
    n_solved = sum(proposal.is_solved for proposal in found)
    is_solved = n_solved == n_sets
    is_complete = is_solved and all(proposal.is_whole for proposal in found)
    knows_singular = len(singular) == n_sets and all(p.is_whole for p in singular)
    notes = _on_curves(judge, found) + judge.kinks_met()
    if not is_solved:
        known = [remark] if len(found) < n_sets else []
        why = "; ".join([*known, *["SymPy knows no way to solve them"] * (n_solved < len(found))])
        notes.append(f"{n_solved} of {n_sets} systems of equations were solved ({why}).")
    elif is_complete:
        kind = "" if not judge.gaps or knows_singular else " that have multipliers"
        notes.append(f"These are all{kind}." if points else f"There are none{kind}.")
    elif EVERYWHERE not in notes:
        others = "others" if points or notes else "some"
        notes.append(f"There may be {others}: equations that are no polynomials, or have whole "
                     "curves of solutions, may have more than were found.")  # fmt: skip
    if judge.gaps and not knows_singular:
        notes.append("A minimum where gradients of constraints depend on each other may have no "
                     "multipliers, and would not be among them.")  # fmt: skip
    if any(point.kind == "singular" for point in points):
        notes.append("At singular points gradients of constraints depend on each other, and no "
                     "multipliers exist; whether one is a minimum is not looked at.")  # fmt: skip
    return StationaryPoints(
        tuple(points), Outcome.DONE if is_solved else Outcome.NO_CLOSED_FORM,
        Trust.CHECKED if points else Trust.UNCHECKED, is_complete, tuple(notes),
    )  # fmt: skip


def _on_curves(judge: _Judge, found: Sequence[Proposal]) -> list[str]:
    """Return where whole curves of points are stationary, without constraints."""
    curves = [] if judge.gaps else [c for proposal in found for c in proposal.curves]
    if {} in curves:
        return [EVERYWHERE]
    places = [
        " and ".join(f"{name} = {form.text}" for name, form in curve.items())
        for curve in curves
        if judge.is_curve(curve)
    ]
    if not places:
        return []
    return [f"Not single points but all are stationary where {', or where '.join(places)}."]


def _same(one: StationarySolution, other: StationarySolution) -> bool:
    """Whether two solutions are the same point."""
    return all(
        math.isclose(one.x[name], other.x[name], rel_tol=1e-9, abs_tol=1e-9) for name in one.x
    )
