"""Kepler's equation by Newton's method: a while loop whose trip count depends on the arguments."""

import math

wrt = (0, 1)
full_scale = 1


def primal(eccentricity, mean_anomaly):
    anomaly = mean_anomaly
    step = 1.0
    while abs(step) > 1e-12:
        residual = anomaly - eccentricity * math.sin(anomaly) - mean_anomaly
        step = residual / (1.0 - eccentricity * math.cos(anomaly))
        anomaly -= step
    return 1.0 - eccentricity * math.cos(anomaly)  # distance, in semi-major axes


def make_args(scale):
    return 0.6, 1.1


def hand_gradient(eccentricity, mean_anomaly):
    anomaly = mean_anomaly
    step = 1.0
    saved = []
    while abs(step) > 1e-12:
        sin, cos = math.sin(anomaly), math.cos(anomaly)
        slope = 1.0 - eccentricity * cos
        step = (anomaly - eccentricity * sin - mean_anomaly) / slope
        saved.append((sin, cos, slope, step))
        anomaly -= step
    eccentricity_bar = -math.cos(anomaly)
    anomaly_bar = eccentricity * math.sin(anomaly)
    mean_anomaly_bar = 0.0
    for sin, cos, slope, step in reversed(saved):
        residual_bar = -anomaly_bar / slope
        slope_bar = -residual_bar * step
        anomaly_bar = slope_bar * eccentricity * sin  # what passes through the residual cancels
        eccentricity_bar -= residual_bar * sin + slope_bar * cos
        mean_anomaly_bar -= residual_bar
    return eccentricity_bar, mean_anomaly_bar + anomaly_bar


def autograd_primal(eccentricity, mean_anomaly):
    import autograd.numpy as anp

    anomaly = mean_anomaly
    step = 1.0
    while abs(step) > 1e-12:
        residual = anomaly - eccentricity * anp.sin(anomaly) - mean_anomaly
        step = residual / (1.0 - eccentricity * anp.cos(anomaly))
        anomaly = anomaly - step
    return 1.0 - eccentricity * anp.cos(anomaly)


def torch_primal(eccentricity, mean_anomaly):
    import torch

    anomaly = mean_anomaly
    step = torch.ones(())
    while abs(step) > 1e-12:
        residual = anomaly - eccentricity * torch.sin(anomaly) - mean_anomaly
        step = residual / (1.0 - eccentricity * torch.cos(anomaly))
        anomaly = anomaly - step
    return 1.0 - eccentricity * torch.cos(anomaly)


def jax_primal(eccentricity, mean_anomaly):
    import jax.numpy as jnp
    from jax import lax

    def turn(_, anomaly):
        residual = anomaly - eccentricity * jnp.sin(anomaly) - mean_anomaly
        return anomaly - residual / (1.0 - eccentricity * jnp.cos(anomaly))

    # `while_loop` has no reverse mode: a fixed number of turns stands in for it
    return 1.0 - eccentricity * jnp.cos(lax.fori_loop(0, 8, turn, mean_anomaly))
