"""Which judge of the house sees a mutant, and which mutants are the function that they were.

The judges are those that guard the table: `judge_derivatives`, which stands between every closed
form and its reader, and the tests of `test_functions.py`. None of them asks the field that is
mutated. A mutant that no judge sees is compared with the original over many more points than the
judges look at: only where it differs nowhere, to the accuracy that the table promises, it is
called equivalent.
"""

from __future__ import annotations

import functools
import inspect
import math
import signal
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import test_functions as table
from flint import arb, ctx
from row_mutants import RowMutant, planted

from symcalc.balls import ball_value, working_precision
from symcalc.functions import TABLE, FunctionRow
from symcalc.graph.derive import gradient_nodes
from symcalc.graph.graph import Graph, Node
from symcalc.outcome import Outcome
from symcalc.verify import judge_derivatives

__all__ = ["judges_that_see", "reason_to_survive"]

#: The accuracy that the array spellings of the table promise.
PROMISED = 1e-13
#: Seconds after which a judge is given up.
PATIENCE = 30

Judge = Callable[[], None]


def judges_that_see(mutant: RowMutant) -> list[str]:
    """Return the first judge of each family (verify, table) that sees the mutant."""
    seen: dict[str, str] = {}
    with planted(mutant) as row:
        for name, judge in _judges(mutant, row):
            family = name.partition(":")[0]
            if family not in seen and _sees(judge):
                seen[family] = name
    return list(seen.values())


def _sees(judge: Judge) -> bool:
    """Whether a judge complains; a mutant that raises or never ends is seen as well."""

    def give_up(number: int, frame: Any) -> None:
        raise TimeoutError

    before = ctx.prec
    ctx.prec = table.PRECISION
    signal.signal(signal.SIGALRM, give_up)
    signal.alarm(PATIENCE)
    try:
        judge()
    except Exception:  # noqa: BLE001 - whatever it raises, it is seen
        return True
    finally:
        signal.alarm(0)
        ctx.prec = before
    return False


def _judges(mutant: RowMutant, row: FunctionRow) -> Iterator[tuple[str, Judge]]:
    """Yield the judges of the field that is mutated, the fast ones first."""
    name = mutant.field
    if name == "derivatives":
        yield from _judges_of_rules(row, mutant.index)
    elif name == "alias":
        (owner,) = (r for r in TABLE.values() if mutant.alias in r.aliases)
        test = table.test_an_alias_means_what_the_libraries_mean_by_it
        yield "table: libraries", lambda: test(owner, mutant.alias)
    elif row.arity == (0, 0):
        yield "table: constant", lambda: table.test_constants_have_the_value_of_their_ball(row)
    elif name == "expand":
        yield "table: meaning", lambda: table.test_notation_stands_for_other_rows(row)
    else:
        for word, test in TESTS[name].items():
            if "point" in inspect.signature(test).parameters:
                yield f"table: {word}", _each(test, row)
            elif word != "edges" or row.name in table.OUTSIDE:
                yield f"table: {word}", functools.partial(test, row)


#: The tests of the table that judge a field, the fast ones first.
TESTS: dict[str, dict[str, Callable[..., None]]] = {
    "scalar": {
        "array": table.test_the_scalar_spelling_agrees_with_the_array_spelling,
        "not a number": table.test_no_spelling_turns_nan_into_a_number,
        "domain": table.test_the_spellings_of_a_row_agree_on_where_it_is_defined,
        "edges": table.test_outside_its_domain_a_row_has_no_finite_value,
    },
    "array": {
        "ball": table.test_the_array_spelling_agrees_with_the_ball_and_keeps_shapes,
        "not a number": table.test_no_spelling_turns_nan_into_a_number,
        "domain": table.test_the_spellings_of_a_row_agree_on_where_it_is_defined,
        "edges": table.test_outside_its_domain_a_row_has_no_finite_value,
    },
    "ball": {
        "array": table.test_the_array_spelling_agrees_with_the_ball_and_keeps_shapes,
        "not a number": table.test_no_ball_turns_nan_into_a_number,
        "domain": table.test_the_spellings_of_a_row_agree_on_where_it_is_defined,
        "edges": table.test_outside_its_domain_a_row_has_no_finite_value,
        "range": table.test_the_ball_of_a_range_encloses_the_values_inside,
        "mpmath": table.test_a_ball_encloses_the_value_that_mpmath_finds,
    },
    "sympy": {"mpmath": table.test_a_ball_encloses_the_value_that_mpmath_finds},
    "series": {"balls": table.test_a_series_begins_with_the_value_and_the_slope_of_the_ball},
    "complex_step": {
        "rule": table.test_the_complex_step_passes_through_the_rows_that_allow_it,
    },
}


def _each(test: Callable[..., None], row: FunctionRow) -> Judge:
    """Return the test at every sample point of the row."""

    def judge() -> None:
        for point in row.sample:
            test(row, point)

    return judge


