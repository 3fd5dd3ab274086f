"""Who judges the table is judged: wrong rows and wrong rewrites, planted one by one, are seen."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from array_mutants import array_mutants
from mutation_judges import judges_that_see, reason_to_survive
from rewrite_mutants import RewriteMutant, difference, faults, rewrite_mutants, rewriting
from row_mutants import RowMutant, row_mutants

from symcalc.functions import TABLE
from symcalc.graph import array_rules
from symcalc.symbolic import atoms

ROW_MUTANTS = [mutant for row in TABLE.values() for mutant in row_mutants(row)]
FIELDS = list(dict.fromkeys(mutant.field for mutant in ROW_MUTANTS))


def shares(mutants: list[RowMutant]) -> tuple[float, list[str]]:
    """Return the share of the mutants that are seen, the equivalent left out, and the others."""
    unseen = [mutant for mutant in mutants if not judges_that_see(mutant)]
    survivors = [mutant for mutant in unseen if reason_to_survive(mutant) != "equivalent"]
    n_real = len(mutants) - len(unseen) + len(survivors)
    return 1 - len(survivors) / max(n_real, 1), [str(mutant) for mutant in survivors]


@pytest.mark.parametrize("field", FIELDS)
def test_a_sample_of_wrong_rows_is_seen(field: str) -> None:
    mutants = [mutant for mutant in ROW_MUTANTS if mutant.field == field]
    sample = mutants[:: max(len(mutants) // 25, 1)]

    share, survivors = shares(sample)

    assert share >= 0.95, survivors


@pytest.mark.slow
@pytest.mark.parametrize("field", FIELDS)
def test_wrong_rows_are_seen(field: str) -> None:
    share, survivors = shares([mutant for mutant in ROW_MUTANTS if mutant.field == field])

    assert share >= 0.95, survivors


def test_planted_rows_leave_the_table_as_it_was() -> None:
    before = dict(TABLE)
    for mutant in ROW_MUTANTS[::600]:
        judges_that_see(mutant)

    assert before == TABLE


def test_a_mutant_that_is_the_same_function_is_called_equivalent() -> None:
    same = RowMutant(TABLE["logaddexp"], "ball", "unchanged")

    assert judges_that_see(same) == []
    assert reason_to_survive(same) == "equivalent"


def test_the_rewrites_have_no_fault() -> None:
    assert list(faults(atoms)) == []


def test_a_sample_of_wrong_rewrites_is_seen() -> None:
    mutants = list(rewrite_mutants())[::40]

    unseen = unseen_rewrites(mutants)

    assert len(unseen) <= 0.05 * len(mutants), unseen


@pytest.mark.slow
def test_wrong_rewrites_are_seen() -> None:
    mutants = list(rewrite_mutants())

    unseen = unseen_rewrites(mutants)

    assert len(unseen) <= 0.05 * len(mutants), unseen


@pytest.mark.slow
def test_a_sample_of_wrong_rules_of_derivation_over_arrays_is_seen() -> None:
    script = Path(__file__).parents[1] / "benchmarks" / "mutations.py"
    words = [sys.executable, str(script), "--arrays", "60"]

    out = subprocess.run(words, capture_output=True, text=True, check=False).stdout

    rules = ("graph.array_rules", "graph.contractions")
    rows = [line.split() for line in out.splitlines() if line.strip().startswith(rules)]
    assert len(rows) == 2, out
    assert all(float(row[-1].removesuffix("%")) >= 95.0 for row in rows), out


def test_mutants_of_arrays_are_planted_in_the_functions_that_others_have_imported() -> None:
    mutants = [one for one in array_mutants() if one.module == "graph.array_rules"]

    assert len(mutants) > 50
    assert {one.function for one in mutants} >= {"_inverse", "_extremum", "_taken", "_contraction"}
    before = array_rules.ARRAY_RULES["inv"].__code__
    try:
        next(one for one in mutants if one.function == "_inverse").plant()
        assert array_rules.ARRAY_RULES["inv"].__code__ != before
    finally:
        array_rules.ARRAY_RULES["inv"].__code__ = before


def unseen_rewrites(mutants: list[RewriteMutant]) -> list[str]:
    """Return the mutants that no judge sees, those as good as the original left out."""
    unseen = []
    for mutant in mutants:
        with rewriting(mutant) as rules:
            is_seen = any(faults(rules))
        if not is_seen and difference(mutant):
            unseen.append(str(mutant))
    return unseen
