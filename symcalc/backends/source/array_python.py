"""Python without packages around statements over arrays."""

from __future__ import annotations

from .array_body import ArrayBody
from .array_frames import ArraySample, ArraySignature, Frame, rows
from .layout import indented, listed

__all__ = ["PythonFrame"]


class PythonFrame(Frame):
    """Lists of floats, whose lengths are checked."""

    def functions(self, signature: ArraySignature, body: ArrayBody) -> list[str]:
        names = signature.names()
        arrays, results = self.arrays(signature), self.results(signature)
        given = [*names.sizes.values(), *names.arguments.values()]
        head = listed(f"def {signature.function}(", given, "):")
        lines = []
        for name, count in arrays.items():
            lines.append(f"if len({name}) != {count}:")
            lines.append(f'    raise ValueError("{name} must have {count} numbers")')
        told = self.slopes(signature, "0")
        returned = f"value, [{', '.join(told)}]" if signature.wrt else "value"
        if body.tests:
            end = [] if signature.shape else ["value = math.nan"]
            lines.append(f"if not ({' and '.join(body.tests)}):")
            made = [f"{name} = [math.nan] * max(0, {count})" for name, count in results.items()]
            lines += indented([*made, *end, f"return {returned}"])
        lines += [f"{name} = [0.0] * ({count})" for name, count in results.items()]
        lines += [f"{name} = [0.0] * ({count})" for name, count in body.rooms.items()]
        lines += body.lines
        if not signature.shape:
            lines.append(f"value = {body.value}")
        lines += [*body.undefined, f"return {returned}"]
        return ["\n".join([*head, *indented(lines)])]

    def check(self, signature: ArraySignature, sample: ArraySample) -> str:
        flat = sample.numbers
        lines = ["import sys", "", f"from {signature.name} import {signature.function}", ""]
        lines += ["EXPECTED = [", *rows(self.dialect, flat), "]", ""]
        lines += self.call_lines(signature, sample)
        if not signature.wrt:
            lines.append("slopes = []")
        return "\n".join([*lines, _MAIN.format(n=len(flat))])


_MAIN = """\
found = []
for part in [value, *slopes]:
    found += part if isinstance(part, list) else [part]
size = max(1e-300, *map(abs, EXPECTED))
worst = 0.0
for left, right in zip(found, EXPECTED):
    gap = abs(left - right) / size
    if gap > worst or gap != gap:
        worst = gap
print("ok" if worst < 1e-9 else "WRONG", f": {n} numbers, worst relative gap {{worst:.1e}}", sep="")
sys.exit(not worst < 1e-9)"""
