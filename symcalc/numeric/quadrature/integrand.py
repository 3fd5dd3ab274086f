"""A callable as an integrand: vectorized or not, counted, without warnings."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import ArgumentError, UserFunctionError
from .deadline import check_time

__all__ = ["Integrand"]

Array = NDArray[np.float64]
#: Places at a time.
CHUNK = 2**16


class Integrand:
    """Values of `f(x, *args)` at arrays of places; no value is NaN.

    Parameters
    ----------
    function : callable
        Takes an array and returns one of its shape; one that takes single floats only is found
        out at its first call, and called place by place from then on.
    args : sequence
        Further arguments.
    shifted : callable, optional
        `shifted(end, distance)` is the value at `end + distance`, exact for distances far below
        the rounding of the end.
    deadline : float
        From that time on, of `time.monotonic`, no value is asked for: TimeIsOver.

    Attributes
    ----------
    n_evaluations : int
        Places at which the function was asked.
    is_scalar : bool
        Whether it takes single floats only.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        args: Sequence[Any] = (),
        shifted: Callable[[float, Array], Any] | None = None,
        deadline: float = math.inf,
    ) -> None:
        self.function, self.args, self.shifted = function, tuple(args), shifted
        self.deadline, self.n_evaluations = deadline, 0
        self.is_scalar = False

    def __call__(self, x: Array) -> Array:
        """Return the values at places of any shape."""
        if x.size > CHUNK:
            parts = [self(x.ravel()[k : k + CHUNK]) for k in range(0, x.size, CHUNK)]
            return np.concatenate(parts).reshape(x.shape)
        check_time(self.deadline)
        self.n_evaluations += x.size
        with np.errstate(all="ignore"):
            if not self.is_scalar:
                found = self._at_once(x)
                if found is not None:
                    return found
                self.is_scalar = True
            values = [self._single(place) for place in x.ravel().tolist()]
        return np.array(values, dtype=float).reshape(x.shape)

    def beside(self, end: float, distance: Array) -> Array:
        """Return the values at a signed distance from an end."""
        if self.shifted is None:
            return self(end + distance)
        check_time(self.deadline)
        self.n_evaluations += distance.size
        with np.errstate(all="ignore"):
            found = self._real(self.shifted(end, distance), distance)
        if found is None:
            raise ArgumentError("`f_from(end, distance)` must return an array for an array.")
        return found

    def _at_once(self, x: Array) -> Array | None:
        """Return the values of one call; None where the function takes no arrays."""
        try:
            return self._real(self.function(x, *self.args), x)
        except (TypeError, ValueError, ArithmeticError):
            return None
        except Exception as error:
            raise UserFunctionError(
                f"The integrand raised {type(error).__name__} on an array of shape {x.shape}: "
                f"{error}"
            ) from error

    @staticmethod
    def _real(values: Any, x: Array) -> Array | None:
        """Return values as floats in the shape of the places; complex ones are no values."""
        found = np.asarray(values)
        if found.shape != x.shape:
            # a constant is a function too
            if found.ndim == 0 and found.dtype.kind in "fiub":
                return np.full(x.shape, float(found))
            return None
        if np.iscomplexobj(found):
            return np.where(found.imag == 0.0, found.real, np.nan)
        return found.astype(float)

    def _single(self, place: float) -> float:
        check_time(self.deadline)
        try:
            value = self.function(place, *self.args)
            return np.nan if isinstance(value, complex) else float(value)
        except (ValueError, ArithmeticError):
            return np.nan
        except Exception as error:
            raise UserFunctionError(
                f"The integrand raised {type(error).__name__} at {place!r}: {error}"
            ) from error
