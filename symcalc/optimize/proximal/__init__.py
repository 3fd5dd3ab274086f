"""Objectives that are smooth but for a penalty with a known proximal map: L1, groups, sets."""

from __future__ import annotations

from .blocks import Ball, Block, Groups, L1Ball, Largest, Simplex
from .evaluator import SplitEvaluator
from .gradient_steps import FISTA, ISTA
from .judgement import judge_split
from .newton import ProximalNewton
from .penalty import PROXIMAL, Kinks, Penalty, Split, as_split

__all__ = [
    "FISTA",
    "ISTA",
    "PROXIMAL",
    "Ball",
    "Block",
    "Groups",
    "Kinks",
    "L1Ball",
    "Largest",
    "Penalty",
    "ProximalNewton",
    "Simplex",
    "Split",
    "SplitEvaluator",
    "as_split",
    "judge_split",
]
