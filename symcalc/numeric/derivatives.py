"""Derivatives of callables that nothing is known of: the public verbs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..errors import ArgumentError, UserFunctionError
from ..outcome import Estimate
from .door import Counted, check_function, check_positive, to_array, to_bounds, to_vector
from .estimates import Estimates
from .lines import Line, Lines

__all__ = ["numeric_derivative", "numeric_gradient", "numeric_hessian", "numeric_jacobian"]

METHODS = ("adaptive", "central", "forward", "backward", "complex")


def numeric_derivative(
    function: Callable[[Any], Any],
    x: float | ArrayLike,
    order: int = 1,
    *,
    method: str = "adaptive",
    step: float | None = None,
    scale: float | None = None,
    bounds: Any = None,
    higher: float | None = None,
    vectorized: bool = False,
) -> Any:
    """Differentiate a callable of one number, from its values alone.

    Parameters
    ----------
    function : callable
        Takes a float and returns one. Where it raises an arithmetic error, or returns NaN, an
        infinity or a complex number, it has no value.
    x : float or array
        The point, or an array of points that are looked at one by one.
    order : {1, 2}
    method : str
        "adaptive" (default); "central", "forward" and "backward" take one step; "complex" takes
        the imaginary part of one value beside the real axis, for analytic functions that accept
        complex numbers. All but "adaptive" give first derivatives.
    step : float, optional
        The step of a method with one step.
    scale : float, optional
        The length over which the function changes; default `max(|x|, 1)`. Much shorter features
        are found, much longer ones cost digits.
    bounds : tuple of float, optional
        `(lower, upper)`: the function is never called outside.
    higher : float, optional
        The second derivative at the point for "forward" and "backward", the third for
        "central", where it is known: the step and the error are chosen from it.
    vectorized : bool
        Whether the function takes arrays of numbers; most values are then asked for at once.

    Returns
    -------
    Estimate or Estimates
        `value, error, method, step, trust, outcome, note`; `Estimates` for an array of points.

        `Trust.CHECKED`: central differences and those of each side, extrapolated apart from
        each other, agree. `Trust.ESTIMATED`: one of them only, such as at the edge of the
        domain. `Trust.SUSPECT` (`Outcome.UNDECIDED`): they disagree or do not converge.
        `Outcome.NOT_DIFFERENTIABLE`: the sides converge to different numbers.

    Raises
    ------
    ArgumentError
        Before any work.
    UserFunctionError
        The function raised an error that is not arithmetic.

    Notes
    -----
    "adaptive" halves the step from 1/8 of the scale until rounding takes over, and extrapolates
    (Richardson) the central, the left and the right differences of the same values. The noise
    of the values is measured, near the point and at the step of the answer. Every entry must be
    confirmed by later, smaller steps, so that a step that skips a whole period is found out.
    About 50 evaluations where the function is smooth, up to 150 where nothing converges.

    It cannot see what lies between its points, and not below about 1e-12 of the scale. A
    function whose errors are smooth (a truncated series, an iteration that stops early) is
    differentiated as it is, errors included.

    References
    ----------
    C. J. F. Ridders, Advances in Engineering Software 4 (1982) 75-76, the table.
    J. J. Moré and S. M. Wild, SIAM Journal on Scientific Computing 33 (2011) 1292-1314, noise.
    W. Squire and G. Trapp, SIAM Review 40 (1998) 110-112, the complex step.

    Examples
    --------
    >>> import math
    >>> import symcalc as sc
    >>> found = sc.numeric_derivative(math.log, 0.1)
    >>> round(found.value, 9), str(found.trust)
    (10.0, 'checked')
    >>> print(sc.numeric_derivative(abs, 0.0).note)
    left -1, right 1
    """
    counted = _counted(function, method, order, step, scale)
    points = to_array(x)
    places = to_vector(points.ravel())
    boxes = to_bounds(bounds, places)
    entries = []
    for place, box in zip(places.tolist(), boxes, strict=True):
        line = Line(
            counted,
            place,
            bounds=box,
            scale=scale,
            many=(lambda t: t) if vectorized else None,
        )
        entries.append(line.derivative(order, method, step=step, higher=higher))
    if points.ndim == 0:
        return entries[0]
    return Estimates(tuple(entries), points.shape, counted.n_calls)


def numeric_gradient(
    function: Callable[[Any], Any],
    x: ArrayLike,
    *,
    method: str = "adaptive",
    bounds: Any = None,
    vectorized: bool = False,
) -> Estimates:
    """Return the gradient of a callable of a vector, from its values alone.

    Parameters
    ----------
    function : callable
        Takes an array of shape `(n,)` and returns a float.
    x : array of shape (n,)
    method : str
        As for `numeric_derivative`.
    bounds : pair or sequence of pairs, optional
        `(lower, upper)` for all coordinates or for each; None is no bound.
    vectorized : bool
        Whether the function takes points of shape `(n_points, n)` and returns `(n_points,)`.

    Returns
    -------
    Estimates
        Shape `(n,)`.

    Raises
    ------
    ArgumentError, UserFunctionError
        As for `numeric_derivative`.

    Notes
    -----
    One coordinate after the other: n times the cost of `numeric_derivative`.

    Examples
    --------
    >>> import symcalc as sc
    >>> found = sc.numeric_gradient(lambda x: (x**3).sum(), [1.0, 2.0])
    >>> found.value.round(9), found.outcome.name
    (array([ 3., 12.]), 'DONE')
    """
    counted = _counted(function, method)
    lines = Lines(counted, to_vector(x), bounds, vectorized)
    entries = [line.derivative(1, method) for line in lines]
    return Estimates(tuple(entries), (len(entries),), counted.n_calls)


def numeric_jacobian(
    function: Callable[[Any], Any],
    x: ArrayLike,
    *,
    method: str = "adaptive",
    bounds: Any = None,
) -> Estimates:
    """Return the Jacobian of a callable from vectors to vectors, from its values alone.

    Parameters
    ----------
    function : callable
        Takes an array of shape `(n,)` and returns `(m,)`.
    x : array of shape (n,)
    method, bounds
        As for `numeric_gradient`.

    Returns
    -------
    Estimates
        Shape `(m, n)`.

    Raises
    ------
    ArgumentError, UserFunctionError
        As for `numeric_derivative`.

    Notes
    -----
    All components are taken from the same calls.

    Examples
    --------
    >>> import symcalc as sc
    >>> sc.numeric_jacobian(lambda x: x * x[::-1], [1.0, 2.0]).value.round(9)
    array([[2., 1.],
           [2., 1.]])
    """
    counted = _counted(function, method)
    point = to_vector(x)
    boxes = to_bounds(bounds, point)
    n_components = _n_components(counted, point)
    columns = []
    for index, box in enumerate(boxes):
        values: dict[Any, Any] = {}
        columns.append(
            [
                _component(counted, point, index, (k, n_components), values, box).derivative(
                    1, method
                )
                for k in range(n_components)
            ]
        )
    entries = tuple(columns[j][i] for i in range(n_components) for j in range(len(point)))
    return Estimates(entries, (n_components, len(point)), counted.n_calls)


def numeric_hessian(
    function: Callable[[Any], Any], x: ArrayLike, *, bounds: Any = None
) -> Estimates:
    """Return the Hessian of a callable of a vector, from its values alone.

    Parameters
    ----------
    function : callable
        Takes an array of shape `(n,)` and returns a float.
    x : array of shape (n,)
    bounds
        As for `numeric_gradient`.

    Returns
    -------
    Estimates
        Shape `(n, n)`, symmetric.

    Raises
    ------
    ArgumentError, UserFunctionError
        As for `numeric_derivative`.

    Notes
    -----
    Second differences on the diagonal, mixed ones beside it; the sides that confirm a mixed
    one are the four quadrants. Some 10 digits at best: a second difference loses twice as
    many as a first one.

    Examples
    --------
    >>> import symcalc as sc
    >>> found = sc.numeric_hessian(lambda x: x[0] ** 2 * x[1], [3.0, 2.0])
    >>> found.value.round(6)
    array([[4., 6.],
           [6., 0.]])
    """
    counted = _counted(function, "adaptive")
    lines = Lines(counted, to_vector(x), bounds, False)
    n = len(lines)
    found: dict[tuple[int, int], Estimate] = {}
    for i in range(n):
        found[i, i] = lines[i].derivative(2)
        for j in range(i):
            found[i, j] = found[j, i] = lines.mixed(i, j)
    entries = tuple(found[i, j] for i in range(n) for j in range(n))
    return Estimates(entries, (n, n), counted.n_calls)


def _n_components(counted: Counted, point: Any) -> int:
    """Return how many numbers the function returns."""
    where = f"at {np.array2string(point, threshold=6)}"
    try:
        values = np.asarray(counted(point.copy()))
    except Exception as error:
        raise UserFunctionError(
            f"The function raised {type(error).__name__} {where}: {error}"
        ) from error
    if values.dtype.kind not in "biufc":
        raise UserFunctionError(
            f"The function returned no array of numbers {where}, but {values!r:.80}."
        )
    return int(values.size)


def _component(
    counted: Counted,
    point: Any,
    index: int,
    place: tuple[int, int],
    known: dict[Any, Any],
    box: Any,
) -> Line:
    """Return component k of n along one coordinate; all of them share the calls in `known`."""
    component, n_components = place

    def value(t: Any) -> Any:
        if t not in known:
            moved = point.astype(type(t))
            moved[index] = t
            known[t] = np.asarray(counted(moved)).ravel()
            if known[t].size != n_components:
                raise UserFunctionError(
                    f"The function returned {n_components} numbers at the point, but "
                    f"{known[t].size} with coordinate {index} at {t!r}."
                )
        return known[t][component].item()

    return Line(value, float(point[index]), bounds=box)


def _counted(
    function: Callable[[Any], Any],
    method: str,
    order: int = 1,
    step: float | None = None,
    scale: float | None = None,
) -> Counted:
    """Return the callable with its counter; an argument that is not allowed is an error."""
    check_function(function)
    if method not in METHODS:
        raise ArgumentError(f"`method` is {method!r}; allowed are {', '.join(METHODS)}.")
    if order not in (1, 2) or isinstance(order, bool):
        raise ArgumentError(f"`order` is {order!r}; allowed are 1 and 2.")
    if order == 2 and method != "adaptive":
        raise ArgumentError(f"method={method!r} gives first derivatives; take 'adaptive' here.")
    if step is not None and method in ("adaptive", "complex"):
        raise ArgumentError(f"method={method!r} chooses its steps itself; leave `step` out.")
    check_positive(step=step, scale=scale)
    return Counted(function)
