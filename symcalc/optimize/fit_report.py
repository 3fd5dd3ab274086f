"""The report on a fit: statistics, parameters, correlations, residuals, as tables of text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, NamedTuple

from .plain import count_of, format_number

if TYPE_CHECKING:
    from .fit import Fit

__all__ = ["Section", "report_sections", "to_html", "to_text"]

#: Correlations below this are not listed.
WEAK = 0.1

#: A report lists at most this many parameters and correlations; `to_dict` has them all.
MAX_SHOWN = 30


class Section(NamedTuple):
    """A titled table, whose head may be empty, and sentences below it."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    sentences: tuple[str, ...] = ()


def report_sections(fit: Fit) -> list[Section]:
    """Return the sections that have something to say."""
    sections = [_statistics(fit), _parameters(fit), _correlations(fit), _residuals(fit)]
    return [section for section in sections if section.rows]


def to_text(fit: Fit) -> str:
    """Return the report as text."""
    lines = [f"Fit: {fit.outcome.value}"]
    for section in report_sections(fit):
        table = [section.head, *section.rows] if section.head else list(section.rows)
        widths = [max(len(row[i]) for row in table) for i in range(len(table[0]))]
        lines.append(section.title)
        for row in table:
            cells = [row[0].ljust(widths[0])]
            # Numbers stand flush right under a head; without one, text flush left.
            align = str.rjust if section.head else str.ljust
            cells += [align(cell, w) for cell, w in zip(row[1:], widths[1:], strict=True)]
            lines.append(f"  {'  '.join(cells)}".rstrip())
        lines += [f"  {sentence}" for sentence in section.sentences]
    return "\n".join([*lines, *fit.notes])


def to_html(fit: Fit) -> str:
    """Return the report as tables for notebooks."""
    parts = [f"<p><b>{escape(fit.outcome.value)}</b></p>"]
    for section in report_sections(fit):
        head = "".join(f"<th>{escape(cell)}</th>" for cell in section.head)
        rows = [f"<tr>{head}</tr>"] if head else []
        rows += [
            "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>"
            for row in section.rows
        ]
        caption = f"<caption>{escape(section.title)}</caption>"
        parts.append(f"<table>{caption}{''.join(rows)}</table>")
        parts += [f"<p>{escape(sentence)}</p>" for sentence in section.sentences]
    return "".join([*parts, *(f"<p>{escape(note)}</p>" for note in fit.notes)])


def _statistics(fit: Fit) -> Section:
    """Return what was fitted, at what cost, and how well."""
    model = [("model", f"{fit.target} = {_cut(fit.model)}")] if fit.model else []
    freedom = fit.degrees_of_freedom
    counts = f"{fit.n_observations}, {freedom} degree{'s' if freedom != 1 else ''} of freedom"
    evaluations = count_of(fit.n_evaluations, "evaluation")
    rows = [
        *model,
        ("method", f"{fit.method}: {evaluations}, {fit.elapsed:.3g} s"),
        *_check_row(fit),
        ("observations", counts),
        ("residual sum of squares", format_number(fit.residual_sum_of_squares, 11)),
        ("residual standard deviation", format_number(fit.residual_standard_deviation, 11)),
        ("reduced chi-square", format_number(fit.reduced_chi_square, 7)),
        ("R²", format_number(fit.r_squared, 8)),
        ("AIC, BIC", f"{format_number(fit.aic, 7)}, {format_number(fit.bic, 7)}"),
    ]
    return Section("statistics", (), tuple(rows))


def _check_row(fit: Fit) -> list[tuple[str, str]]:
    """Return what differences said of the Jacobian; a wrong one heads the notes."""
    check = fit.gradient_check
    if check is None or check.agrees is False:
        return []
    return [("Jacobian", check.sentence.removeprefix("The ").removeprefix("Jacobian ").rstrip("."))]


def _parameters(fit: Fit) -> Section:
    """Return each parameter with its standard error, limits and start."""
    limits = fit.confidence_intervals()
    rows = []
    for name, value in list(fit.parameters.items())[:MAX_SHOWN]:
        error = fit.standard_errors[name]
        share = f"{abs(error / value):.2%}" if value and math.isfinite(error) else ""
        low, high = (format_number(limit, 6) for limit in limits[name])
        rows.append(
            (
                name, format_number(value, 11), format_number(error, 6), share,
                f"{low} … {high}" if math.isfinite(error) else "", f"{fit.start[name]:.6g}",
            )
        )  # fmt: skip
    head = ("", "value", "standard error", "relative", "95 % limits", "start")
    return Section("parameters", head, tuple(rows))


def _correlations(fit: Fit) -> Section:
    """Return the strong correlations of the parameters, the strongest first."""
    names: Sequence[str] = list(fit.parameters)
    matrix = fit.correlation
    pairs = [
        (float(matrix[i][j]), f"{names[i]}, {names[j]}")
        for i in range(len(names))
        for j in range(i + 1, len(names))
    ]
    strong = [pair for pair in pairs if abs(pair[0]) >= WEAK]
    strong.sort(key=lambda pair: -abs(pair[0]))
    rows = tuple((label, f"{value:.4f}") for value, label in strong[:MAX_SHOWN])
    return Section(f"correlations (below {WEAK:g} not listed)", (), rows)


def _residuals(fit: Fit) -> Section:
    """Return what the checks of the residuals found."""
    if fit.degrees_of_freedom <= 0 or not math.isfinite(fit.residual_sum_of_squares):
        return Section("residuals", (), ())
    checks = fit.checks
    if not any(math.isfinite(value) and value for value in fit.residuals.tolist()):
        return Section("residuals", (), ())
    return Section("residuals", (), tuple(checks.rows()), checks.remarks)


def _cut(text: str, most: int = 90) -> str:
    """Return the beginning of a long text."""
    return text if len(text) <= most else f"{text[: most - 2]} …"
