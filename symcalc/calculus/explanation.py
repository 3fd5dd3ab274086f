"""`Explanation`: a derivation as a textbook writes it, in text, LaTeX, Markdown or JSON."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..errors import ArgumentError
from ..expression import Expression
from ..outcome import Outcome, Trust
from ..symbolic.rules import Rule
from ..verify import DerivativeCheck

__all__ = ["Explanation", "ExplanationStep", "verdict"]

#: Formulas longer than this are cut where people read them; JSON has them whole.
MAX_TEXT, MAX_LATEX = 300, 1200
MAX_INDENT = 8


@dataclass(frozen=True, eq=False)
class ExplanationStep:
    """One rule applied once.

    Attributes
    ----------
    number : int
        Its place in the explanation, from 1.
    depth : int
        How many rules stand around it.
    rule : Rule
        `rule.names`, and the rule as a formula in `rule.text` and `rule.latex`.
    parts : dict of str to (Expression, Expression or None)
        What the letters of the rule stand for, and the derivatives that have no step of their
        own.
    input, output : Expression
        What is differentiated, and the derivative.
    uses : tuple of int
        The numbers of the steps whose results it uses.
    n_hidden : int
        How many of those steps were left out.
    check : DerivativeCheck
        The output, judged against values of the input alone.
    """

    number: int
    depth: int
    rule: Rule
    parts: dict[str, tuple[Expression, Expression | None]]
    input: Expression
    output: Expression
    uses: tuple[int, ...]
    n_hidden: int
    check: DerivativeCheck

    @property
    def is_good(self) -> bool:
        """Whether nothing speaks against the step."""
        return self.check.is_good

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {
            "number": self.number,
            "depth": self.depth,
            "rules": list(self.rule.names),
            "formula": self.rule.text,
            "formula_latex": self.rule.latex,
            "parts": {
                letter: {"text": part.text, "derivative": slope.text if slope else None}
                for letter, (part, slope) in self.parts.items()
            },
            "input": self.input.text,
            "output": self.output.text,
            "output_latex": self.output.latex,
            "uses": list(self.uses),
            "hidden": self.n_hidden,
            "is_good": self.is_good,
            "trust": self.check.trust.value,
            "check": self.check.message,
        }


@dataclass(frozen=True, eq=False)
class Explanation:
    """The derivation of one derivative, by named rules, every step judged by numbers.

    Attributes
    ----------
    expression : Expression
    variable : str
    steps : tuple of ExplanationStep
        From the whole formula to its parts; a step stands before those that it uses.
    derivative : Expression or None
        What `differentiate` returns; None where that fails its own check.
    agrees : bool
        Whether the last formula of the derivation is that derivative.
    check : DerivativeCheck
        The verdict over all steps: it disagrees as soon as one does.
    n_hidden : int
        How many steps were left out because of `max_steps`.

    Examples
    --------
    >>> import symcalc as sc
    >>> print(sc.explain("x^2*sin(x)", "x").text)
    1. product rule: (u*v)' = u'*v + u*v', where u = x**2, v = sin(x)
       d/dx[x**2*sin(x)] = 2*x*sin(x) + x**2*cos(x)
      2. power rule: (x**n)' = n*x**(n - 1)
         d/dx[x**2] = 2*x
      3. sine: sin(x)' = cos(x)
         d/dx[sin(x)] = cos(x)
    df/dx = 2*x*sin(x) + x**2*cos(x)
    checked: all 3 steps agree with independent derivatives, worst relative gap ...
    """

    expression: Expression
    variable: str
    steps: tuple[ExplanationStep, ...]
    derivative: Expression | None
    agrees: bool
    check: DerivativeCheck
    n_hidden: int = 0

    @property
    def outcome(self) -> Outcome:
        """Whether the derivation holds."""
        return self.check.outcome

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know besides the steps."""
        found = []
        if self.n_hidden:
            found.append(
                f"{self.n_hidden} inner steps are not listed; max_steps={len(self.steps)} "
                "is the limit"
            )
        if self.derivative is not None and not self.agrees:
            found.append("the derivation ends in another function than the derivative")
        return (*found, *map(str, getattr(self.derivative, "kinks", ())))

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {
            "expression": self.expression.text,
            "variable": self.variable,
            "steps": [step.to_dict() for step in self.steps],
            "derivative": None if self.derivative is None else self.derivative.text,
            "latex": None if self.derivative is None else self.derivative.latex,
            "agrees": self.agrees,
            "hidden": self.n_hidden,
            "notes": list(self.notes),
            "check": self.check.to_dict(),
        }

    # -- formats --------------------------------------------------------------------------------

    @property
    def text(self) -> str:
        """The explanation in lines of plain text."""
        return "\n".join([*self._lines(), *self.conclusion()])

    @property
    def latex(self) -> str:
        r"""The explanation as an `align*` environment, one row a step."""
        return rf"\begin{{align*}}{self._rows()}\end{{align*}}"

    @property
    def markdown(self) -> str:
        """The explanation as a nested list, its formulas as mathematics between dollars."""
        head = rf"**Derivative of** ${_short_latex(self.expression)}$ **in** ${self._symbol()}$"
        lines = [head, ""]
        for step in self.steps:
            indent = "   " * min(step.depth, MAX_INDENT)
            mark = "" if step.is_good else f" — **disagrees**: {step.check.message}"
            lines += [
                f"{indent}1. **{step.rule.title}** (step {step.number}): ${step.rule.latex}$",
                "",
                f"{indent}   ${self.latex_equation(step)}${mark}",
                "",
            ]
        if self.derivative is not None:
            lines += [f"$${self._result()}$$", ""]
        return "\n".join([*lines, f"*{self.check.trust}: {self.check.message}*", *self._remarks()])

    def __repr__(self) -> str:
        return self.text

    def _repr_latex_(self) -> str:
        return rf"$$\begin{{aligned}}{self._rows()}\end{{aligned}}$$"

    def _repr_markdown_(self) -> str:
        return self.markdown

    def step_lines(self, step: ExplanationStep) -> tuple[str, str]:
        """Return the two lines of one step: its rule, and the derivative that it gives."""
        indent = "  " * min(step.depth, MAX_INDENT)
        head = f"{indent}{step.number}. "
        what = _parts(step)
        where = f", where {what}" if what else ""
        return (
            f"{head}{step.rule.title}: {step.rule.text}{where}{self.links(step)}",
            f"{' ' * len(head)}{self.equation(step)}",
        )

    def equation(self, step: ExplanationStep) -> str:
        """Return the derivative that a step gives."""
        return f"{self._operator()}[{_short(step.input)}] = {_short(step.output)}"

    def latex_equation(self, step: ExplanationStep, between: str = "=") -> str:
        """Return the derivative that a step gives, in LaTeX."""
        inside, found = _short_latex(step.input), _short_latex(step.output)
        return rf"{self._latex_operator()}\left[{inside}\right] {between} {found}"

    def conclusion(self) -> list[str]:
        """Return the lines after the last step: the derivative, the verdict, the notes."""
        head = [] if self.derivative is None else [f"{self.name} = {_short(self.derivative)}"]
        return [*head, f"{self.check.trust}: {self.check.message}", *self.notes]

    @property
    def name(self) -> str:
        """The name of the derivative: df/dx, or ∂f/∂x among several variables."""
        d = "d" if len(self.expression.names) < 2 else "∂"
        return f"{d}f/{d}{self.variable}"

    # -- inside ---------------------------------------------------------------------------------

    def _lines(self) -> Iterator[str]:
        for step in self.steps:
            yield from self.step_lines(step)
            if not step.is_good:
                yield f"   ^ this step is wrong: {step.check.message}"

    def links(self, step: ExplanationStep) -> str:
        """Return where the steps are that a step uses, unless they follow it directly."""
        below = {s.number for s in self.steps if s.number > step.number and s.depth > step.depth}
        apart = [str(number) for number in step.uses if number not in below]
        links = f" (uses step {', '.join(apart)})" if apart else ""
        return links + (f" ({step.n_hidden} inner steps not listed)" if step.n_hidden else "")

    def _operator(self) -> str:
        d = "d" if len(self.expression.names) < 2 else "∂"
        return f"{d}/{d}{self.variable}"

    def _symbol(self) -> str:
        graph = self.expression.graph.copy()
        return Expression(graph, graph.var(self.variable)).latex

    def _latex_operator(self, of: str = "") -> str:
        d = "d" if len(self.expression.names) < 2 else r"\partial"
        space = " " if len(d) > 1 else ""
        return rf"\frac{{{d}{space}{of}}}{{{d}{space}{self._symbol()}}}"

    def _result(self, between: str = "=") -> str:
        if self.derivative is None:
            raise ArgumentError("There is no derivative that passed its check.")
        return rf"{self._latex_operator('f')} {between} {_short_latex(self.derivative)}"

    def _rows(self) -> str:
        rows = [
            rf"{self.latex_equation(step, '&=')} && \text{{{step.rule.title}: }} {step.rule.latex}"
            for step in self.steps
        ]
        if self.derivative is not None:
            rows.append(self._result("&="))
        return "\n" + " \\\\\n".join(rows) + "\n"

    def _remarks(self) -> list[str]:
        return ["", *[f"- {note}" for note in self.notes]] if self.notes else []


