"""Julia around statements over arrays."""

from __future__ import annotations

from .array_body import ArrayBody
from .array_frames import ArraySample, ArraySignature, Frame, rows
from .layout import indented, listed

__all__ = ["JuliaFrame"]


class JuliaFrame(Frame):
    """Vectors, whose lengths are checked; results are new ones."""

    def functions(self, signature: ArraySignature, body: ArrayBody) -> list[str]:
        names = signature.names()
        arrays, results = self.arrays(signature), self.results(signature)
        given = [*names.sizes.values(), *names.arguments.values()]
        head = listed(f"function {signature.function}(", given, ")")
        lines = [
            f'length({name}) == {count} || throw(DimensionMismatch("{name}"))'
            for name, count in arrays.items()
        ]
        told = self.slopes(signature, "1")
        returned = f"return value, ({''.join(f'{one}, ' for one in told)})"
        returned = returned if signature.wrt else "return value"
        if body.tests:
            end = [] if signature.shape else ["value = NaN"]
            lines.append(f"if !({' && '.join(body.tests)})")
            made = [f"{name} = fill(NaN, max(0, {count}))" for name, count in results.items()]
            lines += [*indented([*made, *end, returned]), "end"]
        lines += [f"{name} = zeros({count})" for name, count in (results | body.rooms).items()]
        lines += body.lines
        if not signature.shape:
            lines.append(f"value = {body.value}")
        lines += [*body.undefined, returned]
        return ["\n".join([*head, *indented(lines), "end"])]

    def check(self, signature: ArraySignature, sample: ArraySample) -> str:
        flat = sample.numbers
        lines = [f'include("{signature.name}.jl")', ""]
        lines += ["expected = [", *rows(self.dialect, flat), "]", ""]
        lines += self.call_lines(signature, sample)
        parts = "vcat(value, slopes...)" if signature.wrt else "vcat(value)"
        return "\n".join([*lines, _MAIN.format(n=len(flat), parts=parts)])


_MAIN = """\
worst = maximum(abs.({parts} .- expected)) / max(1e-300, maximum(abs.(expected)))
println(worst < 1e-9 ? "ok" : "WRONG", ": {n} numbers, worst relative gap ", worst)
exit(worst < 1e-9 ? 0 : 1)"""
