"""Facts of an integrand: special places, exponents, tails, peaks, existence of the integral."""

from .convergence import Convergence, Verdict, convergence
from .facts_of import integrand_facts
from .landmarks import LandmarkTerm, landmark_terms

__all__ = [
    "Convergence",
    "LandmarkTerm",
    "Verdict",
    "convergence",
    "integrand_facts",
    "landmark_terms",
]
