"""Directions from differences of gradients: BFGS, and what a limited memory makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..bounds import Vector
from ..evaluator import Evaluator
from ..objective import Point
from .directions import Proposal

__all__ = ["BFGS", "LimitedMemory"]

EPS = float(np.finfo(float).eps)


def _is_curved(move: Vector, change: Vector) -> bool:
    """Whether the change of the gradient shows positive curvature along a move."""
    product = float(move @ change)
    return product > EPS * float(np.linalg.norm(move)) * float(np.linalg.norm(change))


@dataclass(frozen=True, slots=True)
class BFGS:
    """Nocedal and Wright, Numerical Optimization, 2006, eq. (6.17), scaled at first by (6.20)."""

    words = "BFGS direction"

    def propose(self, evaluator: Evaluator, point: Point, memory: Any) -> Proposal:
        """Return minus the inverse Hessian, as estimated from all gradients, times the gradient."""
        if memory is None:
            return Proposal(-point.gradient, (point.x, point.gradient, None))
        x, gradient, inverse = memory
        move, change = point.x - x, point.gradient - gradient
        if _is_curved(move, change):
            product = float(move @ change)
            if inverse is None:
                inverse = product / float(change @ change) * np.eye(move.size)
            image = inverse @ change
            factor = (1.0 + float(change @ image) / product) / product
            mixed = np.outer(image, move) / product
            inverse = inverse + factor * np.outer(move, move) - mixed - mixed.T
        vector = -point.gradient if inverse is None else -(inverse @ point.gradient)
        memory = (point.x, point.gradient, inverse)
        return Proposal(vector, memory, has_length=inverse is not None)


@dataclass(frozen=True, slots=True)
class LimitedMemory:
    """L-BFGS: Nocedal and Wright, 2006, algorithm 7.4, with the last `n_pairs` moves.

    The memory holds moves and changes as rows of arrays, the newest last.
    """

    n_pairs: int = 10

    words = "L-BFGS direction"

    def propose(self, evaluator: Evaluator, point: Point, memory: Any) -> Proposal:
        """Return minus the gradient times the inverse Hessian that the last gradients show."""
        if memory is None:
            empty = np.empty((0, point.x.size))
            return Proposal(-point.gradient, (point.x, point.gradient, empty, empty))
        x, gradient, moves, changes = memory
        move, change = point.x - x, point.gradient - gradient
        if _is_curved(move, change):
            first = max(len(moves) - self.n_pairs + 1, 0)
            moves = np.concatenate((moves[first:], move[None]))
            changes = np.concatenate((changes[first:], change[None]))
        memory = (point.x, point.gradient, moves, changes)
        if not len(moves):
            return Proposal(-point.gradient, memory)
        return Proposal(-_two_loops(point.gradient, moves, changes), memory, has_length=True)


def _two_loops(gradient: Vector, moves: Vector, changes: Vector) -> Vector:
    """Return the estimated inverse Hessian times the gradient."""
    vector = gradient.copy()
    products = np.einsum("ij,ij->i", moves, changes).tolist()
    pairs = list(zip(moves, changes, products, strict=True))
    shares = []
    for move, change, product in reversed(pairs):
        share = float(move.dot(vector)) / product
        vector -= share * change
        shares.append(share)
    vector *= products[-1] / float(changes[-1].dot(changes[-1]))
    for (move, change, product), share in zip(pairs, reversed(shares), strict=True):
        vector += (share - float(change.dot(vector)) / product) * move
    return vector
