"""Random text for `parse`: every input gives a formula or an error of ours, in under a second.

`python benchmarks/fuzz_parser.py --inputs 200000 --seed 1`; same seed, same inputs. Texts are made
in four ways, in the language and in LaTeX: tokens in any order, characters of any kind, formulas
grown from the function table, and valid formulas mutated and spliced. What is read is written
again, and has to be read back. With `--guided`, where atheris is installed, the same check is
driven by the branches that libFuzzer sees taken (`--inputs` runs from an empty corpus).
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from timing import DATA, header, seconds, verdict

MAX_SECONDS = 1.0
#: After this many seconds an input is given up.
GIVEN_UP = 20
MAX_SEED_LENGTH = 300
MAX_LENGTH = 2000

TOKENS = (
    "x y z x1 alpha n 0 1 2 0.5 1e3 .5 7. 10**400 1e-400 1_000 ( ( ( ) ) ) + - * / ** ^ ! , , < <= "
    ">= > == != and or not if else where = == True False pi e oo -oo nan I sin( exp( max( log( "
    "piecewise(( diff( integral( sum( mean( norm( foo( ) )) ), √ ² ⁻¹ · × − π ∞ λ x₂ lambda __x__ "
    ". : ; // << 1f 0x1F 1j 2x )( ½ @ & | ~ % [ ] { } ' \" \\ # $ ? ` \t \n"
).split(" ")

LATEX_TOKENS = (
    r"\frac { } { } { } ^ ^ _ _ x y 0 1 2.5 \sin \log \ln \exp \left( \right) ( ) \sqrt [ ] \alpha "
    r"\operatorname{erf} \operatorname{foo} \mathrm{ab} \text{if} \text{otherwise} \text{where} = "
    r"+ - \cdot \times \leq \geq \neq < > \wedge \vee \neg ! / e i \pi \begin{cases} \end{cases} & "
    r"\\ \left| \right| | \lvert \rvert \binom \infty \left \right \lfloor \rfloor \lceil \rceil "
    r"\, \; \quad \displaystyle \big \int \sum \lim \partial d dx x_{1} x^{2} J_{0} \Gamma \psi "
    r"\sqrt[3] {} \dfrac \tfrac \left[ \right] \left\{ \right\} \lambda % $ ' ~ & , . \ "
).split(" ")

WILD = [
    *"xyzeI012.+-*/^()<>=!,_ \\{}[]|&~'\"`$%#@;:?",
    *"\x00\x07\t\n\r\x0b\x1b\x7f\x85\xa0\u200b\u202e\u2028\ufeff\ufffd\ud800\udfff\U0001d465",
    *"²³⁴⁻⁰₀₉½¾π∞√∂∫Σ∑∏−×÷·≤≥≠ªº①Ⅷ𝟙٣०߀éßıİǅµΩÅﬁ",
]


@dataclass(frozen=True, slots=True)
class Input:
    """A text with the way it was made and how it is read."""

    text: str
    way: str
    syntax: str
    assume: str | None = None


@dataclass(slots=True)
class Tally:
    """What became of the inputs."""

    made: Counter[str]
    read: Counter[str]
    faults: dict[str, str]
    slowest: tuple[float, str] = (0.0, "")
    n_slow: int = 0


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--smallest", action="store_true", help="2000 inputs")
    parser.add_argument("--inputs", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--guided", action="store_true", help="guided by coverage, with atheris")
    options = parser.parse_args()
    n_inputs = 2000 if options.smallest else options.inputs
    header("random text for parse", ())
    if options.guided:
        guided(n_inputs, options.seed)
        return
    print(f"   seed {options.seed}, {n_inputs} inputs")
    tally = Tally(Counter(), Counter(), {})
    for item in itertools.islice(inputs(random.Random(options.seed)), n_inputs):
        try_one(item, tally)
    for way, made in tally.made.items():
        print(f"   {way:24}{made:8d} inputs, {tally.read[way]:7d} read as formulas")
    print(f"   slowest {seconds(tally.slowest[0])}: {tally.slowest[1][:100]!r}")
    for fault, text in tally.faults.items():
        print(f"   FAULT: {fault}\n      {text[:300]!r}")
    verdict("inputs with another error than ours", len(tally.faults), "<=", 0)
    verdict(f"inputs that take longer than {MAX_SECONDS:g} s", tally.n_slow, "<=", 0)
    if tally.faults or tally.n_slow:
        raise SystemExit(1)


# -- one input --------------------------------------------------------------------------------


def try_one(item: Input, tally: Tally) -> None:
    """Read a text, keep what became of it and how long that took."""
    start = time.process_time()
    way = f"{item.way}, {item.syntax}"
    tally.made[way] += 1
    signal.signal(signal.SIGALRM, _give_up)
    signal.alarm(GIVEN_UP)
    try:
        tally.read[way] += is_read(item)
    except Exception:  # noqa: BLE001 - whatever it is, it is what this benchmark looks for
        place = traceback.format_exc().strip().splitlines()
        tally.faults.setdefault(f"{place[-1][:200]} {place[-3].strip()}", item.text)
    finally:
        signal.alarm(0)
    elapsed = time.process_time() - start
    if elapsed > MAX_SECONDS:
        tally.n_slow += 1
    tally.slowest = max(tally.slowest, (elapsed, item.text))


def is_read(item: Input) -> bool:
    """Whether a text is a formula; one that is has to survive being written and read again."""
    import symcalc as sc

    try:
        found = sc.parse(item.text, syntax=item.syntax, assume=item.assume)
    except sc.SymcalcError as error:
        message = str(error)
        if not 0 < len(message) < 500 or not all(c.isprintable() or c == "\n" for c in message):
            raise AssertionError(f"the message {message!r}") from None
        return False
    text = found.text
    try:
        again = sc.parse(text, variables=found.names)
    except sc.LimitError:
        return True  # brackets and products that a short text implied
    if again != found and not means_the_same(found, again):
        raise AssertionError(f"{text[:200]!r} is read back as {again.text[:200]!r}")
    return True


def means_the_same(first: Any, second: Any) -> bool:
    """Whether rigorous values of two formulas overlap; numbers of 1000 digits are not folded.

    Complex formulas have no such values; they are only read.
    """
    from symcalc.balls import NoBall, ball_value

    point = {name: 0.375 + place / 16 for place, name in enumerate(first.names)}
    try:
        values = [ball_value(e.graph, e.root, point, 300) for e in (first, second)]
    except NoBall:
        return True
    if any(isinstance(value, bool | None) for value in values):
        return values[0] == values[1]
    return bool(values[0].overlaps(values[1]))


def _give_up(number: int, frame: Any) -> None:
    raise TimeoutError(f"no answer after {GIVEN_UP} s")


# -- the inputs -------------------------------------------------------------------------------


def inputs(rng: random.Random) -> Iterator[Input]:
    """Yield texts without end, the ways and the syntaxes in turn."""
    formulas, latex = seeds()
    ways: list[tuple[str, Callable[[], str], str]] = [
        ("token soup", lambda: soup(rng, TOKENS), "symcalc"),
        ("token soup", lambda: soup(rng, LATEX_TOKENS), "latex"),
        ("any characters", lambda: "".join(rng.choices(WILD, k=rng.randrange(25))), "symcalc"),
        ("any characters", lambda: "".join(rng.choices(WILD, k=rng.randrange(25))), "latex"),
        ("grown", lambda: grown(rng, rng.randrange(5)), "symcalc"),
        ("mutated", lambda: mutated(rng, formulas, TOKENS), "symcalc"),
        ("mutated", lambda: mutated(rng, latex, LATEX_TOKENS), "latex"),
        ("mutated growth", lambda: mutated(rng, [grown(rng, 3)], TOKENS), "symcalc"),
        ("repeated", lambda: repeated(rng, formulas, TOKENS), "symcalc"),
        ("repeated", lambda: repeated(rng, latex, LATEX_TOKENS), "latex"),
    ]
    assumptions = ("x > 0, n integer", "x real; y positive", "0 < x <= 1", "alpha > -1/2")
    while True:
        for way, make, syntax in ways:
            yield Input(make(), way, syntax)
        yield Input("x + n*y", "assumed", "symcalc", mutated(rng, assumptions, TOKENS))


def seeds() -> tuple[list[str], list[str]]:
    """Return valid formulas to mutate, in the language and in LaTeX."""
    import symcalc as sc

    formulas: list[str] = []
    for name, key in (("derivatives", "expr"), ("integrals", "integrand"), ("nist", "model")):
        items = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))["items"]
        formulas += [item[key] for item in items]
    hostile = json.loads((DATA / "hostile.json").read_text(encoding="utf-8"))["items"]
    formulas += [item["input"] for item in hostile if len(item.get("input", "")) > 1]
    formulas += [
        "r*cos(t) where r = sqrt(x^2 + y^2), t = atan2(y, x)",
        "piecewise((x, x < 0), (x^2, 0 <= x and x < 1), (1, True))",
        "x if x > 0 and not y == 1 else -x",
        "(x < 1) & (y > 2) | ~(x == y)",
        "2x(y + 1)² − √y·π",
        "sum((y - a*exp(-b*t))^2)",
        "5!! + n! - x!",
        *(_call(row.name, "xyzabcd"[: max(row.arity[0], 1)]) for row in table()),
    ]
    short = [text for text in formulas if len(text) < MAX_SEED_LENGTH]
    latex = []
    for text in short:
        try:
            latex.append(sc.parse(text).latex)
        except sc.SymcalcError:
            continue
    return short, [text for text in latex if len(text) < 2 * MAX_SEED_LENGTH]


def table() -> list[Any]:
    from symcalc.functions import TABLE

    return [row for row in TABLE.values() if row.arity != (0, 0)]


def _call(name: str, args: Any) -> str:
    return f"{name}({', '.join(args)})"


def soup(rng: random.Random, tokens: list[str]) -> str:
    """Return tokens in any order."""
    glue = rng.choice(("", " ", " "))
    return glue.join(rng.choices(tokens, k=rng.randrange(1, 16)))


def grown(rng: random.Random, depth: int) -> str:
    """Return a formula grown from the grammar and the function table."""
    if depth == 0:
        leaves = ("x", "y", "z_1", "α", "pi", "e", "0", "3", "0.1", "1e-7", "12345678901234567890")
        return rng.choice((*leaves, "-2", "(-3)", "1/3", "10**30", "10**-310"))

    def part() -> str:
        return grown(rng, rng.randrange(depth))

    kind = rng.randrange(9)
    if kind < 3:
        row = rng.choice(table())
        least, most = row.arity
        n_args = rng.randrange(max(least, 1), (least + 4) if most == -1 else most + 1)
        name = rng.choice((row.name, *row.aliases))
        return _call(name, [part() for _ in range(n_args + (rng.random() < 0.02))])
    if kind == 3:
        return f"({part()}){rng.choice(('^', '**'))}{rng.choice(('2', '-1', '(1/2)', part()))}"
    if kind == 4:
        return f"({part()} if {_condition(rng, part)} else {part()})"
    if kind == 5:
        return f"piecewise(({part()}, {_condition(rng, part)}), ({part()}, True))"
    if kind == 6:
        return f"{rng.choice('23579')}{rng.choice(('x', '(x + 1)', '*' + part()))}"
    if kind == 7 and depth > 2:
        return f"{part()}*u + u^2 where u = {part()}"
    return f"{part()} {rng.choice('+-*/')} {part()}"


def _condition(rng: random.Random, part: Callable[[], str]) -> str:
    one = f"{part()} {rng.choice(('<', '<=', '>', '>=', '==', '!='))} {part()}"
    joint = rng.choice(("", "", " and ", " or "))
    return f"{rng.choice(('', 'not '))}{one}{joint}{joint and part() + ' < 1'}"


def mutated(rng: random.Random, texts: Any, tokens: list[str]) -> str:
    """Return a valid text after a few changes: cut, doubled, swapped, spliced, replaced."""
    text = rng.choice(texts)
    for _ in range(rng.choice((1, 1, 1, 2, 3, 6))):
        i, j = sorted(rng.randrange(len(text) + 1) for _ in range(2))
        change = rng.randrange(7)
        if change == 0:
            text = text[:i] + text[i + 1 :]
        elif change == 1:
            text = text[:i] + rng.choice(tokens) + text[i:]
        elif change == 2:
            text = text[:i] + rng.choice(WILD) + text[i + 1 :]
        elif change == 3:
            text = text[:i] + text[j:]
        elif change == 4:
            text = text[:j] + text[i:j] + text[j:]
        elif change == 5:
            other = rng.choice(texts)
            text = text[:i] + other[rng.randrange(len(other) + 1) :]
        else:
            text = text[:i] + f"({rng.choice(texts)})" + text[j:]
    return text[:MAX_LENGTH]


def repeated(rng: random.Random, texts: list[str], tokens: list[str]) -> str:
    """Return a piece of text many times over, in brackets or not."""
    piece = rng.choice((rng.choice(tokens), rng.choice(texts)[: rng.randrange(1, 12)], "x"))
    n = rng.choice((2, 5, 17, 60, 200))
    if rng.random() < 0.5:
        head, tail = rng.choice((("(", ")"), ("sin(", ")"), ("{", "}"), ("-", ""), ("2^", "")))
        return (head * n + piece + tail * n)[:MAX_LENGTH]
    return rng.choice(("", " ", "+", "*", "^", ",", "/")).join([piece] * n)[:MAX_LENGTH]


# -- guided by coverage -----------------------------------------------------------------------


def guided(n_inputs: int, seed: int) -> None:
    """Let libFuzzer choose the inputs; it stops at the first fault and writes it to a file."""
    try:
        import atheris
    except ImportError:
        print("   atheris is not installed, so it is skipped (pip install atheris)")
        return
    with atheris.instrument_imports(include=["symcalc"]):
        import symcalc.language  # noqa: F401

    def one(data: bytes) -> None:
        provider = atheris.FuzzedDataProvider(data)
        syntax = "latex" if provider.ConsumeBool() else "symcalc"
        is_read(Input(provider.ConsumeUnicode(MAX_LENGTH), "guided", syntax))

    words = [w for w in (*TOKENS, *LATEX_TOKENS) if w.isascii() and w.isprintable() and w]
    print(f"   seed {seed}, {n_inputs} runs guided by coverage", flush=True)
    with tempfile.NamedTemporaryFile("w", suffix=".dict") as file:
        quoted = (word.replace("\\", "\\\\").replace('"', '\\"') for word in words)
        file.write("".join(f'"{word}"\n' for word in quoted))
        file.flush()
        limits = [f"-runs={n_inputs}", f"-seed={seed}", "-timeout=5", f"-max_len={MAX_LENGTH}"]
        atheris.Setup([sys.argv[0], *limits, f"-dict={file.name}"], one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
