"""Networks of many layers as strings: what is derived of them grows with the depth, not faster."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import symcalc as sc
from symcalc.backends.array_derivatives import ArrayDerivatives

Network = tuple[str, str, list[str]]


def nested(n_layers: int) -> Network:
    """Return one nested formula for one row of data, with its shapes and its variables."""
    inner = "x"
    for k in range(1, n_layers + 1):
        inner = f"tanh(W{k} @ {inner} + b{k})"
    return f"sum(({inner} - y)**2)", *variables("x: n; y: n", n_layers)


def in_parts(n_layers: int) -> Network:
    """Return the same for many rows, layer after layer in `where` parts."""
    layers = range(1, n_layers + 1)
    parts = [f"h{k} = tanh({f'h{k - 1}' if k > 1 else 'X'} @ W{k} + b{k})" for k in layers]
    text = f"sum((h{n_layers} - Y)**2)/(2*m) where {', '.join(parts)}"
    return text, *variables("X: m n; Y: m n", n_layers)


def variables(data: str, n_layers: int) -> tuple[str, list[str]]:
    layers = range(1, n_layers + 1)
    shapes = "; ".join([data, *[f"W{k}: n n; b{k}: n" for k in layers]])
    return shapes, [name for k in layers for name in (f"W{k}", f"b{k}")]


def derived_nodes(network: Network, what: str) -> int:
    """Return how many nodes value and derivative have together."""
    text, shapes, wrt = network
    expression = sc.parse(text, shapes=shapes)
    derivatives = ArrayDerivatives(expression.graph, expression.root, wrt)
    graph, outputs, _ = derivatives.outputs(what)
    return len(graph.reachable(outputs))


@pytest.mark.parametrize("what", ["value", "gradient", "product"])
@pytest.mark.parametrize("make", [nested, in_parts])
def test_every_layer_adds_the_same_number_of_nodes(
    make: Callable[[int], Network], what: str
) -> None:
    counts = [derived_nodes(make(n_layers), what) for n_layers in (3, 4, 5, 12, 32)]
    per_layer = counts[1] - counts[0]

    assert counts[2] - counts[1] == per_layer
    assert counts[3] - counts[2] == 7 * per_layer
    assert counts[4] - counts[3] == 20 * per_layer


def test_a_gradient_has_at_most_three_times_the_nodes_of_the_value() -> None:
    network = in_parts(32)

    assert derived_nodes(network, "gradient") <= 3 * derived_nodes(network, "value")


def test_code_of_a_deep_network_multiplies_matrices_three_times_a_layer() -> None:
    n_layers = 16
    text, shapes, wrt = in_parts(n_layers)
    f = sc.compile(text, order=1, wrt=wrt, shapes=shapes)
    rng = np.random.default_rng(2)
    values = {name: rng.normal(size=(4, 4) if name[0] in "WXY" else 4) for name in f.names}

    f.value_and_gradient(**values)

    # forward, to the weights, and back, which ends at the second layer; one for the squares
    assert f.source.count(" @ ") == 3 * n_layers - 1 + 1
    assert f.source.count("tanh(") == n_layers


def test_the_gradient_of_a_deep_network_agrees_with_differences_of_its_value() -> None:
    text, shapes, wrt = in_parts(8)

    found = sc.gradient(text, wrt, shapes=shapes)

    assert list(found) == wrt
    assert found.check.trust == sc.Trust.CHECKED
