"""Blind vote: two results without their names, the better one is chosen; a tally by method over all pictures."""

import csv
import hashlib
from io import StringIO
from itertools import combinations
from typing import Any

import streamlit as st

from studio import state
from studio.compare import column_list, pictures
from studio.compare.column_list import Column
from studio.compare.runs import Runs, Scene
from studio.foreign import plain

DRAW = "no difference"

Vote = dict[str, Any]
"""{"picture": name, "one": method, "other": method, "better": the method's title or "no difference"}."""


def show(scene: Scene) -> None:
    """The pair that is next, the choice, and the tally."""
    columns = column_list.columns()
    pairs = [pair for pair in combinations(columns, 2) if pair[0].recipe.method.title != pair[1].recipe.method.title]
    if not pairs:
        st.info(
            "Add columns of different methods side by side: two of them are compared here.", icon=":material/compare:"
        )
        return
    pair = _next(scene, pairs)
    st.caption("Which is the better cut-out? The names are shown in the tally only.")
    notice = st.empty()
    places = st.columns(2, gap="medium")
    results = {}
    for index, outcome in Runs(scene, {index: column.recipe for index, column in enumerate(pair)}).finished(notice):
        with places[index]:
            if outcome.result is None:
                st.info(plain(outcome.problem), icon=":material/edit:")
                continue
            results[index] = outcome.result
            side = ("left", "right")[index]
            pictures.draw(outcome.result, pictures.RESULT, None, f"blind.{side}", f"The result on the {side}")
    with st.container(horizontal=True, gap="small", horizontal_alignment="center"):
        for label, better in (("Left is better", 0), ("No difference", None), ("Right is better", 1)):
            st.button(
                label,
                key=f"blind.{label}",
                on_click=_vote,
                args=(scene, pair, better),
                disabled=len(results) < 2,
            )
    _tally()


def votes() -> list[Vote]:
    """All votes of this visit, in order."""
    given: list[Vote] = state.setdefault("blind.votes", [])
    return given


def tally(given: list[Vote]) -> list[dict[str, Any]]:
    """How often each method was compared, was the better one, and made no difference; the most preferred first."""
    rows: dict[str, dict[str, Any]] = {}
    for vote in given:
        for method in (vote["one"], vote["other"]):
            row = rows.setdefault(method, {"Method": method, "Compared": 0, "Better": 0, "No difference": 0})
            row["Compared"] += 1
            row["Better"] += vote["better"] == method
            row["No difference"] += vote["better"] == DRAW
    return sorted(rows.values(), key=lambda row: (-row["Better"] / row["Compared"], row["Method"]))


def summary() -> str:
    """The tally as a sentence for reports; empty before the first vote."""
    if not votes():
        return ""
    words = [f"{row['Method']} better in {row['Better']} of {row['Compared']}" for row in tally(votes())]
    count = len({vote["picture"] for vote in votes()})
    return f"Blind votes on {count} picture{'s' * (count != 1)}: {', '.join(words)}."


def as_csv(given: list[Vote]) -> str:
    """The votes as CSV, one a row."""
    table = StringIO()
    writer = csv.DictWriter(table, ["picture", "one", "other", "better"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(given)
    return table.getvalue()


def _next(scene: Scene, pairs: list[tuple[Column, Column]]) -> tuple[Column, Column]:
    """The next pair in turn; which of the two is on the left cannot be guessed from the columns' order."""
    count = len(votes())
    pair = pairs[count % len(pairs)]
    turned = hashlib.blake2b(f"{scene.image.digest}{count}".encode(), digest_size=1).digest()[0] % 2
    return (pair[1], pair[0]) if turned else pair


def _vote(scene: Scene, pair: tuple[Column, Column], better: int | None) -> None:
    one, other = (column.recipe.method.title for column in pair)
    chosen = DRAW if better is None else (one, other)[better]
    vote = {"picture": scene.image.name, "one": one, "other": other, "better": chosen}
    state.put("blind.votes", [*votes(), vote])


def _tally() -> None:
    if not votes():
        return
    st.markdown("#### Tally")
    st.dataframe(tally(votes()), hide_index=True)
    st.download_button(
        "Votes (CSV)",
        as_csv(votes()),
        file_name="blind-votes.csv",
        mime="text/csv",
        on_click="ignore",
        icon=":material/download:",
        key="blind.csv",
    )
