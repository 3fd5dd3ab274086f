"""Rust."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from . import gamma
from .dialect import Body, Dialect, Loop, Sample, Signature
from .layout import indented, table, wrapped

__all__ = ["Rust"]

_METHODS = {
    "acos": "acos", "asin": "asin", "atan": "atan",
    "atanh": "atanh", "cbrt": "cbrt", "ceil": "ceil", "cos": "cos", "cosh": "cosh", "exp": "exp",
    "expm1": "exp_m1", "fabs": "abs", "floor": "floor", "log": "ln", "log10": "log10",
    "log1p": "ln_1p", "log2": "log2", "sin": "sin", "sinh": "sinh", "sqrt": "sqrt", "tan": "tan",
    "tanh": "tanh",
}  # fmt: skip


def _from_c(name: str) -> str:
    """Return a function of C's mathematics that the standard library lacks, or has to 1e154."""
    return (
        f'extern "C" {{\n    fn {name}(x: f64) -> f64;\n}}\n\n'
        f"fn sc_{name}(x: f64) -> f64 {{\n    unsafe {{ {name}(x) }}\n}}"
    )


class Rust(Dialect):
    """Rust 2021, without crates."""

    name = "rust"
    title = "Rust"
    extension = "rs"
    infinity = "f64::INFINITY"
    nan = "f64::NAN"
    run = "rustc --edition 2021 -O {0}_check.rs -o {0}_check && ./{0}_check"
    choice = ("if {0} {{", "}} else if {0} {{", "}} else {{", "}}")
    functions: ClassVar[Mapping[str, str]] = (
        {name: f"({{0}}).{method}()" for name, method in _METHODS.items()}
        | {"pow": "({0}).powf({1})", "atan2": "({0}).atan2({1})", "hypot": "({0}).hypot({1})"}
    )  # fmt: skip
    helpers: ClassVar[Mapping[str, str]] = {
        "max": "fn sc_max(a: f64, b: f64) -> f64 {\n    if a > b || a.is_nan() { a } else { b }\n}",
        "min": "fn sc_min(a: f64, b: f64) -> f64 {\n    if a < b || a.is_nan() { a } else { b }\n}",
        "mod": "fn sc_mod(a: f64, b: f64) -> f64 {\n    let rest = a % b;\n"
        "    if rest == 0.0 {\n        (0.0_f64).copysign(b)\n"
        "    } else if (rest < 0.0) != (b < 0.0) {\n        rest + b\n"
        "    } else {\n        rest\n    }\n}",
        **{name: _from_c(name) for name in ("acosh", "asinh", "erf", "erfc", "tgamma")},
        **{
            name: f'extern "C" {{\n    fn {name}(n: i32, x: f64) -> f64;\n}}\n\n'
            f"fn sc_{name}(n: i32, x: f64) -> f64 {{\n    unsafe {{ {name}(n, x) }}\n}}"
            for name in ("jn", "yn")
        },
        **gamma.RUST,
    }

    def row_count(self) -> str:
        return "(n_rows as f64)"

    def literal(self, text: str) -> str:
        return f"{text}_f64"

    def function(self, signature: Signature, body: Body) -> str:
        n, m = len(signature.arguments), len(signature.wrt)
        given = f"x: &[f64; {n}]"
        if signature.columns:
            given += f", columns: &[&[f64]; {len(signature.columns)}]"
        if m:
            head = f"pub fn {signature.name}_value_and_gradient({given}) -> (f64, [f64; {m}])"
            result = "(value, gradient)"
        else:
            head, result = f"pub fn {signature.name}_value({given}) -> f64", body.outputs[0]
        lines = ["let n_rows = columns[0].len();"] if signature.columns else []
        lines += [f"let mut {name} = 0.0_f64;" for name in body.names]
        lines += [f"let mut {name} = false;" for name in body.truths]
        for part in body.parts:
            if isinstance(part, Loop):
                lines += ["for row in 0..n_rows {", *indented(part.lines), "}"]
            else:
                lines += part
        if m:
            lines.append(f"let value: f64 = {body.outputs[0]};")
            lines += wrapped(f"let mut gradient = [{', '.join(body.outputs[1:])}];", 100)
            lines += ["if value.is_nan() {", "    gradient = [value; _];".replace("_", str(m)), "}"]
        lines += wrapped(result, 100)
        allowed = "#[allow(unused_assignments, unused_parens, unused_variables, clippy::all)]"
        return "\n".join([allowed, f"{head} {{", *indented(lines), "}"])

    def check(self, signature: Signature, samples: Sequence[Sample]) -> str:
        n, m = len(signature.arguments), len(signature.wrt) + 1
        lines = [
            f'include!("{signature.name}.rs");',
            "",
            f"const POINTS: [[f64; {n}]; {len(samples)}] = [",
            *table([s.arguments for s in samples], self.literal, "[", "]"),
            "];",
            f"const EXPECTED: [[f64; {m}]; {len(samples)}] = [",
            *table([s.expected for s in samples], self.literal, "[", "]"),
            "];",
        ]
        extra = ""
        if signature.columns:
            columns = samples[0].columns
            lines += [
                f"const DATA: [[f64; {len(columns[0])}]; {len(columns)}] = [",
                *table(columns, self.literal, "[", "]"),
                "];",
            ]
            extra = f", &[{', '.join(f'&DATA[{k}]' for k in range(len(columns)))}]"
        if signature.wrt:
            call = (
                f"let (value, gradient) = {signature.name}_value_and_gradient(point{extra});\n"
                "        let mut found = vec![value];\n"
                "        found.extend_from_slice(&gradient);"
            )
        else:
            call = f"let found = vec![{signature.name}_value(point{extra})];"
        return "\n".join([*lines, "", _MAIN.format(n=len(samples), call=call)])


_MAIN = """\
fn main() {{
    let mut worst = 0.0_f64;
    for (point, expected) in POINTS.iter().zip(EXPECTED.iter()) {{
        {call}
        let size = expected.iter().fold(1e-300_f64, |a, b| a.max(b.abs()));
        for (a, b) in found.iter().zip(expected.iter()) {{
            let gap = (a - b).abs() / size;
            if gap > worst || gap.is_nan() {{
                worst = gap;
            }}
        }}
    }}
    let word = if worst < 1e-9 {{ "ok" }} else {{ "WRONG" }};
    println!("{{}}: {n} points, worst relative gap {{:.1e}}", word, worst);
    std::process::exit(if worst < 1e-9 {{ 0 }} else {{ 1 }});
}}"""
