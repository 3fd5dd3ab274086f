"""Layers of an iterated integral: places that move with the outer variables, and what they see."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .panels import EPSILON, Array

__all__ = ["Layer", "View", "lengths_of"]

#: Places that differ by this part are one.
SAME = 16.0 * EPSILON


@dataclass(frozen=True)
class View:
    """The integrand, or the layer inside, as seen from a place in one direction.

    Attributes
    ----------
    place : int
        Which of the places of the layer.
    side : int
        1 upwards, -1 downwards.
    make : callable
        Returns, without arguments, the callable `f(w, *outer)` at the distance w from the place,
        or the layer inside, which takes the same as its outer variables.
    """

    place: int
    side: int
    make: Callable[[], Any]


@dataclass(frozen=True)
class Layer:
    """The integral over one variable, as a function of the outer ones.

    Attributes
    ----------
    places : sequence of callable
        Of the outer variables: the lower end, the upper end, and places to cut at; those without
        a finite value between the ends are passed over.
    views : sequence of View
    """

    places: Sequence[Callable[..., Any]]
    views: Sequence[View]


def lengths_of(layer: Layer, outer: Sequence[Array], n: int) -> tuple[Array, list[Array]]:
    """Return the sign of the range and, for each view, how far it reaches: halfway to the next."""
    with np.errstate(all="ignore"):
        places = np.array(
            [np.broadcast_to(np.asarray(p(*outer), dtype=float), (n,)) for p in layer.places]
        )
    lower, upper = np.minimum(places[0], places[1]), np.maximum(places[0], places[1])
    sign = np.where(places[1] < places[0], -1.0, 1.0)
    inside = (places > lower) & (places < upper) & np.isfinite(places)
    known = np.where(inside, places, np.nan)
    known[:2] = lower, upper
    own = known.copy()
    own[:2] = places[:2]
    lengths = []
    for view in layer.views:
        here = own[view.place]
        gaps = view.side * (known - here)
        gaps = np.where(np.abs(gaps) <= SAME * np.abs(here), 0.0, gaps)
        gap = np.nanmin(np.where(gaps > 0.0, gaps, np.inf), axis=0)
        far = np.where(np.isfinite(here), gap, 0.0)
        has_end = (gaps > 0.0).any(axis=0)
        half = 0.5 * far  # infinite where the range goes on to infinity
        half = np.where(has_end & ~_is_copy(own, view.place), half, 0.0)
        lengths.append(np.nan_to_num(half, nan=0.0, posinf=np.inf))
    return sign, lengths


def _is_copy(own: Array, place: int) -> Any:
    """Whether another place before this one is the same but for rounding."""
    near = np.abs(own[:place] - own[place]) <= SAME * np.abs(own[place])
    return near.any(axis=0)
