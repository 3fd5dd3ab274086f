"""The method that suits what an objective is, and the reason in words."""

from __future__ import annotations

from ...facts import ObjectiveFacts
from ..bounds import Bounds
from ..objective import Objective
from ..plain import count_of
from .constrained_methods import CONSTRAINED
from .method import Method
from .square_methods import with_fallback
from .table import METHODS

__all__ = ["MAX_EXPLORED", "MAX_SOLVED", "choose_method"]

#: Up to this number of variables minima under bounds and constraints are looked for from further
#: starts.
MAX_EXPLORED = 30

#: Up to this number of variables a quadratic is solved from the spectrum of its Hessian.
MAX_SOLVED = 1000


def choose_method(
    objective: Objective, n_variables: int, bounds: Bounds | None, facts: ObjectiveFacts
) -> tuple[Method, str]:
    """Return the method that suits what the objective is, and the reason in words."""
    size = count_of(n_variables, "variable")
    if facts.has_jumps:
        return METHODS["pattern_search"], f"the objective jumps; values alone, {size}"
    squares = count_of(facts.n_residuals, "square")
    if facts.has_kinks and n_variables <= 4 and bounds is None and objective.residuals is not None:
        both = with_fallback(METHODS["levenberg_marquardt"], METHODS["Nelder-Mead"])
        return both, f"a sum of {squares} with kinks in {size}"
    if facts.has_kinks and n_variables <= 4:
        return METHODS["Nelder-Mead"], f"the objective has kinks and only {size}"
    if bounds is not None and not facts.has_kinks and n_variables <= MAX_EXPLORED:
        return CONSTRAINED["SLSQP"], f"there are bounds, {size}, exact derivatives"
    if (
        facts.is_quadratic and bounds is None
        and objective.hessian is not None and n_variables <= MAX_SOLVED
    ):  # fmt: skip
        return METHODS["linear_solve"], f"quadratic in {size}"
    if bounds is not None:
        return METHODS["L-BFGS-B"], "there are bounds, and a gradient"
    if facts.has_kinks:
        return METHODS["L-BFGS-B"], f"the objective has kinks and {size}"
    if objective.residuals is not None and not facts.has_sparse_hessian:
        return METHODS["levenberg_marquardt"], f"a sum of {squares} in {size}"
    smooth = "smooth but for its branches" if facts.has_joins else "smooth"
    if objective.hessian is not None:
        sparse = ", most of them zero" if facts.has_sparse_hessian else ""
        return METHODS["newton"], f"{smooth}, {size}, exact second derivatives{sparse}"
    return METHODS["L-BFGS-B"], f"{smooth}, {size}, exact gradient"
