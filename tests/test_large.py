"""Long formulas, many formulas at once, and derivatives most of which are zero."""

from __future__ import annotations

import math
import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import least_squares, minimize
from scipy.sparse import csr_array

import symcalc as sc
from symcalc.backends import prediction
from symcalc.backends.coloring import CompressedMatrix
from symcalc.graph.interactions import interactions
from symcalc.optimize.constrained.evaluator import ConstrainedEvaluator

GENEROUS = sc.Limits(max_length=10**7, max_nodes=10**6, max_nesting=10**5)

#: Formulas of which no second derivative cancels.
CHAINS = (
    " + ".join(f"(x{i} - x{i + 1})**4" for i in range(6)),
    "(x*y + exp(z)*w)/7",
    "abs(x)*max(y, z) + floor(w)*x",
    "(x^2 if y > 0 else sin(z)) + hypot(u, v)",
    "x*y*z + sqrt(w)",
    "a/b + log(c) - 3*d",
    "z*z where z = x + y",
    "max(x, y, z, w, u) + relu(v)",
    "x^y + atan2(u, v)",
    "exp(x) - exp(y) + log(u + 2) - log(v + 3)",
)


def _patterns(n: int) -> st.SearchStrategy[list[set[int]]]:
    """Return a strategy for the rows of symmetric patterns."""
    pairs = st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=3 * n)

    def rows(found: list[tuple[int, int]]) -> list[set[int]]:
        near: list[set[int]] = [set() for _ in range(n)]
        for one, other in found:
            near[one].add(other)
            near[other].add(one)
        return near

    return pairs.map(rows)


def rosenbrock(n: int) -> str:
    """Return the chain Rosenbrock sum in x0, x1, …"""
    return " + ".join(f"100*(x{i + 1} - x{i}**2)**2 + (1 - x{i})**2" for i in range(n - 1))


# -- long formulas ----------------------------------------------------------------------------


def test_a_product_of_thousands_of_factors_compiles_with_its_gradient() -> None:
    n = 4000
    f = sc.compile("*".join(f"x{i}" for i in range(n)), order=1, limits=GENEROUS)
    x = np.where(np.arange(n) % 2, 2.0, 0.5)
    value, gradient = f.value_and_gradient(*x.tolist())

    assert value == 1.0
    assert gradient.tolist() == (1.0 / x).tolist()


def test_quotients_by_thousands_of_sums_keep_to_one_line_of_python_at_a_time() -> None:
    n = 3000
    f = sc.compile("x0" + "".join(f"/(1 + x{i})" for i in range(1, n)), limits=GENEROUS)

    assert f(*[8.0, 1.0, 1.0, *[0.0] * (n - 3)]) == 2.0
    assert max(map(len, f.source.splitlines()[2:])) < 2000


def test_a_list_of_thousands_of_branches_compiles_for_numbers_and_arrays() -> None:
    n = 1500
    text = " else ".join(f"{k}*x*y if x < {k}" for k in range(n)) + " else y"
    f = sc.compile(text, order=1, limits=GENEROUS)

    for x in (-1.0, 0.5, 99.5, 100.0, 777.25, 1498.5, 1499.0):
        k = max(0, math.floor(x) + 1)
        value = 2.0 if k >= n else k * x * 2.0
        slopes = [0.0, 1.0] if k >= n else [k * 2.0, k * x]
        assert f(x, 2.0) == value
        assert f.gradient(x, 2.0).tolist() == slopes
        assert f.gradient([x, x], [2.0, 2.0])[1].tolist() == slopes


