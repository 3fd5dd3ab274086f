"""Runs a public verb in another process, under limits on time and memory."""

from .client import run_verb

__all__ = ["run_verb"]
