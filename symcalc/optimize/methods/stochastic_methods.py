"""The methods on batches of rows: rules for a gradient, and how it is estimated."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from ...errors import ArgumentError
from ..plain import show
from ..schedules import read_schedule
from .adaptive import GradientRule
from .adaptive_methods import GRADIENT_RULES
from .choice import Choice
from .method import Method, Options, Solver, number_option, on_the_loop
from .rate_options import CLIPPING_OPTIONS, read_clipping, read_rate
from .stochastic import BatchPlan, BatchSteps, HeavyBall, PlainBatches, Sampling, StraightDown
from .variance import SAGA, SVRG

__all__ = ["BATCH_METHODS", "asks_for_batches", "choose_batch_method", "read_plan"]

#: Methods that there are on batches only.
_BATCHES_ONLY = ("sgd", "svrg", "saga")

_PLAN_OPTIONS = {
    "batch_size": "rows in a batch; 256",
    "passes": "how often all rows are gone through; 20",
    "record_every": "batches between two points of the trace; all batches of a pass",
    "shuffle": "'rows' (arrays), 'blocks' of consecutive rows and rows within windows of many "
    "(data on disk), or 'none'",
}

_BATCH_OPTIONS = _PLAN_OPTIONS | {
    "averaging": "'polyak': the mean of all iterates; 'tail': of those in the second half; a "
    "number such as 0.999: of the last ones",
    "schedule": "how the rate changes, counted in batches: 'constant', 'cosine' (over the run), "
    "'step 1000 0.5', 'inverse 500', 'one_cycle', each after 'warmup 100' or not",
} | CLIPPING_OPTIONS  # fmt: skip

_WHOLE: Mapping[str, Any] = {"batch_size": 256, "passes": 20, "record_every": None}

#: A batch, and all batches of a run, count at most so many rows or passes.
_MOST = 10**12


def asks_for_batches(method: Any, options: Mapping[str, Any]) -> bool:
    """Whether a method, or one of its options, is one of batches."""
    name = _plain(method) if isinstance(method, str) else ""
    return name in _BATCHES_ONLY or not {*_PLAN_OPTIONS, "averaging"}.isdisjoint(options)


def read_plan(options: Options) -> BatchPlan:
    """Return the batches that options describe."""
    counts: dict[str, Any] = {}
    for name, default in _WHOLE.items():
        value = options.get(name, default)
        whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
        if name in options and not (whole and 1 <= value <= _MOST):
            raise ArgumentError(
                f"`{name}` is {show(value)}; it must be a whole number, at least 1."
            )
        counts[name] = int(value) if whole else value
    order = options.get("shuffle")
    if order not in (None, "rows", "blocks", "none"):
        raise ArgumentError(f"`shuffle` is {show(order)}; it must be 'rows', 'blocks' or 'none'.")
    return BatchPlan(counts["batch_size"], counts["passes"], counts["record_every"], order)


def _read_averaging(options: Options) -> str | float | None:
    """Return the average that is taken."""
    given = options.get("averaging")
    if given is None or given in ("polyak", "tail"):
        return given
    if isinstance(given, str):
        near = difflib.get_close_matches(given, ("polyak", "tail"), 1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise ArgumentError(
            f"`averaging` is {show(given)}; it must be 'polyak', 'tail' or a number such as "
            f"0.999.{hint}"
        )
    return number_option(options, "averaging", 0.0, 1e-12, 1.0, "0.999, or 'polyak' or 'tail'")


def _solver(
    make: Callable[[Options], GradientRule], sampling: Sampling, words: str,
    default: float | None, share: Callable[[Options], float], schedule: str, options: Options,
) -> Solver:  # fmt: skip
    """Return a rule on batches, on the loop."""
    given = options.get("schedule", schedule)
    read_schedule(given, 1e9)
    rate = read_rate(options)
    steps = BatchSteps(
        make(options), sampling, read_plan(options), default if rate is None else rate,
        share(options), given, read_clipping(options), _read_averaging(options),
    )  # fmt: skip
    text = given if isinstance(given, str) else " ".join(map(str, given))
    return on_the_loop(steps, f"{words} of batches, rate by schedule '{text}'")


def _beta(options: Options) -> float:
    return number_option(options, "momentum", 0.9, 0.0, 1.0, "0.9")


def _row(
    name: str, summary: str, words: str, make: Callable[[Options], GradientRule],
    rate: float | None, more: Mapping[str, str], aliases: tuple[str, ...] = (),
    *, sampling: Sampling | None = None, share: Callable[[Options], float] = lambda _: 1.0,
    told: str = "1/(largest curvature of batches at the start)", schedule: str = "cosine",
) -> Method:  # fmt: skip
    """Return a row of the table."""
    make_solver = partial(_solver, make, sampling or PlainBatches(), words, rate, share, schedule)
    options = {"rate": f"the learning rate; {rate or told}"} | _BATCH_OPTIONS | dict(more)
    return Method(name, summary, "rows", make_solver, options, aliases=aliases)


_MOMENTUM = {"momentum": "the share of the velocity kept, in [0, 1); 0.9"}
_SHARED = "(1 - momentum)/(largest curvature of batches at the start)"
_THIRD = "a third of 1/(largest curvature of batches at the start)"

_ROWS = (
    _row("sgd", "the gradient of one batch after the other", "gradient",
         lambda _: StraightDown(), None, {},
         ("stochastic_gradient_descent", "gradient_descent", "gd", "steepest_descent")),
    _row("svrg", "gradients of batches, corrected by the whole gradient at the last look",
         "corrected gradient", lambda _: StraightDown(), None, {}, sampling=SVRG(),
         share=lambda _: 1.0 / 3.0, told=_THIRD, schedule="constant"),
    _row("saga", "gradients of batches, corrected by a table of the gradients of all",
         "corrected gradient", lambda _: StraightDown(), None, {}, sampling=SAGA(),
         share=lambda _: 1.0 / 3.0, told=_THIRD, schedule="constant"),
    _row("momentum", "the heavy ball on batches", "gradient with momentum",
         lambda options: HeavyBall(_beta(options)), None, _MOMENTUM, ("heavy_ball",),
         share=lambda options: 1.0 - _beta(options), told=_SHARED),
    *(
        _row(name, f"{summary}, on batches", words, make, rate, more, aliases,
             share=lambda options: 1.0 - _beta(options), told=_SHARED)
        for name, summary, words, make, rate, more, aliases in GRADIENT_RULES
    ),
)  # fmt: skip

#: Every method on batches by name.
BATCH_METHODS: dict[str, Method] = {row.name: row for row in _ROWS}


def _plain(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "").replace(" ", "")


_BY_NAME = {_plain(name): row for row in _ROWS for name in (row.name, *row.aliases)}


def choose_batch_method(name: Any) -> Choice:
    """Return the method on batches of a name, "auto" too, and why it was taken.

    Raises
    ------
    ArgumentError
    """
    if name == "auto":
        return Choice(BATCH_METHODS["sgd"], "batches of rows were asked for", ())
    found = _BY_NAME.get(_plain(name)) if isinstance(name, str) else None
    if found is None:
        near = difflib.get_close_matches(_plain(str(name)), _BY_NAME, 1)
        hint = f" Did you mean {_BY_NAME[near[0]].name!r}?" if near else ""
        raise ArgumentError(
            f"Method {name!r} does not run on batches.{hint} These do: auto, "
            f"{', '.join(BATCH_METHODS)}. Leave out `batch_size`, `passes`, `record_every`, "
            "`shuffle` and `averaging`, or name one of them."
        )
    return Choice(found, "asked for", ())
