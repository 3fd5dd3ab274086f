"""Losses over arrays that people write, against automatic differentiation, and at the edges."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

import symcalc as sc

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"

#: Every ninth of the corpus compiled, and fewer printed; `benchmarks/arrays_corpus.py` runs all.
EVERY, EVERY_PRINTED = 9, 45


@pytest.fixture(scope="module")
def corpus():
    sys.path.insert(0, str(BENCHMARKS))
    try:
        import arrays_corpus
    finally:
        sys.path.remove(str(BENCHMARKS))
    return arrays_corpus


def test_a_sample_of_the_corpus_agrees_with_automatic_differentiation(corpus):
    for place, row in enumerate(corpus.load()[::EVERY]):
        ways = corpus.WAYS if place * EVERY % EVERY_PRINTED == 0 else corpus.WAYS[:1]
        for answer in corpus.answers(row, ways):
            assert answer.is_right, (row["name"], answer)


def test_a_planted_error_in_the_corpus_is_seen(corpus):
    row = dict(corpus.load()[0])
    row["value"] *= 1 + 1e-8

    found = corpus.answers(row, corpus.WAYS[:1])

    assert [answer.what for answer in found if not answer.is_right] == ["compiled value"]


# -- what the corpus found ----------------------------------------------------------------------


def test_a_scalar_beside_products_of_arrays_counts_the_elements_of_the_product():
    f = sc.compile("sum((X@w + b)**2)", order=2, wrt="b", shapes="X: m n; w: n")

    assert f.hessian(X=np.ones((3, 2)), w=[1.0, 2.0], b=0.5).tolist() == [[6.0]]


def test_a_number_on_a_diagonal_has_all_its_digits():
    f = sc.compile("sum((X - Y)**2)/5", order=2, wrt="Y", shapes="X: m n; Y: m n")
    block = f.hessian(X=np.ones((2, 2)), Y=np.zeros((2, 2)))["Y", "Y"]

    assert block[0, 0, 0, 0] == 0.4


def test_arguments_that_a_formula_does_not_need_have_the_shapes_that_were_declared():
    f = sc.compile("eye(m)/m", ["X", "w"], shapes="X: m n; w: n")

    assert f(X=np.ones((2, 3)), w=np.ones(3)).tolist() == [[0.5, 0.0], [0.0, 0.5]]


def test_parts_are_judged_on_arrays_that_have_them():
    result = sc.gradient("sum(x[5:]**2*x[:-5])", "x", shapes="x: n")

    assert result.check.is_good
    assert result.check.details


@pytest.mark.parametrize(
    "text",
    [
        "log(sum(exp(x)))",
        "log(mean(exp(x)))",
        "log(1 + 2*sum(exp(x)))",
        "-sum(softmax(x)*log(softmax(x)))",
        "sum(x*exp(x)/sum(exp(x)))",
        "sum(x*log(exp(x)/sum(exp(x))))",
    ],
)
def test_sums_of_exponentials_do_not_overflow(text):
    f = sc.compile(text, order=2, wrt="x", shapes="x: n")
    shifts = f.gradient(x=[1000.0, 999.0, -1000.0]), f.gradient(x=[0.0, -1.0, -2000.0])

    assert np.isfinite(f(x=[1000.0, 999.0, -1000.0]))
    assert np.isfinite(shifts[0]["x"]).all()
    assert np.isfinite(f.hessian(x=[1000.0, 999.0, -1000.0])["x", "x"]).all()
    if text in ("log(sum(exp(x)))", "log(mean(exp(x)))"):
        assert np.allclose(shifts[0]["x"], shifts[1]["x"], rtol=1e-12)


@pytest.mark.parametrize("axis", ["axis=1, keepdims=True", "axis=0"])
def test_rows_and_columns_of_exponentials_are_scaled_by_their_greatest(axis):
    f = sc.compile(f"exp(X)/sum(exp(X), {axis})", shapes="X: m n")
    X = np.array([[1000.0, 999.0], [-1000.0, -1001.0]])

    with np.errstate(over="raise", invalid="raise"):
        assert np.isfinite(f(X=X)).all()


def test_columns_of_data_take_stable_sums_of_exponentials_too():
    f = sc.compile("t*log(sum(exp(x/t)))", order=1, wrt="t", shapes="x: n")

    assert f.gradient(x=[1000.0, 1000.0], t=1.0) == pytest.approx(np.log(2))


# -- edges --------------------------------------------------------------------------------------


def at(text, shapes, **values):
    """Return value, gradient and Hessian in `x`, without a warning."""
    f = sc.compile(text, order=2, wrt="x", shapes=shapes)
    value, slopes = f.value_and_gradient(**values)
    return value, slopes["x"].tolist(), f.hessian(**values)["x", "x"].tolist()


@pytest.mark.parametrize(
    ("text", "value", "slope", "curvature"),
    [
        ("sum(sin(x)/x)", 1, 0, -1 / 3),
        ("sum((1 - cos(x))/x**2)", 1 / 2, 0, -1 / 12),
        ("sum((exp(x) - 1)/x)", 1, 1 / 2, 1 / 3),
        ("sum(log(1 + x)/x)", 1, -1 / 2, 2 / 3),
        ("sum((x - sin(x))/x**3)", 1 / 6, 0, -1 / 60),
    ],
)
def test_removable_singularities_have_their_limits_element_by_element(
    text, value, slope, curvature
):
    found = at(text, "x: n", x=[0.0])

    assert np.ravel([found[0], found[1][0], found[2][0][0]]) == pytest.approx(
        np.array([value, slope, curvature])
    )
    assert at(text, "x: n", x=[0.0, 0.5])[1][1] == at(text, "x: n", x=[0.5])[1][0]


def test_a_removable_singularity_of_a_product_of_arrays_has_its_limit():
    f = sc.compile("sum(sin(X@w)/(X@w))", order=1, wrt="w", shapes="X: m n; w: n")

    assert f.value_and_gradient(X=np.zeros((2, 2)), w=[0.0, 1.0])[0] == 2


@pytest.mark.parametrize(
    ("x", "slope", "mixed"),
    [([0.0, 2.0, 3.0], [6, 0, 0], [3, 2, 0]), ([0.0, 0.0, 3.0], [0, 0, 0], [3, 0, 0])],
)
def test_products_have_exact_derivatives_at_zeros(x, slope, mixed):
    value, found, curvature = at("prod(x)", "x: n", x=x)

    assert (value, found) == (0, slope)
    assert [curvature[0][1], curvature[0][2], curvature[1][2]] == mixed
    assert [curvature[place][place] for place in range(3)] == [0, 0, 0]


def test_products_along_an_axis_and_of_all_entries_agree_with_those_of_vectors():
    X = np.array([[0.0, 2.0], [3.0, 0.5], [0.0, 0.0]])
    by_row = sc.compile("sum(prod(X, axis=1))", order=1, wrt="X", shapes="X: m n").gradient(X=X)
    in_all = sc.compile("prod(X[:2])", order=1, wrt="X", shapes="X: m n").gradient(X=X)

    assert by_row["X"].tolist() == [[2, 0], [0.5, 3], [0, 0]]
    assert in_all["X"].tolist() == [[3, 0], [0, 0], [0, 0]]


@pytest.mark.parametrize("text", ["norm2(x)", "sqrt(sum(x**2))", "sqrt(x@x)", "sqrt(mean(x**2))"])
def test_the_length_of_a_zero_vector_has_the_subgradient_zero(text):
    assert at(text, "x: n", x=[0.0, 0.0])[:2] == (0, [0, 0])
    assert np.isnan(sc.compile(text, shapes="x: n")(x=[np.nan, 0.0]))


def test_distances_between_equal_rows_have_the_subgradient_zero():
    f = sc.compile("sum(sqrt(sum((X[:, None] - X)**2, axis=2)))", order=1, wrt="X", shapes="X: m n")

    assert f.gradient(X=[[0.0, 0.0], [3.0, 4.0]])["X"] == pytest.approx(
        np.array([[-1.2, -1.6], [1.2, 1.6]])
    )


@pytest.mark.parametrize(
    ("text", "x", "slope"),
    [
        ("max(x)", [1.0, 1.0, 0.0], [0.5, 0.5, 0]),
        ("norminf(x)", [1.0, -1.0, 0.0], [0.5, -0.5, 0]),
        ("norm1(x)", [0.0, -1.0, 2.0], [0, -1, 1]),
        ("sum(relu(x))", [0.0, -1.0, 2.0], [0, 0, 1]),
        ("sum(max(x, 0))", [0.0, -1.0, 2.0], [0.5, 0, 1]),
    ],
)
def test_ties_and_kinks_of_arrays_follow_the_policy(text, x, slope):
    assert at(text, "x: n", x=x)[1] == slope


def test_binary_cross_entropy_is_finite_where_the_sigmoid_is_one():
    text = "-sum(y*log(sigmoid(x)) + (1 - y)*log(1 - sigmoid(x)))"

    assert at(text, "x: n; y: n", x=[-1000.0, 1000.0], y=[1.0, 0.0])[:2] == (2000, [-1, 1])


@pytest.mark.parametrize("scale", [1e200, 1e-200])
def test_the_logarithm_of_a_determinant_out_of_range_is_finite(scale):
    f = sc.compile("log(det(A)/det(B))", order=1, wrt="A", shapes="A: n n; B: n n")
    value, slopes = f.value_and_gradient(A=scale * np.eye(2), B=np.eye(2))

    assert value == pytest.approx(2 * np.log(scale))
    assert slopes["A"] == pytest.approx(np.eye(2) / scale)


def test_the_logarithm_of_a_negative_determinant_is_no_number():
    f = sc.compile("log(det(A))", shapes="A: n n")

    with np.errstate(invalid="ignore"):
        assert np.isnan(f(A=-np.eye(3)))


def test_of_no_elements_there_is_a_sum_a_product_and_no_mean():
    empty = {"x": np.zeros(0)}

    assert sc.compile("sum(x)", shapes="x: n")(**empty) == 0
    assert sc.compile("prod(x)", order=1, wrt="x", shapes="x: n")(**empty) == 1
    assert sc.compile("logsumexp(x)", shapes="x: n")(**empty) == -np.inf
    with np.errstate(invalid="ignore"):
        assert np.isnan(sc.compile("mean(x)", order=1, wrt="x", shapes="x: n")(**empty))
    with pytest.raises(sc.errors.ArgumentError, match=r"none: `n` is 0"):
        sc.compile("max(x)", shapes="x: n")(**empty)


def test_integers_single_precision_and_strides_give_the_same_numbers():
    f = sc.compile("sum((X@w - y)**2)", order=1, wrt="w", shapes="X: m n; w: n; y: m")
    X, w, y = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([1.0, 2.0]), np.array([1.0, 1.0])
    expected = f.gradient(X=X, w=w, y=y)["w"]
    strided = np.repeat(w, 2)[::2]

    assert (
        f.gradient(X=X.astype(int), w=[1, 2], y=y.astype(bool))["w"].tolist() == expected.tolist()
    )
    assert f.gradient(X=X.astype("f4"), w=w, y=y)["w"].tolist() == expected.tolist()
    assert f.gradient(X=np.asfortranarray(X), w=strided, y=y)["w"].tolist() == expected.tolist()


# -- forms for people -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wrt", "shapes"),
    [
        ("logsumexp((X@w)[1:]) + logsumexp((X@w)[2:])", "X", "X: m n; w: n"),
        (
            "logsumexp(U[2] + logsumexp(A + (U[1] + logsumexp(A + U[0][:, None], axis=0))[:, None],"
            " axis=0))",
            "U",
            "U: t c; A: c c",
        ),
        (
            "logdet(a*eye(n) + b*X.T@X) + b*norm2(y - X@u)**2 + a*u@u"
            " where u = b*solve(a*eye(n) + b*X.T@X, X.T@y)",
            "X",
            "X: m n; y: m",
        ),
    ],
)
def test_collecting_like_terms_and_multiplying_out_come_to_an_end(text, wrt, shapes):
    assert sc.hessian(text, wrt, shapes=shapes).check.is_good


# -- the language ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("var(X, axis=1)", "mean((X - mean(X, axis=1)[:, None])**2, axis=1)"),
        ("var(x)", "mean((x - mean(x))**2)"),
        ("std(X)", "sqrt(mean((X - mean(X))**2))"),
        ("amax(X, axis=0) - amin(X, axis=0)", "max(X, axis=0) - min(X, axis=0)"),
        ("log_softmax(X, axis=1)", "X - logsumexp(X, axis=1)[:, None]"),
        ("inner(x, x) + vdot(x, x)", "2*x@x"),
        ("matmul(transpose(X), X)", "X.T@X"),
        ("sum(var(X, axis=0, keepdims=True)*X)", "sum(var(X, axis=0)*X)"),
    ],
)
def test_names_of_numpy_mean_what_they_mean_there(text, same):
    values = {"X": np.arange(6.0).reshape(2, 3) ** 2, "x": np.array([1.0, 4.0, -2.0])}
    first, second = (
        sc.compile(one, ["X", "x"], shapes="X: m n; x: n")(**values) for one in (text, same)
    )

    assert np.allclose(first, second, rtol=1e-14)


#: Texts whose shapes do not fit; the subexpression, what is said of it, and what is proposed.
WRONG_SHAPES = [
    ("X*w@y", "X*w@y", "`X*w` has shape (m, n), `y` has shape (m,)", "`(X*w).T@y`"),
    ("w@X", "w@X", "`w` has shape (n,), `X` has shape (m, n)", "`w@X.T`"),
    ("X@y", "X@y", "`X` has shape (m, n), `y` has shape (m,)", "`X.T@y`"),
    ("X@X", "X@X", "`X` has shape (m, n), `X` has shape (m, n)", "`X.T@X`"),
    ("sum((X*y)**2)", "X*y", "`X` has shape (m, n), `y` has shape (m,)", "`X.T@y`"),
    ("X + y", "X + y", "`X` has shape (m, n), `y` has shape (m,)", "`X + y[:, None]`"),
    ("y + X", "y + X", "`y` has shape (m,), `X` has shape (m, n)", "`y[:, None] + X`"),
    ("X*Z", "X*Z", "`X` has shape (m, n), `Z` has shape (n, k)", "`X@Z`"),
    ("X - Z", "X - Z", "`X` has shape (m, n), `Z` has shape (n, k)", "n is not k"),
    ("X/Z", "X/Z", "`X` has shape (m, n), `Z` has shape (n, k)", "n is not k"),
    ("X@Z + X", "X@Z + X", "`X@Z` has shape (m, k), `X` has shape (m, n)", "k is not n"),
    ("w + y", "w + y", "`w` has shape (n,), `y` has shape (m,)", "need one name"),
    ("w*y", "w*y", "`w` has shape (n,), `y` has shape (m,)", "`w@y.T`"),
    ("X@w*w", "X@w*w", "`X@w` has shape (m,), `w` has shape (n,)", "`(X@w)@w.T`"),
    ("X.T@w", "X.T@w", "`X.T` has shape (n, m), `w` has shape (n,)", "`X@w`"),
    ("X@w + X", "X@w + X", "`X@w` has shape (m,), `X` has shape (m, n)", "`(X@w)[:, None] + X`"),
    ("exp(X)@exp(y)", "exp(X)@exp(y)", "`exp(y)` has shape (m,)", "`exp(X).T@exp(y)`"),
    ("S@X", "S@X", "`S` has shape (n, n), `X` has shape (m, n)", "`S@X.T`"),
    ("X.T@X@y", "X.T@X@y", "`X.T@X` has shape (n, n), `y` has shape (m,)", "need one name"),
    ("w.T@y", "w.T@y", "`w.T` is a row of length n, `y` has shape (m,)", "`y@w.T`"),
    ("X@2", "X@2", "`X` has shape (m, n), `2` is a scalar", "Write `*`"),
    ("w@w@w", "w@w@w", "`w@w` is a scalar, `w` has shape (n,)", "Write `*`"),
    ("X**Z", "X**Z", "`X` has shape (m, n), `Z` has shape (n, k)", "n is not k"),
    ("where(X > Z, X, Z)", "X > Z", "`X` has shape (m, n), `Z` has shape (n, k)", "n is not k"),
    ("max(X, Z)", "max(X, Z)", "`X` has shape (m, n), `Z` has shape (n, k)", "`max` cannot take"),
    ("solve(S, y)", "solve(S, y)", "`S` has shape (n, n), `y` has shape (m,)", "cannot take them"),
    ("solve(X, y)", "solve(X, y)", "`X` has shape (m, n), `y` has shape (m,)", "both one name"),
    ("dot(w, y)", "dot(w, y)", "`w` has shape (n,), `y` has shape (m,)", "`dot` cannot take"),
    ("outer(X, w)", "outer(X, w)", "`X` has shape (m, n), `w` has shape (n,)", "two vectors"),
    ("kron(X, w)", "kron(X, w)", "`X` has shape (m, n), `w` has shape (n,)", "two matrices"),
    ("inv(X)", "inv(X)", "an array of shape (m, n)", "give both one name"),
    ("logdet(X.T)", "logdet(X.T)", "an array of shape (n, m)", "give both one name"),
    ("trace(X)", "trace(X)", "an array of shape (m, n)", "give both one name"),
    ("sum(X, axis=2)", "sum(X, axis=2)", "shape (m, n) has no axis 2", "axes are 0 to 1"),
    ("sum(w, axis=1)", "sum(w, axis=1)", "shape (n,) has no axis 1", "only axis is 0"),
    ("w[:, 0]", "[:, 0]", "shape (n,) has 1 axis; 2 are indexed", ""),
    ("softmax(X)", "softmax(X)", "a matrix needs an axis", "Write axis=1 for each row"),
    ("norm1(X)", "norm1(X)", "a matrix has two meanings", "Write sum(abs(A))"),
    ("concat([X, Z])", "concat([X, Z])", "shapes (m, n) and (n, k)", ""),
    ("stack([w, y])", "stack([w, y])", "(n,) and (m,)", ""),
    ("a.T@X", "a.T", "`a` is a scalar and has no transpose", 'shapes="a: n"'),
]

DECLARED = "X: m n; Z: n k; S: n n; w: n; y: m"


@pytest.mark.parametrize(("text", "place", "message", "repair"), WRONG_SHAPES)
def test_a_shape_error_marks_the_place_and_says_shapes_and_a_repair(text, place, message, repair):
    with pytest.raises(sc.errors.ParseError) as raised:
        sc.compile(text, shapes=DECLARED)
    told = str(raised.value)
    _, line, carets, *hints = told.splitlines()
    start = carets.index("^")

    assert message in told
    assert repair in told
    assert line[start : start + carets.count("^")] == place
    if "Did you mean" in told:
        sc.compile(hints[0].split("`")[1], shapes=DECLARED)
