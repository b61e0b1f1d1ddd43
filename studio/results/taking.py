"""Taking a result away: one button for what is seen, a menu of contents and formats, the clipboard."""

from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

import streamlit as st

from masking_core import Image, Prompts, Recipe, Transparent
from masking_core.export import CONTENTS, FORMATS, Content, ExportOptions, Writing
from masking_core.export.options import PLAIN
from studio import compute, controls, downloads, state
from studio.components.clipboard import copy


@dataclass(frozen=True)
class Taking:
    """A result that somebody may take away: a picture, the recipe and the marks that cut it."""

    image: Image
    recipe: Recipe
    prompts: Prompts

    @property
    def seen(self) -> str:
        """The content that is seen on the page."""
        return "cutout" if isinstance(self.recipe.background, Transparent) else "composed"

    def file(self, content: str, kind: str = "png", how: Writing = PLAIN) -> bytes:
        """The content of the full picture as a file of a kind."""
        found = compute.segment(self.image, self.recipe, self.prompts, pixels=None)
        return CONTENTS[content].kinds[kind].make(self.recipe.finish(found), replace(how, dpi=self.image.dpi))

    def name(self, content: str, kind: str = "png") -> str:
        """The name of such a file."""
        stem = PurePath(self.image.name).stem or "picture"
        return f"{stem}-{CONTENTS[content].ending}{CONTENTS[content].kinds[kind].suffix}"


def button(taking: Taking) -> None:
    """The button that hands over what is seen; the work is done when it is pressed."""
    seen = taking.seen
    downloads.button(
        "Download cut-out" if seen == "cutout" else "Download picture",
        lambda: taking.file(seen),
        name=taking.name(seen),
        mime="image/png",
        icon=":material/download:",
        key=f"download.{seen}",
        type="primary",
    )


def clipboard(taking: Taking) -> None:
    """The button that copies what is seen."""
    copy("Copy", lambda: taking.file(taking.seen), key="download.copy")


def menu(taking: Taking) -> None:
    """Every content in every format; drawn when it is unfolded."""
    with st.popover("Formats", icon=":material/file_save:", on_change="rerun", key="download.menu") as unfolded:
        if not unfolded.open:
            return
        contents = [name for name in CONTENTS if name != "composed" or taking.seen == "composed"]
        if state.get("download.content") not in contents:
            state.put("download.content", contents[0])
        chosen = st.selectbox(
            "Content",
            contents,
            format_func=lambda name: CONTENTS[name].title,
            key="download.content",
            persist_state="session",
        )
        content = CONTENTS[chosen or contents[0]]
        st.caption(content.description)
        kind = _kind(content)
        how = Writing(_options(content, kind))
        downloads.button(
            f"Download {content.kinds[kind].title}",
            lambda: taking.file(chosen or contents[0], kind, how),
            name=taking.name(chosen or contents[0], kind),
            mime=content.kinds[kind].mime,
            icon=":material/download:",
            key="download.chosen",
            type="primary",
        )


def _kind(content: Content) -> str:
    kinds = list(content.kinds)
    key = f"download.format.{content.ending}"
    if state.get(key) not in kinds:
        state.put(key, kinds[0])
    st.selectbox("Format", kinds, format_func=lambda id: content.kinds[id].title, key=key, persist_state="session")
    chosen: str = state.get(key)
    st.caption(content.kinds[chosen].description)
    return chosen


def _options(content: Content, kind: str) -> ExportOptions:
    if content.picture is None or kind not in FORMATS or FORMATS[kind].layered:
        return ExportOptions()
    fixed: dict[str, Any] = {} if not FORMATS[kind].alpha else {"backdrop": ExportOptions().backdrop}
    fixed |= {"quality": ExportOptions().quality} if FORMATS[kind].lossless else {}
    fixed |= {} if content.picture is CONTENTS["cutout"].picture else {"hidden_colours": False}
    with st.expander("Options", key="download.options"):
        return controls.edit(ExportOptions, "export", **fixed)
