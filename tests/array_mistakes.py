"""Claims of derivatives over arrays: common mistakes, and right ones in other spellings."""

from __future__ import annotations

__all__ = ["RIGHT", "WRONG"]

#: A formula, the variable, the shapes.
SMALL = ("sum((X@w - y)**2)/8", "w", "X: 4 2; w: 2; y: 4")
LEAST_SQUARES = ("sum((X@w - y)**2)/(2*m)", "w", "X: m n; w: n; y: m")
LOGISTIC = ("sum(log(1 + exp(-y*(X@w))))", "w", "X: m n; w: n; y: m")
RIDGE = ("sum((X@w - y)**2) + lam*(w@w)", "w", "X: m n; w: n; y: m")
FACTOR = ("sum((A - U@V.T)**2)", "U", "A: m n; U: m k; V: n k")
OTHER_FACTOR = ("sum((A - U@V.T)**2)", "V", "A: m n; U: m k; V: n k")
GAUSSIAN = ("logdet(S) + trace(inv(S)@C)", "S", "S: n n; C: n n")
QUADRATIC = ("x.T@A@x", "x", "A: n n; x: n")
BILINEAR = ("a.T@S@b", "S", "S: m n; a: m; b: n")
TRACE = ("trace(A.T@X@B)", "X", "A: m p; X: m n; B: n p")
LOG_SUM = ("logsumexp(X@w)", "w", "X: m n; w: n")
NORM = ("norm2(X@w - y)", "w", "X: m n; w: n; y: m")
LAYER = ("sum((tanh(X@W)@v - y)**2)/2", "W", "X: m n; W: n h; v: h; y: m")
LAST_LAYER = ("sum((tanh(X@W)@v - y)**2)/2", "v", "X: m n; W: n h; v: h; y: m")
MEAN = ("sum((X - mu)**2)", "mu", "X: m n; mu: n")
POISSON = ("sum(exp(X@w) - y*(X@w))", "w", "X: m n; w: n; y: m")

