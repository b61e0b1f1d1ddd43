"""What the methods that group pixels by colour have in common: parameters, and how marks join in."""

from abc import abstractmethod
from collections.abc import Mapping
from functools import partial
from itertools import count
from typing import Annotated, Any, ClassVar, Literal, cast

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from masking_core import label_map
from masking_core.arrays import Labels
from masking_core.errors import PromptError
from masking_core.image import Image
from masking_core.kernels.clustering.partition import Partition, SeedsError
from masking_core.kernels.clustering.suggest import Suggestion, suggest
from masking_core.kernels.colour_space import ColourSpace, from_rgb, planes
from masking_core.method import Method, Segmentation, Stage, Tool
from masking_core.methods.clustering.stages import stages
from masking_core.methods.clustering.why import why
from masking_core.parameters import Show
from masking_core.progress import report, reporting
from masking_core.prompts import Prompts

INSIDE = "Colours more common inside your shape than outside count as the object."


MaxIterations = Annotated[
    int,
    Field(ge=1, le=500, title="Maximum iterations", description="Stops after this many moves of the centres."),
    Show(advanced=True),
]
Precision = Annotated[
    float,
    Field(ge=0.001, le=10, title="Precision", description="Stops when no centre moves by more than this."),
    Show(unit="colour units", log=True, advanced=True),
]

VIEW = 40_000
"""Pixels of the picture on which uncertainty is looked at."""


class Clustering(Method):
    """A method that groups pixels around K centres.

    Without marks the objects are numbered from dark to light, and the recipe's ``keep`` rule finds the background among
    them. A stroke or point ties the group under it to its object: object 0 becomes the background, the other groups
    are numbered on from there. A region says where its object lies: there the object is made of the groups that are
    more frequent inside than outside, and everything else is background.
    """

    uses: ClassVar[frozenset[Tool]] = frozenset({"rectangle", "ellipse", "polygon", "stroke", "point", "seeds"})

    objects: Annotated[
        int,
        Field(ge=2, le=12, title="Number of objects", description="How many groups there are, background included."),
    ] = 3
    space: Annotated[
        Literal["lab", "rgb"],
        Field(title="Colour space", description="Where colour differences are measured."),
        Show(labels={"lab": "CIE L*a*b* (as the eye sees)", "rgb": "sRGB"}),
    ] = "lab"
    max_iterations: MaxIterations = 100
    precision: Precision = 0.1
    seed: Annotated[
        int,
        Field(ge=0, le=9999, title="Seed", description="Another number gives another random start."),
        Show(advanced=True),
    ] = 0

    @abstractmethod
    def partition(self, image: Image, clusters: int, seeds: NDArray[np.integer] | None) -> Partition:
        """Group the pixels; ``seeds`` (H, W) holds the cluster a pixel is tied to, -1 where it is free."""

    def segment(self, image: Image, prompts: Prompts) -> Segmentation:
        """See :meth:`masking_core.Method.segment`."""
        report(0.0, "Grouping pixels")
        marked, seeds = _tied(prompts.seeds(image.rgb.shape[:2]))
        try:
            found = self.partition(image, max(self.objects, len(marked)), seeds)
        except SeedsError as error:
            raise PromptError(_indistinct(marked[error.cluster])) from None
        numbers = _numbers(marked, len(found.colours))
        labels = label_map.looked_up(numbers, found.labels)
        membership = getattr(found, "membership", None)
        bounds = _bounds(prompts, image.rgb.shape[:2])
        if bounds:
            labels, membership = _inside(found.labels, membership, marked, bounds)
        elif membership is not None and marked:
            membership = _by_number(membership, numbers)
        return Segmentation(
            labels=labels,
            membership=membership,
            knows_background=bool(bounds) or marked == [0],
            info={
                "iterations": found.iterations,
                "converged": found.converged,
                "energy": list(found.energy),
                "centres": found.colours.round(2).tolist(),
                **self.more_info(found),
            },
            notes=(INSIDE,) if bounds else (),
            uncertainty=partial(_closeness, image, found.colours, self.space),
            stages=self.stages(image, found, seeds),
            why=partial(why, image, found.colours, found.labels, self.space, self.weighs_places),
        )

    @property
    def weighs_places(self) -> bool:
        """Whether a pixel's place counts beside its colour."""
        return False

    def suggest(self, image: Image) -> Suggestion:
        """Score every number of objects that may be chosen, in this method's colour space."""
        return suggest(image.rgb, largest=12, space=self.space, seed=self.seed)

    def stages(self, image: Image, found: Partition, seeds: NDArray[np.integer] | None) -> tuple[Stage, ...]:
        """How it came about, with ``seeds`` as for :meth:`partition`."""
        return stages(image, found, self.space, seeds)

    def more_info(self, found: Partition) -> Mapping[str, Any]:  # noqa: ARG002
        """Further figures of this method for ``info``."""
        return {}


