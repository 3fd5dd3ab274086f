"""Reports on explanations: the steps of a derivation, in text, LaTeX or Markdown."""

from __future__ import annotations

from typing import Any

from ..errors import ArgumentError
from .blocks import Block, Line

__all__ = ["describe_explanation"]


def describe_explanation(explanation: Any, format: str = "text") -> list[Block]:
    """Return the steps, the derivative, and how all of it was judged."""
    verdict = f"{explanation.check.trust}: {explanation.check.message}"
    if format == "latex":
        return [Line(explanation.latex), Line(f"% {verdict}")]
    if format == "markdown":
        return [Line(explanation.markdown)]
    if format != "text":
        raise ArgumentError(
            f"An explanation is not written as {format}; text, latex, markdown and json are."
        )
    blocks: list[Block] = []
    for step in explanation.steps:
        rule, equation = explanation.step_lines(step)
        blocks += [Line(rule, "faint" if step.is_good else "bad"), Line(equation)]
        if not step.is_good:
            blocks.append(Line(f"   ^ this step is wrong: {step.check.message}", "bad"))
    for line in explanation.conclusion():
        style = "good" if explanation.check.is_good else "bad"
        blocks.append(Line(line, style if line == verdict else ""))
    return blocks
