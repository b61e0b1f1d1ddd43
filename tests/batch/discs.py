"""Pictures of discs with a truth that is known."""

import numpy as np
import PIL.Image


def disc(seed=0, size=(48, 64), radius=14):
    """A bright disc on dark noise, and where it is."""
    random = np.random.default_rng(seed)
    rows, columns = np.ogrid[: size[0], : size[1]]
    middle = size[0] / 2 + random.integers(-4, 5), size[1] / 2 + random.integers(-6, 7)
    inside = (rows - middle[0]) ** 2 + (columns - middle[1]) ** 2 < radius**2
    noise = random.integers(0, 40, (*size, 3))
    return (noise + inside[..., None] * (200, 150, 60)).clip(0, 255).astype(np.uint8), inside


def save(path, array):
    path.parent.mkdir(parents=True, exist_ok=True)
    PIL.Image.fromarray(array).save(path)
    return path
