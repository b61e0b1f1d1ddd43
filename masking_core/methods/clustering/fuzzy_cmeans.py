"""Fuzzy C-means: every pixel belongs to every object, to a degree."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from masking_core.image import Image
from masking_core.kernels.clustering.fuzzy_partition import FuzzyPartition, fuzzy_partition
from masking_core.kernels.clustering.partition import Partition
from masking_core.method import Stage
from masking_core.methods.clustering.grouping import Clustering, MaxIterations, Precision
from masking_core.methods.clustering.stages import fuzzy_stages
from masking_core.parameters import Show


class FuzzyCMeans(Clustering):
    """Group colours around K centres with memberships (Dunn 1973, Bezdek 1981).

    Minimises Σ uᵐ ‖x − c‖² over pixels and centres, where the memberships u of a pixel sum to 1. It is solved on
    histograms of the picture's colours, coarse first and fine at the end.
    """

    title: ClassVar[str] = "Fuzzy C-means"
    good_for: ClassVar[str] = "Soft edges: smoke, glass, shadows."

    id: Literal["fuzzy_cmeans"] = "fuzzy_cmeans"
    fuzzifier: Annotated[
        float,
        Field(ge=1.1, le=5, title="Fuzzifier", description="Higher values give softer transitions between objects."),
        Show(step=0.1),
    ] = 2.0
    alpha: Annotated[
        Literal["hard", "membership"],
        Field(
            title="Edges",
            description="Hard: every pixel belongs to one object. Membership: pixels between objects are partly "
            "transparent.",
        ),
        Show(labels={"hard": "Hard", "membership": "Membership (soft)"}),
    ] = "hard"

    # Memberships creep: at the precision of k-means the centres would still be grey levels from where they settle.
    max_iterations: MaxIterations = 300
    precision: Precision = 0.001

    def partition(self, image: Image, clusters: int, seeds: NDArray[np.integer] | None) -> FuzzyPartition:
        """See :class:`masking_core.methods.clustering.grouping.Clustering`."""
        return fuzzy_partition(
            image.rgb,
            clusters,
            fuzzifier=self.fuzzifier,
            space=self.space,
            seeds=seeds,
            max_iterations=self.max_iterations,
            precision=self.precision,
            seed=self.seed,
            membership=self.alpha == "membership",
        )

    def stages(self, image: Image, found: Partition, seeds: NDArray[np.integer] | None) -> tuple[Stage, ...]:
        """See :class:`masking_core.methods.clustering.grouping.Clustering`."""
        return fuzzy_stages(image, found, self.space, seeds, self.fuzzifier)

    def more_info(self, found: Partition) -> Mapping[str, Any]:
        """How crisp the memberships are."""
        assert isinstance(found, FuzzyPartition)
        return {
            "partition_coefficient": found.partition_coefficient,
            "partition_entropy": found.partition_entropy,
        }
