"""The law of the house as one pass over syntax trees: `violations(package_folder)`.

A room imports only rooms above it; third-party packages stand in their columns; private names stay
at home; there are no cycles; every file belongs to a room; files and functions keep their size;
nothing evaluates text.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["LONG_BODIES", "ROOMS", "Room", "violations"]


@dataclass(frozen=True)
class Room:
    """What a room may import: packages at the top of a module, and inside functions only."""

    top: frozenset[str] = frozenset()
    lazy: frozenset[str] = frozenset()
    only: frozenset[str] | None = None


def _room(top: str = "", lazy: str = "", only: str | None = None) -> Room:
    """Return a room from lists of names separated by blanks."""
    names = None if only is None else frozenset(only.split())
    return Room(frozenset(top.split()), frozenset((top + " " + lazy).split()), names)


_EVERYTHING = "sympy scipy flint mpmath"

#: The rooms in the order of imports: each imports only those before it. `only` narrows that
#: further; "symcalc" there means the names that the package itself exports.
ROOMS: dict[str, Room] = {
    "errors": _room(),
    "outcome": _room(),
    "facts": _room(),
    "drawing": _room(),
    "functions": _room(lazy="flint"),
    "graph": _room(),
    "arrays": _room(),
    "writing": _room(),
    "expression": _room(lazy="sympy"),
    "language": _room(),
    "balls": _room(lazy="flint"),
    "symbolic": _room(lazy="sympy"),
    "program": _room(),
    "numeric": _room(top="numpy", lazy="scipy"),
    "backends": _room(top="numpy", lazy="sympy scipy llvmlite jax"),
    "worker": _room(),
    "optimize": _room(top="numpy", lazy="scipy rich"),
    "verify": _room(top="numpy", lazy=_EVERYTHING),
    "calculus": _room(top="numpy", lazy=_EVERYTHING),
    "interfaces": _room(top="numpy", lazy="sklearn"),
    "present": _room(lazy="rich matplotlib"),
    "cli": _room(top="click", lazy="rich", only="symcalc errors present"),
}

#: The package's own face: it names every room's public names, and loads them lazily.
FACE = ("__init__", "__main__")

_STANDARD = frozenset(sys.stdlib_module_names)
_MAX_LINES, _LONG_BODY, _MAX_BODY, _SHARE_OF_LONG = 400, 40, 60, 0.1
_FORBIDDEN = frozenset({"sympify", "parse_expr", "__import__"})
_BUILTIN_GENERATORS = frozenset({"eval", "exec", "compile"})

#: Functions that may be longer, and why.
LONG_BODIES = {
    "symcalc.language.grammar.parse": "the reader's one hot loop: a call a token doubles its time",
}

_DATA_FILES = frozenset({"py.typed"})


@dataclass
class Module:
    """One file: its dotted name inside the package, its room and its tree."""

    name: str
    room: str
    is_package: bool
    tree: ast.Module
    lines: int
    imports: list[Import] = field(default_factory=list)


@dataclass(frozen=True)
class Import:
    """One imported name: the module it comes from and whether it is loaded at import time."""

    module: str
    name: str
    line: int
    level: str

    @property
    def package(self) -> str:
        """The outermost package."""
        return self.module.partition(".")[0]


def violations(
    folder: Path,
    rooms: Mapping[str, Room] = ROOMS,
    long_bodies: Mapping[str, str] = LONG_BODIES,
) -> list[str]:
    """Return one sentence for each breach of the law in the package that lies in `folder`."""
    modules = {module.name: module for module in _modules(folder)}
    for module in modules.values():
        module.imports = list(_imports(module, folder.name, modules))
    found = list(_unlisted(folder, rooms))
    importers = _importers(modules)
    for module in modules.values():
        found += _order(module, folder.name, rooms)
        found += _columns(module, folder.name, rooms, importers.get(module.name, []))
        found += _borrowed(module, folder.name)
        found += _calls(module)
        found += _sizes(module, long_bodies)
    found += _long_bodies(modules)
    found += _cycles(modules, folder.name)
    return sorted(found)


def _modules(folder: Path) -> Iterator[Module]:
    """Read every Python file of the package."""
    for path in sorted(folder.rglob("*.py")):
        parts = [folder.name, *path.relative_to(folder).with_suffix("").parts]
        room = parts[1]
        is_package = parts[-1] == "__init__"
        name = ".".join(parts[:-1] if is_package else parts)
        text = path.read_text(encoding="utf-8")
        yield Module(name, room, is_package, ast.parse(text), text.count("\n"))


def _unlisted(folder: Path, rooms: Mapping[str, Room]) -> Iterator[str]:
    """Find files that belong to no room, and the drawer where everything ends up."""
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if "__pycache__" in inside.parts or path.is_dir():
            continue
        room = Path(inside.parts[0]).stem
        if path.suffix == ".py":
            if room not in rooms and not (len(inside.parts) == 1 and room in FACE):
                yield f"{inside}: belongs to no room"
            if path.stem in {"utils", "util", "helpers", "misc", "common"}:
                yield f"{inside}: name the idea, not the drawer"
        elif inside.name not in _DATA_FILES:
            yield f"{inside}: not a file of the package"


# -- imports ----------------------------------------------------------------------------------


def _imports(module: Module, package: str, modules: Mapping[str, Module]) -> Iterator[Import]:
    """Resolve every import statement to a dotted name and say when it is executed."""
    for node, level in _import_nodes(module.tree, "top"):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, "", node.lineno, level)
            continue
        base = _absolute(module, node, package)
        for alias in node.names:
            inner = f"{base}.{alias.name}"
            if inner in modules and not (base in modules and _defines(modules[base], alias.name)):
                yield Import(inner, "", node.lineno, level)
            else:
                yield Import(base, alias.name, node.lineno, level)


def _import_nodes(node: ast.AST, level: str) -> Iterator[tuple[ast.Import | ast.ImportFrom, str]]:
    """Yield the import statements below a node; "lazy" inside functions, "types" when guarded."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child, level
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from _import_nodes(child, "lazy" if level == "top" else level)
        elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            yield from _import_nodes(child, "types")
        else:
            yield from _import_nodes(child, level)


