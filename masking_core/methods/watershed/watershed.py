"""Watershed: water rises from the marks and meets on the edges."""

import math
from dataclasses import replace
from functools import partial
from time import perf_counter
from typing import Annotated, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from masking_core.image import Image
from masking_core.kernels.colour_space import read_only
from masking_core.kernels.watershed.flooding import flood
from masking_core.kernels.watershed.gradient import Multiscale, colour_gradient, edge_levels
from masking_core.kernels.watershed.shape import parted_by_shape
from masking_core.method import Method, Segmentation, Tool
from masking_core.methods.watershed.markers import Markers, Rule, away_from_outlines, drawn, found
from masking_core.methods.watershed.stages import stages
from masking_core.methods.watershed.why import why
from masking_core.parameters import Show
from masking_core.progress import report
from masking_core.prompts import Prompts

AUTOMATIC_SCALE = 0.002
"""The scale of edges that is chosen by itself, in diagonals of the picture."""
LEAST_SCALE = 0.5
"""The same in pixels at least: below it nothing is blurred."""
FOUND_ON = 100_000
"""Pixels of the copy on which markers are found, so that a preview and the full picture have the same."""
COARSE = 600_000
"""Pixels of a picture that is flooded as a whole; a larger one is flooded as a copy of this size and then along its
outlines only, so that a preview and the full picture agree."""
BAND = 4.0
"""How far from the copy's outlines the full picture is flooded, in pixels of the copy."""


