"""The language of arrays: what strings over vectors and matrices mean, and how errors point."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from array_oracle import numpy_value
from array_strings import DECLARED, DIMENSIONS, TypedStrings, random_values
from array_values import value_of, values_of

import symcalc as sc
from symcalc.errors import ArgumentError, ParseError
from symcalc.language import read

_ITEMS = json.loads((Path(__file__).parent / "data" / "matrix.json").read_text())["items"]

#: Shapes that most tests use; m, n and k differ.
SHAPES = "X: m n; Y: m n; S: n n; U: m k; V: n k; w: n; v: n; y: m; b: k"
_SIZES = {"m": 4, "n": 3, "k": 2}


def _values(seed: int = 0) -> dict[str, Any]:
    """Return an array for every name in SHAPES."""
    rng = np.random.default_rng(seed)
    shapes = {
        item.partition(":")[0].strip(): item.partition(":")[2].split() for item in SHAPES.split(";")
    }
    values = {name: rng.normal(size=[_SIZES[d] for d in dims]) for name, dims in shapes.items()}
    values["S"] += 4 * np.eye(3)
    return values


def _evaluated(text: str, **options: Any) -> Any:
    """Return the value of a text over SHAPES."""
    expression = read(text, shapes=SHAPES, **options)
    scalars = {"a": 0.7, "c": -1.3}
    values = {**_values(), **scalars}
    return value_of(expression, {name: values[name] for name in expression.names})


def _message(text: str, shapes: Any = SHAPES, **options: Any) -> str:
    with pytest.raises((ParseError, ArgumentError)) as caught:
        read(text, shapes=shapes, **options)
    return str(caught.value)


# -- the corpus -----------------------------------------------------------------------------------


def _shapes_of(item: dict[str, Any]) -> dict[str, str]:
    """Return the declared shapes of a case: "matrix n k", "symmetric n", "vector n", "scalar"."""
    shapes = {}
    for symbol in item["symbols"]:
        kind, *dims = symbol["kind"].split()
        shapes[symbol["name"]] = " ".join(dims * 2 if kind == "symmetric" else dims)
    return shapes


@pytest.mark.parametrize("spelling", ["python", "matrixcalculus"])
@pytest.mark.parametrize("item", _ITEMS, ids=[item["id"] for item in _ITEMS])
def test_both_spellings_of_a_case_have_its_value(item, spelling):
    syntax = "matrixcalculus" if spelling == "matrixcalculus" else "symcalc"
    expression = read(item[spelling], shapes=_shapes_of(item), syntax=syntax)

    assert set(expression.names) == set(item["inputs"])
    np.testing.assert_allclose(
        value_of(expression, item["inputs"]), item["value"], rtol=1e-12, atol=1e-13
    )


# -- the same in NumPy ----------------------------------------------------------------------------


def _draw(seed: int) -> tuple[str, str]:
    """Return a random string and the same for NumPy."""
    strings = TypedStrings(seed)
    shape = strings.random.choice([(), ("m",), ("n",), ("m", "n"), ("n", "n"), ("k", "m")])
    return strings.draw(shape, strings.random.randint(1, 4))


@pytest.mark.parametrize("block", range(10))
def test_random_strings_mean_what_they_mean_in_numpy(block):
    for seed in range(40 * block, 40 * (block + 1)):
        text, in_numpy = _draw(seed)
        values = random_values(seed)
        expression = read(text, shapes=DECLARED)
        found = values_of(expression.graph, [expression.root], values, DIMENSIONS)[0]

        expected = numpy_value(in_numpy, values, DIMENSIONS)
        assert np.shape(found) == np.shape(expected), text
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9, err_msg=text)


@pytest.mark.parametrize("block", range(5))
def test_operators_bind_as_in_numpy_and_are_refused_where_numpy_refuses(block):
    shapes = {"S": "n n", "w": "n", "v": "n"}
    for seed in range(100 * block, 100 * (block + 1)):
        text, values = TypedStrings(seed).draw_flat(), random_values(seed)
        try:
            expected = numpy_value(text, values, DIMENSIONS)
        except (ValueError, TypeError, IndexError):
            with pytest.raises(ParseError):
                read(text, shapes=shapes)
            continue
        expression = read(text, shapes=shapes)
        found = values_of(expression.graph, [expression.root], values, DIMENSIONS)[0]

        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9, err_msg=text)


# -- errors ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("X@y", "`X` has shape (m, n), `y` has shape (m,): `@` cannot multiply them.|X@y|^^^"
                "|Did you mean `X.T@y`?"),
        ("2*X@y + 1", "`2*X` has shape (m, n), `y` has shape (m,): `@` cannot multiply them."
                      "|2*X@y + 1|^^^^^|Did you mean `(2*X).T@y`?"),
        ("X*U", "`X` has shape (m, n), `U` has shape (m, k): `*` cannot combine them elementwise."
                "|X*U|^^^|Did you mean `X.T@U`?"),
        ("y*X", "`y` has shape (m,), `X` has shape (m, n): `*` cannot combine them elementwise."
                "|y*X|^^^|Did you mean `y@X`?"),
        ("S*(U@b)", "`S` has shape (n, n), `(U@b)` has shape (m,): "
                    "`*` cannot combine them elementwise.|S*(U@b)|^^^^^^^"
                    "|Dimensions that are equal need one name."),
        ("X - y", "`X` has shape (m, n), `y` has shape (m,): `-` cannot combine them elementwise."
                  "|X - y|^^^^^|Did you mean `X - y[:, None]`?"),
        ("X*w - y", "`X*w` has shape (m, n), `y` has shape (m,): `-` cannot combine them "
                    "elementwise.|X*w - y|^^^^^^^|Did you mean `X@w - y`?"),
        ("exp(-y*(X*w))", "`-y` has shape (m,), `(X*w)` has shape (m, n): `*` cannot combine them "
                          "elementwise.|exp(-y*(X*w))|    ^^^^^^^^|Did you mean `-y*(X@w)`?"),
        ("X.sum()", "Attributes and methods are not part of a formula.|X.sum()| ^^^^"
                    "|Write sum(...): a function stands alone."),
        ("sum(X@w - y + w)", "`X@w - y` has shape (m,), `w` has shape (n,): "
                             "`+` cannot combine them elementwise.|sum(X@w - y + w)"
                             "|    ^^^^^^^^^^^|Dimensions that are equal need one name."),
        ("S@w.T", "`S` has shape (n, n), `w.T` is a row of length n: `@` cannot multiply them."
                  "|S@w.T|^^^^^|Did you mean `S@w`?"),
        ("w@(v.T@S)", "`w` has shape (n,), `(v.T@S)` is a row of length n: "
                      "`@` cannot multiply them.|w@(v.T@S)|^^^^^^^^^"
                      "|Did you mean `w@(v.T@S).T`?"),
        ("w.T", "The transpose of a vector stands beside `@` only.|w.T|^^^"
                "|A vector that stands alone has no orientation: leave out the transpose."),
        ("a@w", "`a` is a scalar, `w` has shape (n,): `@` cannot multiply them.|a@w|^^^"
                '|Write `*`, or declare shapes="X: m n; w: n".'),
        ("1 + x[0]", "`x` is a scalar and has no elements.|1 + x[0]|    ^^"
                     '|Declare its shape: shapes="x: n".'),
        ("inv(X)", "`inv` takes a square matrix; this is an array of shape (m, n).|inv(X)|^^^^^^"
                   "|If m and n are equal, give both one name."),
        ("softmax(X)", "`softmax` of a matrix needs an axis.|softmax(X)|^^^^^^^^^^"
                       "|Write axis=1 for each row, axis=0 for each column."),
        ("X[0, 1, 2]", "An array of shape (m, n) has 2 axes; 3 are indexed.|X[0, 1, 2]"
                       "| ^^^^^^^^^"),
        ("sum(X, axis=2)", "An array of shape (m, n) has no axis 2.|sum(X, axis=2)"
                           "|^^^^^^^^^^^^^^|Its axes are 0 to 1."),
        ("sin(X, axis=0)", "`sin` takes no `axis`.|sin(X, axis=0)|       ^^^^^^"),
        ("X if w > 0 else y", "Shapes (m, n) and (m,) do not broadcast.|X if w > 0 else y"
                              "|^^^^^^^^^^^^^^^^^"),
    ],
)  # fmt: skip
def test_a_shape_error_shows_both_shapes_the_place_and_the_repair(text, message):
    problem, quoted, carets, *hint = message.split("|")

    assert _message(text) == "\n".join([problem, f"    {quoted}", f"    {carets}", *hint])


@pytest.mark.parametrize(
    "text",
    ["X[w]", "X[1.5]", "w[::2]", "w[n]", "X[:", "X[]", "[w, v]", "w.T*v", "exp(w.T)", "x.T",
     "ones(a)", "norm1(X)", "logsumexp(X, 1)", "sum(axis=0)", "axis=0", "sum(X, axis=a)",
     "concat(X, U)", "eye(n, m)", "stack(w, y)", "einsum(X)", 'einsum("ij->i", w)',
     '"a"', "X.foo", "X.T(w)",
     "w" + "[None]" * 3000, "reshape(X, n)", "det(w)", "dot(w, y)", "w@X@w", "trace(X)"],
)  # fmt: skip
def test_what_has_no_meaning_is_refused(text):
    assert "^" in _message(text)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("w*v", "Did you mean `w'*v`?"),
        ("w^2", "Write `.^`."),
        ("w/v", "Write `./`."),
        ("2^3^2", "Put the power, or its exponent, in brackets."),
        ("S.^2'", "Put the power, or its exponent, in brackets."),
        ("w.*X", ""),
        ("w@v", "`*` is the product of matrices in this notation."),
        ("vector(1)", ""),
        ("sum(vector(1))", ""),
    ],
)
def test_the_other_spelling_is_never_mixed_with_numpy(text, hint):
    assert hint in _message(text, syntax="matrixcalculus")


@pytest.mark.parametrize(
    ("there", "here"),
    [
        ("vector(1)'*X*w", "sum(X@w)"),
        ("X*vector(1)", "sum(X, axis=1)"),
        ("w*v'", "outer(w, v)"),
        ("w'*v*S", "(w@v)*S"),
        ("3.*w./v", "3*w/v"),
        ("exp(w')*v", "exp(w)@v"),
        ("-w.^2 + v'.'", "v - w**2"),
        ("tr(X'*X)/m", "sum(X**2)/m"),
    ],
)
def test_the_other_spelling_means(there, here):
    np.testing.assert_allclose(_evaluated(there, syntax="matrixcalculus"), _evaluated(here))


# -- what strings mean ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("w.T@v", lambda w, v, X, S, y: w @ v),
        ("w@v.T", lambda w, v, X, S, y: np.outer(w, v)),
        ("w@(-(0.5*v.T))", lambda w, v, X, S, y: -0.5 * np.outer(w, v)),
        ("(w.T + v.T)@S@w", lambda w, v, X, S, y: (w + v) @ S @ w),
        ("w@r where r = v.T", lambda w, v, X, S, y: np.outer(w, v)),
        ("sum((X@w - y)**2)/(2*m)", lambda w, v, X, S, y: np.sum((X @ w - y) ** 2) / 8),
        ("kron(S, X)", lambda w, v, X, S, y: np.kron(S, X)),
        ("concat([w, y])[1:n+1]", lambda w, v, X, S, y: np.concatenate([w, y])[1:4]),
        ("sum(abs(w[1:] - w[:-1]))", lambda w, v, X, S, y: np.sum(np.abs(np.diff(w)))),
        ("einsum('ij,ij->j', X, X)", lambda w, v, X, S, y: np.sum(X**2, axis=0)),
        ("reshape(X.T, m*n)", lambda w, v, X, S, y: X.T.ravel()),
        ("vstack(w, v)@S", lambda w, v, X, S, y: np.vstack([w, v]) @ S),
        ("concat([w])", lambda w, v, X, S, y: w),
        ("hstack(X, X)", lambda w, v, X, S, y: np.hstack([X, X])),
        ("w[::-1]", lambda w, v, X, S, y: w[::-1]),
        ("diff(w@S@w, w)", lambda w, v, X, S, y: (S + S.T) @ w),
        ("2X@w", lambda w, v, X, S, y: 2 * X @ w),
        ("var(X, axis=0)", lambda w, v, X, S, y: np.var(X, axis=0)),
        ("std(X, axis=1)", lambda w, v, X, S, y: np.std(X, axis=1)),
        ("var(X)", lambda w, v, X, S, y: np.var(X)),
        ("norm2(X)**3", lambda w, v, X, S, y: np.linalg.norm(X) ** 3),
        ("S@" * 40 + "w", lambda w, v, X, S, y: np.linalg.matrix_power(S, 40) @ w),
    ],
)
def test_strings_over_arrays_mean(text, expected):
    values = {name: _values()[name] for name in ("w", "v", "X", "S", "y")}

    np.testing.assert_allclose(_evaluated(text), expected(**values), rtol=1e-10)


def test_a_dimension_is_no_variable_as_well():
    assert read("n*sum(w)", shapes="w: n").names == ("w",)
    assert read("sum(w)", shapes="w: n", declared=["n"]).names == ("w",)
    for text in ("n*sum(w)", "sum(w)/n"):
        with pytest.raises(ParseError, match="is a dimension in the shapes, and a variable"):
            read(text, shapes="w: n", declared=["n"])


def test_properties_of_arrays_are_kept_as_assumptions():
    (variable,) = read("logdet(S)", shapes="S: n n spd").variables

    assert (variable.shape, variable.assumption) == (("n", "n"), "S spd")
    assert "square" in _message("X", shapes="X: m n spd")
    assert "known are" in _message("X", shapes="X: n n psd")


def test_shapes_are_taken_from_arrays():
    expression = read("X@w", shapes={"X": np.ones((3, 2)), "w": np.ones(2)})

    assert expression.graph.shape(expression.root) == (3,)


def test_the_square_of_a_norm_needs_no_root():
    assert read("norm2(w)**2", shapes=SHAPES) == read("sum(w**2)", shapes=SHAPES)


def test_a_mistyped_property_is_proposed():
    with pytest.raises(ArgumentError, match="Did you mean `spd` for `sdp`"):
        read("trace(S)", shapes="S: n n sdp")


@pytest.mark.parametrize(
    "cut",
    [
        "::2",
        "1::2",
        "::-1",
        "::-2",
        "4:1:-1",
        "1:9",
        "-9:2",
        "3:1",
        ":",
        ":3",
        "2:",
        "-2:",
        ":-2",
        "1:-1",
    ],
)
def test_slices_of_an_axis_of_known_length_are_those_of_numpy(cut: str) -> None:
    x = np.arange(1.0, 6.0)
    f = sc.compile(f"2*x[{cut}]", shapes={"x": 5})

    np.testing.assert_array_equal(f(x=x), eval(f"2*x[{cut}]", {"x": x}))


@pytest.mark.parametrize(
    "cut", ["::-1", "3:1", "-1:-3", "2:2", ":", ":3", "2:", "-2:", ":-2", "1:-1"]
)
def test_slices_of_an_axis_with_a_name_are_those_of_numpy(cut: str) -> None:
    x = np.arange(1.0, 6.0)
    f = sc.compile(f"2*x[{cut}]", shapes={"x": "n"})

    np.testing.assert_array_equal(f(x=x), eval(f"2*x[{cut}]", {"x": x}))


def test_a_slice_of_an_axis_of_known_length_may_end_at_a_dimension() -> None:
    x, y = np.arange(1.0, 6.0), np.array([2.0, 3.0])
    f = sc.compile("sum(x[:k]*y) + sum(x[k:])", shapes={"x": 5, "y": "k"})

    assert f(x=x, y=y) == 8 + 12
