"""Reports on runs: an optimum, a trace, and a fit with its parameters and standard errors."""

from __future__ import annotations

from typing import Any

from .blocks import Block, Line, Table
from .numbers import format_number

__all__ = [
    "describe_choice",
    "describe_fit",
    "describe_optimum",
    "describe_plot",
    "describe_profile",
    "describe_race",
    "describe_rates",
    "describe_stationary_points",
    "describe_trace",
]

#: A report lists at most this many variables; JSON has them all.
MAX_SHOWN = 30


def describe_optimum(optimum: Any) -> list[Block]:
    """Return how the run ended, the best point, and what it cost."""
    from ..optimize.plain import format_value

    rows = [(name, format_value(value)) for name, value in list(optimum.x.items())[:MAX_SHOWN]]
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
        *(_constraint_tables(optimum) or [Line(f"gradient norm {optimum.gradient_norm:.2g}")]),
        Line(f"method {optimum.method}{why}: {', '.join(counts)}", "faint"),
        *([Line(f"  {optimum.words}", "faint")] if optimum.words else []),
    ]
    check = optimum.gradient_check
    if check is not None and check.agrees is not False:  # a wrong one heads the diagnosis
        blocks.append(Line(f"  {check.sentence}", "faint"))
    return blocks + [Line(sentence) for sentence in optimum.diagnosis]


def describe_choice(optimum: Any) -> list[Block]:
    """Return what was asked of the objective to choose a method, rule by rule."""
    if not optimum.rules:
        return [Line(f"The method was {optimum.why}: nothing was to be chosen.")]
    return [Line("Rules for the method, in order; the first that holds is taken:"),
            *(Line(f"  {rule}") for rule in optimum.rules)]  # fmt: skip


def _constraint_tables(optimum: Any) -> list[Block]:
    """Return the constraints with their multipliers, and the residuals of the KKT conditions."""
    from ..optimize.plain import format_value

    if optimum.kkt is None:
        return []
    rows = tuple(
        (
            state.text,
            format_value(state.gap, 6),
            "none exists" if state.multiplier is None else format_value(state.multiplier, 8),
            "active" if state.is_active else "",
            f"{state.complementarity:.1e}",
        )
        for state in optimum.constraints[:MAX_SHOWN]
    )
    hidden = len(optimum.constraints) - len(rows)
    head = ("constraint", "gap", "multiplier", "", "|multiplier*gap|")
    residuals = ", ".join(f"{name} {value:.1e}" for name, value in optimum.kkt.rows())
    return [
        *([Table(head, rows)] if rows else []),
        *([Line(f"  … and {_count(hidden, 'more constraint')}", "faint")] if hidden > 0 else []),
        Line(f"KKT residuals: {residuals}"),
    ]


def describe_fit(fit: Any) -> list[Block]:
    """Return the report: statistics, parameters, correlations, residuals, what one must know."""
    blocks: list[Block] = [_outcome(fit)]
    for section in fit.sections():
        if section.head:
            blocks.append(Table(section.head, section.rows, title=section.title))
        else:
            blocks.append(Line(section.title))
            width = max(len(row[0]) for row in section.rows)
            blocks += [Line(f"  {row[0].ljust(width)}  {row[1]}") for row in section.rows]
        blocks += [Line(f"  {sentence}") for sentence in section.sentences]
    return blocks + [Line(note) for note in fit.notes]


def describe_rates(search: Any) -> list[Block]:
    """Return the rate that a range test found, and what its curve shows."""
    found = "no rate found" if search.rate is None else f"rate {search.rate:.3g}"
    tried = f"{len(search.rates)} rates from {search.rates[0]:.3g} to {search.rates[-1]:.3g}"
    rows = f"batches of {search.batch_size} out of {_count(search.n_rows, 'row')}"
    return [
        Line(found, "bad" if search.rate is None else "title"),
        *(Line(note) for note in search.notes),
        Line(f"method {search.method}: {tried}, {rows}", "faint"),
    ]


def describe_profile(profile: Any) -> list[Block]:
    """Return the profile intervals beside those from the standard errors."""
    head = ("", "lower", "upper", "from standard errors", "")
    title = f"profile limits at {profile.level:.6g}"
    table = Table(head, tuple(profile.rows()), title=title)
    return [table, *(Line(note) for note in profile.notes)]


def describe_stationary_points(points: Any) -> list[Block]:
    """Return the points, least value first, and whether there are others."""
    good = points.outcome.is_good
    blocks: list[Block] = [] if good else [Line(str(points.outcome), "bad")]
    if len(points):
        head = ("kind", "f", "point", "multipliers")
        blocks.append(Table(head, tuple(points.rows)))
        blocks.append(Line(f"{points.trust}: numerical gradients vanish at every point", "good"))
    return blocks + [Line(note) for note in points.notes]


def describe_plot(plot: Any) -> list[Block]:
    """Return where a picture lies."""
    return [Line(repr(plot), "faint")]


def describe_race(race: Any) -> list[Block]:
    """Return the table of a race, the best first."""
    head = ("method", "value", "gradient norm", "steps", "evaluations", "Hessians", "seconds")
    return [
        Line(f"least value {format_number(race.best_value)}", "title"),
        Table(head, tuple(row[:-1] for row in race.rows())),
        *(Line(f"{row[0]}: {row[-1]}") for row in race.rows()),
        *(Line(f"{name}: not run, the race was interrupted.", "bad") for name in race.skipped),
        *(
            Line(f"{name}: {sentence}", "faint")
            for name in race.ranking
            for sentence in race[name].diagnosis
        ),
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
