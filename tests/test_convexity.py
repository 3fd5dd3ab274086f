"""Convexity is proven by rules, and never where sampled midpoints contradict."""

from __future__ import annotations

import random
import re
from typing import Any

import numpy as np
import pytest

import symcalc as sc
from symcalc.functions import TABLE
from symcalc.language import Range, assumed_range
from symcalc.symbolic.convexity import Curvature, find_curvature
from symcalc.symbolic.convexity.atoms import JOINT, PIECES

SHAPES = "X: m n; w: n; v: n; y: m; c: m nonnegative; S: n n spd; A: n n; U: n n"


#: Formulas that the fuzzer builds under each assumption.
N_FORMULAS = 300

#: What is varied; every other name is constant.
VARIED = ("x", "y", "z", "w", "v", "U")


def read(text: str, assume: str = "") -> sc.Expression:
    """Return a formula with the shapes of the arrays that occur in it."""
    words = set(re.findall("[A-Za-z]+", text))
    used = [item for item in SHAPES.split("; ") if item.split(":")[0] in words & set("XwvcSAU")]
    if used:
        used += [item for item in SHAPES.split("; ") if item.startswith("y") and "y" in words]
    return sc.parse(text, shapes="; ".join(used) or None, assume=assume or None)


def curvature_of(text: str, assume: str = "") -> Curvature:
    """Return what is proven of a formula."""
    expression = read(text, assume)
    arrays = any(variable.shape for variable in expression.variables)
    names = [name for name in expression.names if name in VARIED and not (arrays and name == "y")]
    return find_curvature(expression, names)


#: Formulas that are convex, with what is assumed of the variables.
CONVEX = [
    ("x^2", ""), ("(x - 3)^2 + 2*x", ""), ("x^4 + y^2", ""), ("abs(x - y)", ""), ("exp(x^2)", ""),
    ("x^2 + x*y + y^2", ""), ("(x + y)*(x + y) + 3*z", ""), ("x^2 - 2*x*y + y^2 - z", ""),
    ("(x + 2*y)^2 + exp(x) - y", ""), ("5*x^2 + 4*x*y + y^2 + log(1 + exp(z))", ""),
    ("exp(x) + exp(-x)", ""), ("-log(x)", ""), ("-sqrt(x)", ""), ("1/x", "x > 0"),
    ("1/x^2", "x > 0"), ("x^2/y", "y > 0"), ("x^4/y^2", "y > 0"), ("(x - y)^2/(1 - z)", "z < 1"),
    ("x*log(x)", ""), ("x*log(x/y)", "x > 0, y > 0"), ("xlogy(x, x)", ""),
    ("log(1 + exp(x))", ""), ("log(exp(x) + exp(y) + 1)", ""),
    ("log(exp(x^2) + exp(abs(y)))", ""), ("softplus(-x)", ""), ("sqrt(x^2 + y^2)", ""),
    ("sqrt(x^2 + y^2 + 1)", ""), ("(abs(x)^3 + abs(y)^3)^(1/3)", ""), ("max(x, y, 0)", ""),
    ("max(0, 1 - x)^2", ""), ("relu(x)^2 + relu(-x)", ""), ("cosh(x - y)", ""),
    ("logcosh(2*x + 1)", ""), ("hypot(x, y - 1)", ""), ("x^3", "x >= 0"), ("x^1.5", ""),
    ("2^x + 2^(-y)", ""), ("0.5^(x + y)", ""), ("-min(x, y)", ""), ("-log(1 - x^2)", ""),
    ("1/(1 - x^2 - y^2)", "-0.5 < x < 0.5, -0.5 < y < 0.5"), ("exp(x)/y", "y > 0"),
    ("exp(max(x, y, 0)^2)", ""), ("gamma(x)", "x > 0"), ("loggamma(x + 1)", "x > 0"),
    ("erfc(x)", "x >= 0"), ("-tanh(x)", "x >= 0"), ("(log(1 + exp(x)))^2", ""), ("exprel(x)", ""),
    ("exp(-x)*exp(x^2)*exp(y)", ""), ("abs(x)^2.5", ""), ("log(cosh(x))", ""), ("x", ""),
    ("3*x - 2*y + 1", ""), ("(x^2 + y^2)^2", ""), ("-(x*(1 - x))", ""), ("-acosh(x)", ""),
    ("sum((X@w - y)**2)/(2*m)", ""), ("norm2(X@w - y) + 3*norm1(w)", ""),
    ("w.T@S@w - sum(w)", ""), ("w@X.T@X@w", ""), ("(X@w - y).T@(X@w - y)", ""),
    ("logsumexp(X@w)", ""), ("sqrt(w.T@S@w)", ""), ("sum(log(1 + exp(-y*(X@w))))", ""),
    ("mean(max(0, 1 - y*(X@w)))", ""), ("max(abs(w))", ""), ("w.T@(X.T@X + 2*eye(n))@w", ""),
    ("sum(c*(X@w)**2)", ""), ("w.T@inv(S)@w", ""), ("sum(c*abs(X@w - y)) + 0.1*sum(w**2)", ""),
    ("norm2(w)**3", ""), ("sum(exp(X@w) - y*(X@w))", ""), ("norm2(A@U - A)**2 + sum(abs(U))", ""),
    ("trace(U.T@U)", ""), ("sum(w)**2", ""),
]  # fmt: skip

