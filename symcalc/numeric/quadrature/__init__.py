"""Quadrature of callables: two unrelated rules, steered by facts of the integrand."""

from .batch import BatchEstimate, quadrature_batch
from .boxes import Box
from .cubature import cubature
from .deadline import check_time
from .estimate import QuadratureEstimate
from .gauss import gauss_expectation, gauss_rule
from .landmarks import Landmark
from .layers import Layer, View
from .nested import divergence, nested_quadrature
from .parametric import ParametricIntegral
from .quadrature import quadrature

__all__ = [
    "BatchEstimate",
    "Box",
    "Landmark",
    "Layer",
    "ParametricIntegral",
    "QuadratureEstimate",
    "View",
    "check_time",
    "cubature",
    "divergence",
    "gauss_expectation",
    "gauss_rule",
    "nested_quadrature",
    "quadrature",
    "quadrature_batch",
]
