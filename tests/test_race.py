"""Races: one problem, several methods, an honest table."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symcalc as sc
from symcalc.cli.main import main
from symcalc.errors import ArgumentError
from symcalc.outcome import Outcome

ROSENBROCK = "100*(y - x^2)^2 + (1 - x)^2"
START = "x=-1.2, y=1"


def test_every_run_of_a_race_is_the_run_of_minimize() -> None:
    found = sc.race(ROSENBROCK, START, ["gd", "momentum", "adam", "newton"], rate=0.001,
                    max_steps=200)  # fmt: skip
    assert list(found) == ["gradient_descent", "momentum", "adam", "newton"]

    for name, run in found.runs.items():
        options = {} if name == "newton" else {"rate": 0.001}
        alone = sc.minimize(ROSENBROCK, START, method=name, max_steps=200, **options)
        assert np.array_equal(run.trace.value, alone.trace.value)
        assert np.array_equal(run.vector, alone.vector)
    assert found.ranking[0] == "newton"
    assert found.best_value == found["newton"].fun


def test_those_that_converged_to_the_least_value_come_first_by_evaluations() -> None:
    found = sc.race(ROSENBROCK, START, "gd,newton,limited_memory,trust_region", max_steps=150)
    converged = [name for name in found if found[name].converged]

    counts = [found.evaluations(name) for name in found.ranking[: len(converged)]]
    assert set(found.ranking[: len(converged)]) == set(converged)
    assert counts == sorted(counts)
    assert found.ranking[-1] == "gradient_descent"
    assert all(found.seconds(name) > 0.0 for name in found)


def test_a_higher_minimum_comes_after_the_lowest_however_quick_it_was() -> None:
    two_wells = "x^4 - 2*x^2 + 0.3*x"
    runs = {"far": {"method": "gradient_descent", "rate": 0.26}, "near": {"method": "newton"}}
    found = sc.race(two_wells, "x=0.9", runs)
    values = [found[name].fun for name in found.ranking]

    assert values == sorted(values)


def test_an_interrupted_race_says_who_did_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*args: Any, **words: Any) -> Any:
        best = sc.minimize(*args, **words)
        is_second = words["method"] == "momentum" and words["max_steps"] != 1
        return replace(best, outcome=Outcome.INTERRUPTED) if is_second else best

    monkeypatch.setattr("symcalc.calculus.race.minimize", interrupted)
    found = sc.race(ROSENBROCK, START, "newton, momentum, adam, gd", max_steps=40)

    assert list(found) == ["newton", "momentum"]
    assert found.skipped == ("adam", "gradient_descent")
    assert found.outcome is Outcome.INTERRUPTED
    assert repr(found).endswith("Interrupted; not run: adam, gradient_descent")


def test_racers_that_nobody_named_can_keep_to_what_is_asked() -> None:
    bounded = sc.race("(x - 3)^2 + y^2", "x=0, y=0", bounds={"x": (0, 1)})
    constrained = sc.race("x + y", "x=0, y=0", constraints=["x^2 + y^2 <= 1"])

    assert bounded.best_value == pytest.approx(4.0)
    assert constrained.best_value == pytest.approx(-(2.0**0.5))
    assert bounded.outcome.is_good
    assert constrained.outcome.is_good


def test_labels_of_ones_own_let_a_method_run_twice() -> None:
    found = sc.race(
        ROSENBROCK, START, max_steps=50,
        methods={"slow": {"method": "adam", "rate": 0.001},
                 "quick": {"method": "adam", "rate": 0.1}, "newton": {}},
    )  # fmt: skip

    assert list(found) == ["slow", "quick", "newton"]
    assert found["quick"].fun < found["slow"].fun
    assert "slow" in repr(found)
    assert "<td>quick</td>" in found._repr_html_()


def test_a_race_over_data_in_batches_and_under_constraints() -> None:
    rng = np.random.default_rng(2)
    data = {"X": rng.normal(size=(60, 3)), "y": rng.normal(size=60)}
    found = sc.race("mean((X@w - y)**2)", "w=zeros", "sgd,newton,adam", data=data, batch_size=20,
                    passes=5)  # fmt: skip
    assert found["sgd"].n_steps == found["adam"].n_steps == 5
    assert found["newton"].converged

    held = sc.race("x + y", "x=0, y=0", "SLSQP,augmented_lagrangian",
                   constraints=["x^2 + y^2 <= 1"])  # fmt: skip
    assert all(run.fun == pytest.approx(-(2**0.5)) for run in held.runs.values())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"methods": "gd,newtn"}, "Did you mean 'newton'"),
        ({"methods": ""}, "name at least one"),
        ({"methods": 7}, "name at least one"),
        ({"methods": "gd,gradient_descent"}, "names 'gradient_descent' twice"),
        ({"methods": {"adam": 0.1}}, "it maps names to options"),
        ({"methods": "newton", "rate": 0.1}, "None of newton has an option `rate`"),
        ({"methods": {"newton": {"rate": 1}}}, "has no option `rate`"),
        ({"methods": "newton,levenberg_marquardt", "objective": "exp(x) + exp(-x) + y^4"},
         "needs an objective that is a sum of squares"),
    ],
)  # fmt: skip
def test_what_cannot_race_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        sc.race(**{"objective": ROSENBROCK, "start": START, **arguments})


def test_the_command_prints_a_table_writes_json_and_draws(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = tmp_path / "race.png"
    line = ["race", ROSENBROCK, "--start", "x=-1.2,y=1", "--methods", "gd,momentum,adam,newton",
            "--max-steps", "60", "--plot", str(picture)]  # fmt: skip

    assert main(line) == 0
    shown = capsys.readouterr().out
    assert shown.splitlines()[2].split()[0] == "newton"
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert main([*line, "--json", "--option", "rate=0.002", "--seconds", "20"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["runs"][0]["name"] == "newton"
    assert told["plot"] == {"kind": "Race", "path": str(picture)}
    assert main([*line[:-1], str(tmp_path / "race.bmp")]) == 2
    assert main(["minimize", ROSENBROCK, "--start", START, "--plot", str(tmp_path / "m.svg")]) == 0
    assert (tmp_path / "m.svg").read_bytes().startswith(b"<?xml")


def test_who_finds_a_fall_without_limit_is_ranked_before_local_minima() -> None:
    race = sc.race("x^3 - 3*x", {"x": -1.5}, methods=["newton", "gradient_descent"])

    assert race.runs[race.ranking[0]].outcome is Outcome.UNBOUNDED
