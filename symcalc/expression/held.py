"""A constant that SymPy must not expand: `2**100000`, `gamma(10**6)`.

This module imports SymPy; it is itself imported only where a view is built or read.
"""

from __future__ import annotations

from typing import Any

import sympy

from ..graph.graph import Graph, Node
from ..writing import to_text

__all__ = ["Held"]


class Held(sympy.AtomicExpr):  # type: ignore[misc]
    """An opaque real number; SymPy sees its name, its value to any precision, and no more.

    Attributes
    ----------
    graph, root
        The constant itself, for the way back.
    inner : sympy.Expr or None
        The unevaluated form that gives the value; None where even that would be too large.
    """

    __slots__ = ("graph", "inner", "root", "text")

    is_number = True
    is_commutative = True

    def __new__(cls, graph: Graph, root: Node, inner: sympy.Expr | None = None) -> Held:
        obj: Held = super().__new__(cls)
        obj.graph, (obj.root,) = graph.extract([root])
        obj.inner = inner
        obj.text = to_text(obj.graph, obj.root)
        return obj

    def __getnewargs__(self) -> tuple[Any, ...]:
        return (self.graph, self.root, self.inner)

    def __getstate__(self) -> None:
        return None

    def _hashable_content(self) -> tuple[Any, ...]:
        return (self.text,)

    def _eval_is_extended_real(self) -> bool:
        return True

    def _eval_is_finite(self) -> bool:
        return True

    def _eval_evalf(self, prec: int) -> Any:
        return None if self.inner is None else self.inner._eval_evalf(prec)

    def _sympystr(self, printer: Any) -> str:
        return f"({self.text})"

    _sympyrepr = _sympystr

    def _latex(self, printer: Any) -> str:
        return str(sympy.latex(sympy.Symbol(self.text)))
