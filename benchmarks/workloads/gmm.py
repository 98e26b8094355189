"""Log-likelihood of a Gaussian mixture with diagonal covariances."""

import math

import numpy as np

wrt = (0, 1, 2)
full_scale = 40


def log_sum_exp(a):
    largest = np.max(a, axis=-1, keepdims=True)
    return largest[..., 0] + np.log(np.sum(np.exp(a - largest), axis=-1))


def primal(logits, means, log_scales, x):
    z = (x[:, None, :] - means) * np.exp(-log_scales)
    log_weights = logits - log_sum_exp(logits)
    log_densities = -0.5 * np.sum(z**2, axis=2) - np.sum(log_scales, axis=1)
    constant = 0.5 * x.size * math.log(2.0 * math.pi)
    return np.sum(log_sum_exp(log_weights + log_densities)) - constant


def make_args(scale):
    rng = np.random.default_rng(0)
    components, dimensions = 8, 5
    return (
        rng.normal(size=components),
        rng.normal(size=(components, dimensions)),
        0.3 * rng.normal(size=(components, dimensions)),
        rng.normal(size=(25 * scale, dimensions)),
    )


def hand_gradient(logits, means, log_scales, x):
    inverse_scales = np.exp(-log_scales)
    z = x[:, None, :] - means
    z *= inverse_scales
    share = np.einsum("nkd,nkd->nk", z, z)
    share *= -0.5
    share += logits - log_scales.sum(axis=1)
    share -= share.max(axis=1, keepdims=True)
    np.exp(share, out=share)
    share /= share.sum(axis=1, keepdims=True)
    total = share.sum(axis=0)
    weights = np.exp(logits - logits.max())
    logits_bar = total - (len(x) / weights.sum()) * weights
    means_bar = np.einsum("nk,nkd->kd", share, z)
    means_bar *= inverse_scales
    z *= z
    log_scales_bar = np.einsum("nk,nkd->kd", share, z)
    log_scales_bar -= total[:, None]
    return logits_bar, means_bar, log_scales_bar


def autograd_primal(logits, means, log_scales, x):
    import autograd.numpy as anp
    from autograd.scipy.special import logsumexp

    z = (x[:, None, :] - means) * anp.exp(-log_scales)
    log_weights = logits - logsumexp(logits)
    log_densities = -0.5 * anp.sum(z**2, axis=2) - anp.sum(log_scales, axis=1)
    constant = 0.5 * x.size * math.log(2.0 * math.pi)
    return anp.sum(logsumexp(log_weights + log_densities, axis=1)) - constant


def torch_primal(logits, means, log_scales, x):
    import torch

    z = (x[:, None, :] - means) * torch.exp(-log_scales)
    log_densities = -0.5 * (z**2).sum(dim=2) - log_scales.sum(dim=1)
    constant = 0.5 * x.numel() * math.log(2.0 * math.pi)
    joint = torch.log_softmax(logits, dim=0) + log_densities
    return torch.logsumexp(joint, dim=1).sum() - constant


def jax_primal(logits, means, log_scales, x):
    import jax
    import jax.numpy as jnp

    z = (x[:, None, :] - means) * jnp.exp(-log_scales)
    log_densities = -0.5 * jnp.sum(z**2, axis=2) - jnp.sum(log_scales, axis=1)
    constant = 0.5 * x.size * math.log(2.0 * math.pi)
    joint = jax.nn.log_softmax(logits) + log_densities
    return jnp.sum(jax.nn.logsumexp(joint, axis=1)) - constant
