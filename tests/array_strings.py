"""Random typed strings over vectors and matrices, each with the same formula for NumPy.

A string of the language is NumPy in all but vectors beside `@`, so the two texts differ only where
`x@y.T` is an outer product. `numpy_value` evaluates the second text with NumPy's own functions.
"""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import scipy.special

__all__ = ["DIMENSIONS", "SHAPES", "TypedStrings", "numpy_value", "random_values"]

#: The dimensions of the strings; all differ, and one is 1 only by `[:, None]`.
DIMENSIONS = {"m": 4, "n": 3, "k": 2}

#: The variables by name.
SHAPES = {
    **{"a": (), "c": (), "w": ("n",), "v": ("n",), "y": ("m",), "z": ("m",), "b": ("k",)},
    **{"X": ("m", "n"), "Y": ("m", "n"), "S": ("n", "n"), "U": ("m", "k"), "V": ("n", "k")},
    **{"K": ("k", "k"), "M": ("m", "m")},
}

Shape = tuple[str, ...]
Pair = tuple[str, str]

_ELEMENTWISE = ("sin", "cos", "tanh", "sigmoid", "abs", "exp", "softplus", "relu")
_REDUCED = ("sum", "mean", "max", "min", "prod", "logsumexp")


def random_values(seed: int) -> dict[str, Any]:
    """Return an array for every variable; square matrices are well away from singular."""
    rng = np.random.default_rng(seed)
    values: dict[str, Any] = {}
    for name, shape in SHAPES.items():
        values[name] = rng.normal(size=[DIMENSIONS[d] for d in shape])
        if len(shape) == 2 and shape[0] == shape[1]:
            values[name] = values[name] + 3 * np.eye(DIMENSIONS[shape[0]])
    return values


def _where(condition: Any, value: Any, otherwise: Any) -> Any:
    return np.where(condition, value, otherwise)


_NAMESPACE: dict[str, Any] = {
    **{name: getattr(np, name) for name in ("sin", "cos", "tanh", "exp", "abs", "sum", "mean")},
    **{name: getattr(np, name) for name in ("prod", "trace", "diag", "outer", "dot", "kron")},
    **{"sigmoid": scipy.special.expit, "softplus": lambda x: np.logaddexp(0, x)},
    **{"relu": lambda x: np.maximum(x, 0), "logsumexp": scipy.special.logsumexp},
    **{"softmax": scipy.special.softmax, "inv": np.linalg.inv, "det": np.linalg.det},
    **{"solve": np.linalg.solve, "logdet": lambda x: np.linalg.slogdet(x)[1]},
    **{"norm1": lambda x: np.linalg.norm(x, 1), "norm2": np.linalg.norm},
    **{"norminf": lambda x: np.linalg.norm(x, np.inf), "where": _where, "eye": np.eye},
    **{"ones": lambda *shape: np.ones(shape), "zeros": lambda *shape: np.zeros(shape)},
    "max": lambda x, *other, **axis: np.maximum(x, *other) if other else np.max(x, **axis),
    "min": lambda x, *other, **axis: np.minimum(x, *other) if other else np.min(x, **axis),
    "concat": lambda *parts, axis=0: np.concatenate(parts, axis=axis),
    "stack": lambda *parts, axis=0: np.stack(parts, axis=axis),
}


def numpy_value(text: str, values: dict[str, Any]) -> Any:
    """Return the value of the text for NumPy, a text of this module's own making."""
    with np.errstate(all="ignore"):
        return eval(text, {"__builtins__": {}}, {**_NAMESPACE, **DIMENSIONS, **values})


