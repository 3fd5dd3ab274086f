"""Derivatives of determinants where the matrix is singular, or its determinant out of range."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

import symcalc as sc
from symcalc.errors import DerivativeError

DET = sc.compile("det(S)", order=2, wrt="S", shapes="S: n n")


def minor(matrix: Any, rows: set[int], columns: set[int]) -> float:
    """Return the determinant without some rows and columns, with the sign of its place."""
    left = [[i for i in range(len(matrix)) if i not in gone] for gone in (rows, columns)]
    part = matrix[np.ix_(*left)]
    sign = (-1) ** (sum(rows) + sum(columns))
    return sign * float(np.linalg.det(part)) if part.size else sign


def second_minor(matrix: Any, i: int, j: int, k: int, m: int) -> float:
    """Return the second derivative of the determinant in the entries (i, j) and (k, m)."""
    if i == k or j == m:
        return 0.0
    return minor(matrix, {i, k}, {j, m}) * (1 if (i < k) == (j < m) else -1)


def of_rank(rank: int, n: int) -> Any:
    """Return a matrix of a rank."""
    rng = np.random.default_rng(10 * n + rank)
    return rng.normal(size=(n, rank)) @ rng.normal(size=(rank, n))


@pytest.mark.parametrize(("n", "rank"), [(n, rank) for n in range(1, 5) for rank in range(n + 1)])
def test_a_determinant_has_the_minors_for_derivatives_whatever_the_rank(n: int, rank: int) -> None:
    S, D = of_rank(rank, n), np.random.default_rng(7).normal(size=(n, n))
    first = [[minor(S, {i}, {j}) for j in range(n)] for i in range(n)]
    places = product(range(n), repeat=4)
    second = np.reshape([second_minor(S, *place) for place in places], (n,) * 4)

    np.testing.assert_allclose(DET.gradient(S=S)["S"], first, atol=1e-13)
    np.testing.assert_allclose(DET.hessian(S=S)["S", "S"], second, atol=1e-13)
    along = DET.hessian_product({"S": D}, S=S)["S"]
    np.testing.assert_allclose(along, np.tensordot(second, D), atol=1e-13)


def test_cofactors_of_a_matrix_declared_definite_come_from_its_triangle() -> None:
    f = sc.compile("det(S)", order=1, wrt="S", shapes="S: n n spd")
    S = np.array([[2.0, 1.0], [1.0, 3.0]])

    np.testing.assert_allclose(f.gradient(S=S)["S"], [[3.0, -1.0], [-1.0, 2.0]], rtol=1e-15)


def test_a_determinant_out_of_range_has_its_derivatives() -> None:
    slopes = DET.gradient(S=np.diag([1e-200, 2e-200, 1e150]))["S"]

    np.testing.assert_allclose(np.diagonal(slopes), [2e-50, 1e-50, 0.0], rtol=1e-14)


def test_a_determinant_of_what_is_no_number_has_none() -> None:
    for entry in (np.nan, np.inf):
        assert np.isnan(DET.gradient(S=[[entry, 1.0], [1.0, 2.0]])["S"]).all()
        assert np.isnan(DET.hessian(S=[[entry, 1.0], [1.0, 2.0]])["S", "S"]).all()


def test_a_third_derivative_of_a_determinant_is_refused() -> None:
    from symcalc.graph.derive import gradient_nodes
    from symcalc.graph.graph import Graph

    g = Graph()
    S = g.var("S", ("n", "n"))
    (slope,) = gradient_nodes(g, g.node("exactdet", (S,)), [S])
    (second,) = gradient_nodes(g, g.node("sum", (slope,)), [S])

    with pytest.raises(DerivativeError, match="third derivative of a determinant"):
        gradient_nodes(g, g.node("sum", (second,)), [S])
