"""The methods one by one: rules against the formulas of their papers, schedules, limits, words."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from problems import PROBLEMS

import symcalc as sc
from symcalc.cli.main import main
from symcalc.errors import ArgumentError
from symcalc.facts import ObjectiveFacts
from symcalc.optimize import METHODS, Objective, minimize_objective
from symcalc.optimize.evaluator import Evaluator
from symcalc.optimize.kinked import KinkEvaluator, as_kinked
from symcalc.optimize.methods import CONSTRAINED
from symcalc.optimize.proximal import PROXIMAL, SplitEvaluator, as_split
from symcalc.optimize.schedules import read_schedule
from symcalc.outcome import Outcome

MATRIX = np.array([[3.0, 0.5, 0.0], [0.5, 1.0, -0.2], [0.0, -0.2, 0.3]])
START = [1.0, -2.0, 3.0]
NAMES = ["a", "b", "c"]


def quadratic() -> Objective:
    return Objective(
        lambda x: 0.5 * x @ MATRIX @ x, lambda x: (0.5 * x @ MATRIX @ x, MATRIX @ x),
        lambda x: MATRIX,
    )  # fmt: skip


def run(method: str, n_steps: int, **options: Any) -> Any:
    best = minimize_objective(
        quadratic(), START, NAMES, method=method, max_steps=n_steps, options=options
    )
    assert best.n_steps == n_steps
    return best


# -- the papers, in a few lines each ---------------------------------------------------------------


def paper(rule: str, n: int, rate: float) -> Any:
    """Return the point after n steps by the formulas of the paper, written out once more."""
    x = np.array(START)
    m = v = top = np.zeros(3)
    for t in range(1, n + 1):
        g = MATRIX @ x
        if rule == "adagrad":
            v = v + g * g
            x = x - rate * g / (v**0.5 + 1e-8)
        elif rule == "rmsprop":
            v = 0.9 * v + 0.1 * g * g
            x = x - rate * g / (v**0.5 + 1e-8)
        elif rule == "nesterov":
            # v_t = beta v - rate g(x + beta v), x = x + v, seen from the points looked at
            m = 0.9 * m - rate * g
            x = x + 0.9 * m - rate * g
        elif rule == "lion":
            x = x - rate * np.sign(0.9 * m + 0.1 * g)
            m = 0.99 * m + 0.01 * g
        else:
            m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
            mhat, vhat = m / (1 - 0.9**t), v / (1 - 0.999**t)
            if rule == "amsgrad":
                top = vhat = np.maximum(top, vhat)
            if rule == "nadam":
                mhat = 0.9 * m / (1 - 0.9 ** (t + 1)) + 0.1 * g / (1 - 0.9**t)
            decay = 0.01 * x if rule == "adamw" else 0.0
            x = x - rate * (mhat / (vhat**0.5 + 1e-8) + decay)
    return x


RULES = ("nesterov", "adagrad", "rmsprop", "adam", "adamw", "amsgrad", "nadam", "lion")


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_takes_the_steps_of_its_paper(rule: str) -> None:
    best = run(rule, 25, rate=0.05)
    expected = paper(rule, 25, 0.05)
    assert best.trace.value[-1] == pytest.approx(0.5 * expected @ MATRIX @ expected, rel=1e-12)


def test_the_first_steps_of_adam_and_lion_are_known_in_closed_form() -> None:
    gradient = MATRIX @ np.array(START)

    adam = run("adam", 1, rate=0.01, epsilon=0.0)
    assert adam.vector == pytest.approx(np.array(START) - 0.01 * np.sign(gradient), rel=1e-14)
    decayed = run("adamw", 1, rate=0.01, epsilon=0.0, weight_decay=0.5)
    shrunk = np.array(START) * (1.0 - 0.01 * 0.5)
    assert decayed.vector == pytest.approx(shrunk - 0.01 * np.sign(gradient), rel=1e-14)
    nadam = run("nadam", 1, rate=0.01, epsilon=0.0)
    ahead = 0.9 * 0.1 / (1 - 0.9**2) + 1.0
    assert nadam.vector == pytest.approx(
        np.array(START) - 0.01 * ahead * np.sign(gradient), rel=1e-12
    )


def test_nesterov_without_a_rate_takes_the_inverse_of_the_largest_curvature() -> None:
    best = minimize_objective(quadratic(), START, NAMES, method="nesterov")

    assert best.converged
    assert "1/(largest curvature at the start)" in best.words


# -- schedules ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "step", "factor"),
    [
        ("constant", 99, 1.0),
        ("step 10 0.5", 9, 1.0),
        ("step 10 0.5", 25, 0.25),
        ("step 10", 10, 0.1),
        ("cosine 100", 0, 1.0),
        ("cosine 100", 50, 0.5),
        ("cosine 100 0.2", 1000, 0.2),
        ("inverse 50", 50, 0.5),
        ("warmup 4", 0, 0.2),
        ("warmup 4", 4, 1.0),
        (("warmup", 4, "step", 10, 0.5), 14, 0.5),
        (("cosine", 100), 25, 0.5 * (1 + math.cos(math.pi / 4))),
        ("one_cycle 100", 0, 0.04),
        ("one-cycle 100", 30, 1.0),
        ("one_cycle:100", 100, 4e-6),
    ],
)
def test_a_schedule_in_words_gives_the_factor(words: Any, step: int, factor: float) -> None:
    assert read_schedule(words).factor(step) == pytest.approx(factor, rel=1e-12)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("cosin 100", "Did you mean 'cosine'"),
        ("cosine", "needs `total`"),
        ("cosine -3", "positive"),
        ("step 10 2", r"in \(0, 1\]"),
        ("step 10 0.5 3", "write 'step every factor'"),
        ("inverse x", "needs `period`"),
        ("warmup", "needs `steps`"),
        (("cosine", float("nan")), "needs `total`"),
        (3, "it is a kind with its numbers"),
        ("", "it is a kind with its numbers"),
    ],
)
def test_a_schedule_that_cannot_be_is_refused(words: Any, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        sc.minimize("x^2 + y^4", "x=1, y=1", method="adam", schedule=words)


def test_a_schedule_sets_the_rates_of_steps() -> None:
    one = Objective(lambda x: float(x[0]), lambda x: (float(x[0]), np.ones(1)))
    best = minimize_objective(
        one, [0.0], ["x"], method="gd", max_steps=6,
        options={"rate": 0.5, "schedule": "warmup 1 step 2 0.5"},
    )  # fmt: skip

    steps = [0.25, 0.5, 0.5, 0.25, 0.25, 0.125]
    assert best.trace.step_length[1:] == pytest.approx(steps)


# -- clipping -------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["gd", "momentum", "nesterov"])
def test_gradients_are_kept_within_limits(method: str) -> None:
    whole = minimize_objective(
        quadratic(), START, NAMES, method=method, max_steps=1, options={"rate": 1e-6}
    )
    by_norm = minimize_objective(
        quadratic(), START, NAMES, method=method, max_steps=1,
        options={"rate": 1e-6, "clip_norm": 0.5},
    )  # fmt: skip
    by_value = minimize_objective(
        quadratic(), START, NAMES, method=method, max_steps=1,
        options={"rate": 1e-6, "clip_value": 0.5},
    )  # fmt: skip

    gradient = MATRIX @ np.array(START)
    share = 0.5 / np.linalg.norm(gradient)
    assert by_norm.trace.step_length[1] == pytest.approx(share * whole.trace.step_length[1])
    moved = (np.array(START) - by_value.vector) / (np.array(START) - whole.vector)
    assert moved == pytest.approx(np.clip(gradient, -0.5, 0.5) / gradient)


# -- directions and searches ----------------------------------------------------------------------


SEARCHED = [
    ("gradient_descent", {"search": "strong_wolfe"}), ("conjugate_gradient", {}),
    ("gradient_descent", {"search": "barzilai_borwein"}), ("quasi_newton", {}),
    ("conjugate_gradient", {"update": "polak_ribiere"}), ("limited_memory", {"memory": 3}),
    ("quasi_newton", {"search": "backtracking"}), ("limited_memory", {"search": "backtracking"}),
    ("truncated_newton", {}), ("trust_region", {}), ("trust_region", {"first_radius": 1e-3}),
    ("coordinate_descent", {}),
]  # fmt: skip


@pytest.mark.parametrize(("method", "options"), SEARCHED)
def test_convex_problems_are_solved_by_every_search(method: str, options: dict[str, Any]) -> None:
    best = sc.minimize(
        "log(exp(x) + exp(-2*y) + 3) + x^2/10 + (x - y)^4 + y^2", "x=3, y=-2",
        method=method, **options,
    )  # fmt: skip

    assert best.converged
    # mpmath's findroot on its numerical gradient, 30 digits
    assert best.fun == pytest.approx(1.55588985687569772, rel=1e-14)


@pytest.mark.parametrize("n", [1, 2, 40])
def test_conjugate_gradients_and_bfgs_end_on_quadratics_in_few_steps(n: int) -> None:
    rng = np.random.default_rng(n)
    matrix = np.diag(np.geomspace(1.0, 10.0, n))
    b = rng.normal(size=n)
    objective = Objective(
        lambda x: float(0.5 * x @ matrix @ x - b @ x),
        lambda x: (float(0.5 * x @ matrix @ x - b @ x), matrix @ x - b),
    )
    for method in ("conjugate_gradient", "quasi_newton", "limited_memory"):
        best = minimize_objective(
            objective, np.zeros(n), [f"x{i}" for i in range(n)], method=method
        )

        assert best.converged
        assert best.n_steps <= n + 40
        assert best.vector == pytest.approx(b / np.diag(matrix), abs=1e-7)


def test_the_strong_wolfe_conditions_hold_at_every_step() -> None:
    problem = PROBLEMS[0]
    points: list[Any] = []
    minimize_objective(
        problem.objective, problem.start, problem.names, method="quasi_newton",
        callback=None,
    )  # fmt: skip
    points = [np.array(problem.start), *points]
    for before, after in zip(points, points[1:], strict=False):
        value, gradient = problem.objective.value_and_gradient(before)
        new_value, new_gradient = problem.objective.value_and_gradient(after)
        slope = gradient @ (after - before)
        if abs(slope) < 1e-13:
            continue

        assert new_value <= value + 1e-4 * slope
        assert abs(new_gradient @ (after - before)) <= 0.9 * abs(slope) * (1 + 1e-9)


def test_a_gauss_newton_step_solves_linear_residuals_at_once() -> None:
    best = sc.minimize("(x + y - 3)^2 + (x - y - 1)^2", "x=9, y=9", method="gauss_newton")

    assert best.n_steps == 1
    assert best.x == pytest.approx({"x": 2.0, "y": 1.0})


def test_a_trust_region_leaves_saddles_and_maxima() -> None:
    for start in ("x=0, y=1e-8", "x=1e-9, y=0.5"):
        best = sc.minimize("x^4/4 - x^2/2 + y^2*exp(y)", start, method="trust_region")

        assert best.converged
        assert best.fun == pytest.approx(-0.25, abs=1e-12)


@pytest.mark.parametrize("method", ["trust_region", "truncated_newton", "limited_memory"])
def test_a_thousand_variables_are_few_evaluations(method: str) -> None:
    n = 1000
    start = {"w": np.linspace(-1.0, 1.0, n)}
    best = sc.minimize("sum(cosh(w)) + sum(w)^2/2 - 3*sum(w)", start, method=method)

    assert best.converged
    assert best.n_evaluations < 60


def test_steppers_remember_plain_data_only() -> None:
    from symcalc.optimize.methods.method import OnTheLoop

    def is_plain(value: Any) -> bool:
        if isinstance(value, (tuple, list)):
            return all(map(is_plain, value))
        if isinstance(value, dict):
            return all(map(is_plain, value.values()))
        return value is None or isinstance(value, (bool, int, float, str, np.ndarray))

    problem = PROBLEMS[2]
    checked = 0
    for row in METHODS.values():
        if row.needs == "quadratic" or not isinstance(row.make({}), OnTheLoop):
            continue
        stepper = row.make({}).stepper  # type: ignore[attr-defined]
        evaluator = Evaluator(problem.objective, by_residuals=row.needs == "residuals")
        if row.needs in PROXIMAL:
            split = as_split(problem.objective, len(problem.start), ObjectiveFacts()).split
            assert split is not None
            evaluator = SplitEvaluator(split)
        if row.needs == "kinks":
            smooth = as_kinked(problem.objective, len(problem.start), ObjectiveFacts())
            evaluator = KinkEvaluator(smooth)
        point, memory = evaluator.point(np.array(problem.start)), None
        for _ in range(4):
            step = stepper.step(evaluator, point, memory)
            assert step is not None
            point, memory = step.point, step.memory

            assert is_plain(memory), row.name
        checked += 1
    assert checked >= 18


# -- words and reasons ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "options", "words"),
    [
        ("newton", {}, "modified Newton direction, backtracking; values, gradients, Hessians"),
        ("gd", {"rate": 0.01, "clip_norm": 9.0},
         "negative gradient, clipped, fixed rate 0.01; values, gradients"),
        ("adam", {"schedule": "cosine 90"},
         "adaptive moments, rate 0.001 by schedule 'cosine 90 0'; values, gradients"),
        ("truncated_newton", {}, "truncated Newton direction, backtracking; values, gradients, "
         "Hessian-vector products"),
        ("levenberg_marquardt", {},
         "Gauss-Newton step within a trust region, bent along the valley; residuals, Jacobians"),
        ("Nelder-Mead", {}, "simplex of values only; for few variables and kinks; values"),
    ],
)  # fmt: skip
def test_results_say_direction_search_and_what_was_evaluated(
    method: str, options: dict[str, Any], words: str
) -> None:
    best = sc.minimize("(x - 1)^2 + (x*y - 2)^2", "x=1, y=0.5", method=method, **options)

    assert best.words == words
    assert words in repr(best)
    assert best.to_dict()["words"] == words


def test_the_command_explains_its_choice(capsys: Any) -> None:
    words = ["minimize", "(x - 1)^2 + (x*y - 2)^2", "--start", "x=1,y=0.5"]

    assert main([*words, "--explain"]) == 0
    shown = capsys.readouterr().out
    assert "linear_solve: no, not of degree two" in shown
    assert "levenberg_marquardt: yes, a sum of 2 squares in 2 variables." in shown
    assert main([*words, "--json"]) == 0
    rules = json.loads(capsys.readouterr().out)["rules"]
    assert rules[0] == "pattern_search: no, the objective does not jump."
    assert main([*words, "--explain", "--method", "newton"]) == 0
    assert "nothing was to be chosen" in capsys.readouterr().out


def test_options_of_schedules_come_from_the_command_line(capsys: Any) -> None:
    words = ["minimize", "exp(x) + exp(-x)", "--start", "x=1", "--method", "adam", "--json"]
    words += ["--option", "rate=0.05", "--option", "schedule=warmup 5 cosine 300"]

    assert main(words) == 0
    assert "by schedule 'warmup 5 cosine 300 0'" in json.loads(capsys.readouterr().out)["words"]


@pytest.mark.parametrize(
    ("method", "options", "message"),
    [
        ("adam", {"rate": -1.0}, "positive number"),
        ("adam", {"rate": True}, "positive number"),
        ("adam", {"beta1": 1.0}, r"\[0, 1\)"),
        ("adamw", {"weight_decay": -0.1}, "weight_decay"),
        ("adam", {"weight_decay": 0.1}, "It belongs to 'adamw'"),
        ("gd", {"schedule": "cosine 100"}, "for fixed rates"),
        ("gd", {"clip_norm": 1.0}, "for fixed rates"),
        ("gd", {"clip_norm": 0.0, "rate": 1.0}, "positive number"),
        ("gd", {"search": "strong_wolfe", "rate": 1.0}, "leave out `rate`"),
        ("momentum", {"search": "strong_wolfe"}, "one of 'fixed', 'backtracking'"),
        ("quasi_newton", {"search": "fixed"}, "one of 'strong_wolfe'"),
        ("limited_memory", {"memory": 0}, "from 1 to 1000"),
        ("conjugate_gradient", {"update": "fr"}, "'hager_zhang'"),
        ("trust_region", {"first_radius": math.inf}, "positive number"),
    ],
)
def test_options_that_cannot_be_are_refused(
    method: str, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ArgumentError, match=message):
        sc.minimize("x^2 + x^4", "x=1", method=method, **options)


#: Local methods for any objective.
LOCAL = [n for n, r in METHODS.items() if r.needs != "quadratic" and not r.is_global]


@pytest.mark.parametrize("method", LOCAL)
def test_a_start_at_the_minimum_and_a_start_without_a_value_are_told(method: str) -> None:
    at_minimum = sc.minimize("(x - 1)^4 + (x - 1)^2", "x=1", method=method)
    without = sc.minimize("sqrt(x)^2 + x^4", "x=-1", method=method)

    assert at_minimum.converged
    assert at_minimum.x["x"] == pytest.approx(1.0, abs=1e-4)
    if method in CONSTRAINED and method != "SLSQP":  # these look for another start
        assert "had no value at the start, x = -1; the run began at x = 0." in without.diagnosis[0]
    else:
        assert without.outcome is Outcome.NOT_FINITE


# -- conjugate gradients on what is badly scaled -----------------------------------------------


def test_conjugate_gradients_take_the_scales_of_the_variables_from_the_curvature() -> None:
    weights = np.logspace(0.0, 8.0, 80)
    best = sc.minimize(
        "sum(c*w^2)/2 - sum(w) + (w[0] - w[1])^4", {"w": np.zeros(80)}, data={"c": weights},
        method="conjugate_gradient",
    )  # fmt: skip

    assert best.converged
    assert best.n_evaluations < 60
    assert best.x["w"][2:] == pytest.approx(1.0 / weights[2:], rel=1e-6)


def test_conjugate_gradients_know_how_far_to_go_from_one_product() -> None:
    rng = np.random.default_rng(0)
    turn = np.linalg.qr(rng.normal(size=(30, 30)))[0]
    data = {"H": turn * np.linspace(1.0, 30.0, 30) @ turn.T}
    text = "w@H@w/2 - sum(w)"
    best = sc.minimize(text, {"w": np.zeros(30)}, data=data, method="conjugate_gradient")

    assert best.converged
    assert best.n_evaluations <= best.n_steps + 3
    assert best.n_steps <= 40


def test_conjugate_gradients_walk_down_a_long_valley() -> None:
    text = "sum(100*(w[1:] - w[:-1]^2)^2 + (1 - w[:-1])^2)"
    best = sc.minimize(text, {"w": np.full(100, -1.0)}, method="conjugate_gradient")

    assert best.converged
    assert best.n_evaluations < 500


def test_without_products_conjugate_gradients_search_as_before() -> None:
    weights = np.logspace(0.0, 2.0, 20)
    bare = Objective(
        lambda x: float(weights @ x**2), lambda x: (float(weights @ x**2), 2.0 * weights * x)
    )
    names = [f"x{i}" for i in range(20)]
    best = minimize_objective(bare, np.ones(20), names, method="conjugate_gradient")

    assert best.converged
    assert best.fun < 1e-12


# -- the judgement in many variables ------------------------------------------------------------


def test_a_few_products_find_the_ends_of_a_spectrum_from_inside() -> None:
    from symcalc.optimize.lanczos import extreme_curvatures

    spectrum = np.array([-3.0, *np.linspace(1.0, 2.0, 80), 50.0])
    free = np.ones(spectrum.size, dtype=bool)
    found = extreme_curvatures(lambda v: spectrum * v, free, 10)

    assert found is not None
    assert found.n_products == 10
    assert -3.0 - 1e-12 <= found.least <= -2.9
    assert 49.9 <= found.greatest <= 50.0 + 1e-12
    assert abs(found.axis[0]) > 0.95
    free[0] = False
    held = extreme_curvatures(lambda v: spectrum * v, free, 10)
    assert held is not None
    assert held.least >= 1.0 - 1e-9
    assert extreme_curvatures(lambda v: v * np.nan, free, 10) is None


def test_a_saddle_in_many_variables_is_told_and_a_minimum_is_not_called_one() -> None:
    start = {"w": np.zeros(200), "v": 0.0}
    saddle = sc.minimize("sum(w^2) + sum(w)^4 - v^2 + v^4", start, method="limited_memory")
    start = {"w": np.ones(200), "v": 1.0}
    bowl = sc.minimize("sum(w^2/(1 + w^2)) + v^2 + v^4", start, method="BFGS")
    proven = sc.minimize("sum(cosh(w)) + v^2 + v^4", start, method="BFGS")

    assert saddle.outcome is Outcome.SADDLE
    assert "falls along" in saddle.diagnosis[0]
    assert bowl.converged
    assert "No negative curvature showed" in " ".join(bowl.diagnosis)
    assert bowl.n_hessians > 0
    assert "Convex: proven" in proven.diagnosis[0]
    assert proven.n_hessians == 0


@pytest.mark.parametrize(
    ("text", "start", "least"),
    [
        ("log(x)^2", "x=1e-300", 0.0),
        ("-exp(-x^2)", "x=10", -1.0),
        ("x*log(x)", "x=1e-10", -math.exp(-1.0)),
        ("(x*y - 1)^2 + 1e16", "x=3, y=2", 1e16),
        ("(x - 1)^2*1e300 + (x*y)^2", "x=5, y=1", 0.0),
        ("1e-300*(x*y - 1)^2", "x=5, y=1", 0.0),
        ("cosh(x)", "x=700", 1.0),
    ],
)
def test_starts_of_extreme_size_come_to_the_minimum(text: str, start: str, least: float) -> None:
    best = sc.minimize(text, start)

    assert best.converged
    assert best.fun == pytest.approx(least, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("method", ["levenberg_marquardt", "trust_region", "limited_memory"])
def test_limits_end_a_run_at_its_best_point(method: str) -> None:
    problem = PROBLEMS[0]
    best = minimize_objective(
        problem.objective, problem.start, problem.names, method=method, max_evaluations=4
    )

    assert best.outcome is Outcome.MAX_EVALUATIONS
    assert best.fun <= best.trace.value.min()
