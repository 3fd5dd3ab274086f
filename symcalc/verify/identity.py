"""Proofs that two formulas are equal wherever both have a value."""

from __future__ import annotations

from ..graph.graph import Graph, Node
from .normal_angles import MoreAnglesError
from .normal_forms import NoNormalFormError, NormalForms
from .normal_rules import RULES
from .sparse import TooLargeError, minus

__all__ = ["is_identity"]

#: Formulas with more nodes than this are not tried.
MAX_NODES = 1500
MAX_ROUNDS = 6


def is_identity(
    graph: Graph, left: Node, right: Node, positive: frozenset[str] = frozenset()
) -> bool:
    """Say whether two formulas are proven equal wherever both have a value.

    Parameters
    ----------
    graph : Graph
    left, right : Node
    positive : set of str
        Variables that are vouched to be positive.

    Returns
    -------
    bool
        False says nothing: no proof was found.

    Notes
    -----
    Both become sums of products of powers of generators (variables, `exp` of a product, sine and
    cosine of a common part of the angles, `log` of the absolute value of a factor, roots), in
    which the difference must vanish by the relations of the generators. Each step holds at every
    real point at which the two formulas have values. Nothing is said where only one has.
    """
    if left == right:
        return True
    if len(graph.reachable([left, right])) > MAX_NODES:
        return False
    forms = NormalForms(graph, RULES, positive)
    for _ in range(MAX_ROUNDS):
        try:
            return forms.is_zero(minus(forms.form(left), forms.form(right)))
        except MoreAnglesError:
            forms.forms.clear()
        except (TooLargeError, NoNormalFormError):
            return False
    return False
