"""Models of NIST's Statistical Reference Datasets for nonlinear regression, beside the nine of
`data/nist.json`: with NIST's data where they are short, else with data made from NIST's certified
parameters, NIST's design and noise of NIST's size.

https://www.itl.nist.gov/div898/strd/nls/nls_main.shtml (public domain). That the data below are
NIST's shows in the fits: they give the certified parameters to ten digits.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

__all__ = ["MADE", "MEASURED", "Problem"]

Columns = dict[str, list[float]]


@dataclass(frozen=True)
class Problem:
    """A model with data, NIST's two starts, and the certified values."""

    name: str
    model: str
    starts: tuple[list[float], list[float]]
    certified: list[float]
    data: Columns = field(repr=False)
    errors: list[float] | None = None
    target: str = "y"

    @property
    def names(self) -> list[str]:
        return [f"b{i + 1}" for i in range(len(self.certified))]

    def start(self, which: int) -> dict[str, float]:
        """Return NIST's start 1 or 2."""
        return dict(zip(self.names, self.starts[which - 1], strict=True))


# -- with NIST's data ---------------------------------------------------------------------------

_MISRA: Columns = {
    "x": [77.6, 114.9, 141.1, 190.8, 239.9, 289.0, 332.8, 378.4, 434.8, 477.3, 536.8, 593.1,
          689.1, 760.0],
    "y": [10.07, 14.73, 17.94, 23.93, 29.61, 35.18, 40.02, 44.82, 50.76, 55.05, 61.01, 66.40,
          75.47, 81.78],
}  # fmt: skip

_LANCZOS_MODEL = "b1*exp(-b2*x) + b3*exp(-b4*x) + b5*exp(-b6*x)"
_LANCZOS_STARTS = ([1.2, 0.3, 5.6, 5.5, 6.5, 7.6], [0.5, 0.7, 3.6, 4.2, 4.0, 6.3])


def _lanczos(spelling: str) -> Columns:
    """Return the sum of exponentials that Lanczos (1956) rounded to so many digits."""
    x = [round(0.05 * i, 2) for i in range(24)]
    exact = [
        0.0951 * math.exp(-t) + 0.8607 * math.exp(-3.0 * t) + 1.5576 * math.exp(-5.0 * t) for t in x
    ]
    return {"x": x, "y": [float(format(value, spelling)) for value in exact]}


_ECKERLE_X = [
    *range(400, 436, 5), *[436.5 + 1.5 * i for i in range(20)], 470, 475, 480, 485, 490, 495, 500,
]  # fmt: skip

