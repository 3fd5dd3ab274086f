"""Settings that every test shares: reproducible random examples, and quiet terminals."""

from __future__ import annotations

import gc
import linecache

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


_CHECK = linecache.checkcache


def _check_undisturbed(filename: str | None = None) -> None:
    """Check what is kept of source files while no function is collected, whose entry then goes.

    Python 3.11 takes that for a `KeyError`; doctest asks for the check before each session.
    """
    gc.disable()
    try:
        _CHECK(filename)
    finally:
        gc.enable()


linecache.checkcache = _check_undisturbed


@pytest.fixture(autouse=True)
def _plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what would make output depend on the machine that runs the tests."""
    for name in ("COLUMNS", "FORCE_COLOR", "NO_COLOR", "SYMCALC_DEBUG"):
        monkeypatch.delenv(name, raising=False)
