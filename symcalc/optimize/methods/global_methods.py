"""Methods that look for the lowest of several minima: from many starts, by hops, by samples.

Each of them ends in local runs with exact derivatives (`descents.py`), which list the distinct
minima. None of them proves that no lower one exists elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from ...errors import ArgumentError
from ...outcome import Outcome
from ..bounds import Bounds, Vector
from ..evaluator import Evaluator
from ..objective import Point
from ..plain import show
from ..starts import further_starts
from ..trace import Journal
from .descents import Descents
from .method import Method, Options, Solver, number_option

__all__ = ["GLOBAL_METHODS"]

#: A search: `search(descents, start, options)` runs descents.
Search = Callable[[Descents, Point, Options], None]

#: Samples polished by local runs after a search of SciPy's, at most.
N_POLISHED = 8


@dataclass(frozen=True, slots=True)
class _GlobalSearch:
    """A solver: the search, then what it found."""

    search: Search
    options: Options

    def __call__(
        self, evaluator: Evaluator, start: Point, journal: Journal, bounds: Bounds | None
    ) -> Outcome | None:
        """Search until the options say that it is enough, or a limit ends it."""
        descents = Descents(evaluator, journal, bounds, journal.rule.start_norm)
        try:
            self.search(descents, start, self.options)
        finally:
            descents.settle()
        return None


def _run_multistart(descents: Descents, start: Point, options: Options) -> None:
    """Come down from the start, and from points spread over the bounds or around the start."""
    descents.run(start.x)
    for x in further_starts(start.x, _box(descents, start.x), options["n_starts"] - 1,
                            descents.evaluator.seed):  # fmt: skip
        descents.run(x)


def _run_hopping(descents: Descents, start: Point, options: Options) -> None:
    """Hop from minimum to minimum: Wales and Doye, J. Phys. Chem. A 101 (1997), 5111.

    Ours: the temperature is the median change of the value over the hops so far, so that it has
    the scale of the objective, and the length of hops follows how many of them are accepted.
    """
    rng = np.random.default_rng(descents.evaluator.seed)
    box, step = _box(descents, start.x), options["step"]
    here = descents.run(start.x)
    changes: list[float] = []
    for _ in range(options["hops"]):
        move = step * (1.0 + np.abs(here.x)) * rng.uniform(-1.0, 1.0, here.x.size)
        end = descents.run(np.clip(here.x + move, box.lower, box.upper))
        change = end.value - here.value
        if not np.isfinite(change):
            here = end if end.is_finite else here
            continue
        changes.append(abs(change))
        temperature = float(np.median(changes))
        draw = float(rng.random())
        is_same = abs(change) <= 1e-8 * (1.0 + abs(here.value))
        is_taken = change <= 0.0 or draw < np.exp(-change / max(temperature, 1e-300))
        # Back at the same minimum: longer hops; thrown out too often: shorter ones.
        step = min(step * 1.2, 1e3) if is_same else step if is_taken else max(step / 1.1, 1e-3)
        here = end if is_taken else here


def _run_shgo(descents: Descents, start: Point, options: Options) -> None:
    """SciPy's simplicial homology: Endres, Sandrock and Focke, J. Glob. Optim. 72 (2018), 181."""
    from scipy.optimize import shgo

    found = shgo(
        _feed(descents), _pairs(descents), n=options["samples"], sampling_method="sobol",
        minimizer_kwargs={"method": "L-BFGS-B", "jac": _slope(descents)},
    )  # fmt: skip
    ends = [] if found.xl is None else list(np.atleast_2d(found.xl))
    _polish(descents, [*ends, start.x])


def _run_annealing(descents: Descents, start: Point, options: Options) -> None:
    """SciPy's generalized annealing: Xiang et al., Phys. Lett. A 233 (1997), 216."""
    from scipy.optimize import dual_annealing

    seen: list[Vector] = []

    def note(x: Vector, value: float, context: int) -> None:
        seen.append(x.copy())

    found = dual_annealing(
        _feed(descents), _pairs(descents), maxiter=options["iterations"], x0=start.x.copy(),
        rng=np.random.default_rng(descents.evaluator.seed), callback=note,
        minimizer_kwargs={"method": "L-BFGS-B", "jac": _slope(descents)},
    )  # fmt: skip
    _polish(descents, [found.x, *reversed(seen)])


