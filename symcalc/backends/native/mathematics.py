"""C's mathematics in this process: libm for one double, glibc's libmvec for several side by side.

Functions for vectors are called by the names of the vector ABI: `_ZGVeN8v_exp` is `exp` of eight
doubles in AVX-512 registers. They are right to 4 units in the last place (glibc manual, 19.7
Known Maximum Errors in Math Functions), those for one double mostly to one.
"""

from __future__ import annotations

import ctypes
import functools
import platform
from ctypes.util import find_library

__all__ = ["scalar_address", "vector_address", "vector_width"]

#: Letter of the vector ABI, processor feature that it needs, and number of doubles; best first.
_X86 = (("e", "avx512f", 8), ("d", "avx2", 4), ("b", "sse2", 2))
_ARM = (("n", "neon", 2),)


def _abi() -> tuple[tuple[str, str, int], ...]:
    machine = platform.machine().lower()
    if machine in ("x86_64", "amd64"):
        return _X86
    return _ARM if machine in ("aarch64", "arm64") else ()


def vector_width(features: dict[str, bool]) -> tuple[int, str]:
    """Return how many doubles the processor takes side by side, and the letter of their ABI."""
    for letter, feature, width in _abi():
        if features.get(feature, feature in ("sse2", "neon")):
            return width, letter
    return 2, ""


@functools.cache
def _library(name: str) -> ctypes.CDLL | None:
    path = find_library(name) or f"lib{name}.so.1"
    try:
        return ctypes.CDLL(path)
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
    return _address(_library("m"), name)


@functools.cache
def vector_address(name: str, n_args: int, letter: str, width: int) -> tuple[str, int] | None:
    """Return symbol and start of a function of vectors, None where libmvec lacks it."""
    symbol = f"_ZGV{letter}N{width}{'v' * n_args}_{name}"
    found = _address(_library("mvec"), symbol) if letter else None
    return None if found is None else (symbol, found)