#: A wrong claim, what it claims to be the derivative of, and what `check` says of it.
WRONG = [
    ("X.T@(X@w - y)", LEAST_SQUARES, "off by the factor m: multiply it by 1/m"),
    ("X.T@(X@w + y)/m", LEAST_SQUARES, "the sign of a term is wrong: -X.T @ y/m"),
    ("-X.T@(X@w - y)/m", LEAST_SQUARES, "the sign is wrong"),
    ("X.T@(X@w - y)/n", LEAST_SQUARES, "off by the factor m/n: multiply it by n/m"),
    ("X.T@(X@w - y)/(2*m)", LEAST_SQUARES, "off by the factor 1/2: multiply it by 2"),
    ("2*X.T@(X@w - y)/m", LEAST_SQUARES, "off by the factor 2: multiply it by 1/2"),
    ("X.T@(X@w)/m", LEAST_SQUARES, "a term is missing: -X.T @ y/m"),
    ("X.T@(X@w - 2*y)/m", LEAST_SQUARES, "a term is off by the factor 2: -y"),
    (
        "sum(X*(X@w - y)[:, None], axis=1)",
        LEAST_SQUARES,
        "has the shape (m,); the derivative has that of `w`, (n,)",
    ),
    (
        "sum((X@w - y)*X.T, axis=0)",
        LEAST_SQUARES,
        "has the shape (m,); the derivative has that of `w`, (n,)",
    ),
    ("X.T@(X@w - y)**2/m", LEAST_SQUARES, "the power of X @ w - y is 2 instead of 1"),
    ("(X@w - y)/m", LEAST_SQUARES, "has the shape (m,); the derivative has that of `w`, (n,)"),
    ("X.T@(y - X@w)", LEAST_SQUARES, "off by the factor -m: multiply it by -1/m"),
    (
        "sum(X@w-y)/m",
        LEAST_SQUARES,
        "is a scalar; the derivative has that of `w`, (n,): it is summed over too much",
    ),
    ("-X.T@(y*sigmoid(y*(X@w)))", LOGISTIC, "the sign of y*(X @ w) is wrong"),
    ("X.T@(y*sigmoid(-y*(X@w)))", LOGISTIC, "the sign is wrong"),
    ("-X.T@(sigmoid(-y*(X@w)))", LOGISTIC, "a factor is missing: y"),
    ("-X.T@(y*sigmoid(-y*(X@w)))/m", LOGISTIC, "off by the factor 1/m: multiply it by m"),
    ("-X.T@(y*sigmoid(-X@w))", LOGISTIC, "a factor is missing: y"),
    ("2*X.T@(X@w - y) + lam*w", RIDGE, "a factor is missing: 2"),
    ("2*X.T@(X@w - y)", RIDGE, "a term is missing: 2*lam*w"),
    ("2*X.T@(X@w - y) + 2*w", RIDGE, "a factor is missing: lam"),
    ("2*X.T@(X@w - y) - 2*lam*w", RIDGE, "the sign of a term is wrong: 2*lam*w"),
    ("X.T@(X@w - y) + lam*w", RIDGE, "off by the factor 1/2: multiply it by 2"),
    ("2*X.T@(X@w - y) + 2*lam", RIDGE, "a factor is missing: w"),
    ("2*(A - U@V.T)@V", FACTOR, "the sign is wrong"),
    ("-2*(A - U@V.T)", FACTOR, "has the shape (m, n); the derivative has that of `U`, (m, k)"),
    ("-(A - U@V.T)@V", FACTOR, "off by the factor 1/2: multiply it by 2"),
    (
        "-2*V.T@(A - U@V.T).T",
        FACTOR,
        "has the shape (k, m); the derivative has that of `U`, (m, k): transpose it",
    ),
    (
        "-2*(A - U@V.T)@V",
        OTHER_FACTOR,
        "has the shape (m, k); the derivative has that of `V`, (n, k)",
    ),
    ("inv(S) - inv(S)@C@inv(S)", GAUSSIAN, "is the transpose of the derivative"),
    ("inv(S).T - inv(S).T@C@inv(S).T", GAUSSIAN, "a transpose is wrong: that of C"),
    (
        "inv(S).T + inv(S).T@C.T@inv(S).T",
        GAUSSIAN,
        "the sign of a term is wrong: -inv(S).T @ C.T @ inv(S).T",
    ),
    ("inv(S).T", GAUSSIAN, "a term is missing: -inv(S).T @ C.T @ inv(S).T"),
    ("S.T - inv(S).T@C.T@inv(S).T", GAUSSIAN, "S stands where inv(S) should"),
    ("inv(S) - inv(S).T@C.T@inv(S).T", GAUSSIAN, "a transpose is wrong: that of inv(S)"),
    ("2*A@x", QUADRATIC, "a transpose is wrong: that of A"),
    ("A@x", QUADRATIC, "a term is missing: A.T @ x"),
    ("A.T@x", QUADRATIC, "a term is missing: A @ x"),
    ("(A - A.T)@x", QUADRATIC, "the sign of a term is wrong: A.T @ x"),
    ("(A + A.T)@x/2", QUADRATIC, "off by the factor 1/2: multiply it by 2"),
    (
        "b@a.T",
        BILINEAR,
        "has the shape (n, m); the derivative has that of `S`, (m, n): transpose it",
    ),
    ("a@b.T/2", BILINEAR, "off by the factor 1/2: multiply it by 2"),
    ("B@A.T", TRACE, "has the shape (n, m); the derivative has that of `X`, (m, n): transpose it"),
    ("-A@B.T", TRACE, "the sign is wrong"),
    ("X.T@exp(X@w)", LOG_SUM, "a term is missing: -logsumexp(X @ w)"),
    ("X.T@softmax(X@w)/m", LOG_SUM, "off by the factor 1/m: multiply it by m"),
    ("X.T@(X@w - y)", NORM, "a factor is missing: 1/norm2(X @ w - y)"),
    ("2*X.T@(X@w - y)/norm2(X@w - y)", NORM, "off by the factor 2: multiply it by 1/2"),
    (
        "X.T@(X@w - y)/norm2(X@w - y)**2",
        NORM,
        "the power of sum((X @ w - y)**2) is 1 instead of 1/2",
    ),
    (
        "X.T@((tanh(X@W)@v - y)[:, None]*v*(1 - tanh(X@W)))",
        LAYER,
        "tanh(X @ W) stands where its square should",
    ),
    (
        "X.T@((tanh(X@W)@v - y)[:, None]*v*(1 + tanh(X@W)**2))",
        LAYER,
        "the sign of a term is wrong: tanh(X @ W)**2",
    ),
    ("X.T@((tanh(X@W)@v - y)[:, None]*(1 - tanh(X@W)**2))", LAYER, "a factor is missing: v"),
    ("tanh(X@W).T@(tanh(X@W)@v)", LAST_LAYER, "a term is missing: -tanh(X @ W).T @ y"),
    (
        "X.T@(tanh(X@W)@v - y)",
        LAST_LAYER,
        "has the shape (n,); the derivative has that of `v`, (h,)",
    ),
    (
        "-2*(X - mu)",
        MEAN,
        "is a sum or mean over axis 0 missing?",
    ),
    ("-2*sum(X - mu, axis=1)", MEAN, "has the shape (m,); the derivative has that of `mu`, (n,)"),
    ("2*sum(X - mu, axis=0)", MEAN, "the sign is wrong"),
    ("-2*mean(X - mu, axis=0)", MEAN, "off by the factor 1/m: multiply it by m"),
    (
        "-2*sum(X - mu)",
        MEAN,
        "is a scalar; the derivative has that of `mu`, (n,): it is summed over too much",
    ),
    ("X.T@(exp(X@w) + y)", POISSON, "the sign of a term is wrong: -X.T @ y"),
    ("X.T@exp(X@w)", POISSON, "a term is missing: -X.T @ y"),
    ("exp(X@w) - y", POISSON, "has the shape (m,); the derivative has that of `w`, (n,)"),
]

