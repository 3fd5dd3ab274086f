"""Exported source: built where its tool is installed, run, and compared with compiled functions."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys

import pytest

import symcalc as sc
from symcalc.cli import main

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


def _run(found, folder):
    found.write(folder)
    command = found.run.replace("python ", f"{sys.executable} ", 1)
    if found.language == "c":
        command = command.replace("cc ", "cc -std=c99 -Wall -Wextra -Werror ", 1)
    return subprocess.run(command, shell=True, cwd=folder, capture_output=True, text=True)


@pytest.mark.parametrize("language", TOOLS)
@pytest.mark.parametrize("what", FORMULAS)
def test_the_check_of_exported_source_agrees(language, what, tmp_path):
    text, options = FORMULAS[what]
    found = sc.export(text, language, **options)
    if not TOOLS[language]():
        assert found.name + "_value" in found.text
        pytest.skip(f"no tool for {language} is installed")
    done = _run(found, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("ok: 5 points")


@pytest.mark.parametrize("language", ["python", "c"])
def test_the_check_finds_a_wrong_function(language, tmp_path):
    found = sc.export("x^2*sin(y)", language)
    if not TOOLS[language]():
        pytest.skip(f"no tool for {language} is installed")
    name = next(iter(found.files))
    found.files[name] = found.files[name].replace("cos(", "sin(")
    done = _run(found, tmp_path)
    assert done.returncode == 1
    assert done.stdout.startswith("WRONG: 5 points")


@pytest.mark.parametrize("language", ["numpy", "jax"])
@pytest.mark.parametrize(
    ("text", "wrt", "shapes"),
    [
        ("sum((X@w - y)**2)/m + sum(log(1 + exp(X@w)))", "w", "X: m n; w: n; y: m"),
        ("logdet(S) + trace(inv(S)@A)", "S", "S: n n spd; A: n n"),
        ("sum(logsumexp(X@W, axis=1)) - sum(Y*(X@W))", "W", "X: m n; W: n k; Y: m k"),
    ],
)
def test_matrices_are_exported_to_array_languages(language, text, wrt, shapes, tmp_path):
    if not TOOLS[language]():
        pytest.skip(f"no tool for {language} is installed")
    done = _run(sc.export(text, language, wrt=wrt, shapes=shapes), tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("ok: worst relative gap")


def test_a_value_alone_is_exported_with_order_0(tmp_path):
    found = sc.export("x^2 + 3", "python", order=0)
    assert "gradient" not in found.text
    assert _run(found, tmp_path).returncode == 0


def test_fortran_lines_are_short_and_numbers_are_doubles():
    found = sc.export(" + ".join(f"0.1*exp(x{i})" for i in range(60)), "fortran")
    lines = found.text.split("\n")
    assert max(map(len, lines)) <= 132
    assert "0.1d0*exp(x(60))" in found.text


def test_latex_is_a_document():
    text = sc.export("x^2*sin(y)", "latex").text
    assert r"\frac{\partial f}{\partial x} &= 2 x \sin\left(y\right)" in text
    assert text.count(r"\begin{") == text.count(r"\end{") == 2


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"language": "fotran"}, sc.ArgumentError, "Did you mean 'fortran'"),
        ({"language": "c", "name": "main*/"}, sc.ArgumentError, "small letter"),
        ({"language": "c", "order": 2}, sc.ArgumentError, "0 and 1"),
    ],
)
def test_bad_options_are_refused(options, error, match):
    with pytest.raises(error, match=match):
        sc.export("x^2", **options)


def test_what_a_language_lacks_is_named():
    with pytest.raises(sc.CompileError, match="`besselj` has no form in Rust"):
        sc.export("besselj(0, x)", "rust")
    with pytest.raises(sc.CompileError, match="for matrices export to 'numpy' or 'jax'"):
        sc.export("sum(X@w)", "c", wrt="w", shapes="X: m n; w: n")
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
