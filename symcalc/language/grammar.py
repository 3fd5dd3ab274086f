"""The grammar and its reader: an operator-precedence parser with explicit stacks.

From loose to tight::

    formula    = choice [ "where" NAME "=" choice { "," NAME "=" choice } ]
    choice     = either [ "if" either "else" choice ]
    either     = both { "or" both }
    both       = denial { "and" denial }
    denial     = [ "not" ] comparison
    comparison = sum { ( "<" | "<=" | ">" | ">=" | "==" | "!=" ) sum }
    sum        = product { ( "+" | "-" ) product }
    product    = signed { ( "*" | "/" | "@" | nothing, after a number or a bracket ) signed }
    signed     = { "+" | "-" } power
    power      = postfix [ ( "**" | "^" ) signed ]
    postfix    = [ "√" ] operand { "!" | superscript | "." "T" | "[" index { "," index } "]" }
    index      = INTEGER | "None" | [ end ] ":" [ end ] [ ":" INTEGER ]
    operand    = NUMBER | NAME | NAME "(" [ argument { "," argument } ] ")" | "(" choice ")"
    argument   = choice | "axis" "=" INTEGER | "keepdims" "=" ( "True" | "False" )

Sums and products are collected and become one node each; a bracketed group stays a node of its
own. Nothing recurses: a bracket pushes the state of its surroundings on a stack.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from ..arrays.mismatch import ShapeError
from ..errors import ParseError
from ..graph.graph import Graph, Node
from .alphabet import SUPERSCRIPTS
from .array_syntax import combine, read_postfix
from .calls import TRUTHS, Call, Calls
from .conditions import CONDITIONS, LOW_OPERATORS, Conditions
from .definitions import Definitions
from .limits import Limits
from .literals import is_number, literal_like, read_literal
from .messages import shorten
from .names import GRAMMAR_WORDS, Scope
from .options import is_option, read_option
from .refusals import (
    expected_operand,
    expected_operator,
    root_without_brackets,
    two_readings,
    unclosed,
)
from .shape_errors import mismatch_error
from .subscripts import is_subscripts, read_subscripts
from .tokens import END, INVISIBLE_TIMES, MATRIX_POWER, MATRIX_RATIO, TRANSPOSED, Tokens

__all__ = ["Parser"]

#: Entries of the pending stack that are not the base of a power: a sign inside an exponent, a
#: factor to divide by, a square root.
_SIGN, _INVERSE, _ROOT = -1, -2, -3

#: Operators of arrays: their left operand waits below them on the pending stack.
_WAITING = {"@": -4, MATRIX_RATIO: -5, MATRIX_POWER: -6}
_WAITED = {entry: operator for operator, entry in _WAITING.items()}

#: What stands for the transpose behind an operand.
_T = [".", "T"]

_ENDING = frozenset({")", ",", END, "+", "-"}) | LOW_OPERATORS
_AFTER_CONDITION = frozenset({")", ",", END, "and", "or", "if", "else"})


class Parser:
    """Builds the nodes of one text in a graph.

    Attributes
    ----------
    marks, marked : list of int
        The size of the graph when each operator was reached, and the operator's token: where in
        the text a node was built.
    """

    def __init__(
        self, graph: Graph, tokens: Tokens, scope: Scope, limits: Limits, definitions: Definitions
    ) -> None:
        self.graph, self.tokens, self.scope, self.limits = graph, tokens, scope, limits
        self.calls = Calls(graph, tokens, scope, limits, definitions)
        self.strict = self.calls.strict
        self.minus_one = graph.const(-1)
        self.marks: list[int] = []
        self.marked: list[int] = []

    def read(self, first: int, last: int) -> Node:
        """Return the node of the tokens `first` to `last - 1`, which must be a whole formula."""
        texts = self.tokens.texts
        ended, texts[last] = texts[last], END
        try:
            return self.parse(texts, first, last)
        except ShapeError as mismatch:
            texts[last] = ended
            raise mismatch_error(self, mismatch) from None
        finally:
            texts[last] = ended

    def attempt(self, first: int, last: int) -> Node | None:
        """Return the node of the tokens `first` to `last - 1`, None if they cannot be read."""
        texts = self.tokens.texts
        ended, texts[last] = texts[last], END
        try:
            return self.parse(texts, first, last)
        except (ShapeError, ParseError):
            return None
        finally:
            texts[last] = ended

    def parse(self, texts: list[str], first: int, last: int) -> Node:
        """Return the node of the tokens from `first` on to `END`, which stands at `last`."""
        graph, leaves = self.graph, self.scope.leaves
        kinds, add, mul = graph.kinds, graph.add, graph.mul
        minus_one, max_nesting = self.minus_one, self.limits.max_nesting
        mark, mark_at = self.marks.append, self.marked.append
        # The state of one bracket: finished terms, factors of the current one, its sign, what waits
        # for the current operand, the low operators, and the call that the bracket belongs to.
        terms: list[Node] = []
        factors: list[Node] = []
        pending: list[Node] = []
        negative = False
        low: Conditions | None = None
        call: Call | None = None
        stack: list[Any] = []
        index = first
        while True:
            token = texts[index]
            node: Any = leaves.get(token)
            if node is None:
                if token == "(" or (texts[index + 1 : index + 2] == ["("] and _is_called(token)):
                    if len(stack) >= max_nesting:
                        raise self._too_nested(index)
                    stack.append((terms, factors, pending, negative, low, call))
                    call = None if token == "(" else self.calls.open(index)
                    terms, factors, pending, negative, low = [], [], [], False, None
                    index += 1 if token == "(" else 2
                    continue
                if token == "-" or token == "+":
                    if token == "-":
                        if pending and pending[-1] != _INVERSE:
                            self._wait(pending, _SIGN, index)
                        elif factors:
                            factors.append(minus_one)
                        else:
                            negative = not negative
                    index += 1
                    continue
                if token == "√":
                    self._wait(pending, _ROOT, index)
                    index += 1
                    continue
                if token == "not":
                    if terms or factors or pending or negative:
                        raise expected_operand(self.tokens, index, first)
                    low = low or Conditions(graph, self.tokens)
                    low.negate(index)
                    index += 1
                    continue
                node = self._operand(index, first, call)
            index += 1
            while True:
                token = texts[index]
                mark(len(kinds))
                mark_at(index)
                if token == "*":
                    if pending:
                        node = self._resolve(pending, node)
                    factors.append(node)
                    break
                if token == "**" or token == "^":
                    self._wait(pending, node, index)
                    break
                if token == "/":
                    if pending:
                        node = self._resolve(pending, node)
                    factors.append(node)
                    pending.append(_INVERSE)
                    break
                if token not in _ENDING:
                    if token == "(" and _is_called(texts[index - 1]):
                        # A name that has been a variable before is now called.
                        index -= 1
                        if len(stack) >= max_nesting:
                            raise self._too_nested(index)
                        stack.append((terms, factors, pending, negative, low, call))
                        call = self.calls.open(index)
                        terms, factors, pending, negative, low = [], [], [], False, None
                        index += 1
                        break
                    if token == "!" or token.translate(SUPERSCRIPTS) != token:
                        node = self._postfix(index, node, pending)
                        index += 1
                        continue
                    if token == "[" or token == TRANSPOSED or texts[index : index + 2] == _T:
                        if pending and pending[-1] == _ROOT:
                            raise root_without_brackets(self.tokens, index)
                        node, index = read_postfix(self.tokens, self.scope, index, node)
                        index += 1
                        continue
                    if token in _WAITING:
                        if token == MATRIX_POWER:
                            self._wait(pending, node, index)
                        else:
                            node = self._resolve(pending, node)
                            pending.append(mul([*factors, node]) if factors else node)
                            factors = []
                        pending.append(_WAITING[token])
                        break
                    if token == INVISIBLE_TIMES and _INVERSE not in pending:
                        node = self._resolve(pending, node)
                    else:
                        self._check_product(index, pending)
                    factors.append(node)
                    index -= token != INVISIBLE_TIMES
                    break
                if pending:
                    node = self._resolve(pending, node)
                if factors:
                    node = mul([minus_one, *factors, node] if negative else [*factors, node])
                    factors = []
                elif negative:
                    node = self._negate(node)
                if token == "+" or token == "-":
                    terms.append(node)
                    negative = token == "-"
                    break
                if terms:
                    terms.append(node)
                    node = add(terms)
                    terms = []
                negative = False
                if token in LOW_OPERATORS:
                    low = low or Conditions(graph, self.tokens)
                    low.take(token, node, index)
                    break
                if low is not None:
                    node, low = low.finish(node, index), None
                if token == ",":
                    call = self.calls.comma(call, node, stack[-1][-1] if stack else None, index)
                    break
                if not stack:
                    if token == END:
                        root: Node = node
                        return root
                    raise self.tokens.error("This bracket was never opened.", index)
                if token == END:
                    raise unclosed(self.tokens, first, last)
                closed = call
                terms, factors, pending, negative, low, call = stack.pop()
                if closed is not None:
                    node = self.calls.close(closed, node, index)
                if type(node) is tuple or kinds[node] in CONDITIONS:
                    self._check_alone(index, node, bool(terms or factors or pending or negative))
                index += 1
            index += 1

    def _operand(self, index: int, first: int, call: Call | None) -> Any:
        """Return the node of a number or a name met for the first time."""
        texts = self.tokens.texts
        token = texts[index]
        if is_option(token):
            return read_option(self.tokens, index, call.name if call is not None else "")
        if is_subscripts(token):
            return read_subscripts(self.tokens, index, call.name if call is not None else "")
        if is_number(token):
            value, spelling = read_literal(self.tokens, index, self.limits.max_digits)
            node = self.graph.const(value, spelling)
            self.scope.leaves[token] = node
            return node
        if token in TRUTHS:
            is_condition = call is not None and not call.name and len(call.args) == 1
            if is_condition and texts[index - 1] == "," and texts[index + 1] == ")":
                return TRUTHS[token]
            message = f"`{token}` can stand only as the condition of a piece."
            raise self.tokens.error(message, index)
        if token in LOW_OPERATORS or not (token[:1].isalpha() or token[:1] in {"_", "∞"}):
            raise expected_operand(self.tokens, index, first)
        return self.scope.resolve(self.tokens, index)

    def _wait(self, pending: list[Node], entry: Node, index: int) -> None:
        """Put an operator on hold until its operand is complete."""
        if len(pending) >= self.limits.max_nesting:
            raise self._too_nested(index)
        if pending and pending[-1] == _ROOT:
            raise root_without_brackets(self.tokens, index)
        pending.append(entry)

    def _resolve(self, pending: list[Node], node: Node) -> Node:
        """Apply the powers, signs, roots and divisions that waited for an operand."""
        graph = self.graph
        while pending:
            entry = pending.pop()
            if entry >= 0:
                node = graph.pow(entry, node)
            elif entry == _SIGN:
                node = self._negate(node)
            elif entry == _INVERSE:
                node = graph.pow(node, self.minus_one)
            elif entry == _ROOT:
                node = graph.pow(node, graph.const(Fraction(1, 2)))
            else:
                node = combine(graph, _WAITED[entry], pending.pop(), node)
        return node

    def _negate(self, node: Node) -> Node:
        """Return -node; a number keeps the way it was typed."""
        if self.graph.kinds[node] == "const":
            return self.graph.mul((self.minus_one, node))
        return self.graph.neg(node)

    def _postfix(self, index: int, node: Node, pending: list[Node]) -> Node:
        """Return the node with the factorial or the raised exponent behind it."""
        texts = self.tokens.texts
        token = texts[index]
        if pending and pending[-1] == _ROOT:
            raise root_without_brackets(self.tokens, index)
        if token == "!":
            return self.graph.call("factorial", (node,))
        exponent = token.translate(SUPERSCRIPTS)
        digits = exponent.removeprefix("-")
        if not digits.isdecimal() or len(digits) > self.limits.max_digits:
            raise self.tokens.error("A raised exponent is a whole number.", index)
        if texts[index + 1] in {"**", "^"}:
            hint = "Use brackets: (x²)^3 or x^(2^3)."
            raise self.tokens.error("This power has two readings.", index, hint, last=index + 1)
        return self.graph.pow(node, self.graph.const(int(exponent)))

    # -- checks ---------------------------------------------------------------------------------

    def _check_alone(self, index: int, node: Any, busy: bool) -> None:
        """Refuse a condition, or the pair of a piecewise, inside arithmetic."""
        after = self.tokens.texts[index + 1]
        if busy or after not in ({")", ","} if type(node) is tuple else _AFTER_CONDITION):
            raise self.tokens.error("A condition stands where a number is needed.", index)

    def _check_product(self, index: int, pending: list[Node]) -> None:
        """Raise an error unless a product that is not written can be meant at this place."""
        tokens, texts = self.tokens, self.tokens.texts
        token, before = texts[index], texts[index - 1]
        operand = token == INVISIBLE_TIMES or token == "(" or token[:1].isalpha()
        operand = operand or token[:1] in {"_", "∞", "√"}
        numeric = is_number(before)
        if token != INVISIBLE_TIMES:
            if not operand or token in GRAMMAR_WORDS or token == "where":
                raise expected_operator(tokens, index)
            if not (numeric or before == ")" or before.translate(SUPERSCRIPTS) != before):
                raise expected_operator(tokens, index)
            if numeric and token != "(" and tokens.is_adjacent(index):
                like = literal_like(before, token)
                if like:
                    message = f"`{shorten(before + token)}` could be {like}."
                    hint = f"A product is written {shorten(before, 20)}*{shorten(token, 20)}."
                    raise tokens.error(message, index - 1, hint, last=index)
        if pending and pending[-1] == _ROOT:
            raise root_without_brackets(tokens, index)
        if pending:
            raise two_readings(tokens, index, pending[-1] == _INVERSE)

    def _too_nested(self, index: int) -> ParseError:
        most = self.limits.max_nesting
        hint = "Raise it with Limits(max_nesting=...)."
        return self.tokens.error(f"More than {most} levels of nesting.", index, hint, limit=True)


def _is_called(token: str) -> bool:
    """Whether brackets behind the token are those of a call."""
    return (token[:1].isalpha() or token[:1] == "_") and token not in GRAMMAR_WORDS
