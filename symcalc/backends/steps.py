"""How a step of a contraction is spelled in NumPy: of one factor, of two, spread over diagonals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from string import ascii_letters

from .emit import ADDITION, ATOM, PRODUCT

__all__ = ["KERNELS", "Speller", "aligned", "letters", "of_one", "of_two"]

KERNELS = "symcalc.backends.array_kernels."

#: `function(path)` returns the identifier of a function.
Speller = Callable[[str], str]

Labels = Sequence[int]


def of_one(function: Speller, text: str, labels: Labels, out: Labels) -> str:
    """Return sums over axes, diagonals and transposes of an array, new axes of size 1."""
    if len(set(labels)) < len(labels):
        if list(labels) == [labels[0]] * 2:
            name = "numpy.diagonal" if labels[0] in out else "numpy.trace"
            text, labels = f"{function(name)}({text})", [x for x in labels[:1] if x in out]
        else:
            kept = list(dict.fromkeys(labels))
            text = f'{function("numpy.einsum")}("{letters(labels)}->{letters(kept)}", {text})'
            labels = kept
    summed = [axis for axis, label in enumerate(labels) if label not in out]
    if summed:
        every = len(summed) == len(labels)
        which = summed[0] if len(summed) == 1 else tuple(summed)
        path = KERNELS + "sums" if len(labels) == 2 and not every else "numpy.sum"
        text = f"{function(path)}({text}{'' if every else f', axis={which}'})"
        labels = [label for label in labels if label in out]
    kept = [label for label in out if label in labels]
    if len(kept) < len(out) and kept != list(labels):  # read many times, so in that order
        text = f"{function('numpy.ascontiguousarray')}({aligned(text, labels, kept)})"
        labels = kept
    return aligned(text, labels, out)


def aligned(text: str, labels: Labels, out: Labels) -> str:
    """Return an array with its axes in the order of `out`, those that it lacks of size 1."""
    if not labels:
        return text
    order = [labels.index(label) for label in out if label in labels]
    if order == [1, 0]:
        text = f"{text}.T"
    elif order != sorted(order):
        text = f"{text}.transpose({', '.join(map(str, order))})"
    missing = [label not in labels for label in out]
    if any(missing):
        text = f"{text}[{', '.join('None' if lacks else ':' for lacks in missing)}]"
    return text


def letters(labels: Labels) -> str:
    """Return labels as letters, for `einsum`."""
    return "".join(ascii_letters[label] for label in labels)


def of_two(
    function: Speller, texts: Sequence[str], labels: Sequence[Labels], out: Labels
) -> tuple[str, int]:
    """Return the contraction of two arrays, and how strongly its text binds.

    The labels of the result must come in the order: shared ones, those of the first, of the second.
    """
    (a, b), (first, second) = texts, labels
    shared = [label for label in first if label in second]
    summed = [label for label in shared if label not in out]
    if not summed and len(first) == len(second) == 1 and not shared:
        columns = [f"{a}[:, None]", f"{b}[None, :]"]
        rows = columns if list(out) == [*first, *second] else [f"{b}[:, None]", f"{a}[None, :]"]
        return f"{function('numpy.dot')}({', '.join(rows)})", ATOM
    if not summed:
        return f"{aligned(a, first, out)}*{aligned(b, second, out)}", PRODUCT
    free = [[label for label in axes if label not in shared] for axes in labels]
    if len(summed) == len(first) == len(second):
        if len(first) == 1:
            return f"{a} @ {b}", ADDITION
        return f"{a}.ravel() @ {aligned(b, second, first)}.ravel()", ADDITION
    if len(summed) == len(shared):
        if len(summed) == 1 and len(first) <= 2 and len(second) <= 2:
            return _matrix_product(a, first, b, second, summed[0]), ADDITION
        axes = tuple([at.index(label) for label in summed] for at in (first, second))
        return f"{function('numpy.tensordot')}({a}, {b}, axes={axes})", ATOM
    batch = [label for label in shared if label in out]
    n_batch = len(batch)
    if (
        len(summed) == 1
        and sorted(map(len, free)) == [0, 1]
        and list(first[:n_batch]) == list(second[:n_batch]) == batch
    ):
        matrix, vector = (a, b) if free[0] else (b, a)
        own = first if free[0] else second
        left = aligned(matrix, own, [*batch, *free[0], *free[1], *summed])
        product = f"{function('numpy.matmul')}({left}, {vector}[..., None])"
        return f"{product}[..., 0]", ATOM
    if len(summed) == len(free[0]) == len(free[1]) == 1:
        left = aligned(a, first, [*batch, *free[0], *summed])
        right = aligned(b, second, [*batch, *summed, *free[1]])
        return f"{function('numpy.matmul')}({left}, {right})", ATOM
    spec = f"{letters(first)},{letters(second)}->{letters(out)}"
    return f'{function("numpy.einsum")}("{spec}", {a}, {b})', ATOM


def _matrix_product(a: str, first: Labels, b: str, second: Labels, summed: int) -> str:
    """Return a product of matrices and vectors; a vector stands on the right."""
    if len(first) == 1:
        a, first, b, second = b, second, a, first
    left = a if first[-1] == summed else f"{a}.T"
    right = b if second[0] == summed else f"{b}.T"
    return f"{left} @ {right}"
