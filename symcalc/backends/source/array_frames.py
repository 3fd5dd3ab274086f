"""What stands around statements over arrays: parameters, room, results, and the check."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from ...graph.shapes import Shape, written
from .array_body import ArrayBody
from .array_writer import Names
from .c import declarations
from .dialect import Dialect
from .dialects import DIALECTS
from .layout import indented, listed, table, wrapped

__all__ = ["FRAMES", "ArraySample", "ArraySignature", "Frame"]


class ArraySignature(NamedTuple):
    """What an exported function over arrays takes and gives.

    Attributes
    ----------
    name : str
    sizes : tuple of str
        The names of the dimensions.
    arguments, wrt : tuple of (str, Shape)
        Names with shapes: of all arguments, and of the variables of the gradient.
    shape : Shape
        Of the value.
    """

    name: str
    sizes: tuple[str, ...]
    arguments: tuple[tuple[str, Shape], ...]
    wrt: tuple[tuple[str, Shape], ...]
    shape: Shape

    def value_alone(self) -> ArraySignature:
        """Return the signature of the function without a gradient."""
        return self._replace(wrt=())

    @property
    def function(self) -> str:
        """The name of the function."""
        return f"{self.name}_value{'_and_gradient' if self.wrt else ''}"

    def own_sizes(self) -> dict[str, str]:
        """Return what dimensions are called in the file."""
        return {name: f"n{place}" for place, name in enumerate(self.sizes)}

    def results(self) -> list[tuple[str, Shape]]:
        """Return the results with their shapes; the name of a value that is returned is empty."""
        found: list[tuple[str, Shape]] = [("value" if self.shape else "", self.shape)]
        return found + [
            (f"g{place}", (*self.shape, *shape)) for place, (_, shape) in enumerate(self.wrt)
        ]

    def names(self) -> Names:
        """Return what sizes, arguments and results are called in the file."""
        arguments = {name: f"x{place}" for place, (name, _) in enumerate(self.arguments)}
        results, shapes = zip(*self.results(), strict=True)
        return Names(self.own_sizes(), arguments, results, shapes)


class ArraySample(NamedTuple):
    """Data with the numbers expected for them.

    Attributes
    ----------
    sizes : tuple of int
    arguments : tuple of tuple of float
        The elements of each argument, row by row.
    expected : tuple of tuple of float
        Those of each result.
    """

    sizes: tuple[int, ...]
    arguments: tuple[tuple[float, ...], ...]
    expected: tuple[tuple[float, ...], ...]


class Frame:
    """What a language has around statements over arrays."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect

    def notes(self, signature: ArraySignature) -> list[str]:
        """Return what the comment at the top says of arguments and results."""
        lines = []
        if signature.sizes:
            sizes = [f"{own} = {name}" for name, own in signature.own_sizes().items()]
            lines.append(f"sizes: {', '.join(sizes)}")
        given = [f"x{k} = {_told(*pair)}" for k, pair in enumerate(signature.arguments)]
        lines.append(f"arguments: {', '.join(given)}; matrices lie row by row")
        if signature.wrt:
            results = [f"g{k} in {_told(*pair)}" for k, pair in enumerate(signature.wrt)]
            what = "Jacobian" if signature.shape else "gradient"
            lines.append(f"{what}: {', '.join(results)}")
        if signature.shape:
            lines.append(f"value: {written(signature.shape)}")
        return lines

    def functions(self, signature: ArraySignature, body: ArrayBody) -> list[str]:
        """Return the definitions of a function and of what belongs to it."""
        raise NotImplementedError

    def check(self, signature: ArraySignature, sample: ArraySample) -> str:
        """Return a program that compares with expected numbers, but for its first comment."""
        raise NotImplementedError


def _told(name: str, shape: Shape) -> str:
    return f"{name} {written(shape)}" if shape else name


class _C(Frame):
    """C and C++: the caller has the room for what is computed between."""

    def __init__(self, dialect: Dialect, pointer: str) -> None:
        super().__init__(dialect)
        self.pointer = pointer

    def notes(self, signature: ArraySignature) -> list[str]:
        called = f"{signature.function}_room({', '.join(signature.own_sizes().values())})"
        return [*super().notes(signature), f"work: room for {called} numbers; nothing is allocated"]

    def functions(self, signature: ArraySignature, body: ArrayBody) -> list[str]:
        return [self._room(signature, body), self._function(signature, body)]

    def _room(self, signature: ArraySignature, body: ArrayBody) -> str:
        """Return the function that says how many numbers the room must hold."""
        sizes = list(signature.own_sizes().values())
        given = ", ".join(f"size_t {name}" for name in sizes) or "void"
        lines = wrapped(f"return {' + '.join(body.rooms.values()) or '0'};", 100)
        if body.tests and body.rooms:
            lines = [*wrapped(f"if (!({' && '.join(body.tests)})) return 0;", 100), *lines]
        lines = [*[f"(void){name};" for name in _unused(sizes, lines)], *lines]
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
        lines = [*[f"(void){name};" for name in _unused(own, lines)], *lines]
        return "\n".join([*head, "{", *indented(lines), "}"])

    def _statements(self, signature: ArraySignature, body: ArrayBody) -> list[str]:
        lines, place = [], "work"
        for name, count in body.rooms.items():
            lines.append(f"double {self.pointer}const {name} = {place};")
            place = f"{name} + {count}"
        lines += declarations(body.local)
        nothing = "return;" if signature.shape else f"return {self.dialect.nan};"
        if body.tests:
            test = " && ".join(body.tests)
            lines += [*wrapped(f"if (!({test})) {{", 100), *indented([*body.nothing, nothing]), "}"]
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
                given.append(_signed(self.dialect, sample.arguments[k][0]))
        flat = [number for part in sample.expected for number in part]
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
        rows = table([numbers], self.dialect.literal, "", "")
        return [f"static const double {name}[{max(1, len(numbers))}] = {{", *rows, "};"]


def _signed(dialect: Dialect, value: float) -> str:
    text = dialect.literal(repr(abs(value)))
    return f"-{text}" if value < 0 else text


def _unused(names: Sequence[str], lines: Sequence[str]) -> list[str]:
    """Return the names that stand in no line."""
    used = {word for line in lines for word in re.findall(r"\w+", line)}
    return [name for name in names if name not in used]


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

#: The languages that formulas over arrays are written in.
FRAMES: dict[str, Frame] = {
    "c": _C(DIALECTS["c"], "*restrict "),
    "cpp": _C(DIALECTS["cpp"], "*"),
}
