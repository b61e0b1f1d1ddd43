"""Plotting colours on paper: of three axes, the two on which they differ most."""

import numpy as np
from numpy.typing import NDArray

from masking_core.kernels.colour_space import ColourSpace

NAMES: dict[ColourSpace, tuple[str, str, str]] = {
    "lab": ("L* (dark to light)", "a* (green to red)", "b* (blue to yellow)"),
    "rgb": ("red", "green", "blue"),
}


def widest(colours: NDArray[np.floating]) -> list[int]:
    """The two columns of (N, 3) colours with the largest variance; the earlier one, as lightness is, goes up the y."""
    return sorted(np.argsort(-colours.var(axis=0), kind="stable")[:2].tolist(), reverse=True)
