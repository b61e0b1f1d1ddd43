"""Side by side: every column with its picture, filled as results finish, and what can be done with it."""

from typing import Any

import streamlit as st

from masking_core import Prompts, metrics
from masking_core.methods import METHODS
from studio import state
from studio.compare import column_list, export, ground_truth, pictures, workbench
from studio.compare.column_list import WORKBENCH, Column
from studio.compare.ground_truth import Truth
from studio.compare.pictures import DISAGREEMENT, ERRORS, LEGENDS, MASK, RESULT
from studio.compare.runs import Outcome, Runs, Scene, pieces
from studio.components.linked_picture import HINT
from studio.foreign import plain
from studio.results import views

OPEN, PIN, DUPLICATE, REMOVE = "Open in the workbench", "Set as reference", "Duplicate", "Remove"


class Card:
    """The place of one column on the page."""

    def __init__(self, column: Column, prompts: Prompts, *, pinned: bool, alone: bool) -> None:
        self.column, self.pinned, self._prompts = column, pinned, prompts
        head, self._picture, self._figures = st.container(gap=None), st.container(), st.empty()
        self._buttons(alone=alone)
        with head:
            st.markdown(f"**{column.title}**" + (" :blue[:material/keep:]" if pinned else ""))
            st.caption(column_list.summary(column.recipe))

    def show(self, outcome: Outcome, view: str, other: Any) -> None:
        """Draw what became of the recipe; once in a run."""
        with self._picture:
            if outcome.result is None:
                st.info(plain(outcome.problem), icon=":material/edit:")
                return
            key = f"{self.column.prefix}.picture"
            pictures.draw(outcome.result, view, other, key, f"The result of {self.column.title}")

    def figures(self, outcome: Outcome, reference: Outcome | None, truth: Truth | None) -> None:
        """Write the figures: how good it is, if the ground truth is known; as soon as it is there, the reference's."""
        if outcome.result is None:
            return
        here = pictures.foreground(outcome.result)
        count = pieces(here)
        words = [views.cost(outcome.result, self._prompts), f"{here.mean():.1%} foreground"]
        words.append(f"{count:,} piece{'' if count == 1 else 's'}")
        if truth is not None:
            words.append(f"**IoU with the truth\u00a0{truth.scores(outcome.result)['iou']:.3f}**")
        if self.pinned:
            words.append("reference")
        elif reference is not None and reference.result is not None:
            there = pictures.foreground(reference.result)
            words.append(f"**IoU with the reference\u00a0{metrics.iou(here, there):.3f}**")
        self._figures.caption(" · ".join(words))

    def _buttons(self, *, alone: bool) -> None:
        prefix = self.column.prefix
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            with st.popover("Change", icon=":material/tune:", key=f"{prefix}.change", on_change="rerun") as opened:
                if opened.open:
                    self.column.edit()
            key = f"{prefix}.more"
            choices = [OPEN, PIN, DUPLICATE, *([] if alone else [REMOVE])]
            if st.menu_button("More", choices, key=key, on_click=_act, args=(self.column, key)) == OPEN:
                workbench.open_with(self.column.recipe)


def show(scene: Scene) -> None:
    """The columns and the bar above them, then their results as they finish."""
    truth = ground_truth.known(scene.image)
    view = _bar(truth is not None)
    notice = st.empty()
    columns = column_list.columns()
    reference = column_list.reference()
    cards: dict[int, Card] = {}
    with st.container(key="compare-columns"):
        for place, column in zip(st.columns(len(columns), gap="medium"), columns, strict=True):
            with place:
                cards[column.id] = Card(
                    column, scene.prompts, pinned=column.id == reference.id, alone=len(columns) == 1
                )
    footer = st.container()
    # The reference goes first, as the others wait for it where they are compared with it.
    ordered = sorted(columns, key=lambda column: column.id != reference.id)
    outcomes: dict[int, Outcome] = {}
    for id, outcome in Runs(scene, {column.id: column.recipe for column in ordered}).finished(notice):
        outcomes[id] = outcome
        news = outcomes if id == reference.id else [id]
        for each in news:
            cards[each].figures(outcomes[each], outcomes.get(reference.id), truth)
        if view != DISAGREEMENT:
            other = truth.mask(outcome.result) if truth and view == ERRORS and outcome.result else None
            cards[id].show(outcome, view, other)
        elif reference.id in outcomes:
            for each in news:
                cards[each].show(outcomes[each], view, _mask(outcomes[reference.id]))
    with footer:
        export.buttons(scene, columns, truth)


def _bar(has_truth: bool) -> str:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        views = [RESULT, MASK, DISAGREEMENT, *([ERRORS] if has_truth else [])]
        if state.get("compare.view") not in views:
            state.put("compare.view", RESULT)
        st.segmented_control(
            "Show",
            views,
            key="compare.view",
            required=True,
            label_visibility="collapsed",
            persist_state="session",
        )
        chosen = st.menu_button(
            "Add a column",
            [*METHODS, WORKBENCH],
            format_func=lambda id: METHODS[id].title if id in METHODS else id,
            icon=":material/add:",
            key="compare.add",
            disabled=len(column_list.columns()) == column_list.MOST,
        )
    view: str = state.get("compare.view")
    if chosen:
        column_list.add_named(chosen)
    if view in LEGENDS:
        st.markdown(f"<small>{LEGENDS[view]}</small>", unsafe_allow_html=True)
    else:
        st.caption(HINT)
    return view


def _mask(outcome: Outcome) -> Any:
    return None if outcome.result is None else pictures.foreground(outcome.result)


def _act(column: Column, key: str) -> None:
    chosen = state.get(key)
    if chosen == PIN:
        column_list.pin(column.id)
    elif chosen == DUPLICATE:
        column_list.add(column.recipe, column.id)
    elif chosen == REMOVE:
        column_list.remove(column.id)
