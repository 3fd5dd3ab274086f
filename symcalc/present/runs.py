"""Reports on runs: an optimum, and a fit with its parameters and standard errors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from .blocks import Block, Line, Table
from .numbers import format_number

__all__ = ["describe_fit", "describe_optimum", "describe_trace"]

#: A report lists at most this many variables; JSON has them all.
MAX_SHOWN = 30

#: Correlations below this are not listed.
WEAK = 0.1


def describe_optimum(optimum: Any) -> list[Block]:
    """Return how the run ended, the best point, and what it cost."""
    rows = [(name, format_number(value)) for name, value in list(optimum.x.items())[:MAX_SHOWN]]
    hidden = len(optimum.x) - len(rows)
    counts = [
        _count(optimum.n_steps, "step"),
        _count(optimum.n_evaluations, "evaluation"),
        *([_count(optimum.n_gradients, "gradient")] if optimum.n_gradients else []),
        *([_count(optimum.n_hessians, "Hessian")] if optimum.n_hessians else []),
        f"{optimum.elapsed:.2g} s",
    ]
    why = f" ({optimum.why})" if optimum.why else ""
    blocks: list[Block] = [
        _outcome(optimum),
        Line(f"f = {format_number(optimum.fun)}", "title"),
        Table(("", ""), tuple(rows)),
        *([Line(f"  … and {_count(hidden, 'more variable')}", "faint")] if hidden > 0 else []),
        Line(f"gradient norm {optimum.gradient_norm:.2g}"),
        Line(f"method {optimum.method}{why}: {', '.join(counts)}", "faint"),
    ]
    return blocks + [Line(sentence) for sentence in optimum.diagnosis]


def describe_fit(fit: Any) -> list[Block]:
    """Return the table of parameters, the quality of the fit, and what a reader must know."""
    rows = tuple(
        (name, format_number(value, 11), format_number(fit.standard_errors[name], 6), share)
        for (name, value), share in zip(fit.parameters.items(), _shares(fit), strict=True)
    )
    quality = (
        ("residual sum of squares", format_number(fit.residual_sum_of_squares, 11)),
        ("residual standard deviation", format_number(fit.residual_standard_deviation, 11)),
        ("degrees of freedom", str(fit.degrees_of_freedom)),
        ("R²", format_number(fit.r_squared, 8)),
        ("observations", str(fit.n_observations)),
    )
    evaluations = _count(fit.n_evaluations, "evaluation")
    return [
        _outcome(fit),
        Table(("parameter", "value", "standard error", "relative"), rows),
        Line(""),
        Table(("", ""), quality),
        *_correlations(fit),
        Line(f"method {fit.method}: {evaluations}, {fit.elapsed:.2g} s", "faint"),
        *[Line(note) for note in fit.notes],
    ]


def describe_trace(trace: Any) -> list[Block]:
    """Return the trace of a run as a table, one row a step."""
    head = ("step", "value", "gradient norm", "step length", "evaluations", "seconds")
    rows = tuple(
        (
            str(int(step)),
            format_number(value, 10),
            f"{norm:.2e}",
            f"{length:.2e}",
            str(int(count)),
            f"{elapsed:.3f}",
        )
        for step, value, norm, length, count, elapsed in trace
    )
    return [Table(head, rows)]


def _count(n: int, noun: str) -> str:
    """Return a count with its noun, in the plural but for one."""
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def _outcome(result: Any) -> Line:
    """Return the sentence that says how the run ended."""
    return Line(str(result.outcome), "good" if result.converged else "bad")


def _shares(fit: Any) -> list[str]:
    """Return each standard error as a share of its parameter, where that says something."""
    shares = []
    for name, value in fit.parameters.items():
        error = fit.standard_errors[name]
        shares.append(f"{abs(error / value):.2%}" if value and math.isfinite(error) else "")
    return shares


def _correlations(fit: Any) -> list[Block]:
    """Return the strong correlations of the parameters, the strongest first."""
    names: Sequence[str] = list(fit.parameters)
    pairs = [
        (float(fit.correlation[i][j]), f"{names[i]}, {names[j]}")
        for i in range(len(names))
        for j in range(i + 1, len(names))
    ]
    strong = [pair for pair in pairs if abs(pair[0]) >= WEAK]
    strong.sort(key=lambda pair: -abs(pair[0]))
    rows = tuple((label, f"{value:.4f}") for value, label in strong[:MAX_SHOWN])
    return [Line(""), Table(("", ""), rows, title="correlations")] if rows else []
