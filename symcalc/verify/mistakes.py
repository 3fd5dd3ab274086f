"""The kinds of mistakes in a claimed derivative, and the findings that name them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..outcome import Sentence

__all__ = ["Finding", "Verdict"]


class Verdict(Sentence):
    """What a claimed derivative is; the value is the sentence that a user reads."""

    AGREES = "The claim is right."
    SIGN = "The sign is wrong."
    CONSTANT_FACTOR = "A constant factor is wrong."
    EXTRA_TERM = "There is a term too many."
    MISSING_TERM = "A term is missing."
    INNER_FACTOR = "An inner derivative of the chain rule is missing."
    FACTOR = "A factor is wrong."
    RULE = "A rule of differentiation was misapplied."
    SWAPPED = "The components are in another order."
    OTHER_VARIABLE = "This is the derivative in another variable."
    OTHER_ORDER = "This is a derivative of another order."
    PART_OF_DOMAIN = "The claim is right on one part of the domain only."
    DOMAIN = "The claim has no value where the derivative has one."
    INACCURATE = "The claim is right to some digits only."
    WRONG_SHAPE = "The claim has the wrong shape."
    UNSTEADY = "The claim returns different numbers for the same point."
    DIFFERS = "The claim is wrong, and the difference fits no known mistake."
    UNDECIDED = "Not decided: there are too few points at which both sides have a value."

    @property
    def is_good(self) -> bool:
        """Whether the claim may be used as the derivative."""
        return self is Verdict.AGREES


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake.

    Attributes
    ----------
    verdict : Verdict
    message : str
        The mistake in words, with its formula or number: "a term too many: 1".
    components : tuple of str
        The variables whose derivatives it spoils.
    formula : str
        The wrong factor, the term, what is missing; empty when there is none.
    region : str
        Where the claim is right, when that is only one part of the domain.
    """

    verdict: Verdict
    message: str
    components: tuple[str, ...] = ()
    formula: str = ""
    region: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {
            "kind": self.verdict.name.lower(),
            "message": self.message,
            "components": list(self.components),
            "formula": self.formula,
            "region": self.region,
        }
