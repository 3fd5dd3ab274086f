"""Closed forms of limits, series and sums, proposed by SymPy for others to judge.

The modules run in the worker process and are named there: "…asymptotics.limits:propose_limits".
"""

__all__: list[str] = []
