"""Random integrals of callables: how often the stated error holds, beside SciPy's quad.

Peaks, steps, kinks, singular places, tails and oscillations with random parameters, and integrals
that diverge; the references are closed forms at 30 digits. A value is wrong in silence when it is
given without reserve and its true error exceeds ten times the stated one.
"""

from __future__ import annotations

import math
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from timing import arguments, header, seconds, verdict

INF = math.inf


@dataclass(frozen=True, slots=True)
class Question:
    """One integral; no reference for one that diverges."""

    family: str
    f: Callable[[Any], Any]
    lower: float
    upper: float
    reference: Any
    about: str


@dataclass(frozen=True, slots=True)
class Answer:
    value: float
    error: float
    is_given: bool
    n_evaluations: int


def questions(n: int) -> Iterator[Question]:
    """Yield `n` integrals of each family."""
    import numpy as np
    from mpmath import mp

    rng = np.random.default_rng(2026)
    mp.dps = 30
    for _ in range(n):
        for make in FAMILIES:
            yield make(rng, np, mp)


def _peaks(rng: Any, np: Any, mp: Any) -> Question:
    c, w = rng.random(3), 10.0 ** rng.uniform(-4, 0, 3)
    h = rng.uniform(0.5, 2, 3)

    def f(x: Any) -> Any:
        return sum(b * np.exp(-(((x - a) / s) ** 2)) for a, s, b in zip(c, w, h, strict=True))

    exact = sum(
        mp.mpf(b) * mp.mpf(s) * mp.sqrt(mp.pi) / 2
        * (mp.erf((1 - mp.mpf(a)) / s) + mp.erf(mp.mpf(a) / s))
        for a, s, b in zip(c.tolist(), w.tolist(), h.tolist(), strict=True)
    )  # fmt: skip
    return Question("peaks", f, 0, 1, exact, f"{c} {w}")


def _lorentz(rng: Any, np: Any, mp: Any) -> Question:
    a, w = float(rng.uniform(-1, 1)), float(10.0 ** rng.uniform(-5, 0))
    exact = (mp.atan((2 - mp.mpf(a)) / w) + mp.atan((3 + mp.mpf(a)) / w)) / mp.mpf(w)
    return Question("resonance", lambda x: 1 / ((x - a) ** 2 + w * w), -3, 2, exact, f"{a} {w}")


def _steps(rng: Any, np: Any, mp: Any) -> Question:
    c = np.sort(rng.random(3)).tolist()
    p = rng.normal(size=(4, 4))

    def f(x: Any) -> Any:
        k = np.searchsorted(c, x)
        return ((p[k, 3] * x + p[k, 2]) * x + p[k, 1]) * x + p[k, 0]

    edges = [0.0, *c, 1.0]
    exact = sum(
        mp.mpf(float(p[k, j])) * (mp.mpf(edges[k + 1]) ** (j + 1) - mp.mpf(edges[k]) ** (j + 1))
        / (j + 1)
        for k in range(4) for j in range(4)
    )  # fmt: skip
    return Question("pieces", f, 0, 1, exact, f"{c}")


def _kinks(rng: Any, np: Any, mp: Any) -> Question:
    c, p = float(rng.random()), float(rng.uniform(-0.6, 2))
    exact = (mp.mpf(c) ** (1 + mp.mpf(p)) + (1 - mp.mpf(c)) ** (1 + mp.mpf(p))) / (1 + mp.mpf(p))
    return Question("|x - c|^p", lambda x: abs(x - c) ** p, 0, 1, exact, f"{c} {p}")


def _ends(rng: Any, np: Any, mp: Any) -> Question:
    p, q = rng.uniform(-0.95, 2, 2).tolist()
    exact = mp.beta(1 + mp.mpf(p), 1 + mp.mpf(q))
    return Question("x^p (1-x)^q", lambda x: x**p * (1 - x) ** q, 0, 1, exact, f"{p} {q}")


def _logs(rng: Any, np: Any, mp: Any) -> Question:
    p, k = float(rng.uniform(-0.9, 2)), int(rng.integers(1, 4))
    exact = (-1) ** k * mp.factorial(k) / (1 + mp.mpf(p)) ** (k + 1)
    return Question("x^p log(x)^k", lambda x: x**p * np.log(x) ** k, 0, 1, exact, f"{p} {k}")


def _gamma(rng: Any, np: Any, mp: Any) -> Question:
    p, a = float(rng.uniform(-0.9, 5)), float(10.0 ** rng.uniform(-3, 3))
    exact = mp.gamma(1 + mp.mpf(p)) / mp.mpf(a) ** (1 + mp.mpf(p))
    return Question("x^p exp(-ax)", lambda x: x**p * np.exp(-a * x), 0, INF, exact, f"{p} {a}")


def _tails(rng: Any, np: Any, mp: Any) -> Question:
    p = float(rng.uniform(0.05, 0.95))
    exact = mp.pi / mp.sin(mp.pi * mp.mpf(p))
    return Question("x^(p-1)/(1+x)", lambda x: x ** (p - 1) / (1 + x), 0, INF, exact, f"{p}")


def _damped(rng: Any, np: Any, mp: Any) -> Question:
    a, b = (10.0 ** rng.uniform(-1, 1, 2)).tolist()
    exact = mp.mpf(a) / (mp.mpf(a) ** 2 + mp.mpf(b) ** 2)
    f = lambda x: np.exp(-a * x) * np.cos(b * x)  # noqa: E731
    return Question("exp(-ax) cos(bx)", f, 0, INF, exact, f"{a} {b}")


