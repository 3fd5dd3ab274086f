"""Compiled code over arrays, beside a plain evaluation of the same graph node by node."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from array_values import values_of

import symcalc as sc
from symcalc.backends import ArrayFunction, CompiledFunction, compile_expression
from symcalc.errors import ArgumentError, DerivativeError
from symcalc.expression import Expression
from symcalc.functions import TABLE
from symcalc.graph.contractions import broadcast, contract, eye, transpose
from symcalc.graph.derive import jacobian_nodes
from symcalc.graph.graph import Graph, Node


def evaluate(graph: Graph, root: Node, point: dict[str, Any], sizes: dict[str, int]) -> Any:
    """Return a node's value by NumPy's plainest means."""
    return values_of(graph, [root], point, sizes)[0]


class Formulas:
    """Formulas over arrays, built by hand: `name: (root, variable)`."""

    def __init__(self) -> None:
        g = self.graph = Graph()
        X, S = g.var("X", ("m", "n")), g.var("S", ("n", "n"))
        w, y, c = g.var("w", ("n",)), g.var("y", ("m",)), g.var("c", ("k",))
        U, V, a = g.var("U", ("m", "k")), g.var("V", ("n", "k")), g.var("a")
        Xw, UV = self.mul(X, "ij", w, "j", "i"), self.mul(U, "ik", V, "jk", "ij")
        XV = self.mul(X, "ij", V, "jk", "ik")
        r, two, zero, one = g.sub(Xw, y), g.const(2), g.const(0), g.const(1)
        inverse = g.node("inv", (S,))
        gram = g.add([self.mul(X, "ij", X, "ik", "jk"), eye(g, "n")])
        margin = g.mul([g.neg(y), Xw])
        column = broadcast(g, g.node("lse", (XV,), 1), ("m", "k"), (0,))
        scaled = contract(
            g, [(X, (0, 1)), (g.call("exp", [y]), (0,)), (X, (0, 2)), (w, (1,))], (2,)
        )
        spread, curved = broadcast(g, a, ("m",), ()), g.call("exp", [Xw])
        hidden = self.mul(g.call("tanh", [XV]), "ik", c, "k", "i")
        block = g.node("take", (X,), (("m", 2), ((0, None, 1), (0, 2, 1))))
        joined = g.node("concat", (w, y), (("m+n",), 0))
        self.cases: dict[str, tuple[Node, Node]] = {
            "least squares": (g.div(self.squares(r), g.mul([two, g.node("dim", (), "m")])), w),
            "least squares in X": (self.squares(r), X),
            "logistic": (self.total(g.call("log", [g.add([one, g.call("exp", [margin])])])), w),
            "factorization": (self.squares(g.sub(X, UV)), U),
            "factorization, transposed": (self.squares(transpose(g, g.sub(X, UV))), V),
            "quadratic form": (contract(g, [(w, (0,)), (S, (0, 1)), (w, (1,))], ()), w),
            "trace of a power": (contract(g, [(S, (0, 1)), (S, (1, 2)), (S, (2, 0))], ()), S),
            "trace": (g.pow(contract(g, [(S, (0, 0))], ()), two), S),
            "diagonal": (self.total(g.call("exp", [contract(g, [(S, (0, 0))], (0,))])), S),
            "inverse": (contract(g, [(w, (0,)), (inverse, (0, 1)), (w, (1,))], ()), S),
            "inverse, twice": (contract(g, [(inverse, (0, 1)), (V, (1, 2)), (V, (0, 2))], ()), V),
            "sum of an inverse": (self.squares(inverse), S),
            "determinant": (g.node("det", (S,)), S),
            "logdet": (g.add([g.node("logdet", (S,)), self.squares(w)]), S),
            "logdet of a Gram matrix": (g.node("logdet", (gram,)), X),
            "logsumexp of rows": (self.squares(g.node("lse", (XV,), 1)), V),
            "softmax": (self.squares(g.call("exp", [g.sub(XV, column)])), V),
            "maximum": (self.squares(g.node("amax", (XV,), 0)), V),
            "product": (g.node("prod", (w,), 0), w),
            "network": (self.squares(g.sub(hidden, y)), V),
            "network, outer layer": (self.squares(g.sub(hidden, y)), c),
            "weights": (g.sub(self.squares(scaled), self.total(scaled)), y),
            "part": (self.squares(g.call("sin", [block])), X),
            "entry": (g.pow(g.node("take", (X,), ((), (1, 0))), two), X),
            "joined": (self.total(g.call("sin", [joined])), w),
            "choice": (self.total(g.piecewise([(g.pow(Xw, two), g.compare(">", Xw, zero))],
                                              g.call("exp", [Xw]))), w),
            "scalar beside arrays": (g.mul([a, self.squares(g.sub(Xw, spread))]), a),
            "sums along both axes": (g.mul([self.squares(contract(g, [(X, (0, 1))], (1,))),
                                            self.squares(contract(g, [(X, (0, 1))], (0,)))]), X),
            "vector": (g.call("tanh", [Xw]), w),
            "matrix": (contract(g, [(X, (0, 1)), (curved, (0,)), (X, (0, 2))], (1, 2)), w),
            "outer product": (self.mul(w, "i", y, "j", "ji"), w),
        }  # fmt: skip

    def mul(self, a: Node, i: str, b: Node, j: str, out: str) -> Node:
        first, second = tuple(map(ord, i)), tuple(map(ord, j))
        return contract(self.graph, [(a, first), (b, second)], tuple(map(ord, out)))

    def total(self, node: Node) -> Node:
        return self.graph.node("sum", (node,))

    def squares(self, node: Node) -> Node:
        return self.total(self.graph.pow(node, self.graph.const(2)))


FORMULAS = Formulas()

SIZES = ({"m": 4, "n": 3, "k": 2}, {"m": 2, "n": 5, "k": 3}, {"m": 5, "n": 2, "k": 1})


def point_of(sizes: dict[str, int], seed: int = 0) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    m, n, k = sizes["m"], sizes["n"], sizes["k"]
    return {
        "X": rng.normal(size=(m, n)), "w": rng.normal(size=n), "y": rng.normal(size=m),
        "S": rng.normal(size=(n, n)) + 4 * np.eye(n), "U": rng.normal(size=(m, k)),
        "V": rng.normal(size=(n, k)), "c": rng.normal(size=k), "a": 0.7,
    }  # fmt: skip


def compiled(name: str, order: int = 2) -> ArrayFunction:
    root, variable = FORMULAS.cases[name]
    function = compile_expression(
        Expression(FORMULAS.graph, root), order=order, wrt=[FORMULAS.graph.data[variable]]
    )
    assert isinstance(function, ArrayFunction)
    return function


def corpus() -> list[Any]:
    text = (Path(__file__).parent / "data" / "matrix.json").read_text(encoding="utf-8")
    return [pytest.param(item, id=item["id"]) for item in json.loads(text)["items"]]


@pytest.mark.parametrize("item", corpus())
def test_the_corpus_of_matrix_formulas_is_compiled_to_nine_digits(item: dict[str, Any]) -> None:
    shapes = {
        symbol["name"]: _dimensions(symbol["kind"])
        for symbol in item["symbols"]
        if symbol["kind"] != "scalar"
    }
    point = {name: np.array(value, dtype=float) for name, value in item["inputs"].items()}
    order = 2 if "hessian" in item else 1
    f = sc.compile(item["python"], order=order, wrt=item["wrt"], shapes=shapes)
    given = {name: point[name] for name in f.names}

    assert_close(f(**given), item["value"])
    jacobian = f.jacobian(**given)
    for name, expected in (item.get("grad") or item.get("jacobian") or {}).items():
        assert_close(jacobian[name], expected)
    for name, expected in item.get("hessian", {}).items():
        hessian = f.hessian(**given)
        assert_close(hessian[name, name] if isinstance(hessian, dict) else hessian, expected)


def _dimensions(kind: str) -> str:
    what, *dims = kind.split()
    return " ".join(dims * 2 if what == "symmetric" else dims)


def assert_close(found: Any, expected: Any) -> None:
    expected = np.array(expected)
    scale = max(1.0, float(np.abs(expected).max()))
    np.testing.assert_allclose(np.reshape(found, expected.shape), expected, atol=1e-9 * scale)


@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("name", FORMULAS.cases)
def test_compiled_derivatives_are_those_of_the_graph(name: str, sizes: dict[str, int]) -> None:
    graph, (root, variable) = FORMULAS.graph, FORMULAS.cases[name]
    point, function, key = point_of(sizes), compiled(name), graph.data[variable]
    inside = {given: point[given] for given in function.names}
    (first,) = jacobian_nodes(graph, root, [variable])

    value = function(**inside)
    derivative = function.jacobian(**inside)[key]

    np.testing.assert_allclose(value, evaluate(graph, root, point, sizes), rtol=1e-9, atol=1e-12)
    expected = np.broadcast_to(evaluate(graph, first, point, sizes), np.shape(derivative))
    np.testing.assert_allclose(derivative, expected, rtol=1e-9, atol=1e-12)
    if graph.shape(root):
        return
    (second,) = jacobian_nodes(graph, first, [variable])
    shape = np.shape(derivative)
    expected = np.broadcast_to(evaluate(graph, second, point, sizes), shape * 2)
    hessian = function.hessian(**inside)
    hessian = hessian[key, key] if shape else hessian.reshape(())
    np.testing.assert_allclose(hessian, expected, rtol=1e-9, atol=1e-10)
    direction = np.random.default_rng(1).normal(size=shape)
    product = function.hessian_product(direction.ravel(), **inside)
    wanted = np.tensordot(expected, direction, axes=len(shape)).ravel()
    np.testing.assert_allclose(product, wanted, rtol=1e-9, atol=1e-10)


def test_derivatives_have_the_shapes_of_the_variables() -> None:
    g = Graph()
    w, a = g.var("w", ("n",)), g.var("a")
    f = compile_expression(Expression(g, g.mul([a, g.node("sum", (g.mul([w, w]),))])), order=2)
    point = {"a": 2.0, "w": np.arange(3.0)}

    gradient = f.gradient(**point)
    blocks = f.hessian(**point)

    assert gradient["a"] == 5.0
    np.testing.assert_array_equal(gradient["w"], [0.0, 4.0, 8.0])
    assert {place: np.shape(block) for place, block in blocks.items()} == {
        ("a", "a"): (), ("a", "w"): (3,), ("w", "a"): (3,), ("w", "w"): (3, 3),
    }  # fmt: skip
    np.testing.assert_array_equal(blocks["w", "w"], 4.0 * np.eye(3))
    np.testing.assert_array_equal(blocks["w", "a"], blocks["a", "w"])


def test_a_product_with_a_direction_by_name_takes_missing_parts_for_zero() -> None:
    g = Graph()
    w, a = g.var("w", ("n",)), g.var("a")
    f = compile_expression(Expression(g, g.mul([a, g.node("sum", (g.mul([w, w]),))])), order=1)
    point = {"a": 2.0, "w": np.arange(3.0)}

    product = f.hessian_product({"w": [1.0, 0.0, 1.0]}, **point)

    assert product["a"] == 4.0
    np.testing.assert_array_equal(product["w"], [4.0, 0.0, 4.0])
    with pytest.raises(ArgumentError, match="direction of `w` has shape"):
        f.hessian_product({"w": [1.0]}, **point)
    with pytest.raises(ArgumentError, match="names `v`"):
        f.hessian_product({"v": 1.0}, **point)


def test_logistic_losses_are_finite_and_right_where_exponentials_overflow() -> None:
    f = compiled("logistic")
    X, y, w = np.array([[1.0], [-1.0]]), np.ones(2), np.array([1000.0])

    value, gradient = f.value_and_gradient(X=X, y=y, w=w)

    assert value == 1000.0
    np.testing.assert_array_equal(gradient["w"], [1.0])


def test_the_order_of_matrix_products_follows_the_sizes() -> None:
    g = Graph()
    A, B, C = g.var("A", ("m", "n")), g.var("B", ("n", "p")), g.var("C", ("p", "q"))
    root = contract(g, [(A, (0, 1)), (B, (1, 2)), (C, (2, 3))], (0, 3))
    f = compile_expression(Expression(g, root))
    sources = []
    for m, n, p, q in ((2, 300, 300, 300), (300, 300, 300, 2), (3, 300, 300, 300)):
        a, b, c = np.ones((m, n)), np.ones((n, p)), np.ones((p, q))
        np.testing.assert_allclose(f(A=a, B=b, C=c), a @ b @ c)
        sources.append(f.source)

    assert "(x0 @ x1) @ x2" in sources[0]
    assert "x0 @ (x1 @ x2)" in sources[1]
    assert sources[2] is sources[0]


def test_a_product_of_three_matrices_is_compiled_once_for_sizes_of_one_order() -> None:
    f = sc.compile("A@B@C", shapes="A: m n; B: n p; C: p q")
    sources = []
    for m, n, p, q in 2 * [(200, 2, 200, 2), (2, 200, 2, 200)]:
        f(A=np.ones((m, n)), B=np.ones((n, p)), C=np.ones((p, q)))
        sources.append(f.source)

    assert "x0 @ (x1 @ x2)" in sources[0]
    assert "(x0 @ x1) @ x2" in sources[1]
    assert sources[2] is sources[0]
    assert sources[3] is sources[1]


def test_a_diagonal_matrix_between_two_scales_rows() -> None:
    f = compiled("weights", order=0)
    f(**{name: value for name, value in point_of(SIZES[0]).items() if name in f.names})

    assert "einsum" not in f.source
    assert "eye" not in f.source


def test_a_matrix_is_factorized_once_for_all_that_needs_it() -> None:
    f = compiled("inverse")
    point = point_of(SIZES[0])
    f.gradient(S=point["S"], w=point["w"])

    assert f.source.count("Factorization") == 1
    assert "inverse" not in f.source


def test_singular_matrices_have_no_inverse_and_say_so() -> None:
    f = compiled("inverse", order=0)

    with pytest.warns(RuntimeWarning, match="singular"):
        value = f(S=np.zeros((2, 2)), w=np.ones(2))

    assert np.isnan(value)


def test_a_matrix_that_is_nearly_symmetric_is_not_taken_for_symmetric() -> None:
    f = compiled("logdet", order=0)
    S = np.array([[2.0, 0.5], [0.0, 2.0]])

    assert f(S=S, w=np.zeros(2)) == pytest.approx(np.log(4.0), rel=1e-15)
    assert f(S=-np.eye(2), w=np.zeros(2)) == 0.0


def test_sizes_that_differ_are_refused_with_both_names() -> None:
    f = compiled("least squares")
    with pytest.raises(ArgumentError, match=r"`w` has 4 entries along `n`, but `X` has 3"):
        f(X=np.ones((2, 3)), w=np.ones(4), y=np.ones(2))
    with pytest.raises(ArgumentError, match=r"`w` has shape \(3, 1\); it was declared \(n,\)"):
        f(X=np.ones((2, 3)), w=np.ones((3, 1)), y=np.ones(2))


def test_dimensions_made_of_others_are_computed_from_the_arguments() -> None:
    f = sc.compile("kron(A, B)", shapes="A: m n; B: p q")
    A, B = np.arange(6.0).reshape(2, 3), np.arange(4.0).reshape(2, 2)

    np.testing.assert_array_equal(f(A=A, B=B), np.kron(A, B))
    g = Graph()
    unseen = g.add([g.node("dim", (), "k"), g.node("sum", (eye(g, "k"),))])
    with pytest.raises(ArgumentError, match=r"No argument has the dimension `k`"):
        compile_expression(Expression(g, unseen))()


def test_parts_that_an_array_does_not_have_are_refused() -> None:
    with pytest.raises(ArgumentError, match="no entry 1 along an axis of size 1"):
        compiled("entry", order=0)(X=np.ones((1, 1)))


def test_results_are_arrays_of_their_own() -> None:
    g = Graph()
    w, v = g.var("w", ("n",)), g.var("v", ("n",))
    f = compile_expression(Expression(g, contract(g, [(w, (0,)), (v, (0,))], ())), order=1)
    point = {"w": np.ones(2), "v": np.ones(2)}

    gradient = f.gradient(**point)
    gradient["w"][0] = 7.0

    assert point["v"][0] == 1.0
    assert f.gradient(**point)["w"][0] == 1.0


def test_numbers_among_zeros_have_all_their_digits() -> None:
    X, U = np.ones((2, 3)), np.ones((2, 1))
    f = sc.compile("concat([U, diag(mean(X, axis=1))], axis=1)", order=1, wrt=["X"],
                   shapes="U: m k; X: m n")  # fmt: skip
    g = sc.compile("sum((w/3)[0]*w)", order=1, wrt=["w"], shapes="w: n")

    assert f.jacobian(U=U, X=X)["X"].max() == 1 / 3
    np.testing.assert_allclose(g.gradient(w=np.ones(1))["w"], 2 / 3, rtol=1e-15)


def test_a_hessian_too_large_is_refused_with_the_way_out() -> None:
    f = compiled("least squares")
    n = 20_000
    with pytest.raises(ArgumentError, match="hessian_product"):
        f.hessian(X=np.ones((1, n)), w=np.ones(n), y=np.ones(1))
    product = f.hessian_product(np.ones(n), X=np.ones((1, n)), w=np.ones(n), y=np.ones(1))
    np.testing.assert_array_equal(product, np.full(n, float(n)))


def test_an_array_has_a_jacobian_and_no_gradient() -> None:
    with pytest.raises(DerivativeError, match="jacobian"):
        compiled("vector").gradient(X=np.ones((2, 3)), w=np.ones(3))


def test_flat_vectors_go_there_and_back() -> None:
    g = Graph()
    U, b = g.var("U", ("m", "k")), g.var("b")
    Y = g.var("Y", ("m", "m"))
    UU = contract(g, [(U, (0, 1)), (U, (2, 1))], (0, 2))
    residual = g.add([Y, g.neg(UU), g.neg(broadcast(g, b, ("m", "m"), ()))])
    root = g.node("sum", (g.mul([residual, residual]),))
    f = compile_expression(Expression(g, root), order=2, wrt=["U", "b"])
    rng = np.random.default_rng(2)
    values = {"U": rng.normal(size=(3, 2)), "b": 0.25}
    data = {"Y": rng.normal(size=(3, 3))}
    x = f.pack(values)

    back = f.unpack(x, **data)
    words = f.scipy(**data)
    flat = f.at_data(**data)

    np.testing.assert_array_equal(back["U"], values["U"])
    assert back["b"] == 0.25
    assert words["fun"](x) == f(**values, **data)
    gradient = f.gradient(**values, **data)
    np.testing.assert_array_equal(words["jac"](x), f.pack(gradient))
    hessian = words["hess"](x)
    np.testing.assert_allclose(hessian, hessian.T, rtol=1e-13)
    np.testing.assert_allclose(flat.hessian_product(x, np.ones(7)), hessian @ np.ones(7))
    with pytest.raises(ArgumentError, match="vector of length 8"):
        f.unpack(np.ones(8), **data)
    with pytest.raises(ArgumentError, match="No value for Y"):
        f.at_data()


def test_compiled_functions_over_arrays_pickle_and_compare() -> None:
    f = compiled("network")
    point = {name: value for name, value in point_of(SIZES[0]).items() if name in f.names}
    again = pickle.loads(pickle.dumps(f))

    assert again == f
    assert hash(again) == hash(f)
    np.testing.assert_array_equal(again.gradient(**point)["V"], f.gradient(**point)["V"])


def test_columns_of_data_beside_numbers_are_compiled_as_ever() -> None:
    g = Graph()
    x, a = g.var("x", ("rows",)), g.var("a")
    root = g.node("sum", (g.mul([a, x]),))
    f = compile_expression(Expression(g, root), order=1, wrt=["a"])

    assert type(f) is CompiledFunction
    np.testing.assert_array_equal(f.gradient(a=2.0, x=[1.0, 2.0]), [3.0])


def test_the_table_has_no_function_that_a_kind_of_array_node_hides() -> None:
    from symcalc.backends.matrices import RULES

    assert not set(RULES) & set(TABLE)


@pytest.mark.parametrize("name", ["least squares", "logistic", "weights"])
def test_sparse_data_give_what_dense_data_give(name: str) -> None:
    from scipy.sparse import csc_matrix

    f = compiled(name)
    point = {given: value for given, value in point_of(SIZES[0]).items() if given in f.names}
    point["X"] = np.where(np.abs(point["X"]) > 0.7, point["X"], 0.0)
    sparse = point | {"X": csc_matrix(point["X"])}
    (key,) = f.wrt

    assert f(**sparse) == pytest.approx(f(**point), rel=1e-13)
    np.testing.assert_allclose(f.gradient(**sparse)[key], f.gradient(**point)[key], rtol=1e-12)
    np.testing.assert_allclose(
        f.hessian(**sparse)[key, key], f.hessian(**point)[key, key], rtol=1e-12
    )


@pytest.mark.parametrize(
    "text",
    [
        "(X*w)@w",
        "(y[:, None]*X)@w",
        "w@(X*y[:, None]).T",
        "(y@(w*X))*w",
    ],
)
def test_sparse_data_are_scaled_by_rows_and_columns(text: str) -> None:
    from scipy.sparse import csr_matrix

    point = point_of(SIZES[0])
    X, w, y = np.where(np.abs(point["X"]) > 0.7, point["X"], 0.0), point["w"], point["y"]
    f = sc.compile(text, shapes="X: m n; w: n; y: m")
    dense = {name: {"X": X, "w": w, "y": y}[name] for name in f.names}

    np.testing.assert_allclose(f(**dense | {"X": csr_matrix(X)}), f(**dense), rtol=1e-13)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("sum(ones(3))", 3.0),
        ("ones(3)", [1.0, 1.0, 1.0]),
        ("det(4*eye(2))", 16.0),
        ("2*norm2(ones(4))", 4.0),
        ("inv(4*eye(2))", [[0.25, 0.0], [0.0, 0.25]]),
        ("max(3*ones(3))", 3.0),
    ],
)
def test_formulas_of_arrays_without_variables_are_compiled(text: str, value: Any) -> None:
    found = sc.compile(text)()

    np.testing.assert_array_equal(found, value)


@pytest.mark.parametrize("backend", ["numpy", "native", "jax"])
@pytest.mark.parametrize("text", ["a*mean(v)", "a*mean((v - mean(v))**2)", "a/mean(v)"])
def test_the_mean_of_an_empty_column_is_no_number(text: str, backend: str) -> None:
    pytest.importorskip({"numpy": "numpy", "native": "llvmlite", "jax": "jax"}[backend])
    f = sc.compile(text, order=1, wrt="a", shapes="v: rows", backend=backend)
    with np.errstate(invalid="ignore"):
        value, gradient = f.value_and_gradient(a=2.0, v=[])

    assert np.isnan(value)
    assert np.isnan(gradient).all()


@pytest.mark.parametrize(
    "text",
    [
        "sum(X, axis=1)@y", "sum(X, axis=0)@y", "mean(X, axis=0)@y + sum(X.T@y)", "sum(X)",
        "(X*M)@y@y", "y@(X.T*M)@y", "trace(X)*y@y", "sum(diag(X)*y)", "sum(X.T)*y@X@y",
        "sum(diag(X.T))",
    ],
)  # fmt: skip
def test_sums_and_diagonals_of_sparse_data_are_those_of_dense_ones(text: str) -> None:
    from scipy.sparse import csr_array

    rng = np.random.default_rng(5)
    X, y = np.where(rng.uniform(size=(4, 4)) > 0.5, rng.normal(size=(4, 4)), 0.0), np.arange(4.0)
    f = sc.compile(text, shapes="X: n n; y: n; M: n n")
    point = {name: {"X": X, "y": y, "M": rng.normal(size=(4, 4))}[name] for name in f.names}

    assert f(**point | {"X": csr_array(X)}) == pytest.approx(f(**point), rel=1e-13)


def test_sparse_data_are_refused_where_more_than_a_product_needs_them() -> None:
    from scipy.sparse import csr_array

    with pytest.raises(ArgumentError, match=r"`X` is one that is needed elsewhere.*X\.toarray\(\)"):
        compiled("part", order=0)(X=csr_array(np.eye(3)))


@pytest.mark.parametrize(
    ("text", "kernel"),
    [
        ("sum(softplus(X@w))", "softplus_and_sigmoid"),
        ("sum(softplus(X@w)) if a > 0 else sum(softplus(-X@w))", "softplus_and_sigmoid"),
        ("sum(logsumexp(X*a, axis=1))", "log_sum_exp_and_shares"),
        ("sum(logsumexp(X*a, axis=0)**2)", "log_sum_exp_and_shares"),
        ("logsumexp(X@w)**2", "log_sum_exp_and_shares"),
    ],
)
@pytest.mark.parametrize("a", [2.0, -300.0])
def test_exponentials_are_shared_by_a_function_and_its_derivative(
    text: str, kernel: str, a: float
) -> None:
    shapes = {"X": "m n", "w": "n"} if "w" in text else {"X": "m n"}
    f = sc.compile(text, order=1, wrt=["X"], shapes=shapes)
    point = {**point_of(SIZES[0]), "a": a}
    point = {name: point[name] for name in f.names}

    value, gradient = f.value_and_gradient(**point)

    assert kernel in f.source
    assert value == pytest.approx(f(**point), rel=1e-14)
    graph = f.expression.graph
    (derivative,) = jacobian_nodes(graph, f.expression.root, [graph.var("X")])
    expected = evaluate(graph, derivative, point, SIZES[0])
    np.testing.assert_allclose(gradient["X"], expected, rtol=1e-9, atol=1e-300)


@pytest.mark.parametrize("n_columns", [0, 1, 3, 40, 1500])
@pytest.mark.parametrize("axis", [0, 1])
def test_sums_along_an_axis_are_those_of_numpy(n_columns: int, axis: int) -> None:
    X = np.random.default_rng(0).normal(size=(7, n_columns))
    if n_columns:
        X[0, 0], X[3, 0], X[4, -1] = np.inf, np.nan, -np.inf
    f = sc.compile(f"sum(X, axis={axis})", shapes="X: m n")

    np.testing.assert_allclose(f(X=X), X.sum(axis=axis), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("n_columns", [1, 3, 40])
def test_logsumexp_of_rows_keeps_what_is_infinite(n_columns: int) -> None:
    X = np.random.default_rng(0).normal(size=(5, n_columns))
    X[0], X[1, 0], X[2, -1], X[3] = -np.inf, np.inf, np.nan, 1000.0
    f = sc.compile("logsumexp(X, axis=1)", shapes="X: m n")

    expected = [-np.inf, np.inf, np.nan, 1000 + np.log(n_columns), np.logaddexp.reduce(X[4])]
    np.testing.assert_allclose(f(X=X), expected, rtol=1e-14)


def test_a_row_and_a_column_are_multiplied_as_one_outer_product() -> None:
    f = sc.compile(
        "sum((X@V)*y[:, None]*c)", order=1, wrt="V, c", shapes="X: m n; V: n k; c: k; y: m"
    )
    point = {name: value for name, value in point_of(SIZES[0]).items() if name in f.names}

    gradient = f.gradient(**point)

    X, y, c = point["X"], point["y"], point["c"]
    np.testing.assert_allclose(gradient["V"], X.T @ (y[:, None] * c), rtol=1e-12)
    assert "[:, None], " in f.source


@pytest.mark.parametrize(
    ("weight", "is_root"),
    [("exp(y)", True), ("y**2", True), ("y", False), ("y**3", False), ("sigmoid(y)*abs(y)", True),
     ("(y**2 + 1)**3", True), ("tanh(y)", False), ("(1 if y > 0 else exp(y))", True)],
)  # fmt: skip
def test_rows_are_weighted_by_roots_where_no_weight_is_negative(weight: str, is_root: bool) -> None:
    f = sc.compile(f'einsum("ij,i,ik->jk", X, {weight}, X)', shapes="X: m n; y: m")
    X, y = point_of(SIZES[0])["X"], point_of(SIZES[0])["y"]
    plain = sc.compile(weight, shapes="y: m")(y=y)

    np.testing.assert_allclose(f(X=X, y=y), X.T @ (plain[:, None] * X), rtol=1e-12, atol=1e-13)
    assert ("sqrt(" in f.source) == is_root


def test_a_call_in_another_thread_does_not_change_what_is_known_of_sizes(monkeypatch):
    from symcalc.backends.array_running import ArrayRunner

    f = sc.compile("mean((X@w)**2)", shapes="X: m n; w: n", wrt="w", order=1)
    note, calls = ArrayRunner.note, []

    def between(self, *found):
        calls.append(found)
        if len(calls) == 1:  # another thread runs between the code of this call and its note
            f.value_and_gradient(X=np.ones((5, 2)), w=np.ones(2))
        note(self, *found)

    monkeypatch.setattr(ArrayRunner, "note", between)
    for _ in range(2):
        value, gradient = f.value_and_gradient(X=np.ones((50, 2)), w=np.ones(2))
        assert value == 4.0
        assert gradient["w"].tolist() == [4.0, 4.0]
    assert len(calls) == 2
