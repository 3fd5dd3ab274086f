"""Estimates from batches of rows average to the formula: textbook losses, and random strings."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from array_fuzz import DECLARED
from array_strings import DIMENSIONS, TypedStrings, random_values

import symcalc as sc
from symcalc.backends import ArrayFunction
from symcalc.expression import Expression, Variable
from symcalc.program import SCALE, SIZE, row_terms

CORPUS = Path(__file__).parents[1] / "benchmarks" / "arrays_corpus.json"
SUMS = [row for row in json.loads(CORPUS.read_text())["items"] if np.ndim(row["value"]) == 0]


def dimensions_of(expression: Expression) -> list[str]:
    """Return the dimensions of the variables by name."""
    shapes = {variable.shape for variable in expression.variables}
    return sorted({d for shape in shapes for d in shape if isinstance(d, str)})


def mean_of_estimates(
    expression: Expression, dimension: str, values: Mapping[str, Any], scale: float = 1.0
) -> float | None:
    """Return the mean over two unequal batches, by their rows; None where there are no batches."""
    found = row_terms(expression.graph, expression.root, dimension)
    if found.obstacle is not None:
        return None
    variables = [*expression.variables, Variable(SIZE), Variable(SCALE)]
    estimate = ArrayFunction(Expression(found.graph, found.root, variables))
    n_rows = next(
        size
        for variable in expression.variables
        for d, size in zip(variable.shape, np.shape(values[variable.name]), strict=True)
        if d == dimension
    )
    order = np.random.default_rng(1).permutation(n_rows)
    parts = [part for part in (order[: n_rows // 3], order[n_rows // 3 :]) if part.size]
    return sum(
        part.size / n_rows * estimate(
            **_taken(expression, dimension, values, part),
            **{SIZE: float(n_rows), SCALE: scale * n_rows / part.size},
        )
        for part in parts
    )  # fmt: skip


def _taken(
    expression: Expression, dimension: str, values: Mapping[str, Any], part: Any
) -> dict[str, Any]:
    """Return the values with these rows only."""
    taken = {}
    for variable in expression.variables:
        array = np.asarray(values[variable.name], dtype=float)
        for axis, own in enumerate(variable.shape):
            array = array.take(part, axis=axis) if own == dimension else array
        taken[variable.name] = array
    return taken


@pytest.mark.parametrize("item", SUMS[::4], ids=lambda item: item["name"])
def test_estimates_of_textbook_losses_average_to_their_values(item: dict[str, Any]) -> None:
    expression = sc.parse(item["text"], shapes=item["shapes"])
    for dimension in dimensions_of(expression):
        found = mean_of_estimates(expression, dimension, item["inputs"])

        assert found is None or found == pytest.approx(item["value"], rel=1e-9, abs=1e-9)


def test_many_textbook_losses_are_sums_over_rows() -> None:
    found = [
        row_terms(e.graph, e.root, d).obstacle is None
        for e in (sc.parse(item["text"], shapes=item["shapes"]) for item in SUMS)
        for d in dimensions_of(e)
    ]

    assert sum(found) > 100


@pytest.mark.parametrize("first", range(0, 1000, 100))
def test_estimates_of_random_strings_average_to_their_values(first: int) -> None:
    compared = 0
    for seed in range(first, first + 100):
        (text, _), is_scalar = TypedStrings(seed).draw_formula()
        if not is_scalar:
            continue
        expression = sc.parse(text, shapes=DECLARED)
        values = random_values(seed, DIMENSIONS)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # what overflows is not compared
            for dimension in dimensions_of(expression):
                found = mean_of_estimates(expression, dimension, values)
                if found is None:
                    continue
                given = {variable.name: values[variable.name] for variable in expression.variables}
                expected = ArrayFunction(expression)(**given)
                if np.isfinite(expected):
                    compared += 1
                    assert found == pytest.approx(expected, rel=1e-8, abs=1e-8), text
    assert compared > 0


def test_a_wrong_scale_would_be_seen() -> None:
    item = next(item for item in SUMS if item["name"] == "least squares")
    expression = sc.parse(item["text"], shapes=item["shapes"])

    assert mean_of_estimates(expression, "m", item["inputs"]) == pytest.approx(item["value"])
    assert mean_of_estimates(expression, "m", item["inputs"], scale=0.9) != pytest.approx(
        item["value"]
    )
