"""Calculus from a string: closed-form derivatives, fast functions, minima and fits, all checked.

Names load when they are first used, so that importing the package costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from . import errors

if TYPE_CHECKING:
    from .backends import CompiledFunction
    from .calculus.compile import compile
    from .calculus.differentiate import differentiate
    from .calculus.evaluate import evaluate
    from .calculus.explain import explain
    from .calculus.explanation import Explanation, ExplanationStep
    from .calculus.fit import fit
    from .calculus.gradient import gradient
    from .calculus.hessian import hessian
    from .calculus.jacobian import jacobian
    from .calculus.minimize import minimize
    from .calculus.parse import parse
    from .calculus.results import Derivative, Gradient, Hessian, Jacobian
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
    from .language import Limits, define, read_assignments
    from .numeric import (
        Estimates,
        numeric_derivative,
        numeric_gradient,
        numeric_hessian,
        numeric_jacobian,
    )
    from .optimize.fit import Fit
    from .optimize.optimum import Optimum
    from .outcome import Estimate, Outcome, Trust
    from .present.plots import Plot, plot

__version__ = "0.1.0"

__all__ = [
    "ArgumentError",
    "CompileError",
    "CompiledFunction",
    "DataError",
    "Derivative",
    "DerivativeError",
    "DomainError",
    "Estimate",
    "Estimates",
    "Explanation",
    "ExplanationStep",
    "Expression",
    "Fit",
    "Gradient",
    "Hessian",
    "Jacobian",
    "LimitError",
    "Limits",
    "MissingExtraError",
    "Optimum",
    "Outcome",
    "OutcomeError",
    "ParseError",
    "Plot",
    "SymcalcError",
    "Trust",
    "UserFunctionError",
    "Variable",
    "compile",
    "define",
    "differentiate",
    "errors",
    "evaluate",
    "explain",
    "fit",
    "gradient",
    "hessian",
    "jacobian",
    "minimize",
    "numeric_derivative",
    "numeric_gradient",
    "numeric_hessian",
    "numeric_jacobian",
    "parse",
    "plot",
    "read_assignments",
]

#: Where each public name lives.
_HOMES = {
    "CompiledFunction": ".backends",
    "Derivative": ".calculus.results",
    "Estimate": ".outcome",
    "Estimates": ".numeric",
    "Explanation": ".calculus.explanation",
    "ExplanationStep": ".calculus.explanation",
    "Expression": ".expression",
    "Fit": ".optimize.fit",
    "Gradient": ".calculus.results",
    "Hessian": ".calculus.results",
    "Jacobian": ".calculus.results",
    "Limits": ".language",
    "Optimum": ".optimize.optimum",
    "Outcome": ".outcome",
    "Plot": ".present.plots",
    "Trust": ".outcome",
    "Variable": ".expression",
    "compile": ".calculus.compile",
    "define": ".language",
    "differentiate": ".calculus.differentiate",
    "evaluate": ".calculus.evaluate",
    "explain": ".calculus.explain",
    "fit": ".calculus.fit",
    "gradient": ".calculus.gradient",
    "hessian": ".calculus.hessian",
    "jacobian": ".calculus.jacobian",
    "minimize": ".calculus.minimize",
    "numeric_derivative": ".numeric",
    "numeric_gradient": ".numeric",
    "numeric_hessian": ".numeric",
    "numeric_jacobian": ".numeric",
    "parse": ".calculus.parse",
    "plot": ".present.plots",
    "read_assignments": ".language",
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
