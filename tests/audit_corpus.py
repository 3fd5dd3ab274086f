"""Formulas that lose digits over a box, with the better form of textbooks."""

from __future__ import annotations

__all__ = ["CASES"]

#: Formula, box, and the better form that textbooks give (None: any).
CASES: list[tuple[str, str, str | None]] = [
    ("sqrt(x+1) - sqrt(x)", "x = 1e-8 … 1e12", "1/(sqrt(x + 1) + sqrt(x))"),
    ("x*(sqrt(x+1) - sqrt(x))", "x = 1 … 1e12", "x/(sqrt(x + 1) + sqrt(x))"),
    ("(1 - cos(x))/x^2", "x = 0 … 1", None),
    ("x - sin(x)", "x = -1 … 1", None),
    ("log(1 + exp(x))", "x = -1000 … 1000", "softplus(x)"),
    ("exp(x)/(1 + exp(x))", "x = -1000 … 1000", "sigmoid(x)"),
    ("(-b + sqrt(b^2 - 4*a*c))/(2*a)", "a = 1 … 2, b = -1e8 … 1e8, c = 1 … 3", None),
    ("(x+1)^20 - 1", "x = 1e-9 … 1", None),
    ("1/(x+1) - 2/x + 1/(x-1)", "x = 10 … 1e8", "2/(x*(x + 1)*(x - 1))"),
    ("log(x+1) - log(x)", "x = 1 … 1e15", "log1p(1/x)"),
    ("sin(x*y) - x*y", "x = 0 … 1, y = 0 … 1", None),
    ("tan(x+h) - tan(x)", "x = 0 … 1, h = 1e-10 … 1e-2", "sin(h)/(cos(h + x)*cos(x))"),
    ("sin(x+h) - sin(x)", "x = 0 … 3, h = 1e-12 … 1e-1", "2*cos(h/2 + x)*sin(h/2)"),
    ("atan(x+1) - atan(x)", "x = 1 … 1e8", "atan2(1, x*(x + 1) + 1)"),
    ("exp(x) - 2 + exp(-x)", "x = -1 … 1", "4*sinh(x/2)**2"),
    ("cbrt(x+1) - cbrt(x)", "x = 1 … 1e12", None),
    ("log((1-x)/(1+x))", "x = -0.1 … 0.1", None),
    ("log(x + sqrt(x^2 + 1))", "x = -1e8 … 1e8", "asinh(x)"),
    ("1 - tanh(x)", "x = 0 … 300", "2*sigmoid(-2*x)"),
    ("acos(1 - x)", "x = 1e-15 … 1", "2*atan2(sqrt(x), sqrt(2 - x))"),
    ("sqrt(x^2 + y^2)", "x = 1e-200 … 1e200, y = 1e-200 … 1e200", "hypot(x, y)"),
    ("(-b - sqrt(b^2 - 4*a*c))/(2*a)", "a = 1 … 2, b = -1e8 … 1e8, c = 1 … 3", None),
    ("(n+1)*log(n+1) - n*log(n) - 1", "n = 1 … 1e15", "n*log1p(1/n) + log(n + 1) - 1"),
    ("(1 + 1/x)^x", "x = 1 … 1e15", "exp(x*log1p(1/x))"),
    ("exp(x)/(exp(x) - 1)", "x = 1e-10 … 1e3", None),
    ("(x^2 - y^2)/(x + y)", "x = 1 … 2, y = 1 … 2", "x - y"),
]
