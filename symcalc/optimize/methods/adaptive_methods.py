"""The methods that scale gradients by what they were before: rows of the family of Adam."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from .adaptive import (
    AdaGrad,
    Adam,
    AdamW,
    AMSGrad,
    GradientRule,
    GradientSteps,
    Lion,
    NAdam,
    Nesterov,
    RMSprop,
)
from .method import Method, Options, Solver, number_option, on_the_loop
from .rate_options import RATE_OPTIONS, read_clipping, read_rate, schedule_of

__all__ = ["ADAPTIVE_METHODS", "GRADIENT_RULES"]


def _epsilon(options: Options, default: float = 1e-8) -> float:
    return number_option(options, "epsilon", default, 0.0, 1.0, "1e-8")


def _beta(options: Options, name: str, default: float) -> float:
    return number_option(options, name, default, 0.0, 1.0, "0.9")


def _decay(options: Options, default: float) -> float:
    return number_option(options, "weight_decay", default, 0.0, 1e3, "0.01")


def _adam(kind: Callable[..., GradientRule], options: Options) -> GradientRule:
    betas = _beta(options, "beta1", 0.9), _beta(options, "beta2", 0.999)
    return kind(*betas, _epsilon(options))


def _adamw(options: Options) -> GradientRule:
    betas = _beta(options, "beta1", 0.9), _beta(options, "beta2", 0.999)
    return AdamW(*betas, _epsilon(options), _decay(options, 0.01))


def _lion(options: Options) -> GradientRule:
    betas = _beta(options, "beta1", 0.9), _beta(options, "beta2", 0.99)
    return Lion(*betas, _decay(options, 0.0))


def _rmsprop(options: Options) -> GradientRule:
    return RMSprop(_beta(options, "decay", 0.9), _epsilon(options))


def _solver(
    make: Callable[[Options], GradientRule], words: str, default: float | None, options: Options
) -> Solver:
    """Return a rule on the loop, with its rate, schedule and limits."""
    rate, schedule = read_rate(options), schedule_of(options)
    rate = default if rate is None else rate
    steps = GradientSteps(make(options), rate, schedule, read_clipping(options))
    shown = _AT_START if rate is None else f"{rate:g}"
    how = f"fixed rate {shown}"
    if options.get("schedule") is not None:
        how = f"rate {shown} by schedule '{schedule}'"
    return on_the_loop(steps, f"{words}, {how}")


_AT_START = "1/(largest curvature at the start)"
_EPSILON = {"epsilon": "added to the scale; 1e-8"}
_BETAS = {"beta1": "the share of the mean kept; 0.9", "beta2": "of the mean square; 0.999"}
_WEIGHTS = {"weight_decay": "the share of the point that each step takes away; 0.01"}

#: Name, summary, words for the direction, its rule, the default rate, more options, aliases.
GRADIENT_RULES = (
    ("nesterov", "momentum that looks ahead", "gradient with momentum ahead",
     lambda options: Nesterov(_beta(options, "momentum", 0.9)), None,
     {"momentum": "the share of the velocity kept, in [0, 1); 0.9"}, ("nag",)),
    ("adagrad", "gradients over the root of the sum of their squares", "gradient scaled by its sum",
     lambda options: AdaGrad(_epsilon(options)), 0.1, _EPSILON, ()),
    ("rmsprop", "gradients over the root of their mean square", "gradient scaled by its mean",
     _rmsprop, 0.001, {"decay": "the share of the mean square kept; 0.9"} | _EPSILON, ()),
    ("adam", "means of gradients over roots of mean squares", "adaptive moments",
     partial(_adam, Adam), 0.001, _BETAS | _EPSILON, ()),
    ("adamw", "Adam with weight decay apart from the gradient",
     "adaptive moments with weight decay", _adamw, 0.001, _BETAS | _EPSILON | _WEIGHTS, ()),
    ("amsgrad", "Adam with scales that never shrink", "adaptive moments, greatest scale",
     partial(_adam, AMSGrad), 0.001, _BETAS | _EPSILON, ()),
    ("nadam", "Adam with momentum that looks ahead", "adaptive moments ahead",
     partial(_adam, NAdam), 0.001, _BETAS | _EPSILON, ()),
    ("lion", "signs of gradients with momentum", "signs of the mean gradient",
     _lion, 0.0001,
     {"beta1": "the share of the mean in the sign; 0.9", "beta2": "the share of it kept; 0.99",
      "weight_decay": "the share of the point that each step takes away; 0"}, ("sign",)),
)  # fmt: skip

ADAPTIVE_METHODS = tuple(
    Method(
        name, summary, "gradient", partial(_solver, make, words, rate),
        {"rate": f"the learning rate; {rate or _AT_START}"} | RATE_OPTIONS | options,
        aliases=aliases,
    )
    for name, summary, words, make, rate, options, aliases in GRADIENT_RULES
)  # fmt: skip
