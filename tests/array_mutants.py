"""Wrong rules of arrays, made from the source of the right ones, and who sees them.

A mutant is one function of the rooms of arrays with one place of its source changed: labels
exchanged, a sign or a factor lost, another axis, a slice that is off by one. It is planted by
giving the function the code of the changed one, in a process of its own; whoever imported the
function has it. The judges are the tests of arrays themselves: those that run through the changed
line, the quickest first.
"""

from __future__ import annotations

import ast
import copy
import importlib
import inspect
import os
import pickle
import signal
import sys
import tempfile
import time
import types
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from rewrite_mutants import TURNED, put_in_place

__all__ = ["EQUIVALENT", "JUDGES", "MODULES", "ArrayMutant", "Seen", "array_mutants", "judged"]

#: The rooms of arrays: derivation, shapes, forms for people, lowering, spelling.
MODULES = (
    "graph.array_rules graph.contractions graph.shapes graph.dimensions graph.unroll "
    "arrays.blocks arrays.broadcasting arrays.indexing arrays.products arrays.reductions "
    "symbolic.array_forms symbolic.array_products "
    "program.contractions program.order program.pairs backends.matrices backends.steps "
    "backends.array_kernels backends.array_derivatives backends.array_traits backends.cofactors"
).split()

#: The tests that judge, the derivations first.
JUDGES = (
    "test_array_derivatives.py",
    *sorted(
        path.name
        for path in Path(__file__).parent.glob("test_array_*.py")
        if path.name != "test_array_derivatives.py"
    ),
    *("test_determinants.py", "test_lengths.py", "test_fusing.py"),
)

#: Mutants that are as good as the original, with the reason.
EQUIVALENT = {
    "graph.contractions._Work._split_diagonal_output: (label, fresh) exchanged": (
        "an identity matrix is symmetric"
    ),
    "backends.matrices.MatrixEmitter._diagonals: (merged[second], merged[first]) exchanged": (
        "which of two equal labels stays is all the same"
    ),
    "backends.matrices.MatrixEmitter.size: not (len(terms) > 1)": "brackets around one term",
    "symbolic.array_products.PlainProducts._chosen: "
    "(*range(0, len(args) - 1, 2), len(args) - 1) exchanged": "the same places in another order",
    "symbolic.array_products.PlainProducts._chosen: "
    "(args[place], new.args[second][place]) exchanged": "a product of two",
    "symbolic.array_forms._Tidying._collected_terms: (*frame.scalars, whole) exchanged": (
        "a product in another order"
    ),
    "graph.array_rules._others: (unlike, graph.node('others', (without,), axis + 1)) exchanged": (
        "a product of two"
    ),
    "symbolic.array_forms._Tidying._contraction: not ({*data.factors[0]} <= {*data.out})": (
        "what is spread has a label more"
    ),
    "symbolic.array_forms._Tidying._without_inverses: ((1, 0), (0, 1)) exchanged": (
        "two sides, looked at in the other order"
    ),
    "program.contractions._Steps._of_many: (made[first], made[second]) exchanged": (
        "a product of two"
    ),
    "program.contractions._Steps._narrowed: not (set(inner) <= set(own))": (
        "a transpose stays a step of its own"
    ),
    "graph.unroll._Unroller.identity: (i, j) exchanged": "an identity matrix is symmetric",
    "backends.array_kernels._kind: "
    "arguments of np.result_type(np.asarray(part).dtype, np.float32) exchanged": "symmetric",
    "backends.steps.of_two: f'{a} @ {b}' exchanged": "the product of two vectors is symmetric",
    "arrays.broadcasting.stretch: offset + axis with another sign": (
        "the same axis, counted from the end: there are two"
    ),
    "backends.steps.of_one: not (x in out)": "a diagonal is one axis already, a trace none",
    "program.contractions._Steps._total: (graph.shape(summand), graph.kinds[summand]) exchanged": (
        "the same total with one multiplication more"
    ),
    "program.contractions._Steps._opened: "
    "and/or of (graph.kinds[arg] == 'pow' and graph.shape(arg))": "the same product in other steps",
    "graph.array_rules._unit: arguments of graph.compare('==', size, graph.const(0)) exchanged": (
        "equality is symmetric"
    ),
    "arrays.indexing._cut: not (length < 0)": "a slice without elements, said in two ways",
    "program.contractions._Steps._product: not (len(scalars) > 1)": (
        "scalars multiplied one by one"
    ),
    "program.contractions._Steps._product: 2 for 1": "scalars multiplied one by one",
    "program.pairs._factors: concat for ein": "shares beside their logarithm, computed apart",
    "backends.steps.of_one: not (len(set(labels)) < len(labels))": (
        "what has no equal labels comes out of einsum as it was"
    ),
    "backends.steps.of_one: 3 for 2": "diagonals and traces by einsum",
    "backends.steps.of_one: not (len(kept) < len(out))": "a copy more",
    "program.order._cost: not a & b & result without its sign": "another order, the same product",
}

