"""`find_rate`: an objective over rows of data → the learning rate of its steepest fall."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import ArgumentError
from ..language import Limits, check_limits
from ..optimize.door import check_count, check_options, check_positive
from ..optimize.methods import BatchSteps, OnTheLoop, choose_batch_method
from ..optimize.rate_finder import RateSearch, search_rate
from .batches import check_batch_size, read_row_problem
from .data import load_data
from .reading import Formula
from .start import to_values

__all__ = ["find_rate"]

#: Options of a run that have no meaning while the rate grows.
_OF_RUNS = ("rate", "schedule", "passes", "record_every", "averaging")


def find_rate(
    objective: Formula,
    start: Any,
    *,
    data: Any,
    shapes: Any = None,
    method: str = "sgd",
    lowest: float | None = None,
    highest: float | None = None,
    n_rates: int = 100,
    seed: int = 0,
    limits: Limits | None = None,
    **options: Any,
) -> RateSearch:
    """Find a learning rate by a range test: steps on batches at rates that grow.

    Parameters
    ----------
    objective : str, Expression or SymPy expression
        A sum or a mean over the rows of the data, plus terms without rows.
    start : dict or str
        As `minimize` takes it.
    data : dict of arrays, data frame, or path
        As `minimize` takes it; arrays in files (`np.memmap`) stay there.
    shapes : dict or str, optional
    method : str
        "sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw", "amsgrad", "nadam" or
        "lion".
    lowest, highest : float, optional
        The range of rates; by default 1e-4 to 100 times the inverse of the largest curvature, for
        methods that scale gradients 1e-6 to 10.
    n_rates : int
        Steps taken, at most: each at a rate of its own.
    seed : int
        Of the order of the rows.
    limits : Limits, optional
        Of reading the objective.
    **options
        The method's own: `batch_size=256`, `momentum=0.9`, `clip_norm=1.0`, `shuffle="rows"`.

    Returns
    -------
    RateSearch
        `rate`, and the curve: `rates`, `values`, `smoothed`; `sc.plot` draws it.

    Raises
    ------
    ParseError, ArgumentError, DataError

    Notes
    -----
    The rate is where the smoothed value falls most steeply against the logarithm of the rate. It
    suits the beginning of a run from this start; later steps may need smaller ones, which a
    schedule gives. Values are those over one sample of at most 4096 rows, the same after each step.

    References
    ----------
    Smith, Cyclical learning rates for training neural networks, 2017, section 3.3.

    Examples
    --------
    >>> import numpy as np, symcalc as sc
    >>> X = np.random.default_rng(0).normal(size=(1000, 3))
    >>> found = sc.find_rate("mean((X@w - y)**2)", "w=zeros", data={"X": X, "y": X @ [1, 2, 3]})
    >>> 0.01 < found.rate < 1
    True
    """
    allowed = check_limits(limits)
    if data is None:
        raise ArgumentError("A range test takes steps on the rows of data; give `data`.")
    row, *_ = choose_batch_method(method)
    if row.name in ("svrg", "saga"):
        raise ArgumentError(f"A range test has no pass for {row.name!r} to lean on; test 'sgd'.")
    for name in _OF_RUNS:
        if name in options:
            raise ArgumentError(f"`{name}` has no meaning in a range test; leave it out.")
    check_options(row, options)
    solver = row.make(options)
    assert isinstance(solver, OnTheLoop)
    assert isinstance(solver.stepper, BatchSteps)
    n_rates = check_count("n_rates", n_rates, 2)
    low = None if lowest is None else check_positive("lowest", lowest)
    high = None if highest is None else check_positive("highest", highest)
    if low is not None and high is not None and not low < high:
        raise ArgumentError(
            f"`lowest` is {low:g} and `highest` {high:g}; the first is the smaller."
        )
    seed = check_count("seed", seed, 0)
    problem = read_row_problem(
        objective, to_values(start), load_data(data), shapes=shapes, limits=allowed, seed=seed
    )
    check_batch_size(solver.stepper.plan.size, problem.rows.data.n_rows, options)
    with np.errstate(all="ignore"):
        return search_rate(
            problem.rows, problem.formula.vector, solver.stepper, row.name, lowest=low,
            highest=high, n_rates=n_rates,
        )  # fmt: skip
