"""Values, gradients, Hessians and Jacobians of the losses of `arrays_corpus.json`, in two ways.

    python benchmarks/arrays_corpus.py [--only WORD]

Once by `sc.compile`; once by the printed closed form, which is read back and compiled as a formula
of its own. An answer is right where its greatest error is at most 1e-9 of the greatest entry, or 1.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import symcalc as sc
from symcalc.errors import SymcalcError

__all__ = ["WAYS", "Answer", "answers", "load"]

CORPUS = Path(__file__).with_name("arrays_corpus.json")
TOLERANCE = 1e-9
#: An answer that takes longer, in seconds, is slow.
SLOW = 2.0

Row = dict[str, Any]
Way = Callable[[Row], dict[str, tuple[Any, Any]]]


class Answer(NamedTuple):
    """One answer: of what, its error relative to the greatest entry, or why there is none."""

    what: str
    error: float
    problem: str
    seconds: float

    @property
    def is_right(self) -> bool:
        """Whether it agrees with the reference."""
        return self.error <= TOLERANCE


def load() -> list[Row]:
    """Return the items of the corpus."""
    items: list[Row] = json.loads(CORPUS.read_text(encoding="utf-8"))["items"]
    return items


def answers(row: Row, ways: Sequence[Way] | None = None) -> Iterator[Answer]:
    """Yield what each way answers."""
    for way in WAYS if ways is None else ways:
        start = time.perf_counter()
        try:
            found = way(row)
        except (SymcalcError, ArithmeticError, LookupError, RuntimeError, ValueError) as error:
            yield Answer(way.__name__[1:], np.inf, repr(error), time.perf_counter() - start)
            continue
        seconds = time.perf_counter() - start
        for what, (value, expected) in found.items():
            yield Answer(f"{way.__name__[1:]} {what}", _error(value, expected), "", seconds)


def _error(value: Any, expected: Any) -> float:
    value, expected = np.asarray(value, dtype=float), np.asarray(expected, dtype=float)
    if value.shape != expected.shape or not np.isfinite(value).all():
        return np.inf
    gap = np.abs(value - expected).max(initial=0.0)
    return float(gap / max(1.0, np.abs(expected).max(initial=0.0)))


def _compiled(row: Row) -> dict[str, tuple[Any, Any]]:
    inputs = row["inputs"]
    order = 1 if "jacobian" in row else 2
    f = sc.compile(row["text"], order=order, wrt=row["wrt"], shapes=row["shapes"])
    found = {"value": (f(**inputs), row["value"])}
    if order == 1:
        slopes = f.jacobian(**inputs)
        return found | {f"jacobian {n}": (slopes[n], e) for n, e in row["jacobian"].items()}
    slopes, blocks = f.gradient(**inputs), f.hessian(**inputs)
    found |= {f"gradient {n}": (slopes[n], e) for n, e in row["gradient"].items()}
    return found | {f"hessian {n}": (blocks[n, n], e) for n, e in row["hessian"].items()}


def _printed(row: Row) -> dict[str, tuple[Any, Any]]:
    text, wrt, shapes = row["text"], row["wrt"], row["shapes"]
    found = {}
    if "jacobian" in row:
        slopes = sc.jacobian(text, wrt, shapes=shapes)
        return {
            f"jacobian {n}": (_read_back(slopes[n].text, row, e), e)
            for n, e in row["jacobian"].items()
        }
    slopes = sc.gradient(text, wrt, shapes=shapes)
    for name, expected in row["gradient"].items():
        found[f"gradient {name}"] = _read_back(slopes[name].text, row, expected), expected
    for name, expected in row["hessian"].items():
        block = sc.hessian(text, [name], shapes=shapes)[name, name]
        found[f"hessian {name}"] = _read_back(block.text, row, expected), expected
    return found


def _read_back(text: str, row: Row, expected: Any) -> Any:
    """Return the value of a printed form, read as a text of its own; 0 stands for any shape."""
    f = sc.compile(text, list(row["inputs"]), shapes=row["shapes"])
    value = f(**row["inputs"])
    return np.zeros(np.shape(expected)) if text == "0" else value


WAYS: tuple[Way, ...] = (_compiled, _printed)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", default="")
    only = parser.parse_args().only
    n_right = n_all = n_items = n_right_items = 0
    slow: list[str] = []
    for row in load():
        if only not in row["name"]:
            continue
        found = list(answers(row))
        wrong = [answer for answer in found if not answer.is_right]
        n_all, n_right = n_all + len(found), n_right + len(found) - len(wrong)
        n_items, n_right_items = n_items + 1, n_right_items + (not wrong)
        for answer in wrong:
            print(f"{row['name']}: {answer.what} {answer.error:.1e} {answer.problem[:300]}")
        took = max(answer.seconds for answer in found)
        if took > SLOW:
            slow.append(f"{row['name']} {took:.1f} s")
    print(f"{n_right} of {n_all} answers right, {n_right_items} of {n_items} items entirely")
    print(f"slower than {SLOW} s: {'; '.join(slow) or 'none'}")


if __name__ == "__main__":
    main()
