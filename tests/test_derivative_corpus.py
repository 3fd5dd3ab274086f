"""First and second derivatives at ordinary and nasty points agree with references of 40 digits."""

from __future__ import annotations

import importlib.util
import json
import math
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
ITEMS = json.loads((HERE / "data" / "derivatives.json").read_text(encoding="utf-8"))["items"]

COMPILED, STATED = 1e-9, 1e-12

#: Numbers that compiled code does not reach, with what it gives instead.
#: (item, point, what): (the greatest absolute error allowed; NaN where the answer is NaN, why)
BEYOND_COMPILED: dict[tuple[str, str, str], tuple[float, str]] = {
    ("smooth-07", "10.5", "x"): (
        1e-3,
        "20 terms up to 4e11 cancel to 0; what is left, 2.4e-4, is 6e-16 of one of them",
    ),
    ("kink-28", "0,0", "x,x"): (math.nan, "hypot(0, 0) has no derivative; that of the whole has"),
}


def _load_judge() -> Any:
    """Load the judge that the benchmark of derivatives uses as well."""
    path = HERE.parent / "benchmarks" / "corpus.py"
    spec = importlib.util.spec_from_file_location("corpus", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["corpus"] = module  # the dataclass looks its module up
    spec.loader.exec_module(module)
    return module


JUDGE = _load_judge()


def key_of(entry: Any) -> tuple[str, str, str]:
    return entry.item, ",".join(f"{value:g}" for value in entry.at.values()), entry.what


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item["id"])
def test_compiled_derivatives_agree_with_the_reference(item: dict[str, Any]) -> None:
    for entry in JUDGE.compiled_entries(item):
        if entry.expected is None:
            continue
        known = BEYOND_COMPILED.get(key_of(entry))
        if known is None:
            assert entry.error <= COMPILED, str(entry)
        elif math.isnan(known[0]):
            assert all(map(math.isnan, entry.answers)), f"better than known, or wrong: {entry}"
        else:
            gap = max(abs(answer - float(entry.expected)) for answer in entry.answers)
            assert gap <= known[0], str(entry)
            assert entry.error > COMPILED, f"better than known: {entry}"


def test_all_that_compiled_code_does_not_reach_is_in_the_corpus() -> None:
    asked = {key_of(entry) for item in ITEMS for entry in JUDGE.compiled_entries(item)}

    assert set(BEYOND_COMPILED) <= asked


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item["id"])
def test_derivatives_at_a_point_agree_with_the_reference_and_so_do_their_statuses(
    item: dict[str, Any],
) -> None:
    for entry in JUDGE.at_entries(item):
        if entry.expected is None:
            assert entry.outcome != "DONE", str(entry)
        else:
            assert entry.outcome == "DONE", f"{entry.outcome}: {entry}"
            assert entry.error <= STATED, str(entry)


def test_most_compiled_derivatives_agree_to_twelve_digits() -> None:
    errors = [
        entry.error
        for item in ITEMS
        for entry in JUDGE.compiled_entries(item)
        if entry.expected is not None
    ]

    assert sum(error <= 1e-12 for error in errors) >= 0.95 * len(errors)


@pytest.mark.parametrize(
    ("answer", "reference", "error"),
    [
        (0.1, "0.1", 0.0),
        (0.0, "1e-400", 0.0),
        (math.inf, "1e400", 0.0),
        (1e-300, "1e-400", 1e100),
        (1.0, "1.000000001", 1e-9),
        (math.nan, "1", math.inf),
        (math.inf, "1", math.inf),
        (2e-4, "0", 2e-4),
    ],
)
def test_the_judge_of_the_corpus_sees_wrong_answers(
    answer: float, reference: str, error: float
) -> None:
    assert JUDGE.relative_error(answer, reference) == pytest.approx(error, rel=1e-6)