def _absolute(module: Module, node: ast.ImportFrom, package: str) -> str:
    """Return the dotted name that a from-import reads from."""
    if node.level == 0:
        return node.module or package
    parts = module.name.split(".")
    parts = parts[: len(parts) - node.level + (1 if module.is_package else 0)]
    return ".".join([*parts, node.module] if node.module else parts)


def _defines(module: Module, name: str) -> bool:
    """Whether a package's `__init__` binds the name itself, so that it hides a submodule."""
    for node in module.tree.body:
        if isinstance(node, ast.ImportFrom) and node.module:
            if any((alias.asname or alias.name) == name for alias in node.names):
                return True
        elif isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name:
            return True
    return False


def _order(module: Module, package: str, rooms: Mapping[str, Room]) -> Iterator[str]:
    """Find imports of rooms that stand below, or that the room may not see at all."""
    if module.room in FACE or module.room == package or module.room not in rooms:
        return
    order = list(rooms)
    only = rooms[module.room].only
    for item in module.imports:
        if item.package != package:
            continue
        parts = item.module.split(".")
        target = parts[1] if len(parts) > 1 else package
        if target == module.room:
            continue
        where = f"{module.name}:{item.line}"
        if target == package:
            # The face: only a room that lives on public names may go through it.
            if only is None or package not in only:
                yield f"{where}: imports the whole package"
        elif target not in rooms:
            yield f"{where}: imports `{target}`, which is no room"
        elif order.index(target) > order.index(module.room):
            yield f"{where}: `{module.room}` imports `{target}`, which stands below it"
        elif only is not None and target not in only:
            yield f"{where}: `{module.room}` imports `{target}`; it may use public names only"


def _importers(modules: Mapping[str, Module]) -> dict[str, list[Module]]:
    """Return for each module those that import it at their top."""
    found: dict[str, list[Module]] = {}
    for module in modules.values():
        for name in {item.module for item in module.imports if item.level == "top"}:
            found.setdefault(name, []).append(module)
    return found


def _loads(module: Module, package: str) -> bool:
    """Whether a module imports a third-party package at its top."""
    return any(item.package == package and item.level == "top" for item in module.imports)


def _columns(
    module: Module, package: str, rooms: Mapping[str, Room], importers: list[Module]
) -> Iterator[str]:
    """Find third-party packages outside their column, or loaded too early.

    A module that the package imports inside functions only is loaded on demand: what it needs may
    stand at its top (a subclass of a class of SymPy can stand nowhere else). So may what a module
    needs that is imported only by such modules, each of which has the same at its own top.
    """
    room = rooms.get(module.room, Room())
    for item in module.imports:
        name = item.package
        if name == package or name in _STANDARD or item.level == "types":
            continue
        where = f"{module.name}:{item.line}"
        on_demand = not module.is_package and all(_loads(other, name) for other in importers)
        if name not in room.lazy:
            yield f"{where}: `{module.room}` may not import {name}"
        elif item.level == "top" and name not in room.top and not on_demand:
            yield f"{where}: {name} must be imported inside a function here"