def _fourier(rng: Any, np: Any, mp: Any) -> Question:
    a, b = (10.0 ** rng.uniform(-1, 1, 2)).tolist()
    exact = mp.pi * mp.exp(-mp.mpf(a) * mp.mpf(b)) / (2 * mp.mpf(a))
    f = lambda x: np.cos(b * x) / (x * x + a * a)  # noqa: E731
    return Question("cos(bx)/(x^2+a^2)", f, 0, INF, exact, f"{a} {b}")


def _waves(rng: Any, np: Any, mp: Any) -> Question:
    b, k = float(10.0 ** rng.uniform(0, 4)), int(rng.integers(0, 2))
    f = lambda x: np.cos(b * x) + k  # noqa: E731
    return Question("cos(bx) + k", f, 0, 1, mp.sin(mp.mpf(b)) / b + k, f"{b} {k}")


def _fronts(rng: Any, np: Any, mp: Any) -> Question:
    c, k = float(rng.random()), float(10.0 ** rng.uniform(0, 5))
    exact = (mp.log(mp.cosh(k * (1 - mp.mpf(c)))) - mp.log(mp.cosh(k * mp.mpf(c)))) / k
    return Question("tanh(k(x - c))", lambda x: np.tanh(k * (x - c)), 0, 1, exact, f"{c} {k}")


def _moved(rng: Any, np: Any, mp: Any) -> Question:
    m, s = float(rng.normal() * 300), float(10.0 ** rng.uniform(-1, 2))
    exact = mp.sqrt(mp.pi) * mp.mpf(s)
    f = lambda x: np.exp(-(((x - m) / s) ** 2))  # noqa: E731
    return Question("a bell on the line", f, -INF, INF, exact, f"{m} {s}")


def _poles(rng: Any, np: Any, mp: Any) -> Question:
    c, p = float(rng.random()), float(rng.integers(2, 7)) / 2
    f = lambda x: np.sign(x - c) * abs(x - c) ** -p  # noqa: E731
    return Question("divergent inside", f, 0, 1, None, f"{c} {p}")


def _endless(rng: Any, np: Any, mp: Any) -> Question:
    p = float(rng.integers(0, 5)) / 4
    return Question("divergent tail", lambda x: (1 + x) ** -p, 0, INF, None, f"{p}")


FAMILIES = (
    _peaks, _lorentz, _steps, _kinks, _ends, _logs, _gamma, _tails, _damped, _fourier, _waves,
    _fronts, _moved, _poles, _endless,
)  # fmt: skip


def by_symcalc(question: Question) -> Answer:
    import symcalc as sc

    found = sc.numeric_integral(question.f, question.lower, question.upper)
    is_given = found.outcome.is_good and found.trust is not sc.Trust.SUSPECT
    return Answer(found.value, found.error, is_given, found.n_evaluations)


def by_quad(question: Question) -> Answer:
    from scipy.integrate import quad

    try:
        found = quad(question.f, question.lower, question.upper, full_output=1, limit=200)
    except ZeroDivisionError:
        return Answer(math.nan, math.nan, False, 0)
    return Answer(found[0], found[1], len(found) == 3, found[2]["neval"])


def judge(question: Question, answer: Answer) -> tuple[str, float]:
    """Return what an answer is, and its true error over the stated one."""
    if not answer.is_given:
        return "said to be unreliable", math.nan
    if question.reference is None:
        return "wrong in silence", math.inf
    from mpmath import mpf

    gap = float(abs(mpf(answer.value) - question.reference))
    size = abs(float(question.reference))
    ratio = gap / max(answer.error, 2.0**-53 * size, 1e-300)
    if not ratio <= 10.0:
        return "wrong in silence", ratio
    is_good = gap <= 1e-10 * size and answer.error <= 1e-8 * size
    return ("right" if is_good else "honest, few digits"), ratio


def main() -> None:
    options = arguments(__doc__)
    header("integrals of black boxes", ("numpy", "scipy", "mpmath"))
    asked = list(questions(1 if options.smallest else 40))
    for name, method in {"symcalc": by_symcalc, "scipy quad": by_quad}.items():
        _report(name, method, asked)


def _report(name: str, method: Callable[[Question], Answer], asked: list[Question]) -> None:
    import numpy as np

    counts: Counter[str] = Counter()
    families: dict[str, Counter[str]] = {}
    ratios, elapsed, evaluations, wrong = [], 0.0, 0, []
    for question in asked:
        start = time.perf_counter()
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            answer = method(question)
        elapsed += time.perf_counter() - start
        evaluations += answer.n_evaluations
        found, ratio = judge(question, answer)
        if question.reference is None and not answer.is_given:
            found = "right"
        counts[found] += 1
        families.setdefault(question.family, Counter())[found] += 1
        if math.isfinite(ratio):
            ratios.append(ratio)
        if found == "wrong in silence":
            wrong.append(
                f"{question.family} {question.about}: {answer.value!r} ± {answer.error:.1e}"
            )
    print(f"{name}: {seconds(elapsed)}, {evaluations // len(asked)} evaluations each; "
          + ", ".join(f"{what} {n}" for what, n in counts.most_common()))  # fmt: skip
    marks = np.quantile(ratios, [0.5, 0.9, 0.99, 1.0])
    print(
        "   true over stated error: median {:.2g}, 90 % {:.2g}, 99 % {:.2g}, most {:.2g}".format(
            *marks
        )
    )
    if name == "symcalc":
        verdict("wrong in silence", counts["wrong in silence"], "<=", 0)
        for family, found in families.items():
            if set(found) != {"right"}:
                print(f"      {family}: {', '.join(f'{w} {n}' for w, n in found.most_common())}")
        for line in wrong[:20]:
            print(f"      {line}")


if __name__ == "__main__":
    main()
