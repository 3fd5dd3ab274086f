"""The text of a module → machine code in this process, by LLVM; kept on disk for the next one."""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from ...errors import MissingExtraError
from ..installed import has_native
from .mathematics import vector_width
from .module import MANY, Module

__all__ = ["Engine", "get_engine"]

#: Modules with more instructions than this are optimized less, so that compiling stays linear.
LARGE = 4000

#: Code for one point with more instructions than this is not optimized: it is made in a tenth of
#: the time (160 000 instructions: 1.5 s, not 15) and takes 2.4 times as long.
HUGE = 20_000

#: The files of the cache together, in bytes; the oldest go first.
CACHE_SIZE = 256 * 2**20


@cache
def get_engine() -> Engine:
    """Return the one compiler of this process.

    Raises
    ------
    MissingExtraError
        Without llvmlite; the message names the command that installs it.
    """
    if not has_native():
        raise MissingExtraError(
            "Native code needs llvmlite, which is not installed: pip install 'symcalc[native]'"
        )
    return Engine()


@dataclass(frozen=True, slots=True)
class Code:
    """Machine code: the address of an entry point, and what keeps it in memory."""

    address: int
    keeper: Any


class Engine:
    """LLVM set up for this processor."""

    def __init__(self) -> None:
        import llvmlite
        import llvmlite.binding as llvm

        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        features = llvm.get_host_cpu_features()
        self._llvm, self._lock = llvm, threading.Lock()
        # A copy of this process, made while another thread compiles, would wait for it forever.
        for lock in (getattr(llvm.ffi.lib, "_lock", None), self._lock):
            if lock is not None and hasattr(os, "register_at_fork"):
                held = contextlib.ExitStack()
                os.register_at_fork(
                    before=partial(held.enter_context, lock),
                    after_in_parent=held.close,
                    after_in_child=held.close,
                )
        self._cpu, self._features = llvm.get_host_cpu_name(), features.flatten()
        self.width, self.letter = vector_width(dict(features))
        version = f"{llvmlite.__version__} {llvm.llvm_version_info}"
        self._salt = f"{version} {self._cpu} {self._features}"

    def compile(self, module: Module) -> Code:
        """Return the machine code of a module."""
        llvm = self._llvm
        level = _level(module)
        key = hashlib.sha256(f"{level} {self._salt}\n{module.text}".encode()).hexdigest()
        with self._lock:
            for symbol, address in module.addresses.items():
                llvm.add_symbol(symbol, address)
            machine = llvm.Target.from_default_triple().create_target_machine(
                cpu=self._cpu, features=self._features, opt=level, codemodel="jitdefault"
            )
            known = _read_cache(key)
            parsed = llvm.parse_assembly(module.text)
            parsed.name = key
            if known is None:
                tuning = llvm.create_pipeline_tuning_options(speed_level=level)
                builder = llvm.create_pass_builder(machine, tuning)
                builder.getModulePassManager().run(parsed, builder)
            engine = llvm.create_mcjit_compiler(parsed, machine)
            made: list[bytes] = []  # written afterwards: Ctrl-C in a call from C would be lost
            engine.set_object_cache(lambda _, code: made.append(code), lambda _: known)
            engine.finalize_object()
            for code in made:
                _write_cache(key, code)
            return Code(engine.get_function_address(module.entry), engine)


def _level(module: Module) -> int:
    """Return how much LLVM does for a module: 0, 1 or 2."""
    is_for_one_point = module.entry not in MANY
    if is_for_one_point and module.n_instructions > HUGE:
        return 0
    return 1 if module.n_instructions > LARGE else 2


def _folder() -> Path | None:
    """Return the folder of compiled code, or None where it cannot be kept safely.

    Code from there is run: the folder is the user's alone.
    """
    place = os.environ.get("SYMCALC_CACHE")
    if place == "":
        return None
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(place) if place else Path(base) / "symcalc" / "native"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.stat()
    except OSError:
        return None
    if hasattr(os, "getuid") and (status.st_uid != os.getuid() or status.st_mode & 0o022):
        return None
    return folder


def _read_cache(key: str) -> bytes | None:
    """Return the code kept under a key; its first 32 bytes are the digest of the rest."""
    folder = _folder()
    try:
        found = (folder / key).read_bytes() if folder else b""
    except OSError:
        return None
    digest, code = found[:32], found[32:]
    return code if code and hashlib.sha256(code).digest() == digest else None


def _write_cache(key: str, code: bytes) -> None:
    """Keep code for the next process; the oldest of too many files go."""
    folder = _folder()
    if folder is None:
        return
    draft = folder / f"{key}.{os.getpid()}.{threading.get_ident()}"
    try:
        draft.write_bytes(hashlib.sha256(code).digest() + code)
        draft.replace(folder / key)
        _trim(folder)
    except OSError:
        draft.unlink(missing_ok=True)


def _trim(folder: Path) -> None:
    files = sorted(
        ((f.stat().st_mtime, f.stat().st_size, f) for f in folder.iterdir()), reverse=True
    )
    total = 0
    for _, size, file in files:
        total += size
        if total > CACHE_SIZE:
            file.unlink(missing_ok=True)
