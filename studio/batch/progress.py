"""A batch at work: how far it is, its table, and what can be done with a line of it."""

from typing import Any

import pandas as pd
import streamlit as st

from masking_core import MaskingError, Prompts, Stack
from masking_core.batch import places, report
from masking_core.batch.experiment import Row, rows
from masking_core.batch.flags import FLAGS
from masking_core.batch.item import Item
from masking_core.batch.record import Entry
from masking_core.batch.showing import show_item
from masking_core.image.limits import in_force
from studio import compute, downloads, state
from studio.batch.running import Batch
from studio.compare import workbench
from studio.drawing import history
from studio.drawing.board import marks_of
from studio.foreign import plain
from studio.picture import opened, slices
from studio.recipe import panel

TICK = 1.0
"""Seconds between two looks while a batch is at work."""
SHOWN = 100
"""Lines of the table on one page of it."""
STATES = {"done": "Done", "unchanged": "Done", "failed": "Failed", "waiting": "Waiting"}
ATTENTION = "To look at"


def show(batch: Batch) -> None:
    """Draw everything about a batch that was begun."""
    _mending(batch)
    st.fragment(_progress, run_every=TICK if batch.state == "running" else None)(batch)
    _results(batch)


def _progress(batch: Batch) -> None:
    counts, total = batch.counts, len(batch.items)
    finished = total - counts["left"]
    words = f"{finished:,} of {total:,} done"
    if counts["failed"]:
        words += f", {counts['failed']:,} failed"
    if batch.state == "running" and batch.rate:
        words += f" · {batch.rate:.2g} a second, {_time(counts['left'] / batch.rate)} left"
    st.progress(finished / max(total, 1), words)
    if batch.problem:
        st.error(plain(batch.problem), icon=":material/error:")
    with st.container(horizontal=True, gap="small"):
        if batch.state == "running":
            st.button("Pause", icon=":material/pause:", key="batch.pause", on_click=batch.halt, args=("paused",))
            st.button("Stop", icon=":material/stop:", key="batch.stop", on_click=batch.halt, args=("stopped",))
        elif counts["left"] or counts["failed"]:
            label = "Continue" if counts["left"] else "Try the failed ones again"
            if st.button(label, icon=":material/play_arrow:", key="batch.go", type="primary"):
                batch.begin()
                st.rerun()
    if finished != state.get("batch.drawn") or batch.state != state.get("batch.state"):
        state.put("batch.drawn", finished)
        state.put("batch.state", batch.state)
        st.rerun()