MEASURED = (
    Problem(
        "Misra1b", "b1*(1 - (1 + b2*x/2)**(-2))", ([500.0, 1e-4], [300.0, 2e-4]),
        [3.3799746163e2, 3.9039091287e-4], _MISRA, [3.1643950207, 4.2547321834e-6],
    ),
    Problem(
        "Misra1c", "b1*(1 - (1 + 2*b2*x)**(-0.5))", ([500.0, 1e-4], [600.0, 2e-4]),
        [6.3642725809e2, 2.0813627256e-4], _MISRA,
    ),
    Problem(
        "Misra1d", "b1*b2*x*((1 + b2*x)**(-1))", ([500.0, 1e-4], [450.0, 3e-4]),
        [4.3736970754e2, 3.0227324449e-4], _MISRA,
    ),
    Problem(
        "Lanczos1", _LANCZOS_MODEL, _LANCZOS_STARTS,
        [9.5100000027e-2, 1.0000000001, 8.6070000013e-1, 3.0000000002, 1.5575999998, 5.0000000001],
        _lanczos(".12e"),
        [5.3347304234e-11, 2.7473038179e-10, 1.3576062225e-10, 3.3308253069e-10, 1.8815731448e-10,
         1.1057500538e-10],
    ),
    Problem(
        "Lanczos2", _LANCZOS_MODEL, _LANCZOS_STARTS,
        [9.6251029939e-2, 1.0057332849, 8.6424689056e-1, 3.0078283915, 1.5529016879, 5.0028798100],
        _lanczos(".5e"),
    ),
    Problem(
        "Lanczos3", _LANCZOS_MODEL, _LANCZOS_STARTS,
        [8.6816414977e-2, 9.5498101505e-1, 8.4400777463e-1, 2.9515951832, 1.5825685901,
         4.9863565084],
        _lanczos(".4f"),
    ),
    Problem(
        "Rat42", "b1/(1 + exp(b2 - b3*x))", ([100.0, 1.0, 0.1], [75.0, 2.5, 0.07]),
        [7.2462237576e1, 2.6180768402, 6.7359200066e-2],
        {"x": [9.0, 14.0, 21.0, 28.0, 42.0, 57.0, 63.0, 70.0, 79.0],
         "y": [8.93, 10.8, 18.59, 22.33, 39.35, 56.11, 61.73, 64.62, 67.08]},
        [1.7340283401, 8.8295217536e-2, 3.4465663377e-3],
    ),
    Problem(
        "Rat43", "b1/((1 + exp(b2 - b3*x))**(1/b4))",
        ([100.0, 10.0, 1.0, 1.0], [700.0, 5.0, 0.75, 1.3]),
        [6.9964151270e2, 5.2771253025, 7.5962938329e-1, 1.2792483859],
        {"x": [float(i) for i in range(1, 16)],
         "y": [16.08, 33.83, 65.80, 97.20, 191.55, 326.20, 386.87, 520.53, 590.03, 651.92, 724.93,
               699.56, 689.96, 637.56, 717.41]},
    ),
    Problem(
        "MGH10", "b1*exp(b2/(x + b3))", ([2.0, 400000.0, 25000.0], [0.02, 4000.0, 250.0]),
        [5.6096364710e-3, 6.1813463463e3, 3.4522363462e2],
        {"x": [float(i) for i in range(50, 126, 5)],
         "y": [34780.0, 28610.0, 23650.0, 19630.0, 16370.0, 13720.0, 11540.0, 9744.0, 8261.0,
               7030.0, 6005.0, 5147.0, 4427.0, 3820.0, 3307.0, 2872.0]},
        [1.5687892471e-4, 2.3309021107e1, 7.8486103508e-1],
    ),
    Problem(
        "MGH17", "b1 + b2*exp(-x*b4) + b3*exp(-x*b5)",
        ([50.0, 150.0, -100.0, 1.0, 2.0], [0.5, 1.5, -1.0, 0.01, 0.02]),
        [3.7541005211e-1, 1.9358469127, -1.4646871366, 1.2867534640e-2, 2.2122699662e-2],
        {"x": [float(i) for i in range(0, 321, 10)],
         "y": [0.844, 0.908, 0.932, 0.936, 0.925, 0.908, 0.881, 0.850, 0.818, 0.784, 0.751, 0.718,
               0.685, 0.658, 0.628, 0.603, 0.580, 0.558, 0.538, 0.522, 0.506, 0.490, 0.478, 0.467,
               0.457, 0.448, 0.438, 0.431, 0.424, 0.420, 0.414, 0.411, 0.406]},
        [2.0723153551e-3, 2.2031669222e-1, 2.2175707739e-1, 4.4861358114e-4, 8.9471996575e-4],
    ),
    Problem(
        "Eckerle4", "(b1/b2)*exp(-0.5*((x - b3)/b2)**2)", ([1.0, 10.0, 500.0], [1.5, 5.0, 450.0]),
        [1.5543827178, 4.0888321754, 4.5154121844e2],
        {"x": [float(x) for x in _ECKERLE_X],
         "y": [0.0001575, 0.0001699, 0.000235, 0.0003102, 0.0004917, 0.000871, 0.0017418, 0.00464,
               0.0065895, 0.0097302, 0.0149002, 0.023731, 0.0401683, 0.0712559, 0.1264458,
               0.2073413, 0.2902366, 0.3445623, 0.3698049, 0.3668534, 0.3106727, 0.2078154,
               0.1164354, 0.0616764, 0.03372, 0.0194023, 0.0117831, 0.0074357, 0.0022732, 0.00088,
               0.0004579, 0.0002345, 0.0001586, 0.0001143, 0.000071]},
        [1.5408051163e-2, 4.6803020753e-2, 4.6800518816e-2],
    ),
    Problem(
        "Roszman1", "b1 - b2*x - arctan(b3/(x - b4))/pi",
        ([0.1, -1e-5, 1000.0, -100.0], [0.2, -5e-6, 1200.0, -150.0]),
        [2.0196866396e-1, -6.1953516256e-6, 1.2044556708e3, -1.8134269537e2],
        {"x": [-4868.68, -4868.09, -4867.41, -3375.19, -3373.14, -3372.03, -2473.74, -2472.35,
               -2469.45, -1894.65, -1893.40, -1497.24, -1495.85, -1493.41, -1208.68, -1206.18,
               -1206.04, -997.92, -996.61, -996.31, -834.94, -834.66, -710.03, -530.16, -464.17],
         "y": [0.252429, 0.252141, 0.251809, 0.297989, 0.296257, 0.295319, 0.339603, 0.337731,
               0.333820, 0.389510, 0.386998, 0.438864, 0.434887, 0.427893, 0.471568, 0.461699,
               0.461144, 0.513532, 0.506641, 0.505062, 0.535648, 0.533726, 0.568064, 0.612886,
               0.624169]},
    ),
)  # fmt: skip


# -- with data made from the certified parameters -----------------------------------------------


def _made(
    name: str,
    model: str,
    starts: tuple[list[float], list[float]],
    certified: list[float],
    columns: dict[str, Any],
    function: Callable[..., Any],
    deviation: float,
    target: str = "y",
) -> Problem:
    """Return a problem whose data are the certified model plus noise."""
    rng = np.random.default_rng(len(name) + len(certified))
    clean = function(*certified, *columns.values())
    noisy = clean + deviation * rng.standard_normal(clean.size)
    y = np.exp(noisy) if target == "log(y)" else noisy
    data = {key: np.asarray(column, dtype=float).tolist() for key, column in columns.items()}
    return Problem(name, model, starts, certified, {**data, "y": y.tolist()}, None, target)


