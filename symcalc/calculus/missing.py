"""Why a formula has no number at a point: the first step that went bad, with its inputs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from ..balls import BallProgram, NoBall, Status, precise_value, working_precision
from ..expression import Expression
from ..graph.graph import Graph, Node
from ..outcome import Outcome, json_float
from ..symbolic import prepare
from ..symbolic.definedness import requirements
from ..verify.doubles import columns_of, run_plain

__all__ = ["MissingValue", "find_missing"]

BITS = 256
#: In larger formulas the step that overflows is not searched for.
MAX_NODES = 300
_LOGIC = frozenset({"compare", "and", "or", "not"})


@dataclass(frozen=True, slots=True)
class MissingValue:
    """What happened to the value of a formula at a point.

    Attributes
    ----------
    point : dict of str to float
    outcome : Outcome
        DONE: there is a value, and doubles hold it. UNDEFINED: there is no real value.
        NOT_FINITE: there is one, and doubles fail on the way.
    step : str
        The first step that went bad; empty where none did.
    sentence : str
    inputs : dict of str to str
        The arguments of that step and their values.
    value : str
        The true value of the formula in decimal; empty where there is none.
    """

    point: dict[str, float]
    outcome: Outcome
    step: str
    sentence: str
    inputs: dict[str, str]
    value: str

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {
            "point": {k: json_float(v) for k, v in self.point.items()},
            "outcome": self.outcome.name.lower(),
            "step": self.step,
            "sentence": self.sentence,
            "inputs": self.inputs,
            "value": self.value,
        }

    def __repr__(self) -> str:
        where = ", ".join(f"{name} = {value:.15g}" for name, value in self.point.items())
        return f"at {where}: {self}"

    def _repr_html_(self) -> str:
        return escape(repr(self))

    def __str__(self) -> str:
        inputs = ", ".join(f"{name} = {value}" for name, value in self.inputs.items())
        return f"{self.sentence}; {inputs}" if inputs else self.sentence


def find_missing(expression: Expression, point: Mapping[str, float]) -> MissingValue:
    """Return why a formula has no finite number at a point, or that it has one."""
    graph, root, place = expression.graph, expression.root, dict(point)
    if not all(map(math.isfinite, place.values())):
        bad = next(name for name, value in place.items() if not math.isfinite(value))
        return MissingValue(
            place, Outcome.UNDEFINED, bad, f"{bad} is {place[bad]}, not a number", {}, ""
        )
    try:
        found = precise_value(graph, root, place, digits=17)
    except NoBall:
        return _in_doubles(expression, place, "")
    if found.status is Status.UNDEFINED and found.culprit is not None:
        return _undefined(expression, place, found.culprit)
    if found.status is Status.UNDECIDED:
        step = "" if found.culprit is None else _text(graph, found.culprit)
        sentence = "ball arithmetic does not settle whether there is a value"
        return MissingValue(place, Outcome.UNDEFINED, step, sentence, {}, "")
    return _in_doubles(expression, place, found.digits)


def _undefined(expression: Expression, place: dict[str, float], node: Node) -> MissingValue:
    """Blame the step whose arguments are all there and whose value is not."""
    graph = expression.graph.copy()
    values = BallProgram(graph, [expression.root]).evaluate_all(place, BITS)
    text = _text(graph, node)
    needs = [need.words for need in requirements(graph, node)]
    if graph.kinds[node] == "nan":
        sentence = "no branch of the piecewise is chosen, and it has no value otherwise"
        text = _text(graph, expression.root)
    elif needs:
        sentence = f"{text} has no value: it needs {' and '.join(needs)}"
    else:
        sentence = f"{text} has no value"
    return MissingValue(place, Outcome.UNDEFINED, text, sentence, _inputs(graph, node, values), "")


def _inputs(graph: Graph, node: Node, values: Mapping[Node, Any]) -> dict[str, str]:
    """Return the arguments of a step with their values, numbers apart."""
    found = {}
    with working_precision(BITS):
        for arg in graph.args[node]:
            if graph.value(arg) is None and graph.kinds[arg] not in _LOGIC:
                found[_text(graph, arg)] = values[arg].str(17, radius=False)
    return found


def _in_doubles(expression: Expression, place: dict[str, float], value: str) -> MissingValue:
    """Run what `compile` runs, step by step, and find the first that is not finite."""
    graph, root = prepare(expression.graph, expression.root)
    order = graph.reachable([root])
    columns = columns_of([place], list(place))
    result = float(run_plain(graph, root, columns, 1)[0])
    if math.isfinite(result):
        sentence = f"nothing went bad: the value is {value or repr(result)}"
        return MissingValue(place, Outcome.DONE, "", sentence, {}, value or repr(result))
    sentence, step = f"doubles give {result}", ""
    inputs: dict[str, str] = {}
    for node in order if len(order) <= MAX_NODES else []:
        if graph.kinds[node] in _LOGIC or not graph.args[node] or not _is_used(graph, node):
            continue
        computed = float(run_plain(graph, node, columns, 1)[0])
        if not math.isfinite(computed):
            step = _text(graph, node)
            how = "overflows" if math.isinf(computed) else "is not a number"
            sentence = f"{step} {how} in doubles, though the formula has a value"
            inputs = {
                _text(graph, arg): repr(float(run_plain(graph, arg, columns, 1)[0]))
                for arg in graph.args[node]
                if graph.value(arg) is None and graph.kinds[arg] not in _LOGIC
            }
            break
    return MissingValue(place, Outcome.NOT_FINITE, step, sentence, inputs, value)


def _is_used(graph: Graph, node: Node) -> bool:
    return graph.kinds[node] not in ("nan", "oo")


def _text(graph: Graph, node: Node) -> str:
    text = Expression(graph, node).text
    return text if len(text) <= 200 else text[:199] + "…"
