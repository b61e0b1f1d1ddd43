"""Running a network: one in memory for everybody, and given back when nobody has used it for a while."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Lock, Timer
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from masking_core.errors import ModelError
from masking_core.models.files import Weights
from masking_core.progress import beside, report

IDLE = 60.0
"""Seconds after the last use until the network in memory is given back."""
TURN = 0.2
"""Seconds between two looks whether somebody who waits for the network still wants it."""

Tensor = NDArray[np.float32]


class Network(Protocol):
    """A network in memory; not safe for two threads at once."""

    engine: str

    def run(self, inputs: Mapping[str, Tensor]) -> list[Tensor]:
        """All outputs, in the order of the file, for inputs (1, C, H, W) float32 by name; "" is the only input."""


class _OpenCV:
    engine = "OpenCV"

    def __init__(self, path: Path) -> None:
        self._net = cv2.dnn.readNetFromONNX(str(path))
        self._outputs = self._net.getUnconnectedOutLayersNames()

    def run(self, inputs: Mapping[str, Tensor]) -> list[Tensor]:
        for name, tensor in inputs.items():
            self._net.setInput(tensor, name)
        return [np.asarray(output, np.float32) for output in self._net.forward(self._outputs)]


class _OnnxRuntime:
    engine = "ONNX Runtime"

    def __init__(self, path: Path) -> None:
        import onnxruntime  # noqa: PLC0415 — an extra

        self._session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])

    def run(self, inputs: Mapping[str, Tensor]) -> list[Tensor]:
        only = self._session.get_inputs()[0].name
        outputs = self._session.run(None, {name or only: tensor for name, tensor in inputs.items()})
        return [np.asarray(output, np.float32) for output in outputs]


class _Shelf:
    """Holds the one network in memory."""

    def __init__(self) -> None:
        self._turn = Lock()
        self._key = ""
        self._network: Network | None = None
        self._timer: Timer | None = None

    @contextmanager
    def borrowed(self, weights: Weights) -> Iterator[Network]:
        """The network, for one borrower at a time.

        Raises:
            ModelError: it cannot be run.
            Cancelled: the listener of :mod:`masking_core.progress` no longer wants to wait.
        """
        while not self._turn.acquire(timeout=TURN):
            report(0.0, "Waiting for the network")
        try:
            if self._timer:
                self._timer.cancel()
            if self._network is None or self._key != weights.sha256:
                self._forget()
                report(0.0, f"Loading {weights.model.label}")
                self._network, self._key = _loaded(weights), weights.sha256
            yield self._network
        finally:
            self._timer = Timer(IDLE, self.give_back)
            self._timer.daemon = True
            self._timer.start()
            self._turn.release()

    def give_back(self) -> None:
        """Free the memory, unless the network is in use."""
        if self._turn.acquire(blocking=False):
            try:
                self._forget()
            finally:
                self._turn.release()

    def replace(self, network: Network) -> Network:
        """Hold another network for the same file; for the borrower only."""
        self._network = network
        return network

    @property
    def holds(self) -> str:
        """The SHA-256 of the file in memory; empty when there is none."""
        return self._key

    def _forget(self) -> None:
        if self._network is not None:
            self._network, self._key = None, ""
            gc.collect()


SHELF = _Shelf()


def run(weights: Weights, inputs: Mapping[str, Tensor]) -> tuple[list[Tensor], str]:
    """All outputs of a network, and the name of what ran it.

    Args:
        weights: the network.
        inputs: (1, C, H, W) float32 by name; "" for the only one.

    Raises:
        ModelError: the file is no network, takes other inputs, or needs ONNX Runtime, which is not installed.
        Cancelled: the listener of :mod:`masking_core.progress` no longer wants the result.
    """
    # All of it, so that whoever is no longer waited for holds the network until it has really ended.
    return beside(lambda: _answered(weights, inputs), f"Running {weights.model.label}")


def _answered(weights: Weights, inputs: Mapping[str, Tensor]) -> tuple[list[Tensor], str]:
    with SHELF.borrowed(weights) as network:
        report(0.1, f"Running {weights.model.label}")
        try:
            return network.run(inputs), network.engine
        except cv2.error as refused:  # what OpenCV reads it may still not be able to compute
            other = SHELF.replace(_onnx_runtime(weights, refused))
        try:
            return other.run(inputs), other.engine
        except Exception as error:  # ONNX Runtime's own kinds
            raise ModelError(f"The network {weights.model.name} cannot be run: {_first(error)}.") from None


def _loaded(weights: Weights) -> Network:
    """The network as OpenCV reads it; what OpenCV refuses goes to ONNX Runtime."""
    try:
        return _OpenCV(weights.path)
    except cv2.error as refused:
        return _onnx_runtime(weights, refused)


def _onnx_runtime(weights: Weights, refused: cv2.error) -> Network:
    try:
        return _OnnxRuntime(weights.path)
    except ImportError:
        raise ModelError(
            f"The network {weights.model.name} needs ONNX Runtime: run pip install onnxruntime. "
            f"OpenCV cannot run it ({_first(refused)})."
        ) from None
    except Exception as error:  # its own kinds, derived from Exception alone
        raise ModelError(f"The file {weights.path} is not a network that can be run: {_first(error)}.") from None


def _first(error: Exception) -> str:
    """The first line of an error, without a full stop."""
    lines: Any = str(error).strip().splitlines() or [type(error).__name__]
    return str(lines[0])[:200].rstrip(". ")
