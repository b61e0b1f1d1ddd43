"""What a trained network weighed at one pixel: its answer, the picture's edges and the marks."""

from dataclasses import dataclass

import numpy as np

from masking_core.arrays import Labels
from masking_core.image import Image
from masking_core.kernels.raster.placing import Crop, along_edges
from masking_core.methods.object_marks import ObjectMarks
from masking_core.models.looks import Plane
from masking_core.why import Why, against_each_other


@dataclass(frozen=True, eq=False)
class Answer:
    """What a network answered for one object: ``values`` (size, size) float32 in [0, 1], for a crop of the picture."""

    marks: ObjectMarks
    crop: Crop
    values: Plane

    def plain(self, x: int, y: int) -> float:
        """How sure the network is of a pixel of the picture; 0 outside the crop."""
        row, column = y - self.crop.top, x - self.crop.left
        height, width = self.crop.bottom - self.crop.top, self.crop.right - self.crop.left
        if not (0 <= row < height and 0 <= column < width):
            return 0.0
        rows, columns = self.values.shape
        return float(self.values[int((row + 0.5) / height * rows), int((column + 0.5) / width * columns)])

    def refined(self, image: Image, x: int, y: int) -> float:
        """The same once the map follows the picture's edges; 0 outside the crop."""
        row, column = y - self.crop.top, x - self.crop.left
        part = np.ascontiguousarray(image.rgb[self.crop.rows, self.crop.columns])
        if not (0 <= row < part.shape[0] and 0 <= column < part.shape[1]):
            return 0.0
        return float(along_edges(self.values, part)[row, column])


@dataclass(frozen=True, eq=False)
class Account:
    """What a method did with a network's answers.

    Attributes:
        image: the picture.
        labels: (H, W) int32, what became of every pixel.
        answers: of every object.
        threshold: how sure the network must be.
        span: the least and the highest threshold that can be chosen; None where it is fixed.
    """

    image: Image
    labels: Labels
    answers: tuple[Answer, ...]
    threshold: float
    span: tuple[float, float] | None


def why(account: Account, x: int, y: int) -> Why:
    """See :data:`masking_core.why.Weigh`; the evidence is in shares of certainty, beyond the threshold."""
    label = int(account.labels[y, x])
    sure = [answer.refined(account.image, x, y) for answer in account.answers]
    numbers = [answer.marks.number for answer in account.answers]
    place = numbers.index(label) if label in numbers else int(np.argmax(sure))
    answer, refined = account.answers[place], sure[place]
    name = f"object {answer.marks.number}" if len(numbers) > 1 else "the object"
    if decided := _by_marks(answer.marks, name, x, y):
        return Why(decided)
    plain = answer.plain(x, y)
    return Why(
        _sentence(account, refined, name, kept=label == answer.marks.number),
        against_each_other(
            {
                "The network's answer": (plain - account.threshold, f"{plain:.0%} sure"),
                "The picture's edges nearby": (refined - plain, f"{refined - plain:+.0%}"),
            }
        ),
    )


def _by_marks(marks: ObjectMarks, name: str, x: int, y: int) -> str:
    seed = int(marks.seeds[y, x])
    if seed == 0 and marks.region is not None and not marks.region[y, x]:
        return f"This pixel lies outside the area of {name}, so it is background."
    if seed < 0:
        return ""
    return f"Your marks say that this pixel is {name if seed else 'the background'}, and marks always win."


def _sentence(account: Account, refined: float, name: str, *, kept: bool) -> str:
    beginning = f"The network is {refined:.0%} sure that this pixel is {name}"
    if not kept and refined >= account.threshold:
        return f"{beginning}, but none of your strokes touches this part of it, so it is left out."
    if account.span is None:
        return f"{beginning}: {'it is kept' if kept else 'it is left out'}, because {account.threshold:.0%} decide."
    side, other, turns = ("kept", "above", "leave it out") if kept else ("left out", "below", "keep it")
    low, high = account.span
    which = f"A threshold {other} {refined:.2f}" if low < refined < high else "No threshold"
    return f"{beginning}: it is {side}. {which} would {turns}."
