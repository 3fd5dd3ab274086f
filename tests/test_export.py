"""Exported source: built where its tool is installed, run, and compared with compiled functions."""

from __future__ import annotations

import ctypes
import importlib.util
import itertools
import json
import math
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest

import symcalc as sc
from symcalc.cli import main
from symcalc.functions import TABLE

FORMULAS = {
    "a sum of everything": (
        "exp(-x^2/(2*y^2))/(y*sqrt(2*pi)) + max(x, y, 0.3) + mod(x, 0.7) + erf(x*y)",
        {},
    ),
    "branches": ("piecewise((x^2, x < 1), (log(x), y > 0.7), (sin(x), True)) + abs(x - y)", {}),
    "inverse functions": (
        "sinh(x) + acosh(1 + x^2) + cbrt(x) - atan2(y, x) + hypot(x, y, 1) + asec(2 + x) + x^y",
        {},
    ),
    "stable forms": (
        "logsumexp(x, y, 0) + xlogy(x, y) + sech(x) + log(1 + exp(x*y)) + 1/(1 + exp(-y))",
        {},
    ),
    "steps": ("floor(3*x)*ceil(y) + x^2.5 + x^11 + min(x, y) + sign(x - y)*x", {}),
    "the gamma family": ("gamma(x)*y + gammaln(y - 3)", {}),
    "comparisons": (
        "x*piecewise((x, x == y), (y, x != y and not (x < 1 or y > 1)), (2, True)) + hypot(x, y)",
        {},
    ),
    "a number": ("2*pi", {}),
    "columns": (
        "mean((z - a*exp(-b*t))^2) + a^2*sum(log(1 + exp(b*t)))",
        {"wrt": "a, b", "shapes": {"z": "rows", "t": "rows"}},
    ),
    "two passes": ("sum((t - a*mean(t))^2)/b", {"wrt": "a, b", "shapes": {"t": "rows"}}),
}

TOOLS = {
    "python": lambda: True,
    "numpy": lambda: True,
    "jax": lambda: importlib.util.find_spec("jax") is not None,
    "c": lambda: shutil.which("cc") is not None,
    "cpp": lambda: shutil.which("c++") is not None,
    "fortran": lambda: shutil.which("gfortran") is not None,
    "julia": lambda: shutil.which("julia") is not None,
    "rust": lambda: shutil.which("rustc") is not None,
}


#: How the tools are asked to complain of everything.
STRICT = {
    "python": f"{sys.executable} -W error",
    "cc": "cc -std=c99 -Wall -Wextra -pedantic -Wshadow -Werror",
    "c++": "c++ -std=c++11 -Wall -Wextra -pedantic -Wshadow -Werror",
    "gfortran": "gfortran -std=f2008 -Wall -Wextra -pedantic -Werror",
    "rustc": "rustc -D warnings",
}


def run_check(found, folder):
    found.write(folder)
    command = found.run
    for tool, strict in STRICT.items():
        command = re.sub(f"^{re.escape(tool)} ", f"{strict} ", command)
    return subprocess.run(command, shell=True, cwd=folder, capture_output=True, text=True)