def _borrowed(module: Module, package: str) -> Iterator[str]:
    """Find private names of other modules: imported, or reached through a dot."""
    for item in module.imports:
        private = [p for p in (*item.module.split("."), item.name) if _is_private(p)]
        if item.package == package and private and _room_of(item.module) != module.room:
            yield f"{module.name}:{item.line}: borrows `{private[0]}` of {item.module}"
    own = _own_names(module.tree)
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Attribute) or not _is_private(node.attr):
            continue
        on_itself = isinstance(node.value, ast.Name) and node.value.id in {"self", "cls"}
        on_parent = ast.unparse(node.value) == "super()"
        if node.attr not in own and not on_itself and not on_parent:
            yield f"{module.name}:{node.lineno}: borrows `.{node.attr}`, defined elsewhere"


def _is_private(name: str) -> bool:
    """Whether a name is private; named tuples' methods only look so."""
    named_tuple = name in {"_replace", "_asdict", "_fields", "_make"}
    return name.startswith("_") and not name.startswith("__") and name != "_" and not named_tuple


def _room_of(dotted: str) -> str:
    """Return the room of a dotted name."""
    parts = dotted.split(".")
    return parts[1] if len(parts) > 1 else parts[0]


def _own_names(tree: ast.Module) -> set[str]:
    """Return every name that the module binds itself: functions, attributes, slots, fields."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            if isinstance(node.value, ast.Name):
                names.add(node.attr)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
    return names


# -- what a file may do and how long it may be --------------------------------------------------


def _calls(module: Module) -> Iterator[str]:
    """Find calls that evaluate text, and shells."""
    own = _own_names(module.tree) | {item.name for item in module.imports}
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Call):
            continue
        function = node.func
        where = f"{module.name}:{node.lineno}"
        if isinstance(function, ast.Name):
            called, owner = function.id, ""
        elif isinstance(function, ast.Attribute):
            called, owner = function.attr, ast.unparse(function.value)
        else:
            continue
        if called == "sympify" and _is_strict(node):
            continue  # a text is refused then
        if called in _FORBIDDEN or (called == "S" and owner in {"", "sympy", "sp"}):
            yield f"{where}: calls `{called}`"
        elif module.room != "backends" and (
            called == "lambdify"
            or (called in _BUILTIN_GENERATORS and owner in {"", "builtins"} and called not in own)
        ):
            yield f"{where}: calls `{called}` outside backends"
        elif owner == "subprocess" and module.room != "worker":
            yield f"{where}: starts a process outside worker"
        elif owner == "os" and called in {"system", "popen"}:
            yield f"{where}: calls a shell"


def _is_strict(call: ast.Call) -> bool:
    """Whether a call says `strict=True`."""
    return any(
        word.arg == "strict" and isinstance(word.value, ast.Constant) and word.value.value is True
        for word in call.keywords
    )


def _sizes(module: Module, long_bodies: Mapping[str, str]) -> Iterator[str]:
    """Find files and functions that outgrew the house; a table may be long."""
    if module.lines > _MAX_LINES and module.room != "functions":
        yield f"{module.name}: {module.lines} lines, more than {_MAX_LINES}"
    for name, line, length in _bodies(module.tree):
        if length > _MAX_BODY and f"{module.name}.{name}" not in long_bodies:
            yield f"{module.name}:{line}: the body of `{name}` has {length} lines"


def _bodies(tree: ast.Module) -> Iterator[tuple[str, int, int]]:
    """Yield name, line and length without docstring of every function."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body
            if ast.get_docstring(node, clean=False) is not None:
                body = body[1:]
            if body:
                end = body[-1].end_lineno or body[-1].lineno
                yield node.name, node.lineno, end - body[0].lineno + 1


def _long_bodies(modules: Mapping[str, Module]) -> Iterator[str]:
    """Demand that nine functions in ten have at most forty lines."""
    lengths = [length for module in modules.values() for *_, length in _bodies(module.tree)]
    n_long = sum(length > _LONG_BODY for length in lengths)
    if n_long > _SHARE_OF_LONG * len(lengths):
        yield f"{n_long} of {len(lengths)} functions have more than {_LONG_BODY} lines"


# -- cycles ---------------------------------------------------------------------------------------


def _cycles(modules: Mapping[str, Module], package: str) -> Iterator[str]:
    """Find modules that import each other, directly or around; lazy imports count too."""
    edges = {
        name: {
            item.module
            for item in module.imports
            if item.module in modules and item.level != "types" and item.module != package
        }
        for name, module in modules.items()
        if module.room not in (*FACE, package)
    }
    reach = {name: _reachable(edges, name) for name in edges}
    for name in sorted(edges):
        others = sorted(other for other in reach[name] if name in reach.get(other, ()))
        if name in reach[name] and name == others[0]:
            yield f"cycle: {' <-> '.join(others)}"


def _reachable(edges: Mapping[str, set[str]], start: str) -> set[str]:
    """Return what can be reached from a module in one step or more."""
    seen: set[str] = set()
    stack = list(edges[start])
    while stack:
        name = stack.pop()
        if name not in seen:
            seen.add(name)
            stack += edges.get(name, ())
    return seen