def test_sums_of_thousands_of_exponentials_are_the_same_in_native_code() -> None:
    pytest.importorskip("llvmlite")
    n = 500
    text = f"log({' + '.join(f'exp(x{i})' for i in range(n))})"
    x = np.linspace(-30.0, 30.0, n)
    native = sc.compile(text, order=1, backend="native")
    value, gradient = native.value_and_gradient(*x.tolist())
    shares = np.exp(x - 30.0) / np.exp(x - 30.0).sum()

    assert value == pytest.approx(30.0 + math.log(np.exp(x - 30.0).sum()), rel=1e-15)
    np.testing.assert_allclose(gradient, shares, rtol=1e-13)
    assert native(*[700.0] * n) == pytest.approx(700.0 + math.log(n), rel=1e-15)
    assert native(*[-np.inf] * (n - 1), 2.0) == 2.0


def test_a_length_of_many_sides_has_slopes_beside_zeros_and_where_squares_overflow() -> None:
    n = 40
    f = sc.compile(f"sqrt({' + '.join(f'x{i}**2' for i in range(n))})", order=2)
    x = np.zeros(n)
    x[5], x[30] = 3e200, -4e200
    value, gradient = f.value_and_gradient(*x.tolist())

    assert value == pytest.approx(5e200, rel=1e-15)
    np.testing.assert_allclose(gradient, x / 5e200, rtol=1e-14)
    y = np.zeros(n)
    y[30] = 2.0
    expected = np.eye(n) / 2.0
    expected[30, 30] = 0.0
    np.testing.assert_allclose(f.hessian(*y.tolist()), expected, atol=1e-16)
    assert f.gradient(*[0.0] * n).tolist() == [0.0] * n


def test_ties_of_many_arguments_share_the_slope_as_those_of_few_do() -> None:
    few = sc.compile("max(x0, x1, x2)", order=1).gradient(1.0, 1.0, 1.0)
    many = sc.compile(f"max({', '.join(f'x{i}' for i in range(30))})", order=1)
    x = np.zeros(30)
    x[[3, 10, 11]] = 1.0

    assert many.gradient(*x.tolist())[[3, 10, 11]].tolist() == few.tolist() == [0.25, 0.25, 0.5]


# -- which second derivatives are zero -----------------------------------------------------------


@pytest.mark.parametrize("text", CHAINS)
def test_variables_interact_where_the_hessian_has_entries(text: str) -> None:
    expression = sc.parse(text)
    f = sc.compile(expression, order=2)
    graph = expression.graph
    found = interactions(graph, expression.root, [graph.var(n) for n in f.names], 10**6)

    assert found is not None
    assert {(max(i, j), min(i, j)) for i, row in enumerate(found) for j in row} == set(
        f.hessian_sparsity
    )


def test_a_formula_in_which_all_variables_interact_is_given_up_early() -> None:
    expression = sc.parse("*".join(f"x{i}" for i in range(300)))
    graph = expression.graph

    assert interactions(graph, expression.root, graph.variables([expression.root]), 4000) is None


# -- sparse Hessians -----------------------------------------------------------------------------


@pytest.mark.parametrize("backend", ["numpy", "native"])
def test_a_sparse_hessian_has_the_entries_of_the_dense_one(backend: str) -> None:
    if backend == "native":
        pytest.importorskip("llvmlite")
    x = np.linspace(-1.0, 1.0, 40).tolist()
    f = sc.compile(rosenbrock(40), order=2, sparse=True, backend=backend)
    dense = sc.compile(rosenbrock(40), order=2).hessian(*x)
    found = f.hessian(*x)

    assert isinstance(found, csr_array)
    assert found.nnz == 3 * 40 - 2
    assert (found.toarray() == dense).all()
    assert found.has_sorted_indices


def test_sparse_hessians_share_no_memory() -> None:
    f = sc.compile("x^2 + x*y + z^4", order=2, sparse=True)
    first = f.hessian(1.0, 2.0, 3.0)
    first.data[:] = 0.0
    first.indices[:] = 0

    assert f.hessian(1.0, 2.0, 3.0).toarray().tolist() == [[2, 1, 0], [1, 0, 0], [0, 0, 108]]


