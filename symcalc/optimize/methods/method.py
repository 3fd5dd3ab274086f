"""One row of the table of methods: what a method needs, its options, how it is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...errors import ArgumentError
from ...outcome import Outcome
from ..bounds import Bounds
from ..evaluator import Evaluator
from ..loop import Stepper, run_loop
from ..objective import Point
from ..plain import show
from ..trace import Journal

__all__ = ["Method", "OnTheLoop", "Options", "Solver", "number_option", "on_the_loop", "words_of"]

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
        `make(options)` checks the values of the options and returns the solver (of the methods for
        constraints: the options).
    options : Mapping of str to str
        The options accepted, each with one line of help.
    takes_bounds : bool
    aliases : tuple of str
    max_steps : int
        The limit on steps when none is given.
    is_global : bool
        Whether it looks for the lowest of several minima, by local runs of which each is a step.
    needs_box : bool
        Whether it needs a lower and an upper bound for every variable.
    """

    name: str
    summary: str
    needs: str
    make: Callable[[Options], Any] = field(repr=False)
    options: Mapping[str, str] = field(default_factory=dict)
    takes_bounds: bool = False
    aliases: tuple[str, ...] = ()
    max_steps: int = 10_000
    is_global: bool = False
    needs_box: bool = False


@dataclass(frozen=True, slots=True)
class OnTheLoop:
    """A solver of our own: a stepper on the one loop, and what it does in words.

    Without gradients the loop's end is not the last word: its point is still to be judged.
    """

    stepper: Stepper
    words: str
    has_gradients: bool = True

    def __call__(
        self, evaluator: Evaluator, start: Point, journal: Journal, bounds: Bounds | None
    ) -> Outcome | None:
        """Run the loop from `start`."""
        outcome = run_loop(evaluator, start, self.stepper, journal, self.has_gradients)
        has_stopped = outcome is Outcome.LINE_SEARCH_FAILED
        return None if has_stopped and not self.has_gradients else outcome


def on_the_loop(stepper: Stepper, words: str = "", has_gradients: bool = True) -> Solver:
    """Return a method of our own: its stepper on the one loop, with words for what it does."""
    return OnTheLoop(stepper, words, has_gradients)


def words_of(method: Method, solver: Solver, evaluator: Evaluator) -> str:
    """Return what a run does in words: direction, search, and what was evaluated."""
    words = solver.words if isinstance(solver, OnTheLoop) and solver.words else method.summary
    kinds = ["residuals", "Jacobians"] if method.needs == "residuals" else ["values"]
    if method.needs not in ("residuals", "value"):
        kinds.append("gradients")
    if evaluator.n_hessians:
        kinds.append("Hessians")
    if evaluator.n_products:
        kinds.append("Hessian-vector products")
    return f"{words}; {', '.join(kinds)}"


def number_option(
    options: Options, name: str, default: float, least: float, most: float, such_as: str
) -> float:
    """Return an option that is a number in `[least, most)`."""
    value = options.get(name, default)
    real = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not (real and least <= value < most):
        allowed = f"lie in [{least:g}, {most:g})"
        raise ArgumentError(f"`{name}` is {show(value)}; it must {allowed}, such as {such_as}.")
    return float(value)
