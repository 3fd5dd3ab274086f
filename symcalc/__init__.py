"""Calculus from a string: closed-form derivatives, fast functions, minima and fits, all checked.

Names load when they are first used, so that importing the package costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from . import errors

if TYPE_CHECKING:
    from .backends import CompiledFunction, SizeReport, VectorFunction
    from .calculus.action import Action
    from .calculus.array_estimate import ArrayEstimate
    from .calculus.array_fit_result import ArrayFit
    from .calculus.audit import audit
    from .calculus.audited import Audit
    from .calculus.candidates import Attempt
    from .calculus.check import check
    from .calculus.checked import Check, Equality, Equivalence
    from .calculus.compare import compare
    from .calculus.comparison import ComparedDerivative, Comparison
    from .calculus.compile import compile
    from .calculus.derivative import Derivative
    from .calculus.differentiate import differentiate
    from .calculus.domain import domain
    from .calculus.equivalent import equivalent
    from .calculus.evaluate import evaluate
    from .calculus.explain import explain
    from .calculus.explanation import Explanation, ExplanationStep
    from .calculus.export import export
    from .calculus.exported import Export
    from .calculus.find_rate import find_rate
    from .calculus.fit import fit
    from .calculus.found_limit import Limit
    from .calculus.found_series import Series
    from .calculus.found_stationary import StationaryPoints
    from .calculus.found_sum import Summation
    from .calculus.gradient import gradient
    from .calculus.hessian import hessian
    from .calculus.integral import Integral
    from .calculus.integral_comparison import IntegralComparison
    from .calculus.integrate import integrate
    from .calculus.jacobian import jacobian
    from .calculus.jacobian_result import Jacobian
    from .calculus.limit import limit
    from .calculus.minimize import minimize
    from .calculus.parse import parse
    from .calculus.race import race
    from .calculus.race_result import Race
    from .calculus.regions import Domain
    from .calculus.results import Gradient, Hessian
    from .calculus.series import series
    from .calculus.stationary_points import stationary_points
    from .calculus.summation import summation
    from .errors import (
        ArgumentError,
        CompileError,
        DataError,
        DerivativeError,
        DomainError,
        LimitError,
        MissingExtraError,
        OutcomeError,
        ParseError,
        SymcalcError,
        UserFunctionError,
    )
    from .expression import Expression, Variable
    from .interfaces.formula_regressor import FormulaRegressor
    from .language import Limits, define, read_assignments
    from .numeric import (
        Estimates,
        numeric_derivative,
        numeric_gradient,
        numeric_hessian,
        numeric_jacobian,
    )
    from .numeric.integrals import numeric_integral
    from .numeric.quadrature import QuadratureEstimate
    from .optimize.fit import Fit
    from .optimize.optimum import Optimum
    from .optimize.rate_finder import RateSearch
    from .outcome import Estimate, Outcome, Trust
    from .present.plots import Plot, plot
    from .verify.mistakes import Verdict

__version__ = "0.1.0"

__all__ = [
    "Action",
    "ArgumentError",
    "ArrayEstimate",
    "ArrayFit",
    "Attempt",
    "Audit",
    "Check",
    "ComparedDerivative",
    "Comparison",
    "CompileError",
    "CompiledFunction",
    "DataError",
    "Derivative",
    "DerivativeError",
    "Domain",
    "DomainError",
    "Equality",
    "Equivalence",
    "Estimate",
    "Estimates",
    "Explanation",
    "ExplanationStep",
    "Export",
    "Expression",
    "Fit",
    "FormulaRegressor",
    "Gradient",
    "Hessian",
    "Integral",
    "IntegralComparison",
    "Jacobian",
    "Limit",
    "LimitError",
    "Limits",
    "MissingExtraError",
    "Optimum",
    "Outcome",
    "OutcomeError",
    "ParseError",
    "Plot",
    "QuadratureEstimate",
    "Race",
    "RateSearch",
    "Series",
    "SizeReport",
    "StationaryPoints",
    "Summation",
    "SymcalcError",
    "Trust",
    "UserFunctionError",
    "Variable",
    "VectorFunction",
    "Verdict",
    "audit",
    "check",
    "compare",
    "compile",
    "define",
    "differentiate",
    "domain",
    "equivalent",
    "errors",
    "evaluate",
    "explain",
    "export",
    "find_rate",
    "fit",
    "gradient",
    "hessian",
    "integrate",
    "jacobian",
    "limit",
    "minimize",
    "numeric_derivative",
    "numeric_gradient",
    "numeric_hessian",
    "numeric_integral",
    "numeric_jacobian",
    "parse",
    "plot",
    "race",
    "read_assignments",
    "series",
    "stationary_points",
    "summation",
]

#: Where each public name lives.
_HOMES = {
    "Action": ".calculus.action",
    "ArrayEstimate": ".calculus.array_estimate",
    "ArrayFit": ".calculus.array_fit_result",
    "Domain": ".calculus.regions",
    "domain": ".calculus.domain",
    "Audit": ".calculus.audited",
    "Check": ".calculus.checked",
    "ComparedDerivative": ".calculus.comparison",
    "Comparison": ".calculus.comparison",
    "CompiledFunction": ".backends",
    "Derivative": ".calculus.derivative",
    "Equality": ".calculus.checked",
    "Equivalence": ".calculus.checked",
    "Estimate": ".outcome",
    "Estimates": ".numeric",
    "Explanation": ".calculus.explanation",
    "ExplanationStep": ".calculus.explanation",
    "Export": ".calculus.exported",
    "Expression": ".expression",
    "Fit": ".optimize.fit",
    "FormulaRegressor": ".interfaces.formula_regressor",
    "Gradient": ".calculus.results",
    "Hessian": ".calculus.results",
    "Attempt": ".calculus.candidates",
    "Integral": ".calculus.integral",
    "IntegralComparison": ".calculus.integral_comparison",
    "Jacobian": ".calculus.jacobian_result",
    "Limit": ".calculus.found_limit",
    "Limits": ".language",
    "Optimum": ".optimize.optimum",
    "Outcome": ".outcome",
    "SizeReport": ".backends",
    "VectorFunction": ".backends",
    "QuadratureEstimate": ".numeric.quadrature",
    "Race": ".calculus.race_result",
    "RateSearch": ".optimize.rate_finder",
    "Series": ".calculus.found_series",
    "StationaryPoints": ".calculus.found_stationary",
    "Summation": ".calculus.found_sum",
    "Plot": ".present.plots",
    "Trust": ".outcome",
    "Variable": ".expression",
    "Verdict": ".verify.mistakes",
    "check": ".calculus.check",
    "audit": ".calculus.audit",
    "compare": ".calculus.compare",
    "compile": ".calculus.compile",
    "define": ".language",
    "differentiate": ".calculus.differentiate",
    "evaluate": ".calculus.evaluate",
    "explain": ".calculus.explain",
    "export": ".calculus.export",
    "equivalent": ".calculus.equivalent",
    "find_rate": ".calculus.find_rate",
    "race": ".calculus.race",
    "fit": ".calculus.fit",
    "gradient": ".calculus.gradient",
    "hessian": ".calculus.hessian",
    "integrate": ".calculus.integrate",
    "jacobian": ".calculus.jacobian",
    "limit": ".calculus.limit",
    "minimize": ".calculus.minimize",
    "numeric_derivative": ".numeric",
    "numeric_gradient": ".numeric",
    "numeric_hessian": ".numeric",
    "numeric_integral": ".numeric.integrals",
    "numeric_jacobian": ".numeric",
    "parse": ".calculus.parse",
    "plot": ".present.plots",
    "read_assignments": ".language",
    "series": ".calculus.series",
    "stationary_points": ".calculus.stationary_points",
    "summation": ".calculus.summation",
} | {name: ".errors" for name in errors.__all__ if name != "escape_control"}


def _load(name: str) -> Any:
    """Load a public name from its home and keep it."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(home, __name__), name)
    globals()[name] = value
    return value


if not TYPE_CHECKING:  # a checker sees the names above, and complains of all others
    __getattr__ = _load


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
