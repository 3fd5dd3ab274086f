"""What brackets behind a name mean: functions of the table, choices, derivatives, definitions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..arrays.mismatch import ShapeError
from ..arrays.row_vectors import Everywhere, RowProduct, RowVector
from ..errors import ParseError
from ..functions import CONSTANTS, NAMES, FunctionRow, lookup
from ..graph.graph import Graph, Node
from ..graph.terms import Term, Terms
from .array_calls import ARRAY_FORMS, COLUMN_FORMS, GROUPED, PAIRED
from .array_syntax import is_strict
from .conditions import CONDITIONS
from .definitions import Definition, Definitions
from .integrals import (
    BINDERS,
    INTEGRALS,
    bound_names,
    distribution,
    expectation,
    integral,
    is_distribution,
)
from .limits import Limits
from .messages import near_names, shorten
from .names import Scope, plain_name
from .shape_errors import call_problem
from .tokens import Tokens

__all__ = ["SPECIAL_FORMS", "TRUTHS", "Call", "Calls", "is_callable"]

#: Conditions that are words; they stand only in the pair of a piecewise.
TRUTHS = {"True": True, "False": False}

#: A derivative inside a text has at most this order.
MAX_ORDER = 20

#: How many times larger a graph may become by a derivative.
_GROWTH = 8

_PAIRED = frozenset({"piecewise", "Piecewise"})


class Call:
    """A bracket that collects arguments: a function's, or the pair of a piecewise."""

    __slots__ = ("args", "bound", "build", "index", "name", "waiting")

    def __init__(self, name: str, index: int, build: Callable[[Call, int], Any]) -> None:
        self.name, self.index, self.build = name, index, build
        self.args: list[Any] = []
        #: The names that the call binds, and those of them that its text has not reached yet.
        self.bound: list[str] = []
        self.waiting: list[str] = []


