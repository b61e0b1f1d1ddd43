"""A recipe: method, foreground, clean-up, edge and background as one value that runs the same everywhere."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Annotated, Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, Field, SerializeAsAny, ValidationError, model_validator

from masking_core.arrays import Labels, Mask
from masking_core.errors import ParameterError, PromptError
from masking_core.image import Image
from masking_core.image.image import STEPS
from masking_core.image.transparency import hidden, opaque
from masking_core.method import Method, Segmentation, Shares
from masking_core.methods import METHODS
from masking_core.models.subject_map import likely_subject
from masking_core.parameters import Declared, Parameter, Value, one_sentence, parameters
from masking_core.prompts import Prompts, SeedMap
from masking_core.result import Found, Result, selected_alpha, visible
from masking_core.steps.backgrounds import BACKGROUNDS, Background, Transparent
from masking_core.steps.clean import Clean
from masking_core.steps.edge import EDGE_STEPS, Edge, EdgeStep, Seen
from masking_core.steps.emptiness import why_empty
from masking_core.steps.foreground import Foreground, subject_parts
from masking_core.why import Weigh, Why

PREVIEW_PIXELS = STEPS[0]
"""Largest picture that is cut while somebody is still adjusting."""


LONGEST = 1_000_000
"""No area is larger, or farther from the picture's corner, in pixels."""


class Area(Declared):
    """A masking area: whole pixels of the full picture, outside of which everything is background."""

    x: Annotated[int, Field(ge=0, le=LONGEST, description="Left edge.")] = 0
    y: Annotated[int, Field(ge=0, le=LONGEST, description="Top edge.")] = 0
    width: Annotated[int, Field(ge=1, le=LONGEST, description="Width.")]
    height: Annotated[int, Field(ge=1, le=LONGEST, description="Height.")]


