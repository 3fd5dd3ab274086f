"""Arrays in text, LaTeX and NumPy source: exact strings; what is written computes what is meant."""

from __future__ import annotations

import json
import random
import re
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import scipy.special
from array_values import sizes_of, values_of

import symcalc as sc
from symcalc.errors import ArgumentError, ParseError
from symcalc.expression import Expression
from symcalc.graph.contractions import broadcast, contract, eye, transpose
from symcalc.graph.derive import jacobian_nodes
from symcalc.graph.graph import Graph
from symcalc.language import read
from symcalc.symbolic import simplify_for_display, stabilize_for_display
from symcalc.symbolic.array_forms import tidy_arrays
from symcalc.writing import to_latex, to_python, to_text

#: The words of the language as NumPy has them: a text is plain NumPy.
WORDS = {
    "sum": np.sum,
    "outer": np.outer,
    "diag": np.diag,
    "trace": np.trace,
    "ones": lambda *shape: np.ones(shape),
    "eye": np.eye,
    "einsum": np.einsum,
    "inv": np.linalg.inv,
    "solve": np.linalg.solve,
    "exp": np.exp,
}

SIZES = {"m": 4, "n": 3, "k": 2}


@pytest.fixture
def arena():
    """A graph with the arrays of the exact strings below."""
    return Arrays()


class Arrays:
    """Variables by name, and short words for contractions."""

    def __init__(self):
        self.graph = graph = Graph()
        shapes = {"X": "mn", "Y": "mn", "A": "nn", "S": "nn", "U": "mk", "V": "nk", "D": "mk"}
        shapes |= {"w": "n", "v": "n", "y": "m", "d": "m", "b": "k", "a": ""}
        for name, shape in shapes.items():
            setattr(self, name, graph.var(name, tuple(shape)))
        self.m = graph.node("dim", (), "m")
        self.Xw = self.ein("ij,j->i", self.X, self.w)
        self.residual = graph.sub(self.Xw, self.y)

    def ein(self, labels, *factors, **dims):
        """Return a contraction written as for `np.einsum`."""
        left, right = labels.split("->")
        parts = [part for part in left.split(",") if factors]
        pairs = [(node, tuple(map(ord, part))) for node, part in zip(factors, parts, strict=True)]
        sizes = {ord(letter): dim for letter, dim in dims.items()}
        return contract(self.graph, pairs, [ord(letter) for letter in right], sizes)

    def square_sum(self, node):
        """Return the sum of the squares of the elements."""
        return self.graph.node("sum", (self.graph.pow(node, self.graph.const(2)),))

    def text(self, node):
        """Return the text of a node."""
        return to_text(self.graph, node)


# -- exact strings ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("labels", "names", "expected"),
    [
        ("ij,j->i", "X w", "X @ w"),
        ("ij,i->j", "X y", "X.T @ y"),
        ("ij,jk,k->i", "X V b", "X @ (V @ b)"),
        ("ij,ik->jk", "X U", "X.T @ U"),
        ("ij,ik->kj", "X U", "U.T @ X"),
        ("ij->ji", "X", "X.T"),
        ("il,jk,jl->ik", "D V V", "D @ (V.T @ V)"),
        ("i,ij,j->", "y X w", "y @ X @ w"),
        ("ij,i,j->", "X y w", "y @ X @ w"),
        ("i,i->", "w v", "w @ v"),
        ("i,i,i->", "w v w", "sum(w*v*w)"),
        ("i,j->ij", "y w", "outer(y, w)"),
        ("i,j,i->ij", "y w d", "outer(y*d, w)"),
        ("ii->", "S", "trace(S)"),
        ("ij,ji->", "S A", "trace(S @ A)"),
        ("ij,ij->", "X Y", "sum(X*Y)"),
        ("ij,jk,lk,il->", "X V V X", "trace(X @ V @ V.T @ X.T)"),
        ("ii->i", "S", "diag(S)"),
        ("ij->i", "X", "sum(X, axis=1)"),
        ("ij->j", "X", "sum(X, axis=0)"),
        ("ij->", "X", "sum(X)"),
        ("ij,jk->k", "X V", "V.T @ sum(X, axis=0)"),
        ("ij,ij->i", "X Y", "sum(X*Y, axis=1)"),
        ("ij,i->ij", "X d", "d[:, None]*X"),
        ("ij,j->ij", "X w", "X*w"),
        ("ij,i,ik->jk", "X d X", "X.T @ (d[:, None]*X)"),
        ("ij,jk,ik->i", "X V U", "sum((X @ V)*U, axis=1)"),
        ("i,i,j->j", "w w y", "(w @ w)*y"),
        ("ij,kl->ijkl", "X U", 'einsum("ij,kl->ijkl", X, U)'),
        ("ij,ik,il->jkl", "X U X", 'einsum("lj,lk,li->jki", X, U, X)'),
    ],
)
def test_contractions_are_written_as_products_of_matrices(arena, labels, names, expected):
    node = arena.ein(labels, *[getattr(arena, name) for name in names.split()])

    got = arena.text(node)

    if "einsum" in expected:
        assert got.startswith("einsum(")
    else:
        assert got == expected


