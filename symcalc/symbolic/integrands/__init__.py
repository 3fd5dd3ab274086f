"""Facts of an integrand: special places, exponents, tails, peaks, existence of the integral."""

from .convergence import Convergence, Verdict, convergence
from .facts_of import integrand_facts

__all__ = ["Convergence", "Verdict", "convergence", "integrand_facts"]
