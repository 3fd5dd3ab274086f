"""Write docs/functions.md from the table of functions: python docs/make_functions.py."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from symcalc.functions import CONSTANTS, FAMILIES, FunctionRow

PAGE = Path(__file__).parent / "functions.md"

HEAD = """# Functions

Made from the table in `symcalc/functions/` by `docs/make_functions.py`; do not edit.
What the columns say:

- *domain*: where a real value exists, if not everywhere;
- *derivative*: the arguments in which it exists in closed form;
- *not smooth*: what happens at a kink or a jump, and the derivative that is used there;
- *check*: how values and derivatives are checked: `balls` in rigorous arithmetic, else in doubles.
"""

COLUMNS = """\
| function | aliases | domain | derivative | not smooth | check |
|---|---|---|---|---|---|
"""


def make_page() -> str:
    """Return the page as Markdown."""
    parts = [HEAD]
    for title, rows in FAMILIES.items():
        if all(row.name in CONSTANTS for row in rows):
            head, line = "| constant | aliases |\n|---|---|\n", _constant
        else:
            head, line = COLUMNS, _function
        shown = "".join(line(row) for row in rows if row.name != "nan")
        parts.append(f"## {title}\n\n{head}{shown}")
    return "\n".join(parts)


def _function(row: FunctionRow) -> str:
    """Return the line of a function."""
    check = "" if row.expand and not row.array else ("balls" if row.ball else "doubles")
    cells = (_code([row.summary]), _code(row.aliases), _code([row.domain]), _derivative(row))
    return _line([*cells, _kinks(row), check])


def _constant(row: FunctionRow) -> str:
    """Return the line of a constant."""
    return _line([_code([row.summary]), _code(row.aliases)])


def _derivative(row: FunctionRow) -> str:
    """Return the arguments in which a derivative exists."""
    if row.expand and not row.array:
        return ""
    known = [str(i) for i, rule in enumerate(row.derivatives, 1) if rule is not None]
    if len(known) == row.arity[1] or (known and row.arity[1] == -1) or row.expand:
        return "yes"
    return f"in argument {' and '.join(known)}" if known else "no"


def _kinks(row: FunctionRow) -> str:
    """Return what happens where the function is not smooth."""
    return ", ".join(
        dict.fromkeys(
            f"{kink.kind}: {kink.policy if kink.policy != 'none' else 'no derivative'}"
            for kink in row.kinks
        )
    )


def _code(texts: Iterable[str]) -> str:
    """Return texts as code; of a summary "f(x): words" only the head is code."""
    return ", ".join(_one(text) for text in texts if text)


def _one(text: str) -> str:
    head, colon, words = text.partition(": ")
    return f"`{head}`{colon}{words}" if colon else f"`{text}`"


def _line(cells: Iterable[str]) -> str:
    """Return one line of a table."""
    return "| " + " | ".join(_escaped(cells)) + " |\n"


def _escaped(cells: Iterable[str]) -> Iterator[str]:
    """Keep what Markdown would take for its own: bars, and stars outside of code."""
    for cell in cells:
        parts = cell.split("`")
        parts[::2] = [part.replace("*", r"\*").replace("|", r"\|") for part in parts[::2]]
        parts[1::2] = [part.replace("|", r"\|") for part in parts[1::2]]
        yield "`".join(parts)


if __name__ == "__main__":
    PAGE.write_text(make_page(), encoding="utf-8")