#: After so many seconds one test of a mutant ends, and has seen it.
PATIENCE = 60

Change = tuple[str, Callable[[Any], ast.AST | None]]


@dataclass(frozen=True)
class ArrayMutant:
    """A function of a module with one place of its source changed."""

    module: str
    function: str
    line: int
    change: str
    place: int
    number: int

    def __str__(self) -> str:
        return f"{self.module}.{self.function}:{self.line}: {self.change}"

    @property
    def is_equivalent(self) -> bool:
        """Whether it is listed as good as the original."""
        return f"{self.module}.{self.function}: {self.change}" in EQUIVALENT

    def plant(self) -> None:
        """Give the function the changed code, in this process, for good."""
        module = importlib.import_module(f"symcalc.{self.module}")
        tree = ast.parse(inspect.getsource(module))
        target = list(ast.walk(tree))[self.place]
        new = list(_changes(target))[self.number][1](target)
        assert new is not None
        if new is not target:
            put_in_place(tree, target, new)
        code = compile(ast.fix_missing_locations(tree), str(module.__file__), "exec")
        function = _function(module, self.function)
        function.__code__ = next(c for c in _codes(code) if c.co_qualname == self.function)


@dataclass(frozen=True)
class Seen:
    """A mutant with the test that sees it, or "": and how many tests ran through its line."""

    mutant: ArrayMutant
    judge: str
    n_judges: int


# -- the mutants ----------------------------------------------------------------------------------


def array_mutants() -> list[ArrayMutant]:
    """Return every mutant of the rooms of arrays."""
    found: list[ArrayMutant] = []
    for name in MODULES:
        module = importlib.import_module(f"symcalc.{name}")
        tree = ast.parse(inspect.getsource(module))
        owners = dict(_owners(tree))
        ignored = set(_annotations(tree))
        for place, node in enumerate(ast.walk(tree)):
            owner = owners.get(id(node))
            if owner is None or id(node) in ignored:
                continue
            for number, (change, make) in enumerate(_changes(node)):
                if make(copy.deepcopy(node)) is not None:
                    line = getattr(node, "lineno", 0)
                    found.append(ArrayMutant(name, owner, line, change, place, number))
    return found


