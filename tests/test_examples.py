"""The examples run, and find what independent computations find."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symcalc as sc

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"

#: Each example with words that its output must contain.
SCRIPTS = {
    "check_somebody_elses_gradient.py": ("1/2*m is m/2", "number of rows", "x (chain rule)"),
    "lengths_and_areas.py": ("asinh(2*pi)", "(5*sqrt(5) - 1)*pi/6", "proven: 15.865439589291"),
    "expected_loss.py": ("strict local minimum", "10000 random inputs", "integral(", "checked"),
    "linear_regression_by_gradient_descent.py": ("checked", "closed form", "too large"),
    "gaussian_likelihood.py": ("inv(S).T @ ((X - mu).T @ (X - mu)) @ inv(S).T", "checked: agrees"),
    "lasso_path.py": ("31.612          2  +bmi +s5", "19 steps", "duality gap"),
    "leaving_a_saddle.py": ("A saddle, not a minimum", "Left a saddle", "left out: 0.010630492"),
    "least_squares_in_matrices.py": ("X.T @ (X @ w - y)/m", "X.T @ X/m", "checked: agrees"),
    "lmfit_and_iminuit.py": ("-a*x*exp(-b*x)", "checked: agrees", "symcalc  a = 2.51088 ± 0.01456"),
    "logistic_regression.py": ("strict local minimum", "scikit-learn", "93.0%"),
    "logistic_regression_in_matrices.py": ("sigmoid(-y*(X @ w + b))", "checked: agrees", "98.8%"),
    "matrix_factorization.py": ("(M*(A - U @ V.T)).T @ U", "checked: agrees", "hidden pixels"),
    "minimize_from_numeric_and_symbolic.py": ("Converged",),
    "my_losses.py": (),  # for the command line
    "nist_fit.py": ("from the far start: Converged", "from the near start: Converged"),
    "principal_components.py": ("(X - X @ W @ W.T)", "checked: agrees", "Converged"),
    "race_on_rosenbrock.py": ("limited_memory", "Converged: the gradient", "x = 1.000000 y = 1"),
    "support_vector_machine.py": ("support vectors", "equal within", "scikit-learn"),
    "sgd_on_disk.py": ("rate 0.", "svrg, 12 passes", "Converged: the gradient is below"),
    "softmax_regression.py": ("softmax(X @ W, axis=1)", "checked: agrees", "100.0%"),
    "two_layer_network.py": ("tanh(X @ A + a).T @ (tanh", "checked: agrees", "back-propagation"),
}


def load(name: str) -> dict[str, Any]:
    """Return the names that an example defines, without running its main part."""
    return runpy.run_path(str(EXAMPLES / name))


@pytest.mark.parametrize("script", SCRIPTS)
def test_example_runs_and_prints_what_it_promises(
    script: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)  # an example finds its data wherever it is called from

    runpy.run_path(str(EXAMPLES / script), run_name="__main__")

    printed = capsys.readouterr()
    assert not printed.err
    for words in SCRIPTS[script]:
        assert words in printed.out


def test_every_example_is_listed_here() -> None:
    assert {path.name for path in EXAMPLES.glob("*.py")} == set(SCRIPTS)


def test_gradient_descent_arrives_at_the_least_squares_line() -> None:
    example = load("linear_regression_by_gradient_descent.py")
    columns = np.genfromtxt(example["DATA"], delimiter=",", names=True, skip_header=2)
    x, y = example["standardize"](columns["bmi"]), columns["progression"]

    found = example["descend"](x, y, rate=0.1)

    slope, intercept = np.polyfit(x, y, 1)
    assert found.converged
    assert found.x["a"] == pytest.approx(slope, rel=1e-7)
    assert found.x["b"] == pytest.approx(intercept, rel=1e-7)
    assert example["least_squares_line"](x, y) == pytest.approx((slope, intercept), rel=1e-12)


def test_gradient_descent_descends_at_every_step() -> None:
    example = load("linear_regression_by_gradient_descent.py")
    columns = np.genfromtxt(example["DATA"], delimiter=",", names=True, skip_header=2)
    x, y = example["standardize"](columns["bmi"]), columns["progression"]

    found = example["descend"](x, y, rate=0.1)

    assert (np.diff(found.trace.value) <= 1e-12 * found.trace.value[0]).all()


def test_a_rate_that_is_too_large_diverges_and_a_better_one_is_proposed() -> None:
    example = load("linear_regression_by_gradient_descent.py")
    columns = np.genfromtxt(example["DATA"], delimiter=",", names=True, skip_header=2)
    x, y = example["standardize"](columns["bmi"]), columns["progression"]

    found = example["descend"](x, y, rate=1.2)

    assert found.outcome is sc.Outcome.DIVERGED
    assert "try rate=0.5" in " ".join(found.diagnosis)


def test_below_the_saddle_lies_the_best_approximation() -> None:
    example = load("leaving_a_saddle.py")
    data = example["make_data"]()

    stuck, found = (example["factorize"](data, escape=escape) for escape in (False, True))

    left_out = np.linalg.svd(data["A"], compute_uv=False)[2:]
    assert not stuck.converged
    assert found.converged
    assert found.fun == pytest.approx(left_out @ left_out / 2, rel=1e-9)


def test_the_data_of_the_line_are_those_that_ship_with_scikit_learn() -> None:
    datasets = pytest.importorskip("sklearn.datasets")
    bunch = datasets.load_diabetes(scaled=False)
    example = load("linear_regression_by_gradient_descent.py")

    columns = np.genfromtxt(example["DATA"], delimiter=",", names=True, skip_header=2)

    assert (columns["bmi"] == bunch.data[:, 2]).all()
    assert (columns["bp"] == bunch.data[:, 3]).all()
    assert (columns["progression"] == bunch.target).all()


def test_the_expected_loss_is_least_where_an_independent_integral_says() -> None:
    from scipy.integrate import quad

    example = load("expected_loss.py")
    found = example["over_the_distribution"]()

    def loss(w: float, b: float) -> float:
        def f(z: float) -> float:
            gap = np.tanh(w * (z + b)) - np.sign(z - 0.5)
            return float(gap**2 * np.exp(-z * z / 2) / np.sqrt(2 * np.pi))

        return float(quad(f, -12, 0.5, epsabs=1e-13)[0] + quad(f, 0.5, 12, epsabs=1e-13)[0])

    w, b = found.x["w"], found.x["b"]
    assert found.fun == pytest.approx(loss(w, b) + 0.01 * w * w, rel=1e-10)
    for step in ((1e-3, 0), (-1e-3, 0), (0, 1e-3), (0, -1e-3)):
        assert loss(w + step[0], b + step[1]) + 0.01 * (w + step[0]) ** 2 > found.fun


@pytest.mark.parametrize("start", ["far", "near"])
def test_fit_reaches_the_values_that_nist_certifies(start: str) -> None:
    example = load("nist_fit.py")

    found = sc.fit(example["MODEL"], example["DATA"], target="y", start=example["STARTS"][start])

    assert found.converged
    for name, (value, error) in example["CERTIFIED"].items():
        assert found.parameters[name] == pytest.approx(value, rel=1e-8)
        assert found.standard_errors[name] == pytest.approx(error, rel=1e-6)
    assert found.residual_sum_of_squares == pytest.approx(example["CERTIFIED_RSS"], rel=1e-9)


def test_logistic_regression_agrees_with_scikit_learn() -> None:
    pytest.importorskip("sklearn")
    example = load("logistic_regression.py")
    features, y = example["load_tumors"]()

    for ridge in (1 / len(y), 0.1):
        found = example["minimize_loss"](features, y, ridge)

        assert found.converged
        assert found.vector == pytest.approx(example["rival"](features, y, ridge), abs=1e-6)


def test_logistic_regression_survives_data_on_which_the_textbook_formula_overflows() -> None:
    pytest.importorskip("sklearn")
    example = load("logistic_regression.py")
    features, y = example["load_tumors"]()

    found = example["minimize_loss"](1e4 * features, y, 1e-8 / len(y))

    assert found.converged
    assert np.isfinite(found.fun)


def test_every_source_of_derivatives_leads_to_the_minimum_at_2() -> None:
    example = load("minimize_from_numeric_and_symbolic.py")

    symbolic = example["from_formula"]()
    numeric = {name: example["from_values"](name) for name in ("adaptive", "central", "forward")}

    assert symbolic.points[-1] == pytest.approx(2.0, abs=1e-9)
    for run in numeric.values():
        assert run.points[-1] == pytest.approx(2.0, abs=1e-8)
        assert run.n_evaluations > symbolic.n_evaluations
    # from the exact derivative 2x - 4 every distance to 2 is 0.8 of the one before
    for before, after in zip(symbolic.points, symbolic.points[1:], strict=False):
        assert after - 2.0 == pytest.approx(0.8 * (before - 2.0), abs=1e-14)


def test_the_claims_about_somebody_elses_gradient_are_judged_rightly() -> None:
    example = load("check_somebody_elses_gradient.py")

    verdicts = {
        title: example["judge"](claim, loss) for title, (claim, loss) in example["CLAIMS"].items()
    }

    right = {title for title, found in verdicts.items() if found.is_good}
    assert right == {"right, but spelled another way", "a Python function that is right"}
    assert verdicts["the residual, but not the inputs"].wrong == ("w",)


def test_the_gradients_for_the_command_line_are_a_wrong_one_and_its_correction() -> None:
    example = load("my_losses.py")
    loss = "(w*a + b - c)^2/2"

    assert sc.check(example["gradient"], loss, "w, b").wrong == ("w",)
    assert sc.check(example["corrected"], loss, "w, b").is_good


def test_lengths_and_areas_are_those_of_polygons_with_many_corners() -> None:
    example = load("lengths_and_areas.py")

    for title in example["QUESTIONS"]:
        found = example["answer"](title)

        assert example["value"](found) == pytest.approx(example["polygon"](title), rel=1e-8)


def test_one_newton_step_from_anywhere_solves_least_squares() -> None:
    example = load("least_squares_in_matrices.py")
    data = example["load_patients"]()
    solution = np.linalg.lstsq(data["X"], data["y"], rcond=None)[0]

    for start in (np.zeros(3), np.array([1e3, -1e3, 1e3])):
        assert example["newton_step"](start, data) == pytest.approx(solution, rel=1e-9)


@pytest.mark.parametrize("ridge", [0.001, 0.1])
@pytest.mark.parametrize(
    ("script", "loader"),
    [
        ("logistic_regression_in_matrices.py", "load_tumors"),
        ("softmax_regression.py", "load_wines"),
    ],
)
def test_classifiers_in_matrices_agree_with_scikit_learn(
    script: str, loader: str, ridge: float
) -> None:
    pytest.importorskip("sklearn")
    example = load(script)
    features, labels = example[loader]()

    found = example["minimize_loss"](features, labels, ridge)

    assert found.converged
    rival = example["rival"](features, labels, ridge)
    assert found.vector == pytest.approx(rival.ravel(), abs=1e-5)


def test_a_matrix_is_completed_without_a_look_at_its_missing_entries() -> None:
    pytest.importorskip("sklearn")
    example = load("matrix_factorization.py")
    images, known = example["load_images"]()
    spoiled = np.where(known == 1, images, 1e3)

    found = example["complete"](images, known, 4, 0.5)
    blind = example["complete"](spoiled, known, 4, 0.5)

    assert found.converged
    assert (found.vector == blind.vector).all()
    guess = found.x["U"] @ found.x["V"].T
    assert example["hidden_error"](images, known, guess) < 0.6 * example["hidden_error"](
        images, known, np.broadcast_to(images.mean(axis=0), images.shape)
    )


def test_the_most_likely_gaussian_has_the_mean_and_covariance_of_the_sample() -> None:
    pytest.importorskip("sklearn")
    example = load("gaussian_likelihood.py")
    flowers = example["load_flowers"]()
    mean, cov = flowers.mean(axis=0), np.cov(flowers.T, bias=True)

    found_mean, found_cov, best = example["find_most_likely"](flowers)

    assert best.converged
    assert found_mean == pytest.approx(mean, rel=1e-9)
    assert found_cov == pytest.approx(cov, rel=1e-9)
    gradient = example["gradient_at"](flowers, mean, cov)
    elsewhere = example["gradient_at"](flowers, mean + 0.1, 1.1 * cov)
    for name in ("mu", "S"):
        assert np.abs(gradient[name]).max() < 1e-9 * np.abs(elsewhere[name]).max()


def test_the_gradient_of_a_network_is_back_propagation() -> None:
    pytest.importorskip("sklearn")
    example = load("two_layer_network.py")
    data, weights = example["load_flowers"](), example["draw_weights"]()

    derived = example["from_formula"](weights, data)
    taught = example["back_propagate"](weights, data)

    assert derived.keys() == taught.keys()
    for name, part in taught.items():
        assert derived[name] == pytest.approx(part, rel=1e-11, abs=1e-13)


def test_principal_components_span_the_plane_of_the_singular_vectors() -> None:
    pytest.importorskip("sklearn")
    example = load("principal_components.py")
    wines = example["load_wines"]()

    found = example["find_plane"](wines)

    _, singular, vectors = np.linalg.svd(wines)
    assert found.converged
    assert found.fun == pytest.approx(np.sum(singular[2:] ** 2) / (2 * len(wines)), rel=1e-10)
    projection = found.x["W"] @ found.x["W"].T
    assert projection == pytest.approx(vectors[:2].T @ vectors[:2], abs=1e-7)


def test_the_path_of_the_lasso_is_that_of_scikit_learn() -> None:
    linear_model = pytest.importorskip("sklearn.linear_model")
    names, X, y = load("lasso_path.py")["load"]()
    best = sc.minimize(
        load("lasso_path.py")["OBJECTIVE"], {"w": np.zeros(10)}, data={"X": X, "y": y, "lam": 3.0}
    )

    reference = linear_model.Lasso(3.0, fit_intercept=False, tol=1e-14).fit(X, y)
    assert names[2] == "bmi"
    np.testing.assert_allclose(best.x["w"], reference.coef_, rtol=0, atol=1e-8)
    np.testing.assert_array_equal(best.x["w"] == 0.0, reference.coef_ == 0.0)
