"""Enclosures of integrals: continuations hold, intervals contain the truth, and no false proof."""

from __future__ import annotations

import cmath
import dataclasses
import math
import random
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import flint
import mpmath
import pytest

from symcalc.balls import Enclosure, ball_value, enclose_integral, exact_number, working_precision
from symcalc.balls.ends import bound_at_end, end_bounds
from symcalc.functions import TABLE
from symcalc.functions.row import FunctionRow
from symcalc.graph.graph import Graph
from symcalc.language import read

CONTINUED = [row for row in TABLE.values() if row.continuation is not None]
OO = math.inf


def enclose(text: str, lower: Any, upper: Any, **options: Any) -> Enclosure:
    formula = read(text)
    return enclose_integral(formula.graph, formula.root, "x", lower, upper, **options)


def contains(ball: Any, truth: str) -> bool:
    """Whether a ball meets a number that is known to the digits written."""
    with working_precision(300):
        digits = len(truth.lstrip("-0.").replace(".", "").partition("e")[0])
        value = flint.arb(truth)
        return bool(ball.overlaps(flint.arb(value, abs(value) * flint.arb(10) ** (1 - digits))))


# -- continuations --------------------------------------------------------------------------


def continued(row: FunctionRow, args: list[Any]) -> Any:
    function = row.continuation
    if isinstance(function, str):
        return getattr(flint.acb, function)(*args)
    return function(*args)


def real_value(row: FunctionRow, args: list[Any]) -> Any:
    graph = Graph()
    names = [f"u{k}" for k in range(len(args))]
    root = graph.call(row.name, [graph.var(name) for name in names])
    return ball_value(graph, root, dict(zip(names, args, strict=True)), 128)


def faults(row: FunctionRow, seed: int = 3) -> list[str]:
    """Return what is wrong with a continuation, on rectangles about many real places."""
    generator, found = random.Random(seed), []
    places = [*(p[-1] for p in row.sample if abs(p[-1]) < 50), 0.0, 1.0, -1.0, 2.0, -2.0, -0.3]
    for place in places:
        for width in (1e-3, 0.2, 1.0, 4.5):
            lead = list(generator.choice(row.sample))[:-1]
            if not row.domain or all(value == int(value) for value in lead):
                height = width * generator.choice((0.0, 0.3, 1.0))
                found += _faults_on(
                    row, lead, place + width * generator.uniform(-1, 1), width, height
                )
    return found


def _faults_on(
    row: FunctionRow, lead: list[float], x: float, width: float, height: float
) -> list[str]:
    where = f"{row.name}({lead}, {x} ± {width} ± {height}i)"
    fixed = [flint.acb(value) for value in lead]
    enclosure = continued(row, [*fixed, flint.acb(flint.arb(x, width), flint.arb(0, height))])
    if not enclosure.is_finite():
        return []
    for share in (-0.97, -0.5, 0.0, 0.31, 0.93):
        inner = x + share * width
        value = real_value(row, [*map(flint.arb, lead), flint.arb(inner)])
        if not value.is_finite():
            return [f"{where}: no real value at {inner}"]
        if not enclosure.real.overlaps(value) or not enclosure.imag.contains(0):
            return [f"{where}: the real value at {inner} is not enclosed"]
    radius, n_points = 0.9 * min(width, height), 128 if width <= 1 else 512
    circle = [
        continued(
            row, [*fixed, flint.acb(x + radius * cmath.exp(2j * math.pi * (k + 0.5) / n_points))]
        )
        for k in range(n_points)
    ]
    if not all(value.is_finite() and enclosure.overlaps(value) for value in circle):
        return [f"{where}: a value on a circle inside is not enclosed"]
    mean = sum(circle[1:], circle[0]) / n_points
    center = real_value(row, [*map(flint.arb, lead), flint.arb(x)])
    size = max(float(value.abs_upper()) for value in circle) + 1e-30
    gap = float((mean - center).abs_lower())
    # a holomorphic function is the mean of its values on a circle
    return [f"{where}: not holomorphic, {gap}"] if gap > 1e-4 * size else []


