"""Minimizing under constraints: Hock and Schittkowski's problems, multipliers, verdicts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symcalc as sc
from symcalc.outcome import Outcome

DATA = Path(__file__).resolve().parent / "data"
CORPUS = json.loads((DATA / "hs.json").read_text())["items"]


def solve(item: dict[str, Any], **settings: Any) -> sc.Optimum:
    """Minimize a problem of the corpus from its start."""
    names = item["variables"]
    constraints = [f"{text} == 0" for text in item["eq"]] + [f"{t} >= 0" for t in item["ineq"]]
    bounds = {name: tuple(pair) for name, pair in zip(names, item["bounds"], strict=True)}
    start = dict(zip(names, item["start"], strict=True))
    return sc.minimize(item["objective"], start, constraints=constraints, bounds=bounds, **settings)


def violation(item: dict[str, Any], x: dict[str, float]) -> float:
    """Return the largest violation, evaluated from the texts."""
    off = [0.0]
    for kind, texts in (("eq", item["eq"]), ("ineq", item["ineq"])):
        for text in texts:
            value = sc.compile(text, list(x))(*x.values())
            off.append(abs(value) if kind == "eq" else -value)
    for value, (low, high) in zip(x.values(), item["bounds"], strict=True):
        off += [-np.inf if low is None else low - value, -np.inf if high is None else value - high]
    return float(max(off))


@pytest.mark.parametrize("item", CORPUS, ids=lambda item: item["name"])
def test_hock_and_schittkowskis_minima_are_reached_with_multipliers(item: dict[str, Any]) -> None:
    best = solve(item)

    assert best.converged
    assert best.fun == pytest.approx(item["f_star"], rel=1e-6, abs=1e-6)
    assert violation(item, best.x) < 1e-8
    if best.outcome is Outcome.NO_MULTIPLIERS:
        assert item["name"] == "HS13"
        assert best.multipliers is None
        assert any("No multipliers exist" in sentence for sentence in best.diagnosis)
    elif best.kkt is not None:
        assert max(value for _, value in best.kkt.rows()) < 1e-9


@pytest.mark.parametrize("item", CORPUS, ids=lambda item: item["name"])
def test_multipliers_balance_the_gradient_of_the_objective(item: dict[str, Any]) -> None:
    best = solve(item, method="SLSQP")
    if not best.converged or best.multipliers is None:
        pytest.skip("the local method ends elsewhere, or there are none")
    names = list(best.x)
    left = sc.compile(item["objective"], names, order=1).gradient(*best.x.values())
    for text in (*item["eq"], *item["ineq"]):
        relation = "==" if text in item["eq"] else ">="
        weight = best.multipliers[f"{text} {relation} 0"]
        assert relation == "==" or weight >= 0.0
        left = left - weight * sc.compile(text, names, order=1).gradient(*best.x.values())
    for place, name in enumerate(names):
        for text, weight in best.multipliers.items():
            if text.startswith(f"{name} >= "):
                left[place] -= weight
            elif text.startswith(f"{name} <= "):
                left[place] += weight

    assert np.abs(left).max() < 1e-6
