"""The visitor's work, saved as it changes and brought back after a reload, a lost connection or a restarted server.

The key is a cookie that scripts cannot read, see :mod:`studio.server`; it is in no address, on no page and in no log.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import uuid4

import platformdirs
import streamlit as st

from masking_core import MaskingError, Prompts, Recipe
from masking_core.errors import OutputError
from studio import compute, state
from studio.drawing import history
from studio.foreign import plain
from studio.recipe import panel
from studio.settings import settings
from studio.sharing.shelf import Shelf, Work, digest_of

COOKIE = "masking_work"
VERSION = 1
PLACES = ("slice.",)
"""What the keys of plain values begin with that are part of the work, beside pictures and marks."""


@dataclass
class Saver:
    """Saves for one tab.

    Attributes:
        tab: its name among those of the same work.
        found: the tab whose work it went on from.
        last: the document that was saved last.
        recipe: what the widgets said last, as JSON.
        elsewhere: whether another tab saves this work.
        problem: why it could not be saved, in a sentence.
    """

    tab: str
    found: str = ""
    last: Any = None
    recipe: str = ""
    elsewhere: bool = False
    problem: str = ""


@lru_cache(maxsize=1)
def shelf() -> Shelf | None:
    """Where work is kept on this server; None where it is not."""
    match settings().autosave:
        case "off":
            return None
        case "":
            return Shelf(str(platformdirs.user_data_path("masking-studio") / "autosave"))
        case address:
            return Shelf(address)


@lru_cache(maxsize=1)
def _writer() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, "autosave")


def begin() -> None:
    """Bring back what was saved, once a visit; before any widget is drawn."""
    key, kept = _key(), shelf()
    if not key or kept is None or state.setdefault("autosave.begun", False):
        return
    state.put("autosave.begun", True)
    try:
        work = kept.get(key)
        if work is None:
            return
        saver = _saver()
        saver.found = work.document["owner"]
        saver.elsewhere = saver.found != saver.tab and saver.found in _tabs
        _bring_back(work, saver)
    except (MaskingError, OSError, ValueError, KeyError) as error:
        _saver().problem = f"What you had saved could not be brought back: {type(error).__name__}."
    else:
        state.put("autosave.back", True)


def keep(recipe: Recipe | None = None) -> None:
    """Save what has changed since the last time; returns at once.

    Args:
        recipe: what the widgets say, on pages that have them.
    """
    key, kept = _key(), shelf()
    saver = _saver()
    if not key or kept is None or saver.elsewhere:
        return
    if recipe is not None:
        saver.recipe = recipe.to_json()
    work = _work(saver)
    if work.document != saver.last:
        saver.last = work.document
        _writer().submit(_save, kept, key, work, saver)


def tidy() -> None:
    """Forget what is too old or too much."""
    if kept := shelf():
        _writer().submit(kept.tidy)


def show() -> None:
    """The sidebar's part: whether the work is saved, and forgetting it."""
    key, kept = _key(), shelf()
    if not key or kept is None:
        return
    saver = _saver()
    if saver.elsewhere:
        st.warning("This work is open in another tab, which saves it. What you do here is not saved.")
        st.button("Save from here on", key="autosave.claim", on_click=_claim)
    elif state.get("autosave.back"):
        st.caption(":material/restore: Your work is back: pictures, marks and settings.")
    if saver.problem:
        st.warning(plain(saver.problem), icon=":material/cloud_off:")
    with st.popover("Saved work", icon=":material/cloud_done:", key="autosave"):
        st.caption("Your pictures, marks and settings are kept on this server for 30 days, for this browser only.")
        st.button("Forget my work", icon=":material/delete_forever:", key="autosave.forget", on_click=_forget)


_tabs: set[str] = set()
"""The tabs that are connected to this server."""