@pytest.mark.parametrize("language", TOOLS)
@pytest.mark.parametrize("what", FORMULAS)
def test_the_check_of_exported_source_agrees(language, what, tmp_path):
    text, options = FORMULAS[what]
    found = sc.export(text, language, **options)
    if not TOOLS[language]():
        assert found.name + "_value" in found.text
        pytest.skip(f"no tool for {language} is installed")
    done = run_check(found, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("ok: 5 points")


WRONG = {
    "python": ("    return value, [\n", "    return value, [\n        math.nan,\n"),
    "numpy": ("    return value, [\n", "    return value, [\n        nan,\n"),
    "c": ("gradient[0] = ", "gradient[0] = NAN*"),
    "cpp": ("gradient[0] = ", "gradient[0] = NAN*"),
    "fortran": ("gradient(1) = ", "gradient(1) = sqrt(-1 - x(2)**2)*"),
    "rust": ("let mut gradient = [", "let mut gradient = [f64::NAN*"),
}


@pytest.mark.parametrize("with_nan", [False, True])
@pytest.mark.parametrize("language", WRONG)
def test_the_check_finds_a_wrong_function(language, with_nan, tmp_path):
    found = sc.export("x^2*sin(y)", language)
    if not TOOLS[language]():
        pytest.skip(f"no tool for {language} is installed")
    name = next(iter(found.files))
    old, new = WRONG[language] if with_nan else ("cos", "sin")
    wrong = found.files[name].replace(old, new)
    assert wrong != found.files[name]
    found.files[name] = wrong
    done = run_check(found, tmp_path)
    assert done.returncode == 1
    assert done.stdout.startswith("WRONG: 5 points")


#: Where domains end, values overflow, and what is no number.
EDGES = [0.0, -0.0, 1.0, -1.0, 0.5, 3.0, -2.5, 1e-300, 1e300, -1e300, 710.0, math.inf, math.nan,
         -math.inf, -5e-324, 1 + 1e-9]  # fmt: skip


@pytest.mark.parametrize("language", ["python", "numpy", "c"])
@pytest.mark.parametrize(
    "text",
    [
        "x/y",
        "1/x^3 + x^-2.5",
        "x^17*y",
        "asech(x) + acoth(y)",
        "log1p(x)*atanh(y)",
        "cbrt(x)*atan2(y, x)",
        "ceil(x) + floor(y)",
        "log(x) + sqrt(y)",
        "mod(x, y)",
        "max(x, y, 0.3)",
        "piecewise((x^2, x < y), (1/x, x > y), (log(y), True))",
        "gamma(x)",
        "loggamma(x) + gammaln(y)",
        "x + (y - x)",
    ],
)
def test_source_computes_what_compiled_functions_do_where_domains_end(text, language, tmp_path):
    found = sc.export(text, language)
    if not TOOLS[language]():
        pytest.skip(f"no tool for {language} is installed")
    names = found.wrt
    compiled = sc.compile(text, names, order=1, backend="numpy")
    call = _in_c(found, tmp_path) if language == "c" else _in_python(found, tmp_path)
    for point in itertools.product(EDGES, repeat=len(names)):
        with np.errstate(all="ignore"):
            value, gradient = compiled.value_and_gradient(*point)
            numbers = call(point)
        expected = [value, *gradient]
        assert np.allclose(numbers, expected, rtol=1e-9, atol=0, equal_nan=True), point


def _in_python(found, folder):
    """Return the exported function of value and gradient, its answer in a row."""
    found.write(folder)
    spec = importlib.util.spec_from_file_location("exported", folder / f"{found.name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    def call(point):
        value, gradient = module.f_value_and_gradient(np.array(point) if "numpy" in found.text
                                                      else point)  # fmt: skip
        return [value, *gradient]

    return call


def _in_c(found, folder):
    found.write(folder)
    library = folder / "f.so"
    words = ["cc", "-std=c99", "-O2", "-shared", "-fPIC", "f.c", "-o", str(library), "-lm"]
    subprocess.run(words, cwd=folder, check=True)
    function = ctypes.CDLL(str(library)).f_value_and_gradient
    function.restype = ctypes.c_double
    n = len(found.wrt)

    def call(point):
        gradient = (ctypes.c_double * n)()
        value = function((ctypes.c_double * n)(*point), gradient)
        return [value, *gradient]

    return call


@pytest.mark.parametrize("language", ["c", "cpp", "fortran", "rust", "julia"])
def test_bessel_functions_of_whole_order_are_exported(language, tmp_path):
    found = sc.export("besselj(0, x) + bessely(2, x)", language)
    if TOOLS[language]():
        done = run_check(found, tmp_path)
        assert done.returncode == 0, done.stderr
    with pytest.raises(sc.CompileError, match="whole numbers as its order"):
        sc.export("besselj(1/2, x)", language)


def test_julia_finds_the_library_of_mathematics_where_compilers_are_installed():
    # "libm" alone is found as a text for the linker there
    assert "(:erf, sc_libm)" in sc.export("erf(x)", "julia").text
    assert "libm" not in sc.export("exp(x)", "julia").text


@pytest.mark.parametrize("name", [n for n, row in TABLE.items() if row.array.startswith("kernels")])
def test_functions_that_scipy_lacks_are_exported_with_their_kernels(name, tmp_path):
    *orders, last = TABLE[name].sample[0]  # orders are whole numbers, so they are not varied
    text = f"{name}({', '.join([*map(str, orders), 'x'])})"
    found = sc.export(text, "numpy", order=0)
    assert "symcalc" not in found.text
    found.write(tmp_path)
    spec = importlib.util.spec_from_file_location("exported", tmp_path / "f.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.f_value(np.array([last])) == pytest.approx(sc.compile(text)(last), 1e-12)


@pytest.mark.parametrize("language", ["numpy", "jax"])
@pytest.mark.parametrize(
    ("text", "wrt", "shapes"),
    [
        ("sum(scipy*erf(np_*np))", "np, np_", "scipy: n; np: n; np_: n"),
        ("logsumexp(a*t)", "a", "t: n"),
        ("sum((X@w - y)**2)/m + sum(log(1 + exp(X@w)))", "w", "X: m n; w: n; y: m"),
        ("logdet(S) + trace(inv(S)@A)", "S", "S: n n spd; A: n n"),
        ("sum(logsumexp(X@W, axis=1)) - sum(Y*(X@W))", "W", "X: m n; W: n k; Y: m k"),
    ],
)
def test_matrices_are_exported_to_array_languages(language, text, wrt, shapes, tmp_path):
    if not TOOLS[language]():
        pytest.skip(f"no tool for {language} is installed")
    done = run_check(sc.export(text, language, wrt=wrt, shapes=shapes), tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("ok: worst relative gap")


@pytest.mark.parametrize("language", ["c", "cpp", "fortran", "rust"])
def test_arguments_that_a_formula_does_not_read_bring_no_warning(language, tmp_path):
    if not TOOLS[language]():
        pytest.skip(f"no tool for {language} is installed")
    number = sc.export("max(0.5, 0) + csch(2)", language, wrt="x", name="number")
    count = sc.export("sum(1 + 0*t)", language, wrt="a", shapes="t: rows", name="count")
    for found in (number, count):
        done = run_check(found, tmp_path)
        assert done.returncode == 0, done.stderr


MATRIX_EDGES = {
    "zero": np.zeros(3),
    "ties and a zero": np.array([2.0, 2.0, 0.0]),
    "signs": np.array([0.5, -1.0, 2.0]),
    "large": np.array([1e200, -2e200, 3e200]),
    "small": np.array([1e-200, 2e-200, 3e-200]),
    "NaN": np.array([math.nan, 1.0, 2.0]),
}


@pytest.mark.parametrize(
    "text", ["norm2(w)", "exp(-norm2(X@w - y))", "std(w)", "prod(w)", "sum(abs(w)) + max(w)",
             "sum(sqrt(w))", "sum(hypot(w, a))", "sum(sqrt(sum(X**2, axis=1))) + norm2(w)*a",
             "sum(prod(X, axis=0)*w)", "norm2(w)*det(A)"],
)  # fmt: skip
def test_exported_matrices_keep_to_policies_and_ranges_of_compiled_functions(text, tmp_path):
    shapes = "X: m n; w: n; y: m; A: n n; a: "
    found = sc.export(text, "numpy", wrt="w", shapes=shapes)
    namespace = {}
    exec(compile(found.text, "exported", "exec"), namespace)
    compiled = sc.compile(text, order=1, wrt="w", shapes=shapes, backend="numpy")
    random = np.random.default_rng(0)
    known = {"X": random.normal(size=(4, 3)), "A": random.normal(size=(3, 3)), "y": np.zeros(4),
             "a": 0.7}  # fmt: skip
    for what, w in MATRIX_EDGES.items():
        data = {name: w if name == "w" else known[name] for name in compiled.names}
        with np.errstate(all="ignore"):
            value, gradient = namespace["f_value_and_gradient"](**data)
            expected = compiled.value_and_gradient(**data)
        np.testing.assert_allclose(value, expected[0], rtol=1e-12, err_msg=what)
        np.testing.assert_allclose(gradient[0], expected[1]["w"], rtol=1e-9, err_msg=what)


def test_a_value_alone_is_exported_with_order_0(tmp_path):
    found = sc.export("x^2 + 3", "python", order=0)
    assert "gradient" not in found.text
    assert run_check(found, tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("text", "shapes", "given"),
    [
        ("x/y + exp(x/y)", None, ([1.0, 0.0],)),
        ("mean(t)/a", {"t": "rows"}, ([0.0], [[1.0, 2.0]])),
        ("a*mean(t)", {"t": "rows"}, ([1.0], [[]])),
        ("sum(A@v)/a", {"A": "n n", "v": "n"}, (np.eye(2), 0.0, np.ones(2))),
    ],
)
def test_numpy_source_of_plain_numbers_divides_by_zero_as_that_of_arrays(text, shapes, given):
    namespace = {}
    found = sc.export(text, "numpy", shapes=shapes, wrt="x, y" if shapes is None else "a")
    exec(compile(found.text, "exported", "exec"), namespace)
    with np.errstate(all="ignore"):
        value, _ = namespace["f_value_and_gradient"](*given)
    assert not math.isfinite(value)


@pytest.mark.parametrize("language", ["c", "cpp", "fortran", "rust"])
def test_long_lines_are_broken_between_words_and_numbers_alone_are_no_trouble(language, tmp_path):
    if not TOOLS[language]():
        pytest.skip(f"no tool for {language} is installed")
    product = "*".join(f"sin(0.{k}23456789012345*x)" for k in range(1, 9))
    # gfortran computes acos(2) itself, and refuses it; a part may be set in one branch alone
    texts = [f"erf(cbrt({product}))^(2/3)", "x if x < 9 else acos(2)*x", "csc(x) if x <= x else x"]
    for text in [*texts, "asinh(x) + acosh(x + 1) + gammaln(x)*loggamma(x)"]:
        done = run_check(sc.export(text, language), tmp_path)
        assert done.returncode == 0, done.stderr
    text = sc.export("asinh(x) - acosh(-x)", "rust").text
    assert "sc_asinh" in text
    assert "sc_acosh" in text


def test_fortran_lines_are_short_and_numbers_are_doubles():
    found = sc.export(" + ".join(f"0.1*exp(x{i})" for i in range(60)), "fortran")
    lines = found.text.split("\n")
    assert max(map(len, lines)) <= 132
    assert "0.1d0*exp(x(60))" in found.text


def test_latex_is_a_document():
    text = sc.export("x^2*sin(y)", "latex").text
    assert r"\frac{\partial f}{\partial x} &= 2 x \sin\left(y\right)" in text
    assert text.count(r"\begin{") == text.count(r"\end{") == 2


def test_long_latex_is_broken_before_signs_outside_of_brackets(tmp_path):
    text = " + ".join(f"exp(-x{k}^2)*sin(x{k}*x{k + 1} - 1)/(1 + x{k})" for k in range(12))
    found = sc.export(text, "latex", wrt="x0, x1", name="long_sum")
    rows = found.text.split(r"\begin{align*}")[1].split("\\\\")
    assert r"long\_sum &=" in rows[0]
    assert len(rows) > 8
    assert max(len(row) for row in rows) < 300
    for row in rows[:-1]:
        assert row.count("{") == row.count("}")
        assert row.count(r"\left") == row.count(r"\right")
    if shutil.which("pdflatex"):
        found.write(tmp_path)
        words = ["pdflatex", "-halt-on-error", "-interaction=nonstopmode", "long_sum.tex"]
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0
        assert "Overfull" not in done.stdout


def test_names_with_accents_are_text_in_latex():
    assert r"\text{été}" in sc.export("2*été", "latex").text


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"language": "fotran"}, sc.ArgumentError, "Did you mean 'fortran'"),
        ({"language": "c", "name": "main*/"}, sc.ArgumentError, "small letter"),
        ({"language": "c", "name": "f__g"}, sc.ArgumentError, "single `_`"),
        ({"language": "python", "name": "for"}, sc.ArgumentError, "a word or a module of Python"),
        ({"language": "python", "name": "math"}, sc.ArgumentError, "a word or a module of Python"),
        ({"language": "jax", "name": "numpy"}, sc.ArgumentError, "a word or a module of Python"),
        ({"language": "c", "order": 2}, sc.ArgumentError, "0 and 1"),
    ],
)
def test_bad_options_are_refused(options, error, match):
    with pytest.raises(error, match=match):
        sc.export("x^2", **options)


