"""Tables of times as a page in Markdown, with a plot beside it."""

from __future__ import annotations

import math
import os
import platform
import shutil
import subprocess
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from rivals import COMPILER_COMMAND
from tables import OURS, Row, Table, Times
from timing import ROOT, processor, seconds, versions

__all__ = ["write_page"]

PACKAGES = (
    "numpy", "scipy", "sympy", "llvmlite", "jax", "casadi", "symengine", "ddx-ad", "numexpr",
    "numba", "scikit-learn", "lmfit",
)  # fmt: skip
#: Okabe and Ito's blue and vermilion; the marks differ in form as well.
FASTER, SLOWER, INK = "#0072B2", "#D55E00", "#333333"
WIDTH = 120

Found = Sequence[tuple[Table, float]]


def write_page(
    path: Path, found: Found, elapsed: float, failed: Sequence[str], special: str = ""
) -> None:
    """Write the page, and the plot as an SVG of the same name beside it.

    What was `special` about the command is said; smallest sizes say nothing about speed.
    """
    plot = path.with_suffix(".svg")
    _draw([table for table, _ in found], plot)
    blocks = [
        "# Speed, beside others",
        _wrapped(
            "Written by `python benchmarks/run_all.py --write docs/benchmarks.md`, never by hand. "
            "Before anything is timed, the answers of all contenders are compared. Then they take "
            "turns, A B A B …; a number is the median of all rounds, the minima stand below each "
            "table. `×` is the contender's time in units of ours: below 1, ours is slower."
        ),
        *([f"**Made with `{special}`: a quick look, no measurement.**"] if special else []),
        _machine(found, elapsed, failed),
        f"![The time of each contender in units of ours, by table]({plot.name})",
        "## In short",
        *_summary([table for table, _ in found]),
    ]
    for table, _ in found:
        blocks += _section(table)
    path.write_text("\n\n".join(blocks) + "\n", encoding="utf-8")


def _machine(found: Found, elapsed: float, failed: Sequence[str]) -> str:
    """Return what was measured on, when, with what, and who was missing."""
    known = versions(PACKAGES)
    present = [f"{name} {version}" for name, version in known.items() if version]
    missing = [name for name, version in known.items() if not version]
    cores = os.cpu_count() or 1
    loads = [load for _, load in found if math.isfinite(load)]
    lines = [
        f"- {date.today().isoformat()}, {elapsed / 60:.0f} min, symcalc at {_commit()}",
        f"- {processor()}, {cores} cores; {platform.system()} {platform.release()}, "
        f"{platform.libc_ver()[0]} {platform.libc_ver()[1]}; one thread for BLAS and OpenMP",
        f"- {', '.join(present)}; C: {_compiler()}",
        f"- not installed, so left out: {', '.join(missing) or 'none'}",
    ]
    if loads:
        busy = "; other work ran beside it, so trust minima more than medians"
        lines.append(
            f"- load when a table began: {min(loads):.1f} to {max(loads):.1f} on {cores} cores"
            + (busy if max(loads) > cores else "")
        )
    if failed:
        lines.append(f"- did not run to the end: {', '.join(failed)}")
    return "\n".join(_wrapped(line, "  ") for line in lines)


def _commit() -> str:
    """Return the commit that was measured, and whether files differed from it."""
    words = [
        "git",
        "-C",
        str(ROOT),
        "describe",
        "--always",
        "--dirty=, with changes",
        "--exclude=*",
    ]
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "an unknown commit"
    return f"commit {done.stdout.strip()}"