@pytest.mark.parametrize("row", CONTINUED, ids=lambda row: row.name)
def test_a_finite_continuation_is_holomorphic_and_real_where_the_function_is(
    row: FunctionRow,
) -> None:
    with working_precision(128):
        assert faults(row) == []


@pytest.mark.parametrize("row", CONTINUED, ids=lambda row: row.name)
def test_a_continuation_is_finite_near_the_sample_points(row: FunctionRow) -> None:
    with working_precision(128):
        finite = [
            continued(
                row, [*map(flint.acb, p[:-1]), flint.acb(flint.arb(p[-1], 1e-9 * abs(p[-1])), 0)]
            ).is_finite()
            for p in row.sample
        ]

        assert sum(finite) >= len(finite) / 2


@pytest.mark.parametrize(
    ("name", "careless"),
    [
        ("log", lambda z: z.log()),
        ("asin", lambda z: z.asin()),
        ("acosh", lambda z: z.acosh()),
        ("log1p", lambda z: z.log1p()),
        ("cbrt", lambda z: z.root(3)),
        ("abs", lambda z: (z * z).sqrt()),
        ("abs", lambda z: z),
        ("floor", lambda z: z.real_floor()),
        ("sign", lambda z: z.real_sgn()),
        ("max", lambda *zs: zs[0].real_max(zs[1])),
        ("hypot", lambda *zs: sum(z * z for z in zs).sqrt()),
        ("gammaln", lambda z: z.lgamma()),
        ("besselk", lambda n, z: z.bessel_k(n) * 1.001),
        ("lambertw", lambda z: z.lambertw()),
        ("expint", lambda n, z: z.expint(n)),
    ],
)
def test_a_continuation_that_ignores_its_cut_is_seen(name: str, careless: Any) -> None:
    wrong = dataclasses.replace(TABLE[name], continuation=careless)

    with working_precision(128):
        assert any(faults(wrong, seed) for seed in range(4))


# -- integrals ------------------------------------------------------------------------------

PROVEN = [
    ("exp(-x^2)", -OO, OO, "1.7724538509055160272981674833411451828"),
    ("exp(-1000000*(x - 0.3)^2)", -1, 1, "0.0017724538509055160272981674833411451828"),
    ("tanh(1000*(x - 1/3))", 0, 1, "0.33333333333333333333333333333333333333"),
    ("abs(x)", -1, 1, "1.0000000000000000000000000000"),
    ("sqrt(x*x)", -1, 1, "1.0000000000000000000000000000"),
    ("floor(x)", 0, 3.5, "4.5000000000000000000000000000"),
    ("x**(-9/10)", 0, 1, "10.000000000000000000000000000"),
    ("1/sqrt(x*(1 - x))", 0, 1, "3.1415926535897932384626433832795"),
    ("log(x)", 0, 1, "-1.00000000000000000000000000000"),
    ("x**x", 0, 1, "0.78343051071213440705926438652697"),
    ("(1 - cos(x))/x", 0, 1, "0.23981174200056472594386588619"),
    ("x/(exp(x) - 1)", 0, OO, "1.6449340668482264364724151666460"),
    ("(exp(-x) - exp(-3*x))/x", 0, OO, "1.0986122886681096913952452369225"),
    ("1/(1 + x^4)", 0, OO, "1.1107207345395915617539702475152"),
    ("exp(-sqrt(x))", 0, OO, "2.0000000000000000000000000000"),
    ("exp(-x)*cos(100*x)", 0, OO, "9.9990000999900009999000099990e-5"),
    ("log(x)/(1 + x^2)", 1, OO, "0.91596559417721901505460351493238"),
    ("1/cosh(x)", -OO, OO, "3.1415926535897932384626433832795"),
    ("softplus(-x)", 0, OO, "0.82246703342411321823620758332301"),
    ("x**(-99/100)", 0, 1, "100.00000000000000000000000000"),
    ("1/(x*log(x)^2)", 0, Fraction(1, 2), "1.4426950408889634073599246810019"),
    ("sin(x)/x", 0, OO, "1.5707963267948966192313216916398"),
    ("(sin(x)/x)^4", 0, OO, "1.0471975511965977461542144610932"),
    ("cos(x)/(1 + x^2)", -OO, OO, "1.1557273497909217179100931833127"),
    ("sin(x)*log(x)/x", 0, OO, "-0.906688246195801749806567265635"),
    ("sin(x^2)", 0, OO, "0.626657068657750125603941321203"),
    ("sin(1/x)", 0, 1, "0.50406706190692837198985611774"),
    ("sin(2*x + 1)/(x + 3)", 0, OO, "0.1067072778136721228149458"),
    ("sin(x)*cos(3*x)/x", 0, OO, "0"),
]


