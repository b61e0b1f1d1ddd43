"""Graph cut: the cheapest way to cut an object out, given what was marked."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Annotated, ClassVar, Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from masking_core.arrays import Labels, Mask
from masking_core.image import Image
from masking_core.kernels.appearance import appearance_learning
from masking_core.kernels.appearance.appearance_learning import AppearanceModel, LearningSettings
from masking_core.kernels.appearance.prior import UNSTROKED_WEIGHT, WEIGHT, Prior, prior_of
from masking_core.kernels.appearance.salience import salience
from masking_core.kernels.appearance.unaries import (
    GEODESIC_WEIGHT,
    Features,
    connected_to_seeds,
    picture_features,
    without_specks,
)
from masking_core.kernels.min_cut.coarse_to_fine import COARSEST, Pyramid, Step, coarse_to_fine_cuts
from masking_core.kernels.min_cut.contrast import nlinks, quantise
from masking_core.kernels.min_cut.maxflow import Grid
from masking_core.method import Method, Segmentation, Tool
from masking_core.methods.graph_cut.stages import Account, stages
from masking_core.methods.graph_cut.why import why
from masking_core.methods.object_marks import ObjectMarks, objects_of
from masking_core.models import files
from masking_core.models.registry import DEFAULT
from masking_core.models.subject_map import box_of, subject_map
from masking_core.parameters import Show
from masking_core.progress import report
from masking_core.prompts import Prompts

VIEW = 40_000
"""Pixels of the picture that the models are learned from."""
UNIT = 283.0
"""Side, in pixels, of the square picture for which the smoothness is declared."""
NO_OBJECT = "Nothing is marked yet, so this is an automatic guess. Paint on the object or draw around it to choose."
BAND = 2
"""Half the width of the band that is cut anew at finer sizes, in pixels of the size."""
WHOLE = 160_000
"""Pixels of the largest picture that is cut as a whole."""
QUARTER = 64
"""What a byte says of a quarter, for the share of a pixel that is marked."""
LAB_ORIGIN = np.array([0, 128, 128], np.float32)


@dataclass(frozen=True, eq=False)
class Known:
    """What is known of one object before the picture is cut.

    Attributes:
        seeds: (H, W) int8: 1 certainly the object, 0 certainly not, -1 neither.
        belief: what was learned.
        prior: what a map of the likely object adds; None without one.
    """

    seeds: NDArray[np.int8]
    belief: AppearanceModel
    prior: Prior | None = None


class GraphCut(Method):
    """Cut objects out along the cheapest boundary (Boykov & Jolly 2001), coarse to fine.

    The energy is Σ unary + Σ smoothness × n-link over 8 neighbours. Unaries come from colour models and from geodesic
    distances to the strokes (:mod:`masking_core.kernels.appearance.appearance_learning`); models are learned again
    from the cut, as in GrabCut (Rother et al. 2004). Every stroke is a hard constraint.

    Each object is cut against everything else: the strokes of the other objects are background to it. Where several
    objects claim a pixel, the one whose unary is highest has it.
    """

    title: ClassVar[str] = "Graph cut"
    good_for: ClassVar[str] = (
        "For most photos. Paint a stroke on the object and one on the background, or draw a rectangle around the "
        "object."
    )
    uses: ClassVar[frozenset[Tool]] = frozenset({"rectangle", "ellipse", "polygon", "stroke", "point", "seeds"})

    id: Literal["graph_cut"] = "graph_cut"
    smoothness: Annotated[
        float,
        Field(ge=0.1, le=200, title="Smoothness", description="Higher values give a smoother, shorter outline."),
        Show(log=True),
    ] = 25.0
    sensitivity: Annotated[
        float,
        Field(
            ge=0,
            le=5,
            title="Contrast sensitivity",
            description="How strongly the outline follows edges in the picture.",
        ),
        Show(step=0.1),
    ] = 1.0
    reach: Annotated[
        float,
        Field(
            ge=0,
            le=10,
            title="Stroke influence",
            description="How much distance from your strokes counts, compared with colour.",
        ),
        Show(step=0.1),
    ] = GEODESIC_WEIGHT
    colours: Annotated[
        int,
        Field(
            ge=1,
            le=12,
            title="Colour clusters",
            description="Number of colours that describe the object and the background.",
        ),
    ] = 6
    iterations: Annotated[
        int,
        Field(ge=0, le=10, title="Iterations", description="How often the models are learned again from the cut."),
        Show(advanced=True),
    ] = 3
    precision: Annotated[
        float,
        Field(ge=0, le=0.1, title="Precision", description="Stops when fewer than this share of pixels change."),
        Show(step=0.001, advanced=True),
    ] = 0.001
    exact: Annotated[
        bool,
        Field(title="Exact", description="Solve the whole picture at once instead of coarse to fine; slower."),
        Show(advanced=True),
    ] = False

    prior: Annotated[
        Literal["none", "subject"],
        Field(title="Prior", description="What is known of the object beside your marks; your marks always win."),
        Show(labels={"none": "Nothing", "subject": "What a trained network takes for the subject"}),
    ] = "none"

    def segment(self, image: Image, prompts: Prompts) -> Segmentation:
        """See :meth:`masking_core.Method.segment`.

        Raises:
            ModelError: the prior is "subject" and the network's file is not at hand.
        """
        shape = image.rgb.shape[0], image.rgb.shape[1]
        report(0.0, "Reading the marks")
        every = objects_of(prompts, shape)
        guessed = not any(each.is_marked for each in every)
        labels = np.zeros(shape, np.int32)
        highest = np.full((1, 1), -np.inf, np.float32)
        objects: dict[int, Known] = {}
        for each in every:
            known = objects[each.number] = self._learn(image, each)
            found = self._cut(image, known, guessed=guessed)
            if len(every) > 1:
                score = cv2.resize(known.belief.of_pixels(_features(image)), shape[::-1])
                found &= (score > highest) | (each.seeds == 1)
                highest = np.where(found, score, highest)
            labels[found] = each.number
        account = self._account(image, labels, objects, guessed=guessed)
        return Segmentation(
            labels=labels,
            knows_background=True,
            info={
                "objects": len(every),
                "iterations": max(known.belief.rounds for known in objects.values()),
                "foreground": float((labels > 0).mean()),
            },
            notes=(NO_OBJECT,) if guessed else (),
            uncertainty=partial(self._uncertainty, image, objects),
            stages=stages(account),
            why=partial(why, account),
        )

    def _account(self, image: Image, labels: Labels, objects: dict[int, Known], *, guessed: bool) -> Account:
        """What the stages tell."""
        features = _features(image)
        return Account(
            image=image,
            labels=labels,
            seeds={number: known.seeds for number, known in objects.items()},
            learned={number: known.belief.history for number, known in objects.items()},
            priors={number: known.prior for number, known in objects.items() if known.prior is not None},
            salience=_salience(image) if guessed and self.prior == "none" else None,
            features=features,
            links=self._links(image, features),
            smoothness=self._smoothness(features.lab.shape[0] * features.lab.shape[1]),
            sizes=tuple(level.shape[:2] for level in reversed(self._pyramid(image).levels)),
            cuts=partial(self._cuts_of, image, objects),
        )

    def _learn(self, image: Image, marks: ObjectMarks) -> Known:
        """One object against everything else."""
        features = _features(image)
        small, links = _reduced_seeds(marks.seeds, features.lab.shape[:2]), self._links(image, features)
        cut_with = self._solver(links, small)
        learning = LearningSettings(self.colours, self.iterations, self.precision, self.reach)
        inside = _reduced_region(marks.region, small)
        prior = None if self.prior == "none" else _prior(image, marks, small, inside)
        if inside is not None:
            belief = appearance_learning.from_region(features, inside, links, cut_with, learning, prior)
        elif (small == 1).any():
            belief = appearance_learning.from_strokes(features, small, cut_with, learning, prior)
        elif prior is not None:
            belief = appearance_learning.from_map(features, prior, cut_with, learning)
        else:
            belief = appearance_learning.from_salience(features, _salience(image), small, cut_with, learning)
        return Known(marks.seeds, belief, prior)

    def _cut(self, image: Image, known: Known, *, guessed: bool) -> Mask:
        report(0.6, "Cutting")
        *_, last = self._cuts(image, known)
        return without_specks(last.foreground) if guessed else connected_to_seeds(last.foreground, known.seeds)

    def _cuts_of(self, image: Image, objects: dict[int, Known], number: int) -> Iterator[Step]:
        return self._cuts(image, objects[number])

    def _cuts(self, image: Image, known: Known) -> Iterator[Step]:
        """The cut of every size, the smallest first."""
        pyramid, belief = self._pyramid(image), known.belief

        def unary_at(level: int, pixels: NDArray[np.intp]) -> NDArray[np.float32]:
            guide = pyramid.levels[level]
            lab = guide.reshape(-1, 3)[pixels].astype(np.float32) - LAB_ORIGIN
            return belief.of_colours(lab) + _at(belief.place, guide.shape[:2], pixels)

        smoothness = belief.smoothness * self._smoothness(known.seeds.size)
        return coarse_to_fine_cuts(pyramid, unary_at, smoothness=smoothness, seeds=known.seeds, band=BAND)

    def _solver(self, links: NDArray[np.int16], seeds: NDArray[np.int8]) -> appearance_learning.CutWith:
        """Cuts of the view that keep to its seeds (h, w)."""
        grid = Grid(links)
        hard = np.where(seeds == 1, np.inf, np.where(seeds == 0, -np.inf, 0)).astype(np.float32)
        smoothness = self._smoothness(seeds.size)

        def cut_with(unary: NDArray[np.float32], share: float) -> Mask:
            return connected_to_seeds(grid.cut(quantise(unary + hard, share * smoothness)).foreground, seeds)

        return cut_with

    def _smoothness(self, pixels: int) -> float:
        """The weight of an n-link without contrast in a copy of so many pixels."""
        return self.smoothness * float(np.sqrt(pixels)) / UNIT

    def _uncertainty(self, image: Image, objects: dict[int, Known]) -> NDArray[np.float32]:
        """How close the closest decision about any object was, at the size of the view."""
        features = _features(image)
        shape = features.lab.shape[:2]
        found = np.zeros(shape, np.float32)
        for known in objects.values():
            belief, cut_with = (
                known.belief,
                self._solver(self._links(image, features), _reduced_seeds(known.seeds, shape)),
            )
            np.maximum(
                found,
                appearance_learning.uncertainty_of_cut(belief.of_pixels(features), belief.smoothness, cut_with),
                out=found,
            )
        return found

    def _links(self, image: Image, features: Features) -> NDArray[np.int16]:
        return image.reduced(VIEW).derived(
            ("graph_cut.nlinks", self.sensitivity), lambda: nlinks(features.lab, sensitivity=self.sensitivity)
        )

    def _pyramid(self, image: Image) -> Pyramid:
        coarsest = image.pixels if self.exact or image.pixels <= WHOLE else COARSEST
        return image.derived(
            ("graph_cut.pyramid", coarsest, self.sensitivity),
            lambda: Pyramid.of(_lab(image.rgb), sensitivity=self.sensitivity, coarsest=coarsest),
        )


def _prior(image: Image, marks: ObjectMarks, seeds: NDArray[np.int8], inside: Mask | None) -> Prior:
    """What a trained network says of the subject, at the size of the view.

    Args:
        image: the picture.
        marks: of the object; the network is shown where it can be.
        seeds: (h, w) of them, at the size of the view.
        inside: (h, w) bool, the region at that size; what lies outside it does not contradict the network.
    """
    seen = subject_map(image, files.weights(DEFAULT), box_of(marks.seeds != 0))
    likely = seen.placed(seeds.shape, (image.rgb.shape[0], image.rgb.shape[1]))
    if inside is not None:
        return prior_of(likely, np.where(inside, seeds, -1), _features(image), UNSTROKED_WEIGHT)
    return prior_of(likely, seeds, _features(image), WEIGHT if marks.is_stroked else UNSTROKED_WEIGHT)


def _reduced_region(region: Mask | None, seeds: NDArray[np.int8]) -> Mask | None:
    """A region at the size of the view's seeds; where it would vanish, all that is not certainly background."""
    if region is None:
        return None
    share = cv2.resize(region.astype(np.float32), seeds.shape[::-1], interpolation=cv2.INTER_AREA)
    inside: Mask = share >= 0.5
    return inside if inside.any() else seeds != 0


