"""The method that suits what an objective is: a list of rules, each with its reason in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from ...facts import ObjectiveFacts
from ..bounds import Bounds
from ..objective import Objective
from ..plain import count_of
from .constrained_methods import CONSTRAINED
from .method import Method, OnTheLoop
from .square_methods import with_fallback
from .table import METHODS

__all__ = ["MAX_EXPLORED", "MAX_SOLVED", "Choice", "choose_method"]

#: Up to this number of variables minima under bounds and constraints are looked for from further
#: starts.
MAX_EXPLORED = 30

#: Up to this number of variables a quadratic is solved from the spectrum of its Hessian.
MAX_SOLVED = 1000

#: Up to this number of variables kinks are weighed against each other.
MAX_KINKED = 300

#: Up to this number of variables values alone are worth trying at kinks.
MAX_SIMPLEX = 4


class Choice(NamedTuple):
    """A method, the reason for it, and what was said to every rule up to the one that holds."""

    method: Method
    why: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Case:
    """What is known before the run."""

    objective: Objective
    n: int
    bounds: Bounds | None
    facts: ObjectiveFacts
    is_kept: bool = False

    @property
    def size(self) -> str:
        return count_of(self.n, "variable")

    @property
    def squares(self) -> str:
        return count_of(self.facts.n_residuals, "square")

    @property
    def is_split(self) -> bool:
        split = self.objective.split
        return split is not None and split.penalty.has_terms and split.penalty.takes(self.bounds)

    @property
    def has_model(self) -> bool:
        """Whether a model of the smooth part with kinks in single variables can be minimized."""
        split = self.objective.split
        if split is None or not split.penalty.is_separable:
            return False
        is_linear = split.smooth.residuals is not None and split.facts.is_quadratic
        return is_linear or split.smooth.hessian is not None

    @property
    def split_off(self) -> str:
        split = self.objective.split
        if split is None:
            return ""
        rest = "quadratic" if split.facts.is_quadratic else "smooth"
        return f"{split.words} split off, the rest is {rest} in {self.size}"

    @property
    def n_kinks(self) -> int:
        kinked = self.objective.kinked
        return 0 if kinked is None else kinked.kinks.n_kinks

    @property
    def kinked_words(self) -> str:
        return "" if self.objective.kinked is None else self.objective.kinked.words

    @property
    def is_free(self) -> bool:
        return self.bounds is None

    @property
    def has_squares(self) -> bool:
        return self.objective.residuals is not None

    @property
    def smooth(self) -> str:
        return "smooth but for its branches" if self.facts.has_joins else "smooth"


@dataclass(frozen=True, slots=True)
class _Rule:
    """When a method is taken, why then, and why not otherwise.

    One that cannot be resumed has another of our own to stand in for it where a run is kept in a
    file; None where a later rule suits.
    """

    method: Method
    holds: Callable[[_Case], bool]
    why: Callable[[_Case], str]
    otherwise: str
    own: Method | None = None

    def choose(self, case: _Case) -> Method | None:
        """Return the method for a case, None where the rule does not hold."""
        if not self.holds(case):
            return None
        is_own = isinstance(self.method.make({}), OnTheLoop)
        return self.own if case.is_kept and not is_own else self.method


_RULES = (
    _Rule(
        METHODS["pattern_search"], lambda c: c.facts.has_jumps,
        lambda c: f"the objective jumps; values alone, {c.size}", "the objective does not jump",
    ),
    _Rule(
        METHODS["proximal_newton"], lambda c: c.is_split and c.has_model, lambda c: c.split_off,
        "no terms with kinks in single variables only beside a smooth rest with a Hessian",
    ),
    _Rule(
        METHODS["fista"], lambda c: c.is_split, lambda c: c.split_off,
        "no norms of groups or other terms with a known proximal map",
    ),
    _Rule(
        with_fallback(METHODS["levenberg_marquardt"], METHODS["downhill_simplex"]),
        lambda c: c.facts.has_kinks and c.n <= MAX_SIMPLEX and c.is_free and c.has_squares,
        lambda c: f"a sum of {c.squares} with kinks in {c.size}",
        f"no sum of squares with kinks in at most {MAX_SIMPLEX} variables without bounds",
    ),
    _Rule(
        METHODS["active_kinks"],
        lambda c: c.objective.kinked is not None and c.n <= MAX_KINKED,
        lambda c: f"{count_of(c.n_kinks, 'kink')} of {c.kinked_words}, which no single variable "
        f"has, in {c.size}",
        "no kinks of abs, relu, max or min beyond single variables, or more than "
        f"{MAX_KINKED} variables",
    ),
    _Rule(
        METHODS["downhill_simplex"], lambda c: c.facts.has_kinks and c.n <= MAX_SIMPLEX,
        lambda c: f"the objective has kinks and only {c.size}",
        f"no kinks, or more than {MAX_SIMPLEX} variables",
    ),
    _Rule(
        METHODS["linear_solve"],
        lambda c: c.facts.is_quadratic and c.is_free and c.n <= MAX_SOLVED
        and c.objective.hessian is not None,
        lambda c: f"quadratic in {c.size}",
        f"not of degree two in at most {MAX_SOLVED} variables without bounds",
    ),
    _Rule(
        CONSTRAINED["SLSQP"],
        lambda c: not c.is_free and not c.facts.has_kinks and c.n <= MAX_EXPLORED,
        lambda c: f"there are bounds, {c.size}, exact derivatives",
        f"no bounds on a smooth objective of at most {MAX_EXPLORED} variables",
        own=CONSTRAINED["augmented_lagrangian"],
    ),
    _Rule(
        METHODS["L-BFGS-B"], lambda c: not c.is_free,
        lambda c: "there are bounds, and a gradient", "there are no bounds",
        own=CONSTRAINED["augmented_lagrangian"],
    ),
    _Rule(
        METHODS["L-BFGS-B"], lambda c: c.facts.has_kinks,
        lambda c: f"the objective has kinks and {c.size}", "there are no kinks",
        own=METHODS["limited_memory"],
    ),
    _Rule(
        METHODS["levenberg_marquardt"],
        lambda c: c.has_squares and not c.facts.has_sparse_hessian,
        lambda c: f"a sum of {c.squares} in {c.size}",
        "no sum of squares, or one whose second derivatives are mostly zero",
    ),
    _Rule(
        METHODS["trust_region"],
        lambda c: c.objective.hessian is not None and not c.facts.has_sparse_hessian,
        lambda c: f"{c.smooth}, {c.size}, exact second derivatives",
        "too many variables for dense second derivatives",
    ),
    _Rule(
        METHODS["newton"], lambda c: c.objective.hessian is not None,
        lambda c: f"{c.smooth}, {c.size}, exact second derivatives, most of them zero",
        "no sparse second derivatives",
    ),
    _Rule(
        METHODS["L-BFGS-B"], lambda c: True,
        lambda c: f"{c.smooth}, {c.size}, exact gradient", "", own=METHODS["limited_memory"],
    ),
)  # fmt: skip


def choose_method(
    objective: Objective, n_variables: int, bounds: Bounds | None, facts: ObjectiveFacts,
    is_kept: bool = False,
) -> Choice:  # fmt: skip
    """Return the method that suits what the objective is, and the reasons in words.

    Where the run `is_kept` in a file it is one of our own, which can be resumed.
    """
    case = _Case(objective, n_variables, bounds, facts, is_kept)
    passed: list[str] = []
    for rule in _RULES:
        method = rule.choose(case)
        if method is not None:
            why = rule.why(case)
            if method is not rule.method:
                passed.append(f"{rule.method.name}: no, it cannot be resumed from a file.")
                why += ", a run kept in a file"
            return Choice(method, why, (*passed, f"{method.name}: yes, {why}."))
        otherwise = "it cannot be resumed from a file" if rule.holds(case) else rule.otherwise
        passed.append(f"{rule.method.name}: no, {otherwise}.")
    raise AssertionError("the last rule always holds")
