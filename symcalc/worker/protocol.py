"""Messages between the two processes: a length, then that many bytes of pickle.

To the worker goes a `Task`; back come pairs of a kind and a content: any number of "progress",
then one "value" or one "error".
"""

from __future__ import annotations

import pickle
import struct
from dataclasses import dataclass
from typing import IO, Any

__all__ = ["PACKAGE", "Task", "is_ours", "pack", "receive", "send", "unpack"]

HEADER = struct.Struct("!Q")

#: Nothing outside this package is run.
PACKAGE = "symcalc"


@dataclass(frozen=True, slots=True)
class Task:
    """What the worker shall do.

    Attributes
    ----------
    name : str
        "module:function", a public name inside symcalc.
    args, kwargs : tuple, dict
    seconds, memory_mb : float or None
        The limits; None is none.
    definitions : tuple
        The functions that the caller has defined.
    reports : bool
        Whether the function gets `report=`, a function that sends a message at once.
    """

    name: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    seconds: float | None
    memory_mb: float | None
    definitions: Any
    reports: bool = False


def is_ours(name: str) -> bool:
    """Whether a name says "module:function" with a public function inside this package."""
    module, colon, function = name.partition(":")
    parts = [*module.split("."), function]
    is_public = all(part.isidentifier() and not part.startswith("_") for part in parts)
    return bool(colon) and is_public and parts[0] == PACKAGE


def pack(message: Any) -> bytes:
    """Return a message as bytes."""
    return pickle.dumps(message)


def unpack(body: bytes) -> Any:
    """Return the message that the bytes are."""
    return pickle.loads(body)  # noqa: S301 - both ends are this package


def send(stream: IO[bytes], body: bytes) -> None:
    """Write one packed message."""
    stream.write(HEADER.pack(len(body)) + body)
    stream.flush()


def receive(stream: IO[bytes]) -> bytes:
    """Read one packed message; EOFError where the other end is gone."""
    header = stream.read(HEADER.size)
    if len(header) < HEADER.size:
        raise EOFError("the other process has ended")
    (length,) = HEADER.unpack(header)
    body = stream.read(length)
    if len(body) < length:
        raise EOFError("the other process has ended")
    return body
