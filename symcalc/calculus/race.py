"""`race`: one problem, one start, several methods side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import ArgumentError
from ..language import Limits, check_limits
from ..optimize import Optimum
from ..optimize.methods import (
    CONSTRAINED,
    asks_for_batches,
    choose_batch_method,
    find_method,
)
from ..optimize.plain import show
from ..outcome import Outcome
from .constraint_reading import as_list
from .data import load_data
from .minimize import minimize
from .race_result import Race
from .reading import Formula

__all__ = ["race"]

#: Who runs when nobody is named: freely, within bounds, under constraints.
RACERS = ("gradient_descent", "momentum", "adam", "limited_memory", "newton")
BOUNDED = ("L-BFGS-B", "TNC", "SLSQP", "downhill_simplex")
CONSTRAINED_ONES = ("SLSQP", "trust-constr", "augmented_lagrangian", "interior_point")


def race(
    objective: Formula,
    start: Any,
    methods: Any = None,
    *,
    data: Any = None,
    shapes: Any = None,
    constraints: Any = (),
    bounds: Any = None,
    max_steps: int | None = None,
    tolerance: float | None = None,
    seed: int = 0,
    limits: Limits | None = None,
    **options: Any,
) -> Race:
    """Run several methods of `minimize` on one problem and compare them.

    Parameters
    ----------
    objective : str, Expression or SymPy expression
    start : dict or str
    methods : sequence of str, str or dict, optional
        Names, "gd,momentum,adam,newton", by default some that can keep to what is asked; or a dict
        from names to their own options, `{"adam": {"rate": 0.1}, "newton": {}}`. A dict's keys are
        free labels where the options name the `method`: `{"slow": {"method": "adam", "rate":
        1e-3}}`.
    data, shapes, constraints, bounds, max_steps, tolerance, seed
        As for `minimize`, the same for all.
    limits : Limits, optional
        `seconds` limits each run.
    **options
        Options of methods, `rate=0.01`: each goes to those methods that have it, and at least one
        must.

    Returns
    -------
    Race
        `runs` by name, each an `Optimum`; `ranking`; a table as its text; `plot()`. Ctrl-C ends the
        race: the run keeps its best point, methods after it are listed as `skipped`.

    Raises
    ------
    ParseError, ArgumentError, DataError
        As `minimize`, before the first run is timed.

    Notes
    -----
    Every method takes one step before the clock starts, so that imports and refusals come first;
    seconds are counted from a run's first evaluation. Evaluations are those of values, alone or
    with the gradient; a Hessian costs more, and is counted apart. One run on one start says little
    about others.

    Examples
    --------
    >>> import symcalc as sc
    >>> both = sc.race("100*(y - x^2)^2 + (1 - x)^2", "x=-1.2, y=1", "momentum, newton")
    >>> both.ranking
    ('newton', 'momentum')
    >>> both["newton"].converged, both["newton"].n_steps < both["momentum"].n_steps
    (True, True)
    """
    relations = as_list(constraints)
    if methods is None:
        methods = CONSTRAINED_ONES if relations else RACERS if bounds is None else BOUNDED
    entries = _read_methods(methods)
    settings = _share(entries, options, has_constraints=bool(relations))
    check_limits(limits)
    table = None if data is None else load_data(data)
    common: dict[str, Any] = {
        "data": table, "shapes": shapes, "constraints": relations, "bounds": bounds,
        "tolerance": tolerance, "seed": seed, "limits": limits,
    }  # fmt: skip
    for chosen in settings.values():
        minimize(objective, start, **common, **{**chosen, "max_steps": 1})
    runs: dict[str, Optimum] = {}
    for label, chosen in settings.items():
        runs[label] = minimize(objective, start, **common, **{"max_steps": max_steps, **chosen})
        if runs[label].outcome is Outcome.INTERRUPTED:
            break
    skipped = tuple(label for label in settings if label not in runs)
    return Race(str(getattr(objective, "text", objective)), runs, skipped)


def _read_methods(methods: Any) -> dict[str, dict[str, Any]]:
    """Return the options of every runner by its label."""
    if isinstance(methods, str):
        methods = [name.strip() for name in methods.split(",") if name.strip()]
    entries: dict[str, dict[str, Any]] = {}
    if isinstance(methods, Mapping):
        for label, own in methods.items():
            if not isinstance(label, str) or not isinstance(own, Mapping):
                raise ArgumentError(
                    f"`methods` has {show(label)}: {show(own)}; it maps names to options, "
                    "{'adam': {'rate': 0.1}}."
                )
            entries[label] = {"method": label, **own}
    elif isinstance(methods, Sequence):
        for name in methods:
            label = name if name == "auto" else _row(name, {}).name
            if label in entries:
                raise ArgumentError(
                    f"`methods` names {label!r} twice; give a dict with labels of your own: "
                    "{'slow': {'method': 'adam', 'rate': 0.001}, …}."
                )
            entries[label] = {"method": label}
    if not entries:
        raise ArgumentError(
            f"`methods` is {show(methods)}; name at least one, such as 'gd,adam,newton'."
        )
    return entries


def _share(
    entries: dict[str, dict[str, Any]], options: Mapping[str, Any], *, has_constraints: bool
) -> dict[str, dict[str, Any]]:
    """Give each method its own options and those common ones that it has."""
    taken: set[str] = set()
    found = {}
    for label, own in entries.items():
        accepted: set[str] = set()
        if own["method"] != "auto":
            row = _row(own["method"], {**options, **own})
            accepted = set((CONSTRAINED.get(row.name, row) if has_constraints else row).options)
        given = {name: value for name, value in options.items() if name in accepted}
        taken |= set(given)
        found[label] = {**given, **own}
    unused = [name for name in options if name not in taken]
    if unused:
        raise ArgumentError(
            f"None of {', '.join(entries)} has an option `{unused[0]}`; leave it out."
        )
    return found


def _row(name: Any, options: Mapping[str, Any]) -> Any:
    """Return the row of a method, that on batches of rows where options ask for them."""
    if asks_for_batches(name, options):
        try:
            return choose_batch_method(name).method
        except ArgumentError:
            if asks_for_batches(name, {}):
                raise
    return find_method(name)
