"""Losses over arrays as textbooks write them, with what is to be derived and the shapes."""

from __future__ import annotations

import numpy as np

#: The sizes of the dimensions in the rows below; no two that meet are alike.
SIZES = {"m": 4, "n": 3, "k": 2, "h": 5}

LOSSES = [
    ("sum((X@w - y)**2)/(2*m) + lam*(w@w)/2", "w", "X: m n; w: n; y: m"),
    ("sum(log(1 + exp(-y*(X@w)))) + lam*(w@w)", "w, X", "X: m n; w: n; y: m"),
    ("sum(exp(X@w) - y*(X@w))", "w, X", "X: m n; w: n; y: m"),
    ("sum(logsumexp(X@W, axis=1)) - sum(Y*(X@W))", "W", "X: m n; W: n k; Y: m k"),
    ("-sum(Y*log(softmax(X@W, axis=1)))", "W", "X: m n; W: n k; Y: m k"),
    ("-y@log(softmax(A@x))", "x", "A: m n; x: n; y: m"),
    ("logsumexp(A@x)", "x", "A: m n; x: n"),
    ("sum(max(1 - y*(X@w), 0)**2)/m + lam*(w@w)", "w", "X: m n; w: n; y: m"),
    ("norm1(X@w - y) + lam*norm2(w)", "w", "X: m n; w: n; y: m"),
    ("sum(log(cosh(X@w - y)))", "w", "X: m n; w: n; y: m"),
    ("sum((M*(X - U@V.T))**2)/2 + lam*sum(U**2)/2", "U, V", "M: m n; X: m n; U: m k; V: n k"),
    ("sum((A - U@diag(s)@V.T)**2)", "U, s, V", "A: m n; U: m k; s: k; V: n k"),
    ("sum((T - outer(a, b))**2)", "a, b", "T: m n; a: m; b: n"),
    ("logdet(X.T@X)", "X", "X: m n"),
    ("trace(A@X@B@X.T)", "X", "A: m m; X: m n; B: n n"),
    ("trace(inv(X)@A)", "X", "X: n n; A: n n"),
    ("(x@A@x)/(x@x)", "x", "A: n n; x: n"),
    ("x@A@x + b@x", "x, A", "A: n n; x: n; b: n"),
    ("m/2*logdet(S) + sum((X - mu)*((X - mu)@inv(S)))/2", "mu, S", "X: m n; mu: n; S: n n"),
    ("logdet(S) + trace(inv(S)@C)", "S", "S: n n; C: n n"),
    ("(k + 1)/2*logdet(S) - trace(S@V@V.T)", "S", "S: n n; V: n k"),
    (
        "sum((tanh(X@A + a)@B + b - Y)**2)/(2*m)",
        "A, a, B, b",
        "X: m n; A: n h; a: h; B: h k; b: k; Y: m k",
    ),
    ("sum(relu(relu(X@A)@B - Y)**2)", "A, B", "X: m n; A: n h; B: h k; Y: m k"),
    ("sum((K@a - y)**2) + lam*(a@K@a)", "a", "K: m m; a: m; y: m"),
    ("-(u@A@v)/sqrt((u@B@u)*(v@C@v))", "u, v", "A: m n; B: m m; C: n n; u: m; v: n"),
    ("norm2(A) + norm2(A@x - b)**2", "A, x", "A: m n; x: n; b: m"),
    ("norm2(X@X.T - A)**2", "X", "X: m n; A: m m"),
    ("log(det(X))", "X", "X: n n"),
    ("a@inv(X)@b", "X, a", "X: n n; a: n; b: n"),
    ("a@X@X.T@a", "X", "X: m n; a: m"),
    ("trace(X@X)", "X", "X: n n"),
    ("sum((x[1:] - x[:-1])**2)", "x", "x: n"),
    ("sum((X[:, 1:] - X[:, :-1])**2) + sum((X[1:] - X[:-1])**2)", "X", "X: m n"),
    ("sum(X[1]**2) + X[0, 1]**3", "X", "X: m n"),
    ("-sum(logsumexp(L - (X@W - c)**2/2, axis=1))", "c", "X: m n; W: n k; c: k; L: k"),
    (
        "-sum(logsumexp(log(p) - (x[:, None] - mu)**2/(2*s**2) - log(s), axis=1))",
        "mu, s",
        "x: m; mu: k; s: k; p: k",
    ),
    ("logdet(A@diag(p)@A.T)", "p", "A: n h; p: h"),
    ("trace(inv(A.T@diag(x)@A))", "A, x", "A: m k; x: m"),
    ("sum(log(x)) - log(sum(x))", "x", "x: n"),
    ("x@log(x/q)", "x, q", "x: n; q: n"),
    ("sum((X - mu)**2)", "mu, X", "X: m n; mu: n"),
    ("norm2(X - X@w@w.T)**2", "X, w", "X: m n; w: n"),
    ("-trace(W.T@X.T@X@W)", "W", "W: n k; X: m n"),
    ("sum(sigmoid(X@w)*(1 - sigmoid(X@w)))", "w", "X: m n; w: n"),
    ("sum(log(1 + (A@x - y)**2))", "A, x, y", "A: m n; x: n; y: m"),
    ("exp(-sum((x - y)**2)/(2*s**2))", "x, s", "x: n; y: n"),
    ("sum(kron(x, y)**2)", "x", "x: n; y: m"),
    ("(x@y)/(norm2(x)*norm2(y))", "x, y", "x: n; y: n"),
    ("sum(Q@softmax(x))", "x", "x: n; Q: m n"),
]

FUNCTIONS = [
    ("A@x", "x, A", "A: m n; x: n"),
    ("A@X@B", "X", "A: m n; X: n k; B: k h"),
    ("inv(X)", "X", "X: n n"),
    ("softmax(x)", "x", "x: n"),
    ("softmax(X@W, axis=1)", "W", "X: m n; W: n k"),
    ("tanh(W@x + b)", "W, x, b", "W: m n; x: n; b: m"),
    ("X.T", "X", "X: m n"),
    ("X.T@X", "X", "X: m n"),
    ("X**2", "X", "X: m n"),
    ("sum(X, axis=0)", "X", "X: m n"),
    ("outer(x, y)", "x, y", "x: m; y: n"),
    ("trace(X)*X", "X", "X: n n"),
    ("solve(A, b)", "A, b", "A: n n; b: n"),
    ("kron(A, B)", "A", "A: m n; B: k h"),
    ("diag(x)@A", "x", "x: n; A: n m"),
]


def draw(expression, seed=0):
    """Return positive data for the variables of an expression; square matrices are regular."""
    rng = np.random.default_rng(seed)
    data = {}
    for variable in expression.variables:
        lengths = [SIZES.get(dim, dim) for dim in variable.shape]
        data[variable.name] = rng.uniform(0.5, 1.5, lengths)
        if len(lengths) == 2 and lengths[0] == lengths[1]:
            data[variable.name] += 2 * np.eye(lengths[0])
    return data
