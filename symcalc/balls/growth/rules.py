"""How elementary functions and functions with kinks act on a growth."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import reduce
from typing import Any

from ..series import NotAnalyticError, Series, constant_series
from ..series_rules import series_of_call
from .scales import ONE, UnknownGrowthError
from .terms import (
    CancelledGrowthError,
    Growth,
    compose,
    constant,
    exponential,
    logarithm,
    power,
    turning,
)

__all__ = [
    "ELEMENTARY",
    "Rule",
    "apply_elementary",
    "bounded",
    "of_sign",
    "reciprocal",
    "root",
    "taylor",
]

#: A rule: the growths of the arguments to the growth of the function.
Rule = Callable[..., Growth]


def taylor(name: str, args: Sequence[Growth], moving: int) -> Growth:
    """Return f(..., value + small, ...) by the Taylor series of f where it is analytic."""
    diverging, value, small = args[moving].split()
    if diverging:
        raise NotAnalyticError("a function of what diverges")
    n = small.length + 1
    series = []
    for index, arg in enumerate(args):
        if index == moving:
            series.append(Series(0, (value, value * 0 + 1, *(value * 0,) * (n - 2))))
        else:
            series.append(constant_series(arg.split()[1], n))
    found = series_of_call(name, series, n)
    if found.low < 0:
        raise NotAnalyticError("a pole")
    return compose([found.term(k) for k in range(min(n, found.end))], small)


def bounded(like: Growth) -> Growth:
    """Return what is known of a bounded function: O(1)."""
    return Growth((), ONE, like.length)


def reciprocal(u: Growth) -> Growth:
    """Return 1/u."""
    return power(u, -1)


def root(u: Growth) -> Growth:
    """Return the square root."""
    return power(u, Fraction(1, 2))


def of_sign(u: Growth, positive: Rule, negative: Rule, zero: Rule) -> Growth:
    """Return one of three functions of u by its sign near the place."""
    return {1: positive, -1: negative, 0: zero}[u.sign()](u)


def _same(u: Growth) -> Growth:
    return u


def _sine(u: Growth) -> Growth:
    import flint

    half = flint.acb(0, -0.5)
    return turning(u).times(half) + turning(-u).times(-half)


def _cosine(u: Growth) -> Growth:
    return turning(u).times(0.5) + turning(-u).times(0.5)


def _periodic(rule: Rule) -> Rule:
    """Return the rule; of an argument beyond this arithmetic only the bound is known."""

    def apply(u: Growth) -> Growth:
        try:
            return rule(u)
        except CancelledGrowthError:
            raise
        except UnknownGrowthError:
            return bounded(u)

    return apply


def _absolute(u: Growth) -> Growth:
    try:
        return of_sign(u, _same, lambda v: -v, _same)
    except CancelledGrowthError:
        raise
    except UnknownGrowthError:
        return Growth((), u.bound, u.length)


def _steps(low: Any, zero: Any, high: Any) -> Rule:
    def apply(u: Growth) -> Growth:
        n = u.length
        return of_sign(
            u,
            lambda v: constant(high, n),
            lambda v: constant(low, n),
            lambda v: constant(zero, n),
        )

    return apply


def _extreme(greatest: bool) -> Rule:
    def pick(a: Growth, b: Growth) -> Growth:
        return a if ((a - b).sign() >= 0) == greatest else b

    return lambda *us: reduce(pick, us)


def _floor(u: Growth) -> Growth:
    diverging, value, small = u.split()
    if diverging:
        return u + bounded(u)
    whole = value.floor().unique_fmpz()
    if whole is None:
        near = (value + 0.5).floor().unique_fmpz()
        if near is None or float(abs(value - near).upper()) > 1e-20:
            raise UnknownGrowthError("floor at an undecided place")
        whole = near
    if value - whole < 1e-20 and value - whole > -1e-20 and small.sign() < 0:
        whole -= 1
    return constant(int(whole), u.length)


def _log_sum(*us: Growth) -> Growth:
    """Return log(exp(u) + exp(v) + ...), the greatest taken out."""
    top = _extreme(True)(*us)
    total = reduce(lambda a, b: a + b, [exponential(u - top) for u in us])
    return top + logarithm(total)


def _cube_root(u: Growth) -> Growth:
    third = Fraction(1, 3)
    return of_sign(u, lambda v: power(v, third), lambda v: -power(-v, third), _same)


def _hypot(*us: Growth) -> Growth:
    return root(reduce(lambda a, b: a + b, [u * u for u in us]))


def _pi(number: float) -> Any:
    import flint

    return flint.arb.pi() * number


def _asin_below_one(u: Growth) -> Growth:
    """Return asin(u) for u -> 1 as pi/2 - 2*asin(sqrt((1 - u)/2))."""
    inner = root((-u).shifted(1).times(0.5))
    return taylor("asin", [inner], 0).times(-2).shifted(_pi(0.5))


def _asin(u: Growth) -> Growth:
    return of_sign(u, _asin_below_one, lambda v: -_asin_below_one(-v), _same)


def _atan(u: Growth) -> Growth:
    def far(v: Growth) -> Growth:
        return (-taylor("atan", [reciprocal(v)], 0)).shifted(_pi(0.5))

    return of_sign(u, far, lambda v: -far(-v), _same)


def _both_exponentials(sign: int) -> Rule:
    return lambda u: (exponential(u) + exponential(-u).times(sign)).times(0.5)


def _tanh(u: Growth) -> Growth:
    def far(v: Growth) -> Growth:
        return reciprocal(exponential(v.times(2)).shifted(1)).times(-2).shifted(1)

    return of_sign(u, far, lambda v: -far(-v), _same)


def _asinh(u: Growth) -> Growth:
    def far(v: Growth) -> Growth:
        return logarithm(v + root((v * v).shifted(1)))

    return of_sign(u, far, lambda v: -far(-v), _same)


def _acosh(u: Growth) -> Growth:
    return logarithm(u + root((u * u).shifted(-1)))


def _atanh(u: Growth) -> Growth:
    return (logarithm(u.shifted(1)) - logarithm((-u).shifted(1))).times(0.5)


def _through(name: str, inner: Rule) -> Rule:
    """Return f(inner(u)) for a row f."""
    return lambda *us: apply_elementary(name, [inner(*us)])


def apply_elementary(name: str, args: Sequence[Growth]) -> Growth:
    """Return a function of one growth: by its Taylor series, else by its rule."""
    try:
        return taylor(name, args, 0)
    except (NotAnalyticError, CancelledGrowthError, UnknownGrowthError):
        return ELEMENTARY[name](*args)


def _expm1(u: Growth) -> Growth:
    return exponential(u).shifted(-1)


def _mod(x: Growth, y: Growth) -> Growth:
    return x - y * _floor(x * reciprocal(y))


def _by_log(base: int) -> Rule:
    def apply(u: Growth) -> Growth:
        import flint

        return logarithm(u).times(1 / flint.arb(base).log())

    return apply


def _sigmoid(u: Growth) -> Growth:
    return reciprocal(exponential(-u).shifted(1))


def _sum_of_logs(u: Growth) -> Growth:
    return logarithm(u) - logarithm((-u).shifted(1))


#: The rules of elementary functions where they are not analytic, and at infinity.
ELEMENTARY: dict[str, Rule] = {
    "exp": exponential,
    "log": logarithm,
    "log2": _by_log(2),
    "log10": _by_log(10),
    "log1p": lambda u: logarithm(u.shifted(1)),
    "expm1": _expm1,
    "sin": _periodic(_sine),
    "cos": _periodic(_cosine),
    "tan": lambda u: _sine(u) * reciprocal(_cosine(u)),
    "cot": lambda u: _cosine(u) * reciprocal(_sine(u)),
    "sec": lambda u: reciprocal(_cosine(u)),
    "csc": lambda u: reciprocal(_sine(u)),
    "cosm1": _periodic(lambda u: _cosine(u).shifted(-1)),
    "sinc": lambda u: _periodic(_sine)(u) * reciprocal(u),
    "exprel": lambda u: _expm1(u) * reciprocal(u),
    "cbrt": _cube_root,
    "hypot": _hypot,
    "direction": lambda *us: us[0] * reciprocal(_hypot(*us)),
    "cathetus": lambda u: root((-u).shifted(1) * u.shifted(1)),
    "asin": _asin,
    "acos": lambda u: (-_asin(u)).shifted(_pi(0.5)),
    "atan": _atan,
    "acot": _through("atan", reciprocal),
    "asec": _through("acos", reciprocal),
    "acsc": _through("asin", reciprocal),
    "sinh": _both_exponentials(-1),
    "cosh": _both_exponentials(1),
    "tanh": _tanh,
    "coth": lambda u: reciprocal(_expm1(u.times(2))).times(2).shifted(1),
    "sech": lambda u: reciprocal(_both_exponentials(1)(u)),
    "csch": lambda u: reciprocal(_both_exponentials(-1)(u)),
    "asinh": _asinh,
    "acosh": _acosh,
    "atanh": _atanh,
    "acoth": lambda u: _atanh(reciprocal(u)),
    "asech": lambda u: _acosh(reciprocal(u)),
    "acsch": _through("asinh", reciprocal),
    "abs": _absolute,
    "sign": _steps(-1, 0, 1),
    "heaviside": _steps(0, 0.5, 1),
    "relu": lambda u: of_sign(u, _same, lambda v: v.times(0), _same),
    "max": _extreme(True),
    "min": _extreme(False),
    "floor": _floor,
    "ceil": lambda u: -_floor(-u),
    "mod": _mod,
    "softplus": lambda u: _log_sum(u, u.times(0)),
    "sigmoid": _sigmoid,
    "bose": lambda u: reciprocal(_expm1(u)),
    "logit": _sum_of_logs,
    "logsumexp": _log_sum,
    "logaddexp": _log_sum,
    "logcosh": lambda u: _log_sum(u, -u).shifted(-_log_two()),
    "log1mexp": lambda u: logarithm((-exponential(u)).shifted(1)),
    "xlogy": lambda x, y: x * logarithm(y),
}


def _log_two() -> Any:
    import flint

    return flint.arb(2).log()
