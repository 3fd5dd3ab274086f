"""The law of the house holds for the package, and goes red for every kind of planted fault."""

from __future__ import annotations

from pathlib import Path

import law
import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "symcalc"


def test_the_package_keeps_the_law() -> None:
    found = law.violations(PACKAGE)

    assert not found, "\n" + "\n".join(found)


def build(folder: Path, files: dict[str, str]) -> Path:
    """Write a little package; every folder on the way becomes a package of its own."""
    package = folder / "symcalc"
    package.mkdir()
    (package / "__init__.py").write_text("")
    for name, text in files.items():
        path = package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.parent != package:
            (path.parent / "__init__.py").touch()
        path.write_text(text)
    return package


SOUND = {
    "errors.py": "class SymcalcError(Exception):\n    pass\n",
    "graph/graph.py": "from ..errors import SymcalcError\n\n\nclass Graph:\n    _x = 0\n"
    "    def same(self, other):\n        return self._x == other._x\n",
    "graph/__init__.py": "from .graph import Graph\n",
    "balls/values.py": "def f():\n    import flint\n    return flint\n",
    "backends/numpy.py": "import numpy\nfrom ..graph import Graph\nx = eval('1')\n",
    "calculus/compile.py": "def compile(text):\n    return text\n\n\nf = compile('x')\n",
    "cli/main.py": "import click\nimport symcalc as sc\nfrom ..errors import SymcalcError\n",
    "language/words.py": "import re\n\nWORD = re.compile('x')\n",
}


def test_a_sound_little_package_is_found_sound(tmp_path: Path) -> None:
    assert law.violations(build(tmp_path, SOUND)) == []


