"""Generated code for arrays of any shape: contractions, reductions, factorizations, parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..errors import ArgumentError
from ..graph.contractions import Contraction
from ..graph.graph import Node
from ..graph.regions import Region
from ..graph.shapes import Dimension
from ..program import Fused, Program, shared_exponentials
from .array_traits import is_matrix_product, sparse_nodes, thin_nodes
from .emit import ADDITION, ATOM, PRODUCT
from .flavours import ArrayEmitter
from .sizes import spelled_size
from .steps import KERNELS, aligned, letters, of_one, of_two

__all__ = ["MatrixEmitter"]

REDUCERS = {
    **{"amax": KERNELS + "greatest", "amin": KERNELS + "least", "prod": KERNELS + "product"},
    **{"exactprod": KERNELS + "product", "others": KERNELS + "products_of_others"},
    "lse": KERNELS + "log_sum_exp",
    **{"length": KERNELS + "length", "unit": KERNELS + "unit"},
}


class MatrixEmitter(ArrayEmitter):
    """Arrays of declared shapes.

    A broadcast array is kept thin, with axes of size 1 or without axes, while it stands beside full
    ones; where its shape matters it is spread (`full`).
    """

    def __init__(
        self,
        program: Program,
        arguments: dict[str, str],
        constants: dict[Node, str],
        dims: Mapping[str, str],
        sparse: frozenset[str] = frozenset(),
        definite: frozenset[str] = frozenset(),
        fused: Sequence[Fused] = (),
    ) -> None:
        self.dims, self.definite = dims, definite
        self.fused = {node: group for group in fused for node in group.nodes}
        self.kernels: dict[str, Fused] = {}
        self.sparse = sparse_nodes(program, sparse)
        self.thin = thin_nodes(program)
        self.together = shared_exponentials(program)
        self.derivatives = {node: base for base, node in self.together.items()}
        self.shared: dict[Node, str] = {}
        self.factorized: dict[tuple[Node, Region | None], str] = {}
        super().__init__(program, arguments, constants)

    def emit(self, node: Node) -> None:
        kind = self.graph.kinds[node]
        rule = RULES.get(kind)
        if node in self.fused:
            self._all_at_once(self.fused[node])
        elif node in self.shared:
            self._set(node, self.shared[node], ATOM)
        elif node in self.together or node in self.derivatives:
            self._together(self.derivatives.get(node, node), node)
        elif rule is None:
            super().emit(node)
        else:
            rule(self, node)

    def run(self) -> tuple[list[str], list[str]]:
        lines, _ = super().run()
        return lines, [self.full(node, None, ADDITION) for node in self.program.outputs]

    def read(self, node: Node, region: Region | None, level: int) -> str:
        if node in self.sparse:
            raise ArgumentError(
                "Sparse arrays can only stand in products, as in `X @ w`, and "
                f"{self._told(node)} that is needed elsewhere. Pass a dense one, `X.toarray()`."
            )
        return super().read(node, region, level)

    def full(self, node: Node, region: Region | None, level: int = ATOM) -> str:
        """Return the text of an operand in its whole shape."""
        if node not in self.thin:
            return self.read(node, region, level)
        spread = self.function("numpy.broadcast_to")
        return f"{spread}({self.read(node, region, ADDITION)}, {self._shape(node)})"

    # -- dimensions -----------------------------------------------------------------------

    def size(self, dimension: Dimension) -> str:
        """Return the text of a dimension."""
        return spelled_size(dimension, self.dims)

    def lengths(self, node: Node) -> list[str]:
        """Return the texts of the sizes of a node's axes."""
        return [self.size(dimension) for dimension in self.graph.shape(node)]

    def _shape(self, node: Node) -> str:
        return f"({''.join(f'{length}, ' for length in self.lengths(node))})"

    def _index(self, index: Sequence[Any], *, as_tuple: bool) -> str:
        """Return what stands between the brackets of a part, or a tuple that says the same."""
        texts = []
        for entry in index:
            if isinstance(entry, int):
                texts.append(str(entry))
                continue
            start, stop, step = entry
            bounds = ["" if b is None else self._bound(b) for b in (start, stop)]
            if as_tuple:
                words = ", ".join(bound or "None" for bound in (*bounds, str(step)))
                texts.append(f"slice({words})")
            else:
                begin = "" if bounds[0] == "0" else bounds[0]
                texts.append(f"{begin}:{bounds[1]}" + (f":{step}" if step != 1 else ""))
        return f"({', '.join(texts)},)" if as_tuple else ", ".join(texts)

    def _bound(self, bound: int | tuple[Dimension, ...]) -> str:
        if isinstance(bound, int):
            return str(bound)
        return " + ".join(map(self.size, bound)) or "0"

    # -- rules ------------------------------------------------------------------------------

    def dimension(self, node: Node) -> None:
        """Emit a dimension as a number."""
        self._set(node, self.size(self.graph.data[node]), ATOM)

    def identity(self, node: Node) -> None:
        """Emit an identity matrix."""
        text = f"{self.function('numpy.eye')}({self.size(self.graph.data[node])})"
        self._set(node, text, ATOM, (node,))

    def step(self, node: Node) -> None:
        """Emit a step of a contraction."""
        args, data = self.graph.args[node], self.graph.data[node]
        if not args:
            self._set(node, "1.0", ATOM)
        elif self.graph.kinds[args[-1]] == "eye" and set(data.factors[-1]) <= set(data.out):
            self._diagonals(node, args, data)
        elif not self.sparse.isdisjoint(args):
            self._sparse_step(node, args, data)
        elif len(args) == 1:
            text = of_one(self.function, self._whole(node, args[0]), data.factors[0], data.out)
            self._set(node, text, ATOM, args)
        elif "inv" in (self.graph.kinds[arg] for arg in args) and is_matrix_product(data):
            self._solved(node, args, data)
        else:
            texts = [self._whole(node, arg) for arg in args]
            text, level = of_two(self.function, texts, data.factors, data.out)
            self._set(node, text, level, args)

    def reduction(self, node: Node) -> None:
        """Emit a reduction over one axis or all."""
        (arg,), axis = self.graph.args[node], self.graph.data[node]
        kind = self.graph.kinds[node]
        function = self.function(REDUCERS[kind])
        over = "" if axis is None else f", axis={axis}"
        text = f"{function}({self.full(arg, self._region(node), ADDITION)}{over})"
        self._set(node, text, ATOM, (arg,))

    def total(self, node: Node) -> None:
        """Emit a total, or a number of elements."""
        (arg,) = self.graph.args[node]
        if self.graph.kinds[node] == "size":
            sizes = [self.size(dimension) for dimension in self.graph.shape(arg)]
            self._set(node, "*".join(sizes) or "1", PRODUCT if sizes[1:] else ATOM, (arg,))
            return
        own = self.text[arg] if arg in self.sparse else None
        text = own or self.full(arg, self._region(node), ADDITION)
        text = f"{self.function('numpy.sum')}({text})"
        self._set(node, text, ATOM, (arg,))

    def factorization(self, node: Node) -> None:
        """Emit an inverse or a determinant through the factors of the matrix, made once."""
        (arg,), kind = self.graph.args[node], self.graph.kinds[node]
        factors = self._factors(arg, self._region(node))
        if kind in ("inv", "cofactors"):
            self._set(node, f"{factors}.{'inverse' if kind == 'inv' else kind}", ATOM)
        else:
            self._set(node, f"{factors}.{kind.removeprefix('exact')}", ATOM, (arg,))

    def along(self, node: Node) -> None:
        """Emit the derivative of cofactors along directions."""
        matrix, direction = self.graph.args[node]
        region = self._region(node)
        factors = self._factors(matrix, region)
        text = f"{factors}.cofactors_along({self.full(direction, region, ADDITION)})"
        self._set(node, text, ATOM, (matrix, direction))

    def reshaped(self, node: Node) -> None:
        """Emit an array in another shape, its entries in order."""
        (arg,) = self.graph.args[node]
        self._set(node, f"{self._whole(node, arg)}.reshape({self._shape(node)})", ATOM, (arg,))

    def part(self, node: Node) -> None:
        """Emit rows, columns, entries or blocks of an array."""
        (arg,), (_, index) = self.graph.args[node], self.graph.data[node]
        text = f"{self._whole(node, arg)}[{self._index(index, as_tuple=False)}]"
        self._set(node, text, ATOM, (arg,))

    def among_zeros(self, node: Node) -> None:
        """Emit a part among zeros."""
        (arg,), (_, index) = self.graph.args[node], self.graph.data[node]
        part = self.full(arg, self._region(node), ADDITION)
        where = self._index(index, as_tuple=True)
        text = f"{self.function(KERNELS + 'placed')}({part}, {self._shape(node)}, {where})"
        self._set(node, text, ATOM, (arg,))

    def blocks_joined(self, node: Node) -> None:
        """Emit blocks beside each other."""
        args, (_, axis) = self.graph.args[node], self.graph.data[node]
        parts = ", ".join(self.full(arg, self._region(node), ADDITION) for arg in args)
        text = f"{self.function('numpy.concatenate')}(({parts}), axis={axis})"
        self._set(node, text, ATOM, args)

    # -- inside -------------------------------------------------------------------------------

    def _plan(self) -> None:
        """Find names and divisions, but for what is computed at once and what that reads."""
        super()._plan()
        for group in self.fused.values():
            self.divisors.difference_update(group.nodes, group.inputs)

    def _all_at_once(self, group: Fused) -> None:
        """Emit the call that computes the nodes of a group, where the first of them stands."""
        if group in self.kernels.values():
            return
        name = f"fused{len(self.kernels) + 1}"
        self.kernels[name] = group
        given = "".join(f"{self.read(arg, None, ADDITION)}, " for arg in group.inputs)
        found = "".join(f"t{node}, " for node in group.outputs)
        self.line(None, f"{found}= {name}(({given}), {self._shape(group.outputs[0])})")
        for node in group.outputs:
            self._set(node, f"t{node}", ATOM)

    def _whole(self, node: Node, arg: Node) -> str:
        """Return an argument of a node in its whole shape, as an operand."""
        return self.full(arg, self._region(node))

    def _together(self, base: Node, node: Node) -> None:
        """Emit a logarithm of exponentials and its derivative as the results of one call."""
        (arg,), kind = self.graph.args[base], self.graph.kinds[base]
        region = self._region(node)
        names = self.fresh(), self.fresh()
        self.shared = {**self.shared, base: names[0], self.together[base]: names[1]}
        axis = self.graph.data[base] if kind == "lse" else None
        over = "" if axis is None else f", axis={axis}"
        what = "log_sum_exp_and_shares" if kind == "lse" else "softplus_and_sigmoid"
        call = f"{self.function(KERNELS + what)}({self.full(arg, region, ADDITION)}{over})"
        self.line(region, f"{names[0]}, {names[1]} = {call}")
        self._set(node, self.shared[node], ATOM)

    def _told(self, node: Node) -> str:
        """Return how the result of a sparse array is described."""
        kind = self.graph.kinds[node]
        return f"`{self.graph.data[node]}` is one" if kind == "var" else "a product of one is one"

    def _sparse_step(self, node: Node, args: tuple[Node, ...], data: Contraction) -> None:
        """Emit a product with a sparse array: of matrices, or of its entries with a dense one."""
        texts = [self.text[arg] if arg in self.sparse else self._whole(node, arg) for arg in args]
        if len(args) == 1:
            text, labels = texts[0], data.factors[0]
            if len(set(labels)) < len(labels):
                text, labels = f"{text}.diagonal()", labels[:1]
            text, level = of_one(self.function, text, labels, data.out), ATOM
        elif node in self.sparse:
            place = 0 if args[0] in self.sparse else 1
            own, other = data.factors[place], data.factors[1 - place]
            dense = aligned(texts[1 - place], other, data.out)
            text = f"{aligned(texts[place], own, data.out)}.multiply({dense}).tocsr()"
            level = ATOM
        elif is_matrix_product(data):
            text, level = of_two(self.function, texts, data.factors, data.out)
            if self.sparse.issuperset(args):
                text, level = f"({text}).toarray()", ATOM
        else:
            self.read(next(arg for arg in args if arg in self.sparse), None, ATOM)
        self._set(node, text, level, args)

    def _factors(self, matrix: Node, region: Region | None) -> str:
        """Return the name of the factorization of a matrix, which is made here if need be."""
        name = self.factorized.get((matrix, region))
        if name is None:
            name = self.factorized[matrix, region] = self.fresh()
            factorize = self.function(KERNELS + "Factorization")
            text = self.full(matrix, region, ADDITION)
            if self.graph.kinds[matrix] == "var" and self.graph.data[matrix] in self.definite:
                text += ", is_definite=True"
            self.line(region, f"{name} = {factorize}({text})")
        return name

    def _solved(self, node: Node, args: tuple[Node, ...], data: Contraction) -> None:
        """Emit a product with an inverse as the solution of a system."""
        place = next(at for at, arg in enumerate(args) if self.graph.kinds[arg] == "inv")
        inverse, own = args[place], data.factors[place]
        right, labels = args[1 - place], data.factors[1 - place]
        (summed,) = set(own) & set(labels)
        how = "" if own[1] == summed else ", transposed=True"
        text = aligned(self._whole(node, right), labels, sorted(labels, key=lambda x: x != summed))
        factors = self._factors(self.graph.args[inverse][0], self._region(node))
        text = f"{factors}.solve({text}{how})"
        solved = [label for label in own if label != summed] + [x for x in labels if x != summed]
        self._set(node, aligned(text, solved, data.out), ATOM, args)

    def _diagonals(self, node: Node, args: tuple[Node, ...], data: Contraction) -> None:
        """Emit an array spread over the diagonals that identity matrices make."""
        merged = {label: label for label in data.out}
        n_parts = sum(self.graph.kinds[arg] != "eye" for arg in args[:1])
        for first, second in data.factors[n_parts:]:
            old, new = merged[second], merged[first]
            merged = {label: new if now == old else now for label, now in merged.items()}
        axes = [merged[label] for label in data.out]
        kept = list(dict.fromkeys(axes))
        part = "1.0"
        if n_parts:
            labels = [merged[label] for label in data.factors[0]]
            part = aligned(self._whole(node, args[0]), labels, kept)
        spec = f'"{letters(axes)}->{letters(kept)}"'
        text = f"{self.function(KERNELS + 'spread')}({part}, {spec}, {self._shape(node)})"
        self._set(node, text, ATOM, args)


RULES: dict[str, Callable[[MatrixEmitter, Node], None]] = {
    "dim": MatrixEmitter.dimension,
    "eye": MatrixEmitter.identity,
    "ein": MatrixEmitter.step,
    "amax": MatrixEmitter.reduction,
    "amin": MatrixEmitter.reduction,
    "prod": MatrixEmitter.reduction,
    "exactprod": MatrixEmitter.reduction,
    "others": MatrixEmitter.reduction,
    "signdet": MatrixEmitter.factorization,
    "lse": MatrixEmitter.reduction,
    "length": MatrixEmitter.reduction,
    "unit": MatrixEmitter.reduction,
    "sum": MatrixEmitter.total,
    "size": MatrixEmitter.total,
    "inv": MatrixEmitter.factorization,
    "det": MatrixEmitter.factorization,
    "exactdet": MatrixEmitter.factorization,
    "cofactors": MatrixEmitter.factorization,
    "cofactors_along": MatrixEmitter.along,
    "logdet": MatrixEmitter.factorization,
    "take": MatrixEmitter.part,
    "put": MatrixEmitter.among_zeros,
    "reshape": MatrixEmitter.reshaped,
    "concat": MatrixEmitter.blocks_joined,
}
