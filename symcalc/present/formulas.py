"""Reports on formulas: an expression, its gradient, its Hessian, its Jacobian."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..outcome import Trust
from ..writing import equations, python_function
from .blocks import Block, Line

__all__ = [
    "describe_check",
    "describe_derivative",
    "describe_expression",
    "describe_gradient",
    "describe_hessian",
    "describe_jacobian",
]

#: A Hessian in at most this many variables is listed with its zeros.
MAX_WHOLE = 8

_STYLES = {Trust.PROVEN: "good", Trust.CHECKED: "good", Trust.SUSPECT: "bad"}

#: A named formula: the names it was differentiated in, what was differentiated, the formula.
Entry = tuple[tuple[str, ...], str, Any]


def describe_expression(expression: Any, format: str = "text") -> list[Block]:
    """Return how a formula was understood, and its variables."""
    if format == "latex":
        return [Line(expression.latex)]
    if format == "python":
        return [Line(python_function("f", expression.names, expression))]
    names = ", ".join(expression.names)
    return [
        Line(expression.text, "title"),
        Line(f"variables: {names}" if names else "no variables", "faint"),
    ]


def describe_derivative(derivative: Any, format: str = "text") -> list[Block]:
    """Return one derivative: its name, its formula, and how it was checked."""
    if format == "python":
        return [Line(python_function("derivative", derivative.source.names, derivative))]
    lines = _lines([(derivative.steps, "f", derivative)], format)
    return [*lines, *describe_check(derivative, format)]


def describe_gradient(gradient: Any, format: str = "text") -> list[Block]:
    """Return one line for each partial derivative, and how they were checked."""
    if format == "python":
        formulas = list(gradient.values())
        shapes = [_shape(gradient.expression, name) for name in gradient]
        return [Line(python_function("gradient", gradient.expression.names, formulas, shapes))]
    entries = [((name,), "f", formula) for name, formula in gradient.items()]
    return [*_lines(entries, format), *describe_check(gradient, format)]


def describe_hessian(hessian: Any, format: str = "text") -> list[Block]:
    """Return one line for each second derivative on and above the diagonal.

    Of a large Hessian only those that are not zero everywhere.
    """
    if format == "python":
        source, order = hessian.expression, hessian.variables
        shapes = [[_shape(source, row, column) for column in order] for row in order]
        return [Line(python_function("hessian", source.names, hessian.matrix, shapes))]
    names = hessian.variables
    if len(names) > MAX_WHOLE:
        pairs = [(column, row) for row, column in hessian.entries]
    else:
        pairs = [(a, b) for i, a in enumerate(names) for b in names[i:]]
    entries = [(pair, "f", hessian[pair]) for pair in pairs]
    blocks: list[Block] = [*_lines(entries, format, hessian.actions)]
    if len(names) > MAX_WHOLE and format == "text":
        blocks.append(Line("all other second derivatives are 0", "faint"))
    return [*blocks, *describe_check(hessian, format)]


def describe_jacobian(jacobian: Any, format: str = "text") -> list[Block]:
    """Return one line for each component and variable, component by component."""
    rows = jacobian.matrix
    if format == "python":
        names = dict.fromkeys(name for form in jacobian.expressions for name in form.names)
        shapes = [[_shape(form, n) for n in jacobian.variables] for form in jacobian.expressions]
        return [Line(python_function("jacobian", list(names), rows, shapes))]
    entries = [
        ((name,), f"f{i}" if len(rows) > 1 else "f", formula)
        for i, row in enumerate(rows, 1)
        for name, formula in zip(jacobian.variables, row, strict=True)
    ]
    actions = {(name,): action for name, action in jacobian.actions.items()}
    return [*_lines(entries, format, actions), *describe_check(jacobian, format)]


def describe_check(result: Any, format: str = "text") -> list[Block]:
    """Return how a closed form was checked, with its remarks; as a comment beside LaTeX."""
    check = result.check
    text = f"{check.trust.value}: {check.message}"
    if format == "latex":
        return [Line(f"% {text}")]
    remarks = [Line(str(remark), "faint") for remark in (*result.kinks, *result.notes)]
    return [Line(text, _STYLES.get(check.trust, "")), *remarks]


def _shape(expression: Any, *names: str) -> tuple[Any, ...]:
    """Return the shape of a derivative: that of the formula, then those of the variables."""
    shapes = {variable.name: variable.shape for variable in expression.variables}
    whole = expression.graph.shape(expression.root)
    return tuple(dim for shape in (whole, *(shapes.get(n, ()) for n in names)) for dim in shape)


def _lines(
    entries: Sequence[Entry], format: str, actions: Mapping[Any, Any] | None = None
) -> Iterator[Block]:
    """Yield `name = formula` for each entry, and what stands for those with many axes."""
    actions = actions or {}
    for names, of, formula in entries:
        action = actions.get(names)
        for line in equations(names, formula, action, of=of, in_latex=format == "latex"):
            yield Line(line)
    if actions:
        mark = "% " if format == "latex" else ""
        yield Line(mark + _convention(list(actions.values())), "faint")


def _convention(actions: Sequence[Any]) -> str:
    """Return how derivatives with more than two axes are to be read."""
    name = actions[0].direction
    text = f"[{name}]: along a change {name} of the last variable, which has its shape"
    if any(action.matrix is not None for action in actions):
        text += "; kron(...) acts on its entries row by row, as NumPy's ravel takes them"
    return text
