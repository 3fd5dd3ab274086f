"""Routines written once, in Python, as source of other languages."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterable, Sequence
from functools import cache

from .dialect import Dialect
from .emitter import bare
from .layout import indented, listed
from .routines import ROUTINES
from .syntax import SYNTAX

__all__ = ["called_routine", "translated"]

#: What binds how strongly: sums, products, all else.
_STRENGTH = {ast.Add: 1, ast.Sub: 1, ast.Mult: 2, ast.Div: 2}
_SIGNS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_RELATIONS = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip
_LARGEST = "1.7976931348623157e+308"

#: Kinds of parameters by their annotation: their place in `Syntax.parameters`.
_KINDS = {"int": 0, "float": 1, "Given": 2, "Room": 3}


def translated(names: Iterable[str], dialect: Dialect) -> tuple[list[str], set[str]]:
    """Return the texts of routines and of those that they call, and the functions of C needed."""
    needed, waiting = set[str](), list(names)
    texts: dict[str, str] = {}
    functions: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in needed:
            continue
        needed.add(name)
        work = _Translator(dialect, _tree(name))
        texts[name] = work.text()
        functions |= work.functions
        waiting += work.routines
    return [texts[name] for name in ROUTINES if name in needed], functions


def called_routine(name: str, args: Sequence[str], dialect: Dialect) -> str:
    """Return the call of a routine; arrays are given by name."""
    syntax = SYNTAX[dialect.name]
    passed = []
    for kind, text in zip(_parameters(_tree(name)), args, strict=True):
        template = {"Given": syntax.given, "Room": syntax.room}.get(kind, "{0}")
        passed.append(template.format(text))
    return f"sc_{name}({', '.join(passed)})"


@cache
def _tree(name: str) -> ast.FunctionDef:
    tree = ast.parse(inspect.getsource(ROUTINES[name])).body[0]
    assert isinstance(tree, ast.FunctionDef)
    return tree


def _parameters(tree: ast.FunctionDef) -> list[str]:
    """Return the kinds of the parameters of a routine."""
    return [ast.unparse(arg.annotation) for arg in tree.args.args if arg.annotation]


class _Translator:
    """One routine in one language."""

    def __init__(self, dialect: Dialect, tree: ast.FunctionDef) -> None:
        self.dialect, self.syntax, self.tree = dialect, SYNTAX[dialect.name], tree
        self.functions: set[str] = set()
        self.routines: set[str] = set()
        self.declared: dict[str, str] = {}

    def text(self) -> str:
        """Return the definition."""
        syntax, tree = self.syntax, self.tree
        is_function = ast.unparse(tree.returns) == "float" if tree.returns else False
        whole = tree.returns is not None and ast.unparse(tree.returns) == "int"
        begin, end = syntax.function if is_function or whole else syntax.procedure
        if whole:
            begin = begin.replace(*syntax.whole_result)
        kinds = [_KINDS[kind] for kind in _parameters(tree)]
        names = [arg.arg for arg in tree.args.args]
        given = [syntax.parameters[k].format(n) for k, n in zip(kinds, names, strict=True)]
        lines = self.statements(tree.body[1:])
        if syntax.is_declared_first:
            answer = [("integer" if whole else "real(real64)") + " :: answer"]
            own = [template.format(name) for name, template in self.declared.items()]
            lines = [*given, *(answer if is_function or whole else []), *own, *lines]
            given = names
        first, *rest = begin.split("\n")
        before, after = first.format(f"sc_{tree.name}", "\n").split("\n")
        head = listed(before, given, after)
        tail = [end.format(f"sc_{tree.name}")] if end else []
        comment = f"{self.dialect.comment} {ast.get_docstring(tree)}".split("\n")[0]
        opened = [line.format() for line in rest]
        return "\n".join([comment, *syntax.before, *head, *opened, *indented(lines), *tail])

    # -- statements -------------------------------------------------------------------------

    def statements(self, body: Sequence[ast.stmt]) -> list[str]:
        """Return statements as lines."""
        return [line for statement in body for line in self.statement(statement)]

    def statement(self, node: ast.stmt) -> list[str]:
        syntax, end = self.syntax, self.dialect.end
        if isinstance(node, ast.AnnAssign) and node.value is not None:
            name, value = ast.unparse(node.target), self.expression(node.value)
            whole = ast.unparse(node.annotation) == "int"
            template = syntax.whole_name if whole else syntax.real_name
            if syntax.is_declared_first:
                self.declared[name] = template
                return [f"{name} = {value}"]
            return [template.format(name, value)]
        if isinstance(node, ast.Assign):
            return [f"{self.expression(node.targets[0])} = {self.expression(node.value)}{end}"]
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            return [syntax.call.format(self.expression(node.value))]
        if isinstance(node, ast.Return):
            if node.value is None:
                return [syntax.done]
            return syntax.returned.format(self.expression(node.value)).split("\n")
        if isinstance(node, ast.For) and isinstance(node.iter, ast.Call):
            bounds = [self.expression(arg) for arg in node.iter.args]
            name = ast.unparse(node.target)
            if syntax.is_declared_first:
                self.declared[name] = syntax.whole_name
            begin, close = syntax.loop
            head = begin.format(name, *(["0", *bounds][-2:]))
            return self.block(head, node.body, close)
        if isinstance(node, ast.While):
            begin, close = syntax.while_
            return self.block(begin.format(bare(self.expression(node.test))), node.body, close)
        assert isinstance(node, ast.If)
        return self.choice(node)

    def block(self, head: str, body: Sequence[ast.stmt], close: str) -> list[str]:
        """Return statements between a head and an end."""
        tail = [close.format()] if close else []
        return [head, *indented(self.statements(body)), *tail]

    def choice(self, node: ast.If) -> list[str]:
        """Return a choice between two or more lists of statements."""
        begin, other, rest, close = self.dialect.choice
        lines = self.block(begin.format(bare(self.expression(node.test))), node.body, "")
        left = node.orelse
        while len(left) == 1 and isinstance(left[0], ast.If):
            inner = left[0]
            lines += self.block(other.format(bare(self.expression(inner.test))), inner.body, "")
            left = inner.orelse
        if left:
            lines += self.block(rest.format(), left, "")
        return [*lines, *([close.format()] if close else [])]

    # -- expressions ------------------------------------------------------------------------

    def expression(self, node: ast.expr) -> str:
        """Return the text of an expression."""
        if isinstance(node, ast.Name):
            return node.id
        if isinstance(node, ast.Constant):
            return self.dialect.numbers(repr(node.value))
        if isinstance(node, ast.Subscript):
            return self.syntax.entry.format(ast.unparse(node.value), self.expression(node.slice))
        if isinstance(node, ast.BinOp):
            strength = _STRENGTH[type(node.op)]
            left = self.operand(node.left, strength)
            right = self.operand(node.right, strength + 1)
            return f"{left} {_SIGNS[type(node.op)]} {right}"
        if isinstance(node, ast.UnaryOp):
            inner = self.expression(node.operand)
            if isinstance(node.op, ast.Not):
                return self.dialect.logic("not", [f"({inner})"])
            return f"-{self.operand(node.operand, 3)}"
        if isinstance(node, ast.Compare):
            left, right = self.expression(node.left), self.expression(node.comparators[0])
            return f"{left} {_RELATIONS[type(node.ops[0])]} {right}"
        if isinstance(node, ast.BoolOp):
            kind = "and" if isinstance(node.op, ast.And) else "or"
            return self.dialect.logic(kind, [self.expression(value) for value in node.values])
        if isinstance(node, ast.Attribute):
            return self.dialect.nan if node.attr == "nan" else self.dialect.infinity
        assert isinstance(node, ast.Call)
        return self.call(node)

    def operand(self, node: ast.expr, strength: int) -> str:
        """Return an operand, in brackets where it binds too weakly."""
        text = self.expression(node)
        is_weak = isinstance(node, ast.BinOp) and _STRENGTH[type(node.op)] < strength
        return f"({text})" if is_weak else text

    def call(self, node: ast.Call) -> str:
        """Return a call: of a routine, a conversion, or a function of C's mathematics."""
        args = [self.expression(arg) for arg in node.args]
        name = ast.unparse(node.func)
        if name in ROUTINES:
            self.routines.add(name)
            return called_routine(name, args, self.dialect)
        if name in ("int", "float"):
            return (self.syntax.whole if name == "int" else self.syntax.real).format(args[0])
        own = name.removeprefix("math.")
        if own == "isnan":
            return self.dialect.undefined.format(args[0])
        if own == "isinf":
            self.functions.add("fabs")
            return f"{self.dialect.call('fabs', args)} > {self.dialect.numbers(_LARGEST)}"
        self.functions.add(own)
        return self.dialect.call(own, args)
