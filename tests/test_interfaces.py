"""symcalc in the clothes of other libraries: scikit-learn's estimators, SciPy's words."""

from __future__ import annotations

import pickle
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize

import symcalc as sc
from symcalc.interfaces.features import find_features

sklearn = pytest.importorskip("sklearn")

from sklearn.base import clone, is_regressor  # noqa: E402 - after it is known to be there
from sklearn.exceptions import ConvergenceWarning  # noqa: E402
from sklearn.linear_model import LinearRegression  # noqa: E402
from sklearn.model_selection import GridSearchCV  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402
from sklearn.utils.estimator_checks import parametrize_with_checks  # noqa: E402

RNG = np.random.default_rng(5)
T = np.linspace(0.0, 4.0, 40)
DECAY = 2.5 * np.exp(-1.3 * T) + 0.5
TABLE = RNG.normal(size=(60, 3))
LINE = TABLE @ [1.0, -2.0, 0.5] + 3.0

#: Checks that ask for what no least squares of a given formula can give, with the reason.
NOT_APPLICABLE = {
    "X@w + b": {
        "check_sample_weight_equivalence_on_dense_data": "has more columns than rows: refused",
    },
    "a + b*x": {
        "check_regressors_train": "wants R² > 0.5 from ten columns; this formula reads one of them",
    },
}


def expected(estimator: sc.FormulaRegressor) -> dict[str, str]:
    """Return the checks that do not apply to a model."""
    return NOT_APPLICABLE[estimator.model]


@pytest.mark.filterwarnings("ignore")
@parametrize_with_checks(
    [
        sc.FormulaRegressor("X@w + b", start="w=zeros, b=0"),
        sc.FormulaRegressor("a + b*x", features={"x": 0}),
    ],
    expected_failed_checks=expected,
    xfail_strict=True,
)
def test_formula_regressor_is_an_estimator_of_scikit_learn(estimator: Any, check: Any) -> None:
    check(estimator)


def test_a_decay_is_fitted_without_a_start() -> None:
    model = sc.FormulaRegressor("a*exp(-b*x) + c").fit(T[:, None], DECAY)

    assert is_regressor(model)
    assert model.parameters_ == pytest.approx({"a": 2.5, "b": 1.3, "c": 0.5}, rel=1e-9)
    assert model.features_ == ("x",)
    assert model.converged_
    assert model.score(T[:, None], DECAY) == pytest.approx(1.0)
    assert model.predict([[0.0]]) == pytest.approx([3.0])


def test_standard_errors_are_those_of_fit() -> None:
    y = DECAY + 0.05 * RNG.normal(size=T.size)
    weights = 1.0 + T

    model = sc.FormulaRegressor("a*exp(-b*x) + c").fit(T[:, None], y, sample_weight=weights)

    found = sc.fit(
        "a*exp(-b*t) + c", {"t": T, "y": y}, target="y", start="a=2, b=1, c=0", weights=weights
    )
    assert model.standard_errors_ == pytest.approx(found.standard_errors, rel=1e-5)
    assert model.covariance_ == pytest.approx(found.covariance, rel=1e-5)


def test_a_model_of_the_whole_table_is_linear_regression() -> None:
    y = LINE + 0.1 * RNG.normal(size=60)

    model = sc.FormulaRegressor("X@w + b", start="w=zeros, b=0").fit(TABLE, y)

    theirs = LinearRegression().fit(TABLE, y)
    assert model.parameters_["w"] == pytest.approx(theirs.coef_)
    assert model.parameters_["b"] == pytest.approx(theirs.intercept_)
    assert model.predict(TABLE) == pytest.approx(theirs.predict(TABLE))


