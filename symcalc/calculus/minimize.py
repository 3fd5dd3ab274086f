"""`minimize`: an objective as a string and a start → the best point, how it ended, and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from ..errors import ArgumentError
from ..language import Limits, check_limits
from ..optimize import Optimum, StepState, find_method, minimize_objective, with_shapes
from ..optimize.door import check_bounds, check_callback, check_count
from ..optimize.methods import asks_for_batches
from .array_objective import ArrayObjective, read_array_objective
from .array_reading import is_over_arrays
from .batches import minimize_in_batches
from .constrained import minimize_under, with_arrays
from .constraint_reading import as_list, names_in
from .data import load_data
from .fingerprint import keeping_of
from .objective import FormulaObjective, read_objective
from .reading import Formula
from .start import run_within_memory, to_bounds, to_values
from .surface import surface_of
from .tied import find_ties

__all__ = ["minimize"]


def minimize(
    objective: Formula,
    start: Any,
    *,
    data: Any = None,
    shapes: Any = None,
    method: str = "auto",
    constraints: Any = (),
    bounds: Any = None,
    max_steps: int | None = None,
    tolerance: float | None = None,
    callback: Callable[[StepState], object] | None = None,
    seed: int = 0,
    escape: bool = False,
    throw: bool = False,
    limits: Limits | None = None,
    checkpoint: Any = None,
    checkpoint_every: float | None = None,
    resume: bool = True,
    **options: Any,
) -> Optimum:
    """Find a local minimum, with derivatives in closed form.

    Parameters
    ----------
    objective : str, Expression or SymPy expression
        One number: `"100*(y - x^2)^2 + (1 - x)^2"`, or over data `"mean((a*u + b - v)^2)"`.
    start : dict or str
        A number or an array for every variable: `{"x": -1.2, "w": np.zeros(3)}` or
        `"x=-1.2, w=zeros"`; arrays of `zeros`, `ones` or `random` (standard normal draws) have the
        shape that `shapes` declares, `"U: m 5"`, or that of the one vector that fits the objective.
    data : dict of arrays, data frame, or path, optional
        Columns and matrices that the objective names; the path of a CSV or `.npz` file.
    shapes : dict or str, optional
        Shapes of arrays, "X: m n; w: n". Where matrices have none, their dimensions are called m,
        n, k, p, q in the order in which their sizes appear; the diagnosis says so where the
        formula computes with them.
    method : str
        "auto"; with gradients "gradient_descent", "momentum", "nesterov", "adagrad", "rmsprop",
        "adam", "adamw", "amsgrad", "nadam", "lion", "conjugate_gradient", "quasi_newton" (BFGS),
        "limited_memory" (L-BFGS); with curvature "newton", "truncated_newton", "trust_region",
        "coordinate_descent"; "linear_solve" for quadratics; "levenberg_marquardt" and
        "gauss_newton" for sums of squares; "proximal_newton", "fista", "ista" where kinks split
        off, as those of norm1, "active_kinks" where they do not; "downhill_simplex" and
        "pattern_search" on values only. SciPy's "L-BFGS-B", "BFGS", "CG", "Newton-CG",
        "trust-ncg", "trust-krylov", "trust-exact", "TNC", "Nelder-Mead", "Powell"; "lm", "trf" and
        "dogbox" for sums of squares; with constraints "SLSQP", "trust-constr",
        "augmented_lagrangian" and "interior_point". For the lowest of several minima
        "multistart", "basin_hopping", and within bounds SciPy's "shgo", "dual_annealing" and
        "differential_evolution": `Optimum.minima` lists what they find.
        On batches of rows: "sgd", "svrg", "saga", and with `batch_size` also "momentum" and the
        family from "nesterov" and "adam" to "lion".
    constraints : sequence of str
        Relations between formulas in the variables and the data, `["x^2 + y^2 <= 1", "x == 2*y",
        "0 <= z <= 1", "A@w <= b"]`; those between arrays hold entry by entry. SymPy's too.
    bounds : dict, optional
        `{"x": (0, None)}`, None for no limit.
    max_steps : int, optional
    tolerance : float, optional
        Of the gradient: converged when its largest component is at most
        `tolerance * min(max(1, |f|), largest component at the start)`; default 1e-8.
    callback : callable, optional
        Called after each step with a `StepState`, the whole state of the run; something true, or
        raising `StopIteration`, stops the run.
    seed : int
        Of the random vectors that judge noise and curvature at the end, of a random start, and of
        searches for the lowest of several minima.
    escape : bool
        Where the run ends at a saddle, leave it along negative curvature and go on.
    throw : bool
        Raise `OutcomeError`, which carries the result, instead of returning one that is not good.
    limits : Limits, optional
        Of reading the objective; `seconds` limits the run; with `memory_mb` the work is done in
        another process, which cannot call a `callback`.
    checkpoint : str or Path, optional
        An `.npz` file to keep the state of the run in; where it exists already, the same call goes
        on from there, to the same bits as a run without interruption. For methods of our own.
    checkpoint_every : float, optional
        Seconds between two writings, 0 for every step; default 60. However the run ends, its last
        whole step is written.
    resume : bool
        False starts over and replaces the checkpoint.
    **options
        The method's own: `rate=0.01`, `momentum=0.9`, `search="backtracking"`, `clip_norm=1`,
        `schedule="warmup 50 cosine 1000"` or `("step", 100, 0.5)`, SciPy's.

    Returns
    -------
    Optimum
        At the best point ever evaluated, values beside a point that verify its gradient aside;
        arrays in `x` have their shapes.

    Raises
    ------
    ParseError, ArgumentError, DataError
        Before any work: for instance a name that has neither a start nor data.
    OutcomeError
        With `throw=True`, when the outcome is not good.

    Notes
    -----
    With `batch_size=256, passes=20`, the defaults of "sgd", each step of the method sees a batch of
    rows of the data. A step of the trace is a pass over all of them, or `record_every` batches, and
    there the whole objective is evaluated, piece by piece, for the tests of convergence that every
    run has. The objective must be a sum or a mean over rows, plus terms without; a `sum` over a
    batch is scaled up to all rows. Rows are shuffled by `seed`, arrays in files (`np.memmap`) block
    by block and then within windows, so that memory stays constant (`shuffle`); the last batch has
    what is left. Without `rate` it is taken from the largest curvature of batches at the start; it
    falls along a cosine but for "svrg" and "saga" (`schedule`, `clip_norm`, `averaging`).

    "auto" solves a quadratic in one step; it takes Levenberg-Marquardt for a sum of squares,
    Newton's method in a trust region where second derivatives are few, along a line where they are
    sparse, L-BFGS-B for many variables, steps onto the kinks where there are any, a pattern
    search where the objective jumps; `Optimum.why` says which and why, `Optimum.rules` rule by
    rule.

    Examples
    --------
    >>> import symcalc as sc
    >>> best = sc.minimize("100*(y - x^2)^2 + (1 - x)^2", {"x": -1.2, "y": 1})
    >>> best.converged, {name: round(value, 6) for name, value in best.x.items()}
    (True, {'x': 1.0, 'y': 1.0})
    >>> data = {"X": [[1, 0], [1, 1], [1, 2]], "y": [1, 3, 5]}
    >>> sc.minimize("sum((X@w - y)**2)/(2*m)", "w=zeros", data=data).x["w"].round(6)
    array([1., 2.])
    """
    check_callback(callback)
    constraints = as_list(constraints)
    named = names_in(constraints)
    allowed = check_limits(limits)
    guess = to_values(start)
    names = tuple(guess)
    pairs = to_bounds(bounds, names)
    table = None if data is None else load_data(data)
    if table is not None and any(getattr(value, "size", 1) > 2 for value in guess.values()):
        table = replace(table, is_lent=True)  # results keep the data of two numbers at most
    is_batched, is_elsewhere = asks_for_batches(method, options), allowed.memory_mb is not None
    _refuse_together(is_batched, bool(constraints), is_elsewhere, escape)
    if is_batched:
        return minimize_in_batches(
            objective, guess, table, shapes=shapes, limits=allowed, method=method, bounds=pairs,
            seed=check_count("seed", seed, 0), max_steps=max_steps, options=options,
            tolerance=tolerance, callback=callback, throw=throw,
            keep=partial(keeping_of, checkpoint, checkpoint_every, resume),
        )  # fmt: skip
    chosen = None if method == "auto" else find_method(method)
    target: FormulaObjective | ArrayObjective
    if is_over_arrays(objective, guess, table, shapes, named):
        target = read_array_objective(
            objective, guess, data=table, shapes=shapes, limits=allowed,
            seed=check_count("seed", seed, 0), elsewhere=named,
        )  # fmt: skip
        guess = target.start
    else:
        target = read_objective(
            objective, names, data=table, shapes=shapes, limits=allowed, elsewhere=named
        )
    keeping = keeping_of(
        checkpoint, checkpoint_every, resume, target.expression, target.data, table, constraints
    )
    if is_elsewhere:
        found: Optimum = run_within_memory(
            "minimize", target.expression, guess, data=data if constraints else target.data,
            shapes=shapes if constraints else None, method=method, constraints=constraints,
            bounds=pairs, max_steps=max_steps, tolerance=tolerance, seed=seed, throw=throw,
            callback=callback, limits=allowed, checkpoint=checkpoint, resume=resume,
            checkpoint_every=checkpoint_every, escape=escape, **options,
        )  # fmt: skip
        return found
    if isinstance(target, ArrayObjective) and constraints:
        callback = with_shapes(callback, target.function.unpack)
    if constraints:
        return minimize_under(
            target, constraints, table, guess, bounds=pairs, limits=allowed, method=method,
            max_steps=max_steps, tolerance=tolerance, callback=callback, seed=seed, throw=throw,
            options=options, shapes=shapes, keeping=keeping,
        )  # fmt: skip
    needs = None if chosen is None else "kinks" if chosen.is_global else chosen.needs
    return _minimize_freely(
        target, guess, pairs, needs, method=method,
        escape=escape, max_steps=max_steps, tolerance=tolerance, callback=callback, seed=seed,
        throw=throw, time_limit=allowed.seconds, options=options, keeping=keeping,
    )  # fmt: skip


def _minimize_freely(
    target: FormulaObjective | ArrayObjective,
    start: dict[str, Any],
    bounds: list[Any] | None,
    needs: str | None,
    **settings: Any,
) -> Optimum:
    """Minimize an objective without constraints, symmetric matrices among symmetric ones."""
    functions, facts = target.to_objective(needs, bounds)
    if not isinstance(target, ArrayObjective):
        x0 = list(start.values())
        best = minimize_objective(
            functions, x0, target.names, bounds=bounds, facts=facts, **settings
        )
        said = (*best.diagnosis, *target.notes)
        box = check_bounds(bounds, np.array(x0), target.names)
        return replace(best, diagnosis=said, surface=surface_of(target, None, box))
    pairs, ties = target.bounds(bounds), find_ties(target)
    unpack, callback = target.function.unpack, settings.pop("callback")
    settings["callback"] = with_shapes(
        callback, unpack if ties is None else lambda vector: unpack(ties.all(vector))
    )
    if ties is None:
        best = minimize_objective(
            functions, target.vector, target.names, bounds=pairs, facts=facts, **settings
        )
        box = check_bounds(pairs, target.vector, target.names)
        return with_arrays(best, target, limits=(None, box))
    best = minimize_objective(
        ties.objective(functions), ties.free(target.vector), ties.free(target.names),
        bounds=None if pairs is None else ties.free(pairs), facts=facts, **settings,
    )  # fmt: skip
    return with_arrays(best, target, ties.all)


def _refuse_together(
    is_batched: bool, is_constrained: bool, is_elsewhere: bool, escapes: bool
) -> None:
    """Refuse what does not go together."""
    if is_batched and (is_constrained or is_elsewhere):
        what = "`constraints`" if is_constrained else "`limits.memory_mb`"
        raise ArgumentError(f"Batches of rows do not go together with {what}; leave one out.")
    if escapes and (is_batched or is_constrained):
        what = "Batches of rows" if is_batched else "`constraints`"
        raise ArgumentError(f"{what} do not go together with `escape`; leave one out.")
