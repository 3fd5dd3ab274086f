"""The problems of More, Garbow and Hillstrom, each a sum of squares written out as a string.

J. J. More, B. S. Garbow, K. E. Hillstrom, Testing unconstrained optimization software, ACM
Transactions on Mathematical Software 7, 1981, with its standard starts. Known misprints are put
right: in (11) the base of the power is `y_i - x_2`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log

__all__ = ["PROBLEMS", "Problem"]


@dataclass(frozen=True)
class Problem:
    """A sum of squares, its standard start, and the values of its minima.

    `minima` are those that a local method may end at, the global one first; the digits beyond
    the published ones are from runs at the limit of double precision.
    """

    number: int
    name: str
    residuals: tuple[str, ...]
    start: tuple[float, ...]
    minima: tuple[float, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The variables, x1 to xn."""
        return tuple(f"x{i + 1}" for i in range(len(self.start)))

    @property
    def objective(self) -> str:
        """The sum of squares."""
        return " + ".join(f"({residual})**2" for residual in self.residuals)


def _sum(terms: Sequence[str]) -> str:
    return " + ".join(terms)


def _variables(n: int) -> list[str]:
    return [f"x{i}" for i in range(1, n + 1)]


BARD = (0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39, 0.37, 0.58, 0.73, 0.96, 1.34, 2.10, 4.39)
GAUSS = (0.0009, 0.0044, 0.0175, 0.0540, 0.1295, 0.2420, 0.3521, 0.3989)
MEYER = (34780, 28610, 23650, 19630, 16370, 13720, 11540, 9744, 8261, 7030, 6005, 5147, 4427,
         3820, 3307, 2872)  # fmt: skip
KOWALIK_Y = (0.1957, 0.1947, 0.1735, 0.1600, 0.0844, 0.0627, 0.0456, 0.0342, 0.0323, 0.0235,
             0.0246)  # fmt: skip
KOWALIK_U = (4, 2, 1, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625)
OSBORNE_1 = (0.844, 0.908, 0.932, 0.936, 0.925, 0.908, 0.881, 0.850, 0.818, 0.784, 0.751, 0.718,
             0.685, 0.658, 0.628, 0.603, 0.580, 0.558, 0.538, 0.522, 0.506, 0.490, 0.478, 0.467,
             0.457, 0.448, 0.438, 0.431, 0.424, 0.420, 0.414, 0.411, 0.406)  # fmt: skip
OSBORNE_2 = (1.366, 1.191, 1.112, 1.013, 0.991, 0.885, 0.831, 0.847, 0.786, 0.725, 0.746, 0.679,
             0.608, 0.655, 0.616, 0.606, 0.602, 0.626, 0.651, 0.724, 0.649, 0.649, 0.694, 0.644,
             0.624, 0.661, 0.612, 0.558, 0.533, 0.495, 0.500, 0.423, 0.395, 0.375, 0.372, 0.391,
             0.396, 0.405, 0.428, 0.429, 0.523, 0.562, 0.607, 0.653, 0.672, 0.708, 0.633, 0.668,
             0.645, 0.632, 0.591, 0.559, 0.597, 0.625, 0.739, 0.710, 0.729, 0.720, 0.636, 0.581,
             0.428, 0.292, 0.162, 0.098, 0.054)  # fmt: skip


def _bard() -> tuple[str, ...]:
    return tuple(
        f"{y} - (x1 + {u}/({16 - u}*x2 + {min(u, 16 - u)}*x3))" for u, y in enumerate(BARD, 1)
    )


def _gaussian() -> tuple[str, ...]:
    values = (*GAUSS, *reversed(GAUSS[:-1]))
    return tuple(f"x1*exp(-x2*({(8 - i) / 2} - x3)**2/2) - {y}" for i, y in enumerate(values, 1))


def _gulf(m: int = 100) -> tuple[str, ...]:
    rows = []
    for i in range(1, m + 1):
        t = i / 100
        y = 25 + (-50 * log(t)) ** (2 / 3)
        rows.append(f"exp(-abs({y!r} - x2)**x3/x1) - {t}")
    return tuple(rows)


def _kowalik() -> tuple[str, ...]:
    pairs = zip(KOWALIK_Y, KOWALIK_U, strict=True)
    return tuple(f"{y} - x1*({u}**2 + {u}*x2)/({u}**2 + {u}*x3 + x4)" for y, u in pairs)


def _brown_dennis() -> tuple[str, ...]:
    ts = [i / 5 for i in range(1, 21)]
    return tuple(f"(x1 + {t}*x2 - exp({t}))**2 + (x3 + x4*sin({t}) - cos({t}))**2" for t in ts)


