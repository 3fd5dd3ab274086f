"""The other end: `python -m symcalc.worker` reads tasks from its standard input until that ends.

Arguments are modules to load before the first task.
"""

import sys

from .server import serve

__all__: list[str] = []

serve(sys.argv[1:])
