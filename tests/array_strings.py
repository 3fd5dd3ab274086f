"""Random typed strings over vectors and matrices, each with the same formula for NumPy.

A string of the language is NumPy in all but vectors beside `@`, so the two texts are mostly one. A
row of the tables below is a form with holes: `<d e>` is any matrix of those dimensions, `<s>` of
the shape of the result, `<p>` of one that broadcasts to it, `<+s>` positive everywhere, `<!d>` a
square matrix far from singular; `<1:s>` is the same text wherever it stands. `$d` is a dimension,
FUN, RED and the like are one of a list. After ` | ` stands the form for NumPy where it differs.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

__all__ = ["DECLARED", "DIMENSIONS", "SHAPES", "TypedStrings", "random_values"]

#: The dimensions of the strings; all differ, and one is 1 only by `[:, None]`.
DIMENSIONS = {"m": 4, "n": 3, "k": 2}

Shape = tuple[str, ...]
Pair = tuple[str, str]

#: The variables with their shapes and what is known of them.
_VARIABLES = {
    **{"a": "", "c": "", "w": "n", "v": "n", "y": "m", "z": "m", "b": "k"},
    **{"X": "m n", "Y": "m n", "S": "n n", "U": "m k", "V": "n k", "K": "k k", "M": "m m"},
    **{"p": "n positive", "q": "m positive", "Q": "m n positive"},
    **{"T": "n n symmetric", "P": "n n spd", "G": "m m spd"},
}
_FLAGS = {"positive", "symmetric", "spd"}

#: The shapes of the variables, and the shapes as they are declared.
SHAPES = {
    name: tuple(word for word in text.split() if word not in _FLAGS)
    for name, text in _VARIABLES.items()
}
DECLARED = {name: text for name, text in _VARIABLES.items() if text}

_LISTS = {
    "FUN": "sin cos tanh sigmoid abs exp softplus relu atan sinh cosh asinh sech cbrt expm1 erf",
    "POS": "sqrt log loggamma log1p",
    "RED": "sum mean max min prod logsumexp",
    "KEPT": "sum mean max min logsumexp",
    "TWO": "max min hypot logaddexp atan2",
    "NUM": "2 3 -1 0.5 -2.5 10",
    "AT": "0 -1 1",
    "REL": "> < >= <=",
}
_WORD = re.compile("|".join(sorted(_LISTS, key=len, reverse=True)))
_HOLE = re.compile(r"<(\d:)?([+!]?)([a-z ]*)>")

#: Forms of every shape.
_EVERYWHERE = """
FUN(<s>) / FUN(<s>) / POS(<+s>) / -<s> / NUM*<s> / <s>/NUM / <s> + NUM / NUM - <s> / <>*<s>
<s>**2 / <s>**3 / <+s>**(3/2) / <+s>**(-1/2) / <s>**4 / <s>/<+p> / <+p>/<+s> / NUM/<+s>
<p> + <s> / <s> - <p> / <p>*<s> / <s>*<s> / <s>*<s>*<p> / <s> + <s> - <s> / <+s>**<p> / <s>/<>
TWO(<s>, <p>) / TWO(<p>, <s>) / max(<s>, 0)**2 / abs(<s>)**3 / <1:s>*<1:s> / <1:s>/(1 + abs(<1:s>))
log(1 + exp(<s>)) / log(sigmoid(<s>)) / <1:s>*sigmoid(<1:s>) / exp(-<s>**2)
log(exp(<s>) + exp(<p>)) / where(<p> REL <p>, <s>, <s>) / where(<1:s> REL 0, <1:s>**2, <p>)
<1:s> if <2:> REL 0 else <3:s> | where(<2:> REL 0, <1:s>, <3:s>)
<1:s> if <2:p> REL <3:> else <4:p> | where(<2:p> REL <3:>, <1:s>, <4:p>)
"""

#: What is positive everywhere.
_POSITIVE = """
exp(<s>) / softplus(<s>) / <s>**2 + 1 / sigmoid(<s>) / 1 + abs(<s>) / <+s>*<+s> / <+s> + <+p>
cosh(<s>) / sqrt(<+s>) / 1/<+s> / exp(-<s>**2)
"""

_SCALARS = """
RED(<d>) / RED(<d e>) / <d>@<d> / <d>.T@<d> / <d>.T@<d e>@<e> / <d>@<d e>@<e> / <d>[AT]
<d e>[AT, AT] / trace(<d d>) / trace(<d e>@<e d>) / logdet(<!d>) / det(<!d>) / norm1(<d>)
norm2(<d>) / norminf(<d>) / norm2(<d e>) / norm2(<d e>)**2 / dot(<d>, <d>) / sum(<d e>*<d e>)
sum((<d e>@<e> - <d>)**2)/(2*$d) / <d>@solve(<!d>, <d>) / <1:d>@inv(<!d>)@<1:d> / sum(<d>)/$d
trace(inv(<!d>)@<d d>) / trace(solve(<!d>, <d d>)) / <1:d>@<!d>@<1:d> / (<d>.T@<d e>)@<e>
sum(concat([<d>, <e>])**2) / sum(sin(stack([<d>, <d>]))) / norm2(kron(<d e>, <e f>))
trace(kron(<d d>, <e e>)) / sum(<1:d>[1:]*<1:d>[:-1]) / sum(abs(<1:d>[1:] - <1:d>[:-1]))
einsum("i,ij,j->", <d>, <d e>, <e>) / einsum("ij,ij->", <d e>, <d e>) / einsum("ii->", <d d>)
sum(exp(<d e>@<f e>.T)) / log(sum(exp(<d>))) / sum(log(sum(exp(<d e>), axis=1)))
mean((<d> - <d>)**2) / sum(prod(<d e>, axis=0)) / sum(outer(<d>, <e>)*<d e>) / prod(<d e>)
sum(<d e>[:, 1:]) / sum(softmax(<d>)*<d>) / sum(concat([<d e>, <f e>])@<e>)
sum(reshape(<d e>, $d*$e)[1:]**2) / logdet(<!d>) + <d>@solve(<!d>, <d>)
sum((<d e> - <d f>@<e f>.T)**2) / trace(<1:d e>.T@<d d>@<1:d e>) / sum(max(<d e>, axis=1))
"""

_VECTORS = """
<d e>@<e> / <e d>.T@<e> / <e>@<e d> / RED(<d e>, axis=1) / RED(<e d>, axis=0) / <d>[::-1]
RED(<d e>, axis=-1) / diag(<d d>) / diag(<d e>@<e d>) / <e d>[AT] / <e d>[AT, :] / <d e>[:, AT]
softmax(<d>) / solve(<!d>, <d>) / inv(<!d>)@<d> / solve(<!d>.T, <d>) / concat([<e>, <d>])[$e:]
concat(<d>, <e>)[:$d] / stack([<d>, <d>])[AT] / einsum("ij,j->i", <d e>, <e>) / diag(<d>)@<d>
einsum("ii->i", <d d>) / einsum("ij,ij->i", <d e>, <d e>) / concat([<d>[1:], <d>[:1]])
<d>/norm2(<d>) / <d> - mean(<d>) / <d e>@<f e>.T@<f> / exp(<1:d> - logsumexp(<1:d>))
<d>@diag(<d>) / <e>@<d e>.T / reshape(<d e>, $d*$e)[:$d] / KEPT(<d e>, axis=1, keepdims=True)[:, 0]
"""

_MATRICES = """
<d f>@<f e> / <e d>.T / <1:d>@<2:e>.T | outer(<1:d>, <2:e>) / outer(<d>, <e>)
<1:d e> - KEPT(<1:d e>, axis=0, keepdims=True) / <1:d e> - KEPT(<1:d e>, axis=1, keepdims=True)
softmax(<d e>, axis=1) / softmax(<d e>, axis=0) / softmax(<d e>, axis=-1) / <d f>@diag(<f>)@<f e>
<d f>[:, 1:]@<f e>[1:, :] / <d>[:, None]*<d e> / <d e>*<e>[None, :] / <d>[:, None] - <e>
diag(<d>)@<d e> / <d e>@diag(<e>) / <d e>/<+d>[:, None] / <d e>@<f e>.T@<f e> / solve(<!d>, <d e>)
inv(<!d>)@<d e> / <d e>@inv(<!e>) / solve(<!d>.T, <d e>) / <d e>[::-1] / <d e>[:, ::-1]
stack([<d>, <d>]).T@stack([<e>, <e>]) / einsum("ik,jk->ij", <d f>, <e f>)
einsum("ij->ji", <e d>) / einsum("i,ij->ij", <d>, <d e>) / concat([<f e>, <d e>])[$f:]
concat([<d f>, <d e>], axis=1)[:, $f:] / concat([<d e>, <f e>])[:$d] / <d e> + zeros($d, $e)
einsum("ij,kj,kl->il", <d f>, <f f>, <f e>) / ones($d, $e)*<d e>
where(<d>[:, None] REL <e>, <d e>, <p>) / reshape(<1:d e>.T, $d, $e) | reshape(<1:d e>.T, ($d, $e))
exp(<1:d e> - logsumexp(<1:d e>, axis=1)[:, None])
"""

_SQUARES = """
eye($d) / diag(<d>) / diag(diag(<d d>)) / inv(<!d>) / <1:e d>.T@<1:e d> / <1:d d> + <1:d d>.T
<1:d>@<1:d>.T | outer(<1:d>, <1:d>) / eye($d) - outer(<d>, <d>) / <1:d e>@<1:d e>.T
diag(<d>) + outer(<d>, <d>) / <1:e d>.T@(<e>[:, None]*<1:e d>) / <1:d d>@<1:d d>
"""

#: Square matrices far from singular.
_REGULAR = """
<1:e d>.T@<1:e d> + eye($d) / <1:d e>@<1:d e>.T + 2*eye($d) / diag(<+d>) / <!d>.T / 2*<!d>
outer(<1:d>, <1:d>) + eye($d)
"""

#: Whole formulas of a shape that no variable has.
_WHOLE = """
concat([<d>, <e>]) / stack([<d>, <d>]) / stack([<d>, <d>], axis=1) / kron(<d e>, <f d>)
<1:d>[1:] - <1:d>[:-1] / reshape(<d e>, $d*$e) / concat([<d e>, <f e>]) / <d e>[1:, :]@<e>
concat([<d e>, <d f>], axis=1) / <d e>[:, :1] / <d>[:, None] / KEPT(<d e>, axis=0, keepdims=True)
"""


def _rows(table: str) -> list[str]:
    return [row.strip() for line in table.strip().splitlines() for row in line.split(" / ")]


_FORMS = {rank: _rows(own) for rank, own in enumerate((_SCALARS, _VECTORS, _MATRICES))}
_ELEMENTWISE, _ABOVE_ZERO, _SQUARE = _rows(_EVERYWHERE), _rows(_POSITIVE), _rows(_SQUARES)
_INVERTIBLE, _ODD = _rows(_REGULAR), _rows(_WHOLE)


def random_values(seed: int, sizes: Mapping[str, int] = DIMENSIONS) -> dict[str, Any]:
    """Return an array for every variable; square matrices are well away from singular."""
    rng = np.random.default_rng(seed)
    values: dict[str, Any] = {}
    for name, shape in SHAPES.items():
        value = rng.normal(size=[sizes[d] for d in shape])
        if len(shape) == 2 and shape[0] == shape[1]:
            value = value + 3 * np.eye(sizes[shape[0]])
        if "positive" in _VARIABLES[name]:
            value = np.abs(value) + 0.1
        elif "symmetric" in _VARIABLES[name]:
            value = (value + value.T) / 2
        elif "spd" in _VARIABLES[name]:
            value = value @ value.T / 3 + np.eye(len(value))
        values[name] = value
    return values


class TypedStrings:
    """A source of random strings of a wanted shape."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.names = dict(SHAPES)

    def draw(self, shape: Shape, depth: int) -> Pair:
        """Return a string of a shape, and the same for NumPy."""
        if depth > 0 and self.random.random() > 0.1:
            return self._filled(self._form(shape), shape, depth - 1)
        names = [name for name, own in self.names.items() if own == shape]
        if not names:
            return self._filled("outer(<d>, <e>)", shape, 0)
        parts = [name for name in names if name not in SHAPES]
        name = self.random.choice(parts * 3 + names)
        return name, name

    def draw_formula(self) -> tuple[Pair, bool]:
        """Return a whole formula, perhaps with named parts, and whether it is a scalar."""
        depth, is_scalar = self.random.randint(2, 4), self.random.random() < 0.7
        parts: list[tuple[str, Pair]] = []
        for name in ("r", "R")[: self.random.choice((0, 0, 0, 0, 1, 1, 2))]:
            shape = self._dimensions(1 if name == "r" else 2)
            parts.append((name, self.draw(shape, depth - 1)))
            self.names[name] = shape
        if is_scalar:
            text, in_numpy = self.draw((), depth)
        elif self.random.random() < 0.3:
            text, in_numpy = self._filled(self.random.choice(_ODD), (), depth - 1)
        else:
            text, in_numpy = self.draw(self._dimensions(self.random.choice((1, 1, 2))), depth)
        named: list[str] = []
        for name, (here, there) in reversed(parts):
            if re.search(rf"\b{name}\b", " ".join([text, *named])):
                named.insert(0, f"{name} = {here}")
                in_numpy = f"(lambda {name}: {in_numpy})({there})"
        return (f"{text} where {', '.join(named)}" if named else text, in_numpy), is_scalar

    def draw_flat(self) -> str:
        """Return a string without brackets, which is the same in NumPy, or an error in both."""
        operands = ["S", "S.T", "w", "v", "a", "2", "-S", "S**2", "w[1]", "S[0]", "S[:, 1]"]
        operands.append("-a**2")
        signs = [" + ", " - ", "*", "@", "@", "/"]
        length = self.random.randint(2, 6)
        pieces = [self.random.choice(operands)]
        for _ in range(length):
            pieces += [self.random.choice(signs), self.random.choice(operands)]
        return "".join(pieces)

    # -- pieces -------------------------------------------------------------------------------

    def _dimensions(self, rank: int) -> Shape:
        return tuple(self.random.choice(sorted(DIMENSIONS)) for _ in range(rank))

    def _form(self, shape: Shape) -> str:
        """Return a form for a shape."""
        table = _FORMS[len(shape)]
        if len(shape) == 2 and shape[0] == shape[1] and self.random.random() < 0.3:
            table = _SQUARE
        elif self.random.random() < 0.35:
            table = _ELEMENTWISE
        return self.random.choice(table)

    def _filled(self, form: str, shape: Shape, depth: int) -> Pair:
        """Return a form with its holes filled, in both languages."""
        here, _, there = form.partition(" | ")
        words = [self.random.choice(_LISTS[word].split()) for word in _WORD.findall(here)]
        names = dict(zip("def", (*shape, *self._dimensions(3)), strict=False))
        filled: dict[str, Pair] = {}
        drawn: list[Pair] = []
        for number, sign, dims in _HOLE.findall(here):
            key = number or f"{len(drawn)}."
            if key not in filled:
                filled[key] = self._hole(sign, dims, names, shape, depth)
            drawn.append(filled[key])
        numbers = [number for number, _, _ in _HOLE.findall(there)]
        others = [filled[number] for number in numbers] if there else drawn
        return (
            self._written(here, words, names, [pair[0] for pair in drawn]),
            self._written(there or here, words, names, [pair[1] for pair in others]),
        )

    def _hole(
        self, sign: str, dims: str, names: Mapping[str, str], shape: Shape, depth: int
    ) -> Pair:
        if dims == "p":
            wanted = self.random.choice([shape, shape[1:], ()]) if len(shape) == 2 else shape
        elif dims == "s":
            wanted = shape
        else:
            wanted = tuple(names[letter] for letter in dims.split())
        if sign == "!":
            return self._regular((*wanted, *wanted), depth)
        return self._positive(wanted, depth) if sign == "+" else self.draw(wanted, depth)

    def _positive(self, shape: Shape, depth: int) -> Pair:
        names = [name for name in "pqQ" if SHAPES[name] == shape]
        if names and (depth <= 0 or self.random.random() < 0.3):
            return names[0], names[0]
        form = "exp(<s>)" if depth <= 0 else self.random.choice(_ABOVE_ZERO)
        return self._filled(form, shape, depth - 1)

    def _regular(self, shape: Shape, depth: int) -> Pair:
        if depth > 0 and self.random.random() < 0.4:
            return self._filled(self.random.choice(_INVERTIBLE), shape, depth - 1)
        name = self.random.choice([name for name in "SKMTPG" if SHAPES[name] == shape])
        return name, name

    def _written(
        self, form: str, words: Sequence[str], names: Mapping[str, str], parts: Sequence[str]
    ) -> str:
        """Return a form with words, dimensions and parts in their places."""
        found = re.sub(r"\$([def])", lambda match: names[match[1]], form)
        in_turn = iter(words)
        found = _WORD.sub(lambda _: next(in_turn), found)
        rest = iter(parts)
        pieces, end = [], 0
        for match in _HOLE.finditer(found):
            part, after = next(rest), found[match.end() : match.end() + 1]
            before = found[: match.start()].rstrip()[-1:]
            stands_alone = before in set("([,") and after in set("),]") and before and after
            is_plain = re.fullmatch(r"\w+", part) or stands_alone
            pieces += [found[end : match.start()], part if is_plain else f"({part})"]
            end = match.end()
        return "".join(pieces) + found[end:]
