"""SciPy's special functions as native code calls them: `scipy.special.cython_special`.

Their addresses and signatures are those that Cython keeps for other compiled modules.
"""

from __future__ import annotations

import ctypes
import functools
import re
from dataclasses import dataclass
from typing import Any

__all__ = ["LibraryFunction", "library_address"]

#: What a letter of `functions.library` may be in C, and in LLVM.
_TYPES = {"d": (("double",), "double"), "l": (("long", "Py_ssize_t"), "i64")}


@dataclass(frozen=True)
class LibraryFunction:
    """A compiled function.

    Attributes
    ----------
    address : int
    codes : str
        A letter for each argument: a double or a whole number.
    n_results : int
        How many results it writes to places; 0: it returns its one result.
    place : int
        Which of them is wanted.
    has_flag : bool
        Whether Cython's argument follows that says that no method of a class may stand in.
    has_options : bool
        Whether a place follows for optional arguments, which may be empty.
    """

    address: int
    codes: str
    n_results: int
    place: int
    has_flag: bool
    has_options: bool

    def text(self, symbol: str, around: str) -> str:
        """Return its declaration, and the definition of a function of doubles around it."""
        kinds = [_TYPES[code][1] for code in self.codes]
        all_kinds = kinds + ["ptr"] * self.n_results + ["i32"] * self.has_flag
        all_kinds += ["ptr"] * self.has_options
        returned = "void" if self.n_results else "double"
        memory = "argmem: write" if self.n_results else "none"
        given = ", ".join(f"double %a{k}" for k in range(len(kinds)))
        passed = [f"double %a{k}" if kind == "double" else f"i64 %i{k}"
                  for k, kind in enumerate(kinds)]  # fmt: skip
        passed += [f"ptr %r{k}" for k in range(self.n_results)] + ["i32 0"] * self.has_flag
        passed += ["ptr null"] * self.has_options
        lines = [
            f"declare {returned} @{symbol}({', '.join(all_kinds)}) "
            f"nounwind willreturn memory({memory})",
            f"define internal double @{around}({given}) nounwind willreturn {{",
            *[f"  %r{k} = alloca double" for k in range(self.n_results)],
            *[f"  %i{k} = fptosi double %a{k} to i64"
              for k, kind in enumerate(kinds) if kind == "i64"],
        ]  # fmt: skip
        call = f"call {returned} @{symbol}({', '.join(passed)})"
        if self.n_results:
            lines += [f"  {call}", f"  %value = load double, ptr %r{self.place}"]
        else:
            lines.append(f"  %value = {call}")
        return "\n".join([*lines, "  ret double %value", "}"])


@functools.cache
def library_address(function: str) -> LibraryFunction | None:
    """Return a function by its name, codes and place of its result: "jv.dd", "sici.d.0"."""
    name, codes, *places = function.split(".")
    for known, signature, capsule in _signatures():
        if known != name:
            continue
        result, given = re.fullmatch(r"(.*?) ?\((.*)\)", signature).groups()  # type: ignore[union-attr]
        words = given.split(", ")
        has_options = words[-1].startswith("struct ")
        words = words[:-1] if has_options else words
        has_flag = words[-1] == "int __pyx_skip_dispatch"
        inputs = [word for word in words if not word.endswith("*")][: len(codes)]
        n_results = sum(word == "double *" for word in words)
        fits = len(words) == len(codes) + n_results + has_flag and all(
            word in _TYPES[code][0] for code, word in zip(codes, inputs, strict=False)
        )
        if fits and result == ("void" if places else "double"):
            place = int(places[0]) if places else 0
            return LibraryFunction(
                _pointer(capsule), codes, n_results, place, has_flag, has_options
            )
    return None


@functools.cache
def _signatures() -> list[tuple[str, str, Any]]:
    """Return the functions that SciPy offers: their names, signatures and capsules."""
    from scipy.special import cython_special

    name_of = ctypes.pythonapi.PyCapsule_GetName
    name_of.restype, name_of.argtypes = ctypes.c_char_p, [ctypes.py_object]
    found = []
    for key, capsule in cython_special.__pyx_capi__.items():
        name = re.sub(r"^__pyx_fuse_[0-9_]+", "", key)
        found.append((name, name_of(capsule).decode(), capsule))
    return found


def _pointer(capsule: Any) -> int:
    """Return the address that a capsule holds."""
    name_of, get = ctypes.pythonapi.PyCapsule_GetName, ctypes.pythonapi.PyCapsule_GetPointer
    get.restype, get.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    return int(get(capsule, name_of(capsule)))
