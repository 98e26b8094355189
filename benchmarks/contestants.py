"""Who computes a workload's gradient: sourcead, the hand-written adjoint, autograd, PyTorch, JAX.

A contestant is a function together with the conversion of a workload's arguments to what it takes
(tensors for PyTorch), which is left out of the timing.  A tool that is not installed is no
contestant.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmarks.workload import Args, Workload, differentiated, map_leaves
from sourcead import grad
from sourcead.derivative import Derivative

__all__ = ["Contestant", "Ours", "derived", "emitted", "hand", "peers", "primal", "sourcead"]


@dataclass(frozen=True)
class Contestant:
    name: str
    function: Callable[..., Any]
    convert: Callable[[Args], Args] = lambda args: args


@dataclass(frozen=True)
class Ours(Contestant):
    """sourcead's, of which the generated function and its text are looked at, too."""

    derivative: Derivative = field(kw_only=True)


def primal(workload: Workload) -> Contestant:
    return Contestant("primal", workload.primal)


def hand(workload: Workload) -> Contestant:
    return Contestant("hand", workload.hand_gradient)


def derived(workload: Workload) -> list[Contestant]:
    """The gradient that is no reverse sweep of the program, where there is one."""
    found = workload.derived_gradient
    return [] if found is None else [Contestant("derived", found)]


def sourcead(workload: Workload) -> Ours:
    derivative = grad(workload.primal, workload.wrt)
    return Ours("sourcead", derivative, derivative=derivative)


def emitted(ours: Ours, args: Args) -> Contestant:
    """The generated function itself, for arguments of these kinds."""
    return Contestant("emitted", ours.derivative.compiled_for(*args).call)


def peers(workload: Workload) -> list[Contestant]:
    """The other tools that are installed here."""
    tools = {"autograd": _autograd, "torch": _torch, "jax": _jax}
    return [make(workload) for tool, make in tools.items() if importlib.util.find_spec(tool)]


# -- one tool each -----------------------------------------------------------------------------


def _autograd(workload: Workload) -> Contestant:
    autograd = importlib.import_module("autograd")
    return Contestant("autograd", autograd.grad(workload.autograd_primal, workload.wrt))


def _torch(workload: Workload) -> Contestant:
    torch = importlib.import_module("torch")
    torch.set_num_threads(1)
    positions = differentiated(workload)

    def parameter(leaf: Any) -> Any:
        return torch.tensor(leaf, dtype=torch.float64, requires_grad=True)

    def data(leaf: Any) -> Any:
        return torch.tensor(leaf) if isinstance(leaf, np.ndarray) else leaf

    def convert(args: Args) -> Args:
        return tuple(
            map_leaves(parameter if position in positions else data, argument)
            for position, argument in enumerate(args)
        )

    def gradient(*args: Any) -> Any:
        inputs: list[Any] = []
        for position in positions:
            map_leaves(inputs.append, args[position])
        bars = iter(torch.autograd.grad(workload.torch_primal(*args), inputs))
        found = tuple(map_leaves(lambda _: next(bars), args[position]) for position in positions)
        return found if isinstance(workload.wrt, tuple) else found[0]

    return Contestant("torch", gradient, convert)


def _jax(workload: Workload) -> Contestant:
    jax = importlib.import_module("jax")
    jax.config.update("jax_enable_x64", True)
    example = workload.make_args(1)
    static = tuple(k for k, argument in enumerate(example) if isinstance(argument, int))
    compiled = jax.jit(jax.grad(workload.jax_primal, workload.wrt), static_argnums=static)

    def convert(args: Args) -> Args:
        return tuple(
            map_leaves(
                lambda leaf: leaf if isinstance(leaf, int) else jax.numpy.asarray(leaf), argument
            )
            for argument in args
        )

    def gradient(*args: Any) -> Any:
        return jax.block_until_ready(compiled(*args))

    return Contestant("jax", gradient, convert)
