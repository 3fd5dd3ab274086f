"""Python without packages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from .dialect import Body, Dialect, Loop, Sample, Signature
from .layout import indented, table

__all__ = ["Python"]

#: Functions that raise an error outside of their real domain or range.
_GUARDED = (
    "acos acosh asin atanh cos cosh exp expm1 log log10 log1p log2 sin sinh sqrt tan tgamma"
).split()


#: What these give at 0, and where they overflow, if not NaN and infinity.
_AT_ZERO = dict.fromkeys(("log", "log10", "log2"), "-math.inf if x == 0 else math.nan")
_BEYOND = {"sinh": "math.copysign(math.inf, x)"}


def _guarded(name: str) -> str:
    """Return a function that is NaN, or infinite, where Python's raises an error."""
    own = "gamma" if name == "tgamma" else name
    return (
        f"def sc_{name}(x):\n    try:\n        return math.{own}(x)\n"
        f"    except ValueError:\n        return {_AT_ZERO.get(name, 'math.nan')}\n"
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
        "floor": "float(math.floor({0}))",
        "ceil": "float(math.ceil({0}))",
    }
    helpers: ClassVar[Mapping[str, str]] = {
        **{name: _guarded(name) for name in _GUARDED},
        "pow": "def sc_pow(x, y):\n    try:\n        return math.pow(x, y)\n"
        "    except ValueError:\n        return math.inf if x == 0 else math.nan\n"
        "    except OverflowError:\n        return math.inf",
        "max": "def sc_max(a, b):\n    return a if a > b or a != a else b",
        "min": "def sc_min(a, b):\n    return a if a < b or a != a else b",
        "mod": "def sc_mod(a, b):\n    return a % b if b and math.isfinite(a) else math.nan",
    }

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
            items = [f"    {text}," for text in body.outputs[1:]]
            lines += [f"return {body.outputs[0]}, [", *items, "]"]
        else:
            head = f"def {signature.name}_value({given}):"
            lines.append(f"return {body.outputs[0]}")
        return "\n".join([head, *indented(lines)])

    def file(self, name: str, functions: Sequence[str], helpers: Sequence[str]) -> str:
        return "\n\n\n".join(["import math", *helpers, *functions])

    def check(self, signature: Signature, samples: Sequence[Sample]) -> str:
        lines = [
            "import sys",
            "",
            f"import {signature.name}",
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
        call = f"{signature.name}.{signature.name}_value"
        if signature.wrt:
            found = f"value, gradient = {call}_and_gradient(point{extra})"
            flat = "[float(value), *map(float, gradient)]"
        else:
            found, flat = f"value = {call}(point{extra})", "[float(value)]"
        return "\n".join([*lines, "", _MAIN.format(n=len(samples), found=found, flat=flat)])


_MAIN = """\
worst = 0.0
for point, expected in zip(POINTS, EXPECTED):
    {found}
    size = max(1e-300, *map(abs, expected))
    for left, right in zip({flat}, expected):
        gap = abs(left - right) / size
        if not gap <= worst:
            worst = gap
print("ok" if worst < 1e-9 else "WRONG", f": {n} points, worst relative gap {{worst:.1e}}", sep="")
sys.exit(worst >= 1e-9)"""