def test_what_a_language_lacks_is_named():
    with pytest.raises(sc.CompileError, match="`airyai` has no form in Rust"):
        sc.export("airyai(x)", "rust")
    with pytest.raises(sc.CompileError, match="`besselj` has no form in Python"):
        sc.export("besselj(0, x)", "python")
    with pytest.raises(sc.CompileError, match="`besselj` has no form in JAX"):
        sc.export("besselj(0, x)", "jax")
    with pytest.raises(sc.CompileError, match="`polygamma` has no form in JAX"):
        sc.export("digamma(x)", "jax")
    with pytest.raises(sc.CompileError, match="`jv` has no form in JAX"):
        sc.export("sum(besselj(0, X@w))", "jax", wrt="w", shapes="X: m n; w: n")
    for language in ("numpy", "jax"):
        with pytest.raises(sc.CompileError, match="An integral has no form in"):
            sc.export("integral(sin(t)/t, t, 0, x)", language)
    with pytest.raises(sc.CompileError, match="`airyai` has no form in C"):
        sc.export("sum(airyai(X@w))", "c", wrt="w", shapes="X: m n; w: n")
    with pytest.raises(sc.CompileError, match="No point was found"):
        sc.export("log(-x^2)", "c")


def test_the_command_prints_the_file_or_writes_both(tmp_path, capsys):
    assert main(["export", "a*exp(-b*t)", "--wrt", "a,b"]) == 0
    assert "double f_value_and_gradient(const double *x, double *gradient)" in (
        capsys.readouterr().out
    )
    folder = str(tmp_path / "code")
    assert main(["export", "x^2", "--language", "python", "--name", "g", "--output", folder]) == 0
    assert "check: python g_check.py" in capsys.readouterr().out
    assert sorted(p.name for p in (tmp_path / "code").iterdir()) == ["g.py", "g_check.py"]
    assert main(["export", "x^2", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["files"].keys() == {"f.c", "f_check.c"}