def _features(image: Image) -> Features:
    view = image.reduced(VIEW)
    return view.derived("graph_cut.features", lambda: picture_features(view.rgb))


def _salience(image: Image) -> NDArray[np.float32]:
    view = image.reduced(VIEW)

    def compute() -> NDArray[np.float32]:
        report(0.0, "Looking for what stands out")
        return salience(view.rgb)

    return view.derived("graph_cut.salience", compute)


def _lab(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """CIELAB in whole units from :data:`LAB_ORIGIN`, which takes a quarter of the memory of floats."""
    lab = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)
    lab[..., 0] = cv2.LUT(lab[..., 0], np.rint(np.arange(256) * (100 / 255)).astype(np.uint8))
    return np.asarray(lab, np.uint8)


def _reduced_seeds(seeds: NDArray[np.int8], shape: tuple[int, int]) -> NDArray[np.int8]:
    """Seeds at the size of the view: of what marks more than a quarter of a pixel, and as much as the other side."""
    inner, outer = (
        cv2.resize((seeds == side).view(np.uint8) * np.uint8(255), shape[::-1], interpolation=cv2.INTER_AREA)
        for side in (1, 0)
    )
    small = np.full(shape, -1, np.int8)
    small[(outer > QUARTER) & (outer > inner)] = 0
    small[(inner > QUARTER) & (inner >= outer)] = 1
    own = seeds == 1
    if not (small == 1).any() and own.any():  # a dot must not vanish
        row, column = divmod(int(own.argmax()), seeds.shape[1])
        small[row * shape[0] // seeds.shape[0], column * shape[1] // seeds.shape[1]] = 1
    return small


def _at(field: NDArray[np.float32], shape: tuple[int, ...], pixels: NDArray[np.intp]) -> NDArray[np.float32]:
    """A small field, read between its pixels at some of a larger picture's, by their flat indices."""
    rows, columns = np.divmod(pixels, shape[1])
    x = ((columns + 0.5) * (field.shape[1] / shape[1]) - 0.5).astype(np.float32)
    y = ((rows + 0.5) * (field.shape[0] / shape[0]) - 0.5).astype(np.float32)
    read = np.empty(len(pixels), np.float32)
    for part in range(0, len(pixels), 1 << 14):  # remap takes pictures of up to 32,767 pixels a side
        chosen = slice(part, part + (1 << 14))
        read[chosen] = cv2.remap(field, x[None, chosen], y[None, chosen], cv2.INTER_LINEAR, None, cv2.BORDER_REPLICATE)[
            0
        ]
    return read