def _closeness(image: Image, colours: NDArray[np.floating], space: ColourSpace) -> NDArray[np.float32]:
    """How alike the distances of a colour to the nearest and the second centre are, on a small copy: 1 if equal."""
    small = planes(image.reduced(VIEW).rgb, space)
    centres = from_rgb(colours.astype(np.float64), space).astype(np.float32)
    apart = [np.linalg.norm(small - centre[:, None, None], axis=0) for centre in centres]
    if len(apart) < 2:
        return np.zeros(small.shape[1:], np.float32)
    nearest, second = np.partition(np.stack(apart), 1, axis=0)[:2]
    alike: NDArray[np.float32] = np.divide(nearest, second, out=np.zeros_like(nearest), where=second > 0)
    return alike


def _tied(seeds: NDArray[np.integer]) -> tuple[list[int], NDArray[np.int32] | None]:
    """The marked object numbers, ascending, and the seeds as their positions among them; None without any."""
    marked = label_map.marked(seeds)
    if not marked:
        return [], None
    position = np.full(marked[-1] + 2, -1, np.int32)
    position[marked] = np.arange(len(marked))
    return marked, position[seeds]


def _indistinct(number: int) -> str:
    whose = f"of object {number}" if number else "of the background"
    return f"The marks {whose} lie on no colour of their own, so it cannot be told from the rest; mark other places."


def _numbers(marked: list[int], clusters: int) -> NDArray[np.int32]:
    """The object number of each cluster: its mark's, and for those without the numbers that are left, ascending."""
    free = (number for number in count(1) if number not in marked)
    return np.array([*marked, *(next(free) for _ in range(clusters - len(marked)))], np.int32)


def _bounds(prompts: Prompts, shape: tuple[int, ...]) -> dict[int, NDArray[np.bool_]]:
    """Where each object with regions lies, by its number."""
    size = cast(tuple[int, int], shape)
    numbers = sorted({region.object for region in prompts.regions if region.object > 0})
    return {number: inside for number in numbers if (inside := prompts.bounds(size, number)) is not None}


def _inside(
    clusters: NDArray[np.signedinteger],
    membership: NDArray[np.float32] | None,
    marked: list[int],
    bounds: dict[int, NDArray[np.bool_]],
) -> tuple[Labels, NDArray[np.float32] | None]:
    """Labels and memberships of the objects that lie inside their bounds; where bounds overlap, the later one wins."""
    count = int(clusters.max()) + 1
    outside = ~np.logical_or.reduce(list(bounds.values()))
    bounded = np.zeros(clusters.shape, np.int32)
    soft = None if membership is None else np.zeros((*clusters.shape, max(bounds)), np.float32)
    for number in reporting(list(bounds), "Choosing the groups inside each region"):
        inside = bounds[number]
        own = _more_frequent(clusters, inside, outside, count)
        own[: len(marked)] = np.array(marked) == number
        bounded[inside & label_map.looked_up(own, clusters)] = number
        if soft is not None and membership is not None:
            soft[..., number - 1] = membership[..., np.flatnonzero(own)].sum(axis=2) * inside
    return bounded, soft


def _more_frequent(
    clusters: NDArray[np.signedinteger], inside: NDArray[np.bool_], outside: NDArray[np.bool_], count: int
) -> NDArray[np.bool_]:
    """The clusters with a larger share of inside than of outside; all but the largest if there is no outside."""
    here = label_map.counts(clusters[inside], count)
    report(0.5, "Choosing the groups inside each region")
    if not outside.any():
        all_but_largest: NDArray[np.bool_] = np.arange(count) != here.argmax()
        return all_but_largest
    there = label_map.counts(clusters[outside], count)
    own: NDArray[np.bool_] = np.greater(here * int(outside.sum()), there * int(inside.sum()))
    return own


def _by_number(membership: NDArray[np.float32], numbers: NDArray[np.int32]) -> NDArray[np.float32]:
    """Memberships of objects from those of clusters; the background's are left out."""
    ordered = np.zeros((*membership.shape[:2], int(numbers.max())), np.float32)
    for cluster, number in enumerate(numbers):
        if number:
            ordered[..., number - 1] = membership[..., cluster]
    return ordered