def _owners(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield each node inside a function, by identity, with the name of the function or method."""
    for outer in tree.body:
        members = outer.body if isinstance(outer, ast.ClassDef) else [outer]
        for member in members:
            if isinstance(member, ast.FunctionDef):
                prefix = f"{outer.name}." if isinstance(outer, ast.ClassDef) else ""
                for statement in member.body:
                    for node in ast.walk(statement):
                        yield id(node), prefix + member.name


def _annotations(tree: ast.Module) -> Iterator[int]:
    """Yield what says types, raises errors, or lists members without an order."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In | ast.NotIn):
            yield id(node.comparators[0])
        parts: list[ast.AST | None] = []
        if isinstance(node, ast.AnnAssign):
            parts = [node.annotation]
        elif isinstance(node, ast.FunctionDef):
            parts = [node.returns, *[arg.annotation for arg in node.args.args]]
        elif isinstance(node, ast.Raise | ast.Assert) or getattr(node, "arg", "") == "strict":
            parts = [node]  # an error, or `strict` of zip, which only refuses
        for part in parts:
            if part is not None:
                yield from map(id, ast.walk(part))


def _changes(node: ast.AST) -> Iterator[Change]:
    """Yield what can be done to a node of the source."""
    if isinstance(node, ast.Constant):
        yield from _other_constants(node.value)
    elif isinstance(node, ast.Compare) and len(node.ops) == 1:
        yield f"not ({_text(node)})", _turned
    elif isinstance(node, ast.BoolOp):
        yield f"and/or of ({_text(node)})", _other_joint
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not):
        yield f"{_text(node)} without its sign", lambda n: n.operand
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub | ast.Add | ast.Mult):
        yield f"{_text(node)} with another sign", _other_sign
    elif isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load) and len(node.elts) > 1:
        yield f"{_text(node)} exchanged", _exchanged
    elif isinstance(node, ast.List) and len(node.elts) > 1:
        yield f"{_text(node)} without its last", _shortened
    elif isinstance(node, ast.Slice):
        yield f"[{_text(node)}] off by one", _shifted
    elif isinstance(node, ast.JoinedStr):
        yield f"{_text(node)} exchanged", _words_exchanged
    elif isinstance(node, ast.Call):
        yield from _other_calls(node)


def _other_constants(value: object) -> Iterator[Change]:
    if isinstance(value, bool):
        yield f"{not value} for {value}", lambda n: ast.Constant(not n.value)
    elif isinstance(value, int):
        yield f"{value + 1} for {value}", lambda n: ast.Constant(n.value + 1)
    elif isinstance(value, str) and ".T" in value:
        yield f"{value!r} without `.T`", lambda n: ast.Constant(n.value.replace(".T", ""))
    elif isinstance(value, str) and value in _KINDS:
        other = _KINDS[(_KINDS.index(value) + 1) % len(_KINDS)]
        yield f"{other} for {value}", lambda n: ast.Constant(other)


#: Kinds of nodes and functions that are taken for each other.
_KINDS = "take put amax amin prod lse inv det logdet eye ein concat exp log mul add".split()


def _other_calls(node: ast.Call) -> Iterator[Change]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    if name in ("neg", "scale"):
        yield f"{_text(node)} without its factor", lambda n: n.args[-1]
    plain = [arg for arg in node.args if not isinstance(arg, ast.Starred)]
    if len(plain) > 1 and plain == node.args and not _is_builtin(node):
        yield f"arguments of {_text(node)} exchanged", _arguments_exchanged


def _is_builtin(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Name) and node.func.id in {"isinstance", "zip", "getattr"}


def _text(node: ast.AST) -> str:
    return ast.unparse(node).replace("\n", " ")[:60]


def _turned(node: ast.Compare) -> ast.AST:
    node.ops = [TURNED[type(node.ops[0])]()]
    return node


def _other_joint(node: ast.BoolOp) -> ast.AST:
    node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    return node


def _other_sign(node: ast.BinOp) -> ast.AST:
    node.op = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
    return node


def _exchanged(node: ast.Tuple) -> ast.AST | None:
    if ast.dump(node.elts[0]) == ast.dump(node.elts[1]):
        return None
    node.elts[:2] = node.elts[1::-1]
    return node


def _shortened(node: ast.List) -> ast.AST:
    del node.elts[-1]
    return node


def _shifted(node: ast.Slice) -> ast.AST | None:
    place = "lower" if node.lower is not None else "upper"
    if getattr(node, place) is None or node.step is not None:
        return None
    setattr(node, place, ast.BinOp(getattr(node, place), ast.Add(), ast.Constant(1)))
    return node


def _words_exchanged(node: ast.JoinedStr) -> ast.AST | None:
    places = [k for k, part in enumerate(node.values) if isinstance(part, ast.FormattedValue)]
    if len(places) < 2:
        return None
    a, b = places[:2]
    node.values[a], node.values[b] = node.values[b], node.values[a]
    return node


def _arguments_exchanged(node: ast.Call) -> ast.AST:
    node.args[-2:] = node.args[:-3:-1]
    return node


