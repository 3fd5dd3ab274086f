"""Random strings over arrays through the public verbs, judged by NumPy in long doubles.

`examined(seed)` draws a string and asks symcalc for everything: what it reads and writes, values,
gradients or Jacobians, Hessians and their products from compiled code, and the printed derivative
read back. The judge is `array_oracle`, which shares no rule with any of it.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from array_oracle import along, along_both, is_kink, numpy_value
from array_strings import DECLARED, DIMENSIONS, SHAPES, TypedStrings, random_values
from array_values import values_of

import symcalc as sc
from symcalc.errors import ArgumentError
from symcalc.expression import Expression

__all__ = ["Examined", "examined"]

#: Sizes that every string is computed for.
SIZES = ({"m": 4, "n": 3, "k": 2}, {"m": 2, "n": 4, "k": 1}, {"m": 3, "n": 3, "k": 3})

#: What values and derivatives may be off, relative to the size of what was added up.
TOLERANCE = 1e-8
#: Beyond this, digits are lost in the formula itself.
LARGEST = 1e6
FIRST, SECOND = 2.0**-9, 2.0**-7

Values = dict[str, Any]


@dataclass
class Examined:
    """A string, what of it was compared, what was not, and what is wrong with it.

    `undefined` are derivatives that are NaN although NumPy's differences have a value: at a zero
    of a norm, at two zeros of a product. They are told apart from wrong numbers.
    """

    text: str
    in_numpy: str
    is_scalar: bool
    compared: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    undefined: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


@dataclass
class _Place:
    """Values of all variables for one set of sizes, and directions."""

    sizes: Mapping[str, int]
    values: Values
    first: Values
    second: Values


def examined(seed: int) -> Examined:
    """Draw a string and compare all that symcalc says of it with NumPy."""
    (text, in_numpy), is_scalar = TypedStrings(seed).draw_formula()
    found = Examined(text, in_numpy, is_scalar)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # overflow; what comes of it is skipped
        try:
            _Examination(found, seed).run()
        except Exception as error:  # noqa: BLE001 - whatever goes wrong is a fault
            found.faults.append(f"raises {type(error).__name__}: {error}")
    return found


class _Examination:
    """The questions, asked one by one of one string."""

    def __init__(self, found: Examined, seed: int) -> None:
        self.found = found
        self.expression = sc.parse(found.text, shapes=DECLARED)
        self.rng = np.random.default_rng(seed)
        names = list(self.expression.names)
        self.wrt = [names[i] for i in sorted(self.rng.permutation(len(names))[:3])]
        self.places = [self._place(seed, sizes) for sizes in SIZES]

    def run(self) -> None:
        if _has_unseen_dimension(self.expression):
            self.found.skipped.append("a dimension that no argument shows")
            return
        order = 2 if self.found.is_scalar else 1
        f = sc.compile(self.found.text, order=order, wrt=self.wrt or None, shapes=DECLARED)
        printed = self._printed() if self.wrt else {}
        for place in self.places:
            self._at(place, f, printed)

    def _place(self, seed: int, sizes: Mapping[str, int]) -> _Place:
        def direction() -> Values:
            return {
                name: self.rng.normal(size=[sizes[d] for d in SHAPES[name]]) for name in self.wrt
            }

        return _Place(sizes, random_values(seed, sizes), direction(), direction())

    # -- text -------------------------------------------------------------------------------------

    def _reads_back(self, text: str, expression: Expression) -> Expression:
        """Read what was written; it need not be the same graph, its values are compared."""
        back = sc.parse(text, shapes=DECLARED)
        self.found.compared.append("same text" if back == expression else "same function")
        return back

    def _printed(self) -> dict[str, Expression]:
        """Return the printed formula and its printed derivatives, read back."""
        printed = {"": self._reads_back(str(self.expression), self.expression)}
        verb = sc.gradient if self.found.is_scalar else sc.jacobian
        derivative = verb(self.found.text, self.wrt, shapes=DECLARED)
        for name in self.wrt:
            printed[name] = self._reads_back(derivative[name].text, derivative[name])
        return printed

    # -- numbers ----------------------------------------------------------------------------------

    def _at(self, place: _Place, f: Any, printed: Mapping[str, Expression]) -> None:
        given = {name: place.values[name] for name in f.names}
        try:
            expected = self._numpy(place.values, place)
        except (IndexError, ValueError) as error:
            self._refused(f, given, f"NumPy: {error}")
            return
        if not _is_sound(expected):
            self.found.skipped.append("no value of moderate size")
            return
        self._compare("value", f(**given), lambda values: self._numpy(values, place), place)
        if not self.wrt:
            return
        if is_kink(self.found.in_numpy, place.values, place.sizes, place.first):
            self.found.skipped.append("at a kink")
            return
        first, second = place.first, place.second
        slopes = f.jacobian(**given) if hasattr(f, "jacobian") else f.gradient(**given)
        slopes = slopes if isinstance(slopes, dict) else dict(zip(self.wrt, slopes, strict=True))
        self._compare(
            "derivative",
            _applied(slopes, first),
            lambda values: along(self.found.in_numpy, values, place.sizes, first, FIRST),
            place,
            rough=lambda values: along(self.found.in_numpy, values, place.sizes, first, FIRST / 2),
        )
        self._compare_printed(place, printed, slopes, f(**given))
        if self.found.is_scalar:
            self._compare_second(place, f, given, second)

    def _compare_printed(
        self, place: _Place, printed: Mapping[str, Expression], slopes: Values, value: Any
    ) -> None:
        for name, back in printed.items():
            (found,) = values_of(back.graph, [back.root], place.values, place.sizes)
            (near,) = values_of(back.graph, [back.root], _nudged(place.values), place.sizes)
            expected, error = slopes[name] if name else value, 100 * _gap(near, found)
            if back.text == "0":
                found = np.zeros(np.shape(expected))
            if not np.all(np.isfinite(found)) and back.variables:  # as it stands, it overflows
                given = {own: place.values[own] for own in back.names}
                found = sc.compile(back)(**given)
            self._close(f"printed {name}", found, expected, error if error == error else 0)

    def _compare_second(self, place: _Place, f: Any, given: Values, second: Values) -> None:
        both = (place.first, second)
        hessian = f.hessian(**given)
        if not isinstance(hessian, dict):
            hessian = (
                {(name, name): hessian for name in self.wrt[:1]}
                if len(self.wrt) == 1
                else {
                    (a, b): hessian[i, j]
                    for i, a in enumerate(self.wrt)
                    for j, b in enumerate(self.wrt)
                }
            )
        total = sum(
            np.tensordot(
                np.tensordot(
                    np.reshape(block, np.shape(both[0][a]) + np.shape(both[1][b])),
                    both[1][b],
                    np.ndim(both[1][b]),
                ),
                both[0][a],
                np.ndim(both[0][a]),
            )
            for (a, b), block in hessian.items()
        )
        text, sizes = self.found.in_numpy, place.sizes
        self._compare(
            "second derivative",
            total,
            lambda values: along_both(text, values, sizes, both, SECOND),
            place,
            rough=lambda values: along_both(text, values, sizes, both, SECOND / 2),
        )
        if hasattr(f, "jacobian"):
            product = f.hessian_product(second, **given)
        else:
            product = f.hessian_product([second[name] for name in self.wrt], **given)
        if not isinstance(product, dict):
            product = dict(zip(self.wrt, product, strict=True))
        self._close("Hessian product", _applied(product, place.first), total, 0)

    def _numpy(self, values: Values, place: _Place) -> Any:
        exact = {name: np.asarray(value, np.longdouble)[()] for name, value in values.items()}
        return numpy_value(self.found.in_numpy, exact, place.sizes)

    def _compare(
        self,
        what: str,
        found: Any,
        oracle: Callable[[Values], Any],
        place: _Place,
        rough: Callable[[Values], Any] | None = None,
    ) -> None:
        """Compare with an oracle, which says itself how far it can be trusted."""
        expected = oracle(place.values)
        error = np.max(np.abs(rough(place.values) - expected), initial=0) if rough else 0.0
        scale = 1 + float(np.max(np.abs(expected), initial=0))
        if not np.isfinite(scale) or scale > LARGEST**2 or error > 1e-6 * scale:
            self.found.skipped.append(f"{what}: beside a kink, or too steep")
            return
        if _gap(found, expected) > TOLERANCE * scale:
            error += 100 * _gap(oracle(_nudged(place.values)), expected)
        self._close(what, found, expected, float(error))

    def _close(self, what: str, found: Any, expected: Any, error: float) -> None:
        scale = 1 + float(np.max(np.abs(expected), initial=0))
        if np.shape(found) != np.shape(expected):
            self.found.faults.append(f"{what}: shape {np.shape(found)}, not {np.shape(expected)}")
        elif np.any(np.isnan(found) | np.isnan(expected)) and what != "value":
            self.found.undefined.append(what)
        elif not _gap(found, expected) <= TOLERANCE * scale + 10 * error:
            self.found.faults.append(f"{what}: {found}, not {np.asarray(expected, float)}")
        self.found.compared.append(what)

    def _refused(self, f: Any, given: Values, reason: str) -> None:
        """Expect an error where NumPy has one."""
        try:
            f(**given)
        except ArgumentError:
            self.found.compared.append("refusal")
        else:
            self.found.faults.append(f"has a value; {reason}")


def _has_unseen_dimension(expression: Expression) -> bool:
    seen = {dimension for own in expression.variables for dimension in own.shape}
    dims = {dim for dim in DIMENSIONS if dim not in seen}
    graph = expression.graph
    return any(
        graph.kinds[node] in ("dim", "eye", "ein") and dims & _named(graph.kinds[node], data)
        for node in graph.reachable([expression.root])
        for data in [graph.data[node]]
    )


def _named(kind: str, data: Any) -> set[Any]:
    return set(data.dims) if kind == "ein" else {data}


def _is_sound(value: Any) -> bool:
    return bool(np.all(np.isfinite(value)) and np.max(np.abs(value), initial=0) < LARGEST)


def _nudged(values: Values) -> Values:
    """Return values a few roundings away: what that changes, no double can hold."""
    return {name: value * (1 + 4e-15) for name, value in values.items()}


def _gap(found: Any, expected: Any) -> float:
    return float(np.max(np.abs(np.asarray(found) - expected), initial=0))


def _applied(parts: Mapping[str, Any], direction: Values) -> Any:
    """Return the derivative along a direction."""
    return sum(
        np.tensordot(part, direction[name], np.ndim(direction[name]))
        for name, part in parts.items()
    )
