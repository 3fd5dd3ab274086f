"""How functions of one number bend and rise, on which part of the line."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..bounds import Interval
from .shape import Shape

__all__ = ["JOINT", "PIECES", "Piece", "compose"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A function on a part of the line.

    Attributes
    ----------
    bends : str
        "convex", "concave" or "affine".
    rises : str
        "up", "down" or "" where it does both.
    lower, upper : float
        The part of the line that the argument must be known to lie in. Outside of it the function
        may have values, bent otherwise.
    is_log_convex : bool
        Whether the logarithm is convex, and rises or falls alike.
    is_open : bool
        Whether the argument must be above `lower`.
    """

    bends: str
    rises: str = ""
    lower: float = -math.inf
    upper: float = math.inf
    is_log_convex: bool = False
    is_open: bool = False

    def holds(self, known: Interval) -> bool:
        """Whether an argument of this range stays on the piece."""
        if self.is_open and not (known.is_positive if self.lower == 0 else False):
            return False
        return known.lower.value >= self.lower and known.upper.value <= self.upper


def _s_shaped() -> tuple[Piece, ...]:
    """Return the pieces of a function like tanh."""
    return Piece("convex", "up", upper=0.0), Piece("concave", "up", lower=0.0)


#: Where a function's domain is a half-line whose end it approaches, no range need be known: the
#: composition has a convex domain by itself.
PIECES: dict[str, tuple[Piece, ...]] = {
    "exp": (Piece("convex", "up", is_log_convex=True),),
    "expm1": (Piece("convex", "up"),),
    "exprel": (Piece("convex", "up", is_log_convex=True),),
    "softplus": (Piece("convex", "up"),),
    "relu": (Piece("convex", "up"),),
    "cosh": (
        Piece("convex", "up", lower=0.0, is_log_convex=True),
        Piece("convex", "down", upper=0.0, is_log_convex=True),
        Piece("convex", is_log_convex=True),
    ),
    "abs": (
        Piece("affine", "up", lower=0.0), Piece("affine", "down", upper=0.0), Piece("convex"),
    ),
    "logcosh": (
        Piece("convex", "up", lower=0.0), Piece("convex", "down", upper=0.0), Piece("convex"),
    ),
    "sinh": (Piece("concave", "up", upper=0.0), Piece("convex", "up", lower=0.0)),
    "cbrt": _s_shaped(),
    "tanh": _s_shaped(),
    "sigmoid": _s_shaped(),
    "atan": _s_shaped(),
    "asinh": _s_shaped(),
    "erf": _s_shaped(),
    "erfc": (Piece("convex", "down", lower=0.0), Piece("concave", "down", upper=0.0)),
    **{name: (Piece("concave", "up"),) for name in ("log", "log2", "log10", "log1p", "acosh")},
    "gamma": (Piece("convex", lower=0.0, is_open=True, is_log_convex=True),),
    "loggamma": (Piece("convex", lower=0.0, is_open=True),),
}  # fmt: skip

#: Functions of several numbers that are convex and rise with each of them; "min" is concave.
JOINT = frozenset({"max", "amax", "lse", "logsumexp", "logaddexp"})


def compose(kind: str, inner: Shape, known: Interval) -> Shape:
    """Return the shape of a function of one argument, by the first piece that holds."""
    convex = concave = False
    root: float | None = None
    for piece in PIECES.get(kind, ()):
        if not piece.holds(known):
            continue
        up, down, affine = piece.rises == "up", piece.rises == "down", inner.is_affine
        bulges = affine or (up and inner.is_convex) or (down and inner.is_concave)
        caves = affine or (up and inner.is_concave) or (down and inner.is_convex)
        if piece.bends in ("convex", "affine") and bulges:
            convex = True
            if piece.is_log_convex:
                root = math.inf
        if piece.bends in ("concave", "affine") and caves:
            concave = True
    return Shape(convex, concave, inner.is_constant, root)
