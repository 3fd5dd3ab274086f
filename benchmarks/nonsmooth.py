"""Objectives with kinks: problems of the literature, and losses of statistics, beside rivals.

The problems of Luksan and Vlcek (2000) with `method="auto"`, beside SciPy's Nelder-Mead and
L-BFGS-B fed with exact derivatives, and, where the objective is the largest of a few functions,
SciPy's SLSQP on its epigraph: who ends at the published minimum, with how many evaluations of the
objective, and who says so rightly. Then least absolute deviations, quantiles and the largest
deviation beside linear programming (HiGHS), and support vector machines beside scikit-learn's SVC
and LinearSVC: times from string and data to the minimum, and how much lower or higher it is.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from typing import Any

from timing import ROOT, arguments, header, medians, rival, seconds, verdict

sys.path.insert(0, str(ROOT / "tests"))

SVM = "sum(max(0, 1 - y*(X@w + b))) + sum(w^2)/2"

#: Objectives, and the linear program that is each of them.
LOSSES = {
    "least absolute deviations": ("mean(abs(X@w - y))", 0.5, 2.0),
    "quantile 0.9": ("mean(max(0.9*(y - X@w), -0.1*(y - X@w)))", 0.9, 1.0),
}
CHEBYSHEV = "max(abs(X@w - y))"


def main() -> None:
    options = arguments(__doc__)
    header("objectives with kinks", ("numpy", "scipy", "scikit-learn"))
    sizes = [(60, 3)] if options.smallest else [(100, 5), (300, 10), (1000, 30)]
    repeats = 1 if options.smallest else 5
    _literature(4 if options.smallest else None)
    for m, n in sizes:
        _losses(m, n, repeats)
        if rival("sklearn") is not None:
            _machines(m, n, repeats)


# -- problems of the literature -------------------------------------------------------------------


def _literature(n_problems: int | None) -> None:
    """Print where each method ends, and what it says of it."""
    from nonsmooth_problems import NONSMOOTH

    methods = ("auto", "Nelder-Mead", "L-BFGS-B", "SLSQP")
    print("   value (evaluations, symcalc's Hessians not among them); ! for a wrong claim of "
          "convergence, ? for a run that gave up")  # fmt: skip
    print(f"   {'':16}{'known minimum':>16}" + "".join(f"{method:>25}" for method in methods))
    solved = dict.fromkeys(methods, 0)
    misled = dict.fromkeys(methods, 0)
    problems = NONSMOOTH[:n_problems]
    for problem in problems:
        line = f"   {problem.name:16}{problem.minimum:16.9g}"
        for method in methods:
            found = _solved(problem, method)
            if found is None:
                line += f"{'':25}"
                continue
            value, count, claims = found
            is_right = problem.is_minimum(value)
            solved[method] += is_right and claims
            misled[method] += claims and not is_right
            mark = " " if is_right and claims else "!" if claims else "?"
            line += f"{value:17.9g}{mark}{f'({count})':>7}"
        print(line)
    for method in methods:
        print(f"   {method}: {solved[method]} of {len(problems)} minima found and said to be so, "
              f"{misled[method]} wrong claims")  # fmt: skip
    share = solved["auto"] / len(problems)
    verdict("share of published minima that symcalc ends at with proof", share, ">=", 1.0)


def _solved(problem: Any, method: str) -> tuple[float, int, bool] | None:
    """Return the value, the evaluations, and whether the method says that it has converged."""
    import symcalc as sc

    if method == "auto":
        best = sc.minimize(problem.objective, problem.start, data=problem.data)
        return best.fun, best.n_evaluations, best.converged
    return _by_scipy(problem, method) if method != "SLSQP" else _on_the_epigraph(problem)


def _by_scipy(problem: Any, method: str) -> tuple[float, int, bool]:
    """Run SciPy's method with tight tolerances, and with the exact derivative by policy."""
    import numpy as np
    from scipy.optimize import minimize

    from symcalc.calculus.array_objective import read_array_objective
    from symcalc.calculus.data import load_data

    table = None if problem.data is None else load_data(problem.data)
    target = read_array_objective(problem.objective, problem.start, data=table)
    words: dict[str, Any] = {"fun": target.function.value, "method": method}
    words["options"] = {"xatol": 1e-10, "fatol": 1e-12, "maxfev": 50_000, "maxiter": 50_000}
    if method == "L-BFGS-B":
        words |= {"fun": target.function.value_and_gradient, "jac": True}
        words["options"] = {"ftol": 1e-15, "gtol": 1e-10, "maxfun": 50_000, "maxiter": 50_000}
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        found = minimize(x0=target.vector, **words)
    return float(found.fun), int(found.nfev), bool(found.success)


