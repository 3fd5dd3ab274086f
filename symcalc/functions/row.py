"""What a row of the function table says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["FunctionRow", "Kink", "Partials"]

#: A derivative rule: `rule(m, y, *args)` with the term factory `m` (see `graph.terms`), the
#: value `y` of the function itself and its arguments, all terms; returns a term.
Rule = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Partials:
    """The rule of a function of any number of arguments: `rule(m, y, *args, k=index)`.

    `all(m, y, *args)` returns the derivatives in all arguments, made together: in a time that
    grows like their number.
    """

    all: Callable[..., Sequence[Any]]

    def __call__(self, m: Any, y: Any, *args: Any, k: int) -> Any:
        return self.all(m, y, *args)[k]


@dataclass(frozen=True, slots=True)
class Kink:
    """A place where a function is not smooth, and the choice made there.

    Attributes
    ----------
    where : callable
        `where(m, *args)` returns the term that vanishes at the kink (`x` for `abs`).
        For jumps at every integer the term is `x - floor(x)`.
    kind : str
        "kink" (one-sided derivatives differ) or "jump" (the value jumps: no derivative).
    policy : str
        The derivative used there, in words ("0", "1/2", "none").
    """

    where: Callable[..., Any]
    kind: str
    policy: str


@dataclass(frozen=True, slots=True)
class FunctionRow:
    r"""One function or constant of the language: everything that any room needs to know of it.

    Attributes
    ----------
    name : str
        The house's spelling; also the kind of its nodes in the graph.
    summary : str
        One line for people, with the definition.
    title : str
        What a textbook calls its derivative rule after, "sine"; empty: the name.
    arity : tuple of int
        Least and greatest number of arguments; `(0, 0)` is a constant; -1 is "any number".
    derivatives : tuple
        One rule for each argument, or None where no derivative in that argument exists
        (an order, a floor's index). A function of any number of arguments has one rule, called
        as `rule(m, y, *args, k=index)`: `Partials`.
    aliases : tuple of str
        Other names accepted as input (SymPy's, NumPy's, SciPy's).
    expand : callable or None
        When set, the name is only notation: `expand(m, *args)` returns the term that the reader
        builds instead of a node of this kind (`sqrt(x)` is `x**(1/2)`). Only `log` is both: with
        one argument its expansion is its own node.
    domain : str
        The real domain in words of the language, `""` for all reals ("x > 0", "abs(x) <= 1").
    kinks : tuple of Kink
    scalar : str
        Spelling for plain floats: `"math.sin"`, or `"kernels.NAME"` for our own; empty: array's.
    array : str
        Spelling for NumPy arrays: `"numpy.sin"`, `"scipy.special.erf"`, `"kernels.NAME"`.
    machine : str or callable
        What native code and exported source compute: the function of C's mathematics by name
        (`"exp"`; also `"max"`, `"min"` and `"mod"` with NumPy's meaning), or `machine(m, *args)`
        in such functions (see `functions.machine`); empty: only arrays have it.
    library : callable or None
        Where `machine` is empty: `library(m, *args)` in what machines compute and in compiled
        functions of SciPy (see `functions.library`); None: only arrays have it.
    sympy : str or callable
        SymPy's class or function by name, or `build(sympy, *args)`.
    ball : str or callable or None
        The oracle: the method of `flint.arb` by name, or `ball(*args)` on `flint.arb` values that
        returns an enclosure or a NaN ball outside the real domain; None where Arb has none.
    continuation : str or callable or None
        The complex continuation, for proofs of integrals: a method of `flint.acb` by name, entire
        or meromorphic; or `continuation(*args)` on finite `flint.acb` values, which is NaN where
        the ball touches a cut, a kink or a jump (see `functions.continuations`). None: no proof
        of an integral goes through the function.
    series : str or None
        The method of `flint.arb_series` by name, where it has one.
    complex_step : bool
        Whether the array spelling continues analytically to complex arguments without a
        conjugate, so that the complex step may pass through it.
    latex : str
        LaTeX of the head, `"\sin"`; or, when it contains `{0}`, a template for `str.format`
        (literal braces doubled) with `{0}`, `{1}` for the arguments; or empty: the name.
    sample : tuple of tuple of float
        Points inside the domain at which tests and checks evaluate the row.
    """

    name: str
    summary: str
    arity: tuple[int, int] = (1, 1)
    derivatives: tuple[Rule | None, ...] = ()
    aliases: tuple[str, ...] = ()
    expand: Callable[..., Any] | None = None
    domain: str = ""
    kinks: tuple[Kink, ...] = ()
    scalar: str = ""
    array: str = ""
    machine: str | Callable[..., Any] = ""
    library: Callable[..., Any] | None = None
    sympy: str | Callable[..., Any] = ""
    ball: str | Callable[..., Any] | None = None
    continuation: str | Callable[..., Any] | None = None
    series: str | None = None
    complex_step: bool = False
    latex: str = ""
    sample: tuple[tuple[float, ...], ...] = ()
    constant: float | None = None
    title: str = ""
