"""What is wrong with one component of a claimed derivative."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from ..errors import SymcalcError
from ..graph.derive import gradient_nodes
from ..graph.graph import Node, Number
from ..writing import to_text
from .claim_terms import expanded, terms_of
from .evidence import Evidence
from .mistakes import Finding, Verdict
from .patterns import columns_of, constant_of, law_of, multiple, number_text, rational_of, same
from .slips import slips_of

__all__ = ["Component"]

Array = NDArray[np.float64]

#: A constant factor this near to 1 is a rounded number, not a mistake of calculus.
NEAR_ONE = 0.02
#: A claim whose typical relative error is below this is right to some digits.
INACCURATE = 2e-3
#: Parts of the formulas that are tried as factors.
MAX_PARTS = 120
#: Differences with longer texts are not shown.
MAX_TEXT = 100


class Component:
    """One component at the points at which it is wrong.

    With `explain`, a wrong number is traced to the rule whose misuse leads to it.
    """

    def __init__(
        self, evidence: Evidence, k: int, where: NDArray[np.bool_], *, explain: bool = True
    ) -> None:
        self.explain = explain
        self.evidence, self.question, self.k = evidence, evidence.question, k
        self.graph, self.name = evidence.question.graph, evidence.question.names[k]
        self.where = where
        self.truth, self.claim = evidence.truth[k][where], evidence.claim[k][where]
        self.gap, self.noise = evidence.gap[k][where], evidence.noise[k][where]
        #: Beside this, a derivative that is zero is only rounding.
        self.scale = 0.0 if evidence.is_exact else float(np.nanmedian(np.abs(evidence.truth)))
        with np.errstate(all="ignore"):
            self.ratio = np.where(self.truth != 0, self.claim / self.truth, np.nan)
            self.ratio_noise = self.noise / np.abs(self.truth)
        if evidence.is_exact:
            self.ratio_noise = 1e-12 * np.abs(self.ratio)

    def finding(self) -> Finding:
        """Return the first explanation that fits at every point."""
        searches: tuple[Callable[[], Finding | None], ...] = (
            self.constant_factor,
            self.whole_terms,
            self.inaccurate,
            self.scaled_term,
            self.slip,
            self.other_derivative,
            self.factor,
            self.further_term,
        )
        for search in searches:
            found = search()
            if found is not None:
                return found
        return self.unnamed()

    def found(self, verdict: Verdict, message: str, formula: str = "") -> Finding:
        """Return a finding on this component."""
        return Finding(verdict, message, (self.name,), formula)

    def explained(self, verdict: Verdict, message: str, formula: str) -> Finding:
        """Return a finding on a number, with the rule whose misuse leads to it, if one does."""
        slip = self.slip() if self.explain else None
        return self.found(verdict, f"{message}: {slip.message}" if slip else message, formula)

    def values(self, nodes: list[Node]) -> Array:
        """Return formulas at the points at which the component is wrong."""
        return self.evidence.values(nodes)[:, self.where]

    def text(self, node: Node) -> str:
        """Return a formula for people."""
        return to_text(self.graph, node)

    # -- factors --------------------------------------------------------------------------------

    def constant_factor(self) -> Finding | None:
        """Find claim = c × derivative with a number c."""
        if not (np.isfinite(self.ratio) & (self.ratio != 0)).any():
            return self.zero()
        factor = constant_of(self.ratio, self.ratio_noise)
        if factor is None or self.is_more_than_a_factor():
            return None
        if abs(factor - 1) < NEAR_ONE:
            return self.rounded(abs(factor - 1))
        if abs(factor + 1) < 1e-9:
            return self.explained(Verdict.SIGN, "the sign is wrong", "-1")
        text = number_text(factor, max(1e-10, 3 * float(np.nanmin(self.ratio_noise))))
        return self.explained(Verdict.CONSTANT_FACTOR, f"off by the factor {text}", text)

    def is_more_than_a_factor(self) -> bool:
        """Say whether the claim is not zero somewhere where the derivative is."""
        return bool(((self.truth == 0) & (np.abs(self.claim) > self.noise)).any())

    def zero(self) -> Finding | None:
        """Find that one side is zero."""
        if np.all(self.claim == 0):
            text = self.text(self.question.truths[self.k])
            return self.found(Verdict.MISSING_TERM, f"is 0, the derivative is {text}", text)
        return None

    def factor(self) -> Finding | None:
        """Find claim = derivative × a formula: powers of variables, or a part of the formulas."""
        if self.is_more_than_a_factor():
            return None
        variables, parts = self.parts()
        law = law_of(self.ratio, self.ratio_noise, self.graph, variables, parts)
        if law is None:
            return None
        node = multiple(self.graph, law.coefficient, law.node)
        inverse = self.graph.pow(law.node, self.graph.const(-1))
        missing = multiple(self.graph, 1 / law.coefficient, inverse)
        missing = self.simple(missing)
        node = self.simple(node)
        verdict = Verdict.FACTOR if self.depends(node) else Verdict.CONSTANT_FACTOR
        told, lacks = (_counted(self.text(n)) for n in (node, missing))
        remark = self.remark(law.node)
        if len(lacks) < len(told):
            return self.found(verdict, f"a factor is missing: {lacks}{remark}", told)
        return self.found(verdict, f"off by the factor {told}{remark}", told)

    def remark(self, node: Node) -> str:
        """Return what a factor of numbers that do not move suggests."""
        graph = self.graph
        base: Node = node
        power: Number | None = 1
        if graph.kinds[node] == "pow":
            base, power = graph.args[node][0], graph.value(graph.args[node][1])
        if graph.kinds[base] == "size":
            return ", n being the number of rows: a sum for a mean, or the reverse"
        if graph.kinds[base] == "var" and not self.depends(base) and power in (2, -2):
            name = graph.data[base]
            return f": {name} stands above where it belongs below, or the reverse; 1/2*{name} " + (
                f"is {name}/2, not 1/(2*{name})"
            )
        return ""

    def simple(self, node: Node) -> Node:
        """Return the formula as SymPy arranges it, where it can."""
        form = expanded(self.graph, node)
        return node if form is None or len(self.text(form)) > len(self.text(node)) else form

    def depends(self, node: Node) -> bool:
        """Say whether a formula depends on a variable of the gradient, or on data."""
        names = {v.name for v in self.question.variables if v.shape} | set(self.question.names)
        graph = self.graph
        stack = [node]
        while stack:
            node = stack.pop()
            if graph.kinds[node] == "var" and graph.data[node] in names:
                return True
            if graph.kinds[node] != "size":
                stack += graph.args[node]
        return False

    def parts(self) -> tuple[dict[Node, Array], dict[Node, Array]]:
        """Return the scalar variables, and other scalar parts of the formulas, with values."""
        graph, question = self.graph, self.question
        roots = [question.value, *question.truths, *question.claims]
        nodes = [
            n for n in graph.reachable(roots) if not graph.shape(n) and _is_part(graph.kinds[n])
        ]
        scalars = [graph.var(v.name) for v in question.variables if not v.shape]
        columns = [v for v in question.variables if v.shape]
        if columns:
            scalars.append(graph.size(graph.var(columns[0].name)))
        nodes = [n for n in nodes if n not in scalars][:MAX_PARTS]
        values = columns_of([*scalars, *nodes], self.values([*scalars, *nodes]))
        return {n: values[n] for n in scalars}, {n: values[n] for n in nodes}

    # -- terms ----------------------------------------------------------------------------------

    def whole_terms(self) -> Finding | None:
        """Find a term of the derivative that is missing, or one of the claim that is too many."""
        claims = [self.question.claims[self.k]] if self.question.claims else []
        searched = (
            (Verdict.MISSING_TERM, "a term is missing", -1, self.truth_terms()),
            (Verdict.EXTRA_TERM, "a term too many", 1, terms_of(self.graph, claims)),
        )
        found = [
            (self.text(term), verdict, words)
            for verdict, words, factor, terms in searched
            for term, _ in self.multiples(terms, (Fraction(factor),))
        ]
        if found:
            text, verdict, words = min(found, key=lambda item: len(item[0]))
            return self.found(verdict, f"{words}: {text}", text)
        number = constant_of(self.gap, self.noise)
        if number is not None and self.is_significant():
            text = number_text(number)
            return self.found(Verdict.EXTRA_TERM, f"a term too many: {text}", text)
        return None

    def scaled_term(self) -> Finding | None:
        """Find one term of the derivative that has a wrong number in front."""
        for term, coefficient in self.multiples(self.truth_terms(), None):
            text, factor = self.text(term), 1 + coefficient
            if factor == -1:
                return self.explained(Verdict.SIGN, f"the term {text} has the wrong sign", text)
            message = f"the term {text} is off by the factor {factor}"
            return self.explained(Verdict.CONSTANT_FACTOR, message, text)
        return None

    def further_term(self) -> Finding | None:
        """Find that the difference is a product of powers, or a part of the formulas."""
        if not self.is_significant():
            return None
        variables, parts = self.parts()
        law = law_of(self.gap, self.noise, self.graph, variables, parts)
        if law is None:
            return None
        text = self.text(self.simple(multiple(self.graph, law.coefficient, law.node)))
        return self.found(Verdict.EXTRA_TERM, f"a term too many: {text}", text)

    def truth_terms(self) -> list[Node]:
        """Return the terms of the derivative, also of the form that people read."""
        return terms_of(self.graph, [self.question.truths[self.k]])

    def multiples(
        self, terms: list[Node], allowed: tuple[Fraction, ...] | None
    ) -> Iterator[tuple[Node, Fraction]]:
        """Yield the terms that the gap is a plain multiple of, the shortest text first."""
        if len(terms) == 0 or not self.is_significant():
            return
        found = []
        for term, values in zip(terms, self.values(terms), strict=True):
            with np.errstate(all="ignore"):
                ratio, room = self.gap / values, self.noise / np.abs(values)
            number = constant_of(ratio, room + 1e-11 * np.abs(ratio))
            if number is None:
                continue
            coefficient = rational_of(number, max(1e-10, 3 * float(np.nanmin(room))), 12)
            if coefficient and (allowed is None or coefficient in allowed):
                found.append((term, coefficient))
        yield from sorted(found, key=lambda pair: len(self.text(pair[0])))

    def is_significant(self) -> bool:
        """Say whether the gap is more than rounding at most points."""
        return bool((np.abs(self.gap) > 100 * self.noise).mean() > 0.5)

    # -- other derivatives, slips, digits -------------------------------------------------------

    def other_derivative(self) -> Finding | None:
        """Find that the claim is the formula itself, or another derivative of it."""
        graph, question = self.graph, self.question
        scalars = [v.name for v in question.variables if not v.shape and v.name != self.name]
        try:
            first = gradient_nodes(graph, question.value, [graph.var(n) for n in scalars])
            truth = question.truths[self.k]
            own = graph.var(self.name)
            second = gradient_nodes(graph, truth, [own, *[graph.var(n) for n in scalars]])
        except SymcalcError:
            return None
        for name, values in zip(scalars, self.values(first), strict=True):
            if self.fits(values):
                message = f"this is ∂f/∂{name}, not ∂f/∂{self.name}"
                return self.found(Verdict.OTHER_VARIABLE, message, name)
        labels = ["f itself", f"∂²f/∂{self.name}²"]
        labels += [f"∂²f/∂{self.name}∂{name}" for name in scalars]
        for label, values in zip(labels, self.values([question.value, *second]), strict=True):
            if self.fits(values):
                message = f"this is {label}, not ∂f/∂{self.name}"
                return self.found(Verdict.OTHER_ORDER, message, label)
        return None

    def slip(self) -> Finding | None:
        """Find a rule that was misapplied at one place."""
        try:
            slips = list(slips_of(self.graph, self.question.value, self.graph.var(self.name)))
        except SymcalcError:
            return None
        if not slips:
            return None
        values = self.values([slip.root for slip in slips])
        fitting = [slip for slip, row in zip(slips, values, strict=True) if self.fits(row)]
        if not fitting:
            return None
        best = min(fitting, key=lambda slip: slip.rank)
        return self.found(best.verdict, best.message, best.formula)

    def fits(self, values: Array) -> bool:
        """Say whether the claim is this formula."""
        return bool(np.any(values)) and same(self.claim, values, self.noise * 2)

    def inaccurate(self) -> Finding | None:
        """Find that the claim is right but for its last digits."""
        with np.errstate(all="ignore"):
            size = np.maximum(np.abs(self.truth), self.scale)
            errors = np.abs(self.gap) / np.maximum(size, 1e-300)
        if float(np.median(errors)) > INACCURATE:
            return None
        small = self.scaled_term() or self.slip() or self.further_term()  # a mistake, but small
        return small or self.rounded(float(np.median(errors)))

    def rounded(self, error: float) -> Finding:
        """Return how many digits are right, and what that looks like."""
        digits = max(1, int(-np.log10(max(error, 1e-300))))
        looks = "a rounded number in the formula"
        if not self.evidence.is_exact:
            looks = "finite differences, or a rounded number"
            with np.errstate(over="ignore"):
                is_single = np.all(self.claim == self.claim.astype(np.float32))
            looks = "single precision" if is_single else looks
        return self.found(
            Verdict.INACCURATE, f"agrees to about {digits} digits: looks like {looks}", str(digits)
        )

    def unnamed(self) -> Finding:
        """Return the difference itself, where it is a formula that one can read."""
        message, text = "fits no known mistake", ""
        if self.question.claims:
            graph = self.graph
            gap = graph.sub(self.question.claims[self.k], self.question.truths[self.k])
            text = self.text(self.simple(gap))
            if len(text) <= MAX_TEXT:
                message = f"claim - derivative = {text}"
        return self.found(Verdict.DIFFERS, message, text)


def _counted(text: str) -> str:
    """Return the text with the number of rows called n."""
    return re.sub(r"size\(\w+\)", "n", text)


def _is_part(kind: str) -> bool:
    return kind not in ("const", "var", "compare", "and", "or", "not", "nan", "oo")