@pytest.mark.parametrize(("text", "lower", "upper", "truth"), PROVEN, ids=lambda value: str(value))
def test_a_known_integral_is_enclosed_to_all_digits(
    text: str, lower: float, upper: float, truth: str
) -> None:
    splits = [0.0] if text == "sqrt(x*x)" else []
    found = enclose(text, lower, upper, splits=splits, seconds=10.0)

    assert found.reason == ""
    assert contains(found.ball, truth)


@pytest.mark.parametrize(
    ("text", "lower", "upper"),
    [
        ("1/x", -1, 1),
        ("1/x", 0, 1),
        ("1/x", 1, OO),
        ("1/x^2", -1, 1),
        ("sin(x)", 0, OO),
        ("exp(-x)", -OO, OO),
        ("1/(1 - x)^(3/2)", 0, 1),
        ("1/(x*log(x))", 0, Fraction(1, 2)),
        ("sqrt(x)", -1, 1),
        ("log(x)^2", -1, 1),
        ("abs(log(x))", -1, 1),
        ("sqrt(x)^2", -1, 1),
        ("asin(x)", 0, 2),
        ("acosh(x) - acosh(x)", 0, 2),
        ("0*log(x)", -1, 1),
        ("x**x", -1, 1),
        ("log(sin(x))^2", 0, 6),
        ("besselj(1/2, x)^2", -1, 1),
        ("1/(x - sqrt(2))", 0, 2),
        ("tan(x)", 0, 3),
        ("gamma(x)", -1, 1),
        ("li(x)", 0, 2),
    ],
)
def test_a_divergent_or_undefined_integral_is_never_enclosed(
    text: str, lower: float, upper: float
) -> None:
    for splits in ([], [0.0], [1.0]):
        found = enclose(text, lower, upper, splits=splits, seconds=0.5)

        assert found.ball is None
        assert found.reason


def test_the_ends_may_be_balls_and_come_in_either_order() -> None:
    with working_precision(200):
        quarter = flint.arb.pi() / 4

    up, down = enclose("tan(x)", 0, quarter), enclose("tan(x)", quarter, 0)

    assert contains(up.ball, "0.34657359027997265470861606072909")
    assert contains(down.ball, "-0.34657359027997265470861606072909")


@pytest.mark.parametrize(
    ("text", "lower", "upper", "truth"),
    [
        ("1/sqrt(cos(x))", "0", "pi/2", "2.622057554292119810464839589891"),
        ("log(sin(x))", "0", "pi", "-2.177586090303602130500688898237"),
        ("1/(1 + tan(x)**sqrt(2))", "0", "pi/2", "0.7853981633974483096156608458199"),
        ("sqrt(tan(x))", "0", "pi/2", "2.221441469079183123507940495030"),
        ("(1 + cos(x))/(x - pi)", "0", "pi", "-1.6482776387045075488"),
        ("x/tan(x)", "0", "pi/2", "1.088793045151801065250344449119"),
    ],
)
def test_an_end_at_a_multiple_of_pi_may_be_singular(
    text: str, lower: str, upper: str, truth: str
) -> None:
    ends = [exact_number(e.graph, e.root) for e in (read(lower), read(upper))]
    found = enclose(text, *ends, seconds=5.0)

    assert found.reason == ""
    assert contains(found.ball, truth)


