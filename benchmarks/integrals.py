"""Definite integrals with known values through `integrate`, beside SymPy and SciPy.

    python benchmarks/integrals.py [FILE.json ...] [--random 10] [--seed 0] [--budget 10]
                                   [--method numeric] [--only ID] [--rivals] [--smallest] [--quiet]

Without files: `integrals_corpus.json`, and `tests/data/integrals.json` where it is. An answer is
right if it is within 1e-10 and its stated error at most 1e-8, relatively; silent if its true error
is over ten times what it states. A parametric item is judged at the parameter values it gives.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import statistics
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import mpmath
from random_integrals import GENERATORS
from timing import DATA, header

import symcalc as sc

CORPUS = Path(__file__).with_name("integrals_corpus.json")
#: What an answer may miss and state, relatively; what it may miss beyond what it states.
MISSED, STATED, DOUBT = 1e-10, 1e-8, 10.0
#: Rounding of a double, which an error of 0 is allowed.
ROUNDING = 2.3e-16
#: Outcomes that tell that there is no value, by what the corpus expects.
NO_VALUE = {
    "divergent": {"DIVERGENT", "NO_LIMIT"},
    "undefined": {"DIVERGENT", "NO_LIMIT", "UNDEFINED"},
    "not_real": {"NOT_REAL", "UNDEFINED"},
}
RIVAL_SECONDS = 20.0


@dataclass
class Row:
    """What came out for one item."""

    item: dict[str, Any]
    verdict: str
    seconds: float
    detail: str = ""
    has_form: bool = False
    strategy: str = ""
    is_proven: bool = False
    ratios: list[float] = field(default_factory=list)


# -- symcalc ---------------------------------------------------------------------------------


def ask(
    item: dict[str, Any], budget: float, method: str, values: dict[str, str] | None = None
) -> sc.Integral:
    """Return the answer of `integrate`."""
    options: dict[str, Any] = {}
    if item.get("assumptions"):
        words = [f"{name} {claim}" for name, claim in item["assumptions"].items()]
        words += [item["condition"]] if item.get("condition") else []
        if values is None:
            options["assume"] = ", ".join(words)
    if values is not None:
        options["parameters"] = ", ".join(f"{name}={value}" for name, value in values.items())
    return sc.integrate(
        item["integrand"],
        *[tuple(limit) for limit in item["limits"]],
        budget=budget,
        method=method,
        principal_value=item["expect"] == "principal_value",
        throw=False,
        **options,
    )


def judge(value: float | None, error: float | None, truth: str) -> tuple[str, float]:
    """Return the verdict on a number with its error, and true error over stated error."""
    if value is None or error is None or value - value != 0:
        return "no value", 0.0
    true = mpmath.mpf(truth)
    miss = abs(mpmath.mpf(value) - true)
    size = abs(true) or mpmath.mpf(1)
    ratio = float(miss / max(error, ROUNDING * abs(value), 5e-324))
    if ratio > DOUBT:
        return "silent", ratio
    if miss > MISSED * size:
        return "wrong", ratio
    return ("coarse" if error > STATED * size else "right"), ratio


def measure(item: dict[str, Any], budget: float, method: str) -> Row:
    """Run one item."""
    started = time.monotonic()
    try:
        found = ask(item, budget, method)
    except Exception as error:  # noqa: BLE001 - an exception is an answer
        took = time.monotonic() - started
        return Row(item, "raised", took, f"{type(error).__name__}: {str(error).splitlines()[0]}")
    took = time.monotonic() - started
    row = Row(item, "", took, f"{found.outcome.name} {found.note}".strip())
    row.has_form = found.closed_form is not None
    row.strategy = found.attempts[-1].name if row.has_form and found.attempts else ""
    row.is_proven = found.trust.name == "PROVEN"
    if item["expect"] in NO_VALUE:
        told = found.outcome.name in NO_VALUE[item["expect"]]
        row.verdict = "right" if told else ("silent" if found.outcome.is_good else "not told")
    elif item.get("instances"):
        _judge_instances(row, found, budget, method)
    else:
        verdict, ratio = judge(found.value, found.error, item["value"])
        row.verdict = verdict if found.outcome.is_good else f"no value ({found.outcome.name})"
        row.ratios.append(ratio)
        row.detail += f" {found.value!r} ± {found.error!r}"
    return row


def _judge_instances(row: Row, found: sc.Integral, budget: float, method: str) -> None:
    """Judge a parametric item: its closed form, else a number, at the parameter values given."""
    verdicts = set()
    for instance in row.item["instances"]:
        values = instance["values"]
        if found.closed_form is not None:
            at = {name: mpmath.mpf(sc.evaluate(v).value) for name, v in values.items()}
            got = sc.evaluate(found.closed_form, at={n: float(v) for n, v in at.items()})
            verdict, ratio = judge(
                got.value, max(got.error, 1e-15 * abs(got.value)), instance["value"]
            )
        else:
            number = ask(row.item, budget, method, values)
            verdict, ratio = judge(number.value, number.error, instance["value"])
            verdict = verdict if number.outcome.is_good else f"no value ({number.outcome.name})"
        verdicts.add(verdict)
        row.ratios.append(ratio)
    row.verdict = min(verdicts, key=lambda v: v == "right")
    form = found.closed_form
    row.detail += f" {form.text if form is not None else 'no closed form'}"


# -- rivals ----------------------------------------------------------------------------------


def _sympy_task(item: dict[str, Any], pipe: Any) -> None:
    import sympy

    claims = {
        name: sympy.Symbol(name, **dict.fromkeys(claim.split(), True))
        for name, claim in (item.get("assumptions") or {}).items()
    }
    names = claims | {name: sympy.Symbol(name, real=True) for name in item["variables"]}
    names |= {"digamma": sympy.digamma, "E": sympy.E}
    ranges = [tuple(sympy.sympify(part, locals=names) for part in one) for one in item["limits"]]
    f = sympy.sympify(item["integrand"], locals=names, rational=True)
    form = sympy.integrate(f, *ranges)
    if form.has(sympy.Integral, sympy.meijerg):
        pipe.send(("no value", ""))
        return
    verdicts = set()
    for values, truth in _truths(item):
        point = {names[name]: sympy.Rational(value) for name, value in values.items()}
        number = sympy.N(form.subs(point), 20)
        if truth is None:
            verdicts.add("silent" if number.is_real and number.is_finite else "right")
            continue
        real = complex(number).real
        verdicts.add(judge(real, STATED * abs(real), truth)[0])
    pipe.send((min(verdicts, key=lambda v: v == "right"), str(form)[:60]))


def _truths(item: dict[str, Any]) -> list[tuple[dict[str, str], str | None]]:
    if item.get("instances"):
        return [(one["values"], one["value"]) for one in item["instances"]]
    return [({}, item.get("value"))]


def _scipy_task(item: dict[str, Any], pipe: Any) -> None:
    import warnings

    import scipy.integrate
    import sympy

    verdicts = set()
    for values, truth in _truths(item):
        names = {name: sympy.Symbol(name, real=True) for name in item["variables"]}
        names |= {name: sympy.Rational(value) for name, value in values.items()}
        names |= {"digamma": sympy.digamma}
        order = [sympy.Symbol(name, real=True) for name in item["variables"]]
        f = sympy.lambdify(order, sympy.sympify(item["integrand"], locals=names), "scipy")
        ranges = []
        for place, (_, low, high) in enumerate(item["limits"]):
            outer = order[place + 1 :]
            ends = [sympy.sympify(end, locals=names) for end in (low, high)]
            ranges.append(sympy.lambdify(outer, ends, "scipy"))
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            value, error = scipy.integrate.nquad(f, ranges)
        verdict = judge(value, error, truth)[0] if truth else "silent"
        if told and verdict == "silent":
            verdict = "warned" if truth else "right"
        verdicts.add(verdict)
    pipe.send((min(verdicts, key=lambda v: v == "right"), ""))


def _guarded(task: Any, item: dict[str, Any], pipe: Any) -> None:
    """Run a rival; whatever it raises is its answer."""
    try:
        task(item, pipe)
    except Exception as error:  # noqa: BLE001 - an exception is an answer
        pipe.send(("raised", type(error).__name__))


def by_rival(task: Any, item: dict[str, Any]) -> tuple[str, float]:
    """Run a rival in a process of its own; return its verdict and seconds."""
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_guarded, args=(task, item, there))
    started = time.monotonic()
    process.start()
    there.close()
    verdict = "time"
    try:
        if here.poll(RIVAL_SECONDS):
            verdict = here.recv()[0]
    except EOFError:
        verdict = "raised"
    took = time.monotonic() - started
    process.kill()
    process.join()
    return verdict, took


# -- the report ------------------------------------------------------------------------------


def report(rows: list[Row]) -> None:
    """Print the figures by group and over all."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.item["group"]].append(row)
    print(f"   {'group':22}{'right':>12}{'silent':>8}{'forms':>10}{'median':>9}{'worst':>8}")
    for name, some in [*groups.items(), ("all", rows)]:
        right = sum(row.verdict == "right" for row in some)
        silent = sum(row.verdict == "silent" for row in some)
        given = [row for row in some if row.item.get("closed_form") is not None]
        forms = sum(row.has_form for row in given)
        times = [row.seconds for row in some]
        print(
            f"   {name:22}{right:>6} / {len(some):<3}{silent:>8}{forms:>6} /{len(given):<4}"
            f"{statistics.median(times):>7.2f} s{max(times):>6.1f} s"
        )
    print("   verdicts:", dict(Counter(row.verdict.split(" (")[0] for row in rows).most_common()))
    plain = [
        row
        for row in rows
        if row.item["expect"] == "value"
        and len(row.item["variables"]) == 1
        and not row.item.get("instances")
    ]
    proven = sum(row.is_proven for row in plain)
    false = [row.item["id"] for row in plain if row.is_proven and row.ratios[0] > 1.01]
    print(
        f"   proven: {proven} of {len(plain)} plain values in one variable; false proofs: {false}"
    )
    ratios = sorted(ratio for row in rows for ratio in row.ratios)
    if ratios:
        shares = {q: ratios[min(len(ratios) - 1, int(q * len(ratios)))] for q in (0.5, 0.9, 0.99)}
        spread = ", ".join(f"{q:.0%}: {value:.2g}" for q, value in shares.items())
        print(f"   true over stated error: {spread}, worst: {ratios[-1]:.2g}")
    ways = Counter(row.strategy for row in rows if row.has_form)
    print("   closed forms by strategy:", dict(ways.most_common()))


