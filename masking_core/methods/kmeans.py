"""K-means: pixels of similar colour belong together."""

from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from masking_core.image import Image
from masking_core.kernels.colour_histogram import colour_histogram
from masking_core.kernels.colour_space import by_darkness, to_rgb
from masking_core.kernels.kmeans import kmeans
from masking_core.method import Method, Segmentation
from masking_core.parameters import Show
from masking_core.progress import report
from masking_core.prompts import Prompts


class KMeans(Method):
    """Group pixels of similar colour around K mean colours (Lloyd 1982), seeded by k-means++ (Arthur 2007).

    The K centres c minimise Σ ‖x − c(x)‖² over the colours x of all pixels. They are found on a histogram of the
    picture's colours with exact bin means, so that a large picture costs hardly more than a small one.
    """

    title: ClassVar[str] = "K-means"
    good_for: ClassVar[str] = "An object whose colours differ from its surroundings."

    id: Literal["kmeans"] = "kmeans"
    objects: Annotated[
        int,
        Field(ge=2, le=12, title="Number of objects", description="How many groups of colours, background included."),
    ] = 3
    space: Annotated[
        Literal["lab", "rgb"],
        Field(title="Colour space", description="Where colour differences are measured."),
        Show(labels={"lab": "CIE L*a*b* (as the eye sees)", "rgb": "sRGB"}),
    ] = "lab"
    max_iterations: Annotated[
        int,
        Field(ge=1, le=300, title="Maximum iterations", description="Stops after this many moves of the centres."),
        Show(advanced=True),
    ] = 100
    precision: Annotated[
        float,
        Field(ge=0.001, le=10, title="Precision", description="Stops when no centre moves by more than this."),
        Show(unit="colour units", log=True, advanced=True),
    ] = 0.1
    seed: Annotated[
        int,
        Field(ge=0, le=9999, title="Seed", description="Another seed starts from other random colours."),
        Show(advanced=True),
    ] = 0

    def segment(self, image: Image, prompts: Prompts) -> Segmentation:
        """Label 1 is the darkest object; see :meth:`masking_core.Method.segment`."""
        report(0.0, "Counting colours")
        histogram = colour_histogram(image.rgb)
        clusters = kmeans(
            histogram.points(self.space),
            histogram.counts.astype(np.float64),
            self.objects,
            max_iterations=self.max_iterations,
            precision=self.precision,
            seed=self.seed,
        )
        order = by_darkness(clusters.centres, self.space)
        number = np.empty(len(order), np.int32)
        number[order] = np.arange(1, len(order) + 1)
        report(0.9, "Labelling pixels")
        labels = histogram.spread(image.rgb, number[clusters.labels][:, None], np.int32(0))[..., 0]
        return Segmentation(
            labels=labels,
            info={
                "iterations": clusters.iterations,
                "converged": clusters.converged,
                "inertia": list(clusters.inertia),
                "centres": to_rgb(clusters.centres[order], self.space).round(2).tolist(),
            },
        )