def test_parameters_are_taken_exactly() -> None:
    found = enclose("x**n*exp(-x)", 0, OO, point={"n": 2.5})

    assert contains(found.ball, "3.3233509704478425511840640312647")


def test_a_function_without_a_continuation_is_named() -> None:
    found = enclose("erfinv(x)", 0, Fraction(1, 2))

    assert found.ball is None
    assert "`erfinv`" in found.reason


# -- random formulas against mpmath ---------------------------------------------------------

_LEAVES = ("x", "x", "x", "1", "2", "x^2", "x/3", "(x - 1/3)")
_UNARY = (
    *("sin({})", "cos({})", "exp(-({})^2)", "tanh({})", "atan({})", "sqrt(1 + ({})^2)", "abs({})"),
    *("sqrt({})", "log({})", "1/(2 + {})", "({})^(3/2)", "asinh({})", "erf({})", "sign({})"),
    *("sigmoid({})", "max({}, 1/2)", "cbrt({})", "floor({})", "({})^2", "log(1 + ({})^2)"),
)
_BINARY = ("({}) + ({})", "({}) - ({})", "({})*({})", "({})/(1 + ({})^2)", "hypot({}, {})")


def random_formula(generator: random.Random, depth: int) -> str:
    if depth == 0:
        return generator.choice(_LEAVES)
    if generator.random() < 0.6:
        return generator.choice(_UNARY).format(random_formula(generator, depth - 1))
    left, right = (random_formula(generator, depth - 1) for _ in range(2))
    return generator.choice(_BINARY).format(left, right)


def riemann_bounds(text: str, lower: float, upper: float, n: int) -> tuple[float, float] | None:
    """Enclose an integral by balls over n equal ranges; None where one has no value."""
    formula = read(text)
    low, high = flint.arb(0), flint.arb(0)
    width = (flint.arb(upper) - flint.arb(lower)) / n
    for k in range(n):
        around = flint.arb(lower) + width * (flint.arb(k) + flint.arb(0.5, 0.5))
        value = ball_value(formula.graph, formula.root, {"x": around}, 64)
        if not value.is_finite():
            return None
        low, high = low + width * value.lower(), high + width * value.upper()
    return float(low.lower()), float(high.upper())


def random_integrals(seed: int, n: int) -> Iterator[tuple[str, Fraction, Fraction, Enclosure]]:
    """Yield random formulas and ranges whose integrals were enclosed."""
    generator = random.Random(seed)
    for _ in range(n):
        text = random_formula(generator, generator.choice((1, 2, 2, 3)))
        lower = Fraction(generator.randint(-6, 5), generator.choice((1, 2, 3)))
        upper = lower + Fraction(generator.randint(1, 9), generator.choice((1, 2, 3)))
        found = enclose(text, lower, upper, seconds=0.2, digits=12)
        if found.ball is not None:
            yield text, lower, upper, found