def test_diagonal_matrices_and_identities(arena):
    graph = arena.graph
    identity = eye(graph, "n")

    assert arena.text(identity) == "eye(n)"
    assert arena.text(arena.ein("ij,i->ij", identity, arena.w)) == "diag(w)"
    assert arena.text(arena.ein("ij,ij->ij", identity, arena.S)) == "diag(diag(S))"
    assert arena.text(graph.scale(2, identity)) == "2*eye(n)"


def test_an_inverse_used_once_is_solved_with(arena):
    graph = arena.graph
    inverse = graph.node("inv", (arena.S,))

    assert arena.text(transpose(graph, inverse)) == "inv(S).T"
    assert arena.text(arena.ein("ij,j->i", inverse, arena.w)) == "solve(S, w)"
    assert arena.text(arena.ein("ji,j->i", inverse, arena.w)) == "solve(S.T, w)"
    assert arena.text(arena.ein("i,ij,j->", arena.w, inverse, arena.v)) == "w @ solve(S, v)"
    assert arena.text(arena.ein("ij,jk->ik", inverse, arena.A)) == "solve(S, A)"
    assert arena.text(arena.ein("ij,jk->ik", arena.A, inverse)) == "A @ inv(S)"
    twice = arena.ein("ij,jk,kl->il", inverse, arena.A, inverse)
    assert arena.text(twice) == "inv(S) @ A @ inv(S)"


def test_broadcasting_is_written_only_where_nothing_else_spans_the_axes(arena):
    graph = arena.graph
    rows = broadcast(graph, arena.d, ("m", "n"), (0,))
    columns = broadcast(graph, arena.w, ("m", "n"), (1,))
    everywhere = broadcast(graph, arena.a, ("m", "n"), ())

    assert arena.text(graph.sub(arena.X, rows)) == "X - d[:, None]"
    assert arena.text(graph.sub(arena.X, columns)) == "X - w"
    assert arena.text(graph.add((rows, columns))) == "d[:, None] + w"
    assert arena.text(graph.sub(arena.X, everywhere)) == "X - a"
    assert arena.text(rows) == "outer(d, ones(n))"
    assert arena.text(graph.call("exp", (columns,))) == "exp(outer(ones(m), w))"
    assert arena.text(everywhere) == "a*ones(m, n)"
    assert arena.text(graph.node("sum", (graph.call("exp", (rows,)),))).startswith("sum(exp(outer(")


def test_reductions_parts_and_blocks(arena):
    graph = arena.graph

    def take(shape, *index):
        return arena.text(graph.node("take", (arena.X,), (shape, index)))

    whole = (0, None, 1)
    assert arena.text(graph.node("lse", (arena.X,), 1)) == "logsumexp(X, axis=1)"
    assert arena.text(graph.node("lse", (arena.w,), 0)) == "logsumexp(w)"
    assert arena.text(graph.node("amax", (arena.X,), 0)) == "max(X, axis=0)"
    assert arena.text(graph.node("logdet", (arena.S,))) == "logdet(S)"
    assert take(("n",), 0, whole) == "X[0]"
    assert take(("m",), whole, 1) == "X[:, 1]"
    assert take((2, "n"), (1, 3, 1), whole) == "X[1:3]"
    assert take((), 0, 1) == "X[0, 1]"
    blocks = graph.node("concat", (arena.w, arena.y), (("n + m",), 0))
    assert arena.text(blocks) == "concat(w, y)"
    place = graph.node("put", (arena.w,), (("m", "n"), (1, whole)))
    assert arena.text(place) == "outer(eye(m)[1], w)"


