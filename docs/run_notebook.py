"""Run the cells of a notebook and store what they show: python docs/run_notebook.py [NOTEBOOK].

A notebook is JSON, and what a cell shows is its prints and the representations of its last
expression. `docs/decisions/0008-a-notebook-without-a-kernel.md` says why no kernel is started.
"""

from __future__ import annotations

import ast
import base64
import contextlib
import io
import json
import os
import sys
from pathlib import Path
from typing import Any

TOUR = Path(__file__).resolve().parent.parent / "examples" / "tour.ipynb"

#: The method of an object that gives each representation.
SHOWN_BY = {
    "text/html": "_repr_html_",
    "text/latex": "_repr_latex_",
    "image/png": "_repr_png_",
}


def run_cells(notebook: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """Return the outputs of the code cells, which run one after the other in one namespace."""
    names: dict[str, Any] = {"__name__": "__main__"}
    found = []
    for number, cell in enumerate(code_cells(notebook), 1):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            value = _run("".join(cell["source"]), names, f"cell {number}")
        outputs: list[dict[str, Any]] = []
        if printed.getvalue():
            outputs.append(
                {"name": "stdout", "output_type": "stream", "text": _lines(printed.getvalue())}
            )
        if value is not None:
            outputs.append(
                {
                    "data": represent(value),
                    "execution_count": number,
                    "metadata": {},
                    "output_type": "execute_result",
                }
            )
        found.append(outputs)
    return found


def code_cells(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the cells that hold code."""
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def represent(value: Any) -> dict[str, Any]:
    """Return a value in all the ways in which it shows itself."""
    data: dict[str, Any] = {}
    for kind, method in SHOWN_BY.items():
        show = getattr(value, method, None)
        shown = show() if show is not None else None
        if isinstance(shown, bytes):
            data[kind] = base64.b64encode(shown).decode("ascii")
        elif shown is not None:
            data[kind] = _lines(shown)
    return data | {"text/plain": _lines(repr(value))}


def _run(source: str, names: dict[str, Any], place: str) -> Any:
    """Run a cell and return the value of its last line, if that is an expression."""
    tree = ast.parse(source, place)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, place, "exec"), names)  # noqa: S102 - a cell of our own notebook
    if last is None:
        return None
    return eval(compile(ast.Expression(last.value), place, "eval"), names)  # noqa: S307


def _lines(text: str) -> list[str]:
    """Return a text as a notebook stores it."""
    return text.splitlines(keepends=True)


def main() -> None:
    """Run the notebook named on the command line, or the tour, and store its outputs."""
    path = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else TOUR
    notebook = json.loads(path.read_text(encoding="utf-8"))
    os.chdir(path.parent)  # where a notebook's kernel starts
    for number, (cell, outputs) in enumerate(
        zip(code_cells(notebook), run_cells(notebook), strict=True), 1
    ):
        cell["outputs"], cell["execution_count"] = outputs, number
    text = json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
