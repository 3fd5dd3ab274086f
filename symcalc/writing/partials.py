"""How a derivative is called: ∂²f/∂x∂y for people, a fraction in LaTeX, a name in Python."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from ..graph.graph import Graph
from .latex import to_latex

__all__ = ["latex_partial", "partial"]

_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def partial(names: Sequence[str], of: str = "f") -> str:
    """Return the derivative's name in plain text.

    Examples
    --------
    >>> partial(["x", "y", "y"])
    '∂³f/∂x∂y²'
    """
    if not names:
        return of
    below = "".join(f"∂{name}{_power(count)}" for name, count in _runs(names))
    return f"∂{_power(len(names))}{of}/{below}"


def latex_partial(names: Sequence[str], of: str = "f") -> str:
    r"""Return the derivative's name in LaTeX.

    Examples
    --------
    >>> print(latex_partial(["x"]))
    \frac{\partial f}{\partial x}
    """
    if not names:
        return of
    order = f"^{{{len(names)}}}" if len(names) > 1 else ""
    below = " ".join(
        rf"\partial {_latex_name(name)}" + (f"^{{{count}}}" if count > 1 else "")
        for name, count in _runs(names)
    )
    return rf"\frac{{\partial{order} {of}}}{{{below}}}"


def _runs(names: Sequence[str]) -> list[tuple[str, int]]:
    """Return each name with how often it stands in a row."""
    return [(name, len(list(run))) for name, run in groupby(names)]


def _power(count: int) -> str:
    """Return a count as a superscript; one is not written."""
    return str(count).translate(_SUPERSCRIPTS) if count > 1 else ""


def _latex_name(name: str) -> str:
    """Return the LaTeX of a variable's name."""
    graph = Graph()
    return to_latex(graph, graph.var(name))
