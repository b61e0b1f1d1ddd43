"""Files that take a moment to make: made on a worker with progress and a way to stop, then saved by the browser.

What is large is made on disk and streamed from there. A visitor has one such file at a time. It is made whatever else
they do meanwhile; asking for another one, stopping it or leaving ends it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import streamlit as st

from masking_core import MaskingError
from masking_core.errors import Cancelled
from studio import compute
from studio.foreign import plain

ASKED = "download.asked"
"""Under which the key of a button that was pressed is held."""
ADDRESS = "files"
"""Where files on disk are streamed from, below the app's own address."""
JS = """
const saved = new Set();
export default function ({ data }) {
  if (saved.has(data.ticket)) return;
  if (data.address) {
    saved.add(data.ticket);
    Object.assign(document.createElement("a"), { href: data.address, download: data.name }).click();
    return;
  }
  let looks = 0;
  const save = () => {
    const button = document.querySelector(`.st-key-download_${data.ticket} button`);
    if (!button && ++looks < 100) return setTimeout(save, 30);
    if (!button || saved.has(data.ticket)) return;
    saved.add(data.ticket);
    button.click();
  };
  save();
}
"""


Data = bytes | str | Path
"""What is in a file, or the path of a file on disk that holds it."""


@dataclass
class File:
    """A file on its way: what it is called, what it is, and the work that makes it."""

    title: str
    name: str
    mime: str
    job: compute.Job
    ticket: str = field(default_factory=lambda: uuid4().hex)


def button(label: str, make: Callable[[], Data], *, name: str, mime: str, key: str, **look: Any) -> None:
    """A button that has ``make`` called on a worker; :func:`follow` shows how far it is and hands the file over.

    A press waits for the run of the page that draws the button next: the page may have gone on to another picture since
    it was drawn where the visitor pressed it, and what is made and its name are those of the page as it is now.
    """
    st.button(label, key=key, on_click=_ask, args=(key,), **look)
    held = compute.current().held
    if held.get(ASKED) == key:
        del held[ASKED]
        _begin(label, make, name, mime)


def offered(ticket: str) -> tuple[Path, str, str] | None:
    """The path, name and type of a file on disk that is handed over under a ticket; None when it is no longer there."""
    return _offered.get(ticket)


def follow(place: Any) -> None:
    """Show in ``place`` how far the visitor's file is until the browser has it; the last call of a page.

    Whatever the visitor does ends the calling script; the file goes on.
    """
    held = compute.current().held
    if held.pop(ASKED, None) is not None:
        place.caption("What you asked for is no longer on the page. Please choose again.")
    file: File | None = held.get("download")
    if file is None:
        return
    with place:
        line, below = st.empty(), st.empty()

    def tell() -> None:
        line.progress(min(max(file.job.fraction, 0.0), 1.0), f"{file.title}: {compute.waiting_words(file.job)}")

    if not file.job.done:
        below.button("Stop", icon=":material/stop:", key="download_stop", on_click=file.job.cancel)
        tell()
        compute.follow(file.job, tell)
        line.empty()
        below.empty()
    with place:
        _hand_over(file)


def _ask(key: str) -> None:
    compute.current().held[ASKED] = key


def _begin(label: str, make: Callable[[], Data], name: str, mime: str) -> None:
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
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"download_{file.ticket}"):
        again = f"Save {plain(file.name)} again"
        if isinstance(data, Path):
            held = compute.current().held
            _offered.pop(held.get("offered", ""), None)
            _offered[file.ticket], held["offered"] = (data, file.name, file.mime), file.ticket
            address = f"{ADDRESS}/{file.ticket}"
            st.link_button(again, address, type="tertiary")
        else:
            address = ""
            st.download_button(again, data, file_name=file.name, mime=file.mime, on_click="ignore", type="tertiary")
    _saving()(data={"ticket": file.ticket, "address": address, "name": file.name}, key="download_saving")


_offered: dict[str, tuple[Path, str, str]] = {}


def _withdraw(visitor: compute.Visitor) -> None:
    _offered.pop(visitor.held.get("offered", ""), None)


compute.when_one_leaves(_withdraw)


@st.cache_resource(show_spinner=False)
def _saving() -> Any:
    return st.components.v2.component("masking_studio.saving", js=JS)
