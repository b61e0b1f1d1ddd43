"""What travels to a worker, and what comes back; paths and the recipe, never pixels."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from masking_core.batch.flags import Figures
from masking_core.batch.marks import UNMARKED, Marks
from masking_core.batch.places import Place
from masking_core.image.levels import AUTOMATIC, Levels
from masking_core.image.limits import Limits, in_force
from masking_core.recipe import Recipe

State = Literal["done", "unchanged", "failed"]


@dataclass(frozen=True)
class Item:
    """One picture to be cut by one recipe.

    Attributes:
        source: where the picture is.
        name: its path below the folder that was given; the same for all recipes.
        recipe: how it is cut; ``recipe_name`` is what it is called.
        writes: the files to be written, by the kind of result, see :data:`masking_core.export.CONTENTS`.
        form: the formats that are asked for, with commas between them, see :func:`masking_core.batch.outputs.kind_of`.
        levels: over which values pictures of more than eight bits are shown.
        marks: where its marks come from.
        truth: where its true mask is, if there is one.
        key: what the record says was done to these files; empty if nothing.
        digests: of each file, as the record says.
        limits: what may be opened.
    """

    source: Place
    name: str
    recipe: Recipe
    recipe_name: str
    writes: Mapping[str, str]
    form: str = "png"
    levels: Levels = AUTOMATIC
    marks: Marks = UNMARKED
    truth: Place | None = None
    key: str = ""
    digests: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = field(default_factory=in_force)


@dataclass(frozen=True)
class Outcome:
    """What became of an item.

    Attributes:
        state: "done" now, "unchanged" since the record was written, or "failed".
        key: digest of the picture's file, the marks, the recipe, what is written and the version.
        digests: of each file, see :func:`masking_core.batch.places.digest`.
        seconds: reading and writing included.
        problem: one sentence, where it failed.
        notes: sentences of the picture and of the method.
        figures: what was measured of the result.
        scores: measures against the truth, by name, see :func:`masking_core.metrics.scores`.
    """

    state: State
    key: str = ""
    digests: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    problem: str = ""
    notes: tuple[str, ...] = ()
    figures: Figures | None = None
    scores: Mapping[str, float] = field(default_factory=dict)
