"""What a command line takes away: the results of one picture or of every frame, as files."""

from collections.abc import Sequence
from pathlib import Path, PurePath

from masking_core.errors import ParameterError
from masking_core.export.contents import Content
from masking_core.export.files import STANDARD
from masking_core.export.formats import FORMATS
from masking_core.export.options import Writing
from masking_core.result import Result

Files = list[tuple[str, bytes]]
"""Paths, and what is to be written there."""


def files(results: Sequence[Result], content: Content, path: str, form: str | None, how: Writing) -> Files:
    """The files of a content: one, or one a frame with its number in the name, where a file holds only one.

    Frames of an animation become frames, with their times; other frames become the pages of a TIFF.

    Args:
        results: of every frame.
        content: what is taken.
        path: where to, or "-" for standard output.
        form: the id of the kind of file; None to go by the path's ending.
        how: how the files are written.

    Raises:
        ParameterError: no file of that ending holds the content, or standard output would have to hold several.
    """
    id = form or (next(iter(content.kinds)) if path == STANDARD else content.kind_of(PurePath(path).name))
    if id not in content.kinds:
        raise ParameterError(f"{content.title}: format must be one of {', '.join(content.kinds)}; {id!r} was given.")
    if len(results) == 1:
        return [(path, content.kinds[id].make(results[0], how))]
    several = FORMATS[id].several if id in FORMATS else ""
    animated = several == "frames" and how.durations is not None
    if content.picture is not None and (several == "pages" or animated):
        return [(path, FORMATS[id].write([content.picture(each, how) for each in results], how))]
    if path == STANDARD:
        raise ParameterError(
            f"{content.title}: {len(results)} files cannot go to standard output; choose one with --frame, or a format "
            "that holds all of them, such as --format tiff."
        )
    return [(numbered(path, number), content.kinds[id].make(each, how)) for number, each in enumerate(results, 1)]


def note(results: Sequence[Result], content: Content, path: str, how: Writing) -> str:
    """A sentence if the files keep no transparency and there was some; else nothing."""
    form = next((each for each in FORMATS.values() if PurePath(path).suffix.lower() in each.suffixes), None)
    if form is None or form.alpha or content.picture is None or all(each.rgba[..., 3].min() == 255 for each in results):
        return ""
    return f"{form.title} keeps no transparency: {path} lies on the colour {how.options.backdrop} (--backdrop)."


def numbered(path: str, number: int) -> str:
    """The path with the number of a frame before its ending: cut-003.png."""
    return str(Path(path).with_name(f"{PurePath(path).stem}-{number:03}{PurePath(path).suffix}"))
