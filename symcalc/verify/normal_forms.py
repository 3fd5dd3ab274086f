"""From nodes to normal forms: sums of products of powers of generators.

Two formulas whose normal forms differ by zero are equal wherever both have a value. Every step
is an identity of the real engine that holds wherever the formula at hand has one: `log(x**2)`
is `2*log|x|`, `sin(2x)` is `2 sin(x) cos(x)`; `sqrt(x**2)` is `|x|`, never `x`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from ..graph.graph import Graph, Node
from ..graph.regions import find_regions
from .generators import Generators
from .sparse import (
    ONE,
    Monomial,
    Polynomial,
    TooLargeError,
    constant,
    frozen,
    plus,
    power,
    raised,
    scaled,
    single,
    split,
    times,
)

__all__ = ["NoNormalFormError", "NormalForms", "Rule"]

#: `rule(forms, *arguments)` returns the normal form of a function of arguments in normal form.
Rule = Callable[..., Polynomial]

#: Functions with f(-x) = -f(x) that have no rule.
ODD = frozenset("asin atan asinh atanh erf erfi erfinv".split())

#: Powers beyond this are not multiplied out: of a sum, of a single term.
MAX_POWER, MAX_SINGLE_POWER = 24, 400
#: Numbers are factored with primes up to this.
MAX_PRIME = 1000


class NoNormalFormError(ArithmeticError):
    """The formula has a part that no normal form is known for: a division by zero."""


class NormalForms:
    """Normal forms of the nodes of one graph.

    Parameters
    ----------
    graph : Graph
    rules : mapping of str to Rule
        What becomes of the kinds of nodes; a kind without a rule is an atom.
    positive : set of str
        Variables that are vouched to be positive.
    """

    def __init__(
        self, graph: Graph, rules: Mapping[str, Rule], positive: frozenset[str] = frozenset()
    ) -> None:
        self.graph, self.rules, self.positive = graph, rules, positive
        self.table = Generators()
        self.forms: dict[Node, Polynomial] = {}
        #: What each angle is divided by, so that all its multiples are whole.
        self.divisors: dict[Monomial, int] = {}
        self.is_guarded = False

    def form(self, root: Node) -> Polynomial:
        """Return the normal form of a node.

        Raises
        ------
        TooLargeError, NoNormalFormError, MoreAnglesError
        """
        order = self.graph.reachable([root])
        regions = find_regions(self.graph, [root], order)
        for node in order:
            if node not in self.forms:
                # What stands in a branch need not have a value: nothing follows from it.
                self.is_guarded = node in regions
                self.forms[node] = self._made(node)
        return self.forms[root]

    def is_zero(self, p: Polynomial) -> bool:
        """Say whether a normal form is zero wherever it has a value."""
        return self.table.is_zero(p)

    def _made(self, node: Node) -> Polynomial:
        kind, data = self.graph.kinds[node], self.graph.data[node]
        args = [self.forms[arg] for arg in self.graph.args[node]]
        if kind == "const":
            return constant(data)
        if kind == "var":
            is_array = node in self.graph.shapes
            base = dict(ONE) if data in self.positive else None
            return single(self.table.get("atom", data, base, is_array=is_array))
        if kind in ("sum", "size"):
            return self._reduction(node, kind, args)
        rule = self.rules.get(kind)
        return self.atom(kind, args, data) if rule is None else rule(self, *args)

    # -- generators ---------------------------------------------------------------------------

    def atom(self, kind: str, args: Sequence[Polynomial], data: Any = None) -> Polynomial:
        """Return a function without relations."""
        if kind in ("pi", "e", "I"):
            return single(self.table.get("atom", kind, dict(ONE)))
        if kind in ODD and args and args[0]:
            content, _, _ = split(args[0])
            if content < 0:
                return scaled(self.atom(kind, [scaled(args[0], -1)]), -1)
        key: Hashable = (kind, data, tuple(map(frozen, args)))
        return single(self.table.get("atom", key, is_array=self.any_array(*args)))

    def any_array(self, *ps: Polynomial) -> bool:
        """Say whether one of them has a value per row."""
        return any(self.table.is_array(m) for p in ps for m in p)

    def generator_of(self, kind: str, p: Polynomial, base: Polynomial, other: int = -1) -> int:
        """Return the generator of a kind that belongs to a polynomial."""
        is_array = self.any_array(p)
        return self.table.get(kind, frozen(p), base, other, is_array=is_array)

    def _reduction(self, node: Node, kind: str, args: Sequence[Polynomial]) -> Polynomial:
        """Return a total over rows: what is the same in every row stands outside."""
        shape = str(self.graph.shape(self.graph.args[node][0]))
        size = self.table.get("atom", ("size", shape), dict(ONE))
        if kind == "size":
            return single(size)
        total: Polynomial = {}
        for monomial, coefficient in args[0].items():
            inner = tuple(p for p in monomial if self.table.rows[p[0]].is_array)
            outer = tuple(p for p in monomial if not self.table.rows[p[0]].is_array)
            whole = self.table.get("atom", ("sum", inner)) if inner else size
            total = plus(total, times({outer: coefficient}, single(whole)))
        return total

    def positive_form(self, p: Polynomial) -> bool:
        """Say whether every term is positive, or an even power, and one is surely positive."""
        if not p or any(c < 0 for c in p.values()):
            return False
        even = all(self._is_even(m) for m in p)
        return even and any(all(self.table.is_positive(g) for g, _ in m) for m in p)

    def _is_even(self, monomial: Monomial) -> bool:
        return all(
            self.table.is_positive(g) or (e.denominator == 1 and e % 2 == 0) for g, e in monomial
        ) and not self._has_free_sign(monomial)

    def _has_free_sign(self, monomial: Monomial) -> bool:
        """Say whether a factor's sign does not follow from its exponent: x**(2y) may be -1."""
        kinds = {self.table.rows[g].kind for g, _ in monomial}
        return "power" in kinds or "cbrt" in kinds

    # -- powers -------------------------------------------------------------------------------

    def power(self, base: Polynomial, exponent: Polynomial) -> Polynomial:
        """Return base**exponent."""
        if not exponent:
            return dict(ONE)
        if set(exponent) == {()}:
            return self.rational_power(base, exponent[()])
        if base == single(self.table.get("atom", "e", dict(ONE))):
            return self.exp(exponent)
        if not base:  # 0 to a power that may be zero
            raise NoNormalFormError
        if list(base.values()) == [1] and self._is_exponential(next(iter(base))):
            return self.exp(times(self.log(base), exponent))
        # b**(c·m + n) is (b**m)**c·b**n: exponents add, for negative b too, where all are whole.
        offset = exponent.get((), Fraction(0))
        result = self.rational_power(base, offset, is_given=False) if offset else dict(ONE)
        for monomial, coefficient in exponent.items():
            if monomial:
                key = (frozen(base), monomial)
                is_array = self.any_array(base, {monomial: Fraction(1)})
                generator = self.table.get("power", key, is_array=is_array)
                result = times(result, single(generator, coefficient))
        return result

    def _is_exponential(self, monomial: Monomial) -> bool:
        return all(self.table.rows[g].kind == "exp" for g, _ in monomial)

    def rational_power(
        self, base: Polynomial, exponent: Fraction, *, is_given: bool = True
    ) -> Polynomial:
        """Return base**exponent; `is_given`: that power itself has a value."""
        if not base:
            if exponent > 0:
                return {}
            raise NoNormalFormError
        if abs(exponent) > (MAX_POWER if len(base) > 1 else MAX_SINGLE_POWER):
            raise TooLargeError
        if exponent.denominator > 1:
            return self.root_power(base, exponent, is_given)
        if exponent > 0:
            return power(base, int(exponent))
        return self._inverse_power(base, int(-exponent), is_given)

    def _inverse_power(self, base: Polynomial, exponent: int, is_given: bool) -> Polynomial:
        content, monomial, rest = split(base)
        result: Polynomial = {raised(monomial, -exponent): 1 / content**exponent}
        if rest != ONE:
            inverse = self.generator_of("inverse", rest, rest)
            result = times(result, single(inverse, exponent))
        if is_given:
            self._note_nonzero(monomial)
        return result

    def _note_nonzero(self, monomial: Monomial) -> None:
        # x**(y + 1/2) is 1 where both x and the exponent are 0
        if not self.is_guarded and all(self.table.rows[g].kind != "power" for g, _ in monomial):
            self.table.nonzero |= {g for g, _ in monomial}

    def root_power(self, base: Polynomial, exponent: Fraction, is_given: bool) -> Polynomial:
        """Return a fractional power: of each positive factor, and of the rest as a whole."""
        content, monomial, rest = split(base)
        result = self._number_power(abs(content), exponent)
        pulled = tuple(p for p in monomial if self.table.is_positive(p[0]))
        result = times(result, {raised(pulled, exponent): Fraction(1)})
        left = tuple(p for p in monomial if not self.table.is_positive(p[0]))
        if rest != ONE and self.positive_form(rest):
            result = times(result, single(self.generator_of("root", rest, rest), exponent))
            rest = dict(ONE)
        if exponent < 0 and is_given:
            self._note_nonzero(monomial)
        if content > 0 and rest == ONE:
            if not left:
                return result
            simple = self._power_of_one(left, exponent)
            if simple is not None:
                return times(result, simple)
        whole = times({left: Fraction(1 if content > 0 else -1)}, rest)
        return times(result, single(self.generator_of("root", whole, whole), exponent))

    def _power_of_one(self, monomial: Monomial, exponent: Fraction) -> Polynomial | None:
        """Return (g**k)**exponent where that is a power of g or of |g|."""
        if len(monomial) > 1:
            return None
        ((generator, k),) = monomial
        kind = self.table.rows[generator].kind
        if kind in ("power", "cbrt"):
            return None
        if k.denominator > 1 or k % 2:  # then g is not negative where g**(k·exponent) has a value
            return single(generator, k * exponent)
        if (k * exponent).denominator == 1:
            return self.absolute(single(generator, k * exponent))
        return None

    def _number_power(self, number: Fraction, exponent: Fraction) -> Polynomial:
        """Return the power of a positive number: of its primes."""
        result = dict(ONE)
        for prime, multiplicity in _factors(number):
            generator = self.table.get("prime", prime, constant(prime))
            result = times(result, single(generator, multiplicity * exponent))
        return result

    # -- exponential and logarithm ------------------------------------------------------------

    def exp(self, p: Polynomial) -> Polynomial:
        """Return exp(p): a product of powers of exponentials, one for each term."""
        result = dict(ONE)
        for monomial, coefficient in p.items():
            result = times(result, self._exp_term(monomial, coefficient))
        return result

    def _exp_term(self, monomial: Monomial, coefficient: Fraction) -> Polynomial:
        if not monomial:
            return single(self.table.get("atom", "e", dict(ONE)), coefficient)
        if len(monomial) == 1 and coefficient.denominator == 1 and monomial[0][1] == 1:
            row = self.table.rows[monomial[0][0]]
            if row.kind == "log":  # exp(n·log|u|) is |u|**n
                return self.rational_power(self.absolute(row.base), coefficient)
        generator = self.table.get("exp", monomial, is_array=self.table.is_array(monomial))
        return single(generator, coefficient)

    def log(self, p: Polynomial) -> Polynomial:
        """Return log|p|, which is log(p) wherever that has a value."""
        if not p:
            raise NoNormalFormError
        content, monomial, rest = split(p)
        self._note_nonzero(monomial)
        total: Polynomial = {}
        for prime, multiplicity in _factors(abs(content)):
            total = plus(total, scaled(self._log_of(constant(prime)), multiplicity))
        for generator, exponent in monomial:
            total = plus(total, scaled(self._log_of_generator(generator), exponent))
        return total if rest == ONE else plus(total, self._log_of(rest))

    def _log_of_generator(self, generator: int) -> Polynomial:
        row = self.table.rows[generator]
        if row.kind == "exp":
            return {row.key: Fraction(1)}  # type: ignore[dict-item]
        if row.kind in ("root", "cbrt", "prime"):
            return self.log(row.base)
        if row.kind == "inverse":
            return scaled(self.log(row.base), -1)
        if row.key == "e":
            return dict(ONE)
        return self._log_of(single(generator))

    def _log_of(self, p: Polynomial) -> Polynomial:
        return single(self.generator_of("log", p, p))

    # -- signs --------------------------------------------------------------------------------

    def sign(self, p: Polynomial) -> Polynomial:
        """Return the sign of p, 0 where p is 0."""
        if not p:
            return {}
        content, monomial, rest = split(p)
        if self._has_free_sign(monomial):
            return self.atom("sign", [p])
        result = constant(1 if content > 0 else -1)
        for generator, exponent in monomial:
            if self.table.is_positive(generator):
                continue
            if exponent.denominator > 1:  # a root: not negative, but it may be zero
                return self.atom("sign", [p])
            one = single(generator)
            factor = single(self.generator_of("sign", one, one), 2 - exponent % 2)
            result = times(result, factor)
        if rest != ONE and not self.positive_form(rest):
            square = power(rest, 2)
            root = self.generator_of("root", square, square)
            angle = self.table.get(
                "angle", ("sign", frozen(rest)), rest, root, is_array=self.any_array(rest)
            )
            result = times(result, single(angle))
        return result

    def absolute(self, p: Polynomial) -> Polynomial:
        """Return |p|."""
        if not p:
            return {}
        content, monomial, rest = split(p)
        if self._has_free_sign(monomial):
            square = power(p, 2)
            return single(self.generator_of("root", square, square), Fraction(1, 2))
        result: Polynomial = {monomial: abs(content)}
        for generator, exponent in monomial:
            if exponent.denominator == 1 and exponent % 2 and not self.table.is_positive(generator):
                one = single(generator)
                result = times(result, single(self.generator_of("sign", one, one)))
        if rest == ONE:
            return result
        if self.positive_form(rest):
            return times(result, rest)
        square = power(rest, 2)
        return times(result, single(self.generator_of("root", square, square), Fraction(1, 2)))


def _factors(number: Fraction) -> list[tuple[int, int]]:
    """Return the primes of a positive number with their exponents; a large rest counts as one."""
    found: dict[int, int] = {}
    for part, sign in ((number.numerator, 1), (number.denominator, -1)):
        for prime in range(2, MAX_PRIME):
            while part % prime == 0:
                found[prime] = found.get(prime, 0) + sign
                part //= prime
            if part == 1:
                break
        if part > 1:
            found[part] = found.get(part, 0) + sign
    return [(prime, n) for prime, n in sorted(found.items()) if n]
