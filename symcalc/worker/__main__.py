"""The other end: `python -m symcalc.worker` reads tasks from its standard input until that ends."""

from .server import serve

__all__: list[str] = []

serve()
