"""Native code among processes: copies of this one, several that share a folder, no room on disk."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from pathlib import Path

import numpy as np
import pytest

import symcalc as sc

pytest.importorskip("llvmlite")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system copies no processes")
@pytest.mark.parametrize("whose", ["ours", "llvmlite's"])
def test_a_copy_of_a_process_that_compiles_in_another_thread_does_not_wait_for_it(
    whose, monkeypatch
):
    import llvmlite.binding as llvm

    from symcalc.backends.native.engine import get_engine

    monkeypatch.setenv("SYMCALC_CACHE", "")
    lock = get_engine()._lock if whose == "ours" else llvm.ffi.lib._lock
    is_held = threading.Event()

    def compile_for_a_while():
        with lock:
            is_held.set()
            time.sleep(0.2)

    thread = threading.Thread(target=compile_for_a_while)
    thread.start()
    assert is_held.wait(10)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # a fork beside threads
        child = os.fork()
    if not child:
        signal.alarm(20)
        found = sc.compile("x^9 - 8*x", backend="native")(np.full(40_000, 2.0))
        os._exit(0 if (found == 496.0).all() else 1)
    thread.join()

    assert os.waitpid(child, 0)[1] == 0


def test_a_full_disk_and_a_file_in_place_of_the_folder_keep_nothing(tmp_path, monkeypatch):
    x = np.linspace(0, 1, 9)
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("SYMCALC_CACHE", str(tmp_path / "file"))
    np.testing.assert_array_equal(sc.compile("x^4 - 11*x", backend="native")(x), x**4 - 11 * x)

    def write_half(path, data):
        with open(path, "wb") as file:
            file.write(data[: len(data) // 2])
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setenv("SYMCALC_CACHE", str(tmp_path / "code"))
    monkeypatch.setattr(Path, "write_bytes", write_half)
    np.testing.assert_array_equal(sc.compile("x^4 - 12*x", backend="native")(x), x**4 - 12 * x)
    assert not list((tmp_path / "code").iterdir())


def test_processes_that_keep_the_same_code_at_once_all_compute_it(tmp_path):
    program = (
        "import symcalc as sc, numpy as np\n"
        "print(sc.compile('x^3 + exp(x)', backend='native')(np.ones(5)).sum())"
    )
    environment = {**os.environ, "SYMCALC_CACHE": str(tmp_path / "code")}
    words = [sys.executable, "-c", program]
    runs = [
        subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    answers = {run.communicate(timeout=60)[0] for run in runs}

    assert len(answers) == 1
    assert float(answers.pop()) == pytest.approx(5 * (1 + np.e), rel=1e-14)
    assert len(list((tmp_path / "code").iterdir())) == 1
