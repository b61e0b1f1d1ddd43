"""What a batch will do, decided and checked before the first picture."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from masking_core.batch import places
from masking_core.batch.find import Files, Picture, beside, by_stem
from masking_core.batch.item import Item
from masking_core.batch.marks import UNMARKED, Marks, MarksFile
from masking_core.batch.outputs import check_pattern, kind_of, named, usual_pattern
from masking_core.batch.places import Place
from masking_core.batch.record import Record
from masking_core.errors import ParameterError
from masking_core.image.levels import AUTOMATIC, Levels
from masking_core.image.limits import Limits, in_force
from masking_core.recipe import Recipe


@dataclass(frozen=True)
class Settings:
    """How the pictures of a batch are cut, and where the results go.

    Attributes:
        recipes: by name.
        out: the folder or address below which results are written.
        kinds: what is written of each picture, see :data:`masking_core.export.CONTENTS`.
        form: the formats that are asked for, with commas between them, see :func:`masking_core.batch.outputs.kind_of`.
        levels: over which values pictures of more than eight bits are shown.
        pattern: the names of results; empty for one under which nothing of one picture collides.
        marks: of pictures that have none of their own.
        marks_in: folders with marks by the kind of their files, see :data:`masking_core.batch.marks.FILES`; a file goes
            with the picture of the same path but for the suffix.
        truth: folder with true masks, named as marks are; empty for none.
        limits: what may be opened.
    """

    recipes: Mapping[str, Recipe]
    out: str
    kinds: tuple[str, ...] = ("composed",)
    form: str = "png"
    levels: Levels = AUTOMATIC
    pattern: str = ""
    marks: Marks = UNMARKED
    marks_in: Mapping[str, str] = field(default_factory=dict)
    truth: str = ""
    limits: Limits = field(default_factory=in_force)


def plan(files: Files, settings: Settings) -> list[Item]:
    """Every picture under every recipe.

    Raises:
        ParameterError: there is no picture; two results would have one name, or one that of a picture; the pattern or
            a folder of marks cannot be used.
    """
    if not files.pictures:
        raise ParameterError("There is no picture among what was given.")
    pattern = settings.pattern or usual_pattern(tuple(settings.recipes), settings.kinds)
    check_pattern(pattern)
    folders = {kind: by_stem(folder, folder) for kind, folder in settings.marks_in.items()}
    truths = by_stem(settings.truth, settings.truth) if settings.truth else {}
    items = [
        Item(
            source=picture.place,
            name=picture.name,
            recipe=recipe,
            recipe_name=name,
            writes={kind: _target(settings, pattern, picture, name, kind) for kind in settings.kinds},
            form=settings.form,
            levels=settings.levels,
            marks=_marks(picture, files, folders) or settings.marks,
            truth=truths.get(picture.stem),
            limits=settings.limits,
        )
        for picture in files.pictures
        for name, recipe in settings.recipes.items()
    ]
    _refuse_collisions(items, settings.out)
    return items


def resumed(items: Iterable[Item], record: Record, *, overwrite: bool = False) -> list[Item]:
    """The items with what the record says of them; what it does not know of is not overwritten unless that is said.

    Raises:
        ParameterError: a file is there that no batch with this record wrote.
    """
    found = []
    for item in items:
        for path in item.writes.values():
            if not overwrite and not record.knows(path) and places.is_there(path):
                raise ParameterError(
                    f"{path} is there already and was not written by this batch: move it, or overwrite it."
                )
        key, digests = record.of(item.writes)
        found.append(replace(item, key=key, digests=digests))
    return found


def _target(settings: Settings, pattern: str, picture: Picture, recipe: str, kind: str) -> str:
    ext = kind_of(kind, settings.form).suffix[1:]
    return f"{settings.out.rstrip('/')}/{named(pattern, picture.name, recipe, kind, ext)}"


def _marks(picture: Picture, files: Files, folders: Mapping[str, Mapping[str, Place]]) -> Marks | None:
    found = [(kind, places[picture.stem]) for kind, places in folders.items() if picture.stem in places]
    found = found or beside(picture, files.others)
    if len(found) > 1:
        given = " and ".join(place.name for _, place in found)
        raise ParameterError(f"{picture.name} has marks in several files, {given}: keep one.")
    return MarksFile(*found[0]) if found else None


def _refuse_collisions(items: Iterable[Item], out: str) -> None:
    same = str.casefold if _ignores_case(out) else str
    sources = {same(item.source.path): item for item in items}
    taken: dict[str, Item] = {}
    for item in items:
        for path in item.writes.values():
            name = PurePosixPath(path).name
            if same(path) in sources:
                raise ParameterError(
                    f"{name} would be written over a picture that is read: give another output folder."
                )
            other = taken.setdefault(same(path), item)
            if other is not item or list(item.writes.values()).count(path) > 1:
                raise ParameterError(
                    f"{item.name} ({item.recipe_name}) and {other.name} ({other.recipe_name}) would both be written to "
                    f"{name}: give the folder that holds them both, or a pattern that tells them apart, such as "
                    "{recipe}/{folder}/{name}-{what}.{ext}."
                )


def _ignores_case(out: str) -> bool:
    """Whether names that differ in case only are one file in the folder, or in the nearest folder that is there."""
    if places.is_address(out):
        return False
    folder = next(path for path in (Path(out).absolute(), *Path(out).absolute().parents) if path.exists())
    other = Path(str(folder).swapcase())
    return folder != other and other.exists() and os.path.samefile(folder, other)
