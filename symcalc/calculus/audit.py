"""`audit`: how many digits the compiled code loses, where, why, and what to write instead."""

from __future__ import annotations

import time
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..backends import compile_expression
from ..balls import NoBall
from ..errors import ArgumentError
from ..expression import Expression
from ..graph.graph import Node
from ..language import Limits, read_ranges
from ..symbolic import simplify_for_display
from ..symbolic.rearranged import flat_products
from ..verify.box import box_points, describe_spread
from ..verify.culprit import Culprit, find_culprit
from ..verify.digits import Losses, Truth, compare_digits, true_values
from ..verify.doubles import columns_of, run_plain
from ..verify.improve import Candidate, Search, is_equivalent
from .audited import Audit, Blame, Measurement, Proposal
from .budget import budgeted
from .reading import Formula, to_expression

__all__ = ["audit"]

#: A formula that loses less than this at worst needs no better spelling.
NO_TROUBLE = 0.9
#: A spelling is proposed when it gains so many digits on average, or at the worst point.
MIN_MEAN_GAIN, MIN_WORST_GAIN = 0.25, 1.0
#: So many of the best spellings are compared with the formula until one is found equal.
MAX_CONFIRMED, FRESH_POINTS = 12, 100
#: Tidier writing may cost this much of the score.
TIDY_COST = 0.05


@budgeted
def audit(
    expr: Formula,
    over: Any,
    *,
    points: int = 400,
    seed: int = 0,
    tolerate: float = 8.0,
    rewrites: bool = True,
    seconds: float = 20.0,
    assume: str | None = None,
    syntax: str = "symcalc",
    limits: Limits | None = None,
) -> Audit:
    """Measure the digits that a formula loses in doubles over a box, and look for a better form.

    Parameters
    ----------
    expr : str, Expression or SymPy expression
        A scalar formula.
    over : str or mapping of str to (float, float)
        A range for every variable: `"x = 1e-8 … 1e12, y = 0 .. 1"`; `…`, `..`, `to` are one.
    points : int
        How many points are sampled, 20 to 20000.
    seed : int
        Same seed, same points.
    tolerate : float
        The verdict is bad when the compiled code loses more digits than this anywhere.
    rewrites : bool
        Whether to look for a better form.
    seconds : float
        Time for exact values and for the search, each at most half of it.
    assume, syntax, limits
        As for `gradient`.

    Returns
    -------
    Audit
        The losses as typed (`plain`) and as `compile` runs the formula (`compiled`), the step
        to `blame`, the `proposal`.

    Raises
    ------
    ParseError, LimitError
        The formula or the ranges are malformed.
    ArgumentError
        A variable has no range, a range no variable; the formula has a function that ball
        arithmetic lacks, or data columns.

    Notes
    -----
    Exact values are balls of rising precision at the very doubles that the code gets. Wide
    ranges are sampled evenly in the logarithm, ranges with zero inside also by size on
    both sides. A proposal is equal to the formula in ball arithmetic at every sampled point and
    at 100 fresh ones: strong evidence, not a proof for the points between. Digits that a formula
    loses because its arguments were rounded before it got them are not counted.

    References
    ----------
    P. Panchekha, A. Sanchez-Stern, J. Wilcox and Z. Tatlock, *Automatically improving accuracy
    for floating point expressions* (2015).

    Examples
    --------
    >>> import symcalc as sc
    >>> found = sc.audit("log(1 + exp(x))", over="x = -1000 to 1000")
    >>> found.plain.worst > 15, found.compiled.worst < 1
    (True, True)
    >>> print(found.outcome)
    The compiled code keeps its digits.
    """
    ranges = _ranges(over)
    expression = to_expression(
        expr, declared=tuple(ranges), assume=assume, syntax=syntax, limits=limits
    )
    _check(expression, ranges, points, tolerate)
    box = box_points(ranges, points, seed)
    truths = _truths(expression, box, seconds / 2)
    run = _Run(expression, ranges, box, truths)
    plain, compiled = run.plain(expression), run.compiled(expression)
    n_known = sum(truth.is_known for truth in truths)
    blame = proposal = None
    if n_known and plain.worst >= NO_TROUBLE:
        culprit = run.culprit(plain)
        blame = None if culprit is None else run.blame(culprit)
        if rewrites:
            fresh = box_points(ranges, FRESH_POINTS, seed + 1)
            proposal = run.propose(plain, culprit, fresh, seconds / 2)
    n_undefined = sum(truth.is_undefined for truth in truths)
    return Audit(
        expression,
        ranges,
        {name: describe_spread(*ends) for name, ends in ranges.items()},
        len(box),
        n_known,
        n_undefined,
        len(box) - n_known - n_undefined,
        run.measured(plain) if n_known else None,
        run.measured(compiled) if n_known else None,
        blame,
        proposal,
        float(tolerate),
    )


