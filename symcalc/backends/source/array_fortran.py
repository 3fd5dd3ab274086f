"""Fortran around statements over arrays."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .array_body import ArrayBody
from .array_frames import ArraySample, ArraySignature, Frame, signed, unused
from .fortran import broken
from .layout import indented

__all__ = ["FortranFrame"]

_INDEX = re.compile(r"\bi\d+\b")


class FortranFrame(Frame):
    """Arrays of one axis that begin at 0; what is computed between is allocated."""

    def functions(self, signature: ArraySignature, body: ArrayBody) -> list[str]:
        names = signature.names()
        arrays, results = self.arrays(signature), self.results(signature)
        is_function = not signature.shape and not signature.wrt
        given = [*names.sizes.values(), *names.arguments.values()]
        returned = [] if is_function or signature.shape else ["value"]
        lines = [f"integer, intent(in) :: {', '.join(names.sizes.values())}"] * bool(names.sizes)
        for name in names.arguments.values():
            extent = f"(0:{arrays[name]} - 1)" if name in arrays else ""
            lines.append(f"real(real64), intent(in) :: {name}{extent}")
        lines += [f"real(real64), intent(out) :: {name}" for name in returned]
        lines += [f"real(real64), intent(out) :: {n}(0:{c} - 1)" for n, c in results.items()]
        lines += ["real(real64) :: value"] * is_function
        lines += [f"real(real64), allocatable :: {name}(:)" for name in body.rooms]
        statements = self._statements(signature, body)
        indices = sorted(set(_INDEX.findall("\n".join(statements))))
        lines += [f"integer :: {', '.join(indices)}"] * bool(indices)
        lines += [f"real(real64) :: {', '.join(body.local.names)}"] * bool(body.local.names)
        lines += [f"logical :: {', '.join(body.local.truths)}"] * bool(body.local.truths)
        kind = "function" if is_function else "subroutine"
        every = ", ".join([*given, *returned, *results])
        head = f"pure {kind} {signature.function}({every})"
        head += " result(value)" if is_function else ""
        whole = [head, *indented([*lines, *statements]), f"end {kind} {signature.function}"]
        return ["\n".join(whole)]

    def _statements(self, signature: ArraySignature, body: ArrayBody) -> list[str]:
        names, arrays = signature.names(), self.arrays(signature)
        is_number = not signature.shape
        lines: list[str] = []
        if body.tests:
            lines.append(f"if (.not. ({' .and. '.join(body.tests)})) then")
            value = [f"value = {self.dialect.nan}"] * is_number
            lines += [*indented([*body.nothing, *value, "return"]), "end if"]
        lines += [f"allocate({name}(0:{count} - 1))" for name, count in body.rooms.items()]
        lines += [f"{n} = 0" for n in [*body.local.names] if n in body.local.inside]
        lines += body.lines
        lines += [f"value = {body.value}"] * is_number
        lines += body.undefined
        for name in unused([*names.sizes.values(), *names.arguments.values()], lines):
            own = f"size({name})" if name in arrays else f"abs({name})"
            lines.append(f"if ({own} < 0) return  ! it is not used")
        return lines

    def check(self, signature: ArraySignature, sample: ArraySample) -> str:
        name, flat = signature.name, sample.numbers
        given = [str(size) for size in sample.sizes]
        declared, filled = [], []
        for k, (_, shape) in enumerate(signature.arguments):
            numbers = sample.arguments[k]
            if shape:
                declared.append(f"real(real64) :: x{k}({len(numbers)})")
                filled.append(self._filled(f"x{k}", numbers))
                given.append(f"x{k}")
            else:
                given.append(signed(self.dialect, numbers[0]))
        place = 1
        parts = []
        for part in sample.expected:
            end = place + len(part)
            parts.append(f"found({place}:{end - 1})")
            place = end
        if not signature.shape:
            parts[0] = "found(1)"
        call = f"call {signature.function}({', '.join([*given, *parts])})"
        if not signature.shape and not signature.wrt:
            call = f"found(1) = {signature.function}({', '.join(given)})"
        lines = [
            f"program {name}_check",
            f"    use {name}_module",
            "    use, intrinsic :: iso_fortran_env, only: real64",
            "    use, intrinsic :: ieee_arithmetic, only: ieee_is_nan, ieee_value, ieee_quiet_nan",
            "    implicit none",
            f"    real(real64) :: expected({len(flat)}), found({len(flat)}), worst",
            *indented([*declared, *filled, self._filled("expected", flat), call]),
            *indented(_MAIN.format(n=len(flat)).split("\n")),
            f"end program {name}_check",
        ]
        return "\n".join(broken(lines))

    def _filled(self, name: str, numbers: Sequence[float]) -> str:
        texts = ", ".join(signed(self.dialect, number) for number in numbers)
        return f"{name} = [real(real64) :: {texts}]"


_MAIN = """\
worst = maxval(abs(found - expected))/max(1d-300, maxval(abs(expected)))
if (any(ieee_is_nan(found))) worst = ieee_value(worst, ieee_quiet_nan)
if (worst < 1d-9) then
    print '(a, es7.1)', "ok: {n} numbers, worst relative gap ", worst
else
    print '(a, es7.1)', "WRONG: {n} numbers, worst relative gap ", worst
    stop 1
end if"""
