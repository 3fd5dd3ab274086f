"""Long runs: resumed to the same bits, refused for another run, watched, stopped, never lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from problems import PROBLEMS

import symcalc as sc
from symcalc.cli.main import main
from symcalc.errors import ArgumentError, UserFunctionError
from symcalc.optimize import METHODS, Objective, minimize_objective
from symcalc.optimize.checkpoint import read_checkpoint
from symcalc.optimize.evaluator import Evaluator
from symcalc.optimize.keeping import Keeping
from symcalc.optimize.methods import OnTheLoop
from symcalc.optimize.methods.stochastic_methods import BATCH_METHODS
from symcalc.optimize.packing import pack, read_only, unpack
from symcalc.optimize.progress import forecast
from symcalc.outcome import Outcome

ROSENBROCK = "100*(y - x^2)^2 + (1 - x)^2"
CHAIN = "sum(100*(w[1:] - w[:-1]**2)**2 + (1 - w[:-1])**2)"
START = "x=-1.2, y=1"


def own_methods() -> list[str]:
    """Return the methods whose solver is a stepper on the loop."""
    found = []
    for name, row in METHODS.items():
        made = row.make({})
        if isinstance(made, OnTheLoop):
            found.append(name)
    return found


OWN = own_methods()


def same_bits(one: sc.Optimum, other: sc.Optimum) -> None:
    """Demand that two runs differ in nothing but their seconds and what they say of a file."""
    for name in ("step", "value", "gradient_norm", "step_length", "n_evaluations"):
        assert np.array_equal(
            getattr(one.trace, name), getattr(other.trace, name), equal_nan=True
        ), name
    assert (one.trace.points is None) == (other.trace.points is None)
    if one.trace.points is not None and other.trace.points is not None:
        assert np.array_equal(one.trace.points, other.trace.points)
    assert np.array_equal(one.vector, other.vector)
    assert (one.fun, one.outcome, one.n_steps) == (other.fun, other.outcome, other.n_steps)
    assert one.n_evaluations == other.n_evaluations
    assert (one.n_gradients, one.n_hessians) == (other.n_gradients, other.n_hessians)


def test_the_table_has_methods_of_our_own() -> None:
    assert {"gradient_descent", "adam", "trust_region", "levenberg_marquardt", "pattern_search",
            "limited_memory", "newton", "coordinate_descent"} <= set(OWN)  # fmt: skip
    assert {"BFGS", "L-BFGS-B", "lm"}.isdisjoint(OWN)


@pytest.mark.parametrize("method", OWN)
def test_a_run_that_was_stopped_ends_at_the_same_bits_as_one_that_was_not(
    method: str, tmp_path: Path
) -> None:
    quadratic = "(x - 1)^2 + 4*(y + x)^2"
    formula = quadratic if METHODS[method].needs == "quadratic" else ROSENBROCK
    whole = sc.minimize(formula, START, method=method, max_steps=60)
    path = tmp_path / "run.npz"
    for k in (1, 2, 7):
        sc.minimize(formula, START, method=method, max_steps=60, checkpoint=path,
                    callback=lambda state, k=k: state.step == k)  # fmt: skip
    parted = sc.minimize(formula, START, method=method, max_steps=60, checkpoint=path)

    assert any("Resumed from" in sentence for sentence in parted.diagnosis)
    same_bits(whole, parted)


@pytest.mark.parametrize("method", OWN)
def test_a_step_that_was_cut_in_the_middle_is_taken_again(method: str, tmp_path: Path) -> None:
    problem = PROBLEMS[1]  # a sum of squares
    arguments: dict[str, Any] = {"method": method, "max_steps": 40}
    if METHODS[method].needs == "quadratic":
        pytest.skip("one step is all it takes")
    whole = minimize_objective(problem.objective, problem.start, problem.names, **arguments)
    keeping = Keeping(tmp_path / "run.npz")
    for count in (3, 5, 11, 18, 30):
        minimize_objective(problem.objective, problem.start, problem.names, **arguments,
                           keeping=keeping, max_evaluations=count)  # fmt: skip
    parted = minimize_objective(
        problem.objective, problem.start, problem.names, **arguments, keeping=keeping
    )

    same_bits(whole, parted)


@pytest.mark.parametrize("method", ["limited_memory", "adam", "truncated_newton", "momentum"])
def test_arrays_of_variables_and_data_are_resumed_too(method: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    data = {"X": rng.normal(size=(40, 5)), "y": rng.normal(size=40)}
    loss = "mean(log(1 + exp(-y*(X@w)))) + 0.01*sum(w**2)"
    arguments: dict[str, Any] = {"data": data, "method": method, "max_steps": 50}
    whole = sc.minimize(loss, "w=zeros", **arguments)
    path = tmp_path / "run.npz"
    sc.minimize(loss, "w=zeros", **{**arguments, "max_steps": 4}, checkpoint=path)
    parted = sc.minimize(loss, "w=zeros", **arguments, checkpoint=path)

    same_bits(whole, parted)
    changed = {**data, "y": data["y"] + 1.0}
    with pytest.raises(ArgumentError, match="of another run: its data is `sha256"):
        sc.minimize(loss, "w=zeros", **{**arguments, "data": changed}, checkpoint=path)


@pytest.mark.parametrize("method", BATCH_METHODS)
@pytest.mark.parametrize("shuffle", ["rows", "blocks"])
def test_batches_are_resumed_within_a_pass(method: str, shuffle: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    data = {"X": rng.normal(size=(103, 3)), "y": rng.normal(size=103)}
    arguments: dict[str, Any] = {
        "data": data, "method": method, "batch_size": 10, "passes": 5, "record_every": 7,
        "shuffle": shuffle, "averaging": "tail", "seed": 4,
    }  # fmt: skip
    loss = "mean((X@w - y)**2)/2"
    whole = sc.minimize(loss, "w=zeros", **arguments)
    path = tmp_path / "run.npz"
    for k in (1, 4):
        sc.minimize(loss, "w=zeros", **arguments, checkpoint=path,
                    callback=lambda state, k=k: state.step == k)  # fmt: skip
    parted = sc.minimize(loss, "w=zeros", **arguments, checkpoint=path)

    assert whole.n_steps == 8
    same_bits(whole, parted)
    more = {**data, "y": data["y"][::-1]}
    with pytest.raises(ArgumentError, match="its data is"):
        sc.minimize(loss, "w=zeros", **{**arguments, "data": more}, checkpoint=path)


def test_a_pass_that_the_time_cut_short_is_gone_through_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(6)
    arguments: dict[str, Any] = {
        "data": {"X": rng.normal(size=(90, 2)), "y": rng.normal(size=90)}, "method": "saga",
        "batch_size": 10, "passes": 6,
    }  # fmt: skip
    loss = "mean((X@w - y)**2)"
    whole = sc.minimize(loss, "w=zeros", **arguments)
    path, asked = tmp_path / "run.npz", 0

    def is_late(_: Any) -> bool:
        nonlocal asked
        asked += 1
        return asked > 30

    with monkeypatch.context() as patched:
        patched.setattr(Evaluator, "is_late", property(is_late))
        cut = sc.minimize(loss, "w=zeros", **arguments, checkpoint=path)
    parted = sc.minimize(loss, "w=zeros", **arguments, checkpoint=path)

    assert cut.outcome is Outcome.TIME_LIMIT
    assert read_checkpoint(path).n_steps == parted.n_steps > cut.n_steps - 1 > 0
    same_bits(whole, parted)


@pytest.mark.parametrize("method", ["fista", "ista"])
def test_exact_zeros_are_resumed_too(method: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(8)
    X = rng.normal(size=(40, 6))
    arguments: dict[str, Any] = {
        "data": {"X": X, "y": X[:, 0] - 2.0 * X[:, 4] + 0.1 * rng.normal(size=40)},
        "method": method,
    }  # fmt: skip
    loss = "mean((X@w - y)**2)/2 + 0.1*sum(abs(w))"
    whole = sc.minimize(loss, "w=zeros", **arguments)
    path = tmp_path / "run.npz"
    for k in (1, 5):
        sc.minimize(loss, "w=zeros", max_steps=k, checkpoint=path, **arguments)
    parted = sc.minimize(loss, "w=zeros", checkpoint=path, **arguments)

    assert np.count_nonzero(whole.vector) == 2
    assert whole.n_steps > 5
    same_bits(whole, parted)


def test_the_augmented_lagrangian_is_resumed_too(tmp_path: Path) -> None:
    arguments: dict[str, Any] = {
        "constraints": ["x^2 + y^2 <= 1", "x + y == 0.5"], "method": "augmented_lagrangian",
    }  # fmt: skip
    whole = sc.minimize(ROSENBROCK, START, **arguments)
    path = tmp_path / "run.npz"
    for k in (2, 5):
        sc.minimize(ROSENBROCK, START, **arguments, max_steps=k, checkpoint=path)
    parted = sc.minimize(ROSENBROCK, START, **arguments, checkpoint=path)

    assert whole.n_steps > 5
    same_bits(whole, parted)


def test_a_process_that_is_killed_loses_no_more_than_the_step_under_way(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    code = (
        "import sys, time, symcalc as sc\n"
        f"sc.minimize({ROSENBROCK!r}, {START!r}, method='adam', rate=0.05, max_steps=400,\n"
        "    checkpoint=sys.argv[1], checkpoint_every=0,\n"
        "    callback=lambda state: print(state.step, flush=True) or time.sleep(0.002))\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if int(line) == 20:
                os.kill(process.pid, signal.SIGKILL)
                break
    at_kill = read_checkpoint(path).n_steps
    arguments: dict[str, Any] = {"method": "adam", "rate": 0.05, "max_steps": 400}
    parted = sc.minimize(ROSENBROCK, START, **arguments, checkpoint=path)

    assert 20 <= at_kill < 400
    same_bits(sc.minimize(ROSENBROCK, START, **arguments), parted)


def test_a_run_that_has_ended_is_told_so_and_a_higher_limit_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    arguments: dict[str, Any] = {"method": "newton", "checkpoint": path}
    first = sc.minimize(ROSENBROCK, START, **arguments)
    again = sc.minimize(ROSENBROCK, START, **arguments)
    closer = sc.minimize(ROSENBROCK, START, tolerance=1e-14, **arguments)

    assert again.n_steps == first.n_steps
    assert np.array_equal(again.vector, first.vector)
    assert "the run had ended: no step was added; resume=False starts over." in again.diagnosis[-1]
    assert again.outcome is Outcome.CONVERGED_GRADIENT
    assert closer.n_steps >= first.n_steps
    fresh = sc.minimize(ROSENBROCK, START, resume=False, max_steps=2, **arguments)
    assert fresh.n_steps == 2
    assert not any("Resumed" in sentence for sentence in fresh.diagnosis)
    assert read_checkpoint(path).n_steps == 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"objective": "x^2 + y^4"}, r"its objective is `.*`, here it is `x\*\*2 \+ y\*\*4`"),
        ({"start": "x=-1.2, y=2"}, r"its start is \[-1.2 1. \], here it is \[-1.2 2. \]"),
        ({"method": "momentum"}, "its method is `adam`, here it is `momentum`"),
        ({"rate": 0.2}, "its options are `rate=0.1`, here they are `rate=0.2`"),
        ({"bounds": {"x": (0, 1)}}, "cannot keep to bounds"),
        ({"start": "y=1, x=-1.2"}, "its variables"),
        ({"seed": 3}, "its seed is 0, here it is 3"),
    ],
)
def test_another_run_is_refused_with_what_differs(
    change: dict[str, Any], message: str, tmp_path: Path
) -> None:
    arguments: dict[str, Any] = {
        "objective": ROSENBROCK, "start": START, "method": "adam", "rate": 0.1, "max_steps": 3,
        "checkpoint": tmp_path / "run.npz",
    }  # fmt: skip
    sc.minimize(**arguments)
    before = (tmp_path / "run.npz").read_bytes()
    if change.get("method") == "momentum":
        del arguments["rate"]
    with pytest.raises(ArgumentError, match=message):
        sc.minimize(**{**arguments, **change})
    assert (tmp_path / "run.npz").read_bytes() == before


def test_another_objective_behind_the_same_call_is_seen_by_its_value(tmp_path: Path) -> None:
    keeping = Keeping(tmp_path / "run.npz")

    def run(factor: float) -> Any:
        objective = Objective(
            lambda x: factor * float(x @ x), lambda x: (factor * float(x @ x), 2 * factor * x)
        )
        return minimize_objective(objective, [1.0, 2.0], ["a", "b"], method="gd", max_steps=2,
                                  options={"rate": 0.01}, keeping=keeping)  # fmt: skip

    run(1.0)
    with pytest.raises(ArgumentError, match=r"at the start its objective was 5.0, here it is 10.0"):
        run(2.0)


@pytest.mark.parametrize("method", ["L-BFGS-B", "Nelder-Mead", "lm", "SLSQP", "trust-constr"])
def test_a_method_of_scipy_refuses_a_checkpoint_at_the_door(method: str, tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    with pytest.raises(ArgumentError, match="runs inside SciPy"):
        sc.minimize(ROSENBROCK, START, method=method, checkpoint=path)
    assert not path.exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"checkpoint": "run.txt"}, "must end in .npz"),
        ({"checkpoint": "no/run.npz"}, "There is no folder 'no'"),
        ({"checkpoint": 7}, "`checkpoint` is 7"),
        ({"checkpoint": "run.npz", "checkpoint_every": -1}, "a number of seconds"),
        ({"checkpoint": "run.npz", "checkpoint_every": float("nan")}, "a number of seconds"),
        ({"checkpoint": "run.npz", "resume": "yes"}, "True or False"),
        ({"checkpoint_every": 5}, "`checkpoint_every` is given without `checkpoint`"),
        ({"resume": False}, "`resume` is given without `checkpoint`"),
    ],
)
def test_what_is_said_of_a_checkpoint_is_checked_at_the_door(
    arguments: dict[str, Any], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ArgumentError, match=message):
        sc.minimize(ROSENBROCK, START, method="newton", **arguments)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("resume", [True, False])
def test_a_file_that_is_no_checkpoint_is_never_replaced(resume: bool, tmp_path: Path) -> None:
    path = tmp_path / "data.npz"
    np.savez(path, x=np.arange(3.0))
    pickled = tmp_path / "pickled.npz"
    np.savez(pickled, state=np.array([{"what": "symcalc checkpoint"}], dtype=object))
    short = tmp_path / "short.npz"
    short.write_bytes(path.read_bytes()[:100])
    for file in (path, pickled, short):
        before = file.read_bytes()
        with pytest.raises(ArgumentError, match="no checkpoint that can be read"):
            sc.minimize(ROSENBROCK, START, method="newton", checkpoint=file, resume=resume)
        assert file.read_bytes() == before


def test_a_checkpoint_that_cannot_be_written_does_not_end_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("symcalc.optimize.keeping.write_checkpoint", full)
    best = sc.minimize(ROSENBROCK, START, method="newton", checkpoint=tmp_path / "run.npz")

    assert best.converged
    assert "could not be written: No space left on device." in best.diagnosis[-1]


def test_another_version_or_machine_is_told(tmp_path: Path, monkeypatch: Any) -> None:
    arguments: dict[str, Any] = {"method": "newton", "checkpoint": tmp_path / "run.npz"}
    sc.minimize(ROSENBROCK, START, max_steps=3, **arguments)
    monkeypatch.setattr("symcalc.optimize.checkpoint.np.__version__", "0.1")
    best = sc.minimize(ROSENBROCK, START, **arguments)

    assert any("and is 0.1: the last bits may differ" in said for said in best.diagnosis)


def test_limits_on_steps_and_evaluations_count_what_came_before(tmp_path: Path) -> None:
    arguments: dict[str, Any] = {"method": "adam", "rate": 0.01, "checkpoint": tmp_path / "r.npz"}
    sc.minimize(ROSENBROCK, START, max_steps=30, **arguments)
    best = sc.minimize(ROSENBROCK, START, max_steps=20, **arguments)
    more = sc.minimize(ROSENBROCK, START, max_steps=35, **arguments)

    assert (best.outcome, best.n_steps) == (Outcome.MAX_STEPS, 30)
    assert (more.outcome, more.n_steps) == (Outcome.MAX_STEPS, 35)


# -- plain data ---------------------------------------------------------------------------------


def test_plain_data_is_read_back_with_its_types_and_bits() -> None:
    tree = {
        "none": None, "yes": True, "big": 2**100, "tenth": 0.1, "nan": float("nan"),
        "minus": -0.0, "inf": float("-inf"), "words": ("a", ["b", {"c": 1.5}]),
        "scalar": np.float64(0.3), "count": np.int64(3), "columns": np.asfortranarray(np.eye(3)),
        "empty": np.zeros((0, 4)), "mask": np.array([True, False]),
    }  # fmt: skip
    arrays: list[Any] = []
    text = json.dumps(pack(tree, arrays))
    back = unpack(json.loads(text), arrays)

    assert repr(back) == repr(tree)
    assert type(back["scalar"]) is np.float64
    assert back["columns"].flags.f_contiguous
    assert np.signbit(back["minus"])
    for bad in (object(), {1, 2}, {1: 2}, np.array([object()]), lambda: 0):
        with pytest.raises(TypeError, match="is no plain data"):
            pack({"x": [bad]}, [])


@pytest.mark.parametrize("method", OWN)
def test_what_a_method_remembers_is_plain_data_and_a_callback_cannot_change_it(
    method: str,
) -> None:
    seen: list[Any] = []
    quadratic = "(x - 1)^2 + 4*(y + x)^2"
    formula = quadratic if METHODS[method].needs == "quadratic" else ROSENBROCK
    sc.minimize(formula, START, method=method, max_steps=3, callback=seen.append)

    for state in seen:
        pack(state.memory, [])
        assert state.method == method
        assert state.best_value <= state.value
        assert state.n_gradients <= state.n_evaluations or METHODS[method].needs == "residuals"
        if state.gradient is not None:
            assert np.abs(state.gradient).max() == state.gradient_norm
    frozen = read_only({"a": [np.zeros(2)]})
    with pytest.raises(ValueError, match="read-only"):
        frozen["a"][0][0] = 1.0


# -- the end of a run that was not planned --------------------------------------------------------


def test_a_failure_in_a_callback_says_where_and_the_run_can_go_on(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"

    def fail(state: sc.StepState) -> None:
        if state.step == 5:
            raise OSError("no more paper")

    with pytest.raises(UserFunctionError, match=r"raised OSError \(step 5\): no more paper"):
        sc.minimize(ROSENBROCK, START, method="newton", callback=fail, checkpoint=path)
    parted = sc.minimize(ROSENBROCK, START, method="newton", checkpoint=path)

    same_bits(sc.minimize(ROSENBROCK, START, method="newton"), parted)


def test_an_interrupt_while_the_end_is_judged_returns_the_best_point() -> None:
    calls = 0

    def hessian(x: Any) -> Any:
        nonlocal calls
        calls += 1
        raise KeyboardInterrupt

    objective = Objective(lambda x: float(x @ x), lambda x: (float(x @ x), 2.0 * x), hessian)
    best = minimize_objective(objective, [1.0, 2.0], ["a", "b"], method="gradient_descent")

    assert calls == 1
    assert best.fun == pytest.approx(0.0, abs=1e-12)
    assert best.outcome is Outcome.INTERRUPTED
    assert best.diagnosis == ("The judgement of the end was interrupted.",)


def test_a_budget_of_time_returns_the_best_point_of_a_formula() -> None:
    best = sc.minimize(ROSENBROCK, START, method="adam", rate=1e-6, max_steps=10**7,
                       limits=sc.Limits(seconds=0.3))  # fmt: skip

    assert best.outcome is Outcome.TIME_LIMIT
    assert best.fun <= best.trace.value.min()


# -- the bar --------------------------------------------------------------------------------------


def linear(n: int, rate: float = 0.9, pace: float = 0.5) -> list[tuple[float, ...]]:
    return [(k, 1.0, rate**k, 0.1, k, pace * k) for k in range(n)]


def test_the_time_left_follows_the_rate_of_convergence() -> None:
    # 0.9**k reaches 1e-8 at k = 174.8; after step 99 that is 75.8 steps of half a second
    left = forecast(linear(100), 1e-8, 10_000)

    assert left is not None
    assert left.end == "tolerance"
    assert left.seconds == pytest.approx(0.5 * 75.8, rel=0.01)
    assert str(left) == "about 0:38 left, to the tolerance (estimate)"


def test_a_few_quick_steps_do_not_move_the_time_left() -> None:
    times = np.cumsum(np.where(np.arange(4000) % 100 == 99, 0.01, 0.0001))  # a pause at times
    rows = [(k, 1.0, 1.0, 0.1, k, float(t)) for k, t in enumerate(times)]
    left = [forecast(rows[:n], 1e-8, 10_000).seconds for n in range(3900, 4000)]

    assert max(left) < 1.1 * min(left)


def test_the_time_left_is_that_to_the_nearest_limit() -> None:
    steps = forecast(linear(100), 1e-8, 120)
    assert (steps.end, steps.seconds) == ("limit on steps", pytest.approx(0.5 * 21))
    budget = forecast(linear(100), 1e-8, 10_000, 4.0)
    assert (budget.end, budget.seconds) == ("limit on time", 4.0)
    rising = forecast(linear(100, rate=1.01), 1e-8, 20_000)
    assert rising.end == "limit on steps"
    assert str(rising) == "about 2:45:50 left, to the limit on steps (estimate)"
    without = [(k, 1.0, float("nan"), 0.1, k, 0.5 * k) for k in range(100)]
    assert forecast(without, 1e-8, 200).end == "limit on steps"
    assert forecast(linear(2), 1e-8, 200) is None


def test_the_bar_shows_value_norm_and_time_left(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from symcalc.optimize.progress import ProgressBar

    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    bar = ProgressBar(10_000)
    rows = [(k, 3.25, 0.9**k, 0.1, k, 0.5 * k) for k in range(100)]
    bar.update(rows[:1], 1e-8)
    assert capsys.readouterr().err == ""
    bar.update(rows, 1e-8)
    bar.close()
    shown = capsys.readouterr().err
    assert "step 99" in shown
    assert "value 3.25" in shown
    assert "about 0:38 left, to the tolerance (estimate)" in shown


# -- the command ----------------------------------------------------------------------------------


def test_the_command_keeps_a_run_and_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "run.npz"
    line = ["minimize", ROSENBROCK, "--start", START, "--method", "newton", "--checkpoint",
            str(path), "--json"]  # fmt: skip

    assert main([*line, "--max-steps", "3"]) == 1
    capsys.readouterr()
    assert main(line) == 0
    told = json.loads(capsys.readouterr().out)
    assert "after 3 steps." in told["diagnosis"][-1]
    assert main([*line, "--fresh", "--max-steps", "2"]) == 1
    assert json.loads(capsys.readouterr().out)["n_steps"] == 2
    assert main([*line[:5], "adam", *line[6:]]) == 2
    assert "is of another run: its method is `newton`, here it is `adam`" in capsys.readouterr().err
    slow = ["minimize", ROSENBROCK, "--start", START, "--method", "adam", "--option", "rate=1e-9"]
    assert main([*slow, "--max-steps", "100000000", "--seconds", "0.2"]) == 1
    assert "the time given was used up" in capsys.readouterr().out
