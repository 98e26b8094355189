"""Logistic regression: the mean negative log-likelihood with a ridge."""

import numpy as np

wrt = (0, 1)
full_scale = 100


def primal(weights, bias, x, labels, ridge):
    z = x @ weights + bias
    return np.mean(np.logaddexp(0.0, z) - labels * z) + 0.5 * ridge * weights @ weights


def make_args(scale):
    rng = np.random.default_rng(0)
    n, features = 100 * scale, 20
    x = rng.normal(size=(n, features))
    labels = (rng.random(n) < 0.4).astype(float)
    return rng.normal(size=features), 0.3, x, labels, 0.01


def hand_gradient(weights, bias, x, labels, ridge):
    z_bar = x @ weights
    z_bar += bias
    np.negative(z_bar, out=z_bar)
    np.exp(z_bar, out=z_bar)
    z_bar += 1.0
    np.reciprocal(z_bar, out=z_bar)
    z_bar -= labels
    z_bar /= len(labels)
    return z_bar @ x + ridge * weights, z_bar.sum()


def autograd_primal(weights, bias, x, labels, ridge):
    import autograd.numpy as anp

    z = anp.dot(x, weights) + bias
    loss = anp.mean(anp.logaddexp(0.0, z) - labels * z)
    return loss + 0.5 * ridge * anp.dot(weights, weights)


def torch_primal(weights, bias, x, labels, ridge):
    from torch.nn.functional import binary_cross_entropy_with_logits

    loss = binary_cross_entropy_with_logits(x @ weights + bias, labels)
    return loss + 0.5 * ridge * weights @ weights


def jax_primal(weights, bias, x, labels, ridge):
    import jax.numpy as jnp

    z = x @ weights + bias
    return jnp.mean(jnp.logaddexp(0.0, z) - labels * z) + 0.5 * ridge * weights @ weights
