"""Exported loops over arrays: built, run, and compared with certified values of the corpus."""

from __future__ import annotations

import ctypes
import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from test_export import TOOLS, run_check

import symcalc as sc
from symcalc.backends.source.routines import ROUTINES

needs_c = pytest.mark.skipif(shutil.which("cc") is None, reason="there is no compiler for C")

CORPUS = {
    item["id"].replace("-", "_"): item
    for item in json.loads((Path(__file__).parent / "data" / "matrix.json").read_text())["items"]
}


class Library:
    """Exported C in one file, built at once; functions that they share stand there once."""

    def __init__(self, exports, folder):
        self.exports = {found.name: found for found in exports}
        blocks = [block for found in exports for block in found.text.strip().split("\n\n")]
        (folder / "all.c").write_text("\n\n".join(dict.fromkeys(blocks)) + "\n")
        words = "cc -std=c99 -Wall -Wextra -pedantic -Wshadow -Werror -shared -fPIC all.c -lm -o"
        subprocess.run([*words.split(), "all.so"], cwd=folder, check=True)
        self.library = ctypes.CDLL(str(folder / "all.so"))

    def __call__(self, name, **values):
        """Return the value, and a dict of derivatives, of a function for arrays."""
        found = self.exports[name]
        variables = found.expression.variables
        sizes = {
            dimension: size
            for variable in variables
            for dimension, size in zip(variable.shape, np.shape(values[variable.name]), strict=True)
            if isinstance(dimension, str)
        }
        given = [ctypes.c_size_t(size) for size in sizes.values()]
        what = f"{name}_value_and_gradient" if found.wrt else f"{name}_value"
        room = self.library[f"{what}_room"]
        room.restype = ctypes.c_size_t
        work = np.full(room(*given) + 1, 3.5)
        arrays = [np.array(values[v.name], dtype=float, order="C") for v in variables]
        arguments = [
            array.ctypes.data_as(ctypes.c_void_p) if v.shape else ctypes.c_double(float(array))
            for v, array in zip(variables, arrays, strict=True)
        ]
        shape = tuple(sizes[d] for d in found.expression.graph.shape(found.expression.root))
        value = np.empty(shape)
        slopes = {key: np.empty((*shape, *np.shape(values[key]))) for key in found.wrt}
        results = [value] * bool(shape) + [*slopes.values()]
        function = self.library[what]
        function.restype = None if shape else ctypes.c_double
        returned = function(
            *given, *arguments, *[r.ctypes.data_as(ctypes.c_void_p) for r in (*results, work)]
        )
        assert work[-1] == 3.5  # nothing beyond the room that was asked for
        return (value if shape else returned), slopes


@needs_c
def test_the_corpus_of_matrix_formulas_is_exported_to_nine_digits(tmp_path):
    library = Library([_exported(name) for name in CORPUS], tmp_path)
    for name, item in CORPUS.items():
        value, slopes = library(name, **item["inputs"])
        _assert_close(value, item["value"])
        for key, expected in (item.get("grad") or item.get("jacobian")).items():
            _assert_close(slopes[key], expected)


def _exported(name):
    item = CORPUS[name]
    shapes = {}
    for symbol in item["symbols"]:
        kind, *dims = symbol["kind"].split()
        flag = {"spd": " spd", "normal": " symmetric"}.get(symbol["dist"], "")
        if kind == "symmetric":
            shapes[symbol["name"]] = f"{dims[0]} {dims[0]}{flag}"
        elif kind != "scalar":
            shapes[symbol["name"]] = " ".join(dims)
    return sc.export(item["python"], "c", wrt=item["wrt"], shapes=shapes, name=name)


def _assert_close(found, expected):
    expected = np.array(expected)
    np.testing.assert_allclose(found, expected, atol=1e-9 * max(1.0, np.abs(expected).max()))


