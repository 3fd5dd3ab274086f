"""Code for long arrays writes into the same memory again; its numbers are those of short arrays."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import symcalc as sc
from symcalc.backends.lambdified import generate, generate_in_place
from symcalc.functions import TABLE

ROWS = sorted(
    name for name, row in TABLE.items() if row.array and row.sample and row.array != "numpy.nan"
)


def _both(text, names, points, scalars=()):
    """Return the outputs of code in place, and of the code for short arrays."""
    order = 0 if text.startswith("zeta") else 1
    f = sc.compile(text, names, order=order, backend="numpy")
    graph, nodes, _ = f._runner.outputs("gradient" if order else "value")
    single = frozenset(scalars)
    code, n_work, _ = generate_in_place(graph, nodes, names, single)
    n = max(np.size(p) for p in points)
    out, work = np.full((len(nodes), n), 7.0), np.full((n_work, n), 7.0)
    given = [np.asarray(p, dtype=float) for p in points]
    with np.errstate(all="ignore"):
        code.function((given, list(out), list(work)))
        plain = generate(graph, nodes, names, scalar=False, returns=lambda t: f"[{', '.join(t)}]")
        wanted = plain.function(given)
    return out, [np.broadcast_to(np.asarray(w, dtype=float), (n,)) for w in wanted], code.source


@pytest.mark.parametrize("name", ROWS)
def test_every_row_gives_the_bits_of_short_arrays(name):
    row = TABLE[name]
    n_args = len(row.sample[0])
    same = [point for point in row.sample if len(point) == n_args]
    points = np.array(same * 3).T
    special = np.array([0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 1e-310, 750.0, -750.0])
    if row.arity[1] != 0 and all(row.derivatives):
        points = np.concatenate([points, np.tile(special, (n_args, 1))], axis=1)
    names = [f"a{k}" for k in range(n_args)]
    fixed = {k for k, rule in enumerate(row.derivatives) if rule is None and n_args > 1}
    texts = [repr(same[0][k]) if k in fixed else names[k] for k in range(n_args)]
    free = [k for k in range(n_args) if k not in fixed]
    if not free:
        pytest.skip("no argument can be differentiated in")
    text = f"{name}({', '.join(texts)})"
    found, wanted, _ = _both(text, [names[k] for k in free], list(points[free]))
    for own, other in zip(found, wanted, strict=True):
        np.testing.assert_array_equal(own, other)


TEXTS = [
    "x^7*y - 3/x + x^(-3/2)*sqrt(y) - y^x",
    "log(1 + exp(x*y))*a + sigmoid(-x*y)",
    "piecewise((x^2, x < 1 and y > 1), (log(x), y > 0.7), (sin(x)*a, True))",
    "max(x, y, a) - min(x, y) + abs(x - y)*exp(-a)",
    "hypot(x, y)*atan2(y, x) + floor(3*x) + erf(x)*exp(-a^2)",
    "3 + 0*x",
    "x",
]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("scalars", [(), ("a",), ("x", "a")])
def test_formulas_give_the_bits_of_short_arrays_whatever_is_a_number(text, scalars):
    rng = np.random.default_rng(0)
    points = [1.25 if name in scalars else rng.uniform(0.2, 3, 100) for name in "xya"]
    found, wanted, _ = _both(text, list("xya"), points, scalars)
    for own, other in zip(found, wanted, strict=True):
        np.testing.assert_array_equal(own, other)


def test_softplus_and_sigmoid_share_their_exponential():
    _, _, source = _both("log(1 + exp(x*y))", ["x", "y"], [np.ones(3), np.ones(3)])
    assert source.count("exp(") == 1
    assert source.count("multiply(") == 3


def test_memory_is_used_again():
    formula = sc.parse(" + ".join(f"exp(-x/{k})*sin(x + {k})" for k in range(2, 30)))
    code, n_work, _ = generate_in_place(formula.graph, [formula.root], ["x"], frozenset())
    assert n_work <= 4
    assert code.source.count("out=w") > 80


def test_what_is_said_of_numbers_is_computed_for_one():
    _, _, source = _both("exp(-a)*x", ["x", "a"], [np.ones(3), 2.0], ("a",))
    assert "= exp(" in source


def test_softplus_is_right_and_quiet_everywhere():
    f = sc.compile("softplus(x)", order=1, backend="numpy")
    x = np.resize([-1e308, -745.0, -40.0, 0.0, 40.0, 699.0, 701.0, 1e308, np.inf, -np.inf], 70_000)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        value, slope = f.value_and_gradient(x)
    assert value[:10].tolist() == [
        0, 5e-324, np.log1p(np.exp(-40)), np.log(2), 40, 699, 701, 1e308, np.inf, 0,
    ]  # fmt: skip
    assert slope[:10, 0].tolist() == [0, 5e-324, np.exp(-40), 0.5, 1, 1, 1, 1, 1, 0]


def test_long_arrays_give_the_numbers_of_short_ones_in_float32_too():
    f = sc.compile("exp(-x)*sin(x) + x^3/7", order=1, backend="numpy", dtype="float32")
    x = np.linspace(0, 2, 70_000, dtype=np.float32)
    value, slope = f.value_and_gradient(x)
    assert value.dtype == slope.dtype == np.float32
    np.testing.assert_array_equal(value[:100], f(x[:100]))
