"""Distributions of `expectation(f, z ~ normal(mu, sigma))`: the one table of them.

An expectation is an integral over a standardized variable t whose distribution has no location and
no scale: z = mu + sigma*t with t standard normal. Its derivative in mu and sigma is then the mean
of a derivative (the pathwise gradient), which exists whenever f has one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ["DISTRIBUTIONS", "Distribution"]


@dataclass(frozen=True, slots=True)
class Distribution:
    """One distribution.

    Attributes
    ----------
    parameters : tuple of str
        Their names, for messages.
    positive : tuple of str
        Those that must be positive.
    value : callable
        `value(m, t, *parameters)` is z for the standardized variable t.
    density : callable
        `density(m, t, *parameters)` is the density of t.
    range : tuple of str
        "-oo", "0" or "1", "oo": where t lives.
    """

    parameters: tuple[str, ...]
    positive: tuple[str, ...]
    value: Callable[..., Any]
    density: Callable[..., Any]
    range: tuple[str, str]

    def ends(self, m: Any) -> tuple[Any, Any]:
        """Return the ends of the range of t."""
        known = {"-oo": -m(m.oo), "0": m(0), "1": m(1), "oo": m(m.oo)}
        return known[self.range[0]], known[self.range[1]]


def _normal_density(m: Any, t: Any, *_: Any) -> Any:
    return m.exp(-(t**2) / 2) / m.sqrt(2 * m(m.pi))


def _affine(m: Any, t: Any, location: Any, scale: Any) -> Any:
    return location + scale * t


DISTRIBUTIONS: dict[str, Distribution] = {
    "normal": Distribution(("mu", "sigma"), ("sigma",), _affine, _normal_density, ("-oo", "oo")),
    "lognormal": Distribution(
        ("mu", "sigma"),
        ("sigma",),
        lambda m, t, mu, sigma: m.exp(mu + sigma * t),
        _normal_density,
        ("-oo", "oo"),
    ),
    "uniform": Distribution(
        ("a", "b"),
        (),
        lambda m, t, a, b: a + (b - a) * t,
        lambda m, t, a, b: m(1),
        ("0", "1"),
    ),
    "exponential": Distribution(
        ("rate",),
        ("rate",),
        lambda m, t, rate: t / rate,
        lambda m, t, rate: m.exp(-t),
        ("0", "oo"),
    ),
    "gamma": Distribution(
        ("shape", "scale"),
        ("shape", "scale"),
        lambda m, t, shape, scale: scale * t,
        lambda m, t, shape, scale: t ** (shape - 1) * m.exp(-t) / m.gamma(shape),
        ("0", "oo"),
    ),
    "beta": Distribution(
        ("a", "b"),
        ("a", "b"),
        lambda m, t, a, b: t,
        lambda m, t, a, b: t ** (a - 1) * (1 - t) ** (b - 1) / m.beta(a, b),
        ("0", "1"),
    ),
    "weibull": Distribution(
        ("shape", "scale"),
        ("shape", "scale"),
        lambda m, t, shape, scale: scale * t ** (1 / shape),
        lambda m, t, shape, scale: m.exp(-t),
        ("0", "oo"),
    ),
    "logistic": Distribution(
        ("mu", "s"),
        ("s",),
        _affine,
        lambda m, t, mu, s: m.sech(t / 2) ** 2 / 4,
        ("-oo", "oo"),
    ),
    "laplace": Distribution(
        ("mu", "b"),
        ("b",),
        _affine,
        lambda m, t, mu, b: m.exp(-m.abs(t)) / 2,
        ("-oo", "oo"),
    ),
    "student": Distribution(
        ("nu", "mu", "sigma"),
        ("nu", "sigma"),
        lambda m, t, nu, mu, sigma: mu + sigma * t,
        lambda m, t, nu, mu, sigma: (
            (1 + t**2 / nu) ** (-(nu + 1) / 2) / (m.sqrt(nu) * m.beta(nu / 2, m.ratio(1, 2)))
        ),
        ("-oo", "oo"),
    ),
}
