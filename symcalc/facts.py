"""Plain frozen data that symbols tell numbers."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["KinkPlace", "ObjectiveFacts"]


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
    """

    has_kinks: bool = False
    has_sparse_hessian: bool = False
    n_residuals: int = 0
    has_jumps: bool = False
    has_joins: bool = False

    @property
    def is_smooth(self) -> bool:
        """Whether derivatives are limits everywhere, none of them a policy."""
        return not (self.has_kinks or self.has_jumps or self.has_joins)


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
