"""What `audit` returns: losses of digits, the step to blame, a better spelling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..expression import Expression
from ..outcome import Sentence, json_float

__all__ = ["Audit", "AuditOutcome", "Blame", "Measurement", "Proposal"]


class AuditOutcome(Sentence):
    """How an audit ended; the value is the sentence that a user reads."""

    KEEPS_DIGITS = "The compiled code keeps its digits."
    LOSES_DIGITS = "The compiled code loses digits, no more than tolerated."
    LOSES_TOO_MANY = "The compiled code loses more digits than tolerated."
    NOT_COMPARED = "Not compared: nowhere in the box is there a value to compare with."

    @property
    def is_good(self) -> bool:
        """Whether the code may be used as it is."""
        return self in (AuditOutcome.KEEPS_DIGITS, AuditOutcome.LOSES_DIGITS)


@dataclass(frozen=True, slots=True)
class Measurement:
    """Digits that one spelling of a formula loses in doubles, over all points of the audit.

    Attributes
    ----------
    worst, median, mean : float
        Decimal digits lost, of 15.95; the sampling decides what median and mean mean.
    histogram : tuple of int
        How many points lose less than 1 digit, 1 to 2, …, 15 or more: 16 counts.
    worst_point : dict of str to float
    computed : float
        The value in doubles at the worst point.
    exact : str
        The true value there, to 22 digits.
    n_phantom : int
        Points where the code gives a number though the formula has no real value.
    """

    worst: float
    median: float
    mean: float
    histogram: tuple[int, ...]
    worst_point: dict[str, float]
    computed: float
    exact: str
    n_phantom: int

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {
            "worst": round(self.worst, 3),
            "median": round(self.median, 3),
            "mean": round(self.mean, 3),
            "histogram": list(self.histogram),
            "worst_point": self.worst_point,
            "computed": json_float(self.computed),
            "exact": self.exact,
            "phantom": self.n_phantom,
        }


@dataclass(frozen=True, slots=True)
class Blame:
    """The step that loses the digits at the worst point.

    Attributes
    ----------
    step : Expression
    reason : str
        "cancellation", "overflow", "underflow" or "amplification" of rounding.
    lost : float
        The digits that the step alone loses, given exact arguments rounded to doubles.
    left : float
        The digits that the formula would still lose if this step were exact.
    computed : float
    exact : str
    operands : dict of str to (float, str)
        Its arguments: in doubles, and truly.
    """

    step: Expression
    reason: str
    lost: float
    left: float
    computed: float
    exact: str
    operands: dict[str, tuple[float, str]]

    @property
    def sentence(self) -> str:
        """What happens, in a sentence."""
        text = self.step.text if len(self.step.text) <= 200 else self.step.text[:199] + "…"
        if self.reason == "cancellation":
            return f"{text} cancels: its terms are large beside their sum"
        if self.reason == "amplification":
            return f"{text} amplifies the rounding of its arguments"
        return f"{text} {self.reason}s: its value {self.exact} is beyond the range of doubles"

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {
            "step": self.step.text,
            "reason": self.reason,
            "sentence": self.sentence,
            "lost": round(self.lost, 3),
            "left": round(self.left, 3),
            "computed": str(self.computed),
            "exact": self.exact,
            "operands": {
                name: {"computed": str(computed), "exact": exact}
                for name, (computed, exact) in self.operands.items()
            },
        }


@dataclass(frozen=True, slots=True)
class Proposal:
    """A spelling that loses fewer digits.

    Attributes
    ----------
    expression : Expression
    steps : tuple of str
        The rewritings that lead to it.
    plain, compiled : Measurement
        As typed, and as `compile` runs it.
    n_compared : int
        Points at which ball arithmetic found it equal to the formula; fresh ones are among them.
    n_filled : int
        Points where it has a value and the formula as typed has none (a removable singularity).
    is_series : bool
        Whether it holds a truncated series: equal to rounding, not exactly.
    """

    expression: Expression
    steps: tuple[str, ...]
    plain: Measurement
    compiled: Measurement
    n_compared: int
    n_filled: int
    is_series: bool

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {
            **self.expression.to_dict(),
            "steps": list(self.steps),
            "plain": self.plain.to_dict(),
            "compiled": self.compiled.to_dict(),
            "compared": self.n_compared,
            "filled": self.n_filled,
            "is_series": self.is_series,
        }


@dataclass(frozen=True, eq=False)
class Audit:
    """How many digits the compiled code of a formula loses over a box, where, and why.

    Attributes
    ----------
    expression : Expression
    ranges : dict of str to (float, float)
    spread : dict of str to str
        How the points are spread over each range, in words.
    n_points, n_compared, n_undefined, n_unknown : int
        Points sampled; those with a known value; those without a real value; those where the
        value was not found in time.
    plain, compiled : Measurement or None
        The formula as typed, and as `compile` runs it (stable functions and Taylor polynomials
        put in); None where nothing could be compared.
    blame : Blame or None
        The step that loses the digits of the code as typed, at its worst point.
    proposal : Proposal or None
        The best spelling found, where one gains.
    tolerate : float
        The digits that may be lost.

    Examples
    --------
    >>> import symcalc as sc
    >>> found = sc.audit("sqrt(x+1) - sqrt(x)", over="x = 1e-8 … 1e12")
    >>> print(found.proposal.expression)
    1/(sqrt(x + 1) + sqrt(x))
    >>> found.blame.reason
    'cancellation'
    >>> found.plain.worst > 11 > 1 > found.proposal.plain.worst
    True
    """

    expression: Expression
    ranges: dict[str, tuple[float, float]]
    spread: dict[str, str]
    n_points: int
    n_compared: int
    n_undefined: int
    n_unknown: int
    plain: Measurement | None
    compiled: Measurement | None
    blame: Blame | None
    proposal: Proposal | None
    tolerate: float

    @property
    def outcome(self) -> AuditOutcome:
        """The verdict on the code that `compile` makes."""
        if self.compiled is None:
            return AuditOutcome.NOT_COMPARED
        if self.compiled.worst > self.tolerate:
            return AuditOutcome.LOSES_TOO_MANY
        return AuditOutcome.LOSES_DIGITS if self.compiled.worst >= 1 else AuditOutcome.KEEPS_DIGITS

    @property
    def advice(self) -> str:
        """What to do, in a sentence."""
        plain, compiled, proposal = self.plain, self.compiled, self.proposal
        if plain is None or compiled is None:
            return "choose a box in which the formula has values"
        if proposal is not None and compiled.worst < proposal.plain.worst + 1:
            return (
                "nothing to do for sc.compile, which runs a stable form already; "
                "elsewhere write the better form"
            )
        if proposal is not None:
            return "write the better form"
        if compiled.worst < 1:
            saved = plain.worst >= 1
            return "nothing to do" + (": sc.compile runs a stable form already" if saved else "")
        return "no better form was found: evaluate with more digits where it matters (sc.evaluate)"

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {
            "expression": self.expression.text,
            "ranges": {name: list(ends) for name, ends in self.ranges.items()},
            "spread": dict(self.spread),
            "points": self.n_points,
            "compared": self.n_compared,
            "undefined": self.n_undefined,
            "unknown": self.n_unknown,
            "outcome": self.outcome.name.lower(),
            "message": self.outcome.value,
            "advice": self.advice,
            "tolerate": self.tolerate,
            "plain": None if self.plain is None else self.plain.to_dict(),
            "compiled": None if self.compiled is None else self.compiled.to_dict(),
            "blame": None if self.blame is None else self.blame.to_dict(),
            "proposal": None if self.proposal is None else self.proposal.to_dict(),
        }

    def __repr__(self) -> str:
        lines = [f"audit of {self.expression.text[:200]}: {self.outcome}"]
        for name, found in (("as typed", self.plain), ("as compiled", self.compiled)):
            if found is not None:
                lines.append(f"{name}: {_losses(found)}")
        if self.blame is not None:
            lines.append(f"{self.blame.reason}: {self.blame.sentence}")
        if self.proposal is not None:
            lines.append(f"better: {self.proposal.expression.text[:400]}")
            lines.append(f"better, as typed: {_losses(self.proposal.plain)}")
        return "\n".join([*lines, self.advice])

    def _repr_html_(self) -> str:
        from html import escape

        rows = "".join(
            f"<tr><td>{name}</td><td>{m.worst:.1f}</td><td>{m.median:.1f}</td>"
            f"<td>{m.mean:.1f}</td></tr>"
            for name, m in self.measurements()
        )
        better = self.proposal and f"<p>better: {escape(self.proposal.expression.text)}</p>"
        head = "<tr><th>digits lost</th><th>worst</th><th>median</th><th>mean</th></tr>"
        title = escape(f"{self.expression.text}: {self.outcome}")
        return f"<p>{title}</p><table>{head}{rows}</table>{better or ''}"

    def measurements(self) -> list[tuple[str, Measurement]]:
        """Return every spelling that was measured, by name."""
        found = [("as typed", self.plain), ("as sc.compile runs it", self.compiled)]
        if self.proposal is not None:
            found += [("better form", self.proposal.plain)]
            found += [("better form, by sc.compile", self.proposal.compiled)]
        return [(name, measured) for name, measured in found if measured is not None]


def _losses(measured: Measurement) -> str:
    return f"at worst {measured.worst:.1f} digits lost, {measured.median:.1f} in the median"
