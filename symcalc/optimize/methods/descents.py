"""Local runs inside of a global search: started anywhere, judged alike, counted together."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from ...outcome import Outcome
from ..bounds import Bounds, Vector
from ..evaluator import Evaluator
from ..kinked import KinkEvaluator
from ..objective import Point, StopRun
from ..stationary import StationaryPoint, classify
from ..stopping import StoppingRule, noise_level, predicted_fall
from ..trace import Journal
from .kink_methods import KINK_METHODS
from .line_methods import LINE_METHODS
from .method import Method
from .scipy_methods import SCIPY_METHODS
from .simplex import SIMPLEX_METHODS

__all__ = ["MAX_CLASSIFIED", "Descents", "distinct"]

#: Ends are classified by their Hessian up to this number of variables.
MAX_CLASSIFIED = 50

#: The limit on steps of one local run.
MAX_LOCAL = 1000

#: Ends closer than this, relative to 1 + |x|, are one minimum when their values agree.
SAME = 1e-4

#: Newton's steps that sharpen an end.
N_NEWTON = 4

#: Up to this number of variables a run that is stuck at a kink goes on by values alone.
MAX_SIMPLEX = 4

_LOCAL = {row.name: row for row in (*LINE_METHODS, *SIMPLEX_METHODS, *SCIPY_METHODS, *KINK_METHODS)}

#: Ends of local runs that leave no way down, as far as the method can tell.
_STUCK = (None, Outcome.LINE_SEARCH_FAILED, Outcome.SOLVER_FAILED)


@dataclass(frozen=True, slots=True)
class _End:
    """Where a local run came to rest."""

    point: Point
    has_moved: bool


@dataclass(slots=True)
class Descents:
    """Runs of one local method, with exact derivatives, for a search over many starts.

    Each run is one step of the whole: a row of the trace. What it evaluates counts.
    """

    evaluator: Evaluator
    journal: Journal
    bounds: Bounds | None
    scale: float
    ends: list[_End] = field(default_factory=list)

    def run(self, x: Vector) -> Point:
        """Come down from `x`, write the end down, and return it; NaN where there is no value."""
        whole = self.evaluator
        if self.journal.n_steps >= self.journal.rule.max_steps:
            raise StopRun(Outcome.MAX_STEPS)
        part = whole.branch()
        outcome: Outcome | None = None
        end = Point(x, np.nan, np.full(x.shape, np.nan))
        try:
            end, outcome, has_moved = self._descend(part, x)
        except StopRun as stop:
            outcome, has_moved = stop.outcome, False
        finally:
            whole.join(part)
        rule = self.journal.rule
        norm = rule.norm(end.x, end.gradient)
        move = end.x - x
        self.journal.record(end.x, end.value, norm, float(move @ move) ** 0.5)
        if outcome is Outcome.UNBOUNDED or part.is_over:
            assert outcome is not None
            raise StopRun(outcome)
        if end.is_finite and outcome is not None and outcome.is_good:
            self.ends.append(_End(end, has_moved))
        return end

    def minima(self) -> list[Point]:
        """Return the distinct minima, lowest first; saddles and plateaus are left out."""
        found = []
        with self.evaluator.beyond_limits():
            for end in distinct(self.ends):
                kind = self._kind(end.point)
                is_minimum = kind is None or kind.kind == "minimum"
                if is_minimum or (end.has_moved and kind is not None and not kind.is_excluded):
                    found.append(end.point)
        return found

    def _kind(self, point: Point) -> StationaryPoint | None:
        """Classify an end where that is cheap."""
        if self._has_kinks or not self._has_small_hessian(point.x.size):
            return None
        free = self.journal.rule.free(point.x, point.gradient)
        names = tuple(f"x{i}" for i in range(point.x.size))
        return classify(self.evaluator, point, names, free)

    def _descend(self, part: Evaluator, x: Vector) -> tuple[Point, Outcome | None, bool]:
        """Run the local method from `x`."""
        start = part.point(x)
        if not start.is_finite:
            return start, Outcome.NOT_FINITE, False
        whole = self.journal.rule
        self.scale = max(self.scale, part.scale(start, whole.norm(x, start.gradient)))
        rule = StoppingRule(whole.tolerance, MAX_LOCAL, self.scale, self.bounds, start.value)
        if rule.norm(x, start.gradient) == 0.0:
            return start, Outcome.CONVERGED_GRADIENT, False
        outcome = self._solve(part, start, rule, self._method(x.size))
        end = part.point(part.best_x) if part.best_x is not None else start
        if rule.is_met(end.value, rule.norm(end.x, end.gradient)):
            return end, Outcome.CONVERGED_GRADIENT, True
        if outcome not in _STUCK or self._has_kinks:
            return end, outcome, True
        end = self._sharpen(part, end)
        free = rule.free(end.x, end.gradient)
        if rule.is_met(end.value, rule.norm(end.x, end.gradient)):
            return end, Outcome.CONVERGED_GRADIENT, True
        if predicted_fall(part, end, free) <= noise_level(part, end, part.seed):
            return end, Outcome.PRECISION_REACHED, True
        if x.size > MAX_SIMPLEX:
            return end, outcome, True
        outcome = self._solve(part, end, rule, _LOCAL["downhill_simplex"]) or Outcome.CONVERGED_STEP
        return part.point(end.x if part.best_x is None else part.best_x), outcome, True

    def _sharpen(self, part: Evaluator, end: Point) -> Point:
        """Take Newton's steps over the free variables for as long as the gradient shrinks."""
        rule = self.journal.rule
        for _ in range(N_NEWTON if self._has_small_hessian(end.x.size) else 0):
            free = rule.free(end.x, end.gradient)
            dense = part.hessian(end.x)
            dense = np.asarray(dense.toarray() if hasattr(dense, "toarray") else dense)
            x = end.x.copy()
            try:
                x[free] -= np.linalg.solve(dense[np.ix_(free, free)], end.gradient[free])
            except np.linalg.LinAlgError:
                break
            after = part.point(x) if part.is_inside(x) else end
            smaller = rule.norm(after.x, after.gradient) < rule.norm(end.x, end.gradient)
            if not smaller or after.value > end.value + 1e-12 * abs(end.value):
                break
            end = after
        return end

    def _solve(
        self, part: Evaluator, start: Point, rule: StoppingRule, method: Method
    ) -> Outcome | None:
        """Run one method and return how it ended."""
        names = tuple(f"x{i}" for i in range(start.x.size))
        journal = Journal(part, rule, names, None, False)
        part.begin(start)
        journal.record(start.x, start.value, rule.norm(start.x, start.gradient), 0.0)
        return method.make({})(part, start, journal, self.bounds)  # type: ignore[no-any-return]

    def _method(self, n: int) -> Method:
        """Return the local method: what the objective has decides."""
        if self._has_kinks:
            return _LOCAL["active_kinks"]
        if self.bounds is not None:
            return _LOCAL["L-BFGS-B"]
        return _LOCAL["trust_region" if self._has_small_hessian(n) else "limited_memory"]

    @property
    def _has_kinks(self) -> bool:
        return isinstance(self.evaluator, KinkEvaluator)

    def _has_small_hessian(self, n: int) -> bool:
        return self.evaluator.objective.hessian is not None and n <= MAX_CLASSIFIED

    def settle(self) -> None:
        """Leave the minima with the evaluator, and the scale of gradients with the rule."""
        whole = self.evaluator
        whole.minima = tuple(self.minima())
        with whole.beyond_limits():
            for lowest in whole.minima[:1]:
                noise = noise_level(whole, lowest, whole.seed)
                if lowest.value - whole.best_value <= noise:  # a sample's luck is no lower point
                    whole.best_x, whole.best_value = lowest.x, lowest.value
                    whole.last_point = lowest
        self.journal.rule = replace(self.journal.rule, start_norm=self.scale)


def distinct(ends: list[_End]) -> list[_End]:
    """Return ends of which no two are the same point up to the tolerance, lowest first."""
    found: list[_End] = []
    for end in sorted(ends, key=lambda end: end.point.value):
        if not any(_is_same(end.point, other.point) for other in found):
            found.append(end)
    return found


def _is_same(a: Point, b: Point) -> bool:
    near = float(np.abs(a.x - b.x).max()) <= SAME * (1.0 + float(np.abs(b.x).max()))
    return near and abs(a.value - b.value) <= SAME * (1.0 + abs(b.value))