def _biggs() -> tuple[str, ...]:
    rows = []
    for i in range(1, 14):
        t = i / 10
        y = f"exp(-{t}) - 5*exp(-{i}) + 3*exp(-{4 * t})"
        rows.append(f"x3*exp(-{t}*x1) - x4*exp(-{t}*x2) + x6*exp(-{t}*x5) - ({y})")
    return tuple(rows)


def _osborne_2() -> tuple[str, ...]:
    rows = []
    for i, y in enumerate(OSBORNE_2):
        t = i / 10
        rows.append(
            f"{y} - (x1*exp(-{t}*x5) + x2*exp(-({t} - x9)**2*x6) + x3*exp(-({t} - x10)**2*x7)"
            f" + x4*exp(-({t} - x11)**2*x8))"
        )
    return tuple(rows)


def _watson(n: int) -> tuple[str, ...]:
    rows = []
    for i in range(1, 30):
        slope = _sum([f"{j - 1}*({i}/29)**{j - 2}*x{j}" for j in range(2, n + 1)])
        value = _sum([f"({i}/29)**{j - 1}*x{j}" for j in range(1, n + 1)])
        rows.append(f"{slope} - ({value})**2 - 1")
    return (*rows, "x1", "x2 - x1**2 - 1")


def _rosenbrock(n: int) -> tuple[str, ...]:
    pairs = [(f"10*(x{i + 1} - x{i}**2)", f"1 - x{i}") for i in range(1, n, 2)]
    return tuple(row for pair in pairs for row in pair)


def _powell(n: int) -> tuple[str, ...]:
    rows = []
    for i in range(1, n, 4):
        rows += [f"x{i} + 10*x{i + 1}", f"5**0.5*(x{i + 2} - x{i + 3})",
                 f"(x{i + 1} - 2*x{i + 2})**2", f"10**0.5*(x{i} - x{i + 3})**2"]  # fmt: skip
    return tuple(rows)


def _penalty_1(n: int) -> tuple[str, ...]:
    squares = _sum([f"{v}**2" for v in _variables(n)])
    return (*(f"1e-5**0.5*({v} - 1)" for v in _variables(n)), f"{squares} - 1/4")


def _penalty_2(n: int) -> tuple[str, ...]:
    rows = ["x1 - 0.2"]
    for i in range(2, n + 1):
        y = f"exp({i}/10) + exp({i - 1}/10)"
        rows.append(f"1e-5**0.5*(exp(x{i}/10) + exp(x{i - 1}/10) - ({y}))")
    rows += [f"1e-5**0.5*(exp(x{i}/10) - exp(-1/10))" for i in range(2, n + 1)]
    return (*rows, _sum([f"{n - j + 1}*x{j}**2" for j in range(1, n + 1)]) + " - 1")


def _variably(n: int) -> tuple[str, ...]:
    total = _sum([f"{j}*(x{j} - 1)" for j in range(1, n + 1)])
    return (*(f"{v} - 1" for v in _variables(n)), total, f"({total})**2")


def _trigonometric(n: int) -> tuple[str, ...]:
    total = _sum([f"cos({v})" for v in _variables(n)])
    return tuple(
        f"{n} - ({total}) + {i}*(1 - cos(x{i})) - sin(x{i})" for i in range(1, n + 1)
    )  # fmt: skip


def _almost_linear(n: int) -> tuple[str, ...]:
    total = _sum(_variables(n))
    rows = [f"x{i} + {total} - {n + 1}" for i in range(1, n)]
    return (*rows, "*".join(_variables(n)) + " - 1")


def _boundary(n: int) -> tuple[str, ...]:
    rows = []
    for i in range(1, n + 1):
        near = (f" - x{i - 1}" if i > 1 else "") + (f" - x{i + 1}" if i < n else "")
        rows.append(f"2*x{i}{near} + (1/{n + 1})**2*(x{i} + {i}/{n + 1} + 1)**3/2")
    return tuple(rows)


def _integral(n: int) -> tuple[str, ...]:
    rows = []
    for i in range(1, n + 1):
        cube = [f"(x{j} + {j}/{n + 1} + 1)**3" for j in range(1, n + 1)]
        below = _sum([f"{j}/{n + 1}*{cube[j - 1]}" for j in range(1, i + 1)])
        above = _sum([f"(1 - {j}/{n + 1})*{cube[j - 1]}" for j in range(i + 1, n + 1)] or ["0"])
        rows.append(
            f"x{i} + 1/{n + 1}*((1 - {i}/{n + 1})*({below}) + {i}/{n + 1}*({above}))/2"
        )  # fmt: skip
    return tuple(rows)


