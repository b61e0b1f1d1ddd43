"""Subject: a trained network says what the picture is of."""

from functools import partial
from typing import Annotated, ClassVar, Literal, cast

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import Field, computed_field, model_validator

from masking_core.arrays import Labels, Mask
from masking_core.image import Image
from masking_core.kernels.appearance.unaries import connected_to_seeds
from masking_core.kernels.raster.placing import along_edges
from masking_core.method import Method, Segmentation, Tool
from masking_core.methods.network_why import Account, Answer, why
from masking_core.methods.object_marks import ObjectMarks, objects_of
from masking_core.methods.subject.stages import stages
from masking_core.models import files
from masking_core.models.files import Weights
from masking_core.models.looks import STEPS
from masking_core.models.pinned import checksum_of, without_checksum
from masking_core.models.registry import DEFAULT, REGISTRY, SubjectName
from masking_core.models.subject_map import MARGIN, SubjectMap, box_of, subject_map
from masking_core.parameters import Show, parameters
from masking_core.progress import beside, report
from masking_core.prompts import Prompts

MOST_SOFT = 8
"""Highest object number for which soft edges are handed on: each takes four bytes a pixel."""

Plane = NDArray[np.float32]


class Subject(Method):
    """Keep what a trained network takes for the subject (U²-Net, Qin et al. 2020, by default).

    Nothing needs to be marked. The network is shown the region of an object with a margin, or else the whole picture.
    Of what it finds, strokes choose the connected parts that they touch, and are hard constraints.
    """

    title: ClassVar[str] = "Subject (trained network)"
    good_for: ClassVar[str] = "Photos with a clear subject, without any marks; a rectangle tells it where to look."
    uses: ClassVar[frozenset[Tool]] = frozenset({"rectangle", "ellipse", "polygon", "stroke", "point", "seeds"})

    id: Literal["subject"] = "subject"
    model: Annotated[
        SubjectName,
        Field(title="Network", description="The trained network that finds the subject."),
        Show(labels={name: model.listed for name, model in REGISTRY.items()}),
    ] = DEFAULT
    threshold: Annotated[
        float,
        Field(
            ge=0.05, le=0.95, title="Threshold", description="How sure the network must be of a pixel; more keeps less."
        ),
        Show(step=0.05),
    ] = 0.5
    crispness: Annotated[
        float,
        Field(
            ge=1,
            le=10,
            title="Crispness",
            description="How quickly the mask falls from object to background; 1 is as soft as the network's answer.",
        ),
        Show(step=0.5),
    ] = 3.0
    margin: Annotated[
        float,
        Field(
            ge=0,
            le=1,
            title="Margin",
            description="The most that the network sees around a rectangle, as a share of the rectangle's sides.",
        ),
        Show(step=0.05, advanced=True),
    ] = MARGIN

    @computed_field  # type: ignore[prop-decorator]
    @property
    def checksum(self) -> str:
        """What the network's file must have, as "sha256:…" or "md5:…": a recipe names it."""
        return checksum_of(self.model)

    _read_checksum = model_validator(mode="before")(without_checksum)

    def segment(self, image: Image, prompts: Prompts) -> Segmentation:
        """See :meth:`masking_core.Method.segment`.

        Raises:
            ModelError: the network's file is not at hand.
        """
        report(0.0, "Reading the marks")
        shape = image.rgb.shape[0], image.rgb.shape[1]
        objects = objects_of(prompts, shape)
        weights = files.weights(self.model)
        maps = {each.number: self._map(image, weights, each) for each in objects}
        labels, best = np.zeros(shape, np.int32), np.zeros(shape, np.float32)
        most = objects[-1].number
        membership = np.zeros((*shape, most), np.float32) if most <= MOST_SOFT else None
        notes = []
        for each in objects:
            report(0.8, "Finding the edges")
            soft = self._soft(image, maps[each.number], each)
            report(0.9, "Finding the edges")
            mask = (soft >= 0.5) & ((soft > best) | (each.seeds == 1))
            if each.is_stroked and not mask[each.seeds != 1].any():
                notes.append(f"The network sees nothing under your strokes of object {each.number}.")
            np.copyto(best, soft, where=mask)
            labels[mask] = each.number
            if membership is not None:
                membership[..., each.number - 1] = soft
        return Segmentation(
            labels=labels,
            membership=None if membership is None else _shared(membership, labels),
            knows_background=True,
            info={
                "model": weights.model.name,
                "sha256": weights.sha256,
                "licence": weights.model.weights_licence,
                "engine": next(iter(maps.values())).surest.engine,
                "objects": len(objects),
                "foreground": float((labels > 0).mean()),
            },
            notes=tuple(notes),
            stages=stages(image, maps),
            why=partial(why, self._account(image, labels, objects, maps)),
        )

    def _account(
        self, image: Image, labels: Labels, objects: tuple[ObjectMarks, ...], maps: dict[int, SubjectMap]
    ) -> Account:
        answers = (Answer(each, maps[each.number].crop, maps[each.number].values) for each in objects)
        declared = next(each for each in parameters(type(self)) if each.name == "threshold")
        span = cast(tuple[float, float], (declared.low, declared.high))
        return Account(image, labels, tuple(answers), self.threshold, span)

    def _map(self, image: Image, weights: Weights, marks: ObjectMarks) -> SubjectMap:
        return subject_map(image, weights, box_of(marks.seeds != 0), self.margin)

    def _soft(self, image: Image, found: SubjectMap, marks: ObjectMarks) -> Plane:
        """How much each pixel is the object: (H, W) float32 in steps of 1/255, at least ½ where it is decided for."""
        soft = np.zeros(marks.seeds.shape, np.float32)
        rows, columns = found.crop.rows, found.crop.columns
        soft[rows, columns] = along_edges(found.values, np.ascontiguousarray(image.rgb[rows, columns]))
        report(0.85, "Finding the edges")
        soft = np.clip((soft - np.float32(self.threshold)) * np.float32(self.crispness) + np.float32(0.5), 0, 1)
        soft[marks.seeds == 1], soft[marks.seeds == 0] = 1, 0
        if marks.is_stroked:
            soft *= _of_parts(soft >= 0.5, connected_to_seeds(soft >= 0.5, marks.seeds))
        return np.asarray(np.rint(soft * STEPS) / np.float32(STEPS), np.float32)


def _of_parts(all_parts: Mask, chosen: Mask) -> Mask:
    """The pixels (H, W) whose nearest part is a chosen one: a part's soft rim goes where the part goes."""
    outside = (~all_parts).astype(np.uint8)
    parted = partial(cv2.distanceTransformWithLabels, outside, cv2.DIST_L2, cv2.DIST_MASK_5)
    _, nearest = beside(partial(parted, labelType=cv2.DIST_LABEL_CCOMP), "Finding the edges")
    of_chosen = np.zeros(int(nearest.max()) + 1, np.bool_)
    of_chosen[nearest[chosen]] = True
    report(0.9, "Finding the edges")
    mine: Mask = of_chosen[nearest]
    return mine


def _shared(membership: Plane, labels: NDArray[np.int32]) -> Plane:
    """Memberships (H, W, K) that agree with the labels: of a pixel with an object, the others have none."""
    for index in range(membership.shape[2]):
        membership[..., index][(labels > 0) & (labels != index + 1)] = 0
    return membership
