"""The command `symcalc`: arguments in, text or JSON out, one file for each verb."""

from __future__ import annotations

from .main import main

__all__ = ["main"]
