"""The languages that formulas over arrays are written in as loops, by name."""

from __future__ import annotations

from .array_c import CFrame
from .array_fortran import FortranFrame
from .array_frames import Frame
from .array_julia import JuliaFrame
from .array_python import PythonFrame
from .array_rust import RustFrame
from .dialects import DIALECTS

__all__ = ["FRAMES"]

FRAMES: dict[str, Frame] = {
    "c": CFrame(DIALECTS["c"], "*restrict "),
    "cpp": CFrame(DIALECTS["cpp"], "*"),
    "python": PythonFrame(DIALECTS["python"]),
    "fortran": FortranFrame(DIALECTS["fortran"]),
    "julia": JuliaFrame(DIALECTS["julia"]),
    "rust": RustFrame(DIALECTS["rust"]),
}
