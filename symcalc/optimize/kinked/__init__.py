"""Objectives with kinks that do not split off: rounded ever less, then stood upon and proven."""

from __future__ import annotations

from .certificate import Ranges, Subgradient, least_subgradient
from .evaluator import KinkEvaluator
from .function import KinkedFunction, as_kinked
from .judgement import judge_kinks
from .kinks import Bends, Kinks, Peaks
from .steps import KinkSteps

__all__ = [
    "Bends",
    "KinkEvaluator",
    "KinkSteps",
    "KinkedFunction",
    "Kinks",
    "Peaks",
    "Ranges",
    "Subgradient",
    "as_kinked",
    "judge_kinks",
    "least_subgradient",
]
