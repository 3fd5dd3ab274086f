"""What the functions are in normal form: one row for each that has one."""

from __future__ import annotations

from fractions import Fraction
from functools import reduce
from typing import TYPE_CHECKING

from .normal_angles import cbrt, cos_sin, direction, hypot
from .sparse import ONE, Polynomial, constant, minus, plus, scaled, single, times

if TYPE_CHECKING:
    from .normal_forms import NormalForms, Rule

__all__ = ["RULES"]


def _quotient(forms: NormalForms, top: Polynomial, bottom: Polynomial) -> Polynomial:
    return times(top, forms.rational_power(bottom, Fraction(-1)))


def _reciprocal(forms: NormalForms, p: Polynomial) -> Polynomial:
    return forms.rational_power(p, Fraction(-1))


def _tan(forms: NormalForms, p: Polynomial) -> Polynomial:
    cos, sin = cos_sin(forms, p)
    return _quotient(forms, sin, cos)


def _cot(forms: NormalForms, p: Polynomial) -> Polynomial:
    cos, sin = cos_sin(forms, p)
    return _quotient(forms, cos, sin)


def _cosh(forms: NormalForms, p: Polynomial) -> Polynomial:
    return scaled(plus(forms.exp(p), forms.exp(scaled(p, -1))), Fraction(1, 2))


def _sinh(forms: NormalForms, p: Polynomial) -> Polynomial:
    return scaled(minus(forms.exp(p), forms.exp(scaled(p, -1))), Fraction(1, 2))


def _tanh(forms: NormalForms, p: Polynomial) -> Polynomial:
    square = forms.exp(scaled(p, 2))
    return _quotient(forms, minus(square, ONE), plus(square, ONE))


def _coth(forms: NormalForms, p: Polynomial) -> Polynomial:
    square = forms.exp(scaled(p, 2))
    return _quotient(forms, plus(square, ONE), minus(square, ONE))


def _sigmoid(forms: NormalForms, p: Polynomial) -> Polynomial:
    return _quotient(forms, forms.exp(p), plus(forms.exp(p), ONE))


def _logsumexp(forms: NormalForms, *ps: Polynomial) -> Polynomial:
    return forms.log(reduce(plus, map(forms.exp, ps)))


def _logit(forms: NormalForms, p: Polynomial) -> Polynomial:
    return minus(forms.log(p), forms.log(minus(ONE, p)))


def _log_to(base: int) -> Rule:
    def rule(forms: NormalForms, p: Polynomial) -> Polynomial:
        return _quotient(forms, forms.log(p), forms.log(constant(base)))

    return rule


def _xlogy(forms: NormalForms, x: Polynomial, y: Polynomial) -> Polynomial:
    """Return x·log|y|; nothing follows for y, as x may be zero."""
    guarded, forms.is_guarded = forms.is_guarded, True
    result = times(x, forms.log(y))
    forms.is_guarded = guarded
    return result


def _max(forms: NormalForms, p: Polynomial, *others: Polynomial) -> Polynomial:
    return reduce(lambda a, b: _extreme(forms, a, b, 1), others, p)


def _min(forms: NormalForms, p: Polynomial, *others: Polynomial) -> Polynomial:
    return reduce(lambda a, b: _extreme(forms, a, b, -1), others, p)


def _extreme(forms: NormalForms, a: Polynomial, b: Polynomial, side: int) -> Polynomial:
    """Return (a + b ± |a - b|)/2."""
    apart = scaled(forms.absolute(minus(a, b)), side)
    return scaled(plus(plus(a, b), apart), Fraction(1, 2))


def _acos(forms: NormalForms, p: Polynomial) -> Polynomial:
    pi = single(forms.table.get("atom", "pi", dict(ONE)))
    return minus(scaled(pi, Fraction(1, 2)), forms.atom("asin", [p]))


RULES: dict[str, Rule] = {
    "add": lambda forms, *ps: reduce(plus, ps),
    "mul": lambda forms, *ps: reduce(times, ps),
    "pow": lambda forms, base, exponent: forms.power(base, exponent),
    # exponential and logarithm
    "exp": lambda forms, p: forms.exp(p),
    "expm1": lambda forms, p: minus(forms.exp(p), ONE),
    "log": lambda forms, p: forms.log(p),
    "log2": _log_to(2),
    "log10": _log_to(10),
    "log1p": lambda forms, p: forms.log(plus(p, ONE)),
    "log1mexp": lambda forms, p: forms.log(minus(ONE, forms.exp(p))),
    "logaddexp": _logsumexp,
    "logsumexp": _logsumexp,
    "logcosh": lambda forms, p: forms.log(_cosh(forms, p)),
    "softplus": lambda forms, p: forms.log(plus(forms.exp(p), ONE)),
    "sigmoid": _sigmoid,
    "logit": _logit,
    "xlogy": _xlogy,
    "bose": lambda forms, p: _reciprocal(forms, minus(forms.exp(p), ONE)),
    # angles
    "cos": lambda forms, p: cos_sin(forms, p)[0],
    "sin": lambda forms, p: cos_sin(forms, p)[1],
    "cosm1": lambda forms, p: minus(cos_sin(forms, p)[0], ONE),
    "tan": _tan,
    "cot": _cot,
    "sec": lambda forms, p: _reciprocal(forms, cos_sin(forms, p)[0]),
    "csc": lambda forms, p: _reciprocal(forms, cos_sin(forms, p)[1]),
    "acos": _acos,
    # hyperbolic
    "cosh": _cosh,
    "sinh": _sinh,
    "tanh": _tanh,
    "coth": _coth,
    "sech": lambda forms, p: _reciprocal(forms, _cosh(forms, p)),
    "csch": lambda forms, p: _reciprocal(forms, _sinh(forms, p)),
    # signs and lengths
    "abs": lambda forms, p: forms.absolute(p),
    "sign": lambda forms, p: forms.sign(p),
    "heaviside": lambda forms, p: scaled(plus(forms.sign(p), ONE), Fraction(1, 2)),
    "relu": lambda forms, p: _max(forms, p, {}),
    "max": _max,
    "min": _min,
    "hypot": lambda forms, *ps: hypot(forms, *ps),
    "direction": lambda forms, *ps: direction(forms, *ps),
    "cbrt": lambda forms, p: cbrt(forms, p),
    "erfc": lambda forms, p: minus(ONE, forms.atom("erf", [p])),
}
