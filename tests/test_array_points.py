"""Values and derivatives of formulas over arrays at points, enclosed element by element."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import symcalc as sc

SHAPES = "X: m n; w: n; y: m"
LOSS = "sum((X@w - y)**2)/(2*m)"
RNG = np.random.default_rng(5)
POINT = {"X": RNG.normal(size=(4, 3)), "w": RNG.normal(size=3), "y": RNG.normal(size=4)}


def exactly(array: np.ndarray) -> np.ndarray:
    """Return an array of fractions."""
    return np.vectorize(Fraction, otypes=[object])(array)


def test_a_gradient_at_a_point_is_rounded_correctly_entry_by_entry() -> None:
    found = sc.gradient(LOSS, "w", shapes=SHAPES).at(POINT)["w"]
    X, w, y = (exactly(POINT[name]) for name in "Xwy")
    right = X.T @ (X @ w - y) / 4

    assert found.value.tolist() == [float(entry) for entry in right]
    assert found.trust is sc.Trust.PROVEN


def test_a_hessian_at_a_point_has_blocks_in_either_order() -> None:
    shapes = "A: m n; U: m k; V: n k"
    loss = "sum((A - U@V.T)**2)/2"
    point = {"A": RNG.normal(size=(3, 2)), "U": RNG.normal(size=(3, 1)), "V": np.ones((2, 1))}
    hessian = sc.hessian(loss, "U, V", shapes=shapes)
    found = hessian.at(point)
    compiled = sc.compile(loss, order=2, wrt="U, V", shapes=shapes).hessian(**point)

    for pair, block in compiled.items():
        assert found[pair].value == pytest.approx(block, abs=1e-14)
        assert sc.evaluate(hessian[pair], at=point).value == pytest.approx(block, abs=1e-14)


def test_a_block_of_a_hessian_has_the_axes_of_its_first_variable_in_front() -> None:
    hessian = sc.hessian("sum(exp(U@v))", "U, v", shapes="U: m n; v: n")

    assert hessian["U", "v"].graph.shape(hessian["U", "v"].root) == ("m", "n", "n")
    assert hessian["v", "U"].graph.shape(hessian["v", "U"].root) == ("n", "m", "n")


def test_a_jacobian_at_a_point_is_one_array_or_one_entry_a_formula() -> None:
    one = sc.jacobian("tanh(X@w)", "w", shapes=SHAPES).at(X=POINT["X"], w=POINT["w"])
    two = sc.jacobian(["X@w", "w@w"], "w", shapes=SHAPES).at(X=POINT["X"], w=POINT["w"])
    slopes = 1 / np.cosh(POINT["X"] @ POINT["w"]) ** 2

    assert one["w"].value == pytest.approx(slopes[:, None] * POINT["X"])
    assert [part.value.tolist() for part in two["w"]] == [
        POINT["X"].tolist(),
        (2 * POINT["w"]).tolist(),
    ]


def test_a_point_is_given_as_lists_arrays_or_text() -> None:
    gradient = sc.gradient("sum(w**3) + a*sum(w)", "w, a", shapes="w: n")
    answers = [
        gradient.at(w=[1, 2], a=3),
        gradient.at({"w": np.array([1.0, 2.0]), "a": 3}),
        gradient.at("w=[1, 2], a=3"),
    ]

    assert [found["w"].value.tolist() for found in answers] == [[6.0, 15.0]] * 3
    assert [found["a"].value for found in answers] == [3.0] * 3


def test_kinks_of_entries_are_told_by_their_place() -> None:
    found = sc.gradient("sum(abs(w))", "w", shapes="w: n").at(w=[2, 0, -1])["w"]

    assert found.outcome is sc.Outcome.SUBGRADIENT
    assert found.note == "[1]: left -1, right 1"
    assert found.value.tolist() == [1.0, 0.0, -1.0]


def test_evaluate_finds_shapes_in_the_values() -> None:
    assert sc.evaluate("sum(X@w)/m", at={"X": np.ones((4, 2)), "w": [1, 2]}).value == 3.0
    assert sc.evaluate("X@w", at="X=[[1, 2], [3, 4]], w=[1, -1]").value.tolist() == [-1.0, -1.0]
    assert sc.evaluate("logsumexp(x)", at={"x": [1000, 1000]}).digits == "1000.69314718056"


def test_evaluate_encloses_what_cancels_in_an_array() -> None:
    found = sc.evaluate("(1 - cos(w))/w**2", at={"w": [1e-9, 1e-150]})

    assert found.value.tolist() == [0.5, 0.5]
    assert found.trust is sc.Trust.PROVEN


def test_an_entry_without_a_value_is_named() -> None:
    found = sc.evaluate("1/w", at={"w": [1, 0]})

    assert found.outcome is sc.Outcome.UNDEFINED
    assert found.note.startswith("[1]: `1/w[1]` has no real value there")
    assert np.isnan(found.value[1])


def test_what_is_too_large_to_be_enclosed_is_said_to_be_unchecked() -> None:
    large = sc.evaluate("sum(X@w)", at={"X": np.ones((300, 300)), "w": np.ones(300)})
    inverse = sc.evaluate("inv(S)", at={"S": np.eye(6) * 2})

    assert (large.value, large.trust) == (90000.0, sc.Trust.UNCHECKED)
    assert inverse.trust is sc.Trust.UNCHECKED
    assert inverse.value == pytest.approx(np.eye(6) / 2)


def test_data_and_a_point_together_are_the_values(tmp_path: Path) -> None:
    path = tmp_path / "data.npz"
    np.savez(path, X=[[1, 2], [3, 4]], unused=np.ones(7))

    assert sc.evaluate("X@w", data=path, at="w=[1, 1]").value.tolist() == [3.0, 7.0]


@pytest.mark.parametrize(
    ("point", "message"),
    [
        ({"X": np.ones((2, 2)), "w": [1, 2, 3], "y": [1, 1]}, "`w` has 3 entries along `n`"),
        ({"X": np.ones((2, 2)), "w": 1, "y": [1, 1]}, "`w` has shape ()"),
        ({"X": np.ones((2, 2)), "w": [1, "a"], "y": [1, 1]}, "array of real numbers"),
        ({"X": np.ones((2, 2)), "w": [1, np.nan], "y": [1, 1]}, r"no finite number at \[1\]"),
        ({"X": np.ones((2, 2)), "w": [1, 1]}, "no value for y"),
    ],
)
def test_a_point_that_does_not_fit_is_refused(point: dict, message: str) -> None:
    with pytest.raises(sc.ArgumentError, match=message.replace("()", r"\(\)")):
        sc.gradient(LOSS, "w", shapes=SHAPES).at(point)


def test_names_that_the_formula_lacks_are_refused() -> None:
    with pytest.raises(sc.ArgumentError, match="`b` is not a variable"):
        sc.evaluate("sum(w)", at={"w": [1, 2], "b": 1})


def test_a_result_is_ready_for_json_and_for_numpy() -> None:
    found = sc.evaluate("1/w", at={"w": [4, 0]})

    assert json.loads(json.dumps(found.to_dict()))["value"] == [0.25, "nan"]
    assert np.asarray(found)[0] == 0.25


def test_a_hessian_with_a_block_that_vanishes_is_judged() -> None:
    hessian = sc.hessian("sum((X@w - y)**2) + b*sum(w)", "w, b", shapes=SHAPES)

    assert hessian.check.trust is sc.Trust.CHECKED
    assert hessian["b", "b"].text == "0"


@pytest.mark.parametrize(
    ("wrt", "right"),
    [
        (("w", "w", "w"), lambda X, y, e: np.einsum("ia,ib,ic,i->abc", X, X, X, e)),
        ((("w", 3),), lambda X, y, e: np.einsum("ia,ib,ic,i->abc", X, X, X, e)),
        (("w", "y"), lambda X, y, e: np.outer(np.ones(3), 2 * 1.5 * y)),
        (("y", "w"), lambda X, y, e: np.outer(2 * 1.5 * y, np.ones(3))),
        (("lam", "w"), lambda X, y, e: np.full(3, y @ y)),
        (("y", "lam", "y"), lambda X, y, e: 2 * POINT["w"].sum() * np.eye(4)),
    ],
)
def test_mixed_and_third_derivatives_over_arrays_are_judged_and_right(
    wrt: tuple, right: object
) -> None:
    found = sc.differentiate("sum(exp(X@w)) + lam*(y@y)*sum(w)", *wrt, shapes=SHAPES)
    point = {**POINT, "lam": 1.5}
    value = sc.evaluate(found, at=point).value

    assert found.check.trust is sc.Trust.CHECKED
    wanted = right(POINT["X"], POINT["y"], np.exp(POINT["X"] @ POINT["w"]))
    assert value == pytest.approx(wanted, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(
    ("verb", "words"),
    [
        (lambda e: sc.audit(e, over={"w": (0, 1)}), "Audit the formula of one entry"),
        (sc.domain, "Write an array out for one of its entries"),
        (lambda e: sc.compare(e, at={"w": [1]}), "judges its derivatives"),
        (lambda e: sc.integrate(e, ("w", 0, 1)), "no single value"),
        (lambda e: sc.limit(e, "w", 0), "no single limit"),
    ],
)
def test_verbs_that_know_numbers_only_say_what_to_do_instead(verb: object, words: str) -> None:
    with pytest.raises(sc.ArgumentError, match=words):
        verb(sc.parse(LOSS, shapes=SHAPES))
