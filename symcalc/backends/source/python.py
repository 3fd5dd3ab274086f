"""Python without packages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from . import gamma
from .dialect import Body, Dialect, Loop, Sample, Signature
from .layout import indented, table

__all__ = ["Python"]

#: Functions that raise an error outside of their real domain or range.
_GUARDED = (
    "acos acosh asin atanh cos cosh exp expm1 log log10 log1p log2 sin sinh sqrt tan tgamma"
).split()


#: What these give at their poles, and where they overflow, if not NaN and infinity.
_AT_POLES = dict.fromkeys(("log", "log10", "log2"), "-math.inf if x == 0 else math.nan") | {
    "atanh": "math.copysign(math.inf, x) if abs(x) == 1 else math.nan",
    "log1p": "-math.inf if x == -1 else math.nan",
    "tgamma": "math.copysign(math.inf, x) if x == 0 else math.nan",
}
_BEYOND = dict.fromkeys(("sinh", "tgamma"), "math.copysign(math.inf, x)")


def _guarded(name: str) -> str:
    """Return a function that is NaN, or infinite, where Python's raises an error."""
    own = "gamma" if name == "tgamma" else name
    return (
        f"def sc_{name}(x):\n    try:\n        return math.{own}(x)\n"
        f"    except ValueError:\n        return {_AT_POLES.get(name, 'math.nan')}\n"
        f"    except OverflowError:\n        return {_BEYOND.get(name, 'math.inf')}"
    )


class Python(Dialect):
    """Python 3.11, on plain floats; NaN outside the real domain, where `math` raises an error."""

    name = "python"
    title = "Python"
    extension = "py"
    comment = "#"
    infinity = "math.inf"
    nan = "math.nan"
    run = "python {0}_check.py"
    choice = ("if {0}:", "elif {0}:", "else:", "")
    end = ""
    functions: ClassVar[Mapping[str, str]] = {
        name: f"math.{name}({{0}})" for name in "asinh atan cbrt erf erfc fabs tanh".split()
    } | {
        "atan2": "math.atan2({0}, {1})",
        "hypot": "math.hypot({0}, {1})",
    }
    helpers: ClassVar[Mapping[str, str]] = {
        **{name: _guarded(name) for name in _GUARDED},
        "divide": "def sc_divide(x, y):\n    if y:\n        return x / y\n"
        "    size = math.nan if x == 0 or x != x else math.inf\n"
        "    return math.copysign(size, x) * math.copysign(1.0, y)",
        **{
            name: f"def sc_{name}(x):\n    if not math.isfinite(x):\n        return x\n"
            f"    return float(math.{name}(x)) or x * 0.0"
            for name in ("ceil", "floor")
        },
        "pow": "def sc_pow(x, y):\n    sign = math.copysign(1.0, x) if y % 2 == 1 else 1.0\n"
        "    try:\n        return math.pow(x, y)\n"
        "    except ValueError:\n        return sign * math.inf if x == 0 else math.nan\n"
        "    except OverflowError:\n        return sign * math.inf",
        "max": "def sc_max(a, b):\n    return a if a > b or a != a else b",
        "min": "def sc_min(a, b):\n    return a if a < b or a != a else b",
        "mod": "def sc_mod(a, b):\n    return a % b if b and math.isfinite(a) else math.nan",
        **gamma.PYTHON,
    }
    uses: ClassVar[Mapping[str, str]] = {"loggamma": "lgamma"}
    beyond = Dialect.beyond - {"jn", "yn"}

    def row_count(self) -> str:
        return "float(n_rows)"

    def logic(self, kind: str, texts: Sequence[str]) -> str:
        return f"not {texts[0]}" if kind == "not" else f" {kind} ".join(texts)

    def function(self, signature: Signature, body: Body) -> str:
        given = "x, columns" if signature.columns else "x"
        lines = ["n_rows = len(columns[0])"] if signature.columns else []
        for part in body.parts:
            if isinstance(part, Loop):
                lines += ["for row in range(n_rows):", *indented(part.lines or ["pass"])]
            else:
                lines += [line for line in part if line.strip()]
        if signature.wrt:
            head = f"def {signature.name}_value_and_gradient({given}):"
            lines += [f"value = {body.outputs[0]}", "if value != value:"]
            lines.append(f"    return value, [math.nan] * {len(body.outputs) - 1}")
            lines += ["return value, [", *[f"    {text}," for text in body.outputs[1:]], "]"]
        else:
            head = f"def {signature.name}_value({given}):"
            lines.append(f"return {body.outputs[0]}")
        return "\n".join([head, *indented(lines)])

    def file(self, name: str, functions: Sequence[str], helpers: Sequence[str]) -> str:
        return "\n\n\n".join(["import math", *helpers, *functions])

    def check(self, signature: Signature, samples: Sequence[Sample]) -> str:
        called = f"{signature.name}_value{'_and_gradient' if signature.wrt else ''}"
        lines = [
            "import sys",
            "",
            f"from {signature.name} import {called}",
            "",
            "POINTS = [",
            *table([s.arguments for s in samples], self.literal, "[", "]"),
            "]",
            "EXPECTED = [",
            *table([s.expected for s in samples], self.literal, "[", "]"),
            "]",
        ]
        extra = ""
        if signature.columns:
            lines += ["DATA = [", *table(samples[0].columns, self.literal, "[", "]"), "]"]
            extra = ", DATA"
        if signature.wrt:
            found = f"value, gradient = {called}(point{extra})"
            flat = "[float(value), *map(float, gradient)]"
        else:
            found, flat = f"value = {called}(point{extra})", "[float(value)]"
        return "\n".join([*lines, "", _MAIN.format(n=len(samples), found=found, flat=flat)])


_MAIN = """\
worst = 0.0
for point, expected in zip(POINTS, EXPECTED):
    {found}
    size = max(1e-300, *map(abs, expected))
    for left, right in zip({flat}, expected):
        gap = abs(left - right) / size
        if gap > worst or gap != gap:
            worst = gap
print("ok" if worst < 1e-9 else "WRONG", f": {n} points, worst relative gap {{worst:.1e}}", sep="")
sys.exit(not worst < 1e-9)"""
