"""Plain frozen data that symbols tell numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = [
    "Behavior",
    "IntegrandFacts",
    "KinkPlace",
    "ObjectiveFacts",
    "Saturation",
    "SpecialPoint",
]


@dataclass(frozen=True, slots=True)
class ObjectiveFacts:
    """What is known of an objective before it is evaluated.

    Attributes
    ----------
    has_kinks : bool
        Whether it contains a function with a kink or a jump (`abs`, `max`, `floor`) of the
        variables.
    has_sparse_hessian : bool
        Whether most second derivatives are known to vanish.
    n_residuals : int
        When it was recognized as a sum of squares, the number of squares; else 0.
    has_jumps : bool
        Whether its value jumps where the variables move (`floor`, `sign`, branches that are
        constants): between jumps it may be flat, and a gradient of zero is no evidence.
    has_joins : bool
        Whether it has branches, chosen by the variables.
    is_quadratic : bool
        Whether it is a polynomial of degree two or less in the variables.
    unsplit : str
        Why its kinks cannot be split off as terms with a known proximal map; "" where they can.
    is_convex : bool
        Whether it is proven to be convex in the variables, within their bounds.
    n_numbers : int
        How many numbers one evaluation computes; 0 where that is not known.
    """

    has_kinks: bool = False
    has_sparse_hessian: bool = False
    n_residuals: int = 0
    has_jumps: bool = False
    has_joins: bool = False
    is_quadratic: bool = False
    unsplit: str = ""
    is_convex: bool = False
    n_numbers: int = 0

    @property
    def is_smooth(self) -> bool:
        """Whether derivatives are limits everywhere, none of them a policy."""
        return not (self.has_kinks or self.has_jumps or self.has_joins)


@dataclass(frozen=True, slots=True)
class Saturation:
    """Functions that are flat at a point, and what that does.

    Attributes
    ----------
    steps : tuple of str
        "`tanh(X @ U)` is flat in 480 of 500 entries".
    variables : tuple of str
        Those that act on the value through flat functions only.
    """

    steps: tuple[str, ...]
    variables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KinkPlace:
    """A place where a derivative follows a policy.

    Attributes
    ----------
    where : str
        The equation of the place: "x - y = 0".
    function : str
        What is not smooth there: a function of the table, or "piecewise".
    kind : str
        "kink", "jump" or "join".
    policy : str
        The derivative used there, in words.
    """

    where: str
    function: str
    kind: str
    policy: str

    def __str__(self) -> str:
        if self.kind == "join":
            return f"branches join where {self.where}: there the derivative is that of the branch"
        choice = "no derivative" if self.policy == "none" else f"derivative {self.policy} by policy"
        return f"{self.kind} of `{self.function}` where {self.where}: {choice} there"

    def to_dict(self) -> dict[str, str]:
        """Return a JSON-ready dictionary."""
        return {
            "where": self.where,
            "function": self.function,
            "kind": self.kind,
            "policy": self.policy,
        }


@dataclass(frozen=True, slots=True)
class Behavior:
    """How an integrand behaves where its variable approaches a place from one side.

    With w the distance from the place (w = |x| towards infinity), the integrand is of the order
    w**power * |log(w)|**log_power * exp(-rate * w**rate_power), times a bounded oscillation.

    Attributes
    ----------
    power : float
        The exponent; infinite towards zero where it vanishes faster than every power.
    log_power : float
    rate, rate_power : float
        Of the exponential factor; a rate of 0 is none, a negative one is growth.
    frequency : float
        Towards infinity: the angular frequency of the oscillation, 0 for none; NaN for one
        whose frequency changes (`sin(x^2)`, or `sin(1/x)` towards 0).
    has_mean : bool
        Whether the oscillation has a mean other than zero (`sin(x)^2`), or there is none.
    sign : int
        1 or -1 where the sign is known near the place, else 0.
    is_integrable : bool or None
        Whether the integral up to the place (or to infinity) exists; None when not known.
    tends : str
        What the integral does where it does not exist: "+oo", "-oo" or "oscillates".
    coefficient : float
        The factor of the leading order where it does not oscillate, NaN when not known.
    is_analytic : bool
        Whether the leading terms towards a finite place are those of a Taylor or Laurent series.
    """

    power: float
    log_power: float = 0.0
    rate: float = 0.0
    rate_power: float = 1.0
    frequency: float = 0.0
    has_mean: bool = True
    sign: int = 0
    is_integrable: bool | None = None
    tends: str = ""
    coefficient: float = math.nan
    is_analytic: bool = True


@dataclass(frozen=True, slots=True)
class SpecialPoint:
    """A place that the splitting of an integral must know.

    Attributes
    ----------
    at : float
        The place; the double nearest to it.
    kind : str
        "kink", "jump", "join" (of branches), "singular" (unbounded, or not analytic), "removable",
        "peak", or "edge" (of the real domain).
    exact : str
        The place in the language ("sqrt(2)"), "" when only the double is known.
    left, right : Behavior or None
        The behavior of the integrand on either side; None when unknown.
    width : float
        Of a peak: the distance on which it falls off; else 0.
    """

    at: float
    kind: str
    exact: str = ""
    left: Behavior | None = None
    right: Behavior | None = None
    width: float = 0.0


@dataclass(frozen=True, slots=True)
class IntegrandFacts:
    """What is known of an integrand on a range before it is sampled.

    Attributes
    ----------
    points : tuple of SpecialPoint
        In order; the ends of the range are among them where they are special.
    lower, upper : Behavior or None
        The behavior at the ends of the range, infinite or not; None when unknown.
    frequency : float
        The largest angular frequency found inside a finite range, 0 when none.
    is_even, is_odd : bool
        About the middle of the range (about 0 for the whole line).
    undefined_on : tuple of (float, float)
        Parts of the range on which the integrand has no real value.
    is_complete : bool
        Whether every place that is special was found; False where the search had to give up.
    has_all_singularities : bool
        Whether every place was found at which the integrand may be unbounded or undefined.
    """

    points: tuple[SpecialPoint, ...] = ()
    lower: Behavior | None = None
    upper: Behavior | None = None
    frequency: float = 0.0
    is_even: bool = False
    is_odd: bool = False
    undefined_on: tuple[tuple[float, float], ...] = ()
    is_complete: bool = False
    has_all_singularities: bool = False