def test_textbook_gradients_read_as_in_the_textbook(arena):
    graph = arena.graph
    squares = graph.div(arena.square_sum(arena.residual), arena.m)
    product = arena.ein("ik,jk->ij", arena.U, arena.V)
    factorization = arena.square_sum(graph.sub(arena.X, product))
    (by_factor,) = jacobian_nodes(graph, factorization, [arena.U])
    (curvature,) = jacobian_nodes(graph, squares, [arena.w])
    (by_matrix,) = jacobian_nodes(graph, graph.node("logdet", (arena.S,)), [arena.S])

    assert arena.text(squares) == "sum((X @ w - y)**2)/m"
    assert arena.text(curvature) == "2*X.T @ (X @ w - y)/m"
    assert arena.text(by_factor) == "-2*(X - U @ V.T) @ V"
    assert arena.text(by_matrix) == "inv(S).T"


@pytest.mark.parametrize(
    ("labels", "names", "expected"),
    [
        ("ij,i->j", "X y", r"X^{\top} y"),
        ("i,ij,j->", "y X w", r"y^{\top} X w"),
        ("i,j->ij", "y w", r"y w^{\top}"),
        ("ij,ij->ij", "X Y", r"X \odot Y"),
        ("ij,i,ik->jk", "X d X", r"X^{\top} \operatorname{diag}\left(d\right) X"),
        ("ij->j", "X", r"X^{\top} \mathbf{1}"),
        ("ij->", "X", r"\mathbf{1}^{\top} X \mathbf{1}"),
        ("ii->", "S", r"\operatorname{tr}\left(S\right)"),
    ],
)
def test_latex_of_contractions(arena, labels, names, expected):
    node = arena.ein(labels, *[getattr(arena, name) for name in names.split()])

    assert to_latex(arena.graph, node) == expected


def test_latex_tells_powers_of_matrices_from_powers_of_elements(arena):
    graph = arena.graph
    inverse = graph.node("inv", (arena.S,))
    squared = graph.pow(arena.ein("ij,jk->ik", arena.S, arena.A), graph.const(2))

    assert to_latex(graph, inverse) == "S^{-1}"
    assert to_latex(graph, transpose(graph, inverse)) == r"S^{-\top}"
    assert to_latex(graph, squared) == r"\left(S A\right)^{\odot 2}"
    assert to_latex(graph, eye(graph, "n")) == "I_{n}"
    assert to_latex(graph, graph.node("logdet", (arena.S,))) == r"\log \det\left(S\right)"


def test_latex_gives_indices_to_what_has_some_already_in_braces(arena):
    graph = arena.graph
    first, second = (graph.var(name, ("m", "n")) for name in ("W_1", "Z"))
    node = arena.ein("ij,kl->ijkl", first, second)

    assert to_latex(graph, node) == r"\left[{W_{1}}_{ij} Z_{kl}\right]_{ijkl}"


def test_latex_of_sums_of_squares_and_of_scalars_beside_arrays(arena):
    graph = arena.graph
    inner = arena.ein("i,i->", arena.w, arena.v)
    length = graph.pow(arena.square_sum(arena.w), graph.const(Fraction(1, 2)))

    assert to_latex(graph, arena.square_sum(arena.X)) == r"\left\lVert X \right\rVert_{F}^{2}"
    assert to_latex(graph, graph.div(arena.w, length)) == (
        r"\frac{w}{\left\lVert w \right\rVert_{2}}"
    )
    assert to_latex(graph, graph.pow(length, graph.const(3))) == (
        r"\left\lVert w \right\rVert_{2}^{3}"
    )
    assert to_latex(graph, graph.mul((inner, arena.S))) == r"\left(w^{\top} v\right) S"
    assert to_latex(graph, graph.mul((arena.w, arena.v))) == r"w \odot v"
    assert to_latex(graph, graph.div(arena.w, arena.v)) == r"w \oslash v"


def test_numpy_source_reads_lengths_off_the_variables(arena):
    graph = arena.graph
    total = graph.mul((graph.pow(arena.m, graph.const(-1)), arena.Xw))
    soft = graph.node("lse", (arena.X,), 1)

    assert to_python(graph, total) == "X @ w/X.shape[0]"
    assert to_python(graph, soft) == "scipy.special.logsumexp(X, axis=1)"


# -- derivatives as people read them --------------------------------------------------------------

SHAPES = "X: m n; S: n n; U: m k; V: n k; D: m k; w: n; y: m"


