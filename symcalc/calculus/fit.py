"""`fit`: a model as a string and columns of data → parameters with standard errors."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ArgumentError, DataError
from ..expression import Expression, Variable
from ..graph.graph import REDUCTIONS, Graph
from ..language import Limits, check_limits
from ..optimize import Fit, fit_residuals
from ..optimize.door import check_count
from .array_fit import fit_arrays
from .array_reading import is_over_arrays
from .data import Table, load_data, refuse_masked
from .fit_blame import with_bad_step
from .fit_facts import find_linear, make_exact
from .fit_model import Model, ModelRows
from .reading import Formula
from .remembered import formula_of, function_of, remembered
from .start import refuse_unused, run_within_memory, to_bounds, to_start, to_values

__all__ = ["fit"]

Array = NDArray[np.float64]


def fit(
    model: Formula,
    data: Any,
    *,
    target: str,
    start: Any,
    shapes: Any = None,
    weights: Any = None,
    bounds: Any = None,
    method: str = "auto",
    seed: int = 0,
    throw: bool = False,
    limits: Limits | None = None,
) -> Any:
    """Fit the parameters of a model to data by least squares, with its closed-form Jacobian.

    Parameters
    ----------
    model : str, Expression or SymPy expression
        In the parameters and the columns of the data: `"b1*(1 - exp(-b2*x))"`; or over matrices
        of data and parameters that are arrays: `"tanh(X@W)@v + b"`.
    data : dict of arrays, data frame, or path
        The path of a CSV file (one header row) or of an `.npz` file; a pandas DataFrame.
    target : str
        The column that the model is to match, or a formula of columns: `"log(y)"`.
    start : dict or str
        A first guess for every parameter: `{"b1": 250, "b2": 5e-4}` or `"b1=250, b2=5e-4"`; for
        arrays as for `minimize`: `{"w": np.zeros(3)}`, `"w=zeros"`, `"W=random"`.
    shapes : dict or str, optional
        Shapes of arrays, "X: m n; W: n 3", where they do not follow from data and start.
    weights : array_like or str, optional
        They multiply the squared residuals: `1/sigma**2`; an array, or the name of a column.
    bounds : dict, optional
        `{"b1": (0, None)}`, None for no limit; of an array one pair for all its numbers, or a pair
        of arrays.
    method : str
        "auto", "lm" (Levenberg-Marquardt), "trf" or "dogbox" (with bounds).
    seed : int
        Of the draws for a start that is "random".
    throw : bool
        Raise `OutcomeError`, which carries the result, instead of returning one that is not good.
    limits : Limits, optional
        Of reading the model; `seconds` limits the fit; with `memory_mb` the work is done in
        another process.

    Returns
    -------
    Fit, or ArrayFit where a parameter or the data of the model are arrays
        `parameters`, `standard_errors`, `covariance`, `residual_sum_of_squares`, `r_squared`,
        `predict`, and how it ended.

    Raises
    ------
    ParseError, ArgumentError, DataError
        Before any work: for instance a name that is neither a parameter nor a column.
    OutcomeError
        With `throw=True`, when the outcome is not good.

    Notes
    -----
    Residuals are target minus model. Standard errors come from the Jacobian at the solution and
    the residual variance; they are as good as the model is linear there. A local method: from a
    bad start it may end in a local minimum.

    Examples
    --------
    >>> import symcalc as sc
    >>> found = sc.fit(
    ...     "a + b*x", {"x": [1, 2, 3, 4], "y": [3.1, 4.9, 7.2, 8.8]}, target="y", start="a=0, b=1"
    ... )
    >>> {name: round(value, 6) for name, value in found.parameters.items()}
    {'a': 1.15, 'b': 1.94}
    """
    allowed = check_limits(limits)
    table = load_data(data)
    values = to_values(start, "parameter")
    if is_over_arrays(model, values, table, shapes):
        if allowed.memory_mb is not None:
            raise ArgumentError("A fit over arrays runs where it is; leave out `memory_mb`.")
        return fit_arrays(
            model, table, target=target, start=values, shapes=shapes, weights=weights,
            bounds=to_bounds(bounds, tuple(values)), method=method, throw=throw,
            seed=check_count("seed", seed, 0), limits=allowed,
        )  # fmt: skip
    guess = to_start(values, "parameter")
    both = [name for name in guess if name in table.names]
    if both:
        raise ArgumentError(f"`{both[0]}` is a parameter in `start` and a column of the data.")
    compiled = _compile_model(model, guess, table, allowed)
    aim = _read_target(target, table, allowed)
    if target in compiled.predictors and target in aim.names:
        raise ArgumentError(f"The model contains its target `{target}`.")
    columns, n_rows = table.columns((*compiled.predictors, *aim.names))
    y = _target_values(target, aim, columns, table)
    if y.shape != (n_rows,):
        y = np.broadcast_to(y, (n_rows,))
    used = {name: columns[name] for name in compiled.predictors}
    data_rows = ModelRows(compiled.at(used, n_rows), y)
    names = compiled.parameters
    w, pairs = _read_weights(weights, table), to_bounds(bounds, names)
    if allowed.memory_mb is not None:
        found: Fit = run_within_memory(
            "fit", compiled.expression, columns, target=target, start=guess, weights=w,
            bounds=pairs, method=method, throw=throw, limits=allowed,
        )  # fmt: skip
        return found
    found = fit_residuals(
        data_rows.residuals, data_rows.jacobian, [guess[name] for name in names], names,
        target=y, weights=w, bounds=pairs, method=method, time_limit=allowed.seconds,
        has_jumps=compiled.has_jumps, takes_many=True, totals=data_rows.totals, part=data_rows.part,
        both=data_rows.both,
        linear=find_linear(compiled.expression, names),
        exact=make_exact(compiled.expression, names, aim, columns, n_rows),
        predictor=compiled, model=compiled.expression.text, target_name=target,
        columns=used, throw=throw,
    )  # fmt: skip
    return with_bad_step(data_rows.noted(found, table), compiled, used)


def _compile_model(model: Formula, guess: dict[str, float], table: Table, limits: Limits) -> Model:
    """Return the compiled model, its names checked against parameters and columns."""
    expression = formula_of(model, declared=(*guess, *table.spoken(model)), limits=limits)
    return _model_of(expression, tuple(guess), table.names)


@remembered
def _model_of(expression: Expression, guess: tuple[str, ...], known: tuple[str, ...]) -> Model:
    """Compile a model in the parameters of a start and in columns of data."""
    graph = expression.graph
    nodes = graph.reachable([expression.root])
    used = [graph.data[node] for node in nodes if graph.kinds[node] == "var"]
    unknown = [name for name in used if name not in guess and name not in known]
    if unknown:
        raise ArgumentError(
            f"`{unknown[0]}` in the model is neither a parameter with a start "
            f"({', '.join(guess)}) nor a column of the data ({', '.join(known[:12])})."
        )
    refuse_unused(expression, guess, used)
    if any(graph.kinds[node] in REDUCTIONS for node in nodes):
        raise ArgumentError("A model gives one value a row: sum, mean and size cannot stand in it.")
    predictors = tuple(name for name in used if name in known)
    names = (*guess, *predictors)
    narrowed = Expression(graph, expression.root, [Variable(name) for name in names])
    function = function_of(narrowed, names, order=1, wrt=guess)
    return Model(expression, function, guess, predictors)


def _read_target(target: str, table: Table, limits: Limits) -> Expression:
    """Return the formula of the target in the columns that it is made of."""
    if not isinstance(target, str):
        raise ArgumentError("`target` is the name of a column, or a formula of columns.")
    if target in table.names:
        return _column_expression(target)
    if target.isidentifier():
        raise DataError(
            f"The data have no column `{target}` for the target. Their columns: "
            f"{', '.join(table.names[:20])}."
        )
    expression = formula_of(target, declared=table.names, limits=limits)
    graph = expression.graph
    used = tuple(graph.data[node] for node in graph.variables([expression.root]))
    return Expression(graph, expression.root, [Variable(name) for name in used])


def _target_values(
    target: str, aim: Expression, columns: Mapping[str, Array], table: Table
) -> Array:
    """Return the values of the target, which are finite."""
    if target in table.names:
        return columns[target]
    with np.errstate(all="ignore"):
        found = function_of(aim, aim.names)(*[columns[name] for name in aim.names])
    values = np.asarray(found, dtype=float)
    bad = np.flatnonzero(~np.isfinite(np.atleast_1d(values)))
    if bad.size:
        raise DataError(f"The target {target} is not finite in {table.place(int(bad[0]))}.")
    return values


@lru_cache(maxsize=64)
def _column_expression(name: str) -> Expression:
    """Return a column as a formula, whatever characters its name has."""
    graph = Graph()
    return Expression(graph, graph.var(name), [Variable(name)])


def _read_weights(weights: Any, table: Table) -> Any:
    """Return the weights, from their column when a name was given."""
    if isinstance(weights, str):
        return table.column(weights)
    refuse_masked(weights, "The column of weights")
    return weights
