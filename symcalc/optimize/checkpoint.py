"""The file that a run can be resumed from: its whole state, never half written."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import zipfile
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import ArgumentError
from .bounds import Vector
from .packing import pack, unpack
from .plain import show

__all__ = ["Saved", "check_path", "environment", "read_checkpoint", "write_checkpoint"]

#: The first words of a checkpoint, and the version of what follows.
MAGIC, VERSION = "symcalc checkpoint", 1

#: Where the text of the state lies in the file; arrays are called a0, a1, …
STATE = "state"


@dataclass(frozen=True, slots=True)
class Saved:
    """The state of a run after a step.

    Attributes
    ----------
    identity : dict
        What the run is of, by role: objective, data, variables, start, method, options, …
    environment : dict
        Versions and machine, on which the last bits depend.
    x, gradient : ndarray (n,)
    value : float
    memory : object
        What the method remembers, plain data.
    rows : ndarray (n_steps + 1, 6)
        The trace so far.
    places : ndarray (n_steps + 1, n) or None
        The points so far, where the trace keeps them.
    evaluator : dict
        Counts, the best point, and where something was evaluated last.
    has_arrived : bool
        Whether the point passed the run's test of convergence.
    """

    identity: dict[str, Any]
    environment: dict[str, Any]
    x: Vector
    value: float
    gradient: Vector
    memory: Any
    rows: Vector
    places: Vector | None
    evaluator: dict[str, Any]
    has_arrived: bool

    @property
    def n_steps(self) -> int:
        """The number of steps taken."""
        return len(self.rows) - 1


_NAMES = tuple(field.name for field in fields(Saved))


def environment() -> dict[str, Any]:
    """Return what the bits of a run depend on beside the run itself."""
    threads = {name: os.environ[name] for name in sorted(os.environ) if name.endswith("_THREADS")}
    return {
        "Python": platform.python_version(),
        "NumPy": np.__version__,
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} CPUs",
        "threads": ", ".join(f"{name}={value}" for name, value in threads.items()),
    }


def check_path(path: Any) -> Path:
    """Return the path of a checkpoint; its folder must exist.

    Raises
    ------
    ArgumentError
    """
    try:
        target = Path(path)
    except TypeError:
        raise ArgumentError(
            f"`checkpoint` is {show(path)}; give the path of a file, such as 'run.npz'."
        ) from None
    if target.suffix != ".npz":
        raise ArgumentError(f"`checkpoint` is {str(path)!r}; it must end in .npz: 'run.npz'.")
    if not target.parent.is_dir():
        raise ArgumentError(f"There is no folder {str(target.parent)!r} for the checkpoint.")
    if target.is_dir():
        raise ArgumentError(f"`checkpoint` is {str(path)!r}, a folder; give the path of a file.")
    return target


def write_checkpoint(path: Path, saved: Saved) -> None:
    """Write a state beside the file, then put it in its place: no moment has half a file.

    Raises
    ------
    OSError
    """
    arrays: list[Any] = []
    state = {name: pack(getattr(saved, name), arrays) for name in _NAMES}
    text = json.dumps({"what": MAGIC, "version": VERSION, "state": state})
    named = {f"a{index}": array for index, array in enumerate(arrays)}
    beside = path.with_name(f".{path.stem}-{os.getpid()}.npz")
    try:
        with beside.open("wb") as file:
            np.savez(file, **{STATE: np.frombuffer(text.encode(), np.uint8), **named})
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise


def read_checkpoint(path: Path) -> Saved:
    """Return the state that a file holds; nothing in it is executed.

    Raises
    ------
    ArgumentError
        When it is no checkpoint, or one of another version.
    """
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            whole = json.loads(bytes(file[STATE]))
            if whole["what"] != MAGIC:
                raise ValueError("its first words are others")
            if whole["version"] != VERSION:
                raise ArgumentError(
                    f"The checkpoint {str(path)!r} has version {whole['version']}; this symcalc "
                    f"reads version {VERSION}. Give another path."
                )
            arrays = [file[f"a{index}"] for index in range(len(file.files) - 1)]
        parts = {name: unpack(whole["state"][name], arrays) for name in _NAMES}
    except ArgumentError:
        raise
    except (OSError, ValueError, KeyError, IndexError, TypeError, EOFError,
            AttributeError, zipfile.BadZipFile) as error:  # fmt: skip
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise ArgumentError(
            f"{str(path)!r} is no checkpoint that can be read ({show(str(reason))}). Nothing was "
            "written to it; give another path."
        ) from None
    return Saved(**parts)
