"""Recognise formulas that overflow or cancel in floating point, and say them stably.

`log(1 + exp(x))` is `softplus(x)`: the same function of the reals, finite at x = 1000. Blanchard,
Higham and Higham, *Accurately computing the log-sum-exp and softmax functions* (2021), for the sums
of exponentials; Kahan, *Branch cuts* (1987), for `log1p`, `expm1`, and 1 - cos.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from ..functions.lengths import MAX_LEGS
from ..graph.graph import Graph, Node, Number
from ..graph.rewrite import rebuild
from .exponential_quotients import exponents_of, inverse_of, quotient_of_exponentials, share_of
from .exponential_sums import logarithm_of_product, logarithm_of_sum, share_of_sum
from .logarithms import length_of, stable_logarithm
from .near_one import difference_from_one, log_near_one
from .stable_differences import stable_difference

__all__ = ["stabilize", "stabilize_for_display"]

#: Functions f with f(-a) = f(a), in which abs(a) is a.
EVEN = frozenset({"cos", "cosh", "sech", "cosm1", "logcosh", "sinc"})

#: Kinds without which only powers can be unstable.
TRIGGERS = EVEN | {"exp", "log", "sinh", "sigmoid", "binomial"}

#: Functions with f(0) = 0, whose quotient by their argument has a limit at 0.
VANISHING = frozenset(
    {"sin", "tan", "asin", "atan", "sinh", "tanh", "asinh", "atanh", "expm1", "log1p", "erf"}
)

#: binomial(n, k) is written out up to this k.
MAX_BINOMIAL = 20

#: What the exponentials of a product meet.
EXPONENTIAL = frozenset({"exp", "bose", "sigmoid"})

#: Factors that some rule for products is about.
MEETING = EXPONENTIAL | VANISHING | {"sech", "csch"}

#: So many rules are tried on one product, one after the other.
MAX_ROUNDS = 8

#: Quotients of equal integer powers at least this high are powers of the quotient.
HIGH_POWER = 8


def stabilize(graph: Graph, roots: Sequence[Node]) -> tuple[Graph, list[Node]]:
    """Return the formulas with every known unstable pattern replaced by its stable atom."""
    if TRIGGERS.isdisjoint(graph.kinds) and not _has_unstable_power(graph):
        return graph, list(roots)
    return rebuild(graph, roots, _any_rule)


def _has_unstable_power(graph: Graph) -> bool:
    """Whether there is a root, a power so high that it may overflow, or 1/a**n."""
    kinds = graph.kinds
    nodes = {args[1] for args, kind in zip(graph.args, kinds, strict=True) if kind == "pow"}
    exponents = [graph.value(node) for node in nodes]
    return any(p is not None and (p.denominator != 1 or p == -1 or _is_high(p)) for p in exponents)


def _is_high(power: Number) -> bool:
    """Whether a quotient of powers like this one may overflow above and below."""
    return power >= HIGH_POWER or power <= -HIGH_POWER


def stabilize_for_display(graph: Graph, roots: Sequence[Node]) -> tuple[Graph, list[Node]]:
    """Return the formulas with only those atoms that people write too, such as softplus."""
    if "exp" not in graph.kinds:
        return graph, list(roots)
    return rebuild(graph, roots, _display_rule)


def _display_rule(g: Graph, kind: str, args: tuple[Node, ...], data: object) -> Node | None:
    if kind == "log":
        if g.kinds[args[0]] == "exp":
            return g.args[args[0]][0]
        return _log_of_exponentials(g, args[0])
    if kind == "pow":
        return _reciprocal_of_exponentials(g, *args)
    if kind == "mul":
        return _softmax(g, args)
    return None


def _any_rule(g: Graph, kind: str, args: tuple[Node, ...], data: object) -> Node | None:
    if kind == "mul":
        may = _may_meet(g, args)
        return (_softmax(g, args) or _product(g, args)) if may else None
    if kind == "add":
        return difference_from_one(g, args) or stable_difference(g, args)
    if kind == "pow":
        return _power(g, *args)
    if kind == "log":
        found = _display_rule(g, kind, args, data)
        return _logarithm(g, args[0]) if found is None else found
    if kind in EVEN and g.kinds[args[0]] == "abs":
        return g.call(kind, g.args[args[0]])
    return _binomial(g, *args) if kind == "binomial" else None


def _power(g: Graph, base: Node, exponent: Node) -> Node | None:
    """Return a power with a number for an exponent, one that is negative or broken."""
    power = g.value(exponent)
    if power is None or (power > 0 and power.denominator == 1):
        return None
    return (
        _reciprocal_of_exponentials(g, base, exponent)
        or _reciprocal(g, base, exponent)
        or _powers_of_exponentials(g, base, exponent)
        or _euclidean(g, base, exponent)
    )


def _may_meet(g: Graph, factors: tuple[Node, ...]) -> bool:
    """Whether a rule for products may hold, by the kinds of the factors alone."""
    for factor in factors:
        kind = g.kinds[factor]
        if kind in MEETING:
            return True
        if kind == "mul":
            if any(g.kinds[inner] in EXPONENTIAL for inner in g.args[factor]):
                return True
        elif kind == "pow":
            base, exponent = g.args[factor]
            power = g.value(exponent)
            if g.kinds[base] in MEETING or g.kinds[base] == "hypot":
                return True
            if power is not None and _is_high(power):
                return True
    return False


def _product(g: Graph, factors: tuple[Node, ...]) -> Node | None:
    """Return a product by the rules that apply one after the other; each leaves less to do."""
    found: Node | None = None
    for _ in range(MAX_ROUNDS):
        args = _flat_with_exponentials(g, factors)
        node = (
            _softmax(g, args)
            or share_of_sum(g, args)
            or _quotient_of_powers(g, args)
            or _cosine_of_direction(g, args)
            or _hyperbolic_quotient(g, args)
            or _common_argument(g, args)
            or _product_of_exponentials(g, args)
            or quotient_of_exponentials(g, args)
        )
        if node is None:
            break
        found, factors = node, g.args[node]
        if g.kinds[node] != "mul":
            break
    return found


def _logarithm(g: Graph, inside: Node) -> Node | None:
    """Return a logarithm: near one, of what overflows, of exponentials in a sum or a product."""
    found = logarithm_of_sum(g, inside) or log_near_one(g, inside) or stable_logarithm(g, inside)
    parts = None if found is not None else logarithm_of_product(g, inside)
    if parts is None:
        return found
    exponent, rest = parts
    if rest is None:
        return exponent
    stable = _any_rule(g, "log", (rest,), None)
    return g.add((exponent, g.call("log", (rest,)) if stable is None else stable))


# -- sums of exponentials ---------------------------------------------------------------------


def _log_of_exponentials(g: Graph, inside: Node) -> Node | None:
    """log(exp(a) + exp(b) + …) is logsumexp(a, b, …); log(1 + exp(a)) is softplus(a)."""
    exponents = exponents_of(g, inside)
    if exponents is None:
        return None
    zero = g.const(0)
    if len(exponents) == 2 and zero in exponents:
        other = exponents[0] if exponents[1] == zero else exponents[1]
        return g.call("softplus", (other,))
    return g.call("logsumexp", tuple(exponents))


def _reciprocal_of_exponentials(g: Graph, base: Node, exponent: Node) -> Node | None:
    """1/(1 + exp(a)) is sigmoid(-a)."""
    if g.value(exponent) != -1:
        return None
    exponents = exponents_of(g, base)
    zero = g.const(0)
    if exponents is None or len(exponents) != 2 or zero not in exponents:
        return None
    other = exponents[0] if exponents[1] == zero else exponents[1]
    return g.call("sigmoid", (g.neg(other),))


def _powers_of_exponentials(g: Graph, base: Node, exponent: Node) -> Node | None:
    """1/(1 + exp(a))**2 is sigmoid(-a)**2; 1/(exp(a) + exp(b))**2 is exp(-logsumexp(a, b))**2."""
    power = g.value(exponent)
    if power is None or power >= 0 or power.denominator != 1:
        return None
    exponents = exponents_of(g, base)
    if exponents is None:
        return None
    inverse = _reciprocal_of_exponentials(g, base, g.const(-1))
    if inverse is None:
        inverse = g.call("exp", (g.neg(g.call("logsumexp", tuple(exponents))),))
    return g.pow(inverse, g.const(-power))


def _softmax(g: Graph, factors: tuple[Node, ...]) -> Node | None:
    """exp(a)/(exp(a) + exp(b)) is exp(a - logsumexp(a, b)); exp(a)*sigmoid(-a) is sigmoid(a)."""
    top = next((f for f in factors if g.kinds[f] == "exp"), None)
    if top is None:
        return None
    a = g.args[top][0]
    for factor in factors:
        if g.kinds[factor] == "pow" and g.kinds[g.args[factor][0]] == "sigmoid":
            mirrored, power = g.args[factor]
            times = g.value(power)
            if g.args[mirrored][0] == g.neg(a) and times is not None and times > 1:
                less = g.pow(mirrored, g.const(times - 1))
                return _replace(g, factors, (top, factor), g.mul((g.call("sigmoid", (a,)), less)))
        if g.kinds[factor] == "sigmoid" and g.args[factor][0] == g.neg(a):
            return _replace(g, factors, (top, factor), g.call("sigmoid", (a,)))
        if g.kinds[factor] != "pow" or g.value(g.args[factor][1]) != -1:
            continue
        exponents = exponents_of(g, g.args[factor][0])
        if exponents is not None:
            lse = g.call("logsumexp", tuple(exponents))
            return _replace(g, factors, (top, factor), g.call("exp", (g.sub(a, lse),)))
    return None


def _replace(g: Graph, factors: tuple[Node, ...], gone: tuple[Node, ...], new: Node) -> Node:
    """Return the product with some factors replaced by one."""
    rest = list(factors)
    for factor in gone:
        rest.remove(factor)
    return g.mul((*rest, new))


# -- powers -----------------------------------------------------------------------------------


def _reciprocal(g: Graph, base: Node, exponent: Node) -> Node | None:
    """1/a**n is a**(-n), as quotients of powers are recognised by; 1/cosh(a) is sech(a), …."""
    whole = g.value(exponent)
    if whole is None or whole >= 0 or whole.denominator != 1:
        return None
    inverse = inverse_of(g, base)
    if inverse is not None:
        return g.pow(inverse, g.const(-whole))
    if whole != -1 or g.kinds[base] != "pow":
        return None
    power = g.value(g.args[base][1])
    if power is None or power.denominator != 1 or power < 0:
        return None
    inner = g.args[base][0]
    inverse = inverse_of(g, inner)
    if inverse is not None:
        return g.pow(inverse, g.const(power))
    raised = g.const(-power)
    return _powers_of_exponentials(g, inner, raised) or g.pow(inner, raised)


def _euclidean(g: Graph, base: Node, exponent: Node) -> Node | None:
    """sqrt(a**2 + b**2 + c) is hypot(a, b, sqrt(c)); sqrt(a**2) is abs(a)."""
    power = g.value(exponent)
    if power is None or power.denominator != 2:
        return None
    norm = length_of(g, base)
    return None if norm is None else g.pow(norm, g.const(2 * power))


def _quotient_of_powers(g: Graph, factors: tuple[Node, ...]) -> Node | None:
    """a**200/b**200 is (a/b)**200."""
    powers = {}
    for factor in factors:
        if g.kinds[factor] == "pow":
            power = g.value(g.args[factor][1])
            if power is not None and power.denominator == 1 and _is_high(power):
                powers[factor] = power
    first = {power: factor for factor, power in reversed(powers.items())}
    for top, power in powers.items():
        below = first.get(-power)
        if below is not None and power > 0:
            ratio = g.div(g.args[top][0], g.args[below][0])
            return _replace(g, factors, (top, below), g.pow(ratio, g.const(power)))
    return None


def _hyperbolic_quotient(g: Graph, factors: tuple[Node, ...]) -> Node | None:
    """sinh(a)*sech(a) is tanh(a), cosh(a)*csch(a) is coth(a)."""
    for over, under, name in (("sinh", "sech", "tanh"), ("cosh", "csch", "coth")):
        there = {factor for factor in factors if g.kinds[factor] == under}
        for top in factors if there else ():
            below = g.call(under, g.args[top]) if g.kinds[top] == over else -1
            if below in there:
                return _replace(g, factors, (top, below), g.call(name, g.args[top]))
    return None


def _binomial(g: Graph, n: Node, k: Node) -> Node | None:
    """binomial(n, 3) is n*(n - 1)*(n - 2)/6: a polynomial, without poles of the gamma function."""
    count = g.value(k)
    if not isinstance(count, int) or not 1 <= count <= MAX_BINOMIAL:
        return None
    factors = [g.sub(n, g.const(i)) for i in range(count)]
    return g.mul((g.const(Fraction(1, math.factorial(count))), *factors))


def _common_argument(g: Graph, factors: tuple[Node, ...]) -> Node | None:
    """expm1(x*y)/x is y*(expm1(x*y)/(x*y)), whose quotient has a limit where x*y is 0."""
    heads: dict[Node, Node] = {}
    for head in factors:
        if g.kinds[head] in VANISHING and g.kinds[g.args[head][0]] == "mul":
            for inner in g.args[g.args[head][0]]:
                heads.setdefault(inner, head)
    for factor in factors if heads else ():
        if g.kinds[factor] != "pow" or g.value(g.args[factor][1]) != -1:
            continue
        divisor = g.args[factor][0]
        if divisor in heads:
            whole = g.args[heads[divisor]][0]
            rest = _replace(g, g.args[whole], (divisor,), g.const(1))
            others = [other for other in factors if other != factor]
            # One product, not two: a limit is looked for among the factors of one.
            return g.mul((*others, rest, g.pow(whole, g.const(-1))))
    return None


def _cosine_of_direction(g: Graph, factors: tuple[Node, ...]) -> Node | None:
    """a/hypot(a, b) is direction(a, b), whose derivative does not cancel."""
    for factor in factors:
        if g.kinds[factor] != "pow" or g.value(g.args[factor][1]) != -1:
            continue
        length = g.args[factor][0]
        if g.kinds[length] != "hypot":
            continue
        legs = g.args[length]
        if len(legs) > MAX_LEGS:
            continue
        leg = next((leg for leg in legs if leg in factors), None)
        if leg is not None:
            others = [other for other in legs if other != leg]
            if len(others) == len(legs) - 1:
                return _replace(g, factors, (leg, factor), g.call("direction", (leg, *others)))
    return None


def _flat_with_exponentials(g: Graph, args: tuple[Node, ...]) -> tuple[Node, ...]:
    """Return factors with those of inner products that hold an exponential among them."""
    flat: list[Node] = []
    for arg in args:
        inner = g.kinds[arg] == "mul" and any(g.kinds[f] in EXPONENTIAL for f in g.args[arg])
        flat.extend(g.args[arg] if inner else (arg,))
    return tuple(flat)


def _product_of_exponentials(g: Graph, factors: tuple[Node, ...]) -> Node | None:
    """exp(a)*exp(b) is exp(a + b): finite where one of the factors overflows."""
    exponents = [g.args[f][0] for f in factors if g.kinds[f] == "exp"]
    if len(exponents) < 2:
        return None
    rest = [f for f in factors if g.kinds[f] != "exp"]
    return g.mul((*rest, share_of(g, g.add(exponents))))