def derived(text, name, direction=""):
    """Return the text of a derivative, or of the product of the Hessian with a direction."""
    expression = read(text, shapes=SHAPES)
    graph, (root,) = stabilize_for_display(expression.graph, [expression.root])
    graph = graph.copy()
    variable = graph.var(name)
    (node,) = jacobian_nodes(graph, root, [variable])
    if direction:
        shape = graph.shape(variable)
        labels = tuple(range(len(shape)))
        product = contract(graph, [(node, labels), (graph.var(direction, shape), labels)], ())
        (node,) = jacobian_nodes(graph, product, [variable])
    return simplify_for_display(Expression(graph, node)).text


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("sum((X@w - y)**2)/(2*m)", "w", "X.T @ (X @ w - y)/m"),
        ("sum(log(1+exp(-y*(X@w))))", "w", "-X.T @ (y*sigmoid(-y*(X @ w)))"),
        ("logdet(S)", "S", "inv(S).T"),
        ("sum((X - U@V.T)**2)", "U", "-2*(X - U @ V.T) @ V"),
        ("w@S@w", "w", "S @ w + S.T @ w"),
        ("w@w + 3*(w@w)", "w", "8*w"),
        ("trace(inv(S)@S)", "S", "0"),
        ("logsumexp(X@w)", "w", "X.T @ softmax(X @ w)"),
        ("det(S)", "S", "det(S)*inv(S).T"),
        ("sum(X[1]**2)", "X", "2*outer(eye(m)[1], X[1])"),
        ("prod(w)", "w", "prod(w)/w"),
        ("norm2(w)", "w", "w/norm2(w)"),
        ("sum(w)", "w", "ones(n)"),
    ],
)
def test_gradients_read_as_in_a_textbook(text, name, expected):
    assert derived(text, name) == expected


def test_the_action_of_the_hessian_is_one_product():
    assert derived("sum((X - U@V.T)**2)", "U", "D") == "2*D @ (V.T @ V)"


def items():
    """Return the corpus of expressions over arrays."""
    return json.loads((Path(__file__).parent / "data" / "matrix.json").read_text())["items"]


@pytest.mark.parametrize("item", items(), ids=lambda item: item["id"])
def test_derivatives_of_the_corpus_are_read_back_as_they_were_written(item):
    kinds = {symbol["name"]: symbol["kind"].split() for symbol in item["symbols"]}
    shapes = {
        name: " ".join(dims * 2 if kind == "symmetric" else dims)
        for name, (kind, *dims) in kinds.items()
    }
    expression = read(item["python"], shapes=shapes)
    values = {name: np.asarray(value, dtype=float) for name, value in item["inputs"].items()}
    graph, (root,) = stabilize_for_display(expression.graph, [expression.root])
    graph = graph.copy()
    sizes = sizes_of(expression, values)

    for name in item["wrt"]:
        (first,) = jacobian_nodes(graph, root, [graph.var(name)])
        (second,) = jacobian_nodes(graph, first, [graph.var(name)])
        for node in (first, second):
            shown = simplify_for_display(Expression(graph, node, expression.variables))
            again = read(shown.text, shapes=shapes)
            (expected,) = values_of(graph, [node], values, sizes)
            for form in (shown, again):
                (got,) = values_of(form.graph, [form.root], values, sizes)
                np.testing.assert_allclose(got, expected, rtol=1e-9, atol=1e-9)


def test_tidying_a_random_contraction_keeps_its_value():
    for seed in range(400):
        try:
            graph, node, values, expected = drawn(seed)
        except ArgumentError:
            continue
        square = graph.node("sum", (graph.pow(node, graph.const(2)),))
        variable = graph.variables([node])
        if not variable:
            continue
        (gradient,) = jacobian_nodes(graph, square, variable[:1])

        tidy, roots = tidy_arrays(graph, [node, gradient])

        got = values_of(tidy, roots, values, SIZES)
        np.testing.assert_allclose(got[0], expected, rtol=1e-9, atol=1e-9)
        (slope,) = values_of(graph, [gradient], values, SIZES)
        np.testing.assert_allclose(got[1], slope, rtol=1e-9, atol=1e-7)


def test_einsum_and_reshape_say_what_nothing_else_can():
    assert read('einsum("ij,kj->ik", X, X)', shapes=SHAPES).text == "X @ X.T"
    assert read("einsum('ij,ik->ijk', X, U)", shapes=SHAPES).text == ('einsum("ij,ik->ijk", X, U)')
    assert read("reshape(X, n, m)", shapes=SHAPES) == read("reshape(X, (n, m))", shapes=SHAPES)
    assert read("kron(S, V)", shapes=SHAPES).text == "kron(S, V)"


