"""Settings that every test shares: reproducible random examples, and quiet terminals."""

from __future__ import annotations

import gc

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "house",
    deadline=None,
    derandomize=True,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("house")


def pytest_collection_finish() -> None:
    """Keep the garbage collector away from what stays until the end: each visit takes a second."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what would make output depend on the machine that runs the tests."""
    for name in ("COLUMNS", "FORCE_COLOR", "NO_COLOR", "SYMCALC_DEBUG"):
        monkeypatch.delenv(name, raising=False)
