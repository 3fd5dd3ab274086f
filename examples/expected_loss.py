"""Minimize an expected loss: the best threshold unit for noisy inputs, without any sample.

A unit answers tanh(w*(z + b)) to a normal input z; it shall imitate a switch that turns at 0.5.
The mean of its loss over all inputs is an integral, which is compiled with its gradient; a
thousand random inputs give a minimum that is off by what chance leaves.

    python examples/expected_loss.py
"""

from __future__ import annotations

import numpy as np

import symcalc as sc

LOSS = "(tanh(w*(z + b)) - sign(z - 0.5))^2"
EXPECTED = f"expectation({LOSS}, z ~ normal(0, 1)) + 0.01*w^2"
START = {"w": 1.0, "b": 0.0}


def over_the_distribution() -> sc.Optimum:
    """Minimize the mean over all inputs."""
    return sc.minimize(EXPECTED, START)


def over_a_sample(n: int, seed: int = 0) -> sc.Optimum:
    """Minimize the mean over `n` random inputs."""
    z = np.random.default_rng(seed).standard_normal(n)
    return sc.minimize(f"mean({LOSS}) + 0.01*w^2", START, data={"z": z})


def main() -> None:
    exact = over_the_distribution()
    print(exact)
    print()
    for n in (100, 1_000, 10_000):
        found = over_a_sample(n)
        print(
            f"{n:6d} random inputs: w = {found.x['w']:.4f}, b = {found.x['b']:.4f}, off by "
            f"{abs(found.x['w'] - exact.x['w']):.1e} and {abs(found.x['b'] - exact.x['b']):.1e}"
        )
    print()
    print("Its gradient:")
    print(sc.gradient("expectation((tanh(w*z) - z)^2, z ~ normal(0, 1))"))


if __name__ == "__main__":
    main()
