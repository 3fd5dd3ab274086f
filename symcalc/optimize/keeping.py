"""Keeping a run: when its state is written, which run may go on from it, and how it goes on."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import ArgumentError
from .bounds import Bounds, Vector
from .checkpoint import Saved, check_path, environment, read_checkpoint, write_checkpoint
from .evaluator import Evaluator
from .objective import Point
from .plain import count_of, show

__all__ = ["EVERY", "Keeper", "Keeping", "identity_of", "open_keeper"]

#: Seconds between two writings of a checkpoint.
EVERY = 60.0

#: Values at the start that differ by more than this share are those of different objectives.
SAME = 1e-8


@dataclass(frozen=True, slots=True)
class Keeping:
    """What a caller says about keeping a run.

    Attributes
    ----------
    path : str or Path
        The file, ending in .npz.
    every : float
        Seconds between two writings; 0: after every step.
    resume : bool
        Go on where the file stands, if there is one; False starts over and replaces it.
    problem : Mapping of str to object
        What the run is of: the text of the objective, a fingerprint of the data.
    """

    path: Any
    every: float = EVERY
    resume: bool = True
    problem: Mapping[str, Any] | None = None


class Keeper:
    """Holds the state after the last whole step, and writes it from time to time and at the end."""

    def __init__(
        self, path: Path, every: float, identity: dict[str, Any], saved: Saved | None
    ) -> None:
        self.saved = saved
        self._path, self._every, self._identity = path, every, identity
        self._written = time.monotonic()
        self._latest: tuple[Any, ...] | None = None
        self._n_first = None if saved is None else saved.n_steps
        self._failure = ""

    def keep(
        self, point: Point, memory: Any, rows: list[tuple[float, ...]], places: list[Vector] | None,
        evaluator: Evaluator, has_arrived: bool,
    ) -> None:  # fmt: skip
        """Take the state after a step; write it when it is time."""
        self._latest = (
            point, memory, rows, len(rows), places, evaluator.state(point.x), has_arrived
        )  # fmt: skip
        if time.monotonic() - self._written >= self._every:
            self.write()

    def write(self) -> None:
        """Write the state after the last whole step, if there is one that is not yet written.

        A disk that is full does not end the run: the result says so.
        """
        if self._latest is None:
            return
        point, memory, rows, n_rows, places, evaluator, has_arrived = self._latest
        table = np.array(rows[:n_rows], dtype=float)
        kept = None if places is None else np.array(places[:n_rows])
        saved = Saved(
            self._identity, environment(), point.x, point.value, point.gradient, memory, table,
            kept, evaluator, has_arrived,
        )  # fmt: skip
        try:
            write_checkpoint(self._path, saved)
        except OSError as error:
            self._failure = error.strerror or type(error).__name__
        else:
            self._failure, self._latest = "", None
        self._written = time.monotonic()

    def check_start(self, value: float) -> None:
        """Refuse to go on where the objective has another value at the start than it had."""
        if self.saved is None:
            return
        known = float(self.saved.rows[0, 1])
        if not np.isclose(value, known, rtol=SAME, atol=0.0):
            raise self._refusal(f"at the start its objective was {known!r}, here it is {value!r}")

    def describe(self, n_steps: int) -> list[str]:
        """Return what a result says of its checkpoint."""
        said = []
        if self.saved is not None and self._n_first is not None:
            where = f"{str(self._path)!r} after {count_of(self._n_first, 'step')}"
            said.append(
                f"Resumed from {where}."
                if n_steps > self._n_first
                else f"Resumed from {where}, where the run had ended: no step was added; "
                "resume=False starts over."
            )
            said += _describe_change(self.saved.environment)
        if self._failure:
            said.append(f"The checkpoint {str(self._path)!r} could not be written: "
                        f"{self._failure}.")  # fmt: skip
        return said

    def check_identity(self) -> None:
        """Refuse to go on with another run than the one that the file is of."""
        if self.saved is None:
            return
        known = self.saved.identity
        for role in {**known, **self._identity}:
            was, now = known.get(role), self._identity.get(role)
            if not _are_same(was, now):
                verb = "they are" if role.endswith("s") else "it is"
                raise self._refusal(
                    f"its {role} {verb.split()[1]} {_shown(was)}, here {verb} {_shown(now)}"
                )

    def _refusal(self, difference: str) -> ArgumentError:
        return ArgumentError(
            f"The checkpoint {str(self._path)!r} is of another run: {difference}. Give another "
            "path, or resume=False (--fresh) to start over and replace it."
        )


def identity_of(
    names: tuple[str, ...], start: Vector, method: str, options: Mapping[str, Any],
    bounds: Bounds | None, seed: int,
) -> dict[str, Any]:  # fmt: skip
    """Return what must be the same for one run to go on with another's state, by role."""
    limits = None if bounds is None else np.array([bounds.lower, bounds.upper])
    listed = tuple(f"{name}={options[name]!r}" for name in sorted(options))
    return {"variables": names, "start": start, "method": method, "options": listed,
            "bounds": limits, "seed": seed}  # fmt: skip


def open_keeper(keeping: Keeping, identity: dict[str, Any]) -> Keeper:
    """Return the keeper of a run, with the state to go on from where there is a file.

    Raises
    ------
    ArgumentError
        When the path, the interval or the file is not what it should be, or of another run.
    """
    path = check_path(keeping.path)
    every = keeping.every
    real = isinstance(every, int | float) and not isinstance(every, bool)
    if not real or not 0.0 <= every < float("inf"):
        raise ArgumentError(
            f"`checkpoint_every` is {show(every)}; it is a number of seconds, 0 for every step."
        )
    if not isinstance(keeping.resume, bool):
        raise ArgumentError(f"`resume` is {show(keeping.resume)}; it is True or False.")
    # A file that is no checkpoint is never replaced.
    saved = read_checkpoint(path) if path.exists() else None
    keeper = Keeper(
        path, float(every), {**(keeping.problem or {}), **identity},
        saved if keeping.resume else None,
    )  # fmt: skip
    keeper.check_identity()
    return keeper


def _are_same(was: Any, now: Any) -> bool:
    """Whether two plain data are the same."""
    if isinstance(was, np.ndarray) and isinstance(now, np.ndarray):
        return bool(np.array_equal(was, now, equal_nan=True))
    return type(was) is type(now) and not isinstance(was, np.ndarray) and bool(was == now)


def _shown(value: Any) -> str:
    """Return one entry of an identity in a sentence."""
    if isinstance(value, tuple):
        value = ", ".join(map(str, value)) or None
    if value is None:
        return "none"
    if isinstance(value, str):
        return f"`{value if len(value) <= 60 else value[:59] + '…'}`"
    text = " ".join(str(value).split())
    return text if len(text) <= 60 else text[:59] + "…"


def _describe_change(before: Mapping[str, Any]) -> list[str]:
    """Say which versions or machine are not those of the checkpoint."""
    here = environment()
    changed = [
        f"{name} was {before.get(name) or 'unset'} and is {here[name] or 'unset'}"
        for name in here
        if before.get(name) != here[name]
    ]
    if not changed:
        return []
    return [f"Since the checkpoint was written, {'; '.join(changed)}: the last bits may differ "
            "from those of a run without interruption."]  # fmt: skip