# -- rules --------------------------------------------------------------------------------


def _judges_of_rules(row: FunctionRow, index: int) -> Iterator[tuple[str, Judge]]:
    """Yield the judges of a rule."""
    slots = [
        (point, k)
        for point in row.sample
        for k in (range(len(point)) if row.arity[1] == -1 else [index])
    ]
    yield "verify: closed form", lambda: _closed_form(row, slots)

    def at_all(test: Callable[..., None], skip: Callable[..., bool] = lambda *_: False) -> Judge:
        def judge() -> None:
            for point, k in slots:
                if not skip(row.name, point):
                    test(row, point, k)

        return judge

    yield (
        "table: differences",
        at_all(table.test_a_rule_agrees_with_a_central_difference_of_its_ball),
    )
    yield "table: doubles", at_all(table.test_a_rule_is_accurate_in_double_precision)
    if row.name not in table.SYMPY_CANNOT:
        yield (
            "table: SymPy",
            at_all(
                table.test_a_rule_agrees_with_the_derivative_of_sympy,
                lambda name, point: (name, point) in table.SYMPY_REMOVABLE,
            ),
        )


def _closed_form(row: FunctionRow, slots: list[tuple[tuple[float, ...], int]]) -> None:
    """Have the product's own judge compare the closed form of the derivative."""
    for point, k in _patterns(row, slots):
        graph, node, variables = _function(row, point)
        (slope,) = gradient_nodes(graph, node, [variables[k]])
        names = [graph.data[v] for v in variables if graph.kinds[v] == "var"]
        order = {graph.data[variables[k]]: 1}
        check = judge_derivatives((graph, node), [(order, graph, slope)], names)
        assert check.outcome is not Outcome.DISAGREES


def _patterns(
    row: FunctionRow, slots: list[tuple[tuple[float, ...], int]]
) -> list[tuple[tuple[float, ...], int]]:
    """Return one slot for each number of arguments and each choice of the orders."""
    found = {}
    for point, k in slots:
        fixed = tuple(x for j, x in enumerate(point) if _is_order(row, j))
        found.setdefault((len(point), fixed, k), (point, k))
    return list(found.values())


def _is_order(row: FunctionRow, j: int) -> bool:
    """Whether no derivative exists in an argument: it is a number wherever one is taken."""
    return row.arity[1] != -1 and bool(row.derivatives) and row.derivatives[j] is None


def _function(row: FunctionRow, point: tuple[float, ...]) -> tuple[Graph, Node, list[Node]]:
    """Return a graph, the function of variables (orders as numbers), and its arguments."""
    graph = Graph()
    nodes = [
        graph.const(Fraction(x)) if _is_order(row, j) else graph.var(f"x{j}")
        for j, x in enumerate(point)
    ]
    return graph, graph.call(row.name, nodes), nodes


# -- survivors ----------------------------------------------------------------------------


def reason_to_survive(mutant: RowMutant) -> str:
    """Return why no judge sees a mutant: "equivalent", or where it differs from the original."""
    right = TABLE[mutant.row.name]
    if right.arity == (0, 0):
        return _constants(mutant, right)
    compare = {
        "derivatives": _slopes, "array": _floats, "scalar": _floats, "ball": _balls,
        "sympy": _balls_of_sympy, "complex_step": _steps, "expand": _meanings,
    }.get(mutant.field)  # fmt: skip
    return compare(mutant, right) if compare else "differs"


def places(row: FunctionRow) -> Iterator[tuple[float, ...]]:
    """Yield the sample points of a row, and many others on both sides of every edge."""
    yield from row.sample or [()]
    rng = np.random.default_rng(7)
    for point in row.sample:
        for size in (1e-8, 1e-3, 0.1, 0.3, 0.7, 0.99, 1.01, 2.5, 7.0, 30.0, 400.0):
            for _ in range(2):
                yield tuple(
                    x
                    if _is_order(row, j)
                    else float(rng.choice((-1, 1)) * size * rng.uniform(0.5, 1))
                    for j, x in enumerate(point)
                )


def _gap(first: Any, second: Any) -> bool:
    """Whether two balls are one number, as far as both say; neither there is no gap."""
    if not (first.is_finite() and second.is_finite()):
        return bool(first.is_finite() != second.is_finite())
    return not first.overlaps(second)


def _constants(mutant: RowMutant, right: FunctionRow) -> str:
    """An infinity times a number is the same infinity, and it has no radius to lose."""
    if mutant.field == "ball":
        return _balls(mutant, right)
    if mutant.field == "sympy":
        values = [table.sympy_value(row, []) for row in (right, mutant.row)]
        return "equivalent" if values[0] == values[1] else f"differs: {values}"
    values = [getattr(row, mutant.field) for row in (right, mutant.row)]
    if values[0] == values[1] or (mutant.field == "constant" and all(v != v for v in values)):
        return "equivalent"
    return f"differs: {values}"


