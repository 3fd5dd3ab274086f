"""Minimizing over vectors and matrices."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symcalc as sc
from symcalc.cli.main import main
from symcalc.errors import ArgumentError, DataError

RNG = np.random.default_rng(7)
X = RNG.normal(size=(60, 4))
Y = X @ np.array([1.0, -2.0, 0.5, 0.0]) + 0.1 * RNG.normal(size=60)
SOLUTION = np.linalg.lstsq(X, Y, rcond=None)[0]


@pytest.mark.parametrize("start", ["w=zeros", {"w": np.ones(4)}, {"w": [0, 0, 0, 0]}])
def test_least_squares_over_a_vector_are_those_of_linear_algebra(start: object) -> None:
    best = sc.minimize("sum((X@w - y)**2)/(2*m)", start, data={"X": X, "y": Y})

    assert best.converged
    np.testing.assert_allclose(best.x["w"], SOLUTION, rtol=1e-10)
    np.testing.assert_array_equal(best.vector, best.x["w"])
    assert json.loads(json.dumps(best.to_dict()))["x"]["w"] == best.x["w"].tolist()
    assert "(4)" in repr(best)


def test_a_matrix_of_data_is_read_where_it_is_and_not_written_to() -> None:
    large = RNG.normal(size=(4000, 50))
    data = {"X": large, "y": large.sum(axis=1)}
    before = large.copy()
    words: dict[str, Any] = {"data": data, "method": "limited_memory"}
    sc.minimize("sum((X@w - y)**2)", {"w": np.zeros(50)}, **words)  # imports and compiles
    tracemalloc.start()
    best = sc.minimize("sum((X@w - y)**2)", {"w": np.zeros(50)}, **words)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    np.testing.assert_allclose(best.x["w"], 1.0, rtol=1e-6)
    np.testing.assert_array_equal(large, before)
    assert peak < large.nbytes


def test_a_result_that_keeps_its_data_keeps_them_as_they_were() -> None:
    matrix = np.column_stack([np.arange(3.0), np.ones(3)])
    data = {"X": matrix, "y": np.array([1.0, 3.1, 4.9])}
    best = sc.minimize("sum((X@w - y)**2)", {"w": np.zeros(2)}, data=data, method="newton")
    assert best.surface is not None
    before = best.surface.grid([0.0, 0.0], [1.0, 1.0])[2]
    matrix *= 7.0

    np.testing.assert_array_equal(best.surface.grid([0.0, 0.0], [1.0, 1.0])[2], before)


def test_vectors_and_numbers_are_varied_together_within_bounds() -> None:
    best = sc.minimize(
        "sum((X@w + b - y)**2)", {"w": np.zeros(4), "b": 3.0}, data={"X": X, "y": Y},
        bounds={"w": (None, 0.75), "b": (0.25, None)},
    )  # fmt: skip

    assert best.x["b"] == 0.25
    assert best.x["w"].max() == 0.75
    assert best.converged


def test_sparse_data_lead_to_the_same_minimum() -> None:
    from scipy.sparse import csr_array

    best = sc.minimize("sum((X@w - y)**2)", "w=zeros", data={"X": csr_array(X), "y": Y})

    np.testing.assert_allclose(best.x["w"], SOLUTION, rtol=1e-8)


def test_a_matrix_is_factorized_with_its_shapes_kept() -> None:
    whole = RNG.normal(size=(8, 2)) @ RNG.normal(size=(2, 6))
    start = {"U": RNG.normal(size=(8, 2)), "V": RNG.normal(size=(6, 2))}
    best = sc.minimize("sum((M - U@V.T)**2)", start, data={"M": whole})

    assert best.x["U"].shape == (8, 2)
    np.testing.assert_allclose(best.x["U"] @ best.x["V"].T, whole, atol=1e-5)


def test_declared_shapes_give_zeros_their_sizes_from_the_data() -> None:
    labels = np.eye(3)[np.argmax(X[:, :3] + 0.5 * RNG.normal(size=(60, 3)), axis=1)]
    best = sc.minimize(
        "sum(logsumexp(X@W, axis=1)) - sum(L*(X@W)) + 0.1*sum(W**2)", "W=zeros",
        data={"X": X, "L": labels}, shapes="X: m n; W: n k; L: m k",
    )  # fmt: skip

    assert best.converged
    assert best.x["W"].shape == (4, 3)
    assert best.fun < 60 * np.log(3)


def test_logistic_losses_start_where_exponentials_overflow() -> None:
    y = np.sign(Y)
    best = sc.minimize(
        "sum(log(1 + exp(-y*(X@w)))) + w@w", {"w": np.full(4, 900.0)}, data={"X": X, "y": y}
    )

    assert best.converged


def test_data_that_the_objective_does_not_use_have_no_say_in_its_dimensions() -> None:
    others = {"held_out": X[:7], "spoiled": [[np.nan, 1.0]]}
    alone = sc.minimize("sum((X@w - y)**2)/(2*m)", "w=zeros", data={"X": X, "y": Y})

    best = sc.minimize("sum((X@w - y)**2)/(2*m)", "w=zeros", data={**others, "X": X, "y": Y})

    assert best.fun == alone.fun
    assert best.diagnosis[-1] == "`m` was taken for 60, the number of rows of `X`."


def test_dimensions_that_were_declared_are_not_explained() -> None:
    best = sc.minimize(
        "sum((X@w - y)**2)/(2*m)", "w=zeros", data={"X": X, "y": Y}, shapes="X: m n; w: n; y: m"
    )

    assert not any("was taken for" in sentence for sentence in best.diagnosis)


def test_a_random_start_has_the_declared_shape_and_repeats_with_its_seed() -> None:
    def run(seed: int) -> sc.Optimum:
        return sc.minimize(
            "sum((M - U@V.T)**2)", "U=random, V=random", data={"M": X},
            shapes="M: m n; U: m 2; V: n 2", seed=seed,
        )  # fmt: skip

    first, again, other = run(1), run(1), run(2)

    left_out = np.sum(np.linalg.svd(X)[1][2:] ** 2)
    assert first.x["U"].shape == (60, 2)
    assert (first.vector == again.vector).all()
    assert not np.allclose(first.vector, other.vector)
    assert first.fun == pytest.approx(left_out, rel=1e-6)


def test_a_start_at_a_singular_matrix_is_an_outcome_and_no_warning() -> None:
    best = sc.minimize("trace(inv(S)@C) + sum(S**2)", {"S": np.ones((2, 2))}, data={"C": np.eye(2)})

    assert best.outcome is sc.Outcome.NOT_FINITE
    assert "not finite at the start" in best.diagnosis[0]


def test_wrong_starts_and_data_are_refused_in_words() -> None:
    with pytest.raises(ArgumentError, match="No vector `w` fits.*cannot"):
        raise ArgumentError(_refusal("sum((X@w - y)**2)", "w=zeros", {"X": X, "y": Y[:5]}))
    with pytest.raises(ArgumentError, match="one number"):
        sc.minimize("(X@w - y)**2", {"w": np.zeros(4)}, data={"X": X, "y": Y})
    with pytest.raises(ArgumentError, match="not finite"):
        sc.minimize("sum(w**2)", {"w": [0.0, np.nan]})
    with pytest.raises(DataError, match=r"`X` has no finite number at \[1, 0\]"):
        sc.minimize("sum((X@w)**2)", "w=zeros", data={"X": [[1.0, 2.0], [np.inf, 1.0]]})
    with pytest.raises(ArgumentError, match=r"shapes of `u` and `v` are not known"):
        sc.minimize("sum((X@u)**2) + v@v", "u=zeros, v=zeros", data={"X": X})


def _refusal(objective: str, start: str, data: dict[str, object]) -> str:
    with pytest.raises(ArgumentError) as caught:
        sc.minimize(objective, start, data=data)
    return " ".join(str(caught.value).split())


def test_the_command_reads_matrices_from_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "data.npz"
    np.savez(path, X=X, y=Y)
    words = ["minimize", "sum((X@w - y)**2)/(2*m)", "--data", str(path), "--start", "w=zeros"]

    code = main(words)
    shown = capsys.readouterr().out
    main([*words, "--json"])
    parsed = json.loads(capsys.readouterr().out)
    main([*words, "--shapes", "X: m n; w: k; y: m"])
    refused = capsys.readouterr().err

    assert code == 0
    assert "cannot multiply" in refused
    assert "Converged" in shown
    np.testing.assert_allclose(parsed["x"]["w"], SOLUTION, rtol=1e-8)


def test_objectives_that_were_compiled_before_are_told_apart_by_all_their_variables() -> None:
    for size in (2, 3, 0):
        start = {"x": np.ones(2), "z": np.ones(size) if size else 1.0}
        words = {"constraints": ["2*z >= 4", "x >= 0.5"], "shapes": "x: n"}

        best = sc.minimize("sum(x**2)", start, **words)

        assert best.converged
        assert np.shape(best.x["z"]) == np.shape(start["z"])
        assert best.x["x"] == pytest.approx([0.5, 0.5], abs=1e-6)
    for shapes in ("A: n n spd; b: n", "A: n n; b: n"):
        A, b = np.array([[4.0, 1.0], [1.0, 3.0]]), np.array([1.0, 2.0])

        best = sc.minimize(
            "x@A@x/2 - b@x", {"x": np.zeros(2)}, data={"A": A, "b": b}, shapes=shapes
        )

        assert best.x["x"] == pytest.approx(np.linalg.solve(A, b))


@pytest.mark.parametrize(
    "words",
    [
        {"method": "newton"},
        {"method": "sgd", "batch_size": 3, "passes": 2},
        {"constraints": ["sum(w) <= 1"]},
        {"bounds": {"w": (0.0, None)}},
    ],
    ids=str,
)
def test_a_callback_sees_arrays_in_their_shapes(words: dict[str, Any]) -> None:
    seen: list[dict[str, Any]] = []
    objective = "mean(cosh(X@w + b - y))"
    start = {"w": np.full(4, 0.1), "b": 0.0}
    data = {"X": X, "y": Y}
    sc.minimize(objective, start, data=data, callback=lambda state: seen.append(state.x), **words)

    assert seen
    assert all(point["w"].shape == (4,) and isinstance(point["b"], float) for point in seen)


def test_a_callback_sees_a_symmetric_matrix_whole() -> None:
    seen: list[Any] = []
    start = {"S": np.eye(2)}
    sc.minimize(
        "trace(S@C) - logdet(S)", start, data={"C": [[2.0, 0.5], [0.5, 1.0]]}, max_steps=3,
        shapes="S: n n spd", callback=lambda state: seen.append(state.x["S"]),
    )  # fmt: skip

    assert seen
    assert all(np.array_equal(point, point.T) and point.shape == (2, 2) for point in seen)


def test_a_callback_that_cannot_be_called_is_refused_before_any_work() -> None:
    with pytest.raises(ArgumentError, match="`callback` is 3; give a function of the state"):
        sc.minimize("sum(w**2)", {"w": np.ones(2)}, callback=3)  # type: ignore[arg-type]
