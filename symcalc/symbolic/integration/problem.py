"""What is asked of the strategies, and what they propose: plain data that a pipe can carry."""

from __future__ import annotations

from dataclasses import dataclass

from ...expression import Expression

__all__ = ["Candidate", "IntegralProblem"]


@dataclass(frozen=True, slots=True)
class IntegralProblem:
    """A definite integral.

    Attributes
    ----------
    integrand : Expression
        Its variables carry what is assumed of them.
    ranges : tuple of (str, Expression, Expression)
        Variable, lower and upper limit, the innermost first; a limit may depend on the variables
        of ranges further out, and on parameters.
    """

    integrand: Expression
    ranges: tuple[tuple[str, Expression, Expression], ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A closed form that a strategy proposes; it has not been checked.

    Attributes
    ----------
    form : Expression
        In the parameters.
    strategy : str
        The name of the strategy.
    conditions : tuple of Expression
        Relations between parameters that the form needs.
    """

    form: Expression
    strategy: str
    conditions: tuple[Expression, ...] = ()
