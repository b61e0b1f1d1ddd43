"""Figures behind a result: how the method got there, and how many objects there may be."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from masking_core import Image, MaskingError, Recipe, Result
from masking_core.methods.clustering.grouping import Clustering
from masking_core.recipe import PREVIEW_PIXELS
from masking_core.stage import Plot, Series
from studio import compute, controls, pictures, state
from studio.components import altair_plots
from studio.foreign import plain


def show(image: Image, recipe: Recipe, result: Result) -> None:
    """Charts and maps of the last run; nothing is drawn or computed while they are folded away."""
    membership = result.membership
    if "energy" not in result.info and membership is None:
        return
    with st.expander("Run details", on_change="rerun", key="insight") as opened:
        if not opened.open:
            return
        if "energy" in result.info:
            _energy(result)
        if isinstance(recipe.method, Clustering):
            _suggestion(image, recipe.method)
        if membership is not None:
            _memberships(result, membership)


def _energy(result: Result) -> None:
    info = result.info
    ended = "converged" if info["converged"] else "stopped before it converged"
    energy = info["energy"]
    title = f"{info['iterations']} iterations, {ended}: what is minimised, after each of them"
    altair_plots.show(Plot(title, "iteration", "energy", (Series("", range(len(energy)), energy),)))
    if "partition_coefficient" in info:
        st.caption(
            f"Partition coefficient {info['partition_coefficient']:.3f} (1 is crisp), "
            f"partition entropy {info['partition_entropy']:.3f} (0 is crisp)."
        )


def _suggestion(image: Image, method: Clustering) -> None:
    if not st.toggle("Suggest the number of objects", key="suggest"):
        return
    try:
        asked = "suggestion", image.digest, method.model_dump_json()
        found = compute.shown(asked, lambda: method.suggest(image.reduced(PREVIEW_PIXELS)), st.empty())
    except MaskingError as error:
        st.info(plain(error))
        return
    st.markdown(
        f"**{found.best} objects** have the highest silhouette: colours are nearest to their own centre compared with "
        f"the next one. The elbow of the inertia is at {found.elbow}."
    )
    scores = {"objects": found.clusters, "silhouette": found.silhouette}
    st.line_chart(scores, x="objects", y="silhouette", height=200)
    number = max(2, found.best)
    key = controls.key(method.id, "objects")
    st.button(f"Take {number}", type="primary", on_click=_take, args=(key, number), key="suggest.take")


def _take(key: str, number: int) -> None:
    state.put(key, number)
    state.redraw()


def _memberships(result: Result, membership: NDArray[np.float32]) -> None:
    st.markdown("**Memberships**: the whiter, the more a pixel belongs to the object.")
    with st.container(horizontal=True, gap="small"):
        for summary in result.objects:
            share = (membership[..., summary.label - 1] * 255).astype("uint8")
            st.image(pictures.jpeg(share), width=240, caption=f"Object {summary.label}")
