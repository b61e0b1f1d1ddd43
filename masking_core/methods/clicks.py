"""Clicks: an interactive network, brought by whoever uses it, answers to clicks."""

from functools import partial
from typing import Annotated, ClassVar, Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import Field, computed_field, model_validator

from masking_core.errors import ModelError, PromptError
from masking_core.image import Image
from masking_core.kernels.raster.placing import Crop, along_edges
from masking_core.method import Method, Segmentation, Tool
from masking_core.methods.network_why import Account, Answer, why
from masking_core.methods.object_marks import ObjectMarks, objects_of
from masking_core.models import files, network
from masking_core.models.files import Weights
from masking_core.models.looks import as_map, normalised, rounded, seen
from masking_core.models.model import Plane
from masking_core.models.network import Tensor
from masking_core.models.pinned import checksum_of, without_checksum
from masking_core.progress import report
from masking_core.prompts import Point, Prompts
from masking_core.stage import Stage, always

Map = NDArray[np.float32]


class Clicks(Method):
    """Ask an interactive network of the RITM and SimpleClick kind (Sofiiuk et al. 2022, Liu et al. 2023).

    Picture, discs at the clicks and the mask so far go in, a soft mask comes out. The network is one's own: its file
    and a JSON file beside it that says what it expects, see docs/models.md. Every mark is a hard constraint.
    """

    title: ClassVar[str] = "Clicks (your own network)"
    good_for: ClassVar[str] = "Any object, by a few clicks; needs an interactive network of your own."
    uses: ClassVar[frozenset[Tool]] = frozenset({"rectangle", "ellipse", "polygon", "stroke", "point", "seeds"})
    needs: ClassVar[str] = "Click on the object first."

    id: Literal["clicks"] = "clicks"
    model: Annotated[
        str,
        Field(title="Network", description="Its name: that of its file, without .onnx.", pattern=r"^[\w.-]*$"),
    ] = "clicks"
    passes: Annotated[
        int,
        Field(ge=1, le=5, title="Passes", description="How often the network is asked, each time with its last mask."),
    ] = 2

    @computed_field  # type: ignore[prop-decorator]
    @property
    def checksum(self) -> str:
        """What the network's file must have, as "sha256:…" or "md5:…": a recipe names it."""
        return checksum_of(self.model)

    _read_checksum = model_validator(mode="before")(without_checksum)

    def segment(self, image: Image, prompts: Prompts) -> Segmentation:
        """See :meth:`masking_core.Method.segment`.

        Raises:
            ModelError: the network's file is not at hand, or it is not for clicks.
        """
        report(0.0, "Reading the marks")
        shape = image.rgb.shape[0], image.rgb.shape[1]
        objects = objects_of(prompts, shape)
        if not any(each.is_stroked for each in objects):
            raise PromptError(self.needs)
        weights = self._weights()
        labels, best = np.zeros(shape, np.int32), np.zeros(shape, np.float32)
        engine, shown, answers = "", [], []
        for each in (marks for marks in objects if marks.is_stroked):
            answer, engine = self._answer(image, prompts, each, weights)
            shown.append(_said(answer, each.number))
            answers.append(Answer(each, Crop.whole(shape), answer))
            soft = along_edges(answer, image.rgb)
            soft[each.seeds == 1], soft[each.seeds == 0] = 1, 0
            mask = (rounded(soft) >= 0.5) & ((soft > best) | (each.seeds == 1))
            np.copyto(best, soft, where=mask)
            labels[mask] = each.number
        return Segmentation(
            labels=labels,
            knows_background=True,
            info={
                "model": weights.model.name,
                "sha256": weights.sha256,
                "licence": weights.model.weights_licence,
                "engine": engine,
                "objects": len(objects),
                "foreground": float((labels > 0).mean()),
            },
            stages=tuple(shown),
            why=partial(why, Account(image, labels, tuple(answers), 0.5, None)),
        )

    def _weights(self) -> Weights:
        if self.model not in files.known():
            raise ModelError(
                f"There is no network {self.model}: put {self.model}.onnx, and {self.model}.json which says what it "
                f"expects, into the folder {files.home()}."
            )
        weights = files.weights(self.model)
        if weights.model.task != "clicks":
            raise ModelError(f"The network {self.model} finds subjects and takes no clicks.")
        return weights

    def _answer(self, image: Image, prompts: Prompts, marks: ObjectMarks, weights: Weights) -> tuple[Map, str]:
        """The last mask (size, size) float32 in [0, 1], in steps of 1/255, and what ran the network."""
        model, size = weights.model, weights.model.size
        shown = seen(image, Crop.whole(marks.seeds.shape), size)
        positive, negative = (_discs(prompts, marks, side, size, model.radius) for side in (1, 0))
        planes: dict[Plane, Tensor] = {
            "picture": normalised(shown, model),
            "positive": positive[None, None],
            "negative": negative[None, None],
            "previous": np.zeros((1, 1, size, size), np.float32),
        }
        answer, engine = np.zeros((size, size), np.float32), ""
        for _ in range(self.passes):
            inputs = {
                each.name: np.concatenate([planes[plane] for plane in each.planes], axis=1) for each in model.inputs
            }
            outputs, engine = network.run(weights, inputs)
            answer = as_map(outputs[0], model)
            planes["previous"] = answer[None, None]
        return answer, engine


def _said(answer: Map, number: int) -> Stage:
    picture = np.dstack([np.rint(answer * 255).astype(np.uint8)] * 3)
    return Stage(
        f"What the network says of object {number}",
        "White is the object. The network judges by your clicks and by its mask of the pass before.",
        r"p = f(\text{picture}, \text{clicks}, p_{before})",
        partial(always, picture),
    )


def _discs(prompts: Prompts, marks: ObjectMarks, side: int, size: int, radius: int) -> Map:
    """The marks of one side at the network's size: (size, size) float32, 1 in discs around points and on strokes."""
    height, width = marks.seeds.shape
    marked = (marks.seeds == side).astype(np.float32)
    painted = cv2.resize(marked, (size, size), interpolation=cv2.INTER_AREA)
    if marks.region is not None and side == 0:
        painted[:] = 0  # what lies outside a region is no click
    for mark in prompts.marks:
        if isinstance(mark, Point) and (mark.object == marks.number) == bool(side):
            centre = round(mark.x / width * size - 0.5), round(mark.y / height * size - 0.5)
            cv2.circle(painted, centre, radius, 1, cv2.FILLED)
    return np.asarray(painted > 0, np.float32)
