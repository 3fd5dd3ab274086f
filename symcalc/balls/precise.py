"""One value to as many proven digits as asked for, by balls of rising precision."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..graph.graph import Graph, Node
from ..outcome import Sentence
from .precision import working_precision
from .values import BallProgram

if TYPE_CHECKING:
    from flint import arb

    from .precision import Point

__all__ = ["PreciseValue", "Status", "precise_value"]

FIRST_PRECISION = 64
MAX_PRECISION = 8192
#: A value that stays NaN is called undefined only when it was seen so at this precision.
SURE_PRECISION = 256


class Status(Sentence):
    """What the balls proved about a value; the text is the sentence shown."""

    PROVEN = "Proven to all digits asked for."
    NEAR_ZERO = "Proven to lie so near zero that no digit can be told."
    UNDEFINED = "Undefined: there is no real value at this point."
    UNDECIDED = "Undecided: the precision or the time given does not settle the value."


@dataclass(frozen=True, slots=True)
class PreciseValue:
    """A value enclosed by a ball.

    Attributes
    ----------
    value : float
        The double nearest to the middle of the ball; NaN when there is no value, 0.0 when it
        cannot be told from zero.
    digits : str
        The middle in decimal, also where a double would overflow or underflow.
    radius : float
        The proven absolute error of the middle (of `digits` before rounding); infinite or NaN
        when nothing is proven.
    precision : int
        The bits of the last attempt.
    status : Status
    ball : arb or None
        The enclosure itself.
    culprit : Node or None
        The node that has no value, when that is why.
    """

    value: float
    digits: str
    radius: float
    precision: int
    status: Status
    ball: Any = None
    culprit: Node | None = None

    @property
    def is_proven(self) -> bool:
        """Whether all digits asked for are proven."""
        return self.status is Status.PROVEN


def precise_value(
    graph: Graph,
    root: Node,
    point: Point,
    *,
    digits: int = 17,
    max_precision: int = MAX_PRECISION,
    seconds: float = 2.0,
    program: BallProgram | None = None,
) -> PreciseValue:
    """Evaluate one root, doubling the precision until `digits` digits are proven.

    Parameters
    ----------
    graph, root
    point : mapping of str to float, Fraction or arb
        Floats are taken as the exact numbers they are.
    digits : int
        Significant decimal digits to prove.
    max_precision : int
        The precision in bits at which to give up.
    seconds : float
        The precision is not raised after this time.
    program : BallProgram or None
        A program whose first root is `root`, to save its preparation.

    Raises
    ------
    NoBall
        A function of the formula has no ball.
    """
    program = program or BallProgram(graph, [root])
    target = math.ceil(digits * math.log2(10)) + 4
    started = time.thread_time()
    bits = FIRST_PRECISION
    while bits < target + 8:
        bits *= 2
    while True:
        ball = program.evaluate(point, bits)[0]
        if _is_settled(ball, target):
            return _proven(ball, digits, bits)
        culprit, is_certain = (None, False) if not ball.is_nan() else _culprit(program, point, bits)
        if is_certain and bits >= SURE_PRECISION:
            return PreciseValue(math.nan, "nan", math.nan, bits, Status.UNDEFINED, ball, culprit)
        if 2 * bits > max(max_precision, target + 8) or time.thread_time() - started > seconds:
            return _unsettled(ball, bits, culprit)
        bits *= 2


def _is_settled(ball: arb, target: int) -> bool:
    """Say whether the ball is exact (zero and infinities included) or accurate enough."""
    if ball.is_nan():
        return False
    return bool(ball.is_exact() or (ball.is_finite() and ball.rel_accuracy_bits() >= target))


def _proven(ball: arb, digits: int, bits: int) -> PreciseValue:
    with working_precision(bits):
        text = ball.mid().str(digits, radius=False)
    return PreciseValue(float(ball.mid()), text, _upper(ball.rad()), bits, Status.PROVEN, ball)


def _upper(bound: arb) -> float:
    """Return a double that is not below a bound; never 0 for a bound that is not."""
    return 0.0 if bound.is_zero() else math.nextafter(float(bound), math.inf)


def _is_narrow(ball: arb, bits: int) -> bool:
    """Say whether a ball around zero is as narrow as only a cancellation to zero leaves it.

    0 ± 1, what is left of `floor` at a jump, is not near zero but unknown.
    """
    import flint

    return bool(ball.abs_upper() < flint.arb(2) ** (-bits // 8))


def _unsettled(ball: arb, bits: int, culprit: Node | None) -> PreciseValue:
    """Return what is known of a value whose digits could not be proven."""
    if ball.is_finite() and ball.contains(0) and _is_narrow(ball, bits):
        return PreciseValue(0.0, "0", _upper(ball.abs_upper()), bits, Status.NEAR_ZERO, ball)
    value = float(ball.mid()) if ball.is_finite() else math.nan
    radius = math.nan if ball.is_nan() else _upper(ball.rad())
    with working_precision(bits):
        text = ball.str(17, radius=False)
    return PreciseValue(value, text, radius, bits, Status.UNDECIDED, ball, culprit)


def _culprit(program: BallProgram, point: Mapping[str, Any], bits: int) -> tuple[Node | None, bool]:
    """Return the node where a NaN begins, and whether higher precision cannot change that."""
    values = program.evaluate_all(point, bits)
    kinds, all_args = program.graph.kinds, program.graph.args
    node = program.roots[0]
    while True:
        if kinds[node] == "piecewise":
            chosen = _chosen_branch(all_args[node], values)
            if chosen is None:
                return node, False
            node = chosen
            continue
        args = all_args[node]
        ill = [arg for arg in args if values[arg].is_nan()]
        if not ill:
            if kinds[node] == "integral":  # not enclosed is not undefined
                return node, False
            with working_precision(bits):
                return node, _is_nan_throughout(program, node, [values[arg] for arg in args])
        node = ill[0]


def _chosen_branch(args: tuple[Node, ...], values: Mapping[Node, Any]) -> Node | None:
    """Return the branch that the conditions select, None when they do not decide."""
    for index in range(1, len(args) - 1, 2):
        if values[args[index]] is None:
            return None
        if values[args[index]]:
            return args[index - 1]
    return args[-1]


def _is_nan_throughout(program: BallProgram, node: Node, args: list[arb]) -> bool:
    """Say whether a node is NaN at both ends and in the middle of the balls of its arguments."""
    ends = ([a.lower() for a in args], [a.mid() for a in args], [a.upper() for a in args])
    return all(program.apply(node, end).is_nan() for end in ends)