class Watershed(Method):
    """Flood the picture's edges from markers (Meyer 1994); where two floods meet is the outline of an object.

    The relief is the colour gradient of Di Zenzo (1986) in CIE L*a*b*. A pixel belongs to the marker from which the
    least high edge has to be crossed; compactness (Neubert & Protzel 2014) makes long paths costly too. Markers are
    strokes, points, seed maps and the cores of regions (:func:`masking_core.methods.watershed.markers.drawn`), or found
    automatically (:func:`masking_core.methods.watershed.markers.found`). Marked objects that touch without an edge
    between them part at the neck of their shape (:func:`masking_core.kernels.watershed.shape.parted_by_shape`).
    """

    title: ClassVar[str] = "Watershed"
    good_for: ClassVar[str] = "Objects with clear edges, several at once, from a stroke on each."
    uses: ClassVar[frozenset[Tool]] = frozenset({"rectangle", "ellipse", "polygon", "stroke", "point", "seeds"})

    id: Literal["watershed"] = "watershed"
    scale: Annotated[
        float | None,
        Field(
            ge=0,
            le=100,
            title="Scale of edges",
            description="Blurs away edges finer than this; automatic is a five-hundredth of the diagonal.",
        ),
        Show(unit="px", step=0.5),
    ] = None
    multiscale: Annotated[
        Multiscale,
        Field(title="Several scales", description="Also looks for edges at two and four times the scale."),
        Show(labels={"off": "One scale", "max": "The strongest of three", "mean": "The mean of three"}),
    ] = "off"
    compactness: Annotated[
        float,
        Field(
            ge=0,
            le=10,
            title="Compactness",
            description="How much distance counts, compared with edges; 0 uses edges alone.",
        ),
        Show(step=0.05),
    ] = 0.1
    automatic: Annotated[
        Rule,
        Field(title="Without marks", description="What is looked for where no object is marked."),
        Show(labels={"blobs": "What stands out from the border", "basins": "Even regions"}),
    ] = "blobs"
    objects: Annotated[
        int,
        Field(ge=1, le=100, title="Most objects", description="How many are found at most where no object is marked."),
    ] = 8
    depth: Annotated[
        float,
        Field(
            ge=0,
            le=100,
            title="Least depth",
            description="Where no object is marked: parts separated by less than this share of the greatest width, or "
            "of the strongest edge, count as one.",
        ),
        Show(unit="%", step=1, advanced=True),
    ] = 10.0

    def segment(self, image: Image, prompts: Prompts) -> Segmentation:
        """See :meth:`masking_core.Method.segment`; marked objects keep their numbers, found ones count from 1."""
        shape = image.rgb.shape[0], image.rgb.shape[1]
        report(0.0, "Placing the markers")
        start = perf_counter()
        if image.pixels > COARSE:
            return self._refined(image, prompts, start)
        marked = drawn(prompts, shape, self._rim(image))
        markers = marked or self._found(image, prompts.seeds(shape) == 0)
        return self._flooded(image, markers, self.compactness, start, by_shape=marked is not None)

    def _refined(self, image: Image, prompts: Prompts, start: float) -> Segmentation:
        """Flood a copy, then the full picture near the outlines that were found."""
        small = image.reduced(COARSE)
        factor = small.size[0] / image.size[0]
        coarse = self.scaled(factor).segment(small, prompts.scaled(factor))
        shape = image.rgb.shape[0], image.rgb.shape[1]
        background = Markers(prompts.seeds(shape).astype(np.int32), {}, coarse.knows_background)
        exact = drawn(prompts, shape, self._rim(image)) or background
        report(0.5, "Placing the markers")
        fine = self._flooded(image, exact.joined(away_from_outlines(coarse.labels, BAND)), 0.0, start)
        seconds = {**fine.info["stage_seconds"], "markers": 0.0}
        seconds["markers"] = perf_counter() - start - sum(seconds.values())
        return replace(
            fine,
            knows_background=coarse.knows_background,
            info={**coarse.info, "scale": fine.info["scale"], "stage_seconds": seconds},
            notes=coarse.notes,
            stages=(*coarse.stages[:-1], fine.stages[-1]),
        )

    def _flooded(
        self, image: Image, markers: Markers, compactness: float, start: float, *, by_shape: bool = False
    ) -> Segmentation:
        marked = perf_counter()
        levels = self._levels(image)
        ready = perf_counter()
        flooded = flood(levels, markers.seeds, compactness)
        if by_shape:
            flooded = flooded._replace(labels=parted_by_shape(flooded.labels, levels, markers.seeds))
        done = perf_counter()
        report(1.0, "Flooding")
        areas = np.bincount(markers.seeds.ravel() + 1)[1:]
        report(1.0, "Flooding")
        labels = markers.confine(flooded.labels)
        return Segmentation(
            labels=labels,
            knows_background=markers.knows_background,
            info={
                "markers": {str(number): int(area) for number, area in enumerate(areas) if area},
                "scale": round(self._sigma(image), 3),
                "stage_seconds": {"markers": marked - start, "gradient": ready - marked, "flooding": done - ready},
            },
            notes=markers.notes,
            stages=stages(image, levels, flooded),
            why=partial(why, levels, markers.seeds, labels),
        )

    def _rim(self, image: Image) -> float:
        return 1 + 2 * self._sigma(image)

    def _sigma(self, image: Image) -> float:
        return max(LEAST_SCALE, AUTOMATIC_SCALE * math.hypot(*image.size)) if self.scale is None else self.scale

    def _levels(self, image: Image) -> NDArray[np.uint8]:
        """The edges of ``image``, kept with it: they do not depend on any mark."""
        sigma = self._sigma(image)
        return image.derived(
            ("edge levels", sigma, self.multiscale),
            lambda: read_only(edge_levels(colour_gradient(image.rgb, sigma, self.multiscale))),
        )

    def _found(self, image: Image, background: NDArray[np.bool_]) -> Markers:
        small = image.reduced(FOUND_ON)
        sigma = self._sigma(image) * small.size[0] / image.size[0]
        gradient = colour_gradient(small.rgb, sigma, self.multiscale)
        levels = np.rint(255 * gradient / max(float(gradient.max()), 1e-6)).astype(np.uint8)
        return found(small.rgb, levels, self.automatic, self.objects, self.depth, background)
