"""`check`: whether a formula or a Python gradient is the derivative that it claims to be."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ParamSpec

import numpy as np

from ..errors import ArgumentError, UserFunctionError
from ..expression import Expression, Variable
from ..graph.derive import gradient_nodes
from ..graph.graph import Graph, Node
from ..language import Limits
from ..verify.array_claims import ArrayClaim, compare_arrays, compare_code, has_arrays
from ..verify.diagnosis import diagnose
from ..verify.evidence import UNDEFINED, Evidence, Question
from ..verify.identity import is_identity
from ..verify.mistakes import Finding, Verdict
from .budget import budgeted
from .checked import Check, Sighting, positive_names
from .claimed import NumericGradient, WrongShapeError, split_formulas
from .claimed_arrays import CodedDerivative
from .gradient import gradient
from .reading import Formula, to_expression, to_names
from .results import Gradient

__all__ = ["check"]

Args = ParamSpec("Args")


def _stays_at_home(verb: Callable[Args, Check]) -> Callable[Args, Check]:
    """Refuse limits on time and memory for a Python function: it cannot travel to a worker."""

    @functools.wraps(verb)
    def run(*args: Args.args, **kwargs: Args.kwargs) -> Check:
        limits, claim = kwargs.get("limits"), args[0] if args else kwargs.get("claim")
        is_code = callable(claim) and not hasattr(claim, "free_symbols")
        if is_code and isinstance(limits, Limits) and (limits.seconds or limits.memory_mb):
            raise ArgumentError(
                "A Python function runs where it is; leave `seconds` and `memory_mb` out of "
                "`limits`, or claim formulas."
            )
        return verb(*args, **kwargs)

    return run


@_stays_at_home
@budgeted
def check(
    claim: Any,
    expr: Formula,
    wrt: Any = None,
    *,
    shapes: Any = None,
    assume: str | None = None,
    syntax: str = "symcalc",
    seed: int = 0,
    limits: Limits | None = None,
) -> Check:
    """Say whether a formula or a Python function is the derivative it claims to be; if not, why.

    Parameters
    ----------
    claim : formula, sequence or mapping of formulas, or callable
        The derivative in `wrt` as a string, `Expression` or SymPy expression; for several
        variables a list in their order, a dict by name, or one string with commas. A callable
        takes variables by name (`gradient(w, b)`), or the variables of `wrt` as one array; it
        returns a number, an array, or a dict.
    expr : str, Expression or SymPy expression
        What was differentiated.
    wrt : str or sequence of str, optional
        The variables, "w, b"; default: those of a dict, else all.
    shapes : dict or str, optional
        Shapes of arrays, `"X: m n; w: n"`, and of data columns, `{"x": "rows"}`; a callable gets
        them as arrays, of several sizes in turn.
    assume : str, optional
        What is known of the variables, `"a > 0"`.
    syntax : str
        "symcalc" or "latex", of all formulas.
    seed : int
        Same seed, same points.
    limits : Limits, optional

    Returns
    -------
    Check
        With `outcome` (the kind of mistake), `message`, `findings` by component, and the points
        and numbers that show them.

    Raises
    ------
    ParseError, ArgumentError, DerivativeError
        Before any work.
    UserFunctionError
        The callable raised something other than an arithmetic error.

    Notes
    -----
    Both sides are evaluated at 24 seeded points of several scales: formulas in ball arithmetic,
    so that a difference is proven; a callable in doubles, with an allowance for rounding. A
    right formula is *proven* when the difference vanishes in a normal form, else *checked*. A
    mistake is named when it explains the claim at every point; two mistakes at once mostly stay
    without a name.

    Examples
    --------
    >>> import symcalc as sc
    >>> print(sc.check("2*x*y + 1", "x^2*y", "x").message)
    a term too many: 1
    >>> print(sc.check(lambda w, b: [w + b, w + b], "(w + 2*b)^2/2", "w, b").outcome.is_good)
    False
    """
    options: dict[str, Any] = {"shapes": shapes, "assume": assume, "syntax": syntax}
    names = to_names(wrt)
    if names is None and isinstance(claim, Mapping):
        names = to_names(list(claim))
    expression = to_expression(expr, declared=names or (), limits=limits, **options)
    names = names or tuple(v.name for v in expression.variables if not v.shape)
    if not names:
        raise ArgumentError("The formula has no variable to differentiate in; name one in `wrt`.")
    claims = _claims(claim, names)
    truth = gradient(expression, names)
    report = functools.partial(Check.of, expression, names, truth.entries)
    if callable(claims):
        return _numeric(claims, expression, names, truth, report, seed)
    known = expression.names
    forms = [to_expression(c, declared=known, limits=limits, **options) for c in claims]
    return _symbolic(forms, expression, truth, report, seed)


def _claims(claim: Any, names: Sequence[str]) -> Sequence[Formula] | Callable[..., Any]:
    """Return one formula for each variable, or the callable."""
    n = len(names)
    if isinstance(claim, Mapping):
        wrong = [str(name) for name in {*claim, *names} if name not in claim or name not in names]
        if wrong:
            raise ArgumentError(
                f"The claim is for {', '.join(map(str, claim))}, `wrt` is {', '.join(names)}; "
                "both must name the same variables."
            )
        return [claim[name] for name in names]
    if isinstance(claim, (list, tuple)):
        formulas = list(claim)
    elif isinstance(claim, str) and n > 1:
        formulas = split_formulas(claim)
    elif isinstance(claim, (str, Expression)) or hasattr(claim, "free_symbols"):
        formulas = [claim]
    elif callable(claim):
        function: Callable[..., Any] = claim
        return function
    else:
        formulas = [claim]
    if len(formulas) != n:
        raise ArgumentError(
            f"The claim has {len(formulas)} formula{'s' * (len(formulas) != 1)} for the {n} "
            f"variable{'s' * (n != 1)} {', '.join(names)}; give one for each, or name others in "
            "`wrt`."
        )
    return formulas


# -- formulas -------------------------------------------------------------------------------------


def _symbolic(
    forms: Sequence[Expression],
    expression: Expression,
    truth: Gradient,
    report: Callable[..., Check],
    seed: int,
) -> Check:
    names = tuple(truth)
    if _has_arrays(expression, names, forms):
        return _in_arrays(forms, truth, report, seed)
    question = _question(expression, names, forms)
    evidence = Evidence.gather(question, seed)
    findings = diagnose(evidence)
    is_proven = False
    if all(f.verdict in (Verdict.DOMAIN, Verdict.UNDECIDED) for f in findings):
        positive = positive_names(question.variables)
        pairs = zip(question.truths, question.claims, strict=True)
        is_proven = all(is_identity(question.graph, a, b, positive) for a, b in pairs)
    if is_proven:
        findings = [f for f in findings if f.verdict is not Verdict.UNDECIDED]
    strange = [v.name for v in question.variables if v.name not in expression.names]
    notes = [f"the claim uses {', '.join(strange)}, which f does not contain"] if strange else []
    return report(findings=findings, evidence=evidence, is_proven=is_proven, notes=notes)


def _has_arrays(
    expression: Expression, names: tuple[str, ...], forms: Sequence[Expression]
) -> bool:
    """Whether a claim, or a variable that it is the derivative in, is an array."""
    shapes = {variable.name: variable.shape for variable in expression.variables}
    return (
        has_arrays(expression.variables)
        or any(form.root in form.graph.shapes for form in forms)
        or any(shapes.get(name) for name in names)
    )


def _in_arrays(
    forms: Sequence[Expression], truth: Gradient, report: Callable[..., Check], seed: int
) -> Check:
    """Judge claims that are arrays, in numbers for several sizes."""
    graph = Graph()
    variables = {v.name: v for form in (truth.expression, *forms) for v in form.variables}
    claims = []
    for (name, right), form in zip(truth.items(), forms, strict=True):
        (true_node,), (claimed,) = (graph.absorb(e.graph, [e.root]) for e in (right, form))
        claims.append(ArrayClaim(name, true_node, claimed))
    findings, n_draws = compare_arrays(graph, claims, list(variables.values()), seed)
    found = report(findings=findings)
    message = found.message if findings else f"agrees with the derivative on {n_draws} data sets"
    return replace(found, message=message, n_points=n_draws)


def _question(
    expression: Expression,
    names: tuple[str, ...],
    forms: Sequence[Expression] = (),
    function: Any = None,
) -> Question:
    """Return f, its derivatives and the claims in one arena."""
    graph = Graph()
    (value,) = graph.absorb(expression.graph, [expression.root])
    claims = tuple(graph.absorb(form.graph, [form.root])[0] for form in forms)
    variables: dict[str, Variable] = {}
    for form in (expression, *forms):
        for variable in form.variables:
            variables.setdefault(variable.name, variable)
    wrt: list[Node] = [
        graph.var(name, variables[name].shape if name in variables else ()) for name in names
    ]
    truths = tuple(gradient_nodes(graph, value, wrt))
    return Question(graph, value, names, truths, tuple(variables.values()), claims, function)


# -- callables ------------------------------------------------------------------------------------


def _coded(
    function: Callable[..., Any], truth: Gradient, report: Callable[..., Check], seed: int
) -> Check:
    """Judge a function over arrays, in doubles for several sizes."""
    graph, variables = Graph(), truth.expression.variables
    truths = {name: graph.absorb(right.graph, [right.root])[0] for name, right in truth.items()}
    shapes = {v.name: v.shape for v in variables}
    code = CodedDerivative(function, {name: shapes.get(name, ()) for name in truth}, variables)
    notes = [f"called as {code.called}"]
    try:
        findings, n_draws = compare_code(graph, truths, variables, code, seed)
    except WrongShapeError as error:
        finding = Finding(Verdict.WRONG_SHAPE, str(error), tuple(truth))
        return report(findings=[finding], notes=notes)
    if not n_draws and code.failure is not None:
        failure = f"{type(code.failure).__name__}: {code.failure}"
        raise UserFunctionError(f"{code.label} failed at every point: {failure}")
    found = report(findings=findings, notes=notes)
    message = found.message if findings else f"agrees with the derivative on {n_draws} data sets"
    return replace(found, message=message, n_points=n_draws)


def _numeric(
    function: Callable[..., Any],
    expression: Expression,
    names: tuple[str, ...],
    truth: Gradient,
    report: Callable[..., Check],
    seed: int,
) -> Check:
    if _has_arrays(expression, names, ()):
        return _coded(function, truth, report, seed)
    numeric = NumericGradient(function, names, expression.variables)
    question = _question(expression, names, function=numeric)
    notes = [f"called as {numeric.called}"]
    try:
        evidence = Evidence.gather(question, seed)
    except WrongShapeError as error:
        finding = Finding(Verdict.WRONG_SHAPE, str(error), names)
        return report(findings=[finding], notes=notes)
    if evidence.places and not _is_steady(numeric, evidence):
        message = "returns different numbers for the same point"
        finding = Finding(Verdict.UNSTEADY, message, names)
        return report(findings=[finding], notes=notes)
    _raise_if_it_always_fails(numeric, evidence)
    findings = diagnose(evidence)
    if not findings and (evidence.state == UNDEFINED).any():
        k, p = np.argwhere(evidence.state == UNDEFINED)[0]
        place = Sighting.of(evidence, int(k), int(p))
        notes.append(f"it has no finite value far away: {place}")
    return report(findings=findings, evidence=evidence, notes=notes)


def _is_steady(numeric: NumericGradient, evidence: Evidence) -> bool:
    """Say whether the function returns the same numbers again."""
    again = np.array(numeric(evidence.places[0]))
    before = evidence.claim[:, 0]
    known = np.isfinite(again) & np.isfinite(before)
    return bool(np.all(again[known] == before[known]))


def _raise_if_it_always_fails(numeric: NumericGradient, evidence: Evidence) -> None:
    """Raise what the function raises, when it does so at every point."""
    if not evidence.places or not (evidence.state == UNDEFINED).all():
        return
    try:
        numeric.components(evidence.places[0])
    except (ArithmeticError, ValueError) as error:
        raise numeric.failure(error, evidence.places[0]) from error