@pytest.mark.parametrize(
    ("model", "words", "names", "columns"),
    [
        ("b*x2 + a*x1", {}, ("x1", "x2"), (0, 1)),
        ("b*x_0 + a*x_1", {}, ("x_0", "x_1"), (0, 1)),
        ("a*u + b*v", {"features": ["v", "u"]}, ("v", "u"), (0, 1)),
        ("a*u + b*v", {"start": "a=1, b=1"}, ("u", "v"), (0, 1)),
        ("a*u + b*v", {"features": {"u": 1, "v": 0}}, ("u", "v"), (1, 0)),
        ("a*x*exp(-k*x_late) + log(xmax)", {}, ("x", "x_late"), (0, 1)),
        ("a*age + b*dose", {"named": ["dose", "sex", "age"]}, ("age", "dose"), (2, 0)),
        ("a*u", {"features": {"u": "sex"}, "named": ["dose", "sex"]}, ("u",), (1,)),
        ("a*u + b*v", {"features": "u, v", "named": ["v", "u"]}, ("u", "v"), (1, 0)),
        ("a*e + b", {"features": ["e"], "n_columns": 1}, ("e",), (0,)),
    ],
)
def test_names_meet_columns(
    model: str, words: dict[str, Any], names: tuple[str, ...], columns: tuple[int, ...]
) -> None:
    known = {"features": None, "start": None, "named": (), "n_columns": 2}

    found = find_features(model, **known | words)

    assert found.names == names
    assert found.columns == columns
    assert set(names).isdisjoint(found.parameters)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"model": "a*x"}, "1 variable .x., the table 3 columns"),
        ({"model": "a*u + b*v"}, "0 variables .none., the table 3 columns"),
        ({"model": "a*x1 + b*x2 + c*x4"}, "leave some out"),
        ({"model": "a*x", "features": ["u"]}, "`u` is in `features`, but not in the model"),
        ({"model": "a*x", "features": ["x", "x"]}, "twice in `features`"),
        ({"model": "a*x", "features": ["x"], "start": "a=1, x=2"}, "in `start` too"),
        ({"model": "a*x", "features": {"x": 3}}, "no column 3; it has 3"),
        ({"model": "X@w"}, "needs the shapes of its parameters"),
        ({"model": "a*x", "features": {"x": 0}, "n_starts": 0}, "n_starts"),
        ({"model": "a*x", "features": 3}, "`features` holds 3"),
        ({"model": "2*x + pi", "features": {"x": 0}}, "no parameters"),
        ({"model": "a*x + b", "start": "a=1"}, "2 variables without a start .x, b."),
        ({"model": "w*(X[:, 0] - mean(X[:, 0]))", "start": "w=1"}, "it mixes rows"),
        ({"model": "X@w", "start": "w=zeros", "bounds": {"w": 3}}, "bounds of `w` are 3"),
        ({"model": "a*x +", "features": {"x": 0}}, "ends"),
    ],
)
def test_a_model_that_does_not_meet_the_table_is_refused(
    words: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        sc.FormulaRegressor(**words).fit(TABLE, LINE)


def test_a_data_frame_gives_its_columns_by_name() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(TABLE, columns=["dose", "sex", "age"])

    model = sc.FormulaRegressor("a*age + b*dose").fit(frame, 2.0 * TABLE[:, 2] - TABLE[:, 0])

    assert model.parameters_ == pytest.approx({"a": 2.0, "b": -1.0})
    assert list(model.feature_names_in_) == ["dose", "sex", "age"]
    assert model.predict(frame.iloc[:1]) == pytest.approx(2.0 * TABLE[:1, 2] - TABLE[:1, 0])


def test_columns_and_names_that_agree_in_part_are_refused() -> None:
    with pytest.raises(ValueError, match="`u` in `features` is the name of a column, and `v`"):
        find_features("a*u + b*v", features=["v", "u"], start=None, n_columns=2, named=["u", "sex"])


def test_starts_that_nobody_gave_lie_within_the_bounds() -> None:
    decay = sc.FormulaRegressor("a*exp(-b*x) + c", bounds={"b": (1.1, 5), "c": (0, 0.7)})
    wave = sc.FormulaRegressor(
        "tanh(X@v)", start="v=random", n_starts=3, bounds={"v": (0.5, np.array([1.0, 2.0, 1.0]))}
    )

    found = wave.fit(TABLE, np.tanh(LINE)).parameters_["v"]
    parameters = decay.fit(T[:, None], DECAY).parameters_
    assert parameters == pytest.approx({"a": 2.5, "b": 1.3, "c": 0.5}, rel=1e-6)
    assert ((found >= 0.5) & (found <= [1.0, 2.0, 1.0])).all()


def test_parameters_that_the_table_does_not_determine_are_warned_of() -> None:
    twice = np.column_stack([T, 2.0 * T])

    with pytest.warns(UserWarning, match="The data do not determine b, c"):
        model = sc.FormulaRegressor("a + b*x1 + c*x2").fit(twice, DECAY)

    assert model.converged_


def test_it_works_in_a_pipeline_and_in_a_search_over_formulas() -> None:
    steps = make_pipeline(StandardScaler(), sc.FormulaRegressor("a + b*x"))
    models = ["a + b*x", "a + b*x + c*x^2", "a*exp(-b*x) + c"]

    search = GridSearchCV(steps, {"formularegressor__model": models}, cv=4)
    search.fit(T[:, None], DECAY)

    assert search.best_params_ == {"formularegressor__model": "a*exp(-b*x) + c"}
    assert search.best_score_ == pytest.approx(1.0)


def test_several_starts_find_the_frequency_that_one_misses() -> None:
    x = np.linspace(0.0, 10.0, 80)
    y = 2.0 * np.sin(3.7 * x) + 0.1 * np.cos(40.0 * x)

    found = sc.FormulaRegressor("a*sin(w*x)", n_starts=40, random_state=1).fit(x[:, None], y)
    again = clone(found).fit(x[:, None], y)

    assert abs(found.parameters_["w"]) == pytest.approx(3.7, abs=0.01)
    assert again.parameters_ == found.parameters_


def test_a_run_that_does_not_converge_warns_with_its_sentence() -> None:
    x = np.linspace(0.1, 1.0, 20)[:, None]
    model = sc.FormulaRegressor("log(a - x)", start="a=-1")

    with pytest.warns(ConvergenceWarning, match="finite"):
        model.fit(x, np.ones(20))

    assert not model.converged_


@pytest.mark.parametrize("model", ["a + b*x", "X@w + b"])
def test_a_fitted_model_pickles(model: str) -> None:
    start = "w=zeros, b=0" if "X" in model else None
    fitted = sc.FormulaRegressor(model, start=start).fit(T[:, None], DECAY)

    again = pickle.loads(pickle.dumps(fitted))

    assert again.predict(T[:, None]).tolist() == fitted.predict(T[:, None]).tolist()
    assert again.result_.parameters == fitted.result_.parameters


def test_without_scikit_learn_the_class_is_there_and_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['sklearn'] = sys.modules['sklearn.base'] = None\n"
        "import symcalc as sc\n"
        "try: sc.FormulaRegressor('a*x').fit([[1]], [1])\n"
        "except sc.MissingExtraError as error: print(error)\n"
    )

    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "pip install" in shown.stdout