class TypedStrings:
    """A source of random strings of a wanted shape."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def draw(self, shape: Shape, depth: int) -> Pair:
        """Return a string of a shape, and the same for NumPy."""
        names = [name for name, own in SHAPES.items() if own == shape]
        if depth <= 0 or self.random.random() < 0.1:
            if names:
                name = self.random.choice(names)
                return name, name
            return self._call("ones", *[(d, d) for d in shape])
        ways = {0: self._scalar, 1: self._vector, 2: self._matrix}
        return ways[len(shape)](shape, depth - 1)

    def draw_flat(self) -> str:
        """Return a string without brackets, which is the same in NumPy, or an error in both."""
        operands = [
            "S",
            "S.T",
            "w",
            "v",
            "a",
            "2",
            "-S",
            "S**2",
            "w[1]",
            "S[0]",
            "S[:, 1]",
            "-a**2",
        ]
        signs = [" + ", " - ", "*", "@", "@", "/"]
        length = self.random.randint(2, 6)
        pieces = [self.random.choice(operands)]
        for _ in range(length):
            pieces += [self.random.choice(signs), self.random.choice(operands)]
        return "".join(pieces)

    # -- pieces -------------------------------------------------------------------------------

    def _any_dimension(self) -> str:
        return self.random.choice(sorted(DIMENSIONS))

    def _call(self, name: str, *args: Pair, option: str = "") -> Pair:
        texts = [
            ", ".join([*[arg[side] for arg in args], *([option] if option else [])])
            for side in (0, 1)
        ]
        return f"{name}({texts[0]})", f"{name}({texts[1]})"

    def _join(self, left: Pair, sign: str, right: Pair, *, bare: bool = False) -> Pair:
        form = "{}" + sign + "{}" if bare else "(" + "({})" + sign + "({})" + ")"
        return form.format(left[0], right[0]), form.format(left[1], right[1])

    def _behind(self, operand: Pair, suffix: str) -> Pair:
        return f"({operand[0]}){suffix}", f"({operand[1]}){suffix}"

    def _elementwise(self, shape: Shape, depth: int) -> Pair:
        """Return an operation that keeps the shape, its other operand perhaps broadcast."""
        way = self.random.randrange(7)
        one = self.draw(shape, depth)
        if way == 0:
            return self._call(self.random.choice(_ELEMENTWISE), one)
        if way == 1:
            return self._behind(one, self.random.choice(["**2", "**3"]))
        if way == 2:
            text = self.random.choice(["-{}", "2*{}", "a*{}", "{}/3", "-{}*m", "{} + 1", "1 - {}"])
            inner = self._behind(one, "")
            return f"({text.format(inner[0])})", f"({text.format(inner[1])})"
        other = self.draw(self._smaller(shape), depth)
        if way == 3:
            zero: Pair = ("0", "0")
            return self._call("where", self._join(other, " > ", zero), one, self.draw(shape, depth))
        if way == 4:
            return self._call(self.random.choice(["max", "min"]), one, other)
        if len(shape) == 2 and self.random.random() < 0.4:
            other = self._behind(self.draw(shape[:1], depth), "[:, None]")
        pair = (one, other) if self.random.random() < 0.5 else (other, one)
        return self._join(pair[0], self.random.choice([" + ", " - ", "*"]), pair[1])

    def _smaller(self, shape: Shape) -> Shape:
        """Return a shape that broadcasts to a shape."""
        return self.random.choice([shape, shape[1:], ()]) if len(shape) == 2 else shape

    # -- shapes -------------------------------------------------------------------------------

    def _scalar(self, shape: Shape, depth: int) -> Pair:
        d, e = self._any_dimension(), self._any_dimension()
        way = self.random.randrange(10)
        if way < 2:
            return self._elementwise((), depth)
        if way == 2:
            inner = self.random.choice([(d,), (d, e)])
            return self._call(self.random.choice(_REDUCED), self.draw(inner, depth))
        if way == 3:
            left = self._behind(self.draw((d,), depth), self.random.choice(["", ".T"]))
            return self._join(left, "@", self.draw((d,), depth))
        if way == 4:
            left = self._behind(self.draw((d,), depth), ".T")
            product = self._join(left, "@", self.draw((d, e), depth))
            return self._join(product, "@", self.draw((e,), depth))
        if way == 5:
            return self._call("trace", self.draw((d, d), depth))
        if way == 6:
            name = self.random.choice(["logdet", "det"])
            return self._call(name, self.draw((d, d), 0))
        if way == 7:
            return self._call(
                self.random.choice(["norm1", "norm2", "norminf"]), self.draw((d,), depth)
            )
        if way == 8:
            return self._behind(self.draw((d,), depth), self.random.choice(["[0]", "[-1]"]))
        return self._behind(self.draw((d, e), depth), self.random.choice(["[0, 1]", "[-1, 0]"]))

    def _vector(self, shape: Shape, depth: int) -> Pair:
        (d,), e = shape, self._any_dimension()
        way = self.random.randrange(11)
        if way < 3:
            return self._elementwise(shape, depth)
        if way == 3:
            return self._join(self.draw((d, e), depth), "@", self.draw((e,), depth))
        if way == 4:
            left = self._behind(self.draw((e, d), depth), ".T")
            return self._join(left, "@", self.draw((e,), depth))
        if way == 5:
            left = self.draw((e,), depth)
            return self._join(left, "@", self.draw((e, d), depth))
        if way == 6:
            axis = self.random.randrange(2)
            inner = self.draw((d, e) if axis else (e, d), depth)
            return self._call(self.random.choice(_REDUCED), inner, option=f"axis={axis}")
        if way == 7:
            return self._call("diag", self.draw((d, d), depth))
        if way == 8:
            if self.random.random() < 0.5:
                return self._behind(
                    self.draw((e, d), depth), self.random.choice(["[0]", "[-1, :]"])
                )
            return self._behind(self.draw((d, e), depth), self.random.choice(["[:, 0]", "[:, -1]"]))
        if way == 9:
            return self._call("softmax", self.draw(shape, depth))
        return self._call("solve", self.draw((d, d), 0), self.draw(shape, depth))

    def _matrix(self, shape: Shape, depth: int) -> Pair:
        (d, e), f = shape, self._any_dimension()
        way = self.random.randrange(11)
        if way < 3:
            return self._elementwise(shape, depth)
        if way == 3:
            return self._join(self.draw((d, f), depth), "@", self.draw((f, e), depth))
        if way == 4:
            return self._behind(self.draw((e, d), depth), ".T")
        if way == 5:
            left, right = self.draw((d,), depth), self.draw((e,), depth)
            return f"(({left[0]})@({right[0]}).T)", f"outer({left[1]}, {right[1]})"
        if way == 6:
            return self._call("outer", self.draw((d,), depth), self.draw((e,), depth))
        if way == 7 and d == e:
            diagonal = self._call("diag", self.draw((d,), depth))
            return self.random.choice([self._call("eye", (d, d)), diagonal])
        if way == 8:
            axis = self.random.choice(["axis=0", "axis=1"])
            inner = self.draw(shape, depth)
            kept = self._call("max", inner, option=f"{axis}, keepdims=True")
            return self._join(inner, " - ", kept)
        if way == 9:
            return self._call("softmax", self.draw(shape, depth), option="axis=1")
        left = self._behind(self.draw((d, f), depth), "[:, 1:]")
        return self._join(left, "@", self._behind(self.draw((f, e), depth), "[1:, :]"))
