"""Batches of rows: unbiased, each row once a pass, to known minima, resumable, constant memory."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import symcalc as sc
from symcalc.calculus.batches import RowProblem, read_row_problem
from symcalc.calculus.data import load_data
from symcalc.cli.main import main
from symcalc.errors import ArgumentError, DataError
from symcalc.optimize.batches import Batches, RowData
from symcalc.optimize.evaluator import Evaluator
from symcalc.optimize.methods import choose_batch_method
from symcalc.optimize.methods.stochastic_methods import BATCH_METHODS

RNG = np.random.default_rng(5)
X = RNG.normal(size=(103, 4))
TRUTH = np.array([1.0, -2.0, 0.5, 3.0])
Y = X @ TRUTH + 0.1 * RNG.normal(size=103)
LABELS = np.sign(X @ TRUTH + RNG.normal(size=103))
LINE = {"X": X, "y": Y}
W = {"w": np.array([0.3, -0.2, 0.1, 0.7])}

#: Losses with their data, start, and shapes.
LOSSES = {
    "mean of squares": ("mean((X@w - y)**2)", LINE, W),
    "sum of squares over the number of rows": ("sum((X@w - y)**2)/(2*m)", LINE, W),
    "sum": ("sum((X@w - y)**2)", LINE, W),
    "penalty that knows the number of rows": (
        "mean((X@w - y)**2) + 3*sum(w**2)/(2*m)", LINE, W),
    "logistic": ("mean(log(1 + exp(-y*(X@w)))) + 0.1*norm2(w)",
                 {"X": X, "y": LABELS}, W),
    "number for each row": ("sum((X@w + b - y)**2)/m + b^2", LINE, {**W, "b": 0.4}),
    "rows along the second axis": ("mean((w@Z - y)**2)", {"Z": X.T.copy(), "y": Y}, W),
    "columns": ("mean((a*u + b - v)^2)", {"u": X[:, 0], "v": Y}, {"a": 0.3, "b": -1.0}),
    "columns and lengths": ("sum(abs(a*u - v)) + a^2", {"u": X[:, 0], "v": Y}, {"a": 0.3}),
    "network": ("mean((tanh(X@U + c)@v - y)**2)", LINE,
                {"U": RNG.normal(size=(4, 3)), "c": np.zeros(3), "v": np.ones(3)}),
    "totals that are vectors": ("(2*X.T@(X@w - y)/m)@w", LINE, W),
    "data without rows": ("mean((X@w - y)**2) + w@A@w", {**LINE, "A": np.eye(4)}, W),
}  # fmt: skip


def problem_of(name: str, seed: int = 0) -> tuple[RowProblem, np.ndarray]:
    """Return a loss as what its rows say of it, and its start."""
    text, data, start = LOSSES[name]
    problem = read_row_problem(text, start, load_data(data), seed=seed)
    return problem, problem.formula.vector


def whole_gradient(name: str) -> tuple[float, np.ndarray]:
    """Return value and gradient of a loss over all rows at once, compiled as it stands."""
    text, data, start = LOSSES[name]
    x0 = np.concatenate([np.ravel(value) for value in start.values()]).astype(float)
    seen: list[tuple[float, float]] = []
    best = sc.minimize(text, start, data=data, method="gd", rate=1e-300, max_steps=1)
    seen.append((best.trace.value[0], best.trace.gradient_norm[0]))
    shapes = {v.name: v.shape for v in problem_of(name)[0].formula.expression.variables}
    f = sc.compile(text, order=1, wrt=list(start), shapes={n: s for n, s in shapes.items() if s})
    value, gradient = f.value_and_gradient(**start, **data)
    parts = gradient.values() if isinstance(gradient, dict) else [gradient]
    flat = np.concatenate([np.ravel(part) for part in parts])
    assert seen[0] == pytest.approx((value, np.abs(flat).max()))
    assert x0.size == flat.size
    return float(value), flat


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("size", [10, 50, 103])
def test_gradients_of_a_pass_average_to_that_of_all_rows(name, size):
    problem, x = problem_of(name)
    rows = problem.rows
    batches = Batches(rows.data, size, 1, "rows")
    n_rows = rows.data.n_rows
    value, gradient = 0.0, np.zeros(x.size)
    for batch in batches.run(0):
        part, slope = rows.value_and_gradient(x, batch.rows, batch.n_rows)
        value += batch.n_rows / n_rows * part
        gradient += batch.n_rows / n_rows * slope

    expected, slopes = whole_gradient(name)
    assert value == pytest.approx(expected, rel=1e-12)
    assert gradient == pytest.approx(slopes, rel=1e-11, abs=1e-12)


@pytest.mark.parametrize("name", LOSSES)
def test_pieces_of_all_rows_make_the_whole_objective(name, monkeypatch):
    monkeypatch.setattr("symcalc.optimize.batches.PIECE_BYTES", 1000)
    problem, x = problem_of(name)
    whole = problem.rows.whole(forms_hessian=True)
    assert len(list(problem.rows.data.pieces(1000))) > 1
    value, gradient = whole.value_and_gradient(x)
    expected, slopes = whole_gradient(name)
    assert (value, whole.value(x)) == pytest.approx((expected, expected), rel=1e-12)
    assert gradient == pytest.approx(slopes, rel=1e-11, abs=1e-12)

    direction = np.cos(np.arange(x.size))
    h = 1e-6
    ahead, behind = (whole.value_and_gradient(x + s * h * direction)[1] for s in (1, -1))
    product = whole.hessian_product(x, direction)
    assert product == pytest.approx((ahead - behind) / (2 * h), rel=1e-4, abs=1e-4)
    assert whole.hessian(x) @ direction == pytest.approx(product, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("order", ["rows", "blocks", "none"])
@pytest.mark.parametrize(("n_rows", "size"), [(7, 3), (1000, 64), (300_000, 1000), (5, 5)])
def test_a_pass_has_every_row_once_and_goes_on_from_any_batch(order, n_rows, size):
    numbers = np.arange(float(n_rows))
    data = RowData((np.stack([numbers, numbers], axis=1), numbers), (0, 0), n_rows)
    batches = Batches(data, size, 3, order)
    for number in (0, 1):
        passed = [(b.n_rows, b.rows[1].copy(), b.rows[0].copy()) for b in batches.run(number)]
        order_of_rows = np.concatenate([rows for _, rows, _ in passed])
        half = len(batches) // 2
        rest = np.concatenate([b.rows[1].copy() for b in batches.run(number, half)])
        fixed = np.concatenate([b.rows[1] for b in batches.fixed(number)])

        assert [n for n, *_ in passed[:-1]] == [size] * (len(batches) - 1)
        assert passed[-1][0] == n_rows - size * (len(batches) - 1)
        assert (np.sort(order_of_rows) == numbers).all()
        assert all((matrix[:, 0] == rows).all() for _, rows, matrix in passed)
        assert (rest == order_of_rows[half * size :]).all()
        assert (np.sort(fixed) == numbers).all()


def test_passes_differ_in_their_order_and_seeds_too():
    numbers = np.arange(500.0)
    data = RowData((numbers,), (0,), 500)
    first, second = (
        np.concatenate([b.rows[0] for b in Batches(data, 50, 0, "rows").run(n)]) for n in (0, 1)
    )
    other = np.concatenate([b.rows[0] for b in Batches(data, 50, 1, "rows").run(0)])

    assert not (first == second).all()
    assert not (first == other).all()


@pytest.mark.parametrize("method", ["svrg", "saga"])
@pytest.mark.parametrize("size", [1, 16, 103])
def test_variance_reduction_meets_least_squares_in_closed_form(method, size):
    best = sc.minimize("mean((X@w - y)**2)", "w=zeros", data=LINE, method=method, batch_size=size,
                       passes=300)  # fmt: skip
    expected = np.linalg.lstsq(X, Y, rcond=None)[0]

    assert best.converged
    assert best.x["w"] == pytest.approx(expected, abs=1e-7)


def test_logistic_regression_agrees_with_scikit_learn():
    from sklearn.datasets import load_breast_cancer
    from sklearn.linear_model import LogisticRegression

    table = load_breast_cancer(return_X_y=True)
    Z = (table[0] - table[0].mean(0)) / table[0].std(0)
    y = 2.0 * table[1] - 1.0
    rival = LogisticRegression(C=0.01, fit_intercept=False, tol=1e-10, max_iter=2000).fit(Z, y)
    best = sc.minimize("mean(log(1 + exp(-y*(Z@w)))) + 100*sum(w**2)/(2*m)", "w=zeros",
                       data={"Z": Z, "y": y}, method="saga", batch_size=16, passes=400,
                       tolerance=1e-6)  # fmt: skip

    assert best.converged
    assert best.x["w"] == pytest.approx(rival.coef_[0], abs=1e-4)


@pytest.mark.parametrize("method", [name for name in BATCH_METHODS if name != "lion"])
def test_every_method_comes_near_the_minimum_in_some_passes(method):
    rate = {"adagrad": 0.5, "rmsprop": 0.05, "adam": 0.1, "adamw": 0.1, "amsgrad": 0.1,
            "nadam": 0.1}.get(method)  # fmt: skip
    more = {} if rate is None else {"rate": rate}
    if method == "adamw":
        more["weight_decay"] = 0.0
    best = sc.minimize("mean((X@w - y)**2)", "w=zeros", data=LINE, method=method, batch_size=16,
                       passes=60, **more)  # fmt: skip
    least = sc.minimize("mean((X@w - y)**2)", "w=zeros", data=LINE)

    assert best.fun - least.fun < 2e-4 * (best.trace.value[0] - least.fun)
    assert best.trace.step[-1] == 60 or best.converged


def test_signs_come_near_with_a_rate_that_falls():
    best = sc.minimize("mean((X@w - y)**2)", "w=zeros", data=LINE, method="lion", rate=0.05,
                       batch_size=16, passes=60)  # fmt: skip

    assert best.x["w"] == pytest.approx(np.linalg.lstsq(X, Y, rcond=None)[0], abs=0.02)


def run(**options):
    return sc.minimize("mean((X@w - y)**2)", "w=zeros", data=LINE,
                       **{"method": "sgd", "batch_size": 10, "passes": 5} | options)  # fmt: skip


def test_averages_of_iterates_are_nearer_than_the_last_one():
    settings = {"rate": 0.1, "schedule": "constant", "passes": 40}
    last, polyak, tail, fading = (
        run(**settings, **more)
        for more in ({}, {"averaging": "polyak"}, {"averaging": "tail"}, {"averaging": 0.99})
    )
    least = sc.minimize("mean((X@w - y)**2)", "w=zeros", data=LINE).fun

    assert tail.trace.value[-1] - least < 0.5 * (last.trace.value[-1] - least)
    assert fading.trace.value[-1] - least < 0.5 * (last.trace.value[-1] - least)
    assert polyak.trace.value[-1] < polyak.trace.value[0]


def test_same_seed_same_bits_and_another_seed_another_path():
    first, again, other = run(seed=3), run(seed=3), run(seed=4)

    assert first.x["w"].tobytes() == again.x["w"].tobytes()
    assert (first.trace.value == again.trace.value).all()
    assert first.x["w"].tobytes() != other.x["w"].tobytes()


@pytest.mark.parametrize("method", ["sgd", "momentum", "adam"])
def test_how_often_the_whole_is_looked_at_does_not_change_the_path(method):
    by_pass = run(method=method, rate=0.01)
    by_three = run(method=method, rate=0.01, record_every=3)
    by_run = run(method=method, rate=0.01, record_every=55)

    assert [best.n_steps for best in (by_pass, by_three, by_run)] == [5, 19, 1]
    assert by_pass.trace.value[-1] == by_three.trace.value[-1] == by_run.trace.value[-1]


@pytest.mark.parametrize("method", ["sgd", "adam", "svrg", "saga"])
@pytest.mark.parametrize("averaging", [None, "tail"])
def test_point_and_memory_are_the_whole_state_of_a_run(method, averaging):
    problem, x0 = problem_of("mean of squares")
    options = {"batch_size": 10, "passes": 3, "record_every": 4, "averaging": averaging}
    solver = choose_batch_method(method).method.make(options)
    evaluator = Evaluator(problem.rows.whole(forms_hessian=False))
    point, memory = evaluator.point(x0), None
    steps = []
    for _ in range(6):
        point, memory, _ = solver.stepper.step(evaluator, point, memory)
        steps.append((point, memory))
    again = Evaluator(problem_of("mean of squares")[0].rows.whole(forms_hessian=False))
    point, memory = steps[2]
    for expected, _ in steps[3:]:
        point, memory, _ = solver.stepper.step(again, point, memory)
        assert point.x.tobytes() == expected.x.tobytes()
    assert is_plain(memory)


def is_plain(memory):
    """Whether memory is made of plain data only."""
    if isinstance(memory, (tuple, list)):
        return all(map(is_plain, memory))
    return memory is None or isinstance(memory, (bool, int, float, str, np.ndarray))


def test_data_on_disk_stay_there_and_give_the_same_bits(tmp_path):
    np.save(tmp_path / "X.npy", X)
    np.save(tmp_path / "y.npy", Y)
    data = {name: np.load(tmp_path / f"{name}.npy", mmap_mode="r") for name in ("X", "y")}
    problem = read_row_problem("mean((X@w - y)**2)", W, load_data(data))
    on_disk = sc.minimize("mean((X@w - y)**2)", "w=zeros", data=data, method="sgd", batch_size=10)
    in_memory = run(shuffle="blocks", passes=20)

    assert all(map(np.shares_memory, problem.rows.data.arrays, data.values()))
    assert problem.rows.data.is_on_disk
    assert on_disk.x["w"].tobytes() == in_memory.x["w"].tobytes()


def test_single_precision_on_disk_is_read_a_batch_at_a_time(tmp_path):
    np.save(tmp_path / "X.npy", X.astype(np.float32))
    data = {"X": np.load(tmp_path / "X.npy", mmap_mode="r"), "y": Y}
    problem = read_row_problem("mean((X@w - y)**2)", W, load_data(data))
    best = sc.minimize("mean((X@w - y)**2)", "w=zeros", data=data, method="svrg", passes=200,
                       batch_size=10)  # fmt: skip
    rounded = X.astype(np.float32).astype(float)

    assert problem.rows.data.arrays[0].dtype == np.float32
    assert best.x["w"] == pytest.approx(np.linalg.lstsq(rounded, Y, rcond=None)[0], abs=1e-7)


def test_columns_of_a_csv_file_and_arrays_of_an_archive_are_read_by_path(tmp_path):
    lines = ["u,v", *(f"{u!r},{v!r}" for u, v in zip(X[:, 0].tolist(), Y.tolist(), strict=True))]
    (tmp_path / "d.csv").write_text("\n".join(lines))
    np.savez(tmp_path / "d.npz", X=X, y=Y)
    line = sc.minimize("mean((a*u + b - v)^2)", "a=0, b=0", data=tmp_path / "d.csv", method="svrg",
                       batch_size=10, passes=300)  # fmt: skip
    plane = sc.minimize("mean((X@w - y)**2)", "w=zeros", data=tmp_path / "d.npz", method="sgd",
                        batch_size=10, passes=5)  # fmt: skip

    assert [line.x["a"], line.x["b"]] == pytest.approx(np.polyfit(X[:, 0], Y, 1), abs=1e-6)
    assert plane.x["w"].tobytes() == run().x["w"].tobytes()


def test_sparse_rows_give_what_dense_ones_do():
    from scipy.sparse import csr_array

    thin = np.where(np.abs(X) > 1.0, X, 0.0)
    dense, sparse = (
        sc.minimize("mean((X@w - y)**2)", "w=zeros", data={"X": matrix, "y": Y}, method="svrg",
                    batch_size=16, passes=300)
        for matrix in (thin, csr_array(thin))
    )  # fmt: skip

    assert sparse.converged
    assert sparse.x["w"] == pytest.approx(dense.x["w"], abs=1e-8)


def test_the_time_limit_keeps_what_a_pass_has_gained(monkeypatch):
    clock = itertools.count()
    monkeypatch.setattr("symcalc.optimize.evaluator.time.perf_counter", lambda: float(next(clock)))
    best = run(limits=sc.Limits(seconds=30), batch_size=1, passes=10)

    assert best.outcome is sc.Outcome.TIME_LIMIT
    assert best.n_steps == 1
    assert best.fun < best.trace.value[0]


def test_a_rate_that_is_too_large_is_told_with_a_smaller_one():
    best = run(rate=1e3, schedule="constant")

    assert best.outcome is sc.Outcome.DIVERGED
    assert any("fixed rate 1000 is too large; try rate=" in said for said in best.diagnosis)


def test_the_result_tells_rows_batches_and_the_rate():
    best = run()

    assert any("103 rows in batches of 10, the last of 3, 11 in a pass; rate 0." in said
               for said in best.diagnosis)  # fmt: skip
    assert any(said.endswith("; 55 steps.") for said in best.diagnosis)
    assert run(method="auto").method == "sgd"


def test_a_run_that_ends_in_noise_is_told_what_comes_nearer():
    noisy = run(rate=0.1, schedule="constant", passes=30)
    early = run(rate=1e-4, schedule="constant", passes=2, batch_size=50)

    assert any("steps there are chance. A smaller rate" in said for said in noisy.diagnosis)
    assert any("more passes come nearer" in said for said in early.diagnosis)
    assert not any("scatter" in said for said in run(method="svrg").diagnosis)


def test_a_rate_without_curvature_is_told_as_a_guess():
    best = sc.minimize("mean(abs(X@w - y))", "w=zeros", data=LINE, method="sgd", passes=2)

    assert "rate 0.001, a guess: they show no curvature; 2 steps." in best.diagnosis[0]
    assert not any("scatter" in said for said in best.diagnosis)


def test_a_run_that_arrived_is_given_no_advice():
    exact = {"X": X, "y": X @ TRUTH}
    best = sc.minimize("mean((X@w - y)**2)", {"w": TRUTH + 1e-9}, data=exact, method="sgd",
                       batch_size=10, passes=1, tolerance=1.0)  # fmt: skip

    assert best.converged
    assert not any("scatter" in said for said in best.diagnosis)


def test_sizes_that_agree_by_chance_are_told_apart_by_declared_shapes():
    square = X[:4]
    loss, data = "mean((X@w - y)**2)", {"X": square, "y": Y[:4]}
    with pytest.raises(ArgumentError, match="declare them apart"):
        sc.minimize(loss, {"w": np.zeros(4)}, data=data, method="sgd")
    best = sc.minimize(loss, {"w": np.zeros(4)}, data=data, method="sgd", batch_size=2,
                       shapes="X: m n; w: n; y: m")  # fmt: skip

    assert "4 rows in batches of 2" in best.diagnosis[0]


def test_numbers_of_numpy_are_numbers():
    best = run(batch_size=np.int64(10), passes=np.int32(2), rate=np.float64(0.01))

    assert best.x["w"].tobytes() == run(passes=2, rate=0.01).x["w"].tobytes()


def test_gradients_are_kept_within_limits():
    short = run(rate=0.1, schedule="constant", clip_norm=1e-3, passes=1)

    assert np.linalg.norm(short.x["w"]) <= 11 * 0.1 * 1e-3 * (1 + 1e-12)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("norm2(X@w - y)", "see `norm2(X @ w - y)`"),
        ("sqrt(mean((X@w - y)**2))", "see `sqrt("),
        ("mean((X@w - y)**2)**2", "see `"),
        ("max(X@w - y)", "see `max("),
        ("mean((X@w - mean(X@w))**2)", "see `"),
        ("mean((X@w - y)**2)*sum(X@w)", "see `"),
    ],
)
def test_what_is_no_sum_over_rows_is_refused_by_its_part(text, part):
    with pytest.raises(ArgumentError, match="The objective is no sum over the rows") as caught:
        sc.minimize(text, {"w": np.zeros(4)}, data=LINE, method="sgd")

    assert part in str(caught.value)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"batch_size": 104}, "`batch_size` is 104, but the data have 103 rows"),
        ({"batch_size": 0}, "`batch_size` is 0; it must be a whole number"),
        ({"batch_size": 2.5}, "`batch_size` is 2.5; it must be a whole number"),
        ({"passes": -1}, "`passes` is -1"),
        ({"max_steps": 0}, "`max_steps` is 0"),
        ({"record_every": "all"}, "`record_every` is 'all'"),
        ({"shuffle": "yes"}, "`shuffle` is 'yes'"),
        ({"averaging": "polyac"}, "Did you mean 'polyak'"),
        ({"averaging": 1.5}, "`averaging` is 1.5"),
        ({"schedule": "cosin"}, "Did you mean 'cosine'"),
        ({"rate": -1}, "`rate` is -1"),
        ({"method": "newton"}, "'newton' does not run on batches"),
        ({"momentum": 0.5}, "has no option `momentum`"),
        ({"bounds": {"w": (0, 1)}}, "cannot keep to bounds"),
        ({"constraints": ["sum(w) <= 1"]}, "do not go together with `constraints`"),
    ],
)
def test_options_of_batches_are_checked_at_the_door(options, message):
    with pytest.raises(ArgumentError) as caught:
        run(**options)

    assert message in str(caught.value)


def test_data_that_make_no_batches_are_refused(tmp_path):
    holed = X.copy()
    holed[17, 2] = np.nan
    np.save(tmp_path / "X.npy", holed)
    with pytest.raises(DataError, match=r"no finite number at \[17, 2\]"):
        sc.minimize("mean((X@w - y)**2)", "w=zeros", method="sgd",
                    data={"X": np.load(tmp_path / "X.npy", mmap_mode="r"), "y": Y})  # fmt: skip
    with pytest.raises(DataError, match="no finite number in row 4"):
        sc.minimize("mean((a*u - v)^2)", "a=0", method="sgd",
                    data={"u": [1, 2, 3, np.nan], "v": [1, 2, 3, 4]})  # fmt: skip
    with pytest.raises(DataError, match="The data have no rows"):
        sc.minimize("mean((X@w - y)**2)", {"w": np.zeros(4)}, method="sgd",
                    data={"X": np.zeros((0, 4)), "y": np.zeros(0)})  # fmt: skip
    with pytest.raises(ArgumentError, match="give `data`"):
        sc.minimize("(x - 1)^2", "x=0", method="sgd")
    with pytest.raises(ArgumentError, match="a dimension that no variable has"):
        sc.minimize("sum((U - Y)**2)", {"U": np.zeros((3, 2))}, data={"Y": np.ones((3, 2))},
                    method="sgd")  # fmt: skip


def test_a_table_of_gradients_that_does_not_fit_is_refused(monkeypatch):
    monkeypatch.setattr("symcalc.optimize.methods.variance.TABLE_BYTES", 320)
    with pytest.raises(ArgumentError, match="Take batch_size=11 or more, or method='svrg'"):
        run(method="saga", batch_size=2)
    assert run(method="saga", batch_size=11).n_steps == 5


def test_the_command_takes_options_of_batches(tmp_path, capsys):
    np.savez(tmp_path / "d.npz", X=X, y=Y)
    code = main(["minimize", "mean((X@w - y)**2)", "--data", str(tmp_path / "d.npz"), "--start",
                 "w=zeros", "--method", "svrg", "--option", "batch_size=16", "--option",
                 "passes=200"])  # fmt: skip

    assert code == 0
    assert "103 rows in batches of 16, the last of 7" in capsys.readouterr().out
