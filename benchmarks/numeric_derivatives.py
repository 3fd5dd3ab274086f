"""Derivatives of black boxes beside numdifftools and scipy.differentiate, with their error bars.

Every function of the corpus as a callable of which nothing is known; references of 40 digits.
An answer is right when it lies within its own stated error; one that says of itself that it is
not reliable is neither right nor wrong.
"""

from __future__ import annotations

import math
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from timing import DATA, arguments, header, rival, seconds, verdict

from corpus import load  # isort: skip - after timing, which pins the threads

#: The stated error of an answer that agrees to this part counts as met: rounding of the judge.
ROUNDING = 2.0**-52


@dataclass(frozen=True, slots=True)
class Question:
    """One derivative of the corpus."""

    name: str
    function: Callable[[Any], Any]
    x: float
    order: int
    reference: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a method says: a number, its error, and whether it stands by them."""

    value: float
    error: float
    is_given: bool
    is_trusted: bool
    why: str = ""


def questions(items: list[dict[str, Any]]) -> Iterator[Question]:
    """Yield the first derivatives and the second ones in one variable."""
    import symcalc as sc

    for item in items:
        names = item["variables"]
        compiled = sc.compile(item["expr"], names)
        for point in item["points"]:
            place = [float(point["at"][name]) for name in names]
            for entries in (point["grad"], point["hess"]):
                for what, answer in entries.items():
                    indices = {names.index(name) for name in what.split(",")}
                    if len(indices) > 1:
                        continue
                    index = indices.pop()
                    reference = answer["value"] if answer["status"] == "ok" else None
                    where = ", ".join(f"{n}={v!r}" for n, v in zip(names, place, strict=True))
                    yield Question(
                        f"{item['id']} {item['expr'][:40]} at {where}: {what}",
                        _along(compiled, place, index),
                        place[index],
                        what.count(",") + 1,
                        reference,
                    )


def _along(function: Callable[..., Any], place: list[float], index: int) -> Callable[[Any], Any]:
    """Return the function of one coordinate; for arrays as well."""
    return lambda t: function(*place[:index], t, *place[index + 1 :])


#: The three that the issue of this library names, and what others answer.
FAMOUS = (
    Question("log at 0.1", lambda x: _numpy().log(x), 0.1, 1, "10"),
    Question("sin(1000 x) at 1", lambda x: _numpy().sin(1000 * x), 1.0, 1, "562.379076290703014"),
    Question("1e9 + x^2 at 1", lambda x: 1e9 + x * x, 1.0, 1, "2"),
    Question("|x| at 0", lambda x: abs(x), 0.0, 1, None),
    Question(
        "sin(16 pi x) at 0", lambda x: _numpy().sin(16 * math.pi * x), 0.0, 1, "50.26548245743669"
    ),
)


def _numpy() -> Any:
    import numpy

    return numpy


def by_symcalc(question: Question) -> Answer:
    import symcalc as sc

    found = sc.numeric_derivative(question.function, question.x, question.order)
    is_given = found.outcome.is_good and found.trust is not sc.Trust.SUSPECT
    is_trusted = found.trust in (sc.Trust.CHECKED, sc.Trust.PROVEN)
    return Answer(found.value, found.error, is_given, is_trusted, found.note)


def by_scipy(question: Question) -> Answer:
    from scipy.differentiate import derivative

    if question.order != 1:
        return Answer(math.nan, math.nan, False, False, "no second derivatives")
    found = derivative(question.function, question.x)
    is_given = bool(found.success) and math.isfinite(float(found.df))
    return Answer(float(found.df), float(found.error), is_given, is_given)


def by_numdifftools(question: Question) -> Answer:
    import numdifftools

    derivative = numdifftools.Derivative(question.function, n=question.order, full_output=True)
    found = derivative(question.x)
    if hasattr(found, "estimate"):
        value, error = float(found.estimate), float(found.error_estimate)
    else:  # before 0.11 a pair
        value, error = float(found[0]), float(found[1].error_estimate)
    is_given = math.isfinite(value) and math.isfinite(error)
    return Answer(value, error, is_given, is_given)


def judge(question: Question, answer: Answer) -> str:
    """Return what an answer is: right, wrong, grossly wrong, or withheld."""
    if not answer.is_given:
        return "says it is not reliable"
    if question.reference is None:
        return "given where there is none"
    gap = abs(_gap(answer.value, question.reference))
    allowed = answer.error + ROUNDING * abs(answer.value)
    if gap <= allowed:
        return "within its stated error"
    return "beyond it" if gap <= 10 * allowed else "beyond ten times it"


def _gap(value: float, reference: str) -> float:
    """Return the difference to a reference as a double; references beyond doubles are rounded."""
    from mpmath import mpf, workprec

    if not math.isfinite(value):
        return math.inf
    with workprec(200):
        return float(mpf(value) - mpf(reference))


def main() -> None:
    options = arguments(__doc__)
    header("derivatives of black boxes", ("numpy", "scipy", "numdifftools", "mpmath"))
    items = load(DATA / "derivatives.json")
    if options.smallest:
        items = items[:3]
    asked = list(questions(items))
    methods = {"symcalc": by_symcalc}
    if rival("scipy.differentiate") is not None:
        methods["scipy.differentiate"] = by_scipy
    if rival("numdifftools") is not None:
        methods["numdifftools"] = by_numdifftools
    _famous(methods)
    print(f"corpus: {len(asked)} derivatives, first and second, of plain callables")
    for name, method in methods.items():
        _corpus(name, method, asked)


def _famous(methods: dict[str, Callable[[Question], Answer]]) -> None:
    print(f"   {'':20}" + "".join(f"{name:>34}" for name in methods))
    for question in FAMOUS:
        cells = []
        for method in methods.values():
            answer = _quietly(method, question)
            mark = "" if answer.is_given else " (not reliable)"
            cells.append(f"{answer.value:.9g} ± {answer.error:.1e}{mark}")
        print(f"   {question.name:20}" + "".join(f"{cell:>34}" for cell in cells))


def _quietly(method: Callable[[Question], Answer], question: Question) -> Answer:
    import numpy as np

    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return method(question)


def _corpus(name: str, method: Callable[[Question], Answer], asked: list[Question]) -> None:
    counts: Counter[tuple[int, str]] = Counter()
    worst, trusted_wrong = [], 0
    start = time.perf_counter()
    for question in asked:
        answer = _quietly(method, question)
        found = judge(question, answer)
        counts[question.order, found] += 1
        if found in ("beyond it", "beyond ten times it", "given where there is none"):
            worst.append(f"{question.name} is {answer.value:.6g} ± {answer.error:.1e}")
            trusted_wrong += answer.is_trusted and found != "beyond it"
    elapsed = time.perf_counter() - start
    print(f"{name}: {seconds(elapsed)}")
    for order in (1, 2):
        parts = [f"{what}: {n}" for (k, what), n in sorted(counts.items()) if k == order]
        print(f"   order {order}: {', '.join(parts)}")
    given = sum(n for (_, what), n in counts.items() if what != "says it is not reliable")
    right = sum(n for (_, what), n in counts.items() if what == "within its stated error")
    if name == "symcalc":
        verdict("right to the stated error, of those given", right / given, ">=", 0.98)
        verdict("trusted, and wrong by more than ten times it", trusted_wrong, "<=", 0)
        for line in worst:
            print(f"      {line}")
    else:
        print(f"   right to the stated error, of those given: {right / given if given else 0:.3f}")


if __name__ == "__main__":
    main()
