"""Integrals of callables that nothing is known of: the public verb."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from ..errors import ArgumentError, OutcomeError
from .door import check_positive
from .quadrature import QuadratureEstimate, cubature, quadrature

__all__ = ["numeric_integral"]


def numeric_integral(
    function: Callable[..., Any],
    lower: Any,
    upper: Any,
    *,
    principal_value_at: Sequence[float] = (),
    args: Sequence[Any] = (),
    relative_tolerance: float = 1e-12,
    max_evaluations: int = 2_000_000,
    throw: bool = False,
) -> QuadratureEstimate:
    """Integrate a callable, from its values alone.

    Parameters
    ----------
    function : callable
        Takes an array of places and returns one; a callable for single floats works too, more
        slowly. For several variables it takes one array for each.
    lower, upper : float, or sequences of float and callables
        The ends of the range, infinite ones allowed. For several variables a sequence each, the
        innermost variable first; a limit may be a callable of the variables further out.
    principal_value_at : sequence of float
        Simple poles inside the range whose principal value is wanted. One variable only.
    args : sequence
        Further arguments of the function.
    relative_tolerance : float
        What is aimed at; the error that was reached is stated.
    max_evaluations : int
    throw : bool
        Whether an outcome without a number raises.

    Returns
    -------
    QuadratureEstimate
        `value, error, method, trust, outcome, note, other, n_evaluations, splits, place,
        exponent`. `Trust.CHECKED`: two unrelated rules agree. `Trust.SUSPECT`: they do not; both
        numbers are in the note. `Outcome.DIVERGENT` and `Outcome.UNDEFINED` name the place.

    Raises
    ------
    ArgumentError
        Before any work.
    OutcomeError
        With `throw`, where there is no number to rely on.
    UserFunctionError
        The function raised an error that is not arithmetic.

    Notes
    -----
    One variable: ends are read first, on a logarithmic scale; singular ones are fitted by their
    exponent, oscillating ones cut between zeros and accelerated. Adaptive Gauss-Kronrod panels
    are compared with tanh-sinh on groups of them; where panels close in on a place, it becomes
    an end of its own. Several variables: Gauss-Legendre in each, compared with double
    exponential sums; then SciPy's adaptive cubature and scrambled Sobol points.

    A callable tells nothing of what lies between the places asked for: a peak narrower than
    their distance (some thousand places, more densely at the ends) is not seen. About 10 000
    evaluations in one variable.

    References
    ----------
    R. Piessens and others, QUADPACK (Springer 1983), the panels and their error.
    H. Takahasi and M. Mori, Publ. RIMS 9 (1974) 721-741, tanh-sinh.
    D. Levin, International Journal of Computer Mathematics B3 (1973) 371-388, acceleration.

    Examples
    --------
    >>> import numpy as np
    >>> import symcalc as sc
    >>> found = sc.numeric_integral(lambda x: x**-0.9, 0, 1)
    >>> round(found.value, 10), str(found.trust)
    (10.0, 'checked')
    >>> sc.numeric_integral(lambda x: 1 / x, 0, 1).note
    'near x = 0 the integrand is like |x - x0|^-1'
    >>> area = sc.numeric_integral(lambda y, x: x * y, [0, 0], [lambda x: x**2, 1])
    >>> round(area.value, 12)
    0.083333333333
    """
    if not callable(function):
        raise ArgumentError(
            f"`function` must be callable, not {type(function).__name__}. Compile a formula "
            "with sc.compile first."
        )
    check_positive(relative_tolerance=relative_tolerance, max_evaluations=max_evaluations)
    if isinstance(lower, list | tuple) or isinstance(upper, list | tuple):
        found = _several(
            function,
            lower,
            upper,
            principal_value_at,
            args,
            relative_tolerance=relative_tolerance,
            max_evaluations=max_evaluations,
        )
    else:
        ends = [_end(lower, "lower"), _end(upper, "upper")]
        poles = [_end(pole, "principal_value_at") for pole in principal_value_at]
        for pole in poles:
            if not min(ends) < pole < max(ends):
                raise ArgumentError(
                    f"The pole {pole!r} does not lie inside the range from {ends[0]!r} to "
                    f"{ends[1]!r}."
                )
        found = quadrature(
            function,
            *ends,
            relative_tolerance=relative_tolerance,
            max_evaluations=max_evaluations,
            principal_value_at=poles,
            args=args,
        )
    if throw and not found.outcome.is_good:
        raise OutcomeError(f"{found.outcome.value} {found.note}", found)
    return found


def _several(
    function: Callable[..., Any],
    lower: Any,
    upper: Any,
    poles: Sequence[float],
    args: Sequence[Any],
    **options: Any,
) -> QuadratureEstimate:
    """Check the ranges of several variables and integrate."""
    try:
        ranges = list(zip(lower, upper, strict=True))
    except (TypeError, ValueError):
        raise ArgumentError("`lower` and `upper` must be sequences of one length.") from None
    if poles:
        raise ArgumentError("Principal values are taken in one variable only.")
    checked = [(_limit(low), _limit(high)) for low, high in ranges]
    if checked and any(map(callable, checked[-1])):
        raise ArgumentError("The outermost limits must be numbers: no variable is left for them.")
    return cubature(lambda *places: function(*places, *args), checked, **options)


def _limit(value: Any) -> Any:
    """Return a limit: a callable of outer variables, or a float."""
    return value if callable(value) else _end(value, "limit")


def _end(value: Any, name: str) -> float:
    """Return a limit as a float."""
    try:
        end = float(value)
    except (TypeError, ValueError):
        raise ArgumentError(f"`{name}` must be a number, not {value!r:.40}.") from None
    if math.isnan(end):
        raise ArgumentError(f"`{name}` must be a number, not NaN.")
    return end