# -- planting -------------------------------------------------------------------------------------


def _function(module: types.ModuleType, name: str) -> types.FunctionType:
    """Return the function of a name, out of what decorates it."""
    found: Any = module
    for part in name.split("."):
        found = inspect.getattr_static(found, part)
    for wrapper in ("fget", "func", "__func__", "__wrapped__"):
        found = getattr(found, wrapper, found) if not inspect.isfunction(found) else found
    assert isinstance(found, types.FunctionType)
    return found


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield constant
            yield from _codes(constant)


# -- judging --------------------------------------------------------------------------------------


def judged(
    mutants: Sequence[ArrayMutant],
    report: Callable[[Seen], None],
    judges: Sequence[str] = JUDGES,
) -> None:
    """Run the tests of arrays on every mutant, and report who sees it."""
    folder = Path(__file__).parent
    plugin = _Judging(mutants, report)
    words = ["-p", "no:cacheprovider", "-p", "no:terminal", *[str(folder / j) for j in judges]]
    status = pytest.main(words, plugins=[plugin])
    assert plugin.is_done, f"the tests were not collected: {status}"


class _Judging:
    """In place of one run of the tests: one run for each mutant, in a process of its own."""

    def __init__(self, mutants: Sequence[ArrayMutant], report: Callable[[Seen], None]) -> None:
        self.mutants, self.report = mutants, report
        self.has_failed = self.is_done = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.has_failed |= report.failed

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        lines, times = self._apart(lambda: self._traced(session.items))
        for mutant in self.mutants:
            place = str(Path("symcalc", *mutant.module.split("."))) + ".py", mutant.line
            chosen = sorted(lines.get(place, ()), key=times.__getitem__)
            items = [session.items[index] for index in chosen]
            judge = self._apart(lambda m=mutant, i=items: self._who_sees(m, i)) if items else ""
            self.report(Seen(mutant, judge, len(items)))
        self.is_done = True
        return True

    def _who_sees(self, mutant: ArrayMutant, items: Sequence[pytest.Item]) -> str:
        """Return the first test that fails."""
        mutant.plant()
        for item in items:
            signal.alarm(PATIENCE)  # a mutant that never ends is seen
            item.ihook.pytest_runtest_protocol(item=item, nextitem=None)
            if self.has_failed:
                return item.name
        return ""

    def _traced(self, items: Sequence[pytest.Item]) -> tuple[Any, list[float]]:
        """Return for each line the tests that run through it, and how long each test takes."""
        files = {
            str(importlib.import_module(f"symcalc.{name}").__file__): str(
                Path("symcalc", *name.split("."))
            )
            + ".py"
            for name in MODULES
        }
        lines: dict[tuple[str, int], set[int]] = {}
        times: list[float] = []
        for index, item in enumerate(items):

            def local(frame: Any, event: str, _: Any, index: int = index) -> Any:
                if event == "line":
                    key = files[frame.f_code.co_filename], frame.f_lineno
                    lines.setdefault(key, set()).add(index)
                return local

            def begun(frame: Any, event: str, _: Any, local: Any = local) -> Any:
                return local if frame.f_code.co_filename in files else None

            start = time.perf_counter()
            sys.settrace(begun)
            try:
                item.ihook.pytest_runtest_protocol(item=item, nextitem=None)
            finally:
                sys.settrace(None)
            times.append(time.perf_counter() - start)
            assert not self.has_failed, f"{item.name} fails without a mutant"
        return lines, times

    def _apart(self, task: Callable[[], Any]) -> Any:
        """Return what a task returns in a process of its own; "no answer" where it ends itself."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "answer")
            child = os.fork()
            if not child:
                status = 1
                nowhere = os.open(os.devnull, os.O_WRONLY)
                for stream in (1, 2):
                    os.dup2(nowhere, stream)
                try:
                    path.write_bytes(pickle.dumps(task()))
                    status = 0
                finally:
                    os._exit(status)
            os.waitpid(child, 0)
            return pickle.loads(path.read_bytes()) if path.exists() else "no answer"
