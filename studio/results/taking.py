"""Taking a result away: one button for what is seen, a menu of contents and formats, the clipboard."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePath

import streamlit as st

from masking_core import Image, Prompts, Recipe, Result, Transparent, export
from masking_core.export import FORMATS, ExportOptions, Format, Writing
from studio import compute, controls, downloads, state
from studio.components.clipboard import copy

WHITE = "#ffffff"


@dataclass(frozen=True)
class Content:
    """What a file can hold of a result: its title, what its name ends in, one sentence, and how it is written."""

    title: str
    ending: str
    about: str
    write: Callable[[Result, Format, Writing], bytes]
    masks: bool = False


CONTENTS: Mapping[str, Content] = {
    "cutout": Content("Cut-out", "cutout", "The background is removed.", export.cutout_file),
    "composed": Content("On the new background", "composed", "The picture as it is shown.", export.cutout_file),
    "mask": Content(
        "Mask",
        "mask",
        "Grey: white where the picture stays, black where it is removed.",
        lambda result, form, how: form.write([result.mask], how),
        masks=True,
    ),
    "labels": Content(
        "Label map",
        "labels",
        "Every pixel holds the number of its object; 0 is the background.",
        lambda result, _form, _how: export.labels_png(result.labels),
        masks=True,
    ),
}


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

    def file(self, content: str, form: Format = FORMATS["png"], how: Writing = Writing()) -> bytes:  # noqa: B008
        """The content of the full picture as a file."""
        recipe = self.recipe.changed(background=Transparent()) if content == "cutout" else self.recipe
        found = compute.segment(self.image, recipe, self.prompts, pixels=None)
        return CONTENTS[content].write(recipe.finish(found), form, how)

    def name(self, content: str, form: Format = FORMATS["png"]) -> str:
        """The name of such a file."""
        return f"{PurePath(self.image.name).stem or 'picture'}-{CONTENTS[content].ending}{form.suffix}"


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
        chosen = st.segmented_control(
            "Content",
            contents,
            format_func=lambda name: CONTENTS[name].title,
            key="download.content",
            required=True,
            persist_state="session",
        )
        content = chosen or contents[0]
        st.caption(CONTENTS[content].about)
        form = _format(content)
        how = Writing(_options(form, CONTENTS[content]))
        downloads.button(
            f"Download {form.title}",
            lambda: taking.file(content, form, how),
            name=taking.name(content, form),
            mime=form.mime,
            icon=":material/download:",
            key="download.chosen",
            type="primary",
        )


def _format(content: str) -> Format:
    forms = [form.id for form in FORMATS.values() if _fits(form, content)]
    key = f"download.format.{CONTENTS[content].masks}"
    if state.get(key) not in forms:
        state.put(key, forms[0])
    chosen = st.selectbox("Format", forms, format_func=lambda id: FORMATS[id].title, key=key, persist_state="session")
    st.caption(FORMATS[chosen].description)
    return FORMATS[chosen]


def _fits(form: Format, content: str) -> bool:
    if content == "labels":
        return form.id == "png"
    return form.lossless and not form.layered if CONTENTS[content].masks else True


def _options(form: Format, content: Content) -> ExportOptions:
    if content.masks or form.layered:
        return ExportOptions()
    with st.expander("Options", key="download.options"):
        backdrop = WHITE
        if not form.alpha:
            state.begin("export.backdrop", WHITE)
            backdrop = st.color_picker("Colour behind", key="export.backdrop", persist_state="session")
        return controls.edit(ExportOptions, "export", backdrop=backdrop)
