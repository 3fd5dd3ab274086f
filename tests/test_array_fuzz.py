"""Random strings over arrays, through everything, beside NumPy in long doubles."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from array_fuzz import examined
from array_oracle import along, along_both, is_kink

BLOCK = 10


@pytest.mark.parametrize("block", range(10))
def test_random_strings_have_the_values_and_derivatives_of_numpy(block: int) -> None:
    found = [examined(seed) for seed in range(BLOCK * block, BLOCK * (block + 1))]

    assert [(one.text, one.faults) for one in found if one.faults] == []
    compared = Counter(what for one in found for what in one.compared)
    assert compared["value"] >= 2 * BLOCK
    assert compared["derivative"] >= BLOCK
    assert min(compared["second derivative"], compared["Hessian product"]) > 0


def test_differences_of_long_doubles_have_ten_digits() -> None:
    values, sizes = {"w": np.array([0.3, -1.2])}, {"n": 2}
    d, e = {"w": np.array([1.0, 2.0])}, {"w": np.array([-0.5, 1.0])}
    text, w = "sum(sin(w)*exp(w))", values["w"]
    slope = np.exp(w) * (np.sin(w) + np.cos(w))

    assert along(text, values, sizes, d, 2.0**-9) == pytest.approx(slope @ d["w"], rel=1e-14)
    expected = np.sum(2 * np.exp(w) * np.cos(w) * d["w"] * e["w"])
    assert along_both(text, values, sizes, (d, e), 2.0**-7) == pytest.approx(expected, rel=1e-12)


def test_a_kink_is_told_from_a_bend() -> None:
    place = {"w": np.zeros(1)}, {}, {"w": np.ones(1)}

    assert is_kink("sum(abs(w))", *place)
    assert not is_kink("sum(w**2)", *place)
