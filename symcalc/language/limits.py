"""How much one text may ask for: `Limits`."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import ArgumentError, LimitError

__all__ = ["DEFAULT_LIMITS", "Limits", "check_limits"]

#: Python refuses to convert longer literals unless the whole process is told otherwise.
MOST_DIGITS = 4000


@dataclass(frozen=True, slots=True)
class Limits:
    """What a text, and the work done on it, may cost; checked before any work.

    Parameters
    ----------
    max_length : int
        Characters of a text.
    max_nesting : int
        Brackets inside brackets, and operators inside exponents.
    max_nodes : int
        Nodes of the graph, shared parts counted once.
    max_digits : int
        Digits of a literal, at most 4000.
    seconds : float, optional
        Time that a verb may take; None is no limit.
    memory_mb : float, optional
        Memory that a verb may take, in MB; None is no limit.

    Raises
    ------
    ArgumentError
        A limit is not a positive number.

    Examples
    --------
    >>> Limits(max_length=1_000).max_nesting
    500
    """

    max_length: int = 100_000
    max_nesting: int = 500
    max_nodes: int = 200_000
    max_digits: int = 1_000
    seconds: float | None = None
    memory_mb: float | None = None

    def __post_init__(self) -> None:
        for name in ("max_length", "max_nesting", "max_nodes", "max_digits"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise ArgumentError(
                    f"`{name}` must be a whole number of at least 1, not {value!r}."
                )
        if self.max_digits > MOST_DIGITS:
            raise ArgumentError(
                f"`max_digits` can be at most {MOST_DIGITS}, not {self.max_digits}."
            )
        for name in ("seconds", "memory_mb"):
            value = getattr(self, name)
            if value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not value > 0:
                raise ArgumentError(f"`{name}` must be a positive number or None, not {value!r}.")

    def check_length(self, text: str) -> None:
        """Raise `LimitError` when the text is too long to be looked at."""
        if len(text) > self.max_length:
            raise LimitError(
                f"The text has {len(text):,} characters; at most {self.max_length:,} are read.\n"
                "Raise it with Limits(max_length=...)."
            )

    def check_nodes(self, n_nodes: int) -> None:
        """Raise `LimitError` when the graph has become too large."""
        if n_nodes > self.max_nodes:
            raise LimitError(
                f"The formula needs more than {self.max_nodes:,} nodes.\n"
                "Raise it with Limits(max_nodes=...)."
            )


DEFAULT_LIMITS = Limits()


def check_limits(limits: object) -> Limits:
    """Return the limits, those of a default text for None.

    Raises
    ------
    ArgumentError
        They are neither `Limits` nor None.
    """
    if limits is None:
        return DEFAULT_LIMITS
    if not isinstance(limits, Limits):
        raise ArgumentError(
            f"`limits` must be a Limits, such as Limits(seconds=10), not {limits!r:.60}."
        )
    return limits
