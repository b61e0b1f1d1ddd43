"""Before a batch: which pictures, cut how, and what is wanted of them."""

import streamlit as st

from masking_core import MaskingError, Recipe
from masking_core.batch.find import SUFFIXES
from masking_core.batch.recipes import from_file, from_link
from masking_core.export import CONTENTS
from masking_core.methods import METHODS
from studio import state, uploads
from studio.batch import running
from studio.batch.folder import Files, Folder
from studio.compare import workbench
from studio.foreign import plain

WORKBENCH = "As set in the workbench"
MARKS = {
    "none": "No marks",
    "box": "A rectangle around the middle",
    "strokes": "Strokes on an automatic guess",
    "subject": "Strokes on the main subject",
}
WRITTEN = ("composed", "mask")
TYPES = [*sorted(suffix[1:] for suffix in SUFFIXES), "zip"]


def show() -> None:
    """Draw the choices and the button that begins."""
    st.caption("Cut many pictures with the same settings, then look only at those that need a person.")
    left, right = st.columns(2)
    with left:
        pictures = _uploader("Pictures, or a ZIP of them", "batch.pictures", "Folders in a ZIP are kept.")
        truths = _uploader(
            "True masks (optional)",
            "batch.truth",
            "White where the object is. A mask goes with the picture of the same name, whatever the suffixes. "
            "Results are then scored.",
        )
    with right:
        recipes = _recipes()
        marks = _marks()
        contents = st.multiselect(
            "Files to make",
            list(CONTENTS),
            default=WRITTEN,
            format_func=lambda id: CONTENTS[id].title,
            key="batch.contents",
            help="What is written for every picture.",
        )
    ready = bool(pictures and recipes and contents)
    if st.button("Start", type="primary", icon=":material/play_arrow:", disabled=not ready, key="batch.start"):
        _start(pictures, truths, recipes, marks, contents)


def _uploader(label: str, key: str, help: str) -> Files:
    st.file_uploader(label, type=TYPES, accept_multiple_files=True, key=key, help=help)
    try:
        return [(file.name, file.data) for file in uploads.listed(key)]
    except MaskingError as error:
        st.error(plain(error), icon=":material/error:")
        return []


def _recipes() -> dict[str, Recipe]:
    names = {WORKBENCH: WORKBENCH, **{id: method.title for id, method in METHODS.items() if not method.needs}}
    chosen = st.multiselect(
        "Settings",
        list(names),
        default=[WORKBENCH],
        format_func=lambda id: names[id],
        key="batch.recipes",
        help="Every picture is cut with each of these. A method alone has its usual settings.",
    )
    found = {id: workbench.current() if id == WORKBENCH else Recipe(method=METHODS[id]()) for id in chosen}
    st.file_uploader("Settings from files (JSON)", type=["json"], accept_multiple_files=True, key="batch.json")
    link = st.text_input("Settings from a link of the studio", key="batch.link", persist_state="session")
    try:
        for file in uploads.listed("batch.json"):
            found |= from_file(file.name, file.data)
        if link:
            found |= from_link(link)
    except MaskingError as error:
        st.error(plain(error), icon=":material/error:")
    return found


def _marks() -> str:
    chosen = st.selectbox(
        "Marks",
        list(MARKS),
        format_func=MARKS.__getitem__,
        key="batch.marks",
        help="Drawn on every picture before it is cut.",
        persist_state="session",
    )
    if chosen != "box":
        return str(chosen)
    margin = st.slider(
        "Space around the rectangle (% of the picture)", 0, 45, 10, key="batch.margin", persist_state="session"
    )
    return f"box:{margin},{margin},{100 - margin},{100 - margin}"


def _start(pictures: Files, truths: Files, recipes: dict[str, Recipe], marks: str, contents: list[str]) -> None:
    try:
        folder = Folder.create(pictures, truths, recipes, marks, contents)
    except MaskingError as error:
        st.error(plain(error), icon=":material/error:")
        return
    running.begin(folder)
    state.put("batch", folder.id)
    st.query_params["batch"] = folder.id
    st.rerun()