class Recipe(Declared):
    """Everything that leads from a picture and its marks to a result, as one immutable value."""

    version: Literal[1] = 1
    method: Annotated[SerializeAsAny[Method], BeforeValidator(METHODS.read)]
    area: Area | None = None
    clean: Clean = Clean()
    foreground: Foreground = Foreground()
    edge: Edge = Edge()
    background: Annotated[SerializeAsAny[Background], BeforeValidator(BACKGROUNDS.read)] = Transparent()

    @model_validator(mode="before")
    @classmethod
    def _as_before(cls, data: Any) -> Any:
        """Recipes were once saved with the objects to keep under another name."""
        if isinstance(data, Mapping) and "keep" in data and "foreground" not in data:
            return {"foreground" if name == "keep" else name: value for name, value in data.items()}
        return data

    @classmethod
    def from_json(cls, text: str | bytes) -> "Recipe":
        """Read what :meth:`to_json` wrote.

        Raises:
            ParameterError: it is not a recipe, or a parameter is outside its declaration.

        >>> from masking_core import KMeans, Recipe
        >>> Recipe.from_json('{"method": {"id": "kmeans", "objects": 5}}') == Recipe(method=KMeans(objects=5))
        True
        """
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise one_sentence(error, ParameterError, cls) from None

    def to_json(self) -> str:
        """The recipe as JSON, every parameter written out."""
        return self.model_dump_json(indent=2)

    def parts(self) -> dict[str, Declared]:
        """Everything that has parameters, by name, from the method to the background.

        The names are "method", "area", "clean", "foreground", "edge.feather" and the like, "background". An edge step
        that is not there counts with the values that change nothing.
        """
        steps = {f"edge.{kind}": self.edge.step(kind) or model.absent() for kind, model in EDGE_STEPS.items()}
        area = {} if self.area is None else {"area": self.area}
        return {
            "method": self.method,
            **area,
            "clean": self.clean,
            "foreground": self.foreground,
            **steps,
            "background": self.background,
        }

    def tunable(self) -> dict[str, Parameter]:
        """Every parameter by its path: the method's as "objects", others as "clean.specks" or "edge.matte.quality".

        The first parameter of an edge step goes by the name of its step: "edge.feather".
        """
        return {path: parameter for path, (_, parameter) in self._paths().items()}

    def part_at(self, path: str) -> Declared:
        """The part that the parameter at ``path`` belongs to.

        Raises:
            ParameterError: there is no such parameter.
        """
        return self.parts()[self._found(path)[0]]

    def parameter_at(self, path: str) -> Parameter:
        """The declaration of the parameter at ``path``.

        Raises:
            ParameterError: there is no such parameter.
        """
        return self._found(path)[1]

    def value_at(self, path: str) -> Value:
        """The value of the parameter at ``path``.

        Raises:
            ParameterError: there is no such parameter.
        """
        part, parameter = self._found(path)
        value: Value = getattr(self.parts()[part], parameter.name)
        return value

    def changed_at(self, path: str, value: Value) -> "Recipe":
        """The recipe with another value of the parameter at ``path``, checked by its declaration.

        >>> from masking_core import KMeans, Recipe
        >>> Recipe(method=KMeans()).changed_at("objects", 5).changed_at("edge.feather", 3.0).method.objects
        5

        Raises:
            ParameterError: there is no such parameter, or the value is outside its declaration.
        """
        part, parameter = self._found(path)
        changed = self.parts()[part].changed(**{parameter.name: value})
        if isinstance(changed, EdgeStep):
            return self.changed(edge=self.edge.without(changed.kind) if changed.idle else self.edge.with_step(changed))
        return self.changed(**{part: changed})

    def _found(self, path: str) -> tuple[str, Parameter]:
        paths = self._paths()
        # Each may also be written with the name of its part, and as in recipes of before.
        path = path.removeprefix("method.")
        path = f"foreground.{path.removeprefix('keep.')}" if path.startswith("keep.") else path
        if path not in paths:
            part, _, name = path.rpartition(".")
            known = ", ".join(other.removeprefix(f"{part}.") for other in paths if other.rpartition(".")[0] == part)
            if not known:
                raise ParameterError(
                    f"A parameter is one of the method's own, or of clean, foreground, edge, background; {path[:40]!r} "
                    "was given."
                )
            raise ParameterError(f"{part or self.method.id} has no parameter {name[:40]!r}; it has {known}.")
        return paths[path]

    def _paths(self) -> dict[str, tuple[str, Parameter]]:
        found = {}
        for part, model in self.parts().items():
            for index, parameter in enumerate(parameters(type(model))):
                path = parameter.name if part == "method" else f"{part}.{parameter.name}"
                found[part if isinstance(model, EdgeStep) and index == 0 else path] = part, parameter
        return found

    def run(
        self, image: Image, prompts: Prompts | None = None, *, pixels: int | None = None, explain: bool = False
    ) -> Result:
        """Cut ``image``.

        Args:
            image: the full picture.
            prompts: marks in pixels of the full picture.
            pixels: budget; a larger picture is reduced to it first, and the marks and every length with it.
            explain: keep the method's stages, for the page that shows them.

        Raises:
            PromptError: the marks are missing, contradict one another or lie outside the picture.
            ParameterError: the masking area lies outside the picture.
            ImageError: nothing of the picture can be seen.
            Cancelled: the listener of :mod:`masking_core.progress` no longer wants the result.

        >>> from masking_core import GraphCut, Prompts, Recipe
        >>> from masking_core.samples import sample
        >>> result = Recipe(method=GraphCut()).run(sample("coffee"), Prompts.from_box(140, 20, 520, 370))
        >>> result.alpha.shape, bool(result.alpha[200, 300] == 1), bool(result.alpha[5, 5] == 0)
        ((400, 600), True, True)
        """
        found = self.segment(image, prompts, pixels=pixels)
        if not explain:  # what they are drawn from takes as much memory as the result
            found = replace(found, segmentation=replace(found.segmentation, stages=()))
        return self.finish(found)

    def segment(self, image: Image, prompts: Prompts | None = None, *, pixels: int | None = None) -> Found:
        """The first half of :meth:`run`: method and clean-up. Arguments and errors are the same."""
        start = time.perf_counter()
        prompts = prompts or Prompts()
        if prompts.miss(image.rgb.shape):
            raise PromptError("All marks lie outside the picture: draw at least one on it.")
        proxy = image if pixels is None else image.reduced(pixels)
        scale = proxy.size[0] / image.size[0]
        if scale != 1:
            prompts = prompts.scaled(scale)
        unseen = hidden(proxy)
        if unseen is not None:
            prompts = _without_hidden(prompts, unseen)
        segmentation = _hiding(self._segment(opaque(proxy), prompts, scale, image.size), unseen)
        labels = self.clean.scaled(scale).apply(segmentation.labels, prompts)
        if unseen is not None:
            labels[unseen] = 0  # what tidying let grow into them
        return Found(proxy, scale, prompts, labels, segmentation, time.perf_counter() - start)

    def finish(self, found: Found) -> Result:
        """The second half of :meth:`run`: what is kept, and its edge.

        Raises:
            PromptError: the ``foreground`` rule speaks of marks that are not there.
            ModelError: the rule is "subject" and the network's file is not at hand.
        """
        start = time.perf_counter()
        method = found.segmentation
        labels, kept = self._kept(found)
        membership = None if self.clean.split else method.membership
        edge = self.edge.scaled(found.scale)
        shares = None if self.clean.split else method.shares
        hair = found.prompts.hair(labels.shape)
        seen = Seen(found.image, hair, method.uncertainty, anti_aliased=shares is not None)
        selected = partial(selected_alpha, labels, method.labels, membership, kept, shares)
        matte = edge.apply(selected(), seen)
        return Result(
            image=found.image,
            scale=found.scale,
            labels=labels,
            kept=kept,
            alpha=visible(matte, found.image),
            matte=matte,
            membership=membership,
            shares=shares,
            seen=seen,
            selected=selected,
            info={**method.info, "seconds": found.seconds + time.perf_counter() - start},
            notes=(*method.notes, *why_empty(found.image, found.prompts, labels, kept, matte)),
            stages=method.stages,
            edge=self.edge,
            background=self.background,
        )

    def _kept(self, found: Found) -> tuple[Labels, tuple[int, ...]]:
        """The label map of the result, and the objects of it that are the foreground."""
        knows = found.segmentation.knows_background
        if self.foreground.rule != "subject":
            return found.labels, self.foreground.select(found.labels, found.prompts, knows_background=knows)
        likely = likely_subject(opaque(found.image), found.prompts)
        shape = found.labels.shape
        marked = found.prompts.bounds(shape) is not None or bool((found.prompts.seeds(shape) > 0).any())
        # Where nothing is marked, the method's background is a guess as well.
        return subject_parts(found.labels, likely, knows_background=knows and marked)

    def _segment(self, image: Image, prompts: Prompts, scale: float, full: tuple[int, int]) -> Segmentation:
        method = self.method.scaled(scale)
        if self.area is None:
            return method.segment(image, prompts)
        rows, columns = _window(self.area, scale, full, image.size)
        window = rows.start, rows.stop, columns.start, columns.stop
        # Kept with the picture, so that what methods derive from the part is kept as well.
        part = image.derived(("area", *window), lambda: Image.from_array(image.rgb[rows, columns], name=image.name))
        found = method.segment(part, prompts.moved(-columns.start, -rows.start))
        labels = np.zeros(image.rgb.shape[:2], np.int32)
        labels[rows, columns] = found.labels
        membership = found.membership
        if membership is not None:
            membership = np.zeros((*labels.shape, membership.shape[2]), np.float32)
            membership[rows, columns] = found.membership
        shares = None if found.shares is None else partial(_whole_shares, found.shares, labels.shape, window)
        uncertainty = _placed(found, labels.shape, window)
        why = None if found.why is None else partial(_why_in_part, found.why, window)
        return replace(found, labels=labels, membership=membership, shares=shares, uncertainty=uncertainty, why=why)


