"""Files that take a moment to make: made on a worker with progress and a way to stop, then saved by the browser.

A visitor has one such file at a time. It is made whatever else they do meanwhile; asking for another one, stopping it
or leaving ends it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import streamlit as st

from masking_core import MaskingError
from masking_core.errors import Cancelled
from studio import compute
from studio.foreign import plain

JS = """
const saved = new Set();
export default function ({ data }) {
  if (saved.has(data.ticket)) return;
  let looks = 0;
  const save = () => {
    const button = document.querySelector(".st-key-download_file button");
    if (!button && ++looks < 100) return setTimeout(save, 30);
    if (!button || saved.has(data.ticket)) return;
    saved.add(data.ticket);
    button.click();
  };
  save();
}
"""


@dataclass
class File:
    """A file on its way: what it is called, what it is, and the work that makes it."""

    title: str
    name: str
    mime: str
    job: compute.Job
    ticket: str = field(default_factory=lambda: uuid4().hex)


def button(label: str, make: Callable[[], bytes | str], *, name: str, mime: str, key: str, **look: Any) -> None:
    """A button that has ``make`` called on a worker; :func:`follow` shows how far it is and hands the file over."""
    st.button(label, key=key, on_click=_begin, args=(label, make, name, mime), **look)


def follow(place: Any) -> None:
    """Show in ``place`` how far the visitor's file is until the browser has it; the last call of a page.

    Whatever the visitor does ends the calling script; the file goes on.
    """
    file: File | None = compute.current().held.get("download")
    if file is None:
        return
    with place:
        line, below = st.empty(), st.empty()
    if not file.job.done:
        below.button("Stop", icon=":material/stop:", key="download_stop", on_click=file.job.cancel)

    def tell() -> None:
        line.progress(min(max(file.job.fraction, 0.0), 1.0), f"{file.title}: {compute.waiting_words(file.job)}")

    tell()
    compute.follow(file.job, tell)
    line.empty()
    below.empty()
    with place:
        _hand_over(file)


def _begin(label: str, make: Callable[[], bytes | str], name: str, mime: str) -> None:
    held = compute.current().held
    if before := held.get("download"):
        before.job.cancel()
    held["download"] = File(label, name, mime, compute.submit(make, later=True))


def _hand_over(file: File) -> None:
    try:
        data = file.job.future.result()
    except Cancelled:
        st.caption(f"{file.title}: stopped.")
        return
    except MaskingError as error:
        st.error(f"{file.title}: {plain(error)}", icon=":material/error:")
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="download_file"):
        st.download_button(
            f"Save {plain(file.name)} again",
            data,
            file_name=file.name,
            mime=file.mime,
            on_click="ignore",
            type="tertiary",
        )
    _saving()(data={"ticket": file.ticket}, key="download_saving")


@st.cache_resource(show_spinner=False)
def _saving() -> Any:
    return st.components.v2.component("masking_studio.saving", js=JS)
