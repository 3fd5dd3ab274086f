"""Learning rates that change from step to step: schedules written as words and numbers."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from math import cos, isfinite, pi
from typing import Any

from ..errors import ArgumentError
from .plain import show

__all__ = ["CONSTANT", "Schedule", "read_schedule"]


def _constant(step: int) -> float:
    return 1.0


def _stairs(step: int, every: float, factor: float) -> float:
    return float(factor ** (step // every))


def _cosine(step: int, total: float, floor: float) -> float:
    """Loshchilov and Hutter, SGDR, 2017, eq. (5), without restarts."""
    share = min(step / total, 1.0)
    return floor + (1.0 - floor) * 0.5 * (1.0 + cos(pi * share))


def _inverse(step: int, period: float) -> float:
    """Robbins and Monro, A stochastic approximation method, 1951: rates that fall as 1/t."""
    return 1.0 / (1.0 + step / period)


def _one_cycle(step: int, total: float, rise: float, first: float, last: float) -> float:
    """Smith and Topin, Super-convergence, 2018: up, and further down, both along a cosine."""
    peak = rise * total
    if step <= peak:
        return _between(first, 1.0, step / peak if peak else 1.0)
    return _between(1.0, last, min((step - peak) / (total - peak), 1.0))


def _between(begin: float, end: float, share: float) -> float:
    return end + (begin - end) * 0.5 * (1.0 + cos(pi * share))


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of schedule: its factor of the rate, and its numbers with their defaults and ranges.

    A number is `(name, default or None, least, most)`, its range `(least, most]`.
    """

    factor: Callable[..., float]
    numbers: tuple[tuple[str, float | None, float, float], ...] = ()


_HUGE = 1e15

_KINDS = {
    "constant": _Kind(_constant),
    "step": _Kind(_stairs, (("every", None, 0.0, _HUGE), ("factor", 0.1, 0.0, 1.0))),
    "cosine": _Kind(_cosine, (("total", None, 0.0, _HUGE), ("floor", 0.0, -1e-300, 1.0))),
    "inverse": _Kind(_inverse, (("period", None, 0.0, _HUGE),)),
    "one_cycle": _Kind(
        _one_cycle,
        (
            ("total", None, 0.0, _HUGE), ("rise", 0.3, -1e-300, 0.999),
            ("first", 0.04, 0.0, 1.0), ("last", 4e-6, 0.0, 1.0),
        ),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Schedule:
    """The factor of the rate at each step.

    Attributes
    ----------
    kind : str
    numbers : tuple of float
    warmup : int
        Steps at the beginning during which the rate rises evenly to its full size.
    """

    kind: str = "constant"
    numbers: tuple[float, ...] = ()
    warmup: int = 0

    def factor(self, step: int) -> float:
        """Return the factor at a step; the first is step 0."""
        if step < self.warmup:
            return (step + 1) / (self.warmup + 1)
        return _KINDS[self.kind].factor(step - self.warmup, *self.numbers)

    def __str__(self) -> str:
        numbers = [f"{number:g}" for number in self.numbers]
        words = [f"warmup {self.warmup}"] if self.warmup else []
        return " ".join([*words, self.kind, *numbers])


CONSTANT = Schedule()


def read_schedule(given: Any, total: float | None = None) -> Schedule:
    """Return the schedule that a text or a tuple names.

    Parameters
    ----------
    given : str, sequence or Schedule
        `"cosine 1000"`, `("step", 100, 0.5)`, `"warmup 50 inverse 200"`: a kind and its numbers,
        counted in steps. Kinds: `constant`; `step every factor` (0.1); `cosine total floor` (0);
        `inverse period`, which is `1/(1 + step/period)`; `one_cycle total rise first last` (0.3,
        0.04, 4e-6); `warmup steps` before any of them. Defaults in brackets may be left out.
    total : float, optional
        The length of the run, where it is known: then `total` may be left out too.

    Raises
    ------
    ArgumentError

    Examples
    --------
    >>> schedule = read_schedule("warmup 3 cosine 100")
    >>> [round(schedule.factor(step), 3) for step in (0, 2, 3, 53, 103, 1000)]
    [0.25, 0.75, 1.0, 0.5, 0.0, 0.0]
    """
    if isinstance(given, Schedule):
        return given
    words = _words(given)
    warmup = 0.0
    if words and words[0] == "warmup":
        (warmup,) = _numbers("warmup", words[1:2], (("steps", None, 0.0, _HUGE),))
        words = words[2:] or ["constant"]
    kind = words[0].replace("-", "_") if words and isinstance(words[0], str) else ""
    if kind not in _KINDS:
        near = difflib.get_close_matches(kind, ["warmup", *_KINDS], 1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise ArgumentError(
            f"`schedule` is {show(given)}; it is a kind with its numbers, such as 'cosine 1000' or "
            f"('step', 100, 0.5).{hint} Kinds: {', '.join(_KINDS)}, each after 'warmup N' or not."
        )
    wanted = _KINDS[kind].numbers
    if total is not None and wanted and wanted[0][0] == "total":
        wanted = (("total", max(total - warmup, 1.0), *wanted[0][2:]), *wanted[1:])
    return Schedule(kind, _numbers(kind, words[1:], wanted), int(warmup))


def _words(given: Any) -> list[Any]:
    """Return the words and numbers of a schedule, texts cut at blanks, commas and colons."""
    if isinstance(given, str):
        return list(given.replace(",", " ").replace(":", " ").split())
    if isinstance(given, (list, tuple)):
        return [
            word for part in given for word in (_words(part) if isinstance(part, str) else [part])
        ]
    return []


def _numbers(
    kind: str, words: list[Any], wanted: tuple[tuple[str, float | None, float, float], ...]
) -> tuple[float, ...]:
    """Return the numbers of a kind, each in its range."""
    usage = " ".join([kind, *(name for name, *_ in wanted)])
    if len(words) > len(wanted):
        raise ArgumentError(f"The schedule {kind!r} has {len(words)} numbers; write '{usage}'.")
    found = []
    for place, (name, default, least, most) in enumerate(wanted):
        word = words[place] if place < len(words) else default
        try:
            number = float("nan") if word is None or isinstance(word, bool) else float(word)
        except (TypeError, ValueError):
            number = float("nan")
        if not (isfinite(number) and least < number <= most):
            range_of = "positive" if most == _HUGE else f"in ({max(least, 0.0):g}, {most:g}]"
            raise ArgumentError(
                f"The schedule {kind!r} needs `{name}`, a number that is {range_of}, not "
                f"{show(word)}; write '{usage}'."
            )
        found.append(number)
    return tuple(found)
