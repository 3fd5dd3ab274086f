"""Closed forms of definite integrals: how many are right, by which strategy, beside SymPy.

    python benchmarks/closed_forms.py FILE.json ... [--sympy] [--seconds 10] [--only ID]

A file holds `{"items": [...]}` as in the corpus of integrals; items without a closed form are left
out. Each form is judged here at 25 digits, against the form that the corpus gives.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import statistics
import time
from collections import Counter
from pathlib import Path

import mpmath
import sympy

import symcalc as sc
from symcalc.symbolic.integration import STRATEGIES, IntegralProblem
from symcalc.worker import run_task, start_worker

TASK = "symcalc.symbolic.integration:run_strategy"
LADDER = "symcalc.symbolic.integration.ladder"


def to_problem(item: dict) -> IntegralProblem:
    """Return the item as a problem."""
    assume = dict(item.get("assumptions") or {})

    def read(text: str) -> sc.Expression:
        return sc.parse(text, assume=assume or None)

    ranges = tuple((name, read(low), read(high)) for name, low, high in item["limits"])
    return IntegralProblem(read(item["integrand"]), ranges)


def truths(item: dict) -> list[tuple[dict, str]]:
    """Return parameter values and the value of the integral there."""
    if item.get("instances"):
        return [(row["values"], row["value"]) for row in item["instances"]]
    return [({}, item["value"])]


def is_right(form: sympy.Basic, item: dict) -> bool:
    """Whether a form takes the values that are known, to 15 digits."""
    for values, value in truths(item):
        point = {s: sympy.Rational(values[s.name]) for s in form.free_symbols if s.name in values}
        number = sympy.N(form.subs(point), 30)
        truth = mpmath.mpf(value)
        if not number.is_number or not number.is_finite:
            return False
        if abs(complex(number) - complex(truth)) > 1e-14 * (1e-30 + abs(truth)):
            return False
    return True


def by_ladder(item: dict, seconds: float) -> tuple[str, str, str, list[str]]:
    """Run the strategies until one is right: verdict, strategy, form, wrong forms."""
    problem = to_problem(item)
    kind = "one" if len(problem.ranges) == 1 else "several"
    end = time.monotonic() + seconds
    wrong: list[str] = []
    for strategy in STRATEGIES:
        left = end - time.monotonic()
        if strategy.variables != kind or left <= 0.05:
            continue
        found: list = []
        with contextlib.suppress(sc.LimitError):
            run_task(
                TASK,
                (strategy.name, problem),
                seconds=min(left, max(2 * strategy.share * seconds, 1.0)),
                on_progress=found.append,
            )
        for candidate in found:
            if is_right(candidate.form.sympy, item):
                return "right", strategy.name, candidate.form.text, wrong
            wrong.append(f"{strategy.name}: {candidate.form.text}")
    return ("wrong" if wrong else "none"), "", "", wrong


def by_sympy(item: dict, seconds: float) -> str:
    """Run `sympy.integrate` on the item under a limit; the verdict."""
    from symcalc.symbolic.deadline import use_alarms, within_seconds

    use_alarms()
    problem = to_problem(item)
    from symcalc.symbolic.integration.view import view

    f, ranges = view(problem)

    def work() -> sympy.Basic:
        return sympy.integrate(f, *ranges)

    try:
        form = within_seconds(seconds, work)
        if form is None:
            return "time"
        if form.has(sympy.Integral, sympy.Sum, sympy.meijerg):
            return "none"
        return "right" if is_right(form, item) else "wrong"
    except Exception as error:  # noqa: BLE001 - whatever SymPy raises is its answer
        return type(error).__name__


def main() -> None:
    """Print a line for each item and the sums."""
    parser = argparse.ArgumentParser()
    parser.add_argument("files", nargs="+")
    parser.add_argument("--sympy", action="store_true")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--only", default="")
    parser.add_argument("--quiet", action="store_true")
    options = parser.parse_args()
    start_worker([LADDER])
    run_task("symcalc:parse", ("x",))
    verdicts, ways, theirs = Counter(), Counter(), Counter()
    times, their_times = [], []
    for name in options.files:
        for item in json.loads(Path(name).read_text())["items"]:
            if item.get("closed_form") is None or options.only not in item["id"]:
                continue
            if item.get("expect", "value") != "value":
                continue
            begun = time.monotonic()
            verdict, way, form, wrong = by_ladder(item, options.seconds)
            took = time.monotonic() - begun
            verdicts[verdict] += 1
            ways[way] += 1
            times.append(took)
            row = f"{item['id']:22} {verdict:6} {took:6.2f} {way:12} {form[:90]}"
            if options.sympy:
                begun = time.monotonic()
                other = by_sympy(item, options.seconds)
                their_times.append(time.monotonic() - begun)
                theirs[other] += 1
                row += f"   | SymPy {other} {their_times[-1]:.2f}"
            if verdict != "right" or wrong or not options.quiet:
                print(row, flush=True)
                for text in wrong:
                    print(f"{'':30} not {text[:100]}")
    print(dict(verdicts), dict(ways))
    print(f"median {statistics.median(times):.3f} s, all {sum(times):.1f} s")
    if options.sympy:
        print("SymPy", dict(theirs))
        print(f"median {statistics.median(their_times):.3f} s, all {sum(their_times):.1f} s")


if __name__ == "__main__":
    main()
