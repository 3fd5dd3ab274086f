"""C and C++."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from . import gamma
from .dialect import Body, Dialect, Loop, Sample, Signature
from .layout import indented, table, wrapped

__all__ = ["C", "Cpp", "declarations"]

_HEAD = "const double *x"
_COLUMNS = ", const double *const *columns, size_t n_rows"


#: Bessel functions, which POSIX and compilers for C++ have beside those of the standard.
_POSIX = ("jn", "yn")


def declarations(body: Body) -> list[str]:
    """Return the declarations of local names; those that are set in branches alone begin as 0."""
    lines = []
    for kind, names in (("double", body.names), ("int", body.truths)):
        starts = [f"{name} = 0" if name in body.inside else name for name in names]
        lines += wrapped(f"{kind} {', '.join(starts)};", 100) if names else []
    return lines


class C(Dialect):
    """C99."""

    name = "c"
    title = "C"
    extension = "c"
    infinity = "INFINITY"
    nan = "NAN"
    functions: ClassVar[Mapping[str, str]] = {name: f"{name}({{0}}, {{1}})" for name in _POSIX}
    run = "cc -O2 {0}_check.c -lm -o {0}_check && ./{0}_check"
    includes: ClassVar[tuple[str, ...]] = ("math.h", "stddef.h")
    helpers: ClassVar[Mapping[str, str]] = {
        "max": "static double sc_max(double a, double b)\n"
        "{\n    return a > b || a != a ? a : b;\n}",
        "min": "static double sc_min(double a, double b)\n"
        "{\n    return a < b || a != a ? a : b;\n}",
        "mod": "static double sc_mod(double a, double b)\n{\n"
        "    double rest = fmod(a, b);\n"
        "    if (rest == 0.0) return copysign(0.0, b);\n"
        "    return (rest < 0.0) != (b < 0.0) ? rest + b : rest;\n}",
        "jn": "double jn(int order, double x);  /* POSIX */",
        "yn": "double yn(int order, double x);  /* POSIX */",
        **gamma.C,
    }

    def function(self, signature: Signature, body: Body) -> str:
        given = _HEAD + (_COLUMNS if signature.columns else "")
        if signature.wrt:
            head = f"double {signature.name}_value_and_gradient({given}, double *gradient)"
        else:
            head = f"double {signature.name}_value({given})"
        lines = declarations(body)
        for part in body.parts:
            if isinstance(part, Loop):
                lines += ["for (size_t row = 0; row < n_rows; ++row) {", *indented(part.lines), "}"]
            else:
                lines += part
        given_names = ["x", "columns"] if signature.columns else ["x"]
        lines += [f"(void){given};" for given in given_names if not body.mentions(given)]
        if signature.wrt:
            lines.append(f"const double value = {body.outputs[0]};")
            lines += [f"gradient[{k}] = {text};" for k, text in enumerate(body.outputs[1:])]
            lines.append(f"for (int k = 0; value != value && k < {len(signature.wrt)}; ++k) {{")
            lines += ["    gradient[k] = value;", "}", "return value;"]
        else:
            lines.append(f"return {body.outputs[0]};")
        return "\n".join([*wrapped(head, 100), "{", *indented(lines), "}"])

    def file(self, name: str, functions: Sequence[str], helpers: Sequence[str]) -> str:
        includes = "\n".join(f"#include <{header}>" for header in self.includes)
        return "\n\n".join([includes, *helpers, *functions])

    def check(self, signature: Signature, samples: Sequence[Sample]) -> str:
        n, n_out = max(1, len(signature.arguments)), len(signature.wrt)
        rows = len(samples[0].columns[0]) if signature.columns else 0
        lines = [
            f'#include "{signature.name}.{self.extension}"',
            "#include <stdio.h>" if self.name == "c" else "#include <cstdio>",
            "",
            f"static const double points[{len(samples)}][{n}] = {{",
            *table([s.arguments or (0.0,) for s in samples], self.literal, "{", "}"),
            "};",
            f"static const double expected[{len(samples)}][{n_out + 1}] = {{",
            *table([s.expected for s in samples], self.literal, "{", "}"),
            "};",
        ]
        if signature.columns:
            lines += [
                f"static const double data[{len(signature.columns)}][{rows}] = {{",
                *table(samples[0].columns, self.literal, "{", "}"),
                "};",
            ]
        calls = self._calls(signature, rows)
        return "\n".join([*lines, "", _MAIN.format(n=len(samples), m=n_out + 1, calls=calls)])

    def _calls(self, signature: Signature, rows: int) -> str:
        extra, setup = "", ""
        if signature.columns:
            places = ", ".join(f"data[{k}]" for k in range(len(signature.columns)))
            setup = f"        const double *const columns[] = {{{places}}};\n"
            extra = f", columns, {rows}"
        name = signature.name
        if signature.wrt:
            call = f"{name}_value_and_gradient(points[k]{extra}, found + 1)"
        else:
            call = f"{name}_value(points[k]{extra})"
        return f"{setup}        found[0] = {call};"


class Cpp(C):
    """C++11."""

    name = "cpp"
    title = "C++"
    extension = "cpp"
    infinity = "std::numeric_limits<double>::infinity()"
    nan = "std::numeric_limits<double>::quiet_NaN()"
    run = "c++ -O2 {0}_check.cpp -o {0}_check && ./{0}_check"
    includes = ("cmath", "cstddef", "limits")
    helpers: ClassVar[Mapping[str, str]] = {
        name: text for name, text in C.helpers.items() if name not in _POSIX
    }
    functions: ClassVar[Mapping[str, str]] = {
        **C.functions,
        **{
            name: f"std::{name}({{0}})"
            for name in (
                "acos acosh asin asinh atan atanh cbrt ceil cos cosh erf erfc exp expm1 fabs floor "
                "log log10 log1p log2 sin sinh sqrt tan tanh tgamma"
            ).split()
        },
        **{name: f"std::{name}({{0}}, {{1}})" for name in ("atan2", "hypot", "pow")},
    }


_MAIN = """\
int main(void)
{{
    double worst = 0.0;
    for (int k = 0; k < {n}; ++k) {{
        double found[{m}], size = 1e-300;
{calls}
        for (int i = 0; i < {m}; ++i) size = fmax(size, fabs(expected[k][i]));
        for (int i = 0; i < {m}; ++i) {{
            double gap = fabs(found[i] - expected[k][i]) / size;
            if (gap > worst || gap != gap) worst = gap;
        }}
    }}
    printf("%s: {n} points, worst relative gap %.1e\\n", worst < 1e-9 ? "ok" : "WRONG", worst);
    return worst < 1e-9 ? 0 : 1;
}}"""
