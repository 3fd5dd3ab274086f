"""Fortran."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

from . import gamma
from .dialect import Body, Dialect, Loop, Sample, Signature
from .layout import indented, wrapped

__all__ = ["Fortran", "broken"]

_INTRINSIC = (
    "acos acosh asin asinh atan atan2 atanh cos cosh erf erfc exp hypot log log10 sin sinh sqrt "
    "tan tanh"
).split()

#: Lines may have 132 characters.
LONGEST = 110


def _from_c(name: str, n_args: int = 1) -> str:
    """Return the interface of a function of C's mathematics."""
    names = ", ".join("xy"[:n_args])
    return (
        f'interface\n    pure function sc_{name}({names}) bind(c, name="{name}")\n'
        "        import :: c_double\n"
        f"        real(c_double), value :: {names}\n        real(c_double) :: sc_{name}\n"
        f"    end function sc_{name}\nend interface"
    )


def _function(name: str, lines: Sequence[str], given: str = "a, b") -> str:
    """Return a function of numbers, two as a rule."""
    return "\n".join(
        [
            f"pure real(real64) function sc_{name}({given}) result(c)",
            f"    real(real64), intent(in) :: {given}",
            *indented(lines),
            f"end function sc_{name}",
        ]
    )


class Fortran(Dialect):
    """Fortran 2008."""

    name = "fortran"
    title = "Fortran"
    extension = "f90"
    comment = "!"
    infinity = "ieee_value(1.0_real64, ieee_positive_inf)"
    nan = "ieee_value(1.0_real64, ieee_quiet_nan)"
    run = "gfortran -O2 {0}.f90 {0}_check.f90 -o {0}_check && ./{0}_check"
    #: Compilers warn of equality between reals, which is what a formula means by it.
    comparisons: ClassVar[Mapping[str, str]] = {
        "==": "({0} <= {1} .and. {0} >= {1})", "!=": ".not. ({0} <= {1} .and. {0} >= {1})",
    }  # fmt: skip
    undefined = "ieee_is_nan({0})"
    choice = ("if ({0}) then", "else if ({0}) then", "else", "end if")
    end = ""
    functions: ClassVar[Mapping[str, str]] = (
        {name: f"{name}({{0}})" for name in _INTRINSIC if name not in ("atan2", "hypot")}
        | {"atan2": "atan2({0}, {1})", "hypot": "hypot({0}, {1})", "fabs": "abs({0})",
           "pow": "({0})**({1})", "tgamma": "gamma({0})",
           "jn": "bessel_jn({0}, {1})", "yn": "bessel_yn({0}, {1})"}
    )  # fmt: skip
    helpers: ClassVar[Mapping[str, str]] = {
        **{name: _from_c(name) for name in ("cbrt", "ceil", "expm1", "floor", "log1p", "log2")},
        "max": _function("max", ["c = merge(a, b, a > b .or. ieee_is_nan(a))"]),
        "min": _function("min", ["c = merge(a, b, a < b .or. ieee_is_nan(a))"]),
        "mod": _function("mod", ["c = modulo(a, b)"]),
        "same": _function("same", ["c = a"], "a"),
        **gamma.FORTRAN,
    }

    def argument(self, place: int) -> str:
        return f"x({place + 1})"

    def column(self, place: int) -> str:
        return f"columns(row, {place + 1})"

    def row_count(self) -> str:
        return "real(size(columns, 1), real64)"

    def literal(self, text: str) -> str:
        mantissa, _, exponent = text.partition("e")
        return f"{mantissa}{'' if '.' in mantissa else '.0'}d{exponent or '0'}"

    def logic(self, kind: str, texts: Sequence[str]) -> str:
        if kind == "not":
            return f".not. {texts[0]}"
        return f" .{kind}. ".join(texts)

    def function(self, signature: Signature, body: Body) -> str:
        given = ["x", "columns"] if signature.columns else ["x"]
        name = f"{signature.name}_value"
        lines = [f"real(real64), intent(in) :: x({len(signature.arguments)})"]
        if signature.columns:
            lines.append("real(real64), intent(in) :: columns(:, :)")
        if signature.wrt:
            name, given = f"{name}_and_gradient", [*given, "value", "gradient"]
            lines.append(f"real(real64), intent(out) :: value, gradient({len(signature.wrt)})")
        else:
            lines.append("real(real64) :: value")
        if body.names:
            lines.append(f"real(real64) :: {', '.join(body.names)}")
        if body.truths:
            lines.append(f"logical :: {', '.join(body.truths)}")
        if signature.columns:
            lines.append("integer :: row")
        for names, start in ((body.names, "0"), (body.truths, ".false.")):
            lines += [f"{name} = {start}" for name in names if name in body.inside]
        for part in body.parts:
            if isinstance(part, Loop):
                lines += ["do row = 1, size(columns, 1)", *indented(part.lines), "end do"]
            else:
                lines += part
        if not body.mentions("x"):
            lines.append("if (size(x) < 0) return  ! the formula is a number")
        lines.append(f"value = {body.outputs[0]}")
        lines += [f"gradient({k}) = {text}" for k, text in enumerate(body.outputs[1:], 1)]
        if signature.wrt:
            lines.append("if (ieee_is_nan(value)) gradient = value")
        kind, result = ("subroutine", "") if signature.wrt else ("function", " result(value)")
        head = f"pure {kind} {name}({', '.join(given)}){result}"
        return "\n".join([head, *indented(lines), f"end {kind} {name}"])

    def file(self, name: str, functions: Sequence[str], helpers: Sequence[str]) -> str:
        interfaces = [text for text in helpers if text.startswith("interface")]
        own = [text for text in helpers if not text.startswith("interface")]
        lines = [
            f"module {name}_module",
            "    use, intrinsic :: iso_fortran_env, only: real64",
            "    use, intrinsic :: iso_c_binding, only: c_double",
            "    use, intrinsic :: ieee_arithmetic, only: ieee_is_nan, ieee_value, &",
            "        ieee_quiet_nan, ieee_positive_inf",
            "    implicit none",
            *[line for text in interfaces for line in ["", *indented(text.split("\n"))]],
            "contains",
            *[line for text in [*own, *functions] for line in ["", *indented(text.split("\n"))]],
            f"end module {name}_module",
        ]
        return "\n".join(broken(lines))

    def check(self, signature: Signature, samples: Sequence[Sample]) -> str:
        n, m = len(signature.arguments), len(signature.wrt) + 1
        name, extra = signature.name, ""
        lines = [
            f"program {name}_check",
            f"    use {name}_module",
            "    use, intrinsic :: iso_fortran_env, only: real64",
            "    use, intrinsic :: ieee_arithmetic, only: ieee_is_nan, ieee_value, ieee_quiet_nan",
            "    implicit none",
            f"    real(real64) :: points({n}, {len(samples)}), expected({m}, {len(samples)})",
            f"    real(real64) :: found({m}), gap, worst",
            "    integer :: k",
        ]
        body = [*self._filled("points", [s.arguments for s in samples])]
        body += self._filled("expected", [s.expected for s in samples])
        if signature.columns:
            columns = samples[0].columns
            lines.append(f"    real(real64) :: rows({len(columns[0])}, {len(columns)})")
            body += self._filled("rows", columns)
            extra = ", rows"
        if signature.wrt:
            call = f"call {name}_value_and_gradient(points(:, k){extra}, found(1), found(2:))"
        else:
            call = f"found(1) = {name}_value(points(:, k){extra})"
        body += _MAIN.format(n=len(samples), call=call).split("\n")
        return "\n".join(broken([*lines, *indented(body), f"end program {name}_check"]))

    def _filled(self, name: str, rows: Iterable[Sequence[float]]) -> list[str]:
        """Return assignments of the columns of a matrix."""
        return [
            f"{name}(:, {k}) = [real(real64) :: {', '.join(map(self._number, row))}]"
            for k, row in enumerate(rows, 1)
        ]

    def _number(self, value: float) -> str:
        text = self.literal(repr(abs(float(value))))
        return f"-{text}" if value < 0 else text


def broken(lines: Iterable[str]) -> list[str]:
    """Return lines short enough, those that go on with an ampersand at their end."""
    found = []
    for line in lines:
        indent = re.match(r" *", line)
        space = indent.group() if indent else ""
        found += wrapped(line, LONGEST, " &", space + "    ")
    return found


_MAIN = """\
worst = 0
do k = 1, {n}
    {call}
    gap = maxval(abs(found - expected(:, k)))/max(1d-300, maxval(abs(expected(:, k))))
    if (gap > worst) worst = gap
    if (any(ieee_is_nan(found))) worst = ieee_value(worst, ieee_quiet_nan)
end do
if (worst < 1d-9) then
    print '(a, es7.1)', "ok: {n} points, worst relative gap ", worst
else
    print '(a, es7.1)', "WRONG: {n} points, worst relative gap ", worst
    stop 1
end if"""