def _tridiagonal(n: int) -> tuple[str, ...]:
    rows = []
    for i in range(1, n + 1):
        near = (f" - x{i - 1}" if i > 1 else "") + (f" - 2*x{i + 1}" if i < n else "")
        rows.append(f"(3 - 2*x{i})*x{i}{near} + 1")
    return tuple(rows)


def _banded(n: int) -> tuple[str, ...]:
    rows = []
    for i in range(1, n + 1):
        near = [f"x{j}*(1 + x{j})" for j in range(max(1, i - 5), min(n, i + 1) + 1) if j != i]
        rows.append(f"x{i}*(2 + 5*x{i}**2) + 1 - ({_sum(near)})")
    return tuple(rows)


def _full_rank(n: int, m: int) -> tuple[str, ...]:
    total = f"2/{m}*({_sum(_variables(n))})"
    return tuple(
        f"x{i} - {total} - 1" if i <= n else f"-{total} - 1" for i in range(1, m + 1)
    )  # fmt: skip


def _rank_one(n: int, m: int) -> tuple[str, ...]:
    total = _sum([f"{j}*x{j}" for j in range(1, n + 1)])
    return tuple(f"{i}*({total}) - 1" for i in range(1, m + 1))


def _rank_one_zeros(n: int, m: int) -> tuple[str, ...]:
    total = _sum([f"{j}*x{j}" for j in range(2, n)])
    return ("-1", *(f"{i - 1}*({total}) - 1" for i in range(2, m)), "-1")


def _chebyquad(n: int) -> tuple[str, ...]:
    rows = []
    for i in range(1, n + 1):
        # T_i(2x - 1) by its recurrence, with coefficients in powers of u = 2x - 1.
        before, now = [1], [0, 1]
        for _ in range(i - 1):
            twice = [0, *(2 * c for c in now)]
            before, now = now, [a - b for a, b in zip(twice, [*before, 0, 0], strict=True)]
        terms = _sum(
            [f"{c}*(2*x{j} - 1)**{k}" for j in range(1, n + 1) for k, c in enumerate(now) if c]
        )
        mean = f"1/{i * i - 1}" if i % 2 == 0 else "0"
        rows.append(f"({terms})/{n} + {mean}")
    return tuple(rows)


def _wood() -> tuple[str, ...]:
    return ("10*(x2 - x1**2)", "1 - x1", "90**0.5*(x4 - x3**2)", "1 - x3",
            "10**0.5*(x2 + x4 - 2)", "(x2 - x4)/10**0.5")  # fmt: skip


def _grid(n: int) -> tuple[float, ...]:
    return tuple(i / (n + 1) for i in range(1, n + 1))


def _waves(n: int) -> tuple[float, ...]:
    return tuple(t * (t - 1) for t in _grid(n))


_THETA = "piecewise((atan(x2/x1)/(2*pi), x1 > 0), (atan(x2/x1)/(2*pi) + 1/2, True))"

_Row = tuple[int, str, Callable[[], tuple[str, ...]], Sequence[float], Sequence[float]]