#: Beyond the corpus: what each kind of step is for, and sizes of one row and of none.
FORMULAS = {
    "softmax_regression": (
        "sum(logsumexp(X@W, axis=1)) - sum(Y*(X@W))", "W", "X: m n; W: n k; Y: m k"
    ),
    "blocks": ("sum(concat([u, A@v])**3) + sum(stack([u, u])[1]*u)", "u, v", "u: m; v: n; A: m n"),
    "parts": ("sum((A[:, 1:] - A[:, :-1])**2) + A[0, -1]*A[-1, 0]", "A", "A: m n"),
    "backwards": ("sum(u[::-1]*exp(u)) + sum(A[::-1]@v)", "u, v", "u: m; v: n; A: m n"),
    "extrema": ("sum(max(A, axis=0)*v) + min(A) + prod(v) + norm2(v)", "A, v", "A: m n; v: n"),
    "branches": ("sum(where(A > v, A*v, log(abs(A) + 1)))", "A, v", "A: m n; v: n"),
    "systems": ("u@solve(S.T, u) + logdet(S) + sum(inv(S)**2)", "S, u", "S: m m; u: m"),
    "covariance": ("logdet(P) + u@solve(P, u)", "P, u", "P: m m spd; u: m"),
    "diagonals": ("trace(diag(u)@S@diag(u)) + sum(diag(S)*u) + sum(kron(S, S))", "S, u",
                  "S: m m; u: m"),
    "dimensions": ("sum(u)/m + n*sum(v) + sum(eye(m)*S)", "u, v, S", "u: m; v: n; S: m m"),
    "a_vector": ("softmax(A@v)*a", "v, a", "A: m n; v: n"),
    "determinants": ("det(S)", "S", "S: m m"),
    "fixed": ("a*sum(v*v)", "a", "v: 3"),
    "order_0": ("norm2(A)", None, "A: m n"),
}  # fmt: skip


@needs_c
def test_exported_loops_compute_what_compiled_functions_do(tmp_path):
    exports = {
        name: sc.export(text, "c", wrt=wrt, shapes=shapes, name=name, order=int(wrt is not None))
        for name, (text, wrt, shapes) in FORMULAS.items()
    }
    library = Library(list(exports.values()), tmp_path)
    for sizes in ({"m": 4, "n": 3, "k": 2}, {"m": 2, "n": 3, "k": 1}, {"m": 1, "n": 1, "k": 1}):
        for name, found in exports.items():
            values = _drawn(found, sizes)
            value, slopes = library(name, **values)
            expected, derivatives = _compiled(name, values)
            _assert_close(value, expected)
            for key, own in derivatives.items():
                _assert_close(slopes[key], own)


@needs_c
def test_exported_loops_have_the_edges_of_compiled_functions(tmp_path):
    library = Library([sc.export(t, "c", wrt=w, shapes=s, name=n) for n, (t, w, s) in {
        "margin": ("sum(log(1 + exp(-y*(X@w))))/m", "w", "X: m n; w: n; y: m"),
        "lengths": ("norm2(w) + log(sum(exp(w)))", "w", "w: n"),
        "system": ("w@solve(S, w) + logdet(S)", "S", "S: n n; w: n"),
        "singular": ("det(S)", "S", "S: n n"),
        "definite": ("logdet(S)", "S", "S: n n spd"),
        "rest": ("sum(w[2:])", "w", "w: n"),
        "greatest": ("max(w)", "w", "w: n"),
    }.items()], tmp_path)  # fmt: skip
    nothing, eye = np.zeros((0, 2)), np.eye(2)

    value, slopes = library("margin", X=[[1e4], [1.0]], y=[1, -1], w=[-1.0])
    assert value == pytest.approx(5000.156630, rel=1e-9)
    value, slopes = library("margin", X=nothing, y=[], w=[1.0, 2.0])
    assert np.isnan([value, *slopes["w"]]).all()
    for size in (1e-200, 0.0, 1e200):
        value, slopes = library("lengths", w=[3 * size, -4 * size])
        share = np.exp(np.array([3, -4]) * size - np.logaddexp(3 * size, -4 * size))
        unit = np.array([0.6, -0.8]) * (size > 0)
        np.testing.assert_allclose(slopes["w"], unit + share, rtol=1e-12)
    value, slopes = library("lengths", w=[1.0, np.nan])
    assert np.isnan([value, *slopes["w"]]).all()
    value, slopes = library("system", S=[[1.0, 2.0], [2.0, 4.0]], w=[1.0, 1.0])
    assert np.isnan([value, *slopes["S"].ravel()]).all()
    value, slopes = library("singular", S=[[1.0, 2.0], [2.0, 4.0]])
    assert value == 0
    np.testing.assert_allclose(slopes["S"], [[4, -2], [-2, 1]], rtol=1e-12)
    assert np.isnan(library("definite", S=-eye)[0])
    assert library("definite", S=4 * eye)[0] == pytest.approx(np.log(16))
    assert library("rest", w=[1.0, 2.0])[0] == 0
    assert np.isnan(library("rest", w=[1.0])[0])
    assert np.isnan(library("greatest", w=[])[0])


