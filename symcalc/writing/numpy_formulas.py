"""How functions that NumPy lacks are written with NumPy and SciPy alone, for source to paste."""

from __future__ import annotations

from ..functions import TABLE

__all__ = ["numpy_formula"]

#: By the array spelling of the table's row. `{0}` is an argument as it is, `{0:p}` one that stands
#: beside an operator; `{*}` is all of them.
_FORMULAS = {
    "kernels.acot": "np.arctan(1/{0:p})",
    "kernels.acoth": "np.arctanh(1/{0:p})",
    "kernels.acsc": "np.arcsin(1/{0:p})",
    "kernels.acsch": "np.arcsinh(1/{0:p})",
    "kernels.airyai": "scipy.special.airy({0})[0]",
    "kernels.airyaiprime": "scipy.special.airy({0})[1]",
    "kernels.airybi": "scipy.special.airy({0})[2]",
    "kernels.airybiprime": "scipy.special.airy({0})[3]",
    "kernels.asec": "np.arccos(1/{0:p})",
    "kernels.asech": "np.arccosh(1/{0:p})",
    "kernels.assoc_laguerre": "scipy.special.eval_genlaguerre({*})",
    "kernels.chebyshevt": "scipy.special.eval_chebyt({*})",
    "kernels.chebyshevu": "scipy.special.eval_chebyu({*})",
    "kernels.cosh_integral": "scipy.special.shichi({0})[1]",
    "kernels.cosine_integral": "scipy.special.sici({0})[1]",
    "kernels.cosm1": "scipy.special.cosm1({0})",
    "kernels.cot": "1/np.tan({0})",
    "kernels.coth": "1/np.tanh({0})",
    "kernels.csc": "1/np.sin({0})",
    "kernels.csch": "1/np.sinh({0})",
    "kernels.digamma": "scipy.special.digamma({0})",
    "kernels.exprel": "scipy.special.exprel({0})",
    "kernels.factorial": "scipy.special.gamma({0} + 1)",
    "kernels.fresnelc": "scipy.special.fresnel({0})[1]",
    "kernels.fresnels": "scipy.special.fresnel({0})[0]",
    "kernels.gammaln": "scipy.special.gammaln({0})",
    "kernels.gegenbauer": "scipy.special.eval_gegenbauer({*})",
    "kernels.heaviside": "np.heaviside({0}, 0.5)",
    "kernels.hermite": "scipy.special.eval_hermite({*})",
    "kernels.hyp2f1": "scipy.special.hyp2f1({*})",
    "kernels.laguerre": "scipy.special.eval_laguerre({*})",
    "kernels.lambertw": "scipy.special.lambertw({*}).real",
    "kernels.legendre": "scipy.special.eval_legendre({*})",
    "kernels.li": "scipy.special.expi(np.log({0}))",
    "kernels.loggamma": "scipy.special.loggamma({0})",
    "kernels.logit": "scipy.special.logit({0})",
    "kernels.polygamma": "scipy.special.polygamma({*})",
    "kernels.relu": "np.maximum({0}, 0)",
    "kernels.sec": "1/np.cos({0})",
    "kernels.sech": "1/np.cosh({0})",
    "kernels.sigmoid": "scipy.special.expit({0})",
    "kernels.sinc": "np.sinc({0:p}/np.pi)",
    "kernels.sine_integral": "scipy.special.sici({0})[0]",
    "kernels.sinh_integral": "scipy.special.shichi({0})[0]",
    "kernels.softplus": "np.logaddexp(0, {0})",
    "kernels.spherical_jn": "scipy.special.spherical_jn({*})",
    "kernels.xlogy": "scipy.special.xlogy({*})",
}

#: Of numbers and arrays side by side.
_OF_ALL = ".reduce(np.broadcast_arrays({*}))"

#: Functions of two arguments at a time, which NumPy reduces over a list.
_REDUCED = {
    "kernels.hypot": "np.hypot",
    "kernels.logsumexp": "np.logaddexp",
    "kernels.maximum": "np.maximum",
    "kernels.minimum": "np.minimum",
}


def numpy_formula(name: str, n_args: int) -> str:
    """Return the template of a function of the table for NumPy arrays.

    Parameters
    ----------
    name : str
        The canonical name.
    n_args : int

    Returns
    -------
    str
        With `{0}`, `{0:p}` or `{*}` for the arguments. A function that has no short formula is
        `symcalc`'s own.
    """
    row = TABLE.get(name)
    spelling = row.array if row is not None and row.array else f"numpy.{name}"
    if spelling in _FORMULAS:
        return _FORMULAS[spelling]
    if spelling in _REDUCED:
        return _REDUCED[spelling] + ("({*})" if n_args == 2 else _OF_ALL)
    module, _, rest = spelling.partition(".")
    module = {"numpy": "np", "kernels": "symcalc.backends.kernels"}.get(module, module)
    return f"{module}.{rest}({{*}})"
