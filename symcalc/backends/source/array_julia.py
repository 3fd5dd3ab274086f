"""Julia around statements over arrays."""

from __future__ import annotations

from .array_body import ArrayBody
from .array_frames import ArraySample, ArraySignature, Frame, rows, signed
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
        slopes = [name for name in results if name != "value"]
        shapes = [shape for _, shape in signature.wrt]
        told = [
            name if shape or signature.shape else f"{name}[1]"
            for name, shape in zip(slopes, shapes, strict=True)
        ]
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
        given = [f"    {size}," for size in sample.sizes]
        for k, (_, shape) in enumerate(signature.arguments):
            if shape:
                given += ["    [", *indented(rows(self.dialect, sample.arguments[k])), "    ],"]
            else:
                given.append(f"    {signed(self.dialect, sample.arguments[k][0])},")
        flat = [number for part in sample.expected for number in part]
        lines = [f'include("{signature.name}.jl")', ""]
        lines += ["expected = [", *rows(self.dialect, flat), "]", ""]
        found = "value, slopes" if signature.wrt else "value"
        lines += [f"{found} = {signature.function}(", *given, ")"]
        parts = "vcat(value, slopes...)" if signature.wrt else "vcat(value)"
        return "\n".join([*lines, _MAIN.format(n=len(flat), parts=parts)])


_MAIN = """\
worst = maximum(abs.({parts} .- expected)) / max(1e-300, maximum(abs.(expected)))
println(worst < 1e-9 ? "ok" : "WRONG", ": {n} numbers, worst relative gap ", worst)
exit(worst < 1e-9 ? 0 : 1)"""
