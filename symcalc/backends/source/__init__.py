"""Programs as self-contained source in other languages, each with a program that checks it."""

from __future__ import annotations

from .array_dialects import FRAMES
from .array_files import write_array_files
from .array_frames import ArraySample, ArraySignature
from .dialect import Dialect, Sample, Signature
from .dialects import DIALECTS
from .files import SourceFiles, write_files

__all__ = [
    "DIALECTS",
    "FRAMES",
    "ArraySample",
    "ArraySignature",
    "Dialect",
    "Sample",
    "Signature",
    "SourceFiles",
    "write_array_files",
    "write_files",
]