def _saver() -> Saver:
    held = compute.current().held
    if "autosave" not in held:
        # After a lost connection the same tab goes on.
        tab = state.setdefault("autosave.tab", uuid4().hex)
        held["autosave"] = Saver(tab, found=tab)
        _tabs.add(tab)
    saver: Saver = held["autosave"]
    return saver


def _key() -> str:
    return str(st.context.cookies.get(COOKIE, ""))


def _work(saver: Saver) -> Work:
    """The document of all that is worth keeping, and the files it speaks of."""
    files: dict[str, bytes] = {}

    def stored(data: bytes, digest: str = "") -> str:
        digest = digest or digest_of(data)
        files[digest] = data
        return digest

    def listed(entry: Mapping[str, Any]) -> list[dict[str, str]]:
        for file in entry["files"]:  # pictures are large, and this is asked after every stroke
            file["digest"] = stored(file["data"], file.get("digest", ""))
        return [{"name": file["name"], "digest": file["digest"]} for file in entry["files"]]

    chosen = state.picture()
    pictures = [
        {
            "files": listed(entry),
            "digest": entry["digest"],
            "name": entry["name"],
            "thumbnail": stored(entry["thumbnail"]),
        }
        for entry in state.get("pictures", [])
    ]
    document = {
        "version": VERSION,
        "owner": saver.tab,
        "page": state.get("page", ""),
        "picture": {"files": listed(chosen)} if "files" in chosen else chosen,
        "pictures": pictures,
        "marks": {
            key: past["marks"] for key, past in state.under("marks.") if isinstance(past, dict) and past["marks"]
        },
        "places": {key: value for prefix in PLACES for key, value in state.under(prefix)},
        "recipe": saver.recipe,
    }
    return Work(document | {"files": sorted(files)}, files)


def _bring_back(work: Work, saver: Saver) -> None:
    document, files = work.document, work.files

    def listed(entry: Mapping[str, Any]) -> list[dict[str, Any]]:
        return [{**file, "data": files[file["digest"]]} for file in entry["files"]]

    marks = {key: Prompts.model_validate({"version": 1, "marks": found}) for key, found in document["marks"].items()}
    recipe = Recipe.from_json(document["recipe"]) if document["recipe"] else None
    pictures = [
        {**entry, "files": listed(entry), "thumbnail": files[entry["thumbnail"]]} for entry in document["pictures"]
    ]
    chosen = document["picture"]
    state.put("pictures", pictures)
    state.put("picture", {"files": listed(chosen)} if "files" in chosen else chosen)
    for key, prompts in marks.items():
        history.change(state.setdefault(key, history.blank()), prompts)
    for key, value in document["places"].items():
        state.put(key, value)
    if recipe is not None:
        panel.load(recipe)
        saver.recipe = document["recipe"]


def _save(kept: Shelf, key: str, work: Work, saver: Saver) -> None:
    """On the writer's thread."""
    try:
        owner = kept.owner(key)
        if owner not in {"", saver.tab, saver.found} or (owner != saver.tab and owner in _tabs):
            saver.elsewhere = True  # another tab has taken the work over meanwhile
            return
        kept.put(key, work)
        saver.problem = ""
    except (OutputError, OSError) as error:
        saver.last = None
        saver.problem = str(error) if isinstance(error, OutputError) else "Your work could not be saved."


def _claim() -> None:
    saver, kept = _saver(), shelf()
    if kept is not None:
        saver.elsewhere, saver.last, saver.found = False, None, kept.owner(_key())
        _tabs.discard(saver.found)


def _forget() -> None:
    key, kept = _key(), shelf()
    if kept is not None:
        _writer().submit(kept.remove, key).result()
    saver = _saver()
    state.clear()
    state.put("autosave.begun", True)
    saver.last, saver.recipe, saver.elsewhere = None, "", False


def _leaves(visitor: compute.Visitor) -> None:
    saver = visitor.held.get("autosave")
    if saver is not None:
        _tabs.discard(saver.tab)


compute.when_one_leaves(_leaves)