class _Run:
    """One audit: a formula, its points, and the exact values there."""

    def __init__(
        self,
        expression: Expression,
        ranges: Mapping[str, tuple[float, float]],
        points: Sequence[dict[str, float]],
        truths: Sequence[Truth],
    ) -> None:
        self.expression, self.points, self.truths = expression, points, truths
        self.columns = columns_of(points, list(ranges))

    def plain(self, form: Expression) -> Losses:
        """Measure a formula compiled exactly as it stands."""
        values = run_plain(form.graph, form.root, self.columns, len(self.points))
        return compare_digits(values, self.truths)

    def compiled(self, form: Expression) -> Losses:
        """Measure a formula as `compile` runs it."""
        function = compile_expression(form, list(self.columns))
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            values = function(*self.columns.values())
        return compare_digits(values, self.truths)

    def measured(self, losses: Losses) -> Measurement:
        """Return losses as people read them."""
        place = int(np.nanargmax(losses.lost))
        return Measurement(
            losses.worst,
            losses.median,
            losses.mean,
            losses.histogram,
            dict(self.points[place]),
            float(losses.values[place]),
            self.truths[place].digits,
            losses.n_phantom,
        )

    def culprit(self, losses: Losses) -> Culprit | None:
        """Return the step to blame at the worst point."""
        place = int(np.nanargmax(losses.lost))
        form = self.expression
        return find_culprit(
            form.graph, form.root, self.points[place], self.truths[place], losses.worst
        )

    def blame(self, culprit: Culprit) -> Blame:
        """Return the step to blame as people read it."""
        operands = {
            self._formula(operand.node).text: (operand.computed, operand.exact)
            for operand in culprit.operands
        }
        step = self._formula(culprit.node)
        return Blame(
            step,
            culprit.reason,
            culprit.lost,
            culprit.left,
            culprit.computed,
            culprit.exact,
            operands,
        )

    def propose(
        self,
        losses: Losses,
        culprit: Culprit | None,
        fresh: Sequence[dict[str, float]],
        seconds: float,
    ) -> Proposal | None:
        """Return the best spelling that gains and is equal wherever it was compared."""
        started = time.monotonic()
        graph = self.expression.graph.copy()
        search = Search(graph, self.points, self.truths, seconds)
        found = search.run(self.expression.root, [] if culprit is None else [culprit.node])
        better = [c for c in found if _gains(c, losses)][:MAX_CONFIRMED]
        if not better:
            return None
        beyond = _truths(self.expression, fresh, seconds / 2)
        for candidate in better:
            if time.monotonic() - started > 2 * seconds:
                break
            for form in self._spellings(search, candidate):
                is_equal, n_filled = is_equivalent(graph, form, self.points, self.truths)
                if is_equal and is_equivalent(graph, form, fresh, beyond)[0]:
                    return self._proposal(search, form, n_filled, [*self.truths, *beyond])
        return None

    def _spellings(self, search: Search, candidate: Candidate) -> list[Candidate]:
        """Return the candidate in tidier writing, where that costs no digits, and as it is."""
        graph = search.graph
        tidy = simplify_for_display(Expression(graph, candidate.root, self.expression.variables))
        (arranged,) = graph.absorb(tidy.graph, [tidy.root])
        roots = dict.fromkeys((arranged, flat_products(graph, candidate.root)))
        found = [search.measure(root, candidate.steps) for root in roots]
        limit = candidate.score + TIDY_COST
        return [*[f for f in found if f is not None and f.score <= limit], candidate]

    def _proposal(
        self, search: Search, found: Candidate, n_filled: int, truths: Sequence[Truth]
    ) -> Proposal:
        graph, (root,) = search.graph.extract([found.root])
        form = Expression(graph, root, self.expression.variables)
        return Proposal(
            form,
            found.steps,
            self.measured(found.losses),
            self.measured(self.compiled(form)),
            sum(truth.is_known for truth in truths),
            n_filled,
            found.is_series,
        )

    def _formula(self, node: Node) -> Expression:
        return Expression(self.expression.graph, node, self.expression.variables)