def _slopes(mutant: RowMutant, right: FunctionRow) -> str:
    compared = 0
    for point in places(right):
        for k in range(len(point)) if right.arity[1] == -1 else [mutant.index]:
            values = []
            if not _ball_at(right, point, 100).is_finite():
                continue  # no function, no slope
            for row in (right, mutant.row):
                graph, node, variables = _function(right, point)
                slope = table.apply_rule(row, graph, node, variables, k)
                at = {
                    graph.data[v]: x
                    for v, x in zip(variables, point, strict=True)
                    if graph.kinds[v] == "var"
                }
                values.append(ball_value(graph, slope, at, 600))
            if _gap(*values):
                return f"differs at {point}: {values[0].str(8)}, {values[1].str(8)}"
            compared += values[0].is_finite()
    return "equivalent" if compared > 5 else "nothing to compare"


def _floats(mutant: RowMutant, right: FunctionRow) -> str:
    if mutant.change in ("shape lost", "not a plain float"):
        return "differs in type"
    for point in [*places(right), *_with_nan(right)]:
        values = []
        for row in (right, mutant.row):
            with planted(mutant), np.errstate(all="ignore"):
                values.append(_float(getattr(row, mutant.field), point))
        if not _is_close(*values):
            return f"differs at {point}: {values[0]!r}, {values[1]!r}"
    return "equivalent"


def _with_nan(row: FunctionRow) -> Iterator[tuple[float, ...]]:
    point = row.sample[0]
    for k in range(len(point)):
        yield (*point[:k], math.nan, *point[k + 1 :])


def _float(path: str, point: tuple[float, ...]) -> float:
    try:
        return float(table.spelled(path)(*point))
    except (ArithmeticError, ValueError):
        return math.nan


def _is_close(first: float, second: float) -> bool:
    if not (math.isfinite(first) and math.isfinite(second)):
        return math.isfinite(first) == math.isfinite(second)
    return abs(first - second) <= PROMISED * max(abs(first), 1e-300)


def _balls(mutant: RowMutant, right: FunctionRow) -> str:
    for point in places(right):
        values = [_ball_at(row, point, 400) for row in (right, mutant.row)]
        if _gap(*values):
            return f"differs at {point}: {values[0].str(8)}, {values[1].str(8)}"
        if values[0].is_finite() and values[0].rad() > values[1].rad() * 2**30:
            return f"claims too much at {point}"
    return "equivalent"


def _ball_at(row: FunctionRow, point: tuple[float, ...], bits: int) -> Any:
    kept = TABLE[row.name]
    TABLE[row.name] = row
    try:
        graph, node, _ = table.build(row, len(point))
        return ball_value(graph, node, {f"x{j}": x for j, x in enumerate(point)}, bits)
    finally:
        TABLE[row.name] = kept


def _balls_of_sympy(mutant: RowMutant, right: FunctionRow) -> str:
    import sympy

    for point in places(right):
        reference = _ball_at(right, point, 400)
        if not reference.is_finite():
            continue
        at = {f"x{j}": arb(x) for j, x in enumerate(point)}
        expression = table.sympy_value(mutant.row, [sympy.Symbol(n, real=True) for n in at])
        with working_precision(400):
            found = table.mpmath_value(expression, at)
            if not found.overlaps(reference):
                return f"differs at {point}: {reference.str(8)}, {found.str(8)}"
    return "equivalent"


def _steps(mutant: RowMutant, right: FunctionRow) -> str:
    """Whether the complex step is right wherever it gives an answer."""
    for point in places(right):
        k = len(point) - 1
        graph, _, slope, _, at = table.slope_graph(right, point, k)
        truth = ball_value(graph, slope, at, 400)
        if not (truth.is_finite() and _ball_at(right, point, 100).is_finite()):
            continue
        h = 1e-20 * (abs(point[k]) or 1.0)
        with np.errstate(all="ignore"):
            step = table.spelled(right.array)(*point[:k], complex(point[k], h)).imag / h
        if not abs(step - float(truth)) <= 1e-9 * abs(float(truth)) + 1e-300:
            return f"differs at {point}: {float(truth)}, {step}"
    return "equivalent"


def _meanings(mutant: RowMutant, right: FunctionRow) -> str:
    for point in places(right):
        values = [_meaning(row, point) for row in (right, mutant.row)]
        if _gap(*values):
            return f"differs at {point}: {values[0].str(8)}, {values[1].str(8)}"
    return "equivalent"


def _meaning(row: FunctionRow, point: tuple[float, ...]) -> Any:
    graph = Graph()
    m = table.Terms(graph, table.CONSTANTS)
    assert row.expand is not None
    return ball_value(graph, row.expand(m, *(m(Fraction(x)) for x in point)).node, {}, 400)
