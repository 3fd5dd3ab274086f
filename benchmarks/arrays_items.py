"""Losses over arrays that people write, each as a string and, independently, in JAX.

A row is: name; variables, `X=m n` with a distribution where it is not the normal one; the string;
the same in JAX. `all` rows differentiate in every variable, others in those listed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import jax.scipy as jsp
from jax.nn import relu, sigmoid, softmax, softplus

__all__ = ["ITEMS", "SIZES", "Item"]

#: The size of each dimension that the items name.
SIZES = {"m": 5, "n": 3, "k": 2, "p": 4, "c": 3, "t": 3}


@dataclass(frozen=True)
class Item:
    """A formula over arrays.

    Attributes
    ----------
    name : str
    declared : str
        `X=m n; y=m pm1`: shapes, and how the arrays are drawn.
    text : str
        In the language of symcalc.
    in_jax : callable
    wrt : str
        The variables of the derivatives, separated by blanks; all unless said.
    """

    name: str
    declared: str
    text: str
    in_jax: Callable[..., Any]
    wrt: str = ""


inv, det, eye = jnp.linalg.inv, jnp.linalg.det, jnp.eye
exp, log, sqrt, tanh, trace, where = jnp.exp, jnp.log, jnp.sqrt, jnp.tanh, jnp.trace, jnp.where
total, mean, diag, outer, cosh = jnp.sum, jnp.mean, jnp.diag, jnp.outer, jnp.cosh
lse, gammaln, erf = jsp.special.logsumexp, jsp.special.gammaln, jsp.special.erf
solve, concat = jnp.linalg.solve, jnp.concatenate


def logdet(S: Any) -> Any:
    return jnp.linalg.slogdet(S)[1]


def square(x: Any) -> Any:
    return total(x * x)


def norm(x: Any) -> Any:
    return sqrt(square(x))


def distances(X: Any, Y: Any) -> Any:
    return total((X[:, None, :] - Y[None, :, :]) ** 2, axis=2)


def forward(p: Any, A: Any, B: Any, steps: int) -> Any:
    alpha = p * B[:, 0]
    for step in range(1, steps):
        alpha = (alpha @ A) * B[:, step]
    return alpha


# fmt: off
ITEMS = (
    # -- linear models and robust losses ------------------------------------------------------
    Item("least squares", "X=m n; w=n; y=m", "sum((X@w - y)**2)/(2*m)",
         lambda X, w, y: square(X @ w - y) / 10),
    Item("least squares by norm2", "X=m n; w=n; y=m", "norm2(X@w - y)**2",
         lambda X, w, y: square(X @ w - y)),
    Item("unsquared residual", "X=m n; w=n; y=m", "norm2(X@w - y)",
         lambda X, w, y: norm(X @ w - y)),
    Item("ridge", "X=m n; w=n; y=m; lam= pos", "mean((X@w - y)**2) + lam*norm2(w)**2",
         lambda X, w, y, lam: mean((X @ w - y) ** 2) + lam * square(w)),
    Item("lasso", "X=m n; w=n; y=m; lam= pos", "sum((X@w - y)**2)/2 + lam*norm1(w)",
         lambda X, w, y, lam: square(X @ w - y) / 2 + lam * total(abs(w))),
    Item("elastic net", "X=m n; w=n; y=m; lam= pos; alpha= unit",
         "sum((X@w - y)**2)/(2*m) + lam*(alpha*sum(abs(w)) + (1 - alpha)/2*w.T@w)",
         lambda X, w, y, lam, alpha: square(X @ w - y) / 10
         + lam * (alpha * total(abs(w)) + (1 - alpha) / 2 * square(w))),
    Item("weighted least squares", "X=m n; w=n; y=m; v=m pos", "(X@w - y).T @ diag(v) @ (X@w - y)",
         lambda X, w, y, v: total(v * (X @ w - y) ** 2)),
    Item("generalized least squares", "X=m n; w=n; y=m; S=m m spd",
         "(X@w - y).T @ inv(S) @ (X@w - y)",
         lambda X, w, y, S: (X @ w - y) @ inv(S) @ (X @ w - y)),
    Item("multiple responses", "X=m n; W=n k; Y=m k", "norm2(X@W - Y)**2/m",
         lambda X, W, Y: square(X @ W - Y) / 5),
    Item("least squares with intercept", "X=m n; w=n; b=; y=m", "mean((X@w + b - y)**2)",
         lambda X, w, b, y: mean((X @ w + b - y) ** 2)),
    Item("Tikhonov with a difference operator", "A=m n; D=p n; x=n; y=m; lam= pos",
         "norm2(A@x - y)**2 + lam*norm2(D@x)**2",
         lambda A, D, x, y, lam: square(A @ x - y) + lam * square(D @ x)),
    Item("least squares solved", "X=m n; y=m", "y.T@X@inv(X.T@X)@X.T@y",
         lambda X, y: y @ X @ inv(X.T @ X) @ X.T @ y),
    Item("ridge solution", "X=m n; y=m; lam= pos", "inv(X.T@X + lam*eye(n))@X.T@y",
         lambda X, y, lam: solve(X.T @ X + lam * eye(3), X.T @ y)),
    Item("Huber", "X=m n; w=n; y=m; d= pos",
         "sum(where(abs(X@w - y) <= d, (X@w - y)**2/2, d*(abs(X@w - y) - d/2)))",
         lambda X, w, y, d: total(where(abs(X @ w - y) <= d, (X @ w - y) ** 2 / 2,
                                        d * (abs(X @ w - y) - d / 2)))),
    Item("pseudo-Huber", "X=m n; w=n; y=m; d= pos", "sum(d**2*(sqrt(1 + ((X@w - y)/d)**2) - 1))",
         lambda X, w, y, d: total(d**2 * (sqrt(1 + ((X @ w - y) / d) ** 2) - 1))),
    Item("log-cosh", "X=m n; w=n; y=m", "sum(log(cosh(X@w - y)))",
         lambda X, w, y: total(log(cosh(X @ w - y)))),
    Item("Tukey biweight", "X=m n; w=n; y=m", "sum(1 - (1 - (tanh(X@w - y)/4)**2)**3)",
         lambda X, w, y: total(1 - (1 - (tanh(X @ w - y) / 4) ** 2) ** 3)),
    Item("Geman-McClure", "X=m n; w=n; y=m", "sum((X@w - y)**2/(1 + (X@w - y)**2))",
         lambda X, w, y: total((X @ w - y) ** 2 / (1 + (X @ w - y) ** 2))),
    Item("Welsch", "X=m n; w=n; y=m; s= pos", "sum(1 - exp(-(X@w - y)**2/(2*s**2)))",
         lambda X, w, y, s: total(1 - exp(-((X @ w - y) ** 2) / (2 * s**2)))),
    Item("Cauchy", "X=m n; w=n; y=m; s= pos", "sum(log(1 + ((X@w - y)/s)**2))",
         lambda X, w, y, s: total(log(1 + ((X @ w - y) / s) ** 2))),
    Item("Student t", "X=m n; w=n; y=m; nu= big; s= pos",
         "sum((nu + 1)/2*log(1 + (X@w - y)**2/(nu*s**2)) + log(s) + gammaln(nu/2)"
         " - gammaln((nu + 1)/2) + log(nu*pi)/2)",
         lambda X, w, y, nu, s: total((nu + 1) / 2 * log(1 + (X @ w - y) ** 2 / (nu * s**2)))
         + 5 * (log(s) + gammaln(nu / 2) - gammaln((nu + 1) / 2) + log(nu * jnp.pi) / 2)),
    Item("quantile", "X=m n; w=n; y=m; q= unit", "sum(max(q*(y - X@w), (q - 1)*(y - X@w)))",
         lambda X, w, y, q: total(jnp.maximum(q * (y - X @ w), (q - 1) * (y - X @ w)))),
    Item("expectile", "X=m n; w=n; y=m; q= unit",
         "sum(where(y > X@w, q, 1 - q)*(y - X@w)**2)",
         lambda X, w, y, q: total(where(y > X @ w, q, 1 - q) * (y - X @ w) ** 2)),
    Item("epsilon-insensitive", "X=m n; w=n; y=m", "norm2(w)**2/2 + sum(relu(abs(y - X@w) - 0.1))",
         lambda X, w, y: square(w) / 2 + total(relu(abs(y - X @ w) - 0.1))),
    Item("absolute deviations", "X=m n; w=n; y=m", "norm1(X@w - y)",
         lambda X, w, y: total(abs(X @ w - y))),
    Item("Chebyshev", "X=m n; w=n; y=m", "norminf(X@w - y)",
         lambda X, w, y: jnp.max(abs(X @ w - y))),
    Item("heteroscedastic Gaussian", "X=m n; w=n; v=n; y=m",
         "sum((y - X@w)**2*exp(-X@v) + X@v)/2",
         lambda X, w, v, y: total((y - X @ w) ** 2 * exp(-X @ v) + X @ v) / 2),
    # -- generalized linear models ------------------------------------------------------------
    Item("logistic, labels of both signs", "X=m n; y=m pm1; w=n; b=",
         "mean(log(1 + exp(-y*(X@w + b))))",
         lambda X, y, w, b: mean(softplus(-y * (X @ w + b))), "X w b"),
    Item("logistic, labels 0 and 1", "X=m n; y=m unit; w=n",
         "-sum(y*log(sigmoid(X@w)) + (1 - y)*log(1 - sigmoid(X@w)))",
         lambda X, y, w: total(softplus(X @ w) - y * (X @ w))),
    Item("logistic spelled out", "X=m n; y=m unit; w=n",
         "-sum(y*log(1/(1 + exp(-X@w))) + (1 - y)*log(1 - 1/(1 + exp(-X@w))))",
         lambda X, y, w: total(softplus(X @ w) - y * (X @ w))),
    Item("cross entropy with logits", "X=m n; y=m unit; w=n", "sum(softplus(X@w)) - y.T@X@w",
         lambda X, y, w: total(softplus(X @ w)) - y @ X @ w),
    Item("focal", "X=m n; w=n; y=m pm1", "-sum((1 - sigmoid(y*(X@w)))**2*log(sigmoid(y*(X@w))))",
         lambda X, w, y: total(sigmoid(-y * (X @ w)) ** 2 * softplus(-y * (X @ w))), "X w"),
    Item("probit", "X=m n; w=n; y=m pm1", "-sum(log((1 + erf(y*(X@w)/sqrt(2)))/2))",
         lambda X, w, y: -total(log((1 + erf(y * (X @ w) / sqrt(2.0))) / 2)), "X w"),
    Item("complementary log-log", "X=m n; w=n; y=m unit",
         "-sum(y*log(1 - exp(-exp(X@w))) - (1 - y)*exp(X@w))",
         lambda X, w, y: -total(y * log(-jnp.expm1(-exp(X @ w))) - (1 - y) * exp(X @ w))),
    Item("Poisson", "X=m n; w=n; y=m pos", "sum(exp(X@w) - y*(X@w))",
         lambda X, w, y: total(exp(X @ w) - y * (X @ w))),
    Item("Poisson with factorials", "X=m n; w=n; y=m pos",
         "sum(exp(X@w) - y*(X@w) + gammaln(y + 1))",
         lambda X, w, y: total(exp(X @ w) - y * (X @ w) + gammaln(y + 1))),
    Item("negative binomial", "X=m n; w=n; y=m pos; r= pos",
         "sum((y + r)*log(1 + exp(X@w)/r) - y*(X@w - log(r))"
         " - gammaln(y + r) + gammaln(r) + gammaln(y + 1))",
         lambda X, w, y, r: total((y + r) * log(1 + exp(X @ w) / r) - y * (X @ w - log(r))
                                  - gammaln(y + r) + gammaln(r) + gammaln(y + 1))),
    Item("gamma regression", "X=m n; w=n; y=m pos", "sum(y*exp(-X@w) + X@w)",
         lambda X, w, y: total(y * exp(-X @ w) + X @ w)),
    Item("inverse Gaussian regression", "X=m n; w=n; y=m pos",
         "sum((y - exp(X@w))**2/(exp(X@w)**2*y))",
         lambda X, w, y: total((y - exp(X @ w)) ** 2 / (exp(X @ w) ** 2 * y))),
    Item("Tweedie", "X=m n; w=n; y=m pos; rho= unit",
         "sum(exp((1 - rho)*(X@w))/(rho - 1)*y + exp((2 - rho)*(X@w))/(2 - rho))",
         lambda X, w, y, rho: total(exp((1 - rho) * (X @ w)) / (rho - 1) * y
                                    + exp((2 - rho) * (X @ w)) / (2 - rho))),
    Item("beta regression", "X=m n; w=n; y=m unit; f= pos",
         "sum(gammaln(sigmoid(X@w)*f) + gammaln((1 - sigmoid(X@w))*f) - gammaln(f)"
         " - (sigmoid(X@w)*f - 1)*log(y) - ((1 - sigmoid(X@w))*f - 1)*log(1 - y))",
         lambda X, w, y, f: total(
             gammaln(sigmoid(X @ w) * f) + gammaln(sigmoid(-X @ w) * f) - gammaln(f)
             - (sigmoid(X @ w) * f - 1) * log(y) - (sigmoid(-X @ w) * f - 1) * log(1 - y))),
    Item("softmax regression", "X=m n; W=n c; Y=m c onehot",
         "sum(logsumexp(X@W, axis=1)) - sum(Y*(X@W))",
         lambda X, W, Y: total(lse(X @ W, axis=1)) - total(Y * (X @ W)), "X W"),
    Item("softmax regression spelled out", "X=m n; W=n c; Y=m c onehot",
         "-sum(Y*log(exp(X@W)/sum(exp(X@W), axis=1, keepdims=True)))",
         lambda X, W, Y: total(lse(X @ W, axis=1)) - total(Y * (X @ W)), "X W"),
    Item("softmax regression by softmax", "X=m n; W=n c; b=c; Y=m c onehot",
         "-mean(sum(Y*log(softmax(X@W + b, axis=1)), axis=1))",
         lambda X, W, b, Y: (total(lse(X @ W + b, axis=1)) - total(Y * (X @ W + b))) / 5, "X W b"),
    Item("label smoothing", "X=m n; W=n c; Y=m c onehot",
         "-sum((0.9*Y + 0.1/c)*(X@W - logsumexp(X@W, axis=1)[:, None]))",
         lambda X, W, Y: -total((0.9 * Y + 0.1 / 3)
                                * (X @ W - lse(X @ W, axis=1, keepdims=True))), "X W"),
    Item("ordinal, two thresholds", "X=m n; w=n; a=; g= pos; Y=m c onehot",
         "-sum(Y[:, 0]*log(sigmoid(a - X@w)) + Y[:, 1]*log(sigmoid(a + g - X@w)"
         " - sigmoid(a - X@w)) + Y[:, 2]*log(1 - sigmoid(a + g - X@w)))",
         lambda X, w, a, g, Y: -total(
             Y[:, 0] * log(sigmoid(a - X @ w))
             + Y[:, 1] * log(sigmoid(a + g - X @ w) - sigmoid(a - X @ w))
             + Y[:, 2] * log(sigmoid(X @ w - a - g))), "X w a g"),
    Item("exponential loss", "X=m n; w=n; y=m pm1", "log(mean(exp(-y*(X@w))))",
         lambda X, w, y: log(mean(exp(-y * (X @ w)))), "X w"),
    Item("hinge", "X=m n; w=n; b=; y=m pm1; C= pos",
         "norm2(w)**2/2 + C*sum(max(0, 1 - y*(X@w + b)))",
         lambda X, w, b, y, C: square(w) / 2 + C * total(relu(1 - y * (X @ w + b))), "X w b C"),
    Item("squared hinge", "X=m n; w=n; y=m pm1", "w@w + sum(max(0, 1 - y*(X@w))**2)",
         lambda X, w, y: square(w) + total(relu(1 - y * (X @ w)) ** 2), "X w"),
    Item("multiclass hinge", "X=m n; W=n c; Y=m c onehot",
         "sum(max(X@W + 1 - Y, axis=1) - sum(Y*(X@W), axis=1))",
         lambda X, W, Y: total(jnp.max(X @ W + 1 - Y, axis=1) - total(Y * (X @ W), axis=1)),
         "X W"),
    Item("kernel logistic", "K=m m spd; a=m; y=m pm1; lam= pos",
         "sum(log(1 + exp(-y*(K@a)))) + lam*a.T@K@a",
         lambda K, a, y, lam: total(softplus(-y * (K @ a))) + lam * a @ K @ a, "K a lam"),
    Item("SVM dual", "K=m m spd; a=m unit; y=m pm1",
         "sum(a) - (a*y).T@K@(a*y)/2",
         lambda K, a, y: total(a) - (a * y) @ K @ (a * y) / 2, "K a"),
    # -- survival ------------------------------------------------------------------------------
    Item("Cox partial likelihood", "X=m n; w=n; R=m m unit; e=m unit",
         "-sum(e*(X@w - log(R@exp(X@w))))",
         lambda X, w, R, e: -total(e * (X @ w - log(R @ exp(X @ w))))),
    Item("Cox with sorted times", "X=m n; w=n",
         "-sum(X@w) + logsumexp(X@w) + logsumexp((X@w)[1:]) + logsumexp((X@w)[2:])",
         lambda X, w: -total(X @ w) + lse(X @ w) + lse((X @ w)[1:]) + lse((X @ w)[2:])),
    Item("Weibull survival", "X=m n; w=n; t=m pos; d=m unit; a= pos",
         "sum((t*exp(-X@w))**a - d*(log(a) - a*(X@w) + (a - 1)*log(t)))",
         lambda X, w, t, d, a: total((t * exp(-X @ w)) ** a
                                     - d * (log(a) - a * (X @ w) + (a - 1) * log(t)))),
    Item("exponential survival", "X=m n; w=n; t=m pos; d=m unit",
         "sum(t*exp(X@w)) - d.T@X@w",
         lambda X, w, t, d: total(t * exp(X @ w)) - d @ X @ w),
    Item("log-logistic survival", "X=m n; w=n; t=m pos; d=m unit; s= pos",
         "sum((1 + d)*log(1 + exp((log(t) - X@w)/s)) - d*((log(t) - X@w)/s - log(s) - log(t)))",
         lambda X, w, t, d, s: total((1 + d) * softplus((log(t) - X @ w) / s)
                                     - d * ((log(t) - X @ w) / s - log(s) - log(t)))),
    # -- chains, mixtures, latent variables -----------------------------------------------------
    Item("CRF over three steps", "U=t c; A=c c; Y=t c onehot",
         "logsumexp(U[2] + logsumexp(A + (U[1] + logsumexp(A + U[0][:, None], axis=0))[:, None],"
         " axis=0)) - sum(Y*U)",
         lambda U, A, Y: lse(U[2] + lse(A + (U[1] + lse(A + U[0][:, None], axis=0))[:, None],
                                        axis=0)) - total(Y * U), "U A"),
    Item("hidden Markov model, three steps", "p=c simplex; A=c c simplex; B=c t simplex",
         "-log(sum(((((p*B[:, 0])@A)*B[:, 1])@A)*B[:, 2]))",
         lambda p, A, B: -log(total(forward(p, A, B, 3)))),
    Item("hidden Markov model in logits", "p=c; A=c c; B=c t",
         "logsumexp(logsumexp(A + (p + B[:, 0])[:, None], axis=0) + B[:, 1])",
         lambda p, A, B: lse(lse(A + (p + B[:, 0])[:, None], axis=0) + B[:, 1])),
    Item("Gaussian mixture of unit variance", "X=m n; M=c n; a=c",
         "-sum(logsumexp(a - logsumexp(a) - (sum(X**2, axis=1)[:, None] - 2*X@M.T"
         " + sum(M**2, axis=1))/2, axis=1))",
         lambda X, M, a: -total(lse(a - lse(a) - distances(X, M) / 2, axis=1))),
    Item("Gaussian mixture by differences", "X=m n; M=c n; s=c pos",
         "-sum(log(sum(exp(-sum((X[:, None, :] - M[None, :, :])**2, axis=2)/(2*s**2))/s**n,"
         " axis=1)))",
         lambda X, M, s: -total(log(total(exp(-distances(X, M) / (2 * s**2)) / s**3, axis=1)))),
    Item("mixture of two normals", "x=m; a= unit; u=; v=; s= pos; r= pos",
         "-sum(log(a*exp(-((x - u)/s)**2/2)/s + (1 - a)*exp(-((x - v)/r)**2/2)/r))",
         lambda x, a, u, v, s, r: -total(log(a * exp(-(((x - u) / s) ** 2) / 2) / s
                                             + (1 - a) * exp(-(((x - v) / r) ** 2) / 2) / r))),
    Item("mixture of regressions", "X=m n; y=m; W=n k; a=k",
         "-sum(logsumexp(a - (y[:, None] - X@W)**2/2, axis=1))",
         lambda X, y, W, a: -total(lse(a - (y[:, None] - X @ W) ** 2 / 2, axis=1))),
    Item("soft k-means", "X=m n; M=c n; b= pos",
         "-sum(logsumexp(-b*sum((X[:, None] - M)**2, axis=2), axis=1))/b",
         lambda X, M, b: -total(lse(-b * distances(X, M), axis=1)) / b),
    Item("k-means", "X=m n; M=c n", "sum(min(sum((X[:, None] - M)**2, axis=2), axis=1))",
         lambda X, M: total(jnp.min(distances(X, M), axis=1))),
    Item("factor analysis", "L=n k; v=n pos; S=n n spd",
         "logdet(L@L.T + diag(v)) + trace(inv(L@L.T + diag(v))@S)",
         lambda L, v, S: logdet(L @ L.T + diag(v)) + trace(inv(L @ L.T + diag(v)) @ S)),
    Item("probabilistic PCA", "W=n k; s= pos; S=n n spd",
         "5/2*(logdet(W@W.T + s**2*eye(n)) + trace(solve(W@W.T + s**2*eye(n), S)))",
         lambda W, s, S: 2.5 * (logdet(W @ W.T + s**2 * eye(3))
                                + trace(solve(W @ W.T + s**2 * eye(3), S)))),
    Item("evidence bound of a variational autoencoder", "x=n; W=n k; u=k; v=k; z=k",
         "norm2(x - W@(u + exp(v/2)*z))**2/2 + sum(exp(v) + u**2 - 1 - v)/2",
         lambda x, W, u, v, z: square(x - W @ (u + exp(v / 2) * z)) / 2
         + total(exp(v) + u**2 - 1 - v) / 2),
    Item("Dirichlet likelihood", "a=n pos; P=m n simplex",
         "m*(sum(gammaln(a)) - gammaln(sum(a))) - sum(log(P)@(a - 1))",
         lambda a, P: 5 * (total(gammaln(a)) - gammaln(total(a))) - total(log(P) @ (a - 1))),
    Item("Dirichlet-multinomial", "a=n pos; x=n pos",
         "gammaln(sum(a + x)) - gammaln(sum(a)) + sum(gammaln(a) - gammaln(a + x))",
         lambda a, x: gammaln(total(a + x)) - gammaln(total(a))
         + total(gammaln(a) - gammaln(a + x))),
    Item("Rasch", "a=m; d=n; Y=m n unit",
         "sum(log(1 + exp(a[:, None] - d))) - sum(Y*(a[:, None] - d))",
         lambda a, d, Y: total(softplus(a[:, None] - d)) - total(Y * (a[:, None] - d))),
    Item("Bradley-Terry", "s=n; N=n n pos", "sum(N*log(1 + exp(s - s[:, None])))",
         lambda s, N: total(N * softplus(s - s[:, None]))),
    Item("Plackett-Luce", "s=n", "logsumexp(s) + logsumexp(s[1:]) - s[0] - s[1]",
         lambda s: lse(s) + lse(s[1:]) - s[0] - s[1]),
    Item("log-linear model", "T=p n; w=n; c=p simplex", "logsumexp(T@w) - c.T@T@w",
         lambda T, w, c: lse(T @ w) - c @ T @ w),
    Item("restricted Boltzmann machine", "v=m n; W=n k; b=n; c=k",
         "-sum(v@b) - sum(softplus(v@W + c))",
         lambda v, W, b, c: -total(v @ b) - total(softplus(v @ W + c))),
    # -- Gaussians and covariances ---------------------------------------------------------------
    Item("Gaussian likelihood", "X=m n; u=n; S=n n spd",
         "m/2*logdet(S) + sum((X - u)*((X - u)@inv(S)))/2",
         lambda X, u, S: 2.5 * logdet(S) + total((X - u) * ((X - u) @ inv(S))) / 2),
    Item("Gaussian likelihood of a precision", "X=m n; u=n; P=n n spd",
         "-m/2*logdet(P) + trace((X - u)@P@(X - u).T)/2",
         lambda X, u, P: -2.5 * logdet(P) + trace((X - u) @ P @ (X - u).T) / 2),
    Item("Gaussian of a factor", "X=m n; L=n n diagdom",
         "m*sum(log(diag(L))) + norm2(X@inv(L).T)**2/2",
         lambda X, L: 5 * total(log(diag(L))) + square(X @ inv(L).T) / 2),
    Item("Mahalanobis", "x=n; u=n; S=n n spd", "sqrt((x - u).T@inv(S)@(x - u))",
         lambda x, u, S: sqrt((x - u) @ inv(S) @ (x - u))),
    Item("Mahalanobis by solve", "x=n; u=n; S=n n spd", "(x - u)@solve(S, x - u)",
         lambda x, u, S: (x - u) @ inv(S) @ (x - u)),
    Item("Gaussian density", "x=n; u=n; S=n n spd",
         "exp(-(x - u).T@inv(S)@(x - u)/2)/sqrt((2*pi)**n*det(S))",
         lambda x, u, S: exp(-(x - u) @ inv(S) @ (x - u) / 2) / sqrt((2 * jnp.pi) ** 3 * det(S))),
    Item("log of a determinant", "S=n n spd", "log(det(S))", logdet),
    Item("KL of Gaussians", "S=n n spd; R=n n spd; u=n; v=n",
         "(trace(inv(R)@S) + (v - u).T@inv(R)@(v - u) - n + log(det(R)/det(S)))/2",
         lambda S, R, u, v: (trace(inv(R) @ S) + (v - u) @ inv(R) @ (v - u) - 3
                             + logdet(R) - logdet(S)) / 2),
    Item("Bhattacharyya", "S=n n spd; R=n n spd; u=n; v=n",
         "(u - v)@inv((S + R)/2)@(u - v)/8 + logdet((S + R)/2)/2 - (logdet(S) + logdet(R))/4",
         lambda S, R, u, v: (u - v) @ inv((S + R) / 2) @ (u - v) / 8
         + logdet((S + R) / 2) / 2 - (logdet(S) + logdet(R)) / 4),
    Item("Wishart", "S=n n spd; V=n n spd; nu= big",
         "nu/2*logdet(V) + trace(inv(V)@S)/2 - (nu - n - 1)/2*logdet(S)",
         lambda S, V, nu: nu / 2 * logdet(V) + trace(inv(V) @ S) / 2 - (nu - 4) / 2 * logdet(S)),
    Item("inverse Wishart", "S=n n spd; V=n n spd; nu= big",
         "-nu/2*logdet(V) + trace(V@inv(S))/2 + (nu + n + 1)/2*logdet(S)",
         lambda S, V, nu: -nu / 2 * logdet(V) + trace(V @ inv(S)) / 2
         + (nu + 4) / 2 * logdet(S)),
    Item("graphical lasso", "P=n n spd; S=n n spd; lam= pos",
         "trace(S@P) - logdet(P) + lam*sum(abs(P))",
         lambda P, S, lam: trace(S @ P) - logdet(P) + lam * total(abs(P))),
    Item("multivariate t", "x=n; u=n; S=n n spd; nu= big",
         "(nu + n)/2*log(1 + (x - u)@inv(S)@(x - u)/nu) + logdet(S)/2",
         lambda x, u, S, nu: (nu + 3) / 2 * log(1 + (x - u) @ inv(S) @ (x - u) / nu)
         + logdet(S) / 2),
    Item("Stein loss", "S=n n spd; R=n n spd", "trace(S@inv(R)) - logdet(S@inv(R)) - n",
         lambda S, R: trace(S @ inv(R)) - logdet(S @ inv(R)) - 3),
    Item("S-divergence", "S=n n spd; R=n n spd", "logdet((S + R)/2) - logdet(S@R)/2",
         lambda S, R: logdet((S + R) / 2) - logdet(S @ R) / 2),
    Item("matrix normal", "X=m n; M=m n; U=m m spd; V=n n spd",
         "trace(inv(V)@(X - M).T@inv(U)@(X - M))/2 + n/2*logdet(U) + m/2*logdet(V)",
         lambda X, M, U, V: trace(inv(V) @ (X - M).T @ inv(U) @ (X - M)) / 2
         + 1.5 * logdet(U) + 2.5 * logdet(V)),
    Item("Gaussian process marginal likelihood", "x=m; y=m; a=; l=; s=",
         "y.T@inv(K)@y/2 + logdet(K)/2 where K ="
         " exp(a)*exp(-(x[:, None] - x)**2/(2*exp(l)**2)) + exp(s)*eye(m)",
         lambda x, y, a, r, s: (lambda K: y @ inv(K) @ y / 2 + logdet(K) / 2)(
             exp(a) * exp(-((x[:, None] - x) ** 2) / (2 * exp(r) ** 2)) + exp(s) * eye(5))),
    Item("Gaussian process with lengths for each feature", "X=m n; y=m; l=n; s=",
         "y@solve(K, y)/2 + logdet(K)/2 where K ="
         " exp(-sum(((X[:, None, :] - X[None, :, :])*exp(-l))**2, axis=2)/2) + exp(2*s)*eye(m)",
         lambda X, y, r, s: (lambda K: y @ inv(K) @ y / 2 + logdet(K) / 2)(
             exp(-distances(X * exp(-r), X * exp(-r)) / 2) + exp(2 * s) * eye(5))),
    Item("Gaussian process mean", "x=m; y=m; z=p",
         "exp(-(z[:, None] - x)**2/2)@solve(exp(-(x[:, None] - x)**2/2) + eye(m)/10, y)",
         lambda x, y, z: exp(-((z[:, None] - x) ** 2) / 2)
         @ solve(exp(-((x[:, None] - x) ** 2) / 2) + eye(5) / 10, y)),
    Item("leave-one-out", "K=m m spd; y=m", "sum((inv(K)@y/diag(inv(K)))**2)",
         lambda K, y: total((inv(K) @ y / diag(inv(K))) ** 2)),
    Item("Bayesian linear evidence", "X=m n; y=m; a= pos; b= pos",
         "logdet(a*eye(n) + b*X.T@X) - n*log(a) - m*log(b) + b*norm2(y - X@u)**2 + a*u@u"
         " where u = b*solve(a*eye(n) + b*X.T@X, X.T@y)",
         lambda X, y, a, b: (lambda A, u: logdet(A) - 3 * log(a) - 5 * log(b)
                             + b * square(y - X @ u) + a * square(u))(
             a * eye(3) + b * X.T @ X, b * solve(a * eye(3) + b * X.T @ X, X.T @ y))),
    Item("maximum mean discrepancy", "x=m; y=p",
         "mean(exp(-(x[:, None] - x)**2)) + mean(exp(-(y[:, None] - y)**2))"
         " - 2*mean(exp(-(x[:, None] - y)**2))",
         lambda x, y: mean(exp(-((x[:, None] - x) ** 2))) + mean(exp(-((y[:, None] - y) ** 2)))
         - 2 * mean(exp(-((x[:, None] - y) ** 2)))),
    Item("kernel ridge", "K=m m spd; a=m; y=m; lam= pos", "norm2(y - K@a)**2 + lam*a.T@K@a",
         lambda K, a, y, lam: square(y - K @ a) + lam * a @ K @ a),
    # -- subspaces and factorizations -------------------------------------------------------------
    Item("PCA by variance", "X=m n; w=n", "w.T@X.T@X@w/(w.T@w)",
         lambda X, w: square(X @ w) / square(w)),
    Item("PCA by reconstruction", "X=m n; W=n k", "norm2(X - X@W@W.T)**2",
         lambda X, W: square(X - X @ W @ W.T)),
    Item("Rayleigh quotient", "A=n n symmetric; x=n", "(x.T@A@x)/(x.T@x)",
         lambda A, x: x @ A @ x / (x @ x)),
    Item("generalized Rayleigh quotient", "A=n n symmetric; B=n n spd; x=n",
         "(x.T@A@x)/(x.T@B@x)", lambda A, B, x: x @ A @ x / (x @ B @ x)),
    Item("trace ratio", "A=n n spd; B=n n spd; W=n k", "trace(W.T@A@W)/trace(W.T@B@W)",
         lambda A, B, W: trace(W.T @ A @ W) / trace(W.T @ B @ W)),
    Item("linear discriminant", "A=n n spd; B=n n spd; W=n k", "trace(inv(W.T@A@W)@(W.T@B@W))",
         lambda A, B, W: trace(inv(W.T @ A @ W) @ (W.T @ B @ W))),
    Item("Fisher criterion", "w=n; u=n; v=n; S=n n spd", "(w.T@(u - v))**2/(w.T@S@w)",
         lambda w, u, v, S: (w @ (u - v)) ** 2 / (w @ S @ w)),
    Item("canonical correlation", "a=n; b=k; X=m n; Y=m k",
         "(a.T@X.T@Y@b)/(norm2(X@a)*norm2(Y@b))",
         lambda a, b, X, Y: a @ X.T @ Y @ b / (norm(X @ a) * norm(Y @ b))),
    Item("independent components", "W=n n diagdom; X=m n", "-m*logdet(W) + sum(log(cosh(X@W.T)))",
         lambda W, X: -5 * logdet(W) + total(log(cosh(X @ W.T)))),
    Item("kurtosis contrast", "w=n; X=m n", "mean((X@w)**4) - 3*mean((X@w)**2)**2",
         lambda w, X: mean((X @ w) ** 4) - 3 * mean((X @ w) ** 2) ** 2),
    Item("matrix factorization", "A=m n; U=m k; V=n k; lam= pos",
         "sum((A - U@V.T)**2) + lam*(sum(U**2) + sum(V**2))",
         lambda A, U, V, lam: square(A - U @ V.T) + lam * (square(U) + square(V))),
    Item("factorization with gaps", "A=m n; M=m n unit; U=m k; V=n k",
         "sum(M*(A - U@V.T)**2)/2", lambda A, M, U, V: total(M * (A - U @ V.T) ** 2) / 2),
    Item("factorization with biases", "A=m n; U=m k; V=n k; a=m; b=n; c=",
         "sum((A - U@V.T - a[:, None] - b - c)**2)",
         lambda A, U, V, a, b, c: square(A - U @ V.T - a[:, None] - b - c)),
    Item("nonnegative factorization by divergence", "A=m n pos; U=m k pos; V=k n pos",
         "sum(A*log(A/(U@V)) - A + U@V)",
         lambda A, U, V: total(A * log(A / (U @ V)) - A + U @ V)),
    Item("Itakura-Saito factorization", "A=m n pos; U=m k pos; V=k n pos",
         "sum(A/(U@V) - log(A/(U@V)) - 1)",
         lambda A, U, V: total(A / (U @ V) - log(A / (U @ V)) - 1)),
    Item("three-factor model", "A=m n; U=m k; S=k k; V=n k", "norm2(A - U@S@V.T)**2",
         lambda A, U, S, V: square(A - U @ S @ V.T)),
    Item("symmetric factorization", "S=n n symmetric; U=n k", "norm2(S - U@U.T)**2/4",
         lambda S, U: square(S - U @ U.T) / 4),
    Item("logistic factorization", "Y=m n pm1; U=m k; V=n k", "sum(log(1 + exp(-Y*(U@V.T))))",
         lambda Y, U, V: total(softplus(-Y * (U @ V.T))), "U V"),
    Item("GloVe", "U=m k; V=n k; a=m; b=n; X=m n pos",
         "sum(X**0.75*(U@V.T + a[:, None] + b[None, :] - log(X))**2)",
         lambda U, V, a, b, X: total(X**0.75 * (U @ V.T + a[:, None] + b - log(X)) ** 2)),
    Item("skip-gram with negative samples", "u=k; v=k; N=p k",
         "-log(sigmoid(u.T@v)) - sum(log(sigmoid(-N@u)))",
         lambda u, v, N: softplus(-u @ v) + total(softplus(N @ u))),
    Item("Procrustes", "A=m n; B=m n; Q=n n", "norm2(A@Q - B)**2 + norm2(Q.T@Q - eye(n))**2",
         lambda A, B, Q: square(A @ Q - B) + square(Q.T @ Q - eye(3))),
    Item("Stiefel trace", "X=n k; A=n n symmetric; N=k k symmetric", "trace(X.T@A@X@N)/2",
         lambda X, A, N: trace(X.T @ A @ X @ N) / 2),
    Item("Sylvester residual", "A=n n; X=n k; B=k k; C=n k", "norm2(A@X + X@B - C)**2/2",
         lambda A, X, B, C: square(A @ X + X @ B - C) / 2),
    Item("Riccati residual", "A=n n; X=n n symmetric; S=n n spd; Q=n n spd",
         "norm2(A.T@X + X@A - X@S@X + Q)**2",
         lambda A, X, S, Q: square(A.T @ X + X @ A - X @ S @ X + Q)),
    Item("Lyapunov", "A=n n; P=n n spd", "trace((A.T@P + P@A)@(A.T@P + P@A))",
         lambda A, P: trace((A.T @ P + P @ A) @ (A.T @ P + P @ A))),
    Item("commutator", "A=n n; B=n n", "norm2(A@B - B@A)**2", lambda A, B: square(A @ B - B @ A)),
    Item("trace of a cube", "A=n n", "trace(A@A@A)", lambda A: trace(A @ A @ A)),
    Item("trace of an inverse", "X=n n diagdom", "trace(inv(X))", lambda X: trace(inv(X))),
    Item("trace of an inverse squared", "X=n n diagdom", "trace(inv(X)@inv(X))",
         lambda X: trace(inv(X) @ inv(X))),
    Item("D-optimal design", "A=m k; x=m pos", "-logdet(A.T@diag(x)@A)",
         lambda A, x: -logdet(A.T @ diag(x) @ A)),
    Item("volume of columns", "X=m n", "logdet(X.T@X)", lambda X: logdet(X.T @ X)),
    Item("determinant squared", "X=n n", "det(X)**2", lambda X: det(X) ** 2),
    Item("determinant of a Gram matrix", "X=m n", "det(X.T@X)", lambda X: det(X.T @ X)),
    Item("determinantal point process", "L=n n spd", "logdet(L + eye(n)) - logdet(L[:2, :2])",
         lambda L: logdet(L + eye(3)) - logdet(L[:2, :2])),
    Item("Schatten-like power", "X=m n", "trace(X.T@X@X.T@X)", lambda X: trace(X.T @ X @ X.T @ X)),
    Item("effective rank", "X=m n", "trace(X.T@X)**2/trace(X.T@X@X.T@X)",
         lambda X: trace(X.T @ X) ** 2 / trace(X.T @ X @ X.T @ X)),
    Item("hat matrix", "X=m n; lam= pos", "trace(X@inv(X.T@X + lam*eye(n))@X.T)",
         lambda X, lam: trace(X @ inv(X.T @ X + lam * eye(3)) @ X.T)),
    Item("exponential series", "A=n n small; x=n", "norm2(x + A@x + A@A@x/2 + A@A@A@x/6)**2",
         lambda A, x: square(x + A @ x + A @ A @ x / 2 + A @ A @ A @ x / 6)),
    Item("Kronecker model", "A=2 2; B=3 3; x=6", "norm2(kron(A, B)@x)**2",
         lambda A, B, x: square(jnp.kron(A, B) @ x)),
    Item("bilinear by einsum", "A=m n; B=n k; C=m k", 'einsum("ij,jk,ik->", A, B, C)',
         lambda A, B, C: total((A @ B) * C)),
    Item("canonical polyadic", "U=m k; V=n k; W=c k",
         'sum(einsum("ir,jr,kr->ijk", U, V, W)**2)',
         lambda U, V, W: square(jnp.einsum("ir,jr,kr->ijk", U, V, W))),
    # -- networks and attention -----------------------------------------------------------------
    Item("tanh network", "X=m n; A=n k; a=k; B=k c; b=c; Y=m c",
         "sum((tanh(X@A + a)@B + b - Y)**2)/(2*m)",
         lambda X, A, a, B, b, Y: square(tanh(X @ A + a) @ B + b - Y) / 10),
    Item("three layers", "x=n; A=p n; B=k p; c=k; y=",
         "(c.T@sigmoid(B@tanh(A@x)) - y)**2",
         lambda x, A, B, c, y: (c @ sigmoid(B @ tanh(A @ x)) - y) ** 2),
    Item("ReLU network", "X=m n; A=n p; B=p k; Y=m k", "mean((relu(X@A)@B - Y)**2)",
         lambda X, A, B, Y: mean((relu(X @ A) @ B - Y) ** 2)),
    Item("GELU block", "X=m n; A=n p; B=p n", "sum((X + gelu(X@A)@B)**2)",
         lambda X, A, B: square(X + (lambda Z: Z * (1 + erf(Z / sqrt(2.0))) / 2)(X @ A) @ B)),
    Item("SwiGLU", "x=n; A=p n; B=p n; C=n p", "norm2(C@(silu(A@x)*(B@x)))**2",
         lambda x, A, B, C: square(C @ ((A @ x) * sigmoid(A @ x) * (B @ x)))),
    Item("softplus network classifier", "X=m n; A=n p; W=p c; Y=m c onehot",
         "sum(logsumexp(softplus(X@A)@W, axis=1)) - sum(Y*(softplus(X@A)@W))",
         lambda X, A, W, Y: total(lse(softplus(X @ A) @ W, axis=1))
         - total(Y * (softplus(X @ A) @ W)), "X A W"),
    Item("attention", "Q=m n; K=p n; V=p k", "sum((softmax(Q@K.T/sqrt(n), axis=1)@V)**2)",
         lambda Q, K, V: square(softmax(Q @ K.T / sqrt(3.0), axis=1) @ V)),
    Item("attention output", "Q=k n; K=p n; V=p k", "softmax(Q@K.T/sqrt(n), axis=1)@V",
         lambda Q, K, V: softmax(Q @ K.T / sqrt(3.0), axis=1) @ V),
    Item("self-attention with weights", "X=p n; A=n k; B=n k; C=n k",
         "norm2(softmax(X@A@(X@B).T/sqrt(k), axis=1)@(X@C))**2",
         lambda X, A, B, C: square(softmax(X @ A @ (X @ B).T / sqrt(2.0), axis=1) @ (X @ C))),
    Item("layer norm", "X=m n; g=n; b=n; Y=m n",
         "sum((g*(X - mean(X, axis=1)[:, None])/sqrt(mean((X - mean(X, axis=1)[:, None])**2,"
         " axis=1) + 0.01)[:, None] + b - Y)**2)",
         lambda X, g, b, Y: square(g * (X - mean(X, axis=1, keepdims=True)) / sqrt(
             jnp.var(X, axis=1, keepdims=True) + 0.01) + b - Y)),
    Item("batch norm", "X=m n; g=n; b=n; w=n; y=m",
         "sum((tanh(g*(X - mean(X, axis=0))/sqrt(mean((X - mean(X, axis=0))**2, axis=0) + 0.01)"
         " + b)@w - y)**2)",
         lambda X, g, b, w, y: square(tanh(g * (X - mean(X, axis=0)) / sqrt(
             jnp.var(X, axis=0) + 0.01) + b) @ w - y)),
    Item("RMS norm", "x=n; g=n", "sum((g*x/sqrt(mean(x**2) + 0.001))**3)",
         lambda x, g: total((g * x / sqrt(mean(x**2) + 0.001)) ** 3)),
    Item("convolution by slices", "x=8; w=3; b=", "sum(relu(w[0]*x[:-2] + w[1]*x[1:-1]"
         " + w[2]*x[2:] + b)**2)",
         lambda x, w, b: square(relu(w[0] * x[:-2] + w[1] * x[1:-1] + w[2] * x[2:] + b))),
    Item("convolution of an image", "X=5 5; W=2 2",
         "sum(tanh(W[0, 0]*X[:-1, :-1] + W[0, 1]*X[:-1, 1:] + W[1, 0]*X[1:, :-1]"
         " + W[1, 1]*X[1:, 1:]))",
         lambda X, W: total(tanh(W[0, 0] * X[:-1, :-1] + W[0, 1] * X[:-1, 1:]
                                 + W[1, 0] * X[1:, :-1] + W[1, 1] * X[1:, 1:]))),
    Item("recurrent network, three steps", "X=3 n; A=n p; B=p p; h=p; v=p; y=",
         "(v@tanh(X[2]@A + tanh(X[1]@A + tanh(X[0]@A + h@B)@B)@B) - y)**2",
         lambda X, A, B, h, v, y: (v @ tanh(X[2] @ A + tanh(
             X[1] @ A + tanh(X[0] @ A + h @ B) @ B) @ B) - y) ** 2),
    Item("gated unit", "x=n; h=k; A=k n; B=k k; C=k n; D=k k",
         "norm2((1 - z)*h + z*tanh(C@x + D@h))**2 where z = sigmoid(A@x + B@h)",
         lambda x, h, A, B, C, D: (lambda z: square((1 - z) * h + z * tanh(C @ x + D @ h)))(
             sigmoid(A @ x + B @ h))),
    Item("graph convolution", "L=m m symmetric; X=m n; W=n k; Y=m k",
         "norm2(relu(L@X@W) - Y)**2", lambda L, X, W, Y: square(relu(L @ X @ W) - Y)),
    Item("mixture of experts", "x=n; G=c n; W=c n; y=", "(softmax(G@x)@tanh(W@x) - y)**2",
         lambda x, G, W, y: (softmax(G @ x) @ tanh(W @ x) - y) ** 2),
    Item("autoencoder with tied weights", "X=m n; W=n k; b=k; c=n",
         "norm2(sigmoid(X@W + b)@W.T + c - X)**2",
         lambda X, W, b, c: square(sigmoid(X @ W + b) @ W.T + c - X)),
    Item("contrastive", "U=m k; V=m k; t= pos",
         "-sum(diag(U@V.T)/t) + sum(logsumexp(U@V.T/t, axis=1))",
         lambda U, V, t: -total(U * V) / t + total(lse(U @ V.T / t, axis=1))),
    Item("contrastive of directions", "U=m k; V=m k",
         "mean(logsumexp(S, axis=1) - diag(S)) where S ="
         " (U/sqrt(sum(U**2, axis=1))[:, None])@(V/sqrt(sum(V**2, axis=1))[:, None]).T",
         lambda U, V: (lambda S: mean(lse(S, axis=1) - diag(S)))(
             (U / jnp.linalg.norm(U, axis=1, keepdims=True))
             @ (V / jnp.linalg.norm(V, axis=1, keepdims=True)).T)),
    Item("triplet", "a=n; p=n; q=n; g= pos", "max(0, norm2(a - p)**2 - norm2(a - q)**2 + g)",
         lambda a, p, q, g: relu(square(a - p) - square(a - q) + g)),
    Item("cosine distance", "x=n; y=n", "1 - x@y/(norm2(x)*norm2(y))",
         lambda x, y: 1 - x @ y / (norm(x) * norm(y))),
    Item("normalized vector", "x=n", "x/norm2(x)", lambda x: x / norm(x)),
    Item("softmax", "x=n", "softmax(x)", lambda x: softmax(x)),
    Item("softmax spelled out", "x=n; t= pos", "exp(x/t)/sum(exp(x/t))",
         lambda x, t: softmax(x / t)),
    Item("log-softmax", "x=n", "x - log(sum(exp(x)))", lambda x: x - lse(x)),
    Item("entropy of a softmax", "x=n", "-sum(softmax(x)*log(softmax(x)))",
         lambda x: -total(softmax(x) * (x - lse(x)))),
    Item("entropy", "p=n simplex", "-sum(p*log(p))", lambda p: -total(p * log(p))),
    Item("KL divergence", "p=n simplex; q=n simplex", "sum(p*log(p/q))",
         lambda p, q: total(p * log(p / q))),
    Item("Jensen-Shannon", "p=n simplex; q=n simplex",
         "sum(p*log(2*p/(p + q)) + q*log(2*q/(p + q)))/2",
         lambda p, q: total(p * log(2 * p / (p + q)) + q * log(2 * q / (p + q))) / 2),
    Item("Hellinger", "p=n simplex; q=n simplex", "norm2(sqrt(p) - sqrt(q))/sqrt(2)",
         lambda p, q: norm(sqrt(p) - sqrt(q)) / sqrt(2.0)),
    Item("Renyi", "p=n simplex; q=n simplex; a= big", "log(sum(p**a*q**(1 - a)))/(a - 1)",
         lambda p, q, a: log(total(p**a * q ** (1 - a))) / (a - 1)),
    Item("Sinkhorn step", "C=m n pos; a=m simplex; b=n simplex; f=m",
         "a@f + b@g where g = log(b) - logsumexp(f[:, None] - C, axis=0)",
         lambda C, a, b, f: a @ f + b @ (log(b) - lse(f[:, None] - C, axis=0))),
    Item("Sinkhorn scaling", "C=m n pos; a=m simplex; b=n simplex",
         "sum(a*log(a/(exp(-C)@(b/(exp(-C).T@ones(m))))))",
         lambda C, a, b: total(a * log(a / (exp(-C) @ (b / (exp(-C).T @ jnp.ones(5))))))),
    Item("policy gradient", "T=m n; w=n; r=m; p=m simplex",
         "sum(r*(T@w - logsumexp(T@w))) - sum(p*softmax(T@w))",
         lambda T, w, r, p: total(r * (T @ w - lse(T @ w))) - total(p * softmax(T @ w))),
    # -- optimization, control, finance, graphs -------------------------------------------------
    Item("Markowitz", "S=n n spd; u=n; x=n simplex; g= pos", "g/2*x.T@S@x - u.T@x",
         lambda S, u, x, g: g / 2 * x @ S @ x - u @ x),
    Item("Sharpe ratio", "S=n n spd; u=n; x=n simplex", "u.T@x/sqrt(x.T@S@x)",
         lambda S, u, x: u @ x / sqrt(x @ S @ x)),
    Item("minimum variance", "S=n n spd", "1/(ones(n).T@inv(S)@ones(n))",
         lambda S: 1 / total(inv(S))),
    Item("risk parity", "S=n n spd; x=n pos", "x.T@S@x/2 - sum(log(x))/n",
         lambda S, x: x @ S @ x / 2 - total(log(x)) / 3),
    Item("exponential utility", "R=m n; x=n; a= pos", "log(mean(exp(-a*(R@x))))/a",
         lambda R, x, a: log(mean(exp(-a * (R @ x)))) / a),
    Item("Kalman gain", "P=n n spd; H=k n; R=k k spd", "P@H.T@inv(H@P@H.T + R)",
         lambda P, H, R: P @ H.T @ inv(H @ P @ H.T + R)),
    Item("Kalman covariance", "P=n n spd; H=k n; R=k k spd",
         "trace(P - P@H.T@solve(H@P@H.T + R, H@P))",
         lambda P, H, R: trace(P - P @ H.T @ inv(H @ P @ H.T + R) @ H @ P)),
    Item("innovations", "y=k; H=k n; x=n; P=n n spd; R=k k spd",
         "(y - H@x)@inv(H@P@H.T + R)@(y - H@x) + logdet(H@P@H.T + R)",
         lambda y, H, x, P, R: (y - H @ x) @ inv(H @ P @ H.T + R) @ (y - H @ x)
         + logdet(H @ P @ H.T + R)),
    Item("linear-quadratic, two steps", "x=n; u=k; v=k; A=n n; B=n k; Q=n n spd; R=k k spd",
         "x2@Q@x2 + u@R@u + v@R@v where x1 = A@x + B@u, x2 = A@x1 + B@v",
         lambda x, u, v, A, B, Q, R: (lambda z: z @ Q @ z + u @ R @ u + v @ R @ v)(
             A @ (A @ x + B @ u) + B @ v)),
    Item("log barrier of a linear program", "c=n; A=m n small; b=m big; x=n; t= pos",
         "t*c@x - sum(log(b - A@x))",
         lambda c, A, b, x, t: t * c @ x - total(log(b - A @ x))),
    Item("log barrier of a semidefinite program", "x=2; F=n n spd; G=n n small; H=n n small",
         "-logdet(F + x[0]*(G + G.T) + x[1]*(H + H.T))",
         lambda x, F, G, H: -logdet(F + x[0] * (G + G.T) + x[1] * (H + H.T))),
    Item("analytic center", "A=m n small; x=n", "-sum(log(1 - (A@x)**2))",
         lambda A, x: -total(log(1 - (A @ x) ** 2))),
    Item("geometric program", "A=m n; x=n; b=m", "log(sum(exp(A@x + b)))",
         lambda A, x, b: lse(A @ x + b)),
    Item("augmented Lagrangian", "A=k n; x=n; b=k; l=k; Q=n n spd; r= pos",
         "x@Q@x/2 + l@(A@x - b) + r/2*norm2(A@x - b)**2",
         lambda A, x, b, u, Q, r: x @ Q @ x / 2 + u @ (A @ x - b) + r / 2 * square(A @ x - b)),
    Item("fractional", "c=n; d=n pos; x=n pos", "(c@x + 1)/(d@x + 1)",
         lambda c, d, x: (c @ x + 1) / (d @ x + 1)),
    Item("total variation", "x=8; y=8; lam= pos", "norm2(x - y)**2/2 + lam*norm1(x[1:] - x[:-1])",
         lambda x, y, lam: square(x - y) / 2 + lam * total(abs(x[1:] - x[:-1]))),
    Item("smoothed total variation of an image", "X=4 4; Y=4 4",
         "sum((X - Y)**2) + sum(sqrt((X[1:, :-1] - X[:-1, :-1])**2"
         " + (X[:-1, 1:] - X[:-1, :-1])**2 + 0.01))",
         lambda X, Y: square(X - Y) + total(sqrt((X[1:, :-1] - X[:-1, :-1]) ** 2
                                                + (X[:-1, 1:] - X[:-1, :-1]) ** 2 + 0.01))),
    Item("second differences", "x=8", "sum((x[2:] - 2*x[1:-1] + x[:-2])**2)",
         lambda x: square(x[2:] - 2 * x[1:-1] + x[:-2])),
    Item("autoregression", "x=8; a=2", "sum((x[2:] - a[0]*x[1:-1] - a[1]*x[:-2])**2)",
         lambda x, a: square(x[2:] - a[0] * x[1:-1] - a[1] * x[:-2])),
    Item("graph Laplacian", "W=n n unit; f=n", "f.T@(diag(sum(W, axis=1)) - W)@f",
         lambda W, f: f @ (diag(total(W, axis=1)) - W) @ f),
    Item("graph smoothness", "W=n n unit; f=n", "sum(W*(f[:, None] - f)**2)/2",
         lambda W, f: total(W * (f[:, None] - f) ** 2) / 2),
    Item("normalized cut", "W=n n unit; f=n",
         "f@(diag(W@ones(n)) - W)@f/(f@diag(W@ones(n))@f)",
         lambda W, f: f @ (diag(total(W, axis=1)) - W) @ f / total(total(W, axis=1) * f * f)),
    Item("spring energy", "X=m k; d= pos",
         "sum((sqrt(sum((X[:, None, :] - X[None, :, :])**2, axis=2) + 0.1) - d)**2)",
         lambda X, d: total((sqrt(distances(X, X) + 0.1) - d) ** 2)),
    Item("stochastic neighbors", "Y=p k; P=p p unit",
         "sum(P*log(1 + sum((Y[:, None] - Y)**2, axis=2)))"
         " + log(sum(1/(1 + sum((Y[:, None] - Y)**2, axis=2))))",
         lambda Y, P: total(P * log(1 + distances(Y, Y))) + log(total(1 / (1 + distances(Y, Y))))),
    Item("modularity", "A=n n unit; H=n k",
         "trace(H.T@(A - outer(sum(A, axis=1), sum(A, axis=0))/sum(A))@H)/sum(A)",
         lambda A, H: trace(H.T @ (A - outer(total(A, axis=1), total(A, axis=0)) / total(A)) @ H)
         / total(A)),
    Item("PageRank equation", "P=n n simplex; x=n; v=n simplex; a= unit",
         "norm2(x - a*P.T@x - (1 - a)*v)**2",
         lambda P, x, v, a: square(x - a * P.T @ x - (1 - a) * v)),
    Item("log of PageRank", "P=n n simplex; v=n simplex; a= unit",
         "sum(log((1 - a)*solve(eye(n) - a*P.T, v)))",
         lambda P, v, a: total(log((1 - a) * solve(eye(3) - a * P.T, v)))),
    Item("acyclicity", "W=n n", "trace((eye(n) + W*W)@(eye(n) + W*W)@(eye(n) + W*W)) - n",
         lambda W: (lambda M: trace(M @ M @ M) - 3)(eye(3) + W * W)),
    Item("log-determinant acyclicity", "W=n n small", "-logdet(eye(n) - W*W)",
         lambda W: -logdet(eye(3) - W * W)),
    Item("centered kernel alignment", "K=m m spd; L=m m spd",
         "sum((C@K@C)*L)/(norm2(C@K@C)*norm2(C@L@C)) where C = eye(m) - ones(m, m)/m",
         lambda K, L: (lambda C: total((C @ K @ C) * L) / (norm(C @ K @ C) * norm(C @ L @ C)))(
             eye(5) - jnp.ones((5, 5)) / 5)),
    Item("correlation", "x=m; y=m",
         "(x - mean(x))@(y - mean(y))/sqrt(sum((x - mean(x))**2)*sum((y - mean(y))**2))",
         lambda x, y: jnp.corrcoef(x, y)[0, 1]),
    Item("sample covariance", "X=m n",
         "logdet((X - mean(X, axis=0)).T@(X - mean(X, axis=0))/(m - 1))",
         lambda X: logdet(jnp.cov(X.T))),
    Item("skewness", "x=m", "mean((x - mean(x))**3)/mean((x - mean(x))**2)**1.5",
         lambda x: mean((x - mean(x)) ** 3) / jnp.var(x) ** 1.5),
    # -- plain pieces -----------------------------------------------------------------------------
    Item("affine map", "A=m n; x=n; b=m", "A@x + b", lambda A, x, b: A @ x + b),
    Item("elementwise sigmoid", "A=m n; x=n", "sigmoid(A@x)", lambda A, x: sigmoid(A @ x)),
    Item("quadratic map", "A=n n; x=n", "x*(A@x)", lambda A, x: x * (A @ x)),
    Item("geometric mean", "x=n pos", "prod(x)**(1/n)", lambda x: jnp.prod(x) ** (1 / 3)),
    Item("product", "x=n", "prod(x)", lambda x: jnp.prod(x)),
    Item("p-norm", "x=n; p= big", "sum(abs(x)**p)**(1/p)",
         lambda x, p: total(abs(x) ** p) ** (1 / p)),
    Item("mixed norm", "X=m n", "sum(sqrt(sum(X**2, axis=1)))",
         lambda X: total(sqrt(total(X**2, axis=1)))),
    Item("greatest row sum", "X=m n", "max(sum(abs(X), axis=1))",
         lambda X: jnp.max(total(abs(X), axis=1))),
    Item("soft maximum", "x=n; t= pos", "t*log(sum(exp(x/t)))", lambda x, t: t * lse(x / t)),
    Item("sine of a map", "A=m n; x=n", "sum(sin(A@x)**2)",
         lambda A, x: total(jnp.sin(A @ x) ** 2)),
    Item("matrix entries", "A=n n", "A[0, 0]*A[1, 1] - A[0, 1]*A[1, 0]",
         lambda A: A[0, 0] * A[1, 1] - A[0, 1] * A[1, 0]),
    Item("blocks", "A=n n diagdom; b=n; c=", "c*logdet(concat([A, b[:, None]], axis=1)@"
         "concat([A, b[:, None]], axis=1).T)",
         lambda A, b, c: c * logdet(A @ A.T + outer(b, b))),
    Item("Schur complement", "A=n n spd; B=n k; C=k k", "det(C - B.T@inv(A)@B)",
         lambda A, B, C: det(C - B.T @ inv(A) @ B)),
    Item("Woodbury", "A=n n spd; U=n k; x=n", "x@inv(A + U@U.T)@x",
         lambda A, U, x: x @ inv(A + U @ U.T) @ x),
    Item("resolvent", "A=n n symmetric; x=n; z= big", "x@inv(z*eye(n)*2 - A)@x",
         lambda A, x, z: x @ inv(2 * z * eye(3) - A) @ x),
    Item("determinant of a sum", "A=n n; B=n n; s=", "det(A + s*B)",
         lambda A, B, s: det(A + s * B)),
    Item("rank one update", "A=n n; x=n; y=n", "logdet(eye(n)*5 + A.T@A + x@y.T)",
         lambda A, x, y: logdet(5 * eye(3) + A.T @ A + outer(x, y))),
)