def _gains(candidate: Candidate, losses: Losses) -> bool:
    """Whether a spelling loses noticeably fewer digits, and nowhere noticeably more."""
    found = candidate.losses
    if found.worst > losses.worst + 0.5:
        return False
    gain = losses.mean - found.mean
    return gain >= MIN_MEAN_GAIN or (gain >= 0 and losses.worst - found.worst >= MIN_WORST_GAIN)


def _truths(
    expression: Expression, points: Sequence[Mapping[str, float]], seconds: float
) -> list[Truth]:
    """Return the exact values at points, as far as the time goes."""
    end = time.monotonic() + seconds
    try:
        return true_values(
            expression.graph, expression.root, points, lambda: time.monotonic() < end
        )
    except NoBall as error:
        listed = ", ".join(f"`{name}`" for name in error.names)
        raise ArgumentError(
            f"An audit needs rigorous values, and ball arithmetic lacks {listed}."
        ) from None


def _ranges(over: Any) -> dict[str, tuple[float, float]]:
    """Return the box from text or a mapping, checked."""
    if isinstance(over, str):
        return read_ranges(over)
    if not isinstance(over, Mapping) or not over:
        raise ArgumentError(
            "`over` is a box such as 'x = 1e-8 … 1e12' or {'x': (1e-8, 1e12)}, "
            f"not {str(over)[:60]!r}."
        )
    ranges: dict[str, tuple[float, float]] = {}
    for name, ends in over.items():
        try:
            lower, upper = map(float, ends)
        except (TypeError, ValueError):
            raise ArgumentError(f"The range of `{name}` is not a pair of numbers.") from None
        if not (np.isfinite(lower) and np.isfinite(upper) and lower <= upper):
            raise ArgumentError(
                f"The range of `{name}` is ({lower:g}, {upper:g}); "
                "both ends are finite, the smaller first."
            )
        ranges[str(name)] = (lower, upper)
    return ranges


def _check(
    expression: Expression,
    ranges: Mapping[str, tuple[float, float]],
    points: int,
    tolerate: float,
) -> None:
    """Raise what is wrong with the arguments, before any work."""
    graph = expression.graph
    if any(v.shape or v.kind == "complex" for v in expression.variables) or "I" in graph.kinds:
        raise ArgumentError(
            "An audit is of real formulas in numbers; complex ones and arrays are not. Audit the "
            "formula of one entry; `evaluate` encloses values over arrays."
        )
    used = [graph.data[node] for node in graph.variables([expression.root])]
    if not used:
        raise ArgumentError("The formula has no variable; there is nothing to vary.")
    missing = [name for name in used if name not in ranges]
    if missing:
        raise ArgumentError(f"`over` gives no range for {', '.join(missing)}.")
    strange = [name for name in ranges if name not in used]
    if strange:
        raise ArgumentError(f"`{strange[0]}` does not occur in the formula; leave its range out.")
    if isinstance(points, bool) or not isinstance(points, int) or not 20 <= points <= 20000:
        raise ArgumentError(f"`points` is {points!r}; it is a whole number from 20 to 20000.")
    if not 0 <= tolerate <= 16:
        raise ArgumentError(f"`tolerate` is {tolerate!r}; it is a number of digits, 0 to 16.")
    if all(lower == upper for lower, upper in ranges.values()):
        raise ArgumentError("Every variable is held fast; give one of them a range.")
