"""The result of a minimization."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..drawing import draw
from ..outcome import Outcome
from .bounds import Vector
from .gradient_check import GradientCheck
from .plain import count_of, format_number, format_value, to_plain
from .trace import Trace

if TYPE_CHECKING:
    from .constrained import KKT, ConstraintState

__all__ = ["Minimum", "Optimum"]


class Minimum(NamedTuple):
    """One of several minima: the point by name, and the objective there."""

    x: dict[str, Any]
    fun: float


@dataclass(frozen=True, slots=True, eq=False)
class Optimum:
    """The best point of a run, how the run ended, and what it cost.

    Attributes
    ----------
    x : dict of str to float or ndarray
        The best point by name; arrays in their shapes.
    fun : float
        The objective there.
    gradient_norm : float
        The largest component of the gradient there, over the variables that bounds leave free;
        NaN when the gradient is not finite.
    outcome : Outcome
        How the run ended; `str(outcome)` is a sentence.
    method, why : str
        The method that ran, and the reason it was chosen.
    n_steps, n_evaluations, n_gradients, n_hessians : int
        Steps taken; evaluations of the value (alone or with the gradient), of the gradient, and
        of the Hessian or of its product with a vector.
    trace : Trace
    diagnosis : tuple of str
        What the numbers at the end show, in sentences.
    multipliers : dict or None
        Lagrange multipliers by the text of the constraint or bound, arrays in the constraint's
        shape: `gradient of f = sum of multiplier * gradient of (left - right)`, turned to
        `right - left` for `<=`, so that those of inequalities are not negative. A multiplier is how
        fast the least value rises as its constraint tightens. None without constraints, and where
        no multipliers exist.
    constraints : tuple of ConstraintState
        Each constraint as it was written: gap, multiplier, activity, complementarity.
    kkt : KKT or None
        The residuals of the first-order conditions; None without constraints.
    elapsed : float
        Seconds.
    words : str
        What the method does: its direction, its search, and what was evaluated.
    rules : tuple of str
        What `method="auto"` asked of the objective, rule by rule, up to the one that holds.
    surface : object or None
        With two variables, the values around the path for its picture.
    minima : tuple of Minimum
        Of a global search: the distinct minima that its local runs found, lowest first.
    gradient_check : GradientCheck or None
        Whether the gradient is that of the values, where that was looked at, and to how many
        digits; the values evaluated for it are counted there alone. None where a run met no point
        with a finite gradient.
    """

    x: dict[str, Any]
    fun: float
    gradient_norm: float
    outcome: Outcome
    method: str
    why: str
    n_steps: int
    n_evaluations: int
    n_gradients: int
    n_hessians: int
    trace: Trace = field(repr=False)
    diagnosis: tuple[str, ...] = ()
    multipliers: dict[str, Any] | None = None
    constraints: tuple[ConstraintState, ...] = ()
    kkt: KKT | None = None
    elapsed: float = 0.0
    words: str = ""
    rules: tuple[str, ...] = ()
    surface: Any = field(default=None, repr=False)
    minima: tuple[Minimum, ...] = ()
    gradient_check: GradientCheck | None = None

    @property
    def converged(self) -> bool:
        """Whether the point is stationary by the test, or no better one can be told apart."""
        return self.outcome.is_good

    @property
    def vector(self) -> Vector:
        """The best point as one vector, in the order of `x`, arrays row after row."""
        values = list(self.x.values())
        if all(type(value) is float for value in values):
            return np.array(values)
        return np.concatenate([np.ravel(value) for value in values]).astype(float)

    def plot(self, path: Any = None) -> Any:
        """Draw the convergence of the run, and with two variables its path over contours.

        Parameters
        ----------
        path : str or Path, optional
            Where to write the picture; its ending says the format: ".png", ".pdf", ".svg".

        Returns
        -------
        Plot
            Shows itself in a notebook.
        """
        return draw(self, path)

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary, the trace included."""
        check = self.gradient_check
        numbers = ("n_steps", "n_evaluations", "n_gradients", "n_hessians", "elapsed")
        return {
            "x": to_plain(self.x),
            "fun": to_plain(self.fun),
            "gradient_norm": to_plain(self.gradient_norm),
            "converged": self.converged,
            "outcome": self.outcome.name.lower(),
            "message": self.outcome.value,
            "method": self.method,
            "why": self.why,
            "words": self.words,
            "rules": list(self.rules),
            **{name: to_plain(getattr(self, name)) for name in numbers},
            "minima": [to_plain({"x": x, "fun": fun}) for x, fun in self.minima],
            "gradient_check": None if check is None else check.to_dict(),
            "diagnosis": list(self.diagnosis),
            "multipliers": to_plain(self.multipliers),
            "constraints": [state.to_dict() for state in self.constraints],
            "kkt": None if self.kkt is None else to_plain(self.kkt.to_dict()),
            "trace": self.trace.to_dict(),
        }

    def __repr__(self) -> str:
        shown = [f"{name} = {format_value(value)}" for name, value in list(self.x.items())[:8]]
        if len(self.x) > 8:
            shown.append(f"… ({len(self.x)} variables)")
        lines = [
            f"Optimum: {self.outcome.value}",
            f"  fun = {format_number(self.fun)} at {', '.join(shown)}",
            f"  gradient norm {self.gradient_norm:.2g}; {self.method} ({self.why})",
            *([f"  {self.words}"] if self.words else []),
            f"  {count_of(self.n_steps, 'step')}, {count_of(self.n_evaluations, 'evaluation')}, "
            f"{count_of(self.n_gradients, 'gradient')}, {count_of(self.n_hessians, 'Hessian')}, "
            f"{self.elapsed:.3g} s",
        ]
        if self.gradient_check is not None and self.gradient_check.agrees is not False:
            lines.append(f"  {self.gradient_check.sentence}")
        lines += [f"  {row}" for row in self._multiplier_rows()]
        return "\n".join(lines + [f"  {sentence}" for sentence in self.diagnosis])

    def _multiplier_rows(self, n_shown: int = 8) -> list[str]:
        """Return the multipliers of the first constraints that hold the point."""
        held = [state for state in self.constraints if state.is_active][:n_shown]
        return [
            f"{state.text}: active, multiplier {format_value(state.multiplier)}"
            for state in held
            if state.multiplier is not None
        ]

    def _repr_html_(self) -> str:
        """Return a table for notebooks."""
        rows = [("outcome", self.outcome.value), ("fun", format_number(self.fun))]
        rows += [(name, format_value(value)) for name, value in self.x.items()]
        rows += [("gradient norm", f"{self.gradient_norm:.2g}"), ("method", self.method)]
        rows += [("diagnosis", sentence) for sentence in self.diagnosis]
        body = "".join(f"<tr><th>{escape(k)}</th><td>{escape(v)}</td></tr>" for k, v in rows)
        return f"<table>{body}</table>"