#: Formulas that are not convex, or that no rule here proves to be.
OTHER = [
    ("x*y", ""), ("x^3", ""), ("sin(x)", ""), ("x^2 - y^2", ""), ("log(x)", ""),
    ("sqrt(abs(x))", ""), ("1/x", ""), ("x^2/y", ""), ("exp(-x^2)", ""), ("tanh(x)", ""),
    ("log(x^2 + 1)", ""), ("x^4 - x^2", ""), ("(x^2 - 1)^2", ""), ("abs(x^2 - 1)", ""),
    ("min(x^2, y^2)", ""), ("x*log(y)", ""), ("x*exp(x)", ""), ("x^2 + 3*x*y + y^2", ""),
    ("sqrt(x*y)", ""), ("100*(y - x^2)^2 + (1 - x)^2", ""), ("x^2*y^2", ""), ("(x + y^2)^2", ""),
    ("cos(x)^2", ""), ("x^2/y^2", "y > 0"), ("abs(x)*abs(y)", ""), ("-x^2", ""), ("-exp(x)", ""),
    ("floor(x)", ""), ("x^2 if x > 0 else -x", ""), ("abs(x)/y", "y > 0"),
    ("x*log(x/y)", "x < 0, y < 0"), ("x*log(y/x)", "x > 0, y > 0"),
    ("norm2(tanh(X@w) - y)**2", ""), ("w.T@A@w", ""), ("sum(y*(X@w)**2)", ""),
    ("w.T@X.T@X@v", ""), ("sum((U@U - A)**2)", ""), ("trace(U@U)", ""), ("sum(w)*sum(v)", ""),
    ("w.T@U@w", ""), ("norm2(w)**0.5", ""), ("1/norm2(w)", ""), ("-logsumexp(w)", ""),
    ("(x^2)^0.4", ""), ("(-2)^x", ""), ("x^y", "x > 0"), ("y^x", "y > 0"), ("cosh(x^2 - 1)", ""),
    ("(x-y)^3", "x > 0, y > 0"), ("exp(x)*x^2", ""), ("max(x, y)^2", ""), ("sigmoid(x)", ""),
    ("cbrt(x)", "x >= 0"), ("mod(x, 2)", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "assume"), CONVEX)
def test_a_convex_formula_is_proven_convex(text: str, assume: str) -> None:
    assert curvature_of(text, assume=assume).is_convex


@pytest.mark.parametrize(("text", "assume"), OTHER)
def test_a_formula_that_is_not_convex_is_not_called_so(text: str, assume: str) -> None:
    assert not curvature_of(text, assume=assume).is_convex


def test_functions_with_a_known_shape_are_rows_of_the_table() -> None:
    kinds = {"amax", "lse"}
    assert {*PIECES, *JOINT} - kinds <= set(TABLE)


# -- never falsely: midpoints ----------------------------------------------------------------------


def violation(f: Any, points: list[tuple[Any, Any]]) -> float:
    """Return by how much a value in between is above the chord, at worst, beyond rounding."""
    worst = 0.0
    for a, b in points:
        at_a, at_b = f(a), f(b)
        if not (np.isfinite(at_a) and np.isfinite(at_b)):
            continue
        for share in (0.5, 0.2, 0.9):
            between = f(share * a + (1 - share) * b)
            chord = share * at_a + (1 - share) * at_b
            size = 1e-9 * (1.0 + abs(at_a) + abs(at_b))
            if not np.isfinite(between):
                return np.inf  # the domain of what is convex is convex
            worst = max(worst, between - chord - size)
    return worst


