"""Julia."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from . import gamma
from .dialect import Body, Dialect, Loop, Sample, Signature
from .layout import indented, table

__all__ = ["Julia"]

#: Functions that raise an error outside of their real domain, with the arguments that they take.
_GUARDED = {
    "acos": "abs(x) <= 1", "acosh": "x >= 1", "asin": "abs(x) <= 1", "atanh": "abs(x) <= 1",
    "cos": "isfinite(x)", "log": "x >= 0", "log10": "x >= 0", "log1p": "x >= -1", "log2": "x >= 0",
    "sin": "isfinite(x)", "sqrt": "x >= 0", "tan": "isfinite(x)",
}  # fmt: skip


def _from_c(name: str) -> str:
    """Return a function of C's mathematics that Julia's standard library lacks."""
    return f"sc_{name}(x) = ccall((:{name}, sc_libm), Float64, (Float64,), x)"


#: C's library of mathematics: where a compiler is installed, "libm" names a text for its linker.
_LIBRARY = """\
const sc_libm = Sys.iswindows() ? "ucrtbase" : Sys.isapple() ? "libSystem" : "libm.so.6\""""


class Julia(Dialect):
    """Julia 1, without packages; NaN outside the real domain, where Julia raises an error."""

    name = "julia"
    title = "Julia"
    extension = "jl"
    comment = "#"
    infinity = "Inf"
    nan = "NaN"
    run = "julia {0}_check.jl"
    choice = ("if {0}", "elseif {0}", "else", "end")
    end = ""
    functions: ClassVar[Mapping[str, str]] = {"fabs": "abs({0})", "atan2": "atan({0}, {1})"}
    helpers: ClassVar[Mapping[str, str]] = {
        **{
            name: f"sc_{name}(x) = {test} ? {name}(x) : NaN" for name, test in _GUARDED.items()
        },
        "pow": "sc_pow(x, y) = x >= 0 || isinteger(y) ? x^y : NaN",
        "max": "sc_max(a, b) = a > b || isnan(a) ? a : b",
        "min": "sc_min(a, b) = a < b || isnan(a) ? a : b",
        "mod": "sc_mod(a, b) = isfinite(a) && b != 0 ? mod(a, b) : NaN",
        "erf": _from_c("erf"),
        "erfc": _from_c("erfc"),
        "tgamma": _from_c("tgamma"),
        **{
            name: f"sc_{name}(n, x) = ccall((:{name}, sc_libm), Float64, (Cint, Float64), n, x)"
            for name in ("jn", "yn")
        },
        **gamma.JULIA,
    }  # fmt: skip

    def argument(self, place: int) -> str:
        return f"x[{place + 1}]"

    def column(self, place: int) -> str:
        return f"columns[{place + 1}][row]"

    def row_count(self) -> str:
        return "Float64(n_rows)"

    def file(self, name: str, functions: Sequence[str], helpers: Sequence[str]) -> str:
        library = [_LIBRARY] if any("sc_libm" in text for text in helpers) else []
        return "\n\n".join([*library, *helpers, *functions])

    def function(self, signature: Signature, body: Body) -> str:
        given = "x, columns" if signature.columns else "x"
        lines = ["n_rows = length(columns[1])"] if signature.columns else []
        for part in body.parts:
            if isinstance(part, Loop):
                lines += ["for row in 1:n_rows", *indented(part.lines), "end"]
            else:
                lines += part
        if signature.wrt:
            head = f"function {signature.name}_value_and_gradient({given})"
            items = [f"    {text}," for text in body.outputs[1:]]
            lines.append(f"value = {body.outputs[0]}")
            lines += ["if isnan(value)", f"    return value, fill(NaN, {len(items)})", "end"]
            lines += ["return value, [", *items, "]"]
        else:
            head = f"function {signature.name}_value({given})"
            lines.append(f"return {body.outputs[0]}")
        return "\n".join([head, *indented(lines), "end"])

    def check(self, signature: Signature, samples: Sequence[Sample]) -> str:
        lines = [
            f'include("{signature.name}.jl")',
            "",
            "points = [",
            *table([s.arguments for s in samples], self.literal, "[", "]"),
            "]",
            "expected = [",
            *table([s.expected for s in samples], self.literal, "[", "]"),
            "]",
        ]
        extra = ""
        if signature.columns:
            lines += ["data = [", *table(samples[0].columns, self.literal, "[", "]"), "]"]
            extra = ", data"
        if signature.wrt:
            call = f"vcat({signature.name}_value_and_gradient(points[k]{extra})...)"
        else:
            call = f"[{signature.name}_value(points[k]{extra})]"
        return "\n".join([*lines, "", _MAIN.format(n=len(samples), call=call)])


_MAIN = """\
worst = maximum(1:{n}) do k
    found = {call}
    maximum(abs.(found .- expected[k])) / max(1e-300, maximum(abs.(expected[k])))
end
println(worst < 1e-9 ? "ok" : "WRONG", ": {n} points, worst relative gap ", worst)
exit(worst < 1e-9 ? 0 : 1)"""