def test_a_sparse_hessian_is_undefined_where_the_function_is() -> None:
    f = sc.compile("log(x) + y^2", order=2, sparse=True)

    with pytest.warns(RuntimeWarning):
        assert np.isnan(f.hessian(-1.0, 2.0).data).all()


def test_a_sparse_hessian_is_made_at_one_point() -> None:
    f = sc.compile("x^2 + y^2", order=2, sparse=True)

    with pytest.raises(sc.ArgumentError, match="one point a call"):
        f.hessian([1.0, 2.0], 3.0)


def test_what_is_sparse_pickles_and_differs_from_what_is_dense() -> None:
    f, dense = (sc.compile("x^2 + y^2", order=2, sparse=sparse) for sparse in (True, False))

    assert pickle.loads(pickle.dumps(f)) == f != dense
    assert pickle.loads(pickle.dumps(f)).hessian(1.0, 2.0).nnz == 2


def test_scipy_takes_the_sparse_hessian() -> None:
    f = sc.compile(rosenbrock(60), order=2, sparse=True)
    found = minimize(x0=np.full(60, 0.8), method="trust-constr", **f.scipy())

    np.testing.assert_allclose(found.x, 1.0, atol=1e-5)


def test_a_mean_of_terms_in_few_variables_each_is_minimized_by_newton() -> None:
    n = 150
    found = sc.minimize(f"({rosenbrock(n)})/{n}", dict.fromkeys([f"x{i}" for i in range(n)], 0.9))

    assert found.converged
    assert found.method == "newton"
    np.testing.assert_allclose(list(found.x.values()), 1.0, atol=1e-7)


# -- sparse Hessians over arrays -----------------------------------------------------------------

LOCAL = {
    "a chain": ("sum(100*(x[1:] - x[:-1]**2)**2 + (1 - x[:-1])**2)", {"x": 30}, 3 * 30 - 2),
    "a sum of terms": ("sum(exp(x)*y) + mean(x**4)", {"x": 30}, 30),
    "two variables": ("sum((x*z - y)**2) + x[0]*s**3", {"x": 30, "z": 30, "s": ()}, 4 * 30 + 3),
    "one that all meet": ("sum((x - s)**4)", {"x": 30, "s": ()}, 3 * 30 + 1),
    "a matrix": ("sum((A[1:, :] - A[:-1, :])**4)", {"A": (6, 5)}, 30 + 2 * 25),
}


@pytest.mark.parametrize("name", LOCAL)
def test_a_sparse_hessian_over_arrays_has_the_entries_of_the_blocks(name: str) -> None:
    text, sizes, n_entries = LOCAL[name]
    shapes = "x: n; y: n; z: n; A: m k"
    random = np.random.default_rng(3)
    point = {key: random.normal(size=size) for key, size in sizes.items()}
    data = {"y": random.normal(size=30)} if "y" in text else {}
    sparse, dense = (
        sc.compile(text, order=2, wrt=list(sizes), shapes=shapes, sparse=is_sparse)
        for is_sparse in (True, False)
    )
    found = sparse.hessian(**point, **data)
    blocks = dense.hessian(**point, **data)
    lengths = {key: int(np.prod(size)) for key, size in sizes.items()}
    expected = np.block(
        [[np.reshape(blocks[a, b], (lengths[a], lengths[b])) for b in sizes] for a in sizes]
    )

    assert isinstance(found, csr_array)
    assert found.nnz == n_entries
    np.testing.assert_allclose(found.toarray(), expected, rtol=1e-12, atol=1e-12)


def test_a_sparse_hessian_in_no_variable_is_empty() -> None:
    f = sc.compile("sum(x**2)", order=2, wrt="x", shapes="x: n", sparse=True)

    assert f.hessian(x=np.zeros(0)).shape == (0, 0)
    assert f.hessian(x=np.zeros(1)).toarray() == [[2.0]]


