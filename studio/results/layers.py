"""The kept objects as layers: seen, named, and downloaded one by one or all together."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePath

import streamlit as st

from masking_core import Image, Layer, Prompts, Recipe, Result, export
from masking_core.steps.compose import on_checkerboard
from studio import compute, state
from studio.results import views


def show(image: Image, recipe: Recipe, prompts: Prompts, result: Result) -> None:
    """The strip of layers, and their downloads at full resolution."""
    if not result.kept:
        return
    with st.expander(f"Layers ({len(result.kept)})", on_change="rerun", key="layers") as opened:
        if not opened.open:
            return
        stem = PurePath(image.name).stem or "picture"

        def full() -> tuple[Result, list[Layer]]:
            whole = recipe.finish(compute.segment(image, recipe, prompts, pixels=None))
            return whole, [_named(layer) for layer in whole.layers]

        with st.container(horizontal=True, gap="medium"):
            for layer in result.layers:
                _card(layer, stem, full)
        with st.container(horizontal=True, gap="small"):
            st.download_button(
                "All layers (ZIP of PNGs)",
                lambda: export.layers_zip(full()[1]),
                file_name=f"{stem}-layers.zip",
                mime="application/zip",
                on_click="ignore",
                icon=":material/download:",
                key="layers.zip",
            )
            st.download_button(
                "One layered file (OpenRaster)",
                lambda: export.open_raster(*full()),
                file_name=f"{stem}.ora",
                mime="image/openraster",
                on_click="ignore",
                help="GIMP, Krita and MyPaint open it.",
                icon=":material/layers:",
                key="layers.ora",
            )


def _named(layer: Layer) -> Layer:
    return replace(layer, name=state.setdefault(_key(layer), layer.name) or layer.name)


def _key(layer: Layer) -> str:
    return f"layer.{layer.label}.name"


def _card(layer: Layer, stem: str, full: Callable[[], tuple[Result, list[Layer]]]) -> None:
    state.setdefault(_key(layer), layer.name)
    with st.container(width=200, gap="small"):
        st.image(views.jpeg(on_checkerboard(layer.rgba)), width="stretch", alt=layer.name)
        name = st.text_input(
            f"Name of object {layer.label}",
            key=_key(layer),
            max_chars=60,
            label_visibility="collapsed",
            persist_state="session",
        )
        x, y, width, height = layer.box
        st.caption(f"{layer.share:.1%} · {width} × {height} at ({x}, {y})")
        st.download_button(
            "PNG",
            lambda: export.png(next(item.rgba for item in full()[1] if item.label == layer.label)),
            file_name=f"{stem}-{export.file_name(name or layer.name)}.png",
            mime="image/png",
            on_click="ignore",
            icon=":material/download:",
            key=f"layer.{layer.label}.png",
        )
