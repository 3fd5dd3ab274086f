"""C and C++ around statements over arrays."""

from __future__ import annotations

from collections.abc import Sequence

from .array_body import ArrayBody
from .array_frames import ArraySample, ArraySignature, Frame, rows, signed, unused
from .c import declarations
from .dialect import Dialect
from .layout import indented, listed, wrapped

__all__ = ["CFrame"]


class CFrame(Frame):
    """C and C++: the caller has the room for what is computed between."""

    def __init__(self, dialect: Dialect, pointer: str) -> None:
        super().__init__(dialect)
        self.pointer = pointer

    def told_room(self, signature: ArraySignature, body: ArrayBody) -> str:
        called = f"{signature.function}_room({', '.join(signature.own_sizes().values())})"
        return f"work: room for {called} numbers; nothing is allocated"

    def functions(self, signature: ArraySignature, body: ArrayBody) -> list[str]:
        return [self._room(signature, body), self._function(signature, body)]

    def _room(self, signature: ArraySignature, body: ArrayBody) -> str:
        """Return the function that says how many numbers the room must hold."""
        sizes = list(signature.own_sizes().values())
        given = ", ".join(f"size_t {name}" for name in sizes) or "void"
        lines = wrapped(f"return {self.between(body)};", 100)
        if body.tests and body.rooms:
            lines = [*wrapped(f"if (!({' && '.join(body.tests)})) return 0;", 100), *lines]
        lines = [*[f"(void){name};" for name in unused(sizes, lines)], *lines]
        head = f"size_t {signature.function}_room({given})"
        return "\n".join([*wrapped(head, 100), "{", *indented(lines), "}"])

    def _function(self, signature: ArraySignature, body: ArrayBody) -> str:
        names = signature.names()
        sizes = [f"size_t {name}" for name in names.sizes.values()]
        given = [
            f"const double {self.pointer}{names.arguments[name]}"
            if shape
            else f"double {names.arguments[name]}"
            for name, shape in signature.arguments
        ]
        results = [f"double {self.pointer}{name}" for name in names.results if name]
        every = [*sizes, *given, *results, f"double {self.pointer}work"]
        kind = "void" if signature.shape else "double"
        head = listed(f"{kind} {signature.function}(", every, ")")
        lines = self._statements(signature, body)
        own = [*names.sizes.values(), *names.arguments.values(), "work"]
        lines = [*[f"(void){name};" for name in unused(own, lines)], *lines]
        return "\n".join([*head, "{", *indented(lines), "}"])

    def _statements(self, signature: ArraySignature, body: ArrayBody) -> list[str]:
        lines = declarations(body.local)
        nothing = "return;" if signature.shape else f"return {self.dialect.nan};"
        if body.tests:
            test = " && ".join(body.tests)
            lines += [*wrapped(f"if (!({test})) {{", 100), *indented([*body.nothing, nothing]), "}"]
        place = "work"
        for name, count in body.rooms.items():
            lines.append(f"double {self.pointer}const {name} = {place};")
            place = f"{name} + {count}"
        lines += body.lines
        if signature.shape:
            return [*lines, *body.undefined]
        if not body.undefined:
            return [*lines, f"return {body.value};"]
        return [*lines, f"const double value = {body.value};", *body.undefined, "return value;"]

    def check(self, signature: ArraySignature, sample: ArraySample) -> str:
        is_c = self.dialect.name == "c"
        headers = ["stdio.h", "stdlib.h"] if is_c else ["cstdio", "vector"]
        lines = [f'#include "{signature.name}.{self.dialect.extension}"']
        lines += [f"#include <{header}>" for header in headers] + [""]
        given = [str(size) for size in sample.sizes]
        room = f"{signature.function}_room({', '.join(given)})"
        for k, (_, shape) in enumerate(signature.arguments):
            if shape:
                lines += self._array(f"data{k}", sample.arguments[k])
                given.append(f"data{k}")
            else:
                given.append(signed(self.dialect, sample.arguments[k][0]))
        flat = sample.numbers
        lines += self._array("expected", flat)
        place = 0 if signature.shape else 1
        for part in sample.expected[0 if signature.shape else 1 :]:
            given.append(f"found + {place}" if place else "found")
            place += len(part)
        call = f"{signature.function}({', '.join([*given, 'work' if is_c else 'work.data()'])})"
        call = f"{'' if signature.shape else 'found[0] = '}{call};"
        work = _WORK_C if is_c else _WORK_CPP
        return "\n".join(
            [*lines, "", _MAIN.format(
                n=len(flat), work=work.format(room), free="    free(work);\n" if is_c else "",
                call="\n".join(indented(wrapped(call, 96))),
            )]
        )  # fmt: skip

    def _array(self, name: str, numbers: Sequence[float]) -> list[str]:
        head = f"static const double {name}[{max(1, len(numbers))}] = {{"
        return [head, *rows(self.dialect, numbers), "};"]


_WORK_C = """\
    double *work = malloc(({} + 1) * sizeof(double));
    if (work == NULL) return 2;"""
_WORK_CPP = "    std::vector<double> work({} + 1);"

_MAIN = """\
int main(void)
{{
    double found[{n}], size = 1e-300, worst = 0.0;
{work}
{call}
{free}\
    for (int i = 0; i < {n}; ++i) size = fmax(size, fabs(expected[i]));
    for (int i = 0; i < {n}; ++i) {{
        double gap = fabs(found[i] - expected[i]) / size;
        if (gap > worst || gap != gap) worst = gap;
    }}
    printf("%s: {n} numbers, worst relative gap %.1e\\n", worst < 1e-9 ? "ok" : "WRONG", worst);
    return worst < 1e-9 ? 0 : 1;
}}"""