@needs_c
def test_residuals_are_exported_with_their_jacobian(tmp_path):
    found = sc.export("y - a*exp(-b*t)", "c", wrt="a, b", shapes="y: rows; t: rows")
    t, y = np.linspace(0, 2, 5), np.arange(5.0)
    value, slopes = Library([found], tmp_path)("f", y=y, t=t, a=2.0, b=0.5)
    np.testing.assert_allclose(value, y - 2 * np.exp(-t / 2), rtol=1e-14, atol=1e-14)
    np.testing.assert_allclose(slopes["a"], -np.exp(-t / 2), rtol=1e-14)
    np.testing.assert_allclose(slopes["b"], 2 * t * np.exp(-t / 2), rtol=1e-14)


def _drawn(found, sizes):
    rng = np.random.default_rng(7)
    values = {}
    for variable in found.expression.variables:
        value = rng.normal(size=[sizes.get(d, d) for d in variable.shape])
        if "spd" in variable.assumption:
            value = value @ value.T + np.eye(len(value))
        values[variable.name] = value
    return values


def _compiled(name, values):
    text, wrt, shapes = FORMULAS[name]
    function = sc.compile(text, order=int(wrt is not None), wrt=wrt, shapes=shapes)
    value = function(**values)
    if wrt is None:
        return value, {}
    if np.ndim(value):
        return value, function.jacobian(**values)
    slopes = function.gradient(**values)
    return value, slopes if isinstance(slopes, dict) else {wrt: slopes[0]}


@pytest.mark.parametrize("language", ["c", "cpp", "fortran", "python", "rust"])
def test_the_check_of_exported_loops_agrees_and_finds_a_wrong_function(language, tmp_path):
    text, _, shapes = FORMULAS["softmax_regression"]
    text = f"{text} + a*sum(X[1:]*min(X, axis=0))"
    found = sc.export(text, language, wrt="a, W, X", shapes=shapes)
    if not TOOLS[language]():
        pytest.skip(f"no tool for {language} is installed")
    done = run_check(found, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("ok: ")
    name = next(iter(found.files))
    found.files[name] = found.files[name].replace(" - top)", " + top)")
    done = run_check(found, tmp_path)
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("WRONG: ")


@pytest.mark.parametrize("language", ["julia", "python"])
def test_files_that_allocate_say_how_much(language):
    text = sc.export("sum((X@w - y)**2)", language, wrt="w", shapes="X: m n; w: n; y: m").text
    assert "# f_value_and_gradient allocates room for 2*n0 numbers between\n" in text


#: Words of C, C++, Julia and Rust that a name could be; compilers see to the others.
RESERVED = set(
    "auto as begin break case catch char class const default delete do double else end enum export "
    "extern final finally float fn for function global goto if impl import in inline int let local "
    "long loop macro match mod module move mut new operator private pub quote ref return self "
    "short signed static struct super switch template this throw trait try type typename union "
    "unsigned use using virtual void volatile where while yield".split()
)


@pytest.mark.parametrize("name", ROUTINES)
def test_routines_that_are_translated_have_no_names_that_are_words_of_a_language(name):
    code = ROUTINES[name].__code__
    assert RESERVED.isdisjoint({name, *code.co_varnames})


def test_exported_loops_say_what_they_take():
    text = sc.export("sum((X@w - y)**2)", "c", wrt="w", shapes="X: m n; w: n; y: m").text
    assert "// sizes: n0 = m, n1 = n\n" in text
    assert "// arguments: x0 = X (m, n), x1 = w (n,), x2 = y (m,); matrices lie row by row" in text
    assert "// gradient: g0 in w (n,)\n" in text
    assert "work: room for f_value_and_gradient_room(n0, n1) numbers; nothing is allocated" in text