# -- SciPy --------------------------------------------------------------------------------------

ROSENBROCK = "100*(y - x^2)^2 + (1 - x)^2"


@pytest.mark.parametrize("hessp", [False, True])
@pytest.mark.parametrize("method", ["BFGS", "Newton-CG", "trust-ncg"])
def test_scipy_gets_derivatives_of_numbers_and_of_arrays(hessp: bool, method: str) -> None:
    order = 1 if method == "BFGS" or hessp else 2
    words = {"hessp": hessp and method != "BFGS"}
    numbers = sc.compile(ROSENBROCK, order=order)
    arrays = sc.compile(
        "sum((X@w - y)**2) + sum(cosh(w - b))", order=order, wrt=["w", "b"],
        shapes="X: m n; w: n; y: m",
    )  # fmt: skip
    bound = arrays.at_data(X=TABLE, y=LINE)

    first = minimize(x0=[-1.2, 1.0], method=method, tol=1e-10, **numbers.scipy(**words))
    second = minimize(x0=np.zeros(4), method=method, tol=1e-8, **bound.scipy(**words))

    assert first.x == pytest.approx([1.0, 1.0], abs=1e-6)
    parts = bound.unpack(second.x)
    own = sc.minimize(
        "sum((X@w - y)**2) + sum(cosh(w - b))", {"w": np.zeros(3), "b": 0.0},
        data={"X": TABLE, "y": LINE},
    )  # fmt: skip
    assert parts["w"] == pytest.approx(own.x["w"], abs=1e-6)
    assert parts["b"] == pytest.approx(own.x["b"], abs=1e-6)
    assert bound.join(parts).tolist() == second.x.tolist()
    given = set(arrays.scipy(hessp=True, X=TABLE, y=LINE))
    assert given == set(numbers.scipy(hessp=True)) == {"fun", "jac", "hessp"}


def test_scipy_is_refused_derivatives_that_are_not_in_all_arguments_in_order() -> None:
    for wrt in (["y", "x"], ["x"]):
        with pytest.raises(sc.ArgumentError, match=r"SciPy varies all arguments in order, x, y"):
            sc.compile(ROSENBROCK, ["x", "y"], order=1, wrt=wrt).scipy()
        with pytest.raises(sc.ArgumentError, match="SciPy varies all arguments"):
            sc.compile([ROSENBROCK, "x*y"], ["x", "y"], order=1, wrt=wrt).scipy()


def test_what_scipy_gets_can_be_pickled() -> None:
    words = pickle.loads(pickle.dumps(sc.compile(ROSENBROCK, order=2).scipy()))

    found = minimize(x0=[-1.2, 1.0], method="trust-exact", **words)
    assert found.x == pytest.approx([1.0, 1.0], abs=1e-6)
