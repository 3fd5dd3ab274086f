"""What is installed: a light import, names that all load, files that all ship, scripts that run."""

from __future__ import annotations

import ast
import configparser
import os
import subprocess
import sys
from importlib import import_module, metadata
from pathlib import Path

import pytest

import symcalc as sc

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "symcalc"
HEAVY = ("numpy", "scipy", "sympy", "flint", "mpmath", "rich", "click", "matplotlib")


@pytest.fixture(scope="module")
def settings() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser


LOSS = """import symcalc
f = symcalc.compile("sum((X@w - y)**2)/(2*m)", order=1, wrt="w", shapes="X: m n; w: n; y: m")
f.value_and_gradient(X=[[1, 2]], w=[0, 1], y=[1])"""

#: What compiling a loss over arrays needs nothing of.
UNUSED = ("balls", "verify", "writing", "numeric", "optimize", "present")


def modules_after(statement: str) -> set[str]:
    """Return the names of the modules that a statement loads in a fresh interpreter."""
    code = f"{statement}\nimport sys\nprint(*sys.modules)"
    output = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout
    return set(output.split())


def loaded_after(statement: str) -> set[str]:
    """Return the names of the packages that a statement loads in a fresh interpreter."""
    return {name.partition(".")[0] for name in modules_after(statement)}


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert not loaded_after("import symcalc").intersection(HEAVY)


def test_the_command_line_loads_nothing_but_click_before_it_knows_the_command() -> None:
    assert loaded_after("import symcalc.cli").intersection(HEAVY) == {"click"}


def test_reading_a_formula_loads_nothing_heavy() -> None:
    assert not loaded_after("import symcalc\nsymcalc.parse('x*sin(y)').text").intersection(HEAVY)


def test_compiling_a_loss_over_arrays_loads_nothing_that_it_does_not_use() -> None:
    loaded = modules_after(LOSS)

    assert "symcalc.backends.array_function" in loaded
    assert not loaded.intersection([f"symcalc.{room}" for room in UNUSED])
    assert not loaded.intersection({"scipy", "numpy.ma"})


def test_compiling_for_a_point_loads_nothing_of_native_code() -> None:
    statement = "import symcalc\nsymcalc.compile('x*sin(y)', order=1).gradient(1.0, 2.0)"

    assert "symcalc.backends.native" not in modules_after(statement)
    assert "symcalc.backends.native" not in modules_after(LOSS)


def test_minimizing_and_fitting_load_nothing_of_quadrature() -> None:
    statement = (
        "import symcalc\nsymcalc.minimize('(x - 1)^2', {'x': 0})\n"
        "symcalc.fit('a*x', {'x': [1, 2, 3], 'y': [2, 4, 7]}, target='y', start='a=1')"
    )

    assert "symcalc.numeric.quadrature" not in modules_after(statement)


def test_compiling_loads_nothing_of_jax_unless_it_is_asked_for() -> None:
    many = "import symcalc, numpy\nsymcalc.compile('x*sin(y)')(numpy.ones(30_000), 2.0)"
    for statement in (LOSS, many):
        assert not modules_after(statement).intersection({"jax", "symcalc.backends.jax"})


@pytest.mark.parametrize("name", sc.__all__)
def test_every_public_name_loads_and_is_documented(name: str) -> None:
    value = getattr(sc, name)

    assert value.__doc__


def test_public_names_are_listed_once_and_in_order() -> None:
    assert sc.__all__ == sorted(set(sc.__all__))
    assert set(sc.__all__) <= set(dir(sc))


def test_a_name_that_does_not_exist_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="integarte"):
        sc.integarte  # noqa: B018


def test_importing_everything_by_star_gives_the_public_names() -> None:
    names: dict[str, object] = {}
    exec("from symcalc import *", names)

    assert set(sc.__all__) <= set(names)


def test_checkers_and_the_interpreter_are_told_the_same_homes() -> None:
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    guarded = next(node for node in tree.body if isinstance(node, ast.If))
    told = {
        alias.name: f".{node.module}"
        for node in guarded.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    homes = vars(sc)["_HOMES"]

    assert told == homes
    assert set(homes) | {"errors"} == set(sc.__all__)


def test_every_folder_with_code_is_a_package_that_ships() -> None:
    folders = {path.parent for path in PACKAGE.rglob("*.py")}

    assert [folder.name for folder in folders if not (folder / "__init__.py").exists()] == []


def test_every_module_lists_its_public_names() -> None:
    missing = [
        str(path.relative_to(ROOT))
        for path in PACKAGE.rglob("*.py")
        if len(text := path.read_text(encoding="utf-8").splitlines()) > 1
        and not any(line.startswith("__all__") for line in text)
    ]

    assert missing == []


def test_the_package_is_marked_as_typed(settings: configparser.ConfigParser) -> None:
    assert (PACKAGE / "py.typed").exists()
    assert "py.typed" in settings["options.package_data"]["symcalc"]


def test_the_entry_point_is_there(settings: configparser.ConfigParser) -> None:
    script = settings["options.entry_points"]["console_scripts"].strip()
    name, _, target = (part.strip() for part in script.partition("="))
    module, _, function = target.partition(":")

    assert name == "symcalc"
    assert callable(getattr(import_module(module), function))


def test_the_installed_version_is_the_one_in_the_code() -> None:
    try:
        installed = metadata.version("symcalc")
    except metadata.PackageNotFoundError:
        installed = sc.__version__

    assert installed == sc.__version__


def test_what_the_package_imports_is_what_it_requires(settings: configparser.ConfigParser) -> None:
    required = settings["options"]["install_requires"].lower().split()
    names = {line.partition(">")[0].partition("=")[0] for line in required}

    assert names == {"click", "numpy", "python-flint", "rich", "scipy", "sympy"}


@pytest.mark.parametrize("script", ["demo", "check", "scripts/prepare", ".ci/run"])
def test_scripts_are_executable_and_well_formed(script: str) -> None:
    path = ROOT / script
    shell = path.read_text(encoding="utf-8").splitlines()[0].rpartition("/")[2].rpartition(" ")[2]

    assert os.access(path, os.X_OK)
    assert subprocess.run([shell, "-n", str(path)], check=False).returncode == 0