def _without_hidden(prompts: Prompts, unseen: Mask) -> Prompts:
    """The marks, without the seeds of objects on (H, W) ``unseen`` pixels, which are background.

    Raises:
        PromptError: that is where all of them are.
    """
    seeds = prompts.seeds(unseen.shape) > 0
    if not seeds[unseen].any():
        return prompts
    if not seeds[~unseen].any() and not any(region.object > 0 for region in prompts.regions):
        raise PromptError("All marks on objects lie where the picture is transparent: draw on what can be seen.")
    return prompts.with_mark(SeedMap.from_numbers(np.where(unseen, 0, -1)))


def _hiding(found: Segmentation, unseen: Mask | None) -> Segmentation:
    """What a method found, with the (H, W) ``unseen`` pixels as background."""
    if unseen is None:
        return found
    labels = np.where(unseen, np.int32(0), found.labels)
    membership = None if found.membership is None else np.where(unseen[..., None], np.float32(0), found.membership)
    return replace(found, labels=labels, membership=membership)


def _why_in_part(inner: Weigh, window: tuple[int, int, int, int], x: int, y: int) -> Why:
    """What is weighed at a pixel of a picture of which only a part was divided."""
    top, bottom, left, right = window
    if top <= y < bottom and left <= x < right:
        return inner(x - left, y - top)
    return Why("This pixel lies outside the masking area, so it is background.")


def _placed(
    found: Segmentation, shape: tuple[int, ...], window: tuple[int, int, int, int]
) -> Callable[[], NDArray[np.float32]] | None:
    """The uncertainty of a part of a picture as one of all of it."""
    return None if found.uncertainty is None else partial(_whole, found.uncertainty, shape, window)


def _whole(
    draw: Callable[[], NDArray[np.float32]], shape: tuple[int, ...], window: tuple[int, int, int, int]
) -> NDArray[np.float32]:
    top, bottom, left, right = window
    placed = np.zeros(shape, np.float32)
    placed[top:bottom, left:right] = cv2.resize(draw(), (right - left, bottom - top))
    return placed


def _whole_shares(
    draw: Shares, shape: tuple[int, ...], window: tuple[int, int, int, int], numbers: tuple[int, ...]
) -> NDArray[np.float32]:
    """The shares that objects of a part of a picture take, as those of all of it."""
    return _whole(partial(draw, numbers), shape, window)


def _window(area: Area, scale: float, full: tuple[int, int], size: tuple[int, int]) -> tuple[slice, slice]:
    if area.x >= full[0] or area.y >= full[1]:
        raise ParameterError(
            f"area must begin inside the picture of {full[0]} × {full[1]} pixels; ({area.x}, {area.y}) was given."
        )
    left, top = min(round(area.x * scale), size[0] - 1), min(round(area.y * scale), size[1] - 1)
    right = max(left + 1, min(size[0], round((area.x + area.width) * scale)))
    bottom = max(top + 1, min(size[1], round((area.y + area.height) * scale)))
    return slice(top, bottom), slice(left, right)
