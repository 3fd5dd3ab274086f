"""The languages by name."""

from __future__ import annotations

from .arrays import Jax, Numpy
from .c import C, Cpp
from .dialect import Dialect
from .fortran import Fortran
from .julia import Julia
from .python import Python
from .rust import Rust

__all__ = ["DIALECTS"]

DIALECTS: dict[str, Dialect] = {
    dialect.name: dialect
    for dialect in (Python(), Numpy(), Jax(), C(), Cpp(), Fortran(), Julia(), Rust())
}
