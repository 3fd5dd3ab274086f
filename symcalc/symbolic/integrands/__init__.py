"""Facts of an integrand: special places, exponents, tails, peaks, existence of the integral."""

from .convergence import Convergence, Verdict, convergence
from .facts_of import integrand_facts
from .landmarks import LandmarkTerm, landmark_terms
from .surfaces import coalescences, seen_from_formula, special_places

__all__ = [
    "Convergence",
    "LandmarkTerm",
    "Verdict",
    "coalescences",
    "convergence",
    "integrand_facts",
    "landmark_terms",
    "seen_from_formula",
    "special_places",
]
