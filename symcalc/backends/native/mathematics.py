"""C's mathematics in this process: libm for one double, vector libraries for several side by side.

Functions of vectors are glibc's libmvec, called by the names of the vector ABI: `_ZGVeN8v_exp` is
`exp` of eight doubles in AVX-512 registers. They are right to 4 units in the last place (glibc
manual, 19.7 Known Maximum Errors in Math Functions). Some functions `vector_functions.py` has
itself. Where there is no libmvec (musl, macOS, Windows, old glibc), or it lacks a function, SLEEF
serves if it is installed (right to 1.5 units,
`_u15` and less in its names), else libm one double after the other, mostly right to one unit.
"""

from __future__ import annotations

import ctypes
import functools
import platform
from collections.abc import Callable, Iterator
from ctypes.util import find_library

__all__ = ["SOURCES", "scalar_address", "vector_address", "vector_width"]

#: Letter of the vector ABI, processor features that it needs, and number of doubles; best first.
_X86 = (("e", {"avx512f"}, 8), ("d", {"avx2", "fma"}, 4), ("b", {"sse2"}, 2))
_ARM = (("n", {"neon"}, 2),)

#: What SLEEF calls the instructions that a letter stands for.
_SLEEF_WORDS = {"e": "avx512f", "d": "avx2", "b": "sse2", "n": "advsimd"}

#: They square their argument: infinite from 1e155 on (SLEEF 3.5).
_OVERFLOW_IN_SLEEF = frozenset({"acosh", "asinh"})


def _abi() -> tuple[tuple[str, set[str], int], ...]:
    machine = platform.machine().lower()
    if machine in ("x86_64", "amd64"):
        return _X86
    return _ARM if machine in ("aarch64", "arm64") else ()


def vector_width(features: dict[str, bool]) -> tuple[int, str]:
    """Return how many doubles the processor takes side by side, and the letter of their ABI."""
    for letter, needed, width in _abi():
        if all(features.get(feature, feature in ("sse2", "neon")) for feature in needed):
            return width, letter
    return 2, ""


def _abi_names(name: str, n_args: int, letter: str, width: int) -> Iterator[str]:
    """Yield the name that a function has in the vector ABI."""
    yield f"_ZGV{letter}N{width}{'v' * n_args}_{name}"


def _sleef_names(name: str, n_args: int, letter: str, width: int) -> Iterator[str]:
    """Yield SLEEF's names of a function, the most accurate first; none where it overflows."""
    for accuracy in () if name in _OVERFLOW_IN_SLEEF else ("u05", "u10", "u15"):
        yield f"Sleef_{name}d{width}_{accuracy}{_SLEEF_WORDS[letter]}"


#: Libraries of functions of vectors with how they name them; the first that has one serves.
SOURCES: tuple[tuple[str, Callable[[str, int, str, int], Iterator[str]]], ...] = (
    ("mvec", _abi_names),
    ("sleef", _sleef_names),
)


@functools.cache
def _library(name: str) -> ctypes.CDLL | None:
    for path in (find_library(name), f"lib{name}.so.1", f"lib{name}.so.3"):
        try:
            if path:
                return ctypes.CDLL(path)
        except OSError:
            continue
    return None


@functools.cache
def _libm() -> ctypes.CDLL | None:
    """Return C's mathematics; where it is no library of its own, that of the process."""
    own = _library("m")
    if own is not None:
        return own
    try:
        return ctypes.CDLL("ucrtbase" if platform.system() == "Windows" else None)
    except OSError:
        return None


def _address(library: ctypes.CDLL | None, symbol: str) -> int | None:
    try:
        function = getattr(library, symbol)
    except AttributeError:
        return None
    return ctypes.cast(function, ctypes.c_void_p).value


@functools.cache
def scalar_address(name: str) -> int | None:
    """Return where the function of one or two doubles starts, None where there is none."""
    return _address(_libm(), name)


@functools.cache
def vector_address(name: str, n_args: int, letter: str, width: int) -> tuple[str, int] | None:
    """Return symbol and start of a function of vectors, None where no library has it."""
    for source, names in SOURCES if letter else ():
        for symbol in names(name, n_args, letter, width):
            found = _address(_library(source), symbol)
            if found is not None:
                return symbol, found
    return None
