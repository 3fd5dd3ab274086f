"""The methods by name: what each needs, its options, and the automatic choice with its reason."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ..errors import ArgumentError
from ..facts import ObjectiveFacts
from ..outcome import Outcome
from .bounds import Bounds
from .directions import Direction, GradientDescent, Momentum, Newton
from .loop import run_loop
from .objective import Evaluator, Objective, Point
from .patterns import make_pattern_search
from .plain import count_of, show
from .scipy_methods import (
    SCIPY_METHODS,
    ScipyMethod,
    run_scipy_least_squares,
    run_scipy_minimize,
)
from .searches import Backtracking, FixedRate, Search
from .trace import Journal

__all__ = ["METHODS", "Method", "Solver", "choose_method", "find_method"]

#: Runs a method: `solver(evaluator, start, journal, bounds)` returns the outcome, or None when the
#: method ended by a test of its own and the end is still to be judged.
Solver = Callable[[Evaluator, Point, Journal, "Bounds | None"], "Outcome | None"]
Options = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Method:
    """One row of the table of methods.

    Attributes
    ----------
    name : str
    summary : str
        One line for people.
    needs : str
        "value", "gradient", "hessian", "product" or "residuals".
    make : callable
        `make(options)` checks the values of the options and returns the solver.
    options : Mapping of str to str
        The options accepted, each with one line of help.
    takes_bounds : bool
    aliases : tuple of str
    max_steps : int
        The limit on steps when none is given.
    """

    name: str
    summary: str
    needs: str
    make: Callable[[Options], Solver] = field(repr=False)
    options: Mapping[str, str] = field(default_factory=dict)
    takes_bounds: bool = False
    aliases: tuple[str, ...] = ()
    max_steps: int = 10_000


_SEARCH_OPTIONS = {
    "rate": "the learning rate; with search='backtracking' the first length tried",
    "search": "'fixed' (the default when a rate is given) or 'backtracking'",
}


def _make_search(options: Options) -> Search:
    """Build the search that the options `rate` and `search` name."""
    rate = options.get("rate")
    if rate is not None and not (_is_number(rate) and 0.0 < rate <= sys.float_info.max):
        raise ArgumentError(f"`rate` is {show(rate)}; it must be a positive number, such as 0.01.")
    search = options.get("search", "backtracking" if rate is None else "fixed")
    if search == "backtracking":
        return Backtracking(first=rate)
    if search == "fixed" and rate is not None:
        return FixedRate(float(rate))
    if search == "fixed":
        raise ArgumentError("search='fixed' needs a rate: give `rate`, such as rate=0.01.")
    raise ArgumentError(f"`search` is {search!r}; it must be 'fixed' or 'backtracking'.")


def _make_momentum(options: Options) -> Direction:
    """Build the heavy ball with its share of the last step."""
    beta = options.get("momentum", 0.9)
    if not (_is_number(beta) and 0.0 <= beta < 1.0):
        raise ArgumentError(f"`momentum` is {show(beta)}; it must lie in [0, 1), such as 0.9.")
    return Momentum(float(beta))


def _is_number(value: object) -> bool:
    """Whether an option is a real number."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _make_steps(make_direction: Callable[[Options], Direction], options: Options) -> Solver:
    """Return a method of our own: a direction and a search on the one loop."""
    direction, search = make_direction(options), _make_search(options)

    def solve(
        evaluator: Evaluator, start: Point, journal: Journal, bounds: Bounds | None
    ) -> Outcome | None:
        return run_loop(evaluator, start, direction, search, journal)

    return solve


def _make_scipy(row: ScipyMethod, options: Options) -> Solver:
    """Return one of SciPy's methods for `minimize`."""
    return partial(run_scipy_minimize, row, options)


def _make_least_squares(name: str, options: Options) -> Solver:
    """Return one of SciPy's methods for least squares."""
    return partial(run_scipy_least_squares, name, options)


