"""Marks as files: a painted seed map or a document of marks comes in, the document goes out."""

from collections.abc import Callable
from functools import partial
from pathlib import PurePath

import streamlit as st

from masking_core import Image, MaskingError, PromptError, Prompts
from masking_core.image.numbers import NumberMap
from masking_core.image.sources import safe_name
from masking_core.prompts import SeedMap
from masking_core.prompts.painted import seeds_of
from masking_core.shapes import read_shapes
from studio import compute, state, uploads
from studio.drawing import history
from studio.drawing.history import History
from studio.foreign import plain

PAINTED = """\
**A painted picture** as large as this one: black is background, white the object, grey undecided; or blue is
background, red object 1, green 2, yellow 3, magenta 4, cyan 5, and all else undecided. **A label map**: every pixel
holds the number of its object, 0 is background, 255 undecided. **A JSON file** of marks. **Outlines** from COCO,
labelme, GeoJSON, SVG or ImageJ. They are added to your marks; undo removes them."""
OUTLINES = (".geojson", ".svg", ".roi", ".zip")
PAINTED_TYPES = ["png", "tif", "tiff", "bmp", "gif", "webp", "json", *(suffix[1:] for suffix in OUTLINES)]
LONGEST_NAME = 100


def show(image: Image, past: History, before: Callable[[], None], uses: frozenset[str], title: str) -> None:
    """Draw the button; what is behind it is made when it is opened.

    Args:
        image: the picture that is marked.
        past: the history of its marks.
        before: called before the history changes, so that nothing drawn meanwhile is lost.
        uses: what the method can use.
        title: the method's name.
    """
    if news := state.setdefault("marks.news", ""):
        # Not said in the callback: there, Streamlit would put it in the place of the page's styles.
        st.toast(news, icon=":material/edit:")
        state.put("marks.news", "")
    help = "**Import and export marks**"
    with st.popover(
        "Import and export marks", icon=":material/swap_vert:", help=help, key="marks_files", on_change="rerun"
    ) as opened:
        if not opened.open:
            return
        # A file that was taken over need not stay in the list: a new uploader is an empty one.
        key = f"marks.upload.{len(state.setdefault('marks.taken', []))}"
        uploads.uploader("Import marks…", key, partial(_take, key, image, past, before), type=PAINTED_TYPES)
        if problem := state.setdefault("marks.problem", ""):
            st.error(plain(problem), icon=":material/error:")
        st.caption(PAINTED if "seeds" in uses else f"{PAINTED} {title} does not use painted marks; they are kept.")
        st.download_button(
            "Export marks",
            lambda: history.prompts(past).to_json(),
            file_name=f"{PurePath(image.name).stem or 'picture'}-marks.json",
            mime="application/json",
            on_click="ignore",
            icon=":material/download:",
            disabled=not past["marks"],
            key="marks.export",
        )


def _take(key: str, image: Image, past: History, before: Callable[[], None], _: frozenset[str]) -> None:
    state.put("marks.problem", "")
    taken: list[str] = state.setdefault("marks.taken", [])
    try:
        files = uploads.listed(key)
        # A browser that waits for a slow page may hand the same file over again.
        if not files or files[-1].id in taken:
            return
        name = safe_name(files[-1].name)
        fresh = read(files[-1].data, name, image.size)
        before()
        history.change(past, Prompts(marks=(*history.prompts(past).marks, *fresh.marks)))
    except MaskingError as error:
        state.put("marks.problem", str(error))
        return
    state.put("marks.taken", [*taken, files[-1].id])
    count = len(fresh.marks)
    state.put("marks.news", f"{count} mark{'s' * (count != 1)} came with {name}.")


def read(data: bytes, name: str, size: tuple[int, int]) -> Prompts:
    """The marks in a file: outlines of other programs, a document of ours, else a seed map, which
    takes the file's name.

    Args:
        data: the file.
        name: the file's name.
        size: width and height of the picture that they are for.

    Raises:
        MaskingError: it cannot be read, is for a picture of another size, or marks nothing of this one.
    """
    of_this = f"of this picture of {size[0]:,} × {size[1]:,} pixels"
    suffix = PurePath(name).suffix.lower()
    if suffix in OUTLINES or (suffix == ".json" and not _is_document(data)):
        found = read_shapes(data, name, size)
    else:
        found = _document(data, name) if suffix == ".json" else _painted(data, name, size)
    if len(found.outside(size[::-1])) == len(found.marks):
        raise PromptError(f"{name} marks no pixel {of_this}.")
    return found


def _is_document(data: bytes) -> bool:
    """Whether JSON looks like marks of ours, rather than outlines from another program."""
    foreign = any(word in data for word in (b'"shapes"', b'"annotations"', b'"type"'))
    return b'"marks"' in data[:1000] or not foreign


def _painted(data: bytes, name: str, size: tuple[int, int]) -> Prompts:
    numbers = "numbers", compute.digest_of(data), name
    painted = compute.apart(numbers, lambda: NumberMap.open(data, name=name))
    painted.must_be(size, "a seed map")
    return Prompts(marks=(SeedMap.from_numbers(seeds_of(painted), PurePath(name).stem[:LONGEST_NAME]),))


def _document(data: bytes, name: str) -> Prompts:
    try:
        return Prompts.from_json(data)
    except PromptError as error:
        raise PromptError(f"{name}: {error}") from None
