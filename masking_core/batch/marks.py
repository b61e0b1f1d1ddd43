"""The marks of a picture in a batch: files that go by its name, or marks that fit any picture."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from masking_core.batch import places
from masking_core.batch.places import Place
from masking_core.batch.truth import open_mask
from masking_core.errors import ParameterError, PromptError
from masking_core.image import Image
from masking_core.image.limits import Limits
from masking_core.image.numbers import NumberMap
from masking_core.methods import METHODS
from masking_core.prompts import Prompts, SeedMap
from masking_core.prompts.from_mask import strokes_of
from masking_core.prompts.painted import seeds_of, trimap_of
from masking_core.recipe import PREVIEW_PIXELS, Recipe


class Marks(ABC):
    """Where the marks of a picture come from: an immutable value that travels to whoever cuts it."""

    @abstractmethod
    def read(self, limits: Limits) -> bytes:
        """What the marks are made from beside the picture: equal bytes are equal marks.

        Raises:
            ImageError: the file with the marks cannot be read.
        """

    @abstractmethod
    def prompts(self, data: bytes, image: Image, limits: Limits) -> Prompts:
        """The marks on ``image``; ``data`` is what :meth:`read` gave.

        Raises:
            MaskingError: they cannot be read, or do not fit the picture.
        """


@dataclass(frozen=True)
class Unmarked(Marks):
    """No marks."""

    def read(self, limits: Limits) -> bytes:  # noqa: ARG002
        """See :class:`Marks`."""
        return b""

    def prompts(self, data: bytes, image: Image, limits: Limits) -> Prompts:  # noqa: ARG002
        """See :class:`Marks`."""
        return Prompts()


@dataclass(frozen=True)
class MarksFile(Marks):
    """A file with marks, of one of the kinds :data:`FILES`."""

    kind: str
    place: Place

    def read(self, limits: Limits) -> bytes:
        """See :class:`Marks`."""
        return self.kind.encode() + b":" + places.read(self.place, limits)

    def prompts(self, data: bytes, image: Image, limits: Limits) -> Prompts:
        """See :class:`Marks`."""
        return FILES[self.kind](data.partition(b":")[2], image, limits)


@dataclass(frozen=True)
class Box(Marks):
    """A rectangle around the object; its sides in percent of the picture's width and height."""

    left: float
    top: float
    right: float
    bottom: float

    def __post_init__(self) -> None:
        if not (0 <= self.left < self.right <= 100 and 0 <= self.top < self.bottom <= 100):
            given = f"{self.left:g},{self.top:g},{self.right:g},{self.bottom:g}"
            raise ParameterError(
                "box must be left,top,right,bottom in percent, left below right and top below bottom, from 0 to 100; "
                f"{given} was given."
            )

    def read(self, limits: Limits) -> bytes:  # noqa: ARG002
        """See :class:`Marks`."""
        return repr(self).encode()

    def prompts(self, data: bytes, image: Image, limits: Limits) -> Prompts:  # noqa: ARG002
        """See :class:`Marks`."""
        width, height = image.size
        x0, x1 = self.left * width / 100, self.right * width / 100
        y0, y1 = self.top * height / 100, self.bottom * height / 100
        return Prompts.from_box(x0, y0, x1 - 1, y1 - 1)


@dataclass(frozen=True)
class Guessed(Marks):
    """Strokes on and beside what a method finds by itself, which the recipe then cuts."""

    method: str

    def read(self, limits: Limits) -> bytes:  # noqa: ARG002
        """See :class:`Marks`."""
        return repr(self).encode()

    def prompts(self, data: bytes, image: Image, limits: Limits) -> Prompts:  # noqa: ARG002
        """See :class:`Marks`."""
        found = Recipe(method=METHODS.named(self.method)()).run(image, pixels=PREVIEW_PIXELS)
        strokes = strokes_of(found.alpha >= 0.5).scaled(1 / found.scale)
        if not strokes.marks:
            raise PromptError("Nothing was found that strokes could be drawn on: mark this picture by hand.")
        return strokes


def read_marks(text: str) -> Marks:
    """Marks that fit any picture, from text: ``none``, ``box:10,10,90,90``, ``subject`` or ``strokes``.

    Raises:
        ParameterError: it is none of these.
    """
    kind, _, numbers = text.partition(":")
    if kind == "box":
        try:
            sides = [float(number) for number in numbers.split(",")]
        except ValueError:
            sides = []
        if len(sides) != 4:
            raise ParameterError(f"box must be four numbers, box:left,top,right,bottom in percent; {text!r} was given.")
        return Box(*sides)
    if text not in RELATIVE:
        raise ParameterError(f"marks must be one of {', '.join(RELATIVE)}, box:10,10,90,90; {text!r} was given.")
    return RELATIVE[text]


def _json(data: bytes, image: Image, limits: Limits) -> Prompts:  # noqa: ARG001
    return Prompts.from_json(data)


def _numbers(data: bytes, image: Image, limits: Limits, what: str) -> NumberMap:
    found = NumberMap.open(data, name=f"{what} of {image.name}", limits=limits)
    found.must_be(image.size, f"a {what}")
    return found


def _trimap(data: bytes, image: Image, limits: Limits) -> Prompts:
    return Prompts(marks=(SeedMap.from_numbers(trimap_of(_numbers(data, image, limits, "trimap"))),))


def _mask(data: bytes, image: Image, limits: Limits) -> Prompts:
    return strokes_of(open_mask(data, f"mask of {image.name}", limits, image.size) >= 0.5)


def _seeds(data: bytes, image: Image, limits: Limits) -> Prompts:
    return Prompts(marks=(SeedMap.from_numbers(seeds_of(_numbers(data, image, limits, "seed map"))),))


FILES: Mapping[str, Callable[[bytes, Image, Limits], Prompts]] = {
    "prompts": _json,
    "trimap": _trimap,
    "mask": _mask,
    "seeds": _seeds,
}
"""The kinds of files that hold marks, and how each becomes marks on a picture."""

UNMARKED = Unmarked()
RELATIVE: Mapping[str, Marks] = {"none": UNMARKED, "subject": Guessed("subject"), "strokes": Guessed("graph_cut")}
