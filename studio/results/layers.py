"""The kept objects as layers: seen, named, and downloaded one by one or all together."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePath

import streamlit as st

from masking_core import Image, Layer, Prompts, Recipe, Result, export
from masking_core.export import FORMATS
from masking_core.steps.compose import on_checkerboard
from studio import compute, downloads, pictures, state


def show(image: Image, recipe: Recipe, prompts: Prompts, result: Result) -> None:
    """The strip of layers, and their downloads at full resolution."""
    if not result.kept:
        return
    with st.expander(f"Layers ({len(result.kept)})", on_change="rerun", key="layers") as opened:
        if not opened.open:
            return
        stem = PurePath(image.name).stem or "picture"
        names = {layer.label: _name(layer) for layer in result.layers}

        def full() -> tuple[Result, list[Layer]]:
            whole = recipe.finish(compute.segment(image, recipe, prompts, pixels=None))
            return whole, [replace(layer, name=names.get(layer.label, layer.name)) for layer in whole.layers]

        with st.container(horizontal=True, gap="medium"):
            for layer in result.layers:
                _card(layer, stem, full)
        with st.container(horizontal=True, gap="small"):
            downloads.button(
                "All layers (ZIP of PNGs)",
                lambda: export.layers_zip(full()[1]),
                name=f"{stem}-layers.zip",
                mime="application/zip",
                icon=":material/download:",
                key="layers.zip",
            )
            downloads.button(
                "One layered file (OpenRaster)",
                lambda: export.open_raster(*full()),
                name=f"{stem}.ora",
                mime="image/openraster",
                help=FORMATS["ora"].description,
                icon=":material/layers:",
                key="layers.ora",
            )
            downloads.button(
                "Pages as large as the picture (TIFF)",
                lambda: export.layers_tiff(*full()),
                name=f"{stem}-layers.tif",
                mime="image/tiff",
                help="GIMP 2.10, which has no OpenRaster, opens the pages as layers.",
                icon=":material/layers:",
                key="layers.tiff",
            )


def _name(layer: Layer) -> str:
    return str(state.setdefault(_key(layer), layer.name) or layer.name)


def _key(layer: Layer) -> str:
    return f"layer.{layer.label}.name"


def _card(layer: Layer, stem: str, full: Callable[[], tuple[Result, list[Layer]]]) -> None:
    state.setdefault(_key(layer), layer.name)
    with st.container(width=200, gap="small"):
        st.image(pictures.jpeg(on_checkerboard(layer.rgba)), width="stretch", alt=layer.name)
        name = st.text_input(
            f"Name of object {layer.label}",
            key=_key(layer),
            max_chars=60,
            label_visibility="collapsed",
            persist_state="session",
        )
        x, y, width, height = layer.box
        st.caption(f"{layer.share:.1%} · {width} × {height} at ({x}, {y})")
        downloads.button(
            "PNG",
            lambda: export.png(next(item.rgba for item in full()[1] if item.label == layer.label)),
            name=f"{stem}-{export.file_name(name or layer.name)}.png",
            mime="image/png",
            icon=":material/download:",
            key=f"layer.{layer.label}.png",
        )