def _results(batch: Batch) -> None:
    entries = _filtered(batch.table())
    pages = max(1, -(-len(entries) // SHOWN))
    page = st.number_input("Page", 1, pages, key="batch.page") if pages > 1 else 1
    listed = entries[(page - 1) * SHOWN : page * SHOWN]
    scored = any(entry.get("scores") for entry in listed)
    frame = pd.DataFrame([_line(batch, entry, scored=scored) for entry in listed])
    chosen = st.dataframe(
        frame,
        key="batch.table",
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        row_height=64,
        placeholder="",
        column_config={
            "Result": st.column_config.ImageColumn(width="small"),
            "Seconds": st.column_config.NumberColumn(format="%.2f"),
            "IoU": st.column_config.NumberColumn(format="%.3f", help="How much of the result and the truth is common."),
            "Remarks": st.column_config.TextColumn(width="large"),
        },
    )
    rows = [row for row in chosen["selection"]["rows"] if row < len(listed)]
    if rows:
        _one(batch, listed[rows[0]])
    else:
        st.caption("Choose a line to open its picture in the workbench.")
    if scored:
        _ranking(batch)
    if any(entry["key"] for entry in batch.table()):
        downloads.button(
            "Download what is done so far as a ZIP" if batch.state == "running" else "Download all as a ZIP",
            lambda: batch.folder.pack(batch.table()),
            name="results.zip",
            mime="application/zip",
            key="batch.zip",
            icon=":material/folder_zip:",
        )


def _ranking(batch: Batch) -> None:
    """The settings ranked by their scores, with a report to take away."""
    ranked = rows(batch.table())
    with st.expander(f"Scores: {ranked[0].recipe} is the best", icon=":material/leaderboard:"):
        frame = pd.DataFrame([_score(row) for row in ranked])
        st.dataframe(frame, key="batch.ranking", hide_index=True, placeholder="", column_config=_SCORES)
        st.caption(
            "“Behind” is by how much the IoU of the best is higher on the same pictures. It is more than chance where "
            "p is below 0.05. On the front: no other settings are both as good and as fast."
        )
        downloads.button(
            "Download the report",
            lambda: report.html(batch.table(), lambda entry: show_item(batch.item(entry["picture"], entry["recipe"]))),
            name="report.html",
            mime="text/html",
            key="batch.report",
            icon=":material/lab_profile:",
        )


def _score(row: Row) -> dict[str, Any]:
    return {
        "Settings": row.recipe,
        "IoU": row.scores["iou"].mean,
        "Boundary F": row.scores["boundary_f"].mean,
        "Seconds": None if row.seconds is None else row.seconds.mean,
        "Failed": row.failed,
        "Behind": None if row.behind is None else row.behind.mean,
        "p": None if row.behind is None else row.behind.p,
        "On the front": row.on_front,
    }


_SCORES = {
    name: st.column_config.NumberColumn(format=form)
    for name, form in (("IoU", "%.3f"), ("Boundary F", "%.3f"), ("Seconds", "%.2f"), ("Behind", "%.3f"), ("p", "%.4f"))
}


def _filtered(entries: list[Entry]) -> list[Entry]:
    raised = [flag for flag in FLAGS if any(flag in entry["flags"] for entry in entries)]
    options = [ATTENTION, "Failed", *(_title(flag) for flag in raised)]
    chosen = st.pills("Show only", options, key="batch.filter", selection_mode="multi")
    if not chosen:
        return entries
    return [entry for entry in entries if _words(entry) & set(chosen)]


def _words(entry: Entry) -> set[str]:
    words = {_title(flag) for flag in entry["flags"]} | {STATES[entry["state"]]}
    return words | ({ATTENTION} if entry["flags"] or entry["state"] == "failed" else set())


def _title(flag: str) -> str:
    return {
        "empty": "Empty",
        "full": "Nothing removed",
        "border": "Touches the border",
        "uncertain": "Very uncertain",
        "unlike": "Unlike the others",
    }[flag]


def _line(batch: Batch, entry: Entry, *, scored: bool) -> dict[str, Any]:
    key = entry["picture"], entry["recipe"]
    line: dict[str, Any] = {
        "Result": batch.thumbnails.get(key, ""),
        "Picture": entry["picture"],
        "Settings": entry["recipe"],
        "Status": STATES[entry["state"]],
        "Seconds": entry.get("seconds"),
    }
    if scored:
        line["IoU"] = entry.get("scores", {}).get("iou")
    return line | {"Remarks": entry["problem"] or ", ".join(map(_title, entry["flags"]))}


def _one(batch: Batch, entry: Entry) -> None:
    item = batch.item(entry["picture"], entry["recipe"])
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.markdown(f"**{plain(entry['picture'])}** · {plain(entry['recipe'])}")
        if st.button("Open in the workbench", icon=":material/open_in_new:", key="batch.open"):
            _open(batch, item)
    for note in entry.get("notes", ()):
        st.caption(plain(note))


def _open(batch: Batch, item: Item) -> None:
    limits = in_force()
    try:
        data = places.read(item.source, limits)
        stack = opened.open_files([{"name": item.source.name, "data": data}])
        work = compute.submit(lambda: item.marks.prompts(item.marks.read(limits), stack[0], limits))
        prompts: Prompts = compute.wait(work, st.empty())
    except MaskingError as error:
        st.error(plain(error), icon=":material/error:")
        return
    history.change(marks_of(stack[0], 0), prompts)
    panel.load(item.recipe)
    about = {"batch": batch.folder.id, "picture": item.name, "recipe": item.recipe_name, "digest": stack.digest}
    state.put("batch.mending", about)
    st.switch_page("pages/mask.py")


def _mending(batch: Batch) -> None:
    """Offer to put back what was opened in the workbench."""
    about = state.get("batch.mending")
    stack: Stack = opened.current()
    if not about or about["batch"] != batch.folder.id or about["digest"] != stack.digest:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{plain(about['picture'])}** is open in the workbench.")
        if st.button("Use its marks and settings here", key="batch.back", type="primary"):
            recipe = workbench.current()
            batch.folder.mend(batch.item(about["picture"], about["recipe"]), recipe, slices.marks(stack, 0))
            state.drop("batch.mending")
            batch.begin()
            st.rerun()


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}" if minutes >= 60 else f"{minutes}:{rest:02}"