FAULTS = {
    "a room imports a room below it": (
        {"graph/graph.py": "from ..language import read\n", "language/__init__.py": "read = 1\n"},
        "stands below it",
    ),
    "a room imports a room below it inside a function": (
        {"graph/graph.py": "def f():\n    from ..calculus import g\n", "calculus/x.py": ""},
        "stands below it",
    ),
    "a room imports a room below it by its full name": (
        {"graph/graph.py": "import symcalc.calculus.x\n", "calculus/x.py": ""},
        "stands below it",
    ),
    "a room imports a room below it for types only": (
        {
            "graph/graph.py": "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n"
            "    from ..language import read\n",
            "language/__init__.py": "read = 1\n",
        },
        "stands below it",
    ),
    "a room imports the package's face": (
        {"language/read.py": "import symcalc\n"},
        "imports the whole package",
    ),
    "a single file imports a room below it": (
        {"errors.py": "from .graph import Graph\n", "graph/__init__.py": "Graph = 1\n"},
        "stands below it",
    ),
    "the command line reaches behind the public names": (
        {"cli/main.py": "from ..language import read\n", "language/__init__.py": "read = 1\n"},
        "public names only",
    ),
    "the language imports SymPy": ({"language/read.py": "import sympy\n"}, "may not import sympy"),
    "the language imports SymPy inside a function": (
        {"language/read.py": "def f():\n    from sympy.core import Add\n"},
        "may not import sympy",
    ),
    "the symbolic room imports NumPy": (
        {"symbolic/steps.py": "import numpy as np\n"},
        "may not import numpy",
    ),
    "the optimizers import SymPy": (
        {"optimize/loop.py": "def f():\n    import sympy\n"},
        "may not import sympy",
    ),
    "a heavy package is loaded with the module": (
        {
            "backends/special.py": "import numpy\nimport scipy.special\n",
            "backends/__init__.py": "from . import special\n",
        },
        "scipy must be imported inside a function",
    ),
    "a heavy package is loaded by a module that one without it imports": (
        {
            "backends/special.py": "import scipy.special\n",
            "backends/lazy.py": "from .special import x\n",
        },
        "scipy must be imported inside a function",
    ),
    "a heavy package is loaded in the body of a class": (
        {"balls/__init__.py": "class Ball:\n    import flint\n"},
        "flint must be imported inside a function",
    ),
    "a package nobody allowed": (
        {"graph/graph.py": "import requests\n"},
        "may not import requests",
    ),
    "a private name of another room": (
        {"graph/terms.py": "_x = 1\n", "language/read.py": "from ..graph.terms import _x\n"},
        "borrows `_x`",
    ),
    "a private module of another room": (
        {"graph/_terms.py": "x = 1\n", "language/read.py": "from ..graph._terms import x\n"},
        "borrows `_terms`",
    ),
    "a private attribute of somebody else's object": (
        {"language/read.py": "def f(graph):\n    return graph._index\n"},
        "borrows `._index`",
    ),
    "two modules that import each other": (
        {"graph/a.py": "from .b import y\nx = 1\n", "graph/b.py": "from .a import x\ny = 1\n"},
        "cycle",
    ),
    "a cycle that a lazy import hides": (
        {
            "graph/a.py": "from .b import y\n",
            "graph/b.py": "from .c import z\ny = 1\n",
            "graph/c.py": "def f():\n    from .a import y\nz = 1\n",
        },
        "cycle",
    ),
    "a cycle through the room's own face": (
        {"graph/__init__.py": "from .a import x\n", "graph/a.py": "from . import y\nx = 1\n"},
        "cycle",
    ),
    "a room nobody listed": ({"magic/spell.py": "x = 1\n"}, "belongs to no room"),
    "a file nobody listed": ({"magic.py": "x = 1\n"}, "belongs to no room"),
    "a file that is no code": ({"graph/notes.txt": "x"}, "not a file of the package"),
    "a drawer": ({"graph/utils.py": "x = 1\n"}, "name the idea"),
    "eval": ({"language/read.py": "x = eval('1')\n"}, "calls `eval`"),
    "exec": ({"calculus/x.py": "exec('x = 1')\n"}, "calls `exec`"),
    "compile of a text": ({"calculus/x.py": "compile('x', 'a', 'eval')\n"}, "calls `compile`"),
    "builtins.eval": ({"graph/x.py": "import builtins\nbuiltins.eval('1')\n"}, "calls `eval`"),
    "lambdify outside backends": (
        {"calculus/x.py": "def f(e):\n    import sympy\n    return sympy.lambdify((), e)\n"},
        "calls `lambdify`",
    ),
    "sympify even in backends": (
        {"backends/x.py": "def f(s):\n    import sympy\n    return sympy.sympify(s)\n"},
        "calls `sympify`",
    ),
    "sympify that is strict only sometimes": (
        {"expression/x.py": "def f(s, t):\n    import sympy\n    sympy.sympify(s, strict=t)\n"},
        "calls `sympify`",
    ),
    "S of a text": (
        {"symbolic/x.py": "def f(s):\n    import sympy\n    return sympy.S(s)\n"},
        "calls `S`",
    ),
    "parse_expr": (
        {"calculus/x.py": "def f(s):\n    from sympy import parse_expr\n    parse_expr(s)\n"},
        "calls `parse_expr`",
    ),
    "a process outside the worker": (
        {"calculus/x.py": "import subprocess\nsubprocess.run(['true'])\n"},
        "starts a process",
    ),
    "a shell": ({"worker/x.py": "import os\nos.system('true')\n"}, "calls a shell"),
    "a module that is too long": ({"graph/x.py": "x = 1\n" * 401}, "401 lines"),
    "a function that is too long": (
        {"functions/x.py": "def f():\n" + "    x = 1\n" * 61},
        "the body of `f` has 61 lines",
    ),
    "too many long functions": (
        {"functions/x.py": "def f():\n" + "    x = 1\n" * 41},
        "functions have more than 40 lines",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_turns_the_law_red(fault: str, tmp_path: Path) -> None:
    files, complaint = FAULTS[fault]

    found = law.violations(build(tmp_path, files))

    assert any(complaint in sentence for sentence in found), found


def test_an_exception_from_the_law_is_still_needed() -> None:
    found = law.violations(PACKAGE, long_bodies={})

    for name in law.LONG_BODIES:
        module, _, function = name.rpartition(".")

        assert any(s.startswith(f"{module}:") and f"`{function}`" in s for s in found), name


def test_sympify_that_refuses_texts_is_allowed(tmp_path: Path) -> None:
    text = "def f(s):\n    import sympy\n    return sympy.sympify(s, strict=True)\n"

    assert law.violations(build(tmp_path, {"expression/x.py": text})) == []


def test_a_module_loaded_on_demand_may_import_what_it_needs_at_its_top(tmp_path: Path) -> None:
    files = {
        "expression/held.py": "import sympy\n\n\nclass Held(sympy.Basic):\n    pass\n",
        "expression/__init__.py": "def view():\n    from .held import Held\n    return Held\n",
    }

    assert law.violations(build(tmp_path, files)) == []


def test_modules_loaded_on_demand_may_share_a_module_that_has_the_same_at_its_top(tmp_path):
    files = {
        "symbolic/ways.py": "import sympy\nfrom .view import x\ny = x\n",
        "symbolic/view.py": "import sympy\nx = sympy\n",
        "symbolic/__init__.py": "def run():\n    from .ways import y\n    return y\n",
    }

    assert law.violations(build(tmp_path, files)) == []


def test_a_long_table_of_functions_is_allowed(tmp_path: Path) -> None:
    assert law.violations(build(tmp_path, {"functions/table.py": "x = 1\n" * 900})) == []
