"""A function of one number around one point: values asked for once, failures as NaN."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterable, Sequence

from ..errors import SymcalcError, UserFunctionError
from .noise import EPSILON, LEAST, noise_of

__all__ = ["Bounds", "Samples"]

Bounds = tuple[float, float]

#: The first step in units of the scale. Its odd mantissa keeps the steps off the periods that
#: people write: a step that is a whole number of periods sees no change at all.
FIRST_STEP = 67 / 512
#: The least step in units in the last place of the point: all steps are exact in `x + step`.
LEAST_UNITS = 512
#: Halvings at most.
MAX_ROWS = 48
#: A number without simple ratio to powers of two: the rounding errors at even distances may be
#: even as well, and so look like no errors at all.
UNEVEN = 0.7548776662466927
#: Distance of the values that show the noise, in units in the last place.
NOISE_UNITS = 13
#: The same where the point is 0, in units of the scale.
NOISE_STEP = UNEVEN * 2.0**-40
#: Where the values are hardly told apart, errors inside the function do not show yet: the
#: offsets are spread by this factor, so many times, to this part of the scale at most.
WIDER, MAX_WIDENINGS, WIDEST = 2.0**10, 3, 2.0**-16
#: Offsets beside a step lie this part of it apart, or an odd number of last places.
BESIDE = 2.0**-20
#: Beside a small point, values that differ may still lie on one step of a staircase inside the
#: function, as those of (1 - cos(x))/x**2 do: the offsets are spread to this part of the scale.
SMALL, INNER = 0.25, 2.0**-28
#: So many different values show the noise; further apart it must be seen itself, above the
#: rounding of the values by this factor.
ENOUGH, VISIBLE = 4, 2.0
#: Equal rises above this multiple of the rounding may be those of a staircase.
STAIR = 64.0


class Samples:
    """Values of `offset -> function(x + offset)`; each is computed once.

    Parameters
    ----------
    function : callable
        Takes and returns a float. Arithmetic that fails (`ValueError`, `ZeroDivisionError`, ...)
        is a NaN: there is no value there.
    x : float
    scale : float, optional
        The length over which the function changes, taken as a power of two; default
        `max(|x|, 1)`.
    bounds : tuple of float
        The function is never called outside.
    many : callable, optional
        Returns the values at many places from one call; none where that fails.

    Attributes
    ----------
    n_evaluations : int
    noise : float
        A bound on the noise of the values near `x`; at least their rounding.
    """

    def __init__(
        self,
        function: Callable[[float], float],
        x: float,
        *,
        scale: float | None = None,
        bounds: Bounds = (-math.inf, math.inf),
        many: Callable[[list[float]], list[float]] | None = None,
    ) -> None:
        self.function, self.x, self.bounds, self.many = function, x, bounds, many
        self.scale = 2.0 ** math.floor(math.log2(scale or max(abs(x), 1.0)))
        self.first_step = self.scale * FIRST_STEP
        self.n_evaluations = 0
        self._known: dict[float, float] = {}
        self._noise: float | None = None

    def __call__(self, offset: float) -> float:
        """Return the value at `x + offset`; NaN or an infinity where there is none."""
        place = self.x + offset
        if place not in self._known:
            inside = self.bounds[0] <= place <= self.bounds[1]
            self._known[place] = self._value(place) if inside else math.nan
        return self._known[place]

    def ask(self, offsets: Iterable[float]) -> None:
        """Ask for many values at once, where the function takes many places."""
        if self.many is None:
            return
        lower, upper = self.bounds
        places = dict.fromkeys(self.x + offset for offset in offsets)
        new = [place for place in places if place not in self._known and lower <= place <= upper]
        if new:
            self._known.update(zip(new, self.many(new), strict=False))

    def _value(self, place: float) -> float:
        self.n_evaluations += 1
        try:
            value = self.function(place)
        except (ValueError, ArithmeticError):
            return math.nan
        except SymcalcError:
            raise
        except Exception as error:
            raise UserFunctionError(
                f"The function raised {type(error).__name__} at {place!r}: {error}"
            ) from error
        if isinstance(value, complex):  # Python's (-8.0)**(1/3) is: no real value
            return math.nan
        try:
            if not isinstance(value, str | bytes):  # float would read them
                return float(value)
        except ArithmeticError:
            return math.nan
        except (TypeError, ValueError):
            pass
        raise UserFunctionError(
            f"The function returned {value!r:.60} at {place!r}; it must return a number."
        )

    # -- where to look ----------------------------------------------------------------------

    def steps(self) -> Generator[float, bool | None, None]:
        """Yield steps that halve, until the point's own rounding begins to show.

        A second run of steps begins at the size of the point, where that is far below the
        scale. Sending True into the generator leads there at once: a step was too long.
        """
        least = LEAST_UNITS * math.ulp(self.x)
        near = abs(self.x) * FIRST_STEP
        step, rows = self.first_step, 0
        while step >= least and step > 0.0:
            is_too_long = yield step
            rows += 1
            step /= 2.0
            if (is_too_long or rows == MAX_ROWS) and 0.0 < near < step:
                step *= 2.0 ** -math.ceil(math.log2(step) - math.log2(near))
                rows = 0
            elif rows == MAX_ROWS:
                return

    def noise_offsets(self, widening: int = 0) -> list[float]:
        """Return equal offsets to the right, very close to the point; each widening spreads them.

        The same with the other sign lie to the left.
        """
        step = NOISE_UNITS * math.ulp(self.x) if self.x else self.scale * NOISE_STEP
        if widening:
            step = UNEVEN * WIDER**widening * max(step, self.scale * NOISE_STEP / WIDER)
        return [k * step for k in range(1, 7)]

    @property
    def noise(self) -> float:
        """A bound on the noise of the values near the point."""
        if self._noise is None:
            self._noise, widest, visible = LEAST, self.scale * WIDEST, VISIBLE
            for widening in range(MAX_WIDENINGS + 1):
                offsets = self.noise_offsets(widening)
                if widening and offsets[-1] > widest:
                    break
                self.ask(sign * offset for offset in offsets for sign in (1, -1))
                sides = [[self(sign * offset) for offset in offsets] for sign in (1, -1)]
                found = [noise for noise in map(noise_of, sides) if not math.isnan(noise)]
                if widening and len(found) < len(sides):
                    break
                self._noise = max(self._noise, *found, LEAST)
                size = max(map(abs, (value for values in sides for value in values)))
                if not widening and any(map(_is_uneven, sides)):
                    is_small = abs(self.x) < SMALL * self.scale
                    widest = min(abs(self.x) / 2, self.scale * INNER) if is_small else 0.0
                    visible = STAIR
                if widening and self._noise > visible * EPSILON * size > 0.0:
                    break
        return self._noise

    def noise_at(self, offset: float) -> float:
        """Return a bound on the noise of the values around `x + offset`.

        What a function computes on the way may grow faster than its value: sin(x) - x.
        """
        unit = math.ulp(abs(self.x) + abs(offset))
        n_units = max(NOISE_UNITS, 2 * round(BESIDE * abs(offset) / unit / 2.0) + 1)
        offsets = [offset + k * n_units * unit for k in range(6)]
        self.ask(offsets)
        noise = noise_of([self(beside) for beside in offsets])
        return noise if noise == noise else LEAST

    def noise_in(self, value: float) -> float:
        """Return a bound on the noise of one value."""
        return max(self.noise, EPSILON * abs(value))


def _is_uneven(values: Sequence[float]) -> bool:
    """Say whether values are different enough to show noise.

    A staircase of equal rises shows none, though all values differ; unless the rises are as
    small as the rounding of the values, when there is no more to be seen.
    """
    rises = {after - before for before, after in zip(values, values[1:], strict=False)}
    size = max(map(abs, values))
    is_staircase = len(rises) == 1 and abs(rises.pop()) > STAIR * EPSILON * size
    return len(set(values)) >= ENOUGH and not is_staircase
