"""Messages between the two processes: a length, then that many bytes of pickle."""

from __future__ import annotations

import pickle
import struct
from typing import IO, Any

__all__ = ["pack", "receive", "send", "unpack"]

HEADER = struct.Struct("!Q")


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
