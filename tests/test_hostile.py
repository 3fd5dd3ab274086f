"""What a hostile or clumsy stranger types gets a clear error or the right value, cheaply."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

DATA = Path(__file__).parent / "data" / "hostile.json"
ITEMS = [
    item
    for item in json.loads(DATA.read_text(encoding="utf-8"))["items"]
    if item["channel"] == "expression"
]

MAX_SECONDS, MAX_MEMORY_MB = 1.0, 200.0


def text_of(item):
    return item["input"] if "input" in item else eval(item["input_python"])  # a trusted generator


def probe():
    """Read every item in this process and print what happened, one line of JSON for each."""
    import resource
    import time

    from symcalc import compile
    from symcalc.errors import SymcalcError
    from symcalc.language import read

    compile("x + 1")(1.0)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for item in ITEMS:
        text, values = text_of(item), item.get("variables")
        start = time.perf_counter()
        report = {"id": item["id"]}
        try:
            expression = read(text, variables=None if values is None else list(values))
            report["text"] = expression.text[:500]
            report["names"] = expression.names
            if set(expression.names) <= set(values or ()):
                report["value"] = repr(float(compile(expression)(**(values or {}))))
        except SymcalcError as error:
            report["error"] = str(error)
        report["seconds"] = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        report["memory"] = (peak - before) / 1024
        print(json.dumps(report))


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    done = subprocess.run(
        [sys.executable, __file__],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = {report["id"]: report for report in map(json.loads, done.stdout.splitlines())}
    return found, list(folder.iterdir())


@pytest.mark.parametrize("item", ITEMS, ids=[item["id"] for item in ITEMS])
def test_every_hostile_text_has_its_stated_outcome(item, reports):
    report = reports[0][item["id"]]

    assert report["seconds"] < MAX_SECONDS
    if "error" in report:
        assert item["outcome"] != "valid", report["error"]
        assert 10 < len(report["error"]) < 500
        assert all(char.isprintable() or char == "\n" for char in report["error"])
    else:
        bomb = item["category"] == "resource-bomb"
        assert item["outcome"] != "clear error" or bomb, report["text"]
        expected = item.get("value", "").split(" ")[0]
        if expected and expected != "unexpanded":
            allowed = float("inf") if expected == "oo" else float(expected)
            assert float(report["value"]) == pytest.approx(allowed, rel=1e-12)


def test_hostile_texts_write_no_file_and_stay_small(reports):
    found, files = reports

    assert files == []
    assert len(found) == len(ITEMS)
    assert max(report["memory"] for report in found.values()) < MAX_MEMORY_MB


if __name__ == "__main__":
    probe()
