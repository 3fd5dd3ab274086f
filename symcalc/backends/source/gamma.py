"""Functions of the gamma family that languages lack, as their text.

The digamma function: reflected at 0, raised to x >= 10 by its recurrence, where its asymptotic
series (Abramowitz and Stegun 6.3.18), in Horner's form here, ends below the last digit.
"""

from __future__ import annotations

from ...functions import LOG_GAMMA_SERIES
from .layout import wrapped

__all__ = ["FORTRAN", "JULIA", "PYTHON", "RUST", "C"]

#: B(2k)/(2k) for k = 1, 2, …: what Horner's scheme multiplies, as quotients of numbers.
_SERIES = ("1.0/12.0", "1.0/120.0", "1.0/252.0", "1.0/240.0", "1.0/132.0", "691.0/32760.0",
           "1.0/12.0")  # fmt: skip


def _horner(suffix: str = "") -> str:
    """Return the series in z = 1/x**2, its signs alternating."""
    text = ""
    for quotient in reversed(_SERIES):
        above, below = quotient.split("/")
        number = f"{above}{suffix}/{below}{suffix}"
        text = f"z*({number} - {text})" if text else f"z*{number}"
    return text


_COEFFICIENTS = "\n".join(
    wrapped(f"    for number in ({', '.join(map(repr, reversed(LOG_GAMMA_SERIES)))}):", 100,
            indent=" " * 12)
)  # fmt: skip

#: Of log(abs(gamma(x))); at -oo what SciPy has there, where C has +oo.
PYTHON = {
    "lgamma": f"""\
def sc_lgamma(x):
    if abs(x - 1.5) > 1.0 or x != x:
        try:
            return x if x == -math.inf else math.lgamma(x)
        except (ValueError, OverflowError):
            return math.inf
    # by series, which keeps the zeros at 1 and 2
    z = x - 1.0 if x < 1.5 else x - 2.0
    total = 0.0
{_COEFFICIENTS}
        total = total * z + number
    return total * z - (math.log1p(z) if x < 1.5 else 0.0)""",
    "loggamma": "def sc_loggamma(x):\n    return math.nan if x < 0 else sc_lgamma(x)",
    "digamma": f"""\
def sc_digamma(x):
    if x == 0:
        return math.copysign(math.inf, -x)
    if x < 0:
        if math.isinf(x) or x == math.floor(x):
            return math.nan
        return sc_digamma(1.0 - x) - math.pi / math.tan(math.pi * (x - round(x)))
    total = 0.0
    while x < 10.0:
        total -= 1.0 / x
        x += 1.0
    z = 1.0 / (x * x) if x < 1e100 else 0.0
    return total + math.log(x) - 0.5 / x - {_horner()}""",
}

C = {
    "lgamma": "static double sc_lgamma(double x)\n{\n    return x == -INFINITY ? x : lgamma(x);\n}",
    "loggamma": "static double sc_loggamma(double x)\n{\n    return x < 0.0 ? NAN : lgamma(x);\n}",
    "digamma": f"""\
static double sc_digamma(double x)
{{
    const double pi = 3.141592653589793;
    double total = 0.0, z;
    if (x == 0.0) return -1.0/x;
    if (x < 0.0) {{
        if (x == floor(x)) return NAN;
        return sc_digamma(1.0 - x) - pi/tan(pi*(x - round(x)));
    }}
    for (; x < 10.0; x += 1.0) total -= 1.0/x;
    z = 1.0/(x*x);
    return total + log(x) - 0.5/x
        - {_horner()};
}}""",
}

FORTRAN = {
    "lgamma": """\
pure real(real64) function sc_lgamma(x) result(y)
    real(real64), intent(in) :: x
    y = log_gamma(x)
    if (x < -huge(x)) y = x
end function sc_lgamma""",
    "loggamma": """\
pure real(real64) function sc_loggamma(x) result(y)
    real(real64), intent(in) :: x
    y = ieee_value(x, ieee_quiet_nan)
    if (x >= 0) y = log_gamma(x)
end function sc_loggamma""",
    "digamma": f"""\
pure recursive real(real64) function sc_digamma(x) result(y)
    real(real64), intent(in) :: x
    real(real64), parameter :: pi = acos(-1d0)
    real(real64) :: u, z
    if (abs(x) <= 0) then
        y = -1/x
    else if (x < 0) then
        y = ieee_value(x, ieee_quiet_nan)
        if (abs(x - anint(x)) > 0) y = sc_digamma(1 - x) - pi/tan(pi*(x - anint(x)))
    else
        y = 0
        u = x
        do while (u < 10)
            y = y - 1/u
            u = u + 1
        end do
        z = 1/(u*u)
        y = y + log(u) - 0.5d0/u - {_horner("d0").replace(".0d0", "d0")}
    end if
end function sc_digamma""",
}

JULIA = {
    "lgamma": "sc_lgamma(x) = x == -Inf ? x : ccall((:lgamma, sc_libm), Float64, (Float64,), x)",
    "loggamma": "sc_loggamma(x) = x < 0 ? NaN : ccall((:lgamma, sc_libm), Float64, (Float64,), x)",
    "digamma": f"""\
function sc_digamma(x)
    x == 0 && return -1.0/x
    if x < 0
        (isinf(x) || isinteger(x)) && return NaN
        return sc_digamma(1.0 - x) - pi/tan(pi*(x - round(x)))
    end
    total = 0.0
    while x < 10
        total -= 1.0/x
        x += 1.0
    end
    z = 1.0/(x*x)
    return total + log(x) - 0.5/x - {_horner()}
end""",
}

_LGAMMA = 'extern "C" {\n    fn lgamma(x: f64) -> f64;\n}\n\n'

RUST = {
    "lgamma": f"{_LGAMMA}fn sc_lgamma(x: f64) -> f64 {{\n"
    "    if x == f64::NEG_INFINITY { x } else { unsafe { lgamma(x) } }\n}",
    "loggamma": """\
fn sc_loggamma(x: f64) -> f64 {
    extern "C" {
        fn lgamma(x: f64) -> f64;
    }
    if x < 0.0 { f64::NAN } else { unsafe { lgamma(x) } }
}""",
    "digamma": f"""\
fn sc_digamma(mut x: f64) -> f64 {{
    let pi = std::f64::consts::PI;
    if x == 0.0 {{
        return -1.0 / x;
    }}
    if x < 0.0 {{
        if x == x.floor() {{
            return f64::NAN;
        }}
        return sc_digamma(1.0 - x) - pi / (pi * (x - x.round())).tan();
    }}
    let mut total = 0.0;
    while x < 10.0 {{
        total -= 1.0 / x;
        x += 1.0;
    }}
    let z = 1.0 / (x * x);
    total + x.ln() - 0.5 / x - {_horner()}
}}""",
}