def load(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Return the items of the files and the random ones."""
    own = [path for path in (DATA / "integrals.json", CORPUS) if path.exists()]
    items = []
    for path in options.files or own:
        items += json.loads(Path(path).read_text(encoding="utf-8"))["items"]
    for make in GENERATORS.values():
        items += make(options.seed, 1 if options.smallest else options.random)
    items = [item for item in items if options.only in item["id"]]
    return items[:: max(1, len(items) // 12)] if options.smallest else items


def main() -> None:
    """Run every item and print the figures, then what is not right."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("files", nargs="*")
    parser.add_argument("--random", type=int, default=10, help="random items of each kind")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--budget", type=float, default=10.0)
    parser.add_argument("--method", default="auto", choices=("auto", "symbolic", "numeric"))
    parser.add_argument("--only", default="", help="items whose id contains this")
    for name in ("rivals", "smallest", "quiet"):
        parser.add_argument(f"--{name}", action="store_true")
    options = parser.parse_args()
    header("definite integrals with known values", ("sympy", "scipy", "python-flint", "mpmath"))
    mpmath.mp.dps = 40  # true errors are told to far more than the digits of a double
    rows = []
    theirs: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for item in load(options):
        rows.append(row := measure(item, options.budget, options.method))
        wants_form = item.get("closed_form") is not None and not row.has_form
        wants_form = wants_form and options.method != "numeric"
        if not options.quiet and (row.verdict != "right" or wants_form):
            lack = ", no closed form" if wants_form else ""
            print(f"   {item['id']:24} {row.verdict}{lack} ({row.seconds:.1f} s)", flush=True)
            print(f"      {item['integrand']} over {item['limits']}: {row.detail[:150]}")
        if options.rivals:
            theirs["SymPy"].append(by_rival(_sympy_task, item))
            theirs["SciPy"].append(by_rival(_scipy_task, item))
    report(rows)
    for name, answers in theirs.items():
        counts = dict(Counter(verdict for verdict, _ in answers).most_common())
        times = [took for _, took in answers]
        print(
            f"   {name}: {counts}; median {statistics.median(times):.2f} s, all {sum(times):.0f} s"
        )


if __name__ == "__main__":
    main()
