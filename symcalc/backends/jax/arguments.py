"""Arguments for JAX: its own arrays are taken as they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...errors import CompileError
from ..arguments import DENSE, Arguments
from .engine import get_jax

__all__ = ["JaxArguments"]


class JaxArguments(Arguments):
    """Arguments that may be arrays of JAX, on whatever device they are."""

    def sizes_of(self, arrays: Sequence[Any]) -> dict[str, int]:
        """Return the sizes of the dimensions that arrays show."""
        return self._known_sizes(arrays)

    def batch_of(self, arrays: Sequence[Any]) -> tuple[int, ...]:
        """Return the shape that scalar arguments broadcast to."""
        return self._batch(arrays)

    def _to_array(self, name: str, value: Any) -> Any:
        if isinstance(value, get_jax().Array) and value.dtype == self.dtype:
            return value
        return super()._to_array(name, value)

    def _to_sparse(self, name: str, value: Any) -> Any:
        raise CompileError(f"`{name}` is sparse; backend='jax' takes dense arrays.")

    def _sparse(self, arrays: Sequence[Any]) -> frozenset[str]:
        return DENSE
