"""The edge of a cut-out: a list of steps, each of which changes alpha."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Self

import numpy as np
from pydantic import BeforeValidator, Field, SerializeAsAny, model_validator

from masking_core.arrays import Alpha, Picture
from masking_core.errors import ParameterError
from masking_core.parameters import Declared
from masking_core.registry import Registry
from masking_core.stage import Stage
from masking_core.steps.edge.automatic import Automatic
from masking_core.steps.edge.feather import Feather
from masking_core.steps.edge.matte import Matte
from masking_core.steps.edge.step import EdgeStep, Seen

EDGE_STEPS: Registry[EdgeStep] = Registry("masking_core.steps.edge", EdgeStep, "kind", "edge step")
"""Every edge step by its kind, in the order in which they are usually applied."""

Steps = Annotated[
    tuple[Annotated[SerializeAsAny[EdgeStep], BeforeValidator(EDGE_STEPS.read)], ...],
    Field(strict=False, max_length=20),
]


class Edge(Declared):
    """What happens to the edge of the cut-out: steps, in their order, each kind at most once.

    ``Edge(grow=2, feather=0)`` is short for the usual edge with these values instead; a value is that of the step's
    first parameter. Recipes saved before the edge was a list are written like this as well.
    """

    title: ClassVar[str] = "Edge"

    steps: Steps = (Feather(),)

    @model_validator(mode="before")
    @classmethod
    def _by_values(cls, data: Any) -> Any:
        if not isinstance(data, Mapping) or not set(data) & set(EDGE_STEPS):
            return data
        values, rest = {kind: data[kind] for kind in EDGE_STEPS if kind in data}, set(data) - set(EDGE_STEPS)
        if rest:
            name = next(iter(rest))
            raise ParameterError(f"Edge has no parameter {name!r}; it has steps, {', '.join(EDGE_STEPS)}.")
        edge = cls()
        for kind, value in values.items():
            edge = edge.with_value(kind, value)
        return {"steps": edge.steps}

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        twice = next((kind for kind in self.kinds if self.kinds.count(kind) > 1), None)
        if twice:
            raise ParameterError(f"edge must have each step at most once; {twice!r} was given more often.")
        return self

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of its steps, in their order."""
        return tuple(step.kind for step in self.steps)

    def step(self, kind: str) -> EdgeStep | None:
        """The step of that kind, if it is there."""
        return next((step for step in self.steps if step.kind == kind), None)

    def with_step(self, step: EdgeStep) -> "Edge":
        """The edge with ``step`` in place of that of its kind; where there was none, in its usual place."""
        if self.step(step.kind) is not None:
            return Edge(steps=tuple(step if old.kind == step.kind else old for old in self.steps))
        later = [index for index, old in enumerate(self.steps) if old.place > step.place]
        index = later[0] if later else len(self.steps)
        return Edge(steps=(*self.steps[:index], step, *self.steps[index:]))

    def with_value(self, kind: str, value: Any) -> "Edge":
        """The edge with one value of a step's first parameter; a step that then changes nothing is left out."""
        model = EDGE_STEPS.named(kind)
        step = (self.step(kind) or model()).changed(**{model.main().name: value})
        return self.without(kind) if step.idle else self.with_step(step)

    def without(self, kind: str) -> "Edge":
        """The edge without the step of that kind."""
        return Edge(steps=tuple(step for step in self.steps if step.kind != kind))

    @classmethod
    def named(cls, text: str) -> "Edge":
        """The edge that a word stands for: a style, or the kinds of its steps with commas between them.

        Raises:
            ParameterError: it is neither.
        """
        if text in STYLES:
            return STYLES[text]
        kinds = text.split(",")
        if not all(kind in EDGE_STEPS for kind in kinds):
            raise ParameterError(
                f"edge must be one of {', '.join(STYLES)}, or steps of {', '.join(EDGE_STEPS)} with commas between "
                f"them; {text[:40]!r} was given."
            )
        return cls(steps=tuple(EDGE_STEPS[kind]() for kind in kinds))

    def scaled(self, factor: float) -> Self:
        """The same for a picture resized by ``factor``."""
        return self.model_copy(update={"steps": tuple(step.scaled(factor) for step in self.steps)})

    def apply(self, alpha: Alpha, seen: Seen) -> Alpha:
        """Refine ``alpha``, (H, W) float32 in [0, 1], by every step in turn."""
        for step in self.steps:
            refined = step.apply(alpha, seen)
            # A blur of ones may come out above one by a rounding error.
            alpha = np.clip(refined, 0, 1, out=refined if refined is alpha else None)
        return alpha

    def trimap(self, alpha: Alpha, seen: Seen) -> Picture | None:
        """What the first step that leaves something open takes as certain, see :meth:`EdgeStep.trimap`; or None."""
        for step in self.steps:
            found = step.trimap(alpha, seen)
            if found is not None:
                return found
            alpha = step.apply(alpha, seen)
        return None

    def stages(self, alpha: Alpha, seen: Seen) -> tuple[Stage, ...]:
        """How every step came to its alpha, for the page that explains it."""
        shown: list[Stage] = []
        for step in self.steps:
            shown += step.stages(alpha, seen)
            alpha = step.apply(alpha, seen)
        return tuple(shown)

    @property
    def style(self) -> str:
        """Which of :data:`STYLES` it is, whatever else is done to the edge; "" for a combination of its own."""
        soft = tuple(kind for kind in self.kinds if kind in SOFTENING)
        return next((name for name, style in STYLES.items() if style.kinds == soft), "")

    def with_style(self, name: str) -> "Edge":
        """The edge softened as one of :data:`STYLES` says; its other steps stay."""
        edge = Edge(steps=tuple(step for step in self.steps if step.kind not in SOFTENING))
        for step in STYLES[name].steps:
            edge = edge.with_step(step)
        return edge

    @property
    def draft(self) -> "Edge":
        """The edge softened as "smooth" is, if one of its steps is slow; else the same."""
        return self.with_style("smooth") if any(step.slow for step in self.steps) else self


STYLES = {
    "automatic": Edge(steps=(Automatic(),)),
    "hard": Edge(steps=()),
    "smooth": Edge(),
    "matte": Edge(steps=(Matte(),)),
}
"""The one choice on top: how the edge becomes soft."""
SOFTENING = frozenset({"automatic", "matte", "feather"})
