"""An integral for 10 000 values of its parameters at once, beside a Python loop over quad.

The loop calls the same compiled function, and once a plain function of the `math` module, the
fastest that Python has.
"""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Callable
from typing import Any

from timing import arguments, header, seconds, verdict

INF = math.inf

#: Formula, its plain twin, the range.
CASES: tuple[tuple[str, Callable[..., float], float, float], ...] = (
    ("exp(-a*x)/(1 + b*x)", lambda x, a, b: math.exp(-a * x) / (1 + b * x), 0, 1),
    ("exp(-a*x^2)*cos(b*x)", lambda x, a, b: math.exp(-a * x * x) * math.cos(b * x), -INF, INF),
    ("1/(a^2 + x^2)^(1 + b)", lambda x, a, b: (a * a + x * x) ** -(1 + b), 0, INF),
    ("exp(-a*x)*sin(b*x)", lambda x, a, b: math.exp(-a * x) * math.sin(b * x), 0, INF),
    ("sqrt(x)*exp(-a*x + b)", lambda x, a, b: x**0.5 * math.exp(-a * x + b), 0, 2),
)  # fmt: skip


def main() -> None:
    options = arguments(__doc__)
    header("parametric integrals", ("numpy", "scipy"))
    import numpy as np
    from scipy.integrate import quad

    import symcalc as sc
    from symcalc.numeric.quadrature import quadrature_batch

    n, n_loop = (20, 2) if options.smallest else (10_000, 200)
    a, b = np.random.default_rng(0).uniform(0.5, 3.0, (2, n))
    for text, plain, lower, upper in CASES:
        compiled = sc.compile(text, ["x", "a", "b"])
        quadrature_batch(compiled, lower, upper, [a[:2], b[:2]])
        start = time.perf_counter()
        found = quadrature_batch(compiled, lower, upper, [a, b])
        batch = time.perf_counter() - start
        times = []
        for function in (compiled, plain):
            start = time.perf_counter()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                loop = [_quad(quad, function, lower, upper, a[i], b[i]) for i in range(n_loop)]
            times.append((time.perf_counter() - start) * n / n_loop)
        apart = float(np.max(np.abs(found.value[:n_loop] - loop) / np.abs(loop)))
        print(
            f"   {text}: {seconds(batch)}, {found.n_evaluations // n} evaluations a set, checked "
            f"{found.is_checked.mean():.3f}, apart from quad by {apart:.1e}; loop over quad "
            f"{seconds(times[0])}, with the math module {seconds(times[1])} "
            f"({times[1] / batch:.1f} times)"
        )
        verdict("faster than the loop", times[0] / batch, ">=", 30)


def _quad(quad: Any, f: Callable[..., Any], lower: float, upper: float, a: Any, b: Any) -> float:
    return float(quad(f, lower, upper, args=(a, b), epsabs=0, epsrel=1e-11, limit=200)[0])


if __name__ == "__main__":
    main()
