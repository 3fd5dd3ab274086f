"""Rust around statements over arrays."""

from __future__ import annotations

from .array_body import ArrayBody
from .array_frames import ArraySample, ArraySignature, Frame, rows, signed
from .layout import indented, listed, wrapped

__all__ = ["RustFrame"]

_ALLOWED = "#[allow(unused_assignments, unused_mut, unused_parens, unused_variables, clippy::all)]"


class RustFrame(Frame):
    """Slices, whose lengths are asserted; what is computed between is in vectors of its own."""

    def functions(self, signature: ArraySignature, body: ArrayBody) -> list[str]:
        names, arrays = signature.names(), self.arrays(signature)
        results = self.results(signature)
        given = [f"{name}: usize" for name in names.sizes.values()]
        given += [
            f"{name}: &[f64]" if name in arrays else f"{name}: f64"
            for name in names.arguments.values()
        ]
        given += [f"{name}: &mut [f64]" for name in results]
        returned = "" if signature.shape else " -> f64"
        head = listed(f"pub fn {signature.function}(", given, f"){returned} {{")
        lines = [f"let mut {name} = 0.0_f64;" for name in body.local.names]
        lines += [f"let mut {name} = false;" for name in body.local.truths]
        nothing = "return;" if signature.shape else f"return {self.dialect.nan};"
        if body.tests:
            test = " && ".join(body.tests)
            lines += [*wrapped(f"if !({test}) {{", 100), *indented([*body.nothing, nothing]), "}"]
        every = (arrays | results).items()
        lines += [f"assert_eq!({name}.len(), {count});" for name, count in every]
        lines += [f"let mut {name} = vec![0.0_f64; {n}];" for name, n in body.rooms.items()]
        lines += body.lines
        if not signature.shape:
            lines.append(f"let value: f64 = {body.value};")
        lines += [*body.undefined, *([] if signature.shape else ["value"])]
        return ["\n".join([_ALLOWED, *head, *indented(lines), "}"])]

    def check(self, signature: ArraySignature, sample: ArraySample) -> str:
        lines = [f'include!("{signature.name}.rs");', ""]
        given = [str(size) for size in sample.sizes]
        for k, (_, shape) in enumerate(signature.arguments):
            if shape:
                lines += [f"const DATA{k}: [f64; {len(sample.arguments[k])}] = ["]
                lines += [*rows(self.dialect, sample.arguments[k]), "];"]
                given.append(f"&DATA{k}")
            else:
                given.append(signed(self.dialect, sample.arguments[k][0]))
        flat = sample.numbers
        lines += [f"const EXPECTED: [f64; {len(flat)}] = [", *rows(self.dialect, flat), "];"]
        results = list(self.results(signature))
        parts = sample.expected[len(sample.expected) - len(results) :]
        room = [
            f"let mut {name} = [0.0_f64; {len(part)}];"
            for name, part in zip(results, parts, strict=True)
        ]
        given += [f"&mut {name}" for name in results]
        call = f"{signature.function}({', '.join(given)})"
        call = f"{call};" if signature.shape else f"let found = vec![{call}];"
        more = "let found: Vec<f64> = Vec::new();" if signature.shape else ""
        whole = [*room, *wrapped(call, 96), *([more] if more else []), "let mut found = found;"]
        whole += [f"found.extend_from_slice(&{name});" for name in results]
        return "\n".join(
            [*lines, "", _MAIN.format(n=len(flat), call="\n".join(indented(whole)))]
        )  # fmt: skip


_MAIN = """\
#[allow(unused_mut)]
fn main() {{
{call}
    let size = EXPECTED.iter().fold(1e-300_f64, |a, b| a.max(b.abs()));
    let mut worst = 0.0_f64;
    for (a, b) in found.iter().zip(EXPECTED.iter()) {{
        let gap = (a - b).abs() / size;
        if gap > worst || gap.is_nan() {{
            worst = gap;
        }}
    }}
    let word = if worst < 1e-9 {{ "ok" }} else {{ "WRONG" }};
    println!("{{}}: {n} numbers, worst relative gap {{:.1e}}", word, worst);
    std::process::exit(if worst < 1e-9 {{ 0 }} else {{ 1 }});
}}"""