_ROWS: tuple[_Row, ...] = (
    (1, "Rosenbrock", lambda: _rosenbrock(2), (-1.2, 1), (0,)),
    (2, "Freudenstein-Roth",
     lambda: ("-13 + x1 + ((5 - x2)*x2 - 2)*x2", "-29 + x1 + ((x2 + 1)*x2 - 14)*x2"),
     (0.5, -2), (0, 48.98425367924001)),
    (3, "Powell badly scaled", lambda: ("1e4*x1*x2 - 1", "exp(-x1) + exp(-x2) - 1.0001"),
     (0, 1), (0,)),
    (4, "Brown badly scaled", lambda: ("x1 - 1e6", "x2 - 2e-6", "x1*x2 - 2"), (1, 1), (0,)),
    (5, "Beale",
     lambda: ("1.5 - x1*(1 - x2)", "2.25 - x1*(1 - x2**2)", "2.625 - x1*(1 - x2**3)"),
     (1, 1), (0,)),
    (6, "Jennrich-Sampson",
     lambda: tuple(f"{2 + 2 * i} - (exp({i}*x1) + exp({i}*x2))" for i in range(1, 11)),
     (0.3, 0.4), (124.36218235561485,)),
    (7, "Helical valley",
     lambda: (f"10*(x3 - 10*{_THETA})", "10*(sqrt(x1**2 + x2**2) - 1)", "x3"), (-1, 0, 0), (0,)),
    (8, "Bard", _bard, (1, 1, 1), (8.214877306578988e-3,)),
    (9, "Gaussian", _gaussian, (0.4, 1, 0), (1.1279327696189013e-8,)),
    (10, "Meyer",
     lambda: tuple(f"x1*exp(x2/({45 + 5 * i} + x3)) - {y}" for i, y in enumerate(MEYER, 1)),
     (0.02, 4000, 250), (87.94585517018604,)),
    (11, "Gulf", _gulf, (5, 2.5, 0.15), (0,)),
    (12, "Box",
     lambda: tuple(f"exp(-{i / 10}*x1) - exp(-{i / 10}*x2) - x3*(exp(-{i / 10}) - exp(-{i}))"
                   for i in range(1, 11)), (0, 10, 20), (0,)),
    (13, "Powell singular", lambda: _powell(4), (3, -1, 0, 1), (0,)),
    (14, "Wood", _wood, (-3, -1, -3, -1), (0,)),
    (15, "Kowalik-Osborne", _kowalik, (0.25, 0.39, 0.415, 0.39), (3.0750560384923774e-4,)),
    (16, "Brown-Dennis", _brown_dennis, (25, 5, -5, -1), (85822.20162635634,)),
    (17, "Osborne 1",
     lambda: tuple(f"{y} - (x1 + x2*exp(-{10 * i}*x4) + x3*exp(-{10 * i}*x5))"
                   for i, y in enumerate(OSBORNE_1)),
     (0.5, 1.5, -1, 0.01, 0.02), (5.464894697482907e-5,)),
    (18, "Biggs EXP6", _biggs, (1, 2, 1, 1, 1, 1), (0, 0.005655649925499931)),
    (19, "Osborne 2", _osborne_2, (1.3, 0.65, 0.65, 0.7, 0.6, 3, 5, 7, 2, 4.5, 5.5),
     (4.0137736293547e-2,)),
    (20, "Watson 6", lambda: _watson(6), (0,) * 6, (2.2876700535524e-3,)),
    (20, "Watson 9", lambda: _watson(9), (0,) * 9, (1.3997601380990198e-6,)),
    (20, "Watson 12", lambda: _watson(12), (0,) * 12, (4.7223811e-10,)),
    (21, "Extended Rosenbrock 10", lambda: _rosenbrock(10), (-1.2, 1) * 5, (0,)),
    (22, "Extended Powell 12", lambda: _powell(12), (3, -1, 0, 1) * 3, (0,)),
    (23, "Penalty I 4", lambda: _penalty_1(4), (1, 2, 3, 4), (2.2499775008999e-5,)),
    (23, "Penalty I 10", lambda: _penalty_1(10), tuple(range(1, 11)), (7.087651467090369e-5,)),
    (24, "Penalty II 4", lambda: _penalty_2(4), (0.5,) * 4, (9.3762930090e-6,)),
    (24, "Penalty II 10", lambda: _penalty_2(10), (0.5,) * 10, (2.9366053745674594e-4,)),
    (25, "Variably dimensioned 10", lambda: _variably(10),
     tuple(1 - i / 10 for i in range(1, 11)), (0,)),
    (26, "Trigonometric 10", lambda: _trigonometric(10), (0.1,) * 10, (0, 2.79505612188e-5)),
    (27, "Brown almost-linear 10", lambda: _almost_linear(10), (0.5,) * 10, (0, 1)),
    (28, "Discrete boundary 10", lambda: _boundary(10), _waves(10), (0,)),
    (29, "Discrete integral 10", lambda: _integral(10), _waves(10), (0,)),
    (30, "Broyden tridiagonal 10", lambda: _tridiagonal(10), (-1,) * 10, (0,)),
    (31, "Broyden banded 10", lambda: _banded(10), (-1,) * 10, (0,)),
    (32, "Linear full rank 5, 10", lambda: _full_rank(5, 10), (1,) * 5, (5,)),
    (33, "Linear rank 1 5, 10", lambda: _rank_one(5, 10), (1,) * 5, (15 / 7,)),
    (34, "Linear rank 1 zeros 5, 10", lambda: _rank_one_zeros(5, 10), (1,) * 5, (62 / 17,)),
    (35, "Chebyquad 6", lambda: _chebyquad(6), _grid(6), (0,)),
    (35, "Chebyquad 8", lambda: _chebyquad(8), _grid(8), (3.5168737256779e-3,)),
    (35, "Chebyquad 9", lambda: _chebyquad(9), _grid(9), (0,)),
    (35, "Chebyquad 10", lambda: _chebyquad(10), _grid(10),
     (4.7727136963852e-3, 6.503954800882e-3)),
)  # fmt: skip

PROBLEMS = tuple(
    Problem(number, name, make(), tuple(map(float, start)), tuple(map(float, minima)))
    for number, name, make, start, minima in _ROWS
)
