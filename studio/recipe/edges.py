"""The sidebar's part for the edge: one choice on top, every step below."""

import streamlit as st

from masking_core import Edge
from masking_core.steps.edge import EDGE_STEPS, STYLES
from studio import controls, state
from studio.recipe import first

STYLE_TITLES = {"automatic": "Automatic", "hard": "Hard", "smooth": "Smooth", "matte": "Hair and fur", "": "Own"}
"""The styles in the order in which they are offered."""


def read(prefix: str) -> Edge:
    """The edge that the widgets describe, drawn or not yet."""
    kinds = _kinds(prefix)
    return Edge(steps=tuple(controls.read(EDGE_STEPS[kind], f"{prefix}.{kind}") for kind in kinds))


def edit(prefix: str) -> Edge:
    """Draw the widgets and return the edge they describe."""
    edge = read(prefix)
    key = _style_key(prefix, edge)
    st.segmented_control(
        "Edge",
        [style for style in STYLE_TITLES if style or not edge.style],
        format_func=STYLE_TITLES.__getitem__,
        required=True,
        key=key,
        help="Automatic looks at the picture and takes Smooth or Hair and fur. Hard: no soft pixels. Smooth: the edge "
        "fades a little. Hair and fur: alpha is estimated from the colours along the edge.",
        on_change=_choose_style,
        args=(prefix, key),
    )
    with controls.folded("Edge in detail", f"{prefix}.detail") as unfolded:
        if unfolded:
            _steps(prefix, edge)
    return read(prefix)


def load(edge: Edge, prefix: str) -> None:
    """Make the widgets show ``edge``; before they are drawn."""
    state.put(f"{prefix}.steps", list(edge.kinds))
    for step in edge.steps:
        controls.load(step, f"{prefix}.{step.kind}")


def _kinds(prefix: str) -> list[str]:
    kinds: list[str] = state.get(f"{prefix}.steps", list(first.EDGE.kinds))
    return kinds


def _steps(prefix: str, edge: Edge) -> None:
    for kind in edge.kinds:
        _step(prefix, kind, edge.kinds)
    missing = [kind for kind in EDGE_STEPS if kind not in edge.kinds]
    if missing:
        st.menu_button(
            "Add a step",
            missing,
            format_func=lambda kind: EDGE_STEPS[kind].title,
            icon=":material/add:",
            key=f"{prefix}.add",
            on_click=_add,
            args=(prefix,),
        )


def _step(prefix: str, kind: str, kinds: tuple[str, ...]) -> None:
    """One step with its widgets, and buttons that move it up and take it away."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f"**{EDGE_STEPS[kind].title}**", width="content")
        with st.container(horizontal=True, gap="small", width="content"):
            st.button(
                "Earlier",
                icon=":material/arrow_upward:",
                key=f"{prefix}.{kind}.up",
                type="tertiary",
                disabled=kinds[0] == kind,
                on_click=_earlier,
                args=(prefix, kind),
            )
            st.button(
                "Remove",
                icon=":material/close:",
                key=f"{prefix}.{kind}.remove",
                type="tertiary",
                on_click=_remove,
                args=(prefix, kind),
            )
    controls.edit(EDGE_STEPS[kind], f"{prefix}.{kind}")


def _style_key(prefix: str, edge: Edge) -> str:
    """The widget of the style: another one once something else has changed the style.

    A browser that has not heard of that yet tells again which style was chosen before; it must not come back.
    """
    turn = state.get(f"{prefix}.turn", 0)
    if state.get(f"{prefix}.style.{turn}") != edge.style:
        turn += 1
        state.put(f"{prefix}.turn", turn)
        state.put(f"{prefix}.style.{turn}", edge.style)
    return f"{prefix}.style.{turn}"


def _choose_style(prefix: str, key: str) -> None:
    style = state.get(key)
    if style in STYLES and key == f"{prefix}.style.{state.get(f'{prefix}.turn')}":
        load(read(prefix).with_style(style), prefix)


def _add(prefix: str) -> None:
    kind = state.get(f"{prefix}.add")
    if kind in EDGE_STEPS:
        load(read(prefix).with_step(EDGE_STEPS[kind]()), prefix)


def _earlier(prefix: str, kind: str) -> None:
    kinds = _kinds(prefix)
    index = kinds.index(kind)
    kinds[index - 1 : index + 1] = [kind, kinds[index - 1]]
    state.put(f"{prefix}.steps", kinds)


def _remove(prefix: str, kind: str) -> None:
    state.put(f"{prefix}.steps", [other for other in _kinds(prefix) if other != kind])
