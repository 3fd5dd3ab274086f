"""Minimizing with variables for kinks, and the result in the variables of the problem."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..language import Limits
from ..optimize import (
    ConstraintState,
    Objective,
    Optimum,
    StepState,
    minimize_constrained,
    suits_barriers,
)
from ..optimize.plain import count_of
from .array_objective import ArrayObjective
from .constraint_reading import Link
from .constraints import Setting, compile_constraints
from .epigraph import Lifted, lift
from .objective import FormulaObjective
from .structure import find_roughness

__all__ = ["minimize_lifted"]

#: Above this number of variables, kinks and constraints together kinks are left as they are, but
#: for convex problems whose matrices can be formed.
MAX_LIFTED = 400

#: A piece holds a kink when it has more than this share of the weights of all pieces.
SHARE = 1e-9

#: So many kinks are told, and so many letters of a formula.
N_TOLD, LONG = 4, 40


def minimize_lifted(
    target: FormulaObjective | ArrayObjective, links: Sequence[Link], setting: Setting,
    pairs: Mapping[str, Any] | None, functions: Objective, *, limits: Limits,
    callback: Callable[[StepState], object] | None, **settings: Any,
) -> Optimum | None:  # fmt: skip
    """Minimize with variables for the kinks of objective and constraints; None without such kinks.

    `functions` are those of the objective as it was written; they tell what the end stands on.
    """
    graph, root = target.expression.graph, target.expression.root
    rough = find_roughness(graph, root, setting.start).union(
        *(find_roughness(x.gap.graph, x.gap.root, setting.start) for x in links)
    )
    lifted = lift(target, links, setting, pairs) if rough and "jump" not in rough else None
    if lifted is None:
        return None
    whole = compile_constraints([*lifted.links, *lifted.pieces], lifted.setting, pairs)
    smooth, facts = lifted.target.to_objective("product", _of_each(pairs, lifted.setting))
    is_large = len(lifted.names) + len(whole.constraints) > MAX_LIFTED
    convex = replace(facts, is_convex=facts.is_convex and whole.constraints.is_convex)
    if is_large and not suits_barriers(whole.constraints, convex, True):
        return None
    if whole.roughness:
        facts = replace(facts, has_kinks=True)
    n = lifted.stand_ins.first
    of_kinks = {piece.text for piece in lifted.pieces}.difference(x.text for x in lifted.links)
    best = minimize_constrained(
        _telling(smooth, functions, n), whole.constraints,
        [replace(label, is_piece=label.text in of_kinks) for label in whole.labels],
        lifted.target.vector, lifted.names, bounds=whole.bounds, facts=facts, notes=whole.notes,
        callback=None if callback is None else _within(callback, n),
        time_limit=limits.seconds, stand_ins=lifted.stand_ins, **settings,
    )  # fmt: skip
    return _without_kinks(best, lifted, of_kinks, functions)


def _of_each(pairs: Mapping[str, Any] | None, setting: Setting) -> list[Any] | None:
    """Return bounds in the order of the variables, none for those that stand for kinks."""
    return None if pairs is None else [pairs.get(name) for name in setting.start]


def _telling(smooth: Objective, written: Objective, n: int) -> Objective:
    """Return the smooth objective, which tells what the one that was written stands on."""
    tell, explain = written.places, written.explain
    return replace(
        smooth,
        places=None if tell is None else lambda x: tell(x[:n]),
        explain=None if explain is None else lambda x: explain(x[:n]),
    )


def _within(callback: Callable[[StepState], object], n: int) -> Callable[[StepState], object]:
    """Return a callback that sees the variables of the problem only."""

    def call(state: StepState) -> object:
        gradient = None if state.gradient is None else state.gradient[:n]
        return callback(
            replace(state, vector=state.vector[:n], names=state.names[:n], gradient=gradient)
        )

    return call


def _without_kinks(
    best: Optimum, lifted: Lifted, of_kinks: set[str], functions: Objective
) -> Optimum:
    """Return a result in the variables of the problem."""
    kept = tuple(state for state in best.constraints if state.text not in of_kinks)
    x = dict(list(best.x.items())[: lifted.stand_ins.first])
    pieces = {state.text: state for state in best.constraints if state.text in of_kinks}
    said = _weights(lifted, pieces) if best.converged else []
    multipliers = best.multipliers
    if multipliers is not None:
        multipliers = {s.text: multipliers[s.text] for s in kept} or None
    fun = functions.value(np.array(list(x.values())))
    why, rules = best.why, best.rules
    if rules:
        n_kinks = len(best.x) - len(x)
        held = f"{count_of(len(lifted.links), 'constraint')}, " if lifted.links else ""
        own = "a variable of its own" if n_kinks == 1 else "variables of their own"
        why = f"{held}{count_of(len(x), 'variable')}, {count_of(n_kinks, 'kink')} with {own}"
        rules = (f"{best.method}: yes, {why}.", *rules[1:])
    return replace(
        best, why=why, rules=rules, x=x, fun=fun if np.isfinite(fun) else best.fun,
        constraints=kept, multipliers=multipliers, diagnosis=(*best.diagnosis, *said),
    )  # fmt: skip


def _weights(lifted: Lifted, pieces: Mapping[str, ConstraintState]) -> list[str]:
    """Say at which kinks the point is held, and by what share of each of their pieces."""
    said: list[str] = []
    for atom in lifted.atoms:
        states = [pieces[text] for text in atom.relations if text in pieces]
        known = [np.ravel(x.multiplier) for x in states if x.multiplier is not None]
        if len(known) < len(atom.texts):
            continue
        forces = np.array(known)
        total = forces.sum(axis=0)
        holds = forces > SHARE * total
        is_held = holds.sum(axis=0) > 1
        if not is_held.any():
            continue
        text = _short(atom.text)
        if total.size > 1:
            said.append(f"Pieces of `{text}` meet in {is_held.sum()} of {total.size} entries.")
            continue
        shares = " and ".join(
            f"{force[0] / total[0]:.4g} of `{_short(piece)}`"
            for force, piece, held in zip(forces, atom.texts, holds, strict=True)
            if held[0]
        )
        said.append(f"The subgradient that vanishes has {shares} in `{text}`.")
    return said[:N_TOLD]


def _short(text: str) -> str:
    """Return a formula, cut where it is long."""
    return text if len(text) <= LONG else f"{text[:LONG]}…"