def test_a_dense_hessian_over_arrays_is_not_made_sparse() -> None:
    f = sc.compile("sum(X@w)**2", order=2, wrt="w", shapes="X: m n; w: n", sparse=True)

    with pytest.raises(sc.ArgumentError, match="is not sparse"):
        f.hessian(X=np.ones((2, 400)), w=np.ones(400))


def test_long_arrays_that_meet_their_neighbours_are_minimized_by_newton() -> None:
    n = 2000
    text = "sum(100*(x[1:] - x[:-1]**2)**2 + (1 - x[:-1])**2)"
    found = sc.minimize(text, {"x": np.full(n, 0.9)})

    assert found.converged
    assert found.method == "newton"
    np.testing.assert_allclose(found.x["x"], 1.0, atol=1e-7)


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 14).flatmap(_patterns))
def test_every_entry_stands_alone_in_a_product_with_one_color(rows: list[set[int]]) -> None:
    n = len(rows)
    matrix = np.zeros((n, n))
    for row, near in enumerate(rows):
        for column in near:
            matrix[row, column] = 1.0 + row * column + row + column
    compressed = CompressedMatrix(rows)
    products = [matrix @ seed for seed in compressed.seeds]

    assert (compressed.from_products(products, "float64").toarray() == matrix).all()
    assert len(products) <= n


def test_a_row_and_a_column_that_all_meet_take_few_colors() -> None:
    n = 300
    arrow = [set(range(n)), *({0, k} for k in range(1, n))]
    band = [{k for k in (i - 1, i, i + 1) if 0 <= k < n} for i in range(n)]

    assert len(CompressedMatrix(arrow).seeds) == 2
    assert len(CompressedMatrix(band).seeds) == 3


# -- several formulas ----------------------------------------------------------------------------

POLAR = ["r*cos(t)", "r*sin(t)", "7"]


def test_several_formulas_are_one_function_with_their_jacobian() -> None:
    f = sc.compile(POLAR, ["t", "r"], order=1)
    t, r = 0.5, 2.0
    rows = [[-r * math.sin(t), math.cos(t)], [r * math.cos(t), math.sin(t)], [0.0, 0.0]]

    assert f(t, r).tolist() == [r * math.cos(t), r * math.sin(t), 7.0]
    assert f.jacobian(t, r).tolist() == rows
    assert f.jacobian(t=t, r=r).tolist() == rows
    assert f.jacobian_sparsity == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert sc.compile(POLAR, ["t", "r"], order=1, wrt="r").jacobian(t, r).tolist() == [
        row[1:] for row in rows
    ]


@pytest.mark.parametrize("n_points", [3, 100_000])
def test_several_formulas_broadcast_over_points(n_points: int) -> None:
    f = sc.compile(POLAR, ["t", "r"], order=1)
    t = np.linspace(0.0, 1.0, n_points)
    values, jacobian = f.value_and_jacobian(t, 2.0)

    assert values.shape == (n_points, 3)
    assert jacobian.shape == (n_points, 3, 2)
    np.testing.assert_allclose(values[:, 0], 2.0 * np.cos(t), rtol=1e-14)
    np.testing.assert_allclose(jacobian[:, 1, 0], 2.0 * np.cos(t), rtol=1e-14)


def test_a_formula_without_a_value_leaves_the_others_theirs() -> None:
    texts = ["log(x)", "x*y"]
    f, sparse = (sc.compile(texts, order=1, sparse=sparse) for sparse in (False, True))

    with pytest.warns(RuntimeWarning):
        values, jacobian = f.value_and_jacobian(-1.0, 2.0)
    assert np.isnan(values[0])
    assert values[1] == -2.0
    assert np.isnan(jacobian[0]).all()
    assert jacobian[1].tolist() == [2.0, -1.0]
    with pytest.warns(RuntimeWarning):
        found = sparse.jacobian(-1.0, 2.0)
    assert np.isnan(found.data[:1]).all()
    assert found.data[1:].tolist() == [2.0, -1.0]


