"""What pytest leaves out: modules of optional packages that are not installed."""

from __future__ import annotations

from importlib.util import find_spec

#: These import JAX when they are imported themselves.
_OF_JAX = ["symcalc/backends/jax/elementwise.py", "symcalc/backends/jax/kernels.py"]

collect_ignore = [] if find_spec("jax") else _OF_JAX
