"""Programs as self-contained source in other languages, each with a program that checks it."""

from __future__ import annotations

from .dialect import Dialect, Sample, Signature
from .dialects import DIALECTS
from .files import SourceFiles, write_files

__all__ = ["DIALECTS", "Dialect", "Sample", "Signature", "SourceFiles", "write_files"]