@pytest.mark.parametrize("backend", ["numpy", "native"])
def test_a_sparse_jacobian_has_the_entries_of_the_dense_one(backend: str) -> None:
    if backend == "native":
        pytest.importorskip("llvmlite")
    n = 50
    texts = [f"sin(x{i})*x{i + 1} - exp(x{i})" for i in range(n - 1)]
    x = np.linspace(-1.0, 1.0, n).tolist()
    found = sc.compile(texts, order=1, sparse=True, backend=backend).jacobian(*x)

    assert isinstance(found, csr_array)
    assert found.nnz == 2 * (n - 1)
    np.testing.assert_allclose(found.toarray(), sc.compile(texts, order=1).jacobian(*x), rtol=1e-15)


def test_least_squares_takes_several_formulas() -> None:
    n = 30
    texts = [f"10*(x{i + 1} - x{i}^2)" for i in range(n - 1)] + [f"1 - x{i}" for i in range(n)]
    f = sc.compile(texts, order=1, sparse=True)
    found = least_squares(x0=np.full(n, 0.5), tr_solver="lsmr", **f.scipy())

    np.testing.assert_allclose(found.x, 1.0, atol=1e-6)


def test_several_formulas_pickle_and_know_their_arguments() -> None:
    f = sc.compile(POLAR, order=1)

    assert f.names == ("r", "t")
    assert pickle.loads(pickle.dumps(f)) == f
    assert hash(pickle.loads(pickle.dumps(f))) == hash(f)
    assert repr(f).startswith("VectorFunction([r*cos(t), r*sin(t), 7], args=('r', 't')")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([],), "No formula was given"),
        ((["x", "sum(X)"],), "`X` is an array"),
        ((["x", "y"], ["x"]), "lacks y"),
    ],
)
def test_what_is_no_list_of_formulas_in_numbers_is_refused(arguments: Any, words: str) -> None:
    with pytest.raises(sc.ArgumentError, match=words):
        sc.compile(*arguments, shapes="X: n")


def test_several_formulas_have_one_order_of_derivatives_and_no_jax() -> None:
    with pytest.raises(sc.ArgumentError, match="it is 0 or 1"):
        sc.compile(POLAR, order=2)
    with pytest.raises(sc.ArgumentError, match="compile it with order=1"):
        sc.compile(POLAR).jacobian(1.0, 2.0)
    with pytest.raises(sc.CompileError, match="compiles one formula"):
        sc.compile(POLAR, backend="jax")


# -- the report ----------------------------------------------------------------------------------


def test_the_report_counts_what_is_computed_once_and_what_would_be_written_out() -> None:
    report = sc.compile("(x*y)^2 + sin(x*y)/3 + sqrt(x*y)", order=1).report()
    value = report["value"].counts

    # x*y, its square, its sine, its root, a division by 3, two sums
    assert (value.arithmetic, value.divisions, value.functions) == (5, 1, 1)
    assert value.shared == 1
    assert value.written_out == value.operations + 2
    assert [size.what for size in report.sizes] == ["value", "gradient"]
    assert report["gradient"].n_outputs == 3
    with pytest.raises(KeyError):
        report["hessian"]


def test_the_report_tells_how_many_entries_are_not_zero() -> None:
    report = sc.compile(rosenbrock(100), order=2).report()
    jacobian = sc.compile(["x*y", "z"], order=1).report()

    assert (report.n_nonzero, report.n_places) == (298, 10_000)
    assert "298 of 10,000 entries are not zero" in repr(report)
    assert (jacobian.n_nonzero, jacobian.n_places) == (3, 6)


def test_what_grows_beyond_all_bounds_when_written_out_is_counted_all_the_same() -> None:
    parts = ", ".join(f"z{k} = z{k - 1}*z{k - 1} + x" for k in range(1, 400))
    report = sc.compile(f"z399 where z0 = x, {parts}").report()

    assert report["value"].counts.operations == 2 * 399
    assert report["value"].counts.shared == 399 - 1
    assert "over 1e+18" in repr(report)


