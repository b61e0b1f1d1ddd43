"""What a grouping by colour weighs at one pixel: how far its colour is from every centre."""

import numpy as np
from numpy.typing import NDArray

from masking_core.arrays import Labels
from masking_core.image import Image
from masking_core.kernels.colour_space import ColourSpace, from_rgb
from masking_core.why import Evidence, Why


def why(
    image: Image, colours: NDArray[np.floating], clusters: Labels, space: ColourSpace, placed: bool, x: int, y: int
) -> Why:
    """See :data:`masking_core.why.Weigh`.

    Args:
        image: the picture.
        colours: (K, 3) the centres as sRGB.
        clusters: (H, W) int32, the centre of every pixel, from 0.
        space: where differences are measured.
        placed: whether the method weighs places as well.
        x, y: the pixel.
    """
    here = from_rgb(image.rgb[y, x][None].astype(np.float64), space)[0]
    centres = from_rgb(colours.astype(np.float64), space)
    apart = np.linalg.norm(centres - here, axis=1)
    own, longest = int(clusters[y, x]), float(apart.max()) or 1.0
    nearest = int(apart.argmin())
    if own == nearest:
        sentence = f"Its colour is nearest to the centre of group {own + 1}."
    else:
        other = "its place" if placed else "a mark, or what lies inside your shape,"
        sentence = f"Its colour alone is nearest to group {nearest + 1}, but {other} put it into group {own + 1}."
    return Why(
        sentence,
        tuple(
            Evidence(
                f"Distance to group {index + 1} (#{bytes(np.rint(colour).astype(np.uint8)).hex()})",
                float(distance) / longest,
                f"{distance:.1f} colour units",
                signed=False,
            )
            for index, (colour, distance) in enumerate(zip(colours, apart, strict=True))
        ),
    )