def test_a_reshaped_outer_product_is_no_kronecker_product_unless_the_shape_is_its():
    for text in ("reshape(outer(w, y), m, n)", "reshape(outer(w, y), m*n)"):
        node = read(text, shapes=SHAPES)

        assert read(node.text, shapes=SHAPES) == node
        assert ("kron" in node.text) == ("m*n" in text)
    turned = sc.jacobian("reshape(outer(w, y).T, n, m)", "w", shapes=SHAPES)["w"]

    assert "kron" not in turned.text + turned.latex
    back = read(turned.text, shapes=SHAPES)
    assert back.graph.shape(back.root) == ("n", "m", "n")


def test_a_row_of_ones_is_no_identity_matrix():
    node = read('stack([einsum("ii->i", eye(k)), b])', shapes=SHAPES + "; b: k")

    for graph, root in ((node.graph, node.root), tidy_arrays(node.graph, [node.root])):
        (root,) = [root] if isinstance(root, int) else root
        found = values_of(graph, [root], {"b": np.full(2, 7.0)}, SIZES)[0]
        np.testing.assert_array_equal(found, [[1, 1], [7, 7]])


def test_a_sum_of_powers_that_is_spread_is_no_power_of_a_sum():
    node = read("outer(ones(1), sum((eye(n) - outer(w, w))**2, axis=0))", shapes=SHAPES)
    values = {"w": np.array([1.0, 2.0, -3.0])}

    graph, roots = tidy_arrays(node.graph, [node.root])
    found = values_of(graph, roots, values, SIZES)[0]
    expected = np.sum((np.eye(3) - np.outer(*[values["w"]] * 2)) ** 2, axis=0)
    np.testing.assert_allclose(found, expected[None, :])


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("((diag(b) + outer(b, b))*prod(outer(b, y), axis=1))[0, 1]", "b"),
        ("min(softmax(outer(y, w)[0]), (outer(y, w)/exp(y)[:, None])*v)", "y"),
        ("diag(diag(M) - exp(r - logsumexp(r)))@(diag(r)@y + 1/2) where r = y/y", "y"),
    ],
)
def test_sums_that_are_multiplied_out_are_not_collected_again(text, name):
    shapes = "b: k; y: m; w: n; v: n; M: m m"
    expression = read(text, shapes=shapes)
    root = "jacobian" if expression.graph.shape(expression.root) else "gradient"
    found = getattr(sc, root)(text, name, shapes=shapes)

    assert found.check.is_good
    assert read(found[name].text, shapes=shapes)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-(w - v)", "v - w"),
        ("-(w - v - 1)", "v - w + 1"),
        ("3*(w - 2*v)", "3*w - 6*v"),
        ("-3*(w - 2*v)", "6*v - 3*w"),
        ("(w - v)*(-2)", "-2*(w - v)"),
        ("(2*w - 2*v)*(-1/2)", "v - w"),
        ("-2*(w - v - exp(v))", "2*(v - w + exp(v))"),
    ],
)
def test_multiples_of_sums_are_multiplied_out_where_numbers_are_in_the_way(text, expected):
    node = read(text, shapes="w: n; v: n")
    graph, (root,) = tidy_arrays(node.graph, [node.root])

    assert Expression(graph, root, node.variables).text == expected


@pytest.mark.parametrize(
    "text",
    [
        "(v if w > 0 else 2*v)*(1 if w > 0 else 0)",
        "(v if w > 0 else 2*v)*(0 if w > 0 else 1)",
        "(0 if w > 0 else 1)*(v if w > 0 else 2*v)",
        "(v if w > 0 else 2*v if w < -1 else 3)*(1 if w > 0 else 0 if w < -1 else 1)",
        "(v if w > 0 else 2*v if w < -1 else 3)*(0 if w > 0 else 1 if w < -1 else 0)",
    ],
)
def test_a_choice_times_a_mask_by_the_same_conditions_keeps_its_values(text):
    values = {"w": np.array([1.0, -2.0, -0.5]), "v": np.array([3.0, 5.0, 7.0])}
    node = read(text, shapes="w: n; v: n")
    graph, roots = tidy_arrays(node.graph, [node.root])

    expected = values_of(node.graph, [node.root], values, SIZES)
    np.testing.assert_array_equal(values_of(graph, roots, values, SIZES), expected)