def sample(text: str, assume: str, n: int = 150) -> float:
    """Return the worst violation of a scalar formula where its assumptions hold."""
    expression = read(text, assume)
    function = sc.compile(expression, list(expression.names))
    rng = np.random.default_rng(5)
    allowed = [assumed_range(v.name, v.assumption) if v.assumption else Range()
               for v in expression.variables]  # fmt: skip
    low = np.array([max(r.lower, -3.0) for r in allowed])
    high = np.array([min(r.upper, 3.0) for r in allowed])

    def point() -> Any:
        return low + (high - low) * rng.uniform(1e-6, 1 - 1e-6, low.size)

    with np.errstate(all="ignore"):
        return violation(lambda p: float(function(*p)), [(point(), point()) for _ in range(n)])


SCALAR = [(text, assume) for text, assume in CONVEX if not any(c in text for c in "XwUv@")]


@pytest.mark.parametrize(("text", "assume"), SCALAR)
def test_midpoints_agree_that_the_formula_is_convex(text: str, assume: str) -> None:
    assert sample(text, assume) <= 0.0


ARRAYS = [text for text, assume in CONVEX if any(c in text for c in "XwU")]


@pytest.mark.parametrize("text", [text for text in ARRAYS if "max" not in text or "X" in text])
def test_midpoints_of_formulas_over_arrays_agree(text: str) -> None:
    expression = read(text)
    rng = np.random.default_rng(3)
    square = rng.normal(size=(3, 3))
    known = {"X": rng.normal(size=(4, 3)), "y": rng.normal(size=4), "c": rng.uniform(size=4),
             "S": square @ square.T + np.eye(3), "A": rng.normal(size=(3, 3))}  # fmt: skip
    sizes = {"w": (3,), "v": (3,), "U": (3, 3), "x": ()}
    moving = [name for name in expression.names if name in sizes]
    function = sc.compile(expression)
    fixed = {name: value for name, value in known.items() if name in expression.names}

    def f(vector: Any) -> float:
        parts, begin = {}, 0
        for name in moving:
            count = int(np.prod(sizes[name]))
            parts[name] = vector[begin : begin + count].reshape(sizes[name])
            begin += count
        return float(function(**fixed, **parts))

    n = sum(int(np.prod(sizes[name])) for name in moving)
    points = [(rng.normal(size=n), rng.normal(size=n)) for _ in range(60)]
    with np.errstate(all="ignore"):
        assert violation(f, points) <= 0.0


# -- a fuzzer: whatever is built, a claim must hold ------------------------------------------------

UNARY = ("exp({})", "log({})", "sqrt({})", "abs({})", "({})^2", "({})^3", "({})^(-1)", "({})^0.7",
         "({})^1.5", "softplus({})", "relu({})", "tanh({})", "cosh({})", "-({})", "2*({})",
         "1 + ({})", "({})^4", "log(1 + exp({}))", "({})^(1/3)", "sinh({})", "sigmoid({})",
         "({})^(-2)", "1 - ({})", "logcosh({})", "cbrt({})", "erf({})", "atan({})", "expm1({})",
         "log1p({})", "({})^(-0.5)", "0.5^({})", "3^({})", "exprel({})", "asinh({})")  # fmt: skip
BINARY = ("({}) + ({})", "({}) - ({})", "({})*({})", "({})/({})", "max({}, {})", "min({}, {})",
          "hypot({}, {})", "logaddexp({}, {})", "({})^2/({})", "xlogy({}, {})",
          "({})*log({})")  # fmt: skip


def draw(rng: random.Random, depth: int) -> str:
    """Return a formula in x and y."""
    if depth == 0 or rng.random() < 0.1:
        return rng.choice(["x", "y", "x - y", "x + 2*y", "1", "x*y", "3 - x"])
    if rng.random() < 0.55:
        return rng.choice(UNARY).format(draw(rng, depth - 1))
    return rng.choice(BINARY).format(draw(rng, depth - 1), draw(rng, depth - 1))


@pytest.mark.parametrize("assume", ["", "x > 0, y > 0", "x < 0, y > 1"])
def test_no_claim_about_a_random_formula_is_contradicted(assume: str) -> None:
    rng, n_claims = random.Random(11), 0
    for _ in range(N_FORMULAS):
        text = draw(rng, rng.choice([1, 2, 2, 3, 3]))
        try:
            curvature = curvature_of(text, assume)
        except sc.SymcalcError:
            continue
        if curvature in (Curvature.UNKNOWN, Curvature.CONSTANT):
            continue
        n_claims += 1
        if curvature.is_convex:
            assert sample(text, assume, 25) <= 0.0, f"{text} is called {curvature}"
        if curvature in (Curvature.CONCAVE, Curvature.AFFINE):
            assert sample(f"-({text})", assume, 25) <= 0.0, f"{text} is called {curvature}"
    assert n_claims > N_FORMULAS // 10
