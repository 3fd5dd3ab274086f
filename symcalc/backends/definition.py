"""What a compiled function computes: a formula, its arguments, and its variables."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from ..errors import ArgumentError, CompileError, DerivativeError
from ..expression import Expression
from .arguments import Arguments
from .installed import has_native

__all__ = ["Definition"]

_NOT_NATIVE = (
    "backend='native' computes with real numbers in doubles; matrices, 'float32' and complex "
    "numbers need backend='numpy'."
)


class Definition:
    """A formula with its arguments, its order and its variables: what a compiled function is.

    Instances are equal, hash and pickle by that; code is made anew from it.
    """

    def __init__(
        self,
        expression: Expression,
        args: Sequence[str] | None = None,
        *,
        order: int = 0,
        wrt: Sequence[str] | None = None,
        dtype: str = "float64",
        backend: str = "auto",
        accuracy: str = "fast",
        sparse: bool = False,
    ) -> None:
        if order not in (0, 1, 2):
            raise ArgumentError(f"`order` is {order!r}; allowed are 0, 1 and 2.")
        self.expression, self.order = expression, order
        self.backend, self.accuracy, self.sparse = backend, accuracy, bool(sparse)
        self._arguments = self._read_arguments(args, dtype)
        self.names = self._arguments.names
        self.wrt = self._choose_wrt(wrt)
        if order and self._arguments.is_complex:
            raise DerivativeError("A complex expression; only real ones are differentiated.")
        self._lock = threading.RLock()
        self._set_up()

    def __repr__(self) -> str:
        text = str(self.expression)[:80]
        return f"CompiledFunction({text!r}, args={self.names}, order={self.order})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), *self._identity())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Definition) and self._identity() == other._identity()

    def __hash__(self) -> int:
        return hash(self._identity())

    # -- inside -----------------------------------------------------------------------------

    def _read_arguments(self, args: Sequence[str] | None, dtype: str) -> Arguments:
        """Return the arguments as this kind of function takes them."""
        return Arguments.of(self.expression, args, dtype)

    def _set_up(self) -> None:
        """Make what the function runs on; code itself is made at the first call."""

    def _checked_backend(self) -> str:
        """Return the backend: NumPy for "auto" where code cannot be native."""
        if self._may_be_native() or self.backend not in ("auto", "native"):
            return self.backend
        if self.backend == "native":
            raise CompileError(_NOT_NATIVE)
        return "numpy"

    def _may_be_native(self) -> bool:
        """Whether all is real, in doubles, and arrays, if any, are columns of one table."""
        return self._arguments.dtype == "float64" and len(set(self._arguments.shapes.values())) < 2

    def _possible_backends(self) -> tuple[str, ...]:
        """Return on which of "numpy" and "native" calls with plain numbers may run here."""
        backend = self._checked_backend()
        if backend == "native":
            return ("native",)
        return ("numpy", "native") if backend == "auto" and has_native() else ("numpy",)

    def _identity(self) -> tuple[Any, ...]:
        kind = self._arguments.dtype, self.backend, self.accuracy, self.sparse
        return self.expression, self.names, self.order, self.wrt, *kind

    def _choose_wrt(self, wrt: Sequence[str] | None) -> tuple[str, ...]:
        if wrt is None:
            return self.names
        chosen = (wrt,) if isinstance(wrt, str) else tuple(wrt)
        known = self._arguments.known
        for name in chosen:
            if name not in known:
                raise ArgumentError(
                    f"`{name}` is not an argument; they are {', '.join(self.names)}."
                )
        return chosen

    def _require(self, order: int) -> None:
        if self.order < order:
            raise ArgumentError(
                f"This function was compiled with order={self.order}; "
                f"compile it with order={order} for that derivative."
            )


def _rebuild(
    kind: type[Definition],
    expression: Expression,
    names: tuple[str, ...],
    order: int,
    wrt: tuple[str, ...],
    dtype: str,
    backend: str,
    accuracy: str,
    sparse: bool,
) -> Definition:
    """Make a pickled function again."""
    return kind(
        expression, names, order=order, wrt=wrt, dtype=dtype, backend=backend, accuracy=accuracy,
        sparse=sparse,
    )  # fmt: skip
