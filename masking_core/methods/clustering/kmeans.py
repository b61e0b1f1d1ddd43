"""K-means: every pixel goes to the nearest of K centres."""

from typing import Annotated, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from masking_core.image import Image
from masking_core.kernels.clustering.partition import Partition, colour_partition
from masking_core.kernels.clustering.spatial_partition import spatial_partition
from masking_core.methods.clustering.grouping import Clustering
from masking_core.parameters import Show


class KMeans(Clustering):
    """Group pixels around K centres (Lloyd 1982), seeded by k-means++ (Arthur & Vassilvitskii 2007).

    ``metric`` says how far a pixel is from a centre, Δc being the difference of their colours, Δs the distance of their
    places in pixels:

    - ``colour``: Δc. Solved on a histogram of the picture's colours with exact bin means, so that a large picture costs
      hardly more than a small one.
    - ``product``: √((Δc² + 1) (Δs² + 1)), colour × Euclidean distance.
    - ``sum``: √(Δc² + (m/S)² Δs²) with S = √(pixels / objects), as in SLIC (Achanta et al. 2012); m is ``compactness``.
    """

    title: ClassVar[str] = "K-means"
    good_for: ClassVar[str] = "An object whose colours differ from its surroundings."

    id: Literal["kmeans"] = "kmeans"
    metric: Annotated[
        Literal["colour", "product", "sum"],
        Field(
            title="Distance",
            description="Colour: pixels of one colour are one object, wherever they lie. Colour × distance: separates "
            "areas of similar colour that lie far apart. Colour + distance: gives compact pieces.",
        ),
        Show(labels={"colour": "Colour", "product": "Colour × distance", "sum": "Colour + distance"}),
    ] = "colour"
    compactness: Annotated[
        float,
        Field(ge=0, le=200, title="Compactness", description="How much position counts; 0 uses colour alone."),
        Show(unit="colour units", step=1, when=("metric", ("sum",))),
    ] = 10.0

    @property
    def weighs_places(self) -> bool:
        """See :attr:`Clustering.weighs_places`."""
        return self.metric != "colour"

    def partition(self, image: Image, clusters: int, seeds: NDArray[np.integer] | None) -> Partition:
        """See :class:`masking_core.methods.clustering.grouping.Clustering`."""
        if self.metric == "colour":
            return colour_partition(
                image.rgb,
                clusters,
                space=self.space,
                seeds=seeds,
                max_iterations=self.max_iterations,
                precision=self.precision,
                seed=self.seed,
            )
        return spatial_partition(
            image.rgb,
            clusters,
            metric=self.metric,
            compactness=self.compactness,
            space=self.space,
            seeds=seeds,
            max_iterations=self.max_iterations,
            precision=self.precision,
            seed=self.seed,
        )
