"""Compute every integral of `integrals_items.py` twice and write `integrals_corpus.json`.

    python benchmarks/make_integrals_corpus.py [--only ID] [--jobs 2]

The value is the closed form at 50 digits, or a quadrature where there is none; a second, unrelated
computation (mpmath's quadrature of the integrand or of one with the same value) must agree to 25
digits, else the item is dropped and named. That an integral has no value is known from analysis,
which the item's note tells.
"""

from __future__ import annotations

import argparse
import ast
import json
import multiprocessing
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import mpmath
from integrals_items import VALUES, WITHOUT_VALUE
from mpmath import mp

__all__ = ["evaluate", "make_function"]

OUTPUT = Path(__file__).with_name("integrals_corpus.json")
#: Working digits; those in several dimensions and of slow tails; what two computations must share.
DIGITS, DIGITS_COSTLY, SHARED = 60, 34, 25
#: An item that takes longer is dropped.
MOST_SECONDS = 30


def _piecewise(*branches: tuple[Any, Any]) -> Any:
    return next(value for value, holds in branches if holds)


#: What the words of the corpus mean in mpmath.
WORDS: dict[str, Any] = {
    "pi": mp.pi, "E": mp.e, "oo": mp.inf, "Catalan": mp.catalan, "EulerGamma": mp.euler,
    "Abs": abs, "Max": max, "Min": min, "ceiling": mp.ceil, "Piecewise": _piecewise,
    "Heaviside": lambda x: mp.mpf(x > 0) + mp.mpf(x == 0) / 2,
    "Si": mp.si, "Ci": mp.ci, "Ei": mp.ei, "LambertW": mp.lambertw,
    "fresnels": mp.fresnels, "fresnelc": mp.fresnelc,
    "elliptic_k": mp.ellipk, "elliptic_e": mp.ellipe,
    "lowergamma": lambda s, x: mp.gammainc(s, 0, x),
}  # fmt: skip
WORDS |= {
    name: getattr(mp, name)
    for name in (
        "acos acosh airyai asin asinh atan atanh besseli besselj besselk cos cosh diff digamma "
        "erf erfc erfi exp fac floor gamma inf li log log1p loggamma mpf nsum polylog quad quadosc "
        "sign sin sinc sinh sqrt tan tanh zeta"
    ).split()
}


