"""How a derivative is called: ∂²f/∂x∂y for people, a fraction in LaTeX, a name in Python."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from ..graph.graph import Graph
from .latex import to_latex

__all__ = ["equations", "latex_partial", "partial"]

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


def equations(
    names: Sequence[str], form: Any, action: Any = None, *, of: str = "f", in_latex: bool = False
) -> list[str]:
    """Return a derivative as lines `∂f/∂x = 2*x`.

    Parameters
    ----------
    names : sequence of str
        What was differentiated in.
    form : Expression
    action : Action, optional
        What stands in place of a form with more than two axes: `∂²f/∂U²[D: m k] = …`, and the
        derivative as a Kronecker product or entry by entry where it is one term.
    of : str
        What was differentiated.
    in_latex : bool
    """
    if in_latex:
        head = latex_partial(names, of if len(of) == 1 else f"f_{{{of[1:]}}}")
        if action is None:
            return [f"{head} = {form.latex}"]
        lines = [rf"{head} \left[{_latex_name(action.direction)}\right] = {action.latex}"]
        whole = action.matrix or (form if action.entries else None)
        return lines + ([f"{head} = {whole.latex}"] if whole is not None else [])
    head = partial(names, of)
    if action is None:
        return [f"{head} = {form.text}"]
    lengths = " ".join(map(str, action.shape))
    lines = [f"{head}[{action.direction}: {lengths}] = {action.text}"]
    if action.matrix is not None:
        lines.append(f"{head} = {action.matrix.text}")
    elif action.entries:
        indices = "ijkl"[: len(form.graph.shape(form.root))]
        lines.append(f"{head}[{','.join(indices)}] = {action.entries}")
    return lines


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
