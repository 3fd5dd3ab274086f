"""Quadrature of callables: two unrelated rules, steered by facts of the integrand."""

from .estimate import QuadratureEstimate
from .quadrature import quadrature

__all__ = ["QuadratureEstimate", "quadrature"]