def _run_evolution(descents: Descents, start: Point, options: Options) -> None:
    """SciPy's differential evolution: Storn and Price, J. Glob. Optim. 11 (1997), 341."""
    from scipy.optimize import differential_evolution

    found = differential_evolution(
        _feed(descents), _pairs(descents), maxiter=options["generations"], x0=start.x.copy(),
        popsize=options["population"], polish=False,
        rng=np.random.default_rng(descents.evaluator.seed),
    )  # fmt: skip
    order = np.argsort(found.population_energies, kind="stable")
    _polish(descents, [found.x, *found.population[order]])


def _polish(descents: Descents, points: list[Vector]) -> None:
    """Come down from samples; one where a local run has ended already says nothing new."""
    for x in _spread_out(descents, points):
        descents.run(x)


def _spread_out(descents: Descents, points: list[Vector]) -> Iterator[Vector]:
    """Yield points that are not close to one before them, nor to an end, a few of them."""
    taken: list[Vector] = []
    for x in points:
        known = [*taken, *(end.point.x for end in descents.ends)]
        size = 1e-3 * (1.0 + np.abs(x))
        if len(taken) < N_POLISHED and all((np.abs(x - y) > size).any() for y in known):
            taken.append(x)
            yield x


def _feed(descents: Descents) -> Callable[[Vector], float]:
    """Return the value for SciPy, infinite where there is none."""
    evaluator = descents.evaluator
    evaluator.stage = "search"

    def value(x: Vector) -> float:
        found = evaluator.value(np.array(x, dtype=float))
        return found if np.isfinite(found) else np.inf

    return value


def _slope(descents: Descents) -> Callable[[Vector], Vector]:
    """Return the gradient for SciPy, zero where there is none."""

    def gradient(x: Vector) -> Vector:
        found = descents.evaluator.point(np.array(x, dtype=float)).gradient
        return np.where(np.isfinite(found), found, 0.0)

    return gradient


def _box(descents: Descents, x: Vector) -> Bounds:
    """Return the bounds, infinite where there are none."""
    return descents.bounds or Bounds(np.full(x.shape, -np.inf), np.full(x.shape, np.inf))


def _pairs(descents: Descents) -> list[tuple[float, float]]:
    """Return the bounds as SciPy wants them."""
    assert descents.bounds is not None
    lower, upper = descents.bounds.lower.tolist(), descents.bounds.upper.tolist()
    return list(zip(lower, upper, strict=True))


def _make(search: Search, defaults: dict[str, int | float], options: Options) -> Solver:
    """Return the solver with its options checked: whole numbers, but for lengths."""
    chosen: dict[str, Any] = dict(defaults)
    for name, default in defaults.items():
        if isinstance(default, float):
            chosen[name] = number_option(options, name, default, 1e-12, 1e12, f"{default:g}")
            continue
        value = options.get(name, default)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise ArgumentError(
                f"`{name}` is {show(value)}; it must be a whole number, at least 1."
            )
        chosen[name] = value
    return _GlobalSearch(search, chosen)


def _row(
    name: str, summary: str, search: Search, options: dict[str, tuple[int | float, str]],
    aliases: tuple[str, ...] = (), needs_box: bool = True,
) -> Method:  # fmt: skip
    """Return one method with its options: the default of each, and a line of help."""
    defaults = {key: default for key, (default, _) in options.items()}
    return Method(
        name, summary, "gradient", partial(_make, search, defaults),
        {key: f"{text}; {default:g}" for key, (default, text) in options.items()},
        takes_bounds=True, aliases=aliases, is_global=True, needs_box=needs_box,
    )  # fmt: skip


GLOBAL_METHODS = (
    _row(
        "multistart", "local runs from many starts", _run_multistart,
        {"n_starts": (20, "local runs, the first from the start given")},
        ("multi_start",), needs_box=False,
    ),
    _row(
        "basin_hopping", "local runs from where the last one ended, moved at random", _run_hopping,
        {"hops": (50, "local runs after the first"),
         "step": (0.5, "the first length of a hop, in units of 1 + |x|")},
        needs_box=False,
    ),
    _row(
        "shgo", "SciPy's simplicial homology on samples within bounds, local runs", _run_shgo,
        {"samples": (128, "points looked at first")},
    ),
    _row(
        "dual_annealing", "SciPy's generalized annealing within bounds, local runs",
        _run_annealing, {"iterations": (200, "temperatures")},
    ),
    _row(
        "differential_evolution", "SciPy's differential evolution within bounds, then local runs",
        _run_evolution,
        {"generations": (200, "generations at most"),
         "population": (15, "members for each variable")},
    ),
)  # fmt: skip