class Calls:
    """Opens, fills and closes the calls of one text."""

    def __init__(
        self, graph: Graph, tokens: Tokens, scope: Scope, limits: Limits, definitions: Definitions
    ) -> None:
        self.graph, self.tokens, self.scope = graph, tokens, scope
        self.limits, self.definitions = limits, definitions
        self.terms = Terms(graph, CONSTANTS)
        self.strict = is_strict(graph)

    # -- opening ------------------------------------------------------------------------------

    def open(self, index: int) -> Call:
        """Return the call whose name stands at `index`.

        Raises
        ------
        ParseError
            The name is not a function.
        """
        name = plain_name(self.tokens.texts[index])
        if is_distribution(self.tokens, index):
            return Call(name, index, lambda call, last: distribution(self, call, last))
        if name in self.scope.declared or name in self.scope.parts:
            raise self._not_a_function(name, "a variable", index)
        build = self._builder(name)
        if build is None:
            raise self._unknown(name, index)
        if self.tokens.texts[index + 2] == ")":
            raise self.tokens.error(f"`{name}` needs an argument.", index, last=index + 2)
        if name in GROUPED and self.tokens.texts[index + 2] == "[":
            self._open_list(index + 2)
        call = Call(name, index, build)
        if name in BINDERS:
            call.bound = bound_names(self.tokens, index)
            call.waiting = list(reversed(call.bound))
            for bound in reversed(call.bound):
                self.scope.bind(bound)
        return call

    def _open_list(self, index: int) -> None:
        """Let the square brackets of a list of arguments be round ones."""
        texts, depth = self.tokens.texts, 0
        for place in range(index, len(texts)):
            depth += (texts[place] == "[") - (texts[place] == "]")
            if depth == 0:
                texts[index], texts[place] = "(", ")"
                return
        raise self.tokens.error("This bracket is never closed.", index)

    def _builder(self, name: str) -> Callable[[Call, int], Any] | None:
        """Return what makes a node of the arguments, or None for an unknown function."""
        form = SPECIAL_FORMS.get(name) or (COLUMN_FORMS.get(name) if self.strict else None)
        if form is not None:
            return lambda call, last: form(self, call, last)
        row = lookup(name)
        if row is not None and row.arity != (0, 0):
            return lambda call, last: self.table_function(row, call, last)
        definition = self.definitions.get(name)
        if definition is not None:
            return lambda call, last: self._defined_function(definition, call, last)
        return None

    def _unknown(self, name: str, index: int) -> ParseError:
        """Return the error for a name that is not a function."""
        row = lookup(name)
        if row is not None:
            return self._not_a_function(name, "a constant", index)
        if name in self.scope.variables:
            return self._not_a_function(name, "a variable", index)
        if name == "T" and self.tokens.texts[index - 1 : index] == ["."]:
            hint = "A product is written X.T @ (...)."
            return self.tokens.error("The transpose is not a function.", index, hint)
        near = near_names(name, [*NAMES, *SPECIAL_FORMS, *self.definitions])
        if not near and len(name) <= 2:
            near = f"A product is written {name}*(...)."
        return self.tokens.error(f"Unknown function `{shorten(name)}`.", index, near)

    def _not_a_function(self, name: str, kind: str, index: int) -> ParseError:
        shown = shorten(name)
        hint = f"A product is written {shown}*(...)."
        return self.tokens.error(f"`{shown}` is {kind}, not a function.", index, hint)

    # -- filling and closing ------------------------------------------------------------------

    def comma(self, call: Call | None, node: Any, parent: Call | None, index: int) -> Call:
        """Take an argument and return the call that the next one belongs to."""
        if call is None:
            if parent is None or parent.name not in _PAIRED | INTEGRALS | GROUPED:
                hint = "Numbers have no commas between their digits; a formula is one expression."
                raise self.tokens.error("A comma can stand only between arguments.", index, hint)
            is_range = parent.name in INTEGRALS
            is_pair = parent.name in _PAIRED
            call = Call("", index, self._pair if is_pair else _range)
            if is_range:
                self._release(parent)
        call.args.append(node)
        if len(call.args) % 3 == 2:
            self._release(call)
        return call

    def _release(self, call: Call) -> None:
        """Let the next name that a call binds mean what it means outside: its ends follow."""
        if call.waiting:
            self.scope.release(call.waiting.pop())

    def close(self, call: Call, node: Any, last: int) -> Any:
        """Take the last argument and return the node of the call."""
        call.args.append(node)
        while call.waiting:
            self._release(call)
        try:
            rows = self._as_vectors(call)
            node = call.build(call, last)
            if rows and len(self.graph.shape(node)) == 1:
                node = RowProduct(node)
        except ShapeError as mismatch:
            problem = mismatch.problem
            if call.name in PAIRED:
                problem = call_problem(
                    self.tokens, self.graph, call.index, last, call.args, problem
                )
            raise self.error(problem, call, last, mismatch.hint) from None
        return node

    def _as_vectors(self, call: Call) -> bool:
        """Let rows among the arguments be vectors; return whether the result is a row."""
        rows = [arg for arg in call.args if isinstance(arg, RowVector | Everywhere)]
        if not rows:
            return False
        if any(isinstance(arg, Everywhere) for arg in rows):
            raise ShapeError("The shape of this constant is not known here.")
        if not self.strict and any(type(arg) is RowVector for arg in rows):
            raise ShapeError(
                "The transpose of a vector stands beside `@` only.", "Write the vector itself."
            )
        call.args = [int(arg) if isinstance(arg, RowVector) else arg for arg in call.args]
        return self.strict

    def error(self, message: str, call: Call, last: int, hint: str = "") -> ParseError:
        """Return an error that points at the whole call."""
        return self.tokens.error(message, call.index, hint, last=last)

    def check_count(self, call: Call, least: int, most: int, last: int) -> None:
        """Raise an error unless the number of arguments lies between two bounds (-1: any)."""
        count = len(call.args)
        if count >= least and (count <= most or most < 0):
            return
        if least == most:
            allowed = f"{least} argument" + "s" * (least != 1)
        elif most < 0:
            allowed = f"at least {least} argument" + "s" * (least != 1)
        else:
            allowed = f"{least} to {most} arguments"
        given = f"{count} {'was' if count == 1 else 'were'} given"
        raise self.error(f"`{call.name}` takes {allowed}, {given}.", call, last)

    def numbers(self, call: Call, last: int) -> list[Node]:
        """Return the arguments, all of which must be numbers."""
        for arg in call.args:
            self.check_number(arg, call, last)
        return call.args

    def check_number(self, arg: Any, call: Call, last: int) -> None:
        """Raise an error unless an argument is a number."""
        if isinstance(arg, tuple) or self.graph.kinds[arg] in CONDITIONS:
            raise self.error("A condition stands where a number is needed.", call, last)

    # -- what calls mean ----------------------------------------------------------------------

    def table_function(self, row: FunctionRow, call: Call, last: int) -> Node:
        """Return the node of a function of the table, or the notation it stands for."""
        self.check_count(call, *row.arity, last)
        args = self.numbers(call, last)
        if row.expand is None:
            return self.graph.call(row.name, args)
        term: Term = row.expand(self.terms, *[Term(self.graph, arg) for arg in args])
        return term.node

    def _defined_function(self, definition: Definition, call: Call, last: int) -> Node:
        """Return the formula of a definition with the arguments put in."""
        n_parameters = len(definition.parameters)
        self.check_count(call, n_parameters, n_parameters, last)
        node = definition.expand(self.graph, self.numbers(call, last))
        self.limits.check_nodes(len(self.graph))
        return node

    def _pair(self, call: Call, last: int) -> tuple[Node, Node | bool]:
        """Return the pair (value, condition) of a piecewise."""
        if len(call.args) != 2:
            hint = "Write piecewise((value, condition), (value, True))."
            raise self.error("A piece is a value and a condition.", call, last, hint)
        value, condition = call.args
        if self.graph.kinds[value] in CONDITIONS:
            raise self.error("The value of a piece is a number, not a condition.", call, last)
        if not isinstance(condition, bool) and self.graph.kinds[condition] not in CONDITIONS:
            hint = "A condition is a comparison such as x < 1, or True."
            raise self.error("The second part of a piece is a condition.", call, last, hint)
        return value, condition