#: A right claim, and what it is the derivative of.
RIGHT = [
    ("X.T@X@w/m - X.T@y/m", LEAST_SQUARES),
    ("sum(X*(X@w - y)[:, None], axis=0)/m", LEAST_SQUARES),
    ("mean(X*(X@w - y)[:, None], axis=0)", LEAST_SQUARES),
    ("(X@w - y)@X/m", LEAST_SQUARES),
    ("X.T@X@(w - solve(X.T@X, X.T@y))/4", SMALL),
    ("X.T@(y*(sigmoid(y*(X@w)) - 1))", LOGISTIC),
    ("-X.T@(y/(1 + exp(y*(X@w))))", LOGISTIC),
    ("-(y*sigmoid(-y*(X@w)))@X", LOGISTIC),
    ("2*X.T@X@w - 2*X.T@y + 2*lam*w", RIDGE),
    ("2*(X.T@X + lam*eye(n))@w - 2*X.T@y", RIDGE),
    ("2*U@(V.T@V) - 2*A@V", FACTOR),
    ("2*V@(U.T@U) - 2*A.T@U", OTHER_FACTOR),
    ("inv(S.T) - inv(S.T)@C.T@inv(S.T)", GAUSSIAN),
    ("inv(S).T@(eye(n) - C.T@inv(S).T)", GAUSSIAN),
    ("solve(S.T, eye(n)) - solve(S.T, C.T)@inv(S.T)", GAUSSIAN),
    ("A@x + A.T@x", QUADRATIC),
    ("(A + A.T)@x", QUADRATIC),
    ("x@A + A@x", QUADRATIC),
    ("a@b.T", BILINEAR),
    ("outer(a, b)", BILINEAR),
    ("a[:, None]*b", BILINEAR),
    ("A@B.T", TRACE),
    ("X.T@exp(X@w)/sum(exp(X@w))", LOG_SUM),
    ("X.T@softmax(X@w)", LOG_SUM),
    ("X.T@(X@w - y)/sqrt(sum((X@w - y)**2))", NORM),
    ("X.T@((tanh(X@W)@v - y)[:, None]*v*(1 - tanh(X@W)**2))", LAYER),
    ("X.T@(outer(tanh(X@W)@v - y, v)*sech(X@W)**2)", LAYER),
    ("tanh(X@W).T@(tanh(X@W)@v - y)", LAST_LAYER),
    ("2*m*mu - 2*sum(X, axis=0)", MEAN),
    ("-2*sum(X - mu, axis=0)", MEAN),
    ("X.T@(exp(X@w) - y)", POISSON),
]
