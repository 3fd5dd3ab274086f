"""The range test: its curve, the steepest fall, what it says, its picture and its command."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import symcalc as sc
from symcalc.cli.main import main
from symcalc.errors import ArgumentError

RNG = np.random.default_rng(2)
X = RNG.normal(size=(600, 3)) * [1.0, 2.0, 0.5]
Y = X @ [1.0, -1.0, 2.0] + 0.1 * RNG.normal(size=600)
LOSS = "mean((X@w - y)**2)"
DATA = {"X": X, "y": Y}


def loss(w: np.ndarray) -> float:
    return float(np.mean((X @ w - Y) ** 2))


def test_the_curve_is_that_of_steps_at_growing_rates():
    found = sc.find_rate(LOSS, "w=zeros", data=DATA, batch_size=600, shuffle="none", n_rates=30,
                         lowest=1e-4, highest=1.0)  # fmt: skip
    w, expected = np.zeros(3), []
    for rate in np.geomspace(1e-4, 1.0, 30)[: len(found.rates)]:
        w = w - rate * 2.0 * X.T @ (X @ w - Y) / 600
        expected.append(loss(w))

    assert found.start_value == pytest.approx(loss(np.zeros(3)))
    assert found.values == pytest.approx(expected, rel=1e-9)
    assert found.rates == pytest.approx(np.geomspace(1e-4, 1.0, 30)[: len(found.rates)])


def test_the_rate_is_where_the_smoothed_curve_falls_most_and_descends_from_there():
    found = sc.find_rate(LOSS, "w=zeros", data=DATA, batch_size=32)
    falls = np.diff(np.concatenate([[found.start_value], found.smoothed]))
    best = sc.minimize(LOSS, "w=zeros", data=DATA, method="sgd", batch_size=32, rate=found.rate)
    curvature = np.linalg.eigvalsh(2.0 * X.T @ X / 600)[-1]

    assert found.rate == found.rates[np.argmin(falls)]
    assert 0.01 / curvature < found.rate < 2.0 / curvature
    assert found.values[-1] > found.start_value
    assert best.fun < 0.05 * found.start_value


@pytest.mark.parametrize("method", ["momentum", "adam", "lion", "adagrad"])
def test_every_rule_has_a_rate_that_descends(method):
    found = sc.find_rate(LOSS, "w=zeros", data=DATA, method=method, batch_size=32)
    best = sc.minimize(LOSS, "w=zeros", data=DATA, method=method, batch_size=32, rate=found.rate)

    assert best.fun < 0.2 * found.start_value


def test_a_start_at_the_minimum_has_no_rate_and_the_result_says_so():
    w = np.array([1.0, -1.0, 2.0])
    found = sc.find_rate(LOSS, {"w": w}, data={"X": X, "y": X @ w}, batch_size=32)

    assert found.rate is None
    assert "The value falls at no rate between" in found.notes[0]
    assert "no rate for sgd" in repr(found)


def test_a_range_that_ends_too_early_is_told():
    found = sc.find_rate(LOSS, "w=zeros", data=DATA, lowest=1e-6, highest=1e-5)

    assert "falls still at the greatest rate tried" in found.notes[1]


def test_the_same_seed_gives_the_same_bits():
    first, again, other = (
        sc.find_rate(LOSS, "w=zeros", data=DATA, batch_size=32, seed=seed) for seed in (1, 1, 2)
    )

    assert first.values.tobytes() == again.values.tobytes()
    assert first.values.tobytes() != other.values.tobytes()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"data": None}, "give `data`"),
        ({"method": "svrg"}, "test 'sgd'"),
        ({"method": "newton"}, "does not run on batches"),
        ({"rate": 0.1}, "`rate` has no meaning in a range test"),
        ({"passes": 3}, "`passes` has no meaning"),
        ({"n_rates": 1}, "at least 2"),
        ({"lowest": -1.0}, "`lowest` is -1.0"),
        ({"lowest": 2.0, "highest": 1.0}, "the first is the smaller"),
        ({"batch_size": 601}, "the data have 600 rows"),
        ({"beta1": 0.5}, "has no option `beta1`"),
    ],
)
def test_arguments_are_checked_at_the_door(options, message):
    with pytest.raises(ArgumentError) as caught:
        sc.find_rate(LOSS, "w=zeros", **{"data": DATA} | options)

    assert message in str(caught.value)


def test_the_picture_has_the_curve_and_marks_the_rate(tmp_path: Path):
    pytest.importorskip("matplotlib")
    found = sc.find_rate(LOSS, "w=zeros", data=DATA, batch_size=32)
    (axes,) = sc.plot(found).figure.axes
    drawn = {str(line.get_label()): line for line in axes.get_lines()}

    assert drawn["after each step"].get_ydata() == pytest.approx(found.values)
    assert drawn["smoothed"].get_xdata() == pytest.approx(found.rates)
    assert drawn[f"steepest fall, {found.rate:.3g}"].get_xdata()[0] == found.rate
    assert axes.get_xscale() == "log"
    assert sc.plot(found, tmp_path / "rates.png").path.stat().st_size > 5000


def test_the_command_tells_the_rate_as_text_and_as_json(tmp_path: Path, capsys):
    np.savez(tmp_path / "d.npz", **DATA)
    words = ["find-rate", LOSS, "--data", str(tmp_path / "d.npz"), "--start", "w=zeros",
             "--option", "batch_size=32"]  # fmt: skip
    assert main(words) == 0
    text = capsys.readouterr().out
    assert main([*words, "--json"]) == 0
    data = json.loads(capsys.readouterr().out)

    assert f"rate {data['rate']:.3g}" in text
    assert len(data["rates"]) == len(data["values"])


def test_data_too_large_for_squares_are_told_and_large_ones_have_a_rate() -> None:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((50, 2))

    def search(size: float) -> sc.RateSearch:
        data = {"X": size * x, "y": size * x @ np.ones(2)}
        return sc.find_rate("mean((X@w - y)^2)", {"w": np.zeros(2)}, data=data)

    assert search(1e200).rate is None
    assert "inf at the start" in search(1e200).notes[0]
    assert search(1e150).rate == pytest.approx(search(1.0).rate * 1e-300, rel=1e-6)
