"""Forty formulas with gradients by hand, mistakes planted in them, and right claims spelled anew.

The mistakes are planted in the text, or written by hand where a person's slip is meant: nothing
here uses the code that names them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import symcalc as sc

__all__ = ["KINDS", "RIGHT", "ROWS", "Mistake", "Row", "as_function", "mistakes"]


@dataclass(frozen=True)
class Row:
    """A formula, its gradient, and what a person may write instead of one component.

    `inner` and `missing` are (component, text): an inner derivative forgotten, a term forgotten.
    `side` is (component, variable): the component is neither even nor odd by accident in it.
    """

    formula: str
    wrt: str
    gradient: tuple[str, ...]
    side: tuple[int, str]
    inner: tuple[int, str] | None = None
    missing: tuple[int, str] | None = None
    shapes: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.wrt.split(","))


@dataclass(frozen=True)
class Mistake:
    """A planted mistake and what it must be called."""

    kind: str
    verdict: sc.Verdict
    formula: str
    claims: tuple[str, ...]
    row: Row
    wrong: tuple[str, ...]
    function: Callable[..., Any] | None = field(default=None, compare=False)


_R = "w*a + b - c"
_G = "exp(-(x - m)^2/(2*s^2))"
_S = "sigmoid(a*x + b*y)"
_Q = "a*x^2 + b*x + c"

ROWS = (
    Row("x^2*y", "x,y", ("2*x*y", "x^2"), (0, "x")),
    Row(
        f"({_R})^2/2", "w,b", (f"({_R})*a", _R), (0, "a"), inner=(0, _R), missing=(0, "(w*a + b)*a")
    ),
    Row("sin(x*y)", "x,y", ("y*cos(x*y)", "x*cos(x*y)"), (0, "y"), inner=(0, "cos(x*y)")),
    Row("exp(-a*t)", "a,t", ("-t*exp(-a*t)", "-a*exp(-a*t)"), (0, "a"), inner=(1, "exp(-a*t)")),
    Row("x^3 + 2*x*y^2", "x,y", ("3*x^2 + 2*y^2", "4*x*y"), (1, "x"), missing=(0, "3*x^2")),
    Row(
        "100*(y - x^2)^2 + (1 - x)^2",
        "x,y",
        ("-400*x*(y - x^2) - 2*(1 - x)", "200*(y - x^2)"),
        (0, "x"),
        inner=(0, "200*(y - x^2) - 2*(1 - x)"),
        missing=(0, "-400*x*(y - x^2)"),
    ),
    Row(
        "log(x^2 + y^2)",
        "x,y",
        ("2*x/(x^2 + y^2)", "2*y/(x^2 + y^2)"),
        (0, "x"),
        inner=(0, "1/(x^2 + y^2)"),
    ),
    Row(
        "x*exp(y) + y*sin(x)",
        "x,y",
        ("exp(y) + y*cos(x)", "x*exp(y) + sin(x)"),
        (1, "x"),
        missing=(1, "x*exp(y)"),
    ),
    Row(
        "a*exp(-b*t) + c",
        "a,b,c",
        ("exp(-b*t)", "-a*t*exp(-b*t)", "1"),
        (1, "a"),
        inner=(1, "a*exp(-b*t)"),
    ),
    Row("x*y*z + x^2", "x,y,z", ("y*z + 2*x", "x*z", "x*y"), (1, "x"), missing=(0, "y*z")),
    Row(
        "tanh(w*x + b)",
        "w,b",
        ("x*(1 - tanh(w*x + b)^2)", "1 - tanh(w*x + b)^2"),
        (0, "x"),
        inner=(0, "1 - tanh(w*x + b)^2"),
    ),
    Row(
        "x/(1 + y^2)",
        "x,y",
        ("1/(1 + y^2)", "-2*x*y/(1 + y^2)^2"),
        (1, "x"),
        inner=(1, "-x/(1 + y^2)^2"),
    ),
    Row(
        "sqrt(1 + x^2*y^2)",
        "x,y",
        ("x*y^2/sqrt(1 + x^2*y^2)", "x^2*y/sqrt(1 + x^2*y^2)"),
        (0, "x"),
        inner=(0, "1/(2*sqrt(1 + x^2*y^2))"),
    ),
    Row(
        "(x - y)^2 + lam*x^2",
        "x,y",
        ("2*(x - y) + 2*lam*x", "-2*(x - y)"),
        (1, "x"),
        missing=(0, "2*(x - y)"),
    ),
    Row("cos(x)*sin(y)", "x,y", ("-sin(x)*sin(y)", "cos(x)*cos(y)"), (0, "x")),
    Row(
        "log(1 + exp(x - y)) + x*y",
        "x,y",
        ("1/(1 + exp(y - x)) + y", "-1/(1 + exp(y - x)) + x"),
        (0, "x"),
        missing=(0, "1/(1 + exp(y - x))"),
    ),
    Row("x^2*y^3*z", "x,y,z", ("2*x*y^3*z", "3*x^2*y^2*z", "x^2*y^3"), (0, "x")),
    Row(
        f"({_Q})^2",
        "a,b,c",
        (f"2*x^2*({_Q})", f"2*x*({_Q})", f"2*({_Q})"),
        (1, "x"),
        inner=(1, f"2*({_Q})"),
        missing=(2, "2*(a*x^2 + b*x)"),
    ),
    Row("sin(x)^2*y", "x,y", ("2*sin(x)*cos(x)*y", "sin(x)^2"), (0, "y"), inner=(0, "2*sin(x)*y")),
    Row(
        "exp(x*y)*z",
        "x,y,z",
        ("y*z*exp(x*y)", "x*z*exp(x*y)", "exp(x*y)"),
        (0, "z"),
        inner=(1, "z*exp(x*y)"),
    ),
    Row(
        "k*(x - y)^2/2 + m*g*x",
        "x,y",
        ("k*(x - y) + m*g", "-k*(x - y)"),
        (1, "k"),
        missing=(0, "k*(x - y)"),
    ),
    Row(
        "atan(y/x)",
        "x,y",
        ("-y/(x^2 + y^2)", "x/(x^2 + y^2)"),
        (1, "x"),
        inner=(1, "1/(1 + y^2/x^2)"),
    ),
    Row(
        "q*log(p) + (1 - q)*log(1 - p)",
        "p",
        ("q/p - (1 - q)/(1 - p)",),
        (0, "q"),
        missing=(0, "q/p"),
    ),
    Row(
        "(x^2 + y - 11)^2 + (x + y^2 - 7)^2",
        "x,y",
        (
            "4*x*(x^2 + y - 11) + 2*(x + y^2 - 7)",
            "2*(x^2 + y - 11) + 4*y*(x + y^2 - 7)",
        ),
        (1, "x"),
        inner=(0, "2*(x^2 + y - 11) + 2*(x + y^2 - 7)"),
        missing=(0, "4*x*(x^2 + y - 11) + 2*(x + y^2)"),
    ),
    Row(
        "cosh(x)*y + sinh(y)",
        "x,y",
        ("sinh(x)*y", "cosh(x) + cosh(y)"),
        (0, "x"),
        missing=(1, "cosh(x)"),
    ),
    Row(
        "erf(x*y)",
        "x,y",
        ("2*y*exp(-x^2*y^2)/sqrt(pi)", "2*x*exp(-x^2*y^2)/sqrt(pi)"),
        (1, "x"),
        inner=(0, "2*exp(-x^2*y^2)/sqrt(pi)"),
    ),
    Row(
        "v*x/(k + x) + k^2*v",
        "v,k",
        ("x/(k + x) + k^2", "-v*x/(k + x)^2 + 2*k*v"),
        (1, "v"),
        missing=(1, "-v*x/(k + x)^2"),
    ),
    Row(
        "x*sin(y)*exp(z)",
        "x,y,z",
        ("sin(y)*exp(z)", "x*cos(y)*exp(z)", "x*sin(y)*exp(z)"),
        (1, "x"),
    ),
    Row(
        _S,
        "a,b",
        (f"x*{_S}*(1 - {_S})", f"y*{_S}*(1 - {_S})"),
        (0, "x"),
        inner=(0, f"{_S}*(1 - {_S})"),
    ),
    Row(_G, "m,s", (f"(x - m)/s^2*{_G}", f"(x - m)^2/s^3*{_G}"), (0, "m")),
    Row("x^2 + x*y + y^2", "x,y", ("2*x + y", "x + 2*y"), (0, "x"), missing=(0, "2*x")),
    Row(
        "(x*y - z)^2 + x",
        "x,y",
        ("2*y*(x*y - z) + 1", "2*x*(x*y - z)"),
        (1, "z"),
        inner=(0, "2*(x*y - z) + 1"),
        missing=(0, "2*y*(x*y - z)"),
    ),
    Row(
        "t*sin(w*t + p)",
        "w,p,t",
        ("t^2*cos(w*t + p)", "t*cos(w*t + p)", "sin(w*t + p) + w*t*cos(w*t + p)"),
        (1, "t"),
        inner=(0, "t*cos(w*t + p)"),
        missing=(2, "sin(w*t + p)"),
    ),
    Row("a*x^2 + b*x + c", "x", ("2*a*x + b",), (0, "a"), missing=(0, "2*a*x")),
    Row(
        "x^4 - 2*x^2*y + y^2",
        "x,y",
        ("4*x^3 - 4*x*y", "-2*x^2 + 2*y"),
        (0, "x"),
        missing=(1, "-2*x^2"),
    ),
    Row(
        "log(cosh(x - y)) + x^2",
        "x,y",
        ("tanh(x - y) + 2*x", "-tanh(x - y)"),
        (0, "x"),
        missing=(0, "tanh(x - y)"),
    ),
    Row(
        "2^(x*y)",
        "x,y",
        ("y*log(2)*2^(x*y)", "x*log(2)*2^(x*y)"),
        (0, "y"),
        inner=(0, "log(2)*2^(x*y)"),
    ),
    Row(
        "mean((w*x + b - y)^2)",
        "w,b",
        ("2*mean((w*x + b - y)*x)", "2*mean(w*x + b - y)"),
        (0, "w"),
        inner=(0, "2*mean(w*x + b - y)"),
        shapes="x: rows; y: rows",
    ),
    Row(
        "sum((y - a*exp(-b*t))^2)",
        "a,b",
        (
            "-2*sum((y - a*exp(-b*t))*exp(-b*t))",
            "2*sum((y - a*exp(-b*t))*a*t*exp(-b*t))",
        ),
        (1, "a"),
        inner=(0, "2*sum(y - a*exp(-b*t))"),
        shapes="y: rows; t: rows",
    ),
    Row(
        "mean(log(1 + exp(-s*(w*x + b)))) + lam*w^2",
        "w,b",
        (
            "-mean(s*x/(1 + exp(s*(w*x + b)))) + 2*lam*w",
            "-mean(s/(1 + exp(s*(w*x + b))))",
        ),
        (1, "b"),
        missing=(0, "-mean(s*x/(1 + exp(s*(w*x + b))))"),
        shapes="s: rows; x: rows",
    ),
)

#: Right derivatives in spellings that differ from what the rules lead to: (claim, formula, wrt).
RIGHT = (
    ("2*sin(x)*cos(x)", "sin(x)^2", "x"),
    ("sin(2*x)", "sin(x)^2", "x"),
    ("-sin(2*x)", "cos(x)^2", "x"),
    ("cos(2*x)", "sin(x)*cos(x)", "x"),
    ("1 - 2*sin(x)^2", "sin(x)*cos(x)", "x"),
    ("1 + tan(x)^2", "tan(x)", "x"),
    ("1/cos(x)^2", "tan(x)", "x"),
    ("sec(x)^2", "sin(x)/cos(x)", "x"),
    ("1 - tanh(x)^2", "tanh(x)", "x"),
    ("4/(exp(x) + exp(-x))^2", "tanh(x)", "x"),
    ("sigmoid(x)*(1 - sigmoid(x))", "1/(1 + exp(-x))", "x"),
    ("exp(-x)/(1 + exp(-x))^2", "sigmoid(x)", "x"),
    ("exp(x)/(1 + exp(x))", "log(1 + exp(x))", "x"),
    ("1/(1 + exp(-x))", "log(1 + exp(x))", "x"),
    ("(1 + tanh(x/2))/2", "log(1 + exp(x))", "x"),
    ("(x + 1)*(3*x - 1)", "x^3 + x^2 - x", "x"),
    ("3*x^2 + 2*x - 1", "(x^2 - 1)*(x + 1)", "x"),
    ("6*(2*x + 1)^2", "(2*x + 1)^3", "x"),
    ("24*x^2 + 24*x + 6", "(2*x + 1)^3", "x"),
    ("x^x*(1 + log(x))", "x^x", "x"),
    ("x^x + x^x*log(x)", "exp(x*log(x))", "x"),
    ("y*x^y/x", "x^y", "x"),
    ("1/(2*sqrt(x))", "sqrt(x)", "x"),
    ("sqrt(x)/(2*x)", "x^(1/2)", "x"),
    ("0.5*x^(-0.5)", "sqrt(x)", "x"),
    ("x/sqrt(x^2 + y^2)", "hypot(x, y)", "x"),
    ("x/abs(x)", "abs(x)", "x"),
    ("sign(x)", "sqrt(x^2)", "x"),
    ("2*abs(x)", "x*abs(x)", "x"),
    ("1/x", "log(abs(x))", "x"),
    ("2/x", "log(x^2)", "x"),
    ("1/x + 1/(x + 1)", "log(x*(x + 1))", "x"),
    ("(2*x + 1)/(x^2 + x)", "log(x) + log(x + 1)", "x"),
    ("-2*x/(1 + x^2)^2", "1/(1 + x^2)", "x"),
    ("(1 - x^2)/(1 + x^2)^2", "x/(1 + x^2)", "x"),
    ("2/(1 - x)^2", "(1 + x)/(1 - x)", "x"),
    ("-1/(x^2*sqrt(1 - 1/x^2))*x/abs(x)*abs(x)/x", "acos(1/x)*(-1)*1", "x"),
    ("heaviside(x)", "relu(x)", "x"),
    ("exp(x)^2*2", "exp(2*x)", "x"),
    ("2*exp(x + y)*exp(x - y)", "exp(2*x)", "x"),
    ("log(10)*10^x", "10^x", "x"),
    ("1/(x*log(10))", "log10(x)", "x"),
    ("cos(x)*cos(y) - sin(x)*sin(y)", "sin(x + y)", "x"),
    ("sin(y - x)", "cos(x - y)", "x"),
    ("3*cos(x)^2*(-sin(x))", "cos(x)^3", "x"),
    ("-3/4*(sin(x) + sin(3*x))", "cos(x)^3", "x"),
    ("a*b*exp(a*x)^b", "exp(a*b*x)", "x"),
    ("1/cbrt(x)^2/3", "cbrt(x)", "x"),
    ("x*(2*log(x) + 1)", "x^2*log(x)", "x"),
    ("(w*a + b - c)*a, w*a + b - c", "(c - b - w*a)^2/2", "w,b"),
    ("2*(x - y), 2*(y - x)", "(x - y)^2", "x,y"),
    ("2*x + 2*y, 2*x + 2*y", "(x + y)^2", "x,y"),
)


def _plant_sign(row: Row) -> tuple[int, str]:
    k = len(row.names) - 1
    return k, f"-({row.gradient[k]})"


def _plant_factor(row: Row) -> tuple[int, str]:
    k = len(row.formula) % len(row.names)
    factor = ("2", "0.5", "3")[len(row.formula) % 3]
    return k, f"{factor}*({row.gradient[k]})"


def _plant_term(row: Row) -> tuple[int, str]:
    k = len(row.formula) % len(row.names)
    term = ("1", f"0.1*{row.names[k]}", "0.3")[len(row.formula) % 3]
    return k, f"{row.gradient[k]} + {term}"


def _plant_part(row: Row) -> tuple[int, str]:
    k, name = row.side
    return k, re.sub(rf"\b{name}\b", f"abs({name})", row.gradient[k])


def _plant_domain(row: Row) -> tuple[int, str]:
    k, name = row.side
    return k, re.sub(rf"\b{name}\b", f"exp(log({name}))", row.gradient[k])


#: Kind -> (what it must be called, what plants it in one component).
KINDS: dict[str, tuple[sc.Verdict, Callable[[Row], tuple[int, str] | None] | None]] = {
    "inner derivative missing": (sc.Verdict.INNER_FACTOR, lambda row: row.inner),
    "term missing": (sc.Verdict.MISSING_TERM, lambda row: row.missing),
    "wrong sign": (sc.Verdict.SIGN, _plant_sign),
    "constant factor": (sc.Verdict.CONSTANT_FACTOR, _plant_factor),
    "averaged loss, summed gradient": (sc.Verdict.CONSTANT_FACTOR, None),
    "term too many": (sc.Verdict.EXTRA_TERM, _plant_term),
    "one part of the domain": (sc.Verdict.PART_OF_DOMAIN, _plant_part),
    "another domain": (sc.Verdict.DOMAIN, _plant_domain),
    "components swapped": (sc.Verdict.SWAPPED, None),
    "finite differences": (sc.Verdict.INACCURATE, None),
}

PER_ROW, PER_KIND = 5, 20


def mistakes() -> list[Mistake]:
    """Return 200 mistakes: 5 in each formula, 20 of each kind."""
    counts = dict.fromkeys(KINDS, 0)
    found = []
    for row in sorted(ROWS, key=lambda row: row.shapes is None):
        possible = {kind: planted for kind in KINDS if (planted := _planted(kind, row))}
        rare = [kind for kind in list(KINDS)[:2] if kind in possible and counts[kind] < PER_KIND]
        common = [kind for kind in reversed(KINDS) if kind in possible and kind not in rare]
        common = [kind for kind in common if kind not in list(KINDS)[:2]]
        common.sort(key=counts.__getitem__)
        common = [kind for kind in common if counts[kind] < PER_KIND]
        for kind in [*rare, *common][:PER_ROW]:
            counts[kind] += 1
            found.append(possible[kind])
    return found


def _planted(kind: str, row: Row) -> Mistake | None:
    verdict, plant = KINDS[kind]
    names, claims = row.names, list(row.gradient)
    if plant is not None:
        place = plant(row)
        if place is None:
            return None
        k, claims[k] = place[0], place[1]
        return Mistake(kind, verdict, row.formula, tuple(claims), row, (names[k],))
    if kind == "averaged loss, summed gradient":
        return Mistake(kind, verdict, f"({row.formula})/n", tuple(claims), row, names)
    if kind == "components swapped":
        if len(names) < 2:
            return None
        claims[0], claims[1] = claims[1], claims[0]
        return Mistake(kind, verdict, row.formula, tuple(claims), row, names[:2])
    if row.shapes:
        return None
    function = finite_differences(row.formula, names)
    return Mistake(kind, verdict, row.formula, (), row, names, function)


def finite_differences(formula: str, names: tuple[str, ...]) -> Callable[..., Any]:
    """Return the gradient that central differences with a fixed step give."""
    f = sc.compile(formula)
    arguments = sc.parse(formula).names

    def gradient(**values: float) -> list[float]:
        def moved(name: str, step: float) -> float:
            return float(f(*[values[a] + step * (a == name) for a in arguments]))

        return [(moved(name, 1e-6) - moved(name, -1e-6)) / 2e-6 for name in names]

    return gradient


def as_function(mistake: Mistake) -> Callable[..., Any]:
    """Return the claim as a Python function of the formula's variables."""
    if mistake.function is not None:
        return mistake.function
    shapes = mistake.row.shapes
    known = sc.parse(mistake.formula, shapes=shapes).names
    compiled = []
    for text in mistake.claims:
        form = sc.parse(text, shapes=_only(shapes, text))
        compiled.append((sc.compile(form, order=0), form.names))

    def gradient(**values: Any) -> list[float]:
        assert set(values) == set(known)
        return [float(np.asarray(f(*[values[n] for n in names]))) for f, names in compiled]

    return gradient


def _only(shapes: str | None, text: str) -> str | None:
    """Return the shapes of the columns that a text uses."""
    if shapes is None:
        return None
    items = [
        item for item in shapes.split(";") if re.search(rf"\b{item.split(':')[0].strip()}\b", text)
    ]
    return ";".join(items) or None


def right_claims() -> Iterator[tuple[str, str, str, str | None]]:
    """Yield (claim, formula, wrt, shapes) that are all right."""
    for row in ROWS:
        yield ", ".join(row.gradient), row.formula, row.wrt, row.shapes
    for claim, formula, wrt in RIGHT:
        yield claim, formula, wrt, None
