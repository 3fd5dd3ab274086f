"""Hypothesis strategies: random formulas as text, points for them, and text of any kind."""

from __future__ import annotations

import math

from hypothesis import strategies as st

__all__ = ["NAMES", "formulas", "latex_soup", "numbers", "points", "token_soup", "wild_text"]

NAMES = ("x", "y", "z")

_SMOOTH = ("sin", "cos", "exp", "tanh", "atan", "sigmoid", "softplus", "erf", "cosh")
_PARTIAL = ("log", "sqrt", "asin", "gamma", "tan", "1/")
_KINKED = ("abs", "floor", "sign")

_TOKENS = (
    "x y z x1 alpha 1 2 0.5 1e3 .5 10**400 ( ( ) ) + - * / ** ^ ! , , < <= == != and or not if "
    "else where = True False pi e oo nan sin( exp( max( piecewise(( diff( sum( foo( ) )) √ ² · × − "
    "π ∞ λ x₂ lambda __x__ . : // << 1f 0x1F 2x )( ½"
).split()

_LATEX = (
    r"\frac { } { } ^ ^ _ _ x y 2 3 \sin \log \left( \right) ( ) \sqrt [ ] \alpha J \psi \Gamma , "
    r"< \operatorname{erf} \mathrm{ab} \text{if} \text{otherwise} \text{where} = + - "
    r"\cdot \leq ! / "
    r"e i \begin{cases} \end{cases} & \\ \left| \right| \binom \infty \left \right \lfloor \rfloor"
).split()


def numbers() -> st.SearchStrategy[str]:
    """Return literals: whole numbers, decimals, exponents."""
    whole = st.integers(0, 99).map(str)
    decimal = st.builds("{}.{}".format, st.integers(0, 9), st.integers(1, 99))
    scientific = st.builds("{}e{}".format, st.integers(1, 9), st.integers(-3, 3))
    return st.one_of(whole, decimal, scientific)


def formulas(*, smooth: bool = False, names: tuple[str, ...] = NAMES) -> st.SearchStrategy[str]:
    """Return formulas of the language.

    Parameters
    ----------
    smooth : bool
        Whether the formulas are defined and differentiable on all reals.
    names : tuple of str
        The variables they are made of.
    """
    leaves = st.one_of(st.sampled_from(names), numbers())
    return st.recursive(leaves, lambda inner: _extend(inner, smooth), max_leaves=12)


def _extend(inner: st.SearchStrategy[str], smooth: bool) -> st.SearchStrategy[str]:
    """Return larger formulas made of smaller ones."""
    functions = _SMOOTH if smooth else (*_SMOOTH, *_PARTIAL, *_KINKED)
    options = [
        st.builds("{} + {}".format, inner, inner),
        st.builds("{} - ({})".format, inner, inner),
        st.builds("({})*({})".format, inner, inner),
        st.builds("({})**{}".format, inner, st.integers(0, 4)),
        st.builds("-({})".format, inner),
        st.builds("{}({})".format, st.sampled_from(functions), inner),
    ]
    if not smooth:
        options += [
            st.builds("({})/({})".format, inner, inner),
            st.builds("({})^({})".format, inner, inner),
            st.builds("max({}, {})".format, inner, inner),
            st.builds("({} if {} < {} else {})".format, inner, inner, inner, inner),
            st.builds("piecewise(({}, {} <= 1), ({}, True))".format, inner, inner, inner),
        ]
    return st.one_of(*options)


def points(names: tuple[str, ...] = NAMES) -> st.SearchStrategy[dict[str, float]]:
    """Return points of moderate size, one value for each name."""
    value = st.floats(-3, 3).filter(math.isfinite)
    return st.fixed_dictionaries(dict.fromkeys(names, value))


def token_soup() -> st.SearchStrategy[str]:
    """Return texts of tokens of the language in any order."""
    blank = st.sampled_from(["", " "])
    pairs = st.lists(st.tuples(st.sampled_from(_TOKENS), blank), max_size=12)
    return pairs.map(lambda items: "".join(token + gap for token, gap in items))


def latex_soup() -> st.SearchStrategy[str]:
    """Return texts of LaTeX tokens in any order."""
    pairs = st.lists(st.tuples(st.sampled_from(_LATEX), st.sampled_from(["", " "])), max_size=14)
    return pairs.map(lambda items: "".join(token + gap for token, gap in items))


def wild_text() -> st.SearchStrategy[str]:
    """Return texts of any code points, lone surrogates included, mixed with letters and signs."""
    char = st.one_of(
        st.characters(exclude_categories=()), st.sampled_from("xyz012+-*/^().,=<>!\\{}")
    )
    return st.lists(char, max_size=20).map("".join)
