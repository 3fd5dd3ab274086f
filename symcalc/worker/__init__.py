"""Runs a named task of symcalc in another process, under limits on time and memory."""

from .client import await_worker, run_task, run_verb, start_worker

__all__ = ["await_worker", "run_task", "run_verb", "start_worker"]