def test_predicted_times_grow_with_the_formula_and_are_positive() -> None:
    small, large = (sc.compile(rosenbrock(n), order=1).report() for n in (10, 1000))

    for backend, there in large["gradient"].predicted.items():
        here = small["gradient"].predicted[backend]
        assert 0.0 < here.call < there.call
        assert 0.0 < here.making < there.making
    assert small["value"].predicted["numpy"].call < small["gradient"].predicted["numpy"].call


def test_a_report_on_arrays_counts_elements_and_entries_for_sizes() -> None:
    squares = sc.compile("sum((X@w - y)**2)", order=2, wrt="w", shapes="X: m n; w: n; y: m")
    m, n = 300, 7
    report = squares.report({"m": m, "n": n})

    residual = m * n + m * (n - 1) + m
    assert report.n_inputs == m * n + n + m
    assert report["value"].counts.operations == residual + 2 * m - 1
    gradient = report["gradient"]
    assert gradient.counts.operations == residual + 2 * m - 1 + n * m + n * (m - 1) + n
    assert [size.n_outputs for size in report.sizes] == [1, 1 + n, 1 + n * n]
    assert gradient.predicted == {}
    chain = sc.compile("sum((x[1:] - x[:-1]**2)**2)", order=2, wrt="x", shapes="x: n")
    chain_report = chain.report({"n": 50})
    assert (chain_report.n_nonzero, chain_report.n_places) == (148, 2500)


def test_a_report_on_arrays_counts_products_in_the_order_that_is_computed() -> None:
    text, shapes = "x.T@A@B@x", "A: n n; B: n n; x: n"
    report = sc.compile(text, shapes=shapes).report({"n": 100})

    assert report["value"].counts.operations < 5 * 100**2
    with pytest.raises(sc.ArgumentError, match=r"that of `n` is missing.*'n': …"):
        sc.compile(text, shapes=shapes).report()


def test_a_report_says_no_more_of_arrays_than_is_known() -> None:
    with pytest.raises(sc.ArgumentError, match="depends on their sizes"):
        sc.compile("sum(w**2)", order=1, wrt="w", shapes="w: n").report()


def test_code_that_takes_long_to_make_is_announced_before(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(prediction, "MANY", {"numpy": 50, "native": 50})
    monkeypatch.setattr(prediction, "LONG", 1e-5)
    sc.compile("x*y")(1.0, 2.0)
    assert caplog.text == ""
    sc.compile(rosenbrock(30), order=1).gradient(*[0.5] * 30)

    assert "makes the code of a gradient of 4" in caplog.text
    assert "operations; that takes about" in caplog.text


def test_trust_constr_is_given_sparse_derivatives_of_constraints_in_few_variables_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[Any] = []
    given = ConstrainedEvaluator.sparse_curvature

    def watched(self: ConstrainedEvaluator, x: Any, weights: Any) -> Any:
        seen.append(given(self, x, weights))
        dense = self.constraints.curvature(x, weights)
        np.testing.assert_allclose(seen[-1].toarray(), dense, rtol=1e-15)
        jacobian = self.sparse_jacobian(x)
        assert (jacobian.toarray() == self.constraints.jacobian(x)).all()
        return seen[-1]

    monkeypatch.setattr(ConstrainedEvaluator, "sparse_curvature", watched)
    n = 60
    start = dict.fromkeys([f"x{i}" for i in range(n)], 0.5)
    held = [f"x{i}^2 + x{i + 1}^2 <= 1.5" for i in range(0, n - 1, 2)]
    total = " + ".join(f"(x{i} - 1)^2" for i in range(n))
    found = sc.minimize(total, start, constraints=held, method="trust-constr")

    np.testing.assert_allclose(list(found.x.values()), math.sqrt(0.75), rtol=1e-4)
    assert seen