_OWN = (
    Method(
        "gradient_descent", "straight down the gradient, by a fixed rate or with backtracking",
        "gradient", partial(_make_steps, lambda _: GradientDescent()), _SEARCH_OPTIONS,
        aliases=("gd", "steepest_descent"),
    ),
    Method(
        "momentum", "the heavy ball: gradient descent that keeps a share of its last step",
        "gradient", partial(_make_steps, _make_momentum),
        _SEARCH_OPTIONS | {"momentum": "the share of the last step kept, in [0, 1); 0.9"},
        aliases=("heavy_ball",),
    ),
    Method(
        "newton", "Newton's step, the Hessian made positive definite, with backtracking",
        "product", partial(_make_steps, lambda _: Newton()),
    ),
    Method(
        "pattern_search", "values only, at steps of every size; for jumps and plateaus",
        "value", make_pattern_search,
        {"first_step": "the step tried first, in units of 1 + |x|; 1"},
        takes_bounds=True, aliases=("hooke_jeeves",),
    ),
)  # fmt: skip

_LEAST_SQUARES = tuple(
    Method(
        name, summary, "residuals", partial(_make_least_squares, name),
        {"x_scale": "SciPy's option of that name"}, takes_bounds=name != "lm", aliases=aliases,
    )
    for name, summary, aliases in (
        ("lm", "Levenberg-Marquardt (MINPACK) on the residuals", ("levenberg_marquardt",)),
        ("trf", "trust-region reflective on the residuals, with bounds", ()),
        ("dogbox", "dogleg in a box on the residuals, with bounds", ()),
    )
)  # fmt: skip

_SCIPY = tuple(
    Method(
        row.name, row.summary, row.needs, partial(_make_scipy, row),
        dict.fromkeys(row.options, "SciPy's option of that name"),
        takes_bounds=row.takes_bounds, aliases=("lbfgs",) if row.name == "L-BFGS-B" else (),
    )
    for row in SCIPY_METHODS
)  # fmt: skip

#: Every method by name. A new one is a row here and a row of tests.
METHODS: dict[str, Method] = {row.name: row for row in (*_OWN, *_SCIPY, *_LEAST_SQUARES)}


def _plain_name(name: str) -> str:
    """Return a name without case, hyphens and underscores."""
    return name.lower().replace("-", "").replace("_", "").replace(" ", "")


_BY_NAME = {
    _plain_name(name): row for row in METHODS.values() for name in (row.name, *row.aliases)
} | {"lbfgsb": METHODS["L-BFGS-B"]}


def find_method(name: object) -> Method:
    """Return the row of a method; case, hyphens and underscores do not matter.

    Raises
    ------
    ArgumentError
        When there is no such method; the message proposes the near name and lists all.
    """
    if isinstance(name, str):
        found = _BY_NAME.get(_plain_name(name))
        if found is not None:
            return found
        near = difflib.get_close_matches(_plain_name(name), _BY_NAME, 1, 0.6)
        hint = f" Did you mean {_BY_NAME[near[0]].name!r}?" if near else ""
    else:
        hint = ""
    allowed = ", ".join(["auto", *METHODS])
    raise ArgumentError(f"Unknown method {name!r}.{hint} Allowed: {allowed}.")


def choose_method(
    objective: Objective, n_variables: int, bounds: Bounds | None, facts: ObjectiveFacts
) -> tuple[Method, str]:
    """Return the method that suits what the objective is, and the reason in words."""
    size = count_of(n_variables, "variable")
    if facts.has_jumps:
        return METHODS["pattern_search"], f"the objective jumps; values alone, {size}"
    if facts.has_kinks and n_variables <= 4:
        return METHODS["Nelder-Mead"], f"the objective has kinks and only {size}"
    if bounds is not None:
        return METHODS["L-BFGS-B"], "there are bounds, and a gradient"
    if facts.has_kinks:
        return METHODS["L-BFGS-B"], f"the objective has kinks and {size}"
    if objective.residuals is not None and facts.n_residuals >= n_variables:
        return METHODS["lm"], f"a sum of {count_of(facts.n_residuals, 'square')} in {size}"
    smooth = "smooth but for its branches" if facts.has_joins else "smooth"
    if objective.hessian is not None:
        sparse = ", most of them zero" if facts.has_sparse_hessian else ""
        return METHODS["newton"], f"{smooth}, {size}, exact second derivatives{sparse}"
    return METHODS["L-BFGS-B"], f"{smooth}, {size}, exact gradient"
