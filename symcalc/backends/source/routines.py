"""What loops over arrays call: the routines by name, each after those that it calls.

They are written once, in Python, and translated to the other languages by `translation`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import factorizations, reductions

__all__ = ["ROUTINES"]

_NAMES = (
    "dot add_rows greatest least product log_sum_exp shares scale length unit others",
    "is_singular forward backward exchange solve cholesky with_pivots factorize inverse logdet det "
    "signdet pivoted adjugate_column cofactors",
)

ROUTINES: dict[str, Callable[..., Any]] = {
    name: getattr(home, name)
    for home, names in zip((reductions, factorizations), _NAMES, strict=True)
    for name in names.split()
}