@pytest.mark.parametrize("seed", range(8))
def test_random_enclosures_meet_the_bounds_of_riemann(seed: int) -> None:
    n_compared = 0
    for text, lower, upper, found in random_integrals(seed, 25):
        crude = riemann_bounds(text, float(lower), float(upper), 200)
        if crude is not None:
            n_compared += 1

            assert crude[0] <= float(found.ball.upper()) * (1 + 1e-15) + 1e-300, text
            assert float(found.ball.lower()) * (1 - 1e-15) - 1e-300 <= crude[1], text
    assert n_compared >= 5


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_random_enclosures_contain_what_mpmath_finds(seed: int) -> None:
    for text, lower, upper, found in random_integrals(1000 + seed, 20):
        formula = read(text)

        def value(x: Any, formula: Any = formula) -> Any:
            point = {"x": flint.arb(mpmath.nstr(x, 60))}
            ball = ball_value(formula.graph, formula.root, point, 200)
            middle = ball.mid().str(45, radius=False) if ball.is_finite() else "0"
            return mpmath.mpf(middle)

        with mpmath.workdps(40):
            places = [mpmath.mpf(p.numerator) / p.denominator for p in (lower, upper)]
            whole = [math.ceil(lower), *range(math.ceil(lower) + 1, math.ceil(upper))]
            places[1:1] = [p for p in whole if places[0] < p < places[-1]]
            estimate, error = mpmath.quad(value, places, error=True, maxdegree=7)
            gap = abs(mpmath.mpf(found.ball.mid().str(40, radius=False)) - estimate)

            assert gap <= mpmath.mpf(float(found.ball.rad())) * (1 + 1e-9) + 100 * error, text


# -- bounds of tails ------------------------------------------------------------------------

_TAIL_LEAVES = ("x", "x^2", "2", "1 - x", "3*x + 1", "1/x", "sqrt(x)", "log(x)")
_TAIL_UNARY = (
    *("sin({})", "cos({})", "exp({})", "exp(-({}))", "tanh({})", "atan({})", "sqrt(1 + ({})^2)"),
    *("abs({})", "sqrt({})", "log({})", "1/({})", "({})^(3/2)", "asinh({})", "erf({})"),
    *("sigmoid({})", "softplus({})", "cosh({})", "sinh({})", "erfc({})", "({})^2", "expm1({})"),
    *("bose({})", "E1({})", "sech({})", "log1p({})", "max({}, 1)", "({})^pi"),
)


def tail_formula(generator: random.Random, depth: int) -> str:
    if depth == 0:
        return generator.choice(_TAIL_LEAVES)
    if generator.random() < 0.55:
        return generator.choice(_TAIL_UNARY).format(tail_formula(generator, depth - 1))
    left, right = (tail_formula(generator, depth - 1) for _ in range(2))
    return f"({left}){generator.choice('+-*/')}({right})"


@pytest.mark.parametrize("seed", range(6))
def test_a_bound_on_a_ray_holds_at_points_of_the_ray(seed: int) -> None:
    generator, n_bounds = random.Random(seed), 0
    for _ in range(250):
        text, outward = tail_formula(generator, generator.choice((1, 2, 3))), seed % 2 == 0
        formula, start = read(text), flint.arb(generator.choice((16, 64, 1000, 10**6)))
        with working_precision(90):
            coordinate = end_bounds(flint.arb(0).union(1 / start), -1 if outward else 1, 1)
            bound = bound_at_end(formula.graph, formula.root, "x", coordinate, start, {})
            for factor in (1, 1.5, 7, 400) if bound is not None else ():
                t = start * factor
                point = {"x": t if outward else 1 / t}
                value = ball_value(formula.graph, formula.root, point, 1500)
                high = bound.high.factor * bound.high.scale.at(t)
                if not value.is_finite() or not high.is_finite():
                    continue
                n_bounds += 1

                assert not abs(value) > high * (1 + flint.arb(2) ** -60), text
                assert not value * bound.sign < 0, text
                if bound.low is not None:
                    low = (bound.low.factor * bound.low.scale.at(t)).abs_lower()
                    assert not abs(value) < low * (1 - flint.arb(2) ** -60), text
    assert n_bounds > 100


def test_a_proof_that_has_begun_ends_with_its_time() -> None:
    found = enclose("exp(-x^2)", 0, 1, seconds=0.0)

    assert found.ball is None
    assert found.reason == "The time given was spent."
    assert found.evaluations <= 1000
