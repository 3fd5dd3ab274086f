"""One call of value and gradient of ten variables from Python floats.

Rivals: SymPy's `lambdify(cse=True)` of the value and its partial derivatives, with NumPy and with
`math` (its lists also made arrays, as ours are); a jitted JAX `value_and_grad` in float64, of one
array and of ten scalars; CasADi's Function.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

from formulas import chain_rosenbrock
from timing import arguments, header, per_call, rival, seconds, verdict

N = 10
WAVES = " + ".join(f"exp(-x{k}**2)*sin(x{k}*x{k + 1})" for k in range(N - 1))

Task = Callable[[], Any]


def main() -> None:
    options = arguments(__doc__)
    header("one call of value and gradient, N = 10", ("numpy", "sympy", "jax", "casadi"))
    calls, repeats = (2, 1) if options.smallest else (1000, 15)
    rivals = {"jax": rival("jax"), "casadi": rival("casadi")}
    formulas = {"Rosenbrock chain": chain_rosenbrock(N), "sines and exponentials, no target": WAVES}
    for title, text in formulas.items():
        tasks = _tasks(text, rivals)
        for task in tasks.values():
            task()
        found = per_call(tasks, calls, repeats)
        print(title)
        for name, time in found.items():
            print(f"   {name:24} {seconds(time):>10}   {time / found['symcalc']:.2f} times ours")
        for family in ("sympy", "jax"):
            times = [time for name, time in found.items() if name.startswith(family)]
            if times and text is not WAVES:
                verdict(f"times the fastest {family}", found["symcalc"] / min(times), "<=", 1.0)


def _tasks(text: str, rivals: dict[str, ModuleType | None]) -> dict[str, Task]:
    import symcalc as sc

    point = [0.5 + 0.03 * k for k in range(N)]
    function = sc.compile(text, [f"x{k}" for k in range(N)], order=1)
    tasks: dict[str, Task] = {"symcalc": lambda: function.value_and_gradient(*point)}
    tasks |= _sympy(text, point)
    if rivals["jax"] is not None:
        tasks |= _jax(rivals["jax"], text, point)
    if rivals["casadi"] is not None:
        tasks |= _casadi(rivals["casadi"], text, point)
    return tasks


def _sympy(text: str, point: list[float]) -> dict[str, Task]:
    import numpy as np
    import sympy

    names = sympy.symbols(f"x0:{N}")
    total = sympy.parse_expr(text)
    outputs = [total, *(sympy.diff(total, name) for name in names)]
    with_numpy = sympy.lambdify(names, outputs, cse=True)
    with_math = sympy.lambdify(names, outputs, modules="math", cse=True)
    return {
        "sympy lambdify (numpy)": lambda: with_numpy(*point),
        "sympy lambdify (math)": lambda: with_math(*point),
        "the same, into an array": lambda: np.array(with_math(*point)[1:]),
    }


def _jax(jax: ModuleType, text: str, point: list[float]) -> dict[str, Task]:
    """Compile the same formula for JAX: of one array, and of ten scalars."""
    import jax.numpy as jnp
    import numpy as np

    code = compile(text, "formula", "eval")

    def of_scalars(*x: Any) -> Any:
        names = {f"x{k}": value for k, value in enumerate(x)}
        return eval(code, {"exp": jnp.exp, "sin": jnp.sin}, names)  # noqa: S307 - a text of our own

    one = jax.jit(jax.value_and_grad(lambda x: of_scalars(*x)))
    ten = jax.jit(jax.value_and_grad(of_scalars, argnums=tuple(range(N))))
    return {
        "jax jit, one array": lambda: jax.block_until_ready(one(np.array(point))),
        "jax jit, ten scalars": lambda: jax.block_until_ready(ten(*point)),
    }


def _casadi(casadi: ModuleType, text: str, point: list[float]) -> dict[str, Task]:
    x = casadi.SX.sym("x", N)
    names = {f"x{k}": x[k] for k in range(N)} | {"exp": casadi.exp, "sin": casadi.sin}
    total = eval(text, names)  # noqa: S307 - a text of our own
    function = casadi.Function("f", [x], [total, casadi.gradient(total, x)])
    return {"casadi Function": lambda: function(point)}


if __name__ == "__main__":
    main()