def _two_peaks(b1: float, b2: float, b3: float, b4: float, b5: float, b6: float, b7: float,
               b8: float, x: Any) -> Any:  # fmt: skip
    first = b3 * np.exp(-(((x - b4) / b5) ** 2))
    return b1 * np.exp(-b2 * x) + first + b6 * np.exp(-(((x - b7) / b8) ** 2))


def _enso(b1: float, b2: float, b3: float, b4: float, b5: float, b6: float, b7: float, b8: float,
          b9: float, x: Any) -> Any:  # fmt: skip
    year, first, second = 2 * np.pi * x / 12, 2 * np.pi * x / b4, 2 * np.pi * x / b7
    return (
        b1 + b2 * np.cos(year) + b3 * np.sin(year) + b5 * np.cos(first) + b6 * np.sin(first)
        + b8 * np.cos(second) + b9 * np.sin(second)
    )  # fmt: skip


_PEAKS = "b1*exp(-b2*x) + b3*exp(-(x - b4)**2/b5**2) + b6*exp(-(x - b7)**2/b8**2)"
_ROWS = np.arange(1.0, 251.0)
_CHWIRUT_X = np.repeat(
    [0.5, 0.625, 0.75, 0.875, 1.0, 1.25, 1.75, 2.25, 2.5, 2.75, 3.25, 3.75, 4.25, 4.75, 5.25,
     5.75, 6.0], 12,
)  # fmt: skip

MADE = (
    _made(
        "Gauss2", _PEAKS,
        ([96.0, 0.009, 103.0, 106.0, 18.0, 72.0, 151.0, 18.0],
         [98.0, 0.0105, 103.0, 105.0, 20.0, 73.0, 150.0, 20.0]),
        [9.9018328406e1, 1.0994945399e-2, 1.0188022528e2, 1.0703095519e2, 2.3578584029e1,
         7.2045589471e1, 1.5327010194e2, 1.9525972636e1],
        {"x": _ROWS}, _two_peaks, 2.27,
    ),
    _made(
        "Gauss3", _PEAKS,
        ([94.9, 0.009, 90.1, 113.0, 20.0, 73.8, 140.0, 20.0],
         [96.0, 0.0096, 80.0, 110.0, 25.0, 74.0, 139.0, 25.0]),
        [9.8940368970e1, 1.0945879335e-2, 1.0069553078e2, 1.1163619459e2, 2.3300500029e1,
         7.3705031418e1, 1.4776164251e2, 1.9668221230e1],
        {"x": _ROWS}, _two_peaks, 2.27,
    ),
    _made(
        "ENSO",
        "b1 + b2*cos(2*pi*x/12) + b3*sin(2*pi*x/12) + b5*cos(2*pi*x/b4) + b6*sin(2*pi*x/b4)"
        " + b8*cos(2*pi*x/b7) + b9*sin(2*pi*x/b7)",
        ([11.0, 3.0, 0.5, 40.0, -0.7, -1.3, 25.0, -0.3, 1.4],
         [10.0, 3.0, 0.5, 44.0, -1.5, 0.5, 26.0, -0.1, 1.5]),
        [10.510749193, 3.0762128085, 0.53280138227, 44.311088700, -1.6231428586, 0.52554493756,
         26.887614440, 0.21232288488, 1.4966870418],
        {"x": np.arange(1.0, 169.0)}, _enso, 2.227,
    ),
    _made(
        "Nelson", "b1 - b2*x1*exp(-b3*x2)", ([2.0, 1e-4, -0.01], [2.5, 5e-9, -0.05]),
        [2.5906836021, 5.6177717026e-9, -5.7701013174e-2],
        {"x1": np.repeat([1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 48.0, 64.0], 16),
         "x2": np.tile(np.repeat([180.0, 225.0, 250.0, 275.0], 4), 8)},
        lambda b1, b2, b3, x1, x2: b1 - b2 * x1 * np.exp(-b3 * x2), 0.1743, "log(y)",
    ),
    _made(
        "Bennett5", "b1*(b2 + x)**(-1/b3)", ([-2000.0, 50.0, 0.8], [-1500.0, 45.0, 0.85]),
        [-2.5235058043e3, 4.6736564644e1, 9.3218483193e-1],
        {"x": np.log(np.linspace(1714.0, 64000.0, 154))},
        lambda b1, b2, b3, x: b1 * (b2 + x) ** (-1 / b3), 1.863e-3,
    ),
    _made(
        "Chwirut1", "exp(-b1*x)/(b2 + b3*x)", ([0.1, 0.01, 0.02], [0.15, 0.008, 0.01]),
        [1.9027818370e-1, 6.1314004477e-3, 1.0530908399e-2], {"x": _CHWIRUT_X},
        lambda b1, b2, b3, x: np.exp(-b1 * x) / (b2 + b3 * x), 3.36,
    ),
)  # fmt: skip