def _on_the_epigraph(problem: Any) -> tuple[float, int, bool] | None:
    """Run SciPy's SLSQP on "the least t above all pieces", with exact derivatives."""
    import numpy as np
    from scipy.optimize import minimize

    import symcalc as sc

    if problem.data is not None or any(np.ndim(v) for v in problem.start.values()):
        return None
    whole = sc.parse(problem.objective)
    if whole.graph.kinds[whole.root] != "max":
        return None
    names = list(problem.start)
    pieces = [
        sc.compile(type(whole)(whole.graph, piece).text, names, order=1)
        for piece in whole.graph.args[whole.root]
    ]
    x0 = np.array(list(problem.start.values()))
    count = [0]

    def gaps(z: Any) -> Any:
        count[0] += 1
        return np.array([z[-1] - piece(*z[:-1]) for piece in pieces])

    def slopes(z: Any) -> Any:
        return np.array([[*-piece.gradient(*z[:-1]), 1.0] for piece in pieces])

    top = np.eye(x0.size + 1)[-1]
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        found = minimize(
            lambda z: float(z[-1]), np.append(x0, max(piece(*x0) for piece in pieces)),
            jac=lambda z: top, method="SLSQP",
            constraints={"type": "ineq", "fun": gaps, "jac": slopes},
            options={"ftol": 1e-12, "maxiter": 1000},
        )  # fmt: skip
        value = max(float(piece(*found.x[:-1])) for piece in pieces)
    return value, count[0], bool(found.success)


# -- losses ---------------------------------------------------------------------------------------


def _draw(m: int, n: int) -> tuple[Any, Any]:
    """Return a regression with an intercept and heavy tails."""
    import numpy as np

    rng = np.random.default_rng(m)
    X = rng.standard_normal((m, n))
    X[:, 0] = 1.0
    return X, X @ rng.standard_normal(n) + rng.standard_t(2, m)


def _losses(m: int, n: int, repeats: int) -> None:
    """Print times and values beside linear programs."""
    import numpy as np

    X, y = _draw(m, n)
    start, data = {"w": np.zeros(n)}, {"X": X, "y": y}
    for name, (loss, share, factor) in LOSSES.items():
        cost = np.concatenate([np.zeros(n), np.full(m, share), np.full(m, 1.0 - share)])
        program = {
            "c": factor / m * cost, "A_eq": np.hstack([X, np.eye(m), -np.eye(m)]), "b_eq": y,
            "bounds": [(None, None)] * n + [(0, None)] * (2 * m),
        }  # fmt: skip
        _beside_a_program(f"{name} {m}×{n}", loss, start, data, program, repeats)
    ones = np.ones((m, 1))
    program = {
        "c": np.append(np.zeros(n), 1.0), "A_ub": np.block([[X, -ones], [-X, -ones]]),
        "b_ub": np.concatenate([y, -y]), "bounds": [(None, None)] * (n + 1),
    }  # fmt: skip
    _beside_a_program(f"largest deviation {m}×{n}", CHEBYSHEV, start, data, program, repeats)


def _beside_a_program(
    name: str, loss: str, start: Any, data: Any, program: dict[str, Any], repeats: int
) -> None:
    """Print the time and value of one loss beside its linear program."""
    from scipy.optimize import linprog

    import symcalc as sc

    ends: dict[str, Any] = {}

    def ours(turn: int) -> None:
        ends["symcalc"] = sc.minimize(loss, start, data=data)

    def theirs(turn: int) -> None:
        ends["linprog"] = linprog(**program)

    ours(0)
    times = medians({"symcalc": ours, "linprog": theirs}, repeats)
    best, least = ends["symcalc"], float(ends["linprog"].fun)
    print(f"   {name}: symcalc {seconds(times['symcalc'])}, linprog {seconds(times['linprog'])}; "
          f"higher by {best.fun / least - 1.0:.1e} of it; {best.outcome}")  # fmt: skip
    verdict(f"{name}, seconds", times["symcalc"], "<=", 1.0)
    assert best.converged


def _machines(m: int, n: int, repeats: int) -> None:
    """Print times and values of a support vector machine beside those of scikit-learn."""
    import numpy as np
    from sklearn.svm import SVC, LinearSVC

    import symcalc as sc

    X, y = _draw(m, n)
    X, y = X[:, 1:], np.sign(y - np.median(y))
    start, data = {"w": np.zeros(n - 1), "b": 0.0}, {"X": X, "y": y}
    ends: dict[str, Any] = {}

    def value(w: Any, b: Any) -> float:
        return float(np.maximum(0.0, 1.0 - y * (X @ w + b)).sum() + w @ w / 2)

    def ours(turn: int) -> None:
        ends["symcalc"] = sc.minimize(SVM, start, data=data)

    def fitted(make: Callable[[], Any], name: str) -> Callable[[int], None]:
        def run(turn: int) -> None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                ends[name] = make().fit(X, y)

        return run

    ours(0)
    tasks = {
        "symcalc": ours,
        "SVC": fitted(lambda: SVC(kernel="linear", tol=1e-8), "SVC"),
        "LinearSVC": fitted(lambda: LinearSVC(loss="hinge", max_iter=100_000), "LinearSVC"),
    }
    times = medians(tasks, repeats)
    best = ends["symcalc"]
    dual = ends["SVC"].dual_coef_[0]
    bound = np.abs(dual).sum() - 0.5 * float(np.sum((dual @ ends["SVC"].support_vectors_) ** 2))
    gap = best.fun / bound - 1.0
    print(f"   support vector machine {m}×{n}: symcalc {seconds(times['symcalc'])}, above the dual "
          f"value of SVC by {gap:.1e} of it; {best.outcome}")  # fmt: skip
    for name in ("SVC", "LinearSVC"):
        model = ends[name]
        excess = value(model.coef_[0], model.intercept_[0]) / best.fun - 1.0
        print(f"      scikit-learn's {name}: {seconds(times[name])}, higher by {excess:.1e}")
    verdict(f"support vector machine {m}×{n}, seconds", times["symcalc"], "<=", 1.0)
    assert best.converged


if __name__ == "__main__":
    main()
