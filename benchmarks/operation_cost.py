"""Weighted operations of value and gradient together, over those of the value alone.

Two counts stand side by side: the program's own (`symcalc.program.operation_cost`), and one of the
Python that was generated, parsed with `ast`. Weights: + - * 1, / and sqrt 4, a function 15.
"""

from __future__ import annotations

import ast

from formulas import chain_rosenbrock, network, product
from timing import arguments, header, per_call, seconds, verdict

TARGET = 4.0
FUNCTION, DIVISION, ADDITION = 15, 4, 1


def main() -> None:
    options = arguments(__doc__)
    header("operations of value and gradient / operations of the value")
    sizes = (10,) if options.smallest else (10, 100, 500, 2000)
    texts = {f"Rosenbrock chain N={n}": chain_rosenbrock(n) for n in sizes}
    texts["product of 20 factors" if options.smallest else "product of 200 factors"] = product(
        20 if options.smallest else 200
    )
    layers = (2, 2, 2, 1) if options.smallest else (4, 5, 5, 1)
    rows = 1 if options.smallest else 8
    texts[f"network {'-'.join(map(str, layers))}, {rows} rows"] = network(layers, rows)
    for name, text in texts.items():
        _report(name, text, 1 if options.smallest else 9)


def _report(name: str, text: str, repeats: int) -> None:
    import symcalc as sc
    from symcalc.graph.derive import gradient_nodes
    from symcalc.program import lower, operation_cost
    from symcalc.symbolic import prepare

    expression = sc.parse(text)
    graph, root = prepare(expression.graph, expression.root)
    graph = graph.copy()
    gradient = gradient_nodes(graph, root, [graph.var(v) for v in expression.names])
    alone = operation_cost(lower(graph, [root]))
    both = operation_cost(lower(graph, [root, *gradient]))
    value, full = sc.compile(expression), sc.compile(expression, order=1)
    source_alone, source_both = count(value.source), count(full.source)
    point = tuple(0.3 + 0.01 * (k % 7) for k in range(len(expression.names)))
    value(*point), full.value_and_gradient(*point)
    calls = max(1, 2000 // len(point))
    tasks = {"value": lambda: value(*point), "both": lambda: full.value_and_gradient(*point)}
    times = per_call(tasks, calls, repeats)
    print(f"{name} ({len(expression.names)} variables)")
    print(f"   program  {alone:7d} -> {both:7d}")
    print(f"   source   {source_alone[0]:7d} -> {source_both[0]:7d}", end="")
    print(f"   (changes of sign, not counted: {source_alone[1]} -> {source_both[1]})")
    print(f"   one call {seconds(times['value'])} -> {seconds(times['both'])}", end="")
    print(f"   (ratio {times['both'] / times['value']:.2f}, for information)")
    verdict("by the program", both / alone, "<=", TARGET)
    verdict("by the source", source_both[0] / source_alone[0], "<=", TARGET)
    signs = (source_both[0] + source_both[1]) / (source_alone[0] + source_alone[1])
    verdict("by the source, changes of sign counted as 1", signs, "<=", TARGET)


def count(source: str) -> tuple[int, int]:
    """Return the weighted operations of generated Python, and its changes of sign."""
    weighted = signs = 0
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.BinOp):
            weighted += _binary(node.op)
        elif isinstance(node, ast.Call):
            is_root = isinstance(node.func, ast.Name) and node.func.id == "sqrt"
            weighted += DIVISION if is_root else FUNCTION
        elif isinstance(node, ast.Compare):
            weighted += ADDITION
        elif isinstance(node, ast.UnaryOp) and not isinstance(node.operand, ast.Constant):
            signs += 1
    return weighted, signs


def _binary(operator: ast.operator) -> int:
    if isinstance(operator, ast.Div):
        return DIVISION
    return FUNCTION if isinstance(operator, ast.Pow) else ADDITION


if __name__ == "__main__":
    main()
