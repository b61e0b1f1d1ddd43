"""Which part of a picture decides what a network takes for the subject (Zeiler & Fergus 2014)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from masking_core.models import network
from masking_core.models.looks import as_map, normalised
from masking_core.models.subject_map import SubjectMap
from masking_core.progress import report

GRID = 3
"""Squares a side, each hidden once: as many times as their number the network is run."""
GREY = 128


def occlusion(found: SubjectMap) -> NDArray[np.float32]:
    """How much of the subject is lost when each square of what the network sees is grey: (3, 3) float32 in [0, 1].

    Of a network that was shown several parts, this is told of the one where it is surest.

    Raises:
        ModelError: the network cannot be run.
        Cancelled: the listener of :mod:`masking_core.progress` no longer wants the result.
    """
    lost = np.zeros((GRID, GRID), np.float32)
    model, look = found.weights.model, found.surest
    edges = np.linspace(0, look.seen.shape[0], GRID + 1).astype(int)
    subject = float(look.values.sum()) or 1.0
    for row in range(GRID):
        for column in range(GRID):
            report((row * GRID + column) / GRID**2, "Hiding one part of the picture after the other")
            hidden = look.seen.copy()
            hidden[edges[row] : edges[row + 1], edges[column] : edges[column + 1]] = GREY
            outputs, _ = network.run(found.weights, {model.inputs[0].name: normalised(hidden, model)})
            lost[row, column] = np.maximum(look.values - as_map(outputs[0], model), 0).sum() / subject
    return np.clip(lost, 0, 1)