def test_numbers_stand_in_front_of_products_that_occur_twice():
    text = "w@w/2 + a*sum(relu(1 - y*(X@w)))"
    found = sc.gradient(text, "w", shapes=SHAPES)["w"]

    assert found.text == "w - a*X.T @ (y*(1 if 1 - y*(X @ w) > 0 else 0))"


def test_ones_along_three_axes_are_read_back():
    found = sc.jacobian("(w - mean(w))[:, None]", "w", shapes=SHAPES)["w"]
    back = read(found.text, shapes=SHAPES)

    values = [values_of(e.graph, [e.root], {}, SIZES)[0] for e in (found, back)]
    np.testing.assert_allclose(*values)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('einsum("ij,jk->ik", X, X)', "`j` stands for the dimensions n and m"),
        ('einsum("ij->ik", X)', "Each letter of the result"),
        ('einsum("ij,j->i", X)', "letters for 2 and not for 1 arrays"),
        ('einsum("i->i", X)', "`i` does not fit an array of shape (m, n)"),
        ("einsum(X, w)", "needs its letters first"),
        ('sin("i->i")', "Text in quotes is not part of a formula"),
        ('"a"*X', "Text in quotes is not part of a formula"),
        ("reshape(X, m)", "has not as many elements"),
        ("reshape(X)", "needs the new shape"),
    ],
)
def test_einsum_and_reshape_tell_what_is_wrong(text, message):
    with pytest.raises(ParseError, match=re.escape(message)):
        read(text, shapes=SHAPES)


# -- what is written computes what is meant --------------------------------------------------------


def test_random_contractions_compute_what_is_meant():
    for seed in range(400):
        try:
            graph, node, values, expected = drawn(seed)
        except ArgumentError:
            continue

        text, source = to_text(graph, node), to_python(graph, node)
        named = {**values, **SIZES}

        for got in (
            eval(text, {**WORDS, **named}),
            eval(source, {"np": np, "scipy": scipy, **named}),
        ):
            assert np.shape(got) == expected.shape, (seed, text)
            np.testing.assert_allclose(got, expected, rtol=1e-9, atol=1e-9, err_msg=text)


def drawn(seed):
    """Return a graph with a random contraction, the values of its variables and its own."""
    chance, numbers = random.Random(seed), np.random.default_rng(seed)
    graph, values, operands, parts = Graph(), {}, [], []
    dims = [chance.choice("mnk") for _ in range(chance.randint(1, 5))]
    for name in "ABCDE"[: chance.randint(1, 5)]:
        labels = [chance.randrange(len(dims)) for _ in range(chance.choice([1, 1, 2, 2, 2, 3]))]
        shape = tuple(dims[label] for label in labels)
        node = graph.var(name, shape)
        values[name] = value = numbers.normal(size=[SIZES[dim] for dim in shape])
        kind = chance.random()
        if kind < 0.2:
            node, value = graph.call("exp", (node,)), np.exp(value)
        elif kind < 0.4 and len(labels) == 2 and len(set(labels)) == 2 and shape[0] == shape[1]:
            values[name] = value = value + 3 * np.eye(len(value))
            node, value = graph.node("inv", (node,)), np.linalg.inv(value)
        elif kind < 0.5 and len(set(labels)) == 2 and len(set(shape)) == 1 and len(labels) == 2:
            node, value = eye(graph, shape[0]), np.eye(SIZES[shape[0]])
        for _ in range(chance.choice([1, 1, 2])):
            operands.append((node, tuple(labels)))
            parts += [value, list(labels)]
    used = sorted({label for _, labels in operands for label in labels})
    out = chance.sample(used, min(len(used), chance.choice([0, 1, 2, 2, 3])))
    free = {}
    if chance.random() < 0.2 and len(out) < 3:
        free[len(dims)] = dim = chance.choice("mnk")
        out.append(len(dims))
        parts += [np.ones(SIZES[dim]), [len(dims)]]
    node = contract(graph, operands, out, free)
    return graph, node, values, np.asarray(np.einsum(*parts, out))


def test_a_deep_network_is_written_with_named_parts(arena):
    graph = arena.graph
    layer = graph.var("x", ("n",))
    for depth in range(30):
        weights = graph.var(f"W{depth}", ("n", "n"))
        layer = graph.call("tanh", (contract(graph, [(weights, (0, 1)), (layer, (1,))], (0,)),))
    (gradient,) = jacobian_nodes(graph, arena.square_sum(layer), [graph.var("W0")])

    text = arena.text(gradient)

    assert "where t0 = " in text
    assert len(text) < 5000
