"""NumPy and JAX: functions of numbers or arrays, and of columns of data."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from ...errors import CompileError
from ...graph.graph import Graph, Node
from ...program import lower, to_primitives
from ..flavours import ArrayEmitter
from .dialect import Body, Sample, Signature
from .python import Python

__all__ = ["Jax", "Numpy"]


#: Functions of two arguments, taken one after the other.
_PAIRS = {"max": "numpy.maximum", "min": "numpy.minimum", "hypot": "numpy.hypot"}


class _Emitter(ArrayEmitter):
    """Arrays in NumPy's functions alone."""

    def spell_call(self, name: str, args: list[str]) -> str:
        if name not in _PAIRS:
            return super().spell_call(name, args)
        function = self.function(_PAIRS[name])
        start = f"{self.function('numpy.abs')}({args[0]})" if name == "hypot" else args[0]
        return reduce(lambda left, right: f"{function}({left}, {right})", args[1:], start)


class Numpy(Python):
    """NumPy, with SciPy where a function needs it."""

    name = "numpy"
    title = "NumPy"
    module = "numpy"
    special = "scipy.special"
    packages: tuple[str, ...] = ()
    setup: tuple[str, ...] = ()
    decorator: tuple[str, ...] = ()

    def text(self, graph: Graph, outputs: Sequence[Node], signature: Signature) -> str:
        """Return the file: value, and value with gradient."""
        values = signature._replace(wrt=())
        wanted = [(values, outputs[:1])] + ([(signature, outputs)] if signature.wrt else [])
        imports: dict[str, str] = {}
        functions = []
        for one, nodes in wanted:
            body, paths = self._body(graph, nodes, one)
            imports |= paths
            functions.append("\n".join([*self.decorator, self.function(one, body)]))
        lines = [*self.packages, *self._imports(imports), *self.setup]
        top = ["\n".join(lines)] if lines else []
        return "\n\n\n".join([*top, *functions])

    def _body(
        self, graph: Graph, outputs: Sequence[Node], signature: Signature
    ) -> tuple[Body, dict[str, str]]:
        program = lower(*to_primitives(graph, outputs))
        arguments = {name: f"x[{k}]" for k, name in enumerate(signature.arguments)}
        arguments |= {name: f"columns[{k}]" for k, name in enumerate(signature.columns)}
        emitter = _Emitter(program, arguments, {})
        lines, texts = emitter.run()
        for path in emitter.functions.values():
            if path.startswith("kernels."):
                name = path.removeprefix("kernels.")
                raise CompileError(f"`{name}` has no form in {self.title}.")
        return Body([lines], [], [], texts), emitter.functions

    def _imports(self, paths: dict[str, str]) -> list[str]:
        """Return the lines that give functions the names by which they are called."""
        found: dict[str, list[str]] = {}
        for name, path in sorted(paths.items()):
            module, _, own = path.rpartition(".")
            module = {"numpy": self.module, "scipy.special": self.special}.get(module, module)
            found.setdefault(module, []).append(own if own == name else f"{own} as {name}")
        return [f"from {home} import {', '.join(names)}" for home, names in sorted(found.items())]

    def function(self, signature: Signature, body: Body) -> str:
        found = super().function(signature, body)
        return found.replace("    n_rows = len(columns[0])\n", "")  # arrays know their length

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
