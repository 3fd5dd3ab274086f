"""`compare`: closed forms of derivatives and integrals beside numerical ones and the truth."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import combinations_with_replacement
from typing import Any, overload

from ..errors import ArgumentError
from ..language import Limits, split_ranges
from .at_point import to_point
from .budget import budgeted
from .comparison import Comparison
from .integral_comparison import IntegralComparison
from .integral_rivals import IntegralRivals
from .integrate import integrate
from .integration_ranges import read_problem, read_values
from .reading import Formula, to_expression, to_names
from .rivals import Rivals

__all__ = ["compare"]

#: A value with such a denominator was given as a double.
LONG = 10**6


@overload
def compare(
    expr: Formula,
    at: Any,
    *,
    over: None = None,
    wrt: Any = None,
    order: int = 1,
    assume: str | None = None,
    budget: float = 10.0,
    seed: int = 0,
    syntax: str = "symcalc",
    limits: Limits | None = None,
) -> Comparison: ...
@overload
def compare(
    expr: Formula,
    at: Any = None,
    *,
    over: Any,
    assume: str | None = None,
    budget: float = 10.0,
    seed: int = 0,
    syntax: str = "symcalc",
    limits: Limits | None = None,
) -> IntegralComparison: ...
@budgeted
def compare(
    expr: Formula,
    at: Any = None,
    *,
    over: Any = None,
    wrt: Any = None,
    order: int = 1,
    assume: str | None = None,
    budget: float = 10.0,
    seed: int = 0,
    syntax: str = "symcalc",
    limits: Limits | None = None,
) -> Comparison | IntegralComparison:
    """Set symbolic and numerical derivatives, or integrals, side by side, with the true value.

    Parameters
    ----------
    expr : str, Expression or SymPy expression
        A scalar formula.
    at : dict, str, or sequence of these
        One point or several: `{"x": 1000}`, `"x=1, y=2"`, `["x=1", "x=2"]`. For an integral the
        values of its parameters.
    over : ("x", lower, upper), list of these, or str, optional
        The integral over these ranges is compared, not derivatives. As for `integrate`, or
        "y = 0 … x^2, x = -oo … oo"; innermost first.
    wrt : str or sequence of str, optional
        The variables; default: all.
    order : {1, 2}
        1 for the gradient, 2 for the Hessian, component by component.
    budget : float
        For an integral: seconds for its closed form.
    seed : int
        For an integral: of the random places of Monte Carlo.
    assume, syntax, limits
        As for `gradient`.

    Returns
    -------
    Comparison or IntegralComparison
        Of derivatives an entry for each point and component, each with the results of the
        methods: the compiled closed form, the complex step (where every function of the formula
        allows it), forward, central and adaptive differences. Of an integral the results of the
        compiled closed form, the rigorous enclosure, symcalc's quadrature, SciPy's `quad` and
        `tanhsinh`, Gauss-Legendre rules and Monte Carlo; over several ranges of `nquad`,
        `cubature` and Monte Carlo. Each with its digits of agreement with a value of 50 digits,
        its evaluations and its time.

    Raises
    ------
    ParseError, LimitError, ArgumentError, CompileError, DerivativeError

    Notes
    -----
    Differences are taken of the compiled function, which uses stable forms; the complex step of
    the formula as it is written. Forward and central differences of order 1 get the best that
    one step can do: it is chosen from the second and third derivative, which a user of
    differences would not know.

    SciPy's rules are called with their defaults, on the compiled integrand; what takes longer
    than 5 s is stopped.

    Examples
    --------
    >>> import symcalc as sc
    >>> found = sc.compare("log(1 + exp(x))", at="x=1000")
    >>> found[0]["symbolic"].estimate.value, found[0]["symbolic"].digits
    (1.0, 17.0)
    >>> area = sc.compare("exp(-x^2)", over="x = -oo … oo")
    >>> str(area.integral.closed_form), area["closed form"].digits > 15
    ('sqrt(pi)', True)
    """
    if over is not None:
        if wrt is not None or order != 1:
            raise ArgumentError("`wrt` and `order` belong to derivatives; leave them out.")
        reading = {"assume": assume, "syntax": syntax, "limits": limits}
        return _compared_integral(expr, over, at, budget, seed, reading)
    if order not in (1, 2) or isinstance(order, bool):
        raise ArgumentError(f"`order` is {order!r}; allowed are 1 (gradient) and 2 (Hessian).")
    if at is None:
        raise ArgumentError(
            "Say where: at='x=1' compares derivatives, over='x = 0 … 1' an integral."
        )
    points = [at] if isinstance(at, str | Mapping) else list(at)
    if not points:
        raise ArgumentError("`at` has no point; give one, such as at='x=1'.")
    names = to_names(wrt)
    expression = to_expression(
        expr, declared=names or (), assume=assume, syntax=syntax, limits=limits
    )
    if any(variable.shape for variable in expression.variables):
        raise ArgumentError(
            "Formulas over arrays are not compared at points; `gradient(...)` judges its "
            "derivatives by values, and `check` a claim of yours."
        )
    places = [to_point(expression, point, {}) for point in points]
    chosen = names or expression.names
    if not chosen:
        raise ArgumentError("The formula has no variable; there is nothing to differentiate in.")
    rivals = Rivals(expression, order)
    steps = [(name,) for name in chosen] if order == 1 else _pairs(chosen)
    entries = tuple(rivals.compare(place, step) for place in places for step in steps)
    return Comparison(expression, order, entries)


def _compared_integral(
    expr: Formula, over: Any, at: Any, budget: float, seed: int, reading: dict[str, Any]
) -> IntegralComparison:
    """Return the comparison of an integral."""
    if at is not None and not isinstance(at, str | Mapping):
        raise ArgumentError("An integral is compared at one point of its parameters.")
    values = read_values(at)
    if isinstance(over, str):
        over = split_ranges(over, limits=reading["limits"])
    ranges = [over] if over and isinstance(over[0], str) else list(over)
    problem = read_problem(expr, ranges, parameters=values, **reading)
    if problem.parameters:
        names = ", ".join(problem.parameters)
        raise ArgumentError(f"The integral depends on {names}; give values, such as at='a=2'.")
    found = integrate(expr, *ranges, parameters=values, budget=budget, throw=False, **reading)
    given = {name: _spelled(value) for name, value in values.items()}
    return IntegralRivals(problem, found, given, seed).compare()


def _spelled(value: Fraction) -> str:
    """Return a value as it may have been given: a fraction, or a double."""
    return str(value) if value.denominator < LONG else repr(float(value))


def _pairs(names: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Return the pairs of variables of a Hessian's upper half."""
    return list(combinations_with_replacement(names, 2))
