"""The domain in several variables: the conditions of all steps, solved where they concern one."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from ..balls import BallProgram, NoBall, Status, precise_value
from ..errors import DerivativeError, SymcalcError
from ..expression import Expression, Variable
from ..graph.derive import gradient_nodes
from ..graph.graph import Graph, Node
from ..graph.regions import Region as Branch
from ..graph.regions import find_regions
from ..language import read
from ..outcome import Outcome, Trust
from ..symbolic.definedness import Definedness, kink_terms, requirements
from ..symbolic.realset import RealSet
from ..verify import sample_points
from .regions import Condition, Region, RegionCheck

__all__ = ["assumed_set", "box_regions", "left_out"]

#: Larger second derivatives are not searched for conditions of their own.
MAX_NODES = 4000
N_POINTS, BITS = 36, 256
#: Longer steps are cut in notes.
MAX_TEXT = 120
#: Relations that say more than others: `a > 0` makes `a != 0` superfluous.
_STRONGER = {">": {">", ">=", "!="}, "<": {"<", "<=", "!="}, ">=": {">="}, "<=": {"<="}}


def box_regions(
    expression: Expression, names: Sequence[str]
) -> tuple[tuple[Region, Region, Region], tuple[str, ...], RegionCheck]:
    """Return the regions of value, gradient and Hessian, notes, and how they were checked."""
    graph = expression.graph.copy()
    wrt = [graph.var(name) for name in names]
    value = _Box(graph, names)
    value.add([expression.root], kinks=False)
    check = value.check(expression)
    notes = left_out(graph, expression.root, is_zero_left_out=True)
    assumed = {v.name: assumed_set(v) for v in expression.variables if v.name in names}
    levels, roots = [value.region(assumed)], [expression.root]
    assumed = {name: found.interior() for name, found in assumed.items()}
    box = value
    for level in ("gradient", "hessian"):
        box.add(roots, kinks=True)
        try:
            derived = [d for root in roots for d in gradient_nodes(graph, root, wrt)]
        except DerivativeError as error:
            notes.append(f"{level}: {error}")
            nothing = dict.fromkeys(names, RealSet.nothing())
            levels.append(Region(nothing, ()))
            continue
        if len(graph.reachable(derived)) > MAX_NODES:
            notes.append(f"{level}: too large to be searched; conditions may be missing")
        else:
            box.add(derived, kinks=False)
        roots = derived
        for name, found in box.sets.items():
            box.sets[name] = found.interior()
        levels.append(box.region(assumed))
    return (levels[0], levels[1], levels[2]), tuple(notes), check


#: What the words of an assumption say.
_WORDS = {"positive": ">", "negative": "<", "nonnegative": ">=", "nonpositive": "<="} | {
    "nonzero": "!="
}


def assumed_set(variable: Variable) -> RealSet:
    """Return the reals that an assumption about a variable allows, as far as it can be solved."""
    import sympy

    found = RealSet.everything()
    for item in variable.assumption.split(","):
        words = item.replace(variable.name, "", 1).split()
        for word in words:
            if word in _WORDS:
                found &= RealSet.related(_WORDS[word], sympy.Integer(0))
        if any(sign in item for sign in "<>="):
            choice = read(f"1 if {item} else 0", declared=(variable.name,))
            condition = choice.graph.args[choice.root][1]
            solved = Definedness(choice.graph.copy()).truth(condition)
            found = found if solved is None else found & solved
    return found


def left_out(graph: Graph, root: Node, *, is_zero_left_out: bool) -> list[str]:
    """Return a note for each power that has values where its base is not positive."""
    notes = []
    zero = ", and where its base is 0 and its exponent not negative" if is_zero_left_out else ""
    for node in graph.reachable([root]):
        if graph.kinds[node] == "pow" and all(graph.variables([a]) for a in graph.args[node]):
            text = Expression(graph, node).text
            shown = text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 1]}…"
            notes.append(
                f"{shown} also has values where its base is negative and its exponent a whole "
                f"number{zero}; they are left out"
            )
    return notes


class _Box:
    """Conditions collected step by step; those on one variable become its set."""

    def __init__(self, graph: Graph, names: Sequence[str]) -> None:
        self.graph = graph
        self.sets = {name: RealSet.everything() for name in names}
        self.conditions: dict[str, Condition] = {}
        #: Conditions asked everywhere, and whether there are others, in words or in branches.
        self.nodes: list[Node] = []
        self.has_words = False
        self.relations: set[tuple[Hashable, Any, str]] = set()

    def region(self, assumed: Mapping[str, RealSet]) -> Region:
        """Return what was collected so far, within what is assumed."""
        sets = {name: found & assumed[name] for name, found in self.sets.items()}
        return Region(sets, tuple(self.conditions.values()))

    def add(self, roots: Sequence[Node], *, kinks: bool) -> None:
        """Collect the conditions of all steps below some roots: for a value, or for smoothness."""
        g = self.graph
        order = g.reachable(roots)
        regions = find_regions(g, roots, order)
        for node in order:
            branch = regions.get(node)
            if kinks:
                for term, kind in kink_terms(g, node):
                    if g.variables([term]):
                        condition = g.compare("!=", term, g.const(0))
                        self._take(condition, node, kind, branch)
                continue
            for need in requirements(g, node):
                if need.condition is None or branch is not None:
                    self.has_words = True
                if need.condition is None:
                    self._say(need.words, node, "domain", branch, solved=False)
                elif g.variables([need.condition]) or not self._always(need.condition):
                    self._take(need.condition, node, "domain", branch)

    def check(self, expression: Expression) -> RegionCheck:
        """Compare the conditions with the values of ball arithmetic at sampled points."""
        roots = [*self.nodes, expression.root]
        try:
            program = BallProgram(self.graph, roots)
        except NoBall:
            return _verdict(0, "")
        n, wrong = 0, ""
        facts = {v.name: v.assumption for v in expression.variables if v.assumption}
        for point in sample_points(expression.names, n_tries=N_POINTS, assumptions=facts):
            *conditions, _ = program.evaluate(point, BITS)
            if None in conditions or (all(conditions) and self.has_words):
                continue
            value = precise_value(self.graph, expression.root, point, digits=6)
            if value.status is Status.UNDECIDED:
                continue
            n += 1
            if all(conditions) is (value.status is Status.UNDEFINED) and not wrong:
                place = ", ".join(f"{name} = {at!r}" for name, at in point.items())
                wrong = f"the conditions do not tell whether there is a value at {place}"
        return _verdict(n, wrong)

    def _always(self, condition: Node) -> bool:
        """Whether a condition on numbers alone holds."""
        found = Definedness(self.graph).truth(condition)
        return found is None or not found.is_empty

    def _take(self, condition: Node, step: Node, kind: str, branch: Branch | None) -> None:
        """Solve a condition in one variable; keep one in several, unless it is implied."""
        g = self.graph
        if g.kinds[condition] == "compare" and self._is_implied(condition, branch):
            return
        if branch is None:
            self.nodes.append(condition)
        found = None
        inside = [g.data[n] for n in g.variables([condition])]
        if len(inside) == 1 and branch is None:
            found = Definedness(g).truth(condition)
            if found is not None:
                self.sets[inside[0]] &= found
        self._say(_text(g, condition), step, kind, branch, solved=found is not None)

    def _is_implied(self, condition: Node, branch: Branch | None) -> bool:
        """Whether a comparison always holds, or follows from one taken before; it counts then."""
        g = self.graph
        try:
            gap = Expression(g, g.sub(*g.args[condition])).sympy
        except SymcalcError:
            return False
        relation = g.data[condition]
        always = {">": "is_positive", ">=": "is_nonnegative", "!=": "is_nonzero"}.get(relation)
        if always is not None and getattr(gap, always):
            return True
        where = None if branch is None else branch.key
        gaps = (gap, -gap) if relation == "!=" else (gap,)
        if any((key, one, relation) in self.relations for key in {None, where} for one in gaps):
            return True
        for weaker in _STRONGER.get(relation, {relation}):
            self.relations.add((where, gap, weaker))
        return False

    def _say(
        self, words: str, step: Node, kind: str, branch: Branch | None, *, solved: bool
    ) -> None:
        """Keep a condition in words, with the branch in which alone it is asked."""
        if branch is not None:
            words = f"{words} (in a branch of {_text(self.graph, branch.piecewise)})"
        text = Condition(words, _text(self.graph, step), kind, solved)
        self.conditions.setdefault(words, text)


def _verdict(n: int, wrong: str) -> RegionCheck:
    """Return how the comparison went."""
    if wrong:
        return RegionCheck(Trust.SUSPECT, Outcome.DISAGREES, n, wrong)
    if not n:
        message = "no point could be compared with ball arithmetic"
        return RegionCheck(Trust.UNCHECKED, Outcome.DONE, 0, message)
    message = f"the conditions agree with ball arithmetic at {n} points"
    return RegionCheck(Trust.CHECKED, Outcome.DONE, n, message)


def _text(g: Graph, node: Node) -> str:
    text = Expression(g, node).text
    return text if len(text) <= 120 else text[:119] + "…"
