"""sRGB values and linear light (IEC 61966-2-1)."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

FINE = 4096
"""Steps of the table from linear light back to sRGB; finer than 8 bits can show."""


def to_linear(srgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """SRGB values, uint8, as linear light in [0, 1], float32."""
    return _linear_table()[srgb]


def to_srgb(linear: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Linear light in [0, 1], float32, as sRGB values, uint8; what lies outside is clipped."""
    return _srgb_table()[np.rint(np.clip(linear, 0, 1) * (FINE - 1)).astype(np.int32)]


@cache
def _linear_table() -> NDArray[np.float32]:
    value = np.arange(256, dtype=np.float64) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4).astype(np.float32)


@cache
def _srgb_table() -> NDArray[np.uint8]:
    light = np.arange(FINE, dtype=np.float64) / (FINE - 1)
    value = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    table: NDArray[np.uint8] = np.rint(value * 255).astype(np.uint8)
    return table
