"""An integral for 10 000 values of its parameters at once, beside a Python loop over quad.

Times are those of the processor, for this process alone: the machine may be busy with others. The
compiled function has been called before: what it prepares once is not counted; the best of five
calls counts. The loop over quad asks for a relative error of 1e-11, is timed on 200 of the 10 000
values, the best of three runs, and scaled up. Its integrand is written with the `math` module, the
fastest that Python has, and once with NumPy, as most people write it; for gradients, the loop
integrates each compiled derivative of the integrand and adds that to the loop over the values.
"""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

from timing import arguments, header, seconds, verdict

INF = math.inf

#: Formula, the same as a Python function of `m`, which is NumPy or the math module, the range.
CASES: tuple[tuple[str, Callable[..., float], float, float], ...] = (
    ("exp(-a*x)/(1 + b*x)", lambda m, x, a, b: m.exp(-a * x) / (1 + b * x), 0, 1),
    ("exp(-a*x^2)*cos(b*x)", lambda m, x, a, b: m.exp(-a * x * x) * m.cos(b * x), -INF, INF),
    ("1/(a^2 + x^2)^(1 + b)", lambda m, x, a, b: (a * a + x * x) ** -(1 + b), 0, INF),
    ("exp(-a*x)*sin(b*x)", lambda m, x, a, b: m.exp(-a * x) * m.sin(b * x), 0, INF),
    ("sqrt(x)*exp(-a*x + b)", lambda m, x, a, b: m.sqrt(x) * m.exp(-a * x + b), 0, 2),
)  # fmt: skip


def main() -> None:
    options = arguments(__doc__)
    header("parametric integrals", ("numpy", "scipy"))
    import numpy as np
    from scipy.integrate import quad

    import symcalc as sc

    n, n_loop = (20, 2) if options.smallest else (10_000, 200)
    warnings.simplefilter("ignore")  # quad's warnings are part of neither time
    a, b = np.random.default_rng(0).uniform(0.5, 3.0, (2, n))
    for text, plain, lower, upper in CASES:
        ends = f"{_end(lower)}, {_end(upper)}"
        integral = sc.compile(f"integral({text}, x, {ends})", ["a", "b"], order=1)
        slope_a, slope_b = (sc.compile(sc.differentiate(text, n), ["x", "a", "b"]) for n in "ab")
        integral.value_and_gradient(a[:2], b[:2])
        value, spent = _timed(lambda f=integral: f(a, b), 5)
        (_, slopes), both = _timed(lambda f=integral: f.value_and_gradient(a, b), 5)
        functions = [partial(plain, math), partial(plain, np), slope_a, slope_b]
        loops, times = [], []
        for function in functions:
            function(0.5, 0.5, 0.5)
            found, time_taken = _timed(
                lambda f=function, low=lower, high=upper: [
                    _quad(quad, f, low, high, a_i, b_i)
                    for a_i, b_i in zip(a[:n_loop].tolist(), b[:n_loop].tolist(), strict=True)
                ],
                3,
            )
            loops.append(np.array(found))
            times.append(time_taken * n / n_loop)
        apart = float(np.max(np.abs(value[:n_loop] - loops[0]) / np.abs(loops[0])))
        gradient = np.column_stack(loops[2:])
        scale = np.abs(gradient).max(axis=1, keepdims=True)
        slope_apart = float(np.max(np.abs(slopes[:n_loop] - gradient) / scale))
        print(
            f"   {text}: {seconds(spent)}, with gradient {seconds(both)}, without value "
            f"{int(np.isnan(value).sum())}; apart from quad by {apart:.1e}, gradient "
            f"{slope_apart:.1e}; loop over quad with math {seconds(times[0])}, with NumPy "
            f"{seconds(times[1])}, both derivatives {seconds(times[2] + times[3])}"
        )
        for name, loop in zip(("math", "NumPy"), times[:2], strict=True):
            verdict(f"faster than the loop with {name}", loop / spent, ">=", 30)
            with_slopes = (loop + times[2] + times[3]) / both
            verdict(f"with gradient, faster than the loop with {name}", with_slopes, ">=", 30)


def _timed(run: Callable[[], Any], repeats: int) -> tuple[Any, float]:
    """Return what a run gives, and the least processor time of some runs."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        found = run()
        times.append(time.process_time() - start)
    return found, min(times)


def _end(end: float) -> str:
    return str(end).replace("inf", "oo")


def _quad(quad: Any, f: Callable[..., Any], lower: float, upper: float, a: Any, b: Any) -> float:
    return float(quad(f, lower, upper, args=(a, b), epsabs=0, epsrel=1e-11, limit=200)[0])


if __name__ == "__main__":
    main()