def _compiler() -> str:
    """Return the C compiler's version and options."""
    if shutil.which(COMPILER_COMMAND[0]) is None:
        return "no compiler"
    words = [COMPILER_COMMAND[0], "--version"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    first = done.stdout.partition("\n")[0] or COMPILER_COMMAND[0]
    return f"{first}, {' '.join(word for word in COMPILER_COMMAND[1:] if word != '-shared')}"


def _summary(tables: Iterable[Table]) -> Iterator[str]:
    """Yield a table of the mean ratio of every contender, and where ours is the slower one."""
    lines = [
        "| | beside | problems | mean × | least × | slower than it in |",
        "|---|---|---|---|---|---|",
    ]
    for table in tables:
        for name in table.names():
            ratios = table.ratios(name)
            if name.startswith(OURS) or not ratios:
                continue
            lost = [_code(row) for row, ratio in ratios.items() if ratio < 1.0]
            said = "all" if len(lost) == len(ratios) else "; ".join(lost) or "none"
            if len(lost) > 3 and len(lost) < len(ratios):
                said = f"{len(lost)} of {len(ratios)}"
            least = min(ratios.values())
            lines.append(
                f"| {table.title} | {name} | {len(ratios)} | {_times(_mean(ratios.values()))} | "
                f"{_times(least)} | {said} |"
            )
    yield "Means are geometric, over the problems that a contender can solve."
    yield "\n".join(lines)


def _section(table: Table) -> Iterator[str]:
    """Yield the parts of the page about one table."""
    yield f"## {table.title[0].upper()}{table.title[1:]}"
    yield _wrapped(table.what)
    names = table.names()
    yield _grid(table, names, lambda row, name: _cell(row, name))
    notes = [f"{_code(row.name)}: {row.note}" for row in table.rows if row.note]
    notes += [
        f"{_code(row.name)}, {name}: {times.note}"
        for row in table.rows
        for name, times in row.times.items()
        if times.note
    ]
    if notes:
        yield "\n".join(_wrapped(f"- {note}", "  ") for note in notes)
    if table.figures:
        yield "\n".join(
            f"- {'reached' if figure.is_reached else '**missed**'}: {figure.what} "
            f"{figure.value:.3g} (target {figure.relation} {figure.target:g})"
            for figure in table.figures
        )
    least = _grid(table, names, lambda row, name: seconds(row.times[name].least))
    yield f"<details><summary>Minima</summary>\n\n{least}\n\n</details>"


def _grid(table: Table, names: Sequence[str], cell: Any) -> str:
    """Return rows of problems and columns of contenders."""
    lines = [f"| | {' | '.join(names)} |", f"|---|{'---|' * len(names)}"]
    for row in table.rows:
        cells = [cell(row, name) if name in row.times else "" for name in names]
        lines.append(f"| {_code(row.name)} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(row: Row, name: str) -> str:
    """Return a median, with its ratio to ours; the least of a row in bold."""
    times: Times = row.times[name]
    text = seconds(times.median)
    if times.median == min(t.median for t in row.times.values()):
        text = f"**{text}**"
    return text if name == OURS or OURS not in row.times else f"{text} ({_times(row.ratio(name))})"


def _code(name: str) -> str:
    """Return the name of a problem, a formula as code."""
    return f"`{name}`" if "*" in name else name


def _times(ratio: float) -> str:
    return f"{ratio:.2g}×" if ratio < 10 else f"{ratio:.0f}×"


def _mean(values: Iterable[float]) -> float:
    """Return the geometric mean."""
    logs = [math.log(value) for value in values]
    return math.exp(sum(logs) / len(logs))


def _wrapped(text: str, indent: str = "") -> str:
    return "\n".join(textwrap.wrap(text, WIDTH, subsequent_indent=indent, break_on_hyphens=False))


def _draw(tables: Sequence[Table], path: Path) -> None:
    """Draw the ratio of every contender in every problem, on a logarithmic axis."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    lines: list[tuple[str, str, list[float]]] = []
    for table in tables:
        for name in table.names():
            ratios = list(table.ratios(name).values())
            if not name.startswith(OURS) and ratios:
                lines.append((table.title, name, ratios))
    figure, axes = plt.subplots(figsize=(8.5, 1.4 + 0.24 * len(lines)), layout="constrained")
    labels, places, heights = [], [], []
    height, last = 0.0, ""
    for title, name, ratios in lines:
        if title != last:
            height -= 1.6 if last else 0.0
            axes.text(0.0, height + 0.75, title, transform=axes.get_yaxis_transform(),
                      weight="bold", color=INK, size=9, ha="left", va="center")  # fmt: skip
            last = title
        _dots(axes, height, ratios)
        labels.append(f"{name} ({len(ratios)})")
        places.append(height)
        heights.append(height)
        height -= 1.0
    axes.axvline(1.0, color=INK, linewidth=1.0)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter("{x:g}×")
    axes.set_yticks(places, labels, fontsize=8)
    axes.set_ylim(height, 1.6)
    axes.grid(axis="x", color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("time of the contender / time of symcalc (left of the line, symcalc is slower)")
    axes.legend(handles=_legend(plt), loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3,
                frameon=False, fontsize=8)  # fmt: skip
    with plt.rc_context({"svg.hashsalt": "symcalc", "svg.fonttype": "path"}):
        figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def _dots(axes: Any, height: float, ratios: Sequence[float]) -> None:
    """Draw the problems of one contender, and the mean over them."""
    for ratio in ratios:
        slower = ratio < 1.0
        axes.plot(ratio, height, "x" if slower else "o", color=SLOWER if slower else FASTER,
                  markersize=5, alpha=0.85, markeredgewidth=1.4 if slower else 0.0)  # fmt: skip
    axes.plot(_mean(ratios), height, "|", color=INK, markersize=11, markeredgewidth=1.6)


def _legend(plt: Any) -> list[Any]:
    """Return what the marks mean."""
    rows = (
        ("o", FASTER, "symcalc is faster"),
        ("x", SLOWER, "symcalc is slower"),
        ("|", INK, "geometric mean (in brackets: problems)"),
    )
    return [
        plt.Line2D([], [], linestyle="", marker=marker, color=color, label=label, markersize=7)
        for marker, color, label in rows
    ]
