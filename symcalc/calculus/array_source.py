"""Formulas over matrices as source with loops, in languages without arrays of their own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..backends.array_derivatives import ArrayDerivatives
from ..backends.source import (
    DIALECTS,
    ArraySample,
    ArraySignature,
    SourceFiles,
    write_array_files,
)
from ..expression import Expression
from ..program import in_steps
from ..symbolic import prepare
from .matrix_source import drawn_sample

__all__ = ["array_files"]

#: Sizes for which the order of products is chosen: of data, and of dimensions of variables.
MANY, FEW = 1000, 30


def array_files(
    expression: Expression, wrt: Sequence[str], name: str, language: str
) -> SourceFiles:
    """Return the files of a formula over arrays and its gradient.

    Lengths are computed by scaled squares: there is one code for numbers of all sizes.
    """
    sizes, data, parts = drawn_sample(expression, wrt)
    shapes = {variable.name: variable.shape for variable in expression.variables}
    shape = expression.graph.shape(expression.root)
    own = tuple((variable, shapes[variable]) for variable in wrt)
    signature = ArraySignature(name, tuple(sizes), tuple(shapes.items()), own, shape)
    graph, root = prepare(expression.graph, expression.root, scaled=True)
    what = "gradient" if wrt else "value"
    graph, outputs, _ = ArrayDerivatives(graph, root, wrt).outputs(what)
    varying = {dimension for _, own in signature.wrt for dimension in own}
    typical = {name: FEW if name in varying else MANY for name in sizes}
    graph, outputs = in_steps(graph, outputs, typical)
    definite = {v.name for v in expression.variables if "spd" in v.assumption.split()}
    sample = ArraySample(
        tuple(sizes.values()),
        tuple(tuple(map(float, np.ravel(value))) for value in data.values()),
        tuple(tuple(map(float, part)) for part in parts),
    )
    return write_array_files(
        graph, outputs, signature, DIALECTS[language], expression.text, sample, definite
    )