def _parts(step: ExplanationStep) -> str:
    """Return what the letters stand for, with derivatives that no other step has."""
    items = []
    for letter, (part, slope) in step.parts.items():
        items.append(f"{letter} = {_short(part, 60)}")
        if slope is not None:
            items.append(f"{letter}' = {_short(slope, 60)}")
    return ", ".join(items)


def _short(formula: Expression, limit: int = MAX_TEXT) -> str:
    text = formula.text
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _short_latex(formula: Expression) -> str:
    latex = formula.latex
    return latex if len(latex) <= MAX_LATEX else r"\text{(too long to print)}"


def verdict(
    steps: tuple[ExplanationStep, ...], agrees: bool, failed: DerivativeCheck | None
) -> DerivativeCheck:
    """Sum the checks of all steps up."""
    wrong = [step for step in steps if not step.is_good]
    if wrong:
        first = max(wrong, key=lambda step: step.depth)
        message = f"step {first.number} ({first.rule.title}) {first.check.message}"
        return _disagreement(first.check, message)
    if failed is not None:
        return _disagreement(failed, failed.message)
    if not agrees:
        return _disagreement(steps[0].check, "the derivation does not end in the derivative")
    weak = [step for step in steps if step.check.trust is not Trust.CHECKED]
    gaps = [s.check.worst_gap for s in steps if not math.isnan(s.check.worst_gap)]
    worst = max(gaps, default=math.nan)
    n = min(step.check.n_points for step in steps)
    count = "the only step agrees" if len(steps) == 1 else f"all {len(steps)} steps agree"
    gap = f"{worst:.0e}" if worst else "0"
    message = f"{count} with independent derivatives, worst relative gap {gap}"
    if not weak:
        return DerivativeCheck(Trust.CHECKED, Outcome.DONE, n, worst, message)
    step = weak[0]
    message = f"step {step.number} could not be judged: {step.check.message}"
    return DerivativeCheck(Trust.UNCHECKED, Outcome.DONE, n, worst, message)


def _disagreement(check: DerivativeCheck, message: str) -> DerivativeCheck:
    return DerivativeCheck(
        Trust.SUSPECT, Outcome.DISAGREES, check.n_points, check.worst_gap, message, check.details
    )
