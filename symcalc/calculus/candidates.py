"""Closed forms proposed one by one in the worker, and judged one by one here."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeVar

from ..errors import LimitError, OutcomeError, SymcalcError
from ..expression import Expression
from ..outcome import Outcome, Trust
from ..symbolic.integration import Candidate
from ..verify.closed_forms import ClosedFormCheck, IndependentValue, judge_closed_form
from ..verify.sampling import sample_points
from ..worker import await_worker, run_task

__all__ = ["Attempt", "CandidateSearch", "Draws", "Way", "concluded", "place_words", "proposed"]

#: What a verb returns: it has an outcome, a note and the time that it took.
Answer = TypeVar("Answer", bound=Any)

#: Parameter draws to compare at, and how many are tried.
N_POINTS, N_TRIES = 5, 24
#: Why there is no value, for certain.
NO_VALUE = {Outcome.DIVERGENT, Outcome.NOT_REAL, Outcome.NO_LIMIT}
#: A way is not begun with less.
LEAST_SECONDS = 0.05
#: Megabytes that a way may take beyond the libraries; SymPy at work takes some hundred.
MEMORY_MB = 2048.0
#: When comparing takes longer than so many seconds, three draws will do.
SLOW_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Attempt:
    """One way that was tried.

    Attributes
    ----------
    name : str
        The strategy or rule.
    seconds : float
    found : str
        What came of it, in words.
    """

    name: str
    seconds: float
    found: str

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {"name": self.name, "seconds": self.seconds, "found": self.found}


@dataclass(frozen=True, slots=True)
class Way:
    """A task of the worker that proposes closed forms: its share of the time, and its arguments.

    The loading of `modules` does not count against the share.
    """

    name: str
    summary: str
    share: float
    task: str
    args: tuple[Any, ...]
    modules: tuple[str, ...] = ()


@dataclass
class CandidateSearch:
    """The search for a closed form within a time; `attempts` says what was tried."""

    seconds: float
    judge: Callable[[Any], ClosedFormCheck]
    progress: Callable[[str], None] | None = None
    attempts: list[Attempt] = field(default_factory=list)
    rejected: list[str] = field(default_factory=list)

    def run(self, ways: Iterable[Way]) -> tuple[Candidate, ClosedFormCheck] | None:
        """Return the first closed form that its check does not reject.

        One that could not be compared with anything is returned only where no other was found.
        """
        started = time.monotonic()
        unchecked: tuple[Candidate, ClosedFormCheck] | None = None
        for way in ways:
            await_worker(way.modules, self.seconds - (time.monotonic() - started))
            left = self.seconds - (time.monotonic() - started)
            if left < LEAST_SECONDS:
                break
            share = min(left, max(way.share * self.seconds, LEAST_SECONDS))
            if self.progress is not None:
                self.progress(way.summary)
            begun = time.monotonic()
            candidates, remark = proposed(way, share)
            verdicts: list[str] = []
            for candidate in candidates:
                check = self.judge(candidate)
                if check.trust is Trust.CHECKED:
                    self._note(way.name, begun, "closed form found")
                    return candidate, check
                if check.is_good:
                    unchecked = unchecked or (candidate, check)
                else:
                    self.rejected.append(check.message)
                verdicts.append(check.message)
            self._note(way.name, begun, "; ".join(verdicts) or remark)
        return unchecked

    def _note(self, name: str, begun: float, found: str) -> None:
        self.attempts.append(Attempt(name, time.monotonic() - begun, found))


def proposed(way: Way, seconds: float) -> tuple[list[Any], str]:
    """Return what a way proposes in its time, and a remark where that is nothing."""
    found: list[Any] = []
    try:
        run_task(way.task, way.args, seconds=seconds, memory_mb=MEMORY_MB, on_progress=found.append)
    except LimitError as error:
        return found, _refused(error)
    except SymcalcError as error:
        return found, f"failed: {error}"
    except Exception as error:  # noqa: BLE001 - whatever goes wrong inside SymPy
        return found, f"failed: {type(error).__name__}"
    return found, "no closed form"


def _refused(error: LimitError) -> str:
    """Return why the worker gave up, as a remark: "took longer than 2 s"."""
    words = str(error).rstrip(".").removeprefix("The work ")
    return words.replace("takes", "took", 1).replace("needs", "needed", 1)


def concluded(found: Answer, started: float, *, throw: bool) -> Answer:
    """Return an answer with the time it took, or raise it where it is not good and shall raise."""
    found = replace(found, elapsed=time.monotonic() - started)
    if throw and not found.outcome.is_good:
        note = f" {found.note}." if found.note else ""
        raise OutcomeError(f"{found.outcome}{note}", found)
    return found


def place_words(point: Mapping[str, float]) -> str:
    """Return "a = 1.25, b = 3"."""
    return ", ".join(f"{name} = {value:.6g}" for name, value in point.items())


class DrawnValue(IndependentValue, Protocol):
    """What a problem comes to at one draw of its parameters."""

    @property
    def is_known(self) -> bool: ...
    @property
    def note(self) -> str: ...
    @property
    def outcome(self) -> Outcome: ...


@dataclass
class Draws:
    """Independent values at draws of parameters inside of what is assumed; each computed once."""

    names: Sequence[str]
    assumptions: Mapping[str, str]
    compute: Callable[[dict[str, float]], DrawnValue]
    _computed: dict[tuple[tuple[str, float], ...], DrawnValue] = field(default_factory=dict)

    def judge(self, form: Expression, conditions: Sequence[Expression] = ()) -> ClosedFormCheck:
        """Compare a closed form with the values at five draws; at three where that is slow."""
        points = sample_points(self.names, n_tries=N_TRIES, assumptions=self.assumptions)
        return judge_closed_form(
            form,
            points,
            self.value_at,
            conditions=conditions,
            n_points=N_POINTS,
            seconds=SLOW_SECONDS,
        )

    def value_at(self, point: Mapping[str, float]) -> DrawnValue | None:
        """Return the value at a draw, None where there is none."""
        key = tuple(sorted(point.items()))
        if key not in self._computed:
            self._computed[key] = self.compute(dict(point))
        found = self._computed[key]
        return found if found.is_known else None

    def computed(self) -> list[tuple[dict[str, float], DrawnValue]]:
        """Return what the problem came to at the draws so far."""
        return [(dict(key), found) for key, found in self._computed.items()]

    def seen(self) -> list[tuple[dict[str, float], DrawnValue]]:
        """Return what the problem comes to at five draws."""
        points = sample_points(self.names, n_tries=N_POINTS, assumptions=self.assumptions)
        found = []
        for point in points:
            self.value_at(point)
            found.append((point, self._computed[tuple(sorted(point.items()))]))
        return found

    @property
    def refusal(self) -> tuple[dict[str, float], DrawnValue] | None:
        """An example of why there is no value at any draw, of which several say so alike."""
        found = list(self._computed.items())
        outcomes = {one.outcome for _, one in found}
        if len(found) < N_POINTS or len(outcomes) > 1 or not outcomes <= NO_VALUE:
            return None
        return dict(found[0][0]), found[0][1]

    @property
    def remark(self) -> str:
        """Where there is no value: an example."""
        for key, found in self._computed.items():
            if not found.is_known:
                place = place_words(dict(key))
                return f"no value at {place}: {found.note or found.outcome.value}"
        return ""