def _piecewise(calls: Calls, call: Call, last: int) -> Node:
    """Return piecewise((value, condition), ..., (value, True)); the last may be a bare value."""
    hint = "Write piecewise((value, condition), (value, True))."
    *leading, final = call.args
    if not all(isinstance(arg, tuple) for arg in leading or [final]):
        raise calls.error("A piecewise is made of pairs.", call, last, hint)
    pieces: list[tuple[Node, Node]] = []
    otherwise: Node | None = None
    for arg in call.args:
        if not isinstance(arg, tuple):
            if calls.graph.kinds[arg] in CONDITIONS:
                raise calls.error("A piecewise is made of pairs.", call, last, hint)
            otherwise = arg
        elif arg[1] is True:
            otherwise = arg[0]
            break
        elif arg[1] is not False:
            pieces.append(arg)
    if otherwise is None:
        otherwise = calls.graph.call("nan")
    return calls.graph.piecewise(pieces, otherwise) if pieces else otherwise


def _comparison(relation: str) -> Callable[[Calls, Call, int], Node]:
    """Return what builds Eq(a, b), Ne(a, b), ...: comparisons as SymPy writes them."""

    def build(calls: Calls, call: Call, last: int) -> Node:
        calls.check_count(call, 2, 2, last)
        left, right = calls.numbers(call, last)
        return calls.graph.compare(relation, left, right)

    return build