class _ExactNumbers(ast.NodeTransformer):
    """Turn each number of a formula into one of mpmath, read from its decimals."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.numbers: dict[str, Any] = {}

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if isinstance(node.value, bool) or not isinstance(node.value, int | float):
            return node
        name = f"number_{len(self.numbers)}"
        self.numbers[name] = mp.mpf(ast.get_source_segment(self.text, node))
        return ast.copy_location(ast.Name(name, ast.Load()), node)


def make_function(
    text: str, names: Sequence[str], point: Mapping[str, Any] | None = None
) -> Callable[..., Any]:
    """Return the formula as a function of the named variables at the present precision."""
    text = f"lambda {', '.join(names)}: {text}"
    reader = _ExactNumbers(text)
    tree = ast.fix_missing_locations(reader.visit(ast.parse(text, mode="eval")))
    words = {**WORDS, **reader.numbers, **(point or {})}
    return eval(compile(tree, "<formula>", "eval"), words)  # noqa: S307 - our own table


def evaluate(text: str, point: Mapping[str, Any] | None = None) -> Any:
    """Return the value of a formula without variables."""
    return make_function(text, (), point)()


# -- second computations ---------------------------------------------------------------------


def _ranges(text: str) -> list[list[str]]:
    """Read "y 0 1 - x; x 0 1": ends with spaces are parted where both halves are formulas."""
    return [_range(part.strip()) for part in text.split(";")]


def _range(text: str) -> list[str]:
    name, *words = text.split(" ")
    for cut in range(1, len(words)):
        ends = [" ".join(words[:cut]), " ".join(words[cut:])]
        if all(_is_formula(end) for end in ends):
            return [name, *ends]
    raise ValueError(f"not a range: {text}")


def _is_formula(text: str) -> bool:
    try:
        ast.parse(text, mode="eval")
    except SyntaxError:
        return False
    return text[:1] != "-" or text[1:2] != " "


def _safe(f: Callable[..., Any]) -> Callable[..., Any]:
    """Ignore the nodes that rounding puts on a singular end."""

    def call(*values: Any, **named: Any) -> Any:
        try:
            return mp.re(f(*values, **named))
        except (ZeroDivisionError, ValueError):
            return mp.zero

    return call


def _over_line(f: Callable, ends: list[Any], places: list[Any], rule: str, omega: Any) -> Any:
    """Return the quadrature of a function of one variable, split at the places."""
    inner = sorted({place for place in places if ends[0] < place < ends[1]})
    if omega is not None:
        return mp.quadosc(f, ends, omega=omega)
    method = {"ts": "tanh-sinh", "gl": "gauss-legendre"}[rule]
    return mp.quad(f, [ends[0], *inner, ends[1]], method=method, maxdegree=11)


def _principal_value(f: Callable, ends: list[Any], poles: list[Any]) -> Any:
    """Return the principal value: each pole folded over a small range around it."""
    marks = [*(e for e in ends if mp.isfinite(e)), *poles]
    gaps = [abs(a - b) for a in marks for b in poles if a != b]
    width = min([*gaps, 1]) / mp.mpf(2)
    total, lower = mp.zero, ends[0]
    for pole in sorted(poles):
        total += mp.quad(f, [lower, pole - width], maxdegree=11)
        folded = lambda t, p=pole: f(p + t) + f(p - t)  # noqa: E731
        total += mp.quad(folded, [0, width], method="gauss-legendre", maxdegree=8)
        lower = pole + width
    return total + mp.quad(f, [lower, ends[1]], maxdegree=11)


def _iterated(f: Callable, ranges: list[list[str]], point: dict[str, Any], rule: str) -> Any:
    """Return the quadrature over several variables, the outermost range last."""
    name, low, high = ranges[-1]
    ends = [evaluate(low, point), evaluate(high, point)]
    rest = ranges[:-1]

    def slice_(value: Any) -> Any:
        here = {**point, name: value}
        return f(**here) if not rest else _iterated(f, rest, here, rule)

    return _over_line(slice_, ends, [], rule, None)


def numeric(text: str, ranges: str, options: Mapping[str, Any], point: dict[str, Any]) -> Any:
    """Return the quadrature of an integral, one way or another."""
    rows = _ranges(ranges)
    rule = options.get("rule", "ts")
    if len(rows) > 1:
        f = make_function(text, [name for name, *_ in rows], point)
        return _iterated(_safe(f), rows, point, rule)
    name, low, high = rows[0]
    f = _safe(make_function(text, [name], point))
    ends = [evaluate(low, point), evaluate(high, point)]
    if "pv" in options:
        return _principal_value(f, ends, [evaluate(p, point) for p in options["pv"].split()])
    sign = 1
    if ends[0] > ends[1]:
        ends, sign = ends[::-1], -1
    places = [evaluate(place, point) for place in options.get("at", "").split()]
    omega = evaluate(options["osc"], point) if "osc" in options else None
    return sign * _over_line(f, ends, places, rule, omega)


def two_values(row: tuple, point: dict[str, Any]) -> tuple[Any, Any]:
    """Return two unrelated computations of the value of a row."""
    text, ranges, form, options = (*row, {})[:4]
    options = dict(options)
    via, twice = options.pop("via", None), options.pop("twice", None)
    first = evaluate(form, point) if form is not None else None
    if via is not None:
        other, other_ranges, *places = [part.strip() for part in via.split("|")]
        second = numeric(other, other_ranges, {**options, "at": " ".join(places)}, point)
    elif twice is not None:
        second = evaluate(twice, point)
    else:
        second = numeric(text, ranges, options, point)
    if first is None and (via is not None and twice is not None):
        first = evaluate(twice, point)
    elif first is None:
        flipped = {"ts": "gl", "gl": "ts"}[options.get("rule", "ts")]
        own = options if via or twice else {**options, "rule": flipped}
        first = numeric(text, ranges, own, point)
    return first, second


# -- items -----------------------------------------------------------------------------------


def _point(text: str) -> dict[str, str]:
    return dict(part.strip().split("=") for part in text.split(",")) if text else {}


def _decimal(value: Any) -> str:
    if value == 0:
        return "0"
    return mpmath.nstr(value, 25, strip_zeros=False, min_fixed=-6, max_fixed=30)


def value_item(job: tuple[str, str, tuple]) -> tuple[dict[str, Any], str]:
    """Return an item with a value, and what is wrong with it ("" if nothing)."""
    name, group, row = job
    text, ranges, form, options = (*row, {})[:4]
    is_costly = (";" in ranges and "via" not in options) or "osc" in options
    mp.dps = DIGITS_COSTLY if is_costly else DIGITS
    limits = _ranges(ranges)
    item: dict[str, Any] = {
        "id": name,
        "group": group,
        "expect": "principal_value" if group == "principal_value" else "value",
        "integrand": text,
        "variables": [limit[0] for limit in limits],
        "limits": limits,
        "closed_form": form,
    }
    found, wrong = [], ""
    for values in [_point(part) for part in options.get("for", "").split(";")]:
        point = {key: evaluate(value) for key, value in values.items()}
        try:
            first, second = two_values(row, point)
        except TimeoutError:
            raise
        except Exception as error:  # noqa: BLE001 - a recipe that fails drops its item
            return item, f"{type(error).__name__}: {error}"
        gap = abs(first - second)
        if not gap <= mp.mpf(10) ** -SHARED * (abs(first) or 1) / 2:
            wrong = f"{mpmath.nstr(first, 30)} against {mpmath.nstr(second, 30)}"
        found.append({"values": values, "value": _decimal(first if first else mp.zero)})
    if "assume" in options:
        pairs = [part.strip().partition(" ")[::2] for part in options["assume"].split(",")]
        item |= {"assumptions": dict(pairs), "instances": found}
        item |= {"condition": options["when"]} if "when" in options else {}
    else:
        item["value"] = found[0]["value"]
    item |= {"note": options["note"]} if "note" in options else {}
    return item, wrong


def valueless_item(job: tuple[str, str, tuple]) -> tuple[dict[str, Any], str]:
    """Return an item whose integral has no value; its principal value is computed twice."""
    name, group, (text, ranges, verdict, to, why, principal) = job
    mp.dps = DIGITS
    limits = _ranges(ranges)
    item = {
        "id": name,
        "group": group,
        "expect": verdict,
        "integrand": text,
        "variables": [limit[0] for limit in limits],
        "limits": limits,
        "closed_form": None,
        "note": why,
    }
    item |= {"diverges_to": to} if to else {}
    if principal is None:
        return item, ""
    form, poles = principal
    value = evaluate(form)
    other = numeric(text, ranges, {"pv": poles}, {})
    item |= {"principal_value_closed_form": form, "principal_value": _decimal(value)}
    good = abs(value - other) <= mp.mpf(10) ** -SHARED * (abs(value) or 1)
    return item, "" if good else f"principal value {value} against {other}"


def _work(job: tuple[str, str, tuple]) -> tuple[dict[str, Any], str, float]:
    started = time.monotonic()
    signal.alarm(MOST_SECONDS)
    try:
        item, wrong = (valueless_item if job[1] == "divergent" else value_item)(job)
    except TimeoutError:
        item, wrong = {"id": job[0], "integrand": job[2][0]}, f"over {MOST_SECONDS} s"
    signal.alarm(0)
    return item, wrong, time.monotonic() - started


def _stop(*_: object) -> None:
    raise TimeoutError


def main() -> None:
    """Verify every item and write those that hold."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", default="", help="items whose id contains this; writes nothing")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    groups = {**VALUES, "divergent": WITHOUT_VALUE}
    jobs = [
        (f"{group}-c{number:02}", group, row)
        for group, rows in groups.items()
        for number, row in enumerate(rows, 1)
    ]
    jobs = [job for job in jobs if options.only in job[0]]
    started, kept = time.monotonic(), []
    signal.signal(signal.SIGALRM, _stop)
    with multiprocessing.Pool(options.jobs) as pool:
        for item, wrong, took in pool.imap(_work, jobs):
            if wrong:
                print(f"   dropped {item['id']}: {item['integrand']}: {wrong}", flush=True)
            else:
                kept.append(item)
            if took > 5:
                print(f"   slow {item['id']}: {took:.0f} s", flush=True)
    print(f"   {len(kept)} of {len(jobs)} items hold; {time.monotonic() - started:.0f} s")
    if not options.only:
        lines = ",\n".join(json.dumps(item) for item in kept)
        OUTPUT.write_text(f'{{"items": [\n{lines}\n]}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
