"""`FormulaRegressor`: a model as a string, in the interface of scikit-learn's estimators."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..calculus.array_fit_result import ArrayFit
from ..calculus.fit import fit
from ..calculus.reading import to_expression
from ..calculus.start import to_values
from ..errors import ArgumentError, MissingExtraError
from ..optimize.door import check_count
from ..optimize.plain import show
from .features import MATRIX, Features, find_features

__all__ = ["FormulaRegressor"]

Array = NDArray[np.float64]

#: Runs from different starts where no start is given and the model is not linear.
DEFAULT_STARTS = 5

#: A row that is so much of the largest value off without the others is made of them, not rounded.
MIXED = 1e-4

#: Spread of the decimal logarithms of other starts, and the share of them that change sign.
DECADES, FLIPPED = 1.0, 0.25


def _bases() -> tuple[type, ...]:
    """Return the classes that make an estimator of scikit-learn; none where it is not installed."""
    try:
        from sklearn.base import BaseEstimator, RegressorMixin
    except ImportError:
        return ()
    return (RegressorMixin, BaseEstimator)


class FormulaRegressor(*_bases()):  # type: ignore[misc]
    """A formula with parameters, fitted by least squares, as an estimator of scikit-learn.

    Parameters
    ----------
    model : str, Expression or SymPy expression
        In parameters and columns: `"a*exp(-b*x) + c"`; or of the whole table, `"X@w + b"`.
    features : sequence of str, or dict, optional
        The names in the model that are columns, in the order of the columns, or, where columns of a
        data frame have these names, those; or `{"x": 3}`, places of columns by name, `{"x":
        "age"}`, names of columns of a data frame. By default: names of columns of a data frame;
        else names without a start; else `x`, or `x1`, `x2`, … Numbered names go by their numbers,
        others by their first appearance in the model.
    start : dict or str, optional
        A first guess for every parameter, as for `fit`; default: 1 for each, or the nearest number
        within its bounds.
    bounds : dict, optional
        `{"b": (0, None)}`.
    shapes : dict or str, optional
        Shapes of parameters that are arrays, where they do not follow from the start.
    method : str
        Of `fit`.
    n_starts : int, optional
        Runs from different starts, of which the best is kept: the first from `start`, others
        around it. Default: 1 where a start is given, else 5; a model that is linear in its
        parameters is fitted once.
    random_state : int, RandomState or None
        Of the draws of starts.

    Attributes
    ----------
    parameters_, standard_errors_ : dict of str to float or ndarray
    covariance_ : ndarray
    result_ : Fit or ArrayFit
        The whole result: outcome, notes, confidence bands, checks of the residuals.
    converged_ : bool
        Where it is False, a `ConvergenceWarning` was given.
    features_ : tuple of str
        The names in the model that are columns.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Of a data frame.

    Notes
    -----
    Needs scikit-learn. `sample_weight` multiplies squared residuals. A local method: with several
    starts the least sum of squares wins, and a lower one may exist. `score` is R².

    Examples
    --------
    >>> import numpy as np
    >>> import symcalc as sc
    >>> x = np.linspace(0, 4, 30)
    >>> y = 2.5 * np.exp(-1.3 * x) + 0.5
    >>> model = sc.FormulaRegressor("a*exp(-b*x) + c").fit(x[:, None], y)
    >>> {name: round(value, 6) for name, value in model.parameters_.items()}
    {'a': 2.5, 'b': 1.3, 'c': 0.5}
    >>> model.predict([[0.0], [100.0]]).round(6)
    array([3. , 0.5])
    """

    def __init__(
        self,
        model: Any,
        *,
        features: Any = None,
        start: Any = None,
        bounds: Any = None,
        shapes: Any = None,
        method: str = "auto",
        n_starts: int | None = None,
        random_state: Any = 0,
    ) -> None:
        self.model = model
        self.features = features
        self.start = start
        self.bounds = bounds
        self.shapes = shapes
        self.method = method
        self.n_starts = n_starts
        self.random_state = random_state

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> FormulaRegressor:
        """Fit the parameters to a table and a target, and return the estimator.

        Parameters
        ----------
        X : array_like or data frame, shape (n_rows, n_columns)
        y : array_like, shape (n_rows,)
        sample_weight : array_like, shape (n_rows,), optional
            They multiply the squared residuals.

        Raises
        ------
        MissingExtraError
            Without scikit-learn.
        ParseError, ArgumentError, DataError
            Before any work, all of them `ValueError`.
        """
        validate, check_random_state, warning = _scikit_learn()
        table, target = validate(self, X, y, dtype=np.float64, y_numeric=True, ensure_min_samples=2)
        target = np.asarray(target, dtype=float)
        weights = _weights(sample_weight, target.size)
        found = find_features(
            self.model, features=self.features, start=self.start, n_columns=table.shape[1],
            named=[str(name) for name in getattr(self, "feature_names_in_", ())],
        )  # fmt: skip
        if not found.parameters:
            raise ArgumentError("The model has no parameters: there is nothing to fit.")
        best = self._best(found, table, target, weights, check_random_state(self.random_state))
        _refuse_mixed_rows(best, found, table)
        self._mapping, self.features_ = found, found.names
        self.result_, self.converged_ = best, bool(best.converged)
        self.parameters_, self.standard_errors_ = best.parameters, best.standard_errors
        self.covariance_ = best.covariance
        if not self.converged_:
            sentences = (best.outcome.value, *best.notes)
            warnings.warn(" ".join(sentences), warning, stacklevel=2)
        elif any(np.isinf(error).any() for error in best.standard_errors.values()):
            warnings.warn(" ".join(best.notes), UserWarning, stacklevel=2)
        return self

    def predict(self, X: Any) -> Array:
        """Return the fitted model at the rows of a table."""
        from sklearn.utils.validation import check_is_fitted

        check_is_fitted(self)
        validate, _, _ = _scikit_learn()
        table = validate(self, X, dtype=np.float64, reset=False)
        return np.asarray(self.result_.predict(self._mapping.to_data(table)), dtype=float)

    def _best(
        self, found: Features, table: Array, target: Array, weights: Array | None, random: Any
    ) -> Any:
        """Return the fit with the least sum of squares from the starts."""
        default = DEFAULT_STARTS if self.start is None else 1
        n_starts = default if self.n_starts is None else check_count("n_starts", self.n_starts)
        model = self.model if found.is_matrix else to_expression(self.model, declared=_all(found))
        name = _free_name({*found.names, *found.parameters})
        data = {**found.to_data(table), name: target}
        best, method = None, self.method
        for start in self._starts(found, random, n_starts):
            fitted = fit(
                model, data, target=name, start=start, shapes=self.shapes, weights=weights,
                bounds=self.bounds, method=method, seed=int(random.randint(2**31 - 1)),
            )  # fmt: skip
            if best is None or _rank(fitted) < _rank(best):
                best = fitted
            flat = fitted.flat if isinstance(fitted, ArrayFit) else fitted
            if flat.problem.linear.all():
                break
            if method == "auto":  # it has looked around; other starts are one run each
                method = "lm" if self.bounds is None else "trf"
        return best

    def _starts(self, found: Features, random: Any, n_starts: int) -> Iterator[dict[str, Any]]:
        """Yield the start, and others with parameters around those in it, within the bounds."""
        pairs = self.bounds if isinstance(self.bounds, Mapping) else {}
        first = {name: _inside(1.0, pairs.get(name)) for name in found.parameters}
        if self.start is not None:
            first = to_values(self.start, "parameter")
        yield first
        for _ in range(n_starts - 1):
            yield {
                name: _inside(_moved(value, random), pairs.get(name))
                for name, value in first.items()
            }

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "result_")


def _moved(value: Any, random: Any) -> Any:
    """Return a number or an array some decades off; words for arrays become "random"."""
    if isinstance(value, str):
        return "random"
    shape = np.shape(value)
    sizes = np.where(np.equal(value, 0.0), 1.0, value) * 10.0 ** random.normal(0, DECADES, shape)
    moved = np.where(random.uniform(size=shape) < FLIPPED, -sizes, sizes)
    return moved if shape else float(moved)


def _inside(value: Any, pair: Any) -> Any:
    """Return a number or an array within a pair of bounds; what is no pair `fit` refuses."""
    if pair is None or isinstance(value, str):
        return value
    try:
        lower, upper = (
            np.asarray(free if side is None else side, dtype=float)
            for side, free in zip(pair, (-np.inf, np.inf), strict=True)
        )
        moved = np.clip(value, lower, upper)
    except (TypeError, ValueError):
        return value
    return moved if np.ndim(moved) else float(moved)


def _refuse_mixed_rows(fitted: Any, found: Features, table: Array) -> None:
    """Refuse a model of the whole table whose value at a row depends on the other rows."""
    if not found.is_matrix:
        return
    with np.errstate(all="ignore"):
        whole = np.asarray(fitted.predict(found.to_data(table)), dtype=float)
        for row in (0, len(table) - 1):
            alone = np.asarray(fitted.predict(found.to_data(table[row : row + 1])), dtype=float)
            off = np.abs(alone.ravel()[0] - whole[row])
            if off > MIXED * np.abs(whole).max():
                raise ArgumentError(
                    f"The model is {float(alone.ravel()[0]):g} at row {row + 1} alone and "
                    f"{float(whole[row]):g} at that row among the others: it mixes rows, as a mean "
                    f"over `{MATRIX}` does, so it cannot predict row by row. Make such columns in "
                    "a pipeline before the model."
                )


def _rank(fitted: Any) -> tuple[bool, float]:
    """Return what makes one fit better than another: a good end, then the sum of squares."""
    square = fitted.residual_sum_of_squares
    return not fitted.converged, square if square == square else np.inf


def _all(found: Features) -> tuple[str, ...]:
    return (*found.names, *found.parameters)


def _free_name(taken: set[str]) -> str:
    """Return a name for the target that the model does not use."""
    name = "y"
    while name in taken:
        name += "_"
    return name


def _weights(sample_weight: Any, n_rows: int) -> Array | None:
    """Return one weight for each row, or None."""
    if sample_weight is None:
        return None
    try:
        weights = np.asarray(sample_weight, dtype=float)
    except (TypeError, ValueError):
        raise ArgumentError(
            f"`sample_weight` is {show(sample_weight)}; give one number for each row."
        ) from None
    if weights.shape not in ((), (n_rows,)):
        raise ArgumentError(
            f"`sample_weight` has the shape {weights.shape}; the target has {n_rows} rows."
        )
    if not weights.any():
        raise ArgumentError("Every `sample_weight` is zero: there is nothing to fit.")
    return np.array(np.broadcast_to(weights, (n_rows,)))


def _scikit_learn() -> tuple[Any, Any, Any]:
    """Return what scikit-learn checks tables and seeds with, and its warning."""
    try:
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.utils import check_random_state
        from sklearn.utils.validation import validate_data
    except ImportError:
        raise MissingExtraError(
            "FormulaRegressor needs scikit-learn 1.6 or newer. Install it: "
            "pip install 'symcalc[sklearn]'. Without it, symcalc.fit fits the same models."
        ) from None
    return validate_data, check_random_state, ConvergenceWarning