def _logic(kind: str) -> Callable[[Calls, Call, int], Node]:
    """Return what builds And(...), Or(...), Not(...) of conditions."""

    def build(calls: Calls, call: Call, last: int) -> Node:
        calls.check_count(call, 1 if kind == "not" else 2, 1 if kind == "not" else -1, last)
        for arg in call.args:
            if isinstance(arg, tuple) or calls.graph.kinds[arg] not in CONDITIONS:
                raise calls.error(f"`{call.name}` takes conditions such as x < 1.", call, last)
        return calls.graph.node(kind, tuple(call.args))

    return build


def _where(calls: Calls, call: Call, last: int) -> Node:
    """Return where(condition, a, b), NumPy's spelling of a choice."""
    calls.check_count(call, 3, 3, last)
    condition, value, otherwise = call.args
    kinds = calls.graph.kinds
    if kinds[condition] not in CONDITIONS or {kinds[value], kinds[otherwise]} & CONDITIONS:
        hint = "Write where(condition, value, otherwise)."
        raise calls.error("`where` chooses between two numbers by a condition.", call, last, hint)
    return calls.graph.piecewise([(value, condition)], otherwise)


def _diff(calls: Calls, call: Call, last: int) -> Node:
    """Return diff(f, x), diff(f, x, 2), diff(f, x, y): derivatives one after the other."""
    from ..graph.derive import derivative

    calls.check_count(call, 2, -1, last)
    node, *rest = calls.numbers(call, last)
    for variable in _sequence(calls, call, rest, last):
        if len(calls.graph) * _GROWTH > calls.limits.max_nodes:
            hint = "Differentiate the formula with the verbs instead."
            raise calls.error("This is too large to be differentiated here.", call, last, hint)
        source, node = node, derivative(calls.graph, node, variable)
        calls.graph.derivations.append((source, variable, node))
        calls.limits.check_nodes(len(calls.graph))
    return node


def _sequence(calls: Calls, call: Call, rest: Sequence[Node], last: int) -> list[Node]:
    """Return the variables of a derivative, each as often as it is differentiated in."""
    graph, wrt = calls.graph, list[Node]()
    for position, node in enumerate(rest):
        order = graph.value(node)
        if graph.kinds[node] == "var":
            wrt.append(node)
        elif order is None or not wrt or graph.kinds[rest[position - 1]] != "var":
            hint = "Write diff(f, x), diff(f, x, 2) or diff(f, x, y)."
            raise calls.error("A derivative is taken in variables.", call, last, hint)
        elif not isinstance(order, int) or not 1 <= order <= MAX_ORDER:
            message = f"The order of a derivative is a whole number from 1 to {MAX_ORDER}."
            raise calls.error(message, call, last)
        else:
            wrt += [wrt[-1]] * (order - 1)
        if len(wrt) > MAX_ORDER:
            raise calls.error(f"A derivative has at most order {MAX_ORDER}.", call, last)
    return wrt


def _range(call: Call, last: int) -> tuple[Any, ...]:
    """Return the range (x, a, b) of an integral, or a list of blocks."""
    return tuple(call.args)


#: Names whose brackets are not those of a function of the table.
SPECIAL_FORMS: dict[str, Callable[[Calls, Call, int], Node]] = {
    "piecewise": _piecewise,
    "Piecewise": _piecewise,
    "where": _where,
    "Eq": _comparison("=="),
    "Ne": _comparison("!="),
    "Lt": _comparison("<"),
    "Le": _comparison("<="),
    "Gt": _comparison(">"),
    "Ge": _comparison(">="),
    "And": _logic("and"),
    "Or": _logic("or"),
    "Not": _logic("not"),
    "diff": _diff,
    **ARRAY_FORMS,
    **dict.fromkeys(INTEGRALS, integral),
    "expectation": expectation,
}


def is_callable(name: str) -> bool:
    """Whether a name is that of a function of the language."""
    row = lookup(name)
    is_row = row is not None and row.arity != (0, 0)
    return is_row or name in SPECIAL_FORMS or name in COLUMN_FORMS
