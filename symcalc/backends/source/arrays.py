"""NumPy and JAX: functions of numbers or arrays, and of columns of data."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from functools import reduce
from typing import ClassVar

from ...errors import CompileError
from ...functions import TABLE
from ...graph.graph import Graph, Node
from ...program import lower, to_primitives
from ..flavours import ArrayEmitter
from .dialect import Body, Loop, Sample, Signature
from .embedded import embedded
from .layout import indented
from .python import Python

__all__ = ["Jax", "Numpy"]

#: Functions of two arguments, taken one after the other.
_PAIRS = {"max": "numpy.maximum", "min": "numpy.minimum", "hypot": "numpy.hypot"}

_KERNELS = "kernels."


class _Emitter(ArrayEmitter):
    """Arrays in the functions that a dialect has."""

    def __init__(
        self, dialect: Numpy, graph: Graph, outputs: Sequence[Node], arguments: dict[str, str]
    ) -> None:
        self.dialect = dialect
        super().__init__(lower(graph, outputs), arguments, {})

    def spell_call(self, name: str, args: list[str]) -> str:
        if name in _PAIRS:
            function = self.function(_PAIRS[name])
            start = f"{self.function('numpy.abs')}({args[0]})" if name == "hypot" else args[0]
            return reduce(lambda left, right: f"{function}({left}, {right})", args[1:], start)
        path = self.dialect.special_functions.get(name)
        if path is not None:
            return f"{self.function(path)}({', '.join(args)})"
        if name == "size":  # 1.0/size(t) is infinite, and no error, where t has no rows
            return f"{self.function('numpy.float64')}({super().spell_call(name, args)})"
        has_own = not name.startswith("sqrt") and name in TABLE
        if has_own and not self.dialect.has(TABLE[name].array):
            raise CompileError(f"`{name}` has no form in {self.dialect.title}.")
        return super().spell_call(name, args)


class Numpy(Python):
    """NumPy, with SciPy where a function needs it, and kernels of ours where SciPy fails."""

    name = "numpy"
    title = "NumPy"
    module = "numpy"
    special = "scipy.special"
    packages: tuple[str, ...] = ()
    setup: tuple[str, ...] = ()
    decorator: tuple[str, ...] = ()
    #: Functions that are found elsewhere than the table says.
    special_functions: ClassVar[Mapping[str, str]] = {}

    def has(self, path: str) -> bool:
        """Return whether there is a function that the table places here."""
        return bool(path)

    def text(self, graph: Graph, outputs: Sequence[Node], signature: Signature) -> str:
        """Return the file: value, and value with gradient."""
        values = signature._replace(wrt=())
        wanted = [(values, outputs[:1])] + ([(signature, outputs)] if signature.wrt else [])
        paths: dict[str, str] = {}
        functions = []
        for one, nodes in wanted:
            body = self._body(graph, nodes, one, paths)
            functions.append("\n".join([*self.decorator, self.function(one, body)]))
        kernels = {name: path for name, path in paths.items() if path.startswith(_KERNELS)}
        others = {name: path for name, path in paths.items() if name not in kernels}
        home = importlib.import_module("symcalc.backends.kernels") if kernels else None
        imports, texts = embedded([getattr(home, p[len(_KERNELS) :]) for p in kernels.values()])
        again = [
            f"{name} = {path[len(_KERNELS) :]}"
            for name, path in kernels.items()
            if name != path[len(_KERNELS) :]
        ]
        future = ["from __future__ import annotations", ""] if kernels else []
        lines = [*future, *self.packages, *imports, *self._imports(others), *self.setup]
        top = ["\n".join(lines)] if lines else []
        return "\n\n\n".join([*top, *texts, *again, *functions])

    def _body(
        self, graph: Graph, outputs: Sequence[Node], signature: Signature, paths: dict[str, str]
    ) -> Body:
        """Return the statements of a function; add where what they call is found to `paths`."""
        arguments = {name: f"x[{k}]" for k, name in enumerate(signature.arguments)}
        arguments |= {name: f"columns[{k}]" for k, name in enumerate(signature.columns)}
        emitter = _Emitter(self, *to_primitives(graph, outputs), arguments)
        emitter.functions.update(paths)
        lines, texts = emitter.run()
        lines = [*self.given(emitter, signature), *lines]
        if emitter.integrals:
            raise CompileError(f"An integral has no form in {self.title}.")
        if signature.wrt:
            where, isnan = emitter.function("numpy.where"), emitter.function("numpy.isnan")
            nan = emitter.function("numpy.nan")
            lines += [f"value = {texts[0]}", f"undefined = {isnan}(value)"]
            texts = ["value", *[f"{where}(undefined, {nan}, {text})" for text in texts[1:]]]
        paths |= emitter.functions
        return Body([lines], [], [], texts)

    def given(self, emitter: ArrayEmitter, signature: Signature) -> list[str]:
        """Return what makes arguments NumPy's: Python's own numbers raise an error at 1/0."""
        names = ["x"] * bool(signature.arguments) + ["columns"] * bool(signature.columns)
        array = emitter.function("numpy.asarray") if names else ""
        return [f"{name} = [{array}(given, dtype=float) for given in {name}]" for name in names]

    def _imports(self, paths: Mapping[str, str]) -> list[str]:
        """Return the lines that give functions the names by which they are called."""
        found: dict[str, list[str]] = {}
        for name, path in sorted(paths.items()):
            module, _, own = path.rpartition(".")
            module = {"numpy": self.module, "scipy.special": self.special}.get(module, module)
            found.setdefault(module, []).append(own if own == name else f"{own} as {name}")
        return [f"from {home} import {', '.join(names)}" for home, names in sorted(found.items())]

    def function(self, signature: Signature, body: Body) -> str:
        given = "x, columns" if signature.columns else "x"
        lines = [line for part in body.parts if not isinstance(part, Loop) for line in part]
        if signature.wrt:
            head = f"def {signature.name}_value_and_gradient({given}):"
            lines += ["return value, [", *[f"    {text}," for text in body.outputs[1:]], "]"]
        else:
            head = f"def {signature.name}_value({given}):"
            lines.append(f"return {body.outputs[0]}")
        return "\n".join([head, *indented(lines)])

    def check(self, signature: Signature, samples: Sequence[Sample]) -> str:
        found = super().check(signature, samples)
        if not signature.columns:
            return found
        arrays = "DATA = [numpy.asarray(column) for column in DATA]"
        first, rest = found.split("\nworst = 0.0", 1)
        return f"import numpy\n{first}{arrays}\n\nworst = 0.0{rest}"


class Jax(Numpy):
    """JAX, jitted, in doubles."""

    name = "jax"
    title = "JAX"
    module = "jax.numpy"
    special = "jax.scipy.special"
    packages = ("import jax",)
    setup = ("", 'jax.config.update("jax_enable_x64", True)')
    decorator = ("@jax.jit",)
    special_functions: ClassVar[Mapping[str, str]] = {
        name: f"scipy.special.{name}"
        for name in ("erf", "erfc", "erfinv", "gamma", "gammaln", "digamma", "beta")
    }

    def has(self, path: str) -> bool:
        return path.startswith("numpy.")

    def given(self, emitter: ArrayEmitter, signature: Signature) -> list[str]:
        return []  # what is traced is JAX's own
